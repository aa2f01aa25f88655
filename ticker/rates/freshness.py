"""Age, judged once, here: every page, header, probe and mark reads it, nothing else computes it.

Rates are judged by the bank's own calendar, not by hours: what counts is how many windows closed unseen. An unchanged
figure is no sign of age, only the table's date is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from ticker.model import CLOCKS_DIFFER, DAY, Freshness, Quality, Rate
from ticker.rates.calendar import Official, Outlook, Outlooks, Track, official_on
from ticker.rates.changes import change_of, stands_since
from ticker.rates.doubt import NO_DAY
from ticker.rates.tracks import Quoted, tracks_of_content
from ticker.rates.witnesses import Level, Witnesses
from ticker.snapshot import NEVER, BankTerms, Content, FeedTerms, Series, Snapshot

MISSED_LIMIT = 3  # closed windows nobody looked at, after which a figure gives way
FEED_FRESH_INTERVALS = 3
FEED_LATE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Figure:
    """One currency at one moment."""

    currency: str
    source: str
    bank: str
    freshness: Freshness
    rate: Rate | None  # what may be shown; None when stale or none
    last: Rate | None  # the newest believed one not later than today, shown or not
    previous: Rate | None  # the nearest earlier one; None where that is in doubt
    next: Rate | None  # the nearest later one; None where that is in doubt
    next_doubted: Rate | None = None  # that one, then
    confirmed: bool = True  # False: `rate` is a first figure that nothing has borne out yet
    derived: Level | None = None  # what other banks agree on for the day, where there is no official figure to show
    last_change: Decimal | None = None  # the last real one up to `rate`; None where its day is not certain
    changed_on: date | None = None  # the first day of the table that brought it
    stands_since: date | None = None  # the first day since which `rate` is known to have had this value
    certain_until: date | None = None  # the last day of the table of `rate` beyond doubt, where it is fresh

    @property
    def quality(self) -> Quality:
        return Quality.DERIVED if self.derived else Quality.OFFICIAL

    @property
    def change(self) -> Decimal | None:
        """Against the day before `valid_on`; None where the nearest earlier table is not of that day."""
        if not self.rate or not self.previous or self.previous.valid_on != self.rate.valid_on - DAY:
            return None
        return self.rate.value - self.previous.value


@dataclass(frozen=True, slots=True)
class FeedState:
    feed: str
    freshness: Freshness
    last_success: datetime | None  # UTC


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every state at one moment.

    `until` (UTC): every word and figure of the rates and days stays true up to here without another look.
    `changes_at` (UTC): the first moment at which any state here, a feed's included, becomes another.
    """

    today: date
    figures: tuple[Figure, ...]
    feeds: tuple[FeedState, ...]
    until: datetime
    changes_at: datetime
    outlooks: Outlooks = field(compare=False)  # for the figures of other days
    neighbours: Mapping[str, Judgement] = field(default_factory=dict)  # of the service's other homes, by currency

    def of(self, home: str | None) -> Judgement:
        """That of one home by its currency; this one for None and for a home that the service does not have."""
        return self.neighbours.get(home or "", self)

    def figure(self, currency: str) -> Figure | None:
        return next((one for one in self.figures if one.currency == currency), None)

    def feed(self, feed: str) -> FeedState:
        return next(one for one in self.feeds if one.feed == feed)


def freshness(snapshot: Snapshot, now: datetime) -> Judgement:
    """The state of each figure and feed of every home at `now`, and the moment the next state begins."""
    own = _freshness(snapshot, now)
    neighbours = {
        one.home.currency: _freshness(replace(snapshot, content=one), now) for one in snapshot.content.neighbours
    }
    changes_at = min([own.changes_at, *(one.changes_at for one in neighbours.values())])
    return replace(own, neighbours=neighbours, changes_at=changes_at) if neighbours else own


def _freshness(snapshot: Snapshot, now: datetime) -> Judgement:
    content = snapshot.content
    today = content.home.day(now)
    midnight = content.home.at(today + DAY)
    ends = _carry_ends(snapshot, now)
    outlooks = _outlooks(snapshot, today, now, ends)
    figures: list[Figure] = []
    until = midnight
    for currency, tracks in tracks_of_content(content, outlooks).items():
        found = official_on(today.toordinal(), tracks)
        figures.append(build_figure(currency, found, tracks, today, content.bank_names))
        if found and found.period.last < today.toordinal():
            end = ends[found.period.source, currency]
            until = min(until, end) if end > now else until
    figures = _with_derived(figures, content, today)
    states = [_feed(feed, _look(snapshot, feed.feed, "", now), now) for feed in content.feeds]
    return Judgement(
        today=today,
        figures=tuple(figures),
        feeds=tuple(state for state, _ in states),
        until=until,
        changes_at=min([until, *(end for _, end in states if end)]),
        outlooks=outlooks,
    )


def _with_derived(figures: Sequence[Figure], content: Content, day: date) -> list[Figure]:
    """The figures, with what other banks agree on where no official one can be shown."""
    witnesses = Witnesses.of(content)
    known = {one.currency for one in figures}
    asked = [one for one, _ in content.agreement if one not in known and one != content.home.currency]
    never = [no_figure(one, content) for one in asked]  # of a currency that was never read there is none yet
    found = []
    for one in (*figures, *never):
        level = witnesses.agreed(one.currency, day) if one.rate is None else None
        if level:
            found.append(replace(one, freshness=Freshness.STALE, derived=level))
        elif one.currency in known:
            found.append(one)
    return found


def no_figure(currency: str, content: Content) -> Figure:
    """What there is to say of a currency of which nothing was ever read."""
    bank = content.banks[0].bank if content.banks else ""
    return Figure(currency, "", bank, Freshness.NONE, None, None, None, None)


def build_figure(
    currency: str,
    found: Official[Quoted] | None,
    tracks: Sequence[Track[Quoted]],
    day: date,
    bank_names: Mapping[str, str],
) -> Figure:
    """What there is to say of one currency on `day`, of which `found` is official.

    Without an official figure it is that of the first source, stale or none. The next figure is the nearest one of the
    source itself and of those that count before it. No neighbour has a mark: one in doubt is left out, and none is put
    in its place.
    """
    place = next((nth for nth, one in enumerate(tracks) if found and one.source == found.period.source), 0)
    track, ordinal = tracks[place], day.toordinal()
    last = found.period if found else track.begun(ordinal)
    previous = [one for one in track.periods if found and one.first < found.period.first]
    coming = [(one, of) for of in tracks[: place + 1] for one in of.periods if one.first > ordinal]
    following = min(coming, key=lambda pair: pair[0].first, default=None)  # of equal days, the earlier source's
    fresh = found is not None and found.freshness is Freshness.FRESH
    changed = change_of(found.period, tracks, place, ordinal) if found and fresh else None
    later = _beyond_doubt(*following) if following else None
    return Figure(
        currency=currency,
        source=track.source,
        bank=bank_names[track.source],
        freshness=found.freshness if found else Freshness.STALE if last else Freshness.NONE,
        rate=found.period.rate if found else None,
        last=last.rate if last else None,
        previous=_beyond_doubt(previous[-1], track) if previous else None,
        next=later,
        next_doubted=following[0].rate if following and not later else None,
        confirmed=found.period.confirmed if found else True,
        last_change=changed.by if changed else None,
        changed_on=changed.on if changed else None,
        stands_since=stands_since(found.period, tracks, place, ordinal) if found else None,
        certain_until=_certain_until(found.period, track) if found and fresh else None,
    )


def _beyond_doubt(period: Quoted, track: Track[Quoted]) -> Rate | None:
    """The figure, where it is certain on its first day."""
    return None if track.doubted(period, period.first) else period.rate


def _certain_until(period: Quoted, track: Track[Quoted]) -> date:
    return date.fromordinal(min(period.last, period.doubted_from - 1, track.outlook.left_out_from - 1))


def _outlooks(snapshot: Snapshot, today: date, now: datetime, ends: Mapping[tuple[str, str], datetime]) -> Outlooks:
    """How far each series that is shown reaches. No figure is carried to a day that is still to come, nor beyond the
    day on which the third window closes that nobody has looked at: then nobody knows that the bank was silent."""
    home, found = snapshot.content.home, {}
    for bank in snapshot.content.banks:
        of_bank = [one for one in snapshot.content.series if one.source == bank.source and one.rates]
        looks = {one.currency: _look(snapshot, bank.source, one.currency, now) for one in of_bank}
        newest_day = max((one.rates[-1].valid_on for one in of_bank), default=today)
        for series in of_bank:
            look, end = looks[series.currency], ends[bank.source, series.currency]
            carried_until = min(home.day(end), today if end > now else today - DAY)
            # The bank's newest table, already in force, was printed again without this currency's believed figure.
            left_out = newest_day <= today and look < max(looks.values())
            since = max(series.rates[-1].valid_on, home.day(look) if look > NEVER else date.min)
            left_out_from = since.toordinal() if left_out else NO_DAY
            found[bank.source, series.currency] = Outlook(
                NO_DAY, carried_until.toordinal(), left_out_from, today.toordinal()
            )
    return Outlooks(today.toordinal(), found)


def _carry_ends(snapshot: Snapshot, now: datetime) -> dict[tuple[str, str], datetime]:
    """When each newest figure gives way, if nobody looks at the bank again. The bank restamps Sunday with Saturday's
    figures: what counts is closed windows, not hours or days."""
    found: dict[tuple[str, str], datetime] = {}
    for bank in snapshot.content.banks:
        closes: dict[datetime, datetime] = {}  # most figures of a bank are answered for by one look
        for series in snapshot.content.series:
            if series.source == bank.source and series.rates:
                look = _look(snapshot, bank.source, series.currency, now)
                answered = _answered(series, bank, snapshot.content.home.day(now), look)
                if answered not in closes:
                    closes[answered] = bank.window.closes_after(answered, MISSED_LIMIT)
                found[bank.source, series.currency] = closes[answered]
    return found


def _answered(series: Series, bank: BankTerms, today: date, look: datetime) -> datetime:
    """Up to when all windows are answered for: by the newest figure's own, or by a look. One of a day after tomorrow
    answers for none: its window is still to come."""
    newest = max((one.valid_on for one in series.rates if one.valid_on <= today + DAY), default=None)
    return max(bank.window.of(newest)[1], look) if newest else look


def _look(snapshot: Snapshot, source: str, subject: str, now: datetime) -> datetime:
    """The last good look. One in the future was dated by a clock that was wrong then; it confirms nothing."""
    look = snapshot.looks.get((source, subject), NEVER)
    return look if look <= now + CLOCKS_DIFFER else NEVER


def _feed(feed: FeedTerms, look: datetime, now: datetime) -> tuple[FeedState, datetime | None]:
    if look == NEVER:
        return FeedState(feed.feed, Freshness.NONE, None), None
    fresh_until = look + FEED_FRESH_INTERVALS * timedelta(seconds=feed.every_s)
    late_until = look + FEED_LATE
    if now < fresh_until:
        return FeedState(feed.feed, Freshness.FRESH, look), fresh_until
    if now < late_until:
        return FeedState(feed.feed, Freshness.LATE, look), late_until
    return FeedState(feed.feed, Freshness.STALE, look), None
