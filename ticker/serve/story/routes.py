"""`/story/<id>`, the page of one headline, and the beacons that count clicks and views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from ticker import log
from ticker.model import Headline, Language
from ticker.rates.day import on_day
from ticker.rates.freshness import Figure
from ticker.serve.http.errors import STORE_RETRY_S, error_page, reader_language, wants_page
from ticker.serve.http.request_context import query_string
from ticker.serve.http.response import HTML, TEXT, Headers, Response, build_response, problem
from ticker.serve.http.router import Router
from ticker.serve.i18n.words import words
from ticker.serve.news.clicks import BODY_BYTES, STORY_ID, Kind, by_a_reader, page_of
from ticker.serve.news.popular import Popularity
from ticker.serve.site import Site
from ticker.serve.story import html
from ticker.serve.story.view import LIFE, UNKNOWN, Known, story
from ticker.serve.terms import SiteSettings
from ticker.store import StoreError

COUNTED = build_response(b"", TEXT, status=204)
PREFLIGHT = build_response(
    b"",
    TEXT,
    status=204,
    headers=Headers(
        more=(
            ("Allow", "OPTIONS, POST"),
            ("Access-Control-Allow-Methods", "POST"),
            ("Access-Control-Allow-Headers", "Content-Type"),
            ("Access-Control-Max-Age", "86400"),
        )
    ),
)


def register_routes(app: Router, site: Site) -> None:
    @app.get("/story/<story>")
    def story_page(story: str) -> Response:
        return _answer(site, story, request.args.get("lang", ""))

    @app.post("/story/<story>/view")
    def view(story: str) -> Response:
        """Sent by the page's script when the page becomes visible, so that prefetchers are not counted."""
        _record_beacon(site, "view", story)
        return COUNTED

    @app.route("/click/<story>", methods=["POST", "OPTIONS"], provide_automatic_options=False)
    def click(story: str) -> Response:
        """Always 204, counted or not, so that nobody learns from it which stories exist."""
        if not (STORY_ID.fullmatch(story) or story in site.clicks.shown()):
            raise NotFound("A story's id has sixteen characters, digits and the letters a to f.")
        if request.method == "OPTIONS":
            return PREFLIGHT
        _record_beacon(site, "click", story)
        return COUNTED


def _record_beacon(site: Site, kind: Kind, story: str) -> None:
    """Count the click or view that the present request reports, if a reader's page sent it. Raises
    RequestEntityTooLarge."""
    body = request.stream.read(BODY_BYTES + 1)
    if len(body) > BODY_BYTES:
        raise RequestEntityTooLarge(f"A {kind}'s body has at most {BODY_BYTES} bytes.")
    is_beacon, page = page_of(request.headers, body)
    if is_beacon and by_a_reader(request.headers):
        site.clicks.count(kind, story, page, site.clock())


def _answer(site: Site, id_: str, asked: str) -> Response:
    now, site = site.clock(), site.asked_for(query_string())
    everywhere = site.cache.snapshot.content.homes
    one = next((each for of in everywhere for each in of.headlines if each.id == id_), None)
    site = _at_its_home(site, one)
    try:
        if one is None and (kept := site.require_store().story(id_)):
            one = kept.headline
            site = _at_its_home(site, one)
        known = _known(site, id_, one) if one else UNKNOWN
    except StoreError as fault:
        log.info("store unavailable", why=str(fault), path=request.path)
        known = UNKNOWN
        if one is None:
            return _error(site, 503, "away", asked, [("Retry-After", STORE_RETRY_S)])
    if one is None:
        return _error(site, 404, "missing", asked)
    snapshot, judged = site.current()
    of_story = {feed.feed: feed.language for feed in snapshot.content.feeds}.get(one.feed, "")
    lang = _language(asked, of_story, site.terms)
    counted = Popularity(site.clicks.tally.clicks, site.clicks.floor, site.clicks.tally.version)
    said = story(one, known, snapshot, judged, lang, site.terms.own, counted, site.home)
    return build_response(
        html.page(said),
        HTML,
        until=min(judged.until, now + LIFE),
        last_modified=snapshot.as_of if snapshot.version else None,
        headers=Headers(html.policy()),
    )


def _at_its_home(site: Site, one: Headline | None) -> Site:
    """The site at the home whose feed has the headline, the one in question first; that one also has those of feeds
    that are gone."""
    content = site.cache.snapshot.content
    having = [of for of in content.homes if one and any(it.feed == one.feed for it in of.feeds)]
    if not having or site.content in having:
        return site
    return replace(site, home=None if having[0] is content else having[0].home.currency)


def _known(site: Site, id_: str, one: Headline) -> Known:
    """What only the store has of a headline. Raises StoreError."""
    store, (snapshot, judged) = site.require_store(), site.current()
    kept, day = store.story(id_), snapshot.content.home.day(one.published_at)
    figures: Sequence[Figure] = ()
    if day < judged.today:
        found = on_day(site.moment(), day, site.terms.currencies)
        figures = [one.figure for one in found if one.figure.rate]
    return Known(kept.summary if kept else "", store.totals([id_]).get(id_, 0), figures)


def _language(asked: str, of_story: str, terms: SiteSettings) -> Language:
    """The language asked for, else the story's."""
    return next(
        (lang for wanted in (asked, of_story) for lang in terms.own.languages if lang == wanted), terms.language
    )


def _error(site: Site, status: int, what: str, asked: str, more: Sequence[tuple[str, str]] = ()) -> Response:
    """An error in the reader's language, or for a program in the language asked for."""
    terms = site.terms
    say = words(reader_language(terms.language) if wants_page() else _language(asked, "", terms))
    title, detail = say.text(f"story.{what}.title"), say.text(f"story.{what}")
    if not wants_page():
        return problem(status, detail, more=more)
    return error_page(status, say, detail, more, title=title)
