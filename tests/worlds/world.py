"""A world: what the bank's server, its archive and a feed answer at each moment, all decided by one number (pure).

Moments are seconds since 1970 UTC, of the true time. `bank_clock` and `our_clock` are how far the two machines' clocks
are ahead of it.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from .bank import DAY_S, GARBAGE, HOUR, Page, Row, archive_body, day_of, midnight, rows_of
from .faults import PAGE_KINDS, WAY_KINDS, Fault, chosen, off_by, spoilt
from .news import News
from .others import WAYS, Other, mode_of, others_faults, slips
from .truth import DAILY, DAY, WEEKLY, Series, saturday_of, series, weekly_figures

TABLES = ("daily", "weekly")
_WORST_FIRST = ("outage", "503", "garbage", "truncated", "half a cache", "renewing cache", "cache")


@dataclass(frozen=True, slots=True)
class Published:
    """A table as the bank meant it, with the moment of its first right publication; None where there was none."""

    source: str
    day: date
    at: int
    right_at: int | None
    new: bool  # not a restamp
    spoilt: bool  # something else was published for it first


@dataclass(frozen=True, slots=True)
class State:
    """How a table's address answers from `begin` on. `page` is what its body shows; `old` what a cache brings."""

    begin: int
    page: Page | None
    fault: Fault | None = None
    old: Page | None = None
    kept_at: int = 0  # when the cache got the old body


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `status` 0: none came. `left_at` is the bank's clock when it left there (`Date` less `Age`)."""

    status: int
    body: bytes = b""
    page: Page | None = None
    date: int | None = None  # the Date header
    age: int | None = None  # the Age header

    @property
    def left_at(self) -> int | None:
        return None if self.date is None else self.date - (self.age or 0)


@dataclass
class World:
    """The world with this number, from the evening before its first day on."""

    seed: int
    days: int = 60
    count: int | None = None  # of faults; None: as the number decides
    truth: Series = field(default_factory=series)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"world {self.seed}")
        self._meant: dict[tuple[str, date], Decimal] = {}
        room = len(self.truth.days) - self.days - 3
        self.first = self.truth.first + (2 + self.chance.randrange(max(1, room))) * DAY
        self.begin = midnight(self.first) + self.chance.randrange(24) * HOUR + self.chance.randrange(HOUR)
        self.end = midnight(self.first + self.days * DAY)
        count = self.count if self.count is not None else self.chance.randrange(3, 10 + self.days // 2)
        self.faults = chosen(self.chance, self.begin - 3 * DAY_S, self.begin, self.end, count)
        self.mode = mode_of(self.seed)
        errors = self._with_others() if self.mode != "none" and count else []
        self.others = {one.source: Other(one, self.seed, self.truth, errors) for one in WAYS if self.mode != "none"}
        self.has_etag = self.chance.random() < 0.8
        self.has_date = self.chance.random() < 0.97
        self.restamps_holidays = self.chance.random() < 0.6
        self.bank_clock = _Steps(self._clock_steps("bank's clock off", self.chance.choice((0, 0, 49, -20))))
        self.our_clock = _Steps(self._clock_steps("our clock off", 0))
        self.struck: list[Fault] = []  # those of a page that found a table to strike
        self.published: list[Published] = []
        self.pages: dict[str, list[tuple[int, Page]]] = {one: self._pages(one) for one in TABLES}
        self.published.sort(key=lambda one: one.at)
        self._page_at = {one: [at for at, _ in pages] for one, pages in self.pages.items()}
        self.states = {one: self._states(one) for one in TABLES}
        self._state_at = {one: [state.begin for state in states] for one, states in self.states.items()}
        self.news = News(self.seed, self.begin, self.end, self.faults)
        self.archive_faults = [one for one in self.faults if one.kind.startswith("archive")]
        self.felt = sorted(
            [*self.struck, *(one for one in self.faults if one.kind not in PAGE_KINDS)], key=lambda one: one.begin
        )

    def _with_others(self) -> list[Fault]:
        """How the other banks err. The official one errs more often then in ways that only they can tell."""
        starts = [self.begin, *(one.begin for one in self.faults if one.kind == "empty store")]
        errors = others_faults(self.seed, self.mode, self.begin, self.end)
        more = [*errors, *slips(self.seed, self.begin, self.end, starts)]
        self.faults = sorted([*self.faults, *more], key=lambda one: one.begin)
        return errors

    # What the bank means

    def meant(self, currency: str, day: date) -> Decimal:
        """The value of one unit that the bank means for `day`."""
        key = currency, day
        if key not in self._meant:
            figures = weekly_figures(saturday_of(day)) if currency in WEEKLY else self.truth.on(day)
            self._meant[key] = next(one.value for one in rows_of(dict(figures)) if one.currency == currency)
        return self._meant[key]

    # Clocks

    def our_time(self, moment: float) -> float:
        return moment + self.our_clock.at(moment)

    def bank_time(self, moment: float) -> int:
        return int(moment) + int(self.bank_clock.at(moment))

    def _clock_steps(self, kind: str, usual: int) -> list[tuple[int, float]]:
        of_kind = [one for one in self.faults if one.kind == kind]
        moments = sorted({0, *(one.begin for one in of_kind), *(one.end for one in of_kind)})
        return [(at, next((one.amount for one in of_kind if one.covers(at)), usual)) for at in moments]

    # Tables

    def _pages(self, name: str) -> list[tuple[int, Page]]:
        """Each state of the file with its moment: right tables, wrong ones in their place, and their corrections."""
        plan = self._publications(name)
        waiting = [one for one in self.faults if one.kind in PAGE_KINDS and one.of == name]
        found: list[tuple[int, Page]] = []
        lost: list[Fault] = []
        for nth, (at, day, new) in enumerate(plan):
            until = plan[nth + 1][0] if nth + 1 < len(plan) else self.end + DAY_S
            fault = None
            if waiting and waiting[0].begin <= at:
                fault = waiting.pop(0)
            if fault and fault.kind == "no restamp":
                if not new:
                    self.struck.append(replace(fault, begin=at, end=until))
                    continue
                fault = None
            if fault and fault.kind == "currency lost":
                lost += [replace(fault, begin=at)] * int(fault.amount)
            if lost and (fault is None or fault.kind == "currency lost"):
                fault = replace(lost.pop(), end=until)
            else:
                fault = fault and replace(fault, begin=at, end=min(until, at + fault.end - fault.begin))
            states = self._published_as(name, at, day, fault, until)
            found += states
            right = next((one for one, page in states if self._is_right(page, day)), None)
            self.published.append(Published(name, day, at, right, new, fault is not None and right != at))
            if fault:
                self.struck.append(fault)
        return found

    def _is_right(self, page: Page, day: date) -> bool:
        return page.day == day and {one.currency: one.quoted for one in page.rows} == dict(
            self._figures(page.name, day)
        )

    def _figures(self, name: str, day: date) -> dict[str, Decimal]:
        return dict(self.truth.on(day) if name == "daily" else weekly_figures(saturday_of(day)))

    def _published_as(self, name: str, at: int, day: date, fault: Fault | None, until: int) -> list[tuple[int, Page]]:
        rows = rows_of(self._figures(name, day))
        right = Page(name, day, rows, self.bank_time(at))
        if fault is None:
            return [(at, right)]
        shift = {"dated too early": -DAY, "dated too late": DAY}.get(fault.kind, 0 * DAY)
        wrong_at = at
        if fault.kind == "replaced and put back":
            wrong_at = at + 60 * (4 + fault.pick % 200)
        wrong = Page(name, day + shift, spoilt(rows, fault), self.bank_time(wrong_at))
        back_at = fault.end + (wrong_at - at)
        back = right if wrong_at > at else Page(name, day, rows, self.bank_time(back_at))
        found = [(at, right), (wrong_at, wrong)] if wrong_at > at else [(at, wrong)]
        return [(one, page) for one, page in [*found, (back_at, back)] if one < until]

    def _publications(self, name: str) -> list[tuple[int, date, bool]]:
        """When each table appears, its day, and whether it is a new one rather than a restamp."""
        found = []
        day = self.first - 31 * DAY  # a weekly table may be missing for weeks
        while midnight(day) < self.end:
            new, restamp = self.truth.is_set(day), day.weekday() >= 5 or self.restamps_holidays
            at = midnight(day) + 15 * HOUR + 1800 + self.chance.randrange(HOUR)
            if name == "daily" and (new or restamp):
                found.append((at, day + DAY, new))
            elif name == "weekly" and day.weekday() == 4 and (new or restamp):
                found.append((at, day + DAY, True))
            day += DAY
        return found

    # Answers

    def page_at(self, name: str, moment: float) -> Page | None:
        place = bisect_right(self._page_at[name], moment)
        return self.pages[name][place - 1][1] if place else None

    def state_at(self, name: str, moment: float) -> State:
        place = bisect_right(self._state_at[name], moment)
        return self.states[name][place - 1] if place else State(0, None)

    def state_at_of(self, name: str) -> Sequence[int]:
        """When each state of a table's address begins."""
        return self._state_at[name]

    def _states(self, name: str) -> list[State]:
        faults = [one for one in self.faults if one.kind in WAY_KINDS and one.of in ("", name)]
        changes = {at for at, _ in self.pages[name]} | {one.begin for one in faults} | {one.end for one in faults}
        found = []
        for at in sorted(changes):
            active = [one for one in faults if one.covers(at)]
            fault = min(active, key=lambda one: _WORST_FIRST.index(one.kind), default=None)
            kept_at = fault.begin - int(fault.amount) if fault else 0
            old = self.page_at(name, kept_at) if fault and "cache" in fault.kind else None
            found.append(State(at, self.page_at(name, at), fault, old, kept_at))
        return found

    def answer(self, name: str, moment: float, etag: str | None, since: str | None) -> Reply:
        """What comes to a request for a table with these validators."""
        state = self.state_at(name, moment)
        page, kind = state.page, state.fault.kind if state.fault else ""
        date: int | None = self.bank_time(moment)
        age = None
        if kind == "outage" or page is None:
            return Reply(0)
        if kind == "503":
            return Reply(503, b"busy", date=date)
        if kind == "garbage":
            return Reply(200, GARBAGE[state.fault.pick % len(GARBAGE)], date=date)  # type: ignore[union-attr]
        if kind == "truncated":
            return Reply(200, page.body[: len(page.body) * 2 // 3], date=date)
        if state.old and (kind != "half a cache" or int(moment) // 7 % 2):
            page = state.old
            if kind != "renewing cache":
                date, age = self._kept(state, moment)
        date = date if self.has_date else None
        if self.has_etag and etag is not None:
            same = etag == page.etag
        else:
            same = since is not None and page.modified_header == since
        return Reply(304 if same else 200, b"" if same else page.body, page, date, age)

    def _kept(self, state: State, moment: float) -> tuple[int, int | None]:
        """Date and Age of a cache's answer: caches differ in both."""
        lay = int(moment) - state.kept_at
        kept = self.bank_time(state.kept_at)
        assert state.fault
        return ((kept, None), (kept, lay), (self.bank_time(moment), lay))[state.fault.pick % 3]

    def archive(self, currency: str, first: date, last: date, moment: float) -> Reply:
        """The archive's page of a currency, from `first` to `last`."""
        fault = next((one for one in self.archive_faults if one.covers(moment)), None)
        kind = fault.kind if fault else ""
        down = self.state_at("daily", moment).fault
        if kind == "archive down" or (down and down.kind == "outage" and not down.of):
            return Reply(0)
        if kind == "archive of another currency":
            currency = DAILY[(DAILY.index(currency) + 1) % len(DAILY)]
        newest = self._newest_known(moment)
        rows = [(day, self.truth.on(day)[currency]) for day in days_between(first, min(last, newest))]
        assert fault or not kind
        if fault and kind in ("archive slightly off", "archive far off"):
            rows = [(day, off_by(value, fault.amount)) for day, value in rows]
        elif kind == "archive of other days":
            rows = [(day + DAY, value) for day, value in rows if day + DAY <= last]
        return Reply(200, archive_body(rows), date=self.bank_time(moment))

    def _newest_known(self, moment: float) -> date:
        """The last day that the archive lists: that of the newest table, and today."""
        place = bisect_right(self.published, moment, key=lambda one: one.at)
        return max([day_of(moment), *(one.day for one in self.published[max(0, place - 3) : place])])

    def wrong_rows(self, page: Page) -> list[Row]:
        """The rows of a page that differ from what the bank means for its day."""
        return [one for one in page.rows if one.value != self.meant(one.currency, page.day)]


class _Steps:
    """A function of time that changes in steps."""

    def __init__(self, steps: Sequence[tuple[int, float]]) -> None:
        self.moments, self.values = [at for at, _ in steps], [value for _, value in steps]

    def at(self, moment: float) -> float:
        return self.values[max(0, bisect_right(self.moments, moment) - 1)]


def days_between(first: date, last: date) -> list[date]:
    return [first + nth * DAY for nth in range((last - first).days + 1)]
