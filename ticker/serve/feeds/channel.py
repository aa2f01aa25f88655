"""A feed as its readers get it, in whatever format (pure).

A headline is a title, a publisher and a direct link; the feed carries no text of the publishers.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from ticker.serve.feeds.query import FeedQuery
from ticker.snapshot import NEVER, Content, Snapshot

_ENTRIES = uuid.UUID("6f6f1a52-6f0b-4d0e-9a55-2b6a3a6f4d11")  # the namespace of every entry's id: never to be changed


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `head` and `rows` are a table, drawn under `text`, where there is one."""

    id: str  # a URN, the same at every address of the service
    title: str
    url: str
    author: str
    language: str
    published_at: datetime
    updated_at: datetime
    text: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed. Addresses are absolute."""

    id: str
    title: str
    subtitle: str
    author: str
    language: str
    updated_at: datetime
    atom_url: str
    page_url: str
    items: tuple[Item, ...]
    json_url: str = ""  # of the same feed as JSON Feed, if there is one
    notes: tuple[str, ...] = ()  # on mistakes in the query, in English


def channel_id(url: str) -> str:
    """The URN of the feed at this address."""
    return uuid.uuid5(uuid.NAMESPACE_URL, url).urn


def entry_id(content: Content, *names: str) -> str:
    """The URN of an entry, the same in every feed; an entry of the demonstration never has a real one's."""
    return uuid.uuid5(_ENTRIES, "\n".join(("demo", *names) if content.demo else names)).urn


def began(snapshot: Snapshot, asked: FeedQuery) -> datetime:
    """When an empty feed was updated: with the snapshot, or before the first one at the day's beginning."""
    return snapshot.as_of if snapshot.as_of != NEVER else snapshot.content.home.at(asked.today)


def rfc3339(moment: datetime) -> str:
    """In UTC and whole seconds, for readers compare the text."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
