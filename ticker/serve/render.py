"""From path and query to a finished response: the strip and the panel in every medium, and the configurator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial

from ticker.model import Language
from ticker.rates.freshness import Judgement, freshness
from ticker.serve.configurator import html as configurator_html
from ticker.serve.configurator.view import configurator
from ticker.serve.http.response import (
    HTML,
    JSON,
    LOCKED_POLICY,
    PNG,
    SCRIPT,
    SVG,
    TEXT,
    VARY_LANGUAGE,
    Compression,
    Headers,
    Response,
    build_response,
)
from ticker.serve.news.popular import UNCOUNTED, Popularity
from ticker.serve.panel import html as panel_html
from ticker.serve.panel import json as panel_json
from ticker.serve.panel.view import SCHEMA_PATH as PANEL_SCHEMA_PATH
from ticker.serve.panel.view import Panel, panel
from ticker.serve.strip import element as embed
from ticker.serve.strip import html, json, png, svg, text
from ticker.serve.strip.links import SCHEMA_PATH
from ticker.serve.strip.options import Options, offered, parse
from ticker.serve.strip.view import Strip, present
from ticker.serve.terms import LANGUAGES, Embed, SiteSettings
from ticker.snapshot import Content, Snapshot

PAGES = ("/strip", "/strip.json")
STRIPS = (*PAGES, "/strip.svg", "/strip.png", "/strip.txt", "/strip.fragment")
PANELS = ("/panel", "/panel.json", "/panel.fragment")
EMBED_PATHS = (*STRIPS, *PANELS)
SCHEMAS: Mapping[str, str] = {SCHEMA_PATH: "strip/schema.json", PANEL_SCHEMA_PATH: "panel/schema.json"}

CONFIGURATOR_LIFE = timedelta(minutes=1)

_FRAMED_BY_NONE, _BY_SELF = "frame-ancestors 'none'", "frame-ancestors 'self'"

PREWARMED = tuple((path, query) for query in ("", *(f"lang={lang}" for lang in LANGUAGES)) for path in PAGES)
"""The commonest paths and queries, rendered before a new version is shown."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A body with what differs by medium."""

    body: bytes
    content_type: str
    policy: str = LOCKED_POLICY


class Renderer:
    """Renders strips and panels: from path and query to the canonical key and the finished response."""

    def __init__(self, settings: SiteSettings, popularity: Callable[[], Popularity] = lambda: UNCOUNTED) -> None:
        self._settings, self._popularity = settings, popularity

    def __call__(
        self, path: str, query: str, snapshot: Snapshot, judged: Judgement
    ) -> tuple[str, Callable[[], Response]]:
        options, notes = parse(query, offered(snapshot.content, self._settings))
        snapshot, judged = snapshot.at_home(options.home), judged.of(options.home)
        if not path.endswith(".json"):
            notes = ()  # only JSON shows them: in other media, one response serves all mistakes
        says = tuple(note.text() for note in notes)
        key = "\n".join((path, options.query(), *says))
        if path in PANELS:
            # Past click counts are not stored.
            popularity = UNCOUNTED if snapshot.past else self._popularity()
            return f"{key}\n{popularity.tally_version}", partial(
                self._panel, path, options, says, snapshot, judged, popularity
            )
        return key, partial(self._strip, path, options, says, snapshot, judged)

    def _strip(
        self, path: str, options: Options, notes: tuple[str, ...], snapshot: Snapshot, judged: Judgement
    ) -> Response:
        terms = self._settings.at_home(options.home).own
        strip = present(snapshot, judged, options, notes=notes, terms=terms)
        made = _strip_medium(path, strip, self._settings.frame_ancestors)
        return _finish(made, _link(path, SCHEMA_PATH, strip.links["self"]), snapshot, judged)

    def _panel(
        self,
        path: str,
        options: Options,
        notes: tuple[str, ...],
        snapshot: Snapshot,
        judged: Judgement,
        popularity: Popularity,
    ) -> Response:
        terms = self._settings.at_home(options.home).own
        shown = panel(snapshot, judged, options, popularity=popularity, notes=notes, terms=terms)
        made = _panel_medium(path, shown, self._settings.frame_ancestors)
        return _finish(made, _link(path, PANEL_SCHEMA_PATH, shown.links["self"]), snapshot, judged)


def _finish(made: _Made, link: str, snapshot: Snapshot, judged: Judgement) -> Response:
    return build_response(
        made.body,
        made.content_type,
        until=judged.until,
        last_modified=snapshot.as_of if snapshot.version else None,
        headers=Headers(made.policy, links=(link,)),
        detail=f"v{snapshot.version}",
    )


def _link(path: str, schema_path: str, json_path: str) -> str:
    """JSON links to its schema, every other medium to the JSON with the same options."""
    if path.endswith(".json"):
        return f'<{schema_path}>; rel="describedby"'
    return f'<{json_path}>; rel="alternate"; type="application/json"'


def _strip_medium(path: str, strip: Strip, frame_ancestors: str) -> _Made:
    match path:
        case "/strip.json":
            return _Made(json.render(strip), JSON)
        case "/strip.txt":
            return _Made(text.render(strip), TEXT)
        case "/strip.fragment":
            return _Made(html.fragment(strip), HTML, html.fragment_policy())
        case "/strip.svg":
            return _Made(svg.svg(strip), SVG, svg.policy(frame_ancestors, strip))
        case "/strip.png":
            return _Made(png.png(strip), PNG)
        case _:
            return _Made(html.page(strip), HTML, html.policy(frame_ancestors, strip))


def _panel_medium(path: str, shown: Panel, frame_ancestors: str) -> _Made:
    match path:
        case "/panel.json":
            return _Made(panel_json.render(shown), JSON)
        case "/panel.fragment":
            return _Made(panel_html.fragment(shown), HTML, html.fragment_policy())
        case _:
            return _Made(panel_html.page(shown), HTML, panel_html.policy(frame_ancestors, shown))


def configure(
    query: str,
    host: str,
    scheme: str,
    language: Language,
    content: Content,
    settings: SiteSettings,
    now: datetime,
) -> Response:
    """The configurator's page. Its code names the requested host, so it is made for each request."""

    def picture(options: Options) -> tuple[int, int]:
        own = settings.at_home(options.home).currencies
        currencies = (options.currencies or own) if options.shows("rates") else ()
        return svg.size(len(currencies), options.headlines if options.shows("headlines") else 0)

    script = embed.script()
    settings = replace(settings, embed=Embed(f"/embed/{script.version}.js", script.integrity))
    form = configurator(query, host, scheme, content, settings, picture, language)
    headers = Headers(configurator_html.policy(form), vary=VARY_LANGUAGE)
    return build_response(configurator_html.page(form), HTML, until=now + CONFIGURATOR_LIFE, headers=headers)


def sampled(base: str, path: str, query: str, snapshot: Snapshot, settings: SiteSettings, now: datetime) -> Response:
    """A strip or panel of the configurator's preview, which no other page may frame. It asks again below `base`."""
    options, _ = parse(query, offered(snapshot.content, settings))
    snapshot, terms = snapshot.at_home(options.home), settings.at_home(options.home).own
    judged = freshness(snapshot, now)
    if path in PANELS:
        shown = panel(snapshot, judged, options, terms=terms)
        made = _panel_medium(path, replace(shown, strip=_below(base, shown.strip)), "'self'")
    else:
        made = _strip_medium(path, _below(base, present(snapshot, judged, options, terms=terms)), "'self'")
    until, headers = min(judged.until, now + CONFIGURATOR_LIFE), Headers(made.policy.replace(_FRAMED_BY_NONE, _BY_SELF))
    return build_response(made.body, made.content_type, until=until, headers=headers)


def _below(base: str, strip: Strip) -> Strip:
    """The strip with its own JSON below `base`; what else it links to is real."""
    return replace(strip, links={**strip.links, "self": base + strip.links["self"]})


@cache
def element(cache_control: str) -> Response:
    """The custom element's script."""
    return build_response(embed.script().body, SCRIPT, cache_control=cache_control, compression=Compression(11))
