"""Reads the parameters of an endpoint strictly (pure).

A parameter that is unknown, repeated or bad is refused: all of them at once, each with what was met and is allowed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from ticker.serve.api.params import Allowed, Members
from ticker.serve.http.query import parse_moment
from ticker.serve.strip.options import MAX_QUERY, MOST_FIRST, Options, quoted

MOMENT = "a moment as 2026-05-23T18:00:00+06:00"

_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFSET = re.compile(r"([Zz]|[+ -][0-9]{2}:[0-9]{2})$")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One parameter that can't be used: what was met (None: more than one, or none), and what is allowed, in words."""

    parameter: str
    met: str | None
    detail: str
    missing: bool = False

    def __str__(self) -> str:
        if self.missing:
            return f"{self.parameter}: is missing; {self.detail}"
        met = "given more than once" if self.met is None else f"met {quoted(self.met)}"
        return f"{quoted(self.parameter)[1:-1]}: {met}, {self.detail}"

    @property
    def said(self) -> dict[str, Any]:
        met = None if self.met is None else self.met[:200]
        return {"parameter": self.parameter[:200], "met": met, "detail": self.detail}


class BadParametersError(Exception):
    """The query has mistakes in it."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = mistakes


Asked = TypeVar("Asked", bound=BaseModel)


def read(model: type[Asked], query: str, allowed: Allowed, without: Collection[str] = ()) -> Asked:
    """The parameters of a query (as in the address, without "?"). `without`: names of the model that are not offered
    here. Raises BadParametersError."""
    text = query.encode("latin-1", "replace").decode("utf-8", "replace")
    if len(text) > MAX_QUERY:
        raise BadParametersError(Mistake("query", text, f"at most {MAX_QUERY} characters"))
    known = {name: schema for name, schema in schemas(model).items() if name not in without}
    given: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
    names = [name for name, _ in pairs]
    for name, value in pairs:
        if name not in known:
            mistakes.append(Mistake(name, value, f"which is no parameter; there {_listed(known)}"))
        elif names.count(name) > 1:
            mistakes.append(Mistake(name, None, "wanted once"))
        elif wrong := _members(name, value, known[name], allowed):
            mistakes.append(wrong)
        elif name != "digits" or value != "auto":
            given[name] = _typed(value, known[name], allowed.zone)
    try:
        made = model.model_validate(given)
    except ValidationError as fault:
        told = {one.parameter for one in mistakes}
        mistakes += [one for one in _faults(fault, dict(pairs), known) if one.parameter not in told]
    if mistakes:
        raise BadParametersError(*dict.fromkeys(mistakes))
    return made


_OF_STRIP = {"home": "homes", "currencies": "currencies", "feeds": "feeds"}  # options that are members of what there is


@cache
def schemas(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The JSON Schema of each parameter, by the name it has in a query. Its own names: `x-members` is whose members a
    list may have, `x-required` that there is no default."""
    whole = model.model_json_schema(by_alias=True)
    found = {}
    for name, one in model.model_fields.items():
        name = one.alias or name
        schema = dict(whole["properties"][name])
        bare: dict[str, Any] = next((part for part in schema.pop("anyOf", ()) if part.get("type") != "null"), {})
        schema = {**bare, **{key: value for key, value in schema.items() if key != "title"}}
        if schema.get("default", 0) is None:
            del schema["default"]
        if schema.get("type") == "array":
            schema = {"minItems": 1, **schema, "uniqueItems": True}
        if name == "digits":
            schema = _or_auto(schema)
        marks = [mark for mark in (*one.metadata, *_inner(one.annotation)) if isinstance(mark, Members)]
        schema |= {"x-members": marks[0].of} if marks else {}
        schema |= {"x-members": _OF_STRIP[name]} if issubclass(model, Options) and name in _OF_STRIP else {}
        schema |= {"x-first": "feeds"} if issubclass(model, Options) and name == "first" else {}
        schema |= {"x-required": True} if name in whole.get("required", ()) else {}
        found[name] = schema
    return found


def _or_auto(schema: dict[str, Any]) -> dict[str, Any]:
    number = {key: schema[key] for key in ("type", "minimum", "maximum")}
    rest = {key: value for key, value in schema.items() if key not in number}
    return {**rest, "anyOf": [number, {"type": "string", "enum": ["auto"]}], "default": "auto"}


def _inner(annotation: Any) -> list[Any]:
    """The marks inside of `Annotated[…] | None`."""
    parts = getattr(annotation, "__args__", ())
    return [mark for part in parts for mark in getattr(part, "__metadata__", ())]


def _typed(text: str, schema: Mapping[str, Any], zone: dt.tzinfo) -> Any:
    """The value that a text stands for. What does not look like one stays a text, and is found wrong: pydantic would
    take "5.0" for a number and "1700000000" for a day."""
    kind = schema.get("type") or schema.get("anyOf", [{}])[0].get("type")
    if kind == "array":
        return tuple(text.split(","))
    if "x-first" in schema:
        return text if ":" in text else f"{text}:1"
    if kind == "integer":
        return int(text) if _WHOLE.fullmatch(text) and len(text) < 10 else f"not whole: {text}"
    if schema.get("format") == "date":
        return text if _DAY.fullmatch(text) else f"no day: {text}"
    if schema.get("format") == "date-time" and not _OFFSET.search(text):
        try:
            return parse_moment(text, zone).isoformat()
        except ValueError:
            return text
    return text


def _members(name: str, text: str, schema: Mapping[str, Any], allowed: Allowed) -> Mistake | None:
    """What is wrong with a value that must be of a set, or with a list of such."""
    if "x-first" in schema:
        return _first(name, text, allowed.members(schema["x-first"]))
    if schema.get("type") == "array":
        met = text.split(",")
        if len(set(met)) < len(met):
            return Mistake(name, text, "wanted each member once")
    elif "x-members" in schema:
        met = [text]
    else:
        return None
    known = allowed.members(schema["x-members"]) if "x-members" in schema else schema["items"]["enum"]
    strays = [one for one in met if one not in known]
    return stray(name, strays[0], known) if strays else None


def _first(name: str, text: str, feeds: Sequence[str]) -> Mistake | None:
    """What is wrong with a feed and how many of its headlines come before all others."""
    if not feeds:
        return Mistake(name, text, "and there are no feeds here")
    if re.fullmatch(first_pattern(feeds), text):
        return None
    rule = f"a number from 1 to {MOST_FIRST} as {feeds[0]}:2"
    return Mistake(name, text, f"wanted any of {', '.join(feeds)}, and {rule}")


def first_pattern(feeds: Sequence[str]) -> str:
    """A feed with a number of headlines; a feed alone is one headline of it."""
    return f"^({'|'.join(feeds)})(:([1-9]|1[0-9]|{MOST_FIRST}))?$"


def stray(name: str, met: str, known: Collection[str]) -> Mistake:
    """A value that is none of those there are."""
    if met.upper() in known:
        return Mistake(name, met, f"did you mean {met.upper()}? Codes of currencies are capital letters")
    return Mistake(name, met, f"wanted any of {', '.join(known)}" if known else "and there are none here")


def _faults(fault: ValidationError, met: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]) -> list[Mistake]:
    found = []
    for error in fault.errors():
        name = str(error["loc"][0])
        missing = error["type"] == "missing"
        found.append(Mistake(name, None if missing else met.get(name, ""), f"wanted {wanted(known[name])}", missing))
    return found


def wanted(schema: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    if "x-wanted" in schema:
        return str(schema["x-wanted"])
    if "anyOf" in schema:
        return " or ".join(wanted(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"a list with commas, of 1 to {schema.get('maxItems', 'all')}"
    if schema.get("type") == "integer":
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    by_format = {"date": "a day as 2026-05-21", "date-time": MOMENT}
    if schema.get("format") in by_format:
        return by_format[schema["format"]]
    length = f" of at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    return f"a text{length}" + (f" like {schema['pattern']}" if "pattern" in schema else "")


def _listed(known: Collection[str]) -> str:
    if not known:
        return "are none here"
    return f"{'are' if len(known) > 1 else 'is'} {', '.join(known)}"
