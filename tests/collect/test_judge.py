"""Believed or held: the rules of design and README, told as what a bank does and what becomes of it."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.book import Book
from support.given import FRIDAYS, HOME, NBKR, TRADING, WEEKLY, bishkek, may, rate, steadily, table

from ticker.collect.judge import Verdict
from ticker.model import DAY, Heard, Revision, Table


def said(verdict: Verdict) -> Verdict:
    """The verdict without what the next answer is to be judged by."""
    return replace(verdict, heard=Heard())


@pytest.fixture
def book():
    """Wednesday's to Friday's tables of May 2026 are known."""
    one = Book()
    one.sees(table(may(20), USD="87.4500", EUR="101.5500", RUB="1.2200"), "2026-05-19 16:10")
    one.sees(table(may(21), USD="87.4500", EUR="101.6000", RUB="1.2200"), "2026-05-20 16:10")
    one.sees(table(may(22), USD="87.4500", EUR="101.5000", RUB="1.2250"), "2026-05-21 16:10")
    return one


def test_a_first_table_is_unconfirmed_for_there_is_nothing_to_hold_it_against():
    verdict = Book().sees(table(may(22), USD="87.4500"), "2026-05-22 09:00")
    assert [one.currency for one in verdict.unconfirmed] == ["USD"]
    assert verdict.believed == ()
    assert verdict.confirmed == {"USD"}


def test_the_known_table_seen_again_confirms_and_adds_nothing(book):
    verdict = book.sees(table(may(22), USD="87.45", EUR="101.5000", RUB="1.2250"), "2026-05-22 09:00")
    assert said(verdict) == Verdict(confirmed=frozenset({"USD", "EUR", "RUB"}))


@pytest.mark.parametrize(
    ("valid_on", "now", "why"),
    [
        (may(24), "2026-05-22 16:00", "publishes no further ahead than 2026-05-23"),
        (may(23), "2026-05-22 14:59", "whose window opens only at 2026-05-22 15:00"),
        (date(2126, 5, 22), "2026-05-22 16:00", "no further ahead"),
    ],
)
def test_a_table_too_early_is_refused_whole(book, valid_on, now, why):
    before = list(book.known)
    early = table(valid_on, USD="87.4500", EUR="101.5000", RUB="1.2250")
    verdict = book.sees(early, now)
    assert why in verdict.refused
    assert replace(said(verdict), refused="") == Verdict()
    assert book.known == before


def test_a_table_is_believed_from_the_moment_its_window_opens(book):
    tomorrows = table(may(23), USD="87.4500", EUR="101.5076", RUB="1.2263")
    assert len(book.sees(tomorrows, "2026-05-22 15:00").believed) == 3


def test_a_file_published_before_its_window_stays_refused_until_it_is_written_anew(book):
    """A table of Monday stands in the file from Friday on: its day does not become right by waiting."""
    early = table(may(25), USD="87.4500", EUR="101.5076", RUB="1.2263")
    for at in ("2026-05-22 16:10", "2026-05-23 16:10", "2026-05-24 16:10"):
        assert book.sees(early, at, last_modified="2026-05-22 16:00").refused
    assert len(book.sees(early, "2026-05-24 16:30", last_modified="2026-05-24 16:20").believed) == 3


def test_a_file_that_only_our_clock_calls_early_is_believed_once_that_is_right(book):
    tomorrows = table(may(23), USD="87.4500", EUR="101.5076", RUB="1.2263")
    assert book.sees(tomorrows, "2026-05-21 16:10", left="2026-05-22 16:10").refused
    assert len(book.sees(tomorrows, "2026-05-22 16:13").believed) == 3


def test_a_weekly_table_may_not_come_before_its_friday():
    weekly = Book(WEEKLY)
    pounds = Table(may(23), (rate("GBP", "117.4147", may(23), days=7),))
    assert weekly.sees(pounds, "2026-05-22 14:00", last_modified="2026-05-22 13:59").refused
    assert weekly.sees(pounds, "2026-05-22 16:00", last_modified="2026-05-22 15:59").believed


def test_an_older_table_says_nothing_and_confirms_nothing(book):
    book.sees(table(may(23), USD="87.4500", EUR="101.5076", RUB="1.2263"), "2026-05-22 16:10")
    verdict = book.sees(table(may(21), USD="87.4500", EUR="101.6000", RUB="1.2200"), "2026-05-23 09:00")
    assert verdict.ignored
    assert replace(said(verdict), ignored="") == Verdict()


def test_a_figure_within_the_limit_is_believed_and_one_beyond_is_held_with_both_figures(book):
    verdict = book.sees(table(may(23), USD="87.4500", EUR="116.7250", RUB="1.4089"), "2026-05-22 16:10")
    assert [one.currency for one in verdict.believed] == ["USD"]
    assert [(one.currency, hold.cause) for one, hold in verdict.held] == [("EUR", "companion"), ("RUB", "move")]
    assert verdict.held[1][1].reason == (
        "RUB 1.4089 for 1 on 2026-05-23, against 1.2250 for 1 on 2026-05-22: moved by 15.0%, believed up to 15%"
    )
    assert verdict.confirmed == {"USD"}
    alone = book.sees(table(may(23), USD="87.4500", EUR="116.7250", RUB="1.2250"), "2026-05-22 16:20")
    assert {"EUR", "RUB"} <= alone.confirmed | {rate.currency for rate in alone.believed}


@pytest.mark.parametrize(("quoted", "held"), [("76.0435", False), ("76.0400", True)])
def test_up_and_down_are_measured_alike(book, quoted, held):
    verdict = book.sees(table(may(23), USD=quoted, EUR="101.5000", RUB="1.2250"), "2026-05-22 16:10")
    assert [one.currency for one, _ in verdict.held] == (["USD"] if held else [])


def test_a_nominal_that_changed_is_held_whatever_the_figure(book):
    tens = Table(may(23), (rate("RUB", "12.2500", may(23), nominal=10), rate("USD", "87.4500", may(23))))
    verdict = book.sees(tens, "2026-05-22 16:10")
    assert [one.currency for one, _ in verdict.held] == ["RUB"]
    assert "the nominal changed" in verdict.held[0][1].reason


def test_a_lost_currency_is_told_and_the_others_are_believed(book):
    verdict = book.sees(table(may(23), USD="87.4500", RUB="1.2263"), "2026-05-22 16:10")
    assert verdict.lost == ("EUR",)
    assert verdict.confirmed == {"USD", "RUB"}


def test_a_correction_is_measured_against_the_day_before_not_against_the_slip(book):
    slip = book.sees(table(may(23), USD="87.4500", EUR="1015.076", RUB="1.2263"), "2026-05-22 16:10")
    assert [one.currency for one, _ in slip.held] == ["EUR"]
    corrected = book.sees(table(may(23), USD="87.4500", EUR="101.5076", RUB="1.2263"), "2026-05-22 17:00")
    assert [str(one.quoted) for one in corrected.believed] == ["101.5076"]
    assert corrected.discarded
    assert book.held("EUR") == []


def test_a_small_correction_is_a_further_revision_once_it_is_the_banks_word(book):
    book.sees(table(may(23), USD="87.4500", EUR="101.5076", RUB="1.2263"), "2026-05-22 16:10")
    correction = table(may(23), USD="87.4500", EUR="101.6076", RUB="1.2263")
    first = book.sees(correction, "2026-05-22 17:00")
    assert [(one.currency, hold.cause) for one, hold in first.held] == [("EUR", "contended")]
    assert book.sees(correction, "2026-05-22 17:01").released == ()
    assert len(book.sees(correction, "2026-05-22 17:03").released) == 1
    assert book.believed("EUR")[may(23)] == "101.6076"
    of_the_day = [one.rate for one in book.known if (one.rate.currency, one.rate.valid_on) == ("EUR", may(23))]
    assert [str(one.quoted) for one in of_the_day] == ["101.5076", "101.6076"]


def test_a_correction_that_is_held_leaves_the_believed_figure_late_until_the_bank_is_back_at_it(book):
    right = table(may(23), USD="87.4500", EUR="101.5076", RUB="1.2263")
    wrong = table(may(23), USD="874.500", EUR="101.5076", RUB="1.2263")
    book.sees(right, "2026-05-22 16:10")
    book.settles(wrong, "2026-05-22 17:00", "2026-05-22 17:03", "2026-05-22 17:06")
    assert book.believed("USD")[may(23)] == "87.4500"
    assert [one.cause for one in book.known if one.held] == ["move"]
    book.settles(right, "2026-05-22 17:10", "2026-05-22 17:13", "2026-05-22 17:24")
    assert book.held("USD") == [may(23)]
    back = book.sees(right, "2026-05-22 17:25")
    assert "USD" in back.confirmed
    assert book.held("USD") == []


def test_a_held_figure_seen_again_is_neither_news_nor_a_confirmation(book):
    leap = table(may(23), USD="87.4500", EUR="101.5076", RUB="1.4500")
    book.sees(leap, "2026-05-22 16:10")
    again = book.sees(leap, "2026-05-22 16:13")
    assert said(again) == Verdict(confirmed=frozenset({"USD", "EUR"}))


def test_an_operators_no_holds_for_that_file_and_in_a_newer_file_the_figure_is_held_again(book):
    leap = table(may(23), USD="87.4500", EUR="101.5076", RUB="1.4500")
    book.sees(leap, "2026-05-22 16:10", last_modified="2026-05-22 16:00")
    book.rejects("RUB", "2026-05-22 16:20")
    same_file = book.sees(leap, "2026-05-22 16:30", last_modified="2026-05-22 16:00")
    assert (same_file.held, book.held("RUB")) == ((), [])
    newer_file = book.sees(leap, "2026-05-22 17:10", last_modified="2026-05-22 17:00")
    ((held, reason),) = newer_file.held
    assert (held.currency, held.quoted) == ("RUB", Decimal("1.4500"))
    assert "moved by" in reason.reason
    assert book.held("RUB") == [may(23)]


def test_a_later_window_near_the_held_figure_releases_it_with_its_restamps(book):
    """The rouble of Saturday jumps 18 % on Friday; Monday's window brings 17 %."""
    for day, at in ((23, "2026-05-22 16:10"), (24, "2026-05-23 16:30"), (25, "2026-05-24 16:30")):
        book.sees(table(may(day), USD="87.4500", EUR="101.5076", RUB="1.4455"), at)
    assert book.held("RUB") == [may(23), may(24), may(25)]
    assert book.believed("USD").keys() >= {may(23), may(24), may(25)}
    verdict = book.sees(table(may(26), USD="87.4500", EUR="101.6000", RUB="1.4333"), "2026-05-25 16:10")
    assert len(verdict.released) == 3
    assert book.held("RUB") == []
    assert book.believed("RUB")[may(25)] == "1.4455"
    assert book.believed("RUB")[may(26)] == "1.4333"


def test_restamps_are_no_second_opinion_even_in_a_later_window(book):
    """Monday is a holiday: its window brings the same table under the next date."""
    leap = {"USD": "87.4500", "EUR": "101.5076", "RUB": "1.4455"}
    for day, at in (
        (23, "2026-05-22 16:10"),
        (24, "2026-05-23 16:30"),
        (25, "2026-05-24 16:30"),
        (26, "2026-05-25 16:30"),
    ):
        verdict = book.sees(table(may(day), **leap), at)
        assert verdict.released == ()
    assert book.held("RUB") == [may(23), may(24), may(25), may(26)]
    assert "RUB" not in verdict.confirmed


def test_a_later_window_back_at_the_old_figure_is_believed_and_releases_nothing(book):
    book.sees(table(may(23), USD="87.4500", EUR="101.5076", RUB="1.4455"), "2026-05-22 16:10")
    verdict = book.sees(table(may(26), USD="87.4500", EUR="101.6000", RUB="1.2200"), "2026-05-25 16:10")
    assert (verdict.released, "RUB" in verdict.confirmed) == ((), True)
    assert book.believed("RUB")[may(26)] == "1.2200"


def test_a_second_leap_far_from_the_held_one_is_held_too(book):
    book.sees(table(may(23), USD="87.4500", EUR="101.5076", RUB="12.2500"), "2026-05-22 16:10")
    verdict = book.sees(table(may(26), USD="87.4500", EUR="101.6000", RUB="1.6000"), "2026-05-25 16:10")
    assert [one.currency for one, _ in verdict.held] == ["RUB"]
    assert verdict.released == ()


def test_across_more_than_fourteen_days_a_table_is_a_first_one(book):
    later = table(may(22) + 15 * DAY, USD="87.4500", EUR="101.5000", RUB="1.2250")
    assert [one.currency for one in book.sees(later, "2026-06-05 16:10").unconfirmed] == ["USD", "EUR", "RUB"]


def test_across_fourteen_days_the_limit_still_holds(book):
    later = table(may(22) + 14 * DAY, USD="120.0000", EUR="101.5000", RUB="1.2250")
    assert [one.currency for one, _ in book.sees(later, "2026-06-04 16:10").held] == ["USD"]


def test_while_a_figure_is_held_time_alone_does_not_make_it_true(book):
    """A slip that is only restamped for weeks stays held, also when nothing was believed for two weeks."""
    for days in range(1, 20):
        day = may(22) + days * DAY
        eve = day - DAY
        book.sees(table(day, USD="874.500", EUR="101.5000", RUB="1.2250"), f"{eve} 16:30")
    assert max(book.believed("USD")) == may(22)
    assert len(book.held("USD")) == 19
    assert max(book.believed("EUR")) == may(22) + 19 * DAY


def test_an_archive_fills_only_the_days_of_which_nothing_is_known(book):
    filled = book.fills(
        rate("USD", "87.4400", may(22)),
        rate("USD", "87.4300", may(18)),
        rate("USD", "874.30", may(17)),
        at="2026-05-22 18:00",
    )
    assert [(one.valid_on, str(one.quoted)) for one, _ in filled.held] == [(may(17), "874.30")]  # the table outvotes it
    assert [one.valid_on for one in filled.believed] == [may(18)]
    assert filled.disputed == ()
    assert book.believed("USD")[may(22)] == "87.4500"


def test_an_archives_figures_are_judged_by_their_neighbours_and_confirm_nothing(book):
    book.sees(table(may(26), USD="87.4500", EUR="101.5000", RUB="1.2250"), "2026-05-25 16:10")
    filled = book.fills(rate("USD", "874.50", may(24)), rate("USD", "87.4400", may(25)), at="2026-05-25 18:00")
    assert [one.valid_on for one in filled.believed] == [may(25)]
    assert [(one.valid_on, hold.cause) for one, hold in filled.held] == [(may(24), "archive")]
    assert (filled.disputed, filled.confirmed) == ((), frozenset())


def test_an_archive_does_not_bring_tomorrow_before_its_window():
    assert Book().fills(rate("USD", "87.4500", may(23)), at="2026-05-22 14:00") == Verdict()


@pytest.mark.parametrize(("first", "filled"), [("874.500", "87.4500"), ("87.4500", "8.7450")])
def test_where_the_archive_and_a_first_table_contradict_each_other_neither_is_believed(first, filled):
    """A first start sees only tomorrow's table; the archive brings today's; one of them slipped, nobody knows which."""
    book = Book()
    book.sees(table(may(23), USD=first, EUR="101.5076"), "2026-05-22 17:00")
    verdict = book.fills(rate("USD", filled, may(22)), rate("EUR", "101.5000", may(22)), at="2026-05-22 17:01")
    assert [one.currency for one in verdict.believed] == ["EUR"]
    assert [one.currency for one, _ in verdict.held] == ["USD"]
    ((_, hold),) = verdict.disputed
    assert hold.reason.startswith(f"USD {first} for 1 on 2026-05-23, against {filled} for 1 on 2026-05-22: ")
    assert book.believed("USD") == {}
    # A restamp is no second opinion; the next window's table is.
    assert "USD" not in book.sees(table(may(24), USD=first, EUR="101.5076"), "2026-05-23 17:00").confirmed
    assert book.sees(table(may(26), USD="87.4600", EUR="101.6"), "2026-05-25 17:00").confirmed == {"USD", "EUR"}
    assert set(book.believed("USD").values()) == {"87.4500", "87.4600"}


def test_a_table_that_is_not_a_first_one_is_never_put_in_doubt_by_the_archive(book):
    book.sees(table(may(26), USD="87.4500", EUR="101.5000", RUB="1.2250"), "2026-05-25 16:10")
    verdict = book.fills(rate("USD", "8.7450", may(25)), at="2026-05-25 17:01")
    assert (verdict.disputed, book.held("USD")) == ((), [may(25)])


def test_a_slip_that_the_next_table_refuted_is_no_witness_for_another_one(book):
    """The point is shifted on Friday, put right on Monday, and shifted again on Tuesday."""
    book.sees(table(may(23), USD="874.500", EUR="101.5076", RUB="1.2263"), "2026-05-22 16:10")
    assert "USD" in book.sees(table(may(26), USD="87.4500", EUR="101.6", RUB="1.2263"), "2026-05-25 16:10").confirmed
    verdict = book.sees(table(may(27), USD="874.500", EUR="101.7", RUB="1.2263"), "2026-05-26 16:10")
    assert [one.currency for one, _ in verdict.held] == ["USD"]
    assert verdict.released == ()


@steadily
@given(st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(["87.45", "87.5", "95", "874.5", "8.745"])), max_size=12))
def test_no_leap_is_ever_believed_without_a_second_window(seen):
    """Whatever tables come, in whatever order: each believed figure lies within the limit of the believed one before
    it, or another window bore it out, or it took back a move."""
    book = Book()
    book.sees(table(may(15), USD="87.4500"), "2026-05-14 17:00")
    book.fills(rate("USD", "87.4500", may(14)), at="2026-05-15 09:00")
    for nth, (ahead, figure) in enumerate(seen):
        now = bishkek("2026-05-16 17:00") + nth * DAY
        book.sees(table(HOME.day(now) + ahead * DAY, USD=figure), f"{HOME.local(now):%Y-%m-%d %H:%M}")
    figures = book.believed("USD")
    borne_out = {one.rate.valid_on for one in book.known if one.released_at or one.confirmed_at}
    for before, day in pairwise(sorted(figures)):
        move = max(Decimal(figures[day]), Decimal(figures[before])) / min(
            Decimal(figures[day]), Decimal(figures[before])
        )
        assert move - 1 <= NBKR.limit or day in borne_out or before in borne_out


def test_nothing_real_of_five_years_is_held(recorded):
    """The official series, each table judged the evening before its day."""
    with (recorded / "nbkr" / "official_series_2021-07-03_2026-08-22.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    book = Book(known=[Revision(1, "nbkr", one, bishkek("2021-07-01 16:00")) for one in _row(rows[0], DAY).rates])
    for row in rows:
        seen = _row(row)
        opens, _ = TRADING.of(seen.valid_on)
        now = max(opens, HOME.at(seen.valid_on) - timedelta(hours=7))
        verdict = book.sees(seen, f"{HOME.local(now):%Y-%m-%d %H:%M}")
        assert len(verdict.believed) == 4, (seen.valid_on, verdict)
        book.known = book.known[-40:]


def _row(row: dict[str, str], earlier: timedelta = timedelta()) -> Table:
    figures = {currency: row[currency.lower()] for currency in ("USD", "EUR", "RUB", "KZT")}
    return table(date.fromisoformat(row["date"]) - earlier, **figures)


def test_the_weekly_window_is_the_one_that_counts_for_a_weekly_figure():
    weekly = Book(replace(WEEKLY, window=FRIDAYS))
    first = weekly.sees(Table(may(16), (rate("GBP", "117", may(16), days=7),)), "2026-05-15 16:00")
    second = weekly.sees(Table(may(23), (rate("GBP", "1170", may(23), days=7),)), "2026-05-22 16:00")
    third = weekly.sees(Table(may(30), (rate("GBP", "1171", may(30), days=7),)), "2026-05-29 16:00")
    assert (len(first.believed), len(second.held), len(third.believed)) == (1, 1, 1)
    assert third.released
