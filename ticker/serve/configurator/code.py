"""The code that shows a strip on another page, in every way there is (pure)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from math import ceil
from urllib.parse import parse_qsl, urlencode, urlsplit

from ticker.serve.configurator.query import PLACES
from ticker.serve.i18n.words import Words, templates_dir, words
from ticker.serve.strip.options import Options
from ticker.serve.terms import Embed

# Height in px of a bar in one line, in two, and in cells: that of its fullest state in the widest of its fonts, with up
# to four currencies (three in cells).
LINE, LINES, CELLS = 46, 92, 138
MORE_LINES, MORE_CELLS = 31, 44  # what each further row of rates adds: of two currencies in lines, of three in cells
WRAPPED, BARE_CELLS = 70, 126  # the height without headlines where rates wrap, and in cells
# Width in px of the strip: from ONE_LINE on it is one line, from UNWRAPPED on nothing wraps in a strip without
# headlines, from NO_CELLS on there are no cells.
ONE_LINE, UNWRAPPED, NO_CELLS = 1240, 840, 640
FEW = 4  # up to so many currencies have a headline beside them

Size = tuple[int, int]  # px
PANEL: Size = (320, 760)  # of a panel's frame, until the page's style says otherwise
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
REFERRER = "strict-origin-when-cross-origin"
CONTAINER = "container-type:inline-size;width:100%"  # of the element around the code, whose width decides the height
FOLLOW = (
    'addEventListener("message",e=>{for(const f of document.querySelectorAll("iframe.rate-ticker"))'
    'if(f.contentWindow===e.source&&e.data?.type==="rate-ticker:height")'
    'f.style.height=Math.min(+e.data.height,400)+"px"})'
)
# What a server needs to include the strip: the files in templates/configurator/include, each with its place.
RECIPES: Mapping[str, str] = {
    "cron": "nginx + cron: /etc/cron.d/rate-strip",
    "nginx.conf": "nginx + cron: nginx.conf",
    "nginx-proxy.conf": "nginx: nginx.conf",
    "page.shtml": "nginx: HTML",
    "rate_strip.php": "PHP: rate_strip.php",
    "page.php": "PHP: page.php",
    "functions.php": "WordPress: functions.php",
}
RECIPE_ADDRESS = "https://rates.example/strip.fragment?lang=ru&headlines=3"
RECIPE_LINK = '<a href="https://rates.example/strip?lang=ru">Курсы валют и новости</a>'
_FITTING = "max-width:100%;height:auto"


@dataclass(frozen=True, slots=True)
class Code:
    """A text to paste. `policy` are the directives that it needs in the host page's Content-Security-Policy."""

    id: str
    label: str
    text: str
    policy: str = ""

    @property
    def rows(self) -> int:
        return sum(1 + len(line) // 76 for line in self.text.split("\n"))


@dataclass(frozen=True, slots=True)
class Way:
    """A way to show the strip, with one text or several to choose from."""

    id: str
    title: str
    says: str
    codes: tuple[Code, ...]


def height(options: Options, currencies: int) -> str:
    """The strip's height as a CSS expression of its width, enough for every state, so that the page reserves it before
    the strip has loaded. `cqi` is the width of the nearest container element, else of the window."""
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
    code = _Generator(query, options, base, say, picture, "eager" if place == PLACES[0] else "lazy", embed, currencies)
    return tuple(
        Way(id_, say.text(f"conf.way.{id_}"), say.text(f"conf.way.{id_}.says"), tuple(codes))
        for id_, codes in (
            ("frame", code.frame()),
            ("follow", code.follow()),
            ("element", code.element()),
            ("panel", code.panel()),
            ("include", code.include()),
            ("image", code.image()),
            ("text", code.text()),
        )
    )


@dataclass(frozen=True, slots=True)
class _Generator:
    """Writes the code for one strip."""

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
        """The options as attributes of the element."""
        return "".join(f' {name}="{escape(value)}"' for name, value in parse_qsl(self.query))

    @property
    def script(self) -> str:
        return f'<script src="{self.base}/embed.js" async></script>'

    @property
    def script_source(self) -> str:
        """The source of `script` in a policy."""
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
            text = (templates_dir() / "configurator" / "include" / name).read_text("utf-8")
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
    """The source that allows this inline script or style in a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
