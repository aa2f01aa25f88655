"""What a strip says. The states are made in tests/support/scenes.py."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import scenes

from ticker.model import DAY, Freshness, Language
from ticker.serve.i18n.words import rounded, words
from ticker.serve.strip.contrast import TEXT, ratio
from ticker.serve.strip.figures import StripRate, digits_apart, digits_of
from ticker.serve.strip.json import document
from ticker.serve.strip.options import Options
from ticker.serve.terms import HomeTerms

D = Decimal
TODAY = scenes.WEDNESDAY
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY


def rates(scene: scenes.Scene, lang: Language = "en", **options: Any) -> dict[str, StripRate]:
    return {rate.currency: rate for rate in scene.strip(Options(lang=lang, **options)).rates}


def label(scene: scenes.Scene, lang: Language = "en", **options: Any) -> tuple[str, str]:
    words = scene.strip(Options(lang=lang, **options)).words
    return words.bank, words.day


# --- the label: bank and day, as the state has them --------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "lang", "bank", "day"),
    [
        ("day", "en", "NBKR, soms", "18 June"),
        ("day", "ru", "НБКР, сом", "18 июня"),
        ("day", "ky", "УБКР, сом", "18-июнь"),
        ("evening", "en", "NBKR, soms", "18 → 19 June"),
        ("evening", "ky", "УБКР, сом", "18 → 19-июнь"),
        ("late", "en", "NBKR, soms", "of 30 December"),
        ("late", "ru", "НБКР, сом", "на 30 декабря"),
        ("stale", "en", "no NBKR rate", "since 12 May"),
        ("stale", "ru", "нет курса НБКР", "с 12 мая"),
        ("stale", "ky", "УБКР курсу жок", "акыркысы 12-май"),
        ("none", "en", "no NBKR rate yet", ""),
        ("nothing", "en", "no rate yet", ""),
        ("only_tomorrow", "en", "no NBKR rate yet", "→ 19 June"),
        ("demo", "en", "DEMO, soms", "18 June"),
    ],
)
def test_the_label_speaks_for_the_state(state: str, lang: Language, bank: str, day: str) -> None:
    assert label(scenes.SCENES[state](), lang) == (bank, day)


def test_a_month_ends_in_the_label() -> None:
    last = date(2025, 6, 30)
    evening = scenes.scene(scenes.at(last, "18:00"), scenes.daily(last - DAY, last, last + DAY))
    assert label(evening)[1] == "30 June → 1 July"


def test_a_figure_given_up_a_year_ago_has_its_year() -> None:
    stale = scenes.scene(scenes.at(TODAY, "09:00"), scenes.daily(date(2024, 5, 12)), looked=scenes.at(TODAY, "08:00"))
    assert label(stale) == ("no NBKR rate", "since 12 May 2024")


@pytest.mark.parametrize(
    ("state", "bank", "day"),
    [
        ("day", "NBKR: not updated", "of 18 June"),
        ("evening", "NBKR: not updated", "of 18 → 19 June"),
        ("late", "NBKR: not updated", "of 30 December"),
        ("demo", "DEMO: not updated", "of 18 June"),
        ("stale", "not updated", "no NBKR rate"),
        ("none", "not updated", "no NBKR rate yet"),
    ],
)
def test_past_until_a_figure_still_has_its_bank_and_its_day(state: str, bank: str, day: str) -> None:
    words = scenes.SCENES[state]().strip().words
    assert (words.outdated, words.outdated_day) == (bank, day)


def test_in_kyrgyz_the_short_name_is_drawn_and_the_usual_one_spoken() -> None:
    for make, drawn, spoken in ((scenes.day, "УБКР", "Улуттук банк"), (scenes.demo, "DEMO", "Демонстрация")):
        said = make().strip(Options(lang="ky")).words
        assert (said.bank, said.bank_spoken) == (f"{drawn}, сом", f"{spoken}, сом")
        assert said.status.startswith(f"{spoken}: 18-июнь үчүн")
        assert said.outdated_status.startswith(f"{spoken}: жаңырган жок")
    stale = scenes.stale().strip(Options(lang="ky"))
    assert stale.words.status == "Улуттук банк: курс жок, акыркысы 12-май"
    assert stale.rates[0].spoken.startswith("АКШ доллары: Улуттук банк: курс жок")


def test_a_demonstration_never_says_official() -> None:
    for state in scenes.SCENES:
        for lang, official in (("en", "official"), ("ru", "официальн"), ("ky", "расмий")):
            strip = scenes.SCENES[state]().with_content(demo=True).strip(Options(lang=lang))
            spoken = [strip.words.status, *(rate.spoken for rate in strip.rates)]
            assert not [text for text in spoken if official in text], state


# --- a day without a new figure ---


def test_on_a_sunday_the_change_of_saturdays_table_is_told_with_its_own_day() -> None:
    """The API and the JSON have it per currency; as a change of Sunday there is none."""
    days = (date(2025, 6, 20), date(2025, 6, 21), date(2025, 6, 22))
    dollar, euro = (
        scenes.series("USD", days, ("87.4500", "87.4500", "87.4500")),
        scenes.series("EUR", days, ("99.2503", "99.5614", "99.5614")),
    )
    sunday = scenes.scene(scenes.at(days[2], "11:16"), (dollar, euro))
    shown = rates(sunday, currencies=("USD", "EUR"))
    assert [(one.last_change, one.changed_on) for one in shown.values()] == [(None, None), (D("0.3111"), days[1])]
    assert [(one.change, one.change_text) for one in shown.values()] == [(0, ""), (0, "")]
    of_json = {one["currency"]: one for one in document(sunday.strip(Options(currencies=("EUR",))))["rates"]}
    assert (of_json["EUR"]["last_change"], of_json["EUR"]["changed_on"]) == ("0.3111", "2025-06-21")


@pytest.mark.parametrize(
    ("lang", "up", "down"),
    [
        ("en", "99.56 soms, up 0.31 on 21 June, official rate for 23 June", "down 0.0031 on 21 June"),
        ("ru", "99,56 сома, 21 июня рост на 0,31, официальный курс на 23 июня", "21 июня снижение на 0,0031"),
        ("ky", "99,56 сом, 21-июнда өсүш 0,31, 23-июнь үчүн расмий курс", "21-июнда төмөндөө 0,0031"),
    ],
)
def test_the_last_change_is_spoken_with_its_own_day(lang: Language, up: str, down: str) -> None:
    dollar, euro, rouble = (one.spoken for one in rates(scenes.monday(), lang).values())
    assert up in euro
    assert down in rouble
    assert "21" not in dollar, "its last change is not known"


def test_in_the_evening_tomorrows_figure_is_spoken_and_no_change_of_saturday() -> None:
    monday = scenes.monday()
    series = tuple(
        replace(one, rates=(*one.rates, replace(one.rates[-1], valid_on=day, valid_until=day, quoted=D(quoted))))
        for one, quoted in zip(monday.snapshot.content.series, ("87.4500", "99.8700", "1.1019"), strict=True)
        for day in [one.rates[-1].valid_on + DAY]
    )
    evening = replace(monday.with_content(series=series), now=monday.now + timedelta(hours=7))
    assert [one.spoken.split(", ", 1)[1] for one in rates(evening).values()] == [
        "official rate for 23 June, 87.45 for 24 June",
        "official rate for 23 June, 99.87 for 24 June",
        "official rate for 23 June, 1.1019 for 24 June",
    ]


@pytest.mark.parametrize("state", ["late", "stale", "none", "unconfirmed", "stand_in"])
def test_a_figure_that_is_not_certain_has_no_last_change(state: str) -> None:
    for one in scenes.SCENES[state]().strip().rates:
        assert (one.last_change, one.changed_on) == (None, None)


# --- a currency that differs from the others ---------------------------------------------------------------------


def test_a_held_currency_carries_its_own_day_and_the_others_none() -> None:
    shown = rates(scenes.rouble_held())
    assert [rate.mark for rate in shown.values()] == ["", "", "of 17 June"]
    assert label(scenes.rouble_held())[1] == "18 June"


def test_a_currency_without_tomorrow_says_so_where_the_others_have_it() -> None:
    """Under "18 → 19 June" a figure that stands alone would claim to be tomorrow's too."""
    usd, eur, _ = scenes.daily(YESTERDAY, TODAY, TOMORROW)
    scene = scenes.scene(scenes.at(TODAY, "18:40"), (usd, eur, scenes.series("RUB", (YESTERDAY, TODAY))))
    assert [rate.mark for rate in rates(scene).values()] == ["", "", "18 June"]


def test_another_banks_figure_has_that_banks_name() -> None:
    banks = (scenes.NBKR, replace(scenes.WEEKLY, bank="CBR"))
    usd, eur, rub = scenes.daily(YESTERDAY, TODAY)
    scene = scenes.scene(scenes.at(TODAY, "11:16"), (usd, eur, replace(rub, source="nbkr_weekly")), banks=banks)
    assert [rate.mark for rate in rates(scene).values()] == ["", "", f"{words('en').bank('CBR')} 18 June"]


def test_a_currency_nobody_has_is_marked() -> None:
    shown = rates(scenes.day(), currencies=("USD", "EUR", "RUB", "GBP"))
    assert (shown["GBP"].freshness, shown["GBP"].text, shown["GBP"].mark) == (Freshness.NONE, "—", "no rate yet")


def test_a_weekly_rate_carries_its_days() -> None:
    tenge = scenes.Series("nbkr_weekly", "KZT", (scenes.rate("KZT", "0.1842", TODAY - 4 * DAY, days=7),))
    scene = scenes.scene(scenes.at(TODAY, "11:16"), (*scenes.daily(YESTERDAY, TODAY), tenge))
    shown = rates(scene, currencies=("USD", "KZT", "EUR"))
    assert (shown["KZT"].mark, shown["KZT"].text) == ("14–20 June", "0.1842")
    assert shown["KZT"].spoken.endswith("official rate for 14–20 June")


def test_a_next_figure_of_another_day_carries_it() -> None:
    tenge = scenes.Series(
        "nbkr_weekly",
        "KZT",
        (scenes.rate("KZT", "0.1842", TODAY - 4 * DAY, days=7), scenes.rate("KZT", "0.1850", TODAY + 3 * DAY, days=7)),
    )
    scene = scenes.scene(scenes.at(TODAY, "18:40"), (*scenes.daily(YESTERDAY, TODAY, TOMORROW), tenge))
    shown = rates(scene, currencies=("USD", "EUR", "KZT"))
    assert [rate.next.mark for rate in shown.values() if rate.next] == ["", "", "21 June"]


# --- figures -----------------------------------------------------------------------------------------------------


def test_two_digits_from_ten_up_and_the_banks_own_below() -> None:
    assert [rate.text for rate in scenes.day().strip().rates] == ["87.45", "99.56", "1.1019"]
    assert [rate.text for rate in scenes.day().strip(Options(lang="ru")).rates] == ["87,45", "99,56", "1,1019"]
    assert digits_of(D("10.0000"), None) == 2
    assert digits_of(D("9.9999"), None) == 4
    assert digits_of(D("0.0069123"), None) == 7


def test_the_change_is_drawn_where_it_is_not_zero() -> None:
    shown = rates(scenes.day())
    assert [(rate.change_text, rate.trend) for rate in shown.values()] == [
        ("", None),
        ("0.31", "up"),
        ("0.0031", "down"),
    ]
    assert shown["USD"].change == 0


def test_a_small_change_gets_the_digits_it_needs() -> None:
    euro = scenes.series("EUR", (YESTERDAY, TODAY), ("99.5600", "99.5603"))
    assert rates(scenes.scene(scenes.at(TODAY, "11:16"), (euro,)))["EUR"].change_text == "0.0003"
    assert rates(scenes.scene(scenes.at(TODAY, "11:16"), (euro,)), digits=0)["EUR"].change_text == "0.0003"
    dollar = scenes.series("USD", (YESTERDAY, TODAY), ("87.4459", "87.4453"))
    assert rates(scenes.scene(scenes.at(TODAY, "11:16"), (dollar,)))["USD"].change_text == "0.0006"  # and not 0.001


def test_no_change_is_drawn_where_the_figure_is_not_fresh() -> None:
    assert {rate.change_text for rate in scenes.late().strip().rates} == {""}
    assert scenes.late().strip().rates[1].change is not None


def test_in_the_evening_tomorrow_takes_the_place_of_the_change() -> None:
    shown = rates(scenes.evening())
    assert [(rate.next.text, rate.trend) for rate in shown.values() if rate.next] == [
        ("", None),
        ("99.87", "up"),
        ("1.0988", "down"),
    ]
    assert {rate.change_text for rate in shown.values()} == {""}
    assert shown["EUR"].change == D("0.3111")


def test_a_next_figure_that_differs_a_little_is_seen_to_differ() -> None:
    euro = scenes.series("EUR", (YESTERDAY, TODAY, TOMORROW), ("99.5600", "99.5611", "99.5624"))
    shown = rates(scenes.scene(scenes.at(TODAY, "18:40"), (euro,)))["EUR"]
    assert shown.next
    assert (shown.text, shown.next.text) == ("99.561", "99.562")


def test_a_figure_that_gave_way_is_a_dash_with_no_figures_in_the_data() -> None:
    for state in ("stale", "none", "nothing"):
        for rate in scenes.SCENES[state]().strip().rates:
            assert rate.text == "—"
            assert (rate.value, rate.quoted, rate.nominal, rate.change, rate.previous) == (None,) * 5


def test_before_the_first_valid_day_the_next_figure_is_shown_as_such() -> None:
    euro = rates(scenes.only_tomorrow())["EUR"]
    assert (euro.text, euro.next and euro.next.text, euro.trend) == ("—", "99.87", None)


def test_the_exact_figures_are_kept() -> None:
    yen = scenes.Series("nbkr", "JPY", (scenes.rate("JPY", "5.5120", TODAY, nominal=10),))
    shown = rates(scenes.scene(scenes.at(TODAY, "11:16"), (yen,)), currencies=("JPY",))["JPY"]
    assert (shown.value, str(shown.quoted), shown.nominal, shown.text) == (D("0.5512"), "5.5120", 10, "0.55120")


@given(
    st.decimals(D("0.0001"), D(2000), places=4),
    st.decimals(D("0.0001"), D(2000), places=4),
    st.integers(0, 6) | st.none(),
)
def test_what_differs_never_looks_equal(today: Decimal, tomorrow: Decimal, wanted: int | None) -> None:
    digits = digits_apart(today, tomorrow, digits_of(today, wanted))
    assert (today == tomorrow) == (rounded(today, digits) == rounded(tomorrow, digits))


def test_what_is_not_zero_is_never_drawn_as_zero() -> None:
    tenge = scenes.series("KZT", (YESTERDAY, TODAY, TOMORROW), ("0.1840", "0.1842", "0.0404"))
    shown = rates(scenes.scene(scenes.at(TODAY, "11:16"), (tenge,)), currencies=("KZT",), digits=0)["KZT"]
    assert shown.next
    assert (shown.text, shown.next.text) == ("0.18", "0.04")
    assert digits_of(D("0.0004"), 0) == 4


def test_tomorrows_figure_in_doubt_is_not_shown() -> None:
    """Today's has its own day then, since the label names both days, and its change."""
    usd, eur, rub = scenes.daily(YESTERDAY, TODAY, TOMORROW)
    doubted = replace(eur, contested=frozenset({TOMORROW}))
    euro = rates(scenes.scene(scenes.at(TODAY, "18:40"), (usd, doubted, rub)))["EUR"]
    assert (euro.next, euro.mark, euro.freshness, euro.change_text) == (None, "18 June", Freshness.FRESH, "0.31")


UNCONFIRMED = [("en", "unconfirmed"), ("ru", "не подтверждён"), ("ky", "тастыктала элек")]


@pytest.mark.parametrize(("lang", "word"), UNCONFIRMED)
def test_where_all_figures_are_unconfirmed_the_label_says_so(lang: Language, word: str) -> None:
    strip = scenes.unconfirmed().strip(Options(lang=lang))
    said, day = strip.words, words(lang).day(TODAY)
    assert (strip.state, said.day) == (Freshness.LATE, f"{day}, {word}")
    assert [(rate.mark, rate.confirmed, rate.change_text) for rate in strip.rates] == [("", False, "")] * 3
    assert all(rate.spoken.endswith(word) for rate in strip.rates)
    assert said.outdated_day.endswith(word), "after `until` it is no more confirmed than before"
    plural = {"ru": "не подтверждены"}.get(lang, word)
    assert said.status.endswith(plural)
    assert said.outdated_status.endswith(plural)


@pytest.mark.parametrize(("lang", "word"), UNCONFIRMED)
def test_one_unconfirmed_figure_has_its_own_mark(lang: Language, word: str) -> None:
    shown = rates(scenes.euro_unconfirmed(), lang)
    assert {code: (rate.mark, rate.confirmed, rate.freshness) for code, rate in shown.items()} == {
        "USD": ("", True, Freshness.FRESH),
        "EUR": (word, False, Freshness.LATE),
        "RUB": ("", True, Freshness.FRESH),
    }
    assert shown["EUR"].next is None
    usd, eur, rub = scenes.daily(YESTERDAY, TODAY)
    old = (replace(one, rates=one.rates[:1]) for one in (usd, rub))
    beside = scenes.scene(scenes.at(TODAY, "11:16"), (*old, replace(eur, unconfirmed=frozenset({TODAY}))))
    day = words(lang).day(TODAY)
    assert rates(beside, lang)["EUR"].mark == f"{day}, {word}", "the label is about yesterday's"


def test_an_unconfirmed_figure_of_several_days_names_them_all_where_it_names_any() -> None:
    tenge = scenes.Series("nbkr_weekly", "KZT", (scenes.rate("KZT", "0.1842", TODAY - 4 * DAY, days=7),))
    first = replace(tenge, unconfirmed=frozenset({TODAY - 4 * DAY}))
    scene = scenes.scene(scenes.at(TODAY, "11:16"), (*scenes.daily(YESTERDAY, TODAY), first))
    assert rates(scene, currencies=("USD", "EUR", "KZT"))["KZT"].mark == "unconfirmed"
    assert label(scene, currencies=("KZT",))[1] == "14–20 June, unconfirmed"


def test_an_unconfirmed_figure_that_is_carried_forward_is_of_its_own_day() -> None:
    first = replace(scenes.series("USD", (YESTERDAY,)), unconfirmed=frozenset({YESTERDAY}))
    assert label(scenes.scene(scenes.at(TODAY, "11:16"), (first,)))[1] == "of 17 June, unconfirmed"


# --- options -----------------------------------------------------------------------------------------------------


def test_parts_that_are_not_asked_for_are_left_out() -> None:
    strip = scenes.evening().strip(Options(show=("rates",)))
    assert (strip.headlines, strip.with_headlines, strip.languages) == ((), False, ())
    assert [(rate.next, rate.change_text) for rate in strip.rates] == [(None, "")] * 3
    assert (strip.words.bank, strip.words.day) == ("NBKR, soms", "18 June")
    assert scenes.evening().strip(Options(show=("clock",))).rates == ()


def test_without_tomorrow_the_evening_shows_the_change() -> None:
    shown = rates(scenes.evening(), show=("rates", "change"))
    assert [rate.change_text for rate in shown.values()] == ["", "0.31", "0.0031"]


def test_chosen_colours_are_made_readable() -> None:
    look = scenes.day().strip(Options(bg="ffffff", fg="eeeeee")).look
    assert (len(look.colours), look.chosen) == (1, True)
    assert ratio(look.colours[0].text, "ffffff") >= TEXT
    assert [one.scheme for one in scenes.day().strip().look.colours] == ["light", "dark"]
    assert not scenes.day().strip().look.chosen


# --- sentences ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "lang", "spoken"),
    [
        ("day", "en", "1 euro 99.56 soms, up 0.31, official rate for 18 June"),
        ("day", "ru", "1 евро 99,56 сома, выше на 0,31, официальный курс на 18 июня"),
        ("day", "ky", "1 евро 99,56 сом, өсүш 0,31, 18-июнь үчүн расмий курс"),
        ("evening", "en", "1 euro 99.56 soms, official rate for 18 June, 99.87 for 19 June"),
        ("late", "en", "1 euro 99.56 soms, official rate for 30 December, the last one known"),
        ("stale", "en", "euro: no NBKR rate since 12 May"),
        ("stale", "ru", "евро: нет курса НБКР с 12 мая"),
        ("none", "en", "euro: no NBKR rate yet"),
        ("nothing", "en", "euro: no rate yet"),
        ("only_tomorrow", "en", "euro: no NBKR rate yet, 99.87 for 19 June"),
        ("demo", "en", "1 euro 99.56 soms, up 0.31, demonstration rate for 18 June"),
    ],
)
def test_a_rate_is_a_sentence(state: str, lang: Language, spoken: str) -> None:
    assert rates(scenes.SCENES[state](), lang)["EUR"].spoken == spoken


def test_tomorrow_is_said_only_of_tomorrow() -> None:
    words = scenes.evening().strip().words
    assert (words.tomorrow, words.tomorrow_dated) == ("tomorrow", "19 June")
    ahead = scenes.scene(scenes.at(TODAY, "18:40"), scenes.daily(YESTERDAY, TODAY, TODAY + 2 * DAY))
    assert ahead.strip().words.tomorrow == "20 June"
    assert scenes.day().strip().words.tomorrow == ""


# --- headlines ---------------------------------------------------------------------------------------------------


def test_headlines_are_those_of_the_languages_feeds() -> None:
    for lang, publishers in (("en", {"24.kg", "AKIpress"}), ("ru", {"24.kg", "Kaktus"}), ("ky", {"Кабар", "Азаттык"})):
        shown = scenes.day().strip(Options(lang=lang)).headlines
        assert {headline.publisher for headline in shown} == publishers
        assert {headline.language for headline in shown} == {lang}


def test_feeds_override_the_language() -> None:
    shown = scenes.day().strip(Options(lang="en", feeds=("kaktus",))).headlines
    assert {headline.language for headline in shown} == {"ru"}


def test_one_story_of_two_feeds_is_shown_once_under_who_had_it_first() -> None:
    scene = scenes.day()
    newest, *rest = (one for one in scene.snapshot.content.headlines if one.feed == "24kg-en")
    other = next(feed.feed for feed in scenes.FEEDS if feed.language == "en" and feed.feed != newest.feed)
    again = replace(newest, id="again", feed=other, url=f"{newest.url}?utm_source=rss")
    later = replace(again, published_at=newest.published_at + timedelta(minutes=1))
    strip = scene.with_content(headlines=(later, newest, *rest)).strip()
    assert [one.id for one in strip.headlines] == [one.id for one in (newest, *rest)]


def test_the_label_speaks_for_figures_that_are_shown() -> None:
    strip = scenes.day().strip(Options(currencies=("KZT", "CNY", "USD")))
    assert (strip.state, strip.words.bank, strip.words.day) == (Freshness.FRESH, "NBKR, soms", "18 June")
    assert [(rate.text, rate.mark) for rate in strip.rates] == [
        ("—", "no rate yet"),
        ("—", "no rate yet"),
        ("87.45", ""),
    ]


def test_no_more_headlines_than_asked_for_newest_first() -> None:
    shown = scenes.day().strip(Options(headlines=3)).headlines
    assert [headline.id for headline in shown] == ["en0", "en1", "en2"]
    assert not scenes.day().strip(Options(headlines=0)).with_headlines


def test_an_earlier_days_time_carries_its_day() -> None:
    night = scenes.scene(scenes.at(TODAY, "00:10"), scenes.daily(YESTERDAY, TODAY))
    first, second = night.strip().headlines[:2]
    assert (first.time, second.time) == ("00:08", "17 June 23:55")
    assert first.dated == "18 June 00:08"


def test_updated_is_said_only_when_no_feed_of_the_selection_is_fresh() -> None:
    day = scenes.day()
    assert day.strip().words.updated == ""
    dead = {**day.snapshot.looks, ("24kg-en", ""): day.now - timedelta(hours=1)}
    scene = replace(day, snapshot=replace(day.snapshot, looks=dead))
    assert scene.strip().words.updated == ""
    assert scene.strip(Options(feeds=("24kg-en",))).words.updated == "updated 10:16"
    assert scenes.stale().strip().words.updated == "updated 12 May 21:10"


def test_updated_says_the_newest_success_of_the_selection() -> None:
    day = scenes.day()
    feeds = [feed for feed in scenes.FEEDS if feed.language == "en"]
    looks = {(feed.feed, ""): day.now - timedelta(hours=1 + 2 * nth) for nth, feed in enumerate(feeds)}
    scene = replace(day, snapshot=replace(day.snapshot, looks={**day.snapshot.looks, **looks}))
    assert len(feeds) > 1
    assert scene.strip().words.updated == "updated 10:16"
    assert scene.strip().words.updated_dated == "updated 18 June 10:16"


# --- moments, links ----------------------------------------------------------------------------------------------


def test_as_of_is_the_versions_moment_and_never_the_renderings() -> None:
    strip = scenes.day().strip()
    assert strip.as_of
    assert strip.refresh_after == strip.as_of + timedelta(seconds=60)
    assert strip.words.as_of == "as of 11:15"
    assert scenes.stale().strip().words.as_of == "as of 12 May 21:09"
    later = replace(scenes.day(), now=scenes.day().now + timedelta(minutes=7))
    assert later.strip() == scenes.day().strip()


def test_before_anything_was_collected_there_is_a_strip() -> None:
    strip = scenes.nothing().strip()
    assert (strip.version, strip.as_of, strip.refresh_after, strip.headlines) == (0, None, None, ())
    assert strip.until == scenes.HOME.at(TOMORROW)


def test_language_links_keep_the_other_options() -> None:
    strip = scenes.day().strip(Options(lang="ru", currencies=("EUR", "USD"), headlines=5), base="/x")
    assert [link.href for link in strip.languages] == [
        "/x/strip?currencies=EUR,USD&headlines=5",
        "/x/strip?lang=ru&currencies=EUR,USD&headlines=5",
        "/x/strip?lang=ky&currencies=EUR,USD&headlines=5",
    ]
    assert [link.current for link in strip.languages] == [False, True, False]
    assert strip.links["self"] == "/x/strip.json?lang=ru&currencies=EUR,USD&headlines=5"


def test_currencies_come_in_the_order_asked_for_else_in_the_sites() -> None:
    assert list(rates(scenes.day(), currencies=("RUB", "USD"))) == ["RUB", "USD"]
    strip = scenes.day().strip(terms=HomeTerms(("EUR",)))
    assert [rate.currency for rate in strip.rates] == ["EUR"]


def test_no_word_is_relative_but_tomorrow() -> None:
    """Every wording must stay true until `until`, wherever a cache keeps it."""
    for make in scenes.SCENES.values():
        for lang, relative in (
            ("en", "yesterday today ago"),
            ("ru", "вчера сегодня назад"),
            ("ky", "кечээ бүгүн мурун"),
        ):
            strip = make().strip(Options(lang=lang))
            said = " ".join([*asdict(strip.words).values(), *(rate.spoken + rate.mark for rate in strip.rates)]).split()
            assert not set(relative.split()) & set(said)
