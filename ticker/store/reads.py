"""Everything that can be read, each read once: inside a write it sees that write, in `Store` what is committed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar

import sqlalchemy as sa

from ticker.model import Headline, Heard, Outcome, Revision, Round, Story
from ticker.snapshot import Snapshot, UnknownFormatError, load
from ticker.store import rows as r
from ticker.store import tables as t
from ticker.store.engine import StoreError
from ticker.store.lease import COLLECT
from ticker.store.rows import BelievedRate, Command, LastBody, LeaseState, Row
from ticker.store.session import Session

T = TypeVar("T")


class Reads(ABC):
    """The reads. Moments are aware and in UTC. Every method may raise StoreError."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Session]:
        """The transaction to read in."""

    def _read(self, statement: sa.Executable, make: Callable[[Row], T]) -> list[T]:
        """Each row as the value that `make` makes of it."""
        with self._reading() as session:
            return [make(row) for row in session.run(statement)]

    # Rates

    def revisions(self, source: str, since: date) -> list[Revision]:
        """Revisions valid from `since`, plus the newest believed one before it per currency, plus all that are still
        held; ascending by id."""
        of_source = t.rates.c.source == source
        currencies = sa.select(t.rates.c.currency).where(of_source).distinct().subquery()
        newest_before = (
            sa.select(t.rates.c.id)
            .where(of_source, t.rates.c.currency == currencies.c.currency, t.rates.c.valid_on < since, t.believed)
            .order_by(t.rates.c.valid_on.desc(), t.rates.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        wanted = sa.union(
            sa.select(t.rates.c.id).where(of_source, t.rates.c.valid_on >= since),
            sa.select(newest_before).select_from(currencies),
            sa.select(t.rates.c.id).where(of_source, t.still_held),
        )
        return self._read(t.rates.select().where(t.rates.c.id.in_(wanted)).order_by("id"), r.revision_of)

    def revisions_between(
        self,
        sources: Sequence[str],
        first: date,
        last: date,
        known_at: datetime | None = None,
        *,
        currencies: Collection[str] | None = None,
        held: bool = False,
    ) -> list[Revision]:
        """Every revision valid from a day between `first` and `last`, believed or not; ascending by id.

        With `known_at`: the revisions known at that moment, in the state they had then. With `held`: only those that
        are or once were held.
        """
        found = _between(sources, first, last, known_at, currencies=currencies, held=held)
        return self._read(found, partial(_revision, known_at=known_at))

    def believed_rates(self, sources: Sequence[str], currencies: Collection[str]) -> list[BelievedRate]:
        """Every believed figure of these currencies, ordered by currency, then id. Provenance is left out, so that
        decades are read in a fraction of a second."""
        c = t.rates.c
        quoted = sa.type_coerce(c.quoted, sa.Text).label("quoted")
        columns = c.id, c.source, c.currency, quoted, c.nominal, c.valid_on, c.valid_until, t.confirmed.label("sure")
        wanted = t.believed & c.source.in_(sources) & c.currency.in_([t.storable(one) for one in currencies])
        return self._read(sa.select(*columns).where(wanted).order_by(c.currency, c.id), BelievedRate._make)

    def figures(self, first: date, last: date, currencies: Collection[str] | None = None) -> list[Revision]:
        """The newest believed revision per source, currency and day; ordered by day, source, currency."""
        c = t.rates.c
        wanted = t.believed & c.valid_on.between(first, last)
        if currencies is not None:
            wanted &= c.currency.in_(currencies)
        newest = sa.select(sa.func.max(c.id)).where(wanted).group_by(c.source, c.currency, c.valid_on)
        with self._reading() as session:
            rows = session.run(t.rates.select().where(c.id.in_(newest))).all()
        # Made and sorted after the transaction: PostgreSQL limits how long one may be idle. The two databases order
        # text differently, so neither sorts.
        return sorted(map(r.revision_of, rows), key=lambda one: (one.rate.valid_on, one.source, one.rate.currency))

    def held(self) -> list[Revision]:
        """Every figure that is still held, newest first."""
        return self._read(t.rates.select().where(t.still_held).order_by(t.rates.c.id.desc()), r.revision_of)

    def rates_version(self) -> int:
        """A number that grows with each commit that changed any revision, however old its day."""
        (version,) = self._read(_counter("rates"), lambda row: int(row.value))
        return version

    def looks(self) -> dict[tuple[str, str], datetime]:
        """The last good look of each source at each of its subjects."""
        with self._reading() as session:
            return _newest_looks(session)

    def state_at(
        self, sources: Sequence[str], since: date, at: datetime
    ) -> tuple[dict[str, list[Revision]], dict[tuple[str, str], datetime]]:
        """What was known at `at`: by source the revisions valid from `since`, in the state they had then, and the last
        good looks."""
        with self._reading() as session:
            known = {one: session.run(_between([one], since, date.max, at)).all() for one in sources}
            looks = _looks_at(session, at)
        return {source: [_revision(row, at) for row in rows] for source, rows in known.items()}, looks

    # Stories and what readers opened

    def stories(self, feed: str, since: datetime) -> list[Story]:
        """Stories that their feed listed at or after `since`, in the order in which they were first seen."""
        wanted = (t.stories.c.feed == feed) & (t.stories.c.last_seen_at >= since)
        order = t.stories.c.first_seen_at, t.stories.c.id
        return self._read(t.stories.select().where(wanted).order_by(*order), r.story_of)

    def story(self, id_: str) -> Story | None:
        found = self._read(t.stories.select().where(t.stories.c.id == t.storable(id_)), r.story_of)
        return found[0] if found else None

    def recent_headlines(self, feed: str, limit: int, known_at: datetime | None = None) -> list[Headline]:
        """A feed's headlines, newest published first. With `known_at`: those known then, under the titles of then;
        stories deleted since (`prune`) are missing."""
        c = t.stories.c
        wanted = c.feed == feed if known_at is None else (c.feed == feed) & (c.first_seen_at <= known_at)
        order = c.published_at.desc(), c.first_seen_at.desc(), c.id
        return self._headlines(t.stories.select().where(wanted).order_by(*order).limit(limit), known_at)

    def headlines(
        self,
        feeds: Collection[str],
        limit: int,
        *,
        before: tuple[datetime, str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[Headline]:
        """Headlines of several feeds, newest published first, of equal moments by descending id.

        `before`: moment and id of the last headline on the page before this one. Published from `since` on and before
        `until`. With `known_at`: those known then, under the titles of then.
        """
        c = t.stories.c
        wanted: sa.ColumnElement[bool] = c.feed.in_([t.storable(one) for one in feeds])
        if before is not None:
            moment, id_ = sa.literal(before[0], t.Moment), t.storable(before[1])
            wanted &= (c.published_at < moment) | ((c.published_at == moment) & (c.id < id_))
        wanted &= sa.true() if since is None else c.published_at >= since
        wanted &= sa.true() if until is None else c.published_at < until
        wanted &= sa.true() if known_at is None else c.first_seen_at <= known_at
        newest = t.stories.select().where(wanted).order_by(c.published_at.desc(), c.id.desc()).limit(limit)
        return self._headlines(newest, known_at)

    def _headlines(self, statement: sa.Executable, known_at: datetime | None) -> list[Headline]:
        with self._reading() as session:
            found = [r.headline_of(row) for row in session.run(statement)]
            if known_at is None:
                return found
            titles = _titles_at(session, [one.id for one in found], known_at)
        return [replace(one, title=titles.get(one.id, one.title)) for one in found]

    def counts(self, since: datetime) -> list[tuple[str, datetime, str, int]]:
        """What readers opened in the hours from `since` on: story, hour, kind, how often."""
        order = t.clicks.c.hour, t.clicks.c.story, t.clicks.c.kind
        return self._read(t.clicks.select().where(t.clicks.c.hour >= since).order_by(*order), tuple)

    def totals(self, stories: Collection[str]) -> dict[str, int]:
        """How often each story was opened, clicks and views together; stories never opened are left out."""
        wanted = t.clicks.c.story.in_([t.storable(one) for one in stories])
        statement = sa.select(t.clicks.c.story, sa.func.sum(t.clicks.c["count"]).label("total")).where(wanted)
        return dict(self._read(statement.group_by(t.clicks.c.story), lambda row: (row.story, int(row.total))))

    # Rounds, the snapshot and who writes

    def rounds(self, source: str | None = None, limit: int = 50, until: datetime | None = None) -> list[Round]:
        """Rounds, the last recorded first: a clock may have gone back. With `until`: only those that had ended then."""
        statement = t.rounds.select().order_by(t.rounds.c.id.desc()).limit(limit)
        if source is not None:
            statement = statement.where(t.rounds.c.source == source)
        if until is not None:
            statement = statement.where(t.rounds.c.ended_at <= until)
        return self._read(statement, r.round_of)

    def last_body(self, source: str) -> LastBody | None:
        """What is known of the last body of a source, or of a page of an archive."""
        found = self._read(t.bodies.select().where(t.bodies.c.source == source), r.body_of)
        return found[0] if found else None

    def heard(self, source: str) -> Heard:
        """What past answers of a rates source tell of the next one."""
        found = self._read(t.heard.select().where(t.heard.c.source == source), lambda row: r.load_heard(row.state))
        return found[0] if found else Heard()

    def version(self) -> tuple[int, int]:
        """The snapshot's version, 0 before the first, and a number that grows with each commit that moved a look."""
        confirmations = _counter("confirmations").scalar_subquery().label("confirmations")
        statement = sa.select(t.snapshot.c.version, confirmations)
        (version,) = self._read(statement, lambda row: (row.version, row.confirmations))
        return version

    def snapshot(self) -> Snapshot | None:
        """The newest snapshot with its looks, as one write left them.

        None before the first, and for one that another version of this program wrote in another format.
        """
        with self._reading() as session:
            row = session.run(t.snapshot.select()).one()
            looks = _newest_looks(session)
            address = session.database.address
        if not row.version:
            return None
        try:
            return Snapshot(row.version, row.as_of, load(row.body), looks)
        except UnknownFormatError:
            return None
        except (ValueError, KeyError, TypeError) as fault:
            raise StoreError(f"{address}: snapshot {row.version} can't be read: {fault!r}") from fault

    def lease_state(self) -> LeaseState:
        """Who collects, and until when."""
        statement = t.lease.select().where(t.lease.c.name == COLLECT)
        (state,) = self._read(statement, lambda row: LeaseState(row.holder, row.token, row.until))
        return state

    def pending_commands(self) -> list[Command]:
        """Commands not yet carried out, oldest first."""
        pending = t.commands.select().where(t.commands.c.done_at.is_(None)).order_by(t.commands.c.id)
        return self._read(pending, r.command_of)


def _between(
    sources: Sequence[str],
    first: date,
    last: date,
    known_at: datetime | None,
    *,
    currencies: Collection[str] | None = None,
    held: bool = False,
) -> sa.Select[tuple[object, ...]]:
    wanted = t.rates.c.source.in_(sources) & t.rates.c.valid_on.between(first, last)
    if currencies is not None:
        wanted &= t.rates.c.currency.in_([t.storable(one) for one in currencies])
    if held:
        wanted &= t.rates.c.held_at.is_not(None)
    if known_at is not None:
        wanted &= t.rates.c.seen_at <= known_at
    return t.rates.select().where(wanted).order_by(t.rates.c.id)


def _revision(row: Row, known_at: datetime | None) -> Revision:
    """The revision, with `known_at` in the state it had then."""
    revision = r.revision_of(row)
    if known_at is None:
        return revision

    def by_then(moment: datetime | None) -> datetime | None:
        return moment if moment and moment <= known_at else None

    return replace(
        revision,
        held_at=by_then(revision.held_at),
        released_at=by_then(revision.released_at),
        discarded_at=by_then(revision.discarded_at),
        confirmed_at=by_then(revision.confirmed_at),
    )


def _newest_looks(session: Session) -> dict[tuple[str, str], datetime]:
    newest = t.looks.select().where(t.looks.c.newest)
    return {(row.source, row.subject): row.last_at for row in session.run(newest)}


def _looks_at(session: Session, at: datetime) -> dict[tuple[str, str], datetime]:
    """The last good looks as they were at `at`.

    A run of looks that goes on past `at` counts up to the last good round before it. Where rounds of that time are
    deleted, it counts up to `at`. Never before the run's first look.
    """
    runs = session.run(t.looks.select().where(t.looks.c.first_at <= at).order_by(t.looks.c.id)).all()
    good = t.rounds.c.outcome.in_([Outcome.CHANGED, Outcome.CONFIRMED]) & (t.rounds.c.began_at <= at)
    began = sa.func.max(t.rounds.c.began_at).label("began")
    last = sa.select(t.rounds.c.source, began).where(good).group_by(t.rounds.c.source)
    rounds = {row.source: row.began for row in session.run(last)}
    return {(row.source, row.subject): min(row.last_at, max(row.first_at, rounds.get(row.source, at))) for row in runs}


def _titles_at(session: Session, stories: Sequence[str], at: datetime) -> dict[str, str]:
    """By story, the title at `at`, where it was changed later."""
    later = t.titles.c.story.in_(stories) & (t.titles.c.until > at)
    rows = session.run(t.titles.select().where(later).order_by(t.titles.c.until.desc(), t.titles.c.id.desc()))
    return {row.story: row.title for row in rows}  # of several, the first that was replaced after `at` comes last


def _counter(name: str) -> sa.Select[tuple[int]]:
    return sa.select(t.counters.c.value).where(t.counters.c.name == name)
