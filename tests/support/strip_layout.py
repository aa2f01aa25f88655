"""What is wrong in how a strip is laid out, measured in a real browser.

`root` is an expression in the page: its document, or an element's shadow root."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from playwright.sync_api import Frame, Page

from ticker.serve.strip.height import pixels
from ticker.serve.strip.options import Options

IN_PAGE, IN_ELEMENT = "document", "document.querySelector('rate-ticker').shadowRoot"
# Each boundary of look.md for three currencies, and its neighbours.
BOUNDARIES = sorted(
    {width + by for width in (300, 320, 332, 340, 420, 460, 500, 524, 560, 640, 824, 924, 1084) for by in (-1, 0, 1)}
)

# Rows that wrap, parts that overlap, leave the bar, or have text that leaves them.
_FAULTS = """root => {
    const found = [], bar = root.querySelector(".bar"), edge = bar.getBoundingClientRect(), slack = .6;
    const isDrawn = node => {
        const box = node.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && getComputedStyle(node).visibility === "visible";
    };
    const lines = node => {
        const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), boxes = [];
        for (let text; (text = walker.nextNode());) {
            const range = document.createRange();
            range.selectNodeContents(text);
            if (!text.parentNode.closest(".said")) boxes.push(...range.getClientRects());
        }
        const middles = boxes.map(box => (box.top + box.bottom) / 2).sort((a, b) => a - b);
        return [boxes, middles.filter((one, nth) => !nth || one - middles[nth - 1] > 7).length];
    };
    const named = node => `${node.className || node.localName} "${node.textContent.trim()}"`;
    const row = ["56px", "96px"].includes(getComputedStyle(bar).height) ? 16 : 17;
    for (const node of root.querySelectorAll(".bar .up, .bar .low")) {
        if (!isDrawn(node) || node.closest(".news")) continue;
        const part = node.closest(".clock, .bank, .rates li").getBoundingClientRect(), [boxes, n] = lines(node);
        if (node.offsetHeight !== row) found.push(`${named(node)} is ${node.offsetHeight} px high`);
        if (n > 1) found.push(`${named(node)} wraps`);
        if (boxes.some(box => box.right > part.right + slack)) found.push(`${named(node)} leaves its part`);
    }
    for (const node of root.querySelectorAll(".list li :is(.up, .low)"))
        if (isDrawn(node) && lines(node)[1] > 1) found.push(`${named(node)} wraps`);
    for (const node of root.querySelectorAll(".list a"))
        if (isDrawn(node) && node.offsetHeight > 2 * row) found.push(`${named(node)} is ${node.offsetHeight} px high`);
    const parts = [...bar.children].filter(isDrawn).map(node => [node.className, node.getBoundingClientRect()]);
    parts.forEach(([name, box], nth) => {
        const [left, right] = [box.left >= edge.left - slack, box.right <= edge.right + slack];
        const [top, bottom] = [box.top >= edge.top - slack, box.bottom <= edge.bottom + slack];
        if (!(left && right && top && bottom)) found.push(`${name} leaves the bar`);
        for (const [other, its] of parts.slice(nth + 1)) {
            const wide = Math.min(box.right, its.right) - Math.max(box.left, its.left);
            const high = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
            if (wide > slack && high > slack) found.push(`${name} overlaps ${other}`);
        }
    });
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} px wide`);
    return found;
}"""

# By row, where the baseline of each of its texts is, px from the bar's top.
_BASELINES = """root => {
    const top = root.querySelector(".bar").getBoundingClientRect().top, item = [...root.querySelectorAll(".list li")]
        .find(one => one.offsetParent);
    const baseline = node => {
        const probe = document.createElement("span");
        probe.style.cssText = "display:inline-block;inline-size:0;block-size:0";
        node.prepend(probe);
        const {bottom} = probe.getBoundingClientRect();
        probe.remove();
        return Math.round((bottom - top) * 100) / 100;
    };
    const of = (...nodes) => nodes.flat().filter(node => node?.offsetParent && node.textContent).map(baseline);
    const all = selector => [...root.querySelectorAll(selector)];
    return {
        clock: of(all(".clock time")), city: of(all(".city")),
        name: of(all(".name, .bank .unit, .bank .day")), lower: of(all(".bank .low")),
        code: of(all(".code")), figure: of(all(".figure")), small: of(all(".small")),
        time: of(item?.querySelector("time")), title: of(item?.querySelector("a span")),
        publisher: of(item?.querySelector(".publisher")),
    };
}"""


def faults(page: Page | Frame, root: str = IN_PAGE) -> list[str]:
    found: list[str] = page.evaluate(f"({_FAULTS})({root})")
    return found


def baselines(page: Page | Frame, root: str = IN_PAGE) -> dict[str, list[float]]:
    found: dict[str, list[float]] = page.evaluate(f"({_BASELINES})({root})")
    return found


def agree(found: dict[str, list[float]], height: int) -> list[str]:
    """The rows whose texts do not stand on one baseline, and baselines that are not a row apart."""
    if height in (96, 56):
        rows, pitch = [["clock", "code"], ["name", "figure"], ["lower", "small"]], 16
    else:
        rows, pitch = [["clock", "name", "code", "figure"], ["city", "lower", "small"]], 17
    news = [["time", "title"], ["publisher"]]
    if height == 44:
        rows = [[*upper, *more] for upper, more in zip(rows, news, strict=True)]
    wrong = []
    for group in (rows,) if height == 44 else (rows, news):
        places = [sorted({place for name in row for place in found[name]}) for row in group]
        wrong += [f"{row}: {at}" for row, at in zip(group, places, strict=True) if at and at[-1] - at[0] > 0.02]
        tops = [at[0] for at in places if at]
        wrong += [f"{group}: {tops}" for one, other in pairwise(tops) if abs(other - one - pitch) > 0.02]
    if height in (96, 80) and found["time"] and found["time"][0] - found["clock"][0] != height - 40:
        wrong.append(f"the lower line stands at {found['time'][0]}")
    return wrong


def bar_height(page: Page | Frame, root: str = IN_PAGE) -> float:
    height: float = page.evaluate(f"{root}.querySelector('.bar').getBoundingClientRect().height")
    return height


def at_widths(
    page: Page, widths: tuple[int, ...] | list[int], options: Options, n: int, root: str = IN_PAGE
) -> list[str]:
    """What is wrong at each width of the window, the strip's height included."""
    found: list[str] = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 300})
        wanted, there = pixels(options, n, width), bar_height(page, root)
        if there != wanted:
            found.append(f"{width} px: {there} px high, not {wanted}")
        found += [f"{width} px: {one}" for one in faults(page, root)]
    return found


def computed(page: Page, selector: str, name: str, root: str = IN_PAGE) -> Any:
    return page.evaluate(f"([one, name]) => getComputedStyle({root}.querySelector(one))[name]", [selector, name])
