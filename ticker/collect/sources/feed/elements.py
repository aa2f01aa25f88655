"""Which elements of a feed feedparser is given to read, and how many (pure).

It compares each category with every other and searches authors for addresses, both in time that grows with the square
of their number, and keeps an element it does not know under that element's name, even where that is one of its own
(`links`, `title_detail`). So an element that we do not read gets a name that means nothing to it.
"""

from __future__ import annotations

import re

from ticker.model import ParseError

MOST_ENTRIES = 2_000
# Bounds on work: no feed comes near them, and feedparser takes minutes for 100,000 attributes or namespaces.
_MOST_TAGS, _MOST_ATTRIBUTES, _MOST_NAMESPACES = 120_000, 300, 300

_TAG_NAME = re.compile(r"<(/?(?:[\w.-]+:)?)([\w.-]+)")
_ENTRY_OPENS = re.compile(r"<(?:\w+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ENTRY_CLOSES = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[^<>]{1000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAMESPACE = re.compile(r"\bxmlns:([\w.-]+)")

_READ = re.compile(
    "rss|rdf|channel|feed|item|entry|source|image|textinput|name|url|href|width|height|"
    "title|link|guid|id|language|published|pubdate|issued|updated|modified|lastbuilddate|date|time|"
    "description|abstract|summary|content|encoded|body|fullitem",
    re.IGNORECASE,
)
# Markup inside a summary whose name matters for its plain text: a break, a script.
_INLINE = re.compile(
    "a|abbr|acronym|b|big|blockquote|br|center|del|div|em|embed|font|h[1-6]|hr|i|iframe|img|ins|li|nobr|"
    "noscript|ol|p|q|s|script|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|th|thead|tr|tt|u|ul|wbr",
    re.IGNORECASE,
)


def bounded(document: str, source: str, wanted: str) -> tuple[str, list[str]]:
    """The document up to its 2,000th entry, with what is not read renamed, and complaints. Raises ParseError for one
    that would take too long."""
    document, beyond = _first_entries(document)
    most = (
        ("tags", document.count("<"), _MOST_TAGS),
        ("namespaces", len(set(_NAMESPACE.findall(document))), _MOST_NAMESPACES),
        ("attributes in an element", max(map(_attributes, _LONG_TAG.findall(document)), default=0), _MOST_ATTRIBUTES),
    )
    for name, met, limit in most:
        if met > limit:
            raise ParseError(source, "body", f"{met} {name}", f"{wanted}, with at most {limit}")
    return _TAG_NAME.sub(_renamed, document), [beyond_limit(beyond)] * bool(beyond)


def beyond_limit(count: int) -> str:
    return f"{count} entries beyond {MOST_ENTRIES} not read"


def last_entry_end(document: str) -> int:
    """Where the last complete entry ends; 0 where there is none."""
    last = 0
    for entry in _ENTRY_CLOSES.finditer(document):
        last = entry.end()
    return last


def entries_begun(document: str, at: int = 0) -> int:
    return len(_ENTRY_OPENS.findall(document, at))


def _first_entries(document: str) -> tuple[str, int]:
    """Without the entries beyond the limit, and how many those are. What follows the last entry stays."""
    begun = [entry.start() for entry in _ENTRY_OPENS.finditer(document)]
    if len(begun) <= MOST_ENTRIES:
        return document, 0
    end = max(last_entry_end(document), begun[-1])
    return document[: begun[MOST_ENTRIES]] + document[end:], len(begun) - MOST_ENTRIES


def _attributes(tag: str) -> int:
    bare = _QUOTED.sub("", tag)
    return max(bare.count("="), len(bare.split()))


def _renamed(tag: re.Match[str]) -> str:
    opens, name = tag.groups()
    return tag[0] if _READ.fullmatch(name) or _INLINE.fullmatch(name) else f"<{opens}x-{name}"
