"""What other banks say of a rate: crossing, who agrees with whom, and who takes no part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.given import may, rate, steadily

from ticker import snapshot
from ticker.model import DAY
from ticker.rates.witnesses import (
    OLDEST,
    RATIOS_AGREE,
    Comparison,
    Verdict,
    Witnesses,
    apart,
    as_printed,
    cross,
    percent,
)

DAY_21 = may(21)
WITHIN = Decimal("0.005")
HOMES = {"NBK": "KZT", "CBU": "UZS", "NBT": "TJS", "NBRB": "BYN", "NBG": "GEL", "CBR": "RUB", "ECB": "EUR"}
RATIOS_ONLY = ("CBR", "ECB")


def table(bank: str, day: date = DAY_21, **prices: str | Decimal) -> snapshot.Testimony:
    """A bank's table: what one unit of each currency costs there; its own costs 1."""
    told = {HOMES[bank]: Decimal(1)} | {currency: Decimal(price) for currency, price in prices.items()}
    return snapshot.Testimony(bank.lower(), day, tuple(sorted(told.items())))


def witnesses(*tables: snapshot.Testimony, home: str = "KGS", within: Decimal = WITHIN) -> Witnesses:
    terms = [snapshot.WitnessTerms(bank.lower(), bank, of, bank not in RATIOS_ONLY) for bank, of in HOMES.items()]
    return Witnesses(home, terms, tables, {"USD": within, "RUB": Decimal("0.025"), "EUR": Decimal("0.025")})


def dollars(**figures: str) -> Witnesses:
    """Each bank's dollar in soms: it sells a som for one of its own currency."""
    return witnesses(*(table(bank, KGS="1", USD=figure) for bank, figure in figures.items()))


def compared(said: Witnesses, currency: str = "USD", day: date = DAY_21, **officials: str) -> Comparison:
    rates = {one: rate(one, quoted, DAY_21) for one, quoted in officials.items()}
    (found,) = said.compared(day, rates, [currency])
    return found


# --- crossing ---------------------------------------------------------------------------------------------------------


def test_a_price_by_the_price_of_the_home_currency():
    said = witnesses(table("NBK", USD="478.51", KGS="5.47"))
    (one,) = said.crossed("USD", DAY_21)
    assert (one.source, one.bank, one.valid_on) == ("nbk", "NBK", DAY_21)
    assert one.value == Decimal("87.47897623400365630712979890")


def test_the_banks_own_currency_costs_one_there():
    """The rouble in soms at a Russian witness, and the tenge in soms at the Kazakh one."""
    said = witnesses(table("NBK", USD="478.51", KGS="5.47"))
    assert as_printed(said.crossed("KZT", DAY_21)[0].value) == Decimal("0.18282")


def test_the_home_currency_itself_may_be_the_banks():
    said = witnesses(table("NBK", USD="478.51", KGS="5.47"), home="KZT")
    assert [one.value for one in said.crossed("USD", DAY_21)] == [Decimal("478.51")]


def test_a_bank_without_either_price_says_nothing():
    said = witnesses(table("NBK", USD="478.51"), table("CBU", KGS="138.12"))
    assert said.crossed("USD", DAY_21) == []


@pytest.mark.parametrize("bank", RATIOS_ONLY)
def test_a_bank_of_ratios_makes_no_level(bank):
    said = witnesses(table(bank, KGS="1", USD="87.45"), table("NBK", KGS="1", USD="87.45"))
    assert [one.bank for one in said.crossed("USD", DAY_21)] == ["NBK"]
    assert said.level("USD", DAY_21) is None


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("87.47897623", "87.4790"),
        ("1.07305", "1.0730"),  # half to even
        ("1.07315", "1.0732"),
        ("0.5446123456", "0.54461"),
        ("0.18282449", "0.18282"),
        ("0.0072401999", "0.0072402"),
        ("0.000123456", "0.00012346"),
        ("12079.5", "12079.5000"),
        ("1E+30", f"1{'0' * 30}.0000"),  # a bank's mistake is a figure too
    ],
)
def test_a_derived_figure_is_printed_with_as_many_decimals_as_banks_print(value, printed):
    assert f"{as_printed(Decimal(value)):f}" == printed


def test_differences_are_told_in_per_cent_with_their_sign():
    told = [str(percent(Decimal(one), Decimal("87.45"))) for one in ("87.5265", "87.45", "87.4499", "87.0000")]
    assert told == ["0.087", "0.000", "0.000", "-0.515"]


# --- who agrees -------------------------------------------------------------------------------------------------------


def test_two_that_agree_make_a_level_with_their_median_and_spread():
    level = dollars(NBK="87.40", CBU="87.50").agreed("USD", DAY_21)
    assert level
    assert (level.value, level.banks) == (Decimal("87.4500"), ("NBK", "CBU"))
    assert level.spread == Decimal("87.50") / Decimal("87.40") - 1
    assert level.spread_percent == Decimal("0.114")


def test_one_alone_makes_none():
    assert dollars(NBK="87.45").agreed("USD", DAY_21) is None


@pytest.mark.parametrize(("other", "agree"), [("87.4371", True), ("87.4372", True), ("87.4373", False)])
def test_they_agree_up_to_the_threshold_and_not_beyond(other, agree):
    assert (dollars(NBK="87.0022", CBU=other).level("USD", DAY_21) is not None) is agree


def test_the_median_of_an_odd_number_is_the_one_in_the_middle():
    assert dollars(NBK="87.40", CBU="87.44", NBT="87.60").level("USD", DAY_21) == Decimal("87.4400")


@pytest.mark.parametrize("lie", ["8.745", "874.5", "88.4", "86.0"])
def test_one_liar_among_five_is_left_out(lie):
    level = dollars(NBK="87.40", CBU="87.44", NBT=lie, NBRB="87.46", NBG="87.50").agreed("USD", DAY_21)
    assert level
    assert level.value == Decimal("87.4500")
    assert level.banks == ("NBK", "CBU", "NBRB", "NBG")


def test_of_two_camps_of_one_size_neither_is_believed():
    assert dollars(NBK="87.40", CBU="87.44", NBT="92.00", NBG="92.10").agreed("USD", DAY_21) is None


def test_the_larger_camp_is():
    said = dollars(NBK="87.40", CBU="87.44", NBT="92.00", NBG="92.10", NBRB="92.20")
    assert said.level("USD", DAY_21) == Decimal("92.1000")


@pytest.mark.parametrize("lie", ["97.6", "102.6"])
def test_a_lie_just_near_enough_to_one_of_two_leaves_the_other_out_on_neither_side(lie):
    tables = [table(bank, KGS="1", EUR=figure) for bank, figure in (("NBK", lie), ("CBU", "100"), ("NBT", "100.1"))]
    level = witnesses(*tables).agreed("EUR", DAY_21)
    assert level is not None
    assert (level.value, level.banks) == (Decimal("100.0500"), ("CBU", "NBT"))


def test_three_banks_that_are_late_do_not_outvote_two_that_are_not():
    late = [table(bank, DAY_21 - DAY, KGS="1", USD="87.0") for bank in ("NBK", "CBU", "NBT")]
    said = witnesses(*late, *(table(bank, KGS="1", USD="91.0") for bank in ("NBG", "NBRB")))
    assert said.level("USD", DAY_21) == said.own_level("USD", DAY_21) == Decimal("91.0000")
    assert compared(said, USD="91.10").verdict is Verdict.AGREE
    assert compared(said, USD="87.00").verdict is Verdict.CONTRADICT
    assert compared(witnesses(*late), USD="91.10").verdict is Verdict.UNKNOWN, "theirs may still come"


def test_of_a_currency_without_a_threshold_nothing_is_said():
    said = witnesses(table("NBK", KGS="1", CNY="12.3"), table("CBU", KGS="1", CNY="12.3"))
    assert (said.agreed("CNY", DAY_21), said.within("CNY")) == (None, None)


# --- which day --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "counts"), [(0, True), (1, True), (OLDEST.days, True), (OLDEST.days + 1, False)])
def test_a_table_older_than_two_days_takes_no_part(age, counts):
    said = witnesses(table("NBK", KGS="1", USD="87.45"), table("CBU", DAY_21 - age * DAY, KGS="1", USD="87.45"))
    assert (said.level("USD", DAY_21) is not None) is counts


def test_the_table_in_force_is_the_newest_that_has_begun():
    said = witnesses(
        table("NBK", DAY_21 - DAY, KGS="1", USD="87.10"),
        table("NBK", DAY_21, KGS="1", USD="87.45"),
        table("NBK", DAY_21 + DAY, KGS="1", USD="87.90"),
        table("CBU", DAY_21, KGS="1", USD="87.45"),
    )
    assert said.level("USD", DAY_21) == Decimal("87.4500")
    assert [one.value for one in said.crossed("USD", DAY_21 - DAY)] == [Decimal("87.10")]


def test_tables_of_the_very_day_alone_are_a_question_of_their_own():
    said = witnesses(table("NBK", KGS="1", USD="87.45"), table("CBU", DAY_21 - DAY, KGS="1", USD="87.45"))
    assert said.level("USD", DAY_21) == Decimal("87.4500")
    assert said.own_level("USD", DAY_21) is None


# --- ratios -----------------------------------------------------------------------------------------------------------


def ratio_of(**euros: str) -> Decimal | None:
    """Of the euro to the dollar, where each bank's dollar costs 1."""
    said = [table(bank, USD="1", **({} if HOMES[bank] == "EUR" else {"EUR": one})) for bank, one in euros.items()]
    return witnesses(*said).ratio("EUR", "USD", DAY_21)


def test_one_bank_is_enough_for_a_ratio_and_needs_no_price_of_the_home_currency():
    assert witnesses(table("ECB", USD="0.8591")).ratio("EUR", "USD", DAY_21) == cross(Decimal(1), Decimal("0.8591"))


def test_the_median_of_three_outvotes_a_liar():
    assert ratio_of(NBK="1.160", CBU="1.164", NBT="11.64") == Decimal("1.164")


def test_two_that_contradict_each_other_give_no_ratio_and_two_that_agree_their_middle():
    assert ratio_of(NBK="1.0", CBU=str(1 + RATIOS_AGREE)) == Decimal("1.025")
    assert ratio_of(NBK="1.0", CBU=str(1 + RATIOS_AGREE + Decimal("0.0001"))) is None


def test_nobody_gives_no_ratio():
    assert witnesses(table("NBK", USD="478")).ratio("EUR", "USD", DAY_21) is None


# --- beside the official figure ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("official", "verdict"),
    [
        *((one, Verdict.AGREE) for one in ("87.4500", "87.8872", "87.0150")),
        *((one, Verdict.CONTRADICT) for one in ("87.8873", "87.0149", "874.5000")),
    ],
)
def test_the_level_confirms_or_contradicts(official, verdict):
    found = compared(dollars(NBK="87.45", CBU="87.45"), USD=official)
    assert (found.verdict, found.within_percent) == (verdict, Decimal("0.5"))


def test_without_an_official_figure_or_without_agreement_nothing_is_known():
    assert compared(dollars(NBK="87.45", CBU="87.45")).verdict is Verdict.UNKNOWN
    assert compared(dollars(NBK="87.45"), USD="99.0000").verdict is Verdict.UNKNOWN


def test_a_figure_of_another_day_is_compared_and_not_judged():
    found = compared(dollars(NBK="87.45", CBU="87.45"), day=DAY_21 + DAY, USD="99.0000")
    assert found.verdict is Verdict.UNKNOWN
    assert found.statements[0].difference == Decimal("-11.667")


def test_every_bank_is_listed_with_what_it_says():
    said = witnesses(
        table("NBK", KGS="5.47", USD="478.51", EUR="548.32"),
        table("CBU", KGS="138.12", USD="12079.50", EUR="13841.00"),
        table("NBT", DAY_21 - 3 * DAY, KGS="0.10571", USD="9.2446", EUR="10.589"),
        table("ECB", USD="0.8591"),
    )
    found = compared(said, "EUR", USD="87.4500", EUR="100.2833")
    told = {one.bank: one for one in found.statements}
    assert {bank: one.takes_part for bank, one in told.items() if one.valid_on} == {
        "NBK": True,
        "CBU": True,
        "NBT": False,  # too old
        "ECB": False,  # only ratios
    }
    assert (told["NBT"].valid_on, told["NBT"].value) == (DAY_21 - 3 * DAY, Decimal("100.1703"))
    assert (told["ECB"].value, told["ECB"].ratio) == (None, Decimal("1.1640"))
    assert told["ECB"].ratio_difference == Decimal("1.505")
    assert (told["NBG"].valid_on, told["NBG"].value, told["NBG"].ratio) == (None, None, None)
    assert compared(said, "USD", USD="87.4500").statements[0].ratio is None


def test_the_days_that_tables_speak_for():
    said = witnesses(table("NBK", DAY_21), table("CBU", DAY_21 - 5 * DAY))
    assert said.days == (DAY_21 - 5 * DAY, DAY_21 + OLDEST)
    assert witnesses().days is None


# --- for all figures --------------------------------------------------------------------------------------------------

figures = st.decimals("0.0100", "9999", places=4)
of_banks = st.dictionaries(st.sampled_from(sorted(set(HOMES) - set(RATIOS_ONLY))), figures, min_size=1)
near = st.dictionaries(
    st.sampled_from(sorted(set(HOMES) - set(RATIOS_ONLY))), st.decimals("86.8", "88.1", places=4), min_size=1
)


@steadily
@given(of_banks | near, st.dictionaries(st.sampled_from(sorted(HOMES)), st.integers(-6, 6)))
def test_in_which_unit_a_bank_counts_changes_nothing(said: Mapping[str, Decimal], scales: Mapping[str, int]):
    """A bank that redenominates its own currency, or prices everything tenfold, says the same of others."""
    plain = witnesses(*(table(bank, KGS="1.25", USD=one) for bank, one in said.items()))
    scaled = witnesses(
        *(
            table(bank, **{of: p.scaleb(scales.get(bank, 0)) for of, p in (("KGS", Decimal("1.25")), ("USD", one))})
            for bank, one in said.items()
        )
    )
    assert plain.agreed("USD", DAY_21) == scaled.agreed("USD", DAY_21)
    assert plain.ratio("KGS", "USD", DAY_21) == scaled.ratio("KGS", "USD", DAY_21)


@steadily
@given(of_banks | near)
def test_those_that_agree_all_agree_with_each_other_and_none_is_left_out(said: Mapping[str, Decimal]):
    level = dollars(**{bank: str(one) for bank, one in said.items()}).agreed("USD", DAY_21)
    if level is None:
        return
    taken = [one.value for one in level.agreeing]
    assert len(taken) >= 2
    assert max(taken) / min(taken) - 1 == level.spread <= WITHIN
    assert as_printed(min(taken)) <= level.value <= as_printed(max(taken))
    left = [one for bank, one in said.items() if bank not in level.banks]
    assert not any(all(apart(one, other) <= WITHIN for other in taken) for one in left)


@steadily
@given(st.lists(st.decimals("87.3", "87.6", places=4), min_size=4, max_size=4), figures)
def test_one_bank_alone_moves_the_level_no_further_than_the_others_lie_apart(honest: list[Decimal], lie: Decimal):
    banks = ("NBK", "CBU", "NBT", "NBRB")
    told = {bank: str(one) for bank, one in zip(banks, honest, strict=True)}
    level = dollars(**told, NBG=str(lie)).agreed("USD", DAY_21)
    assert level
    assert as_printed(min(honest)) <= level.value <= as_printed(max(honest))


@steadily
@given(of_banks | near, st.randoms())
def test_the_order_of_banks_and_tables_changes_nothing(said: Mapping[str, Decimal], chance):
    one = dollars(**{bank: str(figure) for bank, figure in said.items()})
    terms, tables = list(one.terms), list(one.testimonies)
    chance.shuffle(terms)
    chance.shuffle(tables)
    other = Witnesses(one.home, terms, tables, one.agreement)
    found, shuffled = one.agreed("USD", DAY_21), other.agreed("USD", DAY_21)
    assert (found and found.value) == (shuffled and shuffled.value)
