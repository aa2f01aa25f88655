"""What WordPress makes of the code that the configurator gives out: an editor pastes it into a post, and `wpautop` puts
paragraphs and line breaks into it.

    python tests/audit/paragraphs.py ADDRESS

A block must come out as it went in, but for white space: alone, and between two paragraphs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".cjs")
WAYS = ("frame", "panel", "element", "image")
PASTED = tuple(f"text-{way}" for way in (*WAYS, "follow"))  # into a post; other texts go into files
QUERIES = (
    "",
    "lang=ru&currencies=USD,EUR,RUB,KZT,CNY&bg=c8102e&place=inside",
    "lang=ky&headlines=0&theme=dark&frame=card",
    "show=headlines,lang",
)


@dataclass
class Codes(HTMLParser):
    """The texts to copy on a configurator's page, by their ids."""

    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = (dict(attrs).get("id") or "") if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside] = self.texts.get(self._inside, "") + data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = ""


def pasted(address: str) -> dict[str, str]:
    """Every block of HTML that the service at `address` gives out to be pasted, by where it stands."""
    found = {}
    for way, query in product(WAYS, QUERIES):
        page = Codes()
        with urllib.request.urlopen(f"{address}/?way={way}&{query}", timeout=10) as got:
            page.feed(got.read().decode())
        texts = {name: text.strip("\n") for name, text in page.texts.items() if name.startswith(PASTED)}
        html = {name: text for name, text in texts.items() if text.startswith("<")}
        found |= {f"{name} of /?{query}": text for name, text in html.items()}
    return found


def changed(blocks: dict[str, str]) -> list[tuple[str, str]]:
    """The blocks that do not stay as they are, each with what became of it."""
    among = {f"{name}, between paragraphs": f"Above.\n\n{text}\n\nBelow." for name, text in blocks.items()}
    wanted = blocks | {name: f"<p>Above.</p>\n{blocks[name.rpartition(', ')[0]]}\n<p>Below.</p>" for name in among}
    given = blocks | among
    done = subprocess.run(["node", SCRIPT], input=json.dumps(list(given.values())), capture_output=True, text=True)
    if done.returncode:
        return [("wpautop", done.stderr)]
    came = dict(zip(given, json.loads(done.stdout), strict=True))
    return [(name, text) for name, text in came.items() if _tight(text) != _tight(wanted[name])]


def _tight(html: str) -> str:
    """Without white space between tags, and with one space for any within one: neither is drawn."""
    return " ".join(html.split()).replace("> <", "><")


def main(address: str) -> int:
    blocks = pasted(address)
    found = changed(blocks)
    for name, text in found:
        print(f"wpautop · {name}\n{text}")
    print(f"wpautop: {len(blocks)} blocks, {len(found)} findings")
    return 1 if found or not blocks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
