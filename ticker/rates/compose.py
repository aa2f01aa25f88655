"""From what the store knows to what a reader can be shown (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ticker.model import FeedSource, Headline, Home, RatesSource, Revision
from ticker.rates.doubt import doubted_days
from ticker.rates.tracks import newest_believed
from ticker.snapshot import BankTerms, Content, FeedTerms, Series

KEPT_RATES = 5  # of one currency: tomorrow's, today's, the one before, and two more for a bank that publishes ahead
KEPT_HEADLINES = 20  # of one feed: as many as a strip may show


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
    by_currency: dict[str, list[Revision]] = {}
    for one in revisions:
        by_currency.setdefault(one.rate.currency, []).append(one)
    # A currency that only a file brought is history: shown, it would stand before that of a bank whose table has it.
    tabled = {one.rate.currency for one in revisions if one.origin in ("", source)}
    found = []
    for currency, said in sorted(by_currency.items()):
        believed = newest_believed(said)
        if believed and (not tabled or currency in tabled):
            days = sorted(believed)[-KEPT_RATES:]
            doubted = doubted_days(said, {day: one.id for day, one in believed.items()})
            shown = frozenset(day for day in doubted if day >= days[0])
            unconfirmed = frozenset(day for day in days if not believed[day].confirmed)
            found.append(Series(source, currency, tuple(believed[day].rate for day in days), shown, unconfirmed))
    return found
