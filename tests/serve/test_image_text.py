"""The text of pictures: nothing is drawn as a box, nothing is lost where other fonts are installed."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import resvg_py
from support import scenes
from support.png import pixels

from ticker.model import Language
from ticker.serve.chart import svg as chart_picture
from ticker.serve.i18n.words import templates_dir, words
from ticker.serve.strip import svg as image
from ticker.serve.strip.contrast import LIGHT, Colours
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.strip.png import font_file, legible, png
from ticker.serve.strip.png_palette import few_colours
from ticker.serve.strip.view import Strip

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")  # Debian: fonts-dejavu-core
BOX = "\uf8ff"  # a private character, which no font has


def titled(*titles: str, lang: Language = "en", language: str = "en") -> Strip:
    """With these headlines and no others."""
    strip = scenes.day().strip(Options(lang=lang, headlines=12))
    one = strip.headlines[0]
    return replace(strip, headlines=tuple(replace(one, title=title, language=language) for title in titles))


def drawn(text: str) -> bytes:
    """A line of text in the package's font, as it is."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">'
        f'<text x="5" y="28" font-size="20" font-family="Inter">{text}</text></svg>'
    )
    return resvg_py.svg_to_bytes(
        svg_string=svg, skip_system_fonts=True, font_files=[str(font_file())], font_family="Inter"
    )


@pytest.mark.parametrize(
    ("title", "language", "same"),
    [
        ("✅ Bridge is open", "en", "Bridge is open"),
        ("Bridge is open 🎉🎉", "en", "Bridge is open"),
        ("Bridge (✅) is\u2028open", "en", "Bridge is open"),
        ("1️⃣ place for 🇰🇬 👨‍👩‍👧", "en", "1 place for"),
        ("Билет стоит 300⃀", "ru", "Билет стоит 300 сом"),
        ("300 ⃀, билет", "ky", "300 сом, билет"),
        ("⃀ is stronger", "en", "som is stronger"),
        ("Road\u00adworks ✅on", "en", "Roadworks on"),
        ("4 000 ֏ за том", "ru", "4 000 драм за том"),
        ("A ﬁne price: ￥５０", "en", "A fine price: ¥50"),
    ],
)
def test_a_sign_that_the_font_lacks_is_left_out_or_written_in_words(title: str, language: str, same: str) -> None:
    assert legible()(title, language) == same
    assert png(titled(title, language=language)) == png(titled(same, language=language))


@pytest.mark.parametrize(
    "title",
    [
        "今天下雨",
        "الطقس اليوم",
        "Novel «كتاب» wins",
        "שלום",
        "आज",
        "오늘",
        "习近平 visits Osh",
        "✅✅✅",
        "৻ 5 for a ticket",
        "x ⨯ y",
    ],
)
def test_a_headline_that_would_lose_letters_makes_way_for_the_next(title: str) -> None:
    assert png(titled(title, "A plain one", "Another")) == png(titled("A plain one", "Another"))


def test_a_publisher_that_cannot_be_drawn_takes_its_headline_along() -> None:
    first, second = titled("A plain one", "Another").headlines
    strip = replace(titled(), headlines=(replace(first, publisher="新華社"), second))
    assert png(strip) == png(titled("Another", "今天下雨"))


@pytest.mark.parametrize("titles", [("今天下雨",), ("今天下雨",) * 12, ("今天下雨", "A plain one")])
def test_the_height_stays_whatever_is_left_out(titles: tuple[str, ...]) -> None:
    plain = tuple("A plain one" for _ in titles)
    assert len(pixels(png(titled(*titles)))) == len(pixels(png(titled(*plain))))


def test_where_no_headline_can_be_drawn_it_is_not_said_that_there_are_none() -> None:
    none_at_all = replace(titled(), headlines=())
    assert len({*pixels(png(titled("今天下雨", "今天下雨")))[-60]}) <= 3, "the ground and the edge"
    assert png(titled("今天下雨")) != png(none_at_all)


def test_the_svg_keeps_every_title_since_its_reader_s_fonts_may_have_it() -> None:
    body = image.svg(titled("今天下雨 ✅")).decode()
    assert body.count("今天下雨 ✅") >= 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_font_has_every_word_of_ours(lang: Language) -> None:
    said = (templates_dir() / "words" / f"{lang}.po").read_text(encoding="utf-8")
    texts = re.findall(r'^(?:msgstr )?"(.*)"$', said, re.M)
    dates = [words(lang).day(date(2026, month, 1)) for month in range(1, 13)]
    lacking = {text for text in texts + dates if legible()(text, lang) != text}
    assert lacking == set()


def test_what_is_taken_for_drawable_is_drawn_and_what_is_not_is_a_box() -> None:
    """The renderer is the witness; a character without ink tells nothing."""
    chance, box, blank = random.Random(7), drawn(BOX), drawn(" ")
    named = [chr(code) for code in range(0x21, 0x20000) if unicodedata.category(chr(code))[0] in "LNPS"]
    for char in [*"⃀✅→≈▲▼өүңӨҮҢ№₸₽", *chance.sample(named, 300)]:
        if char in "<>&" or (ink := drawn(char)) == blank:
            continue
        assert (ink != box) == (legible()(char, "en") == char), (char, unicodedata.name(char, "?"))


# Where other fonts are installed


def rasterised(svg: bytes, *fonts: Path) -> bytes:
    return few_colours(
        resvg_py.svg_to_bytes(svg_string=svg.decode(), skip_system_fonts=True, font_files=[str(font) for font in fonts])
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_svg_keeps_its_text_where_only_dejavu_is_installed(lang: Language) -> None:
    assert DEJAVU.exists(), "apt-get install fonts-dejavu-core"
    light = Options(lang=lang, theme="light")
    strip = image.svg(scenes.evening().strip(light))
    assert rasterised(strip, DEJAVU) != rasterised(strip)
    rows = [
        y
        for y, (one, other) in enumerate(zip(pixels(rasterised(strip, DEJAVU)), pixels(rasterised(strip)), strict=True))
        if one != other
    ]
    assert rows[0] < 30
    assert rows[-1] > 200, "from the bank to the last headline"


@pytest.mark.parametrize("style", [image._style, chart_picture._style])
def test_fonts_with_a_name_stand_before_those_without(style: Callable[[tuple[Colours, ...]], str]) -> None:
    (family,) = re.findall(r"font-family:([^;}]+)", style((LIGHT,)))
    names = [name.strip('"') for name in family.split(",")]
    assert {"Noto Sans", "Segoe UI", "Roboto", "DejaVu Sans", "Liberation Sans", "Arial"} <= {*names}
    assert names[-2:] == ["system-ui", "sans-serif"]
