"""The element <rate-ticker> in a real browser, on host pages of another origin under policies of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect
from support import scenes
from support.host_page import Host, Reader, Service, closing
from support.strip_layout import IN_ELEMENT, computed
from support.strip_page import changed

from ticker.config import Config
from ticker.serve.configurator.code import FOLLOW
from ticker.serve.strip.element import parts, script
from ticker.service import Service as Process

TESTS = Path(__file__).parents[1]

AXE = TESTS / "audit" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def make(browser: Browser) -> Iterator[Callable[..., Reader]]:
    service, host = Service(scenes.day()), Host()
    contexts: list[BrowserContext] = []

    def made(scene: scenes.Scene | None = None, *, turned: bool = True, **options: Any) -> Reader:
        if scene:
            service.becomes(scene)
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 400}, **options}))
        contexts[-1].set_default_timeout(5000)
        return Reader(contexts[-1], service, host, turned=turned)

    with closing(service.server, host.server):
        yield made
        for one in contexts:
            one.close()


@pytest.fixture
def reader(make: Callable[..., Reader]) -> Reader:
    return make()


# --- on a strict page --------------------------------------------------------------------------------------------


def test_it_shows_under_a_strict_policy_trusted_types_and_isolation_without_a_word(reader: Reader) -> None:
    integrity, ours = script().integrity, reader.service.server.url
    strict = {
        "Content-Security-Policy": f"default-src 'none'; script-src '{integrity}'; connect-src {ours}; "
        "img-src data:; require-trusted-types-for 'script'; trusted-types 'none'",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    source = f'<script async src="{ours}/embed/{script().version}.js" integrity="{integrity}" crossorigin></script>'
    reader.opens(f'<body>{source}<rate-ticker lang="ru"><a href="{ours}/strip">Курсы</a></rate-ticker></body>', strict)
    expect(reader.page.locator("rate-ticker .bank")).to_contain_text("НБКР, сом, 18 июн.")
    assert reader.page.evaluate("window.crossOriginIsolated && window.reports") == []
    assert reader.text(".figure") == "87,45"
    assert reader.page.locator("rate-ticker .bar").bounding_box()["height"] == 44  # type: ignore[index]
    reader.refreshes()
    assert reader.said == []
    assert {path.split("?")[0] for path in reader.service.server.asked} == {
        f"/embed/{script().name}",
        f"/embed/{parts().name}",
        "/strip.json",
    }


def test_nothing_of_ours_is_left_on_the_page_but_the_element(reader: Reader) -> None:
    reader.opens("<body></body>")
    names = "[Object.getOwnPropertyNames(window).length, document.querySelectorAll('*').length, document.cookie]"
    before = reader.page.evaluate(names)
    reader.page.evaluate(
        """src => new Promise(done => {
            const script = Object.assign(document.createElement("script"), {src, onload: done});
            document.head.append(script); script.remove(); document.head.append(script);
        })""",
        reader.service.server.url + "/embed.js",
    )
    reader.page.evaluate("document.querySelector('script').remove()")
    assert reader.page.evaluate(names) == before
    assert reader.page.evaluate(
        "[localStorage.length, sessionStorage.length, !!customElements.get('rate-ticker')]"
    ) == [
        0,
        0,
        True,
    ]


def test_the_script_may_stand_there_twice(reader: Reader) -> None:
    reader.opens(f"<body>{reader.script()}{reader.element()}{reader.script(' data-again')}{reader.element('lang=ky')}")
    expect(reader.page.locator("rate-ticker .day")).to_have_text([", 18 Jun", ", 18-июн."])
    assert reader.said == []


# --- options -----------------------------------------------------------------------------------------------------


def test_several_on_a_page_have_options_of_their_own(reader: Reader) -> None:
    reader.opens(
        f"<body>{reader.script()}{reader.element('currencies=EUR')}"
        f"{reader.element('lang=ky currencies=USD,RUB headlines=0')}"
    )
    expect(reader.page.locator("rate-ticker .rates .code")).to_have_text(["EUR", "USD", "RUB"])
    expect(reader.page.locator("rate-ticker .list li[data-key]")).to_have_count(10)
    assert sorted(reader.service.asked()) == [
        "/strip.json?currencies=EUR",
        "/strip.json?lang=ky&currencies=USD%2CRUB&headlines=0",
    ]
    # How often the browser fetches the script of one tag is its own affair.
    assert [path for path in reader.service.server.asked if path.startswith("/embed/")] == [f"/embed/{parts().name}?"]


def test_changed_attributes_are_one_question_and_focus_stays(reader: Reader) -> None:
    reader.shows()
    reader.page.locator("rate-ticker #following").focus()
    before = len(reader.service.asked())
    reader.does("""ticker.lang = "ru"; ticker.setAttribute("currencies", "RUB,USD"); ticker.setAttribute("digits", 1);
        ticker.removeAttribute("digits");""")
    expect(reader.page.locator("rate-ticker .rates .code")).to_have_text(["RUB", "USD"])
    expect(reader.page.locator("rate-ticker #pause")).to_have_accessible_name("Пауза")
    assert reader.service.asked()[before:] == ["/strip.json?lang=ru&currencies=RUB%2CUSD"]
    assert reader.does("return ticker.shadowRoot.activeElement.id") == "following"
    for shown, hidden in (("clock,headlines", ".rates"), ("rates,lang", ".news"), ("rates,headlines", ".languages")):
        reader.does(f"ticker.setAttribute('show', '{shown}'); await ticker.refresh()")
        expect(reader.page.locator(f"rate-ticker {hidden}")).to_be_hidden()
    reader.does("ticker.removeAttribute('show'); await ticker.refresh()")
    expect(reader.page.locator("rate-ticker .rates .code")).to_have_text(["RUB", "USD"])
    assert reader.said == []


def test_a_wrong_attribute_gives_way_to_its_default(reader: Reader) -> None:
    reader.shows('lang="klingon" currencies="XYZ" headlines="many" theme="<b>" onload="x" speed="1e9" width="3"')
    assert [reader.text(".bank .up"), reader.text(".bank .low")] == ["NBKR, soms, 18 Jun", "day change"]
    assert reader.page.locator("rate-ticker .rates li").count() == 3
    assert reader.said == []


def test_refresh_resolves_when_what_was_asked_for_is_shown_and_rejects_otherwise(reader: Reader) -> None:
    reader.shows()
    reader.service.becomes(scenes.evening())
    assert reader.does("await ticker.refresh(); return ticker.shadowRoot.querySelector('.bank .low').textContent") == (
        "for 19 Jun"
    )
    # The older question's promise ends with the newer answer.
    assert reader.does(
        "const asked = ticker.refresh(); ticker.lang = 'ru'; await asked;"
        "await ticker.refresh(); return ticker.shadowRoot.querySelector('.bank .low').textContent"
    ) == ("на 19 июн.")
    reader.service.server.status = 503
    failed = "return ticker.refresh().then(() => 'shown', fault => `${fault instanceof Error} ${fault.message}`)"
    assert reader.does(failed).startswith("true http")
    assert reader.does(f"ticker.remove(); {failed}").startswith("true rate-ticker: not on a page")


def test_chosen_colours_are_shown(reader: Reader) -> None:
    reader.shows('bg="102030" fg="ffffff" accent="ffd48a" frame="card"')
    ground = "return getComputedStyle(ticker.shadowRoot.querySelector('#strip')).backgroundColor"
    assert reader.does(ground) == "rgb(16, 32, 48)"
    behind = "return getComputedStyle(ticker.shadowRoot.querySelector('.page')).backgroundColor"
    assert reader.does(behind) == "rgba(0, 0, 0, 0)"  # so that the corners are round
    reader.does("for (const name of ['bg', 'fg', 'accent']) ticker.removeAttribute(name); await ticker.refresh()")
    assert reader.does(ground) == "rgb(255, 255, 255)"


# --- life --------------------------------------------------------------------------------------------------------


def test_it_refreshes_by_itself_and_replaces_only_what_changed(reader: Reader) -> None:
    reader.shows()
    reader.does("window.nodes = [...ticker.shadowRoot.querySelectorAll('li[data-key]')]")
    reader.service.becomes(scenes.evening())
    reader.refreshes()
    expect(reader.page.locator("rate-ticker .bank .low")).to_have_text("for 19 Jun")
    assert reader.page.evaluate("nodes.filter(node => node.isConnected).length") >= 3
    assert len(reader.service.asked()) == 2


@pytest.mark.parametrize("comes", [True, False])
def test_what_the_host_page_paints_goes_first(reader: Reader, comes: bool) -> None:
    pictures: list[Route] = []
    reader.page.route("**/picture.svg", lambda route: pictures.append(route))
    reader.opens(f'<body>{reader.script()}{reader.element()}<img src="/picture.svg" alt="">', until="commit")
    reader.page.wait_for_function("document.querySelector('rate-ticker')?.shadowRoot")
    assert reader.asked() == []
    if comes:
        pictures[0].fulfill(content_type="image/svg+xml", body='<svg xmlns="http://www.w3.org/2000/svg"/>')
    else:
        reader.waits(0.3)
    expect(reader.page.locator("rate-ticker .figure").first).to_be_visible()
    assert len(reader.service.asked()) == 1


def test_removed_it_is_silent_and_added_again_it_lives(reader: Reader) -> None:
    reader.shows()
    reader.does("window.kept = ticker; ticker.remove()")
    before = len(reader.service.asked())
    reader.waits(600)
    assert len(reader.asked()) == before
    reader.service.becomes(scenes.evening())
    reader.page.clock.set_system_time(reader.service.now)
    reader.page.evaluate("document.body.append(kept)")
    expect(reader.page.locator("rate-ticker .bank .low")).to_have_text("for 19 Jun")
    assert len(reader.service.asked()) == before + 1
    reader.does(
        "for (let n = 0; n < 5; n++) { document.body.prepend(ticker); document.querySelector('main').append(ticker); }"
    )
    reader.refreshes()
    shown = int((reader.page.locator("rate-ticker .count").text_content() or "").split("/")[0])
    reader.page.locator("rate-ticker #following").click()
    expect(reader.page.locator("rate-ticker .count")).to_have_text(f"{shown % 10 + 1}/10")
    assert reader.said == []


def test_it_survives_client_side_navigation(reader: Reader) -> None:
    reader.shows()
    for nth in range(3):
        reader.page.evaluate(
            """([nth, markup]) => {
                history.pushState({}, "", `/story/${nth}`);
                document.querySelector("main").innerHTML = markup;
            }""",
            [nth, reader.element(f"lang={('ru', 'ky', 'en')[nth]}")],
        )
        expect(reader.page.locator("rate-ticker .figure").first).to_have_text(("87,45", "87,45", "87.45")[nth])
    reader.waits(30)
    before = len(reader.service.asked())
    reader.waits(61)
    assert len(reader.asked()) == before + 1  # the one that is there, not the three that were
    assert reader.said == []


def test_a_service_that_is_away_at_first_leaves_the_link_and_is_asked_again(reader: Reader) -> None:
    reader.opens(f"<body>{reader.script()}</body>")
    reader.page.wait_for_function("!!customElements.get('rate-ticker')")
    reader.service.server.status = 503
    reader.page.evaluate("markup => { document.body.innerHTML = markup }", reader.element())
    link = reader.page.get_by_role("link", name="Rates")
    expect(link).to_be_visible()
    for _ in range(2):
        reader.refreshes()
        expect(link).to_be_visible()
    reader.service.server.status = 200
    reader.refreshes()
    expect(reader.page.locator("rate-ticker .figure").first).to_have_text("87.45")
    expect(link).to_be_hidden()
    assert reader.page.evaluate("window.shifts") == 0


def test_without_its_style_the_link_stays_and_it_is_asked_for_again(make: Callable[..., Reader]) -> None:
    """Also for a reader whose strip starts stopped: one that shows nothing yet goes on asking."""
    reader = make(reduced_motion="reduce")
    link, figure = reader.page.get_by_role("link", name="Rates"), reader.page.locator("rate-ticker .figure").first
    answers: list[dict[str, Any]] = [
        {"status": 503},
        {"status": 200, "body": "{}", "headers": {"Access-Control-Allow-Origin": "*"}},
    ]
    reader.page.route(
        "**/embed/*.json", lambda route: route.fulfill(**answers.pop(0)) if answers else route.continue_()
    )
    reader.opens(f"<body>{reader.script()}{reader.element()}</body>")
    expect(link).to_be_visible()
    while answers:
        reader.refreshes()
        expect(link).to_be_visible()
        expect(figure).to_be_hidden()
    reader.refreshes()
    expect(figure).to_have_text("87.45")
    expect(link).to_be_hidden()
    assert reader.page.evaluate("window.shifts") == 0


def test_cut_off_it_marks_itself_at_until(reader: Reader) -> None:
    reader.shows()
    reader.service.server.status = 503
    reader.sleeps(13)
    expect(reader.page.locator("rate-ticker .bank .low")).to_have_text("not updated")
    assert reader.text(".bank .up") == "NBKR, soms, 18 Jun"


def test_a_laptop_that_slept_over_midnight_is_right_after_one_refresh(reader: Reader) -> None:
    reader.shows()
    asleep = scenes.day()
    reader.service.becomes(replace(asleep, now=asleep.now + timedelta(hours=14)))
    reader.service.now = asleep.now
    reader.sleeps(14)
    reader.refreshes()
    expect(reader.page.locator("rate-ticker .bank .low")).to_have_text("last known")
    assert reader.text(".bank .up") == "NBKR, soms, 18 Jun"
    assert reader.page.locator("rate-ticker #strip").get_attribute("class") == "full marked"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_wrong_device_clock_is_corrected_by_the_first_answer(make: Callable[..., Reader], hours: int) -> None:
    reader = make()
    reader.page.clock.pause_at(reader.service.now + timedelta(hours=max(hours, 0), seconds=2))
    if hours < 0:
        reader.page.clock.set_system_time(reader.service.now + timedelta(hours=hours))
    reader.shows()
    expect(reader.page.locator("rate-ticker .clock time")).to_have_text("11:16")


@pytest.mark.parametrize("motion", ["step", pytest.param("scroll", marks=pytest.mark.long)])
def test_two_hundred_refreshes_leave_no_trace(make: Callable[..., Reader], motion: str) -> None:
    reader = make(turned=False).shows(f"motion={motion}")  # a clock that is turned keeps a log of its own
    day = scenes.day()
    cdp = reader.page.context.new_cdp_session(reader.page)
    reader.page.locator("rate-ticker [data-key=en4] a").focus()
    sizes = []
    for nth in range(220):
        reader.service.becomes(changed(day, nth))
        reader.does("await ticker.refresh()")
        if nth in (19, 219):
            expect(reader.page.locator(f"rate-ticker [data-key=n{nth}-0]")).to_have_count(1)
            if nth == 19:
                reader.page.evaluate("window.shifts = 0")  # by the device's clock it had been out of date before
            cdp.send("HeapProfiler.collectGarbage")
            nodes = reader.does("return ticker.shadowRoot.querySelectorAll('*').length")
            listeners = cdp.send("Memory.getDOMCounters")["jsEventListeners"]
            sizes.append((cdp.send("Runtime.getHeapUsage")["usedSize"], nodes, listeners))
    (heap, *before), (heap_after, *after) = sizes
    print(f"{motion}: heap grew by {(heap_after - heap) / 1024:.0f} KB in 200 refreshes")
    assert heap_after - heap < 300 * 1024
    assert after == before
    assert reader.page.evaluate("window.shifts") == 0
    assert reader.does("return ticker.shadowRoot.activeElement.closest('li').dataset.key") == "en4"


SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
SEEN = """() => new Promise(done => {
    const look = () => {
        const root = document.querySelector("rate-ticker").shadowRoot, figure = root && root.querySelector(".figure");
        if (!figure || !figure.offsetParent) return requestAnimationFrame(look);
        const of = part => performance.getEntriesByType("resource").find(one => one.name.includes(part));
        done([of("/embed.js"), of("/embed/"), of("/strip.json")].map(one => [one.startTime, one.responseEnd]));
    };
    look();
})"""


def test_on_a_slow_line_the_script_is_waited_for_and_then_style_and_figures_side_by_side(browser: Browser) -> None:
    """1.6 Mbit/s, 150 ms, a quarter of the processor. How long it takes is for the bench to say."""
    service, host = Service(scenes.day()), Host()
    url = service.server.url
    host.pages["/"] = (
        f'<!doctype html><title>Our paper</title><link rel=icon href=data:,><script async src="{url}/embed.js">'
        f'</script><rate-ticker headlines=10><a href="{url}/strip">Rates</a></rate-ticker>',
        {},
    )
    viewport: Any = {"width": 1280, "height": 130}
    with closing(service.server, host.server), browser.new_context(viewport=viewport) as context:
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("Network.enable")
        cdp.send("Network.emulateNetworkConditions", SLOW_LINE)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(host.server.url + "/", wait_until="commit")
        (_, script_came), (style_asked, style_came), (figures_asked, figures_came) = page.evaluate(SEEN)
    assert script_came <= min(style_asked, figures_asked)
    assert max(style_asked, figures_asked) < min(style_came, figures_came)


# --- attacks ---------------------------------------------------------------------------------------------------


def test_a_storm_of_changes_is_no_storm_of_questions_and_ends_with_the_last(make: Callable[..., Reader]) -> None:
    reader = make(turned=False).shows()
    before = len(reader.service.asked())
    app = reader.service.server.app

    def unhurried(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"].endswith("strip.json"):
            time.sleep(0.02)
        return app(environ, start_response)

    reader.service.server.app = unhurried
    reader.does("""for (let n = 0; n < 400; n++) {
            ticker.setAttribute("digits", n % 4);
            ticker.setAttribute("currencies", ["USD", "EUR", "RUB"][n % 3]);
            await new Promise(next => setTimeout(next, 1));
        }
        ticker.setAttribute("currencies", "EUR,USD");
        await ticker.refresh();""")
    expect(reader.page.locator("rate-ticker .rates .code")).to_have_text(["EUR", "USD"])
    assert len(reader.service.asked()) - before < 200  # of 400 changes
    assert reader.said == []


def test_an_answer_that_takes_long_does_not_hold_up_the_next_question(make: Callable[..., Reader]) -> None:
    reader = make(turned=False).shows()
    app, free = reader.service.server.app, threading.Event()

    def slow(environ: Any, start_response: Any) -> Any:
        if "lang=ru" in environ["QUERY_STRING"]:
            free.wait(20)
        return app(environ, start_response)

    reader.service.server.app = slow
    reader.does("ticker.lang = 'ru'; await Promise.resolve(); ticker.lang = 'ky'")
    reader.page.wait_for_timeout(50)
    reader.does("ticker.lang = 'ru'")
    reader.page.wait_for_timeout(50)
    reader.does("ticker.lang = 'ky'")
    expect(reader.page.locator("rate-ticker .day")).to_have_text(", 18-июн.")
    free.set()
    reader.page.wait_for_timeout(200)
    assert reader.text(".day") == ", 18-июн."


def test_removed_while_it_asks_it_says_nothing_and_comes_back(reader: Reader) -> None:
    reader.shows()
    for _ in range(3):
        reader.service.server.open.clear()
        failed = reader.does("""window.kept = ticker;
            ticker.lang = "ru"; const asked = ticker.refresh(); await null; ticker.remove();
            window.told = asked.then(() => "shown", fault => fault.message); return true""")
        assert failed
        reader.service.server.open.set()
        assert reader.page.evaluate("told").endswith("removed")
        reader.page.evaluate("kept.lang = 'ky'; document.querySelector('main').prepend(kept)")
        expect(reader.page.locator("rate-ticker .day")).to_have_text(", 18-июн.")
    assert reader.said == []


def test_two_versions_on_one_page_are_one_element(reader: Reader) -> None:
    def older(route: Route) -> None:
        route.fulfill(body=b"/* older */" + script().body, content_type="text/javascript")

    reader.page.route("**/old/embed.js", older)
    old = f'<script src="{reader.service.server.url}/old/embed.js"></script>'
    reader.opens(f"<body>{reader.script()}{old}{reader.script(' data-again')}{reader.element('src=/nowhere/')}")
    link = reader.page.get_by_role("link", name="Rates")
    expect(link).to_be_visible()
    reader.does(f"ticker.setAttribute('src', '{reader.service.server.url}')")
    expect(reader.page.locator("rate-ticker .figure").first).to_have_text("87.45")
    expect(link).to_be_hidden()


def test_a_started_service_keeps_its_versions_beside_its_last_good_snapshot(tmp_path: Path) -> None:
    store = {"url": f"sqlite:///{tmp_path}/ticker.db", "last_good": f"{tmp_path}/last-good.json"}
    service = Process(Config.model_validate({"store": store}), collects=False)
    service.start()
    service.stop()
    assert {one.name for one in (tmp_path / "ticker-embed").iterdir()} == {script().name, parts().name}


def test_where_the_service_is_may_be_told_late_wrongly_or_no_more(reader: Reader) -> None:
    """As frameworks and bundles do, whose script has no address of its own."""
    reader.opens("<body>" + reader.element())
    reader.page.evaluate("code => Function(code)()", script().body.decode())
    url, link = reader.service.server.url, reader.page.get_by_role("link", name="Rates")
    for wrong in ("http://[", "", "/nowhere/"):
        reader.does(f"ticker.setAttribute('src', '{wrong}')")
        expect(link).to_be_visible()
    reader.does(f"ticker.lang = 'ky'; ticker.setAttribute('src', '{url}/')")
    expect(reader.page.locator("rate-ticker .day")).to_have_text(", 18-июн.")
    reader.does("ticker.removeAttribute('src')")
    before = len(reader.service.asked())
    reader.waits(600)
    assert len(reader.service.asked()) == before
    assert [text for text in reader.said if "/nowhere/" not in text] == []


HOSTILE = {
    "all": "* { all: unset }",
    "important": "* { all: revert !important }",
    "element": "rate-ticker, rate-ticker * { all: initial; font-size: 99px !important; --title: red; --link: red }",
    "type": "html { font-size: 62.5%; zoom: 1; line-height: 3; text-indent: 4em; word-spacing: 1em; white-space: pre }",
    "direction": "html { direction: rtl; unicode-bidi: bidi-override }",
    "names": "* { --ground: red; --text: red; --title: red; --row: 200px; --rem: 1px; --two: none; --ring: red }",
    "dark": "html { color-scheme: dark; background: #000; color: #fff }",
}


@pytest.mark.parametrize("rules", list(HOSTILE))
def test_whatever_the_host_pages_style_it_looks_the_same(reader: Reader, rules: str) -> None:
    looks = """const root = ticker.shadowRoot;
        const said = ["font", "color", "backgroundColor", "direction", "textIndent", "wordSpacing", "whiteSpace"];
        return [root.querySelector(".bar").getBoundingClientRect().height,
            ...["#strip", ".figure", ".list a", "#pause", ".bank"].map(one => {
                const style = getComputedStyle(root.querySelector(one));
                return [one, ...said.map(name => style[name])];
            })]"""
    seen = []
    for head in ("", f"<style>{HOSTILE[rules]}</style>"):
        style = "<style>body { margin: 0 } rate-ticker { min-height: 44px }</style>"
        text = f'<body>{reader.script()}<rate-ticker><a href="/">Rates</a></rate-ticker></body>'
        reader.opens(text, head=style + head)
        expect(reader.page.locator("rate-ticker .figure").first).to_be_visible()
        seen.append(reader.does(looks))
    assert seen[1] == seen[0]


@pytest.mark.parametrize("fault", ["503", "cut", "drip"])
@pytest.mark.parametrize("of", ["embed.js", parts().name, "strip.json"])
def test_a_service_in_trouble_leaves_the_link_and_harms_no_page(
    make: Callable[..., Reader], fault: str, of: str
) -> None:
    reader = make(turned=False)
    app, over = reader.service.server.app, threading.Event()

    def troubled(environ: Any, start_response: Any) -> Any:
        if not environ["PATH_INFO"].endswith(of):
            return app(environ, start_response)
        status = "503 No" if fault == "503" else "200 OK"
        start_response(status, [("Content-Length", "1000"), ("Access-Control-Allow-Origin", "*")])
        return iter([b" "]) if fault == "cut" else dripping() if fault == "drip" else [b" " * 1000]

    def dripping() -> Iterator[bytes]:
        while not over.wait(0.1):
            yield b" "

    reader.service.server.app = troubled
    button = "<button onclick='this.textContent++'>0</button>"
    reader.host.pages["/"] = (
        f"<!doctype html><title>Our paper</title><body>{reader.script()}{reader.element()}{button}",
        {},
    )
    reader.page.goto(reader.host.server.url + "/", wait_until="domcontentloaded")
    reader.page.wait_for_timeout(500)
    reader.page.get_by_role("button", name="0").click()
    expect(reader.page.get_by_role("button", name="1")).to_be_visible()
    expect(reader.page.get_by_role("link", name="Rates")).to_be_visible()
    over.set()


# --- readers -----------------------------------------------------------------------------------------------------


def test_language_links_switch_in_place_and_keep_the_focus(reader: Reader) -> None:
    reader.shows('currencies="EUR"')
    link = reader.page.locator("rate-ticker [hreflang=ru]")
    assert link.get_attribute("href") == f"{reader.service.server.url}/strip?currencies=EUR&lang=ru"
    link.focus()
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("rate-ticker .figure")).to_have_text(["99,56"])
    assert reader.page.url == reader.host.server.url + "/"
    assert reader.does("return [ticker.lang, ticker.shadowRoot.activeElement.hreflang]") == ["ru", "ru"]
    assert link.get_attribute("aria-current") == "true"
    expect(reader.page.locator("rate-ticker [role=status]")).not_to_have_text("")


def test_everything_is_reached_by_keyboard(reader: Reader) -> None:
    reader.shows("headlines=3")
    reached = []
    for _ in range(10):
        reader.page.keyboard.press("Tab")
        reached.append(
            reader.does(
                "const node = ticker.shadowRoot.activeElement;"
                "return node && (node.id || node.hreflang || node.closest('li').dataset.key)"
            )
        )
    assert reached[:9] == ["en0", "en1", "en2", "previous", "following", "pause", "en", "ru", "ky"]


def test_the_one_control_stops_everything(reader: Reader) -> None:
    reader.shows()
    pause = reader.page.locator("rate-ticker #pause")
    pause.click()
    expect(pause).to_have_accessible_name("Continue")
    before = reader.text(".count"), reader.text(".clock time"), len(reader.asked())
    reader.waits(600)
    assert (reader.text(".count"), reader.text(".clock time"), len(reader.asked())) == before


def test_reduced_motion_starts_it_stopped_but_shown(make: Callable[..., Reader]) -> None:
    reader = make(reduced_motion="reduce").shows()
    assert [reader.text(".clock time"), reader.text(".clock .low")] == ["11:15", "paused"]
    expect(reader.page.locator("rate-ticker #pause")).to_have_accessible_name("Continue")
    reader.does("ticker.lang = 'ru'; await ticker.refresh()")
    assert reader.text(".figure") == "87,45"
    assert len(reader.service.asked()) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_light_and_dark_and_an_option_goes_first(make: Callable[..., Reader], scheme: str) -> None:
    reader = make(color_scheme=scheme)
    reader.opens(
        f"<body>{reader.script()}{reader.element()}{reader.element('theme=dark')}{reader.element('theme=light')}"
    )
    expect(reader.page.locator("rate-ticker .figure")).to_have_count(9)
    expect(reader.page.locator("rate-ticker .figure").nth(8)).to_have_text("1.1019")
    grounds = reader.page.evaluate(
        "[...document.querySelectorAll('rate-ticker')]"
        ".map(one => getComputedStyle(one.shadowRoot.querySelector('.page')).backgroundColor)"
    )
    light, dark = "rgb(255, 255, 255)", "rgb(20, 23, 27)"
    assert grounds == [light if scheme == "light" else dark, dark, light]


def test_forced_colours_keep_the_marks(make: Callable[..., Reader]) -> None:
    reader = make(scenes.late(), forced_colors="active").shows()
    assert computed(reader.page, ".bank", "outlineStyle", IN_ELEMENT) == "solid"


@pytest.mark.parametrize(
    ("state", "width"),
    [
        *((state, width) for state in ("day", "evening", "late") for width in (1280, 760, 360)),
        *((state, 320) for state in ("day", "evening", "late")),
    ],
)
def test_nothing_on_the_host_page_shifts(make: Callable[..., Reader], state: str, width: int) -> None:
    reader = make(scenes.SCENES[state](), viewport={"width": width, "height": 600})
    reader.service.server.open.clear()
    head = "<style>body { margin: 0 } main { display: block }</style>"
    reader.host.pages["/"] = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Our paper</title>{head}"
        f"<meta name=viewport content='width=device-width'><link rel=icon href=data:,>"
        f"<body>{reader.script()}{reader.element()}<main><h1>Our paper</h1><p>News</p></main>",
        {},
    )
    reader.page.goto(reader.host.server.url, wait_until="commit")
    reader.page.get_by_text("News").wait_for()
    reader.page.wait_for_timeout(150)
    top = reader.page.locator("main").bounding_box()
    reader.service.server.open.set()
    expect(reader.page.locator("rate-ticker .figure").first).to_be_visible()
    reader.page.wait_for_timeout(150)
    assert reader.page.locator("main").bounding_box() == top
    assert reader.page.evaluate("window.shifts") == 0
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    assert reader.said == []


def test_the_host_pages_type_does_not_reach_it(reader: Reader) -> None:
    head = """<style>html { font: 62.5%/3 serif; letter-spacing: 5px; text-align: right; color: red; cursor: wait }
        * { text-transform: uppercase; --ground: red; --row: 200px }
        svg, a, button, li { display: none !important }</style>"""
    reader.page.set_viewport_size({"width": 1600, "height": 600})
    reader.opens(f"<body>{reader.script()}{reader.element()}</body>", head=head)
    expect(reader.page.locator("rate-ticker .figure").first).to_be_visible()
    assert reader.does(
        "const said = getComputedStyle(ticker.shadowRoot.querySelector('.figure'));"
        "return [said.fontSize, said.letterSpacing, said.textTransform, said.color, said.cursor]"
    ) == ["15px", "normal", "none", "rgb(18, 22, 27)", "auto"]
    assert reader.page.locator("rate-ticker .bar").bounding_box()["height"] == 44  # type: ignore[index]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is installed by make audit")
@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 600}}])
@pytest.mark.parametrize("state", ["day", "late", "stale"])
def test_axe_finds_nothing_on_a_host_page_with_elements(
    make: Callable[..., Reader], state: str, options: dict[str, Any]
) -> None:
    reader = make(scenes.SCENES[state](), **options)
    elements = reader.element('title="Rates above"') + reader.element('lang="ru" title="Rates below"')
    reader.opens(
        f"<body>{reader.script()}{elements}<main><h1>Our paper</h1></main></body>",
        head="<style>html { color-scheme: light dark }</style>",
    )
    expect(reader.page.locator("rate-ticker .figure")).to_have_count(6)
    expect(reader.page.locator("rate-ticker .figure").nth(5)).not_to_have_text("")
    reader.page.clock.resume()  # for axe, which waits
    reader.page.add_script_tag(path=AXE)
    found = reader.page.evaluate(
        "axe.run().then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html)]))"
    )
    assert found == []


# --- the frame that follows its content --------------------------------------------------------------------------


def test_a_framed_strip_tells_its_height_and_the_frame_follows_both_ways(reader: Reader) -> None:
    frame = (
        f'<iframe class="rate-ticker" title="Rates" src="{reader.service.server.url}/strip" sandbox="allow-scripts" '
        f'style="display:block;border:0;width:100%;height:46px"></iframe><script>{FOLLOW}</script>'
    )
    told = "<script>told = []; addEventListener('message', event => told.push(event.data))</script>"
    reader.opens(f"<body style='margin:0'>{told}{frame}</body>")
    page, high = reader.page, "document.querySelector('iframe').clientHeight"
    page.wait_for_function(f"{high} === 44")
    for width, wanted in ((760, 80), (360, 96), (1280, 44)):
        page.set_viewport_size({"width": width, "height": 400})
        page.wait_for_function(f"{high} === {wanted}")
    assert page.evaluate("told.every(one => Object.keys(one).join() === 'type,height')")
    assert page.evaluate("told.length") <= 8
    assert reader.said == []
