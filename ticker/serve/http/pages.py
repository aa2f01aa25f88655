"""The strip as a page. The only room with Jinja.

Style and script stand in the page itself, so that a strip is one request; the policy names their hashes.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ticker.serve.http.minify import packed
from ticker.serve.i18n.words import templates_dir
from ticker.serve.strip.contrast import Colours
from ticker.serve.strip.view import Look, Strip

if TYPE_CHECKING:
    from ticker.operate.status import Status
    from ticker.serve.api.reference import Reference
    from ticker.serve.chart.view import Page as ChartPage
    from ticker.serve.configurator.form import Configurator
    from ticker.serve.panel.view import Panel
    from ticker.serve.story.view import StoryPage

_ALONE = "frame-ancestors 'none'"
_SCRIPT = ("refresh.js", "strip.js", "page.js")
_PANEL_SCRIPT = ("refresh.js", "panel.js", "panel_page.js")
_CODE, _WEIGHT = re.compile(r"`([^`]+)`"), re.compile(r"\*\*([^*]+)\*\*")
_CONTAINER = re.compile(r"@container \((\d+ch <= )?width < \d+ch\)")
_EM_PER_CH = 0.56  # of the widest of the strip's fonts, 14 px high


def strip_page(strip: Strip) -> bytes:
    """The page for an iframe, whole: it works without script and loads nothing more. `policy` must be told of it."""
    look = strip.look
    # A frame is painted opaque where its scheme is not that of the element it stands in: only a given ground fixes it.
    scheme = look.colours[0].scheme if _opaque(look) else "light dark"
    given = {"words": strip.words, "look": Markup(_colours(look)), "scheme": scheme, "js": _inline(*_SCRIPT)}
    return _page("strip.html", strip=strip, **given)


def fragment(strip: Strip) -> bytes:
    """The strip for a server to put into its own page: ASCII with references, whatever encoding that page has."""
    page = _environment().get_template("fragment.html").render(strip=strip, words=strip.words)
    return page.encode("ascii", "xmlcharrefreplace")


def fragment_policy() -> str:
    """The fragment's own Content-Security-Policy, for who opens it by itself: style attributes count, nothing more."""
    return "; ".join(
        ["default-src 'none'", "style-src-attr 'unsafe-inline'", "base-uri 'none'", "form-action 'none'", _ALONE]
    )


def panel_page(panel: Panel) -> bytes:
    """The panel's page for an iframe or by itself. `panel_policy` must be told of it."""
    strip = panel.strip
    scheme = strip.look.colours[0].scheme if _opaque(strip.look) else "light dark"
    given = {
        "panel": panel,
        "words": panel.words,
        "body": Markup(panel_body(panel)),
        "style": _inline("panel.css"),
        "look": Markup(_colours(strip.look)),
        "scheme": scheme,
        "js": _inline(*_PANEL_SCRIPT),
    }
    return _page("panel.html", strip=strip, **given)


def panel_body(panel: Panel) -> str:
    """What the panel's page shows, as one element; its JSON twin has the same as nodes."""
    return _environment().get_template("panel_body.html").render(panel=panel, strip=panel.strip, words=panel.words)


def panel_fragment(panel: Panel) -> bytes:
    """The panel for a server to put into its own page; `fragment_policy` is its policy too."""
    given = {"panel": panel, "strip": panel.strip, "words": panel.words}
    return _environment().get_template("panel_fragment.html").render(given).encode("ascii", "xmlcharrefreplace")


def story_page(said: StoryPage) -> bytes:
    """The page of one headline."""
    given = {"style": _inline("story.css"), "js": _inline("story.js"), "described": Markup(said.described)}
    return _page("story.html", said=said, say=said.words.text, **given)


def story_policy() -> str:
    """The Content-Security-Policy of that page, which nobody may frame. Its block of data is no script."""
    return _policy([_hash("strip.css"), _hash("story.css")], _hash("story.js"), images="data:")


def error_page(status: int, title: str, detail: str, lang: str = "en") -> bytes:
    """A page to read for an error; its words are the caller's, in `lang`."""
    return _page("error.html", status=status, title=title, detail=detail, lang=lang)


def configurator_page(said: Configurator) -> bytes:
    """The page at which a strip is chosen; it works as a plain form too."""
    files = {"style": _inline("configurator.css"), "js": _inline("configurator.js")}
    return _page("configurator.html", said=said, say=said.words.text, **files)


def configurator_policy() -> str:
    """The configurator's Content-Security-Policy: it frames our own strip and nothing else, and nobody frames it."""
    style, script = _hash("configurator.css"), _hash("configurator.js")
    return _policy([style], script, images="data:", frames="'self'", forms="'self'")


def chart_page(said: ChartPage) -> bytes:
    """The page around a chart, with its figures; it needs no script."""
    return _page("chart.html", said=said, say=said.words.text, style=_inline("chart.css"))


def chart_policy() -> str:
    """The Content-Security-Policy of that page: it shows our own pictures and nothing else, and nobody frames it."""
    return _policy([_hash("chart.css")], images="'self' data:", forms="'self'")


def status_page(status: Status) -> bytes:
    """The operator's page, in English; it needs no script."""
    return _page("status.html", style=_inline("status.css"), status=status, when=partial(_when, status))


def status_policy() -> str:
    """The Content-Security-Policy of the operator's page, which nobody may frame."""
    return _policy([_hash("status.css")])


def docs_page(said: Reference) -> bytes:
    """The reference of the API, in English; it needs no script."""
    return _page("docs.html", style=_inline("docs.css"), said=said)


def docs_policy() -> str:
    """The Content-Security-Policy of the reference, which nobody may frame."""
    return _policy([_hash("docs.css")])


def policy(frame_ancestors: str, strip: Strip | None = None) -> str:
    """The Content-Security-Policy of these pages. `frame_ancestors` is a source list: "*", "'none'", "https://…".
    A strip whose colours were chosen has a style of its own."""
    styles = [_hash("strip.css"), *_chosen(strip)]
    return _policy(styles, _hash(*_SCRIPT), images="'self' data:", framed=frame_ancestors)


def panel_policy(frame_ancestors: str, panel: Panel) -> str:
    """The Content-Security-Policy of the panel's page."""
    styles = [_hash("strip.css"), _hash("panel.css"), *_chosen(panel.strip)]
    return _policy(styles, _hash(*_PANEL_SCRIPT), images="'self' data:", framed=frame_ancestors)


def _policy(
    styles: Sequence[str],
    script: str = "",
    *,
    images: str = "",
    frames: str = "",
    forms: str = "'none'",
    framed: str = "'none'",
) -> str:
    """A page's Content-Security-Policy: nothing but what is named. A script may ask us alone and parse no markup."""
    allowed = [f"style-src {' '.join(styles)}"]
    allowed += [f"script-src {script}", "connect-src 'self'"] if script else []
    allowed += [f"img-src {images}"] if images else []
    allowed += [f"frame-src {frames}"] if frames else []
    allowed += ["base-uri 'none'", f"form-action {forms}", f"frame-ancestors {framed}"]
    allowed += ["require-trusted-types-for 'script'", "trusted-types 'none'"] if script else []
    return "; ".join(["default-src 'none'", *allowed])


def _chosen(strip: Strip | None) -> list[str]:
    """The hash of the style that chosen colours make."""
    colours = _colours(strip.look) if strip else ""
    return [_digest(colours)] if colours else []


def _when(status: Status, moment: datetime | None) -> str:
    """A moment on the home's clock, without what goes without saying; "–" for none."""
    if moment is None:
        return "–"
    local, now = status.snapshot.content.home.local(moment), status.snapshot.content.home.local(status.now)
    return f"{local:%H:%M:%S}" if local.date() == now.date() else f"{local:%d %b %Y %H:%M}"


def _printable(text: str) -> str:
    """An upstream's bytes as text: control and direction characters shown as �."""
    return "".join(one if one in "\n\t" or one.isprintable() else "\ufffd" for one in text)


def _marked(text: str) -> Markup:
    """A sentence with `code` and **weight** in it."""
    said = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(_WEIGHT.sub(r"<strong>\1</strong>", said))


def _page(template: str, **given: object) -> bytes:
    return _environment().get_template(template).render(css=_inline("strip.css"), **given).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_dir()), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )
    environment.filters["printable"] = _printable
    environment.filters["marked"] = _marked
    return environment


@cache
def _inline(*names: str) -> Markup:
    """Files of ours as they stand in the page: less their indentation and the lines that are only a comment."""
    text = "".join((templates_dir() / name).read_text("utf-8") for name in names)
    if names in (_SCRIPT, _PANEL_SCRIPT):
        return Markup(f'(()=>{{"use strict";{packed(text)}}})();')
    lines = [line.strip() for line in (_framed(text) if names[0].endswith(".css") else text).splitlines()]
    whole = (line.startswith("//") or (line.startswith("/*") and line.endswith("*/")) for line in lines)
    return Markup("\n".join(line for line, comment in zip(lines, whole, strict=True) if line and not comment))


def _framed(css: str) -> str:
    """Widths of the page in place of the strip's own: a page in a frame has no other, and the HTML checker does not
    know containers yet. In em, 16 px unless the reader chose otherwise: a media query's ch is of the browser's own
    font, and the height that a frame has on its page could not follow it.
    """

    def of_page(found: re.Match[str]) -> str:
        in_em = re.sub(r"(\d+)ch", lambda width: f"{int(width[1]) * _EM_PER_CH:g}em", found[0])
        return in_em.replace("@container", "@media")

    return _CONTAINER.sub(of_page, css).replace("container-type: inline-size; ", "")


def _colours(look: Look) -> str:
    """The style that takes the place of the stock palettes; empty where they stand."""
    if not look.chosen:
        return ""
    first, *dark = (_palette(look, colours) for colours in look.colours)
    return first + "".join(f"@media (prefers-color-scheme: dark) {{{other}}}" for other in dark)


def _opaque(look: Look) -> bool:
    """Whether one ground, the same for every reader, fills the frame to its corners."""
    return len(look.colours) == 1 and look.theme != "transparent" and look.frame == "bar"


def _palette(look: Look, colours: Colours) -> str:
    names = [field.name for field in fields(colours) if field.name not in ("scheme", "complaints")]
    said = {f"--{name.replace('_', '-')}": f"#{getattr(colours, name)}" for name in names}
    if look.accent:
        said["--title"] = "var(--link)"
    if look.theme == "transparent":
        said["--ground"] = "transparent"  # a given ground is then the one that it is known to stand on
    if _opaque(look):
        said["color-scheme"] = colours.scheme
    return ":root{" + ";".join(f"{name}:{value}" for name, value in said.items()) + "}"


@cache
def _hash(*names: str) -> str:
    return _digest(_inline(*names))


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
