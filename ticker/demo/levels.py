"""Where currencies stand over the years in the demonstration: invented, in the likeness of 1999 to 2026.

The dollar has long flats, steps and drifts. All others are priced in dollars, so that a step of the som moves them
together, as it does in a bank's table. Before the first knot and after the last one a level stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

_Knots = Sequence[tuple[int, Decimal]]  # ordinals of days, the earliest first; straight lines between them


def level(currency: str, day: date) -> Decimal:
    """Soms for one unit, before anything that changes from week to week."""
    if currency in FROZEN:
        return FROZEN[currency]
    soms = _between(_SOMS_PER_DOLLAR, day)
    return soms if currency == "USD" else soms / _between(_PER_DOLLAR[currency], day)


def _between(knots: _Knots, day: date) -> Decimal:
    at = day.toordinal()
    nth = bisect_right(knots, at, key=lambda knot: knot[0])
    if nth in (0, len(knots)):
        return knots[max(nth - 1, 0)][1]
    (begins, before), (ends, after) = knots[nth - 1], knots[nth]
    return before + (after - before) * (at - begins) / (ends - begins)


def _knots(text: str) -> _Knots:
    """`2016-01 75.9 2020-03-08 69.85`: months mean their first day."""
    words = text.split()
    days = [date.fromisoformat(word if len(word) > 7 else f"{word}-01") for word in words[::2]]
    return [(day.toordinal(), Decimal(value)) for day, value in zip(days, words[1::2], strict=True)]


FROZEN = {"BYR": Decimal("0.003402")}

_SOMS_PER_DOLLAR = _knots("""
    1999-01 30 2000-01 45 2002-01 47.6 2005-01 41.5 2008-07 35 2009-07 43.3 2011-01 47 2013-01 47.4 2014-01 49.3
    2014-04 54.4 2014-09 52.5 2015-01 58.9 2015-07 62 2015-09 66 2016-01 75.9 2016-02 75.4 2016-04 68.6 2016-07 67.4
    2017-01 69.2 2017-07 69 2018-01 68.9 2018-05 68.4 2018-10 69.6 2019-01 69.8 2020-03-08 69.85 2020-03-30 80.4
    2020-04-12 81.2 2020-05-25 74.6 2020-07-01 76.2 2020-10-01 79.9 2020-12-01 84.2 2021-05 84.8 2022-02-20 84.8
    2022-03-16 103 2022-04-02 91.5 2022-04-25 82.4 2022-06-20 79.6 2022-09 80.9 2022-12 85.2 2023-02 87.4 2023-07 87.6
    2023-10 89.3 2024-03 89.4 2024-06 87.6 2024-08 85.2 2024-10 85.4 2024-12 87 2025-02 87.45
""")  # fmt: skip

# Units for one dollar.
_PER_DOLLAR = {
    currency: _knots(text)
    for currency, text in {
        "EUR": "2016-01 .92 2017-01 .95 2018-02 .81 2019-01 .872 2020-03 .9 2021-01 .82 2022-02 .885 2022-09 .97"
        " 2023-07 .9 2024-06 .925 2025-01 .965 2025-07 .855 2026-01 .8667",
        "RUB": "2016-01 73 2016-02 77 2016-06 65 2017-03 58 2018-04 58 2018-09 67 2020-02 63 2020-04 77 2020-07 70"
        " 2020-11 78 2021-07 73 2022-02-20 76 2022-03-16 112 2022-04-25 76 2022-07 58 2022-12 64 2023-08 95"
        " 2023-12 90 2024-06 88 2024-12 104 2025-05 80 2026-01 77.87",
        "CNY": "2016-01 6.5 2017-01 6.92 2018-04 6.3 2019-09 7.1 2020-06 7.1 2021-06 6.42 2022-03 6.34 2022-11 7.2"
        " 2023-02 6.8 2023-07 7.2 2025-04 7.3 2026-01 6.8642",
        "KZT": "2016-01 345 2016-02 365 2016-06 335 2017-06 315 2018-01 331 2018-09 368 2019-10 389 2020-02 378"
        " 2020-04 432 2021-06 428 2022-02-20 432 2022-03-16 505 2022-06 440 2022-10 475 2023-06 447 2024-05 443"
        " 2025-01 525 2025-10 540 2026-01 467.15",
        "GBP": "2016-01 .685 2016-06-20 .69 2016-07-20 .76 2017-01 .81 2018-04 .71 2019-08 .825 2021-05 .71 2022-09 .9"
        " 2023-07 .775 2025-01 .81 2026-01 .7448",
        "INR": "2016-01 67 2018-01 64 2018-10 74 2020-04 76 2022-01 74.5 2022-10 82.5 2024-06 83.4 2026-01 95.92",
        "CHF": "2016-01 1 2018-02 .93 2019-05 1.01 2021-01 .885 2022-10 .995 2023-12 .85 2025-01 .91 2026-01 .7862",
        "JPY": "2016-01 118 2016-08 101 2016-12 117 2020-01 109 2021-01 103.5 2022-10 148 2023-01 130 2024-07 160"
        " 2024-09 143 2025-01 157 2025-04 143 2026-01 159.05",
        "AMD": "2016-01 484 2020-01 479 2021-04 525 2022-03 500 2022-07 408 2024-01 402 2025-06 384 2026-01 368.46",
        "UZS": "2016-01 7200 2018-01 8130 2020-01 9500 2022-01 10850 2024-01 12350 2025-01 12920 2026-01 11979",
        "TRY": "2016-01 2.95 2017-01 3.65 2018-05 4.1 2018-09 6.3 2020-01 5.95 2020-11 8.1 2021-09 8.5 2022-01 13.4"
        " 2023-05 19.5 2023-08 27 2025-01 35.4 2026-01 45.64",
        "GEL": "2016-01 2.4 2017-01 2.65 2018-01 2.55 2020-02 2.85 2020-05 3.2 2021-05 3.4 2022-12 2.68 2026-01 2.6710",
        "AED": "2016-01 3.6729",
    }.items()
}  # fmt: skip
