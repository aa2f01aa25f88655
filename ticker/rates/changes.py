"""The last real change of a figure: which day's table brought it, and how large it was; since when it stands (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from ticker.model import Change
from ticker.rates.calendar import Track
from ticker.rates.tracks import Quoted


def last_change(periods: Sequence[Quoted], earlier: Change | None = None) -> Change | None:
    """The last change up to the newest of `periods`, which are one source's figures of one currency, oldest first.

    None where its day is not certain: at a gap between two tables, another figure may have stood in it; and a table in
    doubt on its last day may have been wrong. `earlier` is the last change up to the oldest of `periods`.
    """
    for one, before in pairwise(reversed(periods)):
        if not _follows(one, before):
            return None
        if before.rate.value != one.rate.value:
            return Change(one.rate.valid_on, one.rate.value - before.rate.value)
    return earlier


def stands_since(shown: Quoted, tracks: Sequence[Track[Quoted]], place: int, day: int) -> date:
    """The first day since which the value of `shown` is known to be the official one, up to `day`: as far back as its
    source's tables follow each other without a gap or a doubt, and no source that counts before it had a figure."""
    track = tracks[place]
    periods = [one for one in track.periods if one.first <= shown.first]
    since = periods[0].first
    for one, before in pairwise(reversed(periods)):
        if not _follows(one, before) or before.rate.value != one.rate.value:
            since = one.first
            break
    else:
        since = track.earlier.on.toordinal() if track.earlier else since
    ends = [one.last + 1 for of in tracks[:place] for one in of.periods if one.first <= day]
    return date.fromordinal(max([since, *ends]))


def _follows(one: Quoted, before: Quoted) -> bool:
    """Whether `before` is beyond doubt official up to the day before `one`."""
    last = one.first - 1
    return before.last >= last and before.doubted_from > last


def change_of(shown: Quoted, tracks: Sequence[Track[Quoted]], place: int, day: int) -> Change | None:
    """The last change up to `shown`, a figure beyond doubt on `day`, of the source at `place` among `tracks`.

    None where a source that counts before it had figures since: another than the one before was official then.
    """
    track = tracks[place]
    found = last_change([one for one in track.periods if one.first <= shown.first], track.earlier)
    if found is None:
        return None
    since = found.on.toordinal() - 1
    others = (one for of in tracks[:place] for one in of.periods)
    return None if any(one.first <= day and one.last >= since for one in others) else found
