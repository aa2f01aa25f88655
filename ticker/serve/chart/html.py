"""The page around a chart, with its figures as tables. All of it is there without script, which only adds a cursor."""

from __future__ import annotations

from markupsafe import Markup

from ticker.serve.chart.view import Page
from ticker.serve.http.pages import content_security_policy, file_hash, inline, render_page

_STYLE, _SCRIPT = "chart.css", "chart.js"


def page(chart: Page) -> bytes:
    values = {"style": inline(_STYLE), "js": inline(_SCRIPT), "reading": Markup(chart.reading)}
    return render_page("chart/page.html", page=chart, say=chart.words.text, **values)


def policy() -> str:
    """The page's Content-Security-Policy: it shows the service's own pictures, and no page may frame it. Its block of
    JSON is no script."""
    return content_security_policy([file_hash(_STYLE)], file_hash(_SCRIPT), images="'self' data:", forms="'self'")
