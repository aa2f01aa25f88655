"""The API's papers: made of the models that run, true of every answer, and readable without anything from outside."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from support.desk import Desk, headlines, run
from support.scenes import WEEKLY

from ticker.serve.api import models, reading
from ticker.serve.api.endpoint import csv_columns
from ticker.serve.api.endpoints import ENDPOINTS
from ticker.serve.api.openapi import document
from ticker.serve.api.params import Allowed
from ticker.serve.api.reference import RECIPES, recipes
from ticker.serve.api.samples import samples, table
from ticker.serve.api.witness_models import WitnessedRate

TODAY = date(2026, 5, 21)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    one = Desk(tmp_path_factory.mktemp("openapi"), TODAY, presets={"front": "lang=ru"})
    one.say("USD", run(date(2026, 5, 19), "87.0000", "87.1000", "87.2000", "87.3000"))
    one.say("JPY", [(date(2026, 5, 16), "5.4461")], nominal=10, days_valid=7, source=WEEKLY.source)
    one.say("RUB", [(TODAY, "2.2200")], held_reason="two-fold")
    one.tell(headlines(TODAY))
    one.publish()
    yield one
    one.close()


@pytest.fixture(scope="module")
def said(desk: Desk) -> Any:
    return desk.get("/openapi.json").json


def schema_of(said: Any, schema: Any) -> Any:
    return {**schema, "components": said["components"]}


def test_the_document_is_openapi_3_1(said):
    assert said["openapi"] == "3.1.0"
    validate(said)


def test_it_names_the_host_that_was_asked(desk):
    got = desk.get("/openapi.json", Host="rates.example")
    assert got.json["servers"][0]["url"] == "http://rates.example"


def test_it_has_every_door_there_is_and_no_other(desk, said):
    rules = {
        re.sub(r"<(\w+)>", r"{\1}", rule.rule)
        for rule in desk.app._flask.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.endpoint.startswith("api_astray")
    }
    assert set(said["paths"]) == rules
    ids = [one["get"]["operationId"] for one in said["paths"].values()]
    assert len(ids) == len(set(ids))


CALLS = (
    "rates",
    "rates?date=2026-05-22",
    "rates?date=2000-01-01",
    "rates?at=2026-05-21T05:00:00Z",
    "history",
    "history?step=week&from=2026-05-01&currencies=JPY",
    "convert?from=USD&to=JPY&amount=12.50",
    "convert?from=KGS",
    "witnesses",
    "witnesses?date=2026-05-21&at=2026-05-21T05:00:00Z",
    "headlines?limit=3",
    "headlines?feeds=kaktus&q=nothing",
    "popular",
    "feeds",
    "strip?headlines=2&preset=front",
    "strip?at=2026-05-21T05:00:00Z",
    "status",
    "",
)


@pytest.mark.parametrize("call", CALLS)
def test_every_answer_is_what_the_document_says(desk, said, call):
    got = desk.get(f"/api/v1/{call}".rstrip("/"))
    assert got.status_code == 200, got.text
    path = f"/api/v1/{call.partition('?')[0]}".rstrip("/")
    schema = said["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator(schema_of(said, schema)).validate(got.json)
    stated = said["paths"][path]["get"]["responses"]["200"]["headers"]
    assert {"ETag", "Cache-Control", "RateLimit"} <= set(stated) & set(got.headers.keys())


@pytest.mark.parametrize(
    "call", ["rates?x=1", "rate/USD.txt?date=2000-01-01", "history?from=2026-05-22", "witnesses?date=2000-01-01"]
)
def test_every_error_is_what_the_document_says(desk, said, call):
    got = desk.get(f"/api/v1/{call}")
    assert got.status_code in (400, 404)
    jsonschema.Draft202012Validator(schema_of(said, {"$ref": "#/components/schemas/Problem"})).validate(got.json)


def contents(said: Any) -> Iterator[tuple[str, Any]]:
    for path, item in said["paths"].items():
        for response in item["get"]["responses"].values():
            name = response.get("$ref", "").rpartition("/")[2]
            found = said["components"]["responses"][name] if name else response
            for kind, content in found.get("content", {}).items():
                yield f"{path} {kind}", content


def test_every_example_is_one(said):
    count = 0
    for where, content in contents(said):
        if "example" in content:
            count += 1
            try:
                jsonschema.Draft202012Validator(schema_of(said, content["schema"])).validate(content["example"])
            except jsonschema.ValidationError as fault:
                raise AssertionError(f"{where}: {fault.message}") from None
    assert count > 20


def each(said: Any, key: str) -> Iterator[Any]:
    """Every object in an answer that has that key."""
    if isinstance(said, dict):
        if key in said:
            yield said
        for one in said.values():
            yield from each(one, key)
    elif isinstance(said, list):
        for one in said:
            yield from each(one, key)


def test_no_example_contradicts_itself():
    said = samples()
    assert set(said) == {door.id for door in ENDPOINTS if door.answer}
    for one in each(said, "value"):
        if "quoted" in one:  # what another bank says is derived
            assert Decimal(one["value"]) == Decimal(one["quoted"]) / one["nominal"]
            assert one["valid_on"] <= one["valid_until"]
    for one in said["rates"]["rates"]:
        before, later = one["previous"], one["next"]
        assert before["valid_until"] < one["valid_on"]
        assert later is None or later["valid_on"] > one["valid_until"]
        if one["change"]:
            assert Decimal(one["change"]) == Decimal(one["value"]) - Decimal(before["value"])
        assert one["provenance"] in [of["provenance"] for of in one["revisions"] if of["state"] == "believed"]
    assert any(one["change"] for one in said["rates"]["rates"])
    for one in each(said, "discarded_at"):
        assert (one["state"] == "discarded") == bool(one["discarded_at"]) == (one["quoted"] is None)
        assert one["state"] != "believed" or one["held_at"] == one["released_at"]
    assert all(one["at"] is None for one in each(said, "at"))
    for one in each(said, "published_at"):
        assert one["day"] == one["published_at"][:10]
        assert one["story"].endswith(one["id"])
        assert one["publisher"] == {of["id"]: of["publisher"] for of in said["feeds"]["feeds"]}[one["feed"]]
    assert said["headlines"]["links"]["self"] != said["headlines"]["links"]["next"]
    for one in said["feeds"]["feeds"]:
        assert (one["freshness"] == "fresh") == (one["last_success"] is None)
        for of in each([said["headlines"], said["popular"]], "published_at"):
            assert of["feed"] != one["id"] or of["published_at"] <= (one["last_success"] or "9")


def test_the_tables_of_the_examples_are_the_examples():
    for door in ENDPOINTS:
        if door.row:
            (head, *rows) = list(csv.reader(io.StringIO(table(door))))
            assert head == csv_columns(door)
            assert rows
            said = {str(one.get(head[0])): one for one in each(samples()[door.id], head[0])}
            for row in rows:
                assert row[0] in said
                assert "demo" not in head or row[head.index("demo")] == "true"


def test_every_example_is_marked_as_invented(said):
    for one in each(samples(), "demo"):
        assert one["demo"] is True
    text = json.dumps([*samples().values(), said["components"]["schemas"]], ensure_ascii=False)
    assert not re.search("24.?kg|akipress|kaktus|azattyk", text, re.IGNORECASE)
    assert '"source": "nbkr"' not in json.dumps(samples())
    assert {one["publisher"] for one in each(samples(), "publisher")} == {"Example News", "Example Press"}


@pytest.mark.parametrize("door", ENDPOINTS, ids=lambda one: one.id)
def test_every_parameter_is_that_of_the_model_and_is_described(said, door):
    told = {one["name"]: one for one in said["paths"][door.path]["get"]["parameters"] if one["in"] == "query"}
    assert set(told) == set(reading.schemas(door.params))
    for name, one in told.items():
        assert one["description"], name
        assert not [key for key in one["schema"] if key.startswith("x-")], name
    values = {name: one["schema"] for name, one in told.items()}
    for name, schema in values.items():
        if schema.get("type") == "array":
            assert schema["uniqueItems"], name


def test_lists_say_what_there_is_now(said):
    rates = {one["name"]: one for one in said["paths"]["/api/v1/rates"]["get"]["parameters"]}
    assert rates["currencies"]["schema"]["items"]["enum"] == ["EUR", "JPY", "RUB", "USD"]
    strip = {one["name"]: one for one in said["paths"]["/api/v1/strip"]["get"]["parameters"]}
    assert strip["preset"]["schema"]["enum"] == ["front"]
    assert "preset" not in str(document(Allowed({"USD"}, ["a"]), "")["paths"]["/api/v1/strip"]["get"]["parameters"])


def test_every_field_of_every_answer_that_needs_words_has_them():
    bare = {
        f"{model.__name__}.{name}"
        for model in (
            models.Rate,
            models.HistoryRow,
            models.Conversion,
            models.Provenance,
            models.Revision,
            WitnessedRate,
        )
        for name, field in model.model_fields.items()
        if not field.description and name not in SPEAKS
    }
    assert not bare


SPEAKS = {"date", "valid_on", "currency", "from_", "to", "amount", "home", "demo", "fraction", "rounding", "held_at"}
SPEAKS |= {"agrees", "banks", "median", "spread_percent", "within_percent"}
SPEAKS |= {"discarded_at", "provenance", "quality", "freshness"}


# --- the reference ----------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        self.links += [given["href"] or ""] if tag == "a" else []
        self.sources += [given["src"] or ""] if "src" in given else []
        self.scripts += tag == "script"


@pytest.fixture(scope="module")
def page(desk: Desk) -> Any:
    return desk.get("/docs", Host="rates.example")


def test_the_reference_has_every_door_parameter_and_recipe(page):
    for door in ENDPOINTS:
        assert f'id="{door.id}"' in page.text
        assert f"<code>{door.path}</code>" in page.text
        for name in reading.schemas(door.params):
            assert f"<code>{name}</code>" in page.text, name
    for id_, _, title, _ in RECIPES:
        assert f'id="recipe-{id_}">{title}</h3>' in page.text


def test_the_reference_needs_nothing_from_outside_and_no_script(page):
    parsed = Page()
    parsed.feed(page.text)
    assert (parsed.scripts, parsed.sources) == (0, [])
    assert {one for one in parsed.links if one.startswith("#")} <= {f"#{one}" for one in parsed.ids}
    assert {one.split("/")[2] for one in parsed.links if "://" in one} == {"rates.example"}
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "script-src" not in policy
    assert "url(" not in style


def test_every_call_that_the_reference_shows_is_answered(desk, page):
    parsed = Page()
    parsed.feed(page.text)
    calls = [one.removeprefix("http://rates.example") for one in parsed.links if "/api/v1" in one]
    assert len(calls) == len(ENDPOINTS)
    for call in calls:
        assert desk.get(call).status_code == 200, call


def test_a_host_that_is_none_gets_the_recipes_without_it(desk):
    got = desk.get("/docs", Host='"><script>')
    assert got.status_code == 200
    assert "<script" not in got.text


def test_the_page_of_markdown_tells_of_every_door(desk):
    got = desk.get("/llms.txt", Host="rates.example")
    assert got.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert got.text.startswith("# som-ticker\n\n> ")
    for door in ENDPOINTS:
        assert f"`GET {door.path}`" in got.text
    assert "http://rates.example/openapi.json" in got.text


def test_recipes_name_the_service_and_no_other_host():
    for one in recipes("https://here.example"):
        hosts = set(re.findall(r"https?://([^/\"' ]+)", one.code))
        assert hosts == {"here.example"}, one.id
