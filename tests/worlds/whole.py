"""The whole tier: two processes of the service on one SQLite file, real HTTP on both sides, kills, lost stores.

It goes through a world as the fast tier does, and what readers see is read from the JSON of one process and from the
pages of the other, in three languages.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from support.given import HOME

from ticker.config import DEFAULT_RATES
from ticker.model import Outcome, Quality, Round

from .loop import NAMES, Loop
from .shown import CURRENCIES, Shown, of_json
from .upstream import WorldServer
from .world import World

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "ru", "ky")
_QUERY = f"currencies={','.join(CURRENCIES)}"
_RATE = re.compile(r'<li data-key="?([A-Z]{3})"?>.*?</li>', re.DOTALL)
_KIND = re.compile(r'data-kind="?(\w*)"?')
_LABEL = re.compile(r'<div class="?bank"?>.*?</div>', re.DOTALL)


class Process:
    """A child that is told moments and answers what it did."""

    def __init__(self, settings: dict[str, Any], port: int, now: str) -> None:
        self.port = port
        self.child = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.process", json.dumps(settings), str(port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.tell(now)

    def tell(self, now: str, *, only_ask: bool = False) -> None:
        assert self.child.stdin
        self.child.stdin.write(f"{'?' * only_ask}{now}\n")
        self.child.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.child.stdout
        while not (line := self.child.stdout.readline()).startswith("{"):  # log lines begin with another character
            assert line, f"the process on port {self.port} has ended"
        return json.loads(line)  # type: ignore[no-any-return]

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe:
                pipe.close()

    def get(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
            assert answer.status == 200, f"{path}: {answer.status} {body[:300]}"
            return body
        finally:
            connection.close()


class WholeRun(Loop):
    """`folder` is empty. `close` ends all processes."""

    def __init__(
        self, world: World, folder: Path, ports: Callable[[], int], note: Callable[[float, str], object] | None = None
    ) -> None:
        super().__init__(world, note)
        self.folder, self.ports = folder, ports
        self.server = WorldServer()
        self.server.loop = self
        self.processes: list[Process] = []  # the first one collects, the second one is read
        self._due: list[float] | None = None
        self._until = 0.0
        self._text = ""
        self._backups = 0
        self.pages = 0
        self.begin_with(None)

    def close(self) -> None:
        for one in self.processes:
            one.kill()
        self.processes = []
        self.server.shutdown()
        self.server.server_close()

    # The store and the processes

    @property
    def file(self) -> Path:
        return self.folder / "ticker.db"

    def moment(self) -> str:
        """Now, by our machine's clock and by one that nobody sets."""
        return f"{self.clock().timestamp()!r} {float(self.now)!r}"

    def settings(self) -> dict[str, Any]:
        url = self.server.url
        others = self.world.others
        rates = {id_: dict(one) for id_, one in DEFAULT_RATES.items() if id_ in {*NAMES, *others}}
        for id_ in others:
            rates[id_] |= {"url": f"{url}/{id_}"}
        rates["nbkr"] |= {"url": f"{url}/daily.xml", "archive_url": f"{url}/archive"}
        rates["nbkr-weekly"] |= {"url": f"{url}/weekly.xml"}
        feed = {"url": f"{url}/rss", "publisher": "News", "language": "en", "every_s": 43_200}
        return {
            "store": {"url": f"sqlite:///{self.file}", "last_good": ""},
            "fetch": {"allow_hosts": [url.removeprefix("http://")], "deadline_s": 20},
            "rates": rates,
            "feeds": {"news": feed},
        }

    def _start(self) -> Process:
        return Process(self.settings(), self.ports(), self.moment())

    def begin_with(self, backup: Path | None) -> None:
        for one in self.processes:
            one.kill()
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        if backup:
            _copy(backup, self.file)
        self.processes = []
        for _ in range(2):
            self.processes.append(self._start())
            assert self.processes[-1].answer()["ready"]
        self.clock_moved()

    def save(self) -> Path:
        self._backups += 1
        backup = self.folder / f"backup-{self._backups}.db"
        _copy(self.file, backup)
        return backup

    def die_in_a_round(self) -> None:
        """The collecting process is killed when its request has reached the bank; the other one takes over."""
        first = self.processes.pop(0)

        def kill() -> bool:
            first.child.send_signal(signal.SIGKILL)
            return True

        self.server.on_request = kill
        first.tell(self.moment())
        first.child.wait(60)
        first.kill()
        self.server.on_request = lambda: False
        self.processes.append(self._start())
        assert self.processes[-1].answer()["ready"]

    # Visits

    def clock_moved(self) -> None:
        self._due = None

    def is_due(self) -> bool:
        if self._due is None or self._until <= self.now:  # a new day can make the archive due
            self._take_due(self._turn_clocks())
        return min(self._due or [self.now]) <= self.now

    def _take_due(self, said: dict[str, Any]) -> None:
        ahead = self.world.our_clock.at(self.now)
        self._due = [at - ahead for at in said["due"]]

    def visit_due(self) -> None:
        if not self.is_due():
            return
        for nth, one in enumerate(self.processes):
            one.tell(self.moment())
            said = one.answer()
            assert said["collects"] == (nth == 0), "the wrong process holds the lease"
            if nth == 0:
                self._done(said["rounds"])
                self._take_due(said)

    def _done(self, rounds: list[dict[str, Any]]) -> None:
        for one in rounds:
            moments = {name: datetime.fromisoformat(one.pop(name)) for name in ("began_at", "ended_at")}
            done = Round(**{**one, "outcome": Outcome(one["outcome"])}, **moments)
            if self.note and done.outcome is not Outcome.CONFIRMED:
                self.note(self.now, f"{done.source}: {done.outcome} {done.status or ''} {done.note}")
            self.checker.round(self.now, done)

    def next_moment(self) -> float:
        return min([*(self._due or [self.now]), max(self._until + 0.001, self.now + 0.001)])

    # Readers

    def read(self) -> None:
        """The JSON of the process that does not collect; where it changed, the other's, and the pages."""
        if self._until <= self.now:
            self._turn_clocks()  # a state changes without a visit
        text = self.processes[1].get(f"/strip.json?{_QUERY}")
        said = json.loads(text)
        self._until = datetime.fromisoformat(said["until"]).timestamp() - self.world.our_clock.at(self.now)
        shown = of_json(said, HOME.day(self.clock()))
        if shown == (self.checker.history[-1][1] if self.checker.history else None):
            self.checker.again(self.now, self.delivered)
            return
        other = self.processes[0].get(f"/strip.json?{_QUERY}")
        differs = [(one, said[one], json.loads(other)[one]) for one in said if said[one] != json.loads(other)[one]]
        assert not differs, f"two processes show different things: {differs}"
        self._read_pages(shown)
        if self.note:
            self.note(self.now, f"shown: {' · '.join(map(str, shown))}")
        self.checker.read(self.now, shown, self.delivered, {})
        self.checker.headlines(self.now, [_headline(one) for one in said["headlines"]], self.delivered)

    def _turn_clocks(self) -> dict[str, Any]:
        """Of all processes alike; what the collecting one answers."""
        for one in self.processes:
            one.tell(self.moment(), only_ask=True)
        first, *_ = [one.answer() for one in self.processes]
        return first

    def _read_pages(self, shown: list[Shown]) -> None:
        """Each language's page shows the rows, figures and marks of its JSON, and those of all languages agree."""
        for nth, language in enumerate(LANGUAGES):
            process = self.processes[nth % 2]
            said = json.loads(process.get(f"/strip.json?lang={language}&{_QUERY}"))
            page = process.get(f"/strip?lang={language}&{_QUERY}")
            label = "".join(
                said["words"][name] for name in ("status", "upper_name", "upper_unit", "upper_day", "lower")
            )
            drawn = _LABEL.search(page)
            assert drawn, page
            assert _text(drawn[0]) == _text(label), language
            found = {one[1]: one[0] for one in _RATE.finditer(page)}
            rates = {rate["currency"]: rate for rate in said["rates"]}
            for one in shown:
                rate = rates.get(one.currency)
                if rate is None or rate["quality"] == Quality.DERIVED:
                    continue
                assert rate["value"] == (one.value and f"{one.value:f}"), (language, rate)
                text, kind = _text(found[one.currency]), _KIND.search(found[one.currency])
                assert text.endswith(_text(rate["text"] + rate["lower"]["text"])), (language, rate, text)
                assert (kind and kind[1]) == rate["lower"]["kind"] == (one.small and one.small.kind), (language, rate)
            self.pages += 1


def _text(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", markup)).split())


def _headline(said: dict[str, Any]) -> Any:
    moment = datetime.fromisoformat(said["published_at"])
    assert said["day"] == moment.date().isoformat()
    return SimpleNamespace(title=said["title"], published_at=moment, day=moment.date())


def _copy(file: Path, to: Path) -> None:
    """A copy of a database that may be open."""
    source, made = sqlite3.connect(file), sqlite3.connect(to)
    try:
        source.backup(made)
    finally:
        source.close()
        made.close()
