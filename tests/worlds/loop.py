"""The way through a world, the same in both tiers: from one moment at which something is due or changes to the next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from ticker.collect.sources.nbkr import parse_archive

from .bank import VALUTA, utc
from .check import Checker
from .faults import Fault
from .heard import Delivered
from .others import asked_day
from .world import Reply, World

NAMES = {"nbkr": "daily", "nbkr-weekly": "weekly"}  # of the official bank's tables, by their sources
TAKES_OVER_S = 16  # a lease lasts 15 s: so long nobody collects after a kill
_STEPS = ("restart", "older store", "empty store")


class Loop(ABC):
    """One world, from its begin to its end. `note` is told of what changed or failed."""

    def __init__(self, world: World, note: Callable[[float, str], object] | None = None) -> None:
        self.world, self.note = world, note
        self.now: float = world.begin
        self.delivered = Delivered()
        self.checker = Checker(world)
        self._saved: dict[Fault, tuple[Any, Delivered]] = {}
        self._dies = False  # in the middle of its next round

    def clock(self) -> datetime:
        """Our machine's clock."""
        return utc(self.world.our_time(self.now))

    # What a tier does

    @abstractmethod
    def is_due(self) -> bool:
        """Whether any visit is due now."""

    @abstractmethod
    def visit_due(self) -> None:
        """Visit what is due now, and what comes due by that."""

    @abstractmethod
    def read(self) -> None:
        """Look at what readers are shown, where it may have changed."""

    @abstractmethod
    def next_moment(self) -> float:
        """When something is due or changes by itself."""

    @abstractmethod
    def clock_moved(self) -> None:
        """Due times are to be worked out anew."""

    @abstractmethod
    def save(self) -> Any:
        """A backup of the store."""

    @abstractmethod
    def begin_with(self, backup: Any) -> None:
        """End the processes and begin with this store; None: with an empty one."""

    @abstractmethod
    def die_in_a_round(self) -> None:
        """A process ends in the middle of the round that is due; another one will take over."""

    # Time

    def run(self) -> Checker:
        world = self.world
        steps = [one for one in world.faults if one.kind in _STEPS and world.begin < one.begin < world.end]
        backups = {one.begin - int(one.amount): one for one in steps if one.kind == "older store"}
        jumps = {at for at in world.our_clock.moments if world.begin < at < world.end}
        moments = sorted(jumps | {one.begin for one in steps} | {at for at in backups if at > world.begin})
        while self.now < world.end:
            self._visit()
            self.read()
            upcoming = min(self.next_moment(), world.end)
            if not moments or moments[0] > upcoming:
                self.now = max(upcoming, self.now)
                continue
            at = moments.pop(0)
            self.now = max(at, self.now)
            if at in backups:
                self._saved[backups[at]] = self.save(), self.delivered.copy()
            for fault in steps:
                if fault.begin == at:
                    self._step(fault)
            self.clock_moved()
        self.checker.finish(self.now)
        return self.checker

    def _visit(self) -> None:
        if self._dies and self.is_due():
            self._dies = False
            self.die_in_a_round()
            self.now += TAKES_OVER_S
            self.clock_moved()
        self.visit_due()

    def _step(self, fault: Fault) -> None:
        if fault.kind == "restart":
            self._dies = True
            return
        store, delivered = self._saved.get(fault, (None, Delivered()))
        self.delivered = delivered.copy()
        self.begin_with(store)
        self.checker.lost(self.now)

    # What the bank and the feed answer now, remembered as delivered

    def answer_table(self, name: str, etag: str | None, since: str | None) -> Reply:
        reply = self.world.answer(name, self.now, etag, since)
        if reply.page and reply.status in (200, 304):
            self.delivered.table(name, self.now, reply)
        return reply

    def answer_archive(self, query: str) -> Reply:
        given = {name: values[0] for name, values in parse_qs(query).items()}
        currency = VALUTA.get(int(given["valuta_id"]))
        if currency is None:
            return Reply(404)
        first, last = (
            date(*(int(given[f"{end}_{one}"]) for one in ("year", "month", "day"))) for end in ("beg", "end")
        )
        reply = self.world.archive(currency, first, last, self.now)
        if reply.status == 200:
            figures: dict[date, Decimal] = {one.valid_on: one.quoted for one in parse_archive(reply.body)}
            self.delivered.archive(self.now, currency, figures)
        return reply

    def answer_other(self, source: str, target: str) -> bytes | None:
        """What another bank answers to a request for `target`; None where nothing comes."""
        told = self.world.others[source].told(self.now, asked_day(target))
        if told is None:
            return None
        self.delivered.other(self.now, told)
        return told.body

    def answer_feed(self, etag: str | None) -> tuple[int, bytes, str]:
        """Status, body and ETag; status 0 where nothing comes."""
        news = self.world.news
        if news.is_down(self.now):
            return 0, b"", ""
        listed = news.listed(self.now)
        self.delivered.feed(self.world.our_time(self.now), listed)
        own = f'"{listed[-1].published if listed else 0}"'
        return (304, b"", own) if etag == own else (200, news.body(self.now), own)
