"""What outside judges say of the API: of its document, and of what a running service answers to it.

`make audit` runs this file. openapi-spec-validator and Spectral read the document; Schemathesis makes requests of it,
good and bad, and looks at every answer. Any finding is printed and makes the run fail.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from audit import State, answer, shown

HERE = Path(__file__).parent
SPECTRAL = HERE / "node_modules/.bin/spectral"
BIN = Path(sys.executable).parent
STATE = State("evening", "2026-05-22T18:30", "fresh")
EXAMPLES = "60"  # of each door, besides those at the edges of its schema
LONGEST_S = 900


def judged(name: str, *command: str | Path, folder: Path) -> int:
    """Run a judge; 1 where it has a finding, which is printed."""
    env = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    count = re.search(r"(\d+) generated", done.stdout)
    print(f"audit: {name}: {'no finding' if not done.returncode else 'findings'}", end="")
    print(f" in {count[1]} requests" if count else "", flush=True)
    if done.returncode:
        print(done.stdout[-20_000:], done.stderr[-5_000:])
    return int(done.returncode != 0)


def main() -> int:
    os.environ["TICKER_SERVE_API_QUOTA"] = "0"  # a judge asks more than an office does
    with tempfile.TemporaryDirectory() as name, shown(STATE) as service:
        folder, address = Path(name), f"{service.url}/openapi.json"
        status, body = answer(address)
        assert status == 200, f"{address}: {status}"
        document = folder / "openapi.json"
        document.write_text(json.dumps(json.loads(body), indent=1), encoding="utf-8")
        found = judged("openapi-spec-validator", BIN / "openapi-spec-validator", document, folder=folder)
        rules = HERE / "spectral.yaml"
        found += judged("spectral", SPECTRAL, "lint", document, "-r", rules, "--fail-severity=hint", folder=folder)
        judge = [BIN / "st", "--config-file", HERE / "schemathesis.toml", "run", address]
        limits = ["--max-examples", EXAMPLES, "--seed", "1", "--checks", "all"]
        found += judged("schemathesis", *judge, *limits, folder=folder)
    return found


if __name__ == "__main__":
    sys.exit(main())
