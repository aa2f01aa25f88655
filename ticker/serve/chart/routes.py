"""The chart as a picture and a page: its routes."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from ticker.model import DAY
from ticker.serve.chart import svg as picture
from ticker.serve.chart.view import KEPT, PAGE, PICTURE, asked_for, chart, days, page
from ticker.serve.http import pages as html
from ticker.serve.http.cache import Finished
from ticker.serve.http.handover import charge, query_string
from ticker.serve.http.rate_limit import of_days
from ticker.serve.http.response import HTML, SVG, Response, build_response
from ticker.serve.http.router import Router
from ticker.serve.site import Site


def register_routes(app: Router, site: Site) -> None:
    finished = Finished(KEPT)

    @app.get(PICTURE)
    def chart_picture() -> Response:
        return finished.get(*_answer(site, PICTURE))

    @app.get(PAGE)
    def chart_page() -> Response:
        return finished.get(*_answer(site, PAGE))


def _answer(site: Site, path: str) -> tuple[Hashable, Callable[[], Response]]:
    """What the answer depends on, and how it is made. Raises StoreError, as making it does, and that TooManyError."""
    store, now = site.require_store(), site.clock()
    snapshot, judged = site.cache.current(now)
    content, terms, version = snapshot.content, site.settings, store.rates_version()
    offers = terms.offered(content)
    asked = asked_for(query_string(), offers)
    grace = content.grace

    def make() -> Response:
        currencies, (first, last) = asked.options.currencies or terms.currencies, asked.span(judged.today)
        charge(site, of_days((last - first).days, len(currencies)))
        known = days(site.timeline.columns(store, version, grace, currencies), asked, judged.today, judged.outlooks)
        until = content.home.at(judged.today + DAY)
        if path == PICTURE:
            drawn = chart(known, content, asked)
            policy = picture.policy(terms.frame_ancestors, drawn)
            return build_response(picture.svg(drawn), SVG, until=until, last_modified=now, policy=policy)
        said = html.chart_page(page(known, content, asked, offers, judged.today))
        return build_response(said, HTML, until=until, last_modified=now, policy=html.chart_policy())

    depends = content.home, content.banks, content.demo, tuple(sorted(offers.currencies)), judged.outlooks.fingerprint
    return (path, asked.query(), asked.notes, version, judged.today, depends), make
