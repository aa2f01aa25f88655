"""What other banks say of the official figures of a day."""

from __future__ import annotations

from datetime import date

from ticker.rates.day import Moment, on_day
from ticker.rates.freshness import Figure
from ticker.rates.witnesses import RATIOS_TO, Comparison, Statement
from ticker.rates.witnesses import Witnesses as Testimonies
from ticker.serve.api import params
from ticker.serve.api.answers.formatter import Formatter, NotAvailableError, plain
from ticker.serve.api.witness_models import OfficialFigure, Witness, WitnessedRate, Witnesses


def witnesses(moment: Moment, asked: params.WitnessesParams) -> Witnesses:
    """Raises NotAvailableError for a day that no table reaches, and StoreError for another day than today while the
    store is away."""
    tell, content = Formatter(moment), moment.content
    told = Testimonies.of(content)
    day = asked.date or moment.judged.today
    if day != moment.judged.today and not _reaches(told, day):
        raise NotAvailableError(f"Of {day} nothing is known here of what other banks say: {_reach(told)}.")
    currencies = asked.currencies or told.currencies
    figures = {one.figure.currency: one.figure for one in on_day(moment, day, {RATIOS_TO, *currencies})}
    officials = {currency: one.rate for currency, one in figures.items() if one.rate}
    return Witnesses(
        date=str(day),
        home=content.home.currency,
        zone=content.home.zone.key,
        demo=content.demo,
        at=tell.time_or_none(moment.at),
        until=None if moment.at else tell.time_or_none(moment.judged.until),
        rates=[_rate(one, figures[one.currency]) for one in told.compared(day, officials, currencies)],
    )


def _reaches(told: Testimonies, day: date) -> bool:
    return told.days is not None and told.days[0] <= day <= told.days[1]


def _reach(told: Testimonies) -> str:
    if told.days is None:
        return "there is no table of theirs"
    first, last = told.days
    return f"their tables speak for {first} to {last}; `at` gives those of a moment of the past"


def _rate(compared: Comparison, figure: Figure) -> WitnessedRate:
    level = compared.level
    return WitnessedRate(
        currency=compared.currency,
        official=_official(figure),
        freshness=figure.freshness.value,
        median=plain(level.value) if level else None,
        spread_percent=plain(level.spread_percent) if level else None,
        within_percent=plain(compared.within_percent),
        agrees=compared.verdict.value,
        banks=[_witness(one) for one in compared.statements],
    )


def _official(figure: Figure) -> OfficialFigure | None:
    rate = figure.rate
    if rate is None:
        return None
    return OfficialFigure(
        value=plain(rate.value),
        quoted=plain(rate.quoted),
        nominal=rate.nominal,
        valid_on=str(rate.valid_on),
        valid_until=str(rate.valid_until),
        source=figure.source,
    )


def _witness(one: Statement) -> Witness:
    return Witness(
        source=one.source,
        bank=one.bank,
        testifies="levels" if one.sets_levels else "ratios",
        valid_on=str(one.valid_on) if one.valid_on else None,
        value=plain(one.value) if one.value else None,
        difference_percent=None if one.difference is None else plain(one.difference),
        ratio=plain(one.ratio) if one.ratio else None,
        ratio_difference_percent=None if one.ratio_difference is None else plain(one.ratio_difference),
        takes_part=one.takes_part,
    )
