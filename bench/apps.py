"""Two applications to compare with, on the service's own server: bytes alone, and what one writes in an hour.

The bytes and the figures are in the folder that BENCH_FOLDER names.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cachetools import TTLCache, cached
from flask import Flask, render_template_string, request

FOLDER = Path(os.environ["BENCH_FOLDER"])
PAGE, STRIP = (FOLDER / "strip").read_bytes(), json.loads((FOLDER / "strip.json").read_bytes())
HEAD = PAGE.decode().partition("<body")[0]
TEMPLATE = """{{ head|safe }}<body>
<p>{{ words.bank }}, {{ words.day }}</p>
<ul>{% for rate in rates %}<li>{{ rate.currency }} {{ rate.text }} {{ rate.change_text }}{% endfor %}</ul>
<ul>{% for one in headlines %}<li><a href="{{ one.url }}">{{ one.title }}</a> {{ one.publisher }}{% endfor %}</ul>
"""


def bare(_: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]


naive = Flask(__name__)


@naive.get("/")
@cached(TTLCache(250, ttl=60), key=lambda: request.full_path, lock=threading.Lock())
def page() -> str:
    return render_template_string(TEMPLATE, head=HEAD, **STRIP)
