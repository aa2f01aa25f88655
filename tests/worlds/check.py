"""What readers saw, compared with what the bank meant: false figures, and the time that each state was shown."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ticker.model import Cause, Outcome, Revision, Round
from ticker.rates.witnesses import Level
from ticker.serve.strip.view import StripHeadline

from .bank import DAY_S, clock, day_of
from .could import Could
from .drawn import misdrawn, stood_on
from .heard import Delivered
from .law import Law, source_of
from .shown import CURRENCIES, Shown
from .truth import DAILY, DAY, WEEKLY, saturday_of
from .witnessed import HeldByOthers, OnlyOthers, StandIn, apart, is_by_others, lateness, stand_in
from .world import Published, World

SPAN = tuple[float, float]
Certain = Mapping[str, Mapping[date, Decimal]]  # what formats without marks give, by currency and day


@dataclass(frozen=True, slots=True)
class False_:  # noqa: N801
    """A figure that was shown unmarked and is not what the bank means."""

    seed: int
    at: float
    what: str  # value, change, tomorrow, day
    currency: str
    day: date | None
    shown: Decimal | None
    meant: Decimal | None
    before: tuple[str, ...] = ()  # what happened last

    def __str__(self) -> str:
        return (
            f"world {self.seed}, {clock(self.at)}: {self.what} of {self.currency} for {self.day}: "
            f"shown {self.shown}, meant {self.meant}"
        )


@dataclass
class Checker:
    """Told of every change of what is shown and of every round; `finish` closes the books."""

    world: World
    false: list[False_] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)  # shown wrong, and undetectable: by reason
    in_contention: list[False_] = field(default_factory=list)  # unmarked though two figures contend
    seconds: dict[str, Counter[str]] = field(default_factory=dict)  # by currency and state
    rounds: Counter[str] = field(default_factory=Counter)
    reads: int = 0
    delays: list[float] = field(default_factory=list)
    corrections: list[float] = field(default_factory=list)
    restamps: list[bool] = field(default_factory=list)
    had_s: float = 0  # today's true figure could have been had
    fresh_s: float = 0  # and was shown fresh
    slow: list[str] = field(default_factory=list)  # tables and corrections that were shown late
    held_true: list[str] = field(default_factory=list)
    history: list[tuple[float, list[Shown]]] = field(default_factory=list)
    left_out: list[SPAN] = field(default_factory=list)  # when formats without marks lacked a figure of today
    notable: list[tuple[float, str, str]] = field(
        default_factory=list
    )  # rounds that failed or held: when, whose, which

    blind: dict[tuple[str, date, Decimal], float] = field(default_factory=dict)  # shown wrong: only others could tell
    held_by_others: list[HeldByOthers] = field(default_factory=list)
    stand_ins: list[StandIn] = field(default_factory=list)
    only_others: list[OnlyOthers] = field(default_factory=list)  # what they alone could tell

    def __post_init__(self) -> None:
        self.law, self.could = Law(self.world), Could(self.world)
        self._now: list[Shown] = []
        self._since: float = self.world.begin
        self._wrong = False
        self._told: set[tuple[str, str, date | None, Decimal | None]] = set()
        self._missing: dict[str, list[SPAN]] = {}
        self._certain: Certain = {}
        self._measured = 0
        self._events: deque[tuple[float, object]] = deque(maxlen=12)

    # What happens

    def round(self, at: float, done: Round) -> None:
        self.rounds[f"{done.source} {done.outcome}"] += 1
        if done.outcome is not Outcome.CONFIRMED:
            self._events.append((at, done))
            told = {Outcome.FAILED: "failed", Outcome.NOTHING: "refused"}.get(done.outcome, "")
            kind = "held" if "held" in done.note else told
            if kind:
                self.notable.append((at, done.source, kind))

    def held(self, at: float, revisions: Sequence[Revision], delivered: Delivered) -> None:
        """What is held of a source: notes what other banks' word holds."""
        for one in revisions:
            key = one.rate.currency, one.rate.valid_on, one.rate.value
            if not one.held or not is_by_others(one) or any(it.key == key for it in self.held_by_others):
                continue
            currency, day, value = key
            runs = delivered.of_day(source_of(currency), day)
            came = [it.first_at for it in runs if (row := it.page.row(currency)) and row.value == value]
            is_true = not self._differs(currency, day, value)
            late = lateness(currency, day, delivered)
            came_at = min(came, default=None)
            by_ratio = one.cause is Cause.RATIO
            self.held_by_others.append(HeldByOthers(at, *key, is_true, late, came_at, by_ratio))

    def derived(self, at: float, levels: Sequence[Level], delivered: Delivered) -> None:
        """The stand-ins that are shown."""
        for one in levels:
            key = "stand-in", one.currency, one.day, one.value
            if one.currency in DAILY and key not in self._told:
                self._told.add(key)
                self.stand_ins.append(stand_in(at, one, self.world.meant(one.currency, one.day), delivered))

    def lost(self, at: float) -> None:
        """The store was replaced: what could be had begins anew."""
        self.could.lost(at)
        self.law.forget()

    def again(self, at: float, delivered: Delivered) -> None:
        """The same is shown; a wrong figure may have become one that can be told."""
        if self._wrong:
            self._check(at, self._now, delivered)

    def read(self, at: float, shown: list[Shown], delivered: Delivered, certain: Certain) -> None:
        self._account(at)
        self.reads += 1
        self._now, self._since, self._certain = shown, at, certain
        self.history.append((at, shown))
        self._events.append((at, shown))
        self._check(at, shown, delivered)

    def headlines(self, at: float, shown: Sequence[StripHeadline], delivered: Delivered) -> None:
        """Each headline's moment: as its feed printed it, or when it was seen first."""
        items = {one.title: one for one in self.world.news.items}
        for one in shown:
            meant = items[one.title].shown_at(delivered.stories[one.title])
            if abs(one.published_at.timestamp() - meant) > 1 or one.day != day_of(meant):
                self._tell(at, "headline's day", one.title, one.day, None, None)

    def finish(self, at: float) -> None:
        self._account(at)
        self._measure_delays()
        self._measure_held()
        held = {one.key: one for one in self.held_by_others if not one.is_true}
        for key in sorted(self.blind.keys() | held.keys()):
            currency, day, value = key
            off = apart(value, self.world.meant(currency, day))
            self.only_others.append(
                OnlyOthers(currency, off, held[key].after if key in held else None, key in self.blind)
            )

    # False figures

    def _check(self, at: float, shown: Sequence[Shown], delivered: Delivered) -> None:
        self._wrong = False
        today = day_of(self.world.our_time(at))
        for one in shown:
            if one.unmarked:
                self._check_day(at, one, today)
                if self._differs(one.currency, one.valid_on, one.value):
                    self._blame(at, "value", one.currency, one.valid_on, one.value, delivered)
                self._check_change(at, one, delivered)
                self._check_last_change(at, one, delivered)
            self._check_drawn(at, one, today, delivered)
            if one.next:
                day, value = one.next
                if self._differs(one.currency, day, value):
                    self._blame(at, "tomorrow", one.currency, day, value, delivered)
                if one.tomorrow and day != today + DAY:
                    self._tell(at, "tomorrow", one.currency, day, value, None)

        for currency, days in self._certain.items():
            for day, value in days.items():
                if currency in CURRENCIES and self._differs(currency, day, value):
                    self._blame(at, "program's", currency, day, value, delivered)

    def _check_day(self, at: float, one: Shown, today: date) -> None:
        if not (one.valid_on and one.valid_until and one.valid_on <= today <= one.valid_until):
            self._tell(at, "day", one.currency, one.valid_on, one.value, None)

    def _check_change(self, at: float, one: Shown, delivered: Delivered) -> None:
        if one.previous and self._differs(one.currency, *one.previous):
            self._blame(at, "previous", one.currency, one.previous[0], one.previous[1], delivered)
        if one.change is None or not one.valid_on or one.value is None:
            return
        before = self.world.meant(one.currency, one.valid_on - DAY)
        right = one.previous and one.previous[0] == one.valid_on - DAY and one.change == one.value - one.previous[1]
        if not right:
            self._tell(at, "change", one.currency, one.valid_on, one.change, before)

    def _check_last_change(self, at: float, one: Shown, delivered: Delivered) -> None:
        """The figure has stood since the day of its last change, and was another one on the day before."""
        if not one.last_change or not one.valid_on or one.value is None:
            return
        day, by = one.last_change
        stood = [(day + nth * DAY, one.value) for nth in range((one.valid_on - day).days + 1)]
        for each, value in [(day - DAY, one.value - by), *stood]:
            if self._differs(one.currency, each, value):
                self._blame(at, "last change", one.currency, each, value, delivered)

    def _check_drawn(self, at: float, one: Shown, today: date, delivered: Delivered) -> None:
        """The label's rows and the small figure beneath the large one."""
        for what, day, drawn, right in misdrawn(one, today):
            self._tell(at, what, one.currency, day, drawn, right)
        for day, value in stood_on(one):
            if self._differs(one.currency, day, value):
                self._blame(at, "stood", one.currency, day, value, delivered)

    def _differs(self, currency: str, day: date | None, value: Decimal | None) -> bool:
        return day is not None and value is not None and value != self.world.meant(currency, day)

    def _blame(
        self, at: float, what: str, currency: str, day: date | None, value: Decimal | None, delivered: Delivered
    ) -> None:
        assert day is not None
        assert value is not None
        self._wrong = True
        reason = self.law.excuse(currency, day, value, delivered)
        if reason and currency in DAILY:
            self.blind.setdefault((currency, day, value), at)
            if self.law.is_witnessed(currency, day, value, delivered):
                what, reason = f"{what}, witnessed", ""
        if reason:
            if ("excused", currency, day, value) not in self._told:
                self._told.add(("excused", currency, day, value))
                self.excused[reason] += 1
            key = "contended", currency, day, value
            told = what == "previous" or key in self._told
            if not told and self.law.contended(currency, day, delivered):
                self._told.add(key)
                self.in_contention.append(self._made(at, what, currency, day, value))
            return
        self._tell(at, what, currency, day, value, self.world.meant(currency, day))

    def _made(self, at: float, what: str, currency: str, day: date | None, value: Decimal | None) -> False_:
        meant = self.world.meant(currency, day) if day else None
        return False_(self.world.seed, at, what, currency, day, value, meant, self._last_events())

    def _last_events(self) -> tuple[str, ...]:
        return tuple(f"{clock(at)} {_told(event)}" for at, event in self._events)

    def _tell(
        self, at: float, what: str, currency: str, day: date | None, value: Decimal | None, meant: Decimal | None
    ) -> None:
        table = day and (saturday_of(day) if currency in WEEKLY else day)
        key = what if what in ("change", "day", "headline's day") else "false", currency, table, value
        if key not in self._told:
            self._told.add(key)
            self.false.append(False_(self.world.seed, at, what, currency, day, value, meant, self._last_events()))

    # Time

    def _account(self, until: float) -> None:
        """The time since the last reading, by state, and whether today's figure could have been had."""
        lasted = until - self._since
        if lasted <= 0:
            return
        shown = {one.currency: one for one in self._now}
        today = day_of(self.world.our_time(self._since))
        if any(today not in self._certain.get(currency, ()) for currency in DAILY):
            self.left_out.append((self._since, until))
        for currency in CURRENCIES:
            one = shown.get(currency)
            wrong = one is not None and self._differs(currency, one.valid_on, one.value)
            state = one.state if one else "hidden"
            self.seconds.setdefault(currency, Counter())[f"{state} and wrong" if wrong else state] += lasted
            fresh = state == "fresh" and not wrong
            for begin, end in self.could.spans(currency, self._since, until):
                self.had_s += end - begin
                if fresh:
                    self.fresh_s += end - begin
                else:
                    self._miss(currency, begin, end)

    def _miss(self, currency: str, begin: float, end: float) -> None:
        spans = self._missing.setdefault(currency, [])
        if spans and begin - spans[-1][1] < 1:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((begin, end))

    def _measure_held(self) -> None:
        """Spans without today's figure in which two publications passed."""
        for currency, spans in self._missing.items():
            source = source_of(currency)
            for begin, end in spans:
                inside = [
                    one
                    for one in self.world.published
                    if one.source == source and one.new and one.right_at and begin < one.right_at < end - 1800
                ]
                if len(inside) > 1:
                    self.held_true.append(f"{currency} from {clock(begin)} to {clock(end)}")

    def _measure_delays(self) -> None:
        for one in self.world.published:
            if one.source != "daily" or one.right_at is None or not self.world.begin < one.at < self.world.end - 7200:
                continue
            reachable = self.could.reachable(one)
            if reachable is None or self.could.disturbed(one.at, reachable):
                continue
            seen = self._first_shown(one, reachable)
            if one.new and one.spoilt:
                if seen is not None:
                    self.corrections.append(max(0, seen - reachable))
                    self._note_slow("correction", one, reachable, seen, 1200)
            elif one.new:
                self.delays.append(max(0, seen - reachable) if seen is not None else 1e9)
                self._note_slow("table", one, reachable, seen, 600)
            else:
                self.restamps.append(seen is not None and day_of(seen) < one.day)
                self._note_slow("restamp", one, reachable, seen, 7200)

    def _note_slow(self, what: str, one: Published, reachable: float, seen: float | None, wanted_s: float) -> None:
        if seen is None or seen - reachable > wanted_s:
            shown = clock(seen) if seen is not None else "never"
            self.slow.append(f"{what} of {one.day}: could be had from {clock(reachable)}, shown whole {shown}")

    def _first_shown(self, one: Published, since: float) -> float | None:
        """When all figures of the table were first shown, as today's or as the next ones."""
        meant = {currency: self.world.meant(currency, one.day) for currency in DAILY}
        moments = [at for at, _ in self.history[self._measured :]]
        first = self._measured + max(0, bisect_right(moments, since) - 1)
        self._measured = max(0, first - 50)  # tables are measured in the order of their days
        for at, shown in self.history[first:]:
            if at > since + 3 * DAY_S:
                break
            found = {
                each.currency
                for each in shown
                for day, value in ((each.valid_on, each.value), each.next or (None, None))
                if each.currency in meant and day == one.day and value == meant[each.currency]
            }
            if len(found) == len(meant):
                return max(at, since)
        return None


def _told(event: object) -> str:
    if isinstance(event, Round):
        return f"{event.source}: {event.outcome} {event.status or ''} {event.note[:300]}"
    return "shown: " + " · ".join(map(str, event))  # type: ignore[call-overload]
