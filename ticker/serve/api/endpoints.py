"""The endpoints of the API: what each is asked and answers, and the function that builds the answer.

The routes, the OpenAPI document and the reference are made of this one table.
"""

from __future__ import annotations

from dataclasses import replace

from ticker import __version__
from ticker.rates.day import Moment
from ticker.serve.api import headline_models, models, params, tables, witness_models
from ticker.serve.api.answers import headlines, history, rates, service, witnesses
from ticker.serve.api.endpoint import BASE, ApiQuery, Body, Endpoint, cell, csv_columns
from ticker.serve.http import csv
from ticker.serve.http.response import CSV, TEXT
from ticker.serve.strip.links import SCHEMA_PATH


def index() -> models.Index:
    links = {one.id: one.path.replace("{currency}", "USD") for one in ENDPOINTS} | {
        "service-desc": "/openapi.json",
        "service-doc": "/docs",
    }
    return models.Index(service=f"som-ticker {__version__}", links=links)


def _index(query: ApiQuery, _: Moment) -> Body:
    return query.body(index())


def _rates(query: ApiQuery, moment: Moment) -> Body:
    found = rates.rates(moment, query.site.terms.currencies, query.params)
    return query.body(found, found.rates, date=found.date, demo=found.demo)


def _rate(query: ApiQuery, moment: Moment) -> Body:
    return Body(rates.rate_text(moment, query.currency, query.params), TEXT)


def _history(query: ApiQuery, moment: Moment) -> Body:
    """Raises StoreError."""
    wanted = history.span(moment, query.site.terms.currencies, query.params)
    rows = history.history_rows(moment, query.site.timeline, moment.past.rates_version(), wanted)
    head = history.history_head(moment, query.params, wanted)
    if not query.csv:
        return Body(tables.history_json(head, rows))
    demo = cell(head.demo)
    cells = ((*row, demo) for row in tables.history_cells(rows))
    return Body(csv.render(csv_columns(query.endpoint), cells), CSV)


def _convert(query: ApiQuery, moment: Moment) -> Body:
    done = rates.convert(moment, query.params)
    return query.body(done, [done])


def _witnesses(query: ApiQuery, moment: Moment) -> Body:
    """Raises NotAvailableError, StoreError."""
    found = witnesses.witnesses(moment, query.params)
    return query.body(found, witness_models.rows(found), date=found.date, demo=found.demo)


def _headlines(query: ApiQuery, moment: Moment) -> Body:
    """Raises StoreError."""
    found = headlines.headlines(moment, query.params)
    onward = found.links.next
    if onward and query.csv and query.params.format != "csv":  # by the path's ending
        onward = onward.replace(f"{query.endpoint.path}?", f"{query.endpoint.csv_path}?", 1)
    return replace(query.body(found, found.headlines), links=(f'<{onward}>; rel="next"',) if onward else ())


def _popular(query: ApiQuery, moment: Moment) -> Body:
    found = headlines.popular_now(moment, query.params, query.site.clicks.tally.clicks, query.site.clicks.floor)
    return query.body(found, found.headlines)


def _feeds(query: ApiQuery, moment: Moment) -> Body:
    found = headlines.feeds(moment)
    return query.body(found, found.feeds)


def _strip(query: ApiQuery, moment: Moment) -> Body:
    body = service.strip_json(moment, query.params, query.site)
    return Body(body, links=(f'<{SCHEMA_PATH}>; rel="describedby"',))


def _status(query: ApiQuery, moment: Moment) -> Body:
    return query.body(service.status(moment))


ENDPOINTS = (
    Endpoint(
        "index",
        BASE,
        "Service",
        params.NoParams,
        models.Index,
        _index,
        "All endpoints",
        "The paths of all endpoints, of the OpenAPI document and of the reference.",
    ),
    Endpoint(
        "rates",
        f"{BASE}/rates",
        "Rates",
        params.RatesParams,
        models.Rates,
        _rates,
        "The official rates of a day",
        "Today's rates by default, each with the previous and the next figure, its provenance, and every revision that "
        "the bank published for the day. A figure that is held because it looks like a mistake of the bank is counted "
        "and never shown.",
        models.Rate,
        past=True,
    ),
    Endpoint(
        "rate",
        f"{BASE}/rate/{{currency}}.txt",
        "Rates",
        params.RateParams,
        None,
        _rate,
        "One figure as plain text, for a cell",
        "The exact price of one unit of the currency and nothing else: for a spreadsheet or a shell. Without an "
        "official figure for the day, or with one that is late, the answer is a 404: a cell then shows an error, and "
        "never an old figure as a new one. `late=give` returns the bank's newest figure anyway.",
        past=True,
        missing=True,
    ),
    Endpoint(
        "history",
        f"{BASE}/history",
        "Rates",
        params.HistoryParams,
        models.History,
        _history,
        "Every day of a span",
        "Each calendar day with the figure that was official on it, and the day since which it is unchanged. On a day "
        "that no table covers, the newest figure before it is carried forward, marked `late` and with its own "
        "`valid_on`; a day without any figure, or in the future, has null. At most 40,000 rows.",
        models.HistoryRow,
        past=True,
    ),
    Endpoint(
        "convert",
        f"{BASE}/convert",
        "Rates",
        params.ConvertParams,
        models.Conversion,
        _convert,
        "An amount in another currency",
        "Converts exactly, by the official rates of a day: to or from the home currency, or between two foreign "
        "currencies by way of it. The result is rounded half up to the minor units of the currency; the exact value "
        "and the rates that were used stand beside it. A `late` rate is used and marked: `valid_on` and `freshness` "
        "are those of the oldest and the worst rate, in the CSV too; the plain text of `rate` refuses such a figure by "
        "default. 404 if the bank has no figure for the day.",
        models.Conversion,
        past=True,
        missing=True,
    ),
    Endpoint(
        "witnesses",
        f"{BASE}/witnesses",
        "Rates",
        params.WitnessesParams,
        witness_models.Witnesses,
        _witnesses,
        "What other banks say of the rates",
        "The official figures of a day, each beside what other central banks' tables say of it. A bank's figure is "
        "derived: what the currency costs there, divided by what the home currency costs there. Two banks that set "
        "the home currency themselves and agree with each other make a `median`; it confirms or contradicts the "
        "official figure and is none itself. Only the newest tables are kept at hand: a day that none of them reaches "
        "is a 404; `at` gives those of a moment of the past.",
        witness_models.WitnessRow,
        past=True,
        missing=True,
    ),
    Endpoint(
        "headlines",
        f"{BASE}/headlines",
        "Headlines",
        params.HeadlinesParams,
        headline_models.Headlines,
        _headlines,
        "Headlines, the newest first",
        "One page of headlines. `links.next`, also sent as a `Link` header, leads to the next page, which neither "
        "repeats nor skips a headline, whatever came in meanwhile. Headlines are kept for 30 days after they left "
        "their feed.",
        headline_models.Headline,
        past=True,
    ),
    Endpoint(
        "popular",
        f"{BASE}/popular",
        "Headlines",
        params.PopularParams,
        headline_models.Popular,
        _popular,
        "The most read headlines",
        "Clicks are counted without cookies or addresses. While there are too few, stories that several feeds carry "
        "come first, then the others that were opened.",
        headline_models.Headline,
    ),
    Endpoint(
        "feeds",
        f"{BASE}/feeds",
        "Headlines",
        params.FeedsParams,
        headline_models.Feeds,
        _feeds,
        "The feeds",
        "The feeds whose headlines are shown, and whether each could be read.",
        headline_models.Feed,
    ),
    Endpoint(
        "strip",
        f"{BASE}/strip",
        "Strip",
        params.StripParams,
        None,
        _strip,
        "The strip",
        "The same as `/strip.json` for the same options; here a mistake in an option is a 400.",
        past=True,
    ),
    Endpoint(
        "status",
        f"{BASE}/status",
        "Service",
        params.StatusParams,
        models.Status,
        _status,
        "Freshness of everything shown",
        "The state of each figure and feed.",
    ),
)
