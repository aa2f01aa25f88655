"""Clicks from several processes that are killed meanwhile: never twice, and lost is at most what came just before."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from signal import SIGINT
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from support import scenes
from support.apps import application
from support.running import START_S, Moved, Runner, Running, free_port, runner, settings, until
from werkzeug.test import EnvironBuilder

from ticker.config import DEFAULT_FEEDS
from ticker.demo import DemoUpstream
from ticker.model import Headline, Story
from ticker.serve.app import Application
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.news.clicks import ClickCounter, KnownStories
from ticker.serve.render import PREWARMED, Renderer
from ticker.serve.terms import SiteSettings
from ticker.store import Store, open_store

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PROCESSES, CLICKS = 4, 10_000
A_SECOND = 120  # clicks that one process gets
LIVES_S = (3.0, 10.0)
LOST_S = 5.0
MOST_LIVES = 40


@dataclass
class Life:
    """One life of a process, in which its readers follow one story."""

    story: str
    told: list[float] = field(default_factory=list)  # when the process answered, by time.monotonic()
    unsure: int = 0  # sent, and not answered
    killed_s: float | None = None  # None: it was ended

    @property
    def safe(self) -> int:
        """How many must be kept."""
        return sum(self.killed_s is None or at < self.killed_s - LOST_S for at in self.told)


class Place:
    """Where one process is started again and again, and readers who follow links of its pages."""

    def __init__(self, nth: int, made: Runner, store_url: str, clicks: int) -> None:
        self.nth, self.made, self.clicks, self.port = nth, made, clicks, free_port()
        self.chance, self.lives = random.Random(nth), list[Life]()
        self.config = made.folder / f"ticker-{nth}.toml"
        off = "".join(f"feeds.{id_}.enabled = false\n" for id_ in DEFAULT_FEEDS)
        self.config.write_text(f'store.url = "{store_url}"\nstore.last_good = ""\ncollect.enabled = false\n{off}')
        self.sent = 0
        self.fault: BaseException | None = None

    def live(self) -> None:
        try:
            while self.sent < self.clicks:
                self._life(f"{self.nth:08x}{len(self.lives):08x}")
        except BaseException as fault:
            self.fault = fault

    def _life(self, story: str) -> None:
        running = self.made.serve(self.config, port=self.port)
        until("it lives", lambda: running.answers("/livez"), START_S)
        life = Life(story)
        self.lives.append(life)
        ends_s = time.monotonic() + self.chance.uniform(*LIVES_S)
        killer = threading.Timer(ends_s - time.monotonic(), self._kill, [running, life])
        killer.start()
        self._follow(life)
        killer.cancel()
        killer.join()
        if life.killed_s is None:
            running.ends(SIGINT, group=False)

    def _kill(self, running: Running, life: Life) -> None:
        life.killed_s = time.monotonic()
        running.kill()

    def _follow(self, life: Life) -> None:
        """Readers follow the link, each of them twice, until all did or nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "text/plain;charset=UTF-8", "User-Agent": FIREFOX}
        try:
            while self.sent < self.clicks:
                began = time.monotonic()
                self.sent += 1
                life.unsure += 1
                for _ in range(2):
                    connection.request("POST", f"/click/{life.story}", f"page-{self.nth}-{self.sent}", headers)
                    answer = connection.getresponse()
                    answer.read()
                    assert answer.status == 204
                life.unsure -= 1
                life.told.append(time.monotonic())
                time.sleep(max(0.0, began + 1 / A_SECOND - time.monotonic()))
        except (OSError, http.client.HTTPException):
            assert life.killed_s is not None or not _answers(self.port)
            time.sleep(0.2)  # the killer notes when it kills
        finally:
            connection.close()


def _answers(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def fill(store: Store, stories: list[str]) -> None:
    now = datetime.now(UTC)
    token = store.lease("test", 60)
    assert token
    with store.write(token) as write:
        told = [Headline(id_, f"Story {id_}", f"https://a.example/{id_}", "a", now, now) for id_ in stories]
        write.put_stories([Story(one, None, None) for one in told], now)


@pytest.mark.long
def test_ten_thousand_clicks_count_once_each_through_kills(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ticker.db'}"
    with closing(open_store(url, clock=lambda: datetime.now(UTC))) as store:
        fill(store, [f"{nth:08x}{life:08x}" for nth in range(PROCESSES) for life in range(MOST_LIVES)])
        with runner(tmp_path) as made:
            places = [Place(nth, made, url, CLICKS // PROCESSES) for nth in range(PROCESSES)]
            threads = [threading.Thread(target=place.live) for place in places]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for place in places:
                if place.fault:
                    raise place.fault
            lives = [life for place in places for life in place.lives]
            kept = store.totals([life.story for life in lives])
    assert sum(place.sent for place in places) == CLICKS
    killed = [life for life in lives if life.killed_s is not None]
    assert len(killed) >= PROCESSES
    for life in lives:
        number = kept.get(life.story, 0)
        assert number <= len(life.told) + life.unsure, f"{life.story}: counted twice"
        assert number >= life.safe, f"{life.story}: {number} kept of {life.safe} that were {LOST_S} s old"
    told, safe = sum(len(life.told) for life in lives), sum(life.safe for life in lives)
    assert safe > CLICKS / 10, "nothing was shown: nearly all came just before a kill"
    print(f"{told} clicks told, {len(killed)} kills: {sum(kept.values())} kept, of {safe} that had to be")


# --- a browser


@dataclass
class Watched:
    """The service with the demonstration's news, and a reader's browser."""

    running: Running
    url: str
    store: Store
    browser: Browser

    @property
    def at(self) -> str:
        return f"http://127.0.0.1:{self.running.port}"

    def clicks(self, story: str) -> int:
        return self.store.totals([story]).get(story, 0)

    @contextmanager
    def page(self, **options: Any) -> Iterator[Page]:
        """Publishers' pages are not there; what leads to them is enough."""
        context = self.browser.new_context(user_agent=FIREFOX, **options)
        context.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
        yield context.new_page()
        context.close()

    def follows(self, page: Page, nth: int, **click: Any) -> str:
        """The reader follows the nth headline's link. Its story."""
        item = page.locator(".list li[data-key]").nth(nth)
        story = item.get_attribute("data-key")
        assert story
        link = item.locator("a")
        link.focus()
        if click:
            link.dispatch_event("auxclick", {"bubbles": True, **click})
        else:
            page.keyboard.press("Enter")
        return story


@pytest.fixture(scope="module")
def watched(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder, clock = tmp_path_factory.mktemp("watched"), Moved()
    upstream = DemoUpstream(clock)
    upstream.start()
    url = f"sqlite:///{folder / 'ticker.db'}"
    config = folder / "ticker.toml"
    config.write_text(settings(url, folder, upstream, clock))
    with runner(folder) as made:
        running = made.serve(config).until_ready()
        # All that a first start brings, so that no strip is drawn anew just as a link is followed.
        for language in ("en", "ru", "ky"):
            until("headlines", lambda language=language: running.shown(f"lang={language}")["headlines"], START_S)  # type: ignore[misc]
        until("fresh rates", lambda: {one["freshness"] for one in running.shown()["rates"]} == {"fresh"}, START_S)
        with closing(open_store(url, clock=clock)) as store:
            yield Watched(running, url, store, browser)
    upstream.stop()


def test_a_link_that_is_followed_twice_counts_once_and_leads_to_the_publisher(watched: Watched) -> None:
    with watched.page() as page:
        page.goto(f"{watched.at}/strip?motion=none")
        page.locator("html.run").wait_for(state="attached")
        link = page.locator(".list li[data-key] a").first
        assert link.get_attribute("href") == watched.running.shown()["headlines"][0]["url"]
        first, other = (watched.follows(page, nth) for nth in (0, 1))
        watched.follows(page, 0)
        middle = watched.follows(page, 2, button=1)
        right = watched.follows(page, 3, button=2)
        for story in (first, other, middle):
            until("it is counted", lambda story=story: watched.clicks(story))  # type: ignore[misc]
        assert [watched.clicks(story) for story in (first, other, middle, right)] == [1, 1, 1, 0]


def test_without_script_the_link_itself_tells(watched: Watched) -> None:
    with watched.page(java_script_enabled=False) as page:
        page.goto(f"{watched.at}/strip?lang=ru")
        story = watched.follows(page, 0)
        until("it is counted", lambda: watched.clicks(story) == 1)


def test_the_element_tells_its_service_from_any_page(watched: Watched) -> None:
    policy = f"default-src 'none'; script-src {watched.at}; connect-src {watched.at}; img-src data:"
    body = f'<!doctype html><title>Host</title><script src="{watched.at}/embed.js"></script><rate-ticker lang="ky">'

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    host = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    serving = threading.Thread(target=host.serve_forever, args=(0.05,))
    serving.start()
    try:
        with watched.page() as page:
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            page.goto(f"http://127.0.0.1:{host.server_port}/")
            page.locator(".list li[data-key]").first.wait_for()
            story = watched.follows(page, 0)
            until("it is counted", lambda: watched.clicks(story) == 1)
            assert complaints == []
    finally:
        host.shutdown()
        serving.join()
        host.server_close()


# --- speed


def test_a_strip_at_hand_is_not_slower_for_the_counting(tmp_path: Path) -> None:
    """Blocks of hits in turn: with counters that wait and their thread at work, and without any."""
    with closing(open_store(f"sqlite:///{tmp_path / 'ticker.db'}", clock=lambda: datetime.now(UTC))) as store:
        scene = scenes.day()
        (counting, clicks), (quiet, _) = (_read_side(scene, store, enabled) for enabled in (True, False))
        shown = sorted(clicks.shown())
        clicks.start()
        asked = EnvironBuilder(path="/strip", headers={"Accept-Encoding": "gzip"}).get_environ()

        def hits(app: Application) -> float:
            began = time.perf_counter()
            for _ in range(300):
                b"".join(app(dict(asked), lambda *_: None))  # type: ignore[arg-type,return-value]
            return time.perf_counter() - began

        hits(counting), hits(quiet)  # made once
        ratios = []
        for block in range(60):
            for story in shown:
                clicks.count("click", story, f"page-of-{block}", scene.now)
            ours, theirs = (hits(counting), hits(quiet)) if block % 2 else (hits(quiet), hits(counting))[::-1]
            ratios.append(ours / theirs)
        clicks.stop()
    print(f"a hit with counting takes {median(ratios):.3f} of one without")
    assert median(ratios) < 1.1


def _read_side(scene: scenes.Scene, store: Store, enabled: bool) -> tuple[Application, ClickCounter]:
    def clock() -> datetime:
        return scene.now

    cache = ResponseCache(scene.snapshot, Renderer(SiteSettings()), clock, 50, PREWARMED)
    content = KnownStories(lambda: cache.snapshot.content)
    clicks = ClickCounter(lambda: store, clock, 0.2, shown=content, enabled=enabled)
    live = LiveSnapshot(lambda: store, lambda _: None, clock, None)
    return application(cache, live, clock, clicks=clicks), clicks


def test_a_day_of_clicks_is_read_at_once(tmp_path: Path) -> None:
    """300 stories, each opened in each hour: what the tally is made of."""
    now = datetime.now(UTC)
    stories = [f"{nth:016x}" for nth in range(300)]
    with closing(open_store(f"sqlite:///{tmp_path / 'ticker.db'}", clock=lambda: now)) as store:
        fill(store, stories)
        hour = now.replace(minute=0, second=0, microsecond=0)
        hours = [hour - timedelta(hours=nth) for nth in range(24)]
        store.count("batch", {(story, hour, "click"): 3 for story in stories for hour in hours})
        views = ClickCounter(lambda: store, lambda: now, shown=lambda: frozenset(stories))
        began = time.process_time()
        assert views.refresh()
        assert time.process_time() - began < 1
        assert set(views.tally.totals.values()) == {72}
