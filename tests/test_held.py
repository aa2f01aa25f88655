"""What is believed beside a held figure, and which currencies are defunct."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from support.given import bishkek, may, rate

from ticker.rates.defunct import DEFUNCT, is_defunct
from ticker.rates.held import described, held_figures
from ticker.store import Store, open_store

NOW = bishkek("2026-05-22 12:00")
SOURCES = ["nbkr", "nbkr-weekly"]


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'ticker.db'}", clock=lambda: NOW)
    yield opened
    opened.close()


def say(
    store: Store, quoted: str, day: date, *, source: str = "nbkr", held: str | None = None, clock: str = "12"
) -> int:
    token = store.lease("me", 3600)
    assert token
    with store.write(token) as write:
        return write.add(source, rate("USD", quoted, day), seen_at=bishkek(f"2026-05-22 {clock}:00"), held_reason=held)


def beside(store: Store, clock: str | None = None) -> list[str]:
    at = bishkek(f"2026-05-22 {clock}:00") if clock else None
    return [described(one.believed) for one in held_figures(store, SOURCES, at)]


def test_it_is_the_figure_of_the_same_day_whatever_was_believed_of_later_days(store):
    say(store, "80.0000", may(10))
    say(store, "92.5000", may(10), held="far")
    say(store, "82.0000", may(13))
    assert beside(store) == ["80.0000 for 1 on 2026-05-10"]


def test_else_it_is_that_of_the_nearest_day_before_from_the_same_source(store):
    say(store, "80.0000", may(8))
    say(store, "81.0000", may(9), source="nbkr-weekly")
    say(store, "92.5000", may(10), held="far")
    say(store, "925.000", date(2026, 3, 1), held="far")
    assert beside(store) == ["none", "80.0000 for 1 on 2026-05-08"]


def test_of_a_moment_of_the_past_it_is_what_was_believed_then(store):
    say(store, "80.0000", may(10), clock="09")
    say(store, "92.5000", may(10), held="far", clock="10")
    say(store, "80.5000", may(10), clock="12")
    assert (beside(store, "11"), beside(store)) == (["80.0000 for 1 on 2026-05-10"], ["80.5000 for 1 on 2026-05-10"])


@pytest.mark.parametrize("row", DEFUNCT.values(), ids=lambda row: row.currency)
def test_a_defunct_currency_has_its_successor_and_source(row):
    assert is_defunct(row.currency, row.since)
    assert not is_defunct(row.currency, date.fromordinal(row.since.toordinal() - 1))
    assert not is_defunct(row.successor, row.since)
    assert row.source
