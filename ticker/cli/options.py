"""Types of values and options that several commands share. Light: `ticker --help` imports it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

T = TypeVar("T")
Command = Callable[..., int]  # returns the exit code

OK, NOT_WELL = 0, 1  # exit codes; click's 2 is for wrong usage or wrong settings


class Value(click.ParamType[T, str]):
    """A value that `read` makes of its text; `wanted` is what the error says is allowed."""

    def __init__(self, name: str, read: Callable[[str], T], wanted: str) -> None:
        self.name, self._read, self._wanted = name, read, wanted

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> T:
        try:
            return self._read(value)
        except ValueError:
            self.fail(f"met {value!r}, wanted {self._wanted}", param, ctx)


def _matched(pattern: str, text: str) -> re.Match[str]:
    if match := re.fullmatch(pattern, text):
        return match
    raise ValueError(text)


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()


def _port(text: str) -> int:
    port = int(_matched("[0-9]{1,5}", text)[0])
    if not 1 <= port <= 65_535:
        raise ValueError(text)
    return port


def _nominal(text: str) -> tuple[str, int]:
    """The currency ("" for all) and the nominal."""
    match = _matched(r"(?:([A-Z]{3})=)?(10{0,6})", text)
    return match[1] or "", int(match[2])


DAY = Value("day", _day, "a day as 2026-05-22")
MOMENT = Value("moment", datetime.fromisoformat, "a moment as 2026-05-22T18:30")
PORT = Value("port", _port, "a port from 1 to 65535")
CURRENCY = Value("currency", lambda text: _matched("[A-Za-z]{3}", text)[0].upper(), "a currency's three letters")
NOMINAL = Value("nominal", _nominal, "1, 10, 100, ... or 1000000, or USD=1")
FIGURE_ID = Value(
    "figure", lambda text: int(_matched("[0-9]{1,18}", text)[0]), "a figure's number; `ticker held` lists them"
)
FILE = click.Path(path_type=Path)


def with_settings(command: Command) -> Command:
    """Adds `--config`, and hands the settings (Loaded) to the command as its first argument."""

    @click.option(
        "--config", "settings_file", type=FILE, metavar="FILE", help="Settings file (default: ticker.toml here)."
    )
    @wraps(command)
    def run(settings_file: Path | None, **asked: Any) -> int:
        from ticker.cli.settings import mistakes_told, read_settings

        with mistakes_told():
            address = {name: asked.pop(name) for name in ("host", "port") if name in asked}
            return command(read_settings(settings_file, **address), **asked)

    return run


def with_address(command: Command) -> Command:
    host = click.option("--host", metavar="HOST", help="Address to listen on (default: serve.host, 127.0.0.1).")
    port = click.option("--port", type=PORT, metavar="PORT", help="Port to listen on (default: serve.port, 8000).")
    return host(port(command))


def with_currencies(command: Command) -> Command:
    return click.option(
        "--currency", "currencies", type=CURRENCY, metavar="CODE", multiple=True,
        help="Only this currency; repeatable (default: all).",
    )(command)  # fmt: skip
