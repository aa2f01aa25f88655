"""Immutable files of the custom element by version: those of this release, and those of earlier releases in a folder.

A page that pins a version has its integrity too and accepts no other file: an update of the service must not take the
strip from its readers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ticker import log
from ticker.serve.http.live import write_atomically
from ticker.serve.http.response import SCRIPT, Compression, Response, build_response
from ticker.serve.strip import element as embed

FOR_EVER = "public, max-age=31536000, immutable"

_NAME = re.compile(r"[0-9a-f]{12}\.(js|json|css)")
_KINDS: Mapping[str, str] = {"js": SCRIPT, "json": "application/json", "css": "text/css; charset=utf-8"}
_MOST_BYTES = 1 << 20


class EmbedAssets:
    """The files by name, as `0123456789ab.js`. Without `folder`, only those of this release."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._answers: dict[str, Response] = {}  # at most one a file

    def keep(self) -> None:
        """Store this release's files in the folder, for later ones. A failure is only logged."""
        if not self._folder:
            return
        try:
            self._folder.mkdir(exist_ok=True)
            for one in _present():
                if self._kept(one.name) is None:
                    write_atomically(self._folder / one.name, one.body)
        except OSError as fault:
            log.info("element not kept for later versions", folder=self._folder.name, why=str(fault))

    def find(self, name: str) -> Response | None:
        """The file's response; None where there is none, or its content does not match its name."""
        answer = self._answers.get(name)
        if answer or not _NAME.fullmatch(name):
            return answer
        present = next((one.body for one in _present() if one.name == name), None)
        body = present if present is not None else self._kept(name)
        if body is None:
            return None
        answer = build_response(
            body, _KINDS[name.rpartition(".")[2]], cache_control=FOR_EVER, compression=Compression(11)
        )
        self._answers[name] = answer
        return answer

    def _kept(self, name: str) -> bytes | None:
        if not self._folder:
            return None
        try:
            with (self._folder / name).open("rb") as file:
                body = file.read(_MOST_BYTES)
        except OSError:
            return None
        return body if embed.file(body, name.rpartition(".")[2]).name == name else None


def _present() -> tuple[embed.File, embed.File]:
    return embed.script(), embed.parts()
