"""Panel and story in a real browser: truth, refresh, keyboard, room; what is told of a reader, and what is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from support import scenes
from support.host_page import Host, Service, closing
from support.host_page import Reader as ElementReader
from support.pictures import Strips, serving
from support.seen import SPACED, badly_seen
from support.strip_page import catch_up, refresh

from ticker.serve.news.popular import Popularity
from ticker.serve.panel.height import reserved_height
from ticker.serve.story import html
from ticker.serve.story.view import Known, story
from ticker.serve.strip.contrast import ratio
from ticker.serve.strip.options import Options
from ticker.serve.terms import HomeTerms

POPULAR = Popularity({"en3": 9.0, "en4": 7.0, "ru2": 9.0, "ky2": 9.0}, 3, 1)
SPILLS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
APART = """() => {
    const [table, latest] = [".quotes", ".latest"].map(one => document.querySelector(one).getBoundingClientRect());
    return table.right < latest.left || table.bottom <= latest.top;
}"""
STAND_INS = ("stand_in", "contradicted", "rouble_stands_in", "stand_in_evening")
OPEN = "() => { for (const one of document.querySelectorAll('details')) one.open = true; }"
SMALL = """() => [...document.querySelectorAll("a, button")].filter(node => node.checkVisibility()).map(node => {
    const box = node.getBoundingClientRect();
    return [node.textContent.trim(), box.width, box.height];
}).filter(([, width, height]) => width < 24 || height < 24)"""


@pytest.fixture
def server() -> Iterator[Strips]:
    with serving() as server:
        server.popularity = POPULAR
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        context.set_default_timeout(10_000)
        yield context


class Reader:
    """A panel of one scene, whose clock the test turns; what its console says is kept."""

    def __init__(self, page: Page, server: Strips, state: str = "day", query: str = "") -> None:
        self.page, self.server, self.state, self.said = page, server, state, []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.clock.install(time=server.scenes[state].now)
        page.clock.pause_at(server.scenes[state].now + timedelta(seconds=1))
        page.goto(f"{server.url}/{state}/panel{query}")

    def waits(self, seconds: float) -> None:
        self.server.elapsed += timedelta(seconds=seconds)
        self.page.clock.run_for(round(seconds * 1000))

    def jumps(self, seconds: float) -> None:
        """What is due meanwhile happens once, at the end; frames are not drawn."""
        self.server.elapsed += timedelta(seconds=seconds)
        self.page.clock.fast_forward(round(seconds * 1000))

    def asked(self) -> int:
        catch_up(self.page, f"{self.server.url}/host")
        return sum("panel.json" in path for path in self.server.asked)

    def refreshes(self) -> None:
        """Waits until the page has asked once more and has shown the answer."""
        refresh(self.page, "panel.json", self.jumps)
        self.page.wait_for_timeout(50)

    def becomes(self, scene: scenes.Scene) -> None:
        self.server.elapsed = timedelta()
        self.server.scenes[self.state] = scene

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()


@pytest.fixture
def reader(context: BrowserContext, server: Strips) -> Reader:
    return Reader(context.new_page(), server)


def later(scene: scenes.Scene, minutes: int, **content: Any) -> scenes.Scene:
    """The next version of a scene, `minutes` later."""
    moved, span = scene.with_content(**content), timedelta(minutes=minutes)
    looks = {key: at + span for key, at in scene.snapshot.looks.items()}
    snapshot = replace(moved.snapshot, version=1235, as_of=scene.snapshot.as_of + span, looks=looks)
    return scenes.Scene(snapshot, scene.now + span)


def with_news(scene: scenes.Scene, title: str = "Ferry to the island of Issyk-Kul", minutes: int = 2) -> scenes.Scene:
    at = scene.now + timedelta(minutes=minutes - 1)
    one = replace(scene.snapshot.content.headlines[0], id="new", title=title, url="https://example.org/new")
    news = replace(one, feed="24kg-en", published_at=at, first_seen_at=at)
    return later(scene, minutes, headlines=(news, *scene.snapshot.content.headlines))


# --- refresh -----------------------------------------------------------------------------------------------------


def test_a_refresh_puts_in_what_is_new_and_leaves_the_rest(reader: Reader) -> None:
    page = reader.page
    page.evaluate("document.querySelectorAll('.stories li, tr, .pause').forEach(node => node.mine = true)")
    page.locator(".title", has_text="Libraries").focus()
    reader.becomes(with_news(scenes.day()))
    reader.refreshes()
    assert reader.text(".daily .title").startswith("Ferry to the island")
    assert page.evaluate("document.querySelectorAll('.daily li').length") == 11
    fresh = page.evaluate("[...document.querySelectorAll('.stories li, tr, .pause')].filter(node => !node.mine).length")
    assert fresh == 1
    assert page.evaluate("document.activeElement.textContent").startswith("Libraries")
    assert reader.said == []


def test_what_other_banks_say_stays_open_through_a_refresh(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "stand_in")
    page, table = reader.page, reader.page.locator(".others")
    expect(table).to_be_hidden()
    page.locator("summary").press("Enter")
    expect(table).to_be_visible()
    expect(table.locator("tbody").first).to_contain_text("3 of 3 agree, at most 0.12% apart")
    first, second, third = scenes.stand_in().snapshot.content.testimonies
    reader.becomes(later(scenes.stand_in(), 2, testimonies=(first, second)))
    reader.refreshes()
    expect(table).to_be_visible()
    expect(table.locator("tbody").first).to_contain_text("2 of 2 agree, at most 0.12% apart")
    assert third.source not in table.inner_text().lower()
    assert reader.said == []


def test_tomorrows_column_comes_in_the_afternoon_and_is_announced(reader: Reader) -> None:
    page = reader.page
    assert page.locator("td.after").count() == 0
    reader.becomes(later(scenes.day(), 300, series=scenes.evening().snapshot.content.series))
    reader.refreshes()
    assert [one.inner_text().strip() for one in page.locator("td.after").all()] == ["87.4500", "99.8700", "1.0988"]
    expect(page.locator("[role=status]")).to_have_text("NBKR: official rates for 18 June, and already for 19 June")


def test_a_headline_with_the_focus_is_not_taken_away(reader: Reader) -> None:
    page = reader.page
    page.locator(".daily .title", has_text="Bridge").focus()
    left = tuple(one for one in scenes.day().snapshot.content.headlines if one.id != "en0")
    reader.becomes(later(scenes.day(), 2, headlines=left))
    reader.refreshes()
    assert page.evaluate("document.activeElement.textContent").startswith("Bridge")
    page.locator(".pause").focus()
    reader.refreshes()
    assert page.locator(".daily .title", has_text="Bridge").count() == 0


def test_past_its_time_without_a_look_a_panel_says_so_and_recovers(reader: Reader) -> None:
    page = reader.page
    assert reader.text("th.today") == "18 June, today"
    assert page.locator(".current").is_visible()
    reader.server.status = 500
    reader.jumps(13 * 3600)
    reader.waits(11)  # until it has asked, and failed
    expect(page.locator("caption").first).to_have_text("NBKR: not updated, of 18 June", use_inner_text=True)
    assert reader.text("th.today") == "18 June"  # nobody's today any more
    expect(page.locator(".current")).to_be_hidden()
    expect(page.locator(".moment-of")).to_be_visible()
    expect(page.locator("[role=status]")).to_have_text("NBKR: not updated, rates of 18 June")
    reader.server.status = 200
    tomorrow = later(scenes.evening(), 24 * 60 - 7 * 60)
    reader.becomes(tomorrow)
    reader.server.elapsed = timedelta(0)
    reader.refreshes()
    assert "not updated" not in reader.text("caption")
    assert reader.text(".date") == "19 June, Thursday"


def test_an_answer_that_fails_takes_back_what_is_said_of_headlines(reader: Reader) -> None:
    reader.server.status = 500
    reader.waits(100)
    expect(reader.page.locator(".current")).to_be_hidden()


def test_the_one_control_stops_what_changes_by_itself(reader: Reader) -> None:
    pause = reader.page.get_by_role("button", name="Pause")
    pause.click()
    before = reader.asked()
    reader.waits(600)
    assert reader.asked() == before
    reader.page.get_by_role("button", name="Continue").click()
    assert reader.asked() == before + 1


def test_who_wants_less_motion_finds_it_stopped(browser: Browser, server: Strips) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        reader = Reader(context.new_page(), server)
        reader.waits(600)
        assert reader.asked() == 0
        assert reader.page.get_by_role("button", name="Continue").is_visible()


def test_without_script_all_of_it_is_there_and_stays_true(browser: Browser, server: Strips) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{server.url}/evening/panel?lang=ru")
        assert page.locator(".daily .title").count() == 8
        assert page.locator("td.after").count() == 3
        for drawn in (".now", ".current", ".pause"):
            assert not page.locator(drawn).first.is_visible()
        assert "18 июня 2025" in page.locator(".moment-of").inner_text()
        page.get_by_role("link", name="English").click()
        assert page.url.endswith("/evening/panel")


# --- room, keyboard, colours -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "lang"),
    [
        pytest.param(width, lang, marks=[] if lang == "ru" or width in (240, 320) else pytest.mark.long)
        for width in (240, 300, 320, 360, 400, 800, 1280)
        for lang in ("en", "ru", "ky")
    ],
)
def test_nothing_is_cut_off_at_any_width(context: BrowserContext, server: Strips, width: int, lang: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    for state in (
        "day",
        "monday",
        "evening_all",
        "late",
        "stale",
        "none",
        "rouble_held",
        "unconfirmed",
        "euro_unconfirmed",
        *STAND_INS,
    ):
        page.clock.install(time=server.scenes[state].now)
        page.goto(f"{server.url}/{state}/panel?lang={lang}&headlines=4")
        page.evaluate(OPEN)
        assert (badly_seen(page), page.evaluate(SMALL)) == ([], []), state
        assert page.evaluate(APART), state


def test_nothing_is_lost_with_a_readers_own_spacing(browser: Browser, server: Strips) -> None:
    """WCAG 1.4.12; the policy forbids a foreign style, so it is lifted."""
    with browser.new_context(viewport={"width": 320, "height": 800}, bypass_csp=True) as context:
        page = context.new_page()
        for state in (
            "day",
            "monday",
            "evening_all",
            "rouble_held",
            "stale",
            "unconfirmed",
            "euro_unconfirmed",
            *STAND_INS,
        ):
            page.clock.install(time=server.scenes[state].now)
            page.goto(f"{server.url}/{state}/panel?lang=ru&headlines=4")
            page.evaluate(OPEN)
            page.add_style_tag(content=SPACED)
            assert badly_seen(page) == [], state


def test_everything_is_reached_by_keyboard_in_the_order_it_is_read(reader: Reader) -> None:
    page, met = reader.page, []
    wanted = page.evaluate("[...document.querySelectorAll('a, button')].map(node => node.textContent.trim())")
    for _ in wanted:
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert met == wanted
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


COLOURS = """() => {
    const hex = colour => colour.match(/\\d+/g).slice(0, 3).map(part => (+part).toString(16).padStart(2, "0")).join("");
    const ground = node => {
        for (; node; node = node.parentElement) {
            const colour = getComputedStyle(node).backgroundColor;
            if (!/, 0\\)$/.test(colour)) return hex(colour);
        }
    };
    const met = new Set();
    for (const node of document.querySelectorAll("main *, header *")) {
        const texts = [...node.childNodes].some(one => one.nodeType === 3 && one.data.trim());
        if (texts && node.checkVisibility()) met.add(`${hex(getComputedStyle(node).color)} ${ground(node)}`);
    }
    return [...met];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_reaches_seven_to_one_in_both_themes(browser: Browser, server: Strips, theme: Any) -> None:
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        for state in ("evening_all", "stale", "rouble_held", "unconfirmed", "euro_unconfirmed", *STAND_INS):
            page.clock.install(time=server.scenes[state].now)
            page.goto(f"{server.url}/{state}/panel")
            page.evaluate(OPEN)
            pairs = [pair.split() for pair in page.evaluate(COLOURS)]
            assert len(pairs) > 2
            assert [pair for pair in pairs if ratio(*pair) < 7] == []


# --- what is told, what is printed -------------------------------------------------------------------------------


def test_a_headline_that_is_followed_is_told_once_with_the_pages_own_id(reader: Reader) -> None:
    page, told = reader.page, []

    def record_beacon(route: Route) -> None:
        told.append((route.request.url, route.request.headers["content-type"], route.request.post_data))
        route.fulfill(status=204)

    page.context.route("**/click/*", record_beacon)
    page.context.route("https://example.org/**", lambda route: route.fulfill(body="read"))
    with page.expect_response("**/click/*"), page.context.expect_page():
        page.locator(".daily .title").first.click()
    page.wait_for_timeout(100)
    assert [url.rpartition("/")[2] for url, *_ in told] == ["en0"]
    assert told[0][1].startswith("text/plain")
    assert re.fullmatch(r"[a-z0-9]{8,}", told[0][2] or "")


def test_opened_to_be_printed_it_prints(context: BrowserContext, server: Strips) -> None:
    page = context.new_page()
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto(f"{server.url}/day/panel#print")
    assert page.evaluate("window.printed")


def story_at(context: BrowserContext, known: Known, told: list[str]) -> Page:
    """The page of a headline, at an address that is answered here, under its own policy."""
    scene = scenes.day()
    one = next(one for one in scene.snapshot.content.headlines if one.id == "en0")
    given = (scene.snapshot, scene.judged, "en", HomeTerms(), POPULAR)
    body = html.page(story(one, known, *given))  # type: ignore[arg-type]

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            told.append(f"{route.request.url} {route.request.post_data}")
            route.fulfill(status=204)
        else:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": html.policy()}
            route.fulfill(body=body, headers=headers)

    context.route("http://rates.example/**", answer)
    page = context.new_page()
    page.on("console", lambda message: told.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: told.append(f"error: {error}"))
    with page.expect_response(lambda answered: answered.request.method == "POST"):
        page.goto("http://rates.example/story/en0")
    page.wait_for_timeout(50)
    return page


def test_a_story_that_is_seen_tells_so_once(context: BrowserContext) -> None:
    told: list[str] = []
    page = story_at(context, Known("Closed since 2023.", 128), told)
    assert len(told) == 1
    assert told[0].startswith("http://rates.example/story/en0/view ")
    for width in (320, 1000):
        page.set_viewport_size({"width": width, "height": 700})
        assert (page.evaluate(SPILLS), page.evaluate(SMALL)) == (0, [])
    assert [pair for pair in page.evaluate(COLOURS) if ratio(*pair.split()) < 7] == []


def test_a_story_is_one_clean_printed_page_with_its_link_written_out(context: BrowserContext) -> None:
    page = story_at(context, Known("Closed since 2023.", 128), [])
    page.emulate_media(media="print")
    shown = page.evaluate("document.body.innerText")
    assert "https://example.org/en/0" in shown
    assert "Closed since 2023." in shown
    assert "99.5614" in shown
    for left_out in ("Popular", "Read at", "Views", "Print", "All headlines"):
        assert left_out.lower() not in shown.lower()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


# --- the element -------------------------------------------------------------------------------------------------


@pytest.fixture
def element(context: BrowserContext) -> Iterator[ElementReader]:
    """`<rate-ticker view="panel">` on somebody else's page, under the strictest policy."""
    service, host = Service(scenes.day()), Host()
    with closing(service.server, host.server):
        reader = ElementReader(context, service, host)
        policy = f"default-src 'none'; script-src {service.server.url}; connect-src {service.server.url}"
        policy += "; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'"
        body = f'<body>{reader.script()}<main><rate-ticker view="panel" headlines="5">Rates</rate-ticker></main></body>'
        reader.opens(body, {"Content-Security-Policy": policy})
        expect(reader.page.locator("rate-ticker .board .fig").first).to_be_visible()
        yield reader


def drawn(reader: ElementReader) -> str:
    return str(
        reader.page.evaluate("document.querySelector('rate-ticker').shadowRoot.querySelector('.page').innerText")
    )


def test_the_element_shows_the_panel_under_a_strict_policy(element: ElementReader) -> None:
    page = element.page
    said = drawn(element)
    for shown in ("18 June, Wednesday", "99.2503", "99.5614", "0.3111", "Latest", "Bridge over the Naryn", "24.kg"):
        assert shown in said
    assert "1 of " not in said  # of the strip there is nothing left to see but its control
    assert element.said == []
    first = page.locator("rate-ticker .title").first
    assert (first.get_attribute("href"), first.get_attribute("ping")) == (
        "https://example.org/en/0",
        f"{element.service.server.url}/click/en0",
    )
    assert page.evaluate(SPILLS) == 0
    page.locator("rate-ticker").get_by_role("button", name="Pause").click()
    expect(page.locator("rate-ticker").get_by_role("button", name="Continue")).to_be_focused()


def test_a_refresh_of_the_elements_panel_leaves_the_focus_on_its_headline(element: ElementReader) -> None:
    page = element.page
    page.locator("rate-ticker .title", has_text="Libraries").focus()
    element.service.becomes(with_news(scenes.day()))
    page.evaluate("document.querySelector('rate-ticker').refresh()")
    expect(page.locator("rate-ticker .title").first).to_contain_text("Ferry to the island")
    focused = "document.querySelector('rate-ticker').shadowRoot.activeElement.textContent"
    assert page.evaluate(focused).startswith("Libraries")


def test_a_refresh_of_the_elements_panel_leaves_what_is_open_open(element: ElementReader) -> None:
    page = element.page
    first, second, third = (scenes.told_by(one, scenes.WEDNESDAY, USD="87.4") for one in ("nbk", "cbu", "nbt"))
    element.service.becomes(later(scenes.witnessed(scenes.day(), first, second, third), 1))
    page.evaluate("document.querySelector('rate-ticker').refresh()")
    page.locator("rate-ticker .board summary").click()
    element.service.becomes(later(scenes.witnessed(scenes.day(), first, second), 2))
    page.evaluate("document.querySelector('rate-ticker').refresh()")
    expect(page.locator("rate-ticker .others tbody").first).to_contain_text("2 of 2 agree")
    expect(page.locator("rate-ticker .others")).to_be_visible()
    expect(page.locator("rate-ticker .board summary")).to_be_focused()


def test_the_elements_panel_follows_its_attributes_and_becomes_a_strip_again(element: ElementReader) -> None:
    page = element.page
    page.locator("rate-ticker .board").get_by_role("link", name="Кыргызча").click()
    expect(page.locator("rate-ticker .date")).to_have_text("18-июнь, шаршемби")
    assert page.locator("rate-ticker").get_attribute("lang") == "ky"
    page.evaluate("document.querySelector('rate-ticker').removeAttribute('view')")
    expect(page.locator("rate-ticker .board")).to_have_count(0)
    expect(page.locator("rate-ticker .bank .name")).to_be_visible()


def test_the_elements_panel_says_so_when_nobody_could_look(element: ElementReader) -> None:
    element.service.server.status = 500
    element.page.clock.fast_forward(13 * 3600 * 1000)
    element.page.clock.run_for(60_000)
    assert "NBKR: not updated, of 18 June" in drawn(element)
    assert "today" not in drawn(element)


@contextmanager
def in_a_column(browser: Browser, scene: scenes.Scene, width: int, attributes: str, style: str) -> Iterator[Page]:
    """Somebody else's page with the panel in a column, and a paragraph below it."""
    service, host = Service(scene), Host()
    with closing(service.server, host.server), browser.new_context(viewport={"width": 1000, "height": 720}) as context:
        reader = ElementReader(context, service, host)
        tag = f'<rate-ticker view="panel" {attributes} style="{style}">Rates</rate-ticker>'
        reader.opens(f'<body><aside style="width:{width}px">{reader.script()}{tag}<p>Below</p></aside></body>')
        expect(reader.page.locator("rate-ticker .fig").first).to_be_visible()
        yield reader.page


@pytest.mark.parametrize("state", ["day", "evening_all", "rouble_stands_in"])
@pytest.mark.parametrize("width", [240, 320, 400, 760])
def test_a_panel_that_has_a_height_keeps_it_and_scrolls_its_headlines(browser: Browser, width: int, state: str) -> None:
    height = reserved_height(Options(headlines=10), 3)
    with in_a_column(
        browser, scenes.SCENES[state](), width, 'headlines="10"', f"display:grid;height:{height}px"
    ) as page:
        ticker, board, read = (page.locator(one) for one in ("rate-ticker", "rate-ticker .board", "rate-ticker .read"))
        boxes = [one.bounding_box() for one in (ticker, board)]
        assert [(box["width"], box["height"]) for box in boxes if box] == [(width, height)] * 2
        assert read.evaluate("node => node.scrollHeight - node.clientHeight") > 0
        assert read.evaluate("node => node.scrollWidth - node.clientWidth") == 0
        expect(page.locator("rate-ticker .tools a").first).to_be_in_viewport()
        last = page.locator("rate-ticker .daily .title").last
        last.focus()
        expect(last).to_be_in_viewport()
        assert page.evaluate("window.shifts") == 0


@pytest.mark.parametrize("width", [240, 320, 400])
@pytest.mark.parametrize(("headlines", "shown"), [(0, "clock,rates,change,lang"), (1, ""), (3, ""), (10, "")])
def test_no_more_height_is_reserved_than_the_content_has(
    browser: Browser, width: int, headlines: int, shown: str
) -> None:
    attributes = f'headlines="{headlines}"' + (f' show="{shown}"' if shown else "")
    with in_a_column(browser, scenes.day(), width, attributes, "") as page:
        box = page.locator("rate-ticker").bounding_box()
        assert box
        reserved = reserved_height(Options(headlines=headlines), 3)
        assert reserved <= box["height"]
        if headlines < 3:
            assert box["height"] - reserved < 90


def test_an_official_figure_leads_to_its_chart_from_the_panel(reader: Reader) -> None:
    link = reader.page.get_by_role("link", name=re.compile("^99.5614 ?, chart of the euro, opens in a new window$"))
    assert link.get_attribute("href") == "/day/chart?currencies=EUR"
    assert link.get_attribute("target") == "_blank"
    box = link.bounding_box()
    assert box
    assert box["height"] >= 28
