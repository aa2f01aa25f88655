"""The status for an operator: what is shown and how fresh, each source's rounds, what is held, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ticker.model import Freshness, Round, archive_id
from ticker.rates.freshness import Judgement, freshness
from ticker.rates.held import Held, Unconfirmed, held_figures, unconfirmed_figures
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.i18n.words import Words, words
from ticker.snapshot import Looks, Snapshot
from ticker.store import LeaseState, Store, StoreError

PAST = 200  # rounds of a source among which its last failure is looked for


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The state of one source: a rates table, an archive or a feed."""

    id: str
    kind: str  # "rates", "archive" or "feed"
    state: Freshness | None  # None for an archive, of which nothing is shown by itself
    last_success: datetime | None
    last_round: Round | None
    last_failure: Round | None
    failing: int  # failures in a row

    @property
    def next_due(self) -> datetime | None:
        return self.last_round.next_due_at if self.last_round else None


@dataclass(frozen=True, slots=True)
class Status:
    """The contents of `/status`, gathered at `now`."""

    now: datetime
    snapshot: Snapshot
    judged: Judgement
    store_fault: str  # "" while the store answers
    lease: LeaseState | None
    sources: tuple[SourceStatus, ...]
    held: tuple[Held, ...]
    site: tuple[str, ...]  # currencies of a strip that asks for none
    past: bool = False  # `now` is the moment of the past that was asked for

    @property
    def collecting(self) -> bool:
        return bool(self.lease and self.lease.holder and self.lease.until and self.lease.until > self.now)

    @property
    def unconfirmed(self) -> list[Unconfirmed]:
        return unconfirmed_figures(self.snapshot.content)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why not everything shown is fresh, an English sentence each; none when all is well."""
        return self.troubles_in(words("en"))

    def troubles_in(self, say: Words) -> tuple[str, ...]:
        """The same in a reader's language."""
        found = [say.text("operate.trouble.store", fault=self.store_fault)] if self.store_fault else []
        if not self.store_fault and not self.collecting and not self.past:  # past lease holders are not stored
            found.append(say.text("operate.trouble.nobody"))
        unconfirmed = dict.fromkeys(one.rate.currency for one in self.unconfirmed)
        if unconfirmed:
            found.append(say.text("operate.trouble.rates.unconfirmed", currencies=", ".join(unconfirmed)))
        told = [one for one in self.judged.figures if one.currency not in unconfirmed]
        for state in (Freshness.LATE, Freshness.STALE, Freshness.NONE):
            # A weekly table first seen on a Friday evening has nothing to show yet: no trouble, it is coming.
            of_state = [one.currency for one in told if one.freshness is state and (one.last or not one.next)]
            if of_state:
                found.append(say.text(f"operate.trouble.rates.{state}", currencies=", ".join(of_state)))
        if unknown := [one for one in self.site if self.judged.figure(one) is None]:
            found.append(say.text("operate.trouble.rates.none", currencies=", ".join(unknown)))
        found += [
            say.text(f"operate.trouble.feed.{one.freshness}", feed=one.feed)
            for one in self.judged.feeds
            if one.freshness is not Freshness.FRESH
        ]
        found += [say.text("operate.trouble.held", count=len(self.held))] if self.held else []
        return tuple(found)

    @property
    def zone(self) -> str:
        return self.snapshot.content.home.zone.key

    def local(self, moment: datetime | None) -> str:
        """A moment on the home's clock, to the second; "never" for none."""
        return self.snapshot.content.home.local(moment).isoformat(timespec="seconds") if moment else "never"


def gather(latest: LiveSnapshot, ready: ResponseCache, now: datetime, site: tuple[str, ...]) -> Status:
    """The status, from the store while it answers; what is shown, from memory. `site` are the usual currencies."""
    snapshot, judged = ready.current(now)
    store, fault = latest.store, latest.fault
    if store and not fault:
        try:
            lease, held = store.lease_state(), tuple(held_figures(store, list(snapshot.content.grace)))
            sources = _sources(store, snapshot, judged, store.looks())
            return Status(now, snapshot, judged, "", lease, sources, held, site)
        except StoreError as error:
            fault = str(error)
    return Status(now, snapshot, judged, fault or "not opened yet", None, (), (), site)


def gather_past(store: Store, snapshot: Snapshot, site: tuple[str, ...]) -> Status:
    """The status at the moment of `snapshot`; rounds are kept for 30 days only. Raises StoreError."""
    now, judged = snapshot.as_of, freshness(snapshot, snapshot.as_of)
    held = tuple(held_figures(store, list(snapshot.content.grace), now))
    visited = _sources(store, snapshot, judged, snapshot.looks, now)
    return Status(now, snapshot, judged, "", None, visited, held, site, past=True)


def _sources(
    store: Store, snapshot: Snapshot, judged: Judgement, seen: Looks, until: datetime | None = None
) -> tuple[SourceStatus, ...]:
    states: dict[str, Freshness] = {one.feed: one.freshness for one in judged.feeds}
    for bank in snapshot.content.banks:
        of_bank = [one.freshness for one in judged.figures if one.source == bank.source]
        states[bank.source] = max(of_bank, key=list(Freshness).index, default=Freshness.NONE)
    looks: dict[str, datetime] = {}
    for (source, _), at in seen.items():
        looks[source] = max(at, looks.get(source, at))
    found = []
    for bank in snapshot.content.banks:
        found.append(_one(store, bank.source, "rates", states, looks, until))
        if archive := store.rounds(archive_id(bank.source), PAST, until):
            good = next((one.ended_at for one in archive if not one.failed), None)
            found.append(_of_rounds(archive_id(bank.source), "archive", None, good, archive))
    found += [_one(store, feed.feed, "feed", states, looks, until) for feed in snapshot.content.feeds]
    return tuple(found)


def _one(
    store: Store,
    id_: str,
    kind: str,
    states: dict[str, Freshness],
    looks: dict[str, datetime],
    until: datetime | None,
) -> SourceStatus:
    return _of_rounds(id_, kind, states[id_], looks.get(id_), store.rounds(id_, PAST, until))


def _of_rounds(
    id_: str, kind: str, state: Freshness | None, success: datetime | None, rounds: Sequence[Round]
) -> SourceStatus:
    failures = [one for one in rounds if one.failed]
    failing = next((count for count, one in enumerate(rounds) if not one.failed), len(rounds))
    return SourceStatus(
        id_, kind, state, success, rounds[0] if rounds else None, failures[0] if failures else None, failing
    )
