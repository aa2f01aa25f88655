"""Which stories a strip shows, in which order, and under whose headline (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ticker.model import Headline
from ticker.serve.news.clusters import Cluster, cluster, led_by
from ticker.serve.strip.options import Options
from ticker.snapshot import Content, FeedTerms


def selected(content: Content, options: Options) -> dict[str, FeedTerms]:
    """The feeds of a strip: those in its options, in their order, else those in its language."""
    known = {one.feed: one for one in content.feeds}
    if options.feeds is None:
        return {name: one for name, one in known.items() if one.language == options.lang}
    return {name: known[name] for name in options.feeds if name in known}


def stories(content: Content, options: Options) -> list[Cluster]:
    """Each story of the selected feeds once, the newest first."""
    feeds = selected(content, options)
    return cluster([one for one in content.headlines if one.feed in feeds])


def chosen(content: Content, options: Options) -> list[Cluster]:
    """The stories that are shown, as many as are wanted: those that `first` names, then the others in their `order`.

    A story that one's own feed has as well stands under its headline there where the feed is why it is shown.
    """
    own, count = pinned(content, options)
    feeds = selected(content, options)
    mine = [one for one in content.headlines if one.feed == own][: None if own in feeds else count]
    found = cluster([one for one in content.headlines if (one in mine if one.feed == own else one.feed in feeds)])
    first = _by_time([story for one in found if (story := led_by(one, own))])[:count]
    taken = {one.id for story in first for one in story.headlines}
    rest = [one for one in found if taken.isdisjoint(of.id for of in one.headlines)]
    return [*first, *(_feed_by_feed(rest, feeds) if options.order == "feeds" else rest)][: options.headlines]


def pinned(content: Content, options: Options) -> tuple[str, int]:
    """The feed whose newest stories come first, and how many; "" and 0 for none.

    A strip of its language's feeds leads with one of them only: in another language the feed has nothing to say.
    """
    feed, _, count = (options.first or "").partition(":")
    offered = selected(content, options) if options.feeds is None else {one.feed for one in content.feeds}
    return (feed, int(count)) if feed in offered else ("", 0)


def _feed_by_feed(found: Sequence[Cluster], feeds: Mapping[str, FeedTerms]) -> list[Cluster]:
    """Each story under the first of the feeds that have it; those of the first feed before those of the second."""
    led = []
    for nth, feed in enumerate(feeds):
        earlier = list(feeds)[:nth]
        mine = [one for one in found if not any(of.feed in earlier for of in one.headlines)]
        led += _by_time([story for one in mine if (story := led_by(one, feed))])
    return led


def _by_time(found: Sequence[Cluster]) -> list[Cluster]:
    return sorted(found, key=lambda story: _moment(story.headline), reverse=True)


def _moment(one: Headline) -> tuple[object, ...]:
    return one.published_at, one.id
