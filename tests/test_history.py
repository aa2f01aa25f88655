"""What was official on each calendar day."""

from __future__ import annotations

from datetime import date

from support.given import may

from ticker.model import DAY
from ticker.rates.timeline import DailyColumn, build_column
from ticker.store import BelievedRate

GRACE = {"nbkr": 3, "nbkr-weekly": 2}


def revision(day: int, quoted: str, source: str = "nbkr", days: int = 1) -> BelievedRate:
    return BelievedRate(day, source, "USD", quoted, 1, may(day), may(day) + (days - 1) * DAY)


def told(*printed: BelievedRate, first: int, last: int) -> list[str]:
    column = build_column("USD", printed, [], GRACE)
    return [_told(column, may(day)) for day in range(first, last + 1)]


def _told(column: DailyColumn, day: date) -> str:
    place = day.toordinal() - column.first
    found = column.days[place] if 0 <= place < len(column.days) else None
    if found is None:
        return f"{day.day} none"
    point = found.period
    valid_on, since = (date.fromisoformat(one).day for one in (point.valid_on, point.unchanged_since))
    return f"{day.day} {found.freshness} {point.quoted} of {valid_on} since {since}"


def test_each_day_has_the_figure_of_its_own_table():
    assert told(revision(20, "87"), revision(21, "87.5"), first=20, last=21) == [
        "20 fresh 87 of 20 since 20",
        "21 fresh 87.5 of 21 since 21",
    ]


def test_a_day_without_a_table_has_the_one_before_marked_late_and_after_the_grace_none():
    assert told(revision(20, "87"), first=20, last=24) == [
        "20 fresh 87 of 20 since 20",
        "21 late 87 of 20 since 20",
        "22 late 87 of 20 since 20",
        "23 late 87 of 20 since 20",
        "24 none",
    ]


def test_before_the_first_table_there_is_nothing():
    assert told(revision(20, "87"), first=19, last=20) == ["19 none", "20 fresh 87 of 20 since 20"]


def test_unchanged_counts_from_the_first_equal_figure_and_a_gap_ends_the_run():
    days = [revision(17, "88"), revision(18, "87"), revision(19, "87"), revision(21, "87"), revision(22, "87")]
    assert told(*days, first=19, last=22) == [
        "19 fresh 87 of 19 since 18",
        "20 late 87 of 19 since 18",
        "21 fresh 87 of 21 since 21",
        "22 fresh 87 of 22 since 21",
    ]


def test_a_weekly_table_covers_its_days_and_a_daily_one_wins():
    weekly = revision(18, "12", "nbkr-weekly", days=7)
    assert told(weekly, revision(20, "13"), first=18, last=27) == [
        "18 fresh 12 of 18 since 18",
        "19 fresh 12 of 18 since 18",
        "20 fresh 13 of 20 since 20",
        *[f"{day} fresh 12 of 18 since 18" for day in range(21, 25)],
        "25 late 12 of 18 since 18",
        "26 late 12 of 18 since 18",
        "27 none",
    ]
