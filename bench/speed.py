"""Requests a second of the strip beside nginx serving the same bytes, in the same run, one worker each; of the strip
while clicks are counted beside it and while none come; and the worker's memory. Figures are for one machine and one
moment: the ratio is what counts.

Needs wrk and nginx. Run by `make bench`.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
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
CLICKS_A_SECOND = 50
READER = {"Content-Type": "text/plain", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101"}


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
        _wait(f"http://127.0.0.1:{port}/strip.json", lambda body: json.loads(body)["headlines"])
        print(f"{'':14}{'clicks':>10}{'none':>10}{'ratio':>8}   the same, amid {CLICKS_A_SECOND} clicks a second")
        pairs = [(_wrk_amid_clicks(port, "/strip"), _wrk(port, "/strip")) for _ in range(ROUNDS)]
        with_clicks, without = median(one for one, _ in pairs), median(one for _, one in pairs)
        print(f"{'/strip':14}{with_clicks:10.0f}{without:10.0f}{median(one / two for one, two in pairs):8.2f}")
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


def _wrk_amid_clicks(port: int, path: str) -> float:
    stories = [one["id"] for one in json.loads(_get(f"http://127.0.0.1:{port}/strip.json"))["headlines"]]
    ended = threading.Event()

    def click() -> None:
        connection, nth = http.client.HTTPConnection("127.0.0.1", port, timeout=5), 0
        while not ended.wait(1 / CLICKS_A_SECOND):
            connection.request("POST", f"/click/{stories[nth % len(stories)]}", f"page-{time.monotonic_ns()}", READER)
            connection.getresponse().read()
            nth += 1
        connection.close()

    clicking = threading.Thread(target=click)
    clicking.start()
    try:
        return _wrk(port, path)
    finally:
        ended.set()
        clicking.join()


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
