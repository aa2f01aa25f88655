"""Believed or held: is a table plausible, currency by currency? (pure)

The yardstick is the newest believed table *valid before* the one judged, so that a correction is measured against the
day before and not against the error it corrects. At 15 % nothing real was ever held in five years of NBKR's rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from operator import attrgetter

from ticker.collect.known import Known, newest_believed, newest_undiscarded
from ticker.model import Home, Rate, RatesSource, Revision, Table

SERVER_CLOCK_AHEAD = timedelta(minutes=10)  # of ours, at most; NBKR's ran 49 s ahead
_CONTRADICTION = "archive and table contradict each other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one answer of a bank."""

    believed: tuple[Rate, ...] = ()  # new revisions to show
    held: tuple[tuple[Rate, str], ...] = ()  # new revisions not to show, each with the reason
    confirmed: frozenset[str] = frozenset()  # currencies of which the newest believed figure was seen
    released: tuple[int, ...] = ()  # revisions that were held and are believed now
    discarded: tuple[int, ...] = ()  # revisions that were held and are refuted now
    disputed: tuple[
        tuple[int, str], ...
    ] = ()  # revisions that were believed and must be held now, each with the reason
    lost: tuple[str, ...] = ()  # currencies missing here that the table before had
    refused: str = ""  # why the whole table has to wait; the next round judges it again
    ignored: str = ""  # why the whole table is not news


def judge(
    table: Table,
    revisions: Iterable[Revision],
    source: RatesSource,
    home: Home,
    now: datetime,
    last_modified: datetime | None,
) -> Verdict:
    """What becomes of `table`, the answer of `source` at `now`, beside the `revisions` known of it, oldest id first.
    `last_modified` is the one of its body, None where the bank gave none."""
    known = Known.of(revisions)
    if refused := _too_early(table.valid_on, source, home, now):
        return Verdict(refused=refused)
    if table.valid_on < (newest := known.newest_believed_day()):
        return Verdict(ignored=f"the table is of {table.valid_on}, that of {newest} is known")
    if _comes_from_an_older_body(table, known, last_modified, now):
        return Verdict(ignored=f"the table of {table.valid_on} is older than the one known")
    before = known.table_before(table.valid_on)
    restamp = _is_restamp(table, before)
    parts = [_judge_rate(rate, known, source, last_modified, restamp=restamp) for rate in table.rates]
    lost = sorted(before.keys() - table.currencies)
    return _sum(parts, lost=tuple(lost))


def judge_archive(
    rates: Iterable[Rate], revisions: Iterable[Revision], source: RatesSource, home: Home, now: datetime
) -> Verdict:
    """What becomes of an archive's figures for missing days. A day that has any revision is left alone.

    Where the archive and the next table contradict each other and that table is of the only window known, it is held.
    The archive's own figures are believed then only if those of two windows bear each other out; otherwise neither
    side is believed until a later window decides.
    """
    known = Known.of(revisions)
    new = [
        rate
        for rate in sorted(rates, key=lambda one: (one.currency, one.valid_on))
        if not known.of_day(rate.currency, rate.valid_on) and not _too_early(rate.valid_on, source, home, now)
    ]
    return _sum([_judge_filled(list(of_one), known, source, now) for _, of_one in groupby(new, attrgetter("currency"))])


def _judge_filled(rates: Sequence[Rate], known: Known, source: RatesSource, now: datetime) -> Verdict:
    """What becomes of one currency's figures, the earliest first. Each is added to `known`, to measure the next by."""
    against = {rate.valid_on: later for rate in rates if (later := _contradicted(rate, known, source))}
    outvoted = not _bear_each_other_out([rate for rate in rates if rate.valid_on in against], source)
    only_window = known.windows(rates[0].currency, source) == 1
    parts = []
    for rate in rates:
        reason, later = _doubt(rate, known, source), against.get(rate.valid_on)
        if outvoted and later:
            reason = reason or _against(rate, later.rate, _CONTRADICTION)
        disputed = later and only_window and not later.released_at
        parts.append(
            Verdict(
                believed=() if reason else (rate,),
                held=((rate, reason),) if reason else (),
                disputed=((later.id, _against(later.rate, rate, _CONTRADICTION)),) if later and disputed else (),
            )
        )
        known.add(Revision(-len(parts), source.id, rate, now, held_at=now if reason else None, reason=reason))
    return _sum(parts)


def _bear_each_other_out(rates: Sequence[Rate], source: RatesSource) -> bool:
    """Whether figures of several windows agree. A nominal other than 1 was guessed: then all may be wrong alike."""
    windows = {source.window.of(rate.valid_on) for rate in rates}
    agreeing = all(one.nominal == 1 and _agrees(one, other, source) for one, other in pairwise(rates))
    return len(windows) > 1 and agreeing


def _contradicted(rate: Rate, known: Known, source: RatesSource) -> Revision | None:
    """The next believed table's figure, where it is no more believable beside `rate` than the other way round."""
    later = known.believed_after(rate.currency, rate.valid_on)
    if not later or later.rate.valid_on - rate.valid_on > timedelta(days=source.gap_days):
        return None
    return None if _agrees(rate, later.rate, source) else later


def _too_early(valid_on: date, source: RatesSource, home: Home, now: datetime) -> str:
    """Why the bank can't have published a table of that day by `now`; "" where it can."""
    furthest = home.day(now) + timedelta(days=source.ahead_days)
    if valid_on > furthest:
        return f"the table is valid on {valid_on}; {source.id} publishes no further ahead than {furthest}"
    opens = source.window.of(valid_on)[0]
    if opens > now:
        return f"the table is valid on {valid_on}, whose window opens only at {home.local(opens):%Y-%m-%d %H:%M}"
    return ""


def _comes_from_an_older_body(table: Table, known: Known, last_modified: datetime | None, now: datetime) -> bool:
    """Whether a cache on the way delivered an earlier revision of a known day: other figures in an older body. A time
    in the future, from a server whose clock is wrong, says nothing about the order."""
    if last_modified is None:
        return False
    for rate in table.rates:
        newest = newest_undiscarded(known.of_day(rate.currency, table.valid_on))
        seen_at = newest.last_modified if newest and not newest.rate.same_figure(rate) else None
        if seen_at and last_modified < seen_at <= now + SERVER_CLOCK_AHEAD:
            return True
    return False


def _is_restamp(table: Table, before: dict[str, Rate]) -> bool:
    """Whether all figures equal those of the table before, under the next date: no second opinion on any of them."""
    common = [rate for rate in table.rates if rate.currency in before]
    return bool(common) and all(rate.same_figure(before[rate.currency]) for rate in common)


def _judge_rate(
    rate: Rate, known: Known, source: RatesSource, last_modified: datetime | None, *, restamp: bool
) -> Verdict:
    """What becomes of one figure of a table."""
    of_day = known.of_day(rate.currency, rate.valid_on)
    held_here = [one for one in of_day if one.held]
    slips = tuple(one.id for one in held_here)
    believed = newest_believed(of_day)
    if believed and believed.rate.same_figure(rate):
        return Verdict(confirmed=frozenset({rate.currency}), discarded=slips)
    if any(one.rate.same_figure(rate) for one in held_here) or _was_rejected(rate, of_day, last_modified):
        return Verdict()
    held_before = [one for one in known.held(rate.currency) if one.rate.valid_on < rate.valid_on]
    seconded = [] if restamp else [one for one in held_before if _is_second_opinion(rate, one.rate, source)]
    reason = "" if seconded else _doubt(rate, known, source) or _unmeasured(rate, known, held_before)
    if reason:
        return Verdict(held=((rate, reason),))
    # A believed figure refutes the held figures before it that differ: they may second no later slip.
    refuted = tuple(one.id for one in held_before if not _agrees(rate, one.rate, source))
    return Verdict(
        believed=(rate,),
        confirmed=frozenset({rate.currency}),
        discarded=slips + refuted,
        released=tuple(one.id for one in seconded),
    )


def _was_rejected(rate: Rate, of_day: Sequence[Revision], last_modified: datetime | None) -> bool:
    """Whether this figure of this very file was discarded, by an operator above all. That holds while the bank goes on
    showing the file; in a newer file the figure counts as news again."""
    return any(one.discarded_at and one.rate.same_figure(rate) and one.last_modified == last_modified for one in of_day)


def _is_second_opinion(rate: Rate, held: Rate, source: RatesSource) -> bool:
    """Whether `rate`, set in a later window, bears out a held figure or one of its restamps."""
    later = source.window.of(held.valid_on)[0] < source.window.of(rate.valid_on)[0]
    return later and _agrees(rate, held, source)


def _agrees(rate: Rate, other: Rate, source: RatesSource) -> bool:
    return rate.nominal == other.nominal and _move(rate, other) <= source.limit


def _doubt(rate: Rate, known: Known, source: RatesSource) -> str:
    """Why `rate` is not plausible beside its yardstick, with both figures: the first rule that objects. "" where none
    does, and where there is no yardstick."""
    yardstick = known.believed_before(rate.currency, rate.valid_on)
    if not yardstick:
        return ""
    if why := _nominal_changed(rate, yardstick) or _moved_too_far(rate, yardstick, known, source):
        return _against(rate, yardstick, why)
    return ""


def _nominal_changed(rate: Rate, yardstick: Rate) -> str:
    return "the nominal changed" if rate.nominal != yardstick.nominal else ""


def _moved_too_far(rate: Rate, yardstick: Rate, known: Known, source: RatesSource) -> str:
    """Across more than `gap_days` any move is believed, unless a figure of the currency is held: time alone does not
    make a slip true."""
    if rate.valid_on - yardstick.valid_on > timedelta(days=source.gap_days) and not known.held(rate.currency):
        return ""
    move = _move(rate, yardstick)
    return f"moved by {move:.1%}, believed up to {source.limit:.0%}" if move > source.limit else ""


def _unmeasured(rate: Rate, known: Known, held: Sequence[Revision]) -> str:
    """While the only figures of a currency are held, none is believed for want of a yardstick."""
    if not held or known.believed_before(rate.currency, rate.valid_on):
        return ""
    return _against(rate, held[-1].rate, "that is held itself, and nothing else to measure it by")


def _against(rate: Rate, other: Rate, why: str) -> str:
    met = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}"
    return f"{met}, against {other.quoted} for {other.nominal} on {other.valid_on}: {why}"


def _move(rate: Rate, other: Rate) -> Decimal:
    return abs(rate.value / other.value - 1)


def _sum(parts: Sequence[Verdict], lost: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        believed=tuple(rate for part in parts for rate in part.believed),
        held=tuple(pair for part in parts for pair in part.held),
        confirmed=frozenset().union(*(part.confirmed for part in parts)),
        released=tuple(id_ for part in parts for id_ in part.released),
        discarded=tuple(id_ for part in parts for id_ in part.discarded),
        disputed=tuple({id_: reason for part in parts for id_, reason in part.disputed}.items()),
        lost=lost,
    )
