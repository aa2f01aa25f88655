"""The walls between rooms, and the papers that describe them, are kept honest here."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ticker"

# Where each outside library lives, as patterns of files below ticker/. One that is not in this table has no room.
FLASK = ("*/routes.py", "serve/app.py", "serve/http/*")
ROOMS: dict[str, tuple[str, ...]] = {
    "requests": ("collect/http/*",),
    "urllib3": ("collect/http/*",),
    "feedparser": ("collect/sources/feed*",),
    "nh3": ("collect/sources/feed*",),
    "apscheduler": ("collect/schedule.py",),
    "sqlalchemy": ("store/*",),
    "alembic": ("store/*",),
    "sqlite3": ("store/*",),
    "psycopg": ("store/*",),
    "flask": FLASK,
    "werkzeug": FLASK,
    "jinja2": ("serve/http/pages.py",),
    "markupsafe": ("*/html.py", "serve/http/pages.py"),
    "snowballstemmer": ("serve/news/stems.py",),
    "resvg_py": ("serve/strip/png.py",),
    "fontpkg": ("serve/strip/png.py",),
    "babel": ("serve/i18n/*",),
    "cachetools": ("serve/http/*",),
    "brotli": ("serve/http/*",),
    "gzip": ("serve/http/*", "demo/*"),
    "pydantic": ("config/*", "serve/strip/options.py", "serve/api/*"),
    "granian": ("service.py",),
    "click": ("cli/*",),
    "structlog": ("log.py",),
}

ONLY_TYPES = {"_typeshed"}  # exists for the type checker alone

# Where figures are money. A float literal may stand there only for seconds.
MONEY = (
    "model.py",
    "snapshot.py",
    "collect/judge.py",
    "collect/sources/*",
    "store/*",
    "serve/strip/view.py",
    "rates/*",
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """The full name of all that a file imports, wherever in it; `from a import b` gives a.b, for b may be a module."""
    parts = dotted(path).split(".") if path.name == "__init__.py" else dotted(path).split(".")[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level + 1] if node.level else []
            yield from (".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names)


def room(name: str) -> str:
    """`collect` for ticker.collect.judge."""
    return name.split(".")[1] if name.startswith("ticker.") else ""


def text(name: str) -> str:
    return (ROOT / name).read_text()


# --- walls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wing", "forbidden"),
    [
        ("collect", {"serve", "operate"}),
        ("serve", {"collect"}),
        ("operate", {"collect"}),
        ("store", {"collect", "serve", "operate"}),
    ],
)
def test_the_wings_meet_only_at_the_store(wing: str, forbidden: set[str]) -> None:
    crossing = {
        f"{place(path)} imports {name}"
        for path in (PACKAGE / wing).rglob("*.py")
        for name in imports(path)
        if room(name) in forbidden
    }
    assert not crossing


def test_only_the_service_sees_both_wings() -> None:
    both = {place(path) for path in modules() if {"collect", "serve"} <= {room(name) for name in imports(path)}}
    assert both <= {"service.py"}


def test_every_outside_library_stays_in_its_room() -> None:
    strays = set()
    for path in modules():
        for library in {name.split(".")[0] for name in imports(path)} - {"ticker", *ONLY_TYPES}:
            if library in ROOMS:
                if not any(fnmatch(place(path), pattern) for pattern in ROOMS[library]):
                    strays.add(f"{place(path)} imports {library}: its room is {' or '.join(ROOMS[library])}")
            elif library not in sys.stdlib_module_names:
                strays.add(f"{place(path)} imports {library}, which has no room")
    assert not strays


def test_no_float_comes_near_money() -> None:
    floats = {
        f"{place(path)}:{line}: {what}"
        for path in modules()
        if any(fnmatch(place(path), pattern) for pattern in MONEY)
        for line, what in floats_in(tree(path))
    }
    assert not floats


def floats_in(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls of float() and float literals, but for seconds: what is given to sleep() or to a name `…_s`."""
    match node:
        case (
            ast.AnnAssign(target=ast.Name(id=name))
            | ast.Assign(targets=[ast.Name(id=name)])
            | ast.keyword(arg=str(name))
        ) if name.lower().endswith("_s"):
            return
        case ast.Call(func=ast.Attribute(attr="sleep")):
            return
        case ast.Call(func=ast.Name(id="float")):
            yield node.lineno, ast.unparse(node)
        case ast.Constant(value=float()):
            yield node.lineno, ast.unparse(node)
    for child in ast.iter_child_nodes(node):
        yield from floats_in(child)


IMPORT_ALL = """
import importlib, json, sys, traceback
outside, inside = json.loads(sys.argv[1])
for name in outside:
    importlib.import_module(name)
acts = {"socket.__new__", "_thread.start_new_thread", "subprocess.Popen", "os.fork", "sqlite3.connect"}
done = []
def hear(event, args):
    if event in acts:
        ours = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_stack() if "ticker" in frame.filename]
        done.append(f"{event} from {ours}")
sys.addaudithook(hear)
for name in inside:
    importlib.import_module(name)
print(json.dumps(done))
"""


def test_importing_a_module_starts_no_thread_and_opens_no_socket() -> None:
    """Outside libraries come first and are not judged: urllib3 tries an IPv6 socket when imported."""
    # Alembic runs its scripts itself, in a context of its own; they cannot be imported.
    ours = [path for path in modules() if "migrations" not in path.parts]
    outside = {name.split(".")[0] for path in ours for name in imports(path)} - {"ticker", *ONLY_TYPES}
    work = json.dumps([sorted(outside), [dotted(path) for path in ours]])
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL, work], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


# --- papers ------------------------------------------------------------------------------------------------------


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", text("Makefile"), re.MULTILINE))


def test_every_make_target_a_paper_names_exists() -> None:
    papers = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = {
        (paper.name, target)
        for paper in papers
        for code in re.findall(r"```.*?```|`[^`\n]+`", paper.read_text(), re.DOTALL)
        for target in re.findall(r"\bmake ([a-z][a-z-]*)", code)
    }
    assert named, "the README names no make target"
    assert not {(paper, target) for paper, target in named if target not in targets()}


def test_make_help_tells_of_every_target() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    told = set(re.findall(r"^([a-z][a-z-]*):.*## ", text("Makefile"), re.MULTILINE))
    assert told == targets() == set(phony.split())


def test_every_command_is_in_the_readme() -> None:
    shown = subprocess.run([sys.executable, "-m", "ticker", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    commands = set(re.findall(r"^ {2,6}([a-z]+) {2,}\S", shown.stdout, re.MULTILINE))
    assert {"demo", "serve"} <= commands, f"no list of commands in:\n{shown.stdout}"
    assert not {command for command in commands if f"ticker {command}" not in text("README.md")}


def test_every_option_is_in_the_reference() -> None:
    from pydantic import BaseModel

    from ticker.config import models as config

    models = [model for model in vars(config).values() if isinstance(model, type) and issubclass(model, BaseModel)]
    options = {option for model in models for option in model.model_fields}
    assert options
    reference = set(re.findall(r"\w+", text("docs/configuration.md")))
    assert not options - reference


def test_every_dependency_has_its_decision() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
        *(line for name in ("build", "dev") for line in text(f"requirements-{name}.in").splitlines()),
    ]
    names = {found[0] for line in wanted if (found := re.match(r"[a-z][\w-]*", line, re.IGNORECASE))}
    assert "flask" in names
    decided = set(re.findall(r"\*\*([@\w/-]+)\*\*", text("docs/decisions.md")))
    judges = set(json.loads(text("tests/audit/package.json"))["devDependencies"])
    assert not (names | judges) - decided


def test_every_word_of_the_glossary_is_defined_where_it_says() -> None:
    words = [line.strip("| ").split(" | ") for line in text("docs/glossary.md").splitlines() if line.startswith("| ")][
        1:
    ]
    assert 20 < len(words) <= 40
    assert len({word for word, *_ in words}) == len(words)
    wrong = set()
    for word, _, defined in words:
        found = re.fullmatch(r"`(\w+)` in `(ticker/[\w/]+\.py)`", defined)
        if not found or not (ROOT / found[2]).is_file() or not re.search(rf"\b{found[1]}\b", text(found[2])):
            wrong.add(f"{word}: {defined}")
    assert not wrong


# --- nothing of the country it was made for ---------------------------------------------------------------------------

OF_ONE_COUNTRY = re.compile(
    r"\bKGS\b|bishkek|\bsoms?\b(?!-ticker)|nbkr|kyrgyz|бишкек|кыргыз|киргиз|\bсом(?:а|у|ом|е|ов|дун|го)?\b",
    re.IGNORECASE,
)
LANGUAGE = "what a language is, for any home"
# Where the default home may be named, what of it, and why it is no constant there.
NAMED = {
    "ticker/config/models.py": (".*", "settings, with their defaults"),
    "ticker/config/defaults.py": (".*", "homes, sources and feeds without any settings"),
    "ticker/collect/sources/*": (".*", "what is known of banks"),
    "ticker/demo/*": (".*", "the demonstration plays NBKR and others"),
    "ticker/cli/serving.py": (
        "(?i)nbkr(?:-archive|-weekly)?|soms",
        "the demonstration's settings name its bank's sources",
    ),
    "ticker/cli/parser.py": ("\\bnbkr\\b|NBKR", "examples of commands name a source that needs no settings"),
    "ticker/serve/compat/*": (".*", "NBKR's own format goes by its name"),
    "ticker/serve/api/r*.py": ("/compat/nbkr/\\S+|NBKR's own format", "the same"),
    "ticker/serve/api/samples.py": (".*", "examples of the API's document"),
    "ticker/serve/api/*.py": (".*(?:examples?=|x-wanted|\\btext\\(|HOME = ).*", "examples of the API's document"),
    "templates/api/recipes/*": (".*", "examples, for the reader to change"),
    "templates/words/*.po": (".*", "names of banks and currencies"),
    "ticker/serve/news/words_*.py": (".*", LANGUAGE),
    "ticker/serve/news/stems.py": ("(?i)kyrgyz", LANGUAGE),
    "ticker/serve/news/titles.py": ("KYRGYZ", LANGUAGE),
    "ticker/serve/i18n/words.py": ("Kyrgyz|Кыргызча", LANGUAGE),
}


def test_nothing_of_one_country_is_a_constant() -> None:
    """Another home must need no change of code: only settings and what is known of its bank."""
    found, used = set(), set()
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("ticker/", "templates/")) or path.suffix == ".csv":
            continue
        body = path.read_text(encoding="utf-8")
        for pattern, (allowed, _) in NAMED.items():
            if fnmatch(name, pattern):
                used |= {pattern} if OF_ONE_COUNTRY.search(body) else set()
                body = re.sub(allowed, "", body)
        found |= {f"{name}: {line.strip()}" for line in body.splitlines() if OF_ONE_COUNTRY.search(line)}
    assert not found
    assert used == set(NAMED), "a place that no longer names it needs no leave"


# --- nothing of the machine it was made on -----------------------------------------------------------------------


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_a_lock_says_what_and_not_from_where() -> None:
    locks = [
        *ROOT.glob("requirements*.lock"),
        ROOT / "bench/package-lock.json",
        ROOT / "scripts/package-lock.json",
        ROOT / "tests/audit/package-lock.json",
    ]
    assert len(locks) == 6
    assert not [lock.name for lock in locks if re.search(r"://|^-|\"resolved\"", lock.read_text(), re.MULTILINE)]


def test_no_file_names_a_machine_or_a_registry() -> None:
    wrong = re.compile(r"(?<![\w.])/(?:root|home|Users|tmp)/\w|\b(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)\b")
    here = str(ROOT) + "/" if len(ROOT.parts) > 2 else "\0"
    found = set()
    for path in tracked():
        content = path.read_text(encoding="utf-8", errors="replace")
        if met := wrong.search(content):
            found.add(f"{path.relative_to(ROOT)}: {met[0]}")
        if here in content:
            found.add(f"{path.relative_to(ROOT)}: {here}")
    assert not found
