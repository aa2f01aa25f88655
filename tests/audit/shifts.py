"""Whether a host page moves while a strip comes: every code of the configurator, in every place a page may put it.

    PYTHONPATH=tests python -m audit.shifts [--tenth]

On a page stand the codes with one to eight currencies, each as the child of a block, of a flex row, of a flex column
and of a grid, and a paragraph after each. A page is at fault where Chromium counts a layout shift, in the page or in a
frame, or where a paragraph stands elsewhere at the end than when it was first drawn.
"""

from __future__ import annotations

import re
import sys
import time
from argparse import ArgumentParser
from itertools import product

from audit.engines import Tab, tab
from audit.measured import CURRENCIES, LANGUAGES, Kind, Service, serving, split

WIDTHS = (1280, 760, 360)
HEIGHT = 4400  # of the window: what is out of sight does not count
STATES = ("day", "evening")
WAYS = (("frame", True), ("frame", False), ("follow", True), ("follow", False), ("element", True), ("element", False))
PANELS = (("panel-frame", True), ("panel-element", True))
PARENTS = {"block": "", "flex": "display:flex", "column": "display:flex;flex-direction:column", "grid": "display:grid"}
WRAPPER = re.compile(r'<div style="[^"]*container-type[^"]*">\s*(.*?)\s*</div>', re.S)
TENTH = 10
# Where the paragraphs stand once they are drawn, and at the end.
WATCH = """<script>
const after = () => [...document.querySelectorAll(".after")];
const tops = () => after().map(one => Math.round(one.getBoundingClientRect().top * 10) / 10);
document.addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => { window.first = tops(); }));
</script>"""
SETTLED = """(async () => {
  const elements = [...document.querySelectorAll("rate-ticker")], began = performance.now();
  const shown = () => elements.every(one => one.shadowRoot?.querySelector(".run #strip[data-until]"));
  while (!shown() && performance.now() - began < 20000) await new Promise(next => setTimeout(next, 50));
  await new Promise(next => setTimeout(next, 400));
  const last = tops(), told = after().map(({id}, nth) => `${id} from ${first[nth]} to ${last[nth]} px`);
  const moved = told.filter((_, nth) => first[nth] !== last[nth]);
  return [...(shown() ? [] : ["an element did not come"]), ...shifts.map(one => `shift of ${one}`), ...moved];
})()"""
STYLE = "p { margin: 0; font: 16px/24px sans-serif } .after { height: 24px; overflow: hidden }"


def body(service: Service, way: str, lang: str, *, wrapped: bool) -> str:
    """Every code of one way."""
    parts, script = "", ""
    for (parent, style), n in product(PARENTS.items(), range(1, len(CURRENCIES) + 1)):
        script, code = split(service.codes(Kind(way).options(n, lang))[way])
        if not wrapped:
            code = WRAPPER.sub(r"\1", code)
        parts += f'<div style="{style}">{code}</div>\n<p class="after" id="{parent}-{n}">What comes after it</p>\n'
    return f"{script}<p>A page of our own</p>{parts}"


def moved(tab: Tab, service: Service, name: str, body: str) -> list[str]:
    """What moved on a host page with that body."""
    tab.open(service.page(name, WATCH + body, STYLE))
    found: list[str] = tab.evaluate(SETTLED)
    return found


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tenth", action="store_true", help="a tenth of the pages")
    parser.add_argument("--show", type=int, default=3, help="how many faults of a page are told")
    asked = parser.parse_args(arguments)
    began, faults, pages = time.monotonic(), 0, 0
    every = list(product(WIDTHS, STATES, LANGUAGES, (*WAYS, *PANELS)))
    wanted = set(every[:: TENTH + 1] if asked.tenth else every)  # eleven shares no factor with the kinds
    for width, state in product(WIDTHS, STATES):
        with tab("chromium", width, HEIGHT) as opened, serving(state) as service:
            for lang, (way, wrapped) in product(LANGUAGES, (*WAYS, *PANELS)):
                if (width, state, lang, (way, wrapped)) not in wanted:
                    continue
                found = moved(opened, service, "host", body(service, way, lang, wrapped=wrapped))
                pages += 1
                # Without the wrapper `cqi` is the page's width: what moves then is told, and is no fault.
                faults += bool(found and wrapped)
                if found:
                    name = f"{width} px, {state}, {lang}, {way}{'' if wrapped else ' without wrapper'}"
                    print(f"{name}: {len(found)} moved", *found[: asked.show], sep="\n    ", flush=True)
    codes, took = len(PARENTS) * len(CURRENCIES), time.monotonic() - began
    print(f"shifts: {pages} pages, each with {codes} codes, {faults} moved, {took:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
