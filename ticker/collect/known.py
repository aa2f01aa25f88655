"""The revisions known of one source, looked up by currency and day (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ticker.model import Rate, RatesSource, Revision


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

    def held(self, currency: str) -> list[Revision]:
        return [one for one in self.revisions if one.held and one.rate.currency == currency]

    def newest_believed_day(self) -> date:
        return max((one.rate.valid_on for one in self.revisions if one.believed), default=date.min)

    def believed_before(self, currency: str, day: date) -> Rate | None:
        """The yardstick of a day: the figure in force of the nearest earlier day that has one."""
        day_before = max(self._believed_days(currency, lambda one: one < day), default=None)
        found = newest_believed(self.of_day(currency, day_before)) if day_before else None
        return found.rate if found else None

    def believed_after(self, currency: str, day: date) -> Revision | None:
        """The figure in force of the nearest later day that has one."""
        day_after = min(self._believed_days(currency, lambda one: one > day), default=None)
        return newest_believed(self.of_day(currency, day_after)) if day_after else None

    def windows(self, currency: str, source: RatesSource) -> int:
        """In how many windows the bank set believed figures."""
        return len({source.window.of(day) for day in self._believed_days(currency)})

    def table_before(self, day: date) -> dict[str, Rate]:
        """By currency, the last figures of the nearest earlier day that has any, held ones included."""
        earlier = [one.rate for one in self.revisions if one.rate.valid_on < day and not one.discarded_at]
        nearest = max((rate.valid_on for rate in earlier), default=None)
        return {rate.currency: rate for rate in earlier if rate.valid_on == nearest}

    def _believed_days(self, currency: str, wanted: Callable[[date], bool] = lambda _: True) -> list[date]:
        days = self._by_currency.get(currency, {})
        return [day for day, of_day in days.items() if wanted(day) and newest_believed(of_day)]
