"""Several homes in a real browser: the configurator's choice, the code it gives out, and the element."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from support import homes
from support.configurator_page import members
from support.served import serving

ONE_LINE, TWO_LINES, CELLS = 1280, 760, 320


@pytest.fixture(scope="module", params=["day", "evening"])
def service(request, tmp_path_factory) -> Iterator[str]:
    scene = homes.three() if request.param == "day" else homes.tomorrow_known()
    shelf = homes.shelf(scene, tmp_path_factory.mktemp("homes"))
    with serving(shelf.app) as url:
        yield url
    shelf.store.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(10_000)
        made = context.new_page()
        said: list[str] = []
        made.on("console", lambda message: said.append(message.text))
        made.on("pageerror", lambda error: said.append(str(error)))
        yield made
        assert said == []


def pasted(code: str) -> Callable[..., list[bytes]]:
    """Somebody's page with the code in it."""
    body = f'<!doctype html><link rel="icon" href="data:,"><title>Host</title><style>body {{ margin: 0 }}</style>{code}'

    def host(_: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [body.encode()]

    return host


def test_another_home_is_chosen_and_form_preview_and_code_follow(service: str, page: Page) -> None:
    page.goto(f"{service}/?ui=en&lang=ky&currencies=USD,EUR,RUB&headlines=5")
    home = page.get_by_label("Country")
    home.focus()
    home.select_option("RUB")
    expect(page.locator("#row-currencies-CNY")).to_be_visible()
    assert members(page, "currencies") == ["USD", "EUR", "CNY"]
    expect(page.get_by_label("Language of the strip").locator("option")).to_have_text(["English", "Русский"])
    expect(page.locator("#text-frame")).to_have_value(re.compile(r"strip\?home=RUB&amp;headlines=5\""))
    strip = page.frame_locator("iframe.live")
    expect(strip.locator(".rates .code")).to_have_text(["USD", "EUR", "CNY"])
    expect(strip.locator("#strip")).to_have_attribute("data-zone", "Europe/Moscow")
    expect(page.locator(".notes")).to_have_count(0)
    expect(home).to_be_focused()
    home.select_option("KZT")
    expect(page.locator("#row-currencies-RUB")).to_be_visible()
    for code in ("USD", "RUB"):
        page.get_by_role("button", name=f"Remove: {code}").click()
    expect(page.locator("#text-frame")).to_have_value(re.compile(r"home=KZT&amp;currencies=EUR&amp;headlines=5"))
    page.get_by_text("+ Add a feed").click()
    expect(page.get_by_role("button", name="Tengrinews")).to_be_visible()
    page.reload()
    expect(home).to_have_value("KZT")
    assert members(page, "currencies") == ["EUR"]
    home.select_option("KGS")
    expect(page.locator("#text-frame")).not_to_have_value(re.compile("home="))
    expect(page.get_by_label("Language of the strip").locator("option")).to_have_count(3)


def test_without_a_script_the_form_is_sent_and_drawn_for_the_chosen_home(service: str, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{service}/?ui=ru")
        page.get_by_label("Страна").select_option("KZT")
        page.locator("#submit").click()
        assert members(page, "currencies") == ["USD", "EUR", "RUB"]
        assert page.get_by_label("Язык строки").locator("option").all_inner_texts() == ["English", "Русский"]
        assert "strip?home=KZT&amp;lang=ru" in (page.locator("#text-frame").text_content() or "")
        assert page.locator(".notes").count() == 0


@pytest.mark.parametrize("query", ["home=KZT", "home=KZT&lang=ru", "home=RUB&lang=ru", "home=RUB&headlines=0"])
def test_the_code_reserves_enough_at_every_width(service: str, page: Page, query: str) -> None:
    page.goto(f"{service}/?ui=en&{query}")
    code = page.locator("#text-frame").input_value()
    with serving(pasted(code)) as host:
        page.goto(host)
        strip = page.frame_locator("iframe")
        for width in (CELLS, 360, 420, 560, 640, TWO_LINES, 960, 1100, ONE_LINE, 1600):
            page.set_viewport_size({"width": width, "height": 600})
            expect(strip.locator(".figure").first).to_be_visible()
            needed, there, wide = strip.locator("html").evaluate(
                "page => [page.scrollHeight, innerHeight, page.scrollWidth - innerWidth]"
            )
            assert needed <= there, width
            assert wide <= 0, width


def test_the_element_shows_its_home_and_only_that_homes_languages(service: str, page: Page) -> None:
    code = f'<script src="{service}/embed.js" async></script><rate-ticker home="KZT"></rate-ticker>'
    with serving(pasted(code)) as host:
        page.goto(host)
        element = page.locator("rate-ticker")
        expect(element.locator(".bank .name")).to_have_text("NBK")
        expect(element.locator(".rates .figure")).to_have_text(["487.51", "1,023", "5.9712"])
        expect(element.locator("[hreflang]:visible")).to_have_text([re.compile("EN"), re.compile("РУ")])
        element.locator("[hreflang=ru]").click()
        expect(element.locator(".bank .name")).to_have_text("НБРК")
        element.evaluate("one => one.removeAttribute('home')")
        expect(element.locator(".bank .name")).to_have_text("НБКР")
        expect(element.locator("[hreflang]:visible")).to_have_count(3)


@pytest.mark.parametrize("width", [300, 320, 360, 480])
def test_a_panel_has_room_for_figures_from_a_thousand_up(service: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{service}/panel?home=KZT&lang=ru")
    expect(page.locator(".today .fig").nth(1)).to_contain_text("1\xa0023,4500")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
