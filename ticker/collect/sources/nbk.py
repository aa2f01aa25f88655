"""National Bank of Kazakhstan: get_rates.cfm (39 currencies).

XML in UTF-8 that calls itself RSS and is none; decimal point, as many digits as it takes (`3`, `470.1`, `328.01`);
quant 1 to 1000; date DD.MM.YYYY, once for the table. The som has two digits (5.47), so that a figure crossed by it is
rounded by up to 0.09 %. Hours of publication, weekends and days out of range were never recorded.
Seen 2026-04-01 to 2026-04-03; https://nationalbank.kz
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import BankAdapter
from ticker.collect.sources.reading import Columns, cell, dotted_day, nominals, xml_root
from ticker.model import Table

URL = "https://nationalbank.kz/rss/get_rates.cfm"
"""`?fdate=DD.MM.YYYY` is added."""

HOME = "KZT"
COLUMNS = Columns(HOME, "item", "title", "quant", "description")


def parse(body: bytes, source: str = "nbk") -> Table:
    """The table of a get_rates.cfm. Raises ParseError."""
    root = xml_root(body, source, "rates")
    valid_on = dotted_day(cell(root, "date"), source, "rates / date")
    return COLUMNS.table_of_elements(root, source, valid_on)


def address(url: str, day: date) -> str:
    return f"{url}?fdate={day:%d.%m.%Y}"


def looks_like_table(body: bytes) -> bool:
    return b"<rates>" in body[:2048]


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZoneInfo("Asia/Almaty"),
    parse=parse,
    recognises=looks_like_table,
    address=address,
    # Other banks crossed, 2026-04-01 to 03, differ by at most 0.24 % in USD, 0.26 % in EUR, 0.44 % in RUB and 0.18 % in
    # KGS (NBKR and CBU), and 0.24 % in CNY (CBU alone).
    agreement=dict.fromkeys(("USD", "EUR", "RUB", "CNY", "KGS"), Decimal("0.025")),
    # NBKR's series crossed: since 2023 at most 3.3 % in USD and KGS, 4.3 % in EUR, 5.7 % in RUB.
    contradicted_limits=dict.fromkeys(("USD", "EUR", "KGS"), Decimal("0.05")) | {"RUB": Decimal("0.07")},
    nominals=nominals(
        x1=(
            "AED AUD AZN BRL BYN CAD CHF CNY CZK DKK EUR GBP GEL HKD INR JPY KGS KWD MDL MXN MYR NOK PLN RUB SAR SEK "
            "SGD THB TJS TRY UAH USD XDR ZAR"
        ),
        x10="AMD HUF",
        x100="KRW UZS",
        x1000="IRR",
    ),
)
