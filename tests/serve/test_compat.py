"""What programs already speak: NBKR's files and Frankfurter's API, from what is believed."""

from __future__ import annotations

import csv
import gzip
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.front import Front
from support.given import steadily
from support.scenes import SCENES, WEDNESDAY, Scene, at, daily, day, evening, late, rate, scene, series

from ticker.collect.sources import nbkr
from ticker.model import DAY, Freshness, Rate
from ticker.rates.certain import CertainRates
from ticker.serve.compat import routes as doors
from ticker.serve.compat.frankfurter import FrankfurterQuery, day_json
from ticker.serve.compat.nbkr import Kind, nbkr_xml, table
from ticker.snapshot import BankTerms, Series

XML, V1 = "/compat/nbkr/XML", "/compat/frankfurter/v1"
SATURDAY = WEDNESDAY - 4 * DAY


def weekly(currency: str, quoted: str, first: date = SATURDAY, nominal: int = 1) -> Series:
    return Series("nbkr_weekly", currency, (rate(currency, quoted, first, nominal=nominal, days=7),))


def with_weekly() -> Scene:
    both = (*daily(WEDNESDAY - DAY, WEDNESDAY), weekly("GBP", "117.4147"), weekly("JPY", "5.4969", nominal=10))
    return scene(at(WEDNESDAY, "11:16"), both)


def table_of(one: Scene, kind: Kind = "Daily") -> tuple[Rate, ...]:
    return table(one.snapshot.content, one.judged, kind)


def xml_of(one: Scene, kind: Kind = "Daily") -> str:
    return nbkr_xml(kind, table_of(one, kind), demo=one.snapshot.content.demo).decode("windows-1251")


@pytest.fixture
def front(tmp_path) -> Iterator[Any]:
    """Make the read side of a scene, with figures of the past in the store: `front(day(), {day: {"USD": "87.45"}})`."""
    made: list[Front] = []

    def make(one: Scene, past: dict[date, dict[str, str]] | None = None) -> Front:
        made.append(Front(one, tmp_path))
        if past:
            remember(made[-1], [rate(code, text, on) for on, row in past.items() for code, text in row.items()])
        return made[-1]

    yield make
    for one in made:
        one.live.stop()


def remember(front: Front, rates: list[Rate], source: str = "nbkr", reason: str = "") -> None:
    if front.live.store is None:
        front.live.poll()
    store = front.live.store
    assert store
    token = store.lease("test", 60)
    assert token
    with store.write(token) as write:
        for one in rates:
            write.add(source, one, seen_at=front.now, held_reason=reason or None)


# --- NBKR's files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["daily_fetched_2026-05-22T130003Z", "daily_fetched_2026-05-23T235153Z"])
def test_a_recorded_daily_file_comes_out_byte_for_byte(recorded, name):
    body = (recorded / "nbkr" / f"{name}.xml").read_bytes()
    assert xml_of(collected(body)).encode("windows-1251") == body


@pytest.mark.parametrize("name", ["daily_date_2026-07-03", "daily_date_2013-12-15_usd_altered"])
def test_older_recorded_files_come_out_alike(recorded, name):
    body = (recorded / "nbkr" / f"{name}.xml").read_text(encoding="windows-1251")
    assert xml_of(collected(body.encode("windows-1251"))).split() == body.split()


@pytest.mark.parametrize("name", ["weekly_fetched_2026-05-22T130003Z", "weekly_fetched_2026-05-23T235153Z"])
def test_a_recorded_weekly_file_comes_out_byte_for_byte_less_the_rouble_that_is_no_more(recorded, name):
    body = (recorded / "nbkr" / f"{name}.xml").read_text(encoding="windows-1251")
    gone = re.search(r'<Currency ISOCode="BYR">.*?</Currency>\n', body, re.DOTALL)
    assert gone
    assert xml_of(collected(body.encode("windows-1251"), "nbkr_weekly"), "Weekly") == body.replace(gone[0], "")


def collected(body: bytes, source: str = "nbkr") -> Scene:
    """The scene after that file was read, on the day that it is for."""
    table = nbkr.parse(body)
    rates = tuple(Series(source, one.currency, (one,)) for one in table.rates if one.currency != "BYR")
    return scene(at(table.valid_on, "11:00"), rates)


def test_our_own_collector_reads_what_we_write():
    table = nbkr.parse(nbkr_xml("Daily", table_of(day())))
    assert (table.valid_on, table.rates, table.complaints) == (WEDNESDAY, table_of(day()), ())
    of_week = nbkr.parse(nbkr_xml("Weekly", table_of(with_weekly(), "Weekly")))
    assert of_week.valid_on == SATURDAY
    assert of_week["JPY"] == rate("JPY", "5.4969", SATURDAY, nominal=10, days=7)
    assert of_week.currencies == {"GBP", "JPY"}


def test_in_the_evening_the_table_is_tomorrows_as_in_the_banks_own_file():
    assert 'Date="19.06.2025"' in xml_of(evening())
    assert xml_of(evening()) == xml_of(SCENES["only_tomorrow"]())


def test_a_currency_that_is_held_is_left_out_rather_than_shown_with_an_older_figure():
    text = xml_of(SCENES["rouble_held"]())
    assert 'Date="18.06.2025"' in text
    assert "RUB" not in text
    assert "USD" in text


def test_a_figure_that_the_bank_has_put_in_doubt_since_is_left_out():
    usd, eur, rub = daily(WEDNESDAY - DAY, WEDNESDAY)
    doubted = scene(at(WEDNESDAY, "11:16"), (usd, eur, replace(rub, contested=frozenset({WEDNESDAY}))))
    assert [one.currency for one in table_of(doubted)] == ["USD", "EUR"]
    all_doubted = tuple(replace(one, contested=frozenset({WEDNESDAY})) for one in (usd, eur, rub))
    before = table_of(scene(at(WEDNESDAY, "11:16"), all_doubted))
    assert {one.valid_on for one in before} == {WEDNESDAY - DAY}, "the newest table of which something is believed"


def left_out(quoted: Series, *seen: Series) -> Scene:
    """The bank has given its table anew a quarter of an hour ago, without `quoted`."""
    one = scene(at(WEDNESDAY, "11:16"), (quoted, *seen))
    looks = {**one.snapshot.looks, (quoted.source, quoted.currency): at(WEDNESDAY, "11:01")}
    return replace(one, snapshot=one.snapshot.confirmed(looks))


def test_a_currency_that_the_bank_has_left_out_of_its_table_since_is_left_out_here_too():
    usd, eur, rub = daily(WEDNESDAY - DAY, WEDNESDAY)
    withdrawn = left_out(usd, eur, rub)
    found = withdrawn.judged.figure("USD")
    assert found
    assert found.freshness is Freshness.LATE
    assert [one.currency for one in table_of(withdrawn)] == ["EUR", "RUB"]


def test_a_weekly_figure_that_was_put_in_doubt_within_its_week_is_left_out():
    doubted = replace(weekly("GBP", "117.4147"), contested=frozenset({WEDNESDAY - DAY}))
    both = scene(at(WEDNESDAY, "11:16"), (*daily(WEDNESDAY), doubted, weekly("JPY", "5.4969", nominal=10)))
    assert [one.currency for one in table_of(both, "Weekly")] == ["JPY"]


def test_a_late_table_keeps_its_date_and_one_that_is_too_old_is_not_given():
    assert 'Date="30.12.2025"' in xml_of(late())
    assert table_of(SCENES["stale"]()) == ()
    assert table_of(SCENES["none"]()) == ()
    assert table_of(SCENES["nothing"]()) == ()


def test_the_currencies_have_the_banks_order_and_unknown_ones_follow_by_code():
    codes = ("XYZ", "RUB", "KZT", "ABC", "CNY", "EUR", "USD")
    mixed = scene(at(WEDNESDAY, "11:00"), tuple(series(one, (WEDNESDAY,), ("1.0000",)) for one in codes))
    assert [one.currency for one in table_of(mixed)] == ["USD", "EUR", "CNY", "KZT", "RUB", "ABC", "XYZ"]


def test_another_banks_figures_are_not_given_as_nbkrs():
    other = BankTerms("cbr", "CBR", SCENES["day"]().snapshot.content.banks[0].window, 14)
    foreign = day().with_content(banks=(other,), series=tuple(replace(one, source="cbr") for one in daily(WEDNESDAY)))
    assert table_of(foreign) == ()


def test_invented_figures_are_said_to_be_invented_where_a_reader_of_xml_does_not_stumble():
    text = xml_of(SCENES["demo"]())
    assert "<!-- A demonstration: these figures are invented. -->" in text
    assert nbkr.parse(text.encode()).rates == table_of(day())


def test_the_door_has_what_a_page_needs_to_read_it_from_anywhere(front):
    one = front(day())
    got = one.get(f"{XML}/daily.xml", Origin="https://news.example")
    assert (got.status_code, got.headers["Content-Type"]) == (200, "application/xml")
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Cache-Control"].startswith("public, max-age=60")
    assert got.headers["Last-Modified"] == "Wed, 18 Jun 2025 05:15:01 GMT"
    again = one.get(f"{XML}/daily.xml", If_None_Match=got.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    head = one.get(f"{XML}/daily.xml", "HEAD")
    assert (head.data, dict(head.headers)) == (b"", dict(got.headers))
    asked = one.get(f"{XML}/daily.xml", "OPTIONS", Origin="https://news.example")
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert one.get(f"{XML}/daily.xml", "POST").status_code == 405


def test_a_long_table_is_coded_as_asked(front):
    many = [weekly(f"A{one}{two}", "1.2345") for one in "BCDEF" for two in "GHIJK"]
    one = front(scene(at(WEDNESDAY, "11:16"), tuple(many)))
    coded, plain = (one.get(f"{XML}/weekly.xml", Accept_Encoding=how) for how in ("gzip", "identity"))
    assert gzip.decompress(coded.data) == plain.data
    assert plain.text.count("<ValidFor>7</ValidFor>") == 25


@pytest.mark.parametrize("name", ["none", "nothing", "stale"])
@pytest.mark.parametrize("file", ["daily.xml", "weekly.xml"])
def test_where_there_is_no_table_to_show_the_program_is_asked_to_come_again(front, name, file):
    got = front(SCENES[name]()).get(f"{XML}/{file}")
    assert (got.status_code, got.headers["Retry-After"]) == (503, "10")
    assert got.headers["Cache-Control"] == "no-store"


def test_the_bank_has_no_further_files_here(front):
    one = front(day())
    for path in ("/compat/nbkr/XML/", "/compat/nbkr/XML/DAILY.XML", "/compat/nbkr/daily.xml", "/compat/nbkr"):
        assert one.get(path).status_code == 404


def test_last_modified_moves_with_the_table_and_not_with_headlines(front):
    one = front(day())

    def modified() -> str:
        return str(one.get(f"{XML}/daily.xml").headers["Last-Modified"])

    def show(content: Scene) -> None:
        version = one.cache.snapshot.version + 1
        one.cache.replace_snapshot(replace(content.snapshot, version=version, as_of=one.now))

    first = modified()
    one.now += timedelta(minutes=20)
    show(day().with_content(headlines=()))
    assert modified() == first
    usd, eur, rub = daily(WEDNESDAY - DAY, WEDNESDAY)
    one.now += timedelta(minutes=20)
    show(day().with_content(series=(usd, eur)))
    second = modified()
    assert second != first
    one.now += timedelta(minutes=20)
    show(day())
    assert modified() not in (first, second), "the same bytes as at first, but after others"
    assert rub


# --- Frankfurter: the answer of a day ----------------------------------------------------------------------------


def test_the_latest_has_the_documented_members_and_the_default_base(front):
    got = front(day()).get(f"{V1}/latest")
    assert (got.status_code, got.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert list(got.json) == ["amount", "base", "date", "rates"]
    assert (got.json["amount"], got.json["base"], got.json["date"]) == (1.0, "EUR", "2025-06-18")
    assert list(got.json["rates"]) == ["KGS", "RUB", "USD"]


def test_soms_for_one_unit_are_the_banks_digits_and_no_float_has_touched_them(front):
    got = front(with_weekly()).get(f"{V1}/latest?base=USD&symbols=KGS")
    assert got.text == '{"amount":1.0,"base":"USD","date":"2025-06-18","rates":{"KGS":87.4500}}'
    yen = front(with_weekly()).get(f"{V1}/latest?base=JPY&symbols=KGS")
    assert '"KGS":0.54969}' in yen.text, "for one, not for the ten that the bank quotes"


def test_the_other_way_is_divided_once_and_rounded_half_even_to_ten_digits(front):
    rates = json.loads(front(day()).get(f"{V1}/latest?base=KGS").text, parse_float=Decimal)["rates"]
    assert rates == {one: rounded(Fraction(1) / Fraction(text)) for one, text in TODAY.items()}
    assert rates["USD"] == Decimal("0.01143510577")


TODAY = {"USD": "87.4500", "EUR": "99.5614", "RUB": "1.1019"}


def rounded(value: Fraction, digits: int = 10) -> Decimal:
    """Half even, by whole numbers alone."""
    places = 0
    while value * 10**places < 10 ** (digits - 1):
        places += 1
    while value * Fraction(10) ** places >= 10**digits:
        places -= 1
    return Decimal(round(value * Fraction(10) ** places)).scaleb(-places)


figures = st.decimals(Decimal("0.0001"), Decimal("99999.9999"), places=4)
amounts = st.decimals(Decimal("0.000001"), Decimal("999999999"), places=6)


@steadily
@given(usd=figures, gbp=figures, nominal=st.sampled_from([1, 10, 100, 1000]), amount=amounts)
def test_every_crossing_is_exact_but_for_one_rounding(usd, gbp, nominal, amount):
    one, other = rate("USD", str(usd), WEDNESDAY), rate("GBP", str(gbp), WEDNESDAY, nominal=nominal)
    values = {each.currency: {WEDNESDAY: each.value} for each in (one, other)}
    known = CertainRates("KGS", values, {"USD"}, {"USD": 14, "GBP": 14}, WEDNESDAY)
    body = day_json(known, FrankfurterQuery("USD", frozenset({"GBP", "KGS"}), amount), WEDNESDAY)
    assert body
    assert b"E" not in body.split(b"rates")[1].replace(b"GBP", b"").replace(b"KGS", b"")
    said = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    assert said["amount"] == amount
    assert said["rates"]["KGS"] == amount * usd
    assert said["rates"]["GBP"] == rounded(Fraction(amount) * Fraction(usd) * nominal / Fraction(gbp))


def test_in_the_evening_the_latest_is_still_todays_and_tomorrows_day_is_tomorrows(front):
    one = front(evening())
    assert (WEDNESDAY.isoformat(), 99.5614) == day_and(one, "latest?symbols=KGS")
    assert day_and(one, "2025-06-19?symbols=KGS") == ("2025-06-19", 99.87)
    assert day_and(one, "2099-12-31?symbols=KGS") == ("2025-06-19", 99.87), "a day to come: the newest there is"
    assert (WEDNESDAY.isoformat(), 99.5614) == day_and(one, "current?symbols=KGS")


def day_and(front: Front, path: str, symbol: str = "KGS") -> tuple[str, Any]:
    got = front.get(f"{V1}/{path}")
    assert got.status_code == 200, got.text
    return got.json["date"], got.json["rates"].get(symbol)


def test_on_a_first_evening_today_is_still_to_come_from_the_archive(front):
    one = front(SCENES["only_tomorrow"]())
    for path in ("latest", "2025-06-18"):
        got = one.get(f"{V1}/{path}")
        assert (got.status_code, got.headers["Retry-After"]) == (503, "10")
    assert day_and(one, "2025-06-19?symbols=KGS") == ("2025-06-19", 99.87)


def test_at_midnight_the_latest_is_the_next_days(front):
    one = front(evening())
    lifetime = one.get(f"{V1}/latest").headers["Cache-Control"]
    assert "stale-if-error=" in lifetime
    one.now = at(WEDNESDAY + DAY, "00:00")
    assert day_and(one, "latest?symbols=KGS") == ("2025-06-19", 99.87)


def test_a_late_answer_has_its_own_day_and_one_too_old_is_not_given(front):
    one = front(late())
    assert day_and(one, "latest?base=USD")[0] == "2025-12-30"
    assert day_and(one, "2026-01-03?base=USD")[0] == "2025-12-30"
    got = front(SCENES["stale"]()).get(f"{V1}/latest")
    assert (got.status_code, got.headers["Retry-After"]) == (503, "10")
    assert list(got.json) == ["message"]


def test_a_held_figure_never_comes_out_and_who_asks_for_it_gets_the_day_before_under_its_date(front):
    one = front(SCENES["rouble_held"]())
    assert day_and(one, "latest?base=USD", "RUB") == ("2025-06-18", None)
    assert day_and(one, "latest?base=USD&symbols=KGS,RUB", "RUB")[0] == "2025-06-17"
    assert day_and(one, "latest?base=RUB")[0] == "2025-06-17"
    usd, eur, rub = daily(WEDNESDAY - DAY, WEDNESDAY)
    doubted = front(scene(at(WEDNESDAY, "11:16"), (replace(usd, contested=frozenset({WEDNESDAY})), eur, rub)))
    assert day_and(doubted, "latest?base=USD")[0] == "2025-06-17"


def test_a_figure_that_the_bank_has_left_out_since_is_not_todays(front):
    usd, eur, rub = daily(WEDNESDAY - DAY, WEDNESDAY)
    yesterday, today = WEDNESDAY - DAY, WEDNESDAY
    one = front(left_out(usd, eur, rub), {yesterday: {"USD": "87.4400"}, today: {"USD": "87.4500"}})
    assert day_and(one, "latest?base=USD")[0] == f"{yesterday}"
    assert day_and(one, f"{today}?base=USD")[0] == f"{yesterday}"
    period = one.get(f"{V1}/{yesterday}..?base=USD&symbols=KGS").json
    assert list(period["rates"]) == [f"{yesterday}"]


def test_a_weekly_rate_is_official_until_the_day_from_which_it_is_in_doubt(front):
    one = front(day())
    remember(one, [rate("GBP", "117.4147", SATURDAY, days=7)], "nbkr_weekly")
    remember(one, [rate("GBP", "1174.1470", SATURDAY + 2 * DAY, days=7)], "nbkr_weekly", reason="ten-fold")
    assert day_and(one, f"{SATURDAY + 3 * DAY}?base=GBP")[0] == f"{SATURDAY + DAY}"
    period = one.get(f"{V1}/{SATURDAY}..?base=GBP&symbols=KGS").json
    assert list(period["rates"]) == [f"{SATURDAY}", f"{SATURDAY + DAY}"]


def test_a_weekly_rate_is_official_on_each_of_its_days_and_crosses_with_the_daily_ones(front):
    one = front(with_weekly())
    got = one.get(f"{V1}/latest?base=GBP&symbols=USD,KGS,JPY")
    assert got.json["date"] == "2025-06-18"
    rates = json.loads(got.text, parse_float=Decimal)["rates"]
    assert rates["KGS"] == Decimal("117.4147")
    assert rates["USD"] == rounded(Fraction("117.4147") / Fraction("87.45"))
    assert rates["JPY"] == rounded(Fraction("117.4147") * 10 / Fraction("5.4969"))


def test_a_currency_that_moves_to_the_daily_table_is_told_by_each_on_its_days(front):
    usd, eur, _ = daily(WEDNESDAY, WEDNESDAY + DAY)
    moving = series("CNY", (WEDNESDAY + DAY,), ("12.7500",))
    one = front(scene(at(WEDNESDAY, "18:40"), (usd, eur, moving, weekly("CNY", "12.7100"))))
    assert day_and(one, "latest?base=CNY") == ("2025-06-18", 12.71)
    assert day_and(one, "2025-06-19?base=CNY") == ("2025-06-19", 12.75)


def test_a_currency_that_left_the_daily_table_has_that_ones_figures_on_the_days_before(front):
    usd, eur, _ = daily(WEDNESDAY - DAY, WEDNESDAY)
    moved = series("CNY", (WEDNESDAY - DAY,), ("12.7500",))
    one = front(scene(at(WEDNESDAY, "11:16"), (usd, eur, moved, weekly("CNY", "12.7100"))))
    assert day_and(one, "latest?base=CNY") == ("2025-06-18", 12.71)
    late = front(
        scene(at(WEDNESDAY, "11:16"), (*daily(WEDNESDAY - 2 * DAY, WEDNESDAY - DAY), moved, weekly("CNY", "12.7100")))
    )
    assert day_and(late, "latest?base=CNY&symbols=USD", "USD")[0] == "2025-06-17"
    assert late.get(f"{V1}/latest?base=CNY&symbols=USD,KGS").json["rates"]["KGS"] == 12.75


def test_where_the_daily_table_is_late_the_answer_is_of_its_day_though_weekly_rates_run_on(front):
    yesterday = scene(at(WEDNESDAY, "11:16"), (*daily(WEDNESDAY - 2 * DAY, WEDNESDAY - DAY), weekly("GBP", "117.4147")))
    one = front(yesterday)
    assert day_and(one, "latest?base=KGS", "USD")[0] == "2025-06-17"
    assert set(one.get(f"{V1}/latest?base=KGS").json["rates"]) == {"USD", "EUR", "RUB", "GBP"}
    assert day_and(one, "latest?base=GBP")[0] == "2025-06-17"
    assert day_and(one, "latest?base=GBP&symbols=KGS") == ("2025-06-18", 117.4147)


def test_names_and_repetitions_are_read_as_the_original_reads_them(front):
    one = front(day())
    expected = one.get(f"{V1}/latest?base=USD&symbols=EUR,RUB").text
    for query in (
        "from=usd&to=eur,rub",
        "base=XXX&from=USD&symbols=KGS&to=RUB,EUR",
        "base=EUR&base=USD&symbols=KGS&symbols=EUR,RUB",
        "base=USD&symbols=EUR,RUB,XXX,USD,",
        "base=USD&symbols=EUR%2C%20RUB&access_key=secret",
    ):
        assert one.get(f"{V1}/latest?{query}").text == expected, query
    assert one.get(f"/compat/frankfurter/latest?{query}").text == expected, "the older host's path"
    assert one.get(f"{V1}/latest?base=&symbols=").text == one.get(f"{V1}/latest").text


def test_an_amount_multiplies_before_anything_is_rounded(front):
    got = front(day()).get(f"{V1}/latest?base=USD&symbols=KGS,EUR&amount=2.50")
    assert got.text.startswith('{"amount":2.50,"base":"USD"')
    rates = json.loads(got.text, parse_float=Decimal)["rates"]
    assert str(rates["KGS"]) == "218.625000"
    assert rates["EUR"] == rounded(Fraction("2.5") * Fraction("87.45") / Fraction("99.5614"))


@pytest.mark.parametrize("amount", ["0", "-1", "0.0", "ten", "1e3", "NaN", "Infinity", "1_000", "١", "9" * 400, "1,5"])
def test_an_amount_that_is_no_positive_number_is_refused(front, amount):
    got = front(day()).get(f"{V1}/latest?amount={amount}")
    assert (got.status_code, got.json) == (422, {"message": "invalid amount"})
    assert got.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("latest?base=XXX", 404, "not found"),
        ("latest?base=dollar", 404, "not found"),
        ("latest?base=USD?callback=?", 404, "not found"),
        ("latest?symbols=XXX", 404, "not found"),
        ("latest?from=EUR&to=EUR", 422, "bad currency pair"),
        ("2025-02-30", 422, "invalid date"),
        ("0000-00-00", 422, "invalid date"),
        ("0000-01-01", 422, "invalid date"),
        ("2025-06-31..2025-07-01", 422, "invalid date"),
        ("2025-06-01..2025-13-01", 422, "invalid date"),
        ("0001-01-01", 404, "not found"),
        ("1899-12-31", 404, "not found"),
        ("2025-06-18..2025-06-17", 404, "not found"),
        ("9999-12-31..", 404, "not found"),
        ("9999-12-31..9999-12-31", 404, "not found"),
        ("99999-01-01", 404, "not found"),
        ("2025-6-18", 404, "not found"),
        ("٢٠٢٥-٠٦-١٨", 404, "not found"),
        ("..2025-06-18", 404, "not found"),
        ("2025-06-18...", 404, "not found"),
        ("2025-06-18..2025-06-18..", 404, "not found"),
        ("yesterday", 404, "not found"),
        ("latest/", 404, "not found"),
        ("LATEST", 404, "not found"),
        ("v1/latest", 404, "not found"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_frankfurters_own_form(front, path, status, message):
    got = front(day()).get(f"{V1}/{path}")
    assert (got.status_code, got.json) == (status, {"message": message})
    assert got.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", [*(f"{V1}/{one}" for one in ("latest", "2025-06-17", "2025-06-01..", "currencies"))])
def test_head_options_and_conditions_work_as_everywhere(front, path):
    one = front(day(), {WEDNESDAY - DAY: {"USD": "87.4500", "EUR": "99.2503"}})
    one.get(path)  # from here on a cache may answer
    got, head = one.get(path), one.get(path, "HEAD")
    assert (got.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(got.headers)
    assert one.get(path, If_None_Match=got.headers["ETag"]).status_code == 304
    assert one.get(path, "OPTIONS").status_code == 204
    assert one.get(path, "DELETE").status_code == 405


def test_the_currencies_are_named_and_only_those_that_have_figures(front):
    names = front(with_weekly()).get(f"{V1}/currencies").json
    assert list(names) == ["EUR", "GBP", "JPY", "KGS", "RUB", "USD"]
    assert names["USD"] == "US dollar"
    got = front(SCENES["none"]()).get(f"{V1}/currencies")
    assert (got.status_code, list(got.json)) == (503, ["message"])


def test_invented_figures_are_said_to_be_invented(front):
    assert front(SCENES["demo"]()).get(f"{V1}/latest").json["notice"].startswith("A demonstration")


# --- Frankfurter: the past ---------------------------------------------------------------------------------------


def test_a_day_of_the_past_is_read_from_the_store_and_a_gap_has_the_nearest_day_before_it(front):
    monday, thursday = WEDNESDAY - 9 * DAY, WEDNESDAY - 6 * DAY
    one = front(day(), {monday: {"USD": "87.1000", "EUR": "99.0000"}, thursday: {"USD": "87.3000"}})
    assert day_and(one, f"{monday}?base=USD") == (monday.isoformat(), 87.1)
    assert day_and(one, f"{monday + 2 * DAY}?base=USD") == (monday.isoformat(), 87.1)
    assert day_and(one, f"{thursday}?base=USD&symbols=KGS") == (thursday.isoformat(), 87.3)
    assert day_and(one, f"{thursday}?base=USD&symbols=KGS,EUR") == (monday.isoformat(), 87.1), "both, so of one day"
    assert one.get(f"{V1}/{monday - DAY}?base=USD").status_code == 404
    assert one.get(f"{V1}/1950-01-01").status_code == 404


def test_beyond_its_grace_a_figure_is_no_answer_any_more(front):
    first = date(2025, 3, 1)
    one = front(day(), {first: {"USD": "87.1000"}})
    assert day_and(one, f"{first + 14 * DAY}?base=USD") == (first.isoformat(), 87.1)
    assert one.get(f"{V1}/{first + 15 * DAY}?base=USD").status_code == 404


def test_what_is_held_or_was_put_in_doubt_is_not_told_of_the_past_either(front):
    first = date(2025, 3, 3)
    one = front(day(), {first: {"USD": "87.1000"}, first + DAY: {"USD": "87.2000"}})
    remember(
        one, [rate("USD", "97.2000", first + DAY), rate("USD", "98.0000", first + 2 * DAY)], reason="moved by 11 %"
    )
    assert day_and(one, f"{first + 2 * DAY}?base=USD") == (first.isoformat(), 87.1)
    got = one.get(f"{V1}/{first}..{first + 2 * DAY}?base=USD").json
    assert got["rates"] == {first.isoformat(): {"KGS": 87.1}}
    remember(one, [rate("USD", "87.2500", first + DAY)])
    assert day_and(one, f"{first + DAY}?base=USD") == ((first + DAY).isoformat(), 87.25), "the bank's correction"


def test_a_period_has_every_day_with_figures_and_begins_with_the_nearest_one_before_it(front):
    first = date(2025, 3, 3)
    one = front(day(), {first + n * DAY: {"USD": f"87.{n}000", "EUR": f"99.{n}000"} for n in (0, 1, 4, 5)})
    got = one.get(f"{V1}/{first}..{first + 5 * DAY}?base=USD&symbols=KGS").json
    assert list(got) == ["amount", "base", "start_date", "end_date", "rates"]
    assert [got["start_date"], got["end_date"]] == ["2025-03-03", "2025-03-08"]
    assert list(got["rates"]) == ["2025-03-03", "2025-03-04", "2025-03-07", "2025-03-08"]
    early = one.get(f"{V1}/{first + 2 * DAY}..{first + 4 * DAY}?base=USD&symbols=KGS").json
    assert list(early["rates"]) == ["2025-03-04", "2025-03-07"]
    assert list(one.get(f"{V1}/{first}..?base=USD").json["rates"]) == list(got["rates"]), "to today"


def test_a_period_to_come_ends_with_what_is_known(front):
    one = front(evening(), {WEDNESDAY: {"USD": "87.4500"}, WEDNESDAY + DAY: {"USD": "87.4600"}})
    remember(one, [rate("GBP", "117.4147", SATURDAY, days=7)], "nbkr_weekly")
    open_end, to_come = (one.get(f"{V1}/2025-06-18..{end}?base=KGS").json for end in ("", "9999-12-31"))
    assert list(open_end["rates"]) == ["2025-06-18"]
    assert list(to_come["rates"]) == ["2025-06-18", "2025-06-19"], "and not to the end of the week's table"


def test_a_period_knows_weekly_rates_on_each_of_their_days_and_no_currency_that_was_no_more(front):
    one = front(with_weekly())
    remember(one, [rate("GBP", "117.4147", SATURDAY, days=7), rate("BYR", "0.3402", SATURDAY, days=7)], "nbkr_weekly")
    got = one.get(f"{V1}/{SATURDAY}..?base=GBP").json
    assert list(got["rates"]) == [(SATURDAY + n * DAY).isoformat() for n in range(5)]
    assert {tuple(rates) for rates in got["rates"].values()} == {("KGS",)}


def test_days_of_the_past_are_told_though_nothing_may_be_shown_now(front):
    one = front(SCENES["stale"](), {date(2025, 5, 8): {"USD": "87.4500"}})
    assert day_and(one, "2025-05-08?base=USD") == ("2025-05-08", 87.45)
    assert one.get(f"{V1}/2025-05-01").status_code == 404
    assert one.get(f"{V1}/{one.cache.current(one.now)[1].today}").status_code == 503


def test_the_present_never_waits_for_the_store_and_the_past_says_when_it_is_away(front, capsys):
    one = front(day(), {WEDNESDAY - DAY: {"USD": "87.4500"}})
    one.live.stop()
    one.live.store = None
    for path in (f"{V1}/latest", f"{V1}/{WEDNESDAY}", f"{V1}/currencies", f"{XML}/daily.xml"):
        assert one.get(path).status_code == 200
    for path in (f"{V1}/{WEDNESDAY - DAY}", f"{V1}/2025-06-01..2025-06-18", f"{V1}/2025-06-01.."):
        got = one.get(path)
        assert (got.status_code, got.headers["Retry-After"], list(got.json)) == (503, "5", ["message"])
    assert "store unavailable" in capsys.readouterr().err
    one.live.poll()  # opens it again, to be closed in the end
    assert one.get(f"{V1}/{WEDNESDAY - DAY}?base=USD").status_code == 200


def test_one_long_period_is_made_at_a_time_and_nobody_holds_a_thread_to_wait_for_another(front):
    one = front(day(), {WEDNESDAY - DAY: {"USD": "87.4500"}})
    with doors._long:
        got = one.get(f"{V1}/0001-01-01..?base=USD")
        assert (got.status_code, got.headers["Retry-After"]) == (503, "5")
        assert one.get(f"{V1}/2024-06-01..?base=USD").status_code == 200
    assert list(one.get(f"{V1}/0001-01-01..?base=USD").json["rates"]) == ["2025-06-17"]


def test_what_was_asked_before_is_not_made_again_until_the_store_says_otherwise(front, monkeypatch):
    one = front(day(), {WEDNESDAY - DAY: {"USD": "87.4500"}})
    made: list[object] = []
    read = doors._read
    monkeypatch.setattr(doors, "_read", lambda *asked, **more: made.append(asked) or read(*asked, **more))
    for path in ("2025-06-17?base=USD&symbols=KGS", "2025-06-17..?base=USD&symbols=KGS"):
        first, second = one.get(f"{V1}/{path}"), one.get(f"{V1}/{path.lower()}&amount=")
        assert first.data == second.data
        assert "max-age=60" in second.headers["Cache-Control"]
    assert len(made) == 2
    remember(one, [rate("USD", "87.4600", WEDNESDAY - DAY)])
    assert day_and(one, "2025-06-17?base=USD&symbols=KGS") == ("2025-06-17", 87.46)
    assert len(made) == 3


def test_the_recorded_official_series_comes_back_to_the_last_digit(front, recorded):
    [path] = (recorded / "nbkr").glob("official_series_*.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    currencies = ("USD", "EUR", "RUB", "KZT")
    last = date.fromisoformat(rows[-1]["date"])
    tenge = Series("nbkr", "KZT", (rate("KZT", rows[-1]["kzt"], last),))
    one = front(scene(at(last, "11:00"), (*daily(last), tenge)))
    rates = [rate(code, row[code.lower()], date.fromisoformat(row["date"])) for row in rows for code in currencies]
    remember(one, rates)
    read: dict[tuple[str, str], Decimal] = {}
    for code in currencies:
        text = one.get(f"{V1}/{rows[0]['date']}..?base={code}&symbols=KGS").text
        for on, figures in json.loads(text, parse_float=Decimal, parse_int=Decimal)["rates"].items():
            read[on, code] = figures["KGS"]
    assert read == {(row["date"], code): Decimal(row[code.lower()]) for row in rows for code in currencies}
    assert len(read) == 4 * 1876
    inverse = json.loads(one.get(f"{V1}/2021-07-03..?base=KGS&symbols=USD").text, parse_float=Decimal)["rates"]
    assert {on: figures["USD"] for on, figures in inverse.items()} == {
        row["date"]: rounded(1 / Fraction(row["usd"])) for row in rows
    }


def test_many_who_ask_at_once_are_all_answered(front):
    one = front(day(), {WEDNESDAY - n * DAY: {"USD": "87.4500", "EUR": "99.0000"} for n in range(1, 400)})
    paths = [f"{V1}/2024-06-01..?base=USD", f"{V1}/latest", f"{V1}/2025-01-01", f"{XML}/daily.xml"] * 5
    got: list[int] = []
    threads = [threading.Thread(target=lambda path=path: got.append(one.get(path).status_code)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [200] * len(paths)


def test_no_moment_of_a_day_makes_an_answer_outlive_its_truth(front):
    one = front(evening())
    one.now = at(WEDNESDAY, "23:59")
    until = at(WEDNESDAY + DAY, "00:00")
    for path in (f"{V1}/latest", f"{XML}/daily.xml"):
        lifetime = one.get(path).headers["Cache-Control"]
        assert kept(lifetime) <= until - one.now, path


def kept(lifetime: str) -> timedelta:
    return timedelta(seconds=sum(int(one) for one in re.findall(r"(?:max-age|stale-if-error)=(\d+)", lifetime)))


def test_the_moment_of_the_last_change_is_never_in_the_future(front):
    one = front(day())
    got = one.get(f"{XML}/daily.xml").headers["Last-Modified"]
    assert datetime.strptime(f"{got} +0000", "%a, %d %b %Y %H:%M:%S GMT %z") <= one.now


def test_every_example_of_the_guide_is_answered_as_it_says(front):
    guide = (Path(__file__).parents[2] / "docs" / "compat.md").read_text(encoding="utf-8")
    examples = re.findall(r"curl -s 'https://rates\.example(.*?)'\n```\n\n```(?:json|xml)\n(.*?)```", guide, re.DOTALL)
    assert len(examples) == guide.count("curl -s") == 7
    past = {WEDNESDAY - 2 * DAY: {"EUR": "99.1100"}, WEDNESDAY - DAY: {"EUR": "99.2503"}}
    one = front(with_weekly(), past)
    assert [one.get(path).text.rstrip() for path, _ in examples] == [answer.rstrip() for _, answer in examples]
