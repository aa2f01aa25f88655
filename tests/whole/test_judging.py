"""Kinds of errors that a bank once got past the judge with, each in several variants through the real application:
other currencies, hours and weekends, restarts between the steps, an empty and an old store. What counts is what a
reader saw at each moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from support.given import bishkek
from support.sites import Site

from ticker.demo import Bank
from ticker.model import DAY, Freshness

MINUTE = timedelta(minutes=1)
STEP = Decimal("0.0001")
OLD, EMPTY = "2026-05-18 10:00", ""


@dataclass(frozen=True)
class Variant:
    """One currency in one setting: `at` is the moment of the error, `since` when the store was new; "" is an hour
    before."""

    currency: str
    at: str
    since: str = OLD
    restarts: bool = False

    def __str__(self) -> str:
        return f"{self.currency} {self.at} since {self.since or 'just before'}{', restarts' if self.restarts else ''}"


@dataclass(frozen=True)
class Sight:
    """What a reader saw of a currency at a moment."""

    at: datetime
    freshness: str
    value: Decimal | None
    valid_on: date | None
    confirmed: bool
    next: Decimal | None

    def shows(self, value: Decimal) -> bool:
        """Whether the value stands there without a mark, as today's or as the next one."""
        return value in (self.value if self.freshness == Freshness.FRESH else None, self.next)


class Story:
    """A site that goes through a variant, with everything that a reader saw. Without `at_once` the error comes later
    than the store's first table."""

    def __init__(self, make: Callable[..., Site], variant: Variant) -> None:
        self.make, self.variant, self.saw = make, variant, list[Sight]()
        self.at = datetime.fromisoformat(variant.at)
        self.bank = Bank()

    def begins(self, *, at_once: bool = False) -> None:
        since = self.variant.since or f"{self.at - (0 if at_once else 60) * MINUTE:%Y-%m-%d %H:%M}"
        # Each quarter of an hour, so that a week is soon told.
        rates = {"nbkr": {"window_every_s": 900}, "nbkr-weekly": {"enabled": False}}
        self.site = self.make(since, rates=rates, bank=self.bank)

    def goes_on(self, *, to: int) -> None:
        """Up to so many minutes after the error."""
        self.site.turn(to=f"{self.at + to * MINUTE:%Y-%m-%d %H:%M}", every=lambda _: self._look())
        if self.variant.restarts:
            self.site.end()
            self.site.begin()

    def _look(self) -> None:
        shown = self.site.strip(f"currencies={self.variant.currency}")["rates"]
        now = self.bank.home.local(self.site.clock()).replace(tzinfo=None)
        rate = next((one for one in shown if one["currency"] == self.variant.currency), None)
        if rate is None:  # one that the service has never shown
            self.saw.append(Sight(now, "none", None, None, True, None))
            return
        value, day, after = rate["value"], rate["valid_on"], rate["next"]
        self.saw.append(
            Sight(
                now,
                rate["freshness"],
                Decimal(value) if value else None,
                date.fromisoformat(day) if day else None,
                rate["confirmed"],
                Decimal(after["value"]) if after else None,
            )
        )

    @property
    def now(self) -> Sight:
        return self.saw[-1]

    def tabled(self) -> date:
        """The day of the table that the bank shows at the moment of the error."""
        return self.bank.daily_table(bishkek(self.variant.at))[0]

    def next_table(self, day: date) -> date:
        """The first day after `day` for which the bank sets a new figure."""
        later = (day + DAY * n for n in range(1, 9))
        return next(one for one in later if self.bank._is_new_on(self.variant.currency, one))

    def figure(self, day: date, currency: str = "") -> Decimal:
        return self.bank.figure(currency or self.variant.currency, day)

    def prints(self, day: date, figure: Decimal, currency: str = "") -> None:
        """The bank's table of a day has this figure from now on."""
        self.bank.set(day, **{currency or self.variant.currency: f"{figure.quantize(STEP):f}"})

    def rewrites(self, day: date, figure: Decimal) -> None:
        """The same, in a file written anew at this moment."""
        with self.site.upstream._noticing_rewrites():
            self.prints(day, figure)

    def saw_unmarked(self, value: Decimal, *, since: int) -> list[Sight]:
        """The moments, from so many minutes after the error on, at which a figure was shown without a mark."""
        begin = self.at + since * MINUTE
        return [one for one in self.saw if one.at >= begin and one.shows(value.quantize(STEP))]


@pytest.fixture
def story(site, request):
    return Story(site, request.param)


def variants(*made: Variant) -> pytest.MarkDecorator:
    """Each variant is a test; all but the first are long ones."""
    assert len(made) >= 8
    params = [pytest.param(one, id=str(one), marks=[pytest.mark.long] if nth else []) for nth, one in enumerate(made)]
    return pytest.mark.parametrize("story", params, indirect=True)


@variants(
    Variant("USD", "2026-05-21 16:30"),
    Variant("EUR", "2026-05-21 17:10"),
    Variant("RUB", "2026-05-21 16:30", restarts=True),
    Variant("KZT", "2026-05-21 20:10"),
    Variant("USD", "2026-05-22 09:10"),
    Variant("EUR", "2026-05-23 11:00"),
    Variant("RUB", "2026-05-24 17:00", restarts=True),
    Variant("USD", "2026-05-21 16:30", EMPTY),
    Variant("EUR", "2026-05-22 10:00", EMPTY, restarts=True),
)
def test_a_table_that_is_put_back_with_its_own_time_is_shown_again(story):
    """The bank replaces its file by a wrong one and then puts the right one back, as it was."""
    story.begins()
    story.goes_on(to=0)
    day, right = story.tabled(), story.figure(story.tabled())
    wrong = (right * Decimal("1.04")).quantize(STEP)
    kept = story.site.upstream.keep("nbkr", dated=False)
    story.rewrites(day, wrong)
    story.goes_on(to=90)
    story.rewrites(day, right)
    story.site.upstream.bring("nbkr", kept)
    seen_at = len(story.saw)
    story.goes_on(to=240)
    assert story.now.shows(right)
    back = next(one.at for one in story.saw[seen_at:] if not one.shows(wrong))
    assert not [one for one in story.saw if one.at > back and one.shows(wrong)]
    assert {one.freshness for one in story.saw[seen_at:]} <= {"fresh", "late", "none"}


ON_AN_EMPTY_STORE = variants(
    Variant("USD", "2026-05-21 16:30", EMPTY),
    Variant("EUR", "2026-05-21 15:30", EMPTY),
    Variant("RUB", "2026-05-21 18:30", EMPTY, restarts=True),
    Variant("USD", "2026-05-20 03:00", EMPTY),
    Variant("KZT", "2026-05-20 12:00", EMPTY, restarts=True),
    Variant("USD", "2026-05-23 12:00", EMPTY),
    Variant("EUR", "2026-05-24 21:00", EMPTY),
    Variant("RUB", "2026-05-22 21:00", EMPTY, restarts=True),
)


def slips_first(story: Story, *, archive: bool) -> Decimal:
    """The first table of a new installation has the point in another place; the bank's next one is right."""
    day = story.tabled()
    right = story.figure(day)
    following = story.next_table(day)
    story.prints(following, story.figure(following))
    story.prints(day, right * 10)
    story.begins(at_once=True)
    if not archive:
        story.site.upstream.order("nbkr-archive", "goes_dark")
    return right * 10


@ON_AN_EMPTY_STORE
def test_a_slip_in_a_first_table_is_never_shown_unmarked_and_the_truth_comes_through(story):
    slip = slips_first(story, archive=True)
    story.goes_on(to=4 * 24 * 60)
    assert not story.saw_unmarked(slip, since=0)
    assert (story.now.freshness, story.now.confirmed) == ("fresh", True)
    assert story.now.value == story.figure(story.now.valid_on)


@ON_AN_EMPTY_STORE
def test_without_an_archive_a_first_slip_is_unconfirmed_until_two_windows_tell_otherwise(story):
    slip = slips_first(story, archive=False)
    story.goes_on(to=7 * 24 * 60)
    assert not story.saw_unmarked(slip, since=0)
    assert all(not one.confirmed for one in story.saw if one.value == slip)
    assert (story.now.freshness, story.now.confirmed) == ("fresh", True)
    assert story.now.value == story.figure(story.now.valid_on)


@variants(
    Variant("USD", "2026-05-27 16:30"),
    Variant("EUR", "2026-05-27 10:00"),
    Variant("RUB", "2026-05-28 18:30", restarts=True),
    Variant("KZT", "2026-05-28 03:00"),
    Variant("USD", "2026-05-30 12:00", restarts=True),
    Variant("EUR", "2026-05-31 21:00"),
    Variant("RUB", "2026-05-29 21:00"),
    Variant("USD", "2026-05-29 23:30", restarts=True),
)
def test_after_a_long_pause_a_slip_is_not_believed_for_want_of_a_yardstick(story):
    """The bank was out of reach for sixteen days and more; the first table after it has the point in another place."""
    story.variant = replace(story.variant, since="2026-05-11 10:00")
    story.begins()
    story.site.turn(to="2026-05-11 11:00")
    day = story.tabled()
    slip = story.figure(day) * 10
    following = story.next_table(day)
    story.prints(following, story.figure(following))
    story.prints(day, slip)
    for source in ("nbkr", "nbkr-archive"):
        story.site.upstream.order(source, "goes_dark")
    story.goes_on(to=0)
    story.site.upstream.behave()
    story.goes_on(to=4 * 24 * 60)
    assert not story.saw_unmarked(slip, since=0)
    assert story.now.freshness == "fresh"
    assert story.now.value == story.figure(story.now.valid_on)


IN_THE_WINDOW = variants(
    Variant("USD", "2026-05-19 15:50"),
    Variant("EUR", "2026-05-19 15:50"),
    Variant("RUB", "2026-05-20 15:50", restarts=True),
    Variant("KZT", "2026-05-20 15:50"),
    Variant("CNY", "2026-05-21 15:50"),
    Variant("USD", "2026-05-22 15:50"),
    Variant("EUR", "2026-05-22 15:50", restarts=True),
    Variant("RUB", "2026-05-21 15:50", "2026-05-21 09:00"),
)


@IN_THE_WINDOW
def test_a_held_move_is_not_released_by_the_old_figure(story):
    """A figure moves by 16 % and is held; the next table has the old one, as if nothing had been."""
    day = date.fromisoformat(story.variant.at[:10]) + DAY
    right = story.figure(day - DAY)
    wrong = (right * Decimal("1.16")).quantize(STEP)
    story.prints(day, wrong)
    following = story.next_table(day)
    story.prints(following, right)
    story.begins()
    story.goes_on(to=5 * 24 * 60)
    assert wrong not in {one.value for one in story.saw} | {one.next for one in story.saw}
    assert story.now.freshness == "fresh"


@variants(
    Variant("USD", "2026-05-19 15:50"),
    Variant("EUR", "2026-05-19 15:50"),
    Variant("USD", "2026-05-20 15:50", restarts=True),
    Variant("EUR", "2026-05-21 15:50", "2026-05-21 09:00"),
    Variant("USD", "2026-05-21 15:50"),
    Variant("USD", "2026-05-22 15:50"),
    Variant("EUR", "2026-05-22 15:50", restarts=True),
    Variant("EUR", "2026-05-20 15:50"),
)
def test_of_exchanged_figures_none_is_believed(story):
    """The dollar and the euro stand in each other's place; the dollar's move alone would be within the limit."""
    day = date.fromisoformat(story.variant.at[:10]) + DAY
    for before in range(12):
        story.prints(day - DAY * (before + 1), Decimal("94.0000"), "EUR")
        story.prints(day - DAY * (before + 1), Decimal("87.4500"), "USD")
    story.prints(day, Decimal("94.1000"), "USD")
    story.prints(day, Decimal("87.4400"), "EUR")
    for after in range(1, 5):
        story.prints(day + DAY * after, Decimal("87.4600"), "USD")
        story.prints(day + DAY * after, Decimal("94.2000"), "EUR")
    story.begins()
    story.goes_on(to=3 * 24 * 60)
    wrong = {"USD": Decimal("94.1000"), "EUR": Decimal("87.4400")}[story.variant.currency]
    assert wrong not in {one.value for one in story.saw} | {one.next for one in story.saw}
    assert story.now.freshness == "fresh"


@IN_THE_WINDOW
def test_a_believed_slip_does_not_get_the_truth_held(story):
    """A slip of -12 % is believed; the next table is right, and beyond the limit of the slip."""
    day = date.fromisoformat(story.variant.at[:10]) + DAY
    right = story.figure(day - DAY)
    story.prints(day, (right * Decimal("0.875")).quantize(STEP))
    following = story.next_table(day)
    truth = (right * Decimal("1.01")).quantize(STEP)
    story.prints(following, truth)
    story.begins()
    story.goes_on(to=5 * 24 * 60)
    first = next((one for one in story.saw if truth in (one.next, one.value)), None)
    assert first, "the truth was held"
    assert first.at.date() == following - DAY
    assert not story.saw_unmarked(right * Decimal("0.875"), since=int((first.at - story.at) / MINUTE) + 1)


def figures(site: Site, currencies: str) -> list[dict[str, Any]]:
    return list(site.strip(f"currencies={currencies}")["rates"])


HOURS = ("2026-05-21 03:10", "2026-05-21 10:00", "2026-05-21 18:30", "2026-05-24 12:00")


@pytest.mark.parametrize("at", HOURS)
def test_a_first_start_has_todays_figures_fresh_at_once_also_those_of_the_weekly_table(site, at):
    made = site(at)
    made.look()
    assert {rate["freshness"] for rate in figures(made, "USD,EUR,RUB,KZT,GBP,JPY")} == {"fresh"}


@pytest.mark.parametrize("at", HOURS)
def test_a_first_start_without_an_archive_shows_todays_figures_as_unconfirmed(site, at):
    """In the evening, when the bank's table is tomorrow's already, there is nothing to show before midnight."""
    made = site(at)
    made.upstream.order("nbkr-archive", "goes_dark")
    made.look()
    *daily, weekly = figures(made, "USD,EUR,RUB,GBP")
    assert weekly["freshness"] == "fresh"
    if at.endswith("18:30"):
        assert [(rate["text"], rate["next"]) for rate in daily] == [("—", None)] * 3
        made.turn(to="2026-05-22 00:30")
        daily = figures(made, "USD,EUR,RUB")
    assert [(rate["freshness"], rate["confirmed"]) for rate in daily] == [("late", False)] * 3
