"""Believed or held: is a table plausible, currency by currency? (pure)

The yardstick is the newest believed table *valid before* the one judged, so that a correction is measured against the
day before and not against the error it corrects. At 15 % nothing real was ever held in five years of NBKR's rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from ticker.model import Home, Rate, RatesSource, Revision, Table

SKEW = timedelta(minutes=10)  # a server's clock may be ahead of ours by this much; NBKR's ran 49 s ahead
_CONTRADICTION = "archive and table contradict each other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one answer of a bank."""

    believed: tuple[Rate, ...] = ()  # new revisions to be shown
    held: tuple[tuple[Rate, str], ...] = ()  # new revisions not to be shown, each with the reason
    confirmed: frozenset[str] = frozenset()  # currencies of which the newest believed figure was seen
    released: tuple[int, ...] = ()  # revisions that were held and are believed now
    discarded: tuple[int, ...] = ()  # revisions that were held and are refuted now
    disputed: tuple[tuple[int, str], ...] = ()  # revisions that were believed and are to be held, each with the reason
    lost: tuple[str, ...] = ()  # currencies that the table before had
    refused: str = ""  # why the whole table is not for now; it is judged anew each round
    ignored: str = ""  # why the whole table says nothing


@dataclass(slots=True)
class _Known:
    """What is known of one source, looked up by currency and day."""

    revisions: Sequence[Revision]
    _by_figure: dict[tuple[str, date], list[Revision]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for revision in self.revisions:
            self._by_figure.setdefault((revision.rate.currency, revision.rate.valid_on), []).append(revision)

    def believed(self, currency: str, day: date) -> Revision | None:
        of_day = self._by_figure.get((currency, day), [])
        return next((one for one in reversed(of_day) if one.believed), None)

    def newest(self, currency: str, day: date) -> Revision | None:
        """What the bank said last of that day, believed or held."""
        of_day = self._by_figure.get((currency, day), [])
        return next((one for one in reversed(of_day) if not one.discarded_at), None)

    def discarded(self, currency: str, day: date) -> list[Revision]:
        return [one for one in self._by_figure.get((currency, day), []) if one.discarded_at]

    def of(self, currency: str, day: date) -> list[Revision]:
        return self._by_figure.get((currency, day), [])

    def held(self, currency: str, day: date | None = None) -> list[Revision]:
        return [
            one
            for one in self.revisions
            if one.held and one.rate.currency == currency and day in (None, one.rate.valid_on)
        ]

    def newest_day(self) -> date:
        return max((one.rate.valid_on for one in self.revisions if one.believed), default=date.min)

    def believed_before(self, currency: str, day: date) -> Rate | None:
        days = [d for c, d in self._by_figure if c == currency and d < day and self.believed(c, d)]
        newest = self.believed(currency, max(days)) if days else None
        return newest.rate if newest else None

    def believed_after(self, currency: str, day: date) -> Revision | None:
        days = [d for c, d in self._by_figure if c == currency and d > day and self.believed(c, d)]
        return self.believed(currency, min(days)) if days else None

    def windows(self, currency: str, source: RatesSource) -> int:
        """In how many windows figures that are believed were set."""
        days = [day for one, day in self._by_figure if one == currency and self.believed(one, day)]
        return len({source.window.of(day) for day in days})

    def table_before(self, day: date) -> dict[str, Rate]:
        """The newest figures, held ones included, of the nearest earlier day."""
        days = [one.rate.valid_on for one in self.revisions if one.rate.valid_on < day and not one.discarded_at]
        nearest = max(days, default=None)
        return {
            one.rate.currency: one.rate
            for one in self.revisions
            if one.rate.valid_on == nearest and not one.discarded_at
        }


def judge(
    table: Table,
    known: Sequence[Revision],
    source: RatesSource,
    home: Home,
    now: datetime,
    last_modified: datetime | None = None,
) -> Verdict:
    """What becomes of `table`, the answer of `source` at `now`; `last_modified` is that of its body."""
    facts = _Known(known)
    if refused := _too_early(table.valid_on, source, home, now):
        return Verdict(refused=refused)
    if table.valid_on < facts.newest_day():
        return Verdict(ignored=f"the table is of {table.valid_on}, that of {facts.newest_day()} is known")
    if _older_revision(table, facts, last_modified, now):
        return Verdict(ignored=f"the table of {table.valid_on} is older than the one known")
    before = facts.table_before(table.valid_on)
    restamp = _is_restamp(table, before)
    parts = [_judge_rate(rate, facts, source, last_modified, restamp=restamp) for rate in table.rates]
    lost = sorted(before.keys() - table.currencies)
    return _sum(parts, lost=tuple(lost))


def judge_archive(
    rates: Iterable[Rate], known: Sequence[Revision], source: RatesSource, home: Home, now: datetime
) -> Verdict:
    """What becomes of figures for days that lack one. A day of which something is known already is left alone.

    Where the archive and the next table contradict each other and that table is of the only window known, it is held.
    The archive's own figures are believed then only if those of two windows bear each other out; otherwise neither
    side is believed until a later window decides.
    """
    tables = _Known(known)
    new = [
        rate
        for rate in sorted(rates, key=lambda one: (one.currency, one.valid_on))
        if not tables.of(rate.currency, rate.valid_on) and not _too_early(rate.valid_on, source, home, now)
    ]
    return _sum(
        [
            _judge_filled([rate for rate in new if rate.currency == currency], tables, source, now)
            for currency in sorted({rate.currency for rate in new})
        ]
    )


def _judge_filled(rates: Sequence[Rate], tables: _Known, source: RatesSource, now: datetime) -> Verdict:
    """Of one currency, the earliest first."""
    against = {rate.valid_on: later for rate in rates if (later := _contradicted(rate, tables, source))}
    outvoted = not _bear_each_other_out([rate for rate in rates if rate.valid_on in against], source)
    revisions, parts = list(tables.revisions), []
    for rate in rates:
        reason, later = _doubt(rate, _Known(revisions), source), against.get(rate.valid_on)
        if outvoted and later:
            reason = reason or _against(rate, later.rate, _CONTRADICTION)
        alone = later and not later.released_at and tables.windows(rate.currency, source) == 1
        parts.append(
            Verdict(
                believed=() if reason else (rate,),
                held=((rate, reason),) if reason else (),
                disputed=((later.id, _against(later.rate, rate, _CONTRADICTION)),) if later and alone else (),
            )
        )
        held_at = now if reason else None
        revisions.append(Revision(-len(parts), source.id, rate, now, held_at=held_at, reason=reason))
    return _sum(parts)


def _bear_each_other_out(rates: Sequence[Rate], source: RatesSource) -> bool:
    """Whether figures of several windows agree. A nominal other than 1 was guessed: then all may be wrong alike."""
    windows = {source.window.of(rate.valid_on) for rate in rates}
    agreeing = all(one.nominal == 1 and _agrees(one, other, source) for one, other in pairwise(rates))
    return len(windows) > 1 and agreeing


def _contradicted(rate: Rate, tables: _Known, source: RatesSource) -> Revision | None:
    """The next believed table's figure, where it is no more believable beside `rate` than the other way round."""
    later = tables.believed_after(rate.currency, rate.valid_on)
    if not later or later.rate.valid_on - rate.valid_on > timedelta(days=source.gap_days):
        return None
    return None if _agrees(rate, later.rate, source) else later


def _too_early(valid_on: date, source: RatesSource, home: Home, now: datetime) -> str:
    furthest = home.day(now) + timedelta(days=source.ahead_days)
    if valid_on > furthest:
        return f"the table is valid on {valid_on}; {source.id} publishes no further ahead than {furthest}"
    opens = source.window.of(valid_on)[0]
    if opens > now:
        return f"the table is valid on {valid_on}, whose window opens only at {home.local(opens):%Y-%m-%d %H:%M}"
    return ""


def _older_revision(table: Table, facts: _Known, last_modified: datetime | None, now: datetime) -> bool:
    """Whether a cache on the way brought an earlier revision of a day known: other figures in an older body. A time in
    the future, of a server whose clock is wrong, tells nothing of the order."""
    if last_modified is None:
        return False
    for rate in table.rates:
        newest = facts.newest(rate.currency, table.valid_on)
        seen_at = newest.last_modified if newest and not newest.rate.same_figure(rate) else None
        if seen_at and last_modified < seen_at <= now + SKEW:
            return True
    return False


def _is_restamp(table: Table, before: dict[str, Rate]) -> bool:
    """Whether all figures equal those of the table before, under the next date: no second opinion on any of them."""
    common = [rate for rate in table.rates if rate.currency in before]
    return bool(common) and all(rate.same_figure(before[rate.currency]) for rate in common)


def _judge_rate(
    rate: Rate, facts: _Known, source: RatesSource, last_modified: datetime | None, *, restamp: bool
) -> Verdict:
    believed = facts.believed(rate.currency, rate.valid_on)
    slips = tuple(one.id for one in facts.held(rate.currency, rate.valid_on))
    if believed and believed.rate.same_figure(rate):
        return Verdict(confirmed=frozenset({rate.currency}), discarded=slips)
    if any(one.rate.same_figure(rate) for one in facts.held(rate.currency, rate.valid_on)):
        return Verdict()
    # A no, an operator's above all, stands while the bank goes on showing that very file; a new file is a new word.
    discarded = facts.discarded(rate.currency, rate.valid_on)
    if any(one.rate.same_figure(rate) and one.last_modified == last_modified for one in discarded):
        return Verdict()
    before = [one for one in facts.held(rate.currency) if one.rate.valid_on < rate.valid_on]
    seconded = [] if restamp else [one for one in before if _seconds(rate, one.rate, source)]
    reason = "" if seconded else _doubt(rate, facts, source) or _unmeasured(rate, facts, before)
    if reason:
        return Verdict(held=((rate, reason),))
    # What is believed refutes the held figures before it that differ: they may second no later slip.
    refuted = tuple(one.id for one in before if not _agrees(rate, one.rate, source))
    return Verdict(
        believed=(rate,),
        confirmed=frozenset({rate.currency}),
        discarded=slips + refuted,
        released=tuple(one.id for one in seconded),
    )


def _seconds(rate: Rate, held: Rate, source: RatesSource) -> bool:
    """Whether `rate`, set in a later window, bears out a held figure or one of its restamps."""
    later = source.window.of(held.valid_on)[0] < source.window.of(rate.valid_on)[0]
    return later and _agrees(rate, held, source)


def _agrees(rate: Rate, other: Rate, source: RatesSource) -> bool:
    return rate.nominal == other.nominal and _move(rate, other) <= source.limit


def _doubt(rate: Rate, facts: _Known, source: RatesSource) -> str:
    """Why `rate` is not plausible, with both figures; "" where it is."""
    yardstick = facts.believed_before(rate.currency, rate.valid_on)
    if not yardstick:
        return ""
    if rate.nominal != yardstick.nominal:
        return _against(rate, yardstick, "the nominal changed")
    if rate.valid_on - yardstick.valid_on > timedelta(days=source.gap_days) and not facts.held(rate.currency):
        return ""
    move = _move(rate, yardstick)
    if move <= source.limit:
        return ""
    return _against(rate, yardstick, f"moved by {move:.1%}, believed up to {source.limit:.0%}")


def _unmeasured(rate: Rate, facts: _Known, held: Sequence[Revision]) -> str:
    """While the only figures of a currency are held, none is believed for want of a yardstick."""
    if not held or facts.believed_before(rate.currency, rate.valid_on):
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
