"""The routes of /api/v1 and of its documentation: strict reading, cached answers, the rate limit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from flask import request
from werkzeug.exceptions import NotFound

from ticker.rates.witnesses import Witnesses
from ticker.serve.api import html, openapi, reading, reference
from ticker.serve.api.answers import history
from ticker.serve.api.answers.formatter import NotAvailableError
from ticker.serve.api.endpoint import ApiQuery, Endpoint
from ticker.serve.api.endpoints import ENDPOINTS
from ticker.serve.api.params import Allowed
from ticker.serve.api.reading import BadParametersError, Mistake
from ticker.serve.http.base_url import base_of
from ticker.serve.http.cache import feeds_shown
from ticker.serve.http.lru import LruResponses
from ticker.serve.http.rate_limit import MOMENT_COST, RateLimitedError, of_days
from ticker.serve.http.request_context import charge, query_string
from ticker.serve.http.response import (
    HTML,
    JSON,
    LOCKED_POLICY,
    Compression,
    Headers,
    Response,
    build_response,
    of_the_past,
    problem,
)
from ticker.serve.http.router import Router
from ticker.serve.site import Site
from ticker.serve.strip.options import EARLIEST
from ticker.store import StoreError

CACHE_BYTES = 48 << 20  # of responses, in a process
SEARCH_COST = 5  # of looking for words in all headlines
LARGE = 50_000  # bytes from which a body is compressed only as it is asked for
STATUS_LIFE = timedelta(seconds=5)
PAPERS_LIFE = timedelta(minutes=10)
MARKDOWN = "text/markdown; charset=utf-8"
ASTRAY = {
    "/api": "/api/v1 lists every address, as /api/v1/rates and /api/v1/rate/USD.txt; /docs is the reference.",
    "/compat": "/compat/nbkr/XML/daily.xml, /compat/nbkr/XML/weekly.xml and /compat/frankfurter/v1/latest are there; "
    "docs/compat.md, beside the source, tells more; /docs is the reference of the service's own API.",
}
SERVICE_DESC = '</openapi.json>; rel="service-desc"'


class Fingerprint(NamedTuple):
    """The state that an answer was built from: while it is equal, so is the answer.

    It is kept beside each answer, and so has numbers and no snapshot.
    """

    snapshot_version: int
    as_of: datetime
    until: datetime
    states: int  # hash of all figures, states of feeds and outlooks
    rates_version: int | None  # None where the answer needs no store, or the store is away
    tally_version: int


def register_routes(app: Router, site: Site) -> None:
    api = Api(site)
    for one in ENDPOINTS:
        _add(app, one.path.replace("{currency}", "<currency>"), one.id, partial(api.answer, one))
        if one.row:
            _add(app, one.csv_path, f"{one.id}_csv", partial(api.answer, one, csv=True))
    _add(app, "/openapi.json", "document", api.document)
    _add(app, "/docs", "reference", api.reference)
    _add(app, "/llms.txt", "llms", api.llms)
    for base, where in ASTRAY.items():
        _add(app, base, f"astray_at{base}", partial(_astray, where))
        _add(app, f"{base}/", f"astray_in{base}", partial(_astray, where))
        _add(app, f"{base}/<path:_>", f"astray_below{base}", partial(_astray, where))


def allowed_at(site: Site) -> Allowed:
    """What lists may name at the moment, at the home in question."""
    everywhere, home = site.offered(), site.content.home
    here = everywhere.at(site.home)
    witnessed = Witnesses.of(site.content).currencies
    return Allowed(here.currencies, here.feeds, here.presets, home.currency, home.zone, everywhere.homes, witnessed)


def _add(app: Router, path: str, name: str, view: Callable[..., Response]) -> None:
    app.add_url_rule(path, f"api_{name}", view, methods=["GET"])


def _astray(where: str, **_: str) -> Response:
    """There is nothing, and what is meant is likely near."""
    path = request.path if len(request.path) <= 80 else f"{request.path[:77]}..."
    raise NotFound(f"There is nothing at {path}. {where}")


class Api:
    """What all endpoints share: strict reading, cached answers, the rate limit."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._responses = LruResponses(CACHE_BYTES)

    def answer(self, endpoint: Endpoint, *, csv: bool = False, currency: str = "") -> Response:
        """One request, from its query to its answer. Raises StoreError."""
        now = self._site.clock()
        left = charge(self._site, 0)
        try:
            query = self._read(endpoint, csv, currency, now)
            fingerprint = self._fingerprint(query)
            made = self._responses.get(query.key, fingerprint)
            if made is None:
                left = charge(self._site, self._cost(query))
                made = self._build(query, fingerprint, now)
        except BadParametersError as fault:
            made = problem(400, f"{fault}.", errors=[one.said for one in fault.mistakes])
        except RateLimitedError as fault:
            left, made = fault.quota, problem(429, str(fault), more=fault.retry)
        except NotAvailableError as fault:
            made = problem(404, str(fault))
        return replace(made, request_headers=left.headers)

    def document(self) -> Response:
        """The OpenAPI document, of the currencies and feeds there are now, with the host that was asked."""

        def body(allowed: Allowed, base: str) -> bytes:
            return json.dumps(openapi.document(allowed, base), ensure_ascii=False).encode()

        return self._paper(body, JSON, LOCKED_POLICY)

    def reference(self) -> Response:
        """The reference page; its examples name the host that was asked."""

        def body(allowed: Allowed, base: str) -> bytes:
            return html.page(reference.reference(allowed, base))

        return self._paper(body, HTML, html.policy())

    def llms(self) -> Response:
        """The same in a page of Markdown."""
        return self._paper(lambda allowed, base: reference.llms(allowed, base).encode(), MARKDOWN, LOCKED_POLICY)

    def _paper(self, body: Callable[[Allowed, str], bytes], content_type: str, policy: str) -> Response:
        now, allowed, base = self._site.clock(), allowed_at(self._site), self._base()
        fingerprint = [allowed.members(of) for of in ("money", "feeds", "presets", "homes", "witnessed")]
        key = request.path, base
        made = self._responses.get(key, fingerprint)
        if made is None:
            charge(self._site, 1)
            headers, compression = Headers(policy, links=(SERVICE_DESC,)), Compression(lazy=True)
            made = build_response(body(allowed, base), content_type, headers=headers, compression=compression)
            made = self._responses.put(key, fingerprint, made, now)
        return replace(made, until=now + PAPERS_LIFE)

    def _base(self) -> str:
        return base_of(request.headers.get("Host", ""), request.scheme, self._site.settings.base_url)

    def _read(self, endpoint: Endpoint, csv: bool, currency: str, now: datetime) -> ApiQuery:
        """The request with its parameters; raises BadParametersError."""
        site = self._site.asked_for(query_string())
        allowed = allowed_at(site)
        read: Any = reading.read(endpoint.params, query_string(), allowed, without=("format",) if csv else ())
        if currency and currency not in allowed.currencies:
            raise BadParametersError(reading.stray("currency", currency, allowed.members("currencies")))
        csv = csv or getattr(read, "format", "json") == "csv"
        base = self._base() if csv and endpoint.tag == "Headlines" else ""
        languages = site.terms.own.languages
        if endpoint.id == "strip" and read.lang not in languages:
            raise BadParametersError(reading.stray("lang", read.lang, languages))
        query = ApiQuery(site, endpoint, read, csv, currency, base)
        if query.at and not EARLIEST <= query.at <= now:
            wrong = "which is still to come; wanted the past" if query.at > now else f"wanted none before {EARLIEST:%Y}"
            raise BadParametersError(Mistake("at", getattr(read, "at", ""), wrong))
        return query

    def _fingerprint(self, query: ApiQuery) -> Fingerprint:
        snapshot, judged = query.site.current()
        feeds = () if query.endpoint.tag == "Rates" else tuple(feeds_shown(judged))
        return Fingerprint(
            snapshot_version=snapshot.version,
            as_of=snapshot.as_of,
            until=judged.until,
            states=hash((judged.figures, snapshot.content.feeds, feeds, judged.outlooks.fingerprint)),
            rates_version=self._version() if query.endpoint.past else None,
            tally_version=self._site.clicks.tally.version if query.endpoint.id == "popular" else 0,
        )

    def _version(self) -> int | None:
        """Of all figures there are; None while the store is away."""
        store = None if self._site.live.fault else self._site.live.store
        try:
            return store.rates_version() if store else None
        except StoreError:
            return None

    def _cost(self, query: ApiQuery) -> int:
        if query.at:
            return MOMENT_COST
        if query.endpoint.id == "headlines" and query.params.q:
            return SEARCH_COST
        if query.endpoint.id != "history":
            return 1
        wanted = history.span(query.site.moment(), query.site.terms.currencies, query.params)
        return of_days(len(wanted.ordinals), len(wanted.currencies))

    def _build(self, query: ApiQuery, fingerprint: Fingerprint, now: datetime) -> Response:
        moment = query.site.moment(query.at)
        body = query.endpoint.build(query, moment)
        made = build_response(
            body.content,
            body.content_type,
            until=moment.judged.until,
            headers=Headers(links=(*body.links, SERVICE_DESC)),
            compression=Compression(lazy=len(body.content) > LARGE),
            detail=f"v{moment.snapshot.version}",
        )
        if query.at:
            return of_the_past(made, query.at, now)
        if query.endpoint.id == "status":
            return replace(made, until=min(now + STATUS_LIFE, made.until or now))
        return self._responses.put(query.key, fingerprint, made, now)
