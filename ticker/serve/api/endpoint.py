"""What an endpoint of the API is, and one request to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ticker.rates.day import Moment
from ticker.serve.api import models
from ticker.serve.http import csv
from ticker.serve.http.response import CSV, JSON
from ticker.serve.site import Site

BASE = "/api/v1"
_ADDED = ("last_change", "changed_on")  # columns that stand last: the older ones keep their places


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of an answer, and the links of its header."""

    content: bytes
    content_type: str = JSON
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiQuery:
    """One request, read: what is asked for, and in which form."""

    site: Site
    endpoint: Endpoint
    params: Any
    csv: bool
    currency: str = ""  # named by the path
    base: str = ""  # the service's own address where the answer names it

    @property
    def at(self) -> datetime | None:
        """The moment of the past that is asked for (UTC)."""
        moment: datetime | None = getattr(self.params, "moment", None)
        return moment

    @property
    def key(self) -> tuple[object, ...]:
        return self.endpoint.id, self.params, self.csv, self.currency, self.base

    def body(self, model: models.Model, rows: Sequence[models.Model] = (), **columns: object) -> Body:
        """The model as JSON, or its rows as CSV, with `columns` that are the same in each."""
        if not self.csv or not self.endpoint.row:
            return Body(models.encoded(model))
        dumped = [row.model_dump(by_alias=True) for row in rows]
        for row in dumped:
            if "story" in row:  # a row on its own has no base address
                row["story"] = self.base + row["story"]
        return Body(render_table(self.endpoint, dumped, columns), CSV)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address. `answer` is its model, if it has one; `row` a line of its CSV, if it has any."""

    id: str
    path: str
    tag: str
    params: type[BaseModel]
    answer: type[models.Model] | None
    build: Callable[[ApiQuery, Moment], Body]
    summary: str
    description: str
    row: type[models.Model] | None = None
    past: bool = False  # whether it may need the store, and so answer 503
    missing: bool = False  # whether there may be nothing to give, and so answer 404

    @property
    def csv_path(self) -> str:
        return f"{self.path}.csv"


def csv_columns(endpoint: Endpoint) -> list[str]:
    """The header of its CSV: a row that is taken out of it still says its day, and whether it is a demonstration's."""
    assert endpoint.row
    own = list(models.columns(endpoint.row))
    if endpoint.id in ("rates", "witnesses"):
        added = [name for name in own if name in _ADDED]
        return ["date", *(name for name in own if name not in added), "demo", *added]
    return [*own, "demo"] if endpoint.id == "history" else own


def render_table(endpoint: Endpoint, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Any]) -> bytes:
    """The CSV of an endpoint; `columns` are the same in each row."""
    names = csv_columns(endpoint)
    return csv.render(names, ([cell({**row, **columns}[name]) for name in names] for row in rows))


def cell(value: Any) -> str | int | None:
    return str(value).lower() if isinstance(value, bool) else value
