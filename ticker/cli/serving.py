"""`ticker serve`, `ticker demo` and `ticker collect`: the commands that run until they are interrupted."""

from __future__ import annotations

import errno
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticker import service
from ticker.cli.mistake import Mistake
from ticker.cli.options import NOT_WELL, OK
from ticker.cli.settings import mistakes_told, opened_store, read_settings
from ticker.config import DEFAULT_FEEDS, DEFAULT_HOMES, DEFAULT_RATES, LONGEST_SHIFT_S, Config
from ticker.model import archive_id

if TYPE_CHECKING:
    from ticker.demo import DemoUpstream
    from ticker.demo.hostpage import HostPage


def serve(config: Config) -> int:
    """Serve until a signal. Raises Mistake where the address can't be listened on."""
    _check_before_serving(config)
    print(f"ticker: {_address(config)}/  (strip: /strip, status: /status; Ctrl-C ends it)", file=sys.stderr, flush=True)
    service.serve(config)
    return OK


def _check_before_serving(config: Config) -> None:
    """Fail early: report configuration and port errors before announcing the address."""
    service.presets(config)
    host, port = config.serve.host, config.serve.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            other = "--port" if fault.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
            raise Mistake(f"can't listen on {host}:{port}: {fault.strerror}; {other} takes another") from fault


def _address(config: Config, host: str | None = None) -> str:
    host = host or config.serve.host
    return f"http://{f'[{host}]' if ':' in host else host}:{config.serve.port}"


@mistakes_told()
def demo(
    host: str | None, port: int | None, at: datetime | None, faults: Sequence[str], homes: Sequence[str] = ()
) -> int:
    """Serve a demonstration that begins at `at`, the home's time where it has no zone. `homes` are served too.

    Ignores the user's settings. Raises Mistake where the address can't be listened on.
    """
    from ticker.demo import CITIES, DemoUpstream

    if unknown := [home for home in homes if home.lower() not in CITIES]:
        wanted = " or ".join(city.upper() for city in CITIES)
        raise click.BadParameter(f"met {unknown[0]!r}, wanted {wanted}", param_hint="'--home'")
    offset_s = _offset_s(at)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=offset_s)

    with tempfile.TemporaryDirectory(prefix="ticker-demo-") as folder, DemoUpstream(clock) as upstream:
        for order in faults:
            source, _, fault = order.partition("=")
            try:
                upstream.order(source, fault)
            except ValueError as mistake:
                raise click.BadParameter(str(mistake), param_hint=f"--fault {order}") from mistake
        file = Path(folder, "demo.toml")
        file.write_text(_demo_settings(Path(folder), upstream.addresses, offset_s, homes), encoding="utf-8")
        config = read_settings(file, host=host, port=port, isolated=True).config
        _check_before_serving(config)
        _announce(upstream.url, file, config, clock())
        _write_past(config, upstream, clock())
        with _host_page(config) as page:
            print(f"ticker: a host page that embeds the strip at {page.url}/", file=sys.stderr)
            return serve(config)


def _offset_s(at: datetime | None) -> int:
    """Seconds from now to that moment."""
    if at is None:
        return 0
    if at.tzinfo is None:
        at = at.replace(tzinfo=Config().the_home().zone)
    offset_s = round((at - datetime.now(UTC)).total_seconds())
    if abs(offset_s) > LONGEST_SHIFT_S:
        raise click.BadParameter(f"met {at.date()}, wanted a moment within 100 years from now", param_hint="'--at'")
    return offset_s


def _write_past(config: Config, upstream: DemoUpstream, now: datetime) -> None:
    """A year of figures, so that charts and the API's history have something to show from the first moment on."""
    from ticker.collect.lease import backfill_lease
    from ticker.collect.sources.configured import rates_sources
    from ticker.demo.past import past

    official = [source.id for source in rates_sources(config) if not source.visits]
    with (
        opened_store(config, create=True) as store,
        backfill_lease(store, time.sleep) as token,
        store.backfill(token()) as tx,
    ):
        tx.add(past(upstream, official, now))


def _announce(upstream: str, settings: Path, config: Config, now: datetime) -> None:
    from ticker.cli.backfill import (
        earliest_day,
        ten_years_before,
    )  # only here: `ticker serve` needs none of the collector's libraries

    print(f"ticker: demonstration upstream at {upstream} (GET /order lists its faults)", file=sys.stderr)
    print(f"ticker: its settings, for `ticker held` and others: --config {settings}", file=sys.stderr)
    first = ten_years_before(now.date(), earliest_day(config))
    print(
        f"ticker: ten years of its past, for charts: ticker backfill --from {first} --config {settings}",
        file=sys.stderr,
    )


def _host_page(config: Config) -> HostPage:
    """Another origin: the next port, or any free one where that is taken."""
    from ticker.demo.hostpage import HostPage

    host = config.serve.host
    address = _address(config, {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host))
    content, homes = service.nothing_yet(config).content, service.site_settings(config).homes
    try:
        return HostPage(address, content, host=host, port=min(config.serve.port + 1, 65_535), homes=homes)
    except OSError:
        try:
            return HostPage(address, content, host=host, homes=homes)
        except OSError as fault:
            raise Mistake(f"can't listen on {host}: {fault.strerror}; --host takes another") from fault


def _demo_settings(folder: Path, addresses: dict[str, str], offset_s: int, homes: Sequence[str]) -> str:
    from ticker.demo import FEEDS

    host = addresses["nbkr"].split("/")[2]
    lines = [
        f'store.url = "sqlite:///{folder / "demo.db"}"',
        f'store.last_good = "{folder / "last-good.json"}"',
        f'fetch.allow_hosts = ["{host}"]',
        "demo.enabled = true",
        f"demo.clock_offset_s = {offset_s}",
        *(f'rates.{source}.url = "{addresses[source]}"' for source in DEFAULT_RATES),
        *(f'rates.{bank}.archive_url = "{addresses[archive_id(bank)]}"' for bank in ("nbkr", "cbr")),
        *(f"rates.{bank}.archive_pause_s = 0.1" for bank in ("nbkr", "cbr")),
        *(f"feeds.{id_}.enabled = false" for id_ in DEFAULT_FEEDS),
    ]
    for feed in FEEDS:
        if feed.city.upper() in ("", *homes):
            lines.append(f'feeds.{feed.id}.url = "{addresses[feed.id]}"')
            lines.append(f'feeds.{feed.id}.publisher = "{feed.publisher}"')
            lines.append(f'feeds.{feed.id}.language = "{feed.language}"')
            lines.append(f"feeds.{feed.id}.every_s = 60")
    for home in homes:
        # A first table without an archive is borne out at the next visit, once witnesses are known.
        lines.append(f"rates.{DEFAULT_HOMES[home]['bank'].lower()}.every_s = 60")
        lines.append(f"homes.{home}.enabled = true")
        lines.append(f"homes.{home}.feeds = {[feed.id for feed in FEEDS if feed.city.upper() == home]}")
    return "\n".join(lines) + "\n"


def collect(config: Config, *, once: bool) -> int:
    """Collect until SIGINT or SIGTERM; `once` visits what is due and tells by the exit code whether all went well."""
    with opened_store(config, create=True, mends=not once) as store:
        collector = service.collector(config, store, service.clock_of(config))
        if once:
            rounds = collector.step()
            collector.stop()
            if collector.token is None:
                print("ticker: another process collects into this store; nothing was visited", file=sys.stderr)
                return NOT_WELL
            return NOT_WELL if any(one.failed for one in rounds) else OK
        signal.signal(signal.SIGTERM, lambda *_: collector.stopping.set())
        collector.start()
        try:
            collector.stopping.wait()
        finally:
            collector.stop()
    return OK
