"""Fills the past from a bank's archive: page by page over one connection, each page one write, so that it can end at
any moment and resume from there. It works beside a process that collects, under a separate lease."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from ticker.collect.archive import NEAR, Judged, Page, Refused, grouped, judge_page, pages, within_reach
from ticker.collect.context import RATES_SPAN, RoundContext
from ticker.collect.http.client import Connection
from ticker.collect.lease import backfill_lease
from ticker.collect.sources import Archive, ArchiveFigure
from ticker.model import DAY, Rate, RatesSource, Revision, UpstreamError
from ticker.store import StoreError

LONGEST_RETRY_AFTER_S = 120  # a longer Retry-After ends the run
_RETRY_PAUSES = (5, 20)  # before the second try and the third, as multiples of the pause between pages


@dataclass(frozen=True, slots=True)
class Step:
    """One page that was read and written."""

    page: Page
    judged: Judged
    nth: int
    of: int


@dataclass(slots=True)
class Backfill:
    """The days from `first` to `last` of `currencies`. Iterating `run` does the work; the other fields hold the result,
    also where it ended early."""

    context: RoundContext
    archive: Archive
    first: date
    last: date
    currencies: tuple[str, ...]
    asked: int = 0  # pages
    added: Counter[str] = field(default_factory=Counter)  # figures, by currency
    same: Counter[str] = field(default_factory=Counter)  # figures that were known already
    refused: list[Refused] = field(default_factory=list)
    out_of_reach: list[Page] = field(default_factory=list)  # not requested: nothing near gives a nominal
    fault: str = ""  # why it ended early
    _known: dict[str, set[date]] = field(default_factory=dict)  # days with a believed figure, by currency
    _newest_added: date = date.min

    @property
    def source(self) -> RatesSource:
        return self.archive.source

    def plan(self) -> list[Page]:
        """The pages with missing days, without those that were read whole before. Sends no request."""
        first = max(self.first, self.archive.adapter.earliest or self.first)
        missing = {}
        for currency in self.currencies:
            span = self.first - NEAR, self.last + NEAR
            revisions = self.context.store.revisions_between([self.source.id], *span, currencies=[currency])
            self._known[currency] = {one.rate.valid_on for one in revisions if one.believed}
            missing[currency] = _days(*span) - {one.rate.valid_on for one in revisions if not one.discarded_at}
        today = self.context.home.day(self.context.clock())
        return [
            page
            for page in pages(first, self.last, self.currencies, today, self.archive.adapter.page)
            if not missing[page.currency].isdisjoint(_days(page.first, page.last)) and not self._was_read(page)
        ]

    def within_reach(self, page: Page) -> bool:
        """Whether a figure known by now is near enough to give the page's nominal."""
        return within_reach(page, self._known[page.currency])

    def run(self) -> Generator[Step, None, None]:
        """What arrived before a fault is kept. Raises StoreError where another backfill or import is at work."""
        todo = self.plan()
        pages_in_all = len(todo)
        if not todo:
            return
        with backfill_lease(self.context.store, self.context.pause) as token, self.context.connect() as connection:
            try:
                while page := next(filter(self.within_reach, todo), None):
                    todo.remove(page)
                    if self.asked:
                        self.context.pause(self.source.archive_pause_s)
                    yield Step(page, self._visit(page, connection, token), self.asked, pages_in_all)
                self.out_of_reach = todo
            except (UpstreamError, StoreError) as fault:
                self.fault = str(fault)
            finally:
                self._tell_the_collector()

    def _visit(self, page: Page, connection: Connection, token: Callable[[], int]) -> Judged:
        token()  # no other process may ask the bank meanwhile
        self.asked += 1
        listed, body_hash = self._read(page, connection)
        seen_at = self.context.clock()
        with self.context.store.backfill(token()) as tx:
            span = page.first - NEAR, page.last + NEAR
            known = tx.revisions_between([self.source.id], *span, currencies=[page.currency])
            judged = judge_page(listed, page, known, self.source)
            tx.add([self._revision(rate, seen_at, body_hash) for rate in judged.believed])
            if page.whole and not judged.refused and (judged.believed or judged.same):
                tx.mark_read(self._name(page), body_hash)
        self._known[page.currency].update(rate.valid_on for rate in judged.believed)
        self.added[page.currency] += len(judged.believed)
        self.same[page.currency] += judged.same
        self.refused = grouped([*self.refused, *judged.refused])
        self._newest_added = max([self._newest_added, *(rate.valid_on for rate in judged.believed)])
        return judged

    def _tell_the_collector(self) -> None:
        """Recent figures may change what is shown: ask the collector to look at once, not only at its next visit."""
        if self._newest_added >= self.context.home.day(self.context.clock()) - RATES_SPAN:
            with suppress(StoreError):
                self.context.store.enqueue("fetch", self.source.id)

    def _read(self, page: Page, connection: Connection) -> tuple[tuple[ArchiveFigure, ...], str]:
        """The page's figures and its hash. The one place where a fetch is repeated: here no schedule will."""
        address = self.archive.address(page.currency, page.first, page.until)
        for longer in (*_RETRY_PAUSES, 0):
            try:
                body = connection.get(address).body
                return self.archive.figures(body), hashlib.sha256(body).hexdigest()
            except UpstreamError as fault:
                wanted_s = fault.retry_after_s or 0
                if not longer or wanted_s > LONGEST_RETRY_AFTER_S:
                    raise
                self.context.pause(max(longer * self.source.archive_pause_s, wanted_s))
        raise AssertionError("unreachable: the last try returns or raises")

    def _revision(self, rate: Rate, seen_at: datetime, body_hash: str) -> Revision:
        return Revision(0, self.source.id, rate, seen_at, body_hash=body_hash, origin=self.archive.id)

    def _name(self, page: Page) -> str:
        """The name under which the store remembers that a page was read."""
        return f"{self.archive.id} {page.currency} {page.first}..{page.last}"

    def _was_read(self, page: Page) -> bool:
        return page.whole and self.context.store.last_body(self._name(page)) is not None


def _days(first: date, last: date) -> set[date]:
    return {first + DAY * nth for nth in range((last - first).days + 1)}
