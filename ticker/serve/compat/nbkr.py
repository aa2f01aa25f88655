"""NBKR's daily.xml and weekly.xml, byte for byte as the bank writes them.

windows-1251 declared, decimal comma, a line an element; the weekly file says how many days each figure is valid for.
Seen 2026-05-23; https://www.nbkr.kg
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ticker.model import Rate
from ticker.rates.certain import newest_table
from ticker.rates.freshness import Judgement
from ticker.snapshot import Content

BANK = "NBKR"
Kind = Literal["Daily", "Weekly"]

# The order of the bank's own files of May 2026. The store has none.
ORDER = """
    USD EUR CNY KZT RUB GBP DKK INR CAD KRW NOK XDR SEK CHF JPY AMD MDL TJS UZS UAH KWD HUF CZK NZD PKR AUD TRY AZN SGD
    AFN BRL GEL AED IRR MYR MNT TWD TMT PLN SAR BYN OMR HKD IDR
"""
_PLACES = {currency: place for place, currency in enumerate(ORDER.split())}

INVENTED = "A demonstration: these figures are invented."


def table(content: Content, judged: Judgement, kind: Kind) -> tuple[Rate, ...]:
    """The bank's newest table in its usual order; empty where none may be shown."""
    rates = newest_table(content, judged, BANK, weekly=kind == "Weekly")
    return tuple(sorted(rates, key=lambda rate: (_PLACES.get(rate.currency, len(_PLACES)), rate.currency)))


def nbkr_xml(kind: Kind, table: Sequence[Rate], *, demo: bool = False) -> bytes:
    """The bank's file. `table` has one figure at least."""
    lines = [
        '<?xml version="1.0" encoding="windows-1251" ?>',
        *([f"<!-- {INVENTED} -->"] if demo else []),
        f'<CurrencyRates Name="{kind} Exchange Rates" Date="{table[0].valid_on:%d.%m.%Y}">',
    ]
    for rate in table:
        lines += [f'<Currency ISOCode="{rate.currency}">', f"<Nominal>{rate.nominal}</Nominal>"]
        lines += [f"<ValidFor>{(rate.valid_until - rate.valid_on).days + 1}</ValidFor>"] if kind == "Weekly" else []
        lines += [f"<Value>{rate.quoted:f}</Value>".replace(".", ","), "</Currency>"]
    return "\n".join([*lines, "</CurrencyRates>", ""]).encode("windows-1251")
