"""What outside judges say of the served pages: the Nu HTML checker, axe-core, the consoles of Chromium and Firefox; of
the feeds that are given out, Jing; of the code to paste, WordPress's `wpautop`.

    python tests/audit/audit.py [STATE…]

`make audit` runs this file. It brings a service into each state and shows each page of PAGES to each judge.
Any finding is printed with its page, rule and element, and makes the run fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import paragraphs
from engines import tab
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from ticker.config import DEFAULT_FEEDS, Config
from ticker.demo import DemoUpstream
from ticker.demo.hostpage import HostPage
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.service import nothing_yet

HERE = Path(__file__).parent
VNU = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
JING = "nu.validator.vendor.thaiopensource.relaxng.util.Driver"  # which the HTML checker brings along
ATOM = HERE.parent / "schemas" / "atom.rnc"
AXE = HERE / "node_modules/axe-core/axe.min.js"
TICKER = Path(sys.executable).with_name("ticker")

NARROW, WIDE = 320, 1280
AT_ONCE = 2  # states
BISHKEK = ZoneInfo("Asia/Bishkek")
READY_S = 60
STOP_S = 5


@dataclass(frozen=True, slots=True)
class Service:
    """A demonstration that answers: `state` says what its readers are shown."""

    state: str
    url: str
    host: str = ""  # somebody else's page, which embeds it in every way


@dataclass(frozen=True, slots=True)
class State:
    """What readers are shown at a moment (Bishkek's clock), and how the service came to it.

    It collects at `before` first, if given, with every source in order; at `at` the faults hold.
    """

    name: str
    at: str
    freshness: str
    before: str | None = None
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """How a reader's device shows a page."""

    name: str
    width: int
    color_scheme: Literal["light", "dark"] = "light"
    forced_colors: Literal["active", "none"] = "none"
    contrast: Literal["more", "no-preference"] = "no-preference"


@dataclass(frozen=True, slots=True)
class Finding:
    judge: str
    page: str
    rule: str
    element: str

    def __str__(self) -> str:
        return f"{self.judge} · {self.page} · {self.rule}\n    {self.element}"


DARK = (("nbkr", "refuse"), ("nbkr-weekly", "refuse"), ("nbkr-archive", "refuse"))
STATES = (
    State("fresh", "2026-05-21T11:16", "fresh"),
    State("evening", "2026-05-22T18:30", "fresh"),
    State("late", "2026-05-24T09:00", "late", before="2026-05-22T11:16", faults=DARK),
    State("stale", "2026-05-27T09:00", "stale", before="2026-05-22T11:16", faults=DARK),
    State("none", "2026-05-21T11:16", "none", faults=DARK),
)
EVERY, FRESH, EVENING = tuple(one.name for one in STATES), ("fresh",), ("evening",)

BRIEFLY = (
    Look("320 px, light", NARROW),
    Look("1280 px, dark", WIDE, color_scheme="dark"),
    Look("1280 px, forced colours", WIDE, forced_colors="active"),
    Look("320 px, forced dark colours", NARROW, color_scheme="dark", forced_colors="active"),
)
CLOSELY = (
    *BRIEFLY,
    Look("1280 px, light", WIDE),
    Look("320 px, dark, more contrast", NARROW, color_scheme="dark", contrast="more"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages that are judged. In the address, {lang}, {theme}, {frame} and {motion} stand for each there is, {story} for
    a headline that is shown; a host page's address begins with {host}."""

    address: str
    states: tuple[str, ...] = EVERY
    looks: tuple[Look, ...] = CLOSELY


PAGES = (
    Kind("/strip?lang={lang}"),
    Kind("/strip?theme={theme}&frame={frame}&motion={motion}", FRESH, BRIEFLY),
    Kind("/strip?theme={theme}&frame={frame}&lang=ky", EVENING, BRIEFLY),
    Kind("/strip?bg=1d3557&fg=f1faee&accent=e63946", ("late", "stale"), BRIEFLY),
    Kind("/panel?lang={lang}", looks=BRIEFLY),
    Kind("/panel?theme={theme}", EVENING, BRIEFLY),
    Kind("/story/{story}?lang={lang}", FRESH),
    Kind("/chart", looks=BRIEFLY),
    Kind("/chart?lang={lang}&from=5y", FRESH),
    Kind("/docs", FRESH),
    Kind("/?ui={lang}", FRESH),
    Kind("/?bg=ffffff&fg=777777&lang=de&theme=dark", FRESH),
    Kind("/status"),
    Kind("{host}/", looks=BRIEFLY),
    Kind("{host}/?lang={lang}", FRESH, BRIEFLY),
)
"""Every page of the service that a reader can see: a new one has its line here."""
EACH: dict[str, tuple[str, ...]] = {
    "lang": LANGUAGES,
    **{name: get_args(Options.model_fields[name].annotation) for name in ("theme", "frame", "motion")},
}


@dataclass(frozen=True, slots=True)
class Audited:
    """One address that is judged, and the looks in which it is."""

    name: str
    url: str
    looks: tuple[Look, ...]


def pages(service: Service) -> list[Audited]:
    """What is judged of one service."""
    shown = json.loads(answer(f"{service.url}/strip.json")[1])["headlines"]
    given = {"story": shown[0]["id"] if shown else "", "host": service.host}
    audited: dict[str, Audited] = {}
    for kind in PAGES:
        if service.state not in kind.states:
            continue
        names = [name for name in EACH if f"{{{name}}}" in kind.address]
        for values in product(*(EACH[name] for name in names)):
            address = kind.address.format(**given, **dict(zip(names, values, strict=True)))
            url = address if kind.address.startswith("{host}") else service.url + address
            name = address.replace(service.host, "host page ")
            audited.setdefault(url, Audited(f"{name}, {service.state}", url, kind.looks))
    return list(audited.values())


# --- the service -------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answer(url: str) -> tuple[int, bytes]:
    """Status and body; status 0 where nobody listens yet."""
    try:
        with urllib.request.urlopen(url, timeout=5) as got:
            return got.status, got.read()
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, fault.read()
    except OSError:
        return 0, b""


def settled(service: Service, freshness: str) -> bool:
    """Whether the first rounds are over: headlines on the strip, and every figure in that state."""
    status, body = answer(f"{service.url}/strip.json")
    strip = json.loads(body) if status == 200 else {}
    return bool(strip.get("headlines")) and {rate["freshness"] for rate in strip["rates"]} == {freshness}


class NotReachedError(Exception):
    """A state did not come about; what was shown instead, and the log, tell why."""


@dataclass
class Site:
    """A service of its own: an upstream that obeys, a folder, a clock that is turned between two starts."""

    folder: Path
    offset_s: int = 0
    upstream: DemoUpstream = field(init=False)

    def __post_init__(self) -> None:
        self.upstream = DemoUpstream(lambda: datetime.now(UTC) + timedelta(seconds=self.offset_s))

    @contextmanager
    def serves(self, name: str, at: str, freshness: str) -> Iterator[Service]:
        """`ticker serve` from that moment on, once the state is reached; it must end within 5 s of Ctrl-C."""
        moment = datetime.fromisoformat(at).replace(tzinfo=BISHKEK)
        self.offset_s = round((moment - datetime.now(UTC)).total_seconds())
        port = free_port()
        page = HostPage(f"http://127.0.0.1:{port}", nothing_yet(Config()).content)
        service = Service(name, f"http://127.0.0.1:{port}", page.url)
        settings = self.folder / "audit.toml"
        settings.write_text(self._settings(), encoding="utf-8")
        command: list[str | Path] = [TICKER, "serve", "--config", settings, "--port", str(port)]
        with (self.folder / "log").open("w+") as log:
            process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)
            try:
                deadline = time.monotonic() + READY_S
                while not settled(service, freshness):
                    if process.poll() is not None or time.monotonic() > deadline:
                        log.seek(0)
                        shown = answer(f"{service.url}/strip.json")[1].decode()
                        raise NotReachedError(f"not {freshness} in {READY_S} s\n{shown}\n{log.read()}")
                    time.sleep(0.2)
                with page:
                    yield service
            finally:
                page.close()
                stop(process)

    def _settings(self) -> str:
        addresses = self.upstream.addresses
        lines = [
            f'store.url = "sqlite:///{self.folder / "audit.db"}"',
            'store.last_good = ""',
            f'fetch.allow_hosts = ["{self.upstream.url.removeprefix("http://")}"]',
            "demo.enabled = true",
            "witnesses.enabled = false",  # the real banks
            f"demo.clock_offset_s = {self.offset_s}",
            f'rates.nbkr.url = "{addresses["nbkr"]}"',
            f'rates.nbkr.archive_url = "{addresses["nbkr-archive"]}"',
            "rates.nbkr.archive_pause_s = 0.1",
            f'rates.nbkr-weekly.url = "{addresses["nbkr-weekly"]}"',
            *(f"feeds.{feed}.enabled = false" for feed in DEFAULT_FEEDS),
        ]
        for language in LANGUAGES:
            lines.append(f'feeds.demo-{language}.url = "{addresses[f"demo-{language}"]}"')
            lines.append(f'feeds.demo-{language}.publisher = "Demo News"')
            lines.append(f'feeds.demo-{language}.language = "{language}"')
        return "\n".join(lines) + "\n"


@contextmanager
def shown(state: State) -> Iterator[Service]:
    """A service whose readers are shown that state."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        with site.upstream:
            if state.before:
                with site.serves(state.name, state.before, "fresh"):
                    pass
            for source, fault in state.faults:
                site.upstream.order(source, fault)
            with site.serves(state.name, state.at, state.freshness) as service:
                yield service


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# --- the judges --------------------------------------------------------------------------------------------------


# The checker knows no containers yet (CSS Containment 3), by which a strip has its height and its lines.
UNKNOWN_TO_NU = re.compile(r"CSS: .*(“@container”|“container(-type|-name)?”|cqi)")


def nu(audited: list[Audited]) -> list[Finding]:
    """The Nu HTML checker on the pages as served: errors and warnings."""
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory() as folder:
        names: dict[str, str] = {}
        for number, page in enumerate(audited):
            status, body = answer(page.url)
            if status != 200:
                findings.append(Finding("http", page.name, f"status {status}", page.url))
            file = Path(folder) / f"{number}.html"
            # In a file, an address without a host would be no http address, which a ping wants.
            file.write_bytes(body.replace(b' ping="/', b' ping="http://strip.example/'))
            names[file.name] = page.name
        command = ["java", "-jar", str(VNU), "--format", "json", "--stdout", "--exit-zero-always", folder]
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for message in report["messages"]:
        if message["type"] == "info" and message.get("subType") != "warning":
            continue
        extract = " ".join(message.get("extract", "").split())
        if UNKNOWN_TO_NU.match(f"{message['message']} {extract if 'cqi' in extract else ''}"):
            continue
        name = names.get(Path(message.get("url", "")).name, "all")
        findings.append(Finding("nu", name, message["message"], f"line {message.get('lastLine', '?')}: {extract}"))
    return findings


def jing(service: Service) -> list[Finding]:
    """The feeds that are given out, held against Atom's own schema (RFC 4287, Appendix B)."""
    findings: list[Finding] = []
    for path in (f"{feed}.atom?lang={lang}" for feed in ("/headlines", "/rates") for lang in LANGUAGES):
        status, body = answer(f"{service.url}{path}")
        with tempfile.NamedTemporaryFile(suffix=".atom") as file:
            file.write(body)
            file.flush()
            command: list[str | Path] = ["java", "-cp", VNU, JING, "-c", ATOM, file.name]
            report = subprocess.run(command, capture_output=True, text=True)
        if status != 200 or report.returncode:
            findings.append(Finding("jing", path, f"status {status}", report.stdout + report.stderr))
    return findings


def wpautop(service: Service) -> list[Finding]:
    """The code that the configurator gives out, pasted into a post of WordPress."""
    blocks = paragraphs.pasted(service.url)
    found = paragraphs.changed(blocks) if blocks else [("all", "the configurator's page has no code to paste")]
    return [Finding("wpautop", name, "the code does not stay as it is", text) for name, text in found]


# What a browser paints behind a page that has no ground of its own; axe takes it to be white.
GROUND = ":root { background: Canvas; }"


def axe(browser: Browser, audited: list[Audited]) -> list[Finding]:
    """axe-core with every rule, WCAG 2.2's target size included, in each look of a page.

    The page's own policy forbids a foreign script, so it is lifted for this judge alone; `console` keeps it.
    """
    source = AXE.read_text()
    findings: list[Finding] = []
    for look in CLOSELY:
        rules = {"target-size": {"enabled": True}}
        options = {"resultTypes": ["violations"], "rules": rules}
        context = browser.new_context(
            viewport={"width": look.width, "height": 720},
            color_scheme=look.color_scheme,
            forced_colors=look.forced_colors,
            contrast=look.contrast,
            bypass_csp=True,
        )
        with context:
            tab = context.new_page()
            for page in (one for one in audited if look in one.looks):
                tab.goto(page.url)
                tab.add_style_tag(content=GROUND)
                tab.evaluate(source)
                result: dict[str, Any] = tab.evaluate("options => axe.run(document, options)", options)
                findings += [
                    Finding(
                        "axe", f"{page.name}, {look.name}", f"{rule['id']} ({rule['impact']}): {rule['help']}", said
                    )
                    for rule in result["violations"]
                    for said in map(_element, rule["nodes"])
                ]
    return findings


def _element(node: dict[str, Any]) -> str:
    reasons = [reason["message"] for kind in ("any", "all", "none") for reason in node[kind]]
    return f"{' '.join(map(str, node['target']))}: {' '.join(node['html'].split())[:300]}\n    {'; '.join(reasons)}"


@dataclass  # without slots: Playwright marks a listener's object
class Ear:
    """Hears everything a page complains of while it loads, its security policy included."""

    page: str = ""
    findings: list[Finding] = field(default_factory=list)

    def listen(self, tab: Page) -> None:
        tab.on("console", self._said)
        tab.on("pageerror", lambda error: self._heard("exception", str(error)))
        tab.on("requestfailed", lambda request: self._heard("request failed", f"{request.url}: {request.failure}"))
        tab.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        place = message.location
        self._heard(f"console {message.type}", f"{message.text} ({place['url']}:{place['lineNumber']})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._heard(f"status {response.status}", response.url)

    def _heard(self, rule: str, what: str) -> None:
        self.findings.append(Finding("browser", self.page, rule, what))


# A violation of the page's policy, as the page itself can see it; the console has those that the page cannot.
REPORTS = """
window.__reports = [];
document.addEventListener("securitypolicyviolation", report => window.__reports.push(
    `${report.violatedDirective} blocked ${report.blockedURI} ${report.sample}`));
"""


def console(browser: Browser, audited: list[Audited]) -> list[Finding]:
    """The browser under the page's own policy: no console message, no report, no failed request."""
    ear = Ear()
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        tab = context.new_page()
        tab.add_init_script(REPORTS)
        ear.listen(tab)
        for page in audited:
            ear.page = page.name
            # A pause in the network alone may be a machine's that is busy: what the page itself waits for comes first.
            tab.goto(page.url, wait_until="load")
            tab.wait_for_load_state("networkidle")
            for report in tab.evaluate("() => window.__reports"):
                ear.findings.append(Finding("browser", page.name, "security policy", report))
    return ear.findings


def console_of_firefox(audited: list[Audited]) -> list[Finding]:
    """What Firefox says of each page; it also tells what its own requests met, such as the one for an icon."""
    findings: list[Finding] = []
    with tab("firefox") as opened:
        for page in audited:
            opened.open(page.url)
            opened.evaluate("new Promise(next => setTimeout(next, 150))")
            findings += [Finding("firefox", page.name, "console", said) for said in opened.said()]
    return findings


# --- the run -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    pages: int
    looks: int
    findings: list[Finding]


def judged(state: State) -> Judged:
    """What the judges say of a state, in a browser of its own."""
    began = time.monotonic()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            with shown(state) as service:
                audited = pages(service)
                findings = [*nu(audited), *axe(browser, audited), *console(browser, audited), *jing(service)]
                findings += console_of_firefox(audited)
                findings += wpautop(service) if state.name in FRESH else []
        except NotReachedError as fault:
            missed = Finding("audit", state.name, "state not reached", str(fault))
            print(missed, flush=True)
            return Judged(0, 0, [missed])
        finally:
            browser.close()
    looks = sum(len(page.looks) for page in audited)
    took = time.monotonic() - began
    said = [f"audit: {state.name}: {len(audited)} pages in {looks} looks, {took:.0f} s", *map(str, findings)]
    print("\n".join(said), flush=True)
    return Judged(len(audited), looks, findings)


def main(wanted: list[str]) -> int:
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(judged, [one for one in STATES if not wanted or one.name in wanted]))
    findings = [one for state in said for one in state.findings]
    count, looks = sum(one.pages for one in said), sum(one.looks for one in said)
    print(f"audit: {count} pages in {looks} looks, {len(findings)} findings, {time.monotonic() - began:.0f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
