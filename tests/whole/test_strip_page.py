"""The life of the strip's page in a real browser: truth, the one control, steps, refresh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support import scenes
from support.pictures import Strips, serving
from support.strip_page import Reader, later

WIDE, MIDDLE, PHONE = 1280, 760, 360


@pytest.fixture
def server() -> Iterator[Strips]:
    with serving() as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": WIDE, "height": 130})
    context.set_default_timeout(5000)
    yield context
    context.close()


@pytest.fixture
def reader(context: BrowserContext, server: Strips) -> Reader:
    return Reader(context.new_page(), server)


def newer(scene: scenes.Scene) -> tuple[scenes.Headline, ...]:
    """One headline more at the top, and the two oldest of each language gone."""
    old = scene.snapshot.content.headlines
    first = replace(old[0], id="new", title="A new headline", feed="24kg-en", published_at=scene.now)
    gone = {"en8", "en9"}
    return (first, *(one for one in old if one.id not in gone))


# --- truth -------------------------------------------------------------------------------------------------------


def test_the_clock_is_the_homes(reader: Reader) -> None:
    assert reader.text(".clock time") == "11:16"
    reader.waits(60)
    assert reader.text(".clock time") == "11:17"
    assert not reader.page.locator(".asof").first.is_visible()


def test_past_until_the_page_marks_itself_and_a_refresh_clears_it(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "evening")
    server.status = 503
    reader.sleeps(6)
    assert rows(reader) == ["NBKR, soms, 18 Jun", "not updated"]
    assert reader.text(".list .publisher") == "18 Jun"
    assert not reader.page.locator(".small").first.is_visible()  # what it was for is not said any more
    assert reader.text("[role=status]") == "NBKR: not updated, rates of 18 → 19 June"
    server.status = 200
    reader.becomes(scenes.scene(scenes.at(scenes.WEDNESDAY + scenes.DAY, "00:45"), scenes.daily(*thursday())))
    reader.refreshes()
    expect(reader.page.locator(".bank .low")).to_have_text("day change")
    assert rows(reader) == ["NBKR, soms, 19 Jun", "day change"]
    assert reader.page.locator(".small").first.is_visible()
    expect(reader.page.locator("[role=status]")).to_have_text("NBKR: official rates for 19 June")


def thursday() -> tuple[scenes.date, ...]:
    return scenes.WEDNESDAY, scenes.WEDNESDAY + scenes.DAY


def test_a_paused_page_marks_itself_too(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "evening")
    reader.page.locator("#pause").click()
    reader.sleeps(6)
    assert rows(reader) == ["NBKR, soms, 18 Jun", "not updated"]
    assert reader.asked() == 0


@pytest.mark.parametrize("hours", [1, -1, 13, -13])
def test_a_device_clock_that_is_wrong_is_corrected_by_the_server(
    context: BrowserContext, server: Strips, hours: int
) -> None:
    reader = Reader(context.new_page(), server, ahead=hours * 3600)
    reader.refreshes()
    right = scenes.HOME.local(server.scenes["day"].now + server.elapsed)
    assert reader.text(".clock time") in (f"{right:%H:%M}", f"{right - timedelta(minutes=1):%H:%M}")
    assert rows(reader) == ["NBKR, soms, 18 Jun", "day change"]


def test_an_older_answer_changes_nothing(reader: Reader) -> None:
    reader.becomes(later(scenes.evening(), -600))
    reader.refreshes()
    assert rows(reader) == ["NBKR, soms, 18 Jun", "day change"]


def rows(reader: Reader) -> list[str]:
    """The label's two rows."""
    return [reader.text(".bank .up"), reader.text(".bank .low")]


# --- the one control ---------------------------------------------------------------------------------------------


def test_one_button_stops_motion_clock_and_refresh_and_says_its_state(reader: Reader) -> None:
    pause = reader.page.locator("#pause")
    expect(pause).to_have_accessible_name("Pause")
    pause.click()
    expect(pause).to_have_accessible_name("Continue")
    before = reader.text(".count"), reader.text(".clock time")
    reader.waits(600)
    assert (reader.text(".count"), reader.text(".clock time")) == before
    assert [reader.text(".clock time"), reader.text(".clock .low")] == [before[1], "paused"]
    assert reader.asked() == 0
    with reader.page.expect_response(lambda answer: "strip.json" in answer.url, timeout=60_000):
        pause.click()
    expect(pause).to_have_accessible_name("Pause")
    assert reader.text(".clock time") == "11:26"


def test_reduced_motion_starts_it_stopped(browser: Browser, server: Strips) -> None:
    context = browser.new_context(reduced_motion="reduce", viewport={"width": WIDE, "height": 60})
    reader = Reader(context.new_page(), server)
    expect(reader.page.locator("#pause")).to_have_accessible_name("Continue")
    assert [reader.text(".clock time"), reader.text(".clock .low")] == ["11:15", "paused"]
    reader.waits(300)
    assert (reader.text(".count"), reader.asked()) == ("1/10", 0)
    context.close()


def test_a_clock_that_is_stopped_is_not_said_to_be_of_an_earlier_day(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "stale")
    reader.page.locator("#pause").click()
    assert [reader.text(".clock time"), reader.text(".clock .low")] == ["09:02", "paused"]


# --- steps -------------------------------------------------------------------------------------------------------


def test_headlines_step_and_wrap_around(reader: Reader) -> None:
    reader.page.mouse.move(5, 5)
    seen = [reader.text(".count")]
    for _ in range(10):
        reader.waits(7.1)
        seen.append(reader.text(".count"))
    assert seen[:2] == ["1/10", "2/10"]
    assert seen[-1] == "1/10"


def test_steps_stop_under_the_pointer_and_under_focus(reader: Reader) -> None:
    reader.page.locator(".list a").first.hover()
    reader.waits(30)
    assert reader.text(".count") == "1/10"
    reader.page.mouse.move(5, 5)
    reader.page.locator(".list a").first.focus()
    reader.waits(30)
    assert reader.text(".count") == "1/10"
    reader.page.locator("#pause").focus()
    reader.waits(7.1)
    assert reader.text(".count") == "2/10"


def test_previous_and_next_go_round(reader: Reader) -> None:
    reader.page.locator("#previous").click()
    assert reader.text(".count") == "10/10"
    reader.page.locator("#following").click()
    assert reader.text(".count") == "1/10"


def test_several_headlines_stand_side_by_side_where_they_fit(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 2400, "height": 60})
    reader.page.locator("#following").click()
    assert int(reader.text(".count").split("/")[0]) > 2
    assert whole_in_view(reader.page)


def whole_in_view(page: Page) -> bool:
    return page.evaluate("""() => {
        const list = document.querySelector(".list"), frame = list.getBoundingClientRect();
        return [...list.children].filter(item => item.offsetParent && item.offsetTop === list.scrollTop)
            .every(item => item.getBoundingClientRect().right <= frame.right + .5);
    }""")


def test_a_step_shows_whole_lines(reader: Reader) -> None:
    for width in (WIDE, MIDDLE, PHONE):
        reader.page.set_viewport_size({"width": width, "height": 130})
        for _ in range(11):
            reader.waits(7.1)
            reader.settles()
            assert whole_in_view(reader.page)


# --- refresh -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "after",
    [
        *("evening", "late", "stale", "none", "rouble_held", "euro_unconfirmed", "demo", "only_tomorrow"),
        *("stand_in", "contradicted", "rouble_stands_in", "stand_in_evening", "evening_all"),
    ],
)
def test_a_refreshed_page_equals_one_loaded_anew(context: BrowserContext, server: Strips, after: str) -> None:
    reader = Reader(context.new_page(), server)
    scene = scenes.SCENES[after]()
    snapshot = replace(scene.snapshot, as_of=max(scene.snapshot.as_of, scenes.day().snapshot.as_of))
    reader.becomes(replace(scene, snapshot=snapshot))
    reader.refreshes()
    anew = Reader(context.new_page(), server)
    expect(reader.page.locator(".bank")).to_have_text(anew.page.locator(".bank").text_content() or "")
    assert drawn(reader.page) == drawn(anew.page)


def drawn(page: Page) -> Any:
    """Everything in the page that a refresh may change, without what each page has of its own: clock, count, status."""
    return page.evaluate("""() => {
        const strip = document.querySelector("#strip").cloneNode(true);
        for (const own of strip.querySelectorAll(".clock, .count, [role=status], [data-key='-']")) own.remove();
        const {until, n, outdated, outdatedStatus, motion, frame, zone} = strip.dataset;
        const attributes = [...strip.querySelectorAll("li, li *, .bank *")].map(node =>
            [node.tagName, node.textContent.replace(/\\s+/g, " "), node.hidden,
             ...[...node.attributes].map(({name, value}) =>
                 `${name}=${name === "ping" ? value.split("/").at(-1) : value}`).sort()]);
        const is = strip.className, data = {n, outdated, outdatedStatus, motion, frame, zone};
        return {is, until: Date.parse(until), ...data, attributes};
    }""")


def test_a_refresh_keeps_nodes_focus_and_place(reader: Reader) -> None:
    page = reader.page
    for _ in range(3):
        reader.page.locator("#following").click()
    link = page.locator(".list a").nth(3)
    link.focus()
    page.evaluate("window.nodes = [...document.querySelectorAll('li[data-key]')]")
    top = link.bounding_box()
    reader.becomes(later(reader.server.scenes["day"], 2, headlines=newer(reader.server.scenes["day"])))
    reader.refreshes()
    expect(page.locator(".list li[data-key]")).to_have_count(9)
    assert page.locator(".list li[data-key]").first.inner_text().startswith("11:16")
    assert page.evaluate("window.nodes.filter(node => node.isConnected).length") == 3 + 8
    assert (
        page.evaluate("document.activeElement.textContent") == link.text_content()
        or page.evaluate("document.activeElement.closest('li').dataset.key") == "en3"
    )
    expect(page.locator(".count")).to_have_text("5/9")
    assert page.locator("[data-key=en3] a").bounding_box() == top


def test_a_focused_headline_is_not_taken_away(reader: Reader) -> None:
    reader.page.locator("[data-key=en9] a").focus()
    reader.becomes(later(reader.server.scenes["day"], 2, headlines=newer(reader.server.scenes["day"])))
    reader.refreshes()
    expect(reader.page.locator(".list li[data-key]")).to_have_count(10)
    assert reader.page.evaluate("document.activeElement.closest('li').dataset.key") == "en9"


STANDING_IN = (
    "rates for 19 May from other banks (Central Bank of Uzbekistan, National Bank of Kazakhstan, National Bank of "
    "Tajikistan), not official"
)


def test_what_stands_in_is_announced_and_gives_way_to_the_official_figure(
    context: BrowserContext, server: Strips
) -> None:
    reader = Reader(context.new_page(), server, "stand_in")
    assert reader.text(".figure") == "≈ 87.44"
    assert rows(reader) == ["no NBKR rate", "since 12 May"]
    days = tuple(date(2025, 5, 19) - nth * scenes.DAY for nth in (1, 0))
    official = later(scenes.stand_in(), 2, series=scenes.daily(*days))
    reader.becomes(official)
    reader.refreshes()
    expect(reader.page.locator("[role=status]")).to_have_text("NBKR: official rates for 19 May")
    assert reader.page.locator("[data-kind=banks]").count() == 0
    assert reader.text(".figure") == "87.45"
    reader.becomes(later(scenes.stand_in(), 4))
    reader.refreshes()
    expect(reader.page.locator("[role=status]")).to_have_text(f"no NBKR rate since 12 May; {STANDING_IN}")
    assert reader.page.locator("[data-kind=banks]").count() == 3


def test_past_its_day_what_stands_in_is_said_to_be_outdated(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "stand_in")
    server.status = 503
    reader.sleeps(24)
    assert rows(reader) == ["no NBKR rate", "not updated"]
    assert reader.text(".figure") == "≈ 87.44"
    expect(reader.page.locator("[role=status]")).to_have_text(f"not updated, {STANDING_IN}")


def test_past_its_day_a_late_figure_keeps_its_own_day(context: BrowserContext, server: Strips) -> None:
    reader = Reader(context.new_page(), server, "rouble_held")
    server.status = 503
    reader.sleeps(24)
    drawn = [low.inner_text() for low in reader.page.locator(".drawn .small").all() if low.is_visible()]
    assert (rows(reader), drawn) == (["NBKR, soms, 18 Jun", "not updated"], ["17 Jun"])


def test_figures_keep_their_bank_and_day_where_an_older_release_answers(
    context: BrowserContext, server: Strips
) -> None:
    reader = Reader(context.new_page(), server, "day")
    before = rows(reader)
    answer = reader.page.request.get(f"{server.url}/evening/strip.json").json()
    later_words = ("upper_name", "upper_unit", "upper_day", "lower", "outdated_lower")
    answer["words"] = {name: text for name, text in answer["words"].items() if name not in later_words}
    answer["rates"] = [{name: of for name, of in rate.items() if name != "lower"} for rate in answer["rates"]]
    del answer["form"], answer["marked"]
    reader.page.route("**/strip.json*", lambda route: route.fulfill(json=answer))
    reader.refreshes()
    assert (rows(reader), reader.text(".figure")) == (before, "87.45")


def test_only_a_changed_state_is_announced(reader: Reader) -> None:
    expect(reader.page.locator("[role=status]")).to_have_text("NBKR: official rates for 18 June")
    reader.page.evaluate(
        """() => {
            window.told = [];
            const hears = new MutationObserver(() => told.push(1));
            hears.observe(document.querySelector("[role=status]"), {childList: true, subtree: true});
        }"""
    )
    reader.refreshes()
    assert reader.page.evaluate("told") == []
    reader.becomes(scenes.evening())
    reader.refreshes()
    expect(reader.page.locator("[role=status]")).to_have_text(
        "NBKR: official rates for 18 June, and already for 19 June"
    )


def test_failures_slow_it_down_to_ten_minutes(reader: Reader) -> None:
    reader.server.status = 503
    for _ in range(6):
        reader.refreshes()
    before = reader.asked()
    reader.jumps(445)
    assert reader.asked() == before


def test_many_refreshes_leave_no_more_nodes(reader: Reader) -> None:
    scene = reader.server.scenes["day"]
    counts = set()
    for nth in range(20):
        reader.becomes(later(scene, nth, headlines=newer(scene) if nth % 2 else scene.snapshot.content.headlines))
        reader.refreshes()
        expect(reader.page.locator(".list li[data-key]")).to_have_count(9 if nth % 2 else 10)
        counts.add((nth % 2, reader.page.evaluate("document.querySelectorAll('*').length")))
    assert len(counts) == 2


def test_it_refreshes_in_a_sandboxed_frame_of_opaque_origin(context: BrowserContext, server: Strips) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    server.host = (
        "<!doctype html><title>Our paper</title><link rel=icon href=data:,>"
        '<iframe title="Rates" sandbox="allow-scripts" width="1000" height="100" src="/day/strip"></iframe>'
    )
    page.clock.install(time=scenes.day().now)
    page.goto(f"{server.url}/host")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".clock time")).to_have_text("11:16")
    server.scenes["day"] = scenes.evening()
    for _ in range(16):
        page.clock.run_for(5_000)
        page.wait_for_timeout(20)
    expect(frame.locator(".bank .low")).to_have_text("for 19 Jun")
    assert said == []
