"""The decision table of docs/judging.md, row by row: what the bank says, what becomes of the figure, what a reader
sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from support.book import Book, others
from support.given import WEEKLY, may, rate, table

from ticker.model import DAY, Heard, Rate, Table

DOCS = Path(__file__).parents[2] / "docs" / "judging.md"
_ROW = re.compile(r"^\| ([a-z-]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


class Seen(NamedTuple):
    """The figure that the row is about, and the moment at which a reader looks."""

    of: Rate
    at: str
    currency: str = "USD"


ROWS: dict[str, Callable[[Book], Seen]] = {}


def row(name: str) -> Callable[[Callable[[Book], Seen]], None]:
    return lambda play: ROWS.__setitem__(name, play)


def documented() -> dict[str, tuple[str, str]]:
    """By row, the last two columns."""
    found = _ROW.findall(DOCS.read_text(encoding="utf-8"))
    return {name: (becomes.strip(), sees.strip()) for name, becomes, sees in found if name != "row"}


def usd(day: int, quoted: str, *, eur: str = "101.5500", rub: str = "1.2300") -> Table:
    """A table of a day in May."""
    return table(may(day), USD=quoted, EUR=eur, RUB=rub)


FRIDAYS = usd(22, "87.4500", eur="101.5000", rub="1.2250")


def known() -> Book:
    """The tables up to Friday, 22 May."""
    book = Book()
    for day, eur, rub in ((20, "101.5500", "1.2200"), (21, "101.6000", "1.2220"), (22, "101.5000", "1.2250")):
        book.sees(usd(day, "87.4500", eur=eur, rub=rub), f"2026-05-{day - 1} 16:10", f"2026-05-{day - 1} 16:00")
    return book


def test_every_row_is_played_and_every_play_has_a_row():
    assert ROWS.keys() == documented().keys()
    assert len(ROWS) > 45


@pytest.mark.parametrize("name", documented())
def test_a_row_says_what_becomes_of_a_figure_and_what_a_reader_sees(name):
    book = Book() if name.startswith("first-") else known()
    seen = ROWS[name](book)
    assert (becomes(book, seen.of, name), book.shown(seen.currency, seen.at)) == documented()[name]


def becomes(book: Book, rate: Rate, name: str) -> str:
    """What became of the newest revision of a figure."""
    newest = next((one for one in reversed(book.known) if one.rate == rate), None)
    if newest is None:
        return "refused" if book.last.refused else "nothing"
    if newest.held:
        said = "contended" if newest.cause == "contended" else f"held ({newest.cause})"
        return "held" if name.startswith("held-") else said
    if newest.discarded_at:
        return "closed"
    if name.startswith("held-"):
        return "released"
    return "believed" if newest.confirmed else "unconfirmed"


# 1. Which answer is the newer one


@row("known-again")
def _(book: Book) -> Seen:
    book.sees(FRIDAYS, "2026-05-22 16:10", "2026-05-21 16:00")
    return Seen(FRIDAYS["USD"], "2026-05-22 16:20")


def contends(day: int, *answers: str, left: tuple[str, ...] = (), dated: bool = True) -> Callable[[Book], Seen]:
    """Tomorrow's figure is 87.50 (today's 87.45); then the bank answers 87.60, the file written just before."""
    figure = usd(day, "87.6000", eur="101.5500" if day == 23 else "101.5000", rub="1.2300" if day == 23 else "1.2250")

    def play(book: Book) -> Seen:
        if day == 23:
            book.sees(usd(23, "87.5000"), "2026-05-22 16:10", "2026-05-22 16:00")
        for nth, at in enumerate(answers):
            moment = left[nth] if left else at
            book.sees(figure, f"2026-05-22 {at}", "2026-05-22 16:30", left=f"2026-05-22 {moment}" if dated else None)
        return Seen(figure["USD"], "2026-05-22 19:00")

    return play


row("contended-today")(contends(22, "16:40"))
row("contended-tomorrow")(contends(23, "16:40"))
row("settled")(contends(23, "16:40", "16:43"))
row("one-minute")(contends(23, "16:40", "16:41"))
row("same-date")(contends(23, "16:40", "16:43", "16:46", left=("16:40", "16:40", "16:40")))
row("no-date")(contends(22, "16:40", "16:43", "16:46", dated=False))
row("older-answer")(contends(23, "16:40", "16:43", left=("16:05", "16:05")))
row("clock-set-back")(
    contends(23, "16:40", "16:43", "16:46", "16:49", "16:52", left=("15:10", "15:13", "15:16", "15:19", "15:22"))
)


def put_back(book: Book, *answers: str) -> Seen:
    """87.50 is replaced by 87.60, and put back with its own time."""
    first = usd(23, "87.5000")
    book.sees(first, "2026-05-22 16:10", "2026-05-22 16:00")
    for at in ("16:40", "16:43"):
        book.sees(usd(23, "87.6000"), f"2026-05-22 {at}", "2026-05-22 16:30")
    for at in answers:
        book.sees(first, f"2026-05-22 {at}", "2026-05-22 16:00")
    return Seen(first["USD"], "2026-05-22 19:00")


@row("put-back-early")
def _(book: Book) -> Seen:
    return put_back(book, "17:00", "17:03", "17:06")


@row("put-back")
def _(book: Book) -> Seen:
    return put_back(book, "17:00", "17:03", "17:15")


def changed_again(book: Book, *answers: str) -> Seen:
    put_back(book, "17:00", "17:15")
    for at in answers:
        book.sees(usd(23, "87.6000"), f"2026-05-22 {at}", "2026-05-22 17:20")
    return Seen(usd(23, "87.6000")["USD"], "2026-05-22 19:00")


@row("third-change")
def _(book: Book) -> Seen:
    return changed_again(book, "17:30", "17:45")


@row("third-change-hour")
def _(book: Book) -> Seen:
    return changed_again(book, "17:30", "18:30")


@row("dated-next-year")
def _(book: Book) -> Seen:
    book.sees(usd(23, "87.5000"), "2026-05-22 16:10", "2027-05-22 16:00")
    for at in ("16:40", "16:55"):
        book.sees(usd(23, "87.6000"), f"2026-05-22 {at}", "2026-05-22 16:30")
    return Seen(usd(23, "87.6000")["USD"], "2026-05-22 19:00")


@row("slip-is-the-word")
def _(book: Book) -> Seen:
    slip = usd(22, "874.5000", eur="101.5000", rub="1.2250")
    for at in ("10:00", "10:03", "10:06"):
        book.sees(slip, f"2026-05-22 {at}", "2026-05-22 09:50")
    return Seen(slip["USD"], "2026-05-22 11:00")


@row("older-table")
def _(book: Book) -> Seen:
    book.sees(usd(21, "87.6000"), "2026-05-22 10:00", "2026-05-20 16:00")
    return Seen(usd(21, "87.6000")["USD"], "2026-05-22 11:00")


@row("too-early")
def _(book: Book) -> Seen:
    book.sees(usd(25, "87.5000"), "2026-05-22 16:10", "2026-05-22 16:00")
    return Seen(usd(25, "87.5000")["USD"], "2026-05-22 16:20")


@row("too-early-later")
def _(book: Book) -> Seen:
    book.sees(usd(25, "87.5000"), "2026-05-22 16:10", "2026-05-22 16:00")
    book.sees(usd(25, "87.5000"), "2026-05-24 16:10", "2026-05-22 16:00")
    return Seen(usd(25, "87.5000")["USD"], "2026-05-25 09:00")


@row("early-same-day")
def _(book: Book) -> Seen:
    for at in ("14:50", "15:00"):
        book.sees(usd(23, "87.5000"), f"2026-05-22 {at}", "2026-05-22 14:45")
    return Seen(rate("USD", "87.5000", may(23)), "2026-05-22 19:00")


@row("misdated")
def _(book: Book) -> Seen:
    for at in ("16:10", "16:13"):
        book.sees(usd(22, "87.9000"), f"2026-05-22 {at}", "2026-05-22 16:00")
    assert book.shown("USD", "2026-05-22 16:20") == "87.9000, fresh"
    book.sees(usd(23, "87.9000"), "2026-05-22 16:40", "2026-05-22 16:30")
    return Seen(rate("USD", "87.9000", may(22)), "2026-05-22 19:00")


@row("word-between")
def _(book: Book) -> Seen:
    word = usd(22, "103.1900", eur="101.5000", rub="1.2250")
    for at in ("10:00", "10:03"):
        book.sees(word, f"2026-05-22 {at}", "2026-05-22 09:55")
    book.sees(usd(23, "96.2000"), "2026-05-22 16:10", "2026-05-22 16:00")
    return Seen(word["USD"], "2026-05-22 19:00")


@row("stale-mirror")
def _(book: Book) -> Seen:
    slip = usd(22, "874.5000", eur="101.5000", rub="1.2250")
    for at in ("10:00", "10:03"):
        book.sees(slip, f"2026-05-22 {at}", "2026-05-22 09:50")
    for minute in range(10, 40, 3):
        book.sees(FRIDAYS, f"2026-05-22 10:{minute}", "2026-05-22 10:08")
        book.sees(slip, f"2026-05-22 10:{minute + 1}", "2026-05-22 09:50", left="2026-05-22 10:03")
    return Seen(slip["USD"], "2026-05-22 11:00")


@row("weekly-overlap")
def _(book: Book) -> Seen:
    book.source, book.known, book.heard = WEEKLY, [], Heard()
    pounds = rate("GBP", "117.0000", may(16), days=7)
    book.sees(Table(may(16), (pounds,)), "2026-05-15 16:10")
    early = rate("GBP", "118.0000", may(22), days=7)
    book.sees(Table(may(22), (early,)), "2026-05-22 16:10")
    return Seen(early, "2026-05-22 19:00", "GBP")


# 2. A first table


@row("first-today")
def _(book: Book) -> Seen:
    book.sees(FRIDAYS, "2026-05-22 10:00")
    return Seen(FRIDAYS["USD"], "2026-05-22 11:00")


@row("first-tomorrow")
def _(book: Book) -> Seen:
    book.sees(usd(23, "87.4500"), "2026-05-22 16:10")
    return Seen(usd(23, "87.4500")["USD"], "2026-05-22 19:00")


@row("first-archive")
def _(book: Book) -> Seen:
    book.sees(usd(23, "87.4500"), "2026-05-22 16:10")
    book.fills(rate("USD", "87.4300", may(21)), rate("USD", "87.4400", may(22)), at="2026-05-22 16:11")
    return Seen(usd(23, "87.4500")["USD"], "2026-05-22 19:00")


def conflict(book: Book) -> Table:
    slip = usd(22, "874.5000")
    book.sees(slip, "2026-05-22 10:00")
    book.fills(rate("USD", "87.4400", may(21)), at="2026-05-22 10:01")
    return slip


@row("first-conflict")
def _(book: Book) -> Seen:
    return Seen(conflict(book)["USD"], "2026-05-22 11:00")


@row("first-conflict-decided")
def _(book: Book) -> Seen:
    conflict(book)
    book.sees(usd(23, "87.4600"), "2026-05-22 16:10")
    assert [one.rate.valid_on for one in book.known if one.discarded_at] == [may(22)]
    return Seen(usd(23, "87.4600")["USD"], "2026-05-22 19:00")


def after_a_first(figure: str, *, eur: str = "101.7000", at: str = "2026-05-22 19:00") -> Callable[[Book], Seen]:
    """A table of Friday, then Saturday's, of the next window."""

    def play(book: Book) -> Seen:
        book.sees(FRIDAYS, "2026-05-22 10:00")
        book.sees(usd(23, figure, eur=eur, rub="1.2250"), "2026-05-22 16:10")
        return Seen(rate("USD", figure, may(23)), at)

    return play


row("first-next-window")(after_a_first("87.5000"))
row("first-restamped")(after_a_first("87.4500", eur="101.5000", at="2026-05-23 11:00"))
row("first-contradicted")(after_a_first("874.5000"))


@row("first-same-window")
def _(book: Book) -> Seen:
    book.sees(usd(23, "87.4500"), "2026-05-22 18:30")
    book.sees(usd(24, "87.5000"), "2026-05-23 16:30")
    return Seen(rate("USD", "87.5000", may(24)), "2026-05-24 11:00")


@row("first-corrected")
def _(book: Book) -> Seen:
    slip = usd(22, "874.5000", eur="101.5000", rub="1.2250")
    book.sees(FRIDAYS, "2026-05-22 10:00")
    for at in ("10:30", "10:33"):
        book.sees(slip, f"2026-05-22 {at}")
    return Seen(slip["USD"], "2026-05-22 11:00")


@row("first-two-tables")
def _(book: Book) -> Seen:
    book.sees(usd(23, "87.4500"), "2026-05-22 18:30")
    book.sees(usd(24, "874.5000"), "2026-05-23 16:30")
    book.fills(rate("USD", "87.4400", may(22)), at="2026-05-23 17:00")
    return Seen(rate("USD", "874.5000", may(24)), "2026-05-24 11:00")


@row("first-swapped")
def _(book: Book) -> Seen:
    book.sees(usd(21, "95.0000", eur="87.4000"), "2026-05-21 10:00")
    book.sees(usd(22, "87.4500", eur="95.1000", rub="1.2310"), "2026-05-21 16:10")
    book.sees(usd(23, "87.6000", eur="95.2000", rub="1.2320"), "2026-05-22 16:10")
    return Seen(rate("USD", "95.0000", may(21)), "2026-05-22 19:00")


@row("first-accepted")
def _(book: Book) -> Seen:
    book.sees(usd(22, "120.0000"), "2026-05-22 10:00")
    book.fills(rate("USD", "87.4400", may(21)), at="2026-05-22 10:01")
    for one in [one for one in book.known if one.rate.valid_on == may(22) and one.held]:
        book.accepts_one(one.id, "2026-05-22 10:05")
    return Seen(rate("USD", "120.0000", may(22)), "2026-05-22 11:00")


@row("first-nominal")
def _(book: Book) -> Seen:
    hundred = rate("USD", "87.4500", may(22), nominal=100)
    book.sees(Table(may(22), (hundred,)), "2026-05-22 10:00")
    return Seen(hundred, "2026-05-22 11:00")


@row("first-nominal-witnessed")
def _(book: Book) -> Seen:
    book.witnesses = others(may(22), USD="0.8740")
    hundred = rate("USD", "87.4500", may(22), nominal=100)
    book.sees(Table(may(22), (hundred,)), "2026-05-22 10:00")
    return Seen(hundred, "2026-05-22 11:00")


@row("first-witnessed")
def _(book: Book) -> Seen:
    book.witnesses = others(may(22), USD="87.40")
    book.sees(FRIDAYS, "2026-05-22 10:00")
    return Seen(FRIDAYS["USD"], "2026-05-22 11:00")


def weekly(figure: str) -> Callable[[Book], Seen]:
    def play(book: Book) -> Seen:
        book.source = WEEKLY
        pounds = rate("GBP", figure, may(23), days=7)
        book.sees(Table(may(23), (pounds,)), "2026-05-24 10:00")
        return Seen(pounds, "2026-05-24 11:00", "GBP")

    return play


row("first-anchored")(weekly("117.0000"))
row("first-off-anchor")(weekly("1170.0000"))


@row("long-pause")
def _(book: Book) -> Seen:
    later = replace(rate("USD", "87.4500", may(22) + 15 * DAY))
    book.sees(Table(later.valid_on, (later,)), "2026-06-06 10:00")
    return Seen(later, "2026-06-06 11:00")


# 3. A table with a yardstick


def tomorrow(figure: str, *, currency: str = "USD", **others: str) -> Callable[[Book], Seen]:
    """What the bank says for Saturday."""

    def play(book: Book) -> Seen:
        book.sees(table(may(23), **{"USD": figure, "EUR": "101.5500", "RUB": "1.2300", **others}), "2026-05-22 16:10")
        return Seen(rate(currency, others.get(currency, figure), may(23)), "2026-05-22 19:00", currency)

    return play


row("within")(tomorrow("100.5000"))
row("beyond-up")(tomorrow("100.6000"))
row("beyond-down")(tomorrow("75.2000"))
row("exchanged")(tomorrow("95.0000", EUR="90.0000"))


@row("exchanged-again")
def _(book: Book) -> Seen:
    tomorrow("95.0000", EUR="90.0000")(book)
    book.sees(usd(26, "95.1000", eur="90.1000"), "2026-05-25 16:10")
    return Seen(rate("USD", "95.1000", may(26)), "2026-05-25 19:00")


row("copied")(tomorrow("87.5000", currency="EUR", EUR="87.5000"))


@row("settled-taken-back")
def _(book: Book) -> Seen:
    book.sees(usd(23, "87.5000"), "2026-05-22 16:10", "2026-05-22 16:00")
    for at in ("16:40", "16:43"):
        book.sees(usd(23, "76.1000"), f"2026-05-22 {at}", "2026-05-22 16:35")
    book.sees(usd(26, "87.6000", eur="101.7000"), "2026-05-25 16:10", "2026-05-25 16:00")
    return Seen(rate("USD", "87.6000", may(26)), "2026-05-25 19:00")


@row("between-again")
def _(book: Book) -> Seen:
    ROWS["taken-back"](book)
    book.sees(usd(24, "87.6000", eur="101.6000"), "2026-05-23 16:30")
    book.sees(usd(25, "87.6000", eur="101.6000"), "2026-05-24 16:30")
    book.sees(usd(26, "70.0000", eur="101.7000"), "2026-05-25 16:10")
    return Seen(rate("USD", "70.0000", may(26)), "2026-05-26 09:00")


@row("nominal-changed")
def _(book: Book) -> Seen:
    tens = rate("USD", "874.5000", may(23), nominal=10)
    book.sees(Table(may(23), (tens, rate("EUR", "101.5500", may(23)))), "2026-05-22 16:10")
    return Seen(tens, "2026-05-22 19:00")


@row("off-the-ratio")
def _(book: Book) -> Seen:
    book.witnesses = others(may(22), banks=("ECB",), USD="0.8613264427217915591", EUR="1")
    return tomorrow("95.0000")(book)


row("companion")(tomorrow("90.5000", RUB="1.8000"))


@row("companion-alone")
def _(book: Book) -> Seen:
    tomorrow("90.5000", RUB="1.8000")(book)
    book.sees(usd(23, "90.5000"), "2026-05-22 16:20")
    return Seen(rate("USD", "90.5000", may(23)), "2026-05-22 19:00")


@row("taken-back")
def _(book: Book) -> Seen:
    """Friday's slip is within the limit of 87.45; Saturday's 87.60 is beyond that of it."""
    fresh = Book()
    fresh.sees(usd(20, "88.4500"), "2026-05-19 16:10")
    fresh.sees(usd(21, "87.4500", eur="101.6000"), "2026-05-20 16:10")
    fresh.sees(usd(22, "76.1000"), "2026-05-21 16:10")
    book.known, book.heard, book.looks = fresh.known, fresh.heard, fresh.looks
    book.sees(usd(23, "87.6000", eur="101.6000"), "2026-05-22 16:10")
    assert book.held("USD") == [may(22)]
    return Seen(rate("USD", "87.6000", may(23)), "2026-05-22 19:00")


@row("lost")
def _(book: Book) -> Seen:
    book.sees(table(may(23), EUR="101.5500", RUB="1.2300"), "2026-05-22 16:10")
    assert book.last.lost == ("USD",)
    return Seen(rate("USD", "87.5000", may(23)), "2026-05-22 19:00")


@row("witnessed-move")
def _(book: Book) -> Seen:
    book.witnesses = others(may(23), USD="119.50")
    return tomorrow("120.0000")(book)


# 4. After a figure was held

LEAP = rate("USD", "103.1900", may(23))


def after_a_leap(
    figure: str, day: int = 26, at: str = "2026-05-25 16:10", *, eur: str = "101.7000", looks: str = "2026-05-25 19:00"
) -> Callable[[Book], Seen]:
    """A move of 18 % is held for Saturday; then a further table."""

    def play(book: Book) -> Seen:
        book.sees(usd(23, "103.1900"), "2026-05-22 16:10")
        book.sees(usd(day, figure, eur=eur), at)
        return Seen(LEAP, looks)

    return play


row("held-back")(after_a_leap("87.4500"))
row("held-borne-out")(after_a_leap("102.3200", looks="2026-05-23 19:00"))
row("held-half-way")(after_a_leap("96.2000"))
row("held-restamped")(after_a_leap("103.1900", eur="101.5500"))
row("held-same-window")(after_a_leap("103.2000", 24, "2026-05-23 16:30", looks="2026-05-24 09:00"))
row("held-other-leap")(after_a_leap("122.4300"))


@row("held-accepted")
def _(book: Book) -> Seen:
    book.sees(usd(23, "103.1900"), "2026-05-22 16:10")
    book.accepts("USD", "2026-05-22 16:20")
    return Seen(LEAP, "2026-05-23 09:00")


@row("held-rejected")
def _(book: Book) -> Seen:
    book.sees(usd(23, "103.1900"), "2026-05-22 16:10", "2026-05-22 16:00")
    book.rejects("USD", "2026-05-22 16:20")
    book.sees(usd(23, "103.1900"), "2026-05-22 16:30", "2026-05-22 16:00")
    return Seen(LEAP, "2026-05-23 09:00")


@row("held-witnessed")
def _(book: Book) -> Seen:
    book.sees(usd(23, "103.1900"), "2026-05-22 16:10")
    book.witnesses = others(may(23), USD="103.00")
    book.sees(usd(23, "103.1900"), "2026-05-23 09:00")
    return Seen(LEAP, "2026-05-23 10:00")


# 5. Witnesses


def contradicted(
    figure: str, of: int = 23, says: str = "87.5000", looks: str = "2026-05-22 19:00"
) -> Callable[[Book], Seen]:
    """A figure of tomorrow, and two other banks that say something else in their tables of the day `of`."""

    def play(book: Book) -> Seen:
        book.witnesses = others(may(of), USD=says)
        book.sees(usd(23, figure), "2026-05-22 16:10")
        return Seen(rate("USD", figure, may(23)), looks)

    return play


row("contradicted")(contradicted("93.0000", 22))
row("contradicted-within")(contradicted("90.0000", 22))
row("contradicted-own-day")(contradicted("90.0000", 23))
row("contradicted-little")(contradicted("88.2000", 23))


@row("contradicted-after")
def _(book: Book) -> Seen:
    contradicted("90.0000", 22)(book)
    book.witnesses = others(may(23), USD="87.4500")
    book.sees(usd(23, "90.0000"), "2026-05-23 03:00")
    return Seen(rate("USD", "90.0000", may(23)), "2026-05-23 09:00")


@row("contradicted-next")
def _(book: Book) -> Seen:
    contradicted("93.0000", 22)(book)
    book.sees(usd(26, "93.2000", eur="101.7000"), "2026-05-25 16:10")
    return Seen(rate("USD", "93.2000", may(26)), "2026-05-25 19:00")


@row("contradicted-restamped")
def _(book: Book) -> Seen:
    contradicted("93.0000", 22)(book)
    book.sees(usd(24, "93.0000"), "2026-05-23 16:20")
    return Seen(rate("USD", "93.0000", may(24)), "2026-05-24 09:00")


@row("contradicted-two-camps")
def _(book: Book) -> Seen:
    contradicted("93.0000", 22)(book)
    book.witnesses = replace(
        book.witnesses,
        terms=(*book.witnesses.terms, *others(may(22), banks=("NBT", "NBG"), USD="93.0").terms),
        testimonies=(*book.witnesses.testimonies, *others(may(22), banks=("NBT", "NBG"), USD="93.0").testimonies),
    )
    book.sees(usd(23, "93.0000"), "2026-05-22 16:20")
    return Seen(rate("USD", "93.0000", may(23)), "2026-05-22 19:00")


@row("exchanged-witnessed")
def _(book: Book) -> Seen:
    book.witnesses = others(may(23), USD="101.5000", EUR="87.4500")
    book.sees(table(may(23), USD="101.5000", EUR="87.4500", RUB="1.2250"), "2026-05-22 16:10")
    return Seen(rate("USD", "101.5000", may(23)), "2026-05-22 19:00")


@row("first-witnessed-later")
def _(book: Book) -> Seen:
    book.sees(FRIDAYS, "2026-05-22 10:00")
    book.witnesses = others(may(22), USD="87.40")
    book.sees(FRIDAYS, "2026-05-22 11:00")
    return Seen(FRIDAYS["USD"], "2026-05-22 12:00")


@row("first-beyond-witnesses")
def _(book: Book) -> Seen:
    book.witnesses = others(may(22), USD="120.00")
    book.sees(FRIDAYS, "2026-05-22 10:00")
    return Seen(FRIDAYS["USD"], "2026-05-22 11:00")


@row("first-conflict-witnessed")
def _(book: Book) -> Seen:
    slip = conflict(book)
    book.witnesses = others(may(21), USD="87.4000")
    book.sees(slip, "2026-05-22 11:00")
    return Seen(slip["USD"], "2026-05-22 12:00")
