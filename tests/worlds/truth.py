"""What the bank means: the official figure of each currency on each day (pure once the series is read).

The recorded series is read where it is present; elsewhere one is made with the same statistics.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

DAY = timedelta(days=1)
DAILY = ("USD", "EUR", "KZT", "RUB")
WEEKLY = ("GBP", "JPY", "KRW")
NOMINALS = {"JPY": 10}  # of those whose nominal is not 1
_RECORDED = Path(__file__).parents[3] / "shared/upstreams/nbkr/official_series_2021-07-03_2026-08-22.csv"
_FOUR = Decimal("0.0001")

Figures = Mapping[str, Decimal]  # by currency, as printed


@dataclass(frozen=True)
class Series:
    """The figures of consecutive days from `first` on."""

    first: date
    days: Sequence[Figures]
    recorded: bool

    def on(self, day: date) -> Figures:
        return self.days[min(max((day - self.first).days, 0), len(self.days) - 1)]

    def is_new(self, day: date) -> bool:
        """Whether any figure differs from that of the day before."""
        return self.on(day) != self.on(day - DAY)

    def is_set(self, day: date) -> bool:
        """Whether the bank sets rates on `day`, for the day after it."""
        return day.weekday() < 6 and self.is_new(day + DAY)


@cache
def series() -> Series:
    return _read(_RECORDED) if _RECORDED.exists() else _made()


def _read(file: Path) -> Series:
    with file.open(encoding="utf-8") as lines:
        rows = {date.fromisoformat(row["date"]): row for row in csv.DictReader(lines)}
    first, last = min(rows), max(rows)
    days: list[Figures] = []
    for nth in range((last - first).days + 1):
        row = rows.get(first + nth * DAY)  # one day is missing: it has the figures of the day before
        days.append({one: Decimal(row[one.lower()]).quantize(_FOUR) for one in DAILY} if row else days[-1])
    return Series(first, days, recorded=True)


def _made(count: int = 1876) -> Series:
    """Days of the week, holidays, share of changed days, medians and tails as in the recorded series."""
    chance, first = random.Random("official series"), date(2021, 7, 3)
    level = {"USD": 84.78, "EUR": 100.27, "KZT": 0.1989, "RUB": 1.1516}
    usual = {"USD": (0.59, 0.0005), "EUR": (0.99, 0.0040), "KZT": (0.80, 0.0040), "RUB": (0.99, 0.0075)}
    usual_level = {"USD": 87.45, "EUR": 101.4, "KZT": 0.19, "RUB": 1.05}
    days: list[Figures] = []
    holiday_until = first
    for nth in range(count):
        day = first + nth * DAY
        set_on = day - DAY
        if chance.random() < 0.012:
            holiday_until = set_on + chance.choice((1, 1, 2, 3, 9)) * DAY
        if set_on.weekday() < 5 and set_on > holiday_until:
            crisis = date(2022, 2, 24) <= day <= date(2022, 7, 7)
            for currency, (share, width) in usual.items():
                if chance.random() < share:
                    tail = 5 if chance.random() < 0.02 else 1
                    move = chance.gauss(0, width) * tail * (4 if crisis else 1)
                    level[currency] *= 1 + max(-0.11, min(0.11, move))
                    level[currency] += (usual_level[currency] - level[currency]) * 0.004
        days.append({one: Decimal(level[one]).quantize(_FOUR) for one in DAILY})
    return Series(first, days, recorded=False)


def weekly_figures(day: date) -> Figures:
    """The weekly table that is valid from the Saturday `day` on. Made: dollar and euro times a slowly moving ratio."""
    base = series().on(day)
    drift = Decimal(1 + 0.02 * (((day.toordinal() // 7) * 37 % 101) / 101 - 0.5))
    return {
        "GBP": (base["EUR"] * Decimal("1.1570") * drift).quantize(_FOUR),
        "JPY": (base["USD"] * Decimal("0.0630") * drift).quantize(_FOUR),
        "KRW": (base["USD"] * Decimal("0.00066") * drift).quantize(_FOUR),
    }


def saturday_of(day: date) -> date:
    """The Saturday with which the week of a weekly table begins."""
    return day - ((day.weekday() + 2) % 7) * DAY
