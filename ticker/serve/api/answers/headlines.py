"""Headlines, what is read most, and the feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from ticker.model import Freshness, Headline
from ticker.rates.day import Moment
from ticker.serve.api import headline_models, params
from ticker.serve.api.answers.formatter import Formatter
from ticker.serve.api.endpoint import BASE
from ticker.serve.news.clusters import Cluster, cluster
from ticker.serve.news.popular import popular, total_clicks
from ticker.snapshot import FeedTerms

PAGE_OF_STORE = 500  # headlines that are read at once where words are looked for
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def headline(one: Headline, feed: FeedTerms, tell: Formatter) -> dict[str, str]:
    """What a model of a headline is made of."""
    return {
        "id": one.id,
        "title": one.title,
        "url": one.url,
        "story": f"/story/{one.id}",
        "feed": feed.feed,
        "publisher": feed.publisher,
        "language": feed.language,
        "published_at": tell.time(one.published_at),
        "day": str(tell.moment.content.home.day(one.published_at)),
    }


def headlines(moment: Moment, asked: params.HeadlinesParams) -> headline_models.Headlines:
    """Raises StoreError."""
    tell, feeds = Formatter(moment), {one.feed: one for one in moment.content.feeds}
    wanted = [
        one.feed
        for one in feeds.values()
        if (asked.lang is None or one.language == asked.lang) and (asked.feeds is None or one.feed in asked.feeds)
    ]
    since, until = (params.in_zone(text) if text else None for text in (asked.since, asked.until))
    page = partial(moment.past.headlines, wanted, since=since, until=until, known_at=moment.at)
    found = _found(page, asked)
    more = len(found) > asked.limit
    found = found[: asked.limit]
    return headline_models.Headlines(
        zone=moment.content.home.zone.key,
        demo=moment.content.demo,
        at=tell.time_or_none(moment.at),
        headlines=[headline_models.Headline.model_validate(headline(one, feeds[one.feed], tell)) for one in found],
        links=headline_models.Links(self=_link(asked), next=_link(asked, _cursor(found[-1])) if more else None),
    )


def _found(page: Callable[..., list[Headline]], asked: params.HeadlinesParams) -> list[Headline]:
    """One more than a page has, where there are as many."""
    before = _place(asked.cursor) if asked.cursor else None
    if not asked.q:
        return page(asked.limit + 1, before=before)
    words, found = asked.q.casefold().split(), list[Headline]()
    while len(found) <= asked.limit and (read := page(PAGE_OF_STORE, before=before)):
        found += [one for one in read if all(word in one.title.casefold() for word in words)]
        before = read[-1].published_at, read[-1].id
    return found


def _cursor(last: Headline) -> str:
    return f"{(last.published_at - _EPOCH) // _MICROSECOND}-{last.id}"


def _place(cursor: str) -> tuple[datetime, str]:
    micros, _, id_ = cursor.partition("-")
    return _EPOCH + int(micros) * _MICROSECOND, id_


def _link(asked: params.HeadlinesParams, cursor: str | None = None) -> str:
    said = {**asked.model_dump(exclude_defaults=True), **({"cursor": cursor} if cursor else {})}
    query = urlencode([(k, ",".join(v) if isinstance(v, tuple) else v) for k, v in said.items()], safe=",")
    return f"{BASE}/headlines?{query}" if query else f"{BASE}/headlines"


def popular_now(
    moment: Moment, asked: params.PopularParams, clicks: Mapping[str, float], floor: float
) -> headline_models.Popular:
    tell, feeds = Formatter(moment), {one.feed: one for one in moment.content.feeds}
    among = [one for one in moment.content.headlines if asked.lang in (None, feeds[one.feed].language)]
    best = popular(cluster(among), clicks, asked.limit, floor)
    sure = any(total_clicks(one, clicks) >= floor for one in best)
    return headline_models.Popular(
        by="clicks" if sure and clicks else "feeds",
        demo=moment.content.demo,
        headlines=[_story(one, feeds, tell) for one in best],
    )


def _story(one: Cluster, feeds: Mapping[str, FeedTerms], tell: Formatter) -> headline_models.PopularHeadline:
    also = [headline_models.Also(publisher=feeds[of.feed].publisher, feed=of.feed, url=of.url) for of in one.others]
    return headline_models.PopularHeadline.model_validate(
        {**headline(one.headline, feeds[one.headline.feed], tell), "also": also}
    )


def feeds(moment: Moment) -> headline_models.Feeds:
    tell, held = Formatter(moment), [one.feed for one in moment.content.headlines]
    states = {one.feed: one for one in moment.judged.feeds}
    return headline_models.Feeds(
        demo=moment.content.demo,
        at=tell.time_or_none(moment.at),
        feeds=[
            headline_models.Feed(
                id=one.feed,
                publisher=one.publisher,
                language=one.language,
                freshness=states[one.feed].freshness.value,
                last_success=None
                if states[one.feed].freshness is Freshness.FRESH
                else tell.time_or_none(states[one.feed].last_success),
                headlines=held.count(one.feed),
            )
            for one in moment.content.feeds
        ],
    )
