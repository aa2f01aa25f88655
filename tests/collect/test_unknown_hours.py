"""Banks of which nobody recorded when and how far ahead they publish: what a table of a day to come may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from support.book import Book
from support.given import HOME, bishkek

from ticker.collect.sources.configured import homes_of, rates_sources
from ticker.config import DEFAULT_RATES, Config, ConfigError
from ticker.model import DAY, Freshness, Home, Rate, RatesSource, Table, Window
from ticker.rates.compose import bank_terms, compose
from ticker.rates.freshness import freshness
from ticker.snapshot import Snapshot

TENGE = Home("KZT", HOME.zone)
NBK = RatesSource("nbk", "https://bank.example/", Window.any_time(HOME.zone), "NBK", TENGE, ahead_days=1)
CBR = replace(NBK, id="cbr", bank="CBR", ahead_days=4)
TUESDAY = date(2026, 5, 19)


def dollar(day: date, quoted: str) -> Table:
    return Table(day, (Rate("USD", Decimal(quoted), 1, day, day),))


def opened(source: RatesSource) -> Book:
    book = Book(source=source)
    book.sees(dollar(TUESDAY - DAY, "470.50"), f"{TUESDAY - DAY} 09:00")
    book.sees(dollar(TUESDAY, "471.00"), f"{TUESDAY} 09:00")
    return book


def test_a_table_two_weeks_ahead_is_refused_and_hides_none_of_the_days_between():
    book = opened(NBK)
    said = book.sees(dollar(TUESDAY + 14 * DAY, "471.50"), f"{TUESDAY} 10:00")
    assert "publishes no further ahead than 2026-05-20" in said.refused
    book.sees(dollar(TUESDAY + DAY, "471.20"), f"{TUESDAY + DAY} 09:00")
    assert list(book.believed("USD").values())[-1] == "471.20"


def test_one_of_a_few_days_ahead_is_believed_for_its_day_and_hides_none_before_it():
    book = opened(CBR)
    book.sees(dollar(TUESDAY + 4 * DAY, "472.00"), f"{TUESDAY} 10:00")
    book.sees(dollar(TUESDAY + DAY, "471.20"), f"{TUESDAY + DAY} 09:00")
    assert book.believed("USD")[TUESDAY + DAY] == "471.20"


def test_it_answers_for_no_day_of_a_bank_that_nobody_reached_since():
    book = opened(replace(CBR, ahead_days=14))
    book.sees(dollar(TUESDAY + 10 * DAY, "472.00"), f"{TUESDAY} 10:00")
    book.looks = {("cbr", "USD"): bishkek(f"{TUESDAY} 10:00")}
    now = bishkek(f"{TUESDAY + 3 * DAY} 09:00")
    content = compose(TENGE, [bank_terms(CBR)], [], {"cbr": book.known}, [])
    (figure,) = freshness(Snapshot(1, now, content, book.looks), now).figures
    assert (figure.freshness, figure.rate) == (Freshness.STALE, None)


def config(**more: object) -> Config:
    return Config.model_validate({"rates": {id_: dict(one) for id_, one in DEFAULT_RATES.items()}, **more})


def test_banks_that_are_asked_for_a_day_have_none_later_than_the_next():
    ahead = {one.id: one.ahead_days for one in rates_sources(config())}
    assert {one: ahead[one] for one in ("nbk", "cbu", "nbt", "nbg")} == dict.fromkeys(("nbk", "cbu", "nbt", "nbg"), 1)
    assert {ahead["cbr"], ahead["ecb"], ahead["nbrb"]} == {4}


@pytest.mark.parametrize(
    ("homes", "rates", "sentence"),
    [
        (
            {"EUR": {"bank": "ECB", "zone": "Europe/Berlin", "currencies": ["USD"]}},
            {},
            "homes.EUR.bank is 'ECB'; a bank that sets EUR is wanted: none is known",
        ),
        (
            {"UZS": {"bank": "NBK", "zone": "Asia/Tashkent"}},
            {},
            "homes.UZS.bank is 'NBK'; a bank that sets UZS is wanted: CBU",
        ),
        (
            {"UZS": {"bank": "CBU", "zone": "Asia/Tashkent"}},
            {"cbu": {"enabled": False}},
            "homes.UZS.bank is 'CBU'; no section of [rates] with that bank is switched on",
        ),
        (
            {},
            {"nbk": {"bank": "FED"}},
            "rates.nbk.bank is 'FED'; one of NBKR, CBR, NBK, CBU, NBT, NBRB, NBG, ECB is wanted",
        ),
        (
            {"UZS": {"bank": "CBU", "zone": "Asia/Tashkent"}},
            {"cbu": {"opens": "14:00"}},
            "rates.cbu.weekdays is not set; the bank's is not known, so all three are wanted",
        ),
    ],
)
def test_a_home_that_cannot_be_is_told_in_a_sentence(homes, rates, sentence):
    kgs = {"KGS": {"bank": "NBKR", "zone": "Asia/Bishkek"}}
    changed = {id_: {**one, **rates.get(id_, {})} for id_, one in DEFAULT_RATES.items()}
    with pytest.raises(ConfigError) as met:
        homes_of(Config.model_validate({"rates": changed, "homes": {**kgs, **homes}}))
    assert str(met.value) == sentence
