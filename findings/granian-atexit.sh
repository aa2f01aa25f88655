#!/bin/sh
# granian: a worker that ends in good order skips what a Flask application registered with atexit; gunicorn's runs it.
#
# One would guess: a WSGI server that stops its workers gracefully on SIGTERM runs their atexit functions.
# What happens: granian's skip them, with exit status 0. Their processes come from multiprocessing, whose own Finalize (with
#   an exitpriority) does run. Under gunicorn both run, so a test there proves nothing for granian.
# Why it matters: with collector and strip in one process, the end is when the collector's lease is given back and the last
#   clicks are written. Without that the next start waits for the lease to run out, and readers wait for new rates.
# How we cope: application() in ticker/service.py, for granian, uses Finalize; lazy_application(), for others, atexit.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check granian==2.8.7 gunicorn==27.0.1 flask==3.1.3
cat > "$place/app.py" <<'PY'
import atexit
from multiprocessing.util import Finalize

from flask import Flask

app = Flask(__name__)
app.add_url_rule("/", view_func=lambda: "87.45")
atexit.register(print, "atexit ran", flush=True)
Finalize(None, print, ["Finalize ran"], {"flush": True}, exitpriority=10)
PY
cd "$place"
"$place/bin/python" - <<'PY'
import socket
import subprocess
import sys
import time
from importlib.metadata import version

print(*(f"{name} {version(name)}" for name in ("granian", "gunicorn", "flask")))
ran = {}
for name, options in (
    ("granian", ["--interface", "wsgi", "--no-ws", "--blocking-threads", "1", "--uds", "granian.sock"]),
    ("gunicorn", ["--no-control-socket", "--bind", "unix:gunicorn.sock"]),
):
    server = subprocess.Popen([f"bin/{name}", *options, "app:app"], stdout=subprocess.PIPE, text=True)
    for _ in range(100):
        time.sleep(0.1)
        with socket.socket(socket.AF_UNIX) as reader:
            if reader.connect_ex(f"{name}.sock") == 0:
                reader.sendall(b"GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                if reader.recv(100):
                    break
    server.terminate()
    said = server.communicate(timeout=30)[0].splitlines()
    ran[name] = [line for line in said if line.endswith(" ran")]
    print(f"{name}: {ran[name]}, exit status {server.returncode}")
if ran["granian"] != ["Finalize ran"] or "atexit ran" not in ran["gunicorn"]:
    sys.exit("Changed: other things run at the end of a worker.")
PY
