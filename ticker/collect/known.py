"""The revisions known of one source, looked up by currency and day (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ticker.model import Cause, Rate, Revision


def newest_believed(of_day: Sequence[Revision]) -> Revision | None:
    """The figure in force for a day, of its revisions, oldest id first."""
    return next((one for one in reversed(of_day) if one.believed), None)


def newest_undiscarded(of_day: Sequence[Revision]) -> Revision | None:
    """The last figure a bank gave for a day, believed or held."""
    return next((one for one in reversed(of_day) if not one.discarded_at), None)


def by_day(revisions: Iterable[Revision]) -> dict[date, list[Revision]]:
    """The revisions of one currency; those of a day in the order given."""
    found: dict[date, list[Revision]] = {}
    for one in revisions:
        found.setdefault(one.rate.valid_on, []).append(one)
    return found


@dataclass(slots=True)
class Known:
    """The revisions of one source, oldest id first. `add` takes a further one, as if it were the newest."""

    revisions: list[Revision] = field(default_factory=list)
    _by_currency: dict[str, dict[date, list[Revision]]] = field(default_factory=dict)

    @classmethod
    def of(cls, revisions: Iterable[Revision]) -> Known:
        known = cls()
        for revision in revisions:
            known.add(revision)
        return known

    def add(self, revision: Revision) -> None:
        self.revisions.append(revision)
        days = self._by_currency.setdefault(revision.rate.currency, {})
        days.setdefault(revision.rate.valid_on, []).append(revision)

    def of_day(self, currency: str, day: date) -> Sequence[Revision]:
        return self._by_currency.get(currency, {}).get(day, ())

    def earlier(self, currency: str, day: date) -> list[Revision]:
        """Every revision of days before `day` that is not discarded; the newest day first."""
        days = self._by_currency.get(currency, {})
        before = sorted((one for one in days if one < day), reverse=True)
        return [one for each in before for one in days[each] if not one.discarded_at]

    def last_other(self, rate: Rate) -> Revision | None:
        """The last figure of the nearest earlier day on which the bank gave another than `rate`, discarded or not; one
        of which it is not settled that it is the bank's word is none."""
        days = self._by_currency.get(rate.currency, {})
        for day in sorted((one for one in days if one < rate.valid_on), reverse=True):
            settled = (one for one in reversed(days[day]) if one.cause is not Cause.CONTENDED or not one.held)
            last = next(settled, None)
            if last and not last.rate.same_figure(rate):
                return last
        return None

    def newest_believed_day(self, last: date) -> date:
        """The newest day, not later than `last`, with a believed figure."""
        days = (one.rate.valid_on for one in self.revisions if one.believed and one.rate.valid_on <= last)
        return max(days, default=date.min)

    def believed_before(self, currency: str, day: date, *, confirmed: bool = True) -> Revision | None:
        """The figure in force of the nearest earlier day that has one; with `confirmed`, an unconfirmed one is none."""
        days = self._by_currency.get(currency, {})
        for each in sorted((one for one in days if one < day), reverse=True):
            found = newest_believed(days[each])
            if found and (found.confirmed or not confirmed):
                return found
        return None

    def believed_after(self, currency: str, day: date) -> Revision | None:
        """The figure in force of the nearest later day that has one."""
        days = self._by_currency.get(currency, {})
        return next(filter(None, (newest_believed(days[one]) for one in sorted(days) if one > day)), None)

    def last_move(self, currency: str, day: date) -> tuple[list[Revision], Rate | None]:
        """The believed figures before `day` that are all equal, the earliest first, and the one before those."""
        days = self._by_currency.get(currency, {})
        equal: list[Revision] = []
        for each in sorted((one for one in days if one < day), reverse=True):
            found = newest_believed(days[each])
            if found is None:
                continue
            if equal and not found.rate.same_figure(equal[0].rate):
                return equal, found.rate
            equal.insert(0, found)
        return equal, None

    def table_before(self, day: date) -> Mapping[str, Rate]:
        """By currency, the last figures of the nearest earlier day that has any, held ones included."""
        earlier = [
            one.rate
            for one in self.revisions
            if one.rate.valid_on < day and not one.discarded_at and one.origin in ("", one.source)
            if one.cause is not Cause.CONTENDED or not one.held
        ]
        nearest = max((rate.valid_on for rate in earlier), default=None)
        return {rate.currency: rate for rate in earlier if rate.valid_on == nearest}

    def new_tables(self, after: date, before: date) -> list[date]:
        """The days between two others whose table is no restamp of the one before it."""
        days = sorted({one.rate.valid_on for one in self.revisions if after < one.rate.valid_on < before})
        return [day for day in days if not is_restamp(self._table(day), self.table_before(day))]

    def _table(self, day: date) -> list[Rate]:
        newest = (newest_undiscarded(days.get(day, ())) for days in self._by_currency.values())
        return [one.rate for one in newest if one]


def is_restamp(rates: Sequence[Rate], before: Mapping[str, Rate]) -> bool:
    """Whether all figures equal those of the table before, under the next date: no second opinion on any of them."""
    common = [rate for rate in rates if rate.currency in before]
    return bool(common) and all(rate.same_figure(before[rate.currency]) for rate in common)
