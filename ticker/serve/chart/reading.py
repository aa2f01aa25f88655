"""What a reader can point at in a chart: days and their figures, and where they are in the picture (pure).

The page's script draws a cursor from it and says the figures; it computes and words nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ticker.model import DAY
from ticker.serve.api.answers.history import MOST_ROWS
from ticker.serve.chart.days import DailyFigures
from ticker.serve.chart.picture import Chart, Line, plot_edges, plot_height, plot_tops, size
from ticker.serve.i18n.words import NOTHING, Words

MOST_DAYS = (
    800  # about one for each pixel of the widest picture of the page; of a longer span, every second or third day
)


CellText = Callable[[str, int], str]
"""The figure of a currency on a day, counted from the first, as text; NOTHING without one."""


def reading(chart: Chart, known: DailyFigures, cell: CellText, widths: Sequence[int], say: Words) -> str:
    """As JSON for a script element. `widths` are those of the page's pictures."""
    places = places_of(chart)
    return json.dumps(
        {
            "places": places,
            "days": [say.dated(known.first + place * DAY) for place in places],
            "lines": [_line(line, cell, places, say) for line in chart.lines],
            "span": chart.days,
            "pictures": [_picture(chart, width) for width in widths],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).replace("<", "\\u003c")


def last_pointed(chart: Chart, known: DailyFigures, cell: CellText, say: Words) -> tuple[int, str]:
    """The number of the last day among those that one can point at, and the day with its figures in words."""
    texts = [f"{line.name}: {_text(line, cell, chart.days - 1, say)}" for line in chart.lines]
    return len(places_of(chart)) - 1, "; ".join([say.dated(known.last), *texts])


def places_of(chart: Chart) -> list[int]:
    """The days that one can point at, counted from the first: all, or as many as there is room for, always with the
    last one, and with the lowest and the highest of each currency."""
    stride = -(-chart.days // MOST_DAYS)
    found = set(range(chart.days - 1, -1, -stride))
    for line in chart.lines:
        known = [(value, place) for place, value in enumerate(line.values) if value is not None]
        found |= {min(known)[1], max(known)[1]} if known else set()
    return sorted(found)


def _line(line: Line, cell: CellText, places: Sequence[int], say: Words) -> dict[str, Any]:
    """`at` is how far below the upper end of the axis each figure is, as a share of the axis; null without one."""
    values = [line.values[place] for place in places]
    return {
        "name": line.name,
        "texts": [_text(line, cell, place, say) for place in places],
        "at": [None if one is None else round(float((line.high - one) / (line.high - line.low)), 4) for one in values],
    }


def _text(line: Line, cell: CellText, place: int, say: Words) -> str:
    text = cell(line.currency, place)
    return say.text("chart.none") if text == NOTHING else text


def _picture(chart: Chart, width: int) -> dict[str, Any]:
    """Where the plots are, in px of a picture of that width."""
    left, right = plot_edges(chart, width)
    return {
        "size": size(len(chart.lines), width),
        "edges": (left, right),
        "tops": plot_tops(len(chart.lines)),
        "high": plot_height(len(chart.lines)),
    }


def data_query(known: DailyFigures, home: str | None) -> str:
    """The query of the API that gives the chart's figures: every day, or every week where these are too many rows."""
    step = "&step=week" if len(known) * len(known.figures) > MOST_ROWS else ""
    own = f"&home={home}" if home else ""
    return f"currencies={','.join(known.figures)}&from={known.first}&to={known.last}{step}{own}"
