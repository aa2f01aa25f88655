"""A headline is edited, its story stays one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.given import bishkek

from ticker.collect.recognise import Seen, recognise
from ticker.model import Entry, Story

NOW = bishkek("2026-05-22 17:14")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def entry(title="A blackout", address="a", guid=None, at=None, shared=False) -> Entry:
    return Entry(title, f"https://news.example/{address}?utm_source=rss", guid, at, shared)


def seen(*entries: Entry, known=(), now=NOW, feed="kaktus-ru") -> Seen:
    """Each entry's canonical address is its address without the query."""
    return recognise([(one, one.url.partition("?")[0]) for one in entries], known, feed, now)


def test_a_first_answer_is_all_news():
    answer = seen(entry("A", "a"), entry("B", "b"))
    assert (answer.new, answer.edited, len({one.headline.id for one in answer.stories})) == (2, 0, 2)
    assert {one.headline.feed for one in answer.stories} == {"kaktus-ru"}


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (entry("A", "a", guid="1"), entry("Quite another title", "b", guid="1")),  # the same id
        (entry("A", "a", guid="1"), entry("Quite another title", "a", guid="2")),  # the same canonical address
        (entry("Cause of  Blackout", "a"), entry("cause of blackout", "b")),  # the same title, within a day
    ],
)
def test_the_same_story_seen_again_is_one_headline(first, again):
    known = seen(first).stories
    answer = seen(again, known=known, now=NOW + MINUTE)
    assert answer.new == 0
    assert [one.headline.id for one in answer.stories] == [known[0].headline.id]
    assert answer.stories[0].headline.title == again.title


def test_a_changed_title_updates_the_story_and_keeps_its_first_time():
    known = seen(entry("A blackout", at=NOW - MINUTE)).stories
    answer = seen(entry("Cause of blackout named", at=NOW + MINUTE), known=known, now=NOW + 5 * MINUTE)
    assert (answer.new, answer.edited) == (0, 1)
    (story,) = answer.stories
    assert (story.headline.title, story.headline.published_at) == ("Cause of blackout named", NOW - MINUTE)
    assert story.headline.first_seen_at == NOW


def test_six_titles_in_two_hours_are_one_story():
    known: tuple[Story, ...] = ()
    ids = set()
    for nth in range(6):
        known = seen(entry(f"Title {nth}"), known=known, now=NOW + nth * 24 * MINUTE).stories
        ids.add(known[0].headline.id)
    assert len(ids) == 1


def test_the_same_title_a_day_later_is_another_story():
    known = seen(entry("Rates of the day", "a")).stories
    assert seen(entry("Rates of the day", "b"), known=known, now=NOW + DAY).new == 0
    assert seen(entry("Rates of the day", "b"), known=known, now=NOW + DAY + MINUTE).new == 1


def test_an_address_that_several_entries_share_identifies_none_of_them():
    front = [entry("First", "", shared=True), entry("Second", "", shared=True)]
    answer = seen(*front)
    assert answer.new == 2
    again = seen(*front, known=answer.stories, now=NOW + MINUTE)
    assert (again.new, again.edited) == (0, 0)
    assert {one.headline.title for one in again.stories} == {"First", "Second"}


def test_an_entry_that_an_answer_repeats_is_one_story():
    answer = seen(entry("A", "a", guid="1"), entry("A, corrected", "a", guid="1"))
    assert (answer.new, len(answer.stories)) == (1, 1)
    assert answer.stories[0].headline.title == "A, corrected"


@pytest.mark.parametrize(
    ("published", "believed"),
    [
        (NOW - 30 * DAY, NOW - 30 * DAY),
        (NOW + 10 * MINUTE, NOW + 10 * MINUTE),
        (NOW + 10 * MINUTE + timedelta(seconds=1), NOW),  # further in the future: the time first seen
        (None, NOW),
    ],
)
def test_a_missing_or_future_time_gives_way_to_the_time_first_seen(published: datetime | None, believed: datetime):
    (story,) = seen(entry(at=published)).stories
    assert (story.headline.published_at, story.headline.first_seen_at) == (believed, NOW)


def test_another_feeds_story_has_another_id():
    ids = {seen(entry(guid="1"), feed=feed).stories[0].headline.id for feed in ("kaktus-ru", "kloop-ru")}
    assert len(ids) == 2


def test_a_story_gains_the_id_that_its_feed_gives_later():
    known = seen(entry("A", "a")).stories
    named = seen(entry("A", "a", guid="1"), known=known, now=NOW + MINUTE).stories
    moved = seen(entry("B", "b", guid="1"), known=named, now=NOW + 2 * MINUTE)
    assert moved.new == 0
    assert moved.stories[0].headline.id == known[0].headline.id


def test_entries_without_a_date_keep_the_order_of_their_feed():
    stories = seen(entry("First", "1"), entry("Second", "2"), entry("Third", "3")).stories
    newest_first = sorted(stories, key=lambda one: one.headline.published_at, reverse=True)
    assert [one.headline.title for one in newest_first] == ["First", "Second", "Third"]


def test_a_time_given_later_takes_the_place_of_the_time_first_seen():
    known = seen(entry("A", "a")).stories
    (story,) = seen(entry("A", "a", at=NOW - DAY), known=known, now=NOW + MINUTE).stories
    assert story.headline.published_at == NOW - DAY
