"""The service's own address, as code on other pages calls it (pure)."""

from __future__ import annotations

import re

_HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.?(:[0-9]{1,5})?|\[[0-9a-f:.]{2,45}\](:[0-9]{1,5})?", re.I)
_LONGEST = 255  # characters of a host


def base_of(host: str, scheme: str, base_url: str | None) -> str:
    """The address without a slash at its end: the operator's `base_url`, else that of a request's Host header. Empty
    if the header, which anyone may forge, is not a host's name."""
    if base_url:
        return base_url
    port = int(host.rpartition(":")[2]) if re.search(r":\d+$", host) and not host.endswith("]") else 1
    if len(host) > _LONGEST or not _HOST.fullmatch(host) or not 0 < port < 65_536:
        return ""
    return f"{'https' if scheme == 'https' else 'http'}://{host.lower()}"
