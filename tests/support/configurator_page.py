"""The configurator's page in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page, Request

AT = "2026-05-22 11:16"  # in Bishkek, of the service and of the browser
REPORTS = """window.reports = [];
document.addEventListener("securitypolicyviolation", one => window.reports.push(
    `${one.violatedDirective} blocked ${one.blockedURI} ${one.sample}`));"""
SHIFTS = """window.shifts = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => { window.shifts += one.value; }))
    .observe({type: "layout-shift", buffered: true});"""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }"""
CUT = """() => [...document.querySelectorAll("h1, h2, h3, p, label, legend, summary, button, a, li, figcaption")]
    .filter(one => one.offsetParent && !one.closest(".said, [inert]"))
    .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
    .map(one => one.textContent.trim().slice(0, 60))"""


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


def opened(browser: Browser, **options: object) -> BrowserContext:
    """A browser's context at the service's moment, which reports what a page's policy blocks."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    context.add_init_script(REPORTS)
    context.clock.install(time=AT.replace(" ", "T") + ":00+06:00")
    return context


def members(page: Page, name: str) -> list[str]:
    return page.locator(f"#list-{name} input[type=hidden]").evaluate_all("all => all.map(one => one.value)")


def choose(page: Page, name: str) -> None:
    """One of a row of choices."""
    page.get_by_role("radio", name=name, exact=True).check()
