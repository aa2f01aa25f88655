"""What is known of a bank, kept in memory as a round keeps it in the store: for tests that tell what a bank does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from support.given import HOME, NBKR, bishkek
from ticker.collect.judge import (
    NO_WITNESSES,
    Answered,
    Verdict,
    Witnesses,
    freed_companions,
    judge,
    judge_archive,
)
from ticker.collect.round import apply_verdict
from ticker.collect.sources import nbkr
from ticker.model import Cause, Freshness, Heard, Rate, RatesSource, Revision, Table, Validators
from ticker.rates import witnesses
from ticker.rates.compose import compose
from ticker.rates.freshness import freshness
from ticker.snapshot import BankTerms, Snapshot, Testimony, WitnessTerms
from ticker.store import LastBody


def others(day: date, *, banks: tuple[str, ...] = ("NBK", "CBU"), **figures: str) -> witnesses.Witnesses:
    """Tables of `day` of other banks that all have these figures, in soms; of the ECB, in any unit."""
    prices = tuple((currency, Decimal(figure)) for currency, figure in figures.items())
    terms = [WitnessTerms(one, one, "XXX", sets_levels=one not in ("CBR", "ECB")) for one in banks]
    tables = [Testimony(of.source, day, ((HOME.currency, Decimal(1)), *prices)) for of in terms]
    return witnesses.Witnesses(HOME.currency, terms, tables, nbkr.ADAPTER.agreement)


@dataclass
class Book:
    """What is known of a source, kept as a round keeps it."""

    source: RatesSource = NBKR
    known: list[Revision] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)
    witnesses: Witnesses = NO_WITNESSES
    looks: dict[tuple[str, str], datetime] = field(default_factory=dict)
    last: Verdict = field(default_factory=Verdict)

    def sees(self, seen: Table, at: str, last_modified: str | None = None, *, left: str | None = "") -> Verdict:
        """Hear `seen` at a moment; `left` is when it left the bank by the bank's clock, by default the same moment."""
        modified = bishkek(last_modified) if last_modified else None
        left_at = None if left is None else bishkek(left or at)
        said = Answered(seen, bishkek(at), left_at, modified, body_hash=str(seen))
        verdict = judge(said, self.known, self.heard, self.source, self.witnesses)
        self.heard, self.last = verdict.heard, verdict
        self._apply(verdict, at, modified, said.body_hash)
        self.looks |= {(self.source.id, currency): bishkek(at) for currency in verdict.confirmed}
        return verdict

    def settles(self, seen: Table, *at: str, last_modified: str | None = None) -> Verdict:
        """Hear `seen` at several moments; what becomes of it at the last."""
        for moment in at:
            verdict = self.sees(seen, moment, last_modified)
        return verdict

    def fills(self, *rates: Rate, at: str) -> Verdict:
        verdict = judge_archive(rates, self.known, self.source, bishkek(at))
        self._apply(verdict, at, None, "")
        return verdict

    def _apply(self, verdict: Verdict, at: str, modified: datetime | None, body_hash: str) -> None:
        body = LastBody(Validators(), None, modified, body_hash)
        apply_verdict(self, self.source.id, verdict, bishkek(at), body)  # type: ignore[arg-type]

    def rejects(self, currency: str, at: str) -> None:
        """The operator says no to what is held of a currency."""
        self._decides(currency, discarded_at=bishkek(at))

    def accepts(self, currency: str, at: str) -> None:
        """The operator says yes to what is held of a currency."""
        self._decides(currency, released_at=bishkek(at))
        self.looks[self.source.id, currency] = max(self.looks.values())

    def accepts_one(self, revision: int, at: str) -> None:
        """The operator says yes to one figure."""
        self._change(revision, released_at=bishkek(at), by_operator=True)

    def _decides(self, currency: str, **values: Any) -> None:
        mine = [one for one in self.known if one.held and one.rate.currency == currency]
        freed = freed_companions(mine, self.known)
        for one in mine:
            self._change(one.id, **values, by_operator=True)
        for one in freed:
            self._change(one.id, released_at=next(iter(values.values())))

    def shown(self, currency: str, at: str) -> str:
        """What a reader sees of a currency at a moment."""
        terms = BankTerms(self.source.id, "NBKR", self.source.window, self.source.grace_days)
        content = compose(HOME, [terms], [], {self.source.id: self.known}, [])
        judged = freshness(Snapshot(1, bishkek(at), content, self.looks), bishkek(at))
        figure = judged.figure(currency)
        if figure is None or figure.rate is None:
            seen = "—"
        elif figure.freshness is Freshness.FRESH:
            seen = f"{figure.rate.value:f}, fresh"
        elif not figure.confirmed:
            seen = f"{figure.rate.value:f}, unconfirmed"
        else:
            seen = f"{figure.rate.value:f} of {figure.rate.valid_on.day} May, late"
        return f"{seen}; tomorrow {figure.next.value:f}" if figure and figure.next else seen

    # What a round's transaction offers to `apply_verdict`.

    def add(
        self, source: str, rate: Rate, *, held_reason: str | None = None, cause: Cause = Cause.NONE, **rest: Any
    ) -> None:
        held_at = None if held_reason is None else rest["seen_at"]
        id_ = len(self.known) + 1
        self.known.append(Revision(id_, source, rate, held_at=held_at, reason=held_reason or "", cause=cause, **rest))

    def hold(self, revision: int, at: datetime, reason: str, cause: Cause = Cause.NONE) -> None:
        self._change(revision, held_at=at, reason=reason, cause=cause, released_at=None)

    def release(self, revision: int, at: datetime) -> None:
        self._change(revision, released_at=at)

    def discard(self, revision: int, at: datetime) -> None:
        self._change(revision, discarded_at=at)

    def confirm(self, revision: int, at: datetime) -> None:
        self._change(revision, confirmed_at=at)

    def _change(self, revision: int, **values: Any) -> None:
        self.known = [replace(one, **values) if one.id == revision else one for one in self.known]

    def unconfirmed(self, currency: str) -> list[date]:
        mine = [one for one in self.known if one.believed and not one.confirmed and one.rate.currency == currency]
        return [one.rate.valid_on for one in mine]

    def believed(self, currency: str) -> dict[date, str]:
        """By day, the newest believed figure."""
        mine = [one for one in self.known if one.believed and one.rate.currency == currency]
        return {one.rate.valid_on: str(one.rate.quoted) for one in mine}

    def held(self, currency: str) -> list[date]:
        return [one.rate.valid_on for one in self.known if one.held and one.rate.currency == currency]
