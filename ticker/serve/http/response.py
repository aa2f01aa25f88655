"""The HTTP contract, made in one place: every answer, errors and 304 included, leaves through `respond`."""

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

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

COMPRESS_FROM = 1000  # bytes; below, a coded body is hardly smaller
LONGEST_S = 60  # what a cache may keep at most before it asks again
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

SETTLED = timedelta(minutes=5)  # until then, a round that had begun may still add to what was known
PAST_KEPT = "public, max-age=60"

_SAME_EVERYWHERE = (
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "geolocation=(), camera=(), microphone=(), payment=(), browsing-topics=()"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """A body in one coding, with the headers that never change for it."""

    body: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """A finished answer. `until` (UTC) is the moment up to which it is true; None: it may not be kept at all.

    `modified` (UTC) is since when it says what it says, in whole seconds, rounded up: before that it is not told, so
    that of two changes within a second no cache takes one for the other (RFC 9110, 8.8.2.2).
    """

    status: int
    until: datetime | None
    modified: datetime | None = None
    codings: Mapping[str, EncodedBody] = field(default_factory=dict)  # by content coding; "identity" is always there
    detail: str = ""  # for Cache-Status
    cache_control: str = ""  # where that does not follow from `until`
    request_headers: tuple[tuple[str, str], ...] = ()  # headers for this request only
    cache: str = ""  # how a route came by it: "hit" from a cache of the route itself

    def with_last_modified(self, moment: datetime) -> Response:
        """The same answer, where something it says became true only at `moment`."""
        if self.modified is None or self.modified >= moment:
            return self
        return replace(self, modified=_whole_second(moment))


def build_response(
    body: bytes,
    content_type: str,
    *,
    status: int = 200,
    until: datetime | None = None,
    last_modified: datetime | None = None,
    policy: str = LOCKED_POLICY,
    links: Iterable[str] = (),
    more: Iterable[tuple[str, str]] = (),
    detail: str = "",
    cache_control: str = "",
    effort: int = 5,
    lazily: bool = False,
) -> Response:
    """An answer with its bodies coded once. `policy` is its Content-Security-Policy, `links` its Link headers; `effort`
    is brotli's, up to 11 for what is made once and sent for years. `lazily`: each coding when it is first asked for,
    for what is large and asked for by few."""
    headers = [("Content-Type", content_type), ("Content-Security-Policy", policy), *_SAME_EVERYWHERE, *more]
    if "frame-ancestors 'none'" in policy:
        headers.append(("X-Frame-Options", "DENY"))
    elif content_type == HTML:
        # A host page with COEP shows a frame only if the frame's own answer has it too.
        headers.append(("Cross-Origin-Embedder-Policy", "require-corp"))
    headers += [("Link", link) for link in links]
    makers: dict[str, Callable[[], EncodedBody]] = {"identity": lambda: _coded("identity", body, headers)}
    if len(body) >= COMPRESS_FROM and content_type != PNG:  # which is packed already
        makers["br"] = lambda: _coded("br", brotli.compress(body, quality=effort), headers)
        # With a time in it, every second had an ETag of its own.
        makers["gzip"] = lambda: _coded("gzip", gzip.compress(body, 6, mtime=0), headers)
    codings = _Lazily(makers) if lazily else {coding: make() for coding, make in makers.items()}
    modified = _whole_second(last_modified) if last_modified else None
    return Response(status, until, modified, codings, detail, cache_control)


class _Lazily(Mapping[str, EncodedBody]):
    """Codings made when they are first asked for. Two who ask at once may both make one: it is the same."""

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
    """The answer where it tells of the moment `at`: never kept as the present."""
    return replace(answer, until=None, cache_control=PAST_KEPT if now - at > SETTLED else "no-store")


def _whole_second(moment: datetime) -> datetime:
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def problem(
    status: int, detail: str, *, errors: Iterable[Mapping[str, Any]] = (), more: Iterable[tuple[str, str]] = ()
) -> Response:
    """An error for programs (RFC 9457)."""
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if listed := list(errors):
        said["errors"] = listed
    return build_response(json.dumps(said, ensure_ascii=False).encode(), PROBLEM, status=status, more=more)


def _coded(coding: str, body: bytes, headers: list[tuple[str, str]]) -> EncodedBody:
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'  # strong: of the very bytes of this coding
    own = [("ETag", etag), ("Content-Length", str(len(body)))]
    own += [("Content-Encoding", coding)] if coding != "identity" else []
    return EncodedBody(body, etag, (*headers, *own))


def send(
    answer: Response,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    now: datetime,
    cache: str,
    *,
    dated: bool = False,
) -> list[bytes]:
    """Answer a request at `now`: negotiated, conditional, without a body where none belongs.

    `cache` says how the answer was come by: hit, miss or bypass (RFC 9211).
    """
    # What a request says is cut before it is kept as the key of a cache, so that nobody fills our memory with it.
    coded = answer.codings[_coding(environ.get("HTTP_ACCEPT_ENCODING", "")[:200], tuple(answer.codings))]
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
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted and status == 200 and environ["REQUEST_METHOD"] in ("GET", "HEAD") and _matches(wanted, coded.etag):
        status = 304
    if status in _BODILESS:
        headers = [pair for pair in headers if pair[0] not in _BODILESS[status]]
    start_response(_STATUS_LINES[status], headers)
    return [] if status in _BODILESS or environ["REQUEST_METHOD"] == "HEAD" else [coded.body]


@lru_cache(512)
def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


_OF_A_BODY = ("Content-Length", "Content-Type", "Content-Encoding")
_BODILESS = {204: (*_OF_A_BODY, "ETag"), 304: _OF_A_BODY}  # what each leaves out (RFC 9110, 8.6 and 15.4.5)
_STATUS_LINES = {int(status): f"{int(status)} {status.phrase}" for status in HTTPStatus}


def _lifetime(until: datetime | None, now: datetime) -> str:
    """How long caches may keep it: no form of staleness outlives the truth (RFC 9111, 5861)."""
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
def _coding(accepted: str, offered: tuple[str, ...]) -> str:
    """The coding to use (RFC 9110, 12.5.3): brotli before gzip where both are as welcome."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip()] = float(weight.partition("=")[2]) if "=" in weight else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    best = [(weights.get(coding, weights.get("*", 0.0)), coding) for coding in ("gzip", "br") if coding in offered]
    return max(
        (pair for pair in best if pair[0] > 0),
        key=lambda pair: pair[0] + (pair[1] == "br") / 1e6,
        default=(0, "identity"),
    )[1]


def _matches(wanted: str, etag: str) -> bool:
    """Weak comparison of an If-None-Match list (RFC 9110, 13.1.2)."""
    return wanted.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in wanted[:2000].split(","))
