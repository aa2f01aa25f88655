"""The doors people use: the strip and the panel, in their media."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial

from ticker.rates.freshness import Judgement
from ticker.serve.configurator.form import configurator
from ticker.serve.http import pages as html
from ticker.serve.http.cache import Render
from ticker.serve.http.response import HTML, JSON, LOCKED_POLICY, PNG, SCRIPT, SVG, TEXT, Response, build_response
from ticker.serve.panel.view import SCHEMA_PATH as PANEL_SCHEMA_PATH
from ticker.serve.panel.view import UNCOUNTED, Popularity, panel
from ticker.serve.strip import element as embed
from ticker.serve.strip import json, text
from ticker.serve.strip import svg as image
from ticker.serve.strip.options import LANGUAGES, Options, parse
from ticker.serve.strip.view import Strip, strip
from ticker.serve.terms import Embed, SiteSettings
from ticker.snapshot import Snapshot

SCHEMA_PATH = "/schema/strip.json"
PAGES = ("/strip", "/strip.json")
STRIPS = (*PAGES, "/strip.svg", "/strip.png", "/strip.txt", "/strip.fragment")
PANELS = ("/panel", "/panel.json", "/panel.fragment")
EMBED_PATHS = (*STRIPS, *PANELS)
SCHEMAS = {SCHEMA_PATH: "strip.schema.json", PANEL_SCHEMA_PATH: "panel.schema.json"}

CONFIGURATOR_LIFE = timedelta(minutes=1)

PREWARMED = tuple((path, f"lang={lang}" if lang != "en" else "") for lang in LANGUAGES for path in PAGES)
"""What most ask for: rendered before a new version is shown."""


def renderer(
    currencies: tuple[str, ...],
    frame_ancestors: str,
    presets: Mapping[str, str] | None = None,
    popularity: Callable[[], Popularity] = lambda: UNCOUNTED,
) -> Render:
    """How a strip or a panel is made: from path and query to its canonical key and the finished answer. `currencies`
    are shown where none are asked for."""

    def render(path: str, query: str, snapshot: Snapshot, judged: Judgement) -> tuple[str, Callable[[], Response]]:
        options, notes = parse(query, SiteSettings(currencies, presets or {}).offered(snapshot.content))
        if not path.endswith(".json"):
            notes = ()  # other media say nothing of them: whatever the mistake, it is one page
        key = "\n".join((path, options.query(), *notes))
        made_at = snapshot.as_of if snapshot.version else None
        finished = partial(build_response, until=judged.until, last_modified=made_at, detail=f"v{snapshot.version}")

        def make_strip() -> Response:
            said = strip(snapshot, judged, options, notes=notes, currencies=currencies)
            if path == "/strip.json":
                return finished(json.render(said), JSON, links=[_described(SCHEMA_PATH)])
            body, content_type, policy = _medium(path, said, frame_ancestors)
            return finished(body, content_type, policy=policy, links=[_twin(said.links["self"])])

        if path not in PANELS:
            return key, make_strip
        # What was popular at a moment of the past is not kept.
        counted = UNCOUNTED if snapshot.past else popularity()

        def make_panel() -> Response:
            said = panel(snapshot, judged, options, popularity=counted, notes=notes, currencies=currencies)
            if path == "/panel.json":
                body = json.render_panel(said, html.panel_body(said))
                return finished(body, JSON, links=[_described(PANEL_SCHEMA_PATH)])
            twin = [_twin(said.links["self"])]
            if path == "/panel.fragment":
                return finished(html.panel_fragment(said), HTML, policy=html.fragment_policy(), links=twin)
            return finished(html.panel_page(said), HTML, policy=html.panel_policy(frame_ancestors, said), links=twin)

        return f"{key}\n{counted.generation}", make_panel

    return render


def _described(schema: str) -> str:
    return f'<{schema}>; rel="describedby"'


def _twin(path: str) -> str:
    return f'<{path}>; rel="alternate"; type="application/json"'


def configure(query: str, host: str, scheme: str, snapshot: Snapshot, terms: SiteSettings, now: datetime) -> Response:
    """The configurator. Its code names the host that was asked, so it is made for each request."""

    def picture(options: Options) -> tuple[int, int]:
        currencies = (options.currencies or terms.currencies) if options.shows("rates") else ()
        return image.size(len(currencies), options.headlines if options.shows("headlines") else 0)

    element = embed.script()
    terms = replace(terms, embed=Embed(f"/embed/{element.version}.js", element.integrity))
    said = configurator(query, host, scheme, snapshot.content, terms, picture)
    return build_response(
        html.configurator_page(said), HTML, policy=html.configurator_policy(), until=now + CONFIGURATOR_LIFE
    )


@cache
def element(kept: str) -> Response:
    """The custom element's script; `kept` is for how long, as Cache-Control has it."""
    return build_response(embed.script().body, SCRIPT, cache_control=kept, effort=11)


def _medium(path: str, said: Strip, frame_ancestors: str) -> tuple[bytes, str, str]:
    """Body, Content-Type and Content-Security-Policy of one of the media for people."""
    if path == "/strip.txt":
        return text.render(said), TEXT, LOCKED_POLICY
    if path == "/strip.fragment":
        return html.fragment(said), HTML, html.fragment_policy()
    if path == "/strip.svg":
        return image.svg(said), SVG, image.policy(frame_ancestors, said)
    if path == "/strip.png":
        return image.png(said), PNG, LOCKED_POLICY
    return html.strip_page(said), HTML, html.policy(frame_ancestors, said)
