"""The list of planted bugs (tests/bugs/bugs.toml) fits the code, and the command that plants them tells the truth."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest
from bugs.__main__ import BROKEN, BY_TESTS, BY_WORLDS, SURVIVED, verdict_of
from bugs.planted import LIST, ROOT, Bug, NotPlantableError, read_list
from bugs.trees import Tree

TESTS, BUGS = read_list()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.room}: {bug.harm}")
def test_a_bugs_old_text_stands_once_in_its_file_and_the_new_one_can_be_run(bug: Bug) -> None:
    ast.parse(bug.text(ROOT))
    assert bug.old != bug.new
    assert "\n" not in bug.harm


def test_every_room_has_bugs_and_tests() -> None:
    assert len(BUGS) >= 40
    assert Counter(bug.room for bug in BUGS).keys() == TESTS.keys()
    assert len({(bug.path, bug.new) for bug in BUGS}) == len(BUGS)
    for tests in TESTS.values():
        assert all((ROOT / one).is_file() for one in tests if one.endswith(".py"))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Code with one function, its test, and a world that knows more."""
    (tmp_path / "code.py").write_text("def double(n):\n    return n * 2\n")
    (tmp_path / "test_code.py").write_text("from code import double\n\ndef test_two():\n    assert double(2) == 4\n")
    (tmp_path / "world.py").write_text("from code import double\nprint('3 is doubled')\nassert double(3) == 6\n")
    return Tree(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "verdict", "by"),
    [
        ("n * 2", "n * 3", BY_TESTS, "test_code.py::test_two"),
        ("n * 2", "n ** 2", BY_WORLDS, "AssertionError"),
        ("n * 2", "2 * n", SURVIVED, ""),
        ("n * 4", "n", BROKEN, "code.py (code): met 0 times, wanted once:"),
        ("n", "m", BROKEN, "code.py (code): met 3 times, wanted once:"),
    ],
)
def test_a_bug_is_caught_by_tests_or_by_worlds_or_survives(
    tree: Tree, old: str, new: str, verdict: str, by: str
) -> None:
    bug = Bug("code", "code.py", old, new, "two is not doubled")
    before = (tree.folder / "code.py").read_text()
    assert verdict_of(tree, bug, ["test_code.py"], [sys.executable, "world.py"]) == (verdict, by)
    assert (tree.folder / "code.py").read_text() == before


def test_a_list_that_is_not_true_is_told() -> None:
    with pytest.raises(NotPlantableError, match="wanted once"):
        Bug("judge", "ticker/no_such_file.py", "a", "b", "nothing").text(ROOT)
    assert LIST.is_file()
