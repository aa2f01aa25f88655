"""How the demonstration's upstream misbehaves on order: in its tables, in its answers, on the wire."""

from __future__ import annotations

import bz2
import gzip
import random
import socket
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from threading import Event

from ticker.demo.bank import DAILY, WEEKLY
from ticker.demo.neighbours import NEIGHBOURS
from ticker.demo.pages import Row


class Fault(StrEnum):
    DRIP_BODY = "drip_body"
    DRIP_HEADER = "drip_header"
    DRIP_STATUS = "drip_status"
    DRIP_CHUNK_EXTENSION = "drip_chunk_extension"
    ENDLESS_CONTINUE = "endless_continue"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_PRIVATE = "redirect_private"
    REDIRECT_FILE = "redirect_file"
    REDIRECT_DRIP = "redirect_drip"  # a redirect to the good answer, with a body that never ends
    RESET = "reset"  # in the middle of the body
    TRUNCATED = "truncated"
    GZIP_BOMB = "gzip_bomb"
    UNASKED_ENCODING = "unasked_encoding"  # the first of deflate, gzip, bzip2 that was not asked for
    HANG = "hang"
    REFUSE = "refuse"
    GOES_DARK = "refuse"
    GONE = "refuse"
    STATUS_403 = "status_403"
    STATUS_404 = "status_404"
    STATUS_410 = "status_410"
    STATUS_429 = "status_429"
    STATUS_503 = "status_503"
    EMPTY = "empty"
    GARBAGE = "garbage"
    HTML_PAGE = "html_page"
    YESTERDAYS_TABLE = "yesterdays_table"
    LOST_CURRENCY = "lost_currency"
    SHIFTED_POINT = "shifted_point"
    CORRECTION = "correction"  # happens once, and stays in the bank's books
    WRONG_NOMINAL = "wrong_nominal"
    ZERO_VALUE = "zero_value"
    FUTURE_DATE = "future_date"
    LIES = "lies"  # one figure of another bank, some per cent off
    DAY_LATE = "day_late"  # another bank's table is that of the day before
    EMPTY_FEED = "empty_feed"
    SAME_GUID = "same_guid"
    NO_DATES = "no_dates"

    @classmethod
    def _missing_(cls, value: object) -> Fault | None:
        return cls.REFUSE if value in _ALIASES else None


_ALIASES = ("goes_dark", "gone")
Option = str | int | float

_ON_ROWS = frozenset({
    Fault.LOST_CURRENCY, Fault.SHIFTED_POINT, Fault.WRONG_NOMINAL, Fault.ZERO_VALUE, Fault.FUTURE_DATE,
})  # fmt: skip
_ON_NBKR = _ON_ROWS | {Fault.YESTERDAYS_TABLE, Fault.CORRECTION}
_ON_NEIGHBOURS = _ON_ROWS | {Fault.LIES, Fault.DAY_LATE}
_ON_FEEDS = frozenset({Fault.EMPTY_FEED, Fault.SAME_GUID, Fault.NO_DATES})
IN_CONTENT = _ON_NBKR | _ON_NEIGHBOURS | _ON_FEEDS

# Each option with its default, whose type it takes.
OPTIONS: Mapping[Fault, Mapping[str, Option]] = {
    Fault.DRIP_BODY: {"interval_s": 0.05},
    Fault.DRIP_HEADER: {"interval_s": 0.05},
    Fault.DRIP_STATUS: {"interval_s": 0.05},
    Fault.DRIP_CHUNK_EXTENSION: {"interval_s": 0.05},
    Fault.ENDLESS_CONTINUE: {"interval_s": 0.05},
    Fault.REDIRECT_DRIP: {"interval_s": 0.05},
    Fault.REDIRECT_PRIVATE: {"to": "http://10.11.12.13/"},
    Fault.REDIRECT_FILE: {"to": "file:///etc/passwd"},
    Fault.GZIP_BOMB: {"mib": 64},
    Fault.STATUS_429: {"retry_after": "120"},  # seconds or an HTTP date; empty for none
    Fault.STATUS_503: {"retry_after": ""},
    Fault.LOST_CURRENCY: {"currency": "RUB"},
    Fault.SHIFTED_POINT: {"currency": "EUR"},
    Fault.CORRECTION: {"currency": "EUR", "figure": ""},  # empty: 0.05 % more
    Fault.WRONG_NOMINAL: {"currency": "RUB", "nominal": 10},
    Fault.ZERO_VALUE: {"currency": "USD"},
    Fault.FUTURE_DATE: {"days": 3},
    Fault.LIES: {"currency": "USD", "percent": 4.0},
}


@dataclass(frozen=True, slots=True)
class Order:
    fault: Fault
    options: Mapping[str, Option] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, fault: Fault | str, given: Mapping[str, object]) -> Order:
        """Checked: raises ValueError with what was met and what is wanted."""
        if fault not in (possible := faults_of(source)):
            raise ValueError(f"order {source}: met {str(fault)!r}, wanted one of {', '.join(possible)}")
        fault = Fault(fault)
        options = dict(OPTIONS.get(fault, {}))
        names = _currencies(source)
        if "currency" in options and options["currency"] not in names:
            options["currency"] = names[0]
        for name, value in given.items():
            if name not in options:
                raise ValueError(f"order {source} {fault}: met option {name!r}, wanted any of {list(options)}")
            try:
                options[name] = type(options[name])(str(value))
            except ValueError as error:
                raise ValueError(f"order {source} {fault}: {name}: met {value!r}, wanted a number") from error
        if "currency" in options and options["currency"] not in names:
            raise ValueError(f"order {source} {fault}: met {options['currency']!r}, wanted one of {', '.join(names)}")
        return cls(fault, options)

    @property
    def interval_s(self) -> float:
        return float(self.options["interval_s"])


def faults_of(source: str) -> list[str]:
    """The faults that a source can be given."""
    aliases = _ALIASES if source in NEIGHBOURS else _ALIASES[:1]
    fit = _in_content(source)
    return [*(fault for fault in Fault if fault in fit or fault not in IN_CONTENT), *aliases]


def _in_content(source: str) -> frozenset[Fault]:
    if source in NEIGHBOURS:  # ECB prints no nominals
        return _ON_NEIGHBOURS - {Fault.WRONG_NOMINAL} if NEIGHBOURS[source].inverted else _ON_NEIGHBOURS
    if source in ("nbkr", "nbkr-weekly"):
        return _ON_NBKR
    return _ON_FEEDS if source.startswith("demo-") else frozenset()


def _currencies(source: str) -> tuple[str, ...]:
    """Those of the source's table, in its order."""
    if source in NEIGHBOURS:
        return tuple(NEIGHBOURS[source].nominals)
    return tuple(WEEKLY if source == "nbkr-weekly" else DAILY)


def spoil(order: Order | None, valid_on: date, rows: Sequence[Row]) -> tuple[date, list[Row]]:
    """The newest table as the fault has it."""
    if order is None:
        return valid_on, list(rows)
    options, spoilt = order.options, list(rows)
    at = next((nth for nth, row in enumerate(rows) if row.currency == options.get("currency")), 0)
    match order.fault:
        case Fault.LOST_CURRENCY:
            del spoilt[at]
        case Fault.SHIFTED_POINT:
            spoilt[at] = replace(rows[at], figure=rows[at].figure * 10)
        case Fault.WRONG_NOMINAL:
            spoilt[at] = replace(rows[at], nominal=int(options["nominal"]))
        case Fault.ZERO_VALUE:
            spoilt[at] = replace(rows[at], figure=Decimal("0.0000"))
        case Fault.LIES:
            off = 1 + Decimal(str(options["percent"])) / 100
            spoilt[at] = replace(rows[at], figure=(rows[at].figure * off).quantize(rows[at].figure))
        case Fault.FUTURE_DATE:
            valid_on += timedelta(days=int(options["days"]))
    return valid_on, spoilt


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunked: bool = False
    declared_length: int | None = None  # where Content-Length is a lie

    def head(self, now: datetime, *, keep_alive: bool) -> bytes:
        headers = {"Server": "ticker-demo", "Date": http_date(now), **self.headers}
        if self.chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif self.status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(self.body) if self.declared_length is None else self.declared_length)
        headers["Connection"] = "keep-alive" if keep_alive else "close"
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def content(self) -> bytes:
        if not self.chunked:
            return self.body
        pieces = [self.body[at : at + 4096] for at in range(0, len(self.body), 4096)]
        return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def page(status: int, text: str, **headers: str) -> Reply:
    body = f"<!DOCTYPE html>\n<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>\n"
    return Reply(status, body.encode(), {"Content-Type": "text/html; charset=utf-8", **headers})


_BEYOND = 1 << 24  # a length no drip ever reaches


def twist(order: Order, reply: Reply, *, path: str, query: str, accepts: str) -> Reply:
    """The answer as the fault has it; what happens on the wire is left to `play`."""
    plain = {name: value for name, value in reply.headers.items() if name not in ("ETag", "Last-Modified")}
    options = order.options
    match order.fault:
        case Fault.REDIRECT_LOOP:
            return page(302, "Found", Location=f"{path}?hop={2 if 'hop=1' in query else 1}")
        case Fault.REDIRECT_PRIVATE | Fault.REDIRECT_FILE:
            return page(302, "Found", Location=str(options["to"]))
        case Fault.REDIRECT_DRIP:
            location = f"{path}?{query}&hop=1" if query else f"{path}?hop=1"
            return replace(page(302, "Found", Location=location), declared_length=_BEYOND)
        case Fault.DRIP_BODY:
            return replace(reply, chunked=False, declared_length=_BEYOND)
        case Fault.TRUNCATED:
            return replace(reply, chunked=False, declared_length=len(reply.body) + 100)
        case Fault.GZIP_BOMB:
            return Reply(200, _bomb(int(options["mib"])), {**plain, "Content-Encoding": "gzip"})
        case Fault.UNASKED_ENCODING:
            packers: dict[str, Callable[[bytes], bytes]]
            packers = {"deflate": zlib.compress, "gzip": gzip.compress, "bzip2": bz2.compress}
            coding = next(name for name in packers if name not in accepts or name == "bzip2")
            return Reply(200, packers[coding](reply.body), {**plain, "Content-Encoding": coding})
        case Fault.EMPTY:
            return Reply(200, b"", plain)
        case Fault.GARBAGE:
            return Reply(200, random.Random(path).randbytes(3000), plain)
        case Fault.HTML_PAGE:
            return page(200, "Just a moment... Checking your browser before you proceed")
        case Fault.STATUS_429 | Fault.STATUS_503 if options["retry_after"]:
            status = int(order.fault[-3:])
            return page(status, HTTPStatus(status).phrase, **{"Retry-After": str(options["retry_after"])})
        case fault if fault.startswith("status_"):
            return page(int(fault[-3:]), HTTPStatus(int(fault[-3:])).phrase)
    return reply


ON_THE_WIRE: Mapping[Fault, int | None] = {  # with the status a client can see
    Fault.DRIP_BODY: 200,
    Fault.DRIP_CHUNK_EXTENSION: 200,
    Fault.REDIRECT_DRIP: 302,
    Fault.RESET: 200,
    Fault.TRUNCATED: 200,
    Fault.DRIP_HEADER: None,
    Fault.DRIP_STATUS: None,
    Fault.ENDLESS_CONTINUE: 100,
    Fault.HANG: None,
    Fault.REFUSE: None,
}


def play(order: Order, connection: socket.socket, stopping: Event, head: bytes, body: bytes) -> None:
    """Answer on the wire as the fault has it. Ends, or raises OSError, when either side gives up."""

    def drip(first: bytes, drop: bytes) -> None:
        connection.sendall(first)
        while not stopping.wait(order.interval_s):
            connection.sendall(drop)

    match order.fault:
        case Fault.DRIP_BODY | Fault.REDIRECT_DRIP:
            drip(head + body[:20], b" ")
        case Fault.DRIP_HEADER:
            drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x")
        case Fault.DRIP_STATUS:
            drip(b"HTTP/1.1 200 O", b"K")
        case Fault.DRIP_CHUNK_EXTENSION:
            drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x")
        case Fault.ENDLESS_CONTINUE:
            drip(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n")
        case Fault.TRUNCATED:
            connection.sendall(head + body[: len(body) // 2])
        case Fault.RESET:
            connection.sendall(head + body[: len(body) // 2])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.close(connection.detach())  # at once and without a FIN: lingering for 0 s resets
        case Fault.HANG:
            while connection.recv(4096):
                pass


@lru_cache(maxsize=2)
def _bomb(mib: int) -> bytes:
    packer, zeros = zlib.compressobj(wbits=31), bytes(1 << 20)
    return b"".join([*(packer.compress(zeros) for _ in range(mib)), packer.flush()])
