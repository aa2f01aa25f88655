"""Defunct currencies: codes that banks go on printing after the money was replaced (ISO 4217, table A.3)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Defunct(NamedTuple):
    """A currency that was replaced. `since` is the first day on which it was no longer the official unit."""

    currency: str
    since: date
    successor: str
    source: str


DEFUNCT = {
    row.currency: row
    for row in (
        Defunct("ITL", date(2002, 1, 1), "EUR", "Council Regulation (EC) No 974/98, cash changeover"),
        Defunct("BEF", date(2002, 1, 1), "EUR", "Council Regulation (EC) No 974/98, cash changeover"),
        Defunct("RUR", date(1998, 1, 1), "RUB", "Decree of the President of Russia No 822 of 1997"),
        Defunct("TJR", date(2000, 10, 30), "TJS", "Issue of the somoni on 30 October 2000"),
        Defunct("TRL", date(2005, 1, 1), "TRY", "Law of Turkey No 5083 of 2004"),
        Defunct("ROL", date(2005, 7, 1), "RON", "Law of Romania No 348/2004"),
        Defunct("AZM", date(2006, 1, 1), "AZN", "Redenomination of the manat on 1 January 2006"),
        Defunct("EEK", date(2011, 1, 1), "EUR", "Council Decision 2010/416/EU"),
        Defunct("LVL", date(2014, 1, 1), "EUR", "Council Decision 2013/387/EU"),
        Defunct("LTL", date(2015, 1, 1), "EUR", "Council Decision 2014/509/EU"),
        Defunct("BYR", date(2016, 7, 1), "BYN", "Decree of the President of Belarus No 450 of 2015"),
        Defunct("HRK", date(2023, 1, 1), "EUR", "Council Decision (EU) 2022/1211"),
        Defunct("BGN", date(2026, 1, 1), "EUR", "Council Decision (EU) 2025/1407"),
    )
}


def is_defunct(currency: str, day: date) -> bool:
    """Whether the currency had been replaced by `day`, though a bank may still print it."""
    row = DEFUNCT.get(currency)
    return row is not None and day >= row.since
