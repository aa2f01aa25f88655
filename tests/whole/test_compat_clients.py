"""Programs that speak NBKR's XML or Frankfurter's API, with nothing but the address changed."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support import sites
from support.hostile import Authority
from support.sites import Site
from werkzeug.serving import WSGIRequestHandler, make_server

from ticker import service
from ticker.config import Config
from ticker.demo import DemoUpstream
from ticker.model import Outcome

XML, V1 = "/compat/nbkr/XML", "/compat/frankfurter/v1"
DAILY, WEEKLY = "daily_fetched_2026-05-22T130003Z", "weekly_fetched_2026-05-22T130003Z"
FRIDAY_EVENING = "2026-05-22 19:00"
SELDOM = {"window_every_s": 1200, "every_s": 7200}


@contextmanager
def listening(
    app: Any, tls: ssl.SSLContext | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Iterator[str]:
    """The application on loopback; its host and port. Its answers are dated by `clock`."""

    class Handler(WSGIRequestHandler):
        def date_time_string(self, _timestamp: float | None = None) -> str:
            return format_datetime(clock(), usegmt=True)

    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls, request_handler=Handler)
    server.log = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def bank(site: Callable[..., Site], recorded: Path) -> Site:
    """A site that has read the recorded files of Friday, 22 May 2026, in the evening."""
    made = site(FRIDAY_EVENING)
    for source, name in (("nbkr", DAILY), ("nbkr-weekly", WEEKLY)):
        body = (recorded / "nbkr" / f"{name}.xml").read_bytes()
        made.upstream.bring(source, replace(made.upstream.keep(source), body=body))
    made.look()
    return made


def test_the_banks_recorded_files_go_through_fetching_judging_and_store_and_come_out_as_they_were(bank, recorded):
    daily, weekly = bank.get(f"{XML}/daily.xml"), bank.get(f"{XML}/weekly.xml")
    assert daily.data == (recorded / "nbkr" / f"{DAILY}.xml").read_bytes()
    theirs = headers(recorded / "nbkr" / f"{DAILY}.headers.txt")
    assert daily.headers["Content-Type"] == theirs["content-type"]
    assert daily.headers["Content-Length"] == theirs["content-length"]
    assert {"ETag", "Last-Modified"} <= set(daily.headers.keys())
    assert daily.headers["Access-Control-Allow-Origin"] == "*", "what the bank's own file lacks"
    assert "access-control-allow-origin" not in theirs
    recorded_week = (recorded / "nbkr" / f"{WEEKLY}.xml").read_bytes()
    before, gone = recorded_week.split(b'<Currency ISOCode="BYR">\n')
    after = gone.split(b"</Currency>\n", 1)[1]
    assert weekly.data == before + after, "less the rouble that ended in 2016"


def headers(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="ascii").splitlines()[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if value}


class Second:
    """A further som-ticker, whose bank is the first one's door."""

    def __init__(self, folder: Path, first: Site, host: str, upstream: DemoUpstream) -> None:
        rates = {
            "nbkr": {**SELDOM, "url": f"http://{host}{XML}/daily.xml"},
            "nbkr-weekly": {**SELDOM, "url": f"http://{host}{XML}/weekly.xml"},
        }
        changed = sites.settings(folder, upstream.addresses, feeds=False, rates=rates)
        changed["fetch"]["allow_hosts"].append(host)
        config = Config.model_validate(changed)
        self.service = service.Service(config, first.clock, collects=False)
        self.service.site.live.poll()
        store = self.service.site.live.store
        assert store
        self.store = store
        self.collector = service.collector(config, store, first.clock)
        self.collector.context = replace(self.collector.context, pause=lambda _seconds: None)
        self.collector.monotonic = first.clock.monotonic
        self.client = sites.Client(self.service.app)

    def look(self) -> None:
        self.collector.step()
        self.service.site.live.poll()

    def close(self) -> None:
        self.collector.stop()
        self.service.site.live.stop()


def test_a_second_ticker_fed_by_the_first_shows_the_same_figures_through_evening_night_and_weekend(site, tmp_path):
    first = site("2026-05-22 14:00", rates={"nbkr": SELDOM, "nbkr-weekly": SELDOM})
    first.look()
    folder = tmp_path / "second"
    folder.mkdir()
    with listening(first.service.app, clock=first.clock) as host:
        second = Second(folder, first, host, first.upstream)
        try:
            compared = []

            def both(one: Site) -> None:
                second.look()
                compared.append(same_figures(one, second))

            first.turn(to="2026-05-24 12:00", every=both)
            rounds = second.store.rounds("nbkr", 500)
        finally:
            second.close()
    assert len(compared) > 20
    assert all(compared)
    assert {one.outcome for one in rounds} <= {Outcome.CHANGED, Outcome.CONFIRMED}
    assert any(one.status == 304 for one in rounds), "an unchanged table costs neither of them a body"
    assert second.store.held() == []


def same_figures(first: Site, second: Second) -> bool:
    one, other = (
        side.client.get("/strip.json?currencies=USD,EUR,CNY,KZT,RUB,GBP,JPY").json["rates"] for side in (first, second)
    )
    names = ("currency", "value", "quoted", "nominal", "valid_on", "next")
    return [[rate[name] for name in names] for rate in one] == [[rate[name] for name in names] for rate in other]


# As pages do it today, but through a public proxy, since the bank's own file cannot be read from a page.
PAGE = """async address => {
    const answer = await fetch(address);
    const xml = new DOMParser().parseFromString(await answer.text(), "application/xml");
    const found = {date: xml.documentElement.getAttribute("Date"), failed: xml.querySelector("parsererror")};
    for (const one of xml.querySelectorAll("Currency"))
        found[one.getAttribute("ISOCode")] = parseFloat(one.querySelector("Value").textContent.replace(",", "."))
            / parseInt(one.querySelector("Nominal").textContent);
    return {...found, modified: answer.headers.get("Last-Modified"), etag: answer.headers.get("ETag")};
}"""


def test_a_page_of_any_site_reads_the_banks_file_in_a_browser_without_a_proxy(bank, browser):
    with listening(bank.service.app) as host, listening(_elsewhere) as page_host, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://{page_host}/")
        daily = page.evaluate(PAGE, f"http://{host}{XML}/daily.xml")
        weekly = page.evaluate(PAGE, f"http://{host}{XML}/weekly.xml")
        latest = page.evaluate(
            "async address => await (await fetch(address)).json()", f"http://{host}{V1}/latest?base=USD"
        )
    assert daily["failed"] is None
    assert [daily[name] for name in ("date", "USD", "EUR", "RUB")] == ["23.05.2026", 87.45, 101.5076, 1.2263]
    assert daily["etag"]
    assert (weekly["GBP"], weekly["JPY"]) == (117.4147, 0.54969)
    assert latest["date"] == "2026-05-22", "today's, which the archive had"


def _elsewhere(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "2")])
    return [b"hi"]


def test_a_script_of_a_few_lines_reads_it_as_it_reads_the_bank(bank):
    with listening(bank.service.app) as host:
        text = urllib.request.urlopen(f"http://{host}{XML}/daily.xml").read().decode()
    tree = ElementTree.fromstring(text)
    usd = next(one[1].text for one in tree if one.attrib.get("ISOCode") == "USD")
    assert usd
    assert float(usd.replace(",", ".")) == 87.45


# The package asks https of the host that it names; its authority is the test's by the variable that OpenSSL reads.
CLIENT = """
import json, sys
import frankfurter.engine as engine
engine.BASE_URL = sys.argv[1]
client = engine.FrankfurterEngine()
print(json.dumps({
    "latest": client.fetch_latest_data(),
    "som": client.fetch_latest_data(base="USD", symbols="KGS,EUR"),
    "day": client.fetch_data_for_date("2026-05-23", base="KGS", symbols="USD"),
    "series": client.fetch_time_series_data(base="USD", symbols="KGS", start_date="2026-05-22", end_date="2026-05-24"),
    "open": client.fetch_time_series_data(base="USD", symbols="KGS", start_date="2026-05-23"),
    "currencies": client.fetch_currencies(),
    "converted": client.convert_currency(100, "USD", "KGS"),
}))
try:
    client.fetch_data_for_date("1950-01-01")
except Exception as fault:
    print(json.dumps(str(fault)))
"""


def test_the_packaged_client_of_frankfurter_works_with_its_host_changed(site, tmp_path):
    one = site("2026-05-22 12:00", rates={"nbkr": SELDOM, "nbkr-weekly": SELDOM})
    one.turn(to="2026-05-24 12:00")
    authority = Authority(tmp_path)
    authorities = authority.client_context().get_ca_certs(binary_form=True)
    (tmp_path / "authority.pem").write_text("".join(ssl.DER_cert_to_PEM_cert(der) for der in authorities))
    with listening(one.service.app, authority.server_context("127.0.0.1")) as host:
        done = subprocess.run(
            [sys.executable, "-c", CLIENT, f"{host}{V1}"],
            env={"SSL_CERT_FILE": str(tmp_path / "authority.pem")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    got, refused = map(json.loads, done.stdout.splitlines())
    usd = {on: float(one.bank.figure("USD", date(2026, 5, on))) for on in range(22, 25)}
    eur = float(one.bank.figure("EUR", date(2026, 5, 24)))
    assert (got["latest"]["base"], got["latest"]["date"]) == ("EUR", "2026-05-24")
    assert got["latest"]["rates"]["KGS"] == eur
    assert got["som"]["rates"] == {"KGS": usd[24], "EUR": pytest.approx(usd[24] / eur, rel=1e-9)}
    assert got["day"]["rates"]["USD"] == pytest.approx(1 / usd[23], rel=1e-9)
    assert got["series"]["rates"] == {f"2026-05-{on}": {"KGS": usd[on]} for on in usd}
    assert list(got["open"]["rates"]) == ["2026-05-23", "2026-05-24"]
    assert {"KGS", "USD", "EUR"} <= set(got["currencies"])
    assert got["converted"] == 100 * usd[24]
    assert "404" in refused
