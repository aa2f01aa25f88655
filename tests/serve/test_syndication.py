"""Feeds out: what a feed reader gets, read by feedparser, by our own parser, and against the formats' own rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import jsonschema
import pytest
from support import scenes
from support.figures import Shelf, published, run
from werkzeug.test import TestResponse

from ticker.collect.sources import feed as feed_parser
from ticker.model import DAY, Headline, Rate
from ticker.serve.news.clusters import cluster
from ticker.serve.strip.options import LANGUAGES
from ticker.snapshot import FeedTerms, Series

TODAY = scenes.WEDNESDAY
ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
JSON_FEED = json.loads((Path(__file__).parents[1] / "schemas" / "jsonfeed-1.1.json").read_text())
ENDPOINTS = {
    "/headlines.atom": "application/atom+xml",
    "/headlines.json": "application/feed+json",
    "/rates.atom": "application/atom+xml",
}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def shelf(tmp_path) -> Iterator[Shelf]:
    one = Shelf(scenes.day(), tmp_path)
    yield one
    one.store.close()


def atom(shelf: Shelf, path: str, **headers: str) -> ET.Element:
    got = shelf.get(path, **headers)
    assert got.status_code == 200, got.text
    root = ET.fromstring(got.data)
    assert list(complaints(root)) == []
    return root


def complaints(feed: ET.Element) -> Iterator[str]:
    """What RFC 4287 wants and does not find. Its schema is asked in `make audit`."""
    ids = [one.findtext(f"{ATOM}id") for one in feed.iter() if one.tag in (f"{ATOM}feed", f"{ATOM}entry")]
    if len(set(ids)) != len(ids):
        yield "an id is there twice"
    for one in feed.iter():
        if one.tag in (f"{ATOM}feed", f"{ATOM}entry"):
            for name in ("id", "title", "updated"):
                if len(one.findall(f"{ATOM}{name}")) != 1 or not one.findtext(f"{ATOM}{name}"):
                    yield f"{one.tag} without one {name}"
            if not one.findtext(f"{ATOM}author/{ATOM}name"):
                yield f"{one.tag} without an author"
            pairs = [
                (link.get("rel"), link.get("type"), link.get("hreflang"))
                for link in one.findall(f"{ATOM}link")
                if link.get("rel") == "alternate"
            ]
            if len(set(pairs)) != len(pairs) or not pairs:
                yield f"{one.tag} without an alternate, or with two alike"
        if one.tag in (f"{ATOM}updated", f"{ATOM}published") and not RFC_3339.fullmatch(one.text or ""):
            yield f"{one.tag}: {one.text}"
        if one.tag == f"{ATOM}id" and not re.match(r"urn:uuid:[0-9a-f-]{36}$", one.text or ""):
            yield f"id {one.text}"
        if one.tag == f"{ATOM}link" and not re.match(r"https?://[^\s<>]+$", one.get("href", "")):
            yield f"link {one.get('href')}"
    if not feed.findall(f"{ATOM}link[@rel='self']"):
        yield "no link to itself"


def entries(root: ET.Element) -> list[ET.Element]:
    return root.findall(f"{ATOM}entry")


def text(entry: ET.Element, name: str) -> str:
    return entry.findtext(f"{ATOM}{name}") or ""


def given(shelf: Shelf, lang: str) -> list[Headline]:
    feeds = {one.feed for one in scenes.FEEDS if one.language == lang}
    return [one for one in shelf.scene.snapshot.content.headlines if one.feed in feeds]


def seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


# --- headlines: the round trip -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/headlines.atom", "/headlines.json"])
def test_our_own_parser_reads_the_same_titles_links_and_times(shelf, path, lang):
    got = shelf.get(f"{path}?lang={lang}")
    url = f"http://localhost{path}?lang={lang}"
    read = feed_parser.parse(got.data, source="ours", url=url, zone=scenes.HOME.zone, content_type=got.content_type)
    assert [(one.title, one.url, one.published_at) for one in read.entries] == [
        (one.title, one.url, seconds(one.published_at)) for one in given(shelf, lang)
    ]
    assert (read.language, read.complaints) == (lang, ())
    assert all(one.guid and not one.shared_url for one in read.entries)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_feedparser_reads_the_same_titles_publishers_links_and_times(shelf, lang):
    read = feedparser.parse(shelf.get(f"/headlines.atom?lang={lang}").data)
    assert not read.bozo
    assert read.version == "atom10"
    publishers = {one.feed: one.publisher for one in scenes.FEEDS}
    assert [(one.title, one.link, one.author, one.published_parsed[:6]) for one in read.entries] == [
        (one.title, one.url, publishers[one.feed], one.published_at.astimezone(UTC).timetuple()[:6])
        for one in given(shelf, lang)
    ]


TITLES = (
    "Fish & chips <b>now</b> at 5 < 7",
    "]]> &amp; &lt;script&gt;alert(1)&lt;/script&gt;",
    "Quotes \" and ' and «ёлочки»",
    "Ысык-Көл: суу 19° 🌊",
    "A\u2028line",
)


@pytest.mark.parametrize("title", TITLES)
def test_whatever_a_title_is_it_comes_back_as_it_was(shelf, title):
    moment = shelf.now - timedelta(minutes=5)
    one = Headline("x", title, "https://example.org/a?b=1&c=2#d", "24kg-en", moment, moment)
    shelf.show(scenes.day().with_content(headlines=(one,)))
    (entry,) = entries(atom(shelf, "/headlines.atom"))
    assert text(entry, "title") == title
    assert feedparser.parse(shelf.get("/headlines.atom").data).entries[0].link == one.url
    (item,) = shelf.get("/headlines.json").json["items"]
    assert (item["title"], item["url"]) == (title, one.url)


def test_no_character_that_xml_forbids_gets_out(shelf):
    moment = shelf.now - timedelta(minutes=5)
    one = Headline("x", "a\x0bb\x00c\ud800d\ufffee", "https://example.org/a", "24kg-en", moment, moment)
    shelf.show(scenes.day().with_content(headlines=(one,)))
    (entry,) = entries(atom(shelf, "/headlines.atom"))
    assert text(entry, "title") == "abcde"


# --- headlines: what is said -------------------------------------------------------------------------------------


def test_a_headline_is_a_title_a_publisher_and_a_direct_link_in_its_language(shelf):
    entry = entries(atom(shelf, "/headlines.atom?feeds=kaktus"))[0]
    one = next(one for one in given(shelf, "ru") if one.feed == "kaktus")
    assert text(entry, "title") == one.title
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Kaktus"
    assert [link.attrib for link in entry.findall(f"{ATOM}link")] == [{"rel": "alternate", "href": one.url}]
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "ru"
    assert text(entry, "summary") == "Kaktus, 18 June 2025, 11:01"
    assert {child.tag.removeprefix(ATOM) for child in entry} == {
        "id", "title", "link", "author", "published", "updated", "summary"
    }  # fmt: skip


def test_the_feed_says_what_it_is_and_where(shelf):
    root = atom(shelf, "/headlines.atom?lang=ru", Host="news.example:8000")
    assert text(root, "title") == "Последние новости"
    assert {
        link.get("rel", "") + " " + link.get("type", ""): link.get("href") for link in root.findall(f"{ATOM}link")
    } == {
        "self application/atom+xml": "http://news.example:8000/headlines.atom?lang=ru",
        "alternate text/html": "http://news.example:8000/panel?lang=ru",
        "alternate application/feed+json": "http://news.example:8000/headlines.json?lang=ru",
    }
    assert text(root, "updated") == f"{max(one.first_seen_at for one in given(shelf, 'ru')):%Y-%m-%dT%H:%M:%SZ}"


def test_an_entry_keeps_its_id_at_every_address_and_in_both_forms(shelf):
    ids = [text(entry, "id") for entry in entries(atom(shelf, "/headlines.atom"))]
    assert ids == [text(entry, "id") for entry in entries(atom(shelf, "/headlines.atom", Host="other.example"))]
    assert ids == [item["id"] for item in shelf.get("/headlines.json").json["items"]]
    assert text(atom(shelf, "/headlines.atom"), "id") != text(
        atom(shelf, "/headlines.atom", Host="other.example"), "id"
    )


def test_what_a_demonstration_made_up_never_has_a_real_ones_id(shelf):
    real = {text(entry, "id") for entry in entries(atom(shelf, "/headlines.atom"))}
    shelf.show(scenes.demo())
    root = atom(shelf, "/headlines.atom")
    assert text(root, "title").startswith("DEMO · ")
    assert not real & {text(entry, "id") for entry in entries(root)}


def test_a_story_that_two_feeds_have_is_there_once(shelf):
    first, later = shelf.now - timedelta(hours=1), shelf.now - timedelta(minutes=5)
    told = tuple(
        Headline(feed, "Bridge over the Naryn opens", f"https://{feed}.example/1", feed, moment, moment)
        for feed, moment in (("akipress-en", later), ("24kg-en", first))
    )
    shelf.show(scenes.day().with_content(headlines=told))
    (item,) = shelf.get("/headlines.json").json["items"]
    assert item["url"] == "https://24kg-en.example/1"
    assert item["content_text"].endswith("; also AKIpress")
    assert len(cluster(told)) == len(entries(atom(shelf, "/headlines.atom"))) == 1


def test_a_feed_without_a_headline_is_a_feed(shelf):
    shelf.show(scenes.none())
    assert entries(atom(shelf, "/headlines.atom")) == []
    jsonschema.validate(shelf.get("/headlines.json").json, JSON_FEED)


def test_before_anything_was_collected_there_are_feeds_too(tmp_path):
    shelf = Shelf(scenes.nothing(), tmp_path)
    for path in ("/headlines.atom", "/rates.atom"):
        assert text(atom(shelf, path), "updated") == "2025-06-17T18:00:00Z"
    shelf.store.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_json_feed_is_as_its_specification_has_it(shelf, lang):
    said = shelf.get(f"/headlines.json?lang={lang}&feeds=none").json
    jsonschema.validate(said, JSON_FEED)
    assert said["feed_url"].startswith("http://localhost/headlines.json")
    assert said["_ticker"]["notes"][0].startswith("feeds: 'none' is not offered")


# --- rates -------------------------------------------------------------------------------------------------------


def rates(shelf: Shelf, query: str = "") -> list[ET.Element]:
    return entries(atom(shelf, f"/rates.atom?{query}"))


def cells(entry: ET.Element) -> list[list[str]]:
    rows = entry.iter(f"{XHTML}tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def test_each_table_is_an_entry_with_its_figures_in_the_banks_digits(shelf):
    shelf.put(run("USD", TODAY, "87.4500", "87.4500"))
    shelf.put(run("EUR", TODAY, "99.2503", "99.5600"))
    today, yesterday = rates(shelf)
    assert text(today, "title") == "NBKR: official rates for 18 June 2025 · USD 87.4500 · EUR 99.5600"
    assert text(today, "summary") == "1 USD = 87.4500 soms; 1 EUR = 99.5600 soms"
    assert cells(today) == [
        ["Currency", "Units", "soms", "Remark"],
        ["USD", "1", "87.4500", ""],
        ["EUR", "1", "99.5600", ""],
    ]
    assert text(today, "published") == text(today, "updated") == "2025-06-17T10:00:00Z"
    assert text(yesterday, "title").startswith("NBKR: official rates for 17 June 2025")
    links = [link.get("href") for link in today.findall(f"{ATOM}link")]
    assert links == ["http://localhost/chart?lang=en&currencies=USD,EUR&from=2025-06-18&to=2025-06-18"]
    assert shelf.get(links[0] or "").status_code == 200


def test_tomorrows_table_is_an_entry_as_soon_as_it_is_believed(shelf):
    shelf.put(run("USD", TODAY + DAY, "87.4500", "87.4600"))
    assert text(rates(shelf)[0], "title") == "NBKR: official rates for 19 June 2025 · USD 87.4600"


def test_a_correction_changes_its_entry_in_place(shelf):
    shelf.put(run("EUR", TODAY, "99.2503", "99.5600"))
    before = rates(shelf)
    corrected_at = scenes.HOME.at(TODAY - DAY, time(17))
    shelf.put(run("EUR", TODAY, "99.6500"), seen=lambda _: corrected_at)
    after = rates(shelf)
    assert [text(one, "id") for one in after] == [text(one, "id") for one in before]
    assert text(after[0], "title").endswith("· EUR 99.6500 (corrected)")
    assert text(after[0], "summary") == "1 EUR = 99.6500 soms (corrected, was 99.5600)"
    assert text(after[0], "published") == text(before[0], "published")
    assert text(after[0], "updated") == "2025-06-17T11:00:00Z" > text(before[0], "updated")
    assert ET.tostring(after[1]) == ET.tostring(before[1])
    assert text(atom(shelf, "/rates.atom"), "updated") == text(after[0], "updated")


def hold(shelf: Shelf, currency: str, figure: str, at: datetime) -> int:
    with shelf.write() as write:
        return write.add("nbkr", Rate(currency, Decimal(figure), 1, TODAY, TODAY), seen_at=at, held_reason="ten-fold")


def test_held_figures_are_never_given_out(shelf):
    shelf.put(run("USD", TODAY, "87.4500"))
    hold(shelf, "EUR", "995.6000", published(TODAY))
    (entry,) = rates(shelf)
    assert cells(entry)[1:] == [["USD", "1", "87.4500", ""]]
    assert "995" not in shelf.get("/rates.atom").text


def test_a_held_correction_puts_the_figure_in_doubt_until_it_is_settled(shelf):
    shelf.put(run("EUR", TODAY, "99.5600"))
    later = published(TODAY) + timedelta(hours=2)
    slip = hold(shelf, "EUR", "995.6000", later)
    (entry,) = rates(shelf)
    assert cells(entry)[1] == ["EUR", "1", "99.5600", "not certain"]
    assert text(entry, "title").endswith(" · EUR 99.5600 (not certain)"), "many readers show no more than titles"
    assert text(entry, "updated") == "2025-06-17T12:00:00Z"
    with shelf.write() as write:
        write.discard(slip, later + timedelta(hours=1))
    (settled,) = rates(shelf)
    assert cells(settled)[1] == ["EUR", "1", "99.5600", ""]
    assert text(settled, "title").endswith(" · EUR 99.5600")
    assert text(settled, "updated") == "2025-06-17T13:00:00Z"


def test_a_released_figure_was_published_when_it_was_released(shelf):
    held = hold(shelf, "EUR", "110.0000", published(TODAY))
    assert rates(shelf) == []
    with shelf.write() as write:
        write.release(held, scenes.HOME.at(TODAY, time(9)))
    (entry,) = rates(shelf)
    assert text(entry, "published") == text(entry, "updated") == "2025-06-18T03:00:00Z"


def test_a_table_of_several_days_and_units_says_so(shelf):
    with shelf.write() as write:
        rate = Rate("USD", Decimal("55.1200"), 10, TODAY, TODAY + 6 * DAY)
        write.add("nbkr_weekly", rate, seen_at=published(TODAY))
    shelf.show(scenes.day().with_content(series=(Series("nbkr_weekly", "USD", (rate,)),)))
    (entry,) = rates(shelf)
    assert text(entry, "title") == "NBKR: official rates for 18–24 June 2025 · 10 USD 55.1200"
    assert cells(entry)[1] == ["USD", "10", "55.1200", ""]


def test_where_two_tables_have_a_currency_the_daily_one_counts(shelf):
    shelf.put(run("USD", TODAY, "87.4500"))
    weekly = [scenes.rate(one, figure, TODAY, days=7) for one, figure in (("USD", "87.1111"), ("EUR", "99.5600"))]
    with shelf.write() as write:
        for rate in weekly:
            write.add("nbkr_weekly", rate, seen_at=published(TODAY))
    of_weekly = tuple(Series("nbkr_weekly", rate.currency, (rate,)) for rate in weekly)
    shelf.show(scenes.day().with_content(series=(scenes.series("USD", (TODAY,)), *of_weekly)))
    assert sorted(cells(entry)[1][0::2] for entry in rates(shelf)) == [["EUR", "99.5600"], ["USD", "87.4500"]]


def test_a_demonstrations_rates_are_called_that(shelf):
    shelf.put(run("USD", TODAY, "87.4500"))
    real = text(rates(shelf)[0], "id")
    shelf.show(scenes.demo())
    root = atom(shelf, "/rates.atom?lang=ru")
    assert text(root, "title") == "DEMO: демонстрационные курсы валют"
    assert text(entries(root)[0], "title").startswith("DEMO: демонстрационные курсы на 18 июня 2025")
    assert text(entries(root)[0], "id") != real


def test_rates_go_back_thirty_days(shelf):
    shelf.put(run("USD", TODAY, *["87.4500"] * 40))
    found = rates(shelf)
    assert len(found) == 31
    assert "for 19 May 2025" in text(found[-1], "title")


def test_our_own_parser_and_feedparser_read_the_rates(shelf):
    shelf.put(run("USD", TODAY, "87.4500", "87.4600"))
    got = shelf.get("/rates.atom")
    ours = feed_parser.parse(got.data, source="ours", url="http://localhost/rates.atom", zone=scenes.HOME.zone)
    theirs = feedparser.parse(got.data)
    assert not theirs.bozo
    assert [one.title for one in ours.entries] == [one.title for one in theirs.entries]
    assert [one.url for one in ours.entries] == [one.link for one in theirs.entries]
    assert [one.published_at for one in ours.entries] == [published(TODAY), published(TODAY - DAY)]
    assert not any(one.shared_url for one in ours.entries)


# --- the doors ---------------------------------------------------------------------------------------------------


def _less_status(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Cache-Status"}


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_feed_is_served_in_its_type_under_the_one_contract(shelf, path):
    got = shelf.get(path)
    assert got.headers["Content-Type"] == ENDPOINTS[path]
    assert got.headers["Cache-Control"].startswith("public, max-age=60, stale-while-revalidate=60")
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Last-Modified"]
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert shelf.get(path, **{"If-None-Match": got.headers["ETag"]}).status_code == 304
    assert _less_status(shelf.client.head(path).headers) == _less_status(got.headers)
    assert shelf.client.options(path).status_code == 204
    assert shelf.client.post(path).status_code == 405


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_mistake_in_its_address_does_not_break_a_feed(shelf, path):
    got = shelf.get(f"{path}?lang=de&feeds=x&currencies=,&utm_source=mail&preset=gone&theme=dark&headlines=0")
    assert got.status_code == 200
    assert own_address(got).endswith(path)


@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_configured_address_goes_before_the_one_that_was_asked(tmp_path, path):
    shelf = Shelf(scenes.day(), tmp_path, base_url="https://rates.example/ticker")
    assert (
        own_address(shelf.get(f"{path}?lang=ru", Host="evil.example")) == f"https://rates.example/ticker{path}?lang=ru"
    )
    shelf.store.close()


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("host", ['"><script>', "a b", "news.example:99999"])
def test_a_host_that_is_none_is_in_no_feed(shelf, path, host):
    got = shelf.get(path, Host=host)
    assert got.status_code in (400, 404)
    assert "script" not in got.text


def own_address(got: TestResponse) -> str:
    if got.content_type == "application/feed+json":
        said: dict[str, Any] = json.loads(got.data)
        return str(said["feed_url"])
    found = ET.fromstring(got.data).find(f"{ATOM}link[@rel='self']")
    assert found is not None
    return found.get("href", "")


def test_rates_need_the_store_and_headlines_do_not(shelf):
    shelf.live.store = None
    got = shelf.get("/rates.atom")
    assert got.status_code == 503
    assert int(got.headers["Retry-After"]) > 0
    assert shelf.get("/headlines.atom").status_code == shelf.get("/headlines.json").status_code == 200


def test_feeds_that_are_chosen_count_whatever_the_language(shelf):
    titles = [text(entry, "title") for entry in entries(atom(shelf, "/headlines.atom?lang=en&feeds=azattyk,24kg-en"))]
    shown = [one.title for one in shelf.scene.snapshot.content.headlines if one.feed in ("azattyk", "24kg-en")]
    assert titles == shown


def test_a_publisher_may_be_called_anything(shelf):
    feeds = tuple(replace(one, publisher="A&B <Press>") for one in scenes.FEEDS)
    assert isinstance(feeds[0], FeedTerms)
    shelf.show(scenes.day().with_content(feeds=feeds))
    assert entries(atom(shelf, "/headlines.atom"))[0].findtext(f"{ATOM}author/{ATOM}name") == "A&B <Press>"
