"""Five years of true tables beside other banks that are right and late: which figures does their word hold, and for how
long? docs/faults.md has the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from support.book import Book
from support.given import HOME

from ticker.collect.sources import nbkr
from ticker.model import Cause, Rate, Table
from ticker.rates.witnesses import Witnesses
from ticker.snapshot import Testimony, WitnessTerms

from .truth import DAILY, DAY, Series

BANKS = tuple(WitnessTerms(one, one, "XXX", sets_levels=True) for one in ("NBK", "CBU", "NBT"))


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the other banks are, in days. `says_so`: old tables have their own day; else the current one."""

    name: str
    days: int
    says_so: bool = True


ALL = (
    Lateness("on time", 0),
    Lateness("one day late", 1),
    Lateness("two days late", 2),
    Lateness("figures of the day before under the current date", 1, says_so=False),
    Lateness("figures of two days before under the current date", 2, says_so=False),
)


@dataclass(frozen=True, slots=True)
class HeldTrue:
    """A true figure that was held. `morning`: still at nine of its own day; `twice`: so was the table before it."""

    currency: str
    day: date
    morning: bool
    twice: bool


def held(late: Lateness, truth: Series, first: date, last: date) -> Iterator[HeldTrue]:
    """A table comes at ten past four on the day before its own, and is seen again at nine and at twelve; the other
    banks' tables of a day come on that day, in the small hours, so many days late."""
    book, before = Book(), dict.fromkeys(DAILY, False)
    day = first
    while day <= last:
        if truth.is_new(day) or day == first:
            table = Table(day, tuple(Rate(one, truth.on(day)[one], 1, day, day) for one in DAILY))
            book.known = [one for one in book.known if (day - one.rate.valid_on).days < 20]
            book.witnesses = _said(late, truth, day - DAY)
            book.sees(table, f"{day - DAY} 16:10")
            at_arrival = _by_others(book, day)
            book.witnesses = _said(late, truth, day)
            book.sees(table, f"{day} 09:00")
            morning = _by_others(book, day)
            for currency in DAILY:
                is_held = currency in at_arrival | morning
                if is_held:
                    yield HeldTrue(currency, day, currency in morning, before[currency])
                before[currency] = is_held
        day += DAY


def _by_others(book: Book, day: date) -> set[str]:
    return {
        one.rate.currency for one in book.known if one.held and one.rate.valid_on == day and one.cause is Cause.WITNESS
    }


def _said(late: Lateness, truth: Series, newest: date) -> Witnesses:
    """What the other banks have told once their tables of `newest` came: exactly the official figures."""
    tables = []
    for nth in range(4):
        day = newest - (late.days + nth) * DAY
        stamp = day if late.says_so else newest - nth * DAY
        prices = tuple((currency, truth.on(day)[currency]) for currency in DAILY)
        tables += [Testimony(one.source, stamp, ((HOME.currency, Decimal(1)), *prices)) for one in BANKS]
    return Witnesses(HOME.currency, BANKS, tables, nbkr.ADAPTER.agreement)


def table(found: Sequence[tuple[Lateness, Sequence[HeldTrue]]]) -> list[str]:
    lines = [
        "| the other banks are | true figures held | on days | still at nine in the morning | two tables running |",
        "|---|---|---|---|---|",
    ]
    for late, of in found:
        days = len({one.day for one in of})
        lines.append(
            f"| {late.name} | {len(of)} | {days} | {sum(one.morning for one in of)} | {sum(one.twice for one in of)} |"
        )
    return lines


def all_held(truth: Series) -> list[tuple[Lateness, list[HeldTrue]]]:
    first, last = truth.first + 5 * DAY, truth.first + (len(truth.days) - 1) * DAY
    return [(late, list(held(late, truth, first, last))) for late in ALL]
