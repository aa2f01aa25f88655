#!/bin/sh
# resvg-py: text in a family that is missing is not drawn, although a font is loaded and the default family is set.
#
# One would guess: as in a browser, the font that is there takes the place of a missing one; font_family says which.
# What happens: font_family counts only where the SVG names no family. With "Roboto" or "system-ui" the picture is, byte for
#   byte, the empty one, without an error; only log_information=True warns. What helps is a generic family at the end of
#   the SVG's list and the option for that generic: "Roboto, sans-serif" with sans_serif_family.
# Why it matters: a strip's SVG names the fonts of its readers' systems. The PNG made of it would be a picture without figures.
# How we cope: png() in ticker/serve/strip/svg.py gives sans_serif_family, and the SVG's list ends with sans-serif;
#   tests/serve/test_image.py looks whether each letter and each part is drawn.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check resvg-py==0.5.0 fontpkg==0.2.2 fontpkg-inter==4.1.post1
"$place/bin/python" - <<'PY'
import sys
from importlib.metadata import version

from fontpkg import path
from resvg_py import svg_to_bytes


def drawn(family: str | None, text: str = "USD 87,45 сом", **options: str) -> bytes:
    named = f' font-family="{family}"' if family else ""
    body = f'<text x="5" y="30" font-size="24"{named}>{text}</text>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="240" height="40">{body}</svg>'
    return svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(path("Inter"))], **options)


print(*(f"{name} {version(name)}" for name in ("resvg-py", "fontpkg", "fontpkg-inter")))
empty, seen = drawn(None, ""), []
for family in ("Inter", None, "Roboto", "system-ui", "Roboto, sans-serif"):
    for options in ({}, {"font_family": "Inter"}, {"sans_serif_family": "Inter"}):
        seen.append(drawn(family, **options) != empty)
        print(f"font-family {family}, options {options}: {'drawn' if seen[-1] else 'nothing drawn'}")
if seen != [True] * 3 + [False, True, False] + [False] * 6 + [False, False, True]:
    sys.exit("Changed: other families are drawn than before.")
PY
