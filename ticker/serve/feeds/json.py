"""A feed as JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/ (pure)."""

from __future__ import annotations

import json
from typing import Any

from ticker.serve.feeds.channel import Channel, Item, rfc3339

JSON_FEED_TYPE = "application/feed+json"
JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(channel: Channel) -> bytes:
    feed: dict[str, Any] = {
        "version": JSON_FEED_VERSION,
        "title": channel.title,
        "description": channel.subtitle,
        "home_page_url": channel.page_url,
        "feed_url": channel.json_url,
        "language": channel.language,
        "authors": [{"name": channel.author}],
        "items": [_item(item) for item in channel.items],
    }
    if channel.notes:
        feed["_ticker"] = {"notes": list(channel.notes)}
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_text": item.text,
        "authors": [{"name": item.author}],
        "language": item.language,
        "date_published": rfc3339(item.published_at),
        "date_modified": rfc3339(item.updated_at),
    }
