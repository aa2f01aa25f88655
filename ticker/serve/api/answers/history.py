"""Every day of a span: which days are asked for, and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ticker.rates import timeline
from ticker.rates.calendar import shifted
from ticker.rates.day import Moment
from ticker.rates.timeline import RateTimeline
from ticker.serve.api import models, params
from ticker.serve.api.answers.formatter import Formatter
from ticker.serve.api.reading import BadParametersError, Mistake

MOST_ROWS = 40_000
SPAN = timedelta(days=30)  # of a history that names no first day


@dataclass(frozen=True, slots=True)
class Span:
    """A history that is asked for."""

    first: date
    last: date
    currencies: tuple[str, ...]
    ordinals: Sequence[int]


def span(moment: Moment, site: tuple[str, ...], asked: params.HistoryParams) -> Span:
    """The days and currencies; raises BadParametersError for what is too much or goes backwards."""
    last = asked.to or moment.judged.today
    first = asked.from_ or shifted(last, -SPAN.days)
    if first > last:
        raise BadParametersError(Mistake("from", str(first), f"wanted a day not later than `to`, which is {last}"))
    currencies = asked.currencies or site
    days = (last - first).days + 1
    count = len(currencies) * (days // {"day": 1, "week": 7, "month": 28}[asked.step] + 1)
    if count > MOST_ROWS + len(currencies):
        most = f"wanted at most {MOST_ROWS} rows in all; a later day, fewer currencies or a larger step give that"
        raise BadParametersError(Mistake("from", str(first), most))
    return Span(first, last, currencies, timeline.ordinals(first, last, asked.step))


def history_rows(moment: Moment, in_memory: RateTimeline, version: int, wanted: Span) -> Iterable[timeline.Row]:
    """Raises StoreError."""
    grace = moment.content.grace
    if moment.at:
        columns = timeline.columns_at(moment.past, moment.at, grace, wanted.currencies)
    else:
        columns = in_memory.columns(moment.past, version, grace, wanted.currencies)
    figures = {one.currency: one for one in moment.judged.figures}
    return timeline.rows(columns, wanted.ordinals, figures, moment.judged.outlooks)


def history_head(moment: Moment, asked: params.HistoryParams, wanted: Span) -> models.History:
    home = moment.content.home
    return models.History(
        from_=str(wanted.first),
        to=str(wanted.last),
        step=asked.step,
        home=home.currency,
        zone=home.zone.key,
        demo=moment.content.demo,
        at=Formatter(moment).time_or_none(moment.at),
        rates=[],
    )
