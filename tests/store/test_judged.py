"""What is stored of a judgement: held, released, held again, first, borne out; and that a new content is a version."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from support.given import HOME

from ticker.model import Cause, Rate
from ticker.snapshot import Content, Series
from ticker.store import Store

NOON = datetime(2026, 5, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=3)
FRIDAY = date(2026, 5, 22)


def rate(quoted: str) -> Rate:
    return Rate("USD", Decimal(quoted), 1, FRIDAY, FRIDAY)


@pytest.fixture
def token(store: Store) -> int:
    token = store.lease("me", 3600)
    assert token
    return token


def test_a_figure_that_was_released_can_be_held_again(store: Store, token: int) -> None:
    with store.write(token) as write:
        id_ = write.add("nbkr", rate("87.45"), seen_at=NOON, held_reason="a leap", cause=Cause.MOVE)
        write.release(id_, NOON)
    with store.write(token) as write:
        write.hold(id_, LATER, "taken back", Cause.BETWEEN)
    (held,) = store.held()
    assert (held.id, held.held_at, held.released_at, held.cause) == (id_, LATER, None, Cause.BETWEEN)
    assert not held.believed


def test_a_first_figure_is_unconfirmed_until_it_is_borne_out(store: Store, token: int) -> None:
    with store.write(token) as write:
        id_ = write.add("nbkr", rate("87.45"), seen_at=NOON, first=True)
    (first,) = store.revisions("nbkr", FRIDAY)
    assert (first.believed, first.confirmed) == (True, False)
    with store.write(token) as write:
        write.confirm(id_, LATER)
    (borne_out,) = store.revisions("nbkr", FRIDAY)
    assert (borne_out.confirmed, borne_out.confirmed_at) == (True, LATER)


def test_another_figure_of_the_same_length_is_a_new_version(store: Store, token: int) -> None:
    versions = []
    for quoted in ("87.45", "87.46", "87.46"):
        with store.write(token) as write:
            versions.append(write.publish(Content(HOME, series=(Series("nbkr", "USD", (rate(quoted),)),)), NOON))
    assert versions == [1, 2, None]
