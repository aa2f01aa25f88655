"""What other banks' word holds, releases and leaves alone: rules of judging 5 beside the decision table's rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from support.book import Book, others
from support.given import may, table

from ticker.model import Cause, Table
from ticker.rates.witnesses import Witnesses


def tables(day: int, usd: str, eur: str = "101.5000") -> Table:
    return table(may(day), USD=usd, EUR=eur, RUB="1.2250")


def together(*said: Witnesses) -> Witnesses:
    terms = {one.source: one for of in said for one in of.terms}
    return replace(
        said[0], terms=tuple(terms.values()), testimonies=tuple(one for of in said for one in of.testimonies)
    )


@pytest.fixture
def book() -> Book:
    """NBKR's tables of 20 to 22 May, a Friday."""
    book = Book()
    for day, usd in ((20, "87.4500"), (21, "87.4400"), (22, "87.4500")):
        book.sees(tables(day, usd), f"2026-05-{day - 1} 16:10", f"2026-05-{day - 1} 16:00")
    return book


def figure(book: Book, day: date, currency: str = "USD"):
    return [one for one in book.known if one.rate.currency == currency and one.rate.valid_on == day][-1]


def test_the_table_after_one_that_was_held_and_closed_is_judged_by_the_limit_alone(book):
    """Banks that print their old figures under the current date contradict every true move."""
    book.sees(tables(23, "88.6000"), "2026-05-22 16:10")
    book.witnesses = others(may(23), USD="87.4500")
    book.sees(tables(23, "88.6000"), "2026-05-23 04:00")
    assert figure(book, may(23)).cause is Cause.WITNESS
    book.sees(tables(26, "89.8000"), "2026-05-25 16:10")
    assert figure(book, may(23)).discarded_at
    book.witnesses = others(may(26), USD="88.6000")
    book.sees(tables(26, "89.8000"), "2026-05-26 04:00")
    assert figure(book, may(26)).believed


def test_a_held_figure_is_not_released_because_the_others_fall_silent(book):
    book.witnesses = others(may(22), USD="87.4500")
    book.sees(tables(23, "93.0000"), "2026-05-22 16:10")
    book.witnesses = together(
        others(may(22), banks=("CBU",), USD="87.4500"), others(may(23), banks=("NBK",), USD="92.0")
    )
    book.sees(tables(23, "93.0000"), "2026-05-23 04:00")
    assert figure(book, may(23)).held


def test_nor_one_that_is_off_their_ratio(book):
    book.witnesses = others(may(22), banks=("ECB",), USD="0.8613", EUR="1")
    book.sees(tables(23, "97.0000"), "2026-05-22 16:10")
    assert figure(book, may(23)).cause is Cause.RATIO
    book.witnesses = others(may(17), banks=("ECB",), USD="0.8613", EUR="1")
    book.sees(tables(23, "97.0000"), "2026-05-23 04:00")
    assert figure(book, may(23)).held


def test_an_older_held_figure_does_not_bear_out_what_other_banks_contradict(book):
    """One that was left in doubt, of the same side and nearer."""
    book.sees(tables(23, "104.0000"), "2026-05-22 16:10")
    book.witnesses = others(may(26), USD="87.4500")
    book.sees(tables(26, "98.0000"), "2026-05-25 16:10")
    assert figure(book, may(26)).cause is Cause.WITNESS


def test_what_the_operator_rejected_does_not_spare_the_next_table(book):
    book.witnesses = others(may(23), USD="87.4500")
    book.sees(tables(23, "90.0000"), "2026-05-22 16:10")
    book.rejects("USD", "2026-05-22 17:00")
    book.witnesses = others(may(26), USD="87.4500")
    book.sees(tables(26, "90.1000"), "2026-05-25 16:10")
    assert figure(book, may(26)).cause is Cause.WITNESS


def test_tables_of_the_figures_own_day_are_heard_before_older_ones(book):
    """Two banks have the day's table, two have the day's before: two camps, of which one is of yesterday."""
    book.sees(tables(23, "84.0000"), "2026-05-22 16:10")
    book.witnesses = together(
        others(may(22), banks=("CBU", "NBT"), USD="84.5000"), others(may(23), banks=("NBK", "NBRB"), USD="87.4500")
    )
    book.sees(tables(23, "84.0000"), "2026-05-23 04:00")
    assert figure(book, may(23)).cause is Cause.WITNESS


def test_a_correction_that_was_settled_is_contradicted_like_any_other_figure(book):
    book.sees(tables(23, "87.4600"), "2026-05-22 16:10", "2026-05-22 16:00")
    book.settles(tables(23, "90.0000"), "2026-05-22 17:00", "2026-05-22 17:03", last_modified="2026-05-22 16:59")
    assert figure(book, may(23)).believed
    book.witnesses = others(may(23), USD="87.4500")
    book.sees(tables(23, "90.0000"), "2026-05-23 04:00", "2026-05-22 16:59")
    assert figure(book, may(23)).cause is Cause.WITNESS


@pytest.mark.parametrize(("usd", "believed"), [("95.0000", False), ("88.0000", True)])
def test_a_first_figure_is_contradicted_by_tables_of_its_own_day(usd, believed):
    book = Book(witnesses=others(may(22), USD="87.4500"))
    book.sees(tables(22, usd), "2026-05-22 10:00")
    assert figure(book, may(22)).believed is believed


def test_a_first_figure_that_older_tables_bore_out_is_held_once_the_days_own_contradict_it():
    book = Book(witnesses=others(may(21), USD="87.4500"))
    book.sees(tables(22, "95.0000"), "2026-05-22 04:00")
    assert figure(book, may(22)).believed
    book.witnesses = others(may(22), USD="87.4500")
    book.sees(tables(22, "95.0000"), "2026-05-22 15:00")
    assert figure(book, may(22)).cause is Cause.CONFLICT


def test_the_next_table_does_not_bear_out_a_first_one_that_the_days_own_tables_contradict():
    book = Book(witnesses=others(may(22), USD="87.4500"))
    book.sees(tables(22, "95.0000"), "2026-05-22 10:00")
    book.sees(tables(23, "87.4600"), "2026-05-22 16:10")
    assert figure(book, may(22)).discarded_at
    assert figure(book, may(23)).believed


def test_an_exchange_within_the_threshold_of_yesterdays_tables_is_not_released_by_them(book):
    """The dollar and the euro lie within 2.5 percent of each other."""
    book.sees(tables(26, "87.4500", "88.9000"), "2026-05-25 16:10")
    book.witnesses = others(may(26), USD="87.4500", EUR="88.0000")
    swapped = table(may(27), USD="88.9000", EUR="87.4500", RUB="1.2250")
    book.sees(swapped, "2026-05-26 16:10")
    book.sees(swapped, "2026-05-27 04:00")
    assert figure(book, may(27), "EUR").cause is Cause.EXCHANGE
    assert figure(book, may(27), "EUR").held


def test_a_held_figure_that_the_days_own_tables_contradict_is_closed_by_the_next_table(book):
    """The next true table lies within a quarter of the held move: without other banks it would release it."""
    book.sees(tables(23, "104.0000"), "2026-05-22 16:10")
    book.witnesses = others(may(23), USD="97.0000")
    book.sees(tables(26, "100.2000"), "2026-05-25 16:10")
    assert figure(book, may(26)).believed
    assert figure(book, may(23)).discarded_at


def test_without_other_banks_it_is_released(book):
    book.sees(tables(23, "104.0000"), "2026-05-22 16:10")
    book.sees(tables(26, "100.2000"), "2026-05-25 16:10")
    assert figure(book, may(23)).released_at
