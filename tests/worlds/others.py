"""Other banks of a world: what each prints of each day, made from the official series, and how each errs (pure).

Five banks set the som themselves and two tell only of the other currencies, as README 4 of the recorded answers has
them: noise of that size, constant differences, the som with two decimals in Kazakhstan. `support.bank_bodies` makes the
bytes in each bank's own format.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from support.bank_bodies import FORMATS
from support.bank_bodies import Row as Printed

from ticker.collect.sources import BANKS

from .bank import HOUR
from .faults import Fault
from .truth import DAY, Series

ASKED = ("KGS", "USD", "EUR", "RUB", "KZT", "CNY")
CRISIS = (date(2022, 2, 24), date(2022, 7, 7))
_CRISIS_TIMES = {"RUB": 5.0, "EUR": 2.0, "KZT": 2.0}  # by how much noise grows then
_USUAL_MOST = {"USD": 0.0005, "EUR": 0.011, "RUB": 0.010, "KZT": 0.012, "CNY": 0.003}  # beside constant differences
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_STAMPS = {"CBR": "%d.%m.%Y", "NBK": "%d.%m.%Y", "CBU": "%d.%m.%Y", "NBT": "%Y-%m-%d",
           "NBRB": "%Y-%m-%dT00:00:00", "NBG": "%Y-%m-%dT00:00:00.000Z", "ECB": "%Y-%m-%d"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ways:
    """A bank. `dollar` is what one costs there; `noise` the mean difference by currency; `begins` are the weekdays on
    which a table begins to be valid, None where a world decides whether weekends are restamped."""

    source: str
    bank: str
    dollar: float
    decimals: int
    noise: Mapping[str, float]
    offset: float = 0  # of the dollar, constant
    by_day: bool = True  # whether it is asked for a day; else it gives its newest table
    begins: frozenset[int] | None = None
    ready: tuple[int, ...] = (-6, 9, 12)  # hours after the midnight of its day, one by world

    @property
    def home(self) -> str:
        return BANKS[self.bank].home

    @property
    def zone(self) -> ZoneInfo:
        return BANKS[self.bank].zone


_SATURDAY_STANDS = frozenset({1, 2, 3, 4, 5})
WAYS = (
    Ways("cbr", "CBR", 92.0, 4, {"USD": 0, "EUR": 0.0033, "RUB": 0, "KZT": 0.004}, by_day=False,
         begins=_SATURDAY_STANDS, ready=(-10, -6)),
    Ways("nbk", "NBK", 478.0, 2, {"USD": 0.0001, "EUR": 0.0006, "RUB": 0.0021, "KZT": 0.002}),
    Ways("cbu", "CBU", 12_100.0, 2, {"USD": 0.00002, "EUR": 0.0004, "RUB": 0.0031, "KZT": 0.003}, offset=0.0003),
    Ways("nbt", "NBT", 9.3, 4, {"USD": 0.00002, "EUR": 0.0005, "RUB": 0.0056, "KZT": 0.004}),
    Ways("nbrb", "NBRB", 2.95, 4, {"USD": 0.00001, "EUR": 0.0008, "RUB": 0.0042, "KZT": 0.004}, by_day=False,
         begins=frozenset(range(7)), ready=(-6, 9)),
    Ways("nbg", "NBG", 2.71, 4, {"USD": 0.00002, "EUR": 0.0010, "RUB": 0.0033, "KZT": 0.004}, offset=-0.0003,
         begins=_SATURDAY_STANDS, ready=(-6,)),
    Ways("ecb", "ECB", 0.86, 4, {"USD": 0, "EUR": 0.0015}, by_day=False,
         begins=frozenset(range(5)), ready=(16,)),
)  # fmt: skip
SOURCES = tuple(one.source for one in WAYS)
LEVELS = tuple(one.source for one in WAYS if one.source not in ("cbr", "ecb"))


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A table of another bank as it was printed. Two are the same where they are the same object."""

    source: str
    day: date  # as printed
    of: date  # of which day its figures are
    prices: Mapping[str, Decimal]  # of one unit, in its own currency
    works: bool  # nothing in it is wrong: old only where its day says so
    late: int  # by how many days it is late
    body: bytes = field(repr=False)

    def crossed(self, currency: str) -> Decimal | None:
        """Soms for one unit, where it sets the som itself."""
        price, som = self.prices.get(currency), self.prices.get("KGS")
        return price / som if self.source in LEVELS and price and som else None


class Other:
    """One of the other banks in one world."""

    def __init__(self, ways: Ways, seed: int, truth: Series, faults: Sequence[Fault]) -> None:
        self.ways, self.seed, self.truth = ways, seed, truth
        chance = random.Random(f"other bank {ways.source} {seed}")
        self.faults = [one for one in faults if one.of in ("", ways.source)]
        self.ready_s = chance.choice(ways.ready) * HOUR
        restamps = chance.random() < 0.5
        self.begins = ways.begins or (frozenset(range(7)) if restamps else _SATURDAY_STANDS)
        self._made: dict[object, Told] = {}

    def told(self, moment: float, asked: date | None) -> Told | None:
        """What it answers at a moment when it is asked for a day, or for its newest table; None: nothing comes."""
        active = {one.kind: one for one in self.faults if one.covers(moment)}
        if "witness gone" in active or "all witnesses gone" in active:
            return None
        newest = self._newest(moment)
        day = min(asked, newest) if asked and self.ways.by_day else newest
        late = active.get("witness late")
        if late:
            day -= int(late.amount) * DAY
        while day.weekday() not in self.begins:
            day -= DAY
        stale = None if late else active.get("witness stale")
        wrong = next((active[kind] for kind in _SPOILS if kind in active), None)
        behind = int(stale.amount) if stale else 0
        key = day, behind, wrong
        if key not in self._made:
            self._made[key] = self._printed(day, day - behind * DAY, wrong, int(late.amount) if late else behind)
        return self._made[key]

    def _newest(self, moment: float) -> date:
        """The day of the newest table that it has at a moment."""
        local = datetime.fromtimestamp(moment - self.ready_s, self.ways.zone)
        return local.date()

    def _printed(self, day: date, of: date, wrong: Fault | None, late: int) -> Told:
        adapter, exact = BANKS[self.ways.bank], self._exact(of)
        rows = {}
        for currency, price in exact.items():
            nominal = adapter.nominals.get(currency, 1)
            rows[currency] = nominal, _rounded(price * nominal, self.ways.decimals)
        if wrong:
            rows = _spoilt(rows, wrong)
        printed, prices = [], {}
        for currency, (nominal, quoted) in rows.items():
            prices[currency] = quoted / nominal
            if self.ways.source == "ecb":  # units of the currency for one euro
                quoted = _rounded(1 / float(quoted), 4)
                prices[currency] = 1 / quoted
            printed.append(Printed(currency, str(nominal), f"{quoted:f}"))
        body = FORMATS[self.ways.bank].make(f"{day:{_STAMPS[self.ways.bank]}}", printed)
        return Told(self.ways.source, day, of, prices, wrong is None and of == day, late, body)

    def _exact(self, day: date) -> dict[str, float]:
        """What each currency costs there on a day, before rounding."""
        ways, figures = self.ways, {one: float(value) for one, value in self.truth.on(self._of(day)).items()}
        figures |= {"CNY": figures["USD"] / 7.1}
        differs = {one: 1 + self._difference(one, day) for one in figures}
        if ways.source == "ecb":
            euro = figures["EUR"] * differs["EUR"]
            return {one: figures[one] / euro for one in ("USD", "CNY")}
        drift = random.Random(f"dollar {ways.source} {self.seed} {day}").gauss(0, 0.0008)
        dollar = ways.dollar * (1 + drift + 0.02 * (day.toordinal() % 97 / 97 - 0.5) * (day.toordinal() // 97 % 2))
        som = dollar / (figures["USD"] * differs["USD"] * (1 + ways.offset))
        prices = {one: som * value * differs[one] for one, value in figures.items()} | {"KGS": som, "USD": dollar}
        if ways.source == "cbr":  # its som is its dollar by the official one
            rouble = prices["RUB"]
            prices = {one: price / rouble for one, price in prices.items()}
        return {one: prices[one] for one in ASKED if one != ways.home}

    def _of(self, day: date) -> date:
        """The day of whose official figures the bank's are nearest: the European bank's of a day are those with which
        the som's of the day after are set."""
        return day + DAY if self.ways.source == "ecb" else day

    def _difference(self, currency: str, day: date) -> float:
        """Half of it is shared: all banks look at the market at another hour than NBKR."""
        mean = self.ways.noise.get(currency, 0.001 if currency == "CNY" else 0)
        if not mean:
            return 0
        shared = random.Random(f"market {self.seed} {currency} {day}").gauss(0, 1)
        own = random.Random(f"own {self.ways.source} {self.seed} {currency} {day}").gauss(0, 1)
        times = _CRISIS_TIMES.get(currency, 1.0) if CRISIS[0] <= day <= CRISIS[1] else 1.0
        most = _USUAL_MOST[currency] * times
        return max(-most, min(most, mean * 1.25 * times * (0.7 * shared + 0.7 * own)))


def _rounded(value: float, decimals: int) -> Decimal:
    return max(Decimal(1).scaleb(-decimals), round(Decimal(value), decimals))


def _spoilt(rows: dict[str, tuple[int, Decimal]], fault: Fault) -> dict[str, tuple[int, Decimal]]:
    """The rows of a table that is wrong."""
    names = list(rows)
    one = names[fault.pick % len(names)]
    nominal, quoted = rows[one]
    if fault.kind == "witness exchanges":
        other = names[(fault.pick + 1 + (fault.pick >> 8) % (len(names) - 1)) % len(names)]
        return rows | {one: (nominal, rows[other][1]), other: (rows[other][0], quoted)}
    return rows | {one: (nominal, (quoted * Decimal(1 + fault.amount)).quantize(quoted) or quoted)}


_SPOILS = ("witness jumps", "witness exchanges", "witness lies")


def asked_day(target: str) -> date | None:
    """The day that an address asks for."""
    found = _DAY.search(target)
    if not found:
        return None
    year, month, day = (found[3], found[2], found[1]) if found[1] else (found[4], found[5], found[6])
    return date(int(year), int(month), int(day))


# How they err

MODES = {"none": 3, "a working majority": 9, "two lie": 2, "all late": 3, "all stale": 3}


def mode_of(seed: int) -> str:
    return random.Random(f"mode {seed}").choices(list(MODES), list(MODES.values()))[0]


def others_faults(seed: int, mode: str, begin: int, end: int) -> list[Fault]:
    """How the other banks of a world err. In most worlds no two of those that set the som lie or err at a time."""
    chance = random.Random(f"other banks {seed}")
    days = (end - begin) / 86_400
    found = []
    if mode == "none":
        return []
    if mode in ("all late", "all stale"):
        kind = {"all late": "witness late", "all stale": "witness stale"}[mode]
        by = chance.choice((1, 2))
        found += [Fault(kind, begin, end, source, by) for source in LEVELS]
    liars = 2 if mode == "two lie" else 1
    for _ in range(liars):  # each has its time for itself
        at: float = begin + chance.random() * 5 * 86_400
        while at < end:
            fault = _of_one(chance, int(at), LEVELS)
            found.append(fault)
            at = fault.end + 3600 + chance.expovariate(1 / 4) * 86_400
    for _ in range(round(days / 12)):
        found.append(_of_one(chance, chance.randrange(begin, end), ("cbr", "ecb")))
    for _ in range(round(days / 10)):
        at = chance.randrange(begin, end)
        source = chance.choice(SOURCES)
        kind = chance.choice(("witness gone", "witness late"))
        found.append(Fault(kind, int(at), int(at + chance.uniform(0.3, 6) * 86_400), source, chance.choice((1, 2))))
    if chance.random() < 0.25:
        at = chance.randrange(begin, end)
        found.append(Fault("all witnesses gone", int(at), int(at + 7 * 86_400)))
    return sorted(found, key=lambda one: one.begin)


def _of_one(chance: random.Random, at: int, sources: Sequence[str]) -> Fault:
    """A bank's wrong figures, for a time."""
    source, pick = chance.choice(sources), chance.randrange(1 << 16)
    kind = chance.choices(("witness lies", "witness stale", "witness exchanges", "witness jumps"), (5, 3, 2, 2))[0]
    lasts, amount = chance.uniform(0.5, 3), 0.0
    if kind == "witness lies":
        lasts = chance.choice((1, 4, 12, 30)) * chance.uniform(0.6, 1)
        amount = chance.choice((-1, 1)) * chance.uniform(0.01, 0.14)
    elif kind == "witness jumps":
        amount = chance.choice((9.0, -0.9))
    elif kind == "witness stale":
        lasts, amount = chance.uniform(1, 8), chance.choice((1, 2))
    return Fault(kind, at, at + int(lasts * 86_400), source, amount, pick)


def slips(seed: int, begin: int, end: int, starts: Sequence[int]) -> list[Fault]:
    """Wrong figures of the official bank that only other banks can tell: one figure of a table off by 2 to 14 percent,
    some of them in the first table."""
    chance = random.Random(f"slips {seed}")
    found = [chance.randrange(begin, end) for _ in range(max(1, (end - begin) // (86_400 * 9)))]
    found += [at - chance.randrange(86_400) for at in starts if chance.random() < 0.5]
    lasts = 100 * 86_400  # until the next table takes its place
    made = []
    for at in sorted(found):
        amount = chance.choice((-1, 1)) * chance.uniform(0.02, 0.14)
        made.append(Fault("slip", at, at + lasts, "daily", max(-0.125, amount), chance.randrange(1 << 16)))
    return made
