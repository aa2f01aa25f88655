"""What is measured: a service for each state of a strip with up to eight currencies, and host pages with its code.

Host page and service share an origin, and the frames are not sandboxed, so that one function of the host page can look
into all of them. The clock stands still at the state's moment, in the browser too.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from support import scenes
from support.apps import application
from support.host_page import Server

from ticker.model import DAY
from ticker.serve.configurator.view import configurator
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import Renderer
from ticker.serve.terms import HomeTerms, SiteSettings
from ticker.snapshot import Series

HERE = Path(__file__).parent
LANGUAGES = ("en", "ru", "ky")
# By currency: the figures of yesterday, today and tomorrow. One does not change, one has six characters before the
# point, two have four digits after it.
FIGURES = {
    "USD": ("87.4500", "87.4500", "87.4500"),
    "EUR": ("102.2503", "102.5714", "102.6500"),
    "RUB": ("1.1050", "1.1019", "1.0988"),
    "KZT": ("0.1654", "0.1662", "0.1661"),
    "CNY": ("12.1534", "12.1540", "12.2011"),
    "KWD": ("12194.3500", "12201.1000", "12188.0500"),
    "GBP": ("117.2034", "116.9871", "117.5512"),
    "CHF": ("108.9001", "109.1177", "109.0020"),
}
CURRENCIES = tuple(FIGURES)
SETTINGS = SiteSettings(HomeTerms(CURRENCIES))
SUNDAY, NOVEMBER = date(2025, 6, 22), date(2027, 11, 30)


# --- states ------------------------------------------------------------------------------------------------------


def _daily(*days: date) -> tuple[Series, ...]:
    return tuple(scenes.series(currency, days, figures) for currency, figures in FIGURES.items())


def _bank_gone() -> scenes.Scene:
    made = scenes.scene(scenes.at(date(2025, 5, 19), "09:02"), _daily(date(2025, 5, 11), date(2025, 5, 12)))
    gone = {("nbkr", currency): scenes.at(date(2025, 5, 12), "21:10") for currency in FIGURES}
    return replace(made, snapshot=replace(made.snapshot, looks={**made.snapshot.looks, **gone}))


def _stand_in() -> scenes.Scene:
    """Other banks' figures for three currencies, none for the rest."""
    monday = date(2025, 5, 19)
    return scenes.witnessed(
        _bank_gone(),
        scenes.told_by("nbk", monday, USD="87.4123", EUR="101.1011", RUB="1.0842"),
        scenes.told_by("cbu", monday - 2 * DAY, USD="87.5200", EUR="101.3405", RUB="1.0911"),
        scenes.told_by("nbt", monday - DAY, USD="87.4387", EUR="101.2200", RUB="1.0790"),
    )


def _mixed() -> scenes.Scene:
    """The evening after a table in which some figures were held: own days and a figure in doubt."""
    made = scenes.scene(_moment("18:40"), _daily(scenes.WEDNESDAY - DAY, scenes.WEDNESDAY, scenes.WEDNESDAY + DAY))
    euro, rouble = ("EUR", scenes.WEDNESDAY), ("RUB", scenes.WEDNESDAY + DAY)

    def kept(one: Series) -> Series:
        rates = tuple(rate for rate in one.rates if (rate.currency, rate.valid_on) not in (euro, rouble))
        first = frozenset({scenes.WEDNESDAY + DAY}) if one.currency == "KZT" else frozenset()
        return replace(one, rates=rates, unconfirmed=first)

    return made.with_content(series=tuple(map(kept, made.snapshot.content.series)))


def _moment(clock: str) -> Any:
    return scenes.at(scenes.WEDNESDAY, clock)


STATES: dict[str, Callable[[], scenes.Scene]] = {
    "day": lambda: scenes.scene(_moment("11:16"), _daily(scenes.WEDNESDAY - DAY, scenes.WEDNESDAY)),
    "evening": lambda: scenes.scene(
        _moment("18:40"), _daily(scenes.WEDNESDAY - DAY, scenes.WEDNESDAY, scenes.WEDNESDAY + DAY)
    ),
    "weekend": lambda: scenes.scene(scenes.at(SUNDAY, "11:16"), _daily(SUNDAY - 2 * DAY, SUNDAY - DAY)),
    "month's end": lambda: scenes.scene(scenes.at(NOVEMBER, "18:40"), _daily(NOVEMBER - DAY, NOVEMBER, NOVEMBER + DAY)),
    "late": lambda: scenes.scene(scenes.at(date(2026, 1, 3), "09:02"), _daily(date(2025, 12, 29), date(2025, 12, 30))),
    "stale": lambda: scenes.scene(
        scenes.at(date(2025, 5, 19), "09:02"),
        _daily(date(2025, 5, 11), date(2025, 5, 12)),
        looked=scenes.at(date(2025, 5, 12), "21:10"),
    ),
    "stand-in": _stand_in,
    "unconfirmed": lambda: scenes.scene(
        _moment("11:16"),
        tuple(replace(one, unconfirmed=frozenset({scenes.WEDNESDAY})) for one in _daily(scenes.WEDNESDAY)),
    ),
    "mixed": _mixed,
    "none": lambda: scenes.scene(_moment("11:16"), (), headlines=()),
}


def state(name: str) -> scenes.Scene:
    """A scene whose publishers have long names too."""
    made = STATES[name]()
    long = {"akipress-en": "The Times of Central Asia", "kaktus": "Вечерний Бишкек", "azattyk": "Азаттык үналгысы"}
    feeds = tuple(replace(feed, publisher=long.get(feed.feed, feed.publisher)) for feed in made.snapshot.content.feeds)
    return made.with_content(feeds=feeds)


# --- the service -------------------------------------------------------------------------------------------------


def _shim(scene: scenes.Scene) -> str:
    """A clock that stands still: no step, no refresh. Whatever a page complains of, and each layout shift that Chromium
    counts, is kept in its top window."""
    return (SHIM % round(scene.now.timestamp() * 1000)).strip()


SHIM = """
(() => {
  const Real = Date, at = %d, said = top.said ||= [], {setTimeout: later, setInterval: often} = window;
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(at); }
    static now() { return at; }
  };
  window.setTimeout = (does, wait, ...more) => wait >= 1000 ? 0 : later(does, wait, ...more);
  window.setInterval = (does, wait, ...more) => wait >= 1000 ? 0 : often(does, wait, ...more);
  const hear = (kind, text) => said.push(`${location.pathname}${location.search}: ${kind}: ${text}`);
  for (const kind of ["error", "warn", "info", "log", "debug"]) {
    const real = console[kind].bind(console);
    console[kind] = (...given) => { hear(kind, given.join(" ")); real(...given); };
  }
  addEventListener("error", event => hear("exception", event.message || event.target?.src || event.target?.href), true);
  addEventListener("unhandledrejection", event => hear("rejection", event.reason));
  addEventListener("securitypolicyviolation", one => hear("policy", `${one.violatedDirective} ${one.blockedURI}`));
  const shifts = top.shifts ||= [], place = one => one.sources.map(by => by.node?.id || by.node?.localName || "gone");
  if (PerformanceObserver.supportedEntryTypes.includes("layout-shift")) new PerformanceObserver(list => {
    for (const one of list.getEntries()) shifts.push(`${one.value.toFixed(5)} in ${location.pathname}: ${place(one)}`);
  }).observe({type: "layout-shift", buffered: true});
})();
"""


INJECTED = ("/", "/strip", "/panel", "/docs")  # pages that report what they say


class Service:
    """The application on one state. `pages` are host pages by path; `missing` are addresses that it refused."""

    def __init__(self, name: str) -> None:
        self.scene = state(name)
        self.shim = _shim(self.scene)
        self.pages: dict[str, str] = {}
        self.missing: list[str] = []
        cache = ResponseCache(self.scene.snapshot, Renderer(SETTINGS), lambda: self.scene.now, 50, ())
        live = LiveSnapshot(lambda: None, lambda _: None, lambda: self.scene.now, None)  # type: ignore[arg-type,return-value]
        self._app = application(cache, live, lambda: self.scene.now, dated=True, settings=SETTINGS)
        self.server = Server(self._answer)

    def codes(self, query: str) -> dict[str, str]:
        """The configurator's code for a strip, by way; frames are not sandboxed."""
        netloc = self.server.url.removeprefix("http://")
        said = configurator(query, netloc, "http", self.scene.snapshot.content, SETTINGS, lambda _: (600, 44))
        return {code.id: _opened(code.text) for way in said.ways for code in way.codes}

    def page(self, name: str, body: str, style: str = "") -> str:
        """The address of a host page with that body."""
        self.pages[f"/{name}"] = (
            f'<!doctype html><html lang="de"><head><meta charset="utf-8"><script>{self.shim}</script>'
            '<title>Our paper</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f"<style>body {{ margin: 0 }} {style}</style></head><body>{body}</body></html>"
        )
        return f"{self.server.url}/{name}"

    def _answer(self, environ: Any, start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if path in self.pages or path == "/faults.js":
            text = self.pages[path] if path in self.pages else (HERE / "faults.js").read_text("utf-8")
            body, kind = text.encode(), "text/javascript" if path == "/faults.js" else "text/html"
            start_response("200 OK", [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))])
            return [body]
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        given: list[Any] = []
        parts = self._app(environ, lambda status, headers, *_: given.extend((status, headers)))
        body, (status, headers) = b"".join(parts), given
        if not status.startswith(("2", "304")):
            self.missing.append(f"{status}: {path}")
        if path in INJECTED:
            body = body.replace(b"<head>", f"<head><script>{self.shim}</script>".encode(), 1)
            allowed = f"script-src 'sha256-{b64encode(sha256(self.shim.encode()).digest()).decode()}' "
            headers = [
                (name, _framed(value, allowed) if name == "Content-Security-Policy" else value)
                for name, value in headers
                if name != "Content-Length"
            ]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]


def _framed(policy: str, allowed: str) -> str:
    """The policy under which a host page of the same origin may frame a page with the shim."""
    with_script = policy.replace("script-src ", allowed) if "script-src " in policy else f"{policy}; {allowed}"
    return with_script.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


def _opened(code: str) -> str:
    return re.sub(r'\s*\bsandbox="[^"]*"', "", code)


@contextmanager
def serving(name: str) -> Iterator[Service]:
    service = Service(name)
    try:
        yield service
    finally:
        service.server.close()


# --- host pages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """What is on a host page 24 times: with one to eight currencies, in each language."""

    way: str  # a code's name in the configurator
    query: str = ""
    paused: bool = False

    def options(self, n: int, lang: str) -> str:
        given = {"lang": lang, "currencies": ",".join(CURRENCIES[:n])}
        return urlencode(given, safe=",") + (f"&{self.query}" if self.query else "")

    def __str__(self) -> str:
        return " ".join([self.way, *([self.query] if self.query else []), *(["paused"] if self.paused else [])])


def with_codes(service: Service, kind: Kind) -> str:
    """The address of a host page on which each code stands in a box, `#LANG-N`."""
    boxes, script = "", ""
    for lang, n in product(LANGUAGES, range(1, len(CURRENCIES) + 1)):
        script, code = split(service.codes(kind.options(n, lang))[kind.way])
        boxes += f'<div class="box" id="{lang}-{n}">{code}</div>\n'
    name = re.sub(r"\W+", "-", str(kind))
    return service.page(name, f'{script}<script src="/faults.js"></script>{boxes}', ".box { width: 1280px }")


def with_pages(service: Service, query: str) -> str:
    """The address of a host page on which the configurator stands in each language, higher than it is."""
    boxes = "".join(
        f'<div class="box" id="{lang}-1"><iframe src="/?ui={lang}&lang={lang}{query}"></iframe></div>\n'
        for lang in LANGUAGES
    )
    style = ".box { width: 1280px } iframe { border: 0; width: 100%; height: 6000px; display: block }"
    return service.page(f"configurator{hash(query)}", f'<script src="/faults.js"></script>{boxes}', style)


def split(code: str) -> tuple[str, str]:
    """The script that a code begins with, which a page needs once, and the rest."""
    found = re.match(r"<script\b[^>]*></script>\s*", code)
    return (found[0], code[found.end() :]) if found else ("", code)
