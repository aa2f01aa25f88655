"""The strip as plain text: 80 columns for a terminal, a mail or a chat."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

from ticker.model import Freshness
from ticker.serve.i18n.words import ARROW
from ticker.serve.strip.figures import StripRate
from ticker.serve.strip.view import Strip, StripHeadline

COLUMNS = 80
_BOND = "\u00a0"  # a no-break space; printed as a space
_ARROWS = {"up": " ▲", "down": " ▼", None: ""}


def render(strip: Strip) -> bytes:
    """UTF-8 without control characters other than line breaks. Days are named, since it may be read much later."""
    parts = [_label(strip), _rates(strip), _headlines(strip) if strip.with_headlines else []]
    return ("\n\n".join("\n".join(part) for part in parts if part) + "\n").encode()


def _label(strip: Strip) -> list[str]:
    """Whose figures of which day, and as of when; for figures that are not simply today's, a sentence too."""
    words = strip.words
    between = " " if words.day.startswith(ARROW) else " · "
    said = [between.join(filter(None, [words.bank, words.day])), words.as_of_dated]
    if strip.demo or strip.stands_in or strip.state is Freshness.LATE:
        said.insert(1, words.status)
    return [line for text in filter(None, said) for line in _wrapped(text)]


def _rates(strip: Strip) -> list[str]:
    """Figures end in the same column. A change of an earlier day has that day beside it: a line may be read alone."""
    rates, changed = strip.rates, strip.words.lower if strip.changed else ""
    codes = max((_columns(rate.currency) for rate in rates), default=0)
    figures = max((_columns(rate.text) for rate in rates), default=0)
    return [line for rate in rates for line in _wrapped(_rate(rate, codes, figures, changed), indent=codes + 2)]


def _rate(rate: StripRate, codes: int, figures: int, changed: str) -> str:
    said = _padded(rate.currency, codes) + "  " + " " * (figures - _columns(rate.text)) + rate.text
    arrow = _ARROWS[rate.trend]
    if rate.next and rate.next.text:
        said += f" {ARROW} {rate.next.text}{arrow}" + (f" ({rate.next.mark})" if rate.next.mark else "")
    elif changed and rate.lower.trend:
        said += f" {rate.lower.text} · {changed}"
    elif rate.change_text:
        said += f"{arrow} {rate.change_text}"
    return said + (f"  ({rate.full_mark})" if rate.mark else "")


def _headlines(strip: Strip) -> list[str]:
    """Each behind its day and time, with its publisher."""
    words = strip.words
    lines = list(filter(None, [words.updated_dated, "" if strip.headlines else words.headlines_none]))
    dates = max((_columns(one.dated) for one in strip.headlines), default=0)
    return lines + [line for one in strip.headlines for line in _headline(one, dates)]


def _headline(one: StripHeadline, dates: int) -> Iterator[str]:
    publisher = one.publisher.replace(" ", _BOND)
    yield from _wrapped(f"{_padded(one.dated, dates)}  {one.title} ·{_BOND}{publisher}", indent=dates + 2)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - _columns(text))


def _columns(text: str) -> int:
    """Its width in a terminal (UAX #11): two columns for East Asian letters, none for combining marks."""
    return sum(0 if category(char) in ("Mn", "Me", "Cf") else 1 + (east_asian_width(char) in "WF") for char in text)


def _wrapped(text: str, indent: int = 0) -> Iterator[str]:
    """Lines of at most 80 columns, broken between words, the later ones indented."""
    line = ""
    for word in text.split(" "):
        if line.strip() and _columns(f"{line} {word}") > COLUMNS:
            yield _ended(line)
            line = " " * indent + word
        else:
            line = f"{line} {word}" if line else word
        while _columns(line) > COLUMNS:  # a word that is longer than a line
            fits = next(nth for nth in range(len(line), 0, -1) if _columns(line[:nth]) <= COLUMNS)
            yield _ended(line[:fits])
            line = " " * indent + line[fits:]
    yield _ended(line)


def _ended(line: str) -> str:
    return "".join(char for char in line.replace(_BOND, " ") if category(char) != "Cc").rstrip()
