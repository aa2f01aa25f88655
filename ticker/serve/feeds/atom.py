"""A feed as Atom, RFC 4287 (pure)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ticker import __version__
from ticker.serve.feeds.channel import Channel, Item, rfc3339
from ticker.serve.feeds.json import JSON_FEED_TYPE
from ticker.serve.http.xml import add, document

ATOM_TYPE = "application/atom+xml"
_ATOM, _XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
_GENERATOR = "som-ticker"


def atom(channel: Channel) -> bytes:
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": channel.language})
    add(feed, "id", text=channel.id)
    add(feed, "title", text=channel.title)
    add(feed, "subtitle", text=channel.subtitle)
    add(feed, "updated", text=rfc3339(channel.updated_at))
    add(feed, "link", {"rel": "self", "type": ATOM_TYPE, "href": channel.atom_url})
    add(feed, "link", {"rel": "alternate", "type": "text/html", "href": channel.page_url})
    if channel.json_url:
        add(feed, "link", {"rel": "alternate", "type": JSON_FEED_TYPE, "href": channel.json_url})
    _author(feed, channel.author)
    add(feed, "generator", {"version": __version__}, _GENERATOR)
    for item in channel.items:
        _entry(add(feed, "entry", {"xml:lang": item.language}), item)
    return document(feed)


def _entry(entry: ET.Element, item: Item) -> None:
    add(entry, "id", text=item.id)
    add(entry, "title", text=item.title)
    add(entry, "link", {"rel": "alternate", "href": item.url})
    _author(entry, item.author)
    add(entry, "published", text=rfc3339(item.published_at))
    add(entry, "updated", text=rfc3339(item.updated_at))
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
