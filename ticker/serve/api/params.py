"""The parameters of each endpoint, one pydantic model an endpoint. `reading` reads them of a query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from ticker.model import Language
from ticker.serve.http.query import parse_moment
from ticker.serve.strip.options import Options

MAX_CURRENCIES = 60


@dataclass(frozen=True, slots=True)
class Members:
    """Marks a parameter whose values are what this service has at the moment: a list of `Allowed`, by its name."""

    of: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """What this service has: what lists may name."""

    currencies: Collection[str] = ()
    feeds: Collection[str] = ()
    presets: Mapping[str, str] = field(default_factory=dict)
    home: str = ""  # the currency of the home in question
    zone: dt.tzinfo = dt.UTC  # of a moment without an offset
    homes: Collection[str] = ()  # the default one first
    witnessed: Collection[str] = ()  # the currencies that other banks are asked of

    def members(self, of: str) -> list[str]:
        return {
            "currencies": sorted(self.currencies),
            "money": sorted({self.home, *self.currencies}),
            "feeds": sorted(self.feeds),
            "presets": sorted(self.presets),
            "homes": list(self.homes),
            "witnessed": sorted(self.witnessed),
        }[of]


def in_zone(text: str) -> dt.datetime:
    """The moment (UTC) of a parameter that was read. Raises ValueError."""
    return parse_moment(text, dt.UTC)


def _checked(text: str) -> str:
    in_zone(text)
    return text


Day = Annotated[dt.date, Field(examples=["2026-05-21"])]
Moment = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Currencies = Annotated[
    tuple[str, ...],
    Members("currencies"),
    Field(min_length=1, max_length=MAX_CURRENCIES, json_schema_extra={"uniqueItems": True}, examples=[["USD", "EUR"]]),
]
Witnessed = Annotated[
    tuple[str, ...],
    Members("witnessed"),
    Field(min_length=1, max_length=MAX_CURRENCIES, json_schema_extra={"uniqueItems": True}, examples=[["USD", "EUR"]]),
]
Feeds = Annotated[
    tuple[str, ...], Members("feeds"), Field(min_length=1, max_length=20, json_schema_extra={"uniqueItems": True})
]
Money = Annotated[str, Members("money"), Field(json_schema_extra={"x-wanted": "a currency as USD"})]
HomeName = Annotated[str, Members("homes"), Field(json_schema_extra={"x-wanted": "a home as KGS"})]
Format = Literal["json", "csv"]

_AT = (
    "Answers with what was known, and how it was marked, at this moment of the past. RFC 3339, with + written as %2B; "
    "without an offset it is a moment of the home currency's zone."
)
_HOME = "The home: the currency in which rates are quoted, with its bank, days and feeds. By default the first of them."
_FORMAT = "The format of the answer; the path's ending `.csv` means `csv` too."


class Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def moment(self) -> dt.datetime | None:
        """The moment of the past (UTC)."""
        at: str | None = getattr(self, "at", None)
        return in_zone(at) if at else None


class HomeParams(Params):
    home: HomeName | None = Field(None, description=_HOME)


class NoParams(Params):
    """No parameters."""


class StripParams(Options):
    """The options of the strip, and a moment of the past."""

    preset: Annotated[str | None, Members("presets")] = Field(
        None, description="Options that the operator saved under a name; options of the query override them."
    )
    at: Moment | None = Field(None, description=_AT)

    @property
    def moment(self) -> dt.datetime | None:
        return in_zone(self.at) if self.at else None


class RatesParams(HomeParams):
    date: Day | None = Field(None, description="The day for which the rates are official. By default today.")
    currencies: Currencies | None = Field(None, description="The currencies. By default all that have rates.")
    at: Moment | None = Field(None, description=_AT)
    format: Format = Field("json", description=_FORMAT)


class WitnessesParams(HomeParams):
    date: Day | None = Field(
        None, description="The day. By default today; a day that no table known here reaches is a 404."
    )
    currencies: Witnessed | None = Field(
        None, description="The currencies. By default all that other banks are asked of."
    )
    at: Moment | None = Field(None, description=_AT)
    format: Format = Field("json", description=_FORMAT)


class HistoryParams(HomeParams):
    from_: Day | None = Field(None, alias="from", description="The first day. By default 30 days before `to`.")
    to: Day | None = Field(None, description="The last day. By default today.")
    step: Literal["day", "week", "month"] = Field(
        "day",
        description="Every day, every seventh day, or the same day of each month (the last day of a shorter one).",
    )
    currencies: Currencies | None = Field(None, description="The currencies. By default those of the strip.")
    at: Moment | None = Field(None, description=_AT)
    format: Format = Field("json", description=_FORMAT)


class ConvertParams(HomeParams):
    from_: Money = Field(alias="from", description="The currency of the amount.", examples=["USD"])
    to: Money | None = Field(None, description="The currency to convert to. By default the home currency.")
    amount: Annotated[
        str,
        Field(
            pattern=r"^(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?$",
            max_length=31,
            json_schema_extra={"x-wanted": "digits, with a point before decimals, as 1500.50"},
        ),
    ] = Field("1", description="The amount: digits with a decimal point.", examples=["1500.50"])
    date: Day | None = Field(None, description="The day whose rates are used. By default today.")
    at: Moment | None = Field(None, description=_AT)
    format: Format = Field("json", description=_FORMAT)

    @property
    def sum(self) -> Decimal:
        return Decimal(self.amount)


class RateParams(HomeParams):
    date: Day | None = Field(None, description="The day for which the rate is official. By default today.")
    decimal: Literal["point", "comma"] = Field("point", description="The decimal sign: 87.4500 or 87,4500.")
    late: Literal["refuse", "give"] = Field(
        "refuse",
        description="Whether a `late` figure is given. A cell has no room for its day, so the default is a 404.",
    )
    at: Moment | None = Field(None, description=_AT)


class HeadlinesParams(HomeParams):
    lang: Language | None = Field(None, description="Only headlines in this language.")
    feeds: Feeds | None = Field(None, description="Only headlines of these feeds.")
    since: Moment | None = Field(None, description="Only those published at this moment or later.")
    until: Moment | None = Field(None, description="Only those published before this moment.")
    q: (
        Annotated[
            str,
            Field(
                pattern=r"^[^\x00-\x1f\x7f]+$",
                min_length=1,
                max_length=80,
                json_schema_extra={"x-wanted": "1 to 80 characters of text"},
            ),
        ]
        | None
    ) = Field(None, description="Only titles that contain each of these words, in any order and case.")
    limit: int = Field(20, ge=1, le=100, description="The largest number of headlines on a page.")
    cursor: (
        Annotated[
            str,
            Field(pattern=r"^[0-9]{1,16}-[0-9a-z]{1,32}$", json_schema_extra={"x-wanted": "one as `next` has it"}),
        ]
        | None
    ) = Field(None, description="Where the page begins: taken from `links.next` of the page before.")
    at: Moment | None = Field(None, description=_AT)
    format: Format = Field("json", description=_FORMAT)


class PopularParams(HomeParams):
    lang: Language | None = Field(None, description="Only headlines in this language.")
    limit: int = Field(10, ge=1, le=20, description="The largest number of headlines.")
    format: Format = Field("json", description=_FORMAT)


class FeedsParams(HomeParams):
    at: Moment | None = Field(None, description=_AT)
    format: Format = Field("json", description=_FORMAT)


class StatusParams(HomeParams):
    at: Moment | None = Field(None, description=_AT)
