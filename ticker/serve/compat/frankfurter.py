"""Rates in formats that programs already speak: NBKR's daily.xml and weekly.xml, and Frankfurter's JSON (v1).

Frankfurter, as it is documented and as its own tests have it: `amount`, `base`, `date` (or `start_date`, `end_date`)
and `rates` with how much of each symbol one has for `amount` of the base, sorted by code; a day without figures is
answered with the nearest earlier one, under that day's date. Seen 2026-08-21; https://frankfurter.dev
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

from ticker.model import DAY, Freshness, Rate, Revision
from ticker.rates.compose import ENDED
from ticker.rates.freshness import Judgement
from ticker.serve.i18n.words import words
from ticker.snapshot import Content, Series

SIGNIFICANT_DIGITS = 10
"""Of a figure that has to be divided: an inverse or a cross. A double holds them all, and inverting such an inverse
gives a figure of up to nine digits back."""

BANK = "NBKR"
Kind = Literal["Daily", "Weekly"]

# The bank's own order, as its files of May 2026 have it. The store knows none.
ORDER = [
    "USD",
    "EUR",
    "CNY",
    "KZT",
    "RUB",
    "GBP",
    "DKK",
    "INR",
    "CAD",
    "KRW",
    "NOK",
    "XDR",
    "SEK",
    "CHF",
    "JPY",
    "AMD",
    "MDL",
    "TJS",
    "UZS",
    "UAH",
    "KWD",
    "HUF",
    "CZK",
    "NZD",
    "PKR",
    "AUD",
    "TRY",
    "AZN",
    "SGD",
    "AFN",
    "BRL",
    "GEL",
    "AED",
    "IRR",
    "MYR",
    "MNT",
    "TWD",
    "TMT",
    "PLN",
    "SAR",
    "BYN",
    "OMR",
    "HKD",
    "IDR",
]
_PLACES = {currency: place for place, currency in enumerate(ORDER)}

INVENTED = "A demonstration: these figures are invented."

_EXACT = Context(prec=200, Emax=MAX_EMAX, Emin=MIN_EMIN)
_ROUNDED = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
_SHOWN = (Freshness.FRESH, Freshness.LATE)


# --- NBKR --------------------------------------------------------------------------------------------------------


def newest_table(content: Content, judged: Judgement, kind: Kind) -> tuple[Rate, ...]:
    """The bank's newest table of which something is believed, in its usual order; empty where none may be shown.

    In the evening that is tomorrow's. A currency whose figure of that day is held or contested is left out, so is one
    that the bank has left out since, and one that is too old to be shown: there is no older figure under the table's
    date.
    """
    ours = [bank.source for bank in content.banks if bank.bank == BANK]
    found: dict[str, Rate] = {}
    for one in content.series:
        figure = judged.figure(one.currency)
        shown = figure is not None and figure.source == one.source and figure.freshness in _SHOWN
        doubts = _doubts(one, judged)
        for rate in one.rates:
            of_kind = (rate.valid_until > rate.valid_on) == (kind == "Weekly")
            current = shown or rate.valid_until >= judged.today
            if one.source in ours and of_kind and current and _sure(rate, doubts) == rate:
                newer = one.currency not in found or rate.valid_on > found[one.currency].valid_on
                found[one.currency] = rate if newer else found[one.currency]
    newest = max((rate.valid_on for rate in found.values()), default=None)
    table = [rate for rate in found.values() if rate.valid_on == newest]
    return tuple(sorted(table, key=lambda rate: (_PLACES.get(rate.currency, len(ORDER)), rate.currency)))


def nbkr_xml(kind: Kind, table: Sequence[Rate], *, demo: bool = False) -> bytes:
    """The bank's file, byte for byte as it writes it: windows-1251 declared, decimal comma, a line an element."""
    lines = [
        '<?xml version="1.0" encoding="windows-1251" ?>',
        *([f"<!-- {INVENTED} -->"] if demo else []),
        f'<CurrencyRates Name="{kind} Exchange Rates" Date="{table[0].valid_on:%d.%m.%Y}">',
    ]
    for rate in table:
        lines += [f'<Currency ISOCode="{rate.currency}">', f"<Nominal>{rate.nominal}</Nominal>"]
        lines += [f"<ValidFor>{(rate.valid_until - rate.valid_on).days + 1}</ValidFor>"] if kind == "Weekly" else []
        lines += [f"<Value>{_digits(rate.quoted).replace('.', ',')}</Value>", "</Currency>"]
    return "\n".join([*lines, "</CurrencyRates>", ""]).encode("windows-1251")


# --- Frankfurter: what is known ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """Official rates: what one unit of a currency was on each day it was official for, in home currency, exact.

    `main` are the currencies of the first source; `grace_days`, by currency, is how long after its last day a figure is
    still an answer, under its own date.
    """

    home: str
    values: Mapping[str, Mapping[date, Decimal]]
    main: Collection[str]
    grace_days: Mapping[str, int]
    newest: date | None  # the first day of the newest table
    demo: bool = False


def known_now(content: Content, judged: Judgement) -> Known:
    """What may be shown now, tomorrow's included; nothing that is contested."""
    shown = {one.currency for one in judged.figures if one.freshness in _SHOWN}
    usable = [
        (one.source, sure)
        for one in content.series
        for rate in one.rates
        if (sure := _sure(rate, _doubts(one, judged)))
        if one.currency in shown or rate.valid_on > judged.today
    ]
    return _known(content, _by_rank(content, usable))


def _by_rank(content: Content, usable: Iterable[tuple[str, Rate]]) -> list[tuple[str, Rate]]:
    """Of two with one day, the later is the one that counts: of the newer table, then of the earlier source."""
    ranks = {bank.source: -place for place, bank in enumerate(content.banks)}
    return sorted(usable, key=lambda pair: (pair[1].valid_on, ranks.get(pair[0], 0)))


def _doubts(series: Series, judged: Judgement) -> frozenset[date]:
    """The days from which on a figure is contested; today is one where its figure is late though its table covers it:
    the bank has left it out since."""
    figure = judged.figure(series.currency)
    if not figure or figure.source != series.source or not figure.rate or figure.freshness is not Freshness.LATE:
        return series.contested
    return series.contested | ({judged.today} if figure.rate.valid_until >= judged.today else frozenset())


def _sure(rate: Rate, doubts: Collection[date]) -> Rate | None:
    """The figure up to the day before the first doubt; None where that is of its first day."""
    first = min((day for day in doubts if rate.valid_on <= day <= rate.valid_until), default=None)
    if first is None:
        return rate
    return replace(rate, valid_until=first - DAY) if first > rate.valid_on else None


def known_then(
    content: Content,
    said: Iterable[Revision],
    currencies: Collection[str] | None = None,
    judged: Judgement | None = None,
) -> Known:
    """What was official, from all that was said of those days, oldest id first: nothing that the bank
    has put in doubt since, and no currency that was no more. With `judged` nothing of today that is contested now."""
    said = list(said)
    newest: dict[tuple[str, str, date], Revision] = {}
    for one in said:
        if (one.believed or one.held) and (currencies is None or one.rate.currency in currencies):
            newest[one.source, one.rate.currency, one.rate.valid_on] = one
    doubts: dict[tuple[str, str], list[Revision]] = {}
    for one in said:
        if one.held:
            doubts.setdefault((one.source, one.rate.currency), []).append(one)
    unsure = {} if judged is None else {(one.source, one.currency): _doubts(one, judged) for one in content.series}
    usable = [
        (one.source, sure)
        for one in newest.values()
        if one.believed and one.rate.valid_on < ENDED.get(one.rate.currency, date.max)
        if (sure := _sure(one.rate, _since(one, doubts, unsure)))
    ]
    return _known(content, _by_rank(content, usable))


def _since(
    one: Revision,
    held: Mapping[tuple[str, str], Sequence[Revision]],
    unsure: Mapping[tuple[str, str], Collection[date]],
) -> set[date]:
    """Days of which the bank has said since what is not believed."""
    series = one.source, one.rate.currency
    return {*unsure.get(series, ()), *(of.rate.valid_on for of in held.get(series, ()) if of.id > one.id)}


def _known(content: Content, usable: Sequence[tuple[str, Rate]]) -> Known:
    values: dict[str, dict[date, Decimal]] = {}
    grace = content.grace
    grace_days: dict[str, int] = {}
    main: set[str] = set()
    for source, rate in usable:
        if source not in grace or rate.currency == content.home.currency:
            continue
        of_currency, value = values.setdefault(rate.currency, {}), rate.value
        grace_days[rate.currency] = max(grace[source], grace_days.get(rate.currency, 0))
        if source == content.banks[0].source:
            main.add(rate.currency)
        day = rate.valid_on
        while day <= rate.valid_until:  # where two have the day, the later one here stays
            of_currency[day] = value
            day += DAY
    newest = max((rate.valid_on for _, rate in usable), default=None)
    return Known(content.home.currency, values, main, grace_days, newest, content.demo)


# --- Frankfurter: what is answered -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Of `amount` of `base`: how much of each of `symbols`; of all that are known where that is None."""

    base: str = "EUR"
    symbols: frozenset[str] | None = None
    amount: Decimal | None = None


def day_json(known: Known, asked: Asked, day: date) -> bytes | None:
    """The answer for a day, or for the nearest one before it; None where there is none within reach."""
    nearest = _nearest(known, asked, day)
    if nearest is None:
        return None
    rates = _object(_quotes(known, asked, nearest))
    return _whole(known, asked, {"date": _text(nearest.isoformat()), "rates": rates})


def period_json(known: Known, asked: Asked, first: date, last: date) -> bytes | None:
    """The answers for the days from `first` to `last` that have figures. Where the first one has none, the nearest day
    before it comes first, as Frankfurter has it."""
    days = {day for values in known.values.values() for day in values if first <= day <= last}
    if first <= last and not _quotes(known, asked, first) and (nearest := _nearest(known, asked, first)):
        days.add(nearest)
    answers = {day.isoformat(): quotes for day in sorted(days) if (quotes := _quotes(known, asked, day))}
    if not answers:
        return None
    ends = {"start_date": _text(min(answers)), "end_date": _text(max(answers))}
    rates = _object({day: _object(quotes) for day, quotes in answers.items()})
    return _whole(known, asked, {**ends, "rates": rates})


def currencies_json(known: Known) -> bytes:
    """The codes with their English names, of what has figures and of the home currency."""
    names = words("en")
    codes = sorted({known.home, *known.values}) if known.values else []
    return _object({code: _text(names.currency_name(code)) for code in codes}).encode()


def message_json(message: str) -> bytes:
    """How Frankfurter says that something is wrong."""
    return _object({"message": _text(message)}).encode()


def _nearest(known: Known, asked: Asked, day: date) -> date | None:
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


def _quotes(known: Known, asked: Asked, day: date) -> dict[str, str]:
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


def _wanted(asked: Asked, currency: str) -> bool:
    return asked.symbols is None or currency in asked.symbols


# --- JSON, whose numbers are decimals ----------------------------------------------------------------------------


def _whole(known: Known, asked: Asked, rest: Mapping[str, str]) -> bytes:
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
