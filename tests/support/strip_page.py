"""The strip's page in a real browser, on a scene and a clock that one turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, Request, Response

from support import scenes
from support.pictures import Strips

SHIFTS = """window.shifts = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) window.shifts += one.value; })
    .observe({type: "layout-shift", buffered: true});"""


def catch_up(page: Page, url: str) -> None:
    """Until what the page has asked of a server by now has arrived there: `url`, which is asked last, has answered."""
    page.evaluate("url => fetch(url, {mode: 'no-cors'}).then(() => null)", url)


def refresh(page: Page, name: str, jumps: Callable[[float], None]) -> None:
    """Let the page fetch `name` once more, and wait for the answer.

    Time jumps only while nothing is being fetched: a clock that is turned ends a request that waits.
    """
    pending: set[Request] = set()
    answered: list[Request] = []
    page.wait_for_timeout(10)  # what was fetched before is heard of

    def begins(request: Request) -> None:
        if name in request.url:
            pending.add(request)

    def answers(response: Response) -> None:
        if response.request in pending:
            answered.append(response.request)

    def fails(request: Request) -> None:
        pending.discard(request)

    page.on("request", begins)
    page.on("requestfailed", fails)
    page.on("response", answers)
    deadline = time.monotonic() + 60
    while not answered:
        assert time.monotonic() < deadline, f"{name} was not fetched, or not answered"
        if not pending:
            jumps(10)
        page.wait_for_timeout(10)
    page.remove_listener("request", begins)
    page.remove_listener("requestfailed", fails)
    page.remove_listener("response", answers)


class Reader:
    """A page on one scene whose clock the test turns; what its console says is kept."""

    def __init__(self, page: Page, server: Strips, state: str = "day", query: str = "", ahead: int = 0) -> None:
        self.page, self.server, self.state, self.said = page, server, state, []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.clock.install(time=server.scenes[state].now + timedelta(seconds=ahead))
        page.clock.pause_at(server.scenes[state].now + timedelta(seconds=ahead + 1))
        page.goto(f"{server.url}/{state}/strip{query}")

    def waits(self, seconds: float) -> None:
        self.server.elapsed += timedelta(seconds=seconds)
        self.page.clock.run_for(round(seconds * 1000))

    def jumps(self, seconds: float) -> None:
        """What is due meanwhile happens once, at the end; frames are not drawn."""
        self.server.elapsed += timedelta(seconds=seconds)
        self.page.clock.fast_forward(round(seconds * 1000))

    def sleeps(self, hours: int) -> None:
        self.jumps(hours * 3600)

    def becomes(self, scene: scenes.Scene) -> None:
        self.server.elapsed = timedelta()
        self.server.scenes[self.state] = scene

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def asked(self) -> int:
        catch_up(self.page, f"{self.server.url}/host")
        return sum("strip.json" in path for path in self.server.asked)

    def refreshes(self) -> None:
        """Waits until the page has asked once more and has its answer."""
        refresh(self.page, "strip.json", self.jumps)
        self.page.wait_for_timeout(30)

    def settles(self) -> None:
        """Until a smooth step has come to its line."""
        for _ in range(100):
            if self.page.evaluate(
                "(list => [...list.children].some(item => item.offsetParent && item.offsetTop === list.scrollTop))"
                "(document.querySelector('.list'))"
            ):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("the list stands between two lines")


def later(scene: scenes.Scene, minutes: int, **content: Any) -> scenes.Scene:
    """The next version of a scene, `minutes` later."""
    moved = replace(
        scene,
        now=scene.now + timedelta(minutes=minutes),
        snapshot=replace(
            scene.snapshot,
            version=scene.snapshot.version + 1,
            as_of=scene.snapshot.as_of + timedelta(minutes=minutes),
        ),
    )
    return moved.with_content(**content)


def changed(scene: scenes.Scene, nth: int) -> scenes.Scene:
    """Other figures, and headlines of which a few are new each time; `en4` stays."""
    old = [one for one in scene.snapshot.content.headlines if one.id.startswith("en")]
    made = [replace(old[0], id=f"n{nth}-{n}", title=f"Headline {nth} {n}") for n in range(3)]
    days = (scenes.WEDNESDAY - scenes.DAY, scenes.WEDNESDAY)
    euro = scenes.series("EUR", days, ("99.0000", f"99.{5000 + nth}"))
    usd, _, rub = scenes.daily(*days)
    return later(scene, 0, headlines=(*made, *old[1:7]), series=(usd, euro, rub))
