"""Decades of official figures in memory, so that a long history is told in milliseconds.

A compact copy of what the store believes, kept for one `Store.rates_version`: a figure that is corrected, released or
filled in anywhere in the past makes a new one.
"""

from __future__ import annotations

import threading
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from ticker.model import Freshness, Rate, Revision
from ticker.rates.calendar import Carried
from ticker.rates.compose import ended
from ticker.rates.freshness import Figure
from ticker.store import BelievedRate, Store

Step = Literal["day", "week", "month"]


class Entry(NamedTuple):
    """A figure as it is told, every part of it as text but the nominal."""

    value: str
    quoted: str
    nominal: int
    valid_on: str
    valid_until: str
    unchanged_since: str
    source: str
    first: int  # `valid_on` as an ordinal


class Row(NamedTuple):
    """One currency on one calendar day; `entry` is None where there is nothing to give."""

    day: str
    currency: str
    freshness: Freshness
    entry: Entry | None


_Told = tuple[Entry, Freshness]


@dataclass(frozen=True, slots=True)
class Column:
    """One currency: from the day with the ordinal `first` on, each day's figure and whether it is late."""

    first: int
    days: Sequence[_Told | None]

    def on(self, ordinal: int) -> _Told | None:
        place = ordinal - self.first
        return self.days[place] if 0 <= place < len(self.days) else None


class Book:
    """The columns that were asked for so far. For any number of threads: one reads the store, the others wait."""

    def __init__(self) -> None:
        self._columns: dict[str, Column] = {}
        self._of: tuple[int, tuple[tuple[str, int], ...]] | None = None
        self._reading = threading.Lock()

    def columns(
        self, store: Store, version: int, grace: Mapping[str, int], currencies: Collection[str]
    ) -> dict[str, Column]:
        """The columns of `currencies` as of that `rates_version`; `grace` has the sources in the order in which they
        count, with the days past its validity for which a figure is shown. Raises StoreError."""
        with self._reading:
            of = version, tuple(grace.items())
            if self._of != of:
                self._of, self._columns = of, {}
            if lacking := [one for one in currencies if one not in self._columns]:
                printed = store.believed_rates(list(grace), lacking)
                held = store.held()
                by_currency: dict[str, list[BelievedRate]] = {one: [] for one in lacking}
                for one in printed:
                    by_currency[one.currency].append(one)
                self._columns |= {
                    currency: column(found, [one for one in held if one.rate.currency == currency], grace)
                    for currency, found in by_currency.items()
                }
            return {currency: self._columns[currency] for currency in currencies}


def columns_at(store: Store, at: datetime, grace: Mapping[str, int], currencies: Collection[str]) -> dict[str, Column]:
    """The same as it was known at a moment of the past; read anew each time. Raises StoreError."""
    said = store.revisions_between(list(grace), date.min, date.max, at, currencies=currencies)
    found = {}
    for currency in currencies:
        mine = [one for one in said if one.rate.currency == currency]
        printed = [_printed(one) for one in mine if one.believed]
        found[currency] = column(printed, [one for one in mine if one.held], grace)
    return found


def _printed(one: Revision) -> BelievedRate:
    rate = one.rate
    quoted = str(rate.quoted)
    return BelievedRate(one.id, one.source, rate.currency, quoted, rate.nominal, rate.valid_on, rate.valid_until)


class _Table(NamedTuple):
    """A figure, the last day (ordinal) that it is official for, and its revision."""

    entry: Entry
    until: int
    revision: int


def column(printed: Sequence[BelievedRate], held: Iterable[Revision], grace: Mapping[str, int]) -> Column:
    """One currency's days, from its believed figures: of a day the newest counts; a day that no table covers carries
    the newest figure before it, late, for its source's grace; where two sources have one, the earlier counts.

    The same as `ticker.rates.calendar.calendar` gives for each day.
    """
    found = [(_tables(source, printed), source, days) for source, days in grace.items()]
    of_sources = [(tables, source, days) for tables, source, days in found if tables]
    if not of_sources:
        return Column(0, ())
    first = min(tables[0].entry.first for tables, _, _ in of_sources)
    last = max(tables[-1].until + days for tables, _, days in of_sources)
    of_days: list[_Told | None] = [None] * (last - first + 1)
    for tables, _, days in reversed(of_sources):
        for table, following in _followed(tables, last + 1):
            _put(of_days, first, table.until + 1, min(table.until + days + 1, following), (table.entry, Freshness.LATE))
    for tables, source, _ in reversed(of_sources):
        doubts = [one for one in held if one.source == source]
        for table, following in _followed(tables, last + 1):
            end = min(table.until + 1, following)
            doubt = _doubted_from(table, doubts, end) if doubts else end
            _put(of_days, first, table.entry.first, doubt, (table.entry, Freshness.FRESH))
            _put(of_days, first, doubt, end, (table.entry, Freshness.LATE))
    return Column(first, of_days)


def _followed(tables: Sequence[_Table], end: int) -> Iterator[tuple[_Table, int]]:
    """Each table with the first day of the next one; `end` behind the last."""
    return zip(tables, [*(one.entry.first for one in tables[1:]), end], strict=True)


def _put(days: list[_Told | None], first: int, begin: int, end: int, told: _Told) -> None:
    """The same for each day from `begin` on, before `end`."""
    if begin < end:
        days[begin - first : end - first] = [told] * (end - begin)


def _tables(source: str, printed: Iterable[BelievedRate]) -> list[_Table]:
    """One source's tables of one currency, by day."""
    newest = {one.valid_on: one for one in printed if one.source == source and not ended(one.currency, one.valid_on)}
    tables: list[_Table] = []
    before: BelievedRate | None = None
    since, end = "", 0
    for day in sorted(newest):
        one, name, first = newest[day], day.isoformat(), day.toordinal()
        if before is None or first > end + 1 or (one.quoted, one.nominal) != (before.quoted, before.nominal):
            since = name
        before, end = one, one.valid_until.toordinal()
        value, quoted = _plain(one)
        until = name if end == first else one.valid_until.isoformat()
        tables.append(_Table(Entry(value, quoted, one.nominal, name, until, since, source, first), end, one.id))
    return tables


def _plain(one: BelievedRate) -> tuple[str, str]:
    """The figure for one unit, and as it was printed."""
    if one.nominal == 1 and "E" not in one.quoted:
        return one.quoted, one.quoted
    rate = Rate(one.currency, Decimal(one.quoted), one.nominal, one.valid_on, one.valid_until)
    return f"{rate.value:f}", f"{rate.quoted:f}"


def _doubted_from(table: _Table, held: Iterable[Revision], end: int) -> int:
    """The first day on which the bank has said something else since that is not believed yet; `end` for none."""
    of_table = [
        day for one in held if one.id > table.revision and table.entry.first <= (day := one.rate.valid_on.toordinal())
    ]
    return min([end, *of_table])


def entry(figure: Figure) -> Entry:
    """The entry of a figure that no column has: since when it is unchanged is told of its own table alone."""
    rate = figure.rate
    assert rate
    first, until = str(rate.valid_on), str(rate.valid_until)
    value, quoted = f"{rate.value:f}", f"{rate.quoted:f}"
    return Entry(value, quoted, rate.nominal, first, until, first, figure.source, rate.valid_on.toordinal())


def rows(
    columns: Mapping[str, Column],
    ordinals: Sequence[int],
    today: int,
    now: Mapping[str, tuple[Entry | None, Freshness]],
    carried: Carried,
) -> Iterator[Row]:
    """Each currency's days. `now` is what is known of today, judged as the strip judges it; no figure is carried to a
    day that is still to come, nor beyond what is known of the bank's silence."""
    names = [str(date.fromordinal(one)) for one in ordinals]
    for currency, of_days in columns.items():
        ends = {source: min(today, day.toordinal()) for (source, of), day in carried.items() if of == currency}
        for ordinal, name in zip(ordinals, names, strict=True):
            found = of_days.on(ordinal)
            if ordinal == today and currency in now:
                entry, state = now[currency]
                yield Row(name, currency, state, entry)
            elif found is None or (name > found[0].valid_until and ordinal > ends.get(found[0].source, today)):
                yield Row(name, currency, Freshness.NONE, None)
            else:
                yield Row(name, currency, found[1], found[0])


def ordinals(first: date, last: date, step: Step) -> list[int]:
    """The days from `first` on that are told, as ordinals."""
    if step != "month":
        return list(range(first.toordinal(), last.toordinal() + 1, 7 if step == "week" else 1))
    found, year, month = [], first.year, first.month
    while (year, month) <= (last.year, last.month):
        day = date(year, month, min(first.day, monthrange(year, month)[1]))
        found += [day.toordinal()] if day <= last else []
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
