"""Rows as bytes. Those of a long history by hand, for a model of each would take seconds where this takes
milliseconds.

What is written is what `models.History` would write; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ticker.rates.timeline import Row
from ticker.serve.api.endpoints import Endpoint, csv_columns
from ticker.serve.api.models import History, encoded
from ticker.serve.http import csv

_NOTHING = '"value":null,"quoted":null,"nominal":null,"valid_on":null,"valid_until":null,"unchanged_since":null'


def history_json(head: History, rows: Iterable[Row]) -> bytes:
    """`head` with these rows in the place of its own."""
    before, after = encoded(head.model_copy(update={"rates": []})).split(b'"rates":[]', 1)
    return b"".join((before, b'"rates":[', ",".join(map(_json, rows)).encode(), b"]", after))


def _json(row: Row) -> str:
    day, currency, freshness, point = row
    head = f'{{"date":"{day}","currency":"{currency}",'
    if point is None:
        return f'{head}{_NOTHING},"freshness":"{freshness}","source":null}}'
    value, quoted, nominal, valid_on, valid_until, since, source = point[:7]
    return (
        f'{head}"value":"{value}","quoted":"{quoted}","nominal":{nominal},"valid_on":"{valid_on}",'
        f'"valid_until":"{valid_until}","unchanged_since":"{since}","freshness":"{freshness}","source":"{source}"}}'
    )


def history_cells(rows: Iterable[Row]) -> Iterator[tuple[str | int | None, ...]]:
    """The rows as cells, in the order of `models.HistoryRow`."""
    for day, currency, freshness, point in rows:
        if point is None:
            yield (day, currency, *(None,) * 6, freshness.value, None)
        else:
            yield (day, currency, *point[:6], freshness.value, point.source)


def of_rows(door: Endpoint, rows: Iterable[Mapping[str, Any]], more: Mapping[str, Any]) -> bytes:
    """The CSV of a door; `more` is what is the same in each row."""
    names = csv_columns(door)
    return csv.render(names, ([cell({**row, **more}[name]) for name in names] for row in rows))


def cell(value: Any) -> str | int | None:
    return str(value).lower() if isinstance(value, bool) else value
