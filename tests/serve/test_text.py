"""The strip as plain text: 80 columns, every state in words, nothing that a terminal would obey."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import category, east_asian_width

import pytest
from support import scenes

from ticker.model import Language
from ticker.serve.strip import text
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.strip.view import Strip


def columns(line: str) -> int:
    return sum(0 if category(one) in ("Mn", "Me") else 2 if east_asian_width(one) in "WF" else 1 for one in line)


def said(strip: Strip) -> str:
    return text.render(strip).decode()


def titled(title: str, publisher: str = "24.kg") -> list[str]:
    """The lines of a strip whose only headline has that title."""
    strip = scenes.day().strip(Options(headlines=1))
    headlines = (replace(strip.headlines[0], title=title, publisher=publisher),)
    return said(replace(strip, headlines=headlines)).splitlines()[7:]


def test_an_evening_reads_like_this() -> None:
    assert said(scenes.evening().strip(Options(lang="ru", headlines=2))) == (
        "НБКР, сом · 18 → 19 июня\n"
        "на 18 июня 2025, 18:39\n"
        "\n"
        "USD   87,45\n"
        "EUR   99,56 → 99,87 ▲\n"
        "RUB  1,1019 → 1,0988 ▼\n"
        "\n"
        "18 июня 18:38  Мост через Нарын открыли после двух лет ремонта · 24.kg\n"
        "18 июня 18:25  Первый снег закрыл перевал Төө-Ашуу для грузовиков · Kaktus\n"
    )


@pytest.mark.parametrize(
    ("state", "begins"),
    [
        ("day", "NBKR, soms · 18 June\nas of 18 June 2025, 11:15\n\nUSD   87.45\nEUR   99.56 ▲ 0.31\n"),
        (
            "monday",
            "NBKR, soms · 23 June\nas of 23 June 2025, 11:15\n\n"
            "USD   87.45\nEUR   99.56 ▲ 0.31 · changed 21 Jun\nRUB  1.1019 ▼ 0.0031 · changed 21 Jun\n",
        ),
        (
            "late",
            "NBKR, soms · of 30 December\nNBKR: official rates for 30 December, the last ones known\n"
            "as of 3 January 2026, 09:01\n\nUSD   87.45\n",
        ),
        ("stale", "no NBKR rate · since 12 May\nas of 12 May 2025, 21:09\n\nUSD  —\nEUR  —\nRUB  —\n\nupdated 12 May"),
        ("none", "no NBKR rate yet\nas of 18 June 2025, 11:15\n\nUSD  —\nEUR  —\nRUB  —\n\nno headlines yet\n"),
        ("nothing", "no rate yet\n\nUSD  —\nEUR  —\nRUB  —\n\nno headlines yet\n"),
        ("only_tomorrow", "no NBKR rate yet → 19 June\nas of 18 June 2025, 18:39\n\nUSD  — → 87.45\n"),
        ("demo", "DEMO, soms · 18 June\nDEMO: demonstration rates for 18 June\nas of"),
    ],
)
def test_every_state_speaks_in_words(state: str, begins: str) -> None:
    assert said(scenes.SCENES[state]().strip()).startswith(begins)


def test_a_change_of_saturday_is_never_told_as_one_of_monday() -> None:
    """Each line has the day of its change, in every language."""
    for lang, day in (("en", "changed 21 Jun"), ("ru", "изм. 21 июн."), ("ky", "21-июнда")):
        lines = said(scenes.monday().strip(Options(lang=lang))).splitlines()
        moved = [line for line in lines if "▲" in line or "▼" in line]
        assert len(moved) == 2
        assert all(line.endswith(f" · {day}") for line in moved)


def test_a_currency_of_another_day_says_so_itself() -> None:
    assert "RUB  1.1019  (of 17 June)\n" in said(scenes.rouble_held().strip())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_no_line_is_longer_than_80_columns_and_the_last_one_ends(state: str, lang: Language) -> None:
    codes = ("USD", "EUR", "RUB", "GBP")
    shown = said(scenes.SCENES[state]().strip(Options(lang=lang, currencies=codes, headlines=20)))
    assert max(map(columns, shown.splitlines())) <= 80
    assert shown.endswith("\n")
    assert "\n\n\n" not in shown
    assert not [line for line in shown.splitlines() if line != line.rstrip()]


def test_a_long_title_goes_on_below_itself() -> None:
    lines = titled("word " * 40)
    assert lines[0].startswith("18 June 11:14  word")
    assert {line[:15] for line in lines[1:]} == {" " * 15}
    assert " ".join(" ".join(lines).split()) == "18 June 11:14 " + "word " * 40 + "· 24.kg"


def test_a_publisher_stays_on_one_line() -> None:
    for length in range(40, 70):
        lines = titled("x" * length, "The Times of Central Asia")
        assert len([line for line in lines if "· The Times of Central Asia" in line]) == 1
        assert max(map(columns, lines)) <= 80


@pytest.mark.parametrize("word", ["x" * 300, "雪" * 150, "y" * 65, "雪" * 33])
def test_a_word_longer_than_a_line_is_broken(word: str) -> None:
    lines = titled(word)
    assert max(map(columns, lines)) <= 80
    assert "".join("".join(lines).split()) == f"18June11:14{word}·24.kg"


def test_what_stands_on_another_letter_takes_no_column() -> None:
    title = "а\u0301" * 57  # stressed, as dictionaries write it
    assert titled(title) == [f"18 June 11:14  {title} · 24.kg"]


def test_a_terminal_is_told_nothing() -> None:
    shown = said(scenes.day().strip(Options(lang="ky"))) + "\n".join(titled("a\x1b[2Jb\x07c\x9b31md\re\nf"))
    assert not [one for one in shown if category(one) == "Cc" and one != "\n"]
    assert titled("first\nsecond")[0] == "18 June 11:14  firstsecond · 24.kg"


def test_without_headlines_nothing_is_said_of_them() -> None:
    assert said(scenes.stale().strip(Options(headlines=0))).splitlines()[-1] == "RUB  —"
