"""The page of one headline, `/story/<id>`: its routes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from ticker import log
from ticker.model import Headline, Language
from ticker.rates.day import on_day
from ticker.rates.freshness import Figure, Judgement
from ticker.serve.http import pages as html
from ticker.serve.http.response import HTML, TEXT, Response, build_response, problem
from ticker.serve.http.router import Router
from ticker.serve.i18n.words import words
from ticker.serve.panel.view import Popularity
from ticker.serve.site import Site
from ticker.serve.story.clicks import record_beacon
from ticker.serve.story.view import LIFE, RETRY_S, UNKNOWN, Known, story
from ticker.serve.strip.options import LANGUAGES
from ticker.store import StoreError


def register_routes(app: Router, site: Site) -> None:
    heard = build_response(b"", TEXT, status=204)

    @app.get("/story/<story>")
    def story_page(story: str) -> Response:
        return _answer(site, story, request.args.get("lang", ""))

    @app.post("/story/<story>/view")
    def view(story: str) -> Response:
        """Told by the page's own script once it is seen, so that who only fetches the page is not counted."""
        record_beacon(site, "view", story)
        return heard


def _answer(site: Site, id_: str, asked: str) -> Response:
    now = site.clock()
    snapshot, judged = site.cache.current(now)
    content = snapshot.content
    one = next((each for each in content.headlines if each.id == id_), None)
    try:
        one, known = _known(site, id_, one, judged)
    except StoreError as fault:
        log.event("store unavailable", why=str(fault), path=request.path)
        known = UNKNOWN
        if one is None:
            return _told(503, "away", asked, [("Retry-After", RETRY_S)])
    if one is None:
        return _told(404, "missing", asked)
    lang = _language(asked, {feed.feed: feed.language for feed in content.feeds}.get(one.feed, ""))
    counted = Popularity(site.clicks.tally.clicks, site.clicks.floor, site.clicks.tally.generation)
    said = story(one, known, snapshot, judged, lang, site.settings.currencies, counted)
    return build_response(
        html.story_page(said),
        HTML,
        until=min(judged.until, now + LIFE),
        last_modified=snapshot.as_of if snapshot.version else None,
        policy=html.story_policy(),
    )


def _known(site: Site, id_: str, one: Headline | None, judged: Judgement) -> tuple[Headline | None, Known]:
    """The story's headline, as it is shown where it still is, and what the store has of it."""
    store, snapshot = site.require_store(), site.cache.snapshot
    content, kept = snapshot.content, store.story(id_)
    one = one or (kept.headline if kept else None)
    if one is None:
        return None, UNKNOWN
    day = content.home.day(one.published_at)
    figures: Sequence[Figure] = ()
    if day < judged.today:
        found = on_day(site.moment(), day, site.settings.currencies)
        figures = [one.figure for one in found if one.figure.rate]
    return one, Known(kept.summary if kept else "", store.totals([id_]).get(id_, 0), figures)


def _language(asked: str, of_story: str) -> Language:
    """The language asked for, else the story's own."""
    return next((lang for wanted in (asked, of_story) for lang in LANGUAGES if lang == wanted), "en")


def _told(status: int, what: str, asked: str, more: Sequence[tuple[str, str]] = ()) -> Response:
    """An error, in the language asked for; as a page for who takes one."""
    lang = _language(asked, "")
    say = words(lang)
    title, detail = say.text(f"story.{what}.title"), say.text(f"story.{what}")
    if "text/html" not in request.headers.get("Accept", ""):
        return problem(status, detail, more=more)
    page = html.error_page(status, title, detail, lang)
    return build_response(page, HTML, status=status, policy=html.policy("'none'"), more=more)
