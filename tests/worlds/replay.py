"""Replay seeded worlds: `python -m tests.worlds.replay --seeds 1-100`. Exit status 1 where a figure was false."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))  # for `support`

from .bank import clock  # noqa: E402
from .fast import FastRun  # noqa: E402
from .report import Result, result_of, summary  # noqa: E402
from .world import World  # noqa: E402


def replayed(job: tuple[int, int, int | None]) -> Result:
    """One world in the fast tier: its number, days, and number of faults (None: as the number decides)."""
    seed, days, count = job
    world = World(seed, days, count)
    return result_of(world, FastRun(world).run())


def replay(jobs: list[tuple[int, int, int | None]], processes: int) -> Iterator[Result]:
    if processes == 1:
        yield from map(replayed, jobs)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(replayed, jobs, chunksize=1)


def explain(seed: int, days: int, count: int | None) -> None:
    """Everything that went wrong in a world, what each round said that changed something, and what readers saw."""
    world = World(seed, days, count)
    lines = [
        (float(one.begin), f"FAULT {one.kind} of {one.of or 'all'} until {clock(one.end)} ({one.amount})")
        for one in world.felt
    ]
    for name, pages in world.pages.items():
        for at, page in pages:
            wrong = ", ".join(f"{one.currency} {one.quoted}/{one.nominal}" for one in world.wrong_rows(page))
            lines.append((float(at), f"BANK {name} of {page.day}{' WRONG ' + wrong if wrong else ''}"))
    run = FastRun(world, note=lambda at, text: lines.append((at, "  " + text)))
    checker = run.run()
    lines += [(one.at, f"    FALSE {one}") for one in checker.false]
    lines += [(one.at, f"    UNMARKED IN CONTENTION {one}") for one in checker.in_contention]
    for at, text in sorted(lines, key=lambda one: one[0]):
        if at >= world.begin:
            print(clock(at), text)


def seeds_of(text: str) -> list[int]:
    """`7`, `1-1000` or `3,9,20-30`."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-100")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--faults", type=int, help="how many; as the number decides where it is not given")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--stop-at-first", action="store_true")
    parser.add_argument("--explain", type=int, metavar="SEED")
    given = parser.parse_args()
    if given.explain is not None:
        explain(given.explain, given.days, given.faults)
        return 0
    results: list[Result] = []
    for result in replay([(seed, given.days, given.faults) for seed in seeds_of(given.seeds)], given.jobs):
        results.append(result)
        for one in result.false:
            print(one)
            print(*(f"        {line}" for line in one.before), sep="\n")
        if result.false and given.stop_at_first:
            break
    print(summary(results))
    return 1 if any(one.false for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
