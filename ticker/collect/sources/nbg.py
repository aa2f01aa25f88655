"""National Bank of Georgia: currencies (42 currencies).

JSON, an array of one table: its date, and currencies with quantity 1 to 10000 and rate, a number with 4 digits. The
table's date and each row's validFromDate, YYYY-MM-DDT00:00:00.000Z, are the day the rates are valid from; the row's own
date is the moment at which they were set, on the evening before. Asked for a day it gives the table in force then: for
Monday 2026-03-02 Saturday's, for 2026-03-04 that of the 3rd. Hours of publication were never recorded as such.
Seen 2026-03-30; https://nbg.gov.ge
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import BankAdapter, OutOfRange, Weekend
from ticker.collect.sources.reading import (
    Columns,
    iso_day,
    json_document,
    json_text,
    member,
    nominals,
    rows_of,
    same_day,
    table,
)
from ticker.model import ParseError, Rate, Table

URL = "https://nbg.gov.ge/gw/api/ct/monetarypolicy/currencies/"
"""`?date=YYYY-MM-DD` is added."""

HOME = "GEL"
COLUMNS = Columns(HOME, "currency", "code", "quantity", "rate", numbers=True)
STANDS_DAYS: Mapping[int, int] = {5: 3}  # Saturday's until Monday

_MIDNIGHT = "T00:00:00.000Z"


def parse(body: bytes, source: str = "nbg") -> Table:
    """The table of a currencies answer. A row of another day than the table's is dropped. Raises ParseError."""
    tables = rows_of(json_document(body, source, "an array of one table"), source, "body")
    if len(tables) != 1:
        raise ParseError(source, "body", f"an array of {len(tables)}", "an array of one table")
    valid_on = iso_day(json_text(tables[0], "date", source, "table"), source, "table / date", _MIDNIGHT)
    rows = rows_of(member(tables[0], "currencies", source, "table"), source, "table / currencies")
    return table(valid_on, rows, lambda row: _rate(row, valid_on, source), source, "table / currencies", COLUMNS.row)


def address(url: str, day: date) -> str:
    return f"{url}?date={day}"


def looks_like_table(body: bytes) -> bool:
    return b'"validFromDate"' in body[:2048]


def _rate(row: object, valid_on: date, source: str) -> Rate:
    rate = COLUMNS.rate_of_object(row, source, valid_on, STANDS_DAYS.get(valid_on.weekday(), 1))
    where = f"currency {rate.currency}"
    printed = json_text(row, "validFromDate", source, where)
    same_day(iso_day(printed, source, f"{where} / validFromDate", _MIDNIGHT), valid_on, source, where)
    return rate


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZoneInfo("Asia/Tbilisi"),
    parse=parse,
    recognises=looks_like_table,
    address=address,
    weekend=Weekend.STANDS,
    stands_days=STANDS_DAYS,
    out_of_range=OutOfRange.IN_FORCE,
    nominals=nominals(
        x1="AUD AZN BRL BYN CAD CHF EUR GBP KWD NZD SGD TRY USD",
        x10="AED CNY CZK DKK EGP HKD ILS MDL NOK PLN QAR RON SEK TJS TMT UAH ZAR",
        x100="HUF INR ISK JPY KGS KZT RSD RUB",
        x1000="AMD KRW UZS",
        x10000="IRR",
    ),
)
