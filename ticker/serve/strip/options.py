"""The options of a strip: one model for parsing, canonical form and reference.

A mistake must not break what people have embedded: an unknown name is ignored, a bad value is replaced by its default,
and the first of repeated names counts. Notes say what was met and what is allowed; on an unknown name only where it
resembles an option's.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, ValidationError

from ticker.model import Language
from ticker.serve.http.query import parse_moment
from ticker.serve.i18n.words import Words, words
from ticker.serve.strip.notes import Note, Wanted
from ticker.serve.terms import LANGUAGES, SiteSettings
from ticker.snapshot import Content

MAX_QUERY = 2048  # characters; what is longer is cut before it is read
MAX_NOTES = 10

Part = Literal["clock", "rates", "change", "tomorrow", "lang", "headlines"]
PARTS: tuple[Part, ...] = get_args(Part)
COLOURS = ("bg", "fg", "accent", "line")
MOST_FIRST = 20  # headlines of one feed before all others
AUTO = "auto"  # of digits: as many as a figure needs
Colour = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{6}$")]


class BadMoment(ValueError):  # noqa: N818 - it is the moment that is bad
    """A moment of the past that cannot be read: the one mistake that has no default, since the present would be
    shown in its place. `key` and `values` are its sentence in the words."""

    def __init__(self, key: str, **values: str) -> None:
        self.key, self.values = key, values
        super().__init__(self.text(words("en")))

    def text(self, say: Words) -> str:
        return say.text(self.key, **self.values)


EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # before it, zones had offsets with seconds, which RFC 3339 has no form for


def moment_asked(query: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The moment of the past (UTC) in the query's `at`, None without one. A moment without an offset is in `zone`. An
    unescaped plus arrives as a space. Raises BadMoment."""
    pairs = parse_qsl(query[:MAX_QUERY], keep_blank_values=True, errors="replace")
    text = next((text.strip() for name, text in pairs if name == "at"), None)
    return None if text is None else moment(text, zone, now)


def moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A moment (UTC) not later than `now`, written as 2026-05-23T18:00+06:00. Raises BadMoment."""
    wrong = BadMoment("error.moment", met=quoted(text))
    try:
        at = parse_moment(text, zone)
    except ValueError:
        raise wrong from None
    if at < EARLIEST:
        raise wrong
    if at > now:
        raise BadMoment("error.future", met=quoted(text))
    return at


class Options(BaseModel):
    """The checked options of one strip. Equal options give the same strip."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: str | None = Field(
        None, description="The currency in which rates are quoted, of those that the service has. By default the first."
    )
    lang: Language = Field("en", description="Language of words, numbers and, unless `feeds` is given, headlines.")
    currencies: tuple[str, ...] | None = Field(
        None, max_length=12, description="Currencies to show, in this order, as ISO 4217 codes. By default the site's."
    )
    feeds: tuple[str, ...] | None = Field(
        None, max_length=20, description="Feeds whose headlines are shown. By default those in the strip's language."
    )
    order: Literal["time", "feeds"] = Field(
        "time", description="Headlines by time, or feed by feed in the order of `feeds`, each by time."
    )
    first: str | None = Field(
        None,
        pattern=r"^.+:([1-9]|1[0-9]|20)$",
        description="A feed whose newest headlines come before all others, and how many of them.",
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
    line: Colour | None = Field(None, description="Colour of a line of 3 px along the top.")
    panel: Literal["theme", "strip"] = Field(
        "theme", description="Ground of a panel: the theme's, or the strip's as given by `bg`."
    )
    charts: Literal["auto", "on", "off"] = Field(
        "auto", description="Whether figures lead to their chart; auto: in the panel, not on the strip."
    )
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
        description="Decimals of a figure. By default none from 1,000 up, two from 10 up and the bank's own below; more"
        " where tomorrow's figure would look like today's though it differs, or a figure like zero.",
    )

    _default_language: Language = PrivateAttr("en")  # the site's; a canonical query names only other languages
    _default_digits: int | None = PrivateAttr(None)  # the home's, likewise

    def shows(self, part: Part) -> bool:
        return part in self.show

    def query(self) -> str:
        """The canonical query string: options that differ from the default, in one order."""
        defaults = self._defaults()
        return urlencode([(name, option_text(value)) for name, value in self if value != defaults[name]], safe=",")

    def only(self, *names: str) -> Options:
        """These options; the others at their defaults."""
        defaults = self._defaults()
        return self.model_copy(update={name: value for name, value in defaults.items() if name not in names})

    def _defaults(self) -> dict[str, Any]:
        defaults = {name: field.default for name, field in type(self).model_fields.items()}
        return defaults | {"lang": self._default_language, "digits": self._default_digits}


def option_text(value: object) -> str:
    """The value of an option as in a query. Of those that a query has to name, only automatic digits are None."""
    return ",".join(value) if isinstance(value, tuple) else AUTO if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Offered:
    """What options may name at one home of this site, and their defaults there."""

    currencies: frozenset[str]
    feeds: frozenset[str]
    presets: Mapping[str, str] = field(default_factory=dict)  # options by name, as a query
    language: Language = "en"  # where a query names none
    languages: tuple[Language, ...] = LANGUAGES
    digits: int | None = None
    home: str = ""  # the default home
    others: Mapping[str, Offered] = field(default_factory=dict)  # of the other homes, by currency

    @property
    def homes(self) -> tuple[str, ...]:
        return (self.home, *self.others)

    def at(self, home: str | None) -> Offered:
        """What is offered at one home; at the default one for None."""
        return self.others.get(home or "", self)


_ALIKE = 0.75
_MEANT = {"language": "lang", "currency": "currencies", "background": "bg", "color": "fg", "colour": "fg"}
_MOST_UNKNOWN = 20  # names that are looked at


def offered(content: Content, settings: SiteSettings) -> Offered:
    """What options may name now: the currencies with a rate, the site's own and those that other banks are asked of,
    the feeds, the presets."""
    witnessed = {currency for currency, _ in content.agreement} - {content.home.currency}
    return Offered(
        currencies=frozenset(settings.currencies) | witnessed | {series.currency for series in content.series},
        feeds=frozenset(feed.feed for feed in content.feeds),
        presets=settings.presets,
        language=settings.language,
        languages=settings.own.languages,
        digits=settings.own.digits,
        home=content.home.currency,
        others={one.home.currency: offered(one, settings.at_home(one.home.currency)) for one in content.neighbours},
    )


def parse(query: str, offered: Offered) -> tuple[Options, tuple[Note, ...]]:
    """The options of a query, leniently, and notes on what was wrong in it. The query's own options override those of
    its preset."""
    pairs = parse_qsl(query[:MAX_QUERY], keep_blank_values=True, errors="replace")
    home, homes = home_named(query, offered), offered.homes
    offered = offered.at(home)
    values, notes = _values(pairs, offered)
    preset = next((text.strip() for name, text in pairs if name == "preset"), None)
    if preset is not None:
        if preset in offered.presets:
            values = _values(parse_qsl(offered.presets[preset]), offered)[0] | values
        else:
            notes.append(_not_offered("preset", preset, offered.presets))
    asked = next((text.strip() for name, text in pairs if name == "home"), homes[0])
    if asked.upper() not in homes:
        notes.append(_not_offered("home", asked, homes))
    notes += _near(name for name, _ in pairs)
    options = Options(**{"home": home, "lang": offered.language, "digits": offered.digits, **values})
    options._default_language, options._default_digits = offered.language, offered.digits
    return options, tuple(notes[:MAX_NOTES])


def home_named(query: str, offered: Offered) -> str | None:
    """The home that a query or its preset names; None for the default one, and for one that is not offered."""
    pairs = parse_qsl(query[:MAX_QUERY], keep_blank_values=True, errors="replace")
    given = dict(reversed(pairs))
    preset = dict(parse_qsl(offered.presets.get(given.get("preset", "").strip(), "")))
    home = given.get("home", preset.get("home", "")).strip().upper()
    return home if home in offered.others else None


def limits(name: str) -> tuple[int, int]:
    """The least and the greatest whole number that the option takes."""
    rules = Options.model_fields[name].metadata
    least, most = (next(getattr(rule, side) for rule in rules if hasattr(rule, side)) for side in ("ge", "le"))
    return least, most


def choices(name: str) -> tuple[str, ...]:
    """The words that the option takes; empty where it takes others."""
    return tuple(word for word in get_args(Options.model_fields[name].annotation) if isinstance(word, str))


def quoted(text: str) -> str:
    """A client's text as it is repeated in a message: in quotes, at most 40 characters."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _near(names: Iterable[str]) -> Iterator[Note]:
    """Unknown names that resemble an option's. Others, as utm_source, belong to the page."""
    unknown = [name for name in dict.fromkeys(names) if name not in Options.model_fields][:_MOST_UNKNOWN]
    for name in unknown:
        low = name.lower()
        meant = _MEANT.get(low) or next(iter(difflib.get_close_matches(low, Options.model_fields, 1, _ALIKE)), None)
        if meant and len(name) <= 20:
            yield Note.of("near", name, met=quoted(name), meant=meant)


def _values(pairs: Iterable[tuple[str, str]], offered: Offered) -> tuple[dict[str, Any], list[Note]]:
    met: set[str] = set()
    values: dict[str, Any] = {}
    notes: list[Note] = []
    for name, text in pairs:
        if name not in Options.model_fields:
            continue
        if name in met:
            notes.append(Note.of("repeated", name))
            continue
        met.add(name)
        value, note = _read(name, text.strip(), offered)
        notes += note
        if value is not None:
            values[name] = None if (name, value) == ("digits", AUTO) else value
    return values, notes


def _read(name: str, text: str, offered: Offered) -> tuple[Any, list[Note]]:
    """One option's value, None for the default."""
    if name == "home":
        return None, []  # it decides what else is offered, and was read before
    if name == "lang" and text in LANGUAGES and text not in offered.languages:
        return None, [_not_offered(name, text, offered.languages)]
    if name == "currencies":
        return _members(name, text.upper(), offered.currencies)
    if name == "feeds":
        return _members(name, text, offered.feeds)
    if name == "first":
        return _first(text, offered.feeds)
    if name == "show":
        chosen, notes = _members(name, text.lower(), PARTS)
        return chosen and tuple(part for part in PARTS if part in chosen), notes
    if name == "digits" and text == AUTO:
        return AUTO, []
    try:
        value = _six_digits(text) if name in COLOURS else text
        return getattr(Options.model_validate({name: value}), name), []
    except ValidationError:
        return None, [Note.of("wrong", name, met=quoted(text), wanted=_wanted(name))]


def _first(text: str, feeds: Collection[str]) -> tuple[str | None, list[Note]]:
    """A feed and a number as "24kg-ru:2"; a feed alone is one headline of it."""
    feed, _, number = text.partition(":")
    if feed not in feeds:
        return None, [_not_offered("first", feed, feeds)]
    number = number.strip() or "1"
    if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= MOST_FIRST):
        return None, [Note.of("wrong", "first", met=quoted(text), wanted=Wanted.first(feed, MOST_FIRST))]
    return f"{feed}:{int(number)}", []


def _six_digits(text: str) -> str:
    """A colour as `#14171b`, `14171B` or `#abc`, in one form."""
    plain = text.lower().removeprefix("#")
    return "".join(2 * digit for digit in plain) if len(plain) == 3 else plain


def _members(name: str, text: str, allowed: Collection[str]) -> tuple[Any, list[Note]]:
    met = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known = tuple(part for part in met if part in allowed)
    rules = Options.model_fields[name].metadata
    limit = next((rule.max_length for rule in rules if hasattr(rule, "max_length")), len(met))
    if not allowed:
        return None, [Note.of("none", name)]
    notes = [_not_offered(name, part, allowed) for part in met if part not in known][:3]
    if len(known) > limit:
        notes.append(Note.of("too_many", name, count=len(known), most=limit))
    if not known:
        notes = notes or [Note.of("empty", name, like=",".join(sorted(allowed)[:3]))]
    return known[:limit] or None, notes


def _not_offered(name: str, met: str, allowed: Iterable[str]) -> Note:
    known = ", ".join(sorted(allowed))
    return Note.of("not_offered", name, met=quoted(met), allowed=known) if known else Note.of("none", name)


def _wanted(name: str) -> Wanted:
    if name in COLOURS:
        return Wanted.colour()
    if listed := choices(name):
        return Wanted.one_of(listed)
    return Wanted.whole_number(*limits(name), auto=Options.model_fields[name].default is None)
