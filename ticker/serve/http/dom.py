"""The service's own markup as nodes, [tag, attributes, *children], which a script builds without parsing any HTML."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

_CASE = {"viewbox": "viewBox"}  # HTMLParser lowers the case of attribute names


def to_nodes(markup: str) -> list[Any]:
    """The single element in `markup` as nodes. Whitespace that contains a line break is left out.

    For the project's own templates: every element has its end tag, none is void.
    """
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    (root,) = reader.roots
    return root  # type: ignore[no-any-return]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Any] = []
        self._open: list[list[Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: list[Any] = [tag, {_CASE.get(name, name): value or "" for name, value in attrs}]
        (self._open[-1] if self._open else self.roots).append(node)
        self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()
        assert opened[0] == tag, f"</{tag}> ends <{opened[0]}>"

    def handle_data(self, data: str) -> None:
        if self._open and (data.strip() or "\n" not in data):
            self._open[-1].append(data)
