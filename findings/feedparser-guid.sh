#!/bin/sh
# feedparser: an empty <link/> or a capital T takes an item's link away, and an xml:base rewrites the item's id.
#
# One would guess: `id` is the guid as printed, and `link` is the <link>, else the guid where that is a permalink.
# What happens: a permalink beside an empty <link/> gives the link "", and isPermaLink="True" gives none. Under an xml:base
#   the guid "12345" becomes an address, also beside a <link> and with resolve_relative_uris=False: on the day a publisher
#   adds or moves the base, each old item has a new id.
# Why it matters: a strip links to the publisher and knows by the id what it has shown. Without a link a headline is lost,
#   with a new id it comes twice.
# How we cope: ticker/collect/sources/feed/__init__.py removes empty links and writes "true" in small letters before
#   feedparser reads (_EMPTY_LINK, _PERMALINK); ticker/collect/recognise.py knows a headline by its address too
#   (tests/collect/test_feed.py: test_a_guid_is_the_link_only_where_the_feed_says_so).
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.14
"$place/bin/python" - <<'PY'
import sys

import feedparser

PAGE, BASE = "https://news.example/12345", 'xml:base="https://news.example/id/"'
WANTED = [  # attributes of <rss>, what the item has beside its title: id, link
    ("", f"<guid>{PAGE}</guid>", (PAGE, PAGE)),
    ("", f"<link/><guid>{PAGE}</guid>", (PAGE, "")),
    ("", f'<guid isPermaLink="True">{PAGE}</guid>', (PAGE, None)),
    ("", f"<link>{PAGE}</link><guid>12345</guid>", ("12345", PAGE)),
    (BASE, f"<link>{PAGE}</link><guid>12345</guid>", ("https://news.example/id/12345", PAGE)),
]
print("feedparser", feedparser.__version__, "Python", sys.version.split()[0])
found = []
for attributes, parts, _ in WANTED:
    item = f"<item><title>USD 87.45</title>{parts}</item>"
    feed = f'<rss version="2.0" {attributes}><channel>{item}</channel></rss>'
    entry = feedparser.parse(feed, resolve_relative_uris=False).entries[0]
    found.append((attributes, parts, (entry.get("id"), entry.get("link"))))
    print(f"{attributes} {parts}: id {entry.get('id')!r}, link {entry.get('link')!r}")
if found != WANTED:
    sys.exit("Changed: ids or links are read otherwise.")
PY
