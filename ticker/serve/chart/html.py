"""The page around a chart, with its figures as a table; it needs no script."""

from __future__ import annotations

from ticker.serve.chart.view import Page
from ticker.serve.http.pages import content_security_policy, file_hash, inline, render_page

_STYLE = "chart.css"


def page(chart: Page) -> bytes:
    return render_page("chart/page.html", page=chart, say=chart.words.text, style=inline(_STYLE))


def policy() -> str:
    """The page's Content-Security-Policy: it shows the service's own pictures, and no page may frame it."""
    return content_security_policy([file_hash(_STYLE)], images="'self' data:", forms="'self'")
