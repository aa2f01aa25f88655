"""The scripts and styles that are served are what their sources make: `make scripts` was run after the last change."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "templates" / "built"


def build(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "scripts/build.py", *arguments], capture_output=True, text=True)


def test_each_built_file_is_what_its_sources_make() -> None:
    checked = build("--check")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_no_property_of_the_json_is_shortened() -> None:
    listed = (ROOT / "scripts/build.py").read_text().partition("SHORTENED = (")[2].partition(")")[0]
    names = re.findall(r'"(\w+)"', listed)
    assert len(names) > 3
    schemas = "".join((ROOT / f"templates/{of}/schema.json").read_text() for of in ("strip", "panel"))
    assert not [name for name in names if f'"{name}":' in schemas]


@pytest.mark.parametrize("name", sorted(path.name for path in BUILT.glob("*.js")))
def test_a_script_is_one_function_without_comments(name: str) -> None:
    script = (BUILT / name).read_text("utf-8")
    assert re.match(r"\(\([\w,]*\)=>\{\"use strict\";", script)
    assert "\n" not in script
    assert set(re.findall(r"GIVEN_\w+", script)) == ({"GIVEN_OPTIONS", "GIVEN_PARTS"} if name == "embed.js" else set())


@pytest.mark.parametrize("name", sorted(path.name for path in BUILT.glob("*.css")))
def test_a_style_has_no_comments(name: str) -> None:
    assert "/*" not in (BUILT / name).read_text("utf-8")
