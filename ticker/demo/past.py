"""The year before a demonstration begins: the figures that a service running all the while would have read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from ticker.demo.bank import DAILY, WEEKLY
from ticker.demo.neighbours import NEIGHBOURS
from ticker.demo.pages import Row
from ticker.demo.upstream import DemoUpstream
from ticker.model import DAY, Rate, Revision

PAST = 366 * DAY
WEEK = 7 * DAY


def past(upstream: DemoUpstream, sources: Iterable[str], now: datetime) -> list[Revision]:
    """The figures of these sources for a year, up to the table before the one that is there to be read at `now`. Each
    is seen when it is published."""
    return [
        Revision(0, source, Rate(row.currency, row.figure, row.nominal, day, until), seen_at, origin=source)
        for source in sources
        for day, until, seen_at, rows in _tables(upstream, source, now)
        for row in rows
    ]


def _tables(upstream: DemoUpstream, source: str, now: datetime) -> Iterator[tuple[date, date, datetime, Iterable[Row]]]:
    """By table: its first day, its last, when it was published (UTC), and its rows."""
    bank = upstream.bank
    if source in NEIGHBOURS:
        one = NEIGHBOURS[source]
        newest = one.newest(now)
        days = [day for day in _days(newest) if one.has_table(day)]
        for day, following in zip(days, [*days[1:], newest], strict=True):
            yield day, following - DAY, one.published_at(day), upstream.neighbours.rows(source, day)
        return
    weekly = source == "nbkr-weekly"
    newest = (bank.weekly_table if weekly else bank.daily_table)(now)[0]
    for day in _days(newest):
        written = bank.written_on(day - DAY)
        if written and (not weekly or (newest - day) % WEEK == 0 * DAY):
            rows = [Row(one, bank.nominal(one), bank.figure(one, day)) for one in (WEEKLY if weekly else DAILY)]
            yield day, day + WEEK - DAY if weekly else day, written, rows


def _days(newest: date) -> list[date]:
    """Those of the year before it."""
    return [newest - PAST + DAY * nth for nth in range(PAST.days)]
