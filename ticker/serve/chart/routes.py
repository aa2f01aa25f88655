"""`/chart.svg` and `/chart`: currencies over time as a picture and as a page."""

from __future__ import annotations

from ticker.model import DAY
from ticker.serve.chart import html, svg
from ticker.serve.chart.days import daily_figures
from ticker.serve.chart.query import parse_chart_query
from ticker.serve.chart.view import PAGE, PICTURE, chart, page
from ticker.serve.http.lru import LruResponses
from ticker.serve.http.rate_limit import of_days
from ticker.serve.http.request_context import charge, query_string
from ticker.serve.http.response import HTML, SVG, Headers, Response, build_response
from ticker.serve.http.router import Router
from ticker.serve.site import Site

CACHE_BYTES = 8 << 20


def register_routes(app: Router, site: Site) -> None:
    responses = LruResponses(CACHE_BYTES)

    @app.get(PICTURE)
    def chart_picture() -> Response:
        return _answer(site, responses, PICTURE)

    @app.get(PAGE)
    def chart_page() -> Response:
        return _answer(site, responses, PAGE)


def _answer(site: Site, responses: LruResponses, path: str) -> Response:
    """Raises StoreError and RateLimitedError."""
    site = site.asked_for(query_string())
    store, now = site.require_store(), site.clock()
    snapshot, judged = site.current()
    content, terms, version = snapshot.content, site.terms, store.rates_version()
    offers = site.offered()
    asked = parse_chart_query(query_string(), offers)
    grace = content.grace

    def make() -> Response:
        currencies, (first, last) = asked.options.currencies or terms.currencies, asked.span(judged.today)
        charge(site, of_days((last - first).days, len(currencies)))
        known = daily_figures(
            site.timeline.columns(store, version, grace, currencies), asked, judged.today, judged.outlooks
        )
        until = content.home.at(judged.today + DAY)
        if path == PICTURE:
            drawn = chart(known, content, asked)
            policy = svg.policy(terms.frame_ancestors, drawn)
            return build_response(svg.svg(drawn), SVG, until=until, headers=Headers(policy))
        body = html.page(page(known, content, asked, offers.at(site.home), judged.today))
        return build_response(body, HTML, until=until, headers=Headers(html.policy()))

    fingerprint = (
        version,
        judged.today,
        content.home,
        content.banks,
        content.demo,
        offers.at(site.home).currencies,
        judged.outlooks.fingerprint,
    )
    return responses.get_or_make((path, asked.query(), asked.notes), fingerprint, make, now)
