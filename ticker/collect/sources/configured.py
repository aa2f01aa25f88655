"""The settings' homes and rates sources, with what is known of their banks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from ticker.collect.sources import BANKS
from ticker.collect.sources.adapter import BankAdapter, Testifies
from ticker.config import Config, ConfigError, RatesSettings
from ticker.model import FeedSource, Home, RatesSource, Window
from ticker.snapshot import WitnessTerms

FURTHEST_AHEAD_DAYS = 4  # of a bank of which it is not known how far ahead it publishes: over a long weekend


@dataclass(frozen=True, slots=True)
class HomeSources:
    """What a home's rates and headlines are read from; `witnesses` are sources of other banks."""

    home: Home
    banks: tuple[RatesSource, ...]
    feeds: tuple[FeedSource, ...] = ()
    witnesses: tuple[WitnessTerms, ...] = ()
    agreement: Mapping[str, Decimal] = field(default_factory=dict)  # by currency, the move within which witnesses agree


def homes_of(config: Config) -> tuple[HomeSources, ...]:
    """The homes that are served, the default one first. Raises ConfigError for a bank that can't be read, that sets
    another currency, or that no source is of."""
    for id_, one in config.rates.items():
        if one.enabled and one.bank not in BANKS:
            raise ConfigError(f"rates.{id_}.bank is {one.bank!r}; one of {', '.join(BANKS)} is wanted")
    served = config.served_homes()
    official = {home: _official(config, home) for home in served}
    asked = _asked(config)
    found = []
    for home in served:
        adapter = BANKS[config.homes[home].bank]
        agreement = adapter.agreement if config.witnesses.enabled and official[home] else {}
        others = [one for one in (*sum(official.values(), ()), *asked.values()) if one.home.currency != home]
        found.append(
            HomeSources(
                home=config.home_of(home),
                banks=official[home],
                feeds=config.feeds_of(home),
                witnesses=_witnesses(others) if agreement else (),
                agreement=agreement,
            )
        )
    return tuple(found)


def rates_sources(config: Config) -> tuple[RatesSource, ...]:
    """Every rates source that is visited: those of the homes, and the witnesses. Raises ConfigError."""
    official = [_official(config, home) for home in config.served_homes()]
    return _once([*sum(official, ()), *_asked(config).values()])


def _once(sources: Iterable[RatesSource]) -> tuple[RatesSource, ...]:
    """Each source once."""
    return tuple({one.id: one for one in sources}.values())


def _official(config: Config, currency: str) -> tuple[RatesSource, ...]:
    """The sources of a home, in the order in which they count."""
    bank = config.homes[currency].bank
    adapter = BANKS.get(bank)
    if adapter is None or adapter.home != currency or adapter.turned_round:
        able = [name for name, one in BANKS.items() if one.home == currency and not one.turned_round]
        known = ", ".join(able) or "none is known"
        raise ConfigError(f"homes.{currency}.bank is {bank!r}; a bank that sets {currency} is wanted: {known}")
    home = config.home_of(currency)
    found = tuple(
        _source(id_, one, home, adapter) for id_, one in config.rates.items() if one.enabled and one.bank == bank
    )
    if not found and currency != config.home.currency:
        raise ConfigError(f"homes.{currency}.bank is {bank!r}; no section of [rates] with that bank is switched on")
    return found


def _asked(config: Config) -> dict[str, RatesSource]:
    """The sources that are visited only as witnesses, by their id: one of each bank that is no home's."""
    if not config.witnesses.enabled:
        return {}
    served = config.served_homes()
    banks = {config.homes[home].bank for home in served}
    kept = frozenset(served).union(*(BANKS[bank].agreement for bank in banks))
    found: dict[str, RatesSource] = {}
    for id_, one in config.rates.items():
        adapter = BANKS.get(one.bank)
        if one.enabled and adapter and one.bank not in banks:
            banks.add(one.bank)
            home = Home(adapter.home, adapter.zone)
            found[id_] = _source(id_, one, home, adapter, visits=config.witnesses.visits, kept=kept)
    return found


def _witnesses(sources: Iterable[RatesSource]) -> tuple[WitnessTerms, ...]:
    """One source of each bank, the first that is listed."""
    first: dict[str, RatesSource] = {}
    for one in sources:
        first.setdefault(one.bank, one)
    return tuple(
        WitnessTerms(one.id, one.bank, one.home.currency, BANKS[one.bank].testifies is Testifies.LEVELS)
        for one in first.values()
    )


def _source(
    id_: str,
    one: RatesSettings,
    home: Home,
    adapter: BankAdapter,
    *,
    visits: tuple[time, ...] = (),
    kept: frozenset[str] | None = None,
) -> RatesSource:
    return RatesSource(
        id=id_,
        url=one.url,
        window=_window(id_, one, home, adapter),
        bank=one.bank,
        home=home,
        ahead_days=_ahead_days(adapter),
        grace_days=one.grace_days,
        limit=one.limit_percent / 100,
        every_s=one.every_s,
        window_every_s=one.window_every_s,
        archive_url=None if visits else one.archive_url,  # of a witness the present is enough
        archive_pause_s=one.archive_pause_s,
        visits=visits,
        kept=kept,
    )


def _ahead_days(adapter: BankAdapter) -> int:
    """How far ahead of today a table may be valid. A bank that is asked for today's has no later one to give than the
    next day's, where clocks differ."""
    if adapter.ahead_days is not None:
        return adapter.ahead_days
    return 1 if adapter.address("", date.min) != adapter.address("", date.max) else FURTHEST_AHEAD_DAYS


def _window(id_: str, one: RatesSettings, home: Home, adapter: BankAdapter) -> Window:
    """The window that is set, else the bank's; else no hour is promised. Raises ConfigError."""
    known = adapter.window
    weekdays = frozenset(day - 1 for day in one.weekdays) if one.weekdays else known.weekdays if known else None
    opens = one.opens or (known.opens if known else None)
    closes = one.closes or (known.closes if known else None)
    if weekdays is None or opens is None or closes is None:
        if one.weekdays or one.opens or one.closes:
            unset = [name for name in ("weekdays", "opens", "closes") if getattr(one, name) is None]
            raise ConfigError(f"rates.{id_}.{unset[0]} is not set; the bank's is not known, so all three are wanted")
        return Window.any_time(home.zone)
    if opens >= closes:
        raise ConfigError(f"rates.{id_}.opens is {opens}; a time before closes ({closes}) is wanted")
    return Window(weekdays, opens, closes, home.zone)
