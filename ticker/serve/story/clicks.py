"""Counts what readers open: the routes that a page tells of clicks and views."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from ticker.serve.http.response import TEXT, Headers, Response, build_response
from ticker.serve.http.router import Router
from ticker.serve.news.clicks import BODY_BYTES, STORY_ID, Kind, by_a_reader, page_of
from ticker.serve.site import Site


def record_beacon(site: Site, kind: Kind, story: str) -> None:
    """Count what the present request tells of a story, if a reader's page tells it. Raises RequestEntityTooLarge."""
    body = request.stream.read(BODY_BYTES + 1)
    if len(body) > BODY_BYTES:
        raise RequestEntityTooLarge(f"A {kind}'s body has at most {BODY_BYTES} bytes.")
    told, page = page_of(request.headers, body)
    if told and by_a_reader(request.headers):
        site.clicks.count(kind, story, page, site.clock())


def register_routes(app: Router, site: Site) -> None:
    """POST /click/<id> is answered 204 whether or not it counts: nobody learns from it which stories there are."""
    heard = build_response(b"", TEXT, status=204)
    preflight = (
        ("Allow", "OPTIONS, POST"),
        ("Access-Control-Allow-Methods", "POST"),
        ("Access-Control-Allow-Headers", "Content-Type"),
        ("Access-Control-Max-Age", "86400"),
    )
    allowed = build_response(b"", TEXT, status=204, headers=Headers(more=preflight))

    @app.route("/click/<story>", methods=["POST", "OPTIONS"], provide_automatic_options=False)
    def click(story: str) -> Response:
        if not (STORY_ID.fullmatch(story) or story in site.clicks.shown()):
            raise NotFound("A story's id has sixteen characters, digits and the letters a to f.")
        if request.method == "OPTIONS":
            return allowed
        record_beacon(site, "click", story)
        return heard
