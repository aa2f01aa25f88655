"""From revisions, or from the series of a snapshot, to the tracks that the calendar reads (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from ticker.model import Rate, Revision
from ticker.rates.calendar import Outlooks, Track, with_outlooks
from ticker.rates.defunct import is_defunct
from ticker.rates.doubt import doubted_days, doubted_from
from ticker.snapshot import Content


class Quoted(NamedTuple):
    """A believed figure as a period of the calendar; `revision` is None where it comes from a snapshot."""

    rate: Rate
    source: str
    first: int
    last: int
    doubted_from: int
    confirmed: bool
    revision: Revision | None = None


Tracks = Mapping[str, list[Track[Quoted]]]
"""By currency; a currency's tracks are in the order in which the sources count."""


def tracks_of_revisions(revisions: Iterable[Revision], grace: Mapping[str, int], outlooks: Outlooks) -> Tracks:
    """`revisions` are all that was said of some days, believed or held; `grace` has the sources in their order."""
    by_series: dict[tuple[str, str], list[Revision]] = {}
    for one in revisions:
        by_series.setdefault((one.rate.currency, one.source), []).append(one)
    found: dict[str, list[Track[Quoted]]] = {}
    for currency in sorted({currency for currency, _ in by_series}):
        said = [(by_series[currency, source], grace[source]) for source in grace if (currency, source) in by_series]
        tracks = [Track(periods, days) for of, days in said if (periods := periods_of(of))]
        if tracks:
            found[currency] = with_outlooks(tracks, currency, outlooks)
    return found


def newest_believed(revisions: Iterable[Revision]) -> dict[date, Revision]:
    """The newest believed revision of each day, of one currency and source; none once the currency is defunct."""
    believed = [one for one in revisions if one.believed and not is_defunct(one.rate.currency, one.rate.valid_on)]
    return {one.rate.valid_on: one for one in sorted(believed, key=lambda one: (one.rate.valid_on, one.id))}


def periods_of(revisions: Iterable[Revision]) -> list[Quoted]:
    """The believed figures of one currency from one source, oldest first."""
    revisions = list(revisions)
    believed = newest_believed(revisions)
    doubted = doubted_days(revisions, {day: one.id for day, one in believed.items()})
    return [_quoted(one.rate, one.source, doubted, confirmed=one.confirmed, revision=one) for one in believed.values()]


def tracks_of_content(content: Content, outlooks: Outlooks) -> Tracks:
    """The newest figures of every currency that is shown."""
    found: dict[str, list[Track[Quoted]]] = {}
    for source, days in content.grace.items():
        for series in content.series:
            if series.source == source and series.rates:
                periods = [
                    _quoted(rate, source, series.contested, confirmed=rate.valid_on not in series.unconfirmed)
                    for rate in series.rates
                ]
                track = Track(periods, days, outlooks.of(source, series.currency), series.earlier)
                found.setdefault(series.currency, []).append(track)
    return found


def _quoted(
    rate: Rate, source: str, doubted: Iterable[date], *, confirmed: bool, revision: Revision | None = None
) -> Quoted:
    first, last = rate.valid_on.toordinal(), rate.valid_until.toordinal()
    return Quoted(
        rate, source, first, last, doubted_from(rate.valid_on, doubted, confirmed=confirmed), confirmed, revision
    )
