"""What a strip can be asked for: one model for parsing, canonical form and reference.

What people embed must not break by a mistake: an unknown name is ignored, a bad value gives way to its default, of a
repeated name the first counts. `notes` say what was met and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ticker.model import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
MAX_QUERY = 2048  # characters; what is longer is cut before it is read
MAX_NOTES = 10


class Options(BaseModel):
    """The options of one strip, checked. Two equal ones are one strip."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lang: Language = Field("en", description="Language of words, numbers and, unless `feeds` is given, headlines.")
    currencies: tuple[str, ...] | None = Field(
        None, max_length=12, description="Currencies to show, in this order, as ISO 4217 codes. By default the site's."
    )
    feeds: tuple[str, ...] | None = Field(
        None, max_length=20, description="Feeds whose headlines are shown. By default those in the strip's language."
    )
    headlines: int = Field(12, ge=0, le=20, description="How many headlines at most.")
    digits: int | None = Field(
        None, ge=0, le=6, description="Decimals of a figure. By default two from 10 up and the bank's own below."
    )

    def query(self) -> str:
        """The canonical query string: options that differ from the default, in one order."""
        return urlencode(
            [
                (name, ",".join(value) if isinstance(value, tuple) else str(value))
                for name, value in self
                if value != type(self).model_fields[name].default
            ],
            safe=",",
        )


@dataclass(frozen=True, slots=True)
class Offered:
    """What this service has: the members that the lists may name."""

    currencies: frozenset[str]
    feeds: frozenset[str]


def parse(query: str, offered: Offered) -> tuple[Options, tuple[str, ...]]:
    """The options a query asks for, leniently, and notes on what gave way."""
    values: dict[str, Any] = {}
    notes: list[str] = []
    for name, text in parse_qsl(query[:MAX_QUERY], keep_blank_values=True, errors="replace"):
        if name not in Options.model_fields:
            continue
        if name in values:
            notes.append(f"{name}: given more than once; the first counts")
            continue
        value, note = _read(name, text.strip(), offered)
        notes += note
        values[name] = value
    return Options(**{name: value for name, value in values.items() if value is not None}), tuple(notes[:MAX_NOTES])


def _read(name: str, text: str, offered: Offered) -> tuple[Any, list[str]]:
    """One option's value, None where it gives way to the default."""
    if name == "currencies":
        return _members(name, text.upper(), offered.currencies)
    if name == "feeds":
        return _members(name, text, offered.feeds)
    if name == "digits" and text == "auto":
        return None, []
    try:
        return getattr(Options.model_validate({name: text}), name), []
    except ValidationError:
        return None, [f"{name}: met {_shown(text)}, wanted {_wanted(name)}; the default is shown"]


def _members(name: str, text: str, allowed: Iterable[str]) -> tuple[Any, list[str]]:
    met = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known = tuple(part for part in met if part in allowed)
    limit = next(rule.max_length for rule in Options.model_fields[name].metadata if hasattr(rule, "max_length"))
    notes = [
        f"{name}: {_shown(part)} is not offered; offered are {', '.join(sorted(allowed))}"
        for part in met
        if part not in known
    ][:3]
    if len(known) > limit:
        notes.append(f"{name}: {len(known)} given, at most {limit} are shown")
    if not known:
        notes = notes or [f"{name}: met nothing, wanted a list like {','.join(sorted(allowed)[:3])}"]
    return known[:limit] or None, notes


def _wanted(name: str) -> str:
    if name == "lang":
        return f"{', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}"
    field = Options.model_fields[name]
    least, most = (next(getattr(rule, side) for rule in field.metadata if hasattr(rule, side)) for side in ("ge", "le"))
    return ("auto or " if field.default is None else "") + f"a whole number from {least} to {most}"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
