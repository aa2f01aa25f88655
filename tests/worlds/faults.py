"""What goes wrong in a world: kinds of faults, and how often and how long each strikes (by a seeded generator)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .bank import DAY_S, HOUR, Row

_FOUR = Decimal("0.0001")

# What each kind is, as docs/faults.md explains it.
KINDS = {
    "point slipped": "one figure of a table ten or a hundred times too large or too small",
    "figure off": "one figure off by 3 to 40 percent, up or down",
    "slip": "one figure off by 2 to 14 percent, within the limit, until the next table",
    "two exchanged": "two currencies have each other's figure",
    "wrong nominal": "a figure is printed for ten units instead of one",
    "currency lost": "one to four tables lack a currency; then it is back",
    "small error": "a figure off by less than one percent, corrected later",
    "replaced and put back": "the right table gives way to a wrong one, then is back with its own Last-Modified",
    "dated too early": "a table carries the date of the day before its own",
    "dated too late": "a table carries the date of the day after its own",
    "rows in another order": "a table with its rows in another order",
    "no restamp": "on a weekend or a holiday no table appears for the next day",
    "outage": "the bank's server can't be reached, for minutes to twenty days",
    "503": "the server answers 503",
    "garbage": "a page that is no table: an error page, nothing, bytes",
    "truncated": "a table that breaks off in the middle",
    "cache": "a cache on the way brings an old body with its own date",
    "half a cache": "of two servers behind one name, one brings an old body",
    "renewing cache": "a cache brings an old body and says that it is of now",
    "bank's clock off": "the clock of the bank's server is wrong: Date and Last-Modified",
    "our clock off": "the clock of our machine is wrong for a while",
    "restart": "the service is restarted",
    "older store": "the store is replaced by a backup of hours to days before",
    "empty store": "the store is lost: a first start",
    "archive down": "the archive page can't be read",
    "archive slightly off": "the archive gives figures off by up to two percent",
    "archive far off": "the archive gives figures off by 20 to 60 percent",
    "archive of another currency": "the archive answers with the page of another currency",
    "archive of other days": "the archive's figures stand one day too late",
    "feed's clock off": "a feed dates its stories hours too early or too late",
    "feed down": "a feed can't be reached",
    "witness gone": "one of the other banks can't be reached, for days",
    "all witnesses gone": "none of the other banks can be reached, for a week",
    "witness late": "another bank's newest table is one or two days old, and says so",
    "witness stale": "another bank prints its figures of one or two days ago under the current day",
    "witness lies": "one figure of another bank is off by 1 to 14 percent, for up to a month",
    "witness exchanges": "two currencies of another bank have each other's figure",
    "witness jumps": "one figure of another bank is ten times too large or too small",
}

# By kind, how likely it is beside the others. The kinds that lie are frequent: they are what is tested.
PAGE_KINDS = {
    "point slipped": 6, "figure off": 10, "two exchanged": 4, "wrong nominal": 3, "currency lost": 4, "small error": 6,
    "replaced and put back": 6, "dated too early": 3, "dated too late": 3, "rows in another order": 1, "no restamp": 4,
    "slip": 0,  # only where other banks can tell: `others.slips`
}  # fmt: skip
WAY_KINDS = {"outage": 8, "503": 4, "garbage": 4, "truncated": 3, "cache": 8, "half a cache": 4, "renewing cache": 1}
CLOCK_KINDS = {"bank's clock off": 3, "our clock off": 2}
STORE_KINDS = {"restart": 4, "older store": 3, "empty store": 2}
ARCHIVE_KINDS = {
    "archive down": 3, "archive slightly off": 2, "archive far off": 2, "archive of another currency": 2,
    "archive of other days": 2,
}  # fmt: skip
FEED_KINDS = {"feed's clock off": 2, "feed down": 1}
ALL = PAGE_KINDS | WAY_KINDS | CLOCK_KINDS | STORE_KINDS | ARCHIVE_KINDS | FEED_KINDS


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `begin` and `end` in seconds since 1970 UTC; `of` is the source it strikes, "" for all of the bank;
    `amount` is a number whose meaning the kind gives (an offset or an age in seconds, a factor)."""

    kind: str
    begin: int
    end: int
    of: str = ""
    amount: float = 0
    pick: int = 0  # a free choice among currencies or bodies

    def covers(self, moment: float) -> bool:
        return self.begin <= moment < self.end


def chosen(chance: random.Random, begin: int, start: int, end: int, count: int) -> list[Fault]:
    """`count` faults between two moments and some more at first starts, in the order of their begin. `start` is when
    the service is started."""
    kinds = chance.choices(list(ALL), list(ALL.values()), k=count)
    found = [_fault(kind, chance, chance.randrange(begin, end)) for kind in kinds]
    starts = [start, *(one.begin for one in found if one.kind == "empty store")]
    found += [one for at in starts for one in _at_a_first_start(chance, at) if count]
    return sorted(found, key=lambda one: one.begin)


def _at_a_first_start(chance: random.Random, at: int) -> list[Fault]:
    """An empty store meets a wrong table and an archive that errs more often than chance would have it: nothing else
    tells the service what is right."""
    found = []
    if chance.random() < 0.5:
        kind = chance.choice(list(ARCHIVE_KINDS))
        found.append(replace(_fault(kind, chance, at - 60), end=at + _minutes_to(chance, 2 * DAY_S)))
    if chance.random() < 0.4:
        kind = chance.choice(("point slipped", "figure off", "two exchanged", "wrong nominal", "small error"))
        found.append(replace(_fault(kind, chance, at - chance.randrange(DAY_S)), of="daily"))
    return found


def _fault(kind: str, chance: random.Random, at: int) -> Fault:
    of = chance.choice(("daily", "daily", "daily", "weekly"))
    lasts = _lasts(kind, chance)
    amount: float = 0
    if kind in ("cache", "half a cache", "renewing cache"):
        amount = _minutes_to(chance, 2 * DAY_S if kind == "cache" else 6 * HOUR)  # how old the body is at the begin
    elif kind in ("bank's clock off", "our clock off"):
        amount = chance.choice((-1, 1)) * chance.choice((70, 600, HOUR, 5 * HOUR, DAY_S, 40 * DAY_S))
        if kind == "our clock off":
            amount = chance.choice((-1, 1)) * chance.choice((90, 1200, HOUR, 5 * HOUR, DAY_S))
    elif kind == "older store":
        amount = _minutes_to(chance, 4 * DAY_S)
    elif kind == "figure off":
        amount = _percent(chance)
    elif kind == "small error":
        amount = chance.choice((-1, 1)) * chance.uniform(0.0005, 0.009)
    elif kind == "point slipped":
        amount = chance.choice((10, 0.1, 100, 0.01))
    elif kind == "archive slightly off":
        amount = chance.choice((-1, 1)) * chance.uniform(0.001, 0.02)
    elif kind == "archive far off":
        amount = chance.choice((-1, 1)) * chance.uniform(0.2, 0.6)
    elif kind == "feed's clock off":
        amount = chance.choice((-1, 1)) * chance.choice((HOUR, 6 * HOUR, 30 * HOUR))
    elif kind == "currency lost":
        amount = chance.randrange(1, 5)
    if kind in ("outage", "503") and chance.random() < 0.8:
        of = ""
    return Fault(kind, at, at + lasts, of, amount, chance.randrange(1 << 16))


def _minutes_to(chance: random.Random, most: int) -> int:
    """From two minutes to `most` seconds, short ones as likely as long ones."""
    return int(120 * (most / 120) ** chance.random())


def _percent(chance: random.Random) -> float:
    usual = chance.choice((-1, 1)) * chance.uniform(0.03, 0.40)
    return chance.choice((-0.14, 0.16, 0.145, 0.155, usual, usual, usual))


def _lasts(kind: str, chance: random.Random) -> int:
    """For how long, in seconds. Of a wrong table: until it is corrected, or the next one takes its place."""
    if kind in ("restart", "older store", "empty store"):
        return 1
    if kind == "outage":
        return _minutes_to(chance, chance.choice((HOUR, DAY_S, 4 * DAY_S, 20 * DAY_S)))
    if kind in ("half a cache", "renewing cache"):
        return _minutes_to(chance, 4 * HOUR)
    if kind in WAY_KINDS or kind.startswith(("archive", "feed")):
        return _minutes_to(chance, chance.choice((HOUR, DAY_S, 3 * DAY_S)))
    if kind in CLOCK_KINDS:
        return _minutes_to(chance, 2 * DAY_S)
    corrected = (240, 900, HOUR, 3 * HOUR, 16 * HOUR, 100 * DAY_S)
    return int(chance.choice(corrected) * chance.uniform(0.7, 1.4))


def spoilt(rows: Sequence[Row], fault: Fault) -> tuple[Row, ...]:
    """The rows of a table that the fault struck."""
    return _SPOIL.get(fault.kind, lambda rows, _: tuple(rows))(rows, fault)


def _one(change: Callable[[Row, Fault], Row]) -> Callable[[Sequence[Row], Fault], tuple[Row, ...]]:
    def spoil(rows: Sequence[Row], fault: Fault) -> tuple[Row, ...]:
        nth = fault.pick % len(rows)
        return tuple(change(row, fault) if place == nth else row for place, row in enumerate(rows))

    return spoil


def _times(row: Row, fault: Fault) -> Row:
    return replace(row, quoted=max(_FOUR, (row.quoted * Decimal(fault.amount)).quantize(_FOUR)))


def off_by(value: Decimal, share: float) -> Decimal:
    return max(_FOUR, (value * Decimal(1 + share)).quantize(_FOUR))


def _off(row: Row, fault: Fault) -> Row:
    return replace(row, quoted=off_by(row.quoted, fault.amount))


def _other_nominal(row: Row, fault: Fault) -> Row:
    return replace(row, nominal=row.nominal * 10 if fault.pick % 3 else max(1, row.nominal // 10))


def _exchanged(rows: Sequence[Row], fault: Fault) -> tuple[Row, ...]:
    one = fault.pick % len(rows)
    other = (one + 1 + (fault.pick >> 8) % (len(rows) - 1)) % len(rows)
    found = list(rows)
    found[one] = replace(rows[one], quoted=rows[other].quoted)
    found[other] = replace(rows[other], quoted=rows[one].quoted)
    return tuple(found)


def _without_one(rows: Sequence[Row], fault: Fault) -> tuple[Row, ...]:
    nth = fault.pick % len(rows)
    return tuple(row for place, row in enumerate(rows) if place != nth)


_SPOIL: dict[str, Callable[[Sequence[Row], Fault], tuple[Row, ...]]] = {
    "point slipped": _one(_times),
    "figure off": _one(_off),
    "slip": _one(_off),
    "small error": _one(_off),
    "replaced and put back": _one(
        lambda row, fault: replace(row, quoted=off_by(row.quoted, (fault.pick % 25 - 12.5) / 100))
    ),
    "wrong nominal": _one(_other_nominal),
    "two exchanged": _exchanged,
    "currency lost": _without_one,
    "rows in another order": lambda rows, _: tuple(reversed(rows)),
}
