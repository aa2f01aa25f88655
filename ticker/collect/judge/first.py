"""A first table: nothing is believed of a currency in the 14 days before it (pure).

It is borne out by the archive, by witnesses, by the table of another window, or by the anchor that the release ships;
until then it is shown as unconfirmed. What hides it is a difference beyond the limit, not a small one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ticker.collect.judge.plausible import against, agrees, exchanged, is_near_level, is_off_own_level, move
from ticker.collect.judge.verdict import Hold, Verdict
from ticker.collect.judge.witnesses import Witnesses
from ticker.collect.known import Known
from ticker.collect.sources import adapter_of
from ticker.model import Cause, Rate, RatesSource, Revision
from ticker.rates.witnesses import apart

_ANCHORED_WITHIN = 2  # times the anchor's figure
_REMEMBERED = timedelta(days=30)  # how long an earlier first figure is a witness


def judge_first(
    rate: Rate, rates: Sequence[Rate], known: Known, source: RatesSource, witnesses: Witnesses, *, restamp: bool
) -> Verdict:
    """What becomes of a first figure, one of the `rates` of a table."""
    level = witnesses.level(rate.currency, rate.valid_on)
    near_level = is_near_level(rate, source, witnesses)
    earlier = _of_other_windows(rate, known, source)
    if restamp and earlier:
        return _restamped(rate, earlier[0])
    nominal = adapter_of(source).nominals.get(rate.currency)
    if rate.nominal != nominal and not near_level and not any(agrees(rate, one.rate, source) for one in earlier):
        said = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}: known is a nominal of {nominal}"
        return Verdict(held=((rate, Hold(Cause.NOMINAL, said)),))
    agreeing = [one for one in earlier if agrees(rate, one.rate, source) and not _is_swapped(rate, rates, one, known)]
    if agreeing:
        return _borne_out(rate, agreeing, earlier, witnesses)
    if earlier and not near_level:
        return _in_conflict(rate, earlier)
    if level is not None and not near_level:
        said = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}, other banks agree on {level:f}"
        return Verdict(held=((rate, Hold(Cause.CONFLICT, said)),))
    anchor = adapter_of(source).anchor.get(rate.currency)
    if near_level or (anchor is not None and apart(rate.value, anchor) <= _ANCHORED_WITHIN - 1):
        return Verdict(believed=(rate,), confirmed=frozenset({rate.currency}))
    if anchor is not None:
        said = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}, against the release's {anchor:f}"
        return Verdict(held=((rate, Hold(Cause.CONFLICT, said)),))
    return Verdict(unconfirmed=(rate,), confirmed=frozenset({rate.currency}))


def _of_other_windows(rate: Rate, known: Known, source: RatesSource) -> list[Revision]:
    """What the bank said of the currency in earlier windows lately, unconfirmed or held; the newest day first."""
    window = source.window.of(rate.valid_on)
    return [
        one
        for one in known.earlier(rate.currency, rate.valid_on)
        if (one.held and one.cause is not Cause.CONTENDED) or (one.believed and not one.confirmed)
        if rate.valid_on - one.rate.valid_on <= _REMEMBERED and source.window.of(one.rate.valid_on) < window
    ]


def _is_swapped(rate: Rate, rates: Sequence[Rate], beside: Revision, known: Known) -> bool:
    """Whether `rate` and another of its table stand in each other's place beside the table that `beside` is of."""
    day, origin = beside.rate.valid_on, beside.origin
    table = {one.rate.currency: one.rate for one in known.revisions if (one.rate.valid_on, one.origin) == (day, origin)}
    return any(one.currency == rate.currency for one, _ in exchanged(rates, table))


def _restamped(rate: Rate, before: Revision) -> Verdict:
    if before.held:
        return Verdict(held=((rate, Hold(before.cause, before.reason)),))
    return Verdict(unconfirmed=(rate,), confirmed=frozenset({rate.currency}))


def _borne_out(rate: Rate, agreeing: Sequence[Revision], earlier: Sequence[Revision], witnesses: Witnesses) -> Verdict:
    """The figures that agree are believed with it, those of the nearest one's origin, unless other banks contradict
    them; the others are refuted."""
    nearest = min(agreeing, key=lambda one: move(rate, one.rate))
    kept = [one for one in agreeing if one.origin == nearest.origin and not is_off_own_level(one.rate, witnesses)]
    return Verdict(
        believed=(rate,),
        confirmed=frozenset({rate.currency}),
        borne_out=tuple(one.id for one in kept if not one.confirmed),
        released=tuple(one.id for one in kept if one.held),
        discarded=tuple(one.id for one in earlier if one not in kept),
    )


def _in_conflict(rate: Rate, earlier: Sequence[Revision]) -> Verdict:
    why = against(rate, earlier[0].rate, "neither is borne out")
    shown = [one for one in earlier if one.believed]
    return Verdict(
        held=((rate, Hold(Cause.CONFLICT, why)),), disputed=tuple((one.id, Hold(Cause.CONFLICT, why)) for one in shown)
    )
