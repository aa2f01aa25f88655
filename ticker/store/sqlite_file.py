"""The SQLite file under its name: noticing that it was replaced, deleted or damaged, and what follows from that.

A connection stays with the file that it opened, whatever becomes of the name, while SQLite finds the log of that file
(`-wal`, `-shm`) by name. So connections must change over together with the name, and a log must never meet another
file: https://sqlite.org/howtocorrupt.html, 2.4.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import Enum
from pathlib import Path

from ticker.store.open_file import Header, Identity, OpenFile, identity_of, stat_of

SETTLE_S = 3.0  # a file that was written or deleted this recently may be one that somebody is just replacing
_ALONE_S = 2.0  # how long to wait for another process that exchanges the file
_SIDES = ("-wal", "-shm")
_CORRUPT, _NOT_A_DATABASE = 11, 26  # https://sqlite.org/rescode.html; the only codes that mean damage
_USUAL_NAMES = (".db", ".sqlite", ".sqlite3")


class FileFaultError(Exception):
    """The file can't be used for now: the rest of a sentence that begins with the store's address."""


class State(Enum):
    SAME = "same"
    REPLACED = "replaced"  # another file bears the name, or none was opened yet
    GONE = "gone"
    OVERWRITTEN = "overwritten"  # another content was copied into the open file
    DAMAGED = "damaged"


class DatabaseFile:
    """The file at `path`. Only one thread at a time may use it. Every method may raise FileFaultError."""

    def __init__(self, path: Path, busy_s: float) -> None:
        self.path, self._busy_s = path.absolute(), busy_s
        self.suspicion = ""  # why SQLite took it for damaged
        self._file: OpenFile | None = None
        self._left: list[OpenFile] = []  # files that transactions may still be using
        # Never in a transaction. While it is open the log stays the same file, and a deleted file can be read.
        self._keeper: sqlite3.Connection | None = None
        self._sides: dict[Path, Identity] = {}  # the log of the open file
        self._mark: tuple[int, int] | None = None  # size and time of the last change, as last looked at
        self._counters: tuple[int, int] | None = None
        self._gone_since: float | None = None

    def look(self) -> State:
        """What lies under the name now, beside what is open."""
        stat = self._stat()
        if stat is None:
            self._gone_since = self._gone_since or time.monotonic()
            return State.GONE if self._file else State.REPLACED
        self._gone_since = None
        if self._file is None or identity_of(stat) != self._file.identity:
            return State.REPLACED
        if (stat.st_size, stat.st_mtime_ns) != self._mark:
            state = self._compared(stat, self._file.header())
            if state is not State.SAME:
                return state
        return State.DAMAGED if self.suspicion else State.SAME

    def _compared(self, stat: os.stat_result, header: Header) -> State:
        if self._counters is not None:
            if not header.known:
                self.suspicion = self.suspicion or "it no longer begins as an SQLite file"
                return State.DAMAGED
            if header.counters < self._counters:
                return State.OVERWRITTEN
        if stat.st_size < header.bytes_wanted:
            if not _settled(stat):  # SQLite itself writes the first page before the others
                return State.SAME
            self.suspicion = self.suspicion or f"it has {stat.st_size} of {header.bytes_wanted} bytes"
            return State.DAMAGED
        self._mark = stat.st_size, stat.st_mtime_ns
        self._counters = header.counters if header.known else None
        return State.SAME

    def open(self, *, first: bool) -> None:
        """Leave the open file for the one under the name; the `first` one is created where there is none."""
        if first and not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o644))
        with self._alone():
            file = OpenFile.take(self.path)
            try:
                if not first:
                    _require_whole(file)
                self._leave()
            except BaseException:
                file.release()
                raise
            self._file = file
            try:
                self._connect(check=not first)
            except FileFaultError:
                if not self.suspicion:
                    self._forget()  # to be opened again
                raise

    def _connect(self, *, check: bool) -> None:
        assert self._file
        if check and not self._file.stat().st_size:
            self.suspicion = "it is empty"
            raise FileFaultError(self.suspicion)
        with self._suspecting():
            self._keeper = connect(self.path, self._busy_s)
            self._keeper.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # opens the log
            if check and (said := _checked(self._keeper)):
                self.suspicion = said
                raise FileFaultError(f"the file is damaged: {said}")
        self._sides = {side: identity_of(stat) for side in self._side_paths() if (stat := stat_of(side))}

    def _leave(self) -> None:
        """Forget the open file, and take its log out of the way of the one that bears the name now."""
        if self._file is None:
            return
        kept = bool(self._file.stat().st_nlink) and self._file.identity not in self._asides().values()
        if self._keeper and kept and self._identity_now() != self._file.identity and not self.suspicion:
            with suppress(sqlite3.Error):  # a file that was moved away gets all that was committed to it
                self._keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._retire_sides(keep=kept)
        self._forget()

    def _forget(self) -> None:
        if self._keeper:
            self._keeper.close()
        if self._file:
            self._left.append(self._file)
        self._keeper = self._file = self._mark = self._counters = None
        self.suspicion = ""

    def _retire_sides(self, *, keep: bool = False) -> None:
        """With `keep`, a log that is not empty is renamed: without its file it is worth nothing."""
        for side, identity in self._sides.items():
            stat = stat_of(side)
            if stat and identity_of(stat) == identity:
                if keep and stat.st_size and side.name.endswith("-wal"):
                    side.rename(_free(side.with_name(f"{side.name}.of-another-file")))
                else:
                    side.unlink()
        self._sides = {}

    def close(self) -> None:
        self._forget()
        for file in self._left:
            file.release()
        self._left, self._sides = [], {}

    def settled(self) -> bool:
        """Whether nobody has written or deleted it for a while."""
        if self._gone_since is not None:
            return time.monotonic() - self._gone_since >= SETTLE_S
        stat = self._stat()
        return bool(stat and _settled(stat))

    def checkpoint(self) -> None:
        """Bring what is in the log into the file, as far as nobody reads an older state."""
        if self._keeper:
            with suppress(sqlite3.OperationalError):  # a full disk or another's lock: the log keeps it
                self._keeper.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def write_back(self) -> bool:
        """Write a deleted file again, from the one that is still open. False: somebody else has put one there."""
        assert self._file
        with self._alone(), self._new() as new:
            if self.path.exists() or self._keeper is None:
                return False
            with self._suspecting():
                self._keeper.execute("VACUUM INTO ?", (str(new),))
            self._place(new)
        return True

    def separate(self) -> None:
        """Make what was copied into the open file a file of its own, whose log is empty: the present log, and what
        connections remember, belong to the content before."""
        assert self._file
        with self._alone(), self._new() as new:
            if self.look() is not State.OVERWRITTEN:
                return
            with new.open("wb") as target:
                while piece := os.pread(self._file.descriptor, 1 << 20, target.tell()):
                    target.write(piece)
            self._place(new)

    def set_aside(self, at: datetime, create: Callable[[Path], None]) -> str | None:
        """Rename the damaged file, with its log, and put the empty store that `create` makes in its place. The name
        that it has now; None where it is whole after all, or another process was first."""
        with self._alone(), self._new() as new:
            if self.look() is not State.DAMAGED:
                return None
            if not self._is_damaged():
                self._forget()  # to be opened again
                return None
            create(new)
            aside = _free(self.path.with_name(f"{self.path.name}.damaged-{at:%Y%m%dT%H%M%SZ}"))
            os.rename(self.path, aside)
            for side, end in zip(self._side_paths(), _SIDES, strict=True):
                with suppress(FileNotFoundError):
                    side.rename(aside.with_name(aside.name + end))
            os.rename(new, self.path)
            self._sync_folder()
            return aside.name

    def may_be_set_aside(self) -> bool:
        """Not a file that was named by mistake."""
        known = self._counters is not None or self.path.suffix in _USUAL_NAMES
        return known or bool(self._file and self._file.header().known)

    def damaged(self) -> tuple[str, ...]:
        """Names of the damaged files that were set aside, oldest first."""
        return tuple(sorted(name for name in self._asides() if not name.endswith(_SIDES)))

    def suspect(self, fault: BaseException | None) -> None:
        """Note what SQLite said where it means damage: never a locked file, a full disk or an error of the disk."""
        if isinstance(fault, sqlite3.Error) and _means_damage(fault):
            self.suspicion = str(fault)

    @contextmanager
    def _suspecting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            self.suspect(fault)
            raise FileFaultError(str(fault)) from fault

    def _is_damaged(self) -> bool:
        """By a connection of its own, with what the log has."""
        stat = self._stat()
        if stat is None or not stat.st_size:
            return stat is not None
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(self.path, self._busy_s)
            return bool(_checked(connection))
        except sqlite3.Error as fault:
            if _means_damage(fault):
                return True
            raise FileFaultError(str(fault)) from fault
        finally:
            if connection:
                connection.close()

    def _place(self, new: Path) -> None:
        """Give `new` the name of the file, with its permissions. The log of the one before goes first."""
        assert self._file
        stat = self._file.stat()
        os.chmod(new, stat.st_mode & 0o7777)
        with suppress(PermissionError):
            os.chown(new, stat.st_uid, stat.st_gid)
        descriptor = os.open(new, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        self._retire_sides()
        os.rename(new, self.path)
        self._sync_folder()

    @contextmanager
    def _new(self) -> Iterator[Path]:
        """A name on the same disk; what is left there is deleted."""
        with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=f"{self.path.name}.new-") as folder:
            try:
                yield Path(folder) / self.path.name
            except sqlite3.Error as fault:
                raise FileFaultError(str(fault)) from fault

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process exchanges the file meanwhile. A lock of the folder leaves nothing behind."""
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        deadline = time.monotonic() + _ALONE_S
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise FileFaultError("another process is exchanging the file") from None
                    time.sleep(0.01)
            yield
        finally:
            os.close(descriptor)

    def _sync_folder(self) -> None:
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _side_paths(self) -> list[Path]:
        return [self.path.with_name(self.path.name + end) for end in _SIDES]

    def _asides(self) -> dict[str, Identity]:
        found = self.path.parent.glob(f"{self.path.name}.damaged-*")
        return {one.name: identity_of(stat) for one in found if (stat := stat_of(one))}

    def _stat(self) -> os.stat_result | None:
        return stat_of(self.path)

    def _identity_now(self) -> Identity | None:
        stat = self._stat()
        return identity_of(stat) if stat else None


def connect(path: Path, busy_s: float) -> sqlite3.Connection:
    """A connection to a file that exists, in autocommit mode, with a write-ahead log. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(connection, time.monotonic() + busy_s)
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


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


def _checked(connection: sqlite3.Connection) -> str:
    """What SQLite finds wrong with the file; "" when it is whole."""
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if said == "ok" else " ".join(str(said).split())


def _means_damage(fault: sqlite3.Error) -> bool:
    return (getattr(fault, "sqlite_errorcode", 0) & 0xFF) in (_CORRUPT, _NOT_A_DATABASE)


def _require_whole(file: OpenFile) -> None:
    stat, header = file.stat(), file.header()
    if (not header.known or stat.st_size < header.bytes_wanted) and not _settled(stat):
        raise FileFaultError("the file was replaced by one that is not whole; perhaps it is still being copied")


def _settled(stat: os.stat_result) -> bool:
    return abs(time.time() - stat.st_mtime) >= SETTLE_S  # a clock that was set may put it in the future


def _free(path: Path) -> Path:
    """The name, with a number where it is taken."""
    count, free = 1, path
    while free.exists():
        count += 1
        free = path.with_name(f"{path.name}-{count}")
    return free
