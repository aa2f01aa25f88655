"""The arithmetic of windows, figures and the home's days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.given import FRIDAYS, HOME, TRADING, bishkek, may, moments, rate, steadily

from ticker.model import DAY, Home, ParseError, Revision, Table, UpstreamError, Window

MOMENTS = moments(date(2004, 1, 1), date(2027, 1, 1))
# Clocks changed in Bishkek until 2005, and still do in Berlin: windows are hours of the wall clock.
ZONES = st.sampled_from([ZoneInfo("Asia/Bishkek"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])
WINDOWS = st.builds(
    lambda days, hours, zone: Window(days, *sorted(hours), zone),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.lists(st.times().map(lambda one: one.replace(second=0, microsecond=0)), min_size=2, max_size=2, unique=True),
    ZONES,
)


@pytest.mark.parametrize(
    ("valid_on", "published"),
    [
        (22, "2026-05-21 15:00"),  # a Friday's on Thursday
        (23, "2026-05-22 15:00"),  # Saturday's, Sunday's and Monday's all on Friday
        (24, "2026-05-22 15:00"),
        (25, "2026-05-22 15:00"),
        (26, "2026-05-25 15:00"),
    ],
)
def test_a_daily_table_is_published_in_the_last_window_before_its_day(valid_on, published):
    opens = bishkek(published)
    assert TRADING.of(may(valid_on)) == (opens, opens + timedelta(hours=3))


def test_a_weekly_table_of_saturday_and_of_the_next_friday_come_from_different_fridays():
    assert FRIDAYS.of(may(23))[1] == bishkek("2026-05-22 18:00")
    assert FRIDAYS.of(may(22))[1] == bishkek("2026-05-15 18:00")


def test_bank_gone_since_friday_15_00_misses_its_third_window_on_tuesday_at_18_00():
    friday = bishkek("2026-05-22 15:00")
    assert [TRADING.closes_after(friday, nth) for nth in (1, 2, 3)] == [
        bishkek("2026-05-22 18:00"),
        bishkek("2026-05-25 18:00"),
        bishkek("2026-05-26 18:00"),
    ]


def test_a_close_belongs_to_the_window_that_ends_not_to_what_follows():
    close = bishkek("2026-05-22 18:00")
    second = timedelta(seconds=1)
    assert not TRADING.is_open(close)
    assert TRADING.is_open(close - second)
    assert TRADING.is_open(bishkek("2026-05-22 15:00"))
    assert not TRADING.is_open(bishkek("2026-05-23 16:00"))
    assert TRADING.closed_between(close - second, close) == 1
    assert TRADING.closed_between(close, close + second) == 0
    assert TRADING.closes_after(close) == bishkek("2026-05-25 18:00")
    assert TRADING.opens_after(bishkek("2026-05-22 15:00")) == bishkek("2026-05-25 15:00")


@steadily
@given(WINDOWS, MOMENTS, st.integers(1, 9))
def test_the_nth_close_is_the_moment_at_which_n_windows_have_closed(window, since, nth):
    close = window.closes_after(since, nth)
    assert window.closed_between(since, close) == nth
    assert window.closed_between(since, close - timedelta(microseconds=1)) == nth - 1


@steadily
@given(WINDOWS, MOMENTS)
def test_a_window_opens_next_while_it_is_shut_and_closes_next_while_it_is_open(window, moment):
    opens, closes = window.opens_after(moment), window.closes_after(moment)
    assert window.is_open(moment) == (closes < opens)
    assert window.is_open(opens)
    assert not window.is_open(closes)


@steadily
@given(WINDOWS, st.dates(date(2004, 1, 1), date(2027, 1, 1)))
def test_no_window_closes_between_a_tables_own_and_its_day(window, valid_on):
    _, closes = window.of(valid_on)
    midnight = Home("KGS", window.zone).at(valid_on)
    assert closes <= midnight
    assert window.closed_between(closes, midnight) == 0


@steadily
@given(st.decimals("0.0001", "999999999", places=4), st.sampled_from([1, 10, 100, 1000, 10_000, 1_000_000]))
def test_a_value_is_the_quoted_figure_divided_exactly(quoted, nominal):
    one = rate("JPY", str(quoted), may(22), nominal=nominal)
    assert one.value * nominal == quoted


def test_a_value_keeps_the_digits_that_were_printed():
    assert str(rate("JPY", "5.5120", may(22), nominal=10).value) == "0.55120"
    assert str(rate("USD", "87.4500", may(22)).value) == "87.4500"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-05-22T17:59:59+00:00", date(2026, 5, 22)),
        ("2026-05-22T18:00:00+00:00", date(2026, 5, 23)),  # +06:00 since August 2005
        ("2005-01-31T18:30:00+00:00", date(2005, 1, 31)),  # +05:00 in the winters before
        ("2004-07-31T18:30:00+00:00", date(2004, 8, 1)),  # and +06:00 in the summers
        ("1990-07-31T17:30:00+00:00", date(1990, 8, 1)),  # +07:00 in 1990
    ],
)
def test_the_homes_day_follows_the_zones_history(moment, day):
    at = datetime.fromisoformat(moment)
    assert HOME.day(at) == day
    assert HOME.at(day) <= at < HOME.at(day + DAY)


def test_the_homes_hours_of_a_winter_of_old_are_its_own():
    assert HOME.at(date(2004, 12, 1), time(15)) == datetime(2004, 12, 1, 10, tzinfo=UTC)
    assert HOME.at(date(2026, 12, 1), time(15)) == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_a_revision_is_held_or_believed_or_discarded_and_never_two_of_them():
    seen = bishkek("2026-05-22 16:00")
    known = {"id": 1, "source": "nbkr", "rate": rate("USD", "87.4500", may(23)), "seen_at": seen}
    states = {
        "as it came": Revision(**known),
        "held": Revision(**known, held_at=seen),
        "released": Revision(**known, held_at=seen, released_at=seen),
        "refuted": Revision(**known, held_at=seen, discarded_at=seen),
        "released, then refuted": Revision(**known, held_at=seen, released_at=seen, discarded_at=seen),
    }
    assert [name for name, one in states.items() if one.believed] == ["as it came", "released"]
    assert [name for name, one in states.items() if one.held] == ["held"]


def test_a_parse_error_shows_what_was_met_cut_short():
    sentence = str(ParseError("nbkr", "Currency USD / Value", "n" * 500, "a number"))
    assert sentence == f"nbkr: Currency USD / Value: met '{'n' * 77}...', wanted a number"


def test_figures_are_the_same_only_under_the_same_nominal():
    assert rate("USD", "87.45", may(22)).same_figure(rate("USD", "87.4500", may(23)))
    assert not rate("JPY", "5.5", may(22), nominal=10).same_figure(rate("JPY", "5.5", may(22), nominal=100))
    assert Decimal("5.5") == rate("JPY", "5.5", may(22)).quoted


def test_a_window_without_weekdays_is_refused_for_its_next_opening_would_be_searched_for_ever():
    with pytest.raises(ValueError, match=r"weekdays is empty"):
        Window(frozenset(), time(15), time(18), ZoneInfo("Asia/Bishkek"))


def test_a_table_without_a_currency_says_which_one():
    with pytest.raises(KeyError, match="USD"):
        Table(date(2026, 5, 22), ())["USD"]


def test_an_upstreams_fault_keeps_the_beginning_of_its_body_only():
    fault = UpstreamError("it answered 503", status=503, excerpt=b"x" * 5000, body_bytes=5000, retry_after_s=60)
    assert (fault.status, len(fault.excerpt), fault.body_bytes, fault.retry_after_s) == (503, 2048, 5000, 60)
    bare = UpstreamError("it did not answer")
    assert (bare.status, bare.excerpt, bare.body_bytes, bare.retry_after_s) == (None, b"", 0, None)
