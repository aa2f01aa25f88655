"""What the PNG can draw of a text. Which characters its font has is read from the font: one that it lacks is a box.

The names of tables and formats are those of the OpenType specification (1.9): cmap, formats 4 and 12.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ticker.serve.i18n.words import LANGUAGE_NAMES, words

_SEGMENTED_COVERAGE = 12  # the format that has characters beyond U+FFFF
_MEANT = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Sc", "Sm"})  # Unicode's categories
_EMPTIED = re.compile(r"\(\s*\)|\[\s*\]|«\s*»|“\s*”|„\s*“|‘\s*’")  # brackets whose content was left out


@dataclass(frozen=True, slots=True)
class Legible:
    """Texts as a font with the characters `has` can draw them."""

    has: Callable[[str], bool]

    def __call__(self, text: str, language: str) -> str | None:
        """The text without the signs that the font lacks; those of currencies in words. None where letters, digits
        or signs of an amount would be lost, or nothing is left: a title must not say something else than its
        publisher's."""
        if all(map(self.has, text)):
            return text
        said = ""
        for nth, char in enumerate(text):
            if (drawn := self._drawn(char, language)) is None:
                return None
            if drawn and drawn == _word(char, language):
                drawn = f"{_gap(said[-1:])}{drawn}{_gap(text[nth + 1 : nth + 2])}"
            said += drawn
        said = " ".join(_EMPTIED.sub("", said).split())
        return said if any(map(str.isalnum, said)) else None

    def _drawn(self, char: str, language: str) -> str | None:
        """What stands for a character; None where a text without it could say something else."""
        if self.has(char):
            return char
        if word := _word(char, language):
            return word
        for form in ("NFKC", "NFKD"):
            if (same := unicodedata.normalize(form, char)) and all(map(self.has, same)):
                return same
        if char.isspace():
            return " "
        return None if unicodedata.category(char) in _MEANT else ""


def covered(font: Path) -> frozenset[int]:
    """The code points for which a TrueType font has a glyph. Raises ValueError where it has no table of all of them."""
    data = font.read_bytes()
    begin = _table(data, b"cmap")
    (count,) = struct.unpack_from(">H", data, begin + 2)
    for nth in range(count):
        (offset,) = struct.unpack_from(">I", data, begin + 8 + 8 * nth)
        if struct.unpack_from(">H", data, begin + offset) == (_SEGMENTED_COVERAGE,):
            return frozenset(_characters(data, begin + offset))
    raise ValueError(f"{font.name}: met no cmap of format {_SEGMENTED_COVERAGE}, wanted one")


def _table(data: bytes, tag: bytes) -> int:
    """Where a table of the font begins."""
    (count,) = struct.unpack_from(">H", data, 4)
    for nth in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * nth)
        if name == tag:
            return int(offset)
    raise ValueError(f"met no table {tag.decode()}, wanted a font")


def _characters(data: bytes, begin: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">I", data, begin + 12)
    for first, last, glyph in struct.iter_unpack(">III", data[begin + 16 : begin + 16 + 12 * groups]):
        yield from range(first + (glyph == 0), last + 1)  # glyph 0 is the box


def _word(char: str, language: str) -> str:
    """What a sign is called; "" where we have no word for it in that language."""
    key = f"sign.{ord(char):04X}"
    of_language = (words(one) for one in LANGUAGE_NAMES if one == language)
    return next((one.text(key) for one in of_language if one.has(key)), "")


def _gap(beside: str) -> str:
    """A word keeps away from letters and digits."""
    return " " if beside.isalnum() else ""
