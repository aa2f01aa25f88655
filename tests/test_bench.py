"""What the bench computes from its measurements."""

from __future__ import annotations

import os

import pytest

from bench.load import HEAD, Run, held_back, read_wrk, row, run_of, spread, table
from bench.machine import Cores, Usage

WRK = """\
Running 2s test @ http://127.0.0.1:8000/strip
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.55ms    1.02ms  19.54ms   85.32%
    Req/Sec    20.94k     2.76k   25.37k    65.00%
  41711 requests in 2.00s, 1.52GB read
Requests/sec:  20836.61
Transfer/sec:    775.31MB
"""


def run(per_second: float, cpu_us: float, busy: float = 1, core: float = 1) -> Run:
    return Run(per_second, cpu_us, busy, core)


def test_what_wrk_says_is_read() -> None:
    assert read_wrk(WRK) == (41711, 20836.61)


@pytest.mark.parametrize(
    "bad",
    [
        WRK + "  Non-2xx or 3xx responses: 17\n",
        WRK + "  Socket errors: connect 0, read 3, write 0, timeout 0\n",
        WRK.replace("41711", "0"),
        "unable to connect to 127.0.0.1:8000 Connection refused\n",
    ],
)
def test_a_run_with_failed_requests_counts_for_nothing(bad: str) -> None:
    with pytest.raises(SystemExit, match="did not answer well"):
        read_wrk(bad)


def test_the_cost_of_a_request_is_processor_time_and_not_time_on_the_clock() -> None:
    assert run_of(40_000, 20_000, Usage(10, 5, 7), Usage(12, 6, 9)) == Run(20_000, 25, 0.5, 1)


def test_ratios_are_taken_inside_pairs() -> None:
    """On a machine that halves its speed in between, the ratio of the medians would be 1/2 as well, but not 1/4."""
    pairs = [(run(100, 10), run(50, 20)), (run(50, 20), run(25, 40)), (run(40, 25), run(40, 25))]
    made = dict(zip(HEAD[:4], row("strip", 900, pairs), strict=False))
    assert made == {"hits": "strip", "bytes": "900", "req/s": "40", "nginx": "50"}
    assert row("strip", 900, pairs)[4] == row("strip", 900, pairs)[7] == "0.50 (0.50–1.00)"


def test_a_row_says_what_held_a_server_back() -> None:
    assert held_back("ours", [run(1, 1, busy=0.95)]) == ""
    assert held_back("ours", [run(1, 1, busy=0.5, core=0.6)]) == "ours: the load was the limit"
    assert held_back("ours", [run(1, 1, busy=0.5, core=0.97)]) == "ours: others took the core"
    idle = run(1, 1, busy=0.3, core=0.4)
    assert row("304", 0, [(idle, run(1, 1))])[-1] == "nginx: the load was the limit"


def test_a_spread_is_median_least_and_most() -> None:
    assert spread([3, 1, 2]) == "2.00 (1.00–3.00)"
    assert spread([30, 10, 14, 20], 0) == "17 (10–30)"


def test_columns_of_a_table_are_in_line() -> None:
    assert table(("hits", "req/s", ""), [("strip", "9", "busy"), ("304", "12345", "")]) == (
        "hits   req/s\nstrip      9  busy\n304    12345"
    )


def test_servers_and_load_have_cores_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[object] = []
    monkeypatch.setattr(os, "sched_setaffinity", lambda *given: moved.append(given))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 5, 3})
    cores = Cores.split()
    assert (str(cores), moved) == ("servers on core 2, load on core 5", [(0, {5})])
    assert cores.pinned(["nginx"]) == ["taskset", "--cpu-list", "2", "nginx"]


def test_on_a_single_core_nothing_is_pinned_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    cores = Cores.split()
    assert cores.pinned(["nginx"]) == ["nginx"]
    assert "ONE CORE" in str(cores)
