"""The features of a title by which titles are compared: stems, numbers, names, negation, categories (pure).

Two titles that mean the same may get different features; the other error, a wrong "related", is the worse one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ticker.serve.news.lexicon import UNKNOWN, WORD, Category, Lexicon
from ticker.serve.news.numbers import take_numbers
from ticker.serve.news.words_en import ENGLISH
from ticker.serve.news.words_homes import HOME_NAMES, SHORT_PLACES
from ticker.serve.news.words_ky import KYRGYZ
from ticker.serve.news.words_ru import RUSSIAN

Name = tuple[str, ...]
"""The stems of capitalised words in a row; the last is the surname, or the name of the place."""

# A Title In Which Most Words Begin So, or one in capitals, has no names that differ from other words.
TITLE_CASE_SHARE = 0.7  # of the words inside sentences
TITLE_CASE_WORDS = 3  # at least: of fewer words nothing can be said
LONGEST_SMALL_WORD = 3  # letters of the words that title case leaves small, as "of" and "the"

SHORT = 2  # letters; of words so short only abbreviations and SHORT_PLACES tell stories apart

_LEXICONS: Mapping[str, Lexicon] = {"en": ENGLISH, "ru": RUSSIAN, "ky": KYRGYZ}
_NOWHERE = re.compile("(?!)")
_SENTENCE_MARK = re.compile(r"[.!?:…»“”\"|]|\s[–—-]\s")


@dataclass(frozen=True, slots=True)
class TitleFeatures:
    """What the comparison knows of a title. Words are stems."""

    stems: frozenset[str]  # without numbers and stop words
    distinctive: frozenset[str]  # `stems` without the home's country and capital, which half the titles name
    numbers: frozenset[str]
    negated: bool
    names: frozenset[Name]
    ambiguous: frozenset[str]  # capitalised, perhaps because a sentence begins or all words are
    lowercase: frozenset[str]
    places: frozenset[str]  # adjectives of places, which Russian writes in lower case: "ошские школьники"
    categories: frozenset[Category]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # in lower case
    capital: bool
    begins: bool  # a sentence
    follows: bool  # the word before it, without a mark between them
    stem: str
    significant: bool  # no stop word, numeral or particle


@lru_cache(8192)
def analyse(title: str, language: str, home: str = "") -> TitleFeatures:
    """The features of `title` among the headlines of `home`, by its currency. Without a table for `language` there are
    no negations, numerals or categories."""
    lexicon, of_home = _LEXICONS.get(language, UNKNOWN), HOME_NAMES.get(home, _NOWHERE)
    text = unicodedata.normalize("NFKC", title).replace("\u0301", "").replace("ё", "е").replace("Ё", "Е")
    numbers, rest = take_numbers(lexicon.expand(text), lexicon)
    words = list(_words(rest, lexicon))
    significant = [word for word in words if word.significant]
    title_case = _is_title_case(words)
    doubtful = (word for word in significant if word.capital and (title_case or word.begins))
    place = lexicon.place_adjective
    return TitleFeatures(
        stems=frozenset(word.stem for word in significant),
        distinctive=frozenset(word.stem for word in significant if not of_home.match(word.text)),
        numbers=numbers,
        negated=any(lexicon.negation.fullmatch(word.text) for word in words),
        names=frozenset() if title_case else frozenset(_names(words)),
        ambiguous=frozenset(word.stem for word in doubtful if word.text not in lexicon.not_names),
        lowercase=frozenset(word.stem for word in words if not word.capital),
        places=frozenset(word.stem for word in significant if place and place.fullmatch(word.text)),
        categories=frozenset(category for word in words for category in lexicon.categories_of(word.text)),
    )


def _words(text: str, lexicon: Lexicon) -> Iterator[_Word]:
    end, begins = 0, True
    for found in WORD.finditer(text):
        between = text[end : found.start()]
        begins = begins or bool(_SENTENCE_MARK.search(between)) or "«" in between
        follows = between in (" ", "\u00a0", "-")  # a hyphen: the second half of a name as Jalal-Abad
        printed, folded = found[0], found[0].casefold().replace("’", "'")
        capital = printed[0].isupper()
        significant = (
            folded not in lexicon.stop_words
            and folded not in lexicon.numerals
            and (len(folded) > SHORT or printed.isupper() or folded in SHORT_PLACES)
        )
        stem = lexicon.stem(folded, "" if not capital else "first" if begins else "inner")
        yield _Word(folded, capital, begins, follows, stem, significant)
        end, begins = found.end(), False


def _is_title_case(words: list[_Word]) -> bool:
    inner = [word.capital for word in words if not word.begins and len(word.text) > LONGEST_SMALL_WORD]
    return len(inner) >= TITLE_CASE_WORDS and sum(inner) > TITLE_CASE_SHARE * len(inner)


def _names(words: list[_Word]) -> Iterator[Name]:
    """A word that begins a sentence belongs to a name only if the next word is capitalised as well."""
    run: list[_Word] = []
    for word in [*words, None]:
        if word and word.capital and word.follows and run and not word.begins:
            run.append(word)
            continue
        if any(not one.begins for one in run) and (stems := tuple(one.stem for one in run if one.significant)):
            yield stems
        run = [word] if word and word.capital else []
