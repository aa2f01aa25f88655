"""Somebody else's page in a real browser, and on it the element <rate-ticker> with the service behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from socketserver import ThreadingMixIn
from typing import Any, Literal
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from playwright.sync_api import BrowserContext, expect

from support import scenes
from support.apps import application
from support.strip_page import SHIFTS, catch_up, refresh
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import Renderer
from ticker.serve.strip.height import css_height
from ticker.serve.strip.options import Options
from ticker.serve.terms import SiteSettings

REPORTS = """window.reports = [];
document.addEventListener("securitypolicyviolation", event => reports.push(event.violatedDirective));"""


class Server(ThreadingMixIn, WSGIServer):
    """One WSGI application on loopback. `gate` may answer in its place, or hold a request back."""

    daemon_threads = True

    def __init__(self, app: Callable[..., Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Quiet)
        self.app, self.asked, self.status = app, list[str](), 200
        self.open = threading.Event()
        self.open.set()
        self.set_app(self._answer)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def _answer(self, environ: Any, start_response: Any) -> Any:
        self.asked.append(environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", ""))
        self.open.wait(10)
        if self.status != 200:
            start_response(f"{self.status} No", [("Content-Length", "0"), ("Access-Control-Allow-Origin", "*")])
            return []
        return self.app(environ, start_response)

    def handle_error(self, *_: Any) -> None:
        pass  # a browser that leaves in the middle

    def close(self) -> None:
        self.open.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Service:
    """The real application on one scene, on a clock that one turns."""

    def __init__(self, scene: scenes.Scene) -> None:
        self.now = scene.now
        self.cache = ResponseCache(scene.snapshot, Renderer(SiteSettings()), lambda: self.now, 50, ())
        latest = LiveSnapshot(lambda: None, lambda _: None, lambda: self.now, None)  # type: ignore[arg-type,return-value]
        self.server = Server(application(self.cache, latest, lambda: self.now, dated=True))

    def becomes(self, scene: scenes.Scene) -> None:
        self.now = scene.now
        version = self.cache.snapshot.version + 1
        self.cache.replace_snapshot(replace(scene.snapshot, version=version))

    def asked(self) -> list[str]:
        return [path for path in self.server.asked if path.startswith("/strip.json")]


class Host:
    """Somebody else's site: pages with headers of their own."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.server = Server(self._page)

    def _page(self, environ: Any, start_response: Any) -> Any:
        text, headers = self.pages.get(environ["PATH_INFO"], ("", {}))
        body = text.encode()
        given = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))), *headers.items()]
        start_response("200 OK", given)
        return [body]


@contextmanager
def closing(*servers: Server) -> Iterator[None]:
    try:
        yield
    finally:
        for server in servers:
            server.close()


class Reader:
    """A host page with elements, the service behind them, and a clock that the test turns."""

    def __init__(self, context: BrowserContext, service: Service, host: Host, *, turned: bool = True) -> None:
        self.page, self.service, self.host, self.said = context.new_page(), service, host, list[str]()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.add_init_script(SHIFTS + REPORTS)
        if turned:
            self.page.clock.install(time=service.now)
            self.page.clock.pause_at(service.now + timedelta(seconds=1))

    def opens(
        self,
        body: str,
        headers: dict[str, str] | None = None,
        head: str = "",
        until: Literal["load", "commit"] = "load",
    ) -> Reader:
        text = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Our paper</title>{head}'
        text += f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>{body}'
        self.host.pages["/"] = text, headers or {}
        self.page.goto(self.host.server.url + "/", wait_until=until)
        return self

    def script(self, more: str = "") -> str:
        return f'<script async src="{self.service.server.url}/embed.js"{more}></script>'

    def element(self, attributes: str = "", inside: str = "Rates") -> str:
        link = f'<a href="{self.service.server.url}/strip">{inside}</a>'
        style = f"display:grid;min-height:{css_height(Options(), 3)}"
        return f'<rate-ticker {attributes} style="{style}">{link}</rate-ticker>'

    def shows(self, attributes: str = "") -> Reader:
        self.opens(f"<body>{self.script()}<main>{self.element(attributes)}<h1>Our paper</h1></main></body>")
        expect(self.page.locator("rate-ticker .figure").first).to_be_visible()
        return self

    def text(self, selector: str) -> str:
        return self.page.locator(f"rate-ticker {selector}").first.inner_text()

    def waits(self, seconds: float) -> None:
        self.service.now += timedelta(seconds=seconds)
        self.page.clock.run_for(round(seconds * 1000))

    def jumps(self, seconds: float) -> None:
        """What is due meanwhile happens once, at the end; frames are not drawn."""
        self.service.now += timedelta(seconds=seconds)
        self.page.clock.fast_forward(round(seconds * 1000))

    def asked(self) -> list[str]:
        catch_up(self.page, f"{self.service.server.url}/livez")
        return self.service.asked()

    def sleeps(self, hours: float) -> None:
        self.jumps(hours * 3600)

    def refreshes(self) -> None:
        """Waits until the element has asked once more and has its answer."""
        refresh(self.page, "strip.json", self.jumps)
        self.page.wait_for_timeout(50)

    def does(self, script: str) -> Any:
        """Run with `ticker` as the first element."""
        return self.page.evaluate(f"async () => {{ const ticker = document.querySelector('rate-ticker'); {script} }}")
