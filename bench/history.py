"""How long ten years of five currencies take as JSON, made anew each time (a miss) and from memory (a hit); beside it,
what `json.dumps` alone needs for the same document. Run by `make bench`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from support.desk import Desk

from ticker.model import DAY

FIRST, DAYS = date(2016, 5, 22), 3652
CURRENCIES = ("USD", "EUR", "RUB", "KZT", "CNY")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), FIRST + (DAYS - 1) * DAY)
        for currency in CURRENCIES:
            desk.say(currency, [(FIRST + nth * DAY, f"87.{nth // 3 % 10_000:04}") for nth in range(DAYS)])
        desk.publish()
        addresses = [_address(CURRENCIES[nth:] + CURRENCIES[:nth]) for nth in range(len(CURRENCIES))]
        desk.get(addresses[0])  # the figures are read from the store once for all
        misses = [_took(partial(desk.get, address)) for address in addresses[1:]]
        hits = [_took(partial(desk.get, address)) for address in addresses]
        document = desk.get(addresses[0]).json
        dumps = [_took(partial(json.dumps, document)) for _ in range(5)]
        desk.close()
    rows = len(document["rates"])
    print(f"history of {rows} days: {_ms(misses)} on a miss, {_ms(hits)} on a hit; json.dumps alone {_ms(dumps)}")
    return 0


def _address(currencies: tuple[str, ...]) -> str:
    return f"/api/v1/history?from={FIRST}&currencies={','.join(currencies)}"


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ms(took: list[float]) -> str:
    return f"{median(took) * 1000:.0f} ms (least {min(took) * 1000:.0f})"


if __name__ == "__main__":
    sys.exit(main())
