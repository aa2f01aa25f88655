"""The fast tier: rounds, due times, the store in memory, freshness and the strip's view, on a clock that jumps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from support.given import HOME

from ticker.collect.context import RATES_SPAN, RoundContext, waiting_for
from ticker.collect.due import archive_due_at, due_at, least_pause_s
from ticker.collect.http.answer import NO_VALIDATORS, Answer
from ticker.collect.http.faults import FetchError
from ticker.collect.round import PAST_ROUNDS, archive_needs, visit_archive, visit_feed, visit_rates
from ticker.collect.sources import Archive, archive_of
from ticker.collect.sources.configured import homes_of, rates_sources
from ticker.config import DEFAULT_RATES, Config
from ticker.model import FeedSource, Freshness, Outcome, Round, Source, Validators
from ticker.rates.certain import certain_now
from ticker.rates.freshness import Judgement, freshness
from ticker.serve.strip.options import Options
from ticker.serve.strip.view import present
from ticker.snapshot import Content, empty
from ticker.store import Write

from .bank import Page, utc
from .loop import NAMES, Loop
from .memory import MemoryStore
from .shown import CURRENCIES, of_strip
from .world import World

FEED = FeedSource("news", "https://news.example/rss", "News", "en", HOME.zone, every_s=43_200)
_TYPE = "application/xml"
_OPTIONS = Options(currencies=CURRENCIES, lang="en")


def settings_of(others: Iterable[str] = ()) -> Config:
    """The default ones, with these of the other banks."""
    own = {id_: one for id_, one in DEFAULT_RATES.items() if id_ in {*NAMES, *others}}
    return Config.model_validate({"rates": own, "feeds": {}})


class _Context(RoundContext):
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
        self.named = {bank.url: NAMES[bank.id] for bank in run.banks if bank.id in NAMES}
        self.others = {bank.url.partition("?")[0]: bank.id for bank in run.banks if bank.id not in NAMES}
        self._heads: dict[Page, tuple[Validators, datetime]] = {}

    def __call__(self) -> _Wire:
        return self

    def __enter__(self) -> _Wire:
        return self

    def __exit__(self, *fault: object) -> None:
        pass

    def get(self, url: str, validators: Validators = NO_VALIDATORS, **_rest: object) -> Answer:
        if other := next((id_ for base, id_ in self.others.items() if url.startswith(base)), ""):
            return self._other(other, url)
        address, _, query = url.partition("?")
        if query:
            return self._archive(url, query)
        if address == FEED.url:
            return self._feed(validators)
        name = self.named[url]
        reply = self.run.answer_table(name, validators.etag, validators.last_modified)
        left = None if reply.left_at is None else utc(reply.left_at)
        if reply.status not in (200, 304):
            raise FetchError(f"{name}: status {reply.status}", status=reply.status or None)
        if reply.page is None:
            return Answer(200, url, reply.body, _TYPE, Validators(), None, left)
        own, modified = self._head(reply.page)
        kept = validators if reply.status == 304 else own
        age = timedelta(seconds=reply.age or 0)
        return Answer(reply.status, url, reply.body, _TYPE, kept, modified, left, age)

    def _head(self, page: Page) -> tuple[Validators, datetime]:
        head = self._heads.get(page)
        if head is None:
            etag = page.etag if self.run.world.has_etag else None
            head = self._heads[page] = Validators(etag, page.modified_header), utc(page.modified)
        return head

    def _other(self, source: str, url: str) -> Answer:
        body = self.run.answer_other(source, url)
        if body is None:
            raise FetchError(f"{source}: no answer")
        return Answer(200, url, body, _TYPE, Validators(), None, utc(self.run.now))

    def _feed(self, sent: Validators) -> Answer:
        status, body, etag = self.run.answer_feed(sent.etag)
        if not status:
            raise FetchError("feed: no answer")
        kept = sent if status == 304 else Validators(etag)
        return Answer(status, FEED.url, body, "application/rss+xml", kept, None, utc(self.run.now))

    def _archive(self, url: str, query: str) -> Answer:
        reply = self.run.answer_archive(query)
        if reply.status != 200:
            raise FetchError(f"archive: status {reply.status}", status=reply.status or None)
        return Answer(200, url, reply.body, "text/html", Validators(), None, utc(reply.date or 0))


class FastRun(Loop):
    def __init__(self, world: World, note: Callable[[float, str], object] | None = None) -> None:
        super().__init__(world, note)
        config = settings_of(world.others)
        self.banks, self.home = rates_sources(config), replace(homes_of(config)[0], feeds=(FEED,))
        self.archives: list[Archive] = [one for bank in self.banks if (one := archive_of(bank))]
        self._due: dict[str, float] = {}
        self._needs: tuple[Any, ...] = ()
        self._judged: Judgement | None = None
        self._read: tuple[Any, ...] = ()
        self.begin_with(None)

    # The store

    def save(self) -> MemoryStore:
        return self.store.backup()

    def begin_with(self, backup: MemoryStore | None) -> None:
        self.store = backup.backup() if backup else MemoryStore(self.clock)
        store: Any = self.store
        wire: Any = _Wire(self)
        self.context = _Context((self.home,), self.banks, store, wire, self.clock, lambda _seconds: None)
        self._needs = ()
        self._visited: dict[str, float] = {}
        self._to_judge: set[str] = set()  # sources with figures that other banks may settle, as the schedule has
        self.clock_moved()

    def die_in_a_round(self) -> None:
        """Nothing of that round is kept; the process that takes over has visited nothing yet."""
        self._visited.clear()
        self._to_judge.clear()

    # Visits

    def is_due(self) -> bool:
        known = len(self._due) == len(self.banks) + len(self.archives) + 1  # the feed
        if known and self._needs and self._needs[0] == self._needs_of():
            return min(self._due.values()) <= self.now
        return any(at <= self.now for _, _, at in self._visits())

    def visit_due(self) -> None:
        while self.is_due():
            due = [(id_, visit) for id_, visit, at in self._visits() if at <= self.now]
            for id_, visit in due:
                self._due.pop(id_, None)
                self._visited[id_] = self.now
                done = visit(self.store.token)
                if not done.failed:
                    self._to_judge.discard(id_)
                if self.note and done.outcome is not Outcome.CONFIRMED:
                    self.note(self.now, f"{id_}: {done.outcome} {done.status or ''} {done.note}")
                if done.outcome is Outcome.CHANGED:
                    self._judge_soon(waiting_for(id_, self.context))
                self.checker.round(self.now, done)
                if "held" in done.note and id_ == "nbkr":
                    since = HOME.day(self.clock()) - RATES_SPAN
                    self.checker.held(self.now, self.store.revisions(id_, since), self.delivered)
            for archive in self.archives:
                self._due.pop(archive.id, None)

    def _judge_soon(self, sources: Iterable[str]) -> None:
        self._to_judge |= set(sources)
        for one in sources:
            self._due.pop(one, None)

    def clock_moved(self) -> None:
        self._due.clear()
        self._judged = None

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
            if source.id in self._to_judge and not (past and past[0].failed):
                due = self.clock()
            self._due[source.id] = self._not_sooner(self._true(due), source.id, source)
        return self._due[source.id]

    def _archive_due(self, archive: Archive) -> float:
        key = _, today = self._needs_of()
        if not self._needs or self._needs[0] != key:
            known = self.store.revisions(archive.source.id, today - RATES_SPAN)
            self._needs = key, archive_needs(archive, known, today)
            self._due.pop(archive.id, None)
        if archive.id not in self._due:
            due = archive_due_at(archive.source, self.store.rounds(archive.id, PAST_ROUNDS), self.clock())
            due_s = self._not_sooner(self._true(due), archive.id, archive.source)
            self._due[archive.id] = due_s if self._needs[1] else math.inf
        return self._due[archive.id]

    def _needs_of(self) -> tuple[int, date]:
        """What the days to ask the archive for depend on."""
        return self.store.changes, HOME.day(self.clock())

    def _not_sooner(self, due: float, id_: str, source: Source) -> float:
        """Whatever the store or a clock says, as the schedule does."""
        return max(due, self._visited[id_] + least_pause_s(source)) if id_ in self._visited else due

    def _true(self, ours: datetime) -> float:
        """The true moment at which our clock shows `ours`."""
        return ours.timestamp() - self.world.our_clock.at(self.now)

    # Readers

    def next_moment(self) -> float:
        changes = self._true(self._judged.changes_at) + 0.001 if self._judged else self.now
        return min(*self._due.values(), max(changes, self.now + 0.001))

    def read(self) -> None:
        version, now = (self.store.version()[0], self._seen_last()), self.clock()
        settled = self._judged and all(one.freshness is Freshness.FRESH for one in self._judged.figures)
        if settled and self._read == version and now < self._judged.changes_at:  # type: ignore[union-attr]
            self.checker.again(self.now, self.delivered)
            return
        snapshot = self.store.snapshot() or empty(HOME)
        judged = freshness(snapshot, now)
        past, self._judged = self._judged, judged
        same = (
            past is not None
            and self._read[:1] == version[:1]
            and (past.figures, past.today)
            == (
                judged.figures,
                judged.today,
            )
        )
        self._read = version
        if same:
            self.checker.again(self.now, self.delivered)
            return
        self.checker.derived(self.now, [one.derived for one in judged.figures if one.derived], self.delivered)
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
