"""The numbers in a title, in one form: "5 млн" is 5000000, "пять" is 5 (pure)."""

from __future__ import annotations

import re
from decimal import Decimal

from ticker.serve.news.lexicon import WORD, Lexicon

LONGEST = 30  # characters; a longer figure is compared as text

_GROUPED = r"\d{1,3}(?:[ \u202f]\d{3})+(?!\d)"
_NUMBER = re.compile(
    rf"(?P<sign>(?<!\S)[-−–](?=\d))?(?P<figure>(?:{_GROUPED}|\d+)(?:[.,]\d+)*(?:(?:[:/]|[-–−](?=\d))\d+(?:[.,]\d+)*)*)"
    r"(?P<scale>[ \u202f-]?(?:тыс|млн|млрд|трлн|(?:тысяч|миң|миллион|миллиард|триллион)[а-яңөү]*"
    r"|mln|million|bn|billion|thousand|trillion)\b)?",
    re.IGNORECASE,
)
_SCALES = (
    ("тыс", 3), ("миң", 3), ("thousand", 3), ("млн", 6), ("миллион", 6), ("mln", 6), ("million", 6), ("млрд", 9),
    ("миллиард", 9), ("bn", 9), ("billion", 9), ("трлн", 12), ("триллион", 12), ("trillion", 12),
)  # fmt: skip


def take_numbers(text: str, lexicon: Lexicon) -> tuple[frozenset[str], str]:
    """The numbers of `text`, and `text` with a bullet in the place of each figure."""
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        found.add(("-" if match["sign"] else "") + _normalise(match["figure"], match["scale"] or "", lexicon))
        return " \u2022 "

    rest = _NUMBER.sub(take, text)
    found |= {lexicon.numerals[word] for word in WORD.findall(rest.casefold()) if word in lexicon.numerals}
    return frozenset(found), rest


def _normalise(figure: str, scale: str, lexicon: Lexicon) -> str:
    figure = re.sub(r"[\s\u202f]", "", figure).replace("–", "-").replace("−", "-")
    if lexicon.grouped_by_comma and re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", figure):
        figure = figure.replace(",", "")
    if not re.fullmatch(r"\d+([.,]\d+)?", figure) or len(figure) > LONGEST:
        return figure  # a date, a time, a score or a range
    name = scale.strip(" \u202f-").casefold()
    exponent = next((power for word, power in _SCALES if name.startswith(word)), 0)
    value = Decimal(figure.replace(",", ".")).scaleb(exponent).normalize()
    return f"{value:f}"
