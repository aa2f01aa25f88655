"""What a reader sees in the days that are not like others, hour by hour: the strip is read through the real
application, and at every step each figure on it is held against the bank's own books."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from support.given import HOME, bishkek
from support.sites import Site

from ticker.model import DAY, Outcome
from ticker.rates.freshness import freshness

DAILY = ("USD", "EUR", "RUB", "KZT", "CNY")
WEEKLY = ("GBP", "JPY", "AMD")

# The long timelines look less often than the service does by itself, so that they take seconds.
QUICK = {"nbkr": {"window_every_s": 900}, "nbkr-weekly": {"enabled": False}}
BARE = {"nbkr": {"window_every_s": 900, "archive_url": None}, "nbkr-weekly": {"enabled": False}}
SLOWEST = {"nbkr": {"every_s": 21_600, "window_every_s": 3600}, "nbkr-weekly": {"enabled": False}}
SLOW = {"nbkr": {"every_s": 10_800, "window_every_s": 1800}, "nbkr-weekly": {"enabled": False}}

TODAY = date(2026, 5, 22)  # a Friday
SATURDAY, SUNDAY, MONDAY, TUESDAY, WEDNESDAY = (TODAY + n * DAY for n in range(1, 6))


class Witness:
    """Holds a strip against the bank's books and against itself. Called after every step of a timeline.

    `instead` says what the bank had printed for a day before figures that are not (or not yet) to be shown.
    """

    def __init__(self, currencies: Iterable[str] = DAILY) -> None:
        self.currencies = tuple(currencies)
        self.instead: dict[tuple[str, date], set[Decimal]] = {}
        self.figures_seen = 0

    def __call__(self, site: Site) -> None:
        now = site.clock()
        strip = site.strip(f"currencies={','.join(self.currencies)}")
        today = HOME.day(now)
        until = datetime.fromisoformat(strip["until"])
        midnight = HOME.at(today + DAY)
        assert now < until <= midnight
        assert [rate["currency"] for rate in strip["rates"]] == list(self.currencies)
        for rate in strip["rates"]:
            self._is_true(rate, site, today)
        self._stays_true(site, now, until)

    def _is_true(self, rate: Mapping[str, Any], site: Site, today: date) -> None:
        said, currency = f"{rate['currency']} on {HOME.local(site.clock())}: {rate}", rate["currency"]
        shown = rate["value"] is not None
        assert (rate["text"] == "—") is not shown, said
        assert (rate["freshness"] in ("fresh", "late")) is shown, said
        assert (rate["valid_on"] is None) is (rate["freshness"] == "none"), said
        assert shown or all(rate[name] is None for name in ("quoted", "nominal", "change", "previous")), said
        assert rate["quality"] == "official", said
        if shown:
            self.figures_seen += 1
            self._is_official(rate, currency, site, said)
            assert rate["nominal"] == site.bank.nominal(currency), said
            assert Decimal(rate["quoted"]) == Decimal(rate["value"]) * rate["nominal"], said
            assert _day(rate["valid_on"]) <= today, said
            if rate["freshness"] == "fresh":
                assert _day(rate["valid_on"]) <= today <= _day(rate["valid_until"]), said
            else:
                assert rate["change_text"] == "", said
        if rate["next"]:
            self._is_official(rate["next"], currency, site, said)
            assert _day(rate["next"]["valid_on"]) > today, said
        if rate["previous"]:
            self._is_official(rate["previous"], currency, site, said)
        assert rate["change"] == _change(rate), said

    def _is_official(self, figure: Mapping[str, Any], currency: str, site: Site, said: str) -> None:
        day, quoted = _day(figure["valid_on"]), Decimal(figure["value"]) * site.bank.nominal(currency)
        assert quoted in self.instead.get((currency, day), {site.bank.figure(currency, day)}), said

    def _stays_true(self, site: Site, now: datetime, until: datetime) -> None:
        """Nothing that is said changes before `until` without another look."""
        snapshot = site.service.site.cache.snapshot
        here = freshness(snapshot, now)
        assert here.until == until
        for moment in (now + (until - now) / 3, until - timedelta(seconds=1), until - timedelta(microseconds=1)):
            there = freshness(snapshot, max(now, moment))
            assert (there.figures, there.today, there.until) == (here.figures, here.today, here.until)


def _change(rate: Mapping[str, Any]) -> str | None:
    before = rate["previous"]
    if not before or _day(before["valid_on"]) != _day(rate["valid_on"]) - DAY:
        return None
    return str(Decimal(rate["value"]) - Decimal(before["value"]))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def states(site: Site, currencies: Iterable[str] = ("USD", "EUR", "RUB")) -> dict[str, str]:
    """`{"USD": "fresh 2026-05-22", …}`: of what day each figure is, and its state."""
    strip = site.strip(f"currencies={','.join(currencies)}")
    return {rate["currency"]: f"{rate['freshness']} {rate['valid_on']}" for rate in strip["rates"]}


def all_are(site: Site, state: str) -> bool:
    found = states(site)
    assert set(found.values()) == {state}, f"{HOME.local(site.clock())}: {found}, wanted {state}"
    return True


def following(site: Site, currency: str = "EUR") -> tuple[str, str] | None:
    """Day and figure of the next table."""
    after = site.rate(currency)["next"]
    return (after["valid_on"], after["value"]) if after else None


def page(site: Site) -> str:
    """What stands on the strip's page, as text, but for the clock."""
    html = site.get("/strip").text
    main = html[html.index("<main") : html.index("</main>")]
    body = re.sub(r'<div class="clock">.*?</div>', "", main, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def late_alone(site: Site) -> dict[str, str]:
    """What stands beneath the currencies that are late while others are not."""
    small = r'<li data-key="?([A-Z]{3})"?>(?:(?!</li>).)*?data-kind="?late"?[^>]*><span[^>]*>(.*?)</span>'
    return dict(re.findall(small, site.get("/strip").text, re.DOTALL))


def printed(site: Site, currency: str, day: date, digits: int) -> str:
    return f"{site.bank.figure(currency, day):.{digits}f}"


def times(figure: Decimal, factor: str) -> str:
    return str((figure * Decimal(factor)).quantize(Decimal("0.0001")))


def revisions(site: Site, currency: str, day: date) -> list[tuple[Decimal, str]]:
    """Every figure kept for a day, oldest first, with what became of it."""
    return [
        (one.rate.quoted, "held" if one.held else "believed" if one.believed else "discarded")
        for one in site.store.revisions("nbkr", day)
        if (one.rate.currency, one.rate.valid_on) == (currency, day)
    ]


def held(site: Site) -> list[tuple[str, str]]:
    return sorted((one.rate.currency, str(one.rate.valid_on)) for one in site.store.held())


def looked(site: Site, source: str = "nbkr") -> list[Outcome]:
    return [one.outcome for one in site.store.rounds(source, 500)]


@pytest.fixture
def true() -> Witness:
    return Witness()


# An ordinary Friday, and the days after it


def test_on_friday_evening_todays_figures_stand_fresh_with_saturdays_beside_them(site):
    true = Witness((*DAILY, *WEEKLY))
    friday = site("2026-05-22 14:45")
    friday.turn(to="2026-05-22 15:58", every=true)
    assert all_are(friday, "fresh 2026-05-22")
    assert following(friday) is None
    friday.turn(to="2026-05-22 16:02", every=true)
    assert following(friday) == ("2026-05-23", str(friday.bank.figure("EUR", SATURDAY)))
    friday.turn(to="2026-05-22 18:00", every=true)
    assert all_are(friday, "fresh 2026-05-22")
    assert {following(friday, currency)[0] for currency in DAILY} == {"2026-05-23"}
    visits = [seen for seen in friday.upstream.requests if seen.source == "nbkr"]
    assert len([seen for seen in visits if bishkek("2026-05-22 15:00") <= seen.at]) == 61  # every 3 minutes

    read = page(friday)
    assert "NBKR , soms , 22 May for 23 May" in read
    for currency, digits in (("EUR", 2), ("RUB", 4)):
        assert f"{currency} {printed(friday, currency, TODAY, digits)}" in read
        assert printed(friday, currency, SATURDAY, digits) in read


@pytest.mark.parametrize(("at", "today"), [("2026-05-24 09:00", SUNDAY), ("2026-05-25 09:00", MONDAY)])
def test_a_weekend_restamped_by_the_bank_is_fresh_with_no_change(site, true, at, today):
    weekend = site("2026-05-22 17:00", rates=QUICK)
    weekend.turn(to=at, every=true)
    assert all_are(weekend, f"fresh {today}")
    assert {rate["change_text"] for rate in weekend.strip()["rates"]} == {""}
    assert weekend.rate("EUR")["value"] == str(weekend.bank.figure("EUR", SATURDAY))
    assert f"{today.day} May" in page(weekend)


@pytest.mark.parametrize("at", ["2026-05-24 09:00", "2026-05-25 09:00"])
def test_a_weekend_that_the_bank_did_not_restamp_is_late_with_saturdays_date(site, true, at):
    weekend = site("2026-05-22 17:00", rates=QUICK)
    weekend.bank.restamps = False
    weekend.turn(to="2026-05-23 23:59", every=true)
    assert all_are(weekend, "fresh 2026-05-23")
    weekend.turn(to=at, every=true)
    assert all_are(weekend, "late 2026-05-23")
    assert weekend.rate("EUR")["value"] == str(weekend.bank.figure("EUR", SATURDAY))
    assert "23 May last known" in page(weekend)
    assert 304 in [seen.status for seen in weekend.upstream.requests]


# New Year: a table of 1 January, and no trading until the 12th


def new_year(site: Any, *, restamps: bool, last_holiday: int = 11) -> Site:
    bank = site("2025-12-31 15:00", rates=SLOWEST)
    bank.bank.closed = {date(2026, 1, day) for day in range(1, last_holiday + 1)}
    bank.bank.restamps = restamps
    bank.turn(to="2025-12-31 18:00")
    return bank


def test_holidays_that_the_bank_restamps_are_fresh_every_day(site, true):
    holidays = new_year(site, restamps=True)
    for day in range(1, 14):
        holidays.turn(to=f"2026-01-{day:02} 00:00", every=true)
        holidays.turn(to=f"2026-01-{day:02} 09:00", every=true)
        assert all_are(holidays, f"fresh 2026-01-{day:02}")


def test_holidays_in_which_the_bank_only_answers_are_late_with_their_true_date(site, true):
    holidays = new_year(site, restamps=False)
    holidays.turn(to="2026-01-01 23:59", every=true)
    assert all_are(holidays, "fresh 2026-01-01")
    for day in range(2, 13):
        holidays.turn(to=f"2026-01-{day:02} 09:00", every=true)
        assert all_are(holidays, "late 2026-01-01")
    assert "1 Jan last known" in page(holidays)
    holidays.turn(to="2026-01-12 18:00", every=true)
    assert all_are(holidays, "late 2026-01-01")
    assert following(holidays) == ("2026-01-13", str(holidays.bank.figure("EUR", date(2026, 1, 13))))
    holidays.turn(to="2026-01-13 00:00", every=true)
    assert all_are(holidays, "fresh 2026-01-13")
    assert holidays.rate("EUR")["change"] is None  # the table before is not of the day before


def test_a_bank_that_only_answers_is_late_to_the_fifteenth_at_most(site, true):
    holidays = new_year(site, restamps=False, last_holiday=20)
    holidays.turn(to="2026-01-15 23:59", every=true)
    assert all_are(holidays, "late 2026-01-01")
    holidays.turn(to="2026-01-16 00:00", every=true)
    assert all_are(holidays, "stale 2026-01-01")
    assert "no NBKR rate since 1 January" in page(holidays)


def test_a_bank_gone_since_new_year_is_late_and_gives_way_after_the_third_window(site, true):
    holidays = new_year(site, restamps=False)
    holidays.turn(to="2026-01-01 00:00", every=true)
    goes_dark(holidays)
    holidays.turn(to="2026-01-01 23:59", every=true)
    assert all_are(holidays, "fresh 2026-01-01")
    for day in range(2, 6):
        holidays.turn(to=f"2026-01-{day:02} 09:00", every=true)
        assert all_are(holidays, "late 2026-01-01")
    holidays.turn(to="2026-01-05 17:59", every=true)
    assert all_are(holidays, "late 2026-01-01")
    assert holidays.strip()["until"] == "2026-01-05T18:00:00+06:00"
    holidays.turn(to="2026-01-05 18:00", every=true)
    assert all_are(holidays, "stale 2026-01-01")
    holidays.turn(to="2026-01-12 12:00", every=true)
    assert all_are(holidays, "stale 2026-01-01")


def goes_dark(site: Site) -> None:
    for source in ("nbkr", "nbkr-weekly", "nbkr-archive"):
        site.upstream.order(source, "goes_dark")


# The bank corrects itself


def test_a_small_correction_at_five_is_shown_within_minutes_and_both_figures_are_kept(site, true):
    friday = site("2026-05-22 15:30", rates={"nbkr-weekly": {"enabled": False}})
    friday.turn(to="2026-05-22 16:59", every=true)
    first = friday.bank.figure("EUR", SATURDAY)
    assert following(friday) == ("2026-05-23", str(first))
    friday.clock.turn(to="2026-05-22 17:00")
    friday.upstream.order("nbkr", "correction", currency="EUR")
    corrected = friday.bank.figure("EUR", SATURDAY)
    assert corrected != first
    friday.clock.turn(to="2026-05-22 17:03")
    friday.turn(to="2026-05-22 18:00", every=true)
    assert following(friday) == ("2026-05-23", str(corrected))
    assert revisions(friday, "EUR", SATURDAY) == [(first, "believed"), (corrected, "believed")]
    friday.turn(to="2026-05-23 00:01", every=true)
    assert friday.rate("EUR")["value"] == str(corrected)
    assert all_are(friday, "fresh 2026-05-23")


def test_a_tenfold_slip_is_held_and_its_correction_is_judged_against_the_day_before(site, true):
    friday = site("2026-05-22 15:45", rates=QUICK)
    friday.look()
    friday.clock.turn(to="2026-05-22 16:00")
    friday.upstream.order("nbkr", "shifted_point", currency="EUR")
    friday.turn(to="2026-05-22 16:59", every=true)
    right = friday.bank.figure("EUR", SATURDAY)
    assert following(friday, "EUR") is None
    assert following(friday, "USD") == ("2026-05-23", str(friday.bank.figure("USD", SATURDAY)))
    assert held(friday) == [("EUR", "2026-05-23")]
    [slip] = friday.store.held()
    assert str(right * 10) in slip.reason
    assert str(friday.bank.figure("EUR", TODAY)) in slip.reason

    friday.clock.turn(to="2026-05-22 17:00")
    friday.upstream.behave("nbkr")
    friday.turn(to="2026-05-22 17:15", every=true)
    assert following(friday, "EUR") == ("2026-05-23", str(right))
    assert revisions(friday, "EUR", SATURDAY) == [(right * 10, "discarded"), (right, "believed")]
    friday.turn(to="2026-05-23 09:00", every=true)
    assert all_are(friday, "fresh 2026-05-23")
    assert held(friday) == []


def test_a_held_correction_leaves_that_days_believed_figure_late(site, true):
    friday = site("2026-05-22 15:30", rates=QUICK)
    friday.turn(to="2026-05-22 17:00", every=true)
    right = friday.bank.figure("RUB", SATURDAY)
    slip = times(right, "1.1801")
    true.instead["RUB", SATURDAY] = {right}
    friday.bank.set(SATURDAY, RUB=slip)
    friday.turn(to="2026-05-23 00:01", every=true)
    assert states(friday) == {"USD": "fresh 2026-05-23", "EUR": "fresh 2026-05-23", "RUB": "late 2026-05-23"}
    assert friday.rate("RUB")["value"] == str(right)
    assert revisions(friday, "RUB", SATURDAY) == [(right, "believed"), (Decimal(slip), "held")]

    friday.turn(to="2026-05-24 12:00", every=true)  # restamped with the slip
    assert states(friday) == {"USD": "fresh 2026-05-24", "EUR": "fresh 2026-05-24", "RUB": "late 2026-05-23"}
    assert held(friday) == [("RUB", "2026-05-23"), ("RUB", "2026-05-24")]


def test_a_slip_that_the_bank_takes_back_leaves_no_doubt(site, true):
    friday = site("2026-05-22 15:30", rates=QUICK)
    friday.turn(to="2026-05-22 16:30", every=true)
    friday.upstream.order("nbkr", "shifted_point", currency="RUB")
    friday.turn(to="2026-05-23 08:00", every=true)
    assert states(friday)["RUB"] == "late 2026-05-23"
    friday.upstream.behave("nbkr")
    friday.turn(to="2026-05-23 09:10", every=true)
    assert states(friday)["RUB"] == "late 2026-05-23"
    friday.turn(to="2026-05-23 09:30", every=true)  # a day that was settled once takes a quarter of an hour
    assert all_are(friday, "fresh 2026-05-23")
    right = friday.bank.figure("RUB", SATURDAY)
    assert revisions(friday, "RUB", SATURDAY) == [(right, "believed"), (right * 10, "discarded")]


# The first start


@pytest.mark.parametrize(
    "at", ["2026-05-22 18:00", "2026-05-22 18:30", "2026-05-25 02:10", "2026-05-23 11:00", "2026-05-22 23:58"]
)
def test_a_first_start_at_any_hour_shows_todays_figures_at_once(site, at):
    start, true = site(at), Witness(("USD", "EUR", "RUB"))
    true(start)
    assert all_are(start, "none None")
    assert "no NBKR rate yet" in page(start)
    start.look()
    true(start)
    assert all_are(start, f"fresh {at[:10]}")
    for currency in ("USD", "EUR", "RUB"):
        assert start.rate(currency)["text"] in page(start)


def test_a_first_start_waits_for_an_archive_that_refuses(site, true):
    start = site("2026-05-22 18:00")
    start.upstream.order("nbkr-archive", "status_503")
    start.turn(to="2026-05-22 18:20", every=true)
    assert all_are(start, "none None")
    assert following(start) is None  # tomorrow's is unconfirmed
    read = page(start)
    assert "no NBKR rate yet" in read
    assert printed(start, "EUR", SATURDAY, 2) not in read
    start.upstream.behave("nbkr-archive")
    start.turn(to="2026-05-22 19:00", every=true)
    assert all_are(start, "fresh 2026-05-22")


def test_where_the_archive_lists_only_set_days_a_start_on_sunday_evening_shows_saturdays_late(site, true):
    start = site("2026-05-24 18:00")
    start.bank.archive_only_set_days = True
    start.look()
    true(start)
    assert all_are(start, "late 2026-05-23")
    assert start.rate("EUR")["value"] == str(start.bank.figure("EUR", SATURDAY))
    assert following(start) == ("2026-05-25", str(start.bank.figure("EUR", MONDAY)))
    assert "23 May last known" in page(start)
    start.turn(to="2026-05-25 00:00", every=true)
    assert all_are(start, "fresh 2026-05-25")


def test_where_the_archive_lists_only_set_days_a_start_after_a_long_weekend_shows_the_last_set_day_late(site, true):
    start = site("2026-05-25 18:00")
    start.bank.archive_only_set_days = True
    start.look()
    true(start)
    assert all_are(start, "late 2026-05-23")
    assert following(start) == ("2026-05-26", str(start.bank.figure("EUR", TUESDAY)))


def test_an_archive_page_that_cannot_be_read_keeps_no_other_currency_away(site, true, monkeypatch):
    start = site("2026-05-22 18:00")
    whole = start.bank.archive
    rows = {"CNY": [(TODAY, Decimal(1)), (TODAY, Decimal(2))]}
    monkeypatch.setattr(start.bank, "archive", lambda currency, *days: rows.get(currency) or whole(currency, *days))
    start.look()
    true(start)
    assert all_are(start, "fresh 2026-05-22")
    assert states(start, ["CNY"]) == {"CNY": "none None"}
    assert "one figure a day" in start.store.rounds("nbkr-archive", 1)[0].note


def test_a_first_table_with_a_slip_and_the_archive_are_both_hidden_until_a_further_window_decides(site, true):
    start = site("2026-05-22 18:00")
    start.upstream.order("nbkr", "shifted_point", currency="EUR")
    start.look()
    true(start)
    assert states(start) == {"USD": "fresh 2026-05-22", "EUR": "none None", "RUB": "fresh 2026-05-22"}
    assert following(start, "EUR") is None
    assert held(start) == [("EUR", "2026-05-21"), ("EUR", "2026-05-22"), ("EUR", "2026-05-23")]
    start.upstream.behave("nbkr")
    start.turn(to="2026-05-25 18:00", every=true)
    assert states(start)["EUR"] == "fresh 2026-05-25"
    assert held(start) == []


# The bank is gone


def test_a_bank_down_since_friday_afternoon_hour_by_hour(site, true):
    down = site("2026-05-20 14:00", rates=BARE)
    down.turn(to="2026-05-22 15:00", every=true)
    goes_dark(down)
    for hour in range(15, 6 * 24 + 24):
        day = TODAY + hour // 24 * DAY
        down.turn(to=f"{day} {hour % 24:02}:00", every=true)
        gave_way = (day, hour % 24) >= (TUESDAY, 18)
        state = "fresh" if day == TODAY else "stale" if gave_way else "late"
        assert all_are(down, f"{state} 2026-05-22")
    assert "no NBKR rate since 22 May" in page(down)
    down.upstream.behave()
    down.turn(to="2026-05-29 00:00", every=true)
    assert all_are(down, "fresh 2026-05-29")


def test_the_figure_gives_way_at_the_third_close_even_when_nobody_visits(site, true):
    asleep = site("2026-05-22 15:00", rates=QUICK)
    asleep.look()
    for at, state in (
        ("2026-05-23 00:00", "late"),
        ("2026-05-25 18:00", "late"),
        ("2026-05-26 17:59", "late"),
        ("2026-05-26 18:00", "stale"),
    ):
        asleep.clock.turn(to=at)
        true(asleep)
        assert all_are(asleep, f"{state} 2026-05-22")
        said = page(asleep)
        assert ("22 May last known" in said) is (state == "late")
        assert ("USD —" in said) is (state == "stale")


# A cache on the way


def test_an_old_table_from_a_cache_changes_nothing_and_answers_for_no_window(site, true):
    cache = site("2026-05-20 17:00", rates=BARE)  # without an archive: it would bring the days
    cache.look()
    old = cache.upstream.keep("nbkr")
    assert b"21.05.2026" in old.body
    cache.clock.turn(to="2026-05-22 17:00")
    cache.turn(to="2026-05-23 09:00", every=true)
    before = cache.strip()
    assert all_are(cache, "fresh 2026-05-23")
    cache.upstream.bring("nbkr", old)
    cache.turn(to="2026-05-23 13:00", every=true)
    assert looked(cache)[0] is Outcome.NOTHING
    assert "21" in cache.store.rounds("nbkr", 1)[0].note
    assert cache.strip() == before
    for at, state in (("2026-05-27 17:59", "late"), ("2026-05-27 18:00", "stale")):
        cache.turn(to=at, every=true)
        assert all_are(cache, f"{state} 2026-05-23")
    cache.upstream.bring("nbkr", None)
    cache.turn(to="2026-05-28 00:01", every=true)
    assert all_are(cache, "fresh 2026-05-28")


def test_an_earlier_revision_from_a_cache_neither_undoes_a_correction_nor_confirms(site, true):
    cache = site("2026-05-22 15:30", rates=QUICK)
    cache.turn(to="2026-05-22 16:29", every=true)
    cache.clock.turn(to="2026-05-22 16:30")
    earlier = cache.upstream.keep("nbkr")
    cache.upstream.order("nbkr", "correction", currency="EUR")
    cache.turn(to="2026-05-22 17:00", every=true)
    looks, corrected = cache.store.looks(), cache.bank.figure("EUR", SATURDAY)
    assert following(cache) == ("2026-05-23", str(corrected))
    cache.upstream.bring("nbkr", earlier)
    cache.turn(to="2026-05-23 09:00", every=true)
    assert cache.rate("EUR")["value"] == str(corrected)
    assert len(revisions(cache, "EUR", SATURDAY)) == 2
    assert cache.store.looks() == looks


def test_an_earlier_revision_from_a_cache_does_not_settle_a_doubt(site, true):
    cache = site("2026-05-22 15:30", rates=QUICK)
    cache.turn(to="2026-05-22 16:30", every=true)
    earlier = cache.upstream.keep("nbkr")
    cache.upstream.order("nbkr", "shifted_point", currency="RUB")
    cache.turn(to="2026-05-22 17:00", every=true)
    assert held(cache) == [("RUB", "2026-05-23")]
    cache.upstream.bring("nbkr", earlier)
    cache.turn(to="2026-05-23 09:00", every=true)
    assert held(cache) == [("RUB", "2026-05-23")]
    assert states(cache)["RUB"] == "late 2026-05-23"


# A figure that is held


def jump(site: Any) -> Site:
    """The rouble of Saturday 23 May jumps by 18 %; seen on Friday evening."""
    friday = site("2026-05-22 15:30", rates=SLOW)
    friday.bank.set(SATURDAY, RUB=times(friday.bank.figure("RUB", TODAY), "1.1801"))
    return friday


def test_a_jump_confirmed_by_a_later_window_is_released_with_its_restamps(site, true):
    rouble = jump(site)
    before = rouble.bank.figure("RUB", TODAY)
    rouble.bank.set(TUESDAY, RUB=times(before, "1.17"))
    for at, day in (("2026-05-23 09:00", "23"), ("2026-05-24 09:00", "24"), ("2026-05-25 15:30", "25")):
        rouble.turn(to=at, every=true)
        expected = {"USD": f"fresh 2026-05-{day}", "EUR": f"fresh 2026-05-{day}", "RUB": "late 2026-05-22"}
        assert states(rouble) == expected
        assert rouble.rate("RUB")["value"] == str(before)
    assert late_alone(rouble) == {"RUB": "22 May"}
    rouble.turn(to="2026-05-25 18:00", every=true)
    assert all_are(rouble, "fresh 2026-05-25")
    assert rouble.rate("RUB")["value"] == times(before, "1.1801")
    assert following(rouble, "RUB") == ("2026-05-26", times(before, "1.17"))
    for day in (SATURDAY, SUNDAY, MONDAY, TUESDAY):
        assert [state for _, state in revisions(rouble, "RUB", day)] == ["believed"]
    assert held(rouble) == []
    rouble.turn(to="2026-05-26 09:00", every=true)
    assert all_are(rouble, "fresh 2026-05-26")


def test_restamps_of_a_jump_are_no_second_opinion(site, true):
    rouble = jump(site)
    rouble.bank.closed = {MONDAY, TUESDAY, WEDNESDAY}
    for day in (SATURDAY, SUNDAY, MONDAY, TUESDAY):
        rouble.turn(to=f"{day} 12:00", every=true)
        assert states(rouble) == {"USD": f"fresh {day}", "EUR": f"fresh {day}", "RUB": "late 2026-05-22"}
    rouble.turn(to="2026-05-26 17:59", every=true)
    assert states(rouble)["RUB"] == "late 2026-05-22"
    rouble.turn(to="2026-05-26 18:00", every=true)
    assert states(rouble) == {"USD": "fresh 2026-05-26", "EUR": "fresh 2026-05-26", "RUB": "stale 2026-05-22"}
    assert "RUB —" in page(rouble)
    assert [day for _, day in held(rouble)] == ["2026-05-23", "2026-05-24", "2026-05-25", "2026-05-26", "2026-05-27"]


def test_a_table_of_the_same_window_is_no_second_opinion(site, true):
    rouble = jump(site)
    rouble.bank.set(SUNDAY, RUB=times(rouble.bank.figure("RUB", TODAY), "1.175"))  # written on Saturday
    rouble.turn(to="2026-05-24 12:00", every=true)
    assert states(rouble) == {"USD": "fresh 2026-05-24", "EUR": "fresh 2026-05-24", "RUB": "late 2026-05-22"}
    assert held(rouble) == [("RUB", "2026-05-23"), ("RUB", "2026-05-24")]


def test_an_operator_who_accepts_a_jump_releases_its_restamps_too(site, true):
    rouble = jump(site)
    rouble.turn(to="2026-05-24 18:00", every=true)
    assert len(held(rouble)) == 3
    oldest = min(rouble.store.held(), key=lambda one: one.id)
    rouble.store.enqueue("accept", str(oldest.id))
    rouble.look()
    true(rouble)
    assert all_are(rouble, "fresh 2026-05-24")
    assert rouble.rate("RUB")["value"] == times(rouble.bank.figure("RUB", TODAY), "1.1801")
    assert held(rouble) == rouble.store.pending_commands() == []
    rouble.turn(to="2026-05-25 12:00", every=true)
    assert all_are(rouble, "fresh 2026-05-25")


def test_what_an_operator_rejects_stays_rejected_while_the_bank_goes_on_showing_it(site, true):
    rouble = jump(site)
    rouble.turn(to="2026-05-23 09:00", every=true)
    [one] = rouble.store.held()
    rouble.store.enqueue("reject", str(one.id))
    rouble.turn(to="2026-05-23 15:00", every=true)
    assert held(rouble) == []
    assert [state for _, state in revisions(rouble, "RUB", SATURDAY)] == ["discarded"]
    assert states(rouble)["RUB"] == "late 2026-05-22"


def test_a_slip_refuted_by_the_next_table_seconds_no_later_slip(site, true):
    bank = site("2026-05-22 15:45", rates=SLOW)
    bank.look()
    for day, slips in ((TODAY, True), (MONDAY, False), (TUESDAY, True)):
        bank.turn(to=f"{day} 15:58", every=true)
        bank.clock.turn(to=f"{day} 16:00")
        bank.upstream.order("nbkr", "shifted_point", currency="EUR") if slips else bank.upstream.behave("nbkr")
        bank.turn(to=f"{day} 23:59", every=true)
    assert held(bank) == [("EUR", "2026-05-27")]
    bank.turn(to="2026-05-27 12:00", every=true)
    assert states(bank) == {"USD": "fresh 2026-05-27", "EUR": "late 2026-05-26", "RUB": "fresh 2026-05-27"}


def test_a_nominal_changed_by_ten_is_held(site, true):
    friday = site("2026-05-22 15:30", rates=QUICK)
    friday.turn(to="2026-05-22 15:45", every=true)
    friday.upstream.order("nbkr", "wrong_nominal", currency="RUB", nominal=10)
    friday.turn(to="2026-05-23 09:00", every=true)
    assert states(friday) == {"USD": "fresh 2026-05-23", "EUR": "fresh 2026-05-23", "RUB": "late 2026-05-22"}
    [one] = [one for one in friday.store.held() if one.rate.valid_on == SATURDAY]
    assert "nominal" in one.reason


@pytest.mark.parametrize(("is_held", "shown"), [(False, "late 2026-06-09"), (True, "stale 2026-05-22")])
def test_after_more_than_fourteen_days_a_figure_is_unconfirmed_and_hidden_while_one_is_held(site, true, is_held, shown):
    asleep = jump(site) if is_held else site("2026-05-22 14:00", rates=SLOW)
    asleep.turn(to="2026-05-22 18:00" if is_held else "2026-05-22 15:00", every=true)
    assert len(held(asleep)) == is_held
    asleep.bank.set(date(2026, 6, 9), RUB=times(asleep.bank.figure("RUB", TODAY), "1.5"))
    asleep.upstream.order("nbkr-archive", "goes_dark")
    asleep.clock.turn(to="2026-06-09 09:00")
    asleep.look()
    true(asleep)
    assert states(asleep)["USD"] == "late 2026-06-09"
    assert asleep.rate("USD")["confirmed"] is False
    assert states(asleep)["RUB"] == shown


def test_a_lost_currency_alone_is_late(site, true):
    friday = site("2026-05-22 15:30", rates=QUICK)
    friday.look()
    friday.upstream.order("nbkr", "lost_currency", currency="RUB")
    friday.turn(to="2026-05-23 09:00", every=true)
    assert states(friday) == {"USD": "fresh 2026-05-23", "EUR": "fresh 2026-05-23", "RUB": "late 2026-05-22"}
    assert late_alone(friday) == {"RUB": "22 May"}
    assert any("RUB missing" in one.note for one in friday.store.rounds("nbkr", 50))
    friday.upstream.behave("nbkr")
    friday.turn(to="2026-05-23 11:00", every=true)
    assert all_are(friday, "fresh 2026-05-23")


# What confirms, and what is judged anew


def test_a_304_is_a_good_look(site):
    friday = site("2026-05-22 12:00", rates=QUICK)
    friday.turn(to="2026-05-22 14:00")
    assert [seen.status for seen in friday.upstream.requests if seen.source == "nbkr"] == [200, 304, 304]
    assert looked(friday) == [Outcome.CONFIRMED, Outcome.CONFIRMED, Outcome.CHANGED]
    assert {friday.store.looks()["nbkr", currency] for currency in DAILY} == {bishkek("2026-05-22 14:00")}


def test_a_table_refused_for_its_date_stays_refused_until_it_is_written_anew(site, true):
    friday = site("2026-05-22 15:45", rates=QUICK)
    friday.look()
    friday.clock.turn(to="2026-05-22 16:00")
    friday.upstream.order("nbkr", "future_date", days=1)  # Saturday's table says Sunday
    friday.turn(to="2026-05-22 23:59", every=true)
    assert following(friday) is None
    notes = [one.note for one in friday.store.rounds("nbkr", 3)]
    assert all("2026-05-24" in note and "no further ahead than 2026-05-23" in note for note in notes)
    assert {seen.status for seen in friday.upstream.requests[-3:]} == {200}
    friday.upstream.order("nbkr-archive", "goes_dark")
    friday.turn(to="2026-05-23 09:00", every=true)
    assert following(friday) is None
    assert all_are(friday, "late 2026-05-22")
    friday.upstream.behave("nbkr")
    friday.turn(to="2026-05-23 11:00", every=true)
    assert all_are(friday, "fresh 2026-05-23")


# The weekly table


def weekly(site: Any) -> Site:
    quick = {"every_s": 28_800, "window_every_s": 3600}
    return site("2026-05-15 15:00", rates={"nbkr": {**quick, "enabled": False}, "nbkr-weekly": quick})


def test_a_weekly_table_that_can_be_had_is_fresh_for_three_weeks(site):
    true, weeks = Witness(WEEKLY), weekly(site)
    weeks.turn(to="2026-05-16 00:00", every=true)
    for day in range(21):
        today = date(2026, 5, 16) + day * DAY
        weeks.turn(to=f"{today} 09:00", every=true)
        table = date(2026, 5, 16) + day // 7 * 7 * DAY
        assert set(states(weeks, WEEKLY).values()) == {f"fresh {table}"}
    assert following(weeks, "GBP") is None
    weeks.turn(to="2026-06-05 18:00", every=true)
    assert following(weeks, "GBP") == ("2026-06-06", str(weeks.bank.figure("GBP", date(2026, 6, 6))))
    assert weeks.rate("JPY")["nominal"] == 10


@pytest.mark.parametrize("answers", [False, True])
def test_a_weekly_table_without_a_successor_is_late_for_seven_days_past_its_validity(site, answers):
    """Whether the bank cannot be reached or goes on showing the old table: of the windows until then only two close."""
    true, weeks = Witness(WEEKLY), weekly(site)
    weeks.turn(to="2026-05-18 09:00", every=true)
    if answers:
        weeks.upstream.bring("nbkr-weekly", weeks.upstream.keep("nbkr-weekly"))
    else:
        weeks.upstream.order("nbkr-weekly", "goes_dark")
    today = date(2026, 5, 18)
    while today < date(2026, 6, 8):
        for clock in ("00:00", "18:00", "23:59"):
            weeks.clock.turn(to=f"{today} {clock}")
            weeks.look()
            true(weeks)
            state = "fresh" if today <= date(2026, 5, 22) else "late" if today <= date(2026, 5, 29) else "stale"
            assert set(states(weeks, WEEKLY).values()) == {f"{state} 2026-05-16"}
        today += DAY
    weeks.upstream.bring("nbkr-weekly", None)
    weeks.upstream.behave("nbkr-weekly")
    weeks.turn(to="2026-06-08 12:00", every=true)
    assert set(states(weeks, WEEKLY).values()) == {"fresh 2026-06-06"}


def test_a_weekly_figure_misses_fridays_only(site):
    """With a longer grace the third missed Friday, not the third missed day, ends it."""
    patient = {"every_s": 28_800, "window_every_s": 3600, "grace_days": 60}
    true = Witness(WEEKLY)
    weeks = site("2026-05-15 16:00", rates={"nbkr": {"enabled": False}, "nbkr-weekly": patient})
    weeks.turn(to="2026-05-16 00:00", every=true)
    for at, state in (("2026-05-23 00:00", "late"), ("2026-06-05 17:59", "late"), ("2026-06-05 18:00", "stale")):
        weeks.clock.turn(to=at)
        true(weeks)
        assert set(states(weeks, WEEKLY).values()) == {f"{state} 2026-05-16"}
