"""The rows of a long history as bytes, written by hand: a model for each row would take seconds, this milliseconds.

The bytes are those that `models.History` would write; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ticker.rates.timeline import Row
from ticker.serve.api.models import History, encoded

_NOTHING = '"value":null,"quoted":null,"nominal":null,"valid_on":null,"valid_until":null,"unchanged_since":null'


def history_json(head: History, rows: Iterable[Row]) -> bytes:
    """`head` with these rows."""
    before, after = encoded(head.model_copy(update={"rates": []})).split(b'"rates":[]', 1)
    return b"".join((before, b'"rates":[', ",".join(map(_json, rows)).encode(), b"]", after))


def _json(row: Row) -> str:
    day, currency, freshness, point = row
    head = f'{{"date":"{day}","currency":"{currency}",'
    if point is None:
        return f'{head}{_NOTHING},"freshness":"{freshness}","source":null,"confirmed":true}}'
    value, quoted, nominal, valid_on, valid_until, since, source = point[:7]
    return (
        f'{head}"value":"{value}","quoted":"{quoted}","nominal":{nominal},"valid_on":"{valid_on}",'
        f'"valid_until":"{valid_until}","unchanged_since":"{since}","freshness":"{freshness}","source":"{source}",'
        f'"confirmed":{"true" if point.confirmed else "false"}}}'
    )


def history_cells(rows: Iterable[Row]) -> Iterator[tuple[str | int | None, ...]]:
    """The rows as cells, in the order of `models.HistoryRow`."""
    for day, currency, freshness, point in rows:
        if point is None:
            yield (day, currency, *(None,) * 6, freshness.value, None, True)
        else:
            yield (day, currency, *point[:6], freshness.value, point.source, point.confirmed)
