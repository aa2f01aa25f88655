"""The first tables. Written out rather than taken from tables.py: what a migration does never changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NEVER = -62135596800000000  # 0001-01-01T00:00Z in microseconds


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    _rates()
    _looks()
    _stories()
    _rounds()
    _wishes()
    op.create_table(
        "ticker_bodies",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text),
        sa.Column("validator", sa.Text),
        sa.Column("table", sa.Text),
        sa.Column("last_modified", sa.BigInteger),
        _text("body_hash"),
    )
    lease = op.create_table(
        "ticker_lease",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text),
        _big("token"),
        sa.Column("until", sa.BigInteger),
    )
    snapshot = op.create_table(
        "ticker_snapshot",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        _big("version"),
        _big("token"),
        _big("as_of"),
        _text("body"),
    )
    counters = op.create_table("ticker_counters", sa.Column("name", sa.Text, primary_key=True), _big("value"))
    # The rows that are only ever updated: a row that is there can be locked.
    op.bulk_insert(lease, [{"name": "collect", "token": 0}])
    op.bulk_insert(snapshot, [{"id": 1, "version": 0, "token": 0, "as_of": NEVER, "body": ""}])
    op.bulk_insert(counters, [{"name": "confirmations", "value": 0}])


def _rates() -> None:
    op.create_table(
        "ticker_rates",
        _number(),
        _text("source"),
        _text("currency"),
        _text("quoted"),
        _big("nominal"),
        sa.Column("valid_on", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        _big("seen_at"),
        sa.Column("last_modified", sa.BigInteger),
        _text("body_hash"),
        _text("origin"),
        sa.Column("held_at", sa.BigInteger),
        sa.Column("released_at", sa.BigInteger),
        sa.Column("discarded_at", sa.BigInteger),
        _text("reason"),
        sqlite_autoincrement=True,
    )
    once_held = sa.text("held_at IS NOT NULL")
    op.create_index("ticker_rates_by_day", "ticker_rates", ["source", "valid_on", "currency"])
    op.create_index("ticker_rates_by_currency", "ticker_rates", ["source", "currency", "valid_on"])
    op.create_index(
        "ticker_rates_once_held", "ticker_rates", ["source"], sqlite_where=once_held, postgresql_where=once_held
    )


def _looks() -> None:
    op.create_table(
        "ticker_looks",
        _number(),
        _text("source"),
        _text("subject"),
        _big("first_at"),
        _big("last_at"),
        sa.Column("newest", sa.Boolean, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ticker_looks_newest",
        "ticker_looks",
        ["source", "subject"],
        unique=True,
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    )


def _stories() -> None:
    op.create_table(
        "ticker_stories",
        sa.Column("id", sa.Text, primary_key=True),
        _text("feed"),
        _text("title"),
        _text("url"),
        _big("published_at"),
        _big("first_seen_at"),
        _big("last_seen_at"),
        sa.Column("guid", sa.Text),
        sa.Column("canonical_url", sa.Text),
    )
    op.create_index("ticker_stories_published", "ticker_stories", ["feed", "published_at"])
    op.create_index("ticker_stories_seen", "ticker_stories", ["feed", "last_seen_at"])


def _rounds() -> None:
    op.create_table(
        "ticker_rounds",
        _number(),
        _text("source"),
        _big("began_at"),
        _big("ended_at"),
        _text("outcome"),
        sa.Column("status", sa.Integer),
        _big("body_bytes"),
        sa.Column("parsed", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Integer, nullable=False),
        _text("note"),
        sa.Column("excerpt", sa.LargeBinary, nullable=False),
        sa.Column("retry_after_s", sa.BigInteger),
        sa.Column("next_due_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("ticker_rounds_by_source", "ticker_rounds", ["source", "id"])


def _wishes() -> None:
    op.create_table(
        "ticker_wishes",
        _number(),
        _text("kind"),
        _text("subject"),
        _text("detail"),
        _big("asked_at"),
        sa.Column("done_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
