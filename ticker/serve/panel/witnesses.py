"""What other banks say of each rate, beside the official one (pure). None of it is official."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ticker.rates.witnesses import AGREE_AT_LEAST, Crossed, Level, Witnesses, as_printed
from ticker.serve.i18n.words import NOTHING, own_digits, rounded
from ticker.serve.strip.context import Context
from ticker.serve.strip.figures import StripRate, strip_figure

_PERCENT_DIGITS = 2
_HUNDREDTH = Decimal("0.0001")  # of a fraction: the second decimal of its per cent


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """One line: home currency for one unit. `difference` is from the official figure, as a fraction of that."""

    bank: str  # its key; empty for the median
    name: str
    day: str  # of the bank's table, in words
    valid_on: date | None
    value: Decimal | None
    text: str
    difference: Decimal | None = None
    difference_text: str = ""
    agrees: bool = True  # with the median


@dataclass(frozen=True, slots=True)
class CurrencyWitnesses:
    """`median` and `spread`, the greatest distance as a fraction, are of the banks that agree; None where no two do."""

    currency: str
    name: str
    official: WitnessRow
    banks: tuple[WitnessRow, ...]
    median: WitnessRow | None
    spread: Decimal | None
    verdict: str


def witnesses_of(rates: Sequence[StripRate], context: Context) -> tuple[CurrencyWitnesses, ...]:
    """Those of each currency of which other banks are asked."""
    witnesses = Witnesses.of(context.content)
    asked = [rate for rate in rates if witnesses.terms and witnesses.within(rate.currency) is not None]
    return tuple(_of_currency(rate, witnesses, context) for rate in asked)


def _of_currency(rate: StripRate, witnesses: Witnesses, context: Context) -> CurrencyWitnesses:
    figure = strip_figure(context, rate.currency)
    official, valid_on = (figure.rate.value, figure.rate.valid_on) if figure.rate else (None, None)
    said = witnesses.crossed(rate.currency, context.today)
    level = witnesses.agreed(rate.currency, context.today)
    agreeing = {one.source for one in level.agreeing} if level else set[str]()
    return CurrencyWitnesses(
        currency=rate.currency,
        name=rate.name,
        official=WitnessRow(
            figure.bank, context.bank(figure.bank), context.day(valid_on), valid_on, official, _text(official, context)
        ),
        banks=tuple(_bank(one, official, one.source in agreeing, context) for one in said),
        median=_median(level, official, context) if level else None,
        spread=_fraction(level.spread) if level else None,
        verdict=_verdict(said, level, context),
    )


def _bank(one: Crossed, official: Decimal | None, agrees: bool, context: Context) -> WitnessRow:
    value, (difference, text) = as_printed(one.value), _difference(one.value, official, context)
    name, day = context.say.bank(one.bank), context.day(one.valid_on)
    return WitnessRow(one.bank, name, day, one.valid_on, value, _text(value, context), difference, text, agrees)


def _median(level: Level, official: Decimal | None, context: Context) -> WitnessRow:
    difference, text = _difference(level.value, official, context)
    name = context.say.text("panel.witnesses.median")
    return WitnessRow("", name, "", level.day, level.value, _text(level.value, context), difference, text)


def _text(value: Decimal | None, context: Context) -> str:
    return NOTHING if value is None else context.say.number(value, own_digits(value))


def _difference(value: Decimal, official: Decimal | None, context: Context) -> tuple[Decimal | None, str]:
    if official is None:
        return None, ""
    difference = _fraction(value / official - 1)
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return difference, sign + _percent(abs(difference), context)


def _fraction(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTH, ROUND_HALF_UP) + 0  # never -0.0000


def _percent(fraction: Decimal, context: Context) -> str:
    number = context.say.number(rounded(fraction * 100, _PERCENT_DIGITS), _PERCENT_DIGITS)
    return context.say.text("chart.percent", value=number)


def _verdict(said: Sequence[Crossed], level: Level | None, context: Context) -> str:
    say = context.say
    if level:
        spread = _percent(_fraction(level.spread), context)
        return say.text("panel.witnesses.agree", agreeing=len(level.agreeing), all=len(said), spread=spread)
    if len(said) >= AGREE_AT_LEAST:
        return say.text("panel.witnesses.differ")
    return say.text("panel.witnesses.one" if said else "panel.witnesses.none")
