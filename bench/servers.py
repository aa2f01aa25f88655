"""The servers that are measured: the service by its command line, applications on granian, and nginx."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import urllib3

from bench.machine import ROOT, Cores, described

Answer = urllib3.BaseHTTPResponse
NOBODY: Mapping[str, str] = {}
WITHIN_S = 60
# Near what the demonstration's bank says today: its tables are believed after these.
PAST = {"USD": "87.4", "EUR": "100.9", "CNY": "12.7", "KZT": "0.18", "RUB": "1.12"}
PAST_DAYS = 3652
TICKER = (sys.executable, "-m", "ticker")
GRANIAN = (  # the settings in ticker/service.py
    "--interface wsgi --http 1 --no-ws --no-log --workers 1 --blocking-threads 2 --backlog 4096 --backpressure 4096"
    " --http1-header-read-timeout 10000 --http1-buffer-size 65536"
)
_pool = urllib3.PoolManager(retries=False, timeout=30)


@dataclass(frozen=True, slots=True)
class Server:
    """`started_s`: from the start of the command to its first 200."""

    process: psutil.Process
    url: str
    started_s: float


def ask(url: str, headers: Mapping[str, str] = NOBODY, method: str = "GET", body: str | None = None) -> Answer:
    """The answer over a connection that is kept, its body as it was sent. Raises urllib3's HTTPError."""
    return _pool.request(method, url, body=body, headers=headers, decode_content=False, redirect=False)


@contextmanager
def running(command: Sequence[str], port: int, path: str, folder: Path, **environment: str) -> Iterator[Server]:
    """A server from the start of its command, once `path` answers 200."""
    began, url = time.perf_counter(), f"http://127.0.0.1:{port}"
    own = {name: text for name, text in os.environ.items() if not name.startswith("TICKER_")}
    with (folder / f"server-{port}.log").open("wb") as log:
        process = psutil.Popen(command, cwd=folder, stdout=log, stderr=log, env={**own, **environment})
    try:
        wait(url + path, lambda answer: answer.status == 200, lambda: process.poll() is None)
        yield Server(process, url, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(15)


def wait(url: str, good: Callable[[Answer], object], alive: Callable[[], bool] = lambda: True) -> None:
    """Ask every 5 ms. Raises SystemExit after a minute, or where the server has ended."""
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end and alive():
        try:
            if good(ask(url)):
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.005)
    raise SystemExit(f"bench: {url} did not become ready")


@dataclass(frozen=True, slots=True)
class Ticker:
    """The service of a checkout, ready to be started. Its store has ten years, from `first_day`; its upstream runs."""

    folder: Path
    cores: Cores
    environment: Mapping[str, str]
    first_day: date

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """`ticker serve`, which also collects, on the servers' core, once it has fresh figures and headlines."""
        port = _free_port()
        command = self.cores.pinned([*TICKER, "serve", "--port", str(port)])
        with running(command, port, "/strip", self.folder, **self.environment) as server:
            wait(f"{server.url}/strip.json", lambda got: b'"fresh"' in got.data and json.loads(got.data)["headlines"])
            yield server


@contextmanager
def prepared(tree: Path) -> Iterator[Ticker]:
    """Print what is measured; start a demonstration for its upstream, on the load's core; fill a store."""
    cores, port = Cores.split(), _free_port()
    print(described(tree, cores), flush=True)
    with tempfile.TemporaryDirectory(prefix="ticker-bench-") as name:
        folder, environment = Path(name), {"PYTHONPATH": str(tree), "TMPDIR": name}
        with running([*TICKER, "demo", "--port", str(port)], port, "/strip", folder, **environment):
            [settings] = folder.glob("*/demo.toml")
            environment |= {
                "TICKER_CONFIG": str(settings),
                "TICKER_STORE_URL": f"sqlite:///{folder / 'bench.db'}",
                "TICKER_STORE_LAST_GOOD": str(folder / "last-good.json"),
                "TICKER_SERVE_API_QUOTA": "0",
            }
            last = datetime.now(UTC).date() - timedelta(days=2)
            days = [last - timedelta(days=back) for back in range(PAST_DAYS)]
            past = [
                f"{day},{','.join(f'{base}{day.toordinal() // 3 % 100:02}' for base in PAST.values())}" for day in days
            ]
            (folder / "past.csv").write_text("\n".join([",".join(["date", *PAST]), *past, ""]))
            command = [*TICKER, "import", "--source", "nbkr", "--nominal", "1", str(folder / "past.csv")]
            subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
            yield Ticker(folder, cores, environment, days[-1])


@contextmanager
def on_granian(application: str, folder: Path, cores: Cores) -> Iterator[Server]:
    """An application of bench/apps.py on the service's own server, with the same settings."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--port", str(port), *GRANIAN.split(), f"bench.apps:{application}"]
    given = {"PYTHONPATH": str(ROOT), "BENCH_FOLDER": str(folder)}
    with running(cores.pinned(command), port, "/", folder, **given) as server:
        yield server


@contextmanager
def nginx(answers: Mapping[str, Answer], folder: Path, cores: Cores) -> Iterator[Server]:
    """nginx with one worker; each name is a path with the bytes, type and coding of that answer, from a file."""
    port, site, places = _free_port(), folder / "site", []
    site.mkdir()
    folder.chmod(0o755)  # the worker is another user
    for name, answer in answers.items():
        (site / name).write_bytes(answer.data)
        coding = answer.headers.get("Content-Encoding")
        header = f"add_header Content-Encoding {coding};" if coding else ""
        kind = answer.headers["Content-Type"].partition(";")[0]
        places.append(f"location = /{name} {{ default_type {kind}; {header} }}")
    config, temporary = folder / "nginx.conf", ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    config.write_text(
        f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
        "events { worker_connections 1024; }"
        "http { access_log off; sendfile on; keepalive_requests 1000000000; etag on; types {}"
        f"{' '.join(f'{what}_temp_path {folder}/{what};' for what in temporary)}"
        f"server {{ listen 127.0.0.1:{port}; root {site}; {' '.join(places)} }} }}"
    )
    with running(cores.pinned(["nginx", "-c", str(config)]), port, f"/{next(iter(answers))}", folder) as server:
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
