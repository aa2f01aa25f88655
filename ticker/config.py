"""Settings: read, checked and explained from one model.

`ticker.toml`, overridden by `TICKER_…` variables: the names of the sections and the option, joined by underscores, as
`TICKER_FETCH_DEADLINE_S`. Only this file reads a file of settings or the environment; everyone else is handed values.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ticker.model import FeedSource, Home, Language, RatesSource, Window

FILE = "ticker.toml"
PREFIX = "TICKER_"
CONFIG_VARIABLE = "TICKER_CONFIG"  # which file to read


class ConfigError(Exception):
    """A mistake in the settings: names the option, the value met and what is allowed."""


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError("a time zone's name as Asia/Bishkek is wanted") from fault
    return key


def _http(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?(\?\S*)?", url):
        raise ValueError("an absolute http or https address without credentials is wanted")
    return url


Zone = Annotated[str, AfterValidator(_zone)]
Address = Annotated[str, AfterValidator(_http)]


class HomeSettings(Settings):
    currency: str = Field("KGS", pattern=r"^[A-Z]{3}$", description="Currency that rates are quoted in, ISO 4217.")
    zone: Zone = Field(
        "Asia/Bishkek", description="Time zone of its bank: what `today` is, and when the bank publishes."
    )


class StoreSettings(Settings):
    url: str = Field(
        "sqlite:///ticker.db",
        pattern=r"^(sqlite:///|postgresql://)",
        description="Where everything is kept: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE.",
    )
    last_good: str = Field(
        "ticker-last-good.json",
        description="File that keeps the last good snapshot, for a start while the store is away; empty for none.",
    )


class ServeSettings(Settings):
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Serving processes.")
    frame_ancestors: str = Field(
        "*",
        pattern=r"^[A-Za-z0-9:/.*' -]+$",
        description="Who may frame the strip, as in the CSP directive frame-ancestors.",
    )
    currencies: tuple[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], ...] = Field(
        ("USD", "EUR", "RUB"), min_length=1, max_length=12, description="Currencies of a strip that asks for none."
    )
    cached_strips: int = Field(
        2000, ge=10, le=100_000, description="How many finished answers a process keeps at most."
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
    allow_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts, as HOST or HOST:PORT, that may be private addresses and use any port.",
    )


class RatesSettings(Settings):
    url: Address = Field(description="Address of the bank's table.")
    archive_url: Address | None = Field(None, description="Address of the bank's archive page, for days that lack.")
    bank: str = Field("nbkr", pattern=r"^[a-z]+$", description="Key of the bank's name in the words of each language.")
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        (1, 2, 3, 4, 5), min_length=1, description="Days on which it publishes; Monday is 1."
    )
    opens: time = Field(time(15), description="When its window opens, on the home's clock.")
    closes: time = Field(time(18), description="When its window closes, on the home's clock.")
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
            raise ValueError(f"opens ({self.opens}) must be before closes ({self.closes})")
        return self


class FeedSettings(Settings):
    url: Address = Field(description="Address of the feed: RSS, Atom or JSON Feed.")
    publisher: str = Field(min_length=1, max_length=40, description="Publisher's name, shown beside each headline.")
    language: Language = Field(description="Language of its headlines: en, ru or ky.")
    zone: Zone = Field("Asia/Bishkek", description="Time zone of dates that come without one.")
    encoding: str | None = Field(None, description="Encoding of a feed that declares none or a wrong one.")
    every_s: int = Field(300, ge=60, le=86_400, description="Seconds between visits.")
    enabled: bool = Field(True, description="Whether it is visited and shown.")


class DemoSettings(Settings):
    enabled: bool = Field(False, description="Whether the data is a demonstration; the strip then says so.")
    clock_offset_s: int = Field(
        0, description="Seconds by which the service's clock is moved, in a demonstration only."
    )


class Config(Settings):
    """Everything that can be set. With no file at all it runs for Kyrgyzstan."""

    home: HomeSettings = HomeSettings()
    store: StoreSettings = StoreSettings()
    serve: ServeSettings = ServeSettings()
    collect: CollectSettings = CollectSettings()
    fetch: FetchSettings = FetchSettings()
    rates: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], RatesSettings] = Field(default_factory=dict)
    feeds: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], FeedSettings] = Field(default_factory=dict)
    demo: DemoSettings = DemoSettings()

    @model_validator(mode="after")
    def _clock_is_moved_only_in_a_demonstration(self) -> Config:
        if self.demo.clock_offset_s and not self.demo.enabled:
            raise ValueError("demo.clock_offset_s needs demo.enabled")
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
    Raises ConfigError for whatever can't be read, is unknown or is not allowed.
    """
    path = file or Path(environ.get(CONFIG_VARIABLE) or FILE)
    raw, name = _read(path, wanted=file is not None or CONFIG_VARIABLE in environ), path.name
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
    for name, model in (("rates", RatesSettings), ("feeds", FeedSettings)):
        sources = merged.get(name)
        for id_ in sources if isinstance(sources, dict) else ():
            yield (name, id_), model


def _variables(merged: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        PREFIX + "_".join((*section, option)).upper().replace("-", "_"): (*section, option)
        for section, model in _sections(merged)
        for option in model.model_fields
    }


def _unknown(variable: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(variable, known, 1, 0.6)
    hint = f"; did you mean {near[0]}?" if near else "; `ticker config` lists them all"
    return f"{variable} is no option{hint}"


def _put(merged: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        merged = merged.setdefault(key, {})
    merged[path[-1]] = value


def _literal(text: str, path: tuple[str, ...]) -> Any:
    """A variable's text as the value it stands for: lists are written with commas."""
    if path[-1] in ("weekdays", "currencies", "allow_hosts"):
        return [part.strip() for part in text.split(",") if part.strip()]
    return None if text == "" and path[-1] in ("encoding", "archive_url") else text


def _complaint(fault: ValidationError, origins: Mapping[tuple[str, ...], str], file: str) -> str:
    """The first mistake as a sentence: `ticker.toml: fetch.deadline_s is 'soon'; a whole number … is wanted`."""
    first = fault.errors()[0]
    path = tuple(str(part) for part in first["loc"] if part != "[key]")
    dotted = ".".join(path)
    origin = origins.get(path) or next((name for at, name in origins.items() if at[: len(path)] == path), file)
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], _model_at(path[:-1]).model_fields, 1, 0.6)
        return f"{origin}: {dotted} is no option" + (f"; did you mean {near[0]}?" if near else "")
    if first["type"] == "missing":
        return f"{origin}: {dotted} is missing; it has no default"
    if first["type"] == "value_error":
        return f"{origin}: {dotted}: {str(first['msg']).removeprefix('Value error, ')}"
    if first["type"] == "string_pattern_mismatch" and path[:1] in (("rates",), ("feeds",)) and len(path) == 2:
        return f"{origin}: {dotted} is no name for a source; small letters, digits and - are wanted"
    model, option = _model_at(path[:-1]), path[-1]
    if option not in model.model_fields and len(path) > 2:
        model, option = _model_at(path[:-2]), path[-2]
    wanted = _allowed(model, option) if option in model.model_fields else str(first["msg"])
    return f"{origin}: {dotted} is {first['input']!r}; {wanted} is wanted"


def _model_at(section: tuple[str, ...]) -> type[BaseModel]:
    """The model of a section, as ("fetch",) or ("feeds", "24kg-ru"); that of the whole for what is none."""
    sources: dict[str, type[BaseModel]] = {"rates": RatesSettings, "feeds": FeedSettings}
    if len(section) == 2 and section[0] in sources:
        return sources[section[0]]
    return next((model for name, model in _sections({}) if name == section), Config)


def _options(config: Config, origins: Mapping[tuple[str, ...], str]) -> Iterator[Option]:
    dumped = {"rates": config.rates, "feeds": config.feeds}
    for section, model in _sections(dumped):
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
    schema = model.model_json_schema()["properties"][name]
    schema = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kind = {"integer": "a whole number", "string": "a text", "boolean": "true or false", "array": "a list"}
    words = ["a time of day" if schema.get("format") == "time" else kind.get(schema.get("type", ""), "a number")]
    words += [f"from {schema['minimum']}"] if "minimum" in schema else []
    words += [f"above {schema['exclusiveMinimum']:g}"] if "exclusiveMinimum" in schema else []
    words += [f"to {schema['maximum']}"] if "maximum" in schema else []
    words += [f"like {schema['pattern']}"] if "pattern" in schema else []
    return " ".join(words)


def shown(option: Option) -> str:
    """An option's value as it is written in the file; a password in a store's address is left out."""
    value = option.value
    if isinstance(value, str):
        value = re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", value)
    if isinstance(value, (time, Decimal)):
        value = str(value)
    return json.dumps(value, ensure_ascii=False) if value is not None else '""'
