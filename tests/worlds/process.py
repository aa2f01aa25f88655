"""One process of the service on a clock that its parent turns: `python -m tests.worlds.process SETTINGS PORT`.

It reads a moment a line, visits what is due then if it holds the lease, reads the store, and answers with a line of
JSON: whether it collects, when each source is due, the rounds it made. After a "?" it visits nothing. A moment is given
twice, in seconds since 1970: by our machine's clock, and by one that nobody sets.
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from ticker import service
from ticker.config import Config
from ticker.model import Round


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing."""


def main(settings: str, port: int) -> None:
    now, steady = _moments(sys.stdin.readline())

    def clock() -> datetime:
        return now

    def monotonic() -> float:
        return steady

    config = Config.model_validate(json.loads(settings))
    one = service.Service(config, clock, collects=False)
    one.app._first_request = None  # it would begin to follow the store by itself, on real time
    one.site.live.poll()
    store = one.site.live.store
    assert store, one.site.live.fault
    collector = service.collector(config, store, clock)
    collector.context = replace(collector.context, pause=lambda _seconds: None)
    collector.monotonic = monotonic
    server = make_server("127.0.0.1", port, one.app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say({"ready": True})
    for line in sys.stdin:
        only_asked = line.startswith("?")
        now, steady = _moments(line.lstrip("?"))
        rounds = [] if only_asked else collector.step()
        one.site.live.poll()
        due = [
            max(at.timestamp(), now.timestamp() + collector.wait_s(visit))
            for visit in collector.visits()
            if (at := visit.due(now))
        ]
        _say({"collects": collector.token is not None, "due": due, "rounds": [_round(done) for done in rounds]})


def _moments(line: str) -> tuple[datetime, float]:
    ours, steady = map(float, line.split())
    return datetime.fromtimestamp(ours, UTC), steady


def _round(done: Round) -> dict[str, Any]:
    return {
        "source": done.source,
        "began_at": done.began_at.isoformat(),
        "ended_at": done.ended_at.isoformat(),
        "outcome": done.outcome.value,
        "status": done.status,
        "parsed": done.parsed,
        "note": done.note,
    }


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
