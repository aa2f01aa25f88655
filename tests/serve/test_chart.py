"""Currencies over time: the picture, the page with the figures, and the doors to both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import figures, scenes
from support.desk import Desk
from support.figures import Shelf, run
from support.given import steadily

from ticker.model import DAY, Language, Rate
from ticker.serve.chart import routes
from ticker.serve.chart import view as chart
from ticker.serve.chart.axis import day_marks, value_axis, value_ticks
from ticker.serve.chart.days import DailyFigures
from ticker.serve.chart.picture import room_for_marks, size
from ticker.serve.chart.query import EARLIEST, NARROWEST, USUAL, WIDEST, WIDTH, parse_chart_query
from ticker.serve.chart.reading import data_query
from ticker.serve.i18n.words import words
from ticker.serve.strip.options import LANGUAGES, Offered

TODAY = scenes.WEDNESDAY
OFFERED = Offered(frozenset({"USD", "EUR", "RUB", "KZT"}), frozenset())
SVG = "{http://www.w3.org/2000/svg}"
ENDPOINTS = ("/chart.svg", "/chart")


@pytest.fixture
def shelf(tmp_path) -> Iterator[Shelf]:
    one = Shelf(scenes.day(), tmp_path)
    yield one
    one.store.close()


def picture(shelf: Shelf, query: str = "") -> ET.Element:
    got = shelf.get(f"/chart.svg?{query}")
    assert got.status_code == 200, got.text
    return ET.fromstring(got.data)


def texts(root: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def told(root: ET.Element, tag: str) -> str:
    found = root.find(f"{SVG}{tag}")
    assert found is not None
    return found.text or ""


def line(root: ET.Element, nth: int = 0) -> str:
    return [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("class") == "c"][nth]


def table(page: str) -> list[list[str]]:
    """The rows of the last table of the page."""
    body = page.rpartition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in body.split("<tr>")[1:]
    ]


# --- what is said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "title", "said"),
    [
        (
            "en",
            "euro: NBKR, soms, 15–18 June 2025",
            "euro: 99.2503 on 15 June 2025, 99.5614 on 18 June 2025; "
            "lowest 98.9000 on 16 June 2025, highest 99.5614 on 18 June 2025",
        ),
        (
            "ru",
            "евро: НБКР, сом, 15–18 июня 2025",
            "евро: 99,2503 на 15 июня 2025, 99,5614 на 18 июня 2025; "
            "наименьший 98,9000 на 16 июня 2025, наибольший 99,5614 на 18 июня 2025",
        ),
        (
            "ky",
            "евро: УБКР, сом, 2025-ж. 15–18-июнь",
            "евро: 2025-ж. 15-июнь үчүн 99,2503, 2025-ж. 18-июнь үчүн 99,5614; "
            "эң төмөнкүсү 98,9000, 2025-ж. 16-июнь; эң жогоркусу 99,5614, 2025-ж. 18-июнь",
        ),
    ],
)
def test_a_picture_says_its_currency_days_and_figures_in_words(shelf, lang, title, said):
    shelf.put(run("EUR", TODAY, "99.2503", "98.9000", "99.0000", "99.5614"))
    root = picture(shelf, f"currencies=EUR&lang={lang}")
    assert (told(root, "title"), told(root, "desc"), root.get("lang")) == (title, said, lang)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"


def test_the_last_figure_stands_there_in_the_banks_digits_with_bank_and_days(shelf):
    shelf.put(run("EUR", TODAY, "99.2500", "99.5000"))
    shown = texts(picture(shelf, "currencies=EUR"))
    assert shown[:2] == ["NBKR, soms", "17–18 June 2025"]
    assert shown[2] == "EUReuro99.5000"
    assert "▲ 0.25%" in shown


def test_weak_currencies_are_drawn_for_one_unit(shelf):
    with shelf.write() as write:
        rate = Rate("USD", Decimal("55.1200"), 10, TODAY, TODAY)
        write.add("nbkr", rate, seen_at=figures.published(TODAY))
    assert "5.51200" in "".join(texts(picture(shelf, "currencies=USD")))


def test_a_figure_that_never_moved_is_said_to_be_unchanged(shelf):
    shelf.put(run("USD", TODAY, "87.4500", "87.4500", "87.4500"))
    root = picture(shelf, "currencies=USD")
    assert told(root, "desc") == "US dollar: 87.4500 unchanged from 16 June 2025 to 18 June 2025"
    assert not [text for text in texts(root) if "%" in text]


def test_one_day_alone_is_a_line_across_the_picture(shelf):
    shelf.put(run("USD", TODAY, "87.4500"))
    root = picture(shelf, "currencies=USD")
    assert re.fullmatch(r"M12 [\d.]+H\d+(\.\d)?", line(root))
    assert told(root, "desc") == "US dollar: 87.4500 on 18 June 2025"


def test_several_currencies_stand_one_under_the_other_over_the_same_days(shelf):
    shelf.put(run("USD", TODAY, "87.4500", "87.4600"))
    shelf.put(run("RUB", TODAY, "1.1050"))
    root = picture(shelf, "currencies=RUB,USD")
    shown = texts(root)
    assert [text for text in shown if text.startswith(("RUB", "USD"))] == [
        "RUBRussian ruble1.1050",
        "USDUS dollar87.4600",
    ]
    assert [one.count("M") for one in (line(root, 0), line(root, 1))] == [1, 1]
    assert "days without a rate: 1" in told(root, "desc").splitlines()[0]
    assert picture(shelf, "currencies=USD").get("height") != root.get("height")


# --- what is drawn -----------------------------------------------------------------------------------------------


def test_a_day_that_no_table_covers_is_a_gap(shelf):
    shelf.put(run("EUR", TODAY, "99.10", "99.20", None, "99.40", None, "99.60"))
    root = picture(shelf, "currencies=EUR")
    assert line(root).count("M") == 3
    assert told(root, "desc").endswith("days without a rate: 2")
    rows = table(shelf.get("/chart?currencies=EUR").text)
    assert [cells[1] for cells in rows] == ["99.60", "—", "99.40", "—", "99.20", "99.10"]


def test_a_last_day_without_a_figure_is_marked_with_the_day_of_the_last_one(shelf):
    shelf.put(run("EUR", TODAY - 2 * DAY, "99.10", "99.20"))
    shown = texts(picture(shelf, "currencies=EUR"))
    assert shown[1] == "15–18 June 2025"
    assert "of 16 June" in shown


def test_a_correction_takes_the_place_of_what_it_corrects(shelf):
    shelf.put(run("EUR", TODAY, "99.1000", "99.2000"))
    shelf.put(run("EUR", TODAY, "99.3000"))
    assert "99.3000" in "".join(texts(picture(shelf, "currencies=EUR")))
    assert "99.2000" not in shelf.get("/chart?currencies=EUR").text


def test_held_figures_are_not_drawn(shelf):
    shelf.put(run("EUR", TODAY - DAY, "99.1000"))
    with shelf.write() as write:
        rate = Rate("EUR", Decimal("9.9100"), 1, TODAY, TODAY)
        write.add("nbkr", rate, seen_at=figures.published(TODAY), held_reason="ten-fold")
    for path in ENDPOINTS:
        assert "9.9100" not in shelf.get(f"{path}?currencies=EUR").text
    assert "of 17 June" in texts(picture(shelf, "currencies=EUR"))


def test_a_figure_that_the_bank_has_put_in_doubt_is_marked(shelf):
    shelf.put(run("EUR", TODAY, "99.2503", "99.5614"))
    with shelf.write() as write:
        rate = Rate("EUR", Decimal("9.9561"), 1, TODAY, TODAY)
        slip = write.add("nbkr", rate, seen_at=shelf.now, held_reason="ten-fold")
    root = picture(shelf, "currencies=EUR")
    assert "EUReuro99.5614" in texts(root)
    assert "not certain" in texts(root)
    assert table(shelf.get("/chart?currencies=EUR").text)[0] == ["18 June 2025", "99.5614, not certain"]
    with shelf.write() as write:
        write.discard(slip, shelf.now)
    assert "not certain" not in texts(picture(shelf, "currencies=EUR"))


def test_a_demonstration_says_so(shelf):
    shelf.put(run("USD", TODAY, "87.4500"))
    shelf.show(scenes.demo())
    assert texts(picture(shelf))[0] == "DEMO, soms"
    assert "DEMO: demonstration exchange rates" in shelf.get("/chart").text


def test_an_empty_store_is_drawn_without_figures(shelf):
    root = picture(shelf)
    assert texts(root).count("no rate") == 3
    assert told(root, "desc").splitlines()[0] == "US dollar: no rate for these days"
    assert "<h1>" in shelf.get("/chart").text


def test_before_any_bank_is_known_there_is_a_picture_too(tmp_path):
    shelf = Shelf(scenes.nothing(), tmp_path)
    assert texts(picture(shelf))[0] == "no rate yet"
    shelf.store.close()


def test_no_peak_is_lost_however_many_days_share_a_pixel(shelf):
    quiet = ["99.0000"] * 1000
    shelf.put(run("EUR", TODAY, *quiet[:334], "140.0000", *quiet[334:665], "60.0000", *quiet[665:]))
    root = picture(shelf, "currencies=EUR&from=all&width=240")
    assert "lowest 60.0000 on 18 July 2024, highest 140.0000 on" in told(root, "desc")
    heights = [float(y) for y in re.findall(r"[ML]\d+ ([\d.]+)", line(root))]
    assert max(heights) - min(heights) > 110
    assert len(line(root)) < 4000


def test_a_rate_that_hardly_moves_looks_calm(shelf):
    shelf.put(run("USD", TODAY, *["87.4500", "87.4477"] * 20))
    heights = [float(y) for y in re.findall(r"[V ]([\d.]+)", line(picture(shelf, "currencies=USD")))]
    assert 0 < max(heights) - min(heights) < 5


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [240, 320, 600, 1600])
@pytest.mark.parametrize("count", [1, 2, 7, 30, 70, 71, 90, 200, 331, 400, 1000, 3650, 13_000])
def test_the_days_below_never_touch(lang: Language, width: int, count: int):
    first = TODAY - (count - 1) * DAY
    marks = sorted(day_marks(first, TODAY, width, words(lang)), key=lambda mark: mark.place)
    assert 1 <= len(marks) <= room_for_marks(width, max(len(mark.text) for mark in marks)) + 1
    pixels = (width - 24 - 60) / count
    for mark, after in pairwise(marks):
        assert (after.place - mark.place) * pixels >= max(len(mark.text), len(after.text)) * 12 * 0.55


@given(st.decimals(Decimal("0.0001"), 20_000, places=4), st.decimals(0, 5000, places=4))
@steadily
def test_the_axis_has_two_to_six_round_figures_that_differ(lowest, spread):
    low, high = value_axis(lowest, lowest + spread)
    ticks = list(value_ticks(low, high, words("en")))
    assert low < lowest <= lowest + spread < high
    assert 2 <= len(ticks) <= 6
    assert len({tick.text for tick in ticks}) == len(ticks)
    assert all(low <= tick.value <= high for tick in ticks)


@pytest.mark.parametrize("theme", ["auto", "light", "dark", "transparent"])
def test_a_theme_is_one_palette_or_both(shelf, theme):
    style = told(picture(shelf, f"theme={theme}"), "style")
    assert ("prefers-color-scheme:dark" in style) == (theme in ("auto", "transparent"))
    assert (".g{fill:#14171b}" in style) == (theme != "light")


@pytest.mark.parametrize("query", ["", "width=320", "currencies=USD,EUR,RUB&width=240&lang=ru&from=all"])
def test_nothing_in_the_picture_is_small_or_outside_of_it_or_from_elsewhere(shelf, query):
    shelf.put(run("EUR", TODAY, *map(str, range(60, 160))))
    root = picture(shelf, query)
    width, height = int(root.get("width", "")), int(root.get("height", ""))
    assert root.get("viewBox") == f"0 0 {width} {height}"
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", "")) <= width
        assert 0 <= float(text.get("y", "")) <= height
    assert min(int(one.get("font-size", "12")) for one in root.iter()) >= 12
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "desc", "style", "rect", "text", "tspan", "path", "circle"
    }  # fmt: skip
    whole = ET.tostring(root, encoding="unicode")
    assert not re.search(r"href|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", whole)


# --- what is asked for -------------------------------------------------------------------------------------------


def test_by_default_the_last_ninety_days_are_shown(shelf):
    shelf.put(run("USD", TODAY, *["87.4500"] * 120))
    assert texts(picture(shelf, "currencies=USD"))[1] == "21 March – 18 June 2025"


@pytest.mark.parametrize(
    ("query", "span"),
    [
        ("from=30d", (date(2025, 5, 20), TODAY)),
        ("from=1d", (TODAY, TODAY)),
        ("from=1y", (date(2024, 6, 18), TODAY)),
        ("from=1y&to=2024-02-29", (date(2023, 2, 28), date(2024, 2, 29))),
        ("from=all", (EARLIEST, TODAY)),
        ("from=99999d", (EARLIEST, TODAY)),
        ("from=9999y", (date(1990, 6, 18), TODAY)),
        ("to=2025-05-31", (date(2025, 3, 3), date(2025, 5, 31))),
        ("from=2025-01-01&to=2025-01-31", (date(2025, 1, 1), date(2025, 1, 31))),
        ("from=2025-01-31&to=2025-01-01", (date(2025, 1, 1), date(2025, 1, 31))),
        ("from=0001-01-01", (EARLIEST, TODAY)),
        ("to=0001-01-01", (EARLIEST, EARLIEST)),
        ("from=9999-12-31", (date(2025, 3, 21), TODAY)),
        ("to=9999-12-31", (date(2025, 4, 4), TODAY + 14 * DAY)),
    ],
)
def test_a_span_is_two_days_or_how_far_back(query, span):
    assert parse_chart_query(query, OFFERED).span(TODAY) == span


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("from=yesterday", "from: met 'yesterday', wanted a day as 2026-05-21, or 30d, 1y, all; the default is shown"),
        ("from=2025-02-30", "from: met '2025-02-30'"),
        ("from=20250101", "from: met '20250101'"),
        ("from=0d", "from: met '0d'"),
        ("to=30d", "to: met '30d', wanted a day as 2026-05-21; the default is shown"),
        ("width=9", "width: met '9', wanted a whole number from 240 to 1600; the default is shown"),
        ("width=wide", "width: met 'wide'"),
        ("currencies=USD,XXX", "currencies: 'XXX' is not offered"),
        ("lang=de", "lang: met 'de'"),
    ],
)
def test_a_mistake_gives_way_to_the_default_and_is_told(shelf, query, note):
    asked = parse_chart_query(query, OFFERED)
    assert len(asked.notes) == 1
    assert asked.notes[0].text().startswith(note)
    assert shelf.get(f"/chart.svg?{query}").status_code == 200
    assert note.split(":")[0] in shelf.get(f"/chart?{query}").text


def test_the_page_tells_a_mistake_in_its_own_language(shelf):
    page = shelf.get("/chart?lang=ru&from=yesterday&width=9").text
    assert "from: указано &#39;yesterday&#39;, допустимо: дата вида 2026-05-21, либо 30d, 1y, all; показано" in page
    assert "width: указано &#39;9&#39;, допустимо: целое число от 240 до 1600" in page


@pytest.mark.parametrize("query", ["utm_source=x", "headlines=99", "from=&to=&width=", "show=nothing"])
def test_what_is_no_option_of_a_chart_is_ignored(query):
    assert parse_chart_query(query, OFFERED) == parse_chart_query("", OFFERED)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "lang=ru&currencies=EUR,KZT&theme=dark&bg=14171b&from=1y&to=2025-05-31&width=320",
        "from=2024-02-29",
        "from=all",
    ],
)
def test_the_canonical_query_asks_for_the_same(query):
    asked = parse_chart_query(query, OFFERED)
    assert parse_chart_query(asked.query(), OFFERED) == asked


def test_a_form_repeats_the_name_of_each_currency():
    asked = parse_chart_query("currencies=USD&currencies=KZT&currencies=USD", OFFERED)
    assert asked.options.currencies == ("USD", "KZT")


def test_a_preset_counts_here_too(shelf):
    assert told(picture(shelf, "preset=euro"), "title").startswith("евро: НБКР")


def test_nothing_is_drawn_before_the_first_figure_that_is_known(shelf):
    shelf.put(run("EUR", TODAY, "99.1000", "99.2000", "99.3000"))
    assert texts(picture(shelf, "currencies=EUR&from=all"))[1] == "16–18 June 2025"


def test_tomorrow_is_drawn_only_when_it_is_asked_for_and_known(shelf):
    shelf.put(run("EUR", TODAY + DAY, "99.1000", "99.2000", "99.3000"))
    assert texts(picture(shelf, "currencies=EUR"))[1] == "17–18 June 2025"
    for last in (TODAY + DAY, TODAY + 7 * DAY):
        assert texts(picture(shelf, f"currencies=EUR&to={last}"))[1] == "17–19 June 2025"


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_page_has_the_figures_as_a_table_newest_first(shelf):
    shelf.put(run("USD", TODAY, "87.4500", "87.4600"))
    shelf.put(run("EUR", TODAY, "99.1000", "99.2000"))
    rows = table(shelf.get("/chart?currencies=EUR,USD").text)
    assert rows == [["18 June 2025", "99.2000", "87.4600"], ["17 June 2025", "99.1000", "87.4500"]]


def test_a_long_span_has_the_last_figure_of_each_month(shelf):
    shelf.put(run("USD", TODAY, *(f"{80 + nth / 1000:.4f}" for nth in range(500))))
    page = shelf.get("/chart?currencies=USD&from=all").text
    rows = table(page)
    assert [cells[0] for cells in rows[:3]] == ["18 June 2025", "31 May 2025", "30 April 2025"]
    assert "The last rate of each month" in page
    assert rows[0][1] == "80.4990"


def test_the_page_shows_a_narrow_and_a_wide_picture_with_their_room_and_words(shelf):
    shelf.put(run("USD", TODAY, "87.4500"))
    page = shelf.get("/chart?currencies=USD&lang=ru").text
    for width in (320, 760):
        root = picture(shelf, f"lang=ru&currencies=USD&width={width}")
        assert f"/chart.svg?lang=ru&amp;currencies=USD&amp;width={width}" in page
        assert f'width="{width}" height="{root.get("height")}"' in page
    assert 'alt="доллар США: НБКР, сом, 18 июня 2025. доллар США: 87,4500 на 18 июня 2025"' in page


def reading(page: str) -> Any:
    """What the page's script has of days and figures."""
    found = re.search(r'<script type="application/json" id="reading">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_what_can_be_pointed_at_is_what_the_table_says(shelf):
    shelf.put(run("EUR", TODAY, "99.1000", None, "99.3000"))
    shelf.put(run("USD", TODAY, "87.4500", "87.4600", "87.4700"))
    page = shelf.get("/chart?currencies=EUR,USD&lang=ru").text
    met = reading(page)
    assert met["places"] == [0, 1, 2]
    assert [line["texts"] for line in met["lines"]] == [
        ["99,1000", "курса нет", "99,3000"],
        ["87,4500", "87,4600", "87,4700"],
    ]
    by_row = [
        [day, *figures] for day, *figures in zip(met["days"], *(one["texts"] for one in met["lines"]), strict=True)
    ]
    assert by_row == [[one.replace("—", "курса нет") for one in row] for row in reversed(table(page))]
    assert met["lines"][0]["at"][1] is None
    assert 'aria-valuemax="2" aria-valuenow="2" aria-valuetext="18 июня 2025; евро: 99,3000; ' in page


@pytest.mark.parametrize("width", [320, 760])
def test_the_cursor_stands_on_the_line(shelf, width):
    shelf.put(run("EUR", TODAY, "99.1000", "99.2000", "98.3000"))
    met = reading(shelf.get("/chart?currencies=EUR").text)
    (drawn,) = [one for one in met["pictures"] if one["size"][0] == width]
    root = picture(shelf, f"currencies=EUR&width={width}")
    assert drawn["size"] == [int(root.get("width", "")), int(root.get("height", ""))]
    begin, *_ = re.findall(r"M([\d.]+) ([\d.]+)", line(root))
    heights = [float(begin[1]), *map(float, re.findall(r"V([\d.]+)", line(root)))]
    assert float(begin[0]) == drawn["edges"][0]
    assert float(re.findall(r"H([\d.]+)", line(root))[-1]) == drawn["edges"][1]
    for height, share in zip(heights, met["lines"][0]["at"], strict=True):
        assert height == pytest.approx(drawn["tops"][0] + 4 + (drawn["high"] - 8) * share, abs=0.1)


def test_of_a_long_span_no_peak_is_beyond_the_cursor(shelf):
    shelf.put(run("EUR", TODAY, *["99.0000"] * 333, "140.0000", *["99.0000"] * 1400, "60.0000", *["99.0000"] * 400))
    met = reading(shelf.get("/chart?currencies=EUR&from=all").text)
    assert len(met["places"]) <= 802
    assert {"140.0000", "60.0000"} <= set(met["lines"][0]["texts"])
    assert met["days"][-1] == "18 June 2025"


def test_the_page_links_to_the_same_figures_as_csv_and_json(tmp_path):
    desk = Desk(tmp_path, TODAY)
    desk.say("EUR", [(TODAY - DAY, "99.1000"), (TODAY, "99.2000")])
    desk.publish()
    page = desk.get("/chart?currencies=EUR&from=30d").text
    csv, as_json = (unescape(one) for one in re.findall(r'href="(/api/v1/history[^"]*)"', page))
    wanted = [("2025-06-17", "99.1000"), ("2025-06-18", "99.2000")]
    rows = [row.split(",") for row in desk.get(csv).text.splitlines()[1:]]
    assert [pair for row in rows for pair in wanted if {*pair} <= {*row}] == wanted
    assert len(desk.get(as_json).json["rates"]) == len(rows) == 2
    desk.close()


def test_more_rows_than_the_api_gives_are_asked_for_by_the_week():
    days = DailyFigures(date(1993, 5, 10), TODAY, dict.fromkeys(("USD", "EUR", "RUB", "KZT"), ()))
    assert "&step=week" in data_query(days, None)
    assert "step" not in data_query(DailyFigures(TODAY, TODAY, {"USD": ()}), None)
    assert data_query(DailyFigures(TODAY, TODAY, {"USD": ()}), "KZT").endswith("&home=KZT")


def test_the_page_works_by_plain_links_and_a_plain_form(shelf):
    page = shelf.get("/chart?currencies=EUR&from=1y").text
    assert '<form action="/chart" method="get">' in page
    assert '<input type="checkbox" name="currencies" value="EUR" checked>' in page
    assert '<input type="checkbox" name="currencies" value="USD">' in page
    assert '<a href="/chart?currencies=EUR&amp;from=1y" aria-current="true">1 year</a>' in page
    assert 'href="/chart?currencies=EUR&amp;from=1y&amp;lang=ky"' in page
    assert '<a href="/chart?currencies=EUR&amp;from=30d">30 days</a>' in page


def test_what_is_met_in_an_address_is_not_markup(shelf):
    assert "<script>alert" not in shelf.get("/chart?from=<script>alert(1)</script>&lang=<script>").text


# --- the doors ---------------------------------------------------------------------------------------------------


def test_both_doors_answer_in_their_type_until_midnight(shelf):
    for path, content_type in zip(ENDPOINTS, ("image/svg+xml", "text/html; charset=utf-8"), strict=True):
        got = shelf.get(path)
        assert got.headers["Content-Type"] == content_type
        until = scenes.HOME.at(TODAY + DAY) - shelf.now
        rest = int(until / timedelta(seconds=1)) - 60
        assert got.headers["Cache-Control"] == f"public, max-age=60, stale-while-revalidate=60, stale-if-error={rest}"
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        assert got.headers["Last-Modified"] == "Wed, 18 Jun 2025 05:16:00 GMT"
        again = shelf.get(path, **{"If-None-Match": got.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert shelf.client.head(path).headers["ETag"] == got.headers["ETag"]
        assert shelf.client.post(path).status_code == 405


def test_the_picture_may_be_framed_where_the_strip_may_and_the_page_nowhere(shelf):
    policies = [shelf.get(path).headers["Content-Security-Policy"] for path in ENDPOINTS]
    assert policies[0].endswith("frame-ancestors https://news.example")
    assert "frame-ancestors 'none'" in policies[1]
    for policy in policies:
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
    assert "script" not in policies[0]
    assert re.search(r"script-src 'sha256-[\w+/=]+'; connect-src 'self'; .*trusted-types 'none'", policies[1])


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_store_that_does_not_answer_is_told_with_when_to_come_again(shelf, path):
    shelf.live.store = None
    got = shelf.get(path)
    assert got.status_code == 503
    assert int(got.headers["Retry-After"]) > 0
    assert got.headers["Cache-Control"] == "no-store"


def test_a_finished_answer_is_given_again_until_a_figure_changes(shelf, monkeypatch):
    shelf.put(run("EUR", TODAY, "99.1000"))
    drawn: list[object] = []
    draw = chart.chart
    monkeypatch.setattr(routes, "chart", lambda *given: drawn.append(given) or draw(*given))
    first = shelf.get("/chart.svg?currencies=EUR&utm_source=mail")
    assert shelf.get("/chart.svg?currencies=EUR").data == first.data
    assert len(drawn) == 1
    shelf.put(run("EUR", TODAY, "99.2000"))
    assert b"99.2000" in shelf.get("/chart.svg?currencies=EUR").data
    shelf.now = scenes.HOME.at(TODAY + DAY)
    assert "of 18 June" in texts(picture(shelf, "currencies=EUR"))


def test_the_paper_says_the_sizes_and_limits_that_are_true():
    paper = (Path(__file__).parents[2] / "docs" / "charts-and-feeds.md").read_text(encoding="utf-8")
    for width in (320, 760):
        assert f'width="{width}" height="{size(2, width)[1]}"' in paper
    heights = [size(count, 600)[1] for count in (1, 2, 3)]
    assert f"{heights[0]} for one, {heights[1]} for two, {heights[2] - heights[1]} for each further one" in paper
    assert f"from `{NARROWEST}` to `{WIDEST}` | `{WIDTH}`" in paper
    assert f"| `{USUAL}` | The first day." in paper
    assert f"More than {chart.TABLE_DAYS} days" in paper
