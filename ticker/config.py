"""Settings: read, checked and explained from one model.

`ticker.toml`, overridden by `TICKER_…` variables: the names of the sections and the option, joined by underscores, as
`TICKER_FETCH_DEADLINE_S`. Only this file reads a file of settings or the environment; everyone else is handed values.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from ticker.model import FeedSource, Home, Language, RatesSource, Window

FILE = "ticker.toml"
PREFIX = "TICKER_"
CONFIG_VARIABLE = "TICKER_CONFIG"  # which file to read
LONGEST_SHIFT_S = 100 * 366 * 86_400  # of a demonstration's clock


class ConfigError(Exception):
    """A mistake in the settings: names the option, the value met and what is allowed."""


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Misfit(ValueError):  # noqa: N818 - it is an option, not an error that anybody sees
    """An option that is allowed by itself, but not beside another one."""

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


# What a value of each kind is called where a wrong one was met, and in `ticker config`.
_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "currency": "a currency's three capital letters",
    "zone": "a time zone's name as Asia/Bishkek",
    "address": "an absolute http or https address without credentials",
    "base": "an http or https address as https://rates.example",
    "clock": "a time of day as 15:00",
    "encoding": "an encoding's name as windows-1251",
    "host": "HOST or HOST:PORT",
    "store": "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
}


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
OrNone = BeforeValidator(_none_if_empty)  # in a file and in a variable, an empty text leaves the option out


class HomeSettings(Settings):
    currency: Currency = Field("KGS", description="Currency that rates are quoted in, ISO 4217.")
    zone: Zone = Field(
        "Asia/Bishkek", description="Time zone of its bank: what `today` is, and when the bank publishes."
    )


class StoreSettings(Settings):
    url: StoreUrl = Field(
        "sqlite:///ticker.db",
        description="Where everything is kept: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE.",
    )
    last_good: str = Field(
        "ticker-last-good.json",
        description="File that keeps the last good snapshot, for a start while the store is away; empty for none. "
        "Beside it, in ticker-embed, stay the versions of the element that pages have pinned.",
    )


class ServeSettings(Settings):
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Serving processes.")
    frame_ancestors: str = Field(
        "*",
        pattern=r"^[A-Za-z0-9:/.*' -]+$",
        description="Who may frame the strip, as in the CSP directive frame-ancestors.",
    )
    language: Language = Field("en", description="Language of strips, panels and pages that are asked for without one.")
    currencies: tuple[Currency, ...] = Field(
        ("USD", "EUR", "RUB"), min_length=1, max_length=12, description="Currencies of a strip that asks for none."
    )
    base_url: Annotated[Base | None, OrNone] = Field(
        None,
        description="Public address of this service in the code that is given out; by default the one it was asked at.",
    )
    cached_strips: int = Field(250, ge=10, le=100_000, description="How many finished answers a process keeps at most.")
    api_quota: int = Field(
        600,
        ge=0,
        le=1_000_000,
        description="Answers of the API, of charts and of moments of the past that an address may have made anew in a "
        "minute, in each process; kept ones are free. 0 for no limit.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="How many proxies of your own stand before the service: so many last addresses of X-Forwarded-For "
        "are believed. With 0, none is.",
    )


class CollectSettings(Settings):
    enabled: bool = Field(True, description="Whether serving processes also collect; one of them does at a time.")


class FetchSettings(Settings):
    deadline_s: int = Field(
        20, ge=1, le=120, description="Wall-clock limit of one fetch in seconds, even when the server drips bytes."
    )
    max_bytes: int = Field(2 << 20, ge=1 << 10, le=64 << 20, description="Largest body in bytes, after decompression.")
    max_redirects: int = Field(5, ge=0, le=20, description="Redirects followed in one fetch.")
    contact: str = Field(
        "https://som-ticker.example/contact",
        pattern=r"^[\x21-\x7e]+$",
        description="Address in the User-Agent at which an upstream can reach the operator.",
    )
    allow_hosts: tuple[Host, ...] = Field(
        (),
        description="Hosts, as HOST or HOST:PORT, that may be private addresses and use any port.",
    )


class RatesSettings(Settings):
    url: Address = Field(description="Address of the bank's table.")
    archive_url: Annotated[Address | None, OrNone] = Field(
        None, description="Address of the bank's archive page, for days that lack."
    )
    bank: str = Field("NBKR", pattern=r"^[A-Z]+$", description="Key of the bank's name in the words of each language.")
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        (1, 2, 3, 4, 5), min_length=1, description="Days on which it publishes; Monday is 1."
    )
    opens: Clock = Field(time(15), description="When its window opens, on the home's clock.")
    closes: Clock = Field(time(18), description="When its window closes, on the home's clock.")
    grace_days: int = Field(
        14, ge=0, le=60, description="Days past its validity for which a table is still shown, late."
    )
    limit_percent: Decimal = Field(
        Decimal(15), gt=0, le=100, description="Largest move in per cent that is believed without a second window."
    )
    every_s: int = Field(3600, ge=60, le=86_400, description="Seconds between visits outside the window.")
    window_every_s: int = Field(180, ge=10, le=3600, description="Seconds between visits throughout the window.")
    archive_pause_s: float = Field(1.0, ge=0, le=30, description="Seconds between two pages asked of the archive.")
    enabled: bool = Field(True, description="Whether it is visited and shown.")

    @model_validator(mode="after")
    def _window_is_open(self) -> RatesSettings:
        if self.opens >= self.closes:
            raise _Misfit(("opens",), f"is {self.opens}; a time before closes ({self.closes}) is wanted")
        return self


class FeedSettings(Settings):
    url: Address = Field(description="Address of the feed: RSS, Atom or JSON Feed.")
    publisher: str = Field(min_length=1, max_length=40, description="Publisher's name, shown beside each headline.")
    language: Language = Field(description="Language of its headlines: en, ru or ky.")
    zone: Zone = Field("Asia/Bishkek", description="Time zone of dates that come without one.")
    encoding: Annotated[Encoding | None, OrNone] = Field(
        None, description="Encoding of a feed that declares none or a wrong one."
    )
    every_s: int = Field(300, ge=60, le=86_400, description="Seconds between visits.")
    enabled: bool = Field(True, description="Whether it is visited and shown.")


class ViewsSettings(Settings):
    enabled: bool = Field(
        True,
        description="Whether it is counted how often stories are opened. No cookie, address or id of a reader is kept.",
    )
    half_life_hours: float = Field(
        6.0, ge=0.5, le=72, description="Hours after which a click weighs half in Popular, which is of 24 hours."
    )
    floor: float = Field(
        3.0,
        ge=0,
        le=100_000,
        description="Decayed clicks under which a story is popular only by how many feeds carry it.",
    )


class PresetSettings(Settings):
    options: str = Field(
        max_length=1000, description="Options of a strip, as they stand behind /strip?: `lang=ru&theme=dark`."
    )


class DemoSettings(Settings):
    enabled: bool = Field(False, description="Whether the data is a demonstration; the strip then says so.")
    clock_offset_s: int = Field(
        0,
        ge=-LONGEST_SHIFT_S,
        le=LONGEST_SHIFT_S,
        description="Seconds by which the service's clock is moved, in a demonstration only.",
    )


class Config(Settings):
    """Everything that can be set. With no file at all it runs for Kyrgyzstan."""

    home: HomeSettings = HomeSettings()
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
            raise _Misfit(("demo", "clock_offset_s"), f"is {met}; 0 is wanted where demo.enabled is false")
        return self

    @model_validator(mode="after")
    def _one_name_is_one_source(self) -> Config:
        # Rounds and looks are kept under a source's name, an archive's under its table's.
        taken = {*self.rates, *(f"{id_}-archive" for id_ in self.rates)}
        for kind, ids in (("rates", self.rates.keys() & {f"{id_}-archive" for id_ in self.rates}),
                          ("feeds", self.feeds.keys() & taken)):  # fmt: skip
            for id_ in sorted(ids):
                raise _Misfit((kind, id_), "has the name of another source; one of its own is wanted")
        return self

    @model_validator(mode="after")
    def _rates_are_in_the_home_currency(self) -> Config:
        # Each bank quotes its own currency, and the only banks that can be read so far quote soms.
        visited = [id_ for id_, one in self.rates.items() if one.enabled]
        if visited and self.home.currency != "KGS":
            tail = f"is {self.home.currency!r}; 'KGS' is wanted, the currency that rates.{visited[0]} is quoted in"
            raise _Misfit(("home", "currency"), tail)
        return self

    def the_home(self) -> Home:
        return Home(self.home.currency, ZoneInfo(self.home.zone))

    def rates_sources(self) -> tuple[RatesSource, ...]:
        zone = ZoneInfo(self.home.zone)
        return tuple(
            RatesSource(
                id=id_,
                url=one.url,
                window=Window(frozenset(day - 1 for day in one.weekdays), one.opens, one.closes, zone),
                bank=one.bank,
                grace_days=one.grace_days,
                limit=one.limit_percent / 100,
                every_s=one.every_s,
                window_every_s=one.window_every_s,
                archive_url=one.archive_url,
                archive_pause_s=one.archive_pause_s,
            )
            for id_, one in self.rates.items()
            if one.enabled
        )

    def feed_sources(self) -> tuple[FeedSource, ...]:
        return tuple(
            FeedSource(id_, one.url, one.publisher, one.language, ZoneInfo(one.zone), one.encoding, one.every_s)
            for id_, one in self.feeds.items()
            if one.enabled
        )


DEFAULT_RATES: Mapping[str, Mapping[str, Any]] = {
    "nbkr": {
        "url": "https://www.nbkr.kg/XML/daily.xml",
        "archive_url": "https://www.nbkr.kg/index1.jsp",
    },
    "nbkr-weekly": {"url": "https://www.nbkr.kg/XML/weekly.xml", "weekdays": (5,), "grace_days": 7},
}

DEFAULT_FEEDS: Mapping[str, Mapping[str, Any]] = {
    "24kg-ru": {"url": "https://24.kg/rss/", "publisher": "24.kg", "language": "ru"},
    "akipress-ru": {"url": "https://kg.akipress.org/rss", "publisher": "AKIpress", "language": "ru"},
    "kaktus-ru": {"url": "https://kaktus.media/?rss", "publisher": "Kaktus", "language": "ru"},
    "kloop-ru": {"url": "https://kloop.kg/feed/", "publisher": "Kloop", "language": "ru"},
    "economist-ru": {"url": "https://economist.kg/rss", "publisher": "Economist.kg", "language": "ru"},
    "vesti-ru": {"url": "https://vesti.kg/rss", "publisher": "Vesti.kg", "language": "ru"},
    "24kg-en": {"url": "https://24.kg/english/rss", "publisher": "24.kg", "language": "en"},
    "akipress-en": {"url": "http://www.akipress.com/rss/en.rss", "publisher": "AKIpress", "language": "en"},
    "timesca-en": {"url": "https://timesca.com/feed/", "publisher": "Times of Central Asia", "language": "en"},
    "azattyk-ky": {"url": "https://www.azattyk.org/api/zrqiteuuir", "publisher": "Азаттык", "language": "ky"},
    "kabar-ky": {"url": "https://kabar.kg/rss", "publisher": "Кабар", "language": "ky"},
    "sputnik-ky": {
        "url": "https://sputnik.kg/export/rss2/archive/index.xml",
        "publisher": "Sputnik Кыргызстан",
        "language": "ky",
    },
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option for the reference page and `ticker config`."""

    path: tuple[str, ...]
    variable: str
    value: Any
    origin: str  # "default", the file's name, or the variable's
    description: str
    allowed: str


@dataclass(frozen=True, slots=True)
class Loaded:
    config: Config
    options: tuple[Option, ...]


def load(file: Path | None, environ: Mapping[str, str]) -> Loaded:
    """The settings from `file` (ticker.toml in the working folder where it exists, if None) and from `environ`.

    A section `[rates.ID]` or `[feeds.ID]` of the file changes or adds one source; `enabled = false` leaves a feed out.
    A section `[presets.NAME]` adds a preset.
    Raises ConfigError for whatever can't be read, is unknown or is not allowed.
    """
    named = file or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    path = named or Path(FILE)
    raw, name = _read(path, wanted=named is not None), path.name
    merged = _merge({"rates": _copy(DEFAULT_RATES), "feeds": _copy(DEFAULT_FEEDS)}, raw)
    origins = {path: name for path, _ in _leaves(raw)}
    known = _variables(merged)
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE:
            option = known.get(variable)
            if not option:
                raise ConfigError(_unknown(variable, known))
            _put(merged, option, _literal(environ[variable], option))
            origins[option] = variable
    try:
        config = Config.model_validate(merged)
    except ValidationError as fault:
        raise ConfigError(_complaint(fault, origins, name)) from fault
    return Loaded(config, tuple(_options(config, origins)))


def _read(path: Path, *, wanted: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        if wanted:
            raise ConfigError(f"{path}: there is no such file") from fault
        return {}
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{path}: can't be read: {fault}") from fault


def _copy(defaults: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {id_: dict(one) for id_, one in defaults.items()}


def _merge(base: dict[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in top.items():
        below = base.get(key)
        base[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return base


def _leaves(raw: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _sections(merged: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    for name, field in Config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield (name,), field.annotation
    for name, (model, defaults) in _KINDS_OF_SECTIONS.items():
        named = merged.get(name)
        for id_ in named if isinstance(named, dict) else defaults:
            yield (name, id_), model


# What stands in sections that have names of their own, and those that are there without any settings.
_KINDS_OF_SECTIONS: Mapping[str, tuple[type[BaseModel], Mapping[str, Any]]] = {
    "rates": (RatesSettings, DEFAULT_RATES),
    "feeds": (FeedSettings, DEFAULT_FEEDS),
    "presets": (PresetSettings, {}),
}


def _variables(merged: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        PREFIX + "_".join((*section, option)).upper().replace("-", "_"): (*section, option)
        for section, model in _sections(merged)
        for option in model.model_fields
    }


def _unknown(variable: str, known: Iterable[str]) -> str:
    meant = _near(variable.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known])
    return f"{variable} is no option; " + (f"did you mean {PREFIX}{meant}?" if meant else _LISTED)


_LISTED = "without it, `ticker config` lists them all"


def _near(met: str, known: Iterable[str], alike: float = 0.8) -> str | None:
    return next(iter(difflib.get_close_matches(met, known, 1, alike)), None)


def _put(merged: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        merged = merged.setdefault(key, {})
        if not isinstance(merged, dict):
            return  # the file has something else than a section there, which is the mistake to tell
    merged[path[-1]] = value


def _literal(text: str, path: tuple[str, ...]) -> Any:
    """A variable's text as the value it stands for: lists are written with commas."""
    if path[-1] in ("weekdays", "currencies", "allow_hosts"):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _complaint(fault: ValidationError, origins: Mapping[tuple[str, ...], str], file: str) -> str:
    """The first mistake as a sentence: `ticker.toml: fetch.deadline_s is 'soon'; a whole number … is wanted`."""
    first = fault.errors()[0]
    path = tuple(str(part) for part in first["loc"] if part != "[key]")
    misfit = first.get("ctx", {}).get("error")
    if isinstance(misfit, _Misfit):
        path = (*path, *misfit.option)
    return f"{_origin(path, origins, file)}: {'.'.join(path)} {_mistake(first, path, misfit)}"


def _origin(path: tuple[str, ...], origins: Mapping[tuple[str, ...], str], file: str) -> str:
    """Where the option was set; for one that was not, where the nearest one was. Of equally near ones the last."""

    def shared(at: tuple[str, ...]) -> int:
        common = min(len(at), len(path))
        return next((nth for nth in range(common) if at[nth] != path[nth]), common)

    return origins.get(path) or (origins[max(reversed(list(origins)), key=shared)] if origins else file)


def _mistake(first: Any, path: tuple[str, ...], misfit: object) -> str:
    if isinstance(misfit, _Misfit):
        return misfit.tail
    kind, model = first["type"], _model_at(path[:-1])
    if kind == "extra_forbidden":
        if len(path) == 1:
            return _no_section(path[0], first["input"])
        meant = _near(path[-1], model.model_fields)
        known = f"options of [{'.'.join(path[:-1])}] are {', '.join(model.model_fields)}"
        return "is no option; " + (f"did you mean {meant}?" if meant else known)
    if kind == "missing":
        defaults = _KINDS_OF_SECTIONS[path[0]][1]
        meant = None if path[1] in defaults else _near(path[1], defaults, 0.6)
        return "is missing; it has no default" + (f"; did you mean {path[0]}.{meant}?" if meant else "")
    if kind == "string_pattern_mismatch" and path[0] in _KINDS_OF_SECTIONS and len(path) == 2:
        what = "preset" if path[0] == "presets" else "source"
        return f"is no name for a {what}; small letters, digits and - are wanted"
    shown = _shortened(without_password(repr(first["input"])))
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"is {shown}; a section [{'.'.join(path)}] is wanted"
    option = path[-1]
    if option not in model.model_fields:  # a member of a list
        schema = _schema(_model_at(path[:-2]), path[-2])["items"]
        return f"is {shown}; {_described(schema)} is wanted"
    return f"is {shown}; {_allowed(model, option)} is wanted"


def _no_section(met: str, value: object) -> str:
    """An option at the head of a file belongs into a section, which may be told by its name."""
    sections = f"sections are {', '.join(Config.model_fields)}"
    if isinstance(value, dict):
        meant = _near(met, Config.model_fields)
        return f"is no section; did you mean {meant}?" if meant else f"is no section; {sections}"
    options = {name: ".".join((*section, name)) for section, model in _sections({}) for name in model.model_fields}
    near = _near(met, options, 0.7)
    return "stands in no section; " + (f"did you mean {options[near]}?" if near else sections)


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def _model_at(section: tuple[str, ...]) -> type[BaseModel]:
    """The model of a section, as ("fetch",) or ("feeds", "24kg-ru"); that of the whole for what is none."""
    if len(section) == 2 and section[0] in _KINDS_OF_SECTIONS:
        return _KINDS_OF_SECTIONS[section[0]][0]
    return next((model for name, model in _sections({}) if name == section), Config)


def _options(config: Config, origins: Mapping[tuple[str, ...], str]) -> Iterator[Option]:
    for section, model in _sections({name: getattr(config, name) for name in _KINDS_OF_SECTIONS}):
        holder: Any = config
        for part in section:
            holder = holder[part] if isinstance(holder, dict) else getattr(holder, part)
        for name, field in model.model_fields.items():
            path = (*section, name)
            yield Option(
                path=path,
                variable=PREFIX + "_".join(path).upper().replace("-", "_"),
                value=getattr(holder, name),
                origin=origins.get(path, "default"),
                description=field.description or "",
                allowed=_allowed(model, name),
            )


def _allowed(model: type[BaseModel], name: str) -> str:
    """What a value may be, from the model's JSON Schema."""
    return _described(_schema(model, name))


@cache
def _schema(model: type[BaseModel], name: str) -> dict[str, Any]:
    schema: dict[str, Any] = _json_schema(model)["properties"][name]
    return next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)


@cache
def _json_schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _described(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"a list{_length(schema, 'Items', '')}, each {_described(schema['items'])}"
    words = [_KINDS[schema.get("format") or schema["type"]] + _length(schema, "Length", " characters")]
    words += [f"from {_plain(schema['minimum'])}"] if "minimum" in schema else []
    words += [f"above {_plain(schema['exclusiveMinimum'])}"] if "exclusiveMinimum" in schema else []
    words += [f"to {_plain(schema['maximum'])}"] if "maximum" in schema else []
    words += [f"matching {schema['pattern']}"] if "pattern" in schema else []
    return " ".join(words)


def _length(schema: Mapping[str, Any], of: str, unit: str) -> str:
    least, most = schema.get(f"min{of}"), schema.get(f"max{of}")
    if least is None and most is None:
        return ""
    return f" of {least or 0} to {most}{unit}" if most else f" of at least {least}{unit.removesuffix('s')}"


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def without_password(text: str) -> str:
    """An address, or a text with one in it, as it may be shown."""
    text = re.sub(r"(://[^:@/\s]*):.*@", r"\1:***@", text)
    return re.sub(r"([?&]password=)[^&\s'\"]*", r"\1***", text)


def shown(option: Option) -> str:
    """An option's value as it is written in the file; a password in a store's address is left out."""
    value = option.value
    if option.path == ("store", "url"):
        value = without_password(value)
    if isinstance(value, (time, Decimal)):
        value = str(value)
    return json.dumps(value, ensure_ascii=False) if value is not None else '""'
