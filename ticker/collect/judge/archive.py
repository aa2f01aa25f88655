"""What becomes of an archive's figures for missing days (pure). They bear out a first table, or contradict it; a table
that is not a first one is never put in doubt by the archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from ticker.collect.judge.plausible import against, agrees, exchanged
from ticker.collect.judge.table import too_early
from ticker.collect.judge.verdict import Hold, Verdict, joined
from ticker.collect.known import Known
from ticker.model import Cause, Rate, RatesSource, Revision


def judge_archive(rates: Iterable[Rate], revisions: Iterable[Revision], source: RatesSource, now: datetime) -> Verdict:
    """What becomes of an archive's figures. A day that has any revision is left alone."""
    known = Known.of(revisions)
    new = [
        rate
        for rate in sorted(rates, key=lambda one: (one.currency, one.valid_on))
        if not known.of_day(rate.currency, rate.valid_on) and not too_early(rate.valid_on, source, now)
    ]
    by_currency = {currency: list(of_one) for currency, of_one in groupby(new, attrgetter("currency"))}
    witnessed = {currency: found for currency in by_currency if (found := unconfirmed(currency, known))}
    swapped = _exchanged(witnessed, by_currency)
    parts = [
        _beside_first(of_one, witnessed[currency], source, swapped=currency in swapped)
        if currency in witnessed
        else _beside_known(of_one, known, source)
        for currency, of_one in by_currency.items()
    ]
    return joined(parts)


def unconfirmed(currency: str, known: Known) -> list[Revision]:
    """The figures of a currency that are shown as unconfirmed, the earliest day first."""
    found = [one for one in known.revisions if one.rate.currency == currency and one.believed and not one.confirmed]
    return sorted(found, key=lambda one: one.rate.valid_on)


def _exchanged(first: Mapping[str, Sequence[Revision]], listed: Mapping[str, Sequence[Rate]]) -> set[str]:
    """The currencies whose first figures stand in each other's place, beside the archive's newest ones."""
    tabled = [revisions[0].rate for revisions in first.values()]
    return {one.currency for one, _ in exchanged(tabled, {currency: listed[currency][-1] for currency in first})}


def _beside_first(rates: Sequence[Rate], first: Sequence[Revision], source: RatesSource, *, swapped: bool) -> Verdict:
    """One currency's figures, the earliest first, beside a first table's. Those of its own window bear out nothing."""
    table = [one.rate for one in first if one.rate.valid_on == first[0].rate.valid_on][-1]
    witnesses = [one for one in rates if source.window.of(one.valid_on) < source.window.of(table.valid_on)]
    if not witnesses:
        return Verdict(unconfirmed=tuple(one for one in rates if agrees(one, table, source)))
    if swapped or not agrees(witnesses[-1], table, source):
        hold = Hold(Cause.CONFLICT, against(table, witnesses[-1], "archive and table contradict each other"))
        return Verdict(held=tuple((one, hold) for one in rates), disputed=tuple((one.id, hold) for one in first))
    borne_out = tuple(one.id for one in first if agrees(one.rate, table, source))
    hold = Hold(Cause.CONFLICT, against(table, witnesses[-1], "borne out, unlike another figure after it"))
    disputed = tuple((one.id, hold) for one in first if one.id not in borne_out)
    believed, held, near = [], [], table
    for rate in reversed(rates):
        if agrees(rate, near, source):
            believed.append(rate)
            near = rate
        else:
            held.append((rate, Hold(Cause.ARCHIVE, against(rate, near, "the archive moves too far"))))
    return Verdict(believed=tuple(reversed(believed)), held=tuple(held), borne_out=borne_out, disputed=disputed)


def _beside_known(rates: Sequence[Rate], known: Known, source: RatesSource) -> Verdict:
    """One currency's figures for days between tables, each measured by its neighbours; without any they are first
    figures themselves."""
    parts: list[Verdict] = []
    for rate in rates:
        before = known.believed_before(rate.currency, rate.valid_on)
        after = known.believed_after(rate.currency, rate.valid_on)
        near = [
            one.rate
            for one in (before, after)
            if one and abs((one.rate.valid_on - rate.valid_on).days) <= source.gap_days
        ]
        objecting = [one for one in near if not agrees(rate, one, source)]
        if objecting:
            hold = Hold(Cause.ARCHIVE, against(rate, objecting[0], "the archive contradicts a table"))
            parts.append(Verdict(held=((rate, hold),)))
        else:
            parts.append(Verdict(believed=(rate,)) if near else Verdict(unconfirmed=(rate,)))
    return joined(parts)
