"""The tables and their column types.

A moment is stored as whole microseconds since 1970 (UTC), a decimal as the text the bank printed: both come back from
SQLite and PostgreSQL exactly as they went in. Every name begins with `ticker_`, so that a database can be shared.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

HEAD = "0003"
"""The migration that makes the tables below. Named here so that opening an up-to-date store needs no Alembic."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND


def storable(text: str) -> str:
    """The text with NUL and lone surrogates, which databases refuse, replaced by U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware moment, in UTC."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, _dialect: sa.Dialect) -> datetime | None:
        return None if value is None else moment_of(value)


class Figure(sa.types.TypeDecorator[Decimal]):
    """A decimal with its trailing zeros: SQLite's NUMERIC would drop them, SQLAlchemy's goes through float."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: sa.Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Words(sa.types.TypeDecorator[str]):
    """Text from anywhere: the same on both databases, whatever characters it holds."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        return None if value is None else storable(value)


def _column(name: str, kind: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


metadata = sa.MetaData()

rates = sa.Table(
    "ticker_rates",
    metadata,
    _number(),
    _column("source", Words),
    _column("currency", Words),
    _column("quoted", Figure),
    _column("nominal", sa.BigInteger),
    _column("valid_on", sa.Date),
    _column("valid_until", sa.Date),
    _column("seen_at", Moment),
    sa.Column("last_modified", Moment),
    _column("body_hash", Words),
    _column("origin", Words),
    sa.Column("held_at", Moment),
    sa.Column("released_at", Moment),
    sa.Column("discarded_at", Moment),
    _column("reason", Words),
    _column("cause", Words),
    _column("first", sa.Boolean),
    sa.Column("confirmed_at", Moment),
    _column("by_operator", sa.Boolean),
    sa.Index("ticker_rates_by_day", "source", "valid_on", "currency"),
    sa.Index("ticker_rates_by_currency", "source", "currency", "valid_on"),
    sa.Index(
        "ticker_rates_once_held",
        "source",
        sqlite_where=sa.text("held_at IS NOT NULL"),
        postgresql_where=sa.text("held_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

looks = sa.Table(  # runs of good looks without an interruption, never deleted: they are a source's history
    "ticker_looks",
    metadata,
    _number(),
    _column("source", Words),
    _column("subject", Words),
    _column("first_at", Moment),
    _column("last_at", Moment),
    _column("newest", sa.Boolean),  # the last run of its source and subject
    _column("open", sa.Boolean),  # the next look extends it
    sa.Index(
        "ticker_looks_newest",
        "source",
        "subject",
        unique=True,
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    ),
    sqlite_autoincrement=True,
)

stories = sa.Table(
    "ticker_stories",
    metadata,
    sa.Column("id", Words, primary_key=True),
    _column("feed", Words),
    _column("title", Words),
    _column("url", Words),
    _column("published_at", Moment),
    _column("first_seen_at", Moment),
    _column("last_seen_at", Moment),
    sa.Column("guid", Words),
    sa.Column("canonical_url", Words),
    _column("summary", Words),
    sa.Index("ticker_stories_published", "feed", "published_at"),
    sa.Index("ticker_stories_seen", "feed", "last_seen_at"),
)

titles = sa.Table(  # earlier titles of stories, each valid `until` its feed changed it
    "ticker_titles",
    metadata,
    _number(),
    _column("story", Words),
    _column("title", Words),
    _column("until", Moment),
    sa.Index("ticker_titles_by_story", "story", "until"),
    sqlite_autoincrement=True,
)

clicks = sa.Table(
    "ticker_clicks",
    metadata,
    sa.Column("story", Words, primary_key=True),
    sa.Column("hour", Moment, primary_key=True, autoincrement=False),
    sa.Column("kind", Words, primary_key=True),
    _column("count", sa.BigInteger),
    sa.Index("ticker_clicks_by_hour", "hour"),
)

batches = sa.Table(  # batches of clicks already counted: one whose commit got no answer is sent again
    "ticker_batches",
    metadata,
    sa.Column("id", Words, primary_key=True),
    _column("at", Moment),
)

rounds = sa.Table(
    "ticker_rounds",
    metadata,
    _number(),
    _column("source", Words),
    _column("began_at", Moment),
    _column("ended_at", Moment),
    _column("outcome", Words),
    sa.Column("status", sa.Integer),
    _column("body_bytes", sa.BigInteger),
    _column("parsed", sa.Integer),
    _column("dropped", sa.Integer),
    _column("note", Words),
    _column("excerpt", sa.LargeBinary),
    sa.Column("retry_after_s", sa.BigInteger),
    sa.Column("next_due_at", Moment),
    sa.Index("ticker_rounds_by_source", "source", "id"),
    sqlite_autoincrement=True,
)

bodies = sa.Table(  # the last body of each source, without the body itself
    "ticker_bodies",
    metadata,
    sa.Column("source", Words, primary_key=True),
    sa.Column("etag", Words),
    sa.Column("validator", Words),  # the Last-Modified header as received
    sa.Column("table", Words),
    sa.Column("last_modified", Moment),
    _column("body_hash", Words),
)

heard = sa.Table(  # what past answers of a rates source tell of the next one, so that a take-over goes on counting
    "ticker_heard",
    metadata,
    sa.Column("source", Words, primary_key=True),
    _column("state", Words),
)

lease = sa.Table(
    "ticker_lease",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("holder", Words),
    _column("token", sa.BigInteger),
    sa.Column("until", Moment),
)

snapshot = sa.Table(
    "ticker_snapshot",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    _column("version", sa.BigInteger),
    _column("token", sa.BigInteger),  # of the write that made it
    _column("as_of", Moment),
    _column("body", Words),
)

counters = sa.Table(  # apart from the snapshot, so that a confirmation does not write its whole body again
    "ticker_counters",
    metadata,
    sa.Column("name", Words, primary_key=True),
    _column("value", sa.BigInteger),
)

commands = sa.Table(
    "ticker_wishes",
    metadata,
    _number(),
    _column("kind", Words),
    _column("subject", Words),
    _column("detail", Words),
    _column("asked_at", Moment),
    sa.Column("done_at", Moment),
    sqlite_autoincrement=True,
)

confirmed = sa.not_(rates.c.first) | rates.c.confirmed_at.is_not(None)
believed = rates.c.discarded_at.is_(None) & (rates.c.held_at.is_(None) | rates.c.released_at.is_not(None))
still_held = rates.c.held_at.is_not(None) & rates.c.released_at.is_(None) & rates.c.discarded_at.is_(None)
