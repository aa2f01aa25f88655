"""The configurator's page as HTML; without script it works as a plain form."""

from __future__ import annotations

from ticker.serve.configurator.code import CONTAINER, hashed
from ticker.serve.configurator.view import Configurator
from ticker.serve.http.pages import content_security_policy, inline, render_page, text_hash

_STYLES = tuple(f"configurator/{name}.css" for name in ("tokens", "configurator", "preview"))
_SCRIPTS = tuple(f"configurator/{name}.js" for name in ("morph", "rows", "configurator"))


def page(configurator: Configurator) -> bytes:
    files = {"style": inline(*_STYLES), "js": inline(*_SCRIPTS), "container": CONTAINER}
    return render_page("configurator/page.html", page=configurator, say=configurator.words.text, **files)


def policy(configurator: Configurator) -> str:
    """The page's Content-Security-Policy: it frames the service's own strip, and no page may frame it. The preview's
    frame has the very style that the code gives."""
    attributes = ["'unsafe-hashes'", hashed(CONTAINER), hashed(configurator.preview.style)]
    styles = [text_hash(inline(*_STYLES)), *attributes]
    script = text_hash(inline(*_SCRIPTS))
    return content_security_policy(styles, script, images="'self' data:", frames="'self'", forms="'self'")
