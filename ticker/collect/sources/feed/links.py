"""The links of a feed as addresses that a reader can follow."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from ticker.canonical import bracketed

LONGEST_URL = 2000
_LONGEST_HOST = 253  # RFC 1035, 2.3.4; comparing longer ones takes seconds for a feed of them
_SCHEMES = ("http", "https")
_HOST = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|\[[0-9a-f:.]+\]")
_HALF_ABSOLUTE = re.compile(
    r"https?:(?!//[^/])", re.IGNORECASE
)  # browsers and urllib differ on https:host and https:///host
_UNSAFE = re.compile(r"""[\s"<>`{}|^\\]""")


def absolute(printed: str, base: str) -> str | None:
    """The http(s) address meant by `printed`, found in a document at `base`; None where a reader must not follow it:
    another scheme, a user name, no host, or only a place within the document itself."""
    printed = re.sub(r"[\t\r\n]", "", printed.strip()).replace(
        "&amp;", "&"
    )  # line breaks: URL Standard 4.4; &amp;: escaped twice
    path = re.split(r"[?#]", printed, maxsplit=1)[0]
    if (
        not printed
        or printed.startswith("#")
        or len(printed) > LONGEST_URL
        or "\\" in path
        or _HALF_ABSOLUTE.match(printed)
    ):
        return None
    try:
        parts = urlsplit(urljoin(base, printed))
        host, _ = parts.hostname, parts.port  # an unreadable port raises
        printed.encode()  # half a character can't be sent
    except ValueError:
        return None
    if not host or len(host) > _LONGEST_HOST or not _HOST.fullmatch(bracketed(host)):
        return None
    if parts.scheme not in _SCHEMES or "@" in parts.netloc:
        return None
    url = "".join(quote(char) if _UNSAFE.match(char) or not char.isprintable() else char for char in urlunsplit(parts))
    return url if len(url) <= LONGEST_URL else None
