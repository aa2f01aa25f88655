"""Runs of looks for moments of the past, clicks, and the feeds' summaries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticker_stories", sa.Column("summary", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "ticker_titles",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ticker_titles_by_story", "ticker_titles", ["story", "until"])
    op.create_table(
        "ticker_clicks",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_index("ticker_clicks_by_hour", "ticker_clicks", ["hour"])
    op.create_table(
        "ticker_batches", sa.Column("id", sa.Text, primary_key=True), sa.Column("at", sa.BigInteger, nullable=False)
    )
    op.execute("INSERT INTO ticker_counters (name, value) VALUES ('rates', 0)")
