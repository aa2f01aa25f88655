"""The strip's page under keyboard, pointer, wheel and touch, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect
from support import scenes
from support.pictures import OFFERED, Strips, serving
from support.strip_page import Reader

from ticker.serve.strip.options import Offered

WIDE, MIDDLE, PHONE = 1280, 760, 360
MORE = {"KZT": "0.1842", "CNY": "12.1774", "GBP": "117.4051", "UZS": "0.0070", "TRY": "1.8834"}
EIGHT = "?currencies=USD,EUR,RUB,KZT,CNY,GBP,UZS,TRY"
REACHED = """(node => node.id || node.closest("li")?.dataset.key || node.hreflang || node.className || node.localName)
    (document.activeElement)"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Strips]:
    monkeypatch.setattr("support.pictures.OFFERED", Offered(OFFERED.currencies | MORE.keys(), OFFERED.feeds))
    with serving() as server:
        scene = server.scenes["day"]
        more = tuple(scenes.series(one, (scenes.WEDNESDAY,), (figure,)) for one, figure in MORE.items())
        server.scenes["many"] = scene.with_content(series=(*scene.snapshot.content.series, *more))
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": WIDE, "height": 130}, has_touch=True, bypass_csp=True)
    context.set_default_timeout(5000)
    yield context
    context.close()


@pytest.fixture
def reader(context: BrowserContext, server: Strips) -> Reader:
    reader = Reader(context.new_page(), server)
    reader.page.mouse.move(5, 5)
    return reader


def sized(page: Page, width: int, height: int = 130) -> None:
    """Until the page has seen its new width, in a frame of the clock that the test turns."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(60)
    page.clock.run_for(50)


def reached(page: Page, last: str) -> list[str]:
    """What Tab reaches from the page's beginning up to `last`."""
    found: list[str] = []
    while last not in found:
        assert len(found) < 40, found
        page.keyboard.press("Tab")
        found.append(page.evaluate(REACHED))
    return found


# --- keyboard ----------------------------------------------------------------------------------------------------


def test_everything_is_reached_by_keyboard_in_the_order_it_is_seen(reader: Reader) -> None:
    headlines = [f"en{nth}" for nth in range(10)]
    assert reached(reader.page, "ky") == [*headlines, "previous", "following", "pause", "en", "ru", "ky"]
    sized(reader.page, PHONE)
    reader.page.reload()
    assert reached(reader.page, "summary") == [*headlines, "pause", "summary"]


def test_every_control_is_large_enough_and_has_its_focus_ring_inside(reader: Reader) -> None:
    for width, paused in ((WIDE, False), (MIDDLE, False), (PHONE, True), (280, True)):
        sized(reader.page, width)
        if paused and reader.page.locator(".live").count():
            reader.page.locator("#pause").click()
        small = """[...document.querySelectorAll("button, summary, .links a")].map(node => node.getBoundingClientRect())
            .filter(box => box.width && (box.width < 28 || box.height < 28)).length"""
        assert reader.page.evaluate(small) == 0
        reader.page.locator("[data-key=en0] a").focus()
        while reader.page.evaluate(REACHED) not in ("ky", "summary"):
            reader.page.keyboard.press("Tab")
            assert reader.page.evaluate(RING) == ["solid", "2px", "-2px", True], reader.page.evaluate(REACHED)


# A headline has its ring around time and publisher too.
RING = """(node => {
    const ringed = node.closest(".list li") || node, style = getComputedStyle(ringed);
    const box = ringed.getBoundingClientRect(), bar = document.querySelector(".bar").getBoundingClientRect();
    const level = box.top >= bar.top && box.bottom <= bar.bottom;
    const inside = level && box.left >= bar.left && box.right <= bar.right + .5;
    return [style.outlineStyle, style.outlineWidth, style.outlineOffset, inside];
})(document.activeElement)"""


def test_arrow_keys_go_from_headline_to_headline_and_round(reader: Reader) -> None:
    reader.page.locator("[data-key=en0] a").focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        reader.page.keyboard.press(key)
        seen.append((reader.page.evaluate(REACHED), reader.text(".count")))
    assert seen == [("en1", "2/10"), ("en2", "3/10"), ("en1", "2/10"), ("en0", "1/10"), ("en9", "10/10")]


def test_a_headline_that_has_the_focus_is_in_view(reader: Reader) -> None:
    for width in (WIDE, PHONE):
        sized(reader.page, width)
        for key in ("en0", "en4", "en9"):
            reader.page.locator(f"[data-key={key}] a").focus()
            item, news = (reader.page.locator(one).bounding_box() for one in (f"[data-key={key}]", ".list"))
            assert item is not None
            assert news is not None
            assert item["y"] == news["y"]


# --- languages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [831, 560, 501, 499, 420, PHONE, 320, 280])
@pytest.mark.parametrize("query", ["", "headlines=0", "show=headlines,lang,clock"])
def test_languages_open_in_place_within_the_line(
    context: BrowserContext, server: Strips, query: str, width: int
) -> None:
    reader = Reader(context.new_page(), server, query=f"?{query}")
    sized(reader.page, width)
    summary, links = reader.page.locator("summary"), reader.page.locator(".links")
    if not summary.is_visible():
        assert links.is_visible()
        return
    assert not links.is_visible()
    summary.click()
    panel, control, bar = (reader.page.locator(one).bounding_box() for one in (".links", "summary", ".bar"))
    assert panel is not None
    assert control is not None
    assert bar is not None
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= control["x"]
    assert panel["y"] >= bar["y"]
    assert panel["y"] + panel["height"] <= bar["y"] + bar["height"]
    assert abs(panel["y"] + panel["height"] / 2 - control["y"] - control["height"] / 2) <= 1
    assert reader.page.locator(".links a").count() == 3
    summary.click()
    assert not links.is_visible()


def test_escape_and_leaving_close_the_languages(reader: Reader) -> None:
    page, menu = reader.page, reader.page.locator("details")
    sized(page, PHONE)
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    assert reached(page, "ru") == ["en", "ru"]
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    assert page.evaluate(REACHED) == "summary"
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(menu).not_to_have_attribute("open", "")
    page.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.mouse.move(100, 125)  # beneath the strip
    page.evaluate("document.querySelector('#strip').dispatchEvent(new PointerEvent('pointerleave'))")
    expect(menu).not_to_have_attribute("open", "")


# --- rates that do not fit ---------------------------------------------------------------------------------------


def along(page: Page) -> Any:
    return page.evaluate("""() => {
        const rates = document.querySelector(".rates"), more = document.querySelector(".more");
        const edge = more.hidden ? rates.getBoundingClientRect().right : more.getBoundingClientRect().left;
        const seen = [...rates.children].map(one => [one.dataset.key, one.getBoundingClientRect()])
            .filter(([, box]) => box.left < edge - 1 && box.right > rates.getBoundingClientRect().left + 1);
        return [seen.map(([key]) => key), more.classList.contains("back"), rates.scrollLeft];
    }""")


def test_a_button_moves_the_rates_along_and_back_from_the_end(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "many", EIGHT)
    page, more = reader.page, reader.page.locator(".more")
    assert not more.is_visible()
    sized(page, PHONE)
    expect(more).to_have_accessible_name("More rates")
    box = more.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (28, 55) or box["height"] == 56
    seen, back, _ = along(page)
    assert (seen, back) == (["USD", "EUR", "RUB", "KZT"], False)  # a part of the fourth
    page.locator("#pause").click()  # and so without sliding
    met, clicks = set(seen), 0
    while not along(page)[1]:
        more.click()
        clicks += 1
        page.wait_for_timeout(30)
        met |= set(along(page)[0])
        assert clicks < 8
    assert met == set(EIGHT.split("=")[1].split(","))
    more.click()
    page.wait_for_timeout(30)
    assert along(page)[1:] == [False, 0]
    expect(page.locator(".bank .name")).to_be_visible()


def test_rates_that_do_not_fit_take_arrow_keys_and_the_others_no_focus(context: BrowserContext, server: Strips) -> None:
    page = Reader(context.new_page(), server, "many", EIGHT).page
    sized(page, WIDE)
    assert page.locator(".rates").get_attribute("tabindex") == "-1"
    sized(page, PHONE)
    page.keyboard.press("Tab")
    assert page.evaluate(REACHED) == "rates"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.rates').scrollLeft > 0")


def test_charts_are_reached_from_the_rates_where_that_is_asked_for(context: BrowserContext, server: Strips) -> None:
    page = Reader(context.new_page(), server, query="?charts=on").page
    links = page.locator(".rates a")
    page.keyboard.press("Tab")
    assert page.evaluate(REACHED) == "USD"
    assert "/chart?" in (links.first.get_attribute("href") or "")
    expect(links.first).to_have_accessible_name("USD 87.45, chart of the US dollar, opens in a new window")
    assert links.first.get_attribute("target") == "_blank"
    plain = Reader(context.new_page(), server).page
    assert plain.locator(".rates a[href]").count() == 0
    assert plain.locator(".rates a[aria-hidden=true]").count() == 3


# --- wheel and touch ---------------------------------------------------------------------------------------------


@pytest.fixture
def host(context: BrowserContext, server: Strips) -> Page:
    """A long page with the strip in a frame near its top."""
    page = context.new_page()
    page.clock.install(time=scenes.day().now)
    server.host = (
        '<!doctype html><link rel="icon" href="data:,"><body style="margin:0;height:4000px">'
        '<iframe src="/day/strip" style="border:0;width:100%;height:44px;margin-top:100px"></iframe>'
    )
    page.goto(f"{server.url}/host", wait_until="networkidle")
    page.clock.pause_at(scenes.day().now.replace(second=50))
    return page


def count(page: Page) -> str:
    return page.frames[1].locator(".count").inner_text()


def test_a_horizontal_wheel_steps_and_a_vertical_one_is_the_pages(host: Page) -> None:
    box = host.frames[1].locator(".list").bounding_box()
    assert box is not None
    host.mouse.move(box["x"] + 50, box["y"] + 20)
    nth = int(count(host).split("/")[0])
    host.mouse.wheel(60, 0)
    host.wait_for_timeout(50)
    assert (count(host), host.evaluate("scrollY")) == (f"{nth + 1}/10", 0)
    host.mouse.wheel(0, 40)
    host.wait_for_function("scrollY > 0", polling=20)
    assert count(host) == f"{nth + 1}/10"


def swipe(cdp: CDPSession, start: tuple[float, float], by: tuple[float, float]) -> None:
    x, y = start
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for nth in range(1, 6):
        at = {"x": x + by[0] * nth / 5, "y": y + by[1] * nth / 5}
        cdp.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_swipe_steps_and_a_vertical_one_is_the_pages(host: Page, context: BrowserContext) -> None:
    cdp = context.new_cdp_session(host)
    box = host.frames[1].locator(".list").bounding_box()
    assert box is not None
    start, nth = (box["x"] + 200, box["y"] + 20), int(count(host).split("/")[0])
    swipe(cdp, start, (-120, 4))
    host.wait_for_timeout(50)
    assert count(host) == f"{nth + 1}/10"
    swipe(cdp, start, (120, 4))
    host.wait_for_timeout(50)
    assert count(host) == f"{nth}/10"
    swipe(cdp, start, (-10, 4))
    swipe(cdp, start, (-60, -90))
    host.wait_for_function("scrollY > 0", polling=20)
    assert count(host) == f"{nth}/10"


# --- pause -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "come"), [(PHONE, True), (320, True), (319, False)])
def test_who_has_stopped_may_leaf(reader: Reader, width: int, *, come: bool) -> None:
    sized(reader.page, width)
    assert not reader.page.locator("#following").is_visible()
    assert reader.page.locator("#pause .stop").is_visible()
    reader.page.locator(".list a").first.hover()
    assert not reader.page.locator("#following").is_visible()  # that would push the headline away under the pointer
    reader.page.locator("#pause").click()
    assert reader.page.locator("#pause .go").is_visible()
    assert reader.page.locator("#following").is_visible() is come
    assert reader.page.locator("#previous").is_visible() is come
    if come:
        reader.page.locator("#following").click()
        reader.page.wait_for_function("document.querySelector('.list').scrollTop === 40", polling=20)
    reader.page.locator("#pause").click()
    assert not reader.page.locator("#following").is_visible()
