"""The demonstration's HTTP/1.1 server on loopback: keep-alive, orders only from this machine, ended within a second."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import Any, Protocol

from ticker.demo.faults import Order, Reply, page, play


class Upstream(Protocol):
    """What the server serves."""

    clock: Callable[[], datetime]

    def answer(self, target: str, asked: Message) -> tuple[Reply, Order | None]:
        """The reply to a GET, and the fault still to be played on the wire."""

    def command(self, target: str) -> Reply:
        """The reply to an order."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path.split("?")[0] == "/order":
            return self._command()
        reply, fault = self.server.upstream.answer(self.path, self.headers)
        if fault is None:
            return self._send(reply)
        self.close_connection = True
        head = reply.head(self.server.upstream.clock(), keep_alive=False)
        return play(fault, self.connection, self.server.stopping, head, reply.content())

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        self.rfile.read(min(int(length), 1 << 16) if length.isdecimal() else 0)
        self.close_connection = True
        self._command()

    def _command(self) -> None:
        # A web page may not give orders: a browser names the page in Origin.
        if not ip_address(self.client_address[0]).is_loopback or "Origin" in self.headers:
            return self._send(page(403, "Forbidden"))
        target = "/order" if self.command == "GET" else self.path
        return self._send(self.server.upstream.command(target))

    def _send(self, reply: Reply) -> None:
        if reply.chunked and self.request_version < "HTTP/1.1":
            reply = Reply(reply.status, reply.body, reply.headers)
        head = reply.head(self.server.upstream.clock(), keep_alive=not self.close_connection)
        self.connection.sendall(head if self.command == "HEAD" else head + reply.content())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: what was asked is in `DemoUpstream.requests`."""


class Server(ThreadingHTTPServer):
    """A thread for each connection; `hang_up` closes all of them within a second."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, address: tuple[str, int], upstream: Upstream) -> None:
        self.upstream, self.stopping = upstream, Event()
        self._talks: dict[Thread, socket.socket] = {}
        self._talks_lock = Lock()
        self.listener = Thread(target=self._listen, name="demo-upstream", daemon=True)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own asks the resolver for a name, which may take seconds
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._talks_lock:
            self._talks[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._talks_lock:
                self._talks.pop(current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client that has gone is no error
            super().handle_error(request, client_address)

    def _listen(self) -> None:
        while not self.stopping.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        return not self.stopping.is_set()

    def hang_up(self) -> None:
        until = monotonic() + 0.9
        self.stopping.set()
        with contextlib.suppress(OSError):  # a last connection wakes the listener, which else polls to be stopped
            socket.create_connection((self.server_name, self.server_port), timeout=0.3).close()
        self.listener.join(0.5)
        self.server_close()
        with self._talks_lock:
            talks = dict(self._talks)
        for connection in talks.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in talks:
            thread.join(max(0.0, until - monotonic()))
