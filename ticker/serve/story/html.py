"""The page of one headline as HTML."""

from __future__ import annotations

from markupsafe import Markup

from ticker.serve.http.pages import content_security_policy, file_hash, inline, render_page
from ticker.serve.story.view import StoryPage

_STYLE, _SCRIPT = "story.css", "story.js"


def page(story: StoryPage) -> bytes:
    values = {"style": inline(_STYLE), "js": inline(_SCRIPT), "described": Markup(story.described)}
    return render_page("story/page.html", page=story, say=story.words.text, **values)


def policy() -> str:
    """The page's Content-Security-Policy: no page may frame it. Its block of JSON-LD is no script."""
    return content_security_policy([file_hash(_STYLE)], file_hash(_SCRIPT))
