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
from ticker.serve.api.endpoint import Endpoint, csv_columns
from ticker.serve.api.endpoints import ENDPOINTS
from ticker.serve.api.params import Allowed
from ticker.serve.api.reading import first_pattern, schemas
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
* A parameter that is unknown, repeated or invalid is a 400 that names it, the value and what is allowed \
(`application/problem+json`, RFC 9457).
* Responses carry `ETag` and `Cache-Control`: revalidate with `If-None-Match`. Uncached requests are rate-limited per \
client address; cached responses are not counted. `RateLimit` has the remaining quota.
* Fields may be added; none is removed or changes its meaning under `/api/v1`.
"""
_REF = "#/components/schemas/{model}"
_OWN = ("x-members", "x-first", "x-required", "x-wanted")


def document(allowed: Allowed, base: str) -> dict[str, Any]:
    """The whole document; `allowed` are the currencies, feeds and presets there are now; `base` is the service's own
    address, empty where it is not known."""
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        paths[endpoint.path] = {"get": _operation(endpoint, allowed, csv=False)}
        if endpoint.row:
            paths[endpoint.csv_path] = {"get": _operation(endpoint, allowed, csv=True)}
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


def _operation(endpoint: Endpoint, allowed: Allowed, *, csv: bool) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": _good(endpoint, csv=csv), "304": {"$ref": "#/components/responses/NotModified"}}
    for status, name, there in (
        ("400", "BadRequest", True),
        ("404", "NotFound", endpoint.missing),
        ("429", "TooManyRequests", True),
        ("503", "Unavailable", endpoint.past),
    ):
        if there:
            responses[status] = {"$ref": f"#/components/responses/{name}"}
    return {
        "operationId": f"{endpoint.id}Csv" if csv else endpoint.id,
        "tags": [endpoint.tag],
        "summary": f"{endpoint.summary}, as CSV" if csv else endpoint.summary,
        "description": endpoint.description,
        "parameters": parameters(endpoint, allowed, csv=csv),
        "responses": responses,
    }


def parameters(endpoint: Endpoint, allowed: Allowed, *, csv: bool = False) -> list[dict[str, Any]]:
    """The parameters of an endpoint."""
    found = []
    if "{currency}" in endpoint.path:
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
    for name, schema in schemas(endpoint.params).items():
        if (csv and name == "format") or (name == "preset" and not allowed.presets):
            continue
        one: dict[str, Any] = {"name": name, "in": "query", "description": schema.get("description", "")}
        one |= {"required": True} if schema.get("x-required") else {}
        one |= {"style": "form", "explode": False} if schema.get("type") == "array" else {}
        one["schema"] = _with_members(schema, allowed)
        found.append(one)
    return found


def _with_members(schema: Mapping[str, Any], allowed: Allowed) -> dict[str, Any]:
    """The schema for others: the members there are now in place of our own marks."""
    said = {key: value for key, value in schema.items() if key not in (*_OWN, "description")}
    if known := allowed.members(schema["x-first"]) if "x-first" in schema else []:
        said |= {"pattern": first_pattern(known), "examples": [f"{known[0]}:2"]}
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


def _good(endpoint: Endpoint, *, csv: bool) -> dict[str, Any]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS if name != "Retry-After"}
    if endpoint.id != "headlines":
        headers.pop("Link")
    return {"description": "OK", "headers": headers, "content": _content(endpoint, csv=csv)}


def _content(endpoint: Endpoint, *, csv: bool) -> dict[str, Any]:
    if endpoint.id == "rate":
        text = {"type": "string", "pattern": r"^[0-9]+([.,][0-9]+)?$"}
        return {"text/plain": {"schema": text, "example": figure()}}
    found = {}
    if endpoint.row:
        header = ",".join(csv_columns(endpoint))
        says = f"RFC 4180; the columns are {header}. A null is an empty cell."
        found = {"text/csv": {"schema": {"type": "string", "description": says}, "example": table(endpoint)}}
    if csv:
        return found
    name = endpoint.answer.__name__ if endpoint.answer else "Strip"
    json_ = {"schema": {"$ref": _REF.format(model=name)}}
    if endpoint.answer:
        json_["example"] = samples()[endpoint.id]
    return {"application/json": json_, **found}


@cache
def _schemas() -> dict[str, Any]:
    """Every model by name, and the strip's own schema, which it is served under as well."""
    answers: list[type[BaseModel]] = [endpoint.answer for endpoint in ENDPOINTS if endpoint.answer]
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
    "ETag": _header("The entity tag of these bytes; send it in `If-None-Match`.", '"a4c1f6b2d3e4f5a6b7c8d9e0"'),
    "Last-Modified": _header("When this content became current.", "Wed, 20 May 2026 10:02:11 GMT"),
    "Cache-Control": _header("How long the response may be cached: never longer than it is true.", "max-age=60"),
    "Cache-Status": _header("Whether the response came from the cache (RFC 9211).", "ticker; hit; ttl=3600"),
    "Link": _header("The next page (RFC 8288).", '</api/v1/headlines?cursor=1-a>; rel="next"'),
    "RateLimit-Policy": _header(
        "The quota of uncached requests per client address (draft-ietf-httpapi-ratelimit-headers).", '"api";q=600;w=60'
    ),
    "RateLimit": _header("The remaining quota, and the seconds until it is reset.", '"api";r=599;t=60'),
    "Retry-After": _header("Seconds after which to retry.", "5"),
}


def _problem(says: str, status: int, title: str, detail: str, *, retry: bool = False, **more: object) -> dict[str, Any]:
    made = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    schema = {"schema": {"$ref": _REF.format(model="Problem")}, "example": made}
    headers = {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}} if retry else {}
    return {"description": says, **headers, "content": {"application/problem+json": schema}}


_SAID = "wanted a day as 2026-05-21"
_RESPONSES = {
    "NotModified": {"description": "Not modified."},
    "BadRequest": _problem(
        "A parameter is unknown, repeated or invalid.",
        400,
        "Bad Request",
        f"date: met '21.05.2026', {_SAID}.",
        errors=[{"parameter": "date", "met": "21.05.2026", "detail": _SAID}],
    ),
    "NotFound": _problem(
        "There is nothing to give for the day.",
        404,
        "Not Found",
        "There is no official figure of USD for 1990-01-01: none is known here.",
    ),
    "TooManyRequests": _problem(
        "The rate limit of this client address is exceeded.",
        429,
        "Too Many Requests",
        "Rate limit exceeded: more than 600 uncached requests in one minute.",
        retry=True,
    ),
    "Unavailable": _problem(
        "The database is temporarily unavailable.",
        503,
        "Service Unavailable",
        "The database is temporarily unavailable.",
        retry=True,
    ),
}
