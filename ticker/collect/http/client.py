"""Sends one GET over requests' adapter and follows its redirects, each address checked before it is used."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

import requests
from urllib3 import BaseHTTPResponse

from ticker.collect.http.answer import NO_VALIDATORS, Answer, header, read_answer
from ticker.collect.http.bounds import Budget, Limits, Redirect, Resolve, spending
from ticker.collect.http.faults import FAULTS, FetchError, clean, explain, is_reset
from ticker.collect.http.sockets import Adapter, TLSSocket, trusted_authorities
from ticker.model import Validators

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_URL_CHARACTERS = 4096


@dataclass(slots=True)
class Connection:
    """Keep-alive for several GETs to one host, each with its own deadline; for one thread at a time."""

    limits: Limits
    resolve: Resolve
    ssl_context: ssl.SSLContext
    redirect_for_tests: Redirect
    _adapter: Adapter = field(init=False)

    def __post_init__(self) -> None:
        self.ssl_context.sslsocket_class = TLSSocket
        # It would print a traceback for each header line it can't read, at each visit.
        logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
        self._adapter = Adapter(self.ssl_context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._adapter.close()

    def get(
        self,
        url: str,
        validators: Validators = NO_VALIDATORS,
        *,
        revalidate: bool = False,
        cancelled: threading.Event | None = None,
    ) -> Answer:
        """GET `url`, following redirects by hand. Every fault of the upstream is a `FetchError`.

        Validators are sent to the requested address only: they belong to its body. Where it redirects, that is another
        resource, whose `304 Not Modified` would say nothing about this body. With `revalidate`, caches on the way are
        told to ask the server (RFC 9111, 5.2.1.4).
        """
        ends = time.monotonic() + self.limits.deadline_s
        budget = Budget(self.limits, self.resolve, self.redirect_for_tests, cancelled, ends)
        more = {"Cache-Control": "no-cache"} if revalidate else {}
        with spending(budget):
            return self._followed(budget, url, validators, more)

    def _followed(self, budget: Budget, url: str, validators: Validators, more: Mapping[str, str]) -> Answer:
        asked = _checked(budget, url)
        seen = {asked.geturl()}
        may_be_private = budget.allowed
        while True:
            raw = self._sent(budget, asked, {**_headers(self.limits, validators), **more})
            if raw.status not in _REDIRECTS:
                return read_answer(budget, raw, asked.geturl(), validators, redirected=len(seen) > 1)
            raw.close()  # its body is never read
            target = _checked(budget, _location(budget, raw, asked.geturl()), redirected=True)
            budget.allowed = budget.allowed and may_be_private
            if asked.scheme == "https" and target.scheme == "http":
                raise FetchError(f"{asked.hostname}: refused: it redirects from https down to http", status=raw.status)
            if target.geturl() in seen:
                raise FetchError(f"{asked.hostname}: refused: it redirects in a circle", status=raw.status)
            if len(seen) > self.limits.max_redirects:
                most = self.limits.max_redirects
                raise FetchError(f"{asked.hostname}: refused: more than {most} redirects (the limit)")
            seen.add(target.geturl())
            asked, validators = target, NO_VALIDATORS

    def _sent(self, budget: Budget, url: SplitResult, headers: dict[str, str]) -> BaseHTTPResponse:
        """Send the request and read the answer's head. A server may close an idle connection just as it is reused: only
        where that happens before the first byte, the request is sent once more, at once and on a new connection."""
        request = requests.Request("GET", url.geturl(), headers)
        for second in (False, True):
            budget.received, budget.reused = 0, True
            try:
                raw: BaseHTTPResponse = self._adapter.send(request.prepare(), stream=True).raw
            except FAULTS as fault:
                if budget.reader:  # urllib3 leaves it, and so the socket, open where it dislikes a header
                    budget.reader.close()
                if second or not budget.reused or budget.received or not is_reset(fault):
                    raise FetchError(explain(budget.host, budget.stage, fault)) from fault
            else:
                return raw
        raise AssertionError("unreachable: the second try returns or raises")


def connection(
    limits: Limits,
    resolve: Resolve = socket.getaddrinfo,
    ssl_context: ssl.SSLContext | None = None,
    *,
    redirect_for_tests: Redirect = lambda sockaddr: sockaddr,
) -> Connection:
    """A connection for several GETs. `resolve` runs in a separate thread; `ssl_context` is changed to make our sockets.
    With `redirect_for_tests`, tests connect a checked public address to a server on loopback."""
    return Connection(limits, resolve, ssl_context or trusted_authorities(), redirect_for_tests)


def fetch(
    url: str,
    validators: Validators,
    limits: Limits,
    resolve: Resolve = socket.getaddrinfo,
    ssl_context: ssl.SSLContext | None = None,
    *,
    cancelled: threading.Event | None = None,
) -> Answer:
    """One GET on a connection that is closed afterwards; see `Connection.get`."""
    with connection(limits, resolve, ssl_context) as single:
        return single.get(url, validators, cancelled=cancelled)


def _checked(budget: Budget, url: str, *, redirected: bool = False) -> SplitResult:
    """The address in requests' own spelling (the one it connects by). Raises FetchError for one we do not request."""
    came = f"{budget.host}: refused: it redirects to" if redirected else "refused:"
    shown = clean(re.sub(r"//[^/]*@", "//", url))  # a password does not belong in a log
    if len(url) > _URL_CHARACTERS:
        raise FetchError(f"{came} an address of more than {_URL_CHARACTERS} characters")
    try:
        prepared = requests.Request("GET", url).prepare().url or ""
        parts = urlsplit(urldefrag(prepared).url)
        host, port = parts.hostname or "", parts.port
    except FAULTS as fault:
        raise FetchError(f"{came} {shown}, which is not an address: {clean(fault)}") from fault
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(f"{came} {shown}; only http and https are spoken")
    if "@" in parts.netloc:
        raise FetchError(f"{came} an address on {host} with a name or password in it")
    standard = 443 if parts.scheme == "https" else 80
    written = f"[{host}]" if ":" in host else host
    names = {host, written, f"{written}:{port or standard}"}
    budget.host, budget.allowed = host, not names.isdisjoint(budget.limits.allow_hosts)
    if port not in (None, 80, 443) and not budget.allowed:
        raise FetchError(f"{came} {host} port {port}; only 80 and 443 are allowed, others for allowed hosts")
    return parts


def _headers(limits: Limits, validators: Validators) -> dict[str, str]:
    headers = {"User-Agent": limits.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _location(budget: Budget, raw: BaseHTTPResponse, base: str) -> str:
    location = header(raw, "Location")
    if not location:
        raise FetchError(f"{budget.host} answered {raw.status} without saying where to", status=raw.status)
    with contextlib.suppress(UnicodeError):  # http.client reads latin-1, some servers write UTF-8
        location = location.encode("latin-1").decode()
    try:
        return urljoin(base, location)
    except ValueError as fault:
        raise FetchError(f"{budget.host}: refused: it redirects to {clean(location)}, not an address") from fault
