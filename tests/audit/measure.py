"""Measures the strip at every width: nothing overlaps, wraps or is cut, and its height is the one that is given.

    PYTHONPATH=tests python -m audit.measure [--tenth] [--engine NAME] [--state NAME] [--show N]

`make measure` runs it whole in Chromium and a tenth in Firefox and WebKit; `make audit` runs a tenth in all three. A
case is one code of the configurator with so many currencies (`ru-5`), at one width, in one state. Kinds of faults:

    overlap   two texts, controls or parts are drawn over one another
    wrap      a text or a part has more rows than the look allows
    cut       a text is not seen whole
    moved     a rate is scrolled away, outside cells
    narrow    headlines beside rates have less than 180 px
    sideways  the page is wider than its frame
    height    the height that is reserved, that is taken, that is needed and the look's are not one
    console   something was said, or the service refused a request

These may be cut: a title and a publisher (with an ellipsis), a headline that waits for its turn, a rate in cells that
can be scrolled to, a name in the configurator's rows. In panels and pages a text may wrap, a figure may not; a panel's
headlines scroll in their box.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from audit.engines import ENGINES, Tab, tab
from audit.measured import CURRENCIES, LANGUAGES, STATES, Kind, Service, serving, with_codes, with_pages

from ticker.serve.strip import height
from ticker.serve.strip.options import Offered, parse

KINDS = ("overlap", "wrap", "cut", "moved", "narrow", "sideways", "height", "console")
WIDTHS = range(280, 1921, 40)
PANEL_WIDTHS = range(240, 401, 20)
STRIPS = (Kind("frame"), Kind("element"))
# In two states, at a quarter of the widths.
OTHERS = (
    Kind("frame", "headlines=0"),
    Kind("element", "headlines=0"),
    Kind("frame", "show=clock,headlines,lang"),
    Kind("frame", "frame=card"),
    Kind("frame", "motion=static"),
    Kind("frame", "motion=scroll"),
    Kind("frame", "line=e63946&bg=1d3557"),
    Kind("frame", paused=True),
    Kind("element", paused=True),
)
PANELS = (Kind("panel-frame"), Kind("panel-element"))
# The configurator, with each way to show a strip.
FORMS = tuple(Kind("configurator", f"&way={way}") for way in ("frame", "panel", "element", "include", "image", "text"))
Steps = dict[str, list[tuple[int, int]]]  # by box, widths with the look's heights; 0 for none
FORM_WIDTHS = (320, 360, 420, 479, 480, 600, 719, 720, 760, 900, 1024, 1099, 1100, 1280, 1600, 1920)
BRIEFLY = ("day", "month's end")
QUARTER, TENTH = 4, 10
VIEWS = {"panel-frame": "panel", "panel-element": "panel", "configurator": "page"}


def widths(n: int) -> list[int]:
    """Every 40 px, and each boundary of the look, one before and one after it."""
    by_currency = [(524, 100), (784, 100), (924, 100), (624, 100), (704, 100), (200, 100), (400, 100), (280, 100)]
    boundaries = [base + each * n for base, each in [*by_currency, (112, 60)]]
    boundaries += [280, 332 + 100 * n, 340, 420, 460, 520, 560, 640]
    near = {edge + by for edge in boundaries for by in (-1, 0, 1)}
    return sorted({*WIDTHS, *(width for width in near if WIDTHS[0] <= width <= WIDTHS[-1])})


@dataclass
class Result:
    """What was found in one engine."""

    engine: str
    cases: int = 0
    right: int = 0
    faults: list[tuple[str, str, str]] = field(default_factory=list)  # kind, case, what
    took_s: float = 0.0

    def cases_with(self, kind: str) -> int:
        return len({case for fault, case, _ in self.faults if fault == kind})


def plan(state: str, share: int) -> Iterator[tuple[Kind, int]]:
    """What is measured in one state: kinds of code, each at one of so many widths."""
    yield from ((kind, share) for kind in STRIPS)
    if state in BRIEFLY:
        yield from ((kind, max(share, QUARTER)) for kind in OTHERS)
    yield from ((kind, share) for kind in PANELS)
    if state == BRIEFLY[0]:
        yield from ((kind, 1) for kind in FORMS)


def steps(kind: Kind, share: int, turn: int) -> Steps:
    """Widths by box, with the look's heights; of each `share` widths one, another one in each turn."""
    view, made = VIEWS.get(kind.way, "strip"), {}
    options, _ = parse(kind.query if view == "strip" else "", Offered(frozenset(CURRENCIES), frozenset()))
    for at, (lang, n) in enumerate(product(LANGUAGES, range(1, 2 if view == "page" else len(CURRENCIES) + 1))):
        all_widths = {"strip": widths(n), "panel": PANEL_WIDTHS, "page": FORM_WIDTHS}[view]
        wanted = [width for nth, width in enumerate(all_widths) if (nth + turn + at) % share == 0]
        made[f"{lang}-{n}"] = [(width, height.pixels(options, n, width) if view == "strip" else 0) for width in wanted]
    return {box: list_ for box, list_ in made.items() if list_}


def measured(tab: Tab, result: Result, states: list[str], share: int) -> None:
    turn = 0
    for state in states:
        with serving(state) as service:
            for kind, one_in in plan(state, share):
                turn += 1
                one_page(tab, result, service, kind, f"{state}, {kind}", steps(kind, one_in, turn))


def one_page(tab: Tab, result: Result, service: Service, kind: Kind, at: str, wanted: Steps) -> None:
    view = VIEWS.get(kind.way, "strip")
    tab.open(with_pages(service, kind.query) if view == "page" else with_codes(service, kind))
    try:
        tab.evaluate(f"ready({json.dumps(kind.paused)})")
        faults = tab.evaluate(f"measure({json.dumps(view)}, {json.dumps(wanted)})")
    except Exception as fault:  # an engine's own kind of error; the other pages are measured all the same
        faults = []
        result.faults.append(("console", at, str(fault)))
    wrong = {(box, width) for box, width, _, _ in faults}
    count = sum(map(len, wanted.values()))
    result.cases += count
    result.right += count - len(wrong)
    result.faults += [(fault, f"{at}, {box}, {width} px", what) for box, width, fault, what in faults]
    said = {*tab.said(), *tab.evaluate("top.said.splice(0)"), *service.missing}
    service.missing.clear()
    result.faults += [("console", at, what) for what in sorted(said)]


def run(engine: str, states: list[str], share: int) -> Result:
    began, result = time.monotonic(), Result(engine)
    with tab(engine) as opened:
        measured(opened, result, states, share)
    result.took_s = time.monotonic() - began
    return result


def told(results: list[Result], show: int) -> str:
    """The table, and for each kind of fault its commonest texts."""
    head = f"{'engine':<10}{'cases':>8}{'right':>8}" + "".join(f"{kind:>10}" for kind in KINDS) + f"{'s':>7}"
    rows = [
        f"{one.engine:<10}{one.cases:>8}{one.right:>8}"
        + "".join(f"{one.cases_with(kind):>10}" for kind in KINDS)
        + f"{one.took_s:>7.0f}"
        for one in results
    ]
    lines = [head, *rows]
    for one, kind in product(results, KINDS):
        counted = Counter(what for fault, _, what in one.faults if fault == kind)
        first = {what: case for fault, case, what in reversed(one.faults) if fault == kind}
        lines += [
            f"{one.engine} {kind} {count} × {what}\n    {first[what]}" for what, count in counted.most_common(show)
        ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tenth", action="store_true", help="a tenth of the cases in Chromium too")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one; may be repeated")
    parser.add_argument("--state", action="append", choices=list(STATES), help="only this one; may be repeated")
    parser.add_argument("--show", type=int, default=5, help="how many faults of each kind are told")
    asked = parser.parse_args(arguments)
    results = []
    for engine in asked.engine or ENGINES:
        share = 1 if engine == "chromium" and not asked.tenth else TENTH
        results.append(run(engine, asked.state or list(STATES), share))
    print(told(results, asked.show))
    # Rates that a wide font or a long label has moved along in their own box are told; the look allows them.
    return 1 if any(kind != "moved" for one in results for kind, *_ in one.faults) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
