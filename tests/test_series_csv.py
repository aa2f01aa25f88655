"""Figures as CSV: what goes out comes back in, and whatever a file holds, each bad row is told with its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.given import may, rate, steadily

from ticker.cli.series_csv import COLUMNS, Terms, dump, load
from ticker.model import DAY, Rate, Revision

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
TERMS = Terms(
    dict.fromkeys(("nbkr", "nbkr-weekly"), "KGS"),
    {"nbkr": may(23), "nbkr-weekly": may(23)},
    dict.fromkeys(("nbkr", "nbkr-weekly"), date(1993, 5, 10)),
    NOW,
)
PLAIN = replace(TERMS, source="nbkr", nominals={"": 1, "KZT": 10}, body_hash="ab" * 32)
HASH = "0123456789abcdef" * 4


def figures(text: str, terms: Terms = PLAIN) -> list[Revision]:
    rows, bad = load(text, terms)
    assert bad == []
    return [row.figure for row in rows]


def said(text: str, terms: Terms = PLAIN) -> str:
    """Of the one bad row."""
    _, (bad,) = load(text, terms)
    return f"{bad.line}: {bad.said}"


# --- out, and in again ----------------------------------------------------------------------------------------------


def test_a_row_has_all_that_is_known_of_a_figure():
    one = Revision(
        9, "nbkr-weekly", rate("JPY", "5.5120", may(23), nominal=10, days=7), NOW, NOW - DAY, HASH, "nbkr-weekly"
    )
    head, row = dump([one]).splitlines()
    assert head == "date,currency,nominal,quoted,valid_until,source,origin,seen_at,body_hash,last_modified"
    assert row == (
        f"2026-05-23,JPY,10,5.5120,2026-05-29,nbkr-weekly,nbkr-weekly,2026-05-22T12:00:00Z,{HASH},2026-05-21T12:00:00Z"
    )


def test_no_figures_are_a_file_with_a_first_line_that_can_be_read():
    assert figures(dump([])) == []


revisions = st.builds(
    lambda source, currency, quoted, nominal, day, days, seen, modified, hash_, origin: Revision(
        0,
        source,
        Rate(currency, quoted, nominal, day, day + DAY * days),
        max(seen, datetime(day.year, day.month, day.day, 6, tzinfo=UTC) - 2 * DAY),
        modified,
        hash_,
        origin,
    ),
    st.sampled_from(["nbkr", "nbkr-weekly"]),
    st.from_regex(r"[A-Z]{3}", fullmatch=True).filter(lambda code: code != "KGS"),
    st.decimals(Decimal("0.00000001"), Decimal("999999999"), places=8).map(lambda one: one.normalize() * 1),
    st.sampled_from([1, 10, 100, 1000, 10000, 100000, 1000000]),
    st.dates(date(1993, 5, 10), date(2026, 5, 23)),
    st.integers(0, 30),
    st.datetimes(datetime(1999, 1, 1), datetime(2026, 5, 22), timezones=st.just(UTC)),  # noqa: DTZ001 zoned by `timezones`
    st.none() | st.datetimes(datetime(1999, 1, 1), datetime(2026, 5, 22), timezones=st.just(UTC)),  # noqa: DTZ001
    st.just("") | st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    st.sampled_from(["nbkr", "nbkr-archive", "import"]),
)


@steadily
@given(st.lists(revisions, max_size=5, unique_by=lambda one: (one.source, one.rate.currency, one.rate.valid_on)))
def test_what_is_written_is_read_back_equal_and_written_again_the_same(given_):
    text = dump(given_)
    back = figures(text, TERMS)
    assert back == given_
    assert [f"{one.rate.quoted:f}" for one in back] == [f"{one.rate.quoted:f}" for one in given_]
    assert dump(back) == text


# --- plain layouts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["value", "quoted", "VALUE"])
def test_a_plain_series_takes_what_it_lacks_from_the_operator(value):
    (one,) = figures(f"date,currency,{value}\n2026-05-22,KZT,0.1872\n")
    assert one == Revision(0, "nbkr", rate("KZT", "0.1872", may(22), nominal=10), NOW, None, "ab" * 32, "import")


def test_a_series_with_a_column_for_each_currency_is_read_and_an_empty_cell_is_no_figure():
    found = figures("date,usd,EUR,kzt\n2026-05-21,87.45,,0.1872\n2026-05-22,87.4500,101.0000,\n")
    assert [(str(one.rate.valid_on), one.rate.currency, str(one.rate.quoted)) for one in found] == [
        ("2026-05-21", "USD", "87.45"),
        ("2026-05-21", "KZT", "0.1872"),
        ("2026-05-22", "USD", "87.4500"),
        ("2026-05-22", "EUR", "101.0000"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffdate,currency,value\r\n2026-05-22,USD,87.4500\r\n",
        "date;currency;value\n2026-05-22;USD;87,4500\n",
        'date,currency,value\n2026-05-22,USD,"87,4500"\n',
        " Date , Currency , Value \n\n 2026-05-22 , USD , 87.4500 \n\n",
        "currency,value,date\nUSD,87.4500,2026-05-22",
    ],
)
def test_what_spreadsheets_make_of_a_file_is_read(text):
    (one,) = figures(text)
    assert str(one.rate.quoted) == "87.4500"


def test_a_rows_own_word_goes_before_the_operators():
    (one,) = figures("date,currency,value,nominal,source\n2026-05-22,KZT,0.1872,100,nbkr-weekly\n")
    assert (one.source, one.rate.nominal) == ("nbkr-weekly", 100)


# --- bad rows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("22.05.2026,USD,87.45", "date: met '22.05.2026', wanted a day as 2026-05-22"),
        ("2026-02-30,USD,87.45", "date: met '2026-02-30'"),
        ("20260522,USD,87.45", "date: met '20260522'"),
        (",USD,87.45", "date: met ''"),
        ("1993-05-09,USD,87.45", "date: met 1993-05-09, wanted a day from 1993-05-10 to 2026-05-23"),
        ("2026-05-24,USD,87.45", "date: met 2026-05-24"),
        ("2026-05-22,usd,87.45", "currency: met 'usd', wanted three capital letters"),
        ("2026-05-22,KGS,1", "currency: met 'KGS'"),
        ("2026-05-22,,1", "currency: met ''"),
        ("2026-05-22,USD,", "USD: met '', wanted a decimal number above zero"),
        ("2026-05-22,USD,0.0000", "USD: met '0.0000'"),
        ("2026-05-22,USD,-1", "USD: met '-1'"),
        ("2026-05-22,USD,1e2", "USD: met '1e2'"),
        ("2026-05-22,USD,NaN", "USD: met 'NaN'"),
        ("2026-05-22,USD,٨٧", "USD: met '٨٧'"),
        ("2026-05-22,USD,1 087.45", "USD: met '1 087.45'"),
        ("2026-05-22,USD", "met 2 columns, wanted 3 as in the first line"),
        ("2026-05-22,USD,87.45,1", "met 4 columns"),
        ('2026-05-22,USD,"87.45', "met no CSV"),
        ('2026-05-22,USD,"87"45', "met no CSV"),
    ],
)
def test_a_bad_row_is_told_with_its_line(row, complaint):
    rows, (bad,) = load(f"date,currency,value\n2026-05-21,USD,87.45\n{row}\n", PLAIN)
    assert complaint in bad.said
    assert bad.line in (3, 4)
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("column", "met", "complaint"),
    [
        ("nominal", "2", "nominal: met '2', wanted 1, 10, 100, … or 1000000"),
        ("nominal", "010", "nominal: met '010'"),
        ("source", "cbr", "source: met 'cbr', wanted one of nbkr, nbkr-weekly"),
        ("valid_until", "2026-05-21", "valid_until: met 2026-05-21, wanted a day from 2026-05-22 to 2026-06-21"),
        ("valid_until", "2027-05-21", "valid_until: met 2027-05-21"),
        ("seen_at", "2026-05-22T12:00:00", "seen_at: met '2026-05-22T12:00:00', wanted a past moment with its zone"),
        ("seen_at", "2026-05-22T12:00:01Z", "seen_at: met"),
        ("seen_at", "0001-01-01T00:00:00+14:00", "seen_at: met"),
        ("seen_at", "2026-05-01T12:00:00Z", "seen_at: met 2026-05-01, wanted none more than 14 days before 2026-05-22"),
        ("seen_at", "yesterday", "seen_at: met 'yesterday'"),
        ("body_hash", "abc", "body_hash: met 'abc', wanted 64 digits 0-9a-f"),
        ("origin", "a b", "origin: met 'a b', wanted a name without spaces"),
        ("last_modified", "never", "last_modified: met 'never'"),
    ],
)
def test_a_bad_detail_is_told(column, met, complaint):
    text = f"date,currency,value,{column}\n2026-05-22,USD,87.45,{met}\n"
    assert said(text).startswith(f"2: {complaint}")


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        ("", "1: met the first line '', wanted date,currency,quoted (or value) and more, or date,usd,eur,…"),
        ("a,b,c", "1: met the first line 'a,b,c'"),
        ("Date;Close\r", "1: met the first line 'Date;Close'"),
        ("currency,value", "1: met the first line"),
        ("date", "1: met the first line"),
        ("date,usd,dollars", "1: met the first line"),
        ("date,currency,value,quoted", "1: met the first line"),
        ("date,currency,value,note", "1: met the column 'note', wanted any of date, currency, nominal"),
        ("date,usd,USD", "1: met the column 'usd' twice"),
    ],
)
def test_a_first_line_that_is_none_is_told(head, complaint):
    assert said(f"{head}\n2026-05-22,1,2\n").startswith(complaint)


def test_what_neither_row_nor_operator_tells_is_told_with_the_way_to_tell_it():
    text = "date,currency,value\n2026-05-22,USD,87.45\n"
    assert said(text, TERMS).endswith("met '', wanted one of nbkr, nbkr-weekly; --source names it for rows that do not")
    assert said(text, replace(TERMS, source="nbkr")).endswith("--nominal 1 or --nominal USD=10 names it")


def test_two_rows_of_a_day_are_told_whatever_they_say():
    rows, bad = load("date,currency,value\n2026-05-22,USD,87.45\n2026-05-22,USD,87.45\n", PLAIN)
    assert [one.said for one in bad] == ["USD of 2026-05-22 is in line 2 already"]
    assert len(rows) == 1


def test_all_bad_rows_are_told_in_order():
    _, bad = load("date,currency,value\nx,USD,1\n2026-05-22,USD,1\n2026-05-22,USD,1\ny,USD,1\n", PLAIN)
    assert [one.line for one in bad] == [2, 4, 5]


@steadily
@given(st.text(max_size=200) | st.text(alphabet='date,curny;valUSD2026-05 \n\r"\0.', max_size=300))
def test_whatever_a_file_holds_it_is_read_or_told(text):
    for head in ("", "date,currency,value\n"):
        rows, bad = load(head + text, PLAIN)
        assert all("\n" not in one.said.replace("\\n", "") for one in bad)
        assert len(rows) + len(bad) <= 1 + text.count("\n") + text.count("\r") + len(text)


def test_a_demonstrations_figures_say_so_and_are_read_by_a_demonstration_alone():
    invented = Revision(0, "nbkr", rate("USD", "87.4500", may(20)), NOW, body_hash=HASH, origin="nbkr")
    text = dump([invented], demo=True)
    assert text.splitlines()[0].endswith(",last_modified,demo")
    assert text.splitlines()[1].endswith(",true")
    assert said(text + "x\n").startswith(
        "2: met a demonstration's figures, which are invented; they are read only into"
    )
    assert figures(text, replace(PLAIN, demo=True)) == [invented]
    assert figures(text.replace(",true", ",false").replace("demo-nbkr", "nbkr")) == [invented]
    assert said(text.replace(",true", ",yes")) == "2: demo: met 'yes', wanted true or false"


def test_a_demonstrations_figures_say_so_by_their_source_though_the_column_is_cut():
    invented = Revision(0, "nbkr-weekly", rate("USD", "87.4500", may(20)), NOW, body_hash=HASH, origin="nbkr-weekly")
    cut = "".join(f"{line.rpartition(',')[0]}\n" for line in dump([invented], demo=True).splitlines())
    assert cut.splitlines()[0] == ",".join(COLUMNS)
    assert ",demo-nbkr-weekly,nbkr-weekly," in cut
    assert said(cut).startswith("2: met a demonstration's figures, which are invented")
    assert figures(cut, replace(PLAIN, demo=True)) == [invented]
    assert said(cut.replace("demo-nbkr-weekly", "demo-cbr"), replace(PLAIN, demo=True)).startswith(
        "2: source: met 'demo-cbr', wanted one of nbkr, nbkr-weekly"
    )


def test_columns_are_those_that_are_told():
    assert dump([]) == ",".join(COLUMNS) + "\n"
