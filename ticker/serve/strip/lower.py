"""The strip's two rows in front of the rates, and the small figure beneath each rate.

The upper row names the bank and the day of the large figures; the lower row names what the small ones are. A small
figure of another day than the lower row names is not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ticker.model import Freshness
from ticker.rates.freshness import Figure
from ticker.serve.i18n.words import NOTHING, own_digits, rounded
from ticker.serve.strip.context import Context
from ticker.serve.strip.label import Label, label_of
from ticker.serve.strip.stand_in import banks_of, drawn_names

Kind = Literal["", "change", "changed", "next", "state"]
SmallKind = Literal["", "change", "next", "doubt", "own", "late", "banks"]
Trend = Literal["up", "down"]
ARROWS = {"up": "▲", "down": "▼"}
ROOM = 8  # characters of banks' names beneath a figure


@dataclass(frozen=True, slots=True)
class Rows:
    """The common label. `kind` is what the small figures are; of `state`, there is none but a currency's own."""

    name: str
    unit: str
    day: str
    lower: str
    outdated: str  # the lower row after `until`
    kind: Kind
    lower_on: date | None = None  # the day of the small figures, where the lower row names one


@dataclass(frozen=True, slots=True)
class Small:
    """The small figure beneath a rate, or what is true of that currency alone."""

    text: str = ""
    kind: SmallKind = ""
    trend: Trend | None = None


NO_SMALL = Small()


def trend_of(change: Decimal) -> Trend | None:
    return ("up" if change > 0 else "down") if change else None


def change_text(change: Decimal, digits: int, context: Context) -> str:
    """A change without its sign. One too small for the figure's decimals keeps all its digits: 0.0006, not the 0.001
    that it rounds up to."""
    return context.say.number(abs(change), digits if rounded(change, digits) else own_digits(change))


def rows_of(common: Label, figures: Sequence[Figure], tomorrow: date | None, context: Context) -> Rows:
    """`tomorrow` is the day of the next figures, None where none is wanted or known."""
    say, bank = context.say, context.bank(common.bank)
    outdated, unit = say.text("outdated.alone"), say.text("bank.rest", unit=say.unit(context.content.home.currency))
    if common.freshness in (Freshness.STALE, Freshness.NONE):
        key, lower = _without_figure(common, context)
        if tomorrow:
            return Rows(
                say.text("bank.stale", bank=bank), "", "", _on("for", tomorrow, context), outdated, "next", tomorrow
            )
        return Rows(say.text(key, bank=bank), "", "", lower, outdated, "state")
    day = say.text("label.day", day=_days(common, context))
    if common.freshness is Freshness.LATE or not common.confirmed:
        lower = say.text("lower.late" if common.confirmed else "mark.unconfirmed")
        return Rows(bank, unit, day, lower, outdated, "state")
    kind, on, lower = _small_figures(common, figures, tomorrow, context)
    # Without small figures, the lower row is the unit.
    return Rows(bank, unit if kind else "", day, lower, outdated, kind, on)


def _without_figure(common: Label, context: Context) -> tuple[str, str]:
    say = context.say
    if common.valid_on:
        return "bank.stale", _on("since", common.valid_on, context)
    return ("lower.none.bank" if common.bank else "lower.none"), say.text("lower.yet")


def _small_figures(
    common: Label, figures: Sequence[Figure], tomorrow: date | None, context: Context
) -> tuple[Kind, date | None, str]:
    """What the small figures are, their day, and what the lower row says of them."""
    if tomorrow:
        return "next", tomorrow, _on("for", tomorrow, context)
    if not context.options.shows("change"):
        return "", None, context.say.unit(context.content.home.currency)
    alike = [one for one in figures if label_of(one) == common]
    last = max((one.changed_on for one in alike if one.changed_on), default=None)
    # Not the first day of the table: one of Saturday to Monday brings no change on Monday.
    if last and last < context.today:
        return "changed", last, _on("changed", last, context)
    return "change", context.today, context.say.text("lower.change")


def small_of(figure: Figure, digits: int, common: Label, rows: Rows, context: Context) -> Small:
    """`digits` are the decimals of the large figure."""
    label = label_of(figure)
    if figure.derived:
        return Small(_banks(banks_of(figure), context), "banks")
    if label != common and (own := _own(label, common, rows, context)):
        return own
    if rows.kind == "next":
        return _next(figure, digits, rows, context)
    if not figure.rate or figure.freshness is not Freshness.FRESH or not figure.confirmed:
        return NO_SMALL
    return _change(_changed(figure, rows), digits, context) if rows.kind in ("change", "changed") else NO_SMALL


def _changed(figure: Figure, rows: Rows) -> Decimal | None:
    """The change on the day of the small figures: zero where the figure is known to have stood on it; None where that
    is not known, or it moved again since."""
    day, since = rows.lower_on, figure.stands_since
    if day and figure.changed_on == day:
        return figure.last_change
    if day and since and since < day:
        return Decimal()
    return figure.change if figure.rate and figure.rate.valid_on == day else None


def _banks(banks: Sequence[str], context: Context) -> str:
    """Whose figure it is; how many banks' where there is no room for a name. What is read aloud, and the panel, name
    all of them."""
    named = drawn_names(banks, context, ROOM)
    return named if len(named) <= ROOM else context.say.text("lower.banks", count=len(banks))


def _own(label: Label, common: Label, rows: Rows, context: Context) -> Small | None:
    """What is true of a currency alone: its own day or doubt. The label's days are its own where its table has them."""
    if not label.confirmed and label.freshness in (Freshness.FRESH, Freshness.LATE):
        return Small(context.say.text("mark.unconfirmed"), "late")
    if not label.valid_on:
        return None
    late = label.freshness is not Freshness.FRESH
    if late and common.freshness is label.freshness and label.valid_on == common.valid_on:
        return None
    has_next = rows.kind == "next" and label.next_on == rows.lower_on
    if not late and _covers(label, common) and (has_next or label.valid_on == common.valid_on):
        return None
    return Small(context.say.brief(label.valid_on, context.today), "late" if late else "own")


def _covers(label: Label, common: Label) -> bool:
    """Whether a figure is the official one on each day that the common label names."""
    if not label.valid_on or not common.valid_on or label.valid_on > common.valid_on:
        return False
    return (label.valid_until or label.valid_on) >= (common.valid_until or common.valid_on)


def _next(figure: Figure, digits: int, rows: Rows, context: Context) -> Small:
    after, doubted = figure.next, figure.next_doubted
    if doubted and doubted.valid_on == rows.lower_on:
        return Small(f"{context.say.number(doubted.value, digits)} ?", "doubt")
    if not after or after.valid_on != rows.lower_on:
        return Small(_still(figure, digits, rows, context) or NOTHING, "next")
    trend = trend_of(after.value - figure.rate.value) if figure.rate else None
    text = context.say.number(after.value, digits)
    return Small(f"{text} {ARROWS[trend]}" if trend else text, "next", trend)


def _still(figure: Figure, digits: int, rows: Rows, context: Context) -> str:
    """The figure itself, where its own table has the day of the next ones too."""
    day, until, after = rows.lower_on, figure.certain_until, figure.next
    if not figure.rate or not day or not until or until < day or (after and after.valid_on < day):
        return ""
    return context.say.number(figure.rate.value, digits)


def _change(change: Decimal | None, digits: int, context: Context) -> Small:
    if change is None:
        return NO_SMALL
    trend = trend_of(change)
    return Small(f"{ARROWS[trend]} {change_text(change, digits, context)}" if trend else "0", "change", trend)


def _days(common: Label, context: Context) -> str:
    first, last, say = common.valid_on, common.valid_until, context.say
    if not first or not last or last <= first:
        return say.brief(first, context.today) if first else ""
    begin = str(first.day) if (first.year, first.month) == (last.year, last.month) else say.brief(first, context.today)
    return f"{begin}–{say.brief(last, context.today)}"


def _on(what: str, day: date, context: Context) -> str:
    return context.say.text(f"lower.{what}", day=context.say.brief(day, context.today, what))
