"""One transaction, as all reads and writes of this package see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ticker.store.engine import Database, StoreError


class Session:
    """A connection inside a transaction. It notes failed statements and which counters the commit must raise."""

    def __init__(self, database: Database, connection: sa.Connection) -> None:
        self.database, self._connection = database, connection
        self.broken = False
        self.moved: set[str] = set()  # names of counters: "rates", "confirmations"

    def run(
        self, statement: sa.Executable, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> sa.CursorResult[Any]:
        """Execute a statement; with several `rows`, once for each. Raises StoreError."""
        try:
            with self.database.errors_translated():
                return self._connection.execute(statement, rows)
        except StoreError:
            self.broken = True
            raise


def new_id(result: sa.CursorResult[Any]) -> int:
    """The id that the database gave to the inserted row."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])
