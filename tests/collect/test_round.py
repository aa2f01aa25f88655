"""One visit after another on a real store, with a bank whose answers a test writes down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.given import HOME, NBKR, bishkek, may

from ticker.collect.context import RoundContext
from ticker.collect.http.answer import Answer
from ticker.collect.round import apply_operator_decision, visit_archive, visit_rates
from ticker.collect.sources import archive_of
from ticker.collect.sources.configured import HomeSources
from ticker.model import DAY, Outcome, Revision, Round, UpstreamError, Validators
from ticker.rates.freshness import Figure, freshness
from ticker.store import Store, open_store

THURSDAY = {"USD": "87.4500", "EUR": "101.2000", "CNY": "12.8000"}
ARCHIVE = archive_of(NBKR)
assert ARCHIVE


def body(day: date, **figures: str) -> bytes:
    rows = "".join(
        f'<Currency ISOCode="{currency}"><Nominal>1</Nominal><Value>{quoted}</Value></Currency>'
        for currency, quoted in figures.items()
    )
    return f'<CurrencyRates Name="Daily Exchange Rates" Date="{day:%d.%m.%Y}">{rows}</CurrencyRates>'.encode()


def page(*figures: tuple[date, str]) -> bytes:
    cells = (
        f"<!--date-->{day:%d.%m.%Y}<!--date--><!--value-->{quoted}<!--value-->" for day, quoted in reversed(figures)
    )
    return f"<table>{''.join(cells)}</table>".encode()


@dataclass
class Bank:
    """A connection that gives the next answers, and a record of what was asked."""

    answers: list[Any] = field(default_factory=list)
    asked: list[Validators] = field(default_factory=list)
    fresh: list[bool] = field(default_factory=list)

    def __enter__(self) -> Bank:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, url: str, validators: Validators = Validators(), *, revalidate: bool = False) -> Answer:  # noqa: B008
        self.asked.append(validators)
        self.fresh.append(revalidate)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Answer) else Answer(200, url, answer, None, Validators(), None)


class Visits:
    """A store, a bank, and a clock that goes from visit to visit."""

    def __init__(self, store: Store, clock: list[datetime]) -> None:
        self.store, self._clock, self.bank = store, clock, Bank()
        self.context = RoundContext(
            (HomeSources(HOME, (NBKR,)),),
            (NBKR,),
            store,
            lambda: self.bank,
            lambda: clock[0],
            lambda _: None,  # type: ignore[arg-type,return-value]
        )
        token = store.lease("test", 10**7)
        assert token
        self.token = token

    def at(self, moment: str, answer: Any, **headers: Any) -> Round:
        """What comes of an answer of the bank at a moment; `left` is its Date, by default the same moment."""
        self._clock[0] = bishkek(moment)
        if isinstance(answer, bytes | None):
            left_at = bishkek(headers.pop("left", moment))
            modified = headers.pop("last_modified", None)
            sent = Validators(headers.pop("etag", None), f"{modified:%a, %d %b %Y %H:%M:%S GMT}" if modified else None)
            status = 304 if answer is None else 200
            answer = Answer(status, NBKR.url, answer or b"", None, sent, modified, left_at, **headers)
        self.bank.answers = [answer]
        return visit_rates(self.context, NBKR, self.token)

    def fills(self, moment: str, *pages: bytes) -> Round:
        self._clock[0] = bishkek(moment)
        self.bank.answers = list(pages)
        assert ARCHIVE
        return visit_archive(self.context, ARCHIVE, self.token)

    def decides(self, moment: str, *, accepted: bool, quoted: str) -> None:
        self._clock[0] = bishkek(moment)
        (held,) = [one for one in self.store.held() if str(one.rate.quoted) == quoted]
        apply_operator_decision(self.context, held, accepted=accepted, token=self.token, command=1)

    def shown(self, currency: str = "USD", at: str | None = None) -> Figure:
        snapshot = self.store.snapshot()
        assert snapshot
        figure = freshness(snapshot, bishkek(at) if at else self._clock[0]).figure(currency)
        assert figure
        return figure

    def known(self) -> list[Revision]:
        return self.store.revisions(NBKR.id, may(1))

    def looks(self, at: str) -> dict[str, datetime]:
        """The last good look at each currency, as it was at a moment of the past."""
        return {subject: look for (_, subject), look in self.store.state_at([NBKR.id], may(1), bishkek(at))[1].items()}


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    clock = [bishkek("2026-05-18 16:00")]
    store = open_store(f"sqlite:///{tmp_path / 'ticker.db'}", clock=lambda: clock[0])
    visits = Visits(store, clock)
    for day in (18, 19, 20):  # the tables of Tuesday to Thursday, borne out by one another
        visits.at(f"2026-05-{day} 16:10", body(may(day + 1), **THURSDAY | {"EUR": f"101.{day}00"}))
    yield visits
    store.close()


def test_a_table_without_an_etag_is_asked_for_without_conditions_and_past_every_cache(visits: Visits) -> None:
    """A file put back with its own, older time would be answered 304 for ever."""
    visits.at("2026-05-20 17:00", body(may(21), **THURSDAY), last_modified=bishkek("2026-05-20 16:00"))
    visits.at("2026-05-20 18:00", body(may(21), **THURSDAY), etag='"2"', last_modified=bishkek("2026-05-20 16:00"))
    visits.at("2026-05-20 19:00", None, etag='"2"')
    assert [one.etag for one in visits.bank.asked[-3:]] == [None, None, '"2"']
    assert visits.bank.asked[-2] == Validators()
    assert all(visits.bank.fresh)


def test_a_304_is_a_look_at_the_table_that_it_confirms(visits: Visits) -> None:
    visits.at("2026-05-20 18:00", body(may(21), **THURSDAY), etag='"1"')
    assert visits.at("2026-05-21 14:00", None, etag='"1"').outcome is Outcome.CONFIRMED
    assert visits.store.looks()[NBKR.id, "USD"] == bishkek("2026-05-21 14:00")


def test_an_answer_that_lay_in_a_cache_is_a_look_of_when_it_left_the_bank(visits: Visits) -> None:
    visits.at("2026-05-21 14:00", body(may(21), **THURSDAY), left="2026-05-21 09:00", age=timedelta(hours=5))
    assert visits.store.looks()[NBKR.id, "USD"] == bishkek("2026-05-21 09:00")


def test_a_correction_is_believed_once_answers_in_a_row_gave_it_and_meanwhile_visited_often(visits: Visits) -> None:
    corrected = body(may(21), **THURSDAY | {"USD": "87.6000"})
    for moment, shown in (("20:00", "87.4500"), ("20:03", "87.6000")):
        done = visits.at(f"2026-05-20 {moment}", corrected)
        newest = [one.rate.quoted for one in visits.known() if one.believed and one.rate.currency == "USD"][-1]
        assert newest == Decimal(shown)
        pause = timedelta(minutes=3) if moment == "20:00" else timedelta(hours=1)
        assert done.next_due_at == done.began_at + pause
    assert visits.shown(at="2026-05-21 08:00").rate.value == Decimal("87.6000")  # type: ignore[union-attr]


def test_of_an_interruption_the_past_tells_no_look(visits: Visits) -> None:
    """Between the looks at 20:00 and 10:00 the bank was away; at 23:00 nobody had looked since 20:00."""
    visits.at("2026-05-20 20:00", body(may(21), **THURSDAY))
    visits.at("2026-05-20 22:00", UpstreamError("away"))
    visits.at("2026-05-21 10:00", body(may(21), **THURSDAY))
    visits.context.store.lease("test", 10**7)
    assert visits.looks("2026-05-20 23:00")["USD"] == bishkek("2026-05-20 20:00")


def test_of_a_currency_that_a_table_lost_the_past_tells_no_look(visits: Visits) -> None:
    visits.at("2026-05-20 20:00", body(may(21), **THURSDAY))
    visits.at("2026-05-20 22:00", body(may(21), USD="87.4500", EUR="101.2000"))
    visits.at("2026-05-21 10:00", body(may(21), **THURSDAY))
    looks = visits.looks("2026-05-20 23:00")
    assert (looks["CNY"], looks["USD"]) == (bishkek("2026-05-20 20:00"), bishkek("2026-05-20 22:00"))


def leap(visits: Visits, **figures: str) -> None:
    visits.at("2026-05-21 16:10", body(may(22), **THURSDAY | figures))


def test_an_operator_accepts_one_figure_and_not_the_other_of_the_same_currency(visits: Visits) -> None:
    leap(visits, USD="107.0000")
    visits.at("2026-05-22 16:10", body(may(23), **THURSDAY | {"USD": "61.0000"}))
    assert sorted(str(one.rate.quoted) for one in visits.store.held()) == ["107.0000", "61.0000"]
    visits.decides("2026-05-22 17:00", accepted=True, quoted="107.0000")
    assert [str(one.rate.quoted) for one in visits.store.held()] == ["61.0000"]
    (accepted,) = [one for one in visits.known() if str(one.rate.quoted) == "107.0000"]
    assert accepted.by_operator


def test_an_operators_word_is_no_look_at_the_bank(visits: Visits) -> None:
    leap(visits, USD="107.0000")
    visits.decides("2026-05-28 09:00", accepted=True, quoted="107.0000")
    assert visits.store.looks()[NBKR.id, "USD"] == bishkek("2026-05-21 16:10")


def test_what_was_held_together_with_a_figure_is_released_with_it(visits: Visits) -> None:
    leap(visits, USD="107.0000", EUR="110.0000")
    assert {one.rate.currency for one in visits.store.held()} == {"USD", "EUR"}
    visits.decides("2026-05-21 17:00", accepted=True, quoted="107.0000")
    assert visits.store.held() == []
    assert visits.shown("EUR", "2026-05-22 09:00").rate.value == Decimal("110.0000")  # type: ignore[union-attr]


def test_a_first_figure_is_unconfirmed_until_the_archive_bears_it_out(tmp_path: Path) -> None:
    clock = [bishkek("2026-05-22 11:00")]
    store = open_store(f"sqlite:///{tmp_path / 'first.db'}", clock=lambda: clock[0])
    visits = Visits(store, clock)
    visits.at("2026-05-22 11:00", body(may(22), USD="87.4500"))
    assert not visits.shown().confirmed
    visits.fills("2026-05-22 11:01", page((may(20), "87,4000"), (may(21), "87,4200")))
    assert visits.shown().confirmed
    store.close()


def test_a_page_of_other_days_than_asked_for_is_none(tmp_path: Path) -> None:
    clock = [bishkek("2026-05-22 11:00")]
    store = open_store(f"sqlite:///{tmp_path / 'first.db'}", clock=lambda: clock[0])
    visits = Visits(store, clock)
    visits.at("2026-05-22 11:00", body(may(22), USD="87.4500"))
    long_ago = may(21) - 400 * DAY
    done = visits.fills("2026-05-22 11:01", page((long_ago, "84,0000"), (may(21), "87,4200")))
    assert done.failed
    assert "days from" in done.note
    assert not visits.shown().confirmed
    store.close()
