"""The configurator's page, `/`, and the samples that its preview shows."""

from __future__ import annotations

from flask import request

from ticker.serve import render
from ticker.serve.configurator.sample import MOMENTS, sample
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

    def sampled(moment: str, path: str) -> Response:
        now = site.clock()
        snapshot = sample(site.cache.snapshot, site.settings, moment, now)
        return render.sampled(f"/sample/{moment}", path, query_string(), snapshot, site.settings, now)

    for moment in MOMENTS:
        for path in render.EMBED_PATHS:
            app.add_url_rule(
                f"/sample/{moment}{path}", f"sample {moment}{path}", sampled, defaults={"moment": moment, "path": path}
            )
