"""The operator's page and the probes: is what is shown true, what was fetched when, what is next, what went wrong?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ticker import __version__
from ticker.freshness import Figure, Judgement, freshness
from ticker.model import Freshness, Revision, Round
from ticker.serve.answer import JSON, Answer, finish
from ticker.serve.latest import Latest
from ticker.serve.ready import Ready
from ticker.snapshot import Looks, Snapshot
from ticker.store import LeaseState, Store, StoreError

ALIVE = timedelta(seconds=60)  # the thread that follows the store has looked at it within this time
PAST = 200  # rounds of a source among which its last failure is looked for
RETRY_S = 5


_OF_RATES = {Freshness.NONE: "no rate"}
_OF_A_FEED = {Freshness.NONE: "was never read"}


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source, rates table, archive or feed, as an operator wants to know it."""

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
    """What `/status` says, gathered at `now`."""

    now: datetime
    snapshot: Snapshot
    judged: Judgement
    store_fault: str  # "" while the store answers
    lease: LeaseState | None
    sources: tuple[SourceStatus, ...]
    held: tuple[tuple[Revision, str], ...]  # each with the figure believed instead, in words
    past: bool = False  # `now` is the moment of the past that was asked for

    @property
    def collecting(self) -> bool:
        return bool(self.lease and self.lease.holder and self.lease.until and self.lease.until > self.now)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why not everything shown is fresh, a sentence each; none when all is well."""
        found = [f"store: {self.store_fault}"] if self.store_fault else []
        if not self.store_fault and not self.collecting and not self.past:  # who collected then is not kept
            found.append("nobody collects: no process holds the lease")
        for state in (Freshness.LATE, Freshness.STALE, Freshness.NONE):
            # A weekly table first seen on a Friday evening has nothing to show yet: no trouble, it is coming.
            of_state = [
                one.currency for one in self.judged.figures if one.freshness is state and (one.last or not one.next)
            ]
            found += [f"{', '.join(of_state)}: {_OF_RATES.get(state, state)}"] if of_state else []
        if not self.judged.figures:
            found.append("no rate is known yet")
        found += [
            f"feed {one.feed} {_OF_A_FEED.get(one.freshness, f'is {one.freshness}')}"
            for one in self.judged.feeds
            if one.freshness is not Freshness.FRESH
        ]
        found += [f"{len(self.held)} held: `ticker held` lists the figures that were not believed"] if self.held else []
        return tuple(found)

    @property
    def zone(self) -> str:
        return self.snapshot.content.home.zone.key

    def local(self, moment: datetime | None) -> str:
        """A moment on the home's clock, to the second; "never" for none."""
        return self.snapshot.content.home.local(moment).isoformat(timespec="seconds") if moment else "never"


def gather(latest: Latest, ready: Ready, now: datetime) -> Status:
    """The facts, from the store while it answers; what is shown, from memory."""
    snapshot, judged = ready.judged(now)
    store, fault = latest.store, latest.fault
    if store and not fault:
        try:
            lease, held = store.lease_state(), _beside_believed(store.held(), snapshot)
            return Status(now, snapshot, judged, "", lease, _sources(store, snapshot, judged, store.looks()), held)
        except StoreError as error:
            fault = str(error)
    return Status(now, snapshot, judged, fault or "not opened yet", None, (), ())


def gather_past(store: Store, snapshot: Snapshot) -> Status:
    """The facts of the moment that `snapshot` is of, as far as they are kept: rounds for 30 days. Raises StoreError."""
    now, judged = snapshot.as_of, freshness(snapshot, snapshot.as_of)
    sources = [bank.source for bank in snapshot.content.banks]
    held = [one for one in store.of_days(sources, date.min, date.max, now, held=True) if one.held]
    visited = _sources(store, snapshot, judged, snapshot.looks, now)
    return Status(now, snapshot, judged, "", None, visited, _beside_believed(held, snapshot), past=True)


def as_json(status: Status) -> Answer:
    """The same facts for programs. Times carry the home's offset; figures are exact strings."""
    said = {
        "service": f"som-ticker {__version__}",
        "now": status.local(status.now),
        "past": status.past,
        "demo": status.snapshot.content.demo,
        "troubles": list(status.troubles),
        "snapshot": {
            "version": status.snapshot.version,
            "as_of": _as_of(status),
            "until": status.local(status.judged.until),
        },
        "collector": {
            "collecting": status.collecting,
            "holder": status.lease.holder if status.lease else None,
            "token": status.lease.token if status.lease else None,
            "until": _moment(status, status.lease.until if status.lease else None),
        },
        "store": status.store_fault or "ok",
        "rates": [_figure(one) for one in status.judged.figures],
        "sources": [_source(status, one) for one in status.sources],
        "held": [_held(status, revision, believed) for revision, believed in status.held],
    }
    return finish(json.dumps(said, ensure_ascii=False, indent=1).encode(), JSON)


def livez(latest: Latest, now: datetime) -> Answer:
    """Whether this process works: it answers, and its thread that follows the store has not stopped."""
    alive = latest.beat_at is None or abs(now - latest.beat_at) < ALIVE
    return _probe(
        200 if alive else 503, {"alive": alive, "looked_at": latest.beat_at.isoformat() if latest.beat_at else None}
    )


def readyz(ready: Ready, now: datetime) -> Answer:
    """Whether there is something true to show: a figure or a headline."""
    snapshot, judged = ready.judged(now)
    figures = [one.currency for one in judged.figures if one.rate]
    able = bool(figures or snapshot.content.headlines)
    said = {"ready": able, "version": snapshot.version, "rates": figures, "headlines": len(snapshot.content.headlines)}
    return _probe(200 if able else 503, said)


def _probe(code: int, said: dict[str, Any]) -> Answer:
    more = [] if code == 200 else [("Retry-After", str(RETRY_S))]
    return finish(json.dumps(said).encode(), JSON, status=code, more=more)


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
        if archive := store.rounds(f"{bank.source}-archive", PAST, until):
            good = next((one.ended_at for one in archive if not one.failed), None)
            found.append(_of_rounds(f"{bank.source}-archive", "archive", None, good, archive))
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


def _beside_believed(held: Sequence[Revision], snapshot: Snapshot) -> tuple[tuple[Revision, str], ...]:
    newest = {(one.source, one.currency): one.rates[-1] for one in snapshot.content.series if one.rates}
    found = []
    for revision in held:
        rate = newest.get((revision.source, revision.rate.currency))
        found.append((revision, f"{rate.quoted} for {rate.nominal} on {rate.valid_on}" if rate else "none"))
    return tuple(found)


def _as_of(status: Status) -> str | None:
    return status.local(status.snapshot.as_of) if status.snapshot.version else None


def _moment(status: Status, moment: datetime | None) -> str | None:
    return status.local(moment) if moment else None


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "currency": figure.currency,
        "source": figure.source,
        "freshness": figure.freshness,
        "value": f"{figure.rate.value:f}" if figure.rate else None,
        "valid_on": _day(figure.last.valid_on if figure.last else None),
        "next_valid_on": _day(figure.next.valid_on if figure.next else None),
    }


def _source(status: Status, source: SourceStatus) -> dict[str, Any]:
    last, failure = source.last_round, source.last_failure
    return {
        "id": source.id,
        "kind": source.kind,
        "state": source.state,
        "last_success": _moment(status, source.last_success),
        "next_due": _moment(status, source.next_due),
        "failures_in_a_row": source.failing,
        "last_round": _round(status, last) if last else None,
        "last_failure": _round(status, failure) | {"body": failure.excerpt.decode("utf-8", "replace")}
        if failure
        else None,
    }


def _round(status: Status, one: Round) -> dict[str, Any]:
    return {
        "at": status.local(one.began_at),
        "seconds": round((one.ended_at - one.began_at).total_seconds(), 3),
        "outcome": one.outcome,
        "status": one.status,
        "bytes": one.body_bytes,
        "parsed": one.parsed,
        "dropped": one.dropped,
        "note": one.note,
    }


def _held(status: Status, revision: Revision, believed: str) -> dict[str, Any]:
    return {
        "id": revision.id,
        "source": revision.source,
        "currency": revision.rate.currency,
        "valid_on": str(revision.rate.valid_on),
        "quoted": str(revision.rate.quoted),
        "nominal": revision.rate.nominal,
        "held_at": _moment(status, revision.held_at),
        "reason": revision.reason,
        "believed": believed,
    }


def as_text(status: Status) -> str:
    """The same facts for a terminal."""
    content = status.snapshot.content
    lines = ["DEMO: the data is a demonstration"] if content.demo else []
    lines += [f"trouble: {one}" for one in status.troubles] or ["all that is shown is fresh"]
    lines.append(
        f"snapshot {status.snapshot.version} of {_as_of(status) or 'never'}; store {status.store_fault or 'ok'}"
    )
    holder = status.lease.holder if status.lease and status.collecting else "nobody"
    lines.append(f"collected by {holder}")
    for one in status.judged.figures:
        shown = f"{one.rate.quoted} for {one.rate.nominal}" if one.rate else "—"
        lines.append(f"  {one.currency}  {shown:>14}  of {one.last.valid_on if one.last else 'never'}  {one.freshness}")
    for source in status.sources:
        state, due = source.state or "-", status.local(source.next_due)
        lines.append(f"  {source.id:20} {state:6} last success {status.local(source.last_success)}, next {due}")
        if source.failing and source.last_failure:
            failed = "1 failure" if source.failing == 1 else f"{source.failing} failures in a row"
            lines.append(f"  {'':20} {failed}: {source.last_failure.note}")
    for revision, believed in status.held:
        rate = revision.rate
        met = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}"
        lines.append(f"  held {revision.id}: {met}; newest believed: {believed}; why: {revision.reason}")
    return "\n".join(lines)
