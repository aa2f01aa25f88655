"""Reloads the rate timeline in a background thread whenever rates change."""

from __future__ import annotations

import threading

from ticker import log
from ticker.serve.site import Site
from ticker.store import StoreError

EVERY_S = 2.0


class TimelinePreloader:
    """Follows `Store.rates_version`, so that no request for a long history waits while decades are read.

    It loads the currencies of the first bank and of the strip, which most requests are for. A version is loaded once
    two polls in a row see it: a backfill makes one after the other.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seen: int | None = None
        self._warm: int | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._follow, name="warm", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(3)

    def poll(self) -> None:
        """Poll once."""
        store = None if self._site.live.fault else self._site.live.store
        if store is None:
            return
        version, before = store.rates_version(), self._seen
        self._seen = version
        if version == before and version != self._warm:
            content = self._site.content
            grace = content.grace
            first = content.banks[0].source if content.banks else ""
            currencies = {one.currency for one in content.series if one.source == first}
            self._site.timeline.columns(store, version, grace, sorted(currencies | {*self._site.terms.currencies}))
            self._warm = version

    def _follow(self) -> None:
        while not self._stopping.wait(EVERY_S):
            try:
                self.poll()
            except StoreError:
                pass  # whoever follows the snapshot says so
            except Exception:
                log.warning("reading figures ahead failed")
                self._warm = self._seen
