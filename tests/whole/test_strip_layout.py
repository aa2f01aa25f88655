"""How the strip's page is laid out in a real browser: heights, baselines, rows, and readers' own settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support import scenes
from support.pictures import OFFERED, Strips, serving
from support.strip_layout import BOUNDARIES, agree, at_widths, bar_height, baselines, computed, faults
from support.strip_page import SHIFTS, Reader

from ticker.serve.strip.height import css_height, pixels
from ticker.serve.strip.options import Offered, Options, parse

MANY = {
    "KZT": ("0.1840", "0.1842", "0.1844"),
    "CNY": ("12.1000", "12.1774", "12.1800"),
    "GBP": ("117.1000", "117.4051", "117.6000"),
    "UZS": ("0.0069", "0.0070", "0.0071"),
    "TRY": ("1.8830", "1.8834", "1.8840"),
    "BTC": ("8900000.00", "8934512.10", "9000000.55"),
}
EIGHT = "currencies=USD,EUR,RUB,KZT,CNY,GBP,UZS,TRY"
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }"""
STYLED = """text => {
    const style = document.getElementById("given") || document.head.appendChild(document.createElement("style"));
    style.id = "given";
    style.textContent = text;
}"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Strips]:
    monkeypatch.setattr("support.pictures.OFFERED", Offered(OFFERED.currencies | MANY.keys(), OFFERED.feeds))
    with serving() as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 130}, bypass_csp=True)
    context.set_default_timeout(5000)
    yield context
    context.close()


def with_many(scene: scenes.Scene) -> scenes.Scene:
    """The scene with figures of more currencies."""
    days = tuple(one.valid_on for one in scene.snapshot.content.series[0].rates)
    more = tuple(scenes.series(one, days, figures) for one, figures in MANY.items())
    return scene.with_content(series=(*scene.snapshot.content.series, *more))


def euro_held_at_new_year() -> scenes.Scene:
    """The euro alone is late."""
    today = date(2026, 1, 1)
    usd, _, rub = scenes.daily(today - scenes.DAY, today)
    held = scenes.series("EUR", (today - 2 * scenes.DAY, today - scenes.DAY))
    return scenes.scene(scenes.at(today, "00:05"), (usd, held, rub))


STATES = {**scenes.SCENES, "held": euro_held_at_new_year}


# --- heights -----------------------------------------------------------------------------------------------------


# In the short run the language with the longest words; the others where every row is in use.
IN_SHORT = {(state, lang) for state in ("day", "evening_all", "monday", "held") for lang in ("en", "ky")}
STATE_AND_LANG = [
    pytest.param(state, lang, marks=[] if lang == "ru" or (state, lang) in IN_SHORT else pytest.mark.long)
    for state in STATES
    for lang in ("en", "ru", "ky")
]


@pytest.mark.parametrize(("state", "lang"), STATE_AND_LANG)
def test_it_is_as_high_as_is_given_out_and_nothing_wraps_or_overlaps(
    context: BrowserContext, server: Strips, state: str, lang: str
) -> None:
    server.scenes[state] = STATES[state]()
    reader = Reader(context.new_page(), server, state, f"?lang={lang}")
    assert at_widths(reader.page, [280, *BOUNDARIES, 1280, 1920], Options(), 3) == []


@pytest.mark.parametrize("lang", ["en", "ru", "ky"])
@pytest.mark.parametrize("state", ["day", "evening_all", "late", "stand_in", "unconfirmed"])
def test_after_until_it_is_as_high_as_before(context: BrowserContext, server: Strips, state: str, lang: str) -> None:
    reader = Reader(context.new_page(), server, state, f"?lang={lang}")
    reader.page.wait_for_load_state("networkidle")
    server.status = 503
    reader.sleeps(24 * 400)
    reader.page.locator(".outdated").wait_for()
    assert at_widths(reader.page, [280, 320, 360, 499, 500, 823, 824, 1280], Options(), 3) == []


@pytest.mark.parametrize(
    ("query", "n"),
    [
        *(
            ("&".join(("currencies=" + ",".join(EIGHT.split("=")[1].split(",")[:n]), "lang=ru")), n)
            for n in (1, 2, 5, 8)
        ),
        ("headlines=0", 3),
        (f"headlines=0&{EIGHT}", 8),
        ("show=headlines,clock,lang", 3),
        ("currencies=USD,EUR,BTC&frame=card", 3),
        ("show=rates,headlines", 3),
        ("line=c8102e", 3),
        (f"{EIGHT}&charts=on", 8),
        ("motion=static", 3),
        ("motion=scroll", 3),
    ],
)
@pytest.mark.parametrize("state", ["day", "evening_all", pytest.param("late", marks=pytest.mark.long)])
def test_so_it_is_with_other_parts_and_currencies(
    context: BrowserContext, server: Strips, state: str, query: str, n: int
) -> None:
    server.scenes[state] = with_many(server.scenes[state])
    options = parse(query, Offered(OFFERED.currencies | MANY.keys(), OFFERED.feeds))[0]
    reader = Reader(context.new_page(), server, state, f"?{query}")
    edges = (280 + 100 * n, 200 + 100 * n, 524 + 100 * n, 112 + 60 * n, 924 + 100 * n)
    widths = sorted({280, 320, 360, *(edge + by for edge in edges for by in (-1, 0) if edge > 280), 1920})
    assert at_widths(reader.page, widths, options, n) == []
    assert reader.said == []


@pytest.mark.parametrize("width", [1280, 760, 360])
@pytest.mark.parametrize("state", ["day", "evening", "stale", "none"])
def test_nothing_shifts_and_the_console_is_silent(
    context: BrowserContext, server: Strips, state: str, width: int
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 130})
    page.add_init_script(SHIFTS)
    reader = Reader(page, server, state)
    reader.refreshes()
    page.wait_for_timeout(100)
    assert page.evaluate("window.shifts") == 0
    assert reader.said == []


def test_the_given_code_reserves_exactly_that(context: BrowserContext, server: Strips) -> None:
    page, css = context.new_page(), css_height(Options(), 3)
    server.host = (
        '<!doctype html><link rel="icon" href="data:,"><body style="margin:0"><div id="around">'
        '<div style="container-type:inline-size;width:100%"><iframe src="/day/strip" height="96" '
        f'style="display:block;border:0;width:100%;height:{css}"></iframe></div></div><hr style="margin:0">'
    )
    page.goto(f"{server.url}/host", wait_until="networkidle")
    for display in ("block", "flex", "grid"):
        for width in (360, 499, 500, 823, 824, 1280):
            page.set_viewport_size({"width": width, "height": 300})
            page.evaluate("kind => { document.getElementById('around').style.display = kind; }", display)
            wanted = pixels(Options(), 3, width)
            found = page.evaluate(
                "[document.querySelector('iframe').offsetHeight, document.querySelector('hr').offsetTop]"
            )
            assert found == [wanted, wanted], f"{display}, {width} px"
            assert bar_height(page.frames[1]) == wanted, f"{display}, {width} px"
            assert page.frames[1].evaluate("document.documentElement.scrollHeight") == wanted


@pytest.mark.parametrize(("width", "used"), [(1280, 44), (760, 80), (360, 96)])
def test_a_higher_frame_is_filled_by_the_ground_with_the_bar_in_its_middle(
    context: BrowserContext, server: Strips, width: int, used: int
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 138})
    Reader(page, server, query="?bg=c8102e")
    box = page.locator(".bar").bounding_box()
    assert box is not None
    assert (box["y"], box["height"]) == ((138 - used) / 2, used)
    assert computed(page, "body", "backgroundColor") == "rgb(200, 16, 46)"
    assert page.evaluate("document.body.offsetHeight") == 138


# --- rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("font", ["DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "Noto Sans, sans-serif"])
@pytest.mark.parametrize("state", ["day", "evening_all", "late"])
def test_all_text_stands_on_two_baselines_in_any_font(
    context: BrowserContext, server: Strips, state: str, font: str
) -> None:
    reader = Reader(context.new_page(), server, state, "?lang=ru")
    reader.page.evaluate(STYLED, f"* {{ font-family: {font} !important; }}")
    for width in (1920, 1280, 900, 760, 560, 480, 360):
        reader.page.set_viewport_size({"width": width, "height": 130})
        found = baselines(reader.page)
        assert len(found["figure"]) == 3
        assert agree(found, pixels(Options(), 3, width)) == [], f"{width} px"


def test_the_small_figures_stand_in_the_row_that_says_what_they_are(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "evening_all")
    assert reader.text(".bank .low") == "for 19 Jun"
    assert [one.inner_text() for one in reader.page.locator(".small").all()] == ["87.449 ▼", "102.65 ▲", "1.0988 ▼"]
    reader = Reader(context.new_page(), server, "monday")
    assert reader.text(".bank .low") == "changed 21 Jun"
    assert [one.inner_text() for one in reader.page.locator(".small").all()] == ["0", "▲ 0.31", "▼ 0.0031"]


def test_a_headlines_time_stands_above_its_publisher_and_yesterday_in_its_place(
    context: BrowserContext, server: Strips
) -> None:
    reader = Reader(context.new_page(), server, "stale")
    time, low = reader.page.locator(".list time").first, reader.page.locator(".list .low").first
    above, beneath = time.bounding_box(), low.bounding_box()
    assert above is not None
    assert beneath is not None
    assert (above["x"], above["y"] + 17) == (beneath["x"], beneath["y"])
    assert low.inner_text().strip("\u200b") == "12 May"
    assert low.locator("span").evaluate("node => getComputedStyle(node).color") == "rgb(122, 59, 0)"
    scene = scenes.day()
    server.scenes["yesterday"] = replace(scene, now=scene.now + scenes.DAY)
    reader = Reader(context.new_page(), server, "yesterday")
    assert reader.text(".list .publisher") == "yesterday"
    reader = Reader(context.new_page(), server)
    assert reader.text(".list .publisher") == "24.kg"
    assert computed(reader.page, ".list .low span", "color") == "rgb(77, 86, 99)"


@pytest.mark.parametrize(
    ("state", "upper", "lower", "amber"),
    [
        ("day", "NBKR, soms, 18 Jun", "day change", False),
        ("late", "NBKR, soms, 30 Dec", "last known", True),
        ("stale", "no NBKR rate", "since 12 May", True),
        ("unconfirmed", "NBKR, soms, 18 Jun", "unconfirmed", True),
        ("none", "no NBKR rate", "yet", True),
        ("demo", "DEMO, soms, 18 Jun", "day change", False),
    ],
)
def test_the_label_says_bank_and_day_and_is_amber_where_that_is_not_all(
    context: BrowserContext, server: Strips, state: str, upper: str, lower: str, *, amber: bool
) -> None:
    reader = Reader(context.new_page(), server, state)
    assert [reader.text(".bank .up"), reader.text(".bank .low")] == [upper, lower]
    assert reader.page.locator("#strip.marked").count() == amber
    assert (computed(reader.page, ".bank", "backgroundColor") == "rgb(255, 241, 218)") is amber


# --- readers' own settings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ru", "ky"])
@pytest.mark.parametrize("state", ["day", "evening_all", "late", "rouble_held", "stand_in"])
def test_text_spacing_keeps_heights_and_rows(context: BrowserContext, server: Strips, state: str, lang: str) -> None:
    """WCAG 1.4.12."""
    reader = Reader(context.new_page(), server, state, f"?lang={lang}")
    reader.page.evaluate(STYLED, SPACED)
    assert at_widths(reader.page, [320, 360, 499, 500, 640, 823, 824, 1280], Options(), 3) == []


def test_at_200_per_cent_it_is_a_narrower_strip(browser: Browser, server: Strips) -> None:
    """A page's zoom is fewer px for as much of the screen."""
    with browser.new_context(viewport={"width": 640, "height": 100}, device_scale_factor=2) as context:
        reader = Reader(context.new_page(), server)
        assert bar_height(reader.page) == pixels(Options(), 3, 640)
        assert faults(reader.page) == []


@pytest.mark.parametrize("theme", ["auto", "dark"])
def test_in_forced_colours_hairlines_are_borders_and_marks_have_an_outline(
    browser: Browser, server: Strips, theme: str
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 60}, forced_colors="active") as context:
        reader = Reader(context.new_page(), server, "late", f"?theme={theme}")
        assert computed(reader.page, ".bank", "outlineStyle") == "solid"
        assert (
            reader.page.evaluate("getComputedStyle(document.querySelector('.bar'), '::after').borderBottomWidth")
            == "1px"
        )
        reader = Reader(context.new_page(), server, "rouble_held")
        late = "getComputedStyle(document.querySelector('.low[data-kind=late] span')).outlineStyle"
        assert reader.page.evaluate(late) == "solid"


def test_a_site_s_line_lies_within_the_height(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, query="?line=c8102e")
    line = "getComputedStyle(document.querySelector('#strip'), '::before')"
    assert reader.page.evaluate(f"[{line}.height, {line}.backgroundColor]") == ["3px", "rgb(200, 16, 46)"]
    assert computed(reader.page, "body", "backgroundColor") == "rgb(255, 255, 255)"
    assert bar_height(reader.page) == 44


# --- without script, and a past moment ---------------------------------------------------------------------------


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    with browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 60}) as context:
        yield context.new_page()


def test_without_script_it_says_as_of_when_and_has_no_controls(plain: Page, server: Strips) -> None:
    plain.goto(f"{server.url}/day/strip")
    assert plain.locator(".clock .up").inner_text().split("\n") == ["Time in Bishkek:", "as of 11:15"]
    assert plain.locator(".city").is_visible()
    assert not plain.locator(".controls").is_visible()
    plain.goto(f"{server.url}/stale/strip")
    assert plain.locator(".clock").inner_text().split("\n")[1:] == ["as of 21:09", "12 May"]


def test_without_script_headlines_and_rates_scroll_sideways(plain: Page, server: Strips) -> None:
    server.scenes["day"] = with_many(server.scenes["day"])
    plain.set_viewport_size({"width": 360, "height": 96})
    plain.goto(f"{server.url}/day/strip?{EIGHT}")
    assert not plain.locator(".more").is_visible()
    for link, box in ((plain.locator(".list a").last, ".list"), (plain.locator(".rates .figure").last, ".rates")):
        link.scroll_into_view_if_needed()
        inner, frame = link.bounding_box(), plain.locator(box).bounding_box()
        assert inner is not None
        assert frame is not None
        assert inner["x"] + inner["width"] <= frame["x"] + frame["width"] + 1
        assert inner["x"] >= frame["x"] - 1


def test_without_script_the_languages_open_and_lead_on(plain: Page, server: Strips) -> None:
    plain.set_viewport_size({"width": 360, "height": 96})
    plain.goto(f"{server.url}/day/strip")
    assert not plain.locator(".links a").first.is_visible()
    plain.locator("summary").click()
    plain.locator(".links [hreflang=ru]").click()
    expect(plain.locator(".bank .name")).to_have_text("НБКР")


def test_a_past_moment_stands_in_the_clocks_place(context: BrowserContext, server: Strips) -> None:
    scene = scenes.day()
    server.scenes["past"] = replace(scene, snapshot=replace(scene.snapshot, past=True))
    reader = Reader(context.new_page(), server, "past")
    assert reader.page.locator(".clock .up time").inner_text() == "11:15"
    assert reader.page.locator(".clock .low").inner_text() == "18 Jun 2025"
    assert computed(reader.page, ".clock", "backgroundColor") == "rgb(255, 241, 218)"
    assert reader.page.locator("script").count() == 0
    assert at_widths(reader.page, [320, 499, 500, 823, 824, 1280], Options(), 3) == []
