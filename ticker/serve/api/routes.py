"""The doors of /api/v1, and what hangs over all of them: strict reading, kept answers, limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import NotFound

from ticker import log
from ticker.rates.day import Moment
from ticker.serve.api import answers as say
from ticker.serve.api import html, models, openapi, params, reference, tables
from ticker.serve.api.endpoints import ENDPOINTS, Endpoint, csv_columns
from ticker.serve.api.params import Allowed, BadParametersError, Mistake
from ticker.serve.http import csv
from ticker.serve.http.base_url import base_of
from ticker.serve.http.cache import feeds_shown
from ticker.serve.http.errors import STORE_RETRY_S
from ticker.serve.http.lru import LruResponses
from ticker.serve.http.rate_limit import MOMENT_COST, RateLimitedError, of_days
from ticker.serve.http.request_context import charge, query_string
from ticker.serve.http.response import (
    CSV,
    HTML,
    JSON,
    LOCKED_POLICY,
    TEXT,
    Compression,
    Headers,
    Response,
    build_response,
    of_the_past,
    problem,
)
from ticker.serve.http.router import Router
from ticker.serve.strip.options import EARLIEST
from ticker.serve.strip.view import SCHEMA_PATH
from ticker.store import StoreError

if TYPE_CHECKING:
    from ticker.serve.site import Site

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


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read: what it asks for, and in which form."""

    door: Endpoint
    params: Any
    csv: bool
    rest: str = ""  # what the path itself names

    @property
    def at(self) -> datetime | None:
        moment: datetime | None = getattr(self.params, "moment", None)
        return moment

    @property
    def key(self) -> tuple[object, ...]:
        return self.door.id, self.params, self.csv, self.rest


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


def _add(app: Router, path: str, name: str, view: Callable[..., Response]) -> None:
    app.add_url_rule(path, f"api_{name}", view, methods=["GET"])


def _astray(where: str, **_: str) -> Response:
    """There is nothing, and what is meant is likely near."""
    path = request.path if len(request.path) <= 80 else f"{request.path[:77]}..."
    raise NotFound(f"There is nothing at {path}. {where}")


class Api:
    """What all doors share: the answers kept, the figures of decades, the limits."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._responses = LruResponses(CACHE_BYTES)
        self._book = site.timeline

    def answer(self, door: Endpoint, *, csv: bool = False, currency: str = "") -> Response:
        """One request, from its query to its answer."""
        now = self._site.clock()
        left = charge(self._site, 0)
        try:
            asked = self._asked(door, csv, currency, now)
            fingerprint = self._fingerprint(asked, now)
            made = self._responses.get(asked.key, fingerprint)
            if made is None:
                left = charge(self._site, self._cost(asked))
                made = self._made(asked, fingerprint, now)
        except BadParametersError as fault:
            made = problem(400, f"{fault}.", errors=[one.said for one in fault.mistakes])
        except RateLimitedError as fault:
            left, made = fault.quota, problem(429, str(fault), more=fault.retry)
        except say.NotAvailableError as fault:
            made = problem(404, str(fault))
        except StoreError as fault:
            log.info("store unavailable", why=str(fault), path=request.path)
            detail = "What is asked for is known to the store alone, which does not answer; try again in a moment."
            made = problem(503, detail, more=[("Retry-After", STORE_RETRY_S)])
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
        now, allowed, base = self._site.clock(), self.allowed(), self._base()
        fingerprint = [allowed.members(of) for of in ("money", "feeds", "presets")]
        key = request.path, base
        made = self._responses.get(key, fingerprint)
        if made is None:
            charge(self._site, 1)
            headers = Headers(policy, links=(SERVICE_DESC,))
            compression = Compression(lazy=True)
            made = build_response(body(allowed, base), content_type, headers=headers, compression=compression)
            made = self._responses.put(key, fingerprint, made, now)
        return replace(made, until=now + PAPERS_LIFE)

    def _base(self) -> str:
        return base_of(request.headers.get("Host", ""), request.scheme, self._site.settings.base_url)

    def _asked(self, door: Endpoint, csv: bool, currency: str, now: datetime) -> Asked:
        """What is asked for; raises BadParametersError."""
        allowed = self.allowed()
        query = query_string()
        read = params.read(door.params, query, allowed, without=("format",) if csv else ())
        if currency and currency not in allowed.currencies:
            raise BadParametersError(params.stray("currency", currency, allowed.members("currencies")))
        asked = Asked(door, read, csv or getattr(read, "format", "json") == "csv", currency)
        if asked.at and not EARLIEST <= asked.at <= now:
            wrong = "which is still to come; wanted the past" if asked.at > now else f"wanted none before {EARLIEST:%Y}"
            raise BadParametersError(Mistake("at", getattr(read, "at", ""), wrong))
        return asked

    def allowed(self) -> Allowed:
        """What lists may name at the moment."""
        content, terms = self._site.cache.snapshot.content, self._site.settings
        return Allowed(
            currencies={*terms.currencies, *(one.currency for one in content.series)},
            feeds=[one.feed for one in content.feeds],
            presets=terms.presets,
            home=content.home.currency,
        )

    def _fingerprint(self, asked: Asked, now: datetime) -> object:
        """What an answer is made of: as long as all of this is the same, so is the answer. It is kept beside each of
        them, and so holds numbers and no snapshot."""
        snapshot, judged = self._site.cache.current(now)
        counted = self._site.clicks.tally.version if asked.door.id == "popular" else 0
        version = self._version() if asked.door.past else None
        feeds = () if asked.door.tag == "Rates" else feeds_shown(judged)
        of_snapshot = snapshot.version, snapshot.as_of, hash(snapshot.content.feeds)
        outlooks = judged.outlooks.fingerprint
        return of_snapshot, judged.until, hash((judged.figures, tuple(feeds), outlooks)), version, counted

    def _version(self) -> int | None:
        """Of all figures there are; None while the store is away."""
        store = None if self._site.live.fault else self._site.live.store
        try:
            return store.rates_version() if store else None
        except StoreError:
            return None

    def _cost(self, asked: Asked) -> int:
        if asked.at:
            return MOMENT_COST
        if asked.door.id == "headlines" and asked.params.q:
            return SEARCH_COST
        if asked.door.id != "history":
            return 1
        wanted = say.span(self._site.moment(), self._site.settings.currencies, asked.params)
        return of_days(len(wanted.ordinals), len(wanted.currencies))

    def _made(self, asked: Asked, fingerprint: object, now: datetime) -> Response:
        made = self._say(asked)
        if asked.at:
            return of_the_past(made, asked.at, now)
        if asked.door.id == "status":
            return replace(made, until=min(now + STATUS_LIFE, made.until or now))
        return self._responses.put(asked.key, fingerprint, made, now)

    def _say(self, asked: Asked) -> Response:
        moment = self._site.moment(asked.at)
        said = self._body(asked, moment)
        return build_response(
            said.body,
            said.content_type,
            until=moment.judged.until,
            headers=Headers(links=(*said.links, SERVICE_DESC)),
            compression=Compression(lazy=len(said.body) > LARGE),
            detail=f"v{moment.snapshot.version}",
        )

    def _body(self, asked: Asked, moment: Moment) -> _Said:
        site = self._site.settings.currencies
        match asked.door.id:
            case "strip":
                body = say.strip_json(self._site, moment, asked.params, self.allowed())
                return _Said(body, links=(f'<{SCHEMA_PATH}>; rel="describedby"',))
            case "rate":
                return _Said(say.rate_text(moment, asked.rest, asked.params), TEXT)
            case "history":
                return self._history(asked, moment)
            case "headlines":
                found = say.headlines(moment, asked.params)
                onward = found.links.next
                if onward and asked.csv and asked.params.format != "csv":  # by the path's ending
                    onward = onward.replace(f"{asked.door.path}?", f"{asked.door.csv_path}?", 1)
                links = (f'<{onward}>; rel="next"',) if onward else ()
                return replace(_said(asked, found, found.headlines), links=links)
            case "rates":
                rates = say.rates(moment, site, asked.params)
                return _said(asked, rates, rates.rates, date=rates.date, demo=rates.demo)
            case "convert":
                done = say.convert(moment, asked.params)
                return _said(asked, done, [done])
            case "popular":
                views = self._site.clicks
                popular = say.popular_now(moment, asked.params, views.tally.clicks, views.floor)
                return _said(asked, popular, popular.headlines)
            case "feeds":
                feeds = say.feeds(moment)
                return _said(asked, feeds, feeds.feeds)
            case "status":
                return _said(asked, say.status(moment))
            case _:
                return _said(asked, say.index())

    def _history(self, asked: Asked, moment: Moment) -> _Said:
        """Raises StoreError."""
        wanted = say.span(moment, self._site.settings.currencies, asked.params)
        rows = say.history_rows(moment, self._book, moment.past.rates_version(), wanted)
        head = say.history_head(moment, asked.params, wanted)
        if not asked.csv:
            return _Said(tables.history_json(head, rows))
        demo = tables.cell(head.demo)
        cells = ((*row, demo) for row in tables.history_cells(rows))
        return _Said(csv.render(csv_columns(asked.door), cells), CSV)


@dataclass(frozen=True, slots=True)
class _Said:
    body: bytes
    content_type: str = JSON
    links: tuple[str, ...] = ()


def _said(asked: Asked, model: models.Model, rows: Sequence[models.Model] = (), **more: object) -> _Said:
    """The model, or its rows as a table, with `more` that is the same in each."""
    if not asked.csv or not asked.door.row:
        return _Said(models.encoded(model))
    return _Said(tables.of_rows(asked.door, (row.model_dump(by_alias=True) for row in rows), more), CSV)
