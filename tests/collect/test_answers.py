"""Which of a bank's answers counts: by its own clock, each once, and in a row for one figure."""

from __future__ import annotations

import pytest
from support.book import Book
from support.given import may, table

OLD, NEW, OTHER = "87.4500", "87.6000", "87.7000"


@pytest.fixture
def book() -> Book:
    """The tables of Thursday and Friday, and an answer of Friday evening."""
    book = Book()
    book.sees(table(may(21), USD="87.4000"), "2026-05-20 16:10")
    book.sees(table(may(22), USD=OLD), "2026-05-21 16:10")
    book.sees(table(may(22), USD=OLD), "2026-05-22 12:00")
    return book


def test_one_answer_seen_twice_confirms_once(book: Book) -> None:
    assert book.sees(table(may(22), USD=OLD), "2026-05-22 13:00").confirmed == {"USD"}
    again = book.sees(table(may(22), USD=OLD), "2026-05-22 14:00", left="2026-05-22 13:00")
    assert again.confirmed == frozenset()


def test_two_answers_older_than_the_newest_are_a_caches_and_three_a_clock_set_back(book: Book) -> None:
    """Each left two hours before the newest one by the bank's clock, at the pace of ours."""
    for nth, moment in enumerate(("13:00", "13:03", "13:06"), start=1):
        left = f"2026-05-22 10:{moment[3:]}"
        seen = book.sees(table(may(22), USD=OLD), f"2026-05-22 {moment}", left=left)
        assert seen.confirmed == ({"USD"} if nth == 3 else frozenset())


def test_answers_for_two_figures_are_not_answers_in_a_row_for_one(book: Book) -> None:
    for moment, quoted in (("13:00", NEW), ("13:03", OTHER), ("13:06", NEW), ("13:09", OTHER)):
        book.sees(table(may(22), USD=quoted), f"2026-05-22 {moment}")
        assert book.believed("USD")[may(22)] == OLD
    book.sees(table(may(22), USD=OTHER), "2026-05-22 13:12")
    assert book.believed("USD")[may(22)] == OTHER
