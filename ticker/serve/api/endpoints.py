"""The doors of the API, one line a door: what the code serves, and what the document and the reference tell of."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from ticker.serve.api import models, params

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address. `answer` None: plain text. `row` is a line of its CSV, None where it has none."""

    id: str
    path: str
    tag: str
    params: type[BaseModel]
    answer: type[models.Model] | None
    summary: str
    says: str
    row: type[models.Model] | None = None
    past: bool = False  # whether it may need the store, and so answer 503
    missing: bool = False  # whether there may be nothing to give, and so answer 404

    @property
    def csv_path(self) -> str:
        return f"{self.path}.csv"


ENDPOINTS = (
    Endpoint(
        "index",
        BASE,
        "Service",
        params.NoParams,
        models.Index,
        "Where everything is",
        "The addresses of all doors, of the OpenAPI document and of the reference.",
    ),
    Endpoint(
        "rates",
        f"{BASE}/rates",
        "Rates",
        params.RatesParams,
        models.Rates,
        "The official rates of a day",
        "Today's rates by default, with the figures before and after, where each came from, and all that the bank has "
        "said for the day. A figure that is held, because it looks like a mistake of the bank, is counted and never "
        "shown.",
        models.Rate,
        past=True,
    ),
    Endpoint(
        "rate",
        f"{BASE}/rate/{{currency}}.txt",
        "Rates",
        params.RateParams,
        None,
        "One figure as plain text, for a cell",
        "What one unit of the currency costs, exact, and nothing else: for a spreadsheet or a shell. Where there is no "
        "official figure for the day, or it is late, the answer is a 404: a cell then shows an error, and never an old "
        "figure as a new one. `late=give` gives the bank's newest one all the same.",
        past=True,
        missing=True,
    ),
    Endpoint(
        "history",
        f"{BASE}/history",
        "Rates",
        params.HistoryParams,
        models.History,
        "Every day of a span",
        "Each calendar day with the figure that was official on it, and since when that is unchanged. A day that no "
        "table covers carries the newest figure before it, marked `late` and with its own `valid_on`; a day that has "
        "nothing, or is still to come, has null. At most 40,000 rows.",
        models.HistoryRow,
        past=True,
    ),
    Endpoint(
        "convert",
        f"{BASE}/convert",
        "Rates",
        params.ConvertParams,
        models.Conversion,
        "An amount in another currency",
        "By the official rates of a day, exact: from and to the home currency, or from one foreign currency to another "
        "by way of it. Rounded half up to the minor units of the currency, and given exactly beside it, with the rates "
        "that were used. A rate that is `late` is used and marked: `valid_on` and `freshness` tell the oldest and the "
        "worst of them, in the CSV too; the plain text of `rate` refuses such a figure unless it is asked for. 404 "
        "where the bank has no figure for the day.",
        models.Conversion,
        past=True,
        missing=True,
    ),
    Endpoint(
        "headlines",
        f"{BASE}/headlines",
        "Headlines",
        params.HeadlinesParams,
        models.Headlines,
        "Headlines, the newest first",
        "A page of them; `links.next`, also a `Link` header, leads to the next one, which neither repeats nor skips a "
        "headline, whatever came in meanwhile. They are kept for 30 days after they left their feed.",
        models.Headline,
        past=True,
    ),
    Endpoint(
        "popular",
        f"{BASE}/popular",
        "Headlines",
        params.PopularParams,
        models.Popular,
        "What is read most",
        "Counted without cookies or addresses. While too little was opened, first what several feeds carry, then what "
        "was opened at all.",
        models.Headline,
    ),
    Endpoint(
        "feeds",
        f"{BASE}/feeds",
        "Headlines",
        params.FeedsParams,
        models.Feeds,
        "The feeds",
        "Whose headlines are shown, and whether they could be read.",
        models.Feed,
    ),
    Endpoint(
        "strip",
        f"{BASE}/strip",
        "Strip",
        params.StripParams,
        None,
        "The strip",
        "What `/strip.json` says, for the same options; here a mistake in them is a 400.",
        past=True,
    ),
    Endpoint(
        "status",
        f"{BASE}/status",
        "Service",
        params.StatusParams,
        models.Status,
        "Whether what is shown is true",
        "The state of each figure and feed.",
    ),
)


def door(id_: str) -> Endpoint:
    return next(one for one in ENDPOINTS if one.id == id_)


def csv_columns(door: Endpoint) -> list[str]:
    """The header of its CSV: a row that is taken out of it still says its day, and whether it is a demonstration's."""
    assert door.row
    own = list(models.columns(door.row))
    if door.id == "rates":
        return ["date", *own, "demo"]
    return [*own, "demo"] if door.id == "history" else own
