"""What rounds work with: the homes, their sources, the store, a clock and a way to the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from ticker.collect.http.client import Connection
from ticker.collect.judge import NO_WITNESSES, Witnesses
from ticker.collect.sources.configured import HomeSources
from ticker.collect.witnesses import StoredWitnesses
from ticker.model import Cause, FeedSource, Headline, Home, RatesSource, Revision
from ticker.rates.compose import KEPT_HEADLINES, bank_terms, compose, feed_terms, newest_first
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
    _composed: dict[str, tuple[object, tuple[Content, ...]]] = field(default_factory=dict)  # the last one, and of what

    @property
    def home(self) -> Home:
        """The default home."""
        return self.homes[0].home

    @property
    def feeds(self) -> tuple[FeedSource, ...]:
        found: dict[str, FeedSource] = {}
        for feed in (feed for one in self.homes for feed in one.feeds):
            found.setdefault(feed.id, feed)
        return tuple(found.values())

    def content(self, tx: Write) -> Content:
        """What is shown of the default home, with the others."""
        composed = zip(self.homes, self._rates(tx), strict=True)
        first, *others = [replace(content, headlines=_headlines(one, tx)) for one, content in composed]
        return replace(first, neighbours=tuple(others))

    def _rates(self, tx: Write) -> tuple[Content, ...]:
        """Each home's rates. Most rounds change none: then the last answer is given again."""
        now = self.clock()
        since = {bank.id: bank.home.day(now) - (TESTIMONY_SPAN if bank.visits else RATES_SPAN) for bank in self.banks}
        of = self.store.generation, tx.rates_version(), *since.values()
        kept_of, kept = self._composed.get("last", (None, ()))
        if of == kept_of and not tx.changes_rates:
            return kept
        revisions = {source: tx.revisions(source, first) for source, first in since.items()}
        found = tuple(self._of_home(one, revisions) for one in self.homes)
        if not tx.changes_rates:  # what is not committed yet may never be
            self._composed["last"] = of, found
        return found

    def _of_home(self, one: HomeSources, revisions: Mapping[str, Sequence[Revision]]) -> Content:
        banks, feeds = [bank_terms(bank) for bank in one.banks], [feed_terms(feed) for feed in one.feeds]
        told, within = one.witnesses, one.agreement
        return compose(one.home, banks, feeds, revisions, (), demo=self.demo, witnesses=told, agreement=within)

    def witnesses(self, tx: Write, source: RatesSource, since: date) -> Witnesses:
        """What other banks say of a source's figures from `since` on. Of one that is only a witness itself, nothing."""
        found = next((one for one in self.homes if source in one.banks), None)
        return StoredWitnesses(tx, found, since) if found and found.witnesses else NO_WITNESSES


def _headlines(home: HomeSources, tx: Write) -> tuple[Headline, ...]:
    """The newest of each feed, the newest first."""
    found = [headline for feed in home.feeds for headline in tx.recent_headlines(feed.id, KEPT_HEADLINES)]
    return newest_first(found)


def waiting_for(witness: str, context: RoundContext) -> list[str]:
    """The sources with figures that are held or unconfirmed, of the homes of which `witness` tells: they are judged
    again by their next visit."""
    homes = [home for home in context.homes if any(one.source == witness for one in home.witnesses)]
    return [bank.id for home in homes for bank in home.banks if _waits(bank, context)]


def _waits(bank: RatesSource, context: RoundContext) -> bool:
    lately = context.store.revisions(bank.id, bank.home.day(context.clock()) - TESTIMONY_SPAN)
    return any(
        (one.held and one.cause is not Cause.CONTENDED) or (one.believed and not one.confirmed) for one in lately
    )
