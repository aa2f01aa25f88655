"""Who may write: a lease for a limited time, and the fencing token that proves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from ticker.store import tables as t
from ticker.store.engine import Database, StoreError
from ticker.store.session import Session

COLLECT = "collect"  # the lease of the collecting process
BACKFILL = "backfill"  # the lease of a backfill or an import


class Fenced(StoreError):  # noqa: N818 - the field's word for it
    """The write came with an old fencing token: another process holds the lease now. Nothing was written."""


def acquire(session: Session, holder: str, ttl_s: float, name: str) -> int | None:
    """Get or renew a lease: its fencing token, or None while another process holds it."""
    ttl, mine = int(ttl_s * 1_000_000), t.lease.c.holder == holder
    _ensure_row(session, name)
    now = session.database.now()  # read after the wait for other writers
    free = t.lease.c.holder.is_(None) | (t.lease.c.until < now) | (t.lease.c.until > now + 2 * ttl)
    token = sa.case((mine, t.lease.c.token), else_=t.lease.c.token + 1)
    statement = (
        t.lease.update()
        .where(t.lease.c.name == name, mine | free)
        .values(token=token, holder=holder, until=now + ttl)
        .returning(t.lease.c.token)
    )
    given: int | None = session.run(statement).scalar()
    return given


def _ensure_row(session: Session, name: str) -> None:
    """Insert the row of a lease that nobody held before. The row of COLLECT always exists: locking it makes sure that
    only one process inserts."""
    if name == COLLECT or session.run(t.lease.select().where(t.lease.c.name == name)).first():
        return
    session.run(t.lease.select().where(t.lease.c.name == COLLECT).with_for_update())
    if not session.run(t.lease.select().where(t.lease.c.name == name)).first():
        session.run(t.lease.insert().values(name=name, token=0))


@contextmanager
def fenced(database: Database, token: int, name: str, generation: int | None = None) -> Iterator[Session]:
    """A transaction for the holder of a lease: committed at the end of the block, rolled back by an exception.

    Raises Fenced when `token` is not the lease's present one, or was given by the file before (another `generation`).
    """
    with database.writing() as connection:
        if generation not in (None, database.generation):
            raise Fenced(f"{database.address}: a write with token {token} was refused, the file was replaced since")
        session = Session(database, connection)
        _check_token(session, token, name)
        yield session
        _finish(session)


def _check_token(session: Session, token: int, name: str) -> None:
    """Refuse an old token. The lease's row stays locked until the commit, so that nobody takes over meanwhile. The row
    of COLLECT is locked as well, so that one process at a time writes rates, whichever lease it holds."""
    rows = t.lease.select().where(t.lease.c.name.in_([COLLECT, name])).order_by(t.lease.c.name)
    present = {row.name: row.token for row in session.run(rows.with_for_update())}.get(name)
    if present != token:
        raise Fenced(f"{session.database.address}: a write with token {token} was refused, it is {present} now")


def _finish(session: Session) -> None:
    # PostgreSQL turns the commit of a transaction that had an error into a rollback without a word.
    if session.broken:
        raise StoreError(f"{session.database.address}: a statement of the write failed, nothing of it was kept")
    for name in sorted(session.moved):
        counter = t.counters.update().where(t.counters.c.name == name)
        session.run(counter.values(value=t.counters.c.value + 1))
