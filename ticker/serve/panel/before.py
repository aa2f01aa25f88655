"""The column before today's: the last day with other figures (pure).

The bank prints weekends' and holidays' tables with the figures of the day before. Yesterday's column would then be a
copy of today's, and the change none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from ticker.model import DAY, Freshness
from ticker.rates.doubt import doubted_from
from ticker.rates.freshness import Figure
from ticker.snapshot import Content, Series


@dataclass(frozen=True, slots=True)
class Earlier:
    """A row's figure of that column, for one unit. `valid_on` is its own day where that is another one."""

    value: Decimal
    valid_on: date


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure that is shown, and the first day since which it is known to be the same."""

    figure: Figure
    same_since: date


def shown_of(figure: Figure | None, content: Content) -> Shown | None:
    if figure is None or figure.rate is None:
        return None
    if figure.changed_on:
        return Shown(figure, figure.changed_on)
    own = (one for one in content.series if (one.source, one.currency) == (figure.source, figure.currency))
    return Shown(figure, next((_same_since(figure.rate.valid_on, one) for one in own), figure.rate.valid_on))


def _same_since(valid_on: date, series: Series) -> date:
    """As far back as tables follow each other without a gap or a doubt."""
    rates = [one for one in series.rates if one.valid_on <= valid_on]
    for one, before in pairwise(reversed(rates)):
        last = one.valid_on - DAY
        certain = before.valid_on not in series.unconfirmed
        doubted = doubted_from(before.valid_on, series.contested, confirmed=certain) <= last.toordinal()
        if before.valid_until < last or doubted or before.value != one.value:
            return one.valid_on
    return rates[0].valid_on if rates else valid_on


def day_before(shown: Sequence[Shown]) -> date | None:
    """The last day on which one of the figures was another one: `shown` are those that the table's head speaks for.
    None where no other one is known: a copy of today's column says nothing."""
    changed = [one.figure.changed_on for one in shown if one.figure.changed_on]
    if changed:
        return max(changed) - DAY
    others = [
        of.previous.valid_until
        for of in (one.figure for one in shown)
        if of.rate and of.previous and of.previous.value != of.rate.value
    ]
    return Counter(others).most_common(1)[0][0] if others else None


def unchanged_since(shown: Sequence[Shown], today: date) -> date | None:
    """The day of the last change of any of these figures; None where that is today, or not certain."""
    since = max((one.figure.changed_on for one in shown if one.figure.changed_on), default=today)
    fresh = all(one.figure.freshness is Freshness.FRESH and one.same_since <= since for one in shown)
    return since if fresh and since < today else None


def earlier(shown: Shown, day: date) -> Earlier | None:
    """The figure that was official on the column's day, else the nearest one before that day."""
    rate, previous, change = shown.figure.rate, shown.figure.previous, shown.figure.last_change
    if rate and shown.same_since <= day:
        return Earlier(rate.value, day)
    if rate and change is not None and shown.same_since == day + DAY:
        return Earlier(rate.value - change, day)
    if previous and previous.valid_on <= day:
        return Earlier(previous.value, day if day <= previous.valid_until else previous.valid_on)
    return None
