"""Seven weeks of the real bank: the 50 recorded fetches in order, and at every hour each figure held against the
official series."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.given import HOME
from support.sites import Site

from ticker.model import Outcome

CURRENCIES = ("USD", "EUR", "RUB", "KZT")
ALL = f"currencies={','.join(CURRENCIES)}"
HOUR = timedelta(hours=1)

Figures = dict[str, Decimal]


def official(folder: Path) -> dict[date, Figures]:
    return {date.fromisoformat(row["date"]): _figures(row) for row in _rows(folder, "official_series_2021-07-03")}


def observations(folder: Path) -> list[tuple[datetime, date, Figures]]:
    """When daily.xml was fetched (UTC), the day it was for, and its figures."""
    return [
        (
            datetime.fromisoformat(row["fetched_at_utc"]).astimezone(UTC),
            date.fromisoformat(row["date_attribute"]),
            _figures(row),
        )
        for row in _rows(folder, "observations_2026-07-02")
    ]


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / "nbkr" / f"{name}_2026-08-22.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _figures(row: dict[str, str]) -> Figures:
    return {currency: Decimal(row[currency.lower()]) for currency in CURRENCIES}


@pytest.fixture
def replayed(site, recorded) -> Site:
    """A site whose bank prints the observed figures, whose archive is out of reach, and whose collector visits only
    when it is told to."""
    seen = observations(recorded)
    first = HOME.local(seen[0][0])
    replay: Site = site(f"{first:%Y-%m-%d %H:%M:%S}", rates={"nbkr-weekly": {"enabled": False}})
    replay.upstream.order("nbkr-archive", "goes_dark")
    for _, day, figures in seen:
        replay.bank.set(day, **{currency: f"{figure:.4f}" for currency, figure in figures.items()})
    return replay


def test_every_figure_of_seven_recorded_weeks_is_the_official_one_at_every_hour(replayed, recorded):
    series, seen = official(recorded), observations(recorded)
    assert len(seen) == 50
    assert date(2026, 7, 4) not in series
    fetched: set[date] = set()
    served: dict[datetime, dict[str, Any]] = {}
    told: Counter[str] = Counter()
    ends = [moment for moment, _, _ in seen[1:]] + [seen[-1][0] + timedelta(hours=20)]
    for (moment, day, _), end in zip(seen, ends, strict=True):
        replayed.clock.turn(to=moment)
        replayed.look()
        assert replayed.store.rounds("nbkr", 1)[0].outcome is Outcome.CHANGED
        fetched.add(day)
        for now in (moment, *hours(moment, end)):
            replayed.clock.turn(to=now)
            told += compared(replayed, series, fetched)
        served[replayed.clock()] = dict(replayed.strip(ALL))
    visits = [one for one in replayed.upstream.requests if one.source == "nbkr"]
    assert [one.at for one in visits] == [moment for moment, _, _ in seen]
    assert told["false"] == told["marked without cause"] == told["not shown"] == 0
    assert told["unconfirmed"] == 4 * len(list(hours(seen[0][0], seen[1][0])))  # until the second day's table
    assert told["fresh"] > 2600  # from about eleven to midnight on 50 days, four currencies each
    assert told["late"] > 1800
    assert replayed.store.held() == []
    differing = [moment for moment, then in served.items() if not tells_again(replayed, moment, then)]
    assert (len(served), differing) == (50, [])


def tells_again(site: Site, moment: datetime, then: dict[str, Any]) -> bool:
    """Whether the strip tells of `moment` now what it said then: every figure, day and mark."""
    again = site.strip(f"{ALL}&at={HOME.local(moment).isoformat()}")
    words = ("bank", "day", "status", "tomorrow")
    return again["rates"] == then["rates"] and all(again["words"][name] == then["words"][name] for name in words)


def hours(after: datetime, before: datetime) -> Iterator[datetime]:
    """Every full hour of Bishkek's clocks between two moments."""
    moment = after.replace(minute=0, second=0, microsecond=0) + HOUR
    while moment < before:
        yield moment
        moment += HOUR


def compared(site: Site, series: dict[date, Figures], fetched: set[date]) -> Counter[str]:
    """What the strip says now, counted."""
    today = HOME.day(site.clock())
    strip, told = site.strip(ALL), Counter[str]()
    for rate in strip["rates"]:
        if rate["value"] is None:
            told["not shown"] += rate["freshness"] != "none" or today in fetched
            continue
        day = date.fromisoformat(rate["valid_on"])
        told["false"] += Decimal(rate["value"]) != series[day][rate["currency"]]
        told["false"] += day > today or (rate["freshness"] == "fresh" and day != today)
        told["unconfirmed"] += not rate["confirmed"]
        told["marked without cause"] += rate["freshness"] != "fresh" and rate["confirmed"] and today in fetched
        told["false"] += day != max(one for one in fetched if one <= today)
        told[rate["freshness"]] += 1
        for neighbour in filter(None, (rate["previous"], rate["next"])):
            of_day = series[date.fromisoformat(neighbour["valid_on"])]
            told["false"] += Decimal(neighbour["value"]) != of_day[rate["currency"]]
    return told
