"""Whatever colours are chosen, what is shown can be read."""

from __future__ import annotations

from colorsys import rgb_to_hsv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ticker.serve.strip.contrast import CONTROL, DARK, LIGHT, TEXT, Colours, complaints, palettes, ratio, readable

COLOUR = st.integers(0, 0xFFFFFF).map("{:06x}".format)
CHOSEN = st.none() | COLOUR
THEMES = ("auto", "light", "dark", "transparent")


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [("000000", "ffffff", 21), ("ffffff", "ffffff", 1), ("777777", "ffffff", 4.48), ("0000ff", "ffffff", 8.59)],
)
def test_contrast_is_what_wcag_says_it_is(one, other, known):
    assert ratio(one, other) == pytest.approx(known, abs=0.005) == ratio(other, one)


@pytest.mark.parametrize("stock", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_of_the_stock_palettes_reaches_seven(stock: Colours):
    for text in (stock.text, stock.muted, stock.up, stock.down, stock.link):
        assert ratio(text, stock.ground) >= 7
    assert ratio(stock.amber, stock.amber_ground) >= 7
    assert ratio(stock.text, stock.soft) >= 7


def test_nothing_chosen_is_the_stock_palette():
    assert readable(None, None, None, "light") is LIGHT
    assert readable(None, None, None, "dark") is DARK
    assert palettes(None, None, None, "auto") == palettes(None, None, None, "transparent") == (LIGHT, DARK)


@pytest.mark.parametrize("theme", THEMES)
@given(bg=CHOSEN, fg=CHOSEN, accent=CHOSEN)
@example(bg="777777", fg="777777", accent="777777")
@example(bg="757575", fg="ffffff", accent="000000")
@example(bg=None, fg="ffffff", accent="14171b")
def test_every_choice_can_be_read(theme, bg, fg, accent):
    for one in palettes(bg, fg, accent, theme):
        assert one.ground == bg or bg is None
        for text in (one.text, one.muted, one.up, one.down, one.link):
            assert ratio(text, one.ground) >= TEXT
        assert ratio(one.text, one.soft) >= TEXT
        assert ratio(one.amber, one.amber_ground) >= TEXT
        assert ratio(one.ring, one.ground) >= CONTROL


@given(bg=COLOUR, fg=COLOUR, accent=COLOUR)
def test_what_can_be_read_is_left_as_it_is_and_the_rest_is_told(bg, fg, accent):
    shown = readable(bg, fg, accent, "light")
    told = {one.option: one for one in shown.complaints}
    assert ("fg" in told) == (ratio(fg, bg) < TEXT) == (shown.text != fg)
    assert ("accent" in told) == (ratio(accent, bg) < TEXT) == (shown.link != accent)
    for one in told.values():
        assert (one.on, one.shown) == (bg, {"fg": shown.text, "accent": shown.link}[one.option])
        assert ratio(one.shown, bg) >= one.wanted > one.ratio


@pytest.mark.parametrize("ground", ["ffffff", "14171b", "ffe600", "0a3d62"])
@pytest.mark.parametrize("chosen", ["ff0000", "ff8800", "00c853", "2962ff"])
def test_a_colour_that_gives_way_keeps_its_hue(ground, chosen):
    def hue(digits: str) -> float:
        return rgb_to_hsv(*bytes.fromhex(digits))[0]

    shown = readable(ground, chosen, None, "light").text
    assert shown in ("ffffff", "000000") or abs(hue(shown) - hue(chosen)) < 0.02


def test_a_dark_ground_takes_the_dark_palette_whatever_the_theme():
    assert readable("0a3d62", None, None, "light").scheme == "dark"
    assert readable("ffe600", None, None, "dark").scheme == "light"
    assert readable("0a3d62", None, None, "light").text == DARK.text


def test_where_the_device_decides_both_grounds_are_judged():
    (one,) = complaints(None, "eeeeee", None, "auto")
    assert (one.on, one.option) == ("ffffff", "fg")
    assert not complaints(None, "eeeeee", None, "dark")


def test_a_complaint_is_a_sentence_and_rounds_nothing_up():
    (one,) = complaints("ffffff", "777777", None, "light")
    assert str(one) == f"text #777777 on #ffffff 4.4:1, 4.5 wanted; shown in #{one.shown}"
