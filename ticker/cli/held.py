"""`ticker held`: the figures that were not believed, those that are unconfirmed, and the operator's decision on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ticker.cli.mistake import Mistake
from ticker.cli.options import OK
from ticker.cli.settings import opened_store
from ticker.config import Config
from ticker.model import Rate, Revision
from ticker.rates.held import NOT_BORNE_OUT, beside_believed, described, unconfirmed_figures

_HEADING = ("ID", "source", "", "held", "believed", "why it is held")


def listing(config: Config) -> int:
    """Print the held figures, each with the believed one beside it, and the unconfirmed ones. Raises StoreError."""
    with opened_store(config) as store:
        held, snapshot = beside_believed(store, store.held()), store.snapshot()
    for line in _table([_HEADING, *(_row(one.revision, one.believed) for one in held)]):
        print(line)
    homes = snapshot.content.homes if snapshot else ()
    for one in (figure for content in homes for figure in unconfirmed_figures(content)):
        print(f"unconfirmed: {one.source} {one.rate.currency} {described(one.rate)}: {NOT_BORNE_OUT}")
    print(f"{len(held)} held; `ticker held accept ID` or `reject ID` settles one")
    return OK


def decide(config: Config, decision: str, figure: int | None) -> int:
    """Ask the collector to accept or reject a figure. Raises StoreError, and Mistake where it is not held."""
    if figure is None:
        raise Mistake(f"held {decision}: wanted a figure's number; `ticker held` lists them")
    with opened_store(config) as store:
        held = {one.id: one for one in store.held()}
        if figure not in held:
            listed = f"held are {', '.join(map(str, held))}" if held else "none is held now"
            raise Mistake(f"held {decision}: no figure {figure} is held; {listed}")
        store.enqueue(decision, str(figure))
        one = held[figure]
        alike = [other for other in held.values() if other.source == one.source and other.rate.same_figure(one.rate)]
        restamps = sorted({other.rate.valid_on for other in alike if other.rate.currency == one.rate.currency})
        (beside,) = beside_believed(store, [one])
        print(_effect(decision, one.rate, restamps, beside.believed))
    print("asked; the collecting process carries it out within seconds")
    return OK


def _row(held: Revision, believed: Rate | None) -> tuple[str, ...]:
    return str(held.id), held.source, held.rate.currency, described(held.rate), described(believed), held.reason


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows with aligned columns; nothing where there is only the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows]
    return lines if len(rows) > 1 else []


def _effect(decision: str, rate: Rate, days: Sequence[date], believed: Rate | None) -> str:
    """Which figure of which days is accepted or rejected, and how a mistake would be corrected."""
    figure = f"{rate.currency} {rate.quoted:f} for {rate.nominal} on {', '.join(map(str, days))}"
    if decision == "reject":
        return (
            f"to be rejected: {figure}; believed remains {described(believed)}\n"
            "This can't be taken back. Only the bank corrects a mistake: a later table with that figure is judged\n"
            "again."
        )
    same = believed and (believed.valid_on, believed.nominal) == (rate.valid_on, rate.nominal)
    instead = f"{believed.quoted:f}" if believed and same else described(believed)
    return (
        f"to be believed: {figure} instead of {instead}\n"
        "This can't be taken back. Only the bank corrects a mistake: its correction of that day is believed at once,\n"
        "a later day's figure that is far from this one once another confirms it, or once you accept it."
    )
