"""Real processes of the service on real time: started with a settings file, watched over HTTP, none left behind."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ticker.config import DEFAULT_FEEDS
from ticker.demo import DemoUpstream
from ticker.store import Store

ROOT = Path(__file__).parents[2]
BISHKEK = ZoneInfo("Asia/Bishkek")
START_S = 60  # a slow machine needs many times what an idle one does
SOON_S = 20
LOOK_S = 0.03
SOURCES = ("nbkr", "nbkr-weekly", "demo-en", "demo-ru", "demo-ky")

T = TypeVar("T")


def patience(seconds: float) -> float:
    """So long on an idle machine, and longer where more processes want to run than there are cores: getloadavg(3)."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def until(what: str, found: Callable[[], T | None], within_s: float = SOON_S) -> T:
    """The first true value of `found`, which is asked again and again."""
    deadline = time.monotonic() + patience(within_s)
    while not (value := found()):
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(LOOK_S)
    return value


@dataclass
class Moved:
    """The clock of service and upstream, moved alike."""

    offset_s: int = 0

    @classmethod
    def to(cls, moment: str) -> Moved:
        """`2026-05-20 11:00` on Bishkek's clocks."""
        there = datetime.fromisoformat(moment).replace(tzinfo=BISHKEK)
        return cls(round((there - datetime.now(UTC)).total_seconds()))

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_s)


def settings(store_url: str, folder: Path, upstream: DemoUpstream, clock: Moved, **more: object) -> str:
    """A ticker.toml for that upstream; `more` are options, their dots written as two underscores."""
    at = upstream.addresses
    options: dict[str, object] = {
        "store.url": store_url,
        "store.last_good": str(folder / "last-good.json"),
        "fetch.allow_hosts": [at["nbkr"].split("/")[2]],
        "demo.enabled": True,
        "demo.clock_offset_s": clock.offset_s,
        "witnesses.enabled": False,  # the real banks
        "rates.nbkr.url": at["nbkr"],
        "rates.nbkr.archive_url": at["nbkr-archive"],
        "rates.nbkr.archive_pause_s": 0.05,
        "rates.nbkr-weekly.url": at["nbkr-weekly"],
        **{f"feeds.{id_}.enabled": False for id_ in DEFAULT_FEEDS},
    }
    for language in ("en", "ru", "ky"):
        options |= {
            f"feeds.demo-{language}.{name}": value
            for name, value in (("url", at[f"demo-{language}"]), ("publisher", "Demo"), ("language", language))
        }
    options |= {name.replace("__", "."): value for name, value in more.items()}
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def get(port: int, path: str, timeout_s: float = 10) -> Answer:
    """Raises OSError or HTTPException where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    began = time.monotonic()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        return Answer(answer.status, dict(answer.getheaders()), body, time.monotonic() - began)
    finally:
        connection.close()


@dataclass
class Running:
    """One command with its processes: a session of its own, so that all of them are found and none is left."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    began: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int:
        return self.process.pid

    def get(self, path: str, timeout_s: float = 10) -> Answer:
        return get(self.port, path, timeout_s)

    def asked(self, path: str) -> Answer | None:
        """The answer, or None where nobody answers."""
        try:
            return self.get(path)
        except (OSError, http.client.HTTPException):
            return None

    def answers(self, path: str, status: int = 200) -> Answer | None:
        assert self.process.poll() is None, f"ended by itself with {self.process.returncode}\n{self.said()}"
        answer = self.asked(path)
        return answer if answer and answer.status == status else None

    def until_ready(self) -> Running:
        try:
            until("/readyz", lambda: self.answers("/readyz"), START_S)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.said()}") from None
        return self

    def shown(self, query: str = "") -> Any:
        """The strip's JSON."""
        return self.get(f"/strip.json?{query}").json

    def rate(self, currency: str = "USD") -> Any:
        return next(one for one in self.shown(f"currencies={currency}")["rates"] if one["currency"] == currency)

    def status(self) -> Any:
        return self.get("/status.json").json

    def collects(self) -> bool:
        """Whether one of its processes holds the lease, by what it says itself."""
        answer = self.answers("/status.json")
        holder = answer.json["collector"]["holder"] if answer and answer.json["collector"]["collecting"] else None
        return bool(holder) and int(holder.split(":")[1]) in self.pids()

    def pids(self) -> list[int]:
        """Its processes (proc(5): the sixth field of stat is the session); a zombie has ended."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError):  # it may end meanwhile
                stat = Path(f"/proc/{pid}/stat").read_text()
                state, _parent, _group, session = stat.rpartition(")")[2].split()[:4]
                if int(session) == self.pid and state != "Z":
                    found.append(int(pid))
        return sorted(found)

    def worker(self) -> int:
        """The process that serves and collects; 0 while there is none."""
        for pid in self.pids():
            with suppress(OSError):
                if pid != self.pid and b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return 0

    def said(self) -> str:
        """What it has written to standard error and output."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def events(self, name: str) -> list[dict[str, Any]]:
        """Its log's events of that name, oldest first."""
        whole = self.said().rpartition("\n")[0].splitlines()
        found = [json.loads(line) for line in whole if line.startswith("{")]
        return [one for one in found if one.get("event") == name]

    def kill(self) -> None:
        """All its processes at once, as a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        for pid in self.pids():  # a child that left the group
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def ends(self, number: signal.Signals, *, group: bool, within_s: float = 5) -> float:
        """Send the signal, to all of them or to the first; seconds until no process was left."""
        began, within_s = time.monotonic(), patience(within_s)
        os.killpg(self.pid, number) if group else os.kill(self.pid, number)
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"not ended {within_s:.0f} s after {number.name}\n{self.said()}") from None
        until("no process is left", lambda: not self.pids(), max(0.5, began + within_s - time.monotonic()))
        took = time.monotonic() - began
        assert self.process.returncode == 0, self.said()
        assert "Traceback" not in self.said(), self.said()
        return took


class Runner:
    """Starts commands in `folder`, and ends at the latest with `close` what is still running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[Running] = []

    def serve(self, config: Path, *, port: int | None = None) -> Running:
        return self.ticker("serve", "--config", str(config), port=port)

    def ticker(self, command: str, *arguments: str, port: int | None = None) -> Running:
        port = port or free_port()
        return self.python("-m", "ticker", command, "--port", str(port), *arguments, port=port)

    def python(self, *arguments: str, port: int, **environment: str) -> Running:
        return self.command(sys.executable, *arguments, port=port, PYTHONPATH=str(ROOT), **environment)

    def command(self, *command: str | Path, port: int, **environment: str) -> Running:
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        log = self.folder / f"log-{len(self._started)}"
        with log.open("wb") as out:
            process = subprocess.Popen(
                # In the background of a shell SIGINT is ignored, under nohup SIGHUP: children would inherit that.
                ["env", "--default-signal=INT,HUP", *command],
                cwd=self.folder,
                env=clean(os.environ) | {"TMPDIR": str(temporary)} | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._started.append(Running(process, port, log))
        return self._started[-1]

    def close(self) -> None:
        for one in self._started:
            one.kill()


@contextmanager
def runner(folder: Path) -> Iterator[Runner]:
    made = Runner(folder)
    try:
        yield made
    finally:
        made.close()


def free_port() -> int:
    """Below those that the kernel gives out (ip(7): from 32768), so that nobody is given it before it is used."""
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def needs(command: str, packages: str, *arguments: str) -> str:
    """Where the command lies. Fails, saying what to type, where the machine lacks it."""
    found = shutil.which(command, path=f"{os.environ['PATH']}:/usr/sbin")
    works = found and not subprocess.run([found, *arguments], capture_output=True, check=False).returncode
    assert works, f"{command} is missing here. Type: sudo apt-get install {packages}"
    return str(found)


def figure(bank: Any, clock: Callable[[], datetime], nth: int) -> str:
    """Set another figure of USD in the bank's newest table; the nth differs from the one before."""
    printed = f"87.{1000 + nth % 900:04}"
    bank.set(bank.daily_table(clock())[0], USD=printed)
    return printed


def accept(store: Store, printed: str = "") -> None:
    """Say yes, as an operator, to the held figures that were `printed` so; to all of them by default. A bank's
    correction is its word only after two answers minutes apart, which a test does not wait for."""
    for one in store.held():
        if printed in ("", str(one.rate.quoted)):
            store.enqueue("accept", str(one.id))


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what would lead a child to other code or settings."""
    return {name: value for name, value in environment.items() if not name.startswith(("PYTHON", "TICKER_", "COV_"))}
