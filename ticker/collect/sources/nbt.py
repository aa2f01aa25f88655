"""National Bank of Tajikistan: export_xml.php (36 currencies).

XML in UTF-8, laid out like the Russian bank's table but with a decimal point, 4 digits, and the date YYYY-MM-DD;
Nominal 1 to 1000. Asked for a day of which it has none it gives today's table without a word: the day in the body
counts. Hours of publication and weekends were never recorded. Seen 2026-05-18 to 2026-05-20; https://www.nbt.tj
"""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from ticker.collect.sources.adapter import BankAdapter, OutOfRange
from ticker.collect.sources.reading import Columns, iso_day, nominals, xml_root
from ticker.model import Table

URL = "https://www.nbt.tj/en/kurs/export_xml.php"
"""`?date=YYYY-MM-DD&export=xmlout` is added."""

HOME = "TJS"
COLUMNS = Columns(HOME, "Valute", "CharCode", "Nominal", "Value")

_TABLE = re.compile(rb'<ValCurs\s+Date="[0-9]{4}-')


def parse(body: bytes, source: str = "nbt") -> Table:
    """The table of an export_xml.php. Raises ParseError."""
    root = xml_root(body, source, "ValCurs")
    valid_on = iso_day(root.get("Date", ""), source, "ValCurs / Date")
    return COLUMNS.table_of_elements(root, source, valid_on)


def address(url: str, day: date) -> str:
    return f"{url}?date={day}&export=xmlout"


def looks_like_table(body: bytes) -> bool:
    return _TABLE.search(body[:2048]) is not None


ADAPTER = BankAdapter(
    home=HOME,
    zone=ZoneInfo("Asia/Dushanbe"),
    parse=parse,
    recognises=looks_like_table,
    address=address,
    out_of_range=OutOfRange.TODAYS,
    nominals=nominals(
        x1=("AED AUD AZN BYN CAD CHF CNY DKK EUR GBP GEL KWD MDL MYR NOK PLN RUB SAR SEK SGD THB TMT TRY UAH USD"),
        x10="AFN INR ISK JPY KGS KZT PKR",
        x100="AMD KRW UZS",
        x1000="IRR",
    ),
)
