"""What other banks say of a home's rates, by crossing (pure; the source of the rule: docs/judging.md, "Witnesses").

    a currency in home currency = what it costs at the bank ÷ what the home currency costs there

A *level* needs two banks that set the home currency themselves and agree with each other. A *ratio* of two currencies
of one table needs no price of the home currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from statistics import median

from ticker.model import Rate
from ticker.snapshot import Content, Testimony, WitnessTerms

OLDEST = timedelta(days=2)  # a figure that was set earlier than this before the day takes no part
RATIOS_AGREE = Decimal("0.05")
AGREE_AT_LEAST = 2
RATIOS_TO = "USD"  # the currency to which ratios are told
_CROSSING = Context(prec=28, rounding=ROUND_HALF_EVEN)
_ROUNDING = Context(prec=100, rounding=ROUND_HALF_EVEN)  # no figure of a bank, however wrong, has as many digits
_DECIMALS = 4  # of a derived figure: as many as banks print
_DIGITS = 5  # of a small one
_PERCENT_DECIMALS = Decimal("0.001")


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

    @property
    def is_of_day(self) -> bool:
        """Whether it is made of tables of that very day."""
        return all(one.valid_on == self.day for one in self.agreeing)

    @property
    def spread_percent(self) -> Decimal:
        return _in_percent(self.spread)


class Verdict(StrEnum):
    """What other banks say of an official figure."""

    AGREE = "agree"
    CONTRADICT = "contradict"
    UNKNOWN = "unknown"  # no two of them agree, or there is no official figure of that day


@dataclass(frozen=True, slots=True)
class Statement:
    """What one bank says of one currency for a day. Figures are as printed, differences in per cent."""

    source: str
    bank: str
    sets_levels: bool  # False: it tells only of currencies to one another
    valid_on: date | None  # the day of its newest table that had begun; None where none is known
    value: Decimal | None  # home currency for one unit; None where it sets no level
    difference: Decimal | None  # of `value` to the official figure
    ratio: Decimal | None  # units of RATIOS_TO for one unit; None for that currency itself
    ratio_difference: Decimal | None  # of `ratio` to that of the official figures
    takes_part: bool  # it is one of those that agree


@dataclass(frozen=True, slots=True)
class Comparison:
    """One currency's official figure for a day beside what other banks say."""

    currency: str
    day: date
    official: Rate | None
    within: Decimal  # the move within which figures agree
    level: Level | None  # what the banks agree on
    statements: tuple[Statement, ...]

    @property
    def verdict(self) -> Verdict:
        """A figure that is carried forward from an earlier day is neither borne out nor contradicted; nor does a level
        of earlier days contradict a new figure, that of the others may still come."""
        official = self.official
        if official is None or self.level is None or not official.valid_on <= self.day <= official.valid_until:
            return Verdict.UNKNOWN
        if apart(official.value, self.level.value) <= self.within:
            return Verdict.AGREE
        return Verdict.CONTRADICT if self.level.is_of_day else Verdict.UNKNOWN

    @property
    def within_percent(self) -> Decimal:
        return (self.within * 100).normalize()


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
        found = self.agreed(currency, day)
        return found.value if found and found.is_of_day else None

    def agreed(self, currency: str, day: date) -> Level | None:
        """What banks with a table of that very day agree on; where no two have one, what is in force at all of them.
        Those that are late would outvote the others."""
        said = self.crossed(currency, day)
        own = [one for one in said if one.valid_on == day]
        return self._agreed(currency, day, own) or self._agreed(currency, day, said)

    def have_seconded(self, currency: str, day: date, value: Decimal) -> bool:
        """Whether two banks agree with a figure, whatever the others say."""
        within = self.within(currency)
        said = self.crossed(currency, day) if within is not None else []
        return sum(apart(one.value, value) <= (within or 0) for one in said) >= AGREE_AT_LEAST

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

    @property
    def currencies(self) -> list[str]:
        """Those that other banks are asked of."""
        return sorted(one for one in self.agreement if one != self.home)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day that some table can speak for; None without tables."""
        days = [one.valid_on for one in self.testimonies]
        return (min(days), max(days) + OLDEST) if days else None

    def compared(self, day: date, officials: Mapping[str, Rate], currencies: Iterable[str] = ()) -> list[Comparison]:
        """Official figures of `day`, by currency, beside what each bank says: of `currencies`, of which other banks
        are asked, else of all such."""
        return [self._comparison(one, day, officials) for one in currencies or self.currencies]

    def _comparison(self, currency: str, day: date, officials: Mapping[str, Rate]) -> Comparison:
        level, official, base = self.agreed(currency, day), officials.get(currency), officials.get(RATIOS_TO)
        ratio = cross(official.value, base.value) if official and base else None
        agreeing = {one.source for one in level.agreeing} if level else set()
        statements = [
            self._statement(one, table, currency, official.value if official else None, ratio, one.source in agreeing)
            for one, table in self._newest(day)
        ]
        return Comparison(currency, day, official, self.agreement[currency], level, tuple(statements))

    def _statement(
        self,
        bank: WitnessTerms,
        table: Testimony | None,
        currency: str,
        official: Decimal | None,
        official_ratio: Decimal | None,
        takes_part: bool,
    ) -> Statement:
        price, home, base = (table.price(one) if table else None for one in (currency, self.home, RATIOS_TO))
        value = cross(price, home) if bank.sets_levels and price and home else None
        ratio = cross(price, base) if price and base and currency != RATIOS_TO else None
        return Statement(
            source=bank.source,
            bank=bank.bank,
            sets_levels=bank.sets_levels,
            valid_on=table.valid_on if table else None,
            value=as_printed(value) if value else None,
            difference=percent(value, official) if value and official else None,
            ratio=as_printed(ratio) if ratio else None,
            ratio_difference=percent(ratio, official_ratio) if ratio and official_ratio else None,
            takes_part=takes_part,
        )

    def _agreed(self, currency: str, day: date, said: Sequence[Crossed]) -> Level | None:
        within = self.within(currency)
        if within is None:
            return None
        groups = _agreeing(sorted(said, key=lambda one: one.value), within)
        largest = max(map(len, groups), default=0)
        found = [group for group in groups if len(group) == largest]
        if largest < AGREE_AT_LEAST or not set(found[0]).intersection(*found[1:]):  # two camps of one size
            return None
        group = min(found, key=lambda of: apart(of[0].value, of[-1].value))
        value = as_printed(median(one.value for one in group))
        return Level(currency, day, value, apart(group[0].value, group[-1].value), tuple(group))

    def _in_force(self, day: date) -> list[tuple[WitnessTerms, Testimony]]:
        """Each bank's newest table that had begun by `day`, unless it was set too long before."""
        return [(one, table) for one, table in self._newest(day) if table and day - table.valid_on <= OLDEST]

    def _newest(self, day: date) -> list[tuple[WitnessTerms, Testimony | None]]:
        """Each bank with its newest table that had begun by `day`."""
        found = []
        for one in self.terms:
            begun = [it for it in self.testimonies if it.source == one.source and it.valid_on <= day]
            found.append((one, max(begun, key=lambda it: it.valid_on, default=None)))
        return found


def cross(price: Decimal, home: Decimal) -> Decimal:
    """What a currency costs in home currency, where both prices are of one bank; to 28 digits."""
    return _CROSSING.divide(price, home)


def apart(one: Decimal, other: Decimal) -> Decimal:
    """Larger ÷ smaller - 1: up and down are measured alike."""
    return max(one, other) / min(one, other) - 1


def percent(one: Decimal, other: Decimal) -> Decimal:
    """How far `one` is above `other`, in per cent; negative below it."""
    return _in_percent(one / other - 1)


def as_printed(value: Decimal) -> Decimal:
    """A derived figure with as many decimals as banks print; more where it is small."""
    decimals = max(_DECIMALS, _DIGITS - 1 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-decimals), context=_ROUNDING)


def _in_percent(move: Decimal) -> Decimal:
    return (move * 100).quantize(_PERCENT_DECIMALS, context=_ROUNDING) + 0  # which makes 0.000 of -0.000


def _agreeing(said: Sequence[Crossed], within: Decimal) -> list[list[Crossed]]:
    """Every largest run of figures, by rising value, of which all agree with all."""
    runs = [[one for one in said[nth:] if apart(first.value, one.value) <= within] for nth, first in enumerate(said)]
    return [run for nth, run in enumerate(runs) if not any(set(run) < set(other) for other in runs[:nth])]
