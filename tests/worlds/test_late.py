"""True figures that other banks' word holds where those banks are late: none for two tables running."""

from __future__ import annotations

import pytest

from .late import ALL, all_held, held
from .truth import DAY, series


@pytest.mark.parametrize("late", ALL, ids=lambda late: late.name)
def test_no_true_figure_of_the_crisis_is_held_for_two_tables_running(late):
    truth = series()
    found = list(held(late, truth, truth.first + 220 * DAY, truth.first + 380 * DAY))
    assert not [one for one in found if one.twice]
    assert late.days or not any(one.morning for one in found)


@pytest.mark.usefixtures("recorded")
def test_none_of_five_years_is_held_for_two_tables_running_and_so_many_for_one():
    found = {late.name: of for late, of in all_held(series())}
    assert not [one for of in found.values() for one in of if one.twice]
    assert {name: (len(of), len({one.day for one in of})) for name, of in found.items()} == {
        "on time": (22, 13),
        "one day late": (21, 13),
        "two days late": (18, 11),
        "figures of the day before under the current date": (54, 41),
        "figures of two days before under the current date": (66, 52),
    }
    assert not any(one.morning for one in found["on time"])
