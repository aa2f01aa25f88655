"""Flask with views that return finished responses: it only finds the route and calls the error handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import flask
from flask import Flask
from werkzeug.routing import RoutingException

from ticker.serve.http.response import HTML, Headers, Response, build_response, problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Send = Callable[[Response, WSGIEnvironment, StartResponse], Iterable[bytes]]
    View = TypeVar("View", bound=Callable[..., Any])

PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, Cache-Control, Accept"),
    ("Access-Control-Max-Age", "86400"),
)


class Router(Flask):
    """`send` writes a finished response to the WSGI server."""

    def __init__(self, send: Send) -> None:
        super().__init__("ticker.serve", static_folder=None)
        self.config["MAX_CONTENT_LENGTH"] = 64 << 10
        self.url_map.merge_slashes = False
        self._send = send

    def make_response(self, rv: object) -> flask.Response:
        if isinstance(rv, RoutingException):  # to the path with a slash, where there is nothing either
            rv = problem(404, "There is nothing at this address.")
        if isinstance(rv, _Finished):
            return rv
        assert isinstance(rv, Response)
        return _Finished(rv, self._send)

    def make_default_options_response(self) -> flask.Response:
        allowed = super().make_default_options_response().headers["Allow"]
        return self.make_response(
            build_response(b"", HTML, status=204, headers=Headers(more=(("Allow", allowed), *PREFLIGHT)))
        )

    if TYPE_CHECKING:  # Flask's types do not allow views that return ours

        def get(self, rule: str, **options: Any) -> Callable[[View], View]: ...
        def post(self, rule: str, **options: Any) -> Callable[[View], View]: ...
        def route(self, rule: str, **options: Any) -> Callable[[View], View]: ...
        def errorhandler(self, code_or_exception: type[Exception] | int) -> Callable[[View], View]: ...
        def add_url_rule(
            self,
            rule: str,
            endpoint: str | None = None,
            view_func: Callable[..., Any] | None = None,
            provide_automatic_options: bool | None = None,
            **options: Any,
        ) -> None: ...


class _Finished(flask.Response):
    """Wraps a finished response for Flask."""

    def __init__(self, answer: Response, send: Send) -> None:
        super().__init__(status=answer.status)
        self._answer, self._send = answer, send

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._send(self._answer, environ, start_response)
