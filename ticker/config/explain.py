"""Explains the settings: `ticker config`, the reference page, and each mistake in one sentence."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from ticker.config.models import NAMED_SECTIONS, Config, MisfitError, sections

PREFIX = "TICKER_"
_LISTED = "without it, `ticker config` lists them all"

# The name of each kind of value, in `ticker config` and in the sentence about a wrong one.
_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "currency": "a currency code of three capital letters",
    "zone": "a time zone such as Europe/Paris",
    "address": "an absolute http or https address without credentials",
    "base": "an http or https address such as https://rates.example",
    "clock": "a time of day such as 15:00",
    "encoding": "an encoding such as windows-1251",
    "feed": "the name of a feed",
    "host": "HOST or HOST:PORT",
    "store": "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as `ticker config` and the reference page list it."""

    path: tuple[str, ...]
    variable: str
    value: Any
    origin: str  # "default", the file's name, or the variable's
    description: str
    allowed: str


def variables(merged: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """By variable, the path of the option that it sets."""
    return {
        _variable((*section, option)): (*section, option)
        for section, model in sections(merged)
        for option in model.model_fields
    }


def _variable(path: tuple[str, ...]) -> str:
    return PREFIX + "_".join(path).upper().replace("-", "_")


def unknown_variable(variable: str, known: Iterable[str]) -> str:
    """The sentence about a variable that sets no option."""
    meant = _near(variable.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known])
    return f"{variable} is no option; " + (f"did you mean {PREFIX}{meant}?" if meant else _LISTED)


def _near(met: str, known: Iterable[str], alike: float = 0.8) -> str | None:
    return next(iter(difflib.get_close_matches(met, known, 1, alike)), None)


def complaint(fault: ValidationError, origins: Mapping[tuple[str, ...], str], file: str) -> str:
    """The first mistake as a sentence: `ticker.toml: fetch.deadline_s is 'soon'; a whole number … is wanted`."""
    first = fault.errors()[0]
    path = tuple(str(part) for part in first["loc"] if part != "[key]")
    misfit = first.get("ctx", {}).get("error")
    if isinstance(misfit, MisfitError):
        path = (*path, *misfit.option)
    return f"{_origin(path, origins, file)}: {'.'.join(path)} {_mistake(first, path, misfit)}"


def _origin(path: tuple[str, ...], origins: Mapping[tuple[str, ...], str], file: str) -> str:
    """Where the option was set; otherwise where its nearest relative was set, the last of equally near ones."""

    def shared(at: tuple[str, ...]) -> int:
        common = min(len(at), len(path))
        return next((nth for nth in range(common) if at[nth] != path[nth]), common)

    return origins.get(path) or (origins[max(reversed(list(origins)), key=shared)] if origins else file)


def _mistake(first: Any, path: tuple[str, ...], misfit: object) -> str:
    if isinstance(misfit, MisfitError):
        return misfit.tail
    kind, model = first["type"], _model_at(path[:-1])
    if kind == "extra_forbidden":
        if len(path) == 1:
            return _no_section(path[0], first["input"])
        meant = _near(path[-1], model.model_fields)
        known = f"options of [{'.'.join(path[:-1])}] are {', '.join(model.model_fields)}"
        return "is no option; " + (f"did you mean {meant}?" if meant else known)
    if kind == "missing":
        defaults = NAMED_SECTIONS[path[0]][1]
        meant = None if path[1] in defaults else _near(path[1], defaults, 0.6)
        return "is missing; it has no default" + (f"; did you mean {path[0]}.{meant}?" if meant else "")
    if kind == "string_pattern_mismatch" and path[0] in NAMED_SECTIONS and len(path) == 2:
        if path[0] == "homes":
            return "is no name for a home; a currency code of three capital letters is wanted"
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
    """For an unknown section, or an option above the first section: its name may tell where it belongs."""
    known = f"sections are {', '.join(Config.model_fields)}"
    if isinstance(value, dict):
        meant = _near(met, Config.model_fields)
        return f"is no section; did you mean {meant}?" if meant else f"is no section; {known}"
    places = {name: ".".join((*section, name)) for section, model in sections({}) for name in model.model_fields}
    near = _near(met, places, 0.7)
    return "is in no section; " + (f"did you mean {places[near]}?" if near else known)


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def _model_at(section: tuple[str, ...]) -> type[BaseModel]:
    """The model of a section such as ("fetch",) or ("feeds", "24kg-ru"); Config when there is no such section."""
    if len(section) == 2 and section[0] in NAMED_SECTIONS:
        return NAMED_SECTIONS[section[0]][0]
    return next((model for name, model in sections({}) if name == section), Config)


def options(config: Config, origins: Mapping[tuple[str, ...], str]) -> Iterator[Option]:
    """Every option with its present value. `origins` says where those that are not defaults were set."""
    for section, model in sections({name: getattr(config, name) for name in NAMED_SECTIONS}):
        holder: Any = config
        for part in section:
            holder = holder[part] if isinstance(holder, dict) else getattr(holder, part)
        for name, field in model.model_fields.items():
            path = (*section, name)
            yield Option(
                path=path,
                variable=_variable(path),
                value=getattr(holder, name),
                origin=origins.get(path, "default"),
                description=field.description or "",
                allowed=_allowed(model, name),
            )


def _allowed(model: type[BaseModel], name: str) -> str:
    """The values that are allowed, from the model's JSON Schema."""
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
    """The text without the passwords of the addresses in it."""
    text = re.sub(r"(://[^:@/\s]*):.*@", r"\1:***@", text)
    return re.sub(r"([?&]password=)[^&\s'\"]*", r"\1***", text)


def shown(option: Option) -> str:
    """An option's value as it is written in a file, without the password of the store."""
    value = option.value
    if option.path == ("store", "url"):
        value = without_password(value)
    return json.dumps(value, ensure_ascii=False, default=str) if value is not None else '""'
