"""One bounded GET: whatever the upstream does, it ends in time, in little memory, at a public address.

`requests` has no total timeout, and its session reads a redirect's whole body into memory, uses the environment's
proxy and reads .netrc. So only its adapter is used; redirects are followed here, and the sockets are our own:

- *Deadline.* Every single wait on a socket lasts at most until the deadline of the get under way, so no drip of status
  line, header, chunk extension, `100 Continue`, body or TLS handshake outlives it. There is no watchdog thread to
  outrun: one that shuts the socket makes a header block cut in the middle look like a complete empty 200.
- *Size.* Bytes are counted as they leave the socket, and again as they leave gzip.
- *Address.* A name is resolved once for a connection, each address it has is judged, and the connection goes to a
  judged address itself: a second answer of the name server (rebinding) is never asked for.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import ipaddress
import logging
import math
import os
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from errno import EINPROGRESS, ETIMEDOUT
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, IncompleteRead
from urllib3.util.wait import wait_for_write

from ticker.model import UpstreamError, Validators

Resolve = Callable[..., list[Any]]  # called and answers like socket.getaddrinfo
Route = Callable[[tuple[Any, ...]], tuple[Any, ...]]  # from a judged socket address to the one that is connected to

NO_VALIDATORS = Validators()
RETRY_AFTER_MOST_S = 86_400
EXCERPT_BYTES = 2048

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODILESS = frozenset({204, 205, 304})
_URL_CHARACTERS = 4096
_PIECE = 16 << 10  # bytes read, or undone from gzip, at a time
_HEADROOM = 64 << 10  # bytes of headers and chunk framing allowed on the wire above the body's limit
_ERROR_BODY = 64 << 10  # an error's body is wanted for its beginning only
_MOST_ADDRESSES = 8
_MOST_STUCK = 32
_AWAITED = "while its answer was awaited"
_POLL_S = 0.1  # how soon a cancelled get notices
# All that requests, urllib3 and http.client raise for what an upstream sent; ValueError is theirs for hostile header
# values, lengths and host names (UnicodeError). The blocks that catch these hold as little of our own code as can be.
_FAULTS = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError, zlib.error)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`allow_hosts`: hosts as they are written in an address, lower case, "host" or "host:port", that may be private
    addresses and use any port. The allowance holds for the address asked for, not for one a stranger redirects to."""

    deadline_s: float = 20  # wall clock, redirects and name look-ups included
    max_bytes: int = 2 << 20  # of the body, on the wire and decoded
    max_redirects: int = 5
    user_agent: str
    allow_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an upstream answered: 200, or 304 to validators that were sent.

    `validators` are those of this body. They are empty where the body came by a redirect: they are not the asked
    address's own, and would let another resource's 304 confirm this body. On a 304 they are the ones sent, with a
    newer `Last-Modified` where one was given.
    """

    status: int
    url: str  # the final address
    body: bytes  # decoded from gzip; empty on a 304
    content_type: str | None
    validators: Validators
    last_modified: datetime | None  # UTC


class FetchError(UpstreamError):
    """The upstream's fault, in a sentence that names the host, what happened and the limit."""

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        retry_after_s: int | None = None,
        excerpt: bytes = b"",
        body_bytes: int = 0,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after_s = retry_after_s  # of a 429 or 503, from 0 to a day
        self.excerpt = excerpt  # the first 2 KiB of the decoded body
        self.body_bytes = body_bytes  # decoded, as far as it was read


# --- the bounds of one get, and sockets that keep them


@dataclass(slots=True)
class _Bounds:
    """What one get may still do. A pooled socket outlives a get, so it asks its thread for the bounds under way."""

    limits: Limits
    resolve: Resolve
    route: Route
    cancelled: threading.Event | None
    ends: float  # time.monotonic()
    host: str = "?"
    allowed: bool = False  # is the host under way in allow_hosts
    stage: str = "before anything was sent"
    received: int = 0  # bytes of the exchange under way
    reused: bool = True  # the exchange under way found its connection open
    reader: Any = None  # what its answer is read from

    def left_s(self) -> float:
        if self.cancelled and self.cancelled.is_set():
            raise FetchError(f"{self.host}: the fetch was cancelled {self.stage}")
        left = self.ends - time.monotonic()
        if left <= 0:
            raise FetchError(f"{self.host}: not done within {self.limits.deadline_s:g} s; time ran out {self.stage}")
        return left

    def wait_s(self) -> float:
        """How long the next wait may last before it must ask again."""
        left = self.left_s()
        return min(left, _POLL_S) if self.cancelled else left

    def count(self, received: int) -> None:
        self.received += received
        if self.received > self.limits.max_bytes + _HEADROOM:
            raise FetchError(f"{self.host}: sent more than {self.limits.max_bytes} bytes (the limit), {self.stage}")


class _Current(threading.local):
    bounds: _Bounds


_current = _Current()


def _bounded(sock: socket.socket, operation: Callable[[], T]) -> T:
    """An operation that can be repeated after a time-out (reading, shaking hands), within the bounds under way."""
    bounds = _current.bounds
    while True:
        sock.settimeout(bounds.wait_s())
        try:
            return operation()
        except TimeoutError as fault:
            if fault.errno is not None:  # the network's own time-out, not the end of our wait
                raise


class _PlainSocket(socket.socket):
    def makefile(self, *args: Any, **kwargs: Any) -> Any:
        _current.bounds.reader = reader = super().makefile(*args, **kwargs)
        return reader

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        received = _bounded(self, lambda: super(_PlainSocket, self).recv_into(*args, **kwargs))
        _current.bounds.count(received)
        return received

    def sendall(self, *args: Any) -> None:
        # A request fits into the kernel's buffer, so this hardly ever waits; a time-out's remainder can't be resent.
        self.settimeout(_current.bounds.left_s())
        super().sendall(*args)


class _TLSSocket(_PlainSocket, ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        _current.bounds.stage = "in the TLS handshake"
        try:
            _bounded(self, lambda: super(_TLSSocket, self).do_handshake(block))
        except BaseException:
            self.close()  # wrap_socket() has taken the plain socket over, but hasn't handed this one out yet
            raise


# --- addresses


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's.

    `ipaddress` (3.11) calls global what is not: loopback inside NAT64 or 6to4, `::127.0.0.1`, 192.0.0.8, multicast. So
    an IPv4 address inside an IPv6 one is judged instead of it, and the rest is asked for more than `is_global`.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (inner := _embedded(ip)):
        ip = inner
    if ip in _PROTOCOL_ASSIGNMENTS or (isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_PROTOCOL_ASSIGNMENTS = ipaddress.ip_network("192.0.0.0/24")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


_stuck: dict[str, threading.Thread] = {}  # by host: look-ups that outlived the get that asked
_stuck_lock = threading.Lock()


def _refuse_where_stuck(host: str) -> None:
    """getaddrinfo can't be interrupted: a thread it never returns in is left behind, but not a second one."""
    with _stuck_lock:
        for name in [name for name, thread in _stuck.items() if not thread.is_alive()]:
            del _stuck[name]
        if host in _stuck:
            raise FetchError(f"{host}: an earlier look-up of its address has not ended yet; no second one is begun")
        if len(_stuck) >= _MOST_STUCK:
            raise FetchError(f"{host}: {len(_stuck)} look-ups of other addresses have not ended yet (the limit)")


def _resolved(bounds: _Bounds, host: str, port: int) -> list[Any]:
    _refuse_where_stuck(host)
    found: list[Any] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(bounds.resolve(host, port, type=socket.SOCK_STREAM))
        except Exception as fault:  # carried to the thread that waits
            failed.append(fault)

    bounds.stage = "while its address was looked up"
    thread = threading.Thread(target=look_up, name=f"look up {host}", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(bounds.wait_s())
    except FetchError:
        with _stuck_lock:
            _stuck[host] = thread
        raise
    if failed and isinstance(failed[0], OSError | UnicodeError):
        raise FetchError(f"{host}: its address can't be found: {_clean(failed[0])}") from failed[0]
    if failed:
        raise failed[0]
    return list(dict.fromkeys((family, sockaddr) for family, _, _, _, sockaddr in found))


def _dial(bounds: _Bounds, host: str, port: int) -> tuple[socket.socket, bool]:
    """A socket connected to a judged address of the host, and whether that address is public."""
    found = _resolved(bounds, host, port)
    judged = [(family, sockaddr, is_public(sockaddr[0])) for family, sockaddr in found]
    usable = [each for each in judged if each[2] or bounds.allowed][:_MOST_ADDRESSES]
    if not usable:
        met = ", ".join(str(sockaddr[0]) for _, sockaddr in found[:3]) or "none"
        raise FetchError(f"{host}: refused: its address ({met}) is not public and the host is not an allowed one")
    fault: OSError = OSError("no address")
    for tried, (family, sockaddr, public) in enumerate(usable, 1):
        bounds.stage = f"while connecting to {sockaddr[0]}"
        left = len(usable) - tried  # one dead address must not use up the others' time
        share_s = bounds.left_s() / (left + 1) if left else math.inf
        try:
            return _connected(bounds, family, bounds.route(sockaddr), share_s), public
        except OSError as met_fault:
            fault = met_fault
    raise FetchError(f"{host}: no connection to {sockaddr[0]} port {port}: {_clean(fault)}") from fault


def _connected(bounds: _Bounds, family: int, sockaddr: tuple[Any, ...], share_s: float) -> socket.socket:
    sock = _PlainSocket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        gives_up = time.monotonic() + share_s
        code = sock.connect_ex(sockaddr)
        while code == EINPROGRESS:
            if wait_for_write(sock, min(bounds.wait_s(), max(0.0, gives_up - time.monotonic()))):
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


# --- requests and urllib3, led to those sockets


class _PlainConnection(HTTPConnection):
    public = True

    def _new_conn(self) -> socket.socket:
        bounds = _current.bounds
        bounds.reused = False
        sock, self.public = _dial(bounds, self.host, self.port)
        bounds.stage = _AWAITED
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        bounds = _current.bounds
        if self.sock is not None and not self.public and not bounds.allowed:
            raise FetchError(f"{bounds.host}: refused: its address is not public and a redirect led there")
        bounds.stage = _AWAITED
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


class _Adapter(HTTPAdapter):
    def __init__(self, ssl_context: ssl.SSLContext) -> None:
        self._ssl_context = ssl_context
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: Any) -> None:
        self.poolmanager = PoolManager(connections, maxsize=maxsize, block=block, ssl_context=self._ssl_context)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: whom to trust is the context's matter; requests would load its bundle anew each time."""

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        response = requests.Response()
        response.request, response.raw = req, resp  # no cookies are read, so none can be kept
        return response


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities, and those that come with requests: slim images have no store of their own."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


# --- the get


@dataclass(slots=True)
class Connection:
    """Keep-alive for several GETs to one host, each with a deadline of its own; for one thread at a time."""

    limits: Limits
    resolve: Resolve
    ssl_context: ssl.SSLContext
    route: Route
    _adapter: _Adapter = field(init=False)

    def __post_init__(self) -> None:
        self.ssl_context.sslsocket_class = _TLSSocket
        # It would print a traceback for each header line it can't read, at each visit.
        logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
        self._adapter = _Adapter(self.ssl_context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._adapter.close()

    def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, cancelled: threading.Event | None = None
    ) -> Answer:
        """GET `url`, following redirects by hand. Every fault of the upstream is a `FetchError`.

        Validators are sent to the asked address only: they belong to its body, and what it redirects to is another
        resource, whose `304 Not Modified` since some moment would say nothing about that body.
        """
        ends = time.monotonic() + self.limits.deadline_s
        bounds = _current.bounds = _Bounds(self.limits, self.resolve, self.route, cancelled, ends)
        try:
            return self._followed(bounds, url, validators)
        finally:
            del _current.bounds

    def _followed(self, bounds: _Bounds, url: str, validators: Validators) -> Answer:
        asked = _judged(bounds, url)
        seen = {asked.geturl()}
        may_be_private = bounds.allowed
        while True:
            raw = self._sent(bounds, asked, validators)
            if raw.status not in _REDIRECTS:
                return _answer(bounds, raw, asked.geturl(), validators, redirected=len(seen) > 1)
            raw.close()  # its body is never read
            target = _judged(bounds, _location(bounds, raw, asked.geturl()), redirected=True)
            bounds.allowed = bounds.allowed and may_be_private
            if asked.scheme == "https" and target.scheme == "http":
                raise FetchError(f"{asked.hostname}: refused: it redirects from https down to http", status=raw.status)
            if target.geturl() in seen:
                raise FetchError(f"{asked.hostname}: refused: it redirects in a circle", status=raw.status)
            if len(seen) > self.limits.max_redirects:
                most = self.limits.max_redirects
                raise FetchError(f"{asked.hostname}: refused: more than {most} redirects (the limit)")
            seen.add(target.geturl())
            asked, validators = target, NO_VALIDATORS

    def _sent(self, bounds: _Bounds, url: SplitResult, validators: Validators) -> BaseHTTPResponse:
        """The answer's head. A server may close an idle connection at the moment it is used again: only where that
        happens before the first byte is the request sent a second time, at once and on a new connection."""
        request = requests.Request("GET", url.geturl(), _headers(self.limits, validators))
        for second in (False, True):
            bounds.received, bounds.reused = 0, True
            try:
                raw: BaseHTTPResponse = self._adapter.send(request.prepare(), stream=True).raw
            except _FAULTS as fault:
                if bounds.reader:  # urllib3 leaves it, and so the socket, open where it dislikes a header
                    bounds.reader.close()
                if second or not bounds.reused or bounds.received or not _is_reset(fault):
                    raise FetchError(_sentence(bounds, fault)) from fault
            else:
                return raw
        raise AssertionError("unreachable: the second try returns or raises")


def connection(
    limits: Limits,
    resolve: Resolve = socket.getaddrinfo,
    ssl_context: ssl.SSLContext | None = None,
    *,
    route: Route = lambda sockaddr: sockaddr,
) -> Connection:
    """`resolve` runs in a thread of its own. An `ssl_context` is made to hand out our sockets from now on.
    With `route`, tests lead a judged public address to a server on loopback."""
    return Connection(limits, resolve, ssl_context or _trusted(), route)


def fetch(
    url: str,
    validators: Validators,
    limits: Limits,
    resolve: Resolve = socket.getaddrinfo,
    ssl_context: ssl.SSLContext | None = None,
    *,
    cancelled: threading.Event | None = None,
) -> Answer:
    """One GET on a connection of its own; see `Connection.get`."""
    with connection(limits, resolve, ssl_context) as single:
        return single.get(url, validators, cancelled=cancelled)


# --- the request


def _judged(bounds: _Bounds, url: str, *, redirected: bool = False) -> SplitResult:
    """The address in requests' own spelling (the one it connects by), refused where we don't go."""
    came = f"{bounds.host}: refused: it redirects to" if redirected else "refused:"
    shown = _clean(re.sub(r"//[^/]*@", "//", url))  # a password does not belong into a log
    if len(url) > _URL_CHARACTERS:
        raise FetchError(f"{came} an address of more than {_URL_CHARACTERS} characters")
    try:
        prepared = requests.Request("GET", url).prepare().url or ""
        parts = urlsplit(urldefrag(prepared).url)
        host, port = parts.hostname or "", parts.port
    except _FAULTS as fault:
        raise FetchError(f"{came} {shown}, which is not an address: {_clean(fault)}") from fault
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(f"{came} {shown}; only http and https are spoken")
    if "@" in parts.netloc:
        raise FetchError(f"{came} an address on {host} with a name or password in it")
    standard = 443 if parts.scheme == "https" else 80
    written = f"[{host}]" if ":" in host else host
    names = {host, written, f"{written}:{port or standard}"}
    bounds.host, bounds.allowed = host, not names.isdisjoint(bounds.limits.allow_hosts)
    if port not in (None, 80, 443) and not bounds.allowed:
        raise FetchError(f"{came} {host} port {port}; only 80 and 443 are allowed, others for allowed hosts")
    return parts


def _headers(limits: Limits, validators: Validators) -> dict[str, str]:
    headers = {"User-Agent": limits.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _location(bounds: _Bounds, raw: BaseHTTPResponse, base: str) -> str:
    location = _header(raw, "Location")
    if not location:
        raise FetchError(f"{bounds.host} answered {raw.status} without saying where to", status=raw.status)
    with contextlib.suppress(UnicodeError):  # http.client reads latin-1, some servers write UTF-8
        location = location.encode("latin-1").decode()
    try:
        return urljoin(base, location)
    except ValueError as fault:
        raise FetchError(f"{bounds.host}: refused: it redirects to {_clean(location)}, not an address") from fault


# --- the answer


def _answer(bounds: _Bounds, raw: BaseHTTPResponse, url: str, sent: Validators, *, redirected: bool) -> Answer:
    if raw.status == HTTPStatus.NOT_MODIFIED and sent != NO_VALIDATORS:
        _finish(raw)
        etag = _validator(raw, "ETag")
        if etag and sent.etag and _opaque(etag) != _opaque(sent.etag):
            raise FetchError(f"{bounds.host} answered 304 for {etag}, asked for {sent.etag}", status=304)
        kept = Validators(sent.etag, _validator(raw, "Last-Modified") or sent.last_modified)
        return Answer(304, url, b"", _header(raw, "Content-Type"), kept, moment(kept.last_modified))
    if raw.status != HTTPStatus.OK:
        raise _refusal(bounds, raw)
    body = bytearray()
    try:
        _read(bounds, raw, body, bounds.limits.max_bytes)
    except (FetchError, *_FAULTS) as fault:
        raw.close()
        sentence = str(fault) if isinstance(fault, FetchError) else _sentence(bounds, fault)
        raise FetchError(sentence, status=200, excerpt=bytes(body[:EXCERPT_BYTES]), body_bytes=len(body)) from fault
    own = Validators(_validator(raw, "ETag"), _validator(raw, "Last-Modified"))
    last_modified = moment(own.last_modified)
    own = NO_VALIDATORS if redirected else own
    return Answer(200, url, bytes(body), _header(raw, "Content-Type"), own, last_modified)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")


def _finish(raw: BaseHTTPResponse) -> None:
    """Give the connection of a 304 back, or up where its head announces a body: there is none, so none is awaited."""
    if "Transfer-Encoding" in raw.headers:
        raw.close()
    else:
        raw.read()


def _refusal(bounds: _Bounds, raw: BaseHTTPResponse) -> FetchError:
    status = raw.status
    phrase = f" ({HTTPStatus(status).phrase})" if status in set(HTTPStatus) else ""
    sentence = f"{bounds.host} answered {status}{phrase}, only 200 is a success"
    if _header(raw, "cf-mitigated") == "challenge":
        sentence += "; it is a test by Cloudflare whether we are a browser"
    wait_s = retry_after_s(_header(raw, "Retry-After"), _header(raw, "Date")) if status in (429, 503) else None
    if wait_s is not None:
        sentence += f"; it asks us to come back after {wait_s} s"
    body = bytearray()
    if status in _BODILESS or 300 <= status < 400:
        raw.close()
    else:
        try:
            _read(bounds, raw, body, min(_ERROR_BODY, bounds.limits.max_bytes))
        except (FetchError, *_FAULTS):
            raw.close()  # the status is the news; how its page broke off is not
    return FetchError(
        sentence,
        status=status,
        retry_after_s=wait_s,
        excerpt=bytes(body[:EXCERPT_BYTES]),
        body_bytes=len(body),
    )


def _read(bounds: _Bounds, raw: BaseHTTPResponse, body: bytearray, most: int) -> None:
    """Reads the decoded body into `body`, so that a caller has what came before a fault."""
    bounds.stage = "while its body was read"
    coding = (_header(raw, "Content-Encoding") or "identity").lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise FetchError(f"{bounds.host}: sent Content-Encoding {_clean(coding)}, only gzip was asked for")
    announced = _header(raw, "Content-Length") or ""
    if announced.isascii() and announced.isdecimal() and (len(announced) > 18 or int(announced) > most):
        raise FetchError(f"{bounds.host}: announces {announced[:18]} bytes, the limit is {most}")
    pieces: Iterator[bytes] = raw.stream(_PIECE, decode_content=False)
    for piece in pieces if coding == "identity" else _gunzipped(bounds, pieces):
        body += piece
        if len(body) > most:
            raise FetchError(f"{bounds.host}: its body is larger than {most} bytes (the limit)")


def _gunzipped(bounds: _Bounds, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Undoes gzip in pieces of bounded size. Not urllib3's decoder: that takes a stream cut off for a complete one.
    A body may have several members (RFC 1952, 2.2); padding or rubbish after the last one is passed over."""
    member, begun = zlib.decompressobj(wbits=31), False
    for piece in pieces:
        rest, begun = piece, True
        while True:
            if member.eof:
                if not rest.startswith(b"\x1f"):
                    break
                member = zlib.decompressobj(wbits=31)
            decoded = member.decompress(rest, _PIECE)
            yield decoded
            rest = member.unused_data if member.eof else member.unconsumed_tail
            if not rest and len(decoded) < _PIECE:
                break
    if begun and not member.eof:
        raise FetchError(f"{bounds.host}: its body broke off in the middle of its gzip stream")


def retry_after_s(header: str | None, date: str | None) -> int | None:
    """The seconds a Retry-After asks for (RFC 9110, 10.2.3), at most a day; None where it can't be read or is past.

    A date is taken relative to the answer's own `Date`, so that a server's wrong clock does not matter.
    """
    if header and re.fullmatch(r"[0-9]+", header):
        return RETRY_AFTER_MOST_S if len(header) > 9 else min(int(header), RETRY_AFTER_MOST_S)
    then, now = moment(header), moment(date)
    if then is None or now is None or then < now:
        return None
    return min(int((then - now).total_seconds()), RETRY_AFTER_MOST_S)


def moment(header: str | None) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7) in UTC; None where it can't be read."""
    try:
        met = parsedate_to_datetime(header) if header else None
        return met and (met if met.tzinfo else met.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _header(raw: BaseHTTPResponse, name: str) -> str | None:
    value = raw.headers.get(name)
    return " ".join(value.split()) or None if value else None  # a folded header has line ends in it


def _validator(raw: BaseHTTPResponse, name: str) -> str | None:
    """A header that will be sent back as it came: none that could not be sent."""
    value = _header(raw, name)
    return value if value and len(value) <= 256 and re.fullmatch(r"[\x20-\x7e\x80-\xff]+", value) else None


# --- faults in words


def _causes(fault: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    met: BaseException | None = fault
    while met is not None and met not in found:
        found.append(met)
        met = met.__cause__ or (None if met.__suppress_context__ else met.__context__)
    return found


def _is_reset(fault: BaseException) -> bool:
    resets = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
    return any(isinstance(cause, resets) for cause in _causes(fault))


def _sentence(bounds: _Bounds, fault: BaseException) -> str:
    for cause in reversed(_causes(fault)):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"{bounds.host}: its certificate is refused: {_clean(cause.verify_message)}"
            case ssl.SSLError():
                return f"{bounds.host}: TLS failed {bounds.stage}: {_clean(cause.reason or cause)}"
            case IncompleteRead() | http.client.IncompleteRead():
                return f"{bounds.host}: its body broke off: {_clean(cause)}"
            case http.client.RemoteDisconnected():
                return f"{bounds.host}: closed the connection without an answer"
            case ConnectionResetError():
                return f"{bounds.host}: reset the connection {bounds.stage}"
            case zlib.error():
                return f"{bounds.host}: its body is not the gzip it says it is: {_clean(cause)}"
            case http.client.BadStatusLine():
                return f"{bounds.host}: does not answer in HTTP: {_clean(cause)}"
    root = _causes(fault)[-1]
    return f"{bounds.host}: {type(root).__name__} {bounds.stage}: {_clean(root)}"


def _clean(met: object) -> str:
    """Foreign text in a sentence: one line, printable, short."""
    text = "".join(character if character.isprintable() else "�" for character in " ".join(str(met).split()))
    return text if len(text) <= 160 else text[:157] + "..."
