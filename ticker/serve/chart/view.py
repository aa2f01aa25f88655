"""What a chart says, as a picture and as a page with its figures (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import DAY
from ticker.serve.chart.axis import day_marks, value_axis, value_ticks
from ticker.serve.chart.days import DailyFigures, Official
from ticker.serve.chart.picture import Chart, Line, size
from ticker.serve.chart.query import AHEAD, EARLIEST, SPANS, ChartQuery
from ticker.serve.chart.reading import CellText, data_query, last_pointed, reading
from ticker.serve.chart.summary import Summary, summarise
from ticker.serve.i18n.words import LANGUAGE_NAMES, NOTHING, Words, own_digits, words
from ticker.serve.strip.context import DEMO
from ticker.serve.strip.contrast import palettes
from ticker.serve.strip.links import LanguageLink
from ticker.serve.strip.options import Offered
from ticker.snapshot import Content

PICTURE, PAGE = "/chart.svg", "/chart"
NARROW, WIDE = 320, 760  # px: the two pictures of the page
TABLE_DAYS = 400  # beyond, the table has the last figure of each month


def chart(known: DailyFigures, content: Content, asked: ChartQuery) -> Chart:
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
        marks=tuple(day_marks(known.first, known.last, asked.width, say)),
        days=len(known),
        colours=palettes(options.bg, options.fg, options.accent, options.theme),
        width=asked.width,
    )


def _banks(known: DailyFigures, content: Content) -> list[str]:
    """The banks whose figures are drawn; without any, the first bank."""
    if content.demo:
        return [DEMO]
    names = {bank.source: bank.bank for bank in content.banks}
    sources = {one.source for figures in known.figures.values() for one in figures if one}
    used = dict.fromkeys(name for source, name in names.items() if source in sources)
    return list(used) or [bank.bank for bank in content.banks[:1]]


def _span(known: DailyFigures, say: Words) -> str:
    first, last = known.first, known.last
    if first == last:
        return say.dated(last)
    if first.year == last.year:
        return say.text("year", day=say.days(first, last, "–"), year=last.year)
    return f"{say.dated(first)} – {say.dated(last)}"


def _line(currency: str, known: DailyFigures, say: Words) -> Line:
    name, summary = say.currency_name(currency), summarise(currency, known, say)
    values = tuple(one.value if one else None for one in known.figures[currency])
    if summary is None:
        spoken = say.text("chart.said.none", name=name)
        return Line(currency, name, values, Decimal(0), Decimal(1), (), NOTHING, say.text("chart.none"), "", "", spoken)
    low, high = value_axis(summary.lowest.value, summary.highest.value)
    return Line(
        currency=currency,
        name=name,
        values=values,
        low=low,
        high=high,
        ticks=tuple(value_ticks(low, high, say)),
        figure=summary.last.text,
        note=_note(currency, summary.last.day, known, say),
        change=summary.change,
        trend=summary.trend,
        spoken=_spoken(name, summary, _doubt(known.on(currency, summary.last.day), say), say),
    )


def _note(currency: str, day: date, known: DailyFigures, say: Words) -> str:
    """What limits the last figure: its day, where that is not the last one, and a doubt."""
    late = say.text("day.late", day=say.day(day, known.last)) if day != known.last else ""
    return ", ".join(filter(None, [late, _doubt(known.on(currency, day), say)]))


def _spoken(name: str, summary: Summary, doubt: str, say: Words) -> str:
    points = {
        "first": summary.first.text,
        "first_on": summary.first.dated,
        "last": summary.last.text,
        "last_on": summary.last.dated,
        "lowest": summary.lowest.text,
        "lowest_on": summary.lowest.dated,
        "highest": summary.highest.text,
        "highest_on": summary.highest.dated,
    }
    if summary.first.day == summary.last.day:
        key = "one"
    else:
        key = "same" if summary.lowest.value == summary.highest.value else "moved"
    gaps = say.text("chart.said.missing", count=summary.missing) if summary.missing else ""
    doubted = f"{summary.last.text} {doubt}" if doubt else ""
    return "; ".join(filter(None, [say.text(f"chart.said.{key}", name=name, **points), doubted, gaps]))


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A day, or a month by its last figure, and a figure for each currency."""

    day: date
    dated: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The picture, its figures and the form."""

    words: Words
    chart: Chart
    demo: bool
    home: str | None  # None: the default one
    pictures: tuple[tuple[str, int, int], ...]  # address, width, height: the narrow one, then the wide one
    summaries: tuple[tuple[Line, Summary | None], ...]
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
    reading: str  # JSON for the script
    pointed: tuple[int, str]  # the number of the last day that one can point at, and what is said of it
    data: str  # query of the API that gives the same figures

    @property
    def gaps(self) -> tuple[tuple[str, int], ...]:
        """Currencies with the number of days on which they have no figure."""
        return tuple((line.currency, one.missing) for line, one in self.summaries if one and one.missing)

    @property
    def alt(self) -> str:
        return ". ".join([self.chart.title, *(line.spoken for line in self.chart.lines)])


def page(known: DailyFigures, content: Content, asked: ChartQuery, offers: Offered, today: date) -> Page:
    say, currencies = words(asked.options.lang), list(known.figures)
    drawn = chart(known, content, asked)
    monthly = len(known) > TABLE_DAYS

    def cell(currency: str, place: int) -> str:
        return _cell(known.figures[currency][place], say)

    return Page(
        words=say,
        chart=drawn,
        demo=content.demo,
        home=asked.options.home,
        pictures=tuple(
            (f"{PICTURE}?{asked.query(width=str(width))}", *size(len(currencies), width)) for width in (NARROW, WIDE)
        ),
        summaries=tuple((line, summarise(line.currency, known, say)) for line in drawn.lines),
        rows=tuple(_rows(known, cell, say, monthly=monthly)),
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
            for lang in offers.languages
        ),
        notes=tuple(note.text(say) for note in asked.notes),
        reading=reading(drawn, known, cell, (NARROW, WIDE), say),
        pointed=last_pointed(drawn, known, cell, say),
        data=data_query(known, asked.options.home),
    )


def _rows(known: DailyFigures, cell: CellText, say: Words, *, monthly: bool) -> Iterator[Row]:
    """The newest first."""
    for place in range(len(known) - 1, -1, -1):
        day = known.first + place * DAY
        if not monthly or day == known.last or (day + DAY).day == 1:
            yield Row(day, say.dated(day), tuple(cell(code, place) for code in known.figures))


def _cell(one: Official | None, say: Words) -> str:
    if one is None:
        return NOTHING
    return ", ".join(filter(None, [say.number(one.value, own_digits(one.value)), _doubt(one, say)]))


def _doubt(one: Official | None, say: Words) -> str:
    if one is None or not one.doubted:
        return ""
    return say.text("mark.contested" if one.confirmed else "mark.unconfirmed")
