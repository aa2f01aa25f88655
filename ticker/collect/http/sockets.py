"""Sockets that keep a GET's budget, and requests and urllib3 made to use them."""

from __future__ import annotations

import functools
import math
import os
import socket
import ssl
import time
from errno import EINPROGRESS, ETIMEDOUT
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.wait import wait_for_write

from ticker.collect.http.addresses import usable_addresses
from ticker.collect.http.bounds import Budget, bounded, current_budget
from ticker.collect.http.faults import FetchError, clean

_AWAITED = "while its answer was awaited"


class PlainSocket(socket.socket):
    """Waits no longer than its thread's budget, and counts what it receives."""

    def makefile(self, *args: Any, **kwargs: Any) -> Any:
        current_budget().reader = reader = super().makefile(*args, **kwargs)
        return reader

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        received = bounded(self, lambda: super(PlainSocket, self).recv_into(*args, **kwargs))
        current_budget().count(received)
        return received

    def sendall(self, *args: Any) -> None:
        # A request fits into the kernel's buffer, so this hardly ever waits; a time-out's remainder can't be resent.
        self.settimeout(current_budget().left_s())
        super().sendall(*args)


class TLSSocket(PlainSocket, ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        current_budget().stage = "in the TLS handshake"
        try:
            bounded(self, lambda: super(TLSSocket, self).do_handshake(block))
        except BaseException:
            self.close()  # wrap_socket() has taken the plain socket over, but hasn't handed this one out yet
            raise


def _connect(budget: Budget, host: str, port: int) -> tuple[socket.socket, bool]:
    """A socket connected to a checked address of the host, and whether that address is public."""
    usable = usable_addresses(budget, host, port)
    fault: OSError = OSError("no address")
    for tried, (family, sockaddr, public) in enumerate(usable, 1):
        budget.stage = f"while connecting to {sockaddr[0]}"
        left = len(usable) - tried  # one dead address must not use up the others' time
        share_s = budget.left_s() / (left + 1) if left else math.inf
        try:
            return _open_socket(budget, family, budget.redirect_for_tests(sockaddr), share_s), public
        except OSError as met_fault:
            fault = met_fault
    raise FetchError(f"{host}: no connection to {sockaddr[0]} port {port}: {clean(fault)}") from fault


def _open_socket(budget: Budget, family: int, sockaddr: tuple[Any, ...], share_s: float) -> socket.socket:
    """A connected socket. Raises OSError, with ETIMEDOUT after `share_s` seconds."""
    sock = PlainSocket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        gives_up = time.monotonic() + share_s
        code = sock.connect_ex(sockaddr)
        while code == EINPROGRESS:
            if wait_for_write(sock, min(budget.wait_s(), max(0.0, gives_up - time.monotonic()))):
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                break
            if time.monotonic() >= gives_up:
                code = ETIMEDOUT
        if code:
            raise OSError(code, os.strerror(code))
        sock.setblocking(True)
    except BaseException:
        sock.close()
        raise
    return sock


class _PlainConnection(HTTPConnection):
    """Connects to checked addresses only; a pooled one refuses a host that may not use its private address."""

    public = True

    def _new_conn(self) -> socket.socket:
        budget = current_budget()
        budget.reused = False
        sock, self.public = _connect(budget, self.host, self.port)
        budget.stage = _AWAITED
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        budget = current_budget()
        if self.sock is not None and not self.public and not budget.allowed:
            raise FetchError(f"{budget.host}: refused: its address is not public and a redirect led there")
        budget.stage = _AWAITED
        super().request(*args, **kwargs)


class _TLSConnection(_PlainConnection, HTTPSConnection):
    def connect(self) -> None:
        # Not urllib3's: that one changes the context at each connection, and contexts are shared between threads.
        assert self.ssl_context is not None
        self.sock = self._new_conn()
        self.sock = self.ssl_context.wrap_socket(self.sock, server_hostname=self.host)
        self.is_verified = True


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class Adapter(HTTPAdapter):
    """requests' adapter over our sockets: no retries, no cookies, one connection kept per host."""

    def __init__(self, ssl_context: ssl.SSLContext) -> None:
        self._ssl_context = ssl_context
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: Any) -> None:
        self.poolmanager = PoolManager(connections, maxsize=maxsize, block=block, ssl_context=self._ssl_context)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: the context decides whom to trust; requests would load its bundle again each time."""

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        response = requests.Response()
        response.request, response.raw = req, resp  # no cookies are read, so none can be kept
        return response


@functools.cache
def trusted_authorities() -> ssl.SSLContext:
    """The system's authorities, and those that come with requests: slim images come without any."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context
