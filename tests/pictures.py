"""Pictures of the strip in every state, to be looked at beside the drawing.

    python tests/pictures.py FOLDER [NAME…]      NAME picks those whose name contains it, e.g. "360" or "evening-ru"

The pages come over HTTP from loopback, under their own policy and with their script, and the browser's clock stands at
the scene's moment.
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
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent / "serve"))

from scenes import SCENES, Scene

from ticker.serve.media import html, json
from ticker.serve.options import Offered, parse
from ticker.serve.panel import UNCOUNTED, panel

CHROMIUM = "/usr/bin/chromium"
HEIGHTS = {1280: 46, 960: 46, 760: 92, 600: 92, 360: 130, 320: 130}
PICTURES = [
    *((state, lang, 1280, "light") for state in SCENES for lang in ("en", "ru", "ky")),
    *((state, lang, 1280, "dark") for state in ("day", "evening", "late", "stale") for lang in ("en", "ky")),
    *((state, "en", width, "light") for width in (960, 760, 600, 360) for state in SCENES),
    *((state, lang, 760, "light") for state in ("day", "evening", "stale") for lang in ("ru", "ky")),
    *((state, lang, 360, "dark") for state in ("day", "evening", "late", "stale") for lang in ("ru", "ky")),
]
LOOKS = [
    *(
        f"theme={theme}&frame={frame}"
        for theme in ("auto", "light", "dark", "transparent")
        for frame in ("bar", "card")
    ),
    *("motion=scroll", "motion=static", "motion=scroll&frame=card"),
    *("bg=1d3557&fg=f1faee&accent=e63946", "bg=ffd166", "fg=aaaaaa&accent=ffcc00", "theme=transparent&fg=777777"),
    *("show=rates,headlines", "show=clock", "show=clock,rates,change,headlines"),
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
                self._answer(200, json.render_panel(said, html.panel_body(said)), "application/json", scene)
            else:
                policy = html.panel_policy("*", said)
                self._answer(200, html.panel_page(said), "text/html; charset=utf-8", scene, policy)
            return
        strip = scene.strip(options, notes=notes, base=f"/{state}")
        if rest[-1] == "strip.json":
            self._answer(200, json.render(strip), "application/json", scene)
        else:
            self._answer(200, html.strip_page(strip), "text/html; charset=utf-8", scene, html.policy("*", strip))

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
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for state, lang, width, theme in PICTURES:
            name = f"{state}-{lang}-{width}-{theme}"
            if wanted and not any(part in name for part in wanted):
                continue
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHTS[width]},
                color_scheme="dark" if theme == "dark" else "light",
                device_scale_factor=2,
            )
            page = context.new_page()
            page.on("console", lambda message, name=name: print(f"{name}: console: {message.text}"))
            page.clock.install(time=server.scenes[state].now)
            page.goto(f"{server.url}/{state}/strip?lang={lang}")
            page.screenshot(path=folder / f"{name}.png", full_page=True)
            context.close()
        for width in (1280, 760, 360):
            for scheme, ground in (("light", "#fdf6e3"), ("dark", "#203040")):
                if not wanted or any(part in f"looks-{width}-{scheme}" for part in wanted):
                    looks(browser, server, folder, width, ground, dark=scheme == "dark")
        browser.close()


def looks(browser: Browser, server: Strips, folder: Path, width: int, ground: str, *, dark: bool) -> None:
    """Every look in a frame of its own on one host page, in each state that is drawn in another way."""
    frames = "".join(
        f'<p>{state} {look}</p><iframe src="/{state}/strip?{look}" style="height: {HEIGHTS[width]}px"></iframe>'
        for state in ("day", "evening_all", "late", "stale")
        for look in LOOKS
    )
    style = f"body {{ background: {ground}; color: gray; font: 11px sans-serif; }} p {{ margin: 2px; }}"
    style += "iframe { border: 0; inline-size: 100%; color-scheme: normal; }"
    server.host = (
        '<!doctype html><title>Looks</title><meta name="color-scheme" content="light dark">'
        f'<link rel="icon" href="data:,"><style>{style}</style>{frames}'
    )
    name = f"looks-{width}-{'dark' if dark else 'light'}"
    with browser.new_context(
        viewport={"width": width, "height": 4000}, color_scheme="dark" if dark else "light"
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: print(f"{name}: console: {message.text}"))
        page.clock.install(time=server.scenes["day"].now)
        page.goto(f"{server.url}/host", wait_until="networkidle")
        page.screenshot(path=folder / f"{name}.png", full_page=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
