"""The golden set on disk. `python -m tests.golden.record` writes it, after a change that is wanted.

A file has the questions of one kind. Each question is followed by its answers, each with the scenes and languages that
get it: `=== question`, `@ scene language language; scene …`, status and headers, and the body, indented. A body that
was given before under other headers is `= as scene language`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

FOLDER = Path(__file__).parent
if __name__ == "__main__":
    sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

from asking import Answer, Key, answers, usual_headers  # noqa: E402
from questions import questions  # noqa: E402
from world import LANGUAGES, SCENES  # noqa: E402

RECORDED = FOLDER / "recorded"
USUAL = RECORDED / "usual-headers.txt"


def kind(name: str) -> str:
    """The file that a question is in: its method, or the first word of its address."""
    method, address = name.split()[:2]
    if method != "GET" or "(known)" in name:
        return "methods"
    if address.startswith("/api/v1/"):
        return "api-" + re.split(r"[/.?]", address)[3]
    return re.split(r"[/.?]", address)[1] or "configurator"


def written(found: Mapping[Key, Answer]) -> dict[str, str]:
    """The files by kind."""
    files: dict[str, list[str]] = {}
    for name in dict.fromkeys(question.name for question in questions()):
        out = files.setdefault(kind(name), [])
        out.append(f"=== {name}")
        given: dict[Answer, list[tuple[str, str]]] = {}
        for scene in SCENES:
            for language in LANGUAGES:
                given.setdefault(found[name, scene, language], []).append((scene, language))
        bodies: dict[tuple[str, ...], str] = {}
        for answer, places in given.items():
            scenes = [(scene, [lang for _, lang in of]) for scene, of in groupby(places, lambda place: place[0])]
            out += ["@ " + "; ".join(" ".join((scene, *of)) for scene, of in scenes), *answer.head]
            before = bodies.setdefault(answer.body, here := " ".join(places[0]))
            repeated = answer.body and before != here
            out += [f"= as {before}"] if repeated else [f"  {line}".rstrip() for line in answer.body]
    return {name: "\n".join(out) + "\n" for name, out in files.items()}


def read() -> dict[Key, Answer]:
    """The recorded answers."""
    found: dict[Key, Answer] = {}
    for file in sorted(RECORDED.glob("*.txt")):
        if file != USUAL:
            for block in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
                name, _, rest = block.partition("\n")
                found |= _read_answers(name, rest)
    return found


def _read_answers(name: str, text: str) -> dict[Key, Answer]:
    found: dict[Key, Answer] = {}
    for block in re.split(r"^@ ", text, flags=re.MULTILINE)[1:]:
        places, *rest = block.splitlines()
        head = tuple(line for line in rest if line and not line.startswith((" ", "= as ")))
        body = tuple(line[2:] for line in rest if not line or line.startswith(" "))
        if rest[-1].startswith("= as "):
            scene, language = rest[-1].removeprefix("= as ").split()
            body = found[name, scene, language].body
        for scene, *languages in map(str.split, places.split("; ")):
            found |= {(name, scene, language): Answer(head, body) for language in languages}
    return found


def read_usual() -> dict[str, str]:
    """The headers that nearly every answer has."""
    return dict(line.split(": ", 1) for line in USUAL.read_text(encoding="utf-8").splitlines())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        usual = usual_headers(Path(folder))
    found: dict[Key, Answer] = {}
    for scene in SCENES:
        found |= answers(scene, usual)
    RECORDED.mkdir(exist_ok=True)
    for file in RECORDED.glob("*.txt"):
        file.unlink()
    USUAL.write_text("".join(f"{name}: {value}\n" for name, value in usual.items()), encoding="utf-8")
    for name, text in written(found).items():
        (RECORDED / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
