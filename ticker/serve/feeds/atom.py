"""What we give out for feed readers: Atom (RFC 4287) and JSON Feed 1.1.

A headline is a title, a publisher and a direct link; no text of others leaves through here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from ticker import __version__
from ticker.serve.http.xml import add, document

ATOM_TYPE = "application/atom+xml"
JSON_FEED_TYPE = "application/feed+json"
JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"
_ATOM, _XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
_GENERATOR = "som-ticker"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `head` and `rows` are a table, drawn under `text`, where there is one."""

    id: str  # a URN that stays, whatever address it is asked at
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
    """A feed that we give out. Addresses are absolute."""

    id: str
    title: str
    subtitle: str
    author: str
    language: str
    updated_at: datetime
    atom_url: str
    page_url: str
    items: tuple[Item, ...]
    json_url: str = ""  # the same as JSON Feed, where there is one
    notes: tuple[str, ...] = ()  # on what gave way in the query, in English


def atom(channel: Channel) -> bytes:
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": channel.language})
    add(feed, "id", text=channel.id)
    add(feed, "title", text=channel.title)
    add(feed, "subtitle", text=channel.subtitle)
    add(feed, "updated", text=_moment(channel.updated_at))
    add(feed, "link", {"rel": "self", "type": ATOM_TYPE, "href": channel.atom_url})
    add(feed, "link", {"rel": "alternate", "type": "text/html", "href": channel.page_url})
    if channel.json_url:
        add(feed, "link", {"rel": "alternate", "type": JSON_FEED_TYPE, "href": channel.json_url})
    _author(feed, channel.author)
    add(feed, "generator", {"version": __version__}, _GENERATOR)
    for item in channel.items:
        _entry(add(feed, "entry", {"xml:lang": item.language}), item)
    return document(feed)


def json_feed(channel: Channel) -> bytes:
    """https://www.jsonfeed.org/version/1.1/"""
    said: dict[str, Any] = {
        "version": JSON_FEED_VERSION,
        "title": channel.title,
        "description": channel.subtitle,
        "home_page_url": channel.page_url,
        "feed_url": channel.json_url,
        "language": channel.language,
        "authors": [{"name": channel.author}],
        "items": [_item(item) for item in channel.items],
    }
    if channel.notes:
        said["_ticker"] = {"notes": list(channel.notes)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _entry(entry: ET.Element, item: Item) -> None:
    add(entry, "id", text=item.id)
    add(entry, "title", text=item.title)
    add(entry, "link", {"rel": "alternate", "href": item.url})
    _author(entry, item.author)
    add(entry, "published", text=_moment(item.published_at))
    add(entry, "updated", text=_moment(item.updated_at))
    if item.text:
        add(entry, "summary", text=item.text)
    if item.rows:
        _table(add(add(entry, "content", {"type": "xhtml"}), "div", {"xmlns": _XHTML}), item)


def _table(box: ET.Element, item: Item) -> None:
    add(box, "p", text=item.text)
    table = add(box, "table")
    names = add(add(table, "thead"), "tr")
    for name in item.head:
        add(names, "th", {"scope": "col"}, name)
    body = add(table, "tbody")
    for first, *cells in item.rows:
        row = add(body, "tr")
        add(row, "th", {"scope": "row"}, first)
        for cell in cells:
            add(row, "td", text=cell)


def _author(parent: ET.Element, name: str) -> None:
    add(add(parent, "author"), "name", text=name)


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_text": item.text,
        "authors": [{"name": item.author}],
        "language": item.language,
        "date_published": _moment(item.published_at),
        "date_modified": _moment(item.updated_at),
    }


def _moment(moment: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: readers compare the text."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
