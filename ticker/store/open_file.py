"""A descriptor of the store's file, and what its first bytes say."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

Identity = tuple[int, int]  # device and inode
_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Header:
    """What the first 100 bytes of a file say: https://sqlite.org/fileformat2.html, 1.3."""

    known: bool  # as SQLite begins its files
    bytes_wanted: int  # the file's size, by its header
    counters: tuple[int, int]  # never goes back: the change counter, and the number of our writes (`user_version`)

    @classmethod
    def of(cls, raw: bytes) -> Header:
        if len(raw) < 100 or not raw.startswith(_MAGIC):
            return cls(False, 0, (0, 0))

        def number(at: int, size: int = 4) -> int:
            return int.from_bytes(raw[at : at + size], "big")

        page = number(16, 2)
        pages = number(28) if number(24) == number(92) else 0  # otherwise an old SQLite wrote last
        return cls(True, pages * (65536 if page == 1 else page), (number(24), number(60)))


class OpenFile:
    """A descriptor of the file. All stores of this process on one file share it, and it is closed with the last of
    them: closing any descriptor of a file drops the locks that SQLite has on it in this process (fcntl(2))."""

    _all: ClassVar[dict[Identity, OpenFile]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, descriptor: int, identity: Identity) -> None:
        self.descriptor, self.identity, self._users = descriptor, identity, 0

    @classmethod
    def take(cls, path: Path) -> OpenFile:
        """The file now at `path`. Raises OSError."""
        with cls._lock:
            found = cls._all.get(identity_of(os.stat(path)))
            if found is None:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                identity = identity_of(os.fstat(descriptor))
                found = cls._all.setdefault(identity, cls(descriptor, identity))
            found._users += 1
            return found

    def release(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                del self._all[self.identity]
                os.close(self.descriptor)

    def header(self) -> Header:
        return Header.of(os.pread(self.descriptor, 100, 0))

    def stat(self) -> os.stat_result:
        return os.fstat(self.descriptor)


def stat_of(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def identity_of(stat: os.stat_result) -> Identity:
    return stat.st_dev, stat.st_ino
