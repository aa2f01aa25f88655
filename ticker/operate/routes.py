"""The operator's doors: the page of what is cached, the same for programs, the probes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Flask, Response

from ticker.operate import probes
from ticker.operate import render as say
from ticker.operate.status import Status, gather, gather_past
from ticker.serve.http import pages as html
from ticker.serve.http.handover import hand, known_then, moment, opened
from ticker.serve.http.response import HTML, JSON, Answer, finish, of_the_past

if TYPE_CHECKING:
    from ticker.serve.app import ReadSide


def doors(app: Flask, read: ReadSide) -> None:
    facts = Facts(read)

    def page(status: Status) -> Answer:
        return finish(html.status_page(status), HTML, policy=html.status_policy())

    def for_programs(status: Status) -> Answer:
        return finish(say.as_json(status), JSON)

    def told(tell: Callable[[Status], Answer]) -> Response:
        at = moment(read)
        return hand(of_the_past(tell(facts.then(at)), at, read.clock()) if at else tell(facts.now()))

    @app.get("/status")
    def status_page() -> Response:
        return told(page)

    @app.get("/status.json")
    def status_json() -> Response:
        return told(for_programs)

    @app.get("/livez")
    def livez() -> Response:
        return hand(probes.livez(read.latest, read.clock()))

    @app.get("/readyz")
    def readyz() -> Response:
        return hand(probes.readyz(read.ready, read.clock()))


class Facts:
    """One request at a time reads the store; meanwhile others get the last facts, so that a slow store holds one thread
    and no reader."""

    def __init__(self, read: ReadSide) -> None:
        self._read, self._site = read, read.terms.currencies
        self._gathering = threading.Lock()
        self._last: Status | None = None

    def now(self) -> Status:
        last = self._last
        if not self._gathering.acquire(blocking=last is None) and last is not None:
            return last
        try:
            self._last = gather(self._read.latest, self._read.ready, self._read.clock(), self._site)
        finally:
            self._gathering.release()
        return self._last

    def then(self, at: datetime) -> Status:
        """Those of a moment of the past. Raises StoreError, TooManyError."""
        snapshot = known_then(self._read, at)
        return gather_past(opened(self._read), snapshot, self._site)
