"""What a strip can be asked for: lenient, with notes, in one canonical form."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.given import steadily

from ticker.serve.i18n.words import words
from ticker.serve.strip.notes import Note
from ticker.serve.strip.options import MAX_NOTES, Offered, Options, parse

OFFERED = Offered(
    currencies=frozenset({"USD", "EUR", "RUB", "KZT", "CNY"}), feeds=frozenset({"24kg-ru", "kaktus-ru", "24kg-en"})
)


def texts(notes: tuple[Note, ...]) -> list[str]:
    return [note.text() for note in notes]


def asked(query: str) -> Options:
    options, notes = parse(query, OFFERED)
    assert notes == ()
    return options


def noted(query: str) -> str:
    """What is said of a query that is answered like an empty one."""
    options, notes = parse(query, OFFERED)
    assert options == Options()
    (note,) = notes
    return note.text()


def test_nothing_asked_is_the_default_strip():
    assert asked("") == Options()
    assert asked("").query() == ""
    assert (asked("").lang, asked("").headlines, asked("").digits) == ("en", 12, None)


def test_everything_asked_is_read():
    options = asked("lang=ky&currencies=rub,%20usd&feeds=kaktus-ru&headlines=0&digits=4")
    assert options.lang == "ky"
    assert options.currencies == ("RUB", "USD")
    assert options.feeds == ("kaktus-ru",)
    assert (options.headlines, options.digits) == (0, 4)


@pytest.mark.parametrize(
    "query",
    ["utm_source=newsletter", "fbclid=abc&v=2", "ui=ky&place=top&at=1&from=1&width=600", "=", "&&", "x", "%FF=%FF"],
)
def test_an_unknown_name_is_ignored_without_a_word(query):
    assert asked(query) == Options()


@pytest.mark.parametrize(
    ("met", "meant"),
    [("currency", "currencies"), ("language", "lang"), ("Lang", "lang"), ("lang[]", "lang"), ("headline", "headlines")],
)
def test_an_unknown_name_that_is_nearly_an_options_is_ignored_with_a_note(met, meant):
    options, notes = parse(f"{met}=x&{met}=y", OFFERED)
    assert options == Options()
    assert texts(notes) == [f"{met!r}: there is no such option; did you mean {meant}?"]


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("lang=de", "lang: met 'de', wanted en, ru or ky; the default is shown"),
        ("lang=", "lang: met '', wanted en, ru or ky; the default is shown"),
        ("headlines=21", "headlines: met '21', wanted a whole number from 0 to 20; the default is shown"),
        ("headlines=-1", "headlines: met '-1', wanted a whole number from 0 to 20; the default is shown"),
        ("headlines=many", "headlines: met 'many', wanted a whole number from 0 to 20; the default is shown"),
        ("headlines=", "headlines: met '', wanted a whole number from 0 to 20; the default is shown"),
        ("digits=7", "digits: met '7', wanted auto or a whole number from 0 to 6; the default is shown"),
        ("currencies=", "currencies: met nothing, wanted a list like CNY,EUR,KZT"),
        ("currencies=GBP", "currencies: 'GBP' is not offered; offered are CNY, EUR, KZT, RUB, USD"),
        ("feeds=kaktus", "feeds: 'kaktus' is not offered; offered are 24kg-en, 24kg-ru, kaktus-ru"),
    ],
)
def test_a_bad_value_gives_way_to_the_default_and_a_note_says_what_is_allowed(query, note):
    assert noted(query) == note


def test_a_bad_member_of_a_list_gives_way_and_the_others_stay():
    options, notes = parse("currencies=USD,GBP,EUR", OFFERED)
    assert options.currencies == ("USD", "EUR")
    assert texts(notes) == ["currencies: 'GBP' is not offered; offered are CNY, EUR, KZT, RUB, USD"]


def test_of_a_repeated_name_the_first_counts_even_a_bad_one():
    options, notes = parse("lang=ru&lang=ky&lang=en", OFFERED)
    assert options.lang == "ru"
    assert texts(notes) == ["lang: given more than once; the first counts"] * 2
    assert parse("lang=de&lang=ky", OFFERED)[0].lang == "en"


def test_a_currency_asked_twice_is_shown_once():
    assert asked("currencies=usd,EUR,USD").currencies == ("USD", "EUR")


def test_no_more_currencies_are_shown_than_a_strip_holds():
    many = Offered(frozenset(f"A{nth:c}{nth:c}" for nth in range(65, 91)), frozenset())
    options, notes = parse(f"currencies={','.join(sorted(many.currencies))}", many)
    assert options.currencies
    assert len(options.currencies) == 12
    assert texts(notes) == ["currencies: 26 given, at most 12 are shown"]


def test_digits_auto_is_the_default():
    assert asked("digits=auto") == Options()


@pytest.mark.parametrize(
    "same",
    [
        ("lang=ky&headlines=3", "headlines=3&lang=ky", "headlines=3&lang=ky&utm_source=x", "headlines=%33&lang=ky+"),
        ("", "lang=en", "headlines=12&digits=auto", "lang=de", "currencies="),
        ("currencies=USD,RUB", "currencies=usd%2Crub", "currencies=USD,%20RUB,", "currencies=USD,RUB,GBP"),
    ],
)
def test_the_same_strip_has_one_canonical_query(same):
    assert len({parse(query, OFFERED)[0].query() for query in same}) == 1


def test_a_query_is_read_as_far_as_is_sensible():
    junk = "&".join(f"x{nth}=1" for nth in range(100_000))
    assert asked(f"lang=ky&{junk}").lang == "ky"
    _, notes = parse("&".join(["lang=de"] * 10_000), OFFERED)
    assert len(notes) == MAX_NOTES
    (note,) = parse(f"lang={'d' * 1000}", OFFERED)[1]
    assert len(note.text()) < 120


_names = st.sampled_from([*Options.model_fields, "utm_source"])
_values = st.one_of(st.text(max_size=12), st.integers(-3, 30).map(str), st.sampled_from(["ky", "USD,EUR", "kaktus-ru"]))


@steadily
@given(st.lists(st.tuples(_names, _values), max_size=8).map(urlencode))
@example("currencies=%00&digits=%D9%A3&headlines=1_0")
def test_whatever_is_asked_a_strip_is_shown_and_its_canonical_query_asks_for_it(query):
    options, notes = parse(query, OFFERED)
    assert set(options.currencies or ()) <= OFFERED.currencies
    assert set(options.feeds or ()) <= OFFERED.feeds
    assert 0 <= options.headlines <= 20
    assert parse(options.query(), OFFERED) == (options, ())
    assert all("\n" not in text for text in texts(notes))


# --- look, motion, presets ---------------------------------------------------------------------------------------


def test_the_look_is_asked_for_in_one_form():
    options = asked("theme=dark&frame=card&bg=%23FFF&fg=14171B&accent=%230842a0&motion=scroll&speed=50")
    assert (options.bg, options.fg, options.accent) == ("ffffff", "14171b", "0842a0")
    assert options.query() == "theme=dark&frame=card&bg=ffffff&fg=14171b&accent=0842a0&motion=scroll&speed=50"


def test_parts_are_shown_in_one_order_whatever_the_order_asked():
    assert asked("show=headlines,clock").show == ("clock", "headlines")
    assert asked("show=clock,rates,change,tomorrow,lang,headlines").query() == ""
    assert not asked("show=rates").shows("lang")


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("bg=red", "bg: met 'red', wanted a colour as 14171b; the default is shown"),
        ("theme=blue", "theme: met 'blue', wanted auto, light, dark or transparent; the default is shown"),
        ("speed=9", "speed: met '9', wanted a whole number from 25 to 300; the default is shown"),
        ("preset=gone", "preset: this site has none to choose from"),
    ],
)
def test_a_wrong_look_is_the_stock_one_with_a_note(query, note):
    assert noted(query) == note


def test_a_preset_is_what_the_query_does_not_say_itself():
    offered = Offered(OFFERED.currencies, OFFERED.feeds, {"paper": "lang=ru&theme=dark&currencies=USD"})
    options, notes = parse("theme=light&preset=paper", offered)
    assert (options.lang, options.theme, options.currencies, notes) == ("ru", "light", ("USD",), ())


def test_a_list_with_nothing_to_choose_from_has_a_note_that_says_so():
    nothing = Offered(frozenset(), frozenset())
    for query in ("feeds=kaktus", "feeds=", "currencies=USD,EUR"):
        (note,) = parse(query, nothing)[1]
        assert note.text() == f"{note.name}: this site has none to choose from"
    assert note.text(words("ru")) == "currencies: на этом сайте выбирать не из чего"


def test_the_sites_language_is_the_default_and_every_other_is_in_the_canonical_query():
    offered = replace(OFFERED, language="ru")
    russian, english = parse("", offered)[0], parse("lang=en", offered)[0]
    assert (russian.lang, russian.query()) == ("ru", "")
    assert (english.lang, english.query()) == ("en", "lang=en")
    assert english.model_copy(update={"lang": "ru"}).query() == ""
    assert english.only("lang", "theme").query() == "lang=en"
    assert parse("lang=de", offered)[0].lang == "ru"
