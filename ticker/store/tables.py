"""The tables, and how a row becomes a value.

A moment is kept as whole microseconds since 1970 (UTC) and a decimal as the text the bank printed: both come back from
SQLite and PostgreSQL exactly as they went in. Every name begins with `ticker_`, so that a database can be shared.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from ticker.model import Headline, Outcome, Rate, Revision, Round, Story, Table, Validators

HEAD = "0002"
"""The migration that makes the tables below. Kept here so that opening an up-to-date store needs no Alembic."""

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
    """The text with what a database refuses, NUL and lone surrogates, replaced by U+FFFD."""
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

looks = sa.Table(  # runs of good looks without an interruption, kept for good: they are a source's history
    "ticker_looks",
    metadata,
    _number(),
    _column("source", Words),
    _column("subject", Words),
    _column("first_at", Moment),
    _column("last_at", Moment),
    _column("newest", sa.Boolean),  # of its source and subject; a newer run takes it over
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

titles = sa.Table(  # that a story had before its feed changed them
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

batches = sa.Table(  # of clicks that were counted: one whose commit was not heard of is sent again
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

bodies = sa.Table(  # what the last body of a source was
    "ticker_bodies",
    metadata,
    sa.Column("source", Words, primary_key=True),
    sa.Column("etag", Words),
    sa.Column("validator", Words),  # the Last-Modified header as received
    sa.Column("table", Words),
    sa.Column("last_modified", Moment),
    _column("body_hash", Words),
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

counters = sa.Table(  # beside the snapshot, so that a confirmation does not write its whole body again
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

believed = rates.c.discarded_at.is_(None) & (rates.c.held_at.is_(None) | rates.c.released_at.is_not(None))
still_held = rates.c.held_at.is_not(None) & rates.c.released_at.is_(None) & rates.c.discarded_at.is_(None)


class Printed(NamedTuple):
    """A believed figure and no more; `quoted` as the bank printed it."""

    id: int
    source: str
    currency: str
    quoted: str
    nominal: int
    valid_on: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class LastBody:
    """What the last body of a source was, kept so that a 304 can be judged again."""

    validators: Validators
    table: Table | None  # None for a feed
    last_modified: datetime | None  # UTC, of the body
    body_hash: str


@dataclass(frozen=True, slots=True)
class Command:
    """What an operator asked for: ('fetch', a source), ('accept' or 'reject', a revision's id)."""

    id: int
    kind: str
    subject: str
    detail: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Who collects. `holder` is None when nobody does: never yet, or it was given back."""

    holder: str | None
    token: int
    until: datetime | None


Row = sa.Row[Any]


def revision_of(row: Row) -> Revision:
    return Revision(
        id=row.id,
        source=row.source,
        rate=Rate(row.currency, row.quoted, row.nominal, row.valid_on, row.valid_until),
        seen_at=row.seen_at,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        origin=row.origin,
        held_at=row.held_at,
        released_at=row.released_at,
        discarded_at=row.discarded_at,
        reason=row.reason,
    )


def revision_row(revision: Revision) -> dict[str, Any]:
    rate = revision.rate
    return {
        "source": revision.source,
        "currency": rate.currency,
        "quoted": rate.quoted,
        "nominal": rate.nominal,
        "valid_on": rate.valid_on,
        "valid_until": rate.valid_until,
        "seen_at": revision.seen_at,
        "last_modified": revision.last_modified,
        "body_hash": revision.body_hash,
        "origin": revision.origin or revision.source,
        "held_at": revision.held_at,
        "released_at": revision.released_at,
        "discarded_at": revision.discarded_at,
        "reason": revision.reason,
    }


def story_of(row: Row) -> Story:
    return Story(headline_of(row), row.guid, row.canonical_url, row.summary)


def headline_of(row: Row) -> Headline:
    return Headline(row.id, row.title, row.url, row.feed, row.published_at, row.first_seen_at)


def story_row(story: Story, seen_at: datetime) -> dict[str, Any]:
    headline = story.headline
    return {
        "id": headline.id,
        "feed": headline.feed,
        "title": headline.title,
        "url": headline.url,
        "published_at": headline.published_at,
        "first_seen_at": headline.first_seen_at,
        "last_seen_at": seen_at,
        "guid": story.guid,
        "canonical_url": story.canonical_url,
        "summary": story.summary,
    }


_ROUND = tuple(column.name for column in rounds.c if column.name != "id")


def round_row(record: Round) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _ROUND}


def round_of(row: Row) -> Round:
    values = {name: getattr(row, name) for name in _ROUND}
    return Round(**{**values, "outcome": Outcome(row.outcome), "excerpt": bytes(row.excerpt)})


def body_row(source: str, body: LastBody) -> dict[str, Any]:
    return {
        "source": source,
        "etag": body.validators.etag,
        "validator": body.validators.last_modified,
        "table": None if body.table is None else _dump_table(body.table),
        "last_modified": body.last_modified,
        "body_hash": body.body_hash,
    }


def body_of(row: Row) -> LastBody:
    table: str | None = row.table
    return LastBody(
        validators=Validators(row.etag, row.validator),
        table=None if table is None else _load_table(table),
        last_modified=row.last_modified,
        body_hash=row.body_hash,
    )


def _dump_table(table: Table) -> str:
    rows = [[r.currency, str(r.quoted), r.nominal, str(r.valid_on), str(r.valid_until)] for r in table.rates]
    return json.dumps([str(table.valid_on), rows, table.complaints])


def _load_table(text: str) -> Table:
    valid_on, rows, complaints = json.loads(text)
    day: Callable[[str], date] = date.fromisoformat
    return Table(
        valid_on=day(valid_on),
        rates=tuple(
            Rate(currency, Decimal(q), nominal, day(on), day(until)) for currency, q, nominal, on, until in rows
        ),
        complaints=tuple(complaints),
    )
