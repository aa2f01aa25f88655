"""The other banks of a world: their tables can be read, and differ from the official figures as recorded ones do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import mean

import pytest

from ticker.collect.sources import BANKS

from .bank import HOUR, midnight
from .faults import Fault
from .heard import Delivered
from .others import LEVELS, WAYS, Other, mode_of
from .truth import DAY, series
from .witnessed import LARGEST, contradicted_since
from .world import World

FIRST = series().first + 1000 * DAY  # no crisis
NOON = midnight(FIRST) + 12 * HOUR


def other(source: str, *faults: Fault) -> Other:
    return Other(next(one for one in WAYS if one.source == source), 1, series(), faults)


@pytest.mark.parametrize("ways", WAYS, ids=lambda ways: ways.source)
def test_a_table_is_read_by_the_banks_own_adapter(ways):
    told = other(ways.source).told(NOON, FIRST)
    read = BANKS[ways.bank].parse(told.body)
    assert read.valid_on == told.day
    for rate in read.rates:
        assert rate.value == pytest.approx(told.prices[rate.currency])


@pytest.mark.parametrize("source", LEVELS)
def test_derived_figures_differ_as_recorded_ones_do(source):
    """README 4: on average by 0.05 % in the dollar, 0.15 % in the euro and 0.6 % in the rouble, and never by more than
    the largest difference met."""
    bank, off = other(source), {"USD": [], "EUR": [], "RUB": []}
    for nth in range(200):
        day = FIRST + nth * DAY
        told = bank.told(midnight(day) + 12 * HOUR, day)
        for currency, found in off.items():
            found.append(abs(told.crossed(currency) / series().on(told.day)[currency] - 1))
    assert all(max(found) <= LARGEST[currency] for currency, found in off.items())
    assert [mean(found) <= most for found, most in zip(off.values(), (0.0006, 0.0015, 0.006), strict=True)] == [
        True
    ] * 3


def test_a_late_bank_says_so_and_a_stale_one_does_not():
    whole = Fault("witness late", 0, 1 << 40, "nbrb", 2)
    late, stale = (other("nbrb", one).told(NOON, None) for one in (whole, replace(whole, kind="witness stale")))
    on_time = other("nbrb").told(NOON, None)
    assert (late.day, late.of, late.works, late.late) == (on_time.day - 2 * DAY, on_time.day - 2 * DAY, True, 2)
    assert (stale.day, stale.of, stale.works, stale.late) == (on_time.day, on_time.day - 2 * DAY, False, 2)


def test_most_worlds_have_other_banks_and_of_most_a_majority_works():
    modes = Counter(map(mode_of, range(1, 301)))
    assert 30 < modes["none"] < 70
    assert modes["a working majority"] > 110
    assert min(modes.values()) > 15


def test_two_that_work_contradict_a_figure_and_one_beside_a_liar_does_not():
    delivered, lie = Delivered(), Fault("witness lies", 0, 1 << 40, "nbt", 0.05, 0)
    wrong = series().on(FIRST)["USD"] * 105 / 100
    evening = NOON + 10 * HOUR
    told = [one.told(evening, FIRST) for one in (other("nbrb"), other("nbt", lie), other("cbu"))]
    assert {one.day for one in told} == {FIRST}
    found = []
    for nth, one in enumerate(told):
        delivered.other(evening + nth, one)
        found.append(contradicted_since("USD", FIRST, wrong, delivered))
    assert found == [None, None, evening + 2]


def test_a_slip_is_only_where_other_banks_can_tell():
    kinds = {mode_of(seed): Counter(one.kind for one in World(seed, 30).faults) for seed in range(1, 40)}
    assert "slip" not in kinds["none"]
    assert all(found["slip"] for mode, found in kinds.items() if mode != "none")
