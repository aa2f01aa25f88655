"""When a wrong figure could be told from a right one, from the delivered bytes alone (pure).

This does not ask the service: it is the world's own reading of what the bank sent.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .bank import Page, day_of
from .heard import Delivered, Run
from .truth import DAILY, DAY, NOMINALS
from .witnessed import AGREE, contradicted, contradicted_since
from .world import World

LIMIT = Decimal("0.15")
EXCHANGE_MOVE = Decimal("0.01")
GAP_DAYS = 14
SETTLES_S = (120, 900, 3600)  # by how often the day was settled before


def move(one: Decimal, other: Decimal) -> Decimal:
    return max(one, other) / min(one, other) - 1


def source_of(currency: str) -> str:
    return "daily" if currency in DAILY else "weekly"


def _window(day: date) -> date:
    """The day on which the bank set the table of `day`, if it works from Monday to Friday."""
    set_on = day - DAY
    return set_on - max(0, set_on.weekday() - 4) * DAY


class Law:
    """`excuse` says why the service could not know that a figure is wrong; "" where it could."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._by_itself: dict[tuple[Page, str, float], bool] = {}  # what came later does not change it

    def forget(self) -> None:
        """The store was replaced, and what had been delivered with it."""
        self._by_itself.clear()

    def is_witnessed(self, currency: str, day: date, value: Decimal, delivered: Delivered) -> bool:
        """Whether other banks have shown that the figure is wrong, and the bank's table was answered once more since:
        figures are judged as answers come."""
        since = contradicted_since(currency, day, value, delivered)
        if since is None or not self._moved_away(currency, day, value, delivered):
            return False
        return any(one.last_at > since for one in delivered.of_day(source_of(currency), day))

    def _moved_away(self, currency: str, day: date, value: Decimal, delivered: Delivered) -> bool:
        """Whether the figure moved against the bank's table before, other banks' word on which was for one table: one
        that stood still may be a restamp, and the table after one that they contradicted is judged by the limit."""
        rows = [(one.page.day, one.page.row(currency)) for one in delivered.lately(source_of(currency))]
        given = {of_day: row.value for of_day, row in rows if row and of_day < day and row.value != value}
        before = max(given, default=None)
        if before is None:
            return True
        true = self.world.meant(currency, before)
        is_further = move(value, self.world.meant(currency, day)) > move(true, self.world.meant(currency, day))
        return (
            is_further
            and move(value, true) > AGREE[currency]
            and not contradicted(currency, before, given[before], delivered)
        )

    def excuse(self, currency: str, day: date, value: Decimal, delivered: Delivered) -> str:
        """As far as the bank's own answers go."""
        source = source_of(currency)
        runs = [one for one in delivered.of_day(source, day) if one.page.row(currency)]
        carrying = [one for one in runs if one.page.row(currency).value == value]  # type: ignore[union-attr]
        filed = [one for one in delivered.filed if one.currency == currency and one.figures.get(day) == value]
        if not carrying and not filed:
            return ""
        if not self._in_reach(currency, day, value, delivered):
            return "repeated in two windows" if self._repeated(currency, day, value, delivered) else ""
        if not carrying:
            return "" if any(one.older is False for one in runs) else "the archive's word"
        if all(self._tells_itself(one, currency, delivered) for one in carrying):
            return ""
        days = {one.page.day for one in carrying}
        words: list[Decimal | None] = []
        for of_day in days:
            of_this = [one for one in runs if one.page.day == of_day]
            rightly_dated = [one for one in of_this if not self._misdated(one, delivered)]
            words += [self.word(currency, one, delivered) for one in (of_this, rightly_dated)]
        return "the bank's word" if value in words else ""

    def _in_reach(self, currency: str, day: date, value: Decimal, delivered: Delivered) -> bool:
        """Whether the figure is within the limit of the nearest true ones that came, of a day before and after it."""
        true = {
            of_day: figure
            for _, of_day, figure in delivered.figures(source_of(currency), currency)
            if figure == self.world.meant(currency, of_day) and 0 < abs((of_day - day).days) <= GAP_DAYS
        }
        before = max((one for one in true if one < day), default=None)
        after = min((one for one in true if one > day), default=None)
        return all(move(true[one], value) <= LIMIT for one in (before, after) if one)

    def _tells_itself(self, run: Run, currency: str, delivered: Delivered) -> bool:
        """Whether the page is wrong by itself: an exchange, a nominal, a day that cannot be."""
        key = run.page, currency, run.first_at
        if key not in self._by_itself:
            self._by_itself[key] = self._tells(run, currency, delivered)
        return self._by_itself[key]

    def _tells(self, run: Run, currency: str, delivered: Delivered) -> bool:
        page, row = run.page, run.page.row(currency)
        assert row
        if row.nominal != NOMINALS.get(currency, 1):
            return True
        return self._cannot_be(run) or any(
            self._exchanged(run, currency, other.currency, delivered) for other in page.rows
        )

    def _is_believable(self, run: Run, currency: str, delivered: Delivered) -> bool:
        row = run.page.row(currency)
        assert row
        in_reach = self._in_reach(currency, run.page.day, row.value, delivered)
        return in_reach and not self._tells_itself(run, currency, delivered)

    def _cannot_be(self, run: Run) -> bool:
        """Whether the page was of a day that was too far ahead, by our clock, when it came first."""
        return run.page.day > day_of(self.world.our_time(run.first_at)) + DAY

    def _misdated(self, run: Run, delivered: Delivered) -> bool:
        """Whether the page is the next day's, and came again under that day: its first day was a mistake, which may be
        undone or not."""
        page = run.page
        if not self.world.wrong_rows(page):
            return False
        later = (one.page for one in delivered.of_day(run.source, page.day + DAY) if one.page.day > page.day)
        return any(one.rows == page.rows and not self.world.wrong_rows(one) for one in later)

    def _exchanged(self, run: Run, one: str, other: str, delivered: Delivered) -> bool:
        before = [self._last_true(each, run.page, run.first_at, delivered) for each in (one, other)]
        rows = [run.page.row(each) for each in (one, other)]
        if None in before or None in rows:
            return False
        for place in (0, 1):
            value, own, others = rows[place].value, before[place], before[1 - place]  # type: ignore[union-attr]
            if move(value, own) <= EXCHANGE_MOVE or move(value, others) >= move(value, own):  # type: ignore[arg-type]
                return False
        return True

    def _last_true(self, currency: str, page: Page, at: float, delivered: Delivered) -> Decimal | None:
        known = [
            (day, value)
            for seen, day, value in delivered.figures(page.name, currency)
            if seen <= at and day < page.day and value == self.world.meant(currency, day)
        ]
        return max(known)[1] if known else None

    def _repeated(self, currency: str, day: date, value: Decimal, delivered: Delivered) -> bool:
        """Whether the new tables of two windows give this wrong figure, or one within the limit of it."""
        source = source_of(currency)
        new = {one.day for one in self.world.published if one.source == source and (one.new or one.spoilt)}
        wrong = {
            of_day
            for _, of_day, figure in delivered.figures(source, currency)
            if figure != self.world.meant(currency, of_day) and move(figure, value) <= LIMIT and of_day in new
        }
        return bool(wrong) and len({_window(one) for one in wrong | {day}}) > 1

    def word(self, currency: str, runs: list[Run], delivered: Delivered) -> Decimal | None:
        """Which figure of a day is the bank's word by the answers so far. One that tells that it is wrong by itself is
        held at once, and so is one that other banks contradict: what comes after it contends with nothing."""
        word, modified, settled = None, 0, 0
        for run in runs:
            row = run.page.row(currency)
            assert row
            if self._cannot_be(run) or (word is None and not self._is_believable(run, currency, delivered)):
                continue
            if run.older:
                word = word if word is not None else row.value
                continue
            if word is None or row.value == word or self._was_refuted(currency, run, word, delivered):
                word, modified = row.value, run.page.modified
                continue
            step = SETTLES_S[min(settled, 2)]
            needed = max(step, SETTLES_S[1]) if run.page.modified < modified else step
            if run.older is False and run.answers > 1 and run.last_left - run.first_left >= needed:
                word, modified, settled = row.value, run.page.modified, settled + 1
        return word

    def _was_refuted(self, currency: str, run: Run, word: Decimal, delivered: Delivered) -> bool:
        """Whether other banks had contradicted the bank's word of a day before `run` gave another."""
        since = contradicted_since(currency, run.page.day, word, delivered)
        return (
            not run.older
            and since is not None
            and since < run.first_at
            and self.is_witnessed(currency, run.page.day, word, delivered)
        )

    def contended(self, currency: str, day: date, delivered: Delivered) -> bool:
        """Whether the last answer for the day gave another figure than the bank's word."""
        runs = [one for one in delivered.of_day(source_of(currency), day) if one.page.row(currency) and not one.older]
        last = runs[-1].page.row(currency) if runs else None
        return last is not None and last.value != self.word(currency, runs, delivered)
