"""/api/v1/witnesses: official figures beside what other banks say, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.desk import Desk, run
from support.scenes import at
from support.witnesses import WitnessedDesk

from ticker.model import DAY
from ticker.rates.witnesses import OLDEST
from ticker.serve.api.samples import samples

TODAY = date(2026, 5, 21)  # a Thursday
YESTERDAY = TODAY - DAY


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WitnessedDesk]:
    """Official figures up to tomorrow, and three banks' tables of today and a fourth's ratios."""
    one = WitnessedDesk(tmp_path, YESTERDAY)
    one.say("USD", run(TODAY - 2 * DAY, "87.3500", "87.4000", "87.4500"))
    one.say("EUR", run(YESTERDAY, "100.2000", "100.2833"))
    one.tables(YESTERDAY)
    one.publish()
    one.now = at(TODAY, "11:16")
    one.tables(TODAY)
    one.publish()
    yield one
    one.close()


def of(said: Any, currency: str) -> Any:
    return next(one for one in said["rates"] if one["currency"] == currency)


def bank(said: Any, currency: str, source: str) -> Any:
    return next(one for one in of(said, currency)["banks"] if one["source"] == source)


def test_each_figure_stands_beside_what_other_banks_say(desk):
    said = desk.json("witnesses")
    assert (said["date"], said["home"], said["zone"]) == ("2026-05-21", "KGS", "Asia/Bishkek")
    assert (said["at"], said["until"], said["demo"]) == (None, "2026-05-22T00:00:00+06:00", False)
    assert [one["currency"] for one in said["rates"]] == ["EUR", "RUB", "USD"]
    usd = of(said, "USD")
    assert usd["official"] == {
        "value": "87.4500",
        "quoted": "87.4500",
        "nominal": 1,
        "valid_on": "2026-05-21",
        "valid_until": "2026-05-21",
        "source": "nbkr",
    }
    assert (usd["freshness"], usd["agrees"], usd["within_percent"]) == ("fresh", "agree", "0.5")
    # 478.51 ÷ 5.47, 12079.50 ÷ 138.12 and 9.2446 ÷ 0.10571
    assert [one["value"] for one in usd["banks"]] == ["87.4790", "87.4566", "87.4525", None]
    assert (usd["median"], usd["spread_percent"]) == ("87.4566", "0.030")
    assert bank(said, "USD", "nbk") == {
        "source": "nbk",
        "bank": "NBK",
        "testifies": "levels",
        "valid_on": "2026-05-21",
        "value": "87.4790",
        "difference_percent": "0.033",
        "ratio": None,
        "ratio_difference_percent": None,
        "takes_part": True,
    }


def test_a_bank_of_ratios_has_no_level_and_its_ratio_to_the_dollar(desk):
    euro = bank(desk.json("witnesses"), "EUR", "ecb")
    assert (euro["testifies"], euro["value"], euro["difference_percent"]) == ("ratios", None, None)
    assert euro["ratio"] == "1.1640"  # 1 ÷ 0.8591
    assert euro["ratio_difference_percent"] == "1.505"  # against 100.2833 ÷ 87.4500
    assert euro["takes_part"] is False


def test_a_currency_without_an_official_figure_has_none_and_nothing_is_said_of_it(desk):
    rub = of(desk.json("witnesses"), "RUB")
    assert (rub["official"], rub["freshness"], rub["agrees"]) == (None, "none", "unknown")
    assert (rub["median"], rub["spread_percent"]) == (None, None)
    assert {one["value"] for one in rub["banks"]} == {None}


def test_banks_that_agree_with_each_other_contradict_a_figure_beyond_the_threshold(desk):
    desk.say("USD", [(TODAY, "88.0000")])
    desk.publish()
    usd = of(desk.json("witnesses"), "USD")
    assert (usd["official"]["value"], usd["agrees"]) == ("88.0000", "contradict")
    assert [one["difference_percent"] for one in usd["banks"][:3]] == ["-0.592", "-0.618", "-0.622"]


def test_one_bank_that_stands_alone_takes_no_part(desk):
    desk.testify("cbu", TODAY, USD="13500.00")
    desk.publish()
    said = desk.json("witnesses")
    assert (of(said, "USD")["agrees"], of(said, "USD")["median"]) == ("agree", "87.4657")
    wrong = bank(said, "USD", "cbu")
    assert (wrong["value"], wrong["difference_percent"], wrong["takes_part"]) == ("97.7411", "11.768", False)


def test_no_two_banks_agree_and_nothing_is_known(desk):
    desk.testify("cbu", TODAY, USD="13500.00")
    desk.testify("nbt", TODAY, USD="7.0000")
    desk.publish()
    usd = of(desk.json("witnesses"), "USD")
    assert (usd["agrees"], usd["median"], usd["spread_percent"]) == ("unknown", None, None)
    assert not any(one["takes_part"] for one in usd["banks"])
    assert usd["official"]["value"] == "87.4500"


def test_a_late_table_is_told_with_its_day_and_takes_no_part(desk):
    desk.now = at(TODAY + OLDEST + DAY, "11:16")
    day = str(TODAY + OLDEST + DAY)
    desk.testify("nbk", TODAY + OLDEST + DAY, USD="478.5100", KGS="5.4700")
    desk.publish()
    said = desk.json("witnesses")
    assert said["date"] == day
    assert [(one["valid_on"], one["takes_part"]) for one in of(said, "USD")["banks"]] == [
        (day, False),
        *[("2026-05-21", False)] * 3,
    ]
    assert of(said, "USD")["median"] is None


def test_a_figure_that_is_carried_forward_is_not_contradicted(desk):
    """It is of another day than what the others say."""
    desk.now = at(TODAY + DAY, "11:16")
    desk.tables(TODAY + DAY, nbk={"USD": "483.5100"}, cbu={"USD": "12205.72"}, nbt={"USD": "9.3412"})
    desk.publish()
    usd = of(desk.json("witnesses"), "USD")
    assert (usd["freshness"], usd["official"]["valid_on"]) == ("late", "2026-05-21")
    assert Decimal(usd["median"]) > Decimal("88.2")
    assert usd["agrees"] == "unknown"


def test_another_day_has_the_tables_that_were_in_force_then(desk):
    said = desk.json("witnesses?date=2026-05-20")
    assert said["date"] == "2026-05-20"
    assert of(said, "USD")["official"]["value"] == "87.4000"
    assert {one["valid_on"] for one in of(said, "USD")["banks"]} == {"2026-05-20"}
    tomorrow = of(desk.json("witnesses?date=2026-05-22"), "USD")
    assert (tomorrow["official"], tomorrow["agrees"], tomorrow["median"]) == (None, "unknown", "87.4566")


@pytest.mark.parametrize("day", ["2026-05-19", "2026-05-24", "0001-01-01", "9999-12-31"])
def test_a_day_that_no_table_reaches_is_not_there(desk, day):
    got = desk.get(f"/api/v1/witnesses?date={day}")
    assert (got.status_code, got.headers["Content-Type"]) == (404, "application/problem+json")
    assert got.json["detail"] == (
        f"Of {day} nothing is known here of what other banks say: their tables speak for 2026-05-20 to 2026-05-23; "
        "`at` gives those of a moment of the past."
    )


def test_at_has_what_the_banks_said_by_then(desk):
    """Of today's tables nothing was known yesterday; the tables of then reach two days on."""
    then = "at=2026-05-20T12:00%2B06:00"
    said = desk.json(f"witnesses?{then}")
    assert (said["date"], said["at"], said["until"]) == ("2026-05-20", "2026-05-20T12:00:00+06:00", None)
    assert {one["valid_on"] for one in of(said, "USD")["banks"]} == {"2026-05-20"}
    assert {one["valid_on"] for one in of(desk.json(f"witnesses?date=2026-05-22&{then}"), "USD")["banks"]} == {
        "2026-05-20"
    }
    assert desk.get(f"/api/v1/witnesses?date=2026-05-23&{then}").status_code == 404
    before = desk.json("witnesses?at=2026-05-01T12:00%2B06:00")
    assert {one["valid_on"] for one in of(before, "USD")["banks"]} == {None}


def test_the_table_has_a_row_for_each_bank_and_currency(desk):
    said = desk.json("witnesses?currencies=USD,EUR")
    rows = desk.table("witnesses.csv?currencies=USD,EUR")
    assert rows == desk.table("witnesses?format=csv&currencies=USD,EUR")
    assert [(one["currency"], one["source"]) for one in rows] == [
        (currency, source) for currency in ("USD", "EUR") for source in ("nbk", "cbu", "nbt", "ecb")
    ]
    for row in rows:
        one, other = of(said, row["currency"]), bank(said, row["currency"], row["source"])
        assert (row["date"], row["demo"]) == (said["date"], "false")
        assert (row["official"], row["median"], row["agrees"]) == (
            one["official"]["value"],
            one["median"],
            one["agrees"],
        )
        for name, value in other.items():
            assert row[name] == ("" if value is None else str(value).lower() if isinstance(value, bool) else value)


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("x=1", "x", "which is no parameter; there are home, date, currencies, at, format"),
        ("date=21.05.2026", "date", "wanted a day as 2026-05-21"),
        ("date=2026-05-21&date=2026-05-21", "date", "wanted once"),
        ("currencies=JPY", "currencies", "wanted any of EUR, RUB, USD"),
        ("currencies=usd", "currencies", "did you mean USD? Codes of currencies are capital letters"),
        ("currencies=USD,USD", "currencies", "wanted each member once"),
        ("home=XXX", "home", "wanted any of KGS"),
        ("at=2026-06-01T12:00Z", "at", "which is still to come; wanted the past"),
    ],
)
def test_a_wrong_parameter_is_named(desk, query, parameter, detail):
    got = desk.get(f"/api/v1/witnesses?{query}")
    assert got.status_code == 400
    (error,) = got.json["errors"]
    assert (error["parameter"], error["detail"]) == (parameter, detail)


def test_another_home_has_banks_of_its_own(desk):
    """The dollar in tenge: by NBKR's table and by the others'."""
    desk.second = True
    desk.say("KZT", [(TODAY, "0.182820")])
    desk.testify("cbu", TODAY, KZT="25.25")
    desk.testify("nbt", TODAY, KZT="0.019325")
    desk.publish()
    said = desk.json("witnesses?home=KZT")
    assert (said["home"], said["zone"], [one["currency"] for one in said["rates"]]) == ("KZT", "Asia/Almaty", ["USD"])
    usd = of(said, "USD")
    assert (usd["official"]["value"], usd["official"]["source"]) == ("478.5100", "nbk")
    assert [(one["source"], one["value"]) for one in usd["banks"]] == [
        ("nbkr", "478.3394"),
        ("cbu", "478.3960"),
        ("nbt", "478.3752"),
        ("ecb", None),
    ]
    assert usd["agrees"] == "agree"
    assert desk.get("/api/v1/witnesses?home=KZT&currencies=EUR").status_code == 400
    assert desk.json("witnesses?home=KGS") == desk.json("witnesses")


def test_without_other_banks_there_is_nothing_to_compare(tmp_path):
    desk = Desk(tmp_path, TODAY)
    desk.say("USD", [(TODAY, "87.4500")])
    desk.publish()
    assert desk.json("witnesses")["rates"] == []
    assert desk.table("witnesses.csv") == []
    got = desk.get("/api/v1/witnesses?currencies=USD")
    assert (got.status_code, got.json["errors"][0]["detail"]) == (400, "and there are none here")
    assert "there is no table of theirs" in desk.get("/api/v1/witnesses?date=2026-05-20").json["detail"]
    desk.close()


# --- caches -----------------------------------------------------------------------------------------------------------


def test_a_new_table_of_another_bank_makes_a_new_answer(desk):
    first = desk.get("/api/v1/witnesses")
    again = desk.get("/api/v1/witnesses", If_None_Match=first.headers["ETag"])
    assert (again.status_code, "hit" in again.headers["Cache-Status"]) == (304, True)
    desk.testify("nbk", TODAY, USD="478.6000")
    desk.publish()
    later = desk.get("/api/v1/witnesses", If_None_Match=first.headers["ETag"])
    assert later.status_code == 200
    assert bank(later.json, "USD", "nbk")["value"] == "87.4954"
    assert later.headers["ETag"] != first.headers["ETag"]


def test_every_page_may_read_it(desk):
    assert desk.get("/api/v1/witnesses").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "call",
    ["", "?currencies=USD", "?date=2026-05-20", "?date=2026-05-23", "?at=2026-05-20T06:00Z", "?at=1990-01-01T00:00Z"],
)
def test_every_answer_is_what_the_document_says(desk, call):
    said = desk.get("/openapi.json").json
    schema = said["paths"]["/api/v1/witnesses"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator({**schema, "components": said["components"]})
    validator.validate(desk.json(f"witnesses{call}"))


def test_the_parameter_names_the_currencies_that_banks_are_asked_of(desk):
    said = desk.get("/openapi.json").json["paths"]["/api/v1/witnesses"]["get"]["parameters"]
    (currencies,) = [one["schema"] for one in said if one["name"] == "currencies"]
    assert currencies["items"]["enum"] == ["EUR", "RUB", "USD"]


def test_the_sample_has_banks_that_agree_one_that_is_late_and_one_of_ratios():
    for one in samples()["witnesses"]["rates"]:
        told = [(of["testifies"], of["takes_part"]) for of in one["banks"]]
        assert told == [("levels", True), ("levels", True), ("levels", False), ("ratios", False)]
        assert one["agrees"] == "agree"
