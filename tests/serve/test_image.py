"""The picture: every state in SVG as text that can be read, and as a PNG in which text is really drawn."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from support import scenes
from support.png import Pixel, pixels

from ticker.model import DAY, Language
from ticker.serve.strip import svg as image
from ticker.serve.strip.contrast import DARK, LIGHT
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.strip.png import png
from ticker.serve.strip.view import Strip

SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 20_000  # of a PNG


def drawn(strip: Strip) -> ET.Element:
    """Parsed, so that it is well-formed."""
    return ET.fromstring(image.svg(strip))


def lines(root: ET.Element) -> list[str]:
    return [" ".join("".join(line.itertext()).split()) for line in root.iter(f"{SVG}text")]


def titled(*titles: str, lang: Language = "en", count: int = 1) -> Strip:
    strip = scenes.day().strip(Options(lang=lang, headlines=max(count, len(titles))))
    renamed = [replace(one, title=title) for one, title in zip(strip.headlines, titles, strict=False)]
    return replace(strip, headlines=(*renamed, *strip.headlines[len(titles) :]))


# --- what it says ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_bank_day_figures_and_the_moment_stand_in_the_picture(state: str, lang: Language) -> None:
    strip = scenes.SCENES[state]().strip(Options(lang=lang))
    said = lines(drawn(strip))
    assert strip.words.bank in said
    day = f"{strip.words.day} · {strip.words.lower}" if strip.changed else strip.words.day
    assert {*filter(None, [day, strip.words.as_of_dated, strip.words.updated_dated])} <= {*said}
    for rate in strip.rates:
        assert rate.text in said
        assert {f"{rate.currency} {rate.own_day}".strip(), *filter(None, [rate.own_doubt])} <= {*said}
    for headline in strip.headlines[:2]:
        assert headline.title in " ".join(said)
        assert f"{headline.dated} · {headline.publisher}" in said


def test_a_change_is_an_arrow_with_a_figure_and_gives_way_to_tomorrows() -> None:
    assert {"▲ 0.31", "▼ 0.0031"} <= set(lines(drawn(scenes.day().strip())))
    assert {"→ 99.87 ▲", "→ 1.0988 ▼"} <= set(lines(drawn(scenes.evening().strip())))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_read_aloud_as_sentences_in_its_language(lang: Language) -> None:
    strip = scenes.evening().strip(Options(lang=lang))
    root = drawn(strip)
    assert (root.get("role"), root.get("lang")) == ("img", lang)
    first, second = list(root)[:2]
    assert (first.tag, first.text) == (f"{SVG}title", strip.words.title)
    sentences = (second.text or "").split("\n")
    assert sentences[0] == strip.words.status
    assert sentences[1:4] == [rate.spoken for rate in strip.rates]
    assert sentences[-1] == strip.words.as_of_dated


def test_a_headline_is_marked_with_its_own_language() -> None:
    root = drawn(scenes.day().strip(Options(lang="en", feeds=("kaktus",))))
    marked = [line for line in root.iter(f"{SVG}text") if line.get("lang") == "ru"]
    assert lines(root).index("18 June 11:01 · Kaktus") > 0
    assert len(marked) >= 2


def test_headlines_are_whole_as_many_as_there_is_room_for() -> None:
    two = "A headline of some length that needs a second line before it comes to its end, as many do"
    short = "A short one"
    assert sum(line.startswith("18 June ") for line in lines(drawn(titled(short, short, short)))) == 3
    said = lines(drawn(titled(two, two, two)))
    assert " ".join(said).count(two) == 2
    assert not [line for line in said if line.endswith("…")]


def test_only_what_two_lines_cannot_hold_is_cut_off_visibly() -> None:
    said = lines(drawn(titled("Word " * 60)))
    cut = [line for line in said if line.startswith("Word")]
    assert len(cut) == 2
    assert [line.endswith("…") for line in cut] == [False, True]
    (whole,) = [line for line in lines(drawn(titled("x" * 300))) if line.startswith("x")]
    assert whole.endswith("…")


def test_parts_that_are_not_shown_leave_bank_day_and_moment() -> None:
    said = lines(drawn(scenes.evening().strip(Options(show=("headlines",)))))
    assert said[:3] == ["NBKR, soms", "18 June", "as of 18 June 2025, 18:39"]
    assert not [line for line in said if "99.56" in line]
    said = lines(drawn(scenes.evening().strip(Options(show=("rates",)))))
    assert said[3:] == ["USD", "87.45", "EUR", "99.56", "RUB", "1.1019"]


def test_without_headlines_the_picture_ends_below_the_rates() -> None:
    shown, hidden = drawn(scenes.day().strip()), drawn(scenes.day().strip(Options(headlines=0)))
    assert float(hidden.get("height", "")) < float(shown.get("height", "")) - 100


@pytest.mark.parametrize("options", [{}, {"headlines": 1}, {"headlines": 0}, {"currencies": ("USD",)}])
def test_the_height_does_not_depend_on_the_state(options: dict[str, Any]) -> None:
    """What is pasted can carry it, and nothing below the picture jumps."""
    made = [
        drawn(make().strip(Options(lang=lang, **options)))
        for name, make in scenes.SCENES.items()
        for lang in LANGUAGES
        if not (name in ("none", "nothing") and options.get("headlines"))
    ]
    assert len({(one.get("width"), one.get("height")) for one in made}) == 1


def test_many_currencies_stand_in_rows() -> None:
    codes = ("USD", "EUR", "RUB", "KZT", "CNY", "GBP", "JPY", "TRY")
    root = drawn(scenes.day().strip(Options(currencies=codes)))
    places = {
        (line.get("x"), line.get("y"))
        for line in root.iter(f"{SVG}text")
        if "".join(line.itertext()).split()[0] in codes
    }
    assert len(places) == len(codes)
    assert len({y for _, y in places}) > 1


# --- what it does not do ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_there_is_no_script_and_no_reference(state: str) -> None:
    strip = scenes.SCENES[state]().strip(Options(lang="ky"))
    root, text = drawn(strip), image.svg(strip).decode()
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "path", "text", "tspan"}
    assert not [name for one in root.iter() for name in one.attrib if "href" in name or name.startswith(("on", "src"))]
    assert not re.search(r"<script|href|url\(|@import|<!DOCTYPE|<!ENTITY|://(?!www\.w3\.org/)", text)


def test_hostile_words_stay_words() -> None:
    evil = "</text><script>alert(1)</script> & \"' ]]> <!--"
    root = drawn(titled(evil))
    assert evil in lines(root)
    assert not list(root.iter(f"{SVG}script"))


def test_what_xml_cannot_say_is_left_out() -> None:
    assert "before after" in lines(drawn(titled("be\x00fo\x1bre\ufffe af\ud800ter\uffff")))


@pytest.mark.parametrize("chosen", [{}, {"theme": "dark"}, {"bg": "204060"}, {"fg": "ff0000"}])
def test_the_policy_names_the_very_style_in_the_picture(chosen: dict[str, Any]) -> None:
    strip = scenes.day().strip(Options(**chosen))
    (style,) = drawn(strip).iter(f"{SVG}style")
    digest = base64.b64encode(hashlib.sha256((style.text or "").encode()).digest()).decode()
    assert image.policy("*", strip) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    )


def test_the_readers_device_chooses_unless_a_theme_was_asked_for() -> None:
    def style(**chosen: Any) -> str:
        return image.svg(scenes.day().strip(Options(**chosen))).decode()

    assert f".g{{fill:#{LIGHT.ground}}}" in style().partition("@media")[0]
    assert f".g{{fill:#{DARK.ground}}}" in style().partition("@media")[2]
    assert "@media" not in style(theme="dark") + style(theme="light") + style(bg="204060")
    assert f".g{{fill:#{DARK.ground}}}" in style(theme="dark")


def test_amber_stands_on_no_ground_it_was_not_made_for() -> None:
    stock = image.svg(scenes.rouble_held().strip(Options(theme="light"))).decode()
    assert f".mark{{fill:#{LIGHT.amber}}}" in stock
    chosen = scenes.rouble_held().strip(Options(bg="7a3b00"))
    assert f".mark{{fill:#{chosen.look.colours[0].text}}}" in image.svg(chosen).decode()


def test_the_same_strip_gives_the_same_bytes() -> None:
    for draw in (image.svg, png):
        assert draw(scenes.day().strip()) == draw(scenes.day().strip())


# --- the PNG ----------------------------------------------------------------------------------------------------------


def differing(one: list[list[Pixel]], other: list[list[Pixel]]) -> list[int]:
    """The rows that differ."""
    return [y for y, (row, second) in enumerate(zip(one, other, strict=True)) if row != second]


def test_text_is_really_drawn_the_letters_of_each_language() -> None:
    """Without a font nothing would be drawn."""
    letters = ["n", "N", "Ж", "ж", "ө", "Ө", "ү", "Ү", "ң", "Ң", "—", "→", "≈", "▲", "▼"]
    made = [png(replace(titled(letter * 20), rates=())) for letter in letters]
    assert len(set(made)) == len(letters)
    rows = differing(pixels(made[0]), pixels(made[1]))
    assert rows[-1] - rows[0] < 20, "only the headline differs"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_part_is_drawn_in_each_language(lang: Language) -> None:
    strip = scenes.day().strip(Options(lang=lang, headlines=0))
    whole, height = pixels(png(strip)), int(drawn(strip).get("height", ""))
    assert (len(whole), len(whole[0])) == (height, image.WIDTH)
    words = ("bank_name", "day", "as_of_dated")
    for word in words:
        without = pixels(png(replace(strip, words=replace(strip.words, **{word: ""}))))
        rows = differing(whole, without)
        assert rows, word
        assert rows[-1] < 60, "the bank, the day and the moment stand at the top"
    bare = replace(strip, rates=tuple(replace(rate, text="") for rate in strip.rates))
    assert 60 < differing(whole, pixels(png(bare)))[0] < 110


@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_the_png_is_small_in_every_state(state: str) -> None:
    assert len(png(scenes.SCENES[state]().strip(Options(lang="ky")))) <= MOST_BYTES


def test_the_png_is_small_with_twelve_currencies_and_the_longest_headlines() -> None:
    codes = ("USD", "EUR", "RUB", "KZT", "CNY", "GBP", "JPY", "TRY", "CHF", "INR", "AED", "UZS")
    strip = scenes.evening().strip(Options(lang="ky"))
    rates = tuple(replace(strip.rates[1], currency=code) for code in codes)
    full = tuple(replace(one, title="Өлкөнүн үңкүрлөрү жөнүндө " * 11) for one in strip.headlines)
    assert len(png(replace(strip, rates=rates, headlines=full))) <= MOST_BYTES


def test_the_png_is_light_unless_dark_was_asked_for() -> None:
    dark = pixels(png(scenes.day().strip(Options(theme="dark"))))
    assert dark[5][5] == tuple(bytes.fromhex(DARK.ground))
    assert pixels(png(scenes.day().strip()))[5][5] == (255, 255, 255)


# --- its size ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headlines", [0, 1, 2, 12])
@pytest.mark.parametrize(
    "currencies", [("USD",), ("USD", "EUR", "RUB"), ("USD", "EUR", "RUB", "KZT", "CNY", "GBP", "JPY")]
)
def test_the_size_can_be_told_before_it_is_drawn(currencies: tuple[str, ...], headlines: int) -> None:
    told = image.size(len(currencies), headlines)
    for make in (scenes.day, scenes.evening, scenes.late, scenes.stale, scenes.rouble_held):
        root = drawn(make().strip(Options(lang="ru", currencies=currencies, headlines=headlines)))
        assert (root.get("width"), root.get("height")) == tuple(map(str, told))
    without = drawn(scenes.day().strip(Options(headlines=headlines, show=("headlines",))))
    assert int(without.get("height", "")) == image.size(0, headlines)[1]


def test_the_documentation_gives_the_size_it_has() -> None:
    paper = (Path(__file__).parents[2] / "docs" / "embedding.md").read_text(encoding="utf-8")
    sizes = set(re.findall(r'strip\.(?:svg|png)\S* width="(\d+)" height="(\d+)"', paper))
    assert sizes == {tuple(map(str, image.size(3, 12)))}
    row = image.size(4, 0)[1] - image.size(3, 0)[1]
    assert (
        f"{image.size(3, 0)[1]} with `headlines=0`, and {row} more for every further row of three currencies" in paper
    )


@pytest.mark.parametrize(("lang", "day"), [("en", "changed 21 Jun"), ("ru", "изм. 21 июн."), ("ky", "21-июнда")])
def test_a_picture_of_a_monday_tells_the_last_change_with_its_day(lang: Language, day: str) -> None:
    drawn = image.svg(scenes.monday().strip(Options(lang=lang))).decode()
    assert f" · {day}" in drawn
    assert "▲ 0.31" in drawn.replace(",", ".")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_picture_has_its_height_also_where_a_currency_has_only_a_later_figure(lang: Language) -> None:
    days = (scenes.WEDNESDAY - DAY, scenes.WEDNESDAY, scenes.WEDNESDAY + DAY)
    later = tuple(scenes.series(one, days[2:], (figure,)) for one, figure in {"KZT": "0.1892", "CNY": "12.53"}.items())
    scene = scenes.scene(scenes.at(scenes.WEDNESDAY, "18:40"), (*scenes.daily(*days), *later))
    options = Options(lang=lang, currencies=("USD", "EUR", "RUB", "KZT", "CNY"), headlines=2)
    root = ET.fromstring(image.svg(scene.strip(options)))
    assert int(root.get("height") or 0) == image.size(len(options.currencies or ()), 2)[1]
