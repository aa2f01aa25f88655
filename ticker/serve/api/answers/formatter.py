"""How moments, figures and where they came from are written in every answer (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ticker.model import Rate, Revision
from ticker.rates.day import DayRate, Moment
from ticker.serve.api import models
from ticker.serve.strip.stand_in import banks_of


class NotAvailableError(Exception):
    """There is nothing to give: a 404."""


@dataclass(frozen=True, slots=True)
class Formatter:
    """Writes moments and rates for one moment."""

    moment: Moment

    def time_or_none(self, moment: datetime | None) -> str | None:
        return self.moment.content.home.local(moment).isoformat(timespec="seconds") if moment else None

    def time(self, moment: datetime) -> str:
        return self.moment.content.home.local(moment).isoformat(timespec="seconds")

    def provenance(self, one: Revision) -> models.Provenance:
        return models.Provenance(
            source=one.source,
            origin=one.origin or one.source,
            seen_at=self.time(one.seen_at),
            last_modified=self.time_or_none(one.last_modified),
            sha256=one.body_hash or None,
        )

    def revision(self, one: Revision, newest: bool) -> models.Revision:
        state = "held" if one.held else "discarded" if not one.believed else "believed" if newest else "superseded"
        return models.Revision(
            state=state,
            valid_on=str(one.rate.valid_on),
            quoted=plain(one.rate.quoted) if one.believed else None,
            nominal=one.rate.nominal if one.believed else None,
            confirmed=one.confirmed if one.believed else None,
            held_at=self.time_or_none(one.held_at),
            released_at=self.time_or_none(one.released_at),
            discarded_at=self.time_or_none(one.discarded_at),
            provenance=self.provenance(one),
        )

    def rate(self, one: DayRate) -> models.Rate:
        figure, rate, derived, said = one.figure, one.figure.rate, one.figure.derived, one.revisions
        since, until = (derived.day, derived.day) if derived else _days(figure.last)
        newest = {(of.source, of.rate.valid_on): of.id for of in said or () if of.believed}
        return models.Rate(
            currency=figure.currency,
            value=plain(rate.value) if rate else plain(derived.value) if derived else None,
            quoted=plain(rate.quoted) if rate else None,
            nominal=rate.nominal if rate else None,
            valid_on=str(since) if since else None,
            valid_until=str(until) if until else None,
            freshness=figure.freshness.value,
            confirmed=figure.confirmed,
            quality=figure.quality.value,
            banks=list(banks_of(figure)),
            source=None if derived else figure.source or None,
            change=None if figure.change is None else plain(figure.change),
            previous=_neighbour(figure.previous),
            next=_neighbour(figure.next),
            provenance=self.provenance(one.revision) if one.revision else None,
            revisions=None
            if said is None
            else [self.revision(of, newest.get((of.source, of.rate.valid_on)) == of.id) for of in said],
            held=None if said is None else sum(of.held for of in said),
            last_change=None if figure.last_change is None else plain(figure.last_change),
            changed_on=str(figure.changed_on) if figure.changed_on else None,
        )


def _days(rate: Rate | None) -> tuple[date | None, date | None]:
    return (rate.valid_on, rate.valid_until) if rate else (None, None)


def _neighbour(rate: Rate | None) -> models.Neighbour | None:
    if rate is None:
        return None
    return models.Neighbour(
        value=plain(rate.value),
        quoted=plain(rate.quoted),
        nominal=rate.nominal,
        valid_on=str(rate.valid_on),
        valid_until=str(rate.valid_until),
        freshness="fresh",
    )


def plain(value: Decimal) -> str:
    """Every digit, never 1E+2."""
    return format(value, "f")
