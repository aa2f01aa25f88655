"""Connects the collecting and the serving side; the only file that knows both.

Nothing runs at import: each worker process starts its threads when it begins to serve, since threads do not survive a
fork.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import re
import resource
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import resource_tracker
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ticker import __version__, log
from ticker.collect.sources.configured import homes_of, rates_sources
from ticker.config import Config, ConfigError, load
from ticker.model import Revision
from ticker.operate import routes as operate
from ticker.rates.compose import bank_terms, compose, feed_terms
from ticker.rates.timeline import RateTimeline
from ticker.serve.api.preload import TimelinePreloader
from ticker.serve.app import Application
from ticker.serve.configurator.query import gives_way
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.http.rate_limit import RateLimiter
from ticker.serve.news.clicks import ClickCounter, KnownStories
from ticker.serve.news.popular import Popularity
from ticker.serve.render import PANELS, PREWARMED, Renderer
from ticker.serve.site import Site
from ticker.serve.strip.assets import EmbedAssets
from ticker.serve.strip.element import script
from ticker.serve.strip.options import Offered
from ticker.serve.terms import Embed, HomeTerms, SiteSettings
from ticker.snapshot import NEVER, Snapshot
from ticker.store import Store, open_store

if TYPE_CHECKING:
    from ticker.collect.context import RoundContext
    from ticker.collect.http.bounds import Limits
    from ticker.collect.schedule import Collector

Clock = Callable[[], datetime]

CONNECTIONS = 4096  # open at once in a worker; idle clients and slow requests must not keep others out
HEADER_BYTES = 64 << 10
HEADER_TIMEOUT_MS = 10_000  # a request whose headers take longer is dropped
BLOCKING_THREADS = 2  # a request that waits for the store must not block those that do not
STOP_S = 3  # how long workers may take to finish their requests


def clock_of(config: Config) -> Clock:
    """The time in UTC; shifted by `demo.clock_offset_s` in a demonstration."""
    if not config.demo.clock_offset_s:
        return lambda: datetime.now(UTC)
    offset = timedelta(seconds=config.demo.clock_offset_s)
    return lambda: datetime.now(UTC) + offset


class Service:
    """One process of the service: it reads the store, serves readers, and collects where that is enabled."""

    def __init__(self, config: Config, clock: Clock | None = None, *, collects: bool | None = None) -> None:
        self.config, self.clock = config, clock or clock_of(config)
        self._collects = config.collect.enabled if collects is None else collects
        self.collector: Collector | None = None
        settings = site_settings(config)
        cache = ResponseCache(
            nothing_yet(config),
            Renderer(settings, self._popularity),
            self.clock,
            config.serve.cached_strips,
            PREWARMED,
            self._tally_version,
        )
        snapshot_file = Path(config.store.last_good) if config.store.last_good else None
        live = LiveSnapshot(self.open_store, cache.replace_snapshot, self.clock, snapshot_file, self._opened)
        clicks = ClickCounter(
            lambda: live.store,
            self.clock,
            shown=KnownStories(lambda: cache.snapshot.content),
            half_life=timedelta(hours=config.views.half_life_hours),
            floor=config.views.floor,
            enabled=config.views.enabled,
        )
        self.site = Site(
            cache=cache,
            live=live,
            clock=self.clock,
            settings=settings,
            clicks=clicks,
            assets=EmbedAssets(snapshot_file.with_name("ticker-embed") if snapshot_file else None),
            timeline=RateTimeline(),
            limiter=RateLimiter(settings.api_quota),
        )
        dated = bool(config.demo.clock_offset_s)
        self.app = Application(self.site, [operate.register_routes], self.start, dated=dated)
        self.preloader = TimelinePreloader(self.site)
        self._started = threading.Lock()

    def start(self) -> None:
        """Begin to follow the store and to collect. Further calls do nothing."""
        if self._started.acquire(blocking=False):
            self.site.assets.keep()
            self.site.live.start()
            self.site.clicks.start()
            self.preloader.start()

    def stop(self) -> None:
        if self.collector:
            self.collector.stop()
        self.preloader.stop()
        self.site.clicks.stop()
        self.site.live.stop()

    def _popularity(self) -> Popularity:
        tally = self.site.clicks.tally
        return Popularity(tally.clicks, self.site.clicks.floor, tally.version)

    def _tally_version(self, path: str) -> int:
        return self.site.clicks.tally.version if path in PANELS else 0

    def open_store(self) -> Store:
        return open_store(self.config.store.url, clock=self.clock, mends=True)

    def _opened(self, store: Store) -> None:
        if self._collects:
            self.collector = collector(self.config, store, self.clock)
            self.collector.start()


def site_settings(config: Config) -> SiteSettings:
    """The operator's settings. Raises ConfigError for a preset with an invalid option."""
    homes = {
        home: HomeTerms(config.currencies_of(home), config.homes[home].digits, config.homes[home].languages)
        for home in config.served_homes()
    }
    own, language = homes[config.home.currency], config.serve.language
    return SiteSettings(
        own=own,
        homes=homes,
        language=language if language in own.languages else own.languages[0],
        presets=presets(config),
        base_url=config.serve.base_url,
        embed=Embed(f"/embed/{script().version}.js", script().integrity),
        frame_ancestors=config.serve.frame_ancestors,
        api_quota=config.serve.api_quota,
        trusted_proxies=config.serve.trusted_proxies,
    )


def presets(config: Config) -> Mapping[str, str]:
    """The presets by name, as queries. Raises ConfigError for one with an invalid option.

    Any code may be a currency here: which are known is clear only once a table was read.
    """
    for name, preset in config.presets.items():
        codes = re.findall(r"\b[A-Z]{3}\b", dict(parse_qsl(preset.options)).get("currencies", "").upper())
        first, *others = [_may_name(config, home, codes) for home in config.served_homes()]
        offers = replace(first, others={one.home: one for one in others})
        if wrong := gives_way(preset.options, offers):
            raise ConfigError(f"presets.{name}.options is {preset.options!r}; {wrong}")
    return {name: preset.options for name, preset in config.presets.items()}


def _may_name(config: Config, home: str, codes: Sequence[str]) -> Offered:
    feeds = frozenset(feed.id for feed in config.feeds_of(home))
    currencies = frozenset({*config.currencies_of(home), *codes})
    return Offered(currencies, feeds, languages=config.homes[home].languages, home=home)


def nothing_yet(config: Config) -> Snapshot:
    """The snapshot before anything was collected: the sources without figures. Raises ConfigError."""
    found = []
    for one in homes_of(config):
        banks = [bank_terms(bank) for bank in one.banks]
        none: dict[str, list[Revision]] = {
            source: [] for source in (*(bank.source for bank in banks), *(it.source for it in one.witnesses))
        }
        feeds = [feed_terms(feed) for feed in one.feeds]
        more: Any = {"witnesses": one.witnesses, "agreement": one.agreement}
        found.append(compose(one.home, banks, feeds, none, [], demo=config.demo.enabled, **more))
    return Snapshot(0, NEVER, replace(found[0], neighbours=tuple(found[1:])))


def round_context(config: Config, store: Store, clock: Clock, pause: Callable[[float], object]) -> RoundContext:
    """What rounds work with. The collector's libraries are imported only where there is collecting."""
    from ticker.collect.context import RoundContext
    from ticker.collect.http.client import connection

    limits = fetch_limits(config)
    return RoundContext(
        homes=homes_of(config),
        banks=rates_sources(config),
        store=store,
        connect=lambda: connection(limits),
        clock=clock,
        pause=pause,
        demo=config.demo.enabled,
    )


def fetch_limits(config: Config) -> Limits:
    from ticker.collect.http.bounds import Limits

    return Limits(
        deadline_s=config.fetch.deadline_s,
        max_bytes=config.fetch.max_bytes,
        max_redirects=config.fetch.max_redirects,
        user_agent=f"som-ticker/{__version__} (+{config.fetch.contact})",
        allow_hosts=frozenset(host.lower() for host in config.fetch.allow_hosts),
    )


def collector(config: Config, store: Store, clock: Clock) -> Collector:
    from ticker.collect.schedule import Collector

    stopping = threading.Event()
    context = round_context(config, store, clock, stopping.wait)
    return Collector(context, round_limit_s=2 * config.fetch.deadline_s + 60, stopping=stopping)


def application() -> Application:
    """The application of one worker process of `ticker serve`: it starts at once and ends with its parent."""
    service = Service(load(None, os.environ).config)
    service.start()
    Finalize(None, service.stop, exitpriority=10)  # granian's workers run no atexit
    threading.Thread(target=_end_with_parent, args=[service], name="orphan", daemon=True).start()
    return service.app


def lazy_application() -> Application:
    """The application for any WSGI server: it starts with the first request, in the process that gets it."""
    service = Service(load(None, os.environ).config)
    atexit.register(service.stop)
    return service.app


def serve(config: Config) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP. The workers read the settings from the same file and environment again."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2 * CONNECTIONS, most), most))
    multiprocessing.set_start_method("spawn", force=True)
    server = _server(config)
    hangup = signal.getsignal(signal.SIGHUP)

    def end_with_the_terminal() -> None:
        """granian would restart its workers and outlive its terminal, which only `nohup` asks for."""
        signal.signal(signal.SIGHUP, hangup if hangup is signal.SIG_IGN else server.signal_handler_interrupt)

    server.on_startup(end_with_the_terminal)
    try:
        server.serve()
    except SystemExit:
        # A signal to the whole process group ends the workers too, which is not a failure.
        if not server.interrupt_signal:
            raise


def _server(config: Config) -> Any:
    """granian, whose workers each run `application`."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    class Server(Granian):  # type: ignore[misc,valid-type]
        def _spawn_workers(self, *arguments: Any) -> None:
            with _interrupts_blocked():
                super()._spawn_workers(*arguments)

        def _respawn_workers(self, *arguments: Any, **options: Any) -> None:
            with _interrupts_blocked():
                super()._respawn_workers(*arguments, **options)

    return Server(
        "ticker.service:application",
        factory=True,
        address=config.serve.host,
        port=config.serve.port,
        interface=Interfaces.WSGI,
        workers=config.serve.workers,
        blocking_threads=BLOCKING_THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=HEADER_BYTES),
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_S,
        log_enabled=False,
        log_access=False,
    )


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """A process started inside ignores SIGINT. A terminal sends it to all processes, but the main one ends its workers:
    a worker that is still starting would leave a traceback."""
    resource_tracker.ensure_running()  # started inside, it would leave the signal unblocked
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent(service: Service) -> None:
    """A worker whose main process was killed must not go on serving beside the port's next owner."""
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    log.info("main process is gone; worker ends")
    stopping = threading.Thread(target=service.stop, daemon=True)
    stopping.start()
    stopping.join(STOP_S)
    os._exit(1)
