"""What is said on a panel: headlines by day, Popular, and the table of rates. Pure: no clock, no markup.

It stands on the strip of the same options, so that states, words and colours are the strip's; what it adds are the
bank's own digits, a column for each day, and one story once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from ticker.model import DAY, Freshness, Headline, Quality, Rate
from ticker.rates.freshness import Figure, Judgement
from ticker.serve.i18n.words import Words, own_digits, rounded, words
from ticker.serve.news.related import Told, once, popular
from ticker.serve.strip.figures import StripRate, Trend, digits_apart
from ticker.serve.strip.options import Options
from ticker.serve.strip.view import LanguageLink, Strip, StripHeadline, present, selected
from ticker.snapshot import Content, FeedTerms, Snapshot

SCHEMA_PATH = "/schema/panel.json"
MOST_POPULAR = 5
UNMOVED = "–"


@dataclass(frozen=True, slots=True)
class Popularity:
    """What decides Popular: decayed clicks by story, and under how many of them it goes by how many feeds tell it.

    `generation` differs between two whose clicks do: panels are kept for one.
    """

    clicks: Mapping[str, float]
    floor: float
    generation: int = 0


UNCOUNTED = Popularity({}, 1)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. `text` names its day and stays true; `word` ("today") does so only up to `until`."""

    day: date
    text: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as the table has it, for the row's nominal. `mark` is its own day or state, where its column's is
    another."""

    text: str
    valid_on: date | None
    mark: str = ""
    freshness: Freshness = Freshness.FRESH
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class PanelRate:
    """A row of the table; `rate` is what the strip says of the same currency."""

    rate: StripRate
    nominal: int
    label: str  # "USD", or "10 AMD" where the bank quotes ten
    today: Cell
    previous: Cell | None
    next: Cell | None
    change: str  # "–" where it is zero, empty where none is drawn
    change_said: str
    trend: Trend | None  # of the change


@dataclass(frozen=True, slots=True)
class PanelHeadline:
    headline: StripHeadline
    also: tuple[str, ...]  # other publishers that tell the same story
    also_text: str
    story: str  # address of its own page
    click: str  # where to tell that it was followed


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    heading: str
    headlines: tuple[PanelHeadline, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything a panel says."""

    strip: Strip
    heading: str  # today's
    rates: tuple[PanelRate, ...]
    previous: Column | None
    today: Column
    next: Column | None
    days: tuple[Day, ...]
    popular: tuple[PanelHeadline, ...]
    words: Mapping[str, str]
    links: Mapping[str, str]
    languages: tuple[LanguageLink, ...]


def panel(
    snapshot: Snapshot,
    judged: Judgement,
    options: Options,
    *,
    popularity: Popularity = UNCOUNTED,
    notes: tuple[str, ...] = (),
    currencies: tuple[str, ...] = ("USD", "EUR", "RUB"),
    base: str = "",
) -> Panel:
    """The panel that `options` ask for. `currencies` are the site's own; `base` stands before every link's path."""
    content, say = snapshot.content, words(options.lang)
    said = present(snapshot, judged, options, notes=notes, currencies=currencies, base=base)
    feeds = selected(content, options)
    told = once([one for one in content.headlines if one.feed in feeds]) if said.with_headlines else []
    shown = [headline(one, feeds, content, say, judged.today, base) for one in told[: options.headlines]]
    best = popular(told, popularity.clicks, MOST_POPULAR, popularity.floor)
    common = next((rate for rate in said.rates if not rate.mark), None)
    columns = _columns(said, common, judged, say)
    links = _links(said, options, currencies, base)
    return Panel(
        strip=replace(said, headlines=tuple(one.headline for one in shown), links={**said.links, **links}),
        heading=_heading(judged.today, say),
        rates=tuple(_rate(rate, judged, columns, common, options, say) for rate in said.rates),
        previous=columns[0],
        today=columns[1],
        next=columns[2],
        days=tuple(
            Day(day, _heading(day, say), tuple(group)) for day, group in groupby(shown, lambda one: one.headline.day)
        ),
        popular=tuple(headline(one, feeds, content, say, judged.today, base) for one in best),
        words={**asdict(said.words), **_words(said, told, judged, feeds, content, say)},
        links=links,
        languages=tuple(replace(link, href=_ours(link.href, base)) for link in said.languages),
    )


def _heading(day: date, say: Words) -> str:
    heading = say.heading(day)
    return heading[0].upper() + heading[1:]


# --- rates -------------------------------------------------------------------------------------------------------

Columns = tuple[Column | None, Column, Column | None]


def _columns(said: Strip, common: StripRate | None, judged: Judgement, say: Words) -> Columns:
    """The day before, today and the next; the days that most rows share. None where no row has such a figure."""
    before = Counter(rate.previous.valid_on for rate in said.rates if rate.previous).most_common(1)
    after = min((rate.next.valid_on for rate in said.rates if rate.next), default=None)
    tomorrow = say.text("tomorrow") if after == judged.today + DAY else ""
    return (
        Column(before[0][0], say.day(before[0][0], judged.today)) if before else None,
        _today(common, judged.today, say),
        Column(after, say.day(after, judged.today), tomorrow) if after else None,
    )


def _today(common: StripRate | None, today: date, say: Words) -> Column:
    """A late column is headed by the figures' own day: they are nobody's today."""
    if common and common.valid_on and common.freshness is Freshness.LATE:
        return Column(common.valid_on, say.text("day.late", day=_span(common, today, say)))
    text = _span(common, today, say) if common and common.freshness is Freshness.FRESH else say.day(today)
    return Column(today, text, say.text("panel.today"))


def _span(rate: StripRate, today: date, say: Words) -> str:
    """The day of a figure, or the days, where its table is for several."""
    first, last = rate.valid_on, rate.valid_until
    if first is None:
        return ""
    if rate.freshness is Freshness.FRESH and last and last > first:
        return say.days(first, last, "–", today)
    return say.day(first, today)


def _rate(
    rate: StripRate, judged: Judgement, columns: Columns, common: StripRate | None, options: Options, say: Words
) -> PanelRate:
    figure = judged.figure(rate.currency)
    shown = figure.rate if figure else None
    quoting = shown or (figure and (figure.next or figure.last)) or None
    nominal = quoting.nominal if quoting else 1
    before = figure.previous if figure and rate.previous else None
    after = figure.next if figure and rate.next else None
    digits = _digits([one for one in (before, shown, after) if one], nominal, options.digits)

    def text(one: Rate) -> str:
        return say.number(_for(nominal, one.value), digits)

    today = rate.text if not shown or rate.quality is Quality.DERIVED else text(shown)
    change, change_said, trend = _change(rate, figure, nominal, digits, say)
    return PanelRate(
        rate=rate,
        nominal=nominal,
        label=rate.currency if nominal == 1 else f"{nominal} {rate.currency}",
        today=Cell(today, rate.valid_on, _mark(rate, common, judged.today, say), rate.freshness),
        previous=_previous(before, columns[0], text, judged.today, say),
        next=_next(rate, shown, after, text(after)) if after else None,
        change=change if options.shows("change") else "",
        change_said=change_said if options.shows("change") else "",
        trend=trend if options.shows("change") else None,
    )


def _for(nominal: int, value: Decimal) -> Decimal:
    """The figure for so many units, exact: a nominal is a power of ten."""
    return value.scaleb(len(str(nominal)) - 1)


def _digits(rates: list[Rate], nominal: int, wanted: int | None) -> int:
    """How many decimals a row has: the bank's own, or as many as are wanted and as two different figures need."""
    figures = [_for(nominal, rate.value) for rate in rates]
    if wanted is None:
        return max((own_digits(figure) for figure in figures), default=0)
    digits = wanted
    for nth, one in enumerate(figures):
        for other in (Decimal(), *figures[:nth]):
            digits = digits_apart(one, other, digits)
    return digits


def _change(
    rate: StripRate, figure: Figure | None, nominal: int, digits: int, say: Words
) -> tuple[str, str, Trend | None]:
    """The change against the day before, as it is drawn and as it is read aloud; drawn only where the figure is
    fresh."""
    change = figure.change if figure else None
    if change is None or rate.freshness is not Freshness.FRESH:
        return "", "", None
    if not change:
        return UNMOVED, say.text("panel.unchanged"), None
    by = abs(_for(nominal, change))
    moved = say.number(by, digits if rounded(by, digits) else own_digits(by))
    trend: Trend = "up" if change > 0 else "down"
    return moved, say.text(f"said.{trend}", change=moved), trend


def _mark(rate: StripRate, common: StripRate | None, today: date, say: Words) -> str:
    """A figure's own day or state, where the column and the label do not speak for it."""
    return "" if common is None or _standing(rate) == _standing(common) else state(rate, today, say)


def state(rate: StripRate, today: date, say: Words) -> str:
    """The day of a figure as its freshness has it: "18 June", "of 17 June", "since 12 May"."""
    if rate.freshness is Freshness.NONE:
        return say.text("mark.yet")
    key = {Freshness.LATE: "day.late", Freshness.STALE: "day.stale"}.get(rate.freshness)
    day = _span(rate, today, say)
    return say.text(key, day=day) if key else day


def _standing(rate: StripRate) -> tuple[Freshness, date | None, date | None]:
    return rate.freshness, rate.valid_on, rate.valid_until if rate.freshness is Freshness.FRESH else None


def _previous(
    rate: Rate | None, column: Column | None, text: Callable[[Rate], str], today: date, say: Words
) -> Cell | None:
    if rate is None:
        return None
    own = column is not None and rate.valid_on == column.day
    return Cell(text(rate), rate.valid_on, "" if own else say.day(rate.valid_on, today))


def _next(rate: StripRate, shown: Rate | None, after: Rate, text: str) -> Cell:
    trend: Trend | None = None
    if shown and after.value != shown.value:
        trend = "up" if after.value > shown.value else "down"
    assert rate.next is not None
    doubt = Freshness.LATE if rate.next.contested else Freshness.FRESH
    return Cell(text, after.valid_on, rate.next.mark, doubt, trend)


# --- headlines ---------------------------------------------------------------------------------------------------


def headline(
    told: Told, feeds: Mapping[str, FeedTerms], content: Content, say: Words, today: date, base: str
) -> PanelHeadline:
    one, feed = told.headline, feeds[told.headline.feed]
    local = content.home.local(one.published_at)
    also = _publishers(told.also, feeds, feed.publisher)
    return PanelHeadline(
        headline=StripHeadline(
            id=one.id,
            title=one.title,
            url=one.url,
            feed=one.feed,
            publisher=feed.publisher,
            language=feed.language,
            published_at=local,
            time=say.clock(local),
            dated=f"{say.day(local.date(), today)} {say.clock(local)}",
        ),
        also=also,
        also_text=say.text("panel.also", publishers=", ".join(also)) if also else "",
        story=f"{base}/story/{one.id}?lang={say.lang}",
        click=f"{base}/click/{one.id}",
    )


def _publishers(also: Iterable[Headline], feeds: Mapping[str, FeedTerms], first: str) -> tuple[str, ...]:
    """Each publisher once, the headline's own left out: it may have the story in two of its feeds."""
    names = [feeds[one.feed].publisher for one in also if one.feed in feeds]
    return tuple(name for name in dict.fromkeys(names) if name != first)


# --- words, links ------------------------------------------------------------------------------------------------


def _words(
    said: Strip, told: Sequence[Told], judged: Judgement, feeds: Mapping[str, FeedTerms], content: Content, say: Words
) -> dict[str, str]:
    current = any(judged.feed(feed).freshness is Freshness.FRESH for feed in feeds)
    names = ("latest", "popular", "change", "details", "chart", "print", "today")
    return {
        **{name: say.text(f"panel.{name}") for name in names},
        "table": say.text("label.rates"),
        "unit": say.unit(content.home.currency),
        "whose": _whose(said, judged, content, say),
        "current": say.text("panel.current") if current and told else "",
    }


def _whose(said: Strip, judged: Judgement, content: Content, say: Words) -> str:
    """Whose rates they are, a sentence for each bank."""
    if content.demo:
        return say.text("panel.demo")
    figures = [judged.figure(rate.currency) for rate in said.rates]
    banks = dict.fromkeys(figure.bank for figure in figures if figure and figure.bank)
    named = (f"panel.official.{bank}" if say.has(f"panel.official.{bank}") else "panel.official" for bank in banks)
    return " ".join(say.text(key, bank=say.bank(bank)) for key, bank in zip(named, banks, strict=True))


def _links(said: Strip, options: Options, currencies: tuple[str, ...], base: str) -> dict[str, str]:
    html = _ours(said.links["html"], base)
    return {
        "self": _ours(said.links["self"], base),
        "html": html,
        "describedby": base + SCHEMA_PATH,
        "print": f"{html}#print",
        "chart": f"{base}/chart?currencies={','.join(options.currencies or currencies)}&lang={options.lang}",
    }


def _ours(href: str, base: str) -> str:
    """The panel's address for the same options as those of the strip's."""
    return f"{base}/panel{href.removeprefix(base).removeprefix('/strip')}"
