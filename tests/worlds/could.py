"""When today's true figure could have been had by someone who asks at the ordinary pace (pure)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from .bank import DAY_S, HOUR, ZONE_S, Page, day_of, midnight
from .law import source_of
from .truth import DAILY, DAY, WEEKLY, saturday_of
from .world import Published, State, World

SPAN = tuple[float, float]
_OPENS, _CLOSES = 15 * HOUR, 18 * HOUR


def next_look(moment: float) -> float:
    """The first moment not before `moment` at which someone asks: every three minutes in the window, else hourly."""
    local = moment + ZONE_S
    second, weekday = local % DAY_S, (local // DAY_S + 3) % 7
    pace = 180 if weekday < 5 and _OPENS <= second < _CLOSES else HOUR
    return moment + (-second) % pace


class Could:
    """By currency and day: since when the figure could have been had, and when the bank's page contradicts it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._lost: list[float] = []
        self._spans: dict[tuple[str, date], list[SPAN]] = {}
        self._odd = [(one.begin, one.end) for one in world.faults if one.kind == "our clock off"]
        self._ends = {
            name: [*(state.begin for state in states[1:]), world.end + DAY_S] for name, states in world.states.items()
        }

    def lost(self, at: float) -> None:
        self._lost.append(at)
        self._spans.clear()

    def spans(self, currency: str, begin: float, end: float) -> list[SPAN]:
        """The parts of a span of time in which today's figure could be had and nothing contradicts it."""
        found: list[SPAN] = []
        day = day_of(begin)
        while midnight(day) < end:
            for one, other in self._of_day(currency, day):
                if max(one, begin) < min(other, end):
                    found.append((max(one, begin), min(other, end)))
            day += DAY
        return found

    def _of_day(self, currency: str, day: date) -> list[SPAN]:
        key = currency, day
        if key not in self._spans:
            begin, end = midnight(day), midnight(day + DAY)
            lost = max([one for one in self._lost if one < end], default=self.world.begin)
            since = self._had_from(currency, day, max(lost, self.world.begin))
            free = [(max(begin, since), end)] if since is not None and since < end else []
            for bad in [*self._contradicted(currency, day), *self._filed_wrong(currency, lost), *self._odd]:
                free = [part for one in free for part in _without(one, bad)]
            self._spans[key] = free
        return self._spans[key]

    def _had_from(self, currency: str, day: date, since: float) -> float | None:
        """The first ordinary look, not before `since`, that brings the true figure."""
        name = source_of(currency)
        valid = day if name == "daily" else saturday_of(day)
        states, ends = self.world.states[name], self._ends[name]
        until = midnight(day + DAY)
        first = bisect_right(self.world.state_at_of(name), midnight(valid) - 2 * DAY_S) - 1
        for state, end in zip(states[max(0, first) :], ends[max(0, first) :], strict=True):
            if state.begin >= until:
                break
            if self._brings(state, currency, valid):
                look = next_look(max(state.begin, since))
                if state.old:
                    look = next_look(look + 1)
                if look < min(end, until):
                    return look
        return self._from_archive(currency, day, since) if currency in DAILY else None

    def _from_archive(self, currency: str, day: date, since: float) -> float | None:
        """From the archive, asked after the first table: only where the store is new."""
        moment, until = next_look(since), midnight(day + DAY)
        while moment < until:
            state = self.world.state_at("daily", moment)
            if not state.fault and state.page and not any(one.covers(moment) for one in self.world.archive_faults):
                rows_ok = not self.world.wrong_rows(state.page)
                if moment >= midnight(day) and rows_ok and state.page.row(currency):
                    return moment
            moment += HOUR
        return None

    def _brings(self, state: State, currency: str, day: date) -> bool:
        kind = state.fault.kind if state.fault else ""
        if kind in ("outage", "503", "garbage", "truncated", "cache", "renewing cache"):
            return False
        return self._is_true(state.page, currency, day)

    def _is_true(self, page: Page | None, currency: str, day: date) -> bool:
        row = page.row(currency) if page and page.day == day else None
        return row is not None and row.value == self.world.meant(currency, day)

    def _contradicted(self, currency: str, day: date) -> list[SPAN]:
        """From a page of that day with another figure of the currency, or none, until a page with the true one."""
        name = source_of(currency)
        valid = day if name == "daily" else saturday_of(day)
        found: list[SPAN] = []
        since: float | None = None
        first = max(0, bisect_right(self.world.state_at_of(name), midnight(valid) - 2 * DAY_S) - 1)
        for state in self.world.states[name][first:]:
            if state.begin >= midnight(day + DAY):
                break
            pages = [one for one in (state.page, state.old) if one and one.day == valid]
            if any(not self._is_true(one, currency, valid) for one in pages):
                since = state.begin if since is None else since
            elif since is not None and self._brings(state, currency, valid):
                found.append((since, state.begin))
                since = None
        return found if since is None else [*found, (since, midnight(day + DAY))]

    def _filed_wrong(self, currency: str, start: float) -> list[SPAN]:
        """After a first start, while the archive contradicts the first table: until the next new table."""
        start = max(start, self.world.begin)
        errs = any(one.begin < start + HOUR and one.end > start for one in self.world.archive_faults)
        if currency in WEEKLY or not errs:
            return []
        tables = (one for one in self.world.published if one.source == "daily" and one.new and one.right_at)
        return [(start, next((float(one.right_at or 0) for one in tables if one.at > start), self.world.end))]

    # For delays

    def reachable(self, one: Published) -> float | None:
        """From when on the bank answers with the right table, in the window; None where that is later. A working
        Saturday has no window."""
        assert one.right_at is not None
        if one.new and day_of(one.at).weekday() > 4:
            return None
        closes = midnight(one.day - DAY) + _CLOSES
        first = max(0, bisect_right(self.world.state_at_of(one.source), one.right_at) - 1)
        for state, end in zip(self.world.states[one.source][first:], self._ends[one.source][first:], strict=True):
            if state.begin >= closes:
                break
            page = state.page
            if not state.fault and page and page.day == one.day and not self.world.wrong_rows(page):
                begin = max(state.begin, one.right_at)
                if end - begin >= 600 and (begin < closes - 900 or not one.new):
                    return begin
        return None

    def disturbed(self, begin: float, end: float) -> bool:
        """Whether our clock was wrong or the store was replaced around a span."""
        near = 4 * HOUR
        return any(one < end + near and other > begin - near for one, other in self._odd) or any(
            begin - 2 * DAY_S < one < end + near for one in [self.world.begin, *self._lost]
        )


def _without(one: SPAN, bad: SPAN) -> list[SPAN]:
    parts = [(one[0], min(one[1], bad[0])), (max(one[0], bad[1]), one[1])]
    return [part for part in parts if part[0] < part[1]]


assert set(WEEKLY).isdisjoint(DAILY)
