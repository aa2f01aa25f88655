"""When a host page's largest paint comes, with the strip and without it, and when the strip itself is seen: over a line
of 1.6 Mbit/s and 150 ms, with a quarter of the processor. What others do on this machine shows in the figures; the
least ones show the least of it.

Needs Chromium. Run by `make bench`.
"""

from __future__ import annotations

import sys
from itertools import product
from statistics import median
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright
from support import scenes
from support.host_page import Host, Service, closing
from support.pictures import CHROMIUM

from ticker.serve.configurator.form import Terms, configurator

ROUNDS = 7
LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
WAYS = ("", "frame", "element")
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3"/><!--%s--></svg>'
LARGEST = {
    "text": "<p style='font-size:2rem'>" + "The bridge opened again after two years of repairs. " * 12,
    "picture": "<img src=/picture.svg alt='' style='width:100%;height:400px;object-fit:cover'>",
}
PAINTED = """() => new Promise(done => {
    const ticker = document.querySelector("rate-ticker");
    let largest = 0, seen = 0;
    new PerformanceObserver(list => { largest = list.getEntries().at(-1).startTime; })
        .observe({type: "largest-contentful-paint", buffered: true});
    const look = () => {
        const figure = ticker && ticker.shadowRoot && ticker.shadowRoot.querySelector(".figure");
        if (!seen && figure && figure.offsetParent) seen = performance.now();
        if (document.readyState !== "complete" || ticker && !seen) return requestAnimationFrame(look);
        setTimeout(() => done([largest, seen]), 400);
    };
    look();
})"""
FRAME_PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
    for (const one of list.getEntriesByName("first-contentful-paint")) done(one.startTime + performance.timeOrigin);
}).observe({type: "paint", buffered: true}))"""


def main() -> int:
    service, host = Service(scenes.day()), Host()
    host.pages["/picture.svg"] = PICTURE % ("x" * 60_000), {"Content-Type": "image/svg+xml"}
    with closing(service.server, host.server), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        took: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _, largest, way in product(range(ROUNDS), LARGEST, WAYS):
            took.setdefault((largest, way), []).append(painted(browser, service, host, largest, way))
        browser.close()
    print(f"{'largest is':12}{'strip':12}{'largest paint':>18}{'strip seen':>18}   ms, median and least of {ROUNDS}")
    for (largest, way), times in took.items():
        paint, seen = [one for one, _ in times], [one for _, one in times]
        print(f"{largest:12}{way or 'none':12}{_said(paint):>18}{_said(seen) if way else '':>18}")
    return 0


def _said(times: list[float]) -> str:
    return f"{median(times):.0f} {min(times):6.0f}"


def painted(browser: Browser, service: Service, host: Host, largest: str, way: str) -> tuple[float, float]:
    """When the largest paint came and when the strip was seen, in ms since the page was asked for."""
    url = service.server.url
    said = configurator("", urlsplit(url).netloc, "http", scenes.day().snapshot.content, Terms(), lambda _: (600, 120))
    codes = {code.id: code.text for one in said.ways for code in one.codes} | {"": ""}
    host.pages["/"] = (
        f"<!doctype html><html lang=en><title>Our paper</title><link rel=icon href=data:,><body style='margin:0'>"
        f"{codes[way]}<main>{LARGEST[largest]}</main>",
        {},
    )
    with browser.new_context(viewport={"width": 1280, "height": 700}) as context:
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("Network.enable")
        cdp.send("Network.emulateNetworkConditions", LINE)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(host.server.url + "/", wait_until="commit")
        paint, seen = page.evaluate(PAINTED)
        if way == "frame":
            seen = page.frames[1].evaluate(FRAME_PAINTED) - page.evaluate("performance.timeOrigin")
        return float(paint), float(seen)


if __name__ == "__main__":
    sys.exit(main())
