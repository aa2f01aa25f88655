"""What is measured of cores and processes: who runs where, processor time, memory; and what a run is asked for."""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Cores:
    """The core of the servers and the core of the load; None where there is only one, and nothing is pinned."""

    server: int | None
    load: int | None

    @classmethod
    def split(cls) -> Cores:
        """Choose two cores; this process, and what it starts without `pinned`, moves to the load's."""
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            return cls(None, None)
        os.sched_setaffinity(0, {cores[-1]})
        return cls(cores[0], cores[-1])

    def pinned(self, command: Sequence[str]) -> list[str]:
        """The command, on the servers' core."""
        return [*(() if self.server is None else ("taskset", "--cpu-list", str(self.server))), *command]

    def __str__(self) -> str:
        if self.server is None:
            return "ONE CORE for servers and load: nothing is pinned, the figures say little"
        return f"servers on core {self.server}, load on core {self.load}"


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds since a fixed moment: on the clock, of user and system in some processes, in which a core was busy."""

    clock: float
    processes: float
    core: float

    @classmethod
    def now(cls, root: psutil.Process, core: int | None) -> Usage:
        times = [process.cpu_times() for process in family(root)]
        of_core = psutil.cpu_times() if core is None else psutil.cpu_times(percpu=True)[core]
        # Time of guests is contained in user and nice.
        busy = sum(of_core) - of_core.idle - of_core.iowait - of_core.guest - of_core.guest_nice
        return cls(time.perf_counter(), sum(one.user + one.system for one in times), busy)


def family(root: psutil.Process) -> list[psutil.Process]:
    """A process and all that descend from it."""
    return [root, *root.children(recursive=True)]


def memory(root: psutil.Process) -> str:
    """The proportional set size (PSS) of a server's processes."""
    mib = [(_part(one, root), one.memory_full_info().pss / 2**20) for one in family(root)]
    return f"{sum(size for _, size in mib):.1f} MiB PSS ({', '.join(f'{part} {size:.1f}' for part, size in mib)})"


def _part(process: psutil.Process, root: psutil.Process) -> str:
    if process == root:
        return "main process"
    return "resource tracker" if "resource_tracker" in " ".join(process.cmdline()) else "worker"


def options(about: str | None) -> argparse.Namespace:
    """`tree`, `rounds`, `seconds`, `quick`, from the command line or the environment."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    given = os.environ.get
    parser.add_argument("--tree", type=Path, default=given("TREE") or ROOT, help="the checkout to measure")
    parser.add_argument("--rounds", type=int, default=given("ROUNDS") or 7, help="pairs a row")
    parser.add_argument("--seconds", type=int, default=given("SECONDS") or 2, help="length of one run")
    parser.add_argument("--quick", action="store_true", help="try the bench itself; the figures say nothing")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds = chosen.seconds = 1
    chosen.tree = chosen.tree.resolve()
    return chosen


def described(tree: Path, cores: Cores) -> str:
    """What is measured, on what machine, with what."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    packages = ", ".join(f"{name} {version(name)}" for name in ("granian", "flask", "jinja2", "cachetools"))
    said = [
        subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
        for command in (("nginx", "-v"), ("wrk", "-v"), ("git", "-C", tree, "describe", "--always", "--dirty"))
    ]
    nginx, wrk, commit = (text.strip().partition(" [epoll]")[0].removeprefix("nginx version: ") for text in said)
    return (
        f"code: {'no commit' if ' ' in commit else commit} in {tree.name}\n"
        f"with: Python {platform.python_version()}, {packages}, {nginx}, {wrk}\n"
        f"machine: {model[1] if model else platform.machine()}, {os.cpu_count()} cores, load average"
        f" {os.getloadavg()[0]:.1f} at the start; {cores}"
    )
