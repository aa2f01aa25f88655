"""What was known at a moment of the past, as a snapshot that everything else shows as it shows the present one."""

from __future__ import annotations

from datetime import datetime, timedelta

from ticker.rates.compose import KEPT_HEADLINES, compose
from ticker.snapshot import Content, Snapshot
from ticker.store import Store

SPAN = timedelta(days=60)  # how far back figures are looked at: beyond every source's grace


def snapshot_at(store: Store, content: Content, at: datetime) -> Snapshot:
    """What was known at `at` (UTC) of the sources that `content` has now; its version is that of the store.

    What was forgotten since is missing: stories that left their feeds more than 30 days ago. Raises StoreError.
    """
    since = content.home.day(at) - SPAN
    revisions, looks = store.state_at([bank.source for bank in content.banks], since, at)
    headlines = [one for feed in content.feeds for one in store.recent_headlines(feed.feed, KEPT_HEADLINES, at)]
    known = compose(content.home, content.banks, content.feeds, revisions, headlines, demo=content.demo)
    return Snapshot(store.version()[0], at, known, looks, past=True)
