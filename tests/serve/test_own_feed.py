"""A site's own feed comes first: `order=feeds`, and `first=FEED:2` for the newest two of it; at every door that takes
the options of a strip."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.desk import Desk
from support.scenes import FEEDS, WEDNESDAY, at

from ticker.model import Headline

NOW = at(WEDNESDAY, "11:16")
OWN, OTHER, ENGLISH = "kaktus", "24kg-ru", "24kg-en"


def headline(feed: str, nth: int, minutes: int, title: str = "") -> Headline:
    """One that was published that many minutes ago."""
    moment = NOW - timedelta(minutes=minutes)
    title = title or f"{feed} {nth}"
    return Headline(f"{feed}-{nth}", title, f"https://{feed}.example/{nth}", feed, moment, moment)


SHARED = "В Бишкеке открыли новый мост"
NEWS = (
    headline(OTHER, 1, 1),
    headline(OTHER, 2, 2),
    headline(OWN, 1, 30),
    headline(OTHER, 3, 40),
    headline(OWN, 2, 50, SHARED),
    headline(OTHER, 4, 60, SHARED),  # the other feed had it first
    headline(OWN, 3, 16 * 60),  # of yesterday
    headline(ENGLISH, 1, 3),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = Desk(tmp_path_factory.mktemp("own"), WEDNESDAY, "11:16", api_quota=0)
    made.tell(NEWS)
    made.publish()
    yield made
    made.close()


def shown(desk: Desk, query: str, path: str = "/strip.json") -> list[str]:
    got = desk.get(f"{path}?lang=ru&{query}")
    assert got.status_code == 200, got.text
    return [one["id"] for one in got.json["headlines"]]


def ids(*short: str) -> list[str]:
    """`o` is the site's own feed, `x` the other one."""
    return [f"{ {'o': OWN, 'x': OTHER, 'e': ENGLISH}[one[0]] }-{one[1]}" for one in short]


BY_TIME = ids("x1", "x2", "o1", "x3", "x4", "o3")  # x4 and o2 are one story, which the other feed had first


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", BY_TIME),
        (f"feeds={OWN},{OTHER}", BY_TIME),  # the order of feeds alone says nothing
        (f"feeds={OWN},{OTHER}&order=feeds", ids("o1", "o2", "o3", "x1", "x2", "x3")),
        (f"feeds={OTHER},{OWN}&order=feeds", ids("x1", "x2", "x3", "x4", "o1", "o3")),
        ("order=feeds", ids("x1", "x2", "x3", "x4", "o1", "o3")),  # without `feeds`, as the operator has them
        (f"first={OWN}", ids("o1", "x1", "x2", "x3", "x4", "o3")),
        (f"first={OWN}:1", ids("o1", "x1", "x2", "x3", "x4", "o3")),
        (f"first={OWN}:2", ids("o1", "o2", "x1", "x2", "x3", "o3")),
        (f"first={OWN}:20", ids("o1", "o2", "o3", "x1", "x2", "x3")),
        (f"first={OWN}:2&headlines=3", ids("o1", "o2", "x1")),
        (f"first={OWN}:3&headlines=1", ids("o1")),
        (f"first={OWN}:1&feeds={OTHER},{OWN}&order=feeds", ids("o1", "x1", "x2", "x3", "x4", "o3")),
        # A feed that `feeds` leaves out gives those that `first` names, and no more.
        (f"first={OWN}:2&feeds={OTHER}", ids("o1", "o2", "x1", "x2", "x3")),
        (f"first={ENGLISH}:1&feeds={OTHER}", ids("e1", "x1", "x2", "x3", "x4")),
        # Without `feeds`, one of another language has nothing to say in this one.
        (f"first={ENGLISH}:1", BY_TIME),
    ],
)
@pytest.mark.parametrize("path", ["/strip.json", "/api/v1/strip"])
def test_the_headlines_of_ones_own_feed_come_first(desk, query, expected, path):
    assert shown(desk, query, path) == expected


@pytest.mark.parametrize("path", ["/strip", "/strip.txt", "/strip.fragment"])
def test_each_medium_has_the_same_order(desk, path):
    text = desk.get(f"{path}?lang=ru&first={OWN}:1").text
    places = [text.index(title) for title in (f"{OWN} 1", f"{OTHER} 1", f"{OTHER} 2", f"{OTHER} 3")]
    assert places == sorted(places)


def test_a_story_that_both_have_stands_under_the_publisher_whose_place_it_has(desk):
    def publisher(query: str) -> str:
        got = desk.get(f"/strip.json?lang=ru&{query}").json["headlines"]
        (one,) = [one for one in got if one["title"] == SHARED]
        assert (one["feed"] == OWN) is one["url"].startswith(f"https://{OWN}.")
        return str(one["feed"])

    assert publisher("") == OTHER
    assert publisher(f"first={OWN}:1") == OTHER, "it is not among those that are pinned"
    assert publisher(f"first={OWN}:2") == OWN
    assert publisher(f"feeds={OWN},{OTHER}&order=feeds") == OWN
    assert publisher(f"feeds={OTHER},{OWN}&order=feeds") == OTHER


# --- the panel ---


def days(desk: Desk, query: str) -> list[tuple[str, list[str]]]:
    """The headlines under each heading of the panel's JSON."""
    got = desk.get(f"/panel.json?lang=ru&{query}").json
    return [(day["day"], [one["id"] for one in got["headlines"] if one["day"] == day["day"]]) for day in got["days"]]


TODAY, YESTERDAY = str(WEDNESDAY), str(WEDNESDAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("query", "today", "before"),
    [
        ("", ids("x1", "x2", "o1", "x3", "x4"), ids("o3")),
        (f"first={OWN}:2", ids("o1", "o2", "x1", "x2", "x3"), ids("o3")),
        (f"first={OWN}:3", ids("o1", "o2", "x1", "x2", "x3"), ids("o3")),
        (f"feeds={OWN},{OTHER}&order=feeds", ids("o1", "o2", "x1", "x2", "x3"), ids("o3")),
        (f"first={OWN}:3&headlines=4", ids("o1", "o2", "x1"), ids("o3")),
    ],
)
def test_in_the_panel_ones_own_come_first_within_each_day(desk, query, today, before):
    """A headline stands under no day but its own, and each day has one heading."""
    assert days(desk, query) == [(TODAY, today), (YESTERDAY, before)]


def test_the_panel_names_the_others_that_have_the_story(desk):
    def also(query: str) -> Any:
        got = desk.get(f"/panel.json?lang=ru&{query}").json["headlines"]
        return next((one["publisher"], one["also"]) for one in got if one["title"] == SHARED)

    own, other = (next(one.publisher for one in FEEDS if one.feed == feed) for feed in (OWN, OTHER))
    assert also("") == (other, [own])
    assert also(f"first={OWN}:2") == (own, [other])


def test_popular_is_as_it_was(desk):
    def followed(query: str) -> Any:
        return [one["id"] for one in desk.get(f"/panel.json?lang=ru&{query}").json["popular"]]

    assert followed("") == ids("x4"), "two feeds have it"
    assert followed(f"first={OWN}:2") == followed("order=feeds") == followed("")


# --- mistakes ---


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("first=nowhere:2", "first: 'nowhere' is not offered; offered are "),
        (f"first={OWN}:21", f"first: met '{OWN}:21', wanted a feed and a number from 1 to 20 as {OWN}:2; "),
        (f"first={OWN}:0", f"first: met '{OWN}:0', wanted a feed and a number from 1 to 20"),
        (f"first={OWN}:x", f"first: met '{OWN}:x', wanted a feed and a number from 1 to 20"),
        ("order=own", "order: met 'own', wanted time or feeds; the default is shown"),
    ],
)
def test_a_mistake_changes_nothing_and_is_told(desk, query, note):
    got = desk.get(f"/strip.json?lang=ru&{query}").json
    assert [one["id"] for one in got["headlines"]] == BY_TIME
    (said,) = got["notes"]
    assert said.startswith(note)


def test_the_api_refuses_what_is_no_feed_and_no_number(desk):
    known = ", ".join(sorted(one.feed for one in FEEDS))
    for value in ("nowhere:2", f"{OWN}:21", f"{OWN}:0", f"{OWN}:", f"{OWN}:2,{OTHER}:1", ""):
        got = desk.get(f"/api/v1/strip?first={value}")
        assert got.status_code == 400, value
        (wrong,) = got.json["errors"]
        assert (wrong["parameter"], wrong["met"]) == ("first", value)
        assert known in wrong["detail"]
        assert "a number from 1 to 20" in wrong["detail"]
    assert desk.get(f"/api/v1/strip?first={OWN}").status_code == 200


def test_the_document_of_the_api_says_which_feeds_may_come_first(desk):
    said = desk.get("/openapi.json").json["paths"]["/api/v1/strip"]["get"]["parameters"]
    schema = next(one["schema"] for one in said if one["name"] == "first")
    assert OWN in schema["pattern"]
    assert schema["examples"] == [f"{min(one.feed for one in FEEDS)}:2"]


def test_a_feed_of_headlines_is_by_time(desk):
    got = desk.get(f"/headlines.json?lang=ru&first={OWN}:2&order=feeds").json
    plain = desk.get("/headlines.json?lang=ru").json
    assert [one["url"] for one in got["items"]] == [one["url"] for one in plain["items"]]
