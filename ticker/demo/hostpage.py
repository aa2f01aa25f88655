"""Somebody else's page: it shows the strip in every way there is, by the very code that the configurator gives.

It has a separate origin and a policy that allows what the configurator says and nothing more. Its server
asks for the fragment and the text as a site's server would: with a deadline, and with a link where nothing comes.
"""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from html import escape
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ticker.model import Language
from ticker.serve.configurator.view import Configurator, configurator
from ticker.serve.terms import LANGUAGES, HomeTerms, SiteSettings
from ticker.snapshot import Content

PATIENCE_S = 2.0
LONGEST = 1 << 20
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: #fff; color: #12161b; }
header, section { padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; }
.column { max-inline-size: 26rem; }
pre { overflow-x: auto; margin: 0; padding: .5rem; background: #f1f3f6; }
a { color: #0842a0; }
@media (prefers-color-scheme: dark) {
  body { background: #101317; color: #eef1f5; }
  pre { background: #23282f; }
  a { color: #a8c7fa; }
}
"""


class HostPage:
    """The page and its address. `service` is the address of the strip's service; what follows `?` in a
    request are a strip's options. Where `content` has neighbours, each has a strip too, by its terms in `homes`."""

    def __init__(
        self,
        service: str,
        content: Content,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        homes: Mapping[str, HomeTerms] | None = None,
    ) -> None:
        self.service, self.content = service.rstrip("/"), content
        self.terms = SiteSettings(base_url=self.service, homes=homes or {})
        self._server = _Server((host, port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.1,), name="host-page", daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_name, self._server.server_port
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def __enter__(self) -> HostPage:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self.close()

    def close(self) -> None:
        """Lets the address go; at once after it was made, or at the end of `with`."""
        self._server.server_close()

    def page(self, query: str) -> tuple[str, str]:
        """The page and its Content-Security-Policy."""
        said = self._configured(query)
        tail = f"?{said.query}" if said.query else ""
        with ThreadPoolExecutor(2) as both:
            # In another language: two parts of one page must not have one name.
            other = LANGUAGES[(LANGUAGES.index(said.options.lang) + 1) % len(LANGUAGES)]
            fragment_tail = urlencode([*(pair for pair in parse_qsl(said.query) if pair[0] != "lang"), ("lang", other)])
            fragment, text = both.map(self._ask, (f"/strip.fragment?{fragment_tail}", f"/strip.txt{tail}"))
        link = f'<a href="{escape(self.service)}/strip{escape(tail)}">{escape(said.words.text("page.title"))}</a>'
        others = {} if said.options.home else self._others(said)
        texts = _texts(said)
        blocks = [
            ("iframe, fixed height", texts["frame"], ""),
            *((f"iframe, home={home}", _texts(other)["frame"], "") for home, other in others.items()),
            ("iframe that follows its content", texts["follow"], "column"),
            ("<rate-ticker>", texts["element"], ""),
            ("fragment, put in by this page's server", fragment or f"<p>{link}</p>", ""),
            ("image, SVG", texts["image-svg"], ""),
            ("image, PNG", texts["image-png"], ""),
            ("text", f'<pre tabindex="0">{escape(text)}</pre>' if text else f"<p>{link}</p>", ""),
        ]
        codes = [(said, ("frame", "follow", "element", "include-page-php", "image-svg"))]
        return _page(blocks, said.lang), policy([*codes, *((other, ("frame",)) for other in others.values())])

    def _configured(self, query: str) -> Configurator:
        parts = urlsplit(self.service)
        return configurator(query, parts.netloc, parts.scheme, self.content, self.terms, lambda _: (600, 120))

    def _others(self, said: Configurator) -> dict[str, Configurator]:
        """The same strip of the other homes, in its language where they have it."""
        found = {}
        for one in self.content.neighbours:
            home = one.home.currency
            offered = self.terms.at_home(home).own.languages
            kept = [pair for pair in parse_qsl(said.query) if pair[0] not in ("home", "lang", "currencies", "feeds")]
            lang = said.options.lang if said.options.lang in offered else offered[0]
            found[home] = self._configured(urlencode([("home", home), ("lang", lang), *kept]))
        return found

    def _ask(self, path: str) -> str:
        """What the service answers, or nothing: a page must not wait for a strip."""
        parts = urlsplit(self.service)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", parts.path + path)
            answer = connection.getresponse()
            return answer.read(LONGEST).decode("utf-8", "replace") if answer.status == 200 else ""
        except (OSError, HTTPException):
            return ""
        finally:
            connection.close()


def policy(wanted: Iterable[tuple[Configurator, Collection[str]]]) -> str:
    """The strictest policy under which these pieces of code work, made of what the configurator says of each."""
    lines = [
        code.policy
        for said, codes in wanted
        for way in said.ways
        for code in way.codes
        if code.id in codes and code.policy
    ]
    allowed: dict[str, list[str]] = {
        "default-src": ["'none'"],
        "style-src-elem": [_hashed(STYLE)],
        "img-src": ["data:"],
    }
    for directive in (part.split() for line in lines for part in line.split(";")):
        known = allowed.setdefault(directive[0], [])
        known += [source for source in directive[1:] if source not in known]
    if "'unsafe-inline'" in allowed.get("style-src-attr", []):
        allowed["style-src-attr"] = ["'unsafe-inline'"]  # which a hash beside it would take back
    closed = "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    return "; ".join([*(f"{name} {' '.join(sources)}" for name, sources in allowed.items()), closed])


def _texts(said: Configurator) -> dict[str, str]:
    return {code.id: code.text for way in said.ways for code in way.codes}


def _page(blocks: Iterable[tuple[str, str, str]], lang: Language) -> str:
    sections = "\n".join(
        f'<section{f" class={shape}" if shape else ""}>\n<h2 lang="en">{escape(name)}</h2>\n{block}\n</section>'
        for name, block, shape in blocks
    )
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>A host page</title>
<style>{STYLE}</style>
</head>
<body>
<header><h1 lang="en">A host page</h1></header>
<main>
{sections}
</main>
</body>
</html>
"""


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], page: HostPage) -> None:
        self.page = page
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own asks the resolver for a name, which may take seconds
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != "/":
            self.send_error(404)
            return
        query = urlencode([pair for pair in parse_qsl(parts.query) if re.fullmatch(r"[a-z]+", pair[0])])
        page, allowed = self.server.page.page(query)
        body = page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", allowed)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - as http.server calls it

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""
