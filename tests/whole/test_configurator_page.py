"""The configurator and what it gives out, in a real browser: from the front door to a strip on somebody else's page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from support.served import running, serving
from support.sites import Site

from ticker.demo.hostpage import HostPage

REPORTS = """window.reports = [];
document.addEventListener("securitypolicyviolation", one => window.reports.push(
    `${one.violatedDirective} blocked ${one.blockedURI} ${one.sample}`));"""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }"""
CUT = """() => [...document.querySelectorAll("h1, h2, h3, p, label, legend, summary, button, a, li, figcaption")]
    .filter(one => one.offsetParent && !one.closest(".said, [inert]"))
    .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
    .map(one => one.textContent.trim().slice(0, 60))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    one = Site(tmp_path_factory.mktemp("site"), "2026-05-22 11:16", feeds=True)
    one.look()
    yield one
    one.close()


@pytest.fixture(scope="module")
def service(site: Site) -> Iterator[str]:
    with serving(site.service.app) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    context.add_init_script(REPORTS)
    yield context
    context.close()


class Heard(list[str]):
    """All that a page complains of."""

    def of(self, page: Page) -> Page:
        page.on("console", lambda message: self.append(message.text))
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("requestfailed", self._failed)
        return page

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # of a preview that gave way to the next
            self.append(f"{request.url} {request.failure}")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def page(context: BrowserContext, heard: Heard) -> Page:
    return heard.of(context.new_page())


class _Pasted(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.server.pasted.encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def pasted(code: str) -> Iterator[str]:
    """Somebody's page, at an origin of its own, with the code in it as it was given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pasted)
    server.pasted = f'<!doctype html><html lang="en"><title>Our paper</title><body>{code}<p>News</p></body></html>'  # type: ignore[attr-defined]
    with running(server) as url:
        yield url


def dollar(site: Site) -> str:
    """Today's figure as a strip in English has it."""
    return f"{site.bank.figure('USD', date(2026, 5, 22)):.2f}"


# --- a stranger's path -------------------------------------------------------------------------------------------


def test_from_the_front_door_to_a_strip_on_another_page_it_is_one_paste(site, service, context, page, heard, capsys):
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service)
    began = time.monotonic()
    page.goto(service)
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("#status")).to_have_text("Copied")
    code = page.evaluate("navigator.clipboard.readText()")
    with pasted(code) as host:
        theirs = heard.of(context.new_page())
        theirs.goto(host)
        strip = theirs.frame_locator("iframe")
        expect(strip.locator(".figure").first).to_have_text(dollar(site))
        took = time.monotonic() - began
    assert code == page.locator("#text-frame").input_value()
    assert took < 60
    assert heard == []
    with capsys.disabled():
        print(f"\nfrom / to a strip on another origin: {took:.1f} s, 1 click, 1 paste")


def test_a_frame_that_follows_its_content_is_as_high_as_it(service, context, page, heard):
    page.goto(f"{service}/?currencies=USD,EUR,RUB")
    code = page.locator("#text-follow").input_value()
    with pasted(f'<div style="width:420px">{code}</div>') as host:
        theirs = heard.of(context.new_page())
        theirs.goto(host)
        strip = theirs.frame_locator("iframe")
        expect(strip.locator(".figure").first).to_be_visible()
        theirs.wait_for_function("document.querySelector('iframe').style.height.endsWith('px')")
        inside = strip.locator("html").evaluate("page => Math.ceil(page.getBoundingClientRect().height)")
        assert theirs.locator("iframe").evaluate("frame => frame.clientHeight") == inside
    assert heard == []


@pytest.mark.parametrize("width", [320, 360, 420, 560, 600, 760, 960, 1024, 1100, 1280, 1600])
def test_a_fixed_frame_cuts_nothing_at_any_width(service, context, page, width):
    page.goto(f"{service}/?lang=ru")
    code = page.locator("#text-frame").input_value()
    with pasted(f"<style>body {{ margin: 0 }}</style>{code}") as host:
        theirs = context.new_page()
        theirs.set_viewport_size({"width": width, "height": 600})
        theirs.goto(host)
        strip = theirs.frame_locator("iframe")
        expect(strip.locator(".figure").first).to_be_visible()
        needed, there = strip.locator("html").evaluate("page => [page.scrollHeight, innerHeight]")
        assert needed <= there


# --- the form ----------------------------------------------------------------------------------------------------


def test_preview_code_and_warnings_follow_the_form(service, page, heard):
    page.goto(service)
    page.get_by_label("Language of the strip").select_option("ky")
    expect(page.locator("#text-frame")).to_have_value(re.compile("lang=ky"))
    expect(page.frame_locator("iframe.live").first.locator("html")).to_have_attribute("lang", "ky")
    page.get_by_text("Appearance", exact=True).click()
    page.get_by_label("Background", exact=True).fill("#ffffff")
    page.get_by_label("Text", exact=True).fill("#777777")
    expect(page.locator(".warnings")).to_contain_text("#777777")
    expect(page.locator("#status")).to_contain_text("#777777")
    assert "lang=ky" in page.url
    page.get_by_label("Text", exact=True).fill("#333333")
    expect(page.locator(".warnings")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Text", exact=True)).to_have_value("#333333")
    assert page.evaluate("window.reports") == []
    assert heard == []


def test_nothing_chosen_has_no_preview_and_no_code_until_a_part_is_chosen(service, page, heard):
    page.goto(f"{service}/?ui=en")
    frame, text = page.locator("iframe.live").first, page.locator("#text-frame")
    copy = page.get_by_role("button", name="Copy").first
    expect(frame).to_be_visible()
    parts = page.locator("input[name=show]:not([type=hidden])")
    for part in parts.all():
        part.uncheck()
    expect(page.locator("#preview")).to_contain_text("Nothing chosen")
    expect(page.locator("#status")).to_contain_text("at least one part")
    expect(frame).to_be_hidden()
    expect(page.locator("#alone")).to_be_hidden()
    expect(copy).to_be_disabled()
    expect(text).to_have_value("")
    page.reload()
    expect(page.locator("#preview")).to_contain_text("Nothing chosen")
    expect(copy).to_be_disabled()
    assert parts.evaluate_all("all => all.filter(one => one.checked).length") == 0
    page.get_by_role("link", name="РУ").click()
    expect(page.locator("#preview")).to_contain_text("Ничего не выбрано")
    page.locator("input[name=show][value=rates]").check()
    expect(text).to_have_value(re.compile("show=rates"))
    expect(page.locator("#preview")).not_to_contain_text("Ничего не выбрано")
    expect(frame).to_be_visible()
    expect(copy).to_have_count(0)  # it is «Копировать» now
    expect(page.locator("#code-frame button")).to_be_enabled()
    assert page.evaluate("window.reports") == []
    assert heard == []


def test_nothing_chosen_in_a_plain_form_is_said_by_the_next_page(service, browser, heard):
    with browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}) as context:
        page = heard.of(context.new_page())
        page.goto(f"{service}/?ui=ky")
        for part in page.locator("input[name=show]:not([type=hidden])").all():
            part.uncheck()
        page.locator("#submit").click()
        expect(page.locator("#preview")).to_contain_text("Эч нерсе тандалган жок")
        expect(page.locator("iframe.live").first).to_be_hidden()
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


def test_without_a_script_it_is_a_plain_form(service, browser, heard):
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
    assert heard == []


def test_everything_is_reached_by_keyboard_and_the_pictures_are_not(service, page):
    page.goto(f"{service}/?ui=en")
    names: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "(one => one === document.body ? '' : one.tagName === 'IFRAME' ? 'frame'"
            " : one.id || one.name || one.textContent.trim().slice(0, 20))(document.activeElement)"
        )
        if not name:
            break
        names.append(name)
    assert "frame" not in names
    assert {"o-lang", "o-currencies", "o-place", "alone", "text-frame"} <= set(names)
    assert any(name.startswith("Copy") for name in names)
    assert names.index("o-lang") < names.index("text-frame")


@pytest.mark.parametrize("ui", ["en", "ru", "ky"])
def test_nothing_is_cut_on_the_narrowest_page_nor_with_wide_spacing_nor_doubled(service, context, heard, ui):
    page = heard.of(context.new_page())
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{service}/?ui={ui}&bg=ffffff&fg=777777&lang=de")
    for details in page.locator("details").all():
        details.evaluate("one => { one.removeAttribute('name'); one.open = true; }")
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


# --- a host page with all ways at once -----------------------------------------------------------------------------


def test_a_host_page_shows_every_way_under_the_policy_that_was_given(site, service, page, heard):
    figure = dollar(site).replace(".", ",")
    with HostPage(service, site.service.site.cache.snapshot.content) as host:
        page.goto(f"{host.url}/?lang=ru", wait_until="load")
        for nth in (0, 1):
            expect(page.frame_locator("iframe").nth(nth).locator(".figure").first).to_have_text(figure)
        expect(page.locator("rate-ticker .figure").first).to_have_text(figure)
        expect(page.locator("section.som-ticker")).to_contain_text(figure)
        expect(page.locator("pre")).to_contain_text(figure)
        for image in page.locator("img").all():
            assert image.evaluate("one => one.complete && one.naturalWidth > 0")
        assert page.evaluate("window.reports") == []
    assert heard == []


def test_a_host_page_stands_while_the_service_is_away(page):
    with HostPage("http://127.0.0.1:9", content()) as host:
        page.goto(host.url)
        expect(page.get_by_role("heading", name="A host page")).to_be_visible()
        assert page.get_by_role("link", name="Exchange rates and headlines").count() >= 3


def content():
    from ticker import service
    from ticker.config import Config

    return service.nothing_yet(Config()).content
