"""A read side on a real store that a test fills by hand, with a clock that one turns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from support.apps import application
from support.scenes import FEEDS, HOME, NBKR, WEEKLY, at
from ticker.model import DAY, Headline, Rate, Story
from ticker.rates.compose import compose
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import Renderer
from ticker.serve.terms import HomeTerms, SiteSettings
from ticker.snapshot import empty
from ticker.store import open_store

SITE = ("USD", "EUR", "RUB")


class Desk:
    """`now` is Bishkek's clock on a day; figures are given with `say`, and shown once they are published."""

    def __init__(self, folder: Path, day: date, clock: str = "11:16", **terms: Any) -> None:
        self.now = at(day, clock)
        self.store = open_store(f"sqlite:///{folder / 'ticker.db'}", clock=lambda: self.now)
        token = self.store.lease("test", 10**7)
        assert token
        self.token = token
        self.cache = ResponseCache(empty(HOME), Renderer(SiteSettings(HomeTerms(SITE))), lambda: self.now, 50, ())
        self.live = LiveSnapshot(lambda: self.store, self.cache.replace_snapshot, lambda: self.now, None)
        self.app = application(self.cache, self.live, lambda: self.now, settings=SiteSettings(HomeTerms(SITE), **terms))
        self.client = Client(self.app)

    def close(self) -> None:
        self.store.close()

    def say(self, currency: str, days: Iterable[tuple[date, str]], **more: Any) -> list[int]:
        """What the bank says of some days. `nominal`, `days_valid` and `source` are of the table; the rest goes to the
        store."""
        nominal, valid, source = more.pop("nominal", 1), more.pop("days_valid", 1), more.pop("source", NBKR.source)
        with self.store.write(self.token) as write:
            return [
                write.add(
                    source,
                    Rate(currency, Decimal(quoted), nominal, day, day + (valid - 1) * DAY),
                    **{"seen_at": self.now, "body_hash": "ab" * 32, **more},
                )
                for day, quoted in days
            ]

    def tell(self, headlines: Sequence[Headline]) -> None:
        with self.store.write(self.token) as write:
            write.put_stories([Story(one, None, None) for one in headlines], self.now)

    def publish(self) -> None:
        """What the store knows is shown; every source was looked at just now."""
        since = HOME.day(self.now) - 60 * DAY
        with self.store.write(self.token) as write:
            revisions = {bank.source: write.revisions(bank.source, since) for bank in (NBKR, WEEKLY)}
            headlines = [one for feed in FEEDS for one in write.recent_headlines(feed.feed, 20)]
            write.publish(compose(HOME, (NBKR, WEEKLY), FEEDS, revisions, headlines), self.now)
            for source, of_source in revisions.items():
                for currency in sorted({one.rate.currency for one in of_source}):
                    write.record_look(source, currency, self.now)
            for feed in FEEDS:
                write.record_look(feed.feed, "", self.now)
        self.live.poll()

    def get(self, path: str, method: str = "GET", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(path, method=method, headers=named)

    def json(self, path: str) -> Any:
        got = self.get(f"/api/v1/{path}")
        assert got.status_code == 200, got.text
        return got.json

    def table(self, path: str) -> list[dict[str, str]]:
        got = self.get(f"/api/v1/{path}")
        assert (got.status_code, got.headers["Content-Type"].split(";")[0]) == (200, "text/csv"), got.text
        return list(csv.DictReader(io.StringIO(got.text, newline="")))

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def run(first: date, *quoted: str) -> list[tuple[date, str]]:
    """Figures of days on end."""
    return [(first + nth * DAY, one) for nth, one in enumerate(quoted)]


TITLES = ("=HYPERLINK(1)", "Bridge over the Naryn opens", "-- 5 degrees of frost", 'A "quoted", title', "Snow")


def headlines(day: date) -> list[Headline]:
    """25 invented ones of the morning, two a moment; some begin as a formula does."""
    made = []
    for nth in range(25):
        moment = at(day, "11:00") - timedelta(minutes=7 * (nth // 2))
        title, feed = f"{TITLES[nth % 5]} {nth}", FEEDS[nth % len(FEEDS)].feed
        made.append(Headline(f"{nth:016x}", title, f"https://news.example/{nth}", feed, moment, moment))
    return made
