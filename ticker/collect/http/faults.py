"""Faults of an upstream as sentences that name the host, what happened and the limit."""

from __future__ import annotations

import http.client
import ssl
import zlib

import requests
from urllib3.exceptions import HTTPError, IncompleteRead

from ticker.model import UpstreamError

# All that requests, urllib3 and http.client raise for what an upstream sent; ValueError is theirs for hostile header
# values, lengths and host names (UnicodeError). Blocks that catch these hold as little of our own code as possible.
FAULTS = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError, zlib.error)


class FetchError(UpstreamError):
    """A GET that brought no usable answer."""


def _causes(fault: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    met: BaseException | None = fault
    while met is not None and met not in found:
        found.append(met)
        met = met.__cause__ or (None if met.__suppress_context__ else met.__context__)
    return found


def is_reset(fault: BaseException) -> bool:
    """Whether the other side closed the connection."""
    resets = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
    return any(isinstance(cause, resets) for cause in _causes(fault))


def explain(host: str, stage: str, fault: BaseException) -> str:
    """What went wrong, by the innermost cause that has a sentence; `stage` says during what."""
    for cause in reversed(_causes(fault)):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"{host}: its certificate is refused: {clean(cause.verify_message)}"
            case ssl.SSLError():
                return f"{host}: TLS failed {stage}: {clean(cause.reason or cause)}"
            case IncompleteRead() | http.client.IncompleteRead():
                return f"{host}: its body broke off: {clean(cause)}"
            case http.client.RemoteDisconnected():
                return f"{host}: closed the connection without an answer"
            case ConnectionResetError():
                return f"{host}: reset the connection {stage}"
            case zlib.error():
                return f"{host}: its body is not the gzip it says it is: {clean(cause)}"
            case http.client.BadStatusLine():
                return f"{host}: does not answer in HTTP: {clean(cause)}"
    root = _causes(fault)[-1]
    return f"{host}: {type(root).__name__} {stage}: {clean(root)}"


def clean(met: object) -> str:
    """Foreign text in a sentence: one line, printable, short."""
    text = "".join(character if character.isprintable() else "�" for character in " ".join(str(met).split()))
    return text if len(text) <= 160 else text[:157] + "..."
