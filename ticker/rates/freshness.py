"""Age, judged once, here: every page, header, probe and mark reads it, nothing else computes it.

Rates are judged by the bank's own calendar, not by hours: what counts is how many windows closed unseen. An unchanged
figure is no sign of age, only the table's date is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from ticker.model import CLOCKS_DIFFER, DAY, Freshness, Quality, Rate
from ticker.snapshot import NEVER, BankTerms, FeedTerms, Series, Snapshot

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
    previous: Rate | None  # the nearest earlier one
    next: Rate | None  # the nearest later one
    next_contested: bool = False  # the bank has put the later one in doubt since
    quality: Quality = Quality.OFFICIAL

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

    def figure(self, currency: str) -> Figure | None:
        return next((one for one in self.figures if one.currency == currency), None)

    def feed(self, feed: str) -> FeedState:
        return next(one for one in self.feeds if one.feed == feed)


def freshness(snapshot: Snapshot, now: datetime) -> Judgement:
    """The state of each figure and feed at `now`, and the moment the next state begins."""
    content = snapshot.content
    today = content.home.day(now)
    midnight = content.home.at(today + DAY)
    figures: dict[str, Figure] = {}
    ends = [midnight]
    for bank in content.banks:
        of_bank = [series for series in content.series if series.source == bank.source]
        looks = {series.currency: _look(snapshot, bank.source, series.currency, now) for series in of_bank}
        newest_day = max((series.rates[-1].valid_on for series in of_bank if series.rates), default=today)
        for series in of_bank:
            earlier = figures.get(series.currency)
            if earlier is None or not _in_force(earlier, today):
                look = looks[series.currency]
                # The bank's newest table, already in force, came without this currency's believed figure.
                left_out = newest_day <= today and look < max(looks.values())
                figure, end = _figure(series, bank, look, today, now, left_out=left_out)
                figures[series.currency] = _better(earlier, figure, today) if earlier else figure
                ends += [end] if end else []
    states = [_feed(feed, _look(snapshot, feed.feed, "", now), now) for feed in content.feeds]
    until = min(ends)
    return Judgement(
        today=today,
        figures=tuple(figures.values()),
        feeds=tuple(state for state, _ in states),
        until=until,
        changes_at=min([until, *(end for _, end in states if end)]),
    )


def carried_until(snapshot: Snapshot, now: datetime) -> dict[tuple[str, str], date]:
    """By source and currency, how far the newest figure is carried, as is known at `now`: up to the day on which the
    third window closes that nobody has looked at. Beyond it nobody knows that the bank was silent."""
    found = {}
    for bank in snapshot.content.banks:
        for series in snapshot.content.series:
            if series.source == bank.source and series.rates:
                answered = _answered(series, bank, _look(snapshot, bank.source, series.currency, now))
                ends = bank.window.closes_after(answered, MISSED_LIMIT)
                found[bank.source, series.currency] = snapshot.content.home.day(ends)
    return found


def _answered(series: Series, bank: BankTerms, look: datetime) -> datetime:
    """Up to when all windows are answered for: by the newest figure's own, or by a look."""
    return max(bank.window.of(series.rates[-1].valid_on)[1], look)


def _in_force(figure: Figure, today: date) -> bool:
    return figure.rate is not None and today <= figure.rate.valid_until


def _better(earlier: Figure, later: Figure, today: date) -> Figure:
    """Of two sources, where the earlier one has no table of today: a currency that moves between the daily and the
    weekly one is official by that which is in force (as `history.calendar` has it of any day)."""
    if later.rate is None or (earlier.rate and not _in_force(later, today)):
        return earlier
    if earlier.next and (later.next is None or earlier.next.valid_on <= later.next.valid_on):
        return replace(later, next=earlier.next, next_contested=earlier.next_contested)
    return later


def _look(snapshot: Snapshot, source: str, subject: str, now: datetime) -> datetime:
    """The last good look. One in the future was dated by a clock that was wrong then: it answers for nothing."""
    look = snapshot.looks.get((source, subject), NEVER)
    return look if look <= now + CLOCKS_DIFFER else NEVER


def _figure(
    series: Series, bank: BankTerms, look: datetime, today: date, now: datetime, *, left_out: bool
) -> tuple[Figure, datetime | None]:
    """The figure's state, and the moment it turns stale where that is still ahead."""
    past = [rate for rate in series.rates if rate.valid_on <= today]
    last = past[-1] if past else None
    state, end = Freshness.NONE, None
    if last:
        # The bank restamps Sunday with Saturday's figures: count closed windows, not hours or days.
        answered = _answered(series, bank, look)
        contested = left_out or any(last.valid_on <= day <= today for day in series.contested)
        state = _state(last, bank, answered, today, now, contested=contested)
        if state is Freshness.LATE:
            end = bank.window.closes_after(answered, MISSED_LIMIT)
    shown = state in (Freshness.FRESH, Freshness.LATE)
    later = next((rate for rate in series.rates if rate.valid_on > today), None)
    return Figure(
        currency=series.currency,
        source=series.source,
        bank=bank.bank,
        freshness=state,
        rate=last if shown else None,
        last=last,
        previous=past[-2] if shown and len(past) > 1 else None,
        next=later,
        next_contested=later is not None and later.valid_on in series.contested,
    ), end if end and end > now else None


def _state(
    last: Rate, bank: BankTerms, answered: datetime, today: date, now: datetime, *, contested: bool
) -> Freshness:
    if today <= last.valid_until:
        return Freshness.LATE if contested else Freshness.FRESH
    young = (today - last.valid_until).days <= bank.grace_days
    if young and bank.window.closed_between(answered, now) < MISSED_LIMIT:
        return Freshness.LATE
    return Freshness.STALE


def _feed(feed: FeedTerms, look: datetime, now: datetime) -> tuple[FeedState, datetime | None]:
    if look == NEVER:
        return FeedState(feed.feed, Freshness.NONE, None), None
    fresh_until = look + FEED_FRESH_INTERVALS * timedelta(seconds=feed.every_s)
    late_until = max(look + FEED_LATE, fresh_until)
    if now < fresh_until:
        return FeedState(feed.feed, Freshness.FRESH, look), fresh_until
    if now < late_until:
        return FeedState(feed.feed, Freshness.LATE, look), late_until
    return FeedState(feed.feed, Freshness.STALE, look), None
