"""What a route asks of the site for the request at hand: the moment, the past, a share of the quota."""

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


def moment(site: Site) -> datetime | None:
    """The moment of the past (UTC) that is asked for; a BadMoment is answered with a 400."""
    return moment_asked(query_string(), site.content.home.zone, site.clock())


def past_snapshot(site: Site, at: datetime) -> Snapshot:
    """All that was known at a moment of the past, charged to the client. Raises StoreError, RateLimitedError."""
    charge(site, MOMENT_COST)
    return snapshot_at(site.require_store(), site.content, at)


def charge(site: Site, cost: int) -> Quota:
    """Charge `cost` to the client's address. A RateLimitedError is answered with a 429."""
    address = address_of(request.environ, site.settings.trusted_proxies)
    return site.limiter.charge(address, cost, site.clock())
