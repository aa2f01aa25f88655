"""The site: what every route needs, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ticker.rates.as_of import snapshot_at
from ticker.rates.day import Moment
from ticker.rates.freshness import Judgement, freshness
from ticker.rates.timeline import RateTimeline
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.http.rate_limit import RateLimiter
from ticker.serve.news.clicks import ClickCounter
from ticker.serve.strip.assets import EmbedAssets
from ticker.serve.strip.options import Offered, home_named, offered
from ticker.serve.terms import SiteSettings
from ticker.snapshot import Content, Snapshot
from ticker.store import Store, StoreError


@dataclass(frozen=True, slots=True)
class Site:
    """`home` is the home in question, None for the default one."""

    cache: ResponseCache
    live: LiveSnapshot
    clock: Callable[[], datetime]
    settings: SiteSettings
    clicks: ClickCounter
    assets: EmbedAssets
    timeline: RateTimeline
    limiter: RateLimiter
    home: str | None = None

    def asked_for(self, query: str) -> Site:
        """The site at the home that a query names."""
        return self.at_home(home_named(query, self.offered()))

    def at_home(self, home: str | None) -> Site:
        return replace(self, home=home) if home else self

    @property
    def terms(self) -> SiteSettings:
        """The settings as they are at the home in question."""
        return self.settings.at_home(self.home)

    @property
    def content(self) -> Content:
        return self.cache.snapshot.content.of(self.home)

    def current(self) -> tuple[Snapshot, Judgement]:
        """What is shown now, and its state."""
        snapshot, judged = self.cache.current(self.clock())
        return snapshot.at_home(self.home), judged.of(self.home)

    def offered(self) -> Offered:
        """What options may name now, at every home."""
        return offered(self.cache.snapshot.content, self.settings)

    def require_store(self) -> Store:
        """The store, for a route that needs it. Raises StoreError while it is not open."""
        if self.live.store is None:
            raise StoreError(f"the store is not open: {self.live.fault}")
        return self.live.store

    def moment(self, at: datetime | None = None) -> Moment:
        """What is known now, or was at `at` (UTC). Raises StoreError for the past while the store is unavailable."""
        snapshot, judged = self.current()
        store = None if self.live.fault else self.live.store
        if at is None:
            return Moment(snapshot, judged, None, store)
        if store is None:
            raise StoreError(self.live.fault)
        then = snapshot_at(store, self.cache.snapshot.content, at, self.home).at_home(self.home)
        return Moment(then, freshness(then, at), at, store)
