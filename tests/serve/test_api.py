"""The API: what it says of rates and headlines, to the last digit, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.desk import Desk, headlines, run
from support.scenes import FEEDS, HOME, NBKR, WEEKLY, at
from werkzeug.test import EnvironBuilder

from ticker.model import DAY, Freshness
from ticker.rates import convert as money
from ticker.rates import timeline
from ticker.rates.calendar import Outlook, Outlooks
from ticker.serve.api import models
from ticker.serve.api import tables as api_tables
from ticker.serve.api.endpoints import ENDPOINTS
from ticker.serve.api.params import MAX_CURRENCIES
from ticker.serve.api.preload import TimelinePreloader
from ticker.serve.http import csv as csv_tables
from ticker.serve.http.rate_limit import RateLimitedError, RateLimiter, address_of
from ticker.store import BelievedRate, StoreError

TODAY = date(2026, 5, 21)  # a Thursday
GRACE = {"nbkr": 14, "nbkr_weekly": 7}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Figures of some days of May, a correction, a slip that is held, a weekly table; tests only read of it."""
    desk = Desk(tmp_path_factory.mktemp("api"), date(2026, 5, 14))
    desk.say("EUR", run(date(2026, 5, 14), "100.5000", "100.5000", "100.6000"))
    desk.say("JPY", [(date(2026, 5, 16), "5.4461")], nominal=10, days_valid=7, source=WEEKLY.source)
    desk.now = at(TODAY - DAY, "16:10")
    desk.say("USD", run(date(2026, 5, 18), "87.4500", "87.4500", "87.4000"), last_modified=desk.now)
    slip = desk.say("USD", [(TODAY, "874.0000")], held_reason="ten-fold")[0]
    desk.turn(hours=1)
    desk.say("USD", [(TODAY, "87.4100")])
    desk.turn(minutes=10)
    desk.say("USD", [(TODAY, "87.4200")])
    with desk.store.write(desk.token) as write:
        write.discard(slip, desk.now)
    desk.say("EUR", run(date(2026, 5, 18), "102.0000", "102.1000", "102.2000", "102.3000", "102.4000"))
    desk.say("RUB", run(date(2026, 5, 19), "1.1000", "1.1100"))
    desk.say("RUB", [(TODAY, "2.2200")], held_reason="two-fold")
    desk.now = at(TODAY, "11:16")
    desk.tell(headlines(TODAY))
    desk.publish()
    yield desk
    desk.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path, TODAY)
    yield one
    one.close()


def rate_of(said: Any, currency: str) -> Any:
    return next(one for one in said["rates"] if one["currency"] == currency)


# --- rates ------------------------------------------------------------------------------------------------------------


def test_todays_rates_come_exactly_dated_and_with_where_they_came_from(shared):
    said = shared.json("rates")
    assert (said["date"], said["home"], said["zone"]) == ("2026-05-21", "KGS", "Asia/Bishkek")
    assert said["until"] == "2026-05-22T00:00:00+06:00"
    assert [one["currency"] for one in said["rates"]] == ["EUR", "JPY", "RUB", "USD"]
    usd = rate_of(said, "USD")
    assert (usd["value"], usd["quoted"], usd["nominal"]) == ("87.4200", "87.4200", 1)
    assert (usd["valid_on"], usd["valid_until"], usd["freshness"]) == ("2026-05-21", "2026-05-21", "fresh")
    assert (usd["change"], usd["previous"]["value"], usd["next"]) == ("0.0200", "87.4000", None)
    assert usd["provenance"] == {
        "source": "nbkr",
        "origin": "nbkr",
        "seen_at": "2026-05-20T17:20:00+06:00",
        "last_modified": None,
        "sha256": "ab" * 32,
    }
    jpy = rate_of(said, "JPY")
    assert (jpy["value"], jpy["quoted"], jpy["nominal"]) == ("0.54461", "5.4461", 10)
    assert (jpy["valid_on"], jpy["valid_until"], jpy["source"]) == ("2026-05-16", "2026-05-22", "nbkr_weekly")
    assert rate_of(said, "EUR")["next"]["value"] == "102.4000"


def test_all_that_was_said_of_the_day_is_told_and_no_figure_that_is_not_believed(shared):
    usd, rub = (rate_of(shared.json("rates"), one) for one in ("USD", "RUB"))
    told = [(one["state"], one["quoted"], one["nominal"]) for one in usd["revisions"]]
    assert told == [("discarded", None, None), ("superseded", "87.4100", 1), ("believed", "87.4200", 1)]
    assert usd["revisions"][0]["discarded_at"] == "2026-05-20T17:20:00+06:00"
    assert usd["held"] == 0
    assert (rub["freshness"], rub["valid_on"], rub["value"]) == ("late", "2026-05-20", "1.1100")
    assert [(one["state"], one["valid_on"], one["quoted"]) for one in rub["revisions"]] == [
        ("believed", "2026-05-20", "1.1100"),
        ("held", "2026-05-21", None),
    ]
    assert rub["held"] == 1


@pytest.mark.parametrize("query", ["", "date=2026-05-21", "date=2026-05-22", "at=2026-05-21T11:00%2B06:00"])
@pytest.mark.parametrize("door", ["rates", "rates.csv", "history", "history.csv"])
def test_a_held_figure_stands_behind_no_door(shared, door, query):
    query = query.replace("date=", "to=") if door.startswith("history") else query
    if door.startswith("history") and query.startswith("at"):
        query = "from=2026-05-01"
    text = shared.get(f"/api/v1/{door}?{query}").text
    assert "RUB" in text
    assert "2.22" not in text
    assert "874.0" not in text


@pytest.mark.parametrize(
    ("day", "currency", "value", "valid_on", "freshness"),
    [
        ("2026-05-20", "USD", "87.4000", "2026-05-20", "fresh"),
        ("2026-05-17", "EUR", "100.6000", "2026-05-16", "late"),  # no table of the 17th
        ("2026-05-17", "USD", None, None, "none"),  # nothing before it
        ("2026-05-22", "EUR", "102.4000", "2026-05-22", "fresh"),  # tomorrow's is known
        ("2026-05-22", "USD", None, None, "none"),  # today's is not carried to a day that is still to come
        ("2026-05-22", "JPY", "0.54461", "2026-05-16", "fresh"),  # the weekly table's last day
        ("1990-01-01", "USD", None, None, "none"),
        ("9999-12-31", "USD", None, None, "none"),
        ("0001-01-01", "USD", None, None, "none"),
    ],
)
def test_another_day_has_the_figure_that_was_official_on_it(shared, day, currency, value, valid_on, freshness):
    (rate,) = shared.json(f"rates?date={day}&currencies={currency}")["rates"]
    assert (rate["value"], rate["valid_on"], rate["freshness"]) == (value, valid_on, freshness)
    assert (rate["provenance"] is None) == (value is None)


def test_a_figure_that_was_put_in_doubt_is_late_on_its_own_day_and_on_later_ones(desk):
    desk.now = at(date(2026, 5, 19), "16:00")
    desk.say("USD", run(date(2026, 5, 19), "87.0000", "87.1000"))
    desk.turn(hours=1)
    desk.say("USD", [(date(2026, 5, 20), "91.0000")], held_reason="leap")
    desk.say("EUR", run(date(2026, 5, 21), "100.0000"))
    desk.now = at(TODAY, "11:00")
    desk.publish()
    for path in ("rates?currencies=USD&date=2026-05-20", "history?from=2026-05-20&to=2026-05-20&currencies=USD"):
        (rate,) = desk.json(path)["rates"]
        assert (rate["value"], rate["freshness"]) == ("87.1000", "late"), path
    (today,) = desk.json("history?from=2026-05-21&to=2026-05-21&currencies=USD")["rates"]
    assert (today["valid_on"], today["freshness"]) == ("2026-05-20", "late")


def test_what_was_known_at_a_moment_of_the_past_is_what_was_known_then(shared):
    before = rate_of(shared.json("rates?at=2026-05-20T16:30:00%2B06:00&date=2026-05-21"), "USD")
    assert (before["value"], before["held"]) == ("87.4000", 1) or before["freshness"] != "fresh"
    after = rate_of(shared.json("rates?at=2026-05-20T17:15:00+06:00&date=2026-05-21"), "USD")
    assert (after["value"], after["freshness"]) == ("87.4100", "fresh")
    today = shared.json("rates?at=2026-05-20T16:00:00%2B06:00")
    assert (today["date"], today["at"], today["until"]) == ("2026-05-20", "2026-05-20T16:00:00+06:00", None)
    got = shared.get("/api/v1/rates?at=2026-05-20T16:00:00%2B06:00")
    assert got.headers["Cache-Control"] == "public, max-age=60"
    assert got.headers["Cache-Status"] == "ticker; fwd=bypass"


def test_the_past_is_told_as_it_was_told_then(desk):
    """Days with a slip that is held and corrected, a bank that is late, and one that is gone."""
    desk.now = at(TODAY - 20 * DAY, "10:00")
    served: list[tuple[str, list[tuple[Any, ...]]]] = []

    def told(path: str) -> list[tuple[Any, ...]]:
        names = ("currency", "value", "valid_on", "freshness", "change", "held")
        return [tuple(one[name] for name in names) for one in desk.json(path)["rates"]]

    rng = random.Random(3)
    for nth in range(20):
        day = TODAY - (20 - nth) * DAY
        desk.now = at(day, "16:10")
        for currency in ("USD", "EUR", "RUB"):
            figure = f"{rng.randint(800_000, 900_000) / 10_000:.4f}"
            if rng.random() < 0.75 and nth < 14:
                desk.say(currency, [(day + DAY, figure)], held_reason="leap" if rng.random() < 0.15 else None)
        desk.publish()
        served.append((HOME.local(desk.now).isoformat(), told("rates")))
        desk.now = at(day + DAY, "09:00")
        desk.publish()
        served.append((HOME.local(desk.now).isoformat(), told("rates")))
        for held in desk.store.held():
            if rng.random() < 0.5:
                with desk.store.write(desk.token) as write:
                    (write.release if rng.random() < 0.5 else write.discard)(held.id, desk.now + timedelta(hours=2))
    desk.now = at(TODAY + DAY, "12:00")
    assert {one[3] for _, rows in served for one in rows} >= {"fresh", "late"}
    for moment, rows in served:
        assert told(f"rates?at={moment.replace('+', '%2B')}") == rows, moment


@pytest.mark.parametrize("written", ["2026-05-21T10:00", "2026-05-21 10:00:00", "2026-05-21t10:00:00.5"])
def test_a_moment_without_an_offset_is_one_of_the_homes_zone_here_as_for_the_strip(shared, written):
    told = shared.json(f"rates?at={written}&currencies=USD")
    assert told["at"] == shared.get(f"/strip.json?at={written}").json["at"] == "2026-05-21T10:00:00+06:00"


def test_a_story_in_a_table_has_an_absolute_address_and_in_json_a_path(shared):
    story = shared.json("headlines")["headlines"][0]["story"]
    assert story.startswith("/story/")
    assert shared.table("headlines.csv")[0]["story"] == f"http://localhost{story}"
    assert f"http://rates.example{story}" in shared.get("/api/v1/headlines.csv", Host="rates.example").text


def test_every_door_tells_the_past_as_it_was_told_then(desk):
    """A figure and its correction, a slip that is held and released, a headline whose title changes."""
    paths = ("history?from=2026-05-18&to=2026-05-24", "convert?from=USD&amount=100", "headlines", "feeds", "status")
    served: dict[str, dict[str, Any]] = {}

    def keep() -> None:
        desk.publish()
        moment = HOME.local(desk.now).isoformat().replace("+", "%2B")
        served[moment] = {path: desk.json(path) for path in paths} | {"rate": desk.get("/api/v1/rate/USD.txt").text}
        desk.turn(hours=1)

    first = headlines(TODAY)[:3]
    desk.say("USD", run(TODAY - DAY, "87.0000", "87.1000"))
    desk.say("EUR", run(TODAY - DAY, "99.0000", "99.1000"))
    desk.tell(first)
    keep()
    desk.say("USD", [(TODAY, "87.1500")])
    (slip,) = desk.say("EUR", [(TODAY, "991.0000")], held_reason="ten-fold")
    desk.tell([replace(first[0], title="Another title")])
    keep()
    with desk.store.write(desk.token) as write:
        write.release(slip, desk.now)
    keep()
    desk.say("USD", [(TODAY + DAY, "87.9000")])
    keep()
    for moment, then in served.items():
        for path in paths:
            again = desk.json(f"{path}{'&' if '?' in path else '?'}at={moment}")
            assert again["at"] == moment.replace("%2B", "+")
            own = ("at", "until", "links", "as_of", "version")
            assert {k: v for k, v in again.items() if k not in own} == {
                k: v for k, v in then[path].items() if k not in own
            }, (moment, path)
        assert desk.get(f"/api/v1/rate/USD.txt?at={moment}").text == then["rate"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("rate/USD.txt", "87.4200"),
        ("rate/USD.txt?decimal=comma", "87,4200"),
        ("rate/JPY.txt", "0.54461"),
        ("rate/USD.txt?date=2026-05-18", "87.4500"),
        ("rate/RUB.txt?late=give", "1.1100"),
    ],
)
def test_a_cell_gets_one_figure_and_nothing_else(shared, path, text):
    got = shared.get(f"/api/v1/{path}")
    assert (got.status_code, got.text, got.headers["Content-Type"]) == (200, text, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("rate/RUB.txt", "late: the newest one is of 2026-05-20"),
        ("rate/USD.txt?date=1990-01-01", "none is known here"),
        ("convert?from=USD&date=1990-01-01", "none is known here"),
    ],
)
def test_where_there_is_no_figure_of_the_day_nothing_is_given_in_its_place(shared, path, says):
    got = shared.get(f"/api/v1/{path}")
    assert (got.status_code, got.headers["Content-Type"]) == (404, "application/problem+json")
    assert says in got.json["detail"]


# --- history ----------------------------------------------------------------------------------------------------------


def test_a_history_has_every_calendar_day_and_since_when_its_figure_stands(shared):
    said = shared.json("history?from=2026-05-16&to=2026-05-22&currencies=USD,EUR")
    told = [(one["date"][8:], one["value"], one["unchanged_since"], one["freshness"]) for one in said["rates"]]
    assert told == [
        ("16", None, None, "none"),
        ("17", None, None, "none"),
        ("18", "87.4500", "2026-05-18", "fresh"),
        ("19", "87.4500", "2026-05-18", "fresh"),
        ("20", "87.4000", "2026-05-20", "fresh"),
        ("21", "87.4200", "2026-05-21", "fresh"),
        ("22", None, None, "none"),
        ("16", "100.6000", "2026-05-16", "fresh"),
        ("17", "100.6000", "2026-05-16", "late"),
        ("18", "102.0000", "2026-05-18", "fresh"),
        ("19", "102.1000", "2026-05-19", "fresh"),
        ("20", "102.2000", "2026-05-20", "fresh"),
        ("21", "102.3000", "2026-05-21", "fresh"),
        ("22", "102.4000", "2026-05-22", "fresh"),
    ]


def test_without_a_span_it_is_the_last_thirty_days_of_the_strips_currencies(shared):
    said = shared.json("history")
    assert (said["from"], said["to"], said["step"]) == ("2026-04-21", "2026-05-21", "day")
    assert len(said["rates"]) == 31 * 3
    assert list(dict.fromkeys(one["currency"] for one in said["rates"])) == ["USD", "EUR", "RUB"]


@pytest.mark.parametrize(
    ("first", "last", "step", "days"),
    [
        ("2026-05-01", "2026-05-20", "week", ["2026-05-01", "2026-05-08", "2026-05-15"]),
        ("2026-01-31", "2026-04-30", "month", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2025-11-15", "2026-02-14", "month", ["2025-11-15", "2025-12-15", "2026-01-15"]),
        ("2026-05-05", "2026-05-05", "day", ["2026-05-05"]),
    ],
)
def test_larger_steps_count_from_the_first_day(first, last, step, days):
    found = timeline.ordinals(date.fromisoformat(first), date.fromisoformat(last), step)
    assert [str(date.fromordinal(one)) for one in found] == days


@pytest.mark.parametrize("seed", range(20))
def test_decades_in_memory_have_of_each_day_what_the_rule_says(seed):
    """Two sources with gaps, repeats, corrections and different validities, one currency; nothing held."""
    rng, printed, id_ = random.Random(seed), [], 0
    for source, valid in (("nbkr", 1), ("nbkr_weekly", 7)):
        day = date(2026, 1, rng.randint(1, 20))
        while day < date(2026, 4, 1):
            for _ in range(rng.choice((1, 1, 1, 2))):
                id_ += 1
                quoted = rng.choice(("87.4500", "87.4500", "87.4600", "88"))
                printed.append(
                    BelievedRate(id_, source, "USD", quoted, rng.choice((1, 1, 10)), day, day + (valid - 1) * DAY)
                )
            day += DAY * (rng.choice((1, 1, 1, 2, 20)) if valid == 1 else rng.choice((7, 7, 7, 14)))
    first, last = date(2025, 12, 20), date(2026, 5, 10)
    end = max(one.valid_on for one in printed) + rng.randint(3, 20) * DAY
    outlooks = Outlooks(
        date(2027, 1, 1).toordinal(),
        {(source, "USD"): Outlook(carried_until=end.toordinal()) for source in GRACE},
    )
    rows = timeline.rows(
        {"USD": timeline.build_column("USD", printed, [], GRACE)},
        timeline.ordinals(first, last, "day"),
        {},
        outlooks,
    )
    found = [(row.day, row.freshness, row.point and row.point[3:7]) for row in rows]
    assert found == [_by_the_rule(printed, first + nth * DAY, end) for nth in range((last - first).days + 1)]


def _by_the_rule(printed: list[BelievedRate], day: date, carried_until: date) -> tuple[Any, ...]:
    """Written as plainly as it can be: of each source the newest table that has begun, in force before carried."""
    tables = {source: {one.valid_on: one for one in printed if one.source == source} for source in GRACE}
    begun = [of[max(on)] for of in tables.values() if (on := [one for one in of if one <= day])]
    in_force = [one for one in begun if day <= one.valid_until]
    carried = [one for one in begun if day <= min(one.valid_until + GRACE[one.source] * DAY, carried_until)]
    if not in_force and not carried:
        return str(day), "none", None
    one = (in_force or carried)[0]
    of, since = tables[one.source], one.valid_on
    for before in sorted((on for on in of if on < one.valid_on), reverse=True):
        same = (of[before].quoted, of[before].nominal) == (one.quoted, one.nominal)
        if not same or of[before].valid_until + DAY < since:
            break
        since = before
    facts = str(one.valid_on), str(one.valid_until), str(since), one.source
    return str(day), "fresh" if in_force else "late", facts


def _in_csv(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_the_rows_that_are_written_by_hand_are_what_the_models_say(shared):
    body = shared.get("/api/v1/history?from=2026-05-10&to=2026-05-25&currencies=USD,EUR,RUB,JPY").data
    assert models.encoded(models.History.model_validate_json(body)) == body
    rows = json.loads(body)["rates"]
    table = shared.table("history.csv?from=2026-05-10&to=2026-05-25&currencies=USD,EUR,RUB,JPY")
    assert [{k: v for k, v in one.items() if k != "demo"} for one in table] == [
        {name: _in_csv(value) for name, value in row.items()} for row in rows
    ]


def test_decades_are_read_ahead_once_their_version_stands(desk, monkeypatch):
    desk.say("USD", run(TODAY - DAY, "87.0000", "87.1000"))
    desk.say("GBP", run(TODAY, "117.0000"))
    desk.publish()
    warm, read = TimelinePreloader(desk.app.site), []
    believed = desk.store.believed_rates
    monkeypatch.setattr(desk.store, "believed_rates", lambda *asked: read.append(asked[1]) or believed(*asked))
    for looks, times in ((1, 0), (1, 1), (5, 1)):
        for _ in range(looks):
            warm.poll()
        assert len(read) == times
    assert read == [["EUR", "GBP", "RUB", "USD"]]
    assert rate_of(desk.json("history?currencies=USD&from=2026-05-21"), "USD")["value"] == "87.1000"
    assert len(read) == 1, "no reader waited for it"
    desk.say("USD", [(TODAY, "87.2000")])
    warm.poll()
    assert rate_of(desk.json("history?currencies=USD&from=2026-05-21"), "USD")["value"] == "87.2000"
    assert len(read) == 2, "who asks before it was read ahead reads it"
    desk.live.fault = "away"
    warm.poll()


# --- the official series ----------------------------------------------------------------------------------------------


def test_the_official_series_comes_back_through_every_door_to_the_last_digit(desk, recorded):
    text = (recorded / "nbkr" / "official_series_2021-07-03_2026-08-22.csv").read_text("utf-8")
    official = list(csv.DictReader(io.StringIO(text.replace("usd,eur,rub,kzt", "USD,EUR,RUB,KZT"))))
    currencies = [name for name in official[0] if name != "date"]
    days = [date.fromisoformat(one["date"]) for one in official]
    assert (len(days), len(currencies)) == (1876, 4)
    desk.now = at(days[-1], "11:00")
    for currency in currencies:
        desk.say(currency, [(day, one[currency]) for day, one in zip(days, official, strict=True)])
    desk.publish()
    wanted = {(one["date"], currency): Decimal(one[currency]) for one in official for currency in currencies}
    span = f"from={days[0]}&to={days[-1]}&currencies={','.join(currencies)}"
    gaps = {str(days[0] + nth * DAY) for nth in range((days[-1] - days[0]).days + 1)} - {str(day) for day in days}
    assert gaps == {"2026-07-04"}
    rows, cells = desk.json(f"history?{span}")["rates"], desk.table(f"history.csv?{span}")
    for found in (rows, cells):
        assert {
            (one["date"], one["currency"]): Decimal(one["value"]) for one in found if one["date"] not in gaps
        } == wanted
        assert {one["freshness"] for one in found if one["date"] in gaps} == {"late"}
    for day in random.Random(1).sample(days, 60):
        said = desk.json(f"rates?date={day}&currencies={','.join(currencies)}")
        assert {one["currency"]: Decimal(one["value"]) for one in said["rates"]} == {
            currency: wanted[str(day), currency] for currency in currencies
        }
        one = desk.json(f"convert?from=USD&amount=1&date={day}")
        assert Decimal(one["exact"]) == wanted[str(day), "USD"]
        assert Decimal(desk.get(f"/api/v1/rate/RUB.txt?date={day}").text) == wanted[str(day), "RUB"]


# --- convert ----------------------------------------------------------------------------------------------------------


def test_ten_thousand_random_amounts_convert_as_exactly_as_decimal_does():
    rng = random.Random(7)
    with localcontext() as context:
        context.prec = 200
        for _ in range(10_000):
            amount = Decimal(rng.randint(0, 10 ** rng.randint(1, 18))).scaleb(-rng.randint(0, 12))
            of, to = (Decimal(rng.randint(1, 10**7)).scaleb(-rng.randint(0, 8)) for _ in "ab")
            currency = rng.choice(("KGS", "USD", "JPY", "KWD", "CLF"))
            done = money.convert(amount, of, to, currency)
            digits = {"JPY": 0, "KWD": 3, "CLF": 4}.get(currency, 2)
            assert done.digits == digits
            quotient = amount * of / to
            assert Decimal(done.result) == quotient.quantize(Decimal(1).scaleb(-digits), "ROUND_HALF_UP")
            assert len(done.result.partition(".")[2]) == digits
            assert done.exact == Fraction(amount) * Fraction(of) / Fraction(to)
            if done.decimals is not None:
                assert Fraction(Decimal(done.decimals)) == done.exact


@pytest.mark.parametrize(
    ("query", "result", "exact", "rates"),
    [
        ("from=USD&amount=100", "8742.00", "8742", ["USD"]),
        ("from=USD&amount=0.005", "0.44", "0.4371", ["USD"]),
        ("from=KGS&to=USD&amount=100", "1.14", None, ["USD"]),
        ("from=KGS&to=JPY&amount=1000", "1836", None, ["JPY"]),
        ("from=USD&to=EUR&amount=1", "0.85", None, ["USD", "EUR"]),
        ("from=USD&to=USD&amount=12.345", "12.35", "12.345", []),
        ("from=KGS&amount=0", "0.00", "0", []),
        ("from=EUR&amount=9876543210.12&date=2026-05-20", "1009382716074.26", "1009382716074.264", ["EUR"]),
    ],
)  # fmt: skip
def test_an_amount_is_converted_exactly_and_says_by_which_rates(shared, query, result, exact, rates):
    said = shared.json(f"convert?{query}")
    assert (said["result"], said["exact"]) == (result, exact)
    assert [one["currency"] for one in said["rates"]] == rates
    assert said["rounding"]["rule"] == "half up"
    assert all(one["valid_on"] and one["freshness"] and one["quoted"] for one in said["rates"])
    fraction = Fraction(int(said["fraction"]["numerator"]), int(said["fraction"]["denominator"]))
    assert abs(fraction - Fraction(result)) <= Fraction(1, 2) / 10 ** said["rounding"]["digits"]


def test_a_late_figure_says_so_where_it_is_used(shared):
    (used,) = shared.json("convert?from=RUB&amount=10")["rates"]
    assert (used["freshness"], used["valid_on"]) == ("late", "2026-05-20")


@pytest.mark.parametrize(
    ("query", "valid_on", "freshness"),
    [
        ("from=USD", "2026-05-21", "fresh"),
        ("from=RUB", "2026-05-20", "late"),
        ("from=USD&to=RUB", "2026-05-20", "late"),
        ("from=JPY&to=USD", "2026-05-16", "fresh"),
        ("from=KGS", None, None),
    ],
)
def test_a_conversion_tells_its_oldest_rate_and_its_worst_in_the_table_too(shared, query, valid_on, freshness):
    said = shared.json(f"convert?{query}")
    assert (said["valid_on"], said["freshness"]) == (valid_on, freshness)
    (row,) = shared.table(f"convert.csv?{query}")
    assert (row["valid_on"], row["freshness"]) == (valid_on or "", freshness or "")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/", "/api/v1/rate/USD", "/api/v2", "/api/v1/rates/"])
def test_an_address_near_the_api_is_led_there(shared, path):
    got = shared.get(path)
    assert (got.status_code, got.headers["Content-Type"]) == (404, "application/problem+json")
    assert got.json["detail"].startswith(f"There is nothing at {path}. /api/v1 lists every address")


@pytest.mark.parametrize("path", ["/compat", "/compat/", "/compat/frankfurter", "/compat/frankfurter/", "/compat/nbkr"])
def test_an_address_near_what_programs_speak_is_led_there(shared, path):
    got = shared.get(path)
    assert (got.status_code, got.headers["Content-Type"]) == (404, "application/problem+json")
    assert "/compat/frankfurter/v1/latest" in got.json["detail"]
    page = shared.get(path, Accept="text/html")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "/compat/nbkr/XML/daily.xml" in page.text
    assert '<a href="/">' in page.text


# --- headlines --------------------------------------------------------------------------------------------------------


def test_pages_of_headlines_neither_repeat_nor_skip_one(shared):
    path, found = "/api/v1/headlines?limit=7", []
    while path:
        got = shared.get(path)
        found += [one["id"] for one in got.json["headlines"]]
        path = got.json["links"]["next"]
        assert (f'<{path}>; rel="next"' in got.headers["Link"]) == (path is not None)
    assert sorted(found) == sorted(one.id for one in headlines(TODAY))
    order = {one.id: one.published_at for one in headlines(TODAY)}
    assert [order[one] for one in found] == sorted(order.values(), reverse=True)


@pytest.mark.parametrize("path", ["headlines.csv?limit=20", "headlines?limit=20&format=csv"])
def test_pages_of_a_table_go_on_as_tables(shared, path):
    first = shared.get(f"/api/v1/{path}")
    onward = first.headers["Link"].partition(">")[0].removeprefix("<")
    rest = shared.get(onward)
    assert rest.headers["Content-Type"].startswith("text/csv")
    assert len(list(csv.DictReader(io.StringIO(rest.text, newline="")))) == 5


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("lang=ky", 8),
        ("feeds=24kg-en", 5),
        ("feeds=24kg-en,kaktus", 9),
        ("lang=en&feeds=kaktus", 0),
        ("since=2026-05-21T10:53:00%2B06:00", 4),
        ("until=2026-05-21T10:53:00%2B06:00", 21),
        ("q=bridge", 5),
        ("q=BRIDGE%20naryn", 5),
        ("q=%D0%BC%D0%BE%D1%81%D1%82", 0),
    ],
)
def test_headlines_are_filtered(shared, query, count):
    assert len(shared.json(f"headlines?limit=100&{query}")["headlines"]) == count


def test_a_headline_has_its_publisher_its_day_and_both_addresses(shared):
    (one,) = shared.json("headlines?limit=1")["headlines"]
    feed = next(feed for feed in FEEDS if feed.feed == one["feed"])
    assert (one["publisher"], one["language"], one["day"]) == (feed.publisher, feed.language, "2026-05-21")
    assert one["story"] == f"/story/{one['id']}"
    assert one["published_at"].endswith("+06:00")


def test_feeds_and_popular_say_what_is_known(shared):
    feeds = shared.json("feeds")["feeds"]
    assert [one["id"] for one in feeds] == [one.feed for one in FEEDS]
    assert {one["freshness"] for one in feeds} == {"fresh"}
    popular = shared.json("popular")
    assert popular["by"] == "feeds"
    assert popular["headlines"] == []


def test_popular_is_what_was_opened_and_till_then_what_several_feeds_carry(desk):
    told = headlines(TODAY)
    same = replace(told[0], id="f" * 16, feed=FEEDS[1].feed, title=told[0].title)
    desk.tell([*told, same])
    desk.publish()
    said = desk.json("popular")
    assert said["by"] == "feeds"
    (one,) = said["headlines"]
    assert (one["publisher"], [also["feed"] for also in one["also"]]) == ("24.kg", [FEEDS[1].feed])
    desk.store.count("batch", {(told[7].id, desk.now.replace(minute=0), "click"): 9})
    assert desk.app.site.clicks.refresh()
    said = desk.json("popular")
    assert (said["by"], said["headlines"][0]["id"]) == ("clicks", told[7].id)
    assert len(said["headlines"]) == 2
    assert [one["id"] for one in desk.table("popular.csv?lang=ky")] == []


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_a_title_that_is_a_formula_is_none_in_a_spreadsheet(shared):
    titles = [one["title"] for one in shared.table("headlines.csv?limit=100")]
    assert "'=HYPERLINK(1) 0" in titles
    assert "'-- 5 degrees of frost 2" in titles
    assert 'A "quoted", title 3' in titles


@pytest.mark.parametrize(
    ("cell", "written"),
    [("-0.0031", "-0.0031"), ("-1+1", "'-1+1"), ("@x", "'@x"), ("\tx", '"\'\tx"'), ("+1", "'+1"), (None, ""), (5, "5")],
)
def test_figures_stay_as_they_are_and_text_is_text(cell, written):
    body = csv_tables.render(["a", "b"], [[cell, "z"]]).decode()
    assert body == f"a,b\r\n{written.replace(chr(34), '') if cell == chr(9) + 'x' else written},z\r\n"


@pytest.mark.parametrize("door", [one for one in ENDPOINTS if one.row], ids=lambda one: one.id)
def test_the_ending_and_the_parameter_give_the_same_table(shared, door):
    query = "from=USD" if door.id == "convert" else ""
    ending = shared.get(f"{door.csv_path}?{query}")
    asked = shared.get(f"{door.path}?{query}&format=csv")
    assert ending.status_code == asked.status_code == 200
    assert ending.data == asked.data
    assert ending.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert shared.get(f"{door.csv_path}?{query}&format=csv").status_code == 400


# --- strict reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "names", "says"),
    [
        ("rates?utm_source=x", ["utm_source"], "which is no parameter; there are home, date, currencies, at, format"),
        ("rates?date=2026-05-21&date=2026-05-21", ["date"], "given more than once"),
        ("rates?date=21.05.2026", ["date"], "met '21.05.2026', wanted a day as 2026-05-21"),
        ("rates?date=1747785600", ["date"], "wanted a day"),
        ("rates?date=2026-02-30", ["date"], "wanted a day"),
        ("rates?date=", ["date"], "met ''"),
        ("rates?currencies=USD,XXX", ["currencies"], "met 'XXX', wanted any of EUR, JPY, RUB, USD"),
        (
            "rates?currencies=usd",
            ["currencies"],
            "met 'usd', did you mean USD? Codes of currencies are capital letters.",
        ),
        ("rates?currencies=USD,USD", ["currencies"], "each member once"),
        ("rates?currencies=", ["currencies"], "met ''"),
        ("rates?at=2026-05-21T11:17:00%2B06:00", ["at"], "still to come"),
        ("rates?at=2026-05-21", ["at"], "wanted a moment as"),
        ("rates?at=yesterday", ["at"], "wanted a moment as"),
        ("rates?at=1969-12-31T23:59:59Z", ["at"], "wanted none before 1970"),
        ("rates?format=xml", ["format"], "wanted json or csv"),
        ("rates?DATE=2026-05-21&x=1", ["DATE", "x"], "x: met '1'"),
        ("history?from=2026-05-22&to=2026-05-21", ["from"], "not later than `to`"),
        ("history?from=1900-01-01", ["from"], "at most 40000 rows"),
        ("history?step=year", ["step"], "wanted day or week or month"),
        ("convert?amount=100", ["from"], "from: is missing; wanted a currency as USD."),
        ("convert?from=USD&amount=2,000", ["amount"], "wanted digits, with a point before decimals"),
        ("convert?from=USD&amount=-1", ["amount"], "met '-1'"),
        ("convert?from=USD&amount=1e3", ["amount"], "met '1e3'"),
        ("convert?from=ABC&to=DEF&amount=x", ["from", "to", "amount"], "met 'ABC'"),
        ("convert?from=usd", ["from"], "did you mean USD?"),
        ("rate/usd.txt", ["currency"], "did you mean USD?"),
        ("rate/XXX.txt", ["currency"], "met 'XXX', wanted any of EUR, JPY, RUB, USD"),
        ("headlines?limit=0", ["limit"], "a whole number from 1 to 100"),
        ("headlines?limit=5.0", ["limit"], "a whole number from 1 to 100"),
        ("headlines?limit=1_0", ["limit"], "a whole number from 1 to 100"),
        ("headlines?feeds=bbc", ["feeds"], "met 'bbc', wanted any of 24kg-en"),
        ("headlines?q=%00", ["q"], "1 to 80 characters"),
        ("headlines?cursor=next", ["cursor"], "as `next` has it"),
        ("strip?lang=de&headlines=99", ["lang", "headlines"], "wanted en or ru or ky"),
        ("strip?preset=x", ["preset"], "there are none here"),
        ("feeds?q=1", ["q"], "which is no parameter; there are home, at, format"),
        ("status?x=1", ["x"], "which is no parameter; there are home, at."),
        ("?x=1", ["x"], "which is no parameter; there are none here"),
        ("rates?" + "a" * 3000, ["query"], "at most 2048 characters"),
    ],
)
def test_what_is_unknown_repeated_or_bad_is_refused_by_its_name(shared, path, names, says):
    got = shared.get(f"/api/v1/{path}".replace("/?", "?"))
    assert (got.status_code, got.headers["Content-Type"]) == (400, "application/problem+json"), got.text
    assert [one["parameter"] for one in got.json["errors"]] == names
    assert says in got.json["detail"]
    assert got.headers["Cache-Control"] == "no-store"


def test_the_strip_is_the_strip_but_strict(shared):
    query = "lang=ru&headlines=3&currencies=USD,RUB&show=rates,headlines"
    mine, its = (shared.get(f"{path}?{query}") for path in ("/api/v1/strip", "/strip.json"))
    assert mine.json == its.json
    assert shared.get("/api/v1/strip?digits=auto&accent=14171b").status_code == 200


def test_as_many_currencies_as_a_bank_has_can_be_asked_for(shared):
    assert MAX_CURRENCIES >= 45 + 10
    assert shared.get("/api/v1/rates?currencies=USD,EUR,JPY,RUB").status_code == 200


# --- kept answers, limits, the contract -------------------------------------------------------------------------------


def test_an_answer_is_kept_until_what_it_says_has_changed(desk):
    desk.say("USD", run(TODAY - DAY, "87.0000", "87.1000"))
    desk.publish()
    first = desk.get("/api/v1/history?currencies=USD")
    assert first.headers["Cache-Status"] == "ticker; fwd=miss"
    desk.turn(seconds=30)
    again = desk.get("/api/v1/history?currencies=USD")
    assert again.headers["Cache-Status"].startswith("ticker; hit; ttl=")
    assert (again.data, again.headers["Last-Modified"]) == (first.data, first.headers["Last-Modified"])
    desk.turn(seconds=30)
    desk.say("USD", [(date(2026, 5, 1), "86.0000")])  # filled in, far below what a strip shows
    changed = desk.get("/api/v1/history?currencies=USD")
    assert changed.headers["Cache-Status"] == "ticker; fwd=miss"
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert changed.headers["Last-Modified"] > first.headers["Last-Modified"]
    assert rate_of(changed.json, "USD")["freshness"] == "none"
    assert [one["value"] for one in changed.json["rates"] if one["date"] == "2026-05-01"] == ["86.0000"]


def test_what_an_address_may_have_made_anew_is_limited_and_what_is_kept_is_free(tmp_path):
    desk = Desk(tmp_path, TODAY, api_quota=3)
    desk.say("USD", run(TODAY, "87.1000"))
    desk.publish()
    for day in (18, 19, 20):
        got = desk.get(f"/api/v1/rates?date=2026-05-{day}")
        assert got.headers["RateLimit-Policy"] == '"api";q=3;w=60'
        assert got.headers["RateLimit"] == f'"api";r={20 - day};t=60'
    over = desk.get("/api/v1/rates?date=2026-05-17")
    assert (over.status_code, over.headers["Retry-After"]) == (429, "60")
    assert over.headers["Content-Type"] == "application/problem+json"
    for _ in range(20):
        assert desk.get("/api/v1/rates?date=2026-05-18").status_code == 200
    assert desk.get("/api/v1/rates?date=nothing").status_code == 400
    assert desk.get("/strip.json").status_code == 200
    desk.turn(seconds=59.5)
    assert desk.get("/api/v1/rates?date=2026-05-17").headers["Retry-After"] == "1"
    desk.turn(seconds=1)
    assert desk.get("/api/v1/rates?date=2026-05-17").status_code == 200
    desk.close()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/chart?to=2026-05-{}", True),
        ("/chart.svg?to=2026-05-{}", True),
        ("/compat/frankfurter/v1/2026-05-{}?base=USD", True),
        ("/strip?at=2026-05-{}T05:00Z", False),
        ("/panel.json?at=2026-05-{}T05:00Z", False),
        ("/status?at=2026-05-{}T05:00Z", False),
        ("/docs", True),
    ],
)
def test_so_is_whatever_else_goes_through_the_past(tmp_path, path, kept):
    desk = Desk(tmp_path, TODAY - 9 * DAY, api_quota=2)
    desk.say("USD", run(TODAY - 9 * DAY, *["87.1000"] * 10))
    desk.publish()
    desk.turn(hours=24 * 9)
    first, second, over = ([path.format(day)] for day in (18, 19, 20))
    if path == "/docs":
        got = [desk.get(path, Host=f"{name}.example").status_code for name in "abc"]
    else:
        got = [desk.get(*one).status_code for one in (first, second, over)]
    # The first is made whatever it costs; a moment costs more than is left then.
    assert got == ([200, 200, 429] if kept else [200, 429, 429])
    assert desk.get(*over, Accept="text/html", Host="c.example").headers["Retry-After"] == "60"
    if kept:
        assert desk.get(*first, Host="a.example" if path == "/docs" else "localhost").status_code == 200
    assert desk.get("/strip.json").status_code == 200
    desk.close()


def test_behind_a_proxy_of_ones_own_readers_are_apart(tmp_path):
    desk = Desk(tmp_path, TODAY, api_quota=1, trusted_proxies=1)
    desk.say("USD", run(TODAY, "87.1000"))
    desk.publish()
    asked = [("203.0.113.1", 200), ("203.0.113.1", 429), ("203.0.113.2", 200), ("9.9.9.9, 203.0.113.1", 429)]
    for nth, (passed, status) in enumerate(asked):
        got = desk.get(f"/api/v1/rates?date=2026-05-{nth + 10}", X_Forwarded_For=passed)
        assert got.status_code == status, passed
    desk.close()


def test_what_is_long_to_find_costs_more(desk):
    desk.publish()
    left = [desk.get(f"/api/v1/{path}").headers["RateLimit"] for path in ("headlines", "headlines?q=snow", "feeds")]
    assert left == ['"api";r=599;t=60', '"api";r=594;t=60', '"api";r=593;t=60']
    desk.get("/api/v1/history?from=2016-01-01&currencies=USD,EUR,RUB,USD")
    long = desk.get("/api/v1/history?from=2016-01-01&currencies=USD,EUR,RUB")
    assert long.headers["RateLimit"] == '"api";r=587;t=60'  # 11,388 rows


def test_addresses_are_apart_and_forgotten_with_their_minute():
    limits = RateLimiter(2)
    now = at(TODAY, "11:00")
    assert [limits.charge("a", 1, now).remaining for _ in range(2)] == [1, 0]
    with pytest.raises(RateLimitedError, match="more than 2 uncached requests"):
        limits.charge("a", 1, now)
    assert limits.charge("b", 1, now).remaining == 1
    assert all(name != b"a" and len(name) == 16 for name in limits._spent)
    assert limits.charge("b", 0, now + timedelta(minutes=1)).remaining == 2
    assert limits._spent == {}
    assert limits.charge("c", 99, now).remaining == 0, (
        "whatever it costs, one is made for who has asked for nothing yet"
    )
    assert RateLimiter(0).charge("a", 9, now).headers == ()


@pytest.mark.parametrize(
    ("peer", "passed", "trusted", "address"),
    [
        ("192.0.2.1", "203.0.113.9", 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", 1, "203.0.113.9"),
        ("192.0.2.1", "1.1.1.1, 203.0.113.9", 1, "203.0.113.9"),
        ("192.0.2.1", "1.1.1.1, 203.0.113.9", 2, "1.1.1.1"),
        ("192.0.2.1", "203.0.113.9", 2, "203.0.113.9"),
        ("192.0.2.1", "", 1, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
        ("a thing", "", 0, "a thing"),
    ],
)
def test_a_forwarded_address_is_believed_of_trusted_proxies_only(peer, passed, trusted, address):
    environ = {**EnvironBuilder().get_environ(), "REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": passed}
    assert address_of(environ, trusted) == address


PATHS = [one.path.replace("{currency}", "USD") for one in ENDPOINTS] + [one.csv_path for one in ENDPOINTS if one.row]
PAPERS = ["/openapi.json", "/docs", "/llms.txt"]


@pytest.mark.parametrize("path", [*PATHS, *PAPERS])
def test_every_door_keeps_the_contract(shared, path):
    asked = f"{path}?from=USD" if path.startswith("/api/v1/convert") else path
    shared.get(asked)
    got, head, options = shared.get(asked), shared.get(asked, "HEAD"), shared.get(asked, "OPTIONS")
    assert (got.status_code, head.status_code, options.status_code) == (200, 200, 204)
    assert head.data == b""
    assert {**head.headers, "RateLimit": ""} == {**got.headers, "RateLimit": ""}
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in got.headers["Access-Control-Expose-Headers"]
    assert got.headers["Cache-Control"].startswith("public, max-age=")
    assert 'rel="service-desc"' in str(got.headers.getlist("Link"))
    known = shared.get(asked, If_None_Match=got.headers["ETag"])
    assert (known.status_code, known.data) == (304, b"")
    refused = shared.get(asked, "POST")
    assert (refused.status_code, refused.headers["Content-Type"]) == (405, "application/problem+json")


def test_under_the_api_nobody_is_sent_a_page(shared):
    for path in ("/api/v1/nothing", "/api/v1/rates?x=1", "/api/v2/rates"):
        got = shared.get(path, Accept="text/html")
        assert got.headers["Content-Type"] == "application/problem+json"


def test_while_the_store_is_away_today_is_told_and_the_past_is_not(desk):
    desk.say("USD", run(TODAY - DAY, "87.0000", "87.1000"))
    desk.tell(headlines(TODAY))
    desk.publish()
    desk.live.fault = "sqlite:///ticker.db: the file is gone"
    (usd,) = desk.json("rates?currencies=USD")["rates"]
    assert (usd["value"], usd["freshness"]) == ("87.1000", "fresh")
    assert (usd["provenance"], usd["revisions"], usd["held"]) == (None, None, None)
    assert desk.get("/api/v1/rate/USD.txt").text == "87.1000"
    assert desk.json("convert?from=USD")["exact"] == "87.1"
    assert desk.json("status")["store"] == "away"
    for path in ("feeds", "popular", "strip"):
        assert desk.get(f"/api/v1/{path}").status_code == 200
    for path in ("rates?date=2026-05-20", "history", "headlines", "rates?at=2026-05-20T10:00:00Z"):
        got = desk.get(f"/api/v1/{path}")
        assert (got.status_code, got.headers["Retry-After"]) == (503, "5"), path
        assert "file is gone" not in got.text
    desk.live.fault = ""
    assert desk.json("rates?currencies=USD")["rates"][0]["provenance"]["source"] == "nbkr"


def test_a_store_that_fails_in_the_middle_is_a_503_too(desk, monkeypatch):
    desk.say("USD", run(TODAY, "87.1000"))
    desk.publish()

    def fails(*_: object, **__: object) -> None:
        raise StoreError("sqlite: disk I/O error")

    monkeypatch.setattr(desk.store, "believed_rates", fails)
    got = desk.get("/api/v1/history")
    assert (got.status_code, got.headers["Retry-After"], "disk" in got.text) == (503, "5", False)


def test_a_stale_figure_is_not_given(desk):
    desk.now = at(date(2026, 5, 12), "16:00")
    desk.say("USD", run(date(2026, 5, 12), "87.0000", "87.1000"))
    desk.publish()
    desk.now = at(TODAY, "11:00")
    (usd,) = desk.json("rates?currencies=USD")["rates"]
    assert (usd["value"], usd["freshness"], usd["valid_on"]) == (None, "stale", "2026-05-13")
    got = desk.get("/api/v1/convert?from=USD")
    assert (got.status_code, "of 2026-05-13, is too old" in got.json["detail"]) == (404, True)
    # Nobody has looked since: of a past day no more is known now than was known then.
    history = desk.json("history?currencies=USD&from=2026-05-14")["rates"]
    assert [(one["date"][-2:], one["value"], one["freshness"]) for one in history] == [
        ("14", "87.1000", "late"),
        ("15", "87.1000", "late"),
        *((str(day), None, "none") for day in range(16, 21)),
        ("21", None, "stale"),
    ]
    for day in range(14, 21):
        (then,) = desk.json(f"rates?currencies=USD&date=2026-05-{day}")["rates"]
        assert then["freshness"] == ("late" if day < 16 else "none")
        assert desk.json(f"rates?currencies=USD&at=2026-05-{day}T10:00Z")["rates"][0]["freshness"] == (
            "late" if day < 16 else "stale"
        )


def test_before_anything_is_known_nothing_is_told(desk):
    desk.live.poll()
    for path in ("rates", "history", "headlines", "popular", "feeds", "status", "strip", "rates?date=2026-05-01", ""):
        got = desk.get(f"/api/v1/{path}".rstrip("/"))
        assert got.status_code == 200, got.text
    assert {one["freshness"] for one in desk.json("rates")["rates"]} == {"none"}
    assert desk.get("/api/v1/rate/USD.txt").status_code == desk.get("/api/v1/convert?from=USD").status_code == 404
    assert desk.json("convert?from=KGS&amount=5")["result"] == "5.00"


def test_every_state_has_its_name():
    assert {one.value for one in Freshness} == {"fresh", "late", "stale", "none"}
    assert HOME.currency == "KGS"
    assert NBKR.source in GRACE
    assert api_tables.history_cells([]) is not None
