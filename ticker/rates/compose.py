"""From what the store knows to what a reader can be shown (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ticker.model import FeedSource, Headline, Home, RatesSource, Revision
from ticker.rates.changes import last_change
from ticker.rates.doubt import doubted_days
from ticker.rates.tracks import newest_believed, periods_of
from ticker.snapshot import BankTerms, Content, FeedTerms, Series, Testimony, WitnessTerms

KEPT_RATES = 5  # of one currency: tomorrow's, today's, the one before, and two more for a bank that publishes ahead
KEPT_HEADLINES = 20  # of one feed: as many as a strip may show
KEPT_TESTIMONIES = 6  # of one witness: of the days around today, for a bank that publishes ahead


def compose(
    home: Home,
    banks: Sequence[BankTerms],
    feeds: Sequence[FeedTerms],
    revisions: Mapping[str, Sequence[Revision]],
    headlines: Iterable[Headline],
    *,
    demo: bool = False,
    witnesses: Sequence[WitnessTerms] = (),
    agreement: Mapping[str, Decimal] | None = None,
) -> Content:
    """`revisions` by source, those of banks and of witnesses, oldest id first. `agreement` has, by currency, the move
    within which witnesses agree: of other currencies they are not asked."""
    agreement = agreement or {}
    asked = {home.currency, *agreement}
    told = {one.source: testimonies(one, revisions[one.source], asked) for one in witnesses}
    return Content(
        home=home,
        demo=demo,
        banks=tuple(banks),
        feeds=tuple(feeds),
        series=tuple(one for bank in banks for one in _series(bank.source, revisions[bank.source])),
        headlines=newest_first(headlines),
        witnesses=tuple(witnesses),
        testimonies=tuple(table for one in witnesses for table in told[one.source][-KEPT_TESTIMONIES:]),
        agreement=tuple(sorted(agreement.items())),
    )


def newest_first(headlines: Iterable[Headline]) -> tuple[Headline, ...]:
    return tuple(sorted(headlines, key=lambda one: (one.published_at, one.id), reverse=True))


def testimonies(witness: WitnessTerms, revisions: Iterable[Revision], asked: Iterable[str]) -> list[Testimony]:
    """What the believed tables of a witness tell of the currencies `asked`, the oldest first."""
    asked = frozenset(asked)
    by_currency: dict[str, list[Revision]] = {}
    for one in revisions:
        if one.rate.currency in asked:
            by_currency.setdefault(one.rate.currency, []).append(one)
    days: dict[date, dict[str, Decimal]] = {}
    for currency, said in sorted(by_currency.items()):
        for day, one in newest_believed(said).items():
            days.setdefault(day, {witness.home: Decimal(1)})[currency] = one.rate.value
    return [Testimony(witness.source, day, tuple(sorted(prices.items()))) for day, prices in sorted(days.items())]


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
            rates = tuple(believed[day].rate for day in days)
            earlier = last_change([one for one in periods_of(said) if one.rate.valid_on <= days[0]])
            found.append(Series(source, currency, rates, shown, unconfirmed, earlier))
    return found
