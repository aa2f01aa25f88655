"""What other banks say of each rate, beside the official one (pure). None of it is official."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ticker.rates.witnesses import AGREE_AT_LEAST, OLDEST, Comparison, Statement, Verdict, Witnesses, percent
from ticker.serve.i18n.words import NOTHING, own_digits
from ticker.serve.strip.context import Context
from ticker.serve.strip.figures import StripRate, strip_figure

_PERCENT_DIGITS = 2


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """One line: home currency for one unit, and how far that is above the official figure, in per cent."""

    bank: str  # its key; empty for the median
    name: str
    day: str  # of the bank's table, in words
    valid_on: date | None
    value: Decimal | None
    text: str
    difference: Decimal | None = None
    difference_text: str = ""
    mark: str = ""
    takes_part: bool = True  # it is one of those that agree


@dataclass(frozen=True, slots=True)
class CurrencyWitnesses:
    """One currency. `median` is that of the banks that agree; None where no two do."""

    currency: str
    name: str
    official: WitnessRow
    banks: tuple[WitnessRow, ...]
    median: WitnessRow | None
    spread: Decimal | None  # in per cent
    agrees: Verdict  # the official figure with the median
    verdict: str


def witnesses_of(rates: Sequence[StripRate], context: Context) -> tuple[CurrencyWitnesses, ...]:
    """Those of each currency of which other banks are asked; nothing where the home has no other banks."""
    witnesses = Witnesses.of(context.content)
    asked = [rate.currency for rate in rates if witnesses.terms and rate.currency in witnesses.currencies]
    if not asked:
        return ()
    officials = {one: found for one in asked if (found := strip_figure(context, one).rate)}
    return tuple(_of_currency(one, context) for one in witnesses.compared(context.today, officials, asked))


def _of_currency(compared: Comparison, context: Context) -> CurrencyWitnesses:
    say, official, level = context.say, compared.official, compared.level
    bank = strip_figure(context, compared.currency).bank
    median = None
    if level:
        name = say.text("panel.witnesses.median")
        difference = percent(level.value, official.value) if official else None
        median = _row("", name, None, level.value, difference, context)
    day, value = (official.valid_on, official.value) if official else (None, None)
    return CurrencyWitnesses(
        currency=compared.currency,
        name=say.currency_name(compared.currency),
        official=_row(bank, context.bank(bank), day, value, None, context),
        banks=tuple(_bank(one, compared, context) for one in compared.statements if one.value is not None),
        median=median,
        spread=level.spread_percent if level else None,
        agrees=compared.verdict,
        verdict=_verdict(compared, context),
    )


def _row(
    bank: str, name: str, day: date | None, value: Decimal | None, difference: Decimal | None, context: Context
) -> WitnessRow:
    text = NOTHING if value is None else context.say.number(value, own_digits(value))
    apart = ""
    if difference is not None:
        sign = "+" if difference > 0 else "−" if difference < 0 else ""
        apart = sign + _percent(abs(difference), context)
    return WitnessRow(bank, name, context.day(day), day, value, text, difference, apart)


def _bank(one: Statement, compared: Comparison, context: Context) -> WitnessRow:
    mark = ""
    if _is_old(one, compared.day):
        mark = "panel.witnesses.old"
    elif compared.level and not one.takes_part:
        mark = "panel.witnesses.apart"
    row = _row(one.bank, context.say.bank(one.bank), one.valid_on, one.value, one.difference, context)
    return replace(row, mark=context.say.text(mark) if mark else "", takes_part=one.takes_part)


def _is_old(one: Statement, day: date) -> bool:
    """Whether its table was set too long before the day to take part."""
    return one.valid_on is not None and day - one.valid_on > OLDEST


def _percent(value: Decimal, context: Context) -> str:
    return context.say.text("chart.percent", value=context.say.number(value, _PERCENT_DIGITS))


def _verdict(compared: Comparison, context: Context) -> str:
    """Whether the banks agree, and whether the official figure is far from that."""
    say, level = context.say, compared.level
    asked = [one for one in compared.statements if one.value is not None and not _is_old(one, compared.day)]
    if level is None:
        key = "differ" if len(asked) >= AGREE_AT_LEAST else "one" if asked else "none"
        return say.text(f"panel.witnesses.{key}")
    spread = _percent(level.spread_percent, context)
    said = say.text("panel.witnesses.agree", agreeing=len(level.agreeing), all=len(asked), spread=spread)
    if compared.verdict is not Verdict.CONTRADICT:
        return said
    within = say.text("chart.percent", value=say.number(compared.within_percent, own_digits(compared.within_percent)))
    return f"{said}; {say.text('panel.witnesses.contradict', within=within)}"
