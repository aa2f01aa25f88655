"""The panel's table of rates: a row for each currency, a column for each day (pure).

States and marks are the strip's; the table adds the bank's own digits and the neighbouring days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ticker.model import DAY, Freshness, Rate
from ticker.rates.freshness import Figure
from ticker.serve.i18n.words import Words, digits_apart, own_digits, rounded
from ticker.serve.strip.context import Context
from ticker.serve.strip.figures import StripRate
from ticker.serve.strip.label import in_state, marked
from ticker.serve.strip.lower import Trend
from ticker.serve.strip.stand_in import about, about_digits, marked_as, short_names

UNMOVED = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. `text` names its day and stays true; `word` ("today") is true up to `until`."""

    day: date
    text: str
    word: str = ""


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


Columns = tuple[Column | None, Column, Column | None]


def columns_of(rates: Sequence[StripRate], common: StripRate | None, context: Context) -> Columns:
    """The previous day that most rows share, today, and the next day; None where no row has such a figure."""
    before = Counter(rate.previous.valid_on for rate in rates if rate.previous).most_common(1)
    after = min((rate.next.valid_on for rate in rates if rate.next), default=None)
    tomorrow = context.say.text("tomorrow") if after == context.today + DAY else ""
    return (
        Column(before[0][0], context.day(before[0][0])) if before else None,
        _today(common, context),
        Column(after, context.day(after), tomorrow) if after else None,
    )


def _today(common: StripRate | None, context: Context) -> Column:
    """A late column is headed by the figures' own day: they are nobody's today, unless they are unconfirmed ones."""
    if common and common.valid_on and common.freshness is Freshness.LATE and not _is_current(common, context):
        return Column(common.valid_on, state(common, context))
    shown = common and common.freshness in (Freshness.FRESH, Freshness.LATE)
    text = state(common, context) if common and shown else context.day(context.today)
    return Column(context.today, text, context.say.text("panel.today"))


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
    before = figure.previous if figure and rate.previous else None
    after = figure.next if figure and rate.next else None
    digits = _digits([one for one in (before, shown, after) if one], nominal, options.digits)

    def text(one: Rate) -> str:
        return context.say.number(_for(nominal, one.value), digits)

    today = text(shown) if shown else rate.text
    if figure and figure.derived:
        value = _for(nominal, figure.derived.value)
        today = about(context.say.number(value, about_digits(value, options.digits)))
    change, change_said, trend = _change(rate, figure, nominal, digits, context.say)
    return PanelRate(
        rate=rate,
        nominal=nominal,
        label=rate.currency if nominal == 1 else f"{nominal} {rate.currency}",
        today=Cell(today, rate.valid_on, _mark(rate, common, context), rate.freshness),
        previous=_previous(before, columns[0], text, context),
        next=_next(rate, shown, after, text(after)) if after else None,
        change=change if options.shows("change") else "",
        change_said=change_said if options.shows("change") else "",
        trend=trend if options.shows("change") else None,
    )


def _for(nominal: int, value: Decimal) -> Decimal:
    """The figure for so many units, exact: a nominal is a power of ten."""
    return value.scaleb(len(str(nominal)) - 1)


def _digits(rates: list[Rate], nominal: int, wanted: int | None) -> int:
    """How many decimals a row has: the bank's, or those wanted and more where two figures would look alike."""
    figures = [_for(nominal, rate.value) for rate in rates]
    if wanted is None:
        return max((own_digits(figure) for figure in figures), default=0)
    digits = wanted
    for nth, one in enumerate(figures):
        for other in (Decimal(), *figures[:nth]):
            digits = digits_apart(one, other, digits)
    return digits


def _change(
    rate: StripRate, figure: Figure | None, nominal: int, digits: int, say: Words
) -> tuple[str, str, Trend | None]:
    """The change from the day before as drawn and as spoken, and its trend; only for a fresh figure."""
    change = figure.change if figure else None
    if change is None or rate.freshness is not Freshness.FRESH:
        return "", "", None
    if not change:
        return UNMOVED, say.text("panel.unchanged"), None
    by = abs(_for(nominal, change))
    moved = say.number(by, digits if rounded(by, digits) else own_digits(by))
    trend: Trend = "up" if change > 0 else "down"
    return moved, say.text(f"said.{trend}", change=moved), trend


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


def _previous(rate: Rate | None, column: Column | None, text: Callable[[Rate], str], context: Context) -> Cell | None:
    if rate is None:
        return None
    own = column is not None and rate.valid_on == column.day
    return Cell(text(rate), rate.valid_on, "" if own else context.day(rate.valid_on))


def _next(rate: StripRate, shown: Rate | None, after: Rate, text: str) -> Cell:
    trend: Trend | None = None
    if shown and after.value != shown.value:
        trend = "up" if after.value > shown.value else "down"
    assert rate.next is not None
    return Cell(text, after.valid_on, rate.next.mark, trend=trend)
