"""The configurator's form in a real browser: what follows a choice, and what stays where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support.configurator_page import AT, CUT, SPACED, Heard, choose, members, opened
from support.served import serving
from support.sites import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    one = Site(tmp_path_factory.mktemp("site"), AT, feeds=True)
    one.look()
    yield one
    one.close()


@pytest.fixture(scope="module")
def service(site: Site) -> Iterator[str]:
    with serving(site.service.app) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with opened(browser) as context:
        yield context


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def page(context: BrowserContext, heard: Heard) -> Page:
    return heard.of(context.new_page())


def test_preview_code_and_contrast_follow_the_form(service, page, heard):
    page.goto(f"{service}/?ui=en")
    page.get_by_label("Language of the strip").select_option("ky")
    expect(page.locator("#text-frame")).to_have_value(re.compile("lang=ky"))
    expect(page.frame_locator("iframe.live").locator("html")).to_have_attribute("lang", "ky")
    page.get_by_label("Colour of the site", exact=True).fill("#ffffff")
    page.get_by_role("textbox", name="Text", exact=True).fill("#777777")
    expect(page.locator("#m-text")).to_contain_text("#777777: 4.4 : 1")
    expect(page.locator("#status")).to_have_text("Preview and code updated")
    assert "lang=ky" in page.url
    page.get_by_role("textbox", name="Text", exact=True).fill("#333333")
    expect(page.locator("#m-text")).to_contain_text("12.6 : 1, reads well")
    page.reload()
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value("#333333")
    assert page.evaluate("window.reports") == []
    assert heard == []


def test_the_preview_shows_other_moments_than_this_one_by_figures_that_are_marked(service, page, heard):
    page.goto(f"{service}/?ui=en")
    strip = page.frame_locator("iframe.live").locator("#strip")
    expect(strip.locator(".bank")).to_contain_text("DEMO")
    for moment, label in (("Evening", "for 23 May"), ("No change", "changed 20 May"), ("Day", "day change")):
        choose(page, moment)
        expect(strip).to_contain_text(label)
        expect(strip.locator(".bank")).to_contain_text("DEMO")
    page.locator("#scheme-dark").check()
    expect(page.locator("#stage")).to_have_class(re.compile("dark"))
    choose(page, "360")
    expect(page.locator("iframe.live")).to_have_css("width", "360px")
    assert "moment" not in page.locator("#text-frame").input_value()
    assert heard == []


@pytest.mark.parametrize(("width", "height"), [(1280, 44), (900, 80), (400, 96)])
def test_the_preview_has_the_height_of_the_code(service, page, width, height):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{service}/?ui=ru&currencies=USD,EUR,RUB,KZT,CNY")
    expect(page.locator("iframe.live")).to_have_css("height", f"{height}px")


def test_nothing_moves_while_one_chooses(service, page, heard):
    page.goto(f"{service}/?ui=en&currencies=USD,EUR,RUB,KZT,CNY,GBP,TRY,CHF")
    places = "all => all.map(one => Math.round(one.getBoundingClientRect().top + scrollY))"
    stays = page.locator("#code, #code textarea, #g-content, #g-headlines, #g-motion, #g-look, #f-theme, #o-speed")
    before = stays.evaluate_all(places)

    def settled() -> None:
        expect(page.locator("#status")).to_have_text("Preview and code updated")
        expect(page.locator("iframe")).to_have_count(1)
        assert stays.evaluate_all(places) == before

    choose(page, "Evening")
    settled()
    for change in (
        lambda: page.locator("#drop-currencies-CHF").click(),  # the strip is one line of 44 px then
        lambda: page.locator("#o-colour").fill("#c8102e"),
        lambda: page.locator("#o-fg").fill("#ff0000"),
        lambda: page.locator("#o-accent").fill("#aa0000"),
        lambda: page.locator("#o-headlines").fill("99"),
        lambda: page.locator("#o-colour").fill("nothing"),
        lambda: page.locator("input[name=show][value=headlines]").uncheck(),
        lambda: page.locator("#palette-line").check(),
        lambda: page.locator("#down-currencies-USD").click(),
        lambda: page.locator("#f-lang select").select_option("ky"),
    ):
        with page.expect_response(re.compile("live=yes")):
            change()
        settled()
    assert heard == []


def test_a_row_is_moved_by_buttons_keys_and_pointer_and_its_place_is_spoken(service, page, heard):
    page.goto(f"{service}/?ui=en")
    spoken, code = page.locator("#spoken"), page.locator("#text-frame")
    page.get_by_role("button", name="Move down: USD").click()
    expect(spoken).to_have_text("USD: place 2 of 3")
    expect(code).to_have_value(re.compile("currencies=EUR,USD,RUB"))
    expect(page.get_by_role("button", name="Move down: USD")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(spoken).to_have_text("USD: place 3 of 3")
    expect(code).to_have_value(re.compile("currencies=EUR,RUB,USD"))
    grip, first = (
        page.locator(one).first.bounding_box() for one in ("#row-currencies-USD .grip", "#list-currencies li")
    )
    assert grip
    assert first
    page.mouse.move(grip["x"] + 9, grip["y"] + 9)
    page.mouse.down()
    page.mouse.move(grip["x"] + 9, first["y"] + 40, steps=4)
    page.mouse.move(grip["x"] + 9, first["y"] + 4, steps=4)
    page.mouse.up()
    expect(spoken).to_have_text("USD: place 1 of 3")
    expect(code).not_to_have_value(re.compile("currencies"))
    assert members(page, "currencies") == ["USD", "EUR", "RUB"]
    page.get_by_role("button", name="Remove: EUR").click()
    expect(spoken).to_have_text("EUR removed")
    expect(page.get_by_role("button", name="Remove: RUB")).to_be_focused()
    expect(code).to_have_value(re.compile("currencies=USD,RUB"))
    assert page.evaluate("window.reports") == []
    assert heard == []


def test_a_currency_is_added_by_keyboard(service, page, heard):
    page.goto(f"{service}/?ui=en")
    page.get_by_text("+ Add a currency").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="KZT Kazakhstani tenge")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#spoken")).to_have_text("KZT: place 4 of 4")
    expect(page.get_by_text("+ Add a currency")).to_be_focused()
    expect(page.locator("#add-currencies")).not_to_have_attribute("open", "")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_text("+ Add a currency")).to_be_focused()
    assert members(page, "currencies") == ["USD", "EUR", "RUB", "KZT"]
    assert heard == []


def test_a_feed_that_was_moved_up_comes_first_and_says_so(service, page, heard):
    page.goto(f"{service}/?ui=en&feeds=demo-en,demo-ru")
    page.get_by_role("button", name="Move up: Демо-новости").click()
    expect(page.locator("#text-frame")).to_have_value(re.compile("feeds=demo-ru,demo-en&amp;order=feeds"))
    expect(page.get_by_label("Order of headlines")).to_have_value("feeds")
    expect(page.locator("#list-feeds li").first.locator(".first")).to_be_visible()
    expect(page.locator("#list-feeds li").nth(1).locator(".first")).to_be_hidden()
    expect(page.locator("#rows-feeds")).to_contain_text("The operator of this service adds it")
    page.get_by_label("Pin to the top").select_option("demo-en")
    page.get_by_label("How many headlines to pin").fill("2")
    expect(page.locator("#text-frame")).to_have_value(re.compile("first=demo-en%3A2"))
    assert heard == []


def test_a_colour_that_is_not_set_looks_so_and_can_be_set_and_removed(service, page, heard):
    page.goto(f"{service}/?ui=en")
    colour = page.locator("#f-colour")
    expect(colour.locator(".swatch.unset path")).to_be_visible()
    expect(colour.locator("#o-colour")).to_have_attribute("placeholder", "as in the theme")
    page.locator("#p-colour").evaluate(
        "one => { one.value = '#c8102e'; one.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    expect(colour.get_by_role("button", name="Remove: Colour of the site")).to_be_visible()
    expect(colour.locator(".swatch rect")).to_have_attribute("fill", "#c8102e")
    expect(page.locator("#palette-solid")).to_be_checked()
    choose(page, "Line")
    expect(page.locator("#text-frame")).to_have_value(re.compile("accent=c8102e&amp;line=c8102e"))
    colour.get_by_role("button", name="Remove: Colour of the site").click()
    expect(page.locator("#text-frame")).not_to_have_value(re.compile("c8102e"))
    expect(colour.locator(".swatch.unset")).to_be_visible()
    assert heard == []


def test_every_way_has_its_own_preview_and_code(service, page, heard):
    page.goto(f"{service}/?ui=en&lang=ru")
    seen = {
        "Panel": ("#beside iframe.live", "#text-panel-element"),
        "Element": ("#stage iframe.live", "#text-element"),
        "Server": ("#stage iframe.live", "#text-include-cron"),
        "Image": ("#stage img.live", "#text-image-svg"),
        "Text": ("#stage iframe.live", "#text-text"),
        "In my page": ("#stage iframe.live", "#text-frame"),
    }
    for way, (preview, code) in seen.items():
        choose(page, way)
        expect(page.locator(preview)).to_be_visible()
        expect(page.locator(code)).to_have_value(re.compile('lang=ru|lang="ru"'))
    choose(page, "Server")
    page.get_by_label("Which code").select_option("WordPress: functions.php")
    expect(page.locator("#code > textarea")).to_have_value(re.compile("add_shortcode"))
    page.go_back()
    assert not page.url.startswith(service), "previews leave nothing in the history"
    assert heard == []


def test_nothing_chosen_has_no_preview_and_no_code_until_a_part_is_chosen(service, page, heard):
    page.goto(f"{service}/?ui=en")
    frame, text = page.locator("iframe.live"), page.locator("#text-frame")
    copy = page.locator("#copy")
    expect(frame).to_be_visible()
    parts = page.locator("input[name=show]:not([type=hidden])")
    for part in parts.all():
        part.uncheck()
    expect(page.locator("#stage")).to_contain_text("Nothing chosen")
    expect(page.locator("#status")).to_contain_text("at least one part")
    expect(frame).to_have_count(0)
    expect(copy).to_be_disabled()
    expect(text).to_have_value("")
    page.reload()
    expect(page.locator("#stage")).to_contain_text("Nothing chosen")
    expect(copy).to_be_disabled()
    assert parts.evaluate_all("all => all.filter(one => one.checked).length") == 0
    page.get_by_role("link", name="РУ").click()
    expect(page.locator("#stage")).to_contain_text("Ничего не выбрано")
    page.locator("input[name=show][value=rates]").check()
    expect(text).to_have_value(re.compile("show=rates"))
    expect(page.locator("#stage")).not_to_contain_text("Ничего не выбрано")
    expect(frame).to_be_visible()
    expect(copy).to_be_enabled()
    assert page.evaluate("window.reports") == []
    assert heard == []


def test_nothing_chosen_in_a_plain_form_is_said_by_the_next_page(service, browser, heard):
    with browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}) as context:
        page = heard.of(context.new_page())
        page.goto(f"{service}/?ui=ky")
        for part in page.locator("input[name=show]:not([type=hidden])").all():
            part.uncheck()
        page.locator("#submit").click()
        expect(page.locator("#stage")).to_contain_text("Эч нерсе тандалган жок")
        expect(page.locator("iframe.live")).to_have_count(0)
        assert page.locator("#text-frame").is_disabled()
        page.locator("input[name=show][value=clock]").check()
        page.locator("#submit").click()
        assert "show=clock" in (page.locator("#text-frame").text_content() or "")
    assert heard == []


def test_a_service_that_does_not_answer_is_told_and_changes_nothing(service, page):
    page.goto(service)
    before = page.locator("#text-frame").input_value()
    page.route("**/?*", lambda route: route.abort())
    page.get_by_label("Language of the strip").select_option("ru")
    expect(page.locator("#status")).to_contain_text("does not answer")
    assert page.locator("#text-frame").input_value() == before


def test_without_a_script_every_control_is_a_plain_form(service, browser, heard):
    with browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}) as context:
        page = heard.of(context.new_page())
        page.goto(f"{service}/?ui=en")
        page.locator("#o-lang").select_option("ru")
        page.locator("input[name=show][value=clock]").uncheck()
        page.get_by_role("button", name="Show").click()
        assert "lang=ru" in page.url
        text = page.locator("#text-frame").text_content() or ""
        assert "/strip?lang=ru&amp;show=rates,change,tomorrow,lang,headlines" in text
        assert page.get_by_role("button", name="Copy").count() == 0
        assert not page.locator("input[name=show][value=clock]").is_checked()
        page.get_by_role("button", name="Move up: RUB").click()
        assert members(page, "currencies") == ["USD", "RUB", "EUR"]
        page.get_by_label("Place: EUR").fill("1")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert members(page, "currencies") == ["EUR", "USD", "RUB"]
        page.get_by_text("+ Add a currency").click()
        page.get_by_role("button", name="KZT").click()
        assert members(page, "currencies") == ["EUR", "USD", "RUB", "KZT"]
        page.get_by_label("Colour of the site", exact=True).fill("#c8102e")
        choose(page, "Panel")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#text-panel-element")).to_have_value(re.compile('bg="c8102e"'))
        expect(page.locator("#beside iframe.live")).to_be_visible()
        page.get_by_role("button", name="Remove: Colour of the site").click()
        expect(page.locator("#text-panel-element")).not_to_have_value(re.compile("c8102e"))
    assert heard == []


def test_everything_is_reached_by_keyboard_and_the_pictures_are_not(service, page):
    page.goto(f"{service}/?ui=en")
    names: list[str] = []
    for _ in range(90):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "(one => one === document.body ? '' : one.tagName === 'IFRAME' ? 'frame'"
            " : one.id || one.name || one.textContent.trim().slice(0, 20))(document.activeElement)"
        )
        if not name:
            break
        names.append(name)
        hidden = page.evaluate(
            "(one => { const box = one.getBoundingClientRect(), pinned = document.getElementById('pinned');"
            " return !pinned.contains(one) && box.bottom <= pinned.getBoundingClientRect().bottom && box.top >= 0"
            " && scrollY > 0; })(document.activeElement)"
        )
        assert not hidden, f"{name} is under what is pinned"
    assert "frame" not in names
    assert {"o-lang", "up-currencies-EUR", "o-place", "text-frame", "copy", "palette-light", "o-colour"} <= set(names)
    assert names.index("way-frame") < names.index("copy") < names.index("text-frame") < names.index("o-lang")


def test_on_a_phone_the_preview_folds_into_a_bar(service, page, heard):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{service}/?ui=en&currencies=USD,EUR,RUB,KZT,CNY")
    expect(page.locator("iframe.live")).to_have_css("height", "96px")
    page.mouse.wheel(0, 1200)
    expect(page.locator("#switch-way")).not_to_be_in_viewport()
    expect(page.locator("iframe.live")).to_be_in_viewport()
    page.locator("#fold summary").click()
    expect(page.locator("#stage")).to_be_hidden()
    expect(page.locator(".bar")).to_have_css("height", "44px")
    choose(page, "Evening")
    expect(page.locator("#stage")).to_be_hidden()
    page.get_by_role("link", name="Code", exact=True).click()
    expect(page.locator("#code-title")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert heard == []


@pytest.mark.parametrize("ui", ["en", "ru", "ky"])
def test_nothing_is_cut_on_the_narrowest_page_nor_with_wide_spacing_nor_doubled(service, context, heard, ui):
    page = heard.of(context.new_page())
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{service}/?ui={ui}&bg=ffffff&fg=777777&lang=de")
    for details in page.locator(".more details").all():
        details.evaluate("one => { one.open = true; }")
    for style, width in (("", 320), (SPACED, 320), (":root { font-size: 200%; }", 640)):
        page.set_viewport_size({"width": width, "height": 640})
        if style:
            page.evaluate(
                "text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);"
                " document.adoptedStyleSheets = [sheet]; }",
                style,
            )
        assert page.evaluate("document.documentElement.scrollWidth") <= width, style
        assert page.evaluate(CUT) == [], style
    assert heard == []
