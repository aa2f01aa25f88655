"""One process of the service on a clock that its parent turns: `python -m tests.worlds.process SETTINGS PORT`.

It reads a moment a line (seconds since 1970, by our machine's clock), visits what is due then if it holds the lease,
reads the store, and answers with a line of JSON: whether it collects, when each source is due, the rounds it made.
After a "?" it visits nothing.
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
    now, passed_s = datetime.fromtimestamp(float(sys.stdin.readline()), UTC), 0.0

    def clock() -> datetime:
        return now

    config = Config.model_validate(json.loads(settings))
    one = service.Service(config, clock, collects=False)
    one.site.live.poll()
    store = one.site.live.store
    assert store, one.site.live.fault
    collector = service.collector(config, store, clock)
    collector.context = replace(collector.context, pause=lambda _seconds: None)
    collector.monotonic = lambda: passed_s
    server = make_server("127.0.0.1", port, one.app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say({"ready": True})
    for line in sys.stdin:
        only_asked = line.startswith("?")
        before, now = now, datetime.fromtimestamp(float(line.lstrip("?")), UTC)
        passed_s += abs((now - before).total_seconds())
        rounds = [] if only_asked else collector.step()
        one.site.live.poll()
        due = [
            max(at.timestamp(), now.timestamp() + collector.wait_s(visit))
            for visit in collector.visits()
            if (at := visit.due(now))
        ]
        _say({"collects": collector.token is not None, "due": due, "rounds": [_round(done) for done in rounds]})


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
