"""The SVG in a real browser, in fonts of many widths: nothing touches, nothing is cut off, nothing is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from support import scenes

from ticker.model import Language
from ticker.serve.strip import svg as image
from ticker.serve.strip.options import LANGUAGES, Options

MANY = ("USD", "EUR", "RUB", "KZT", "CNY", "GBP", "JPY")
FONTS = ("system-ui", "DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "sans-serif", "serif", "monospace")
WIDER_BY = 1.02  # a reader's font may be a little wider than all of these

TOUCHING = """([fonts, margin]) => {
  const svg = document.querySelector("svg"), {width, height} = svg.viewBox.baseVal;
  const across = (one, other) => one.left < other.right && other.left < one.right;
  const along = (one, other) => one.top < other.bottom && other.top < one.bottom;
  return fonts.flatMap(font => {
    const lines = [...svg.querySelectorAll("text")].map(line => {
      line.style.fontFamily = font;
      const {x, y, width, height} = line.getBBox(), more = width * (margin - 1);
      const left = line.getAttribute("text-anchor") === "end" ? x - more : x;
      return {said: line.textContent, left, right: left + width + more, top: y, bottom: y + height};
    });
    const cut = lines.filter(one => one.left < 4 || one.right > width - 4 || one.top < 0 || one.bottom > height);
    const touching = lines.flatMap((one, nth) => lines.slice(nth + 1)
      .filter(other => across(one, other) && along(one, other)).map(other => `${one.said} | ${other.said}`));
    return [...cut.map(one => one.said), ...touching].map(one => `${font}: ${one}`);
  });
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 700, "height": 700})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("currencies", [MANY[:3], MANY])
def test_nothing_touches_and_nothing_is_cut_off(page: Page, lang: Language, currencies: tuple[str, ...]) -> None:
    touching = {}
    for state, make in scenes.SCENES.items():
        strip = make().strip(Options(lang=lang, currencies=currencies))
        longest_first = tuple(sorted(strip.headlines, key=lambda one: -len(one.title)))
        page.set_content(image.svg(replace(strip, headlines=longest_first)).decode())
        if found := page.evaluate(TOUCHING, [FONTS, WIDER_BY]):
            touching[state] = found
    assert touching == {}


def test_what_would_touch_is_noticed(page: Page) -> None:
    page.set_content(image.svg(scenes.day().strip()).decode())
    assert page.evaluate(TOUCHING, [["DejaVu Sans"], 2.0])


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 27)")])
def test_under_its_own_policy_it_has_its_colours_and_asks_for_nothing(page: Page, scheme: Any, ground: str) -> None:
    asked, said = [], []
    strip = scenes.evening().strip(Options(lang="ky"))
    headers = {"Content-Type": "image/svg+xml", "Content-Security-Policy": image.policy("*", strip)}
    body = image.svg(strip)
    page.route("**/*", lambda route: (asked.append(route.request.url), route.fulfill(body=body, headers=headers)))
    page.on("console", lambda message: said.append(message.text))
    page.emulate_media(color_scheme=scheme)
    page.goto("https://rates.example/strip.svg")
    assert page.evaluate("getComputedStyle(document.querySelector('.g')).fill") == ground
    assert asked == ["https://rates.example/strip.svg"]
    assert said == []


def test_as_an_image_in_a_page_it_reads_as_one(page: Page) -> None:
    page.set_content(image.svg(scenes.day().strip()).decode())
    tree = page.locator("svg").aria_snapshot()
    assert 'img "Exchange rates and headlines"' in tree
