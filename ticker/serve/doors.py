"""How a view hands its finished answer over: Flask finds the door, the answer leaves by the one HTTP contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from ticker.serve.answer import Answer
from ticker.store import Store, StoreError

if TYPE_CHECKING:
    from ticker.serve.app import ReadSide

ANSWER = "ticker.answer"
"""Where in the WSGI environment the application looks for it."""


def hand(answer: Answer) -> Response:
    request.environ[ANSWER] = answer
    return Response(status=answer.status)


def opened(read: ReadSide) -> Store:
    """The store, for a door to the past. A StoreError, its own or one of its verbs, is answered with a 503."""
    if read.latest.store is None:
        raise StoreError(f"the store is not open: {read.latest.fault}")
    return read.latest.store
