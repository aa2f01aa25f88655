"""The operator's routes: the status page, the same as JSON, the probes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ticker.operate import html, probes, render
from ticker.operate.status import Status, gather, gather_past
from ticker.serve.http.errors import reader_language
from ticker.serve.http.request_context import past_snapshot, requested_moment
from ticker.serve.http.response import HTML, JSON, VARY_LANGUAGE, Headers, Response, build_response, of_the_past
from ticker.serve.http.router import Router
from ticker.serve.site import Site


def register_routes(app: Router, site: Site) -> None:
    statuses = StatusCache(site)

    def answer(rendered: Callable[[Status], Response]) -> Response:
        at = requested_moment(site)
        return of_the_past(rendered(statuses.at(at)), at, site.clock()) if at else rendered(statuses.now())

    def page(status: Status) -> Response:
        body = html.page(status, reader_language(site.settings.language))
        return build_response(body, HTML, headers=Headers(html.policy(), vary=VARY_LANGUAGE))

    @app.get("/status")
    def status_page() -> Response:
        return answer(page)

    @app.get("/status.json")
    def status_json() -> Response:
        return answer(lambda status: build_response(render.as_json(status), JSON))

    @app.get("/livez")
    def livez() -> Response:
        return probes.livez(site.live, site.clock())

    @app.get("/readyz")
    def readyz() -> Response:
        return probes.readyz(site.cache, site.live, site.clock())


class StatusCache:
    """The last status. One request at a time reads the store; meanwhile others get the last one, so that a slow store
    holds one thread and no reader."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._gathering = threading.Lock()
        self._last: Status | None = None

    def now(self) -> Status:
        last = self._last
        if not self._gathering.acquire(blocking=last is None) and last is not None:
            return last
        try:
            self._last = gather(self._site.live, self._site.cache, self._site.clock(), self._site.settings)
        finally:
            self._gathering.release()
        return self._last

    def at(self, moment: datetime) -> Status:
        """The status of a moment of the past. Raises StoreError, RateLimitedError."""
        homes = [one.home.currency for one in self._site.content.homes]
        first, *others = [past_snapshot(self._site.at_home(one), moment).at_home(one) for one in homes]
        content = replace(first.content, neighbours=tuple(one.content for one in others))
        return gather_past(self._site.require_store(), replace(first, content=content), self._site.settings)
