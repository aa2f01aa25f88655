"""What the comparison of titles knows of one language; the tables are words_en, words_ru and words_ky."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ticker.serve.news.stems import Capital

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

Category = tuple[str, str]
"""A category and the place of the member in it: ("month", "5")."""
Categories = tuple[tuple[re.Pattern[str], Category], ...]
Aliases = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a language. All but those of `aliases` are in lower case, with е for ё."""

    stem: Callable[[str, Capital], str]
    stop_words: frozenset[str]  # common to many stories
    not_names: frozenset[str]  # often begin a title and are nobody's name
    negation: re.Pattern[str]
    numerals: Mapping[str, str]  # "two": "2"
    categories: Categories
    aliases: Aliases = ()
    place_adjective: re.Pattern[str] | None = None
    grouped_by_comma: bool = False  # whether 1,500 is fifteen hundred

    def expand(self, text: str) -> str:
        """`text` with each alias replaced by the full name."""
        for pattern, name in self.aliases:
            text = pattern.sub(name, text)
        return text

    def categories_of(self, word: str) -> tuple[Category, ...]:
        return _categories_of(self.categories, word)


@lru_cache(16384)
def _categories_of(known: Categories, word: str) -> tuple[Category, ...]:
    return tuple(category for pattern, category in known if pattern.match(word))


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def categories(**members: str) -> Categories:
    """From `month="январ ~ феврал"`: how words of each member begin, as regular expressions, in the members' order."""
    return tuple(
        (re.compile(f"(?:{beginning.strip()})"), (category, str(place)))
        for category, beginnings in members.items()
        for place, beginning in enumerate(beginnings.split(" ~ "))
    )


def numerals(words: str) -> Mapping[str, str]:
    """From `2 two both, 3 three`."""
    return {word: number for number, *names in map(str.split, words.split(",")) for word in names}


def aliases(**names: str) -> Aliases:
    """From `USA="US|United States"`: regular expressions of what is replaced by each name."""
    return tuple((re.compile(pattern), name) for name, pattern in names.items())


UNKNOWN = Lexicon(lambda word, _: word, frozenset(), frozenset(), re.compile("(?!)"), {}, ())
"""Of a language without a table."""
