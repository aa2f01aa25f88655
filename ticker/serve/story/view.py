"""The page of one headline, `/story/<id>`: what the service knows of it, and the link to its publisher (pure).

The article is the publisher's; the service has its title and what the feed says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ticker.model import Freshness, Headline, Language
from ticker.rates.freshness import Figure, Judgement
from ticker.serve.i18n.words import LANGUAGE_NAMES, NOTHING, Words, own_digits, words
from ticker.serve.news.clusters import Cluster, cluster
from ticker.serve.news.popular import Popularity
from ticker.serve.news.related import related
from ticker.serve.panel.table import PanelRate, state
from ticker.serve.panel.view import PanelHeadline, panel, panel_headline
from ticker.serve.story.schema_org import news_article
from ticker.serve.strip.context import Context
from ticker.serve.strip.label import in_state, marked
from ticker.serve.strip.links import LanguageLink
from ticker.serve.strip.options import Options
from ticker.serve.terms import HomeTerms
from ticker.snapshot import Content, FeedTerms, Snapshot

LIFE = timedelta(minutes=1)  # views and related headlines change without a new version
MOST_RELATED = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What only the store has of a story. `figures` are those of the day it was published, if that day is over."""

    summary: str = ""
    views: int | None = None  # clicks and views together; None while the store is away
    figures: Sequence[Figure] = ()


UNKNOWN = Known()


@dataclass(frozen=True, slots=True)
class DayRate:
    """A row of the rates of the day. `mark` names the figure's day where that is an earlier one, or its state."""

    label: str
    name: str
    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class StoryPage:
    """The view model of the page."""

    language: Language
    headline: PanelHeadline
    published: str
    summary: str
    views: str  # empty where they are not known
    rates_heading: str
    rates: tuple[DayRate, ...]
    whose: str  # the banks, in a sentence
    related: tuple[PanelHeadline, ...]
    popular: tuple[PanelHeadline, ...]
    described: str  # schema.org's NewsArticle as JSON for a script element
    back: str
    languages: tuple[LanguageLink, ...]
    words: Words
    demo: bool


def story(
    one: Headline,
    known: Known,
    snapshot: Snapshot,
    judged: Judgement,
    lang: Language,
    terms: HomeTerms,
    popularity: Popularity,
    home: str | None = None,
) -> StoryPage:
    """The page of `one` in `lang`, at the home of its feed: None for the default one."""
    options, say, currencies = Options(lang=lang, home=home), words(lang), terms.currencies
    context, feeds = Context(snapshot.content, judged, options, say), _feeds(snapshot.content, one)
    beside = panel(snapshot, judged, options, popularity=popularity, terms=terms)
    shown = panel_headline(_cluster(one, snapshot.content), feeds, context, "")
    local = shown.headline.published_at
    if local.date() < judged.today:
        rates = _of_day(known.figures, currencies, local.date(), say)
    else:
        rates = _of_today(beside.rates, context)
    return StoryPage(
        language=lang,
        headline=shown,
        published=f"{say.dated(local.date())}, {say.clock(local)}",
        summary=known.summary,
        views=say.text("story.views", views=known.views) if known.views is not None else "",
        rates_heading=say.text(
            "story.rates", day=context.day(local.date()), unit=say.unit(context.content.home.currency)
        ),
        rates=rates,
        whose=beside.words["whose"] if rates else "",
        related=tuple(_related(one, feeds, context)),
        popular=tuple(each for each in beside.popular if each.headline.id != one.id),
        described=news_article(shown.headline, known.summary),
        back=f"/panel?lang={lang}" + (f"&home={home}" if home else ""),
        languages=tuple(_languages(one, options, terms)),
        words=say,
        demo=context.content.demo,
    )


def _feeds(content: Content, one: Headline) -> Mapping[str, FeedTerms]:
    """The feeds by id; a feed that is no longer configured is named by its id."""
    feeds = {feed.feed: feed for feed in content.feeds}
    return feeds if one.feed in feeds else {**feeds, one.feed: FeedTerms(one.feed, one.feed, "", 0)}


def _cluster(one: Headline, content: Content) -> Cluster:
    """The story of `one`, led by it."""
    stories = (story.headlines for story in cluster(content.headlines))
    same = next((headlines for headlines in stories if any(each.id == one.id for each in headlines)), ())
    return Cluster(one, tuple(each for each in same if each.id != one.id))


def _related(one: Headline, feeds: Mapping[str, FeedTerms], context: Context) -> Iterator[PanelHeadline]:
    languages = {id_: feed.language for id_, feed in feeds.items()}
    content = context.content
    for other in related(one, content.headlines, languages, MOST_RELATED, content.home.currency):
        yield panel_headline(Cluster(other, ()), feeds, context, "")


def _languages(one: Headline, options: Options, terms: HomeTerms) -> Iterator[LanguageLink]:
    home = f"&home={options.home}" if options.home else ""
    for lang in terms.languages:
        yield LanguageLink(lang, *LANGUAGE_NAMES[lang], f"/story/{one.id}?lang={lang}{home}", lang == options.lang)


def _of_today(rates: Sequence[PanelRate], context: Context) -> tuple[DayRate, ...]:
    """The panel's figures, each marked with its state: this page has no label for all of them."""
    return tuple(
        DayRate(
            rate.label,
            rate.rate.name,
            rate.today.text,
            "" if rate.rate.freshness is Freshness.FRESH else state(rate.rate, context),
        )
        for rate in rates
    )


def _of_day(figures: Sequence[Figure], currencies: tuple[str, ...], day: date, say: Words) -> tuple[DayRate, ...]:
    """The official figures of a past day; a currency without any has no row."""
    by_currency = {one.currency: one for one in figures}
    return tuple(_row(by_currency[code], day, say) for code in currencies if code in by_currency)


def _row(one: Figure, day: date, say: Words) -> DayRate:
    rate = one.rate
    if rate is None:
        return DayRate(one.currency, say.currency_name(one.currency), NOTHING, "")
    label = rate.currency if rate.nominal == 1 else f"{rate.nominal} {rate.currency}"
    mark = ""
    if one.freshness is Freshness.LATE:
        current = not one.confirmed and day <= rate.valid_until
        late = in_state(say.day(rate.valid_on, day), one.freshness, say, current=current)
        mark = marked(late, say, confirmed=one.confirmed)
    return DayRate(label, say.currency_name(rate.currency), say.number(rate.quoted, own_digits(rate.quoted)), mark)
