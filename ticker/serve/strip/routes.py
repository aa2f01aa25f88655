"""The strip and the panel in every medium, their schemas, and the element's files."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from werkzeug.exceptions import NotFound

from ticker.serve import render
from ticker.serve.http.request_context import past_snapshot, query_string, requested_moment
from ticker.serve.http.response import Response, build_response, of_the_past
from ticker.serve.http.router import Router
from ticker.serve.i18n.words import templates_dir
from ticker.serve.site import Site

SCHEMA_LIFE = timedelta(days=1)
ELEMENT_CACHE_CONTROL = "public, max-age=600, stale-while-revalidate=86400, stale-if-error=604800"


def register_routes(app: Router, site: Site) -> None:
    def strip_or_panel() -> Response:
        query, at = query_string(), requested_moment(site)
        if at is None:
            return site.cache.get_or_render(request.path, query, site.clock())
        then = past_snapshot(site.asked_for(query), at)
        return of_the_past(site.cache.past(request.path, query, then), at, site.clock())

    for path in render.EMBED_PATHS:
        app.add_url_rule(path, path, strip_or_panel)

    def schema() -> Response:
        body = (templates_dir() / render.SCHEMAS[request.path]).read_bytes()
        return build_response(body, "application/schema+json", until=site.clock() + SCHEMA_LIFE)

    for path in render.SCHEMAS:
        app.add_url_rule(path, path, schema)

    @app.get("/embed.js")
    def element() -> Response:
        return render.element(ELEMENT_CACHE_CONTROL)

    @app.get("/embed/<name>")
    def of_version(name: str) -> Response:
        response = site.assets.find(name)
        if response is None:
            raise NotFound("There is no such version of the element; /embed.js is the newest.")
        return response
