"""The Frankfurter API's JSON (v1), from rates that are official beyond doubt.

As it is documented and as its own tests have it: `amount`, `base`, `date` (or `start_date`, `end_date`) and `rates`
with how much of each symbol one has for `amount` of the base, sorted by code; a day without figures is answered with
the nearest earlier one, under that day's date. Seen 2026-08-21; https://frankfurter.dev
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal

from ticker.model import DAY
from ticker.rates.certain import CertainRates
from ticker.serve.compat.nbkr import INVENTED
from ticker.serve.i18n.words import words

SIGNIFICANT_DIGITS = 10
"""Of a figure that has to be divided: an inverse or a cross. A double holds them all, and inverting such an inverse
gives a figure of up to nine digits back."""

_EXACT = Context(prec=200, Emax=MAX_EMAX, Emin=MIN_EMIN)
_ROUNDED = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True)
class FrankfurterQuery:
    """Of `amount` of `base`: how much of each of `symbols`; of all that are known where that is None."""

    base: str = "EUR"
    symbols: frozenset[str] | None = None
    amount: Decimal | None = None


def day_json(known: CertainRates, asked: FrankfurterQuery, day: date) -> bytes | None:
    """The answer for a day, or for the nearest one before it; None where there is none within reach."""
    nearest = _nearest(known, asked, day)
    if nearest is None:
        return None
    rates = _object(_quotes(known, asked, nearest))
    return _whole(known, asked, {"date": _text(nearest.isoformat()), "rates": rates})


def period_json(known: CertainRates, asked: FrankfurterQuery, first: date, last: date) -> bytes | None:
    """The answers for the days from `first` to `last` that have figures. Where the first one has none, the nearest day
    before it comes first, as in Frankfurter."""
    days = {day for values in known.values.values() for day in values if first <= day <= last}
    if first <= last and not _quotes(known, asked, first) and (nearest := _nearest(known, asked, first)):
        days.add(nearest)
    answers = {day.isoformat(): quotes for day in sorted(days) if (quotes := _quotes(known, asked, day))}
    if not answers:
        return None
    ends = {"start_date": _text(min(answers)), "end_date": _text(max(answers))}
    rates = _object({day: _object(quotes) for day, quotes in answers.items()})
    return _whole(known, asked, {**ends, "rates": rates})


def currencies_json(known: CertainRates) -> bytes:
    """The codes with their English names, of what has figures and of the home currency."""
    names = words("en")
    codes = sorted({known.home, *known.values}) if known.values else []
    return _object({code: _text(names.currency_name(code)) for code in codes}).encode()


def message_json(message: str) -> bytes:
    """How Frankfurter says that something is wrong."""
    return _object({"message": _text(message)}).encode()


def _nearest(known: CertainRates, asked: FrankfurterQuery, day: date) -> date | None:
    """The newest day, not later than `day`, on which all that was asked for is official; failing that, some of it."""
    reach = max(known.grace_days.values(), default=0)
    days = [day - back * DAY for back in range(reach + 1)]
    alive = {
        currency
        for currency, values in known.values.items()
        if any(one in values for one in days[: known.grace_days[currency] + 1])
    }
    base = {asked.base} - {known.home}
    if not base <= alive:
        return None
    others = (alive if asked.symbols is None else asked.symbols & alive) - base
    if not others and (not base or (asked.symbols is not None and known.home not in asked.symbols)):
        return None
    on = {one: {currency for currency in base | others if one in known.values[currency]} for one in days}
    for one in days:
        # Without symbols, a day that only a weekly table covers is not the day of the daily one's answer.
        main = asked.symbols is not None or on[one] & set(known.main) or not others & set(known.main)
        if on[one] and main and (base if asked.symbols is None else base | others) <= on[one]:
            return one
    return next((one for one in days if base <= on[one] and _quotes(known, asked, one)), None)


def _quotes(known: CertainRates, asked: FrankfurterQuery, day: date) -> dict[str, str]:
    """How much of each symbol, in digits; empty where the base is not official on that day."""
    amount = Decimal(1) if asked.amount is None else asked.amount
    if asked.base != known.home:
        value = known.values.get(asked.base, {}).get(day)
        if value is None:
            return {}
        amount = _EXACT.multiply(amount, value)
    found: dict[str, Decimal] = {}
    for currency, values in known.values.items():
        if day in values and currency != asked.base and _wanted(asked, currency):
            found[currency] = _ROUNDED.divide(amount, values[day])
    if asked.base != known.home and _wanted(asked, known.home):
        found[known.home] = amount
    return {currency: _digits(found[currency]) for currency in sorted(found)}


def _wanted(asked: FrankfurterQuery, currency: str) -> bool:
    return asked.symbols is None or currency in asked.symbols


def _whole(known: CertainRates, asked: FrankfurterQuery, rest: Mapping[str, str]) -> bytes:
    amount = "1.0" if asked.amount is None else _digits(asked.amount)
    said = {"amount": amount, "base": _text(asked.base), **rest}
    return _object({**said, "notice": _text(INVENTED)} if known.demo else said).encode()


def _object(members: Mapping[str, str]) -> str:
    """Of members that are JSON already: its numbers are written from decimals, never through a float."""
    return "{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _digits(value: Decimal) -> str:
    """All of its digits, zeros included, without an exponent."""
    return format(value, "f")
