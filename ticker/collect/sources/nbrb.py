"""National Bank of the Republic of Belarus: rates?periodicity=0 (30 currencies) and dynamics (one currency by days).

JSON, an object for each currency or day; figures are numbers with 4 digits; Cur_Scale 1 to 100000; Date
YYYY-MM-DDT00:00:00 in each. The dynamics list every calendar day, weekends with the figures before; they print the
number of the currency and no scale: a number's scale is that of the table of 2026-03-17. The numbers changed with the
redenomination of 2016-07-01, so no earlier day is asked for. Hours of publication were never recorded, nor a table of a
weekend. Seen 2026-03-17; https://www.nbrb.by/apihelp/exrates
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import ArchiveAdapter, ArchiveFigure, BankAdapter, OutOfRange, Weekend
from ticker.collect.sources.reading import (
    MAX_ARCHIVE_BYTES,
    Columns,
    day_of_most,
    figure,
    iso_day,
    json_document,
    json_text,
    readable,
    rows_of,
    same_day,
    series,
    shipped,
    table,
)
from ticker.model import ParseError, Rate, Table

URL = "https://api.nbrb.by/exrates/rates?periodicity=0"
"""The newest daily table; no day is added."""
ARCHIVE_URL = "https://api.nbrb.by/exrates/rates/dynamics"

HOME = "BYN"
COLUMNS = Columns(HOME, "item", "Cur_Abbreviation", "Cur_Scale", "Cur_OfficialRate", numbers=True)

_SHIPPED = shipped("nbrb_2026-03-17.csv")
CUR_IDS: Mapping[str, int] = {currency: int(row["id"]) for currency, row in _SHIPPED.items()}
"""The archive's number of each currency: the `Cur_ID` of the table of 2026-03-17."""
_SCALES = {row["id"]: int(row["nominal"]) for row in _SHIPPED.values()}


def parse(body: bytes, source: str = "nbrb") -> Table:
    """The table of a rates?periodicity=0. A row of another day than most is dropped. Raises ParseError."""
    rows = rows_of(json_document(body, source, "an array of currencies"), source, "body")
    valid_on = day_of_most(readable(rows, lambda row: _day(row, source)), source, "item / Date")
    return table(valid_on, rows, lambda row: _rate(row, valid_on, source), source, "body", COLUMNS.row)


def parse_archive(body: bytes, source: str = "nbrb-archive") -> tuple[ArchiveFigure, ...]:
    """The figures of a dynamics page, oldest first; a page without a day is an empty answer. Raises ParseError."""
    rows = rows_of(json_document(body, source, "an array of days", MAX_ARCHIVE_BYTES), source, "body")
    ids = {json_text(row, "Cur_ID", source, COLUMNS.row, number=True) for row in rows}
    if len(ids) > 1:
        raise ParseError(source, "item / Cur_ID", " and ".join(sorted(ids)[:2]), "one number for all days")
    return series((_archive_figure(row, source) for row in rows), source)


def archive_address(url: str, currency: str, first: date, last: date) -> str:
    """The archive page of one currency from `first` to `last`, both included. Raises KeyError for a currency that the
    archive does not have."""
    return f"{url}/{CUR_IDS[currency]}?startDate={first}&endDate={last}"


def looks_like_table(body: bytes) -> bool:
    return b'"Cur_Abbreviation"' in body[:2048]


def looks_like_archive(body: bytes) -> bool:
    return b'"Cur_ID"' in body[:2048] and not looks_like_table(body)


def _day(row: object, source: str) -> date:
    return iso_day(json_text(row, "Date", source, COLUMNS.row), source, "item / Date", "T00:00:00")


def _rate(row: object, valid_on: date, source: str) -> Rate:
    rate = COLUMNS.rate_of_object(row, source, valid_on)
    same_day(_day(row, source), valid_on, source, f"item {rate.currency} / Date")
    return rate


def _archive_figure(row: object, source: str) -> ArchiveFigure:
    valid_on = _day(row, source)
    where = f"item {valid_on}"
    printed = json_text(row, COLUMNS.quoted, source, where, number=True)
    scale = _SCALES.get(json_text(row, "Cur_ID", source, where, number=True))
    return ArchiveFigure(valid_on, figure(printed, source, f"{where} / {COLUMNS.quoted}"), scale)


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZoneInfo("Europe/Minsk"),
    parse=parse,
    recognises=looks_like_table,
    archive=ArchiveAdapter(
        currencies=frozenset(CUR_IDS),
        address=archive_address,
        parse=parse_archive,
        recognises=looks_like_archive,
        page=timedelta(days=350),  # how long a page may be is not recorded: not more than NBKR's is asked for
        earliest=date(2016, 7, 1),
    ),
    weekend=Weekend.RESTAMPED,  # in the dynamics
    out_of_range=OutOfRange.NOT_ASKED,
    nominals={currency: int(row["nominal"]) for currency, row in _SHIPPED.items()},
)
