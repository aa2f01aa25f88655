"""The configurator's page: a form over the options, a preview, and code for every way to show the strip (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from ticker.model import Language
from ticker.serve.configurator.code import Size, Way, ways
from ticker.serve.configurator.form import Group, groups, warnings
from ticker.serve.configurator.query import parse_configurator_query
from ticker.serve.http.base_url import base_of
from ticker.serve.i18n.words import LANGUAGE_NAMES, Words, words
from ticker.serve.strip.options import Options, offered
from ticker.serve.terms import LANGUAGES, SiteSettings
from ticker.snapshot import Content


@dataclass(frozen=True, slots=True)
class Configurator:
    """The view model of the page."""

    lang: Language
    words: Words
    query: str  # of the strip, canonical
    options: Options
    home: str  # the currency of the home that the form is drawn for; empty where there is only one
    nothing: bool  # whether every part is unchecked: there is no preview, and the code is disabled
    previews: Mapping[str, str]  # the strip's query on a light and on a dark page
    base: str
    fixed: bool  # whether the operator configured `base`; else a browser knows it better
    preset: str
    presets: tuple[tuple[str, str], ...]  # name, and address of the page that begins with it
    languages: tuple[tuple[str, str, Language, str], ...]  # short and full name, code, address
    also: tuple[tuple[str, str], ...]  # name and address of other pages
    groups: tuple[Group, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    ground: str | None  # the page's colour behind a transparent strip, where it is given
    ways: tuple[Way, ...]


def configurator(
    query: str,
    host: str,
    scheme: str,
    content: Content,
    settings: SiteSettings,
    picture: Callable[[Options], Size],
    reader: Language = "en",
) -> Configurator:
    """The page for a form's query. `host` is the request's and not to be trusted; `picture` gives the size of the strip
    as an image; `reader` is the reader's language, where the query names none."""
    asked = parse_configurator_query(query, offered(content, settings), settings, reader)
    options, say = asked.options, words(asked.language)
    own = settings.at_home(options.home)
    base = base_of(host, scheme, settings.base_url)
    size = picture(options)
    return Configurator(
        lang=asked.language,
        words=say,
        query=asked.strip,
        options=options,
        home=content.of(options.home).home.currency if content.neighbours else "",
        nothing=asked.nothing,
        previews={scheme: _as_seen(asked.strip, options, scheme) for scheme in ("light", "dark")},
        base=base,
        fixed=bool(settings.base_url),
        preset=asked.preset,
        presets=tuple(
            (name, "?" + urlencode({"ui": asked.language, "preset": name})) for name in sorted(settings.presets)
        ),
        languages=tuple((*LANGUAGE_NAMES[lang], lang, "?" + asked.query(lang)) for lang in LANGUAGES),
        also=tuple(_also(asked.strip, options, own, say)),
        groups=tuple(groups(asked, content, settings, say)),
        warnings=tuple(warnings(options, say)),
        notes=tuple(note.text(say) for note in asked.notes),
        ground=options.bg if options.theme == "transparent" else None,
        ways=ways(asked.strip, options, base, say, size, asked.place, settings.embed, own.currencies),
    )


def _also(query: str, options: Options, settings: SiteSettings, say: Words) -> Iterator[tuple[str, str]]:
    currencies = ",".join(options.currencies or settings.currencies)
    feed = urlencode({"lang": options.lang} | ({"home": options.home} if options.home else {}))
    chart = urlencode({"currencies": currencies, **dict(parse_qsl(feed))}, safe=",")
    yield say.text("conf.also.panel"), f"panel?{query}" if query else "panel"
    yield say.text("panel.chart"), f"chart?{chart}"
    yield say.text("conf.also.headlines"), f"headlines.atom?{feed}"
    yield say.text("conf.also.rates"), f"rates.atom?{feed}"
    yield say.text("conf.also.api"), "docs"
    yield say.text("conf.also.status"), "status"


def _as_seen(query: str, options: Options, scheme: str) -> str:
    """The strip as on a device set to that scheme."""
    if options.theme != "auto" or options.bg:
        return query
    return urlencode([*parse_qsl(query), ("theme", scheme)], safe=",")
