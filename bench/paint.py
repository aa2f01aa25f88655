"""When a host page's largest paint comes, with the strip and without it, and when the strip itself is seen: over a line
of 1.6 Mbit/s and 150 ms, with a quarter of the processor. What a strip adds is taken inside a round.

The service runs on one core, the host and Chromium, which must be there, on another. Run by `make bench`.
"""

from __future__ import annotations

import html
import re
import shutil
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.load import spread, table
from bench.machine import options
from bench.servers import Server, ask, prepared

LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
CODES = {"none": "", "frame": "<iframe", "element": "<rate-ticker"}  # with what a way's code is told apart
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3"/><!--%s--></svg>'
LARGEST = {
    "text": "<p style='font-size:2rem'>" + "The bridge opened again after two years of repairs. " * 12,
    "picture": "<img src=picture.svg alt='' style='width:100%;height:400px;object-fit:cover'>",
}
PAINTED = """() => new Promise(done => {
    let largest = 0, seen = 0;
    new PerformanceObserver(list => { largest = list.getEntries().at(-1).startTime; })
        .observe({type: "largest-contentful-paint", buffered: true});
    const figure = one => !one.childElementCount && one.offsetParent && /^\\d+[.,]\\d+$/.test(one.textContent.trim());
    const look = () => {
        const ticker = document.querySelector("rate-ticker");
        if (!seen && ticker?.shadowRoot && [...ticker.shadowRoot.querySelectorAll("*")].some(figure))
            seen = performance.now();
        if (document.readyState !== "complete" || ticker && !seen) return requestAnimationFrame(look);
        setTimeout(() => done([largest, seen]), 400);
    };
    look();
})"""
FRAME_PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
    for (const one of list.getEntriesByName("first-contentful-paint")) done(one.startTime + performance.timeOrigin);
}).observe({type: "paint", buffered: true}))"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> int:
    given = options(__doc__)
    with prepared(given.tree) as ticker, ticker.serving() as server:
        pages = ticker.folder / "pages"
        write_pages(server, pages)
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=pages)) as host:
            threading.Thread(target=host.serve_forever, daemon=True).start()
            compare(f"http://127.0.0.1:{host.server_port}", given.rounds)
            host.shutdown()
    return 0


def write_pages(server: Server, folder: Path) -> None:
    """Somebody else's pages, with the code that the configurator gives out."""
    folder.mkdir()
    (folder / "picture.svg").write_text(PICTURE % ("x" * 60_000))
    for (way, mark), (largest, content) in product(CODES.items(), LARGEST.items()):
        code = code_of(server, way, mark) if mark else ""
        page = "<!doctype html><html lang=en><title>Our paper</title><link rel=icon href=data:,><body style='margin:0'>"
        (folder / f"{largest}-{way}.html").write_text(f"{page}{code}<main>{content}</main>")


def code_of(server: Server, way: str, mark: str) -> str:
    """The configurator's first code of that way with the mark in it."""
    page = ask(f"{server.url}/?way={way}").data.decode()
    offered = re.findall(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)
    return next(code for code in map(html.unescape, offered) if mark in code)


def compare(host: str, rounds: int) -> None:
    cases = list(product(LARGEST, CODES))
    took: dict[tuple[str, str], list[tuple[float, float]]] = {case: [] for case in cases}
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        with playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser:
            for _, (largest, way) in product(range(rounds), cases):
                took[largest, way].append(painted(browser, f"{host}/{largest}-{way}.html", way))
    rows = []
    for (largest, way), times in took.items():
        paint, seen = zip(*times, strict=True)
        without = [one for one, _ in took[largest, "none"]]
        later = [one - other for one, other in zip(paint, without, strict=True)]
        beside = ("", "") if way == "none" else (spread(later, 0), spread(seen, 0))
        rows.append((largest, way, spread(paint, 0), *beside))
    print(f"\n{table(('largest is', 'strip', 'largest paint, ms', 'later than without', 'strip seen'), rows)}")


def painted(browser: Browser, url: str, way: str) -> tuple[float, float]:
    """When the largest paint came and when the strip was seen, in ms since the page was asked for."""
    with browser.new_context(viewport={"width": 1280, "height": 700}) as context:
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("Network.enable")
        cdp.send("Network.emulateNetworkConditions", LINE)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(url, wait_until="commit")
        paint, seen = page.evaluate(PAINTED)
        if way == "frame":
            seen = page.frames[1].evaluate(FRAME_PAINTED) - page.evaluate("performance.timeOrigin")
        return float(paint), float(seen)


if __name__ == "__main__":
    sys.exit(main())
