"""An LRU cache of finished responses for routes whose answers depend on more than the snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from cachetools import LRUCache

from ticker.serve.http.response import Response, whole_second

_ENTRY_BYTES = 2000  # of an entry besides its bodies: key, headers, fingerprint


@dataclass(frozen=True, slots=True)
class _Entry:
    fingerprint: object
    response: Response

    @property
    def size_bytes(self) -> int:
        return 2 * len(self.response.codings["identity"].body) + _ENTRY_BYTES  # compressed bodies are smaller


class LruResponses:
    """Responses by key, in at most `max_bytes` of memory.

    An entry is valid while its fingerprint, the state it was made from, equals the current one. Two requests that miss
    at once may both make the response: it is the same.
    """

    def __init__(self, max_bytes: int) -> None:
        self._entries: LRUCache[Hashable, _Entry] = LRUCache(max_bytes, getsizeof=lambda entry: entry.size_bytes)
        self._lock = threading.Lock()

    def get_or_make(self, key: Hashable, fingerprint: object, make: Callable[[], Response], now: datetime) -> Response:
        """Raises what `make` raises; nothing is stored then."""
        return self.get(key, fingerprint) or self.put(key, fingerprint, make(), now)

    def get(self, key: Hashable, fingerprint: object) -> Response | None:
        """The valid response, marked as a hit for Cache-Status."""
        with self._lock:
            entry: _Entry | None = self._entries.get(key)
        return replace(entry.response, cache="hit") if entry and entry.fingerprint == fingerprint else None

    def put(self, key: Hashable, fingerprint: object, response: Response, now: datetime) -> Response:
        """Store the response and return it. Without a date of its last change it gets `now` (UTC), or the date of the
        stored response with the same body."""
        with self._lock:
            old: _Entry | None = self._entries.get(key)
        if response.modified is None:
            same = old and old.response.codings["identity"].etag == response.codings["identity"].etag
            response = replace(response, modified=old.response.modified if old and same else whole_second(now))
        entry = _Entry(fingerprint, response)
        with self._lock:
            if entry.size_bytes <= self._entries.maxsize:
                self._entries[key] = entry
        return response
