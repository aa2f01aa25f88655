"""Headlines of one story, grouped (pure).

No measure separates the same story from a similar one: "5 killed" is nearer to "2 killed" than most true pairs are to
each other. So a cluster has the same address or the same title; all else is at most related.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from ticker.canonical import canonical, folded
from ticker.model import Headline

SAME_TITLE = timedelta(days=1)  # "Rates for today" is published every day

_QUOTES = re.compile("[\"'«»„“”‘’‹›]")
_DASHES = re.compile("[‐‑‒–—―−]")


@dataclass(frozen=True, slots=True)
class Cluster:
    """One story: its leading headline, and those of other feeds in the order of time."""

    headline: Headline
    others: tuple[Headline, ...]

    @property
    def headlines(self) -> tuple[Headline, ...]:
        return self.headline, *self.others


def led_by(story: Cluster, feed: str) -> Cluster | None:
    """The same story under the headline that `feed` has of it; None where it has none."""
    own = next((one for one in story.headlines if one.feed == feed), None)
    return Cluster(own, tuple(one for one in story.headlines if one is not own)) if own else None


def cluster(headlines: Sequence[Headline]) -> list[Cluster]:
    """Each story once: headlines of several feeds with the same address, or within a day the same title, are one story.

    The earliest leads, so that the headline that readers see neither changes nor moves when other feeds follow. Stories
    keep the order of `headlines`, each at the place of its leader. An address or a title that one feed gives to several
    headlines joins nothing.
    """
    order = sorted(range(len(headlines)), key=lambda nth: _by_time(headlines[nth]))
    groups: dict[int, list[int]] = {nth: [nth] for nth in order}
    group_of = {nth: nth for nth in order}

    def join(first: int, other: int) -> None:
        mine, theirs = groups[group_of[first]], groups[group_of[other]]
        feeds = {headlines[nth].feed for nth in mine}
        if mine is not theirs and feeds.isdisjoint(headlines[nth].feed for nth in theirs):
            del groups[group_of[other]]
            mine += theirs
            group_of.update((nth, group_of[first]) for nth in theirs)

    addresses = [_address(one.url) for one in headlines]
    titles = [_normalised(one.title) for one in headlines]
    for nth, other in [*_pairs(order, addresses, headlines, None), *_pairs(order, titles, headlines, SAME_TITLE)]:
        join(nth, other)
    by_leader: dict[int, Cluster] = {}
    for group in groups.values():
        leader, *others = sorted(group, key=lambda nth: _by_time(headlines[nth]))
        by_leader[leader] = Cluster(headlines[leader], tuple(headlines[nth] for nth in others))
    return [by_leader[nth] for nth in sorted(by_leader)]


def same_story(one: Headline, other: Headline) -> bool:
    address = _address(one.url)
    return (
        one.id == other.id
        or (bool(address) and address == _address(other.url))
        or _normalised(one.title) == _normalised(other.title)
    )


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
    """The canonical address of an article; empty for a site's front page, which all its headlines may link to."""
    try:
        parts = urlsplit(url)
        return canonical(url) if parts.path.strip("/") or parts.query else ""
    except ValueError:
        return ""


@lru_cache(8192)
def _normalised(title: str) -> str:
    """The title without what publishers write differently: quotes, dashes, ё and the last full stop. Signs of a number
    or a question stay."""
    plain = _DASHES.sub("-", _QUOTES.sub("", folded(title))).replace("ё", "е")
    return " ".join(plain.split()).rstrip(". ")
