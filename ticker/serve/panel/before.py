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

from ticker.model import DAY, Freshness
from ticker.rates.freshness import Figure


@dataclass(frozen=True, slots=True)
class Earlier:
    """A row's figure of that column, for one unit. `valid_on` is its own day where that is another one."""

    value: Decimal
    valid_on: date


def day_before(shown: Sequence[Figure]) -> date | None:
    """The last day on which one of the figures was another one: `shown` are those that the table's head speaks for.
    None where no other one is known: a copy of today's column says nothing."""
    changed = [one.changed_on for one in shown if one.changed_on]
    if changed:
        return max(changed) - DAY
    others = [of.previous.valid_until for of in shown if of.rate and of.previous and of.previous.value != of.rate.value]
    return Counter(others).most_common(1)[0][0] if others else None


def unchanged_since(shown: Sequence[Figure], today: date) -> date | None:
    """The day of the last change of any of these figures; None where that is today, or not certain."""
    since = max((one.changed_on for one in shown if one.changed_on), default=today)
    fresh = all(one.freshness is Freshness.FRESH and one.stands_since and one.stands_since <= since for one in shown)
    return since if fresh and since < today else None


def earlier(shown: Figure, day: date) -> Earlier | None:
    """The figure that was official on the column's day, else the nearest one before that day."""
    rate, since, previous, change = shown.rate, shown.stands_since, shown.previous, shown.last_change
    if rate and since and since <= day:
        return Earlier(rate.value, day)
    if rate and change is not None and since == day + DAY:
        return Earlier(rate.value - change, day)
    if previous and previous.valid_on <= day:
        return Earlier(previous.value, day if day <= previous.valid_until else previous.valid_on)
    return None
