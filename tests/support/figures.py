"""The read side over a store that holds given figures, for doors to the past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from werkzeug.test import Client, TestResponse

from support import scenes
from support.apps import application
from support.scenes import HOME, NBKR, Scene
from ticker.model import DAY, Rate
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import Renderer
from ticker.serve.terms import SiteSettings
from ticker.store import Store, Write, open_store

Printed = tuple[str, str, date]  # currency, figure, day


class Shelf:
    """A scene is shown; the store is beside it, and what is `put` there is what doors to the past can tell."""

    def __init__(
        self,
        scene: Scene,
        folder: Path,
        *,
        base_url: str | None = None,
        settings: SiteSettings | None = None,
        dated: bool = False,
    ) -> None:
        self.scene, self.now, self.reads = scene, scene.now, 0
        (folder / "ticker.db").write_bytes(empty_store())
        self.store = open_store(f"sqlite:///{folder / 'ticker.db'}", clock=self.clock)
        latest = LiveSnapshot(self._never, lambda _: None, self.clock, None)
        latest.store, self.live = self.store, latest
        self.cache = ResponseCache(scene.snapshot, Renderer(settings or SiteSettings()), self.clock, 50, ())
        terms = settings or SiteSettings(
            base_url=base_url, presets={"euro": "currencies=EUR&lang=ru"}, frame_ancestors="https://news.example"
        )
        self.app = application(self.cache, latest, self.clock, settings=terms, dated=dated)
        self.client = Client(self.app)

    def _never(self) -> Store:
        raise AssertionError("it is open")

    def clock(self) -> datetime:
        return self.now

    def show(self, scene: Scene) -> None:
        self.scene, self.now = scene, scene.now
        self.cache.replace_snapshot(replace(scene.snapshot, version=self.cache.snapshot.version + 1))

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

    @contextmanager
    def write(self) -> Iterator[Write]:
        token = self.store.lease("test", 60)
        assert token
        with self.store.write(token) as write:
            yield write

    def put(
        self,
        figures: Iterable[Printed],
        *,
        seen: Callable[[date], datetime] | None = None,
        source: str = NBKR.source,
    ) -> None:
        """Believed figures, each published the afternoon before its day."""
        with self.write() as write:
            for currency, printed, day in figures:
                moment = seen(day) if seen else published(day)
                write.add(source, Rate(currency, Decimal(printed), 1, day, day), seen_at=moment)


@cache
def empty_store() -> bytes:
    """Its tables are made once: that takes longer than most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ticker.db"
        open_store(f"sqlite:///{file}", clock=lambda: scenes.day().now).close()
        return file.read_bytes()


def published(day: date) -> datetime:
    return HOME.at(day - DAY, time(16))


def run(currency: str, last: date, *figures: str | None) -> list[Printed]:
    """One figure a day up to `last`; None leaves a day out."""
    first = last - (len(figures) - 1) * DAY
    return [(currency, one, first + nth * DAY) for nth, one in enumerate(figures) if one is not None]
