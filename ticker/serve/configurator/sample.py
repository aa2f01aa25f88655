"""The samples that the preview shows: a day, an evening with tomorrow's table, a day without a new rate (pure).

The service's own rates exist for this moment alone, so the figures here are invented, and marked DEMO as those of a
demonstration are. All else is real: the moment, the feeds, their headlines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ticker.model import DAY, Rate, Window
from ticker.serve.strip.options import offered
from ticker.serve.terms import SiteSettings
from ticker.snapshot import BankTerms, Content, Series, Snapshot

MOMENTS = ("day", "evening", "same")
# What a dollar costs in each currency, about; of one that is not here it is UNKNOWN.
PER_DOLLAR: Mapping[str, str] = {
    "USD": "1", "KGS": "87.4", "KZT": "462", "RUB": "76.5", "UZS": "11990", "TJS": "9.3", "TMT": "3.5", "EUR": "0.853",
    "GBP": "0.741", "CHF": "0.802", "CNY": "6.98", "JPY": "156", "KRW": "1445", "INR": "90.2", "TRY": "42.6",
    "AED": "3.67", "AZN": "1.7", "AMD": "381", "GEL": "2.69", "BYN": "2.92", "UAH": "42.2", "MDL": "16.9",
    "PLN": "3.6", "CZK": "20.7", "SEK": "9.4", "NOK": "10.1", "DKK": "6.37", "CAD": "1.39", "AUD": "1.51",
    "NZD": "1.73", "SGD": "1.29", "MYR": "4.11", "PKR": "281", "IRR": "42100", "MNT": "3555", "HUF": "329",
    "SAR": "3.75", "KWD": "0.307", "THB": "31.9", "IDR": "16650", "BRL": "5.4", "ZAR": "17",
}  # fmt: skip
UNKNOWN = "12.5"
# By how many ten-thousandths a figure differs from today's: three days ago, yesterday, tomorrow. Each currency takes
# the next row.
MOVES = ((-14, -31, 12), (10, 18, -9), (21, 0, 0), (3, -8, -17))
DECIMALS = 4


def sample(snapshot: Snapshot, settings: SiteSettings, moment: str, now: datetime) -> Snapshot:
    """The snapshot with invented rates of today, at every home. `now` is UTC; `moment` one of MOMENTS."""
    own = _content(snapshot.content, settings, moment, now)
    neighbours = tuple(
        _content(one, settings.at_home(one.home.currency), moment, now) for one in snapshot.content.neighbours
    )
    looks = dict(snapshot.looks)
    for one in (own, *neighbours):
        looks |= {(series.source, series.currency): now for series in one.series}
    return replace(
        snapshot, version=1, as_of=now.replace(microsecond=0), content=replace(own, neighbours=neighbours), looks=looks
    )


def _content(content: Content, settings: SiteSettings, moment: str, now: datetime) -> Content:
    home = content.home
    banks = content.banks or (
        BankTerms("sample", "DEMO", Window(frozenset(range(7)), time(15), time(18), home.zone), 1),
    )
    currencies = sorted(offered(content, settings).currencies)
    series = tuple(
        Series(banks[0].source, one, tuple(_rates(one, nth, home.currency, home.day(now), moment)))
        for nth, one in enumerate(currencies)
    )
    return replace(
        content, banks=banks[:1], series=series, demo=True, witnesses=(), testimonies=(), agreement=(), neighbours=()
    )


def _rates(currency: str, nth: int, home: str, today: date, moment: str) -> Iterator[Rate]:
    """The last five days, and in the evening tomorrow. Without a new rate, the last three days have one figure."""
    earlier, yesterday, tomorrow = MOVES[nth % len(MOVES)]
    moves = [earlier, earlier, 0, 0, 0] if moment == "same" else [earlier, earlier, earlier, yesterday, 0]
    if moment == "evening":
        moves.append(tomorrow)
    first = today - (4 * DAY)
    level = Decimal(PER_DOLLAR.get(home, UNKNOWN)) / Decimal(PER_DOLLAR.get(currency, UNKNOWN))
    for days, move in enumerate(moves):
        quoted = level * (10_000 + move) / 10_000
        yield Rate(currency, _printed(quoted), 1, first + timedelta(days), first + timedelta(days))


def _printed(quoted: Decimal) -> Decimal:
    """With four decimals, or as many as leave three digits of a small figure."""
    return round(quoted, max(DECIMALS, 2 - quoted.adjusted()))
