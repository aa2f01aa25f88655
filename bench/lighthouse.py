"""What the element costs a host page by Lighthouse, on its usual phone: the largest paint and the blocking time, beside
the same page with an empty script of the same size and with none.

    python -m bench.lighthouse [--rounds 9]

The pages take turns, and differences are taken inside a round. Run by `make lighthouse`, which installs Lighthouse; the
service, the host and Chromium share the machine, so that a busy one measures itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from statistics import median

from bench.load import spread, table
from bench.machine import options
from bench.paint import CODES, LARGEST, Quiet, code_of
from bench.servers import Server, ask, prepared

LIGHTHOUSE = Path(__file__).parent / "node_modules/.bin/lighthouse"
AUDITS = {"largest paint": "largest-contentful-paint", "blocking": "total-blocking-time"}
LATER_MS, BLOCKING_MS = 10, 50  # what the element may cost
ELEMENT, EMPTY, NONE = "element", "empty script", "no script"
Measured = dict[str, float]  # ms, by the name of an audit


def main() -> int:
    given = options(__doc__)
    with prepared(given.tree) as ticker, ticker.serving() as server:
        pages = ticker.folder / "pages"
        write_pages(server, pages)
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=pages)) as host:
            threading.Thread(target=host.serve_forever, daemon=True).start()
            met = compare(f"http://127.0.0.1:{host.server_port}", given.rounds)
            host.shutdown()
    return 0 if met else 1


def write_pages(server: Server, folder: Path) -> None:
    """One host page with each script; the empty one has as many bytes as the element's on the wire."""
    element = code_of(server, ELEMENT, CODES[ELEMENT])
    size = len(ask(f"{server.url}/embed.js", {"Accept-Encoding": "br"}).data)
    folder.mkdir()
    (folder / "empty.js").write_text(f"/*{'-' * (size - 4)}*/")
    codes = {ELEMENT: element, EMPTY: '<script src="empty.js" async></script>', NONE: ""}
    for name, code in codes.items():
        page = "<!doctype html><html lang=en><title>Our paper</title><link rel=icon href=data:,>"
        page += "<meta name=viewport content='width=device-width'><body style='margin:0'>"
        (folder / file(name)).write_text(f"{page}{code}<main>{LARGEST['text']}</main>")


def file(name: str) -> str:
    return f"{name.replace(' ', '-')}.html"


def compare(host: str, rounds: int) -> bool:
    took: dict[str, list[Measured]] = {ELEMENT: [], EMPTY: [], NONE: []}
    names = list(took)
    for nth in range(rounds):
        for name in names if nth % 2 else reversed(names):
            took[name].append(measured(f"{host}/{file(name)}"))
    rows, added = [], {}
    for name in names:
        figures = [spread([one[audit] for one in took[name]], 0) for audit in AUDITS]
        for audit in AUDITS:
            pairs = zip(took[ELEMENT], took[name], strict=True)
            added[name, audit] = [ours[audit] - other[audit] for ours, other in pairs]
        more = ("", "") if name == ELEMENT else [spread(added[name, audit], 0) for audit in AUDITS]
        rows.append((name, *figures, *more))
    head = ("page with", "largest paint, ms", "blocking, ms", "element paints later", "element blocks more")
    print(f"\n{table(head, rows)}")
    later, blocking = median(added[EMPTY, "largest paint"]), median(added[EMPTY, "blocking"])
    print(f"\nmedian of {rounds} pairs: {later:.0f} ms later (at most {LATER_MS}),", end=" ")
    print(f"{blocking:.0f} ms more blocked (at most {BLOCKING_MS})")
    return later <= LATER_MS and blocking <= BLOCKING_MS


def measured(url: str) -> Measured:
    command = [str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--only-audits={','.join(AUDITS.values())}"]
    command.append("--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage")
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    audits = json.loads(done.stdout)["audits"]
    return {name: float(audits[audit]["numericValue"]) for name, audit in AUDITS.items()}


if __name__ == "__main__":
    sys.exit(main())
