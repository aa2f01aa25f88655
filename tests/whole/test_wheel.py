"""The wheel, built from the sdist and installed elsewhere, is the whole product."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READY_S = 60
STOP_S = 5


def run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made from the sdist, not from the checkout: `build` without --wheel goes that way."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; the libraries are those of the environment the tests run in.

    A folder named in a .pth is searched, but the .pth files inside it are not read: the editable install stays out.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv/bin/python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel, cwd=folder)
    (packages,) = (folder / "venv/lib").glob("python3*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n" + sysconfig.get_path("platlib") + "\n")
    return folder


def test_templates_travel_inside_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    expected = {
        f"ticker/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected
    assert expected <= names


def test_every_module_travels_and_no_test_does(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "ticker").rglob("*.py")}
    assert modules <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


def test_the_installed_package_is_the_one_that_runs(elsewhere: Path) -> None:
    code = "import ticker, flask; print(ticker.__file__)"
    python = elsewhere / "venv/bin/python"
    where = subprocess.check_output([python, "-c", code], cwd=elsewhere, env=clean_environment(), text=True)
    assert Path(where.strip()).is_relative_to(elsewhere)


def test_the_wheel_serves_the_strip_and_ends_on_ctrl_c(elsewhere: Path) -> None:
    port = free_port()
    log = elsewhere / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [elsewhere / "venv/bin/ticker", "demo", "--port", str(port)],
            cwd=elsewhere,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            # Where the tests run in the background of a shell, SIGINT is ignored, and a child would inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}/readyz", log)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/strip", timeout=5) as strip:
            assert strip.status == 200
            assert b"USD" in strip.read()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
        stopped_by = time.monotonic() + STOP_S
        process.wait(STOP_S)
        while list(alive(session=process.pid)) and time.monotonic() < stopped_by:
            time.sleep(0.05)
        assert not list(alive(session=process.pid))
        assert "Traceback" not in log.read_text()
    finally:
        kill(process)


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TICKER_", "COV_"))}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"ended by itself with {process.returncode}\n{log.read_text()}"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"not ready in {READY_S} s\n{log.read_text()}")


def alive(session: int) -> Iterator[int]:
    """The processes of that session (proc(5): the sixth field of stat); a zombie has ended."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, its_session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue  # it ended meanwhile
        if int(its_session) == session and state != "Z":
            yield int(stat.parent.name)


def kill(process: subprocess.Popen[bytes]) -> None:
    for pid in alive(session=process.pid):
        os.kill(pid, signal.SIGKILL)
    process.wait()
