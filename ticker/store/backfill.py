"""What a backfill or an import may write beside a collecting process: rates for days without one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from itertools import groupby

import sqlalchemy as sa

from ticker.model import Revision, Validators
from ticker.store import rows as r
from ticker.store import tables as t
from ticker.store.engine import StoreError
from ticker.store.reads import Reads
from ticker.store.rows import LastBody
from ticker.store.session import Session
from ticker.store.write import put_body

_ROWS = 5000  # inserted by one statement at most, since each statement has a time limit


class BackfillWrite(Reads):
    """One transaction of a backfill. It adds rates to days without one and changes nothing else: whatever the collector
    has found, held or published stays until the collector's next round."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def _reading(self) -> AbstractContextManager[Session]:
        return nullcontext(self._session)

    def add(self, figures: Sequence[Revision]) -> None:
        """Add revisions as believed; their `id` is ignored. Raises StoreError when a day has a figure already, unless
        that one is discarded."""
        ordered = sorted(figures, key=lambda one: (one.source, one.rate.currency, one.rate.valid_on))
        for (source, currency), group in groupby(ordered, key=lambda one: (one.source, one.rate.currency)):
            if taken := self._first_taken(source, currency, [one.rate.valid_on for one in group]):
                met = f"there is a figure of {source} for {currency} on {taken} by now"
                raise StoreError(f"{self._session.database.address}: {met}; nothing was written, run it again")
        for start in range(0, len(ordered), _ROWS):
            self._session.moved.add("rates")
            self._session.run(t.rates.insert(), [r.revision_row(one) for one in ordered[start : start + _ROWS]])

    def mark_read(self, page: str, body_hash: str) -> None:
        """Note that a page of an archive was read whole. `page` must differ from every source's name."""
        put_body(self._session, page, LastBody(Validators(), None, None, body_hash))

    def _first_taken(self, source: str, currency: str, days: Sequence[date]) -> date | None:
        """The first of the ascending `days` with a figure that is not discarded."""
        c = t.rates.c
        present = (c.source == source) & (c.currency == currency) & c.valid_on.between(days[0], days[-1])
        taken = {*self._session.run(sa.select(c.valid_on).where(present, c.discarded_at.is_(None))).scalars()}
        return next((day for day in days if day in taken), None)
