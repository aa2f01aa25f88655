"""How a strip is drawn: the options of its look, and the resulting colours as CSS."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ticker.serve.strip.contrast import Colours, palettes
from ticker.serve.strip.options import Options, Part


@dataclass(frozen=True, slots=True)
class Look:
    theme: str
    frame: str
    motion: str
    speed: int  # per cent
    show: tuple[Part, ...]
    colours: tuple[Colours, ...]  # one palette, or the light and the dark one, where the reader's device decides
    top: str | None  # colour of the line along the top
    chosen: bool  # whether any colour is other than the stock ones by the reader's device
    accent: bool  # whether headlines take the link's colour

    @property
    def opaque(self) -> bool:
        """Whether one ground, the same for every reader, fills the frame to its corners."""
        return len(self.colours) == 1 and self.theme != "transparent" and self.frame == "bar"


def look_of(options: Options) -> Look:
    return Look(
        theme=options.theme,
        frame=options.frame,
        motion=options.motion,
        speed=options.speed,
        show=tuple(part for part in options.show if part != "headlines" or options.headlines),
        colours=palettes(options.bg, options.fg, options.accent, options.theme),
        top=options.line,
        chosen=bool(options.bg or options.fg or options.accent or options.line) or options.theme != "auto",
        accent=bool(options.accent),
    )


def palette(colours: Colours) -> dict[str, str]:
    """Each colour as "#14171b", by name."""
    names = (field.name for field in fields(colours) if field.name not in ("scheme", "complaints"))
    return {name: f"#{getattr(colours, name)}" for name in names}


def unforced(rules: str) -> str:
    """Rules that hold unless the reader's own colours are forced on all pages; none for none."""
    return f"@media (forced-colors:none){{{rules}}}" if rules else ""


def declarations(look: Look, colours: Colours, *, scheme: bool) -> str:
    """The palette as CSS custom properties; with its color-scheme where `scheme` is true."""
    properties = {f"--{name.replace('_', '-')}": colour for name, colour in palette(colours).items()}
    if look.accent:
        properties["--title"] = "var(--link)"
    if look.top:
        properties |= {"--top": f"#{look.top}", "--top-width": "3px"}
    if look.theme == "transparent":
        properties["--ground"] = "transparent"  # the given ground is then that of the page behind the strip
    if scheme:
        properties["color-scheme"] = colours.scheme
    return ";".join(f"{name}:{value}" for name, value in properties.items())
