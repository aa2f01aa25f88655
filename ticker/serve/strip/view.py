"""What a strip says, in which words, and until when it stays true. Pure: no clock, no markup.

Every wording that any medium shows is decided here, the one for after `until` included. The same snapshot and
judgement give an equal strip, so that every worker's bytes are equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ticker.model import DAY, Freshness, Headline, Language
from ticker.rates.freshness import Judgement
from ticker.serve.i18n.words import LANGUAGE_NAMES, NOTHING, words
from ticker.serve.strip.context import Context
from ticker.serve.strip.figures import StripRate, strip_figure, strip_rate
from ticker.serve.strip.headlines import chosen, selected
from ticker.serve.strip.label import LabelText, label_of, label_text
from ticker.serve.strip.links import LanguageLink, Links
from ticker.serve.strip.look import Look, look_of
from ticker.serve.strip.lower import Rows, rows_of
from ticker.serve.strip.options import Options
from ticker.serve.terms import USUAL, HomeTerms
from ticker.snapshot import NEVER, FeedTerms, Snapshot

REFRESH = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class StripWords:
    """The texts of a strip other than its rates and headlines."""

    bank: str
    bank_name: str
    bank_rest: str
    bank_spoken: str
    day: str
    upper_name: str  # the label's upper row: the bank in bold, the unit where there is room, the day
    upper_unit: str
    upper_day: str
    lower: str  # what the small figures are
    outdated_lower: str  # in place of `lower` after `until`
    outdated: str  # in place of the bank after `until`, as are the next two
    outdated_day: str
    outdated_status: str
    status: str
    clock: str
    city: str
    as_of: str
    as_of_dated: str
    as_of_label: str
    as_of_time: str
    as_of_clock: str
    as_of_ago: str  # its day where that is not today
    as_of_day: str
    tomorrow: str
    tomorrow_dated: str
    updated: str  # empty where a feed is fresh
    updated_dated: str
    title: str
    rates: str
    headlines: str
    language: str  # the short name of this one
    languages: str
    more: str
    controls: str
    pause: str
    play: str
    paused: str  # beneath the clock, in the city's place
    previous: str
    following: str
    new_window: str
    count: str  # with {n} and {m}, for the script to fill in
    headlines_none: str  # empty where the home has no feed


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
    clock: str  # without its day
    brief: str  # its day
    ago: str  # its day where that is not today: "yesterday", "21 May"

    @property
    def day(self) -> date:
        return self.published_at.date()


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
    with_headlines: bool  # whether headlines are wanted at all
    look: Look
    words: StripWords
    notes: tuple[str, ...]
    links: Mapping[str, str]
    languages: tuple[LanguageLink, ...]
    offered: tuple[Language, ...]  # the home's languages, linked or not
    past: bool  # it is about `as_of`, not the present
    marked: bool = False  # the common label is on amber: it says that the figures are not simply today's
    changed: bool = False  # the small figures are the last change, of the earlier day that words.lower names
    stands_in: bool = False  # the common label says that other banks' figures stand in

    @property
    def form(self) -> str:
        """Which of its two large parts it has: full, bare (no headlines), rateless."""
        return "rateless" if not self.rates else "full" if self.with_headlines else "bare"


def present(
    snapshot: Snapshot,
    judged: Judgement,
    options: Options,
    *,
    notes: tuple[str, ...] = (),
    terms: HomeTerms = USUAL,
    base: str = "",
) -> Strip:
    """The strip with these options. `terms` are the home's; `base` is prefixed to every link's path."""
    content = snapshot.content
    context = Context(content, judged, options, words(options.lang))
    figures = [strip_figure(context, currency) for currency in options.currencies or terms.currencies]
    shown = [one for one in figures if one.rate] or [one for one in figures if one.derived] or figures
    common = Counter(map(label_of, shown)).most_common(1)[0][0]
    # A figure that is late, where the others are not, has its own day beneath it and decides nothing.
    alike = [one for one in figures if one.freshness is common.freshness]
    tomorrow = min((figure.next.valid_on for figure in alike if figure.next), default=None)
    as_of = content.home.local(snapshot.as_of) if snapshot.as_of != NEVER else None
    rows = rows_of(common, figures, tomorrow, context)
    links = Links(options, base, as_of if snapshot.past else None)
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
        marked=common.freshness is not Freshness.FRESH or not common.confirmed,
        changed=rows.kind == "changed",
        stands_in=common.stand_in is not None,
        rates=tuple(strip_rate(one, common, rows, tomorrow, context, links) for one in figures)
        if options.shows("rates")
        else (),
        headlines=tuple(_headlines(context)),
        with_headlines=_with_headlines(options),
        look=look_of(options),
        words=_words(label_text(common, context), rows, as_of, tomorrow, context, past=snapshot.past),
        notes=notes,
        links=links.own(),
        languages=tuple(map(links.language, terms.languages)) if options.shows("lang") else (),
        offered=terms.languages,
        past=snapshot.past,
    )


# --- headlines ---------------------------------------------------------------------------------------------------


def strip_headline(headline: Headline, feed: FeedTerms, context: Context) -> StripHeadline:
    local = context.content.home.local(headline.published_at)
    return StripHeadline(
        id=headline.id,
        title=headline.title,
        url=headline.url,
        feed=headline.feed,
        publisher=feed.publisher,
        language=feed.language,
        published_at=local,
        time=context.time(local),
        dated=context.dated(local),
        clock=context.say.clock(local),
        brief=context.say.brief(local.date(), context.today),
        ago=_ago(local.date(), context),
    )


def _ago(day: date, context: Context) -> str:
    if day == context.today:
        return ""
    return context.say.text("yesterday") if day == context.today - DAY else context.say.brief(day, context.today)


def _with_headlines(options: Options) -> bool:
    return options.headlines > 0 and options.shows("headlines")


def _headlines(context: Context) -> list[StripHeadline]:
    if not _with_headlines(context.options):
        return []
    feeds = {one.feed: one for one in context.content.feeds}
    stories = chosen(context.content, context.options)
    return [strip_headline(story.headline, feeds[story.headline.feed], context) for story in stories]


def _updated(context: Context, text: Callable[[datetime], str]) -> str:
    """The newest success of any feed, said only when no selected feed is fresh: one dead feed of six is the operator's
    matter."""
    states = [context.judged.feed(feed) for feed in selected(context.content, context.options)]
    successes = [state.last_success for state in states if state.last_success]
    if not successes or any(state.freshness is Freshness.FRESH for state in states):
        return ""
    return context.say.text("updated", time=text(context.content.home.local(max(successes))))


# --- words -------------------------------------------------------------------------------------------------------


def _words(
    label: LabelText, rows: Rows, as_of: datetime | None, tomorrow: date | None, context: Context, *, past: bool
) -> StripWords:
    city = context.say.city(context.content.home.zone)
    say, time, dated = context.say, context.time(as_of) if as_of else "", context.day(tomorrow)
    return StripWords(
        bank=label.bank + label.bank_rest,
        bank_name=label.bank,
        bank_rest=label.bank_rest,
        bank_spoken=label.bank_spoken + label.bank_rest,
        day=label.day,
        upper_name=rows.name,
        upper_unit=rows.unit,
        upper_day=rows.day,
        lower=rows.lower,
        outdated_lower=rows.outdated,
        outdated=label.outdated,
        outdated_day=label.outdated_day,
        outdated_status=label.outdated_status,
        status=label.status,
        clock=say.text("label.clock", city=city),
        city=city,
        as_of=say.text("as_of", time=time) if time else "",
        as_of_dated=say.text("past" if past else "as_of", time=context.with_year(as_of)) if as_of else "",
        as_of_label=say.text("as_of.label"),
        as_of_time=time,
        as_of_clock=say.clock(as_of) if as_of else NOTHING,
        as_of_ago=_ago(as_of.date(), context) if as_of else "",
        as_of_day=say.dated_briefly(as_of.date()) if as_of else "",
        tomorrow=say.text("tomorrow") if tomorrow == context.today + DAY else dated,
        tomorrow_dated=dated,
        updated=_updated(context, context.time),
        updated_dated=_updated(context, context.dated),
        title=say.text("page.title"),
        rates=say.text("label.rates"),
        headlines=say.text("label.headlines"),
        language=LANGUAGE_NAMES[context.options.lang][0],
        languages=say.text("label.languages"),
        more=say.text("label.more"),
        controls=say.text("label.controls"),
        pause=say.text("pause"),
        play=say.text("play"),
        paused=say.text("paused"),
        previous=say.text("previous"),
        following=say.text("following"),
        new_window=say.text("new_window"),
        count=say.text("count", n="{n}", m="{m}"),
        headlines_none=say.text("headlines.none") if context.content.feeds or not context.content.banks else "",
    )
