"""`/headlines.atom`, `/headlines.json` and `/rates.atom`: headlines and tables of rates for feed readers."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import NotFound

from ticker.model import DAY
from ticker.serve.feeds.atom import ATOM_TYPE, atom
from ticker.serve.feeds.channel import Channel
from ticker.serve.feeds.headlines import HEADLINES, headlines
from ticker.serve.feeds.json import JSON_FEED_TYPE, json_feed
from ticker.serve.feeds.query import FeedQuery, parse_feed_query
from ticker.serve.feeds.rates import RATES, rates
from ticker.serve.http.base_url import base_of
from ticker.serve.http.lru import LruResponses
from ticker.serve.http.request_context import query_string
from ticker.serve.http.response import Response, build_response
from ticker.serve.http.router import Router
from ticker.serve.site import Site

CACHE_BYTES = 4 << 20


def register_routes(app: Router, site: Site) -> None:
    responses = LruResponses(CACHE_BYTES)

    @app.get(f"{HEADLINES}.atom")
    def headlines_atom() -> Response:
        at = site.asked_for(query_string())
        channel = headlines(at.current()[0], _query(at, "home", "lang", "feeds"))
        return _answer(atom(channel), ATOM_TYPE, channel, at)

    @app.get(f"{HEADLINES}.json")
    def headlines_json() -> Response:
        at = site.asked_for(query_string())
        channel = headlines(at.current()[0], _query(at, "home", "lang", "feeds"))
        return _answer(json_feed(channel), JSON_FEED_TYPE, channel, at)

    @app.get(f"{RATES}.atom")
    def rates_atom() -> Response:
        at = site.asked_for(query_string())
        asked, store = _query(at, "home", "lang", "currencies"), site.require_store()
        snapshot, judged = at.current()
        content, outlooks = snapshot.content, judged.outlooks

        def make() -> Response:
            wanted = asked.options.currencies or at.terms.currencies
            channel = rates(store, snapshot, outlooks, asked, wanted)
            return _answer(atom(channel), ATOM_TYPE, channel, at)

        fingerprint = store.rates_version(), content.home, content.banks, content.demo, outlooks.fingerprint
        return responses.get_or_make(asked, fingerprint, make, site.clock())


def _query(site: Site, *names: str) -> FeedQuery:
    """The present request's. Raises NotFound where it names no host, for a feed contains its own address."""
    _, judged = site.current()
    base = base_of(request.headers.get("Host", ""), request.scheme, site.settings.base_url)
    if not base:
        raise NotFound("A feed names its own address; ask for it with a Host that has one.")
    return parse_feed_query(query_string(), site.offered(), names, base, judged.today)


def _answer(body: bytes, content_type: str, channel: Channel, site: Site) -> Response:
    now = site.clock()
    home = site.content.home
    modified = channel.updated_at if channel.updated_at <= now else None
    return build_response(body, content_type, until=home.at(home.day(now) + DAY), last_modified=modified)
