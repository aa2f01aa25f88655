"""The label beside the rates: whose figures they are, of which day, in which state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ticker.model import Freshness
from ticker.rates.freshness import Figure
from ticker.serve.i18n.words import ARROW
from ticker.serve.strip.context import Context


@dataclass(frozen=True, slots=True)
class Label:
    """What the label says of one currency; those with the commonest label need no mark of their own."""

    bank: str | None
    freshness: Freshness
    valid_on: date | None
    valid_until: date | None
    next_on: date | None


@dataclass(frozen=True, slots=True)
class LabelText:
    """The label's two lines, what they become after `until`, and the sentences announced for both."""

    bank: str
    bank_rest: str  # what follows the bank: the unit of the figures
    day: str
    status: str
    outdated: str
    outdated_day: str
    outdated_status: str


def label_of(figure: Figure) -> Label:
    last = figure.last
    return Label(
        bank=figure.bank or None,
        freshness=figure.freshness,
        valid_on=last.valid_on if last else None,
        valid_until=last.valid_until if last and figure.freshness is Freshness.FRESH else None,
        next_on=figure.next.valid_on if figure.next else None,
    )


def day_span(label: Label, context: Context) -> str:
    """The day of a figure, or the days where its table is for several."""
    return context.say.span(label.valid_on, label.valid_until, context.today)


def mark(label: Label, common: Label, context: Context) -> str:
    """A currency's own day or state, beside its figure; empty where the common label is its own."""
    if label == common:
        return ""
    bank = context.bank(label.bank) if label.bank != common.bank and not context.content.demo else ""
    never = context.say.text("mark.yet") if label.freshness is Freshness.NONE else ""
    return " ".join(filter(None, [bank, never, _day(label, context)]))


def label_text(label: Label, context: Context) -> LabelText:
    say, bank = context.say, context.bank(label.bank)
    if label.freshness in (Freshness.STALE, Freshness.NONE):
        return _without_figure(label, context)
    outdated, days = say.text("outdated", bank=bank), _days(label, context)
    return LabelText(
        bank=bank,
        bank_rest=say.text("bank.rest", unit=say.unit(context.content.home.currency)),
        day=_day(label, context),
        status=_status(label, context),
        outdated=outdated,
        outdated_day=say.text("day.late", day=days),
        outdated_status=say.text("outdated.status", bank=bank, day=days),
    )


def _without_figure(label: Label, context: Context) -> LabelText:
    say, bank = context.say, context.bank(label.bank)
    if label.freshness is Freshness.STALE:
        name = say.text("bank.stale", bank=bank)
        status = say.text("status.stale", bank=bank, day=day_span(label, context))
    else:
        name = status = say.text("bank.yet", bank=bank) if bank else say.text("bank.none")
    outdated = say.text("outdated.alone")
    return LabelText(name, "", _day(label, context), status, outdated, name, f"{outdated}, {name}")


def _status(label: Label, context: Context) -> str:
    if context.content.demo:
        key = "demo"
    elif label.freshness is Freshness.LATE:
        key = "late"
    else:
        key = "next" if label.next_on else "fresh"
    bank, day = context.bank(label.bank), day_span(label, context)
    return context.say.text(f"status.{key}", bank=bank, day=day, next=context.day(label.next_on))


def _days(label: Label, context: Context) -> str:
    """The day of a figure, and that of the next one where it is known."""
    if label.valid_on and label.next_on:
        return context.say.days(label.valid_on, label.next_on, near=context.today)
    return day_span(label, context)


def _day(label: Label, context: Context) -> str:
    """The line with the days, in the words of the state."""
    if label.freshness is Freshness.FRESH:
        return _days(label, context)
    if label.freshness is Freshness.LATE:
        return context.say.text("day.late", day=_days(label, context))
    since = context.say.text("day.stale", day=day_span(label, context)) if label.valid_on else ""
    return f"{since} {ARROW} {context.day(label.next_on)}".strip() if label.next_on else since
