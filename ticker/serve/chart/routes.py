"""`/chart.svg` and `/chart`: currencies over time as a picture and as a page."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from ticker.model import DAY
from ticker.serve.chart import html, svg
from ticker.serve.chart.days import daily_figures
from ticker.serve.chart.query import parse_chart_query
from ticker.serve.chart.view import PAGE, PICTURE, chart, page
from ticker.serve.http.cache import Finished
from ticker.serve.http.handover import charge, query_string
from ticker.serve.http.rate_limit import of_days
from ticker.serve.http.response import HTML, SVG, Response, build_response
from ticker.serve.http.router import Router
from ticker.serve.render import offered
from ticker.serve.site import Site

KEPT = 64  # finished answers


def register_routes(app: Router, site: Site) -> None:
    finished = Finished(KEPT)

    @app.get(PICTURE)
    def chart_picture() -> Response:
        return finished.get(*_answer(site, PICTURE))

    @app.get(PAGE)
    def chart_page() -> Response:
        return finished.get(*_answer(site, PAGE))


def _answer(site: Site, path: str) -> tuple[Hashable, Callable[[], Response]]:
    """The key of the answer and how to make it. Both raise StoreError, making it RateLimitedError too."""
    store, now = site.require_store(), site.clock()
    snapshot, judged = site.cache.current(now)
    content, terms, version = snapshot.content, site.settings, store.rates_version()
    offers = offered(snapshot, terms.currencies, terms.presets)
    asked = parse_chart_query(query_string(), offers)
    grace = content.grace

    def make() -> Response:
        currencies, (first, last) = asked.options.currencies or terms.currencies, asked.span(judged.today)
        charge(site, of_days((last - first).days, len(currencies)))
        known = daily_figures(site.timeline.columns(store, version, grace, currencies), asked, judged.today)
        until = content.home.at(judged.today + DAY)
        if path == PICTURE:
            drawn = chart(known, content, asked)
            policy = svg.policy(terms.frame_ancestors, drawn)
            return build_response(svg.svg(drawn), SVG, until=until, last_modified=now, policy=policy)
        body = html.page(page(known, content, asked, offers, judged.today))
        return build_response(body, HTML, until=until, last_modified=now, policy=html.policy())

    depends = content.home, content.banks, content.demo, tuple(sorted(offers.currencies))
    return (path, asked.query(), asked.notes, version, judged.today, depends), make
