"""NBKR's three formats: small bodies of our own beside their values, then every recorded body."""

from __future__ import annotations

import csv
import re
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ticker.collect.sources import nbkr
from ticker.model import ParseError

BODIES = Path(__file__).parents[1] / "bodies" / "nbkr"


@pytest.fixture
def body():
    return lambda name: (BODIES / name).read_bytes()


@pytest.fixture
def series(recorded):
    """The official figures by day and currency."""
    with (recorded / "nbkr" / "official_series_2021-07-03_2026-08-22.csv").open(encoding="utf-8") as file:
        return {
            (date.fromisoformat(row["date"]), name.upper()): Decimal(figure)
            for row in csv.DictReader(file)
            for name, figure in row.items()
            if name != "date"
        }


def table_with(name="Daily Exchange Rates", valid_on="18.06.2025", encoding="windows-1251", **figures: str) -> bytes:
    """A table with an honest USD and these."""
    rows = [_row("USD", "87,4500"), *(_row(currency, printed) for currency, printed in figures.items())]
    return _document("".join(rows), name, valid_on, encoding)


def _row(currency: str, printed: str, nominal: str = "1", more: str = "") -> str:
    return f'<Currency ISOCode="{currency}"><Nominal>{nominal}</Nominal>{more}<Value>{printed}</Value></Currency>'


def _document(rows: str, name="Daily Exchange Rates", valid_on="18.06.2025", encoding="windows-1251") -> bytes:
    head = f'<?xml version="1.0" encoding="{encoding}" ?>'
    return f'{head}<CurrencyRates Name="{name}" Date="{valid_on}">{rows}</CurrencyRates>'.encode()


def test_a_daily_table_is_valid_for_its_day(body):
    table = nbkr.parse(body("daily.xml"))
    assert (table.valid_on, table.complaints) == (date(2025, 6, 18), ())
    assert [one.currency for one in table.rates] == ["USD", "EUR", "CNY", "KZT", "RUB"]
    usd = table["USD"]
    assert (str(usd.quoted), usd.nominal, usd.valid_until) == ("87.4500", 1, date(2025, 6, 18))


def test_a_weekly_table_is_valid_for_seven_days(body):
    assert {one.valid_until for one in nbkr.parse(body("weekly.xml")).rates} == {date(2025, 6, 20)}
    bare = nbkr.parse(table_with("Weekly Exchange Rates"))
    assert bare["USD"].valid_until == date(2025, 6, 24)


def test_yens_are_quoted_per_ten(body):
    yen = nbkr.parse(body("weekly.xml"))["JPY"]
    assert (str(yen.quoted), yen.nominal, str(yen.value)) == ("6.0520", 10, "0.60520")


@pytest.mark.parametrize(
    "printed",
    ["", "n/a", "-1,00", "0,0000", "1e5", "1 087,45", "1.087,45", "1,087.45", "87,", ",5", "NaN", "Infinity",
     "99999999999", "0x57", "８７,４５", "٨٧,٤٥"],
)  # fmt: skip
def test_a_figure_that_cannot_be_read_drops_its_row_and_is_named(printed):
    table = nbkr.parse(table_with(EUR=printed, encoding="utf-8"))
    assert table.currencies == {"USD"}
    (complaint,) = table.complaints
    assert complaint.startswith("nbkr: Currency EUR / ")
    assert "wanted" in complaint


@pytest.mark.parametrize("nominal", ["", "0", "-1", "2", "50", "1,0", "ten", "10000000", "١"])
def test_a_nominal_that_is_no_power_of_ten_drops_its_row(nominal):
    table = nbkr.parse(_document(_row("USD", "87,45") + _row("EUR", "99,56", nominal), encoding="utf-8"))
    assert table.currencies == {"USD"}
    assert "Currency EUR / Nominal" in table.complaints[0]


@pytest.mark.parametrize("days", ["0", "-7", "8", "99", "100", "seven", "7,5"])
def test_a_validity_that_cannot_be_read_drops_its_row(days):
    more = f"<ValidFor>{days}</ValidFor>"
    rows = _row("USD", "87,45") + _row("GBP", "118,63", more=more)
    table = nbkr.parse(_document(rows, name="Weekly Exchange Rates"))
    assert table.currencies == {"USD"}
    assert "Currency GBP / ValidFor" in table.complaints[0]


@pytest.mark.parametrize("code", ["", "eur", "EU", "EURO", "E1R", "ЕUR"])
def test_a_code_that_is_none_drops_its_row(code):
    table = nbkr.parse(_document(_row("USD", "87,45") + _row(code, "99,56"), encoding="utf-8"))
    assert table.currencies == {"USD"}
    assert "Currency / ISOCode" in table.complaints[0]


def test_of_two_rows_of_one_currency_neither_can_be_chosen():
    table = nbkr.parse(_document(_row("USD", "87,45") + _row("EUR", "99,56") + _row("EUR", "99,65")))
    assert table.currencies == {"USD"}
    assert table.complaints == ("nbkr: Currency EUR: met 2 times, wanted once; all are dropped",)


def test_of_two_figures_of_one_row_neither_can_be_chosen():
    two = _row("EUR", "99,56</Value><Value>99,65")
    table = nbkr.parse(_document(_row("USD", "87,45") + two))
    assert table.currencies == {"USD"}
    assert "met '99,56 and 99,65'" in table.complaints[0]


@pytest.mark.parametrize(
    "valid_on", ["", "18.6.2025", "2025-06-18", "32.05.2026", "29.02.2025", "00.00.0000", "18.06.25", "01.01.0001",
                 "31.12.9999", "18.06.2025 09:00", "١٨.٠٦.٢٠٢٥"],
)  # fmt: skip
def test_a_table_without_a_day_is_none(valid_on):
    with pytest.raises(ParseError, match=r"CurrencyRates / Date: met .*, wanted a day as DD\.MM\.YYYY"):
        nbkr.parse(table_with(valid_on=valid_on, encoding="utf-8"))


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (b"", "nbkr: body: met ''"),
        (b" \r\n", "nbkr: body: met ''"),
        (b"\x00\x01\x02", "without a NUL"),
        (b"<html><body>Attention Required!</body></html>", "root element: met 'html', wanted CurrencyRates"),
        (b"<!DOCTYPE html><html></html>", "without a DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><CurrencyRates/>', "without a DOCTYPE"),
        (table_with()[:150], "wanted a CurrencyRates document"),
        (table_with(encoding="klingon"), "wanted a CurrencyRates document"),
        (table_with(encoding="hex"), "wanted a CurrencyRates document"),
        (_document(""), "at least one"),
        (_document(_row("USD", "n/a")), "Currency USD / Value: met 'n/a'"),
        (b"<a>" * 20_000, "wanted a CurrencyRates document"),
        (table_with() + b" " * (64 << 10), "wanted at most 65536"),
    ],
)
def test_what_is_no_table_fails_with_a_sentence_that_says_where_and_why(document, complaint):
    with pytest.raises(ParseError) as met:
        nbkr.parse(document)
    assert complaint in str(met.value)
    assert str(met.value).startswith("nbkr: ")
    assert len(str(met.value)) < 400


def test_the_source_is_named_as_it_is_called():
    with pytest.raises(ParseError, match=r"^nbkr-weekly: "):
        nbkr.parse(b"", "nbkr-weekly")


def test_an_archive_page_gives_its_days_oldest_first(body):
    figures = nbkr.parse_archive(body("archive.html"))
    assert [(str(one.valid_on), str(one.quoted)) for one in figures] == [
        ("2025-06-16", "99.2503"),
        ("2025-06-17", "99.2503"),
        ("2025-06-18", "99.5614"),
    ]


def _cells(day: str, value: str) -> bytes:
    marked = f"<td><!--date-->{day}<!--date--></td><td><!--value-->{value}<!--value--></td>"
    return f"<table><tr>{marked}</tr></table>".encode()


def test_an_archive_without_a_row_is_an_empty_answer():
    assert nbkr.parse_archive(b"<html><table></table></html>") == ()


def test_a_day_that_the_archive_repeats_counts_once():
    assert len(nbkr.parse_archive(_cells("18.06.2025", "99,5614") * 2)) == 1


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (b"", "body: met ''"),
        (b"<html>Attention Required!</html>", "wanted the archive's table"),
        (_cells("2025-06-18", "99,5614"), "archive / date: met '2025-06-18'"),
        (_cells("18.06.2025", "n/a"), "archive / value of 2025-06-18: met 'n/a'"),
        (_cells("18.06.2025", "99,5614") + _cells("18.06.2025", "99,6514"), "met '99.5614 and 99.6514'"),
        (_cells("18.06.2025", "99,5614").replace(b"<!--value-->", b""), "no pair of value marks"),
        (b"<table><!--date-->18.06.2025", "a pair around each day"),
        (b" " * (2 << 20), "wanted at most 1048576"),
    ],
)
def test_what_is_no_archive_fails_with_a_sentence(page, complaint):
    with pytest.raises(ParseError, match=r"^nbkr-archive: ") as met:
        nbkr.parse_archive(page)
    assert complaint in str(met.value)


@pytest.mark.parametrize("halves", [b"<!--date-->", b"<!--date--><!--date-->", b"<!--date-->1<!--date--><!--value-->"])
def test_a_page_full_of_halves_takes_no_time(halves):
    page = halves * ((1 << 20) // len(halves))
    began = time.process_time()
    with pytest.raises(ParseError):
        nbkr.parse_archive(page)
    assert time.process_time() - began < 1


def test_an_archives_address_asks_for_one_currency_and_its_days():
    address = nbkr.archive_address("https://bank.example/index1.jsp", "RUB", date(2025, 6, 5), date(2025, 6, 18))
    assert address == (
        "https://bank.example/index1.jsp?item=1562&lang=ENG&valuta_id=44"
        "&beg_day=05&beg_month=06&beg_year=2025&end_day=18&end_month=06&end_year=2025"
    )
    with pytest.raises(KeyError):
        nbkr.archive_address("https://bank.example/index1.jsp", "GBP", date(2025, 6, 5), date(2025, 6, 18))


def test_formats_are_told_apart(body):
    assert [nbkr.looks_like_table(body(name)) for name in ("daily.xml", "weekly.xml", "archive.html")] == [
        True,
        True,
        False,
    ]
    assert nbkr.looks_like_archive(body("archive.html"))


def test_every_recorded_table_is_read_and_equals_the_official_series(recorded, series):
    compared = 0
    for file in sorted((recorded / "nbkr").glob("*.xml")):
        table = nbkr.parse(file.read_bytes(), file.stem)
        assert not table.complaints, file.name
        assert len(table.rates) == file.read_bytes().count(b"<Currency "), file.name
        if named := re.search(r"_date_(\d{4}-\d\d-\d\d)", file.name):
            assert str(table.valid_on) == named[1]
        for rate in table.rates:
            days = 7 if file.name.startswith("weekly") else 1
            assert (rate.valid_until - rate.valid_on).days == days - 1, file.name
            if (official := series.get((rate.valid_on, rate.currency))) and days == 1:
                assert rate.value == official, (file.name, rate)
                compared += 1
    assert compared == 4 * 4  # of 23 and 24 May and 3 July 2026 and 18 July 2022, four currencies each


def test_the_recorded_weekly_tables_have_their_nominals(recorded):
    table = nbkr.parse((recorded / "nbkr" / "weekly_fetched_2026-05-22T130003Z.xml").read_bytes())
    assert len(table.rates) == 40
    nominals = {one.currency: one.nominal for one in table.rates if one.nominal != 1}
    assert nominals == {"JPY": 10, "AMD": 10, "HUF": 10, "IRR": 10, "IDR": 10, "BYR": 100}


def test_the_recorded_archive_pages_are_read(recorded):
    usd, eur = (
        nbkr.parse_archive((recorded / "nbkr" / f"historical_trimmed_{name}_2005-06.html").read_bytes())
        for name in ("usd", "eur")
    )
    days = [date(2005, 6, day) for day in (4, 11, 18, 25)]
    assert [one.valid_on for one in usd] == [one.valid_on for one in eur] == days
    assert [str(one.quoted) for one in usd] == ["40.9879", "41.0511", "41.0685", "40.9614"]
    assert str(eur[-1].quoted) == "49.4425"


def test_what_the_bank_serves_beside_its_tables_is_told_to_be_none(recorded):
    with pytest.raises(ParseError, match="wanted a CurrencyRates document"):
        nbkr.parse((recorded / "nbkr" / "fin_stat_usd_sample.xls").read_bytes())


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (b'<Currency ISOCode="USD"><Nominal>1</Nominal><Value>87<b/>,4500</Value></Currency>', "Value: met '<b>'"),
        (b'<Currency ISOCode="KGS"><Nominal>1</Nominal><Value>1,0000</Value></Currency>', "ISOCode: met 'KGS'"),
    ],
)
def test_a_figure_in_pieces_and_the_home_currency_are_dropped_by_name(row, complaint):
    euro = b'<Currency ISOCode="EUR"><Nominal>1</Nominal><Value>101,5076</Value></Currency>'
    body = b'<CurrencyRates Name="Daily Exchange Rates" Date="23.05.2026">' + row + euro + b"</CurrencyRates>"
    table = nbkr.parse(body)
    assert table.currencies == {"EUR"}
    assert complaint in table.complaints[0]


def test_a_daily_table_is_valid_for_its_day_whatever_it_says():
    row = b'<Currency ISOCode="USD"><Nominal>1</Nominal><ValidFor>7</ValidFor><Value>87,4500</Value></Currency>'
    daily = nbkr.parse(b'<CurrencyRates Name="Daily" Date="23.05.2026">' + row + b"</CurrencyRates>")
    assert daily["USD"].valid_until == daily["USD"].valid_on


def test_a_table_in_utf_16_is_refused():
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY v "77,77">]><CurrencyRates/>'
    with pytest.raises(ParseError, match="without a NUL"):
        nbkr.parse(text.encode("utf-16"))


def test_the_shipped_weekly_table_is_of_its_day_and_not_too_old_for_this_release(recorded):
    """A first weekly figure is believed within twice the shipped one. Ship a newer table when this fails."""
    real = nbkr.parse((recorded / "nbkr" / "weekly_fetched_2026-05-22T130003Z.xml").read_bytes())
    assert real.valid_on == nbkr.ANCHOR_DAY
    assert {one.currency: one.value for one in real.rates} == nbkr.ADAPTER.anchor
    assert {one.currency: one.nominal for one in real.rates}.items() <= nbkr.ADAPTER.nominals.items()
    changelog = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    released = date.fromisoformat(re.findall(r"^## \S+ - (\S+)$", changelog, re.MULTILINE)[0])
    age = released - nbkr.ANCHOR_DAY
    assert age < timedelta(days=365), f"it was {age.days} days old when this version was released"
