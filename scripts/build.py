"""Writes templates/built/: the scripts and styles that the service serves, each minified by esbuild from its sources.

    python scripts/build.py            write them all
    python scripts/build.py --check    write nothing; exit 1 where a committed file is not what its sources make

`make scripts` runs this file after a change to a script or a style. The service itself reads the built files only.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TEMPLATES = HERE.parent / "templates"
BUILT = TEMPLATES / "built"
ESBUILD = HERE / "node_modules/.bin/esbuild"
# What refresh.js is given by its two users: names that neither the JSON nor the browser has, so they may be shortened.
SHORTENED = (
    "twin",
    "relabel",
    "dressed",
    "toggled",
    "woken",
    "ticked",
    "under",
    "ended",
    "begin",
    "ask",
    "live",
    "apply",
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """One built file and what it is made of, in order. `given` are constants that Python writes in (the element's)."""

    name: str
    sources: tuple[str, ...]
    given: tuple[str, ...] = ()

    def text(self) -> str:
        texts = [(TEMPLATES / source).read_text("utf-8") for source in self.sources]
        if self.name.endswith(".js"):
            return _function("\n".join(texts), self.given)
        if self.name == "embed.css":
            return _for_shadow_root(dict(zip(self.sources, texts, strict=True)))
        return "\n".join(texts)


BUNDLES = (
    Bundle("strip.js", ("http/refresh.js", "strip/strip.js", "strip/page.js")),
    Bundle("base.css", ("http/base.css",)),
    Bundle("error.css", ("http/base.css", "http/error.css")),
    Bundle("strip.css", ("http/base.css", "strip/strip.css")),
    Bundle("embed.js", ("http/refresh.js", "strip/strip.js", "strip/embed.js"), ("OPTIONS", "PARTS")),
    Bundle(
        "embed.css", ("strip/embed_page.css", "http/base.css", "strip/strip.css", "panel/panel.css", "panel/embed.css")
    ),
    Bundle("panel.js", ("http/refresh.js", "panel/panel.js", "panel/page.js")),
    Bundle("panel.css", ("http/base.css", "panel/panel.css")),
    Bundle("story.js", ("story/story.js",)),
    Bundle("story.css", ("http/base.css", "story/story.css")),
    Bundle("configurator.js", tuple(f"configurator/{name}.js" for name in ("morph", "rows", "configurator"))),
    Bundle("configurator.css", tuple(f"configurator/{name}.css" for name in ("tokens", "configurator", "preview"))),
    Bundle("chart.js", ("chart/chart.js",)),
    Bundle("chart.css", ("http/base.css", "chart/chart.css")),
    Bundle("docs.css", ("api/docs.css",)),
    Bundle("status.css", ("http/base.css", "operate/status.css")),
)


def minified(bundle: Bundle) -> str:
    """Raises subprocess.CalledProcessError where esbuild finds a mistake; esbuild prints it."""
    kind = "js" if bundle.name.endswith(".js") else "css"
    command = [ESBUILD, "--minify", "--charset=utf8", f"--loader={kind}", "--log-level=warning"]
    if kind == "js":
        command.append(f"--mangle-props=^({'|'.join(SHORTENED)})$")
    done = subprocess.run(command, input=bundle.text(), check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    return done.stdout.strip()


# --- scripts


def _function(code: str, given: Iterable[str]) -> str:
    """One function, so that no name reaches the page around it. Its parameters are called GIVEN_…, which stay as they
    are: the service puts values in their place."""
    names = tuple(given)
    values = ",".join(f"GIVEN_{name}" for name in names)
    return f'(({",".join(names)})=>{{"use strict";\n{code}\n}})({values});'


# --- styles

_OF_THE_PAGE = re.compile(r":root\b|\bhtml(?=:)|(?m:^body(?=[ :]))")
_REM = re.compile(r"(-?[\d.]+)rem\b")


def _for_shadow_root(sources: dict[str, str]) -> str:
    """The strip's and the panel's style for the element. A rem would be the host page's; `--rem` is the reader's."""
    css = "\n".join(sources.values())
    return _REM.sub(r"calc(\1*var(--rem))", _OF_THE_PAGE.sub(".page", css))


# --- the run


def main(arguments: list[str]) -> int:
    check = arguments == ["--check"]
    with ThreadPoolExecutor(2) as pool:
        made = dict(zip((bundle.name for bundle in BUNDLES), pool.map(minified, BUNDLES), strict=True))
    there = {path.name: path.read_text("utf-8") for path in BUILT.glob("*")}
    wrong = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    if check:
        for name in wrong:
            print(f"templates/built/{name} is not what its sources make: make scripts")
        return bool(wrong)
    BUILT.mkdir(exist_ok=True)
    for name in wrong:
        (BUILT / name).unlink() if name not in made else (BUILT / name).write_text(made[name], "utf-8")
        print(f"templates/built/{name}: {len(made.get(name, ''))} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
