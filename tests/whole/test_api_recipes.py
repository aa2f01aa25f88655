"""The reference's recipes for the API, carried out against a running service.

curl and Python run as they stand. Sheets, Excel and Home Assistant do not run here: the addresses they ask are asked,
and what they take out of the answers is taken out in their way.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment
from support.running import Moved, Running, needs, runner, settings, until

from ticker.demo import DemoUpstream

AT = "2026-05-21 11:16"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, clock = tmp_path_factory.mktemp("recipes"), Moved.to(AT)
    with DemoUpstream(clock) as upstream, runner(folder) as started:
        config = folder / "ticker.toml"
        config.write_text(settings(f"sqlite:///{folder / 'ticker.db'}", folder, upstream, clock), encoding="utf-8")
        running = started.serve(config).until_ready()
        # From the archive, the last to come: later nothing changes that curl would be sent again.
        until("yesterday's rates", lambda: all(one["previous"] for one in told(running, "USD,EUR,RUB")))
        yield running


def told(running: Running, currencies: str) -> list[dict[str, Any]]:
    rates: list[dict[str, Any]] = json.loads(running.get(f"/api/v1/rates?currencies={currencies}").body)["rates"]
    return rates


@pytest.fixture(scope="module")
def recipes(service: Running) -> dict[str, str]:
    """Each recipe as a reader copies it from the page."""
    page = service.get("/docs").body.decode()
    found = re.findall(r'<h3 id="recipe-([a-z-]+)">.*?<pre[^>]*><code>(.*?)</code>', page, re.DOTALL)
    texts = {id_: unescape(code) for id_, code in found}
    assert set(texts) == {"curl", "python", "sheets", "webservice", "excel", "home-assistant"}
    assert all(f"http://127.0.0.1:{service.port}" in one for one in texts.values())
    return texts


def fetched(url: str) -> str:
    assert urllib.parse.urlsplit(url).hostname == "127.0.0.1"
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


def test_curl(service: Running, recipes: dict[str, str], tmp_path: Path) -> None:
    needs("curl", "curl", "--version")
    shown = {one["currency"]: one["value"] for one in service.shown()["rates"]}
    for _ in range(2):
        done = subprocess.run(
            ["sh", "-e"], input=recipes["curl"], cwd=tmp_path, text=True, capture_output=True, check=True
        )
        assert done.stderr == ""
        assert done.stdout.startswith(shown["USD"])
        table = list(csv.DictReader(io.StringIO(done.stdout.removeprefix(shown["USD"]))))
        assert {one["currency"]: one["value"] for one in table} == shown
        rows = list(csv.DictReader(io.StringIO((tmp_path / "rates.csv").read_text("utf-8"))))
        assert {one["currency"] for one in rows} == set(shown)
        assert [one["value"] for one in rows if one["date"] == "2026-05-21"] == list(shown.values())
        kept = (tmp_path / "rates.csv").stat().st_mtime_ns
    time.sleep(0.02)
    subprocess.run(["sh", "-e"], input=recipes["curl"], cwd=tmp_path, text=True, capture_output=True, check=True)
    assert (tmp_path / "rates.csv").stat().st_mtime_ns == kept, "nothing changed, nothing was sent"


def test_python(service: Running, recipes: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "rates.py").write_text(recipes["python"], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "rates.py"], cwd=tmp_path, text=True, capture_output=True, check=True
    )
    shown = service.shown()["rates"]
    assert done.stdout.splitlines() == [
        f"{one['currency']} {one['value']} KGS, official for {one['valid_on']}" for one in shown
    ]


def test_google_sheets(service: Running, recipes: dict[str, str]) -> None:
    """IMPORTDATA reads a table with the delimiter and in the locale that it is given; IMPORTXML takes an XPath."""
    scalar, table, xpath = recipes["sheets"].splitlines()
    usd = service.rate()["value"]

    found = re.fullmatch(r'=IMPORTDATA\("(.+?)", "(.)", "en_US"\)', scalar)
    assert found
    (cells,) = csv.reader(io.StringIO(fetched(found[1])), delimiter=found[2])
    assert cells == [usd]

    found = re.fullmatch(r'=IMPORTDATA\("(.+?)", "(.)", "en_US"\)', table)
    assert found
    head, *rows = csv.reader(io.StringIO(fetched(found[1])), delimiter=found[2])
    assert head[:3] == ["date", "currency", "value"]
    today = next(row for row in rows if row[0] == "2026-05-21")
    assert (today[1], Decimal(today[2])) == ("USD", Decimal(usd))

    found = re.fullmatch(r'=IMPORTXML\("(.+?)", "//(.+)"\)', xpath)
    assert found
    values = ET.fromstring(fetched(found[1])).findall(f".//{found[2]}")
    assert [Decimal(one.text.replace(",", ".")) for one in values if one.text] == [Decimal(usd)]


def test_a_cell_with_a_decimal_comma(service: Running, recipes: dict[str, str]) -> None:
    found = re.fullmatch(r'=VALUE\(WEBSERVICE\("(.+?)"\)\)', recipes["webservice"])
    assert found
    assert fetched(found[1]) == service.rate()["value"].replace(".", ",")


def test_excel(recipes: dict[str, str]) -> None:
    """Power Query's address is that of Web.Contents, its relative path and its query; then each named column is read as
    the type it is given, as en-US writes it."""
    code = recipes["excel"]
    asked = re.search(r'Web\.Contents\("(.+?)", \[RelativePath = "(.+?)", Query = \[(.+?)\]\]\)', code)
    assert asked
    query = dict(re.findall(r'(\w+) = "(.*?)"', asked[3]))
    text = fetched(f"{asked[1]}/{asked[2]}?{urllib.parse.urlencode(query)}")
    delimiter = re.search(r'Delimiter = "(.)"', code)
    assert delimiter
    rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter[1]))
    types = dict(re.findall(r'\{"(\w+)", ([\w. ]+)\}', code))
    assert set(types) <= set(rows[0])
    readers: dict[str, Any] = {
        "type date": lambda cell: time.strptime(cell, "%Y-%m-%d"),
        "Currency.Type": lambda cell: Decimal(cell).quantize(Decimal("0.0001")) == Decimal(cell),
        "Int64.Type": int,
    }
    for row in rows:
        for name, type_ in types.items():
            assert row[name] == "" or readers[type_](row[name]), (name, row)
    assert {one["currency"] for one in rows} == {"USD", "EUR", "RUB"}


def test_home_assistant(service: Running, recipes: dict[str, str]) -> None:
    """Its REST sensor renders templates over the answer, and takes attributes of what a JSONPath names."""
    (resource,) = yaml.safe_load(recipes["home-assistant"])["rest"]
    (sensor,) = resource["sensor"]
    said = json.loads(fetched(resource["resource"]))
    render = Environment().from_string
    assert Decimal(render(sensor["value_template"]).render(value_json=said)) == Decimal(service.rate()["value"])
    assert render(sensor["availability"]).render(value_json=said) == "True"
    assert render(sensor["availability"]).render(value_json={"rates": [{"value": None}]}) == "False"
    path = re.fullmatch(r"\$\.(\w+)\[(\d)\]", sensor["json_attributes_path"])
    assert path
    attributes = said[path[1]][int(path[2])]
    assert {name: attributes[name] for name in sensor["json_attributes"]} == {
        "valid_on": "2026-05-21",
        "freshness": "fresh",
    }
    assert sensor["unit_of_measurement"] == said["home"]
