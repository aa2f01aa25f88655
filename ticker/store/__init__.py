"""The store: rates with their revisions, stories, looks, rounds, the snapshot, and the right to write.

The collector writes it and the service reads it, and they meet nowhere else. No other package speaks SQL.
Every method may raise StoreError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from ticker.store import tables as t
from ticker.store.backfill import BackfillWrite
from ticker.store.engine import Database, StoreError
from ticker.store.lease import BACKFILL, COLLECT, Fenced, acquire, fenced
from ticker.store.migrate import upgrade
from ticker.store.reads import Reads
from ticker.store.rows import BelievedRate, Command, LastBody, LeaseState
from ticker.store.session import Session, new_id
from ticker.store.write import Write

__all__ = [
    "BACKFILL",
    "BackfillWrite",
    "BelievedRate",
    "Command",
    "Fenced",
    "LastBody",
    "LeaseState",
    "Store",
    "StoreError",
    "Write",
    "open_store",
]  # fmt: skip


def open_store(url: str, *, clock: Callable[[], datetime], mends: bool = False) -> Store:
    """Open the store at `sqlite:///file.db` or `postgresql://user@host/database` and bring its tables up to date.

    `clock` gives the present moment (aware, UTC). On SQLite, where all processes share one machine, it also times the
    lease; on PostgreSQL the server's clock does. With `mends`, as a running service needs it, a deleted SQLite file is
    written back and a damaged one set aside; a command only reports them.
    """
    database = Database(url, clock, upgrade, mends=mends)
    try:
        database.open()
    except BaseException:
        database.close()
        raise
    return Store(database, clock)


class Store(Reads):
    """An open store, for any number of threads. Its reads are those of `Reads`."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._given: dict[tuple[str, int], int] = {}  # (lease, token) → generation of the file that it is of

    @property
    def address(self) -> str:
        """The store's URL without the password."""
        return self._database.address

    @property
    def warning(self) -> str | None:
        """What the operator should know about the place of the store, such as a network file system."""
        return self._database.warning

    @property
    def generation(self) -> int:
        """Another number for each file that has borne the store's name since this process opened it: numbers that the
        store counts (versions, tokens) may repeat in another file."""
        return self._database.generation

    @property
    def write_fault(self) -> str:
        """Why the last write of this process failed; "" once one succeeded."""
        return self._database.write_fault

    @property
    def events(self) -> tuple[str, ...]:
        """What happened to the file since this process opened it, a sentence each, oldest first."""
        return tuple(self._database.events)

    def damaged(self) -> tuple[str, ...]:
        """Names of the damaged files that were set aside and that nobody has removed."""
        return self._database.damaged()

    def rates_version(self) -> int:
        """Grows with each commit that changed any revision, however old its day; another file's is never equal."""
        while True:
            generation = self.generation
            version = super().rates_version()
            if generation == self.generation:
                return (generation << 40) + version

    def close(self) -> None:
        self._database.close()

    def ping(self) -> None:
        """Raises StoreError within about 2 seconds when the store does not answer."""
        self._database.ping()

    def lease(self, holder: str, ttl_s: float, name: str = COLLECT) -> int | None:
        """Get or renew a lease for `ttl_s` seconds: its fencing token, or None while another process holds it.

        COLLECT gives the right to `write`, BACKFILL the right to `backfill`. The token grows by one with each change of
        the holder. A lease that ends more than 2 `ttl_s` from now was given before the clock went back, and counts as
        expired.
        """
        with self._writing() as session:
            generation, token = self.generation, acquire(session, holder, ttl_s, name)
        if token is not None:
            self._given[name, token] = generation
        return token

    def release(self, holder: str, name: str = COLLECT) -> None:
        """Give the lease back, so that another process need not wait for its end."""
        mine = (t.lease.c.name == name) & (t.lease.c.holder == holder)
        with self._writing() as session:
            session.run(t.lease.update().where(mine).values(holder=None, until=None))

    @contextmanager
    def write(self, token: int) -> Iterator[Write]:
        """One transaction: committed at the end of the block, rolled back by an exception. Waits for other writers.

        Raises Fenced when `token` is not the present one of the lease COLLECT.
        """
        with fenced(self._database, token, COLLECT, self._given.get((COLLECT, token))) as session:
            yield Write(session, token)

    @contextmanager
    def backfill(self, token: int) -> Iterator[BackfillWrite]:
        """One transaction that adds rates to days without one; otherwise as `write`. `token` belongs to the lease
        BACKFILL, so that a backfill can run beside a collecting process."""
        with fenced(self._database, token, BACKFILL, self._given.get((BACKFILL, token))) as session:
            yield BackfillWrite(session)

    def prune(self, token: int, before: datetime) -> None:
        """Delete rounds, stories with their clicks, and carried out commands older than `before`. Rates and looks are
        history and stay."""
        with self.write(token) as write:
            write.prune(before)

    def enqueue(self, kind: str, subject: str, detail: str = "") -> int:
        """Leave a command for the collector: ('fetch', source), ('accept' or 'reject', revision id). Returns its id."""
        row = {"kind": kind, "subject": subject, "detail": detail, "asked_at": self._clock()}
        with self._writing() as session:
            return new_id(session.run(t.commands.insert().values(row)))

    def count(self, batch: str, rows: Mapping[tuple[str, datetime, str], int]) -> None:
        """Add what readers opened: by story, hour (UTC) and kind ("click" or "view").

        A batch counts once, so that it can be sent again when its commit got no answer. Unknown stories are skipped.
        """
        with self._writing() as session:
            if session.run(t.batches.select().where(t.batches.c.id == t.storable(batch))).first():
                return
            session.run(t.batches.insert().values(id=batch, at=self._clock()))
            wanted = {t.storable(story) for story, _, _ in rows}
            known = {*session.run(sa.select(t.stories.c.id).where(t.stories.c.id.in_(wanted))).scalars()}
            # Every process takes the rows in the same order, so that two of them never wait for each other.
            for (story, hour, kind), number in sorted(rows.items()):
                if t.storable(story) in known:
                    row = {"story": story, "hour": hour, "kind": kind, "count": number}
                    session.run(self._database.adding(t.clicks, "count", **row))

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._database.reading() as connection:
            yield Session(self._database, connection)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._database.writing() as connection:
            yield Session(self._database, connection)
