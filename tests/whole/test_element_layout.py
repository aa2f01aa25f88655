"""How the element is laid out in a host page in a real browser: as the strip's page, in its shadow root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from support import scenes
from support.host_page import Host, Reader, Service, closing
from support.strip_layout import BOUNDARIES, IN_ELEMENT, agree, at_widths, bar_height, baselines, computed, faults

from ticker.serve.strip.height import css_height, pixels
from ticker.serve.strip.options import Options

BARE = "<style>body { margin: 0 } main { display: flow-root }</style>"
SPACED = """const spaced = new CSSStyleSheet();
    spaced.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
        word-spacing: .16em !important; } p { margin-block-end: 2em !important; }`);
    ticker.shadowRoot.adoptedStyleSheets.push(spaced)"""


@pytest.fixture
def make(browser: Browser) -> Iterator[Callable[..., Reader]]:
    service, host = Service(scenes.day()), Host()
    contexts: list[BrowserContext] = []

    def made(scene: scenes.Scene | None = None, **options: Any) -> Reader:
        if scene:
            service.becomes(scene)
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 400}, **options}))
        contexts[-1].set_default_timeout(5000)
        return Reader(contexts[-1], service, host)

    with closing(service.server, host.server):
        yield made
        for one in contexts:
            one.close()


def shown(reader: Reader, attributes: str = "", around: str = "", options: Options | None = None, n: int = 3) -> Reader:
    """The element as the given code has it, in a box with the style `around`."""
    style = f"display:block;min-height:{css_height(options or Options(), n)}"
    element = f'<rate-ticker {attributes} style="{style}"><a href="/">Rates</a></rate-ticker>'
    box = f'<div id="around" style="{around}"><div style="container-type:inline-size;width:100%">{element}</div></div>'
    reader.opens(f"<body>{reader.script()}{box}<main><h1>Our paper</h1></main></body>", head=BARE)
    reader.page.wait_for_function(f"{IN_ELEMENT}?.querySelector('.run')")
    return reader


@pytest.mark.parametrize("lang", ["en", "ru", "ky"])
@pytest.mark.parametrize("state", ["day", "evening_all", "late", "stale", "none", "rouble_held", "stand_in"])
def test_it_is_as_high_as_is_given_out_and_nothing_wraps_or_overlaps(
    make: Callable[..., Reader], state: str, lang: str
) -> None:
    reader = shown(make(scenes.SCENES[state]()), f"lang={lang}")
    assert at_widths(reader.page, [280, *BOUNDARIES, 1280, 1920], Options(), 3, IN_ELEMENT) == []
    assert reader.said == []


@pytest.mark.parametrize(
    ("attributes", "options"),
    [
        ("headlines=0", Options(headlines=0)),
        ("show=headlines,clock,lang", Options(show=("headlines", "clock", "lang"))),
        ("show=rates,headlines", Options(show=("rates", "headlines"))),
        ("frame=card line=c8102e", Options()),
        ("motion=scroll", Options()),
        ("motion=static charts=on", Options()),
    ],
)
def test_so_it_is_with_other_parts(make: Callable[..., Reader], attributes: str, options: Options) -> None:
    reader = shown(make(scenes.evening_all()), attributes, options=options)
    widths = [280, 320, 360, 499, 500, 579, 580, 823, 824, 1280, 1920]
    assert at_widths(reader.page, widths, options, 3, IN_ELEMENT) == []
    assert reader.said == []


@pytest.mark.parametrize("around", ["", "display:flex", "display:grid", "display:flex;flex-direction:column"])
def test_given_height_is_used_height_in_any_parent(make: Callable[..., Reader], around: str) -> None:
    reader = shown(make(), around=around)
    for width in (360, 499, 500, 823, 824, 1280):
        reader.page.set_viewport_size({"width": width, "height": 300})
        wanted = pixels(Options(), 3, width)
        used = reader.does("return [ticker.offsetHeight, document.querySelector('main').offsetTop, ticker.offsetWidth]")
        assert used == [wanted, wanted, width]
        assert bar_height(reader.page, IN_ELEMENT) == wanted


@pytest.mark.parametrize(("width", "used"), [(1280, 44), (760, 80), (360, 96)])
def test_a_higher_element_is_filled_by_the_ground_with_the_bar_in_its_middle(
    make: Callable[..., Reader], width: int, used: int
) -> None:
    reader = make(viewport={"width": width, "height": 400})
    element = '<rate-ticker bg="c8102e" style="display:grid;min-height:138px"><a href="/">Rates</a></rate-ticker>'
    reader.opens(f"<body>{reader.script()}{element}</body>", head=BARE)
    expect(reader.page.locator("rate-ticker .figure").first).to_be_visible()
    box = reader.page.locator("rate-ticker .bar").bounding_box()
    assert box is not None
    assert (box["y"], box["height"]) == ((138 - used) / 2, used)
    assert computed(reader.page, ".page", "backgroundColor", IN_ELEMENT) == "rgb(200, 16, 46)"
    assert reader.does("return ticker.shadowRoot.querySelector('.page').offsetHeight") == 138


@pytest.mark.parametrize("width", [279, 240, 160])
def test_narrower_than_any_strip_it_keeps_its_height_and_the_page_its_width(
    make: Callable[..., Reader], width: int
) -> None:
    reader = shown(make(), around=f"width:{width}px")
    assert bar_height(reader.page, IN_ELEMENT) == 96
    assert reader.does("return [ticker.offsetWidth, ticker.offsetHeight]") == [width, 96]
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert reader.page.locator("rate-ticker .bank .name").is_visible()


@pytest.mark.parametrize("state", ["day", "evening_all", "late"])
def test_all_text_stands_on_two_baselines(make: Callable[..., Reader], state: str) -> None:
    reader = shown(make(scenes.SCENES[state]()), "lang=ru")
    for width in (1920, 1280, 900, 760, 560, 480, 360):
        reader.page.set_viewport_size({"width": width, "height": 130})
        assert agree(baselines(reader.page, IN_ELEMENT), pixels(Options(), 3, width)) == [], f"{width} px"


@pytest.mark.parametrize("lang", ["en", "ru", "ky"])
def test_text_spacing_keeps_heights_and_rows(make: Callable[..., Reader], lang: str) -> None:
    """WCAG 1.4.12."""
    reader = shown(make(scenes.evening_all()), f"lang={lang}")
    reader.does(SPACED)
    assert at_widths(reader.page, [320, 360, 499, 500, 640, 823, 824, 1280], Options(), 3, IN_ELEMENT) == []


def test_a_refresh_changes_number_marks_and_form_in_place(make: Callable[..., Reader]) -> None:
    reader = shown(make(), "currencies=USD,EUR")
    strip = "const strip = ticker.shadowRoot.querySelector('#strip');"
    told = f"{strip} return [strip.dataset.n, strip.className, ticker.shadowRoot.querySelectorAll('.rates li').length]"
    assert reader.does(told) == ["2", "full", 2]
    reader.service.becomes(scenes.late())
    reader.does("ticker.setAttribute('currencies', 'USD,EUR,RUB'); await ticker.refresh()")
    assert reader.does(told) == ["3", "full marked", 3]
    reader.does("ticker.setAttribute('headlines', 0); await ticker.refresh()")
    assert reader.does(told) == ["3", "bare marked", 3]
    assert faults(reader.page, IN_ELEMENT) == []
    reader.does("ticker.setAttribute('show', 'clock,lang'); await ticker.refresh()")
    assert reader.does(strip + "return strip.className") == "rateless marked"
    assert faults(reader.page, IN_ELEMENT) == []
    assert bar_height(reader.page, IN_ELEMENT) == 44


def test_languages_open_by_their_one_control_and_escape_closes_them(make: Callable[..., Reader]) -> None:
    reader = shown(make(viewport={"width": 360, "height": 300}))
    summary, russian = reader.page.locator("rate-ticker summary"), reader.page.locator("rate-ticker [hreflang=ru]")
    expect(summary).to_have_accessible_name("Language EN")
    assert not russian.is_visible()
    summary.click()
    assert russian.is_visible()
    reader.page.keyboard.press("Escape")
    assert not russian.is_visible()
    assert reader.does("return ticker.shadowRoot.activeElement.localName") == "summary"
    reader.page.keyboard.press("Enter")
    russian.click()
    expect(reader.page.locator("rate-ticker .bank .name")).to_have_text("НБКР")
    expect(summary).to_have_accessible_name("Язык РУ")
