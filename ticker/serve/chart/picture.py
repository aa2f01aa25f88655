"""What the picture of a chart shows, and how large it is (pure): one small chart for each currency, all over the same
days, so that each keeps the bank's figures and no line needs a legend."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ticker.model import Language
from ticker.serve.strip.contrast import Colours

# px
PAD, HEADER, HEAD, FOOT, BETWEEN = 12, 50, 34, 26, 16
ALONE, AMONG = 150, 88  # how high the plot of a single currency is, and of one among others
SMALL, TEXT, FIGURE = 12, 14, 17  # sizes of type
NAMES_FROM = 480  # narrower, a currency is called by its code

MARGIN = 4  # above and below the axis, inside the plot
EM = 0.64  # of the type's size: a letter or digit in a wide font


@dataclass(frozen=True, slots=True)
class Tick:
    value: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A name on the axis of days. `place` counts days from the first; a `point` marks the middle of that day,
    another mark its beginning."""

    place: int
    text: str
    point: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One currency. `values` are for one unit, one for each day, None on days without an official rate."""

    currency: str
    name: str
    values: tuple[Decimal | None, ...]
    low: Decimal  # the ends of the axis
    high: Decimal
    ticks: tuple[Tick, ...]
    figure: str  # the last one, in the bank's digits; "—" where there is none
    note: str  # why `figure` is not simply the last day's: its day, a doubt
    change: str  # over all days drawn; empty where there is none
    trend: str  # up, down or empty
    spoken: str


@dataclass(frozen=True, slots=True)
class Chart:
    language: Language
    title: str
    label: str  # bank and unit
    span: str
    marked: bool  # whether the label is on amber
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    days: int
    colours: tuple[Colours, ...]  # one palette, or the light and the dark one, where the reader's device decides
    width: int


def size(lines: int, width: int) -> tuple[int, int]:
    """Width and height in px of the picture of so many currencies: what an `img` is given so that nothing jumps."""
    return width, HEADER + lines * (HEAD + plot_height(lines) + BETWEEN) + FOOT


def plot_edges(chart: Chart, width: int) -> tuple[int, int]:
    """Where the plots begin and end, from the left of a picture of that width: the ticks have room beside them."""
    longest = max((len(tick.text) for line in chart.lines for tick in line.ticks), default=0)
    return PAD, width - PAD - round(longest * SMALL * EM + 6 if longest else 0)


def plot_tops(lines: int) -> list[int]:
    """Where each plot begins, from the top of the picture."""
    pitch = HEAD + plot_height(lines) + BETWEEN
    return [HEADER + HEAD + nth * pitch for nth in range(lines)]


def plot_height(lines: int) -> int:
    return ALONE if lines <= 1 else AMONG


def room_for_marks(width: int, longest: int) -> int:
    """How many days can be named below the picture without touching; `longest` is the length of the longest name."""
    return max(2, int((width - 2 * PAD - 60) // ((longest + 2) * SMALL * EM)))
