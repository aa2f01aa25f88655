"""What is official on a calendar day: the one rule that every page, file and feed follows (pure).

    of each source:   the newest table that has begun by the day
    in force:         the first source whose table covers the day; late once the figure is in doubt (`doubt`), and none
                      while the day is still to come
    carry forward:    where no table covers the day, the first source's figure within its grace, late

Days are ordinals (`date.toordinal`): decades of them are computed at once (`timeline`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Generic, NamedTuple, Protocol, TypeVar

from ticker.model import Change, Freshness
from ticker.rates.doubt import NO_DAY

LONGEST_TABLE_DAYS = 31  # an imported one; a weekly table has seven
_FIRST = attrgetter("first")


class Period(Protocol):
    """A believed figure with the days it is official for, unless a later table of its source begins before `last`."""

    @property
    def source(self) -> str: ...
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def doubted_from(self) -> int: ...


P = TypeVar("P", bound=Period)


class Outlook(NamedTuple):
    """How far a source's figures of one currency reach, as is known at a moment."""

    counted_until: int = NO_DAY  # the last day on which they count at all
    carried_until: int = NO_DAY  # the last day to which the newest one is carried forward
    left_out_from: int = NO_DAY  # the first day on which the newest one is in doubt: a reprint of its table lacks it
    today: int = NO_DAY  # the last day for which a figure in doubt is given, as late

    @property
    def settled_until(self) -> int:
        """The last day on which the figures alone tell what is official."""
        return min(self.counted_until, self.carried_until, self.left_out_from - 1, self.today)


UNLIMITED = Outlook()


@dataclass(frozen=True, slots=True)
class Outlooks:
    """The outlook of every series that is shown at a moment, by source and currency; `today` is its day.

    A series that is not shown, such as one that only an imported file brought, is history: it counts up to yesterday.
    """

    today: int
    series: Mapping[tuple[str, str], Outlook] = field(default_factory=dict)

    def of(self, source: str, currency: str) -> Outlook:
        return self.series.get((source, currency)) or Outlook(self.today - 1, self.today - 1)

    @property
    def fingerprint(self) -> int:
        """Equal for equal outlooks, whichever moment they are of."""
        return hash((self.today, *self.series.items()))


@dataclass(frozen=True, slots=True)
class Track(Generic[P]):
    """One source's figures of one currency, oldest first; at least one."""

    periods: Sequence[P]
    grace_days: int  # how many days past its last one a figure may be carried forward
    outlook: Outlook = UNLIMITED
    earlier: Change | None = None  # the last change up to the oldest of `periods`, where it is known

    @property
    def source(self) -> str:
        return self.periods[0].source

    def begun(self, day: int) -> P | None:
        """The newest figure whose days have begun."""
        place = bisect_right(self.periods, day, key=_FIRST)
        return self.periods[place - 1] if place and day <= self.outlook.counted_until else None

    def doubted(self, period: P, day: int) -> bool:
        return day >= min(period.doubted_from, self.outlook.left_out_from)

    def carried(self, period: P, day: int) -> bool:
        return day <= min(period.last + self.grace_days, self.outlook.carried_until)


class Official(NamedTuple, Generic[P]):
    """The official figure of a day: FRESH, or LATE where it is in doubt or carried forward."""

    period: P
    freshness: Freshness


def official_on(day: int, tracks: Iterable[Track[P]]) -> Official[P] | None:
    """The official figure of one currency; None where there is none. `tracks` are in the order in which they count."""
    begun = [(period, track) for track in tracks if (period := track.begun(day)) is not None]
    for period, track in begun:
        if day <= period.last:
            if not track.doubted(period, day):
                return Official(period, Freshness.FRESH)
            return Official(period, Freshness.LATE) if day <= track.outlook.today else None
    for period, track in begun:
        if track.carried(period, day):
            return Official(period, Freshness.LATE)
    return None


def with_outlooks(tracks: Iterable[Track[P]], currency: str, outlooks: Outlooks) -> list[Track[P]]:
    """The tracks of one currency as far as they reach at a moment."""
    return [replace(one, outlook=outlooks.of(one.source, currency)) for one in tracks]


def reach(day: date, grace: Mapping[str, int]) -> date:
    """The first day of a table that may still be shown for `day`."""
    return shifted(day, -max(grace.values(), default=0) - LONGEST_TABLE_DAYS)


def shifted(day: date, days: int) -> date:
    """That many days later, within the calendar's ends."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
