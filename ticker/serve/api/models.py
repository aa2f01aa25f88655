"""The answers of the endpoints: pydantic models, whose descriptions are the reference.

Figures are strings with the bank's own digits, never numbers: binary floating point has no 0.1. Moments carry the
offset of the home currency's zone, days are days there.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

State = Annotated[
    Literal["fresh", "late", "stale", "none"],
    Field(
        description="`fresh`: a table of the bank covers the day. `late`: none does and the newest figure before it is "
        "carried forward with its own `valid_on`, or the figure is in doubt or not `confirmed`. `stale`: the newest "
        "figure is too old to be shown, if there is one. `none`: there is no figure for the day."
    ),
]

FeedFreshness = Annotated[
    Literal["fresh", "late", "stale", "none"],
    Field(
        description="`fresh`: read on schedule. `late`: not read for several of its intervals. `stale`: not read for "
        "more than six hours. `none`: never read."
    ),
]

Confirmed = Annotated[
    bool,
    Field(
        description="`false` where the figure is a first one, after weeks without any, that nothing has borne out yet: "
        "it is `late`, and to be shown as unconfirmed. `true` for every other figure, and where none is given."
    ),
]


def text(example: str, **schema: Any) -> WithJsonSchema:
    """A text's pattern and example, also where the text may be null."""
    return WithJsonSchema({"type": "string", **schema, "examples": [example]})


Figure = Annotated[str, text("87.4500", pattern=r"^[0-9]+(\.[0-9]+)?$")]
Difference = Annotated[str, text("-0.0031", pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
Day = Annotated[str, text("2026-05-21", format="date")]
Moment = Annotated[str, text("2026-05-20T16:02:11+06:00", format="date-time")]
Currency = Annotated[str, text("USD", pattern="^[A-Z]{3}$", description="ISO 4217.")]
Address = Annotated[str, text("https://news.example/bridge", format="uri")]
Reference = Annotated[str, text("/api/v1/headlines", format="uri-reference")]
Digits = Annotated[str, text("8745", pattern="^[0-9]+$")]
Digest = Annotated[
    str, text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", pattern="^[0-9a-f]{64}$")
]
Table = Annotated[str, text("nbkr")]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True)


class Provenance(Model):
    """Where a figure came from."""

    source: str = Field(description="The bank's table that the figure belongs to.", examples=["nbkr"])
    origin: str = Field(
        description="Where the figure was read: the table itself, or the bank's archive.", examples=["nbkr"]
    )
    seen_at: Moment = Field(description="When the figure was fetched.")
    last_modified: Moment | None = Field(description="`Last-Modified` of the response body, if it had one.")
    sha256: Digest | None = Field(
        description="SHA-256 of the response body, in hexadecimal digits; null if not recorded."
    )


class Revision(Model):
    """One figure that the bank published for a day. Nothing is ever overwritten."""

    state: Literal["believed", "superseded", "held", "discarded"] = Field(
        description="`superseded`: the bank has corrected it since. `held`: it looks like a mistake and waits for the "
        "bank's next publication. `discarded`: it was a mistake."
    )
    valid_on: Day
    quoted: Figure | None = Field(description="As printed; null while the figure is held or discarded.")
    nominal: int | None = Field(description="The number of units; null where `quoted` is.")
    held_at: Moment | None = Field(description="When the figure was held.")
    released_at: Moment | None = Field(description="When the held figure was accepted.")
    discarded_at: Moment | None = Field(description="When the figure was rejected as a mistake.")
    confirmed: bool | None = Field(
        description="`false` while a first figure is not borne out yet; null while the figure is held or discarded."
    )
    provenance: Provenance


class Neighbour(Model):
    """The nearest earlier or later figure, beyond doubt."""

    value: Figure = Field(description="For one unit.")
    quoted: Figure = Field(description="As printed.")
    nominal: int = Field(description="The number of units that `quoted` is for.")
    valid_on: Day
    valid_until: Day
    freshness: Literal["fresh"] = Field(description="A neighbour that is in doubt or not confirmed is left out.")


class Rate(Model):
    """The rate of one currency on a day."""

    currency: Currency
    value: Figure | None = Field(description="Home currency for one unit, exact; null where no figure may be shown.")
    quoted: Figure | None = Field(description="The figure as printed, trailing zeros included; null if it is derived.")
    nominal: int | None = Field(description="The number of units that `quoted` is for: 10 or 100 for weak currencies.")
    valid_on: Day | None = Field(
        description="The first day for which the figure is official; where `value` is null, that of the last known "
        "figure; of a derived one, the day it is for."
    )
    valid_until: Day | None = Field(description="The last such day.")
    freshness: State
    confirmed: Confirmed
    quality: Literal["official", "derived"] = Field(
        description="Of `value`, and saying nothing where that is null. `derived`: not official, but what `banks` "
        "agree on, where no official figure may be shown; always with `freshness: stale`."
    )
    banks: list[str] = Field(description="The banks that a derived figure comes from; empty for an official one.")
    source: Table | None = Field(description="The bank's table; null if the figure is derived.")
    change: Difference | None = Field(
        description="`value` less that of the table of the day before `valid_on`; null where none begins on that day, "
        "as of a weekly table."
    )
    previous: Neighbour | None = Field(
        description="The nearest earlier table's figure; null while that is in doubt or not confirmed."
    )
    next: Neighbour | None = Field(
        description="The nearest later one that is known, in the evening usually tomorrow's; null while that is in "
        "doubt or not confirmed."
    )
    provenance: Provenance | None = Field(description="Null without a figure, and while the database is unavailable.")
    revisions: list[Revision] | None = Field(
        description="Every figure that the bank published for this day, the oldest first; null while the database is "
        "unavailable."
    )
    held: int | None = Field(description="The number of held figures between `valid_on` and the day.")
    last_change: Difference | None = Field(
        description="The last change of this currency's figure up to `value`, also of an earlier day. Null where its "
        "day is not certain: where `value` is not fresh, or a table before it is missing or in doubt; and where the "
        "figure has stood for more than seven weeks."
    )
    changed_on: Day | None = Field(
        description="The first day of the table that brought `last_change`; null where that is."
    )


class Rates(Model):
    """The rates of a day."""

    date: Day = Field(description="The requested day.")
    home: Currency = Field(description="The currency of the figures.", examples=["KGS"])
    zone: str = Field(description="The time zone of the days (IANA).", examples=["Asia/Bishkek"])
    demo: bool = Field(description="Whether all figures and headlines are invented.")
    at: Moment | None = Field(description="The requested moment of the past.")
    until: Moment | None = Field(description="When this answer stops being true; null for a moment of the past.")
    rates: list[Rate]


class HistoryRow(Model):
    """One currency on one calendar day."""

    date: Day
    currency: Currency
    value: Figure | None = Field(description="Home currency for one unit, exact; null where no figure may be shown.")
    quoted: Figure | None = Field(description="As printed.")
    nominal: int | None = Field(description="The number of units that `quoted` is for.")
    valid_on: Day | None = Field(description="The first day for which the figure was official.")
    valid_until: Day | None = Field(description="The last such day.")
    unchanged_since: Day | None = Field(
        description="The first day of the unbroken run of tables with the same figure, up to this one."
    )
    freshness: State
    source: Table | None = Field(description="The bank's table.")
    confirmed: Confirmed


class History(Model):
    """Every day of a span with the figure that was official on it, by currency, then day."""

    from_: Day = Field(alias="from", description="The first day.")
    to: Day = Field(description="The last day.")
    step: Literal["day", "week", "month"]
    home: Currency = Field(examples=["KGS"])
    zone: str = Field(examples=["Asia/Bishkek"])
    demo: bool
    at: Moment | None = Field(description="The requested moment of the past.")
    rates: list[HistoryRow]


class UsedRate(Model):
    """A rate that was used."""

    currency: Currency
    value: Figure = Field(description="Home currency for one unit, exact.")
    quoted: Figure
    nominal: int
    valid_on: Day
    valid_until: Day
    freshness: State
    confirmed: Confirmed
    source: str = Field(examples=["nbkr"])


class Rounding(Model):
    """How the exact value was rounded to `result`."""

    rule: Literal["half up"] = Field(description="Half a unit goes up, as banks do.")
    digits: int = Field(description="Decimals: the minor units of the currency `to` (ISO 4217).", examples=[2])


class Fraction(Model):
    """An exact quotient in lowest terms."""

    numerator: Digits
    denominator: Annotated[str, text("1", pattern="^[1-9][0-9]*$")]


class Conversion(Model):
    """An amount of one currency in another, by official rates of one day."""

    from_: Currency = Field(alias="from")
    to: Currency = Field(examples=["KGS"])
    amount: Figure = Field(examples=["100"])
    date: Day
    home: Currency = Field(examples=["KGS"])
    demo: bool
    at: Moment | None = Field(description="The requested moment of the past.")
    result: Figure = Field(description="The exact value, rounded by `rounding`.", examples=["8745.00"])
    exact: Figure | None = Field(
        description="All decimals; null if they never end: `fraction` then has the exact value.",
        examples=["8745"],
    )
    valid_on: Day | None = Field(
        description="The first day for which the rate used is official; of two rates, the older day; null if no "
        "rate is used."
    )
    freshness: State | None = Field(
        description="The freshness of the rate used; of two rates, the worse one; null if no rate is used."
    )
    fraction: Fraction
    rounding: Rounding
    rates: list[UsedRate] = Field(
        description="No, one or two rates: from one foreign currency to another by way of home."
    )


class RateState(Model):
    """The freshness of one currency's figure."""

    currency: Currency
    freshness: State
    confirmed: Confirmed
    valid_on: Day | None = Field(description="The first day of the newest figure in force.")
    next_valid_on: Day | None = Field(description="The first day of the next figure.")
    source: Table | None


class FeedState(Model):
    """The freshness of one feed."""

    feed: str = Field(examples=["example-news"])
    freshness: FeedFreshness


class Status(Model):
    """The freshness of everything shown."""

    service: str = Field(examples=["som-ticker 1.0.0"])
    demo: bool
    at: Moment | None = Field(description="The requested moment of the past.")
    version: int = Field(description="The version of the content; grows with each change.")
    as_of: Moment | None = Field(description="When the version was made; null before anything was collected.")
    until: Moment = Field(description="When this answer stops being true.")
    store: Literal["ok", "away"] = Field(
        description="`away`: the database is unavailable, and requests about the past get a 503."
    )
    held: int | None = Field(description="The number of held figures; null while the database is unavailable.")
    rates: list[RateState]
    feeds: list[FeedState]


class Index(Model):
    """The paths of all endpoints."""

    service: str = Field(examples=["som-ticker 1.0.0"])
    links: dict[str, Reference] = Field(examples=[{"rates": "/api/v1/rates"}])


class Complaint(Model):
    """One invalid parameter."""

    parameter: str
    met: str | None = Field(description="The value; null if the parameter was repeated or is missing.")
    detail: str = Field(description="What is allowed.")


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: Reference
    title: str
    status: int
    detail: str
    errors: list[Complaint] | None = Field(None, description="Each invalid parameter of the query.")

    model_config = ConfigDict(extra="allow")


def encoded(model: Model) -> bytes:
    """The model as JSON."""
    return model.model_dump_json(by_alias=True).encode()


def columns(model: type[Model]) -> dict[str, Any]:
    """The fields of a row that are single values, for a table."""
    nested = ("array", "object")
    schema = model.model_json_schema(by_alias=True)
    found = {}
    for name, one in schema["properties"].items():
        kinds = [one, *one.get("anyOf", ())]
        if not any(kind.get("type") in nested or "$ref" in kind for kind in kinds):
            found[name] = one
    return found
