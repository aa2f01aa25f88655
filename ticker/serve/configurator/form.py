"""What the configurator says: a form over the options, and ready code for every way to show the strip.

The form follows the model of the options, and what it gives out is their canonical form.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from html import escape
from math import ceil
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

from ticker.model import Language
from ticker.serve.i18n.words import Words, templates_dir, words
from ticker.serve.strip.contrast import complaints
from ticker.serve.strip.options import COLOURS, LANGUAGES, MAX_QUERY, PARTS, Note, Offered, Options, Wanted, parse
from ticker.serve.terms import Embed, SiteSettings
from ticker.snapshot import Content

OWN_NAMES: Mapping[Language, tuple[str, str]] = {
    "en": ("EN", "English"),
    "ru": ("РУ", "Русский"),
    "ky": ("КЫ", "Кыргызча"),
}
GROUPS = (
    ("content", ("lang", "currencies", "show", "place")),
    ("headlines", ("headlines", "feeds")),
    ("look", ("theme", "frame", *COLOURS)),
    ("motion", ("motion", "speed", "digits")),
)
LISTS = ("currencies", "feeds", "show")
PLACES = ("top", "below")
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
REFERRER = "strict-origin-when-cross-origin"

_HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.?(:[0-9]{1,5})?|\[[0-9a-f:.]{2,45}\](:[0-9]{1,5})?", re.I)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool
    lang: str | None = None  # where the label is in another language than the page


@dataclass(frozen=True, slots=True)
class Field:
    """One option in the form. `kind` is how it is asked for: choice, checks, number, text or colour."""

    name: str
    kind: str
    label: str
    hint: str
    value: str = ""
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    label: str
    fields: tuple[Field, ...]
    opened: bool


@dataclass(frozen=True, slots=True)
class Code:
    """One text to paste. `policy` is what a host page's own Content-Security-Policy has to allow for it."""

    id: str
    label: str
    text: str
    policy: str = ""

    @property
    def rows(self) -> int:
        return sum(1 + len(line) // 76 for line in self.text.split("\n"))


@dataclass(frozen=True, slots=True)
class Way:
    id: str
    title: str
    says: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Configurator:
    lang: Language
    words: Words
    query: str  # of the strip, canonical
    options: Options
    previews: Mapping[str, str]  # the strip's query on a light and on a dark page
    base: str
    fixed: bool  # whether the operator said where the service is; else a browser knows better
    preset: str
    presets: tuple[tuple[str, str], ...]  # name and address of the page that begins with it
    languages: tuple[tuple[str, str, Language, str], ...]  # short and full name, code, address
    also: tuple[tuple[str, str], ...]  # name and address of what else the service has
    groups: tuple[Group, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    ground: str | None  # what a transparent strip is known to stand on
    ways: tuple[Way, ...]


def configurator(
    query: str, host: str, scheme: str, content: Content, terms: SiteSettings, picture: Callable[[Options], Size]
) -> Configurator:
    """The page for what a form, or anyone, sent. `host` is the request's, and hostile until it was read; `picture` says
    how large the strip is as an image."""
    asked = _asked(query)
    lang = _language(asked)
    offered = terms.offered(content)
    preset = asked.get("preset", "") if asked.get("preset", "") in terms.presets else ""
    if not preset:
        asked.setdefault("lang", lang)
    options, notes = parse(urlencode(asked), offered)
    if options.currencies == terms.currencies:
        options = options.model_copy(update={"currencies": None})  # so that it follows where the site's own change
    place = asked.get("place", "") if asked.get("place", "") in PLACES else PLACES[0]
    strip_query = canonical(options, preset, offered)
    base = base_of(host, scheme, terms.base_url)
    say = words(lang)
    return Configurator(
        lang=lang,
        words=say,
        query=strip_query,
        options=options,
        previews={scheme: _as_seen(strip_query, options, scheme) for scheme in ("light", "dark")},
        base=base,
        fixed=bool(terms.base_url),
        preset=preset,
        presets=tuple((name, "?" + urlencode({"ui": lang, "preset": name})) for name in sorted(terms.presets)),
        languages=tuple((*OWN_NAMES[one], one, "?" + _in_language(one, strip_query, place)) for one in LANGUAGES),
        also=tuple(_also(strip_query, options, terms, say)),
        groups=tuple(_groups(options, place, content, terms, say)),
        warnings=tuple(_warnings(options, say)),
        notes=tuple(note_said(note, say) for note in notes),
        ground=options.bg if options.theme == "transparent" else None,
        ways=ways(strip_query, options, base, say, picture(options), place, terms.embed, terms.currencies),
    )


def _also(query: str, options: Options, terms: SiteSettings, say: Words) -> Iterator[tuple[str, str]]:
    shown = urlencode({"currencies": ",".join(options.currencies or terms.currencies), "lang": options.lang}, safe=",")
    yield say.text("conf.also.panel"), f"panel?{query}" if query else "panel"
    yield say.text("panel.chart"), f"chart?{shown}"
    yield say.text("conf.also.headlines"), f"headlines.atom?lang={options.lang}"
    yield say.text("conf.also.rates"), f"rates.atom?lang={options.lang}"
    yield say.text("conf.also.api"), "docs"
    yield say.text("conf.also.status"), "status"


def gives_way(query: str, offered: Offered) -> str | None:
    """What of a preset would not be shown as it says, as a sentence; None where all would."""
    for name, _ in parse_qsl(query, keep_blank_values=True):
        if name not in Options.model_fields:
            return f"{name} is no option; options are {', '.join(Options.model_fields)}"
    return next((note.removesuffix("; the default is shown") for note in parse(query, offered)[1]), None)


def canonical(options: Options, preset: str, offered: Offered) -> str:
    """The shortest query that asks for these options; with a preset, what differs from what it says."""
    if not preset:
        return options.query()
    said, _ = parse(urlencode({"preset": preset}), offered)
    differing = [(name, _text(value)) for name, value in options if value not in (None, getattr(said, name))]
    return urlencode([("preset", preset), *differing], safe=",")


def base_of(host: str, scheme: str, base_url: str | None) -> str:
    """Where the service is, as code on other pages calls it; empty where the request does not say it credibly."""
    if base_url:
        return base_url
    port = int(host.rpartition(":")[2]) if re.search(r":\d+$", host) and not host.endswith("]") else 1
    if len(host) > 255 or not _HOST.fullmatch(host) or not 0 < port < 65_536:
        return ""
    return f"{'https' if scheme == 'https' else 'http'}://{host.lower()}"


# --- the form ----------------------------------------------------------------------------------------------------


def _asked(query: str) -> dict[str, str]:
    """What was sent, less what was left empty. A form repeats the name of a list for each of its members."""
    asked: dict[str, str] = {}
    for name, text in parse_qsl(query[:MAX_QUERY], errors="replace"):
        if name in LISTS and name in asked:
            asked[name] += f",{text}"
        else:
            asked.setdefault(name, text)
    return asked


def _language(asked: Mapping[str, str]) -> Language:
    met = asked.get("ui", asked.get("lang", ""))
    return next((lang for lang in LANGUAGES if lang == met), LANGUAGES[0])


def _in_language(lang: Language, query: str, place: str) -> str:
    rest = parse_qsl(query)
    if place != PLACES[0]:
        rest.append(("place", place))
    return urlencode([("ui", lang), *rest], safe=",")


def _as_seen(query: str, options: Options, scheme: str) -> str:
    """What a reader sees whose device is set to that scheme, whatever the present one's is."""
    if options.theme != "auto" or options.bg:
        return query
    return urlencode([*parse_qsl(query), ("theme", scheme)], safe=",")


def _groups(options: Options, place: str, content: Content, terms: SiteSettings, say: Words) -> Iterator[Group]:
    for number, (group, names) in enumerate(GROUPS):
        fields = tuple(_field(name, options, place, content, terms, say) for name in names)
        changed = any(name in Options.model_fields and getattr(options, name) != _default(name) for name in names)
        yield Group(group, say.text(f"conf.group.{group}"), fields, opened=number == 0 or changed)


def _field(name: str, options: Options, place: str, content: Content, terms: SiteSettings, say: Words) -> Field:
    label = say.text(f"conf.{name}")
    hint = say.text(f"conf.{name}.hint") if name in ("feeds", "digits") else ""
    if name == "place":
        return Field(name, "choice", label, hint, choices=_choices(name, PLACES, (place,), say))
    value = getattr(options, name)
    if name == "lang":
        named = tuple(Choice(one, OWN_NAMES[one][1], one == value, one) for one in LANGUAGES)
        return Field(name, "choice", label, hint, choices=named)
    if name == "currencies":
        hint = say.text("conf.currencies.hint", known=", ".join(sorted(terms.offered(content).currencies)))
        return Field(name, "text", label, hint, ", ".join(value or terms.currencies))
    if name == "feeds":
        feeds = tuple(
            Choice(one.feed, one.publisher, one.feed in (value or ()), one.language)
            for one in sorted(content.feeds, key=lambda one: one.language != options.lang)
        )
        return Field(name, "checks", label, hint, choices=feeds)
    if name == "show":
        return Field(name, "checks", label, hint, choices=_choices(name, PARTS, value, say))
    if name == "digits":
        chosen = "auto" if value is None else str(value)
        numbers = tuple(Choice(str(one), str(one), str(one) == chosen) for one in range(_limits(name)[1] + 1))
        auto = Choice("auto", say.text("conf.digits.auto"), chosen == "auto")
        return Field(name, "choice", label, hint, choices=(auto, *numbers))
    if name in COLOURS:
        return Field(name, "colour", label, hint, f"#{value}" if value else "")
    if isinstance(value, int):
        least, most = _limits(name)
        return Field(name, "number", label, hint, str(value), least=least, most=most)
    return Field(name, "choice", label, hint, choices=_choices(name, _literals(name), (value,), say))


def _choices(name: str, values: Iterable[str], chosen: Iterable[str], say: Words) -> tuple[Choice, ...]:
    taken = set(chosen)
    return tuple(Choice(one, say.text(f"conf.{name}.{one}"), one in taken) for one in values)


def _default(name: str) -> Any:
    return Options.model_fields[name].default


def _literals(name: str) -> tuple[str, ...]:
    return get_args(Options.model_fields[name].annotation)


def _limits(name: str) -> tuple[int, int]:
    rules = Options.model_fields[name].metadata
    least, most = (next(getattr(rule, side) for rule in rules if hasattr(rule, side)) for side in ("ge", "le"))
    return least, most


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _warnings(options: Options, say: Words) -> Iterator[str]:
    for one in complaints(options.bg, options.fg, options.accent, options.theme):
        yield say.text(
            "conf.contrast",
            what=say.text(f"conf.{one.option}"),
            chosen=f"#{one.chosen}",
            on=f"#{one.on}",
            ratio=say.number(Decimal(one.said), 1),
            wanted=say.number(Decimal(str(one.wanted)), 1),
            shown=f"#{one.shown}",
        )
    if options.theme == "transparent" and not options.bg:
        yield say.text("conf.transparent")


def note_said(note: Note, say: Words) -> str:
    """The note in the page's language."""
    given = {name: _wanted(value, say) if isinstance(value, Wanted) else value for name, value in note.given.items()}
    return say.text(f"note.{note.key}", **given)


def _wanted(wanted: Wanted, say: Words) -> str:
    if wanted.limits:
        least, most = wanted.limits
        return say.text("note.wanted.auto" if wanted.auto else "note.wanted.limits", least=least, most=most)
    if wanted.choices:
        return say.text("note.wanted.choices", choices=", ".join(wanted.choices))
    return say.text("note.wanted.colour")


# --- the code ----------------------------------------------------------------------------------------------------

LINE, LINES, CELLS = 46, 92, 138
"""Height in px of a bar in one line, in two, in cells: what the fullest state of it needs, in the widest of its fonts,
with up to four currencies (three in cells)."""
MORE_LINES, MORE_CELLS = 31, 44
"""What a row of rates more adds to it: each two currencies, each three."""
WRAPPED, BARE_CELLS = 70, 126
"""The same without headlines, where rates wrap, and in cells."""
ONE_LINE, UNWRAPPED, NO_CELLS = 1240, 840, 640
"""From these widths of the strip in px on it is one line, nothing of a bare one wraps, there are no cells."""
PANEL = (320, 760)
"""Width and height in px that a panel's frame has until its page's own style says otherwise."""
FEW = 4
"""As many currencies have a headline beside them."""
CONTAINER = "container-type:inline-size;width:100%"
"""Of what stands around the code: its width is what the height goes by."""
FOLLOW = (
    'addEventListener("message",e=>{for(const f of document.querySelectorAll("iframe.rate-ticker"))'
    'if(f.contentWindow===e.source&&e.data?.type==="rate-ticker:height")'
    'f.style.height=Math.min(+e.data.height,400)+"px"})'
)
RECIPES: Mapping[str, str] = {
    "cron": "nginx + cron: /etc/cron.d/rate-strip",
    "nginx.conf": "nginx + cron: nginx.conf",
    "nginx-proxy.conf": "nginx: nginx.conf",
    "page.shtml": "nginx: HTML",
    "rate_strip.php": "PHP: rate_strip.php",
    "page.php": "PHP: page.php",
    "functions.php": "WordPress: functions.php",
}
"""What a server needs to put the strip in: the files in templates/include, each with where it goes."""
RECIPE_ADDRESS = "https://rates.example/strip.fragment?lang=ru&headlines=3"
RECIPE_LINK = '<a href="https://rates.example/strip?lang=ru">Курсы валют и новости</a>'


Size = tuple[int, int]  # px
_FITTING = "max-width:100%;height:auto"


def height(options: Options, currencies: int) -> str:
    """The strip's height for its own width, as CSS: what is needed before anything has loaded, and in any state. `cqi`
    is the width of the nearest element that says it is a container, else of the window."""
    frame = 2 if options.frame == "card" else 0
    rows = ceil(currencies / 3) - 1 if options.shows("rates") else 0
    cells = (CELLS if _has_headlines(options) else BARE_CELLS) + frame + max(0, rows) * MORE_CELLS
    in_cells = f"min({cells}px,({NO_CELLS}px - 100cqi)*99)"
    if not _has_headlines(options):
        wrapped = WRAPPED + frame + max(0, rows) * MORE_LINES
        return f"max({LINE + frame}px,min({wrapped}px,({UNWRAPPED}px - 100cqi)*99),{in_cells})"
    lines = LINES + frame + max(0, ceil((currencies - FEW) / 2)) * MORE_LINES
    if options.shows("rates") and currencies > FEW:
        return f"max({lines}px,{in_cells})"
    return f"max({LINE + frame}px,min({lines}px,({ONE_LINE}px - 100cqi)*99),{in_cells})"


def _has_headlines(options: Options) -> bool:
    return options.shows("headlines") and options.headlines > 0


def ways(
    query: str,
    options: Options,
    base: str,
    say: Words,
    picture: Size,
    place: str = PLACES[0],
    embed: Embed | None = None,
    currencies: tuple[str, ...] = ("USD", "EUR", "RUB"),
) -> tuple[Way, ...]:
    """Ready code for every way to show the strip with these options."""
    site = _Site(query, options, base, say, picture, "eager" if place == PLACES[0] else "lazy", embed, currencies)
    return tuple(
        Way(id_, say.text(f"conf.way.{id_}"), say.text(f"conf.way.{id_}.says"), tuple(codes))
        for id_, codes in (
            ("frame", site.frame()),
            ("follow", site.follow()),
            ("element", site.element()),
            ("panel", site.panel()),
            ("include", site.include()),
            ("image", site.image()),
            ("text", site.text()),
        )
    )


@dataclass(frozen=True, slots=True)
class _Site:
    """What every piece of code needs to know."""

    query: str
    options: Options
    base: str
    say: Words
    picture: Size
    loading: str
    embed: Embed | None
    currencies: tuple[str, ...]

    def at(self, path: str, **more: str) -> str:
        query = urlencode([*((n, v) for n, v in parse_qsl(self.query) if n not in more), *more.items()], safe=",")
        return f"{self.base}{path}" + (f"?{query}" if query else "")

    def src(self, path: str, **more: str) -> str:
        return escape(self.at(path, **more))

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}" if self.base else "'self'"

    @property
    def title(self) -> str:
        return escape(words(self.options.lang).text("page.title"))

    def link(self, path: str = "/strip") -> str:
        return f'<a href="{self.src(path)}">{self.title}</a>'

    @property
    def attributes(self) -> str:
        """The options as an element has them."""
        return "".join(f' {name}="{escape(value)}"' for name, value in parse_qsl(self.query))

    @property
    def script(self) -> str:
        return f'<script src="{self.base}/embed.js" async></script>'

    @property
    def script_source(self) -> str:
        """Where that comes from, as a policy names it."""
        return f"{self.base}/embed.js" if self.base else "'self'"

    def _frame(self, style: str, named: str = "", path: str = "/strip", size: Size = (600, LINE)) -> str:
        return (
            f'<iframe {named}src="{self.src(path)}" title="{self.title}" loading="{self.loading}"\n'
            f'  width="{size[0]}" height="{size[1]}" style="{style}" allow=""\n'
            f'  sandbox="{SANDBOX}"\n'
            f'  referrerpolicy="{REFERRER}"></iframe>'
        )

    def _style(self) -> str:
        return f"color-scheme:normal;border:0;width:100%;height:{self._height()}"

    def _height(self) -> str:
        return height(self.options, len(self.options.currencies or self.currencies))

    @staticmethod
    def _contained(inside: str) -> str:
        return f'<div style="{CONTAINER}">\n{inside}\n</div>'

    @staticmethod
    def _styles(style: str) -> str:
        return f"style-src-attr 'unsafe-hashes' {hashed(CONTAINER)} {hashed(style)}"

    def frame(self) -> Iterator[Code]:
        style = self._style()
        policy = f"frame-src {self.origin}; {self._styles(style)}"
        yield Code("frame", "HTML", self._contained(self._frame(style)), policy)

    def follow(self) -> Iterator[Code]:
        style = self._style()
        policy = f"frame-src {self.origin}; script-src {hashed(FOLLOW)}; {self._styles(style)}"
        frame = self._contained(self._frame(style, 'class="rate-ticker" '))
        text = f"{frame}\n<script>{FOLLOW}</script>"
        yield Code("follow", "HTML", text, policy)

    def element(self) -> Iterator[Code]:
        style = f"display:grid;min-height:{self._height()}"
        tag = self._contained(f'<rate-ticker{self.attributes}\n  style="{style}">{self.link()}</rate-ticker>')
        attribute = f"connect-src {self.origin}; {self._styles(style)}"
        yield Code("element", "HTML", f"{self.script}\n{tag}", f"script-src {self.script_source}; {attribute}")
        if self.embed:
            script = (
                f'<script src="{self.base}{self.embed.path}" async\n'
                f'  integrity="{self.embed.integrity}" crossorigin="anonymous"></script>'
            )
            label = self.say.text("conf.code.sri")
            policy = f"script-src '{self.embed.integrity}'; {attribute}"
            yield Code("element-sri", label, f"{script}\n{tag}", policy)

    def panel(self) -> Iterator[Code]:
        style = "color-scheme:normal;border:0;width:100%"
        policy = f"frame-src {self.origin}; style-src-attr 'unsafe-hashes' {hashed(style)}"
        frame = self._frame(style, path="/panel", size=PANEL)
        yield Code("panel-frame", self.say.text("conf.code.panel_frame"), frame, policy)
        element = f'{self.script}\n<rate-ticker view="panel"{self.attributes}>{self.link("/panel")}</rate-ticker>'
        policy = f"script-src {self.script_source}; connect-src {self.origin}"
        yield Code("panel-element", self.say.text("conf.code.panel_element"), element, policy)

    def include(self) -> Iterator[Code]:
        for name, label in RECIPES.items():
            text = (templates_dir() / "include" / name).read_text("utf-8")
            text = text.replace(RECIPE_LINK, self.link()).replace(RECIPE_ADDRESS, self.at("/strip.fragment"))
            yield Code(f"include-{name.replace('.', '-')}", label, text, "style-src-attr 'unsafe-inline'")

    def image(self) -> Iterator[Code]:
        policy = f"img-src {self.origin}; style-src-attr 'unsafe-hashes' {hashed(_FITTING)}"
        if self.options.theme == "auto":
            yield Code("image-svg", "SVG", self._picture(), policy)
        else:
            yield Code("image-svg", "SVG", self._linked(self._img("/strip.svg")), policy)
        yield Code("image-png", "PNG", self._linked(self._img("/strip.png")), policy)
        bbcode = f"[url={self.at('/strip')}][img]{self.at('/strip.png')}[/img][/url]"
        yield Code("image-bbcode", "BBCode", bbcode)

    def _img(self, path: str, **more: str) -> str:
        return (
            f'<img src="{self.src(path, **more)}" alt="{self.title}" loading="{self.loading}"\n'
            f'  width="{self.picture[0]}" height="{self.picture[1]}" style="{_FITTING}" referrerpolicy="{REFERRER}">'
        )

    def _picture(self) -> str:
        dark = self.src("/strip.svg", theme="dark")
        source = f'<source srcset="{dark}" media="(prefers-color-scheme: dark)">'
        return self._linked(f"<picture>\n  {source}\n  {self._img('/strip.svg', theme='light')}\n</picture>")

    def _linked(self, inside: str) -> str:
        return f'<a href="{self.src("/strip")}">{inside}</a>'

    def text(self) -> Iterator[Code]:
        yield Code("text", "curl", f"curl -s '{self.at('/strip.txt')}'")


def hashed(text: str) -> str:
    """As a source of a Content-Security-Policy names an inline script or style."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
