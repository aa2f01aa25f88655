"""The routes of NBKR's XML files and of the Frankfurter API (v1).

The present comes from the snapshot and never waits for the store; days of the past are read from the store.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import request

from ticker import log
from ticker.rates.calendar import reach
from ticker.rates.certain import CertainRates, certain_now, certain_then
from ticker.rates.freshness import Judgement
from ticker.rates.tracks import tracks_of_revisions
from ticker.serve.compat import frankfurter as compat
from ticker.serve.compat import nbkr
from ticker.serve.compat.frankfurter import FrankfurterQuery
from ticker.serve.compat.nbkr import Kind
from ticker.serve.http.errors import STORE_RETRY_S
from ticker.serve.http.lru import LruResponses
from ticker.serve.http.rate_limit import RateLimitedError, of_days
from ticker.serve.http.request_context import charge, query_string
from ticker.serve.http.response import JSON, Compression, Headers, Response, build_response, problem
from ticker.serve.http.router import Router
from ticker.snapshot import Content
from ticker.store import Store, StoreError

if TYPE_CHECKING:
    from ticker.serve.site import Site

NBKR = "/compat/nbkr/XML"
FRANKFURTER = ("/compat/frankfurter/v1", "/compat/frankfurter")  # its older host had no version in the path
XML = "application/xml"  # as the bank sends it: the body declares the encoding
FIRST_DAY = date(1900, 1, 1)  # no day before it can have a figure
MAX_QUERY = 2048
RETRY_S = "10"  # a first table comes within seconds of the first start
LONG = timedelta(days=800)  # a period that takes more than some milliseconds: one of them at a time
CACHE_BYTES = 16 << 20

_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_ONE_DAY = re.compile(_DAY)
_PERIOD = re.compile(rf"({_DAY})\.\.({_DAY})?")
_CODE = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")


_long = threading.Lock()


class _RefusedError(Exception):
    """An error in Frankfurter's own form."""

    def __init__(self, status: int, message: str, retry_s: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.retry_s = status, message, retry_s


@dataclass(slots=True)
class _LastBody:
    """The last body, and when (UTC) it became current."""

    body: bytes = b""
    since: datetime | None = None

    def since_when(self, body: bytes, version_made: datetime, now: datetime) -> datetime:
        """A changed body is as old as the change, the first body of this process as its snapshot version."""
        if body != self.body or self.since is None:
            self.body, self.since = body, version_made if self.since is None else now
        return self.since


class _Present:
    """The certain rates of the present, computed once for each judgement."""

    def __init__(self) -> None:
        self._last: tuple[Judgement, CertainRates] | None = None

    def rates(self, content: Content, judged: Judgement) -> CertainRates:
        last = self._last
        if last is None or last[0] is not judged:
            self._last = last = judged, certain_now(content, judged)
        return last[1]


def register_routes(app: Router, site: Site) -> None:
    last_bodies: dict[Kind, _LastBody] = {"Daily": _LastBody(), "Weekly": _LastBody()}
    responses, present = LruResponses(CACHE_BYTES), _Present()

    @app.get(f"{NBKR}/daily.xml")
    def compat_daily() -> Response:
        return _table(site, "Daily", last_bodies["Daily"])

    @app.get(f"{NBKR}/weekly.xml")
    def compat_weekly() -> Response:
        return _table(site, "Weekly", last_bodies["Weekly"])

    def frankfurter(what: str) -> Response:
        try:
            return _frankfurter(site, responses, present, what, query_string())
        except _RefusedError as fault:
            status, message, retry_s = fault.status, fault.message, fault.retry_s
        except RateLimitedError as fault:
            status, message, retry_s = 429, str(fault), str(fault.quota.reset_s)
        except StoreError as fault:
            log.info("store unavailable", why=str(fault), path=request.path)
            status, message, retry_s = 503, "the database is temporarily unavailable", STORE_RETRY_S
        more = (("Retry-After", retry_s),) if retry_s else ()
        return build_response(compat.message_json(message), JSON, status=status, headers=Headers(more=more))

    for base in FRANKFURTER:
        app.add_url_rule(f"{base}/<path:what>", base, frankfurter, methods=["GET"])


def _table(site: Site, kind: Kind, last: _LastBody) -> Response:
    homes = site.content.homes
    of_bank = [None if of is homes[0] else of.home.currency for of in homes if nbkr.BANK in of.bank_names.values()]
    if not of_bank and any(of.banks for of in homes):
        return problem(404, "This service does not have the tables of this bank: its currency is no home here.")
    site, now = replace(site, home=next(iter(of_bank), None)), site.clock()
    snapshot, judged = site.current()
    table = nbkr.table(snapshot.content, judged, kind)
    if not table:
        return problem(
            503,
            "There is no table that may be shown: none was collected yet, or the last one is too old.",
            more=[("Retry-After", RETRY_S)],
        )
    body = nbkr.nbkr_xml(kind, table, demo=snapshot.content.demo)
    since = last.since_when(body, snapshot.as_of, now)
    return build_response(body, XML, until=judged.until, last_modified=since, detail=f"v{snapshot.version}")


def _frankfurter(site: Site, responses: LruResponses, present: _Present, what: str, query: str) -> Response:
    """Raises _RefusedError, or StoreError for days of the past."""
    snapshot, judged = site.cache.current(site.clock())
    known, today = present.rates(snapshot.content, judged), judged.today
    if what == "currencies":
        return _now(compat.currencies_json(_some(known, date.max)), judged.until)
    if what in ("latest", "current"):
        return _now(compat.day_json(_some(known, today), _asked(query), today), judged.until)
    if _ONE_DAY.fullmatch(what):
        asked, day = _asked(query), min(_day(what), _newest(known, today))
        if day >= today:
            return _now(compat.day_json(_some(known, day), asked, day), judged.until)
        return _then(site, responses, asked, day, day, judged)
    if period := _PERIOD.fullmatch(what):
        asked, first, last = _asked(query), _day(period[1]), _day(period[5]) if period[5] else today
        return _then(
            site, responses, asked, max(first, FIRST_DAY), min(last, _newest(known, today)), judged, whole=True
        )
    raise _RefusedError(404, "not found")


def _now(body: bytes | None, until: datetime) -> Response:
    if body is None:
        raise _RefusedError(404, "not found")
    return build_response(body, JSON, until=until, compression=Compression(lazy=True))


def _some(known: CertainRates, day: date) -> CertainRates:
    """The known rates; raises a 503 if there are none up to `day`."""
    if not any(min(values) <= day for values in known.values.values()):
        raise _RefusedError(
            503, "there is no rate that may be shown: none was collected yet, or the last ones are too old", RETRY_S
        )
    return known


def _newest(known: CertainRates, today: date) -> date:
    """The last day with an answer: tomorrow, once its table is there."""
    return max(today, known.newest or today)


def _then(
    site: Site,
    responses: LruResponses,
    asked: FrankfurterQuery,
    first: date,
    last: date,
    judged: Judgement,
    *,
    whole: bool = False,
) -> Response:
    """Days of the past: `last`, or with `whole` each day from `first` on.

    Cached while neither the store's rates nor the outlooks of the present change.
    """
    if first > last or last < FIRST_DAY:
        raise _RefusedError(404, "not found")
    store, content = site.require_store(), site.cache.snapshot.content
    key = asked, first, last, whole
    fingerprint = store.rates_version(), content.banks, content.demo, judged.outlooks.fingerprint
    if found := responses.get(key, fingerprint):
        return replace(found, until=judged.until)
    charge(site, of_days((last - first).days + 1, len(asked.symbols or content.series)))
    with _one_at_a_time() if last - first >= LONG else nullcontext():
        body = _read(store, content, asked, first, last, judged, whole=whole)
    return responses.put(key, fingerprint, _now(body, judged.until), site.clock())


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _long.acquire(blocking=False):  # waiting would hold one of few threads, which the strip's readers need
        raise _RefusedError(503, "another long period is being computed; retry in a moment", STORE_RETRY_S)
    try:
        yield
    finally:
        _long.release()


def _read(
    store: Store,
    content: Content,
    asked: FrankfurterQuery,
    first: date,
    last: date,
    judged: Judgement,
    *,
    whole: bool,
) -> bytes | None:
    grace = content.grace
    begin = reach(first, grace)
    currencies = None if asked.symbols is None else {asked.base, *asked.symbols}
    said = store.revisions_between(list(grace), reach(begin, grace), last, currencies=currencies)
    known = certain_then(content, tracks_of_revisions(said, grace, judged.outlooks), begin, last)
    return compat.period_json(known, asked, first, last) if whole else compat.day_json(known, asked, last)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _RefusedError(422, "invalid date") from None


def _asked(query: str) -> FrankfurterQuery:
    """As Frankfurter reads it: of repeated names the last counts; the older `from` and `to` come first."""
    given = dict(parse_qsl(query[:MAX_QUERY], errors="replace"))
    base = (given.get("from") or given.get("base") or "").strip().upper()
    symbols = frozenset(one.strip() for one in (given.get("to") or given.get("symbols") or "").upper().split(","))
    symbols -= {""}
    if base and symbols == {base}:
        raise _RefusedError(422, "bad currency pair")
    if base and not _CODE.fullmatch(base):
        raise _RefusedError(404, "not found")
    values: dict[str, Any] = {"base": base} if base else {}
    if "symbols" in given or "to" in given:
        values["symbols"] = symbols or None
    if "amount" in given:
        values["amount"] = _amount(given["amount"].strip())
    return FrankfurterQuery(**values)


def _amount(text: str) -> Decimal:
    amount = Decimal(text) if _AMOUNT.fullmatch(text) else Decimal(0)
    if amount <= 0:
        raise _RefusedError(422, "invalid amount")
    return amount
