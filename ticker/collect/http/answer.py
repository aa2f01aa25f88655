"""The answer of a GET: its body read within bounds, its headers as values, a refusal as a fault."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from urllib3 import BaseHTTPResponse

from ticker.collect.http.bounds import Budget
from ticker.collect.http.faults import FAULTS, FetchError, clean, explain
from ticker.model import Validators

NO_VALIDATORS = Validators()
RETRY_AFTER_MOST_S = 86_400

_LONGEST_AGE_S = 365 * 86_400
_BODILESS = frozenset({204, 205, 304})
_PIECE = 16 << 10  # bytes read, or undone from gzip, at a time
_ERROR_BODY = 64 << 10  # of an error's body only the beginning is wanted


@dataclass(frozen=True, slots=True)
class Answer:
    """What an upstream answered: 200, or 304 to validators that were sent.

    `validators` are those of this body. They are empty where the body came by a redirect: they belong to another
    address than the requested one, and would let that resource's 304 confirm this body. On a 304 they are the ones
    sent, with a newer `Last-Modified` where one was given.
    """

    status: int
    url: str  # the final address
    body: bytes  # decoded from gzip; empty on a 304
    content_type: str | None
    validators: Validators
    last_modified: datetime | None  # UTC
    left_at: datetime | None = None  # by the server's clock, UTC: when it left there (`Date` less `Age`)
    age: timedelta = timedelta()  # how long it lay in caches on the way


def read_answer(budget: Budget, raw: BaseHTTPResponse, url: str, sent: Validators, *, redirected: bool) -> Answer:
    """The answer whose head is `raw`. Raises FetchError for everything but a 200, and a 304 to what was `sent`."""
    if raw.status == HTTPStatus.NOT_MODIFIED and sent != NO_VALIDATORS:
        _finish(raw)
        etag = _validator(raw, "ETag")
        if etag and sent.etag and _opaque(etag) != _opaque(sent.etag):
            raise FetchError(f"{budget.host} answered 304 for {etag}, asked for {sent.etag}", status=304)
        kept = Validators(sent.etag, _validator(raw, "Last-Modified") or sent.last_modified)
        return Answer(
            304, url, b"", header(raw, "Content-Type"), kept, moment(kept.last_modified), _left_at(raw), _age(raw)
        )
    if raw.status != HTTPStatus.OK:
        raise _refusal(budget, raw)
    body = bytearray()
    try:
        _read(budget, raw, body, budget.limits.max_bytes)
    except (FetchError, *FAULTS) as fault:
        raw.close()
        said = str(fault) if isinstance(fault, FetchError) else explain(budget.host, budget.stage, fault)
        raise FetchError(said, status=200, excerpt=bytes(body), body_bytes=len(body)) from fault
    own = Validators(_validator(raw, "ETag"), _validator(raw, "Last-Modified"))
    last_modified = moment(own.last_modified)
    own = NO_VALIDATORS if redirected else own
    return Answer(200, url, bytes(body), header(raw, "Content-Type"), own, last_modified, _left_at(raw), _age(raw))


def _left_at(raw: BaseHTTPResponse) -> datetime | None:
    """When an answer left its server (RFC 9110, 6.6.1), the time that it lay in caches taken off; None without a `Date`
    that can be read."""
    date = moment(header(raw, "Date"))
    return date - _age(raw) if date and date.year > 1970 else None


def _age(raw: BaseHTTPResponse) -> timedelta:
    """The time that an answer lay in caches (RFC 9111, 5.1)."""
    age = header(raw, "Age") or ""
    return timedelta(seconds=min(int(age), _LONGEST_AGE_S) if re.fullmatch(r"[0-9]{1,10}", age) else 0)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")


def _finish(raw: BaseHTTPResponse) -> None:
    """Return the connection of a 304 to its pool; close it where the head announces a body, which a 304 never has."""
    if "Transfer-Encoding" in raw.headers:
        raw.close()
    else:
        raw.read()


def _refusal(budget: Budget, raw: BaseHTTPResponse) -> FetchError:
    """The fault for a status that is no success, with the beginning of its page."""
    status = raw.status
    phrase = f" ({HTTPStatus(status).phrase})" if status in set(HTTPStatus) else ""
    sentence = f"{budget.host} answered {status}{phrase}, only 200 is a success"
    if header(raw, "cf-mitigated") == "challenge":
        sentence += "; it is a test by Cloudflare whether we are a browser"
    wait_s = retry_after_s(header(raw, "Retry-After"), header(raw, "Date")) if status in (429, 503) else None
    if wait_s is not None:
        sentence += f"; it asks us to come back after {wait_s} s"
    body = bytearray()
    if status in _BODILESS or 300 <= status < 400:
        raw.close()
    else:
        try:
            _read(budget, raw, body, min(_ERROR_BODY, budget.limits.max_bytes))
        except (FetchError, *FAULTS):
            raw.close()  # the status is the news; how its page broke off is not
    return FetchError(sentence, status=status, excerpt=bytes(body), body_bytes=len(body), retry_after_s=wait_s)


def _read(budget: Budget, raw: BaseHTTPResponse, body: bytearray, most: int) -> None:
    """Read the decoded body into `body`, so that the caller has the part that came before a fault."""
    budget.stage = "while its body was read"
    coding = (header(raw, "Content-Encoding") or "identity").lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise FetchError(f"{budget.host}: sent Content-Encoding {clean(coding)}, only gzip was asked for")
    announced = header(raw, "Content-Length") or ""
    if announced.isascii() and announced.isdecimal() and (len(announced) > 18 or int(announced) > most):
        raise FetchError(f"{budget.host}: announces {announced[:18]} bytes, the limit is {most}")
    pieces: Iterator[bytes] = raw.stream(_PIECE, decode_content=False)
    for piece in pieces if coding == "identity" else _gunzipped(budget, pieces):
        body += piece
        if len(body) > most:
            raise FetchError(f"{budget.host}: its body is larger than {most} bytes (the limit)")


def _gunzipped(budget: Budget, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Undo gzip in pieces of bounded size. Not urllib3's decoder: that takes a truncated stream for a complete one.
    A body may have several members (RFC 1952, 2.2); padding or other bytes after the last one are skipped."""
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
        raise FetchError(f"{budget.host}: its body broke off in the middle of its gzip stream")


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


def header(raw: BaseHTTPResponse, name: str) -> str | None:
    """A header's value on one line; None where it is missing or empty."""
    value = raw.headers.get(name)
    return " ".join(value.split()) or None if value else None  # a folded header has line ends in it


def _validator(raw: BaseHTTPResponse, name: str) -> str | None:
    """A header to send back unchanged; None where it could not be sent."""
    value = header(raw, name)
    return value if value and len(value) <= 256 and re.fullmatch(r"[\x20-\x7e\x80-\xff]+", value) else None
