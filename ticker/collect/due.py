"""When a source is due, and which days are missing (pure)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ticker.collect.archive import first_day, nearest
from ticker.model import DAY, FeedSource, RatesSource, Revision, Round, Source

SLOWEST_S = 3600  # the longest pause that failures alone can cause
SLOWEST_IN_WINDOW_S = 300
JITTER = 0.1  # failures spread by up to this share of the pause


def due_at(source: Source, past: Sequence[Round], now: datetime, *, contending: bool = False) -> datetime:
    """When `source` is to be visited next (UTC), after its `past` rounds, newest first.

    A rates table: every 3 minutes throughout its window and while figures are `contending`, once it has closed, and
    hourly otherwise; without a known window hourly. A witness: at the times set for it, whatever happened. A feed:
    every 5 minutes. After failures twice as long each time, at most an hour (5 minutes in a window), with jitter;
    never sooner than the shortest of these pauses, nor than the upstream's `Retry-After` (RFC 9110, 10.2.3).
    """
    if not past or past[0].began_at > now:  # never visited; or the clock went back since
        return now
    last = past[0]
    due = last.began_at + timedelta(seconds=_pause_s(source, past, contending=contending))
    if isinstance(source, RatesSource) and source.visits:
        due = _next_visit(source, last.began_at)
    elif isinstance(source, RatesSource) and source.window.is_known:
        # A look at the close answers for the whole window; an opening must not be slept over.
        moments = (source.window.opens_after(last.began_at), source.window.closes_after(last.began_at))
        due = max(min(due, *moments), last.began_at + timedelta(seconds=least_pause_s(source)))
    if last.retry_after_s:
        due = max(due, last.ended_at + timedelta(seconds=last.retry_after_s))
    return due


def _next_visit(source: RatesSource, after: datetime) -> datetime:
    today = source.home.day(after)
    return min(
        at for day in (today, today + DAY) for clock in source.visits if (at := source.home.at(day, clock)) > after
    )


def least_pause_s(source: Source) -> int:
    """The shortest pause between two visits, in seconds."""
    return source.every_s if isinstance(source, FeedSource) else min(source.window_every_s, source.every_s)


def archive_due_at(source: RatesSource, past: Sequence[Round], now: datetime) -> datetime:
    """When to ask the archive next for missing days (UTC): hourly; sooner while it fails, as in `due_at`."""
    if not past or past[0].began_at > now:
        return now
    failures = _failures(past)
    pause = min(SLOWEST_S, _doubled(source.window_every_s, failures - 1)) if failures else SLOWEST_S
    due = past[0].began_at + timedelta(seconds=pause)
    if past[0].retry_after_s:
        due = max(due, past[0].ended_at + timedelta(seconds=past[0].retry_after_s))
    return due


def missing_days(known: Sequence[Revision], currencies: frozenset[str], today: date) -> dict[str, tuple[date, ...]]:
    """The days to ask the archive for, by currency: today and the day before where they have no figure, for each of
    `currencies` that the nearest daily table has, and the day before a first figure that is to be borne out. None
    before the first table is known, nor where no figure is near enough to give the nominal."""
    found: dict[str, tuple[date, ...]] = {}
    seen = {
        (one.rate.currency, one.rate.valid_on + nth * DAY)
        for one in known
        for nth in range((one.rate.valid_until - one.rate.valid_on).days + 1)
    }
    for currency in sorted(currencies):
        days = tuple(
            day
            for day in (today - DAY, today)
            if (currency, day) not in seen and currency in _nearest_table(known, day) and nearest(known, currency, day)
        )
        if (first := first_day(known, currency)) and first - DAY not in days:
            days = tuple(sorted({first - DAY, *days}))
        if days:
            found[currency] = days
    return found


def _nearest_table(known: Sequence[Revision], day: date) -> frozenset[str]:
    # A day that the archive filled, perhaps in part, is no table.
    tables = [one.rate for one in known if one.origin in ("", one.source)]
    if not tables:
        return frozenset()
    closest = min((rate.valid_on for rate in tables), key=lambda one: (abs(one - day), one < day))
    return frozenset(rate.currency for rate in tables if rate.valid_on == closest)


def _pause_s(source: Source, past: Sequence[Round], *, contending: bool) -> float:
    is_open = isinstance(source, RatesSource) and source.window.is_known and source.window.is_open(past[0].began_at)
    in_window = contending or is_open
    failures = _failures(past)
    if isinstance(source, FeedSource):
        every_s = short_s = source.every_s
    else:
        short_s = source.window_every_s
        every_s = short_s if in_window else source.every_s
    if not failures:
        return every_s
    # An hourly table that could not be read is requested again sooner than in an hour.
    slowest_s = SLOWEST_IN_WINDOW_S if in_window else SLOWEST_S
    return min(slowest_s, _doubled(short_s, failures) * (1 + JITTER * _phase(past[0])))


def _doubled(pause_s: int, failures: int) -> float:
    return float(pause_s << min(failures, 12))


def _failures(past: Sequence[Round]) -> int:
    count = 0
    for one in past:
        if not one.failed:
            break
        count += 1
    return count


def _phase(last: Round) -> float:
    """From 0 to 1, the same for the same round: processes and restarts agree, sources spread."""
    return zlib.crc32(f"{last.source} {last.began_at.isoformat()}".encode()) / 2**32
