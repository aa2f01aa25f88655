"""The strip's picture as PNG: the SVG drawn in the package's own font, with few colours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from ticker.serve.strip.png_palette import few_colours
from ticker.serve.strip.png_text import Legible, covered
from ticker.serve.strip.svg import svg
from ticker.serve.strip.view import Strip

_FONT = "Inter"  # has the letters of all languages and → ≈ ▲ ▼; other fonts may lack them


def png(strip: Strip) -> bytes:
    """The same picture at the same size, light unless dark is chosen, in the font of the package."""
    import resvg_py  # here, so that a worker that serves no PNG does not load it

    light = replace(strip, look=replace(strip.look, colours=strip.look.colours[:1]))
    return few_colours(
        resvg_py.svg_to_bytes(
            svg_string=svg(light, legible=legible()).decode(),
            skip_system_fonts=True,
            font_files=[str(font_file())],
            font_family=_FONT,
            sans_serif_family=_FONT,
        )
    )


@cache
def legible() -> Legible:
    """Texts as the package's font can draw them."""
    characters = covered(font_file())
    return Legible(lambda char: ord(char) in characters)


def font_file() -> Path:
    from fontpkg import path

    return Path(path(_FONT))
