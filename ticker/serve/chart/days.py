"""The official figures of each day that a chart shows (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import DAY, Freshness
from ticker.rates.calendar import Outlooks
from ticker.rates.timeline import DailyColumn, OutlookedColumn
from ticker.serve.chart.query import ChartQuery


@dataclass(frozen=True, slots=True)
class Official:
    """A figure for one unit of its currency. `doubted`: the bank has since published one that is not believed, or it is
    a first one that is not `confirmed` yet."""

    value: Decimal
    source: str
    doubted: bool = False
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class DailyFigures:
    """Every day from `first` to `last` for each currency; None where no table covers it."""

    first: date
    last: date
    figures: Mapping[str, Sequence[Official | None]]

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def on(self, currency: str, day: date) -> Official | None:
        return self.figures[currency][(day - self.first).days]


def daily_figures(
    columns: Mapping[str, DailyColumn], asked: ChartQuery, today: date, outlooks: Outlooks
) -> DailyFigures:
    """The days asked for, cut to those between the first and the newest known figure, today included."""
    first, last = asked.span(today)
    known = [one for one in columns.values() if one.days]
    begins = min((date.fromordinal(one.first) for one in known), default=first)
    ends = max([today, *(date.fromordinal(one.covered_until) for one in known)])
    last = min(last, ends)
    at_present = {code: one.at(outlooks) for code, one in columns.items()}
    while last > today and not any(one.on(last.toordinal()) for one in at_present.values()):
        last -= DAY  # of a table to come that is in doubt
    first = min(last, max(first, begins))
    span = range(first.toordinal(), last.toordinal() + 1)
    return DailyFigures(first, last, {code: [_official(one, day) for day in span] for code, one in at_present.items()})


def _official(column: OutlookedColumn, ordinal: int) -> Official | None:
    """The figure whose own table covers the day."""
    found = column.on(ordinal)
    if not found or ordinal > found.period.last:
        return None
    point = found.period
    return Official(Decimal(point.value), point.source, found.freshness is not Freshness.FRESH, point.confirmed)
