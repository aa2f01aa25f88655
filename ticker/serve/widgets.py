"""The doors people use: the strip, in its media."""

from __future__ import annotations

from collections.abc import Callable

from ticker.freshness import Judgement
from ticker.serve.answer import HTML, JSON, Answer, finish
from ticker.serve.media import html
from ticker.serve.media import json as json_medium
from ticker.serve.options import LANGUAGES, Offered, parse
from ticker.serve.view import Strip, strip
from ticker.snapshot import Snapshot

SCHEMA_PATH = "/schema/strip.json"
MEDIA = {"/strip": "html", "/strip.json": "json"}

COMMON = tuple((path, f"lang={lang}" if lang != "en" else "") for lang in LANGUAGES for path in MEDIA)
"""What most ask for: rendered before a new version is shown."""


def renderer(
    currencies: tuple[str, ...], frame_ancestors: str
) -> Callable[[str, str, Snapshot, Judgement], tuple[str, Callable[[], Answer]]]:
    """How a strip is made: from path and query to its canonical key and the finished answer. `currencies` are shown
    where none are asked for."""

    def render(path: str, query: str, snapshot: Snapshot, judged: Judgement) -> tuple[str, Callable[[], Answer]]:
        options, notes = parse(query, offered(snapshot, currencies))
        medium = MEDIA[path]
        said = notes if medium == "json" else ()  # a page says nothing of them: it is one page
        key = "\n".join((path, options.query(), *said))

        def make() -> Answer:
            return _finish(medium, strip(snapshot, judged, options, notes=said, currencies=currencies))

        def _finish(medium: str, said: Strip) -> Answer:
            json_twin = f"/strip.json?{options.query()}".rstrip("?")
            links = [f'<{SCHEMA_PATH}>; rel="describedby"; type="application/schema+json"']
            body, content_type, policy = json_medium.render(said), JSON, None
            if medium == "html":
                body, content_type, policy = html.strip_page(said), HTML, html.policy(frame_ancestors)
                links = [f'<{json_twin}>; rel="alternate"; type="application/json"']
            return finish(
                body,
                content_type,
                until=judged.until,
                last_modified=snapshot.as_of if snapshot.version else None,
                **({"policy": policy} if policy else {}),
                links=links,
                detail=f"v{snapshot.version}",
            )

        return key, make

    return render


def offered(snapshot: Snapshot, currencies: tuple[str, ...]) -> Offered:
    """What lists of an option may name: the currencies that are known, and the site's own, known or not yet."""
    content = snapshot.content
    return Offered(
        currencies=frozenset(currencies) | {one.currency for one in content.series},
        feeds=frozenset(one.feed for one in content.feeds),
    )
