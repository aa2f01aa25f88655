"""The read side as one WSGI application: finished answers first, then Flask, and one contract for all that leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from ticker import log
from ticker.operate import routes as operate
from ticker.rates.timeline import Book
from ticker.serve import render as widgets
from ticker.serve.api import routes as api
from ticker.serve.chart import view as chart
from ticker.serve.compat import routes as compat
from ticker.serve.configurator.form import Terms
from ticker.serve.feeds import view as syndication
from ticker.serve.http import pages as html
from ticker.serve.http.cache import Ready
from ticker.serve.http.handover import ANSWER, CACHE, hand, known_then, moment
from ticker.serve.http.live import Latest
from ticker.serve.http.rate_limit import Limits, TooManyError
from ticker.serve.http.response import HTML, Answer, finish, of_the_past, problem, respond
from ticker.serve.i18n.words import templates_dir
from ticker.serve.news import clicks as views
from ticker.serve.news.clicks import Shown, Views
from ticker.serve.story import view as story
from ticker.serve.strip.assets import Issued
from ticker.serve.strip.options import BadMoment
from ticker.store import StoreError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, Cache-Control, Accept"),
    ("Access-Control-Max-Age", "86400"),
)
SCHEMA_LIFE = timedelta(days=1)
ELEMENT_KEPT = "public, max-age=600, stale-while-revalidate=86400, stale-if-error=604800"
RETRY_S = "1"
STORE_RETRY_S = "5"
PRESENT_ONLY = ("/chart", "/headlines.", "/rates.", "/story/", "/compat/")
"""Addresses that tell no moment of the past: asked for one, they must not tell the present in its place."""


class ReadSide:
    """The WSGI application. `first_request` is called once, by the first request that a process gets.

    `dated`: answers carry the Date of `clock`, which is not the server's own.
    """

    def __init__(
        self,
        ready: Ready,
        latest: Latest,
        clock: Callable[[], datetime],
        first_request: Callable[[], object] | None = None,
        *,
        dated: bool = False,
        terms: Terms | None = None,
        views: Views | None = None,
        issued: Issued | None = None,
    ) -> None:
        self.ready, self.latest, self.clock = ready, latest, clock
        self.terms = terms or Terms()
        self.views = views or Views(lambda: latest.store, clock, shown=Shown(lambda: ready.snapshot.content))
        self.issued = issued or Issued()
        self.book = Book()
        self.limits = Limits(self.terms.api_quota)
        self._first_request = first_request
        self._dated = dated
        self._flask = _doors(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._first_request:
            begin, self._first_request = self._first_request, None
            begin()
        now, method = self.clock(), environ["REQUEST_METHOD"]
        path = environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        if path in widgets.MEDIA and method in ("GET", "HEAD"):
            answer = self.ready.find(path, environ.get("QUERY_STRING", ""), now)
            if answer:
                return respond(answer, environ, start_response, now, "hit", dated=self._dated)
        answer = self._through_flask(environ)
        cache = environ.get(CACHE) or ("miss" if answer.until else "bypass")
        return respond(answer, environ, start_response, now, cache, dated=self._dated)

    def past(self, path: str, query: str, at: datetime) -> Answer:
        """What was answered at a moment of the past, as far as it is still known. Raises StoreError, TooManyError."""
        return of_the_past(self.ready.past(path, query, known_then(self, at)), at, self.clock())

    def _through_flask(self, environ: WSGIEnvironment) -> Answer:
        """What the door behind the path answers. Flask finds the door and catches what goes wrong, no more."""
        allowed: list[str] = []

        def heard(_: str, headers: list[tuple[str, str]], *__: object) -> Callable[[bytes], object]:
            allowed.extend(value for name, value in headers if name == "Allow")
            return lambda _: None

        closing = self._flask(environ, heard)
        if hasattr(closing, "close"):
            closing.close()
        answer: Answer | None = environ.get(ANSWER)
        if answer is not None:
            return answer
        if environ["REQUEST_METHOD"] == "OPTIONS":  # which Flask answers by itself
            return finish(b"", HTML, status=204, more=[("Allow", ", ".join(allowed)), *PREFLIGHT])
        return problem(404, "There is nothing at this address.")  # Flask would send elsewhere


def _doors(read: ReadSide) -> Flask:
    """Each view hands over a finished answer; what goes wrong becomes one too."""
    app = Flask("ticker.serve", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 << 10
    app.url_map.merge_slashes = False

    @app.before_request
    def no_present_for_a_past() -> None:
        if request.path.startswith(PRESENT_ONLY) and "at" in request.args:
            there = "/strip, /panel, /status and /api/v1 tell what was known at a moment"
            raise BadMoment(f"at: {request.path[:80]} tells the present alone; {there}")

    def strip() -> Response:
        query, at = request.query_string.decode("latin-1"), moment(read)
        return hand(read.past(request.path, query, at) if at else read.ready.make(request.path, query, read.clock()))

    for path in widgets.MEDIA:
        app.add_url_rule(path, path, strip)

    def schema() -> Response:
        body = (templates_dir() / widgets.SCHEMAS[request.path]).read_bytes()
        return hand(finish(body, "application/schema+json", until=read.clock() + SCHEMA_LIFE))

    for path in widgets.SCHEMAS:
        app.add_url_rule(path, path, schema)

    @app.get("/")
    def configurator() -> Response:
        query, host = request.query_string.decode("latin-1"), request.headers.get("Host", "")
        snapshot = read.ready.snapshot
        return hand(widgets.configure(query, host, request.scheme, snapshot, read.terms, read.clock()))

    @app.get("/embed.js")
    def element() -> Response:
        return hand(widgets.element(ELEMENT_KEPT))

    @app.get("/embed/<name>")
    def of_version(name: str) -> Response:
        answer = read.issued.find(name)
        if answer is None:
            raise NotFound("There is no such version of the element; /embed.js is the newest.")
        return hand(answer)

    views.doors(app, read)
    compat.doors(app, read)
    api.doors(app, read)
    chart.doors(app, read)
    syndication.doors(app, read)
    story.doors(app, read)
    operate.doors(app, read)

    @app.errorhandler(HTTPException)
    def failed(fault: HTTPException) -> Response:
        more = [(name, value) for name, value in fault.get_headers() if name in ("Allow", "Retry-After", "Location")]
        return hand(_error(fault.code or 500, fault.description or "", more))

    @app.errorhandler(BadMoment)
    def bad_moment(fault: BadMoment) -> Response:
        return hand(_error(400, f"{fault}.", []))

    @app.errorhandler(TooManyError)
    def too_many(fault: TooManyError) -> Response:
        return hand(replace(_error(429, str(fault), fault.retry), told=fault.left.headers))

    @app.errorhandler(TimeoutError)
    def too_slow(_: TimeoutError) -> Response:
        log.warning("rendering takes too long", path=request.path)
        return hand(_error(503, "This is taking too long; try again in a moment.", [("Retry-After", RETRY_S)]))

    @app.errorhandler(StoreError)
    def no_store(fault: StoreError) -> Response:
        log.info("store unavailable", why=str(fault), path=request.path)
        return hand(_error(503, "The store does not answer; try again in a moment.", [("Retry-After", STORE_RETRY_S)]))

    @app.errorhandler(Exception)
    def broken(_: Exception) -> Response:
        log.warning("request failed", path=request.path)
        return hand(_error(500, "Something went wrong on our side; the log says what.", []))

    return app


def _error(code: int, detail: str, more: list[tuple[str, str]]) -> Answer:
    """A readable page for who asks for pages, RFC 9457 for programs; kept by nobody, so that it varies by nothing."""
    program = request.path.endswith(".json") or request.path.startswith("/api/")
    if program or "text/html" not in request.headers.get("Accept", ""):
        return problem(code, detail, more=more)
    page = html.error_page(code, HTTPStatus(code).phrase, detail)
    return finish(page, HTML, status=code, policy=html.policy("'none'"), more=more)
