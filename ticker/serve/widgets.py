"""The doors people use: the strip, in its media."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ticker.freshness import Judgement
from ticker.serve.answer import HTML, JSON, Answer, finish
from ticker.serve.media import html, json
from ticker.serve.options import LANGUAGES, Offered, parse
from ticker.serve.view import strip
from ticker.snapshot import Snapshot

SCHEMA_PATH = "/schema/strip.json"
MEDIA = ("/strip", "/strip.json")

COMMON = tuple((path, f"lang={lang}" if lang != "en" else "") for lang in LANGUAGES for path in MEDIA)
"""What most ask for: rendered before a new version is shown."""


def renderer(
    currencies: tuple[str, ...], frame_ancestors: str
) -> Callable[[str, str, Snapshot, Judgement], tuple[str, Callable[[], Answer]]]:
    """How a strip is made: from path and query to its canonical key and the finished answer. `currencies` are shown
    where none are asked for."""

    def render(path: str, query: str, snapshot: Snapshot, judged: Judgement) -> tuple[str, Callable[[], Answer]]:
        options, notes = parse(query, offered(snapshot, currencies))
        if path == "/strip":
            notes = ()  # a page says nothing of them: whatever the mistake, it is one page

        def make() -> Answer:
            said = strip(snapshot, judged, options, notes=notes, currencies=currencies)
            made_at = snapshot.as_of if snapshot.version else None
            finished = partial(finish, until=judged.until, last_modified=made_at, detail=f"v{snapshot.version}")
            if path == "/strip":
                twin = f'<{said.links["self"]}>; rel="alternate"; type="application/json"'
                return finished(html.strip_page(said), HTML, policy=html.policy(frame_ancestors), links=[twin])
            return finished(json.render(said), JSON, links=[f'<{SCHEMA_PATH}>; rel="describedby"'])

        return "\n".join((path, options.query(), *notes)), make

    return render


def offered(snapshot: Snapshot, currencies: tuple[str, ...]) -> Offered:
    """What lists of an option may name: the currencies that are known, and the site's own, known or not yet."""
    content = snapshot.content
    return Offered(
        currencies=frozenset(currencies) | {one.currency for one in content.series},
        feeds=frozenset(one.feed for one in content.feeds),
    )
