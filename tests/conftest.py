"""The `site`: the real application on a real SQLite file, with a real upstream server on loopback and a clock that one
turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

BISHKEK = ZoneInfo("Asia/Bishkek")
RECORDED = Path(__file__).parents[2] / "shared" / "upstreams"


def bishkek(text: str) -> datetime:
    """`2026-05-22 18:00` on Bishkek's clocks, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BISHKEK).astimezone(UTC)


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, *, to: str | datetime) -> None:
        self.now = bishkek(to) if isinstance(to, str) else to


@pytest.fixture
def recorded() -> Path:
    """Real recorded answers of the upstreams, which are kept beside the checkout."""
    if not RECORDED.is_dir():
        pytest.skip("the recorded upstream answers are not beside this checkout")
    return RECORDED


class Site:
    """One process of the service, driven by hand: `turn` lets time pass and everything that comes due happen."""

    def __init__(self, folder: Path, at: str, *, feeds: bool = False, url: str | None = None) -> None:
        from werkzeug.test import Client

        from ticker import service
        from ticker.config import Config
        from ticker.demo import Bank, DemoUpstream

        self.clock = Clock(bishkek(at))
        self.bank = Bank()
        self.upstream = DemoUpstream(self.clock, bank=self.bank)
        self.upstream.start()
        self.config = Config.model_validate(settings(folder, self.upstream.addresses, feeds=feeds, url=url))
        self.service = service.Service(self.config, self.clock, collects=False)
        self.service.latest.look()
        assert self.service.latest.store, self.service.latest.fault
        self.store = self.service.latest.store
        self.collector = service.collector(self.config, self.store, self.clock)
        self.collector.desk = _without_pauses(self.collector.desk)
        self.client = Client(self.service.app)

    def close(self) -> None:
        self.collector.stop()
        self.service.latest.stop()
        self.upstream.stop()

    def look(self) -> None:
        """Visit what is due at this moment, and let the read side see it."""
        self.collector.step()
        self.service.latest.look()

    def turn(self, *, to: str, every: Callable[[Site], None] | None = None) -> None:
        """Let time pass until `to`, with each visit at the moment it is due; `every` is called after each."""
        target = bishkek(to)
        assert target >= self.clock.now, "time does not go back"
        while True:
            self.look()
            if every:
                every(self)
            due = [moment for visit in self.collector.visits() if (moment := visit.due(self.clock.now))]
            upcoming = min([moment for moment in due if moment > self.clock.now], default=target)
            if upcoming > target:
                break
            self.clock.now = upcoming
        self.clock.now = target
        self.look()

    def goes_on(self, *, hours: float, every: Callable[[Site], None] | None = None) -> None:
        local = (self.clock.now + timedelta(hours=hours)).astimezone(BISHKEK)
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


def settings(folder: Path, addresses: Mapping[str, str], *, feeds: bool, url: str | None = None) -> dict[str, Any]:
    from ticker.config import DEFAULT_RATES

    rates = {id_: {**one, "url": addresses[id_]} for id_, one in DEFAULT_RATES.items()}
    rates["nbkr"]["archive_url"] = addresses["nbkr-archive"]
    languages = {"en": "Demo News", "ru": "Демо-новости", "ky": "Демо кабарлар"} if feeds else {}
    return {
        "store": {"url": url or f"sqlite:///{folder / 'ticker.db'}", "last_good": str(folder / "last-good.json")},
        "fetch": {"allow_hosts": [addresses["nbkr"].split("/")[2]], "deadline_s": 2},
        "rates": rates,
        "feeds": {
            f"demo-{language}": {
                "url": addresses[f"demo-{language}"],
                "publisher": publisher,
                "language": language,
            }
            for language, publisher in languages.items()
        },
    }


def _without_pauses(desk: Any) -> Any:
    from dataclasses import replace

    return replace(desk, pause=lambda seconds: None)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Make a site that begins at a moment of Bishkek's clocks: `site("2026-05-22 18:30")`."""
    made: list[Site] = []

    def make(at: str, **options: Any) -> Site:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Site(folder, at, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
