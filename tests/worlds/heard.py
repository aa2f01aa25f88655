"""What was delivered to the service, in the order in which it came: what `check` decides by. Lost with the store."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from .bank import Page
from .news import Item
from .others import Told
from .world import Reply

MINUTE = 60
_WEEKS_S = 45 * 86_400


@dataclass(frozen=True, slots=True)
class Run:
    """Answers in a row with the same page. `older`: they left the bank before others that had come already; None: no
    telling, they had no Date."""

    source: str
    page: Page
    older: bool | None
    first_at: float
    first_left: int
    last_at: float
    last_left: int
    answers: int = 1


@dataclass(frozen=True, slots=True)
class Filed:
    """What a page of the archive said of one currency."""

    at: float
    currency: str
    figures: dict[date, Decimal]


@dataclass(frozen=True, slots=True)
class Testified:
    """Answers in a row with the same table of another bank."""

    told: Told
    first_at: float


@dataclass
class Delivered:
    """All deliveries of one store's life."""

    runs: list[Run] = field(default_factory=list)
    filed: list[Filed] = field(default_factory=list)
    testified: list[Testified] = field(default_factory=list)
    stories: dict[str, float] = field(default_factory=dict)  # by title, when it was seen first by our clock
    _newest: dict[str, int] = field(default_factory=dict)  # by source, when the newest answer left the bank
    _older: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)  # by source, the place of its last run

    def copy(self) -> Delivered:
        older = {source: list(of) for source, of in self._older.items()}
        return Delivered(
            list(self.runs),
            list(self.filed),
            list(self.testified),
            dict(self.stories),
            dict(self._newest),
            older,
            dict(self._last),
        )

    def table(self, source: str, at: float, reply: Reply) -> None:
        """An answer that brought, or confirmed, a page."""
        page = reply.page
        assert page
        older = self._is_older(source, at, reply.left_at)
        left = reply.left_at or 0
        place = self._last.get(source)
        if place is not None:
            last = self.runs[place]
            if last.page is page and last.older == older:
                self.runs[place] = replace(last, last_at=at, last_left=left, answers=last.answers + 1)
                return
        self._last[source] = len(self.runs)
        self.runs.append(Run(source, page, older, at, left, at, left))

    def archive(self, at: float, currency: str, figures: dict[date, Decimal]) -> None:
        self.filed.append(Filed(at, currency, figures))

    def other(self, at: float, told: Told) -> None:
        """A table of another bank."""
        if not any(one.told is told for one in self.testified[-30:]):
            self.testified.append(Testified(told, at))

    def lately_testified(self) -> list[Testified]:
        """The other banks' tables of the last weeks, as they came."""
        since = self.testified[-1].first_at - _WEEKS_S if self.testified else 0
        return self.testified[bisect_left(self.testified, since, key=lambda one: one.first_at) :]

    def feed(self, ours: float, listed: Sequence[Item]) -> None:
        for one in listed:
            self.stories.setdefault(one.title, ours)

    def lately(self, source: str) -> Iterator[Run]:
        """The runs of the last weeks: what came before says nothing any more."""
        since = self.runs[-1].last_at - _WEEKS_S if self.runs else 0
        first = bisect_left(self.runs, since, key=lambda one: one.first_at)
        return (one for one in self.runs[first:] if one.source == source)

    def of_day(self, source: str, day: date) -> list[Run]:
        """The answers with a table that is official on `day`: a weekly one for seven days."""
        lasts = 7 if source == "weekly" else 1
        return [one for one in self.lately(source) if 0 <= (day - one.page.day).days < lasts]

    def figures(self, source: str, currency: str) -> Iterator[tuple[float, date, Decimal]]:
        """Every figure of a currency with the moment at which it first came, from tables and the archive."""
        for run in self.lately(source):
            if row := run.page.row(currency):
                yield run.first_at, run.page.day, row.value
        for page in self.filed if source == "daily" else ():
            if page.currency == currency:
                for day, value in page.figures.items():
                    yield page.at, day, value

    def _is_older(self, source: str, at: float, left: int | None) -> bool | None:
        """Three older ones in a row whose Dates advance as time does begin a new reckoning."""
        if left is None:
            return None
        newest = self._newest.get(source)
        if newest is None or left >= newest - MINUTE:
            self._older.pop(source, None)
            self._newest[source] = max(left, newest or left)
            return False
        row = self._older.setdefault(source, [])
        if row and abs((left - row[-1][1]) - (at - row[-1][0])) > MINUTE:
            row.clear()
        row.append((at, left))
        if len(row) < 3:
            return True
        self._newest[source] = left
        row.clear()
        return False
