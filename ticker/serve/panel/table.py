"""The panel's table of rates: a row for each currency, a column for each day (pure).

States and marks are the strip's; the table adds the bank's own digits and the neighbouring days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import DAY, Freshness, Rate
from ticker.rates.freshness import Figure
from ticker.serve.i18n.words import Words, digits_apart, own_digits, rounded
from ticker.serve.panel.before import Earlier, day_before, earlier, unchanged_since
from ticker.serve.strip.context import Context
from ticker.serve.strip.figures import StripRate
from ticker.serve.strip.label import in_state, marked
from ticker.serve.strip.lower import Trend
from ticker.serve.strip.stand_in import about, about_digits, marked_as, short_names

UNMOVED = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. `text` names its day or days and stays true; `word` ("today") is true up to `until`.
    `head` is what is drawn: "for 23 May"."""

    day: date
    text: str
    word: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure for the row's nominal. `mark` is its day or state where that differs from the column's."""

    text: str
    valid_on: date | None
    mark: str = ""
    freshness: Freshness = Freshness.FRESH
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class PanelRate:
    """A row of the table. `rate` is the same currency on the strip."""

    rate: StripRate
    nominal: int
    label: str  # "USD", or "10 AMD" where the bank quotes ten
    today: Cell
    previous: Cell | None
    next: Cell | None
    change: str  # "–" where it is zero, empty where none is drawn
    change_said: str
    trend: Trend | None  # of the change
    chart: str = ""  # address of its chart; empty where the figure does not lead there
    chart_said: str = ""  # what is said of that link


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns; None where no row has such a figure. `since` is the first day of figures none of which has changed
    up to today. `shown` has the figures of today's column by currency."""

    previous: Column | None
    today: Column
    next: Column | None
    since: date | None
    shown: Mapping[str, Figure]


def columns_of(rates: Sequence[StripRate], common: StripRate | None, context: Context) -> Columns:
    """The last day with other figures, today, and the next day."""
    judged = [context.judged.figure(rate.currency) for rate in rates]
    shown = {one.currency: one for one in judged if one and one.rate}
    alike = [shown[one.currency] for one in rates if one.currency in shown and common and _label(one) == _label(common)]
    before = day_before(alike)
    after = min((rate.next.valid_on for rate in rates if rate.next), default=None)
    return Columns(
        previous=Column(before, context.day(before), head=context.day(before)) if before else None,
        today=_today(common, unchanged_since(alike, context.today), context),
        next=_after(after, context) if after else None,
        since=unchanged_since([*shown.values()], context.today),
        shown=shown,
    )


def _after(day: date, context: Context) -> Column:
    tomorrow = context.say.text("tomorrow") if day == context.today + DAY else ""
    return Column(day, context.day(day), tomorrow, context.say.text("panel.for", day=context.day(day)))


def _today(common: StripRate | None, since: date | None, context: Context) -> Column:
    """A late column is headed by the figures' own day: they are nobody's today, unless they are unconfirmed ones. One
    whose figures are older than today is headed by all their days."""
    if common and common.valid_on and common.freshness is Freshness.LATE and not _is_current(common, context):
        text = state(common, context)
        return Column(common.valid_on, text, head=text)
    shown = common and common.freshness in (Freshness.FRESH, Freshness.LATE)
    text = state(common, context) if common and shown else context.day(context.today)
    if common and since:
        text = context.say.span(since, max(context.today, _until(common) or context.today), context.today)
        return Column(context.today, text, head=text)
    return Column(context.today, text, context.say.text("panel.today"), text)


def common_rate(rates: Sequence[StripRate]) -> StripRate | None:
    """The first rate that the strip's label speaks for."""
    return next((rate for rate in rates if not rate.mark), None)


def _span(rate: StripRate, context: Context) -> str:
    """The day of a figure, or the days where its table is for several."""
    return context.say.span(rate.valid_on, _until(rate), context.today)


def _until(rate: StripRate) -> date | None:
    return rate.valid_until if rate.freshness is Freshness.FRESH or not rate.confirmed else None


def _is_current(rate: StripRate, context: Context) -> bool:
    """Whether its own table has today; of a figure that is late for another reason than its day, only an unconfirmed
    one."""
    until = _until(rate)
    return until is not None and until >= context.today


def panel_rate(rate: StripRate, columns: Columns, common: StripRate | None, context: Context) -> PanelRate:
    figure, options = context.judged.figure(rate.currency), context.options
    shown = figure.rate if figure else None
    quoting = shown or (figure and (figure.next or figure.last)) or None
    nominal = quoting.nominal if quoting else 1
    known, column = columns.shown.get(rate.currency), columns.previous
    before = earlier(known, column.day) if known and column else None
    after = figure.next if figure and rate.next else None
    values = [before.value] if before else []
    values += [one.value for one in (shown, after) if one]
    digits = _digits([_for(nominal, one) for one in values], options.digits)

    def text(value: Decimal) -> str:
        return context.say.number(_for(nominal, value), digits)

    today = text(shown.value) if shown else rate.text
    if figure and figure.derived:
        value = _for(nominal, figure.derived.value)
        today = about(context.say.number(value, about_digits(value, options.digits)))
    moved = _change(known, before, column, nominal, digits, context.say) if options.shows("change") else UNKNOWN
    return PanelRate(
        rate=rate,
        nominal=nominal,
        label=rate.currency if nominal == 1 else f"{nominal} {rate.currency}",
        today=Cell(today, rate.valid_on, _mark(rate, common, context), rate.freshness),
        previous=_previous(before, column, text, context) if before else None,
        next=_next(columns.next, shown, after, text(after.value), context) if after else None,
        change=moved.text,
        change_said=moved.spoken,
        trend=moved.trend,
    )


def _for(nominal: int, value: Decimal) -> Decimal:
    """The figure for so many units, exact: a nominal is a power of ten."""
    return value.scaleb(len(str(nominal)) - 1)


def _digits(figures: list[Decimal], wanted: int | None) -> int:
    """How many decimals a row has: the bank's, or those wanted and more where two figures would look alike."""
    if wanted is None:
        return max((own_digits(figure) for figure in figures), default=0)
    digits = wanted
    for nth, one in enumerate(figures):
        for other in (Decimal(), *figures[:nth]):
            digits = digits_apart(one, other, digits)
    return digits


@dataclass(frozen=True, slots=True)
class _Moved:
    """A change as drawn and as spoken, and its trend."""

    text: str = ""
    spoken: str = ""
    trend: Trend | None = None


UNKNOWN = _Moved()


def _change(
    known: Figure | None, before: Earlier | None, column: Column | None, nominal: int, digits: int, say: Words
) -> _Moved:
    """From the column before to today's. None is drawn for a figure that is not fresh, nor where a day between the two
    is not known."""
    if not known or not known.rate or not known.stands_since or not before or known.freshness is not Freshness.FRESH:
        return UNKNOWN
    follows = column is not None and before.valid_on == column.day and known.stands_since <= column.day + DAY
    if not follows:
        return UNKNOWN
    change = known.rate.value - before.value
    if not change:
        return _Moved(UNMOVED, say.text("panel.unchanged"))
    by = abs(_for(nominal, change))
    moved = say.number(by, digits if rounded(by, digits) else own_digits(by))
    trend: Trend = "up" if change > 0 else "down"
    return _Moved(moved, say.text(f"said.{trend}", change=moved), trend)


def _mark(rate: StripRate, common: StripRate | None, context: Context) -> str:
    """A figure's day or state, where that differs from the column's."""
    if common is None or _label(rate) == _label(common):
        return ""
    if rate.banks or common.banks:
        return rate.full_mark
    same = rate.valid_on == common.valid_on or _is_current(common, context)
    if same and not rate.confirmed and _is_current(rate, context):
        return marked("", context.say, confirmed=False)
    return state(rate, context)


def _label(rate: StripRate) -> tuple[Freshness, date | None, date | None, bool, tuple[str, ...]]:
    return rate.freshness, rate.valid_on, _until(rate), rate.confirmed, rate.banks


def state(rate: StripRate, context: Context) -> str:
    """The day of a figure in the words of its state."""
    if rate.freshness is Freshness.NONE:
        return context.say.text("mark.yet")
    if rate.banks:
        return ": ".join(marked_as(short_names(rate.banks, context), context))
    current = _is_current(rate, context)
    text = in_state(_span(rate, context), rate.freshness, context.say, current=current)
    return marked(text, context.say, confirmed=rate.confirmed)


def _previous(before: Earlier, column: Column | None, text: Callable[[Decimal], str], context: Context) -> Cell:
    own = column is not None and before.valid_on == column.day
    return Cell(text(before.value), before.valid_on, "" if own else context.day(before.valid_on))


def _next(column: Column | None, shown: Rate | None, after: Rate, text: str, context: Context) -> Cell:
    trend: Trend | None = None
    if shown and after.value != shown.value:
        trend = "up" if after.value > shown.value else "down"
    own = column is not None and after.valid_on == column.day
    return Cell(text, after.valid_on, "" if own else context.day(after.valid_on), trend=trend)
