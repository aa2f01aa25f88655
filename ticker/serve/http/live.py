"""The newest snapshot in memory, with a copy in a file: readers never wait for the store."""

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
RETRY_S = 1.0  # so that processes which all lost the store show what is new within two seconds of each other
SAVE_EVERY = timedelta(minutes=1)
FIGURES_KEPT = timedelta(hours=1)


class LiveSnapshot:
    """Polls the store in a background thread. `show` receives each newer snapshot, `on_open` the store, once.

    `snapshot_file` holds the last snapshot, for a start while the store is down; None: no file.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        show: Callable[[Snapshot], None],
        clock: Callable[[], datetime],
        snapshot_file: Path | None,
        on_open: Callable[[Store], object] | None = None,
    ) -> None:
        self._open, self._show, self._clock = open_store, show, clock
        self._snapshot_file, self._on_open = snapshot_file, on_open
        self.store: Store | None = None
        self.fault: str = "not opened yet"  # why the store cannot be read; "" while it can
        self.polled_at: datetime | None = None
        self._seen: tuple[int, int, int] | None = None  # the store's generation, version and confirmations
        self._snapshot: Snapshot | None = None
        self._shown: Snapshot | None = None
        self._saved_at: datetime | None = None
        self._bare_since: datetime | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._snapshot_file and (kept := read_snapshot(self._snapshot_file)):
            self._show(kept)
            self._shown = kept
        self._thread = threading.Thread(target=self._follow, name="latest", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(3)
        if self.store:
            self.store.close()

    def poll(self) -> None:
        """Read the store once and show what is newer. Never raises: `fault` says what went wrong."""
        try:
            if self.store is None:
                self.store = self._open()
                if self._on_open:
                    self._on_open(self.store)
            self._read(self.store)
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
        version, confirmations = store.version()
        # Last: when the file was replaced meanwhile, the next poll finds another version, or it was read from that one.
        seen = store.generation, version, confirmations
        if seen == self._seen and not self._bare_since:
            return
        if self._seen and self._snapshot and seen[:2] == self._seen[:2]:
            snapshot: Snapshot | None = self._snapshot.confirmed(store.looks())
        else:
            snapshot = store.snapshot()
        if snapshot and not self._is_bare(snapshot):
            self._save(snapshot)  # first: after a crash no reader gets an older version than before
            self._show(snapshot)
            self._shown = snapshot
        self._snapshot, self._seen = snapshot, seen

    def _is_bare(self, snapshot: Snapshot) -> bool:
        """Whether the store has begun anew and lacks the figures of the first source of which the last good snapshot
        still shows some. Their age is judged all along; after an hour the newer headlines count for more."""
        shown = self._shown.content if self._shown else None
        sources, has = ({one.source for one in many} for many in (snapshot.content.banks, snapshot.content.series))
        if not shown or not shown.series or shown.series[0].source in has or set(shown.grace) != sources:
            self._bare_since = None
            return False
        self._bare_since = self._bare_since or self._clock()
        return abs(self._clock() - self._bare_since) < FIGURES_KEPT

    def _save(self, snapshot: Snapshot) -> None:
        now = self._clock()
        newer = self._snapshot is None or self._snapshot.content is not snapshot.content
        if self._snapshot_file and (newer or not self._saved_at or now - self._saved_at > SAVE_EVERY):
            try:
                write_snapshot(self._snapshot_file, snapshot)
            except OSError as fault:
                log.info("last good snapshot not written", file=self._snapshot_file.name, why=str(fault))
            self._saved_at = now


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write the file atomically: a reader never sees half of it."""
    looks = [[source, subject, at.isoformat()] for (source, subject), at in sorted(snapshot.looks.items())]
    kept = json.dumps([snapshot.version, snapshot.as_of.isoformat(), dump(snapshot.content), looks], ensure_ascii=False)
    text = json.dumps({"sha256": hashlib.sha256(kept.encode()).hexdigest(), "kept": kept}, ensure_ascii=False)
    write_atomically(path, text.encode())


def write_atomically(path: Path, body: bytes) -> None:
    """Write a file atomically; another process may be writing it too. Raises OSError."""
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


def read_snapshot(path: Path) -> Snapshot | None:
    """The snapshot in the file; None where there is none or it is damaged."""
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
