"""What was known at a moment of the past, as a snapshot that everything else shows as it shows the present one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ticker.rates.compose import KEPT_HEADLINES, compose
from ticker.snapshot import Content, Snapshot
from ticker.store import Store

SPAN = timedelta(days=60)  # how far back figures are looked at: beyond every source's grace


def snapshot_at(store: Store, content: Content, at: datetime, home: str | None = None) -> Snapshot:
    """What was known at `at` (UTC) of the sources that one home of `content` has now, the default one for None; of the
    others nothing is told. Its version is that of the store.

    What was forgotten since is missing: stories that left their feeds more than 30 days ago. Raises StoreError.
    """
    of = content.of(home)
    sources = [*of.grace, *(one.source for one in of.witnesses)]
    revisions, looks = store.state_at(sources, of.home.day(at) - SPAN, at)
    headlines = [one for feed in of.feeds for one in store.recent_headlines(feed.feed, KEPT_HEADLINES, at)]
    known = compose(
        of.home,
        of.banks,
        of.feeds,
        revisions,
        headlines,
        demo=of.demo,
        witnesses=of.witnesses,
        agreement=dict(of.agreement),
    )
    first, *others = [known if one is of else _untold(one) for one in content.homes]
    return Snapshot(store.version()[0], at, replace(first, neighbours=tuple(others)), looks, past=True)


def _untold(content: Content) -> Content:
    return replace(content, series=(), headlines=(), testimonies=(), neighbours=())
