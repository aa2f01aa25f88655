"""The worlds of the golden set: a real site for each scene, filled by its own collector under a clock that is turned.

The only file of the golden set that knows the service from the inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.sites import Site

from ticker import __version__

LANGUAGES = ("en", "ru", "ky")
HOST = "rates.example"
VERSION = __version__
AT = "2026-05-21T18:00+06:00"  # a moment of the past in every scene
PRESETS = {"night": {"options": "theme=dark&currencies=USD,KZT&headlines=2"}}
CLICKS = 4  # more than `views.floor`


def fresh(site: Site) -> None:
    """Friday morning; the bank has just corrected the euro of that day."""
    for moment in ("2026-05-20 16:30", "2026-05-21 16:30"):
        _look(site, moment)
    site.upstream.order("nbkr", "correction", currency="EUR")
    for moment in ("2026-05-22 11:13", "2026-05-22 11:16"):  # two answers make it the bank's word
        _look(site, moment)


def evening(site: Site) -> None:
    """Friday evening: tomorrow's table is there, its tenge held, and some stories were opened."""
    fresh(site)
    site.upstream.order("nbkr", "shifted_point", currency="KZT")
    for moment in ("2026-05-22 16:05", "2026-05-22 18:40"):
        _look(site, moment)
    _click(site)


def late(site: Site) -> None:
    """Sunday; the bank answers, and its newest table is Saturday's."""
    site.bank.restamps = False
    fresh(site)
    for moment in ("2026-05-22 17:30", "2026-05-23 10:00", "2026-05-24 09:02"):
        _look(site, moment)


def stale(site: Site) -> None:
    """No source has answered since Friday morning; it is the second Tuesday after."""
    fresh(site)
    for source in site.upstream.addresses:
        site.upstream.order(source, "status_503")
    for moment in ("2026-05-22 17:30", "2026-06-02 09:02"):
        _look(site, moment)


def demo(site: Site) -> None:
    """The evening of a demonstration."""
    evening(site)


SCENES: dict[str, Callable[[Site], None]] = {made.__name__: made for made in (fresh, late, stale, evening, demo)}


@contextmanager
def world(scene: str, folder: Path) -> Iterator[Site]:
    settings = {"presets": PRESETS, "demo": {"enabled": scene == "demo"}}
    site = Site(folder, "2026-05-18 11:00", feeds=True, more=settings)
    try:
        site.upstream.newsroom.entries = 2  # so that what is recorded stays short
        site.look()
        SCENES[scene](site)
        site.service.site.clicks.flush()
        site.service.site.clicks.refresh()
        yield site
    finally:
        site.close()
        site.service.stop()


def _look(site: Site, moment: str) -> None:
    site.clock.turn(to=moment)
    site.look()


def _click(site: Site) -> None:
    """Readers open two of the stories."""
    reader = {"User-Agent": "Mozilla/5.0", "Content-Type": "text/ping", "Ping-To": "https://news.example/"}
    for story in [one["id"] for one in site.get("/api/v1/headlines").json["headlines"][:4:2]]:
        for _ in range(CLICKS):
            site.client.post(f"/click/{story}", data=b"PING", headers=reader)
