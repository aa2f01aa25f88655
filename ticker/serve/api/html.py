"""The API's reference as a page, in English; it needs no script."""

from __future__ import annotations

from ticker.serve.api.reference import Reference
from ticker.serve.http.pages import content_security_policy, file_hash, inline, render_page

_STYLE = "docs.css"


def page(reference: Reference) -> bytes:
    return render_page("api/docs.html", style=inline(_STYLE), said=reference)


def policy() -> str:
    """The page's Content-Security-Policy: no page may frame it."""
    return content_security_policy([file_hash(_STYLE)])
