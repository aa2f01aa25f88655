"""The doors people use: the strip, in its media."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial

from ticker.freshness import Judgement
from ticker.serve.answer import HTML, JSON, LOCKED_POLICY, PNG, SCRIPT, SVG, TEXT, Answer, finish
from ticker.serve.configurator import Embed, Terms, configurator
from ticker.serve.media import embed, html, image, json, text
from ticker.serve.options import LANGUAGES, Offered, Options, parse
from ticker.serve.view import Strip, strip
from ticker.snapshot import Snapshot

SCHEMA_PATH = "/schema/strip.json"
PAGES = ("/strip", "/strip.json")
MEDIA = (*PAGES, "/strip.svg", "/strip.png", "/strip.txt", "/strip.fragment")

CONFIGURATOR_LIFE = timedelta(minutes=1)

COMMON = tuple((path, f"lang={lang}" if lang != "en" else "") for lang in LANGUAGES for path in PAGES)
"""What most ask for: rendered before a new version is shown."""


def renderer(
    currencies: tuple[str, ...], frame_ancestors: str, presets: Mapping[str, str] | None = None
) -> Callable[[str, str, Snapshot, Judgement], tuple[str, Callable[[], Answer]]]:
    """How a strip is made: from path and query to its canonical key and the finished answer. `currencies` are shown
    where none are asked for."""

    def render(path: str, query: str, snapshot: Snapshot, judged: Judgement) -> tuple[str, Callable[[], Answer]]:
        options, notes = parse(query, offered(snapshot, currencies, presets or {}))
        if path != "/strip.json":
            notes = ()  # other media say nothing of them: whatever the mistake, it is one page

        def make() -> Answer:
            said = strip(snapshot, judged, options, notes=notes, currencies=currencies)
            made_at = snapshot.as_of if snapshot.version else None
            finished = partial(finish, until=judged.until, last_modified=made_at, detail=f"v{snapshot.version}")
            if path == "/strip.json":
                return finished(json.render(said), JSON, links=[f'<{SCHEMA_PATH}>; rel="describedby"'])
            body, content_type, policy = _medium(path, said, frame_ancestors)
            twin = f'<{said.links["self"]}>; rel="alternate"; type="application/json"'
            return finished(body, content_type, policy=policy, links=[twin])

        return "\n".join((path, options.query(), *notes)), make

    return render


def configure(query: str, host: str, scheme: str, snapshot: Snapshot, terms: Terms, now: datetime) -> Answer:
    """The configurator. Its code names the host that was asked, so it is made for each request."""

    def picture(options: Options) -> tuple[int, int]:
        currencies = (options.currencies or terms.currencies) if options.shows("rates") else ()
        return image.size(len(currencies), options.headlines if options.shows("headlines") else 0)

    element = embed.script()
    terms = replace(terms, embed=Embed(f"/embed/{element.version}.js", element.integrity))
    said = configurator(query, host, scheme, snapshot.content, terms, picture)
    return finish(html.configurator_page(said), HTML, policy=html.configurator_policy(), until=now + CONFIGURATOR_LIFE)


@cache
def element(kept: str) -> Answer:
    """The custom element's script; `kept` is for how long, as Cache-Control has it."""
    return finish(embed.script().body, SCRIPT, kept=kept, effort=11)


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


def offered(snapshot: Snapshot, currencies: tuple[str, ...], presets: Mapping[str, str]) -> Offered:
    """What lists of an option may name: the currencies that are known, and the site's own, known or not yet."""
    content = snapshot.content
    return Offered(
        currencies=frozenset(currencies) | {one.currency for one in content.series},
        feeds=frozenset(one.feed for one in content.feeds),
        presets=presets,
    )
