"""What a reader gets of a first figure that nothing has borne out yet, through every door and in three languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from support.desk import Desk, run
from support.figures import empty_store
from support.scenes import FEEDS, at

from ticker.model import DAY, Headline, Language
from ticker.serve.api import models
from ticker.serve.i18n.words import words
from ticker.serve.strip.options import LANGUAGES

TODAY = date(2026, 5, 22)
TOMORROW = TODAY + DAY
WORDS: dict[Language, str] = {"en": "unconfirmed", "ru": "не подтверждён", "ky": "тастыктала элек"}
PLURAL: dict[Language, str] = WORDS | {"ru": "не подтверждены"}
EURO = "99.1000", "100.0000", "100.3333"  # of the euro, yesterday, today, tomorrow
FIRST, LATER = "87.4567", "88.9911"  # of the dollar, today and tomorrow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Friday evening: the dollar is there for the first time, the others were there before; tomorrow's table is
    known."""
    desk = opened(tmp_path_factory.mktemp("desk"))
    yield desk
    desk.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Desk]:
    desk = opened(tmp_path)
    yield desk
    desk.close()


def opened(folder: Path) -> Desk:
    (folder / "ticker.db").write_bytes(empty_store())
    desk = Desk(folder, TODAY - DAY, "16:10", api_quota=0)
    desk.say("EUR", run(TODAY - DAY, *EURO[:2]))
    desk.say("RUB", run(TODAY - DAY, "1.1050", "1.1019"))
    desk.ids = desk.say("USD", [(TODAY, FIRST)], first=True)  # type: ignore[attr-defined]
    desk.now = at(TODAY, "16:10")
    desk.say("EUR", [(TOMORROW, EURO[2])])
    desk.say("RUB", [(TOMORROW, "1.0988")])
    desk.ids += desk.say("USD", [(TOMORROW, LATER)], first=True)  # type: ignore[attr-defined]
    desk.publish()
    return desk


def confirm(desk: Desk, *ids: int) -> None:
    with desk.store.write(desk.token) as write:
        for one in ids:
            write.confirm(one, desk.now)
    desk.publish()


def text(desk: Desk, path: str) -> str:
    got = desk.get(path)
    assert got.status_code == 200, got.text
    return unescape(got.text)


def json_rate(desk: Desk, path: str) -> dict[str, object]:
    (found,) = [one for one in desk.get(path).json["rates"] if one["currency"] == "USD"]
    assert isinstance(found, dict)
    return found


def row(page: str) -> str:
    """The dollar's row of a table."""
    return next(one for one in re.split(r"<tr|<li", page) if "USD" in one and "87" in one)


Part = Callable[[str], str]


def whole(page: str) -> str:
    return page


def spoken(page: str) -> str:
    """The sentence that a screen reader says."""
    (found,) = re.findall(r'<li data-key="USD"[^>]*><span class="said">(.*?)</span>', page)
    assert isinstance(found, str)
    return found


def drawn(page: str) -> str:
    """The mark beside the figure."""
    (found,) = re.findall(r'<li data-key="USD".*?<span class="small">(.*?)</span>', page)
    assert isinstance(found, str)
    return found


def seen(page: str) -> str:
    """A part of somebody else's page without what is only read aloud."""
    return re.sub(r'<span style="position:absolute.*?</span>', "", row(page))


def picture(page: str) -> str:
    """What is drawn of a picture."""
    return re.sub(r"<desc[^>]*>.*?</desc>", "", page, flags=re.DOTALL)


def described(page: str) -> str:
    """The sentences of a picture."""
    return next(one for one in re.findall(r"<desc[^>]*>(.*?)</desc>", page, re.DOTALL))


DOORS: list[tuple[str, Part]] = [
    ("/strip?", spoken),
    ("/strip?", drawn),
    ("/strip.fragment?", row),
    ("/strip.fragment?", seen),
    ("/strip.svg?", described),
    ("/strip.svg?", picture),
    ("/strip.txt?", whole),
    ("/panel?", row),
    ("/panel.fragment?", row),
    ("/chart?currencies=USD&", row),
    ("/chart.svg?currencies=USD&", described),
    ("/chart.svg?currencies=USD&", picture),
    ("/rates.atom?currencies=USD&", whole),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("path", "part"), DOORS)
def test_every_door_says_that_todays_figure_is_unconfirmed(desk: Desk, path: str, part: Part, lang: Language) -> None:
    asked = f"{path}lang={lang}"
    assert WORDS[lang] in part(text(desk, asked)), asked
    if "USD" not in path:
        only = f"{path}lang={lang}&currencies=EUR"
        assert WORDS[lang] not in text(desk, only), "the euro is not"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/strip", "/strip.fragment", "/strip.svg", "/strip.txt", "/panel", "/panel.fragment"])
def test_where_it_is_all_that_is_shown_the_label_says_so(desk: Desk, path: str, lang: Language) -> None:
    page = text(desk, f"{path}?lang={lang}&currencies=USD")
    if path == "/strip":
        day = words(lang).brief(TODAY, TODAY)
        assert f'{day}</span></span><span class="low" aria-hidden="true">{WORDS[lang]}</span>' in page
    else:
        assert f"{words(lang).day(TODAY)}, {WORDS[lang]}" in page
    if path in ("/strip", "/strip.svg", "/strip.txt"):
        assert PLURAL[lang] in page, "the announcement"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/strip.json", "/panel.json", "/api/v1/strip"])
def test_programs_get_it_late_and_not_confirmed(desk: Desk, path: str, lang: Language) -> None:
    found = json_rate(desk, f"{path}?lang={lang}&currencies=USD,EUR,RUB")
    assert (found["value"], found["valid_on"]) == (FIRST, str(TODAY))
    assert (found["freshness"], found["confirmed"], found["next"], found["change_text"]) == ("late", False, None, "")
    assert WORDS[lang] in str(found["mark"])
    assert str(found["spoken"]).endswith(WORDS[lang])
    euro = next(one for one in desk.get(f"{path}?currencies=USD,EUR,RUB").json["rates"] if one["currency"] == "EUR")
    assert (euro["freshness"], euro["confirmed"], euro["next"]["value"]) == ("fresh", True, EURO[2])


def test_the_api_gives_it_with_its_mark(desk: Desk) -> None:
    (day,) = desk.json("rates?currencies=USD")["rates"]
    assert (day["value"], day["freshness"], day["confirmed"], day["next"]) == (FIRST, "late", False, None)
    assert [one["confirmed"] for one in day["revisions"]] == [False]
    body = desk.get(f"/api/v1/history?from={TODAY}&to={TODAY}&currencies=USD").data
    (past,) = models.History.model_validate_json(body).rates
    assert (past.value, past.freshness, past.confirmed) == (FIRST, "late", False)
    assert desk.table(f"history.csv?from={TODAY}&to={TODAY}&currencies=USD")[0]["confirmed"] == "false"
    used = desk.json("convert?from=USD&to=KGS&amount=1")
    assert (used["freshness"], used["rates"][0]["confirmed"]) == ("late", False)
    state = next(one for one in desk.json("status")["rates"] if one["currency"] == "USD")
    assert (state["freshness"], state["confirmed"], state["next_valid_on"]) == ("late", False, None)


def test_a_bare_figure_is_refused_and_says_why(desk: Desk) -> None:
    got = desk.get("/api/v1/rate/USD.txt")
    assert got.status_code == 404
    assert "it is the first one and not confirmed yet" in got.json["detail"]
    assert text(desk, "/api/v1/rate/USD.txt?late=give").strip() == FIRST


def test_formats_without_marks_leave_it_out(desk: Desk) -> None:
    assert "USD" not in text(desk, "/compat/nbkr/XML/daily.xml")
    assert "EUR" in text(desk, "/compat/nbkr/XML/daily.xml")
    assert "USD" not in desk.get("/compat/frankfurter/v1/latest?base=KGS").json["rates"]
    assert "EUR" in desk.get("/compat/frankfurter/v1/latest?base=KGS").json["rates"]
    for day in (TODAY, TOMORROW):
        assert desk.get(f"/compat/frankfurter/v1/{day}?base=USD&symbols=KGS").status_code == 404


EVERYWHERE = (
    *(f"/strip{form}?currencies=USD,EUR,RUB" for form in ("", ".json", ".svg", ".txt", ".fragment")),
    *(f"/panel{form}?currencies=USD,EUR,RUB" for form in ("", ".json", ".fragment")),
    *(f"/chart{form}?currencies=USD,EUR,RUB&to={TOMORROW}" for form in ("", ".svg")),
    "/rates.atom?currencies=USD,EUR,RUB",
    "/compat/nbkr/XML/daily.xml",
    "/compat/frankfurter/v1/latest?base=KGS",
    f"/compat/frankfurter/v1/{TODAY}..{TOMORROW}?base=USD",
    "/api/v1/strip?currencies=USD,EUR,RUB",
    "/api/v1/rates",
    f"/api/v1/history?from={TODAY}&to={TOMORROW}&currencies=USD",
    f"/api/v1/rates?date={TOMORROW}&currencies=EUR",
)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_no_door_has_tomorrows(desk: Desk, path: str) -> None:
    page = desk.get(path).text
    assert not re.search(r"88[.,]99", page), path
    if "USD,EUR,RUB" in path:
        assert re.search(r"100[.,]33", page), "the euro's is there"


def test_tomorrows_day_has_no_figure_yet(desk: Desk) -> None:
    (found,) = desk.json(f"rates?date={TOMORROW}&currencies=USD")["rates"]
    assert (found["value"], found["freshness"], found["confirmed"]) == (None, "none", True)
    got = desk.get(f"/api/v1/rate/USD.txt?date={TOMORROW}&late=give")
    assert (got.status_code, "not confirmed yet" in got.json["detail"]) == (404, True)


def test_once_it_is_borne_out_it_is_as_any_other(own: Desk) -> None:
    before = own.now
    own.turn(hours=1)
    confirm(own, *own.ids)  # type: ignore[attr-defined]
    for lang, (path, _) in ((lang, door) for lang in LANGUAGES for door in DOORS):
        page = text(own, f"{path}lang={lang}")
        assert WORDS[lang] not in page, path
        assert PLURAL[lang] not in page, path
    found = json_rate(own, "/strip.json")
    assert (found["freshness"], found["confirmed"]) == ("fresh", True)
    assert found["next"] == {**found["next"], "value": LATER}  # type: ignore[dict-item]
    moment = f"{before:%Y-%m-%dT%H:%M:%SZ}"
    then = json_rate(own, f"/strip.json?at={moment}")
    assert (then["freshness"], then["confirmed"], then["next"]) == ("late", False, None), "as was known then"
    (past,) = own.json(f"history?at={moment}&from={TODAY}&to={TODAY}&currencies=USD")["rates"]
    assert (past["freshness"], past["confirmed"]) == ("late", False)


def test_of_a_past_day_it_is_told_as_it_was_known_then(own: Desk) -> None:
    own.now = at(TOMORROW, "11:00")
    moment = f"{own.now:%Y-%m-%dT%H:%M:%SZ}"
    own.turn(hours=1)
    confirm(own, *own.ids)  # type: ignore[attr-defined]
    asked = f"history?from={TODAY}&to={TODAY}&currencies=USD"
    states = [own.json(f"{asked}{at}")["rates"][0] for at in (f"&at={moment}", "")]
    assert [(one["freshness"], one["confirmed"]) for one in states] == [("late", False), ("fresh", True)]


def test_a_row_agrees_with_itself_while_the_snapshot_is_older_than_the_store(own: Desk) -> None:
    with own.store.write(own.token) as write:
        write.confirm(own.ids[0], own.now)  # type: ignore[attr-defined]
    (row,) = own.json(f"history?from={TODAY}&to={TODAY}&currencies=USD")["rates"]
    assert (row["freshness"], row["confirmed"]) == ("late", False)


def test_a_chart_does_not_end_with_a_day_that_has_no_figure_yet(desk: Desk) -> None:
    page = text(desk, f"/chart.svg?currencies=USD&to={TOMORROW}&lang=en")
    assert "of 22 May" not in page
    assert "23 May" not in page


def test_a_feed_reader_is_told_that_the_entry_changed(own: Desk) -> None:
    updated = re.compile(r"<updated>(.*?)</updated>")
    before = max(updated.findall(text(own, "/rates.atom?currencies=USD")))
    own.turn(hours=1)
    confirm(own, own.ids[0])  # type: ignore[attr-defined]
    assert max(updated.findall(text(own, "/rates.atom?currencies=USD"))) > before


@pytest.mark.parametrize("path", EVERYWHERE)
def test_while_two_figures_of_tomorrow_contend_no_door_has_either_without_saying_so(own: Desk, path: str) -> None:
    confirm(own, *own.ids)  # type: ignore[attr-defined]
    if "USD,EUR,RUB" in path:
        assert re.search(r"88[.,]99", own.get(path).text), path
    own.say("USD", [(TOMORROW, "87.9999")], held_reason="another figure of the same day")
    own.publish()
    page = re.sub(r"<[^>]*>", "", own.get(path).text).replace("\xa0", " ")
    assert not re.search(r"88[.,]99(?! \?| for 23 May, not certain)|87[.,]9999", page), path


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_story_of_its_day_has_it_marked(own: Desk, lang: Language) -> None:
    moment = at(TODAY, "12:00")
    one = Headline("a" * 16, "Snow", "https://news.example/1", FEEDS[0].feed, moment, moment)
    own.tell([one, replace(one, id="b" * 16, url="https://news.example/2", title="Rain")])
    own.publish()
    assert WORDS[lang] in row(text(own, f"/story/{one.id}?lang={lang}"))
    own.now = at(TODAY + 2 * DAY, "11:00")
    own.publish()
    assert WORDS[lang] in row(text(own, f"/story/{one.id}?lang={lang}"))


def test_the_operator_sees_which_and_why(own: Desk) -> None:
    why = "first figure, not borne out yet"
    status = own.get("/status.json").json
    assert [(one["currency"], one["valid_on"], one["quoted"], one["reason"]) for one in status["unconfirmed"]] == [
        ("USD", str(TODAY), FIRST, why),
        ("USD", str(TOMORROW), LATER, why),
    ]
    assert next(one for one in status["rates"] if one["currency"] == "USD")["confirmed"] is False
    assert "USD: unconfirmed, a first figure that nothing has borne out yet" in status["troubles"]
    assert "USD: late" not in status["troubles"]
    page = text(own, "/status")
    assert "USD: unconfirmed" in page
    assert "late, unconfirmed" in page
    confirm(own, own.ids[1])  # type: ignore[attr-defined]
    assert own.get("/status.json").json["unconfirmed"] == [], "a later one is confirmed"
