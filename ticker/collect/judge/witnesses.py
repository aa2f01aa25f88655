"""What other banks say of a figure: their place in the rules. `rates.witnesses` works it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol


class Witnesses(Protocol):
    def level(self, currency: str, day: date) -> Decimal | None:
        """Home currency for one unit on `day`, as two banks that set it themselves agree; None where they do not."""

    def own_level(self, currency: str, day: date) -> Decimal | None:
        """The same by their tables of that very day alone."""

    def within(self, currency: str) -> Decimal | None:
        """The move within which banks agree; None for a currency of which that is not known."""

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        """Units of `other` for one unit of `currency` on `day`; None where nobody says."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, by currency and day; by two currencies and a day."""

    levels: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)
    ratios: Mapping[tuple[str, str, date], Decimal] = field(default_factory=dict)
    agreement: Mapping[str, Decimal] = field(default_factory=dict)

    def level(self, currency: str, day: date) -> Decimal | None:
        return self.levels.get((currency, day))

    def own_level(self, currency: str, day: date) -> Decimal | None:
        return self.levels.get((currency, day))

    def within(self, currency: str) -> Decimal | None:
        return self.agreement.get(currency)

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        return self.ratios.get((currency, other, day))


NO_WITNESSES: Witnesses = Said()
