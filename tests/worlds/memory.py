"""A store in memory: what rounds use of `ticker.store`, with the same results and without SQL. For one thread."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ticker.model import CLOCKS_DIFFER, Cause, Headline, Heard, Rate, Revision, Round, Story
from ticker.snapshot import Content, Snapshot, dump
from ticker.store import Fenced, LastBody, StoreError

_REMEMBERED = timedelta(days=200)
_FORGET_EVERY = 500  # figures of a source


class MemoryStore:
    """The store and, inside `write`, its own transaction: nothing here fails half-way.

    `changes` counts what moved any revision or story: results that depend on nothing else can be kept until it grows.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.token = 1
        self.changes = 0
        self._ids = 0
        self._rates: dict[str, dict[int, Revision]] = {}  # by source
        self._source_of: dict[int, str] = {}
        self._stories: dict[str, tuple[Story, datetime, int]] = {}  # with when it was last seen, and its number
        self._looks: dict[tuple[str, str], datetime] = {}
        self._rounds: dict[str, list[Round]] = {}
        self._bodies: dict[str, LastBody] = {}
        self._heard: dict[str, Heard] = {}
        self._version = 0
        self._as_of: datetime | None = None
        self._content: Content | None = None
        self._body = ""
        self._confirmations, self._looked = 0, False
        self._kept: dict[Any, list[Revision]] = {}

    generation = 0
    changes_rates = True  # so that nothing is kept beside `changes`

    def rates_version(self) -> int:
        return self.changes

    def backup(self) -> MemoryStore:
        """A copy that later writes do not change."""
        made = copy.copy(self)
        made._rates = {source: dict(of) for source, of in self._rates.items()}
        for name in ("_source_of", "_stories", "_looks", "_bodies", "_heard"):
            setattr(made, name, dict(getattr(self, name)))
        made._rounds = {source: list(of) for source, of in self._rounds.items()}
        made._kept = {}
        return made

    # Transactions and the lease

    def lease(self, holder: str, ttl_s: float, name: str = "collect") -> int | None:  # noqa: ARG002
        return self.token

    def release(self, revision: int | str, at: datetime | None = None, *, by_operator: bool = False) -> None:
        """Of a held figure, as in a transaction. (A lease is given back under the same name, by its holder.)"""
        if isinstance(revision, int):
            self._judge(revision, _once("released_at", at), by_operator=by_operator)

    @contextmanager
    def write(self, token: int) -> Iterator[MemoryStore]:
        if token != self.token:
            raise Fenced(f"token {token} is not the present one")
        self._looked = False
        yield self
        self._confirmations += self._looked

    # Rates

    def revisions(self, source: str, since: date) -> list[Revision]:
        key = source, since
        if (kept := self._kept.get(key)) is not None:
            return kept
        newest: dict[str, Revision] = {}
        found: dict[int, Revision] = {}
        for one in self._rates.get(source, {}).values():
            if one.rate.valid_on >= since or one.held:
                found[one.id] = one
            if one.rate.valid_on < since and one.believed:
                past = newest.get(one.rate.currency)
                if past is None or (past.rate.valid_on, past.id) < (one.rate.valid_on, one.id):
                    newest[one.rate.currency] = one
        found |= {one.id: one for one in newest.values()}
        self._kept[key] = result = [found[id_] for id_ in sorted(found)]
        return result

    def held(self) -> list[Revision]:
        held = [one for of in self._rates.values() for one in of.values() if one.held]
        return sorted(held, key=lambda one: one.id, reverse=True)

    def add(
        self,
        source: str,
        rate: Rate,
        *,
        seen_at: datetime,
        last_modified: datetime | None = None,
        body_hash: str = "",
        origin: str = "",
        held_reason: str | None = None,
        cause: Cause = Cause.NONE,
        first: bool = False,
        confirmed: bool = False,
    ) -> int:
        self._ids += 1
        self._source_of[self._ids] = source
        of_source = self._rates.setdefault(source, {})
        of_source[self._ids] = Revision(
            self._ids,
            source,
            rate,
            seen_at,
            last_modified,
            body_hash,
            origin,
            held_at=None if held_reason is None else seen_at,
            reason=held_reason or "",
            cause=cause,
            first=first,
            confirmed_at=seen_at if confirmed else None,
        )
        if len(of_source) % _FORGET_EVERY == 0:
            self._forget(of_source, rate.valid_on - _REMEMBERED)
        self._moved()
        return self._ids

    def hold(self, revision: int, at: datetime, reason: str, cause: Cause = Cause.NONE) -> None:
        self._judge(revision, lambda one: replace(one, held_at=at, reason=reason, cause=cause, released_at=None))

    def discard(self, revision: int, at: datetime, *, by_operator: bool = False) -> None:
        self._judge(revision, _once("discarded_at", at), by_operator=by_operator)

    def confirm(self, revision: int, at: datetime) -> None:
        self._judge(revision, _once("confirmed_at", at))

    def _judge(self, id_: int, change: Callable[[Revision], Revision], *, by_operator: bool = False) -> None:
        of_source = self._rates.get(self._source_of.get(id_, ""), {})
        if id_ not in of_source:
            raise StoreError(f"memory: there is no revision {id_}")
        one = change(of_source[id_])
        of_source[id_] = replace(one, by_operator=True) if by_operator else one
        self._moved()

    @staticmethod
    def _forget(of_source: dict[int, Revision], before: date) -> None:
        """What no round asks for any more, so that long worlds stay quick: old figures but the newest believed one of
        each currency, and those that are held."""
        old = [one for one in of_source.values() if one.rate.valid_on < before and not one.held]
        newest = {one.rate.currency: one.id for one in sorted(old, key=lambda one: one.rate.valid_on) if one.believed}
        for one in old:
            if one.id != newest.get(one.rate.currency):
                del of_source[one.id]

    def _moved(self) -> None:
        self.changes += 1
        self._kept.clear()

    # What was seen

    def looks(self) -> dict[tuple[str, str], datetime]:
        return dict(self._looks)

    def record_look(self, source: str, subject: str, at: datetime) -> None:
        if self._looks.get((source, subject)) != at:
            self._looks[source, subject] = at
            self._looked = True

    def interrupt(self, source: str, subjects: Sequence[str] | None = None) -> None:
        """Runs of looks are history; nothing of the present depends on where one began."""

    def last_body(self, source: str) -> LastBody | None:
        return self._bodies.get(source)

    def save_body(self, source: str, body: LastBody | None) -> None:
        if body is None:
            self._bodies.pop(source, None)
        else:
            self._bodies[source] = body

    def heard(self, source: str) -> Heard:
        return self._heard.get(source) or Heard()

    def save_heard(self, source: str, heard: Heard) -> None:
        self._heard[source] = heard

    def rounds(self, source: str | None = None, limit: int = 50, until: datetime | None = None) -> list[Round]:
        assert source is not None, "a round asks for its own source's"
        found = self._rounds.get(source, [])
        if until is not None:
            found = [one for one in found if one.ended_at <= until]
        return found[: -limit - 1 : -1]

    def record(self, round: Round) -> None:
        rounds = self._rounds.setdefault(round.source, [])
        rounds.append(round)
        if len(rounds) > 400:
            del rounds[:300]

    # Stories

    def stories(self, feed: str, since: datetime) -> list[Story]:
        of_feed = [one for one in self._stories.values() if one[0].headline.feed == feed and one[1] >= since]
        return [
            story
            for story, _, _ in sorted(of_feed, key=lambda one: (one[0].headline.first_seen_at, one[0].headline.id))
        ]

    def recent_headlines(self, feed: str, limit: int, known_at: datetime | None = None) -> list[Headline]:
        assert known_at is None, "the past is not kept here"
        found = [one.headline for one, _, _ in self._stories.values() if one.headline.feed == feed]
        found.sort(key=lambda one: one.id)
        found.sort(key=lambda one: (one.published_at, one.first_seen_at), reverse=True)
        return found[:limit]

    def put_stories(self, stories: Sequence[Story], seen_at: datetime) -> None:
        for story in stories:
            self._stories[story.headline.id] = (story, seen_at, len(self._stories))
        if stories:
            self._moved()

    # The snapshot

    def version(self) -> tuple[int, int]:
        return self._version, self._confirmations

    def snapshot(self) -> Snapshot | None:
        if not self._version:
            return None
        assert self._content is not None
        assert self._as_of is not None
        return Snapshot(self._version, self._as_of, self._content, self.looks())

    def publish(self, content: Content, at: datetime) -> int | None:
        if self._version and content is self._content:
            return None
        body = dump(content)  # 87.45 and 87.4500 are equal figures and two contents
        if self._version and body == self._body:
            self._content = content
            return None
        self._body = body
        old = self._as_of
        self._version += 1
        self._as_of = at if old is None or old - at > CLOCKS_DIFFER else max(at, old)
        self._content = content
        return self._version

    def pending_commands(self) -> list[Any]:
        return []

    def state(self) -> Mapping[str, Any]:
        """For comparisons: everything that a round left."""
        rates = [one for of in self._rates.values() for one in of.values()]
        return {"rates": sorted(rates, key=lambda one: one.id), "looks": self.looks(), "heard": dict(self._heard)}


def _once(column: str, at: datetime | None) -> Callable[[Revision], Revision]:
    return lambda one: one if getattr(one, column) else replace(one, **{column: at})
