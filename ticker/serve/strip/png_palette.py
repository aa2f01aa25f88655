"""A PNG with a palette in place of four bytes a pixel: a third of the size for a drawing of text.

The names are those of the PNG specification (W3C, third edition): IHDR 11.2.1, PLTE 11.2.2, filters 9.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR_ALPHA, _INDEXED = 6, 3
_LEVELS = (256, 16, 6)  # of each channel: six leave 216 colours, which always fit

_Pixel = tuple[int, int, int]


def few_colours(png: bytes) -> bytes:
    """The same opaque picture; with more than 256 colours, similar ones are merged.

    `png` must have 8-bit RGBA and no interlacing; raises ValueError otherwise.
    """
    width, height, rows = _decoded(png)
    for levels in _LEVELS:
        nearest = bytes(round(value * (levels - 1) / 255) * 255 // (levels - 1) for value in range(256))
        rows = [row if levels == 256 else [_mapped(pixel, nearest) for pixel in row] for row in rows]
        colours = sorted({pixel for row in rows for pixel in row})
        if len(colours) <= 256:
            break
    index = {pixel: nth for nth, pixel in enumerate(colours)}
    lines = b"".join(b"\0" + bytes(map(index.__getitem__, row)) for row in rows)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)),
            _chunk(b"PLTE", bytes(value for pixel in colours for value in pixel)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _mapped(pixel: _Pixel, table: bytes) -> _Pixel:
    red, green, blue = pixel
    return table[red], table[green], table[blue]


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _decoded(png: bytes) -> tuple[int, int, list[list[_Pixel]]]:
    """Width, height and the rows of pixels, their alpha left out."""
    chunks = list(_chunks(png))
    width, height, *kind = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
    if kind != [8, _TRUECOLOUR_ALPHA, 0, 0, 0]:
        raise ValueError(f"png: IHDR: met {kind}, wanted 8-bit RGBA, not interlaced")
    content = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    stride = 1 + 4 * width
    above = [bytes(width)] * 3
    rows = []
    for start in range(0, height * stride, stride):
        line = content[start + 1 : start + stride]
        above = [_unfiltered(content[start], line[channel::4], above[channel]) for channel in range(3)]
        rows.append(list(zip(*above, strict=True)))
    return width, height, rows


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    """One channel of a row; each channel's neighbours are its own."""
    if kind == 0:
        return line
    if kind == 2:
        return bytes((delta + up) & 0xFF for delta, up in zip(line, above, strict=True))
    return bytes(_from_the_left(kind, zip(line, above, strict=True)))


def _from_the_left(kind: int, line: Iterable[tuple[int, int]]) -> Iterator[int]:
    left = corner = 0
    for delta, up in line:
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) >> 1
        else:
            guess = _paeth(left, up, corner)
        left, corner = (delta + guess) & 0xFF, up
        yield left


def _paeth(left: int, up: int, corner: int) -> int:
    if left == up == corner:  # most of a drawing
        return left
    by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner
