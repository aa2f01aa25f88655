"""What was official on each calendar day (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ticker.model import DAY, Freshness, Revision
from ticker.rates.compose import ended

LONGEST_TABLE_DAYS = 7


@dataclass(frozen=True, slots=True)
class DayFigure:
    """One currency on one calendar day.

    FRESH: a table covers the day. LATE: none does, and `revision` is of the newest one before it, at most its source's
    grace past its validity. NONE: there is nothing to show for the day.
    """

    day: date
    currency: str
    freshness: Freshness
    revision: Revision | None
    unchanged_since: date | None  # the first day of the unbroken run of days with this very figure


def reach(day: date, grace: Mapping[str, int]) -> date:
    """The first day of a table that may still be shown for `day`."""
    return date.fromordinal(max(1, day.toordinal() - max(grace.values(), default=0) - LONGEST_TABLE_DAYS))


def official(revisions: Iterable[Revision], sources: Sequence[str]) -> list[Revision]:
    """Of each currency, day and source the newest believed one, in that order, sources in that of `sources`; without
    what a bank printed of a currency that was no more."""
    newest = {
        (one.rate.currency, one.rate.valid_on, sources.index(one.source)): one
        for one in sorted(revisions, key=lambda one: one.id)
        if one.believed and not ended(one.rate.currency, one.rate.valid_on)
    }
    return [newest[key] for key in sorted(newest)]


@dataclass(slots=True)
class _Run:
    """The newest figure of one source, and since when it is the same without a gap."""

    revision: Revision
    since: date

    def then(self, later: Revision) -> _Run:
        unbroken = later.rate.valid_on <= self.revision.rate.valid_until + DAY
        same = unbroken and later.rate.same_figure(self.revision.rate)
        return _Run(later, self.since if same else later.rate.valid_on)


Carried = Mapping[tuple[str, str], date]
"""By source and currency the last day to which the newest figure is carried (`freshness.carried_until`)."""


def calendar(
    revisions: Sequence[Revision], first: date, last: date, grace: Mapping[str, int], carried: Carried | None = None
) -> list[DayFigure]:
    """Every day from `first` to `last`, by currency, then day.

    `revisions` are believed ones, one a day and source, by currency, then day (`official`). `grace` has the days
    past its validity for which a source's table is still shown; of two sources with a table, the earlier one counts.
    """
    found: list[DayFigure] = []
    for currency, of_currency in groupby(revisions, key=lambda one: one.rate.currency):
        found += _days(currency, list(of_currency), first, last, grace, carried or {})
    return found


def _days(
    currency: str, revisions: Sequence[Revision], first: date, last: date, grace: Mapping[str, int], carried: Carried
) -> Iterator[DayFigure]:
    runs: dict[str, _Run] = {}
    place, day = 0, first
    while day <= last:
        while place < len(revisions) and revisions[place].rate.valid_on <= day:
            one = revisions[place]
            runs[one.source] = runs[one.source].then(one) if one.source in runs else _Run(one, one.rate.valid_on)
            place += 1
        yield _figure(currency, day, runs, grace, carried)
        day += DAY


def _figure(
    currency: str, day: date, runs: Mapping[str, _Run], grace: Mapping[str, int], carried: Carried
) -> DayFigure:
    known = [runs[source] for source in grace if source in runs]
    for run in known:
        if day <= run.revision.rate.valid_until:
            return DayFigure(day, currency, Freshness.FRESH, run.revision, run.since)
    for run in known:
        source = run.revision.source
        young = (day - run.revision.rate.valid_until).days <= grace[source]
        if young and day <= carried.get((source, currency), day):
            return DayFigure(day, currency, Freshness.LATE, run.revision, run.since)
    return DayFigure(day, currency, Freshness.NONE, None, None)
