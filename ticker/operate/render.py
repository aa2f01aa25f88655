"""The status as JSON and as text."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from ticker import __version__
from ticker.model import Round
from ticker.operate.status import SourceStatus, Status
from ticker.rates.freshness import Figure
from ticker.rates.held import NOT_BORNE_OUT, Held, Unconfirmed, described


def as_json(status: Status) -> bytes:
    """The status as JSON. Times carry the home's offset; figures are exact strings."""
    said = {
        "service": f"som-ticker {__version__}",
        "now": status.local(status.now),
        "past": status.past,
        "demo": status.snapshot.content.demo,
        "troubles": list(status.troubles),
        "snapshot": {
            "version": status.snapshot.version,
            "as_of": _as_of(status),
            "until": status.local(status.judged.until),
        },
        "collector": {
            "collecting": status.collecting,
            "holder": status.lease.holder if status.lease else None,
            "token": status.lease.token if status.lease else None,
            "until": _moment(status, status.lease.until if status.lease else None),
        },
        "store": status.store_fault or "ok",
        "rates": [_figure(one) for one in status.judged.figures],
        "sources": [_source(status, one) for one in status.sources],
        "held": [_held(status, one) for one in status.held],
        "unconfirmed": [_unconfirmed(one) for one in status.unconfirmed],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def as_text(status: Status) -> str:
    """The status as text for a terminal."""
    content = status.snapshot.content
    lines = ["DEMO: the data is a demonstration"] if content.demo else []
    lines += [f"trouble: {one}" for one in status.troubles] or ["all that is shown is fresh"]
    lines.append(
        f"snapshot {status.snapshot.version} of {_as_of(status) or 'never'}; store {status.store_fault or 'ok'}"
    )
    holder = status.lease.holder if status.lease and status.collecting else "nobody"
    lines.append(f"collected by {holder}")
    for one in status.judged.figures:
        shown = f"{one.rate.quoted} for {one.rate.nominal}" if one.rate else "—"
        lines.append(f"  {one.currency}  {shown:>14}  of {one.last.valid_on if one.last else 'never'}  {one.freshness}")
    for source in status.sources:
        state, due = source.state or "-", status.local(source.next_due)
        lines.append(f"  {source.id:20} {state:6} last success {status.local(source.last_success)}, next {due}")
        if source.failing and source.last_failure:
            failed = "1 failure" if source.failing == 1 else f"{source.failing} failures in a row"
            lines.append(f"  {'':20} {failed}: {source.last_failure.note}")
    for held in status.held:
        revision, met = held.revision, f"{held.revision.rate.currency} {described(held.revision.rate)}"
        lines.append(f"  held {revision.id}: {met}; believed: {held.believed_text}; why: {revision.reason}")
    for first in status.unconfirmed:
        lines.append(f"  unconfirmed: {first.rate.currency} {described(first.rate)}; why: {NOT_BORNE_OUT}")
    return "\n".join(lines)


def _as_of(status: Status) -> str | None:
    return status.local(status.snapshot.as_of) if status.snapshot.version else None


def _moment(status: Status, moment: datetime | None) -> str | None:
    return status.local(moment) if moment else None


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "currency": figure.currency,
        "source": figure.source,
        "freshness": figure.freshness,
        "confirmed": figure.confirmed,
        "value": f"{figure.rate.value:f}" if figure.rate else None,
        "valid_on": _day(figure.last.valid_on if figure.last else None),
        "next_valid_on": _day(figure.next.valid_on if figure.next else None),
    }


def _source(status: Status, source: SourceStatus) -> dict[str, Any]:
    last, failure = source.last_round, source.last_failure
    return {
        "id": source.id,
        "kind": source.kind,
        "state": source.state,
        "last_success": _moment(status, source.last_success),
        "next_due": _moment(status, source.next_due),
        "failures_in_a_row": source.failing,
        "last_round": _round(status, last) if last else None,
        "last_failure": _round(status, failure) | {"body": failure.excerpt.decode("utf-8", "replace")}
        if failure
        else None,
    }


def _round(status: Status, one: Round) -> dict[str, Any]:
    return {
        "at": status.local(one.began_at),
        "seconds": round((one.ended_at - one.began_at).total_seconds(), 3),
        "outcome": one.outcome,
        "status": one.status,
        "bytes": one.body_bytes,
        "parsed": one.parsed,
        "dropped": one.dropped,
        "note": one.note,
    }


def _held(status: Status, held: Held) -> dict[str, Any]:
    revision = held.revision
    return {
        "id": revision.id,
        "source": revision.source,
        "currency": revision.rate.currency,
        "valid_on": str(revision.rate.valid_on),
        "quoted": str(revision.rate.quoted),
        "nominal": revision.rate.nominal,
        "held_at": _moment(status, revision.held_at),
        "reason": revision.reason,
        "believed": held.believed_text,
    }


def _unconfirmed(one: Unconfirmed) -> dict[str, Any]:
    return {
        "source": one.source,
        "currency": one.rate.currency,
        "valid_on": str(one.rate.valid_on),
        "quoted": str(one.rate.quoted),
        "nominal": one.rate.nominal,
        "reason": NOT_BORNE_OUT,
    }
