"""Feeds: what is read from them, what is refused, and that nothing in between is made up."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ticker.collect.sources.feed import canonical, dates, links, titles
from ticker.collect.sources.feed import parse as parse_feed
from ticker.model import Entry, Feed, ParseError

BISHKEK = ZoneInfo("Asia/Bishkek")
BODIES = Path(__file__).parents[1] / "bodies" / "feeds"
URL = "https://site.example/feed/rss.xml"
TRUE_TIME = datetime(2025, 6, 18, 11, 14, tzinfo=UTC)  # 17:14 in Bishkek


def parse(body: bytes | str, **options: str) -> Feed:
    body = body.encode() if isinstance(body, str) else body
    return parse_feed(body, **{"source": "kaktus", "url": URL, "zone": BISHKEK, **options})  # type: ignore[arg-type]


def own(name: str) -> Feed:
    return parse((BODIES / name).read_bytes())


def rss(*items: str, attributes: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {attributes}><channel><title>c</title>{inner}</channel></rss>'


def item(title: str = "t", link: str = "https://a.example/1", more: str = "") -> str:
    return f"<title>{title}</title><link>{link}</link>{more}"


def only(feed: Feed) -> Entry:
    assert not feed.complaints
    (entry,) = feed.entries
    return entry


def sentence(body: bytes | str, **options: str) -> str:
    with pytest.raises(ParseError) as refusal:
        parse(body, **options)
    return str(refusal.value)


# --- The formats ------------------------------------------------------------------------------------------------------


def test_rss_is_read() -> None:
    feed = own("kaktus_like.xml")
    assert feed.language == "ru"
    assert feed.entries == (
        Entry(
            "Депутат: «Разрешается» & точка",
            "https://news.example/doc/409757_depytat:_razreshaetsia….html",
            "409757",
            TRUE_TIME,
        ),
        Entry("Без часового пояса", "https://news.example/api/z-$gpieey_o_", "409758", TRUE_TIME),
    )
    assert feed.complaints == ("entry 3, 'Ссылки нет', dropped: no link",)


def test_atom_is_read() -> None:
    feed = own("atom.xml")
    assert feed.language == "ky"
    assert [(entry.title, entry.url, entry.guid, entry.published_at) for entry in feed.entries] == [
        ("Ак кеме", "https://blog.example/2025/ak-keme.html", "tag:blog.example,2025:1", TRUE_TIME),
        ("Манас аэропорту", "https://blog.example/2", "tag:blog.example,2025:2", TRUE_TIME),
        ("5 < 6, сом", "https://blog.example/3", "https://blog.example/id/3", None),
    ]


def test_atom_without_its_namespace_is_read() -> None:
    body = (BODIES / "atom.xml").read_bytes().replace(b' xmlns="http://www.w3.org/2005/Atom"', b"")
    assert len(parse(body).entries) == 3


def test_rdf_is_read() -> None:
    feed = own("rdf.xml")
    assert feed.language == "de"
    assert (only(feed).title, only(feed).published_at) == ("Eins", TRUE_TIME)


def test_json_feed_is_read() -> None:
    feed = own("feed.json")
    assert feed.language == "en-us"
    assert [(entry.title, entry.url, entry.guid, entry.published_at) for entry in feed.entries] == [
        ("One & a half", "https://site.example/one", "1", TRUE_TIME),
        ("Two", "https://elsewhere.example/", "2", TRUE_TIME),
    ]
    assert feed.complaints == ("entry 3, '3', dropped: no title, met ''",)


@pytest.mark.parametrize(
    "body",
    [
        rss(),
        "<rss/>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title></feed>',
        '{"version": "https://jsonfeed.org/version/1", "items": []}',
    ],
)
def test_a_feed_without_entries_is_no_error(body: str) -> None:
    assert parse(body) == Feed(())


@pytest.mark.parametrize("declared", ["IT-it", "en_US", "ru"])
def test_the_language_is_the_declared_one_in_lower_case(declared: str) -> None:
    body = rss().replace("<title>", f"<language>{declared}</language><title>", 1)
    assert parse(body).language == declared.lower().replace("_", "-")


@pytest.mark.parametrize("declared", ["", "Russian language", "<b>ru</b>"])
def test_a_language_that_is_none_is_none(declared: str) -> None:
    assert parse(rss().replace("<title>", f"<language>{declared}</language><title>", 1)).language is None


# --- What is no feed --------------------------------------------------------------------------------------------------


def test_a_challenge_page_is_called_a_web_page() -> None:
    assert sentence((BODIES / "challenge.html").read_bytes()) == (
        "kaktus: the upstream answered a web page: met 'Just a moment...', wanted a feed: RSS, Atom or JSON Feed"
    )


@pytest.mark.parametrize(
    ("body", "where_and_met"),
    [
        (b"", "body: met 'nothing'"),
        (b" \r\n\0", "body: met 'nothing'"),
        (b"\xef\xbb\xbf", "body: met 'nothing'"),
        (gzip.compress(rss(item()).encode()), "body: met 'packed bytes 1f 8b 08 00'"),
        (b"not found", "body: met 'not found'"),
        (b"<div>no</div>", "the upstream answered a web page: met '<div>no</div>'"),
        (b"<ValCurs>Error in parameters</ValCurs>", "body: met '<ValCurs>"),
        (b'{"status": "error"}', "body: met 'JSON that is no feed"),
        (b"[1, 2]", "body: met 'JSON that is no feed"),
        (b"{nothing: like JSON}", "body: met 'JSON that ends early or is none"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "items: met 'None', wanted a list"),
        (b"[" * 100_000, "body: met 'JSON nested without end'"),
        (b"<rss><channel><item><title>cut</title>", "body, cut off before its first entry ended: met"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(body: bytes, where_and_met: str) -> None:
    assert sentence(body).startswith(f"kaktus: {where_and_met}")


def test_a_body_cut_off_gives_the_entries_before_the_cut() -> None:
    whole = rss(item("one", "https://a.example/1"), item("two", "https://a.example/2"), item("three, half of"))
    for cut in (whole.index("half"), whole.index("three"), whole.index("<item><title>three") + 3):
        feed = parse(whole[:cut])
        assert [entry.title for entry in feed.entries] == ["one", "two"]
        assert len(feed.complaints) == 1
        assert feed.complaints[0].startswith("cut off")


def test_json_cut_off_gives_the_items_before_the_cut() -> None:
    body = (BODIES / "feed.json").read_text()
    feed = parse(body[: body.index('"id": "3"') + 5])
    assert [entry.title for entry in feed.entries] == ["One & a half", "Two"]
    assert feed.language == "en-us"
    assert feed.complaints[0].startswith("cut off")


@pytest.mark.parametrize(
    "body",
    [
        "\n\n\n<?xml version='1.0' encoding='UTF-8'?>" + rss(item()),
        "<br />\n<b>Warning</b>: mysql_connect() in <b>/a.php</b><br />" + rss(item()),
        rss(item()) + "<!-- cached 12:00 --><script>x</script>",
        rss(item(more="<description>a &nbsp; b & c < d</description>")),
        rss(item(more="<description>a \x01\x0c b &#1; &#xFFFF; &#99999999999; &#55555;</description>")),
        rss(item(more="<description>un<b>closed <br> <p></description><media:x y='1'/>")),
        rss(item(more="<description><![CDATA[</item><item><title>no</title>]]></description>")),
        "<!-- <rss><channel><item></item> -->" + rss(item()),
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "https://nowhere.example/rss.dtd">' + rss(item()),
    ],
)
def test_a_feed_in_need_of_repair_is_read(body: str) -> None:
    assert replace(only(parse(body)), summary="") == Entry("t", "https://a.example/1", None, None)


@pytest.mark.parametrize(
    ("printed", "summary"),
    [
        ("<description>A &lt;b&gt;short&lt;/b&gt; text.&lt;img src=x onerror=y&gt;</description>", "A short text."),
        ("<description><![CDATA[<p>One.</p><p>Two.</p><script>no()</script>]]></description>", "One. Two."),
        ("<description>t</description>", ""),  # the title again
        ("", ""),
        ("<content:encoded><![CDATA[<p>The whole article.</p>]]></content:encoded>", ""),
        ("<content:encoded>The whole article.</content:encoded><description>Short.</description>", "Short."),
    ],
)
def test_a_summary_is_the_feeds_own_short_text(printed: str, summary: str) -> None:
    module = '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    assert only(parse(rss(item(more=printed)).replace("<rss ", module, 1))).summary == summary


def test_an_element_repeated_by_a_module_does_not_replace_the_storys_own() -> None:
    more = (
        '<media:content url="https://a.example/p.jpg"><media:title>picture</media:title></media:content>'
        "<image><url>x</url><title>image</title><link>https://a.example/image</link></image>"
        '<source url="https://b.example/">another feed</source><atom:link rel="self" href="https://a.example/self"/>'
    )
    names = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"'
    for inner in (item(more=more), more + item()):
        entry = only(parse(rss(inner, attributes=names)))
        assert (entry.title, entry.url) == ("t", "https://a.example/1")


# --- Bytes to text ----------------------------------------------------------------------------------------------------

TITLE = "Курс сома: «87,45»"


def labelled(label: str) -> str:
    return f'<?xml version="1.0" encoding="{label}"?>' + rss(item(TITLE))


@pytest.mark.parametrize(
    ("body", "options"),
    [
        (labelled("windows-1251").encode("cp1251"), {}),
        (labelled("windows-1251").encode(), {}),  # UTF-8, whatever the label says
        (labelled("UTF-8").encode("cp1251"), {"encoding": "windows-1251"}),
        (labelled("UTF-8").encode("cp1251"), {"content_type": "text/xml; charset=windows-1251"}),
        (labelled("koi8-r").encode("koi8-r", "replace"), {}),
        (labelled("koi8-r").encode("cp1251"), {"content_type": 'text/xml; charset="windows-1251"'}),
        (labelled("windows-1251").encode("cp1251"), {"content_type": "text/xml; charset=iso-8859-1"}),
        (labelled("windows-1251").encode("cp1251"), {"content_type": "text/xml; charset=utf-8"}),
        (labelled("windows-1251").encode("cp1251"), {"content_type": "text/xml; charset=rot13"}),
        (rss(item(TITLE)).encode("cp1251"), {"encoding": "windows-1251"}),
        (b"\xef\xbb\xbf" + labelled("windows-1251").encode(), {}),
        (labelled("utf-16").encode("utf-16"), {}),
        (labelled("utf-16").encode("utf-16-le"), {}),
        (labelled("utf-16").encode("utf-16-be"), {"content_type": "text/xml; charset=utf-8"}),
        (labelled("utf-32").encode("utf-32"), {}),
    ],
)
def test_text_is_decoded_by_what_the_bytes_and_labels_say(body: bytes, options: dict[str, str]) -> None:
    title = only(parse(body, **options)).title
    assert title.replace("?", "«", 1).replace("?", "»") == TITLE  # koi8-r has no such quotes


def test_a_file_that_declares_nothing_and_is_not_utf_8_is_read_as_windows_1252() -> None:
    assert only(parse(rss(item("Notícias – 2º turno")).encode("cp1252"))).title == "Notícias – 2º turno"


def test_one_spoilt_character_does_not_change_the_coding_of_the_rest() -> None:
    body = rss(item("Биринчи жаңылык, узун аталышы менен"), item("x\xff", "https://a.example/2")).encode()
    body = body.replace("\xff".encode(), b"\xd0")
    assert parse(body).entries[0].title == "Биринчи жаңылык, узун аталышы менен"


# --- Titles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("&amp;quot;Манас&amp;quot; &amp;amp; Ко", '"Манас" & Ко'),  # escaped twice
        ("A &amp;lt;b&amp;gt;", "A <b>"),
        ("<![CDATA[A &lt;b&gt;]]>", "A <b>"),
        ("<![CDATA[<b>Ош</b> шаары<br>бүгүн]]>", "Ош шаары бүгүн"),
        ("Ош <b>шаары</b> бүгүн", "Ош шаары бүгүн"),
        ("<![CDATA[<script>alert(1)</script>Новости]]>", "Новости"),
        ("&lt;img src=x onerror=alert(1)&gt;Новости", "Новости"),
        ("<![CDATA[Новости <svg/onload=alert(1)>]]>", "Новости"),
        ("List&lt;String&gt; жана x&lt;y", "List<String> жана x<y"),
        ("&lt;70 сом, 5 &lt; 6 &amp;&amp; 7 > 6", "<70 сом, 5 < 6 && 7 > 6"),
        ("AT&T &copy; &laquo;24&raquo;", "AT&T © «24»"),
        ("&amp;copy; 24", "© 24"),
        ("a&#160;\u202eb\u200f&#8238;\u2066\ufeff\u00adc", "a bc"),
        ("a\n\t b\u2028c\u3000d", "a b c d"),
        ("\ue000a", "a"),
        ("e\u0301\u0438\u0306", "éй"),
        ("№ ½ ① ﬁ", "№ ½ ① ﬁ"),  # NFC, not NFKC
        ("👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 к\u200dл", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 кл"),
        ("&#55357;&#56832;", "😀"),
        ("&#xD83D;&#xDE00;", "😀"),
    ],
)
def test_a_title_is_plain_text(printed: str, shown: str) -> None:
    assert only(parse(rss(item(printed)))).title == shown


@pytest.mark.parametrize(
    "printed", ["", " &#160; ", "<![CDATA[<b></b>]]>", "\u200b\u202e", "…", "\u3164", "&lt;script&gt;x"]
)
def test_an_entry_whose_title_shows_nothing_is_dropped_and_named(printed: str) -> None:
    feed = parse(rss(item(printed), item("two", "https://a.example/2")))
    assert [entry.title for entry in feed.entries] == ["two"]
    assert len(feed.complaints) == 1
    assert "entry 1, 'nameless', dropped: no title" in feed.complaints[0]


def test_what_atom_calls_text_is_text() -> None:
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>%s</title><link href="https://a.example/"/></entry></feed>'
    assert only(parse(atom % "The &lt;b&gt; element")).title == "The <b> element"
    assert only(parse(atom % "&lt;script&gt;x&lt;/script&gt;Not &lt;b&gt;really&lt;/b&gt;")).title == "Not really"


def test_a_long_title_ends_at_a_word_within_300_characters() -> None:
    title = only(parse(rss(item("слово " * 100)))).title
    assert len(title) <= titles.LONGEST_TITLE
    assert title.endswith("слово…")
    assert only(parse(rss(item("x" * 5000)))).title == "x" * 299 + "…"


@pytest.mark.parametrize("length", range(296, 302))
def test_a_long_title_is_not_cut_inside_a_character(length: int) -> None:
    family = "👨\u200d👩\u200d👧"
    assert titles.plain("x" * length + family + "y" * 20).rstrip("…").rstrip("x") in ("", family)


@given(st.text())
def test_any_title_is_one_safe_line(text: str) -> None:
    for literal in (True, False):
        title = titles.plain(text, literal=literal)
        assert len(title) <= 300
        assert title == titles.visible(title)


# --- Links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "url"),
    [
        ("https://kaktus.example/doc/409757_depytat:_razreshaetsia….html",) * 2,
        ("https://rus.example/api/z-$gpieey_o_",) * 2,
        ("https://пример.рф/путь?q=й",) * 2,
        ("https://a.example:8080/x?a=1&amp;b=2", "https://a.example:8080/x?a=1&b=2"),
        ("https://a.example/x?a=1&b=2", "https://a.example/x?a=1&b=2"),
        ("<![CDATA[https://a.example/x?a=1&b=2]]>", "https://a.example/x?a=1&b=2"),
        ("\n   https://a.example/x\n  ", "https://a.example/x"),
        ("https://a.example/x\r\ny z", "https://a.example/xy%20z"),
        ("/news/1", "https://site.example/news/1"),
        ("1.html", "https://site.example/feed/1.html"),
        ("?id=1", "https://site.example/feed/rss.xml?id=1"),
        ("//cdn.example/1", "https://cdn.example/1"),
        ("HTTP://A.example/1", "http://A.example/1"),
        ("https://a.example/&quot;&gt;x", "https://a.example/%22%3Ex"),
    ],
)
def test_a_link_is_an_absolute_address(printed: str, url: str) -> None:
    assert only(parse(rss(item(link=printed)))).url == url


@pytest.mark.parametrize(
    "printed",
    [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "ftp://a.example/1",
        "mailto:a@a.example",
        "#top",
        "https://user:secret@a.example/",
        "https://a.example@b.example/",
        "https://a.example\\@b.example/",
        "https:b.example",
        "https:/b.example",
        "http://",
        "https://a b.example/",
        "https://a.example:99999/",
        "https://..example/",
        "https://a.example/" + "x" * 3000,
    ],
)
def test_a_link_that_no_reader_should_follow_drops_its_entry(printed: str) -> None:
    feed = parse(rss(item("one", printed), item("two")))
    assert [entry.title for entry in feed.entries] == ["two"]
    assert feed.complaints[0].startswith("entry 1, 'one', dropped: no http(s) link, met ")


def test_a_relative_link_is_found_by_xml_base() -> None:
    body = rss(item(link="1.html"), attributes='xml:base="https://b.example/x/"')
    assert only(parse(body)).url == "https://b.example/x/1.html"
    assert only(parse(rss(item(link="1.html"), attributes='xml:base="/y/"'))).url == "https://site.example/y/1.html"


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("<guid>https://a.example/7</guid>", "https://a.example/7"),
        ('<link/><guid isPermaLink="True">https://a.example/7</guid>', "https://a.example/7"),
        ("<link></link><guid>https://a.example/7</guid>", "https://a.example/7"),
        ("<guid>https://a.example/7</guid><link> </link>", "https://a.example/7"),
        ("<guid>https://a.example/7</guid><guid>https://a.example/7</guid>", "https://a.example/7"),
        ('<guid isPermaLink="false">https://a.example/7</guid>', None),
        ("<guid>7</guid>", None),
        ("<guid>/7</guid>", None),
        ("<guid>javascript:alert(7)</guid>", None),
        ("<guid>https://a.example/7</guid><link>javascript:x</link>", None),
    ],
)
def test_a_guid_is_the_link_only_where_the_feed_says_so(guid: str, url: str | None) -> None:
    feed = parse(rss("<title>t</title>" + guid))
    assert [entry.url for entry in feed.entries] == ([url] if url else [])


def test_an_atom_id_is_never_a_link() -> None:
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><id>https://a.example/</id></entry></feed>'
    assert parse(body).complaints == ("entry 1, 't', dropped: no link",)


@given(st.text())
@example("http://[")
@example("//[::1")
def test_any_link_is_http_or_none(text: str) -> None:
    url = links.absolute(text, URL)
    assert url is None or url.startswith(("http://", "https://"))
    if url:
        assert canonical(canonical(url)) == canonical(url)


@pytest.mark.parametrize(
    ("url", "compared"),
    [
        ("https://a.example/1?utm_source=rss&id=5&UTM_Medium=x#top", "https://a.example/1?id=5"),
        ("https://a.example/1?fbclid=1&gclid=2&yclid=3", "https://a.example/1"),
        ("https://A.example:443", "https://a.example/"),
        ("http://a.example:8080/", "http://a.example:8080/"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://a.example/doc/1_x:_y.html?a=b%20c", "https://a.example/doc/1_x:_y.html?a=b%20c"),
    ],
)
def test_addresses_are_compared_without_what_tells_where_a_reader_came_from(url: str, compared: str) -> None:
    assert canonical(url) == compared


# --- Identity ---------------------------------------------------------------------------------------------------------


def test_what_several_entries_share_identifies_none_of_them() -> None:
    feed = parse(
        rss(
            item("one", "https://a.example/?utm_source=1", "<guid>same</guid>"),
            item("two", "https://a.example/#2", "<guid>same</guid>"),
            item("three", "https://a.example/3", "<guid>own</guid>"),
        )
    )
    assert [(entry.guid, entry.shared_url) for entry in feed.entries] == [(None, True), (None, True), ("own", False)]


def test_the_address_of_the_front_page_identifies_no_story() -> None:
    body = rss(item(link="https://a.example/")).replace("<title>c</title>", "<link>https://a.example</link>")
    assert only(parse(body)).shared_url


def test_a_guid_without_end_or_ink_is_none() -> None:
    for guid in ("g" * 5000, "\u200b", " "):
        assert only(parse(rss(item(more=f"<guid>{guid}</guid>")))).guid is None


# --- Dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed",
    [
        "Wed, 18 Jun 2025 17:14:00 +0600",
        "Wed,18 Jun 2025 17:14:00 +06:00",
        "Wed, 18 Jun 25 11:14 GMT",
        "18 Jun 2025 11:14 UT",
        "Wednesday, 18-Jun-25 11:14:00 UTC",
        "Wed, 18 Jun 2025 11:14:00 Z",
        "Wed, 18 Jun 2025 11:14:00 -0000",
        "Wed, 18 Jun 2025 17:14:00 0600",
        "Wed, 18 Jun 2025 17:14:00 GMT+0600 (Kyrgyzstan Time)",
        "Wed, 18 Jun 2025 17:14 (UTC+6)",
        "Wed, 18 Jun 2025 17:14:00 KGT",
        "Wed, 18 Jun 2025 14:14:00 MSK",
        "Wed, 18 Jun 2025 06:14:00 EST",
        "Wed, 18 Jun 2025 07:14:00 EDT",
        "Wed, 18 Jun 2025 05:14:00 CST",
        "Wed, 18 Jun 2025 06:14:00 CDT",
        "Wed, 18 Jun 2025 04:14:00 MST",
        "Wed, 18 Jun 2025 05:14:00 MDT",
        "Wed, 18 Jun 2025 03:14:00 PST",
        "Wed, 18 Jun 2025 04:14:00 PDT",
        "\n Wed, 18 Jun\n 2025 17:14:00\n ",
        "2025-06-18T11:14:00Z",
        "2025-06-18T17:14:00.000+06:00",
        "2025-06-18 17:14",
        "18.06.2025 17:14",
        "18.06.2025, 17:14:00",
        "18 июня 2025 г., 17:14",
        "Ср, 18 июн 2025 17:14:00 +0600",
        "Шаршемби, 18-июнь 2025-ж. 17:14",
        "2025-ж., 18-июн., 17:14",
        "18 июндун 2025 17:14",
        "qua, 18 junho 2025 08:14:00 -0300",
        "mer, 18 giu 2025 13:14:00 +0200",
        "Wed, Jun 18 2025 05:14:00 PM",
        "Wednesday, June 18, 2025 05:14 p.m.",
        '&lt;time datetime="2025-06-18T11:14:00Z"&gt;Wed, 06/18/2025 - 17:14&lt;/time&gt;',
        ' <time datetime="2025-06-18T11:14:00Z" class="x">Wed, 06/18/2025 - 17:14</time>\n',
    ],
)
def test_a_date_is_read_as_printed_and_in_the_feeds_zone_where_it_names_none(printed: str) -> None:
    assert only(parse(rss(item(more=f"<pubDate>{printed}</pubDate>")))).published_at == TRUE_TIME


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "yesterday",
        "2025-06-18",
        "18 June 2025",
        "06/05/2025 10:00",
        "06.18.2025 10:00",
        "Wed, 18 Jun 2025 17:14:00 IST",
        "Wed, 18 Jun 2025 17:14:00 BST",
        "Wed, 18 Jun 2025 17:14:00 A",
        "Wed, 18 Jun 2025 17:14 (local time)",
        "Wed, 18 Jun 2025 17:14:00 +9900",
        "Wed, 18 Jun 2025 17:14:00 +600",
        "Wed, 18 Jun 2025 17:14:00 0675",
        "Wed, 18 Jun 2025 17:14:00 Asia/Bishkek",
        "Wed, 18 Jun 2025 24:00:00 GMT",
        "Wed, 18 Jun 2025 16:42 AM",
        "Wed, 18 Jun 2025 17:60:00 GMT",
        "31 Jun 2025 17:14:00 GMT",
        "18 Foo 2025 17:14:00 GMT",
        "18 Jun 1970 17:14:00 GMT",
        "18 Jun 9999 17:14:00 GMT",
        "0000-00-00 00:00:00",
        "1750245240",
        "Wed, 18 Jun 2025 17:14:00 GMT Wed, 18 Jun 2025 17:14:00 GMT",
    ],
)
def test_a_date_that_cannot_be_told_is_none(printed: str) -> None:
    assert only(parse(rss(item(more=f"<pubDate>{printed}</pubDate>")))).published_at is None


def test_a_local_time_that_a_change_of_clocks_makes_twice_or_never_is_none() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert dates.moment("30.03.2025 02:30", paris) is None
    assert dates.moment("26.10.2025 02:30", paris) is None
    assert dates.moment("26.10.2025 03:30", paris) == datetime(2025, 10, 26, 2, 30, tzinfo=UTC)


def test_a_month_name_means_one_month_in_whatever_language() -> None:
    seen: dict[str, int] = {}
    for names in dates._MONTH_NAMES.values():
        assert len(names.split()) == 12
        for number, name in enumerate(names.split(), start=1):
            assert name == "-" or seen.setdefault(name, number) == number


@pytest.mark.parametrize(
    ("more", "published_at"),
    [
        ("<dc:date>2025-06-18T11:14:00Z</dc:date>", TRUE_TIME),
        ("<dc:date>2020-01-01T00:00:00Z</dc:date><pubDate>18.06.2025 17:14</pubDate>", TRUE_TIME),
        ("<dc:date>2025-06-18T11:14:00Z</dc:date><pubDate>soon</pubDate>", TRUE_TIME),
    ],
)
def test_the_date_is_the_published_one_else_dublin_cores(more: str, published_at: datetime) -> None:
    body = rss(item(more=more), attributes='xmlns:dc="http://purl.org/dc/elements/1.1/"')
    assert only(parse(body)).published_at == published_at


@given(st.text(alphabet="0123456789 :-+/.,TZapmgutcwedjn июн", max_size=40))
def test_any_date_is_a_moment_in_utc_or_none(text: str) -> None:
    moment = dates.moment(text, BISHKEK)
    assert moment is None or (moment.tzinfo is UTC and 1994 <= moment.year <= 2101)


# --- Hostile bodies ---------------------------------------------------------------------------------------------------

LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
HOSTILE = {
    "a billion laughs": f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]>" + rss(item("&l9;")),
    "a file of the machine": "<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>" + rss(item("&f;")),
    "a long entity many times": f"<!DOCTYPE rss [<!ENTITY a '{'x' * 99_999}'>]>" + rss(item("&a;" * 9_999)),
    "elements without end": rss(item(more="<a>" * 40_000)),
    "attributes without end": rss(f"<a {' '.join(f'a{n}=0' for n in range(90_000))}/>"),
    "more tags than a feed has": rss("<a/>" * 200_000),
    "CDATA never closed": "<rss>" + "<![CDATA[" * 200_000,
    "comments never closed": "<rss>" + "<!--" * 400_000,
    "bare ampersands": rss(item("&" * 500_000)),
    "bare brackets": rss(item("<" * 200_000)),
    "a date without end": rss(item(more=f"<pubDate>{'1 ' * 500_000}</pubDate>")),
    "markup in a title without end": rss(item("&lt;b&gt;" * 100_000)),
    "items without end": '{"version": "https://jsonfeed.org/version/1", "items": [' + "{}," * 100_000,
    "a number without end": '{"version": "https://jsonfeed.org/version/1", "items": [' + "9" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_harmless_and_quick(name: str) -> None:
    began = time.process_time()
    try:
        feed = parse(HOSTILE[name])
    except ParseError:
        return
    finally:
        assert time.process_time() - began < 5
    for entry in feed.entries:
        assert "haha" not in entry.title
        assert "root:" not in entry.title
        assert "xxx" not in entry.title


def test_a_file_of_the_machine_is_not_opened_by_its_name() -> None:
    assert "met '/etc/passwd'" in sentence(b"/etc/passwd")


SEEDS = [path.read_bytes() for path in sorted(BODIES.iterdir())]


def only_a_feed_or_a_sentence(body: bytes) -> None:
    try:
        feed = parse(body)
    except ParseError:
        return
    for entry in feed.entries:
        assert 0 < len(entry.title) <= 300
        assert entry.url.startswith(("http://", "https://"))
        assert entry.published_at is None or entry.published_at.tzinfo is UTC
        f"{entry.title}{entry.url}{entry.guid}".encode()  # no half characters


@given(st.binary())
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_feed_or_refused(body: bytes) -> None:
    only_a_feed_or_a_sentence(body)


@given(
    st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0), st.integers(0, 40), st.binary(max_size=8)), max_size=5)
)
@settings(max_examples=150, deadline=None)
def test_any_damage_to_a_feed_leaves_a_feed_or_is_refused(body: bytes, damage: list[tuple[int, int, bytes]]) -> None:
    for at, length, put in damage:
        at %= len(body) + 1
        body = body[:at] + put + body[at + length :]
    only_a_feed_or_a_sentence(body)


PARTS = re.findall(
    r"\S+",
    """<rss> <channel> <item> </item> <title> </title> <title/> <link> </link> <entry> </entry> <feed> </feed> </rss>
    <guid> </guid> <![CDATA[ ]]> <!-- --> <? ?> &amp; &lt; &#0; &#x110000; &#xD800; & < > <!DOCTYPE [ ]> <svg> </svg>
    <image> <source> <content> <textinput> https://a.example/ x=' <a xml:base='//['> <dc:date> xmlns:a=''""",
)


@given(
    st.lists(
        st.sampled_from(PARTS),
        max_size=30,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_order_of_a_feeds_parts_is_a_feed_or_refused(parts: list[str]) -> None:
    only_a_feed_or_a_sentence(("<rss>" + "".join(parts)).encode())
    only_a_feed_or_a_sentence(("<rss>" + "".join(parts) + "</rss>").encode())


# --- Recorded bodies --------------------------------------------------------------------------------------------------

# file: entries, dropped, title and time of the first entry; or how the refusal goes on
RECORDED: dict[str, tuple[int, int, str, str | None] | str] = {
    "feeds_ru/aif_ru_2019-05-18.xml": (
        1,
        0,
        "СМИ: собака в Таиланде спасла заживо похороненного младенца",
        "2019-05-18 07:52:50",
    ),
    "feeds_ru/ibash_org_ru_2018-03-21_windows-1251.xml": (50, 0, "Цитата #17703", "2018-03-21 07:27:32"),
    "feeds_ru/liga_net_2021-08-22.xml": (
        12,
        0,
        'Футбол. "Арсенал" – "Челси": где и когда смотреть матч ан...',
        "2021-08-22 10:45:00",
    ),
    "feeds_ru/motor_ru_2020-04.xml": (
        1,
        0,
        "Kia сомневается в перспективах Stinger второго поколения",
        "2020-04-25 07:00:00",
    ),
    "feeds_ru/onliner_by_2021-10-26.xml": (
        30,
        0,
        "В России сделали вакцину «Спутник», которую надо закапыва...",
        "2021-10-26 19:53:19",
    ),
    "feeds_ru/oren_ru_2014-01-23_windows-1251.xml": (
        10,
        0,
        "В Бузулуке главные стройплощадки – детсад и Ледовый дворец",
        "2014-01-22 14:31:31",
    ),
    "feeds_ru/tut_by_2019-12-30_first60items.xml": (
        60,
        0,
        "Гороскоп наоборот. Давайте проверим, случилось ли с вами ...",
        "2019-12-30 08:38:00",
    ),
    "feeds_ru/unian_ua_2020-09-28.xml": (
        50,
        0,
        '"Зір вдалося зберегти": у Дніпрі лікарі рятують сапера, я...',
        "2020-09-28 13:35:12",
    ),
    "feeds_quirks/androidauthority_blank_lines_before_declaration.xml": (
        1,
        0,
        "Japan’s plans for 5G include 10 billion 14-digit phone nu...",
        "2019-05-15 20:48:02",
    ),
    "feeds_quirks/apple_2020-02-06_pubdate_pst.xml": (1, 0, "Vitalina Varela - Trailer", "2020-02-06 08:00:00"),
    "feeds_quirks/bbc_2021-02-25.xml": (1, 0, "Marcus Aurelius", "2021-02-25 10:15:00"),
    "feeds_quirks/braingle_2014-06-20_two_guids_no_link.xml": (1, 0, "Huh?", "2014-06-19 06:00:00"),
    "feeds_quirks/dailymail_2013-02-03_iso-8859-1_duplicate_media.xml": (
        1,
        0,
        "Could the infamous Black Dahlia case be about to be solve...",
        "2013-02-03 04:13:03",
    ),
    "feeds_quirks/daringfireball_2020-01-24_jsonfeed1.json": (
        2,
        0,
        "How Jeff Bezos’s iPhone X Was Hacked",
        "2020-01-24 23:46:57",
    ),
    "feeds_quirks/dbengines_2023-01-03_undeclared_entity.xml": (
        1,
        0,
        "Snowflake is the DBMS of the Year 2022, defending the tit...",
        "2023-01-03 15:00:00",
    ),
    "feeds_quirks/dival_es_2021-05_rss091_no_link_no_date.xml": (0, 1, "", None),
    "feeds_quirks/ebmpapst_2019-07-29_atom_blank_line_before_declaration.xml": (
        1,
        0,
        "Connection with future",
        "2019-07-17 03:10:16",
    ),
    "feeds_quirks/emoji_2025-08-24_atom.xml": (1, 0, "[Solved] WINE does not start at all", "2025-08-24 23:41:54"),
    "feeds_quirks/fda_2019-05-03_pubdate_time_element.xml": (
        1,
        0,
        "Vivimed Life Sciences Pvt Ltd Issues Voluntary Nationwide...",
        "2019-05-03 19:21:28",
    ),
    "feeds_quirks/golem_2023-01-25_rdf_iso-8859-1.xml": (
        1,
        0,
        "Digitalministerium: Neue Glasfaserförderung mit Schnellkasse",
        "2023-01-25 18:03:02",
    ),
    "feeds_quirks/heise_2016-02-01_atom.xml": (
        15,
        0,
        "Java-Anwendungsserver: Red Hat gibt WildFly 10 frei",
        "2016-02-01 16:22:00",
    ),
    "feeds_quirks/ilgiornale_2022-11-15_pubdate_z.xml": (
        1,
        0,
        "Arrestato in Pakistan Shabbar Abbas. In Italia è accusato...",
        "2022-11-15 20:15:04",
    ),
    "feeds_quirks/ilmessaggero_2022-11-16_localised_pubdate.xml": (
        1,
        0,
        "Missili Polonia, cosa è successo? Tensione Nato-Russia, M...",
        "2022-11-15 23:38:15",
    ),
    "feeds_quirks/influxdata_2019-05-31_jsonfeed11_altered_authors_rfc822_dates.json": (
        3,
        0,
        "InfluxDB vs. Graphite for Time Series Data & Metrics Benc...",
        "2019-05-31 19:17:58",
    ),
    "feeds_quirks/insanity_industries_2021-03-02_xml_base.xml": (
        2,
        0,
        "Pareto-optimal compression",
        "2021-03-02 22:39:15",
    ),
    "feeds_quirks/jekyll_2024-12-19_atom_relative_links_no_namespace.xml": (
        1,
        0,
        "What The Distribution - What Is Inside Gradle Distributio...",
        "2024-12-18 00:00:00",
    ),
    "feeds_quirks/jn_pt_2018-01-03_iso-8859-1.xml": (
        40,
        0,
        "Mãe de utente é a nova presidente da Raríssimas",
        "2018-01-03 13:47:00",
    ),
    "feeds_quirks/kernel_org_2020-05-03_pubdate_minus0000.xml": (1, 0, "5.7-rc4: mainline", "2020-05-03 21:56:15"),
    "feeds_quirks/liberal_gr_2020-04-24_iso-8859-7.xml": (
        1,
        0,
        "«Πορτραίτα καραντίνας» για έμπνευση από τη συλλογή Φέλιου",
        "2020-04-24 20:03:00",
    ),
    "feeds_quirks/llimllib_2025-02-24_atom_escapes.xml": (1, 0, "augurs", "2025-02-24 15:43:09"),
    "feeds_quirks/lucasdelirium_2025-09-28_html_children_in_description.xml": (
        1,
        0,
        "AGGIORNAMENTO DEL 28-9-2025",
        "2025-09-28 12:00:00",
    ),
    "feeds_quirks/nasa_2019-08-01_pubdate_edt_no_seconds.xml": (
        1,
        0,
        "NASA Television to Broadcast Space Station Departure of C...",
        "2019-08-01 20:15:00",
    ),
    "feeds_quirks/nbcny_2023-12-16_pubdate_us_no_zone.xml": (
        1,
        0,
        "NYC cops search for stabbing suspect after leaving 18-yea...",
        "2023-12-16 08:02:33",
    ),
    "feeds_quirks/news18_hindi_2021-01-29_pubdate_without_zone.xml": (
        1,
        0,
        "कैसे फैला कोरोना वायरस, WHO की टीम करेगी चीनी अधिकारियों ...",
        "2021-01-29 10:42:00",
    ),
    "feeds_quirks/nyt_2021-06-14_escapes.xml": (
        1,
        0,
        "Where the Grass is Greener, Except When It’s ‘Nonfunction...",
        "2021-06-13 16:21:42",
    ),
    "feeds_quirks/oren_ru_2014-01-23_gzip_body.bin": "kaktus: body",
    "feeds_quirks/orf_at_2025-01-03_rdf.xml": (
        1,
        0,
        "Kiew erneut Ziel russischer Drohnenangriffe",
        "2025-01-03 09:14:24",
    ),
    "feeds_quirks/pcmag_2018-01-17_nested_items.xml": (
        10,
        10,
        "My Professional Armchair Analysis of CES",
        "2018-01-17 20:50:00",
    ),
    "feeds_quirks/reddit_2020-05-18_atom.xml": (
        1,
        0,
        "Hey Rustaceans! Got an easy question? Ask here (21/2020)!",
        "2020-05-18 05:44:47",
    ),
    "feeds_quirks/reporterre_2025-02-26_dcdate_numeric_entities.xml": (
        1,
        0,
        "Europe : vers un « affaiblissement historique » des norme...",
        "2025-02-26 16:42:45",
    ),
    "feeds_quirks/reuters_2020-03-21_truncated_server_exception.xml": "kaktus: body, cut off before its first",
    "feeds_quirks/synthetic_notafeed.html": "kaktus: the upstream answered a web page",
    "feeds_quirks/synthetic_unescaped_ampersand.xml": (3, 0, "Good Item", None),
    "feeds_quirks/uol_br_2018-09-24_undeclared_latin1_localised_pubdate.xml": (
        15,
        0,
        "Ibope: Bolsonaro perde de Haddad, Ciro e Alckmin em simul...",
        "2018-09-24 22:42:40",
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_body_is_read_as_it_is_or_refused_with_a_sentence(recorded: Path, name: str) -> None:
    body, expected = (recorded / name).read_bytes(), RECORDED[name]
    if isinstance(expected, str):
        assert sentence(body).startswith(expected)
        return
    feed = parse(body)
    count, dropped, title, published = expected
    assert (len(feed.entries), len(feed.complaints)) == (count, dropped)
    if count:
        first = feed.entries[0]
        assert first.title.startswith(title.removesuffix("..."))
        assert (f"{first.published_at:%Y-%m-%d %H:%M:%S}" if first.published_at else None) == published


def test_every_recorded_feed_is_in_the_table(recorded: Path) -> None:
    files = {
        f"{folder}/{path.name}" for folder in ("feeds_ru", "feeds_quirks") for path in (recorded / folder).iterdir()
    }
    assert files == set(RECORDED)


def test_the_gzipped_feed_is_read_once_unpacked(recorded: Path) -> None:
    packed = (recorded / "feeds_quirks" / "oren_ru_2014-01-23_gzip_body.bin").read_bytes()
    plain = (recorded / "feeds_ru" / "oren_ru_2014-01-23_windows-1251.xml").read_bytes()
    assert parse(gzip.decompress(packed)) == parse(plain)


def test_twice_escaped_quotes_of_a_recorded_feed_are_undone(recorded: Path) -> None:
    feed = parse((recorded / "feeds_ru" / "oren_ru_2014-01-23_windows-1251.xml").read_bytes())
    assert not any("&quot;" in entry.title for entry in feed.entries)
    assert any('"' in entry.title for entry in feed.entries)
