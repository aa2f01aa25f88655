"""What a new table means for figures that are held (pure). Two things are decided apart: whether the new figure is
believed although its yardstick speaks against it, and what becomes of the held one and its own day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ticker.collect.judge.plausible import agrees, is_near_level, is_off_own_level, is_witnessed, move
from ticker.collect.judge.verdict import Verdict
from ticker.collect.judge.witnesses import Witnesses
from ticker.collect.known import Known, newest_believed
from ticker.model import Cause, Rate, RatesSource, Revision, Table

_RELEASED_WITHIN = 4  # the part of the held move within which a believed table releases it


def held_before(rate: Rate, known: Known) -> list[Revision]:
    """The held figures of earlier days. One whose day was never settled stays as it is: it witnesses nothing."""
    earlier = known.earlier(rate.currency, rate.valid_on)
    return [one for one in earlier if one.held and one.cause is not Cause.CONTENDED]


def is_seconded(rate: Rate, yardstick: Rate, held: Iterable[Revision], source: RatesSource) -> bool:
    """Whether `rate`, which is no restamp, bears out a figure that is held, set in an earlier window."""
    return any(_seconds(rate, yardstick, one.rate, source) for one in held)


def _seconds(rate: Rate, yardstick: Rate, held: Rate, source: RatesSource) -> bool:
    if source.window.of(held.valid_on) >= source.window.of(rate.valid_on) or not agrees(rate, held, source):
        return False
    if held.nominal != yardstick.nominal:  # the nominal is the matter, not the figure
        return True
    same_side = (rate.value > yardstick.value) == (held.value > yardstick.value)
    return same_side and move(rate, held) < move(rate, yardstick)


def settle_held(believed: Sequence[Rate], known: Known, source: RatesSource, witnesses: Witnesses) -> Verdict:
    """What becomes of held figures of earlier days once a table's figures are `believed`: released or closed. One that
    other banks' tables of its own day contradict is not released."""
    released: dict[int, Revision] = {}
    closed: dict[int, Revision] = {}
    followers: list[tuple[Rate, Revision]] = []
    for rate in believed:
        for one in held_before(rate, known):
            if one.cause is Cause.COMPANION:
                followers.append((rate, one))
            elif releases(rate, one, known, source) and not is_off_own_level(one.rate, witnesses):
                released[one.id] = one
            elif not _leaves_in_doubt(rate, one, known):
                closed[one.id] = one
    for rate, one in followers:
        led = any(_is_of_one_table(leader, one) for leader in released.values())
        (released if led or releases(rate, one, known, source) else closed)[one.id] = one
    return Verdict(released=tuple(released), discarded=tuple(closed))


def releases(rate: Rate, held: Revision, known: Known, source: RatesSource) -> bool:
    """Whether a believed figure shows that the held one was no slip: it lies within a quarter of the held move."""
    if rate.nominal != held.rate.nominal or held.cause is Cause.ARCHIVE:
        return False
    if held.cause is Cause.NOMINAL:
        return agrees(rate, held.rate, source)
    yardstick = known.believed_before(rate.currency, held.rate.valid_on)
    moved = move(held.rate, yardstick.rate) if yardstick else source.limit
    return move(rate, held.rate) <= moved / _RELEASED_WITHIN


def _leaves_in_doubt(rate: Rate, held: Revision, known: Known) -> bool:
    """Whether the held figure was the bank's word against a believed one of its own day, to which `rate` does not go
    back: closed, it would leave that one fresh."""
    own = newest_believed(known.of_day(rate.currency, held.rate.valid_on))
    return own is not None and own.id < held.id and move(rate, own.rate) > move(held.rate, own.rate) / _RELEASED_WITHIN


def _is_of_one_table(one: Revision, other: Revision) -> bool:
    return (one.rate.valid_on, one.body_hash) == (other.rate.valid_on, other.body_hash)


def freed_companions(settled: Sequence[Revision], known: Iterable[Revision]) -> list[Revision]:
    """The companions of figures that an operator settled: accepted, they are released with them; rejected, they are
    judged alone, and alone they are within the limit. Those that another held figure of their table leads stay."""
    settled_ids = {one.id for one in settled}
    known = list(known)
    leaders = [one for one in known if one.held and one.cause is Cause.MOVE and one.id not in settled_ids]
    return [
        one
        for one in known
        if one.held and one.cause is Cause.COMPANION
        if any(_is_of_one_table(one, leader) for leader in settled)
        if not any(_is_of_one_table(one, leader) for leader in leaders)
    ]


def settle_by_witnesses(table: Table, known: Known, source: RatesSource, witnesses: Witnesses) -> Verdict:
    """What other banks have come to agree with since: held figures of days before the table's are released, first ones
    borne out. Of two figures that contradict each other the one they do not agree with is discarded."""
    waiting = [one for one in known.revisions if one.rate.currency in table.currencies and _waits(one)]
    borne_out = [one for one in waiting if one.believed and is_near_level(one.rate, source, witnesses)]
    earlier = [one for one in waiting if one.held and one.rate.valid_on < table.valid_on]
    released = [one for one in earlier if is_witnessed(one.rate, witnesses, one.cause)]
    refuted = [
        one
        for one in earlier
        if one.cause is Cause.CONFLICT and one not in released
        if any(it.rate.currency == one.rate.currency and not agrees(it.rate, one.rate, source) for it in released)
    ]
    return Verdict(
        borne_out=tuple(one.id for one in borne_out),
        released=tuple(one.id for one in released),
        discarded=tuple(one.id for one in refuted),
    )


def _waits(one: Revision) -> bool:
    """Whether the word of witnesses could settle a revision."""
    if one.believed:
        return not one.confirmed
    return one.held and one.cause is not Cause.CONTENDED
