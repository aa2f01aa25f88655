"""The height that a page reserves for a panel, in px, before it has loaded.

How high a panel's content is depends on the length of headlines, which nobody knows beforehand. Where a page gives the
panel a height, it keeps it in every state: the headlines scroll inside the element, the whole page inside a frame. So
the height that is given is the height that is used, and what is below never moves.
"""

from __future__ import annotations

from ticker.serve.strip.height import has_headlines
from ticker.serve.strip.options import Options

HIGHEST = 640
# Of templates/panel/panel.css, in a column of 240 px and more: what surrounds the table and the headlines, the table's
# head and its rows, a heading, and a headline with a title of one row.
AROUND, HEAD, ROW, HEADING, HEADLINE = 148, 28, 32, 36, 54


def reserved_height(options: Options, currencies: int) -> int:
    """As high as the content is at least, and never higher than HIGHEST: so there is no empty room below it."""
    height = AROUND
    if options.shows("rates"):
        height += HEAD + ROW * currencies
    if has_headlines(options):
        height += HEADING + HEADLINE * options.headlines
    return min(HIGHEST, height)
