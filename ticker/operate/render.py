"""The status as JSON and as text."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ticker import __version__
from ticker.model import Round
from ticker.operate.sources import WITNESS, SourceStatus
from ticker.operate.status import HomeStatus, Status
from ticker.rates.freshness import Figure
from ticker.rates.held import NOT_BORNE_OUT, Held, Unconfirmed, described
from ticker.rates.witnesses import RATIOS_TO, Comparison, Statement


def as_json(status: Status) -> bytes:
    """The status as JSON. Times carry the home's offset; figures are exact strings."""
    said = {
        "service": f"som-ticker {__version__}",
        "now": status.local(status.now),
        "past": status.past,
        "demo": status.snapshot.content.demo,
        "troubles": list(status.troubles),
        "notices": list(status.notices),
        "snapshot": {
            "version": status.snapshot.version,
            "as_of": _as_of(status),
            "until": status.local(status.until),
        },
        "collector": {
            "collecting": status.collecting,
            "holder": status.lease.holder if status.lease else None,
            "token": status.lease.token if status.lease else None,
            "until": _moment(status, status.lease.until if status.lease else None),
        },
        "store": status.store_fault or "ok",
        "store_events": list(status.store_events),
        "damaged": list(status.damaged),
        "homes": [{"home": one.currency, "zone": one.content.home.zone.key} for one in status.homes],
        "rates": [_figure(home, one) for home in status.homes for one in home.judged.figures],
        "witnesses": [_comparison(home, one) for home in status.homes for one in home.comparisons],
        "sources": [_source(status, one) for one in status.sources],
        "held": [_held(status, one) for one in status.held],
        "unconfirmed": [_unconfirmed(home, one) for home in status.homes for one in home.unconfirmed],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def as_text(status: Status) -> str:
    """The status as text for a terminal."""
    content = status.snapshot.content
    lines = ["DEMO: the data is a demonstration"] if content.demo else []
    lines += [f"trouble: {one}" for one in status.troubles] or ["all that is shown is fresh"]
    lines += [f"notice: {one}" for one in status.notices]
    lines.append(
        f"snapshot {status.snapshot.version} of {_as_of(status) or 'never'}; store {status.store_fault or 'ok'}"
    )
    lines += [f"store, {one}" for one in status.store_events]
    holder = status.lease.holder if status.lease and status.collecting else "nobody"
    lines.append(f"collected by {holder}")
    for home in status.homes:
        lines += [f"{home.currency}:"] if len(status.homes) > 1 else []
        lines += map(_figure_text, home.judged.figures)
        lines += [line for one in home.comparisons for line in _comparison_text(one)]
    for source in status.sources:
        state, due = source.state or ("witness" if source.kind == WITNESS else "-"), status.local(source.next_due)
        lines.append(f"  {source.id:20} {state:6} last success {status.local(source.last_success)}, next {due}")
        if source.failing and source.last_failure:
            failed = "1 failure" if source.failing == 1 else f"{source.failing} failures in a row"
            lines.append(f"  {'':20} {failed}: {source.last_failure.note}")
    for held in status.held:
        revision, met = held.revision, f"{held.revision.rate.currency} {described(held.revision.rate)}"
        believed = held.believed_text
        lines.append(f"  held {revision.id} of {revision.source}: {met}; believed: {believed}; why: {revision.reason}")
    for first in (one for home in status.homes for one in home.unconfirmed):
        lines.append(f"  unconfirmed: {first.rate.currency} {described(first.rate)}; why: {NOT_BORNE_OUT}")
    return "\n".join(lines)


def _figure_text(one: Figure) -> str:
    shown = (
        f"{one.rate.quoted} for {one.rate.nominal}" if one.rate else f"≈ {one.derived.value}" if one.derived else "—"
    )
    return f"  {one.currency}  {shown:>14}  of {one.last.valid_on if one.last else 'never'}  {one.freshness}"


def _comparison_text(one: Comparison) -> list[str]:
    level = one.level
    agreed = f"{level.value} (apart {level.spread_percent} %)" if level else "no two agree"
    said = [f"{of.bank} {stated(of)}" for of in one.statements if of.value or of.ratio]
    lines = [f"  {one.currency}  other banks: {agreed}, {one.verdict} within {one.within_percent:f} %"]
    return lines + ([f"       {', '.join(said)}"] if said else [])


def stated(one: Statement) -> str:
    """What a bank says, with how far it is from the official figure."""
    shown, difference = f"{one.value:f}" if one.value else "", one.difference
    if not one.value:
        shown, difference = f"{one.ratio:f} {RATIOS_TO}" if one.ratio else "–", one.ratio_difference
    return shown if difference is None else f"{shown} ({difference:+} %)"


def _as_of(status: Status) -> str | None:
    return status.local(status.snapshot.as_of) if status.snapshot.version else None


def _moment(status: Status, moment: datetime | None) -> str | None:
    return status.local(moment) if moment else None


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _figure(home: HomeStatus, figure: Figure) -> dict[str, Any]:
    return {
        "home": home.currency,
        "currency": figure.currency,
        "source": figure.source,
        "freshness": figure.freshness,
        "confirmed": figure.confirmed,
        "value": _exact(figure.rate.value if figure.rate else None),
        "quality": figure.quality,
        "stand_in": _exact(figure.derived.value if figure.derived else None),
        "valid_on": _day(figure.last.valid_on if figure.last else None),
        "next_valid_on": _day(figure.next.valid_on if figure.next else None),
    }


def _comparison(home: HomeStatus, one: Comparison) -> dict[str, Any]:
    return {
        "home": home.currency,
        "currency": one.currency,
        "date": str(one.day),
        "official": _exact(one.official.value if one.official else None),
        "valid_on": _day(one.official.valid_on if one.official else None),
        "median": _exact(one.level.value if one.level else None),
        "spread_percent": _exact(one.level.spread_percent if one.level else None),
        "within_percent": _exact(one.within_percent),
        "agrees": one.verdict,
        "banks": [
            {
                "source": said.source,
                "bank": said.bank,
                "valid_on": _day(said.valid_on),
                "value": _exact(said.value),
                "difference_percent": _exact(said.difference),
                "ratio": _exact(said.ratio),
                "ratio_difference_percent": _exact(said.ratio_difference),
                "takes_part": said.takes_part,
            }
            for said in one.statements
        ],
    }


def _exact(figure: Decimal | None) -> str | None:
    return None if figure is None else plain(figure)


def plain(figure: Decimal) -> str:
    """Every digit, never 1E+2."""
    return format(figure, "f")


def _source(status: Status, source: SourceStatus) -> dict[str, Any]:
    last, failure = source.last_round, source.last_failure
    return {
        "id": source.id,
        "kind": source.kind,
        "home": source.home or None,
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


def _unconfirmed(home: HomeStatus, one: Unconfirmed) -> dict[str, Any]:
    return {
        "home": home.currency,
        "source": one.source,
        "currency": one.rate.currency,
        "valid_on": str(one.rate.valid_on),
        "quoted": str(one.rate.quoted),
        "nominal": one.rate.nominal,
        "reason": NOT_BORNE_OUT,
    }
