"""The `<rate-ticker>` script, and the file with its style and markup, built from the strip page's own templates.

The markup is the page's, rendered with the names of words in place of the words; the style is the page's, which
scripts/build.py adapts to a shadow root.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ticker.model import Home
from ticker.rates.freshness import freshness
from ticker.serve.http.dom import to_nodes
from ticker.serve.http.pages import built
from ticker.serve.strip import html
from ticker.serve.strip.options import Options
from ticker.serve.strip.view import StripWords, present
from ticker.snapshot import empty

OPTIONS = (*Options.model_fields, "preset")
_VERSION_LENGTH = 12
_GIVEN = re.compile(r"\bGIVEN_([A-Z]+)")  # see scripts/build.py
# The parts' digest is in the script, which must be small.
_DIGESTS = {"js": "sha384", "css": "sha256", "json": "sha256"}


@dataclass(frozen=True, slots=True)
class File:
    """A file whose address changes with its content, so that caches may keep it for ever."""

    body: bytes
    kind: str  # js or json; css in releases up to 0.4
    version: str  # a digest of the bytes
    integrity: str  # the attribute's value (Subresource Integrity)

    @property
    def name(self) -> str:
        return f"{self.version}.{self.kind}"


def file(body: bytes, kind: str) -> File:
    digest = hashlib.new(_DIGESTS[kind], body).digest()
    return File(body, kind, digest.hex()[:_VERSION_LENGTH], f"{_DIGESTS[kind]}-{b64encode(digest).decode()}")


@cache
def script() -> File:
    given = {"OPTIONS": OPTIONS, "PARTS": (parts().name, parts().integrity)}
    return file(_GIVEN.sub(lambda name: _literal(given[name[1]]), built("embed.js")).encode(), "js")


@cache
def parts() -> File:
    """The strip's style and markup, which the element requests along with its figures: so the script stays small, and
    nothing waits for the other."""
    return file(_literal({"style": built("embed.css"), "markup": _markup()}).encode(), "json")


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- markup ------------------------------------------------------------------------------------------------------


def _markup() -> list[Any]:
    """What is in the strip, as [tag, attributes, *children], with "{name}" in place of a word.

    The attribute "" is an element's text."""
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    nothing = empty(Home(_NONE, ZoneInfo("UTC")))
    blank = present(nothing, freshness(nothing, begin), Options(currencies=(_NONE,)))
    rate = replace(blank.rates[0], currency=_NONE, text="", own_day="", own_doubt="", spoken="")
    blank = replace(blank, as_of=begin, rates=(rate,))
    words = StripWords(**{field.name: f"{{{field.name}}}" for field in fields(StripWords)})
    page = html.page(replace(blank, words=words)).decode()
    return _inside(to_nodes(page[page.index("<main") : page.index("</main>") + len("</main>")]))


_NONE = "-"  # a currency's place
_LEFT_OUT = (
    "data-state",
    "data-trend",
    "datetime",
    "href",
    "aria-current",
    "type",
)  # set by the script, or of a form, which a shadow root has not


def _inside(page: list[Any]) -> list[Any]:
    """The strip inside another page, which has its own <main>, first heading and landmarks."""
    _main, _attributes, *children = page
    return [_fitted(child) for child in children if isinstance(child, list) and child[0] != "h1"]


def _fitted(node: list[Any]) -> list[Any]:
    tag, attributes, *children = node
    if tag == "nav":
        tag, attributes = "div", {**attributes, "role": "group"}
    attributes = {name: value for name, value in attributes.items() if name not in _LEFT_OUT}
    if len(children) == 1 and isinstance(children[0], str) and children[0].startswith("{"):
        return [tag, {**attributes, "": children[0]}]
    return [tag, attributes, *_children(children)]


def _children(children: list[Any]) -> Iterator[Any]:
    for child in children:
        if child != _NONE:
            yield _fitted(child) if isinstance(child, list) else child
