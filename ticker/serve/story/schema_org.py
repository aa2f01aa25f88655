"""schema.org's NewsArticle, which tells search engines whose article a story is (pure)."""

from __future__ import annotations

import json
from typing import Any

from ticker.serve.strip.view import StripHeadline


def news_article(one: StripHeadline, summary: str) -> str:
    """The article as JSON, safe inside a script element: `<`, `>` and `&` are escaped. `summary` may be empty."""
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": one.title,
        "url": one.url,
        "mainEntityOfPage": one.url,
        "datePublished": one.published_at.isoformat(timespec="seconds"),
        "publisher": {"@type": "Organization", "name": one.publisher},
    }
    if one.language:
        article["inLanguage"] = one.language
    if summary:
        article["description"] = summary
    text = json.dumps(article, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
