"""What each door says: from what is known to the models of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ticker import __version__
from ticker.model import Freshness, Headline, Rate, Revision
from ticker.rates import convert as money
from ticker.rates import timeline
from ticker.rates.calendar import shifted
from ticker.rates.day import DayRate, Moment, known_currencies, on_day
from ticker.rates.freshness import Figure
from ticker.rates.held import held_revisions
from ticker.rates.timeline import RateTimeline
from ticker.serve.api import models
from ticker.serve.api import params as asked
from ticker.serve.api.endpoints import BASE, ENDPOINTS
from ticker.serve.api.params import BadParametersError, Mistake
from ticker.serve.news.clusters import Cluster, cluster
from ticker.serve.news.popular import popular, total_clicks
from ticker.serve.strip import json
from ticker.serve.strip.options import Options, parse
from ticker.serve.strip.view import present
from ticker.snapshot import NEVER, FeedTerms
from ticker.store import StoreError

if TYPE_CHECKING:
    from ticker.serve.site import Site

MOST_ROWS = 40_000
SPAN = timedelta(days=30)  # of a history that names no first day
PAGE_OF_STORE = 500  # headlines that are read at once where words are looked for
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NotAvailableError(Exception):
    """There is nothing to give: a 404."""


def index() -> models.Index:
    links = {one.id: one.path.replace("{currency}", "USD") for one in ENDPOINTS} | {
        "service-desc": "/openapi.json",
        "service-doc": "/docs",
    }
    return models.Index(service=f"som-ticker {__version__}", links=links)


# --- rates ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Formatter:
    """How moments and figures are told, and of which moment."""

    moment: Moment

    def time_or_none(self, moment: datetime | None) -> str | None:
        return self.moment.content.home.local(moment).isoformat(timespec="seconds") if moment else None

    def time(self, moment: datetime) -> str:
        return self.moment.content.home.local(moment).isoformat(timespec="seconds")

    def provenance(self, one: Revision) -> models.Provenance:
        return models.Provenance(
            source=one.source,
            origin=one.origin or one.source,
            seen_at=self.time(one.seen_at),
            last_modified=self.time_or_none(one.last_modified),
            sha256=one.body_hash or None,
        )

    def revision(self, one: Revision, newest: bool) -> models.Revision:
        state = "held" if one.held else "discarded" if not one.believed else "believed" if newest else "superseded"
        return models.Revision(
            state=state,
            valid_on=str(one.rate.valid_on),
            quoted=plain(one.rate.quoted) if one.believed else None,
            nominal=one.rate.nominal if one.believed else None,
            held_at=self.time_or_none(one.held_at),
            released_at=self.time_or_none(one.released_at),
            discarded_at=self.time_or_none(one.discarded_at),
            provenance=self.provenance(one),
        )

    def rate(self, one: DayRate) -> models.Rate:
        figure, rate, said = one.figure, one.figure.rate, one.revisions
        newest = {(of.source, of.rate.valid_on): of.id for of in said or () if of.believed}
        return models.Rate(
            currency=figure.currency,
            value=plain(rate.value) if rate else None,
            quoted=plain(rate.quoted) if rate else None,
            nominal=rate.nominal if rate else None,
            valid_on=str(figure.last.valid_on) if figure.last else None,
            valid_until=str(figure.last.valid_until) if figure.last else None,
            freshness=figure.freshness.value,
            quality=figure.quality.value,
            source=figure.source or None,
            change=None if figure.change is None else plain(figure.change),
            previous=_neighbour(figure.previous, doubted=False),
            next=_neighbour(figure.next, doubted=figure.next_contested),
            provenance=self.provenance(one.revision) if one.revision else None,
            revisions=None
            if said is None
            else [self.revision(of, newest.get((of.source, of.rate.valid_on)) == of.id) for of in said],
            held=None if said is None else sum(of.held for of in said),
        )


def rates(moment: Moment, site: Iterable[str], params: asked.RatesParams) -> models.Rates:
    tell, content = Formatter(moment), moment.content
    day = params.date or moment.judged.today
    found = on_day(moment, day, params.currencies or known_currencies(moment, site))
    return models.Rates(
        date=str(day),
        home=content.home.currency,
        zone=content.home.zone.key,
        demo=content.demo,
        at=tell.time_or_none(moment.at),
        until=None if moment.at else tell.time_or_none(moment.judged.until),
        rates=[tell.rate(one) for one in found],
    )


def rate_text(moment: Moment, currency: str, params: asked.RateParams) -> bytes:
    """One figure; raises NothingError where there is none, or one that its own day would have to stand beside."""
    day = params.date or moment.judged.today
    (found,) = on_day(moment, day, [currency])
    figure = found.figure
    if figure.rate is None:
        raise NotAvailableError(f"There is no official figure of {currency} for {day}: {_why(found)}.")
    if figure.freshness is not Freshness.FRESH and params.late == "refuse":
        of = figure.rate.valid_on
        why = "it has been put in doubt since" if of == day else f"the newest one is of {of}"
        raise NotAvailableError(f"The figure of {currency} for {day} is late: {why}; `late=give` gives it.")
    text = plain(figure.rate.value)
    return (text.replace(".", ",") if params.decimal == "comma" else text).encode()


def _why(found: DayRate) -> str:
    figure = found.figure
    if figure.freshness is Freshness.STALE and figure.last:
        return f"the last one, of {figure.last.valid_on}, is too old"
    if any(one.held for one in found.revisions or ()):
        return "what the bank gave is held and not believed"
    return "none is known here"


def _neighbour(rate: Rate | None, *, doubted: bool) -> models.Neighbour | None:
    if rate is None:
        return None
    return models.Neighbour(
        value=plain(rate.value),
        quoted=plain(rate.quoted),
        nominal=rate.nominal,
        valid_on=str(rate.valid_on),
        valid_until=str(rate.valid_until),
        freshness="late" if doubted else "fresh",
    )


def plain(value: Decimal) -> str:
    """Every digit, never 1E+2."""
    return format(value, "f")


# --- history ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A history that is asked for."""

    first: date
    last: date
    currencies: tuple[str, ...]
    ordinals: Sequence[int]


def span(moment: Moment, site: tuple[str, ...], params: asked.HistoryParams) -> Span:
    """The days and currencies; raises BadParametersError for what is too much or goes backwards."""
    last = params.to or moment.judged.today
    first = params.from_ or shifted(last, -SPAN.days)
    if first > last:
        raise BadParametersError(Mistake("from", str(first), f"wanted a day not later than `to`, which is {last}"))
    currencies = params.currencies or site
    days = (last - first).days + 1
    count = len(currencies) * (days // {"day": 1, "week": 7, "month": 28}[params.step] + 1)
    if count > MOST_ROWS + len(currencies):
        most = f"wanted at most {MOST_ROWS} rows in all; a later day, fewer currencies or a larger step give that"
        raise BadParametersError(Mistake("from", str(first), most))
    return Span(first, last, currencies, timeline.ordinals(first, last, params.step))


def history_rows(moment: Moment, in_memory: RateTimeline, version: int, wanted: Span) -> Iterable[timeline.Row]:
    """Raises StoreError."""
    grace = moment.content.grace
    if moment.at:
        columns = timeline.columns_at(moment.past, moment.at, grace, wanted.currencies)
    else:
        columns = in_memory.columns(moment.past, version, grace, wanted.currencies)
    figures = {one.currency: one for one in moment.judged.figures}
    return timeline.rows(columns, wanted.ordinals, figures, moment.judged.outlooks)


def history_head(moment: Moment, params: asked.HistoryParams, wanted: Span) -> models.History:
    home = moment.content.home
    return models.History(
        from_=str(wanted.first),
        to=str(wanted.last),
        step=params.step,
        home=home.currency,
        zone=home.zone.key,
        demo=moment.content.demo,
        at=Formatter(moment).time_or_none(moment.at),
        rates=[],
    )


# --- convert ----------------------------------------------------------------------------------------------------------


def convert(moment: Moment, params: asked.ConvertParams) -> models.Conversion:
    """Raises NothingError where a rate lacks."""
    home, day = moment.content.home.currency, params.date or moment.judged.today
    to = params.to or home
    foreign = [one for one in dict.fromkeys((params.from_, to)) if one != home]
    if params.from_ == to:
        foreign = []
    of_day = on_day(moment, day, foreign)
    for found in of_day:
        if found.figure.rate is None:
            raise NotAvailableError(f"There is no official figure of {found.figure.currency} for {day}: {_why(found)}.")
    used = {found.figure.currency: found.figure for found in of_day}
    values = {currency: one.rate.value for currency, one in used.items() if one.rate}
    states = [one.freshness for one in used.values()]
    oldest = min((one.rate.valid_on for one in used.values() if one.rate), default=None)
    done = money.convert(params.sum, values.get(params.from_, Decimal(1)), values.get(to, Decimal(1)), to)
    return models.Conversion(
        from_=params.from_,
        to=to,
        amount=params.amount,
        date=str(day),
        home=home,
        demo=moment.content.demo,
        at=Formatter(moment).time_or_none(moment.at),
        result=done.result,
        exact=done.decimals,
        valid_on=str(oldest) if oldest else None,
        freshness=max(states, key=list(Freshness).index).value if states else None,
        fraction=models.Fraction(numerator=str(done.exact.numerator), denominator=str(done.exact.denominator)),
        rounding=models.Rounding(rule="half up", digits=done.digits),
        rates=[_used(one) for one in used.values()],
    )


def _used(figure: Figure) -> models.UsedRate:
    assert figure.rate
    return models.UsedRate(
        currency=figure.currency,
        value=plain(figure.rate.value),
        quoted=plain(figure.rate.quoted),
        nominal=figure.rate.nominal,
        valid_on=str(figure.rate.valid_on),
        valid_until=str(figure.rate.valid_until),
        freshness=figure.freshness.value,
        source=figure.source,
    )


# --- headlines --------------------------------------------------------------------------------------------------------


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


def headlines(moment: Moment, params: asked.HeadlinesParams) -> models.Headlines:
    """Raises StoreError."""
    tell, feeds = Formatter(moment), {one.feed: one for one in moment.content.feeds}
    wanted = [
        one.feed
        for one in feeds.values()
        if (params.lang is None or one.language == params.lang) and (params.feeds is None or one.feed in params.feeds)
    ]
    since, until = (asked.in_zone(text) if text else None for text in (params.since, params.until))
    page = partial(moment.past.headlines, wanted, since=since, until=until, known_at=moment.at)
    found = _found(page, params)
    more = len(found) > params.limit
    found = found[: params.limit]
    return models.Headlines(
        zone=moment.content.home.zone.key,
        demo=moment.content.demo,
        at=tell.time_or_none(moment.at),
        headlines=[models.Headline.model_validate(headline(one, feeds[one.feed], tell)) for one in found],
        links=models.Links(self=_link(params), next=_link(params, _cursor(found[-1])) if more else None),
    )


def _found(page: Callable[..., list[Headline]], params: asked.HeadlinesParams) -> list[Headline]:
    """One more than a page has, where there are as many."""
    before = _place(params.cursor) if params.cursor else None
    if not params.q:
        return page(params.limit + 1, before=before)
    words, found = params.q.casefold().split(), list[Headline]()
    while len(found) <= params.limit and (read := page(PAGE_OF_STORE, before=before)):
        found += [one for one in read if all(word in one.title.casefold() for word in words)]
        before = read[-1].published_at, read[-1].id
    return found


def _cursor(last: Headline) -> str:
    return f"{(last.published_at - _EPOCH) // _MICROSECOND}-{last.id}"


def _place(cursor: str) -> tuple[datetime, str]:
    micros, _, id_ = cursor.partition("-")
    return _EPOCH + int(micros) * _MICROSECOND, id_


def _link(params: asked.HeadlinesParams, cursor: str | None = None) -> str:
    said = {**params.model_dump(exclude_defaults=True), **({"cursor": cursor} if cursor else {})}
    query = urlencode([(k, ",".join(v) if isinstance(v, tuple) else v) for k, v in said.items()], safe=",")
    return f"{BASE}/headlines?{query}" if query else f"{BASE}/headlines"


def popular_now(
    moment: Moment, params: asked.PopularParams, clicks: Mapping[str, float], floor: float
) -> models.Popular:
    tell, feeds = Formatter(moment), {one.feed: one for one in moment.content.feeds}
    among = [one for one in moment.content.headlines if params.lang in (None, feeds[one.feed].language)]
    best = popular(cluster(among), clicks, params.limit, floor)
    sure = any(total_clicks(story, clicks) >= floor for story in best)
    return models.Popular(
        by="clicks" if sure and clicks else "feeds",
        demo=moment.content.demo,
        headlines=[_story(story, feeds, tell) for story in best],
    )


def _story(one: Cluster, feeds: Mapping[str, FeedTerms], tell: Formatter) -> models.PopularHeadline:
    also = [models.Also(publisher=feeds[of.feed].publisher, feed=of.feed, url=of.url) for of in one.others]
    return models.PopularHeadline.model_validate(
        {**headline(one.headline, feeds[one.headline.feed], tell), "also": also}
    )


def feeds(moment: Moment) -> models.Feeds:
    tell, held = Formatter(moment), [one.feed for one in moment.content.headlines]
    states = {one.feed: one for one in moment.judged.feeds}
    return models.Feeds(
        demo=moment.content.demo,
        at=tell.time_or_none(moment.at),
        feeds=[
            models.Feed(
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


# --- the service ------------------------------------------------------------------------------------------------------


def strip_json(site: Site, moment: Moment, params: asked.StripParams, allowed: asked.Allowed) -> bytes:
    """As /strip.json has it."""
    own = params.model_dump(exclude_unset=True, exclude={"preset", "at"})
    preset = parse(allowed.presets[params.preset], allowed.offered)[0] if params.preset else Options()
    options = preset.model_copy(update=own)
    return json.render(present(moment.snapshot, moment.judged, options, currencies=site.settings.currencies))


def status(moment: Moment) -> models.Status:
    tell, snapshot, judged = Formatter(moment), moment.snapshot, moment.judged
    try:
        held: int | None = len(held_revisions(moment.past, [bank.source for bank in moment.content.banks], moment.at))
    except StoreError:
        held = None
    return models.Status(
        service=f"som-ticker {__version__}",
        demo=snapshot.content.demo,
        at=tell.time_or_none(moment.at),
        version=snapshot.version,
        as_of=tell.time_or_none(snapshot.as_of) if snapshot.as_of != NEVER else None,
        until=tell.time(judged.until),
        store="away" if held is None else "ok",
        held=held,
        rates=[
            models.RateState(
                currency=one.currency,
                freshness=one.freshness.value,
                valid_on=str(one.last.valid_on) if one.last else None,
                next_valid_on=str(one.next.valid_on) if one.next else None,
                source=one.source or None,
            )
            for one in judged.figures
        ],
        feeds=[models.FeedState(feed=one.feed, freshness=one.freshness.value) for one in judged.feeds],
    )
