"""A process that parses one body after another, in little memory and time. A body that takes more is told apart."""

from __future__ import annotations

import json
import re
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self
from zoneinfo import ZoneInfo

MEMORY_BYTES = 256 << 20  # above what the process has before the first body
CPU_S = 8.0  # half of a fetch's deadline; a body that takes time by the square of its length takes minutes
_HANG_S = 60.0


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of a body: `fault` is empty, or the class and text of what was raised."""

    entries: int
    fault: str
    sentences: tuple[str, ...]
    cpu_s: float


class BoundedParser:
    """Talks to the process; starts another one when a body has ended it."""

    def __init__(self, cpu_s: float = CPU_S) -> None:
        self._cpu_s = cpu_s
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def parse(self, kind: str, body: bytes) -> Parsed:
        """`kind` is a name of `parsers`. Raises AssertionError where the process died over the body."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "support.bounded", str(self._cpu_s)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[1],
            )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(struct.pack(">8sI", kind.encode(), len(body)) + body)
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            code = self._process.wait()
            self._end()
            raise AssertionError(f"the process ended with {code} over {body[:60]!r}")
        told = json.loads(said)
        return Parsed(told["entries"], told["fault"], tuple(told["sentences"]), told["cpu_s"])

    def _end(self) -> None:
        if self._process and self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait(_HANG_S)
        self._process = None


def parsers() -> dict[str, Callable[[bytes], Any]]:
    """By kind, a function from a body to a pair: how much was read, and the complaints."""
    from ticker.collect.sources import BANKS, feed, nbkr

    def read_feed(body: bytes) -> tuple[int, tuple[str, ...]]:
        read = feed.parse(body, source="kaktus", url="https://site.example/rss", zone=ZoneInfo("Asia/Bishkek"))
        return len(read.entries), read.complaints

    def table_of(parse: Callable[[bytes, str], Any]) -> Callable[[bytes], tuple[int, tuple[str, ...]]]:
        def read(body: bytes) -> tuple[int, tuple[str, ...]]:
            table = parse(body, "bank")
            return len(table.rates), table.complaints

        return read

    def page_of(parse: Callable[[bytes, str], Any]) -> Callable[[bytes], tuple[int, tuple[str, ...]]]:
        return lambda body: (len(parse(body, "bank-archive")), ())

    return {
        **{bank: table_of(adapter.parse) for bank, adapter in BANKS.items()},
        **{f"{bank}-old": page_of(adapter.archive.parse) for bank, adapter in BANKS.items() if adapter.archive},
        "feed": read_feed,
        "table": table_of(nbkr.parse),
        "archive": lambda body: (len(nbkr.parse_archive(body)), ()),
        "spin": lambda _: _spin(),
        "hoard": lambda _: (len(bytearray(2 * MEMORY_BYTES)), ()),
    }


def _spin() -> None:
    while True:
        pass


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError("not done in time")


def _mapped_bytes() -> int:
    found = re.search(r"VmSize:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) << 10


def _answer(kind: str, body: bytes, cpu_s: float) -> dict[str, Any]:
    entries, fault, sentences = 0, "", []
    began = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        entries, complaints = parsers()[kind](body)
        sentences = list(complaints)
    except Exception as met:  # told to the test, which knows what may be raised
        fault = f"{type(met).__name__}: {met}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    # Of many complaints the longest will do.
    sentences = sorted(sentences, key=len)[-3:]
    return {"entries": entries, "fault": fault, "sentences": sentences, "cpu_s": time.process_time() - began}


def main() -> None:
    parsers()["feed"](b"<rss><channel><item><title>a</title><link>https://a.example/</link></item></channel></rss>")
    most = _mapped_bytes() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGVTALRM, _out_of_time)
    while head := sys.stdin.buffer.read(12):
        kind, length = struct.unpack(">8sI", head)
        answer = _answer(kind.rstrip(b"\0").decode(), sys.stdin.buffer.read(length), float(sys.argv[1]))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
