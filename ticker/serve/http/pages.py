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

from ticker.serve.i18n.words import templates_dir

BASE_STYLE, _ERROR_STYLE = "base.css", "error.css"
_CODE, _BOLD = re.compile(r"`([^`]+)`"), re.compile(r"\*\*([^*]+)\*\*")


def render_page(template_name: str, **values: object) -> bytes:
    """A whole page in UTF-8, with the base style as `css` unless another is given."""
    return template(template_name).render({"css": inline(BASE_STYLE), **values}).encode()


def template(name: str) -> Template:
    return _environment().get_template(name)


def error_page(status: int, title: str, detail: str, lang: str = "en") -> bytes:
    """A page for an error; `title` and `detail` are in `lang`."""
    return render_page(
        "http/error.html", css=inline(_ERROR_STYLE), status=status, title=title, detail=detail, lang=lang
    )


def error_policy() -> str:
    """The error page's Content-Security-Policy: it needs no script, and no page may frame it."""
    return content_security_policy([file_hash(_ERROR_STYLE)])


def content_security_policy(
    styles: Sequence[str],
    script: str = "",
    *,
    images: str = "data:",
    frames: str = "",
    forms: str = "'none'",
    framed: str = "'none'",
) -> str:
    """A page's Content-Security-Policy: it allows only what is named. A script may connect to this service only and
    may parse no markup. A page brings its icon (`data:`), else browsers ask for one. `framed` is the source list of
    frame-ancestors: "*", "'none'", "https://…"."""
    allowed = [f"style-src {' '.join(styles)}"]
    allowed += [f"script-src {script}", "connect-src 'self'"] if script else []
    allowed += [f"img-src {images}"]
    allowed += [f"frame-src {frames}"] if frames else []
    allowed += ["base-uri 'none'", f"form-action {forms}", f"frame-ancestors {framed}"]
    allowed += ["require-trusted-types-for 'script'", "trusted-types 'none'"] if script else []
    return "; ".join(["default-src 'none'", *allowed])


@cache
def built(name: str) -> str:
    """A script or style of templates/built/, which `make scripts` writes from its sources."""
    return (templates_dir() / "built" / name).read_text("utf-8")


def inline(name: str) -> Markup:
    """A built file for a page to have inline."""
    return Markup(built(name))


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
