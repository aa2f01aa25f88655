"""Some seeded worlds: `make replay` replays a thousand. A false figure is printed with what led to it."""

from __future__ import annotations

import pytest
from worlds.replay import Job, replayed, whole_jobs
from worlds.truth import _made
from worlds.world import World


def told(result):
    return "\n".join("\n        ".join([str(one), *one.before]) for one in result.false)


def some(first, *others):
    """One in every run, the others in a long one."""
    return [first, *(pytest.param(one, marks=pytest.mark.long) for one in others)]


@pytest.mark.parametrize("seed", [1, *some(2, 3, 4)])
def test_no_figure_of_a_fast_world_is_false(seed):
    result = replayed(Job(seed, 30, 25))
    assert not result.false, told(result)
    assert not result.held_true, result.held_true
    assert not [one for one in result.stand_ins if one.too_far]


@pytest.mark.parametrize("job", some(*whole_jobs([1, 2])), ids=lambda job: job.seed)
def test_a_whole_world_shows_what_the_fast_one_does_and_nothing_false(job):
    result = replayed(job)
    assert not result.false, told(result)


def test_a_world_is_decided_by_its_number():
    one, same, other = (World(seed, 30) for seed in (7, 7, 8))
    assert (one.faults, one.states["daily"][-1].begin) == (same.faults, same.states["daily"][-1].begin)
    assert one.faults != other.faults


def test_the_made_series_has_the_statistics_of_the_recorded_one():
    """Of 1,875 days of NBKR's rates 1,264 had a new figure; the largest move was 12.4 %."""
    made = _made()
    new = sum(made.is_new(made.first + nth * (made.first.resolution)) for nth in range(1, len(made.days)))
    assert 1150 < new < 1350
