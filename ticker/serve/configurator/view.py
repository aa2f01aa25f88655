"""The configurator's page: a form over the options, a preview, and code for every way to show the strip (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from ticker.model import Language
from ticker.serve.configurator import readable
from ticker.serve.configurator.code import Code, Size, Way, frame_style, ways
from ticker.serve.configurator.form import COLUMNS, Choice, Field, Group, groups, states
from ticker.serve.configurator.palette import PALETTES, palette_of
from ticker.serve.configurator.query import STATES, ConfiguratorQuery, look_drawn, parse_configurator_query
from ticker.serve.http.base_url import base_of
from ticker.serve.i18n.words import LANGUAGE_NAMES, Words, words
from ticker.serve.panel.height import reserved_height
from ticker.serve.strip.height import steps, tallest
from ticker.serve.strip.options import Options, offered
from ticker.serve.terms import LANGUAGES, SiteSettings
from ticker.snapshot import Content

# What the preview of each way is: a page in a frame, or a picture.
_MEDIA = {"panel": "panel", "include": "strip.fragment", "image": "strip.svg", "text": "strip.txt"}
_NOTED = ("headlines", "speed", "colour")  # fields that say themselves what gave way


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown of the chosen way. `style` is that of the code's frame, and `size` that of the image."""

    kind: str  # strip, panel, strip.fragment, strip.svg, strip.txt
    src: str
    style: str
    height: int  # of a panel; of a strip, for browsers without container units
    size: Size
    wide: str  # full, or px
    scheme: str
    ground: str | None  # the page's colour behind a transparent strip, where it is given


@dataclass(frozen=True, slots=True)
class Configurator:
    """The view model of the page."""

    lang: Language
    words: Words
    query: str  # of the strip, canonical
    options: Options
    address: str  # the query of this very page
    home: str  # the currency of the home that the form is drawn for; empty where there is only one
    nothing: bool  # whether every part is unchecked: there is no preview, and the code is disabled
    preview: Preview
    live: bool  # asked for by the page's script, which sets styles itself
    base: str
    fixed: bool  # whether the operator configured `base`; else a browser knows it better
    preset: str
    presets: tuple[tuple[str, str], ...]  # name, and address of the page that begins with it
    languages: tuple[tuple[str, str, Language, str], ...]  # short and full name, code, address
    pages: tuple[tuple[str, str], ...]  # name and address of other pages, as are the next
    also: tuple[tuple[str, str], ...]
    states: Mapping[str, tuple[Choice, ...]]  # what the page itself shows, by the names of query.STATES
    columns: tuple[tuple[Group, ...], ...]
    palettes: tuple[Choice, ...]
    colour: Field  # the site's, from which a palette is made
    look: str  # the palette and colour that the form is drawn with
    contrast: tuple[str, str]  # of text and of links
    notes: tuple[str, ...]  # what was wrong in the address
    ways: tuple[Way, ...]
    way: Way  # that is chosen
    files: tuple[Choice, ...]  # the codes of the way, where there are several
    code: Code  # that is shown
    says: str  # a sentence on its height


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
    asked = parse_configurator_query(query, offered(content, settings), content, settings, reader)
    options, say = asked.options, words(asked.language)
    own = settings.at_home(options.home)
    base, size = base_of(host, scheme, settings.base_url), picture(options)
    every = ways(asked.strip, options, base, say, size, asked.place, settings.embed, own.currencies)
    way = next(one for one in every if one.id == asked.state["way"])
    main = way.of_use("main")
    code = next((one for one in main if one.id == asked.file), main[0])
    form = groups(asked, content, settings, say)
    return Configurator(
        lang=asked.language,
        words=say,
        query=asked.strip,
        options=options,
        address="?" + asked.query(asked.language),
        home=content.of(options.home).home.currency if content.neighbours else "",
        nothing=asked.nothing,
        preview=_preview(asked, len(options.currencies or own.currencies), size),
        live=asked.live,
        base=base,
        fixed=bool(settings.base_url),
        preset=asked.preset,
        presets=tuple(
            (name, "?" + urlencode({"ui": asked.language, "preset": name})) for name in sorted(settings.presets)
        ),
        languages=tuple((*LANGUAGE_NAMES[lang], lang, "?" + asked.query(lang)) for lang in LANGUAGES),
        pages=tuple(_pages(options, own, say)),
        also=tuple(_also(asked.strip, options, say)),
        states={name: tuple(states(name, known, asked.state[name], say)) for name, known in STATES.items()},
        columns=tuple(tuple(form[name] for name in names) for names in COLUMNS[way.id == "panel"]),
        palettes=tuple(Choice(one, say.text(f"conf.palette.{one}"), one == palette_of(options)) for one in PALETTES),
        colour=_colour(asked, say),
        look=look_drawn(options, asked.colour),
        contrast=readable.sentences(options, say),
        notes=tuple(note.text(say) for note in asked.notes if note.name not in _NOTED),
        ways=every,
        way=way,
        files=tuple(Choice(one.id, one.label, one is code) for one in main) if len(main) > 1 else (),
        code=code,
        says=_says(way.id, options, len(options.currencies or own.currencies), size, say),
    )


def _preview(asked: ConfiguratorQuery, number: int, size: Size) -> Preview:
    options, state = asked.options, asked.state
    query = _as_seen(asked.strip, options, state["scheme"])
    kind = _MEDIA.get(state["way"], "strip")
    return Preview(
        kind=kind,
        src=f"sample/{state['moment']}/{kind}" + (f"?{query}" if query else ""),
        style=frame_style(options, number),
        height=(reserved_height if kind == "panel" else tallest)(options, number),
        size=size,
        wide=state["column" if kind == "panel" else "wide"],
        scheme=state["scheme"],
        ground=options.bg if options.theme == "transparent" else None,
    )


def _as_seen(query: str, options: Options, scheme: str) -> str:
    """The strip as on a device set to that scheme."""
    if options.theme != "auto":
        return query
    return urlencode([*parse_qsl(query), ("theme", scheme)], safe=",")


def _colour(asked: ConfiguratorQuery, say: Words) -> Field:
    wrong = any(note.name == "colour" for note in asked.notes)
    message = say.text("conf.colour.wrong") if wrong else ""
    return Field("colour", "colour", say.text("conf.colour"), value=asked.colour, message=message)


def _says(way: str, options: Options, number: int, size: Size, say: Words) -> str:
    """A sentence on the height of what the code shows."""
    if way == "panel":
        return say.text("conf.height.panel", height=reserved_height(options, number))
    if way == "image":
        return say.text("conf.height.image", width=size[0], height=size[1])
    if way not in ("frame", "element"):
        return say.text(f"conf.way.{way}.says")
    found = steps(options, number)
    values = {f"height{place}": one.height for place, one in enumerate(found, 1)}
    values |= {f"width{place}": one.width for place, one in enumerate(found, 1)}
    return say.text(f"conf.height.{len(found)}", **values)


def _pages(options: Options, settings: SiteSettings, say: Words) -> Iterator[tuple[str, str]]:
    currencies = ",".join(options.currencies or settings.currencies)
    yield say.text("conf.docs"), "docs"
    yield say.text("panel.chart"), f"chart?{urlencode({'currencies': currencies, **_feed(options)}, safe=',')}"
    yield say.text("conf.also.status"), "status"


def _also(query: str, options: Options, say: Words) -> Iterator[tuple[str, str]]:
    feed = urlencode(_feed(options))
    yield say.text("conf.preview.alone"), f"strip?{query}" if query else "strip"
    yield say.text("conf.also.panel"), f"panel?{query}" if query else "panel"
    yield say.text("conf.also.headlines"), f"headlines.atom?{feed}"
    yield say.text("conf.also.rates"), f"rates.atom?{feed}"


def _feed(options: Options) -> dict[str, str]:
    return {"lang": options.lang} | ({"home": options.home} if options.home else {})
