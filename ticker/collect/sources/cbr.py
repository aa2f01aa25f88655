"""Central Bank of the Russian Federation: XML_daily.asp (54 currencies) and XML_dynamic.asp (one currency by days).

Both: windows-1251, decimal comma, 4 digits; Nominal 1 to 1000000, given for each figure, and changed at times (HKD 1 on
2026-03-19, 10 on 2026-04-25); dates DD.MM.YYYY, the day the rates are valid from. A table from Tuesday to Saturday;
Saturday's stands until Monday (seen on a Monday at 01:00 in Moscow), and no table is restamped. A request that it does
not understand is answered with the valid document `<ValCurs>Error in parameters</ValCurs>`. The row KGS is the dollar's
divided by NBKR's own dollar, to the last digit: no witness of a level in soms. Seen 2016 to 2026-04-25;
https://www.cbr.ru/development/SXML/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import (
    ArchiveAdapter,
    ArchiveFigure,
    BankAdapter,
    OutOfRange,
    Testifies,
    Weekend,
)
from ticker.collect.sources.reading import (
    MAX_ARCHIVE_BYTES,
    MAX_TABLE_BYTES,
    Columns,
    cell,
    dotted_day,
    figure,
    nominal_of,
    series,
    shipped,
    xml_root,
)
from ticker.model import ParseError, Table

URL = "https://www.cbr.ru/scripts/XML_daily.asp"
"""The newest table; no day is added."""
ARCHIVE_URL = "https://www.cbr.ru/scripts/XML_dynamic.asp"

HOME = "RUB"
COLUMNS = Columns(HOME, "Valute", "CharCode", "Nominal", "Value", ",")
STANDS_DAYS: Mapping[int, int] = {5: 3}  # Saturday's until Monday

_SHIPPED = shipped("cbr_2026-04-25.csv")
VALUTE_IDS: Mapping[str, str] = {currency: row["id"] for currency, row in _SHIPPED.items()}
"""The archive's name of each currency: the `Valute ID` of the table of 2026-04-25."""

_TABLE = re.compile(rb'<ValCurs(?:\s+Date="[0-9]{2}\.[^>]*|\s*)>')
_ARCHIVE = re.compile(rb'<ValCurs\s+ID="')


def parse(body: bytes, source: str = "cbr") -> Table:
    """The table of an XML_daily.asp. Raises ParseError."""
    root = _root(body, source)
    valid_on = dotted_day(root.get("Date", ""), source, "ValCurs / Date")
    days = STANDS_DAYS.get(valid_on.weekday(), 1)
    return COLUMNS.table_of_elements(root, source, valid_on, days)


def parse_archive(body: bytes, source: str = "cbr-archive") -> tuple[ArchiveFigure, ...]:
    """The figures of an XML_dynamic.asp with their nominals, oldest first. Raises ParseError."""
    root = _root(body, source, MAX_ARCHIVE_BYTES)
    id_ = root.get("ID", "")
    if not id_:
        raise ParseError(source, "ValCurs / ID", id_, "the archive's name of a currency")
    return series((_archive_figure(row, id_, source) for row in root.iterfind("Record")), source)


def archive_address(url: str, currency: str, first: date, last: date) -> str:
    """The archive page of one currency from `first` to `last`, both included. Raises KeyError for a currency that the
    archive does not have."""
    days = {"date_req1": f"{first:%d/%m/%Y}", "date_req2": f"{last:%d/%m/%Y}"}
    return f"{url}?{urlencode({'VAL_NM_RQ': VALUTE_IDS[currency]} | days, safe='/')}"


def looks_like_table(body: bytes) -> bool:
    return _TABLE.search(body[:2048]) is not None


def looks_like_archive(body: bytes) -> bool:
    return _ARCHIVE.search(body[:2048]) is not None


def _root(body: bytes, source: str, limit: int = MAX_TABLE_BYTES) -> ElementTree.Element:
    """Raises ParseError, with the bank's own words where it answers in words."""
    root = xml_root(body, source, "ValCurs", limit=limit)
    said = " ".join((root.text or "").split())
    if said and not len(root):
        raise ParseError(source, "ValCurs", said, "rows")
    return root


def _archive_figure(row: ElementTree.Element, id_: str, source: str) -> ArchiveFigure:
    valid_on = dotted_day(row.get("Date", ""), source, "Record / Date")
    where = f"Record {valid_on} / "
    if row.get("Id") != id_:
        raise ParseError(source, where + "Id", row.get("Id", ""), f"the page's, {id_[:20]}")
    quoted = figure(cell(row, "Value"), source, where + "Value", COLUMNS.mark)
    return ArchiveFigure(valid_on, quoted, nominal_of(cell(row, "Nominal"), source, where + "Nominal"))


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZoneInfo("Europe/Moscow"),
    parse=parse,
    recognises=looks_like_table,
    archive=ArchiveAdapter(
        currencies=frozenset(VALUTE_IDS),
        address=archive_address,
        parse=parse_archive,
        recognises=looks_like_archive,
        page=timedelta(days=350),  # how long a page may be is not recorded: not more than NBKR's is asked for
        filled=frozenset({"USD", "EUR", "CNY", "KGS", "KZT"}),  # a page each: not of all 54
    ),
    restamps=False,
    weekend=Weekend.STANDS,
    stands_days=STANDS_DAYS,
    out_of_range=OutOfRange.ERROR,
    testifies=Testifies.RATIOS,
    # Other banks crossed, on the 13 recorded days of March and April 2026 (NBKR all, NBG and NBRB one each), differ by
    # at most 0.98 % in USD and KGS, 0.84 % in EUR, and NBKR alone on two days by 1.29 % in KZT.
    agreement=dict.fromkeys(("USD", "EUR", "KGS", "KZT"), Decimal("0.025")),
    # NBKR's series crossed: since 2023 no move in roubles was over 5.92 %; in 2022 up to eleven of each were over 7 %.
    contradicted_limits=dict.fromkeys(("USD", "EUR", "KGS", "KZT"), Decimal("0.07")),
    nominals={currency: int(row["nominal"]) for currency, row in _SHIPPED.items()},
)
