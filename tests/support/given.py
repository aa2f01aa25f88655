"""What pure tests begin with: NBKR's two tables as sources, and moments as Bishkek's clocks show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ticker.model import DAY, Home, Rate, RatesSource, Table, Window

# The same examples in each run, however busy the machine is.
steadily = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

HOME = Home("KGS", ZoneInfo("Asia/Bishkek"))
TRADING = Window(frozenset(range(5)), time(15), time(18), HOME.zone)
FRIDAYS = Window(frozenset({4}), time(15), time(18), HOME.zone)
NBKR = RatesSource(
    "nbkr", "https://bank.example/daily.xml", TRADING, "nbkr", HOME, archive_url="https://bank.example/old"
)
WEEKLY = RatesSource("nbkr-weekly", "https://bank.example/weekly.xml", FRIDAYS, "nbkr", HOME, grace_days=7)


def bishkek(text: str) -> datetime:
    """`2026-05-22 18:00` on Bishkek's clocks, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=HOME.zone).astimezone(UTC)


def may(day: int) -> date:
    """A day of May 2026; the 22nd is a Friday."""
    return date(2026, 5, day)


def rate(currency: str, quoted: str, valid_on: date, *, nominal: int = 1, days: int = 1) -> Rate:
    return Rate(currency, Decimal(quoted), nominal, valid_on, valid_on + (days - 1) * DAY)


def table(valid_on: date, **figures: str) -> Table:
    return Table(valid_on, tuple(rate(currency, quoted, valid_on) for currency, quoted in figures.items()))


def moments(first: date, last: date, zone: tzinfo = UTC) -> st.SearchStrategy[datetime]:
    """Any moment from the midnight that begins `first` to that of `last`."""
    ends = (datetime.combine(day, time()) for day in (first, last))
    return st.datetimes(*ends, timezones=st.just(zone))
