"""The status for an operator: what is shown and how fresh, what other banks say of it, each source's rounds, what is
held, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ticker.model import Freshness
from ticker.operate.sources import WITNESS, SourceStatus, every_source, source_statuses, witnesses_alone
from ticker.rates.freshness import Judgement, freshness
from ticker.rates.held import Held, Unconfirmed, held_figures, unconfirmed_figures
from ticker.rates.witnesses import Comparison, Verdict, Witnesses
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.i18n.words import Words, words
from ticker.serve.terms import SiteSettings
from ticker.snapshot import Content, Snapshot
from ticker.store import LeaseState, Store, StoreError

WITNESS_MISSED = timedelta(days=3)  # of failures of a witness, after which an operator is told


@dataclass(frozen=True, slots=True)
class HomeStatus:
    """What is shown of one home."""

    content: Content
    judged: Judgement
    usual: tuple[str, ...]  # currencies of a strip that asks for none
    comparisons: tuple[Comparison, ...]  # none without witnesses

    @property
    def currency(self) -> str:
        return self.content.home.currency

    @property
    def unconfirmed(self) -> list[Unconfirmed]:
        return unconfirmed_figures(self.content)

    def troubles_in(self, say: Words) -> list[str]:
        """Why not every rate is fresh, a sentence each."""
        found = []
        unconfirmed = dict.fromkeys(one.rate.currency for one in self.unconfirmed)
        if unconfirmed:
            found.append(say.text("operate.trouble.rates.unconfirmed", currencies=", ".join(unconfirmed)))
        told = [one for one in self.judged.figures if one.currency not in unconfirmed]
        for state in (Freshness.LATE, Freshness.STALE, Freshness.NONE):
            # A weekly table first seen on a Friday evening has nothing to show yet: no trouble, it is coming.
            of_state = [one.currency for one in told if one.freshness is state and (one.last or not one.next)]
            if of_state:
                found.append(say.text(f"operate.trouble.rates.{state}", currencies=", ".join(of_state)))
        if unknown := [one for one in self.usual if self.judged.figure(one) is None]:
            found.append(say.text("operate.trouble.rates.none", currencies=", ".join(unknown)))
        return found

    def notices_in(self, say: Words) -> list[str]:
        """What other banks say against the rates, a sentence each."""
        against = [one.currency for one in self.comparisons if one.verdict is Verdict.CONTRADICT]
        return [say.text("operate.notice.contradict", currencies=", ".join(against))] if against else []


@dataclass(frozen=True, slots=True)
class Status:
    """The contents of `/status`, gathered at `now`."""

    now: datetime
    snapshot: Snapshot
    homes: tuple[HomeStatus, ...]  # the default one first
    store_fault: str  # "" while the store answers
    lease: LeaseState | None
    sources: tuple[SourceStatus, ...]
    held: tuple[Held, ...]  # of every source
    past: bool = False  # `now` is the moment of the past that was asked for
    store_events: tuple[str, ...] = ()  # what happened to the store's file since this process opened it
    damaged: tuple[str, ...] = ()  # names of damaged files that were set aside

    @property
    def collecting(self) -> bool:
        return bool(self.lease and self.lease.holder and self.lease.until and self.lease.until > self.now)

    @property
    def until(self) -> datetime:
        """Up to when every rate and day is true without another look (UTC)."""
        return min(one.judged.until for one in self.homes)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why not everything shown is fresh, an English sentence each; none when all is well."""
        return self.troubles_in(words("en"))

    def troubles_in(self, say: Words) -> tuple[str, ...]:
        """The same in a reader's language."""
        found = [say.text("operate.trouble.store", fault=self.store_fault)] if self.store_fault else []
        if self.damaged:
            found.append(say.text("operate.trouble.damaged", files=", ".join(self.damaged)))
        if not self.store_fault and not self.collecting and not self.past:  # past lease holders are not stored
            found.append(say.text("operate.trouble.nobody"))
        for home in self.homes:
            found += self._named(home, home.troubles_in(say), say)
        feeds = {one.feed: one.freshness for home in self.homes for one in home.judged.feeds}
        found += [
            say.text(f"operate.trouble.feed.{state}", feed=feed)
            for feed, state in feeds.items()
            if state is not Freshness.FRESH
        ]
        witnesses = witnesses_alone(self.snapshot.content)
        held = [one for one in self.held if one.revision.source not in witnesses]
        found += [say.text("operate.trouble.held", count=len(held))] if held else []
        return tuple(found)

    @property
    def notices(self) -> tuple[str, ...]:
        """What an operator should know although everything shown is as it should be, an English sentence each."""
        return self.notices_in(words("en"))

    def notices_in(self, say: Words) -> tuple[str, ...]:
        found: list[str] = []
        for home in self.homes:
            found += self._named(home, home.notices_in(say), say)
        for one in self.sources:
            since = one.failing_since
            if one.kind == WITNESS and since and self.now - since >= WITNESS_MISSED:
                day = say.dated(self.snapshot.content.home.day(since))
                found.append(say.text("operate.notice.witness", source=one.id, day=day))
        return tuple(found)

    def _named(self, home: HomeStatus, sentences: list[str], say: Words) -> Iterator[str]:
        """Sentences about a home; those about the default one do not name it."""
        for one in sentences:
            yield one if home is self.homes[0] else say.text("operate.of_home", home=home.currency, sentence=one)

    @property
    def zone(self) -> str:
        return self.snapshot.content.home.zone.key

    def local(self, moment: datetime | None) -> str:
        """A moment on the default home's clock, to the second; "never" for none."""
        return self.snapshot.content.home.local(moment).isoformat(timespec="seconds") if moment else "never"


def gather(latest: LiveSnapshot, ready: ResponseCache, now: datetime, settings: SiteSettings) -> Status:
    """The status, from the store while it answers; what is shown, from memory."""
    snapshot, judged = ready.current(now)
    store, fault = latest.store, latest.fault
    events, damaged = (store.events, store.damaged()) if store else ((), ())
    homes = _homes(snapshot, judged, settings)
    status = partial(Status, now, snapshot, homes, store_events=events, damaged=damaged)
    if store and not fault:
        try:
            lease, held = store.lease_state(), tuple(held_figures(store, every_source(snapshot.content)))
            sources = source_statuses(store, snapshot, judged, store.looks())
            return status(store_fault=store_fault(latest), lease=lease, sources=sources, held=held)
        except StoreError as error:
            fault = str(error)
    return status(store_fault=fault or "not opened yet", lease=None, sources=(), held=())


def store_fault(latest: LiveSnapshot) -> str:
    """Why the store can't be read or, else, written by this process; "" while both go well."""
    if latest.fault or not latest.store:
        return latest.fault
    wrong = latest.store.write_fault
    return f"{latest.store.address}: it can't be written: {wrong}" if wrong else ""


def gather_past(store: Store, snapshot: Snapshot, settings: SiteSettings) -> Status:
    """The status at the moment of `snapshot`; rounds are kept for 30 days only. Raises StoreError."""
    now, judged = snapshot.as_of, freshness(snapshot, snapshot.as_of)
    held = tuple(held_figures(store, every_source(snapshot.content), now))
    visited = source_statuses(store, snapshot, judged, snapshot.looks, now)
    return Status(now, snapshot, _homes(snapshot, judged, settings), "", None, visited, held, past=True)


def _homes(snapshot: Snapshot, judged: Judgement, settings: SiteSettings) -> tuple[HomeStatus, ...]:
    found = []
    for content in snapshot.content.homes:
        home, own = content.home.currency, judged.of(content.home.currency)
        officials = {one.currency: one.rate for one in own.figures if one.rate}
        compared = Witnesses.of(content).compared(own.today, officials) if content.witnesses else []
        found.append(HomeStatus(content, own, settings.at_home(home).currencies, tuple(compared)))
    return tuple(found)
