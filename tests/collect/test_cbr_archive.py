"""The archive of a bank that prints nominals and whose Saturday's table stands until Monday: the Bank of Russia's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from ticker.collect.archive import Page, Why, judge_page, missing_rates
from ticker.collect.due import missing_days
from ticker.collect.sources import ArchiveFigure, cbr
from ticker.model import Home, Rate, RatesSource, Revision, Window

MOSCOW = ZoneInfo("Europe/Moscow")
CBR = RatesSource("cbr", "https://bank.example/daily", Window.any_time(MOSCOW), "CBR", Home("RUB", MOSCOW))
FRIDAY, SATURDAY, MONDAY, TUESDAY = (date(2026, 4, day) for day in (24, 25, 27, 28))


def known(currency: str, quoted: str, nominal: int, first: date, last: date) -> Revision:
    rate = Rate(currency, Decimal(quoted), nominal, first, last)
    return Revision(1, "cbr", rate, CBR.home.at(first))


def test_days_on_which_saturdays_table_stands_are_not_missing() -> None:
    saturday = known("USD", "74.8400", 1, SATURDAY, MONDAY)
    wanted = frozenset({"USD"})
    assert missing_days([saturday], wanted, MONDAY) == {}
    assert missing_days([saturday], wanted, TUESDAY) == {"USD": (TUESDAY,)}


def test_a_figure_of_the_archive_stands_as_long_and_has_the_nominal_it_was_printed_with() -> None:
    listed = [ArchiveFigure(SATURDAY, Decimal("95.2000"), 10)]
    today = known("HKD", "9.5400", 1, TUESDAY, TUESDAY)
    (found,) = missing_rates(listed, "HKD", [MONDAY], [today], CBR)
    assert (found.nominal, found.valid_on, found.valid_until) == (10, SATURDAY, MONDAY)
    assert found.value == Decimal("9.52000")


def test_backfill_goes_on_over_a_printed_change_of_the_nominal() -> None:
    page = Page("HKD", date(2026, 4, 21), SATURDAY, SATURDAY, whole=False)
    listed = [
        ArchiveFigure(date(2026, 4, 22), Decimal("9.5100"), 1),
        ArchiveFigure(date(2026, 4, 23), Decimal("95.3000"), 10),
        ArchiveFigure(FRIDAY, Decimal("955.000"), 10),  # a slip by ten is one all the same
    ]
    judged = judge_page(listed, page, [known("HKD", "95.2000", 10, SATURDAY, MONDAY)], CBR)
    assert [(one.valid_on.day, one.nominal) for one in judged.believed] == [(22, 1), (23, 10)]
    assert [one.why for one in judged.refused] == [Why.JUMP]


def test_the_collector_asks_for_the_missing_days_of_a_few_currencies_only() -> None:
    assert cbr.ADAPTER.archive is not None
    assert cbr.ADAPTER.archive.filled
    assert cbr.ADAPTER.archive.filled < cbr.ADAPTER.archive.currencies
