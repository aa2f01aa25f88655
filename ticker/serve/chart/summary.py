"""How each currency moved over the days of a chart (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import DAY
from ticker.serve.chart.days import DailyFigures
from ticker.serve.i18n.words import Words, digits_apart, own_digits


@dataclass(frozen=True, slots=True)
class Point:
    """A figure and its day, both in words too."""

    value: Decimal
    text: str
    day: date
    dated: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The first, last, lowest and highest figure of one currency, and its change in per cent."""

    first: Point
    last: Point
    lowest: Point
    highest: Point
    missing: int  # days without a figure
    change: str
    trend: str


def summarise(currency: str, known: DailyFigures, say: Words) -> Summary | None:
    """None for a currency without any figure."""
    figures = known.figures[currency]
    official = [(known.first + nth * DAY, one.value) for nth, one in enumerate(figures) if one]
    if not official:
        return None

    def point(day: date, value: Decimal) -> Point:
        return Point(value, say.number(value, own_digits(value)), day, say.dated(day))

    first, last = official[0], official[-1]
    lowest, highest = min(official, key=lambda one: one[1]), max(official, key=lambda one: one[1])
    change, trend = _change(first[1], last[1], say)
    missing = len(figures) - len(official)
    return Summary(point(*first), point(*last), point(*lowest), point(*highest), missing, change, trend)


def _change(first: Decimal, last: Decimal, say: Words) -> tuple[str, str]:
    """In per cent, with the trend; both empty where there is none."""
    moved = (last / first - 1) * 100
    if not moved:
        return "", ""
    size = abs(moved)
    text = say.number(size, digits_apart(size, Decimal(), 2 if size < 10 else 1))
    return say.text("chart.percent", value=text), "up" if moved > 0 else "down"
