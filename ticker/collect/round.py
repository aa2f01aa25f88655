"""One visit to one source: fetch, parse, judge, store. An upstream's fault becomes part of the record; only our own
faults are raised."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus

from ticker.collect.due import archive_due_at, due_at, lacking, nearest
from ticker.collect.fetch import Answer, Connection, FetchError
from ticker.collect.judge import Verdict, judge, judge_archive
from ticker.collect.recognise import recognise
from ticker.collect.sources import feed as feeds
from ticker.collect.sources import nbkr
from ticker.model import (
    Feed,
    FeedSource,
    Home,
    Outcome,
    ParseError,
    Rate,
    RatesSource,
    Revision,
    Round,
    Table,
    UpstreamError,
    Validators,
)
from ticker.rates.compose import KEPT_HEADLINES, bank_terms, compose, feed_terms
from ticker.snapshot import Content
from ticker.store import LastBody, Store, Write

RATES_SPAN = timedelta(days=60)  # how far back figures are looked at in a round
STORIES_SPAN = timedelta(days=30)
EXCERPT_BYTES = 2048
PAST_ROUNDS = 20  # enough to count failures in a row: after a dozen the pause grows no more

Due = Callable[[Sequence[Round], datetime], datetime]


@dataclass(frozen=True, slots=True)
class Desk:
    """What rounds work with. `connect` opens a keep-alive connection for one round; `pause` waits, in seconds."""

    home: Home
    banks: tuple[RatesSource, ...]
    feeds: tuple[FeedSource, ...]
    store: Store
    connect: Callable[[], Connection]
    clock: Callable[[], datetime]
    pause: Callable[[float], object]
    demo: bool = False

    def content(self, tx: Write) -> Content:
        since = self.home.day(self.clock()) - RATES_SPAN
        return compose(
            self.home,
            [bank_terms(bank) for bank in self.banks],
            [feed_terms(feed) for feed in self.feeds],
            {bank.id: tx.revisions(bank.id, since) for bank in self.banks},
            [one for feed in self.feeds for one in tx.recent_headlines(feed.id, KEPT_HEADLINES)],
            demo=self.demo,
        )


def replace_unreadable_snapshot(desk: Desk, token: int) -> int | None:
    """Publish a snapshot in place of one in a format that this program does not read. Its version, or None."""
    with desk.store.write(token) as tx:
        stored, _ = tx.version()
        return tx.publish(desk.content(tx), desk.clock()) if stored and tx.snapshot() is None else None


def archive_id(source: RatesSource) -> str:
    """The name under which visits to a bank's archive are recorded."""
    return f"{source.id}-archive"


def visit_rates(desk: Desk, source: RatesSource, token: int) -> Round:
    began = desk.clock()
    past = desk.store.last_body(source.id)
    try:
        answer = _get(desk, source.url, past.validators if past else Validators())
        table, last_body = _table(answer, past, source.id)
    except UpstreamError as fault:
        return _failed(desk, source.id, token, began, fault, partial(due_at, source))
    with desk.store.write(token) as tx:
        known = tx.revisions(source.id, min(desk.home.day(began), table.valid_on) - RATES_SPAN)
        verdict = judge(table, known, source, desk.home, began, last_body.last_modified)
        _apply(tx, source.id, verdict, began, last_body)
        if not (verdict.refused or verdict.ignored):
            tx.save_body(source.id, last_body)
        for currency in verdict.confirmed:
            tx.record_look(source.id, currency, began)
        tx.interrupt(source.id, sorted({one.rate.currency for one in known} - verdict.confirmed))
        version = tx.publish(desk.content(tx), desk.clock())
        done = Round(
            source=source.id,
            began_at=began,
            ended_at=desk.clock(),
            outcome=_outcome(version, confirmed=bool(verdict.confirmed)),
            status=answer.status,
            body_bytes=len(answer.body),
            parsed=len(table.rates),
            dropped=len(table.complaints),
            note=_note(verdict, table.complaints),
        )
        return _record(desk, tx, done, partial(due_at, source))


def visit_archive(desk: Desk, source: RatesSource, token: int) -> Round:
    """Ask the bank's archive for the days that lack a table, over one connection, with pauses. What arrived before a
    fault is kept."""
    began, today = desk.clock(), desk.home.day(desk.clock())
    known = desk.store.revisions(source.id, today - RATES_SPAN)
    rates: list[Rate] = []
    fault: UpstreamError | None = None
    body_bytes, status = 0, None
    try:
        with desk.connect() as connection:
            for count, (currency, days) in enumerate(archive_needs(source, known, today).items()):
                if count:
                    desk.pause(source.archive_pause_s)
                first = today - timedelta(days=source.grace_days)
                answer = connection.get(nbkr.archive_address(source.archive_url or "", currency, first, days[-1]))
                body_bytes, status = body_bytes + len(answer.body), answer.status
                try:
                    rates += _archive_rates(answer.body, source, currency, days, known)
                except ParseError as error:  # of one currency: the others have pages of their own
                    fault = error
    except UpstreamError as error:
        fault = error
    with desk.store.write(token) as tx:
        verdict = judge_archive(rates, tx.revisions(source.id, today - RATES_SPAN), source, desk.home, began)
        _apply(tx, source.id, verdict, began, LastBody(Validators(), None, None, ""), archive_id(source))
        version = tx.publish(desk.content(tx), desk.clock())
        done = Round(
            source=archive_id(source),
            began_at=began,
            ended_at=desk.clock(),
            outcome=Outcome.FAILED if fault else _outcome(version, confirmed=bool(rates)),
            status=getattr(fault, "status", None) if fault else status,
            body_bytes=body_bytes,
            parsed=len(rates),
            note="; ".join(filter(None, [str(fault or ""), _note(verdict, ())])),
            excerpt=getattr(fault, "excerpt", b""),
            retry_after_s=getattr(fault, "retry_after_s", None),
        )
        return _record(desk, tx, done, partial(archive_due_at, source))


def archive_needs(source: RatesSource, known: list[Revision], today: date) -> dict[str, tuple[date, ...]]:
    """The days to ask the archive for, by currency; nothing where the source has no archive."""
    return lacking(known, frozenset(nbkr.VALUTA_IDS), today) if source.archive_url else {}


def visit_feed(desk: Desk, source: FeedSource, token: int) -> Round:
    began = desk.clock()
    past = desk.store.last_body(source.id)
    try:
        answer = _get(desk, source.url, past.validators if past else Validators())
        parsed = None if answer.status == HTTPStatus.NOT_MODIFIED else _feed(answer, source)
    except UpstreamError as fault:
        return _failed(desk, source.id, token, began, fault, partial(due_at, source))
    with desk.store.write(token) as tx:
        note = ""
        if parsed:
            entries = [(entry, feeds.canonical(entry.url)) for entry in parsed.entries]
            seen = recognise(entries, tx.stories(source.id, began - STORIES_SPAN), source.id, began)
            tx.put_stories(seen.stories, began)
            tx.save_body(source.id, LastBody(answer.validators, None, answer.last_modified, _hash(answer.body)))
            note = "; ".join([f"{seen.new} new, {seen.edited} edited", *parsed.complaints[:3]])
        tx.record_look(source.id, "", began)
        version = tx.publish(desk.content(tx), desk.clock())
        done = Round(
            source=source.id,
            began_at=began,
            ended_at=desk.clock(),
            outcome=_outcome(version, confirmed=True),
            status=answer.status,
            body_bytes=len(answer.body),
            parsed=len(parsed.entries) if parsed else 0,
            dropped=len(parsed.complaints) if parsed else 0,
            note=note,
        )
        return _record(desk, tx, done, partial(due_at, source))


def record_fault(desk: Desk, source: str, token: int, began: datetime, fault: Exception) -> Round:
    """The record of a round that a fault of our own ended."""
    return _failed(desk, source, token, began, UpstreamError(f"fault of our own: {type(fault).__name__}: {fault}"))


def settle(desk: Desk, revision: Revision, *, accepted: bool, token: int, command: int) -> None:
    """Carry out an operator's word on a held figure: believed, with its restamps, or discarded for good."""
    now = desk.clock()
    with desk.store.write(token) as tx:
        known = tx.revisions(revision.source, revision.rate.valid_on - RATES_SPAN)
        alike = [
            one
            for one in known
            if one.held and one.rate.currency == revision.rate.currency and one.rate.same_figure(revision.rate)
        ]
        for one in alike:
            (tx.release if accepted else tx.discard)(one.id, now)
        looks = [at for (source, _), at in tx.looks().items() if source == revision.source]
        if accepted and looks:  # the last round did see what is believed now
            tx.record_look(revision.source, revision.rate.currency, max(looks))
        tx.done(command, now)
        tx.publish(desk.content(tx), now)


def _get(desk: Desk, url: str, validators: Validators) -> Answer:
    with desk.connect() as connection:
        answer = connection.get(url, validators)
    if answer.status == HTTPStatus.NOT_MODIFIED and validators == Validators():
        raise FetchError(f"{url} answered 304 to a request without validators", status=304)
    return answer


def _table(answer: Answer, past: LastBody | None, source: str) -> tuple[Table, LastBody]:
    """The answer's table, and what to remember of its body. An unchanged answer is the table it confirms, judged
    again."""
    if answer.status == HTTPStatus.NOT_MODIFIED and past and past.table:
        return past.table, replace(past, validators=answer.validators)
    try:
        table = nbkr.parse(answer.body, source)
    except ParseError as fault:
        raise _with_excerpt(fault, answer) from fault
    return table, LastBody(answer.validators, table, answer.last_modified, _hash(answer.body))


def _feed(answer: Answer, source: FeedSource) -> Feed:
    try:
        return feeds.parse(
            answer.body,
            source=source.id,
            url=answer.url,
            zone=source.zone,
            content_type=answer.content_type,
            encoding=source.encoding,
        )
    except ParseError as fault:
        raise _with_excerpt(fault, answer) from fault


def _archive_rates(
    body: bytes, source: RatesSource, currency: str, days: tuple[date, ...], known: list[Revision]
) -> list[Rate]:
    """The figures of `days`. Where the last of them is not listed, the newest before it stands in under its own date:
    the archive may leave out days on which nothing was set."""
    listed = [one for one in nbkr.parse_archive(body, archive_id(source)) if one.valid_on <= days[-1]]
    wanted = {*days, *(one.valid_on for one in listed[-1:])}
    found = []
    for figure in listed:
        sample = nearest(known, currency, figure.valid_on)
        if figure.valid_on in wanted and sample:
            found.append(Rate(currency, figure.quoted, sample.rate.nominal, figure.valid_on, figure.valid_on))
    return found


def _apply(tx: Write, source: str, verdict: Verdict, at: datetime, body: LastBody, origin: str = "") -> None:
    add = partial(tx.add, source, seen_at=at, last_modified=body.last_modified, body_hash=body.body_hash, origin=origin)
    for rate in verdict.believed:
        add(rate)
    for rate, reason in verdict.held:
        add(rate, held_reason=reason)
    for revision, reason in verdict.disputed:
        tx.hold(revision, at, reason)
    for revision in verdict.released:
        tx.release(revision, at)
    for revision in verdict.discarded:
        tx.discard(revision, at)


def _record(desk: Desk, tx: Write, done: Round, due: Due | None) -> Round:
    """Write the record down, with when the source is due next by what is known now."""
    past = desk.store.rounds(done.source, PAST_ROUNDS)
    recorded = replace(done, next_due_at=due([done, *past], done.ended_at) if due else None)
    tx.record(recorded)
    return recorded


def _failed(
    desk: Desk, source: str, token: int, began: datetime, fault: UpstreamError, due: Due | None = None
) -> Round:
    done = Round(
        source=source,
        began_at=began,
        ended_at=desk.clock(),
        outcome=Outcome.FAILED,
        status=getattr(fault, "status", None),
        body_bytes=getattr(fault, "body_bytes", 0),
        note=str(fault),
        excerpt=getattr(fault, "excerpt", b"")[:EXCERPT_BYTES],
        retry_after_s=getattr(fault, "retry_after_s", None),
    )
    with desk.store.write(token) as tx:
        tx.interrupt(source)
        return _record(desk, tx, done, due)


def _with_excerpt(fault: ParseError, answer: Answer) -> FetchError:
    return FetchError(
        str(fault), status=answer.status, excerpt=answer.body[:EXCERPT_BYTES], body_bytes=len(answer.body)
    )


def _outcome(version: int | None, *, confirmed: bool) -> Outcome:
    if version is not None:
        return Outcome.CHANGED
    return Outcome.CONFIRMED if confirmed else Outcome.NOTHING


def _note(verdict: Verdict, complaints: tuple[str, ...]) -> str:
    parts = [verdict.refused, verdict.ignored]
    parts += [f"held {reason}" for _, reason in verdict.held]
    parts += [f"held as well, believed until now: revision {revision}" for revision, _ in verdict.disputed]
    if verdict.believed:
        day = max(rate.valid_on for rate in verdict.believed)
        parts.append(f"{', '.join(sorted({rate.currency for rate in verdict.believed}))} new, up to {day}")
    if verdict.released:
        parts.append(f"{len(verdict.released)} held figures released")
    if verdict.lost:
        parts.append(f"{', '.join(verdict.lost)} missing, in the table before")
    return "; ".join(filter(None, [*parts, *complaints[:3]]))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
