"""The tables of an old, a new, and somebody else's store."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ticker.store import StoreError, migrate, open_store, tables

NOON = datetime(2026, 5, 22, 12, tzinfo=UTC)


def test_the_migrations_make_the_tables_that_the_code_uses(empty_world):
    empty_world.open()
    with empty_world.connect() as connection:
        options = {"version_table": migrate.VERSION_TABLE, "compare_type": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)
    assert differences == []


def test_every_table_has_the_prefix(empty_world):
    empty_world.open()
    with empty_world.connect() as connection:
        names = sa.inspect(connection).get_table_names()
    assert [name for name in names if not name.startswith(("ticker_", "sqlite_"))] == []


def test_the_code_knows_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [tables.HEAD]


def test_four_processes_may_open_an_empty_store_at_once(empty_world):
    assert empty_world.processes(4, "opened = store(); say(opened.version()); opened.close()") == ["(0, 0)"] * 4
    assert empty_world.sql("SELECT version_num FROM ticker_schema") == [(tables.HEAD,)]
    assert empty_world.sql("SELECT count(*) FROM ticker_lease") == [(1,)]


def test_an_open_store_keeps_its_data_when_it_is_opened_again(empty_world):
    empty_world.open().enqueue("fetch", "nbkr")
    assert [command.subject for command in empty_world.open().pending_commands()] == ["nbkr"]


def test_the_tables_of_a_newer_version_are_refused(empty_world):
    empty_world.open()
    empty_world.sql("UPDATE ticker_schema SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"tables are of version '9999', and this program knows 0003 at most"):
        empty_world.open()


def test_a_migration_that_fails_leaves_the_store_as_it_was(empty_world):
    empty_world.sql("CREATE TABLE ticker_bodies (mine integer)")  # in the way of ours
    with pytest.raises(StoreError, match=r"ticker_bodies.* already exists"):
        empty_world.open()
    with empty_world.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["ticker_bodies"]


def test_a_migration_leaves_logging_alone(empty_world):
    mine, before = logging.getLogger("mine"), (logging.root.level, logging.root.handlers[:])
    empty_world.open()
    assert (logging.root.level, logging.root.handlers, mine.disabled) == (*before, False)


def test_neither_the_import_nor_an_up_to_date_store_needs_alembic(tmp_path):
    url = f"sqlite:///{tmp_path}/ticker.db"
    open_store(url, clock=lambda: NOON).close()
    program = (
        "import sys, threading; from ticker.store import open_store\n"
        "print(threading.active_count(), 'psycopg' in sys.modules)\n"
        f"open_store({url!r}, clock=None).close(); print('alembic' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).split() == ["1", "False", "False"]
