"""Which answer is the newer one, and when a figure is settled as the bank's word (pure).

An answer speaks for the moment at which it left the bank, by the bank's own clock; ours is not compared with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from ticker.model import Contender, Heard, Rate, Revision, Table

SAME_MOMENT = timedelta(minutes=1)  # by how much an answer may seem older without being so
_ANSWERS_OF_A_CLOCK_SET_BACK = 3
_SETTLES_AFTER = timedelta(minutes=2)
_SETTLES_LATE = timedelta(minutes=15)  # an older file, or a day that was settled once already
_SETTLES_LAST = timedelta(hours=1)  # a day that was settled twice


@dataclass(frozen=True, slots=True)
class Answered:
    """A table as a bank answered it, at `at` by our clock; all moments in UTC."""

    table: Table
    at: datetime
    left_at: datetime | None = None  # by the bank's clock; None without a Date
    last_modified: datetime | None = None
    body_hash: str = ""

    @property
    def file(self) -> str:
        """Equal for the same file, seen again."""
        return f"{self.body_hash} {self.last_modified}"


@dataclass(frozen=True, slots=True)
class Order:
    """How an answer stands to those before it; `heard` is what is known of them with it."""

    heard: Heard
    tells: bool  # whether it says anything about the order of revisions
    is_news: bool  # whether it left the bank after all others: not one answer seen twice


def order(answer: Answered, heard: Heard) -> Order:
    """What `answer` adds to what was heard before."""
    left_at, newest = answer.left_at, heard.newest
    if left_at is None:
        return Order(heard, tells=False, is_news=True)
    if newest is None or left_at > newest:
        return Order(replace(heard, newest=left_at, older=()), tells=True, is_news=True)
    if newest - left_at <= SAME_MOMENT:
        return Order(replace(heard, older=()), tells=True, is_news=False)
    older = (*heard.older, (left_at, answer.at))[-_ANSWERS_OF_A_CLOCK_SET_BACK:]
    if _advance_with_our_clock(older):
        begun = replace(heard, newest=left_at, older=(), contenders=())
        return Order(begun, tells=True, is_news=True)
    return Order(replace(heard, older=older), tells=False, is_news=False)


def _advance_with_our_clock(older: tuple[tuple[datetime, datetime], ...]) -> bool:
    """Whether answers that seem older come from a clock that was set back."""
    if len(older) < _ANSWERS_OF_A_CLOCK_SET_BACK:
        return False
    steps = [(left - past_left, at - past_at) for (past_left, past_at), (left, at) in pairwise(older)]
    return all(left > timedelta() and abs(left - at) <= SAME_MOMENT for left, at in steps)


def count(rate: Rate, answer: Answered, heard: Heard) -> tuple[Contender, Heard]:
    """The answers in a row for `rate`, this one included. `answer` has a moment."""
    assert answer.left_at
    past = contender(heard, rate.currency)
    if past and past.rate.valid_on == rate.valid_on and past.rate.same_figure(rate):
        more = answer.left_at > past.last
        mine = replace(past, last=max(past.last, answer.left_at), answers=past.answers + more)
    else:
        mine = Contender(rate, answer.left_at, answer.left_at, 1, answer.last_modified)
    others = tuple(one for one in heard.contenders if one.rate.currency != rate.currency)
    return mine, replace(heard, contenders=(*others, mine))


def contender(heard: Heard, currency: str) -> Contender | None:
    return next((one for one in heard.contenders if one.rate.currency == currency), None)


def is_settled(mine: Contender, others: Sequence[Revision], times: int) -> bool:
    """Whether the answers in a row make a figure the bank's word, beside the `others` of its day. `times` is how often
    that day was settled before."""
    wanted = _SETTLES_AFTER
    is_older = mine.last_modified and any(
        one.last_modified and mine.last_modified < one.last_modified for one in others
    )
    if is_older or times:
        wanted = _SETTLES_LAST if times > 1 else _SETTLES_LATE
    return mine.answers > 1 and mine.last - mine.since >= wanted


def times_settled(heard: Heard, currency: str, day: date) -> int:
    return next((times for one, of, times in heard.settled if (one, of) == (currency, day)), 0)


def settled(heard: Heard, currency: str, day: date) -> Heard:
    """What is heard once it was settled which figure of a day is the bank's word."""
    times = times_settled(heard, currency, day) + 1
    others = tuple(one for one in heard.settled if one[0] != currency)
    return replace(agreed(heard, currency), settled=(*others, (currency, day, times)))


def agreed(heard: Heard, currency: str) -> Heard:
    """What is heard where nothing contends of a currency."""
    if not contender(heard, currency):
        return heard
    return replace(heard, contenders=tuple(one for one in heard.contenders if one.rate.currency != currency))
