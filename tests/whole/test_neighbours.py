"""Other banks and homes in the whole service: visited politely, never in NBKR's way, standing in where it is gone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.given import HOME
from support.running import Runner, runner, until
from support.sites import Site

from ticker import service
from ticker.collect.sources import BANKS
from ticker.config import DEFAULT_HOMES, DEFAULT_RATES, Config
from ticker.demo.hostpage import HostPage
from ticker.demo.neighbours import NEIGHBOURS
from ticker.model import DAY, Freshness, Quality
from ticker.rates.freshness import Figure

WEDNESDAY = date(2026, 5, 20)
SHOWN = ("USD", "EUR", "RUB")
NBKR = ("nbkr", "nbkr-weekly", "nbkr-archive")
LEVELS = tuple(source for source in NEIGHBOURS if source not in ("cbr", "ecb"))  # a level is never made of the others

Making = Callable[..., Site]


@pytest.fixture
def making(tmp_path: Path) -> Iterator[Making]:
    """Sites that begin on Wednesday at 11:00 and are closed in the end."""
    made: list[Site] = []

    def make(**options: Any) -> Site:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Site(folder, f"{WEDNESDAY} 11:00", **options))
        return made[-1]

    yield make
    for site in made:
        site.close()


def live_on(site: Site, *, days: int) -> None:
    """Some days in leaps: a look in the morning and one in the evening, each after the witnesses' hours."""
    first = site.clock.now + DAY if site.clock.now.hour >= 13 else site.clock.now
    for nth in range(days):
        for at in ("07:00", "19:00"):
            site.clock.turn(to=f"{(first + DAY * nth).date()} {at}")
            site.look()


def figures(site: Site) -> Mapping[str, Figure]:
    """The home's figures now, by currency."""
    _, judgement = site.service.site.current()
    return {figure.currency: figure for figure in judgement.figures}


def visits(site: Site) -> Mapping[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for seen in site.upstream.requests:
        found.setdefault(seen.source, []).append(seen.at)
    return found


# --- a home of another bank ------------------------------------------------------------------------------------------


def test_after_a_day_strip_and_api_show_the_other_bank_s_figures_with_their_day(making):
    site = making(witnesses=True, homes=("KZT",), rates={"nbkr": {"window_every_s": 3600}})
    site.turn(to=f"{WEDNESDAY + DAY} 11:00")
    printed = {row.currency: row.figure for row in site.upstream.neighbours.rows("nbk", WEDNESDAY + DAY)}
    strip = site.strip("home=KZT")
    for one in (strip["rates"], site.get("/api/v1/rates?home=KZT&currencies=USD,EUR,RUB").json["rates"]):
        assert [rate["currency"] for rate in one] == list(SHOWN)
        for rate in one:
            assert Decimal(rate["quoted"]) == printed[rate["currency"]]
            assert (rate["valid_on"], rate["freshness"]) == (str(WEDNESDAY + DAY), "fresh")
            assert (rate["quality"], rate["confirmed"], rate["source"]) == ("official", True, "nbk")
    assert strip["home"] == "KZT"
    assert [rate["source"] for rate in site.strip()["rates"]] == ["nbkr"] * 3


def test_a_home_has_its_own_headlines(making):
    site = making(feeds=True, homes=("KZT",))
    site.look()
    shown = {
        home: {one["publisher"] for one in site.strip(f"home={home}&lang=ru")["headlines"]} for home in ("KGS", "KZT")
    }
    assert shown == {"KGS": {"Демо-новости"}, "KZT": {"Демо Алматы"}}


# --- how often they are asked ----------------------------------------------------------------------------------------


def test_a_witness_is_asked_twice_a_day_at_its_hours_whatever_it_answers(making):
    """Three days; NBKR's own tables are left out, so that less time passes in between."""
    site = making(witnesses=True, rates={"nbkr": {"enabled": False}})
    site.upstream.order("nbk", "status_429", retry_after=60)
    for source, fault in {"cbu": "status_503", "nbt": "html_page", "nbrb": "refuse", "nbg": "reset"}.items():
        site.upstream.order(source, fault)
    site.turn(to=f"{WEDNESDAY + DAY * 3} 11:00")
    asked = visits(site)
    for source in NEIGHBOURS:
        bank = BANKS[source.upper()]
        local = [at.astimezone(bank.zone) for at in asked[source]]
        assert max(Counter(at.date() for at in local).values()) == 2, source
        assert [f"{at:%H:%M}" for at in local[1:]] == ["14:30", "02:30"] * 3, source
    assert "cbr-archive" not in asked, "a witness's past is not needed"


def test_no_witness_is_asked_where_they_are_switched_off(making):
    site = making(witnesses=True, more={"witnesses": {"enabled": False}})
    live_on(site, days=2)
    assert set(visits(site)) <= set(NBKR)
    assert site.rate("USD")["freshness"] == "fresh"


def test_a_witness_that_hangs_delays_no_visit_of_nbkr(making):
    site = making(witnesses=True, more={"fetch": {"allow_hosts": ["127.0.0.1"], "deadline_s": 30}})
    for source in NEIGHBOURS:
        site.upstream.order(source, "hang")
    site.collector.start()
    until("NBKR's rounds", lambda: all(site.store.rounds(source, 1) for source in NBKR))
    until("requests that hang", lambda: set(NEIGHBOURS) <= set(visits(site)))
    assert not any(site.store.rounds(source, 1) for source in NEIGHBOURS)
    site.service.site.live.poll()
    assert site.rate("USD")["freshness"] == "fresh"


# --- NBKR is gone, or they are ---------------------------------------------------------------------------------------


def gone_for_a_week(site: Site, *sources: str) -> None:
    site.turn(to=f"{WEDNESDAY} 11:05")
    for source in sources:
        site.upstream.order(source, "goes_dark")
    live_on(site, days=8)


def test_a_week_without_nbkr_shows_stand_ins_within_one_per_cent_until_it_is_back(making):
    site = making(witnesses=True)
    gone_for_a_week(site, *NBKR)
    today = WEDNESDAY + DAY * 7
    for currency in SHOWN:
        figure = figures(site)[currency]
        assert (figure.freshness, figure.quality, figure.rate) == (Freshness.STALE, Quality.DERIVED, None)
        assert figure.derived
        assert figure.derived.day == today
        assert len(figure.derived.banks) >= 3
        assert abs(figure.derived.value / site.bank.figure(currency, today) - 1) < Decimal("0.01")
    for one in site.strip()["rates"]:
        assert (one["quality"], one["freshness"]) == ("derived", "stale")
        assert one["valid_on"] == str(today), "the day they agree on it for"
    site.upstream.behave()
    site.goes_on(hours=1.5)
    for one in site.strip()["rates"]:
        assert (one["quality"], one["freshness"]) == ("official", "fresh")


@pytest.mark.parametrize(
    ("days", "percent"),
    [(4, 4.0), pytest.param(31, 4.0, marks=pytest.mark.long), pytest.param(31, -9.0, marks=pytest.mark.long)],
)
def test_a_witness_that_lies_for_a_month_changes_nothing_for_readers_and_is_seen_by_the_operator(making, days, percent):
    site = making(witnesses=True)
    site.turn(to=f"{WEDNESDAY} 19:00")
    site.upstream.order("nbk", "lies", currency="USD", percent=percent)
    for _ in range(days):
        live_on(site, days=1)
        today = HOME.day(site.clock.now)
        for one in site.strip()["rates"]:
            assert (one["freshness"], one["quality"], one["confirmed"]) == ("fresh", "official", True)
            assert Decimal(one["value"]) == site.bank.figure(one["currency"], today)
        (dollar,) = [one for one in site.get("/status.json").json["witnesses"] if one["currency"] == "USD"]
        assert dollar["agrees"] == "agree"
        said = {one["bank"]: one for one in dollar["banks"]}
        assert sum(one["takes_part"] for bank, one in said.items() if bank != "NBK") >= 2
        if said["NBK"]["value"]:  # its own jump may be held, as any bank's is
            assert not said["NBK"]["takes_part"]
            assert abs(float(said["NBK"]["difference_percent"]) - percent) < 1


@pytest.mark.parametrize("left", ["nbk", "nbg"])
def test_one_witness_alone_stands_in_for_nothing(making, left):
    site = making(witnesses=True)
    gone_for_a_week(site, *NBKR, *(source for source in LEVELS if source != left))
    assert site.store.rounds(left, 1)[0].failed is False
    for currency in SHOWN:
        assert figures(site)[currency].derived is None
        assert site.rate(currency)["value"] is None
        assert site.rate(currency)["quality"] == "official"


def test_a_week_without_any_witness_changes_nothing_for_readers(making):
    seen = []
    for down in (False, True):
        site = making(witnesses=True)
        site.look()
        for source in NEIGHBOURS if down else ():
            site.upstream.order(source, "gone")
        shown = []
        for _ in range(8):
            live_on(site, days=1)
            shown.append((site.strip()["rates"], site.strip()["words"], site.get("/strip.txt").text))
        seen.append(shown)
    assert seen[0] == seen[1]
    assert all(one["freshness"] == "fresh" for rates, _, _ in seen[1] for one in rates)


# --- the demonstration ----------------------------------------------------------------------------------------------


@pytest.fixture
def demos(tmp_path: Path) -> Iterator[Runner]:
    with runner(tmp_path) as made:
        yield made


def test_the_demonstration_shows_further_homes(demos):
    running = demos.ticker("demo", "--at", "2026-05-22T18:30", "--home", "KZT", "--home", "rub").until_ready()

    def shown(home: str) -> Any:
        answer = running.answers(f"/strip.json?home={home}&lang=ru")
        said = answer.json if answer else {"rates": [], "headlines": []}
        return said if said["headlines"] and all(one["freshness"] == "fresh" for one in said["rates"]) else None

    for home, of in {"KGS": ("nbkr", SHOWN), "KZT": ("nbk", SHOWN), "RUB": ("cbr", ("USD", "EUR", "CNY"))}.items():
        said = until(f"figures and headlines of {home}", lambda home=home: shown(home), 100)
        assert (said["home"], said["demo"]) == (home, True)
        assert {one["source"] for one in said["rates"]} == {of[0]}
        assert tuple(one["currency"] for one in said["rates"]) == of[1]


def test_a_host_page_shows_the_other_homes_too_each_in_a_language_it_has():
    rates = {id_: dict(one) for id_, one in DEFAULT_RATES.items()}
    homes = {home: {**one, "enabled": True, "feeds": ()} for home, one in DEFAULT_HOMES.items()}
    config = Config.model_validate({"rates": rates, "homes": homes})
    content, terms = service.nothing_yet(config).content, service.site_settings(config).homes
    host = HostPage("http://127.0.0.1:9", content, homes=terms)
    try:
        page, policy = host.page("lang=ky")
        assert re.findall(r"<h2[^>]*>iframe, home=(...)</h2>", page) == ["KZT", "RUB"]
        assert len(re.findall(r'<iframe[^>]*src="[^"]*home=(?:KZT|RUB)(?![^"]*lang=ky)[^"]*"', page)) == 2
        assert "frame-src http://127.0.0.1:9" in policy
        assert "iframe, home=" not in host.page("lang=ru&home=KZT")[0], "a page of one home is of that home"
    finally:
        host.close()


def test_a_homes_first_figures_are_judged_again_once_its_witnesses_have_spoken(making):
    """Their tables come after the bank's; its next look by itself would be in an hour."""
    site = making(witnesses=True, homes=("KZT",), rates={"nbk": {"every_s": 3600}})
    site.look()
    assert {rate["confirmed"] for rate in site.strip("home=KZT")["rates"]} == {False}
    site.turn(to=f"{WEDNESDAY} 11:05")
    assert {(rate["confirmed"], rate["freshness"]) for rate in site.strip("home=KZT")["rates"]} == {(True, "fresh")}


def test_a_bank_that_asks_for_a_pause_gets_it_whatever_its_witnesses_say(making):
    site = making(witnesses=True, homes=("KZT",), rates={"nbk": {"every_s": 3600}})
    site.look()
    site.upstream.order("nbk", "status_429", retry_after=7200)
    site.turn(to=f"{WEDNESDAY} 11:04")
    site.turn(to=f"{WEDNESDAY} 12:50")
    assert len(visits(site)["nbk"]) == 2, "the first, and the one after its witnesses' word"


@pytest.mark.parametrize("percent", [8.0, -20.0])
def test_on_a_homes_first_day_a_figure_that_other_banks_contradict_is_not_shown_as_official(making, percent):
    """There is no figure of an earlier day to measure it by; theirs are of the very day."""
    site = making(witnesses=True, homes=("KZT",), rates={"nbk": {"every_s": 600}})
    site.turn(to=f"{WEDNESDAY} 11:30")
    dollar = "home=KZT&currencies=USD"
    (before,) = site.strip(dollar)["rates"]
    assert (before["freshness"], before["confirmed"]) == ("fresh", True)
    site.upstream.order("nbk", "lies", currency="USD", percent=percent)
    site.turn(to=f"{WEDNESDAY} 16:00")
    (after,) = site.strip(dollar)["rates"]
    assert after["freshness"] != "fresh"
    assert after["value"] in (before["value"], None)
    assert site.get("/api/v1/rate/USD.txt?home=KZT").status_code == 404
