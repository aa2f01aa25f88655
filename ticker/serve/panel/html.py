"""The panel as a page for a frame, and as a fragment for a server to include."""

from __future__ import annotations

from markupsafe import Markup

from ticker.serve.http.pages import content_security_policy, file_hash, inline, render_page, template
from ticker.serve.panel.view import Panel
from ticker.serve.strip.html import colour_scheme, look_hashes, look_style

_STYLE = "panel.css"
_SCRIPT = "panel.js"


def page(panel: Panel) -> bytes:
    """The page for a frame or by itself. `policy` is its Content-Security-Policy."""
    return render_page(
        "panel/page.html",
        panel=panel,
        strip=panel.strip,
        words=panel.words,
        body=Markup(body(panel)),
        style=inline(_STYLE),
        look=Markup(look_style(panel.strip.look)),
        scheme=colour_scheme(panel.strip.look),
        js=inline(_SCRIPT),
    )


def policy(frame_ancestors: str, panel: Panel) -> str:
    """The page's Content-Security-Policy."""
    styles = [file_hash(_STYLE), *look_hashes(panel.strip.look)]
    script = file_hash(_SCRIPT)
    return content_security_policy(styles, script, images="'self' data:", framed=frame_ancestors)


def body(panel: Panel) -> str:
    """What the page shows, as one element; the JSON has the same as nodes."""
    return template("panel/body.html").render(panel=panel, strip=panel.strip, words=panel.words)


def fragment(panel: Panel) -> bytes:
    """The panel for a server to put into its own page; `strip.html.fragment_policy` is its policy too."""
    values = {"panel": panel, "strip": panel.strip, "words": panel.words}
    return template("panel/fragment.html").render(values).encode("ascii", "xmlcharrefreplace")
