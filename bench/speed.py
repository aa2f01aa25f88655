"""Requests a second of the strip beside nginx serving the same bytes, in the same run, one worker each; and the
worker's memory. Figures are for one machine and one moment: the ratio is what counts.

Needs wrk and nginx. Run by `make bench`.
"""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
ROUNDS = 3
SECONDS = 4
CONNECTIONS = 32
PATHS = {"/strip": "strip.html", "/strip.json": "strip.json"}
CODING = "gzip"


def main() -> int:
    if missing := [tool for tool in ("wrk", "nginx") if not shutil.which(tool)]:
        print(f"bench needs {' and '.join(missing)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="ticker-bench-") as folder, _demo(Path(folder)) as (port, log):
        with _nginx(Path(folder), port) as other:
            print(f"{'':14}{'ticker':>10}{'nginx':>10}{'ratio':>8}   requests a second, median of {ROUNDS} pairs")
            for path, file in PATHS.items():
                pairs = [(_wrk(port, path), _wrk(other, f"/{file}")) for _ in range(ROUNDS)]
                ours, theirs = median(one for one, _ in pairs), median(one for _, one in pairs)
                ratio = median(one / two for one, two in pairs)
                print(f"{path:14}{ours:10.0f}{theirs:10.0f}{ratio:8.2f}")
        print(f"memory of the worker, collecting and serving: {_worker_mib(log)} MiB resident")
    return 0


@contextmanager
def _demo(folder: Path) -> Iterator[tuple[int, int]]:
    port = _free_port()
    command = [str(Path(sys.executable).with_name("ticker")), "demo", "--port", str(port)]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/strip.json", lambda body: b'"fresh"' in body)
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)


@contextmanager
def _nginx(folder: Path, port: int) -> Iterator[int]:
    """nginx with one worker, serving the very bytes that the strip answered, compressed beforehand as well."""
    other, files = _free_port(), folder / "files"
    files.mkdir()
    for path, file in PATHS.items():
        (files / file).write_bytes(_get(f"http://127.0.0.1:{port}{path}"))
        (files / f"{file}.gz").write_bytes(_get(f"http://127.0.0.1:{port}{path}", CODING))
    for one in (folder, files, *files.iterdir()):
        one.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(
        f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
        "events { worker_connections 1024; }"
        "http { access_log off; sendfile on; keepalive_requests 1000000; gzip_static on; etag on;"
        "types { text/html html; application/json json; }"
        f"server {{ listen 127.0.0.1:{other}; root {files}; }} }}"
    )
    process = subprocess.Popen(["nginx", "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{other}/strip.json", bool)
        yield other
    finally:
        process.terminate()
        process.wait(10)


def _wrk(port: int, path: str) -> float:
    url = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", f"Accept-Encoding: {CODING}", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"bench: {url} did not answer well:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found
    return float(found[1])


def _worker_mib(main: int) -> int:
    """Resident memory of the largest child of the main process."""
    children = subprocess.run(["ps", "-o", "rss=", "--ppid", str(main)], capture_output=True, text=True).stdout.split()
    return max(map(int, children), default=0) // 1024


def _get(url: str, coding: str = "identity") -> bytes:
    asked = urllib.request.Request(url, headers={"Accept-Encoding": coding})
    with urllib.request.urlopen(asked, timeout=5) as answer:
        body: bytes = answer.read()
    return body


def _wait(url: str, good: object, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if good(_get(url)):  # type: ignore[operator]
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"bench: {url} did not become ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


if __name__ == "__main__":
    sys.exit(main())
