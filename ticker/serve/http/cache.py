"""The response cache for one version of the snapshot and one period of freshness.

A hit is answered before Flask is entered. A miss is rendered once, however many requests wait for it; all of them get
the response, or the same error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cachetools import LRUCache

from ticker import log
from ticker.model import Freshness
from ticker.rates.freshness import Judgement, freshness
from ticker.serve.http.response import Response
from ticker.snapshot import Snapshot

WAIT_S = 5.0
LONGEST_QUERY = 500  # characters; a longer query is parsed each time, so that the cache is bounded in bytes too
CLOCK_BACK = timedelta(minutes=1)  # a clock that goes back further starts a new generation

Render = Callable[[str, str, Snapshot, Judgement], tuple[str, Callable[[], Response]]]
"""(path, query, snapshot, judged) → the canonical key, and how to make the response."""


@dataclass(slots=True)
class CacheGeneration:
    """The responses made from one judged snapshot: they stay right as long as no state changes."""

    snapshot: Snapshot
    judged: Judgement
    judged_at: datetime
    current_since: datetime  # when this content became current
    keys: LRUCache[tuple[str, str, int], str]  # (path, query, tally version) → canonical key
    responses: LRUCache[str, Response]  # by canonical key
    in_flight: dict[str, Future[Response]] = field(default_factory=dict)  # renderings in progress, by canonical key

    def shows_the_same(self, snapshot: Snapshot, judged: Judgement) -> bool:
        """Whether responses of this generation are right for the newer judgement too."""
        return (
            self.snapshot.version == snapshot.version
            and self.snapshot.content is snapshot.content
            and _shown_everywhere(self.judged) == _shown_everywhere(judged)
        )


def _shown_everywhere(judged: Judgement) -> list[object]:
    """What readers see of the states at every home, each of which has midnights of its own."""
    homes = (judged, *judged.neighbours.values())
    return [(one.today, one.figures, one.until, feeds_shown(one)) for one in homes]


def feeds_shown(judged: Judgement) -> list[tuple[str, Freshness, datetime | None]]:
    """What readers see of the feeds' states: the time of the last success only where a feed is not fresh."""
    return [
        (feed.feed, feed.freshness, None if feed.freshness is Freshness.FRESH else feed.last_success)
        for feed in judged.feeds
    ]


class ResponseCache:
    """Responses rendered from the current snapshot. `replace_snapshot` starts a new generation of them."""

    def __init__(
        self,
        snapshot: Snapshot,
        render: Render,
        clock: Callable[[], datetime],
        size: int,
        prewarmed: tuple[tuple[str, str], ...],
        tally_version: Callable[[str], int] = lambda _path: 0,
    ) -> None:
        """`size` is the number of responses, `prewarmed` are paths and queries rendered before a new snapshot is shown.
        `tally_version` numbers the click counts that a path shows: with another number it is rendered again."""
        self._render, self._clock, self._size, self._prewarmed = render, clock, size, prewarmed
        self._tally_version = tally_version
        self._lock = threading.Lock()  # of the tables; nothing is rendered under it
        self._advancing = threading.Lock()
        self._generation = self._new_generation(snapshot, freshness(snapshot, clock()), clock())

    @property
    def snapshot(self) -> Snapshot:
        return self._generation.snapshot

    def replace_snapshot(self, snapshot: Snapshot) -> None:
        """Answer from `snapshot` from now on. The prewarmed responses are rendered before readers see the change."""
        with self._advancing:
            self._advance(snapshot, self._clock())

    def current(self, now: datetime) -> tuple[Snapshot, Judgement]:
        generation = self._generation_at(now)
        return generation.snapshot, generation.judged

    def get(self, path: str, query: str, now: datetime) -> Response | None:
        generation, tally_version = self._generation_at(now), self._tally_version(path)
        with self._lock:
            key = generation.keys.get((path, query, tally_version))
            found: Response | None = None if key is None else generation.responses.get(key)
        return found

    def get_or_render(self, path: str, query: str, now: datetime) -> Response:
        """The response, rendered if it is not cached. Raises what rendering raised, in all requests that waited for it,
        or TimeoutError."""
        return self._get_or_render(self._generation_at(now), path, query)

    def past(self, path: str, query: str, snapshot: Snapshot) -> Response:
        """The response for the moment of a past `snapshot`; it is not cached."""
        _, render = self._render(path, query, snapshot, freshness(snapshot, snapshot.as_of))
        return render()

    def _generation_at(self, now: datetime) -> CacheGeneration:
        if not _covers(self._generation, now):
            with self._advancing:
                if not _covers(self._generation, now):
                    self._advance(self._generation.snapshot, now)
        return self._generation

    def _advance(self, snapshot: Snapshot, now: datetime) -> None:
        """Make the next generation the current one, with the old responses where they show the same."""
        judged, old = freshness(snapshot, now), self._generation
        if old.shows_the_same(snapshot, judged):
            tables = old.keys, old.responses, old.in_flight
            self._generation = CacheGeneration(snapshot, judged, now, old.current_since, *tables)
            return
        new = self._new_generation(snapshot, judged, now)
        for path, query in self._prewarmed:
            try:
                self._get_or_render(new, path, query)
            except Exception:
                log.warning("rendering failed", path=path, query=query, version=snapshot.version)
        self._generation = new

    def _new_generation(self, snapshot: Snapshot, judged: Judgement, now: datetime) -> CacheGeneration:
        return CacheGeneration(snapshot, judged, now, now, LRUCache(self._size * 4), LRUCache(self._size))

    def _get_or_render(self, generation: CacheGeneration, path: str, query: str) -> Response:
        tally_version = self._tally_version(path)
        key, render = self._render(path, query, generation.snapshot, generation.judged)
        with self._lock:
            response: Response | None = generation.responses.get(key)
            running = None if response else generation.in_flight.get(key)
            started: Future[Response] | None = None
            if response is None and running is None:
                running = started = generation.in_flight[key] = Future()
        if started is not None:
            self._render_into(started, generation, key, render)
        if response is None:
            assert running is not None
            response = running.result(WAIT_S)
        if len(query) <= LONGEST_QUERY:
            with self._lock:
                generation.keys[path, query, tally_version] = key
        return response

    def _render_into(
        self, future: Future[Response], generation: CacheGeneration, key: str, render: Callable[[], Response]
    ) -> None:
        try:
            response = render().with_last_modified(generation.current_since)
        except BaseException as fault:
            future.set_exception(fault)
        else:
            with self._lock:
                generation.responses[key] = response
            future.set_result(response)
        finally:
            with self._lock:
                generation.in_flight.pop(key, None)


def _covers(generation: CacheGeneration, now: datetime) -> bool:
    return generation.judged_at - CLOCK_BACK <= now < generation.judged.changes_at
