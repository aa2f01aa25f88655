"""From what the store knows to what a reader can be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from support.given import HOME, NBKR, WEEKLY, bishkek, may, rate

from ticker.model import DAY, Change, Headline, Revision
from ticker.rates.compose import KEPT_RATES, bank_terms, compose
from ticker.snapshot import Series, dump

SEEN = bishkek("2026-05-22 16:10")
TODAY = may(22)


def revision(id_: int, quoted: str, day: date = TODAY, currency: str = "USD", **states: object) -> Revision:
    return replace(Revision(id_, "nbkr", rate(currency, quoted, day), SEEN), **states)  # type: ignore[arg-type]


def shown(*daily: Revision, weekly: tuple[Revision, ...] = ()) -> tuple[Series, ...]:
    return compose(HOME, (bank_terms(NBKR), bank_terms(WEEKLY)), (), {"nbkr": daily, "nbkr-weekly": weekly}, ()).series


def test_of_a_day_the_newest_believed_revision_is_shown():
    (series,) = shown(revision(1, "87.45"), revision(2, "87.54"))
    assert [str(one.quoted) for one in series.rates] == ["87.54"]
    assert not series.contested


def test_a_held_figure_is_not_shown_and_puts_its_day_in_doubt():
    (series,) = shown(revision(1, "87.45"), revision(2, "874.5", held_at=SEEN))
    assert [str(one.quoted) for one in series.rates] == ["87.45"]
    assert series.contested == {may(22)}


def test_a_slip_that_was_put_right_leaves_no_doubt():
    (series,) = shown(revision(1, "874.5", held_at=SEEN), revision(2, "87.45"))
    assert [str(one.quoted) for one in series.rates] == ["87.45"]
    assert not series.contested
    assert shown(revision(1, "874.5", held_at=SEEN, discarded_at=SEEN)) == ()


def test_a_released_figure_is_shown():
    (series,) = shown(
        revision(1, "1.2", may(22), "RUB"), revision(2, "1.4", may(23), "RUB", held_at=SEEN, released_at=SEEN)
    )
    assert [str(one.quoted) for one in series.rates] == ["1.2", "1.4"]


def test_a_currency_of_which_nothing_is_believed_is_not_there():
    assert shown(revision(1, "874.5", held_at=SEEN)) == ()


def test_as_many_days_are_kept_as_a_reader_can_need_the_newest_last():
    days = [may(1) + nth * DAY for nth in range(20)]
    (series,) = shown(*(revision(nth + 1, "87.45", day) for nth, day in enumerate(days)))
    assert [one.valid_on for one in series.rates] == days[-KEPT_RATES:]


def test_a_currency_that_is_no_more_is_not_shown_though_the_bank_restamps_it():
    weekly = (revision(1, "0.3402", may(23), "BYR"), revision(2, "117.41", may(23), "GBP"))
    assert [one.currency for one in shown(weekly=weekly)] == ["GBP"]


def test_a_currency_that_only_a_file_brought_is_not_shown_beside_the_banks_own():
    usd, gbp = revision(1, "87.45", origin="nbkr"), revision(2, "117.41", may(21), "GBP", origin="import")
    weekly = replace(revision(3, "117.41", may(16), "GBP"), source="nbkr-weekly")
    assert [(one.source, one.currency) for one in shown(gbp, usd, weekly=(weekly,))] == [
        ("nbkr", "USD"),
        ("nbkr-weekly", "GBP"),
    ]
    assert [one.currency for one in shown(gbp)] == ["GBP"], "with no table known it is all there is"


def test_headlines_stand_newest_first_in_one_order_for_all():
    def headline(id_: str, minute: int) -> Headline:
        return Headline(id_, id_, f"https://news.example/{id_}", "a", SEEN + timedelta(minutes=minute), SEEN)

    news = [headline("a", 1), headline("c", 2), headline("b", 2)]
    texts = set()
    for given in (news, news[::-1]):
        content = compose(HOME, (), (), {}, given)
        assert [one.id for one in content.headlines] == ["c", "b", "a"]
        texts.add(dump(content))
    assert len(texts) == 1


def test_a_confirmation_makes_no_other_content():
    known = [revision(1, "87.45"), revision(2, "99.56", currency="EUR")]
    again = [*known, revision(3, "87.45")]
    assert shown(*again) == shown(*known)


def test_of_a_figure_that_has_stood_for_weeks_the_last_change_is_kept():
    days = [may(1) + nth * DAY for nth in range(20)]
    flat = [revision(nth + 1, "87.40" if nth == 0 else "87.45", day) for nth, day in enumerate(days)]
    (series,) = shown(*flat)
    assert series.earlier == Change(may(2), Decimal("0.05"))
    contested = revision(99, "88.90", may(9), held_at=SEEN)
    assert [one.earlier for one in shown(*flat, contested)] == [None], "what stood on that day is not certain"
    assert [one.earlier for one in shown(*flat[:8], *flat[9:])] == [None], "nor on one without a table"


def test_of_a_figure_of_which_no_other_is_known_no_change_is_kept():
    (series,) = shown(*(revision(nth + 1, "87.45", may(nth + 1)) for nth in range(20)))
    assert series.earlier is None
