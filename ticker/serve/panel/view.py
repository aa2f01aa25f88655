"""What a panel says: headlines by day, Popular, and the table of rates (pure).

It contains the strip of the same options, so that states, words and colours are the strip's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby

from ticker.model import Freshness, Headline
from ticker.rates.freshness import Judgement
from ticker.serve.i18n.words import Words, words
from ticker.serve.news.clusters import Cluster
from ticker.serve.news.popular import UNCOUNTED, Popularity, popular
from ticker.serve.panel.look import panel_look
from ticker.serve.panel.table import Column, Columns, PanelRate, columns_of, common_rate, panel_rate
from ticker.serve.panel.witnesses import CurrencyWitnesses, witnesses_of
from ticker.serve.strip.context import Context
from ticker.serve.strip.figures import StripRate
from ticker.serve.strip.headlines import chosen, selected, stories
from ticker.serve.strip.links import LanguageLink, Links
from ticker.serve.strip.options import Options
from ticker.serve.strip.stand_in import names
from ticker.serve.strip.view import Strip, StripHeadline, present, strip_headline
from ticker.serve.terms import USUAL, HomeTerms
from ticker.snapshot import FeedTerms, Snapshot

SCHEMA_PATH = "/schema/panel.json"
MOST_POPULAR = 5
_WITNESSES = ("witnesses", *(f"witnesses.{key}" for key in ("says", "bank", "difference", "official")))


@dataclass(frozen=True, slots=True)
class PanelHeadline:
    headline: StripHeadline
    also: tuple[str, ...]  # other publishers of the same story
    also_text: str
    story: str  # address of the story's page
    click: str  # address that counts a click


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    heading: str
    headlines: tuple[PanelHeadline, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """The view model of a panel."""

    strip: Strip
    heading: str  # today's
    rates: tuple[PanelRate, ...]
    previous: Column | None
    today: Column
    next: Column | None
    days: tuple[Day, ...]
    popular: tuple[PanelHeadline, ...]
    witnesses: tuple[CurrencyWitnesses, ...]  # empty where the home has none
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
    terms: HomeTerms = USUAL,
    base: str = "",
) -> Panel:
    """The panel with these options. `terms` are the home's; `base` is prefixed to every link's path."""
    strip = present(snapshot, judged, options, notes=notes, terms=terms, base=base)
    context = Context(snapshot.content, judged, options, words(options.lang))
    feeds, with_headlines = {one.feed: one for one in context.content.feeds}, strip.with_headlines
    latest = by_day(chosen(context.content, options), context) if with_headlines else []
    shown = [panel_headline(story, feeds, context, base) for story in latest]
    followed = stories(context.content, options) if with_headlines else []
    best = popular(followed, popularity.clicks, MOST_POPULAR, popularity.floor)
    common = common_rate(strip.rates)
    columns = columns_of(strip.rates, common, context)
    links = _links(strip.links, options, terms.currencies, base)
    return Panel(
        strip=replace(
            strip,
            headlines=tuple(one.headline for one in shown),
            links={**strip.links, **links},
            look=panel_look(options),
        ),
        heading=_heading(judged.today, context.say),
        rates=tuple(_row(rate, columns, common, context, base) for rate in strip.rates),
        previous=columns.previous,
        today=columns.today,
        next=columns.next,
        days=tuple(_days(shown, context.say)),
        popular=tuple(panel_headline(story, feeds, context, base) for story in best),
        witnesses=witnesses_of(strip.rates, context),
        words={**asdict(strip.words), **_words(strip.rates, columns, shown, context)},
        links=links,
        languages=tuple(replace(link, href=_ours(link.href, base)) for link in strip.languages),
    )


def _row(rate: StripRate, columns: Columns, common: StripRate | None, context: Context, base: str) -> PanelRate:
    """The row of a currency. An official figure leads to its chart, unless that is not wanted."""
    row = panel_rate(rate, columns, common, context)
    if context.options.charts == "off" or rate.value is None or rate.banks:
        return row
    return replace(
        row,
        chart=Links(context.options, base).chart([rate.currency]),
        chart_said=context.say.text("panel.chart_of", name=rate.name),
    )


def by_day(shown: Sequence[Cluster], context: Context) -> list[Cluster]:
    """The newest day first, and within a day as the strip has them: a story stands under no day but its own."""
    return sorted(shown, key=lambda story: context.content.home.day(story.headline.published_at), reverse=True)


def _days(headlines: Sequence[PanelHeadline], say: Words) -> Iterable[Day]:
    for day, group in groupby(headlines, lambda one: one.headline.day):
        yield Day(day, _heading(day, say), tuple(group))


def _heading(day: date, say: Words) -> str:
    heading = say.heading(day)
    return heading[0].upper() + heading[1:]


def panel_headline(story: Cluster, feeds: Mapping[str, FeedTerms], context: Context, base: str) -> PanelHeadline:
    """The story's leading headline. Its time has no day, for the headlines of a day have one heading."""
    one, say = strip_headline(story.headline, feeds[story.headline.feed], context), context.say
    also, home = _publishers(story.others, feeds, one.publisher), context.options.home
    return PanelHeadline(
        headline=replace(one, time=say.clock(one.published_at)),
        also=also,
        also_text=say.text("panel.also", publishers=", ".join(also)) if also else "",
        story=f"{base}/story/{one.id}?lang={say.lang}" + (f"&home={home}" if home else ""),
        click=f"{base}/click/{one.id}",
    )


def _publishers(also: Iterable[Headline], feeds: Mapping[str, FeedTerms], first: str) -> tuple[str, ...]:
    """Each other publisher once; `first`, the leading headline's, may have the story in two of its feeds."""
    names = [feeds[one.feed].publisher for one in also if one.feed in feeds]
    return tuple(name for name in dict.fromkeys(names) if name != first)


def _words(
    rates: Sequence[StripRate], columns: Columns, shown: Sequence[PanelHeadline], context: Context
) -> dict[str, str]:
    say, feeds = context.say, selected(context.content, context.options)
    current = any(context.judged.feed(feed).freshness is Freshness.FRESH for feed in feeds)
    keys = ("latest", "popular", "change", "details", "chart", "print", "today", "currency", "for_one")
    return {
        **{key: say.text(f"panel.{key}") for key in keys},
        **{key.replace(".", "_"): say.text(f"panel.{key}") for key in _WITNESSES if context.content.witnesses},
        "table": say.text("label.rates"),
        "unit": say.unit(context.content.home.currency),
        "whose": _whose(rates, context),
        "since": say.text("panel.since", day=context.day(columns.since)) if columns.since else "",
        "current": say.text("panel.current") if current and shown else "",
    }


def _whose(rates: Sequence[StripRate], context: Context) -> str:
    """A sentence for each bank whose rates are shown."""
    say = context.say
    if context.content.demo:
        return say.text("panel.demo")
    figures = [context.judged.figure(rate.currency) for rate in rates]
    others = sorted({bank for rate in rates for bank in rate.banks})
    # Where others stand in, a bank is named only if a figure of its own is shown.
    banks = dict.fromkeys(one.bank for one in figures if one and one.bank and (one.rate or not others))
    named = (f"panel.official.{bank}" if say.has(f"panel.official.{bank}") else "panel.official" for bank in banks)
    said = [say.text(key, bank=say.bank(bank)) for key, bank in zip(named, banks, strict=True)]
    return " ".join([*said, say.text("panel.standin", banks=names(others, context))] if others else said)


def _links(on_strip: Mapping[str, str], options: Options, currencies: tuple[str, ...], base: str) -> dict[str, str]:
    html = _ours(on_strip["html"], base)
    return {
        "self": _ours(on_strip["self"], base),
        "html": html,
        "describedby": base + SCHEMA_PATH,
        "print": f"{html}#print",
        "chart": Links(options, base).chart(options.currencies or currencies),
    }


def _ours(href: str, base: str) -> str:
    """The panel's address with the options of the strip's."""
    return f"{base}/panel{href.removeprefix(base).removeprefix('/strip')}"
