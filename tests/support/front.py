"""The read side of the real application, with a scene to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.test import Client, EnvironBuilder, TestResponse

from support.apps import application
from support.scenes import Scene
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import PREWARMED, Renderer
from ticker.serve.terms import SiteSettings
from ticker.store import open_store


@dataclass
class Front:
    """The read side, with a scene to show and a clock that one turns. The store is opened by `latest.poll()`."""

    scene: Scene
    folder: Path

    def __post_init__(self) -> None:
        self.now = self.scene.now
        render = Renderer(SiteSettings(frame_ancestors="https://news.example"))
        self.cache = ResponseCache(self.scene.snapshot, render, self.clock, 50, PREWARMED)
        self.live = LiveSnapshot(self.store, lambda _: None, self.clock, None)
        self.begun = 0
        self.app = application(self.cache, self.live, self.clock, self._begin)
        self.client = Client(self.app)

    def store(self) -> Any:
        return open_store(f"sqlite:///{self.folder / 'ticker.db'}", clock=self.clock)

    def _begin(self) -> None:
        self.begun += 1

    def clock(self) -> datetime:
        return self.now

    def get(self, path: str, method: str = "GET", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(path, method=method, headers=named)

    def raw(self, **environ: Any) -> tuple[str, dict[str, str], bytes]:
        """A request as no client of ours would send it."""
        heard: list[tuple[str, list[tuple[str, str]]]] = []
        asked = {**EnvironBuilder().get_environ(), **environ}
        body = b"".join(self.app(asked, lambda status, headers, *_: heard.append((status, headers))))  # type: ignore[arg-type, func-returns-value]
        return heard[0][0], dict(heard[0][1]), body
