"""The bank and the feed of a world over real HTTP on loopback, with the headers that the world gives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .bank import http_date
from .loop import Loop
from .world import Reply

PATHS = {"/daily.xml": "daily", "/weekly.xml": "weekly"}


class WorldServer(ThreadingHTTPServer):
    """`on_request` is called before a request is answered; where it returns True, no answer is sent."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.loop: Loop | None = None
        self.on_request: Callable[[], bool] = lambda: False
        self._one_at_a_time = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A process that was killed in the middle of its request is no error."""

    def reply(self, target: str, etag: str | None, since: str | None) -> tuple[Reply, dict[str, str]]:
        """The answer to a GET, with its own headers."""
        loop = self.loop
        assert loop
        path, _, query = target.partition("?")
        with self._one_at_a_time:
            if path in PATHS:
                reply = loop.answer_table(PATHS[path], etag, since)
                headers = {"Content-Type": "application/xml"}
                if reply.page:
                    headers["Last-Modified"] = reply.page.modified_header
                    headers |= {"ETag": reply.page.etag} if loop.world.has_etag else {}
                return reply, headers
            if (other := path.split("/")[1]) in loop.world.others:
                body = loop.answer_other(other, target)
                date = int(loop.now)
                return (Reply(200, body, date=date) if body else Reply(0)), {"Content-Type": "application/xml"}
            if path == "/archive":
                return loop.answer_archive(query), {"Content-Type": "text/html;charset=UTF-8"}
            status, body, own = loop.answer_feed(etag)
            return Reply(status, body), {"Content-Type": "application/rss+xml", "ETag": own}


class _Handler(BaseHTTPRequestHandler):
    server: WorldServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.server.on_request():
            self.close_connection = True
            return
        asked = self.headers
        reply, headers = self.server.reply(self.path, asked.get("If-None-Match"), asked.get("If-Modified-Since"))
        if not reply.status:
            self.close_connection = True
            return
        self.send_response_only(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.date is not None:
            self.send_header("Date", http_date(reply.date))
        if reply.age is not None:
            self.send_header("Age", str(reply.age))
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.status != 304:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""
