"""The query of the configurator's form, and the options it asks for (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ticker.model import Language
from ticker.serve.strip.notes import Note
from ticker.serve.strip.options import MAX_QUERY, Offered, Options, home_named, option_text, parse
from ticker.serve.terms import LANGUAGES, SiteSettings

LISTS = ("currencies", "feeds", "show")
DRAWN_FOR = "was"  # the form's field with the home whose choices it shows
PLACES = ("top", "below")


@dataclass(frozen=True, slots=True)
class ConfiguratorQuery:
    """The form as it was sent. `nothing`: every part is unchecked, so there is no strip; `options` and `strip` are then
    those of the other fields."""

    language: Language  # of the page
    options: Options
    notes: tuple[Note, ...]
    preset: str
    place: str
    strip: str  # the strip's canonical query
    nothing: bool

    def query(self, language: Language) -> str:
        """The canonical query of the same page in another language."""
        pairs = [("ui", language), *parse_qsl(self.strip)]
        if self.place != PLACES[0]:
            pairs.append(("place", self.place))
        if self.nothing:
            pairs.append(("show", ""))
        return urlencode(pairs, safe=",")


def parse_configurator_query(
    query: str, offers: Offered, settings: SiteSettings, reader: Language
) -> ConfiguratorQuery:
    """The query, read as leniently as a strip's; empty fields count as not given. `reader` is the page's language where
    the query names none."""
    given = _given(query)
    nothing = given.get("show") == ""
    given = {name: text for name, text in given.items() if text}
    language = _language(given, reader)
    preset = given.get("preset", "") if given.get("preset", "") in settings.presets else ""
    here = offers.at(home_named(urlencode(given), offers))
    was = given.pop(DRAWN_FOR, here.home)
    if was != here.home and was in offers.homes:
        given = dict(_moved(given, here, settings.at_home(was)))
    if not preset and language in here.languages:
        given.setdefault("lang", language)
    options, notes = parse(urlencode(given), offers)
    if options.currencies == settings.at_home(options.home).currencies:
        options = options.model_copy(update={"currencies": None})  # so that the strip follows changes of the site's own
    place = given.get("place", "") if given.get("place", "") in PLACES else PLACES[0]
    return ConfiguratorQuery(language, options, notes, preset, place, canonical(options, preset, offers), nothing)


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


def _given(query: str) -> dict[str, str]:
    """The fields by name, the first of each. A form repeats the name of a list for each of its members, and sends one
    empty `show` before them, so that a form without any part differs from an address without `show`."""
    given: dict[str, str] = {}
    for name, text in parse_qsl(query[:MAX_QUERY], keep_blank_values=True, errors="replace"):
        if name in LISTS:
            given[name] = ",".join(filter(None, [given.get(name, ""), text.strip(" ,")]))
        elif text:
            given.setdefault(name, text)
    return given


def _moved(given: Mapping[str, str], here: Offered, before: SiteSettings) -> Iterator[tuple[str, str]]:
    """The fields of a form that was drawn for another home, `before`. What stood there by default, and what there is
    not at this one, gives way without a word."""
    offered: Mapping[str, Collection[str]]
    offered = {"lang": here.languages, "currencies": here.currencies, "feeds": here.feeds}
    usual = {"currencies": ",".join(before.currencies), "digits": option_text(before.own.digits)}
    for name, text in given.items():
        members = [one.strip() for one in text.split(",")]
        kept = [one for one in members if name not in offered or one in offered[name]]
        if kept and ",".join(members) != usual.get(name):
            yield name, ",".join(kept)


def _language(given: Mapping[str, str], default: Language) -> Language:
    asked = given.get("ui", given.get("lang", ""))
    return next((lang for lang in LANGUAGES if lang == asked), default)
