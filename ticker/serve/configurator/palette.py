"""The ready-made palettes: what each makes of a site's one colour, and which of them a strip has (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from ticker.serve.strip.contrast import LIGHT
from ticker.serve.strip.options import Options

Palette = Literal["light", "dark", "transparent", "solid", "line"]
PALETTES: tuple[Palette, ...] = get_args(Palette)
FROM_COLOUR = ("bg", "line", "accent")  # the options that a palette fills with the site's colour
FIRST_COLOUR = LIGHT.link  # of a palette that needs a colour where none was chosen

_COLOURED: Mapping[str, tuple[str, ...]] = {"solid": ("bg",), "line": ("line", "accent")}


def palette_of(options: Options) -> Palette | None:
    """None where the reader's device decides and there is no colour."""
    if options.bg and options.theme != "transparent":
        return "solid"
    if options.line and not options.bg:
        return "line"
    return next((one for one in PALETTES if one == options.theme), None)


def colour_of(options: Options) -> str:
    """The site's colour in these options; empty without one."""
    return options.bg or options.line or ""


def recoloured(given: Mapping[str, str], palette: str, colour: str, was: tuple[str, str]) -> dict[str, str]:
    """The form's fields after another palette or another colour was chosen; `was` are the two that the form was drawn
    with. What the reader gave a colour of its own keeps it."""
    old_palette, old = was
    if palette != old_palette and palette in PALETTES:
        return _with_palette(given, palette, colour or old or FIRST_COLOUR, old)
    if colour == old:
        return dict(given)
    if colour and not old and palette not in ("transparent", *_COLOURED):
        return _with_palette(given, "solid", colour, old)
    followers = [name for name in FROM_COLOUR if old and _plain(given.get(name, "")) == old]
    if colour and not followers:
        followers = list(_COLOURED.get(palette, ("bg",) if palette == "transparent" else ()))
    return {**given, **dict.fromkeys(followers, colour)}


def _with_palette(given: Mapping[str, str], palette: str, colour: str, old: str) -> dict[str, str]:
    kept = {
        name: text
        for name, text in given.items()
        if name not in ("bg", "line") and not (name == "accent" and _plain(text) in (old, colour))
    }
    if palette not in _COLOURED:
        return {**kept, "theme": palette}
    if kept.get("theme") == "transparent":
        del kept["theme"]  # a line stands on the ground of a theme
    return {**dict.fromkeys(_COLOURED[palette], colour), **kept}


def _plain(colour: str) -> str:
    return colour.strip().lower().removeprefix("#")
