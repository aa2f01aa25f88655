"""How a view hands its finished answer over: Flask finds the door, the answer leaves by the one HTTP contract."""

from __future__ import annotations

from flask import Response, request

from ticker.serve.answer import Answer

ANSWER = "ticker.answer"
"""Where in the WSGI environment the application looks for it."""


def hand(answer: Answer) -> Response:
    request.environ[ANSWER] = answer
    return Response(status=answer.status)
