"""How many planted bugs do the tests catch? `make bugs`, or `python -m tests.bugs --only judge`.

Each bug of bugs.toml is planted in a copy of the tree; the tests of its room run up to the first failure, then, if none
fails, seeded worlds up to the first false figure. Exit status 1 where a bug survives, or where the list is not true any
more: an old text is not found, or the tests fail without any bug.
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .planted import ROOT, Bug, NotPlantableError, read_list
from .trees import Ended, Tree, Trees, trees

WORLDS = f"{sys.executable} -m tests.worlds.replay --seeds 1-50 --jobs 1 --stop-at-first"
PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=line")
TESTS_END_S, WORLDS_END_S = 300, 900

BY_TESTS, BY_WORLDS, SURVIVED, BROKEN = "caught by tests", "caught by worlds", "survived", "list not true"


@dataclass(frozen=True, slots=True)
class Result:
    bug: Bug
    verdict: str
    by: str  # the test or the false figure that caught it
    seconds: float


def verdict_of(tree: Tree, bug: Bug, tests: Sequence[str], worlds: Sequence[str]) -> tuple[str, str]:
    """What catches a bug, and the line that says so."""
    try:
        with tree.with_bug(bug):
            tested = tree.run([*PYTEST, *tests], TESTS_END_S) if tests else Ended(0, "")
            if tested.code == 1 or tested.code is None:
                return BY_TESTS, _first_failure(tested)
            if tested.code:
                return BROKEN, _last_line(tested)
            replayed = tree.run(worlds, WORLDS_END_S) if worlds else Ended(0, "")
            if replayed.code == 0:
                return SURVIVED, ""
            return BY_WORLDS, _first_false(replayed)
    except NotPlantableError as fault:
        return BROKEN, str(fault).splitlines()[0]


def check_tree(tree: Tree, room: str, command: Sequence[str], within_s: float) -> str:
    """Why `command` tells nothing of a bug: it fails without any. "" where it passes."""
    ended = tree.run(command, within_s)
    return "" if ended.code == 0 else f"{room}: fails without a bug: {_first_failure(ended)}"


def _first_failure(ended: Ended) -> str:
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", ended.said, re.MULTILINE)
    return found[1] if found else ("did not end in time" if ended.code is None else _last_line(ended))


def _first_false(ended: Ended) -> str:
    if ended.code is None:
        return "did not end in time"
    fault = re.search(r"^\w*(?:Error|Exception)\b.*", ended.said, re.MULTILINE)
    return (fault[0] if fault else next(iter(ended.said.strip().splitlines()), ""))[:100]


def _last_line(ended: Ended) -> str:
    return next(iter(ended.said.strip().splitlines()[-1:]), "")[:100]


def _judged(copies: Trees, bug: Bug, tests: Sequence[str], worlds: Sequence[str]) -> Result:
    with copies.one() as tree:
        began = time.monotonic()
        verdict, by = verdict_of(tree, bug, tests, worlds)
    result = Result(bug, verdict, by, time.monotonic() - began)
    print(f"{verdict:16} {bug.room:10} {result.seconds:5.0f} s  {bug.harm}", flush=True)
    return result


def _checked(copies: Trees, room: str, command: Sequence[str], within_s: float) -> str:
    with copies.one() as tree:
        return check_tree(tree, room, command, within_s)


def table(results: Sequence[Result]) -> str:
    """The results in the order of the list, then how many of each."""
    rows = [
        f"| {number} | {one.bug.room} | `{one.bug.path}` | {one.bug.harm} | {one.verdict} | {one.by} |"
        for number, one in enumerate(results, start=1)
    ]
    counts = Counter(one.verdict for one in results)
    told = [f"{counts[verdict]} {verdict}" for verdict in (BY_TESTS, BY_WORLDS, SURVIVED, BROKEN)]
    head = "| | room | file | what goes wrong | verdict | by |\n|---|---|---|---|---|---|"
    return "\n".join([head, *rows, "", f"{len(results)} bugs: {', '.join(told)}"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="bugs whose room, file or harm has this in it")
    parser.add_argument("--worlds", default=WORLDS, help="the command that replays worlds; '' for none")
    parser.add_argument("--worlds-alone", action="store_true", help="leave out the tests: how much do the worlds see?")
    parser.add_argument("--jobs", type=int, default=2, help="copies at once")
    given = parser.parse_args()
    tests, bugs = read_list()
    if given.worlds_alone:
        tests = {room: [] for room in tests}
    bugs = [bug for bug in bugs if given.only in f"{bug.room} {bug.path} {bug.harm}"]
    worlds = shlex.split(given.worlds)
    if worlds == shlex.split(WORLDS) and not (ROOT / "tests/worlds/replay.py").is_file():
        print("no worlds here: tests alone")
        worlds = []
    began = time.monotonic()
    with trees(given.jobs) as copies, ThreadPoolExecutor(given.jobs) as pool:
        rooms = sorted({bug.room for bug in bugs if tests[bug.room]})
        checks = [pool.submit(_checked, copies, room, [*PYTEST, *tests[room]], TESTS_END_S) for room in rooms]
        if faults := [fault for check in checks if (fault := check.result())]:
            print(*faults, sep="\n")
            return 1
        waiting = [pool.submit(_judged, copies, bug, tests[bug.room], worlds) for bug in bugs]
        results = [one.result() for one in waiting]
        # Worlds that fail without a bug catch everything.
        by_worlds = any(one.verdict == BY_WORLDS for one in results)
        fault = _checked(copies, "worlds", worlds, WORLDS_END_S) if by_worlds else ""
    print(table(results))
    print(f"in {(time.monotonic() - began) / 60:.1f} minutes{fault and '; ' + fault}")
    return int(bool(fault) or any(one.verdict in (SURVIVED, BROKEN) for one in results))


if __name__ == "__main__":
    sys.exit(main())
