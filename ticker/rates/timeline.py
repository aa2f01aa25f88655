"""Decades of official figures in memory, so that a long history takes milliseconds.

A compact copy of what the store believes, valid for one `Store.rates_version`: every figure that is corrected,
released or backfilled, of however old a day, makes a new version.
"""

from __future__ import annotations

import threading
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from ticker.model import Freshness, Rate, Revision
from ticker.rates.calendar import Official, Outlooks, Track, official_on, with_outlooks
from ticker.rates.defunct import is_defunct
from ticker.rates.doubt import NO_DAY, doubted_days, doubted_from
from ticker.rates.freshness import Figure
from ticker.store import BelievedRate, Store

Step = Literal["day", "week", "month"]


class Point(NamedTuple):
    """A believed figure as text, and as a period of the calendar."""

    value: str
    quoted: str
    nominal: int
    valid_on: str
    valid_until: str
    unchanged_since: str
    source: str
    first: int
    last: int
    doubted_from: int
    confirmed: bool = True


class Row(NamedTuple):
    """One currency on one calendar day; `point` is None where there is no figure to give."""

    day: str
    currency: str
    freshness: Freshness
    point: Point | None


@dataclass(frozen=True, slots=True)
class DailyColumn:
    """One currency: the official figure of each day from the ordinal `first` on, as far as figures alone tell."""

    currency: str
    first: int
    days: Sequence[Official[Point] | None]
    tracks: Sequence[Track[Point]]

    def at(self, outlooks: Outlooks) -> OutlookedColumn:
        tracks = with_outlooks(self.tracks, self.currency, outlooks)
        return OutlookedColumn(self, tracks, min((one.outlook.settled_until for one in tracks), default=0))

    @property
    def covered_until(self) -> int:
        """The ordinal of the last day that a table covers; 0 without any."""
        return max((one.periods[-1].last for one in self.tracks), default=0)


@dataclass(frozen=True, slots=True)
class OutlookedColumn:
    """The same as is known at a moment. Up to `settled` the figures alone tell."""

    column: DailyColumn
    tracks: Sequence[Track[Point]]
    settled: int

    def on(self, ordinal: int) -> Official[Point] | None:
        if ordinal > self.settled:
            return official_on(ordinal, self.tracks)
        place = ordinal - self.column.first
        return self.column.days[place] if 0 <= place < len(self.column.days) else None


class RateTimeline:
    """The columns that were asked for so far. For any number of threads: one reads the store, the others wait."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, tuple[tuple[str, int], ...]], DailyColumn] = {}  # by currency and sources
        self._version: int | None = None
        self._reading = threading.Lock()

    def columns(
        self, store: Store, version: int, grace: Mapping[str, int], currencies: Collection[str]
    ) -> dict[str, DailyColumn]:
        """The columns of `currencies` as of that `rates_version`; `grace` has the sources in the order in which they
        count, with the days past its validity for which a figure is shown. Raises StoreError."""
        with self._reading:
            sources = tuple(grace.items())
            if self._version != version:
                self._version, self._columns = version, {}
            if lacking := [one for one in currencies if (one, sources) not in self._columns]:
                printed = store.believed_rates(list(grace), lacking)
                held = store.held()
                by_currency: dict[str, list[BelievedRate]] = {one: [] for one in lacking}
                for one in printed:
                    by_currency[one.currency].append(one)
                self._columns |= {
                    (currency, sources): build_column(currency, found, held, grace)
                    for currency, found in by_currency.items()
                }
            return {currency: self._columns[currency, sources] for currency in currencies}


def columns_at(
    store: Store, at: datetime, grace: Mapping[str, int], currencies: Collection[str]
) -> dict[str, DailyColumn]:
    """The same as was known at a moment of the past (UTC); read from the store each time. Raises StoreError."""
    said = store.revisions_between(list(grace), date.min, date.max, at, currencies=currencies)
    printed = [_printed(one) for one in said if one.believed]
    held = [one for one in said if one.held]
    return {
        currency: build_column(currency, [one for one in printed if one.currency == currency], held, grace)
        for currency in currencies
    }


def _printed(one: Revision) -> BelievedRate:
    rate = one.rate
    figure = str(rate.quoted), rate.nominal, rate.valid_on, rate.valid_until
    return BelievedRate(one.id, one.source, rate.currency, *figure, one.confirmed)


def build_column(
    currency: str, printed: Sequence[BelievedRate], held: Iterable[Revision], grace: Mapping[str, int]
) -> DailyColumn:
    """One currency's days, from its believed figures, by rising id, and all held ones."""
    mine = [one for one in held if one.rate.currency == currency]
    found = [
        (_points([one for one in printed if one.source == source], [one for one in mine if one.source == source]), days)
        for source, days in grace.items()
    ]
    tracks = [Track(points, days) for points, days in found if points]
    first = min((one.periods[0].first for one in tracks), default=0)
    last = max((one.periods[-1].last + one.grace_days for one in tracks), default=-1)
    return DailyColumn(currency, first, _official_days(first, last, tracks) if tracks else (), tracks)


def _official_days(first: int, last: int, tracks: Sequence[Track[Point]]) -> list[Official[Point] | None]:
    """Each day's figure, looked up only where it can change: where days of a figure begin, end or come into doubt."""
    changes = {first, last + 1}
    for track in tracks:
        for one in track.periods:
            changes |= {one.first, one.last + 1, one.last + track.grace_days + 1}
            if one.doubted_from <= last:
                changes.add(one.doubted_from)
    days: list[Official[Point] | None] = []
    for begin, end in pairwise(sorted(changes)):
        days += [official_on(begin, tracks)] * (end - begin)
    return days


def _points(printed: Iterable[BelievedRate], held: Iterable[Revision]) -> list[Point]:
    """One source's figures of one currency, by day: of one day the newest counts."""
    newest = {one.valid_on: one for one in printed if not is_defunct(one.currency, one.valid_on)}
    doubted = doubted_days(held, {day: one.id for day, one in newest.items()})
    points: list[Point] = []
    before: BelievedRate | None = None
    since, end = "", 0
    for day in sorted(newest):
        one, name, first = newest[day], day.isoformat(), day.toordinal()
        if before is None or first > end + 1 or (one.quoted, one.nominal) != (before.quoted, before.nominal):
            since = name
        last = one.valid_until.toordinal() if one.valid_until != day else first
        before, end = one, last
        value, quoted = _plain(one)
        until = name if last == first else one.valid_until.isoformat()
        doubt = doubted_from(day, doubted, confirmed=one.confirmed)
        named = name, until, since, one.source
        points.append(Point(value, quoted, one.nominal, *named, first, last, doubt, bool(one.confirmed)))
    return points


def _plain(one: BelievedRate) -> tuple[str, str]:
    """The figure for one unit, and as it was printed."""
    if one.nominal == 1 and "E" not in one.quoted:
        return one.quoted, one.quoted
    rate = Rate(one.currency, Decimal(one.quoted), one.nominal, one.valid_on, one.valid_until)
    return f"{rate.value:f}", f"{rate.quoted:f}"


def todays_point(figure: Figure, column: OutlookedColumn, today: int) -> Point | None:
    """The point of the figure that is shown today; None where none is. One that the column lacks is newer than its
    version: its `unchanged_since` then covers its own table only."""
    rate = figure.rate
    if rate is None:
        return None
    found = [official.period for day in (today, rate.valid_on.toordinal()) if (official := column.on(day))]
    first, until = str(rate.valid_on), str(rate.valid_until)
    for point in found:
        if (point.source, point.valid_on) == (figure.source, first):
            return point._replace(confirmed=figure.confirmed)
    days = rate.valid_on.toordinal(), rate.valid_until.toordinal(), NO_DAY
    return Point(
        f"{rate.value:f}", f"{rate.quoted:f}", rate.nominal, first, until, first, figure.source, *days, figure.confirmed
    )


def rows(
    columns: Mapping[str, DailyColumn], ordinals: Sequence[int], figures: Mapping[str, Figure], outlooks: Outlooks
) -> Iterator[Row]:
    """Each currency's days. `figures` are today's, as the strip shows them."""
    names = [str(date.fromordinal(one)) for one in ordinals]
    for currency, of_days in columns.items():
        column = of_days.at(outlooks)
        for ordinal, name in zip(ordinals, names, strict=True):
            if ordinal == outlooks.today and currency in figures:
                figure = figures[currency]
                yield Row(name, currency, figure.freshness, todays_point(figure, column, ordinal))
            elif found := column.on(ordinal):
                yield Row(name, currency, found.freshness, found.period)
            else:
                yield Row(name, currency, Freshness.NONE, None)


def ordinals(first: date, last: date, step: Step) -> list[int]:
    """The days of a span that are asked for, as ordinals."""
    if step != "month":
        return list(range(first.toordinal(), last.toordinal() + 1, 7 if step == "week" else 1))
    found, year, month = [], first.year, first.month
    while (year, month) <= (last.year, last.month):
        day = date(year, month, min(first.day, monthrange(year, month)[1]))
        found += [day.toordinal()] if day <= last else []
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
