"""The answer of /api/v1/witnesses: pydantic models, whose descriptions are the reference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ticker.serve.api.models import Currency, Day, Difference, Figure, Model, Moment, State

Agrees = Annotated[
    Literal["agree", "contradict", "unknown"],
    Field(
        description="Whether `median` and the official figure lie within `within_percent` of each other. `unknown`: no "
        "two banks agree, or no official figure is of that day."
    ),
]
Source = Annotated[str, Field(description="The bank's table, as a source of this service.", examples=["nbk"])]
Bank = Annotated[str, Field(description="The bank's short name.", examples=["NBK"])]
Testifies = Annotated[
    Literal["levels", "ratios"],
    Field(
        description="`levels`: it sets the home currency itself. `ratios`: it does not, and tells only of currencies "
        "to one another."
    ),
]
BankDay = Annotated[
    Day | None,
    Field(description="The first day of the bank's newest table that had begun by the day; null where none is known."),
]
Value = Annotated[
    Figure | None,
    Field(
        description="Home currency for one unit: what the currency costs at this bank, by what the home currency costs "
        "there. Null where the bank sets no price of the home currency."
    ),
]
FromOfficial = Annotated[
    Difference | None, Field(description="How far `value` is above the official figure, in per cent.")
]
Ratio = Annotated[
    Figure | None,
    Field(description="US dollars for one unit by this bank's table; null for the dollar.", examples=["1.1630"]),
]
FromOfficialRatio = Annotated[
    Difference | None, Field(description="How far `ratio` is above that of the official figures, in per cent.")
]
TakesPart = Annotated[
    bool,
    Field(
        description="Whether it is one of the banks that agree. A table that began more than two days before the day "
        "takes no part, nor does one that tells only of ratios."
    ),
]
Median = Annotated[
    Figure | None, Field(description="The median of the banks that agree; null where no two of them do.")
]
Spread = Annotated[
    Difference | None,
    Field(description="How far the banks that agree lie apart, in per cent: the largest by the smallest."),
]
Within = Annotated[
    Figure, Field(description="Figures that lie within this of each other agree, in per cent.", examples=["0.5"])
]


class OfficialFigure(Model):
    """The figure that the home's own bank set."""

    value: Figure = Field(description="Home currency for one unit, exact.")
    quoted: Figure = Field(description="As printed.")
    nominal: int = Field(description="The number of units that `quoted` is for.")
    valid_on: Day
    valid_until: Day
    source: str = Field(description="The bank's table.", examples=["nbkr"])


class Witness(Model):
    """What one other bank says of a currency."""

    source: Source
    bank: Bank
    testifies: Testifies
    valid_on: BankDay
    value: Value
    difference_percent: FromOfficial
    ratio: Ratio
    ratio_difference_percent: FromOfficialRatio
    takes_part: TakesPart


class WitnessedRate(Model):
    """One currency: the official figure beside what other banks say."""

    currency: Currency
    official: OfficialFigure | None = Field(description="Null where no official figure may be shown for the day.")
    freshness: State
    median: Median
    spread_percent: Spread
    within_percent: Within
    agrees: Agrees
    banks: list[Witness]


class Witnesses(Model):
    """The official figures of a day beside what other banks say."""

    date: Day = Field(description="The requested day.")
    home: Currency = Field(description="The currency of the figures.", examples=["KGS"])
    zone: str = Field(description="The time zone of the days (IANA).", examples=["Asia/Bishkek"])
    demo: bool = Field(description="Whether all figures and headlines are invented.")
    at: Moment | None = Field(description="The requested moment of the past.")
    until: Moment | None = Field(description="When this answer stops being true; null for a moment of the past.")
    rates: list[WitnessedRate]


class WitnessRow(Model):
    """One bank on one currency, for a table."""

    currency: Currency
    official: Figure | None = Field(description="Home currency for one unit, exact.")
    official_valid_on: Day | None
    freshness: State
    median: Median
    spread_percent: Spread
    within_percent: Within
    agrees: Agrees
    source: Source
    bank: Bank
    testifies: Testifies
    valid_on: BankDay
    value: Value
    difference_percent: FromOfficial
    ratio: Ratio
    ratio_difference_percent: FromOfficialRatio
    takes_part: TakesPart


def rows(found: Witnesses) -> list[WitnessRow]:
    """A row for each bank and currency."""
    return [
        WitnessRow(
            currency=one.currency,
            official=one.official.value if one.official else None,
            official_valid_on=one.official.valid_on if one.official else None,
            freshness=one.freshness,
            median=one.median,
            spread_percent=one.spread_percent,
            within_percent=one.within_percent,
            agrees=one.agrees,
            **bank.model_dump(),
        )
        for one in found.rates
        for bank in one.banks
    ]
