"""The strip as a page for a frame, and as a fragment for a server to include."""

from __future__ import annotations

from markupsafe import Markup

from ticker.serve.http.pages import (
    content_security_policy,
    file_hash,
    inline,
    render_page,
    template,
    text_hash,
)
from ticker.serve.strip.look import Look, declarations, unforced
from ticker.serve.strip.view import Strip

_SCRIPT, _STYLE = "strip.js", "strip.css"


def page(strip: Strip) -> bytes:
    """The whole page: it works without script and loads nothing more. `policy` is its Content-Security-Policy."""
    look = strip.look
    values = {"words": strip.words, "look": Markup(look_style(look)), "scheme": colour_scheme(look)}
    return render_page("strip/page.html", strip=strip, css=inline(_STYLE), js=inline(_SCRIPT), **values)


def policy(frame_ancestors: str, strip: Strip | None = None) -> str:
    """The page's Content-Security-Policy. A strip whose colours were chosen has one more style."""
    styles = [file_hash(_STYLE), *(look_hashes(strip.look) if strip else ())]
    script = file_hash(_SCRIPT)
    return content_security_policy(styles, script, images="'self' data:", framed=frame_ancestors)


def fragment(strip: Strip) -> bytes:
    """The strip for a server to put into its own page: ASCII with references, whatever encoding that page has."""
    text = template("strip/fragment.html").render(strip=strip, words=strip.words)
    return text.encode("ascii", "xmlcharrefreplace")


def fragment_policy() -> str:
    """A fragment's Content-Security-Policy where it is opened by itself: only style attributes apply."""
    return (
        "default-src 'none'; style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def colour_scheme(look: Look) -> str:
    """The page's color-scheme. A frame is painted opaque where its scheme is not that of the element around it, so the
    scheme is fixed only where one ground fills the frame."""
    return look.colours[0].scheme if look.opaque else "light dark"


def look_style(look: Look) -> str:
    """The style with the chosen colours; empty where the stock palettes apply."""
    if not look.chosen:
        return ""
    rules = (f":root{{{declarations(look, colours, scheme=look.opaque)}}}" for colours in look.colours)
    first, *dark = rules
    return unforced(first + "".join(f"@media (prefers-color-scheme: dark) {{{other}}}" for other in dark))


def look_hashes(look: Look) -> list[str]:
    """The hash of `look_style` for a policy, where there is one."""
    style = look_style(look)
    return [text_hash(style)] if style else []
