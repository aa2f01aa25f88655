"""The operator's page in a real browser: how things stand in one line, and nothing cut off on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.desk import run
from support.seen import SPACED, badly_seen
from support.served import serving
from support.witnesses import WitnessedDesk

from ticker.model import DAY, Outcome, Round

TODAY = date(2026, 5, 21)  # a Thursday
ENDLESS = "https://cbu.example/" + "an-address-that-never-ends/" * 5 + ": connection refused"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WitnessedDesk]:
    one = WitnessedDesk(tmp_path, TODAY)
    one.second = True
    one.say("USD", run(TODAY - DAY, "87.4000", "87.4500", "87.4490"))
    one.say("EUR", run(TODAY - DAY, "100.2000", "100.2833"))
    one.say("RUB", run(TODAY - DAY, "1.1000", "1.1100"))
    one.tables(TODAY, nbk={"RUB": "6.0600"})
    one.publish()
    yield one
    one.close()


@contextmanager
def opened(browser: Browser, desk: WitnessedDesk, width: int, lang: str = "en") -> Iterator[Page]:
    with (
        serving(desk.app) as url,
        browser.new_context(viewport={"width": width, "height": 700}, locale=lang, bypass_csp=True) as context,
    ):
        page = context.new_page()
        page.goto(f"{url}/status")
        yield page


@pytest.mark.parametrize(
    ("lang", "well", "troubled"),
    [
        ("en", "All figures are fresh", "1 thing to look at"),
        ("ru", "Все курсы свежие", "Требует внимания: 1"),
        ("ky", "Бардык курстар жаңы", "Көңүл буруу керек: 1"),
    ],
)
def test_how_things_stand_is_one_line_on_a_phone(
    browser: Browser, desk: WitnessedDesk, lang: str, well: str, troubled: str
) -> None:
    with opened(browser, desk, 360, lang) as page:
        head = page.locator("h1")
        expect(head).to_have_text(well)
        assert head.evaluate("node => node.getBoundingClientRect().height") == 28
        desk.say("JPY", [(TODAY - DAY, "0.5446")])
        desk.publish()
        page.reload()
        expect(head).to_have_text(troubled)
        assert head.evaluate("node => node.getBoundingClientRect().height") == 28
        expect(page.locator(".troubles li")).to_have_count(1)


def test_the_line_beneath_says_the_time_and_when_the_next_table_is_due(browser: Browser, desk: WitnessedDesk) -> None:
    with opened(browser, desk, 360) as page:
        line = page.locator(".moment")
        expect(line).to_have_text("21 May, 11:16 in Bishkek · next table 21 May, 15:00")
        desk.turn(hours=5)
        page.reload()
        # Its table of tomorrow is out already: the next one is that of the day after.
        expect(line).to_have_text("21 May, 16:16 in Bishkek · next table 22 May, 15:00")
        desk.turn(hours=24)
        page.reload()
        expect(line).to_have_text("22 May, 16:16 in Bishkek · next table by 18:00")


@pytest.mark.parametrize("lang", ["en", "ru", "ky"])
@pytest.mark.parametrize("width", [320, 360, 590, 1280])
def test_nothing_is_cut_off_and_no_figure_broken(browser: Browser, desk: WitnessedDesk, width: int, lang: str) -> None:
    desk.say("USD", [(TODAY + DAY, "12999.00")], source="cbu", held_reason="moved by 7.6 %")
    with desk.store.write(desk.token) as write:
        write.record(Round("cbu", desk.now, desk.now, Outcome.FAILED, note=ENDLESS))
    desk.publish()
    with opened(browser, desk, width, lang) as page:
        assert badly_seen(page) == []
        page.add_style_tag(content=SPACED)
        assert badly_seen(page) == []


def test_a_row_of_a_table_is_a_block_on_a_phone(browser: Browser, desk: WitnessedDesk) -> None:
    with opened(browser, desk, 360) as page:
        row = page.get_by_role("row", name="USD").first
        assert " ".join(row.inner_text().split()) == "USD fresh 87.4500 Of21 May Next87.4490 on 22 May Sourcenbkr"
        assert row.evaluate("node => getComputedStyle(node).display") == "flex"
        expect(page.get_by_role("columnheader", name="Currency").first).to_have_count(1)
