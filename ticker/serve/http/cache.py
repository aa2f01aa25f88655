"""Finished answers, kept for one version of the snapshot and one period of freshness.

A hit is answered before Flask is entered. A miss is rendered once, however many ask; all of them get its result, or its
error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
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
LONGEST_QUERY = 500  # a longer one is read anew each time: the table is bounded in bytes too
BACK = timedelta(minutes=1)  # a clock that goes back by more than this is judged anew

Render = Callable[[str, str, Snapshot, Judgement], tuple[str, Callable[[], Response]]]
"""(path, query, snapshot, judged) → the canonical key, and how to make the answer."""


class Finished:
    """Answers that were made lately, for doors to the past. All that one depends on is in its key, so none is ever
    wrong; one that many ask for at once may be made more than once."""

    def __init__(self, most: int) -> None:
        self._answers: LRUCache[Hashable, Response] = LRUCache(most)
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Response]) -> Response:
        with self._lock:
            answer: Response | None = self._answers.get(key)
        if answer is None:
            answer = make()
            with self._lock:
                self._answers[key] = answer
        return answer


@dataclass(slots=True)
class CacheGeneration:
    """One snapshot judged: as long as no state changes, an answer made in it stays right."""

    snapshot: Snapshot
    judged: Judgement
    judged_at: datetime
    began: datetime  # since when what is said here is said
    by_query: LRUCache[tuple[str, str, int], str]  # to the canonical key: an answer is held once, and let go once
    by_key: LRUCache[str, Response]
    making: dict[str, Future[Response]] = field(default_factory=dict)

    def shows_the_same(self, snapshot: Snapshot, judged: Judgement) -> bool:
        """Whether answers made for this period also say what the newer judgement says."""
        ours, theirs = self.judged, judged
        return (
            self.snapshot.version == snapshot.version
            and self.snapshot.content is snapshot.content
            and (ours.today, ours.figures, ours.until) == (theirs.today, theirs.figures, theirs.until)
            and feeds_shown(ours) == feeds_shown(theirs)
        )


def feeds_shown(judged: Judgement) -> list[tuple[str, Freshness, datetime | None]]:
    """When a feed was last read is said only where it is not fresh."""
    return [
        (one.feed, one.freshness, None if one.freshness is Freshness.FRESH else one.last_success)
        for one in judged.feeds
    ]


class ResponseCache:
    """The table of finished answers. `show` gives it a newer snapshot; `find` and `make` answer for the present."""

    def __init__(
        self,
        snapshot: Snapshot,
        render: Render,
        clock: Callable[[], datetime],
        size: int,
        common: tuple[tuple[str, str], ...],
        edition: Callable[[str], int] = lambda _: 0,
    ) -> None:
        """`edition` numbers what is shown at a path besides the snapshot: with another one, it is rendered anew."""
        self._render, self._clock, self._size, self._common = render, clock, size, common
        self._edition = edition
        self._lock = threading.Lock()  # of the tables; nothing is rendered under it
        self._turning = threading.Lock()
        self._period = self._new(snapshot, freshness(snapshot, clock()), clock())

    @property
    def snapshot(self) -> Snapshot:
        return self._period.snapshot

    def replace_snapshot(self, snapshot: Snapshot) -> None:
        """From now on answer from `snapshot`. What most ask for is rendered before readers see the change."""
        with self._turning:
            self._turn(snapshot, self._clock())

    def current(self, now: datetime) -> tuple[Snapshot, Judgement]:
        period = self._now(now)
        return period.snapshot, period.judged

    def get(self, path: str, query: str, now: datetime) -> Response | None:
        period, edition = self._now(now), self._edition(path)
        with self._lock:
            key = period.by_query.get((path, query, edition))
            found: Response | None = None if key is None else period.by_key.get(key)
        return found

    def get_or_render(self, path: str, query: str, now: datetime) -> Response:
        """The answer, rendered if it is not at hand. Raises what rendering raised, to all who waited for it."""
        return self._make(self._now(now), path, query)

    def past(self, path: str, query: str, snapshot: Snapshot) -> Response:
        """The answer of the moment that `snapshot` is of; it is made anew each time."""
        _, render = self._render(path, query, snapshot, freshness(snapshot, snapshot.as_of))
        return render()

    def _now(self, now: datetime) -> CacheGeneration:
        period = self._period
        if period.judged_at - BACK <= now < period.judged.changes_at:
            return period
        with self._turning:
            period = self._period
            if not period.judged_at - BACK <= now < period.judged.changes_at:
                self._turn(period.snapshot, now)
            return self._period

    def _turn(self, snapshot: Snapshot, now: datetime) -> None:
        judged, period = freshness(snapshot, now), self._period
        if period.shows_the_same(snapshot, judged):
            tables = period.by_query, period.by_key, period.making
            self._period = CacheGeneration(snapshot, judged, now, period.began, *tables)
            return
        fresh = self._new(snapshot, judged, now)
        for path, query in self._common:
            try:
                self._make(fresh, path, query)
            except Exception:
                log.warning("rendering failed", path=path, query=query, version=snapshot.version)
        self._period = fresh

    def _new(self, snapshot: Snapshot, judged: Judgement, now: datetime) -> CacheGeneration:
        return CacheGeneration(snapshot, judged, now, now, LRUCache(self._size * 4), LRUCache(self._size))

    def _make(self, period: CacheGeneration, path: str, query: str) -> Response:
        edition = self._edition(path)
        key, render = self._render(path, query, period.snapshot, period.judged)
        with self._lock:
            answer: Response | None = period.by_key.get(key)
            making = None if answer else period.making.get(key)
            mine: Future[Response] | None = None
            if answer is None and making is None:
                making = mine = period.making[key] = Future()
        if mine is not None:
            self._carry_out(period, key, mine, render)
        if answer is None:
            assert making is not None
            answer = making.result(WAIT_S)
        if len(query) <= LONGEST_QUERY:
            with self._lock:
                period.by_query[path, query, edition] = key
        return answer

    def _carry_out(
        self, period: CacheGeneration, key: str, making: Future[Response], render: Callable[[], Response]
    ) -> None:
        try:
            answer = render().with_last_modified(period.began)
        except BaseException as fault:
            making.set_exception(fault)
        else:
            with self._lock:
                period.by_key[key] = answer
            making.set_result(answer)
        finally:
            with self._lock:
                period.making.pop(key, None)
