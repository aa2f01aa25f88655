"""Killed at random moments, the service loses nothing that was committed, and answers after each start."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.running import LOOK_S, SOURCES, START_S, Moved, Running, accept, figure, free_port, runner, settings, until

from ticker.demo import DemoUpstream
from ticker.serve.http.live import read_snapshot
from ticker.store import open_store

pytestmark = pytest.mark.long

WEDNESDAY = "2026-05-20 09:00"
START_TAKES_S, LIVES_S = 2.0, 1.5
PASSES_S = (16, 60)  # from a kill to the next start: longer than the lease of the killed one


@dataclass
class Books:
    """What is committed, at one look."""

    version: int = 0
    as_of: int = 0
    revisions: dict[int, tuple[object, ...]] = field(default_factory=dict)
    looks: dict[tuple[str, str], int] = field(default_factory=dict)
    stories: frozenset[str] = frozenset()
    rounds: int = 0
    token: int = 0

    @classmethod
    def of(cls, file: Path) -> Books:
        """Through a connection that is closed at once: one that is open when the others are killed would spare the
        next start the repair of the log."""
        with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as db:
            db.execute("BEGIN")
            version, as_of = db.execute("SELECT version, as_of FROM ticker_snapshot").fetchone()
            return cls(
                version,
                as_of,
                {row[0]: row for row in db.execute("SELECT id, source, currency, quoted, valid_on FROM ticker_rates")},
                {
                    (source, subject): at
                    for source, subject, at in db.execute(
                        "SELECT source, subject, max(last_at) FROM ticker_looks GROUP BY source, subject"
                    )
                },
                frozenset(row[0] for row in db.execute("SELECT id FROM ticker_stories")),
                db.execute("SELECT count(*) FROM ticker_rounds").fetchone()[0],
                db.execute("SELECT token FROM ticker_lease").fetchone()[0],
            )

    def go_on_from(self, before: Books) -> None:
        """Nothing that was there before is missing or older."""
        assert self.version >= before.version
        assert self.as_of >= before.as_of
        assert self.rounds >= before.rounds
        assert self.token >= before.token
        assert before.revisions.items() <= self.revisions.items()
        assert before.stories <= self.stories
        assert {of: at for of, at in before.looks.items() if self.looks[of] < at} == {}


@dataclass
class Reader:
    """Reads the strip, and remembers what it was told."""

    told: dict[int, Any] = field(default_factory=dict)  # by version
    asked: int = 0

    def read(self, running: Running) -> int | None:
        """The version told, or None where nobody answered yet. It never goes back, and what it says stays."""
        answer = running.asked("/strip.json")
        if answer is None:
            return None
        assert answer.status == 200, answer.body
        self.asked += 1
        said = answer.json
        version = int(said["version"])
        assert version >= max(self.told, default=0), "a reader saw a later version before"
        shown = said["as_of"], [(one["currency"], one["quoted"], one["valid_on"]) for one in said["rates"]]
        assert self.told.setdefault(version, shown) == shown
        return version


class Trial:
    """Starts, kills and looks, with an upstream that changes all the time and commands poured in from outside."""

    def __init__(self, folder: Path, upstream: DemoUpstream, clock: Moved, seed: int) -> None:
        self.file, self.last_good = folder / "ticker.db", folder / "last-good.json"
        self.upstream, self.clock, self.chance = upstream, clock, random.Random(seed)
        self.books, self.reader = Books(), Reader()
        self.changes = self.killed_in_round = 0

    def life(self, start: Callable[[], Running], nth: int) -> None:
        """One start, one kill: in each third life while it still starts."""
        away = nth % 7 == 6  # with nothing new to be had, what was had is still there
        if away:
            self.upstream.stop()
        running = start()
        if nth % 3 == 2:
            self.read_until(running, running.began + self.chance.uniform(0, START_TAKES_S))
        else:
            until("an answer after a kill", lambda: self.reader.read(running), START_S)
            self.examine()
            dies_at = time.monotonic() + self.chance.uniform(0, LIVES_S)
            while time.monotonic() < dies_at:
                self.stir(running)
            if not away:
                self.wait_for_a_round()
        running.kill()
        if away:
            self.upstream.start()

    def read_until(self, running: Running, moment: float) -> None:
        while time.monotonic() < moment:
            self.reader.read(running)
            time.sleep(LOOK_S)

    def stir(self, running: Running) -> None:
        self.changes += 1
        figure(self.upstream.bank, self.clock, self.changes)
        with closing(open_store(f"sqlite:///{self.file}", clock=self.clock)) as store:
            store.enqueue("fetch", self.chance.choice(("nbkr", *SOURCES)))
            accept(store)
        self.reader.read(running)
        now = Books.of(self.file)
        now.go_on_from(self.books)
        self.books = now

    def wait_for_a_round(self) -> None:
        """Until the upstream has just answered, so that the kill meets what is made of it."""
        seen, deadline = self.upstream.requests[-1], time.monotonic() + 2
        while self.upstream.requests[-1] is seen and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(self.chance.uniform(0, 0.04))
        self.killed_in_round += 1

    def examine(self) -> None:
        """The file is sound, and holds what the test and the reader saw before."""
        with closing(sqlite3.connect(self.file, timeout=10)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        now = Books.of(self.file)
        now.go_on_from(self.books)
        self.books = now
        assert now.version >= max(self.reader.told)
        kept = {(currency, str(quoted), str(day)) for _, _, currency, quoted, day in now.revisions.values()}
        for _, rates in self.reader.told.values():
            assert {one for one in rates if one[1]} <= kept
        if self.last_good.exists():
            last_good = read_snapshot(self.last_good)
            assert last_good, "the last good snapshot is not whole"
            assert max(self.reader.told) <= last_good.version <= now.version


@pytest.fixture
def kill(tmp_path: Path) -> Iterator[Callable[[int, int], None]]:
    clock = Moved.to(WEDNESDAY)
    upstream = DemoUpstream(clock)
    upstream.start()

    def run(kills: int, seed: int) -> None:
        trial, port, began = Trial(tmp_path, upstream, clock, seed), free_port(), time.monotonic()
        config = tmp_path / "ticker.toml"
        config.write_text(settings(f"sqlite:///{trial.file}", tmp_path, upstream, clock))
        with runner(tmp_path) as made:
            first = made.serve(config, port=port).until_ready()
            until("the first snapshot", lambda: trial.reader.read(first), START_S)
            first.kill()

            def start() -> Running:
                clock.offset_s += trial.chance.randint(*PASSES_S)
                config.write_text(settings(f"sqlite:///{trial.file}", tmp_path, upstream, clock))
                return made.serve(config, port=port)

            for nth in range(kills):
                trial.life(start, nth)
            last = start()
            until("an answer after the last kill", lambda: trial.reader.read(last), START_S)
            trial.examine()
            printed = figure(upstream.bank, clock, trial.changes + 1)
            until("it still collects", lambda: last.rate()["quoted"] == printed or _asked(trial), START_S)
        said = [f.read_text() for f in tmp_path.glob("log-*")]
        assert not [one for one in said if "Traceback" in one or "malformed" in one]
        print(
            f"{kills} kills survived in {time.monotonic() - began:.0f} s: {kills // 3} during the start,"
            f" {trial.killed_in_round} within 40 ms of an answer of the upstream; version {trial.books.version},"
            f" {len(trial.books.revisions)} revisions, {trial.books.rounds} rounds, {trial.reader.asked} answers read,"
            f" {len(list(tmp_path.glob('last-good.json?*')))} unfinished files left"
        )

    def _asked(trial: Trial) -> bool:
        with closing(open_store(f"sqlite:///{trial.file}", clock=clock)) as store:
            store.enqueue("fetch", "nbkr")
            accept(store)
        return False

    yield run
    upstream.stop()


def test_thirty_kills_lose_nothing(kill: Callable[[int, int], None]) -> None:
    kill(30, 4)


def test_two_hundred_kills_lose_nothing(kill: Callable[[int, int], None]) -> None:
    kill(200, 200)
