"""One currency on the strip: its exact figures, and how they are drawn and spoken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ticker.model import Freshness, Quality
from ticker.rates.freshness import Figure, no_figure
from ticker.serve.i18n.words import NOTHING, digits_apart, own_digits, rounded
from ticker.serve.strip.context import Context
from ticker.serve.strip.label import Label, day_span, label_of, marked, own_mark, without
from ticker.serve.strip.links import Links
from ticker.serve.strip.lower import NO_SMALL, Rows, Small, Trend, change_text, small_of, trend_of
from ticker.serve.strip.stand_in import about, about_digits, banks_of, instead_of_one


@dataclass(frozen=True, slots=True)
class Dated:
    """The figure before or after the shown one, beyond doubt. `text` is empty if it is not drawn, `mark` if its day is
    clear."""

    value: Decimal
    valid_on: date
    text: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class StripRate:
    """One currency: the exact figures, and how they are drawn and spoken."""

    currency: str
    name: str
    value: Decimal | None
    text: str  # the figure as it is drawn, "—" where there is none to show
    quoted: Decimal | None
    nominal: int | None
    valid_on: date | None
    valid_until: date | None
    change: Decimal | None
    previous: Dated | None
    next: Dated | None
    quality: Quality
    source: str | None
    freshness: Freshness
    confirmed: bool  # False: the shown figure is a first one that nothing has borne out yet
    change_text: str  # empty where no change is drawn
    trend: Trend | None  # of what is drawn: the next figure, else the change
    own_day: str  # the currency's own day or state, where it differs from the common label
    own_doubt: str  # "unconfirmed", or the banks that stand in, where the common label does not say so
    spoken: str
    banks: tuple[str, ...] = ()  # whose figures a derived one comes from; none for an official one
    own_banks: str = ""  # all their names, where `own_doubt` has those for which there is room
    chart: str = ""  # the address of its chart, where the figure leads there
    chart_label: str = ""
    lower: Small = NO_SMALL  # beneath the figure
    last_change: Decimal | None = None  # with the first day of the table that brought it, which may be an earlier one
    changed_on: date | None = None

    @property
    def mark(self) -> str:
        """Both, beside the figure."""
        return self._joined(self.own_doubt)

    @property
    def full_mark(self) -> str:
        """The same where there is room."""
        return self._joined(self.own_banks or self.own_doubt)

    def _joined(self, doubt: str) -> str:
        return (": " if self.own_banks else ", ").join(filter(None, [self.own_day, doubt]))


def digits_of(value: Decimal, wanted: int | None) -> int:
    """How many decimals are drawn. By default none from 1,000 up, two from 10 up, and below the bank's own, since two
    would hide most changes. However few are wanted, a figure other than zero is never drawn as zero."""
    digits = (0 if value >= 1000 else 2 if value >= 10 else own_digits(value)) if wanted is None else wanted
    return digits_apart(value, Decimal(), digits)


def strip_figure(context: Context, currency: str) -> Figure:
    """The judged figure; one that never had a rate for a currency without a source. Without its next figure where
    tomorrow's are not wanted."""
    figure = context.judged.figure(currency) or no_figure(currency, context.content)
    return figure if context.options.shows("tomorrow") else replace(figure, next=None, next_doubted=None)


def strip_rate(
    figure: Figure, common: Label, rows: Rows, tomorrow: date | None, context: Context, links: Links
) -> StripRate:
    rate, last, label, text = figure.rate, figure.last, label_of(figure), _text(figure, context)
    day, doubt, banks = own_mark(label, common, context)
    small = small_of(figure, _digits_below(figure, text, context), common, rows, context)
    name = context.say.currency_name(figure.currency)
    derived, charted = figure.derived, bool(rate) and context.options.charts == "on"
    return StripRate(
        currency=figure.currency,
        name=name,
        value=rate.value if rate else derived.value if derived else None,
        text=text.figure,
        quoted=rate.quoted if rate else None,
        nominal=rate.nominal if rate else None,
        valid_on=derived.day if derived else last.valid_on if last else None,
        valid_until=derived.day if derived else last.valid_until if last else None,
        change=figure.change,
        previous=Dated(figure.previous.value, figure.previous.valid_on) if rate and figure.previous else None,
        next=_next(figure, text, tomorrow, context),
        quality=figure.quality,
        source=None if derived else figure.source or None,
        freshness=figure.freshness,
        confirmed=figure.confirmed,
        change_text=text.change,
        trend=text.trend,
        own_day=day,
        own_doubt=doubt,
        spoken=_spoken(figure, text, small, rows, context),
        banks=banks_of(figure),
        own_banks=banks,
        chart=links.chart([figure.currency]) if charted else "",
        chart_label=_chart_label(figure, text, context) if charted else "",
        lower=small,
        last_change=figure.last_change,
        changed_on=figure.changed_on,
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """The figure, the next one and the change as they are drawn; `trend` is that of one of the latter two."""

    figure: str
    next: str = ""
    change: str = ""
    trend: Trend | None = None
    digits: int = 0


def _text(figure: Figure, context: Context) -> _Text:
    """A known next figure takes the place of the change; it is drawn where it differs."""
    rate, after, change, number = figure.rate, figure.next, figure.change, context.say.number
    wanted = context.options.digits
    if not rate:
        # Nothing is compared with a stand-in: neither change nor trend.
        own = figure.derived
        digits = about_digits(own.value, wanted) if own else 0
        shown = about(number(own.value, digits)) if own else NOTHING
        return _Text(shown, number(after.value, digits_of(after.value, wanted)) if after else "", digits=digits)
    digits = digits_of(rate.value, wanted)
    if after:
        digits = digits_apart(rate.value, after.value, digits_apart(after.value, Decimal(), digits))
    text = number(rate.value, digits)
    if after and after.value != rate.value:
        return _Text(text, number(after.value, digits), "", trend_of(after.value - rate.value), digits)
    if after or not change or figure.freshness is not Freshness.FRESH or not context.options.shows("change"):
        return _Text(text, digits=digits)
    return _Text(text, "", change_text(change, digits, context), trend_of(change), digits)


def _chart_label(figure: Figure, text: _Text, context: Context) -> str:
    """What is seen of the link, where it leads, and how."""
    say = context.say
    where = say.text("panel.chart_of", name=say.currency_name(figure.currency))
    return f"{figure.currency} {text.figure}, {where}, {say.text('new_window')}"


def _digits_below(figure: Figure, text: _Text, context: Context) -> int:
    """The decimals of the small figure: those of the large one, or its own where there is none."""
    later = figure.next or figure.next_doubted
    if figure.rate or not later:
        return text.digits
    return digits_of(later.value, context.options.digits)


def _next(figure: Figure, text: _Text, tomorrow: date | None, context: Context) -> Dated | None:
    after = figure.next
    if after is None:
        return None
    day = "" if after.valid_on == tomorrow else context.day(after.valid_on)
    return Dated(after.value, after.valid_on, text.next, day)


def _spoken(figure: Figure, text: _Text, small: Small, rows: Rows, context: Context) -> str:
    """The rate as a sentence. It names days and never says "tomorrow", so that it stays true after midnight."""
    say, label, name = context.say, label_of(figure), context.say.currency_name(figure.currency)
    following = text.next or (small.text if small.kind == "next" and small.text != NOTHING else "")
    later = [say.text("said.next", value=following, day=context.day(label.next_on))] if following else []
    if small.kind == "doubt" and figure.next_doubted:
        value, day = small.text.removesuffix(" ?"), context.day(figure.next_doubted.valid_on)
        later = [say.text("said.next", value=value, day=day), say.text("mark.contested")]
    if figure.derived:
        return _spoken_stand_in(figure, text, context)
    if not figure.rate:
        key = "stale" if figure.last else "none" if label.bank else "nobank"
        bank, day = context.bank(label.bank, spoken=True), context.day(label.valid_on)
        return ", ".join([say.text(f"said.{key}", name=name, bank=bank, day=day), *later])
    unit = say.amount_unit(context.content.home.currency, rounded(figure.rate.value, text.digits))
    moved = [say.text(f"said.{text.trend}", change=text.change)] if text.change else []
    if small.kind == "change" and small.trend and figure.last_change and figure.changed_on:
        change = change_text(figure.last_change, text.digits, context)
        day, key = say.on_day(figure.changed_on, context.today), ".changed" if rows.kind == "changed" else ""
        moved = [say.text(f"said{key}.{small.trend}", change=change, day=day)]
    said = [say.text("said.rate", name=name, value=text.figure, unit=unit), *moved, _of_day(figure, context), *later]
    return ", ".join(said)


def _spoken_stand_in(figure: Figure, text: _Text, context: Context) -> str:
    say, label, name = context.say, label_of(figure), context.say.currency_name(figure.currency)
    assert figure.derived
    assert label.stand_in
    value, bank = say.number(figure.derived.value, text.digits), context.bank(label.bank, spoken=True)
    unit = say.amount_unit(context.content.home.currency, rounded(figure.derived.value, text.digits))
    later = [say.text("said.then", bank=bank, value=text.next, day=context.day(label.next_on))] if text.next else []
    about_it = say.text("said.about", name=name, value=value, unit=unit)
    return "; ".join([f"{about_it}, {instead_of_one(label.stand_in, context)}", without(label, context), *later])


def _of_day(figure: Figure, context: Context) -> str:
    """Which day the figure is of, in which state."""
    say, day = context.say, day_span(label_of(figure), context)
    if context.content.demo:
        key = "demo"
    elif not figure.confirmed:
        key = "day"
    else:
        key = "late" if figure.freshness is Freshness.LATE else "fresh"
    return marked(say.text(f"said.{key}", day=day), say, confirmed=figure.confirmed)
