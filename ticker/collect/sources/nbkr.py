"""National Bank of the Kyrgyz Republic: daily.xml (5 currencies), weekly.xml (40 more) and the archive page.

XML: windows-1251 declared (seen: ASCII only); decimal comma, 4 digits; Nominal 1, 10 or 100; Date is DD.MM.YYYY, the
day the rates are valid from, published the afternoon before and restamped on weekends; ValidFor, in days, only weekly.
Archive: an HTML page in UTF-8 for one currency and at most about a year, newest first, date and value between comments,
without a nominal. Seen 2026-05-23; https://www.nbkr.kg
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import ArchiveAdapter, ArchiveFigure, BankAdapter, OutOfRange, Weekend
from ticker.model import ParseError, Rate, Table, Window

HOME = "KGS"
ZONE = ZoneInfo("Asia/Bishkek")
MAX_TABLE_BYTES = 64 << 10  # the real ones have 500 bytes and 4 KB
MAX_ARCHIVE_BYTES = 1 << 20

VALUTA_IDS: Mapping[str, int] = {"USD": 15, "EUR": 20, "CNY": 24, "KZT": 40, "RUB": 44}
"""The archive's number of each of its currencies; those of weekly.xml are not in it."""

ANCHOR_DAY = date(2026, 5, 23)
"""The day of the weekly table that this release ships, against which a first weekly table is measured."""


def _shipped() -> dict[str, tuple[int, Decimal]]:
    """By currency, the nominal and the figure of the shipped weekly table."""
    text = Path(__file__).with_name(f"nbkr_weekly_{ANCHOR_DAY}.csv").read_text(encoding="ascii")
    return {row["currency"]: (int(row["nominal"]), Decimal(row["quoted"])) for row in csv.DictReader(StringIO(text))}


_SHIPPED = _shipped()

_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,8})?")
_YEARS = range(1993, 9999)  # the som is of 1993; a table's last day must be a day too
_CODE = re.compile(r"[A-Z]{3}")


def parse(body: bytes, source: str = "nbkr") -> Table:
    """The table of a daily.xml or weekly.xml. A row that can't be read is dropped, with a complaint that names it.

    Raises ParseError where there is no table, no day, or not one row that can be read.
    """
    root = _root(body, source)
    valid_on = _date(root.get("Date", ""), source, "CurrencyRates / Date")
    days = 7 if "weekly" in root.get("Name", "").lower() else 1
    rates: list[Rate] = []
    complaints: list[str] = []
    for element in root.iterfind("Currency"):
        try:
            rates.append(_rate(element, valid_on, days, source))
        except ParseError as fault:
            complaints.append(str(fault))
    for currency, times in Counter(rate.currency for rate in rates).items():
        if times > 1:
            complaints.append(f"{source}: Currency {currency}: met {times} times, wanted once; all are dropped")
            rates = [rate for rate in rates if rate.currency != currency]
    if not rates:
        first = complaints[0] if complaints else f"{source}: CurrencyRates: met no Currency, wanted at least one"
        raise ParseError(source, "CurrencyRates", f"{len(complaints)} rows, none readable", f"rates ({first})")
    return Table(valid_on, tuple(rates), tuple(complaints))


def parse_archive(body: bytes, source: str = "nbkr-archive") -> tuple[ArchiveFigure, ...]:
    """The days and figures of an archive page, oldest first. Raises ParseError for a page without the archive's
    markup; a page that has the markup but no row is an empty answer."""
    if len(body) > MAX_ARCHIVE_BYTES:
        raise ParseError(source, "body", f"{len(body)} bytes", f"at most {MAX_ARCHIVE_BYTES}")
    text = body.decode("utf-8", errors="replace")
    rows = _archive_rows(text, source)
    if not rows and "<table" not in text.lower():
        raise ParseError(source, "body", text.strip()[:60], "the archive's table of dates and values")
    found: dict[date, Decimal] = {}
    for day, value in rows:
        valid_on = _date(day.strip(), source, "archive / date")
        quoted = _number(value.strip(), source, f"archive / value of {valid_on}")
        if found.setdefault(valid_on, quoted) != quoted:
            raise ParseError(source, f"archive / {valid_on}", f"{found[valid_on]} and {quoted}", "one figure a day")
    return tuple(ArchiveFigure(day, found[day]) for day in sorted(found))


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


def _root(body: bytes, source: str) -> ElementTree.Element:
    start = body[:60].decode("latin-1").strip()
    if not body.strip():
        raise ParseError(source, "body", "", "a CurrencyRates document")
    if len(body) > MAX_TABLE_BYTES:
        raise ParseError(source, "body", f"{len(body)} bytes", f"at most {MAX_TABLE_BYTES}")
    if b"\0" in body:  # UTF-16, in which no DOCTYPE would be seen
        raise ParseError(source, "body", start, "a CurrencyRates document in windows-1251 or UTF-8, without a NUL")
    if b"<!doctype" in body.lower():
        raise ParseError(source, "body", start, "a CurrencyRates document without a DOCTYPE")
    try:
        root = ElementTree.fromstring(body)  # bytes: it decodes windows-1251 itself
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise ParseError(source, "body", f"{fault}, at {start}", "a CurrencyRates document") from fault
    if root.tag != "CurrencyRates":
        raise ParseError(source, "root element", root.tag, "CurrencyRates")
    return root


def _rate(element: ElementTree.Element, valid_on: date, days: int, source: str) -> Rate:
    currency = element.get("ISOCode", "")
    if not _CODE.fullmatch(currency) or currency == HOME:
        raise ParseError(
            source, "Currency / ISOCode", currency, "three capital letters, of another currency than its own"
        )
    where = f"Currency {currency}"
    nominal = _text(element, "Nominal")
    if nominal not in {"1", "10", "100", "1000", "10000", "100000", "1000000"}:
        raise ParseError(source, f"{where} / Nominal", nominal, "1, 10, 100, … or 1000000")
    quoted = _number(_text(element, "Value"), source, f"{where} / Value")
    valid_for = (_text(element, "ValidFor") or str(days)) if days > 1 else "1"
    if valid_for not in {"1", "2", "3", "4", "5", "6", "7"}:
        raise ParseError(source, f"{where} / ValidFor", valid_for, "a number of days from 1 to 7")
    return Rate(currency, quoted, int(nominal), valid_on, valid_on + timedelta(days=int(valid_for) - 1))


def _text(element: ElementTree.Element, name: str) -> str:
    """The text of the only child of that name. Two are joined, so that they are no number; nor is a text with elements
    inside."""
    return " and ".join(
        f"<{child[0].tag}>" if len(child) else (child.text or "").strip() for child in element.iterfind(name)
    )


def _number(text: str, source: str, where: str) -> Decimal:
    number = Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else Decimal(0)
    if number <= 0:
        raise ParseError(source, where, text, "a decimal number above zero")
    return number


def _date(text: str, source: str, where: str) -> date:
    match = _DATE.fullmatch(text)
    try:
        if match:
            day, month, year = map(int, match.groups())
            if year in _YEARS:
                return date(year, month, day)
    except ValueError:
        pass
    raise ParseError(source, where, text, "a day as DD.MM.YYYY")


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
    ),
    nominals=dict.fromkeys(VALUTA_IDS, 1) | {currency: nominal for currency, (nominal, _) in _SHIPPED.items()},
    # Larger moves are rare in five years of the daily table; the dollar's and the euro's largest were 12 %.
    tight_limits={"USD": Decimal("0.027"), "EUR": Decimal("0.062")},
    anchor={currency: quoted / nominal for currency, (nominal, quoted) in _SHIPPED.items()},
)
