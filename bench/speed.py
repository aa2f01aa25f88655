"""How fast the service is beside nginx, how long a start and a miss take, and how much memory it needs.

Servers run on one core and the load on another. Before each run of a server nginx runs, one worker on the same core
with the same bytes as a file; ratios are taken inside such a pair. Figures are for one machine and one moment: the
ratios count. Needs wrk and nginx. Run by `make bench`.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from itertools import count
from statistics import median

from bench.load import HEAD, Address, Run, measure, row, spread, table
from bench.machine import memory, options
from bench.servers import Server, Ticker, ask, nginx, on_granian, prepared

PLAIN = {"Accept-Encoding": "identity"}
STRIP = Address("/strip", PLAIN)
CLICKS_A_SECOND = 50
CLICKS = f"strip, {CLICKS_A_SECOND} clicks/s"
HITS = {
    "strip": STRIP,
    "strip, gzip": Address("/strip", {"Accept-Encoding": "gzip"}),
    "strip, br": Address("/strip", {"Accept-Encoding": "br"}),
    "JSON": Address("/strip.json", PLAIN),
    "304": Address("/strip", PLAIN, conditional=True),
    CLICKS: STRIP,
}
A_HIT = "a hit, beside them"
MISSES = {
    A_HIT: "/strip",
    **{name: f"/strip{name}?bg={{colour}}" for name in ("", ".json", ".svg", ".png", ".txt", ".fragment")},
    "panel": "/panel?bg={colour}",
    "chart of a year": "/chart.svg?from=1y&bg={colour}",
    "API: rates of a day": "/api/v1/rates?date={first}",
    "API: history of 90 days": "/api/v1/history?from={first}&to={last}",
}
LEGEND = """Ratios, inside pairs: our requests a second through nginx's; nginx's CPU
time of a request through ours. Where the load was the limit of nginx, the first ratio is too good."""
READER = {"Content-Type": "text/plain", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101"}
SETTLED_S = 5  # until a started process has made what it makes beforehand


def main() -> int:
    given = options(__doc__)
    with prepared(given.tree) as ticker:
        starts(ticker, 1 if given.quick else 5)
        with ticker.serving() as server:
            time.sleep(SETTLED_S)
            print(f"\nmemory at rest after the start: {memory(server.process)}", flush=True)
            misses(server, ticker.first_day, 5 if given.quick else 300)
            hits(server, ticker, given.rounds, given.seconds)
    return 0


def starts(ticker: Ticker, times: int) -> None:
    took = []
    for _ in range(times):
        with ticker.serving() as server:
            took.append(server.started_s)
    print(f"\nstart, from the command to the first 200 of /strip: {spread(took)} s, {times} times", flush=True)


def misses(server: Server, first_day: date, times: int) -> None:
    """Over one connection, all media in turn. A hit beside them shows how much is the connection's."""
    took: dict[str, list[float]] = {name: [] for name in MISSES}
    for nth in range(times):
        first = first_day + timedelta(days=nth)
        filled = {"colour": f"{nth:06x}", "first": first, "last": first + timedelta(days=89)}
        for name, path in MISSES.items():
            began = time.perf_counter()
            answer = ask(server.url + path.format(**filled), PLAIN)
            took[name].append((time.perf_counter() - began) * 1000)
            cached = answer.headers["Cache-Status"]
            if answer.status != 200 or ("hit" in cached) != (name == A_HIT):
                raise SystemExit(f"bench: {path.format(**filled)} answers {answer.status}, {cached}")
    rows = [(name or "strip", f"{median(ms):.2f}", f"{min(ms):.2f}", f"{max(ms):.2f}") for name, ms in took.items()]
    print(f"\n{table((f'misses over HTTP, {times} of each', 'ms', 'least', 'most'), rows)}")
    print(f"\nmemory after {(len(MISSES) - 1) * times} different queries: {memory(server.process)}", flush=True)


def hits(server: Server, ticker: Ticker, rounds: int, seconds: int) -> None:
    folder, cores = ticker.folder, ticker.cores
    for name in ("strip", "strip.json"):
        (folder / name).write_bytes(ask(f"{server.url}/{name}", PLAIN).data)
    with ExitStack() as stack:
        asked = {name: (server, address) for name, address in HITS.items()}
        for name, application in (("bare bytes, granian", "bare"), ("naive Flask app", "naive")):
            asked[name] = stack.enter_context(on_granian(application, folder, cores)), Address("/", PLAIN)
        answers = {name: ask(one.url + address.path, address.headers) for name, (one, address) in asked.items()}
        files = {name: f"file-{nth}" for nth, name in enumerate(asked)}
        other = stack.enter_context(nginx({files[name]: got for name, got in answers.items()}, folder, cores))
        pairs: dict[str, list[tuple[Run, Run]]] = {name: [] for name in asked}
        for _ in range(rounds):
            for name, (one, address) in asked.items():
                file = Address(f"/{files[name]}", address.headers, address.conditional)
                theirs = measure(other, file, seconds, cores)
                with clicking(server) if name == CLICKS else ExitStack():
                    pairs[name].append((theirs, measure(one, address, seconds, cores)))
    sizes = {name: 0 if asked[name][1].conditional else len(got.data) for name, got in answers.items()}
    print(f"\n{table(HEAD, [row(name, sizes[name], of_row) for name, of_row in pairs.items()])}")
    print(f"{rounds} pairs a row, {seconds} s a run; median (least–most). {LEGEND}")


@contextmanager
def clicking(server: Server) -> Iterator[None]:
    """Clicks on stories at a steady pace, as readers' browsers send them."""
    stories = [one["id"] for one in json.loads(ask(f"{server.url}/strip.json", PLAIN).data)["headlines"]]
    ended = threading.Event()

    def click() -> None:
        for nth in count():
            if ended.wait(1 / CLICKS_A_SECOND):
                break
            ask(f"{server.url}/click/{stories[nth % len(stories)]}", READER, "POST", f"page-{time.monotonic_ns()}")

    thread = threading.Thread(target=click)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
