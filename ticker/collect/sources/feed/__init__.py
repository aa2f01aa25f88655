"""Feeds: RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom, JSON Feed, in any state of repair.

feedparser reads the elements. Its guesses are not used: text is decoded before (`decode`), dates are read from what the
feed printed (`dates`), relative links and markup are ours (`links`, `titles`). What can't be read is dropped and named.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import feedparser

from ticker.canonical import canonical
from ticker.collect.sources.feed import dates, decode, elements, links, titles
from ticker.model import Entry, Feed, ParseError

__all__ = ["canonical", "parse"]

_WANTED = "a feed: RSS, Atom or JSON Feed"
_ROOT = re.compile(r"<((?:[\w-]{1,40}:)?(?:rss|rdf|feed))(?=[\s/>])[^<>]*>", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|script|title|div|p|br)\b", re.IGNORECASE)
_PAGE_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_LONGEST_GUID = 1000

# What feedparser would get wrong: an empty link hides that the guid is one, True is not true, an element inside a date.
_EMPTY_LINK = re.compile(r"<link\s*/>|<link\s*>\s*</link\s*>", re.IGNORECASE)
_PERMALINK = re.compile(r"""(\bisPermaLink\s*=\s*["'])\s*true\b""", re.IGNORECASE)
_TIME_IN_DATE = re.compile(
    r"""(<pubDate\s*>)\s*<time\s[^<>]{0,200}?datetime\s*=\s*["']([^"'<>]{1,60})["'][^<>]{0,200}>[^<]{0,200}</time\s*>""",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class _Printed:
    """An entry as the feed printed it; links and dates in order of preference."""

    title: str
    literal: bool
    links: tuple[str, ...]
    guid: str | None
    dates: tuple[str, ...]
    summary: str  # plain already


def parse(
    body: bytes,
    *,
    source: str,
    url: str,
    zone: ZoneInfo,
    content_type: str | None = None,
    encoding: str | None = None,
) -> Feed:
    """The entries of a feed fetched from `url`. Times printed without a zone are in `zone`.

    `content_type` is the answer's header; `encoding` is for feeds that declare none and aren't UTF-8.
    `complaints` has a sentence for each entry dropped, and one when the body was cut off. `shared_url` also marks an
    address that is the feed's own or its front page's. A feed without entries is no error.

    Raises ParseError for a body that is no feed: a web page, packed bytes, nothing, other JSON, or one cut off before
    its first entry ended.
    """
    if body.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")):
        raise ParseError(source, "body", f"packed bytes {body[:4].hex(' ')}", f"{_WANTED}, unpacked")
    text = decode.text_of(body, content_type=content_type, encoding=encoding).strip("\ufeff\0 \t\r\n")
    if not text:
        raise ParseError(source, "body", "nothing", _WANTED)
    if text.startswith(("{", "[")):
        own, language, printed, complaints = _read_json(text, source)
    else:
        own, language, printed, complaints = _read_xml(text, source)
    entries, dropped = _identified(printed, zone, url, own)
    return Feed(entries, _language(language), (*dropped, *complaints))


_Read = tuple[str | None, Any, list[_Printed], list[str]]  # the site's address, language, entries, complaints


def _identified(
    printed: list[_Printed], zone: ZoneInfo, url: str, own: str | None
) -> tuple[tuple[Entry, ...], list[str]]:
    """The entries that can be shown, and complaints. An id or address that several share identifies none of them."""
    entries: list[Entry] = []
    complaints: list[str] = []
    for number, each in enumerate(printed, start=1):
        read = _entry(each, zone, url)
        if isinstance(read, Entry):
            entries.append(read)
        else:
            name = titles.plain(each.title) or each.guid or "nameless"
            complaints.append(f"entry {number}, {name[:60]!r}, dropped: {read}")
    guids = Counter(each.guid for each in printed)
    compared = [canonical(entry.url) for entry in entries]
    addresses = Counter(compared)
    # A story's address that is the site's own would make all stories one, answer by answer.
    addresses.update(2 * [canonical(front) for front in (url, links.absolute(own or "", url)) if front])
    return tuple(
        replace(
            entry,
            guid=entry.guid if guids[entry.guid] == 1 else None,
            shared_url=addresses[address] > 1,
        )
        for entry, address in zip(entries, compared, strict=True)
    ), complaints


def _entry(printed: _Printed, zone: ZoneInfo, url: str) -> Entry | str:
    """The entry, or why it can't be shown."""
    title = titles.plain(printed.title, literal=printed.literal)
    found = [address for link in printed.links if (address := links.absolute(link, url))]
    moments = [moment for date in printed.dates if (moment := dates.moment(date, zone))]
    if not title:
        return f"no title, met {printed.title[:40]!r}" if found else "no title and no link"
    if not found:
        return f"no http(s) link, met {', '.join(printed.links)[:100]!r}" if printed.links else "no link"
    return Entry(
        title,
        found[0],
        printed.guid,
        moments[0] if moments else None,
        summary="" if printed.summary == title else printed.summary,
    )


def _guid(printed: object) -> str | None:
    if isinstance(printed, bool) or not isinstance(printed, str | int | float):
        return None
    guid = titles.visible(str(printed)[: _LONGEST_GUID + 1])
    return guid if 0 < len(guid) <= _LONGEST_GUID else None


def _language(declared: object) -> str | None:
    language = str(declared).strip().replace("_", "-").lower()
    return language if _LANGUAGE.fullmatch(language) and declared else None


# --- RSS, RDF, Atom ---------------------------------------------------------------------------------------------------


def _read_xml(text: str, source: str) -> _Read:
    document, complaints = _document(text, source)
    # As an open file with its encoding in a header: feedparser then neither guesses nor fetches.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        read = feedparser.parse(
            io.BytesIO(document.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as fault:
        raise ParseError(source, "body", f"{type(fault).__name__} at {document[:40]}", _WANTED) from fault
    if not read.get("version") and not read["entries"]:
        raise ParseError(source, "root element", document[:80], _WANTED)
    is_atom = str(read.get("version")).startswith("atom")
    feed = read["feed"]
    return feed.get("link"), feed.get("language"), [_printed(each, is_atom) for each in read["entries"]], complaints


def _document(text: str, source: str) -> tuple[str, list[str]]:
    """The text from the root element to its end, made as well-formed as possible. Text before and after it is ignored:
    blank lines, a server's warnings, a DOCTYPE with its entities."""
    flat = decode.flattened(text)
    root = _ROOT.search(flat)
    before = flat[: root.start()] if root else flat
    if "<html" in before.lower() or (not root and _HTML.search(text)):
        name = _PAGE_TITLE.search(text)
        met = (titles.plain(name[1]) if name else "") or text[:80]
        raise ParseError(source, "the upstream answered a web page", met, _WANTED)
    if not root:
        raise ParseError(source, "body", text[:80], _WANTED)
    flat = flat[root.start() :]
    flat, beyond = elements.bounded(flat, source, _WANTED)
    flat, complaints = _ended(flat, root, source)
    return _TIME_IN_DATE.sub(r"\1\2", _PERMALINK.sub(r"\1true", _EMPTY_LINK.sub("", flat))), complaints + beyond


def _ended(flat: str, root: re.Match[str], source: str) -> tuple[str, list[str]]:
    """The document up to the root's end. Where that is missing, up to the last entry that was complete."""
    end = f"</{root[1]}>"
    closes = flat.rfind(end[:-1])
    if closes >= 0:
        return flat[:closes] + end, []
    if root[0].endswith("/>"):
        return root[0], []
    last = elements.last_entry_end(flat)
    if not last:
        raise ParseError(source, "body, cut off before its first entry ended", flat[-60:], end)
    lost = elements.entries_begun(flat, last)
    complaint = f"cut off: the body ends {flat[-40:]!r} without {end}; {lost or 'no'} incomplete entry dropped"
    channel = "</channel>" if "<channel" in flat and "</channel" not in flat[:last] else ""
    return flat[:last] + channel + end, [complaint]


def _printed(entry: dict[str, Any], is_atom: bool) -> _Printed:
    detail = entry.get("title_detail") or {}
    return _Printed(
        title=entry.get("title") or "",
        literal=is_atom and detail.get("type") == "text/plain",
        links=tuple(_xml_links(entry, is_atom)),
        guid=_guid(entry.get("id")),
        # By subscript: feedparser's get() gives another date when that one is missing.
        # What a foreign element put there may be no text.
        dates=tuple(str(entry[key]) for key in ("published", "updated") if dict.__contains__(entry, key)),
        summary=_summary(entry),
    )


def _summary(entry: dict[str, Any]) -> str:
    """The entry's own short text. feedparser gives the whole article in its place where there is none."""
    summary = str(entry.get("summary") or "")
    if any(summary == content.get("value") for content in entry.get("content", ())):
        return ""
    return titles.plain(summary, literal=(entry.get("summary_detail") or {}).get("type") == "text/plain")


def _xml_links(entry: dict[str, Any], is_atom: bool) -> Iterator[str]:
    """The entry's own page, else (Atom) its own address, else (RSS) the guid: feedparser's `link` when it is one."""
    given = [(link.get("rel"), link.get("href")) for link in entry.get("links", ()) if link.get("href")]
    yield from (href for rel, href in given if rel == "alternate")
    yield from (href for rel, href in given if rel == "self")
    base = (entry.get("title_detail") or {}).get("base")
    if not given and not is_atom and not base:  # under an xml:base feedparser makes an address of any guid
        guid = str(entry.get("link") or "")
        if guid.lower().startswith(("http://", "https://")):
            yield guid


# --- JSON Feed --------------------------------------------------------------------------------------------------------


def _read_json(text: str, source: str) -> _Read:
    """https://www.jsonfeed.org/version/1.1/"""
    complaints: list[str] = []
    try:
        feed = json.loads(text)
    except RecursionError as fault:
        raise ParseError(source, "body", "JSON nested without end", _WANTED) from fault
    except ValueError as fault:
        feed = {**_json_head(text), "items": list(islice(_whole_items(text), elements.MOST_ENTRIES))}
        if not feed["items"]:
            raise ParseError(source, "body", f"JSON that ends early or is none: {fault}", _WANTED) from fault
        complaints = [f"cut off: {fault}; read up to the last whole item"]
    version = feed.get("version") if isinstance(feed, dict) else None
    if not isinstance(version, str) or "jsonfeed.org/version/" not in version:
        raise ParseError(source, "body", f"JSON that is no feed, {text[:60]}", "JSON Feed 1 or 1.1")
    items = feed.get("items")
    if not isinstance(items, list):
        raise ParseError(source, "items", repr(items), "a list of items")
    if len(items) > elements.MOST_ENTRIES:
        complaints.append(elements.beyond_limit(len(items) - elements.MOST_ENTRIES))
    own = feed.get("home_page_url")
    return (
        own if isinstance(own, str) else None,
        feed.get("language"),
        [_json_printed(item) for item in items[: elements.MOST_ENTRIES]],
        complaints,
    )


def _json_head(text: str) -> dict[str, str]:
    """The feed's own strings before its items."""
    head = text.split('"items"', 1)[0][:20_000]
    return dict(re.findall(r'"(version|language|home_page_url)"\s*:\s*"([^"\\]*)"', head))


def _whole_items(text: str) -> Iterable[Any]:
    begins = re.search(r'"items"\s*:\s*\[', text)
    at, decoder = begins.end() if begins else len(text), json.JSONDecoder()
    while at < len(text):
        if text[at] in " \t\r\n,":
            at += 1
            continue
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item


def _json_printed(item: object) -> _Printed:
    members = item if isinstance(item, dict) else {}

    def strings(*keys: str) -> tuple[str, ...]:
        return tuple(value for key in keys if isinstance(value := members.get(key), str) and value)

    return _Printed(
        title="".join(strings("title")),
        literal=True,
        links=strings("url", "external_url"),
        guid=_guid(members.get("id")),
        dates=strings("date_published"),
        summary=titles.plain("".join(strings("summary")), literal=True),
    )
