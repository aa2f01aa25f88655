"""The HTTP contract in one place: every response, errors and 304 included, leaves through `send`."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags, unquote_etag

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

VARY_LANGUAGE = "Accept-Encoding, Accept-Language"
COMPRESS_FROM = 1000  # bytes; a shorter body hardly shrinks
LONGEST_S = 60  # max-age at most
EXPOSED = "Date, ETag, Age, Cache-Status, Retry-After, Link, RateLimit, RateLimit-Policy"
LOCKED_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
SVG = "image/svg+xml"
PNG = "image/png"
CSV = "text/csv; charset=utf-8; header=present"
TEXT = "text/plain; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
PROBLEM = "application/problem+json"

SETTLED = timedelta(minutes=5)  # until then, a round in progress may still add to what was known
PAST_CACHE_CONTROL = "public, max-age=60"

_COMMON_HEADERS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "geolocation=(), camera=(), microphone=(), payment=(), browsing-topics=()"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """A body in one content coding, with its fixed headers."""

    body: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """A finished response. It is true up to `until` (UTC); None: no cache may store it.

    `modified` (UTC) is when its content last changed, in whole seconds, rounded up, and is sent only from then on: so
    no cache mistakes one of two changes within a second for the other (RFC 9110, 8.8.2.2).
    """

    status: int
    until: datetime | None
    modified: datetime | None = None
    codings: Mapping[str, EncodedBody] = field(default_factory=dict)  # by content coding; "identity" is always there
    detail: str = ""  # for Cache-Status
    cache_control: str = ""  # Cache-Control where it does not follow from `until`
    request_headers: tuple[tuple[str, str], ...] = ()  # headers for this request only
    cache: str = ""  # "hit" where it comes from the route's own cache; for Cache-Status

    def with_last_modified(self, moment: datetime) -> Response:
        """The same response, where something in it became true only at `moment`."""
        if self.modified is None or self.modified >= moment:
            return self
        return replace(self, modified=whole_second(moment))


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers that belong to one response: its Content-Security-Policy, its Link headers, and others by name.

    `vary`: the request headers that the body depends on.
    """

    policy: str = LOCKED_POLICY
    links: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    vary: str = "Accept-Encoding"


@dataclass(frozen=True, slots=True)
class Compression:
    """How a body is compressed. `brotli_quality` is at most 11, for what is made once and sent for years; `lazy`: each
    coding when it is first requested, for large bodies that few request."""

    brotli_quality: int = 5
    lazy: bool = False


def build_response(
    body: bytes,
    content_type: str,
    *,
    status: int = 200,
    until: datetime | None = None,
    last_modified: datetime | None = None,
    headers: Headers = Headers(),
    detail: str = "",
    cache_control: str = "",
    compression: Compression = Compression(),
) -> Response:
    """A response with its body encoded once. `until`, `last_modified`, `detail` and `cache_control` are as in
    `Response`."""
    fields = [*_header_fields(content_type, headers)]
    makers: dict[str, Callable[[], EncodedBody]] = {"identity": lambda: _encoded("identity", body, fields)}
    if len(body) >= COMPRESS_FROM and content_type != PNG:  # PNG is compressed already
        quality = compression.brotli_quality
        makers["br"] = lambda: _encoded("br", brotli.compress(body, quality=quality), fields)
        # mtime=0: with a time in it, every second would have its own ETag.
        makers["gzip"] = lambda: _encoded("gzip", gzip.compress(body, 6, mtime=0), fields)
    codings = _LazyCodings(makers) if compression.lazy else {coding: make() for coding, make in makers.items()}
    modified = whole_second(last_modified) if last_modified else None
    return Response(status, until, modified, codings, detail, cache_control)


def _header_fields(content_type: str, headers: Headers) -> Iterator[tuple[str, str]]:
    yield "Content-Type", content_type
    yield "Content-Security-Policy", headers.policy
    yield "Vary", headers.vary
    yield from _COMMON_HEADERS
    yield from headers.more
    if "frame-ancestors 'none'" in headers.policy:
        yield "X-Frame-Options", "DENY"
    elif content_type == HTML:
        # A host page with COEP shows a frame only if the framed response has it too.
        yield "Cross-Origin-Embedder-Policy", "require-corp"
    yield from (("Link", link) for link in headers.links)


class _LazyCodings(Mapping[str, EncodedBody]):
    """Codings made when first requested. Two requests at once may both make one: it is the same."""

    def __init__(self, makers: Mapping[str, Callable[[], EncodedBody]]) -> None:
        self._makers = makers
        self._made: dict[str, EncodedBody] = {}

    def __getitem__(self, coding: str) -> EncodedBody:
        if coding not in self._made:
            self._made[coding] = self._makers[coding]()
        return self._made[coding]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def of_the_past(answer: Response, at: datetime, now: datetime) -> Response:
    """The response about the moment `at` (UTC), which no cache may take for the present."""
    return replace(answer, until=None, cache_control=PAST_CACHE_CONTROL if now - at > SETTLED else "no-store")


def whole_second(moment: datetime) -> datetime:
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def problem(
    status: int, detail: str, *, errors: Iterable[Mapping[str, Any]] = (), more: Iterable[tuple[str, str]] = ()
) -> Response:
    """An error for programs (RFC 9457)."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if listed := list(errors):
        document["errors"] = listed
    body = json.dumps(document, ensure_ascii=False).encode()
    return build_response(body, PROBLEM, status=status, headers=Headers(more=tuple(more)))


def _encoded(coding: str, body: bytes, fields: list[tuple[str, str]]) -> EncodedBody:
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'  # strong: of the bytes in this coding
    own = [("ETag", etag), ("Content-Length", str(len(body)))]
    own += [("Content-Encoding", coding)] if coding != "identity" else []
    return EncodedBody(body, etag, (*fields, *own))


def send(
    answer: Response,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    now: datetime,
    cache: str,
    *,
    dated: bool = False,
) -> list[bytes]:
    """Send the response to a request at `now` (UTC): content negotiation, conditional requests, HEAD.

    `cache` is hit, miss or bypass, for Cache-Status (RFC 9211). `dated`: with a Date header, where `now` is not the
    server's time.
    """
    # Request headers are cut before they become keys of an lru_cache, so that no client fills the memory.
    coded = answer.codings[_best_coding(environ.get("HTTP_ACCEPT_ENCODING", "")[:200], tuple(answer.codings))]
    lifetime, status = answer.cache_control or _lifetime(answer.until, now), answer.status
    headers = [
        *coded.headers,
        *answer.request_headers,
        ("Cache-Control", lifetime),
        ("Cache-Status", _cache_status(answer, now, cache)),
    ]
    if answer.modified and answer.modified <= now:
        headers.append(("Last-Modified", _http_date(answer.modified)))
    if dated:
        headers.append(("Date", format_datetime(now, usegmt=True)))
    known = environ.get("HTTP_IF_NONE_MATCH", "")[:2000]
    if known and status == 200 and environ["REQUEST_METHOD"] in ("GET", "HEAD") and _matches(known, coded.etag):
        status = 304
    if status in _BODILESS:
        headers = [pair for pair in headers if pair[0] not in _BODILESS[status]]
    start_response(_STATUS_LINES[status], headers)
    return [] if status in _BODILESS or environ["REQUEST_METHOD"] == "HEAD" else [coded.body]


@lru_cache(512)
def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


_BODY_HEADERS = ("Content-Length", "Content-Type", "Content-Encoding")
_BODILESS = {204: (*_BODY_HEADERS, "ETag"), 304: _BODY_HEADERS}  # headers left out (RFC 9110, 8.6 and 15.4.5)
_CODINGS = ("br", "gzip", "identity")  # the best first
_STATUS_LINES = {int(status): f"{int(status)} {status.phrase}" for status in HTTPStatus}


def _lifetime(until: datetime | None, now: datetime) -> str:
    """Cache-Control: no response, fresh or stale, is used after `until` (RFC 9111, 5861)."""
    if until is None:
        return "no-store"
    left = max(0, int((until - now) / timedelta(seconds=1)))
    fresh = min(LONGEST_S, left)
    rest = left - fresh
    if not rest:
        return f"public, max-age={fresh}"
    return f"public, max-age={fresh}, stale-while-revalidate={min(LONGEST_S, rest)}, stale-if-error={rest}"


def _cache_status(answer: Response, now: datetime, cache: str) -> str:
    if cache != "hit":
        return f"ticker; fwd={cache}"
    left = int((answer.until - now) / timedelta(seconds=1)) if answer.until else 0
    return f"ticker; hit; ttl={left}" + (f"; detail={answer.detail}" if answer.detail else "")


@lru_cache(512)
def _best_coding(accept_encoding: str, offered: tuple[str, ...]) -> str:
    """The coding to use (RFC 9110, 12.5.3): brotli before gzip where the client accepts both equally."""
    accepted = parse_accept_header(accept_encoding, Accept)
    best = max((coding for coding in _CODINGS if coding in offered), key=accepted.quality)
    return best if accepted.quality(best) > 0 else "identity"


@lru_cache(512)
def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison of an If-None-Match list with a strong ETag (RFC 9110, 13.1.2)."""
    return parse_etags(if_none_match).contains_weak(unquote_etag(etag)[0])
