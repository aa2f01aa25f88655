"""Structured logs on standard error: one JSON line per event. A title with a line break can't forge a second line."""

from __future__ import annotations

import sys
from typing import Any

import structlog


class _Lines:
    """Writes to the present `sys.stderr`, each line in one piece, so that lines of several threads don't mix."""

    def msg(self, line: str) -> None:
        print(line + "\n", end="", file=sys.stderr, flush=True)

    info = warning = msg


_log = structlog.wrap_logger(
    _Lines(),
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(20),
)


def info(what: str, **facts: Any) -> None:
    """Log an event of normal work, with its facts as fields."""
    _log.info(what, **facts)


def warning(what: str, **facts: Any) -> None:
    """Log an event that an operator should look at; inside `except`, with the exception."""
    _log.warning(what, exc_info=sys.exc_info()[0] is not None, **facts)
