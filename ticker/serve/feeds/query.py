"""The query of a feed: `lang`, `feeds`, `currencies` and `preset`, read as leniently as a strip's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ticker.serve.strip.options import Offered, Options, parse


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """The options of a feed, the address it is read at, and the home's day."""

    options: Options
    notes: tuple[str, ...]
    base: str  # the service's address for its readers, without the path
    today: date

    def url(self, path: str, query: str | None = None) -> str:
        query = self.options.query() if query is None else query
        return f"{self.base}{path}?{query}" if query else f"{self.base}{path}"


def parse_feed_query(query: str, offers: Offered, names: tuple[str, ...], base: str, today: date) -> FeedQuery:
    """The options `names` of the query; the other options of a strip are ignored."""
    options, notes = parse(query, offers)
    of_feeds = tuple(note.text() for note in notes if note.name in (*names, "preset"))
    return FeedQuery(options.only(*names), of_feeds, base, today)
