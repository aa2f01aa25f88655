"""What a backfill writes beside a collecting process: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ticker.model import DAY, Rate, Revision
from ticker.store import BACKFILL, Fenced, StoreError

NOON = datetime(2026, 5, 22, 12, 0, 0, 123456, UTC)
FRIDAY = date(2026, 5, 22)


def figure(day=FRIDAY, quoted="87.4500", currency="USD", source="nbkr", **rest):
    return Revision(0, source, Rate(currency, Decimal(quoted), 1, day, day), NOON, **rest)


@pytest.fixture
def token(store):
    return store.lease("backfill", 3600, BACKFILL)


def stored(store, source="nbkr", currency="USD"):
    return store.revisions_between([source], date(1993, 5, 10), date(2030, 1, 1), currencies=[currency])


def test_a_figure_for_a_missing_day_is_stored_whole(store, token):
    given = figure(body_hash="ab12", origin="nbkr-archive", last_modified=NOON - DAY)
    with store.backfill(token) as write:
        write.add([given, figure(FRIDAY - DAY, "87.4400")])
    before, of_friday = stored(store)
    assert (before.rate.quoted, before.origin) == (Decimal("87.4400"), "nbkr")
    assert of_friday.id > 0
    assert (of_friday.rate, of_friday.seen_at) == (given.rate, NOON)
    assert (of_friday.body_hash, of_friday.origin, of_friday.last_modified) == ("ab12", "nbkr-archive", NOON - DAY)
    assert of_friday.believed


def test_a_day_that_has_a_figure_gets_no_second_one_and_nothing_of_the_write_stays(store, token):
    with store.backfill(token) as write:
        write.add([figure()])
    with pytest.raises(StoreError, match="nbkr for USD on 2026-05-22"), store.backfill(token) as write:
        write.add([figure(FRIDAY - DAY), figure(FRIDAY, "87.4501")])
    assert len(stored(store)) == 1


def test_a_held_figure_is_one_and_a_discarded_one_is_none(store, token):
    collects = store.lease("service", 3600)
    with store.write(collects) as write:
        held = write.add("nbkr", figure().rate, seen_at=NOON, held_reason="moved")
    with pytest.raises(StoreError), store.backfill(token) as write:
        write.add([figure()])
    with store.write(collects) as write:
        write.discard(held, NOON)
    with store.backfill(token) as write:
        write.add([figure()])
    assert [one.believed for one in stored(store)] == [False, True]


def test_other_sources_and_currencies_are_other_days(store, token):
    with store.backfill(token) as write:
        write.add([figure()])
    with store.backfill(token) as write:
        write.add([figure(currency="EUR"), figure(source="nbkr-weekly"), figure(FRIDAY + DAY)])
    assert len(store.figures(FRIDAY, FRIDAY + DAY)) == 4


def test_backfill_and_collecting_have_a_lease_each(store, token):
    collects = store.lease("service", 3600)
    assert store.lease_state().holder == "service"
    with store.write(collects) as write:
        write.add("nbkr", figure().rate, seen_at=NOON)
    with store.backfill(token) as write:
        write.add([figure(FRIDAY - DAY)])
    assert store.lease("service", 3600) == collects
    store.release("backfill", BACKFILL)
    assert store.lease_state().holder == "service"


def test_the_token_of_one_lease_is_refused_for_the_other(store, token):
    for nth in range(3):
        collects = store.lease(f"service {nth}", 3600)
        store.release(f"service {nth}")
    assert collects != token
    with pytest.raises(Fenced), store.backfill(collects):
        pass
    with pytest.raises(Fenced), store.write(token):
        pass


def test_one_backfill_runs_at_a_time_and_an_old_token_is_refused(world, store, token):
    other = world.open()
    assert other.lease("import", 3600, BACKFILL) is None
    store.release("backfill", BACKFILL)
    taken = other.lease("import", 3600, BACKFILL)
    assert taken == token + 1
    with pytest.raises(Fenced), store.backfill(token) as write:
        write.add([figure()])
    assert stored(store) == []


def test_a_killed_backfill_keeps_others_out_no_longer_than_its_lease(world, store):
    assert store.lease("backfill", 15, BACKFILL)
    other = world.open()
    assert other.lease("import", 15, BACKFILL) is None
    world.elapse(15.1)
    assert other.lease("import", 15, BACKFILL)


def test_the_first_lease_of_all_is_given_once(world):
    lines = world.processes(4, f"say(store().lease(str(os.getpid()), 3600, {BACKFILL!r}))")
    assert sorted(lines) == ["1", "None", "None", "None"]


def test_collecting_waits_while_a_page_is_written(world, store, token):
    """What is judged by what is known must not be outdated by another writer before it is written."""
    collects, order, other = store.lease("service", 3600), [], world.open()

    def collect():
        with other.write(collects) as write:
            write.add("nbkr", figure(FRIDAY + DAY).rate, seen_at=NOON)
            order.append("collected")

    with store.backfill(token) as write:
        thread = threading.Thread(target=collect)
        thread.start()
        thread.join(0.3)
        write.add([figure()])
        order.append("backfilled")
    thread.join(60)
    assert order == ["backfilled", "collected"]


def test_an_exception_undoes_the_whole_write(store, token):
    def fail():
        with store.backfill(token) as write:
            write.add([figure()])
            write.mark_read("nbkr-archive USD 1", "ab12")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert stored(store) == []
    assert store.last_body("nbkr-archive USD 1") is None


def test_a_page_that_was_read_is_noted(store, token):
    with store.backfill(token) as write:
        write.mark_read("nbkr-archive USD 1", "ab12")
    body = store.last_body("nbkr-archive USD 1")
    assert body
    assert body.body_hash == "ab12"


def test_a_backfill_moves_the_version_of_rates_and_not_the_snapshot(store, token):
    before, shown = store.rates_version(), store.version()
    with store.backfill(token) as write:
        write.add([])
    assert store.rates_version() == before
    with store.backfill(token) as write:
        write.add([figure()])
    assert (store.rates_version(), store.version()) == (before + 1, shown)


def test_figures_are_the_newest_believed_of_each_day_in_the_order_of_days(store, token):
    collects = store.lease("service", 3600)
    with store.write(collects) as write:
        write.add("nbkr", figure().rate, seen_at=NOON)
        write.add("nbkr", figure(quoted="87.4600").rate, seen_at=NOON)
        write.add("nbkr", figure(quoted="874.600").rate, seen_at=NOON, held_reason="moved")
    with store.backfill(token) as write:
        write.add(
            [figure(FRIDAY - DAY, currency="EUR"), figure(FRIDAY - DAY, source="nbkr-weekly"), figure(FRIDAY - DAY)]
        )
    found = [(one.rate.valid_on, one.source, one.rate.currency) for one in store.figures(FRIDAY - DAY, FRIDAY)]
    assert found == [
        (FRIDAY - DAY, "nbkr", "EUR"),
        (FRIDAY - DAY, "nbkr", "USD"),
        (FRIDAY - DAY, "nbkr-weekly", "USD"),
        (FRIDAY, "nbkr", "USD"),
    ]
    assert store.figures(FRIDAY, FRIDAY)[0].rate.quoted == Decimal("87.4600")
    assert [one.rate.currency for one in store.figures(FRIDAY - DAY, FRIDAY, ["EUR"])] == ["EUR"]
    assert store.figures(FRIDAY + DAY, FRIDAY + 9 * DAY) == []


def test_thousands_of_figures_are_one_write(store, token):
    many = [figure(FRIDAY - timedelta(days=nth)) for nth in range(12_000)]
    with store.backfill(token) as write:
        write.add(many)
    assert len(store.figures(date(1990, 1, 1), FRIDAY)) == 12_000
