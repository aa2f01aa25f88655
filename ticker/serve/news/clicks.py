"""Counts how often stories are opened: in memory, written to the store by a background thread, read back for Popular.

The only trace of a reader is the random id that a page makes for itself, held for a minute and only in memory: no
cookie, no address, no fingerprint. Requests whose headers identify a bot are ignored.
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, Protocol

from ticker import log
from ticker.snapshot import Content
from ticker.store import StoreError

Kind = Literal["click", "view"]

SAME_PAGE = timedelta(minutes=1)  # within it, a story counts once for each page
MOST_PAGES = 20_000  # remembered of that minute, about 3 MB
MOST_PENDING = 20_000  # counters that wait for the store
MOST_UNKNOWN = 1_000  # of them for stories outside the snapshot; the store drops ids that do not exist
SPAN = timedelta(hours=24)
HOUR = timedelta(hours=1)
REFRESH_S = 30.0
OPENING_S = 0.5  # between tries while the store is not open yet
BODY_BYTES = 200

STORY_ID = re.compile(r"[0-9a-f]{16}")
_PAGE = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Cubot is a phone. A user agent with a web address in it is a program.
_BOT = re.compile(
    r"(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|preview|fetch|scan|monitor|headless|lighthouse|phantom|externalhit|https?://"
    r"|^(?:curl|wget|python|java|go-http|okhttp|axios|node|ruby|perl|php|libwww|apache|dart|guzzle|postman|insomnia|httpie)",
    re.IGNORECASE,
)
_PREFETCH = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


class Headers(Protocol):
    """A request's headers, by name in any case."""

    def get(self, name: str, default: str, /) -> str: ...
    def __contains__(self, name: str, /) -> bool: ...


class Counts(Protocol):
    """The part of the store that is used here; each method may raise StoreError."""

    def count(self, batch: str, rows: Mapping[tuple[str, datetime, str], int]) -> None: ...

    def counts(self, since: datetime) -> list[tuple[str, datetime, str, int]]: ...

    def totals(self, stories: Collection[str]) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class ClickTally:
    """The counts of all processes together. `version` grows when the others change."""

    version: int = 0
    clicks: Mapping[str, float] = field(default_factory=dict)  # of the last 24 hours, older ones weighted less
    totals: Mapping[str, int] = field(default_factory=dict)  # clicks and views together, ever


@dataclass(slots=True)
class KnownStories:
    """The ids of the stories of every home in the snapshot that `content` returns."""

    content: Callable[[], Content]
    _of: Content | None = None
    _ids: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        content = self.content()
        if content is not self._of:
            self._ids = frozenset(one.id for of in content.homes for one in of.headlines)
            self._of = content
        return self._ids


class ClickCounter:
    """Counts clicks and views, and holds the tally of all processes. `count` only touches memory.

    The store has a count within `every_s`, or later where it is away. Each batch has an id, so that a commit whose
    answer was lost never counts twice. `floor` is the least number of clicks that Popular ranks by.
    """

    def __init__(
        self,
        store: Callable[[], Counts | None],
        clock: Callable[[], datetime],
        every_s: float = 5.0,
        *,
        shown: Callable[[], frozenset[str]] = frozenset,
        half_life: timedelta = timedelta(hours=6),
        floor: float = 3.0,
        enabled: bool = True,
    ) -> None:
        self._store, self._clock, self._every_s, self.shown = store, clock, every_s, shown
        self._half_life = half_life
        self.floor, self.enabled = floor, enabled
        self.tally = ClickTally()
        self._lock = threading.Lock()  # guards the pending counts; nothing slow happens under it
        self._pages: OrderedDict[tuple[Kind, str, str], datetime] = OrderedDict()
        self._pending: dict[tuple[str, datetime, str], int] = {}
        self._unknown = 0  # of the pending counters
        self._flushing = threading.Lock()
        self._batch: tuple[str, Mapping[tuple[str, datetime, str], int]] | None = None  # sent, perhaps not counted
        self._read: tuple[object, ...] | None = None  # the rows that the tally was made of
        self._refreshed_s: float | None = None
        self._fault = ""
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the background thread, once however often it is called."""
        with self._starting:
            if self.enabled and self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._follow, name="views", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Write the pending counts, if the store can be reached, and end the thread."""
        self._stopping.set()
        if self._thread:
            self._thread.join(3)

    def count(self, kind: Kind, story: str, page: str | None, now: datetime) -> None:
        """Count one opening of `story` at `now`. `page` is the page's random id: within a minute it counts once."""
        shown = story in self.shown()
        if not self.enabled or not (shown or STORY_ID.fullmatch(story)):
            return
        row = story, now.replace(minute=0, second=0, microsecond=0), kind
        with self._lock:
            if page is not None and self._again((kind, page, story), now):
                return
            if row not in self._pending:
                if len(self._pending) >= MOST_PENDING or (not shown and self._unknown >= MOST_UNKNOWN):
                    return
                self._unknown += not shown
            self._pending[row] = self._pending.get(row, 0) + 1

    def _again(self, key: tuple[Kind, str, str], now: datetime) -> bool:
        before = self._pages.get(key)
        if before is not None and abs(now - before) < SAME_PAGE:
            return True
        while self._pages and (len(self._pages) >= MOST_PAGES or now - next(iter(self._pages.values())) >= SAME_PAGE):
            self._pages.popitem(last=False)
        self._pages[key] = now
        self._pages.move_to_end(key)
        return False

    def flush(self) -> bool:
        """Write the pending counts; True when the store has them all. A failed batch is sent again unchanged."""
        with self._flushing:
            store = self._store()
            if store is None:
                return not (self._pending or self._batch)
            try:
                while batch := self._batch or self._next():
                    self._batch = batch
                    store.count(*batch)
                    self._batch = None
            except StoreError as fault:
                self._log_once(str(fault))
                return False
        return True

    def _next(self) -> tuple[str, Mapping[tuple[str, datetime, str], int]] | None:
        with self._lock:
            rows, self._pending, self._unknown = self._pending, {}, 0
        return (uuid.uuid4().hex, rows) if rows else None

    def refresh(self) -> bool:
        """Read the counts of all processes; True on success."""
        store, now = self._store(), self._clock()
        if store is None:
            return False
        hour = now.replace(minute=0, second=0, microsecond=0)
        try:
            rows = [row for row in store.counts(hour - SPAN) if row[1] <= now]
            totals = store.totals(self.shown() | {story for story, *_ in rows})
        except StoreError as fault:
            self._log_once(str(fault))
            return False
        self._log_once("")
        # With time all counts lose weight alike, so the tally is only made again for other counts or another hour.
        read = hour, rows, totals
        if read != self._read:
            clicks = decayed_clicks(rows, now, self._half_life)
            self.tally = ClickTally(self.tally.version + 1, MappingProxyType(clicks), MappingProxyType(totals))
            self._read = read
        return True

    def _log_once(self, fault: str) -> None:
        if fault and fault != self._fault:
            log.info("clicks wait for the store", why=fault)
        self._fault = fault

    def _follow(self) -> None:
        while not self._stopping.wait(self._pause_s()):
            try:
                self.flush()
                if self._due() and self.refresh():
                    self._refreshed_s = time.monotonic()
            except Exception:
                log.warning("counting failed")
        try:
            self.flush()
        except Exception:
            log.warning("counting failed")

    def _pause_s(self) -> float:
        # Less than promised: a click that just misses a batch waits this long and then for the write.
        return OPENING_S if self._refreshed_s is None and not self._fault else 0.7 * self._every_s

    def _due(self) -> bool:
        return self._refreshed_s is None or time.monotonic() - self._refreshed_s >= REFRESH_S


def decayed_clicks(
    rows: Collection[tuple[str, datetime, str, int]], now: datetime, half_life: timedelta
) -> dict[str, float]:
    """Clicks by story, halved after each `half_life`. The clicks of an hour count as of its middle, those of the
    running hour as of half its elapsed time. Views do not count: a reader of the page chose among no headlines."""
    found: dict[str, float] = {}
    for story, hour, kind, number in rows:
        if kind == "click" and hour <= now:
            middle = hour + min(HOUR, now - hour) / 2
            found[story] = found.get(story, 0.0) + number * 0.5 ** ((now - middle) / half_life)
    return found


def by_a_reader(headers: Headers) -> bool:
    """Whether the headers look like a reader's: they name a browser, no bot, and no prefetch or preview."""
    agent = headers.get("User-Agent", "").strip()
    if not agent or _BOT.search(agent):
        return False
    return not any(_PREFETCH.search(headers.get(name, "")) for name in _PURPOSES)


def page_of(headers: Headers, body: bytes) -> tuple[bool, str | None]:
    """Whether this is a page's beacon, and the page's id, which the `ping` attribute does not send.

    The attribute sends PING as text/ping with the address of the link in Ping-To (HTML, 4.6.5); our script sends its id
    as text/plain, which needs no preflight across origins.
    """
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/ping":
        return body == b"PING" and "Ping-To" in headers, None
    text = body.decode("ascii", "replace")
    return (True, text) if kind == "text/plain" and _PAGE.fullmatch(text) else (False, None)
