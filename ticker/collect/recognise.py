"""Which story an entry of a feed is (pure): a headline is edited, its story stays one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ticker.canonical import folded
from ticker.model import Entry, Headline, Story

FEED_CLOCK_AHEAD = timedelta(minutes=10)  # a time further in the future is not believed
SAME_TITLE = timedelta(days=1)
ONE_PLACE = timedelta(microseconds=1)  # between entries without a date, so that they keep their feed's order


@dataclass(frozen=True, slots=True)
class Seen:
    """The stories of one answer of a feed, with the number of new ones and of titles that changed."""

    stories: tuple[Story, ...]
    new: int
    edited: int


@dataclass(slots=True)
class _KnownStories:
    by_guid: dict[str, Story] = field(default_factory=dict)
    by_url: dict[str, Story] = field(default_factory=dict)
    by_title: dict[str, Story] = field(default_factory=dict)

    def add(self, story: Story) -> None:
        if story.guid:
            self.by_guid[story.guid] = story
        if story.canonical_url:
            self.by_url[story.canonical_url] = story
        self.by_title[folded(story.headline.title)] = story

    def find(self, guid: str | None, url: str | None, title: str, now: datetime) -> Story | None:
        """The same id, or the same canonical address, or the same title within a day."""
        if guid and guid in self.by_guid:
            return self.by_guid[guid]
        if url and url in self.by_url:
            return self.by_url[url]
        same_title = self.by_title.get(folded(title))
        recent = same_title and now - same_title.headline.first_seen_at <= SAME_TITLE
        return same_title if recent else None


def recognise(entries: Sequence[tuple[Entry, str]], known: Sequence[Story], feed: str, now: datetime) -> Seen:
    """The stories of an answer. `entries` come with canonical addresses; `known` are the feed's stories so far."""
    lookup = _KnownStories()
    for story in sorted(known, key=lambda one: one.headline.first_seen_at):
        lookup.add(story)
    stories: dict[str, Story] = {}
    new = edited = 0
    for place, (entry, address) in enumerate(entries):
        url = None if entry.shared_url else address
        same = lookup.find(entry.guid, url, entry.title, now)
        if same is None:
            story, new = _first_seen(entry, url, feed, now, place), new + 1
        else:
            story = _seen_again(same, entry, url)
            edited += story.headline.title != same.headline.title
        lookup.add(story)
        stories[story.headline.id] = story
    return Seen(tuple(stories.values()), new, edited)


def _first_seen(entry: Entry, url: str | None, feed: str, now: datetime, place: int) -> Story:
    believable = entry.published_at if entry.published_at and entry.published_at <= now + FEED_CLOCK_AHEAD else None
    seen = now - place * ONE_PLACE
    name = "\n".join((feed, entry.guid or url or entry.title, now.isoformat()))
    id_ = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    headline = Headline(id_, entry.title, entry.url, feed, believable or seen, seen)
    return Story(headline, entry.guid, url, entry.summary)


def _seen_again(same: Story, entry: Entry, url: str | None) -> Story:
    """The story with the entry's title and link. Its first published time stays; it replaces the time first seen."""
    headline = replace(same.headline, title=entry.title, url=entry.url)
    if entry.published_at and headline.published_at == headline.first_seen_at > entry.published_at:
        headline = replace(headline, published_at=entry.published_at)
    return Story(headline, entry.guid or same.guid, url or same.canonical_url, entry.summary or same.summary)
