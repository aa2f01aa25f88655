"""What readers receive of a hostile feed: its titles as text, its addresses as http(s) links, and no element more.

HOSTILE_EXAMPLES sets how many titles and addresses are tried: a third of it, as tests/collect/test_hostile.py says.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from support.apps import application
from support.given import steadily
from support.hostile_bodies import ITEM, ITEM_END, RSS, RSS_END
from support.markup import Page
from support.scenes import WEDNESDAY, at, daily, scene
from werkzeug.test import Client

from ticker.collect.recognise import recognise
from ticker.collect.sources import feed as feeds
from ticker.model import DAY, Feed, ParseError
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import Renderer
from ticker.serve.terms import HomeTerms, SiteSettings

seldom = settings(steadily, max_examples=max(1, int(os.environ.get("HOSTILE_EXAMPLES", "150")) // 3))
NOW = at(WEDNESDAY, "11:16")


def read_feed(body: bytes) -> Feed:
    return feeds.parse(body, source="24kg-en", url="https://site.example/feed/rss.xml", zone=ZoneInfo("Asia/Bishkek"))


ATTACKS = (
    *(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</script><svg onload=alert(1)>",
        "</title></style>",
    ),
    *(
        "<!-- ",
        "--!>",
        "]]>",
        "{{7*7}}",
        "{% raw %}",
        "${7*7}",
        "'onmouseover='a()",
        "&lt;script&gt;a()&lt;/script&gt;",
    ),
    *(
        "&#x3c;script>",
        "&amp;lt;b&amp;gt;",
        "\u2028",
        "\u202e",
        "`",
        "\\u003cscript\\u003e",
        "javascript:alert(1)",
        "<b>",
    ),
)
LINKS = (
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
    ),
    *(
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "vbscript:x",
        "blob:https://a.example/1",
        "view-source:x",
    ),
    *(
        "https:javascript:alert(1)",
        "//a.example/1",
        'https://a.example/" onmouseover="a()',
        "https://a.example/'><script>",
    ),
    *(
        "https://a.example/#javascript:a()",
        "http://javascript:80/",
        "https://a.example/<b>",
        "https://a.example/{{7*7}}",
    ),
    *("https://a.example\\@b.example/", "https://user@a.example/", "/javascript:x", "?data:x", "https://[::1]/", "1"),
)
TITLES = st.lists(st.sampled_from(ATTACKS) | st.text(max_size=8), min_size=1, max_size=4).map("".join)
ADDRESSES = st.sampled_from(LINKS) | st.builds(str.__add__, st.sampled_from(LINKS), st.sampled_from(ATTACKS))


def as_feeds(title: str, link: str) -> list[bytes]:
    """A feed of one entry in each format."""
    bare = re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", "", title)
    feed = '<feed xmlns="http://www.w3.org/2005/Atom">'
    element, attribute = escape(bare), escape(link, {'"': "&quot;"})
    made = [
        RSS + f"<item><title>{element}</title><link>{escape(link)}</link></item>" + RSS_END,
        RSS + f"<item><title><![CDATA[{bare}]]></title><link><![CDATA[{link}]]></link></item>" + RSS_END,
        RSS + f"<item><title>{bare}</title><guid>{link}</guid></item>" + RSS_END,
        f'{feed}<entry><title>{element}</title><link href="{attribute}"/></entry></feed>',
        f'{feed}<entry><title type="html">{escape(element)}</title><link href="{attribute}"/></entry></feed>',
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"title": title, "url": link}]}),
    ]
    return [body.encode("utf-8", "replace") for body in made]


def client(read: Feed) -> Client:
    """The application, with the entries of a feed as its headlines."""
    seen = recognise([(entry, feeds.canonical(entry.url)) for entry in read.entries], (), "24kg-en", NOW)
    made = scene(NOW, daily(WEDNESDAY - DAY, WEDNESDAY), headlines=tuple(story.headline for story in seen.stories))
    cache = ResponseCache(made.snapshot, Renderer(SiteSettings(HomeTerms(("USD",)))), lambda: NOW, 50, ())
    live = LiveSnapshot(lambda: None, lambda _: None, lambda: NOW, None)  # type: ignore[arg-type,return-value]
    return Client(application(cache, live, lambda: NOW))


def outline(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(attributes)) for tag, attributes in Page(page).tags]


def addresses(page: str) -> set[str]:
    """Everywhere that a page leads or loads from, without its own places."""
    found = {
        value for _, attributes in Page(page).tags for name, value in attributes.items()
        if name in ("href", "src", "action", "ping", "poster", "data", "formaction", "srcset") and value
    }  # fmt: skip
    return {value for value in found if not re.match(r"/(?!/)|#", value) and value != "data:,"}  # the icon


HARMLESS = read_feed((RSS + ITEM + ITEM_END + RSS_END).encode())
OUTLINES = {path: outline(client(HARMLESS).get(path).text) for path in ("/strip?lang=en", "/panel?lang=en")}


def check_pages(read: Feed) -> None:
    """What a strip and a panel with one headline hold: the elements that they always hold, its title as text, its
    address as a link."""
    (entry,) = read.entries
    reader = client(read)
    for path, expected in OUTLINES.items():
        page = reader.get(path).text
        assert outline(page) == expected, path
        assert addresses(page) == {entry.url}
        assert " ".join(entry.title.split()) in Page(page).said()
    (headline,) = reader.get("/strip.json?lang=en").json["headlines"]
    assert (headline["title"], headline["url"]) == (entry.title, entry.url)


@given(TITLES, ADDRESSES)
@seldom
def test_whatever_a_feed_says_readers_get_text_and_a_link(title: str, link: str) -> None:
    different = {}
    for body in as_feeds(title, link):
        with suppress(ParseError):
            read = read_feed(body)
            different |= {(entry.title, entry.url): read for entry in read.entries}
    for read in different.values():
        check_pages(read)


def test_through_the_whole_service_a_hostile_feed_is_text_and_links(site: Callable[..., Any]) -> None:
    running = site("2026-05-22 11:00", feeds=True)
    items = "".join(
        f"<item><title>{escape(title)} {number}</title><link>{escape(link)}</link><guid>{number}</guid></item>"
        for number, (title, link) in enumerate(zip(ATTACKS, LINKS, strict=False))
    )
    body = (RSS + items + RSS_END).replace("\x01", "").encode()
    running.upstream.bring("demo-en", replace(running.upstream.keep("demo-en"), body=body, headers={}))
    running.look()
    titles = {one["title"] for one in running.get("/strip.json?lang=en&headlines=30").json["headlines"]}
    assert "<script>a()</script> 11" in titles  # escaped twice, so it is text
    assert not any("alert" in title for title in titles)
    for path in ("/strip?lang=en&headlines=30", "/panel?lang=en", "/strip?lang=ru", "/headlines.atom"):
        answer = running.get(path)
        assert answer.status_code == 200
        if path == "/headlines.atom":
            ElementTree.fromstring(answer.data)
            continue
        assert all(re.match("https?://", address) for address in addresses(answer.text))
        assert not [name for _, attributes in Page(answer.text).tags for name in attributes if name.startswith("on")]
        assert not [tag for tag, _ in Page(answer.text).tags if tag in ("img", "b", "iframe")]
