"""A run of wrk against a server with what it cost that server, and what pairs of such runs say in a table."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.machine import Cores, Usage
from bench.servers import Server, ask

CONNECTIONS = 32
FULLY_BUSY = 0.9


@dataclass(frozen=True, slots=True)
class Address:
    """What is asked of a server. `conditional`: with the ETag of the answer before, so that a 304 comes."""

    path: str
    headers: Mapping[str, str]
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """`cpu_us`: processor time of a request in µs. `busy`: the server's processes, `core`: their core; 1 is always."""

    per_second: float
    cpu_us: float
    busy: float
    core: float


def measure(server: Server, address: Address, seconds: int, cores: Cores) -> Run:
    """Load the address for some seconds. Raises SystemExit where the answers are not those that were meant."""
    url, status = server.url + address.path, 304 if address.conditional else 200
    for _ in range(3):  # a new version amid a run turns a 304 into a 200
        headers = dict(address.headers)
        if address.conditional:
            headers["If-None-Match"] = ask(url, headers).headers["ETag"]
        before = Usage.now(server.process, cores.server)
        said = _wrk(url, headers, seconds)
        after = Usage.now(server.process, cores.server)
        last = ask(url, headers)
        if last.status == status and "miss" not in last.headers.get("Cache-Status", ""):
            return run_of(*read_wrk(said), before, after)
    raise SystemExit(f"bench: {url} answers {last.status}, not {status} from its cache")


def _wrk(url: str, headers: Mapping[str, str], seconds: int) -> str:
    given = [word for name, text in headers.items() for word in ("-H", f"{name}: {text}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *given, url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def read_wrk(said: str) -> tuple[int, float]:
    """Requests, and requests a second. Raises SystemExit where some failed."""
    total, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not total or not rate or not int(total[1]) or "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"bench: a server did not answer well:\n{said}")
    return int(total[1]), float(rate[1])


def run_of(requests: int, per_second: float, before: Usage, after: Usage) -> Run:
    took, worked = after.clock - before.clock, after.processes - before.processes
    return Run(per_second, worked / requests * 1e6, worked / took, (after.core - before.core) / took)


HEAD = ("hits", "bytes", "req/s", "nginx", "ratio", "CPU µs", "nginx", "ratio", "busy", "nginx", "")


def row(name: str, size: int, pairs: Sequence[tuple[Run, Run]]) -> tuple[str, ...]:
    """Each pair is a run of nginx and the run of a server after it. Ratios are inside pairs; 1 is as good as nginx."""
    nginx, ours = zip(*pairs, strict=True)
    return (
        name,
        str(size),
        *(f"{median(run.per_second for run in runs):.0f}" for runs in (ours, nginx)),
        spread([one.per_second / other.per_second for other, one in pairs]),
        *(f"{median(run.cpu_us for run in runs):.0f}" for runs in (ours, nginx)),
        spread([other.cpu_us / one.cpu_us for other, one in pairs]),
        *(f"{median(run.busy for run in runs):.0%}" for runs in (ours, nginx)),
        ", ".join(filter(None, (held_back("ours", ours), held_back("nginx", nginx)))),
    )


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, least and most."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def held_back(who: str, runs: Sequence[Run]) -> str:
    """Why a server did not do all it can; empty where it did."""
    if median(run.busy for run in runs) >= FULLY_BUSY:
        return ""
    others = median(run.core for run in runs) >= FULLY_BUSY
    return f"{who}: others took the core" if others else f"{who}: the load was the limit"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns in line: the first, and a last one without a title, to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    left = {0} if head[-1] else {0, len(head) - 1}
    lines = []
    for cells in (head, *rows):
        placed = zip(cells, widths, strict=True)
        lines.append(
            "  ".join(
                cell.ljust(width) if nth in left else cell.rjust(width) for nth, (cell, width) in enumerate(placed)
            )
        )
    return "\n".join(line.rstrip() for line in lines)
