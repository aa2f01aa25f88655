"""The page of a chart in a real browser: the cursor by pointer and keyboard, tables on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support import scenes
from support.figures import Shelf, run
from support.seen import SPACED, badly_seen
from support.served import serving

from ticker.model import DAY

TODAY = scenes.WEDNESDAY


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    shelf = Shelf(scenes.day(), Path(tmp_path_factory.mktemp("chart")))
    shelf.put(run("USD", TODAY, *[f"87.4{nth:03}" for nth in range(90)]))
    shelf.put(run("EUR", TODAY, *[None if nth == 88 else f"102.{5000 - nth}" for nth in range(90)]))
    shelf.put(run("RUB", TODAY, *[f"1.1{nth:03}" for nth in range(90)]))
    with serving(shelf.app) as address:
        yield address
    shelf.store.close()


def opened(browser: Browser, address: str, width: int = 360, **look: Any) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 800}, **look).new_page()
    page.said = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.said.append(message.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.said.append(str(error)))  # type: ignore[attr-defined]
    page.goto(address)
    return page


def said(page: Page) -> str:
    return page.get_by_role("slider").get_attribute("aria-valuetext") or ""


@pytest.mark.parametrize("width", [360, 1280])
def test_the_day_under_the_pointer_is_drawn_and_said_with_its_figures(browser: Browser, url: str, width: int) -> None:
    page = opened(browser, f"{url}/chart?currencies=USD,EUR&lang=ru", width)
    slider = page.get_by_role("slider", name="Курс на день")
    box = slider.bounding_box()
    assert box
    expect(page.locator(".on")).to_be_hidden()
    page.mouse.move(box["x"] + 1, box["y"] + 120)
    assert said(page) == "21 марта 2025; доллар США: 87,4000; евро: 102,5000"
    expect(page.locator(".on")).to_have_text("21 марта 2025")
    expect(page.locator(".dot").first).to_have_text("87,4000")
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 120)
    assert said(page).startswith("18 июня 2025; ")
    page.mouse.move(box["x"] + 10, box["y"] - 60)
    expect(page.locator(".on")).to_be_hidden()
    assert page.said == []  # type: ignore[attr-defined]
    page.context.close()


def test_arrow_keys_go_from_day_to_day_and_a_day_without_a_rate_says_so(browser: Browser, url: str) -> None:
    page = opened(browser, f"{url}/chart?currencies=EUR")
    slider = page.get_by_role("slider", name="Rate on a day")
    slider.focus()
    expect(page.locator(".on")).to_have_text("18 June 2025")
    for key, told in (
        ("ArrowLeft", "17 June 2025; euro: no rate"),
        ("ArrowDown", "16 June 2025; euro: 102.4913"),
        ("PageDown", "6 June 2025; euro: 102.4923"),
        ("Home", "21 March 2025; euro: 102.5000"),
        ("ArrowLeft", "21 March 2025; euro: 102.5000"),
        ("End", "18 June 2025; euro: 102.4911"),
    ):
        slider.press(key)
        assert said(page) == told
    slider.press("Escape")
    expect(page.locator(".on")).to_be_hidden()
    page.context.close()


def test_the_cursors_point_is_on_the_line(browser: Browser, url: str) -> None:
    """The picture is drawn on the page itself, and asked where the line is."""
    page = opened(browser, f"{url}/chart?currencies=USD&from=30d", 900, bypass_csp=True)
    page.get_by_role("slider").focus()
    page.keyboard.press("PageDown")
    off = page.evaluate(
        """async () => {
            const image = document.querySelector(".picture img"), box = image.getBoundingClientRect();
            const text = await (await fetch(image.currentSrc)).text();
            const path = new DOMParser().parseFromString(text, "image/svg+xml").querySelector(".c");
            const own = document.body.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
            own.append(document.importNode(path));
            const line = own.firstChild, dot = document.querySelector(".dot").getBoundingClientRect();
            const at = [dot.left - box.left, dot.top - box.top].map(one => one * 760 / box.width);
            let nearest = Infinity;
            for (let part = 0; part <= line.getTotalLength(); part += .25) {
                const {x, y} = line.getPointAtLength(part);
                nearest = Math.min(nearest, Math.hypot(x - at[0], y - at[1]));
            }
            return nearest;
        }"""
    )
    assert off < 1
    page.context.close()


def test_without_script_there_is_the_picture_and_the_tables_alone(browser: Browser, url: str) -> None:
    page = opened(browser, f"{url}/chart?currencies=EUR", java_script_enabled=False)
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.locator(".picture img")).to_be_visible()
    expect(page.get_by_text("Point at a day")).to_be_hidden()
    expect(page.get_by_role("link", name="CSV")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "ru", "ky"])
@pytest.mark.parametrize("width", [320, 360, 400, 620, 1280])
def test_nothing_is_cut_off_and_no_figure_broken(browser: Browser, url: str, width: int, lang: str) -> None:
    page = opened(browser, f"{url}/chart?currencies=USD,EUR,RUB&lang={lang}&from=30d", width)
    assert badly_seen(page) == []
    assert page.evaluate("[...document.querySelectorAll('.table')].every(one => one.scrollWidth <= one.clientWidth)")
    page.context.close()


def test_the_last_day_is_that_of_the_table(url: str, browser: Browser) -> None:
    page = opened(browser, f"{url}/chart?currencies=USD&from={TODAY - DAY}")
    first = page.locator("table").last.locator("tbody tr").first
    assert said(page) == f"{first.locator('th').inner_text()}; US dollar: {first.locator('td').inner_text()}"
    page.context.close()


def test_nothing_is_cut_off_with_a_readers_own_spacing(url: str, browser: Browser) -> None:
    """WCAG 1.4.12."""
    page = opened(browser, f"{url}/chart?currencies=USD,EUR,RUB&lang=ru&from=30d", 320, bypass_csp=True)
    page.add_style_tag(content=SPACED)
    assert badly_seen(page) == []
    page.context.close()
