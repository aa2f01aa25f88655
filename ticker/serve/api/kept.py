"""Finished answers of the API, kept while what they say stands, and what one address may have made anew."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cachetools import LRUCache

from ticker.serve.answer import Answer

WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class _Kept:
    standing: object
    answer: Answer

    @property
    def body_bytes(self) -> int:
        return len(self.answer.codings["identity"].body)


class Kept:
    """A table of answers, bounded in bytes. An answer counts as long as `standing`, which is what it was made of, is
    equal to what it would be made of now."""

    def __init__(self, most_bytes: int) -> None:
        self._table: LRUCache[Hashable, _Kept] = LRUCache(most_bytes, getsizeof=lambda one: 2 * one.body_bytes + 2000)
        self._lock = threading.Lock()

    def find(self, key: Hashable, standing: object) -> Answer | None:
        with self._lock:
            found: _Kept | None = self._table.get(key)
        return found.answer if found and found.standing == standing else None

    def keep(self, key: Hashable, standing: object, answer: Answer, now: datetime) -> Answer:
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


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to an address until its window ends, in `reset_s` seconds."""

    quota: int
    remaining: int
    reset_s: int
    enough: bool

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """As draft-ietf-httpapi-ratelimit-headers-10 has it."""
        if not self.quota:
            return ()
        return (
            ("RateLimit-Policy", f'"api";q={self.quota};w={WINDOW_S}'),
            ("RateLimit", f'"api";r={self.remaining};t={self.reset_s}'),
        )


class Limits:
    """How many answers an address may have made anew in a minute, in this process; 0: as many as it likes.

    Addresses are kept in memory only, as digests under a key of the minute, and with the minute they are forgotten.
    """

    def __init__(self, quota: int) -> None:
        self.quota = quota
        self._lock = threading.Lock()
        self._began: datetime | None = None
        self._key = b""
        self._spent: dict[bytes, int] = {}

    def spend(self, address: str, cost: int, now: datetime) -> Left:
        """Take `cost` from what is left to the address, where there is enough. 0 only asks."""
        with self._lock:
            if self._began is None or not timedelta() <= now - self._began < timedelta(seconds=WINDOW_S):
                self._began, self._key, self._spent = now, secrets.token_bytes(16), {}
            name = hashlib.blake2b(address.encode(), digest_size=16, key=self._key).digest()
            spent = self._spent.get(name, 0)
            # Whatever it costs, one is made for who has asked for nothing yet.
            enough = not self.quota or spent + cost <= self.quota or not spent
            if enough and cost:
                spent = self._spent[name] = min(spent + cost, self.quota)
            reset = math.ceil(WINDOW_S - (now - self._began).total_seconds())
            return Left(self.quota, max(0, self.quota - spent), reset, enough)


def address_of(environ: Mapping[str, Any], trusted_proxies: int) -> str:
    """Who asks: the peer, or what the outermost of so many trusted proxies has seen. Of IPv6 the network counts (/64),
    of which one subscriber has all addresses."""
    named = str(environ.get("REMOTE_ADDR") or "")
    if trusted_proxies:
        passed = [one.strip() for one in str(environ.get("HTTP_X_FORWARDED_FOR") or "").split(",") if one.strip()]
        named = passed[-min(trusted_proxies, len(passed))] if passed else named
    try:
        address = ipaddress.ip_address(named.partition("%")[0])
    except ValueError:
        return named[:100]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
