"""The strip as a picture for mail and forums: SVG.

Text is drawn in the reader's font, whose widths are unknown here: each piece gets the room that the widest common font
needs, so that nothing overlaps or is cut off. A picture may be seen much later, so it names the day of everything.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from unicodedata import east_asian_width
from xml.etree import ElementTree as ET

from ticker.model import Freshness
from ticker.serve.http.svg import FONTS
from ticker.serve.http.xml import add
from ticker.serve.i18n.words import ARROW
from ticker.serve.strip.contrast import DARK, LIGHT, Colours
from ticker.serve.strip.figures import StripRate
from ticker.serve.strip.view import Strip, StripHeadline

WIDTH = 600  # px, the usual width of a mail
_PAD, _GAP, _CELL, _LINE, _META, _BETWEEN = 16, 24, 84, 18, 17, 11
_TOP = 55  # of the header, hairline included
_MOST_COLUMNS, _MOST_HEADLINES, _MOST_LINES = 3, 3, 2
_TITLE, _SMALLEST, _SMALL, _LABEL, _FIGURE = 14, 11, 12, 13, 22  # px of type
_BOLD = 1.12  # how much wider a font's heavier weight is

Legible = Callable[[str, str], str | None]  # of a text and its language: what can be drawn of it; None where it can't


def svg(strip: Strip, *, width: int = WIDTH, legible: Legible = lambda text, _: text) -> bytes:
    """The picture, `width` px wide; its height depends only on the options, as long as feeds have headlines.

    The ground is always drawn, since the page around the picture may have any. `legible` is asked where the font is
    known; a headline that can't be drawn makes way for the next.
    """
    drawing = _Drawing(width, strip)
    bottom = _header(drawing, strip)
    bottom = _rates(drawing, strip, bottom)
    if strip.with_headlines:
        bottom = _headlines(drawing, strip, bottom, legible)
    return drawing.finished(bottom)


def size(currencies: int, headlines: int) -> tuple[int, int]:
    """Width and height of the picture for these options, in every state, for the attributes of an `img`."""
    rooms = 0 if not headlines else _room(headlines)
    return WIDTH, _TOP + _rows(currencies) * _CELL + rooms


def policy(frame_ancestors: str, strip: Strip) -> str:
    """The Content-Security-Policy of the SVG where it is opened as a page or an object."""
    digest = b64encode(sha256(_style(strip.look.colours).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )


def _style(colours: tuple[Colours, ...]) -> str:
    first, *dark = map(_fills, colours)
    asked = f"@media (prefers-color-scheme:dark){{{dark[0]}}}" if dark else ""
    return f"text{{font-family:{FONTS}}}.b{{font-weight:600}}{first}{asked}"


def _fills(colours: Colours) -> str:
    own_ground = colours.ground not in (LIGHT.ground, DARK.ground)
    inks = {
        "g": colours.ground,
        "l": colours.line,
        "t": colours.text,
        "m": colours.muted,
        "up": colours.up,
        "down": colours.down,
        "p": colours.amber_ground,
        "w": colours.amber,
        "mark": colours.text if own_ground else colours.amber,  # amber is readable on its own ground only
    }
    return "".join(f".{name}{{fill:#{colour}}}" for name, colour in inks.items())


# --- parts from the top down: each draws itself below `top` and returns its bottom ----------------------------------


def _header(drawing: _Drawing, strip: Strip) -> int:
    """Bank and day of the figures, on amber where they are not simply today's, and the time of the snapshot."""
    words, marked = strip.words, strip.demo or strip.state is not Freshness.FRESH
    ink, light = ("w", "w") if marked else ("t", "m")
    as_of = [_Piece(words.as_of_dated, light)]
    day = f"{words.day} · {words.lower}" if strip.changed else words.day
    lines = [[_Piece(words.bank_name, f"b {ink}"), _Piece(words.bank_rest, light)], [_Piece(day, light)]]
    widths = [_width(line, _LABEL) for line in lines]
    room = {size: drawing.inner - _GAP - _width(as_of, size) for size in (_SMALL, _SMALLEST)}
    # Beside the first line that leaves room for it, in the larger type if possible; else on a line of its own.
    places = [(size, nth) for size in room for nth, width in enumerate(widths) if width <= room[size]]
    size, beside = places[0] if places else (_SMALL, len(lines))
    bottom = 18 + _LINE * max(len(lines), beside + 1)
    if marked:
        drawing.box("p", 0, 0, drawing.width, bottom)
    for nth, line in enumerate(lines):
        drawing.text(_PAD, 23 + nth * _LINE, line, _LABEL)
    drawing.text(drawing.width - _PAD, 23 + beside * _LINE, as_of, size, "end")
    return drawing.rule(bottom)


def _rates(drawing: _Drawing, strip: Strip, top: int) -> int:
    cells = [_cell(rate, changed=strip.changed) for rate in strip.rates]
    room = max((_width(line, size) for cell in cells for line, size in zip(cell, _CELL_SIZES, strict=True)), default=0)
    rows = _rows(len(cells), int((drawing.inner + _GAP) // (room + _GAP)))
    columns = -(-len(cells) // rows) if rows else 1
    step = (drawing.inner + _GAP) // columns  # whole pixels, so that equal letters look equal
    for nth, cell in enumerate(cells):
        x, y = _PAD + nth % columns * step, top + nth // columns * _CELL
        for line, size, below in zip(cell, _CELL_SIZES, (22, 47, 68), strict=True):
            drawing.text(x, y + below, line, size)
    return top + rows * _CELL


def _rows(cells: int, most: int = _MOST_COLUMNS) -> int:
    """How many rows the cells fill: at most three a row, however wide the picture, so that all states look alike."""
    return -(-cells // max(1, min(most, _MOST_COLUMNS)))


_CELL_SIZES = (_LABEL, _FIGURE, _LABEL)


def _cell(rate: StripRate, *, changed: bool) -> tuple[list[_Piece], list[_Piece], list[_Piece]]:
    """Three lines: the currency with its day; the figure; its change or the next figure, and a doubt."""
    ink = "m" if rate.freshness is Freshness.FRESH else "mark"
    # Of "no rate yet → 23 May" the first part: three cells a row are to fit in every state, and the later figure stands
    # below, with its day where the header names another.
    own, _, _ = rate.own_day.partition(f" {ARROW} ") if rate.freshness is Freshness.NONE else (rate.own_day, "", "")
    name = [_Piece(rate.currency, "m"), _Piece(f"  {own}" if own else "", ink)]
    arrow = {"up": "▲", "down": "▼", None: ""}[rate.trend]
    moved = [_Piece(f"{arrow} {rate.change_text}" if rate.change_text else "", rate.trend or "m")]
    if changed and rate.lower.kind == "change":
        moved = [_Piece(rate.lower.text, rate.lower.trend or "m")]  # the header names its day
    if rate.next and rate.next.text:
        after = _Piece(f"{rate.next.text} {arrow}".strip(), rate.trend or "t")
        mark = _Piece(f"  {rate.next.mark}" if rate.next.mark else "", "m")
        moved = [_Piece(f"{ARROW} ", "m"), after, mark]
    return name, [_Piece(rate.text, "b t")], [*moved, _Piece(rate.own_doubt, ink)]


def _headlines(drawing: _Drawing, strip: Strip, top: int, legible: Legible) -> int:
    """As many whole headlines as fit; two long ones always do."""
    end = top + _room(len(strip.headlines))
    y = (drawing.rule(top) if strip.rates else top) + 8
    if not strip.headlines:
        drawing.text(_PAD, y + 14, [_Piece(strip.words.headlines_none, "m")], _TITLE)
    shown = filter(None, (_as_legible(one, legible) for one in strip.headlines))
    for nth, headline in enumerate(islice(shown, _MOST_HEADLINES)):
        lines = _lines(headline.title, drawing.inner / _TITLE)
        if y + len(lines) * _LINE + _META > end - 8:
            break
        for line in lines:
            drawing.text(_PAD, y + 14, [_Piece(line, "t")], _TITLE, lang=headline.language)
            y += _LINE
        updated = strip.words.updated_dated if nth == 0 else ""
        _meta(drawing, headline, updated, y + 12)
        y += _META + _BETWEEN
    return end


def _as_legible(headline: StripHeadline, legible: Legible) -> StripHeadline | None:
    """None where its title or publisher can't be drawn."""
    title, publisher = (legible(text, headline.language) for text in (headline.title, headline.publisher))
    return replace(headline, title=title, publisher=publisher) if title and publisher else None


def _room(headlines: int) -> int:
    return (1 if headlines == 1 else 2) * (_MOST_LINES * _LINE + _META + _BETWEEN) + 16


def _meta(drawing: _Drawing, headline: StripHeadline, updated: str, y: int) -> None:
    """Day, time and publisher; on the right, the last success of outdated feeds."""
    published, note = [_Piece(f"{headline.dated} · {headline.publisher}", "m")], [_Piece(updated, "mark")]
    drawing.text(_PAD, y, published, _SMALL)
    drawing.text(drawing.width - _PAD, y, note, _SMALL, "end")


# --- the drawing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    ink: str  # CSS classes


class _Drawing:
    """An SVG that grows downwards."""

    def __init__(self, width: int, strip: Strip) -> None:
        self.width, self.inner = width, width - 2 * _PAD
        self._root = ET.Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", "lang": strip.language, "role": "img", "width": str(width)}
        )
        self._add("title", text=strip.words.title)
        self._add("desc", text="\n".join(_sentences(strip)))
        self._add("style", text=_style(strip.look.colours))
        self._ground = self._add("rect", {"class": "g", "width": str(width)})
        self._edge = self._add("path", {"class": "l"})

    def box(self, ink: str, x: float, y: float, width: float, height: float) -> None:
        places = {"x": x, "y": y, "width": width, "height": height}
        self._add("rect", {"class": ink, **{name: _number(value) for name, value in places.items()}})

    def rule(self, y: int) -> int:
        """A hairline from edge to edge."""
        self.box("l", 0, y, self.width, 1)
        return y + 1

    def text(
        self, x: float, y: float, pieces: list[_Piece], size: int, anchor: str = "start", *, lang: str = ""
    ) -> None:
        pieces = [piece for piece in pieces if piece.text]
        if not pieces:
            return
        placed = {"x": _number(x), "y": _number(y), "font-size": str(size), "xml:space": "preserve"}
        placed |= {"text-anchor": anchor} if anchor != "start" else {}
        placed |= {"lang": lang} if lang else {}
        line = self._add("text", placed)
        for piece in pieces:
            self._add("tspan", {"class": piece.ink}, piece.text, line)

    def finished(self, height: int) -> bytes:
        width = self.width
        self._root.set("height", str(height))
        self._root.set("viewBox", f"0 0 {width} {height}")
        self._ground.set("height", str(height))
        self._edge.set("d", f"M0 0h{width}v{height}H0zM1 1v{height - 2}h{width - 2}V1z")
        return ET.tostring(self._root, encoding="unicode").encode()

    def _add(
        self, tag: str, attributes: dict[str, str] | None = None, text: str = "", parent: ET.Element | None = None
    ) -> ET.Element:
        return add(self._root if parent is None else parent, tag, attributes, text)


def _sentences(strip: Strip) -> Iterator[str]:
    """The whole picture as sentences, for screen readers."""
    yield strip.words.status
    yield from (rate.spoken for rate in strip.rates)
    yield from (f"{one.dated} {one.title}, {one.publisher}" for one in strip.headlines[:_MOST_HEADLINES])
    yield from filter(None, [strip.words.updated_dated, strip.words.as_of_dated])


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# --- widths -----------------------------------------------------------------------------------------------------------

_TYPEWRITER = 0.602
# Ems in DejaVu Sans (as wide as Verdana) or Inter, whichever is wider. Other letters count 0.72, East Asian ones 1.12.
_EMS = {
    char: ems
    for ems, chars in {
        0.42: "'IijlftrІЇіїј !(),./:;[]|·’\u00a0",
        0.62: 'acekosvxyzFJLагзкостухчьэяөў?"*-–“”„«»',
        0.92: "CDGHNOQUw&#+<=>~≈×ЂЋДЙИЛНОПСЦЭФЪЫжмфыюӨҢ",
        1.12: "MWm@%ЉЊЖШЩЮшщљ№—…→▲▼",
    }.items()
    for char in chars
}


def _ems(text: str) -> float:
    """The width in a proportional or in a monospaced font, whichever is wider."""
    return max(
        _TYPEWRITER * len(text),
        sum(_EMS.get(char) or (1.12 if east_asian_width(char) in "WF" else 0.72) for char in text),
    )


def _width(pieces: list[_Piece], size: int) -> float:
    """The greatest possible width of the line, in px."""
    return size * sum(_ems(piece.text) * (_BOLD if piece.ink.startswith("b ") else 1) for piece in pieces)


def _lines(text: str, ems: float) -> list[str]:
    """Lines of at most `ems`, broken between words; the last one ends with "…" where text is left."""
    lines: list[str] = []
    rest = text.split()
    while rest and len(lines) < _MOST_LINES:
        line = rest.pop(0)
        while rest and _ems(f"{line} {rest[0]}") <= ems:
            line = f"{line} {rest.pop(0)}"
        lines.append(line if _ems(line) <= ems else _cut(line, ems))
    if rest:
        lines[-1] = _cut(f"{lines[-1]} {rest[0]}", ems)
    return lines


def _cut(text: str, ems: float) -> str:
    while _ems(text) + _EMS["…"] > ems:
        text = text[:-1]
    return f"{text.rstrip()}…"
