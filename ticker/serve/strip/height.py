"""How high a strip is, as a function of its width, so that a page reserves exactly that before the strip has loaded.

The numbers are those of templates/strip/strip.css. `n` is the number of currencies; all is in px.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ticker.serve.strip.options import Options

LINE, LINES, CELLS, BARE_CELLS = 44, 80, 96, 56
PER_CURRENCY = 100  # of width
ONE_LINE, TWO_LINES, BARE_LINE = 524, 200, 280  # the least width without the currencies'


@dataclass(frozen=True, slots=True)
class Step:
    """A height, from a width on."""

    width: int
    height: int


def steps(options: Options, n: int) -> tuple[Step, ...]:
    """The heights, the widest strip's first; the last one's width is 0."""
    width = PER_CURRENCY * n
    if not options.shows("rates"):
        return (Step(0, LINE),)
    if not has_headlines(options):
        return (Step(BARE_LINE + width, LINE), Step(0, BARE_CELLS))
    return (Step(ONE_LINE + width, LINE), Step(TWO_LINES + width, LINES), Step(0, CELLS))


def pixels(options: Options, n: int, width: float) -> int:
    return next(one.height for one in steps(options, n) if width >= one.width)


def tallest(options: Options, n: int) -> int:
    """For browsers that know no container's width."""
    return max(one.height for one in steps(options, n))


def css_height(options: Options, n: int) -> str:
    """The height as a CSS expression. `cqi` is the width of the nearest container element, else of the window."""
    first, *narrower = steps(options, n)
    if not narrower:
        return f"{first.height}px"
    terms = [f"min({under.height}px,({above.width}px - 100cqi)*9999)" for above, under in pairwise((first, *narrower))]
    return f"max({first.height}px,{','.join(terms)})"


def has_headlines(options: Options) -> bool:
    return options.shows("headlines") and options.headlines > 0
