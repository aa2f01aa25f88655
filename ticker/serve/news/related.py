"""Headlines that may be about the same event as another (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from math import log

from ticker.model import Headline
from ticker.serve.news.clusters import same_story
from ticker.serve.news.titles import Name, TitleFeatures, analyse

NEAR = timedelta(days=1)  # between two related headlines
SHARED_RARE = 2  # rare words that both titles have
SHARED_PART = 3  # one in so many of the shorter title's distinctive words is in both: long titles share two by chance
RARE_UP_TO = 5  # headlines of the same language with a word: then it is rare,
RARE_PART = 10  # or one headline in so many, where that is more


def related(
    one: Headline, among: Sequence[Headline], languages: Mapping[str, str], limit: int = 5, home: str = ""
) -> list[Headline]:
    """At most `limit` headlines that may be about the same event as `one`, the nearest first; each story once, and none
    that is a copy of `one`. `languages` are the feeds', `home` is the currency of the home whose headlines they are.

    Related titles share two rare words, have the same numbers, agree in negation, contradict each other in no name,
    place, day, currency or direction, and are at most a day apart.
    """
    language = languages.get(one.feed, "")
    near = [other for other in among if languages.get(other.feed, "") == language and not same_story(one, other)]
    picked: list[Headline] = []
    for other in _by_likeness(one, near, language, home):
        if len(picked) >= limit:
            break
        if not any(same_story(other, known) for known in picked):
            picked.append(other)
    return picked


def _by_likeness(one: Headline, near: Sequence[Headline], language: str, home: str) -> list[Headline]:
    """Those of `near` that are related to `one`; the more and the rarer the words they share, the earlier."""
    mine = analyse(one.title, language, home)
    window = [analyse(other.title, language, home) for other in near]
    at_most = max(RARE_UP_TO, (len(window) + 1) // RARE_PART)
    lowercase = cache(lambda: frozenset[str]().union(mine.lowercase, *(theirs.lowercase for theirs in window)))
    frequency: dict[str, int] = {}  # how many titles have a word, counted when it is needed
    found: list[tuple[float, timedelta, str, Headline]] = []
    for other, theirs in zip(near, window, strict=True):
        shared = mine.distinctive & theirs.distinctive
        apart = abs(other.published_at - one.published_at)
        if len(shared) < SHARED_RARE or apart > NEAR:
            continue
        if mine.numbers != theirs.numbers or mine.negated != theirs.negated:
            continue
        for stem in shared - frequency.keys():
            frequency[stem] = 1 + sum(stem in features.distinctive for features in window)
        rare = [stem for stem in shared if frequency[stem] <= at_most]
        shorter = min(len(mine.distinctive), len(theirs.distinctive))
        if len(rare) < SHARED_RARE or SHARED_PART * len(shared) < shorter or _contradict(mine, theirs, lowercase):
            continue
        found.append((-sum(log((len(window) + 2) / frequency[stem]) for stem in rare), apart, other.id, other))
    return [other for *_, other in sorted(found, key=lambda each: each[:3])]


def _contradict(one: TitleFeatures, other: TitleFeatures, lowercase: Callable[[], frozenset[str]]) -> bool:
    """Whether each title has a name, a place or a member of a category that the other lacks."""
    for category in {category for category, _ in one.categories ^ other.categories}:
        ours, theirs = ({each for each in title.categories if each[0] == category} for title in (one, other))
        if ours - theirs and theirs - ours:
            return True
    if one.places - other.stems and other.places - one.stems:
        return True
    if not (_own_names(one, other) and _own_names(other, one)):
        return False
    # A word that other titles write in lower case is no name. Collecting those words is slow, so they come last.
    common = lowercase()
    return bool(_own_names(one, other, common) and _own_names(other, one, common))


def _own_names(one: TitleFeatures, other: TitleFeatures, common: frozenset[str] = frozenset()) -> set[Name]:
    """Names of `one` that `other` lacks. "Садыр Жапаров" and "Жапаров" are the same name."""
    named = {stem for name in one.names for stem in name}
    ambiguous = {(stem,) for stem in one.ambiguous - other.stems - named - common}
    return {name for name in one.names if not _has(other, name)} | ambiguous


def _has(title: TitleFeatures, name: Name) -> bool:
    parts = set(name)
    return (
        parts <= title.stems
        or name[-1] in title.ambiguous
        or any(parts <= set(other) or parts >= set(other) for other in title.names)
    )
