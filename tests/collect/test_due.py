"""When a source is due: a pure function of its configuration, its past rounds and the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.given import NBKR, bishkek, may, moments, rate, steadily

from ticker.collect.archive import nearest
from ticker.collect.due import archive_due_at, due_at, missing_days
from ticker.model import FeedSource, Outcome, RatesSource, Revision, Round

FEED = FeedSource("kaktus-ru", "https://feed.example/", "Kaktus", "ru", ZoneInfo("Asia/Bishkek"))
DAILY = frozenset({"USD", "EUR", "RUB", "KZT", "CNY"})


def visited(began: datetime, *, failed: bool = False, retry_after_s: int | None = None) -> Round:
    outcome = Outcome.FAILED if failed else Outcome.CONFIRMED
    return Round("nbkr", began, began + timedelta(seconds=2), outcome, retry_after_s=retry_after_s)


def failures(count: int, last: str, source: RatesSource | FeedSource = NBKR) -> datetime:
    """When the source is due after so many failures in a row, the last one at that moment."""
    past = [visited(bishkek(last) - timedelta(hours=nth), failed=True) for nth in range(count)]
    past.append(visited(bishkek(last) - timedelta(days=2)))
    return due_at(source, past, bishkek(last))


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2026-05-22 10:00", "2026-05-22 11:00"),  # hourly
        ("2026-05-23 16:00", "2026-05-23 17:00"),  # also on weekends
        ("2026-05-22 14:30", "2026-05-22 15:00"),  # an opening is not slept over
        ("2026-05-22 15:00", "2026-05-22 15:03"),  # every 3 minutes throughout the window
        ("2026-05-22 17:57", "2026-05-22 18:00"),  # the look at the close answers for the whole window
        ("2026-05-22 17:58", "2026-05-22 18:01"),  # never sooner than after 3 minutes
        ("2026-05-22 14:58", "2026-05-22 15:01"),
        ("2026-05-22 18:00", "2026-05-22 19:00"),
    ],
)
def test_a_table_is_due_by_its_banks_hours(last, due):
    assert due_at(NBKR, [visited(bishkek(last))], bishkek(last)) == bishkek(due)


@pytest.mark.parametrize("last", ["2026-05-22 02:00", "2026-05-23 12:00", "2026-05-22 15:30"])
def test_while_figures_contend_a_table_is_due_every_three_minutes_at_any_hour(last):
    due = due_at(NBKR, [visited(bishkek(last))], bishkek(last), contending=True)
    assert due == bishkek(last) + timedelta(minutes=3)


def test_a_source_never_visited_is_due_now():
    now = bishkek("2026-05-22 10:00")
    assert due_at(NBKR, [], now) == archive_due_at(NBKR, [], now) == due_at(FEED, [], now) == now


def test_a_feed_is_due_every_five_minutes_whatever_the_bank_does():
    last = bishkek("2026-05-22 14:59")
    assert due_at(FEED, [visited(last)], last) == last + timedelta(minutes=5)


@pytest.mark.parametrize("source", [NBKR, FEED])
def test_a_clock_that_went_back_makes_everything_due(source):
    """Rounds of a time that has not come are no reason to wait for it."""
    now = bishkek("2026-05-22 10:00")
    assert due_at(source, [visited(now + timedelta(days=3))], now) == now
    assert archive_due_at(NBKR, [visited(now + timedelta(seconds=1))], now) == now


def test_after_failures_the_pause_doubles_up_to_an_hour_and_five_minutes_in_a_window():
    def minutes(last: str, source: RatesSource | FeedSource = NBKR) -> list[int]:
        pauses = (failures(count, last, source) - bishkek(last) for count in range(1, 20))
        return [int(pause / timedelta(minutes=1)) for pause in pauses]

    night, window, feed = minutes("2026-05-22 02:00"), minutes("2026-05-22 15:30"), minutes("2026-05-22 02:00", FEED)
    for pauses, longest, first in ((night, 60, 6), (window, 5, 5), (feed, 60, 10)):
        assert first <= pauses[0] <= first * 1.1
        assert pauses == sorted(pauses)
        assert pauses[-1] == longest


def test_a_success_ends_the_slowness():
    last = bishkek("2026-05-22 02:00")
    past = [visited(last), *(visited(last - timedelta(hours=nth), failed=True) for nth in range(1, 9))]
    assert due_at(FEED, past, last) == last + timedelta(minutes=5)


def test_failures_are_spread_but_alike_on_every_machine():
    first = bishkek("2026-05-22 02:00")
    lasts = [first + timedelta(seconds=nth) for nth in range(20)]
    pauses = [due_at(FEED, [visited(last, failed=True)], last) - last for last in lasts]
    assert len(set(pauses)) > 10
    assert pauses == [due_at(FEED, [visited(last, failed=True)], last) - last for last in lasts]
    assert all(timedelta(minutes=10) <= pause <= timedelta(minutes=11) for pause in pauses)


@pytest.mark.parametrize("failed", [True, False])
def test_never_sooner_than_retry_after_not_even_for_a_window(failed):
    last = visited(bishkek("2026-05-22 14:50"), failed=failed, retry_after_s=7200)
    asked = last.ended_at + timedelta(hours=2)
    assert due_at(NBKR, [last], last.ended_at) == asked
    assert archive_due_at(NBKR, [last], last.ended_at) == asked
    short = replace(last, retry_after_s=1)
    assert due_at(NBKR, [short], last.ended_at) == due_at(NBKR, [replace(last, retry_after_s=None)], last.ended_at)


@steadily
@given(moments(may(18), may(25)), st.lists(st.booleans(), min_size=1, max_size=15), st.integers(1, 200))
def test_a_window_is_never_without_a_look_for_longer_than_its_pause(began, failed, later):
    """Whatever happened before: after each visit the next is due within the hour, within 11 minutes in a window, and
    no later than the next opening and close."""
    past = [visited(began - timedelta(minutes=5 * nth), failed=one) for nth, one in enumerate(failed)]
    due = due_at(NBKR, past, began + timedelta(seconds=later))
    assert began < due <= began + timedelta(hours=1)
    if NBKR.window.is_open(began):
        assert due <= began + timedelta(minutes=10)
    assert due <= min(NBKR.window.opens_after(began), NBKR.window.closes_after(began))


def test_the_archive_is_asked_hourly_and_sooner_while_it_fails():
    last = bishkek("2026-05-22 10:00")
    assert archive_due_at(NBKR, [visited(last)], last) == last + timedelta(hours=1)
    assert archive_due_at(NBKR, [visited(last, failed=True)], last) == last + timedelta(minutes=3)
    many = [visited(last - timedelta(minutes=nth), failed=True) for nth in range(20)]
    assert archive_due_at(NBKR, many, last) == last + timedelta(hours=1)


def figures(day: int, *currencies: str, first_id: int = 1, origin: str = "") -> list[Revision]:
    """Figures of a day of May, from the daily table or from `origin`."""
    seen = bishkek("2026-05-22 09:00")
    return [
        Revision(first_id + nth, "nbkr", rate(currency, "87.45", may(day)), seen, origin=origin)
        for nth, currency in enumerate(currencies)
    ]


def test_a_first_start_in_the_evening_lacks_today_and_the_day_before():
    known = figures(23, "USD", "EUR", "CNY", "KZT", "RUB")
    assert missing_days(known, DAILY, may(22)) == dict.fromkeys(sorted(DAILY), (may(21), may(22)))


def test_of_a_first_figure_the_day_before_is_asked_for_until_it_is_borne_out():
    first = [replace(one, first=True) for one in figures(20, "USD")]
    filled = figures(21, "USD", first_id=2) + figures(22, "USD", first_id=3)
    assert missing_days(first + filled, DAILY, may(22)) == {"USD": (may(19),)}
    borne_out = [replace(one, confirmed_at=one.seen_at) for one in first]
    assert missing_days(borne_out + filled, DAILY, may(22)) == {}


def test_before_the_first_table_nothing_lacks_for_there_is_no_nominal():
    assert missing_days([], DAILY, may(22)) == {}


def test_what_the_archive_brought_lacks_no_more_and_the_rest_does():
    known = figures(23, "USD", "EUR") + figures(22, "USD", first_id=3, origin="nbkr-archive")
    assert missing_days(known, DAILY, may(22)) == {"EUR": (may(21), may(22)), "USD": (may(21),)}


def test_a_held_figure_of_a_day_is_not_asked_for_again():
    known = figures(23, "USD") + [replace(one, held_at=one.seen_at) for one in figures(22, "USD", first_id=2)]
    assert missing_days(known, DAILY, may(22)) == {"USD": (may(21),)}


def test_weekly_currencies_have_no_archive():
    assert missing_days(figures(23, "GBP"), DAILY, may(22)) == {}


def test_a_currency_that_the_nearest_table_lacks_is_not_asked_for():
    """Yuan are in the daily table since 2024 only; days before it lack none."""
    known = figures(20, "USD") + figures(23, "USD", "CNY", first_id=2)
    assert missing_days(known, DAILY, may(21)) == {"USD": (may(21),)}


@pytest.mark.parametrize(("known_on", "asked"), [(8, (21, 22)), (7, (21,)), (6, ())])
def test_a_day_is_not_asked_for_where_no_figure_is_near_enough_to_give_its_nominal(known_on, asked):
    found = missing_days(figures(known_on, "USD"), DAILY, may(22))
    assert found == ({"USD": tuple(may(day) for day in asked)} if asked else {})


def test_an_archives_nominal_is_that_of_the_nearest_figure():
    before, after = figures(20, "USD")[0], figures(24, "USD", first_id=2)[0]
    refuted = replace(figures(22, "USD", first_id=3)[0], discarded_at=after.seen_at)
    known = [before, after, refuted, *figures(22, "EUR", first_id=4)]
    assert nearest(known, "USD", may(21)) == before.rate
    assert nearest(known, "USD", may(22)) == after.rate  # as near: the later one
    assert nearest(known, "RUB", may(22)) is None
