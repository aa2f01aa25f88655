"""Which stories readers follow most (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticker.serve.news.clusters import Cluster


@dataclass(frozen=True, slots=True)
class Popularity:
    """What ranks stories: decayed clicks by headline; under `floor` clicks the number of feeds decides.

    `tally_version` grows whenever `clicks` change.
    """

    clicks: Mapping[str, float]
    floor: float
    tally_version: int = 0


UNCOUNTED = Popularity({}, 1)


def popular(stories: Sequence[Cluster], clicks: Mapping[str, float], limit: int, floor: float) -> list[Cluster]:
    """At most `limit` stories, the most followed first, by the `clicks` on all their headlines together.

    Fewer than `floor` clicks are too few to rank by: below come first the stories of several feeds, then those with a
    click at all. A story with neither is left out.
    """

    def rank(story: Cluster) -> tuple[bool, float, int, float]:
        total = total_clicks(story, clicks)
        enough = total >= floor and total > 0
        return enough, total if enough else 0.0, len(story.others), total

    wanted = [story for story in stories if story.others or total_clicks(story, clicks) > 0]
    return sorted(wanted, key=rank, reverse=True)[:limit]


def total_clicks(story: Cluster, clicks: Mapping[str, float]) -> float:
    return sum(clicks.get(one.id, 0.0) for one in story.headlines)
