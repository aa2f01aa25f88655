"""Copies of the tree in which bugs are planted, and commands that run in them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from .planted import ROOT, Bug

_COPIED = ("ticker", "templates", "tests", "docs", "pyproject.toml")  # a test plays the table of docs/judging.md
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "transcripts")
_RECORDED = ROOT.parent / "shared"


@dataclass(frozen=True, slots=True)
class Ended:
    """A command's exit code, None where it did not end in time, and what it printed."""

    code: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Tree:
    folder: Path

    @contextmanager
    def with_bug(self, bug: Bug) -> Iterator[None]:
        """The bug is there meanwhile. Raises NotPlantableError."""
        file, spoilt = self.folder / bug.path, bug.text(self.folder)
        whole = file.read_text(encoding="utf-8")
        file.write_text(spoilt, encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(whole, encoding="utf-8")

    def run(self, command: Sequence[str], within_s: float) -> Ended:
        """Run a command here, with all that it starts."""
        # Bytecode is found by a file's size and second: that of the file without the bug could be taken for its own.
        environment = os.environ | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            _kill(process)
            said, _ = process.communicate()
            return Ended(None, said)
        except BaseException:
            _kill(process)
            raise
        return Ended(process.returncode, said)


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


class Trees:
    """So many copies, each for one user at a time."""

    def __init__(self, folder: Path, count: int) -> None:
        self._free: SimpleQueue[Tree] = SimpleQueue()
        if _RECORDED.is_dir():
            (folder / "shared").symlink_to(_RECORDED)
        for number in range(count):
            self._free.put(_copied(folder / f"tree-{number}"))

    @contextmanager
    def one(self) -> Iterator[Tree]:
        tree = self._free.get()
        try:
            yield tree
        finally:
            self._free.put(tree)


@contextmanager
def trees(count: int) -> Iterator[Trees]:
    with TemporaryDirectory(prefix="bugs-") as folder:
        yield Trees(Path(folder), count)


def _copied(folder: Path) -> Tree:
    folder.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_LEFT_OUT, symlinks=True)
        else:
            shutil.copy2(source, folder / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return Tree(folder)
