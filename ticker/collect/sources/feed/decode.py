"""Bytes of a feed as text, and text as XML that a strict parser can read.

Labels lie, bytes less so: what is valid UTF-8 is read as UTF-8 whatever the labels say, as miniflux does.
"""

from __future__ import annotations

import codecs
import html.entities
import re
from xml.sax.saxutils import escape

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.ASCII | re.IGNORECASE)
_XML_LABEL = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""", re.ASCII)
_TEXT_CODECS = re.compile(
    r"ascii|utf-(8|16|32)(-[lb]e)?|cp(125\d|437|8\d\d|932|949|950|1125)|iso8859-\d+|koi8-[rut]|kz1048|ptcp154|"
    r"mac-cyrillic|gb(2312|k|18030)|big5(hkscs)?|euc_(jp|kr|jis_2004)|shift_jis\w*|iso2022_\w+|johab|tis-620"
)
# What servers call Latin-1 is windows-1252, and so on (WHATWG Encoding Standard, 4.2).
_IN_PRACTICE = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
_LAST_RESORT = "cp1252"

_SPECIAL = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(
    r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));(?:&#(?:[xX]([dD][c-fC-F][0-9a-fA-F]{2})|([0-9]{5}));)?|(\w{2,32});)?"
)
_BARE_LESS = re.compile(r"<(?![A-Za-z_/])")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


def text_of(body: bytes, *, content_type: str | None, encoding: str | None) -> str:
    """Byte order mark; UTF-8 where the bytes are that, or nearly; else the first of the Content-Type's charset, the XML
    declaration's label and `encoding` that fits; else windows-1252, which every undeclared Latin-1 file reads as."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    for start, codec in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(start):
            return body.decode(codec, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)  # a body cut off inside a character is UTF-8 too
    except UnicodeDecodeError:
        pass
    for candidate in ("utf-8", *_candidates(body, content_type, encoding)):
        text = body.decode(candidate, "replace")
        if _fits(text):
            return text
    return body.decode(_LAST_RESORT, "replace")


def _candidates(body: bytes, content_type: str | None, encoding: str | None) -> list[str]:
    in_header, in_xml = _CHARSET.search(content_type or ""), _XML_LABEL.search(body[:1024])
    header = _codec(in_header[1] if in_header else None)
    label = _codec(in_xml[1].decode() if in_xml else None)
    if header == _LAST_RESORT and label not in (None, "utf-8"):
        header, label = (
            label,
            header,
        )  # Latin-1 is what a server adds by itself (AddDefaultCharset); a label somebody wrote
    return [codec for codec in (header, label, _codec(encoding)) if codec and codec != "utf-8"]


def _codec(label: str | None) -> str | None:
    try:
        name = codecs.lookup(label or "").name
    except (LookupError, ValueError):
        return None
    return _IN_PRACTICE.get(name, name) if _TEXT_CODECS.fullmatch(name) else None


def _fits(text: str) -> bool:
    """Whether hardly anything had to be replaced: one spoilt title changes no coding."""
    spoilt = text.count("\ufffd")
    return not spoilt or spoilt * 20 <= sum(not char.isascii() for char in text)


def flattened(text: str) -> str:
    """The same document without what only makes it harder to read: CDATA becomes escaped text, comments and processing
    instructions go, HTML's entities become characters, bare `&` and `<` are escaped, illegal characters dropped."""
    text = _ILLEGAL.sub("", text.replace("\x0b", " ").replace("\x0c", " "))
    pieces: list[str] = []
    at = 0
    for special in _SPECIAL.finditer(text):
        pieces += _escaped(text[at : special.start()]), escape(special[1] or "")
        at = special.end()
    pieces.append(_escaped(text[at:]))
    return "".join(pieces)


def _escaped(markup: str) -> str:
    return _BARE_LESS.sub("&lt;", _REFERENCE.sub(_reference, markup)).replace("]]>", "]]&gt;")


def _reference(found: re.Match[str]) -> str:
    hexadecimal, decimal, low_hexadecimal, low_decimal, name = found.groups()
    if name:
        char = html.entities.html5.get(name + ";", "")
        if name in _XML_NAMES:
            return found[0]
        return escape(char) or f"&amp;{name};"
    if not (hexadecimal or decimal):
        return "&amp;" + found[0][1:]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    low = int(low_hexadecimal, 16) if low_hexadecimal else int(low_decimal or 0)
    if 0xD800 <= code < 0xDC00 and 0xDC00 <= low < 0xE000:  # an emoji as two halves, which XML has no word for
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
    return _character(code) + (_character(low) if low else "")


def _character(code: int) -> str:
    if code in (9, 10, 13) or (0x20 <= code < 0x110000 and not _ILLEGAL.match(chr(code))):
        return f"&#{code};"
    return ""
