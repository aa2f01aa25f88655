"""The code that shows a strip on another page, in every way there is (pure)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from ticker.serve.configurator.query import PLACES
from ticker.serve.i18n.words import Words, templates_dir, words
from ticker.serve.panel.height import reserved_height
from ticker.serve.strip.height import css_height, tallest
from ticker.serve.strip.options import Options
from ticker.serve.terms import Embed

Size = tuple[int, int]  # px
WIDTH = 600  # px, of a frame before the page's style applies
PANEL_WIDTH = 320  # px, of a panel's frame before the page's style applies
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
REFERRER = "strict-origin-when-cross-origin"
CONTAINER = "container-type:inline-size;width:100%"  # of the element around the code, whose width decides the height
FRAME = "border:0;color-scheme:normal;display:block;width:100%"
FOLLOW = (
    'addEventListener("message",e=>{for(const f of document.querySelectorAll("iframe.rate-ticker"))'
    'if(f.contentWindow===e.source&&e.data?.type==="rate-ticker:height")'
    'f.style.height=Math.min(+e.data.height,4000)+"px"})'
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
NAMED = ' class="rate-ticker"'  # a frame that follows its content
_FITTING = "max-width:100%;height:auto"

Use = Literal["main", "strict", "frame"]


@dataclass(frozen=True, slots=True)
class Code:
    """A text to paste. `policy` are the directives that it needs in the host page's Content-Security-Policy. `use`: it
    is one of the way's usual codes, one for pages with a strict policy, or another frame of the same."""

    id: str
    label: str
    text: str
    policy: str = ""
    use: Use = "main"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to show the strip, with one text or several to choose from."""

    id: str
    title: str
    codes: tuple[Code, ...]

    def of_use(self, use: Use) -> tuple[Code, ...]:
        return tuple(code for code in self.codes if code.use == use)


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
        Way(id_, say.text(f"conf.way.{id_}"), tuple(codes))
        for id_, codes in (
            ("frame", code.frame()),
            ("panel", code.panel()),
            ("element", code.element()),
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
        return f'<script\n  src="{self.base}/embed.js" async></script>'

    @property
    def script_source(self) -> str:
        """The source of `script` in a policy."""
        return f"{self.base}/embed.js" if self.base else "'self'"

    def _frame(self, style: str, size: Size, named: str = "", path: str = "/strip") -> str:
        return (
            f"<iframe{named}\n"
            f'  src="{self.src(path)}" title="{self.title}" loading="{self.loading}"\n'
            f'  width="{size[0]}" height="{size[1]}" style="{style}" allow=""\n'
            f'  sandbox="{SANDBOX}"\n'
            f'  referrerpolicy="{REFERRER}"></iframe>'
        )

    @property
    def number(self) -> int:
        """How many currencies the strip has."""
        return len(self.options.currencies or self.currencies)

    @property
    def size(self) -> Size:
        """Of a strip's frame, for browsers without container units."""
        return WIDTH, tallest(self.options, self.number)

    @property
    def style(self) -> str:
        return frame_style(self.options, self.number)

    @staticmethod
    def _styles(*styles: str) -> str:
        return f"style-src-attr 'unsafe-hashes' {' '.join(map(hashed, styles))}"

    def frame(self) -> Iterator[Code]:
        policy = f"frame-src {self.origin}; {self._styles(CONTAINER, self.style)}"
        yield Code("frame", "HTML", contained(self._frame(self.style, self.size)), policy)
        policy = f"frame-src {self.origin}; script-src {hashed(FOLLOW)}; {self._styles(CONTAINER, self.style)}"
        followed = self._frame(self.style, self.size, NAMED) + f"<script>{FOLLOW}</script>"
        yield Code("follow", self.say.text("conf.way.follow"), contained(followed), policy, "frame")

    def element(self) -> Iterator[Code]:
        style = f"display:grid;min-height:{css_height(self.options, self.number)}"
        tag = f'<rate-ticker{self.attributes}\n  style="{style}">{self.link()}</rate-ticker>'
        attribute = f"connect-src {self.origin}; {self._styles(CONTAINER, style)}"
        policy = f"script-src {self.script_source}; {attribute}"
        yield Code("element", "HTML", contained(self.script + tag), policy)
        if self.embed:
            script = (
                f'<script\n  src="{self.base}{self.embed.path}" async\n'
                f'  integrity="{self.embed.integrity}" crossorigin="anonymous"></script>'
            )
            label = self.say.text("conf.code.sri")
            policy = f"script-src '{self.embed.integrity}'; {attribute}"
            yield Code("element-sri", label, contained(script + tag), policy, "strict")

    def panel(self) -> Iterator[Code]:
        height = reserved_height(self.options, self.number)
        style = f"display:grid;height:{height}px"
        tag = f'<rate-ticker view="panel"{self.attributes}\n  style="{style}">{self.link("/panel")}</rate-ticker>'
        policy = f"script-src {self.script_source}; connect-src {self.origin}; {self._styles(style)}"
        yield Code("panel-element", "HTML", f"<div>{self.script}{tag}</div>", policy)
        policy = f"frame-src {self.origin}; {self._styles(FRAME)}"
        frame = self._frame(FRAME, (PANEL_WIDTH, height), path="/panel")
        yield Code("panel-frame", self.say.text("conf.code.panel_frame"), f"<div>{frame}</div>", policy, "frame")

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
        source = f'<source srcset="{dark}"\n  media="(prefers-color-scheme: dark)">'
        return self._linked(f"<picture>{source}{self._img('/strip.svg', theme='light')}</picture>")

    def _linked(self, inside: str) -> str:
        return f'<div><a href="{self.src("/strip")}">{inside}</a></div>'

    def text(self) -> Iterator[Code]:
        yield Code("text", "curl", f"curl -s '{self.at('/strip.txt')}'")


def frame_style(options: Options, currencies: int) -> str:
    """The style of a strip's frame. Its height is known before the strip has loaded, so the page never moves."""
    return f"{FRAME};height:{css_height(options, currencies)}"


def contained(inside: str) -> str:
    """The code as one block without a line of its own between tags: WordPress would make paragraphs of such lines."""
    return f'<div style="{CONTAINER}">{inside}</div>'


def hashed(text: str) -> str:
    """The source that allows this inline script or style in a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
