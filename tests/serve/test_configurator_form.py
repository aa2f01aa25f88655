"""The configurator's form without a script: what its buttons, numbers, palettes and states do; and the samples."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from support.apps import application
from support.scenes import day
from werkzeug.test import Client

from ticker.serve.configurator.view import Configurator, configurator
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import EMBED_PATHS, Renderer
from ticker.serve.strip.contrast import LIGHT
from ticker.serve.terms import SiteSettings

CONTENT = day().snapshot.content
ROWS = "currencies=USD&currencies=EUR&currencies=RUB"
RU = "lang=ru&was.lang=ru&feeds=24kg-ru&feeds=kaktus"


def asked(query: str = "") -> Configurator:
    return configurator(query, "rates.example", "https", CONTENT, SiteSettings(), lambda _: (600, 281))


def rows(said: Configurator, name: str) -> list[str]:
    fields = {one.name: one for column in said.columns for group in column for one in group.fields}
    return [row.value for row in fields[name].rows]


@pytest.mark.parametrize(
    ("do", "now"),
    [
        ("up.currencies.RUB", ["USD", "RUB", "EUR"]),
        ("up.currencies.USD", ["USD", "EUR", "RUB"]),
        ("down.currencies.USD", ["EUR", "USD", "RUB"]),
        ("down.currencies.RUB", ["USD", "EUR", "RUB"]),
        ("drop.currencies.EUR", ["USD", "RUB"]),
        ("drop.currencies.KZT", ["USD", "EUR", "RUB"]),
        ("up.currencies", ["USD", "EUR", "RUB"]),
        ("nonsense", ["USD", "EUR", "RUB"]),
    ],
)
def test_a_button_moves_or_removes_a_row(do, now):
    assert rows(asked(f"{ROWS}&do={do}"), "currencies") == now
    assert asked(f"{ROWS}&do={do}").notes == ()


def test_a_row_is_added_at_the_end_and_the_last_one_stays():
    assert rows(asked("currencies=RUB&currencies=USD&do=add.currencies.EUR"), "currencies") == ["RUB", "USD", "EUR"]
    assert rows(asked("currencies=RUB&do=drop.currencies.RUB"), "currencies") == ["RUB"]


@pytest.mark.parametrize(
    ("numbers", "now"),
    [
        ((1, 2, 3), ["USD", "EUR", "RUB"]),
        ((1, 2, 1), ["RUB", "USD", "EUR"]),
        ((9, 2, 3), ["EUR", "RUB", "USD"]),
        (("x", "", "²"), ["USD", "EUR", "RUB"]),
    ],
)
def test_without_a_script_each_row_has_a_number(numbers, now):
    sent = "&".join(f"n.currencies.{one}={number}" for one, number in zip(("USD", "EUR", "RUB"), numbers, strict=True))
    assert rows(asked(f"{ROWS}&{sent}"), "currencies") == now


def test_the_usual_lists_are_not_named_in_the_code():
    assert asked(f"{ROWS}&{RU}&ui=ru").query == "lang=ru"
    assert rows(asked("lang=ru"), "feeds") == ["24kg-ru", "kaktus"]


def test_feeds_that_were_put_in_order_are_shown_in_it():
    for sent in ("do=up.feeds.kaktus", "n.feeds.kaktus=1&n.feeds.24kg-ru=2", "do=down.feeds.24kg-ru"):
        assert asked(f"{RU}&{sent}").query == "lang=ru&feeds=kaktus,24kg-ru&order=feeds", sent
    dragged = "lang=ru&was.lang=ru&feeds=kaktus&feeds=24kg-ru&moved=feeds"
    assert asked(dragged).query == "lang=ru&feeds=kaktus,24kg-ru&order=feeds"
    assert asked(f"{RU}&do=drop.feeds.kaktus").query == "lang=ru&feeds=24kg-ru"


def test_feeds_follow_the_language_until_they_are_chosen():
    assert asked(RU.replace("lang=ru&", "lang=ky&", 1)).query == "lang=ky"
    chosen = asked("lang=ky&was.lang=ru&feeds=kaktus")
    assert chosen.query == "lang=ky&feeds=kaktus"


def test_a_feed_is_pinned_by_two_fields():
    assert asked(f"{RU}&first=kaktus&first.n=2").query == "lang=ru&first=kaktus%3A2"
    assert asked(f"{RU}&first=&first.n=2").query == "lang=ru"
    assert asked("lang=ru&first=kaktus:3").options.first == "kaktus:3"


def form(said: Configurator, **changes: str) -> Configurator:
    """The look of that page, sent with some fields changed."""
    palette = next((one.value for one in said.palettes if one.chosen), "")
    options = said.options
    sent = {
        "was.look": said.look,
        "palette": palette,
        "colour": said.colour.value,
        "theme": options.theme,
        **{name: getattr(options, name) or "" for name in ("bg", "fg", "accent", "line")},
    }
    return asked("&".join(f"{name}={text.replace('#', '%23')}" for name, text in {**sent, **changes}.items()))


def test_a_colour_is_the_solid_palette():
    said = form(asked(), colour="#C8102E")
    assert (said.query, said.look) == ("bg=c8102e", "solid.c8102e")
    assert form(said, colour="0a3d62").query == "bg=0a3d62"
    assert form(said, colour="").query == ""
    assert form(said, do="drop.colour").query == ""


def test_every_palette_is_made_of_the_one_colour_which_stays():
    said = form(asked(), colour="c8102e")
    looks = {one: form(said, palette=one) for one in ("light", "dark", "transparent", "solid", "line")}
    assert {name: one.query for name, one in looks.items()} == {
        "light": "theme=light",
        "dark": "theme=dark",
        "transparent": "theme=transparent",
        "solid": "bg=c8102e",
        "line": "accent=c8102e&line=c8102e",
    }
    for one in looks.values():
        assert form(one, palette="solid").options.bg == "c8102e"
        assert form(asked(one.address.removeprefix("?")), palette="solid").options.bg == "c8102e"


def test_a_palette_without_a_colour_begins_with_the_links():
    assert form(asked(), palette="line").query == f"accent={LIGHT.link}&line={LIGHT.link}"


def test_a_chosen_colour_of_links_is_nobodys_to_change():
    said = asked("accent=ffcc00&bg=c8102e")
    assert form(said, palette="line").query == "accent=ffcc00&line=c8102e"
    assert form(said, palette="dark").query == "theme=dark&accent=ffcc00"


def test_what_is_no_colour_changes_nothing_and_is_said_under_the_field():
    said = form(asked("bg=c8102e"), colour="c8102")
    assert (said.query, said.notes) == ("bg=c8102e", ())
    assert said.colour.message == "Six digits as #c8102e are wanted."


def test_what_the_page_shows_stays_in_its_address():
    sent = "way=panel&moment=evening&scheme=dark&column=300&place=below"
    said = asked(f"ui=ru&{sent}")
    assert said.address == f"?ui=ru&lang=ru&{sent}"
    assert asked(said.address.removeprefix("?")) == said
    assert asked("way=x&moment=y&scheme=z").address == "?ui=en"


def test_the_preview_is_a_sample_in_the_chosen_moment():
    assert asked("moment=evening&scheme=dark").preview.src == "sample/evening/strip?theme=dark"
    assert asked("way=panel&theme=light&scheme=dark").preview.src == "sample/day/panel?theme=light"
    assert [asked(f"way={one}").preview.kind for one in ("element", "include", "image", "text")] == [
        *("strip", "strip.fragment", "strip.svg", "strip.txt")
    ]


def test_a_way_with_several_codes_shows_the_chosen_one():
    said = asked("way=include&file=include-page-php")
    assert said.code.id == "include-page-php"
    assert [one.value for one in said.files if one.chosen] == ["include-page-php"]
    assert asked("way=frame&file=include-page-php").code.id == "frame"


@pytest.fixture
def client() -> Client:
    scene = day()
    cache = ResponseCache(scene.snapshot, Renderer(SiteSettings()), lambda: scene.now, 5, ())
    live = LiveSnapshot(lambda: None, lambda _: None, lambda: scene.now, None)  # type: ignore[arg-type,return-value]
    return Client(application(cache, live, lambda: scene.now))


@pytest.mark.parametrize("moment", ["day", "evening", "same"])
def test_a_sample_is_marked_and_has_no_real_figure(client, moment):
    real = {one["currency"]: one["value"] for one in client.get("/strip.json").json["rates"]}
    said = client.get(f"/sample/{moment}/strip.json?lang=ru").json
    assert (said["demo"], said["words"]["bank_name"]) == (True, "DEMO")
    assert {one["freshness"] for one in said["rates"]} == {"fresh"}
    for one in said["rates"]:
        assert one["value"] != real[one["currency"]]
        assert one["banks"] == []
    assert bool([one for one in said["rates"] if one["next"]]) == (moment == "evening")
    assert said["headlines"] == client.get("/strip.json?lang=ru").json["headlines"]


def test_a_day_without_a_new_rate_tells_of_the_last_change(client):
    said = client.get("/sample/same/strip.json").json
    assert {one["lower"]["kind"] for one in said["rates"]} == {"change"}
    assert said["words"]["lower"].startswith("changed ")


@pytest.mark.parametrize("path", EMBED_PATHS)
def test_every_medium_has_its_sample_which_no_other_page_frames(client, path):
    answer = client.get(f"/sample/day{path}?lang=ky&theme=dark")
    assert answer.status_code == 200
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.content_type == client.get(f"{path}?lang=ky").content_type


def test_a_sample_asks_its_own_address_again(client):
    page = client.get("/sample/evening/strip?lang=ru").text
    assert re.findall(r'type="application/json" href="([^"]*)"', page) == ["/sample/evening/strip.json?lang=ru"]
    assert client.get("/sample/night/strip").status_code == 404


def test_a_sample_is_cached_no_longer_than_the_page_about_it(client):
    age = re.search(r"max-age=(\d+)", client.get("/sample/day/strip").headers["Cache-Control"])
    assert age
    assert timedelta(seconds=int(age[1])) <= timedelta(minutes=1)
