"""Pictures of the strip in every state, to be looked at beside the drawing.

    PYTHONPATH=tests python -m support.pictures FOLDER [NAME…]

NAME picks those whose name contains it, e.g. "360" or "states-1280".

A picture is a page of somebody else's with many strips in frames, each as high as the given code makes it: every state
in every language, or every look in those states that are drawn in another way. The strips come over HTTP from loopback,
under their own policy and with their script.
"""

from __future__ import annotations

import gzip
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from support.scenes import SCENES, Scene
from ticker.serve.news.popular import UNCOUNTED
from ticker.serve.panel import html as panel_html
from ticker.serve.panel import json as panel_json
from ticker.serve.panel.view import panel
from ticker.serve.strip import html, json
from ticker.serve.strip.height import css_height
from ticker.serve.strip.options import Offered, Options, parse

CHROMIUM = "/usr/bin/chromium"
WIDTHS = (320, 330, 360, 420, 760, 900, 1280)
LANGUAGES = ("en", "ru", "ky")
SHOWN = ("day", "evening_all", "late", "stale")  # in every look
EYES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "contrast": {"contrast": "more"},
    "contrast-dark": {"contrast": "more", "color_scheme": "dark"},
}
GROUNDS = {"light": "#fdf6e3", "dark": "#203040"}
SHEET = 2600  # px, of a device of one
LOOKS = [
    *(
        f"theme={theme}&frame={frame}&motion={motion}"
        for theme in ("auto", "light", "dark", "transparent")
        for frame in ("bar", "card")
        for motion in ("step", "scroll", "static")
    ),
    *("bg=1d3557&fg=f1faee&accent=e63946", "bg=ffd166", "fg=aaaaaa&accent=ffcc00", "theme=transparent&fg=777777"),
    *("show=rates,headlines", "show=clock", "show=clock,rates,change,headlines", "headlines=0"),
]
POLICY = html.policy("*")
OFFERED = Offered(
    frozenset({"USD", "EUR", "RUB", "KZT", "CNY", "GBP"}),
    frozenset(feed.feed for make in SCENES.values() for feed in make().snapshot.content.feeds),
)


class Strips(ThreadingHTTPServer):
    """Serves /STATE/strip, /STATE/panel and their JSON twins; `scenes` may be changed while it runs."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Strips)
        self.scenes: dict[str, Scene] = {name: make() for name, make in SCENES.items()}
        self.asked: list[str] = []
        self.status = 200
        self.fault = ""  # "cut": the connection ends without an answer; "drip": a byte now and then, until it is lifted
        self.host = ""  # a page of somebody else's, at /host
        self.popularity = UNCOUNTED
        self.elapsed = timedelta()  # since each scene's moment, by the server's clock

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Strips(BaseHTTPRequestHandler):
    server: Strips

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        _, state, *rest = parts.path.split("/")
        self.server.asked.append(self.path)
        scene = self.server.scenes.get(state)
        if scene and self.server.fault:
            self._misbehave()
            return
        if state == "host":
            self._answer(200, self.server.host.encode(), "text/html; charset=utf-8", policy="")
            return
        if not scene or self.server.status != 200:
            self._answer(self.server.status if scene else 404, b"", "text/plain")
            return
        options, notes = parse(parts.query, OFFERED)
        if rest[-1].startswith("panel"):
            given = {"popularity": self.server.popularity, "notes": notes, "base": f"/{state}"}
            said = panel(scene.snapshot, scene.judged, options, **given)
            if rest[-1] == "panel.json":
                self._answer(200, panel_json.render(said), "application/json", scene)
            else:
                policy = panel_html.policy("*", said)
                self._answer(200, panel_html.page(said), "text/html; charset=utf-8", scene, policy)
            return
        strip = scene.strip(options, notes=notes, base=f"/{state}")
        if rest[-1] == "strip.json":
            self._answer(200, json.render(strip), "application/json", scene)
        else:
            self._answer(200, html.page(strip), "text/html; charset=utf-8", scene, html.policy("*", strip))

    def _answer(self, status: int, body: bytes, kind: str, scene: Scene | None = None, policy: str = POLICY) -> None:
        self.send_response_only(status)
        if scene:
            self.send_header("Date", format_datetime(scene.now + self.server.elapsed, usegmt=True))
        self.send_header("Content-Type", kind)
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "Date, ETag, Age")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _misbehave(self) -> None:
        self.close_connection = True
        if self.server.fault == "drip":
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\n\r\n"
            )
        with suppress(OSError):
            while self.server.fault == "drip":
                self.wfile.write(b" ")
                time.sleep(0.1)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Strips]:
    with Strips() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def main(folder: Path, wanted: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    states = [(f"{state}/strip?lang={lang}", Options()) for state in SCENES for lang in LANGUAGES]
    looks = [(f"{state}/strip?{look}", parse(look, OFFERED)[0]) for state in SHOWN for look in LOOKS]
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for (what, strips), width, eyes in product((("states", states), ("looks", looks)), WIDTHS, EYES):
            name = f"{what}-{width}-{eyes}"
            if not wanted or any(part in name for part in wanted):
                sheet(browser, server, strips, width, EYES[eyes], folder / f"{name}.png")
        browser.close()


def sheet(
    browser: Browser, server: Strips, strips: list[tuple[str, Options]], width: int, eyes: dict[str, Any], file: Path
) -> None:
    frames = "".join(
        f'<div style="container-type: inline-size">{address}'
        f'<iframe src="/{address}" style="height: {css_height(options, 3)}"></iframe></div>'
        for address, options in strips
    )
    ground = GROUNDS[eyes.get("color_scheme", "light")]
    columns = max(1, SHEET // (width + 8))
    style = f"body {{ background: {ground}; color: gray; font: 11px sans-serif; display: grid; gap: 8px; margin: 8px; "
    style += f"grid-template-columns: repeat({columns}, {width}px); }} iframe {{ border: 0; inline-size: 100%; }}"
    server.host = (
        '<!doctype html><title>Strips</title><meta name="color-scheme" content="light dark">'
        f'<link rel="icon" href="data:,"><style>{style} iframe {{ color-scheme: normal; }}</style>{frames}'
    )
    with browser.new_context(viewport={"width": columns * (width + 8) + 8, "height": 1000}, **eyes) as context:
        page = context.new_page()
        page.on("console", lambda message: print(f"{file.stem}: console: {message.text}"))
        page.clock.install(time=server.scenes["day"].now)
        page.goto(f"{server.url}/host", wait_until="networkidle")
        page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
