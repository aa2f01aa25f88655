"""The bytes of the bank: its two tables, its archive page, and what comes in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import format_datetime

from .truth import DAILY, NOMINALS

HOUR = 3600
DAY_S = 86_400
ZONE_S = 6 * HOUR  # Bishkek is six hours ahead of UTC, without summer time
EPOCH = date(1970, 1, 1).toordinal()


def midnight(day: date) -> int:
    """When `day` begins in Bishkek, in seconds since 1970 UTC."""
    return (day.toordinal() - EPOCH) * DAY_S - ZONE_S


def day_of(moment: float) -> date:
    """Bishkek's day of a moment in seconds since 1970 UTC."""
    return date.fromordinal(int((moment + ZONE_S) // DAY_S) + EPOCH)


def utc(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def clock(moment: float) -> str:
    """For people: Bishkek's day and time."""
    return f"{datetime.fromtimestamp(moment + ZONE_S, UTC):%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table as it is printed."""

    currency: str
    quoted: Decimal
    nominal: int

    @property
    def value(self) -> Decimal:
        return self.quoted / self.nominal


@dataclass(frozen=True, eq=False)
class Page:
    """One state of a table's file. Two pages are the same file where they are the same object."""

    name: str  # "daily" or "weekly"
    day: date
    rows: tuple[Row, ...]
    modified: int  # `Last-Modified`, by the server's own clock
    body: bytes = field(init=False)
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", table_body(self.name, self.day, self.rows))
        object.__setattr__(self, "etag", f'W/"{len(self.body)}-{self.modified}000"')

    def row(self, currency: str) -> Row | None:
        return next((one for one in self.rows if one.currency == currency), None)

    @property
    def modified_header(self) -> str:
        return http_date(self.modified)


def http_date(moment: float) -> str:
    return format_datetime(utc(int(moment)), usegmt=True)


def rows_of(figures: dict[str, Decimal]) -> tuple[Row, ...]:
    return tuple(Row(one, quoted, NOMINALS.get(one, 1)) for one, quoted in figures.items())


def table_body(name: str, day: date, rows: Sequence[Row]) -> bytes:
    valid_for = "<ValidFor>7</ValidFor>\n" if name == "weekly" else ""
    lines = "".join(
        f'<Currency ISOCode="{one.currency}">\n<Nominal>{one.nominal}</Nominal>\n{valid_for}'
        f"<Value>{one.quoted:f}</Value>\n</Currency>\n".replace(".", ",")
        for one in rows
    )
    head = '<?xml version="1.0" encoding="windows-1251" ?>\n'
    title = f'<CurrencyRates Name="{name.capitalize()} Exchange Rates" Date="{day:%d.%m.%Y}">\n'
    return f"{head}{title}{lines}</CurrencyRates>\n".encode("ascii")


GARBAGE = (
    b"<html><head><title>NBKR</title></head><body><h1>Technical works</h1></body></html>",
    b"",
    b"\x00\xff\xfe\x00\x01garbage",
    b'<?xml version="1.0" encoding="windows-1251" ?>\n<CurrencyRates Name="Daily Exchange Rates" Date="">\n',
    b'<?xml version="1.0"?>\n<CurrencyRates Name="Daily Exchange Rates" Date="31.02.2026"></CurrencyRates>',
)

VALUTA = {15: "USD", 20: "EUR", 44: "RUB", 40: "KZT"}
assert set(VALUTA.values()) == set(DAILY)


def archive_body(figures: Sequence[tuple[date, Decimal]]) -> bytes:
    """An archive page, the newest day first."""
    lines = "".join(
        f"<tr><td><!--date-->{day:%d.%m.%Y}<!--date--></td><td><!--value-->{value:f}<!--value--></td></tr>".replace(
            f"{value:f}", f"{value:f}".replace(".", ",")
        )
        for day, value in sorted(figures, reverse=True)
    )
    return f"<html><body><table>{lines}</table></body></html>".encode()
