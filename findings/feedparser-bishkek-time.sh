#!/bin/sh
# feedparser reads "UTC+6" and "KGT" as UTC, which puts a headline from Bishkek six hours into the future.
#
# One would guess: a date with a zone is read with it, and one whose zone is unknown is no date.
# What happens: "GMT+06:00" is six hours ahead of UTC. A zone that the library does not know (KGT, MSK, UTC+6) and an offset
#   without its plus are taken for UTC; "GMT+6" makes the date vanish. `bozo`, the library's sign of a fault, is always False.
# Why it matters: a strip shows the newest headlines first, so a feed with such dates is above all others for six hours.
# How we cope: ticker/collect/sources/feed/dates.py reads the printed string with the feed's own zone; what it cannot read
#   for certain is no date (tests/collect/test_feed.py, "Dates").
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.14
"$place/bin/python" - <<'PY'
import sys

import feedparser

WANTED = {  # the date as printed: the time in UTC that feedparser reads; 11:14 is right, for MSK 14:14
    "Thu, 19 Nov 2026 17:14:00 +0600": "11:14",
    "Thu, 19 Nov 2026 17:14:00 GMT+06:00": "11:14",
    "Thu, 19 Nov 2026 17:14:00 GMT+6": None,
    "Thu, 19 Nov 2026 17:14:00 UTC+6": "17:14",
    "Thu, 19 Nov 2026 17:14:00 KGT": "17:14",
    "Thu, 19 Nov 2026 17:14:00 0600": "17:14",
    "Thu, 19 Nov 2026 17:14:00 MSK": "17:14",
}
print("feedparser", feedparser.__version__, "Python", sys.version.split()[0])
found = {}
for printed in WANTED:
    item = f"<item><title>USD 87,45</title><pubDate>{printed}</pubDate></item>"
    read = feedparser.parse(f'<rss version="2.0"><channel><title>News</title>{item}</channel></rss>')
    moment = read.entries[0].get("published_parsed")
    found[printed] = moment and f"{moment.tm_hour:02}:{moment.tm_min:02}"
    print(f"{printed}: {found[printed]} UTC, bozo {read.bozo}")
if found != WANTED:
    sys.exit("Changed: some of these dates are read otherwise.")
PY
