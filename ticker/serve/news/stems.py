"""Stems of words: Snowball for English and Russian, rules for Kyrgyz, for which there is no library (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Capital = Literal["", "first", "inner"]
"""How a word is written: in lower case, capitalised at the beginning of a sentence, or capitalised inside one."""

LEAST_KYRGYZ = 3  # letters of a stem
MOST_ENDINGS = 4  # that are taken off a Kyrgyz word

_CASE = "(?:а|у|ым|ом|е|ой|ы|ых|ыми)?"
_SURNAMES: Mapping[Capital, re.Pattern[str]] = {
    "": re.compile("(?!)"),
    "first": re.compile(rf"(.{{2,}}(?:[ое]в|[иы]н|стан|баткен)){_CASE}"),  # a first word may be a verb: Задержан…
    "inner": re.compile(rf"(.{{2,}}(?:[ое]в|[аеиыя]н)){_CASE}"),
}
_OSH = re.compile("ош(?:то|ко|тон|тун|ту|тогу)?|оше|оша|ошу|ошем")
_KYRGYZ = re.compile(
    "(?:[лдт][аеоө]р|[нтд][ыиуү]н|[нтд][ыиуү]|[гк][аеоө]|[дт][аеоө]н?|[дт][аеоө]г[ыиуү]|[сш]?[ыиуү](?=н?$)|[ыиуү]н[аеоөдт]*"
    "|[гк][аеоө]н|[ыиуү]п|[аеоө]т|й?т|[ыиуү]ш[тк]?|[чл][ыиуү]к|[ыиуү]л|л[аеоө]|ч[ыиуү]|[ыиуү]м)$"
)


def english(word: str, _: Capital) -> str:
    return _snowball("english", word)


def russian(word: str, capital: Capital) -> str:
    """A name loses its case before Snowball, so that Жапарова and Жапаровым are one, and an adjective of a place its
    suffix: Баткенская is Баткен. Ошская is not Ош: the city and the province differ."""
    stem = _without_case(word, capital)
    if capital and stem.endswith("ск") and len(stem) > 5:
        return _without_case(stem.removesuffix("ск"), "inner")
    return stem


def kyrgyz(word: str, _: Capital) -> str:
    if _OSH.fullmatch(word):
        return "ош"
    for _ending in range(MOST_ENDINGS):
        shorter = _KYRGYZ.sub("", word)
        if shorter == word or len(shorter) < LEAST_KYRGYZ:
            break
        word = shorter
    return word


def _without_case(word: str, capital: Capital) -> str:
    if surname := _SURNAMES[capital].fullmatch(word):
        word = surname[1]
        if word.endswith(("ан", "ян", "ен")):  # Snowball would take the ending for a verb's
            return word
    return _snowball("russian", word)


def _snowball(language: str, word: str) -> str:
    from snowballstemmer import stemmer  # here: it loads 3 MB of languages, which only the first related story needs

    # A stemmer keeps its word in itself and serves one thread; making one costs a few microseconds.
    return str(stemmer(language).stemWord(word))
