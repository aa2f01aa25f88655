"""Connections to SQLite or PostgreSQL. All differences between the two are in this file, in `sqlite_file` (what may
happen to a file) and in `postgresql` (how long a server may take)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ticker import log
from ticker.store.postgresql import READING, allow, postgresql_engine
from ticker.store.sqlite_file import DatabaseFile, FileFaultError, State, connect
from ticker.store.tables import micros

BUSY_S = 5  # how long a write waits for that of another process in SQLite
QUEUE_S = 60  # and for those of its own process, which go on one after the other
_MIGRATION_S = 60  # the same for the change of the tables
_MIGRATION_LOCK = 0x7469636B6572  # "ticker" in ASCII: a number that no other program on the database uses

_WANTED = "sqlite:///file.db or postgresql://user@host/database is wanted"

_NETWORK = frozenset({"9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"})
_NETWORK_FUSE = frozenset({"fuse.cephfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"})


class StoreError(Exception):
    """The store could not do its work: one sentence for the operator, without password and without SQL."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """The engine of one file, or of a server. On SQLite another file has another one."""

    engine: sa.Engine
    reader: sa.Engine
    writer: sa.Engine

    @classmethod
    def of(cls, engine: sa.Engine, **reading: Any) -> _Opened:
        return cls(engine, engine.execution_options(**reading), engine.execution_options(ticker_writes=True))


class Database:
    """One database with its connections. `address` names it without its password.

    `prepare` brings the tables of a database up to date: at `open`, and after each change of an SQLite file. With
    `mends` a deleted file is written back and a damaged one set aside; without, both are only reported.
    """

    def __init__(
        self, url: str, clock: Callable[[], datetime], prepare: Callable[[Database], None], *, mends: bool = False
    ) -> None:
        parsed = _parsed(url)
        self.address = _address(parsed)
        self.generation = 0  # another number for each file that this process has opened
        self.write_fault = ""  # why the last write failed; "" once one succeeded
        self.events: deque[str] = deque(maxlen=5)  # what happened to the file, for the operator
        self._url, self._password, self._clock = parsed, parsed.password, clock
        self._prepare, self._mends = prepare, mends
        self.file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
        self.warning = None if self.file is None else _warning(self.file)
        self._on_disk = DatabaseFile(self.file, BUSY_S) if self.file else None
        self._lock = threading.RLock()  # of the change to another file
        self._writing = threading.Lock()  # SQLite would let the same few of many threads in again and again
        self._preparing = self._prepared = False
        self._checkpoint_due = False  # whether a write may still be in SQLite's log alone
        try:
            self._opened = None if self.file else _Opened.of(postgresql_engine(parsed), **READING)
        except ImportError as fault:
            raise StoreError(
                f"{self.address}: the driver of PostgreSQL is missing; install som-ticker[postgresql]"
            ) from fault

    def open(self) -> None:
        """Connect, and bring the tables up to date."""
        if not self._on_disk:
            self._prepare(self)
            return
        try:
            self._current()
        except StoreError:
            if not (self._mends and self._on_disk.suspicion):
                raise
            self._current()  # it is set aside now, unless somebody is still writing it

    def close(self) -> None:
        with self._lock:
            if self._opened:
                self._opened.engine.dispose()
            if self._on_disk:
                self._opened = None
                self._on_disk.close()

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that sees one state of the store throughout and blocks no write."""
        return self._transaction(writes=False)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that waits for other writers first (on PostgreSQL: once it touches their rows)."""
        try:
            with self._turn(), self._transaction(writes=True) as connection:
                yield connection
        except StoreError as fault:
            if isinstance(
                fault.__cause__, SQLAlchemyError | FileFaultError | OSError
            ):  # otherwise it is no fault of the store
                self.write_fault = str(fault).removeprefix(f"{self.address}: ")
            raise
        self.write_fault = ""

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Until the writes of this process that came before have ended; none holds a connection while it waits."""
        if not self.file:
            yield
            return
        if not self._writing.acquire(timeout=QUEUE_S):
            raise StoreError(f"{self.address}: another write of this process has not ended for {QUEUE_S} s")
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """A transaction that may change the tables: one process at a time."""
        opened = self._current()
        with self.errors_translated(), opened.writer.connect() as connection:
            if self.file:
                _pragma(connection, f"busy_timeout = {_MIGRATION_S * 1000}")
            with connection.begin():
                if not self.file:
                    allow(connection, _MIGRATION_S)
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_MIGRATION_S}s'")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                yield connection
            if self.file:
                _pragma(connection, f"busy_timeout = {int(BUSY_S * 1000)}")

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[sa.Connection]:
        opened = self._current(reads=not writes)
        engine = opened.writer if writes else opened.reader
        with self.errors_translated(), engine.connect() as connection, connection.begin():
            yield connection
        self._checkpoint_due = writes or self._checkpoint_due
        if writes and self._on_disk and self._changed_since(opened):
            raise StoreError(
                f"{self.address}: the file was replaced during a write; what it wrote is not in the new one"
            )

    def ping(self) -> None:
        if self.file:
            with self.reading() as connection:
                connection.execute(sa.select(1))
            return
        # A new connection: the client limits the time to establish it, while a pooled one would wait for a server that
        # hangs.
        engine = postgresql_engine(self._url, poolclass=sa.NullPool)
        with self.errors_translated(), engine.connect() as connection:
            connection.execute(sa.select(1))

    def damaged(self) -> tuple[str, ...]:
        """Names of the damaged files that were set aside."""
        return self._on_disk.damaged() if self._on_disk else ()

    def _current(self, *, reads: bool = False) -> _Opened:
        """The connections to the database as it is now; an SQLite file that was replaced is opened first.

        The next one that `reads` after a write brings it from SQLite's log into the file, so that no write is longer
        for it: what the file's header says is then not behind, and a copy over the file is noticed.
        """
        if not self._on_disk:
            assert self._opened
            return self._opened
        if not self._lock.acquire(timeout=BUSY_S):
            raise StoreError(f"{self.address}: the file is being opened again")
        try:
            with self._file_errors_translated():
                if not self._preparing:
                    self._follow(self._on_disk)
                    if reads and self._checkpoint_due:
                        self._checkpoint_due = False
                        self._on_disk.checkpoint()
            assert self._opened
            return self._opened
        finally:
            self._lock.release()

    def _changed_since(self, opened: _Opened) -> bool:
        assert self._on_disk
        with self._lock, self._file_errors_translated():
            if self._opened is None:  # closed meanwhile
                return False
            return self._opened is not opened or self._on_disk.look() not in (State.SAME, State.DAMAGED)

    def _follow(self, file: DatabaseFile) -> None:
        state, wait = file.look(), "; waiting until nobody writes it"
        match state:
            case State.GONE:
                if not (self._mends and file.settled()):
                    raise FileFaultError("the file is gone")
                if file.write_back():
                    self._tell("the file was deleted; it was written back from the open one")
            case State.OVERWRITTEN:
                if not (self._mends and file.settled()):
                    raise FileFaultError("another content was copied into the open file" + wait * self._mends)
                file.separate()
                self._tell("another content was copied into the open file; it was made a file of its own")
            case State.DAMAGED:
                self._set_aside(file, f"the file is damaged: {file.suspicion}", wait)
        if state is not State.SAME or self._opened is None:
            self._reopen(file)
        if not self._prepared:
            self._bring_up_to_date()

    def _set_aside(self, file: DatabaseFile, why: str, wait: str) -> None:
        if not self._mends or not file.may_be_set_aside():
            raise FileFaultError(why)
        if not file.settled():
            raise FileFaultError(why + wait)
        if name := file.set_aside(self._clock(), self._create):
            self._tell(f"{why}; it is kept as {name}, and an empty store begins")

    def _reopen(self, file: DatabaseFile) -> None:
        if file.look() is not State.REPLACED:
            return
        before = self._opened
        file.open(first=before is None)
        self._opened, self._prepared = _sqlite(file.path), False
        if before:
            self.generation += 1
            before.engine.dispose()
            self._tell("another file has replaced the store; it is read and written from now on")

    def _bring_up_to_date(self) -> None:
        self._preparing = True
        try:
            self._prepare(self)
            self._prepared = True
        finally:
            self._preparing = False

    def _create(self, path: Path) -> None:
        made = Database(f"sqlite:///{path}", self._clock, self._prepare)
        try:
            made.open()
        finally:
            made.close()

    def _tell(self, what: str) -> None:
        log.warning("store file changed", why=what, store=self.address)
        self.events.append(f"{self._clock():%Y-%m-%d %H:%M:%S} UTC: {what}")

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
            if self._on_disk and self._mends and isinstance(fault, DBAPIError):
                self._on_disk.suspect(fault.orig)
            raise StoreError(f"{self.address}: {self._reason(fault)}") from fault

    @contextmanager
    def _file_errors_translated(self) -> Iterator[None]:
        try:
            yield
        except (FileFaultError, OSError) as fault:
            raise StoreError(f"{self.address}: {fault}") from fault

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


def _sqlite(file: Path) -> _Opened:
    # Without `creator` the driver would make an empty file where a deleted one was.
    engine = sa.create_engine(
        "sqlite+pysqlite:///",
        creator=partial(connect, file, BUSY_S),
        poolclass=sa.QueuePool,
        pool_timeout=BUSY_S,
        hide_parameters=True,
    )
    sa.event.listen(engine, "begin", _begin_sqlite)
    sa.event.listen(engine, "commit", _number_write)
    return _Opened.of(engine)


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads and then writes fails at once, whatever the timeout, when another one wrote in between.
    # So a transaction that will write says so when it begins.
    writes = connection.get_execution_options().get("ticker_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    driver: Any = connection.connection.driver_connection
    connection.info["changes"] = driver.total_changes


def _number_write(connection: sa.Connection) -> None:
    """Each write is numbered in the file's header: `sqlite_file` notices a backup that was copied into the file."""
    driver: Any = connection.connection.driver_connection
    if driver.total_changes != connection.info["changes"]:
        number = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {(number + 1) & 0x7FFFFFFF}")


def _pragma(connection: sa.Connection, pragma: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA {pragma}")


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
