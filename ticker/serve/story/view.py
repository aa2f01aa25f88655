"""The page of one headline, `/story/<id>`: what is known of it here, and the way to its publisher.

The view is pure; the door reads the store, which has what left the snapshot. Search engines are asked to leave the page
out and to keep the publisher's: it is their article, of which we have a title and what their feed says of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ticker.model import Freshness, Headline, Language
from ticker.rates.calendar import DayFigure
from ticker.rates.freshness import Judgement
from ticker.serve.i18n.words import LANGUAGE_NAMES, NOTHING, Words, own_digits, words
from ticker.serve.news.related import Told, once, related
from ticker.serve.panel.view import PanelHeadline, PanelRate, Popularity, headline, panel, state
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.strip.view import LanguageLink
from ticker.snapshot import Content, FeedTerms, Snapshot

LIFE = timedelta(minutes=1)  # views and what is related go on
RETRY_S = "5"
MOST_RELATED = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What the store has of a story beyond the snapshot. `figures` are of the day it was published, if that is over."""

    summary: str = ""
    require_store: int | None = None  # clicks and views together; None where nobody knows
    figures: Sequence[DayFigure] = ()


UNKNOWN = Known()


@dataclass(frozen=True, slots=True)
class DayRate:
    """A row of the rates of the day. `mark` is the figure's own day where it is of an earlier one."""

    label: str
    name: str
    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Everything the page says."""

    language: Language
    headline: PanelHeadline
    published: str
    summary: str
    views: str  # empty where they are not known
    rates_heading: str
    rates: tuple[DayRate, ...]
    whose: str
    related: tuple[PanelHeadline, ...]
    popular: tuple[PanelHeadline, ...]
    described: str  # schema.org's NewsArticle as JSON that may stand in a script element
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
    currencies: tuple[str, ...],
    popularity: Popularity,
) -> StoryPage:
    """The page of `one` in `lang`."""
    content, say = snapshot.content, words(lang)
    feeds = _feeds(content, one)
    beside = panel(snapshot, judged, Options(lang=lang), popularity=popularity, currencies=currencies)
    same = next((told for told in once(content.headlines) if one.id in _ids(told)), Told(one, ()))
    also = tuple(other for other in (same.headline, *same.also) if other.id != one.id)
    shown = headline(Told(one, also), feeds, content, say, judged.today, "")
    near = related(one, content.headlines, {id_: feed.language for id_, feed in feeds.items()}, MOST_RELATED)
    local = shown.headline.published_at
    if local.date() < judged.today:
        rates = _of_day(known.figures, currencies, local.date(), say)
    else:
        rates = _of_today(beside.rates, judged.today, say)
    return StoryPage(
        language=lang,
        headline=shown,
        published=f"{say.dated(local.date())}, {say.clock(local)}",
        summary=known.summary,
        views=say.text("story.views", views=known.require_store) if known.require_store is not None else "",
        rates_heading=say.text(
            "story.rates", day=say.day(local.date(), judged.today), unit=say.unit(content.home.currency)
        ),
        rates=rates,
        whose=beside.words["whose"] if rates else "",
        related=tuple(headline(Told(other, ()), feeds, content, say, judged.today, "") for other in near),
        popular=tuple(told for told in beside.popular if told.headline.id != one.id),
        described=_described(shown, known.summary),
        back=f"/panel?lang={lang}",
        languages=tuple(
            LanguageLink(other, *LANGUAGE_NAMES[other], f"/story/{one.id}?lang={other}", other == lang)
            for other in LANGUAGES
        ),
        words=say,
        demo=content.demo,
    )


def _feeds(content: Content, one: Headline) -> Mapping[str, FeedTerms]:
    """The feeds by id; one that is not read any more is named by its id."""
    feeds = {feed.feed: feed for feed in content.feeds}
    return feeds if one.feed in feeds else {**feeds, one.feed: FeedTerms(one.feed, one.feed, "", 0)}


def _ids(told: Told) -> set[str]:
    return {one.id for one in (told.headline, *told.also)}


# --- rates of the day --------------------------------------------------------------------------------------------


def _of_today(rates: Sequence[PanelRate], today: date, say: Words) -> tuple[DayRate, ...]:
    """What the panel says, each with its own state: here no label speaks for all of them."""
    return tuple(
        DayRate(
            rate.label,
            rate.rate.name,
            rate.today.text,
            "" if rate.rate.freshness is Freshness.FRESH else state(rate.rate, today, say),
        )
        for rate in rates
    )


def _of_day(figures: Sequence[DayFigure], currencies: tuple[str, ...], day: date, say: Words) -> tuple[DayRate, ...]:
    """Of a day that is over: what was official then, as far as it is known; no row where nothing was."""
    by_currency = {one.currency: one for one in figures if one.day == day}
    return tuple(_row(by_currency[code], say) for code in currencies if code in by_currency)


def _row(one: DayFigure, say: Words) -> DayRate:
    if one.revision is None:
        return DayRate(one.currency, say.currency_name(one.currency), NOTHING, "")
    rate = one.revision.rate
    label = rate.currency if rate.nominal == 1 else f"{rate.nominal} {rate.currency}"
    late = say.text("day.late", day=say.day(rate.valid_on, one.day)) if one.freshness is Freshness.LATE else ""
    return DayRate(label, say.currency_name(rate.currency), say.number(rate.quoted, own_digits(rate.quoted)), late)


# --- schema.org --------------------------------------------------------------------------------------------------


def _described(shown: PanelHeadline, summary: str) -> str:
    """The article, whose address is the publisher's. `<` and the like are escaped: it stands inside a page."""
    one = shown.headline
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": one.title,
        "url": one.url,
        "mainEntityOfPage": one.url,
        "datePublished": one.published_at.isoformat(timespec="seconds"),
        "publisher": {"@type": "Organization", "name": one.publisher},
    }
    if one.language:
        article["inLanguage"] = one.language
    if summary:
        article["description"] = summary
    text = json.dumps(article, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
