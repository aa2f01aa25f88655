"""What the other banks' delivered tables tell, by the world's own reading, and what came of it (pure).

A witness *works* where nothing in its table of that day is wrong: one that is old says so by its day. The world knows,
the service does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import Cause, Revision
from ticker.rates.witnesses import Level

from .heard import Delivered, Testified
from .others import CRISIS, LEVELS

AGREE = {"USD": Decimal("0.005"), "EUR": Decimal("0.025"), "RUB": Decimal("0.025"), "KZT": Decimal("0.025")}
# The largest differences of README 4 from the official figure of the same day; of KZT what CBR's table showed.
LARGEST = {"USD": Decimal("0.005"), "EUR": Decimal("0.013"), "RUB": Decimal("0.014"), "KZT": Decimal("0.013")}


def apart(one: Decimal, other: Decimal) -> Decimal:
    return max(one, other) / min(one, other) - 1


def contradicted_since(currency: str, day: date, value: Decimal, delivered: Delivered) -> float | None:
    """Since when two agreeing, working witnesses, more than there are others, have tables of that very day that are
    further than twice the threshold from a figure; None where there are none."""
    within = AGREE.get(currency)
    if within is None:
        return None
    working, others, since = [], 0, 0.0
    for tables in _of_day(day, delivered).values():
        said = tables[-1].told.crossed(currency)
        if said is None:
            continue
        since = max(since, *(one.first_at for one in tables))
        if all(one.told.works for one in tables):
            working.append(said)
        else:
            others += 1
    agreeing = _largest_group(working, within)
    if len(agreeing) < 2 or len(agreeing) <= others:
        return None
    return since if all(apart(value, one) > 2 * within for one in agreeing) else None


def contradicted(currency: str, day: date, value: Decimal, delivered: Delivered) -> bool:
    """Whether two banks that agree with each other, rightly or wrongly, contradicted a figure by tables that were in
    force on its day."""
    within = AGREE[currency]
    told = [one.told for one in delivered.lately_testified() if 0 <= (day - one.told.day).days <= 2]
    said = [
        (one.source, price) for one in told if (price := one.crossed(currency)) and apart(value, price) > 2 * within
    ]
    return any(apart(price, other) <= within for source, price in said for also, other in said if also != source)


def _of_day(day: date, delivered: Delivered) -> dict[str, list[Testified]]:
    found: dict[str, list[Testified]] = {}
    for one in delivered.lately_testified():
        if one.told.day == day and one.told.source in LEVELS:
            found.setdefault(one.told.source, []).append(one)
    return found


def _largest_group(said: Iterable[Decimal], within: Decimal) -> list[Decimal]:
    ordered = sorted(said)
    groups = [[one for one in ordered[nth:] if apart(one, ordered[nth]) <= within] for nth in range(len(ordered))]
    return max(groups, key=len, default=[])


@dataclass(frozen=True, slots=True)
class HeldByOthers:
    """A figure that was held because other banks say another. `late` is by how many days those were late."""

    at: float
    currency: str
    day: date
    value: Decimal
    is_true: bool
    late: int
    arrived_at: float | None  # when the figure came first
    by_ratio: bool

    @property
    def after(self) -> float:
        """Seconds from its arrival."""
        return self.at - (self.at if self.arrived_at is None else self.arrived_at)

    @property
    def key(self) -> tuple[str, date, Decimal]:
        return self.currency, self.day, self.value


@dataclass(frozen=True, slots=True)
class OnlyOthers:
    """A wrong figure that the bank's own answers could not tell: how far off, by a share, after how many seconds other
    banks' word held it, and whether it was shown unmarked at all."""

    currency: str
    off: Decimal
    caught_after: float | None
    shown: bool

    @property
    def is_large(self) -> bool:
        return self.off > 2 * AGREE[self.currency]


def is_by_others(one: Revision) -> bool:
    return one.cause in (Cause.WITNESS, Cause.RATIO) or "other banks agree" in one.reason


def lateness(currency: str, day: date, delivered: Delivered) -> int:
    """By how many days the banks of a level are late, as most of them are: beside what they have on ordinary days."""
    begun = [one for one in delivered.lately_testified() if one.told.source in LEVELS and one.told.day <= day]
    newest = {one.told.source: one for one in sorted(begun, key=lambda one: one.told.day) if one.told.crossed(currency)}
    late = sorted(one.told.late for one in newest.values())
    return late[len(late) // 2] if late else 0


@dataclass(frozen=True, slots=True)
class StandIn:
    """A figure shown as what other banks agree on, beside the official one of the day: how far off, by a share."""

    at: float
    currency: str
    off: Decimal
    kind: str  # working, late, wrong
    crisis: bool

    @property
    def too_far(self) -> bool:
        return self.kind == "working" and not self.crisis and self.off > LARGEST[self.currency]


def stand_in(at: float, level: Level, meant: Decimal, delivered: Delivered) -> StandIn:
    """`kind`: a wrong table is among the agreeing ones; a late one; or all are as on ordinary days."""
    told = [
        one.told
        for said in level.agreeing
        for one in delivered.lately_testified()
        if (one.told.source, one.told.day) == (said.source, said.valid_on)
    ]
    wrong, late = any(not one.works for one in told), any(one.late for one in told)
    kind = "wrong" if wrong else "late" if late or _is_of_another_day(level) else "working"
    return StandIn(at, level.currency, apart(level.value, meant), kind, CRISIS[0] <= level.day <= CRISIS[1])


def _is_of_another_day(level: Level) -> bool:
    """Whether a table is of an earlier day than the one that is in force on every ordinary day."""
    stands = {6: 1, 0: 2}.get(level.day.weekday(), 0)  # Saturday's, until Monday
    return any((level.day - one.valid_on).days > stands for one in level.agreeing)
