"""The official figures of each day that a chart shows (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import Freshness
from ticker.rates.calendar import Outlooks
from ticker.rates.timeline import DailyColumn, OutlookedColumn
from ticker.serve.chart.query import ChartQuery


@dataclass(frozen=True, slots=True)
class Official:
    """A figure for one unit of its currency. `doubted`: the bank has since published one that is not believed."""

    value: Decimal
    source: str
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class DailyFigures:
    """Every day from `first` to `last` for each currency; None where no table covers it."""

    first: date
    last: date
    figures: Mapping[str, Sequence[Official | None]]

    def __len__(self) -> int:
        return (self.last - self.first).days + 1


def daily_figures(
    columns: Mapping[str, DailyColumn], asked: ChartQuery, today: date, outlooks: Outlooks
) -> DailyFigures:
    """The days asked for, cut to those between the first and the newest known figure, today included."""
    first, last = asked.span(today)
    known = [one for one in columns.values() if one.days]
    begins = min((date.fromordinal(one.first) for one in known), default=first)
    ends = max([today, *(date.fromordinal(one.covered_until) for one in known)])
    last = min(last, ends)
    first = min(last, max(first, begins))
    span = range(first.toordinal(), last.toordinal() + 1)
    at_present = {code: one.at(outlooks) for code, one in columns.items()}
    return DailyFigures(first, last, {code: [_official(one, day) for day in span] for code, one in at_present.items()})


def _official(column: OutlookedColumn, ordinal: int) -> Official | None:
    """The figure whose own table covers the day."""
    found = column.on(ordinal)
    if not found or ordinal > found.period.last:
        return None
    return Official(Decimal(found.period.value), found.period.source, found.freshness is not Freshness.FRESH)
