"""What is counted of readers, and that no more is."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.apps import application
from support.scenes import SCENES
from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

from ticker.model import Headline, Story
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.news import clicks as room
from ticker.serve.news.clicks import ClickCounter, ClickTally, by_a_reader, decayed_clicks, page_of
from ticker.serve.render import Renderer
from ticker.serve.terms import HomeTerms, SiteSettings
from ticker.store import Store, StoreError, open_store

NOON = datetime(2026, 5, 22, 12, 10, tzinfo=UTC)
HOUR = datetime(2026, 5, 22, 12, tzinfo=UTC)
ONE, TWO, GONE, STRANGER = "0000000000000001", "0000000000000002", "000000000000dead", "ffffffffffffffff"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "k3j9x0q1-77"


@dataclass
class Desk:
    """A store of a file with two stories in it, that can be away, or fall silent after it has written."""

    path: Path
    now: datetime = NOON
    away: bool = False
    silent: bool = False  # it writes, and its answer is lost
    waits: threading.Event = field(default_factory=threading.Event)
    opened: list[Store] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.waits.set()
        self.store = self.open()

    def open(self) -> Store:
        self.opened.append(open_store(f"sqlite:///{self.path}", clock=self.clock))
        return self.opened[-1]

    def clock(self) -> datetime:
        return self.now

    def views(self, **options: Any) -> ClickCounter:
        """Those of one process."""
        return ClickCounter(lambda: self, self.clock, **options)

    def kept(self) -> dict[tuple[str, str], int]:
        """By story and kind."""
        found: dict[tuple[str, str], int] = {}
        for story, _, kind, number in self.store.counts(NOON - timedelta(days=400)):
            found[story, kind] = found.get((story, kind), 0) + number
        return found

    # what Views use of it

    def count(self, batch: str, rows: Mapping[tuple[str, datetime, str], int]) -> None:
        assert self.waits.wait(10)
        if self.away:
            raise StoreError("away")
        self.store.count(batch, rows)
        if self.silent:
            raise StoreError("no answer")

    def counts(self, since: datetime) -> list[tuple[str, datetime, str, int]]:
        if self.away:
            raise StoreError("away")
        return self.store.counts(since)

    def totals(self, stories: Collection[str]) -> dict[str, int]:
        return self.store.totals(stories)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's file; making its tables is what takes longest."""
    file = tmp_path_factory.mktemp("filled") / "ticker.db"
    store = open_store(f"sqlite:///{file}", clock=lambda: NOON)
    token = store.lease("test", 60)
    assert token
    with store.write(token) as write:
        told = [Headline(id_, f"Story {id_}", f"https://a.example/{id_}", "a", NOON, NOON) for id_ in (ONE, TWO)]
        write.put_stories([Story(one, None, None) for one in told], NOON)
    store.close()
    return file


@pytest.fixture
def desk(tmp_path: Path, filled: Path) -> Iterator[Desk]:
    made = Desk(Path(shutil.copy(filled, tmp_path)))
    yield made
    for store in made.opened:
        store.close()


@dataclass
class Front:
    """The application with the doors for clicks, and somebody who clicks."""

    desk: Desk
    views: ClickCounter

    def __post_init__(self) -> None:
        scene = SCENES["day"]()
        ready = ResponseCache(scene.snapshot, Renderer(SiteSettings(HomeTerms(("USD",)))), self.desk.clock, 50, ())
        latest = LiveSnapshot(self.desk.open, lambda _: None, self.desk.clock, None)
        self.client = Client(application(ready, latest, self.desk.clock, clicks=self.views))

    def beacon(self, story: str = ONE, page: str = PAGE, **headers: str) -> TestResponse:
        return self.post(story, page.encode(), **{"Content-Type": "text/plain;charset=UTF-8", **headers})

    def ping(self, story: str = ONE, **headers: str) -> TestResponse:
        named = {"Content-Type": "text/ping", "Ping-To": "https://a.example/1", "Ping-From": "https://b.example/"}
        return self.post(story, b"PING", **{**named, **headers})

    def post(self, story: str, body: bytes, **headers: str) -> TestResponse:
        given = {"User-Agent": FIREFOX, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(f"/click/{story}", data=body, headers=given)

    def counted(self) -> int:
        assert self.views.flush()
        return sum(self.desk.kept().values())


@pytest.fixture
def front(desk: Desk) -> Front:
    return Front(desk, desk.views())


# --- the door


def test_a_ping_and_a_beacon_count(front: Front) -> None:
    answers = [front.ping(), front.beacon(TWO)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert all(answer.data == b"" and answer.headers["Cache-Control"] == "no-store" for answer in answers)
    assert front.counted() == 2
    assert front.desk.kept() == {(ONE, "click"): 1, (TWO, "click"): 1}


def test_the_same_page_and_story_count_once_within_a_minute(front: Front) -> None:
    for _ in range(5):
        assert front.beacon().status_code == 204
    assert front.counted() == 1
    front.beacon(TWO)
    front.beacon(page="another-page")
    assert front.counted() == 3
    front.desk.now += timedelta(seconds=59)
    front.beacon()
    assert front.counted() == 3
    front.desk.now += timedelta(seconds=1)
    front.beacon()
    assert front.counted() == 4


def test_a_clock_that_goes_back_shuts_no_page_out(front: Front) -> None:
    front.beacon()
    front.desk.now -= timedelta(hours=3)
    front.beacon()
    assert front.counted() == 2


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "TelegramBot (like TwitterBot)",
        "facebookexternalhit/1.1",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
        "curl/8.5.0",
        "Wget/1.21",
        "python-requests/2.32",
        "Go-http-client/1.1",
        "Java/17.0.2",
        "okhttp/4.12",
        "Mozilla/5.0 Google (Lighthouse)",
        "Mozilla/5.0 (X11) AppleWebKit/537.36 BingPreview/1.0b",
        "SomeMonitor/1.0 (+https://monitor.example)",
    ],
)
def test_programs_that_say_so_are_no_readers(agent: str) -> None:
    assert not by_a_reader(Headers({"User-Agent": agent}))


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; CUBOT NOTE 50) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0 YaBrowser/25.6 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36 [FBAN/EMA;FBAV/500.0]",
        "Opera/9.80 (Android; Opera Mini/36.2/191.273; U; ru) Presto/2.12.423 Version/12.16",
    ],
)
def test_readers_are_counted_whatever_they_read_with(agent: str) -> None:
    assert by_a_reader(Headers({"User-Agent": agent}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Sec-Purpose", "prefetch;anonymous-client-ip"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "prefetch"),
    ],
)
def test_what_is_loaded_ahead_of_a_reader_is_by_none(name: str, value: str) -> None:
    assert not by_a_reader(Headers({"User-Agent": FIREFOX, name: value}))


def test_who_is_no_reader_is_answered_alike_and_not_counted(front: Front) -> None:
    said = ({"User_Agent": "curl/8.5.0"}, {"User_Agent": ""}, {"Sec_Purpose": "prefetch"})
    answers = [tell(**headers) for headers in said for tell in (front.beacon, front.ping)]
    assert {answer.status_code for answer in answers} == {204}
    assert front.client.post(f"/click/{ONE}", data=PAGE, headers={"Content-Type": "text/plain"}).status_code == 204
    assert front.counted() == 0


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("text/plain", PAGE.encode(), True),
        ("text/plain;charset=UTF-8", PAGE.encode(), True),
        ("TEXT/PLAIN", PAGE.encode(), True),
        ("text/plain", b"short", False),
        ("text/plain", b"x" * 65, False),
        ("text/plain", b"", False),
        ("text/plain", "страница-1".encode(), False),
        ("text/plain", b"<script>1</script>", False),
        ("application/json", PAGE.encode(), False),
        ("", PAGE.encode(), False),
        ("text/ping", b"PING", False),  # with no Ping-To it is none
        ("text/ping", b"PONG", False),
    ],
)
def test_only_a_page_tells_of_a_click(kind: str, body: bytes, told: bool) -> None:
    assert page_of(Headers({"Content-Type": kind}), body) == (told, PAGE if told else None)


def test_a_story_that_is_not_known_is_answered_alike_and_not_counted(front: Front) -> None:
    known, unknown = front.beacon(ONE), front.beacon(STRANGER)
    assert (unknown.status_code, sorted(unknown.headers)) == (known.status_code, sorted(known.headers))
    assert front.counted() == 1


def test_what_cannot_be_a_story_is_not_found(front: Front) -> None:
    for story in ("1", "0" * 15, "0" * 17, "000000000000000G", "000000000000000%00", "..%2f..%2fetc"):
        assert front.beacon(story).status_code == 404
    assert front.counted() == 0


def test_a_long_body_is_refused(front: Front) -> None:
    assert front.post(ONE, b"x" * 201, Content_Type="text/plain").status_code == 413
    assert front.post(ONE, b"x" * (1 << 20), Content_Type="text/plain").status_code == 413
    assert front.counted() == 0


def test_a_page_of_another_origin_may_ask_first(front: Front) -> None:
    asks = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    answer = front.client.options(f"/click/{ONE}", headers=asks)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert front.beacon(Origin="https://other.example").headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


def test_a_click_is_posted(front: Front) -> None:
    answer = front.client.get(f"/click/{ONE}")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


# --- the store


def test_numbers_survive_a_restart_and_add_up_over_processes(desk: Desk) -> None:
    first, second = desk.views(), desk.views()
    for views, times in ((first, 2), (second, 3)):
        for nth in range(times):
            views.count("click", ONE, f"page-{nth}-long", NOON)
        views.count("view", TWO, None, NOON)
        assert views.flush()
    started = desk.views()
    assert started.tally == ClickTally()
    assert started.refresh()
    assert started.tally.totals == {ONE: 5, TWO: 2}
    assert first.refresh()
    assert first.tally == started.tally
    assert list(started.tally.clicks) == [ONE]
    assert 4.9 < started.tally.clicks[ONE] < 5


def test_clicks_wait_for_a_store_that_is_away(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    views = desk.views()
    desk.away = True
    for nth in range(3):
        views.count("click", ONE, f"page-{nth}-long", NOON)
        assert not views.flush()
    assert not views.refresh()
    desk.away = False
    assert views.flush()
    assert desk.kept() == {(ONE, "click"): 3}
    assert capsys.readouterr().err.count("clicks wait for the store") == 1


def test_a_store_that_is_not_open_yet_is_waited_for(desk: Desk) -> None:
    store: list[Store] = []
    views = ClickCounter(lambda: store[0] if store else None, desk.clock)
    assert views.flush()
    views.count("click", ONE, None, NOON)
    assert not views.flush()
    assert not views.refresh()
    store.append(desk.store)
    assert views.flush()
    assert desk.kept() == {(ONE, "click"): 1}


def test_a_batch_whose_answer_was_lost_counts_once(desk: Desk) -> None:
    views = desk.views()
    views.count("click", ONE, None, NOON)
    desk.silent = True
    assert not views.flush()
    assert not views.flush()
    views.count("click", ONE, None, NOON)
    assert not views.flush()
    desk.silent = False
    assert views.flush()
    assert desk.kept() == {(ONE, "click"): 2}


def test_a_reader_never_waits_for_the_store(front: Front) -> None:
    front.desk.waits.clear()
    writing = threading.Thread(target=front.views.flush)
    front.beacon()
    writing.start()
    began = time.monotonic()
    for nth in range(20):
        assert front.beacon(page=f"page-{nth}-long").status_code == 204
    assert time.monotonic() - began < 2
    assert writing.is_alive()
    front.desk.waits.set()
    writing.join()
    assert front.counted() == 21


def test_what_waits_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And strangers' ids do not keep shown stories out."""
    monkeypatch.setattr(room, "MOST_UNKNOWN", 10)
    monkeypatch.setattr(room, "MOST_PAGES", 50)
    views = desk.views(shown=lambda: frozenset([ONE]))
    for nth in range(200):
        views.count("click", f"{nth:016x}", f"page-{nth}-long", NOON)
    views.count("click", ONE, PAGE, NOON)
    assert len(views._pending) == 11
    assert len(views._pages) == 50
    monkeypatch.setattr(room, "MOST_PENDING", 11)
    views.count("click", TWO, PAGE, NOON)
    views.count("view", ONE, None, NOON)
    assert len(views._pending) == 11


def test_pages_are_forgotten_after_their_minute(desk: Desk) -> None:
    views = desk.views()
    for nth in range(9):
        views.count("click", ONE, f"page-{nth}-long", NOON)
    views.count("click", ONE, PAGE, NOON + timedelta(minutes=1))
    assert [page for _, page, _ in views._pages] == [PAGE]


def test_nothing_of_a_reader_reaches_the_store(front: Front) -> None:
    front.beacon(page="the-random-id-of-a-page", X_Forwarded_For="203.0.113.77", Cookie="who=somebody")
    assert front.counted() == 1
    front.desk.store.close()
    written = b"".join(path.read_bytes() for path in front.desk.path.parent.iterdir())
    assert ONE.encode() in written
    for trace in (b"the-random-id", b"203.0.113", b"somebody", b"Firefox"):
        assert trace not in written


def test_who_does_not_count_counts_nothing(desk: Desk) -> None:
    views = desk.views(enabled=False)
    views.start()
    views.count("click", ONE, None, NOON)
    assert views._thread is None
    assert views.flush()
    assert desk.kept() == {}


# --- the tally


def test_a_click_weighs_half_after_the_half_life() -> None:
    now, half = HOUR + timedelta(hours=12, minutes=30), timedelta(hours=6)
    rows = [(ONE, HOUR, "click", 8), (ONE, HOUR + timedelta(hours=6), "click", 8), (TWO, HOUR, "view", 9)]
    assert decayed_clicks(rows, now, half) == {ONE: pytest.approx(2 + 4)}
    assert decayed_clicks([(ONE, HOUR, "click", 8)], HOUR, half) == {ONE: 8}
    assert decayed_clicks([(ONE, HOUR + timedelta(hours=1), "click", 8)], HOUR, half) == {}


def test_only_a_day_is_popular_and_totals_are_of_ever(desk: Desk) -> None:
    views = desk.views(shown=lambda: frozenset([ONE, TWO]))
    views.count("click", ONE, None, NOON - timedelta(hours=26))
    views.count("click", TWO, None, NOON - timedelta(hours=23))
    assert views.flush()
    assert views.refresh()
    assert list(views.tally.clicks) == [TWO]
    assert views.tally.totals == {ONE: 1, TWO: 1}


def test_a_tally_changes_with_what_was_counted_and_with_the_hour_only(desk: Desk) -> None:
    views = desk.views()
    views.count("click", ONE, None, NOON)
    assert views.flush()
    assert views.refresh()
    tally = views.tally
    assert tally.version == 1
    desk.now += timedelta(minutes=5)
    assert views.refresh()
    assert views.tally is tally
    views.count("click", ONE, None, desk.now)
    assert views.flush()
    assert views.refresh()
    assert views.tally.version == 2
    desk.now += timedelta(hours=1)
    assert views.refresh()
    assert views.tally.version == 3
    assert views.tally.clicks[ONE] < 2


# --- the thread


def soon(found: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not found():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_its_thread_writes_and_reads_until_it_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REFRESH_S", 0.05)
    monkeypatch.setattr(room, "OPENING_S", 0.05)
    before = threading.active_count()
    views = desk.views(every_s=0.1)
    assert threading.active_count() == before
    views.start()
    views.start()
    assert threading.active_count() == before + 1
    views.count("click", ONE, None, NOON)
    soon(lambda: views.tally.totals == {ONE: 1})
    desk.away = True
    views.count("click", ONE, None, NOON)
    soon(lambda: views._batch)
    desk.away = False
    soon(lambda: views.tally.totals == {ONE: 2})
    views.stop()
    assert threading.active_count() == before


def test_what_waits_is_written_when_it_is_stopped(desk: Desk) -> None:
    views = desk.views(every_s=3600)
    views.start()
    soon(lambda: views._refreshed_s)
    views.count("click", ONE, None, NOON)
    views.stop()
    assert desk.kept() == {(ONE, "click"): 1}


def test_a_fault_of_our_own_does_not_end_its_thread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "OPENING_S", 0.02)
    broken = [True]

    def totals(stories: Collection[str]) -> dict[str, int]:
        if broken:
            broken.clear()
            raise KeyError("a mistake")
        return desk.store.totals(stories)

    monkeypatch.setattr(desk, "totals", totals)
    views = desk.views(every_s=0.05)
    views.start()
    soon(lambda: views.tally.version)
    views.stop()
