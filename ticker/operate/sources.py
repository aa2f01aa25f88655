"""The state of each source: a home's rates tables with their archives, its feeds, and other banks' tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ticker.model import Freshness, Round, archive_id
from ticker.rates.freshness import Judgement
from ticker.snapshot import Content, Looks, Snapshot
from ticker.store import Store

PAST = 200  # rounds of a source among which its last failure is looked for
RATES, ARCHIVE, FEED, WITNESS = "rates", "archive", "feed", "witness"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The state of one source. A witness is a bank's table that is visited only for what it says of a home's rates."""

    id: str
    kind: str  # "rates", "archive", "feed" or "witness"
    home: str  # whose it is, by currency; "" for a witness
    state: Freshness | None  # None for an archive and a witness, of which nothing is shown by itself
    last_success: datetime | None
    last_round: Round | None
    last_failure: Round | None
    failing: int  # failures in a row
    failing_since: datetime | None  # when the first of them began, as far back as rounds are kept

    @property
    def next_due(self) -> datetime | None:
        return self.last_round.next_due_at if self.last_round else None


def witnesses_alone(content: Content) -> list[str]:
    """The sources that are no home's own."""
    own = {bank.source for one in content.homes for bank in one.banks}
    asked = dict.fromkeys(it.source for one in content.homes for it in one.witnesses)
    return [source for source in asked if source not in own]


def every_source(content: Content) -> list[str]:
    """The rates tables of every home, and those of witnesses."""
    return [*(source for one in content.homes for source in one.grace), *witnesses_alone(content)]


def source_statuses(
    store: Store, snapshot: Snapshot, judged: Judgement, looks: Looks, until: datetime | None = None
) -> tuple[SourceStatus, ...]:
    """Those of each home in turn, then the witnesses. `until` (UTC) leaves out later rounds. Raises StoreError."""
    newest: dict[str, datetime] = {}
    for (source, _), at in looks.items():
        newest[source] = max(at, newest.get(source, at))
    found: dict[str, SourceStatus] = {}
    for content in snapshot.content.homes:
        for one in _of_home(store, content, judged.of(content.home.currency), newest, until):
            found.setdefault(one.id, one)
    for source in witnesses_alone(snapshot.content):
        rounds = store.rounds(source, PAST, until)
        found[source] = _status(source, WITNESS, "", None, newest.get(source), rounds)
    return tuple(found.values())


def _of_home(
    store: Store, content: Content, judged: Judgement, looks: Mapping[str, datetime], until: datetime | None
) -> Iterator[SourceStatus]:
    home = content.home.currency
    for bank in content.banks:
        of_bank = [one.freshness for one in judged.figures if one.source == bank.source]
        state = max(of_bank, key=list(Freshness).index, default=Freshness.NONE)
        rounds = store.rounds(bank.source, PAST, until)
        yield _status(bank.source, RATES, home, state, looks.get(bank.source), rounds)
        if archive := store.rounds(archive_id(bank.source), PAST, until):
            good = next((one.ended_at for one in archive if not one.failed), None)
            yield _status(archive_id(bank.source), ARCHIVE, home, None, good, archive)
    for feed in judged.feeds:
        rounds = store.rounds(feed.feed, PAST, until)
        yield _status(feed.feed, FEED, home, feed.freshness, looks.get(feed.feed), rounds)


def _status(
    id_: str, kind: str, home: str, state: Freshness | None, success: datetime | None, rounds: Sequence[Round]
) -> SourceStatus:
    """`rounds` newest first."""
    failures = [one for one in rounds if one.failed]
    failing = next((count for count, one in enumerate(rounds) if not one.failed), len(rounds))
    return SourceStatus(
        id=id_,
        kind=kind,
        home=home,
        state=state,
        last_success=success,
        last_round=rounds[0] if rounds else None,
        last_failure=failures[0] if failures else None,
        failing=failing,
        failing_since=rounds[failing - 1].began_at if failing else None,
    )
