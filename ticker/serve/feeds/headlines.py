"""The feed of headlines (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ticker.model import Headline
from ticker.serve.feeds.channel import Channel, Item, began, channel_id, entry_id
from ticker.serve.feeds.query import FeedQuery
from ticker.serve.i18n.words import Words, words
from ticker.serve.news.clusters import Cluster
from ticker.serve.strip.context import DEMO
from ticker.serve.strip.headlines import selected, stories
from ticker.snapshot import Content, FeedTerms, Snapshot

HEADLINES = "/headlines"
LONGEST = 60  # entries


def headlines(snapshot: Snapshot, asked: FeedQuery) -> Channel:
    """The newest headlines of the selection, the newest first, each story once."""
    content, say = snapshot.content, words(asked.options.lang)
    feeds = selected(content, asked.options)
    shown = stories(content, asked.options)[:LONGEST]
    return Channel(
        id=channel_id(asked.url(f"{HEADLINES}.atom")),
        title=_named(_title(content, asked, say), content, say),
        subtitle=say.text("syndicated.headlines.says"),
        author=say.text("page.title"),
        language=asked.options.lang,
        updated_at=max((_changed_at(one.headline) for one in shown), default=began(snapshot, asked)),
        atom_url=asked.url(f"{HEADLINES}.atom"),
        page_url=asked.url("/panel"),
        items=tuple(_headline(one, feeds, content, say) for one in shown),
        json_url=asked.url(f"{HEADLINES}.json"),
        notes=asked.notes,
    )


def _headline(story: Cluster, feeds: Mapping[str, FeedTerms], content: Content, say: Words) -> Item:
    one, feed = story.headline, feeds[story.headline.feed]
    local = content.home.local(one.published_at)
    said = [f"{feed.publisher}, {say.dated(local.date())}, {say.clock(local)}"]
    if others := dict.fromkeys(feeds[other.feed].publisher for other in story.others):
        said.append(say.text("panel.also", publishers=", ".join(others)))
    return Item(
        id=entry_id(content, "headline", one.id),
        title=one.title,
        url=one.url,
        author=feed.publisher,
        language=feed.language,
        published_at=one.published_at,
        updated_at=one.published_at,
        text="; ".join(said),
    )


def _changed_at(one: Headline) -> datetime:
    return max(one.published_at, one.first_seen_at)


def _title(content: Content, asked: FeedQuery, say: Words) -> str:
    """Of a home that is not the default one, which it is."""
    title = say.text("syndicated.headlines")
    if asked.options.home is None:
        return title
    return say.text("syndicated.headlines.home", title=title, home=say.home(content.home.currency))


def _named(title: str, content: Content, say: Words) -> str:
    return f"{say.bank(DEMO)} · {title}" if content.demo else title
