"""The rule behind a held figure, first figures and what bore them out, an operator's word, and what was heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("cause", sa.Text, nullable=False, server_default=""),
        sa.Column("first", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("by_operator", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("ticker_rates", column)
    op.create_table(
        "ticker_heard",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
    )
