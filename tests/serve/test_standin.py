"""Other banks' figures where no official one can be shown: in every medium and three languages, and nowhere as
official."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from support.desk import run
from support.figures import empty_store
from support.front import Front
from support.markup import Page
from support.png import pixels
from support.scenes import (
    FEEDS,
    Scene,
    contradicted,
    day,
    rouble_stands_in,
    stale,
    stand_in,
    stand_in_evening,
    told_by,
    witnessed,
)
from support.witnesses import WitnessedDesk

from ticker.model import DAY, Headline, Language
from ticker.serve.i18n.words import words
from ticker.serve.panel.view import panel
from ticker.serve.strip import html
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.strip.stand_in import about_digits

MONDAY = date(2025, 5, 19)
STORY = "a" * 16
BANKS = ["CBU", "NBK", "NBT"]
DERIVED = {"USD": "87.4387", "EUR": "98.2200", "RUB": "1.0842"}  # the middle of three
TEXTS = {"USD": "87.44", "EUR": "98.22", "RUB": "1.084"}
NOT_OFFICIAL: dict[Language, str] = {"en": "not official", "ru": "неофициально", "ky": "расмий эмес"}


def told(scene: Scene) -> Scene:
    """With a story whose page there is."""
    moment = scene.now - timedelta(minutes=5)
    one = Headline(STORY, "Snow", "https://news.example/1", FEEDS[0].feed, moment, moment)
    return scene.with_content(headlines=(one, *scene.snapshot.content.headlines))


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Scene], Front]]:
    """The read side with a scene; one for each."""
    made: dict[str, Front] = {}

    def of(scene: Scene) -> Front:
        key = repr(scene.snapshot.content.series) + repr(scene.snapshot.content.testimonies)
        if key not in made:
            made[key] = Front(told(scene), tmp_path_factory.mktemp("front"))
            made[key].live.poll()
            made[key].cache.replace_snapshot(told(scene).snapshot)
        return made[key]

    yield of
    for one in made.values():
        if one.live.store:
            one.live.store.close()


Fronts = Callable[[Scene], Front]


def text(front: Front, path: str) -> str:
    got = front.get(path)
    assert got.status_code == 200, got.text
    return unescape(got.text)


def number(figure: str, lang: Language) -> str:
    return figure if lang == "en" else figure.replace(".", ",")


def names(banks: list[str], lang: Language, *, spoken: bool = False) -> str:
    return ", ".join(words(lang).bank(bank, spoken=spoken) for bank in banks)


def drawn(svg: str) -> str:
    return re.sub(r"<(desc|style)[^>]*>.*?</\1>", "", svg, flags=re.DOTALL)


# --- every medium ------------------------------------------------------------------------------------------------

MEDIA = ("/strip?", "/strip.svg?", "/strip.txt?", "/strip.fragment?", "/panel?", "/panel.fragment?")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", [*MEDIA, f"/story/{STORY}?"])
def test_every_medium_has_the_sign_the_figure_its_day_and_that_it_is_not_official(
    front: Fronts, path: str, lang: Language
) -> None:
    page = text(front(stand_in()), f"{path}lang={lang}")
    seen = drawn(page) if "svg" in path else page
    for figure in TEXTS.values():
        assert f"≈ {number(figure, lang)}" in seen
    assert words(lang).day(MONDAY) in seen
    assert NOT_OFFICIAL[lang] in seen
    assert any(words(lang).bank(BANKS[0], spoken=aloud) in seen for aloud in (False, True))
    if "story" not in path:  # which has no common label
        say = words(lang)
        bank = say.bank("NBKR", spoken=path.startswith("/panel?"))
        day = date(2025, 5, 12)
        since = say.text("lower.since", day=say.brief(day, MONDAY, "since"))
        assert say.text("status.stale", bank=bank, day=say.day(day)) in seen or f">{since}<" in seen
    if "svg" not in path:
        assert "▲" not in page
        assert "▼" not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bitmap_is_amber_where_others_stand_in(front: Fronts, lang: Language) -> None:
    def ground(scene: Scene) -> Any:
        got = front(scene).get(f"/strip.png?lang={lang}")
        assert got.mimetype == "image/png"
        return pixels(got.data)[2][2]

    assert ground(stand_in()) != ground(day())
    assert ground(rouble_stands_in()) == ground(day()), "the common label is fresh"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/strip?", "/strip.svg?", "/panel?"])
def test_each_is_read_aloud_with_its_banks_and_the_bank_that_has_none(front: Fronts, path: str, lang: Language) -> None:
    said = " ".join(text(front(stand_in()), f"{path}lang={lang}").split())
    say = words(lang)
    unit = say.amount_unit("KGS", Decimal("87.44"))
    about = say.text("said.about", name=say.currency_name("USD"), value=number("87.44", lang), unit=unit)
    whose = say.text("said.standin", day=say.day(MONDAY), banks=names(BANKS, lang, spoken=True))
    without = say.text("status.stale", bank=say.bank("NBKR", spoken=True), day=say.day(date(2025, 5, 12)))
    assert f"{about}, {whose}; {without}" in said
    assert "≈" not in f"{about}{whose}", "a sign that is read in many ways"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/strip.json", "/panel.json", "/api/v1/strip"])
def test_programs_get_it_derived_stale_and_without_the_banks_own_parts(
    front: Fronts, path: str, lang: Language
) -> None:
    found = front(stand_in()).get(f"{path}?lang={lang}").json
    assert found["state"] == "stale"
    for rate in found["rates"]:
        code = rate["currency"]
        assert (rate["value"], rate["text"]) == (DERIVED[code], f"≈ {number(TEXTS[code], lang)}")
        assert (rate["quality"], rate["freshness"], rate["banks"]) == ("derived", "stale", BANKS)
        assert (rate["valid_on"], rate["valid_until"]) == (str(MONDAY), str(MONDAY))
        for name in ("quoted", "nominal", "change", "previous", "next", "source", "trend"):
            assert rate[name] is None, name
        assert rate["change_text"] == rate["mark"] == ""
    assert found["words"]["day"].count(words(lang).bank(BANKS[0])) == 1


def test_official_ones_have_no_banks(front: Fronts) -> None:
    for path in ("/strip.json", "/panel.json"):
        assert [one["banks"] for one in front(day()).get(path).json["rates"]] == [[], [], []]
    assert [one["banks"] for one in front(stale()).get("/strip.json").json["rates"]] == [[], [], []]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", MEDIA)
def test_one_that_stands_in_beside_fresh_ones_says_so_itself(front: Fronts, path: str, lang: Language) -> None:
    page = text(front(rouble_stands_in()), f"{path}lang={lang}")
    seen = drawn(page) if "svg" in path else page
    assert f"≈ {number('1.099', lang)}" in seen
    assert f"≈ {number('87', lang)}" not in seen
    assert NOT_OFFICIAL[lang] in seen
    say = words(lang)
    assert say.day(date(2025, 6, 18)) in seen, "the common label is that of the fresh ones"
    bank = say.bank("NBKR", spoken=True)
    if path in ("/strip?", "/strip.svg?"):
        assert say.text("status.stale", bank=bank, day=say.day(date(2025, 6, 11))) in page
    rates = front(rouble_stands_in()).get(f"/strip.json?lang={lang}").json["rates"]
    assert [one["quality"] for one in rates] == ["official", "official", "derived"]
    assert [bool(one["mark"]) for one in rates] == [False, False, True]
    assert rates[2]["mark"].startswith(f"{NOT_OFFICIAL[lang]}: {say.bank('CBU')}")


def test_where_others_contradict_each_other_there_is_none(front: Fronts) -> None:
    usd, eur, rub = front(contradicted()).get("/strip.json").json["rates"]
    assert (usd["value"], usd["text"], usd["quality"], usd["banks"]) == (None, "—", "official", [])
    assert (usd["valid_on"], usd["mark"]) == ("2025-05-12", ""), "the common label says since when"
    assert {eur["quality"], rub["quality"]} == {"derived"}


def test_tomorrows_official_figure_is_told_beside_it_without_a_trend(front: Fronts) -> None:
    found = front(stand_in_evening()).get("/strip.json").json
    for rate in found["rates"]:
        assert (rate["quality"], rate["trend"], rate["change_text"]) == ("derived", None, "")
        assert rate["next"]["valid_on"] == "2025-06-19"
        assert "NBKR: " + rate["next"]["text"] in rate["spoken"], "whose that is"
    assert found["words"]["bank"] == "no NBKR rate yet → 19 June"
    assert "→ 87.45" in text(front(stand_in_evening()), "/strip.txt")
    assert all(
        cell["cells"]["next"]["trend"] is None for cell in front(stand_in_evening()).get("/panel.json").json["rates"]
    )


def test_one_of_another_day_than_the_label_names_its_day() -> None:
    """The dollar and the euro are late; the rouble stands in for today."""
    scene = rouble_stands_in()
    usd, eur, rub = scene.snapshot.content.series
    older = (replace(one, rates=one.rates[:1]) for one in (usd, eur))
    late = scene.with_content(series=(*older, rub), agreement=(("RUB", Decimal("0.025")),))
    strip = late.strip()
    assert [one.freshness.value for one in strip.rates] == ["late", "late", "stale"]
    assert strip.rates[2].mark.startswith("18 June, not official: ")


def test_one_of_fewer_banks_than_the_others_names_its_own() -> None:
    tables = [replace(one) for one in stand_in().snapshot.content.testimonies]
    far = told_by("nbt", MONDAY - DAY, USD="87.4387", EUR="98.2200", RUB="2.0790")
    strip = witnessed(stand_in(), *tables[:2], far).strip()
    assert [one.banks for one in strip.rates] == [tuple(BANKS), tuple(BANKS), ("CBU", "NBK")]
    assert [one.mark for one in strip.rates] == ["", "", "not official: CBU, NBK"]


@pytest.mark.parametrize(
    ("value", "digits"), [("87.4387", 2), ("112.34", 2), ("1.0842", 3), ("0.1842", 4), ("0.00672", 6)]
)
def test_it_has_no_more_digits_than_others_agree_on(value: str, digits: int) -> None:
    assert about_digits(Decimal(value), None) == digits
    assert about_digits(Decimal(value), 0) == {"0.1842": 1, "0.00672": 2}.get(value, 0), "never zero"


def test_a_weak_currency_stands_in_for_as_many_units_as_the_bank_quotes() -> None:
    """The panel's rows are for the bank's nominal."""
    series = stand_in().snapshot.content.series
    tens = tuple(replace(one, rates=tuple(replace(rate, nominal=10) for rate in one.rates)) for one in series)
    scene = stand_in().with_content(series=tens)
    row = panel(scene.snapshot, scene.judged, Options()).rates[2]
    assert (row.label, row.today.text, row.rate.text) == ("10 RUB", "≈ 10.84", "≈ 1.084")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_past_until_it_is_outdated_as_any_other(lang: Language) -> None:
    strip = stand_in().strip(Options(lang=lang))
    assert strip.until == stand_in().snapshot.content.home.at(MONDAY + DAY), "it is for one day"
    say = words(lang)
    assert strip.words.outdated == say.text("outdated.alone")
    assert say.day(MONDAY) in strip.words.outdated_day
    assert NOT_OFFICIAL[lang] in strip.words.outdated_day
    assert strip.words.outdated_status.startswith(f"{strip.words.outdated}, ")
    later = replace(stand_in(), now=stand_in().now + 4 * DAY).strip(Options(lang=lang))
    assert {one.text for one in later.rates} == {"—"}, "others' tables are too old then"


def test_a_demonstration_says_so_and_not_that_it_is_unofficial() -> None:
    strip = stand_in().with_content(demo=True).strip()
    assert "demonstration rate for 19 May" in strip.rates[0].spoken
    assert strip.words.status.startswith("no DEMO rate since 12 May; demonstration rates")


def test_the_page_marks_its_figures_for_the_style() -> None:
    rows = Page(html.page(rouble_stands_in().strip(Options(headlines=0))).decode()).all("span")
    assert [one["data-kind"] for one in rows if "data-kind" in one] == ["change", "change", "banks"]


# --- nowhere as official -----------------------------------------------------------------------------------------


LAST = date(2025, 5, 1)  # of the bank: too old by the 19th


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WitnessedDesk]:
    """The bank has only answered with its table of 1 May since; its euro is of today, and others have all three."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "ticker.db").write_bytes(empty_store())
    desk = WitnessedDesk(folder, MONDAY, "09:02", api_quota=0)
    desk.say("USD", run(LAST - DAY, "87.9500", "87.9900"))
    desk.say("RUB", run(LAST - DAY, "1.1050", "1.1019"))
    desk.say("EUR", run(MONDAY - DAY, "99.5000", "99.5614"))
    for source, som, levels in (
        ("nbk", "5.9466", ("87.4123", "98.1011", "1.0842")),
        ("cbu", "148.21", ("87.5200", "98.3405", "1.0911")),
        ("nbt", "0.118", ("87.4387", "98.2200", "1.0790")),
    ):
        prices = {code: str(Decimal(som) * Decimal(one)) for code, one in zip(DERIVED, levels, strict=True)}
        desk.testify(source, MONDAY, KGS=som, **prices)
    desk.publish()
    yield desk
    desk.close()


OFFICIAL = (
    "/compat/nbkr/XML/daily.xml",
    "/compat/frankfurter/v1/latest?base=KGS",
    "/compat/frankfurter/v1/latest?base=USD",
    "/compat/frankfurter/v1/{today}?base=RUB&symbols=KGS",
    "/compat/frankfurter/v1/{before}..{today}?base=RUB&symbols=KGS",
    "/chart?currencies=RUB,USD,EUR&from={before}&to={today}&lang={lang}",
    "/chart.svg?currencies=RUB&from={before}&to={today}&lang={lang}",
    "/rates.atom?currencies=RUB,USD,EUR&lang={lang}",
    "/api/v1/history?from={before}&to={today}&currencies=RUB,USD,EUR",
    "/api/v1/history.csv?from={before}&to={today}&currencies=RUB,USD,EUR",
    "/api/v1/convert?from=RUB&amount=1",
    "/api/v1/convert?from=RUB&to=USD&amount=1",
    "/api/v1/rate/RUB.txt",
    "/api/v1/rate/RUB.txt?late=give",
    "/api/v1/rate/RUB.txt?late=give&date={today}",
    "/headlines.atom?lang={lang}",
)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", OFFICIAL)
def test_no_door_to_official_figures_gives_it(desk: WitnessedDesk, path: str, lang: Language) -> None:
    got = desk.get(path.format(today=MONDAY, before=MONDAY - 9 * DAY, lang=lang))
    assert got.status_code in (200, 404), got.text
    # In any form: 87.4387, 87.44, 1,084; nor what is counted from it.
    assert not re.search(r"87[.,]4|98[.,]22|1[.,]08|80[.,]6", got.text), path
    assert "≈" not in got.text
    assert "derived" not in got.text


def test_those_doors_would_show_it(desk: WitnessedDesk) -> None:
    """The test above can fail: the strip of the same desk has them, and the doors have the euro."""
    usd, eur, rub = desk.get("/strip.json?currencies=USD,EUR,RUB").json["rates"]
    assert [(one["value"], one["quality"]) for one in (usd, eur, rub)] == [
        ("87.4387", "derived"),
        ("99.5614", "official"),
        ("1.0842", "derived"),
    ]
    with_euro = [path for path in OFFICIAL if "EUR" in path or "daily" in path]
    assert len(with_euro) == 5
    for path in with_euro:
        page = desk.get(path.format(today=MONDAY, before=MONDAY - 9 * DAY, lang="en")).text
        assert re.search(r"99[.,]56", page), path


def test_a_bare_figure_and_a_conversion_are_refused(desk: WitnessedDesk) -> None:
    for path in (
        "rate/USD.txt",
        "rate/USD.txt?late=give",
        "convert?from=USD&amount=1",
        "convert.csv?from=USD&amount=1",
    ):
        got = desk.get(f"/api/v1/{path}")
        assert got.status_code == 404, path
        assert "There is no official figure of USD for 2025-05-19: the last one, of 2025-05-01" in got.json["detail"]
    (row,) = desk.json(f"history?from={MONDAY}&to={MONDAY}&currencies=USD")["rates"]
    assert (row["value"], row["source"]) == (None, None)


def test_the_api_gives_it_with_its_quality_and_its_banks(desk: WitnessedDesk) -> None:
    usd, eur = desk.json("rates?currencies=USD,EUR")["rates"]
    assert (usd["value"], usd["quality"], usd["freshness"], usd["banks"]) == ("87.4387", "derived", "stale", BANKS)
    assert (usd["valid_on"], usd["valid_until"]) == (str(MONDAY), str(MONDAY))
    for name in ("quoted", "nominal", "change", "previous", "next", "source", "provenance"):
        assert usd[name] is None, name
    assert (eur["quality"], eur["banks"], eur["source"]) == ("official", [], "nbkr")
    assert [row["quality"] for row in desk.table("rates.csv?currencies=USD,EUR")] == ["derived", "official"]


def test_another_day_than_today_has_none(desk: WitnessedDesk) -> None:
    for other in (MONDAY - DAY, MONDAY + DAY):
        (found,) = desk.json(f"rates?currencies=USD&date={other}")["rates"]
        assert (found["value"], found["quality"], found["banks"]) == (None, "official", [])


# --- each figure beside what others say --------------------------------------------------------------------------


def beside(scene: Scene, lang: Language = "en") -> tuple[Any, ...]:
    return panel(scene.snapshot, scene.judged, Options(lang=lang)).witnesses


def test_the_panel_has_each_banks_figure_its_day_and_its_difference() -> None:
    scene = rouble_stands_in()
    usd, _, rub = beside(scene)
    assert (usd.official.name, usd.official.text, usd.official.day) == ("NBKR", "87.4500", "18 June")
    assert [(one.name, one.text, one.day, one.difference_text) for one in usd.banks][:2] == [
        ("NBK", "87.4123", "18 June", "−0.04%"),
        ("CBU", "87.4123", "18 June", "−0.04%"),
    ]
    assert (usd.median.text, usd.agrees.value, usd.verdict) == ("87.4123", "agree", "5 of 5 agree, at most 0.00% apart")
    assert (rub.official.text, rub.median.text, rub.agrees.value) == ("—", "1.0987", "unknown")
    assert {one.difference_text for one in rub.banks} == {""}


def test_it_says_who_does_not_agree_and_whose_table_is_too_old() -> None:
    days = [MONDAY, MONDAY, MONDAY, MONDAY - 3 * DAY]
    figures = ["87.4123", "87.4200", "89.0000", "87.4100"]
    tables = [
        told_by(one, of, USD=usd) for one, of, usd in zip(("nbk", "cbu", "nbt", "nbrb"), days, figures, strict=True)
    ]
    usd = beside(witnessed(stale(), *tables))[0]
    assert [(one.name, one.mark) for one in usd.banks] == [
        ("NBK", ""),
        ("CBU", ""),
        ("NBT", "does not agree"),
        ("NBRB", "too old"),
    ]
    assert usd.verdict == "2 of 3 agree, at most 0.01% apart"


def test_it_says_where_they_contradict_one_another_or_the_official_figure() -> None:
    usd, eur, _ = beside(contradicted())
    assert (usd.median, usd.spread, usd.verdict) == (None, None, "they do not agree")
    assert eur.median
    tables = [told_by(one, date(2025, 6, 18), USD="92.0000") for one in ("nbk", "cbu")]
    (usd, eur, _) = beside(witnessed(day(), *tables))
    assert usd.verdict == "2 of 2 agree, at most 0.00% apart; the official rate is more than 0.5% away"
    assert eur.verdict == "no bank"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_table_is_read_aloud_by_its_headers(front: Fronts, lang: Language) -> None:
    page = Page(text(front(stand_in()), f"/panel?lang={lang}"))
    assert len(page.all("details")) == 1
    scopes = [one.get("scope") for one in page.all("th")]
    assert scopes.count("rowgroup") == 3
    assert scopes.count("row") == 3 + 3 * 5, "rates; the bank, three others and the median of each"
    assert page.said().count(words(lang).text("panel.witnesses.says")) == 1


def test_programs_get_the_same_as_from_the_api(front: Fronts) -> None:
    usd, _, _ = front(stand_in()).get("/panel.json").json["witnesses"]
    assert (usd["currency"], usd["agrees"], usd["official"]["value"]) == ("USD", "unknown", None)
    api, *_ = front(stand_in()).get("/api/v1/witnesses?currencies=USD").json["rates"]
    assert usd["median"]["value"] == api["median"]
    assert usd["spread_percent"] == api["spread_percent"]
    names = ("bank", "valid_on", "value", "difference_percent", "takes_part")
    assert [[one[name] for name in names] for one in usd["banks"]] == [
        [one[name] for name in names] for one in api["banks"]
    ]


def test_a_home_without_other_banks_has_no_such_table(front: Fronts) -> None:
    assert front(day()).get("/panel.json").json["witnesses"] == []
    assert "<details" not in text(front(day()), "/panel")
