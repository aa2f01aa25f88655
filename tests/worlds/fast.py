"""The fast tier: rounds, due times, the store in memory, freshness and the strip's view, on a clock that jumps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ticker.collect.due import archive_due_at, due_at
from ticker.collect.http.answer import NO_VALIDATORS, Answer
from ticker.collect.http.faults import FetchError
from ticker.collect.round import (
    PAST_ROUNDS,
    RATES_SPAN,
    RoundContext,
    archive_needs,
    visit_archive,
    visit_feed,
    visit_rates,
)
from ticker.collect.sources import Archive, archive_of
from ticker.collect.sources.nbkr import parse_archive
from ticker.config import DEFAULT_RATES, Config
from ticker.model import FeedSource, Freshness, Home, Outcome, RatesSource, Round, Source, Validators
from ticker.rates.certain import certain_now
from ticker.rates.freshness import Judgement, freshness
from ticker.serve.strip.options import Options
from ticker.serve.strip.view import present
from ticker.snapshot import Content, empty
from ticker.store import Write

from .bank import VALUTA, Page, utc
from .check import Checker
from .heard import Delivered
from .memory import MemoryStore
from .shown import CURRENCIES, of_strip
from .world import World

HOME = Home()
LEAST_S = 180  # no source is visited sooner, whatever its past says
NAMES = {"nbkr": "daily", "nbkr-weekly": "weekly"}
FEED = FeedSource("news", "https://news.example/rss", "News", "en", HOME.zone, every_s=43_200)
_TYPE = "application/xml"
_OPTIONS = Options(currencies=CURRENCIES, lang="en")
_STEPS = ("restart", "older store", "empty store")


def banks() -> tuple[RatesSource, ...]:
    """The sources of the default settings."""
    return Config.model_validate({"rates": DEFAULT_RATES, "feeds": {}}).rates_sources()


class _Kept(RoundContext):
    """`content` is worked out anew only where something changed that it depends on."""

    def content(self, tx: Write) -> Content:
        store: Any = self.store
        key = store.changes, self.home.day(self.clock())
        if store.__dict__.get("content_key") != key:
            store.content_key, store.content_kept = key, RoundContext.content(self, tx)
        return store.content_kept  # type: ignore[no-any-return]


class _Wire:
    """In place of the connection: what the world answers at this moment."""

    def __init__(self, run: FastRun) -> None:
        self.run = run
        self._heads: dict[Page, tuple[Validators, datetime]] = {}

    def __call__(self) -> _Wire:
        return self

    def __enter__(self) -> _Wire:
        return self

    def __exit__(self, *fault: object) -> None:
        pass

    def get(self, url: str, validators: Validators = NO_VALIDATORS, **_rest: object) -> Answer:
        if "?" in url:
            return self._archive(url)
        if url == FEED.url:
            return self._feed(validators)
        run, name = self.run, self.run.named[url]
        reply = run.world.answer(name, run.now, validators.etag, validators.last_modified)
        left = None if reply.left_at is None else utc(reply.left_at)
        if reply.status not in (200, 304):
            raise FetchError(f"{name}: status {reply.status}", status=reply.status or None)
        page = reply.page
        if page is None:
            return Answer(200, url, reply.body, _TYPE, Validators(), None, left)
        run.delivered.table(name, run.now, reply)
        head = self._heads.get(page)
        if head is None:
            head = self._heads[page] = (
                Validators(page.etag if run.world.has_etag else None, page.modified_header),
                utc(page.modified),
            )
        kept = validators if reply.status == 304 else head[0]
        age = timedelta(seconds=reply.age or 0)
        return Answer(reply.status, url, reply.body, _TYPE, kept, head[1], left, age)

    def _feed(self, sent: Validators) -> Answer:
        run, news = self.run, self.run.world.news
        if news.is_down(run.now):
            raise FetchError("feed: no answer")
        listed, left = news.listed(run.now), utc(run.now)
        etag = f'"{listed[-1].published if listed else 0}"'
        run.delivered.feed(run.world.our_time(run.now), listed)
        if sent.etag == etag:
            return Answer(304, FEED.url, b"", "application/rss+xml", sent, None, left)
        body = news.body(run.now)
        return Answer(200, FEED.url, body, "application/rss+xml", Validators(etag), None, left)

    def _archive(self, url: str) -> Answer:
        run, query = self.run, {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        currency = VALUTA.get(int(query["valuta_id"]))
        if currency is None:
            raise FetchError("archive: no such currency", status=404)
        first, last = (
            date(*(int(query[f"{end}_{part}"]) for part in ("year", "month", "day"))) for end in ("beg", "end")
        )
        reply = run.world.archive(currency, first, last, run.now)
        if reply.status != 200:
            raise FetchError("archive: no answer")
        run.delivered.archive(run.now, currency, {one.valid_on: one.quoted for one in parse_archive(reply.body)})
        return Answer(200, url, reply.body, "text/html", Validators(), None, utc(reply.date or 0))


@dataclass
class FastRun:
    """One world, from its begin to its end."""

    world: World
    now: float = 0
    note: Callable[[float, str], object] | None = None  # told of every round that changed or failed
    delivered: Delivered = field(default_factory=Delivered)

    def __post_init__(self) -> None:
        self.now = self.world.begin
        self.banks = banks()
        self.named = {bank.url: NAMES[bank.id] for bank in self.banks}
        self.store = MemoryStore(self.clock)
        self.backups = self._planned_backups()
        self.checker = Checker(self.world)
        self.archives: list[Archive] = [one for bank in self.banks if (one := archive_of(bank))]
        self._visited: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._needs: tuple[Any, ...] = ()
        self._judged: Judgement | None = None
        self._read: tuple[Any, ...] = ()
        self._context()

    def clock(self) -> datetime:
        return utc(self.world.our_time(self.now))

    def _context(self) -> None:
        store: Any = self.store
        wire: Any = _Wire(self)
        self.context = _Kept(HOME, self.banks, (FEED,), store, wire, self.clock, lambda _seconds: None)

    # Time

    def run(self) -> Checker:
        world = self.world
        jumps = {at for at in world.our_clock.moments if world.begin < at < world.end}
        steps = sorted({one.begin: one for one in world.faults if one.kind in _STEPS}.items())
        steps = [one for one in steps if world.begin < one[0] < world.end]
        moments = sorted(jumps | {at for at, _ in steps} | {at for at, _ in self.backups})
        planned = dict(steps)
        saved: dict[int, tuple[MemoryStore, Delivered]] = {}
        while self.now < world.end:
            self._visit_due()
            self._read_strip()
            upcoming = min([*self._due.values(), self._changes_at(), world.end])
            if moments and moments[0] <= upcoming:
                self.now = moments.pop(0)
                for at, fault in self.backups:
                    if at == self.now:
                        saved[fault.begin] = self.store.backup(), self.delivered.copy()
                if self.now in planned:
                    self._step(planned[int(self.now)], saved)
                self._due.clear()
                self._judged = None
            else:
                self.now = max(upcoming, self.now)
        self.checker.finish(self.now)
        return self.checker

    def _planned_backups(self) -> list[tuple[int, Any]]:
        found = []
        for one in self.world.faults:
            at = one.begin - int(one.amount)
            if one.kind == "older store" and self.world.begin < at:
                found.append((at, one))
        return found

    def _step(self, fault: Any, saved: Mapping[int, tuple[MemoryStore, Delivered]]) -> None:
        """The process ends, and the next one begins: with the same store, a backup of it, or none."""
        if fault.kind == "empty store" or (fault.kind == "older store" and fault.begin not in saved):
            self.store, self.delivered = MemoryStore(self.clock), Delivered()
        elif fault.kind == "older store":
            store, delivered = saved[fault.begin]
            self.store, self.delivered = store.backup(), delivered.copy()
        if fault.kind != "restart":
            self.checker.lost(self.now)
        self._context()
        self._visited.clear()
        self._needs = ()

    # Visits

    def _visit_due(self) -> None:
        """What is due now, one after the other; what comes due by that as well."""
        while True:
            due = [(id_, visit) for id_, visit, at in self._visits() if at <= self.now]
            if not due:
                return
            for id_, visit in due:
                self._visited[id_] = self.now
                self._due.pop(id_, None)
                done = visit(self.store.token)
                if self.note and done.outcome is not Outcome.CONFIRMED:
                    self.note(self.now, f"{id_}: {done.outcome} {done.status or ''} {done.note}")
                self.checker.round(self.now, done)
            for archive in self.archives:
                self._due.pop(archive.id, None)

    def _visits(self) -> list[tuple[str, Callable[[int], Round], float]]:
        tables = [(one.id, partial(visit_rates, self.context, one), self._source_due(one)) for one in self.banks]
        archives = [
            (one.id, partial(visit_archive, self.context, one), self._archive_due(one)) for one in self.archives
        ]
        return [*tables, *archives, (FEED.id, partial(visit_feed, self.context, FEED), self._source_due(FEED))]

    def _source_due(self, source: Source) -> float:
        if source.id not in self._due:
            contending = bool(self.store.heard(source.id).contenders)
            past = self.store.rounds(source.id, PAST_ROUNDS)
            due = due_at(source, past, self.clock(), contending=contending)
            self._due[source.id] = self._true(due, source.id)
        return self._due[source.id]

    def _archive_due(self, archive: Archive) -> float:
        today = HOME.day(self.clock())
        key = self.store.changes, today
        if not self._needs or self._needs[0] != key:
            known = self.store.revisions(archive.source.id, today - RATES_SPAN)
            self._needs = key, archive_needs(archive, known, today)
            self._due.pop(archive.id, None)
        if archive.id not in self._due:
            due = archive_due_at(archive.source, self.store.rounds(archive.id, PAST_ROUNDS), self.clock())
            self._due[archive.id] = self._true(due, archive.id) if self._needs[1] else math.inf
        return self._due[archive.id]

    def _true(self, ours: datetime, id_: str) -> float:
        """The true moment at which our clock shows `ours`, and no sooner than a visit may follow another."""
        due = max(ours.timestamp() - self.world.our_clock.at(self.now), self.now if id_ == "" else 0)
        return max(due, self._visited.get(id_, 0) + LEAST_S if id_ in self._visited else due)

    # Readers

    def _changes_at(self) -> float:
        if self._judged is None:
            return self.now
        return self._true(self._judged.changes_at, "") + 0.001

    def _read_strip(self) -> None:
        """What a reader sees now; read anew where it may have changed."""
        version, now = (self.store.version()[0], self._seen_last()), self.clock()
        settled = self._judged and all(one.freshness is Freshness.FRESH for one in self._judged.figures)
        if settled and self._read == version and now < self._judged.changes_at:  # type: ignore[union-attr]
            self.checker.again(self.now, self.delivered)
            return
        snapshot = self.store.snapshot() or empty(HOME)
        judged = freshness(snapshot, now)
        same = self._judged is not None and self._read[:1] == version[:1] and judged.figures == self._judged.figures
        same = same and judged.today == self._judged.today  # type: ignore[union-attr]
        self._judged, self._read = judged, version
        if same:
            self.checker.again(self.now, self.delivered)
            return
        strip = present(snapshot, judged, _OPTIONS)
        shown = of_strip(strip, judged)
        if self.note:
            self.note(self.now, f"shown: {' · '.join(map(str, shown))}")
        self.checker.read(self.now, shown, self.delivered, certain_now(snapshot.content, judged).values)
        self.checker.headlines(self.now, strip.headlines, self.delivered)

    def _seen_last(self) -> frozenset[tuple[str, str]]:
        """What each source's last good look saw. While figures are fresh, later looks at the same change nothing."""
        looks = self.store.looks()
        newest: dict[str, datetime] = {}
        for (source, _), at in looks.items():
            newest[source] = max(at, newest.get(source, at))
        return frozenset(key for key, at in looks.items() if at == newest[key[0]])
