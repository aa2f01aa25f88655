"""An SQLite file that is replaced, deleted or damaged while it is open: what is read and written, and what is kept."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from support.damage import emptied, garbage, truncated
from support.stores import new_store_url

from ticker.model import Rate
from ticker.store import Fenced, Store, StoreError, open_store, sqlite_file

NOON = datetime(2026, 5, 22, 12, tzinfo=UTC)
DAY = date(2026, 5, 22)


class Shelf:
    """A folder with a store, its backups, and everything that opened it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "ticker.db"
        self.url = new_store_url(folder)
        self._opened: list[Store] = []
        self._copies = 0

    def open(self, *, mends: bool = True) -> Store:
        self._opened.append(open_store(self.url, clock=lambda: NOON, mends=mends))
        return self._opened[-1]

    def close(self) -> None:
        for one in self._opened:
            one.close()

    def backup(self) -> Path:
        """A copy as `sqlite3 ticker.db ".backup FILE"` makes it."""
        self._copies += 1
        made = self.folder / f"backup-{self._copies}.db"
        with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(made)) as target:
            source.backup(target)
        return made

    def aged(self) -> None:
        """Nobody has written the file for an hour."""
        hour_ago = self.file.stat().st_mtime - 3600
        os.utime(self.file, (hour_ago, hour_ago))

    def asides(self) -> list[str]:
        return sorted(one.name for one in self.folder.glob("ticker.db.damaged-*"))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.close()


def put(store: Store, *currencies: str) -> None:
    token = store.lease("collector", 15)
    assert token
    with store.write(token) as write:
        for one in currencies:
            write.add("nbkr", Rate(one, Decimal("87.4500"), 1, DAY, DAY), seen_at=NOON)


def has(store: Store) -> list[str]:
    return [one.rate.currency for one in store.revisions("nbkr", DAY)]


def whole(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def by_move(backup: Path, file: Path) -> None:
    shutil.move(backup, file)


def by_exchange(backup: Path, file: Path) -> None:
    file.rename(file.with_name("old.db"))
    backup.rename(file)


def by_delete_and_copy(backup: Path, file: Path) -> None:
    file.unlink()
    shutil.copyfile(backup, file)


def by_copy_in_place(backup: Path, file: Path) -> None:
    shutil.copyfile(backup, file)
    hour_ago = file.stat().st_mtime - 3600
    os.utime(file, (hour_ago, hour_ago))  # as if the copy had ended long ago


Replacing = Callable[[Path, Path], None]
WAYS = (by_move, by_exchange, by_delete_and_copy, by_copy_in_place)


class TestReplaced:
    @pytest.mark.parametrize("replace", WAYS)
    def test_reads_and_writes_go_to_the_file_that_bears_the_name(self, shelf, replace):
        store, other = shelf.open(), shelf.open()
        put(store, "USD")
        backup = shelf.backup()
        put(other, "EUR", "KZT")
        put(store, "RUB")
        assert has(other) == ["USD", "EUR", "KZT", "RUB"]
        replace(backup, shelf.file)
        assert (has(store), has(other)) == (["USD"], ["USD"])
        put(other, "CNY")
        assert (has(store), has(other)) == (["USD", "CNY"], ["USD", "CNY"])
        shelf.close()
        assert whole(shelf.file)
        with closing(open_store(shelf.url, clock=lambda: NOON)) as after:
            assert has(after) == ["USD", "CNY"]
        assert len([one for one in shelf.folder.iterdir() if one.name.startswith("ticker.db-")]) == 0

    def test_a_file_that_was_moved_away_has_all_that_was_committed(self, shelf):
        store = shelf.open()
        put(store, "USD")
        backup = shelf.backup()
        put(store, "EUR")
        by_exchange(backup, shelf.file)
        assert has(store) == ["USD"]
        with closing(open_store(f"sqlite:///{shelf.folder}/old.db", clock=lambda: NOON)) as old:
            assert has(old) == ["USD", "EUR"]

    def test_a_token_of_the_file_before_is_refused(self, shelf):
        """The file before may have had the same token, given to another process."""
        first, second = shelf.open(), shelf.open()
        backup = shelf.backup()
        token = first.lease("first", 15)
        assert token
        by_move(backup, shelf.file)
        assert second.lease("second", 15) == token
        with pytest.raises(Fenced), first.write(token):
            pass
        with second.write(token):
            pass

    def test_a_write_during_which_the_file_was_replaced_did_not_happen(self, shelf):
        store = shelf.open()
        backup = shelf.backup()
        token = store.lease("collector", 15)
        assert token
        writing = store.write(token)
        writing.__enter__().add("nbkr", Rate("USD", Decimal(87), 1, DAY, DAY), seen_at=NOON)
        by_move(backup, shelf.file)
        with pytest.raises(StoreError, match="replaced during a write"):
            writing.__exit__(None, None, None)
        assert has(store) == []

    def test_versions_of_two_files_are_never_equal(self, shelf):
        store = shelf.open()
        put(store, "USD")
        backup = shelf.backup()
        before = store.generation, store.rates_version()
        by_move(backup, shelf.file)
        assert store.rates_version() != before[1]
        assert store.generation != before[0]

    def test_an_older_schema_is_brought_up_to_date(self, shelf):
        store = shelf.open()
        backup = shelf.folder / "empty.db"
        with closing(sqlite3.connect(backup)) as connection:
            connection.execute("CREATE TABLE other (x)")
        by_move(backup, shelf.file)
        put(store, "USD")
        assert has(store) == ["USD"]

    def test_it_is_told(self, shelf, capsys):
        store = shelf.open()
        by_move(shelf.backup(), shelf.file)
        store.version()
        assert capsys.readouterr().err.count("another file has replaced the store") == 1
        (event,) = store.events
        assert "another file has replaced" in event

    def test_a_copy_is_waited_for(self, shelf):
        """Half a file has appeared under the name; the other half follows."""
        store = shelf.open()
        put(store, "USD")
        content = shelf.backup().read_bytes()
        shelf.file.unlink()
        shelf.file.write_bytes(content[: len(content) // 2])
        with pytest.raises(StoreError, match="not whole"):
            store.version()
        with shelf.file.open("ab") as file:
            file.write(content[len(content) // 2 :])
        assert has(store) == ["USD"]
        assert shelf.asides() == []


class TestNumbers:
    """What makes a copy over the file noticed: its header counts every write, and nothing else."""

    def test_each_write_counts_once_and_is_in_the_file_after_the_next_read(self, shelf):
        store = shelf.open()
        numbers = [number(shelf.file)]
        for change in (
            lambda: put(store, "USD"),  # the lease, and the figure
            lambda: store.lease("somebody else", 15),
            store.version,
            lambda: store.enqueue("fetch", "nbkr"),
        ):
            change()
            store.version()
            numbers.append(number(shelf.file))
        assert [after - before for before, after in pairwise(numbers)] == [2, 0, 0, 1]


def number(file: Path) -> int:
    return int.from_bytes(file.read_bytes()[60:64], "big")


class TestDeleted:
    def test_it_is_written_back_from_the_open_file(self, shelf, monkeypatch):
        store, other = shelf.open(), shelf.open()
        put(store, "USD", "EUR")
        for one in shelf.folder.iterdir():
            one.unlink()
        with pytest.raises(StoreError, match="the file is gone"):
            store.version()
        assert not shelf.file.exists(), "somebody may be about to put another one there"
        monkeypatch.setattr(sqlite_file, "SETTLE_S", 0)
        assert has(store) == ["USD", "EUR"]
        put(other, "RUB")
        assert has(store) == has(other) == ["USD", "EUR", "RUB"]
        shelf.close()
        assert whole(shelf.file)

    def test_not_by_a_command(self, shelf, monkeypatch):
        monkeypatch.setattr(sqlite_file, "SETTLE_S", 0)
        store = shelf.open(mends=False)
        shelf.file.unlink()
        with pytest.raises(StoreError, match="the file is gone"):
            store.version()
        assert not shelf.file.exists()


def first_pages(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xa5" * 4096 * 4)


DAMAGE = (garbage, truncated, emptied, first_pages)


def until_open(shelf: Shelf) -> Store:
    """As a process that starts: it tries again."""
    for _ in range(2):
        try:
            return shelf.open()
        except StoreError:
            pass
    return shelf.open()


def filled(shelf: Shelf) -> None:
    with closing(open_store(shelf.url, clock=lambda: NOON)) as store:
        put(store, *[f"{chr(65 + nth // 26)}{chr(65 + nth % 26)}X" for nth in range(400)])


class TestDamaged:
    @pytest.mark.parametrize(
        ("harm", "opened"),
        # An empty file at the start is a new store.
        [(harm, opened) for harm in DAMAGE for opened in (True, False) if opened or harm is not emptied],
    )
    def test_it_is_set_aside_and_a_new_store_begins(self, shelf, harm, opened, capsys):
        filled(shelf)
        running = shelf.open() if opened else None
        harm(shelf.file)
        shelf.aged()
        damaged = shelf.file.read_bytes()
        store = running or until_open(shelf)
        for _ in range(3):
            try:
                assert has(store) == []
                break
            except StoreError:
                pass
        put(store, "USD")
        assert has(store) == ["USD"]
        asides = shelf.asides()
        (aside,) = [one for one in asides if not one.endswith(("-wal", "-shm"))]
        assert (shelf.folder / aside).read_bytes() == damaged
        assert store.damaged() == (aside,)
        assert "damaged" in capsys.readouterr().err
        shelf.close()
        assert whole(shelf.file)

    @pytest.mark.parametrize("harm", [garbage, truncated])
    def test_not_while_it_may_still_be_written(self, shelf, harm):
        filled(shelf)
        harm(shelf.file)
        for _ in range(3):
            with pytest.raises(StoreError):
                shelf.open().revisions("nbkr", DAY)
        assert shelf.asides() == []

    def test_not_by_a_command(self, shelf):
        filled(shelf)
        garbage(shelf.file)
        shelf.aged()
        with pytest.raises(StoreError, match="not a database"):
            shelf.open(mends=False)
        assert shelf.asides() == []

    def test_not_a_file_that_was_never_a_store(self, tmp_path):
        notes = tmp_path / "notes.txt"
        notes.write_text("These are notes. " * 100)
        os.utime(notes, (0, 0))
        for _ in range(3):
            with pytest.raises(StoreError, match="not a database"):
                open_store(f"sqlite:///{notes}", clock=lambda: NOON, mends=True)
        assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]

    def test_of_several_processes_one_sets_it_aside(self, shelf):
        filled(shelf)
        garbage(shelf.file)
        shelf.aged()
        gate = multiprocessing.get_context("fork").Barrier(4)
        processes = [
            multiprocessing.get_context("fork").Process(target=_open_and_put, args=(shelf.url, name, gate))
            for name in ("USD", "EUR", "RUB", "KZT")
        ]
        for one in processes:
            one.start()
        for one in processes:
            one.join(60)
            assert one.exitcode == 0
        assert sorted(has(shelf.open())) == ["EUR", "KZT", "RUB", "USD"]
        assert len([one for one in shelf.asides() if not one.endswith(("-wal", "-shm"))]) == 1


def _open_and_put(url: str, currency: str, gate: object) -> None:
    gate.wait()  # type: ignore[attr-defined]
    for _ in range(400):
        try:
            with closing(open_store(url, clock=lambda: datetime.now(UTC), mends=True)) as store:
                token = store.lease(currency, 60)
                if token is None:
                    raise StoreError("held")
                with store.write(token) as write:
                    write.add("nbkr", Rate(currency, Decimal(1), 1, DAY, DAY), seen_at=NOON)
                store.release(currency)
                return
        except StoreError:
            sqlite_file.time.sleep(0.05)
    raise SystemExit(3)


class TestNotDamaged:
    """A store that can't be written for now is left as it is, and goes on by itself."""

    def test_what_sqlite_takes_back(self, shelf):
        """Once it said that the file is damaged, and a second look finds it whole: nothing is set aside."""
        store = shelf.open()
        put(store, "USD")
        file = store._database._on_disk
        assert file
        file.suspicion = "database disk image is malformed"
        shelf.aged()
        assert (has(store), shelf.asides()) == (["USD"], [])
        put(store, "EUR")
        assert has(shelf.open()) == ["USD", "EUR"]

    def test_locked_by_another_process(self, shelf, monkeypatch):
        monkeypatch.setattr("ticker.store.engine.BUSY_S", 0.2)
        store = shelf.open()
        put(store, "USD")
        with closing(sqlite3.connect(shelf.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="another process has been writing"):
                put(store, "EUR")
            assert "another process has been writing" in store.write_fault
            assert has(store) == ["USD"]
        shelf.aged()
        put(store, "EUR")
        assert (has(store), store.write_fault, shelf.asides()) == (["USD", "EUR"], "", [])

    def test_on_a_full_disk(self, shelf):
        store = shelf.open()
        put(store, "USD")
        pages = _full(store)
        with pytest.raises(StoreError, match="full"):
            put(store, *["EUR"] * 500)
        assert "full" in store.write_fault
        assert has(store) == ["USD"]
        shelf.aged()
        assert has(store) == ["USD"]
        _full(store, 10 * pages)
        put(store, "EUR")
        assert (has(store), store.write_fault, shelf.asides()) == (["USD", "EUR"], "", [])


def _full(store: Store, pages: int = 1) -> int:
    """As if the disk ended at the file's present size."""
    with store._database.reading() as connection:
        return int(connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar_one())
