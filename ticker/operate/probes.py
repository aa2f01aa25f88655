"""What a load balancer or a supervisor asks of one process."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from ticker.serve.http.cache import Ready
from ticker.serve.http.live import Latest
from ticker.serve.http.response import JSON, Answer, finish

ALIVE = timedelta(seconds=60)  # the thread that follows the store has looked at it within this time
RETRY_S = 5


def livez(latest: Latest, now: datetime) -> Answer:
    """Whether this process works: it answers, and its thread that follows the store has not stopped."""
    alive = latest.beat_at is None or abs(now - latest.beat_at) < ALIVE
    return _probe(
        200 if alive else 503, {"alive": alive, "looked_at": latest.beat_at.isoformat() if latest.beat_at else None}
    )


def readyz(ready: Ready, now: datetime) -> Answer:
    """Whether there is something true to show: a figure or a headline."""
    snapshot, judged = ready.judged(now)
    figures = [one.currency for one in judged.figures if one.rate]
    able = bool(figures or snapshot.content.headlines)
    said = {"ready": able, "version": snapshot.version, "rates": figures, "headlines": len(snapshot.content.headlines)}
    return _probe(200 if able else 503, said)


def _probe(code: int, said: dict[str, Any]) -> Answer:
    more = [] if code == 200 else [("Retry-After", str(RETRY_S))]
    return finish(json.dumps(said).encode(), JSON, status=code, more=more)
