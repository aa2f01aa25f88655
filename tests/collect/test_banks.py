"""The banks beside NBKR: what is recorded of them is read, and a table that errs is told in a sentence."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from support import bank_bodies
from support.bank_bodies import (
    ARCHIVE_PAGES,
    ECB_COLUMNS,
    ECB_HISTORY,
    ECB_SERIES,
    EUR,
    FORMATS,
    USD,
    Row,
    cbr_archive,
    nbrb_archive,
)

from ticker import service
from ticker.cli.check import check
from ticker.collect.sources import BANKS, cbr, cbu, ecb, nbg, nbk, nbrb, nbt, recognise
from ticker.collect.sources import adapter as contract
from ticker.collect.sources.adapter import BankAdapter, OutOfRange, Weekend
from ticker.collect.sources.reading import MAX_TABLE_BYTES
from ticker.config import load
from ticker.model import DAY, ParseError, Revision, Table
from ticker.rates.defunct import DEFUNCT
from ticker.rates.tracks import newest_believed

TUESDAY = date(2026, 3, 3)
FOLDERS = {
    "cbr": "CBR", "nationalbank_kz": "NBK", "cbu_uz": "CBU", "nbt_tj": "NBT", "nbrb_by": "NBRB", "nbg_ge": "NBG",
    "ecb": "ECB", "nbkr": "NBKR",
}  # fmt: skip
JSON_BANKS = ("CBU", "NBRB", "NBG")
XML_BANKS = ("CBR", "NBK", "NBT", "ECB")

of_each_bank = pytest.mark.parametrize("bank", FORMATS)


def parse(bank: str, body: bytes) -> Table:
    return BANKS[bank].parse(body, bank.lower())


def refusal(bank: str, body: bytes) -> str:
    with pytest.raises(ParseError) as met:
        parse(bank, body)
    assert len(str(met.value)) < 400
    assert str(met.value).isprintable()
    return str(met.value)


def bodies(recorded: Path) -> list[tuple[str, Path]]:
    """Every recorded body of every bank, with the bank's key."""
    return [
        (bank, path)
        for folder, bank in FOLDERS.items()
        for path in sorted((recorded / folder).iterdir())
        if not path.name.endswith(".headers.txt")
    ]


# By file: the day in the body, the number of rates, and figures read off it by eye, with their nominals.
TABLES = {
    "cbr/XML_daily_2016-08-23_indented.xml": ("2016-08-23", 33, {"AUD": "48.8557/1"}),
    "cbr/XML_daily_2016-12-09_indented.xml": ("2016-12-09", 33, {"AUD": "47.5553/1"}),
    "cbr/XML_daily_fetched_2026-03-19T104938Z.xml": (
        "2026-03-19", 54, {"AUD": "59.1441/1", "DZD": "62.9705/100", "JPY": "52.2410/100", "MMK": "39.5838/1000"},
    ),
    "cbr/XML_daily_fetched_2026-04-26T220058Z.xml": (
        "2026-04-25", 54, {"USD": "75.5273/1", "KGS": "86.4125/100", "IRR": "53.9256/1000000", "HKD": "96.5699/10"},
    ),
    "nationalbank_kz/get_rates_fdate_2026-04-01.xml": (
        "2026-04-01", 39, {"AUD": "328.01/1", "AMD": "12.72/10", "JPY": "3/1", "KGS": "5.47/1"},
    ),
    "nationalbank_kz/get_rates_fdate_2026-04-02.xml": ("2026-04-02", 39, {"AUD": "329.81/1"}),
    "nationalbank_kz/get_rates_fdate_2026-04-03.xml": ("2026-04-03", 39, {"AUD": "324.15/1"}),
    "cbu_uz/json_all_2026-04-01.json": ("2026-04-01", 75, {"USD": "12194.21/1", "EUR": "13984.32/1"}),
    "cbu_uz/json_all_2026-04-02.json": ("2026-04-02", 75, {"USD": "12142.10/1"}),
    "cbu_uz/json_all_2026-04-03.json": ("2026-04-03", 75, {"USD": "12149.84/1"}),
    "cbu_uz/json_today_2022-08-05_indented.json": ("2022-08-05", 75, {"USD": "10919.89/1", "EUR": "11125.18/1"}),
    "nbt_tj/export_xml_2026-05-18.xml": (
        "2026-05-18", 36, {"USD": "9.3450/1", "EUR": "10.8757/1", "RUB": "0.1277/1", "UZS": "0.0780/100"},
    ),
    "nbt_tj/export_xml_2026-05-19.xml": ("2026-05-19", 36, {"USD": "9.3371/1"}),
    "nbt_tj/export_xml_2026-05-20.xml": ("2026-05-20", 36, {"USD": "9.3288/1"}),
    "nbrb_by/rates_periodicity0_2026-03-17.json": (
        "2026-03-17", 30, {"AUD": "2.0700/1", "USD": "2.9463/1", "KGS": "3.3691/100", "VND": "11.2071/100000"},
    ),
    "nbg_ge/currencies_asked_2026-03-02.json": ("2026-02-28", 42, {"AED": "7.2853/10", "AMD": "7.0960/1000"}),
    "nbg_ge/currencies_asked_2026-03-03.json": ("2026-03-03", 42, {"AED": "7.3291/10"}),
    "nbg_ge/currencies_asked_2026-03-04.json": ("2026-03-03", 42, {"AED": "7.3291/10"}),
    "ecb/eurofxref-daily_2015-01-07.xml": ("2015-01-07", 31, {"USD": "1.1831/1", "IDR": "15041.65/1"}),
    "ecb/eurofxref_2026-10-30.csv": ("2026-10-30", 29, {"USD": "1.1172/1", "CNY": "7.4326/1", "ZAR": "18.6455/1"}),
    "ecb/eurofxref-hist_2021-07_2026-10-30_trimmed.csv": (
        "2026-10-30", 4, {"USD": "1.1172/1", "CNY": "7.4326/1", "TRY": "55.8015/1", "GBP": "0.8338/1"},
    ),
    "ecb/data_api_exr_2026-02-17_trimmed.csv": ("2026-03-18", 29, {"ZAR": "19.4174/1"}),
}  # fmt: skip
PAGES = {
    "cbr/XML_dynamic_KGS_2026-03-01_2026-03-19.xml": (12, "2026-03-03", "88.2534", "2026-03-19", "95.0553", 100),
    "cbr/XML_dynamic_USD_2026-03-01_2026-03-19.xml": (12, "2026-03-03", "77.1734", "2026-03-19", "83.1259", 1),
    "cbr/XML_dynamic_EUR_2026-03-01_2026-03-19.xml": (12, "2026-03-03", "90.7307", "2026-03-19", "94.6663", 1),
    "nbrb_by/dynamics_458_KGS_2026-03-01_2026-03-17.json": (17, "2026-03-01", "3.2616", "2026-03-17", "3.3691", 100),
}
FAILS = {
    "cbr/error_in_parameters.xml": "cbr: ValCurs: met 'Error in parameters', wanted rows",
}
KEY = {path: FOLDERS[path.split("/")[0]] for path in (*TABLES, *PAGES, *FAILS)}


def test_every_recorded_body_of_the_seven_banks_stands_in_this_file(recorded):
    files = {f"{path.parent.name}/{path.name}" for bank, path in bodies(recorded) if bank != "NBKR"}
    assert files == {*TABLES, *PAGES, *FAILS}


@pytest.mark.parametrize("path", TABLES)
def test_a_recorded_table_is_read_whole(recorded, path):
    valid_on, count, figures = TABLES[path]
    table = parse(KEY[path], (recorded / path).read_bytes())
    assert (str(table.valid_on), len(table.rates), table.complaints) == (valid_on, count, ())
    for currency, printed in figures.items():
        quoted, nominal = printed.split("/")
        rate = table[currency]
        assert rate.nominal == int(nominal)
        if KEY[path] == "ECB":
            assert round(rate.quoted * Decimal(quoted), 15) == 1
        else:
            assert str(rate.quoted) == quoted
    adapter = BANKS[KEY[path]]
    days = adapter.stands_days.get(table.valid_on.weekday(), 1)
    assert {rate.valid_until for rate in table.rates} == {table.valid_on + (days - 1) * DAY}
    assert adapter.home not in table.currencies


@pytest.mark.parametrize("path", PAGES)
def test_a_recorded_archive_page_is_read_whole(recorded, path):
    count, *ends, nominal = PAGES[path]
    figures = BANKS[KEY[path]].archive.parse((recorded / path).read_bytes(), "archive")
    assert len(figures) == count
    assert [text for one in (figures[0], figures[-1]) for text in (str(one.valid_on), str(one.quoted))] == ends
    assert {one.nominal for one in figures} == {nominal}


@pytest.mark.parametrize("path", FAILS)
def test_a_recorded_refusal_is_quoted(recorded, path):
    assert refusal(KEY[path], (recorded / path).read_bytes()) == FAILS[path]


def test_a_recorded_body_is_recognised_as_its_banks_and_as_no_other(recorded):
    for bank, path in bodies(recorded):
        body = path.read_bytes()
        claims = [
            (key, kind)
            for key, adapter in BANKS.items()
            for kind in (adapter, adapter.archive)
            if kind and kind.recognises(body)
        ]
        name = f"{path.parent.name}/{path.name}"
        if name in PAGES or "historical" in name:
            assert claims == [(bank, BANKS[bank].archive)], name
        elif name in TABLES or name in FAILS or (bank == "NBKR" and path.suffix == ".xml"):
            assert claims == [(bank, BANKS[bank])], name
        else:
            assert claims == [], name
        assert recognise(body) is (claims[0][1] if claims else None)
    for path in [*recorded.glob("feeds*/*"), *recorded.glob("fawazahmed0/*")]:
        assert recognise(path.read_bytes()) is None, path.name


@pytest.mark.parametrize(
    ("bank", "path"),
    [
        ("CBR", "cbr/XML_daily_fetched_2026-04-26T220058Z.xml"),
        ("NBK", "nationalbank_kz/get_rates_fdate_2026-04-03.xml"),
        ("CBU", "cbu_uz/json_all_2026-04-03.json"),
        ("NBT", "nbt_tj/export_xml_2026-05-20.xml"),
        ("NBRB", "nbrb_by/rates_periodicity0_2026-03-17.json"),
        ("NBG", "nbg_ge/currencies_asked_2026-03-04.json"),
        ("ECB", "ecb/eurofxref_2026-10-30.csv"),
    ],
)
def test_the_nominals_shipped_are_those_of_the_newest_recorded_table(recorded, bank, path):
    table = parse(bank, (recorded / path).read_bytes())
    assert {rate.currency: rate.nominal for rate in table.rates} == BANKS[bank].nominals


def test_the_archives_ids_are_those_of_the_newest_recorded_tables(recorded):
    body = (recorded / "cbr/XML_daily_fetched_2026-04-26T220058Z.xml").read_text("windows-1251")
    ids = re.findall(r'<Valute ID="(\w+)"><NumCode>\d+</NumCode><CharCode>(\w+)<', body)
    assert {currency: id_ for id_, currency in ids} == cbr.VALUTE_IDS
    rows = json.loads((recorded / "nbrb_by/rates_periodicity0_2026-03-17.json").read_bytes())
    assert {row["Cur_Abbreviation"]: row["Cur_ID"] for row in rows} == nbrb.CUR_IDS


def crossed(table: Table, own: str, home: str) -> dict[str, Decimal]:
    """What the bank of `own` says of currencies in another home currency."""
    values = {rate.currency: rate.value for rate in table.rates} | {own: Decimal(1)}
    return {currency: value / values[home] for currency, value in values.items() if currency != home}


def test_the_two_recorded_neighbours_agree_with_each_other_within_what_is_stated(recorded):
    compared = 0
    for day in ("2026-04-01", "2026-04-02", "2026-04-03"):
        tables = {
            "NBK": parse("NBK", (recorded / f"nationalbank_kz/get_rates_fdate_{day}.xml").read_bytes()),
            "CBU": parse("CBU", (recorded / f"cbu_uz/json_all_{day}.json").read_bytes()),
        }
        for bank, other in (("NBK", "CBU"), ("CBU", "NBK")):
            adapter = BANKS[bank]
            said = crossed(tables[other], BANKS[other].home, adapter.home)
            for currency, threshold in adapter.agreement.items():
                assert abs(said[currency] / tables[bank][currency].value - 1) < threshold / 5, (bank, currency, day)
                compared += 1
    assert compared == 3 * (5 + 6)


def test_the_russian_banks_recorded_days_agree_with_the_kyrgyz_series_within_what_is_stated(recorded):
    with (recorded / "nbkr/official_series_2021-07-03_2026-08-22.csv").open(encoding="utf-8") as file:
        series = {row["date"]: row for row in csv.DictReader(file)}
    worst = {}
    for currency in ("USD", "EUR", "KGS"):
        page = (recorded / f"cbr/XML_dynamic_{currency}_2026-03-01_2026-03-19.xml").read_bytes()
        for one in cbr.parse_archive(page):
            row = {**series[str(one.valid_on)], "kgs": "1"}
            derived = Decimal(row[currency.lower()]) / Decimal(row["rub"])
            apart = abs(derived / (one.quoted / one.nominal) - 1)
            worst[currency] = max(worst.get(currency, Decimal(0)), apart)
    assert {currency: f"{move:.2%}" for currency, move in worst.items()} == {
        "USD": "0.66%",
        "EUR": "0.84%",
        "KGS": "0.66%",
    }
    assert all(move < cbr.ADAPTER.agreement[currency] / 2 for currency, move in worst.items())


@of_each_bank
def test_a_body_of_our_own_is_read(bank):
    form = FORMATS[bank]
    table = parse(bank, form.table())
    assert (table.valid_on, table.currencies, table.complaints) == (TUESDAY, {"USD", form.other.currency}, ())
    assert recognise(form.table()) is BANKS[bank]
    if bank != "ECB":
        assert (str(table["USD"].quoted), table["USD"].nominal) == ("80.1234", 1)


@of_each_bank
@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (Row("EURO", "1", "92.5600"), "met 'EURO', wanted three capital letters"),
        (Row("eur", "1", "92.5600"), "met 'eur', wanted three capital letters"),
        (Row("JPY", "1", "0.0000"), "JPY / "),
        (Row("JPY", "1", "-5"), "JPY / "),
        (Row("JPY", "1", "9999999999"), "JPY / "),
        (Row("JPY", "1", "1.123456789"), "JPY / "),
        (Row("JPY", "1", "1e2"), "JPY / "),
    ],
)
def test_a_row_that_cannot_be_read_is_dropped_and_named(bank, row, complaint):
    table = parse(bank, FORMATS[bank].table(USD, row))
    assert table.currencies == {"USD"}
    (said,) = table.complaints
    assert said.startswith(f"{bank.lower()}: ")
    assert complaint in said


@pytest.mark.parametrize("bank", sorted(FORMATS.keys() - {"ECB"}))
@pytest.mark.parametrize("nominal", ["2", "50", "0", "10000000"])
def test_a_nominal_that_is_no_power_of_ten_up_to_a_million_drops_its_row(bank, nominal):
    table = parse(bank, FORMATS[bank].table(USD, Row("JPY", nominal, "5")))
    assert table.currencies == {"USD"}
    assert f"met '{nominal}', wanted 1, 10, 100" in table.complaints[0]


@of_each_bank
def test_its_own_currency_and_one_met_twice_are_dropped(bank):
    home = BANKS[bank].home
    table = parse(bank, FORMATS[bank].table(USD, Row(home, "1", "1"), Row("GBP", "1", "5"), Row("GBP", "1", "6")))
    assert table.currencies == {"USD"}
    own, twice = table.complaints
    assert f"met '{home}', wanted three capital letters, of another currency than its own" in own
    assert twice.endswith("GBP: met 2 times, wanted once; all are dropped")


@of_each_bank
def test_what_is_no_table_is_refused_with_a_sentence(bank):
    form = FORMATS[bank]
    whole = form.table()
    for body in (
        b"",
        b" \r\n",
        b"\0\1\2",
        b"<html><body>Attention Required!</body></html>",
        b"<!DOCTYPE html><html></html>",
        whole[: len(whole) // 2],
        whole.decode("latin-1").encode("utf-16"),
        b"[" * 50_000,
        b"<a>" * 20_000,
        b"[]",
        b"{}",
        b"null",
        b'"text"',
        b"\xff\xfe\xfa",
    ):
        assert refusal(bank, body).startswith(f"{bank.lower()}: ")
    assert "wanted at most" in refusal(bank, whole + b" " * (1 << 20))
    assert "none readable" in refusal(bank, form.table(Row("JPY", "1", "0")))


@of_each_bank
@pytest.mark.parametrize("day", ["", "31.02.2026", "2026-02-31", "03.03.26", "3.3.2026", "01.01.0001", "0001-01-01",
                                 "03/03/2026", "2026-03-03T17:00:00", "٠٣.٠٣.٢٠٢٦"])  # fmt: skip
def test_a_table_without_a_day_is_refused(bank, day):
    assert "wanted" in refusal(bank, FORMATS[bank].make(day, [USD, FORMATS[bank].other]))


@pytest.mark.parametrize("bank", XML_BANKS)
def test_a_document_type_is_refused(bank):
    whole = FORMATS[bank].table()
    at = whole.index(b"?>") + 2
    assert "without a DOCTYPE" in refusal(bank, whole[:at] + b'<!DOCTYPE a [<!ENTITY b "1">]>' + whole[at:])


@pytest.mark.parametrize("bank", ["CBR", "NBK", "NBT"])
def test_two_figures_of_one_row_and_a_figure_in_pieces_are_no_number(bank):
    for pieces in (Row("EUR", "1", "5</Value><Value>6"), Row("EUR", "1", "5<b/>6")):
        whole = FORMATS[bank].table(USD, pieces)
        if bank == "NBK":
            whole = whole.replace(b"Value>", b"description>")
        table = parse(bank, whole)
        assert table.currencies == {"USD"}
        assert "EUR / " in table.complaints[0]


def test_a_mark_that_the_bank_does_not_use_is_no_decimal_mark():
    """12,194 of a bank that writes a point could be twelve thousand."""
    for bank in ("NBK", "NBT", "CBU"):
        table = parse(bank, FORMATS[bank].table(USD, Row("EUR", "1", "12,194")))
        assert table.currencies == {"USD"}
    with_point = FORMATS["CBR"].table(USD, Row("EUR", "1", "POINT")).replace(b"POINT", b"12.194")
    assert parse("CBR", with_point).currencies == {"USD"}


@pytest.mark.parametrize("bank", JSON_BANKS)
def test_a_value_of_another_type_is_dropped_by_name(bank):
    whole = FORMATS[bank].table(USD, Row("EUR", "1", "92.5600"))
    figure = b'"92.5600"' if bank == "CBU" else b"92.5600"
    for other in (b"null", b"true", b"[]", b"{}", b"92.56" if bank == "CBU" else b'"92.56"'):
        table = parse(bank, whole.replace(figure, other))
        assert table.currencies == {"USD"}
        assert "EUR / " in table.complaints[0]
    assert "none readable" in refusal(bank, FORMATS[bank].table(Row("EURO", "1", "1"), Row("US", "1", "1")))


@pytest.mark.parametrize("bank", JSON_BANKS)
def test_a_member_that_lacks_is_named_with_its_currency(bank):
    name = {"CBU": "Rate", "NBRB": "Cur_OfficialRate", "NBG": "rate"}[bank]
    form = FORMATS[bank]
    whole = form.table(USD, EUR)
    cut = whole.rindex(f'"{name}"'.encode())
    table = parse(bank, whole[:cut] + whole[cut:].replace(f'"{name}"'.encode(), b'"no"', 1))
    assert table.currencies == {"USD"}
    assert f"EUR: met 'no {name}'" in table.complaints[0]


@pytest.mark.parametrize("bank", ["NBRB", "NBG"])
@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e", b"01"])
def test_what_is_no_number_of_json_is_refused(bank, number):
    whole = FORMATS[bank].table(USD, EUR)
    assert "wanted an array" in refusal(bank, whole.replace(b"92.5600", number))


@pytest.mark.parametrize("number", [b"1e999999999999999999999", b"9" * 5000, b"1" + b"0" * 400 + b".5"])
def test_a_huge_number_drops_its_row_alone(number):
    table = parse("NBRB", FORMATS["NBRB"].table(USD, EUR).replace(b"92.5600", number))
    assert table.currencies == {"USD"}


def test_two_members_of_one_name_are_refused():
    whole = FORMATS["NBRB"].table().replace(b'"Cur_Scale":1', b'"Cur_Scale":1,"Cur_Scale":100', 1)
    assert "a second Cur_Scale in one object" in refusal("NBRB", whole)


@pytest.mark.parametrize(("bank", "other"), [("CBU", b"02.03.2026"), ("NBRB", b"2026-03-02T00:00:00")])
def test_a_row_of_another_day_than_the_others_is_dropped(bank, other):
    whole = FORMATS[bank].table(USD, EUR, Row("GBP", "1", "101.5"))
    day = FORMATS[bank].day.encode()
    at = whole.index(b"EUR")
    at = whole.index(day, at) if bank == "CBU" else whole.rindex(day, 0, at)
    table = parse(bank, whole[:at] + other + whole[at + len(day) :])
    assert (table.valid_on, table.currencies) == (TUESDAY, {"USD", "GBP"})
    assert "EUR / Date: met '2026-03-02', wanted the table's day, 2026-03-03" in table.complaints[0]
    two = FORMATS[bank].table(USD, EUR).replace(day, other, 1)
    assert "met '2026-03-02 and 2026-03-03', wanted one day for all rows" in refusal(bank, two)


def test_a_georgian_row_valid_from_another_day_than_its_table_is_dropped():
    whole = FORMATS["NBG"].table(USD, EUR)
    at = whole.rindex(b"2026-03-03")
    table = parse("NBG", whole[:at] + b"2026-03-04" + whole[at + 10 :])
    assert table.currencies == {"USD"}
    assert "EUR" in table.complaints[0]
    assert "wanted the table's day, 2026-03-03" in table.complaints[0]
    assert "wanted an array of one table" in refusal("NBG", b"[" + whole[1:-1] + b"," + whole[1:-1] + b"]")


@pytest.mark.parametrize(("bank", "saturday"), [("CBR", "07.03.2026"), ("NBG", "2026-03-07T00:00:00.000Z")])
def test_a_saturdays_table_stands_until_monday_where_that_was_seen(bank, saturday):
    table = parse(bank, FORMATS[bank].make(saturday, [USD]))
    assert (table.valid_on, table["USD"].valid_until) == (date(2026, 3, 7), date(2026, 3, 9))
    assert BANKS[bank].weekend is Weekend.STANDS


def test_of_the_european_banks_files_the_newest_day_is_read_and_figures_are_turned_round():
    for body in (ECB_COLUMNS, ECB_HISTORY, ECB_SERIES, b"\xef\xbb\xbf" + ECB_HISTORY):
        table = parse("ECB", body)
        assert (table.valid_on, table.complaints) == (TUESDAY, ())
        assert str(table["USD"].quoted) == "0.85940185630800962530"
        assert recognise(body) is BANKS["ECB"]
    assert parse("ECB", ECB_HISTORY).currencies == {"USD"}
    friday = parse("ECB", ECB_HISTORY.replace(b"2026-03-03", b"2026-03-06"))
    assert friday["USD"].valid_until == date(2026, 3, 8)
    assert BANKS["ECB"].testifies is BANKS["CBR"].testifies is contract.Testifies.RATIOS


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"Date,USD\n2026-03-03,1.1636,7\n", "row 2: met '3 cells', wanted 2, as the heading has"),
        (b"Date,USD\n2026-03-02,1.1636\n2026-03", "row 3: met '1 cells'"),
        (b"Date,USD\n31 March,1.1636\n", "Date: met '31 March', wanted a day"),
        (b"Date,USD\n31 Foo 2026,1.1636\n", "Date: met '31 Foo 2026', wanted a day"),
        (b"Date,USD\n", "Date: met 'no day'"),
        (b"Date,USD\n2026-03-03,N/A\n", "met no Cube, wanted at least one"),
        (b"Day,USD\n2026-03-03,1.1\n", "wanted a gesmes:Envelope document, or CSV with Date or TIME_PERIOD"),
        (b"CURRENCY,TIME_PERIOD,OBS_VALUE\nUSD,2026-03,1.1\n", "TIME_PERIOD: met '2026-03'"),
        (b"Date,USD\n2026-03-03,\xff\n", "wanted CSV in UTF-8"),
    ],
)
def test_csv_that_cannot_be_read_is_refused(body, said):
    assert said in refusal("ECB", body)


@pytest.mark.parametrize(
    ("bank", "url", "asked"),
    [
        ("CBR", cbr.URL, "https://www.cbr.ru/scripts/XML_daily.asp"),
        ("NBK", nbk.URL, "https://nationalbank.kz/rss/get_rates.cfm?fdate=03.03.2026"),
        ("CBU", cbu.URL, "https://cbu.uz/en/arkhiv-kursov-valyut/json/all/2026-03-03/"),
        ("CBU", "https://bank.example/all", "https://bank.example/all/2026-03-03/"),
        ("NBT", nbt.URL, "https://www.nbt.tj/en/kurs/export_xml.php?date=2026-03-03&export=xmlout"),
        ("NBRB", nbrb.URL, "https://api.nbrb.by/exrates/rates?periodicity=0"),
        ("NBG", nbg.URL, "https://nbg.gov.ge/gw/api/ct/monetarypolicy/currencies/?date=2026-03-03"),
        ("ECB", ecb.URL, "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"),
    ],
)
def test_the_address_that_is_asked_for(bank, url, asked):
    assert BANKS[bank].address(url, TUESDAY) == asked


def test_an_archives_address_asks_for_one_currency_and_its_days():
    days = date(2026, 3, 1), date(2026, 3, 19)
    assert cbr.ADAPTER.archive.address(cbr.ARCHIVE_URL, "KGS", *days) == (
        "https://www.cbr.ru/scripts/XML_dynamic.asp?VAL_NM_RQ=R01370&date_req1=01/03/2026&date_req2=19/03/2026"
    )
    assert nbrb.ADAPTER.archive.address(nbrb.ARCHIVE_URL, "KGS", *days) == (
        "https://api.nbrb.by/exrates/rates/dynamics/458?startDate=2026-03-01&endDate=2026-03-19"
    )
    for module in (cbr, nbrb):
        with pytest.raises(KeyError):
            module.archive_address("https://bank.example", "PKR", *days)


@pytest.mark.parametrize("bank", ARCHIVE_PAGES)
def test_an_archive_page_of_our_own_is_read_and_recognised(bank):
    archive = BANKS[bank].archive
    assert [one.valid_on.day for one in archive.parse(ARCHIVE_PAGES[bank], "x")] == [3, 4]
    assert recognise(ARCHIVE_PAGES[bank]) is archive


@pytest.mark.parametrize(
    ("bank", "page", "said"),
    [
        ("CBR", b"", "body: met ''"),
        ("CBR", b"<html>Attention Required!</html>", "root element: met 'html'"),
        ("CBR", b"<ValCurs>Error in parameters</ValCurs>", "ValCurs: met 'Error in parameters', wanted rows"),
        ("CBR", b'<ValCurs Date="03.03.2026"><Record/></ValCurs>', "ValCurs / ID: met ''"),
        ("CBR", cbr_archive({"2026-03-03": "77,1"}), "Record / Date: met '2026-03-03'"),
        ("CBR", cbr_archive({"03.03.2026": "n/a"}), "Record 2026-03-03 / Value: met 'n/a'"),
        ("CBR", cbr_archive({"03.03.2026": "7"}, nominal="3"), "Record 2026-03-03 / Nominal: met '3'"),
        ("CBR", cbr_archive({"03.03.2026": "7"}).replace(b' Id="R', b' Id="X'), "Id: met 'X01235', wanted the page's"),
        ("CBR", cbr_archive({"03.03.2026": "7"})[:120], "wanted a ValCurs document"),
        ("CBR", b" " * (2 << 20) + b"<ValCurs/>", "wanted at most 1048576"),
        ("NBRB", b"{}", "body: met 'an object', wanted an array"),
        ("NBRB", nbrb_archive({"03.03.2026": "2.9"}), "item / Date: met '03.03.2026T00:00:00'"),
        ("NBRB", nbrb_archive({"2026-03-03": "null"}), "item 2026-03-03 / Cur_OfficialRate: met 'null'"),
        ("NBRB", nbrb_archive({"2026-03-03": "NaN"}), "NaN is no number"),
        (
            "NBRB",
            b"[" + nbrb_archive({"2026-03-03": "1"})[1:-1] + b"," + nbrb_archive({"2026-03-04": "1"}, "458")[1:],
            "Cur_ID: met '431 and 458'",
        ),
        (
            "NBRB",
            b"[" + nbrb_archive({"2026-03-03": "1"})[1:-1] + b"," + nbrb_archive({"2026-03-03": "2"})[1:],
            "archive / 2026-03-03: met '1 and 2', wanted one figure a day",
        ),
    ],
)
def test_what_is_no_archive_page_is_refused_with_a_sentence(bank, page, said):
    with pytest.raises(ParseError, match=r"^x-archive: ") as met:
        BANKS[bank].archive.parse(page, "x-archive")
    assert said in str(met.value)


def test_an_archive_page_without_a_day_is_an_empty_answer_and_a_foreign_number_has_no_nominal():
    assert cbr.parse_archive(cbr_archive({})) == nbrb.parse_archive(b"[]") == ()
    (figure,) = nbrb.parse_archive(nbrb_archive({"2026-03-03": "2.9"}, "145"))
    assert figure.nominal is None


def test_the_belarusian_archive_is_not_asked_for_days_before_the_redenomination():
    assert nbrb.ADAPTER.archive.earliest == DEFUNCT["BYR"].since


def test_nothing_is_promised_that_was_never_recorded():
    for bank, adapter in BANKS.items():
        if bank == "NBKR":
            continue
        assert (adapter.window, adapter.ahead_days) == (None, None), bank
        assert not adapter.tight_limits, bank
    assert [bank for bank, one in BANKS.items() if one.weekend is Weekend.UNKNOWN] == ["NBK", "CBU", "NBT"]
    assert [bank for bank, one in BANKS.items() if one.out_of_range is OutOfRange.UNKNOWN] == ["NBK"]
    assert len({one.home for one in BANKS.values()}) == len(BANKS)


@of_each_bank
def test_a_defunct_currency_that_a_bank_goes_on_printing_is_never_offered(bank):
    """BYR ended in 2016, the lev in 2026: both are still printed, by NBKR and by the Central Bank of Uzbekistan."""
    home = BANKS[bank].home
    table = parse(bank, FORMATS[bank].table(USD, Row("BYR", "1", "2"), Row("BGN", "1", "50")))
    assert home not in DEFUNCT
    for rate in table.rates:
        offered = newest_believed([Revision(1, "x", rate, seen_at=None)])
        assert bool(offered) is (rate.currency == "USD"), rate


def test_the_recorded_tables_of_this_year_offer_no_defunct_currency(recorded):
    still_printed = set()
    for bank, path in bodies(recorded):
        adapter = recognise(path.read_bytes())
        if not isinstance(adapter, BankAdapter) or "error" in path.name:
            continue
        table = adapter.parse(path.read_bytes(), bank)
        for rate in table.rates:
            if rate.currency in DEFUNCT and rate.valid_on >= DEFUNCT[rate.currency].since:
                still_printed.add((bank, rate.currency))
                assert not newest_believed([Revision(1, "x", rate, seen_at=None)])
    assert still_printed == {("NBKR", "BYR"), ("CBU", "BGN")}


@of_each_bank
@pytest.mark.parametrize("has_source", [True, False])
def test_a_file_is_judged_as_its_own_banks_source_would_be_and_read_where_there_is_none(bank, has_source, tmp_path):
    file = tmp_path / "table"
    file.write_bytes(FORMATS[bank].table())
    config = load(None, {"TICKER_WITNESSES_ENABLED": str(has_source)}).config
    now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    checked = check(str(file), config, service.fetch_limits(config), {}, now)
    assert (checked.kind, len(checked.rates), checked.error) == ("rates", 2, None)
    other = FORMATS[bank].other.currency
    assert checked.verdict == (
        (f"unconfirmed, first figures: {', '.join(sorted((other, 'USD')))}",) if has_source else ()
    )


def test_a_file_of_an_archive_page_is_read_with_the_nominal_where_it_has_one(tmp_path):
    file = tmp_path / "page"
    file.write_bytes(ARCHIVE_PAGES["CBR"])
    now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    config = load(None, {}).config
    checked = check(str(file), config, service.fetch_limits(config), {}, now)
    assert [(one["quoted"], one["nominal"]) for one in checked.rates] == [("77.1734", 1), ("77.6093", 1)]


def test_the_limits_of_bytes_leave_room_for_what_is_recorded(recorded):
    sizes = [path.stat().st_size for bank, path in bodies(recorded) if path.suffix in (".xml", ".json")]
    assert max(sizes) * 2 < MAX_TABLE_BYTES
    assert bank_bodies.FORMATS.keys() == set(BANKS) - {"NBKR"}
