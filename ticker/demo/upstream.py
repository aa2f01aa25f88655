"""What the banks and feeds answer to a request, by the clock and by the faults ordered."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import Message
from email.utils import parsedate_to_datetime
from threading import RLock
from types import TracebackType
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ticker.demo import pages, tables
from ticker.demo.bank import STEP, Bank
from ticker.demo.faults import (
    IN_CONTENT,
    ON_THE_WIRE,
    OPTIONS,
    Fault,
    Order,
    Reply,
    faults_of,
    http_date,
    page,
    spoil,
    twist,
)
from ticker.demo.neighbours import ARCHIVE, NEIGHBOURS, Neighbours
from ticker.demo.newsroom import FEEDS, LANGUAGES, Feed, Newsroom, newsrooms
from ticker.demo.server import Server

PATHS = {
    "nbkr": "/XML/daily.xml",
    "nbkr-weekly": "/XML/weekly.xml",
    "nbkr-archive": "/index1.jsp",
    **{
        feed.id: f"/feeds/{feed.city}/{feed.language}.{'atom' if feed.language == 'ky' else 'rss'}".replace("//", "/")
        for feed in FEEDS
    },
    **{source: one.path for source, one in NEIGHBOURS.items()},
    ARCHIVE: "/scripts/XML_dynamic.asp",
}
_SOURCES = {urlsplit(path).path: source for source, path in PATHS.items()}
_FEEDS = {feed.id: feed for feed in FEEDS}
_FORMS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "en": ("application/rss+xml; charset=utf-8", pages.rss),
    "ru": ("application/rss+xml", pages.rss_1251),
    "ky": ("application/atom+xml; charset=utf-8", pages.atom),
}
_CURRENCIES = {"15": "USD", "20": "EUR", "44": "RUB", "40": "KZT", "24": "CNY"}  # NBKR's valuta_id
_ARCHIVE_DAYS = 366


@dataclass(frozen=True, slots=True)
class Seen:
    """What was asked of a source. `status` is None where the answer never got as far."""

    at: datetime  # by the demonstration's clock
    source: str
    path: str  # with its query
    headers: Message  # names in any case
    status: int | None


class DemoUpstream:
    """The demonstration's bank, its neighbours and all feeds behind one address.

    `clock` (aware moments) decides what they hold. It listens from `start` to `stop`; started again, on the same port.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        bank: Bank | None = None,
        newsroom: Newsroom | None = None,
    ) -> None:
        self.bank = bank or Bank()
        self.newsroom = newsroom or Newsroom(home=self.bank.home)
        self.newsrooms = {"": self.newsroom, **newsrooms()}
        self.neighbours = Neighbours(self.bank)
        self.clock, self._host, self._port = clock, host, port
        self._server: Server | None = None
        self._orders: dict[str, Order] = {}
        self._seen: deque[Seen] = deque(maxlen=2000)
        self._files: dict[tuple[str, datetime], tuple[bytes, datetime]] = {}
        self._lock = RLock()

    @property
    def url(self) -> str:
        if not self._port:
            raise RuntimeError("the demonstration's upstream has no port before it is started")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def addresses(self) -> dict[str, str]:
        return {source: self.url + path for source, path in PATHS.items()}

    @property
    def requests(self) -> list[Seen]:
        """The newest 2000, oldest first."""
        with self._lock:
            return list(self._seen)

    def start(self) -> None:
        self._server = Server((self._host, self._port), self)
        self._port = self._server.server_address[1]
        self._server.listener.start()

    def stop(self) -> None:
        """Closes every connection, those that drip or hang too; within a second."""
        server, self._server = self._server, None
        if server:
            server.hang_up()

    def __enter__(self) -> DemoUpstream:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def order(self, source: str, fault: Fault | str, **options: object) -> None:
        """Misbehave from now on, in place of an earlier order; raises ValueError where that can't be.

        A correction happens once instead: the bank rewrites its newest table, and the source behaves again.
        """
        if source not in PATHS:
            raise ValueError(f"order: met {source!r}, wanted one of {', '.join(PATHS)}")
        order = Order.of(source, fault, options)
        with self._noticing_rewrites():
            if order.fault is Fault.CORRECTION:
                self._orders.pop(source, None)
                self._correct(source, str(order.options["currency"]), str(order.options["figure"]))
            else:
                self._orders[source] = order

    def behave(self, source: str | None = None) -> None:
        """Behave again, everywhere or in one source."""
        if source is not None and source not in PATHS:
            raise ValueError(f"behave: met {source!r}, wanted one of {', '.join(PATHS)}")
        with self._noticing_rewrites():
            for each in PATHS if source is None else (source,):
                self._orders.pop(each, None)

    def answer(self, target: str, asked: Message) -> tuple[Reply, Order | None]:
        """The reply to a GET, and the fault still to be played on the wire."""
        now, parts = self.clock(), urlsplit(target)
        source, asked_for = _source(parts.path, parts.query)
        if not source:
            return self._page(parts.path, now), None
        order = self._orders.get(source)
        if order and order.fault is Fault.REDIRECT_DRIP and "hop=1" in parts.query:
            order = None
        with self._lock:
            reply = self._content(source, asked_for, now, order)
            if order is None or order.fault in IN_CONTENT:
                reply = _conditional(reply, asked)
            else:
                accepts = asked.get("Accept-Encoding", "")
                reply = twist(order, reply, path=parts.path, query=parts.query, accepts=accepts)
            on_wire = order if order and order.fault in ON_THE_WIRE else None
            status = ON_THE_WIRE[on_wire.fault] if on_wire else reply.status
            self._seen.append(Seen(now, source, target, asked, status))
        return reply, on_wire

    def command(self, target: str) -> Reply:
        """`/order`, `/order/<source>/<fault>?option=value`, `/behave`, `/behave/<source>`."""
        parts = urlsplit(target)
        words = parts.path.strip("/").split("/")
        try:
            match words:
                case ["order"]:
                    pass
                case ["order", source, fault]:
                    self.order(source, fault, **dict(parse_qsl(parts.query)))
                case ["behave"]:
                    self.behave()
                case ["behave", source]:
                    self.behave(source)
                case _:
                    return page(404, "Not Found")
        except ValueError as mistake:
            return _json(400, {"error": str(mistake)})
        return _json(200, {
            "active": {source: order.fault for source, order in sorted(self._orders.items())},
            "possible": {source: faults_of(source) for source in PATHS},
            "options": OPTIONS,
        })  # fmt: skip

    def _content(self, source: str, query: str, now: datetime, order: Order | None) -> Reply:
        if source == "nbkr-archive":
            return self._archive(query, now)
        if source == ARCHIVE:
            return self._cbr_archive(query, now)
        if source in NEIGHBOURS:
            return self._neighbour(source, query, now, order)
        if source.startswith("demo-"):
            return self._feed(_FEEDS[source], now, order.fault if order else None)
        body, written = self._table(source, now, order)
        etag = f'W/"{len(body)}-{int(written.timestamp())}000"'
        headers = {"Content-Type": "application/xml", "Accept-Ranges": "bytes"}
        return Reply(200, body, headers | {"ETag": etag, "Last-Modified": http_date(written)})

    def _table(self, source: str, now: datetime, order: Order | None) -> tuple[bytes, datetime]:
        """The file and when it was written; the one before it where a stale cache is ordered."""
        read = self.bank.daily_table if source == "nbkr" else self.bank.weekly_table
        valid_on, figures, written = read(now)
        stale = order is not None and order.fault is Fault.YESTERDAYS_TABLE
        if stale:
            valid_on, figures, written = read(written - timedelta(seconds=1))
        elif source == "nbkr-weekly":  # rewritten with the daily one, under the same date
            written = max(written, self.bank.daily_table(now)[2])
        rows = [pages.Row(name, self.bank.nominal(name), figure) for name, figure in figures.items()]
        if source == "nbkr":
            body = pages.rates_xml("Daily", *spoil(order, valid_on, rows))
        else:
            body = pages.rates_xml("Weekly", *spoil(order, valid_on, rows), valid_for=7)
        return self._file(source, written, body, now, kept=stale)

    def _neighbour(self, source: str, asked: str, now: datetime, order: Order | None) -> Reply:
        one = NEIGHBOURS[source]
        day = one.answered(asked, now)
        if day and order and order.fault is Fault.DAY_LATE:
            day = one.in_force(day - timedelta(days=1))
        body = one.write(*spoil(order, day, self.neighbours.rows(source, day))) if day else one.nothing
        etag = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:27]}"'} if one.has_etag else {}
        return Reply(200, body, {**one.headers, **etag}, chunked=one.chunked)

    def _cbr_archive(self, query: str, now: datetime) -> Reply:
        """XML_dynamic.asp; a request that it can't read gets the bank's words for that, as a document."""
        asked = dict(parse_qsl(query))
        currency, headers = tables.cbr_currency(asked.get("VAL_NM_RQ", "")), NEIGHBOURS["cbr"].headers
        try:
            first, last = (_slashed(asked.get(name, "")) for name in ("date_req1", "date_req2"))
        except ValueError:
            currency = None
        if currency is None:
            return Reply(200, tables.CBR_ERROR, headers)
        listed = self.neighbours.series(currency, first, last, now)
        return Reply(200, tables.cbr_archive(currency, first, last, listed), headers)

    def _file(
        self, source: str, written: datetime, body: bytes, now: datetime, *, kept: bool
    ) -> tuple[bytes, datetime]:
        """The file written then, as a cache has kept it, or as it is now: with other content it was rewritten."""
        before = self._files.get((source, written))
        if before and (kept or before[0] == body):
            return before
        stamp = written if before is None else max(now, before[1] + timedelta(seconds=1))
        self._files[source, written] = body, stamp
        if len(self._files) > 100:
            del self._files[next(iter(self._files))]
        return body, stamp

    @contextlib.contextmanager
    def _noticing_rewrites(self) -> Iterator[None]:
        """What changes a table within changes its Last-Modified too, whether or not anyone asked in between."""
        with self._lock:
            self._look()
            yield
            self._look()

    def _look(self) -> None:
        for source in ("nbkr", "nbkr-weekly"):
            self._table(source, self.clock(), self._orders.get(source))

    def _correct(self, source: str, currency: str, figure: str) -> None:
        read = self.bank.daily_table if source == "nbkr" else self.bank.weekly_table
        valid_on, figures, _ = read(self.clock())
        figure = figure or str((figures[currency] * Decimal("1.0005")).quantize(STEP))
        self.bank.set(valid_on, **{currency: figure})

    def _archive(self, query: str, now: datetime) -> Reply:
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        currency = _CURRENCIES.get(asked.get("valuta_id", ""), "")
        try:
            first, last = (
                date(*(int(asked[f"{end}_{part}"]) for part in ("year", "month", "day"))) for end in ("beg", "end")
            )
        except (KeyError, ValueError):
            currency = ""
        listed: list[tuple[date, Decimal]] = []
        if currency:
            last = min(last, self.bank.daily_table(now)[0])
            first = max(first, last - timedelta(days=_ARCHIVE_DAYS - 1), date(1999, 1, 1))
            listed = self.bank.archive(currency, first, last)
        cookie = f"JSESSIONID={hashlib.sha256(now.isoformat().encode()).hexdigest()[:28]}; Path=/; HttpOnly"
        headers = {"Content-Type": "text/html;charset=UTF-8", "Set-Cookie": cookie}
        return Reply(200, pages.archive_page(currency, listed), headers, chunked=True)

    def _feed(self, feed: Feed, now: datetime, fault: Fault | None) -> Reply:
        newsroom, (kind, write) = self.newsrooms[feed.city], _FORMS[feed.language]
        stories = [] if fault is Fault.EMPTY_FEED else newsroom.stories(feed.language, now)
        flags = {"same_guid": fault is Fault.SAME_GUID, "dates": fault is not Fault.NO_DATES}
        body = write(feed.publisher, stories, self.url, newsroom.home, **flags)
        headers = {"Content-Type": kind, "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"'}
        if stories:
            headers["Last-Modified"] = http_date(max(story.updated_at for story in stories))
        return Reply(200, body, headers)

    def _page(self, path: str, now: datetime) -> Reply:
        match path.split("/"):
            case ["", "news", *city, language, id_] if language in LANGUAGES and "/".join(city) in self.newsrooms:
                if story := self.newsrooms["/".join(city)].story(language, id_, now):
                    headers = {
                        "Content-Type": "text/html; charset=utf-8",
                        "Content-Security-Policy": "default-src 'none'",
                    }
                    return Reply(200, pages.story_page(story), headers)
        return page(404, "Not Found")


def _source(path: str, query: str) -> tuple[str, str]:
    """Whose path it is, and what is asked of it: its query, or what follows the path of a bank that has the day there.
    An empty name where it is nobody's."""
    if path in _SOURCES:
        return _SOURCES[path], query
    for source, one in NEIGHBOURS.items():
        if not one.asked_as and path.startswith(one.path):
            return source, path.removeprefix(one.path)
    return "", ""


def _slashed(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 a day has no zone


def _json(status: int, said: object) -> Reply:
    return Reply(status, json.dumps(said, ensure_ascii=False, indent=1).encode(), {"Content-Type": "application/json"})


def _conditional(reply: Reply, asked: Message) -> Reply:
    """304 where the validators sent are those of `reply` (RFC 9110, 13.2.2)."""
    etag, modified = reply.headers.get("ETag"), reply.headers.get("Last-Modified")
    if etag and (tags := asked.get("If-None-Match")) is not None:
        same = tags.strip() == "*" or etag.removeprefix("W/") in [t.strip().removeprefix("W/") for t in tags.split(",")]
    elif modified and (since := asked.get("If-Modified-Since")):
        try:
            same = parsedate_to_datetime(modified) <= parsedate_to_datetime(since).astimezone(UTC)
        except ValueError:
            same = False
    else:
        same = False
    kept = {name: value for name, value in reply.headers.items() if name in ("ETag", "Last-Modified", "Date")}
    return Reply(304, headers=kept) if same else reply
