"""The label beside the rates: whose figures they are, of which day, in which state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ticker.model import Freshness
from ticker.rates.freshness import Figure
from ticker.serve.i18n.words import ARROW, Words
from ticker.serve.strip.context import Context
from ticker.serve.strip.stand_in import (
    ROOM,
    ROOM_BESIDE,
    StandIn,
    drawn_names,
    instead,
    marked_as,
    short_names,
    stand_in_of,
)


@dataclass(frozen=True, slots=True)
class Label:
    """What the label says of one currency; those with the commonest label need no mark of their own."""

    bank: str | None
    freshness: Freshness
    valid_on: date | None
    valid_until: date | None
    next_on: date | None
    confirmed: bool
    stand_in: StandIn | None = None  # `valid_on` is then the day of the bank's last figure


@dataclass(frozen=True, slots=True)
class LabelText:
    """The label's two lines, what they become after `until`, and the sentences announced for both."""

    bank: str
    bank_spoken: str  # the bank by the name that is read aloud
    bank_rest: str  # what follows the bank: the unit of the figures, or the day of its next ones
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
        valid_until=last.valid_until
        if last and (figure.freshness is Freshness.FRESH or not figure.confirmed)
        else None,
        next_on=figure.next.valid_on if figure.next else None,
        confirmed=figure.confirmed,
        stand_in=stand_in_of(figure),
    )


def day_span(label: Label, context: Context) -> str:
    """The day of a figure, or the days where its table is for several."""
    return context.say.span(label.valid_on, label.valid_until, context.today)


def in_state(days: str, freshness: Freshness, say: Words, *, current: bool = False) -> str:
    """The days of a figure in the words of its freshness: "18 June", "of 17 June", "since 12 May".

    A late figure is `current` where its own table has the day: an unconfirmed one is not of another day.
    """
    key = {Freshness.LATE: "day.late", Freshness.STALE: "day.stale"}.get(freshness)
    return say.text(key, day=days) if key and not current else days


def marked(text: str, say: Words, *, confirmed: bool) -> str:
    """The words beside a figure: "18 June, unconfirmed"."""
    return text if confirmed else ", ".join(filter(None, [text, say.text("mark.unconfirmed")]))


def own_day(label: Label, common: Label, context: Context) -> str:
    """A currency's own day or state, beside its figure; empty where the common label says the same."""
    # Where others stand in, what the label says of the bank is true of a currency for which nobody does.
    if label == common or (common.stand_in and label == replace(common, stand_in=None, freshness=label.freshness)):
        return ""
    bank = context.bank(label.bank) if label.bank != common.bank and not context.content.demo else ""
    never = context.say.text("mark.yet") if label.freshness is Freshness.NONE else ""
    # An unconfirmed figure of today needs no day beside others of today: its doubt is said (`marked`).
    same = label.valid_on == common.valid_on or _is_current(common, context)
    day = "" if same and not label.confirmed and _is_current(label, context) else _day(label, context)
    return " ".join(filter(None, [bank, never, day]))


def own_mark(label: Label, common: Label, context: Context) -> tuple[str, str, str]:
    """A currency's own day or state, its doubt or whose figure it is, and the latter with all names; empty where the
    common label says the same."""
    own = label.stand_in
    if own is None or (common.stand_in == own):
        doubt = "" if label == common else marked("", context.say, confirmed=label.confirmed)
        return own_day(label, common, context), doubt, ""
    shown_on = common.stand_in.day if common.stand_in else common.valid_on
    day = "" if shown_on == own.day else context.day(own.day)
    return *marked_as(drawn_names(own.banks, context, ROOM_BESIDE), context, day), short_names(own.banks, context)


def _is_current(label: Label, context: Context) -> bool:
    """Whether the figure's own table has today, as far as the label says so."""
    return label.valid_until is not None and label.valid_until >= context.today


def label_text(label: Label, context: Context) -> LabelText:
    say, bank, spoken = context.say, context.bank(label.bank), context.bank(label.bank, spoken=True)
    if label.freshness in (Freshness.STALE, Freshness.NONE):
        return _without_figure(label, context)
    outdated, days = say.text("outdated", bank=bank), _days(label, context)
    aloud = "outdated.status" if label.confirmed else "outdated.unconfirmed"
    return LabelText(
        bank=bank,
        bank_spoken=spoken,
        bank_rest=say.text("bank.rest", unit=say.unit(context.content.home.currency)),
        day=marked(_day(label, context), say, confirmed=label.confirmed),
        status=_status(label, context),
        outdated=outdated,
        outdated_day=marked(in_state(days, Freshness.LATE, say), say, confirmed=label.confirmed),
        outdated_status=say.text(aloud, bank=spoken, day=days),
    )


def without(label: Label, context: Context, *, spoken: bool = True) -> str:
    """Which bank has no rate, and since when."""
    bank = context.bank(label.bank, spoken=spoken)
    if label.valid_on:
        return context.say.text("status.stale", bank=bank, day=day_span(label, context))
    return context.say.text("bank.yet" if bank else "bank.none", bank=bank)


def _with_stand_in(label: Label, one: StandIn, context: Context) -> LabelText:
    say, said = context.say, instead(one, context)
    banks = drawn_names(one.banks, context, ROOM_BESIDE if label.next_on else ROOM)
    day = say.text("standin.day", day=context.day(one.day), banks=banks)
    outdated, aloud = say.text("outdated.alone"), without(label, context)
    return LabelText(
        bank=without(label, context, spoken=False),
        bank_spoken=aloud,
        bank_rest=f" {ARROW} {context.day(label.next_on)}" if label.next_on else "",
        day=day,
        status=f"{aloud}; {said}",
        outdated=outdated,
        outdated_day=day,
        outdated_status=f"{outdated}, {said}",
    )


def _without_figure(label: Label, context: Context) -> LabelText:
    if label.stand_in:
        return _with_stand_in(label, label.stand_in, context)
    say, bank, spoken = context.say, context.bank(label.bank), context.bank(label.bank, spoken=True)
    if label.freshness is Freshness.STALE:
        name, aloud = (say.text("bank.stale", bank=each) for each in (bank, spoken))
        status = say.text("status.stale", bank=spoken, day=day_span(label, context))
    else:
        key = "bank.yet" if bank else "bank.none"
        name, aloud = (say.text(key, bank=each) for each in (bank, spoken))
        status = aloud
    outdated = say.text("outdated.alone")
    return LabelText(name, aloud, "", _day(label, context), status, outdated, name, f"{outdated}, {aloud}")


def _status(label: Label, context: Context) -> str:
    if not label.confirmed:
        key = "unconfirmed"
    elif context.content.demo:
        key = "demo"
    elif label.freshness is Freshness.LATE:
        key = "late"
    else:
        key = "next" if label.next_on else "fresh"
    bank, day = context.bank(label.bank, spoken=True), day_span(label, context)
    return context.say.text(f"status.{key}", bank=bank, day=day, next=context.day(label.next_on))


def _days(label: Label, context: Context) -> str:
    """The day of a figure, and that of the next one where it is known."""
    if label.valid_on and label.next_on:
        return context.say.days(label.valid_on, label.next_on, near=context.today)
    return day_span(label, context)


def _day(label: Label, context: Context) -> str:
    """The line with the days, in the words of the state."""
    if label.freshness in (Freshness.FRESH, Freshness.LATE):
        return in_state(_days(label, context), label.freshness, context.say, current=_is_current(label, context))
    since = in_state(day_span(label, context), Freshness.STALE, context.say) if label.valid_on else ""
    return f"{since} {ARROW} {context.day(label.next_on)}".strip() if label.next_on else since
