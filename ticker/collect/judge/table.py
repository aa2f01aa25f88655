"""What becomes of one answer of a bank: the way of a table through the rules (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property

from ticker.collect.judge import answers
from ticker.collect.judge.aftermath import (
    held_before,
    is_seconded,
    releases,
    settle_by_witnesses,
    settle_held,
)
from ticker.collect.judge.answers import Answered
from ticker.collect.judge.first import judge_first
from ticker.collect.judge.plausible import (
    CROSSES_WITHIN,
    against,
    are_silent,
    companions,
    contradicted,
    is_off_own_level,
    is_witnessed,
    move,
    objections,
    taken_back,
)
from ticker.collect.judge.verdict import Hold, Verdict, joined
from ticker.collect.judge.witnesses import NO_WITNESSES, Witnesses
from ticker.collect.known import Known, is_restamp, newest_believed
from ticker.model import DAY, Cause, Heard, Rate, RatesSource, Revision, Table


def judge(
    answer: Answered,
    revisions: Iterable[Revision],
    heard: Heard,
    source: RatesSource,
    witnesses: Witnesses = NO_WITNESSES,
) -> Verdict:
    """What becomes of `answer`, a table of `source`, beside the `revisions` known of it, oldest id first, and what its
    past answers told."""
    table, known = answer.table, Known.of(revisions)
    order = answers.order(answer, heard)
    if refused := too_early(table.valid_on, source, answer.at):
        return Verdict(refused=refused, heard=_remember_too_early(answer, order.heard, source))
    if answer.file == order.heard.too_early:
        said = f"the table of {table.valid_on} was published before its window, and has not been since"
        return Verdict(refused=said, heard=order.heard)
    if table.valid_on < (newest := known.newest_believed_day(source.home.day(answer.at) + DAY)):
        return Verdict(ignored=f"the table is of {table.valid_on}, that of {newest} is known", heard=order.heard)
    if refused := _overlaps(table, known, source):
        return Verdict(refused=refused, heard=order.heard)
    return _Trial(answer, order, known, source, witnesses).verdict()


def _overlaps(table: Table, known: Known, source: RatesSource) -> str:
    """Why a table of several days can't be of its day: the window brought one that covers it; "" where it can."""
    for rate in table.rates:
        before = known.believed_before(rate.currency, rate.valid_on) if rate.valid_until > rate.valid_on else None
        if before and before.rate.valid_until >= rate.valid_on:
            of_one_window = source.window.of(before.rate.valid_on) == source.window.of(rate.valid_on)
            if of_one_window and not known.of_day(rate.currency, rate.valid_on):
                return f"the table is valid on {rate.valid_on}, which that of {before.rate.valid_on} covers"
    return ""


def too_early(valid_on: date, source: RatesSource, now: datetime) -> str:
    """Why the bank can't have published a table of that day by `now`; "" where it can."""
    furthest = source.home.day(now) + timedelta(days=source.ahead_days)
    if valid_on > furthest:
        return f"the table is valid on {valid_on}; {source.id} publishes no further ahead than {furthest}"
    opens = source.window.of(valid_on)[0]
    if opens > now and source.window.is_known:
        at = f"{source.home.local(opens):%Y-%m-%d %H:%M}"
        return f"the table is valid on {valid_on}, whose window opens only at {at}"
    return ""


def _remember_too_early(answer: Answered, heard: Heard, source: RatesSource) -> Heard:
    """A day that cannot be does not become one by time alone: that file stays refused. Unless by the bank's own clock
    it was time, so that ours is wrong."""
    if answer.left_at and not too_early(answer.table.valid_on, source, answer.left_at):
        return heard
    if not source.window.is_known:
        return heard  # nor is it known when such a table could come
    today, day = source.home.day(answer.at), answer.table.valid_on
    if day <= today + timedelta(days=source.ahead_days) and source.home.day(source.window.of(day)[0]) == today:
        return heard  # early on the window's own day: it counts once the window is open
    return replace(heard, too_early=answer.file)


class _Trial:
    """One table on its way. `heard` grows as answers are counted, `accepted` as figures are believed."""

    def __init__(
        self, answer: Answered, order: answers.Order, known: Known, source: RatesSource, witnesses: Witnesses
    ) -> None:
        self.answer, self.order, self.known, self.source, self.witnesses = answer, order, known, source, witnesses
        self.heard = self._of_this_day(order.heard)
        self.accepted: list[Rate] = []

    def verdict(self) -> Verdict:
        table = self.answer.table
        parts = [self._figure(rate) for rate in table.rates]
        measured = [rate for rate in self.accepted if rate.currency in self.yardsticks]
        parts.append(settle_held(measured, self.known, self.source, self.witnesses))
        parts += [self._take_back(rate) for rate in measured]
        parts.append(self._misdated())
        parts.append(settle_by_witnesses(table, self.known, self.source, self.witnesses))
        lost = tuple(sorted(self.before.keys() - table.currencies))
        return joined(parts, lost=lost, heard=self.heard)

    @cached_property
    def before(self) -> Mapping[str, Rate]:
        return self.known.table_before(self.answer.table.valid_on)

    @cached_property
    def restamp(self) -> bool:
        return is_restamp(self.answer.table.rates, self.before)

    @cached_property
    def yardsticks(self) -> Mapping[str, Rate]:
        """By currency, the newest figure that was believed within the 14 days before the table's."""
        day = self.answer.table.valid_on
        found = {rate.currency: self.known.believed_before(rate.currency, day) for rate in self.answer.table.rates}
        since = day - timedelta(days=self.source.gap_days)
        return {currency: one.rate for currency, one in found.items() if one and one.rate.valid_on >= since}

    @cached_property
    def holds(self) -> Mapping[str, Hold]:
        """What is held of the table, by currency: what is objected to and not borne out by an earlier window."""
        found = objections(self.answer.table, self.yardsticks, self.known, self.source, self.witnesses)
        held = {
            rate.currency: found[rate.currency]
            for rate in self.answer.table.rates
            if rate.currency in found and not self._is_borne_out(rate, found[rate.currency].cause)
        }
        return held | companions(self.answer.table, self.yardsticks, held, self.source)

    def _is_borne_out(self, rate: Rate, cause: Cause) -> bool:
        """Whether a figure is believed although `cause` speaks against it. Figures in each other's place, or off the
        ratio of two others, do not become true by being printed again; but two that are near each other may cross.
        What other banks contradict is held for one table alone, so that it needs no second one."""
        yardstick = self.yardsticks[rate.currency]
        if is_witnessed(rate, self.witnesses, cause):
            return True
        crosses = cause is Cause.EXCHANGE and move(rate, yardstick) <= CROSSES_WITHIN
        if self.restamp or (cause in (Cause.EXCHANGE, Cause.RATIO, Cause.WITNESS) and not crosses):
            return False
        held = [
            one
            for one in held_before(rate, self.known)
            if one.cause is not Cause.BETWEEN or releases(rate, one, self.known, self.source)
        ]
        return is_seconded(rate, yardstick, held, self.source)

    def _of_this_day(self, heard: Heard) -> Heard:
        """Without what contended on earlier days: the bank has gone on to the next."""
        day = self.answer.table.valid_on
        contenders = tuple(one for one in heard.contenders if one.rate.valid_on >= day)
        return replace(heard, contenders=contenders, settled=tuple(one for one in heard.settled if one[1] >= day))

    def _figure(self, rate: Rate) -> Verdict:
        of_day = self.known.of_day(rate.currency, rate.valid_on)
        if any(one.by_operator and one.discarded_at and self._is_same_file(one, rate) for one in of_day):
            return Verdict()
        believed = newest_believed(of_day)
        if believed is None:
            return self._without_believed(rate, of_day)
        contending = [one for one in of_day if one.held and one.id > believed.id]
        if believed.rate.same_figure(rate):
            hold = None if contending else self._contradiction(rate, believed)
            return Verdict(disputed=((believed.id, hold),)) if hold else self._seen_again(rate, contending)
        return self._contends(rate, believed, contending)

    def _is_same_file(self, one: Revision, rate: Rate) -> bool:
        """An operator's no holds while the bank goes on showing the file; in a newer one the figure is news again."""
        return one.rate.same_figure(rate) and one.last_modified == self.answer.last_modified

    def _without_believed(self, rate: Rate, of_day: Sequence[Revision]) -> Verdict:
        """No figure of its day is believed: it is judged at once, and again each time it is seen."""
        verdict = self._judged(rate)
        same = [one for one in of_day if one.held and one.rate.same_figure(rate)]
        if verdict.held:
            return Verdict() if same else verdict
        if same and are_silent(rate, same[-1].cause, self.witnesses):
            return Verdict()  # what they said is not taken back by that
        if same:  # what spoke against it is gone
            verdict = _as_release_of(same[-1], verdict)
        slips = tuple(one.id for one in of_day if one.held and one not in same[-1:])
        return replace(verdict, discarded=(*verdict.discarded, *slips))

    def _judged(self, rate: Rate) -> Verdict:
        """What becomes of a figure by the days before its own, whatever else was said of its day."""
        if hold := self.holds.get(rate.currency):
            return Verdict(held=((rate, hold),))
        if rate.currency in self.yardsticks:
            verdict = Verdict(believed=(rate,), confirmed=frozenset({rate.currency}))
        else:
            rates = self.answer.table.rates
            verdict = judge_first(rate, rates, self.known, self.source, self.witnesses, restamp=self.restamp)
        self.accepted += verdict.believed
        return verdict

    def _seen_again(self, rate: Rate, contending: Sequence[Revision]) -> Verdict:
        """The believed figure of its day. It settles what contends only once it was answered for long enough."""
        seen = frozenset({rate.currency}) if self.order.is_news else frozenset()
        if not contending:
            self.heard = answers.agreed(self.heard, rate.currency)
            return Verdict(confirmed=seen)
        if self.order.tells and self._settles(rate, contending):
            return Verdict(confirmed=seen, discarded=tuple(one.id for one in contending))
        return Verdict(confirmed=seen)

    def _contradiction(self, rate: Rate, believed: Revision) -> Hold | None:
        """Why other banks put a figure in doubt that is believed already: their tables of its day came later."""
        if self.witnesses.within(rate.currency) is None:
            return None
        yardstick = self.yardsticks.get(rate.currency)
        if believed.by_operator or not believed.confirmed:
            return None
        if yardstick is None:  # a first figure that older tables of theirs bore out
            said = f"{rate.currency} {rate.quoted} for {rate.nominal} on {rate.valid_on}, other banks agree on "
            level = self.witnesses.level(rate.currency, rate.valid_on)
            return Hold(Cause.CONFLICT, f"{said}{level:f}") if is_off_own_level(rate, self.witnesses) else None
        if believed.released_at and believed.cause is not Cause.CONTENDED:
            return None
        return contradicted(rate, yardstick, self.known, self.source, self.witnesses)

    def _contends(self, rate: Rate, believed: Revision, contending: Sequence[Revision]) -> Verdict:
        """Another figure than the believed one of its day."""
        if not self.order.tells and self.answer.left_at:
            return Verdict()  # it left the bank before another answer did
        mine = next((one for one in reversed(contending) if one.rate.same_figure(rate)), None)
        if mine and mine.cause is not Cause.CONTENDED:  # it is the bank's word, and is held
            self.heard = answers.agreed(self.heard, rate.currency)
            return self._word_settled(rate, mine, contending)
        others = [believed, *(one for one in contending if one is not mine)]
        is_word = self.order.tells and self._settles(rate, others)
        if mine is None:
            said = against(rate, believed.rate, "which is the bank's word is not settled")
            return Verdict(held=((rate, Hold(Cause.CONTENDED, said)),))
        return self._word_settled(rate, mine, contending) if is_word else Verdict()

    def _word_settled(self, rate: Rate, mine: Revision, contending: Sequence[Revision]) -> Verdict:
        """`mine` is the bank's word: it is judged like any other figure. Held, it leaves the believed one late."""
        verdict = self._judged(rate)
        others = tuple(one.id for one in contending if one is not mine)
        if not verdict.held:
            verdict = _as_release_of(mine, verdict)
            return replace(verdict, discarded=(*verdict.discarded, *others))
        if mine.cause is not Cause.CONTENDED:
            return Verdict()
        ((_, hold),) = verdict.held
        return replace(verdict, held=(), disputed=(*verdict.disputed, (mine.id, hold)), discarded=others)

    def _settles(self, rate: Rate, others: Sequence[Revision]) -> bool:
        """Count the answer for `rate`, and tell whether that makes it the bank's word."""
        mine, self.heard = answers.count(rate, self.answer, self.heard)
        times = answers.times_settled(self.heard, rate.currency, rate.valid_on)
        if not answers.is_settled(mine, others, times):
            return False
        self.heard = answers.settled(self.heard, rate.currency, rate.valid_on)
        return True

    def _misdated(self) -> Verdict:
        """The next day's table, printed under the day before by mistake first: every figure of it that moved replaced
        a believed one, in the window of this table."""
        day, window = self.answer.table.valid_on, self.source.window
        if not self.restamp or window.of(day - timedelta(days=1)) == window.of(day):
            return Verdict()
        pairs = [self.known.of_day(rate.currency, day - timedelta(days=1)) for rate in self.answer.table.rates]
        found = [[one for one in of_day if one.believed][-2:] for of_day in pairs]
        since = window.of(day)[0]
        replaced = [of[1].id for of in found if len(of) == 2 and of[1].seen_at >= since and not of[1].by_operator]
        if len(replaced) < 2 or len(replaced) < len(found) / 2:
            return Verdict()
        return Verdict(discarded=tuple(replaced))

    def _take_back(self, rate: Rate) -> Verdict:
        """Put in doubt what stood between, where `rate` is believed although its yardstick speaks against it."""
        between = taken_back(rate, self.known, self.source)
        if not between:
            return Verdict()
        why = against(between.revisions[0].rate, between.before, f"taken back by {rate.quoted} on {rate.valid_on}")
        return Verdict(disputed=tuple((one.id, Hold(Cause.BETWEEN, why)) for one in between.revisions))


def _as_release_of(held: Revision, verdict: Verdict) -> Verdict:
    """A figure that is held already is released instead of being added once more."""
    if verdict.unconfirmed and not held.first:  # added anew as a first one: released it would count as confirmed
        return replace(verdict, discarded=(*verdict.discarded, held.id))
    return replace(verdict, believed=(), unconfirmed=(), released=(*verdict.released, held.id))
