"""The site: what every route needs, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ticker.rates.as_of import snapshot_at
from ticker.rates.day import Moment
from ticker.rates.freshness import freshness
from ticker.rates.timeline import RateTimeline
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.http.rate_limit import RateLimiter
from ticker.serve.news.clicks import ClickCounter
from ticker.serve.strip.assets import EmbedAssets
from ticker.serve.strip.options import Offered, offered
from ticker.serve.terms import SiteSettings
from ticker.snapshot import Content
from ticker.store import Store, StoreError


@dataclass(frozen=True, slots=True)
class Site:
    cache: ResponseCache
    live: LiveSnapshot
    clock: Callable[[], datetime]
    settings: SiteSettings
    clicks: ClickCounter
    assets: EmbedAssets
    timeline: RateTimeline
    limiter: RateLimiter

    @property
    def content(self) -> Content:
        return self.cache.snapshot.content

    def offered(self) -> Offered:
        """What lists of an option may name now."""
        return offered(self.content, self.settings)

    def require_store(self) -> Store:
        """The store, for a route that needs it. Raises StoreError while it is not open."""
        if self.live.store is None:
            raise StoreError(f"the store is not open: {self.live.fault}")
        return self.live.store

    def moment(self, at: datetime | None = None) -> Moment:
        """What is known now, or was at `at` (UTC). Raises StoreError for the past while the store is unavailable."""
        snapshot, judged = self.cache.current(self.clock())
        store = None if self.live.fault else self.live.store
        if at is None:
            return Moment(snapshot, judged, None, store)
        if store is None:
            raise StoreError(self.live.fault)
        then = snapshot_at(store, snapshot.content, at)
        return Moment(then, freshness(then, at), at, store)
