"""The fragment inside a stranger's page: whole, harmless, and saying what the view says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support import scenes
from support.markup import Page

from ticker.model import Language
from ticker.serve.strip import html
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.strip.view import Strip


def inside(strip: Strip) -> Page:
    """The fragment as a part of somebody's page."""
    fragment = html.fragment(strip).decode("ascii")
    page = Page(f"<!doctype html><html><head><title>Our paper</title></head><body><div>{fragment}</div></body></html>")
    assert page.open == []
    return page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_it_says_in_every_state_what_the_view_says(state: str, lang: Language) -> None:
    strip = scenes.SCENES[state]().strip(Options(lang=lang))
    page = inside(strip)
    said = page.said()
    assert strip.words.bank in said
    for word in ("day", "as_of_dated", "updated_dated"):
        assert getattr(strip.words, word) in said
    for rate in strip.rates:
        assert said.count(rate.spoken) == 1
        assert f"{rate.currency} {rate.text}" in said
        assert rate.full_mark in said
    for headline in strip.headlines:
        assert said.count(f"{headline.dated} {headline.title} {headline.publisher}") == 1
    if not strip.headlines:
        assert strip.words.headlines_none in said
    (section,) = page.all("section")
    assert (section["lang"], section["data-state"]) == (lang, strip.state.value)


def test_figures_move_as_on_the_strip() -> None:
    assert "EUR 99.56 ▲ 0.31" in inside(scenes.day().strip()).said()
    assert "EUR 99.56 → 99.87 ▲" in inside(scenes.evening().strip()).said()
    assert "EUR 99.56 ▲ 0.31 · changed 21 Jun" in inside(scenes.monday().strip()).said()
    assert "USD — → 87.45" in inside(scenes.only_tomorrow().strip()).said()
    assert "no NBKR rate yet → 19 June" in inside(scenes.only_tomorrow().strip()).said()


@pytest.mark.parametrize("state", ["late", "stale", "demo", "none"])
def test_what_is_not_simply_todays_is_framed(state: str) -> None:
    page = inside(scenes.SCENES[state]().strip())
    (frame, *_) = [one for one in page.all("span") if one.get("class") == "som-ticker-marked"]
    assert "border:1px solid" in (frame["style"] or "")
    assert not [one for one in inside(scenes.day().strip()).all("span") if one.get("class") == "som-ticker-marked"]


@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_it_can_harm_no_page(state: str) -> None:
    """No element that acts or reaches out, no id, no handler; every class has the one prefix."""
    fragment = html.fragment(scenes.SCENES[state]().strip(Options(lang="ru"))).decode("ascii")
    page = Page(fragment)
    assert {tag for tag, _ in page.tags} <= {"section", "p", "ul", "li", "span", "strong", "small", "time", "a"}
    for _, attributes in page.tags:
        allowed = {"class", "style", "lang", "aria-label", "aria-hidden", "datetime", "href", "rel"}
        assert not {name for name in attributes if name not in allowed and not name.startswith("data-")}
        assert all(name.startswith("som-ticker") for name in (attributes.get("class") or "").split())
        assert not re.search(r"url\(|fixed|z-index|!important|color", attributes.get("style") or "")


def test_headlines_go_straight_to_the_publisher_in_their_own_language() -> None:
    page = inside(scenes.day().strip(Options(lang="en", feeds=("kaktus",), headlines=2)))
    assert page.all("a") == [
        {"href": f"https://example.org/ru/{nth}", "lang": "ru", "rel": "noopener"} for nth in (1, 3)
    ]
    assert [one["datetime"] for one in page.all("time")] == [
        "2025-06-18T11:01:00+06:00",
        "2025-06-18T10:35:00+06:00",
        "2025-06-18T11:15:00+06:00",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_right_in_a_page_of_any_encoding(lang: Language) -> None:
    fragment = html.fragment(scenes.evening().strip(Options(lang=lang)))
    assert max(fragment) < 0x80
    assert len({Page(fragment.decode(one)).said() for one in ("windows-1251", "utf-8", "koi8-r", "latin-1")}) == 1


def test_hostile_words_stay_words() -> None:
    strip = scenes.day().strip(Options(headlines=1))
    evil = '</ul><script>alert(1)</script>"\' onload=x &amp; <!--#exec cmd="id" --> <?php echo 1 ?>'
    page = inside(replace(strip, headlines=(replace(strip.headlines[0], title=evil, publisher=evil),)))
    assert page.said().count(" ".join(evil.split())) == 2
    assert not page.all("script")
    fragment = html.fragment(replace(strip, headlines=(replace(strip.headlines[0], title=evil),))).decode()
    assert "<!--" not in fragment
    assert "<?" not in fragment


def test_parts_that_are_not_shown_leave_bank_day_and_moment() -> None:
    page = inside(scenes.day().strip(Options(show=("headlines",))))
    assert page.said().startswith("Our paper NBKR, soms · 18 June 18 June 11:14 Bridge")
    assert len(page.all("ul")) == 1


def test_without_headlines_nothing_is_said_of_them() -> None:
    page = inside(scenes.stale().strip(Options(headlines=0)))
    assert len(page.all("ul")) == 1
    assert "updated" not in page.said()


def test_its_own_policy_allows_its_layout_and_nothing_else() -> None:
    assert html.fragment_policy() == (
        "default-src 'none'; style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
