"""The store's contract, kept on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from support.given import HOME

from ticker.model import Headline, Outcome, Rate, Round, Story, Table, Validators
from ticker.snapshot import FORMAT, Content, Series, Snapshot
from ticker.store import Fenced, LastBody, LeaseState, StoreError, open_store, postgresql, tables
from ticker.store.engine import file_system

NOON = datetime(2026, 5, 22, 12, 0, 0, 123456, UTC)
LATER = NOON + timedelta(minutes=3)
FRIDAY = date(2026, 5, 22)


def rate(quoted="87.4500", currency="USD", valid_on=FRIDAY):
    return Rate(currency, Decimal(quoted), 1, valid_on, valid_on)


def story(name="a", feed="kaktus", title="A blackout", published_at=NOON, guid=None):
    headline = Headline(name, title, f"https://example.org/{name}", feed, published_at, NOON)
    return Story(headline, guid, headline.url)


def visit(source="nbkr", began_at=NOON, **rest):
    return Round(source, began_at, began_at + timedelta(seconds=1), **{"outcome": Outcome.CONFIRMED, **rest})


def content(*rates):
    return Content(HOME, series=(Series("nbkr", "USD", rates or (rate(),)),))


@pytest.fixture
def token(store):
    return store.lease("me", 3600)


class TestContract:
    # What is kept

    def test_a_figure_comes_back_as_the_bank_printed_it(self, store, token):
        with store.write(token) as write:
            id_ = write.add("nbkr", rate("87.4500"), seen_at=NOON, last_modified=LATER, body_hash="ab12")
        (kept,) = store.revisions("nbkr", FRIDAY)
        assert str(kept.rate.quoted) == "87.4500"
        assert kept.rate == rate("87.4500")
        assert (kept.id, kept.source, kept.seen_at, kept.last_modified, kept.body_hash) == (
            id_,
            "nbkr",
            NOON,
            LATER,
            "ab12",
        )
        assert kept.believed

    @pytest.mark.parametrize("quoted", ["1234567890.12345678", "0.00000100", "100", "1E+2", "55.120"])
    def test_no_figure_goes_through_a_float(self, store, token, quoted):
        with store.write(token) as write:
            write.add("nbkr", rate(quoted), seen_at=NOON)
        assert str(store.revisions("nbkr", FRIDAY)[0].rate.quoted) == quoted

    @pytest.mark.parametrize(
        "moment", [NOON, datetime.min.replace(tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)]
    )
    def test_a_moment_keeps_its_microseconds_and_its_zone(self, store, token, moment):
        with store.write(token) as write:
            write.record_look("nbkr", "USD", moment)
        looked = store.looks()["nbkr", "USD"]
        assert looked == moment
        assert looked.tzinfo is UTC

    def test_a_moment_without_a_zone_is_refused(self, store, token):
        with pytest.raises(StoreError, match="no time zone"), store.write(token) as write:
            write.record_look("nbkr", "USD", datetime(2026, 5, 22))  # noqa: DTZ001 - that is the point

    def test_a_correction_is_a_further_revision(self, store, token):
        with store.write(token) as write:
            first = write.add("nbkr", rate("87.45"), seen_at=NOON)
            second = write.add("nbkr", rate("87.54"), seen_at=LATER)
        assert [(r.id, str(r.rate.quoted)) for r in store.revisions("nbkr", FRIDAY)] == [
            (first, "87.45"),
            (second, "87.54"),
        ]

    def test_revisions_reach_back_to_the_newest_believed_one_and_to_all_held_ones(self, store, token):
        def on(day, quoted, currency="USD"):
            return rate(quoted, currency, date(2026, 5, day))

        with store.write(token) as write:
            write.add("nbkr", on(1, "80"), seen_at=NOON)  # older than the newest before
            write.add("nbkr", on(2, "81"), seen_at=NOON, held_reason="a leap")  # held still
            newest = write.add("nbkr", on(4, "82"), seen_at=NOON)
            slip = write.add("nbkr", on(5, "820"), seen_at=NOON, held_reason="ten-fold")
            write.discard(slip, NOON)
            write.add("nbkr", on(3, "90", "EUR"), seen_at=NOON)
            correction = write.add("nbkr", on(3, "91", "EUR"), seen_at=NOON)
            write.add("nbkr", on(9, "83"), seen_at=NOON)
            write.add("nbkr", on(10, "84"), seen_at=NOON)
            write.add("other", on(10, "84"), seen_at=NOON)
            within = write.revisions("nbkr", date(2026, 5, 9))
        wanted = [("USD", 2), ("USD", 4), ("EUR", 3), ("USD", 9), ("USD", 10)]
        found = store.revisions("nbkr", date(2026, 5, 9))
        assert [(r.rate.currency, r.rate.valid_on.day) for r in found] == wanted
        assert {newest, correction} < {r.id for r in found}
        assert within == found

    def test_a_held_figure_is_released(self, store, token):
        with store.write(token) as write:
            id_ = write.add("nbkr", rate(), seen_at=NOON, held_reason="87.45 after 60.00")
        (held,) = store.held()
        assert (held.id, held.held, held.held_at, held.reason) == (id_, True, NOON, "87.45 after 60.00")
        with store.write(token) as write:
            write.release(id_, LATER)
            write.release(id_, LATER + timedelta(hours=1))
        assert store.held() == []
        (released,) = store.revisions("nbkr", FRIDAY)
        assert (released.believed, released.held_at, released.released_at) == (True, NOON, LATER)

    def test_a_believed_figure_is_held_and_discarded(self, store, token):
        with store.write(token) as write:
            id_ = write.add("nbkr", rate(), seen_at=NOON)
            write.hold(id_, NOON, "the bank has corrected it")
        assert [r.reason for r in store.held()] == ["the bank has corrected it"]
        with store.write(token) as write:
            write.discard(id_, LATER)
        assert store.held() == []
        assert store.revisions("nbkr", FRIDAY)[0].discarded_at == LATER

    def test_held_figures_come_newest_first(self, store, token):
        with store.write(token) as write:
            ids = [write.add(source, rate(), seen_at=NOON, held_reason="?") for source in ("nbkr", "cbr", "nbkr")]
        assert [r.id for r in store.held()] == ids[::-1]

    @pytest.mark.parametrize("verb", ["release", "discard"])
    def test_a_revision_that_is_not_there_is_named(self, store, token, verb):
        with pytest.raises(StoreError, match="no revision 77"), store.write(token) as write:
            getattr(write, verb)(77, NOON)

    def test_a_story_seen_again_is_updated(self, store, token):
        changed = story("a", title="The cause of the blackout", published_at=LATER, guid="g")
        with store.write(token) as write:
            write.put_stories([story("a"), story("b")], NOON)
            write.put_stories([changed, story("c")], LATER)
            within = write.stories("kaktus", LATER)
        assert store.stories("kaktus", LATER) == within == [changed, story("c")]
        assert {s.headline.id for s in store.stories("kaktus", NOON)} == {"a", "b", "c"}
        assert store.stories("other", NOON) == []

    def test_of_one_story_twice_in_an_answer_the_last_counts(self, store, token):
        with store.write(token) as write:
            write.put_stories([story("a", title="One"), story("a", title="Two")], NOON)
            write.put_stories([], NOON)
        assert [s.headline.title for s in store.stories("kaktus", NOON)] == ["Two"]

    def test_the_newest_published_headlines_come_first(self, store, token):
        hours = {"a": 1, "b": 3, "c": 2}
        with store.write(token) as write:
            write.put_stories([story(k, published_at=NOON + timedelta(hours=h)) for k, h in hours.items()], NOON)
            write.put_stories([story("x", feed="other", published_at=LATER)], NOON)
            assert [h.id for h in write.recent_headlines("kaktus", 2)] == ["b", "c"]

    def test_any_characters_can_be_stored(self, store, token):
        with store.write(token) as write:
            write.put_stories([story("a\0\ud800", title="nul \0, half \ud83d, whole 🌊, ың")], NOON)
            write.record(visit(note="\0", excerpt=b"\0\xff\xfe"))
            write.put_stories([story("a\0\ud800", title="again")], NOON)
        assert [s.headline.title for s in store.stories("kaktus", NOON)] == ["again"]
        assert store.rounds()[0].excerpt == b"\0\xff\xfe"
        assert store.rounds()[0].note == "\N{REPLACEMENT CHARACTER}"

    def test_the_round_recorded_last_comes_first_even_when_the_clock_went_back(self, store, token):
        full = visit(status=503, body_bytes=9, parsed=5, dropped=1, note="why", excerpt=b"<html>", retry_after_s=60)
        with store.write(token) as write:
            write.record(visit(began_at=LATER))
            write.record(full)
            write.record(visit("kaktus", outcome=Outcome.FAILED))
        assert store.rounds("nbkr") == [full, visit(began_at=LATER)]
        assert [r.source for r in store.rounds(limit=2)] == ["kaktus", "nbkr"]
        assert store.rounds("kaktus")[0].failed

    def test_the_last_body_is_saved_with_its_table(self, store, token):
        table = Table(FRIDAY, (rate("87.4500"), rate("0.55120", "JPY")), ("row 3: met 'n/a'",))
        first = LastBody(Validators('"é"', "Fri, 22 May 2026 10:00:00 GMT"), table, NOON, "ab12")
        feed = LastBody(Validators(), None, None, "")
        with store.write(token) as write:
            write.save_body("nbkr", feed)
            write.save_body("nbkr", first)
            write.save_body("kaktus", feed)
        assert store.last_body("nbkr") == first
        assert str(store.last_body("nbkr").table["JPY"].quoted) == "0.55120"
        assert store.last_body("kaktus") == feed
        with store.write(token) as write:
            write.save_body("nbkr", None)
        assert store.last_body("nbkr") is None

    def test_a_command_waits_until_it_is_done(self, store, token):
        first = store.enqueue("fetch", "nbkr")
        second = store.enqueue("accept", "12", "by telephone")
        assert [(w.id, w.kind, w.subject, w.detail, w.asked_at) for w in store.pending_commands()] == [
            (first, "fetch", "nbkr", "", NOON),
            (second, "accept", "12", "by telephone", NOON),
        ]
        with store.write(token) as write:
            write.done(first, LATER)
        assert [w.id for w in store.pending_commands()] == [second]

    # Looks

    def test_looks_extend_one_run_until_an_interruption(self, world, store, token):
        with store.write(token) as write:
            for minute in range(3):
                write.record_look("nbkr", "USD", NOON + timedelta(minutes=minute))
                write.record_look("nbkr", "EUR", NOON)
            write.interrupt("nbkr", ["USD"])
            assert write.looks()["nbkr", "USD"] == NOON + timedelta(minutes=2)
            write.record_look("nbkr", "USD", LATER)
            write.record_look("nbkr", "EUR", LATER)
        runs = world.sql("SELECT subject, last_at - first_at FROM ticker_looks ORDER BY id")
        assert runs == [("USD", 120_000_000), ("EUR", 180_000_000), ("USD", 0)]
        assert store.looks() == {("nbkr", "USD"): LATER, ("nbkr", "EUR"): LATER}

    def test_an_interruption_of_a_source_is_one_of_all_its_subjects(self, world, store, token):
        for moment in (NOON, LATER):
            with store.write(token) as write:
                for source, subject in (("nbkr", "USD"), ("nbkr", "EUR"), ("kaktus", "")):
                    write.record_look(source, subject, moment)
                write.interrupt("nbkr")
        assert sorted(world.sql("SELECT source, count(*) FROM ticker_looks GROUP BY source")) == [
            ("kaktus", 1),
            ("nbkr", 4),
        ]

    def test_a_look_from_a_clock_that_was_ahead_does_not_outlast_it(self, world, store, token):
        """Kept, it would make the figures of a dead bank fresh until that time has come."""
        with store.write(token) as write:
            write.record_look("nbkr", "USD", NOON + timedelta(days=365))
            write.record_look("nbkr", "USD", NOON)
        assert store.looks() == {("nbkr", "USD"): NOON}
        assert world.sql("SELECT last_at - first_at FROM ticker_looks") == [(0,), (0,)]

    # The snapshot

    def test_before_anything_was_published_there_is_no_snapshot(self, store):
        assert store.snapshot() is None
        assert store.version() == (0, 0)

    def test_a_version_is_made_only_when_the_content_changed(self, store, token):
        def publish(what, at):
            with store.write(token) as write:
                return write.publish(what, at)

        assert publish(content(), NOON) == 1
        assert publish(content(), LATER) is None
        assert store.snapshot() == Snapshot(1, NOON, content(), {})
        assert publish(content(rate("88.00")), LATER) == 2
        assert publish(content(), LATER) == 3
        assert store.version() == (3, 0)

    def test_the_first_snapshot_may_be_empty(self, store, token):
        with store.write(token) as write:
            assert write.publish(Content(HOME), NOON) == 1
        assert store.snapshot() == Snapshot(1, NOON, Content(HOME), {})

    def test_a_clock_that_goes_back_takes_neither_version_nor_as_of_with_it(self, store, token):
        with store.write(token) as write:
            write.publish(content(), NOON + timedelta(seconds=30))
            write.publish(content(rate("88.00")), NOON)
        assert store.snapshot() == Snapshot(2, NOON + timedelta(seconds=30), content(rate("88.00")), {})

    def test_a_version_made_by_a_clock_that_was_ahead_does_not_date_those_after_it(self, store, token):
        with store.write(token) as write:
            write.publish(content(), NOON + timedelta(days=90))
            write.publish(content(rate("88.00")), NOON)
        assert store.snapshot() == Snapshot(2, NOON, content(rate("88.00")), {})

    def test_a_confirmation_is_counted_without_a_new_version(self, store, token):
        def look(at):
            with store.write(token) as write:
                write.record_look("nbkr", "USD", at)
                write.record_look("nbkr", "EUR", at)

        with store.write(token) as write:
            write.publish(content(), NOON)
        look(NOON)
        assert store.version() == (1, 1)
        look(NOON)
        assert store.version() == (1, 1)
        look(LATER)
        assert store.version() == (1, 2)
        assert store.snapshot() == Snapshot(1, NOON, content(), store.looks())

    def test_a_round_and_its_snapshot_appear_together(self, world, store, token):
        other = world.open()

        def seen():
            return len(other.revisions("nbkr", FRIDAY)), len(other.rounds()), other.version(), other.snapshot()

        with store.write(token) as write:
            write.add("nbkr", rate(), seen_at=NOON)
            write.record_look("nbkr", "USD", NOON)
            write.record(visit())
            write.publish(content(), NOON)
            assert seen() == (0, 0, (0, 0), None)
        assert seen() == (1, 1, (1, 1), Snapshot(1, NOON, content(), {("nbkr", "USD"): NOON}))

    def test_a_reader_sees_one_state_however_long_it_reads(self, world, store, token):
        other = world.open()
        with other._reading() as session:
            assert session.run(tables.looks.select()).all() == []
            with store.write(token) as write:
                write.record_look("nbkr", "USD", NOON)
            assert session.run(tables.looks.select()).all() == []
        assert other.looks() == {("nbkr", "USD"): NOON}

    def test_an_exception_undoes_the_whole_round(self, store, token):
        with pytest.raises(ZeroDivisionError), store.write(token) as write:  # noqa: PT012 - the block is the subject
            write.add("nbkr", rate(), seen_at=NOON)
            write.record_look("nbkr", "USD", NOON)
            write.publish(content(), NOON)
            raise ZeroDivisionError
        assert (store.revisions("nbkr", FRIDAY), store.version(), store.looks()) == ([], (0, 0), {})
        with store.write(token) as write:
            assert write.publish(content(), NOON) == 1

    def test_a_write_that_hides_its_failure_keeps_nothing_either(self, store, token):
        with pytest.raises(StoreError, match="nothing of it was kept"), store.write(token) as write:  # noqa: PT012
            write.record_look("nbkr", "USD", NOON)
            with pytest.raises(StoreError):
                write.record(replace(visit(), note=None))
        assert store.looks() == {}

    def test_a_snapshot_that_cannot_be_read_is_told(self, world, store, token):
        with store.write(token) as write:
            write.publish(content(), NOON)
        world.sql(f"""UPDATE ticker_snapshot SET body = '{{"format": {FORMAT}, "home": 1}}'""")
        with pytest.raises(StoreError, match="snapshot 1 can't be read"):
            store.snapshot()

    @pytest.mark.parametrize("number", ["", '"format": 0, ', f'"format": {FORMAT + 1}, ', '"format": null, '])
    def test_a_snapshot_of_another_format_is_no_snapshot(self, world, store, token, number):
        with store.write(token) as write:
            write.publish(content(), NOON)
        world.sql(f"""UPDATE ticker_snapshot SET body = '{{{number}"home": ["KGS", "Asia/Bishkek"]}}'""")
        assert store.snapshot() is None
        assert store.version() == (1, 0)
        with store.write(token) as write:
            assert write.publish(content(), NOON) == 2
        assert store.snapshot() == Snapshot(2, NOON, content(), {})

    # The lease and its fence

    def test_one_holder_at_a_time(self, world, store):
        assert store.lease_state() == LeaseState(None, 0, None)
        other = world.open()
        assert store.lease("a", 3600) == 1
        assert other.lease("b", 3600) is None
        assert store.lease("a", 3600) == 1
        state = other.lease_state()
        assert (state.holder, state.token) == ("a", 1)
        assert state.until is not None
        if world.on_sqlite:
            assert state.until == NOON + timedelta(hours=1)

    def test_a_lease_that_ran_out_is_taken_over(self, world, store):
        assert store.lease("a", 3600) == 1
        world.elapse(3000)
        assert store.lease("b", 3600) is None
        world.elapse(601)
        assert store.lease("b", 3600) == 2
        assert store.lease("a", 3600) is None
        world.elapse(3601)
        assert store.lease("a", 3600) == 3

    def test_its_holder_may_renew_it_late_if_nobody_took_it(self, world, store):
        assert store.lease("a", 3600) == 1
        world.elapse(3601)
        assert store.lease("a", 3600) == 1

    def test_a_lease_given_back_can_be_taken_at_once(self, store):
        assert store.lease("a", 3600) == 1
        store.release("b")
        assert store.lease("b", 3600) is None
        store.release("a")
        assert store.lease_state() == LeaseState(None, 1, None)
        assert store.lease("b", 3600) == 2
        store.release("b")
        assert store.lease("b", 3600) == 3

    def test_a_lease_from_before_the_clock_went_back_counts_as_expired(self, store):
        assert store.lease("a", 3600) == 1
        assert store.lease("b", 1700) == 2

    def test_an_old_token_writes_nothing(self, world, store):
        old = store.lease("a", 3600)
        store.release("a")
        new = world.open().lease("b", 3600)
        with pytest.raises(Fenced, match=r"token 1 was refused, it is 2 now"), store.write(old) as write:
            write.record(visit())
        with pytest.raises(Fenced):
            store.prune(old, LATER)
        with pytest.raises(Fenced), store.write(new + 1):
            pass
        assert store.rounds() == []
        with store.write(new) as write:
            write.record(visit())
        assert len(store.rounds()) == 1

    def test_a_takeover_waits_for_a_write_that_has_begun(self, world, store):
        """Between the check of the token and the commit nobody else can come to hold the lease."""
        other, started = world.open(), threading.Event()

        def take_over():
            started.set()
            return other.lease("b", 3600)

        old = store.lease("a", 3600)
        world.elapse(3601)  # it ran out, and nobody has taken it yet: its holder still may write
        with ThreadPoolExecutor(1) as pool:
            with store.write(old) as write:
                write.record(visit())
                token = pool.submit(take_over)
                assert started.wait(60)
                with pytest.raises(TimeoutError):
                    token.result(timeout=0.1)
                write.record_look("nbkr", "USD", NOON)
            assert token.result(timeout=60) == 2
        assert len(other.rounds()) == 1
        with pytest.raises(Fenced), store.write(old):
            pass

    def test_no_token_has_two_holders(self, world):
        """Eight threads on four connections grab a lease that runs out all the time."""
        stores = [world.open() for _ in range(4)]
        given: list[tuple[int, str]] = []

        def grab(number):
            for _ in range(15):
                token = stores[number % 4].lease(f"holder {number}", 0.001)
                if token is not None:
                    given.append((token, f"holder {number}"))
                if number == 0:
                    world.now += timedelta(milliseconds=2)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(grab, range(8)))
        holders: dict[int, set[str]] = {}
        for token, holder in given:
            holders.setdefault(token, set()).add(holder)
        assert all(len(names) == 1 for names in holders.values()), holders
        assert sorted(holders) == list(range(1, len(holders) + 1))

    def test_no_token_has_two_holders_among_processes(self, world, store):
        program = (
            "store, tokens, me = store(), set(), str(os.getpid())\n"
            "while len(tokens) < 10:\n"
            "    if token := store.lease(me, 0.001):\n"  # may run out before it is given back
            "        tokens.add(token); store.release(me)\n"
            "say(*tokens)"
        )
        first, second = ({int(token) for token in line.split()} for line in world.processes(2, program))
        assert first
        assert second
        assert not first & second
        assert first | second == set(range(1, store.lease_state().token + 1))

    # Several at once

    def test_writers_wait_for_each_other(self, world, store, token):
        """Two processes, 50 rounds each: none fails, none is lost."""
        program = (
            "store, now = store(), datetime.now(UTC)\n"
            "for number in range(50):\n"
            f"    with store.write({token}) as write:\n"
            "        write.record(Round('nbkr', now, now, Outcome.CONFIRMED, parsed=number))\n"
            "        write.record_look('nbkr', 'USD', datetime.now(UTC))\n"
        )
        world.processes(2, program)
        assert sorted(r.parsed for r in store.rounds(limit=1000)) == sorted([*range(50)] * 2)

    def test_readers_do_not_wait_for_a_writer(self, world, store, token):
        other = world.open()
        with store.write(token) as write:
            write.record_look("nbkr", "USD", NOON)
            assert other.version() == (0, 0)
            assert other.lease_state().token == token
            other.ping()

    def test_old_records_are_forgotten_and_history_is_not(self, world, store, token):
        old, before = NOON - timedelta(days=31), NOON - timedelta(days=30)
        commands = [store.enqueue("fetch", "nbkr") for _ in range(3)]
        with store.write(token) as write:
            write.record(visit(began_at=old))
            write.record(visit())
            write.put_stories([story("old")], old)
            write.put_stories([story("new")], NOON)
            write.add("nbkr", rate(valid_on=date(2020, 1, 1)), seen_at=old)
            write.add("nbkr", rate("1", valid_on=date(2020, 1, 1)), seen_at=old, held_reason="?")
            write.record_look("nbkr", "USD", old)
            write.done(commands[0], old)
            write.done(commands[1], NOON)
            write.publish(content(), old)
        store.prune(token, before)
        assert [r.began_at for r in store.rounds()] == [NOON]
        assert [s.headline.id for s in store.stories("kaktus", old)] == ["new"]
        assert len(store.revisions("nbkr", date(2019, 1, 1))) == 2
        assert store.looks() == {("nbkr", "USD"): old}
        assert [w.id for w in store.pending_commands()] == [commands[2]]
        assert world.sql("SELECT id FROM ticker_wishes ORDER BY id") == [(commands[1],), (commands[2],)]
        assert store.snapshot() is not None

    def test_a_closed_store_may_be_closed_again(self, world, store):
        store.ping()
        store.close()
        store.close()
        assert world.open().version() == (0, 0)


class TestSqlite:
    def test_a_missing_folder_is_named(self, tmp_path):
        with pytest.raises(StoreError, match=f"there is no folder {tmp_path}/var; create it first"):
            open_store(f"sqlite:///{tmp_path}/var/ticker.db", clock=lambda: NOON)

    def test_a_file_that_is_no_database_is_named(self, tmp_path):
        (tmp_path / "notes.txt").write_text("These are notes. " * 100)
        with pytest.raises(StoreError, match=r"notes\.txt: file is not a database"):
            open_store(f"sqlite:///{tmp_path}/notes.txt", clock=lambda: NOON)

    def test_a_file_that_was_deleted_no_longer_answers(self, tmp_path):
        store = open_store(f"sqlite:///{tmp_path}/ticker.db", clock=lambda: NOON)
        (tmp_path / "ticker.db").unlink()
        with pytest.raises(StoreError, match="the file is gone"):
            store.ping()
        store.close()

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
    def test_memory_is_refused_since_processes_share_the_store(self, url):
        with pytest.raises(StoreError, match="in memory"):
            open_store(url, clock=lambda: NOON)

    def test_what_is_committed_survives_a_power_cut(self, tmp_path):
        store = open_store(f"sqlite:///{tmp_path}/ticker.db", clock=lambda: NOON)
        with store._database.reading() as connection:
            pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in _PRAGMAS}
        store.close()
        assert pragmas == _PRAGMAS

    def test_a_local_disk_needs_no_warning(self, tmp_path):
        store = open_store(f"sqlite:///{tmp_path}/ticker.db", clock=lambda: NOON)
        assert store.warning is None
        store.close()

    @pytest.mark.parametrize(
        ("file", "kind"),
        [
            ("/srv/x.db", "ext4"),
            ("/srv/data/x.db", "nfs4"),
            ("/srv/my data/x.db", "cifs"),
            ("/srv/database/x.db", "ext4"),
        ],
    )
    def test_the_file_system_is_that_of_the_nearest_mount(self, file, kind):
        mounts = "/dev/sda / ext4 rw 0 0\nhost:/a /srv/data nfs4 rw 0 0\n//host/b /srv/my\\040data cifs rw 0 0\n"
        assert file_system(Path(file), mounts) == kind


_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000}


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "complaint"),
        [
            ("", "the store's address can't be read: sqlite:///file.db or postgresql://user@host/database is wanted"),
            ("ticker.db", "the store's address can't be read"),
            ("postgresql://me:secret@host:port/ticker", "the store's address can't be read"),
            ("mysql://me:secret@host/ticker", "the store can't be 'mysql'"),
        ],
    )
    def test_a_bad_address_is_refused_without_its_password(self, url, complaint):
        with pytest.raises(StoreError, match=complaint) as caught:
            open_store(url, clock=lambda: NOON)
        assert "secret" not in str(caught.value)


class TestPostgresql:
    def test_a_server_that_is_not_there_is_told_in_a_sentence(self, unused_port):
        with pytest.raises(StoreError, match=r"^postgresql://me:\*\*\*@127.0.0.1:\d+/ticker: .*refused") as caught:
            open_store(f"postgresql://me:secret@127.0.0.1:{unused_port}/ticker", clock=lambda: NOON)
        assert "secret" not in str(caught.value)

    def test_a_server_that_says_nothing_is_given_up_after_two_seconds(self, silent_port, stopwatch):
        with pytest.raises(StoreError, match="timeout"):
            open_store(f"postgresql://me@127.0.0.1:{silent_port}/ticker", clock=lambda: NOON)
        assert postgresql.CONNECT_S == 2
        assert stopwatch() < 15  # without a limit it would be minutes; how many seconds more depends on the machine

    def test_a_wrong_password_is_not_printed(self, postgres_server, postgres_url):
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
            hba = postgres_server.pgdata / "pg_hba.conf"
            hba.write_text("local all guarded scram-sha-256\n" + hba.read_text())
            connection.execute("SELECT pg_reload_conf()")
        url = postgres_url.replace("postgres:@", "guarded:hunter2@")
        with pytest.raises(StoreError, match="password authentication failed") as caught:
            open_store(url, clock=lambda: NOON)
        assert "hunter2" not in str(caught.value)

    def test_an_error_does_not_quote_the_statement(self, postgres_url):
        store = open_store(postgres_url, clock=lambda: NOON)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("DROP TABLE ticker_looks")
        with pytest.raises(StoreError, match=r'relation "ticker_looks" does not exist$'):
            store.looks()
        store.close()

    def test_the_lease_goes_by_the_clock_of_the_server(self, postgres_url):
        """A client whose clock is wrong neither takes a running lease nor keeps one for ever."""
        ahead = open_store(postgres_url, clock=lambda: datetime(2100, 1, 1, tzinfo=UTC))
        behind = open_store(postgres_url, clock=lambda: datetime(2000, 1, 1, tzinfo=UTC))
        assert behind.lease("behind", 60) == 1
        assert ahead.lease("ahead", 60) is None
        behind.release("behind")
        assert ahead.lease("ahead", 60) == 2
        until = behind.lease_state().until
        assert until is not None
        assert until.year not in (2000, 2100)
        ahead.close()
        behind.close()

    def test_a_connection_the_server_closed_is_replaced(self, postgres_url):
        store = open_store(postgres_url, clock=lambda: NOON)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'som-ticker' AND pid <> pg_backend_pid()"
            )
        assert store.version() == (0, 0)
        store.close()

    def test_a_stopped_process_cannot_keep_the_lease_locked(self, postgres_url):
        """Else the takeover would wait until somebody ends it."""
        store = open_store(postgres_url, clock=lambda: NOON)
        with store._database.reading() as connection:
            names = ("idle_in_transaction_session_timeout", "statement_timeout", "lock_timeout")
            assert [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names] == [
                "10s",
                "5s",
                "5s",
            ]
        store.close()

    def test_a_schema_may_be_chosen_in_the_address(self, postgres_server, postgres_url):
        schema = postgres_url.rpartition("%3D")[2]
        store = open_store(postgres_url, clock=lambda: NOON)
        store.lease("me", 60)
        with psycopg.connect(postgres_server.get_uri()) as connection:
            assert connection.execute(f"SELECT token FROM {schema}.ticker_lease").fetchone() == (1,)
        store.close()
