"""Whether what is drawn on the strip's two rows follows from its exact figures, each of the day that is named (pure).

The exact figures are held against what the bank meant in `check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from .rows import Small, rounds_to
from .shown import Shown
from .truth import DAY

Wrong = tuple[str, date | None, Decimal | None, Decimal | None]  # what, of which day, drawn, and what it should be


def misdrawn(one: Shown, today: date) -> Iterator[Wrong]:
    """What is drawn for one currency and is not so."""
    rows, small = one.rows, one.small
    if rows is None or small is None:
        return
    yield from _large(one, small)
    if one.value is not None and one.freshness != "fresh" and not one.marked:
        yield "missing mark", one.valid_on, one.value, None
    if small.kind == "next":
        yield from _next(one, small)
    elif small.kind == "change" and rows.of == "changed":
        yield from _changed(one, small)
    elif small.kind == "change":
        # A table of several days brings a change on its first, and none on the others.
        stands = bool(one.valid_on and one.valid_until) and one.valid_on < today <= one.valid_until
        if rows.of != "change" or not (stands or one.valid_on == today):
            yield "day change", one.valid_on, small.value, None
        last = one.last_change[1] if one.last_change and one.last_change[0] == today else one.change
        yield from _of_change(one, small, Decimal() if stands else last)
    elif small.kind == "doubt" and (rows.of != "next" or not rows.on or rows.on <= today):
        yield "small figure in doubt", rows.on, small.value, None


def stood_on(one: Shown) -> list[tuple[date, Decimal]]:
    """The days on which the figure is said to have been the same: a zero in the row "changed 28 Nov" says that it was
    so the day before and from then on."""
    rows, small = one.rows, one.small
    if not (rows and small and rows.of == "changed" and small.kind == "change" and small.value == 0):
        return []
    assert rows.on is not None
    assert one.valid_on is not None
    assert one.value is not None
    days = (one.valid_on - rows.on).days + 1
    return [(rows.on + nth * DAY, one.value) for nth in range(-1, days)]


def _large(one: Shown, small: Small) -> Iterator[Wrong]:
    """The large figure is official on a day of the upper row, or has its own beneath it."""
    days = small.days or (one.rows and one.rows.days)
    if one.value is None or not one.valid_on or not one.valid_until or not days:
        return
    if small.days and one.valid_on != days[0]:
        yield "own day", days[0], one.value, None
    if one.valid_on > days[1] or one.valid_until < days[0]:
        yield "upper row", days[0], one.value, None


def _next(one: Shown, small: Small) -> Iterator[Wrong]:
    on = one.rows and one.rows.on
    of_day = one.next[1] if one.next and one.next[0] == on else None
    if of_day is None and on and one.freshness == "fresh" and one.valid_until and on <= one.valid_until:
        of_day = one.value  # its own table has that day too
    if small.value is None:
        return
    if one.rows is None or one.rows.of != "next" or of_day is None or not rounds_to(of_day, small.value):
        yield "small next figure", on, small.value, of_day
    elif one.value is not None and small.arrow != _arrow(of_day - one.value):
        yield "arrow", on, small.value, of_day - one.value


def _changed(one: Shown, small: Small) -> Iterator[Wrong]:
    assert one.rows is not None
    if small.value:
        by = one.last_change[1] if one.last_change and one.last_change[0] == one.rows.on else None
        yield from _of_change(one, small, by)


def _of_change(one: Shown, small: Small, by: Decimal | None) -> Iterator[Wrong]:
    if small.value is None:
        return
    on = one.rows and one.rows.on
    if by is None or not rounds_to(by, small.value) or bool(by) != bool(small.value) or small.arrow != _arrow(by):
        yield "small change", on, small.value, by


def _arrow(by: Decimal) -> str:
    return "▲" if by > 0 else "▼" if by < 0 else ""
