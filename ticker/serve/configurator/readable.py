"""What the form says of its colours: the contrast of text and links as a number (pure)."""

from __future__ import annotations

from decimal import Decimal
from math import floor

from ticker.serve.i18n.words import Words
from ticker.serve.strip.contrast import Colours, Complaint, palettes, ratio
from ticker.serve.strip.options import Options


def sentences(options: Options, say: Words) -> tuple[str, str]:
    """One line on the text, one on the links; the second is empty while they have the theme's colour."""
    shown = palettes(options.bg, options.fg, options.accent, options.theme)
    found = {one.option: one for palette in shown for one in palette.complaints}
    text = _replaced(found["fg"], say) if "fg" in found else _reached(shown, "text", say)
    if options.theme == "transparent" and not options.bg:
        text = say.text("conf.transparent")
    if not options.accent:
        return text, ""
    return text, _replaced(found["accent"], say) if "accent" in found else _reached(shown, "link", say)


def _replaced(one: Complaint, say: Words) -> str:
    return say.text(
        "conf.contrast",
        what=say.text(f"conf.{one.option}"),
        chosen=f"#{one.chosen}",
        ratio=say.number(Decimal(one.said), 1),
        wanted=say.number(Decimal(str(one.wanted)), 1),
        shown=f"#{one.shown}",
    )


def _reached(shown: tuple[Colours, ...], name: str, say: Words) -> str:
    """The contrast on the one ground, or on the light and on the dark one."""
    pairs = [(getattr(one, name), one.ground) for one in shown]
    ratios = [say.number(Decimal(floor(ratio(*pair) * 10)) / 10, 1) for pair in pairs]
    what = say.text("conf.fg" if name == "text" else "conf.accent")
    if len(pairs) > 1:
        return say.text("conf.contrast.both", what=what, light=ratios[0], dark=ratios[1])
    return say.text("conf.contrast.good", what=what, chosen=f"#{pairs[0][0]}", on=f"#{pairs[0][1]}", ratio=ratios[0])
