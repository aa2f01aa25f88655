"""The last real change of a figure: which day's table brought it, and how large it was (pure)."""

from __future__ import annotations

from collections.abc import Sequence
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
        last = one.first - 1
        if before.last < last or before.doubted_from <= last:
            return None
        if before.rate.value != one.rate.value:
            return Change(one.rate.valid_on, one.rate.value - before.rate.value)
    return earlier


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
