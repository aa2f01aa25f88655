"""The axes of a chart: round figures beside a plot, and named days below the picture (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_CEILING, Decimal

from ticker.model import DAY
from ticker.serve.chart.picture import Mark, Tick, room_for_marks
from ticker.serve.i18n.words import Words

LEAST_RANGE = 1000  # the least range of an axis: the sum of its figures divided by this, which is 0.2 % of their middle
ROOM = 12  # a margin above and below the figures: their range divided by this
SINGLE_DAYS = 70  # up to so many days, days are named; beyond, months or years
MONTHS_OF_A_YEAR = 330  # days; beyond, a month is named with its year


def value_axis(lowest: Decimal, highest: Decimal) -> tuple[Decimal, Decimal]:
    """The ends of the axis: a margin around the figures, and never less than 0.2 % of them. A rate that the bank moves
    by a hundredth of a per cent must not look like one that falls and rises."""
    missing = max(Decimal(0), (lowest + highest) / LEAST_RANGE - (highest - lowest)) / 2
    room = missing or (highest - lowest) / ROOM
    return lowest - room, highest + room


def value_ticks(low: Decimal, high: Decimal, say: Words) -> Iterator[Tick]:
    """Two to six round figures."""
    step = _round_up((high - low) / 5)
    digits = max(0, -step.adjusted())
    tick = (low / step).to_integral_value(ROUND_CEILING) * step
    while tick <= high:
        yield Tick(tick, say.number(tick, digits))
        tick += step


def _round_up(value: Decimal) -> Decimal:
    """The next of 1, 2, 5, 10, 20, …"""
    unit = Decimal(1).scaleb(value.adjusted())
    return next(unit * many for many in (1, 2, 5, 10) if unit * many >= value)


def day_marks(first: date, last: date, width: int, say: Words) -> Iterator[Mark]:
    """As many names as fit: of single days, or of the first days of months or years. `width` is the picture's in px."""
    count = (last - first).days + 1
    if count <= SINGLE_DAYS:
        room = room_for_marks(width, 8)
        stride = next(stride for stride in (1, 2, 3, 5, 7, 14, 35, 70) if -(-count // stride) <= room)
        for place in range(count - 1, -1, -stride):
            yield Mark(place, say.short_day(first + place * DAY), point=True)
        return
    months = list(_first_days(first, last))
    with_year = count > MONTHS_OF_A_YEAR
    room = room_for_marks(width, 10 if with_year else 5)
    stride = next((stride for stride in (1, 2, 3, 6) if -(-len(months) // stride) <= room), 12)
    if stride == 12:
        room, years = room_for_marks(width, 4), count // 365 + 1
        stride = 12 * next(stride for stride in (1, 2, 5, 10, 25, 50) if -(-years // stride) <= room)
    for day in months:
        if (day.year * 12 + day.month - 1) % stride == 0:
            text = str(day.year) if stride >= 12 else say.short_month(day, year=with_year)
            yield Mark((day - first).days, text)


def _first_days(first: date, last: date) -> Iterator[date]:
    """The first day of each month."""
    month = first.year * 12 + first.month - (first.day == 1)
    while (day := date(month // 12, month % 12 + 1, 1)) <= last:
        yield day
        month += 1
