"""What every HTML page of the service is built with: Jinja, inlined files, a Content-Security-Policy, the error page.

Style and script are in the page itself, so that a page is one request; its policy names their hashes.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from ticker.serve.http.minify import minify_js
from ticker.serve.i18n.words import templates_dir

BASE_STYLE = "strip/strip.css"
_CODE, _BOLD = re.compile(r"`([^`]+)`"), re.compile(r"\*\*([^*]+)\*\*")
_CONTAINER = re.compile(r"@container \((\d+(ch|px) <= )?width < \d+(ch|px)\)")
_EM_PER_CH = 0.56  # of the widest of the strip's fonts, 14 px high


def render_page(template_name: str, **values: object) -> bytes:
    """A whole page in UTF-8, with the base style as `css`."""
    return template(template_name).render(css=inline(BASE_STYLE), **values).encode()


def template(name: str) -> Template:
    return _environment().get_template(name)


def error_page(status: int, title: str, detail: str, lang: str = "en") -> bytes:
    """A page for an error; `title` and `detail` are in `lang`."""
    return render_page("http/error.html", status=status, title=title, detail=detail, lang=lang)


def error_policy() -> str:
    """The error page's Content-Security-Policy: it needs no script, and no page may frame it."""
    return content_security_policy([file_hash(BASE_STYLE)], images="data:")


def content_security_policy(
    styles: Sequence[str],
    script: str = "",
    *,
    images: str = "",
    frames: str = "",
    forms: str = "'none'",
    framed: str = "'none'",
) -> str:
    """A page's Content-Security-Policy: it allows only what is named. A script may connect to this service only and
    may parse no markup. `framed` is the source list of frame-ancestors: "*", "'none'", "https://…"."""
    allowed = [f"style-src {' '.join(styles)}"]
    allowed += [f"script-src {script}", "connect-src 'self'"] if script else []
    allowed += [f"img-src {images}"] if images else []
    allowed += [f"frame-src {frames}"] if frames else []
    allowed += ["base-uri 'none'", f"form-action {forms}", f"frame-ancestors {framed}"]
    allowed += ["require-trusted-types-for 'script'", "trusted-types 'none'"] if script else []
    return "; ".join(["default-src 'none'", *allowed])


@cache
def inline(*names: str) -> Markup:
    """Files of templates/ as they are inlined in a page, without indentation and without lines that are only a
    comment."""
    text = "".join((templates_dir() / name).read_text("utf-8") for name in names)
    lines = [line.strip() for line in (_with_page_widths(text) if names[0].endswith(".css") else text).splitlines()]
    whole = (line.startswith("//") or (line.startswith("/*") and line.endswith("*/")) for line in lines)
    return Markup("\n".join(line for line, comment in zip(lines, whole, strict=True) if line and not comment))


@cache
def inline_script(*names: str) -> Markup:
    """Scripts of templates/ as one minified function, for pages that are framed often."""
    text = "".join((templates_dir() / name).read_text("utf-8") for name in names)
    return Markup(f'(()=>{{"use strict";{minify_js(text)}}})();')


@cache
def file_hash(name: str) -> str:
    """The hash of an inlined file, as a Content-Security-Policy names it."""
    return text_hash(inline(name))


def text_hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_dir()), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )
    environment.filters["printable"] = _printable
    environment.filters["marked"] = _marked
    return environment


def _printable(text: str) -> str:
    """An upstream's bytes as text: control and direction characters become �."""
    return "".join(char if char in "\n\t" or char.isprintable() else "\ufffd" for char in text)


def _marked(text: str) -> Markup:
    """A sentence with `code` and **bold** in it, as HTML."""
    html = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(_BOLD.sub(r"<strong>\1</strong>", html))


def _with_page_widths(css: str) -> str:
    """Media queries in place of container queries: a framed page has no other width, and the HTML checker does not
    know containers yet. Widths are in em, 16 px unless the reader chose otherwise: a media query's ch is of the
    browser's own font, and the height that a frame has on its page could not follow it.
    """

    def media_query(found: re.Match[str]) -> str:
        in_em = re.sub(r"(\d+)ch", lambda width: f"{int(width[1]) * _EM_PER_CH:g}em", found[0])
        return in_em.replace("@container", "@media")

    return _CONTAINER.sub(media_query, css).replace("container-type: inline-size; ", "")
