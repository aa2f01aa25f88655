"""The reference page and /llms.txt: the OpenAPI document for people (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ticker.serve.api.endpoint import Endpoint
from ticker.serve.api.endpoints import ENDPOINTS
from ticker.serve.api.openapi import TAGS, document
from ticker.serve.api.params import Allowed
from ticker.serve.api.reading import wanted
from ticker.serve.i18n.words import templates_dir

RECIPES = (
    ("curl", "curl.sh", "curl", "In a shell. `--fail` turns a missing figure into an error."),
    ("python", "rates.py", "Python", "With the standard library only."),
    (
        "sheets",
        "sheets.txt",
        "Google Sheets",
        "One figure, a table, and the bank's own format, each as the formula of a cell. `en_US` says that the point is "
        "the decimal sign, whatever the sheet's own is. Google asks again about once an hour. The first is today's "
        "figure at any hour; the last is of the bank's own file, which from the afternoon on is tomorrow's table.",
    ),
    (
        "webservice",
        "webservice.txt",
        "LibreOffice Calc and Excel, one cell",
        "For a sheet whose decimal sign is the comma; where it is the point, leave `decimal` out. Today's figure; "
        "where there is none, or it is late, the cell shows an error.",
    ),
    (
        "excel",
        "excel.pq",
        "Excel and Power BI",
        "Data, Get Data, Blank Query, Advanced Editor. `Currency.Type` keeps the bank's four decimals exactly.",
    ),
    (
        "home-assistant",
        "home-assistant.yaml",
        "Home Assistant",
        "In `configuration.yaml`. The sensor is unavailable while there is no official figure for today.",
    ),
)
PLACE = "https://rates.example"  # the service's address in each recipe


@dataclass(frozen=True, slots=True)
class Recipe:
    id: str
    title: str
    says: str
    code: str

    @property
    def lines(self) -> int:
        return self.code.count("\n") + 1


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    says: str
    allowed: str
    default: str
    path: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an answer; `name` has the path to it."""

    name: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One endpoint of the reference page."""

    endpoint: Endpoint
    call: str
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]
    example: str
    statuses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    base: str
    about: tuple[str, ...]  # paragraphs, and list items behind "* "
    recipes: tuple[Recipe, ...]
    groups: tuple[tuple[str, str, tuple[Entry, ...]], ...]  # tag, description, endpoints


def reference(allowed: Allowed, base: str) -> Reference:
    """Everything, made of the same document that programs read. `base` is the service's own address."""
    said = document(allowed, base)
    parts = said["info"]["description"].replace("\n* ", "\n\n* ").split("\n\n")
    about = tuple(part.strip() for part in parts if part.strip())
    groups = tuple(
        (tag, text, tuple(_entry(one, said, base) for one in ENDPOINTS if one.tag == tag)) for tag, text in TAGS.items()
    )
    return Reference(base, about, recipes(base), groups)


def recipes(base: str) -> tuple[Recipe, ...]:
    """The recipes with that address in them."""
    return tuple(
        Recipe(id_, title, says, _recipe(file).replace(PLACE, base).rstrip()) for id_, file, title, says in RECIPES
    )


def _recipe(file: str) -> str:
    return (templates_dir() / "api" / "recipes" / file).read_text("utf-8")


def _entry(endpoint: Endpoint, said: Mapping[str, Any], base: str) -> Entry:
    operation = said["paths"][endpoint.path]["get"]
    parameters = tuple(_parameter(one) for one in operation["parameters"])
    responses = [(status, _resolved(one, said)) for status, one in operation["responses"].items()]
    content = responses[0][1]["content"]
    schema = content.get("application/json", {}).get("schema")
    shown = content.get("application/json", {}).get("example")
    return Entry(
        endpoint,
        base + _call(endpoint),
        parameters,
        tuple(_fields(schema, said)) if schema and endpoint.answer else (),
        json.dumps(shown, ensure_ascii=False, indent=2) if shown else content.get("text/plain", {}).get("example", ""),
        tuple((status, one["description"]) for status, one in responses if status not in ("200", "304")),
    )


_CALLS = {
    "rates": "?currencies=USD,EUR",
    "history": "?from=2026-05-20&to=2026-05-22&currencies=USD",
    "convert": "?from=USD&amount=100",
    "headlines": "?lang=en&limit=2",
    "strip": "?lang=ru&headlines=5",
}


def _call(endpoint: Endpoint) -> str:
    return endpoint.path.replace("{currency}", "USD") + _CALLS.get(endpoint.id, "")


def _parameter(one: Mapping[str, Any]) -> Parameter:
    schema = one["schema"]
    default = schema.get("default", "")
    return Parameter(
        one["name"],
        one["description"],
        _allowed(schema),
        ",".join(default) if isinstance(default, list) else str(default),
        one["in"] == "path",
    )


def _allowed(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        items = schema["items"].get("enum")
        return f"a list with commas of {', '.join(items)}" if items else "a list with commas"
    if "pattern" in schema and "examples" in schema:
        return f"a text as {schema['examples'][0]}"
    return wanted(schema)


def _fields(schema: Mapping[str, Any], said: Mapping[str, Any], path: str = "") -> Iterator[Field]:
    """The fields of an object, those of the objects in it behind them."""
    for name, one in _resolved(schema, said).get("properties", {}).items():
        inner = next((part for part in one.get("anyOf", [one]) if part.get("type") != "null"), one)
        nullable = " or null" if any(part.get("type") == "null" for part in one.get("anyOf", ())) else ""
        listed = inner.get("type") == "array"
        held = _resolved(inner["items"] if listed else inner, said)
        kind = held.get("format") or held.get("type") or ", ".join(map(str, held.get("enum", ())))
        kind = ", ".join(map(str, held["enum"])) if "enum" in held else str(held.get("const", kind))
        says = one.get("description") or inner.get("description") or held.get("description") or ""
        yield Field(path + name, f"list of {kind}s{nullable}" if listed else f"{kind}{nullable}", says)
        if held.get("properties") and path.count(".") < 2:
            yield from _fields(held, said, f"{path}{name}{'[]' if listed else ''}.")


def _resolved(schema: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        found: Any = said
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def llms(allowed: Allowed, base: str) -> str:
    """The service in one page of Markdown, for language models and for people who write a client with one."""
    said = document(allowed, base)
    lines = [f"# {said['info']['title']}", "", f"> {said['info']['summary']}", "", said["info"]["description"].strip()]
    for tag, text in TAGS.items():
        lines += ["", f"## {tag}", "", text, ""]
        for endpoint in (one for one in ENDPOINTS if one.tag == tag):
            names = ", ".join(f"`{one['name']}`" for one in said["paths"][endpoint.path]["get"]["parameters"])
            takes = f" Parameters: {names}." if names else ""
            csv = f" Also as `{endpoint.csv_path}`." if endpoint.row else ""
            call = f"[{endpoint.summary}]({base}{_call(endpoint)})"
            lines.append(f"- {call}: `GET {endpoint.path}`. {endpoint.description}{takes}{csv}")
    lines += ["", "## More", ""]
    lines.append(f"- [OpenAPI 3.1]({base}/openapi.json): all parameters and fields.")
    lines.append(f"- [Reference]({base}/docs): for people, with recipes for {', '.join(one[2] for one in RECIPES)}.")
    lines.append(f"- [NBKR's own format]({base}/compat/nbkr/XML/daily.xml): with CORS and ETag.")
    lines.append(f"- [Frankfurter's API]({base}/compat/frankfurter/v1/latest): for its clients.")
    lines.append(f"- [Rates as Atom]({base}/rates.atom), [headlines as Atom]({base}/headlines.atom).")
    return "\n".join(lines) + "\n"
