"""Errors as responses: a page for readers in their language, a problem document (RFC 9457) for programs."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from ticker.model import Language
from ticker.serve.http import pages
from ticker.serve.http.response import HTML, Headers, Response, build_response, problem
from ticker.serve.i18n.words import LANGUAGE_NAMES, Words

STORE_RETRY_S = "5"


def reader_language(default: Language) -> Language:
    """The language for a page: `lang` of the query, else the best of Accept-Language, else `default`."""
    asked = request.args.get("lang", "")
    best = asked if asked in LANGUAGE_NAMES else request.accept_languages.best_match(LANGUAGE_NAMES)
    return next((lang for lang in LANGUAGE_NAMES if lang == best), default)


def wants_page() -> bool:
    program = request.path.endswith(".json") or request.path.startswith("/api/")
    return not program and "text/html" in request.headers.get("Accept", "")


def error_page(
    status: int, say: Words, detail: str, more: Iterable[tuple[str, str]] = (), *, title: str = ""
) -> Response:
    """The page of an error, which no cache may store. `detail` is a sentence in the language of `say`."""
    page = pages.error_page(status, title or error_text(status, say, "title"), detail, say.lang)
    return build_response(page, HTML, status=status, headers=Headers(pages.error_policy(), more=tuple(more)))


def error_response(
    status: int, detail: str, say: Words, translated: str, more: Iterable[tuple[str, str]] = ()
) -> Response:
    """A page or a problem document, whichever the client takes. `detail` is English, `translated` in the language of
    `say`."""
    if wants_page():
        return error_page(status, say, detail if say.lang == "en" else translated, more)
    return problem(status, detail, more=more)


def error_text(status: int, say: Words, part: str = "detail") -> str:
    """The general sentence, or title, of a status; that of 400 or 500 where it has none."""
    known = status if say.has(f"error.{status}.{part}") else 400 if status < 500 else 500
    return say.text(f"error.{known}.{part}")
