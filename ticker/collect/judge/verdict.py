"""What becomes of an answer: a value that a round stores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ticker.model import Cause, Heard, Rate


class Hold(NamedTuple):
    """Why a figure is held: the rule, and the reason in words with both figures."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one answer of a bank."""

    believed: tuple[Rate, ...] = ()  # new revisions to show
    unconfirmed: tuple[Rate, ...] = ()  # new revisions to show as unconfirmed
    held: tuple[tuple[Rate, Hold], ...] = ()  # new revisions not to show
    confirmed: frozenset[str] = frozenset()  # currencies of which the newest believed figure was seen
    borne_out: tuple[int, ...] = ()  # revisions that were unconfirmed and are confirmed now
    released: tuple[int, ...] = ()  # revisions that were held and are believed now
    discarded: tuple[int, ...] = ()  # revisions that are refuted now: never shown, a witness of nothing
    disputed: tuple[tuple[int, Hold], ...] = ()  # revisions that must be held now, whatever they were
    lost: tuple[str, ...] = ()  # currencies missing here that the table before had
    refused: str = ""  # why the whole table has to wait
    ignored: str = ""  # why the whole table is not news
    heard: Heard = field(default_factory=Heard)  # what the next answer is to be judged by


_TUPLES = ("believed", "unconfirmed", "held", "borne_out", "released", "discarded", "disputed")


def joined(parts: Iterable[Verdict], **rest: Any) -> Verdict:
    """Several verdicts on parts of one answer as one."""
    parts = list(parts)
    lists: dict[str, Any] = {
        name: tuple(dict.fromkeys(one for part in parts for one in getattr(part, name))) for name in _TUPLES
    }
    return Verdict(**lists, confirmed=frozenset().union(*(part.confirmed for part in parts)), **rest)
