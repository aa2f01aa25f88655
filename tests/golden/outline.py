"""What a reader gets of a body, as lines of text: of a page its words, roles, names and links, of data its values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

WIDTH = 400  # characters of a JSON value that stays on one line
VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
UNSEEN = frozenset({"script", "style", "svg", "template"})
ROLES = {
    **{f"h{level}": f"heading {level}" for level in range(1, 7)},
    "a": "link",
    "article": "article",
    "aside": "complementary",
    "button": "button",
    "caption": "caption",
    "details": "details",
    "dl": "definitions",
    "dd": "definition",
    "dt": "term",
    "fieldset": "group",
    "figcaption": "caption",
    "figure": "figure",
    "footer": "footer",
    "form": "form",
    "header": "header",
    "html": "page",
    "iframe": "frame",
    "img": "image",
    "input": "input",
    "label": "label",
    "legend": "legend",
    "li": "item",
    "link": "refers to",
    "main": "main",
    "meta": "meta",
    "nav": "navigation",
    "ol": "ordered list",
    "option": "option",
    "output": "output",
    "p": "paragraph",
    "pre": "preformatted",
    "section": "section",
    "select": "select",
    "source": "source",
    "summary": "summary",
    "table": "table",
    "td": "cell",
    "textarea": "text field",
    "th": "header cell",
    "time": "time",
    "title": "title",
    "tr": "row",
    "ul": "list",
}
INLINE = frozenset({"abbr", "b", "bdi", "br", "code", "em", "i", "kbd", "small", "span", "strong", "sub", "sup"})
UNSAID = frozenset({"aria-hidden", "class", "for", "hidden", "id", "style"})
DATA = frozenset({"data-currency", "data-state", "data-trend"})  # which pages that include the fragment may style
NAMED_ELSEWHERE = {"aria-labelledby": "name", "aria-describedby": "description"}
PUBLIC_CLASS = "som-ticker"  # which pages that include the fragment write rules for

Node = list[Any]  # [tag, attributes, *children], a text as itself


def lines(body: bytes, content_type: str) -> list[str]:
    kind = content_type.partition(";")[0].strip()
    if kind == "image/png":
        return [f"{int.from_bytes(body[16:20])} × {int.from_bytes(body[20:24])} px"]
    if kind in ("text/javascript", "text/css") or not body:
        return []
    declared = re.search(rb'encoding="([\w-]+)"', body[:100])
    text = body.decode(declared[1].decode() if declared else "utf-8")
    if kind == "text/html":
        return page(tree(text))
    if kind == "image/svg+xml":
        return list(picture(text))
    if kind.endswith("json"):
        return list(values(json.loads(text, parse_float=Decimal)))
    if kind.endswith("xml"):
        text = text.replace("><", ">\n<")
    return text.splitlines()


def values(value: Any, indent: str = "", before: str = "", after: str = "") -> Iterator[str]:
    """JSON with sorted names and its numbers digit for digit; the markup in it as an outline."""
    if isinstance(value, dict) and isinstance(value.get("nodes"), list):
        value = value | {"nodes": page(value["nodes"])}
    short = _json(value)
    if not isinstance(value, dict | list) or len(indent) + len(before) + len(short) <= WIDTH:
        yield f"{indent}{before}{short}{after}"
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{before}{opening}"
    members = sorted(value.items()) if isinstance(value, dict) else [("", one) for one in value]
    for nth, (name, one) in enumerate(members, 1):
        comma = "," if nth < len(members) else ""
        yield from values(one, indent + " ", f"{_json(name)}: " if isinstance(value, dict) else "", comma)
    yield f"{indent}{closing}{after}"


def _json(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(name)}: {_json(one)}" for name, one in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def picture(text: str) -> Iterator[str]:
    root = ElementTree.fromstring(text)
    yield " ".join(f"{name}={root.get(name)}" for name in ("width", "height", "viewBox", "role", "lang"))
    for one in root.iter():
        tag = one.tag.rpartition("}")[2]
        if tag in ("title", "desc", "text"):
            yield from f"{tag}: {''.join(one.itertext())}".splitlines()
        elif tag == "a":
            yield f"link {one.get('href')}"


def tree(text: str) -> Node:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.open[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[Node] = [["", {}]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: Node = [tag, {name: value or "" for name, value in attrs}]
        self.open[-1].append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].append([tag, {name: value or "" for name, value in attrs}])

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.open[-1].append(data)


def page(root: Node) -> list[str]:
    """A line an element that has a role, with what it says of itself and its text. What is drawn and not read aloud is
    in ⟦ ⟧."""
    outline = _Outline(root)
    outline.put(root)
    outline.start("")
    return outline.lines


class _Outline:
    def __init__(self, root: Node) -> None:
        self.lines: list[str] = []
        self._ids = {one[1]["id"]: one for one in _elements(root) if "id" in one[1]}
        self._role, self._text = "", ""

    def start(self, role: str) -> None:
        """End the line, and begin one."""
        text = " ".join(self._text.split())
        for met, put in (("⟦ ", "⟦"), (" ⟧", "⟧"), ("⟦⟧", "")):
            text = text.replace(met, put)
        if self._role or text:
            self.lines.append(": ".join(filter(None, [self._role or "text", text])))
        self._role, self._text = role, ""

    def put(self, node: Node | str, preformatted: bool = False) -> None:
        if isinstance(node, str):
            self._text += node.replace("\n", " ⏎ ") if preformatted else node
            return
        tag, attributes, *children = node
        if tag in UNSEEN or attributes.get("rel") == "icon" or (tag == "meta" and not attributes.get("name")):
            return
        if tag in INLINE and set(attributes) == {"lang"}:
            self._text += f"({attributes['lang']}) "
            attributes = {}
        role, drawn = self._told(tag, attributes), attributes.get("aria-hidden") == "true"
        if tag not in INLINE or role:
            self.start(role)
        self._text += "⟦" if drawn else ""
        for child in children:
            self.put(child, preformatted or tag in ("pre", "textarea"))
        self._text += "⟧" if drawn else ""
        if tag not in INLINE or role:
            self.start("")

    def _told(self, tag: str, attributes: dict[str, str]) -> str:
        """Role and attributes; empty for an element that says nothing."""
        said = {
            name: value
            for name, value in attributes.items()
            if name in DATA or not (name in UNSAID or name.startswith("data-"))
        }
        for refers, name in NAMED_ELSEWHERE.items():
            if refers in said:
                said[name] = " ".join(_words(self._ids[one]) for one in said.pop(refers).split())
        if tag == "label" and "for" in attributes:
            said["of"] = self._ids[attributes["for"]][1].get("name", "")
        public = [one for one in attributes.get("class", "").split() if one.startswith(PUBLIC_CLASS)]
        said |= {"class": " ".join(public)} if public else {}
        said |= {"hidden": ""} if "hidden" in attributes else {}
        role = ROLES.get(tag, tag if said else "")
        return " ".join([role, *(f'{name}="{value}"' if value else name for name, value in sorted(said.items()))])


def _elements(node: Node) -> Iterator[Node]:
    yield node
    for child in node[2:]:
        if isinstance(child, list):
            yield from _elements(child)


def _words(node: Node) -> str:
    return " ".join("".join(child if isinstance(child, str) else _words(child) for child in node[2:]).split())
