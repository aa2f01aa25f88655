"""The contract as an OpenAPI 3.1 document, made of the models that the code runs on (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ticker import __version__
from ticker.serve.api import models
from ticker.serve.api.endpoints import ENDPOINTS, Endpoint, csv_columns
from ticker.serve.api.params import Allowed, schemas
from ticker.serve.api.samples import figure, samples, table
from ticker.serve.i18n.words import templates_dir

TAGS = {
    "Rates": "Official exchange rates of the home currency, exact and dated.",
    "Headlines": "Titles and links; the texts are their publishers'.",
    "Strip": "The strip at the top of a page, for programs.",
    "Service": "The service itself.",
}
ABOUT = """\
Official exchange rates and headlines, exact, dated and open: no key, CORS for every page.

**Nothing here is ever false.** A figure is the official one for the date beside it, or it is marked `late`, or it is \
null. A figure that looks like a mistake of the bank is held until the bank has spoken again, and not shown.

* Quantities are strings with the bank's own digits; read them as decimals, never as floating point numbers.
* Days are days of the home currency's zone; moments are RFC 3339 with its offset.
* A parameter that is unknown, repeated or bad is a 400 that names it, what was met and what is allowed \
(`application/problem+json`, RFC 9457).
* Answers carry `ETag` and `Cache-Control`: ask again with `If-None-Match`. Kept answers are free; those made anew for \
an address are limited, and `RateLimit` says what is left.
* Further fields may be added; none is removed or changes its meaning under `/api/v1`.
"""
_REF = "#/components/schemas/{model}"
_OWN = ("x-members", "x-required", "x-wanted")


def document(allowed: Allowed, base: str) -> dict[str, Any]:
    """The whole document; `allowed` are the currencies, feeds and presets that there are now, `base` is the service's
    own address, empty where that can't be told."""
    paths: dict[str, Any] = {}
    for door in ENDPOINTS:
        paths[door.path] = {"get": _operation(door, allowed, csv=False)}
        if door.row:
            paths[door.csv_path] = {"get": _operation(door, allowed, csv=True)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "som-ticker",
            "version": __version__,
            "summary": "Official exchange rates and headlines, exact and dated.",
            "description": ABOUT,
            "contact": {"name": "The reference, with recipes"} | ({"url": f"{base}/docs"} if base else {}),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base or "/", "description": "This service."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {"schemas": _schemas(), "responses": _RESPONSES, "headers": _HEADERS},
    }


def _operation(door: Endpoint, allowed: Allowed, *, csv: bool) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": _good(door, csv=csv), "304": {"$ref": "#/components/responses/NotModified"}}
    for status, name, there in (
        ("400", "BadRequest", True),
        ("404", "NotFound", door.missing),
        ("429", "TooManyRequests", True),
        ("503", "Unavailable", door.past),
    ):
        if there:
            responses[status] = {"$ref": f"#/components/responses/{name}"}
    return {
        "operationId": f"{door.id}Csv" if csv else door.id,
        "tags": [door.tag],
        "summary": f"{door.summary}, as CSV" if csv else door.summary,
        "description": door.says,
        "parameters": parameters(door, allowed, csv=csv),
        "responses": responses,
    }


def parameters(door: Endpoint, allowed: Allowed, *, csv: bool = False) -> list[dict[str, Any]]:
    """What can be asked of a door, as the document has it."""
    found = []
    if "{currency}" in door.path:
        schema = {"type": "string", "enum": allowed.members("currencies")}
        found.append(
            {
                "name": "currency",
                "in": "path",
                "required": True,
                "description": "The currency.",
                "schema": schema,
                "example": (allowed.members("currencies") or ["USD"])[-1],
            }
        )
    for name, schema in schemas(door.params).items():
        if (csv and name == "format") or (name == "preset" and not allowed.presets):
            continue
        one: dict[str, Any] = {"name": name, "in": "query", "description": schema.get("description", "")}
        one |= {"required": True} if schema.get("x-required") else {}
        one |= {"style": "form", "explode": False} if schema.get("type") == "array" else {}
        one["schema"] = _with_members(schema, allowed)
        found.append(one)
    return found


def _with_members(schema: Mapping[str, Any], allowed: Allowed) -> dict[str, Any]:
    """The schema as others read it: the members there are now in the place of our own marks."""
    said = {key: value for key, value in schema.items() if key not in (*_OWN, "description")}
    if "x-members" in schema:
        known = allowed.members(schema["x-members"])
        if said.get("type") == "array":
            said["items"] = {"type": "string", "enum": known} if known else {"type": "string"}
            said["maxItems"] = max(1, min(said["maxItems"], len(known)))
        elif known:
            said["enum"] = known
        if known:
            said.pop("examples", None)
    return said


def _good(door: Endpoint, *, csv: bool) -> dict[str, Any]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS if name != "Retry-After"}
    if door.id != "headlines":
        headers.pop("Link")
    return {"description": "As it stands.", "headers": headers, "content": _content(door, csv=csv)}


def _content(door: Endpoint, *, csv: bool) -> dict[str, Any]:
    if door.id == "rate":
        text = {"type": "string", "pattern": r"^[0-9]+([.,][0-9]+)?$"}
        return {"text/plain": {"schema": text, "example": figure()}}
    found = {}
    if door.row:
        header = ",".join(csv_columns(door))
        says = f"RFC 4180; the columns are {header}. A null is an empty cell."
        found = {"text/csv": {"schema": {"type": "string", "description": says}, "example": table(door)}}
    if csv:
        return found
    name = door.answer.__name__ if door.answer else "Strip"
    json_ = {"schema": {"$ref": _REF.format(model=name)}}
    if door.answer:
        json_["example"] = samples()[door.id]
    return {"application/json": json_, **found}


@cache
def _schemas() -> dict[str, Any]:
    """Every model by name, and the strip's own schema, which it is served under as well."""
    answers: list[type[BaseModel]] = [door.answer for door in ENDPOINTS if door.answer]
    wanted: list[tuple[Any, Literal["validation"]]] = [(one, "validation") for one in (*answers, models.Problem)]
    _, made = models_json_schema(wanted, by_alias=True, ref_template=_REF)
    found: dict[str, Any] = {name: _tidy(schema) for name, schema in made["$defs"].items()}
    text = (templates_dir() / "strip/schema.json").read_text("utf-8")
    strip = json.loads(text.replace('"#/$defs/', '"#/components/schemas/Strip/$defs/'))
    found["Strip"] = {key: value for key, value in strip.items() if key not in ("$schema", "$id")}
    return dict(sorted(found.items()))


def _tidy(schema: Any) -> Any:
    """Without the titles that pydantic makes of names, and without refusing fields that are added later."""
    if isinstance(schema, list):
        return [_tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _tidy(one) for name, one in value.items()} if key == "properties" else _tidy(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and key != "additionalProperties"
    } | ({"additionalProperties": _tidy(schema["additionalProperties"])} if schema.get("additionalProperties") else {})


def _header(says: str, example: str) -> dict[str, Any]:
    return {"description": says, "schema": {"type": "string"}, "example": example}


_HEADERS = {
    "ETag": _header("Of these very bytes; send it back in `If-None-Match`.", '"a4c1f6b2d3e4f5a6b7c8d9e0"'),
    "Last-Modified": _header("Since when it says just this.", "Wed, 20 May 2026 10:02:11 GMT"),
    "Cache-Control": _header("How long it may be kept: never beyond the moment it stops being true.", "max-age=60"),
    "Cache-Status": _header("Whether it was kept here (RFC 9211).", "ticker; hit; ttl=3600"),
    "Link": _header("The next page (RFC 8288).", '</api/v1/headlines?cursor=1-a>; rel="next"'),
    "RateLimit-Policy": _header(
        "What an address may have made anew (draft-ietf-httpapi-ratelimit-headers).", '"api";q=600;w=60'
    ),
    "RateLimit": _header("What is left of it, and for how many seconds.", '"api";r=599;t=60'),
    "Retry-After": _header("Seconds after which to ask again.", "5"),
}


def _problem(says: str, status: int, title: str, detail: str, *, retry: bool = False, **more: object) -> dict[str, Any]:
    made = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    schema = {"schema": {"$ref": _REF.format(model="Problem")}, "example": made}
    headers = {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}} if retry else {}
    return {"description": says, **headers, "content": {"application/problem+json": schema}}


_SAID = "wanted a day as 2026-05-21"
_RESPONSES = {
    "NotModified": {"description": "It is what `If-None-Match` says."},
    "BadRequest": _problem(
        "A parameter is unknown, repeated or bad.",
        400,
        "Bad Request",
        f"date: met '21.05.2026', {_SAID}.",
        errors=[{"parameter": "date", "met": "21.05.2026", "detail": _SAID}],
    ),
    "NotFound": _problem(
        "There is no official figure for the day.",
        404,
        "Not Found",
        "There is no official figure of USD for 1990-01-01: none is known here.",
    ),
    "TooManyRequests": _problem(
        "Too much was made anew for this address.",
        429,
        "Too Many Requests",
        "More than 600 answers were made anew for this address within a minute; those kept are free.",
        retry=True,
    ),
    "Unavailable": _problem(
        "What is asked for is known to the store alone, which does not answer.",
        503,
        "Service Unavailable",
        "What is asked for is known to the store alone, which does not answer; try again in a moment.",
        retry=True,
    ),
}
