"""What was official on one day, with where it came from: today's from memory, other days' from the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ticker.model import Revision
from ticker.rates.calendar import official_on, reach, shifted
from ticker.rates.freshness import Figure, Judgement, build_figure, no_figure
from ticker.rates.tracks import tracks_of_revisions
from ticker.snapshot import Content, Snapshot
from ticker.store import Store, StoreError

BEFORE = 8  # days before the oldest figure that may be shown, in which the one before it is looked for
AHEAD = 8  # days after the one asked for, in which a next figure is looked for


@dataclass(frozen=True, slots=True)
class Moment:
    """All that is known at a moment: now, or one of the past. `store` is None while it is away."""

    snapshot: Snapshot
    judged: Judgement
    at: datetime | None  # UTC, where it is of the past
    store: Store | None

    @property
    def content(self) -> Content:
        return self.snapshot.content

    @property
    def past(self) -> Store:
        """The store, for what only it has. Raises StoreError."""
        if self.store is None:
            raise StoreError("the store is away")
        return self.store


@dataclass(frozen=True, slots=True)
class DayRate:
    """One currency on one day. `revisions` are all that the bank published for the figure's day and up to the one asked
    for; None while the store is away."""

    figure: Figure
    revisions: tuple[Revision, ...] | None

    @property
    def revision(self) -> Revision | None:
        """The one that the figure is of."""
        rate = self.figure.rate
        of_figure = [one for one in self.revisions or () if one.believed and rate and one.rate == rate]
        return of_figure[-1] if of_figure else None


def known_currencies(moment: Moment, site: Iterable[str]) -> tuple[str, ...]:
    """Every currency with a figure, and those of the strip."""
    return tuple(sorted({one.currency for one in moment.judged.figures} | set(site)))


def on_day(moment: Moment, day: date, currencies: Collection[str]) -> list[DayRate]:
    """Each of `currencies` on `day`. Raises StoreError for another day than today while the store is away."""
    is_today = day == moment.judged.today
    try:
        revisions = _revisions(moment, day, currencies)
    except StoreError:
        if not is_today:
            raise
        return [DayRate(moment.judged.figure(one) or no_figure(one, moment.content), None) for one in currencies]
    figures = moment.judged.figures if is_today else _figures(moment, day, revisions)
    by_currency = {one.currency: one for one in figures}
    found = [by_currency.get(one) or no_figure(one, moment.content) for one in currencies]
    return [DayRate(one, _published_for(one, day, revisions)) for one in found]


def _revisions(moment: Moment, day: date, currencies: Collection[str]) -> list[Revision]:
    grace, store = moment.content.grace, moment.past
    first, last = shifted(reach(day, grace), -BEFORE), shifted(day, AHEAD)
    return store.revisions_between(list(grace), first, last, moment.at, currencies=currencies)


def _figures(moment: Moment, day: date, revisions: Sequence[Revision]) -> Iterable[Figure]:
    """The figures of a day that is not today."""
    banks = moment.content.bank_names
    tracks_by_currency = tracks_of_revisions(revisions, moment.content.grace, moment.judged.outlooks)
    for currency, tracks in tracks_by_currency.items():
        if found := official_on(day.toordinal(), tracks):
            yield build_figure(currency, found, tracks, day, banks)


def _published_for(figure: Figure, day: date, revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    since = figure.last.valid_on if figure.last else day
    mine = [one for one in revisions if one.rate.currency == figure.currency and since <= one.rate.valid_on <= day]
    return tuple(one for one in mine if not figure.source or one.source == figure.source)
