"""What readers get is what was recorded. After a change that is wanted: `python -m tests.golden.record`."""

from __future__ import annotations

from difflib import unified_diff

import pytest
from asking import Answer, Key, answers
from record import RECORDED, USUAL, read, read_usual, written
from world import SCENES

SHOWN = 12  # differences in a report; the same one in other languages is told beside it

pytestmark = pytest.mark.doors


@pytest.fixture(scope="module")
def recorded() -> dict[Key, Answer]:
    return read()


@pytest.mark.parametrize("scene", SCENES)
def test_every_answer_is_the_recorded_one(scene: str, recorded: dict[Key, Answer]) -> None:
    found = answers(scene, read_usual())
    wanted = {key: answer for key, answer in recorded.items() if key[1] == scene}
    differences: dict[str, list[str]] = {}
    for key in wanted | found:
        if found.get(key) != wanted.get(key):
            name, _, language = key
            differences.setdefault(_difference(wanted.get(key), found.get(key)), []).append(f"{name} in {language}")
    told = [f"{scene}: {', '.join(keys)}\n{difference}" for difference, keys in differences.items()]
    if told:
        more = [f"and {len(told) - SHOWN} more differences"] if len(told) > SHOWN else []
        pytest.fail("\n\n".join(["not as recorded", *told[:SHOWN], *more]), pytrace=False)


def test_what_is_written_is_read_back(recorded: dict[Key, Answer]) -> None:
    files = {file.stem: file.read_text(encoding="utf-8") for file in RECORDED.glob("*.txt") if file != USUAL}
    assert written(recorded) == files


def _difference(wanted: Answer | None, found: Answer | None) -> str:
    before, after = (_lines(answer) for answer in (wanted, found))
    return "\n".join(unified_diff(before, after, "recorded", "now", n=1, lineterm=""))


def _lines(answer: Answer | None) -> list[str]:
    return [*answer.head, "", *answer.body] if answer else ["(no such question)"]
