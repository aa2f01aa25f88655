"""The query of the configurator's form, and the options it asks for (pure)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ticker.model import Language
from ticker.serve.configurator import ordered
from ticker.serve.configurator.palette import colour_of, palette_of, recoloured
from ticker.serve.strip.notes import Note, Wanted
from ticker.serve.strip.options import COLOURS, Offered, Options, home_named, option_text, parse, quoted
from ticker.serve.terms import LANGUAGES, SiteSettings
from ticker.snapshot import Content

MAX_FORM = 8192  # characters; what is longer is cut before it is read
LISTS = (*ordered.ORDERED, "show")
WAS = "was"  # the form's field with the home whose choices it shows
WAS_LANG, WAS_LOOK = "was.lang", "was.look"  # likewise the language of its feeds, and its palette and colour
PLACES = ("top", "below")
# What the page itself shows, and is no option of a strip.
STATES: Mapping[str, tuple[str, ...]] = {
    "way": ("frame", "panel", "element", "include", "image", "text"),
    "moment": ("day", "evening", "same"),
    "scheme": ("light", "dark"),
    "wide": ("full", "760", "360"),
    "column": ("300", "340", "full"),
    "place": PLACES,
}
USUAL = {name: known[0] for name, known in STATES.items()} | {"column": "340"}
# Fields of the form that no option has; an address may have others, of which a strip's notes tell.
_OWN = {WAS, WAS_LANG, WAS_LOOK, "ui", "file", "palette", "colour", "moved", "live", "first.n", ordered.ACTION, *STATES}


@dataclass(frozen=True, slots=True)
class ConfiguratorQuery:
    """The form as it was sent. `nothing`: every part is unchecked, so there is no strip; `options` and `strip` are then
    those of the other fields."""

    language: Language  # of the page
    options: Options
    notes: tuple[Note, ...]
    preset: str
    strip: str  # the strip's canonical query
    nothing: bool
    state: Mapping[str, str]  # by the names of STATES
    file: str  # the id of the code that is shown, of a way that has several
    colour: str  # the site's, six digits; empty without one
    live: bool  # asked for by the page's script

    @property
    def place(self) -> str:
        return self.state["place"]

    def query(self, language: Language) -> str:
        """The canonical query of the same page in another language."""
        strip = parse_qsl(self.strip)
        pairs = [("ui", language), *strip]
        if not self.preset and "lang" not in dict(strip) and self.options.lang != language:
            pairs.append(("lang", self.options.lang))
        pairs += [(name, value) for name, value in self.state.items() if value != USUAL[name]]
        if self.colour != colour_of(self.options):
            pairs.append(("colour", self.colour))
        if self.nothing:
            pairs.append(("show", ""))
        return urlencode(pairs, safe=",")


def parse_configurator_query(
    query: str, offers: Offered, content: Content, settings: SiteSettings, reader: Language
) -> ConfiguratorQuery:
    """The query, read as leniently as a strip's; empty fields count as not given. `reader` is the page's language where
    the query names none."""
    given = _given(query)
    nothing = given.get("show") == ""
    given = {name: text for name, text in given.items() if text}
    language = _language(given, reader)
    preset = given.get("preset", "") if given.get("preset", "") in settings.presets else ""
    here = offers.at(home_named(urlencode(given), offers))
    was = given.pop(WAS, here.home)
    given = _arranged(given, default_feeds(content.of(was), given.get(WAS_LANG, "")))
    if was != here.home and was in offers.homes:
        given = dict(_moved(given, here, settings.at_home(was)))
    given, colour_notes = _coloured(given)
    if not preset and language in here.languages:
        given.setdefault("lang", language)
    options, notes = parse(urlencode(list(_of_strip(given))), offers)
    options = _usual(options, content, settings)
    return ConfiguratorQuery(
        language=language,
        options=options,
        notes=(*notes, *colour_notes),
        preset=preset,
        strip=canonical(options, preset, offers),
        nothing=nothing,
        state={name: given[name] if given.get(name) in known else USUAL[name] for name, known in STATES.items()},
        file=given.get("file", ""),
        colour=colour_of(options) or _six(given.get("colour", "")),
        live="live" in given,
    )


def canonical(options: Options, preset: str, offers: Offered) -> str:
    """The shortest query for these options; with a preset, its name and what differs from it."""
    if not preset:
        return options.query()
    of_preset, _ = parse(urlencode({"preset": preset}), offers)
    said: dict[str, Any] = {**dict(options), "home": options.home or offers.home}
    differing = [
        (name, option_text(said[name]))
        for name, value in options
        if value != getattr(of_preset, name) and (value is not None or name in ("home", "digits"))
    ]
    return urlencode([("preset", preset), *differing], safe=",")


def gives_way(query: str, offers: Offered) -> str | None:
    """A sentence on the first option of a preset that would not be shown as written; None if all would."""
    for name, _ in parse_qsl(query, keep_blank_values=True):
        if name not in Options.model_fields:
            return f"{name} is no option; options are {', '.join(Options.model_fields)}"
    return next((note.complaint() for note in parse(query, offers)[1]), None)


def default_feeds(content: Content, language: str) -> tuple[str, ...]:
    """The feeds of a strip in that language that names none."""
    return tuple(one.feed for one in content.feeds if one.language == language)


def _usual(options: Options, content: Content, settings: SiteSettings) -> Options:
    """The options without lists that are the usual ones, so that the strip follows changes of the site's own."""
    usual: dict[str, None] = {}
    if options.currencies == settings.at_home(options.home).currencies:
        usual["currencies"] = None
    if options.order == "time" and options.feeds == default_feeds(content.of(options.home), options.lang):
        usual["feeds"] = None
    return options.model_copy(update=usual) if usual else options


def _given(query: str) -> dict[str, str]:
    """The fields by name, the first of each. A form repeats the name of a list for each of its members, and sends one
    empty `show` before them, so that a form without any part differs from an address without `show`."""
    given: dict[str, str] = {}
    for name, text in parse_qsl(query[:MAX_FORM], keep_blank_values=True, errors="replace"):
        if name in LISTS:
            given[name] = ",".join(filter(None, [given.get(name, ""), text.strip(" ,")]))
        elif text:
            given.setdefault(name, text)
    return given


def _arranged(given: Mapping[str, str], drawn_feeds: tuple[str, ...]) -> dict[str, str]:
    """The fields after what the form's buttons and numbers do. Feeds that are still those of the language that the form
    was drawn in follow the language; once their order is changed, it counts."""
    made = dict(given)
    for name in ordered.ORDERED:
        members = [one.strip() for one in given.get(name, "").split(",") if one.strip()]
        deed, of, _ = ordered.action(given)
        if members or (of == name and deed == ordered.ADD):
            made[name] = ",".join(ordered.arranged(name, members, given))
            if name == "feeds" and ordered.moved(name, members, given):
                made["order"] = "feeds"
    if made.get("feeds") == ",".join(drawn_feeds) and made.get("order") != "feeds":
        made.pop("feeds", None)
    if "first" in made and ":" not in made["first"]:
        made["first"] += f":{made.get('first.n', '')}"
    deed, of, _ = ordered.action(given)
    if deed == ordered.DROP and of in ("colour", *COLOURS):
        made.pop(of, None)
    return {name: text for name, text in made.items() if name != ordered.ACTION}


def _of_strip(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The fields that the strip's own parser reads."""
    for name, text in given.items():
        if name not in _OWN and not name.startswith(f"{ordered.NUMBER}."):
            yield name, text


def _coloured(given: Mapping[str, str]) -> tuple[dict[str, str], tuple[Note, ...]]:
    """The fields after another palette or colour of the site was chosen. What is no colour changes nothing."""
    if WAS_LOOK not in given:
        return dict(given), ()
    palette, _, old = given[WAS_LOOK].partition(".")
    text = given.get("colour", "")
    notes = () if _six(text) or not text else (Note.of("wrong", "colour", met=quoted(text), wanted=Wanted.colour()),)
    colour = old if notes else _six(text)
    made = recoloured(given, given.get("palette", ""), colour, (palette, old))
    return {**{name: text for name, text in made.items() if text}, "colour": colour}, notes


def look_drawn(options: Options, colour: str) -> str:
    """What the form keeps of the palette and the colour that it was drawn with."""
    return f"{palette_of(options) or ''}.{colour}"


def _six(text: str) -> str:
    """A colour as six digits; empty for what is none."""
    plain = text.strip().lower().removeprefix("#")
    plain = "".join(2 * digit for digit in plain) if len(plain) == 3 else plain
    return plain if re.fullmatch("[0-9a-f]{6}", plain) else ""


def _moved(given: Mapping[str, str], here: Offered, before: SiteSettings) -> Iterator[tuple[str, str]]:
    """The fields of a form that was drawn for another home, `before`. What stood there by default, and what there is
    not at this one, gives way without a word."""
    offered: Mapping[str, Collection[str]]
    offered = {"lang": here.languages, "currencies": here.currencies, "feeds": here.feeds}
    usual = {"currencies": ",".join(before.currencies), "digits": option_text(before.own.digits)}
    for name, text in given.items():
        members = [one.strip() for one in text.split(",")]
        kept = [one for one in members if name not in offered or one in offered[name]]
        if name == "first" and text.partition(":")[0] not in here.feeds:
            continue
        if kept and ",".join(members) != usual.get(name):
            yield name, ",".join(kept)


def _language(given: Mapping[str, str], default: Language) -> Language:
    asked = given.get("ui", given.get("lang", ""))
    return next((lang for lang in LANGUAGES if lang == asked), default)
