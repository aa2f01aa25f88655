"""What the configurator gives out, in a real browser: from the front door to a strip on somebody else's page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support.configurator_page import AT, SHIFTS, Heard, opened
from support.served import running, serving
from support.sites import Site

from ticker.demo.hostpage import HostPage


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


def test_from_the_front_door_to_a_strip_on_another_page_it_is_one_paste(site, service, context, page, heard, capsys):
    """Five currencies in the site's red, as a stranger finds them."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service)
    began = time.monotonic()
    page.goto(f"{service}/?ui=en")
    for code in ("KZT", "CNY"):
        page.get_by_text("+ Add a currency").click()
        page.get_by_role("button", name=code).click()
        expect(page.locator(f"#row-currencies-{code}")).to_be_visible()
    page.get_by_label("Colour of the site", exact=True).fill("#c8102e")
    expect(page.locator("#text-frame")).to_have_value(re.compile("currencies=USD,EUR,RUB,KZT,CNY&amp;bg=c8102e"))
    page.get_by_role("button", name="Copy code").click()
    expect(page.locator("#status")).to_have_text("Copied")
    code = page.evaluate("navigator.clipboard.readText()")
    with pasted(code) as host:
        theirs = heard.of(context.new_page())
        theirs.goto(host)
        strip = theirs.frame_locator("iframe")
        expect(strip.locator(".figure").first).to_have_text(dollar(site))
        expect(strip.locator(".rates [data-key]")).to_have_count(5)
        took = time.monotonic() - began
    assert code == page.locator("#text-frame").input_value()
    assert took < 30
    assert heard == []
    with capsys.disabled():
        print(f"\nfrom / to five currencies in red on another origin: {took:.1f} s, 6 clicks, 1 colour, 1 paste")


@pytest.mark.parametrize("width", [320, 420, 760, 1280])
def test_a_frame_that_follows_its_content_never_moves_the_page(service, context, page, heard, width):
    page.goto(f"{service}/?currencies=USD,EUR,RUB")
    code = page.locator("#text-follow").input_value()
    with pasted(f'<div style="width:{width}px">{code}</div>') as host:
        theirs = heard.of(context.new_page())
        theirs.add_init_script(SHIFTS)
        theirs.goto(host)
        frame = theirs.locator("iframe")
        reserved = frame.evaluate("frame => { const was = frame.style.height; return frame.clientHeight; }")
        expect(theirs.frame_locator("iframe").locator(".figure").first).to_be_visible()
        theirs.wait_for_function("document.querySelector('iframe').style.height.endsWith('px')")
        assert frame.evaluate("frame => frame.clientHeight") == reserved
        assert theirs.evaluate("window.shifts") == 0
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
