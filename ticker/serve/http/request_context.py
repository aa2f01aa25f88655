"""What routes need of the current request: its query, the past moment it names, and its client's rate limit."""

from __future__ import annotations

from datetime import datetime

from flask import request

from ticker.rates.as_of import snapshot_at
from ticker.serve.http.rate_limit import MOMENT_COST, Quota, address_of
from ticker.serve.site import Site
from ticker.serve.strip.options import moment_asked
from ticker.snapshot import Snapshot


def query_string() -> str:
    return request.query_string.decode("latin-1")


def requested_moment(site: Site) -> datetime | None:
    """The moment of the past (UTC) in `at`, None without one. Raises BadMoment, which is answered with a 400."""
    query = query_string()
    return moment_asked(query, site.asked_for(query).content.home.zone, site.clock())


def past_snapshot(site: Site, at: datetime) -> Snapshot:
    """What was known at `at` (UTC), charged to the client. Raises StoreError, RateLimitedError."""
    charge(site, MOMENT_COST)
    return snapshot_at(site.require_store(), site.cache.snapshot.content, at, site.home)


def charge(site: Site, cost: int) -> Quota:
    """Charge `cost` to the client's address; 0 only reads the quota. Raises RateLimitedError, answered with a 429."""
    address = address_of(request.environ, site.settings.trusted_proxies)
    return site.limiter.charge(address, cost, site.clock())
