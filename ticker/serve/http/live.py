"""The newest snapshot, kept in memory, and its last good copy in a file: readers never wait for the store."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from ticker import log
from ticker.snapshot import Snapshot, dump, load
from ticker.store import Store, StoreError

POLL_S = 0.4  # so that every process serves a new version within a second
RETRY_S = 2.0
SAVE_EVERY = timedelta(minutes=1)
PING_EVERY = timedelta(seconds=30)


class LiveSnapshot:
    """Follows the store in a thread of its own. `show` is given each newer snapshot; `opened` the store, once."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        show: Callable[[Snapshot], None],
        clock: Callable[[], datetime],
        last_good: Path | None,
        on_open: Callable[[Store], object] = id,
    ) -> None:
        self._open, self._show, self._clock, self._last_good, self._opened = (
            open_store,
            show,
            clock,
            last_good,
            on_open,
        )
        self.store: Store | None = None
        self.fault: str = "not opened yet"  # why the store can't be read, in words; "" while it can
        self.polled_at: datetime | None = None
        self._seen: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None
        self._saved_at: datetime | None = None
        self._pinged_at: datetime | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._last_good and (kept := read_last_good(self._last_good)):
            self._show(kept)
        self._thread = threading.Thread(target=self._follow, name="latest", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(3)
        if self.store:
            self.store.close()

    def poll(self) -> None:
        """One look at the store: what is newer is shown. Never raises: `fault` says what went wrong."""
        try:
            if self.store is None:
                self.store = self._open()
                self._opened(self.store)
            self._read(self.store)
            self._ping(self.store)
            self.fault = ""
        except StoreError as fault:
            if str(fault) != self.fault:
                log.info("store unavailable", why=str(fault))
            self.fault = str(fault)
        except Exception as fault:
            log.warning("following the store failed")
            self.fault = f"{type(fault).__name__}: {fault}"
        self.polled_at = self._clock()

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self.poll()
            self._stopping.wait(RETRY_S if self.fault else POLL_S)

    def _read(self, store: Store) -> None:
        seen = store.version()
        if seen == self._seen:
            return
        if self._seen and self._snapshot and seen[0] == self._seen[0]:
            snapshot: Snapshot | None = self._snapshot.confirmed(store.looks())
        else:
            snapshot = store.snapshot()
        if snapshot:
            self._save(snapshot)  # first: after a crash no reader is told an older version than before
            self._show(snapshot)
        self._snapshot, self._seen = snapshot, seen

    def _ping(self, store: Store) -> None:
        """A database file that was deleted still answers whoever has it open: ask, so that an operator is told."""
        now = self._clock()
        due = self.fault or self._pinged_at is None or abs(now - self._pinged_at) > PING_EVERY
        if due and store.address.startswith("sqlite:"):
            store.ping()
            self._pinged_at = now

    def _save(self, snapshot: Snapshot) -> None:
        now = self._clock()
        newer = self._snapshot is None or self._snapshot.version != snapshot.version
        if self._last_good and (newer or not self._saved_at or now - self._saved_at > SAVE_EVERY):
            try:
                write_last_good(self._last_good, snapshot)
            except OSError as fault:
                log.info("last good snapshot not written", file=self._last_good.name, why=str(fault))
            self._saved_at = now


def write_last_good(path: Path, snapshot: Snapshot) -> None:
    """Whole or not at all: a reader of the file never sees half of it."""
    looks = [[source, subject, at.isoformat()] for (source, subject), at in sorted(snapshot.looks.items())]
    kept = json.dumps([snapshot.version, snapshot.as_of.isoformat(), dump(snapshot.content), looks], ensure_ascii=False)
    text = json.dumps({"sha256": hashlib.sha256(kept.encode()).hexdigest(), "kept": kept}, ensure_ascii=False)
    write_whole(path, text.encode())


def write_whole(path: Path, body: bytes) -> None:
    """The file, whole or not at all; another process may be writing the same. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_last_good(path: Path) -> Snapshot | None:
    """The snapshot that `write_last_good` left; None where there is none or it is not whole."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        kept: str = raw["kept"]
        if hashlib.sha256(kept.encode()).hexdigest() != raw["sha256"]:
            raise ValueError("the checksum differs")
        version, as_of, content, looks = json.loads(kept)
        return Snapshot(
            version,
            datetime.fromisoformat(as_of),
            load(content),
            {(source, subject): datetime.fromisoformat(at) for source, subject, at in looks},
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        log.info("last good snapshot not read", file=path.name, why=str(fault))
        return None
