"""One visit to one source. A fault of the upstream becomes part of the round's record; only our own faults are raised.

answer  = connection.get(source.url, validators of the last body)   # http; 304 means the last table again
table   = adapter_of(source).parse(answer.body)                     # sources
verdict = judge(table, revisions known, heard before, witnesses)    # believed, held, confirmed
in one transaction: apply_verdict, remember the body and the answer, record what was seen, publish, record the round
next    = due_at(source, past rounds)                               # due; kept in the round's record
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus

from ticker.collect.archive import asked_from, missing_rates
from ticker.collect.context import RATES_SPAN, RoundContext
from ticker.collect.due import archive_due_at, due_at, missing_days
from ticker.collect.http.answer import Answer
from ticker.collect.judge import Answered, Verdict, freed_companions, judge, judge_archive
from ticker.collect.recognise import recognise
from ticker.collect.sources import Archive, ArchiveFigure, adapter_of
from ticker.collect.sources import feed as feeds
from ticker.model import (
    Feed,
    FeedSource,
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
from ticker.store import LastBody, Write

JUDGE_SPAN = timedelta(days=35)  # how far back the judge looks, which remembers a first figure for 30 days
STORIES_SPAN = timedelta(days=30)  # how far back a round looks for the story of a headline
PAST_ROUNDS = 20  # enough to count failures in a row: after a dozen the pause grows no more

Due = Callable[[Sequence[Round], datetime], datetime]


def replace_unreadable_snapshot(context: RoundContext, token: int) -> int | None:
    """Publish a snapshot in place of one in a format that this program does not read. Its version, or None."""
    with context.store.write(token) as tx:
        stored, _ = tx.version()
        return tx.publish(context.content(tx), context.clock()) if stored and tx.snapshot() is None else None


def visit_rates(context: RoundContext, source: RatesSource, token: int) -> Round:
    """Read a bank's table and judge it. `token` is the lease's; raises Fenced once another process holds the lease."""
    began = context.clock()
    past = context.store.last_body(source.id)
    address = adapter_of(source).address(source.url, source.home.day(began))
    try:
        answer = _get(context, address, _conditions(past), revalidate=True)
        table, last_body = _parse_table(answer, past, source)
    except UpstreamError as fault:
        return _failed(context, source.id, token, began, fault, partial(due_at, source))
    said = Answered(table, began, answer.left_at, last_body.last_modified, last_body.body_hash)
    with context.store.write(token) as tx:
        since = min(source.home.day(began), table.valid_on) - JUDGE_SPAN
        known = tx.revisions(source.id, since)
        heard = tx.heard(source.id)
        verdict = judge(said, known, heard, source, context.witnesses(tx, source, since))
        apply_verdict(tx, source.id, verdict, began, last_body)
        if verdict.heard != heard:
            tx.save_heard(source.id, verdict.heard)
        if last_body != past and not (verdict.refused or verdict.ignored):
            tx.save_body(source.id, last_body)
        for currency in verdict.confirmed:
            tx.record_look(source.id, currency, began - answer.age)
        tx.interrupt(source.id, sorted({one.rate.currency for one in known} - verdict.confirmed))
        version = tx.publish(context.content(tx), context.clock())
        done = Round(
            source=source.id,
            began_at=began,
            ended_at=context.clock(),
            outcome=_outcome(version, confirmed=bool(verdict.confirmed)),
            status=answer.status,
            body_bytes=len(answer.body),
            parsed=len(table.rates),
            dropped=len(table.complaints),
            note=_note(verdict, table.complaints),
        )
        return _record(tx, done, partial(due_at, source, contending=bool(verdict.heard.contenders)))


def _conditions(past: LastBody | None) -> Validators:
    """What a table is asked for with. Without an ETag nothing: a file put back with its own, older time would be
    answered 304 for ever."""
    return past.validators if past and past.validators.etag else Validators()


@dataclass(slots=True)
class _FromArchive:
    """What requests to an archive brought before a fault, if there was one."""

    rates: list[Rate] = field(default_factory=list)
    body_bytes: int = 0
    status: int | None = None
    fault: UpstreamError | None = None


def visit_archive(context: RoundContext, archive: Archive, token: int) -> Round:
    """Ask a bank's archive for the missing days. What arrived before a fault is kept."""
    source = archive.source
    began, today = context.clock(), source.home.day(context.clock())
    since = today - RATES_SPAN
    found = _ask_archive(context, archive, context.store.revisions(source.id, since), today)
    with context.store.write(token) as tx:
        verdict = judge_archive(found.rates, tx.revisions(source.id, since), source, began)
        apply_verdict(tx, source.id, verdict, began, LastBody(Validators(), None, None, ""), archive.id)
        version = tx.publish(context.content(tx), context.clock())
        fault = found.fault
        done = Round(
            source=archive.id,
            began_at=began,
            ended_at=context.clock(),
            outcome=Outcome.FAILED if fault else _outcome(version, confirmed=bool(found.rates)),
            status=fault.status if fault else found.status,
            body_bytes=found.body_bytes,
            parsed=len(found.rates),
            note="; ".join(filter(None, [str(fault or ""), _note(verdict, ())])),
            excerpt=fault.excerpt if fault else b"",
            retry_after_s=fault.retry_after_s if fault else None,
        )
        return _record(tx, done, partial(archive_due_at, source))


def _ask_archive(context: RoundContext, archive: Archive, known: list[Revision], today: date) -> _FromArchive:
    """One page a currency, over one connection, with pauses."""
    found = _FromArchive()
    try:
        with context.connect() as connection:
            for count, (currency, days) in enumerate(archive_needs(archive, known, today).items()):
                if count:
                    context.pause(archive.source.archive_pause_s)
                first = asked_from(known, currency, archive.source, today)
                answer = connection.get(archive.address(currency, first, days[-1]), revalidate=True)
                found.body_bytes, found.status = found.body_bytes + len(answer.body), answer.status
                try:
                    listed = _only_asked(archive, answer.body, currency, first, days[-1])
                    found.rates += missing_rates(listed, currency, days, known, archive.source)
                except ParseError as fault:  # of one currency: the others have their own pages
                    found.fault = fault
    except UpstreamError as fault:
        found.fault = fault
    return found


def _only_asked(archive: Archive, body: bytes, currency: str, first: date, last: date) -> tuple[ArchiveFigure, ...]:
    """The figures of a page. One that lists another day than asked is not the page that was asked for."""
    listed = archive.figures(body)
    for one in listed:
        if not first <= one.valid_on <= last:
            raise ParseError(archive.id, f"{currency} / date", str(one.valid_on), f"days from {first} to {last}")
    return listed


def archive_needs(archive: Archive, known: list[Revision], today: date) -> dict[str, tuple[date, ...]]:
    """The days to ask the archive for, by currency."""
    adapter = archive.adapter
    return missing_days(known, adapter.currencies if adapter.filled is None else adapter.filled, today)


def visit_feed(context: RoundContext, source: FeedSource, token: int) -> Round:
    began = context.clock()
    past = context.store.last_body(source.id)
    try:
        answer = _get(context, source.url, past.validators if past else Validators())
        parsed = None if answer.status == HTTPStatus.NOT_MODIFIED else _parse_feed(answer, source)
    except UpstreamError as fault:
        return _failed(context, source.id, token, began, fault, partial(due_at, source))
    with context.store.write(token) as tx:
        note = ""
        if parsed:
            entries = [(entry, feeds.canonical(entry.url)) for entry in parsed.entries]
            seen = recognise(entries, tx.stories(source.id, began - STORIES_SPAN), source.id, began)
            tx.put_stories(seen.stories, began)
            tx.save_body(source.id, LastBody(answer.validators, None, answer.last_modified, _hash(answer.body)))
            note = "; ".join([f"{seen.new} new, {seen.edited} edited", *parsed.complaints[:3]])
        tx.record_look(source.id, "", began)
        version = tx.publish(context.content(tx), context.clock())
        done = Round(
            source=source.id,
            began_at=began,
            ended_at=context.clock(),
            outcome=_outcome(version, confirmed=True),
            status=answer.status,
            body_bytes=len(answer.body),
            parsed=len(parsed.entries) if parsed else 0,
            dropped=len(parsed.complaints) if parsed else 0,
            note=note,
        )
        return _record(tx, done, partial(due_at, source))


def record_fault(context: RoundContext, source: str, token: int, began: datetime, fault: Exception) -> Round:
    """Record a round that ended by a fault of our own."""
    return _failed(context, source, token, began, UpstreamError(f"fault of our own: {type(fault).__name__}: {fault}"))


def apply_operator_decision(
    context: RoundContext, revision: Revision, *, accepted: bool, token: int, command: int
) -> None:
    """Carry out an operator's decision on a held figure: it is believed, with its restamps, or discarded."""
    now = context.clock()
    with context.store.write(token) as tx:
        known = tx.revisions(revision.source, revision.rate.valid_on - RATES_SPAN)
        alike = [
            one
            for one in known
            if one.held and one.rate.currency == revision.rate.currency and one.rate.same_figure(revision.rate)
        ]
        for one in alike:
            (tx.release if accepted else tx.discard)(one.id, now, by_operator=True)
        for one in freed_companions(alike, known):
            tx.release(one.id, now)
        looks = [at for (source, _), at in tx.looks().items() if source == revision.source]
        if accepted and looks:  # the last round saw the figure that is believed now
            tx.record_look(revision.source, revision.rate.currency, max(looks))
        tx.done(command, now)
        tx.publish(context.content(tx), now)


def _get(context: RoundContext, url: str, validators: Validators, *, revalidate: bool = False) -> Answer:
    with context.connect() as connection:
        answer = connection.get(url, validators, revalidate=revalidate)
    if answer.status == HTTPStatus.NOT_MODIFIED and validators == Validators():
        raise UpstreamError(f"{url} answered 304 to a request without validators", status=304)
    return answer


def _parse_table(answer: Answer, past: LastBody | None, source: RatesSource) -> tuple[Table, LastBody]:
    """The answer's table, and what to remember of its body. An unchanged answer is the table it confirms, judged
    again."""
    if answer.status == HTTPStatus.NOT_MODIFIED and past and past.table:
        return past.table, replace(past, validators=answer.validators)
    try:
        table = _kept(adapter_of(source).parse(answer.body, source.id), source)
    except ParseError as fault:
        raise _with_excerpt(fault, answer) from fault
    return table, LastBody(answer.validators, table, answer.last_modified, _hash(answer.body))


def _kept(table: Table, source: RatesSource) -> Table:
    """The table with the currencies that are kept of it. Raises ParseError where it has none of them."""
    if source.kept is None:
        return table
    kept = tuple(rate for rate in table.rates if rate.currency in source.kept)
    if not kept:
        wanted = f"at least one of {', '.join(sorted(source.kept))}"
        raise ParseError(source.id, "table", ", ".join(sorted(table.currencies)), wanted)
    return replace(table, rates=kept)


def _parse_feed(answer: Answer, source: FeedSource) -> Feed:
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


def apply_verdict(tx: Write, source: str, verdict: Verdict, at: datetime, body: LastBody, origin: str = "") -> None:
    """Store what becomes of an answer: new revisions read from `body`, and what changes for old ones."""
    add = partial(tx.add, source, seen_at=at, last_modified=body.last_modified, body_hash=body.body_hash, origin=origin)
    for rate in verdict.believed:
        add(rate)
    for rate in verdict.unconfirmed:
        add(rate, first=True)
    for rate, hold in verdict.held:
        add(rate, held_reason=hold.reason, cause=hold.cause)
    for revision, hold in verdict.disputed:
        tx.hold(revision, at, hold.reason, hold.cause)
    for revision in verdict.borne_out:
        tx.confirm(revision, at)
    for revision in verdict.released:
        tx.release(revision, at)
    for revision in verdict.discarded:
        tx.discard(revision, at)


def _record(tx: Write, done: Round, due: Due | None) -> Round:
    """Store the round's record, with the time at which the source is due next as far as is known now."""
    past = tx.rounds(done.source, PAST_ROUNDS)
    recorded = replace(done, next_due_at=due([done, *past], done.ended_at) if due else None)
    tx.record(recorded)
    return recorded


def _failed(
    context: RoundContext, source: str, token: int, began: datetime, fault: UpstreamError, due: Due | None = None
) -> Round:
    done = Round(
        source=source,
        began_at=began,
        ended_at=context.clock(),
        outcome=Outcome.FAILED,
        status=fault.status,
        body_bytes=fault.body_bytes,
        note=str(fault),
        excerpt=fault.excerpt,
        retry_after_s=fault.retry_after_s,
    )
    with context.store.write(token) as tx:
        tx.interrupt(source)
        return _record(tx, done, due)


def _with_excerpt(fault: ParseError, answer: Answer) -> UpstreamError:
    return UpstreamError(str(fault), status=answer.status, excerpt=answer.body, body_bytes=len(answer.body))


def _outcome(version: int | None, *, confirmed: bool) -> Outcome:
    if version is not None:
        return Outcome.CHANGED
    return Outcome.CONFIRMED if confirmed else Outcome.NOTHING


def _note(verdict: Verdict, complaints: tuple[str, ...]) -> str:
    parts = [verdict.refused, verdict.ignored]
    parts += [f"held {hold.reason}" for _, hold in verdict.held]
    parts += [f"held as well, believed until now: revision {revision}" for revision, _ in verdict.disputed]
    for rates, what in ((verdict.believed, "new"), (verdict.unconfirmed, "new, unconfirmed")):
        if rates:
            currencies = ", ".join(sorted({rate.currency for rate in rates}))
            parts.append(f"{currencies} {what}, up to {max(rate.valid_on for rate in rates)}")
    for found, what in (
        (verdict.released, "held figures released"),
        (verdict.borne_out, "first figures borne out"),
        (verdict.discarded, "figures closed"),
    ):
        if found:
            parts.append(f"{len(found)} {what}")
    if verdict.lost:
        parts.append(f"{', '.join(verdict.lost)} missing, in the table before")
    return "; ".join(filter(None, [*parts, *complaints[:3]]))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
