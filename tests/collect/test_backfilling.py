"""The past from the bank's archive and from files: beside the collector, stopped and begun again, through faults."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.commands import Ran, carry_out
from support.postgres import postgres_server, postgres_url
from support.running import Moved, settings
from support.sites import Site

from ticker.cli import figures, main
from ticker.cli.backfill import ten_years_before
from ticker.cli.series_csv import Row
from ticker.collect.archive import Why
from ticker.collect.backfill import Backfill, Step
from ticker.collect.sources import archive_of
from ticker.collect.sources.configured import rates_sources
from ticker.demo import DemoUpstream
from ticker.demo.bank import DAILY
from ticker.model import DAY, Revision
from ticker.store import BACKFILL, StoreError, open_store

__all__ = ["postgres_server", "postgres_url"]

WEDNESDAY = "2026-05-20 11:00"
NEWEST = date(2026, 5, 18)  # that is filled on that day: the newer two are the collector's
SPAN = date(1993, 5, 10), date(2026, 12, 31)
ALL = tuple(sorted(DAILY))


@pytest.fixture
def begun(site: Callable[..., Site]) -> Site:
    """A service that has looked once: today's table, and the day before from the archive."""
    made = site(WEDNESDAY)
    made.look()
    return made


def work(site: Site, first: date, last: date = NEWEST, currencies: tuple[str, ...] = ALL, **context: Any) -> Backfill:
    archive = archive_of(rates_sources(site.config)[0])
    assert archive
    return Backfill(replace(site.collector.context, **context), archive, first, last, currencies)


def done(one: Backfill) -> list[Step]:
    steps = list(one.run())
    assert one.fault == ""
    return steps


def kept(site: Site) -> dict[tuple[str, date], Decimal]:
    figures = site.store.figures(*SPAN)
    return {(one.rate.currency, one.rate.valid_on): one.rate.quoted for one in figures if one.source == "nbkr"}


def of_bank(
    site: Site, first: date, last: date = NEWEST + 2 * DAY, currencies: tuple[str, ...] = ALL
) -> dict[Any, Any]:
    return {(one, day): quoted for one in currencies for day, quoted in site.bank.archive(one, first, last)}


def asked(upstream: DemoUpstream) -> int:
    return len([one for one in upstream.requests if one.source == "nbkr-archive"])


# --- what is filled -------------------------------------------------------------------------------------------------


def test_ten_years_are_filled_digit_for_digit_over_one_connection_with_pauses(begun: Site) -> None:
    first, pauses, before = date(2016, 5, 20), [], asked(begun.upstream)
    connections, server = [], begun.upstream._server
    assert server
    accepted = server.process_request
    server.process_request = lambda *talk: (connections.append(talk), accepted(*talk))  # type: ignore[method-assign]
    backfill = work(begun, first, pause=pauses.append)
    steps = done(backfill)
    assert kept(begun) == of_bank(begun, first)
    assert len(steps) == asked(begun.upstream) - before == 55
    assert (len(connections), pauses) == (1, [1.0] * 54)
    assert backfill.added == dict.fromkeys(ALL, 3651)
    assert (backfill.refused, backfill.out_of_reach) == ([], [])


def test_a_figure_tells_where_it_came_from(begun: Site) -> None:
    done(work(begun, date(2026, 5, 1), currencies=("EUR",)))
    figures = [one for one in begun.store.figures(date(2026, 5, 1), NEWEST) if one.rate.currency == "EUR"]
    assert {(one.source, one.origin, one.seen_at, len(one.body_hash)) for one in figures} == {
        ("nbkr", "nbkr-archive", begun.clock.now, 64)
    }


def test_what_is_there_is_not_asked_for_again(begun: Site) -> None:
    done(work(begun, date(2024, 1, 1)))
    before = asked(begun.upstream)
    assert done(work(begun, date(2024, 1, 1))) == []
    assert asked(begun.upstream) == before
    done(work(begun, date(2022, 12, 16)))  # one page further, and the one that was cut short
    assert asked(begun.upstream) == before + 10


def test_days_that_the_archive_leaves_out_are_asked_for_once(begun: Site) -> None:
    begun.bank.archive_only_set_days = True
    first = date(1999, 1, 1) + DAY * 350 * 24  # where a page begins
    done(work(begun, first, currencies=("USD",)))
    assert len(kept(begun)) < (NEWEST - first).days
    before = asked(begun.upstream)
    done(work(begun, first, currencies=("USD",)))
    assert asked(begun.upstream) == before + 1, "the newest page alone, which is not over yet"


def test_a_plan_asks_nobody(begun: Site) -> None:
    before = asked(begun.upstream)
    assert len(work(begun, date(1999, 1, 1)).plan()) == 145
    assert asked(begun.upstream) == before


@pytest.mark.parametrize("pages", [1, 7])
def test_stopped_and_begun_again_it_leaves_the_store_of_one_that_was_not(site: Callable[..., Site], pages: int) -> None:
    stores = []
    for stops in (False, True):
        one = site(WEDNESDAY)
        one.look()
        if stops:
            with closing(work(one, date(2024, 11, 15)).run()) as steps:
                for _ in range(pages):
                    next(steps)
            assert len(one.store.figures(*SPAN)) < len(stores[0])
        done(work(one, date(2024, 11, 15)))
        stores.append([told(figure) for figure in one.store.figures(*SPAN)])
    assert stores[0] == stores[1]


def test_on_postgresql_it_is_the_same(site: Callable[..., Site], postgres_url: str) -> None:
    stores = []
    for url in (None, postgres_url):
        one = site(WEDNESDAY, url=url)
        one.look()
        backfill = work(one, date(2024, 11, 15))
        done(backfill)
        assert done(work(one, date(2024, 11, 15))) == []
        one.look()
        assert one.store.pending_commands() == []
        stores.append(([told(figure) for figure in one.store.figures(*SPAN)], backfill.added))
    assert stores[0] == stores[1]


def told(figure: Revision) -> tuple[object, ...]:
    """All but when."""
    return figure.source, figure.rate, figure.origin, figure.body_hash


# --- beside the service ---------------------------------------------------------------------------------------------


def test_the_strip_is_not_disturbed(begun: Site) -> None:
    begun.service.site.live.poll()
    before, shown = begun.store.version(), begun.strip()
    done(work(begun, date(2020, 1, 1), date(2026, 3, 1)))
    assert begun.store.version() == before, "years ago changes nothing that is shown"
    assert begun.store.pending_commands() == []
    done(work(begun, date(2020, 1, 1)))
    begun.look()  # the collector is told of what is recent
    assert begun.store.version()[0] <= before[0] + 1
    assert begun.strip()["rates"] == shown["rates"]
    assert begun.collector.token == begun.store.lease_state().token


def test_a_table_that_comes_while_a_page_is_awaited_counts(begun: Site) -> None:
    """The page is judged by what is known when it is written, not when it was asked for."""
    connect, day = begun.collector.context.connect, date(2026, 5, 11)
    (usd,) = begun.store.figures(NEWEST + 2 * DAY, NEWEST + 2 * DAY, ["USD"])
    other = replace(usd.rate, quoted=usd.rate.quoted + 1, valid_on=day, valid_until=day)

    @contextmanager
    def slow() -> Iterator[Any]:
        with connect() as connection:
            yield SimpleNamespace(get=lambda address: (meanwhile(), connection.get(address))[1])

    def meanwhile() -> None:
        with begun.store.write(begun.collector.token or 0) as write:
            write.add("nbkr", other, seen_at=begun.clock.now)

    backfill = work(begun, date(2026, 1, 1), currencies=("USD",), connect=slow)
    done(backfill)
    assert kept(begun)["USD", day] == other.quoted
    assert [(one.why, one.first, one.last) for one in backfill.refused] == [(Why.CONTRADICTS, day, day)]


def test_two_at_once_are_one_after_the_other(begun: Site) -> None:
    assert begun.store.lease("another", 15, BACKFILL)
    before = asked(begun.upstream)
    waited: list[float] = []
    with pytest.raises(StoreError, match="another backfill or import is at work"):
        list(work(begun, date(2026, 1, 1), pause=waited.append).run())
    assert asked(begun.upstream) == before
    assert sum(waited) > 15, "a killed one's lease is outwaited"
    begun.store.release("another", BACKFILL)
    assert done(work(begun, date(2026, 1, 1)))


def test_one_whose_turn_was_taken_over_ends_and_writes_nothing(begun: Site) -> None:
    backfill = work(begun, date(2024, 1, 1))
    steps = backfill.run()
    next(steps)
    before = len(begun.store.figures(*SPAN))
    begun.clock.turn(to="2026-05-20 11:05")
    assert begun.store.lease("another", 15, BACKFILL)
    assert list(steps) == []
    assert "another backfill or import has taken over" in backfill.fault
    assert len(begun.store.figures(*SPAN)) == before


# --- what is refused ------------------------------------------------------------------------------------------------


def test_what_contradicts_the_store_is_refused_and_reported_each_time(begun: Site) -> None:
    done(work(begun, date(2026, 5, 1), currencies=("EUR",)))
    day, said = date(2026, 5, 12), kept(begun)["EUR", date(2026, 5, 12)]
    begun.bank.set(day, EUR=str(said + 1))
    backfill = work(begun, date(2026, 4, 1), currencies=("EUR",))
    for _ in range(2):
        done(backfill)
        (refused,) = backfill.refused
        assert (refused.why, refused.first, refused.last) == (Why.CONTRADICTS, day, day)
        backfill = work(begun, date(2026, 4, 1), currencies=("EUR",))
        if not backfill.plan():
            break
    assert kept(begun)["EUR", day] == said
    assert len(kept(begun)) > 40


def test_a_change_of_nominal_ends_a_currency_and_no_other_and_an_import_goes_on_from_there(begun: Site) -> None:
    changed, archive = date(2025, 1, 1), begun.bank.archive

    def once_per_ten(currency: str, first: date, last: date) -> list[tuple[date, Decimal]]:
        ten = currency == "RUB"
        return [
            (day, quoted * 10 if ten and day < changed else quoted) for day, quoted in archive(currency, first, last)
        ]

    begun.bank.archive = once_per_ten  # type: ignore[method-assign]
    backfill = work(begun, date(2022, 1, 1), currencies=("RUB", "USD"))
    done(backfill)
    days = {one: [day for (currency, day) in kept(begun) if currency == one] for one in ("RUB", "USD")}
    assert (min(days["RUB"]), min(days["USD"])) == (changed, date(2022, 1, 1))
    jump, unknown = backfill.refused
    assert (jump.why, jump.last, unknown.why) == (Why.JUMP, changed - DAY, Why.NO_NOMINAL)
    assert "10 times as much, so of another nominal" in jump.said
    assert {page.currency for page in backfill.out_of_reach} == {"RUB"}, "they are not even asked for"
    with begun.store.backfill(begun.store.lease("import", 60, BACKFILL) or 0) as tx:
        day, quoted = once_per_ten("RUB", changed - DAY, changed - DAY)[0]
        rate = replace(begun.store.figures(changed, changed, ["RUB"])[0].rate, quoted=quoted, nominal=10)
        tx.add([Revision(0, "nbkr", replace(rate, valid_on=day, valid_until=day), begun.clock.now, origin="import")])
    begun.store.release("import", BACKFILL)
    again = work(begun, date(2022, 1, 1), currencies=("RUB", "USD"))
    done(again)
    assert (again.refused, again.out_of_reach) == ([], [])
    (oldest,) = begun.store.figures(date(2022, 1, 1), date(2022, 1, 1), ["RUB"])
    assert oldest.rate.nominal == 10


def test_with_nothing_known_nothing_is_asked_for(site: Callable[..., Site]) -> None:
    made = site(WEDNESDAY)
    backfill = work(made, date(2026, 1, 1))
    assert done(backfill) == []
    assert len(backfill.out_of_reach) == 5
    assert asked(made.upstream) == 0


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("status_503", "answered 503"),
        ("status_404", "answered 404"),
        ("html_page", "wanted the archive's table"),
        ("empty", "wanted the archive's table"),
        ("garbage", "wanted the archive's table"),
        ("truncated", "broke off"),
        ("reset", "reset the connection"),
        ("goes_dark", "closed the connection"),
        ("drip_header", "not done within 1 s"),
        ("gzip_bomb", "the limit"),
        ("redirect_private", "refused"),
    ],
)
def test_a_fault_ends_it_with_a_sentence_and_what_was_read_is_kept(begun: Site, fault: str, said: str) -> None:
    connect = begun.collector.context.connect

    def hurried() -> Any:
        connection = connect()
        connection.limits = replace(connection.limits, deadline_s=1)
        return connection

    backfill = work(begun, date(2025, 1, 1), currencies=("USD", "EUR"), connect=hurried)
    for step in backfill.run():
        if step.nth == 2:
            begun.upstream.order("nbkr-archive", fault)
    assert said in backfill.fault
    assert sum(backfill.added.values()) > 300
    assert len(kept(begun)) == sum(backfill.added.values()) + 10
    begun.upstream.behave()
    done(work(begun, date(2025, 1, 1), currencies=("USD", "EUR")))
    assert kept(begun).items() >= of_bank(begun, date(2025, 1, 1), currencies=("USD", "EUR")).items()


def test_a_page_is_tried_three_times_each_time_after_a_longer_pause(begun: Site) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if seconds > 10:
            begun.upstream.behave()

    begun.upstream.order("nbkr-archive", "reset")
    done(work(begun, date(2025, 12, 1), currencies=("USD",), pause=pause))
    assert pauses == [5.0, 20.0]


@pytest.mark.parametrize(("retry_after", "pauses"), [("60", [60, 60]), ("3600", [])])
def test_a_bank_that_asks_to_come_back_later_is_obeyed(begun: Site, retry_after: str, pauses: list[int]) -> None:
    waited: list[float] = []
    begun.upstream.order("nbkr-archive", "status_429", retry_after=retry_after)
    backfill = work(begun, date(2026, 1, 1), currencies=("USD",), pause=waited.append)
    assert list(backfill.run()) == []
    assert f"come back after {retry_after} s" in backfill.fault
    assert waited == pauses


# --- the commands ---------------------------------------------------------------------------------------------------


@pytest.fixture
def command(begun: Site, tmp_path: Path, capsys: Any, monkeypatch: Any) -> Iterator[Callable[..., Ran]]:
    """Run a command in this process, on the site's store and upstream; `store=` names another file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if not k.startswith("TICKER_")})
    clock = Moved(Moved.to(WEDNESDAY).offset_s + 1)  # never before what the site has seen

    def go(*arguments: str, store: str = "0/ticker.db") -> Ran:
        (tmp_path / "ticker.toml").write_text(
            settings(f"sqlite:///{tmp_path / store}", tmp_path, begun.upstream, clock, rates__nbkr__archive_pause_s=0)
        )
        return carry_out(arguments, capsys)

    return go


def test_backfill_says_what_it_does_and_did(command: Callable[..., Ran]) -> None:
    weekly = "nbkr-weekly: no archive; the past of its currencies is what was collected or imported"
    dry = command("backfill", "--from", "2026-01-01", "--currency", "usd", "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert dry.out == (
        "would ask nbkr's archive for USD from 2026-01-01 to 2026-05-18\n"
        f"1 pages, with pauses of 0 s in all; nothing was asked for or written\n{weekly}\n"
    )
    real = command("backfill", "--from", "2026-01-01", "--currency", "USD")
    assert (real.code, real.err) == (0, "1/1 USD 2026-01-01 to 2026-05-18: 138 new\n")
    assert real.out.splitlines()[0] == "nbkr: 1 pages asked for, 138 figures new"
    assert real.out.splitlines()[-2].split() == ["USD", "138", "0", "0"]
    assert real.out.splitlines()[-1] == weekly


def test_on_a_terminal_a_bar_shows_how_far_it_is(command: Callable[..., Ran], monkeypatch: Any) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ran = command("backfill", "--from", "2025-06-01", "--currency", "USD")
    assert ran.code == 0
    assert f"[{'#' * 12}{'-' * 12}]  1/2" in ran.err
    assert f"[{'#' * 24}]  2/2  USD 2025-06-01 to 2025-10-30: 152 new" in ran.err


def test_backfill_tells_a_refusal_by_its_exit_code(command: Callable[..., Ran], begun: Site) -> None:
    command("backfill", "--from", "2026-05-01", "--currency", "USD")
    begun.bank.set(date(2026, 5, 12), USD="91.0000")
    ran = command("backfill", "--from", "2026-04-01", "--currency", "USD")
    assert ran.code == 1
    assert "refused USD 2026-05-12 to 2026-05-12, 1 figures: contradicts what is known. USD 91.0000 on" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "01.01.1999"], "met '01.01.1999', wanted a day as 2026-05-22"),
        (["--from", "1993-05-09"], "days from 1993-05-10, the archive's first, to 2026-05-18 are wanted"),
        (["--from", "2026-01-01", "--to", "2026-05-19"], "newer ones the collector asks for itself"),
        (["--from", "2026-01-02", "--to", "2026-01-01"], "--from 2026-01-02 --to 2026-01-01: "),
        (["--from", "2026-01-01", "--currency", "GBP"], "--currency GBP: the archive has CNY, EUR, KZT, RUB, USD"),
        (["--from", "2026-01-01", "--currency", "dollars"], "met 'dollars', wanted a currency's three letters"),
        ([], "--from"),
    ],
)
def test_a_wrong_backfill_is_told(command: Callable[..., Ran], arguments: list[str], said: str) -> None:
    ran = command("backfill", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_before_anything_is_stored_the_way_to_begin_is_told(command: Callable[..., Ran], tmp_path: Path) -> None:
    ran = command("backfill", "--from", "2026-01-01", store="none.db")
    assert ran.code == 1
    assert "`ticker collect --once` begins" in ran.err
    assert command("export", store="none.db").code == 1
    assert not (tmp_path / "none.db").exists()


def test_what_is_exported_is_imported_and_exported_again_equal_to_the_byte(
    command: Callable[..., Ran], tmp_path: Path
) -> None:
    command("backfill", "--from", "2025-01-01")
    assert command("export", "all.csv").code == 0
    first = (tmp_path / "all.csv").read_bytes()
    rows = first.count(b"\n") - 1
    there = command("import", "all.csv", store="other.db")
    assert (there.code, there.err) == (0, "")
    assert there.out == (
        f"all.csv: {rows} figures new, 0 known already\n"
        "nobody collects now: they are shown once a process does (`ticker serve`, `ticker collect`)\n"
    )
    assert command("export", "again.csv", store="other.db").code == 0
    assert first == (tmp_path / "again.csv").read_bytes()
    assert b",demo-nbkr-weekly,nbkr-weekly,2026-05-20T" in first
    assert command("import", "all.csv", store="other.db").out == f"all.csv: 0 figures new, {rows} known already\n"
    assert command("export", "-", store="other.db").out.encode() == first == command("export").out.encode()
    assert sorted(os.listdir(tmp_path)) == ["0", "again.csv", "all.csv", "other.db", "ticker.toml"]


def test_a_demonstrations_export_is_refused_by_an_ordinary_store(
    command: Callable[..., Ran], tmp_path: Path, monkeypatch: Any
) -> None:
    command("export", "all.csv")
    monkeypatch.setenv("TICKER_DEMO_ENABLED", "false")
    monkeypatch.setenv("TICKER_DEMO_CLOCK_OFFSET_S", "0")
    ran = command("import", "all.csv", store="mine.db")
    assert (ran.code, ran.err) == (1, "ticker: all.csv: 1 row refused, nothing was written\n")
    assert ran.out.startswith("line 2: met a demonstration's figures, which are invented; they are read only into")
    with closing(open_store(f"sqlite:///{tmp_path / 'mine.db'}", clock=Moved.to(WEDNESDAY))) as store:
        assert store.figures(*SPAN) == []


def test_who_shows_an_import_is_told_where_it_concerns_today(begun: Site) -> None:
    home, today = begun.config.the_home(), NEWEST + 2 * DAY
    (figure, *_) = begun.store.figures(today, today)

    def said(day: date, now: datetime) -> str:
        row = Row(2, replace(figure, rate=replace(figure.rate, valid_on=day, valid_until=day)))
        return figures.shown_by(begun.store, figures.Import((row,), 0, ()), home, now)

    assert said(today, begun.clock.now) == "the collecting process shows them within seconds"
    assert said(today, begun.clock.now + timedelta(hours=1)).startswith("nobody collects now: they are shown once")
    assert said(today - DAY, begun.clock.now) == ""


def test_the_past_of_a_demonstration_begins_ten_years_ago_or_with_the_som() -> None:
    som = date(1993, 5, 10)
    assert ten_years_before(date(2026, 11, 24), som) == date(2016, 1, 1)
    assert ten_years_before(date(2003, 3, 1), som) == ten_years_before(date(1990, 1, 1), som) == som


def test_an_export_may_be_of_some_days_and_currencies(command: Callable[..., Ran]) -> None:
    ran = command("export", "--from", "2026-05-20", "--to", "2026-05-20", "--currency", "eur")
    assert [line.split(",")[:2] for line in ran.out.splitlines()[1:]] == [["2026-05-20", "EUR"]]
    assert ran.err == "1 figures written, marked as invented: a demonstration\n"
    assert command("export", "no/such/folder.csv").err.endswith("can't be written: No such file or directory\n")


def test_with_one_bad_row_nothing_of_a_file_is_written(
    command: Callable[..., Ran], begun: Site, tmp_path: Path
) -> None:
    before = kept(begun)
    (tmp_path / "mine.csv").write_text(
        "date,currency,value\n2026-05-01,USD,87.4500\n2026-05-02,USD,874.500\n2026-05-20,USD,87.0000\nsoon,USD,1\n"
        "2026-05-21,USD,87.4500\n"
    )
    ran = command("import", "--source", "nbkr", "--nominal", "1", "mine.csv")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0].startswith("line 3: USD 874.500 for 1 on 2026-05-02, against 87.4500 for 1 on 2026-05-01: 10 times")
    stored = begun.bank.figure("USD", date(2026, 5, 20))
    assert lines[1].startswith(f"line 4: USD 87.0000 on 2026-05-20, the store has {stored}")
    assert lines[2] == "line 5: date: met 'soon', wanted a day as 2026-05-22"
    assert lines[3] == "line 6: date: met 2026-05-21, wanted a day from 1993-05-10 to 2026-05-20", "it is not out yet"
    assert ran.err == "ticker: mine.csv: 4 rows refused, nothing was written\n"
    assert kept(begun) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.csv"], "missing.csv: can't be read: No such file or directory"),
        (["latin.csv"], "latin.csv: met no UTF-8 at byte 20, wanted a text in UTF-8"),
        (["--source", "boe", "latin.csv"], "'--source': met 'boe', wanted one of nbkr, nbkr-weekly"),
        (["--nominal", "7", "latin.csv"], "met '7', wanted 1, 10, 100, ... or 1000000, or USD=1"),
    ],
)
def test_a_wrong_import_is_told(command: Callable[..., Ran], tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "latin.csv").write_bytes(b"date,currency,value\n\xe9\n")
    ran = command("import", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_file_under_the_wrong_source_takes_no_currency_from_the_strip(
    command: Callable[..., Ran], begun: Site, tmp_path: Path
) -> None:
    begun.service.site.live.poll()
    before = begun.rate("GBP")
    assert before["source"] == "nbkr-weekly"
    (tmp_path / "gbp.csv").write_text("date,gbp\n2015-01-05,91.5000\n2026-05-17,117.0000\n")
    ran = command("import", "--source", "nbkr", "--nominal", "1", "gbp.csv")
    assert (ran.code, ran.out) == (0, "gbp.csv: 2 figures new, 0 known already\n")
    begun.look()
    assert begun.store.pending_commands() == []
    assert begun.rate("GBP") == before
    assert begun.store.figures(date(2015, 1, 5), date(2015, 1, 5))[0].rate.quoted == Decimal("91.5000")


def test_the_official_series_is_imported_and_read_back_to_the_last_digit(
    recorded: Path, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    file = recorded / "nbkr" / "official_series_2021-07-03_2026-08-22.csv"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if not k.startswith("TICKER_")})
    clock = Moved.to("2026-08-26 11:00")
    Path("ticker.toml").write_text(f"demo.enabled = true\ndemo.clock_offset_s = {clock.offset_s}\n")
    assert main(["import", "--source", "nbkr", "--nominal", "1", str(file)]) == 0
    assert "7504 figures new, 0 known already" in capsys.readouterr().out
    head, *rows = [line.split(",") for line in file.read_text().splitlines()]
    truth = {
        (name.upper(), date.fromisoformat(row[0])): Decimal(quoted)
        for row in rows
        for name, quoted in zip(head[1:], row[1:], strict=True)
    }
    assert len(truth) == 1876 * 4
    with closing(open_store("sqlite:///ticker.db", clock=clock)) as store:
        found = store.figures(date(2021, 7, 3), date(2026, 8, 22))
    assert {(one.rate.currency, one.rate.valid_on): one.rate.value for one in found} == truth
    assert [f"{one.rate.quoted:f}" for one in found if one.rate.currency == "USD"] == [row[1] for row in rows]
