"""A PNG's chunks and pixels."""

from __future__ import annotations

import struct
import zlib

Pixel = tuple[int, int, int]
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(png: bytes) -> dict[bytes, bytes]:
    """The one chunk of each name; its checksum is verified."""
    assert png.startswith(SIGNATURE)
    found, at = {}, len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(name + body),)
        found[name] = body
        at += 12 + length
    return found


def pixels(png: bytes) -> list[list[Pixel]]:
    """Of an indexed picture whose rows have no filter."""
    found = chunks(png)
    width, _, *kind = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert kind == [8, 3, 0, 0, 0]
    palette = [tuple(found[b"PLTE"][at : at + 3]) for at in range(0, len(found[b"PLTE"]), 3)]
    content = zlib.decompress(found[b"IDAT"])
    rows = [content[at : at + width + 1] for at in range(0, len(content), width + 1)]
    assert {row[0] for row in rows} == {0}
    return [[palette[index] for index in row[1:]] for row in rows]  # type: ignore[misc]
