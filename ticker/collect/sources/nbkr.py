"""National Bank of the Kyrgyz Republic: daily.xml (5 currencies), weekly.xml (40 more) and the archive page.

XML: windows-1251 declared (seen: ASCII only); decimal comma, 4 digits; Nominal 1, 10 or 100; Date is DD.MM.YYYY, the
day the rates are valid from, published the afternoon before and restamped on weekends; ValidFor, in days, only weekly.
Archive: an HTML page in UTF-8 for one currency and at most about a year, newest first, date and value between comments,
without a nominal. Seen 2026-05-23; https://www.nbkr.kg
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from urllib.parse import urlencode
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import ArchiveAdapter, ArchiveFigure, BankAdapter, OutOfRange, Weekend
from ticker.collect.sources.reading import (
    MAX_ARCHIVE_BYTES,
    Columns,
    cell,
    dotted_day,
    figure,
    series,
    shipped,
    table,
    xml_root,
)
from ticker.model import ParseError, Rate, Table, Window

HOME = "KGS"
ZONE = ZoneInfo("Asia/Bishkek")
COLUMNS = Columns(HOME, "Currency", "ISOCode", "Nominal", "Value", ",.")

VALUTA_IDS: Mapping[str, int] = {"USD": 15, "EUR": 20, "CNY": 24, "KZT": 40, "RUB": 44}
"""The archive's number of each of its currencies; those of weekly.xml are not in it."""

ANCHOR_DAY = date(2026, 5, 23)
"""The day of the weekly table that this release ships, against which a first weekly table is measured."""


_SHIPPED = {
    currency: (int(row["nominal"]), Decimal(row["quoted"]))
    for currency, row in shipped(f"nbkr_weekly_{ANCHOR_DAY}.csv").items()
}
"""By currency, the nominal and the figure of the shipped weekly table."""


def parse(body: bytes, source: str = "nbkr") -> Table:
    """The table of a daily.xml or weekly.xml. A row that can't be read is dropped, with a complaint that names it.

    Raises ParseError where there is no table, no day, or not one row that can be read.
    """
    root = xml_root(body, source, "CurrencyRates")
    valid_on = dotted_day(root.get("Date", ""), source, "CurrencyRates / Date")
    days = 7 if "weekly" in root.get("Name", "").lower() else 1
    rows = root.iterfind(COLUMNS.row)
    return table(valid_on, rows, lambda row: _rate(row, valid_on, days, source), source, "CurrencyRates", COLUMNS.row)


def parse_archive(body: bytes, source: str = "nbkr-archive") -> tuple[ArchiveFigure, ...]:
    """The days and figures of an archive page, oldest first. Raises ParseError for a page without the archive's
    markup; a page that has the markup but no row is an empty answer."""
    if len(body) > MAX_ARCHIVE_BYTES:
        raise ParseError(source, "body", f"{len(body)} bytes", f"at most {MAX_ARCHIVE_BYTES}")
    text = body.decode("utf-8", errors="replace")
    rows = _archive_rows(text, source)
    if not rows and "<table" not in text.lower():
        raise ParseError(source, "body", text.strip()[:60], "the archive's table of dates and values")
    return series((_archive_figure(day.strip(), value.strip(), source) for day, value in rows), source)


def archive_address(url: str, currency: str, first: date, last: date) -> str:
    """The archive page of one currency from `first` to `last`, both included. Raises KeyError for a currency that the
    archive does not have."""
    query = {"item": 1562, "lang": "ENG", "valuta_id": VALUTA_IDS[currency]}
    for name, day in (("beg", first), ("end", last)):
        query |= {f"{name}_day": f"{day:%d}", f"{name}_month": f"{day:%m}", f"{name}_year": f"{day:%Y}"}
    return f"{url}?{urlencode(query)}"


def looks_like_table(body: bytes) -> bool:
    return b"<CurrencyRates" in body[:2048]


def looks_like_archive(body: bytes) -> bool:
    return body.lstrip().startswith(b"<") and b"<!--date-->" in body


def _archive_figure(day: str, value: str, source: str) -> ArchiveFigure:
    valid_on = dotted_day(day, source, "archive / date")
    return ArchiveFigure(valid_on, figure(value, source, f"archive / value of {valid_on}"))


def _archive_rows(text: str, source: str) -> list[tuple[str, str]]:
    """Each day with its value, between pairs of comments. By splitting: a regular expression for pairs takes hours on a
    page full of unpaired comments."""
    _, *pieces = text.split("<!--date-->")
    if len(pieces) % 2:
        raise ParseError(source, "archive", f"{len(pieces)} date marks", "a pair around each day")
    rows = []
    for day, rest in zip(pieces[::2], pieces[1::2], strict=True):
        marked = rest.split("<!--value-->", 2)
        if len(marked) < 3:
            raise ParseError(
                source, "archive / value", f"no pair of value marks after {day.strip()}", "one value a day"
            )
        rows.append((day, marked[1]))
    return rows


def _rate(element: ElementTree.Element, valid_on: date, days: int, source: str) -> Rate:
    rate = COLUMNS.rate(partial(_part, element), source, valid_on)
    valid_for = (cell(element, "ValidFor") or str(days)) if days > 1 else "1"
    if valid_for not in {"1", "2", "3", "4", "5", "6", "7"}:
        raise ParseError(source, f"Currency {rate.currency} / ValidFor", valid_for, "a number of days from 1 to 7")
    return replace(rate, valid_until=valid_on + timedelta(days=int(valid_for) - 1))


def _part(element: ElementTree.Element, name: str, _where: str) -> str:
    """The code is an attribute, all else an element."""
    return element.get(name, "") if name == COLUMNS.currency else cell(element, name)


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZONE,
    window=Window(
        frozenset(range(5)), time(15), time(18), ZONE
    ),  # rates are set 15:00-15:30, the file is written by 16:20
    ahead_days=1,
    restamps=True,
    weekend=Weekend.RESTAMPED,
    out_of_range=OutOfRange.NOT_ASKED,
    agreement={"USD": Decimal("0.005")} | dict.fromkeys(("EUR", "RUB", "KZT", "CNY"), Decimal("0.025")),
    contradicted_limits={"USD": Decimal("0.05"), "EUR": Decimal("0.05"), "RUB": Decimal("0.07")},
    parse=parse,
    recognises=looks_like_table,
    archive=ArchiveAdapter(
        currencies=frozenset(VALUTA_IDS),
        address=archive_address,
        parse=parse_archive,
        recognises=looks_like_archive,
        page=timedelta(days=350),  # 364 with the overlap: the archive answers with about a year
        earliest=date(1993, 5, 10),  # the som's first day
    ),
    nominals=dict.fromkeys(VALUTA_IDS, 1) | {currency: nominal for currency, (nominal, _) in _SHIPPED.items()},
    # Larger moves are rare in five years of the daily table; the dollar's and the euro's largest were 12 %.
    tight_limits={"USD": Decimal("0.027"), "EUR": Decimal("0.062")},
    anchor={currency: quoted / nominal for currency, (nominal, quoted) in _SHIPPED.items()},
)
