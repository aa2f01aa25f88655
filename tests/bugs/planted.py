"""The list of planted bugs: `bugs.toml`, with the tests of each room."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("bugs.toml")


class NotPlantableError(ValueError):
    """A bug's old text is not in its file, or there more than once: the code has changed, the list has not."""


@dataclass(frozen=True, slots=True)
class Bug:
    """`old` occurs once in the file at `path` and becomes `new`; `harm` says what goes wrong for a reader."""

    room: str
    path: str
    old: str
    new: str
    harm: str

    def text(self, tree: Path) -> str:
        """The file of `tree` with this bug. Raises NotPlantableError."""
        file = tree / self.path
        whole = file.read_text(encoding="utf-8") if file.is_file() else ""
        if (met := whole.count(self.old)) != 1:
            raise NotPlantableError(f"{self.path} ({self.room}): met {met} times, wanted once:\n{self.old}")
        return whole.replace(self.old, self.new)


def read_list(file: Path = LIST) -> tuple[dict[str, list[str]], list[Bug]]:
    """By room what pytest is given, and the bugs in order."""
    listed = tomllib.loads(file.read_text(encoding="utf-8"))
    bugs = [Bug(room=room, **fields) for room, of_room in listed["bugs"].items() for fields in of_room]
    return listed["tests"], bugs
