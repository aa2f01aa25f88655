"""Readable colours: contrast by WCAG 2.2, and the colour shown in place of a chosen one with too little of it.

Text needs 4.5:1 on its ground (1.4.3), controls and the focus ring 3:1 (1.4.11). White or black reaches 4.58:1 on
every ground, so there is always a readable colour. The two stock palettes reach 7:1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import Literal

TEXT, CONTROL = 4.5, 3.0

Theme = Literal["auto", "light", "dark", "transparent"]
Scheme = Literal["light", "dark"]
Rgb = tuple[int, int, int]

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_STEPS = 64


@dataclass(frozen=True, slots=True)
class Complaint:
    """A chosen colour that was replaced. `on` is its ground, `ratio` the contrast on it."""

    option: Literal["fg", "accent"]
    chosen: str
    on: str
    ratio: float
    wanted: float
    shown: str

    @property
    def said(self) -> str:
        """The ratio with one decimal, cut and not rounded: 4.49 is not 4.5."""
        return f"{floor(self.ratio * 10) / 10:.1f}"

    def __str__(self) -> str:
        what = {"fg": "text", "accent": "links"}[self.option]
        return f"{what} #{self.chosen} on #{self.on} {self.said}:1, {self.wanted:g} wanted; shown in #{self.shown}"


@dataclass(frozen=True, slots=True)
class Colours:
    """All colours of a strip, as six hexadecimal digits; each is readable on its ground."""

    scheme: Scheme  # the stock palette it is derived from, and the CSS color-scheme
    ground: str
    text: str
    muted: str
    soft: str  # the ground of hovered and current items; text is readable on it too
    line: str
    up: str
    down: str
    link: str
    ring: str  # around the focused item
    amber: str
    amber_ground: str
    complaints: tuple[Complaint, ...] = ()


LIGHT = Colours(
    scheme="light",
    ground="ffffff",
    text="12161b",
    muted="4d5663",
    soft="f1f3f6",
    line="dde2e8",
    up="0a6230",
    down="a3160d",
    link="0842a0",
    ring="0842a0",
    amber="7a3b00",
    amber_ground="fff1da",
)
DARK = Colours(
    scheme="dark",
    ground="14171b",
    text="eef1f5",
    muted="b1bac5",
    soft="23282f",
    line="2c323a",
    up="6fdc9c",
    down="ff9c93",
    link="a8c7fa",
    ring="a8c7fa",
    amber="ffd48a",
    amber_ground="35290f",
)


def ratio(one: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21."""
    return _ratio(_rgb(one), _rgb(other))


def readable(bg: str | None, fg: str | None, accent: str | None, theme: Theme) -> Colours:
    """The colours of a strip with the chosen ones, each six digits or None.

    A chosen ground decides which stock palette the others come from; without one it is that of `theme`, the light one
    for `auto` and `transparent`. `palettes` gives both where the reader's device decides.
    """
    stock = _stock(bg, theme)
    if not (bg or fg or accent):
        return stock
    ground = _rgb(bg or stock.ground)
    text = _reaching(_rgb(fg or stock.text), TEXT, ground)
    soft = next(soft for w in (0.07, 0.05, 0.03, 0) if _ratio(text, soft := _mix(ground, text, w)) >= TEXT)
    own = bool(bg or fg)
    # On a ground of the site's own, text, links and arrows have one colour: arrows alone say up and down.
    link = _rgb(accent) if accent else text if bg else _rgb(stock.link)
    return Colours(
        scheme=stock.scheme,
        ground=_hex(ground),
        text=_hex(text),
        muted=_hex(_between(text, ground)) if own else stock.muted,
        soft=_hex(soft) if own else stock.soft,
        line=_hex(_mix(ground, text, 0.15)) if own else stock.line,
        up=_hex(text if bg else _reaching(_rgb(stock.up), TEXT, ground)),
        down=_hex(text if bg else _reaching(_rgb(stock.down), TEXT, ground)),
        link=_hex(_reaching(link, TEXT, ground)),
        ring=_hex(_reaching(link, CONTROL, ground)),
        amber=stock.amber,
        amber_ground=stock.amber_ground,  # in its own box, so it fits any ground
        complaints=tuple(_complaints(ground, fg, accent)),
    )


def palettes(bg: str | None, fg: str | None, accent: str | None, theme: Theme) -> tuple[Colours, ...]:
    """One palette, or the light and the dark one where the reader's device decides."""
    if bg or theme in ("light", "dark"):
        return (readable(bg, fg, accent, theme),)
    return (readable(None, fg, accent, "light"), readable(None, fg, accent, "dark"))


def complaints(bg: str | None, fg: str | None, accent: str | None, theme: Theme) -> tuple[Complaint, ...]:
    """The replaced colours in any of the palettes."""
    return tuple(one for palette in palettes(bg, fg, accent, theme) for one in palette.complaints)


def _stock(bg: str | None, theme: Theme) -> Colours:
    if bg:
        ground = _rgb(bg)
        return max(LIGHT, DARK, key=lambda stock: _ratio(_rgb(stock.text), ground))
    return DARK if theme == "dark" else LIGHT


def _complaints(ground: Rgb, fg: str | None, accent: str | None) -> Iterator[Complaint]:
    if fg and (reached := _ratio(_rgb(fg), ground)) < TEXT:
        yield Complaint("fg", fg, _hex(ground), reached, TEXT, _hex(_reaching(_rgb(fg), TEXT, ground)))
    if accent and (reached := _ratio(_rgb(accent), ground)) < TEXT:
        yield Complaint("accent", accent, _hex(ground), reached, TEXT, _hex(_reaching(_rgb(accent), TEXT, ground)))


def _reaching(colour: Rgb, wanted: float, ground: Rgb) -> Rgb:
    """The colour, or the nearest mix of it with black or white that reaches the ratio: the hue stays."""
    for step in range(_STEPS + 1):
        moved = (_mix(colour, end, step / _STEPS) for end in (_BLACK, _WHITE))
        best = max(moved, key=lambda one: _ratio(one, ground))
        if _ratio(best, ground) >= wanted:
            return best
    raise AssertionError("neither black nor white is readable")


def _between(text: Rgb, ground: Rgb) -> Rgb:
    """Muted text: as near to the ground as the contrast allows, at most three tenths of the way."""
    return next(one for step in range(30, -1, -1) if _ratio(one := _mix(text, ground, step / 100), ground) >= TEXT)


def _ratio(one: Rgb, other: Rgb) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    """Relative luminance, WCAG 2.2."""
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4  # 10/255 is below 0.04045
        for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(one: Rgb, other: Rgb, weight: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * weight) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _rgb(digits: str) -> Rgb:
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _hex(colour: Rgb) -> str:
    return "{:02x}{:02x}{:02x}".format(*colour)
