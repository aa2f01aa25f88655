"""The picture of a chart as SVG (pure).

A figure is drawn for its whole day, from midnight to midnight; a day without one is a gap.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from xml.etree import ElementTree as ET

from ticker.serve.chart.picture import (
    BETWEEN,
    EM,
    FIGURE,
    HEAD,
    HEADER,
    MARGIN,
    NAMES_FROM,
    PAD,
    SMALL,
    TEXT,
    Chart,
    Line,
    plot_edges,
    plot_height,
    plot_tops,
    size,
)
from ticker.serve.http.svg import FONTS
from ticker.serve.http.xml import add
from ticker.serve.strip.contrast import Colours


def svg(chart: Chart) -> bytes:
    width, height = size(len(chart.lines), chart.width)
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "lang": chart.language,
            "role": "img",
            "aria-labelledby": "title desc",
            "width": str(width),
            "height": str(height),
            "viewBox": f"0 0 {width} {height}",
        },
    )
    add(root, "title", {"id": "title"}, chart.title)
    add(root, "desc", {"id": "desc"}, "\n".join(line.spoken for line in chart.lines))
    add(root, "style", text=_style(chart.colours))
    add(root, "rect", {"class": "g", "width": str(width), "height": str(height)})
    _header(root, chart)
    _Panels(root, chart).draw()
    return ET.tostring(root, encoding="unicode").encode()


def policy(frame_ancestors: str, chart: Chart) -> str:
    """The Content-Security-Policy of the picture when a browser opens it as a page or an object."""
    digest = b64encode(sha256(_style(chart.colours).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )


def _style(colours: Sequence[Colours]) -> str:
    first, *dark = map(_inks, colours)
    asked = f"@media (prefers-color-scheme:dark){{{dark[0]}}}" if dark else ""
    return (
        f"text{{font-family:{FONTS};font-variant-numeric:tabular-nums}}.b{{font-weight:600}}"
        f".c{{fill:none;stroke-width:2;stroke-linejoin:round}}{first}{asked}"
    )


def _inks(colours: Colours) -> str:
    inks = {
        "g": colours.ground,
        "l": colours.line,
        "t": colours.text,
        "m": colours.muted,
        "up": colours.up,
        "down": colours.down,
        "p": colours.amber_ground,
        "w": colours.amber,
        "d": colours.link,
    }
    fills = "".join(f".{name}{{fill:#{colour}}}" for name, colour in inks.items())
    return f"{fills}.c{{stroke:#{colours.link}}}"


def _header(root: ET.Element, chart: Chart) -> None:
    """The bank, the unit and the days."""
    if chart.marked:
        add(root, "rect", {"class": "p", "width": str(chart.width), "height": str(HEADER - 6)})
    _text(root, PAD, 19, chart.label, "b w" if chart.marked else "b t", TEXT)
    _text(root, PAD, 37, chart.span, "w" if chart.marked else "m", SMALL)


class _Panels:
    """The currencies, from the top down, over one axis of days."""

    def __init__(self, root: ET.Element, chart: Chart) -> None:
        self._root, self._chart = root, chart
        self._left, self._right = plot_edges(chart, chart.width)
        self._high = plot_height(len(chart.lines))

    def draw(self) -> None:
        tops = plot_tops(len(self._chart.lines))
        for line, top in zip(self._chart.lines, tops, strict=True):
            self._head(line, top - HEAD)
            self._plot(line, top)
        self._axis(tops[-1] + self._high if tops else HEADER - BETWEEN)

    def _head(self, line: Line, top: int) -> None:
        text = add(self._root, "text", {"x": str(PAD), "y": str(top + 22)})
        add(text, "tspan", {"class": "b t", "font-size": str(TEXT)}, line.currency)
        if self._chart.width >= NAMES_FROM:
            add(text, "tspan", {"class": "m", "font-size": str(SMALL), "dx": "7"}, line.name)
        add(text, "tspan", {"class": "b t", "font-size": str(FIGURE), "dx": "12"}, line.figure)
        edge = self._chart.width - PAD
        if line.note:
            _text(self._root, edge, top + 22, line.note, "w", SMALL, "end")
        elif line.change:
            arrow = {"up": "▲ ", "down": "▼ "}.get(line.trend, "")
            _text(self._root, edge, top + 22, f"{arrow}{line.change}", line.trend or "m", TEXT, "end")

    def _plot(self, line: Line, top: int) -> None:
        add(self._root, "path", {"class": "l", "d": self._rule(top + self._high)})
        drawn = [place for place, value in enumerate(line.values) if value is not None]
        if not drawn:
            return

        def y(value: Decimal) -> float:
            return top + MARGIN + (self._high - 2 * MARGIN) * float((line.high - value) / (line.high - line.low))

        for tick in line.ticks:
            place = y(tick.value)
            add(self._root, "path", {"class": "l", "d": self._rule(place)})
            _text(self._root, self._right + 6, place + 4, tick.text, "m", SMALL)
        heights = [None if value is None else y(value) for value in line.values]
        add(self._root, "path", {"class": "c", "d": "".join(_trace(heights, self._left, self._right))})
        end = {"cx": _px(self._x(drawn[-1] + 1)), "cy": _px(heights[drawn[-1]] or 0)}
        add(self._root, "circle", {"class": "d", "r": "3", **end})

    def _axis(self, bottom: int) -> None:
        for mark in self._chart.marks:
            x = self._x(mark.place + 0.5 if mark.point else mark.place)
            half = len(mark.text) * SMALL * EM / 2
            add(self._root, "path", {"class": "l", "d": f"M{_px(x)} {bottom}h1v5h-1z"})
            if x - half < self._left:
                _text(self._root, self._left, bottom + 18, mark.text, "m", SMALL)
            elif x + half > self._chart.width - PAD:
                _text(self._root, self._chart.width - PAD, bottom + 18, mark.text, "m", SMALL, "end")
            else:
                _text(self._root, x, bottom + 18, mark.text, "m", SMALL, "middle")

    def _rule(self, y: float) -> str:
        return f"M{self._left} {_px(y)}h{self._right - self._left}v1H{self._left}z"

    def _x(self, place: float) -> float:
        return self._left + (self._right - self._left) * place / self._chart.days


def _trace(heights: Sequence[float | None], left: int, right: int) -> Iterator[str]:
    """The line as SVG path data: a step for each day, or the range of each pixel where days are narrower."""
    step, place = (right - left) / len(heights), 0
    for missing, run in groupby(heights, key=lambda height: height is None):
        days = list(run)
        if not missing:
            known = [height for height in days if height is not None]
            yield from (_steps if step >= 1 else _ranges)(known, left + place * step, step)
        place += len(days)


def _steps(heights: Sequence[float], x: float, step: float) -> Iterator[str]:
    yield f"M{_px(x)} {_px(heights[0])}"
    at = heights[0]
    for place, height in enumerate(heights):
        if height != at:
            yield f"H{_px(x + place * step)}V{_px(height)}"
            at = height
    yield f"H{_px(x + len(heights) * step)}"


def _ranges(heights: Sequence[float], x: float, step: float) -> Iterator[str]:
    """The first, lowest, highest and last figure of each pixel, so that no peak is lost."""
    command = "M"
    columns = groupby(enumerate(heights), key=lambda one: int(x + one[0] * step))
    for column, days in columns:
        of_column = [height for _, height in days]
        for height in dict.fromkeys((of_column[0], min(of_column), max(of_column), of_column[-1])):
            yield f"{command}{column} {_px(height)}"
            command = "L"
    yield f"H{_px(max(x + len(heights) * step, int(x) + 1))}"


def _text(root: ET.Element, x: float, y: float, text: str, ink: str, size: int, anchor: str = "start") -> None:
    if text:
        placed = {"class": ink, "x": _px(x), "y": _px(y), "font-size": str(size)}
        add(root, "text", placed | ({"text-anchor": anchor} if anchor != "start" else {}), text)


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
