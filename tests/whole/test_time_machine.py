"""A moment of the past is told again as it was told then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from support.given import HOME, bishkek
from support.sites import Site

EMBED_PATHS = ("/strip", "/strip.json", "/strip.svg", "/strip.txt", "/strip.fragment")
LANGUAGE = "lang=en"
OF_THE_ANSWER = ("version", "as_of", "at", "refresh_after", "until", "links")


def told(strip: dict[str, Any]) -> dict[str, Any]:
    """What a strip says, less what belongs to the answer and not to the moment."""
    said = {name: value for name, value in strip.items() if name not in OF_THE_ANSWER}
    words = {name: text for name, text in strip["words"].items() if not name.startswith("as_of")}
    return {**said, "words": words}


def keeping(served: dict[datetime, dict[str, Any]], query: str, every: timedelta):
    def keep(now):
        if not served or now.clock() - max(served) >= every:
            served[now.clock()] = told(now.strip(query))

    return keep


def differing(life, served: dict[datetime, dict[str, Any]], query: str) -> dict[datetime, list[str]]:
    """What is told otherwise now, by moment."""
    found = {}
    for moment, then in served.items():
        again = told(life.strip(f"{query}&at={HOME.local(moment).isoformat()}"))
        if names := [name for name in again if again[name] != then[name]]:
            found[HOME.local(moment)] = names
    return found


def test_a_week_with_every_trouble_is_told_again(site):
    """A ten-fold slip and its correction, a weekend, an outage of four days."""
    life, served = site("2026-05-21 16:00", rates={"nbkr": {"window_every_s": 600}}), {}
    query = "currencies=USD,EUR,RUB,GBP"
    keep = keeping(served, query, timedelta(hours=2))
    life.bank.set(date(2026, 5, 23), USD="874.5000")
    life.turn(to="2026-05-22 16:10", every=keep)
    assert life.store.held()
    life.bank.set(date(2026, 5, 23), USD="87.9000")
    life.turn(to="2026-05-22 16:45", every=keep)
    assert not life.store.held()
    for source in ("nbkr", "nbkr-weekly", "nbkr-archive"):
        life.upstream.order(source, "goes_dark")
    life.turn(to="2026-05-27 19:00", every=keep)
    life.upstream.behave()
    life.turn(to="2026-05-28 10:00", every=keep)
    states = {rate["freshness"] for strip in served.values() for rate in strip["rates"]}
    assert {"fresh", "late", "stale"} <= states
    assert not differing(life, served, query)


def test_a_moment_between_two_looks_knows_nothing_of_the_later_one(site):
    life, served = site("2026-05-22 08:00"), {}
    life.turn(to="2026-05-22 09:30")
    keeping(served, LANGUAGE, timedelta(0))(life)
    life.bank.set(date(2026, 5, 22), USD="874.5000")
    life.turn(to="2026-05-22 11:00")
    assert life.rate("USD")["freshness"] == "late"
    assert not differing(life, served, LANGUAGE)


def test_headlines_of_some_hours_are_told_again(site):
    life, served = site("2026-05-22 16:00", feeds=True), {}
    keep = keeping(served, LANGUAGE, timedelta(minutes=4))
    life.turn(to="2026-05-22 17:00", every=keep)
    life.upstream.order("demo-en", "goes_dark")
    life.turn(to="2026-05-22 18:00", every=keep)
    assert served[life.clock()]["words"]["updated"]
    assert not differing(life, served, LANGUAGE)


@pytest.fixture(scope="module")
def evening(tmp_path_factory) -> Iterator[Site]:
    """A site that collected on an afternoon and is asked about it days later."""
    life = Site(tmp_path_factory.mktemp("evening"), "2026-05-22 15:50", feeds=True)
    life.turn(to="2026-05-22 17:05")
    life.clock.turn(to="2026-06-02 12:00")
    yield life
    life.close()


@pytest.mark.parametrize("path", EMBED_PATHS)
def test_every_medium_says_of_when_it_tells(evening, path):
    answer = evening.get(f"{path}?at=2026-05-22T17:00+06:00")
    assert answer.status_code == 200
    text = answer.text.replace("\xa0", " ")
    assert "2026-05-22T17:00:00+06:00" in text or "22 May 2026, 17:00" in text
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_the_page_of_a_past_moment_stands_still(evening):
    page = evening.get("/strip?at=2026-05-22T17:00+06:00").text
    assert "As known on 22 May 2026, 17:00" in page
    assert "<script" not in page
    assert 'class="clock"' not in page


def test_its_links_lead_to_the_same_moment(evening):
    query = "at=2026-05-22T17:00+06:00&lang=ru"
    strip = evening.strip(query)
    assert strip["at"] == "2026-05-22T17:00:00+06:00"
    assert evening.get(strip["links"]["self"]).json == strip
    assert strip["links"]["html"] == "/strip?lang=ru&at=2026-05-22T17%3A00%3A00%2B06%3A00"


@pytest.mark.parametrize(
    "written", ["2026-05-22T11:00:00Z", "2026-05-22T17:00+06:00", "2026-05-22T17:00%2B06:00", "2026-05-22 17:00"]
)
def test_a_moment_may_be_written_with_an_offset_or_without(evening, written):
    assert evening.strip(f"at={written}")["at"] == "2026-05-22T17:00:00+06:00"


@pytest.mark.parametrize(
    "at",
    ["", "soon", "2026-05-22", "2026-02-30T12:00", "2026-05-22T25:00", "9999-12-31T23:59Z", "1969-12-31T12:00Z"],
)
@pytest.mark.parametrize("path", EMBED_PATHS)
def test_a_moment_that_cannot_be_shown_is_an_error_and_never_the_present(evening, path, at):
    answer = evening.get(f"{path}?at={at}")
    assert answer.status_code == 400
    assert "at: met" in answer.text
    assert "2026-05-23T18:00+06:00" in answer.text or "which is in the future" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/chart",
        "/chart.svg",
        "/headlines.atom",
        "/headlines.json",
        "/rates.atom",
        "/story/0123456789abcdef",
        "/compat/nbkr/XML/daily.xml",
        "/compat/frankfurter/v1/latest",
    ],
)
def test_what_tells_no_moment_of_the_past_does_not_tell_the_present_in_its_place(evening, path):
    answer = evening.get(f"{path}?at=2026-05-22T17:00+06:00")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert "does not support `at`" in answer.text


def test_the_operators_page_tells_the_states_and_rounds_of_then(evening):
    then = evening.get("/status.json?at=2026-05-22T16:30+06:00").json
    assert (then["past"], then["now"], then["troubles"]) == (True, "2026-05-22T16:30:00+06:00", [])
    assert {one["freshness"] for one in then["rates"] if one["currency"] in ("USD", "EUR", "RUB")} == {"fresh"}
    assert max(one["last_round"]["at"] for one in then["sources"] if one["last_round"]) <= then["now"]
    page = evening.get("/status?at=2026-05-22T16:30+06:00").text
    assert "As it was known at 2026-05-22T16:30:00+06:00" in page
    now = evening.get("/status.json").json
    assert (now["past"], now["troubles"][0].startswith("nobody collects")) == (False, True)
    assert evening.get("/status?at=soon").status_code == 400


def test_before_anything_was_known_nothing_is_shown(evening):
    query = "at=2020-01-01T12:00"
    strip = evening.strip(query)
    assert {rate["freshness"] for rate in strip["rates"]} == {"none"}
    assert strip["headlines"] == []


def test_the_last_minutes_are_not_kept_by_any_cache(evening):
    moment = HOME.local(bishkek("2026-06-02 11:58")).isoformat()
    assert evening.get(f"/strip?at={moment}").headers["Cache-Control"] == "no-store"


def test_a_store_that_is_away_is_told(evening, monkeypatch):
    monkeypatch.setattr(evening.service.site.live, "store", None)
    answer = evening.get("/strip.json?at=2026-05-22T17:00+06:00")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert evening.strip()["at"] is None
