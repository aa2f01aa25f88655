"""One story once, what is related to it, and what is popular (pure).

Nothing that can be measured separates the same story from a similar one: "5 killed" is nearer to "2 killed" than most
true pairs are to each other. So one story is what has the same address or the same title, and all else is only related:
it shares rare words, tells the same numbers and speaks of no other people or places.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from math import log
from urllib.parse import urlsplit

from ticker.canonical import canonical, folded
from ticker.model import Headline
from ticker.serve.news.titles import Run, Said, read

SAME_TITLE = timedelta(days=1)  # "Rates for today" is told every day
NEAR = timedelta(days=1)  # between two stories that are called related
SHARED = 2  # rare words
RARE_UP_TO = 5  # headlines of the same language that have a word, or a tenth of them: then it is rare


@dataclass(frozen=True, slots=True)
class Told:
    """One story once. `also` are its other feeds' headlines, in order of time."""

    headline: Headline
    also: tuple[Headline, ...]


def once(headlines: Sequence[Headline]) -> list[Told]:
    """Each story once: the same address, or the same title within a day, from several feeds is one story.

    The earliest published leads: whoever had the news first is named first, and when others follow, the headline that
    readers see neither changes nor moves. Stories stand in the order of the input, each at the place of its leader.
    What one feed gives to several of its headlines (an address, a title) makes none of them another's.
    """
    order = sorted(range(len(headlines)), key=lambda nth: _by_time(headlines[nth]))
    groups: dict[int, list[int]] = {nth: [nth] for nth in order}
    home = {nth: nth for nth in order}  # the group that a headline is in

    def join(first: int, other: int) -> None:
        mine, theirs = groups[home[first]], groups[home[other]]
        feeds = {headlines[nth].feed for nth in mine}
        if mine is not theirs and feeds.isdisjoint(headlines[nth].feed for nth in theirs):
            del groups[home[other]]
            mine += theirs
            home.update((nth, home[first]) for nth in theirs)

    addresses = [_address(one.url) for one in headlines]
    titles = [_title(one.title) for one in headlines]
    for nth, other in [*_pairs(order, addresses, headlines, None), *_pairs(order, titles, headlines, SAME_TITLE)]:
        join(nth, other)
    led: dict[int, Told] = {}
    for group in groups.values():
        leader, *others = sorted(group, key=lambda nth: _by_time(headlines[nth]))
        led[leader] = Told(headlines[leader], tuple(headlines[nth] for nth in others))
    return [led[nth] for nth in sorted(led)]


def _by_time(one: Headline) -> tuple[object, ...]:
    return one.published_at, one.first_seen_at, one.id, one.feed


def _pairs(
    order: Sequence[int], keys: Sequence[str], headlines: Sequence[Headline], within: timedelta | None
) -> list[tuple[int, int]]:
    """(first, later one with the same key), where no feed has two of them. `within` is counted from the first."""
    runs: dict[str, list[list[int]]] = {}
    for nth in order:
        if not keys[nth]:
            continue
        known = runs.setdefault(keys[nth], [])
        first = known[-1][0] if known else None
        if first is None or (within and headlines[nth].published_at - headlines[first].published_at > within):
            known.append([nth])
        else:
            known[-1].append(nth)
    found = []
    for run in (run for known in runs.values() for run in known):
        feeds = Counter(headlines[nth].feed for nth in run)
        if max(feeds.values()) == 1:
            found += [(run[0], nth) for nth in run[1:]]
    return found


@lru_cache(8192)
def _address(url: str) -> str:
    """The address as it identifies a story; empty for a site's front page, which is of all its stories."""
    try:
        parts = urlsplit(url)
        return canonical(url) if parts.path.strip("/") or parts.query else ""
    except ValueError:
        return ""


_QUOTES = re.compile("[\"'«»„“”‘’‹›]")
_DASHES = re.compile("[‐‑‒–—―−]")


@lru_cache(8192)
def _title(title: str) -> str:
    """The title as it is compared: publishers differ in quotes, dashes, ё and the last full stop. Signs that tell a
    number or a question stay."""
    plain = _DASHES.sub("-", _QUOTES.sub("", folded(title))).replace("ё", "е")
    return " ".join(plain.split()).rstrip(". ")


def related(one: Headline, among: Sequence[Headline], languages: Mapping[str, str], limit: int = 5) -> list[Headline]:
    """Headlines that may be about the same, the nearest first; never another feed's copy of `one`, nor two of another.

    `languages` are the feeds'. Related is who shares at least two rare words, tells the same numbers, does not deny
    what the other says, speaks of no other people, places, days, currencies or directions, and is at most a day away.
    """
    language = languages.get(one.feed, "")
    near = [other for other in among if languages.get(other.feed, "") == language and not _same(one, other)]
    mine = read(one.title, language)
    window = [read(other.title, language) for other in near]
    at_most = max(RARE_UP_TO, (len(window) + 1) // 10)
    small = cache(lambda: frozenset[str]().union(mine.lower, *(said.lower for said in window)))
    held: dict[str, int] = {}  # how many titles have a word, counted where it is asked for
    found: list[tuple[float, timedelta, str, Headline]] = []
    for other, theirs in zip(near, window, strict=True):
        shared = mine.telling & theirs.telling
        apart = abs(other.published_at - one.published_at)
        if len(shared) < SHARED or apart > NEAR or mine.numbers != theirs.numbers or mine.negated != theirs.negated:
            continue
        for stem in shared - held.keys():
            held[stem] = 1 + sum(stem in said.telling for said in window)
        rare = [stem for stem in shared if held[stem] <= at_most]
        few = min(len(mine.telling), len(theirs.telling))
        if len(rare) < SHARED or 3 * len(shared) < few or _conflict(mine, theirs, small):
            continue
        found.append((-sum(log((len(window) + 2) / held[stem]) for stem in rare), apart, other.id, other))
    found.sort(key=lambda each: each[:3])
    picked: list[Headline] = []
    for *_, other in found:
        if len(picked) >= limit:
            break
        if not any(_same(other, known) for known in picked):
            picked.append(other)
    return picked


def _same(one: Headline, other: Headline) -> bool:
    address = _address(one.url)
    return (
        one.id == other.id
        or (bool(address) and address == _address(other.url))
        or _title(one.title) == _title(other.title)
    )


def _conflict(one: Said, other: Said, small: Callable[[], frozenset[str]]) -> bool:
    """Whether each speaks of somebody, something or some time that the other does not."""
    for kind in {kind for kind, _ in one.kinds ^ other.kinds}:
        ours, theirs = ({each for each in said.kinds if each[0] == kind} for said in (one, other))
        if ours - theirs and theirs - ours:
            return True
    if one.places - other.stems and other.places - one.stems:
        return True
    if not (_own(one, other) and _own(other, one)):
        return False
    # Only now is it asked which of the words that begin a title are common ones: other titles write them small.
    return bool(_own(one, other, small()) and _own(other, one, small()))


def _own(one: Said, other: Said, common: frozenset[str] = frozenset()) -> set[Run]:
    """Names of `one` that `other` does not have. "Садыр Жапаров" is had where "Жапаров" is, and the other way round."""
    named = {stem for name in one.names for stem in name}
    unsure = {(stem,) for stem in one.unsure - other.stems - named - common}
    return {name for name in one.names if not _has(other, name)} | unsure


def _has(said: Said, name: Run) -> bool:
    parts = set(name)
    return (
        parts <= said.stems
        or name[-1] in said.unsure
        or any(parts <= set(other) or parts >= set(other) for other in said.names)
    )


def popular(told: Sequence[Told], clicks: Mapping[str, float], limit: int, floor: float) -> list[Told]:
    """The stories most followed, by `clicks` on all their headlines together.

    Those with fewer than `floor` are too few to say so: of them come first what several feeds carry, then what had a
    click at all. A story with neither is not popular and not in the list.
    """

    def rank(each: Told) -> tuple[bool, float, int, float]:
        heard = _clicks(each, clicks)
        sure = heard >= floor and heard > 0
        return sure, heard if sure else 0.0, len(each.also), heard

    wanted = [each for each in told if each.also or _clicks(each, clicks) > 0]
    return sorted(wanted, key=rank, reverse=True)[:limit]


def _clicks(told: Told, clicks: Mapping[str, float]) -> float:
    return sum(clicks.get(one.id, 0.0) for one in (told.headline, *told.also))
