"""European Central Bank: eurofxref-daily.xml (about 30 currencies), and its table and series as CSV.

It prints units of each currency for one euro. Figures here are the other way round, euros for one unit, to 20 digits:
they are not as printed, so that the bank is a witness of the ratios of currencies only, and no bank of a strip.
XML in UTF-8: a Cube for each day, YYYY-MM-DD, with one for each currency; decimal point. CSV: a column for each
currency and a row for each day (`30 October 2026` or YYYY-MM-DD; `N/A` is no rate), or of the data API a row for each
currency and day (CURRENCY, TIME_PERIOD, OBS_VALUE). Of several days the newest is read. Working days of TARGET only:
Friday's stands over the weekend. No som, and no rouble since 2022-03-01. Hours of publication were never recorded.
Seen 2015-01-07 to 2026-10-30; https://www.ecb.europa.eu
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Context
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import BankAdapter, OutOfRange, Testifies, Weekend
from ticker.collect.sources.reading import (
    MAX_ARCHIVE_BYTES,
    Columns,
    iso_day,
    nominals,
    table,
    within,
    xml_root,
)
from ticker.model import ParseError, Rate, Table

URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
"""The newest table; no day is added."""

HOME = "EUR"
COLUMNS = Columns(HOME, "Cube", "currency", "nominal", "rate")
STANDS_DAYS: Mapping[int, int] = {4: 3}  # Friday's until Sunday

_GESMES = "http://www.gesmes.org/xml/2002-08-01"
_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_SERIES = frozenset({"CURRENCY", "TIME_PERIOD", "OBS_VALUE"})
_NO_RATE = "N/A"
_DIGITS = Context(prec=20)
_WRITTEN_DAY = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December")  # fmt: skip


class _Quote(NamedTuple):
    currency: str
    printed: str


def parse(body: bytes, source: str = "ecb") -> Table:
    """The newest day's table of an XML or CSV answer. Raises ParseError."""
    within(MAX_ARCHIVE_BYTES, body, source, "a gesmes:Envelope document or CSV")
    is_xml = body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") or b"\0" in body
    valid_on, quotes = _of_xml(body, source) if is_xml else _of_csv(body, source)
    days = STANDS_DAYS.get(valid_on.weekday(), 1)
    return table(valid_on, quotes, lambda quote: _rate(quote, valid_on, days, source), source, "table", COLUMNS.row)


def looks_like_table(body: bytes) -> bool:
    head = body[:2048].removeprefix(b"\xef\xbb\xbf")
    names = [name.strip().decode("latin-1") for name in head.partition(b"\n")[0].split(b",")]
    has_columns = names[0] == "Date" and len(names) > 1 and re.fullmatch("[A-Z]{3}", names[1]) is not None
    return b"<gesmes:Envelope" in head or has_columns or _SERIES.issubset(names)


def _of_xml(body: bytes, source: str) -> tuple[date, list[_Quote]]:
    root = xml_root(body, source, "gesmes:Envelope", namespace=_GESMES)
    of_days = [cube for cube in root.iter(_CUBE) if cube.get("time") is not None]
    days = [iso_day(cube.get("time", ""), source, "Cube / time") for cube in of_days]
    if not days:
        raise ParseError(source, "Cube / time", "no day", "at least one")
    newest = max(days)
    rows = [row for cube, day in zip(of_days, days, strict=True) if day == newest for row in cube.iterfind(_CUBE)]
    return newest, [_Quote(row.get("currency", ""), row.get("rate", "")) for row in rows]


def _of_csv(body: bytes, source: str) -> tuple[date, list[_Quote]]:
    try:
        rows = csv.reader(body.decode("utf-8-sig").splitlines(), skipinitialspace=True)
        names = [name.strip() for name in next(rows, [])]
        if _SERIES.issubset(names):
            return _of_series(names, rows, source)
        if names[:1] == ["Date"]:
            return _of_columns(names, rows, source)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise ParseError(source, "body", str(fault), "CSV in UTF-8") from fault
    raise ParseError(source, "body", ",".join(names), "a gesmes:Envelope document, or CSV with Date or TIME_PERIOD")


def _of_columns(names: Sequence[str], rows: Iterable[Sequence[str]], source: str) -> tuple[date, list[_Quote]]:
    """A column for each currency."""
    newest, found = _rows_of_newest(rows, names, 0, source)
    quotes = [_Quote(name, cell.strip()) for row in found for name, cell in zip(names[1:], row[1:], strict=True)]
    return newest, [quote for quote in quotes if quote != ("", "") and quote.printed != _NO_RATE]


def _of_series(names: Sequence[str], rows: Iterable[Sequence[str]], source: str) -> tuple[date, list[_Quote]]:
    """A row for each currency and day."""
    newest, found = _rows_of_newest(rows, names, names.index("TIME_PERIOD"), source)
    currency, printed = names.index("CURRENCY"), names.index("OBS_VALUE")
    return newest, [_Quote(row[currency].strip(), row[printed].strip()) for row in found]


def _rows_of_newest(
    rows: Iterable[Sequence[str]], names: Sequence[str], column: int, source: str
) -> tuple[date, list[Sequence[str]]]:
    """The newest day in a column, and its rows."""
    newest = date.min
    found: list[Sequence[str]] = []
    for nth, row in enumerate(rows, 2):
        if not row:
            continue
        if len(row) != len(names):
            raise ParseError(source, f"row {nth}", f"{len(row)} cells", f"{len(names)}, as the heading has")
        day = _written_day(row[column].strip(), source, names[column])
        if day > newest:
            newest = day
            found.clear()
        if day == newest:
            found.append(row)
    if not found:
        raise ParseError(source, names[column], "no day", "at least one")
    return newest, found


def _written_day(text: str, source: str, where: str) -> date:
    """A day as `30 October 2026` or YYYY-MM-DD."""
    written = _WRITTEN_DAY.fullmatch(text)
    if written and written[2] in _MONTHS:
        text = f"{written[3]}-{_MONTHS.index(written[2]) + 1:02}-{int(written[1]):02}"
    return iso_day(text, source, where)


def _rate(quote: _Quote, valid_on: date, days: int, source: str) -> Rate:
    parts = {COLUMNS.currency: quote.currency, COLUMNS.nominal: "1", COLUMNS.quoted: quote.printed}
    rate = COLUMNS.rate(lambda name, _: parts[name], source, valid_on, days)
    return replace(rate, quoted=_DIGITS.divide(1, rate.quoted))


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZoneInfo("Europe/Berlin"),
    parse=parse,
    recognises=looks_like_table,
    weekend=Weekend.STANDS,
    stands_days=STANDS_DAYS,
    out_of_range=OutOfRange.NOT_ASKED,
    testifies=Testifies.RATIOS,
    turned_round=True,
    nominals=nominals(
        x1=(
            "AUD BRL CAD CHF CNY CZK DKK GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PHP PLN RON SEK SGD THB "
            "TRY USD ZAR"
        )
    ),
)
