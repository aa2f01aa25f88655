"""The strip over hours and under strain: motion, memory, faults, sleep, wrong clocks, slow lines, contrast."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect
from support import pictures, scenes
from support.pictures import Strips, serving
from support.strip_layout import bar_height
from support.strip_page import SHIFTS, Reader, changed, later

from ticker.serve.strip import html

WIDE, PHONE = 1280, 360


@pytest.fixture
def server() -> Iterator[Strips]:
    with serving() as server:
        yield server
        server.fault = ""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": WIDE, "height": 130})
    context.set_default_timeout(5000)
    yield context
    context.close()


# --- motion ------------------------------------------------------------------------------------------------------


def place(reader: Reader) -> float:
    return float(reader.page.evaluate("document.querySelector('.list').scrollLeft"))


@pytest.mark.parametrize(("query", "pace"), [("?motion=scroll", 40), ("?motion=scroll&speed=200", 80)])
def test_a_tape_runs_at_its_pace_and_its_one_control_stops_it(
    context: BrowserContext, server: Strips, query: str, pace: int
) -> None:
    reader = Reader(context.new_page(), server, query=query)
    reader.page.mouse.move(5, 5)
    reader.waits(1)
    before = place(reader)
    reader.waits(4)
    assert place(reader) - before == pytest.approx(4 * pace, rel=0.1)
    reader.page.locator("#pause").click()
    stopped = place(reader)
    reader.waits(5)
    assert place(reader) == stopped


def test_a_tape_is_held_by_pointer_and_focus(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, query="?motion=scroll")
    reader.page.locator(".list a").nth(1).focus()
    reader.waits(1)
    held = place(reader)
    reader.waits(5)
    assert place(reader) == held
    reader.page.evaluate("document.activeElement.blur()")
    reader.page.locator(".news").hover()
    reader.waits(5)
    assert place(reader) == held
    reader.page.mouse.move(5, 5)
    reader.waits(2)
    assert place(reader) > held


@pytest.mark.parametrize("query", ["?motion=scroll&speed=300", "?motion=scroll&speed=300&headlines=2"])
def test_a_tape_comes_round_without_clones_and_every_headline_passes(
    context: BrowserContext, server: Strips, query: str
) -> None:
    reader = Reader(context.new_page(), server, query=query)
    reader.page.mouse.move(5, 5)
    wanted = reader.page.evaluate("[...document.querySelectorAll('.list li[data-key]')].map(one => one.dataset.key)")
    seen: set[str] = set()
    came_round, before = False, 0.0
    for _ in range(60):
        reader.waits(1)
        came_round |= place(reader) < before
        before = place(reader)
        seen |= set(reader.page.evaluate(IN_VIEW))
        assert len(wanted) == 2 or covered(reader.page)
    assert (seen, came_round) == (set(wanted), True)
    assert reader.page.locator(".list li[data-key]").count() == len(wanted)
    assert reader.said == []


IN_VIEW = """(() => {
    const frame = document.querySelector(".list").getBoundingClientRect();
    return [...document.querySelectorAll(".list li[data-key]")].filter(one => {
        const box = one.getBoundingClientRect();
        return box.left < frame.right && box.right > frame.left;
    }).map(one => one.dataset.key);
})()"""


def covered(page: Page) -> bool:
    """Whether no gap is wider than two headlines' distance."""
    return bool(
        page.evaluate("""() => {
            const frame = document.querySelector(".list").getBoundingClientRect();
            const boxes = [...document.querySelectorAll(".list li")].filter(one => one.offsetParent)
                .map(one => one.getBoundingClientRect()).sort((a, b) => a.left - b.left);
            let edge = frame.left;
            for (const box of boxes) if (box.left <= edge + 60) edge = Math.max(edge, box.right);
            return edge + 60 >= frame.right;
        }""")
    )


def test_stopped_a_tape_stands_as_whole_headlines(browser: Browser, server: Strips) -> None:
    context = browser.new_context(reduced_motion="reduce", viewport={"width": WIDE, "height": 60})
    reader = Reader(context.new_page(), server, query="?motion=scroll")
    reader.waits(10)
    assert place(reader) == 0
    expect(reader.page.locator("#pause")).to_have_accessible_name("Continue")
    box, frame = (
        reader.page.locator(".list li[data-key]").first.bounding_box(),
        reader.page.locator(".list").bounding_box(),
    )
    assert box
    assert frame
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
    context.close()


def test_a_refresh_does_not_move_the_tape(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, query="?motion=scroll")
    reader.page.locator(".news").hover()  # held, so that only a refresh could move it
    reader.page.evaluate("document.querySelector('.list').scrollLeft = 900")
    reader.waits(1)
    where = "document.querySelector('[data-key=en3]').getBoundingClientRect().left"
    before = reader.page.evaluate(where)
    scene = server.scenes["day"]
    old = scene.snapshot.content.headlines
    first = [replace(old[0], id=f"new{n}", title="A new headline" * n, feed="24kg-en") for n in (1, 2)]
    reader.becomes(later(scene, 2, headlines=(*first, *(one for one in old if one.id not in ("en0", "en9")))))
    reader.refreshes()
    expect(reader.page.locator("[data-key=new2]")).to_have_count(1)
    reader.waits(1)
    assert reader.page.evaluate(where) == pytest.approx(before, abs=1)


def test_static_stands_still_until_asked(context: BrowserContext, server: Strips) -> None:
    page = context.new_page()
    reader = Reader(page, server, query="?motion=static")
    reader.waits(60)
    first = page.evaluate(SHOWN)
    page.locator("#following").click()
    for _ in range(100):
        if page.evaluate(SHOWN) not in (first, None):
            return
        page.wait_for_timeout(20)
    raise AssertionError("nothing came when it was asked for")


SHOWN = """[...document.querySelectorAll(".list li")]
    .find(one => one.offsetParent && one.offsetTop === document.querySelector(".list").scrollTop)?.dataset.key"""


def test_a_step_takes_as_long_as_its_speed_says(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, query="?speed=200")
    reader.page.mouse.move(5, 5)
    reader.waits(3.6)
    assert reader.text(".count") == "2/10"


# --- parts and looks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "?show=rates",
        "?show=headlines",
        "?show=clock,change",
        "?show=rates,tomorrow,headlines",
        "?frame=card&theme=transparent&motion=scroll",
        "?bg=1d3557&fg=f1faee&accent=e63946&motion=static",
    ],
)
@pytest.mark.parametrize("state", ["day", "evening_all", "stale", "nothing"])
def test_every_part_and_look_lives_and_refreshes(
    context: BrowserContext, server: Strips, state: str, query: str
) -> None:
    reader = Reader(context.new_page(), server, state, query)
    for after in ("evening", "late"):
        scene = scenes.SCENES[after]()
        reader.becomes(replace(scene, snapshot=replace(scene.snapshot, as_of=scenes.late().snapshot.as_of)))
        reader.refreshes()
    for width in (WIDE, 760, PHONE, 320):
        reader.page.set_viewport_size({"width": width, "height": 200})
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    assert reader.page.locator(".bank").count() == ("rates" in query or "show" not in query)
    assert reader.said == []


@pytest.mark.parametrize(("parts", "high"), [("clock", 44), ("clock,lang", 44), ("clock,rates", 56)])
def test_a_phone_has_no_row_of_nothing(context: BrowserContext, server: Strips, parts: str, high: int) -> None:
    reader = Reader(context.new_page(), server, query=f"?show={parts}")
    reader.page.set_viewport_size({"width": PHONE, "height": 200})
    assert bar_height(reader.page) == high


def test_what_was_chosen_is_what_is_seen(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, query="?bg=1d3557&fg=f1faee&accent=e63946")
    computed = "selector => (it => [it.color, it.backgroundColor])(getComputedStyle(document.querySelector(selector)))"
    assert reader.page.evaluate(computed, "body") == ["rgb(241, 250, 238)", "rgb(29, 53, 87)"]
    assert reader.page.evaluate(computed, ".list a")[0] != "rgb(241, 250, 238)"
    Reader(reader.page, server, query="?theme=dark")
    assert reader.page.evaluate(computed, "body") == ["rgb(238, 241, 245)", "rgb(20, 23, 27)"]
    Reader(reader.page, server, query="?theme=transparent")
    assert reader.page.evaluate(computed, "body")[1] == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_all_text_reaches_seven_to_one_in_the_stock_themes(
    browser: Browser, server: Strips, theme: str, width: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": 200}, bypass_csp=True) as context:
        for state in ("day", "evening_all", "late", "stale", "rouble_held", "demo"):
            reader = Reader(context.new_page(), server, state, f"?theme={theme}")
            assert reader.page.evaluate(CONTRAST) == [], state
            reader.page.close()


CONTRAST = """() => {
    const rgb = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(part => part / 255)
        .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
        .reduce((sum, part, nth) => sum + part * [.2126, .7152, .0722][nth], 0);
    const ground = node => {
        for (; node; node = node.parentElement) {
            const colour = rgb(getComputedStyle(node).backgroundColor);
            if (colour[3] !== 0) return colour;
        }
    };
    const found = [];
    for (const node of document.querySelectorAll("#strip *, #strip button svg")) {
        if (!node.getClientRects().length || node.closest(".said")) continue;
        const says = [...node.childNodes].some(one => one.nodeType === 3 && one.data.trim());
        if (!says && node.tagName !== "svg") continue;
        const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
        const ratio = (a + .05) / (b + .05);
        if (ratio < 7) found.push(`${node.className} ${node.textContent} ${ratio.toFixed(2)}`);
    }
    return found;
}"""


# --- coming and going --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sandbox", ["", "allow-scripts"])
@pytest.mark.parametrize("scripted", [True, False])
def test_nothing_stays_hidden_where_no_script_runs(
    browser: Browser, server: Strips, sandbox: str, *, scripted: bool
) -> None:
    server.host = f'<!doctype html><title>Our paper</title><iframe sandbox="{sandbox}" src="/day/strip"></iframe>'
    with browser.new_context(java_script_enabled=scripted) as context:
        page = context.new_page()
        page.goto(f"{server.url}/host")
        strip = page.frame_locator("iframe")
        expect(strip.locator(".figure").first).to_be_visible()
        expect(strip.locator(".clock time")).to_be_visible()
        alive = scripted and sandbox == "allow-scripts"
        assert strip.locator("#pause").is_visible() == alive


@pytest.mark.parametrize("lacking", ["ResizeObserver", "AbortController", "Intl", "matchMedia"])
def test_nothing_stays_hidden_where_the_script_fails(context: BrowserContext, server: Strips, lacking: str) -> None:
    page = context.new_page()
    page.add_init_script(f"delete window.{lacking}")
    page.goto(f"{server.url}/day/strip")
    expect(page.locator(".figure").first).to_be_visible()
    expect(page.locator(".clock time")).to_be_visible()


class Halves(ThreadingHTTPServer):
    """Sends a page up to `upto`, and the rest when it may; with `cut`, the first time only so far."""

    daemon_threads = True

    def __init__(self, body: bytes, upto: bytes, *, cut: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Halves)
        self.body, self.first, self.cut = body, body.index(upto) + len(upto), cut
        self.go_on = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/strip"

    def handle_error(self, *_: Any) -> None:
        pass  # a browser that leaves in the middle


class _Halves(BaseHTTPRequestHandler):
    server: Halves

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.body[: self.server.first])
        if self.server.cut:
            self.server.cut = False
            return
        self.server.go_on.wait(20)
        self.wfile.write(self.server.body[self.server.first :])

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def halves(upto: bytes, *, cut: bool = False) -> Iterator[Halves]:
    with Halves(html.page(scenes.day().strip()), upto, cut=cut) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.go_on.set()
            server.shutdown()
            thread.join()


def test_a_page_that_drips_is_shown_in_the_end_and_then_lives(context: BrowserContext) -> None:
    with halves(b"</ul>") as server:
        page = context.new_page()
        page.goto(server.url, wait_until="commit")
        page.wait_for_timeout(300)
        assert not page.locator(".figure").first.is_visible()  # what has come so far would be pushed about
        expect(page.locator(".figure").first).to_be_visible()
        server.go_on.set()
        expect(page.locator("#pause[title]")).to_be_visible()
        expect(page.locator(".clock time")).to_be_visible()


@pytest.mark.parametrize("upto", [b"</ul>", b'class="news">', b"<body>"])
def test_half_a_page_stands_as_without_script_until_there_is_a_whole_one(context: BrowserContext, upto: bytes) -> None:
    with halves(upto, cut=True) as server:
        page = context.new_page()
        page.clock.install(time=scenes.day().now)
        page.goto(server.url)
        if upto != b"<body>":
            assert page.locator(".figure").first.is_visible()
            assert page.locator(".clock time").text_content() == "11:15"
            assert page.locator(".clock time").is_visible()
        server.go_on.set()
        page.clock.run_for(61_000)
        expect(page.locator("#pause[title]")).to_be_visible()


@pytest.fixture
def presets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The operator's, as they are now."""
    named = {"paper": "currencies=USD"}
    monkeypatch.setattr(pictures, "OFFERED", replace(pictures.OFFERED, presets=named))
    return named


def test_an_open_page_follows_a_preset_that_is_changed(
    context: BrowserContext, server: Strips, presets: dict[str, str]
) -> None:
    reader = Reader(context.new_page(), server, query="?preset=paper")
    page, loaded = reader.page, [0]
    page.on("load", lambda: loaded.append(1))
    code, colour = page.locator(".rates .code"), "getComputedStyle(document.body).backgroundColor"
    presets["paper"] = "currencies=EUR,USD&motion=static&headlines=3"
    reader.refreshes()
    expect(code).to_have_text(["EUR", "USD"])
    assert sum(loaded) == 0  # what a refresh can follow needs no other page
    presets["paper"] = "lang=ru&theme=dark&headlines=0"
    link = page.locator(".list a").first
    link.focus()
    reader.refreshes()
    reader.waits(1)
    assert page.evaluate("document.activeElement.href") == link.get_attribute("href")
    page.evaluate("document.activeElement.blur()")
    with page.expect_event("load"):
        reader.refreshes()
    expect(page.locator(".bank")).to_contain_text("НБКР")
    expect(page.locator(".list")).to_have_count(0)
    assert page.evaluate(colour) == "rgb(20, 23, 27)"
    assert reader.said == []


def test_a_sandboxed_frame_follows_a_preset_too_unless_the_service_is_away(
    context: BrowserContext, server: Strips, presets: dict[str, str]
) -> None:
    host = Host(context.new_page(), server, "day", sandboxed=True, query="?preset=paper")
    presets["paper"] = "currencies=USD&theme=dark"
    context.route("**/day/strip?preset=paper", lambda route: route.fulfill(status=503))
    colour = "getComputedStyle(document.body).backgroundColor"
    for _ in range(30):
        host.waits(5)
        host.page.wait_for_timeout(20)
    assert host.frame.evaluate(colour) == "rgb(255, 255, 255)"
    context.unroute("**/day/strip?preset=paper")
    before = server.asked.count("/day/strip?preset=paper")
    while server.asked.count("/day/strip?preset=paper") < before + 2:  # asked for first, then gone to
        host.waits(5)
        host.page.wait_for_timeout(20)
    dark = host.page.frame_locator("iframe").locator("body")
    expect(dark).to_have_css("background-color", "rgb(20, 23, 27)")


# --- two hundred refreshes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("motion", ["step", pytest.param("scroll", marks=pytest.mark.long)])
def test_two_hundred_refreshes_leave_no_trace(context: BrowserContext, server: Strips, motion: str) -> None:
    page = context.new_page()
    page.add_init_script(SHIFTS)
    scene = server.scenes["day"]
    page.goto(f"{server.url}/day/strip?motion={motion}")
    link = page.locator("[data-key=en4] a")
    link.focus()
    cdp = context.new_cdp_session(page)
    sizes = []
    for nth in range(220):
        server.scenes["day"] = changed(scene, nth)
        with page.expect_response(lambda answer: "strip.json" in answer.url):
            page.evaluate("() => { dispatchEvent(new Event('online')); }")
        expect(page.locator(f"[data-key=n{nth}-0]")).to_have_count(1)
        if nth == 19:
            page.evaluate("window.shifts = 0")  # by the device's clock the page had been out of date before
        if nth in (19, 219):
            cdp.send("HeapProfiler.collectGarbage")
            sizes.append((cdp.send("Runtime.getHeapUsage")["usedSize"], nodes(page)))
    (heap, few), (heap_after, many) = sizes
    print(f"{motion}: heap grew by {(heap_after - heap) / 1024:.0f} KB in 200 refreshes")
    assert heap_after - heap < 300 * 1024
    assert many == few
    assert page.evaluate("window.shifts") == 0
    assert page.evaluate("document.activeElement.closest('li').dataset.key") == "en4"


def nodes(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('*').length"))


# --- faults, sleep, clocks ---------------------------------------------------------------------------------------


class Host:
    """A page of another's with the strip in a frame, sandboxed or not, and a clock that the test turns."""

    def __init__(
        self,
        page: Page,
        server: Strips,
        state: str,
        *,
        sandboxed: bool,
        ahead: int = 0,
        comes: bool = True,
        query: str = "",
    ) -> None:
        self.page, self.server, self.state = page, server, state
        sandbox = ' sandbox="allow-scripts"' if sandboxed else ""
        server.host = (
            "<!doctype html><title>Our paper</title><link rel=icon href=data:,>"
            "<button onclick=this.textContent++>0</button>"
            f'<iframe title="Rates"{sandbox} width="1000" height="100" src="/{state}/strip{query}"></iframe>'
        )
        start = server.scenes[state].now + timedelta(seconds=ahead)
        page.clock.install(time=start)
        page.clock.pause_at(start + timedelta(seconds=1))
        page.goto(f"{server.url}/host", wait_until="domcontentloaded")
        if comes:
            expect(page.frame_locator("iframe").locator("#pause[title]")).to_have_count(1)

    @property
    def frame(self) -> Frame:
        return self.page.frames[1]

    def bank(self) -> str:
        rows: str = self.frame.evaluate(
            "[...document.querySelectorAll('.bank :is(.up, .low)')].map(row => row.innerText).join(' | ')"
        )
        return rows

    def waits(self, seconds: float) -> None:
        self.server.elapsed += timedelta(seconds=seconds)
        self.page.clock.run_for(round(seconds * 1000))

    def sleeps(self, hours: float) -> None:
        self.server.elapsed += timedelta(hours=hours)
        self.page.clock.fast_forward(round(hours * 3600 * 1000))

    def until(self, said: str) -> None:
        """Turns the clock until the strip says so, at most over two periods and the longest pause."""
        for _ in range(150):
            if self.bank() == said:
                return
            self.waits(5)
            self.page.wait_for_timeout(30)
        raise AssertionError(f"{self.bank()!r} where {said!r} was to come")


@pytest.mark.parametrize("fault", ["503", "cut", "drip"])
def test_a_service_in_trouble_harms_no_page_and_is_marked_at_until(
    context: BrowserContext, server: Strips, fault: str
) -> None:
    host = Host(context.new_page(), server, "evening", sandboxed=True)
    expect(host.frame.locator(".clock time")).to_have_text("18:40")
    server.status, server.fault = (503, "") if fault == "503" else (200, fault)
    for _ in range(12):
        host.waits(5)
        host.page.wait_for_timeout(20)
    assert host.bank() == "NBKR, 18 Jun | for 19 Jun"
    host.page.locator("button").click()
    assert host.page.locator("button").text_content() == "1"
    host.sleeps(5.3)
    host.waits(61)
    assert host.bank() == "NBKR, 18 Jun | not updated"
    server.status, server.fault = 200, ""
    server.elapsed = timedelta()
    server.scenes["evening"] = thursday()
    host.until("NBKR, 19 Jun | day change")


@pytest.mark.parametrize("fault", ["503", "cut", "drip"])
def test_a_host_page_loads_though_the_strip_does_not(context: BrowserContext, server: Strips, fault: str) -> None:
    server.status, server.fault = (503, "") if fault == "503" else (200, fault)
    host = Host(context.new_page(), server, "day", sandboxed=True, comes=False)
    host.page.locator("button").click()
    assert host.page.locator("button").text_content() == "1"


def thursday() -> scenes.Scene:
    day = scenes.WEDNESDAY + scenes.DAY
    return scenes.scene(scenes.at(day, "07:00"), scenes.daily(scenes.WEDNESDAY, day))


@pytest.mark.parametrize("sandboxed", [False, True])
@pytest.mark.parametrize("ahead", [0, 3600, -3600])
def test_after_a_night_today_is_right_within_one_refresh_or_marked(
    context: BrowserContext, server: Strips, ahead: int, *, sandboxed: bool
) -> None:
    """Asleep over midnight, with a device's clock that is right, or an hour wrong."""
    host = Host(context.new_page(), server, "evening", sandboxed=sandboxed, ahead=ahead)
    host.sleeps(12.4)
    server.elapsed = timedelta()
    server.scenes["evening"] = thursday()
    host.waits(1)
    assert host.bank() in ("NBKR, 18 Jun | not updated", "NBKR, 19 Jun | day change")
    host.until("NBKR, 19 Jun | day change")
    shown = host.frame.locator(".clock time").text_content()
    assert shown is not None
    assert shown.startswith("07:0")


def test_a_device_an_hour_slow_is_no_hour_long_in_yesterday(context: BrowserContext, server: Strips) -> None:
    """Just past midnight by the server; the device has 23:10. The first refresh tells it the time."""
    host = Host(context.new_page(), server, "evening", sandboxed=True, ahead=-3600)
    expect(host.frame.locator(".clock time")).to_have_text("18:40")  # it asks at once: it is older than its own page
    server.fault = "cut"
    host.sleeps(5.5)
    host.waits(1)
    assert host.bank() == "NBKR, 18 Jun | not updated"


# --- weight and speed --------------------------------------------------------------------------------------------


def test_one_request_and_nothing_kept(context: BrowserContext, server: Strips) -> None:
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.clock.install(time=scenes.day().now)
    page.goto(f"{server.url}/day/strip?headlines=10", wait_until="networkidle")
    assert (asked, said, context.cookies()) == ([f"{server.url}/day/strip?headlines=10"], [], [])
    kept = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
        (await caches.keys()).length]"""
    assert page.evaluate(kept) == [0, 0, 0, 0]


SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
    for (const {startTime} of list.getEntriesByName("first-contentful-paint"))
        done(performance.getEntriesByType("resource").filter(one => one.responseEnd <= startTime).map(one => one.name));
}).observe({type: "paint", buffered: true}))"""


def test_on_a_slow_line_the_strip_is_seen_with_its_page_and_nothing_moves(browser: Browser, server: Strips) -> None:
    """1.6 Mbit/s, 150 ms, a quarter of the processor. How long it takes is for the bench to say."""
    server.host = (
        "<!doctype html><title>Our paper</title><link rel=icon href=data:,>"
        '<iframe title="Rates" width="1000" height="100" src="/day/strip?headlines=10"></iframe>'
    )
    with browser.new_context(viewport={"width": WIDE, "height": 130}) as context:
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("Network.enable")
        cdp.send("Network.emulateNetworkConditions", SLOW_LINE)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.clock.set_fixed_time(scenes.day().now)
        page.goto(f"{server.url}/host")
        assert page.frames[1].evaluate(PAINTED) == [], "waited for before anything was seen"
        assert_nothing_moves(page.frames[1])


def assert_nothing_moves(frame: Frame) -> None:
    shifts: Any = frame.evaluate("""() => new Promise(done => {
        let sum = 0;
        new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
            .observe({type: "layout-shift", buffered: true});
        setTimeout(() => done(sum), 300);
    })""")
    assert shifts == 0
