"""The query of a chart, `/chart.svg` and `/chart`.

An embedded picture must not break by a mistake in its address: what cannot be read gives way to the default, and the
picture names the days it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

from ticker.model import DAY
from ticker.serve.strip.notes import Note, Wanted
from ticker.serve.strip.options import MAX_QUERY, Offered, Options, parse, quoted

WIDTH, NARROWEST, WIDEST = 600, 240, 1600  # px
USUAL, ALL = "90d", "all"
SPANS = ("30d", USUAL, "1y", "5y", ALL)
EARLIEST = date(1990, 1, 1)  # no figure in the store is older
AHEAD = timedelta(days=14)  # no bank publishes further ahead

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BACK = re.compile(r"([1-9]\d{0,4})([dy])")
_OWN = ("from", "to", "width")
_SHARED = ("home", "lang", "currencies", "theme", "bg", "fg", "accent")  # with the strip


@dataclass(frozen=True, slots=True)
class ChartQuery:
    """What is to be drawn. `first` is a day, or how far back from the last one: "30d", "1y", "all"."""

    options: Options
    first: date | str = USUAL
    last: date | None = None  # None: today
    width: int = WIDTH  # px
    notes: tuple[Note, ...] = ()

    def span(self, today: date) -> tuple[date, date]:
        """The first and the last day to draw. `today` is the home's."""
        last = max(EARLIEST, min(self.last or today, today + AHEAD))
        first = _back(self.first, last) if isinstance(self.first, str) else self.first
        return max(EARLIEST, first if first <= last else _back(USUAL, last)), last

    def query(self, *leave_out: str, **other: str) -> str:
        """The canonical query string: what differs from the default, in one order; without `leave_out`, with `other`
        values."""
        pairs = dict(parse_qsl(self.options.query()))
        pairs |= {"from": str(self.first)} if self.first != USUAL else {}
        pairs |= {"to": str(self.last)} if self.last else {}
        pairs |= {"width": str(self.width)} if self.width != WIDTH else {}
        pairs |= other
        return urlencode([(name, text) for name, text in pairs.items() if name not in leave_out and text], safe=",")


def parse_chart_query(query: str, offers: Offered) -> ChartQuery:
    """The query, read leniently; its notes say what gave way. A form repeats `currencies` for each of them."""
    pairs = parse_qsl(query[:MAX_QUERY], errors="replace")
    chosen = ",".join(text for name, text in pairs if name == "currencies")
    given = dict(reversed(pairs)) | ({"currencies": chosen} if chosen else {})
    options, notes = parse(urlencode({name: text for name, text in given.items() if name not in _OWN}), offers)
    kept = options.only(*_SHARED)
    own = {name: given[name].strip() for name in _OWN if name in given}
    first, last = _first(own.get("from", USUAL)), _date(own.get("to", ""))
    if isinstance(first, date) and last and first > last:
        first, last = last, first
    width = int(own["width"]) if own.get("width", "").isdecimal() and len(own["width"]) < 6 else WIDTH
    complaints = [note for note in notes if note.name in (*_SHARED, "preset")]
    complaints += _complaints(own, first, last, width)
    return ChartQuery(kept, first or USUAL, last, width if NARROWEST <= width <= WIDEST else WIDTH, tuple(complaints))


def _first(text: str) -> date | str | None:
    return text if text == ALL or _BACK.fullmatch(text) else _date(text)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _back(how_far: str, last: date) -> date:
    found = _BACK.fullmatch(how_far)
    if not found:
        return EARLIEST
    number, unit = int(found[1]), found[2]
    if unit == "d":
        return max(EARLIEST, last - (number - 1) * DAY)
    year = max(EARLIEST.year, last.year - number)
    return last.replace(year=year, day=28) if (last.month, last.day) == (2, 29) else last.replace(year=year)


def _complaints(own: Mapping[str, str], first: object, last: object, width: int) -> Iterator[Note]:
    if own.get("from") and first is None:
        yield Note.of("wrong", "from", met=quoted(own["from"]), wanted=Wanted("chart.wanted.from"))
    if own.get("to") and last is None:
        yield Note.of("wrong", "to", met=quoted(own["to"]), wanted=Wanted("chart.wanted.to"))
    if (own.get("width") and str(width) != own["width"]) or not NARROWEST <= width <= WIDEST:
        limits = Wanted.whole_number(NARROWEST, WIDEST)
        yield Note.of("wrong", "width", met=quoted(own["width"]), wanted=limits)
