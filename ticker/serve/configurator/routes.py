"""The configurator's page, `/`."""

from __future__ import annotations

from flask import request

from ticker.serve import render
from ticker.serve.http.errors import reader_language
from ticker.serve.http.request_context import query_string
from ticker.serve.http.response import Response
from ticker.serve.http.router import Router
from ticker.serve.site import Site


def register_routes(app: Router, site: Site) -> None:
    @app.get("/")
    def configurator() -> Response:
        host = request.headers.get("Host", "")
        lang = reader_language(site.settings.language)
        content, now = site.cache.snapshot.content, site.clock()
        return render.configure(query_string(), host, request.scheme, lang, content, site.settings, now)
