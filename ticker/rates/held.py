"""Held figures, each with what is believed beside it, and unconfirmed ones: for the status page, the API and `ticker
held`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ticker.model import Rate, Revision
from ticker.rates.calendar import shifted
from ticker.rates.tracks import newest_believed
from ticker.snapshot import Content
from ticker.store import Store

BEFORE = 31  # days before the held figure's own, in which a believed one is looked for
NOT_BORNE_OUT = "first figure, not borne out yet"


@dataclass(frozen=True, slots=True)
class Held:
    """A held figure. `believed` is its source's believed figure of the same day, or of the nearest day before it.

    Of that day and not of today: it is what readers see in the held figure's place, and what the judge measured the
    held one against. A newer figure says nothing about whether this one was a slip.
    """

    revision: Revision
    believed: Rate | None

    @property
    def believed_text(self) -> str:
        return described(self.believed)


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A first figure that is shown as unconfirmed once its day has come."""

    source: str
    rate: Rate


def unconfirmed_figures(content: Content) -> list[Unconfirmed]:
    """Those that no confirmed figure of their source and currency follows, the oldest first."""
    found = []
    for series in content.series:
        last = max(
            (rate.valid_on for rate in series.rates if rate.valid_on not in series.unconfirmed), default=date.min
        )
        found += [Unconfirmed(series.source, rate) for rate in series.rates if rate.valid_on > last]
    return found


def described(rate: Rate | None) -> str:
    """A figure in words, for an operator."""
    return f"{rate.quoted:f} for {rate.nominal} on {rate.valid_on}" if rate else "none"


def held_figures(store: Store, sources: Sequence[str], at: datetime | None = None) -> list[Held]:
    """All that are held, or were at `at` (UTC), the newest first. Raises StoreError."""
    return beside_believed(store, held_revisions(store, sources, at), at)


def held_revisions(store: Store, sources: Sequence[str], at: datetime | None = None) -> list[Revision]:
    """The figures that are held, or were at `at` (UTC), the newest first. Raises StoreError."""
    if at is None:
        return store.held()
    return [one for one in reversed(store.revisions_between(sources, date.min, date.max, at, held=True)) if one.held]


def beside_believed(store: Store, held: Iterable[Revision], at: datetime | None = None) -> list[Held]:
    """Each with its believed figure, as was known at `at` (UTC). Raises StoreError."""
    by_day: dict[date, list[Revision]] = {}
    for one in (held := list(held)):
        by_day.setdefault(one.rate.valid_on, []).append(one)
    believed: dict[int, Rate | None] = {}
    for day, of_day in by_day.items():
        sources, currencies = {one.source for one in of_day}, {one.rate.currency for one in of_day}
        known = store.revisions_between(sorted(sources), shifted(day, -BEFORE), day, at, currencies=sorted(currencies))
        believed |= {one.id: _nearest(one, known) for one in of_day}
    return [Held(one, believed[one.id]) for one in held]


def _nearest(held: Revision, known: Iterable[Revision]) -> Rate | None:
    mine = [one for one in known if (one.source, one.rate.currency) == (held.source, held.rate.currency)]
    by_day = newest_believed(mine)
    return by_day[max(by_day)].rate if by_day else None
