"""Is a table plausible beside what is believed of the days before it? (pure)

The yardstick of a figure is the newest believed one of an earlier day, so that a correction is measured against the day
before and not against the error it corrects. At 15 % nothing real was ever held in five years of official rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from ticker.collect.judge.verdict import Hold
from ticker.collect.judge.witnesses import Witnesses
from ticker.collect.known import Known
from ticker.collect.sources import adapter_of
from ticker.model import Cause, Rate, RatesSource, Revision, Table
from ticker.rates.witnesses import apart

EXCHANGED_BEYOND = Decimal("0.01")
CROSSES_WITHIN = Decimal("0.05")  # two currencies of one table may change places truly, by moves of at most this
RATIO_BEYOND = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Between:
    """A believed move that the next table takes back: the figures of `revisions` stand in doubt."""

    revisions: tuple[Revision, ...]
    before: Rate


def move(rate: Rate, other: Rate) -> Decimal:
    return apart(rate.value, other.value)


def is_near_level(rate: Rate, source: RatesSource, witnesses: Witnesses) -> bool:
    """Whether a first figure is within the limit of what the witnesses agree on, and their tables of its very day do
    not contradict it."""
    level = witnesses.level(rate.currency, rate.valid_on)
    return level is not None and apart(rate.value, level) <= source.limit and not is_off_own_level(rate, witnesses)


def is_off_own_level(rate: Rate, witnesses: Witnesses) -> bool:
    """Whether a figure is further than twice the threshold from what tables of its very day agree on."""
    within, own = witnesses.within(rate.currency), witnesses.own_level(rate.currency, rate.valid_on)
    return within is not None and own is not None and apart(rate.value, own) > 2 * within


def is_witnessed(rate: Rate, witnesses: Witnesses, cause: Cause) -> bool:
    """Whether the witnesses agree with a figure, held for `cause`, as they do with each other. Two currencies that are
    near each other may change places within the threshold of yesterday's tables: there only those of the day count. Of
    the ratio they tell nothing."""
    if cause is Cause.RATIO:
        return False
    own = witnesses.own_level(rate.currency, rate.valid_on)
    level = own if cause is Cause.EXCHANGE else witnesses.level(rate.currency, rate.valid_on)
    within = witnesses.within(rate.currency)
    return within is not None and level is not None and apart(rate.value, level) <= within


def are_silent(rate: Rate, cause: Cause, witnesses: Witnesses) -> bool:
    """Whether other banks say nothing more of a figure that is held by their word."""
    if cause is Cause.RATIO:
        return witnesses.ratio("EUR", "USD", rate.valid_on) is None
    if cause is not Cause.WITNESS or witnesses.level(rate.currency, rate.valid_on) is not None:
        return False
    return not witnesses.have_seconded(rate.currency, rate.valid_on, rate.value)


def agrees(rate: Rate, other: Rate, source: RatesSource) -> bool:
    return rate.nominal == other.nominal and move(rate, other) <= source.limit


def tight_limit(currency: str, source: RatesSource) -> Decimal:
    return adapter_of(source).tight_limits.get(currency, source.limit / 2)


def contradicted_limit(currency: str, source: RatesSource) -> Decimal:
    return adapter_of(source).contradicted_limits.get(currency, source.limit / 2)


def against(rate: Rate, other: Rate, why: str) -> str:
    met = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}"
    return f"{met}, against {other.quoted} for {other.nominal} on {other.valid_on}: {why}"


def objections(
    table: Table, yardsticks: Mapping[str, Rate], known: Known, source: RatesSource, witnesses: Witnesses
) -> dict[str, Hold]:
    """What speaks against each figure of `table` beside its yardstick, by currency: the first rule that objects.

    Companions are not among them: they depend on what is held in the end (`companions`).
    """
    found: dict[str, Hold] = {}
    for one, other in exchanged(table.rates, yardsticks):
        found[one.currency] = Hold(Cause.EXCHANGE, against(one, yardsticks[other.currency], "exchanged"))
    for one, other in _copied(table.rates, yardsticks):
        found.setdefault(one.currency, Hold(Cause.EXCHANGE, against(one, other, "another currency's figure")))
    for one in _off_the_ratio(table, yardsticks, witnesses):
        found.setdefault(one.currency, Hold(Cause.RATIO, against(one, yardsticks[one.currency], "off the ratio")))
    for rate in table.rates:
        yardstick = yardsticks.get(rate.currency)
        if rate.currency not in found and yardstick:
            hold = _doubt(rate, yardstick, known, source) or contradicted(rate, yardstick, known, source, witnesses)
            found |= {rate.currency: hold} if hold else {}
    return found


def _doubt(rate: Rate, yardstick: Rate, known: Known, source: RatesSource) -> Hold | None:
    if rate.nominal != yardstick.nominal:
        return Hold(Cause.NOMINAL, against(rate, yardstick, "the nominal changed"))
    moved = move(rate, yardstick)
    if moved > source.limit and not taken_back(rate, known, source):
        why = f"moved by {moved:.1%}, believed up to {source.limit:.0%}"
        return Hold(Cause.MOVE, against(rate, yardstick, why))
    return None


def contradicted(rate: Rate, yardstick: Rate, known: Known, source: RatesSource, witnesses: Witnesses) -> Hold | None:
    """Why a figure within the limit is held all the same: it moved away from what other banks agree on, beyond a
    tighter limit; or, once they have tables of its very day, by more than twice what they may differ by. For one table
    running: the next is judged by the limit alone, so that witnesses who are late hold nothing true for longer."""
    within, moved = witnesses.within(rate.currency), move(rate, yardstick)
    if within is None or moved <= within or _was_contradicted(rate, known):
        return None
    level = witnesses.level(rate.currency, rate.valid_on)
    if level is None or apart(rate.value, level) <= max(within, apart(yardstick.value, level)):
        return None
    if moved <= contradicted_limit(rate.currency, source) and not is_off_own_level(rate, witnesses):
        return None
    why = f"moved by {moved:.1%}, other banks agree on {level:f}"
    return Hold(Cause.WITNESS, against(rate, yardstick, why))


def _was_contradicted(rate: Rate, known: Known) -> bool:
    """Whether the table before was held by other banks' word already, closed since or not; one with the same figure is
    no table before."""
    before = known.last_other(rate)
    return (
        before is not None
        and before.cause in (Cause.WITNESS, Cause.RATIO)
        and not (before.by_operator and before.discarded_at)
    )


def taken_back(rate: Rate, known: Known, source: RatesSource) -> Between | None:
    """The believed figures between, where `rate` takes back a move beyond the tight limit that the table before it
    brought: so that a slip small enough to be believed does not get the truth held."""
    between, before = known.last_move(rate.currency, rate.valid_on)
    if before is None or any(_is_borne_out(one) for one in between):
        return None
    slip, tight = between[0].rate, tight_limit(rate.currency, source)
    if rate.nominal != before.nominal or move(slip, before) <= tight or move(rate, before) > tight:
        return None
    if move(rate, slip) <= source.limit:
        return None
    first, last = source.window.of(slip.valid_on), source.window.of(rate.valid_on)
    tables_between = known.new_tables(slip.valid_on, rate.valid_on)
    if first >= last or any(first < source.window.of(day) < last for day in tables_between):
        return None
    return Between(tuple(between), before)


def _is_borne_out(revision: Revision) -> bool:
    """Whether more than a table within the limit speaks for a believed figure, or it is a first one. That an answer was
    settled as the bank's word says nothing of the figure."""
    settled = revision.cause is Cause.CONTENDED
    return bool(revision.released_at and not settled) or revision.by_operator or not revision.confirmed


def exchanged(rates: Sequence[Rate], yardsticks: Mapping[str, Rate]) -> list[tuple[Rate, Rate]]:
    """Each figure that stands in another's place, with that other one."""
    moved = [
        rate
        for rate in rates
        if rate.currency in yardsticks and move(rate, yardsticks[rate.currency]) > EXCHANGED_BEYOND
    ]
    pairs = [
        (one, other)
        for one, other in combinations(moved, 2)
        if _is_nearer_to(one, other.currency, yardsticks) and _is_nearer_to(other, one.currency, yardsticks)
    ]
    return [*pairs, *((other, one) for one, other in pairs)]


def _is_nearer_to(rate: Rate, currency: str, yardsticks: Mapping[str, Rate]) -> bool:
    return move(rate, yardsticks[currency]) < move(rate, yardsticks[rate.currency])


def _copied(rates: Sequence[Rate], yardsticks: Mapping[str, Rate]) -> list[tuple[Rate, Rate]]:
    """Each figure that moved and equals another currency's, with that one. Short figures may be equal by chance."""
    moved = [
        one for one in rates if one.currency in yardsticks and move(one, yardsticks[one.currency]) > EXCHANGED_BEYOND
    ]
    return [
        (one, other)
        for one in moved
        for other in rates
        if one.currency != other.currency and one.value == other.value and len(one.quoted.as_tuple().digits) > 4
    ]


def _off_the_ratio(table: Table, yardsticks: Mapping[str, Rate], witnesses: Witnesses) -> list[Rate]:
    """EUR and USD where they are off the witnesses' ratio: those of the two that moved."""
    by_currency = {rate.currency: rate for rate in table.rates}
    pair = [by_currency[one] for one in ("EUR", "USD") if one in by_currency]
    moved = [
        one for one in pair if one.currency in yardsticks and move(one, yardsticks[one.currency]) > EXCHANGED_BEYOND
    ]
    ratio = witnesses.ratio("EUR", "USD", table.valid_on) if moved and len(pair) == 2 else None
    if ratio is None or apart(pair[0].value / pair[1].value, ratio) <= RATIO_BEYOND:
        return []
    return moved


def companions(
    table: Table, yardsticks: Mapping[str, Rate], held: Mapping[str, Hold], source: RatesSource
) -> dict[str, Hold]:
    """The figures that moved beyond their tight limit in a table of which one is held for its move."""
    leader = next((currency for currency, hold in sorted(held.items()) if hold.cause is Cause.MOVE), None)
    if leader is None:
        return {}
    return {
        rate.currency: Hold(
            Cause.COMPANION, against(rate, yardsticks[rate.currency], f"moved together with {leader}, which is held")
        )
        for rate in table.rates
        if rate.currency not in held
        and rate.currency in yardsticks
        and move(rate, yardsticks[rate.currency]) > tight_limit(rate.currency, source)
    }
