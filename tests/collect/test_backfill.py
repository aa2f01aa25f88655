"""Which pages of the archive are asked for, and which figures of a page and of a file are believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.given import NBKR, rate, steadily

from ticker.collect import archive
from ticker.collect.archive import NEAR, Page, Why, judge_import, judge_page, missing_rates, within_reach
from ticker.collect.sources import ArchiveFigure, nbkr
from ticker.model import DAY, Revision

SEEN = datetime(2026, 5, 20, 6, tzinfo=UTC)
FIRST, LAST = date(2020, 1, 1), date(2020, 3, 31)
PAGE = Page("RUB", FIRST, LAST, LAST + NEAR, whole=True)


def pages(first: date, last: date, currencies: list[str], today: date) -> list[Page]:
    return archive.pages(first, last, currencies, today, nbkr.ADAPTER.archive.page)


def day(nth: int) -> date:
    return FIRST + DAY * nth


def known(when: date, quoted: str, nominal: int = 1, **rest) -> Revision:
    return Revision(7, "nbkr", rate("RUB", quoted, when, nominal=nominal), SEEN, **rest)


def listed(first: date, last: date, quoted: str = "1.1000", step: int = 1) -> list[ArchiveFigure]:
    days = range(0, (last - first).days + 1, step)
    return [ArchiveFigure(first + DAY * nth, Decimal(quoted)) for nth in days]


def changed(figures: list[ArchiveFigure], when: date, quoted: str) -> list[ArchiveFigure]:
    return [replace(one, quoted=Decimal(quoted)) if one.valid_on == when else one for one in figures]


AFTER = [known(LAST + DAY * nth, "1.1000") for nth in range(1, 15)]  # the days that pages overlap by
WHOLE = listed(FIRST, LAST + NEAR)


# --- pages ----------------------------------------------------------------------------------------------------------


def test_pages_cover_each_day_once_the_newest_first():
    found = pages(date(1999, 1, 1), date(2026, 5, 18), ["USD"], date(2026, 5, 20))
    assert len(found) == 29
    assert found[0].last == date(2026, 5, 18)
    assert found[-1].first == date(1999, 1, 1)
    assert all(older.last + DAY == newer.first for newer, older in pairwise(found))


def test_a_request_spans_less_than_the_year_that_the_archive_gives():
    spans = [
        page.until - page.first for page in pages(date(1993, 5, 10), date(2026, 5, 18), ["USD"], date(2026, 5, 20))
    ]
    assert max(spans) < timedelta(days=364)


def test_no_future_day_is_asked_for():
    assert pages(FIRST, date(2026, 5, 18), ["USD"], date(2026, 5, 20))[0].until == date(2026, 5, 20)


@steadily
@given(st.dates(date(1993, 5, 10), date(2026, 1, 1)), st.integers(0, 4000))
def test_another_span_has_the_same_pages_but_for_its_ends(first, days):
    """What was read whole is known by its page."""
    whole = {page for page in pages(date(1993, 5, 10), date(2040, 1, 1), ["EUR"], date(2040, 2, 1)) if page.whole}
    found = pages(first, first + DAY * days, ["EUR"], date(2040, 2, 1))
    assert {page for page in found if page.whole} <= whole
    assert len([page for page in found if not page.whole]) <= 2


def test_all_currencies_reach_equally_far_back():
    found = pages(FIRST, LAST, ["USD", "EUR"], LAST)
    assert [page.currency for page in found][:2] == ["EUR", "USD"]


@pytest.mark.parametrize(("away", "near"), [(14, True), (15, False)])
def test_two_weeks_are_near(away, near):
    assert within_reach(PAGE, {FIRST - DAY * away}) is near
    assert within_reach(PAGE, {LAST + DAY * away}) is near
    assert not within_reach(PAGE, set())


# --- a page ---------------------------------------------------------------------------------------------------------


def test_a_page_beside_what_is_known_is_believed_whole_with_the_nominal_known():
    after = [known(LAST + DAY * nth, "1.1000", nominal=10) for nth in range(1, 15)]
    judged = judge_page(WHOLE, PAGE, after, NBKR)
    assert judged.refused == ()
    assert [one.valid_on for one in judged.believed] == [day(nth) for nth in range(91)]
    assert {(one.nominal, one.valid_until - one.valid_on) for one in judged.believed} == {(10, 0 * DAY)}


def test_what_lies_beyond_the_page_is_not_taken():
    few = listed(FIRST - 5 * DAY, LAST + 40 * DAY)
    assert {one.valid_on for one in judge_page(few, PAGE, AFTER[:3], NBKR).believed} == {day(nth) for nth in range(91)}


def test_a_page_is_walked_forwards_where_only_older_days_are_known():
    judged = judge_page(WHOLE, PAGE, [known(FIRST - DAY, "1.1000")], NBKR)
    assert (len(judged.believed), judged.refused) == (91, ())


def test_a_figure_that_is_known_is_the_same_and_not_taken_again():
    there = [known(day(3), "1.1"), known(day(4), "1.1000", nominal=1)]
    judged = judge_page(WHOLE, PAGE, [*there, *AFTER], NBKR)
    assert (judged.same, len(judged.believed), judged.refused) == (2, 89, ())


def test_a_day_known_with_another_figure_is_refused_and_the_others_are_believed():
    judged = judge_page(WHOLE, PAGE, [known(day(3), "1.1001"), *AFTER], NBKR)
    (refused,) = judged.refused
    assert refused.why is Why.CONTRADICTS
    assert (refused.first, refused.last, refused.figures) == (day(3), day(3), 1)
    assert refused.said == "RUB 1.1000 on 2020-01-04, the store has 1.1001 for 1, seen 2026-05-20"
    assert len(judged.believed) == 90


def test_a_held_day_is_left_to_the_operator():
    held = known(day(3), "11.000", held_at=SEEN, reason="moved")
    judged = judge_page(WHOLE, PAGE, [held, *AFTER], NBKR)
    assert judged.refused[0].why is Why.CONTRADICTS
    assert "`ticker held`: 7" in judged.refused[0].said
    same = replace(held, rate=rate("RUB", "1.1000", day(3)))
    again = judge_page(WHOLE, PAGE, [same, *AFTER], NBKR)
    assert (again.same, len(again.believed), again.refused) == (1, 90, ())


def test_a_figure_that_was_rejected_stays_rejected_and_another_one_is_new():
    rejected = known(day(3), "1.1000", held_at=SEEN, discarded_at=SEEN)
    assert judge_page(WHOLE, PAGE, [rejected, *AFTER], NBKR).refused[0].said.endswith("was rejected before")
    other = replace(rejected, rate=rate("RUB", "9.9000", day(3)))
    assert len(judge_page(WHOLE, PAGE, [other, *AFTER], NBKR).believed) == 91


def test_the_newest_believed_revision_is_what_is_known():
    twice = [known(day(3), "1.2000"), known(day(3), "1.1000")]
    assert judge_page(WHOLE, PAGE, [*twice, *AFTER], NBKR).same == 1


@pytest.mark.parametrize(("older", "said"), [("11.0000", "10 times as much"), ("0.1100", "10 times as little"),
                                             ("110.5000", "100 times as much")])  # fmt: skip
def test_a_jump_by_a_power_of_ten_ends_the_walk(older, said):
    figures = [*listed(FIRST, day(39), older), *listed(day(40), LAST + NEAR)]
    judged = judge_page(figures, PAGE, AFTER, NBKR)
    assert [one.valid_on for one in judged.believed] == [day(nth) for nth in range(40, 91)]
    jump, unknown = judged.refused
    assert (jump.why, jump.first, jump.last, jump.figures) == (Why.JUMP, day(26), day(39), 14)
    assert said in jump.said
    assert (unknown.why, unknown.first, unknown.last) == (Why.NO_NOMINAL, FIRST, day(25))


def test_a_figure_with_its_nominal_begins_a_new_walk_beyond_a_jump():
    figures = [*listed(FIRST, day(39), "11.0000"), *listed(day(40), LAST + NEAR)]
    judged = judge_page(figures, PAGE, [*AFTER, known(day(20), "11.0000", nominal=10)], NBKR)
    nominals = {one.valid_on: one.nominal for one in judged.believed}
    assert {nominals[day(nth)] for nth in range(20)} == {10}
    assert {nominals[day(nth)] for nth in range(40, 91)} == {1}


def test_one_false_figure_costs_no_other():
    judged = judge_page(changed(WHOLE, day(50), "1.9000"), PAGE, AFTER, NBKR)
    assert [(one.why, one.figures) for one in judged.refused] == [(Why.JUMP, 1)]
    assert "moved by 72.7%, believed up to 15%" in judged.refused[0].said
    assert len(judged.believed) == 90


def test_days_that_are_equally_near_on_both_sides_must_both_agree():
    around = [known(day(2), "1.3000"), known(day(4), "1.1000")]
    figures = [ArchiveFigure(day(3), Decimal("1.1000"))]
    assert judge_page(figures, PAGE, around, NBKR).refused[0].why is Why.JUMP
    assert judge_page(figures, PAGE, around[1:], NBKR).believed


def test_an_archive_of_set_days_only_is_walked_week_by_week():
    judged = judge_page(listed(FIRST, LAST + NEAR, step=7), PAGE, AFTER[:7], NBKR)
    assert (len(judged.believed), judged.refused) == (13, ())


def test_real_moves_of_a_crisis_are_believed_though_they_add_up():
    figures = [
        ArchiveFigure(day(nth), Decimal(round(1.1 * 1.06**nth, 4)).quantize(Decimal("0.0001"))) for nth in range(30)
    ]
    assert len(judge_page(figures, PAGE, [known(FIRST - DAY, "1.0400")], NBKR).believed) == 30


def test_nothing_known_near_is_no_nominal():
    judged = judge_page(WHOLE, PAGE, [], NBKR)
    assert judged.believed == ()
    assert [(one.why, one.first, one.last, one.figures) for one in judged.refused] == [
        (Why.NO_NOMINAL, FIRST, LAST, 91)
    ]


def test_another_currencys_page_is_refused_whole():
    """Even where its figures would be plausible: EUR and USD have been within 15 % of each other for years."""
    judged = judge_page(listed(FIRST, LAST + NEAR, "1.1500"), PAGE, AFTER, NBKR)
    (refused,) = judged.refused
    assert judged.believed == ()
    assert (refused.why, refused.figures) == (Why.WRONG_PAGE, 91)
    assert "14 of the 14 figures that are known are others" in refused.said


def test_another_spans_page_is_refused_whole():
    judged = judge_page(listed(FIRST, LAST), PAGE, AFTER, NBKR)
    assert judged.believed == ()
    assert "lists none of the days from 2020-04-01 to 2020-04-14, which are known" in judged.refused[0].said


def test_a_page_without_figures_is_an_empty_one_where_nothing_is_known():
    assert judge_page([], PAGE, AFTER[:5], NBKR) == judge_page([], PAGE, [], NBKR)
    assert not judge_page([], PAGE, [], NBKR).refused


@steadily
@given(st.data())
def test_whatever_lacks_it_is_filled_with_just_what_the_bank_said(data):
    """Any known part of a true series, and the page that holds all of it."""
    steps = data.draw(st.lists(st.integers(-12, 12), min_size=105, max_size=105))
    figures, value = [], Decimal("1.1000")
    for nth, step in enumerate(steps):
        value = (value * (1 + Decimal(step) / 100)).quantize(Decimal("0.0001")) or Decimal("0.0100")
        figures.append(ArchiveFigure(day(nth), max(value, Decimal("0.0100"))))
    there = data.draw(st.sets(st.integers(0, 104), min_size=1, max_size=104))
    revisions = [known(one.valid_on, str(one.quoted), nominal=100) for nth, one in enumerate(figures) if nth in there]
    judged = judge_page(figures, PAGE, revisions, NBKR)
    truth = {one.valid_on: one.quoted for one in figures}
    assert all(truth[one.valid_on] == one.quoted and one.nominal == 100 for one in judged.believed)
    refused = sum(one.figures for one in judged.refused)
    assert len(judged.believed) + judged.same + refused == 91
    assert {one.why for one in judged.refused} <= {Why.JUMP, Why.NO_NOMINAL}


# --- a file ---------------------------------------------------------------------------------------------------------


def series(*quoted: str, nominal: int = 1):
    return [rate("RUB", one, day(nth), nominal=nominal) for nth, one in enumerate(quoted)]


def test_new_figures_of_a_file_are_taken_and_known_ones_passed_over():
    new, refused = judge_import(series("1.1", "1.1", "1.2"), [known(day(1), "1.1000")], NBKR, believe_moves=False)
    assert [one.valid_on for one in new] == [day(0), day(2)]
    assert refused == {}


def test_a_file_that_contradicts_the_store_is_told():
    _, refused = judge_import(series("1.1", "1.2"), [known(day(1), "1.1000")], NBKR, believe_moves=True)
    assert refused == {day(1): "RUB 1.2 on 2020-01-02, the store has 1.1000 for 1, seen 2026-05-20"}
    _, refused = judge_import(series("1.1", nominal=10), [known(day(0), "1.1000")], NBKR, believe_moves=True)
    assert refused.keys() == {day(0)}


@pytest.mark.parametrize(("quoted", "nominal"), [("2.2", 1), ("11", 1), ("11", 10)])
def test_an_implausible_figure_of_a_file_is_refused_unless_the_operator_believes_it(quoted, nominal):
    before = [known(FIRST - DAY, "1.1000")]
    figures = series(quoted, nominal=nominal)
    assert judge_import(figures, before, NBKR, believe_moves=False)[1].keys() == {day(0)}
    assert judge_import(figures, before, NBKR, believe_moves=True)[0] == figures


def test_a_move_inside_a_file_is_measured_too_and_told_once():
    _, refused = judge_import(series("1.1", "1.1", "11", "11"), [], NBKR, believe_moves=False)
    assert refused.keys() == {day(2)}


def test_a_known_figure_after_a_files_last_is_measured_against():
    _, refused = judge_import(series("1.1", "1.1"), [known(day(2), "11.0000")], NBKR, believe_moves=False)
    assert refused.keys() == {day(1)}


# --- missing days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(("away", "nominal"), [(14, 10), (15, 1)])
def test_a_missing_day_takes_its_nominal_from_a_figure_at_most_two_weeks_away_else_from_the_banks_data(
    side, away, nominal
):
    beside = [known(FIRST + side * away * DAY, "11.0000", nominal=10)]
    rates = missing_rates([ArchiveFigure(FIRST, Decimal("11.1000"))], "RUB", [FIRST], beside, NBKR)
    assert [(one.nominal, one.quoted, one.valid_on) for one in rates] == [(nominal, Decimal("11.1000"), FIRST)]


def test_a_missing_day_takes_the_corrected_nominal_of_the_day_beside_it():
    """The bank prints 1 first, then 10 for the same day: the newer revision counts."""
    first = known(FIRST + DAY, "11.0000", nominal=1)
    corrected = replace(known(FIRST + DAY, "11.0000", nominal=10), id=8)
    listed = [ArchiveFigure(FIRST, Decimal("11.1000"))]
    assert [one.nominal for one in missing_rates(listed, "RUB", [FIRST], [first, corrected], NBKR)] == [10]
    rejected = replace(corrected, discarded_at=SEEN)
    assert [one.nominal for one in missing_rates(listed, "RUB", [FIRST], [first, rejected], NBKR)] == [1]
    assert missing_rates(listed, "XXX", [FIRST], [first, corrected], NBKR) == []


def test_where_the_last_missing_day_is_not_listed_the_figure_before_it_is_taken_under_its_own_date():
    rates = missing_rates(
        listed(FIRST, FIRST + DAY), "RUB", [FIRST + 2 * DAY], [known(FIRST + 3 * DAY, "1.1000")], NBKR
    )
    assert [one.valid_on for one in rates] == [FIRST + DAY]
