"""A feed of a world: stories with the moments at which they were published, printed by a clock that may be wrong."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .bank import DAY_S, HOUR, ZONE_S, http_date
from .faults import Fault

AHEAD_S = 600  # a story from further ahead counts as published when it was seen first
_LISTED = 12
_WORDS = (
    *("bridge", "river", "pass", "snow", "library", "market", "apricot", "lake", "herder", "pasture", "school"),
    *("examination", "trolleybus", "frost", "valley", "wool", "orchard", "glacier", "tunnel", "ferry", "museum"),
    *("choir", "wheat", "border", "customs", "mill", "road", "stadium", "hospital", "kindergarten", "forest"),
    *("eagle", "yurt", "horse", "melon", "walnut", "carpet", "felt", "honey", "salt", "gold", "coal", "dam"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A story. `printed` is its time as the feed gives it, None where it gives none."""

    title: str
    published: int
    printed: int | None

    def shown_at(self, first_seen: float) -> float:
        """When readers are told that it was published, seen first at `first_seen` by our clock."""
        believable = self.printed is not None and self.printed <= first_seen + AHEAD_S
        return float(self.printed) if believable and self.printed is not None else first_seen


class News:
    """The stories of a world, and the feed as it stands at a moment."""

    def __init__(self, seed: int, begin: int, end: int, faults: Sequence[Fault]) -> None:
        chance = random.Random(f"news {seed}")
        self._faults = [one for one in faults if one.kind.startswith("feed")]
        moments = sorted(chance.randrange(begin - DAY_S, end) for _ in range(2 * (end - begin) // DAY_S))
        self.items = [self._item(chance, nth, at) for nth, at in enumerate(moments)]

    def _item(self, chance: random.Random, nth: int, at: int) -> Item:
        off = sum(int(one.amount) for one in self._faults if one.kind == "feed's clock off" and one.covers(at))
        title = " ".join([chance.choice(_WORDS).capitalize(), *chance.sample(_WORDS, 5), str(nth)])
        return Item(title, at, None if chance.random() < 0.05 else at + off)

    def listed(self, moment: float) -> list[Item]:
        return [one for one in self.items if one.published <= moment][-_LISTED:]

    def is_down(self, moment: float) -> bool:
        return any(one.kind == "feed down" and one.covers(moment) for one in self._faults)

    def body(self, moment: float) -> bytes:
        lines = []
        for nth, one in enumerate(self.listed(moment)):
            zoneless = http_date((one.printed or 0) + ZONE_S).removesuffix(" GMT")  # in the feed's configured zone
            date = zoneless if nth % 3 == 0 else http_date(one.printed or 0)
            stamp = "" if one.printed is None else f"<pubDate>{date}</pubDate>"
            link = f"https://news.example/{one.published}"
            lines.append(f"<item><title>{one.title}</title><link>{link}</link><guid>{link}</guid>{stamp}</item>")
        return f'<rss version="2.0"><channel><title>News</title>{"".join(lines)}</channel></rss>'.encode()


assert HOUR * 24 == DAY_S
