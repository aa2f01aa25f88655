"""Doubt: from which day on a believed figure is not certain (pure).

A first figure that nothing has borne out yet is in doubt from its first day on. Otherwise a held figure puts its day in
doubt, until a figure of that very day is believed after it, or the held one is released or discarded; a believed figure
is in doubt from the first such day on which it is the newest of its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from ticker.model import Revision

NO_DAY = date.max.toordinal() + 1
"""An ordinal later than that of every day."""


def doubted_days(held: Iterable[Revision], believed: Mapping[date, int]) -> frozenset[date]:
    """The days in doubt of one currency from one source. `believed` has the id of each day's newest believed figure.

    An id that is missing counts as 0: a figure of another day settles nothing, however late it was believed.
    """
    return frozenset(one.rate.valid_on for one in held if one.held and one.id > believed.get(one.rate.valid_on, 0))


def doubted_from(first: date, doubted: Iterable[date], *, confirmed: bool) -> int:
    """The ordinal of the first day in doubt that is not before `first`, which a table begins with; NO_DAY for none."""
    if not confirmed:
        return first.toordinal()
    return min((day.toordinal() for day in doubted if day >= first), default=NO_DAY)
