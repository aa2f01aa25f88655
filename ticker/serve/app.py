"""The read side as one WSGI application: finished answers first, then Flask, and one contract for all that leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request
from werkzeug.exceptions import HTTPException

from ticker import log
from ticker.serve.api import routes as api
from ticker.serve.chart import routes as chart
from ticker.serve.compat import routes as compat
from ticker.serve.configurator import routes as configurator
from ticker.serve.feeds import routes as feeds
from ticker.serve.http import pages
from ticker.serve.http.rate_limit import RateLimitedError
from ticker.serve.http.response import HTML, Response, build_response, problem, send
from ticker.serve.http.router import Router
from ticker.serve.render import EMBED_PATHS
from ticker.serve.site import Site
from ticker.serve.story import clicks as story_clicks
from ticker.serve.story import routes as story
from ticker.serve.strip import routes as strip
from ticker.serve.strip.options import BadMoment
from ticker.store import StoreError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

RETRY_S = "1"
STORE_RETRY_S = "5"
PRESENT_ONLY = ("/chart", "/headlines.", "/rates.", "/story/", "/compat/")
"""Addresses that tell no moment of the past: asked for one, they must not tell the present in its place."""

Routes = Callable[[Router, Site], object]


class Application:
    """The WSGI application. `first_request` is called once, by the first request that a process gets.

    `more` are routes of other rooms (the operator's). `dated`: responses carry the Date of the site's clock, which is
    not the server's own.
    """

    def __init__(
        self,
        site: Site,
        more: Iterable[Routes] = (),
        first_request: Callable[[], object] | None = None,
        *,
        dated: bool = False,
    ) -> None:
        self.site = site
        self._first_request = first_request
        self._dated = dated
        self._flask = Router(self._send)
        for register in (_register_routes, *more):
            register(self._flask, site)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._first_request:
            begin, self._first_request = self._first_request, None
            begin()
        path = environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        if path in EMBED_PATHS and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            now = self.site.clock()
            if answer := self.site.cache.get(path, environ.get("QUERY_STRING", ""), now):
                return send(answer, environ, start_response, now, "hit", dated=self._dated)
        return self._flask(environ, start_response)

    def _send(self, answer: Response, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        cache = answer.cache or ("miss" if answer.until else "bypass")
        return send(answer, environ, start_response, self.site.clock(), cache, dated=self._dated)


def _register_routes(app: Router, site: Site) -> None:
    @app.before_request
    def no_present_for_a_past() -> None:
        if request.path.startswith(PRESENT_ONLY) and "at" in request.args:
            there = "/strip, /panel, /status and /api/v1 tell what was known at a moment"
            raise BadMoment(f"at: {request.path[:80]} tells the present alone; {there}")

    for routes in (strip, configurator, story_clicks, compat, api, chart, feeds, story):
        routes.register_routes(app, site)
    _register_errors(app)


def _register_errors(app: Router) -> None:
    @app.errorhandler(HTTPException)
    def failed(fault: HTTPException) -> Response:
        more = [(name, value) for name, value in fault.get_headers() if name in ("Allow", "Retry-After", "Location")]
        return _error(fault.code or 500, fault.description or "", more)

    @app.errorhandler(BadMoment)
    def bad_moment(fault: BadMoment) -> Response:
        return _error(400, f"{fault}.", [])

    @app.errorhandler(RateLimitedError)
    def too_many(fault: RateLimitedError) -> Response:
        return replace(_error(429, str(fault), fault.retry), request_headers=fault.quota.headers)

    @app.errorhandler(TimeoutError)
    def too_slow(_: TimeoutError) -> Response:
        log.trouble("rendering takes too long", path=request.path)
        return _error(503, "This is taking too long; try again in a moment.", [("Retry-After", RETRY_S)])

    @app.errorhandler(StoreError)
    def no_store(fault: StoreError) -> Response:
        log.event("store unavailable", why=str(fault), path=request.path)
        return _error(503, "The database is temporarily unavailable.", [("Retry-After", STORE_RETRY_S)])

    @app.errorhandler(Exception)
    def broken(_: Exception) -> Response:
        log.trouble("request failed", path=request.path)
        return _error(500, "Something went wrong on our side; the log says what.", [])


def _error(code: int, detail: str, more: list[tuple[str, str]]) -> Response:
    """A readable page for who asks for pages, RFC 9457 for programs; kept by nobody, so that it varies by nothing."""
    program = request.path.endswith(".json") or request.path.startswith("/api/")
    if program or "text/html" not in request.headers.get("Accept", ""):
        return problem(code, detail, more=more)
    page = pages.error_page(code, HTTPStatus(code).phrase, detail)
    return build_response(page, HTML, status=code, policy=pages.policy("'none'"), more=more)
