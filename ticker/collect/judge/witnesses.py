"""What other banks say of a figure: their place in the rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Protocol

from ticker.rates import witnesses


class Witnesses(Protocol):
    """`rates.witnesses.Witnesses`, or what stands for it until the store is read."""

    def level(self, currency: str, day: date) -> Decimal | None:
        """Home currency for one unit on `day`, as two banks that set it themselves agree; None where they do not."""

    def own_level(self, currency: str, day: date) -> Decimal | None:
        """The same by their tables of that very day alone."""

    def have_seconded(self, currency: str, day: date, value: Decimal) -> bool:
        """Whether two banks that set it themselves agree with a figure, whatever the others say."""

    def within(self, currency: str) -> Decimal | None:
        """The move within which banks agree; None for a currency of which that is not known."""

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        """Units of `other` for one unit of `currency` on `day`; None where nobody says."""


NO_WITNESSES: Witnesses = witnesses.Witnesses("")
