"""The smaller PNG, from pictures made pixel by pixel with each filter of the specification."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import pytest
from support.png import SIGNATURE, Pixel, pixels

from ticker.serve.strip.png_palette import few_colours

WIDTH, HEIGHT = 9, 7
COLOURS: Sequence[Pixel] = ((255, 255, 255), (18, 22, 27), (10, 98, 48), (163, 22, 13), (77, 86, 99))
DRAWN = [[COLOURS[(x * x + 3 * y) % 5] for x in range(WIDTH)] for y in range(HEIGHT)]


def rgba(rows: list[list[Pixel]], filters: Sequence[int]) -> bytes:
    """An RGBA picture whose rows have these filters, one after the other."""
    above, lines = bytes(4 * len(rows[0])), []
    for nth, row in enumerate(rows):
        line = b"".join(bytes((*pixel, 255)) for pixel in row)
        lines.append(bytes([filters[nth % len(filters)]]) + filtered(filters[nth % len(filters)], line, above))
        above = line
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(lines))
    parts = [(b"IHDR", header), (b"IDAT", body[:20]), (b"IDAT", body[20:]), (b"IEND", b"")]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part)) for name, part in parts
    )


def filtered(kind: int, line: bytes, above: bytes) -> bytes:
    """What 9.2 of the specification calls Filt(x), for four bytes a pixel."""
    made = []
    for at, value in enumerate(line):
        a, b, c = line[at - 4] if at > 3 else 0, above[at], above[at - 4] if at > 3 else 0
        p = a + b - c
        nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        made.append(value - (0, a, b, (a + b) // 2, nearest)[kind] & 0xFF)
    return bytes(made)


@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (4, 0, 3, 1, 2)])
def test_no_pixel_changes_whatever_the_filter(filters: Sequence[int]) -> None:
    assert pixels(few_colours(rgba(DRAWN, filters))) == DRAWN


def test_as_many_colours_as_a_palette_holds_stay_as_they_are() -> None:
    drawn = [[(x, y * 16, 255 - x) for x in range(16)] for y in range(16)]
    assert pixels(few_colours(rgba(drawn, (1,)))) == drawn


@pytest.mark.parametrize(("step", "apart"), [(8, 9), (1, 26)])
def test_colours_beyond_fall_together_with_their_neighbours(step: int, apart: int) -> None:
    drawn = [[(min(255, x * step), y * 8, 255) for x in range(256 // step)] for y in range(32)]
    shown = pixels(few_colours(rgba(drawn, (4,))))
    pairs = [(one, other) for row, made in zip(drawn, shown, strict=True) for one, other in zip(row, made, strict=True)]
    assert len({other for _, other in pairs}) <= 256
    assert max(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True)) <= apart
    assert {other[2] for _, other in pairs} == {255}, "white stays white"


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert few_colours(rgba(DRAWN, (4,))) == few_colours(rgba(DRAWN, (1,)))


def test_another_kind_of_picture_is_refused_by_name() -> None:
    grey = rgba(DRAWN, (0,)).replace(struct.pack(">BBBBB", 8, 6, 0, 0, 0), struct.pack(">BBBBB", 8, 0, 0, 0, 0))
    with pytest.raises(ValueError, match=r"IHDR: met \[8, 0, 0, 0, 0\], wanted 8-bit RGBA"):
        few_colours(grey)
