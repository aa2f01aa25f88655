"""The real application on a real SQLite file, with a real upstream server on loopback and a clock that one turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from support.given import HOME, bishkek
from support.stores import new_store_url
from ticker import service
from ticker.config import DEFAULT_HOMES, DEFAULT_RATES, Config
from ticker.demo import FEEDS, Bank, DemoUpstream
from ticker.demo.faults import http_date
from ticker.model import archive_id


class Clock:
    """A clock that stands still until it is turned. `monotonic` goes on by as much, also when it is turned back."""

    def __init__(self, now: datetime) -> None:
        self._now, self._passed = now, timedelta()

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._passed += abs(moment - self._now)
        self._now = moment

    def jump(self, **by: float) -> None:
        """Somebody sets it: no time passes."""
        self._now += timedelta(**by)

    def monotonic(self) -> float:
        return self._passed.total_seconds()

    def __call__(self) -> datetime:
        return self.now

    def turn(self, *, to: str | datetime) -> None:
        self.now = bishkek(to) if isinstance(to, str) else to


class Upstream(DemoUpstream):
    """The demonstration's, with a cache on the way: `keep` gives an answer as it is now, validators, date and all, and
    from `bring` on that is what every request gets, until None is brought. Without `dated` it is a file that the bank
    puts back itself: each answer has its own date."""

    def __init__(self, clock: Clock, bank: Bank) -> None:
        super().__init__(clock, bank=bank)
        self._kept: dict[str, Any] = {}

    def keep(self, source: str, *, dated: bool = True) -> Any:
        now = self.clock()
        with self._lock:
            kept = self._content(source, "", now, None)
        return replace(kept, headers={**kept.headers, "Date": http_date(now)}) if dated else kept

    def bring(self, source: str, kept: Any) -> None:
        self._kept[source] = kept

    def _content(self, source: str, query: str, now: datetime, order: Any) -> Any:
        return self._kept.get(source) or super()._content(source, query, now, order)


class Site:
    """One process of the service, driven by hand: `turn` lets time pass and everything that comes due happen.

    `rates` are settings of single sources, as `{"nbkr-weekly": {"enabled": False}}`; `more` are further sections of
    the settings, as `{"demo": {"enabled": True}}`. Other banks are visited where `witnesses` are wanted, and those of
    further `homes`.
    """

    def __init__(
        self,
        folder: Path,
        at: str,
        *,
        feeds: bool = False,
        url: str | None = None,
        rates: Mapping[str, Mapping[str, Any]] | None = None,
        more: Mapping[str, Any] | None = None,
        bank: Bank | None = None,
        witnesses: bool = False,
        homes: Sequence[str] = (),
    ) -> None:
        self.clock = Clock(bishkek(at))
        self.bank = bank or Bank()
        self.upstream = Upstream(self.clock, self.bank)
        self.upstream.start()
        addresses = self.upstream.addresses
        changed = settings(folder, addresses, feeds=feeds, url=url, rates=rates or {}, witnesses=witnesses, homes=homes)
        self.config = Config.model_validate({**changed, **(more or {})})
        self.begin()

    def begin(self) -> None:
        """Start the process, on the store as it is."""
        self.service = service.Service(self.config, self.clock, collects=False)
        self.service.site.live.poll()
        assert self.service.site.live.store, self.service.site.live.fault
        self.store = self.service.site.live.store
        self.collector = service.collector(self.config, self.store, self.clock)
        self.collector.monotonic = self.clock.monotonic
        self.collector.context = replace(self.collector.context, pause=lambda _seconds: None)
        self.client = Client(self.service.app)

    def end(self) -> None:
        """Stop the process; the bank goes on."""
        self.collector.stop()
        self.service.site.live.stop()

    def close(self) -> None:
        self.end()
        self.upstream.stop()

    def look(self) -> None:
        """Visit what is due at this moment, and let the read side see it."""
        self.collector.step()
        self.service.site.live.poll()

    def turn(self, *, to: str, every: Callable[[Site], None] | None = None) -> None:
        """Let time pass until `to`, with each visit at the moment it is due; `every` is called after each, and at
        the end."""
        target = bishkek(to)
        assert target >= self.clock.now, "time does not go back"
        while True:
            self.look()
            if every:
                every(self)
            due = [
                max(moment, self.clock.now + timedelta(seconds=self.collector.wait_s(visit)))
                for visit in self.collector.visits()
                if (moment := visit.due(self.clock.now))
            ]
            upcoming = min([moment for moment in due if moment > self.clock.now], default=target)
            if upcoming >= target:
                break
            self.clock.now = upcoming
        self.clock.now = target
        self.look()
        if every:
            every(self)

    def goes_on(self, *, hours: float, every: Callable[[Site], None] | None = None) -> None:
        local = HOME.local(self.clock.now + timedelta(hours=hours))
        self.turn(to=f"{local:%Y-%m-%d %H:%M:%S}", every=every)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def strip(self, query: str = "") -> Mapping[str, Any]:
        answer = self.get(f"/strip.json?{query}")
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def rate(self, currency: str) -> Mapping[str, Any]:
        found = [one for one in self.strip(f"currencies={currency}")["rates"] if one["currency"] == currency]
        return found[0]  # type: ignore[no-any-return]


def settings(
    folder: Path,
    addresses: Mapping[str, str],
    *,
    feeds: bool,
    url: str | None = None,
    rates: Mapping[str, Mapping[str, Any]],
    witnesses: bool = False,
    homes: Sequence[str] = (),
) -> dict[str, Any]:
    """Without `witnesses` and `homes` no bank but the demonstration's own is among the settings."""
    archive = {bank: {"archive_url": addresses[archive_id(bank)]} for bank in ("nbkr", "cbr")}
    visited = addresses.keys() if witnesses or homes else {"nbkr", "nbkr-weekly"}
    more = {"witnesses": {"enabled": witnesses}, "homes": _homes(homes, feeds=feeds)} if witnesses or homes else {}
    return {
        "store": {"url": url or new_store_url(folder), "last_good": str(folder / "last-good.json")},
        "fetch": {"allow_hosts": [addresses["nbkr"].split("/")[2]], "deadline_s": 2},
        "rates": {
            id_: {**one, "url": addresses[id_], **archive.get(id_, {}), **rates.get(id_, {})}
            for id_, one in DEFAULT_RATES.items()
            if id_ in visited
        },
        "feeds": {
            feed.id: {"url": addresses[feed.id], "publisher": feed.publisher, "language": feed.language}
            for feed in (FEEDS if feeds else ())
            if feed.city.upper() in ("", *homes)
        },
        **more,
    }


def _homes(homes: Sequence[str], *, feeds: bool) -> dict[str, Any]:
    return {
        home: {
            **one,
            "enabled": home in homes or one.get("enabled", True),
            "feeds": [feed.id for feed in FEEDS if feeds and feed.city.upper() == home],
        }
        for home, one in DEFAULT_HOMES.items()
    }
