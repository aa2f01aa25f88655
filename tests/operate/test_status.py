"""The operator's page, its JSON and its text: every home, what other banks say, and which failures are whose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.desk import run
from support.witnesses import WitnessedDesk

from ticker.model import DAY, Outcome, Round
from ticker.operate import render
from ticker.operate.status import WITNESS_MISSED, gather
from ticker.serve.terms import HomeTerms, SiteSettings

TODAY = date(2026, 5, 21)  # a Thursday
SITE = SiteSettings(HomeTerms(("USD",)))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WitnessedDesk]:
    """KGS and KZT, each with official figures of today, and other banks that agree with them."""
    one = WitnessedDesk(tmp_path, TODAY)
    one.second = True
    one.say("USD", run(TODAY - DAY, "87.4000", "87.4500"))
    one.say("EUR", run(TODAY - DAY, "100.2000", "100.2833"))
    one.say("RUB", run(TODAY - DAY, "1.1000", "1.1100"))
    one.say("KZT", [(TODAY, "0.182820")])
    one.tables(TODAY, cbu={"KZT": "25.25"}, nbt={"KZT": "0.019325"}, nbk={"RUB": "6.0600"})
    one.publish()
    yield one
    one.close()


def status(desk: WitnessedDesk) -> Any:
    return desk.get("/status.json").json


def text(desk: WitnessedDesk, language: str = "en") -> str:
    """The page as it is read."""
    page = desk.get("/status", Accept_Language=language).text
    page = re.sub(r'<span class="label" aria-hidden="true">.*?</span>', "", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<body>")[2]))


def visit(desk: WitnessedDesk, source: str, outcome: Outcome, note: str = "") -> None:
    with desk.store.write(desk.token) as write:
        write.record(Round(source, desk.now, desk.now, outcome, note=note))


def fail_for(desk: WitnessedDesk, source: str, span: timedelta) -> None:
    """One good visit, then a failure each twelve hours for that long."""
    visit(desk, source, Outcome.CHANGED)
    desk.turn(hours=12)
    until = desk.now + span
    while desk.now <= until:
        visit(desk, source, Outcome.FAILED, "cbu: connection refused")
        desk.turn(hours=12)
    desk.turn(hours=-12)


def of(said: Any, **wanted: str) -> Any:
    (found,) = [one for one in said if all(one[name] == value for name, value in wanted.items())]
    return found


def test_every_home_has_its_figures_and_what_others_say_of_them(desk):
    said = status(desk)
    assert said["homes"] == [{"home": "KGS", "zone": "Asia/Bishkek"}, {"home": "KZT", "zone": "Asia/Almaty"}]
    assert of(said["rates"], home="KGS", currency="USD")["value"] == "87.4500"
    assert of(said["rates"], home="KZT", currency="USD")["value"] == "478.5100"
    own = of(said["witnesses"], home="KGS", currency="USD")
    assert (own["official"], own["median"], own["agrees"]) == ("87.4500", "87.4566", "agree")
    assert (own["spread_percent"], own["within_percent"]) == ("0.030", "0.5")
    assert [(one["source"], one["value"], one["takes_part"]) for one in own["banks"]] == [
        ("nbk", "87.4790", True),
        ("cbu", "87.4566", True),
        ("nbt", "87.4525", True),
        ("ecb", None, False),
    ]
    other = of(said["witnesses"], home="KZT", currency="USD")
    assert (other["official"], other["agrees"], other["banks"][0]["source"]) == ("478.5100", "agree", "nbkr")


def test_it_is_the_comparison_of_the_api(desk):
    for home in ("KGS", "KZT"):
        for one in desk.json(f"witnesses?home={home}")["rates"]:
            told = of(status(desk)["witnesses"], home=home, currency=one["currency"])
            for name in ("median", "spread_percent", "within_percent", "agrees"):
                assert told[name] == one[name]
            assert told["banks"] == [{name: of[name] for name in of if name != "testifies"} for of in one["banks"]]


def test_each_source_is_listed_once_under_its_home_or_as_a_witness(desk):
    """NBK's table is KZT's own, and so no mere witness."""
    visit(desk, "cbu", Outcome.CHANGED)
    said = status(desk)["sources"]
    kinds = [(one["id"], one["kind"], one["home"]) for one in said if one["kind"] != "feed"]
    assert kinds == [
        ("nbkr", "rates", "KGS"),
        ("nbkr_weekly", "rates", "KGS"),
        ("nbk", "rates", "KZT"),
        ("cbu", "witness", None),
        ("nbt", "witness", None),
        ("ecb", "witness", None),
    ]
    cbu = of(said, id="cbu")
    assert (cbu["state"], cbu["last_round"]["outcome"]) == (None, "changed")
    assert cbu["last_success"] == "2026-05-21T11:16:00+06:00"


@pytest.mark.parametrize(("span", "told"), [(WITNESS_MISSED - timedelta(hours=12), False), (WITNESS_MISSED, True)])
def test_a_witness_that_failed_for_three_days_is_said_and_troubles_nobody(desk, span, told):
    fail_for(desk, "cbu", span)
    for one in ("USD", "EUR", "RUB"):
        desk.say(one, [(date(2026, 5, 21) + nth * DAY, "87.45") for nth in range(1, 5)])
    desk.testify("nbk", desk.now.date(), USD="478.5100")
    desk.publish()
    said = status(desk)
    assert said["notices"] == (["witness cbu: only failures since 21 May 2026"] if told else [])
    assert not [one for one in said["troubles"] if "cbu" in one]
    assert ("witness cbu: only failures since 21 May 2026" in text(desk)) is told
    assert of(said["sources"], id="cbu")["last_failure"]["note"] == "cbu: connection refused"
    assert desk.get("/readyz").status_code == 200


def test_a_contradicted_figure_is_said(desk):
    desk.say("USD", [(TODAY, "88.1000")])
    desk.say("USD", [(TODAY, "485.0000")], source="nbk")
    desk.publish()
    said = status(desk)
    assert said["notices"] == [
        "USD: other banks contradict the official rate",
        "KZT: USD: other banks contradict the official rate",
    ]
    assert not [one for one in said["troubles"] if "USD" in one]


def test_troubles_name_the_home_where_it_is_not_the_default_one(desk):
    desk.say("CNY", [(TODAY - DAY, "67.1000")], source="nbk")
    desk.say("JPY", [(TODAY - DAY, "0.5446")])
    desk.publish()
    troubles = status(desk)["troubles"]
    assert "JPY: late" in troubles
    assert "KZT: CNY: late" in troubles


def test_held_figures_are_told_of_every_source_and_only_those_of_homes_are_a_trouble(desk):
    desk.say("USD", [(TODAY + DAY, "12999.00")], source="cbu", held_reason="moved by 7.6 %")
    said = status(desk)
    assert [(one["source"], one["currency"], one["quoted"]) for one in said["held"]] == [("cbu", "USD", "12999.00")]
    assert not [one for one in said["troubles"] if "held" in one]
    assert "cbu USD 12999.00 for 1 on 22 May" in text(desk)
    assert desk.json("status")["held"] == 0, "readers of a home have nothing to do with it"
    desk.say("USD", [(TODAY + DAY, "900.00")], source="nbk", held_reason="moved by 88 %")
    assert [one["source"] for one in status(desk)["held"]] == ["nbk", "cbu"]
    assert any(one.startswith("1 held") for one in status(desk)["troubles"])
    assert (desk.json("status?home=KZT")["held"], desk.json("status")["held"]) == (1, 0)


def test_unconfirmed_figures_are_told_of_every_home(desk):
    desk.say("CNY", [(TODAY, "67.1000")], source="nbk", first=True)
    desk.publish()
    said = status(desk)
    assert [(one["home"], one["source"], one["currency"]) for one in said["unconfirmed"]] == [("KZT", "nbk", "CNY")]
    assert "KZT: CNY: unconfirmed, a first figure that nothing has borne out yet" in said["troubles"]


def test_the_past_has_every_home_and_witness_too(desk):
    desk.turn(hours=2)
    desk.say("USD", [(TODAY, "480.0000")], source="nbk")
    desk.testify("cbu", TODAY, USD="13500.00")
    desk.publish()
    then, now = desk.get("/status.json?at=2026-05-21T12:00%2B06:00").json, status(desk)
    assert then["past"]
    assert of(then["rates"], home="KZT", currency="USD")["value"] == "478.5100"
    assert of(now["rates"], home="KZT", currency="USD")["value"] == "480.0000"
    for said, value in ((then, "87.4566"), (now, "97.7411")):
        told = of(said["witnesses"], home="KGS", currency="USD")["banks"]
        assert of(told, source="cbu")["value"] == value
    assert {one["id"] for one in then["sources"]} == {one["id"] for one in now["sources"]}


def test_a_stand_in_is_told_and_is_no_rate(desk):
    """Nobody has read NBKR for weeks; the others were read today."""
    desk.turn(days=21)
    desk.tables(TODAY + 21 * DAY)
    desk.publish()
    usd = of(status(desk)["rates"], home="KGS", currency="USD")
    assert (usd["value"], usd["quality"], usd["stand_in"], usd["freshness"]) == (None, "derived", "87.4566", "stale")
    assert "≈ 87.4566" in text(desk)
    assert "EUR, KZT, RUB, USD: stale" in status(desk)["troubles"]


WORDS = {
    "en": ("Other banks · KGS", "borne out: others agree on 87.4566 (within 0.5 %)", "ratios only", "Rates · KZT"),
    "ru": ("Другие банки · KGS", "подтверждён: другие сходятся на 87.4566 (в пределах 0.5 %)", "только соотношения"),
    "ky": ("Башка банктар · KGS", "тастыкталды: башкалар 87.4566 курсунда бирдей (0.5 % чегинде)", "катышы гана"),
}


@pytest.mark.parametrize("language", WORDS)
def test_the_page_has_the_block_in_three_languages(desk, language):
    page = text(desk, language)
    for one in (*WORDS[language], "87.4790 (+0.033 %)", "1.1640 USD (+1.505 %)"):
        assert one in page, one


def test_with_one_home_nothing_is_named_after_it(desk):
    desk.second = False
    desk.publish()
    page = text(desk)
    assert "· KGS" not in page
    assert "Other banks" in page
    assert status(desk)["homes"] == [{"home": "KGS", "zone": "Asia/Bishkek"}]


def test_the_text_for_a_terminal_has_it(desk):
    desk.say("USD", [(TODAY, "88.1000")])
    desk.publish()
    said = render.as_text(gather(desk.live, desk.cache, desk.now, SITE))
    assert "notice: USD: other banks contradict the official rate" in said
    assert "\nKZT:\n" in said
    assert "  USD  other banks: 87.4566 (apart 0.030 %), contradict within 0.5 %" in said
    assert "NBK 87.4790 (-0.705 %), CBU 87.4566 (-0.730 %)" in said
    assert re.search(r"cbu +witness +last success 2026-05-21", said)


def test_readiness_needs_a_figure_of_the_homes_own(tmp_path):
    """What other banks agree on stands in for a figure; it does not make a new service ready."""
    desk = WitnessedDesk(tmp_path, TODAY)
    desk.tables(TODAY)
    desk.publish()
    assert of(status(desk)["rates"], currency="USD")["quality"] == "derived"
    assert desk.get("/readyz").status_code == 503
    assert desk.get("/livez").status_code == 200
    desk.say("USD", [(TODAY, "87.4500")])
    desk.publish()
    assert desk.get("/readyz").status_code == 200
    desk.close()
