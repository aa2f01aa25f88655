"""The titles of a feed as plain text."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

LONGEST_TITLE = 300
_LONGEST_READ = 2_000  # the rest of a longer title is ignored

# Elements that are always markup. The others may be the subject of a title ("Using <template> in Vue"):
# they are markup when they have attributes or come as a pair.
_ALWAYS_MARKUP = re.compile(
    "a|abbr|acronym|b|big|blockquote|br|center|del|div|em|embed|font|h[1-6]|hr|i|iframe|img|ins|li|nobr|noscript|ol|p|q|"
    "s|script|small|span|strike|strong|style|sub|sup|svg|tt|u|ul|wbr"
)
_TAG = re.compile(r"<!--|</?([A-Za-z][A-Za-z0-9:-]*)((?:[\s/][^<>]*)?)(>|\Z)|<")
_BREAK = re.compile(r"<(?=/?(?:br|p|div|li|tr|td|h[1-6]|hr)\b)", re.IGNORECASE)
_CLOSED = re.compile(r"</[A-Za-z]")
_ENTITY = re.compile(r"&#?\w{2,32};")
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs without ink


def plain(printed: str, *, literal: bool = False) -> str:
    """One line of visible text in NFC, at most 300 characters; "" where nothing can be seen.

    Markup is removed, one layer of escapes beyond the format's own undone: feeds escape twice. `literal` is for formats
    that say the title is text, not HTML (Atom's default, RFC 4287 3.1.1; JSON Feed): `<b>` there is only markup when it
    is closed.
    """
    text = visible(printed[:_LONGEST_READ])
    if literal and not _CLOSED.search(text):
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    else:
        text = _without_markup(text)
    text = visible(unicodedata.normalize("NFC", visible(text)))
    return _shortened(text) if _can_be_read(text) else ""


def visible(text: str) -> str:
    """Without control, direction, private and half characters, white space folded: none of them may move or hide
    the text beside a title. A joiner stays where it holds an emoji together."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(char for at, char in enumerate(text) if char.isspace() or _is_seen(text, at))
    return " ".join(text.split())


def _is_seen(text: str, at: int) -> bool:
    char = text[at]
    if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"):
        return ord(char) & 0xFFFE != 0xFFFE
    if char != _JOINER:
        return False
    before = text[max(0, at - 2) : at].rstrip(_EMOJI_STYLE)[-1:]
    return _is_emoji(before) and _is_emoji(text[at + 1 : at + 2])


def _is_emoji(char: str) -> bool:
    return bool(char) and unicodedata.category(char) in ("So", "Sk") and not char.isascii()


def _without_markup(text: str) -> str:
    below = text.lower()

    def kept(found: re.Match[str]) -> str:
        name, attributes, end = found.groups()
        if name is None:
            return found[0] if found[0] == "<!--" else "&lt;"
        name = name.lower()
        has_attributes = "=" in attributes
        paired = f"<{name}" in below and f"</{name}" in below
        is_markup = has_attributes or (end == ">" and (_ALWAYS_MARKUP.fullmatch(name) or paired))
        return found[0] if is_markup else "&lt;" + found[0][1:]

    text = _BREAK.sub(" <", _TAG.sub(kept, text))
    return html.unescape(nh3.clean(text, tags=set()))


def _can_be_read(text: str) -> bool:
    kinds = (unicodedata.category(char) for char in text if char not in _UNSEEN)
    return any(kind[0] in "LN" or kind == "So" for kind in kinds)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    whole = (end for end in range(LONGEST_TITLE - 1, LONGEST_TITLE - 20, -1) if not _holds_together(text, end))
    end = next(whole, LONGEST_TITLE - 1)
    head = text[:end]
    word = head if text[end] == " " else head[: head.rfind(" ") + 1]
    return (word if len(word) > LONGEST_TITLE // 2 else head).rstrip(" ,;:–—-") + "…"


def _holds_together(text: str, at: int) -> bool:
    """Whether a cut at `at` would part a letter from its accents, or an emoji."""
    return _JOINER in text[at - 1 : at + 1] or unicodedata.category(text[at]) in ("Mn", "Me", "Mc", "Sk")
