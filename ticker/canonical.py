"""Addresses and titles as they are compared (pure): collecting recognises stories by them, serving shows each once."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from urllib.parse import quote, urlsplit, urlunsplit

_TRACKING = re.compile(r"utm_\w*|fbclid|gclid|yclid", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


def canonical(url: str) -> str:
    """`url` as it is compared: without its fragment and the parameters that tell where a reader came from."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    kept = [pair for pair in parts.query.split("&") if pair and not _TRACKING.fullmatch(pair.split("=", 1)[0])]
    path, query = (quote(part, safe="%/:=&?~+!$,;'@()*[]") for part in (parts.path or "/", "&".join(kept)))
    return urlunsplit((parts.scheme, bracketed(host) + port, path, query, ""))


def bracketed(host: str) -> str:
    """A host's name or number as an address writes it."""
    return f"[{host}]" if ":" in host else host


def folded(title: str) -> str:
    """`title` as it is compared: letters in small and in one form, each run of blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())
