from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from support.given import HOME

from ticker.model import Language
from ticker.serve.i18n.words import templates_dir, words
from ticker.serve.strip.options import LANGUAGES

JUNE_18 = date(2025, 6, 18)


def texts(lang: Language) -> dict[str, str]:
    with (templates_dir() / "words" / f"{lang}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=lang) if message.id}


@pytest.mark.parametrize("lang", ["ru", "ky"])
def test_every_language_says_the_same_things(lang: Language) -> None:
    assert texts(lang).keys() == texts("en").keys()


@pytest.mark.parametrize("lang", ["ru", "ky"])
def test_a_translation_has_its_originals_places(lang: Language) -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for key, text in texts(lang).items():
        assert places(text) == places(texts("en")[key]), key


def test_only_names_that_cldr_knows_are_left_open() -> None:
    for lang in LANGUAGES:
        empty = {key for key, text in texts(lang).items() if not text}
        assert empty <= {"currency.RUB"}, lang


@pytest.mark.parametrize(("lang", "said"), [("en", "18 June"), ("ru", "18 июня"), ("ky", "18-июнь")])
def test_a_day_is_written_as_the_language_writes_it(lang: Language, said: str) -> None:
    assert words(lang).day(JUNE_18) == said


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "18 June, Wednesday"), ("ru", "18 июня, среда"), ("ky", "18-июнь, шаршемби")]
)
def test_a_heading_has_the_day_of_the_week(lang: Language, said: str) -> None:
    assert words(lang).heading(JUNE_18) == said


def test_a_day_of_another_year_has_its_year() -> None:
    assert words("en").day(JUNE_18, near=date(2026, 6, 1)) == "18 June 2025"
    assert words("ky").day(JUNE_18, near=date(2026, 6, 1)) == "2025-ж. 18-июнь"
    assert words("ru").day(date(2025, 12, 30), near=date(2026, 1, 3)) == "30 декабря"


@pytest.mark.parametrize(
    ("lang", "first", "second", "said"),
    [
        ("en", JUNE_18, date(2025, 6, 19), "18 → 19 June"),
        ("ru", JUNE_18, date(2025, 6, 19), "18 → 19 июня"),
        ("ky", JUNE_18, date(2025, 6, 19), "18 → 19-июнь"),
        ("en", date(2025, 6, 30), date(2025, 7, 1), "30 June → 1 July"),
        ("ky", date(2025, 6, 30), date(2025, 7, 1), "30-июнь → 1-июль"),
    ],
)
def test_the_month_of_two_days_is_said_once(lang: Language, first: date, second: date, said: str) -> None:
    assert words(lang).days(first, second) == said


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "1,234,567.8905"), ("ru", "1 234 567,8905"), ("ky", "1 234 567,8905")]
)
def test_numbers_have_the_languages_separators(lang: Language, said: str) -> None:
    assert words(lang).number(Decimal("1234567.8905"), 4).replace("\xa0", " ").replace("\u202f", " ") == said


def test_a_half_is_rounded_up_as_a_bank_does() -> None:
    assert [words("en").number(Decimal(value), 2) for value in ("0.125", "0.135", "0.124")] == ["0.13", "0.14", "0.12"]
    assert words("en").number(Decimal("87.5"), 0) == "88"


@pytest.mark.parametrize(
    ("amount", "said"),
    [("1", "сом"), ("2", "сома"), ("5", "сомов"), ("21", "сом"), ("87.45", "сома"), ("87.00", "сома")],
)
def test_russian_soms_follow_their_number(amount: str, said: str) -> None:
    assert words("ru").amount_unit("KGS", Decimal(amount)) == said


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("en", ["US dollar", "euro", "Russian ruble", "ABC"]),
        ("ru", ["доллар США", "евро", "российский рубль", "ABC"]),
        ("ky", ["АКШ доллары", "евро", "Россия рубли", "ABC"]),
    ],
)
def test_currencies_have_the_names_that_go_with_one(lang: Language, names: list[str]) -> None:
    assert [words(lang).currency_name(code) for code in ("USD", "EUR", "RUB", "ABC")] == names


@pytest.mark.parametrize(
    ("lang", "currency", "unit", "amount", "said"),
    [
        ("en", "KZT", "tenge", "487.51", "tenge"),
        ("ru", "KZT", "тенге", "487.51", "тенге"),
        ("en", "RUB", "rubles", "1.00", "rubles"),
        ("ru", "RUB", "рубли", "82", "рубля"),
        ("ru", "RUB", "рубли", "82.4512", "рубля"),
        ("ky", "RUB", "рубль", "5", "рубль"),
        ("ru", "UZS", "сум", "12194", "сума"),
    ],
)
def test_the_currency_of_another_home_follows_its_number(
    lang: Language, currency: str, unit: str, amount: str, said: str
) -> None:
    assert words(lang).unit(currency) == unit
    assert words(lang).amount_unit(currency, Decimal(amount)) == said


def test_a_currency_without_words_has_cldrs_name() -> None:
    assert words("en").amount_unit("PLN", Decimal("2.00")) == "Polish zlotys"
    assert words("en").unit("PLN") == "PLN"
    assert words("en").home("PLN") == "Polish zloty"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("bank", ["NBKR", "CBR", "NBK", "CBU", "NBT", "NBRB", "NBG", "ECB"])
def test_every_bank_has_its_names(lang: Language, bank: str) -> None:
    say = words(lang)
    assert all(say.has(key) for key in (f"bank.{bank}", f"bank.{bank}.spoken", f"panel.official.{bank}"))
    assert len(say.bank(bank)) <= 14


def test_an_unknown_bank_is_called_by_its_key() -> None:
    assert [words(lang).bank("NBKR") for lang in LANGUAGES] == ["NBKR", "НБКР", "УБКР"]
    assert words("en").bank("XYZ") == "XYZ"


def test_a_bank_is_read_aloud_by_its_usual_name() -> None:
    assert [words(lang).bank("NBKR", spoken=True) for lang in LANGUAGES] == ["NBKR", "НБКР", "Улуттук банк"]
    assert words("ky").bank("DEMO", spoken=True) == "Демонстрация"
    assert words("ky").bank("CBR", spoken=True) == words("ky").bank("CBR")
    assert words("ky").bank("XYZ", spoken=True) == "XYZ"


def test_a_clock_shows_its_moments_own_zone() -> None:
    moment = datetime(2025, 6, 18, 11, 16, tzinfo=UTC)
    assert words("en").clock(HOME.local(moment)) == "17:16"


def test_words_that_are_missing_are_an_error() -> None:
    with pytest.raises(KeyError, match="no such key"):
        words("en").text("no such key")
