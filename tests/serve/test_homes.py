"""A home through every door: its figures, bank, words, zone and links, and the default one as if it were alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support import homes, scenes
from support.figures import Shelf

from ticker.config import Config
from ticker.serve.terms import SiteSettings
from ticker.service import Service

STORY = "a1b2c3d4e5f60718"


@pytest.fixture
def shelf(tmp_path) -> Iterator[Shelf]:
    one = homes.shelf(homes.three(), tmp_path)
    yield one
    one.store.close()


def text(shelf: Shelf, path: str) -> str:
    got = shelf.get(path)
    assert got.status_code == 200, got.text
    return plain(got.text)


def plain(body: str) -> str:
    """Numbers without the kinds of spaces that group digits."""
    return body.replace("\xa0", " ").replace("\u202f", " ").replace("&#160;", " ")


def strip(shelf: Shelf, query: str) -> Any:
    got = shelf.get(f"/strip.json?{query}")
    assert got.status_code == 200, got.text
    return got.json


def addresses(page: str) -> list[str]:
    """Every address of this service in a page's links, forms apart."""
    found = re.findall(r'(?:href|src|srcset|ping)="(/[^"]*|\?[^"]*|[a-z.]+\?[^"]*)"', page)
    return [unescape(one) for one in found]


# --- what is shown


@pytest.mark.parametrize("path", ["/strip", "/strip.txt", "/strip.svg", "/strip.fragment", "/panel", "/panel.fragment"])
def test_every_medium_shows_the_homes_figures_bank_and_unit(shelf: Shelf, path: str) -> None:
    tenge, soms = text(shelf, f"{path}?home=KZT"), text(shelf, path)
    assert "487.51" in tenge
    assert ("1,023.4500" if path.startswith("/panel") else "1,023") in tenge
    assert "5.9712" in tenge
    assert "NBK" in tenge
    assert "tenge" in tenge
    assert not re.search(r"\bsoms?\b(?!-)|NBKR|Kyrgyz", tenge)
    assert "487.51" not in soms
    assert "tenge" not in soms


def test_the_document_of_a_strip_is_the_homes(shelf: Shelf) -> None:
    said = strip(shelf, "home=KZT")
    assert (said["home"], said["zone"], said["notes"]) == ("KZT", "Asia/Almaty", [])
    assert said["until"] == "2025-06-19T00:00:00+05:00"
    assert [one["value"] for one in said["rates"]] == ["487.5100", "1023.4500", "5.9712"]
    assert said["rates"][0]["source"] == "nbk"
    assert said["words"]["bank"] == "NBK, tenge"
    assert "Almaty" in said["words"]["clock"]
    assert said["links"]["self"] == "/strip.json?home=KZT"
    assert [one["feed"] for one in said["headlines"]] == ["astana-en"]
    assert strip(shelf, "home=kzt") == said


def test_a_home_is_spoken_in_its_own_currency(shelf: Shelf) -> None:
    assert strip(shelf, "home=KZT&lang=ru")["rates"][1]["spoken"].replace("\xa0", " ").startswith("1 евро 1 023 тенге")
    assert strip(shelf, "home=RUB&lang=ru")["rates"][0]["spoken"].startswith("1 доллар США 82,4512 рубля")
    assert "Official rates of the Bank of Russia." in text(shelf, "/panel?home=RUB")


def test_the_default_home_is_as_if_it_were_alone(shelf: Shelf) -> None:
    neighbours = shelf.get("/strip.json").data, shelf.get("/panel.json").data, shelf.get("/strip").data
    shelf.cache.replace_snapshot(scenes.day().snapshot)
    assert (shelf.get("/strip.json").data, shelf.get("/panel.json").data, shelf.get("/strip").data) == neighbours
    assert shelf.get("/strip.json?home=KGS").data == neighbours[0]


def test_the_homes_digits_are_its_default_and_automatic_ones_can_be_asked_for(shelf: Shelf) -> None:
    def drawn(query: str) -> list[str]:
        return [one["text"] for one in strip(shelf, query)["rates"]]

    assert drawn("home=RUB") == ["82.4512", "95.1234", "11.4321"]
    assert drawn("home=RUB&digits=1") == ["82.5", "95.1", "11.4"]
    automatic = strip(shelf, "home=RUB&digits=auto")
    assert [one["text"] for one in automatic["rates"]] == ["82.45", "95.12", "11.43"]
    assert automatic["links"]["self"] == "/strip.json?home=RUB&digits=auto"
    assert strip(shelf, automatic["links"]["self"].partition("?")[2]) == automatic
    assert strip(shelf, "home=RUB&digits=4")["links"]["self"] == "/strip.json?home=RUB"


def test_a_preset_may_name_a_home(shelf: Shelf) -> None:
    assert strip(shelf, "preset=almaty")["home"] == "KZT"
    assert strip(shelf, "preset=almaty&home=KGS")["home"] == "KGS"


# --- what is not there


@pytest.mark.parametrize("met", ["UZS", "tenge", ""])
def test_an_unknown_home_is_told_and_the_default_one_is_shown(shelf: Shelf, met: str) -> None:
    said = strip(shelf, f"home={met}")
    assert said["home"] == "KGS"
    assert said["notes"] == [f"home: {met!r} is not offered; offered are KGS, KZT, RUB"]
    assert said["rates"] == strip(shelf, "")["rates"]


def test_the_api_refuses_an_unknown_home(shelf: Shelf) -> None:
    for path in ("rates", "strip", "history", "headlines", "status", "feeds", "convert"):
        more = "&from=USD" if path == "convert" else ""
        got = shelf.get(f"/api/v1/{path}?home=UZS{more}")
        assert got.status_code == 400, path
        assert "KGS" in got.text
        assert "KZT" in got.text


def test_a_language_that_the_home_has_not_gives_way_with_a_note(shelf: Shelf) -> None:
    said = strip(shelf, "home=KZT&lang=ky")
    assert said["language"] == "en"
    assert said["notes"] == ["lang: 'ky' is not offered; offered are en, ru"]
    assert strip(shelf, "lang=ky")["language"] == "ky"
    assert shelf.get("/api/v1/strip?home=KZT&lang=ky").status_code == 400


@pytest.mark.parametrize("path", ["/strip", "/panel", "/chart", f"/story/{STORY}"])
def test_only_the_homes_languages_are_linked(shelf: Shelf, path: str) -> None:
    assert set(re.findall(r'hreflang="(\w+)"', text(shelf, f"{path}?home=KZT"))) == {"en", "ru"}


def test_the_element_hears_which_languages_there_are_only_where_some_are_missing(shelf: Shelf) -> None:
    assert strip(shelf, "home=KZT")["languages"] == ["en", "ru"]
    assert "languages" not in strip(shelf, "")
    assert '["home",' in shelf.get("/embed.js").text


# --- links


@pytest.mark.parametrize("path", ["/strip", "/panel", "/chart", f"/story/{STORY}"])
def test_links_keep_the_home(shelf: Shelf, path: str) -> None:
    found = addresses(text(shelf, f"{path}?home=KZT&lang=ru"))
    of_home = [one for one in found if not one.startswith(("/click/", "/embed"))]
    assert of_home
    for one in of_home:
        assert parse_qs(urlsplit(one).query).get("home") == ["KZT"], one


def test_a_story_is_at_the_home_of_its_feed(shelf: Shelf) -> None:
    page = text(shelf, f"/story/{STORY}")
    assert 'href="/panel?lang=ru&amp;home=KZT"' in page
    assert "487,51" in page
    assert "Официальные курсы Национального банка Республики Казахстан." in page
    ours = text(shelf, "/story/ru0?home=KZT")
    assert 'href="/panel?lang=ru"' in ours
    assert "87,4500" in ours


def test_a_click_on_a_neighbours_headline_counts(shelf: Shelf) -> None:
    """Those that are shown are never left out for want of room, and their totals are read."""
    assert {STORY, "ru0"} <= shelf.app.site.clicks.shown()


def test_the_form_of_a_chart_keeps_the_home(shelf: Shelf) -> None:
    assert '<input type="hidden" name="home" value="KZT">' in text(shelf, "/chart?home=KZT")
    assert 'name="home"' not in text(shelf, "/chart")
    assert "NBK, tenge" in text(shelf, "/chart.svg?home=KZT")


# --- feeds


def test_the_feed_of_headlines_says_which_home_it_is_of(shelf: Shelf) -> None:
    ours, theirs = (shelf.get(f"/headlines.json?lang=ru{more}").json for more in ("", "&home=KZT"))
    assert ours["title"] == "Последние новости"
    assert theirs["title"] == "Последние новости: Казахстан"
    assert theirs["feed_url"] == "http://localhost/headlines.json?home=KZT&lang=ru"
    assert theirs["home_page_url"] == "http://localhost/panel?home=KZT&lang=ru"
    assert [one["authors"][0]["name"] for one in theirs["items"]] == ["Tengrinews", "Tengrinews", "Kursiv"]
    assert not {one["id"] for one in ours["items"]} & {one["id"] for one in theirs["items"]}


def test_the_feed_of_rates_is_the_banks_and_leads_to_its_chart(shelf: Shelf) -> None:
    body = text(shelf, "/rates.atom?home=KZT")
    assert "<title>NBK: official exchange rates</title>" in body
    assert "USD 487.5100 · EUR 1,023.4500 · RUB 5.9712" in body
    assert "/chart?home=KZT&amp;lang=en&amp;currencies=USD,EUR,RUB&amp;from=2025-06-18" in body
    assert "487" not in text(shelf, "/rates.atom")


# --- days


def test_each_home_turns_its_day_at_its_own_midnight(tmp_path) -> None:
    shelf = homes.shelf(homes.tomorrow_known(), tmp_path)
    looks = {key: datetime(2025, 6, 18, 17, tzinfo=UTC) for key in shelf.scene.snapshot.looks}
    shelf.cache.replace_snapshot(replace(shelf.scene.snapshot, looks=looks))

    def shown(at: str) -> dict[str, tuple[str, str]]:
        shelf.now = datetime.fromisoformat(at)
        found = {home: strip(shelf, f"home={home}") for home in ("KGS", "KZT", "RUB")}
        return {home: (said["rates"][1]["valid_on"][8:], said["rates"][1]["text"]) for home, said in found.items()}

    before = {"KGS": ("18", "99.56"), "KZT": ("18", "1,023"), "RUB": ("18", "95.1234")}
    bishkek = before | {"KGS": ("19", "99.87")}
    almaty = bishkek | {"KZT": ("19", "1,025")}
    assert shown("2025-06-18T17:59:59Z") == before
    assert shown("2025-06-18T18:00:00Z") == bishkek
    assert shown("2025-06-18T18:59:59Z") == bishkek
    assert shown("2025-06-18T19:00:00Z") == almaty
    assert shown("2025-06-18T20:59:59Z") == almaty
    assert shown("2025-06-18T21:00:00Z") == almaty | {"RUB": ("19", "95.0100")}
    shelf.store.close()


def test_no_cache_keeps_a_strip_beyond_its_homes_midnight(tmp_path) -> None:
    shelf = homes.shelf(homes.tomorrow_known(), tmp_path)
    shelf.now = datetime(2025, 6, 18, 18, 59, 50, tzinfo=UTC)
    assert shelf.get("/strip?home=KZT").headers["Cache-Control"] == "public, max-age=10"
    assert "max-age=60," in shelf.get("/strip").headers["Cache-Control"]
    shelf.store.close()


@pytest.mark.parametrize(
    ("at", "said"),
    [("2025-06-18T00:30", "2025-06-18T00:30:00+05:00"), ("2025-06-18T00:30%2B06:00", "2025-06-17T23:30:00+05:00")],
)
def test_a_moment_without_an_offset_is_in_the_homes_zone(shelf: Shelf, at: str, said: str) -> None:
    then = strip(shelf, f"home=KZT&at={at}")
    assert then["at"] == said
    day = said[8:10]
    assert then["rates"][0]["valid_on"] == f"2025-06-{day}"
    assert then["rates"][0]["text"] == {"17": "489.20", "18": "487.51"}[day]
    assert parse_qs(urlsplit(then["links"]["html"]).query)["home"] == ["KZT"]


# --- the configurator


def field(page: str, name: str) -> str:
    """The markup of one control."""
    found = re.search(rf'<select[^>]* id="o-{name}"[^>]*>.*?</select>', page, re.DOTALL)
    assert found
    return found[0]


def rows(page: str, name: str) -> list[str]:
    """The members of an ordered list."""
    return re.findall(rf'<input type="hidden" name="{name}" value="([\w-]+)">', page)


def test_the_configurator_offers_the_homes_and_what_the_chosen_one_has(shelf: Shelf) -> None:
    page = text(shelf, "/?ui=en&home=KZT")
    assert '<option value="KZT" selected>Kazakhstan (KZT)</option>' in field(page, "home")
    assert '<option value="KGS">Kyrgyzstan (KGS)</option>' in field(page, "home")
    assert re.findall(r'value="(\w+)" lang', field(page, "lang")) == ["en", "ru"]
    assert rows(page, "currencies") == ["USD", "EUR", "RUB"]
    assert rows(page, "feeds") == ["astana-en"]
    assert re.findall(r'value="add.feeds.([\w-]+)"', page) == ["tengrinews-ru", "kursiv-ru"]
    assert '<rate-ticker home="KZT"' in unescape(text(shelf, "/?ui=en&home=KZT&way=element"))
    assert "/strip.fragment?home=KZT" in unescape(text(shelf, "/?ui=en&home=KZT&way=include"))
    assert page.count("headlines.atom?lang=en&amp;home=KZT") == 2


def test_with_one_home_there_is_nothing_to_choose(shelf: Shelf) -> None:
    shelf.cache.replace_snapshot(scenes.day().snapshot)
    page = text(shelf, "/?ui=en")
    assert 'name="home"' not in page
    assert 'name="was"' not in page


def test_another_home_in_the_form_takes_its_own_choices(shelf: Shelf) -> None:
    """Without a script: the form that was drawn for soms is sent with tenge chosen."""
    sent = "ui=ky&was=KGS&lang=ky&currencies=USD,+EUR,+RUB&feeds=kaktus&digits=auto&headlines=5"
    page = text(shelf, f"/?{sent}&home=RUB")
    assert rows(page, "currencies") == ["USD", "EUR", "CNY"]
    assert '<option value="4" selected>' in field(page, "digits")
    assert 'class="notes"' not in page
    assert "strip?home=RUB&amp;headlines=5" in page
    kept = text(shelf, f"/?{sent.replace('USD,+EUR,+RUB', 'USD,+KZT,+EUR').replace('auto', '1')}&home=KZT")
    assert rows(kept, "currencies") == ["USD", "EUR"], "what the reader chose stays, as far as it is there"
    assert '<option value="1" selected>' in field(kept, "digits")


def test_what_is_wrong_in_an_address_is_told_as_ever(shelf: Shelf) -> None:
    page = text(shelf, "/?ui=en&home=KZT&currencies=USD,KZT&lang=ky")
    assert "KZT&#39; is not offered" in page
    assert "ky&#39; is not offered" in page


def test_a_preset_of_one_home_can_be_moved_to_another(shelf: Shelf) -> None:
    page = unescape(text(shelf, "/?ui=en&preset=almaty&home=KGS"))
    assert 'href="strip?preset=almaty&home=KGS' in page


def test_the_pages_language_is_not_the_strips_where_the_home_has_not_it(shelf: Shelf) -> None:
    page = text(shelf, "/?ui=ky&home=KZT")
    assert 'class="notes"' not in page
    assert '<html lang="ky">' in page


# --- another default home


@pytest.fixture
def almaty(tmp_path) -> Iterator[Shelf]:
    own = homes.TERMS["KZT"]
    one = homes.shelf(homes.only_tenge(), tmp_path, SiteSettings(own=own, homes={"KZT": own}))
    yield one
    one.store.close()


def test_another_home_may_be_the_default_one(almaty: Shelf) -> None:
    said = strip(almaty, "")
    assert (said["home"], said["words"]["bank"], said["links"]["self"]) == ("KZT", "NBK, tenge", "/strip.json")
    assert strip(almaty, "home=KGS")["notes"] == ["home: 'KGS' is not offered; offered are KZT"]
    assert almaty.get("/headlines.json?lang=ru").json["title"] == "Последние новости"
    assert set(re.findall(r'hreflang="(\w+)"', text(almaty, "/strip"))) == {"en", "ru"}
    assert almaty.get("/compat/frankfurter/v1/latest").json["base"] == "EUR"
    assert almaty.get("/compat/frankfurter/v1/latest?base=USD&symbols=KZT").json["rates"] == {"KZT": 487.51}


@pytest.mark.parametrize("name", ["daily.xml", "weekly.xml"])
def test_nbkrs_own_files_are_not_there_where_soms_are_no_home(almaty: Shelf, name: str) -> None:
    got = almaty.get(f"/compat/nbkr/XML/{name}")
    assert got.status_code == 404
    assert "home" in got.text


def test_nbkrs_own_files_are_there_where_soms_are_one_of_the_homes(tmp_path) -> None:
    scene = homes.three()
    soms, (tenge, rubles) = replace(scene.snapshot.content, neighbours=()), scene.snapshot.content.neighbours
    turned = replace(scene.snapshot, content=replace(tenge, neighbours=(soms, rubles)))
    settings = replace(homes.SETTINGS, own=homes.TERMS["KZT"])
    shelf = homes.shelf(replace(scene, snapshot=turned), tmp_path, settings)
    assert '<Currency ISOCode="USD">' in text(shelf, "/compat/nbkr/XML/daily.xml")
    assert "87,4500" in text(shelf, "/compat/nbkr/XML/daily.xml")
    shelf.store.close()


def test_the_service_runs_with_another_default_home(tmp_path) -> None:
    settings = {
        "home": {"currency": "KZT"},
        "homes": {
            "KZT": {"bank": "NBK", "zone": "Asia/Almaty"},
            "KGS": {"bank": "NBKR", "zone": "Asia/Bishkek", "enabled": False},
        },
        "serve": {"language": "ky"},
        "rates": {
            "nbk": {"bank": "NBK", "url": "https://bank.example/rates"},
            "nbkr": {"bank": "NBKR", "url": "https://other.example/daily.xml"},
        },
        "store": {"url": f"sqlite:///{tmp_path / 'ticker.db'}", "last_good": ""},
    }
    service = Service(Config.model_validate(settings), lambda: scenes.day().now, collects=False)
    service.site.live.poll()
    content = service.site.content
    assert (content.home.currency, [one.bank for one in content.witnesses]) == ("KZT", ["NBKR"])
    offered = service.site.offered()
    assert (offered.language, offered.homes) == ("en", ("KZT",))
    service.stop()


# --- figures from 1,000 up, and no headlines at all


def test_figures_from_a_thousand_up_have_no_decimals_unless_they_are_needed(tmp_path) -> None:
    scene = homes.tomorrow_known()
    tenge = homes.kzt(homes.DAYS)
    near = replace(tenge.series[1], rates=(*tenge.series[1].rates[:2], scenes.rate("EUR", "1023.3100", homes.DAYS[2])))
    neighbours = (replace(tenge, series=(tenge.series[0], near)), scene.snapshot.content.neighbours[1])
    shelf = homes.shelf(scene.with_content(neighbours=neighbours), tmp_path)
    euro = strip(shelf, "home=KZT&currencies=EUR")["rates"][0]
    assert (euro["text"], euro["next"]["text"]) == ("1,023.5", "1,023.3"), "1,023 would look like 1,023"
    assert strip(shelf, "home=KZT&currencies=EUR&digits=2")["rates"][0]["text"] == "1,023.45"
    assert '<td class="after">' in text(shelf, "/panel?home=KZT")
    assert 'class="quotes two long"' in text(shelf, "/panel?home=KZT")
    assert 'class="quotes two"' in text(shelf, "/panel")
    shelf.store.close()


@pytest.mark.parametrize("path", ["/strip", "/strip.txt", "/strip.fragment", "/panel", "/panel.fragment"])
def test_a_home_without_feeds_does_not_speak_of_headlines(shelf: Shelf, path: str) -> None:
    body = text(shelf, f"{path}?home=RUB")
    assert "no headlines yet" not in body
    assert ">Latest<" not in body
