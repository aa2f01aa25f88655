"""What the demonstration's bank publishes, and when: all of it follows from the date, so any day can be asked alone.

Hours and habits are NBKR's: a rate set on a working day is official from the next calendar day; the file is written at
15:59, on days without trading restamped at 16:20; the weekly table is written on Fridays for seven days from Saturday.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ticker.model import DAY, Home

SET_AT = time(15, 59)
RESTAMPED_AT = time(16, 20)
FRIDAY, SATURDAY = 4, 5
STEP = Decimal("0.0001")  # NBKR prints four decimals


@dataclass(frozen=True, slots=True)
class _Kind:
    base: Decimal  # home currency for `nominal` units
    nominal: int = 1
    swing: Decimal = Decimal(1)  # how lively it is; 0 is frozen


DAILY = {
    "USD": _Kind(Decimal("87.4500")),
    "EUR": _Kind(Decimal("100.9000")),
    "CNY": _Kind(Decimal("12.7400"), swing=Decimal("0.5")),
    "KZT": _Kind(Decimal("0.1872")),
    "RUB": _Kind(Decimal("1.1230"), swing=Decimal("1.3")),
}
WEEKLY = {
    "GBP": _Kind(Decimal("117.4147")),
    "INR": _Kind(Decimal("0.9117")),
    "CHF": _Kind(Decimal("111.2312")),
    "JPY": _Kind(Decimal("5.4983"), nominal=10),
    "AMD": _Kind(Decimal("2.3734"), nominal=10),
    "BYR": _Kind(Decimal("0.3402"), nominal=100, swing=Decimal(0)),
    "UZS": _Kind(Decimal("0.0073"), swing=Decimal("0.3")),
    "TRY": _Kind(Decimal("1.9160")),
    "GEL": _Kind(Decimal("32.7401")),
    "AED": _Kind(Decimal("23.8094"), swing=Decimal("0.1")),
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
        while (written := self._written_on(day)) is None or written > now:
            day -= DAY
        return day + DAY, {name: self.figure(name, day + DAY) for name in DAILY}, written

    def weekly_table(self, now: datetime) -> tuple[date, dict[str, Decimal], datetime]:
        """What weekly.xml holds at `now`; valid for seven days from the day named, a Saturday."""
        day = self.home.day(now)
        while day.weekday() != FRIDAY or (written := self._written_on(day)) is None or written > now:
            day -= DAY
        return day + DAY, {name: self.figure(name, day + DAY) for name in WEEKLY}, written

    def archive(self, currency: str, first: date, last: date) -> list[tuple[date, Decimal]]:
        """Newest first, every day from `first` to `last` that has a table, whether it is published yet or not."""
        days = (last - DAY * back for back in range((last - first).days + 1))
        return [(day, self.figure(currency, day)) for day in days if self._is_listed(day)]

    def _trades(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.closed

    def _written_on(self, day: date) -> datetime | None:
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
        """A slow tide, a slower one and a daily ripple: at most 0.7 % from one day to the next, 2 % over 12 days."""
        kind = _KINDS[currency]
        if currency == "USD":  # unchanged on three days of four, and never far off
            off = chance(self.seed, "USD", day) % 240
            return kind.base - STEP * (off if off < 60 else 0)
        tide = self._tide(currency, day, 40) * 12 + self._tide(currency, day, 400) * 40
        ripple = self._noise(currency, "ripple", day.toordinal()) * 2
        return (kind.base * (1 + kind.swing * (tide + ripple) / 1000)).quantize(STEP)

    def _tide(self, currency: str, day: date, period: int) -> Decimal:
        nth, past = divmod(day.toordinal(), period)
        before, after = self._noise(currency, period, nth), self._noise(currency, period, nth + 1)
        return (before * (period - past) + after * past) / period

    def _noise(self, *key: object) -> Decimal:
        """From -1 to 1."""
        return Decimal(chance(self.seed, *key) % 20_001 - 10_000) / 10_000
