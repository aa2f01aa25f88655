"""Probes of one process, for load balancers and supervisors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from ticker.operate.status import store_fault
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.http.response import JSON, Headers, Response, build_response

ALIVE = timedelta(seconds=60)  # the thread that follows the store has looked at it within this time
RETRY_S = 5


def livez(latest: LiveSnapshot, now: datetime) -> Response:
    """Whether this process works: it responds, and its thread that follows the store has not stopped."""
    alive = latest.polled_at is None or abs(now - latest.polled_at) < ALIVE
    return _probe(
        200 if alive else 503, {"alive": alive, "looked_at": latest.polled_at.isoformat() if latest.polled_at else None}
    )


def readyz(ready: ResponseCache, latest: LiveSnapshot, now: datetime) -> Response:
    """Whether there is something true to show at the default home: not before its first rate was believed, however many
    headlines there are; from then on a rate, or while all rates are stale a headline. A store that is away is told and
    changes nothing of that."""
    snapshot, judged = ready.current(now)
    figures = [one.currency for one in judged.figures if one.rate]
    known = any(one.source for one in judged.figures)  # what only other banks say has no source of the home's
    able = known and bool(figures or snapshot.content.headlines)
    said = {
        "ready": able,
        "version": snapshot.version,
        "rates": figures,
        "headlines": len(snapshot.content.headlines),
        "store": store_fault(latest) or "ok",
    }
    return _probe(200 if able else 503, said)


def _probe(code: int, said: dict[str, Any]) -> Response:
    more = () if code == 200 else (("Retry-After", str(RETRY_S)),)
    return build_response(json.dumps(said).encode(), JSON, status=code, headers=Headers(more=more))
