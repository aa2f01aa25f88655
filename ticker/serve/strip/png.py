"""The strip's picture as PNG: the SVG drawn in the package's own font, with few colours."""

from __future__ import annotations

from dataclasses import replace

from ticker.serve.strip.png_palette import few_colours
from ticker.serve.strip.svg import svg
from ticker.serve.strip.view import Strip

_FONT = "Inter"  # has the letters of all languages and → ≈ ▲ ▼; other fonts may lack them


def png(strip: Strip) -> bytes:
    """The same picture at the same size, light unless dark is chosen, in the font of the package."""
    import resvg_py  # here, so that a worker that serves no PNG does not load it
    from fontpkg import path

    light = replace(strip, look=replace(strip.look, colours=strip.look.colours[:1]))
    return few_colours(
        resvg_py.svg_to_bytes(
            svg_string=svg(light).decode(),
            skip_system_fonts=True,
            font_files=[str(path(_FONT))],
            font_family=_FONT,
            sans_serif_family=_FONT,
        )
    )
