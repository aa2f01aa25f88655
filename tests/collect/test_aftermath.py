"""What becomes of figures that were held together, once a later table speaks for one of them."""

from __future__ import annotations

from support.book import Book
from support.given import may, table


def held_together() -> Book:
    """Thursday's dollar leapt by 22 %, and the euro of the same table moved with it by 8 %."""
    book = Book()
    book.sees(table(may(20), USD="87.4500", EUR="101.5500"), "2026-05-19 16:10")
    book.sees(table(may(21), USD="87.4500", EUR="101.5000"), "2026-05-20 16:10")
    book.sees(table(may(22), USD="107.0000", EUR="110.0000"), "2026-05-21 16:10")
    assert (book.held("USD"), book.held("EUR")) == ([may(22)], [may(22)])
    return book


def test_a_companion_is_released_with_its_leader_however_far_the_next_table_is_from_it() -> None:
    """By itself the euro would be closed: 114 is further from 110 than a quarter of its move."""
    book = held_together()
    book.sees(table(may(23), USD="106.5000", EUR="114.0000"), "2026-05-22 16:10")
    assert book.believed("USD")[may(22)] == "107.0000"
    assert book.believed("EUR")[may(22)] == "110.0000"


def test_a_companion_is_closed_with_its_leader() -> None:
    book = held_together()
    book.sees(table(may(23), USD="87.5000", EUR="101.6000"), "2026-05-22 16:10")
    assert (book.held("USD"), book.held("EUR")) == ([], [])
    assert may(22) not in book.believed("USD").keys() | book.believed("EUR").keys()
