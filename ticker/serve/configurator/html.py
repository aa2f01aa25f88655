"""The configurator's page as HTML; without script it works as a plain form."""

from __future__ import annotations

from ticker.serve.configurator.code import CONTAINER, hashed
from ticker.serve.configurator.view import Configurator
from ticker.serve.http.pages import content_security_policy, file_hash, inline, render_page

_STYLE, _SCRIPT = "configurator.css", "configurator.js"


def page(configurator: Configurator) -> bytes:
    files = {"style": inline(_STYLE), "js": inline(_SCRIPT), "container": CONTAINER}
    return render_page("configurator/page.html", page=configurator, say=configurator.words.text, **files)


def policy(configurator: Configurator) -> str:
    """The page's Content-Security-Policy: it frames the service's own strip, and no page may frame it. The preview's
    frame has the very style that the code gives."""
    attributes = ["'unsafe-hashes'", hashed(CONTAINER), hashed(configurator.preview.style)]
    styles = [file_hash(_STYLE), *attributes]
    return content_security_policy(styles, file_hash(_SCRIPT), images="'self' data:", frames="'self'", forms="'self'")
