"""What other banks say of a figure. Their place in the rules; no bank is asked yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol


class Witnesses(Protocol):
    def level(self, currency: str, day: date) -> Decimal | None:
        """Home currency for one unit on `day`, as two banks that set it themselves agree; None where they do not."""

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        """Units of `other` for one unit of `currency` on `day`; None where nobody says."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, by currency and day; by two currencies and a day."""

    levels: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)
    ratios: Mapping[tuple[str, str, date], Decimal] = field(default_factory=dict)

    def level(self, currency: str, day: date) -> Decimal | None:
        return self.levels.get((currency, day))

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        return self.ratios.get((currency, other, day))


NO_WITNESSES: Witnesses = Said()
