"""The two rows of the label, and the small figures beneath the rates: what they are, of which day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from support import scenes
from support.scenes import Scene

from ticker.model import DAY, Language, Rate
from ticker.serve.strip.options import Options
from ticker.serve.strip.view import Strip
from ticker.snapshot import Series

TODAY = scenes.WEDNESDAY
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY


def label(strip: Strip) -> tuple[str, str]:
    return strip.words.upper_name + strip.words.upper_day, strip.words.lower


def small(strip: Strip) -> list[str]:
    return [rate.lower.text for rate in strip.rates]


@pytest.mark.parametrize(
    ("scene", "rows", "figures"),
    [
        (scenes.day, ("NBKR, 18 Jun", "day change"), ["0", "▲ 0.31", "▼ 0.0031"]),
        (scenes.evening, ("NBKR, 18 Jun", "for 19 Jun"), ["87.45", "99.87 ▲", "1.0988 ▼"]),
        (scenes.monday, ("NBKR, 23 Jun", "changed 21 Jun"), ["0", "▲ 0.31", "▼ 0.0031"]),
        (scenes.late, ("NBKR, 30 Dec", "last known"), ["", "", ""]),
        (scenes.stale, ("no NBKR rate", "since 12 May"), ["", "", ""]),
        (scenes.none, ("no NBKR rate", "yet"), ["", "", ""]),
        (scenes.nothing, ("no rate", "yet"), ["", "", ""]),
        (scenes.only_tomorrow, ("no NBKR rate", "for 19 Jun"), ["87.45", "99.87", "1.0988"]),
        (scenes.unconfirmed, ("NBKR, 18 Jun", "unconfirmed"), ["", "", ""]),
        (scenes.demo, ("DEMO, 18 Jun", "day change"), ["0", "▲ 0.31", "▼ 0.0031"]),
        (scenes.rouble_held, ("NBKR, 18 Jun", "day change"), ["0", "▲ 0.31", "17 Jun"]),
        (scenes.euro_unconfirmed, ("NBKR, 18 Jun", "for 19 Jun"), ["87.45", "unconfirmed", "1.0988 ▼"]),
        (scenes.stand_in, ("no NBKR rate", "since 12 May"), ["CBU +2"] * 3),
        (scenes.rouble_stands_in, ("NBKR, 18 Jun", "day change"), ["0", "▲ 0.31", "CBU +4"]),
    ],
)
def test_each_state_says_whose_figures_of_which_day_and_what_the_small_ones_are(
    scene: Callable[[], Scene], rows: tuple[str, str], figures: list[str]
) -> None:
    strip = scene().strip()
    assert (label(strip), small(strip)) == (rows, figures)


@pytest.mark.parametrize(
    ("lang", "day", "evening", "monday"),
    [("ru", "за день", "на 19 июн.", "изм. 21 июн."), ("ky", "бир күндө", "19-июнга", "21-июнда")],
)
def test_the_lower_row_in_each_language(lang: Language, day: str, evening: str, monday: str) -> None:
    said = [one().strip(Options(lang=lang)).words.lower for one in (scenes.day, scenes.evening, scenes.monday)]
    assert said == [day, evening, monday]


def test_a_figure_has_no_change_of_a_day_before_which_it_is_not_known() -> None:
    usd, eur, rub = scenes.monday().snapshot.content.series
    since = replace(usd, rates=usd.rates[1:])  # its table of the 20th was lost
    strip = scenes.scene(scenes.monday().now, (since, eur, rub)).strip()
    assert (small(strip), strip.words.lower) == (["", "▲ 0.31", "▼ 0.0031"], "changed 21 Jun")


@pytest.mark.parametrize("clock", ["11:16", "18:40"])
def test_a_figure_of_today_that_the_bank_has_since_contradicted_is_marked(clock: str) -> None:
    usd, eur, rub = scenes.daily(YESTERDAY, TODAY, *((TOMORROW,) if clock > "16:00" else ()))
    contradicted = replace(eur, contested=frozenset({TODAY}))
    euro = scenes.scene(scenes.at(TODAY, clock), (usd, contradicted, rub)).strip().rates[1]
    assert (euro.text, euro.lower.text, euro.lower.kind) == ("99.56", "18 Jun", "late")


def test_a_weekly_table_changed_on_its_first_day_and_not_today() -> None:
    days = [scenes.rate("KZT", quoted, TODAY - nth * DAY, days=7) for nth, quoted in ((10, "0.1880"), (3, "0.1892"))]
    scene = scenes.scene(scenes.at(TODAY, "11:16"), (Series("nbkr_weekly", "KZT", tuple(days)),))
    strip = scene.strip(Options(currencies=("KZT",)))
    assert (label(strip), small(strip)) == (("NBKR, 15–21 Jun", "changed 15 Jun"), ["▲ 0.0012"])


def test_a_label_is_on_amber_unless_its_figures_are_simply_todays() -> None:
    marked = {name for name, scene in scenes.SCENES.items() if scene().strip().marked}
    assert marked == {
        *("late", "stale", "none", "nothing", "only_tomorrow", "unconfirmed"),
        *("stand_in", "contradicted", "stand_in_evening"),
    }


def weekly_beside_daily(clock: str, *, tomorrow: bool) -> Strip:
    days = (YESTERDAY, TODAY, TOMORROW) if tomorrow else (YESTERDAY, TODAY)
    weekly = scenes.rate("KZT", "0.1892", TODAY - 3 * DAY, days=7)
    tenge = Series("nbkr_weekly", "KZT", (weekly,))
    scene = scenes.scene(scenes.at(TODAY, clock), (*scenes.daily(*days), tenge))
    looks = {**scene.snapshot.looks, ("nbkr_weekly", "KZT"): scene.now - timedelta(minutes=5)}
    scene = replace(scene, snapshot=replace(scene.snapshot, looks=looks))
    return scene.strip(Options(currencies=("USD", "EUR", "RUB", "KZT")))


@pytest.mark.parametrize("tomorrow", [False, True])
def test_a_figure_of_a_table_of_its_own_has_its_day_and_no_change(*, tomorrow: bool) -> None:
    tenge = weekly_beside_daily("18:40" if tomorrow else "11:16", tomorrow=tomorrow).rates[3].lower
    assert (tenge.text, tenge.kind) == ("15 Jun", "own")


def test_tomorrows_figure_in_doubt_has_a_question_mark_and_is_said_to_be_uncertain() -> None:
    usd, eur, rub = scenes.daily(YESTERDAY, TODAY, TOMORROW)
    doubted = replace(eur, contested=frozenset({TOMORROW}))
    euro = scenes.scene(scenes.at(TODAY, "18:40"), (usd, doubted, rub)).strip().rates[1]
    assert (euro.lower.text, euro.lower.kind, euro.lower.trend, euro.next) == ("99.87 ?", "doubt", None, None)
    assert euro.spoken.endswith("99.87 for 19 June, not certain")


def test_tomorrows_figure_that_is_not_known_is_a_dash() -> None:
    usd, eur, _ = scenes.daily(YESTERDAY, TODAY, TOMORROW)
    rouble = scenes.series("RUB", (YESTERDAY, TODAY))
    strip = scenes.scene(scenes.at(TODAY, "18:40"), (usd, eur, rouble)).strip()
    assert (small(strip)[2], strip.words.lower) == ("—", "for 19 Jun")


def of_tables(now: str, *tables: tuple[str, list[Rate]], day: date = TODAY, **options: object) -> Strip:
    """A strip of these figures, whose tables are for one day or for several."""
    made = tuple(Series("nbkr", currency, tuple(rates)) for currency, rates in tables)
    return scenes.scene(scenes.at(day, now), made).strip(Options(currencies=tuple(one for one, _ in tables), **options))


def day_by_day(currency: str, first: date, *quoted: str) -> tuple[str, list[Rate]]:
    return currency, [scenes.rate(currency, one, first + nth * DAY) for nth, one in enumerate(quoted)]


def week_by_week(currency: str, first: date, *quoted: str) -> tuple[str, list[Rate]]:
    return currency, [scenes.rate(currency, one, first + 7 * nth * DAY, days=7) for nth, one in enumerate(quoted)]


def test_a_figure_in_doubt_has_its_day_on_amber_though_it_is_the_labels() -> None:
    usd, eur, rub = scenes.daily(YESTERDAY, TODAY)
    doubted = replace(rub, contested=frozenset({TODAY}))
    strip = scenes.scene(scenes.at(TODAY, "11:16"), (usd, eur, doubted)).strip()
    assert label(strip)[0] == "NBKR, 18 Jun"
    assert (strip.rates[2].lower.text, strip.rates[2].lower.kind) == ("18 Jun", "late")


def test_on_the_third_day_of_a_table_its_change_is_of_the_first() -> None:
    saturday = date(2025, 6, 21)
    rates = [scenes.rate("USD", "87.4500", saturday - DAY), scenes.rate("USD", "87.7600", saturday, days=3)]
    days = [of_tables("11:16", ("USD", rates), day=saturday + nth * DAY) for nth in range(3)]
    lower = [one.words.lower for one in days]
    assert lower == ["day change", "changed 21 Jun", "changed 21 Jun"]
    assert {(one.words.upper_day, *small(one)) for one in days} == {(", 21–23 Jun", "▲ 0.31")}
    assert days[2].rates[0].spoken.startswith("1 US dollar 87.76 soms, up 0.31 on 21 June")


def test_a_weekly_figure_has_its_change_on_the_first_day_of_its_table() -> None:
    monday = date(2025, 6, 16)
    strip = of_tables("11:16", week_by_week("KZT", monday - 7 * DAY, "0.1892", "0.1861"), day=monday)
    assert (strip.words.lower, small(strip)) == ("day change", ["▼ 0.0031"])
    assert ", down 0.0031," in strip.rates[0].spoken


def test_tomorrows_figure_of_a_table_that_has_that_day_too_is_known() -> None:
    monday = date(2025, 6, 16)
    tables = (
        day_by_day("USD", monday - DAY, "87.4500", "87.4500", "87.7600"),
        day_by_day("EUR", monday - DAY, "99.2500", "99.2500", "99.5600"),
        week_by_week("KZT", monday, "0.1892"),
    )
    strip = of_tables("18:40", *tables, day=monday)
    assert (strip.words.lower, small(strip)) == ("for 17 Jun", ["87.76 ▲", "99.56 ▲", "0.1892"])


@pytest.mark.parametrize(("days_on", "own"), [(0, "16 Jun"), (6, "22 Jun")])
def test_a_figure_of_one_day_beside_weekly_ones_has_its_day(days_on: int, own: str) -> None:
    """The label's days are a week: on the first of them both tables begin on the same day, on the last both have a
    figure for the same next one."""
    monday = date(2025, 6, 16)
    today = monday + days_on * DAY
    tables = (
        week_by_week("KZT", monday, "0.1892", "0.1861"),
        week_by_week("CNY", monday, "12.1000", "12.2000"),
        day_by_day("USD", today, "87.4500", "87.7600"),
    )
    strip = of_tables("18:40", *tables, day=today)
    assert (strip.words.upper_day, small(strip)[2]) == (", 16–22 Jun", own)


def test_a_change_is_not_said_to_be_none_of_a_figure_that_moved_later() -> None:
    monday = date(2025, 6, 16)
    saturday = monday - 2 * DAY
    tables = (
        day_by_day("USD", saturday - DAY, "87.4500", "87.7600", "87.7600", "87.7600"),
        day_by_day("EUR", saturday - DAY, "99.2500", "99.5600", "99.5600", "99.5600"),
        week_by_week("KZT", monday - 7 * DAY, "0.1892", "0.1861"),
    )
    strip = of_tables("11:16", *tables, day=monday)
    assert (strip.words.lower, small(strip)) == ("changed 14 Jun", ["▲ 0.31", "▲ 0.31", ""])


def test_a_late_figures_next_one_leaves_the_others_their_change() -> None:
    usd, eur, _ = scenes.daily(YESTERDAY, TODAY)
    rouble = scenes.series("RUB", (YESTERDAY, TOMORROW))
    strip = scenes.scene(scenes.at(TODAY, "18:40"), (usd, eur, rouble)).strip()
    assert (strip.words.lower, small(strip)) == ("day change", ["0", "▲ 0.31", "17 Jun"])


def test_the_figure_of_a_later_day_than_the_next_ones_is_not_drawn_under_theirs() -> None:
    usd, eur, _ = scenes.daily(YESTERDAY, TODAY, TOMORROW)
    rouble = scenes.series("RUB", (YESTERDAY, TODAY, TOMORROW + DAY))
    strip = scenes.scene(scenes.at(TODAY, "18:40"), (usd, eur, rouble)).strip()
    assert (small(strip)[2], strip.words.lower) == ("—", "for 19 Jun")


def test_without_the_change_the_lower_row_is_the_unit() -> None:
    strip = scenes.day().strip(Options(show=("clock", "rates")))
    assert (strip.words.upper_unit, strip.words.lower, small(strip)) == ("", "soms", ["", "", ""])


def test_tomorrows_figure_in_doubt_has_its_own_decimals_where_there_is_none_of_today() -> None:
    *others, rouble = scenes.only_tomorrow().snapshot.content.series
    doubted = replace(rouble, contested=frozenset({TOMORROW}))
    strip = scenes.only_tomorrow().with_content(series=(*others, doubted)).strip()
    assert [small(strip)[2], strip.rates[2].text] == ["1.0988 ?", "—"]


def test_a_day_of_another_year_has_its_year() -> None:
    strip = replace(scenes.late(), now=scenes.at(date(2026, 8, 3), "09:02")).strip()
    assert label(strip) == ("no NBKR rate", "since 30 Dec 2025")


def test_after_until_only_the_lower_row_changes() -> None:
    assert {scene().strip().words.outdated_lower for scene in scenes.SCENES.values()} == {"not updated"}
