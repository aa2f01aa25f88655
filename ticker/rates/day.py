"""What was official on one day, with where it came from: today's from memory, other days' from the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ticker.model import Freshness, Revision
from ticker.rates.calendar import Carried, calendar, official, reach
from ticker.rates.freshness import Figure, Judgement, carried_until
from ticker.snapshot import Content, Snapshot
from ticker.store import Store, StoreError

BEFORE = 8  # days before the oldest figure that may be shown, in which the one before it is looked for
AHEAD = 8  # days after the one asked for, in which a next figure is looked for


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known at a moment: the present one, or one of the past. `store` is None while it is away."""

    snapshot: Snapshot
    judged: Judgement
    now: datetime  # the moment
    at: datetime | None  # the same where it is of the past
    store: Store | None

    @property
    def content(self) -> Content:
        return self.snapshot.content

    @property
    def carried(self) -> Carried:
        """How far each newest figure is carried to days that have none."""
        return carried_until(self.snapshot, self.now)

    @property
    def past(self) -> Store:
        """The store, for what can be told by it alone. Raises StoreError."""
        if self.store is None:
            raise StoreError("the store is away")
        return self.store


@dataclass(frozen=True, slots=True)
class OfDay:
    """One currency on one day. `said` is all that the bank has said for the figure's day and up to the one asked for;
    None where the store can't tell."""

    figure: Figure
    said: tuple[Revision, ...] | None

    @property
    def revision(self) -> Revision | None:
        """The one that the figure is of."""
        rate = self.figure.rate
        of_figure = [one for one in self.said or () if one.believed and rate and one.rate == rate]
        return of_figure[-1] if of_figure else None


def known(shown: Shown, site: Iterable[str]) -> tuple[str, ...]:
    """Every currency that there is anything to say of; `site` are those of the strip."""
    return tuple(sorted({one.currency for one in shown.judged.figures} | set(site)))


def of_day(shown: Shown, day: date, currencies: Collection[str]) -> list[OfDay]:
    """Each of `currencies` on `day`. Raises StoreError for another day than today while the store is away."""
    if day == shown.judged.today:
        return today(shown, currencies)
    revisions = _said(shown, day)
    figures = {one.currency: one for one in _figures(shown, day, revisions)}
    return [_of_day(figures.get(one) or _nothing(one, shown), day, revisions) for one in currencies]


def today(shown: Shown, currencies: Collection[str]) -> list[OfDay]:
    """Each of `currencies` as the strip has it; without what the bank has said while the store is away."""
    day = shown.judged.today
    try:
        revisions: Sequence[Revision] | None = _said(shown, day)
    except StoreError:
        revisions = None
    figures = [shown.judged.figure(one) or _nothing(one, shown) for one in currencies]
    return [OfDay(one, None) if revisions is None else _of_day(one, day, revisions) for one in figures]


def _said(shown: Shown, day: date) -> list[Revision]:
    grace = shown.content.grace
    first = shifted(reach(day, grace), -BEFORE)
    return shown.past.revisions_between(list(grace), first, shifted(day, AHEAD), shown.at)


def _figures(shown: Shown, day: date, revisions: Sequence[Revision]) -> Iterable[Figure]:
    """The figures of a day that is not today."""
    banks = {bank.source: bank for bank in shown.content.banks}
    grace = shown.content.grace
    believed = official(revisions, list(banks))
    held = [one for one in revisions if one.held]
    for found in calendar(believed, day, day, grace, shown.carried):
        if found.revision is None or (found.freshness is Freshness.LATE and day > shown.judged.today):
            continue  # a day still to come is not carried a figure to
        rate, source = found.revision.rate, found.revision.source
        of_source = [one.rate for one in believed if (one.rate.currency, one.source) == (rate.currency, source)]
        later = next((one for one in of_source if one.valid_on > day), None)
        newer = next((one for one in believed if one.source == source and one.rate is later), None)
        doubt = doubted(found.revision, held, day)
        yield Figure(
            currency=rate.currency,
            source=source,
            bank=banks[source].bank,
            freshness=Freshness.LATE if doubt else found.freshness,
            rate=rate,
            last=rate,
            previous=next((one for one in reversed(of_source) if one.valid_on < rate.valid_on), None),
            next=later,
            next_contested=newer is not None and doubted(newer, held, newer.rate.valid_on),
        )


def doubted(revision: Revision, held: Iterable[Revision], day: date) -> bool:
    """Whether the bank has said something else since, for a day up to `day`, that is not believed yet."""
    return any(
        one.id > revision.id
        and (one.source, one.rate.currency) == (revision.source, revision.rate.currency)
        and revision.rate.valid_on <= one.rate.valid_on <= day
        for one in held
    )


def _nothing(currency: str, shown: Shown) -> Figure:
    bank = shown.content.banks[0].bank if shown.content.banks else ""
    return Figure(currency, "", bank, Freshness.NONE, None, None, None, None)


def _of_day(figure: Figure, day: date, revisions: Iterable[Revision]) -> OfDay:
    last = figure.last
    since = last.valid_on if last else day
    mine = [one for one in revisions if one.rate.currency == figure.currency and since <= one.rate.valid_on <= day]
    return OfDay(figure, tuple(one for one in mine if not figure.source or one.source == figure.source))


def held(shown: Shown) -> list[Revision]:
    """The figures that are held, or were at the moment that was asked for. Raises StoreError."""
    if shown.at is None:
        return shown.past.held()
    sources = [bank.source for bank in shown.content.banks]
    return [one for one in shown.past.revisions_between(sources, date.min, date.max, shown.at, held=True) if one.held]


def shifted(day: date, days: int) -> date:
    """That many days later, within the calendar's ends."""
    number = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(number)
