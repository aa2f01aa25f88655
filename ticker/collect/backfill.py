"""Fills the past from a bank's archive: page by page over one connection, each page one write, so that it can end at
any moment and go on from there. It works beside a process that collects, under a lease of its own."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from ticker.collect.archive import NEAR, Judged, Page, Refused, grouped, judge_page, pages, within_reach
from ticker.collect.fetch import Connection
from ticker.collect.round import RATES_SPAN, Desk, archive_id
from ticker.collect.sources import nbkr
from ticker.collect.sources.nbkr import ArchiveFigure
from ticker.model import DAY, Rate, RatesSource, Revision, UpstreamError
from ticker.store import BACKFILL, Fenced, Store, StoreError

LEASE_TTL_S = 15.0
PATIENCE_S = 120  # a Retry-After that asks for more ends it
_LONGER = (5, 20)  # pauses before the second try and the third, in pauses between pages
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """One page that was read and written."""

    page: Page
    judged: Judged
    nth: int
    of: int


@dataclass(slots=True)
class Backfill:
    """The days from `first` to `last` of `currencies`. Iterating `run` does the work; the other fields tell what came
    of it, also where it ended early."""

    desk: Desk
    source: RatesSource
    first: date
    last: date
    currencies: tuple[str, ...]
    asked: int = 0  # pages
    added: Counter[str] = field(default_factory=Counter)  # figures, by currency
    same: Counter[str] = field(default_factory=Counter)  # figures that were known already
    refused: list[Refused] = field(default_factory=list)
    out_of_reach: list[Page] = field(default_factory=list)  # not asked: nothing near tells a nominal
    fault: str = ""  # why it ended early
    _known: dict[str, set[date]] = field(default_factory=dict)  # days with a believed figure, by currency
    _newest_added: date = date.min

    def plan(self) -> list[Page]:
        """The pages with days that lack a figure, but for those that were read whole before. Asks nobody."""
        lacking = {}
        for currency in self.currencies:
            span = self.first - NEAR, self.last + NEAR
            revisions = self.desk.store.revisions_between([self.source.id], *span, currencies=[currency])
            self._known[currency] = {one.rate.valid_on for one in revisions if one.believed}
            lacking[currency] = _days(*span) - {one.rate.valid_on for one in revisions if not one.discarded_at}
        today = self.desk.home.day(self.desk.clock())
        return [
            page
            for page in pages(self.first, self.last, self.currencies, today)
            if not lacking[page.currency].isdisjoint(_days(page.first, page.last)) and not self._was_read(page)
        ]

    def within_reach(self, page: Page) -> bool:
        """Whether a figure that is known by now can tell the nominal of the page's."""
        return within_reach(page, self._known[page.currency])

    def run(self) -> Generator[Step, None, None]:
        """What arrived before a fault is kept. Raises StoreError where another backfill or import is at work."""
        todo = self.plan()
        pages_in_all = len(todo)
        if not todo:
            return
        with backfill_lease(self.desk.store, self.desk.pause) as token, self.desk.connect() as connection:
            try:
                while page := next(filter(self.within_reach, todo), None):
                    todo.remove(page)
                    if self.asked:
                        self.desk.pause(self.source.archive_pause_s)
                    yield Step(page, self._visit(page, connection, token), self.asked, pages_in_all)
                self.out_of_reach = todo
            except (UpstreamError, StoreError) as fault:
                self.fault = str(fault)
            finally:
                self._tell_the_collector()

    def _visit(self, page: Page, connection: Connection, token: Callable[[], int]) -> Judged:
        token()  # nobody else is to ask the bank meanwhile
        self.asked += 1
        listed, body_hash = self._read(page, connection)
        seen_at = self.desk.clock()
        with self.desk.store.backfill(token()) as tx:
            span = page.first - NEAR, page.last + NEAR
            known = tx.revisions_between([self.source.id], *span, currencies=[page.currency])
            judged = judge_page(listed, page, known, self.source)
            origin = archive_id(self.source)
            tx.add([_revision(self.source.id, rate, seen_at, body_hash, origin) for rate in judged.believed])
            if page.whole and not judged.refused and (judged.believed or judged.same):
                tx.mark_read(self._name(page), body_hash)
        self._known[page.currency].update(rate.valid_on for rate in judged.believed)
        self.added[page.currency] += len(judged.believed)
        self.same[page.currency] += judged.same
        self.refused = grouped([*self.refused, *judged.refused])
        self._newest_added = max([self._newest_added, *(rate.valid_on for rate in judged.believed)])
        return judged

    def _tell_the_collector(self) -> None:
        """What is shown may change by recent figures: it looks at once. Untold, it does so at its next visit."""
        if self._newest_added >= self.desk.home.day(self.desk.clock()) - RATES_SPAN:
            with suppress(StoreError):
                self.desk.store.enqueue("fetch", self.source.id)

    def _read(self, page: Page, connection: Connection) -> tuple[tuple[ArchiveFigure, ...], str]:
        """The page's figures and its hash. The one place where a fetch is repeated: here no schedule will."""
        address = nbkr.archive_address(self.source.archive_url or "", page.currency, page.first, page.until)
        for longer in (*_LONGER, 0):
            try:
                body = connection.get(address).body
                return nbkr.parse_archive(body, archive_id(self.source)), hashlib.sha256(body).hexdigest()
            except UpstreamError as fault:
                wanted_s = getattr(fault, "retry_after_s", None) or 0
                if not longer or wanted_s > PATIENCE_S:
                    raise
                self.desk.pause(max(longer * self.source.archive_pause_s, wanted_s))
        raise AssertionError("unreachable: the last try returns or raises")

    def _name(self, page: Page) -> str:
        """Under which it is remembered that a page was read."""
        return f"{archive_id(self.source)} {page.currency} {page.first}..{page.last}"

    def _was_read(self, page: Page) -> bool:
        return page.whole and self.desk.store.last_body(self._name(page)) is not None


@contextmanager
def backfill_lease(store: Store, pause: Callable[[float], object]) -> Iterator[Callable[[], int]]:
    """The right to fill, waited for as long as a process that was killed may have it. Gives what renews it and tells
    its token; that raises Fenced once another has taken over."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    for _ in range(int(LEASE_TTL_S / _LOOK_S) + 4):
        if store.lease(holder, LEASE_TTL_S, BACKFILL) is not None:
            break
        pause(_LOOK_S)
    else:
        raise StoreError(f"{store.address}: another backfill or import is at work; run it again after that")
    try:
        yield partial(_renewed, store, holder)
    finally:
        with suppress(StoreError):
            store.release(holder, BACKFILL)


def _renewed(store: Store, holder: str) -> int:
    token = store.lease(holder, LEASE_TTL_S, BACKFILL)
    if token is None:
        raise Fenced(f"{store.address}: another backfill or import has taken over; run it again after that")
    return token


def _revision(source: str, rate: Rate, seen_at: datetime, body_hash: str, origin: str) -> Revision:
    return Revision(0, source, rate, seen_at, body_hash=body_hash, origin=origin)


def _days(first: date, last: date) -> set[date]:
    return {first + DAY * nth for nth in range((last - first).days + 1)}
