"""What is official beyond doubt: for formats that have no mark for a figure that is late or in doubt (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import Freshness, Rate
from ticker.rates.calendar import Track, official_on
from ticker.rates.compose import KEPT_RATES
from ticker.rates.freshness import Judgement
from ticker.rates.tracks import Quoted, Tracks, tracks_of_content
from ticker.snapshot import Content

SHOWN = (Freshness.FRESH, Freshness.LATE)


@dataclass(frozen=True, slots=True)
class CertainRates:
    """What one unit of each currency cost on each day that it was certainly official for, in home currency, exact.

    `main` are the currencies of the first source; `grace_days`, by currency, is how long after its last day a figure is
    still an answer, under its own date.
    """

    home: str
    values: Mapping[str, Mapping[date, Decimal]]
    main: Collection[str]
    grace_days: Mapping[str, int]
    newest: date | None  # the first day of the newest table
    demo: bool = False


def certain_now(content: Content, judged: Judgement) -> CertainRates:
    """What may be shown now, tomorrow's included: the days that the snapshot knows of each currency."""
    tracks = tracks_of_content(content, judged.outlooks)
    shown = {one.currency for one in judged.figures if one.freshness in SHOWN}
    today = judged.today.toordinal()
    first = {currency: _known_from(of) if currency in shown else today + 1 for currency, of in tracks.items()}
    last = max((track.periods[-1].last for of in tracks.values() for track in of), default=today)
    return _certain(content, tracks, first, last)


def certain_then(content: Content, tracks: Tracks, first: date, last: date) -> CertainRates:
    """What was official from `first` to `last`, by the figures of those days."""
    return _certain(content, tracks, dict.fromkeys(tracks, first.toordinal()), last.toordinal())


def _known_from(tracks: Iterable[Track[Quoted]]) -> int:
    """The first day of which a snapshot has every source's figure: it keeps the newest few of each."""
    return max((one.periods[0].first for one in tracks if len(one.periods) == KEPT_RATES), default=1)


def _certain(content: Content, tracks: Tracks, first: Mapping[str, int], last: int) -> CertainRates:
    foreign = {currency: of for currency, of in tracks.items() if currency != content.home.currency}
    main = content.banks[0].source if content.banks else ""
    values = {
        currency: found for currency, of in foreign.items() if (found := _certain_days(of, first[currency], last))
    }
    begun = [
        period.rate.valid_on
        for of in tracks.values()
        for track in of
        for period in track.periods
        if not track.doubted(period, period.first) and period.first <= last
    ]
    return CertainRates(
        home=content.home.currency,
        values=values,
        main={currency for currency in values if any(one.source == main for one in foreign[currency])},
        grace_days={currency: max(one.grace_days for one in foreign[currency]) for currency in values},
        newest=max(begun, default=None),
        demo=content.demo,
    )


def _certain_days(tracks: Sequence[Track[Quoted]], first: int, last: int) -> dict[date, Decimal]:
    begins = max(first, min(one.periods[0].first for one in tracks))
    ends = min(last, max(one.periods[-1].last for one in tracks))
    found = {}
    for day in range(begins, ends + 1):
        official = official_on(day, tracks)
        if official and official.freshness is Freshness.FRESH:
            found[date.fromordinal(day)] = official.period.rate.value
    return found


def newest_table(content: Content, judged: Judgement, bank: str, *, weekly: bool) -> list[Rate]:
    """The newest table of `bank` of which something is official beyond doubt; empty where none may be shown.

    In the evening that is tomorrow's. A figure is left out that is in doubt on any day of its table, that another table
    replaced, or that is too old to be shown: there is no older figure under the table's date.
    """
    sources = {one.source for one in content.banks if one.bank == bank}
    newest: list[Rate] = []
    for tracks in tracks_of_content(content, judged.outlooks).values():
        periods = [
            one
            for track in tracks
            if track.source in sources
            for one in track.periods
            if (one.last > one.first) == weekly and _is_certain(one, track, tracks, judged)
        ]
        if periods:
            newest.append(max(periods, key=lambda one: one.first).rate)
    valid_on = max((rate.valid_on for rate in newest), default=None)
    return [rate for rate in newest if rate.valid_on == valid_on]


def _is_certain(period: Quoted, track: Track[Quoted], tracks: Sequence[Track[Quoted]], judged: Judgement) -> bool:
    """Whether the figure is official on the day that its table is read for, and nowhere in doubt."""
    today = judged.today.toordinal()
    day = min(max(period.first, today), period.last)
    official = official_on(day, tracks)
    if official is None or official.period is not period or track.doubted(period, period.last):
        return False
    figure = judged.figure(period.rate.currency)
    return period.last >= today or (figure is not None and figure.source == period.source and figure.freshness in SHOWN)
