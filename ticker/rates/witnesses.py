"""What other banks say of a home's rates, by crossing (pure; the source of the rule: docs/judging.md, "Witnesses").

    a currency in home currency = what it costs at the bank ÷ what the home currency costs there

A *level* needs two banks that set the home currency themselves and agree with each other. A *ratio* of two currencies
of one table needs no price of the home currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from statistics import median

from ticker.snapshot import Content, Testimony, WitnessTerms

OLDEST = timedelta(days=2)  # a figure that was set earlier than this before the day takes no part
RATIOS_AGREE = Decimal("0.05")
AGREE_AT_LEAST = 2
_CROSSING = Context(prec=28, rounding=ROUND_HALF_EVEN)
_DECIMALS = 4  # of a derived figure: as many as banks print
_DIGITS = 5  # of a small one


@dataclass(frozen=True, slots=True)
class Crossed:
    """One bank's figure for one currency: home currency for one unit. `valid_on` is the day of the bank's table."""

    source: str
    bank: str
    valid_on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Level:
    """What two or more banks agree on for a day. `value` is their median, `spread` their largest move apart."""

    currency: str
    day: date
    value: Decimal
    spread: Decimal
    agreeing: tuple[Crossed, ...]

    @property
    def banks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.bank for one in self.agreeing))


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The testimonies for one home."""

    home: str
    terms: Sequence[WitnessTerms] = ()
    testimonies: Sequence[Testimony] = ()
    agreement: Mapping[str, Decimal] = field(default_factory=dict)  # by currency

    @classmethod
    def of(cls, content: Content) -> Witnesses:
        return cls(content.home.currency, content.witnesses, content.testimonies, dict(content.agreement))

    def crossed(self, currency: str, day: date) -> list[Crossed]:
        """What each bank that sets the home currency itself says for `day`: the figure in force there."""
        found = []
        for one, table in self._in_force(day):
            price, home = table.price(currency), table.price(self.home)
            if one.sets_levels and price and home:
                found.append(Crossed(one.source, one.bank, table.valid_on, cross(price, home)))
        return found

    def level(self, currency: str, day: date) -> Decimal | None:
        """Home currency for one unit on `day`, as the banks agree; None where no two do."""
        found = self.agreed(currency, day)
        return found.value if found else None

    def own_level(self, currency: str, day: date) -> Decimal | None:
        """The same by tables of that very day alone."""
        said = [one for one in self.crossed(currency, day) if one.valid_on == day]
        found = self._agreed(currency, day, said)
        return found.value if found else None

    def agreed(self, currency: str, day: date) -> Level | None:
        return self._agreed(currency, day, self.crossed(currency, day))

    def within(self, currency: str) -> Decimal | None:
        """The move within which banks agree; None for a currency of which that is not known."""
        return self.agreement.get(currency)

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        """Units of `other` for one unit of `currency` on `day`: the median of all banks, None where two contradict each
        other and there is no third."""
        said = sorted(
            cross(price, of_other)
            for _, table in self._in_force(day)
            if (price := table.price(currency)) and (of_other := table.price(other))
        )
        if not said or (len(said) == AGREE_AT_LEAST and apart(said[0], said[1]) > RATIOS_AGREE):
            return None
        return median(said)

    def _agreed(self, currency: str, day: date, said: Sequence[Crossed]) -> Level | None:
        within = self.within(currency)
        if within is None:
            return None
        groups = _agreeing(sorted(said, key=lambda one: one.value), within)
        largest = max(map(len, groups), default=0)
        found = [group for group in groups if len(group) == largest]
        if largest < AGREE_AT_LEAST or not set(found[0]).intersection(*found[1:]):  # two camps of one size
            return None
        group = found[0]
        value = as_printed(median(one.value for one in group))
        return Level(currency, day, value, apart(group[0].value, group[-1].value), tuple(group))

    def _in_force(self, day: date) -> list[tuple[WitnessTerms, Testimony]]:
        """Each bank's newest table that had begun by `day`, unless it was set too long before."""
        found = []
        for one in self.terms:
            begun = [it for it in self.testimonies if it.source == one.source and it.valid_on <= day]
            newest = max(begun, key=lambda it: it.valid_on, default=None)
            if newest and day - newest.valid_on <= OLDEST:
                found.append((one, newest))
        return found


def cross(price: Decimal, home: Decimal) -> Decimal:
    """What a currency costs in home currency, where both prices are of one bank; to 28 digits."""
    return _CROSSING.divide(price, home)


def apart(one: Decimal, other: Decimal) -> Decimal:
    """Larger ÷ smaller - 1: up and down are measured alike."""
    return max(one, other) / min(one, other) - 1


def as_printed(value: Decimal) -> Decimal:
    """A derived figure with as many decimals as banks print; more where it is small."""
    decimals = max(_DECIMALS, _DIGITS - 1 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def _agreeing(said: Sequence[Crossed], within: Decimal) -> list[list[Crossed]]:
    """Every largest run of figures, by rising value, of which all agree with all."""
    runs = [[one for one in said[nth:] if apart(first.value, one.value) <= within] for nth, first in enumerate(said)]
    return [run for nth, run in enumerate(runs) if not any(set(run) < set(other) for other in runs[:nth])]
