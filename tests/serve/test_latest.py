"""The newest snapshot and its last good copy: readers notice nothing when the store is away."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.scenes import day, evening

from ticker.serve.http import live as room
from ticker.serve.http.live import LiveSnapshot, read_snapshot, write_snapshot
from ticker.snapshot import FORMAT, Snapshot, dump
from ticker.store import Store, open_store

DAY = day()
NOW = DAY.now


class Shown(list[Snapshot]):
    """What the read side was given, in order; `came` is set by each."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()

    def __call__(self, snapshot: Snapshot) -> None:
        self.append(snapshot)
        self.came.set()


@pytest.fixture
def shown():
    return Shown()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ticker.db'}"


@pytest.fixture
def store(url):
    with closing(open_store(url, clock=lambda: NOW)) as one:
        yield one


@pytest.fixture
def following(shown):
    """A Latest on a store at this address, closed in the end."""
    made: list[LiveSnapshot] = []

    def follow(url: str, last_good: Path | None = None) -> LiveSnapshot:
        made.append(LiveSnapshot(lambda: open_store(url, clock=lambda: NOW), shown, lambda: NOW, last_good))
        return made[-1]

    yield follow
    for one in made:
        one.stop()


def publish(store: Store, scene=DAY, *, looked: bool = True) -> None:
    token = store.lease("collector", 15)
    assert token
    with store.write(token) as write:
        write.publish(scene.snapshot.content, scene.now)
        if looked:
            write.record_look("nbkr", "USD", scene.now)


def test_a_version_is_shown_once_it_is_published(store, url, following, shown):
    latest = following(url)
    latest.poll()
    assert (latest.fault, shown) == ("", [])
    publish(store)
    latest.poll()
    latest.poll()
    (snapshot,) = shown
    assert (snapshot.version, snapshot.content) == (1, DAY.snapshot.content)
    publish(store, evening())
    latest.poll()
    assert [one.version for one in shown] == [1, 2]
    assert latest.polled_at == NOW


def test_a_snapshot_of_another_format_is_not_shown_and_stops_nothing(store, url, tmp_path, following, shown):
    """As after an update, until the collector has composed the snapshot again."""
    publish(store)
    with closing(sqlite3.connect(tmp_path / "ticker.db")) as other, other:
        other.execute("UPDATE ticker_snapshot SET body = '{}'")
    latest = following(url)
    latest.poll()
    latest.poll()
    assert (latest.fault, shown) == ("", [])
    publish(store)
    latest.poll()
    assert [one.version for one in shown] == [2]


def test_a_confirmation_is_shown_with_the_content_as_it_was(store, url, following, shown):
    """The same content, so that finished answers stay."""
    latest = following(url)
    publish(store, looked=False)
    latest.poll()
    publish(store)
    latest.poll()
    before, after = shown
    assert after.content is before.content
    assert after.looks[("nbkr", "USD")] == NOW
    assert ("nbkr", "USD") not in before.looks


def test_a_store_that_is_away_is_told_in_words_and_comes_back(tmp_path, following, shown, capsys):
    folder = tmp_path / "later"
    latest = following(f"sqlite:///{folder / 'ticker.db'}")
    latest.poll()
    latest.poll()
    assert latest.fault.endswith(f"there is no folder {folder}; create it first")
    assert capsys.readouterr().err.count("store unavailable") == 1, "said once, not at every look"
    folder.mkdir()
    with closing(open_store(f"sqlite:///{folder / 'ticker.db'}", clock=lambda: NOW)) as store:
        publish(store)
    latest.poll()
    assert latest.fault == ""
    assert [one.version for one in shown] == [1]


def test_a_database_server_that_is_away_is_told_without_its_password(following):
    latest = following("postgresql://ticker:secret@127.0.0.1:9/ticker")
    latest.poll()
    assert latest.fault.startswith("postgresql://ticker:***@127.0.0.1:9/ticker: ")
    assert "refused" in latest.fault
    assert "secret" not in latest.fault


def test_a_store_that_fails_while_it_is_followed_takes_nothing_from_readers(store, url, tmp_path, following, shown):
    latest = following(url)
    publish(store)
    latest.poll()
    with closing(sqlite3.connect(tmp_path / "ticker.db")) as other:
        other.execute("ALTER TABLE ticker_snapshot RENAME TO elsewhere")
        latest.poll()
        assert latest.fault.endswith("no such table: ticker_snapshot")
        assert latest.polled_at == NOW
        other.execute("ALTER TABLE elsewhere RENAME TO ticker_snapshot")
    latest.poll()
    assert (latest.fault, len(shown)) == ("", 1)


def test_a_database_file_that_was_deleted_is_told_though_it_still_answers(store, url, tmp_path, shown):
    now = [NOW]
    latest = LiveSnapshot(lambda: open_store(url, clock=lambda: NOW), shown, lambda: now[0], None)
    publish(store)
    latest.poll()
    (tmp_path / "ticker.db").unlink()
    now[0] += timedelta(seconds=31)
    latest.poll()
    assert latest.fault.endswith("the file is gone")
    assert len(shown) == 1
    latest.stop()


def test_a_fault_of_our_own_while_showing_is_logged_and_the_next_look_tries_again(store, url, capsys):
    given: list[Snapshot] = []

    def show(snapshot: Snapshot) -> None:
        given.append(snapshot)
        if len(given) == 1:
            raise ZeroDivisionError("a fault of our own")

    publish(store)
    latest = LiveSnapshot(lambda: open_store(url, clock=lambda: NOW), show, lambda: NOW, None)
    latest.poll()
    assert latest.fault == "ZeroDivisionError: a fault of our own"
    assert "following the store failed" in capsys.readouterr().err
    latest.poll()
    assert (latest.fault, len(given)) == ("", 2)
    latest.stop()


def test_the_last_good_snapshot_is_read_as_it_was_written(tmp_path):
    file = tmp_path / "last-good.json"
    for scene in (DAY, evening()):
        write_snapshot(file, scene.snapshot)
        assert read_snapshot(file) == scene.snapshot
    assert os.listdir(tmp_path) == ["last-good.json"]


def test_a_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path, monkeypatch):
    file = tmp_path / "last-good.json"
    write_snapshot(file, DAY.snapshot)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_snapshot(file, evening().snapshot)
    assert read_snapshot(file) == DAY.snapshot
    assert os.listdir(tmp_path) == ["last-good.json"]


def _spoilt() -> dict[str, str]:
    kept = '[1, "2025-06-18T05:16:00+00:00", "{}", []]'
    return {
        "empty": "",
        "no JSON": "x",
        "endless": "[" * 100_000,
        "a list": "[]",
        "nothing": "null",
        "another checksum": json.dumps({"sha256": "0" * 64, "kept": kept}),
        "another kind": json.dumps({"sha256": 5, "kept": 5}),
        "whole, but of a make that this version does not know": json.dumps(
            {"sha256": hashlib.sha256(kept.encode()).hexdigest(), "kept": kept}
        ),
    }


@pytest.mark.parametrize("name", _spoilt())
def test_a_spoilt_copy_is_not_shown_and_is_told(tmp_path, name, capsys):
    file = tmp_path / "last-good.json"
    file.write_text(_spoilt()[name], encoding="utf-8")
    assert read_snapshot(file) is None
    assert "last good snapshot not read" in capsys.readouterr().err


@pytest.mark.parametrize("at", [0, 40, 100, 1000, -10])
def test_a_copy_with_one_byte_changed_is_not_shown(tmp_path, at):
    file = tmp_path / "last-good.json"
    write_snapshot(file, DAY.snapshot)
    body = bytearray(file.read_bytes())
    body[at] ^= 1
    file.write_bytes(bytes(body))
    assert read_snapshot(file) is None


@pytest.mark.parametrize("number", ['"format":0,', f'"format":{FORMAT + 1},', ""])
def test_a_copy_in_another_format_is_no_copy(tmp_path, monkeypatch, capsys, number):
    file = tmp_path / "last-good.json"
    monkeypatch.setattr(room, "dump", lambda content: dump(content).replace(f'"format":{FORMAT},', number))
    write_snapshot(file, DAY.snapshot)
    assert read_snapshot(file) is None
    assert "this program reads" in capsys.readouterr().err


def test_no_copy_yet_is_no_trouble(tmp_path, capsys):
    assert read_snapshot(tmp_path / "last-good.json") is None
    assert capsys.readouterr().err == ""


def test_what_is_shown_is_kept_and_a_cold_start_without_the_store_shows_it(store, url, tmp_path, following, shown):
    file = tmp_path / "last-good.json"
    first = following(url, file)
    publish(store)
    first.poll()
    kept = read_snapshot(file)
    assert kept == shown[0]
    shown.clear()
    away = following(f"sqlite:///{tmp_path / 'gone' / 'ticker.db'}", file)
    away.start()
    assert shown.came.wait(5)
    assert shown[0] == kept
    away.stop()
    assert shown == [kept]


def test_a_copy_is_written_for_each_version_and_else_at_most_once_a_minute(store, url, tmp_path, shown):
    file = tmp_path / "last-good.json"
    now = [NOW]
    latest = LiveSnapshot(lambda: open_store(url, clock=lambda: NOW), shown, lambda: now[0], file)

    def looked_at(seconds: int) -> object:
        now[0] = NOW + timedelta(seconds=seconds)
        publish(store, replace(DAY, now=now[0]))
        latest.poll()
        kept = read_snapshot(file)
        return kept and kept.looks[("nbkr", "USD")]

    assert looked_at(0) == NOW
    assert looked_at(30) == NOW
    assert looked_at(61) == NOW + timedelta(seconds=61)
    publish(store, evening())
    latest.poll()
    kept = read_snapshot(file)
    assert kept
    assert kept.version == 2
    latest.stop()


def test_a_folder_that_cannot_be_written_stops_no_reader(store, url, tmp_path, following, shown, capsys):
    latest = following(url, tmp_path / "missing" / "last-good.json")
    publish(store)
    latest.poll()
    assert (latest.fault, len(shown)) == ("", 1)
    assert "last good snapshot not written" in capsys.readouterr().err


def test_it_follows_in_a_thread_of_its_own_and_ends_when_told(store, url, following, shown, monkeypatch):
    monkeypatch.setattr(room, "POLL_S", 0.01)
    latest = following(url)
    latest.start()
    publish(store)
    assert shown.came.wait(5)
    latest.stop()
    assert "latest" not in {one.name for one in threading.enumerate()}
