"""Many threads of one process that write at once: each gets its turn."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from support.given import bishkek

from ticker.model import Outcome, Round
from ticker.store import engine, open_store

NOON = bishkek("2026-05-20 12:00")


def test_every_write_of_many_at_once_is_done_however_long_the_queue(tmp_path, monkeypatch):
    """At a first start all sources are due together; SQLite's own wait is shorter than the queue, and the pool has
    fewer connections than there are writers."""
    monkeypatch.setattr(engine, "BUSY_S", 0.3)
    store = open_store(f"sqlite:///{tmp_path / 'ticker.db'}", clock=lambda: NOON)
    token = store.lease("test", 1000)
    assert token

    def visit(nth: int) -> None:
        with store.write(token) as tx:
            time.sleep(0.03)  # what a round works out meanwhile
            assert tx.rounds(f"source-{nth}", 20) == []
            tx.record(Round(f"source-{nth}", NOON, NOON, Outcome.CHANGED))

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(visit, range(30)))  # raises what a thread raised
    assert all(store.rounds(f"source-{nth}", 1) for nth in range(30))
    store.close()
