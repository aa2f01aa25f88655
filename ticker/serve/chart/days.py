"""The official figures of each day that a chart shows (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import Freshness
from ticker.rates.timeline import Column
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


def daily_figures(columns: Mapping[str, Column], asked: ChartQuery, today: date) -> DailyFigures:
    """The days asked for, cut to those between the first and the newest known figure, today included."""
    first, last = asked.span(today)
    known = [one for one in columns.values() if one.days]
    begins = min((date.fromordinal(one.first) for one in known), default=first)
    ends = max([today, *map(_covered_until, known)])
    last = min(last, ends)
    first = min(last, max(first, begins))
    span = range(first.toordinal(), last.toordinal() + 1)
    return DailyFigures(first, last, {code: [_official(one, day) for day in span] for code, one in columns.items()})


def _covered_until(column: Column) -> date:
    newest = next((told[0] for told in reversed(column.days) if told), None)
    return date.fromisoformat(newest.valid_until) if newest else date.min


def _official(column: Column, ordinal: int) -> Official | None:
    told = column.on(ordinal)
    if not told or str(date.fromordinal(ordinal)) > told[0].valid_until:
        return None
    entry, freshness = told
    return Official(Decimal(entry.value), entry.source, freshness is not Freshness.FRESH)
