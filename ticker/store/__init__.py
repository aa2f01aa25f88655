"""What is kept: rates with their revisions, stories, looks, rounds, the snapshot, and who may write.

The write side writes here, the read side reads here, and that is all they know of each other. No other room speaks SQL.
Every method may raise StoreError.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ticker.model import CLOCKS_DIFFER, Headline, Outcome, Rate, Revision, Round, Story
from ticker.snapshot import Content, Snapshot, dump, load
from ticker.store import tables as t
from ticker.store.engine import Database, StoreError
from ticker.store.filling import BackfillWrite, figures, known
from ticker.store.migrate import upgrade
from ticker.store.tables import Command, LastBody, LeaseState, Printed

__all__ = [
    "BACKFILL", "BackfillWrite", "Command", "Fenced", "LastBody", "LeaseState", "Printed", "Store", "StoreError",
    "Write", "open_store",
]  # fmt: skip

_COLLECT, BACKFILL = "collect", "backfill"  # the leases: who collects, and who fills days of the past
_ROWS = 5000  # that one statement inserts at most: each has its time limit


class Fenced(StoreError):  # noqa: N818 - the field's word for it
    """The write came with an old fencing token: somebody else has the lease. Nothing was written."""


def open_store(url: str, *, clock: Callable[[], datetime]) -> Store:
    """Open the store at `sqlite:///file.db` or `postgresql://user@host/database` and bring its tables up to date.

    `clock` gives the present moment (aware, UTC). The lease goes by it on SQLite, where all share one machine, and by
    the server's clock on PostgreSQL.
    """
    database = Database(url, clock)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return Store(database, clock)


class _Session:
    """One transaction, with what can be read both inside a write and outside."""

    def __init__(self, database: Database, connection: sa.Connection) -> None:
        self._database, self._connection = database, connection
        self._broken = False

    def _run(
        self, statement: sa.Executable, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> sa.CursorResult[Any]:
        try:
            with self._database.spoken():
                return self._connection.execute(statement, rows)
        except StoreError:
            self._broken = True
            raise

    def revisions(self, source: str, since: date) -> list[Revision]:
        """Those of days from `since` on, before that each currency's newest believed one, and all still held ones;
        oldest id first."""
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
        return [
            t.revision_of(row) for row in self._run(t.rates.select().where(t.rates.c.id.in_(wanted)).order_by("id"))
        ]

    def stories(self, feed: str, since: datetime) -> list[Story]:
        """Those its feed showed at or after `since`; the first seen first."""
        wanted = (t.stories.c.feed == feed) & (t.stories.c.last_seen_at >= since)
        order = t.stories.c.first_seen_at, t.stories.c.id
        return [t.story_of(row) for row in self._run(t.stories.select().where(wanted).order_by(*order))]

    def revisions_at(self, source: str, since: date, at: datetime) -> list[Revision]:
        rows = self._run(
            t.rates.select()
            .where(t.rates.c.source == source, t.rates.c.valid_on >= since, t.rates.c.seen_at <= at)
            .order_by(t.rates.c.id)
        )
        return [_as_of(t.revision_of(row), at) for row in rows]

    def looks_at(self, at: datetime) -> dict[tuple[str, str], datetime]:
        """A run of looks that goes on answers for each moment in it: as the last good round had left it, or, of what
        is so long ago that rounds are forgotten, as if there had been a look just then."""
        runs = self._run(t.looks.select().where(t.looks.c.first_at <= at).order_by(t.looks.c.id)).all()
        good = t.rounds.c.outcome.in_([Outcome.CHANGED, Outcome.CONFIRMED]) & (t.rounds.c.began_at <= at)
        began = sa.func.max(t.rounds.c.began_at).label("began")
        rounds = {
            row.source: row.began
            for row in self._run(sa.select(t.rounds.c.source, began).where(good).group_by(t.rounds.c.source))
        }
        return {
            (row.source, row.subject): min(row.last_at, max(row.first_at, rounds.get(row.source, at))) for row in runs
        }

    def headlines_at(self, feed: str, at: datetime, limit: int) -> list[Headline]:
        order = t.stories.c.published_at.desc(), t.stories.c.first_seen_at.desc(), t.stories.c.id
        mine = (t.stories.c.feed == feed) & (t.stories.c.first_seen_at <= at)
        found = [t.headline_of(row) for row in self._run(t.stories.select().where(mine).order_by(*order).limit(limit))]
        return self.under_titles_of(found, at)

    def under_titles_of(self, found: Sequence[Headline], at: datetime) -> list[Headline]:
        """The same under the titles that they had at `at`."""
        later = (t.titles.c.story.in_([one.id for one in found])) & (t.titles.c.until > at)
        rows = self._run(t.titles.select().where(later).order_by(t.titles.c.until.desc(), t.titles.c.id.desc()))
        titles = {row.story: row.title for row in rows}  # the earliest that was still to be changed stays
        return [replace(one, title=titles.get(one.id, one.title)) for one in found]

    def count(self, batch: str, rows: Mapping[tuple[str, datetime, str], int], at: datetime) -> None:
        if self._run(t.batches.select().where(t.batches.c.id == t.storable(batch))).first():
            return
        self._run(t.batches.insert().values(id=batch, at=at))
        asked = {t.storable(story) for story, _, _ in rows}
        known = set(self._run(sa.select(t.stories.c.id).where(t.stories.c.id.in_(asked))).scalars())
        # In one order everywhere: two processes that add to the same rows must not wait for each other.
        for (story, hour, kind), number in sorted(rows.items()):
            if t.storable(story) in known:
                self._run(self._database.adding(t.clicks, "count", story=story, hour=hour, kind=kind, count=number))

    def looks(self) -> dict[tuple[str, str], datetime]:
        newest = self._run(t.looks.select().where(t.looks.c.newest))
        return {(row.source, row.subject): row.last_at for row in newest}


class Write(_Session):
    """One round's transaction. Others see all of it or nothing."""

    def __init__(self, database: Database, connection: sa.Connection, token: int, lease: str = _COLLECT) -> None:
        super().__init__(database, connection)
        self._token, self._lease = token, lease
        self._looked = self._changed_rates = False

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
    ) -> int:
        """A new revision, held from the start when there is a reason to; its id. `origin` is what it was read from,
        where that is not the source's own table."""
        held_at = None if held_reason is None else seen_at
        one = Revision(
            0, source, rate, seen_at, last_modified, body_hash, origin, held_at=held_at, reason=held_reason or ""
        )
        self._changed_rates = True
        return _new_id(self._run(t.rates.insert().values(t.revision_row(one))))

    def add_all(self, figures: Sequence[Revision]) -> None:
        """New revisions as they are, under ids of their own."""
        for at in range(0, len(figures), _ROWS):
            self._changed_rates = True
            self._run(t.rates.insert(), [t.revision_row(one) for one in figures[at : at + _ROWS]])

    def hold(self, revision: int, at: datetime, reason: str) -> None:
        self._judge(revision, {"held_at": at, "reason": reason, "released_at": None})

    def release(self, revision: int, at: datetime) -> None:
        self._judge(revision, {"released_at": sa.func.coalesce(t.rates.c.released_at, sa.literal(at, t.Moment))})

    def discard(self, revision: int, at: datetime) -> None:
        self._judge(revision, {"discarded_at": sa.func.coalesce(t.rates.c.discarded_at, sa.literal(at, t.Moment))})

    def _judge(self, revision: int, values: Mapping[str, Any]) -> None:
        self._changed_rates = True
        if not self._run(t.rates.update().where(t.rates.c.id == revision).values(values)).rowcount:
            raise StoreError(f"{self._database.address}: there is no revision {revision}")

    def put_stories(self, stories: Sequence[Story], seen_at: datetime) -> None:
        """Insert, or update by the headline's id; in either case its feed showed it at `seen_at`."""
        rows = {t.storable(story.headline.id): t.story_row(story, seen_at) for story in stories}
        past = sa.select(t.stories.c.id, t.stories.c.title).where(t.stories.c.id.in_(rows))
        known = {row.id: row.title for row in self._run(past)} if rows else {}
        changed = [id_ for id_, title in known.items() if title != t.storable(rows[id_]["title"])]
        if titles := [{"story": id_, "title": known[id_], "until": seen_at} for id_ in changed]:
            self._run(t.titles.insert(), titles)
        if new := [row for id_, row in rows.items() if id_ not in known]:
            self._run(t.stories.insert(), new)
        if old := [{**row, "known": id_} for id_, row in rows.items() if id_ in known]:
            columns: dict[str, Any] = {name: sa.bindparam(name) for name in old[0] if name not in ("id", "known")}
            self._run(t.stories.update().where(t.stories.c.id == sa.bindparam("known")).values(columns), old)

    def record_look(self, source: str, subject: str, at: datetime) -> None:
        """A good look: it extends the newest run of looks, or begins one after an interruption."""
        mine = (t.looks.c.source == source) & (t.looks.c.subject == subject) & t.looks.c.newest
        run = self._run(t.looks.select().where(mine)).first()
        if run is not None and run.open and run.last_at == at:
            return
        self._looked = True
        # An `at` before the last look: the clock had been ahead. Keeping the later one would claim looks that never
        # were, so the time it was ahead stays a run of its own.
        if run is not None and run.open and run.last_at < at:
            self._run(t.looks.update().where(t.looks.c.id == run.id).values(last_at=at))
            return
        if run is not None:
            self._run(t.looks.update().where(t.looks.c.id == run.id).values(newest=False, open=False))
        row = {"source": source, "subject": subject, "first_at": at, "last_at": at, "newest": True, "open": True}
        self._run(t.looks.insert().values(row))

    def interrupt(self, source: str, subjects: Sequence[str] | None = None) -> None:
        """The next look at these subjects (None: all of the source) begins a new run."""
        runs = (t.looks.c.source == source) & t.looks.c.newest & t.looks.c.open
        if subjects is not None:
            runs &= t.looks.c.subject.in_(subjects)
        self._run(t.looks.update().where(runs).values(open=False))

    def save_body(self, source: str, body: LastBody | None) -> None:
        self._run(t.bodies.delete().where(t.bodies.c.source == source))
        if body is not None:
            self._run(t.bodies.insert().values(t.body_row(source, body)))

    def record(self, round: Round) -> None:
        self._run(t.rounds.insert().values(t.round_row(round)))

    def done(self, command: int, at: datetime) -> None:
        self._run(t.commands.update().where(t.commands.c.id == command).values(done_at=at))

    def recent_headlines(self, feed: str, limit: int) -> list[Headline]:
        """The newest published first."""
        order = t.stories.c.published_at.desc(), t.stories.c.first_seen_at.desc(), t.stories.c.id
        statement = t.stories.select().where(t.stories.c.feed == feed).order_by(*order).limit(limit)
        return [t.headline_of(row) for row in self._run(statement)]

    def publish(self, content: Content, at: datetime) -> int | None:
        """Make a new version of the snapshot, unless the content is the one stored. Its number, or None.

        The number comes from the store alone, never from time. `as_of` does not go back with a clock, unless that clock
        had been ahead by more than clocks differ: it would stand in the future.
        """
        body = t.storable(dump(content))
        old = self._run(t.snapshot.select()).one()
        if old.version and old.body == body:
            return None
        version: int = old.version + 1
        as_of = at if old.as_of - at > CLOCKS_DIFFER else max(at, old.as_of)
        values = {"version": version, "token": self._token, "as_of": as_of, "body": body}
        self._run(t.snapshot.update().values(values))
        return version

    def _fence(self) -> None:
        """Refuse an old token. The lease's row stays locked, so that no takeover comes between this and the commit;
        that of collecting too, so that there is one writer of figures at a time whatever its lease."""
        mine = t.lease.select().where(t.lease.c.name.in_([_COLLECT, self._lease])).order_by(t.lease.c.name)
        present = {row.name: row.token for row in self._run(mine.with_for_update())}.get(self._lease)
        if present != self._token:
            raise Fenced(f"{self._database.address}: a write with token {self._token} was refused, it is {present} now")

    def _finish(self) -> None:
        # PostgreSQL turns the commit of a transaction that had an error into a rollback without a word.
        if self._broken:
            raise StoreError(f"{self._database.address}: a statement of the write failed, nothing of it was kept")
        for name, moved in (("confirmations", self._looked), ("rates", self._changed_rates)):
            if moved:
                count = t.counters.update().where(t.counters.c.name == name)
                self._run(count.values(value=t.counters.c.value + 1))


class Store:
    """An open store, for any number of threads."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    @property
    def address(self) -> str:
        """Its URL without the password."""
        return self._database.address

    @property
    def warning(self) -> str | None:
        """What the operator should know of the place the store lies in."""
        return self._database.warning

    def close(self) -> None:
        self._database.close()

    def ping(self) -> None:
        """Raises StoreError within about 2 seconds when the store does not answer."""
        self._database.ping()

    def lease(self, holder: str, ttl_s: float, name: str = _COLLECT) -> int | None:
        """Get or renew the right to write for `ttl_s` seconds: its fencing token, or None while another holds it.

        The token grows by one with each change of the holder. A lease that reaches more than 2 ttl ahead was given
        before the clock went back, and counts as expired. With `name` BACKFILL it is the right to `fill`, which is no
        concern of the collector's.
        """
        ttl, mine = int(ttl_s * 1_000_000), t.lease.c.holder == holder
        with self._writing() as session:
            _begin_lease(session, name)
            now = self._database.now()  # asked after the wait for other writers
            free = t.lease.c.holder.is_(None) | (t.lease.c.until < now) | (t.lease.c.until > now + 2 * ttl)
            token = sa.case((mine, t.lease.c.token), else_=t.lease.c.token + 1)
            statement = (
                t.lease.update()
                .where(t.lease.c.name == name, mine | free)
                .values(token=token, holder=holder, until=now + ttl)
                .returning(t.lease.c.token)
            )
            given: int | None = session._run(statement).scalar()
            return given

    def release(self, holder: str, name: str = _COLLECT) -> None:
        """Give the lease back, so that another need not wait for its end."""
        mine = (t.lease.c.name == name) & (t.lease.c.holder == holder)
        with self._writing() as session:
            session._run(t.lease.update().where(mine).values(holder=None, until=None))

    def lease_state(self) -> LeaseState:
        with self._reading() as session:
            row = session._run(t.lease.select().where(t.lease.c.name == _COLLECT)).one()
            return LeaseState(row.holder, row.token, row.until)

    def rounds(self, source: str | None = None, limit: int = 50, until: datetime | None = None) -> list[Round]:
        """The last recorded first, whatever their times say: a clock may have gone back. `until`: only those that had
        ended by then."""
        statement = t.rounds.select().order_by(t.rounds.c.id.desc()).limit(limit)
        if source is not None:
            statement = statement.where(t.rounds.c.source == source)
        if until is not None:
            statement = statement.where(t.rounds.c.ended_at <= until)
        with self._reading() as session:
            return [t.round_of(row) for row in session._run(statement)]

    def revisions(self, source: str, since: date) -> list[Revision]:
        """Those of days from `since` on, before that each currency's newest believed one, and all still held ones;
        oldest id first."""
        with self._reading() as session:
            return session.revisions(source, since)

    def stories(self, feed: str, since: datetime) -> list[Story]:
        """Those its feed showed at or after `since`; the first seen first."""
        with self._reading() as session:
            return session.stories(feed, since)

    def last_body(self, source: str) -> LastBody | None:
        with self._reading() as session:
            row = session._run(t.bodies.select().where(t.bodies.c.source == source)).first()
            return None if row is None else t.body_of(row)

    def version(self) -> tuple[int, int]:
        """The snapshot's version, 0 before the first, and a number that grows with each commit that moved a look."""
        confirmations = sa.select(t.counters.c.value).where(t.counters.c.name == "confirmations").scalar_subquery()
        with self._reading() as session:
            row = session._run(sa.select(t.snapshot.c.version, confirmations.label("confirmations"))).one()
            return row.version, row.confirmations

    def snapshot(self) -> Snapshot | None:
        """The newest with its looks, as one write left them; None before the first."""
        with self._reading() as session:
            row = session._run(t.snapshot.select()).one()
            looks = session.looks()
        if not row.version:
            return None
        try:
            return Snapshot(row.version, row.as_of, load(row.body), looks)
        except (ValueError, KeyError, TypeError) as fault:
            raise StoreError(f"{self.address}: snapshot {row.version} can't be read: {fault!r}") from fault

    def looks(self) -> dict[tuple[str, str], datetime]:
        """The last good look (UTC) of each source at each of its subjects."""
        with self._reading() as session:
            return session.looks()

    def rates_version(self) -> int:
        """A number that grows with each commit that changed any revision, of however old a day."""
        with self._reading() as session:
            value = sa.select(t.counters.c.value).where(t.counters.c.name == "rates")
            version: int = session._run(value).scalar_one()
            return version

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
        """All that was said of the days from `first` to `last`, believed or not (by `known_at`, and in the state it had
        then); oldest id first. `held`: only what is or once was held."""
        wanted = t.rates.c.source.in_(sources) & t.rates.c.valid_on.between(first, last)
        if currencies is not None:
            wanted &= t.rates.c.currency.in_([t.storable(one) for one in currencies])
        if held:
            wanted &= t.rates.c.held_at.is_not(None)
        if known_at is not None:
            wanted &= t.rates.c.seen_at <= known_at
        with self._reading() as session:
            found = [t.revision_of(row) for row in session._run(t.rates.select().where(wanted).order_by(t.rates.c.id))]
        return found if known_at is None else [_as_of(one, known_at) for one in found]

    def believed_rates(self, sources: Sequence[str], currencies: Collection[str]) -> list[Printed]:
        """Every believed figure of these currencies, by currency, then id: without where it came from, so that decades
        are read in a fraction of a second."""
        c = t.rates.c
        quoted = sa.type_coerce(c.quoted, sa.Text).label("quoted")
        columns = c.id, c.source, c.currency, quoted, c.nominal, c.valid_on, c.valid_until
        wanted = t.believed & c.source.in_(sources) & c.currency.in_([t.storable(one) for one in currencies])
        with self._reading() as session:
            rows = session._run(sa.select(*columns).where(wanted).order_by(c.currency, c.id))
            return [Printed._make(row) for row in rows]

    def state_at(
        self, sources: Sequence[str], since: date, at: datetime
    ) -> tuple[dict[str, list[Revision]], dict[tuple[str, str], datetime]]:
        """What was known at that moment: by source the revisions of days from `since` on, in the state they had then,
        and the last good looks."""
        with self._reading() as session:
            return {source: session.revisions_at(source, since, at) for source in sources}, session.looks_at(at)

    def headlines_at(self, feed: str, at: datetime, limit: int) -> list[Headline]:
        """Those known at that moment under the titles they had then, the newest published first. Stories that are
        forgotten (`prune`) were known and are missing."""
        with self._reading() as session:
            return session.headlines_at(feed, at, limit)

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
        """The newest published first, of equal moments by falling id. `before` is the place that a page goes on from:
        moment and id of the last headline of the page before. Published from `since` on, and before `until`; known at
        `known_at`, under the titles of then."""
        c = t.stories.c
        wanted: sa.ColumnElement[bool] = c.feed.in_([t.storable(one) for one in feeds])
        if before is not None:
            moment, id_ = sa.literal(before[0], t.Moment), t.storable(before[1])
            wanted &= (c.published_at < moment) | ((c.published_at == moment) & (c.id < id_))
        wanted &= sa.true() if since is None else c.published_at >= since
        wanted &= sa.true() if until is None else c.published_at < until
        wanted &= sa.true() if known_at is None else c.first_seen_at <= known_at
        newest = t.stories.select().where(wanted).order_by(c.published_at.desc(), c.id.desc()).limit(limit)
        with self._reading() as session:
            found = [t.headline_of(row) for row in session._run(newest)]
            return found if known_at is None else session.under_titles_of(found, known_at)

    def story(self, id_: str) -> Story | None:
        with self._reading() as session:
            row = session._run(t.stories.select().where(t.stories.c.id == t.storable(id_))).first()
            return None if row is None else t.story_of(row)

    def count(self, batch: str, rows: Mapping[tuple[str, datetime, str], int]) -> None:
        """Add to what readers opened: by story, hour (UTC) and kind ("click" or "view"). The same batch counts once,
        so that one whose commit was not heard of can be sent again; a story that is not known is not counted."""
        with self._writing() as session:
            session.count(batch, rows, self._clock())

    def counts(self, since: datetime) -> list[tuple[str, datetime, str, int]]:
        """What readers opened in the hours from `since` on: story, hour, kind, how often."""
        order = t.clicks.c.hour, t.clicks.c.story, t.clicks.c.kind
        with self._reading() as session:
            rows = session._run(t.clicks.select().where(t.clicks.c.hour >= since).order_by(*order))
            return [tuple(row) for row in rows]

    def totals(self, stories: Collection[str]) -> dict[str, int]:
        """How often each was opened, clicks and views together; those never opened are left out."""
        wanted = t.clicks.c.story.in_([t.storable(one) for one in stories])
        statement = sa.select(t.clicks.c.story, sa.func.sum(t.clicks.c["count"]).label("total")).where(wanted)
        with self._reading() as session:
            return {row.story: int(row.total) for row in session._run(statement.group_by(t.clicks.c.story))}

    def known(self, source: str, currency: str, first: date, last: date) -> list[Revision]:
        """Every revision of those days, discarded ones too; oldest id first."""
        with self._reading() as session:
            rows = known(session._run, source, currency, first, last)
        return [*map(t.revision_of, rows)]  # out of the transaction, whose idle time is limited

    def figures(self, first: date, last: date, currencies: Collection[str] | None = None) -> list[Revision]:
        """Of each source, currency and day the newest believed revision; by day, source, currency."""
        with self._reading() as session:
            rows = figures(session._run, first, last, currencies)
        found = map(t.revision_of, rows)
        return sorted(found, key=lambda one: (one.rate.valid_on, one.source, one.rate.currency))

    def held(self) -> list[Revision]:
        """Every figure that is still held, the newest first."""
        statement = t.rates.select().where(t.still_held).order_by(t.rates.c.id.desc())
        with self._reading() as session:
            return [t.revision_of(row) for row in session._run(statement)]

    @contextmanager
    def write(self, token: int) -> Iterator[Write]:
        """One transaction: committed at the end of the block, undone by an exception. Waits for other writers.

        Raises Fenced when `token` is not the lease's present one.
        """
        with self._database.writing() as connection:
            write = Write(self._database, connection, token)
            write._fence()
            yield write
            write._finish()

    @contextmanager
    def backfill(self, token: int) -> Iterator[BackfillWrite]:
        """One transaction that adds figures to days that lack one, as `write` in all else. `token` is that of the
        lease BACKFILL, so that this goes on beside a process that collects."""
        with self._database.writing() as connection:
            write = Write(self._database, connection, token, BACKFILL)
            write._fence()
            yield BackfillWrite(write, self.address)
            write._finish()

    def enqueue(self, kind: str, subject: str, detail: str = "") -> int:
        """Leave a command for the collector: ('fetch', source), ('accept' or 'reject', revision id). Its id."""
        row = {"kind": kind, "subject": subject, "detail": detail, "asked_at": self._clock()}
        with self._writing() as session:
            return _new_id(session._run(t.commands.insert().values(row)))

    def pending_commands(self) -> list[Command]:
        """Those not yet carried out, the oldest first."""
        statement = t.commands.select().where(t.commands.c.done_at.is_(None)).order_by(t.commands.c.id)
        with self._reading() as session:
            return [Command(row.id, row.kind, row.subject, row.detail, row.asked_at) for row in session._run(statement)]

    def prune(self, token: int, before: datetime) -> None:
        """Forget rounds, stories with their clicks, and carried out commands older than that. Rates and looks are
        history and stay."""
        with self.write(token) as write:
            write._run(t.rounds.delete().where(t.rounds.c.ended_at < before))
            write._run(t.stories.delete().where(t.stories.c.last_seen_at < before))
            for theirs in (t.titles, t.clicks):
                write._run(theirs.delete().where(theirs.c.story.not_in(sa.select(t.stories.c.id))))
            write._run(t.batches.delete().where(t.batches.c.at < before))
            write._run(t.commands.delete().where(t.commands.c.done_at < before))

    @contextmanager
    def _reading(self) -> Iterator[_Session]:
        with self._database.reading() as connection:
            yield _Session(self._database, connection)

    @contextmanager
    def _writing(self) -> Iterator[_Session]:
        with self._database.writing() as connection:
            yield _Session(self._database, connection)


def _as_of(revision: Revision, at: datetime) -> Revision:
    """The revision in the state it had at `at`."""

    def by_then(moment: datetime | None) -> datetime | None:
        return moment if moment and moment <= at else None

    return replace(
        revision,
        held_at=by_then(revision.held_at),
        released_at=by_then(revision.released_at),
        discarded_at=by_then(revision.discarded_at),
    )


def _begin_lease(session: _Session, name: str) -> None:
    """The row of a lease that nobody had before. That of collecting is always there: locked, it lets one begin."""
    if name == _COLLECT or session._run(t.lease.select().where(t.lease.c.name == name)).first():
        return
    session._run(t.lease.select().where(t.lease.c.name == _COLLECT).with_for_update())
    if not session._run(t.lease.select().where(t.lease.c.name == name)).first():
        session._run(t.lease.insert().values(name=name, token=0))


def _new_id(result: sa.CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])
