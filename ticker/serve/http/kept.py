"""Finished answers, kept while what they say stands."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cachetools import LRUCache

from ticker.serve.http.response import Response


@dataclass(frozen=True, slots=True)
class _Kept:
    standing: object
    answer: Response

    @property
    def body_bytes(self) -> int:
        return len(self.answer.codings["identity"].body)


class Kept:
    """A table of answers, bounded in bytes. An answer counts as long as `standing`, which is what it was made of, is
    equal to what it would be made of now."""

    def __init__(self, most_bytes: int) -> None:
        self._table: LRUCache[Hashable, _Kept] = LRUCache(most_bytes, getsizeof=lambda one: 2 * one.body_bytes + 2000)
        self._lock = threading.Lock()

    def find(self, key: Hashable, standing: object) -> Response | None:
        with self._lock:
            found: _Kept | None = self._table.get(key)
        return found.answer if found and found.standing == standing else None

    def keep(self, key: Hashable, standing: object, answer: Response, now: datetime) -> Response:
        """The answer as it is to be given: last modified when this process first said just that."""
        with self._lock:
            old: _Kept | None = self._table.get(key)
        same = old and old.answer.codings["identity"].etag == answer.codings["identity"].etag
        whole = now if not now.microsecond else now.replace(microsecond=0) + timedelta(seconds=1)
        answer = replace(answer, modified=old.answer.modified if old and same else whole)
        one = _Kept(standing, answer)
        with self._lock:
            if self._table.getsizeof(one) <= self._table.maxsize:
                self._table[key] = one
        return answer
