"""The table of banks: what a line in it is enough for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from support.given import HOME, NBKR, bishkek, may

from ticker.collect.backfill import Backfill
from ticker.collect.context import RoundContext
from ticker.collect.http.answer import Answer
from ticker.collect.schedule import Collector
from ticker.collect.sources import BANKS, adapter_of, archive_of, archived_currencies, nbkr, recognise
from ticker.collect.sources.adapter import ArchiveAdapter, ArchiveFigure, BankAdapter
from ticker.collect.sources.configured import HomeSources
from ticker.model import DAY, Outcome, ParseError, Rate, Table, Validators
from ticker.store import open_store

NOW = bishkek("2026-05-22 17:00")
OTHER = replace(
    NBKR, id="other", bank="OTHER", url="https://other.example/now", archive_url="https://other.example/old"
)


def read_table(body: bytes, source: str) -> Table:
    if not body.startswith(b"{"):
        raise ParseError(source, "body", body[:10].decode(), "JSON")
    read = json.loads(body)
    day = date.fromisoformat(read["day"])
    return Table(day, tuple(Rate(one, Decimal(quoted), 10, day, day) for one, quoted in read["rates"].items()))


def read_archive(body: bytes, _source: str) -> tuple[ArchiveFigure, ...]:
    days = json.loads(body)
    return tuple(ArchiveFigure(date.fromisoformat(day), Decimal(quoted)) for day, quoted in days.items())


ADAPTER = BankAdapter(
    home="KGS",
    zone=HOME.zone,
    parse=read_table,
    recognises=lambda body: b'"rates"' in body,
    archive=ArchiveAdapter(
        currencies=frozenset({"JPY"}),
        address=lambda url, currency, first, last: f"{url}/{currency}/{first}/{last}",
        parse=read_archive,
        recognises=lambda _: False,
        page=timedelta(days=30),
    ),
    nominals={"JPY": 10, "GBP": 10},
)


class Upstream:
    """The other bank: a connection that answers from its books."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __enter__(self) -> Upstream:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, url: str, *_: object, **__: object) -> Answer:
        self.asked.append(url)
        if url.startswith(OTHER.url):
            body = {"day": "2026-05-23", "rates": {"JPY": "5.5000", "GBP": "1170"}}
        else:
            first, last = map(date.fromisoformat, url.split("/")[-2:])
            body = {str(first + nth * DAY): "5.4900" for nth in range((last - first).days + 1)}
        return Answer(200, url, json.dumps(body).encode(), None, Validators(), None)


@pytest.fixture
def upstream(monkeypatch):
    monkeypatch.setitem(BANKS, "OTHER", ADAPTER)
    return Upstream()


@pytest.fixture
def context(tmp_path, upstream):
    def clock() -> datetime:
        return NOW

    store = open_store(f"sqlite:///{tmp_path / 'ticker.db'}", clock=clock)
    yield RoundContext((HomeSources(HOME, (OTHER,)),), (OTHER,), store, lambda: upstream, clock, lambda _: None)
    store.close()


def test_a_second_bank_is_read_filled_and_backfilled_by_its_line_in_the_table(context, upstream):
    rounds = Collector(context, round_limit_s=60).step()
    assert [(one.source, one.outcome) for one in rounds] == [
        ("other", Outcome.CHANGED),
        ("other-archive", Outcome.CHANGED),
    ]
    known = context.store.revisions_between(["other"], may(1), may(31), currencies=["JPY"])
    assert [(one.rate.valid_on, one.rate.nominal, one.origin) for one in known] == [
        (may(23), 10, "other"),
        (may(21), 10, "other-archive"),
        (may(22), 10, "other-archive"),
    ]
    work = Backfill(context, archive_of(OTHER), may(1), may(20), ("JPY",))
    assert [step.page.currency for step in work.run()] == ["JPY", "JPY"]
    assert work.added["JPY"] == 20
    assert upstream.asked == [
        "https://other.example/now",
        "https://other.example/old/JPY/2026-04-23/2026-05-22",
        *(f"https://other.example/old/JPY/{page}" for page in ("2026-05-09/2026-05-22", "2026-05-01/2026-05-22")),
    ]


@pytest.mark.parametrize(
    ("earliest", "asked"), [(None, may(1)), (may(10), may(10)), (may(20), may(20)), (may(21), None)]
)
def test_no_day_before_the_archives_earliest_is_asked_for(context, earliest, asked):
    archive = replace(archive_of(OTHER), adapter=replace(ADAPTER.archive, earliest=earliest))
    pages = Backfill(context, archive, may(1), may(20), ("JPY",)).plan()
    assert min((page.first for page in pages), default=None) == asked
    assert all(page.first <= page.last for page in pages)


def test_a_bank_without_a_line_is_read_in_the_format_of_the_national_bank():
    assert adapter_of(replace(NBKR, bank="ELSEWHERE")) is nbkr.ADAPTER


@pytest.mark.usefixtures("upstream")
def test_an_archive_is_there_where_the_bank_has_one_and_its_address_is_configured():
    assert archive_of(OTHER).id == "other-archive"
    assert archive_of(replace(OTHER, archive_url=None)) is None
    assert archived_currencies([OTHER]) == {"JPY"}
    assert archived_currencies([OTHER, NBKR]) == {"JPY", *nbkr.VALUTA_IDS}
    assert archived_currencies([replace(OTHER, archive_url=None)]) == frozenset()


@pytest.mark.usefixtures("upstream")
def test_a_body_is_recognised_by_its_looks():
    assert recognise(b'{"rates": {}}') is ADAPTER
    assert recognise(b"<CurrencyRates/>") is nbkr.ADAPTER
    assert recognise(b"<html><!--date-->01.05.2026<!--date-->") is nbkr.ADAPTER.archive
    assert recognise(b"<rss/>") is None
