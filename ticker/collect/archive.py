"""Which pages of a bank's archive to ask for, and what becomes of their figures (pure).

A page that gives no nominal has that of the nearest known figure, at most two weeks away (`nearest`), both for backfill
and for the collector when it fills missing days. Backfill also requires the two to agree within the source's limit: it
believes figures outward from the known ones, day by day, and a nominal that used to be another (a jump by a power of
ten) ends the walk instead of being guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from ticker.collect.known import by_day, newest_believed, newest_undiscarded
from ticker.collect.sources import ArchiveFigure, adapter_of
from ticker.model import DAY, Rate, RatesSource, Revision

BEFORE_A_FIRST = timedelta(days=30)  # how far back the archive is asked to bear out a first figure
NEAR = timedelta(days=14)  # how far away a nominal may be known; also by how much pages overlap
_PAGES_BEGIN = date(1999, 1, 1)  # any fixed day: counted from it, pages are the same in each run
_ONES = [DAY * n for n in range(1, NEAR.days + 1)]


@dataclass(frozen=True, slots=True)
class Page:
    """One request: the days from `first` to `last` of one currency. It extends to `until`, over days that are known
    already: they show that the answer is the right page."""

    currency: str
    first: date
    last: date
    until: date
    whole: bool  # not cut short by the requested span


class Why(StrEnum):
    """Why a figure of the archive is not taken."""

    CONTRADICTS = "contradicts what is known"
    WRONG_PAGE = "not the page asked for"
    JUMP = "moved too far, or another nominal"
    NO_NOMINAL = "no known nominal"


@dataclass(frozen=True, slots=True)
class Refused:
    """Figures of one currency that are not taken, for one reason."""

    currency: str
    first: date
    last: date
    figures: int
    why: Why
    said: str  # the newest of them in words, with both figures


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of one page."""

    believed: tuple[Rate, ...] = ()
    refused: tuple[Refused, ...] = ()
    same: int = 0  # days whose known figure is this one


def pages(first: date, last: date, currencies: Collection[str], today: date, length: timedelta) -> list[Page]:
    """The pages of `length` that cover the days, the newest first, and for the same days all currencies together:
    wherever a run is stopped, all currencies reach equally far back."""
    found: list[Page] = []
    begins = _PAGES_BEGIN + (first - _PAGES_BEGIN) // length * length
    while begins <= last:
        ends = begins + length - DAY
        days = max(begins, first), min(ends, last)
        whole = days == (begins, ends)
        found[:0] = [Page(one, *days, min(days[1] + NEAR, today), whole) for one in sorted(currencies)]
        begins += length
    return found


def within_reach(page: Page, known: Collection[date]) -> bool:
    """Whether one of the `known` days is near enough to give a nominal."""
    return any(page.first - NEAR <= day <= page.last + NEAR for day in known)


def judge_page(listed: Sequence[ArchiveFigure], page: Page, known: Sequence[Revision], source: RatesSource) -> Judged:
    """What becomes of the `listed` figures of a page, oldest day first. `known` is every revision of the currency from
    NEAR before the page to NEAR after it, oldest id first."""
    of_day = by_day(known)
    believed = _believed(of_day)
    asked = [one for one in listed if page.first <= one.valid_on <= page.until]
    wanted = [one for one in asked if one.valid_on <= page.last]
    if wrong := _wrong_page(asked, page, believed):
        return Judged(refused=(_refused_page(page, wanted, wrong),))
    refused: list[Refused] = []
    same, new = 0, []
    for one in wanted:
        until = adapter_of(source).last_day(one.valid_on)
        rate = Rate(page.currency, one.quoted, one.nominal or 1, one.valid_on, until)
        if said := contradiction(rate, of_day.get(one.valid_on, ()), nominal_known=one.nominal is not None):
            refused.append(_refused(rate, Why.CONTRADICTS, said))
        elif has_figure(of_day.get(one.valid_on, ())):
            same += 1
        else:
            new.append(rate)
    printed = frozenset(one.valid_on for one in wanted if one.nominal is not None)
    taken, left = _walk(new, printed, believed, source)
    return Judged(tuple(taken), tuple(grouped([*refused, *left])), same)


def judge_import(
    rates: Sequence[Rate], known: Sequence[Revision], source: RatesSource, *, believe_moves: bool
) -> tuple[list[Rate], dict[date, str]]:
    """What becomes of one currency's figures from a file, which gives nominals: the new ones, and by day why others are
    refused. `known` is as for a page. A move is measured against the figure before it, of the file or the store, and
    against a known one after it."""
    of_day = by_day(known)
    believed = _believed(of_day)
    refused, new = {}, {}
    for rate in rates:
        if said := contradiction(rate, of_day.get(rate.valid_on, ())):
            refused[rate.valid_on] = said
        elif not has_figure(of_day.get(rate.valid_on, ())):
            new[rate.valid_on] = rate
    together = believed | new
    for day, rate in new.items() if not believe_moves else ():
        before = next((together[day - away] for away in _ONES if day - away in together), None)
        after = next((together[day + away] for away in _ONES if day + away in together), None)
        beside = [before, after if after and after.valid_on in believed else None]
        if said := next(filter(None, (doubt(rate, one, source) for one in beside if one)), ""):
            refused[day] = said
    return [rate for day, rate in new.items() if day not in refused], refused


def has_figure(of_day: Sequence[Revision]) -> bool:
    """Whether the day has a figure, believed or held."""
    return any(not one.discarded_at for one in of_day)


def contradiction(rate: Rate, of_day: Sequence[Revision], *, nominal_known: bool = True) -> str:
    """Why `rate` contradicts the revisions of its day; "" where it does not, or is one of them."""
    here = f"{rate.currency} {rate.quoted:f} on {rate.valid_on}"
    believed = newest_believed(of_day)
    held = next((one for one in reversed(of_day) if one.held), None)
    for one, state in ((believed, "the store has"), (None if believed else held, "the store holds back")):
        if one:
            same = one.rate.same_figure(rate) if nominal_known else one.rate.quoted == rate.quoted
            number = f" (`ticker held`: {one.id})" if one.held else ""
            met = f"{one.rate.quoted:f} for {one.rate.nominal}, seen {one.seen_at:%Y-%m-%d}{number}"
            return "" if same else f"{here}, {state} {met}"
    if any(one.rate.quoted == rate.quoted for one in of_day):
        return f"{here} was rejected before"
    return ""


def doubt(rate: Rate, near: Rate, source: RatesSource, *, nominal_known: bool = False) -> str:
    """Why `rate` is not plausible beside a figure of another day; "" where it is. A bank may change the nominal that it
    prints."""
    against = (
        f"{rate.currency} {rate.quoted:f} for {rate.nominal} on {rate.valid_on}, "
        f"against {near.quoted:f} for {near.nominal} on {near.valid_on}"
    )
    if rate.nominal != near.nominal and not nominal_known:
        return f"{against}: another nominal"
    move = rate.value / near.value
    if abs(move - 1) <= source.limit:
        return ""
    for power in (10, 100, 1000):
        if abs(move / power - 1) <= source.limit or abs(move * power - 1) <= source.limit:
            return f"{against}: {power} times as {'much' if move > 1 else 'little'}, so of another nominal"
    return f"{against}: moved by {abs(move - 1):.1%}, believed up to {source.limit:.0%}"


def neighbours(day: date, known: Mapping[date, Rate], reach: int = NEAR.days) -> list[Rate]:
    """The nearest figures of other days, at most `reach` days away: one, two (the later day first) where both sides
    are equally near, or none."""
    for away in _ONES[:reach]:
        if found := [known[near] for near in (day + away, day - away) if near in known]:
            return found
    return []


def nearest(known: Iterable[Revision], currency: str, day: date) -> Rate | None:
    """The figure whose nominal an archive figure of `day` has: the day's own, else the first of its neighbours. Of a
    day's revisions the newest counts that is not discarded. `known` is in the order of ids."""
    of_day = by_day(one for one in known if one.rate.currency == currency)
    figures = {when: newest.rate for when, all_ in of_day.items() if (newest := newest_undiscarded(all_))}
    return figures.get(day) or next(iter(neighbours(day, figures)), None)


def missing_rates(
    listed: Sequence[ArchiveFigure], currency: str, days: Sequence[date], known: Sequence[Revision], source: RatesSource
) -> list[Rate]:
    """The listed figures of the missing `days`, with their nominals. Where the last day is not listed, the newest
    figure before it is taken under its own date: the archive may leave out days on which nothing was set. Where a first
    figure is to be borne out, the newest one of an earlier window is taken as well."""
    listed = [one for one in listed if one.valid_on <= days[-1]]
    wanted = {*days, *(one.valid_on for one in listed[-1:])}
    if first := first_day(known, currency):
        window = source.window.of(first)
        earlier = [one.valid_on for one in listed if source.window.of(one.valid_on) < window]
        wanted |= set(earlier[-1:])
    found = []
    for figure in listed:
        if figure.valid_on in wanted:
            nominal = figure.nominal or _nominal(known, currency, figure.valid_on, source)
            until = adapter_of(source).last_day(figure.valid_on)
            found += [Rate(currency, figure.quoted, nominal, figure.valid_on, until)] if nominal else []
    return found


def first_day(known: Iterable[Revision], currency: str) -> date | None:
    """The day of the first figure of a currency that is still to be borne out; None where there is none."""
    days = (one.rate.valid_on for one in known if one.rate.currency == currency and one.believed and not one.confirmed)
    return min(days, default=None)


def asked_from(known: Sequence[Revision], currency: str, source: RatesSource, today: date) -> date:
    """The first day to ask the archive for: two weeks back; where a first figure is to be borne out, 30 days before it,
    or all days since the last figure that was believed."""
    since = today - timedelta(days=source.grace_days)
    first = first_day(known, currency)
    if first is None:
        return since
    before = [
        one.rate.valid_on
        for one in known
        if one.rate.currency == currency and one.believed and one.confirmed and one.rate.valid_on < first
    ]
    return min(since, first - BEFORE_A_FIRST, max(before, default=first))


def _nominal(known: Sequence[Revision], currency: str, day: date, source: RatesSource) -> int | None:
    """That of the nearest figure that is believed, or the one in the source's data."""
    beside = nearest([one for one in known if one.believed and one.confirmed], currency, day)
    return beside.nominal if beside else adapter_of(source).nominals.get(currency)


def grouped(refused: Sequence[Refused]) -> list[Refused]:
    """One entry for each currency and reason; by currency, the newest first."""
    found: dict[tuple[str, Why], Refused] = {}
    for one in refused:
        past = found.get((one.currency, one.why))
        found[one.currency, one.why] = one if past is None else _joined(past, one)
    return sorted(found.values(), key=lambda one: (one.currency, -one.last.toordinal(), one.why))


def _joined(one: Refused, other: Refused) -> Refused:
    newer = max(one, other, key=lambda each: each.last)
    return replace(newer, first=min(one.first, other.first), figures=one.figures + other.figures)


def _walk(
    new: Sequence[Rate], printed: Collection[date], known: Mapping[date, Rate], source: RatesSource
) -> tuple[list[Rate], list[Refused]]:
    """Believe figures outward from the known ones, by single days first and by longer steps where the archive leaves
    days out; at each step from the newest to the oldest, then back."""
    near, taken, refused = dict(known), [], []
    waiting = sorted(new, key=lambda rate: rate.valid_on)
    for reach in sorted([*range(1, NEAR.days + 1)] * 2):
        alone = []
        for bare in reversed(waiting):
            beside = neighbours(bare.valid_on, near, reach)
            if not beside:
                alone.append(bare)
                continue
            known_nominal = bare.valid_on in printed
            rate = bare if known_nominal else replace(bare, nominal=beside[0].nominal)
            doubts = (doubt(rate, other, source, nominal_known=known_nominal) for other in beside)
            if said := next(filter(None, doubts), ""):
                refused.append(_refused(rate, Why.JUMP, said))
            else:
                near[rate.valid_on] = rate
                taken.append(rate)
        waiting = alone
    for bare in waiting:
        here = f"{bare.currency} {bare.quoted:f} on {bare.valid_on}"
        said = f"{here}: no figure within {NEAR.days} days tells its nominal"
        refused.append(_refused(bare, Why.NO_NOMINAL, said))
    return sorted(taken, key=lambda rate: rate.valid_on), refused


def _wrong_page(asked: Sequence[ArchiveFigure], page: Page, believed: Mapping[date, Rate]) -> str:
    """Why this can't be the requested currency or span; "" where nothing speaks against it."""
    shared = [one for one in asked if one.valid_on in believed]
    others = [one for one in shared if one.quoted != believed[one.valid_on].quoted]
    if others and 2 * len(others) >= len(shared):
        one, known = others[-1], believed[others[-1].valid_on]
        met = f"the newest is {one.quoted:f} on {one.valid_on}, the store has {known.quoted:f}"
        return f"{len(others)} of the {len(shared)} figures that are known are others: {met}"
    overlap = [page.last + away for away in _ONES if page.last + away <= page.until]
    # The longest spell in which nothing was set is 12 days: an archive of set days only lists one of these.
    if len(overlap) == NEAR.days and not shared and all(day in believed for day in overlap):
        return f"it lists none of the days from {overlap[0]} to {overlap[-1]}, which are known"
    return ""


def _refused_page(page: Page, wanted: Sequence[ArchiveFigure], said: str) -> Refused:
    said = f"{page.currency} from {page.first} to {page.until}: {said}"
    return Refused(page.currency, page.first, page.last, len(wanted), Why.WRONG_PAGE, said)


def _refused(rate: Rate, why: Why, said: str) -> Refused:
    return Refused(rate.currency, rate.valid_on, rate.valid_on, 1, why, said)


def _believed(of_day: Mapping[date, Sequence[Revision]]) -> dict[date, Rate]:
    return {day: newest.rate for day, all_ in of_day.items() if (newest := newest_believed(all_))}
