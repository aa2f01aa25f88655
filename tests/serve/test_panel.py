"""What a panel says in every state, and its media: page, JSON, fragment."""

from __future__ import annotations

import json as stdlib_json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from support import scenes
from support.markup import Page
from support.scenes import SCENES, WEDNESDAY, Scene

from ticker.model import DAY, Headline, Language
from ticker.rates.freshness import freshness
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.dom import to_nodes
from ticker.serve.http.response import Response
from ticker.serve.i18n.words import templates_dir
from ticker.serve.news.popular import Popularity
from ticker.serve.panel import html, json
from ticker.serve.panel.table import PanelRate
from ticker.serve.panel.view import Panel, panel
from ticker.serve.render import Renderer
from ticker.serve.strip import json as strip_json
from ticker.serve.strip.contrast import ratio
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.terms import SiteSettings
from ticker.snapshot import Series


def said(scene: Scene, popularity: Popularity | None = None, **options: Any) -> Panel:
    given = {"popularity": popularity} if popularity else {}
    return panel(scene.snapshot, scene.judged, Options(**options), **given)


def row(one: Panel, currency: str) -> PanelRate:
    return next(rate for rate in one.rates if rate.rate.currency == currency)


def texts(rate: PanelRate) -> tuple[str, ...]:
    cells = (rate.previous, rate.today, rate.next)
    return tuple(cell.text if cell else "" for cell in cells)


def marks(rate: PanelRate) -> tuple[str, ...]:
    return tuple(cell.mark if cell else "" for cell in (rate.previous, rate.today, rate.next))


# --- the table ---------------------------------------------------------------------------------------------------


def test_the_table_has_the_day_before_today_and_the_change_in_the_banks_digits() -> None:
    one = said(scenes.day())
    assert [rate.label for rate in one.rates] == ["USD", "EUR", "RUB"]
    assert [texts(rate) for rate in one.rates] == [
        ("87.4500", "87.4500", ""),
        ("99.2503", "99.5614", ""),
        ("1.1050", "1.1019", ""),
    ]
    assert [(rate.change, rate.trend, rate.change_said) for rate in one.rates] == [
        ("–", None, "unchanged"),
        ("0.3111", "up", "up 0.3111"),
        ("0.0031", "down", "down 0.0031"),
    ]
    assert one.previous
    assert one.next is None
    assert (one.previous.text, one.today.text, one.today.word) == ("17 June", "18 June", "today")


def test_from_the_afternoon_on_tomorrow_stands_beside_today() -> None:
    one = said(scenes.evening())
    assert [texts(rate)[2] for rate in one.rates] == ["87.4500", "99.8700", "1.0988"]
    assert [rate.next.trend for rate in one.rates if rate.next] == [None, "up", "down"]
    assert one.next
    assert (one.next.day, one.next.text, one.next.word) == (WEDNESDAY + DAY, "19 June", "tomorrow")
    assert row(one, "EUR").change == "0.3111"  # which the strip has no room for


MONDAY = date(2026, 11, 30)
WEEKEND = {
    "USD": ("87.4500", "87.4672", "87.4672", "87.4672"),
    "EUR": ("101.9012", "102.5741", "102.5741", "102.5741"),
    "RUB": ("1.1432", "1.1432", "1.1432", "1.1432"),
}


def weekend(**changes: tuple[str, ...]) -> Scene:
    """A Monday whose table is that of Saturday, printed anew. `changes` are figures of currencies from Friday on."""
    days = [MONDAY - 3 * DAY + nth * DAY for nth in range(4)]
    own = (scenes.series(code, days, of) for code, of in {**WEEKEND, **changes}.items())
    return scenes.scene(scenes.at(MONDAY, "11:16"), tuple(own))


def test_a_day_without_new_figures_is_compared_with_the_last_that_had_others() -> None:
    one = said(weekend())
    assert one.previous
    assert (one.previous.day, one.previous.text) == (MONDAY - 3 * DAY, "27 November")
    assert (one.today.text, one.today.word) == ("28–30 November", "")
    assert [texts(rate)[:2] for rate in one.rates] == [
        ("87.4500", "87.4672"),
        ("101.9012", "102.5741"),
        ("1.1432", "1.1432"),
    ]
    assert [(rate.change, rate.trend) for rate in one.rates] == [("0.0172", "up"), ("0.6729", "up"), ("–", None)]
    assert {mark for rate in one.rates for mark in marks(rate)} == {""}


@pytest.mark.parametrize(
    ("lang", "head"),
    [
        ("en", "NBKR, soms for 1. Unchanged since 28 November"),
        ("ru", "НБКР, сом за 1. С 28 ноября без изменений"),
        ("ky", "Улуттук банк, сом, 1 үчүн. 28-ноябрь күнүнөн бери өзгөргөн жок"),
    ],
)
def test_above_the_table_it_is_said_since_when_nothing_changed(lang: Language, head: str) -> None:
    known = weekend(RUB=("1.1463", "1.1432", "1.1432", "1.1432"))
    for medium in (html.page, html.fragment):
        page = Page(medium(said(known, lang=lang)).decode())
        assert head.split(". ")[1] in page.said()
    assert head in Page(html.page(said(known, lang=lang)).decode()).said()


def test_nothing_is_said_to_be_unchanged_that_is_not_known_to_be() -> None:
    """The rouble's table of Sunday was never read: another figure may have stood in it."""
    days, figures = (MONDAY - 3 * DAY, MONDAY - 2 * DAY, MONDAY), ("1.1463", "1.1432", "1.1432")
    known = weekend()
    others = [one for one in known.snapshot.content.series if one.currency != "RUB"]
    one = said(known.with_content(series=(*others, scenes.series("RUB", days, figures))))
    assert one.words["since"] == ""
    assert one.today.text == "30 November"
    assert (texts(row(one, "RUB")), row(one, "RUB").change) == (("", "1.1432", ""), "")
    assert one.previous
    assert one.previous.text == "27 November"
    assert row(one, "EUR").change == "0.6729"


def test_a_day_of_new_figures_is_not_said_to_be_unchanged() -> None:
    assert said(scenes.day()).words["since"] == ""
    assert said(weekend(USD=("87.4500", "87.4672", "87.4672", "87.5000"))).words["since"] == ""
    assert said(scenes.late()).words["since"] == ""


def test_figures_that_never_were_others_have_no_column_before() -> None:
    flat = {code: (figures[-1],) * 4 for code, figures in WEEKEND.items()}
    one = said(weekend(**flat))
    assert one.previous is None
    assert {rate.change for rate in one.rates} == {""}


def test_a_figure_leads_to_the_chart_of_its_currency() -> None:
    one = said(scenes.day(), lang="ru")
    assert [rate.chart for rate in one.rates] == [f"/chart?lang=ru&currencies={code}" for code in ("USD", "EUR", "RUB")]
    page = html.page(one).decode()
    assert (
        '<a class="fig" href="/chart?lang=ru&amp;currencies=USD" target="_blank" rel="noopener">87,4500'
        '<span class="said">, график, доллар США, '
    ) in page
    assert "chart of the US dollar" in html.page(said(scenes.day())).decode()
    for none in (said(scenes.day(), charts="off"), said(scenes.stale()), said(scenes.stand_in())):
        assert {rate.chart for rate in none.rates} == {""}
        assert 'class="fig" href' not in html.page(none).decode()


def test_a_sites_colour_is_the_line_and_the_links_and_not_the_ground() -> None:
    red = said(scenes.day(), bg="c8102e", fg="ffffff").strip.look
    light, dark = red.colours
    assert (red.top, red.accent) == ("c8102e", False)
    assert (light.ground, light.text, light.link) == ("ffffff", "12161b", "c8102e")
    assert (dark.ground, dark.text) == ("14171b", "eef1f5")
    assert ratio(dark.link, dark.ground) >= 4.5
    assert said(scenes.day(), bg="c8102e", line="00ff00").strip.look.top == "00ff00"
    assert said(scenes.day(), bg="c8102e", accent="004400").strip.look.colours[0].link == "004400"
    strip = said(scenes.day(), bg="c8102e", fg="ffffff", panel="strip").strip.look
    assert (strip.top, strip.colours[0].ground) == (None, "c8102e")
    behind = said(scenes.day(), bg="c8102e", theme="transparent").strip.look
    assert (behind.top, behind.colours[0].ground) == (None, "c8102e")
    assert said(scenes.day()).strip.look.top is None


def test_a_weak_currency_is_quoted_as_the_bank_quotes_it() -> None:
    days = (WEDNESDAY - DAY, WEDNESDAY)
    drams = tuple(
        scenes.rate("AMD", quoted, day, nominal=10) for quoted, day in zip(("2.2761", "2.2803"), days, strict=True)
    )
    scene = scenes.scene(scenes.at(WEDNESDAY, "11:16"), (*scenes.daily(*days), Series("nbkr", "AMD", drams)))
    dram = row(said(scene, currencies=("USD", "AMD")), "AMD")
    assert (dram.label, texts(dram), dram.change) == ("10 AMD", ("2.2761", "2.2803", ""), "0.0042")
    assert str(dram.rate.value) == "0.22803"


def test_digits_that_were_asked_for_still_tell_different_figures_apart() -> None:
    assert texts(row(said(scenes.evening_all(), digits=2), "USD")) == ("87.450", "87.451", "87.449")
    assert texts(row(said(scenes.day(), digits=2), "EUR")) == ("99.25", "99.56", "")
    assert texts(row(said(scenes.day(), digits=0), "USD")) == ("87", "87", "")
    assert row(said(scenes.day(), digits=0), "EUR").change == "0.3111"  # never as zero


def test_a_late_table_has_its_own_day_and_no_change() -> None:
    one = said(scenes.late())
    assert (one.heading, one.today.text, one.today.word) == ("3 January, Saturday", "of 30 December", "")
    assert [texts(rate)[1] for rate in one.rates] == ["87.4500", "99.5614", "1.1019"]
    assert {rate.change for rate in one.rates} == {""}
    assert {mark for rate in one.rates for mark in marks(rate)} == {""}  # the column says it for all


def test_a_stale_table_gives_way() -> None:
    one = said(scenes.stale())
    assert [texts(rate) for rate in one.rates] == [("", "—", "")] * 3
    assert one.previous is None
    assert (one.words["bank"], one.words["day"]) == ("no NBKR rate", "since 12 May")


def test_a_single_late_figure_says_so_in_its_own_cell() -> None:
    one = said(scenes.rouble_held())
    assert one.today.text == "18 June"
    rouble = row(one, "RUB")
    assert (texts(rouble), marks(rouble)) == (("1.1019", "1.1019", ""), ("", "of 17 June", ""))
    assert marks(row(one, "EUR")) == ("", "", "")


def test_only_tomorrows_table_is_no_todays() -> None:
    one = said(scenes.only_tomorrow())
    assert [texts(rate) for rate in one.rates] == [("", "—", "87.4500"), ("", "—", "99.8700"), ("", "—", "1.0988")]
    assert [rate.rate.freshness.value for rate in one.rates] == ["none"] * 3


def test_a_figure_for_a_week_has_the_days_of_its_week() -> None:
    friday = date(2025, 6, 13)
    yen = Series("nbkr_weekly", "JPY", (scenes.rate("JPY", "6.0310", friday + DAY, nominal=10, days=7),))
    days = (WEDNESDAY - DAY, WEDNESDAY)
    scene = scenes.scene(scenes.at(WEDNESDAY, "11:16"), (*scenes.daily(*days), yen))
    assert marks(row(said(scene, currencies=("USD", "EUR", "JPY")), "JPY"))[1] == "14–20 June"


def test_what_the_options_leave_out_is_not_there() -> None:
    scene = scenes.evening()
    assert {rate.change for rate in said(scene, show=("rates", "tomorrow")).rates} == {""}
    assert said(scene, show=("rates",)).next is None
    assert said(scene, show=("headlines",)).rates == ()
    assert said(scene, headlines=0).days == said(scene, show=("rates",)).days == ()
    assert said(scene, show=("rates",)).languages == ()


def test_a_demonstration_says_so() -> None:
    assert said(scenes.demo()).words["whose"] == "A demonstration: figures and headlines are invented."
    assert said(scenes.day(), lang="ru").words["whose"].startswith("Официальные курсы Национального банка")


# --- headlines ---------------------------------------------------------------------------------------------------


def across_days() -> Scene:
    """Headlines five hours apart: they reach back over midnight."""
    scene = scenes.day()
    return scene.with_content(headlines=scenes.headlines(scene.now, timedelta(hours=5)))


def test_headlines_stand_under_their_day_with_time_and_publisher() -> None:
    one = said(across_days(), headlines=6)
    assert [day.heading for day in one.days] == ["18 June, Wednesday", "17 June, Tuesday"]
    assert [(each.headline.time, each.headline.publisher) for each in one.days[0].headlines] == [
        ("11:14", "24.kg"),
        ("06:14", "AKIpress"),
        ("01:14", "24.kg"),
    ]
    assert sum(len(day.headlines) for day in one.days) == 6


@pytest.mark.parametrize(
    ("lang", "heading"), [("en", "18 June, Wednesday"), ("ru", "18 июня, среда"), ("ky", "18-июнь, шаршемби")]
)
def test_a_day_is_named_as_its_language_does(lang: Language, heading: str) -> None:
    assert said(across_days(), lang=lang).days[0].heading == heading


def copied(scene: Scene, id_: str, feed: str, minutes: int) -> Headline:
    one = next(one for one in scene.snapshot.content.headlines if one.id == id_)
    moment = one.published_at - timedelta(minutes=minutes)
    return replace(one, id=f"{id_}-{feed}", feed=feed, url=f"https://{feed}.example/{id_}", published_at=moment)


def with_copy() -> Scene:
    scene = scenes.day()
    headlines = (*scene.snapshot.content.headlines, copied(scene, "en2", "akipress-en", -3))
    return scene.with_content(headlines=tuple(sorted(headlines, key=lambda one: one.published_at, reverse=True)))


def test_one_story_of_two_publishers_is_shown_once() -> None:
    found = [each for each in said(with_copy()).days[0].headlines if "Libraries" in each.headline.title]
    assert [(each.headline.publisher, each.also, each.also_text) for each in found] == [
        ("24.kg", ("AKIpress",), "also AKIpress")
    ]


def test_popular_is_what_is_followed_and_under_the_floor_what_several_tell() -> None:
    clicks = {"en4": 9.0, "en3": 5.0, "ru1": 50.0}
    titles = [each.headline.id for each in said(with_copy(), Popularity(clicks, 3, 1)).popular]
    assert titles[:3] == ["en4", "en3", "en2"]
    assert [each.headline.id for each in said(with_copy()).popular] == ["en2"]
    assert said(scenes.day()).popular == ()
    assert len(said(scenes.day(), Popularity({f"en{nth}": 9.0 for nth in range(9)}, 3, 1)).popular) == 5


def test_headlines_are_said_to_be_up_to_date_only_while_a_feed_is_fresh() -> None:
    assert said(scenes.day()).words["current"] == "Headlines are up to date."
    assert said(scenes.stale()).words["current"] == said(scenes.none()).words["current"] == ""
    assert said(scenes.stale()).words["updated"] == "updated 12 May 21:10"


def test_links_keep_the_options() -> None:
    one = said(scenes.day(), lang="ru", headlines=3, currencies=("EUR",))
    query = "lang=ru&currencies=EUR&headlines=3"
    assert one.links["self"] == f"/panel.json?{query}"
    assert one.links["print"] == f"/panel?{query}#print"
    assert one.links["chart"] == "/chart?lang=ru&currencies=EUR"
    assert one.languages[2].href == "/panel?lang=ky&currencies=EUR&headlines=3"
    assert one.days[0].headlines[0].story == "/story/ru0?lang=ru"


# --- JSON --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    read = {
        name: stdlib_json.loads((templates_dir() / f"{name}/schema.json").read_bytes()) for name in ("strip", "panel")
    }
    Draft202012Validator.check_schema(read["panel"])
    registry = Registry().with_resource("/schema/strip.json", Resource.from_contents(read["strip"]))
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(read["panel"], registry=registry, format_checker=checker)


def twin(one: Panel) -> Any:
    return stdlib_json.loads(json.render(one))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(SCENES))
def test_every_state_keeps_the_contract(validator: Draft202012Validator, state: str, lang: Language) -> None:
    one = said(SCENES[state](), Popularity({"en1": 5.0}, 3, 1), lang=lang, currencies=("USD", "EUR", "RUB", "GBP"))
    assert [error.message for error in validator.iter_errors(twin(one))] == []


def test_the_schema_refuses_what_breaks_the_contract(validator: Draft202012Validator) -> None:
    for broken in ({"nodes": ["script", {}]}, {"version": "1"}, {"columns": {}}, {"popular": [{}]}):
        assert not validator.is_valid({**twin(said(scenes.day())), **broken}), broken


def test_a_panel_says_in_json_what_the_strip_does() -> None:
    strip, one = stdlib_json.loads(strip_json.render(scenes.evening().strip())), twin(said(scenes.evening()))
    assert {**one, "rates": 0, "headlines": 0, "words": 0, "links": 0}.items() >= {
        **strip,
        "rates": 0,
        "headlines": 0,
        "words": 0,
        "links": 0,
    }.items()
    assert [{name: rate[name] for name in strip["rates"][0]} for rate in one["rates"]] == strip["rates"]
    assert one["words"].items() >= strip["words"].items()
    assert [each["id"] for each in one["headlines"]] == [each["id"] for each in strip["headlines"]]


class Reader(HTMLParser):
    """The text of markup, and its tags."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def flat(node: Any) -> tuple[list[str], list[str]]:
    if isinstance(node, str):
        return [node], []
    inside = [flat(child) for child in node[2:]]
    return [text for one, _ in inside for text in one], [node[0], *(tag for _, tags in inside for tag in tags)]


@pytest.mark.parametrize("state", list(SCENES))
def test_the_nodes_are_what_the_page_shows(state: str) -> None:
    markup = html.body(said(SCENES[state](), Popularity({"en1": 5.0}, 3, 1)))
    text, tags = flat(to_nodes(markup))
    read = Reader(markup)
    assert ["".join("".join(text).split()), tags] == ["".join("".join(read.text).split()), read.tags]


def test_no_two_nodes_beside_each_other_have_one_key() -> None:
    def check(node: Any) -> None:
        keys = [child[1]["data-key"] for child in node[2:] if isinstance(child, list) and "data-key" in child[1]]
        assert len(keys) == len(set(keys))
        for child in node[2:]:
            if isinstance(child, list):
                check(child)

    check(to_nodes(html.body(said(across_days(), Popularity({"en1": 5.0}, 3, 1)))))


# --- page and fragment -------------------------------------------------------------------------------------------


HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<b>"


def test_a_hostile_title_stays_text_in_every_medium() -> None:
    scene = scenes.day()
    evil = replace(scene.snapshot.content.headlines[0], title=HOSTILE)
    one = said(
        scene.with_content(headlines=(evil,), feeds=scenes.FEEDS), lang="ru" if evil.id.startswith("ru") else "en"
    )
    for body in (html.page(one).decode(), html.fragment(one).decode()):
        assert "<img" not in body
    assert any(HOSTILE in text for text in flat(twin(one)["nodes"])[0])


def test_without_script_the_page_says_no_more_than_stays_true() -> None:
    """The words for as long as somebody looks again are drawn only by what the script adds."""
    style = (templates_dir() / "panel/panel.css").read_text()
    assert ".board :is(.now, .current) { display: none; }" in style
    page = html.page(said(scenes.evening())).decode()
    assert page.count('<span class="now">') == 1
    assert "as of 18 June 2025, 18:39" in page


def test_the_policy_names_style_and_script_of_the_page() -> None:
    one = said(scenes.day(), bg="102030")
    policy = html.policy("https://news.example", one)
    assert "frame-ancestors https://news.example" in policy
    assert policy.count("'sha256-") == 3
    assert "require-trusted-types-for 'script'" in policy


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(SCENES))
def test_the_fragment_harms_no_page(state: str, lang: Language) -> None:
    fragment = html.fragment(said(SCENES[state](), Popularity({"en1": 5.0}, 3, 1), lang=lang)).decode("ascii")
    page = Page(f"<!doctype html><html><head><title>Our paper</title></head><body>{fragment}</body></html>")
    assert page.open == []
    for tag, attributes in page.tags[4:]:
        assert tag not in ("style", "script", "link", "main")
        assert "id" not in attributes
        assert all(name.startswith("som-ticker") for name in (attributes.get("class") or "").split())
    one = said(SCENES[state](), lang=lang)
    assert all(cell in page.said() for rate in one.rates for cell in texts(rate))
    assert one.words["today"] not in page.said().split()  # a day is said by its date: nobody refreshes a fragment


# --- through the application -------------------------------------------------------------------------------------


def finished(scene: Scene, popularity: Callable[[], Popularity] = lambda: Popularity({}, 3, 0)) -> ResponseCache:
    render = Renderer(SiteSettings(frame_ancestors="https://news.example"), popularity)

    def edition(path: str) -> int:
        return popularity().tally_version if path.startswith("/panel") else 0

    return ResponseCache(scene.snapshot, render, lambda: scene.now, 50, (), edition)


def body(answer: Response | None) -> str:
    assert answer
    return answer.codings["identity"].body.decode()


def test_another_popularity_is_another_panel_and_the_same_strip() -> None:
    scene = scenes.day()
    shown = [Popularity({}, 3, 0)]
    ready = finished(scene, lambda: shown[0])
    before, strip = ready.get_or_render("/panel", "", scene.now), ready.get_or_render("/strip", "", scene.now)
    assert ready.get("/panel", "", scene.now) is before
    shown[0] = Popularity({"en4": 9.0}, 3, 1)
    assert ready.get("/panel", "", scene.now) is None
    assert ready.get("/strip", "", scene.now) is strip
    assert "Popular</h2>" in body(ready.get_or_render("/panel", "", scene.now))
    assert "Popular</h2>" not in body(before)
    assert "Popular</h2>" in body(ready.get("/panel", "", scene.now))


def test_the_same_panel_has_one_cache_entry() -> None:
    scene = scenes.day()
    ready = finished(scene)
    first = ready.get_or_render("/panel", "lang=ky&headlines=3", scene.now)
    assert ready.get_or_render("/panel", "headlines=3&utm_source=x&lang=ky", scene.now) is first


def test_a_panel_is_anew_when_a_state_changes() -> None:
    scene = scenes.day()
    ready = finished(scene)
    ready.get_or_render("/panel", "", scene.now)
    midnight = freshness(scene.snapshot, scene.now).until
    assert ready.get("/panel", "", midnight) is None
    assert "19 June, Thursday" in body(ready.get_or_render("/panel", "", midnight))


@pytest.fixture
def shown(site: Any) -> Any:
    one = site("2026-05-22 18:40", feeds=True)
    one.look()
    return one


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/panel", "text/html; charset=utf-8"),
        ("/panel.json", "application/json; charset=utf-8"),
        ("/panel.fragment", "text/html; charset=utf-8"),
        ("/schema/panel.json", "application/schema+json"),
    ],
)
def test_a_door_of_the_panel_keeps_the_http_contract(shown: Any, path: str, kind: str) -> None:
    got = shown.get(path)
    assert (got.status_code, got.headers["Content-Type"]) == (200, kind)
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert re.match(r"public, max-age=\d+", got.headers["Cache-Control"])
    assert shown.get(path, **{"If-None-Match": got.headers["ETag"]}).status_code == 304
    assert "Last-Modified" in got.headers or path.startswith("/schema")
    if path == "/panel":
        assert "frame-ancestors *" in got.headers["Content-Security-Policy"]
        assert shown.get(path).headers["Cache-Status"].startswith("ticker; hit")


def test_what_is_followed_becomes_popular_and_touches_no_strip(shown: Any) -> None:
    before, strip = shown.get("/panel.json").json, shown.get("/strip").headers["ETag"]
    assert before["popular"] == []
    followed, views = before["headlines"][4]["id"], shown.service.site.clicks
    for nth in range(4):
        views.count("click", followed, f"page-number-{nth}", shown.clock.now)
    assert views.flush()
    assert views.refresh()
    assert [one["id"] for one in shown.get("/panel.json").json["popular"]] == [followed]
    again = shown.get("/strip")
    assert (again.headers["ETag"], again.headers["Cache-Status"].startswith("ticker; hit")) == (strip, True)


def test_what_people_embed_does_not_break_by_a_mistake(shown: Any) -> None:
    got = shown.get("/panel.json?lang=de&headlines=99&currencies=XXX&utm_source=a&preset=none")
    assert got.status_code == 200
    assert len(got.json["notes"]) == 4
    assert shown.get("/panel?lang=de").status_code == 200


def test_a_panel_never_waits_for_the_store(shown: Any) -> None:
    shown.service.site.live.store = None
    assert shown.get("/panel?headlines=7").status_code == 200


def test_a_panel_of_the_past_is_what_was_known_then(shown: Any) -> None:
    before = shown.get("/panel.json?headlines=3").json
    shown.clock.turn(to="2026-05-23 09:00")
    shown.look()
    then = shown.get("/panel.json?headlines=3&at=2026-05-22T18:40").json
    assert [rate["cells"] for rate in then["rates"]] == [rate["cells"] for rate in before["rates"]]
    page = shown.get("/panel?at=2026-05-22T18:40").text
    assert "<script>" not in page
    assert "22 May 2026, 18:40" in page
    assert "at=2026-05-22T18%3A40" in page  # the language links stay in that moment
