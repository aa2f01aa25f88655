"""The strip as a page for a frame, and as a fragment for a server to include."""

from __future__ import annotations

from dataclasses import fields

from markupsafe import Markup

from ticker.serve.http.pages import (
    BASE_STYLE,
    content_security_policy,
    file_hash,
    inline_script,
    render_page,
    template,
    text_hash,
)
from ticker.serve.strip.contrast import Colours
from ticker.serve.strip.view import Look, Strip

_SCRIPTS = ("http/refresh.js", "strip/strip.js", "strip/page.js")


def page(strip: Strip) -> bytes:
    """The whole page: it works without script and loads nothing more. `policy` is its Content-Security-Policy."""
    look = strip.look
    values = {"words": strip.words, "look": Markup(look_style(look)), "scheme": colour_scheme(look)}
    return render_page("strip/page.html", strip=strip, js=inline_script(*_SCRIPTS), **values)


def policy(frame_ancestors: str, strip: Strip | None = None) -> str:
    """The page's Content-Security-Policy. A strip whose colours were chosen has one more style."""
    styles = [file_hash(BASE_STYLE), *(look_hashes(strip.look) if strip else ())]
    script = text_hash(inline_script(*_SCRIPTS))
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
    return look.colours[0].scheme if _opaque(look) else "light dark"


def look_style(look: Look) -> str:
    """The style with the chosen colours; empty where the stock palettes apply."""
    if not look.chosen:
        return ""
    first, *dark = (_palette(look, colours) for colours in look.colours)
    return first + "".join(f"@media (prefers-color-scheme: dark) {{{other}}}" for other in dark)


def look_hashes(look: Look) -> list[str]:
    """The hash of `look_style` for a policy, where there is one."""
    style = look_style(look)
    return [text_hash(style)] if style else []


def _opaque(look: Look) -> bool:
    """Whether one ground, the same for every reader, fills the frame to its corners."""
    return len(look.colours) == 1 and look.theme != "transparent" and look.frame == "bar"


def _palette(look: Look, colours: Colours) -> str:
    names = [field.name for field in fields(colours) if field.name not in ("scheme", "complaints")]
    properties = {f"--{name.replace('_', '-')}": f"#{getattr(colours, name)}" for name in names}
    if look.accent:
        properties["--title"] = "var(--link)"
    if look.theme == "transparent":
        properties["--ground"] = "transparent"  # the given ground is then that of the page behind the strip
    if _opaque(look):
        properties["color-scheme"] = colours.scheme
    return ":root{" + ";".join(f"{name}:{value}" for name, value in properties.items()) + "}"
