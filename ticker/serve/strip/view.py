"""What is said on a strip, in which words, and until when it stays true. Pure: no clock, no markup.

Every wording that any medium shows is decided here, the one for after `until` included. The same snapshot and
judgement give an equal strip, so that every worker's bytes are equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from urllib.parse import urlencode

from ticker.model import DAY, Freshness, Headline, Language, Quality
from ticker.rates.freshness import Figure, Judgement
from ticker.serve.i18n.words import ARROW, NOTHING, Words, rounded, words
from ticker.serve.news.clusters import cluster
from ticker.serve.strip.contrast import Colours, palettes
from ticker.serve.strip.options import LANGUAGES, Options, Part
from ticker.snapshot import NEVER, Content, FeedTerms, Snapshot

REFRESH = timedelta(seconds=60)
DEMO = "DEMO"
SCHEMA_PATH = "/schema/strip.json"

NATIVE: Mapping[Language, tuple[str, str]] = {
    "en": ("EN", "English"),
    "ru": ("РУ", "Русский"),
    "ky": ("КЫ", "Кыргызча"),
}

Trend = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Dated:
    """A neighbour of the figure that is shown. `text` is empty where it is not drawn, `mark` where its day is clear."""

    value: Decimal
    valid_on: date
    text: str = ""
    mark: str = ""
    contested: bool = False  # the bank has put it in doubt since


@dataclass(frozen=True, slots=True)
class StripRate:
    """One currency: the exact figures, and how they are drawn and spoken."""

    currency: str
    name: str
    value: Decimal | None
    text: str  # the figure as it is drawn, "—" where there is none to show
    quoted: Decimal | None
    nominal: int | None
    valid_on: date | None
    valid_until: date | None
    change: Decimal | None
    previous: Dated | None
    next: Dated | None
    quality: Quality
    source: str | None
    freshness: Freshness
    change_text: str  # empty where no change is drawn
    trend: Trend | None  # of what is drawn: the next figure, else the change
    mark: str  # the currency's own day or state, where the common label does not speak for it
    spoken: str


@dataclass(frozen=True, slots=True)
class StripHeadline:
    id: str
    title: str
    url: str
    feed: str
    publisher: str
    language: str
    published_at: datetime  # in the home's zone
    time: str  # with its day where that is not today
    dated: str  # always with its day: what stays true past `until`

    @property
    def day(self) -> date:
        return self.published_at.date()


@dataclass(frozen=True, slots=True)
class LanguageLink:
    language: Language
    short: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Look:
    """How a strip is drawn: what was asked for, and the colours that come of it."""

    theme: str
    frame: str
    motion: str
    speed: int  # per cent
    show: tuple[Part, ...]
    colours: tuple[Colours, ...]  # one palette, or the light and the dark one, where the reader's device decides
    chosen: bool  # whether any colour is other than the stock ones by the reader's device
    accent: bool  # whether headlines take the link's colour


@dataclass(frozen=True, slots=True)
class Strip:
    """Everything a strip says. Moments are in the home's zone."""

    version: int
    as_of: datetime | None  # None before anything was collected
    until: datetime
    refresh_after: datetime | None
    language: Language
    home: str
    zone: str
    demo: bool
    state: Freshness  # what the common label beside the rates says
    rates: tuple[StripRate, ...]
    headlines: tuple[StripHeadline, ...]
    with_headlines: bool  # whether headlines were asked for at all
    look: Look
    words: Mapping[str, str]
    notes: tuple[str, ...]
    links: Mapping[str, str]
    languages: tuple[LanguageLink, ...]
    past: bool  # it tells of `as_of` and not of the present

    @property
    def later(self) -> bool:
        """Whether any next figure is drawn."""
        return any(rate.next and rate.next.text for rate in self.rates)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the label beside the rates says of a currency; those who share the commonest one need no mark."""

    bank: str | None
    freshness: Freshness
    valid_on: date | None
    valid_until: date | None
    next_on: date | None


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every sentence depends on."""

    content: Content
    judged: Judgement
    options: Options
    say: Words

    @property
    def today(self) -> date:
        return self.judged.today

    def day(self, day: date | None) -> str:
        return self.say.day(day, self.today) if day else ""

    def bank(self, bank: str | None) -> str:
        if self.content.demo:
            return self.say.bank(DEMO)
        return self.say.bank(bank) if bank else ""

    def time(self, local: datetime) -> str:
        """The time, with its day where that is not today."""
        return self.say.clock(local) if local.date() == self.today else self.dated(local)

    def dated(self, local: datetime) -> str:
        return f"{self.day(local.date())} {self.say.clock(local)}"

    def whole(self, local: datetime) -> str:
        """Day, year and time: for what is kept and looked at much later."""
        day = self.say.text("year", day=self.say.day(local.date()), year=local.year)
        return f"{day}, {self.say.clock(local)}"


def strip(
    snapshot: Snapshot,
    judged: Judgement,
    options: Options,
    *,
    notes: tuple[str, ...] = (),
    currencies: tuple[str, ...] = ("USD", "EUR", "RUB"),
    base: str = "",
) -> Strip:
    """The strip that `options` ask for. `currencies` are the site's own; `base` stands before every link's path."""
    content = snapshot.content
    scene = _Scene(content, judged, options, words(options.lang))
    figures = [_figure(content, judged, currency, options) for currency in options.currencies or currencies]
    common = Counter(map(_standing, [one for one in figures if one.rate] or figures)).most_common(1)[0][0]
    tomorrow = min((figure.next.valid_on for figure in figures if figure.next), default=None)
    feeds = selected(content, options)
    with_headlines = options.headlines > 0 and options.shows("headlines")
    stories = cluster([one for one in content.headlines if one.feed in feeds]) if with_headlines else []
    as_of = content.home.local(snapshot.as_of) if snapshot.as_of != NEVER else None
    at = as_of if snapshot.past else None
    return Strip(
        version=snapshot.version,
        as_of=as_of,
        until=content.home.local(judged.until),
        refresh_after=as_of + REFRESH if as_of and not snapshot.past else None,
        language=options.lang,
        home=content.home.currency,
        zone=content.home.zone.key,
        demo=content.demo,
        state=common.freshness,
        rates=tuple(_rate(figure, common, tomorrow, scene) for figure in figures) if options.shows("rates") else (),
        headlines=tuple(
            _headline(one.headline, feeds[one.headline.feed], scene) for one in stories[: options.headlines]
        ),
        with_headlines=with_headlines,
        look=_look(options),
        words={
            **_label(common, scene),
            **_moments(as_of, tomorrow, scene, past=snapshot.past),
            "updated": _updated(feeds, scene, scene.time),
            "updated_dated": _updated(feeds, scene, scene.dated),
            **_controls(scene.say),
        },
        notes=notes,
        links={
            "self": base + _path("/strip.json", options, at),
            "html": base + _path("/strip", options, at),
            "describedby": base + SCHEMA_PATH,
        },
        languages=tuple(_language(lang, options, base, at) for lang in LANGUAGES) if options.shows("lang") else (),
        past=snapshot.past,
    )


def _look(options: Options) -> Look:
    chosen = bool(options.bg or options.fg or options.accent) or options.theme != "auto"
    colours = palettes(options.bg, options.fg, options.accent, options.theme)
    accent = bool(options.accent)
    show = tuple(part for part in options.show if part != "headlines" or options.headlines)
    return Look(options.theme, options.frame, options.motion, options.speed, show, colours, chosen, accent)


def _path(path: str, options: Options, at: datetime | None) -> str:
    queries = [options.query(), urlencode({"at": at.isoformat()}) if at else ""]
    query = "&".join(filter(None, queries))
    return f"{path}?{query}" if query else path


def _language(lang: Language, options: Options, base: str, at: datetime | None) -> LanguageLink:
    short, name = NATIVE[lang]
    href = base + _path("/strip", options.model_copy(update={"lang": lang}), at)
    return LanguageLink(lang, short, name, href, lang == options.lang)


# --- rates -------------------------------------------------------------------------------------------------------


def digits_of(value: Decimal, wanted: int | None) -> int:
    """How many decimals are drawn. By itself: two from 10 up, the bank's own below, where two would hide most moves.
    However few are wanted, what is not zero is never drawn as zero."""
    digits = (2 if value >= 10 else _own_digits(value)) if wanted is None else wanted
    return digits_apart(value, Decimal(), digits)


def digits_apart(one: Decimal, other: Decimal, digits: int) -> int:
    """As many decimals, from `digits` on, as two different figures need to look different."""
    while one != other and rounded(one, digits) == rounded(other, digits):
        digits += 1
    return digits


def _own_digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _figure(content: Content, judged: Judgement, currency: str, options: Options) -> Figure:
    """A currency that no source has is one that never had a rate; where tomorrow's are not asked for, none is known."""
    bank = content.banks[0].bank if content.banks else ""
    figure = judged.figure(currency) or Figure(currency, "", bank, Freshness.NONE, None, None, None, None)
    return figure if options.shows("tomorrow") else replace(figure, next=None, next_contested=False)


def _standing(figure: Figure) -> _Standing:
    last = figure.last
    return _Standing(
        bank=figure.bank or None,
        freshness=figure.freshness,
        valid_on=last.valid_on if last else None,
        valid_until=last.valid_until if last and figure.freshness is Freshness.FRESH else None,
        next_on=figure.next.valid_on if figure.next else None,
    )


def _rate(figure: Figure, common: _Standing, tomorrow: date | None, scene: _Scene) -> StripRate:
    rate, last, after, standing = figure.rate, figure.last, figure.next, _standing(figure)
    drawn = _drawn(figure, scene)
    next_day = "" if standing.next_on == tomorrow else scene.day(standing.next_on)
    doubt = scene.say.text("mark.contested") if figure.next_contested else ""
    next_mark = ", ".join(filter(None, [next_day, doubt]))
    return StripRate(
        currency=figure.currency,
        name=scene.say.currency_name(figure.currency),
        value=rate.value if rate else None,
        text=drawn.text,
        quoted=rate.quoted if rate else None,
        nominal=rate.nominal if rate else None,
        valid_on=last.valid_on if last else None,
        valid_until=last.valid_until if last else None,
        change=figure.change,
        previous=Dated(figure.previous.value, figure.previous.valid_on) if rate and figure.previous else None,
        next=Dated(after.value, after.valid_on, drawn.next, next_mark, figure.next_contested) if after else None,
        quality=figure.quality,
        source=figure.source or None,
        freshness=figure.freshness,
        change_text=drawn.change,
        trend=drawn.trend,
        mark="" if standing == common else _mark(standing, common, scene),
        spoken=_spoken(figure, drawn, scene),
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A figure, the next one and the change as they are drawn, and the way that one of the latter two goes."""

    text: str
    next: str = ""
    change: str = ""
    trend: Trend | None = None
    digits: int = 0


def _drawn(figure: Figure, scene: _Scene) -> _Drawn:
    """A known next figure takes the place of the change; it is drawn where it differs or is in doubt."""
    rate, after, change, number = figure.rate, figure.next, figure.change, scene.say.number
    wanted = scene.options.digits
    if not rate:
        return _Drawn(NOTHING, number(after.value, digits_of(after.value, wanted)) if after else "")
    digits = digits_of(rate.value, wanted)
    if after:
        digits = digits_apart(rate.value, after.value, digits_apart(after.value, Decimal(), digits))
    text = number(rate.value, digits)
    if figure.quality is Quality.DERIVED:
        text = f"≈ {text}"
    if after and (after.value != rate.value or figure.next_contested):
        return _Drawn(text, number(after.value, digits), "", _trend(after.value - rate.value), digits)
    if after or not change or figure.freshness is not Freshness.FRESH or not scene.options.shows("change"):
        return _Drawn(text, digits=digits)
    # A change too small for the figure's decimals has all of its own: 0.0006, not the 0.001 that it rounds up to.
    of_change = digits if rounded(change, digits) else _own_digits(change)
    return _Drawn(text, "", number(abs(change), of_change), _trend(change), digits)


def _trend(change: Decimal) -> Trend | None:
    return ("up" if change > 0 else "down") if change else None


def _spoken(figure: Figure, drawn: _Drawn, scene: _Scene) -> str:
    """The rate as a sentence. It names days and never says "tomorrow", so that it outlives midnight."""
    say, standing, name = scene.say, _standing(figure), scene.say.currency_name(figure.currency)
    later = [say.text("said.next", value=drawn.next, day=scene.day(standing.next_on))] if drawn.next else []
    if later and figure.next_contested:
        later.append(say.text("mark.contested"))
    if not figure.rate:
        key = "stale" if figure.last else "none" if standing.bank else "nobank"
        bank, day = scene.bank(standing.bank), scene.day(standing.valid_on)
        return ", ".join([say.text(f"said.{key}", name=name, bank=bank, day=day), *later])
    unit = say.amount_unit(scene.content.home.currency, rounded(figure.rate.value, drawn.digits))
    moved = [say.text(f"said.{drawn.trend}", change=drawn.change)] if drawn.change else []
    key = "demo" if scene.content.demo else "late" if figure.freshness is Freshness.LATE else "fresh"
    of_day = say.text(f"said.{key}", day=_span(standing, scene))
    return ", ".join([say.text("said.rate", name=name, value=drawn.text, unit=unit), *moved, of_day, *later])


# --- the label beside the rates ----------------------------------------------------------------------------------


def _span(standing: _Standing, scene: _Scene) -> str:
    """The day of a figure, or the days, where its table is for several."""
    first, last = standing.valid_on, standing.valid_until
    if first and last and last > first:
        return scene.say.days(first, last, "–", scene.today)
    return scene.day(first)


def _days(standing: _Standing, scene: _Scene) -> str:
    """The day of a figure, and that of the next one where it is known."""
    if standing.valid_on and standing.next_on:
        return scene.say.days(standing.valid_on, standing.next_on, near=scene.today)
    return _span(standing, scene)


def _day(standing: _Standing, scene: _Scene) -> str:
    """The line with the days, as the state has it."""
    if standing.freshness is Freshness.FRESH:
        return _days(standing, scene)
    if standing.freshness is Freshness.LATE:
        return scene.say.text("day.late", day=_days(standing, scene))
    since = scene.say.text("day.stale", day=_span(standing, scene)) if standing.valid_on else ""
    return f"{since} {ARROW} {scene.day(standing.next_on)}".strip() if standing.next_on else since


def _mark(standing: _Standing, common: _Standing, scene: _Scene) -> str:
    """A currency's own day or state, beside its figure."""
    bank = scene.bank(standing.bank) if standing.bank != common.bank and not scene.content.demo else ""
    never = scene.say.text("mark.yet") if standing.freshness is Freshness.NONE else ""
    return " ".join(filter(None, [bank, never, _day(standing, scene)]))


def _label(standing: _Standing, scene: _Scene) -> dict[str, str]:
    """The two lines in front of the rates, the same past `until`, and what is announced when they change."""
    say, bank, rest, outdated = scene.say, scene.bank(standing.bank), "", scene.say.text("outdated.alone")
    if standing.freshness is Freshness.STALE:
        name = past = say.text("bank.stale", bank=bank)
        status = say.text("status.stale", bank=bank, day=_span(standing, scene))
    elif standing.freshness is Freshness.NONE:
        name = past = status = say.text("bank.yet", bank=bank) if bank else say.text("bank.none")
    else:
        name, rest = bank, say.text("bank.rest", unit=say.unit(scene.content.home.currency))
        outdated, past = say.text("outdated", bank=bank), say.text("day.late", day=_days(standing, scene))
        status = _status(standing, scene)
    return {
        "bank": name + rest,
        "bank_name": name,
        "bank_rest": rest,
        "day": _day(standing, scene),
        "outdated": outdated,
        "outdated_day": past,
        "outdated_status": f"{outdated}, {past}"
        if rest == ""
        else say.text("outdated.status", bank=bank, day=_days(standing, scene)),
        "status": status,
    }


def _status(standing: _Standing, scene: _Scene) -> str:
    if standing.freshness is Freshness.LATE:
        key = "late"
    else:
        key = "next" if standing.next_on else "fresh"
    key = "demo" if scene.content.demo else key
    bank, day = scene.bank(standing.bank), _span(standing, scene)
    return scene.say.text(f"status.{key}", bank=bank, day=day, next=scene.day(standing.next_on))


# --- moments, headlines, controls --------------------------------------------------------------------------------


def _moments(as_of: datetime | None, tomorrow: date | None, scene: _Scene, *, past: bool) -> dict[str, str]:
    say, time, dated = scene.say, scene.time(as_of) if as_of else "", scene.day(tomorrow)
    whole = say.text("past" if past else "as_of", time=scene.whole(as_of)) if as_of else ""
    return {
        "clock": say.text("label.clock", city=say.city(scene.content.home.zone)),
        "as_of": say.text("as_of", time=time) if time else "",
        "as_of_dated": whole,
        "as_of_label": say.text("as_of.label"),
        "as_of_time": time,
        "tomorrow": say.text("tomorrow") if tomorrow == scene.today + DAY else dated,
        "tomorrow_dated": dated,
    }


def selected(content: Content, options: Options) -> dict[str, FeedTerms]:
    """The feeds of a selection: those that were asked for, else those in the strip's language."""
    return {
        one.feed: one
        for one in content.feeds
        if (one.feed in options.feeds if options.feeds is not None else one.language == options.lang)
    }


def _headline(one: Headline, feed: FeedTerms, scene: _Scene) -> StripHeadline:
    local = scene.content.home.local(one.published_at)
    return StripHeadline(
        id=one.id,
        title=one.title,
        url=one.url,
        feed=one.feed,
        publisher=feed.publisher,
        language=feed.language,
        published_at=local,
        time=scene.time(local),
        dated=scene.dated(local),
    )


def _updated(feeds: Mapping[str, FeedTerms], scene: _Scene, moment: Callable[[datetime], str]) -> str:
    """Said only when no feed of the selection is fresh: one dead feed of six is the operator's matter."""
    states = [scene.judged.feed(feed) for feed in feeds]
    successes = [state.last_success for state in states if state.last_success]
    if not successes or any(state.freshness is Freshness.FRESH for state in states):
        return ""
    return scene.say.text("updated", time=moment(scene.content.home.local(max(successes))))


def _controls(say: Words) -> dict[str, str]:
    labels = {name: say.text(f"label.{name}") for name in ("rates", "headlines", "languages", "controls")}
    buttons = {name: say.text(name) for name in ("pause", "play", "previous", "following", "new_window")}
    return {
        "title": say.text("page.title"),
        **labels,
        **buttons,
        "count": say.text("count", n="{n}", m="{m}"),  # the client puts the two numbers in
        "headlines_none": say.text("headlines.none"),
    }
