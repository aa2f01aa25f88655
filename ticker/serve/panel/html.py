"""The panel as a page for a frame, and as a fragment for a server to include."""

from __future__ import annotations

from markupsafe import Markup

from ticker.serve.http.pages import content_security_policy, inline, inline_script, render_page, template, text_hash
from ticker.serve.panel.look import top_style
from ticker.serve.panel.view import Panel
from ticker.serve.strip.html import colour_scheme, look_style

_STYLE = ("http/tokens.css", "http/page.css", "panel/panel.css")
_SCRIPTS = ("http/refresh.js", "panel/panel.js", "panel/page.js")


def page(panel: Panel) -> bytes:
    """The page for a frame or by itself. `policy` is its Content-Security-Policy."""
    return render_page(
        "panel/page.html",
        panel=panel,
        strip=panel.strip,
        words=panel.words,
        body=Markup(body(panel)),
        style=inline(*_STYLE),
        look=Markup(_look_style(panel)),
        scheme=colour_scheme(panel.strip.look),
        js=inline_script(*_SCRIPTS),
    )


def policy(frame_ancestors: str, panel: Panel) -> str:
    """The page's Content-Security-Policy."""
    styles = [text_hash(one) for one in (inline(*_STYLE), _look_style(panel)) if one]
    script = text_hash(inline_script(*_SCRIPTS))
    return content_security_policy(styles, script, images="'self' data:", framed=frame_ancestors)


def _look_style(panel: Panel) -> str:
    """The chosen colours; empty where the stock palettes apply."""
    return look_style(panel.strip.look) + top_style(panel.top, ":root")


def body(panel: Panel) -> str:
    """What the page shows, as one element; the JSON has the same as nodes."""
    return template("panel/body.html").render(panel=panel, strip=panel.strip, words=panel.words)


def fragment(panel: Panel) -> bytes:
    """The panel for a server to put into its own page; `strip.html.fragment_policy` is its policy too."""
    values = {"panel": panel, "strip": panel.strip, "words": panel.words}
    return template("panel/fragment.html").render(values).encode("ascii", "xmlcharrefreplace")
