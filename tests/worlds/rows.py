"""What the strip's two rows and its small figures say, read from the English words that are drawn (pure).

A row or figure that cannot be read is an error: no wording escapes the law.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Days = tuple[date, date]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = r"(\d{1,2}) ([A-Z][a-z]{2})[a-z]*\.?(?: (\d{4}))?"
_STATES = ("last known", "unconfirmed", "yet")  # of the lower row, where it names no small figures
_FIGURE = re.compile(r"(?:([▲▼]) )?([\d,]+(?:\.\d+)?)(?: ([▲▼?]))?")


@dataclass(frozen=True, slots=True)
class Rows:
    """`days`: the large figures are of, in the upper row. `of`: what the small ones are, and `on` of which day."""

    days: Days | None
    of: str  # change, changed, next; state where they are none
    on: date | None
    state: str  # what the lower row says in place of them


@dataclass(frozen=True, slots=True)
class Small:
    """What is drawn beneath one figure. `value` is signed by its arrow where it is a change."""

    kind: str
    days: Days | None = None  # the day that it is, for kinds own and late
    value: Decimal | None = None
    arrow: str = ""
    text: str = ""


def day_of(text: str, near: date) -> date:
    """A day without a year is the nearest one."""
    found = re.fullmatch(_DAY, text)
    assert found, f"day: met {text!r}, wanted one like 22 May"
    day, month = int(found[1]), _MONTHS.index(found[2]) + 1
    years = [int(found[3])] if found[3] else [near.year + nth for nth in (-1, 0, 1)]
    days = [date(year, month, day) for year in years if (month, day) != (2, 29) or year % 4 == 0]
    return min(days, key=lambda one: abs((one - near).days))


def days_of(text: str, near: date) -> Days:
    first, dash, last = text.partition("–")
    if not dash:
        return day_of(text, near), day_of(text, near)
    until = day_of(last, near)
    return (until.replace(day=int(first)) if first.isdecimal() else day_of(first, near)), until


def read_rows(words: Mapping[str, str], near: date) -> Rows:
    """`words` are the strip's; `near` is today."""
    upper, lower = words["upper_day"].removeprefix(",").strip(), words["lower"]
    days = days_of(upper, near) if upper else None
    if lower == "day change":
        return Rows(days, "change", days[0] if days else None, "")
    what, _, day = lower.partition(" ")
    if what in ("for", "changed"):
        return Rows(days, "next" if what == "for" else "changed", day_of(day, near), "")
    assert lower in _STATES or (what == "since" and day_of(day, near)), f"lower row: met {lower!r}"
    return Rows(days, "state", None, lower)


def read_small(text: str, kind: str, near: date) -> Small:
    """`kind` is that of the strip's JSON: it decides how the figure is coloured, not what it says."""
    if kind in ("own", "late"):
        return Small(kind, None if text == "unconfirmed" else days_of(text, near), text=text)
    if kind == "banks" or text in ("", "—"):
        return Small(kind, text=text)
    found = _FIGURE.fullmatch(text)
    assert found, f"small figure: met {text!r}"
    value, arrow = Decimal(found[2].replace(",", "")), found[1] or found[3] or ""
    assert (arrow == "?") is (kind == "doubt"), text
    return Small(kind, None, -value if found[1] == "▼" else value, arrow, text)


def rounds_to(exact: Decimal, drawn: Decimal) -> bool:
    """Whether `drawn` is `exact` with the decimals that it is drawn with."""
    step = Decimal(1).scaleb(int(drawn.as_tuple().exponent))
    return abs(exact - drawn) * 2 <= step
