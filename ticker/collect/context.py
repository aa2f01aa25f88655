"""What rounds work with: the homes, their sources, the store, a clock and a way to the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ticker.collect.http.client import Connection
from ticker.collect.judge import NO_WITNESSES, Witnesses
from ticker.collect.sources.configured import HomeSources
from ticker.collect.witnesses import StoredWitnesses
from ticker.model import FeedSource, Home, RatesSource, Revision
from ticker.rates.compose import KEPT_HEADLINES, bank_terms, compose, feed_terms
from ticker.snapshot import Content
from ticker.store import Store, Write

RATES_SPAN = timedelta(days=60)  # how far back a round looks at figures
TESTIMONY_SPAN = timedelta(days=10)  # the same of a witness, whose figures soon tell nothing


@dataclass(frozen=True, slots=True)
class RoundContext:
    """What rounds work with. `connect` opens a keep-alive connection for one round; `pause` waits, in seconds."""

    homes: tuple[HomeSources, ...]  # the default one first
    banks: tuple[RatesSource, ...]  # every rates source that is visited, witnesses included
    store: Store
    connect: Callable[[], Connection]
    clock: Callable[[], datetime]
    pause: Callable[[float], object]
    demo: bool = False

    @property
    def home(self) -> Home:
        """The default home."""
        return self.homes[0].home

    @property
    def feeds(self) -> tuple[FeedSource, ...]:
        return tuple({feed.id: feed for one in self.homes for feed in one.feeds}.values())

    def content(self, tx: Write) -> Content:
        """What is shown of the default home, with the others."""
        now = self.clock()
        revisions = {
            bank.id: tx.revisions(bank.id, bank.home.day(now) - (TESTIMONY_SPAN if bank.visits else RATES_SPAN))
            for bank in self.banks
        }
        first, *others = [self._of_home(one, revisions, tx) for one in self.homes]
        return replace(first, neighbours=tuple(others))

    def _of_home(self, one: HomeSources, revisions: Mapping[str, Sequence[Revision]], tx: Write) -> Content:
        return compose(
            one.home,
            [bank_terms(bank) for bank in one.banks],
            [feed_terms(feed) for feed in one.feeds],
            revisions,
            [headline for feed in one.feeds for headline in tx.recent_headlines(feed.id, KEPT_HEADLINES)],
            demo=self.demo,
            witnesses=one.witnesses,
            agreement=one.agreement,
        )

    def witnesses(self, tx: Write, source: RatesSource, day: date) -> Witnesses:
        """What other banks say of a source's figures around `day`. Of one that is only a witness itself, nothing."""
        found = next((one for one in self.homes if source in one.banks), None)
        return StoredWitnesses(tx, found, day) if found and found.witnesses else NO_WITNESSES


def waiting_for(witness: str, context: RoundContext) -> list[str]:
    """The sources with figures that are held or unconfirmed, of the homes of which `witness` tells: they are judged
    again by their next visit."""
    homes = [home for home in context.homes if any(one.source == witness for one in home.witnesses)]
    return [bank.id for home in homes for bank in home.banks if _waits(bank, context)]


def _waits(bank: RatesSource, context: RoundContext) -> bool:
    lately = context.store.revisions(bank.id, bank.home.day(context.clock()) - TESTIMONY_SPAN)
    return any(one.held or (one.believed and not one.confirmed) for one in lately)
