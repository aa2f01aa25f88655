"""The store under a running service: another file in its place, files that are damaged or locked, a full disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.damage import emptied, garbage, truncated

from ticker.serve.http.live import FIGURES_KEPT, read_snapshot
from ticker.store import StoreError, sqlite_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.sites import Site

IN_WINDOW = "2026-05-22 15:30"
LEAST_S = {"nbkr": 180, "nbkr-weekly": 180, "nbkr-archive": 180, "demo-en": 300, "demo-ru": 300, "demo-ky": 300}


def file_of(site: Site) -> Path:
    return Path(site.config.store.url.removeprefix("sqlite:///"))


def backup(site: Site, name: str = "backup.db") -> Path:
    made = file_of(site).with_name(name)
    with closing(sqlite3.connect(file_of(site))) as source, closing(sqlite3.connect(made)) as target:
        source.backup(target)
    return made


def restore(site: Site, made: Path) -> None:
    copy = made.with_name("copy.db")
    shutil.copyfile(made, copy)
    copy.rename(file_of(site))


def aged(site: Site) -> None:
    os.utime(file_of(site), (0, 0))


# A visit never comes sooner than its source's least interval, whatever the store says.


def an_old_store(site: Site) -> None:
    restore(site, file_of(site).with_name("empty.db"))


def lost_rounds(site: Site) -> None:
    with closing(sqlite3.connect(file_of(site))) as db, db:
        db.execute("DELETE FROM ticker_rounds")


def rounds_of_the_future(site: Site) -> None:
    with closing(sqlite3.connect(file_of(site))) as db, db:
        db.execute("UPDATE ticker_rounds SET began_at = began_at + 86400000000")


def refused_writes(site: Site) -> None:
    with closing(sqlite3.connect(file_of(site))) as db, db:
        db.execute(
            "CREATE TRIGGER IF NOT EXISTS no BEFORE INSERT ON ticker_rounds BEGIN SELECT RAISE(ABORT, 'no'); END"
        )


def a_clock_that_goes_back(site: Site) -> None:
    site.clock.jump(minutes=-2)


def a_new_file(site: Site) -> None:
    file_of(site).unlink()
    shutil.copyfile(file_of(site).with_name("empty.db"), file_of(site))


@pytest.mark.parametrize(
    "fault", [an_old_store, lost_rounds, rounds_of_the_future, refused_writes, a_clock_that_goes_back, a_new_file]
)
def test_a_visit_never_comes_sooner_than_its_sources_least_interval(site, fault):
    one = site(IN_WINDOW, feeds=True)
    backup(one, "empty.db")
    asked = Asked(one)
    for _ in range(30):
        one.look()
        asked.note()
        fault(one)
        one.clock.now += timedelta(seconds=23)
    for source, least_s in LEAST_S.items():
        gaps = asked.gaps(source)
        assert gaps or source == "nbkr-archive", f"{source} is not visited again"
        assert min(gaps, default=least_s) >= least_s, source


class Asked:
    """When, by the monotonic clock, each source was asked. An archive is asked for several pages in one visit."""

    def __init__(self, site: Site) -> None:
        self._site, self._at, self._before = site, {one: list[float]() for one in LEAST_S}, 0

    def note(self) -> None:
        requests = self._site.upstream.requests
        for source in {one.source for one in requests[self._before :]}:
            self._at[source].append(self._site.clock.monotonic())
        self._before = len(requests)

    def gaps(self, source: str) -> list[float]:
        return [after - before for before, after in pairwise(self._at[source])]


def test_an_operators_command_is_carried_out_at_once(site):
    one = site(IN_WINDOW)
    one.look()
    before = len(one.upstream.requests)
    one.store.enqueue("fetch", "nbkr")
    one.look()
    assert [seen.source for seen in one.upstream.requests[before:]] == ["nbkr"]
    one.look()
    assert len(one.upstream.requests) == before + 1


def test_another_process_may_visit_at_once_what_its_store_says_is_due(site):
    one = site(IN_WINDOW)
    one.look()
    one.collector.stop()
    lost_rounds(one)
    before = len(one.upstream.requests)
    other = type(one.collector)(one.collector.context, round_limit_s=60)
    other.step()
    assert len(one.upstream.requests) > before
    other.stop()


# Another file in its place.


def strip_of(site: Site) -> tuple[Any, ...]:
    shown = site.strip(query="currencies=USD,EUR&feeds=demo-en")
    return shown["version"], [(one["quoted"], one["valid_on"]) for one in shown["rates"]], len(shown["headlines"])


def status_of(site: Site) -> Any:
    return site.get("/status.json").json


@pytest.mark.parametrize("hours", [1.2, pytest.param(24, marks=pytest.mark.long)])
def test_a_restored_backup_is_shown_whole_and_then_what_the_next_rounds_bring(site, hours):
    one = site("2026-05-19 14:40")
    one.goes_on(hours=0.2)
    then, made = strip_of(one), backup(one)
    one.goes_on(hours=hours)
    now = strip_of(one)
    assert now[0] > then[0]
    restore(one, made)
    one.service.site.live.poll()
    assert strip_of(one)[0] == then[0]
    assert read_snapshot(Path(one.config.store.last_good)).version == then[0]
    assert "another file has replaced the store" in status_of(one)["store_events"][0]
    assert one.get("/readyz").json["store"] == "ok"
    assert "another file has replaced the store" in one.get("/status").text
    one.goes_on(hours=0.2)
    again = strip_of(one)
    assert again[1] == now[1], "the rounds after it bring what the bank says now"
    assert again[0] > then[0]


def test_a_restored_version_of_the_same_number_is_not_taken_for_the_present_one(site):
    """Two files count on from one backup."""
    one = site("2026-05-19 14:30", feeds=True)
    one.goes_on(hours=0.2)
    made, moved = backup(one), file_of(one).with_name("other.db")
    other = site("2026-05-19 15:00", feeds=True, url=f"sqlite:///{shutil.copyfile(made, moved)}")
    other.bank.set(other.bank.daily_table(other.clock())[0], USD="88.1234")
    with closing(sqlite3.connect(moved)) as db, db:
        db.execute("DELETE FROM ticker_bodies")
    other.turn(to="2026-05-19 15:30")
    version = other.strip()["version"]
    with closing(sqlite3.connect(file_of(one))) as db, db:
        db.execute("UPDATE ticker_snapshot SET version = ?", (version,))
        (confirmations,) = db.execute("SELECT value FROM ticker_counters WHERE name = 'confirmations'").fetchone()
    with closing(sqlite3.connect(moved)) as db, db:
        db.execute("UPDATE ticker_counters SET value = ? WHERE name = 'confirmations'", (confirmations,))
    one.service.site.live.poll()
    before = one.strip(query="currencies=USD")
    other.collector.stop()
    other.service.site.live.stop()
    os.replace(moved, file_of(one))
    one.service.site.live.poll()
    after = one.strip(query="currencies=USD")
    assert before["version"] == after["version"] == version
    assert before["rates"] != after["rates"]


def test_histories_are_those_of_the_file_that_is_there(site):
    """What is kept of decades is kept by a number that the store counts: another file may count the same."""
    one = site("2026-05-19 14:55")
    one.look()
    made = backup(one)
    one.clock.turn(to="2026-05-19 17:50")
    one.look()
    one.clock.turn(to="2026-05-21 00:30")
    path = "/api/v1/history?currencies=USD&from=2026-05-18&to=2026-05-20"
    before = one.get(path).text
    with closing(sqlite3.connect(file_of(one))) as db, closing(sqlite3.connect(made)) as old, old:
        (counted,) = db.execute("SELECT value FROM ticker_counters WHERE name = 'rates'").fetchone()
        old.execute("UPDATE ticker_counters SET value = ? WHERE name = 'rates'", (counted,))
    restore(one, made)
    one.service.site.live.poll()
    after = one.get(path).text
    other = site("2026-05-21 00:30", url=f"sqlite:///{shutil.copyfile(made, made.with_name('other.db'))}")
    assert after == other.get(path).text != before


# Damaged, deleted, locked, full.


@pytest.mark.parametrize(("harm", "at_once"), [(garbage, True), (truncated, False), (emptied, True)])
def test_readers_keep_the_last_good_figures_until_the_new_store_has_some(site, harm, at_once):
    one = site("2026-05-20 12:00", feeds=True)
    one.look()
    shown = strip_of(one)
    one.upstream.order("nbkr", "status_503")
    one.upstream.order("nbkr-weekly", "status_503")
    harm(file_of(one))
    one.service.site.live.poll()
    assert strip_of(one) == shown
    assert one.get("/readyz").status_code == 200
    if at_once:  # a file that is too short may be one that SQLite is lengthening
        assert "damaged" in one.get("/readyz").json["store"]
        assert "damaged" in status_of(one)["troubles"][0]
    aged(one)
    one.service.site.live.poll()
    said = status_of(one)
    assert said["store"] == "ok"
    (aside,) = said["damaged"]
    assert file_of(one).with_name(aside).exists()
    assert any(aside in one for one in said["troubles"])
    assert aside in one.get("/status").text
    assert strip_of(one) == shown

    one.clock.now += timedelta(minutes=6)
    one.look()  # the feeds come at once, the bank is away
    assert strip_of(one) == shown
    assert one.store.version()[0] > 0
    one.upstream.behave("nbkr")
    one.clock.now += timedelta(minutes=20)
    one.look()
    version, rates, _ = strip_of(one)
    assert (rates, version) == (shown[1], one.store.version()[0])


def test_after_an_hour_without_a_figure_newer_headlines_count_for_more(site):
    one = site("2026-05-20 12:00", feeds=True)
    one.look()
    one.upstream.order("nbkr", "status_503")
    one.upstream.order("nbkr-weekly", "status_503")
    restore(one, _empty(one))
    one.clock.now += timedelta(minutes=6)
    one.look()
    assert strip_of(one)[1][0][0] is not None
    one.clock.now += FIGURES_KEPT + timedelta(minutes=1)
    one.look()
    shown = one.strip(query="feeds=demo-en")
    assert shown["version"] == one.store.version()[0]
    assert {rate["value"] for rate in shown["rates"]} == {None}
    assert shown["headlines"]


def _empty(site: Site) -> Path:
    from support.stores import new_store_url

    return Path(new_store_url(file_of(site).parent, "empty.db").removeprefix("sqlite:///"))


def test_what_was_deleted_is_written_back(site, monkeypatch):
    one = site("2026-05-20 12:00", feeds=True)
    one.look()
    shown = strip_of(one)
    file_of(one).unlink()
    one.service.site.live.poll()
    assert "the file is gone" in one.get("/readyz").json["store"]
    assert strip_of(one) == shown
    monkeypatch.setattr(sqlite_file, "SETTLE_S", 0)
    one.service.site.live.poll()
    assert one.get("/readyz").json["store"] == "ok"
    assert "written back" in status_of(one)["store_events"][0]
    one.goes_on(hours=0.2)
    assert strip_of(one)[1] == shown[1]


@contextmanager
def locked(site: Site) -> Iterator[None]:
    with closing(sqlite3.connect(file_of(site), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(site: Site) -> Iterator[None]:
    def limit(pages: int) -> None:
        with site.store._database.reading() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    limit(1)
    yield
    limit(1 << 30)


@pytest.mark.parametrize(("fault", "words"), [(locked, "another process has been writing"), (full, "full")])
def test_a_store_that_cannot_be_written_is_told_and_goes_on_by_itself(site, monkeypatch, fault, words):
    monkeypatch.setattr("ticker.store.engine.BUSY_S", 0.1)
    one = site("2026-05-20 12:00", feeds=True)
    one.look()
    shown, rounds = strip_of(one), len(one.store.rounds(limit=1000))
    with fault(one):
        one.clock.now += timedelta(minutes=6)
        _unwritten(one)
        one.service.site.live.poll()
        assert words in status_of(one)["store"]
        assert words in one.get("/readyz").json["store"]
        assert one.get("/readyz").status_code == 200
        assert strip_of(one)[1] == shown[1]
    one.clock.now += timedelta(minutes=11)
    one.look()
    assert status_of(one)["store"] == "ok"
    assert len(one.store.rounds(limit=1000)) > rounds
    assert status_of(one)["damaged"] == []


def _unwritten(site: Site) -> None:
    """Collect until a write is refused: a full disk still has room in the log's last pages."""
    store = site.store
    write: Callable[[], object] = lambda: store.enqueue("none", "x" * 100_000)  # noqa: E731
    with pytest.raises(StoreError):
        deque(iter(write, None), maxlen=0)
