"""Tables as CSV (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = frozenset("0123456789.")


def render(names: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """UTF-8 with a header row; a null is an empty cell, a boolean `true` or `false`.

    Text that a spreadsheet would run as a formula gets a leading apostrophe: titles come from outside. A negative
    number stays as it is.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _cell(cell: str | int | None) -> str | int | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if not isinstance(cell, str) or not cell.startswith(_FORMULA):
        return cell
    negative = cell[0] == "-" and len(cell) > 1 and _NUMBER.issuperset(cell[1:])
    return cell if negative else f"'{cell}"
