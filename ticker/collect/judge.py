"""Believed or held: is a table plausible, currency by currency? (pure)

The yardstick is the newest believed table *valid before* the one judged, so that a correction is measured against the
day before and not against the error it corrects. At 15 % nothing real was ever held in five years of NBKR's rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from ticker.model import Home, Rate, RatesSource, Revision, Table


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one answer of a bank."""

    believed: tuple[Rate, ...] = ()  # new revisions to be shown
    held: tuple[tuple[Rate, str], ...] = ()  # new revisions not to be shown, each with the reason
    confirmed: frozenset[str] = frozenset()  # currencies of which the newest believed figure was seen
    released: tuple[int, ...] = ()  # revisions that were held and are believed now
    discarded: tuple[int, ...] = ()  # revisions that were held and are refuted now
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
    if _older_revision(table, facts, last_modified):
        return Verdict(ignored=f"the table of {table.valid_on} is older than the one known")
    before = facts.table_before(table.valid_on)
    restamp = _is_restamp(table, before)
    parts = [_judge_rate(rate, facts, source, last_modified, restamp=restamp) for rate in table.rates]
    lost = sorted(before.keys() - table.currencies)
    return _sum(parts, lost=tuple(lost))


def judge_archive(
    rates: Iterable[Rate], known: Sequence[Revision], source: RatesSource, home: Home, now: datetime
) -> Verdict:
    """What becomes of figures for days that lack one. A day of which something is known already is left alone."""
    revisions = list(known)
    parts: list[Verdict] = []
    for rate in sorted(rates, key=lambda one: (one.valid_on, one.currency)):
        facts = _Known(revisions)
        seen = any(one.rate.currency == rate.currency and one.rate.valid_on == rate.valid_on for one in revisions)
        if seen or _too_early(rate.valid_on, source, home, now):
            continue
        reason = _doubt(rate, facts, source)
        parts.append(Verdict(held=((rate, reason),)) if reason else Verdict(believed=(rate,)))
        held_at = now if reason else None
        revisions.append(Revision(-len(parts), source.id, rate, now, held_at=held_at, reason=reason))
    return _sum(parts)


def doubts(known: Sequence[Revision], source: RatesSource) -> list[tuple[Revision, str]]:
    """Believed figures that were the first of their currency and are contradicted by what the archive has brought
    for the days before: a first table has no yardstick until then."""
    facts = _Known(known)
    found = []
    for one in known:
        if one.believed and one.released_at is None and one is facts.believed(one.rate.currency, one.rate.valid_on):
            first = not any(
                other.id < one.id and other.rate.valid_on < one.rate.valid_on
                for other in known
                if other.rate.currency == one.rate.currency
            )
            reason = _doubt(one.rate, facts, source) if first else ""
            if reason:
                found.append((one, reason))
    return found


def _too_early(valid_on: date, source: RatesSource, home: Home, now: datetime) -> str:
    furthest = home.day(now) + timedelta(days=source.ahead_days)
    if valid_on > furthest:
        return f"the table is valid on {valid_on}; {source.id} publishes no further ahead than {furthest}"
    opens = source.window.of(valid_on)[0]
    if opens > now:
        return f"the table is valid on {valid_on}, whose window opens only at {home.local(opens):%Y-%m-%d %H:%M}"
    return ""


def _older_revision(table: Table, facts: _Known, last_modified: datetime | None) -> bool:
    """Whether a cache on the way brought an earlier revision of a day known: other figures in an older body."""
    if last_modified is None:
        return False
    pairs = [(rate, facts.newest(rate.currency, table.valid_on)) for rate in table.rates]
    return any(
        newest and newest.last_modified and last_modified < newest.last_modified and not newest.rate.same_figure(rate)
        for rate, newest in pairs
    )


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
    reason = "" if seconded else _doubt(rate, facts, source)
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
    figures = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}, against {yardstick.quoted} for \
{yardstick.nominal} on {yardstick.valid_on}"
    if rate.nominal != yardstick.nominal:
        return f"{figures}: the nominal changed"
    if rate.valid_on - yardstick.valid_on > timedelta(days=source.gap_days) and not facts.held(rate.currency):
        return ""
    move = _move(rate, yardstick)
    return f"{figures}: moved by {move:.1%}, believed up to {source.limit:.0%}" if move > source.limit else ""


def _move(rate: Rate, other: Rate) -> Decimal:
    return abs(rate.value / other.value - 1)


def _sum(parts: Sequence[Verdict], lost: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        believed=tuple(rate for part in parts for rate in part.believed),
        held=tuple(pair for part in parts for pair in part.held),
        confirmed=frozenset().union(*(part.confirmed for part in parts)),
        released=tuple(id_ for part in parts for id_ in part.released),
        discarded=tuple(id_ for part in parts for id_ in part.discarded),
        lost=lost,
    )
