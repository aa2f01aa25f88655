"""How a panel is drawn: on the ground of its theme, where a site's colour is a line along the top and the links (pure).

A site's `bg` was chosen for a bar. A column of it would be loud, so it is the panel's ground only with `panel=strip`.
"""

from __future__ import annotations

from dataclasses import replace

from ticker.serve.strip.look import Look, look_of
from ticker.serve.strip.options import Options


def panel_look(options: Options) -> Look:
    if not _keeps_ground(options):
        return look_of(options)
    own = {"bg": None, "fg": None, "accent": options.accent or options.bg, "line": options.line or options.bg}
    # Headlines take the links' colour only where a colour for links was given.
    return replace(look_of(options.model_copy(update=own)), accent=bool(options.accent))


def _keeps_ground(options: Options) -> bool:
    """Whether the ground is the theme's although another one is given. Behind a transparent panel, `bg` is the ground
    of the page around it, which text has to be readable on."""
    return bool(options.bg) and options.panel == "theme" and options.theme != "transparent"
