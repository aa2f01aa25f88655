"""What readers get is what was recorded. After a change that is wanted: `python -m tests.golden.record`."""

from __future__ import annotations

from difflib import unified_diff

import pytest
from asking import Answer, Key, answers
from record import RECORDED, USUAL, read, read_usual, written
from world import SCENES

SHOWN = 12  # differences in a report


@pytest.fixture(scope="module")
def recorded() -> dict[Key, Answer]:
    return read()


@pytest.mark.parametrize("scene", SCENES)
def test_every_answer_is_the_recorded_one(scene: str, recorded: dict[Key, Answer]) -> None:
    found = answers(scene, read_usual())
    wanted = {key: answer for key, answer in recorded.items() if key[1] == scene}
    differences: dict[str, list[Key]] = {}
    for key in wanted | found:
        if found.get(key) != wanted.get(key):
            differences.setdefault(_difference(wanted.get(key), found.get(key), around=0), []).append(key)
    told = [_told(keys, _difference(wanted.get(keys[0]), found.get(keys[0]))) for keys in differences.values()]
    if told:
        more = [f"and {len(told) - SHOWN} more differences"] if len(told) > SHOWN else []
        pytest.fail("\n\n".join(["not as recorded", *told[:SHOWN], *more]), pytrace=False)


def test_what_is_written_is_read_back(recorded: dict[Key, Answer]) -> None:
    files = {file.stem: file.read_text(encoding="utf-8") for file in RECORDED.glob("*.txt") if file != USUAL}
    assert written(recorded) == files


def _told(keys: list[Key], difference: str) -> str:
    """Where a difference was met, and how it looks in the first of these places."""
    name, scene, language = keys[0]
    places = [f"{scene}, {language}: {name}"]
    places += [f"and alike in {len(keys) - 1} more answers"] if keys[1:] else []
    return "\n".join([*places, difference])


def _difference(wanted: Answer | None, found: Answer | None, around: int = 1) -> str:
    """The lines that differ; without those `around` it says the same wherever it is met."""
    _, _, *compared = unified_diff(_lines(wanted), _lines(found), n=around, lineterm="")
    return "\n".join(line for line in compared if not line.startswith("@@"))


def _lines(answer: Answer | None) -> list[str]:
    return [*answer.head, "", *answer.body] if answer else ["(no such question)"]
