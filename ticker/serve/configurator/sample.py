"""The samples that the preview shows: a day, an evening with tomorrow's table, a day without a new rate (pure).

The service's own rates exist for this moment alone, so the figures here are invented, and marked DEMO as those of a
demonstration are. All else is real: the moment, the feeds, their headlines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from ticker.model import DAY, Rate, Window
from ticker.serve.strip.options import offered
from ticker.serve.terms import SiteSettings
from ticker.snapshot import BankTerms, Content, Series, Snapshot

MOMENTS = ("day", "evening", "same")
# By how many ten-thousandths a figure differs from today's: three days ago, yesterday, tomorrow. Each currency takes
# the next row.
MOVES = ((-14, -31, 12), (10, 18, -9), (21, 0, 0), (3, -8, -17))
DECIMALS = 4
BEYOND = Decimal("1.0137")  # of a real figure cut to its first digit: as long as a real one, and none
UNKNOWN = Decimal(10)  # of a currency without any figure yet


def sample(snapshot: Snapshot, settings: SiteSettings, moment: str, now: datetime) -> Snapshot:
    """The snapshot with invented rates of today, at every home. `now` is UTC; `moment` one of MOMENTS."""
    own = _content(snapshot.content, settings, moment, now)
    neighbours = tuple(
        _content(one, settings.at_home(one.home.currency), moment, now) for one in snapshot.content.neighbours
    )
    looks = dict(snapshot.looks)
    for one in (own, *neighbours):
        looks |= {(series.source, series.currency): now for series in one.series}
    content = replace(own, neighbours=neighbours)
    return replace(snapshot, version=1, as_of=now.replace(microsecond=0), content=content, looks=looks)


def _content(content: Content, settings: SiteSettings, moment: str, now: datetime) -> Content:
    everyday = Window(frozenset(range(7)), time(15), time(18), content.home.zone)
    banks = content.banks[:1] or (BankTerms("sample", "DEMO", everyday, 1),)
    known = {series.currency: series.rates[-1].value for series in reversed(content.series) if series.rates}
    today = content.home.day(now)
    series = tuple(
        Series(banks[0].source, currency, tuple(_rates(currency, nth, known.get(currency, UNKNOWN), today, moment)))
        for nth, currency in enumerate(sorted(offered(content, settings).currencies))
    )
    return replace(
        content, banks=banks, series=series, demo=True, witnesses=(), testimonies=(), agreement=(), neighbours=()
    )


def _rates(currency: str, nth: int, real: Decimal, today: date, moment: str) -> Iterator[Rate]:
    """The last five days, and in the evening tomorrow. Without a new rate, the last three days have one figure."""
    earlier, yesterday, tomorrow = MOVES[nth % len(MOVES)]
    moves = [earlier, earlier, 0, 0, 0] if moment == "same" else [earlier, earlier, earlier, yesterday, 0]
    if moment == "evening":
        moves.append(tomorrow)
    level = round(real, -real.adjusted()) * BEYOND
    for days, move in enumerate(moves):
        quoted, day = level * (10_000 + move) / 10_000, today + (days - 4) * DAY
        yield Rate(currency, round(quoted, max(DECIMALS, 2 - quoted.adjusted())), 1, day, day)
