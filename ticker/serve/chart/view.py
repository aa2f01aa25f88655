"""Currencies over time: what is said of them, as a picture and as a page with the figures, and the doors to both.

A picture that somebody embedded does not break by a mistake in its address: what cannot be read gives way to the
default, and the picture says which days it is of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from urllib.parse import parse_qsl, urlencode

from ticker.model import DAY, Freshness
from ticker.rates.timeline import Column
from ticker.serve.chart import svg as picture
from ticker.serve.chart.svg import Chart, Line, Mark, Tick
from ticker.serve.i18n.words import LANGUAGE_NAMES, NOTHING, Words, own_digits, words
from ticker.serve.strip.context import DEMO
from ticker.serve.strip.contrast import palettes
from ticker.serve.strip.figures import digits_apart
from ticker.serve.strip.notes import Note, Wanted
from ticker.serve.strip.options import LANGUAGES, MAX_QUERY, Offered, Options, parse, quoted
from ticker.serve.strip.view import LanguageLink
from ticker.snapshot import Content

PICTURE, PAGE = "/chart.svg", "/chart"
WIDTH, NARROWEST, WIDEST = 600, 240, 1600  # px
NARROW, WIDE = 320, 760  # px: the two pictures of the page
USUAL, ALL = "90d", "all"
SPANS = ("30d", USUAL, "1y", "5y", ALL)
EARLIEST = date(1990, 1, 1)  # no figure of ours is older
AHEAD = timedelta(days=14)  # no bank publishes further ahead
TABLE_DAYS = 400  # beyond, the table has the last figure of each month

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BACK = re.compile(r"([1-9]\d{0,4})([dy])")
_OWN = ("from", "to", "width")
_SHARED = ("lang", "currencies", "theme", "bg", "fg", "accent")  # with the strip


# --- what is asked for -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be drawn. `first` is a day, or how far back from the last one: "30d", "1y", "all"."""

    options: Options
    first: date | str = USUAL
    last: date | None = None  # None: today, whichever that is
    width: int = WIDTH
    notes: tuple[Note, ...] = ()

    def span(self, today: date) -> tuple[date, date]:
        last = max(EARLIEST, min(self.last or today, today + AHEAD))
        first = _back(self.first, last) if isinstance(self.first, str) else self.first
        return max(EARLIEST, first if first <= last else _back(USUAL, last)), last

    def query(self, *leave_out: str, **other: str) -> str:
        """The canonical query: what differs from the default, in one order."""
        pairs = dict(parse_qsl(self.options.query()))
        pairs |= {"from": str(self.first)} if self.first != USUAL else {}
        pairs |= {"to": str(self.last)} if self.last else {}
        pairs |= {"width": str(self.width)} if self.width != WIDTH else {}
        pairs |= other
        return urlencode([(name, text) for name, text in pairs.items() if name not in leave_out and text], safe=",")


def asked_for(query: str, offers: Offered) -> Asked:
    """What a query asks for, leniently. A form repeats `currencies` for each of them."""
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
    return Asked(kept, first or USUAL, last, width if NARROWEST <= width <= WIDEST else WIDTH, tuple(complaints))


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


# --- what is known -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Official:
    """A figure, for one unit of its currency. `doubted`: the bank has said something since that is not believed."""

    value: Decimal
    source: str
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """Every day from `first` to `last`, of each currency; None where no table covers it."""

    first: date
    last: date
    figures: Mapping[str, Sequence[Official | None]]

    def __len__(self) -> int:
        return (self.last - self.first).days + 1


def days(columns: Mapping[str, Column], asked: Asked, today: date) -> Days:
    """The days asked for, less those before the first and after the newest figure known."""
    first, last = asked.span(today)
    known = [one for one in columns.values() if one.days]
    begins = min((date.fromordinal(one.first) for one in known), default=first)
    ends = max([today, *map(_covered_until, known)])
    last = min(last, ends)
    first = min(last, max(first, begins))
    span = range(first.toordinal(), last.toordinal() + 1)
    return Days(first, last, {code: [_official(one, day) for day in span] for code, one in columns.items()})


def _covered_until(column: Column) -> date:
    newest = next((told[0] for told in reversed(column.days) if told), None)
    return date.fromisoformat(newest.valid_until) if newest else date.min


def _official(column: Column, ordinal: int) -> Official | None:
    told = column.on(ordinal)
    if not told or str(date.fromordinal(ordinal)) > told[0].valid_until:
        return None
    entry, freshness = told
    return Official(Decimal(entry.value), entry.source, freshness is not Freshness.FRESH)


# --- what is said ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """A figure with its day, in words."""

    value: Decimal
    text: str
    day: date
    said: str


@dataclass(frozen=True, slots=True)
class Course:
    """How one currency went; None for one without any figure."""

    first: Point
    last: Point
    lowest: Point
    highest: Point
    missing: int  # days without a figure
    change: str
    trend: str


def chart(known: Days, content: Content, asked: Asked) -> Chart:
    options, say = asked.options, words(asked.options.lang)
    banks = ", ".join(say.bank(bank) for bank in _banks(known, content))
    label = banks + say.text("bank.rest", unit=say.unit(content.home.currency)) if banks else ""
    span = _span(known, say)
    lines = tuple(_line(code, known, say) for code in known.figures)
    names = ", ".join(line.name for line in lines)
    return Chart(
        language=options.lang,
        title=say.text("chart.title", names=names, bank=label or say.text("bank.none"), span=span),
        label=label or say.text("bank.none"),
        span=span,
        marked=content.demo,
        lines=lines,
        marks=tuple(_marks(known.first, known.last, asked.width, say)),
        days=len(known),
        colours=palettes(options.bg, options.fg, options.accent, options.theme),
        width=asked.width,
    )


def _banks(known: Days, content: Content) -> list[str]:
    """Whose figures are drawn; where there are none, whose would be."""
    if content.demo:
        return [DEMO]
    names = {bank.source: bank.bank for bank in content.banks}
    sources = {one.source for figures in known.figures.values() for one in figures if one}
    used = dict.fromkeys(name for source, name in names.items() if source in sources)
    return list(used) or [bank.bank for bank in content.banks[:1]]


def course(currency: str, known: Days, say: Words) -> Course | None:
    figures = known.figures[currency]
    official = [(known.first + nth * DAY, one.value) for nth, one in enumerate(figures) if one]
    if not official:
        return None

    def point(day: date, value: Decimal) -> Point:
        return Point(value, say.number(value, own_digits(value)), day, say.dated(day))

    first, last = official[0], official[-1]
    lowest, highest = min(official, key=lambda one: one[1]), max(official, key=lambda one: one[1])
    change, trend = _change(first[1], last[1], say)
    missing = len(figures) - len(official)
    return Course(point(*first), point(*last), point(*lowest), point(*highest), missing, change, trend)


def _change(first: Decimal, last: Decimal, say: Words) -> tuple[str, str]:
    """In per cent; nothing where there is none."""
    moved = (last / first - 1) * 100
    if not moved:
        return "", ""
    size = abs(moved)
    text = say.number(size, digits_apart(size, Decimal(), 2 if size < 10 else 1))
    return say.text("chart.percent", value=text), "up" if moved > 0 else "down"


def _span(known: Days, say: Words) -> str:
    first, last = known.first, known.last
    if first == last:
        return say.dated(last)
    if first.year == last.year:
        return say.text("year", day=say.days(first, last, "–"), year=last.year)
    return f"{say.dated(first)} – {say.dated(last)}"


def _line(currency: str, known: Days, say: Words) -> Line:
    name, went = say.currency_name(currency), course(currency, known, say)
    values = tuple(one.value if one else None for one in known.figures[currency])
    if went is None:
        spoken = say.text("chart.said.none", name=name)
        return Line(currency, name, values, Decimal(0), Decimal(1), (), NOTHING, say.text("chart.none"), "", "", spoken)
    low, high = _axis(went.lowest.value, went.highest.value)
    return Line(
        currency=currency,
        name=name,
        values=values,
        low=low,
        high=high,
        ticks=tuple(_ticks(low, high, say)),
        figure=went.last.text,
        note=_note(currency, went.last.day, known, say),
        change=went.change,
        trend=went.trend,
        spoken=_spoken(name, went, say),
    )


def _note(currency: str, day: date, known: Days, say: Words) -> str:
    """What is to be said of the last figure: its own day, or that it is in doubt."""
    if day != known.last:
        return say.text("day.late", day=say.day(day, known.last))
    last = known.figures[currency][-1]
    return say.text("mark.contested") if last and last.doubted else ""


def _spoken(name: str, went: Course, say: Words) -> str:
    points = {
        "first": went.first.text,
        "first_on": went.first.said,
        "last": went.last.text,
        "last_on": went.last.said,
        "lowest": went.lowest.text,
        "lowest_on": went.lowest.said,
        "highest": went.highest.text,
        "highest_on": went.highest.said,
    }
    key = "one" if went.first.day == went.last.day else "same" if went.lowest.value == went.highest.value else "moved"
    gaps = say.text("chart.said.missing", count=went.missing) if went.missing else ""
    return "; ".join(filter(None, [say.text(f"chart.said.{key}", name=name, **points), gaps]))


def _axis(lowest: Decimal, highest: Decimal) -> tuple[Decimal, Decimal]:
    """What the axis goes from and to: a little room around the figures, and never less than 0.2 % of them. A rate that
    the bank moves by a hundredth of a per cent must not look like one that falls and rises."""
    missing = max(Decimal(0), (lowest + highest) / 1000 - (highest - lowest)) / 2
    room = missing or (highest - lowest) / 12
    return lowest - room, highest + room


def _ticks(low: Decimal, high: Decimal, say: Words) -> Iterator[Tick]:
    """Two to six round figures."""
    step = _round_up((high - low) / 5)
    digits = max(0, -step.adjusted())
    tick = (low / step).to_integral_value(ROUND_CEILING) * step
    while tick <= high:
        yield Tick(tick, say.number(tick, digits))
        tick += step


def _round_up(value: Decimal) -> Decimal:
    """The next of 1, 2, 5, 10, 20, …"""
    unit = Decimal(1).scaleb(value.adjusted())
    return next(unit * many for many in (1, 2, 5, 10) if unit * many >= value)


def _marks(first: date, last: date, width: int, say: Words) -> Iterator[Mark]:
    """As many named days as there is room for: single days, beginnings of months, or of years."""
    count = (last - first).days + 1
    if count <= 70:
        room = picture.room_for_marks(width, 8)
        stride = next(stride for stride in (1, 2, 3, 5, 7, 14, 35, 70) if -(-count // stride) <= room)
        for place in range(count - 1, -1, -stride):
            yield Mark(place, say.short_day(first + place * DAY), point=True)
        return
    firsts = list(_firsts(first, last))
    with_year = count > 330
    room = picture.room_for_marks(width, 10 if with_year else 5)
    stride = next((stride for stride in (1, 2, 3, 6) if -(-len(firsts) // stride) <= room), 12)
    if stride == 12:
        room, years = picture.room_for_marks(width, 4), count // 365 + 1
        stride = 12 * next(stride for stride in (1, 2, 5, 10, 25, 50) if -(-years // stride) <= room)
    for day in firsts:
        if (day.year * 12 + day.month - 1) % stride == 0:
            text = str(day.year) if stride >= 12 else say.short_month(day, year=with_year)
            yield Mark((day - first).days, text)


def _firsts(first: date, last: date) -> Iterator[date]:
    """Each first of a month."""
    month = first.year * 12 + first.month - (first.day == 1)
    while (day := date(month // 12, month % 12 + 1, 1)) <= last:
        yield day
        month += 1


# --- the page ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A day, or a month by its last figure, and a figure for each currency."""

    day: date
    said: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The picture, its figures and the form."""

    words: Words
    chart: Chart
    demo: bool
    pictures: tuple[tuple[str, int, int], ...]  # address, width, height: the narrow one, then the wide one
    courses: tuple[tuple[Line, Course | None], ...]
    rows: tuple[Row, ...]
    monthly: bool
    currencies: tuple[Choice, ...]
    first: date
    last: date
    earliest: date
    latest: date
    spans: tuple[Choice, ...]  # `value` is an address
    languages: tuple[LanguageLink, ...]
    notes: tuple[str, ...]

    @property
    def gaps(self) -> tuple[tuple[str, int], ...]:
        """Currencies with the number of days on which they have no figure."""
        return tuple((line.currency, went.missing) for line, went in self.courses if went and went.missing)

    @property
    def alt(self) -> str:
        return ". ".join([self.chart.title, *(line.spoken for line in self.chart.lines)])


def page(known: Days, content: Content, asked: Asked, offers: Offered, today: date) -> Page:
    say, currencies = words(asked.options.lang), list(known.figures)
    drawn = chart(known, content, asked)
    monthly = len(known) > TABLE_DAYS
    return Page(
        words=say,
        chart=drawn,
        demo=content.demo,
        pictures=tuple(
            (f"{PICTURE}?{asked.query(width=str(width))}", *picture.size(len(currencies), width))
            for width in (NARROW, WIDE)
        ),
        courses=tuple((line, course(line.currency, known, say)) for line in drawn.lines),
        rows=tuple(_rows(known, say, monthly=monthly)),
        monthly=monthly,
        currencies=tuple(
            Choice(code, say.currency_name(code), code in currencies)
            for code in dict.fromkeys([*currencies, *sorted(offers.currencies)])
        ),
        first=known.first,
        last=known.last,
        earliest=EARLIEST,
        latest=today + AHEAD,
        spans=tuple(
            Choice(
                f"{PAGE}?{asked.query('to', **{'from': span})}",
                say.text(f"chart.span.{span}"),
                asked.first == span and asked.last is None,
            )
            for span in SPANS
        ),
        languages=tuple(
            LanguageLink(lang, *LANGUAGE_NAMES[lang], f"{PAGE}?{asked.query(lang=lang)}", lang == asked.options.lang)
            for lang in LANGUAGES
        ),
        notes=tuple(note.text(say) for note in asked.notes),
    )


def _rows(known: Days, say: Words, *, monthly: bool) -> Iterator[Row]:
    """The newest first."""
    for place in range(len(known) - 1, -1, -1):
        day = known.first + place * DAY
        if not monthly or day == known.last or (day + DAY).day == 1:
            yield Row(day, say.dated(day), tuple(_cell(of_it[place], say) for of_it in known.figures.values()))


def _cell(one: Official | None, say: Words) -> str:
    if one is None:
        return NOTHING
    text = say.number(one.value, own_digits(one.value))
    return f"{text}, {say.text('mark.contested')}" if one.doubted else text
