"""Central Bank of Uzbekistan: json/all (75 currencies).

JSON, an object for each currency, every value a string; decimal point, two digits; Nominal 1 or 10; Date DD.MM.YYYY in
each. Asked for a day of which it has none it repeats the last table: the day in the body counts. Hours of publication
and weekends were never recorded. Seen 2022-08-05 and 2026-04-01 to 2026-04-03; https://cbu.uz
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import BankAdapter, OutOfRange
from ticker.collect.sources.reading import (
    Columns,
    day_of_most,
    dotted_day,
    json_document,
    json_text,
    nominals,
    readable,
    rows_of,
    same_day,
    table,
)
from ticker.model import Rate, Table

URL = "https://cbu.uz/en/arkhiv-kursov-valyut/json/all/"
"""`YYYY-MM-DD/` is added."""

HOME = "UZS"
COLUMNS = Columns(HOME, "item", "Ccy", "Nominal", "Rate")


def parse(body: bytes, source: str = "cbu") -> Table:
    """The table of a json/all. A row of another day than most is dropped. Raises ParseError."""
    rows = rows_of(json_document(body, source, "an array of currencies"), source, "body")
    valid_on = day_of_most(readable(rows, lambda row: _day(row, source)), source, "item / Date")
    return table(valid_on, rows, lambda row: _rate(row, valid_on, source), source, "body", COLUMNS.row)


def address(url: str, day: date) -> str:
    return f"{url.rstrip('/')}/{day}/"


def looks_like_table(body: bytes) -> bool:
    return b'"Ccy"' in body[:2048]


def _day(row: object, source: str) -> date:
    return dotted_day(json_text(row, "Date", source, COLUMNS.row), source, "item / Date")


def _rate(row: object, valid_on: date, source: str) -> Rate:
    rate = COLUMNS.rate_of_object(row, source, valid_on)
    same_day(_day(row, source), valid_on, source, f"item {rate.currency} / Date")
    return rate


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZoneInfo("Asia/Tashkent"),
    parse=parse,
    recognises=looks_like_table,
    address=address,
    out_of_range=OutOfRange.REPEATED,
    # NBK crossed, 2026-04-01 to 03, differs by at most 0.10 % in USD, 0.19 % in EUR, 0.41 % in RUB, 0.11 % in CNY,
    # 0.34 % in KZT and 0.16 % in KGS. No other bank's soums are recorded.
    agreement=dict.fromkeys(("USD", "EUR", "RUB", "CNY", "KZT", "KGS"), Decimal("0.025")),
    nominals=nominals(
        x1=(
            "AED AFN AMD ARS AUD AZN BDT BGN BHD BND BRL BYN CAD CHF CNY CUP CZK DKK DZD EGP EUR GBP GEL HKD HUF ILS "
            "INR IQD ISK JOD JPY KGS KHR KRW KWD KZT LAK LBP LYD MAD MDL MMK MNT MXN MYR NOK NZD OMR PHP PKR PLN QAR "
            "RON RSD RUB SAR SDG SEK SGD SYP THB TJS TMT TND TRY UAH USD UYU VES XDR YER ZAR"
        ),
        x10="IDR IRR VND",
    ),
)
