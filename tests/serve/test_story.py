"""The page of one headline: what it says, and what its doors answer when the store is there, away, or knows nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from support import scenes
from support.scenes import WEDNESDAY, Scene

from ticker.model import DAY, Freshness, Headline, Language, Rate
from ticker.rates.freshness import Figure
from ticker.serve.news.popular import Popularity
from ticker.serve.story import html
from ticker.serve.story.view import Known, StoryPage, story
from ticker.serve.terms import HomeTerms

BROWSER = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "User-Agent": "Mozilla/5.0 (X11; Linux) Gecko/20100101",
}
CURRENCIES = ("USD", "EUR", "RUB")


def found(scene: Scene, id_: str) -> Headline:
    return next(one for one in scene.snapshot.content.headlines if one.id == id_)


def said(
    scene: Scene,
    id_: str = "en0",
    known: Known | None = None,
    lang: Language = "en",
    clicks: Mapping[str, float] | None = None,
) -> StoryPage:
    one = found(scene, id_)
    popularity = Popularity(clicks or {}, 3, 0)
    return story(one, known or Known(), scene.snapshot, scene.judged, lang, HomeTerms(CURRENCIES), popularity)


def figure(day: date, currency: str, quoted: str | None, freshness: Freshness, valid_on: date | None = None) -> Figure:
    rate = Rate(currency, Decimal(quoted), 1, valid_on or day, valid_on or day) if quoted else None
    return Figure(currency, "nbkr", "NBKR", freshness, rate, rate, None, None)


# --- what it says ------------------------------------------------------------------------------------------------


def test_it_has_title_publisher_time_summary_and_views() -> None:
    page = said(scenes.day(), known=Known("Closed since 2023.", 128))
    one = page.headline.headline
    assert (one.title, one.publisher) == ("Bridge over the Naryn opens after two years of repairs", "24.kg")
    assert (page.published, page.summary, page.views) == ("18 June 2025, 11:14", "Closed since 2023.", "Views: 128")


def test_what_nobody_knows_is_not_said() -> None:
    body = html.page(said(scenes.day())).decode()
    assert "Views" not in body
    assert 'class="summary"' not in body


def test_todays_story_has_todays_figures_in_their_state() -> None:
    assert [(rate.label, rate.text, rate.mark) for rate in said(scenes.rouble_held()).rates] == [
        ("USD", "87.4500", ""),
        ("EUR", "99.5614", ""),
        ("RUB", "1.1019", "of 17 June"),
    ]
    assert {rate.mark for rate in said(scenes.late()).rates} == {"of 30 December"}


def test_an_earlier_story_has_the_figures_of_its_own_day() -> None:
    """Whatever is official today: the page says what was so when the story was told."""
    scene = scenes.day()
    tuesday = WEDNESDAY - DAY
    old = replace(found(scene, "en0"), published_at=scenes.at(tuesday, "10:00"))
    scene = scene.with_content(headlines=(old,))
    figures = (
        figure(tuesday, "USD", "87.4500", Freshness.FRESH),
        figure(tuesday, "EUR", "99.2503", Freshness.LATE, tuesday - DAY),
        figure(tuesday, "RUB", None, Freshness.NONE),
    )
    page = said(scene, known=Known("", 0, figures))
    assert page.rates_heading == "Rates of 17 June, soms"
    assert [(rate.text, rate.mark) for rate in page.rates] == [("87.4500", ""), ("99.2503", "of 16 June"), ("—", "")]
    assert said(scene).rates == ()  # with the store away there are none of that day


def test_related_and_popular_stand_apart() -> None:
    scene = scenes.day()
    bridge = replace(
        found(scene, "en1"),
        id="near",
        title="Naryn bridge: two years of repairs in pictures",
        url="https://x.example/n",
    )
    scene = scene.with_content(headlines=(*scene.snapshot.content.headlines, bridge))
    page = said(scene, clicks={"en4": 9.0, "en0": 20.0})
    assert [one.headline.id for one in page.related] == ["near"]
    assert [one.headline.id for one in page.popular] == ["en4"]  # itself left out
    body = html.page(page).decode()
    assert body.index("Related</h2>") < body.index("Popular</h2>")


@pytest.mark.parametrize(("lang", "heading"), [("ru", "Курсы на 18 июня, сом"), ("ky", "18-июнь курстары, сом")])
def test_it_speaks_the_language_that_was_asked_for(lang: Language, heading: str) -> None:
    page = said(scenes.day(), lang=lang)
    assert page.rates_heading == heading
    body = html.page(page).decode()
    assert f'<html lang="{lang}">' in body
    assert '<h1 lang="en">' in body  # the title's own language is marked


def test_a_story_of_a_feed_that_is_read_no_more_can_still_be_shown() -> None:
    scene = scenes.day()
    page = said(scene.with_content(feeds=tuple(feed for feed in scenes.FEEDS if feed.feed != "24kg-en")))
    assert page.headline.headline.publisher == "24kg-en"


# --- its markup --------------------------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script><!--\"'&"


def described(body: str) -> Any:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)
    assert not re.search("[<>&]", text)
    return json.loads(text)


def test_search_engines_are_told_whose_article_it_is() -> None:
    body = html.page(said(scenes.day(), known=Known("Closed since 2023.", 1))).decode()
    assert '<link rel="canonical" href="https://example.org/en/0">' in body
    assert '<meta name="robots" content="noindex">' in body
    article = described(body)
    assert article["@type"] == "NewsArticle"
    assert article["url"] == article["mainEntityOfPage"] == "https://example.org/en/0"
    assert article["datePublished"] == "2025-06-18T11:14:00+06:00"
    assert article["publisher"]["name"] == "24.kg"
    assert article["description"] == "Closed since 2023."


def test_a_hostile_title_and_summary_stay_text() -> None:
    scene = scenes.day()
    evil = replace(found(scene, "en0"), title=HOSTILE)
    body = html.page(said(scene.with_content(headlines=(evil,)), known=Known(HOSTILE, 1))).decode()
    assert described(body)["headline"] == HOSTILE
    assert body.count("<script") == 2
    assert HOSTILE in unescape(body.partition("<body>")[2])


def test_the_link_leads_straight_to_the_publisher_and_is_written_out_for_paper() -> None:
    body = html.page(said(scenes.day())).decode()
    assert '<a href="https://example.org/en/0" rel="noopener" ping="/click/en0">Read at 24.kg</a>' in body
    assert '<p class="address">https://example.org/en/0</p>' in body


# --- through the application -------------------------------------------------------------------------------------


@pytest.fixture
def shown(site: Any) -> Any:
    one = site("2026-05-22 11:30", feeds=True)
    one.look()
    return one


def newest(shown: Any) -> Mapping[str, Any]:
    return shown.get("/strip.json?lang=ru&headlines=1").json["headlines"][0]  # type: ignore[no-any-return]


def test_a_headline_has_its_page(shown: Any) -> None:
    one = newest(shown)
    got = shown.get(f"/story/{one['id']}", **BROWSER)
    assert (got.status_code, got.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert got.text.startswith('<!doctype html>\n<html lang="ru">')  # by itself in the story's language
    assert one["title"] in unescape(got.text)
    assert "frame-ancestors 'none'" in got.headers["Content-Security-Policy"]
    assert got.headers["Cache-Control"].startswith("public, max-age=60")
    assert shown.get(f"/story/{one['id']}", **{"If-None-Match": got.headers["ETag"]}).status_code == 304
    assert '<html lang="ky">' in shown.get(f"/story/{one['id']}?lang=ky&utm_source=x").text
    assert '<html lang="ru">' in shown.get(f"/story/{one['id']}?lang=de").text


def test_a_panel_leads_to_its_stories(shown: Any) -> None:
    for one in shown.get("/panel.json?lang=ky&headlines=3").json["headlines"]:
        assert shown.get(one["story"]).status_code == 200


def test_an_unknown_story_is_a_page_to_read(shown: Any) -> None:
    got = shown.get("/story/0000000000000000?lang=ru", **BROWSER)
    assert (got.status_code, got.headers["Cache-Control"]) == (404, "no-store")
    assert "Такой новости нет" in got.text
    assert shown.get("/story/0000000000000000").json["status"] == 404  # for a program
    assert shown.get("/story/").status_code == 404


def test_a_story_outlives_the_snapshot(shown: Any) -> None:
    """It left its feed and the strip, and is still in the store, with the figures of its own day."""
    one = newest(shown)
    shown.clock.turn(to="2026-05-23 18:30")
    shown.look()
    shown.service.site.cache.replace_snapshot(
        replace(
            shown.service.site.cache.snapshot, content=replace(shown.service.site.cache.snapshot.content, headlines=())
        )
    )
    got = shown.get(f"/story/{one['id']}?lang=en", **BROWSER)
    assert got.status_code == 200
    assert "Rates of 22 May" in got.text


def test_without_the_store_what_the_strip_shows_has_its_page_and_the_rest_is_told_to_wait(shown: Any) -> None:
    one = newest(shown)
    shown.service.site.live.store = None
    assert shown.get(f"/story/{one['id']}", **BROWSER).status_code == 200
    got = shown.get("/story/0000000000000000?lang=en", **BROWSER)
    assert (got.status_code, got.headers["Retry-After"]) == (503, "5")
    assert "Older headlines" in got.text


def tell(shown: Any, story: str, body: str, **headers: str) -> int:
    named = {**BROWSER, "Content-Type": "text/plain;charset=UTF-8", **headers}
    return int(shown.client.post(f"/story/{story}/view", data=body, headers=named).status_code)


def test_a_view_is_counted_once_a_page_and_shown(shown: Any) -> None:
    id_ = newest(shown)["id"]
    for page in ("0123456789abcdef", "0123456789abcdef", "fedcba9876543210"):
        assert tell(shown, id_, page) == 204
    assert tell(shown, id_, "0123456789abcdee", **{"User-Agent": "ExampleBot/1.0 (+https://bot.example)"}) == 204
    assert shown.service.site.clicks.flush()
    assert "Views: 2" in shown.get(f"/story/{id_}?lang=en").text
    shown.service.site.clicks.refresh()
    assert shown.service.site.clicks.tally.clicks == {}  # a view is no choice between headlines


def test_who_only_fetches_the_page_is_not_counted(shown: Any) -> None:
    id_ = newest(shown)["id"]
    for _ in range(3):
        shown.get(f"/story/{id_}", **BROWSER)
    shown.service.site.clicks.flush()
    assert "Views: 0" in shown.get(f"/story/{id_}?lang=en").text


def test_a_view_with_a_long_body_is_refused(shown: Any) -> None:
    assert tell(shown, newest(shown)["id"], "a" * 1000) == 413
    assert shown.client.put(f"/story/{newest(shown)['id']}/view").status_code == 405
