"""What can happen to the file of a store: each takes the path and leaves a file that is none."""

from __future__ import annotations

import os
from pathlib import Path


def garbage(file: Path) -> None:
    file.write_bytes(b"\xa5" * file.stat().st_size)


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def emptied(file: Path) -> None:
    os.truncate(file, 0)
