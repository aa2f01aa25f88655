"""What the collector has to know of a bank: how to read its table and, where it has one, its archive (values only)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ticker.model import RatesSource, Table, archive_id


@dataclass(frozen=True, slots=True)
class ArchiveFigure:
    """A day's figure as an archive page prints it, for a nominal that the page does not give."""

    valid_on: date
    quoted: Decimal


@dataclass(frozen=True, slots=True)
class ArchiveAdapter:
    """A bank's archive, one currency and some days a page. `parse` lists the oldest day first and raises ParseError."""

    currencies: frozenset[str]
    address: Callable[[str, str, date, date], str]  # of the archive's URL, a currency, the first day and the last
    parse: Callable[[bytes, str], tuple[ArchiveFigure, ...]]  # of a body and the name to complain under
    recognises: Callable[[bytes], bool]
    page: timedelta  # how many days backfill asks for at once, the overlap of pages not counted


@dataclass(frozen=True, slots=True)
class BankAdapter:
    """A bank. `parse` raises ParseError."""

    parse: Callable[[bytes, str], Table]  # of a body and the name to complain under
    recognises: Callable[[bytes], bool]
    archive: ArchiveAdapter | None = None
    nominals: Mapping[str, int] = field(default_factory=dict)  # by currency, what its figures are quoted for
    tight_limits: Mapping[str, Decimal] = field(default_factory=dict)  # of moves; others: half the source's limit
    anchor: Mapping[str, Decimal] = field(default_factory=dict)  # home currency for one unit on some day of the past


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
