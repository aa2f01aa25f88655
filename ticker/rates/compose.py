"""From what the store knows to what a reader can be shown (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ticker.model import FeedSource, Headline, Home, RatesSource, Revision
from ticker.snapshot import BankTerms, Content, FeedTerms, Series

KEPT_RATES = 5  # of one currency: tomorrow's, today's, the one before, and two more for a bank that publishes ahead
KEPT_HEADLINES = 20  # of one feed: as many as a strip may show

ENDED: Mapping[str, date] = {
    "BYR": date(2016, 7, 1),
    "TRL": date(2005, 1, 1),
    "RUR": date(1998, 1, 1),
    "AZM": date(2006, 1, 1),
    "TJR": date(2000, 10, 30),
    "ROL": date(2005, 7, 1),
    "EEK": date(2011, 1, 1),
    "LVL": date(2014, 1, 1),
    "LTL": date(2015, 1, 1),
    "HRK": date(2023, 1, 1),
    "BGN": date(2026, 1, 1),
    "BEF": date(2002, 1, 1),
    "ITL": date(2002, 1, 1),
}
"""The day from which a currency is no more (ISO 4217, table A.3): weekly.xml goes on restamping some of them."""


def compose(
    home: Home,
    banks: Sequence[BankTerms],
    feeds: Sequence[FeedTerms],
    revisions: Mapping[str, Sequence[Revision]],
    headlines: Iterable[Headline],
    *,
    demo: bool = False,
) -> Content:
    """`revisions` by source, oldest id first."""
    return Content(
        home=home,
        demo=demo,
        banks=tuple(banks),
        feeds=tuple(feeds),
        series=tuple(one for bank in banks for one in _series(bank.source, revisions[bank.source])),
        headlines=tuple(sorted(headlines, key=lambda one: (one.published_at, one.id), reverse=True)),
    )


def bank_terms(bank: RatesSource) -> BankTerms:
    return BankTerms(bank.id, bank.bank, bank.window, bank.grace_days)


def feed_terms(feed: FeedSource) -> FeedTerms:
    return FeedTerms(feed.id, feed.publisher, feed.language, feed.every_s)


def _series(source: str, revisions: Sequence[Revision]) -> list[Series]:
    believed: dict[str, dict[date, Revision]] = {}
    for one in revisions:
        if one.believed and not ended(one.rate.currency, one.rate.valid_on):
            believed.setdefault(one.rate.currency, {})[one.rate.valid_on] = one
    held = [one for one in revisions if one.held]
    # A currency that only a file brought is history: shown, it would stand before that of a bank whose table has it.
    tabled = {one.rate.currency for one in revisions if one.origin in ("", source)}
    found = []
    for currency, by_day in sorted(believed.items()):
        if tabled and currency not in tabled:
            continue
        days = sorted(by_day)[-KEPT_RATES:]
        doubted = frozenset(
            one.rate.valid_on
            for one in held
            if one.rate.currency == currency and one.rate.valid_on >= days[0] and one.id > _id_on(by_day, one)
        )
        found.append(Series(source, currency, tuple(by_day[day].rate for day in days), doubted))
    return found


def _id_on(by_day: Mapping[date, Revision], held: Revision) -> int:
    """Of the figure believed for the held one's day; 0 where there is none."""
    believed = by_day.get(held.rate.valid_on)
    return believed.id if believed else 0


def ended(currency: str, day: date) -> bool:
    """Whether the currency was no more by then, though the bank went on printing it."""
    return currency in ENDED and day >= ENDED[currency]
