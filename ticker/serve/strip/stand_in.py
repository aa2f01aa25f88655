"""What stands in where no official figure can be shown: what other banks agree on, with ≈ and the banks' names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.rates.freshness import Figure
from ticker.serve.i18n.words import NOTHING
from ticker.serve.strip.context import Context

ABOUT = "≈"
ROOM = 32  # characters of banks' names in the common label
ROOM_BESIDE = 13  # beside a figure, and where the label names a later day too


@dataclass(frozen=True, slots=True)
class StandIn:
    """The day it is for, and the banks (their keys) that agree on it."""

    day: date
    banks: tuple[str, ...]


def stand_in_of(figure: Figure) -> StandIn | None:
    return StandIn(figure.derived.day, banks_of(figure)) if figure.derived else None


def banks_of(figure: Figure) -> tuple[str, ...]:
    """The keys of the banks that a stand-in comes from, in an order that does not depend on their figures; none for an
    official figure."""
    return tuple(sorted(figure.derived.banks)) if figure.derived else ()


def about_digits(value: Decimal, wanted: int | None) -> int:
    """How many decimals a stand-in has, `wanted` being the option: two from 10 up, below that four digits in all. The
    banks agree on no more."""
    return max(2, 3 - value.adjusted()) if wanted is None else wanted


def about(number: str) -> str:
    return f"{ABOUT} {number}" if number != NOTHING else NOTHING


def names(banks: Iterable[str], context: Context) -> str:
    """All of them, by the names that are read aloud."""
    return ", ".join(context.say.bank(bank, spoken=True) for bank in banks)


def short_names(banks: Iterable[str], context: Context) -> str:
    """All of them, by their short names."""
    return ", ".join(map(context.say.bank, banks))


def drawn_names(banks: Sequence[str], context: Context, room: int) -> str:
    """Their short names, as many as there is room for, and how many more there are: "NBK, CBU +1". What is read aloud
    and the panel have all."""
    counts = range(1, len(banks) + 1)
    texts = [short_names(banks[:n], context) + (f" +{len(banks) - n}" if n < len(banks) else "") for n in counts]
    return next((text for text in reversed(texts) if len(text) <= room), texts[0])


def marked_as(banks: str, context: Context, day: str = "") -> tuple[str, str]:
    """The mark beside a figure in two parts, its state and whose it is: "not official", "NBK, CBU"."""
    return ", ".join(filter(None, [day, context.say.text("standin.mark")])), banks


def instead(one: StandIn, context: Context) -> str:
    """What stands in, as a part of a sentence: "rates for 19 May from …, not official"."""
    return _said("status", one, context)


def instead_of_one(one: StandIn, context: Context) -> str:
    """The same of one figure: "for 19 May from …, not official"."""
    return _said("said", one, context)


def _said(what: str, one: StandIn, context: Context) -> str:
    # A demonstration is never compared with what is official.
    demo = ".demo" if context.content.demo else ""
    return context.say.text(f"{what}.standin{demo}", day=context.day(one.day), banks=names(one.banks, context))
