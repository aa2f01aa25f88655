"""The snapshot: everything that readers are shown, as one frozen value with a version number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from ticker.model import Change, Headline, Home, Rate, Window

FORMAT = 4
"""The number of the text that `dump` writes. To be raised with every change to it, and to what its fields mean."""

_READABLE: Mapping[object, Mapping[str, Any]] = {
    FORMAT: {},
    3: {},  # 0.4.0: a series without its last change
    2: {"witnesses": [], "testimonies": [], "agreement": {}, "neighbours": []},  # 0.3.0: one home, no witnesses
}
"""The formats that can be read, with what an older one lacks: a new process shows what an old collector published."""

NEVER = datetime.min.replace(tzinfo=UTC)

Looks = Mapping[tuple[str, str], datetime]
"""The last good look (UTC): of a rates source at each currency, of a feed at ''."""


class UnknownFormatError(ValueError):
    """A stored snapshot was written by another version of this program, in a format that this one does not read."""


@dataclass(frozen=True, slots=True)
class BankTerms:
    """The part of a rates source's settings that the read side needs, mostly to judge freshness."""

    source: str
    bank: str
    window: Window
    grace_days: int


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """The part of a feed's settings that the read side needs."""

    feed: str
    publisher: str
    language: str
    every_s: int


@dataclass(frozen=True, slots=True)
class Series:
    """The believed rates of one currency from one source, oldest first, as far back as any page shows them."""

    source: str
    currency: str
    rates: tuple[Rate, ...]
    contested: frozenset[date] = frozenset()  # days with a newer figure that is not believed
    unconfirmed: frozenset[date] = frozenset()  # days whose figure is a first one that nothing has borne out yet
    earlier: Change | None = None  # the last change up to the oldest of `rates`, where its day is certain


@dataclass(frozen=True, slots=True)
class WitnessTerms:
    """A source of another bank whose tables tell of a home's rates."""

    source: str
    bank: str
    home: str  # the currency that the bank sets
    sets_levels: bool  # False: it tells only of currencies to one another


@dataclass(frozen=True, slots=True)
class Testimony:
    """One table of a witness. `prices` has, by currency, what one unit costs there, in the bank's own currency, exact;
    that of the bank itself is 1."""

    source: str
    valid_on: date
    prices: tuple[tuple[str, Decimal], ...]

    def price(self, currency: str) -> Decimal | None:
        return next((price for one, price in self.prices if one == currency), None)


@dataclass(frozen=True, slots=True)
class Content:
    """What is shown of one home. Equal contents are one version: a confirmation alone makes no new one."""

    home: Home
    banks: tuple[BankTerms, ...] = ()  # where two have the same currency, the earlier one counts
    feeds: tuple[FeedTerms, ...] = ()
    series: tuple[Series, ...] = ()
    headlines: tuple[Headline, ...] = ()  # newest first
    demo: bool = False
    witnesses: tuple[WitnessTerms, ...] = ()
    testimonies: tuple[Testimony, ...] = ()  # by source, the oldest first
    agreement: tuple[tuple[str, Decimal], ...] = ()  # by currency, the move within which witnesses agree
    neighbours: tuple[Content, ...] = ()  # the other homes of the service

    def of(self, home: str | None) -> Content:
        """That of one home by its currency; this one for None and for a home that the service does not have."""
        return next((one for one in self.neighbours if one.home.currency == home), self)

    @property
    def homes(self) -> tuple[Content, ...]:
        """This one and the others."""
        return (self, *self.neighbours)

    @property
    def grace(self) -> dict[str, int]:
        """By source, in the order in which they count: the days for which a table is shown past its validity."""
        return {bank.source: bank.grace_days for bank in self.banks}

    @property
    def bank_names(self) -> dict[str, str]:
        """By source, whose figures they are."""
        return {bank.source: bank.bank for bank in self.banks}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version of the content, with the confirmations so far."""

    version: int
    as_of: datetime  # UTC, when the version was made
    content: Content
    looks: Looks = field(default_factory=dict)
    past: bool = False  # what was known at `as_of` rather than what is known now

    def confirmed(self, looks: Looks) -> Snapshot:
        return replace(self, looks=looks)

    def at_home(self, home: str | None) -> Snapshot:
        """What is shown of one home; this snapshot itself for None."""
        content = self.content.of(home)
        return self if content is self.content else replace(self, content=content)


def empty(home: Home) -> Snapshot:
    """The snapshot before anything was collected."""
    return Snapshot(0, NEVER, Content(home))


def dump(content: Content) -> str:
    """As JSON, the same text for the same content. `load` reads it."""
    raw = {"format": FORMAT, **_dump(content), "neighbours": [_dump(one) for one in content.neighbours]}
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Content:
    """The content that `dump` wrote.

    Raises UnknownFormatError for a text of another format or without a number, and ValueError, KeyError or TypeError
    for a damaged one.
    """
    raw: Any = json.loads(text)
    met = raw.get("format") if isinstance(raw, dict) else None
    if not isinstance(met, int) or met not in _READABLE:
        raise UnknownFormatError(f"the snapshot's format is {met!r}, and this program reads {FORMAT}")
    raw = {**_READABLE[met], **raw}
    return replace(_load(raw), neighbours=tuple(_load(one) for one in raw["neighbours"]))


def _dump(content: Content) -> dict[str, Any]:
    home = content.home
    return {
        "home": {"currency": home.currency, "zone": home.zone.key},
        "demo": content.demo,
        "banks": [_dump_bank(bank) for bank in content.banks],
        "feeds": [asdict(feed) for feed in content.feeds],
        "series": [_dump_series(series) for series in content.series],
        "headlines": [_dump_headline(headline) for headline in content.headlines],
        "witnesses": [asdict(witness) for witness in content.witnesses],
        "testimonies": [_dump_testimony(testimony) for testimony in content.testimonies],
        "agreement": {currency: str(within) for currency, within in content.agreement},
    }


def _load(raw: Mapping[str, Any]) -> Content:
    return Content(
        home=Home(raw["home"]["currency"], ZoneInfo(raw["home"]["zone"])),
        demo=raw["demo"],
        banks=tuple(_load_bank(bank) for bank in raw["banks"]),
        feeds=tuple(FeedTerms(**feed) for feed in raw["feeds"]),
        series=tuple(_load_series(series) for series in raw["series"]),
        headlines=tuple(_load_headline(headline) for headline in raw["headlines"]),
        witnesses=tuple(WitnessTerms(**witness) for witness in raw["witnesses"]),
        testimonies=tuple(_load_testimony(testimony) for testimony in raw["testimonies"]),
        agreement=tuple((currency, _decimal(within)) for currency, within in raw["agreement"].items()),
    )


def _dump_bank(bank: BankTerms) -> dict[str, Any]:
    window = bank.window
    return {
        "source": bank.source,
        "bank": bank.bank,
        "window": {
            "weekdays": sorted(window.weekdays),
            "opens": str(window.opens),
            "closes": str(window.closes),
            "zone": window.zone.key,
        },
        "grace_days": bank.grace_days,
    }


def _load_bank(raw: Mapping[str, Any]) -> BankTerms:
    window = raw["window"]
    return BankTerms(
        source=raw["source"],
        bank=raw["bank"],
        window=Window(
            weekdays=frozenset(window["weekdays"]),
            opens=time.fromisoformat(window["opens"]),
            closes=time.fromisoformat(window["closes"]),
            zone=ZoneInfo(window["zone"]),
        ),
        grace_days=raw["grace_days"],
    )


def _dump_series(series: Series) -> dict[str, Any]:
    return {
        "source": series.source,
        "currency": series.currency,
        "rates": [_dump_rate(rate) for rate in series.rates],
        "contested": sorted(map(str, series.contested)),
        "unconfirmed": sorted(map(str, series.unconfirmed)),
        "earlier": {"on": str(series.earlier.on), "by": str(series.earlier.by)} if series.earlier else None,
    }


def _load_series(raw: Mapping[str, Any]) -> Series:
    return Series(
        source=raw["source"],
        currency=raw["currency"],
        rates=tuple(_load_rate(raw["currency"], rate) for rate in raw["rates"]),
        contested=frozenset(map(date.fromisoformat, raw["contested"])),
        unconfirmed=frozenset(map(date.fromisoformat, raw["unconfirmed"])),
        earlier=_load_change(raw.get("earlier")),
    )


def _load_change(raw: Mapping[str, str] | None) -> Change | None:
    return Change(date.fromisoformat(raw["on"]), _decimal(raw["by"])) if raw else None


def _dump_rate(rate: Rate) -> dict[str, Any]:
    return {
        "quoted": str(rate.quoted),
        "nominal": rate.nominal,
        "valid_on": str(rate.valid_on),
        "valid_until": str(rate.valid_until),
    }


def _dump_testimony(testimony: Testimony) -> dict[str, Any]:
    prices = {currency: str(price) for currency, price in testimony.prices}
    return {"source": testimony.source, "valid_on": str(testimony.valid_on), "prices": prices}


def _load_testimony(raw: Mapping[str, Any]) -> Testimony:
    prices = tuple((currency, _decimal(price)) for currency, price in raw["prices"].items())
    return Testimony(raw["source"], date.fromisoformat(raw["valid_on"]), prices)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as fault:  # an ArithmeticError, which no caller expects
        raise ValueError(f"{text!r} is no figure") from fault


def _load_rate(currency: str, raw: Mapping[str, Any]) -> Rate:
    return Rate(
        currency=currency,
        quoted=_decimal(raw["quoted"]),
        nominal=raw["nominal"],
        valid_on=date.fromisoformat(raw["valid_on"]),
        valid_until=date.fromisoformat(raw["valid_until"]),
    )


def _dump_headline(headline: Headline) -> dict[str, str]:
    return {
        "id": headline.id,
        "title": headline.title,
        "url": headline.url,
        "feed": headline.feed,
        "published_at": headline.published_at.isoformat(),
        "first_seen_at": headline.first_seen_at.isoformat(),
    }


def _load_headline(raw: Mapping[str, str]) -> Headline:
    return Headline(
        id=raw["id"],
        title=raw["title"],
        url=raw["url"],
        feed=raw["feed"],
        published_at=datetime.fromisoformat(raw["published_at"]),
        first_seen_at=datetime.fromisoformat(raw["first_seen_at"]),
    )
