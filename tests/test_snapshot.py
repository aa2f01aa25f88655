"""A snapshot goes through text and comes back the same: this is how the store and the last good file keep it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.given import HOME, TRADING, bishkek, may, moments, rate, steadily
from support.sites import Site

from ticker import service
from ticker.model import Change, Headline, Home, Rate, Window
from ticker.snapshot import (
    FORMAT,
    BankTerms,
    Content,
    FeedTerms,
    Series,
    Snapshot,
    UnknownFormatError,
    dump,
    empty,
    load,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DAYS = st.dates(date(1993, 5, 10), date(2100, 1, 1))
MOMENTS = moments(date(1993, 5, 10), date(2100, 1, 1))
ZONES = st.sampled_from(["Asia/Bishkek", "Europe/Moscow", "UTC"]).map(ZoneInfo)
BANKS = st.builds(
    BankTerms,
    TEXTS,
    TEXTS,
    st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), st.times(), st.times(), ZONES),
    st.integers(0, 60),
)
FIGURES = st.tuples(st.decimals("0.0001", "1000000", allow_nan=False), st.sampled_from([1, 10, 100]), DAYS, DAYS)


CHANGES = st.builds(Change, DAYS, st.decimals("-1000", "1000", allow_nan=False))


def _series(source, currency, figures, contested, earlier):
    return Series(source, currency, tuple(Rate(currency, *figure) for figure in figures), contested, earlier=earlier)


CONTENTS = st.builds(
    Content,
    home=st.builds(Home, st.sampled_from(["KGS", "KZT"]), ZONES),
    banks=st.lists(BANKS, max_size=2).map(tuple),
    feeds=st.lists(st.builds(FeedTerms, TEXTS, TEXTS, TEXTS, st.integers(60, 86_400)), max_size=2).map(tuple),
    series=st.lists(
        st.builds(
            _series,
            TEXTS,
            TEXTS,
            st.lists(FIGURES, max_size=3),
            st.frozensets(DAYS, max_size=2),
            st.none() | CHANGES,
        ),
        max_size=3,
    ).map(tuple),
    headlines=st.lists(st.builds(Headline, TEXTS, TEXTS, TEXTS, TEXTS, MOMENTS, MOMENTS), max_size=3).map(tuple),
    demo=st.booleans(),
)


@steadily
@given(CONTENTS)
def test_what_was_dumped_is_loaded_and_dumped_alike(content):
    text = dump(content)
    loaded = load(text)
    assert loaded == content
    assert dump(loaded) == text


def test_the_digits_that_the_bank_printed_are_kept():
    content = Content(HOME, series=(Series("nbkr", "USD", (rate("USD", "87.4500", may(22)),)),))
    assert str(load(dump(content)).series[0].rates[0].quoted) == "87.4500"


def test_a_version_is_the_same_whenever_its_days_in_doubt_were_noted():
    days = [may(day) for day in range(1, 29)]
    texts = {
        dump(Content(HOME, series=(Series("nbkr", "USD", (), frozenset(order)),))) for order in (days, reversed(days))
    }
    assert len(texts) == 1


def _numbered(**fields: object) -> str:
    """A snapshot with another home or other fields."""
    return json.dumps({**json.loads(dump(Content(HOME))), **fields})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"home":["KGS"]}',
        json.dumps({"format": FORMAT}),
        _numbered(home=["KGS", "Asia/Bishkek"]),
        _numbered(home={"currency": "KGS", "zone": "Nowhere/At-All"}),
        _numbered(feeds=[{"feed": "kaktus"}]),
        _numbered(feeds=[["kaktus", "Kaktus", "ru", 300]]),
    ],
)
def test_another_text_is_refused_in_a_way_that_callers_expect(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        load(text)


def test_what_the_version_before_published_is_read_as_one_home_without_witnesses():
    """In a rolling upgrade a new process shows what the old collector publishes."""
    content = Content(HOME, series=(Series("nbkr", "USD", (rate("USD", "87.4500", may(22)),)),))
    raw = json.loads(dump(content))
    for added in ("witnesses", "testimonies", "agreement", "neighbours"):
        del raw[added]
    assert load(json.dumps({**raw, "format": 2})) == content


def test_a_series_of_the_version_before_has_no_earlier_change():
    series = Series("nbkr", "USD", (rate("USD", "87.4500", may(22)),), earlier=Change(may(1), Decimal("0.0100")))
    raw = json.loads(dump(Content(HOME, series=(series,))))
    assert load(json.dumps(raw)).series == (series,)
    del raw["series"][0]["earlier"]
    assert load(json.dumps({**raw, "format": 3})).series == (replace(series, earlier=None),)


@pytest.mark.parametrize("number", [0, FORMAT + 1, None, "new", [2]])
def test_a_text_of_another_format_is_told_from_a_damaged_one(number):
    with pytest.raises(UnknownFormatError, match=f"this program reads {FORMAT}"):
        load(_numbered(format=number))
    without = json.loads(dump(Content(HOME)))
    del without["format"]
    with pytest.raises(UnknownFormatError, match="format is None"):
        load(json.dumps(without))


def test_a_stored_snapshot_without_a_number_is_composed_again_before_any_source_is_due(tmp_path):
    site = Site(tmp_path, "2026-05-22 19:00")
    site.look()
    before, rounds = site.store.snapshot(), site.store.rounds()
    site.collector.stop()
    with closing(sqlite3.connect(tmp_path / "ticker.db")) as database, database:
        database.execute("""UPDATE ticker_snapshot SET body = '{"home": ["KGS", "Asia/Bishkek"]}'""")
    assert before
    assert site.store.snapshot() is None
    collector = service.collector(site.config, site.store, site.clock)
    assert collector.step() == []
    after = site.store.snapshot()
    assert after
    assert (after.version, after.content) == (before.version + 1, before.content)
    assert site.store.rounds() == rounds
    collector.stop()
    site.close()


def test_a_figure_that_is_no_number_is_refused_in_a_way_that_callers_expect():
    content = Content(HOME, series=(Series("nbkr", "USD", (rate("USD", "87.4500", may(22)),)),))
    with pytest.raises((ValueError, KeyError, TypeError)):
        load(dump(content).replace("87.4500", "87,45"))


def test_a_confirmation_is_kept_beside_the_version_not_in_it():
    terms = BankTerms("nbkr", "nbkr", TRADING, 14)
    snapshot = replace(empty(HOME), content=Content(HOME, banks=(terms,)))
    confirmed = snapshot.confirmed({("nbkr", "USD"): bishkek("2026-05-22 16:00")})
    assert confirmed.content is snapshot.content
    assert dump(confirmed.content) == dump(snapshot.content)
    assert json.loads(dump(snapshot.content))["banks"]
    assert isinstance(confirmed, Snapshot)
