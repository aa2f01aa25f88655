"""How a view hands its finished answer over: Flask finds the door, the answer leaves by the one HTTP contract."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, request

from ticker.rates.as_of import snapshot_at
from ticker.serve.http.rate_limit import MOMENT_COST, Left, address_of
from ticker.serve.http.response import Answer
from ticker.serve.strip.options import moment_asked
from ticker.snapshot import Snapshot
from ticker.store import Store, StoreError

if TYPE_CHECKING:
    from ticker.serve.app import ReadSide

ANSWER = "ticker.answer"
"""Where in the WSGI environment the application looks for it."""


CACHE = "ticker.cache"
"""Beside it: how it was come by, where the door keeps answers of its own."""


def hand(answer: Answer, cache: str = "") -> Response:
    request.environ[ANSWER], request.environ[CACHE] = answer, cache
    return Response(status=answer.status)


def opened(read: ReadSide) -> Store:
    """The store, for a door to the past. A StoreError, its own or one of its verbs, is answered with a 503."""
    if read.latest.store is None:
        raise StoreError(f"the store is not open: {read.latest.fault}")
    return read.latest.store


def moment(read: ReadSide) -> datetime | None:
    """The moment of the past (UTC) that is asked for; a BadMoment is answered with a 400."""
    query, zone = request.query_string.decode("latin-1"), read.ready.snapshot.content.home.zone
    return moment_asked(query, zone, read.clock())


def known_then(read: ReadSide, at: datetime) -> Snapshot:
    """All that was known at a moment of the past; the address pays for it. Raises StoreError, TooManyError."""
    spend(read, MOMENT_COST)
    return snapshot_at(opened(read), read.ready.snapshot.content, at)


def spend(read: ReadSide, cost: int) -> Left:
    """Take `cost` from what the address that asks may have made anew. TooManyError is answered with a 429."""
    address = address_of(request.environ, read.terms.trusted_proxies)
    return read.limits.spend(address, cost, read.clock())
