"""The settings as models: every option with its type, default, limits and description."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ticker.config.defaults import DEFAULT_FEEDS, DEFAULT_HOMES, DEFAULT_RATES
from ticker.model import FeedSource, Home, Language, archive_id

LONGEST_SHIFT_S = 100 * 366 * 86_400  # of a demonstration's clock


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MisfitError(ValueError):
    """A value that is allowed by itself, but not beside another option's."""

    def __init__(self, option: tuple[str, ...], tail: str) -> None:
        super().__init__(tail)
        self.option, self.tail = option, tail


def _zone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(key) from fault
    return key


def _http(url: str) -> str:
    if not re.fullmatch(r"https?://([^\s/@:?#\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?([/?]\S*)?", url):
        raise ValueError(url)
    return url


def _base(url: str) -> str:
    if not re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?", url):
        raise ValueError(url)
    return url.rstrip("/")


def _wall_clock(clock: time) -> time:
    if clock.tzinfo:
        raise ValueError(clock)
    return clock


def _encoding(name: str) -> str:
    try:
        b" ".decode(name, "replace")
    except (LookupError, ValueError) as fault:
        raise ValueError(name) from fault
    return name


def _kind(name: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": name})


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), _kind("currency")]
Zone = Annotated[str, AfterValidator(_zone), _kind("zone")]
Address = Annotated[str, AfterValidator(_http), _kind("address")]
Base = Annotated[str, AfterValidator(_base), _kind("base")]
Clock = Annotated[time, AfterValidator(_wall_clock), _kind("clock")]
Encoding = Annotated[str, AfterValidator(_encoding), _kind("encoding")]
Host = Annotated[str, Field(pattern=r"^[^\s/@]+$"), _kind("host")]
StoreUrl = Annotated[str, Field(pattern=r"^(sqlite:///|postgresql://)[^\s]"), _kind("store")]
FeedName = Annotated[str, Field(pattern=r"^[a-z0-9-]+$"), _kind("feed")]
OrNone = BeforeValidator(_none_if_empty)  # an empty text means "not set"


class DefaultHomeSettings(Settings):
    currency: Currency = Field(
        "KGS", description="The home of an address that names none: the currency of one of [homes.CURRENCY]."
    )
    zone: Annotated[Zone | None, OrNone] = Field(
        None, description="Its time zone; by default that of [homes.CURRENCY]."
    )


class HomeSettings(Settings):
    bank: str = Field(pattern=r"^[A-Z]+$", description="Bank that sets the currency; its sources are those of [rates].")
    zone: Zone = Field(description="Time zone of the bank: decides what `today` is and when the bank publishes.")
    currencies: tuple[Currency, ...] = Field(
        ("USD", "EUR"), min_length=1, max_length=12, description="Currencies of a strip that names none."
    )
    digits: Annotated[int | None, OrNone] = Field(
        None, ge=0, le=6, description="Decimals of a figure on a strip that names none; empty for automatic."
    )
    languages: tuple[Language, ...] = Field(
        ("en", "ru"), min_length=1, description="Languages that are offered, in the order of the switch."
    )
    feeds: tuple[FeedName, ...] = Field(
        (), description="Feeds of this home, by the names of [feeds]. Those that no home names are the default home's."
    )
    enabled: bool = Field(True, description="Whether the home is served; the default one always is.")


class WitnessSettings(Settings):
    enabled: bool = Field(
        True, description="Whether other banks are asked twice a day, to confirm rates and to stand in for them."
    )
    visits: tuple[Clock, ...] = Field(
        (time(2, 30), time(14, 30)),
        min_length=1,
        max_length=2,
        description="When a bank is visited, in its own zone.",
    )


class StoreSettings(Settings):
    url: StoreUrl = Field(
        "sqlite:///ticker.db",
        description="Database: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE.",
    )
    last_good: str = Field(
        "ticker-last-good.json",
        description="File with a copy of the last good snapshot, for a start without the database; empty for none. The "
        "folder ticker-embed beside it keeps the versions of the element that pages have pinned.",
    )


class ServeSettings(Settings):
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Number of serving processes.")
    frame_ancestors: str = Field(
        "*",
        pattern=r"^[A-Za-z0-9:/.*' -]+$",
        description="Sites that may frame the strip, as in the CSP directive frame-ancestors.",
    )
    currencies: Annotated[tuple[Currency, ...] | None, OrNone] = Field(
        None,
        min_length=1,
        max_length=12,
        description="Currencies of a strip of the default home that names none; by default those of [homes.CURRENCY].",
    )
    language: Language = Field(
        "en", description="Language of pages and answers whose address has no `lang`: en, ru or ky."
    )
    base_url: Annotated[Base | None, OrNone] = Field(
        None,
        description="Public address of this service in generated code and links; by default that of the request.",
    )
    cached_strips: int = Field(250, ge=10, le=100_000, description="Most rendered responses that a process caches.")
    api_quota: int = Field(
        600,
        ge=0,
        le=1_000_000,
        description="Uncached requests for the API, charts and past moments, per client address, minute and process; "
        "0 disables the limit.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Number of your proxies in front of the service: this many of the last addresses in "
        "X-Forwarded-For are trusted. With 0, none is.",
    )


class CollectSettings(Settings):
    enabled: bool = Field(True, description="Whether serving processes also collect; only one of them does at a time.")


class FetchSettings(Settings):
    deadline_s: int = Field(
        20, ge=1, le=120, description="Longest time for one fetch in seconds, even when the server sends byte by byte."
    )
    max_bytes: int = Field(2 << 20, ge=1 << 10, le=64 << 20, description="Largest body in bytes, after decompression.")
    max_redirects: int = Field(5, ge=0, le=20, description="Most redirects followed in one fetch.")
    contact: str = Field(
        "https://som-ticker.example/contact",
        pattern=r"^[\x21-\x7e]+$",
        description="Contact in the User-Agent, so that an upstream can reach the operator.",
    )
    allow_hosts: tuple[Host, ...] = Field(
        (),
        description="Hosts, as HOST or HOST:PORT, that may have private addresses and use any port.",
    )


class RatesSettings(Settings):
    url: Address = Field(description="Address of the bank's table.")
    archive_url: Annotated[Address | None, OrNone] = Field(
        None, description="Address of the bank's archive page, for missing days."
    )
    bank: str = Field("NBKR", pattern=r"^[A-Z]+$", description="Bank whose table it is, by the key of its name.")
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] | None = Field(
        None,
        min_length=1,
        description="Days on which the bank publishes; Monday is 1. By default the bank's, if known.",
    )
    opens: Annotated[Clock | None, OrNone] = Field(
        None, description="When the publication window opens, in the bank's zone. By default the bank's, if known."
    )
    closes: Annotated[Clock | None, OrNone] = Field(
        None, description="When the publication window closes, in the bank's zone. By default the bank's, if known."
    )
    grace_days: int = Field(
        14, ge=0, le=60, description="Days after its validity for which a table is still shown, marked late."
    )
    limit_percent: Decimal = Field(
        Decimal(15),
        gt=0,
        le=100,
        description="Largest move, in per cent, that is believed without confirmation by a later window.",
    )
    every_s: int = Field(3600, ge=60, le=86_400, description="Seconds between visits outside the window.")
    window_every_s: int = Field(180, ge=10, le=3600, description="Seconds between visits during the window.")
    archive_pause_s: float = Field(1.0, ge=0, le=30, description="Seconds between two requests to the archive.")
    enabled: bool = Field(True, description="Whether the source is visited and shown.")

    @model_validator(mode="after")
    def _window_is_open(self) -> RatesSettings:
        if self.opens is not None and self.closes is not None and self.opens >= self.closes:
            raise MisfitError(("opens",), f"is {self.opens}; a time before closes ({self.closes}) is wanted")
        return self


class FeedSettings(Settings):
    url: Address = Field(description="Address of the feed: RSS, Atom or JSON Feed.")
    publisher: str = Field(min_length=1, max_length=40, description="Publisher's name, shown beside each headline.")
    language: Language = Field(description="Language of its headlines: en, ru or ky.")
    zone: Annotated[Zone | None, OrNone] = Field(
        None, description="Time zone of dates without one. By default that of its home."
    )
    encoding: Annotated[Encoding | None, OrNone] = Field(
        None, description="Encoding of a feed that declares none or a wrong one."
    )
    every_s: int = Field(300, ge=60, le=86_400, description="Seconds between visits.")
    enabled: bool = Field(True, description="Whether the feed is visited and shown.")


class ViewsSettings(Settings):
    enabled: bool = Field(
        True,
        description="Whether to count how often stories are opened. No cookie, address or id of a reader is stored.",
    )
    half_life_hours: float = Field(
        6.0, ge=0.5, le=72, description="Half-life, in hours, of a click in the 24-hour Popular ranking."
    )
    floor: float = Field(
        3.0,
        ge=0,
        le=100_000,
        description="A story with fewer decayed clicks than this is ranked only by the number of feeds that carry it.",
    )


class PresetSettings(Settings):
    options: str = Field(
        max_length=1000, description="Options of a strip, as in the query of /strip: `lang=ru&theme=dark`."
    )


class DemoSettings(Settings):
    enabled: bool = Field(False, description="Whether the data is a demonstration; the strip then says so.")
    clock_offset_s: int = Field(
        0,
        ge=-LONGEST_SHIFT_S,
        le=LONGEST_SHIFT_S,
        description="Seconds by which the service's clock is shifted; only in a demonstration.",
    )


class Config(Settings):
    """All settings. Without a file the service runs for Kyrgyzstan: that is what the defaults below say."""

    home: DefaultHomeSettings = DefaultHomeSettings()
    homes: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], HomeSettings] = Field(
        default_factory=lambda: {currency: HomeSettings(**one) for currency, one in DEFAULT_HOMES.items()}
    )
    witnesses: WitnessSettings = WitnessSettings()
    store: StoreSettings = StoreSettings()
    serve: ServeSettings = ServeSettings()
    collect: CollectSettings = CollectSettings()
    fetch: FetchSettings = FetchSettings()
    views: ViewsSettings = ViewsSettings()
    rates: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], RatesSettings] = Field(default_factory=dict)
    feeds: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], FeedSettings] = Field(default_factory=dict)
    presets: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], PresetSettings] = Field(default_factory=dict)
    demo: DemoSettings = DemoSettings()

    @model_validator(mode="after")
    def _clock_is_moved_only_in_a_demonstration(self) -> Config:
        if self.demo.clock_offset_s and not self.demo.enabled:
            met = self.demo.clock_offset_s
            raise MisfitError(("demo", "clock_offset_s"), f"is {met}; 0 is wanted where demo.enabled is false")
        return self

    @model_validator(mode="after")
    def _one_name_is_one_source(self) -> Config:
        # Rounds and looks are stored under the source's name, those of an archive under its table's.
        taken = {*self.rates, *map(archive_id, self.rates)}
        for kind, ids in (("rates", self.rates.keys() & set(map(archive_id, self.rates))),
                          ("feeds", self.feeds.keys() & taken)):  # fmt: skip
            for id_ in sorted(ids):
                raise MisfitError((kind, id_), "has the name of another source; another name is wanted")
        return self

    @model_validator(mode="after")
    def _homes_have_what_they_name(self) -> Config:
        if self.home.currency not in self.homes:
            known = ", ".join(self.homes)
            raise MisfitError(("home", "currency"), f"is {self.home.currency!r}; one of [homes] is wanted: {known}")
        for currency, one in self.homes.items():
            if currency in one.currencies:
                raise MisfitError(("homes", currency, "currencies"), f"has {currency}; other currencies are wanted")
            listed = {*self.feeds, *DEFAULT_FEEDS}
            if unknown := [feed for feed in one.feeds if feed not in listed and self.is_served(currency)]:
                raise MisfitError(("homes", currency, "feeds"), f"names {unknown[0]!r}, which no [feeds] section has")
        return self

    def is_served(self, currency: str) -> bool:
        return currency == self.home.currency or self.homes[currency].enabled

    def the_home(self) -> Home:
        """The default home."""
        return self.home_of(self.home.currency)

    def home_of(self, currency: str) -> Home:
        own = self.home.zone if currency == self.home.currency else None
        return Home(currency, ZoneInfo(own or self.homes[currency].zone))

    def currencies_of(self, home: str) -> tuple[str, ...]:
        """The currencies of a strip of that home that names none."""
        own = self.serve.currencies if home == self.home.currency else None
        return own or self.homes[home].currencies

    def served_homes(self) -> tuple[str, ...]:
        """The currencies of the homes that are served, the default one first."""
        others = [one for one in self.homes if one != self.home.currency and self.is_served(one)]
        return (self.home.currency, *others)

    def feeds_of(self, currency: str) -> tuple[FeedSource, ...]:
        """The feeds of a home: those that it names, and for the default one those that no home names, neither in the
        settings nor without any."""
        ready = (feed for one in DEFAULT_HOMES.values() for feed in one.get("feeds", ()))
        named = {*ready, *(feed for one in self.homes.values() for feed in one.feeds)}
        own = self.homes[currency].feeds
        is_default = currency == self.home.currency
        return tuple(
            FeedSource(
                id_,
                one.url,
                one.publisher,
                one.language,
                ZoneInfo(one.zone) if one.zone else self.home_of(currency).zone,
                one.encoding,
                one.every_s,
            )
            for id_, one in self.feeds.items()
            if one.enabled and (id_ in own or (is_default and id_ not in named))
        )

    def feed_sources(self) -> tuple[FeedSource, ...]:
        """The feeds of all homes that are served."""
        found: dict[str, FeedSource] = {}
        for feed in (one for home in self.served_homes() for one in self.feeds_of(home)):
            found.setdefault(feed.id, feed)
        return tuple(found.values())


def sections(merged: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    for name, field in Config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield (name,), field.annotation
    for name, (model, defaults) in NAMED_SECTIONS.items():
        named = merged.get(name)
        for id_ in named if isinstance(named, dict) else defaults:
            yield (name, id_), model


# Sections with a name of their own: their model, and those that exist without any settings.
NAMED_SECTIONS: Mapping[str, tuple[type[BaseModel], Mapping[str, Any]]] = {
    "homes": (HomeSettings, DEFAULT_HOMES),
    "rates": (RatesSettings, DEFAULT_RATES),
    "feeds": (FeedSettings, DEFAULT_FEEDS),
    "presets": (PresetSettings, {}),
}
