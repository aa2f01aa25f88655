"""From one currency to another, exactly (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MINOR_UNITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Those that are not 2 (ISO 4217, table A.1 of 2026). Special drawing rights (XDR) have none, and get 2 as well."""


@dataclass(frozen=True, slots=True)
class Converted:
    """`result` is `exact` rounded half up to `digits` decimals."""

    exact: Fraction
    digits: int

    @property
    def result(self) -> str:
        scaled = self.exact * 10**self.digits
        units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        return _placed(units, self.digits)

    @property
    def decimals(self) -> str | None:
        """The exact value with all its decimals; None where they never end."""
        rest, digits = self.exact.denominator, 0
        while rest % 10 == 0:
            rest, digits = rest // 10, digits + 1
        for prime in (2, 5):
            while rest % prime == 0:
                rest, digits = rest // prime, digits + 1
        if rest != 1:
            return None
        return _placed(self.exact.numerator * 10**digits // self.exact.denominator, digits)


def convert(amount: Decimal, of: Decimal, to: Decimal, currency: str) -> Converted:
    """`of` and `to` are what one unit of each currency costs at home; `currency` is the one converted to."""
    return Converted(Fraction(amount) * Fraction(of) / Fraction(to), MINOR_UNITS.get(currency, 2))


def _placed(units: int, digits: int) -> str:
    """Whole units of the last decimal, as a number. No context of `decimal` limits its digits."""
    text = str(units).zfill(digits + 1)
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text
