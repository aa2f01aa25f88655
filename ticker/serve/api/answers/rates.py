"""The rates of a day, one figure as text, and conversion by them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ticker.model import Freshness
from ticker.rates import convert as money
from ticker.rates.day import DayRate, Moment, known_currencies, on_day
from ticker.rates.freshness import Figure
from ticker.serve.api import models, params
from ticker.serve.api.answers.formatter import Formatter, NotAvailableError, plain


def rates(moment: Moment, site: Iterable[str], asked: params.RatesParams) -> models.Rates:
    tell, content = Formatter(moment), moment.content
    day = asked.date or moment.judged.today
    found = on_day(moment, day, asked.currencies or known_currencies(moment, site))
    return models.Rates(
        date=str(day),
        home=content.home.currency,
        zone=content.home.zone.key,
        demo=content.demo,
        at=tell.time_or_none(moment.at),
        until=None if moment.at else tell.time_or_none(moment.judged.until),
        rates=[tell.rate(one) for one in found],
    )


def rate_text(moment: Moment, currency: str, asked: params.RateParams) -> bytes:
    """One figure; raises NothingError where there is none, or one that its own day would have to stand beside."""
    day = asked.date or moment.judged.today
    (found,) = on_day(moment, day, [currency])
    figure = found.figure
    if figure.rate is None:
        raise NotAvailableError(f"There is no official figure of {currency} for {day}: {_why(found)}.")
    if figure.freshness is not Freshness.FRESH and asked.late == "refuse":
        raise NotAvailableError(
            f"The figure of {currency} for {day} is late: {_why_late(figure, day)}; `late=give` gives it."
        )
    text = plain(figure.rate.value)
    return (text.replace(".", ",") if asked.decimal == "comma" else text).encode()


def _why_late(figure: Figure, day: date) -> str:
    assert figure.rate
    if not figure.confirmed:
        return "it is the first one and not confirmed yet"
    of = figure.rate.valid_on
    return "it has been put in doubt since" if of == day else f"the newest one is of {of}"


def _why(found: DayRate) -> str:
    """Why there is no figure, beyond any doubt, for a day."""
    figure = found.figure
    if figure.freshness is Freshness.STALE and figure.last:
        return f"the last one, of {figure.last.valid_on}, is too old"
    if any(one.held for one in found.revisions or ()):
        return "what the bank gave is held and not believed"
    if any(not one.confirmed for one in found.revisions or ()):
        return "what the bank gave for a day to come is the first one and not confirmed yet"
    return "none is known here"


def convert(moment: Moment, asked: params.ConvertParams) -> models.Conversion:
    """Raises NothingError where a rate lacks."""
    home, day = moment.content.home.currency, asked.date or moment.judged.today
    to = asked.to or home
    foreign = [one for one in dict.fromkeys((asked.from_, to)) if one != home]
    if asked.from_ == to:
        foreign = []
    of_day = on_day(moment, day, foreign)
    for found in of_day:
        if found.figure.rate is None:
            raise NotAvailableError(f"There is no official figure of {found.figure.currency} for {day}: {_why(found)}.")
    used = {found.figure.currency: found.figure for found in of_day}
    values = {currency: one.rate.value for currency, one in used.items() if one.rate}
    states = [one.freshness for one in used.values()]
    oldest = min((one.rate.valid_on for one in used.values() if one.rate), default=None)
    done = money.convert(asked.sum, values.get(asked.from_, Decimal(1)), values.get(to, Decimal(1)), to)
    return models.Conversion(
        from_=asked.from_,
        to=to,
        amount=asked.amount,
        date=str(day),
        home=home,
        demo=moment.content.demo,
        at=Formatter(moment).time_or_none(moment.at),
        result=done.result,
        exact=done.decimals,
        valid_on=str(oldest) if oldest else None,
        freshness=max(states, key=list(Freshness).index).value if states else None,
        fraction=models.Fraction(numerator=str(done.exact.numerator), denominator=str(done.exact.denominator)),
        rounding=models.Rounding(rule="half up", digits=done.digits),
        rates=[_used(one) for one in used.values()],
    )


def _used(figure: Figure) -> models.UsedRate:
    assert figure.rate
    return models.UsedRate(
        currency=figure.currency,
        value=plain(figure.rate.value),
        quoted=plain(figure.rate.quoted),
        nominal=figure.rate.nominal,
        valid_on=str(figure.rate.valid_on),
        valid_until=str(figure.rate.valid_until),
        freshness=figure.freshness.value,
        confirmed=figure.confirmed,
        source=figure.source,
    )
