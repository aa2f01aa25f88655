"""Bodies that an upstream might send by mistake or by malice: at the limit of bytes, damaged, or made of fragments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

LIMIT = 2 << 20  # bytes that a fetch brings at most, by default

RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:georss="http://www.georss.org/georss" '
    'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>c</title>'
)
RSS_END = "</channel></rss>"
ITEM, ITEM_END = "<item><title>t</title><link>https://a.example/1</link>", "</item>"
ATOM, ATOM_END = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title>', "</entry></feed>"
JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": '


def filled(
    piece: str | Callable[[int], str], head: str = "", end: str = "", *, times: int = 0, size: int = LIMIT
) -> bytes:
    """`head`, then `piece` (of its number) again and again up to `size` bytes, or `times`, then `end`."""
    made, length = [head, end], len((head + end).encode())
    while not times or len(made) < times + 2:
        one = piece if isinstance(piece, str) else piece(len(made) - 2)
        length += len(one.encode())
        if length > size:
            break
        made.insert(-1, one)
    return "".join(made).encode()


def in_item(piece: str | Callable[[int], str], around: str = "", **how: int) -> bytes:
    """Pieces inside an item, and inside an element of it where one is named."""
    head, end = (f"<{around}>", f"</{around}>") if around else ("", "")
    return filled(piece, RSS + ITEM + head, end + ITEM_END + RSS_END, **how)


def in_entry(piece: str | Callable[[int], str], **how: int) -> bytes:
    return filled(piece, ATOM, ATOM_END, **how)


TAGS = 119_000  # just below what is read
FEEDS: dict[str, Callable[[], bytes]] = {
    "a root that never ends": lambda: filled("<rss "),
    "a root with a prefix without end": lambda: filled("a", "<", ":rss>"),
    "100,000 entries": lambda: filled(
        lambda n: f"<item><title>{n}</title></item>", RSS, RSS_END, times=100_000, size=9**9
    ),
    "100,000 empty entries": lambda: filled("<item/>", RSS, RSS_END, times=100_000),
    "entries in entries": lambda: filled("<item>", RSS, RSS_END, times=TAGS),
    "100,000 entries of JSON": lambda: filled("{}, ", JSON + "[", "{}]}", times=100_000),
    "a million entries of JSON, cut off": lambda: filled("1,", JSON + "["),
    "JSON nested without end": lambda: filled("[", JSON),
    "JSON nested as deep as it may be": lambda: (JSON + '{"a":' + "[" * 980 + "]" * 980 + "}}").encode(),
    "a language nested in JSON": lambda: ('{"language":' + "[" * 980 + "]" * 980 + "," + JSON[1:] + "[]}").encode(),
    "numbers of JSON without end": lambda: filled(
        '{"title": "x", "url": "https://a.example/", "id": ' + "9" * 4300 + "},", JSON + "[", "{}]}"
    ),
    "a number of JSON without end": lambda: filled("9", JSON + "[", "]}"),
    "half characters of JSON": lambda: filled("\\ud800", JSON + '[{"url": "https://a.example/", "title": "', '"}]}'),
    "categories": lambda: in_entry(lambda n: f'<category term="{n}"/>'),
    "keywords": lambda: in_item(lambda n: f"{n},", "itunes:keywords"),
    "subjects": lambda: in_item(lambda n: f"<dc:subject>{n}</dc:subject>", times=TAGS // 2),
    "an author without end": lambda: in_item("a", "author"),
    "a creator without end": lambda: in_item("a.", "dc:creator"),
    "an owner's address without end": lambda: in_item("a-", "itunes:owner"),
    "authors": lambda: in_item(lambda n: f"<author>a{n}@b.example (c)</author>", times=TAGS // 2),
    "namespaces one in another": lambda: filled(
        lambda n: f'<d xmlns:n{n}="u{n}">', ATOM, "</d>" * 40_000 + ATOM_END, times=40_000
    ),
    "namespaces side by side": lambda: in_entry(lambda n: f'<d xmlns:n{n}="u{n}"/>', times=TAGS),
    "attributes": lambda: filled(lambda n: f'a{n}="" ', ATOM + "<d ", "/>" + ATOM_END),
    "attributes without values": lambda: filled("a ", ATOM + "<d ", "/>" + ATOM_END),
    "a huge attribute": lambda: filled("x", ATOM + '<d a="', '"/>' + ATOM_END),
    "a huge attribute of a link": lambda: filled("x", ATOM + '<link href="https://a.example/', '"/>' + ATOM_END),
    "a huge attribute of references": lambda: filled("&lt;", ATOM + '<d a="', '"/>' + ATOM_END),
    "elements one in another": lambda: in_item("<description>x", times=TAGS),
    "closed elements one in another": lambda: filled(
        "<div>x", ATOM + '<content type="xhtml">', "</div>" * 50_000 + "</content>" + ATOM_END, times=50_000
    ),
    "images one in another": lambda: filled("<image>", RSS, RSS_END, times=TAGS),
    "links": lambda: in_entry(lambda n: f'<link href="h:{n}"/>', times=TAGS),
    "bases one in another": lambda: filled(
        lambda n: f'<d xml:base="{n}/">', ATOM, "</d>" * 40_000 + ATOM_END, times=40_000
    ),
    "host names without end": lambda: filled(
        f"<item><title>x</title><link>https://{'é.a' * 500}/</link></item>", RSS, RSS_END
    ),
    "paths that go up": lambda: filled(f"<item><title>x</title><link>{'a/../' * 380}</link></item>", RSS, RSS_END),
    "accents without end": lambda: filled(
        "<item><title>a" + "\u0301\u0323\u0316" * 330 + "</title><link>https://a.example/</link></item>", RSS, RSS_END
    ),
    "dates of digits": lambda: in_item("1", "pubDate"),
    "dates of hours": lambda: in_item("1:", "pubDate"),
    "dates": lambda: in_item("<pubDate>Wed, 18 Jun 2025 17:14:00 +0600</pubDate>"),
    "positions": lambda: in_item("1 2 ", "georss:polygon"),
    "comments never begun": lambda: in_item("-->"),
    "comments never ended": lambda: in_item("<!--"),
    "comments": lambda: in_item("<!---->"),
    "CDATA never begun": lambda: in_item("]]>"),
    "CDATA never ended": lambda: in_item("<![CDATA["),
    "instructions": lambda: in_item("<?x?>"),
    "declarations": lambda: in_item("<!x "),
    "references that name nothing": lambda: in_item("&a;"),
    "references to characters": lambda: in_item("&#65;", "i"),
    "quotes never closed": lambda: in_item('<a b="', times=TAGS),
    "tags never closed": lambda: in_item("<x", times=TAGS),
    "ends of nothing": lambda: in_item("</x ", times=TAGS),
    "short tags": lambda: in_item("<x/", times=TAGS),
    "blanks": lambda: in_item(" ", "title"),
    "NULs": lambda: filled("\0", "<rss>", "</rss>"),
    "UTF-16": lambda: ("<rss>" + "я" * (LIMIT // 2 - 20) + "</rss>").encode("utf-16"),
    "bytes of no coding": lambda: b"<rss>" + b"\xff" * (LIMIT - 20) + b"</rss>",
}

TABLE, TABLE_END = '<CurrencyRates Name="Daily Exchange Rates" Date="18.06.2025">', "</CurrencyRates>"
ROW = '<Currency ISOCode="{}"><Nominal>1</Nominal><Value>{}</Value></Currency>'
TABLE_LIMIT = 64 << 10


def table(piece: str | Callable[[int], str], around: tuple[str, str] = ("", ""), *, size: int = TABLE_LIMIT) -> bytes:
    """A table with an honest USD and pieces up to the limit of its bytes."""
    head, end = around
    return filled(piece, TABLE + ROW.format("USD", "87,4500") + head, end + TABLE_END, size=size)


TABLES: dict[str, Callable[[], bytes]] = {
    "rows without end": lambda: table("<Currency/>"),
    "rows of one currency": lambda: table(ROW.format("EUR", "1,0000")),
    "rows one in another": lambda: table("<Currency>"),
    "closed elements one in another": lambda: filled(
        "<a>", TABLE + ROW.format("USD", "87,4500"), "</a>" * 8_000 + TABLE_END, times=8_000
    ),
    "values without end": lambda: table("<Value>1</Value>", ('<Currency ISOCode="EUR">', "</Currency>")),
    "a value without end": lambda: table("9", ('<Currency ISOCode="EUR"><Value>', "</Value></Currency>")),
    "a nominal without end": lambda: table("0", ('<Currency ISOCode="EUR"><Nominal>1', "</Nominal></Currency>")),
    "a code without end": lambda: table("E", ('<Currency ISOCode="', '"/>')),
    "attributes": lambda: table(lambda n: f'a{n}="" ', ("<Currency ", "/>")),
    "namespaces": lambda: table(lambda n: f'xmlns:n{n}="u" ', ("<Currency ", "/>")),
    "comments": lambda: table("<!---->"),
    "comments never ended": lambda: table("<!--"),
    "instructions": lambda: table("<?x?>"),
    "an entity without end": lambda: table("a", ("&", ";")),
    "an element's name without end": lambda: filled("a", "<", "/>", size=TABLE_LIMIT),
    "a day without end": lambda: filled("1", '<CurrencyRates Date="', '"/>', size=TABLE_LIMIT),
    "a table of the largest feed": lambda: table("<Currency/>", size=LIMIT),
}

ARCHIVE_LIMIT = 1 << 20
_SERIES = "CURRENCY,TIME_PERIOD,OBS_VALUE\n"
OTHER_BANKS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "rows of one element": (
        "CBR",
        lambda: filled("<Valute/>", '<ValCurs Date="03.03.2026">', "</ValCurs>", size=TABLE_LIMIT),
    ),
    "elements one in another": ("NBT", lambda: filled("<a>", size=TABLE_LIMIT)),
    "days of a page": (
        "CBR-old",
        lambda: filled('<Record Date="03.03.2026" Id="R"/>', '<ValCurs ID="R">', "</ValCurs>", size=ARCHIVE_LIMIT),
    ),
    "objects of nothing": ("CBU", lambda: filled("{},", "[", "{}]", size=TABLE_LIMIT)),
    "arrays one in another": ("NBG", lambda: filled("[", size=TABLE_LIMIT)),
    "arrays closed one in another": ("NBRB-old", lambda: b"[" * (ARCHIVE_LIMIT // 2) + b"]" * (ARCHIVE_LIMIT // 2)),
    "numbers": ("NBRB-old", lambda: filled("1,", "[", "1]", size=ARCHIVE_LIMIT)),
    "a number without end": ("NBRB-old", lambda: filled("9", "[", "]", size=ARCHIVE_LIMIT)),
    "members of one object": ("NBRB-old", lambda: filled(lambda n: f'"{n}":1,', "[{", '"a":1}]', size=ARCHIVE_LIMIT)),
    "days of one object each": (
        "NBRB-old",
        lambda: filled(
            '{"Cur_ID":1,"Date":"2026-03-03T00:00:00","Cur_OfficialRate":1},', "[", "{}]", size=ARCHIVE_LIMIT
        ),
    ),
    "rows of one day": ("ECB", lambda: filled("USD,2026-03-03,1\n", _SERIES, size=ARCHIVE_LIMIT)),
    "columns": ("ECB", lambda: filled("USD,", "Date,", "\n2026-03-03,1\n", size=ARCHIVE_LIMIT)),
    "columns and their cells": (
        "ECB",
        lambda: ("Date," + "USD," * 130_000 + "\n2026-03-03," + "1.1," * 130_000).encode(),
    ),
    "lines": ("ECB", lambda: filled("\n", "Date,USD", size=ARCHIVE_LIMIT)),
    "quotes never closed": ("ECB", lambda: filled('"', _SERIES, size=ARCHIVE_LIMIT)),
    "a cell without end": ("ECB", lambda: filled("x", _SERIES, size=ARCHIVE_LIMIT)),
    "a heading without end": ("ECB", lambda: filled("x", size=ARCHIVE_LIMIT)),
}
_CELL = "<!--date-->{:%d.%m.%Y}<!--date--><!--value-->{}<!--value-->"
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "marks of days": lambda: filled("<!--date-->", size=ARCHIVE_LIMIT),
    "marks of values": lambda: filled("<!--value-->", "<table><!--date-->18.06.2025<!--date-->", size=ARCHIVE_LIMIT),
    "a day's marks without a value's": lambda: filled("<!--date-->1<!--date--><!--value-->", size=ARCHIVE_LIMIT),
    "a day without end": lambda: filled("1", "<!--date-->", "<!--date--><!--value-->1<!--value-->", size=ARCHIVE_LIMIT),
    "a day of controls": lambda: b"<!--date-->\x1b[31m\r\n\x07<b>" + b"<!--date-->",
    "a value without end": lambda: filled(
        "9", "<!--date-->18.06.2025<!--date--><!--value-->", "<!--value-->", size=ARCHIVE_LIMIT
    ),
    "one day, again and again": lambda: filled(
        "<!--date-->18.06.2025<!--date--><!--value-->87,45<!--value-->", "<table>", size=ARCHIVE_LIMIT
    ),
    "tables": lambda: filled("<table>", size=ARCHIVE_LIMIT),
    "a page larger than the limit": lambda: filled("<table>", size=LIMIT),
}

MARKUP = (
    *("<", ">", "/>", "</", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "<!DOCTYPE a>", "&", "&#", "&amp;", ";"),
    *(
        '"',
        "'",
        "=",
        "\0",
        "\ufeff",
        "\ud7ff",
        "\x1b[31m",
        "\u202e",
        "\r\n",
        "<a b='c'>",
        "<b/>",
        "xmlns:q='r'",
        "x" * 99,
    ),
)
FEED_PARTS = (
    *("<item>", "</item>", "<entry>", "</entry>", "<item/>", "<title>", "</title>", "<title/>", "<link>", "</link>"),
    *('<link href="https://a.example/">', '<link href="javascript:a()"/>', "<guid>", "</guid>", "<id>7</id>", "<feed>"),
    *(
        "<links>x</links>",
        "<links a='1'/>",
        "<title_detail>x</title_detail>",
        "<summary_detail a='1'/>",
        "<tags>x</tags>",
    ),
    *("<date a='1'/>", "<published a='1'/>", "<published_parsed>x</published_parsed>", "<updated>", "</updated>"),
    *(
        "<dc:date>",
        "</dc:date>",
        "<dc:title>",
        "</dc:title>",
        "<media:title>",
        "</media:title>",
        "<content>",
        "</content>",
    ),
    *("<category>x</category>", "<author>a@b.example</author>", "<name>", "</name>", "<image>", "</image>", "<source>"),
    *(
        "<content type='xhtml'><div>x</div></content>",
        "<title mode='base64'>",
        "<title type='xhtml'>",
        "<svg>",
        "</svg>",
    ),
    *(
        "<description>",
        "</description>",
        "<summary>",
        "</summary>",
        "<authors>x</authors>",
        "<language>",
        "</language>",
    ),
    *("https://a.example/1", "18.06.2025 17:14", "t", "Новости", "<q:title xmlns:q='http://www.w3.org/2005/Atom'>x"),
    *(
        "<q:links xmlns:q='http://www.w3.org/2005/Atom'>x</q:links>",
        "</channel>",
        "</feed>",
        "</rss>",
        "<rss>",
        "<rdf:RDF>",
    ),
)
TABLE_PARTS = (
    ROW.format("USD", "87,4500"),
    ROW.format("EUR", "101,5076"),
    *(
        '<Currency ISOCode="JPY">',
        "<Currency>",
        "</Currency>",
        "<Nominal>",
        "</Nominal>",
        "<Value>",
        "</Value>",
        "10",
        "1",
    ),
    *(
        "0",
        "87,4500",
        "-1",
        "9" * 12,
        "NaN",
        "Infinity",
        "<ValidFor>",
        "</ValidFor>",
        "7",
        "<CurrencyRates>",
        "</CurrencyRates>",
    ),
)


def damaged(bodies: Sequence[bytes], fragments: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Valid bodies with up to six pieces cut out, doubled, or replaced by bytes or fragments."""
    put = st.binary(max_size=8) | st.sampled_from(fragments).map(str.encode)
    cuts = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 60), put, st.booleans()), min_size=1, max_size=6)
    return st.builds(_cut, st.sampled_from(bodies), cuts)


def _cut(body: bytes, cuts: list[tuple[int, int, bytes, bool]]) -> bytes:
    for at, length, put, doubled in cuts:
        at %= len(body) + 1
        piece = body[at : at + length]
        body = body[:at] + put + piece * (2 * doubled) + body[at + length :]
    return body


def spliced(fragments: Sequence[str], head: str = "", end: str = "") -> st.SearchStrategy[bytes]:
    """Fragments in any order, between `head` and `end`."""
    return st.lists(st.sampled_from(fragments), max_size=40).map(lambda parts: (head + "".join(parts) + end).encode())
