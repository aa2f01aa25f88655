"""Markup of ours as nodes that a script builds without parsing any: [tag, attributes, *children], text as itself."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

_NAMED = {"viewbox": "viewBox"}  # which the reader of HTML writes small


def nodes(markup: str) -> list[Any]:
    """The one element that `markup` is. Space between elements that has a line's end in it means nothing.

    For the templates' own markup: every element has its end, none is void.
    """
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    (found,) = reader.root
    return found  # type: ignore[no-any-return]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root: list[Any] = []
        self._open: list[list[Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: list[Any] = [tag, {_NAMED.get(name, name): value or "" for name, value in attrs}]
        (self._open[-1] if self._open else self.root).append(node)
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
