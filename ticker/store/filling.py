"""Figures for days of which a source has none: what backfill and import may write beside a process that collects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ticker.model import Revision, Validators
from ticker.store import tables as t
from ticker.store.engine import StoreError

if TYPE_CHECKING:
    from ticker.store import Write

Run = Callable[[sa.Executable], sa.CursorResult[Any]]


class BackfillWrite:
    """One transaction of a filling. It adds to days that lack a figure and can do nothing else: whatever the collector
    has found, judged or shown stays, until the collector itself looks again."""

    def __init__(self, write: Write, address: str) -> None:
        self._write, self._address = write, address

    def known(self, source: str, currency: str, first: date, last: date) -> list[Revision]:
        """Every revision of those days, discarded ones too; oldest id first."""
        return [*map(t.revision_of, known(self._write._run, source, currency, first, last))]

    def add(self, figures: Sequence[Revision]) -> None:
        """New believed revisions, whatever their `id` says. Raises StoreError where a day has a figure that is not
        discarded."""
        ordered = sorted(figures, key=lambda one: (one.source, one.rate.currency, one.rate.valid_on))
        for (source, currency), group in groupby(ordered, key=lambda one: (one.source, one.rate.currency)):
            days = [one.rate.valid_on for one in group]
            if taken := _taken(self._write._run, source, currency, days):
                met = f"there is a figure of {source} for {currency} on {taken} by now"
                raise StoreError(f"{self._address}: {met}; nothing was written, run it again")
        self._write.add_all(ordered)

    def mark_read(self, page: str, body_hash: str) -> None:
        """That a page of an archive was read whole. `page` is a name that no source has."""
        self._write.save_body(page, t.LastBody(Validators(), None, None, body_hash))


def known(run: Run, source: str, currency: str, first: date, last: date) -> Sequence[t.Row]:
    c = t.rates.c
    wanted = (c.source == source) & (c.currency == currency) & c.valid_on.between(first, last)
    return run(t.rates.select().where(wanted).order_by(c.id)).all()


def figures(run: Run, first: date, last: date, currencies: Collection[str] | None) -> Sequence[t.Row]:
    """In no order: each database has one of its own for text."""
    c = t.rates.c
    wanted = t.believed & c.valid_on.between(first, last)
    if currencies is not None:
        wanted &= c.currency.in_(currencies)
    newest = sa.select(sa.func.max(c.id)).where(wanted).group_by(c.source, c.currency, c.valid_on)
    return run(t.rates.select().where(c.id.in_(newest))).all()


def _taken(run: Run, source: str, currency: str, days: Sequence[date]) -> date | None:
    """The first of `days`, which are in order, that has a figure."""
    c = t.rates.c
    mine = (c.source == source) & (c.currency == currency) & c.valid_on.between(days[0], days[-1])
    standing = {*run(sa.select(c.valid_on).where(mine, c.discarded_at.is_(None))).scalars()}
    return next((day for day in days if day in standing), None)
