"""What the adapters share: documents within limits, and the days, figures, nominals and codes in them (pure).

Whatever can't be read is a ParseError that says where, what was met and what is wanted. A row that can't be read is
dropped from its table, with that sentence as a complaint.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TypeVar, cast
from xml.etree import ElementTree

from ticker.collect.sources.adapter import ArchiveFigure
from ticker.model import ParseError, Rate, Table

MAX_TABLE_BYTES = 64 << 10  # the largest real one has 31 KB
MAX_ARCHIVE_BYTES = 1 << 20

_DOTTED_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FIGURE = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,8})?")
_CODE = re.compile(r"[A-Z]{3}")
_NOMINALS = frozenset(str(10**power) for power in range(7))
_YEARS = range(1993, 9999)  # the som is of 1993; a table's last day must be a day too

Row = TypeVar("Row")


class JsonNumber(str):
    """A number of a JSON document, as printed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """What a bank calls a row and its parts, and how it writes figures. `home` has no row of its own."""

    home: str
    row: str
    currency: str
    nominal: str
    quoted: str
    mark: str = "."  # its decimal marks
    numbers: bool = False  # whether nominal and figure are numbers of JSON, not strings

    def rate(self, text: Callable[[str, str], str], source: str, valid_on: date, days: int = 1) -> Rate:
        """The rate of a row that is in force for some days. `text` gives the text of a part, of its name and that of
        the row; it may raise ParseError."""
        currency = code(text(self.currency, self.row), source, f"{self.row} / {self.currency}", self.home)
        where = f"{self.row} {currency}"
        nominal = nominal_of(text(self.nominal, where), source, f"{where} / {self.nominal}")
        quoted = figure(text(self.quoted, where), source, f"{where} / {self.quoted}", self.mark)
        return Rate(currency, quoted, nominal, valid_on, valid_on + timedelta(days=days - 1))

    def table_of_elements(self, root: ElementTree.Element, source: str, valid_on: date, days: int = 1) -> Table:
        """The table of an XML document, in which the children of a row are the parts. Raises ParseError."""

        def rate(row: ElementTree.Element) -> Rate:
            return self.rate(lambda name, _: cell(row, name), source, valid_on, days)

        return table(valid_on, root.iterfind(self.row), rate, source, root.tag, self.row)

    def rate_of_object(self, row: object, source: str, valid_on: date, days: int = 1) -> Rate:
        """The rate of a JSON object whose members are the parts."""

        def text(name: str, where: str) -> str:
            return json_text(row, name, source, where, number=self.numbers and name != self.currency)

        return self.rate(text, source, valid_on, days)


def table(valid_on: date, rows: Iterable[Row], read: Callable[[Row], Rate], source: str, where: str, row: str) -> Table:
    """The rates of the rows that can be read; of a currency met twice, none. `where` and `row` name the table and a
    row. Raises ParseError where not one can be read."""
    rates: list[Rate] = []
    complaints: list[str] = []
    for each in rows:
        try:
            rates.append(read(each))
        except ParseError as fault:
            complaints.append(str(fault))
    times = Counter(rate.currency for rate in rates)
    complaints += [
        f"{source}: {row} {currency}: met {count} times, wanted once; all are dropped"
        for currency, count in times.items()
        if count > 1
    ]
    rates = [rate for rate in rates if times[rate.currency] == 1]
    if not rates:
        first = complaints[0] if complaints else f"{source}: {where}: met no {row}, wanted at least one"
        raise ParseError(source, where, f"{len(complaints)} rows, none readable", f"rates ({first})")
    return Table(valid_on, tuple(rates), tuple(complaints))


def series(figures: Iterable[ArchiveFigure], source: str) -> tuple[ArchiveFigure, ...]:
    """The figures of an archive page, oldest first. Raises ParseError where a day has two."""
    found: dict[date, ArchiveFigure] = {}
    for one in figures:
        other = found.setdefault(one.valid_on, one)
        if other != one:
            raise ParseError(
                source, f"archive / {one.valid_on}", f"{other.quoted} and {one.quoted}", "one figure a day"
            )
    return tuple(found[day] for day in sorted(found))


def readable(rows: Iterable[Row], read: Callable[[Row], date]) -> Iterator[date]:
    """The days of the rows that have one."""
    for row in rows:
        with suppress(ParseError):
            yield read(row)


def day_of_most(days: Iterable[date], source: str, where: str) -> date:
    """The day that more than half of the rows carry. Raises ParseError where there is none."""
    counted = Counter(days)
    day, count = max(counted.items(), key=lambda one: one[1], default=(date.min, 0))
    if 2 * count <= counted.total():
        met = " and ".join(str(one) for one in sorted(counted)[:2]) or "no day"
        raise ParseError(source, where, met, "one day for all rows")
    return day


def same_day(met: date, valid_on: date, source: str, where: str) -> None:
    """Raises ParseError where a row is not of its table's day."""
    if met != valid_on:
        raise ParseError(source, where, str(met), f"the table's day, {valid_on}")


def shipped(name: str) -> Mapping[str, Mapping[str, str]]:
    """By currency, the rows of a CSV that lies beside this file."""
    text = Path(__file__).with_name(name).read_text(encoding="ascii")
    return {row["currency"]: row for row in csv.DictReader(StringIO(text))}


def nominals(**currencies: str) -> Mapping[str, int]:
    """By currency, what it is quoted for: `nominals(x1="USD EUR", x100="JPY")`."""
    return {currency: int(power[1:]) for power, codes in currencies.items() for currency in codes.split()}


def xml_root(
    body: bytes, source: str, tag: str, *, namespace: str = "", limit: int = MAX_TABLE_BYTES
) -> ElementTree.Element:
    """The root element of a document of at most `limit` bytes. `tag` is its name as printed, with its prefix."""
    name = tag
    tag = f"{{{namespace}}}{tag.rpartition(':')[2]}" if namespace else tag
    start = body[:60].decode("latin-1").strip()
    within(limit, body, source, f"a {name} document")
    if b"\0" in body:  # UTF-16, in which no DOCTYPE would be seen
        raise ParseError(source, "body", start, f"a {name} document in windows-1251 or UTF-8, without a NUL")
    if b"<!doctype" in body.lower():
        raise ParseError(source, "body", start, f"a {name} document without a DOCTYPE")
    try:
        root = ElementTree.fromstring(body)  # bytes: it decodes windows-1251 itself
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise ParseError(source, "body", f"{fault}, at {start}", f"a {name} document") from fault
    if root.tag != tag:
        raise ParseError(source, "root element", root.tag, name)
    return root


def json_document(body: bytes, source: str, wanted: str, limit: int = MAX_TABLE_BYTES) -> object:
    """The values of a document; its numbers are JsonNumber, texts as printed. NaN, Infinity and two members of one
    name are refused."""
    within(limit, body, source, wanted)
    try:
        return cast(
            object,
            json.loads(
                body.decode("utf-8-sig"),
                parse_float=JsonNumber,
                parse_int=JsonNumber,
                parse_constant=_no_number,
                object_pairs_hook=_members,
            ),
        )
    except (ValueError, RecursionError) as fault:
        start = body[:60].decode("latin-1").strip()
        said = "nested too deep" if isinstance(fault, RecursionError) else str(fault)
        raise ParseError(source, "body", f"{said}, at {start}", wanted) from fault


def rows_of(value: object, source: str, where: str) -> list[object]:
    """The elements of a JSON array."""
    if not isinstance(value, list):
        raise ParseError(source, where, _shown(value), "an array")
    return cast("list[object]", value)


def member(row: object, name: str, source: str, where: str) -> object:
    """A member of a JSON object."""
    if not isinstance(row, dict):
        raise ParseError(source, where, _shown(row), "an object")
    if name not in row:
        raise ParseError(source, where, f"no {name}", f"an object with {name}")
    return cast(object, row[name])


def json_text(row: object, name: str, source: str, where: str, *, number: bool = False) -> str:
    """The text of a member that is a string, or with `number` a number."""
    value = member(row, name, source, where)
    if not isinstance(value, str) or isinstance(value, JsonNumber) is not number:
        raise ParseError(source, f"{where} / {name}", _shown(value), "a number" if number else "a string")
    return value


def cell(element: ElementTree.Element, name: str) -> str:
    """The text of the only child of that name. Two are joined, so that they are no number; nor is a text with elements
    inside."""
    return " and ".join(
        f"<{child[0].tag}>" if len(child) else (child.text or "").strip() for child in element.iterfind(name)
    )


def figure(text: str, source: str, where: str, mark: str = ",.") -> Decimal:
    """A decimal number above zero, its digits as printed. `mark` has the decimal marks that it may have."""
    readable = _FIGURE.fullmatch(text) and all(one in mark for one in text if not one.isdigit())
    number = Decimal(text.replace(",", ".")) if readable else Decimal(0)
    if number <= 0:
        raise ParseError(source, where, text, "a decimal number above zero")
    return number


def nominal_of(text: str, source: str, where: str) -> int:
    if text not in _NOMINALS:
        raise ParseError(source, where, text, "1, 10, 100, … or 1000000")
    return int(text)


def code(text: str, source: str, where: str, home: str) -> str:
    """A currency's code, of another currency than the bank's own."""
    if not _CODE.fullmatch(text) or text == home:
        raise ParseError(source, where, text, "three capital letters, of another currency than its own")
    return text


def dotted_day(text: str, source: str, where: str) -> date:
    """The day of DD.MM.YYYY."""
    match = _DOTTED_DAY.fullmatch(text)
    if match and (day := _day(match[3], match[2], match[1])):
        return day
    raise ParseError(source, where, text, "a day as DD.MM.YYYY")


def iso_day(text: str, source: str, where: str, clock: str = "") -> date:
    """The day of YYYY-MM-DD, with `clock` behind it."""
    match = _ISO_DAY.fullmatch(text.removesuffix(clock)) if text.endswith(clock) else None
    if match and (day := _day(match[1], match[2], match[3])):
        return day
    raise ParseError(source, where, text, f"a day as YYYY-MM-DD{clock}")


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day)) if int(year) in _YEARS else None
    except ValueError:
        return None


def within(limit: int, body: bytes, source: str, wanted: str) -> None:
    """Raises ParseError for an empty body and one of more than `limit` bytes."""
    if not body.strip():
        raise ParseError(source, "body", "", wanted)
    if len(body) > limit:
        raise ParseError(source, "body", f"{len(body)} bytes", f"at most {limit}")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"a second {twice[:20]} in one object")
    return found


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _shown(value: object) -> str:
    """What a JSON value is, for a sentence."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "an array"
    return value if isinstance(value, str) else json.dumps(value)
