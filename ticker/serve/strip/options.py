"""What a strip can be asked for: one model for parsing, canonical form and reference.

What people embed must not break by a mistake: an unknown name is ignored, a bad value gives way to its default, of a
repeated name the first counts. `notes` say what was met and what is allowed; of an unknown name only where it is nearly
an option's.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ticker.model import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
MAX_QUERY = 2048  # characters; what is longer is cut before it is read
MAX_NOTES = 10

Part = Literal["clock", "rates", "change", "tomorrow", "lang", "headlines"]
PARTS: tuple[Part, ...] = get_args(Part)
COLOURS = ("bg", "fg", "accent")
Colour = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{6}$")]


class BadMoment(ValueError):  # noqa: N818 - it is the moment that is bad
    """A moment of the past that can't be read: the one mistake that is not answered with the present, which would show
    now for then."""


EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # before it, zones had offsets with seconds, which RFC 3339 has no form for
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)([Zz]|[+ -]\d\d:\d\d)?")


def moment_asked(query: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The moment of the past (UTC) that `at` of a query names, None where there is none. Without an offset it is one
    of `zone`. A plus that was sent as it is arrives as a space. Raises BadMoment."""
    pairs = parse_qsl(query[:MAX_QUERY], keep_blank_values=True, errors="replace")
    text = next((text.strip() for name, text in pairs if name == "at"), None)
    return None if text is None else moment(text, zone, now)


def moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A moment (UTC) not later than `now`, written as 2026-05-23T18:00+06:00. Raises BadMoment."""
    wrong = BadMoment(f"at: met {_shown(text)}, wanted a moment of the past as 2026-05-23T18:00+06:00")
    found = _MOMENT.fullmatch(text)
    if not found:
        raise wrong
    day, clock, offset = found.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{clock}{(offset or '').replace(' ', '+').upper()}")
        at = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    if at < EARLIEST:
        raise wrong
    if at > now:
        raise BadMoment(f"at: met {_shown(text)}, which is still to come; wanted a moment of the past")
    return at


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
    show: tuple[Part, ...] = Field(
        PARTS, description="Which parts are shown; the bank and the day of figures always are."
    )
    theme: Literal["auto", "light", "dark", "transparent"] = Field(
        "auto",
        description="Ground and text; auto follows the reader's device, transparent lets the page shine through.",
    )
    frame: Literal["bar", "card"] = Field("bar", description="A bar from edge to edge, or a card with a border.")
    bg: Colour | None = Field(None, description="Colour of the ground, six hexadecimal digits as 14171b.")
    fg: Colour | None = Field(None, description="Colour of the text.")
    accent: Colour | None = Field(None, description="Colour of links and of the focus ring.")
    motion: Literal["step", "scroll", "static"] = Field(
        "step", description="Headlines change one whole step at a time, run as a tape, or stand still."
    )
    speed: int = Field(
        100, ge=25, le=300, description="Speed of the motion in per cent: 100 is a step every 7 s or 40 px/s."
    )
    digits: int | None = Field(
        None,
        ge=0,
        le=6,
        description="Decimals of a figure. By default two from 10 up and the bank's own below; more where tomorrow's"
        " figure would look like today's though it differs, or a figure like zero.",
    )

    def shows(self, part: Part) -> bool:
        return part in self.show

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
    presets: Mapping[str, str] = field(default_factory=dict)  # options by name, as a query


class Note(str):
    """What gave way, as an English sentence; `key` and `given` say the same for other languages (`note.KEY`)."""

    key: str
    given: Mapping[str, Any]

    @classmethod
    def of(cls, key: str, **given: Any) -> Note:
        note = cls(_NOTES[key].format(**given))
        note.key, note.given = key, given
        return note


_NOTES = {
    "repeated": "{name}: given more than once; the first counts",
    "not_offered": "{name}: {met} is not offered; offered are {allowed}",
    "too_many": "{name}: {count} given, at most {most} are shown",
    "empty": "{name}: met nothing, wanted a list like {like}",
    "wrong": "{name}: met {met}, wanted {wanted}; the default is shown",
    "near": "{met}: there is no such option; did you mean {name}?",
}
_ALIKE = 0.75
_MEANT = {"language": "lang", "currency": "currencies", "background": "bg", "color": "fg", "colour": "fg"}
_MOST_UNKNOWN = 20  # names that are looked at


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an option's value may be: one of `choices`, a whole number in `limits`, or else a colour."""

    choices: tuple[str, ...] = ()
    limits: tuple[int, int] | None = None
    auto: bool = False

    def __str__(self) -> str:
        if self.choices:
            return f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"
        if self.limits:
            return ("auto or " if self.auto else "") + "a whole number from {} to {}".format(*self.limits)
        return "a colour as 14171b"


def parse(query: str, offered: Offered) -> tuple[Options, tuple[Note, ...]]:
    """The options a query asks for, leniently, and notes on what gave way. What stands in the query itself goes before
    what its preset says."""
    pairs = parse_qsl(query[:MAX_QUERY], keep_blank_values=True, errors="replace")
    values, notes = _values(pairs, offered)
    preset = next((text.strip() for name, text in pairs if name == "preset"), None)
    if preset is not None:
        if preset in offered.presets:
            values = _values(parse_qsl(offered.presets[preset]), offered)[0] | values
        else:
            known = ", ".join(sorted(offered.presets)) or "none"
            notes.append(Note.of("not_offered", name="preset", met=_shown(preset), allowed=known))
    notes += _near(name for name, _ in pairs)
    return Options(**values), tuple(notes[:MAX_NOTES])


def _near(names: Iterable[str]) -> Iterator[Note]:
    """Unknown names that look like an option's. What a page adds for itself, as utm_source, is none of ours."""
    unknown = [name for name in dict.fromkeys(names) if name not in Options.model_fields][:_MOST_UNKNOWN]
    for name in unknown:
        low = name.lower()
        meant = _MEANT.get(low) or next(iter(difflib.get_close_matches(low, Options.model_fields, 1, _ALIKE)), None)
        if meant and len(name) <= 20:
            yield Note.of("near", met=_shown(name), name=meant)


def _values(pairs: Iterable[tuple[str, str]], offered: Offered) -> tuple[dict[str, Any], list[Note]]:
    met: set[str] = set()
    values: dict[str, Any] = {}
    notes: list[Note] = []
    for name, text in pairs:
        if name not in Options.model_fields:
            continue
        if name in met:
            notes.append(Note.of("repeated", name=name))
            continue
        met.add(name)
        value, note = _read(name, text.strip(), offered)
        notes += note
        if value is not None:
            values[name] = value
    return values, notes


def _read(name: str, text: str, offered: Offered) -> tuple[Any, list[Note]]:
    """One option's value, None where it gives way to the default."""
    if name == "currencies":
        return _members(name, text.upper(), offered.currencies)
    if name == "feeds":
        return _members(name, text, offered.feeds)
    if name == "show":
        chosen, notes = _members(name, text.lower(), PARTS)
        return chosen and tuple(part for part in PARTS if part in chosen), notes
    if name == "digits" and text == "auto":
        return None, []
    try:
        value = _six_digits(text) if name in COLOURS else text
        return getattr(Options.model_validate({name: value}), name), []
    except ValidationError:
        return None, [Note.of("wrong", name=name, met=_shown(text), wanted=_wanted(name))]


def _six_digits(text: str) -> str:
    """A colour as `#14171b`, `14171B` or `#abc`, in one form."""
    plain = text.lower().removeprefix("#")
    return "".join(2 * digit for digit in plain) if len(plain) == 3 else plain


def _members(name: str, text: str, allowed: Iterable[str]) -> tuple[Any, list[Note]]:
    met = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known = tuple(part for part in met if part in allowed)
    rules = Options.model_fields[name].metadata
    limit = next((rule.max_length for rule in rules if hasattr(rule, "max_length")), len(met))
    notes = [
        Note.of("not_offered", name=name, met=_shown(part), allowed=", ".join(sorted(allowed)))
        for part in met
        if part not in known
    ][:3]
    if len(known) > limit:
        notes.append(Note.of("too_many", name=name, count=len(known), most=limit))
    if not known:
        notes = notes or [Note.of("empty", name=name, like=",".join(sorted(allowed)[:3]))]
    return known[:limit] or None, notes


def _wanted(name: str) -> Wanted:
    if name in COLOURS:
        return Wanted()
    field = Options.model_fields[name]
    if choices := tuple(one for one in get_args(field.annotation) if isinstance(one, str)):
        return Wanted(choices)
    least, most = (next(getattr(rule, side) for rule in field.metadata if hasattr(rule, side)) for side in ("ge", "le"))
    return Wanted(limits=(least, most), auto=field.default is None)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
