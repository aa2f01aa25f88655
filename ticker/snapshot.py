"""All a reader can be shown, as one frozen value with a version number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from ticker.model import Headline, Home, Rate, Window

NEVER = datetime.min.replace(tzinfo=UTC)

Looks = Mapping[tuple[str, str], datetime]
"""The last good look (UTC): of a rates source at each currency, of a feed at ''."""


@dataclass(frozen=True, slots=True)
class BankTerms:
    """What a reader must know of a rates source; freshness is judged by it."""

    source: str
    bank: str
    window: Window
    grace_days: int


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """What a reader must know of a feed."""

    feed: str
    publisher: str
    language: str
    every_s: int


@dataclass(frozen=True, slots=True)
class Series:
    """The believed rates of one currency from one source, oldest first, as far back as a reader can need them."""

    source: str
    currency: str
    rates: tuple[Rate, ...]
    contested: frozenset[date] = frozenset()  # days of which the bank has said since what is not believed


@dataclass(frozen=True, slots=True)
class Content:
    """What is shown. Two equal contents are one version: a mere confirmation makes no new one."""

    home: Home
    banks: tuple[BankTerms, ...] = ()  # where two have a currency, the earlier wins
    feeds: tuple[FeedTerms, ...] = ()
    series: tuple[Series, ...] = ()
    headlines: tuple[Headline, ...] = ()  # newest first
    demo: bool = False

    @property
    def grace(self) -> dict[str, int]:
        """By source, in the order in which they count, the days past its validity for which a table is shown."""
        return {bank.source: bank.grace_days for bank in self.banks}

    @property
    def bank_names(self) -> dict[str, str]:
        """By source, whose figures they are."""
        return {bank.source: bank.bank for bank in self.banks}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version of the content, and the confirmations kept beside it."""

    version: int
    as_of: datetime  # UTC, when the version was made
    content: Content
    looks: Looks = field(default_factory=dict)
    past: bool = False  # what was known at `as_of`, and not what is known now

    def confirmed(self, looks: Looks) -> Snapshot:
        return replace(self, looks=looks)


def empty(home: Home) -> Snapshot:
    """What there is to show before anything was ever collected."""
    return Snapshot(0, NEVER, Content(home))


def dump(content: Content) -> str:
    """As JSON, the same text for the same content."""
    return json.dumps(
        {
            "home": [content.home.currency, content.home.zone.key],
            "demo": content.demo,
            "banks": [_dump_bank(bank) for bank in content.banks],
            "feeds": [[feed.feed, feed.publisher, feed.language, feed.every_s] for feed in content.feeds],
            "series": [
                [one.source, one.currency, [_dump_rate(rate) for rate in one.rates], sorted(map(str, one.contested))]
                for one in content.series
            ],
            "headlines": [_dump_headline(headline) for headline in content.headlines],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load(text: str) -> Content:
    """The content that `dump` made this text of. Raises ValueError, KeyError or TypeError for any other text."""
    raw: dict[str, Any] = json.loads(text)
    currency, zone = raw["home"]
    return Content(
        home=Home(currency, ZoneInfo(zone)),
        demo=raw["demo"],
        banks=tuple(_load_bank(bank) for bank in raw["banks"]),
        feeds=tuple(FeedTerms(*feed) for feed in raw["feeds"]),
        series=tuple(
            Series(
                source,
                currency,
                tuple(_load_rate(currency, rate) for rate in rates),
                frozenset(map(date.fromisoformat, contested)),
            )
            for source, currency, rates, contested in raw["series"]
        ),
        headlines=tuple(_load_headline(headline) for headline in raw["headlines"]),
    )


def _dump_bank(bank: BankTerms) -> list[Any]:
    window = bank.window
    hours = [sorted(window.weekdays), str(window.opens), str(window.closes), window.zone.key]
    return [bank.source, bank.bank, hours, bank.grace_days]


def _load_bank(raw: list[Any]) -> BankTerms:
    source, bank, (weekdays, opens, closes, zone), grace_days = raw
    window = Window(frozenset(weekdays), time.fromisoformat(opens), time.fromisoformat(closes), ZoneInfo(zone))
    return BankTerms(source, bank, window, grace_days)


def _dump_rate(rate: Rate) -> list[Any]:
    return [str(rate.quoted), rate.nominal, str(rate.valid_on), str(rate.valid_until)]


def _load_rate(currency: str, raw: list[Any]) -> Rate:
    printed, nominal, valid_on, valid_until = raw
    try:
        quoted = Decimal(printed)
    except InvalidOperation as fault:  # an ArithmeticError, which no caller expects
        raise ValueError(f"{printed!r} is no figure") from fault
    return Rate(currency, quoted, nominal, date.fromisoformat(valid_on), date.fromisoformat(valid_until))


def _dump_headline(headline: Headline) -> list[str]:
    times = [headline.published_at.isoformat(), headline.first_seen_at.isoformat()]
    return [headline.id, headline.title, headline.url, headline.feed, *times]


def _load_headline(raw: list[str]) -> Headline:
    id_, title, url, feed, published_at, first_seen_at = raw
    return Headline(id_, title, url, feed, datetime.fromisoformat(published_at), datetime.fromisoformat(first_seen_at))
