"""What an upstream sends by mistake or by malice: no crash, no hang, little memory, and nothing but text and http(s)
links for readers.

HOSTILE_EXAMPLES sets how many random bodies each property is tried on (150 where it is not set):
`HOSTILE_EXAMPLES=20000 make test FILE=tests/collect/test_hostile.py`.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bank_bodies import ARCHIVE_PAGES, ECB_COLUMNS, ECB_HISTORY, ECB_SERIES, FORMATS
from support.bounded import BoundedParser
from support.given import steadily
from support.hostile import Server, Talk
from support.hostile_bodies import (
    ARCHIVES,
    ATOM,
    ATOM_END,
    FEED_PARTS,
    FEEDS,
    ITEM,
    ITEM_END,
    JSON,
    LIMIT,
    MARKUP,
    OTHER_BANKS,
    ROW,
    RSS,
    RSS_END,
    TABLE,
    TABLE_END,
    TABLE_PARTS,
    TABLES,
    damaged,
    spliced,
)
from support.scenes import WEDNESDAY, at

from ticker.collect.http.bounds import Limits
from ticker.collect.http.client import connection
from ticker.collect.http.faults import FetchError
from ticker.collect.recognise import recognise
from ticker.collect.sources import BANKS, nbkr
from ticker.collect.sources import feed as feeds
from ticker.collect.sources.adapter import ArchiveAdapter, BankAdapter
from ticker.collect.sources.feed import titles
from ticker.model import DAY, Feed, ParseError, Table, UpstreamError

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "150"))
often = settings(steadily, max_examples=EXAMPLES)

BODIES = Path(__file__).parents[1] / "bodies"
RECORDED = Path(__file__).parents[3] / "shared" / "upstreams"  # beside the checkout, where they are there
NOW = at(WEDNESDAY, "11:16")


def bodies(room: str, *recorded: str) -> list[bytes]:
    """Our own bodies, and the short recorded ones where they are there."""
    files = sorted((BODIES / room).iterdir())
    files += [path for pattern in recorded for path in sorted(RECORDED.glob(pattern))]
    return [path.read_bytes() for path in files if path.stat().st_size < 10_000]


def read_feed(body: bytes) -> Feed:
    return feeds.parse(body, source="kaktus", url="https://site.example/feed/rss.xml", zone=ZoneInfo("Asia/Bishkek"))


def check_sentences(sentences: Iterable[str]) -> None:
    """They stand in records and on terminals: one line each, short, nothing that is not printed."""
    for sentence in sentences:
        assert len(sentence) <= 400
        assert sentence.isprintable(), sentence


AT_THE_LIMIT = [
    *(("feed", name, make) for name, make in FEEDS.items()),
    *(("table", name, make) for name, make in TABLES.items()),
    *(("archive", name, make) for name, make in ARCHIVES.items()),
    *((kind, name, make) for name, (kind, make) in OTHER_BANKS.items()),
]


@pytest.fixture(scope="module")
def bounded() -> Iterator[BoundedParser]:
    with BoundedParser() as parser:
        yield parser


@pytest.mark.parametrize(("kind", "make"), [pytest.param(k, m, id=f"{k}: {n}") for k, n, m in AT_THE_LIMIT])
def test_a_body_at_the_limit_ends_in_time_and_memory(
    bounded: BoundedParser, kind: str, make: Callable[[], bytes]
) -> None:
    parsed = bounded.parse(kind, make())
    assert parsed.fault == "" or parsed.fault.startswith("ParseError: ")
    check_sentences([parsed.fault, *parsed.sentences])


def test_a_body_that_takes_more_time_or_memory_is_told() -> None:
    with BoundedParser(cpu_s=0.1) as parser:
        assert parser.parse("spin", b"").fault.startswith("TimeoutError: ")
        assert parser.parse("hoard", b"").fault.startswith("MemoryError")
        assert parser.parse("table", TABLE.encode() + TABLE_END.encode()).fault.startswith("ParseError: ")


def test_of_a_feed_of_100_000_entries_the_first_2_000_are_read() -> None:
    items = "".join(f"<item><title>{n}</title><link>https://a.example/{n}</link></item>" for n in range(100_000))
    listed = ", ".join(f'{{"title": "{n}", "url": "https://a.example/{n}"}}' for n in range(100_000))
    for body in (RSS + items + RSS_END, JSON + "[" + listed + "]}", RSS + items + "<item><title>cut"):
        read = read_feed(body.encode())
        assert [entry.title for entry in read.entries] == [str(n) for n in range(2000)]
        assert re.fullmatch(r"9800[01] entries beyond 2000 not read", read.complaints[-1])


FEED_SEEDS = bodies("feeds", "feeds_ru/*.xml", "feeds_quirks/*")
TABLE_SEEDS = bodies("nbkr", "nbkr/daily*.xml", "nbkr/weekly*.xml")
ARCHIVE_SEEDS = [
    (BODIES / "nbkr" / "archive.html").read_bytes(),
    *(p.read_bytes() for p in RECORDED.glob("nbkr/hist*")),
]


def check_feed(body: bytes) -> Feed | None:
    """Only values that can be shown, or a sentence."""
    try:
        read = read_feed(body)
    except ParseError as refusal:
        check_sentences([str(refusal)])
        return None
    check_sentences(read.complaints)
    for entry in read.entries:
        assert 0 < len(entry.title) <= 300
        assert len(entry.summary) <= 300
        for text in (entry.title, entry.summary, entry.guid or ""):
            assert text == titles.visible(text)
        assert entry.url.isprintable()
        assert re.match(r"https?://[^/]", entry.url, re.IGNORECASE)
    recognise([(entry, feeds.canonical(entry.url)) for entry in read.entries], (), "kaktus", NOW)
    return read


def check_table(body: bytes, bank: BankAdapter = nbkr.ADAPTER) -> Table | None:
    try:
        table = bank.parse(body, "bank")
    except ParseError as refusal:
        check_sentences([str(refusal)])
        return None
    check_sentences(table.complaints)
    assert len(table.currencies) == len(table.rates) > 0
    for rate in table.rates:
        assert re.fullmatch("[A-Z]{3}", rate.currency)
        # A figure that is turned round may be smaller than any that is printed.
        smallest = Decimal("1e-9") if bank.home == "EUR" else Decimal("1e-8")
        assert smallest <= rate.quoted < Decimal("1e9")
        assert rate.nominal in {10**power for power in range(7)}
        assert rate.valid_on == table.valid_on <= rate.valid_until <= rate.valid_on + 6 * DAY
    return table


def check_archive(body: bytes, archive: ArchiveAdapter = nbkr.ADAPTER.archive) -> None:
    try:
        figures = archive.parse(body, "bank-archive")
    except ParseError as refusal:
        check_sentences([str(refusal)])
        return
    days = [one.valid_on for one in figures]
    assert days == sorted(set(days))
    assert all(one.quoted > 0 and isinstance(one.valid_on, date) for one in figures)


@given(damaged(FEED_SEEDS, FEED_PARTS + MARKUP) | st.binary(max_size=60))
@often
def test_a_damaged_feed_is_read_or_refused(body: bytes) -> None:
    check_feed(body)


@given(
    spliced(FEED_PARTS + MARKUP, RSS, RSS_END)
    | spliced(FEED_PARTS + MARKUP, RSS + ITEM, ITEM_END + RSS_END)
    | spliced(FEED_PARTS + MARKUP, ATOM, ATOM_END)
    | spliced(FEED_PARTS + MARKUP)
)
@often
def test_a_feed_of_fragments_is_read_or_refused(body: bytes) -> None:
    check_feed(body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.sampled_from(FEED_PARTS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=6,
)
MEMBERS = ("id", "url", "external_url", "title", "summary", "date_published", "content_html", "tags")


@given(
    st.fixed_dictionaries(
        {"version": st.just("https://jsonfeed.org/version/1.1") | VALUES},
        optional={
            "items": st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, VALUES)), max_size=4) | VALUES,
            "language": VALUES,
            "home_page_url": VALUES,
        },
    ),
    st.integers(0, 300) | st.none(),
)
@often
def test_any_values_of_json_are_read_or_refused(members: dict[str, Any], cut: int | None) -> None:
    check_feed(json.dumps(members).encode()[:cut])


@given(damaged(TABLE_SEEDS, TABLE_PARTS + MARKUP) | spliced(TABLE_PARTS + MARKUP, TABLE, TABLE_END) | st.binary())
@often
def test_a_damaged_table_is_read_or_refused(body: bytes) -> None:
    check_table(body)


@given(damaged(ARCHIVE_SEEDS, ("<!--date-->", "<!--value-->", "18.06.2025", "87,45", "<table", *MARKUP)))
@often
def test_a_damaged_archive_page_is_read_or_refused(body: bytes) -> None:
    check_archive(body)


BANK_PARTS = (
    "USD", "EUR", "KGS", "80.1234", "80,1234", "1e400", "NaN", "03.03.2026", "2026-03-03", "T00:00:00", "N/A", "null",
    '"Date"', '"code"', "{", "}", "[", "]", ",", ":", '"', "\n", "ValCurs", "Cube", "\\ud800",
)  # fmt: skip
BANK_SEEDS = {bank: [form.table()] for bank, form in FORMATS.items()}
BANK_SEEDS["ECB"] += [ECB_COLUMNS, ECB_HISTORY, ECB_SERIES]


@pytest.mark.parametrize("bank", BANK_SEEDS)
def test_a_damaged_table_of_another_bank_is_read_or_refused(bank: str) -> None:
    adapter = BANKS[bank]
    seeds = [*BANK_SEEDS[bank], *(seed for each in BANK_SEEDS.values() for seed in each)]

    @given(damaged(seeds, BANK_PARTS + MARKUP) | st.binary(max_size=200))
    @often
    def check(body: bytes) -> None:
        check_table(body, adapter)
        if adapter.archive:
            check_archive(body, adapter.archive)

    check()


@pytest.mark.parametrize("bank", ARCHIVE_PAGES)
def test_a_damaged_archive_page_of_another_bank_is_read_or_refused(bank: str) -> None:
    archive = BANKS[bank].archive
    assert archive

    @given(damaged([ARCHIVE_PAGES[bank]], BANK_PARTS + MARKUP))
    @often
    def check(body: bytes) -> None:
        check_archive(body, archive)

    check()


BANK_MEMBERS = ("Ccy", "Nominal", "Rate", "Date", "code", "quantity", "rate", "validFromDate", "Cur_ID",
                "Cur_Abbreviation", "Cur_Scale", "Cur_OfficialRate", "date", "currencies")  # fmt: skip
BANK_VALUES = VALUES | st.sampled_from(("USD", "1", 1, 80.5, "80.5", "03.03.2026", "2026-03-03T00:00:00"))
BANK_ROWS = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(BANK_MEMBERS, BANK_VALUES)), max_size=4)


@pytest.mark.parametrize("bank", ["CBU", "NBRB", "NBG"])
def test_any_values_of_a_banks_json_are_read_or_refused(bank: str) -> None:
    adapter = BANKS[bank]

    @given(
        BANK_ROWS | BANK_VALUES | BANK_ROWS.map(lambda rows: [{"date": "2026-03-03T00:00:00.000Z", "currencies": rows}])
    )
    @often
    def check(values: Any) -> None:
        check_table(json.dumps(values).encode(), adapter)
        if adapter.archive:
            check_archive(json.dumps(values).encode(), adapter.archive)

    check()


DOCTYPES = (
    '<!DOCTYPE a [<!ENTITY v "77,77">]>',
    '<!DOCTYPE\na [<!ENTITY % p "x"><!ENTITY v "77,77">]>',
    "<!DOCTYPE a [<!ATTLIST Currency ISOCode CDATA 'EUR'><!ENTITY v '&#55;7,77'>]>",
    '<!-- > --><!DOCTYPE a [<!ENTITY v "77,77">]>',
    '<?x ?>\n<!DOCTYPE a PUBLIC "-//x//EN" "https://nowhere.example/x.dtd" [<!ENTITY v "77,77">]>',
)


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "windows-1251", "utf-16", "utf-16-be", "utf-32"])
def test_a_table_that_defines_entities_is_refused(doctype: str, coding: str) -> None:
    body = f'<?xml version="1.0" encoding="{coding.removesuffix("-sig")}"?>' + doctype + TABLE
    body += ROW.format("USD", "&v;") + ROW.format("EUR", "101,5076") + TABLE_END
    with pytest.raises(ParseError, match=r"without a (DOCTYPE|NUL)"):
        nbkr.parse(body.encode(coding))


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "windows-1251", "utf-16", "utf-16-be", "utf-32"])
def test_a_feed_does_not_say_what_its_own_entities_mean(doctype: str, coding: str) -> None:
    """Feeds with a DOCTYPE are common (RSS 0.91 names one). It is not read, so a title shows the reference itself."""
    body = doctype + RSS + "<item><title>rate &v;</title><link>https://a.example/</link></item>" + RSS_END
    (entry,) = read_feed(body.encode(coding)).entries
    assert entry.title == "rate &v;"


HUGE = 50 << 20
_NOISE = random.Random(1).randbytes(1 << 20)
_OK = b"HTTP/1.1 200 OK\r\n"


@dataclass
class Flood:
    """Sends a body of 50 MB and counts what it got rid of."""

    head: bytes
    piece: bytes
    chunked: bool = False
    sent: int = 0

    def __call__(self, talk: Talk) -> None:
        talk.send(_OK + self.head + b"\r\n")
        framed = b"%x\r\n%s\r\n" % (len(self.piece), self.piece) if self.chunked else self.piece
        while self.sent < HUGE:
            talk.send(framed)
            self.sent += len(self.piece)
        talk.close()


@pytest.mark.parametrize(
    ("head", "piece", "chunked"),
    [
        pytest.param(b"Content-Length: %d\r\n" % HUGE, _NOISE[:65536], False, id="announced"),
        pytest.param(b"", _NOISE[:65536], False, id="up to the end"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", _NOISE[:65536], True, id="in chunks"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", _NOISE[:5], True, id="in small chunks"),
        pytest.param(b"Content-Encoding: gzip\r\n", gzip.compress(_NOISE, 1), False, id="gzip"),
        pytest.param(b"Content-Encoding: gzip\r\n", gzip.compress(bytes(HUGE), 9), False, id="a gzip bomb"),
    ],
)
def test_a_body_of_50_mb_is_refused_early_and_in_little_memory(head: bytes, piece: bytes, chunked: bool) -> None:
    flood = Flood(head, piece, chunked)
    with Server(flood) as server:
        host = f"127.0.0.1:{server.port}"
        limits = Limits(deadline_s=20, max_bytes=LIMIT, user_agent="test", allow_hosts=frozenset({host}))
        began = time.process_time()
        tracemalloc.start()
        try:
            with connection(limits) as single, pytest.raises(FetchError, match=rf"{LIMIT}\b") as refusal:
                single.get(f"http://{host}/")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    check_sentences([str(refusal.value)])
    assert peak < 4 * LIMIT
    assert flood.sent < LIMIT + (16 << 20)  # what the two sockets hold
    assert time.process_time() - began < 10


def test_a_bank_that_sends_50_mb_changes_nothing(site: Callable[..., Any]) -> None:
    running = site("2026-05-22 11:00")
    running.look()
    before = running.rate("USD")
    assert before["freshness"] == "fresh"
    table = running.upstream.keep("nbkr")
    running.upstream.bring("nbkr", replace(table, body=table.body + b" " * HUGE, headers={}))
    running.goes_on(hours=1.5)
    assert running.rate("USD") == before
    newest = running.store.rounds("nbkr", 1)[0]
    assert newest.failed
    assert f"the limit is {LIMIT}" in newest.note


def test_what_is_raised_is_an_upstreams_fault() -> None:
    assert issubclass(ParseError, UpstreamError)
    assert issubclass(FetchError, UpstreamError)
