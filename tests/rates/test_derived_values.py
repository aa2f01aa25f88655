"""The derived values that were once worked out of the recorded bodies by hand: adapters and `cross` give the same."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ticker import snapshot
from ticker.collect.sources import BANKS
from ticker.rates.witnesses import Witnesses, as_printed, cross, percent

HOME = "KGS"
ECB = "ECB of the day before x official USD"
PRINTED = Decimal("0.0001")
LISTED = {"CBR": 39, "NBK": 9, "CBU": 9, "NBT": 9, "NBRB": 3, "NBG": 6, "fawazahmed0": 6, ECB: 1316}


@pytest.fixture
def listed(recorded: Path) -> list[dict[str, str]]:
    with (recorded / "nbkr/derived_cross_rate_differences.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def prices(bank: str, folder: Path, row: Mapping[str, str]) -> dict[str, Decimal]:
    """What one unit of each currency costs at the bank on the row's day, read by its adapter."""
    adapter, day = BANKS[bank], date.fromisoformat(row["date"])
    if "*" not in row["file"]:
        table = adapter.parse((folder / row["file"]).read_bytes(), bank)
        assert table.valid_on == day, row["file"]
        return {one.currency: one.value for one in table.rates} | {adapter.home: Decimal(1)}
    assert adapter.archive
    found = {adapter.home: Decimal(1)}
    for currency in ("USD", "EUR", HOME):
        page = (folder / row["file"].replace("*", currency)).read_bytes()
        (figure,) = [one for one in adapter.archive.parse(page, bank) if one.valid_on == day]
        assert figure.nominal
        found[currency] = figure.quoted / figure.nominal
    return found


def percent_of(row: Mapping[str, str]) -> Decimal:
    return Decimal(row["difference_percent"])


def differs(derived: Decimal, row: Mapping[str, str]) -> bool:
    shown = derived.quantize(PRINTED), percent(derived, Decimal(row["official"]))
    return shown != (Decimal(row["derived"]), percent_of(row))


def test_every_row_is_of_a_source_that_is_tried_here(listed):
    assert {source: sum(row["source"] == source for row in listed) for source in LISTED} == LISTED
    assert len(listed) == sum(LISTED.values())


@pytest.mark.parametrize("bank", ["CBR", "NBK", "CBU", "NBT", "NBRB", "NBG"])
def test_a_banks_rows_are_what_its_tables_give(recorded, listed, bank):
    tried = 0
    for row in listed:
        if row["source"] == bank:
            of, currency = prices(bank, recorded, row), row["pair"].partition("/")[0]
            derived = cross(of[currency], of[HOME])
            assert not differs(derived, row), (row, derived)
            assert as_printed(derived) == Decimal(row["derived"])
            tried += 1
    assert tried == LISTED[bank]


@pytest.mark.parametrize("bank", ["NBK", "CBU", "NBT", "NBRB", "NBG"])
def test_a_witness_of_levels_says_them(recorded, listed, bank):
    """The same by way of the testimony that a snapshot has."""
    for row in listed:
        if row["source"] == bank:
            day, currency = date.fromisoformat(row["date"]), row["pair"].partition("/")[0]
            table = snapshot.Testimony(bank.lower(), day, tuple(prices(bank, recorded, row).items()))
            terms = snapshot.WitnessTerms(bank.lower(), bank, BANKS[bank].home, sets_levels=True)
            said = Witnesses(HOME, [terms], [table], {currency: Decimal("0.025")}).crossed(currency, day)
            assert [as_printed(one.value) for one in said] == [Decimal(row["derived"])], row


def test_the_rows_of_market_rates_are_their_inverse(recorded, listed):
    """It is no bank and no source; its quotes are of a som, the other way round."""
    for row in listed:
        if row["source"] == "fawazahmed0":
            quotes = json.loads((recorded / row["file"]).read_text(encoding="utf-8"), parse_float=Decimal)["kgs"]
            derived = cross(Decimal(1), quotes[row["pair"].partition("/")[0].lower()])
            assert not differs(derived, row), (row, derived)


def ecb_days(recorded: Path) -> Iterator[tuple[date, Decimal]]:
    """A euro in dollars on each day, oldest first: each row of the recorded table as an answer of its own."""
    (file,) = (recorded / "ecb").glob("eurofxref-hist_*.csv")
    heading, *rows = file.read_text(encoding="utf-8").splitlines()
    for row in reversed(rows):
        table = BANKS["ECB"].parse(f"{heading}\n{row}\n".encode(), "ecb")
        # The adapter turns the printed figure round, to 20 digits.
        yield table.valid_on, cross(Decimal(1), table["USD"].value).quantize(Decimal("1e-12"))


def test_the_rows_of_the_european_bank_are_its_ratio_times_the_official_dollar(recorded, listed):
    with (recorded / "nbkr/official_series_2021-07-03_2026-08-22.csv").open(encoding="utf-8") as file:
        dollars = {row["date"]: Decimal(row["usd"]) for row in csv.DictReader(file)}
    days = list(ecb_days(recorded))
    wrong = []
    for row in listed:
        if row["source"] == ECB:
            before = [ratio for day, ratio in days if day < date.fromisoformat(row["date"])]
            derived = before[-1] * dollars[row["date"]]
            # 20 products end in exactly half a unit, and the list has now the upper, now the lower neighbour.
            near = abs(derived - Decimal(row["derived"])) <= PRINTED / 2
            wrong += [] if near and percent(derived, Decimal(row["official"])) == percent_of(row) else [row]
    assert not wrong
