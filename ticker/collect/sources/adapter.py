"""What the collector has to know of a bank: how to read its table and, where it has one, its archive (values only)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from ticker.model import RatesSource, Table, Window, archive_id


@dataclass(frozen=True, slots=True)
class ArchiveFigure:
    """A day's figure as an archive page prints it, for a nominal that the page does not give."""

    valid_on: date
    quoted: Decimal
    nominal: int | None = None  # None: the page does not give it; that of the nearest table counts


class Weekend(StrEnum):
    """What the bank has on days on which it sets no rate."""

    RESTAMPED = "restamped"  # the same figures in a table of that day
    STANDS = "stands"  # the last table, under its own day
    UNKNOWN = "unknown"


class OutOfRange(StrEnum):
    """What the bank answers when it is asked for a day of which it has no table."""

    NOT_ASKED = "not asked"  # its table's address takes no day
    ERROR = "error"  # a document that says so
    TODAYS = "today's"  # today's table, without a word
    IN_FORCE = "in force"  # the table that was in force then, under its own day
    REPEATED = "repeated"  # the last table
    UNKNOWN = "unknown"


class Testifies(StrEnum):
    """What a bank is a witness of, for banks of other currencies."""

    LEVELS = "levels"  # it sets the other bank's currency itself
    RATIOS = "ratios"  # only of currencies to one another


@dataclass(frozen=True, slots=True)
class ArchiveAdapter:
    """A bank's archive, one currency and some days a page. `parse` lists the oldest day first and raises ParseError."""

    currencies: frozenset[str]
    address: Callable[[str, str, date, date], str]  # of the archive's URL, a currency, the first day and the last
    parse: Callable[[bytes, str], tuple[ArchiveFigure, ...]]  # of a body and the name to complain under
    recognises: Callable[[bytes], bool]
    page: timedelta  # how many days backfill asks for at once, the overlap of pages not counted
    earliest: date | None = None  # no earlier day is asked for
    filled: frozenset[str] | None = None  # of which the collector asks for missing days by itself; None: of all


@dataclass(frozen=True, slots=True)
class BankAdapter:
    """A bank: how its table is read, and what is known of its ways. What was never recorded of a bank is None or
    UNKNOWN: then no window and no table of tomorrow is promised. `parse` raises ParseError."""

    home: str  # the currency that it sets, ISO 4217
    zone: ZoneInfo
    parse: Callable[[bytes, str], Table]  # of a body and the name to complain under
    recognises: Callable[[bytes], bool]
    archive: ArchiveAdapter | None = None
    address: Callable[[str, date], str] = lambda url, _day: url  # of the configured URL and today, in its zone
    window: Window | None = None  # the hours in which it publishes
    ahead_days: int | None = None  # how far ahead of today its newest table was seen to be valid
    restamps: bool | None = None  # whether an unchanged table is published again under the next day
    weekend: Weekend = Weekend.UNKNOWN
    stands_days: Mapping[int, int] = field(default_factory=dict)  # by the table's weekday (Monday is 0): in force for
    out_of_range: OutOfRange = OutOfRange.UNKNOWN
    testifies: Testifies = Testifies.LEVELS
    agreement: Mapping[str, Decimal] = field(default_factory=dict)  # by currency: within this, other banks agree
    contradicted_limits: Mapping[str, Decimal] = field(default_factory=dict)  # of moves, where other banks contradict
    nominals: Mapping[str, int] = field(default_factory=dict)  # by currency, what its figures are quoted for
    tight_limits: Mapping[str, Decimal] = field(default_factory=dict)  # of moves; others: half the source's limit
    anchor: Mapping[str, Decimal] = field(default_factory=dict)  # home currency for one unit on some day of the past

    def last_day(self, valid_on: date) -> date:
        """The last day for which the figures of a day are in force, where none are set meanwhile."""
        return valid_on + timedelta(days=self.stands_days.get(valid_on.weekday(), 1) - 1)


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive of one configured source."""

    source: RatesSource
    url: str
    adapter: ArchiveAdapter

    @property
    def id(self) -> str:
        """The name under which its rounds and figures are recorded."""
        return archive_id(self.source.id)

    def address(self, currency: str, first: date, last: date) -> str:
        """The page of a currency's days, both ends included."""
        return self.adapter.address(self.url, currency, first, last)

    def figures(self, body: bytes) -> tuple[ArchiveFigure, ...]:
        """The figures of a page, oldest first. Raises ParseError."""
        return self.adapter.parse(body, self.id)
