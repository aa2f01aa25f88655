"""The store in memory keeps the contract of the real one, as far as rounds use it."""

from __future__ import annotations

import pytest
from store.test_store import NOON, TestContract

from .memory import MemoryStore


@pytest.fixture
def store():
    return MemoryStore(lambda: NOON)


@pytest.fixture
def token(store):
    return store.lease("me", 3600)


class TestMemory(TestContract):
    # What rounds in a world do not use: commands, text that a database can't keep, runs of looks, rollback,
    # stored text, the lease, other processes, pruning.
    test_any_characters_can_be_stored = None
    test_the_round_recorded_last_comes_first_even_when_the_clock_went_back = None
    test_a_command_waits_until_it_is_done = None
    test_a_moment_without_a_zone_is_refused = None
    test_looks_extend_one_run_until_an_interruption = None
    test_an_interruption_of_a_source_is_one_of_all_its_subjects = None
    test_a_look_from_a_clock_that_was_ahead_does_not_outlast_it = None
    test_a_round_and_its_snapshot_appear_together = None
    test_a_reader_sees_one_state_however_long_it_reads = None
    test_an_exception_undoes_the_whole_round = None
    test_a_write_that_hides_its_failure_keeps_nothing_either = None
    test_a_snapshot_that_cannot_be_read_is_told = None
    test_a_snapshot_of_another_format_is_no_snapshot = None
    test_one_holder_at_a_time = None
    test_a_lease_that_ran_out_is_taken_over = None
    test_its_holder_may_renew_it_late_if_nobody_took_it = None
    test_a_lease_given_back_can_be_taken_at_once = None
    test_a_lease_from_before_the_clock_went_back_counts_as_expired = None
    test_an_old_token_writes_nothing = None
    test_a_takeover_waits_for_a_write_that_has_begun = None
    test_no_token_has_two_holders = None
    test_no_token_has_two_holders_among_processes = None
    test_writers_wait_for_each_other = None
    test_readers_do_not_wait_for_a_writer = None
    test_old_records_are_forgotten_and_history_is_not = None
    test_a_closed_store_may_be_closed_again = None


del TestContract


def test_a_backup_is_not_changed_by_what_follows(store):
    backup = store.backup()
    with store.write(store.token) as write:
        write.record_look("nbkr", "USD", NOON)
    assert backup.looks() == {}
    assert store.looks() == {("nbkr", "USD"): NOON}
