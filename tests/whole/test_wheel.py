"""The wheel, built from the sdist and installed elsewhere, is the whole product."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from signal import SIGINT

import pytest
from support.running import clean, free_port, runner

ROOT = Path(__file__).parents[2]


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
    where = subprocess.check_output([python, "-c", code], cwd=elsewhere, env=clean(os.environ), text=True)
    assert Path(where.strip()).is_relative_to(elsewhere)


def test_the_wheel_serves_the_strip_and_ends_on_ctrl_c(elsewhere: Path) -> None:
    port = free_port()
    with runner(elsewhere) as made:
        running = made.command(elsewhere / "venv/bin/ticker", "demo", "--port", str(port), port=port).until_ready()
        strip = running.get("/strip")
        assert strip.status == 200
        assert b"USD" in strip.body
        running.ends(SIGINT, group=True)  # as a terminal does: to the whole group
