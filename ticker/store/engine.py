"""Connections to SQLite or PostgreSQL. All differences between the two are in this file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ticker.store.tables import micros

BUSY_S = 5  # how long a write waits for another one
_MIGRATION_S = 60  # the same for the change of the tables
_CONNECT_S = 2
_READ_S = 5
_WRITE_S = 30
_IDLE_S = 10  # longest that a stopped process may lock the lease's row: others must take over within 30 s
_MIGRATION_LOCK = 0x7469636B6572  # "ticker" in ASCII: a number that no other program on the database uses

_WANTED = "sqlite:///file.db or postgresql://user@host/database is wanted"

_NETWORK = frozenset({"9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"})
_NETWORK_FUSE = frozenset({"fuse.cephfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"})


class StoreError(Exception):
    """The store could not do its work: one sentence for the operator, without password and without SQL."""


class Database:
    """One database with its connections. `address` names it without its password."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        parsed = _parsed(url)
        self.address = _address(parsed)
        self._password = parsed.password
        self._clock = clock
        self.file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
        self.warning = None if self.file is None else _warning(self.file)
        try:
            self._engine = _sqlite(parsed) if self.file else _postgresql(parsed)
        except ImportError as fault:
            raise StoreError(
                f"{self.address}: the driver of PostgreSQL is missing; install som-ticker[postgresql]"
            ) from fault
        self._url = parsed
        reading = {} if self.file else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = self._engine.execution_options(**reading)
        self._writer = self._engine.execution_options(ticker_writes=True)

    def close(self) -> None:
        self._engine.dispose()

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that sees one state of the store throughout and blocks no write."""
        return self._transaction(self._reader)

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that waits for other writers first (on PostgreSQL: once it touches their rows)."""
        return self._transaction(self._writer)

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """A transaction that may change the tables: one process at a time."""
        with self.errors_translated(), self._writer.connect() as connection:
            if self.file:
                _pragma(connection, f"busy_timeout = {_MIGRATION_S * 1000}")
            with connection.begin():
                if not self.file:
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_MIGRATION_S}s'")
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_MIGRATION_S}s'")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                yield connection
            if self.file:
                _pragma(connection, f"busy_timeout = {BUSY_S * 1000}")

    @contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        with self.errors_translated(), engine.connect() as connection, connection.begin():
            yield connection

    def ping(self) -> None:
        if self.file:
            # A deleted file still answers this process, which has it open.
            if not self.file.exists():
                raise StoreError(f"{self.address}: the file is gone")
            with self.reading() as connection:
                connection.execute(sa.select(1))
            return
        # A new connection: the client limits the time to establish it, while a pooled one would wait for a server that
        # hangs.
        engine = sa.create_engine(self._url, poolclass=sa.NullPool, connect_args=_POSTGRESQL, hide_parameters=True)
        with self.errors_translated(), engine.connect() as connection:
            connection.execute(sa.select(1))

    def now(self) -> sa.ColumnElement[int]:
        """The time in microseconds: the server's clock on PostgreSQL, where several machines share one store."""
        if self.file:
            return sa.literal(micros(self._clock()), sa.BigInteger)
        return sa.literal_column("CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)", sa.BigInteger)

    def adding(self, table: sa.Table, column: str, **row: object) -> sa.Executable:
        """Insert `row`, or add its `column` to that of the row with the same primary key."""
        insert = sqlite.insert(table) if self.file else postgresql.insert(table)
        more = {column: table.c[column] + insert.excluded[column]}
        return insert.values(**row).on_conflict_do_update(index_elements=list(table.primary_key), set_=more)

    @contextmanager
    def errors_translated(self) -> Iterator[None]:
        """Turns every error of SQLAlchemy inside the block into a StoreError."""
        try:
            yield
        except SQLAlchemyError as fault:
            raise StoreError(f"{self.address}: {self._reason(fault)}") from fault

    def _reason(self, fault: SQLAlchemyError) -> str:
        if isinstance(fault, PoolTimeout):
            return "all connections are in use"
        reason = _driver_message(fault.orig) if isinstance(fault, DBAPIError) and fault.orig else str(fault)
        if "database is locked" in reason:
            return f"another process has been writing for {BUSY_S} s"
        return reason.replace(self._password, "***") if self._password else reason


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        # Neither the address nor the cause is shown: both may contain a password.
        raise StoreError("the store's address can't be read: " + _WANTED) from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"the store can't be {backend!r}: {_WANTED}")
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise StoreError(f"the store can't be in memory, processes share it: {_WANTED}")
    if not (folder := Path(parsed.database).absolute().parent).is_dir():
        raise StoreError(f"sqlite:///{parsed.database}: there is no folder {folder}; create it first")
    return parsed.set(drivername="sqlite+pysqlite", query={})


def _address(url: sa.URL) -> str:
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


def _sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_S}, pool_timeout=BUSY_S, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction; `_begin_sqlite` does
    _write_ahead(connection, time.monotonic() + BUSY_S)
    connection.execute("PRAGMA synchronous = FULL")


def _write_ahead(connection: sqlite3.Connection, deadline: float) -> None:
    """Switch the file to WAL, once in its life. When several processes try at once, SQLite refuses all but one without
    waiting, hence the loop."""
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as fault:
            if "locked" not in str(fault) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads and then writes fails at once, whatever the timeout, when another one wrote in between.
    # So a transaction that will write says so when it begins.
    writes = connection.get_execution_options().get("ticker_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _pragma(connection: sa.Connection, pragma: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA {pragma}")


_POSTGRESQL: dict[str, Any] = {
    "connect_timeout": _CONNECT_S,
    "application_name": "som-ticker",
    # A server that vanished without closing the connection is noticed after about 10 s.
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _postgresql(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=5,
        pool_timeout=BUSY_S,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=_POSTGRESQL,
    )
    sa.event.listen(engine, "connect", _prepare_postgresql)
    sa.event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # By statement, because the operator's address may use the connection's `options`.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET statement_timeout = '{_READ_S}s'; SET lock_timeout = '{BUSY_S}s';"
            f" SET idle_in_transaction_session_timeout = '{_IDLE_S}s'"
        )
    connection.commit()


def _begin_postgresql(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("ticker_writes", False):
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_WRITE_S}s'")


def _driver_message(fault: BaseException) -> str:
    """The driver's message without the lines in which PostgreSQL quotes the statement and its values."""
    words: list[str] = []
    for line in str(fault).splitlines():
        if line.startswith(("LINE ", "DETAIL:", "CONTEXT:")):
            break
        words.append(line.strip())
    return " ".join(words)[:300]


def _warning(file: Path) -> str | None:
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    kind = file_system(file.absolute(), mounts)
    if kind in _NETWORK or kind in _NETWORK_FUSE:
        return f"{file} lies on a network file system ({kind}): SQLite's locks are not sound there; use PostgreSQL"
    return None


def file_system(file: Path, mounts: str) -> str | None:
    """The type of the file system that `file` lies on, by the text of /proc/mounts."""
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        _, folder, kind, *_ = line.split(" ")
        folder = folder.replace("\\040", " ")
        if file.is_relative_to(folder) and (found is None or len(folder) >= found[0]):
            found = len(folder), kind
    return None if found is None else found[1]
