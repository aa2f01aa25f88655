"""Replay seeded worlds: `python -m tests.worlds.replay --seeds 1-100`. Exit status 1 where a figure was false."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))  # for `support`

from support.running import free_port  # noqa: E402

from .bank import clock  # noqa: E402
from .fast import FastRun  # noqa: E402
from .late import all_held, table  # noqa: E402
from .report import Result, differing, document, result_of, summary  # noqa: E402
from .truth import series  # noqa: E402
from .whole import WholeRun  # noqa: E402
from .world import World  # noqa: E402


@dataclass(frozen=True)
class Job:
    """A world to be replayed: `count` faults (None: as the number decides), in one tier or in both."""

    seed: int
    days: int
    count: int | None = None
    whole: bool = False


def replayed(job: Job) -> Result:
    world = World(job.seed, job.days, job.count)
    checker = FastRun(world).run()
    if not job.whole:
        return result_of(world, checker)
    with tempfile.TemporaryDirectory() as folder:
        run = WholeRun(World(job.seed, job.days, job.count), Path(folder), free_port)
        try:
            found = run.run()
        finally:
            run.close()
    if differs := differing(checker.history, found.history):
        raise AssertionError(f"world {job.seed}: the tiers show different things\n{differs}")
    return result_of(run.world, found)


def replay(jobs: Sequence[Job], processes: int, *, stop_at_first: bool = False) -> list[Result]:
    """The results in the order of the jobs; each false figure is printed as soon as it is found."""
    results: list[Result] = []
    with get_context("spawn").Pool(processes) as pool:
        for result in pool.imap(replayed, jobs) if processes > 1 else map(replayed, jobs):
            results.append(result)
            for one in result.false:
                print(one, *(f"        {line}" for line in one.before), sep="\n", flush=True)
            if result.false and stop_at_first:
                break
            if sys.stderr.isatty():
                print(f"\r{len(results)} of {len(jobs)} worlds", end="", file=sys.stderr, flush=True)
    return results


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


LONG = tuple(Job(seed, 1870, 560) for seed in (1, 2, 3))
WHOLE_DAYS, WHOLE_FAULTS = 4, 14


def whole_jobs(seeds: Iterable[int]) -> list[Job]:
    return [Job(seed, WHOLE_DAYS, WHOLE_FAULTS, whole=True) for seed in seeds]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-1000", help="7, 1-1000 or 3,9,20-30")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--faults", type=int, help="how many; as the number decides where it is not given")
    parser.add_argument("--tier", choices=("fast", "whole"), default="fast")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("--stop-at-first", action="store_true", help="end with the first false figure")
    parser.add_argument("--explain", type=int, metavar="SEED", help="print all that happened in one world")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="replay 3 long and 30 whole ones too, and write FILE"
    )
    given = parser.parse_args()
    if given.explain is not None:
        explain(given.explain, given.days, given.faults)
        return 0
    seeds = seeds_of(given.seeds)
    jobs = whole_jobs(seeds) if given.tier == "whole" else [Job(seed, given.days, given.faults) for seed in seeds]
    results = replay(jobs, given.jobs, stop_at_first=given.stop_at_first)
    print(summary(results))
    if given.write:
        long = replay(LONG, given.jobs)
        print(summary(long))
        whole = replay(whole_jobs(range(1, 31)), given.jobs)
        print(summary(whole))
        given.write.write_text(
            document(results, long, whole, table(all_held(series())), series().recorded), encoding="utf-8"
        )
        results += long + whole
    return 1 if any(one.false for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
