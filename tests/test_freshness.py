"""Age, judged by the bank's calendar: the table of states, and the moment the next state begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.given import FRIDAYS, HOME, TRADING, bishkek, may, moments, rate, steadily

from ticker.model import DAY, Change, Freshness, Rate
from ticker.rates.freshness import Figure, Judgement, freshness
from ticker.snapshot import NEVER, BankTerms, Content, FeedTerms, Looks, Series, Snapshot, empty

FRESH, LATE, STALE, NONE = Freshness
BANK = BankTerms("nbkr", "nbkr", TRADING, 14)
WEEKLY = BankTerms("nbkr-weekly", "nbkr", FRIDAYS, 7)
FEED = FeedTerms("kaktus-ru", "Kaktus", "ru", 300)
INSTANT = timedelta(microseconds=1)


def usd(*days: date, contested: date | None = None, unconfirmed: tuple[date, ...] = ()) -> Series:
    doubted = frozenset({contested} if contested else ())
    return Series("nbkr", "USD", tuple(rate("USD", "87.4500", day) for day in days), doubted, frozenset(unconfirmed))


def judged(
    now: str | datetime, *series: Series, looked: str | None = None, feed_read: datetime | None = None
) -> Judgement:
    moment = bishkek(now) if isinstance(now, str) else now
    looks: Looks = {(one.source, one.currency): bishkek(looked) if looked else NEVER for one in series}
    if feed_read:
        looks = {**looks, (FEED.feed, ""): feed_read}
    content = Content(HOME, (BANK, WEEKLY), (FEED,), series)
    return freshness(Snapshot(1, NEVER, content, looks), moment)


def figure(now: str | datetime, *series: Series, looked: str | None = None) -> Figure:
    found = judged(now, *series, looked=looked).figure("USD")
    assert found
    return found


@pytest.mark.parametrize(
    ("newest", "looked", "now", "state"),
    [
        # Friday evening: tomorrow's table is there, today's is shown.
        (may(23), "2026-05-22 18:00", "2026-05-22 18:00", FRESH),
        # Sunday morning: restamped on Saturday, or not.
        (may(24), "2026-05-23 18:00", "2026-05-24 09:00", FRESH),
        (may(23), "2026-05-24 08:00", "2026-05-24 09:00", LATE),
        # The bank is gone since Friday 15:00.
        (may(22), "2026-05-22 15:00", "2026-05-22 23:59", FRESH),
        (may(22), "2026-05-22 15:00", "2026-05-23 00:00", LATE),
        (may(22), "2026-05-22 15:00", "2026-05-26 17:59", LATE),
        (may(22), "2026-05-22 15:00", "2026-05-26 18:00", STALE),
        # A table nobody could look at again answers for its own window: that of the 23rd, for Friday's.
        (may(23), None, "2026-05-27 17:59", LATE),
        (may(23), None, "2026-05-27 18:00", STALE),
        # New Year: a table of 1 January, and a bank that only answers, up to 14 days.
        (date(2026, 1, 1), "2026-01-15 12:00", "2026-01-15 23:59", LATE),
        (date(2026, 1, 1), "2026-01-15 12:00", "2026-01-16 00:00", STALE),
        # New Year: a bank that is gone from 1 January on.
        (date(2026, 1, 1), "2026-01-01 14:00", "2026-01-05 17:59", LATE),
        (date(2026, 1, 1), "2026-01-01 14:00", "2026-01-05 18:00", STALE),
    ],
)
def test_a_daily_figure_is_as_fresh_as_the_windows_that_somebody_looked_at(newest, looked, now, state):
    one = figure(now, usd(newest - DAY, newest), looked=looked)
    assert one.freshness is state
    assert (one.rate is None) is (state is STALE)
    assert one.last is not None


@pytest.mark.parametrize(
    ("looked", "now", "state"),
    [
        ("2026-05-23 12:00", "2026-05-29 23:59", FRESH),  # valid for seven days, from Saturday to Friday
        ("2026-05-23 12:00", "2026-05-30 00:00", LATE),
        ("2026-06-05 12:00", "2026-06-05 23:59", LATE),  # the bank answers: seven days past its validity
        ("2026-06-05 12:00", "2026-06-06 00:00", STALE),
    ],
)
def test_a_weekly_figure_is_shown_late_for_seven_days_past_its_validity(looked, now, state):
    weekly = Series("nbkr-weekly", "GBP", (rate("GBP", "117.4147", may(23), days=7),))
    found = judged(now, weekly, looked=looked).figure("GBP")
    assert found
    assert found.freshness is state


def test_only_a_later_table_is_none_and_the_later_one_is_next():
    one = figure("2026-05-22 18:30", usd(may(23)), looked="2026-05-22 18:30")
    assert (one.freshness, one.rate, one.last) == (NONE, None, None)
    assert one.next
    assert one.next.valid_on == may(23)


def test_todays_figure_comes_from_the_table_before_tomorrows():
    one = figure("2026-05-22 18:30", usd(may(21), may(22), may(23)), looked="2026-05-22 18:30")
    assert [part and part.valid_on for part in (one.previous, one.rate, one.next)] == [may(21), may(22), may(23)]
    assert one.change == 0


def test_change_is_against_the_day_before_and_no_other():
    def change(before: date) -> Decimal | None:
        series = Series("nbkr", "EUR", (rate("EUR", "99.2503", before), rate("EUR", "99.5614", may(22))))
        found = judged("2026-05-22 11:00", series, looked="2026-05-22 10:00").figure("EUR")
        assert found
        return found.change

    assert str(change(may(21))) == "0.3111"
    assert change(may(20)) is None


def test_a_day_in_doubt_is_late_with_its_believed_figure():
    one = figure("2026-05-22 17:30", usd(may(21), may(22), contested=may(22)), looked="2026-05-22 17:20")
    assert one.freshness is LATE
    assert one.rate
    assert (
        figure("2026-05-22 17:30", usd(may(21), may(22), contested=may(21)), looked="2026-05-22 17:20").freshness
        is FRESH
    )


def test_one_currency_held_leaves_the_others_fresh():
    rub = Series("nbkr", "RUB", (rate("RUB", "1.1019", may(22)),))
    found = judged("2026-05-23 09:00", usd(may(22), may(23)), rub, looked="2026-05-23 08:00")
    assert [one.freshness for one in found.figures] == [FRESH, LATE]


def test_the_daily_table_wins_over_the_weekly_one():
    weekly = Series("nbkr-weekly", "USD", (rate("USD", "86.0000", may(16), days=7),))
    found = judged("2026-05-22 11:00", weekly, usd(may(22)), looked="2026-05-22 10:00")
    assert [(one.source, one.freshness) for one in found.figures] == [("nbkr", FRESH)]


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(minutes=15) - INSTANT, FRESH),
        (timedelta(minutes=15), LATE),
        (timedelta(hours=6) - INSTANT, LATE),
        (timedelta(hours=6), STALE),
    ],
)
def test_a_feed_is_fresh_for_three_intervals_and_late_for_six_hours(age, state):
    now = bishkek("2026-05-22 11:00")
    assert judged(now, feed_read=now - age).feed("kaktus-ru").freshness is state


def test_a_feed_read_once_a_day_is_not_stale_between_two_visits():
    now = bishkek("2026-05-22 11:00")
    daily = Content(HOME, feeds=(replace(FEED, every_s=86_400),))
    read = {("kaktus-ru", ""): now - timedelta(days=2, hours=23)}
    assert freshness(Snapshot(1, NEVER, daily, read), now).feeds[0].freshness is FRESH


def test_nothing_stored_is_none_and_true_until_midnight():
    found = freshness(empty(HOME), bishkek("2026-05-22 23:59"))
    assert (found.figures, found.feeds) == ((), ())
    assert found.until == found.changes_at == bishkek("2026-05-23 00:00")
    assert judged("2026-05-22 11:00").feed("kaktus-ru").freshness is NONE


def test_a_dead_feed_does_not_bring_the_end_of_the_figures_nearer():
    now = bishkek("2026-05-22 11:00")
    found = judged(now, usd(may(22)), looked="2026-05-22 10:00", feed_read=now)
    assert found.until == bishkek("2026-05-23 00:00")
    assert found.changes_at == now + timedelta(minutes=15)


# Snapshots of every kind around May 2026: tables of any days, looks and feeds of any age.
_days = st.lists(st.dates(may(1), may(31)), max_size=5, unique=True).map(sorted)
_looks = st.one_of(st.just(NEVER), moments(may(1), date(2026, 6, 2), HOME.zone))


def _snapshot(
    daily: list[date],
    weekly: list[date],
    contested: bool,
    looks: tuple[datetime, datetime, datetime],
    unconfirmed: int = 0,
) -> Snapshot:
    pounds: tuple[Rate, ...] = tuple(rate("GBP", "117.4147", day, days=7) for day in weekly)
    dollars = usd(*daily, contested=daily[-1] if contested and daily else None, unconfirmed=tuple(daily[:unconfirmed]))
    series = (dollars, Series("nbkr-weekly", "GBP", pounds, unconfirmed=frozenset(weekly[:unconfirmed])))
    subjects = (("nbkr", "USD"), ("nbkr-weekly", "GBP"), ("kaktus-ru", ""))
    return Snapshot(1, NEVER, Content(HOME, (BANK, WEEKLY), (FEED,), series), dict(zip(subjects, looks, strict=True)))


_saturdays = st.lists(st.sampled_from([may(2), may(9), may(16), may(23), may(30)]), max_size=3, unique=True).map(sorted)
SNAPSHOTS = st.builds(
    _snapshot, _days, _saturdays, st.booleans(), st.tuples(_looks, _looks, _looks), st.sampled_from([0, 0, 1, 2])
)
NOWS = moments(may(3), date(2026, 6, 20), HOME.zone)


def _states(one: Judgement) -> object:
    return one.today, one.figures, one.feeds


def looked_at(snapshot: Snapshot, now: datetime) -> Snapshot:
    """Without looks in the future, which only a wrong clock makes."""
    return snapshot.confirmed({subject: min(look, now) for subject, look in snapshot.looks.items()})


@steadily
@given(SNAPSHOTS, NOWS, st.floats(0, 1))
@example(_snapshot([may(22)], [], False, (bishkek("2026-05-22 15:00"), NEVER, NEVER)), bishkek("2026-05-26 11:00"), 0.5)
def test_no_state_changes_before_changes_at_and_one_does_then(snapshot, now, share):
    snapshot = looked_at(snapshot, now)
    found = freshness(snapshot, now)
    assert found.changes_at > now
    between = now + (found.changes_at - INSTANT - now) * share
    assert freshness(snapshot, between) == found
    assert _states(freshness(snapshot, found.changes_at)) != _states(found)


@steadily
@given(SNAPSHOTS, NOWS)
def test_figures_and_days_stay_as_they_are_until_until(snapshot, now):
    snapshot = looked_at(snapshot, now)
    found = freshness(snapshot, now)
    assert found.changes_at <= found.until <= HOME.at(found.today + DAY)
    last = freshness(snapshot, found.until - INSTANT)
    assert (last.today, last.figures, last.until) == (found.today, found.figures, found.until)
    after = freshness(snapshot, found.until)
    assert (after.today, after.figures) != (found.today, found.figures)


@steadily
@given(SNAPSHOTS, NOWS)
def test_no_figure_is_shown_for_a_day_ahead_or_past_its_grace(snapshot, now):
    today = HOME.day(now)
    for one in freshness(snapshot, now).figures:
        if one.rate:
            grace = BANK.grace_days if one.source == "nbkr" else WEEKLY.grace_days
            assert one.rate.valid_on <= today <= one.rate.valid_until + grace * DAY
            assert (one.freshness is FRESH) <= (today <= one.rate.valid_until)


def test_a_look_in_the_future_answers_for_nothing():
    """It was dated by a clock that was wrong then; the bank may be gone since."""
    known, ahead = usd(may(21), may(22)), "2026-08-22 16:00"
    assert figure("2026-05-22 09:00", known, looked=ahead).freshness is FRESH
    assert figure("2026-05-26 17:59", known, looked=ahead).freshness is LATE
    assert figure("2026-05-27 18:00", known, looked=ahead).freshness is STALE


@pytest.mark.parametrize(("ahead_s", "state"), [(30, FRESH), (60, FRESH), (61, NONE)])
def test_machines_whose_clocks_differ_by_a_minute_agree_that_a_feed_was_read(ahead_s, state):
    now = bishkek("2026-05-22 11:00")
    assert judged(now, feed_read=now + timedelta(seconds=ahead_s)).feed("kaktus-ru").freshness is state


def test_a_bank_that_a_machine_a_little_ahead_has_looked_at_was_looked_at():
    """With that look the third window closes on Wednesday 27 May; without it, on Tuesday."""
    late = figure("2026-05-26 18:00", usd(may(22)), looked="2026-05-26 18:00:30")
    assert late.freshness is LATE


def eur(*days: date) -> Series:
    return Series("nbkr", "EUR", tuple(rate("EUR", "101.5000", day) for day in days))


@pytest.mark.parametrize(
    ("newest", "state"),
    [(may(22), LATE), (may(23), FRESH)],  # left out of the table in force; of tomorrow's, which is not in force yet
)
def test_a_figure_that_the_banks_newest_table_in_force_left_out_is_late(newest, state):
    now = bishkek("2026-05-22 18:30")
    looks = {("nbkr", "EUR"): bishkek("2026-05-22 18:03"), ("nbkr", "USD"): bishkek("2026-05-22 14:00")}
    content = Content(HOME, (BANK,), (), (usd(may(21), may(22)), eur(may(22), newest)))
    found = freshness(Snapshot(1, NEVER, content, looks), now)
    assert [one.freshness for one in found.figures] == [state, FRESH]


def test_a_weekly_table_of_mid_week_that_is_held_puts_the_older_one_in_doubt():
    one = usd(may(16), contested=may(20))
    weekly = Series("nbkr-weekly", "USD", (replace(one.rates[0], valid_until=may(22)),), frozenset({may(20)}))
    assert figure("2026-05-19 12:00", weekly, looked="2026-05-19 12:00").freshness is FRESH
    assert figure("2026-05-20 12:00", weekly, looked="2026-05-20 12:00").freshness is LATE


def test_tomorrows_figure_that_is_in_doubt_is_not_told_nor_one_in_its_place():
    weekly = Series("nbkr-weekly", "USD", (rate("USD", "87.1000", may(23), days=7),))
    certain = figure("2026-05-22 18:00", usd(may(22), may(23)), weekly)
    assert certain.next == rate("USD", "87.4500", may(23))
    for doubted in (usd(may(22), may(23), contested=may(23)), usd(may(22), may(23), unconfirmed=(may(23),))):
        found = figure("2026-05-22 18:00", doubted, weekly)
        assert (found.freshness, found.next) == (FRESH, None)


def test_a_first_figure_is_unconfirmed_on_its_day_and_as_long_as_it_is_carried_forward():
    first = usd(may(22), may(23), unconfirmed=(may(22), may(23)))
    evening = figure("2026-05-22 18:00", first)
    assert (evening.freshness, evening.confirmed, evening.rate, evening.next) == (LATE, False, first.rates[0], None)
    sunday = figure("2026-05-24 10:00", first, looked="2026-05-24 09:50")
    assert (sunday.freshness, sunday.confirmed, sunday.rate) == (LATE, False, first.rates[1])
    gone = figure("2026-05-28 10:00", first)
    assert (gone.freshness, gone.confirmed, gone.rate) == (STALE, True, None), "what is not shown is not unconfirmed"


def test_only_tomorrows_first_figure_is_no_figure():
    found = figure("2026-05-22 18:00", usd(may(23), unconfirmed=(may(23),)))
    assert (found.freshness, found.rate, found.next) == (NONE, None, None)


def test_a_change_from_a_figure_in_doubt_is_none():
    assert figure("2026-05-22 10:00", usd(may(21), may(22))).change == 0
    for doubted in (usd(may(21), may(22), contested=may(21)), usd(may(21), may(22), unconfirmed=(may(21),))):
        found = figure("2026-05-22 10:00", doubted)
        assert (found.freshness, found.previous, found.change) == (FRESH, None, None)


def test_a_currency_that_moves_to_the_daily_table_is_official_by_the_weekly_one_until_that_is_in_force():
    weekly = Series("nbkr-weekly", "USD", (rate("USD", "87.1000", may(16), days=7),))
    evening, next_day = (figure(now, usd(may(23)), weekly) for now in ("2026-05-22 18:10", "2026-05-23 00:00"))
    assert (evening.source, evening.freshness, evening.rate) == ("nbkr-weekly", FRESH, weekly.rates[0])
    assert evening.next == usd(may(23)).rates[0]
    assert (next_day.source, next_day.freshness, next_day.rate) == ("nbkr", FRESH, evening.next)


def test_of_two_tables_to_come_the_nearer_one_is_next():
    weekly = Series(
        "nbkr-weekly", "USD", (rate("USD", "87.1000", may(16), days=7), rate("USD", "87.2000", may(23), days=7))
    )
    assert figure("2026-05-22 18:10", usd(may(25)), weekly).next == weekly.rates[1]
    assert figure("2026-05-22 18:10", usd(may(23)), weekly).next == usd(may(23)).rates[0], "of two, the daily one"
    only_old = Series("nbkr-weekly", "USD", (rate("USD", "87.1000", date(2026, 1, 3), days=7),))
    assert figure("2026-05-22 18:10", usd(may(23)), only_old).freshness is NONE, "what is stale is no better"


@pytest.mark.parametrize("now", ["2026-05-23 10:00", "2026-05-28 10:00"])
def test_a_currency_that_moves_to_the_weekly_table_is_official_by_that(now):
    weekly = Series("nbkr-weekly", "USD", (rate("USD", "87.1000", may(23), days=7),))
    found = figure(now, usd(may(21), may(22)), weekly)
    assert (found.source, found.freshness, found.rate) == ("nbkr-weekly", FRESH, weekly.rates[0])


def test_of_two_late_figures_the_earlier_sources_counts():
    weekly = Series("nbkr-weekly", "USD", (rate("USD", "87.1000", may(16), days=7),))
    assert figure("2026-05-23 10:00", usd(may(22)), weekly).source == "nbkr"


def moved(*figures: tuple[date, str], contested: tuple[date, ...] = (), unconfirmed: tuple[date, ...] = ()) -> Series:
    rates = tuple(rate("USD", quoted, day) for day, quoted in figures)
    return Series("nbkr", "USD", rates, frozenset(contested), frozenset(unconfirmed))


def changed(series: Series, now: str = "2026-05-25 10:00", *others: Series) -> tuple[str, date] | None:
    """The last change that is told on Monday, 25 May, and its day."""
    one = figure(now, series, *others, looked=now)
    assert (one.last_change is None) is (one.changed_on is None)
    return (str(one.last_change), one.changed_on) if one.last_change is not None and one.changed_on else None


WEEKEND = (may(21), "87.4000"), (may(22), "87.4500"), (may(23), "87.4400"), (may(24), "87.4400"), (may(25), "87.4400")


def test_on_a_monday_the_last_change_is_that_of_saturdays_table():
    assert changed(moved(*WEEKEND)) == ("-0.0100", may(23))


def test_the_change_of_today_is_the_last_one_and_tomorrows_is_none_yet():
    assert changed(moved(*WEEKEND[:3]), "2026-05-23 10:00") == ("-0.0100", may(23))
    assert changed(moved(*WEEKEND, (may(26), "87.5000")), "2026-05-25 18:00") == ("-0.0100", may(23))


def test_a_table_that_stands_over_a_weekend_is_no_gap():
    stands = replace(rate("USD", "87.4400", may(23)), valid_until=may(25))
    series = Series("nbkr", "USD", (rate("USD", "87.4500", may(22)), stands))
    assert changed(series) == ("-0.0100", may(23))
    after = replace(series, rates=(*series.rates, rate("USD", "87.4400", may(26))))
    assert changed(after, "2026-05-26 10:00") == ("-0.0100", may(23))


@pytest.mark.parametrize(
    "series",
    [
        moved(*WEEKEND[2:]),  # the figure before is not known
        moved(*WEEKEND[:1], *WEEKEND[2:]),  # the table before is not of the day before
        moved(*WEEKEND[:3], *WEEKEND[4:]),  # another figure may have stood on Sunday
        moved(*WEEKEND, contested=(may(25),)),  # late: there is another one for today
        moved(*WEEKEND, contested=(may(24),)),  # as there was on a day since the change
        moved(*WEEKEND, contested=(may(22),)),  # or on the day before it
        moved(*WEEKEND, unconfirmed=(may(21), may(22))),  # a first figure that nothing bore out
        moved(*WEEKEND[:4]),  # late: today has no table
    ],
)
def test_a_change_whose_day_is_not_certain_is_not_told(series):
    assert changed(series) is None


def test_a_doubt_before_the_last_change_takes_nothing_from_it():
    assert changed(moved(*WEEKEND, contested=(may(21),))) == ("-0.0100", may(23))


def test_a_figure_that_stands_longer_than_the_snapshot_reaches_has_the_change_that_the_snapshot_keeps():
    flat = tuple((day, "87.4400") for day in (may(21), may(22), may(23), may(24), may(25)))
    kept = replace(moved(*flat), earlier=Change(may(1), Decimal("0.0400")))
    assert changed(kept) == ("0.0400", may(1))
    assert changed(replace(kept, contested=frozenset({may(23)}))) is None
    assert changed(replace(moved(*WEEKEND), earlier=kept.earlier)) == ("-0.0100", may(23))


def test_a_weekly_table_changes_on_its_first_day():
    weeks = (rate("USD", "87.1000", may(16), days=7), rate("USD", "87.3000", may(23), days=7))
    weekly = Series("nbkr-weekly", "USD", weeks)
    assert changed(weekly) == ("0.2000", may(23))
    daily = moved((may(22), "87.2000"))
    assert changed(weekly, "2026-05-25 10:00", daily) is None, "the daily figure was official the day before"
    assert changed(weekly, "2026-05-25 10:00", moved((may(20), "87.2000"))) == ("0.2000", may(23))


def test_another_nominal_is_no_change():
    tens = replace(rate("USD", "874.4000", may(25)), nominal=10)
    series = moved(*WEEKEND[:4])
    assert changed(replace(series, rates=(*series.rates, tens))) == ("-0.0100", may(23))
