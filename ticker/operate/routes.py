"""The operator's doors: the page of what is cached, the same for programs, the probes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from ticker.operate import html, probes
from ticker.operate import render as say
from ticker.operate.status import Status, gather, gather_past
from ticker.serve.http.errors import reader_language
from ticker.serve.http.request_context import past_snapshot, requested_moment
from ticker.serve.http.response import HTML, JSON, VARY_LANGUAGE, Headers, Response, build_response, of_the_past
from ticker.serve.http.router import Router
from ticker.serve.site import Site


def register_routes(app: Router, site: Site) -> None:
    facts = Facts(site)

    def page(status: Status) -> Response:
        lang = reader_language(site.settings.language)
        headers = Headers(html.policy(), vary=VARY_LANGUAGE)
        return build_response(html.page(status, lang), HTML, headers=headers)

    def for_programs(status: Status) -> Response:
        return build_response(say.as_json(status), JSON)

    def told(tell: Callable[[Status], Response]) -> Response:
        at = requested_moment(site)
        return of_the_past(tell(facts.then(at)), at, site.clock()) if at else tell(facts.now())

    @app.get("/status")
    def status_page() -> Response:
        return told(page)

    @app.get("/status.json")
    def status_json() -> Response:
        return told(for_programs)

    @app.get("/livez")
    def livez() -> Response:
        return probes.livez(site.live, site.clock())

    @app.get("/readyz")
    def readyz() -> Response:
        return probes.readyz(site.cache, site.clock())


class Facts:
    """One request at a time reads the store; meanwhile others get the last facts, so that a slow store holds one thread
    and no reader."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._gathering = threading.Lock()
        self._last: Status | None = None

    def now(self) -> Status:
        last = self._last
        if not self._gathering.acquire(blocking=last is None) and last is not None:
            return last
        try:
            self._last = gather(self._site.live, self._site.cache, self._site.clock(), self._site.settings.currencies)
        finally:
            self._gathering.release()
        return self._last

    def then(self, at: datetime) -> Status:
        """Those of a moment of the past. Raises StoreError, TooManyError."""
        snapshot = past_snapshot(self._site, at)
        return gather_past(self._site.require_store(), snapshot, self._site.settings.currencies)
