"""Building XML documents."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def add(parent: ET.Element, tag: str, attributes: dict[str, str] | None = None, text: str = "") -> ET.Element:
    """A new child of `parent`, without the characters that XML does not allow."""
    given = {name: _ILLEGAL.sub("", value) for name, value in (attributes or {}).items()}
    element = ET.SubElement(parent, tag, given)
    element.text = _ILLEGAL.sub("", text) or None
    return element


def document(root: ET.Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()
