"""Per-client rate limiting of uncached requests: to the API, to charts, and for days and moments of the past."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WINDOW_S = 60
MOMENT_COST = 5
"""Cost of the state at a moment of the past; the cheapest response costs 1."""
ROWS_A_COST = 2000


def of_days(days: int, currencies: int) -> int:
    """The cost of reading `days` days of `currencies` currencies."""
    return 1 + max(0, days) * currencies // ROWS_A_COST


class RateLimitedError(Exception):
    """The client has used up its quota of the minute."""

    def __init__(self, left: Quota) -> None:
        super().__init__(f"Rate limit exceeded: more than {left.quota} uncached requests in one minute.")
        self.quota = left

    @property
    def retry(self) -> list[tuple[str, str]]:
        return [("Retry-After", str(self.quota.reset_s))]


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left to a client until its window ends, in `reset_s` seconds."""

    quota: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of draft-ietf-httpapi-ratelimit-headers-10."""
        if not self.quota:
            return ()
        return (
            ("RateLimit-Policy", f'"api";q={self.quota};w={WINDOW_S}'),
            ("RateLimit", f'"api";r={self.remaining};t={self.reset_s}'),
        )


class RateLimiter:
    """Limits uncached requests per client address and minute in this process; a quota of 0 is no limit.

    Addresses are stored in memory only, as digests with the minute's key, and forgotten after the minute.
    """

    def __init__(self, quota: int) -> None:
        self.quota = quota
        self._lock = threading.Lock()
        self._began: datetime | None = None
        self._key = b""
        self._spent: dict[bytes, int] = {}

    def charge(self, address: str, cost: int, now: datetime) -> Quota:
        """Charge `cost` to the address; 0 only reads the quota. Raises RateLimitedError where it is not enough."""
        with self._lock:
            if self._began is None or not timedelta() <= now - self._began < timedelta(seconds=WINDOW_S):
                self._began, self._key, self._spent = now, secrets.token_bytes(16), {}
            name = hashlib.blake2b(address.encode(), digest_size=16, key=self._key).digest()
            spent = self._spent.get(name, 0)
            # A client's first request is served whatever it costs.
            enough = not self.quota or spent + cost <= self.quota or not spent
            if enough and cost:
                spent = self._spent[name] = min(spent + cost, self.quota)
            reset = math.ceil(WINDOW_S - (now - self._began).total_seconds())
            left = Quota(self.quota, max(0, self.quota - spent), reset)
        if not enough:
            raise RateLimitedError(left)
        return left


def address_of(environ: Mapping[str, Any], trusted_proxies: int) -> str:
    """The client's address: the peer's, or the one that the outermost of `trusted_proxies` proxies saw. IPv6 addresses
    count by network (/64), since one subscriber has all addresses of it."""
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
