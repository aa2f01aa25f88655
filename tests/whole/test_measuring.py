"""The measuring script's judge: it finds each fault that is planted in a strip that has none, and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from audit.engines import ChromiumTab
from audit.measured import serving
from audit.shifts import moved
from playwright.sync_api import Browser, Page

FAULTS = Path(__file__).parents[1] / "audit" / "faults.js"
TITLE = "A title much longer than the room there is for it, so that it ends in an ellipsis after two rows " * 3
STYLE = """
* { margin: 0; padding: 0; box-sizing: border-box; } ul { list-style: none; }
#strip { font: 14px/17px sans-serif; height: 44px; overflow: hidden; }
.bar { display: flex; height: 44px; gap: 12px; padding: 5px 8px; align-items: start; }
.bar > *, .rates > li { flex: none; white-space: nowrap; } .bar > .news { flex: 1; min-width: 0; overflow: hidden; }
.clock > *, .bank > *, .rates > li > * { display: block; } .rates { display: flex; gap: 12px; }
.list > li { display: flex; gap: 8px; }
.by { flex: none; width: 64px; } .publisher { display: block; overflow: hidden; text-overflow: ellipsis; }
.list a {
  flex: 1; white-space: normal; overflow: hidden;
  display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical;
}
button { width: 28px; height: 28px; }
"""
STRIP = f"""<!doctype html><html class="run"><title>Strip</title><style>{STYLE}</style><style>{{more}}</style><body>
<main id="strip"><div class="bar"><p class="clock"><span>18:31</span><span>Bishkek</span></p>
<p class="bank"><span>NBKR, 22 May</span><span>day change</span></p>
<ul class="rates"><li><span>USD 102.57</span><span>0.31</span></li>
<li><span>EUR 118.20</span><span>0.12</span></li></ul>
<div class="news"><ul class="list"><li><span class="by"><time>18:27</time>
<span class="publisher">The Times of Central Asia</span></span><a href="#">{TITLE}</a></li></ul></div>
<p class="controls"><button id="pause"></button></p></div></main></body></html>"""
PLANTED = {
    "overlap of parts": ("overlap", ".bank { margin-left: -40px; }"),
    "overlap of two figures": ("overlap", ".rates > li + li { margin-left: -40px; }"),
    "button over a text": ("overlap", ".controls { margin-left: -60px; }"),
    "two parts that touch nowhere but in a text": ("overlap", ".bank { width: 40px; }"),
    "label in two lines": ("wrap", ".bank { white-space: normal; width: 70px; }"),
    "figure in two lines": ("wrap", ".rates > li { white-space: normal; width: 50px; }"),
    "publisher in two lines": ("wrap", ".publisher { white-space: normal; }"),
    "rates in two rows": ("wrap", ".rates { flex-wrap: wrap; width: 90px; }"),
    "title in three rows": ("wrap", ".list a { -webkit-line-clamp: 3; line-height: 12px; }"),
    "label cut": ("cut", ".bank { overflow: hidden; width: 40px; }"),
    "label with an ellipsis": ("cut", ".bank > * { overflow: hidden; text-overflow: ellipsis; width: 40px; }"),
    "title cut without an ellipsis": ("cut", ".list a { display: block; height: 25px; }"),
    "lower row cut": ("cut", ".bar { height: 32px; overflow: hidden; }"),
    "figure beyond the edge": ("cut", ".rates { margin-left: 1100px; }"),
    "rate scrolled away in one line": ("moved", ".rates { overflow-x: auto; width: 100px; }"),
    "no room for headlines": ("narrow", ".bar > .news { flex: none; width: 170px; }"),
    "a page that is too wide": ("sideways", "#strip { overflow: visible; } .bar { width: 1400px; }"),
    "content that needs more": ("height", "#strip, .bar { height: 46px; }"),
}


def measured(page: Page, more: str = "", height: int = 44) -> list[tuple[str, str]]:
    """Kinds of faults, with what was said of each, of the strip with more style, 1280 px wide."""
    frame = f'<iframe style="width:100%;height:{height}px;border:0;display:block" srcdoc="{{}}"></iframe>'
    page.set_content(f'<div class="box" id="en-2">{frame.format(escape(STRIP.replace("{more}", more)))}</div>')
    page.add_script_tag(path=FAULTS)
    page.evaluate("ready(false)")
    steps = {"en-2": [[1280, height]]}
    return [(kind, what) for _, _, kind, what in page.evaluate(f"measure('strip', {json.dumps(steps)})")]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1300, "height": 200}) as context:
        yield context.new_page()


def test_a_right_strip_has_no_fault(page: Page) -> None:
    assert measured(page) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found(page: Page, planted: str) -> None:
    kind, style = PLANTED[planted]
    assert kind in {found for found, _ in measured(page, style)}


def test_cells_may_scroll_and_have_three_rows(page: Page) -> None:
    cells = (
        "#strip, .bar { height: 96px; } .rates { overflow-x: auto; width: 100px; } .rates > li::after { content: 'x'; }"
    )
    assert measured(page, cells, 96) == []


@pytest.mark.parametrize("of", ["the code", "the look"])
def test_a_height_that_is_not_the_looks_is_found(page: Page, of: str) -> None:
    found = measured(page, "#strip, .bar { height: 46px; }", 46) if of == "the look" else measured(page, "", 46)
    assert ("height" in {kind for kind, _ in found}) == (of == "the code")


def test_what_a_page_says_is_heard(browser: Browser) -> None:
    with serving("day") as service, browser.new_context() as context:
        page = context.new_page()
        page.goto(service.page("says", "<script>console.info('a', 1); missing()</script><img src=/nowhere>"))
        said: list[str] = page.evaluate("top.said")
    assert [one.partition(": ")[2] for one in said[:2]] == [
        "info: a 1",
        "exception: Uncaught ReferenceError: missing is not defined",
    ]
    assert service.missing == ["404 Not Found: /nowhere"]


GROWS = """<div class="box" style="height: {first}px"></div><p class="after" id="after">What comes after</p><script>
addEventListener("load", () => setTimeout(() => {{ document.querySelector(".box").style.height = "{last}px"; }}, 200));
</script>"""


@pytest.mark.parametrize(("last", "moves"), [(44, False), (54, True)])
def test_a_page_that_moves_after_it_was_painted_is_found(browser: Browser, last: int, *, moves: bool) -> None:
    with serving("day") as service, browser.new_context(viewport={"width": 760, "height": 900}) as context:
        found = moved(ChromiumTab(context.new_page()), service, "grows", GROWS.format(first=44, last=last))
    assert len(found) == (2 if moves else 0)  # as the browser counts it, and by the paragraph's place
