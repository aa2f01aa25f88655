"""Headlines and tables of rates as feeds: their routes."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import NotFound

from ticker.model import DAY
from ticker.serve.configurator.form import base_of
from ticker.serve.feeds import atom as feeds
from ticker.serve.feeds.atom import ATOM_TYPE, JSON_FEED_TYPE, Channel
from ticker.serve.feeds.view import HEADLINES, KEPT, RATES, Asked, headlines, rates
from ticker.serve.http.cache import Finished
from ticker.serve.http.handover import query_string
from ticker.serve.http.response import Response, build_response
from ticker.serve.http.router import Router
from ticker.serve.site import Site
from ticker.serve.strip.options import Options, parse
from ticker.serve.terms import SiteSettings


def register_routes(app: Router, site: Site) -> None:
    finished = Finished(KEPT)

    @app.get(f"{HEADLINES}.atom")
    def headlines_atom() -> Response:
        channel = headlines(site.cache.snapshot, _asked(site, "lang", "feeds"))
        return _answer(feeds.atom(channel), ATOM_TYPE, channel, site)

    @app.get(f"{HEADLINES}.json")
    def headlines_json() -> Response:
        channel = headlines(site.cache.snapshot, _asked(site, "lang", "feeds"))
        return _answer(feeds.json_feed(channel), JSON_FEED_TYPE, channel, site)

    @app.get(f"{RATES}.atom")
    def rates_atom() -> Response:
        asked, store = _asked(site, "lang", "currencies"), site.require_store()
        snapshot, judged = site.cache.current(site.clock())
        content, outlooks = snapshot.content, judged.outlooks

        def make() -> Response:
            wanted = asked.options.currencies or site.settings.currencies
            channel = rates(store, snapshot, outlooks, asked, wanted)
            return _answer(feeds.atom(channel), ATOM_TYPE, channel, site)

        depends = content.home, content.banks, content.demo, outlooks.fingerprint
        return finished.get((asked, store.rates_version(), depends), make)


def _asked(site: Site, *names: str) -> Asked:
    """The options that count for a feed; the others of a strip are ignored."""
    snapshot, judged = site.cache.current(site.clock())
    terms: SiteSettings = site.settings
    query = query_string()
    options, notes = parse(query, terms.offered(snapshot.content))
    base = base_of(request.headers.get("Host", ""), request.scheme, terms.base_url)
    if not base:
        raise NotFound("A feed names its own address; ask for it with a Host that has one.")
    kept = Options(**{name: getattr(options, name) for name in names})
    return Asked(kept, tuple(note for note in notes if note.split(":")[0] in (*names, "preset")), base, judged.today)


def _answer(body: bytes, content_type: str, channel: Channel, site: Site) -> Response:
    now = site.clock()
    home = site.cache.snapshot.content.home
    modified = channel.updated_at if channel.updated_at <= now else None
    return build_response(body, content_type, until=home.at(home.day(now) + DAY), last_modified=modified)
