"""The read side as one WSGI application: cached responses first, then Flask; every response leaves through `send`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import request
from werkzeug.exceptions import HTTPException

from ticker import log
from ticker.serve.api import routes as api
from ticker.serve.chart import routes as chart
from ticker.serve.compat import routes as compat
from ticker.serve.configurator import routes as configurator
from ticker.serve.feeds import routes as feeds
from ticker.serve.http.errors import STORE_RETRY_S, error_response, error_text, reader_language
from ticker.serve.http.rate_limit import RateLimitedError
from ticker.serve.http.response import Response, send
from ticker.serve.http.router import Router
from ticker.serve.i18n.words import words
from ticker.serve.render import EMBED_PATHS
from ticker.serve.site import Site
from ticker.serve.story import routes as story
from ticker.serve.strip import routes as strip
from ticker.serve.strip.options import BadMoment
from ticker.store import StoreError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SLOW_RETRY_S = "1"
PRESENT_ONLY = ("/chart", "/headlines.", "/rates.", "/story/", "/compat/")
"""Paths without `at`: a request for a moment of the past must not get the present in its place."""

Routes = Callable[[Router, Site], object]


class Application:
    """The WSGI application.

    `first_request` is called once, by the first request that the process gets. `more` are routes of other rooms (the
    operator's). `dated`: responses carry the Date of the site's clock, where that is not the server's.
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
            if response := self.site.cache.get(path, environ.get("QUERY_STRING", ""), now):
                return send(response, environ, start_response, now, "hit", dated=self._dated)
        return self._flask(environ, start_response)

    def _send(self, response: Response, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        cache = response.cache or ("miss" if response.until else "bypass")
        return send(response, environ, start_response, self.site.clock(), cache, dated=self._dated)


def _register_routes(app: Router, site: Site) -> None:
    @app.before_request
    def refuse_moments_where_only_the_present_is_served() -> None:
        if request.path.startswith(PRESENT_ONLY) and "at" in request.args:
            raise BadMoment("error.present_only", path=request.path[:80])

    for routes in (strip, configurator, compat, api, chart, feeds, story):
        routes.register_routes(app, site)
    _register_http_errors(app, site)
    _register_faults(app, site)


def _register_http_errors(app: Router, site: Site) -> None:
    """What is wrong with the request."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status, say = error.code or 500, words(reader_language(site.settings.language))
        more = [pair for pair in error.get_headers() if pair[0] in ("Allow", "Retry-After", "Location")]
        return error_response(status, error.description or "", say, error_text(status, say), more)

    @app.errorhandler(BadMoment)
    def bad_moment(error: BadMoment) -> Response:
        say = words(reader_language(site.settings.language))
        return error_response(400, str(error), say, error.text(say))

    @app.errorhandler(RateLimitedError)
    def rate_limited(error: RateLimitedError) -> Response:
        say = words(reader_language(site.settings.language))
        response = error_response(429, str(error), say, error_text(429, say), error.retry)
        return replace(response, request_headers=error.quota.headers)


def _register_faults(app: Router, site: Site) -> None:
    """What is wrong on the service's side."""

    def fault(status: int, key: str, *more: tuple[str, str]) -> Response:
        say = words(reader_language(site.settings.language))
        return error_response(status, words("en").text(key), say, say.text(key), more)

    @app.errorhandler(TimeoutError)
    def too_slow(_: TimeoutError) -> Response:
        log.warning("rendering takes too long", path=request.path)
        return fault(503, "error.slow", ("Retry-After", SLOW_RETRY_S))

    @app.errorhandler(StoreError)
    def store_unavailable(error: StoreError) -> Response:
        log.info("store unavailable", why=str(error), path=request.path)
        return fault(503, "error.503.detail", ("Retry-After", STORE_RETRY_S))

    @app.errorhandler(Exception)
    def broken(_: Exception) -> Response:
        log.warning("request failed", path=request.path)
        return fault(500, "error.500.detail")
