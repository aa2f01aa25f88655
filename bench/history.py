"""How long ten years of five currencies take as JSON over HTTP, on a miss and on a hit; beside each, on a core as
free, what `json.dumps` alone needs for the same document. Run by `make bench`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from bench.load import spread, table
from bench.machine import options
from bench.servers import PAST, Server, ask, prepared

PLAIN = {"Accept-Encoding": "identity"}


def main() -> int:
    given = options(__doc__)
    with prepared(given.tree) as ticker, ticker.serving() as server:
        compare(server, ticker.first_day, given.rounds)
    return 0


def compare(server: Server, first_day: date, rounds: int) -> None:
    """Each round begins on another day, so that its document is not cached."""
    url = f"{server.url}/api/v1/history?currencies={','.join(PAST)}&from="
    document = json.loads(ask(f"{url}{first_day}", PLAIN).data)  # the figures are read from the store once for all
    took = []
    for nth in range(rounds):
        address = f"{url}{first_day + timedelta(days=nth + 1)}"
        took.append([_ms(partial(json.dumps, document)), *(_ms(partial(ask, address, PLAIN)) for _ in ("miss", "hit"))])
    dumps, miss, hit = zip(*took, strict=True)
    rows = [("json.dumps alone", spread(dumps, 1), "1")]
    for name, ours in (("miss", miss), ("hit", hit)):
        rows.append((name, spread(ours, 1), spread([one / alone for one, alone in zip(ours, dumps, strict=True)])))
    print("\n" + table((f"history, {len(document['rates'])} rows", "ms", "times json.dumps"), rows))


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
