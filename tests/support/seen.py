"""What a reader sees of a page in a real browser: text that is cut off at a side, figures broken in two."""

from __future__ import annotations

from playwright.sync_api import Page

SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
"""A reader's own spacing (WCAG 1.4.12)."""

_LOOKED_AT = """selector => {
    const found = [], range = document.createRange();
    const texts = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const {data, parentElement} = texts.currentNode, text = texts.currentNode;
        if (!data.trim() || !parentElement.checkVisibility()) continue;
        if (parentElement.closest(".said, thead, svg, script, pre")) continue;
        range.selectNodeContents(text);
        for (const {left, right} of range.getClientRects()) {
            if (left < -.5 || right > innerWidth + .5) found.push(`cut off: ${data.trim().slice(0, 40)}`);
        }
        for (const {0: figure, index} of data.matchAll(/\\d(?:[\\d.,:\\u00a0-]*\\d)?/g)) {
            range.setStart(text, index);
            range.setEnd(text, index + figure.length);
            const rows = new Set([...range.getClientRects()].map(({top}) => Math.round(top)));
            if (rows.size > 1) found.push(`in two rows: ${figure}`);
        }
    }
    const {scrollWidth, clientWidth} = document.documentElement;
    return scrollWidth > clientWidth ? [...found, `${scrollWidth} px wide`] : found;
}"""


def badly_seen(page: Page, selector: str = "main") -> list[str]:
    """Texts that the window cuts off at a side, figures and days whose digits stand in two rows, and a page that is
    wider than the window."""
    return list(page.evaluate(_LOOKED_AT, selector))
