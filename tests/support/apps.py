"""The application over a response cache and a live snapshot that a test made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ticker.operate import routes as operate
from ticker.rates.timeline import RateTimeline
from ticker.serve.app import Application
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.http.rate_limit import RateLimiter
from ticker.serve.news.clicks import ClickCounter, KnownStories
from ticker.serve.site import Site
from ticker.serve.strip.assets import EmbedAssets
from ticker.serve.terms import SiteSettings


def application(
    cache: ResponseCache,
    live: LiveSnapshot,
    clock: Callable[[], datetime],
    first_request: Callable[[], object] | None = None,
    *,
    dated: bool = False,
    **parts: Any,
) -> Application:
    """`parts` are those of the site that are not the usual ones: settings, clicks, assets."""
    settings = parts.pop("settings", SiteSettings())
    usual: dict[str, Any] = {
        "clicks": ClickCounter(lambda: live.store, clock, shown=KnownStories(lambda: cache.snapshot.content)),
        "assets": EmbedAssets(),
        "timeline": RateTimeline(),
        "limiter": RateLimiter(settings.api_quota),
    }
    site = Site(cache=cache, live=live, clock=clock, settings=settings, **(usual | parts))
    return Application(site, [operate.register_routes], first_request, dated=dated)
