"""How a row becomes a value, and a value a row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from ticker.model import Cause, Contender, Headline, Heard, Outcome, Rate, Revision, Round, Story, Table, Validators
from ticker.store import tables as t

Row = sa.Row[Any]


class BelievedRate(NamedTuple):
    """A believed figure without its provenance; `quoted` as the bank printed it."""

    id: int
    source: str
    currency: str
    quoted: str
    nominal: int
    valid_on: date
    valid_until: date
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class LastBody:
    """What is known of a source's last body: enough to judge its table again after a 304."""

    validators: Validators
    table: Table | None  # None for a feed
    last_modified: datetime | None  # UTC, of the body
    body_hash: str


@dataclass(frozen=True, slots=True)
class Command:
    """What an operator wants the collector to do: ('fetch', a source), ('accept' or 'reject', a revision's id)."""

    id: int
    kind: str
    subject: str
    detail: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Who collects. `holder` is None when nobody does: never yet, or the lease was given back."""

    holder: str | None
    token: int
    until: datetime | None


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
        cause=Cause(row.cause),
        first=row.first,
        confirmed_at=row.confirmed_at,
        by_operator=row.by_operator,
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
        "cause": revision.cause,
        "first": revision.first,
        "confirmed_at": revision.confirmed_at,
        "by_operator": revision.by_operator,
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


_ROUND = tuple(column.name for column in t.rounds.c if column.name != "id")


def round_row(record: Round) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _ROUND}


def round_of(row: Row) -> Round:
    values = {name: getattr(row, name) for name in _ROUND}
    return Round(**{**values, "outcome": Outcome(row.outcome), "excerpt": bytes(row.excerpt)})


def command_of(row: Row) -> Command:
    return Command(row.id, row.kind, row.subject, row.detail, row.asked_at)


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


def dump_heard(heard: Heard) -> str:
    return json.dumps(
        {
            "newest": _dump_moment(heard.newest),
            "older": [[_dump_moment(left), _dump_moment(at)] for left, at in heard.older],
            "contenders": [
                {
                    "rate": _dump_rate(one.rate),
                    "since": _dump_moment(one.since),
                    "last": _dump_moment(one.last),
                    "answers": one.answers,
                    "last_modified": _dump_moment(one.last_modified),
                }
                for one in heard.contenders
            ],
            "settled": [[currency, str(day), times] for currency, day, times in heard.settled],
            "too_early": heard.too_early,
        }
    )


def load_heard(text: str) -> Heard:
    raw = json.loads(text)
    moment = datetime.fromisoformat
    return Heard(
        newest=_load_moment(raw["newest"]),
        older=tuple((moment(left), moment(at)) for left, at in raw["older"]),
        contenders=tuple(
            Contender(
                _load_rate(one["rate"]),
                moment(one["since"]),
                moment(one["last"]),
                one["answers"],
                _load_moment(one["last_modified"]),
            )
            for one in raw["contenders"]
        ),
        settled=tuple((currency, date.fromisoformat(day), times) for currency, day, times in raw["settled"]),
        too_early=raw["too_early"],
    )


def _dump_moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _load_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _dump_rate(rate: Rate) -> list[str | int]:
    return [rate.currency, str(rate.quoted), rate.nominal, str(rate.valid_on), str(rate.valid_until)]


def _load_rate(row: Sequence[Any]) -> Rate:
    currency, quoted, nominal, on, until = row
    return Rate(currency, Decimal(quoted), nominal, date.fromisoformat(on), date.fromisoformat(until))


def _dump_table(table: Table) -> str:
    return json.dumps([str(table.valid_on), [_dump_rate(one) for one in table.rates], table.complaints])


def _load_table(text: str) -> Table:
    valid_on, rows, complaints = json.loads(text)
    return Table(date.fromisoformat(valid_on), tuple(map(_load_rate, rows)), tuple(complaints))
