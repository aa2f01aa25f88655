"""Brings a store's tables up to this version, one process at a time. Alembic is imported only when the tables must
change."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from ticker.store.engine import Database, StoreError
from ticker.store.tables import HEAD

VERSION_TABLE = "ticker_schema"
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Bring the tables up to date. Raises StoreError when a newer version of this program made them."""
    with database.reading() as connection:
        if _schema(connection) == HEAD:
            return
    with database.migrating() as connection:
        schema = _schema(connection)
        if schema != HEAD:  # otherwise another process has just done it
            _run_migrations(database, connection, schema)


def _schema(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    schema: str | None = connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return schema


def _run_migrations(database: Database, connection: sa.Connection, schema: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if schema is not None and schema not in known:
        raise StoreError(
            f"{database.address}: its tables are of version {schema!r}, and this program knows {HEAD} at most;"
            " a newer one has used the store, run that one"
        )
    command.upgrade(config, "head")
