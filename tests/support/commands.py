"""A command run in this process, as its user sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from ticker.cli import main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def carry_out(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> Ran:
    """Whatever happens, nobody is shown a traceback."""
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return Ran(code, said.out, said.err)
