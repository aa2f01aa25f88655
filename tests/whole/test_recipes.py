"""The recipes for a strip that a server puts into its own pages, carried out: nginx, PHP, WordPress.

Each is asked for a page while the service answers, and while it is away, slow, dripping or wrong.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support import scenes
from support.running import free_port, needs, runner, until

from ticker.serve.configurator.view import configurator
from ticker.serve.strip import html
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.terms import SiteSettings

TESTS = Path(__file__).parents[1]

ROOT = TESTS.parent
RECIPES = ROOT / "templates" / "configurator" / "include"
SERVICE = "https://rates.example"  # whose place in the recipes the test's own takes
PATH = "/strip.fragment?lang=ru&headlines=3"
GOOD = html.fragment(scenes.day().strip(Options(lang="ru", headlines=3))).decode()
STALE_IF_ERROR = "public, max-age=1, stale-while-revalidate=60, stale-if-error=600"
WAIT = {"_timeout 1s": "_timeout 2s", "_MS => 1000": "_MS => 2000", "'timeout' => 1,": "'timeout' => 2,"}
PATIENCE_S = 8  # what a page may take with that; a service that hangs or drips does so for a minute


class Service(ThreadingHTTPServer):
    """Stands for the service; `mood` says how it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Service)
        self.mood = "well"
        self.asked: list[dict[str, str]] = []
        self.ending = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Service(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        mood = self.server.mood
        with suppress(OSError):
            if mood == "hangs":
                self.server.ending.wait(60)
            elif mood == "drips":
                self._drip()
            elif mood == "fails":
                self._answer(503, b'{"title":"Service Unavailable"}')
            elif mood == "elsewhere":
                self._answer(302, b"")
            else:
                self._answer(200, GOOD.encode()[:400] if mood == "half" else GOOD.encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", STALE_IF_ERROR if status == 200 else "no-store")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while not self.server.ending.wait(0.3):
            self.wfile.write(b"<")
            self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.ending.set()
        server.shutdown()
        thread.join()


def link(service: str) -> str:
    return f'<a href="{service}/strip?lang=ru">Курсы валют и новости</a>'


def recipe(name: str, service: str) -> str:
    """Its text, with a little more patience than a second: so a busy machine is no service that hangs."""
    text = (RECIPES / name).read_text(encoding="utf-8").replace(SERVICE, service)
    for one, more in WAIT.items():
        text = text.replace(one, more)
    return text


# --- nginx ------------------------------------------------------------------------------------------------------------

HEAD, FOOT = "<!doctype html><title>Our paper</title><div>", "</div><p>News</p>"


@contextmanager
def nginx(folder: Path, config: str, include: str) -> Iterator[str]:
    """A site of our own with the recipe in it, and its one page."""
    command = needs("nginx", "nginx-light", "-v")
    port, site = free_port(), folder / "site"
    site.mkdir()
    (site / "index.html").write_text(f"{HEAD}{include}{FOOT}", encoding="utf-8")
    in_http, in_server, in_pages = (
        "\n".join(re.findall(rf"^# In {place}.*:\n((?:.+\n)*)", config, re.MULTILINE))
        for place in ("http", "server", "the location")
    )
    scratch = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""{"user root;" if os.geteuid() == 0 else ""} daemon off; worker_processes 1; pid {folder}/pid;
        error_log {folder}/error.log; events {{}}
        http {{ {scratch} access_log off; types {{ text/html html; }} gzip on; gzip_min_length 1; {in_http}
        server {{ listen 127.0.0.1:{port}; root {site}; {in_server} location / {{ {in_pages} }} }} }}""",
        encoding="utf-8",
    )
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([command, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"], stderr=said)
    try:
        until("nginx answers", lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "said").read_text() + (folder / "error.log").read_text()
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def get(url: str, **headers: str) -> str:
    """What stands in the strip's place; the page around it is whole."""
    began = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        body: bytes = answer.read()
    assert time.monotonic() - began < PATIENCE_S
    page = body.decode()
    assert page.startswith(HEAD)
    assert page.endswith(FOOT)
    return page.removeprefix(HEAD).removesuffix(FOOT).strip()


class Cron:
    """The minutes of the recipe's cron line, at will, and the site beside it."""

    def __init__(self, folder: Path, service: str) -> None:
        needs("curl", "curl", "--version")
        self.folder, self.file = folder / "kept", folder / "kept" / "strip.html"
        self.folder.mkdir()
        line = recipe("cron", service).splitlines()[1].replace("/var/lib/rate-strip", str(self.folder))
        assert re.match(r"(\* ){5}www-data ", line)
        self.command = line.removeprefix("* * * * * www-data ").replace("--max-time 5", "--max-time 2")
        config = recipe("nginx.conf", service).replace("/var/lib/rate-strip", str(self.folder))
        self.site = nginx(folder, config, recipe("page.shtml", service))

    def minute(self) -> None:
        subprocess.run(["/bin/sh", "-c", self.command], capture_output=True, check=True, timeout=PATIENCE_S)


def test_nginx_puts_the_running_services_strip_into_the_page(tmp_path: Path) -> None:
    with runner(tmp_path) as started:
        running = started.ticker("demo").until_ready()
        asked = "lang=ru"  # each language has a feed of its own
        until(
            "rates and headlines",
            lambda: running.shown(asked)["headlines"] and running.shown(asked)["rates"][0]["value"],
        )
        cron = Cron(tmp_path, f"http://127.0.0.1:{running.port}")
        cron.minute()
        rates = running.shown("lang=ru")["rates"]
        with cron.site as site:
            strip = get(site)
    assert strip.startswith('<section class="som-ticker" lang="ru"')
    assert strip.endswith("</section>")
    assert strip.count("<strong>DEMO</strong>") == 1
    for rate in rates:
        assert f"{rate['currency']} <strong>{rate['text']}</strong>" in strip
    assert strip.count("<a href=") == 3


@pytest.mark.parametrize("mood", ["hangs", "drips", "fails", "elsewhere", "half"])
def test_with_cron_nginx_shows_the_last_good_strip_of_the_past_day_then_a_link(
    tmp_path: Path, service: Service, mood: str
) -> None:
    cron = Cron(tmp_path, service.url)
    with cron.site as site:
        assert get(site) == link(service.url), "before the first minute"
        cron.minute()
        assert get(site) == GOOD
        service.mood = mood
        cron.minute()
        assert get(site) == GOOD
        past = time.time() - 86400 - 61
        os.utime(cron.file, (past, past))
        cron.minute()
        assert get(site) == link(service.url)
    assert [one["path"] for one in service.asked] == 3 * [PATH]


def proxied(folder: Path, service: str) -> AbstractContextManager[str]:
    config = recipe("nginx-proxy.conf", service).replace("/var/cache/nginx", str(folder))
    return nginx(folder, config, recipe("page.shtml", service))


def test_as_a_proxy_nginx_asks_once_and_tells_nothing_of_the_reader(tmp_path: Path, service: Service) -> None:
    of_a_reader = {"Cookie": "session=1", "If-None-Match": '"1"', "User-Agent": "Reader", "Accept-Language": "ky"}
    with proxied(tmp_path, service.url) as site:
        assert get(site, **of_a_reader) == get(f"{site}index.html?utm=1", **of_a_reader) == GOOD
    assert len(service.asked) == 1, "one copy for every page and reader"
    assert service.asked[0].keys() <= {"path", "host", "connection"}
    assert service.asked[0]["path"] == PATH


@pytest.mark.parametrize("mood", ["hangs", "fails", "elsewhere", "gone"])
def test_as_a_proxy_nginx_shows_a_link_while_the_service_is_away(tmp_path: Path, service: Service, mood: str) -> None:
    service.mood = mood
    address = f"http://127.0.0.1:{free_port()}" if mood == "gone" else service.url
    with proxied(tmp_path, address) as site:
        assert get(site) == link(address)


def test_as_a_proxy_nginx_shows_its_copy_as_long_as_the_service_allows(tmp_path: Path, service: Service) -> None:
    with proxied(tmp_path, service.url) as site:
        assert get(site) == GOOD
        service.mood = "fails"
        time.sleep(2.1)  # nginx has no clock but the machine's: max-age is a second, stale-while-revalidate a minute
        assert get(site) == GOOD


# --- PHP --------------------------------------------------------------------------------------------------------------


def php(*arguments: str | Path) -> str:
    began = time.monotonic()
    needs("php", "php-cli php-curl", "-r", "exit(function_exists('curl_init') ? 0 : 1);")
    made = subprocess.run(["php", "-d", "display_errors=stderr", *map(str, arguments)], capture_output=True, text=True)
    assert (made.returncode, made.stderr) == (0, "")
    assert time.monotonic() - began < PATIENCE_S
    return made.stdout


@pytest.fixture
def page(tmp_path: Path, service: Service) -> Any:
    """Makes the page of the PHP recipe."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "rate_strip.php").write_text(recipe("rate_strip.php", service.url))
    made = tmp_path / "page.php"
    made.write_text(recipe("page.php", service.url).replace("/var/cache/rate-strip", f"{tmp_path}/cache"))
    return lambda: php(made)


def ages(folder: Path, seconds: int, *names: str) -> None:
    for name in names:
        past = time.time() - seconds
        os.utime(folder / "cache" / name, (past, past))


def test_php_asks_once_a_minute(page: Any, service: Service, tmp_path: Path) -> None:
    assert page() == page() == GOOD
    assert [one["path"] for one in service.asked] == [PATH]
    ages(tmp_path, 61, "rate-strip.tried")
    assert page() == GOOD
    assert len(service.asked) == 2


@pytest.mark.parametrize("mood", ["hangs", "drips", "fails", "elsewhere", "half"])
def test_php_shows_the_last_good_strip_of_the_past_day_then_a_link(
    page: Any, service: Service, tmp_path: Path, mood: str
) -> None:
    assert page() == GOOD
    service.mood = mood
    ages(tmp_path, 61, "rate-strip.tried")
    assert page() == GOOD
    assert len(service.asked) == 2
    assert page() == GOOD
    assert len(service.asked) == 2, "nobody waits for it twice in a minute"
    ages(tmp_path, 86401, "rate-strip.html")
    assert page() == link(service.url)


def test_php_begins_with_a_link_when_the_service_is_away(page: Any, service: Service) -> None:
    service.mood = "fails"
    assert page() == link(service.url)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_configurators_php_is_php(tmp_path: Path, lang: str) -> None:
    query, content = f"lang={lang}&currencies=EUR,USD&theme=dark", scenes.day().snapshot.content
    said = configurator(query, "rates.example", "https", content, SiteSettings(), lambda _: (600, 283))
    texts = [code.text for way in said.ways for code in way.codes if code.text.startswith("<?php")]
    assert len(texts) == 3
    for text in texts:
        (tmp_path / "pasted.php").write_text(text, encoding="utf-8")
        php("-l", tmp_path / "pasted.php")


# --- WordPress --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wordpress(tmp_path: Path, service: Service) -> Any:
    """Makes pages with the shortcode in them, one after the other."""
    (tmp_path / "cache").mkdir()
    theme = tmp_path / "functions.php"
    theme.write_text(recipe("functions.php", service.url))
    return lambda pages: php(Path(__file__).with_name("wordpress.php"), tmp_path / "cache", theme, str(pages))


def test_wordpress_asks_once_a_minute(wordpress: Any, service: Service, tmp_path: Path) -> None:
    assert wordpress(3) == 3 * f"{GOOD}\n"
    assert [one["path"] for one in service.asked] == [PATH]
    ages(tmp_path, 1, "rate_strip")
    assert wordpress(1) == f"{GOOD}\n"
    assert len(service.asked) == 2


@pytest.mark.parametrize("mood", ["hangs", "drips", "fails", "half"])
def test_wordpress_shows_the_last_good_strip_of_the_past_day_then_a_link(
    wordpress: Any, service: Service, tmp_path: Path, mood: str
) -> None:
    assert wordpress(1) == f"{GOOD}\n"
    service.mood = mood
    ages(tmp_path, 1, "rate_strip")
    assert wordpress(2) == 2 * f"{GOOD}\n"
    assert len(service.asked) == 2, "nobody waits for it twice in a minute"
    ages(tmp_path, 1, "rate_strip", "rate_strip_last")
    assert wordpress(2) == 2 * f"{link(service.url)}\n"


# --- the page that teaches them ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in RECIPES.iterdir()))
def test_the_documentation_shows_the_recipe_that_is_tried_here(name: str) -> None:
    shown = re.findall(r"```\w*\n(.*?)```", (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8"), re.DOTALL)
    assert (RECIPES / name).read_text(encoding="utf-8") in shown
