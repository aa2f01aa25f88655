"""What the demonstration's bank publishes, and when: all of it follows from the date, so any day can be asked alone.

Hours and habits are NBKR's: a rate set on a working day is official from the next calendar day; the file is written at
15:59, on days without trading restamped at 16:20; the weekly table is written on Fridays for seven days from Saturday.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from ticker.demo.levels import FROZEN, level
from ticker.model import DAY, Home

SET_AT = time(15, 59)
RESTAMPED_AT = time(16, 20)
FRIDAY, SATURDAY = 4, 5
STEP = Decimal("0.0001")  # NBKR prints four decimals
CENT = Decimal("0.01")  # the least that a reader sees of a figure from 10 up
_LEAST_MOVE = Decimal("0.0005")  # of a figure, from one table to the next
_SWAY = Decimal("0.0015")  # of the dollar: its greatest step of a day beside the way of its week
_ATTEMPTS = 100
_TIDES = {400: 3, 130: 5, 40: 3}  # how high each is, in thousandths of the dollar, by days from one turn to the next


@dataclass(frozen=True, slots=True)
class _Kind:
    """`swing`: how lively it is beside the dollar, which has 1; 0 follows the dollar and nothing else."""

    nominal: int = 1
    swing: int = 1


DAILY = {"USD": _Kind(), "EUR": _Kind(swing=3), "CNY": _Kind(swing=2), "KZT": _Kind(swing=3), "RUB": _Kind(swing=4)}
WEEKLY = {
    "GBP": _Kind(swing=4),
    "INR": _Kind(swing=3),
    "CHF": _Kind(swing=4),
    "JPY": _Kind(nominal=10, swing=4),
    "AMD": _Kind(nominal=10, swing=3),
    "BYR": _Kind(nominal=100, swing=0),
    "UZS": _Kind(swing=3),
    "TRY": _Kind(swing=3),
    "GEL": _Kind(swing=3),
    "AED": _Kind(swing=0),
}
_KINDS = DAILY | WEEKLY
HOME = Home("KGS", ZoneInfo("Asia/Bishkek"))


def chance(*key: object) -> int:
    """A number from 0 to 2**64 that depends on nothing but `key`."""
    return int.from_bytes(hashlib.blake2b("|".join(map(str, key)).encode(), digest_size=8).digest(), "big")


@dataclass
class Bank:
    """`closed` are the holidays on which nothing is set; `restamps` whether days without a new rate get a table of
    their own; `archive_only_set_days` whether the archive leaves those days out."""

    home: Home = HOME
    closed: set[date] = field(default_factory=set)
    restamps: bool = True
    archive_only_set_days: bool = False
    seed: str = "demo"
    _printed: dict[date, dict[str, Decimal]] = field(default_factory=dict)

    def set(self, day: date, **figures: str) -> None:
        """Print these figures in the table valid on `day`; restamps carry them on until the next rate is set."""
        unknown = set(figures) - set(_KINDS)
        if unknown:
            raise ValueError(f"bank.set: met {', '.join(sorted(unknown))}, wanted any of {', '.join(_KINDS)}")
        try:
            printed = {name: Decimal(figure) for name, figure in figures.items()}
        except InvalidOperation as error:
            raise ValueError(f"bank.set: met {figures}, wanted figures with a decimal point") from error
        self._printed.setdefault(day, {}).update(printed)

    def figure(self, currency: str, day: date) -> Decimal:
        """The official figure on `day`, in home currency for `nominal(currency)` units, with the decimals printed."""
        while currency not in self._printed.get(day, ()):
            if self._is_new_on(currency, day):
                return self._generated(currency, day)
            day -= DAY
        return self._printed[day][currency]

    @staticmethod
    def nominal(currency: str) -> int:
        return _KINDS[currency].nominal

    def daily_table(self, now: datetime) -> tuple[date, dict[str, Decimal], datetime]:
        """What daily.xml holds at `now`: the day it is valid on, its figures, and when it was written (UTC)."""
        day = self.home.day(now)
        while (written := self.written_on(day)) is None or written > now:
            day -= DAY
        return day + DAY, {name: self.figure(name, day + DAY) for name in DAILY}, written

    def weekly_table(self, now: datetime) -> tuple[date, dict[str, Decimal], datetime]:
        """What weekly.xml holds at `now`; valid for seven days from the day named, a Saturday."""
        day = self.home.day(now)
        while day.weekday() != FRIDAY or (written := self.written_on(day)) is None or written > now:
            day -= DAY
        return day + DAY, {name: self.figure(name, day + DAY) for name in WEEKLY}, written

    def archive(self, currency: str, first: date, last: date) -> list[tuple[date, Decimal]]:
        """Newest first, every day from `first` to `last` that has a table, whether it is published yet or not."""
        days = (last - DAY * back for back in range((last - first).days + 1))
        return [(day, self.figure(currency, day)) for day in days if self._is_listed(day)]

    def _trades(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.closed

    def written_on(self, day: date) -> datetime | None:
        """When on `day` the table of the day after is written (UTC), if it is."""
        if self._trades(day):
            return self.home.at(day, SET_AT)
        if self.restamps or day + DAY in self._printed:
            return self.home.at(day, RESTAMPED_AT)
        return None

    def _is_new_on(self, currency: str, day: date) -> bool:
        return self._trades(day - DAY) and (currency in DAILY or day.weekday() == SATURDAY)

    def _is_listed(self, day: date) -> bool:
        every = self.restamps and not self.archive_only_set_days
        return every or self._trades(day - DAY) or day in self._printed

    def _generated(self, currency: str, day: date) -> Decimal:
        return _week(self.seed, currency, day.toordinal() // 7)[day.weekday() - 1]


@lru_cache(maxsize=16_384)
def _week(seed: str, currency: str, week: int) -> tuple[Decimal, ...]:
    """The figures of a week, Tuesday to Saturday, on the way from one Saturday to the next. Of the ways that chance
    offers it is the first on which a reader sees a change every day."""
    begins, ends = _saturday(seed, currency, week - 1), _saturday(seed, currency, week)
    least = max(begins * _LEAST_MOVE, CENT if begins >= 10 else STEP)
    sway = begins * _SWAY * _KINDS[currency].swing
    for attempt in range(_ATTEMPTS):
        steps = [sway * noise(seed, currency, week, nth, attempt) for nth in range(5)]
        drift = (ends - begins - sum(steps)) / 5
        moved = list(accumulate(step + drift for step in steps[:-1]))
        days = (*((begins + each).quantize(STEP) for each in moved), ends)
        if all(abs(after - before) >= least for before, after in pairwise((begins, *days))):
            break
    return days


@lru_cache(maxsize=16_384)
def _saturday(seed: str, currency: str, week: int) -> Decimal:
    """The level of the time with tides and a step of the week; those of the dollar move all others."""
    day, nominal = date.fromordinal(week * 7 + SATURDAY + 1), _KINDS[currency].nominal
    figure = level(currency, day) * nominal
    for moving in () if currency in FROZEN else dict.fromkeys(("USD", currency)):
        tides = sum(height * _tide(seed, moving, day, period) for period, height in _TIDES.items())
        figure *= 1 + _KINDS[moving].swing * (tides + noise(seed, moving, week)) / 1000
    return figure.quantize(STEP)


def _tide(seed: str, currency: str, day: date, period: int) -> Decimal:
    """From -1 to 1, with a turn every `period` days."""
    nth, past = divmod(day.toordinal(), period)
    before, after = noise(seed, currency, period, nth), noise(seed, currency, period, nth + 1)
    return (before * (period - past) + after * past) / period


def noise(*key: object) -> Decimal:
    """From -1 to 1."""
    return Decimal(chance(*key) % 20_001 - 10_000) / 10_000
