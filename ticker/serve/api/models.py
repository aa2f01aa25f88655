"""What each door of the API answers: pydantic models, whose descriptions are the reference.

Figures are strings with the bank's own digits, never numbers: 0.1 is none of a computer's. Moments carry the offset of
the home currency's zone, days are days there.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

State = Annotated[
    Literal["fresh", "late", "stale", "none"],
    Field(
        description="`fresh`: a table of the bank covers the day. `late`: none does, or the bank has put the figure in "
        "doubt since; the newest one before it is given, with its own `valid_on`. `stale`: it is too old to be given. "
        "`none`: there is none for the day."
    ),
]

FeedFreshness = Annotated[
    Literal["fresh", "late", "stale", "none"],
    Field(
        description="`fresh`: it is read as often as it should be. `late`: it could not be read for several of its "
        "intervals. `stale`: for more than six hours. `none`: it never was."
    ),
]


def _text(example: str, **schema: Any) -> WithJsonSchema:
    """What a text looks like; the example stands with it wherever it may also be null."""
    return WithJsonSchema({"type": "string", **schema, "examples": [example]})


Figure = Annotated[str, _text("87.4500", pattern=r"^[0-9]+(\.[0-9]+)?$")]
Difference = Annotated[str, _text("-0.0031", pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
Day = Annotated[str, _text("2026-05-21", format="date")]
Moment = Annotated[str, _text("2026-05-20T16:02:11+06:00", format="date-time")]
Currency = Annotated[str, _text("USD", pattern="^[A-Z]{3}$", description="ISO 4217.")]
Address = Annotated[str, _text("https://news.example/bridge", format="uri")]
Reference = Annotated[str, _text("/api/v1/headlines", format="uri-reference")]
Digits = Annotated[str, _text("8745", pattern="^[0-9]+$")]
Digest = Annotated[
    str, _text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", pattern="^[0-9a-f]{64}$")
]
Table = Annotated[str, _text("nbkr")]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True)


# --- rates ------------------------------------------------------------------------------------------------------------


class Provenance(Model):
    """Where a figure came from."""

    source: str = Field(description="The bank's table that it belongs to.", examples=["nbkr"])
    origin: str = Field(
        description="What it was read from: that table itself, or the bank's archive.", examples=["nbkr"]
    )
    seen_at: Moment = Field(description="When it was fetched.")
    last_modified: Moment | None = Field(description="`Last-Modified` of the body that it came in, where it had one.")
    sha256: Digest | None = Field(
        description="SHA-256 of that body, in hexadecimal digits; null where it was not kept."
    )


class Revision(Model):
    """One time that the bank gave a figure for a day. Nothing is ever overwritten."""

    state: Literal["believed", "superseded", "held", "discarded"] = Field(
        description="`superseded`: the bank has corrected it since. `held`: it looks like a mistake and waits for the "
        "bank's next word. `discarded`: it was one."
    )
    valid_on: Day
    quoted: Figure | None = Field(description="As printed; null while it is held or discarded: then it is no rate.")
    nominal: int | None = Field(description="For how many units; null where `quoted` is.")
    held_at: Moment | None = Field(description="When it was held.")
    released_at: Moment | None = Field(description="When it was believed after all.")
    discarded_at: Moment | None = Field(description="When it was known to be a mistake.")
    provenance: Provenance


class Neighbour(Model):
    """The nearest earlier or later figure."""

    value: Figure = Field(description="For one unit.")
    quoted: Figure = Field(description="As printed.")
    nominal: int = Field(description="For how many units `quoted` is.")
    valid_on: Day
    valid_until: Day
    freshness: State


class Rate(Model):
    """What one currency cost on a day."""

    currency: Currency
    value: Figure | None = Field(description="Home currency for one unit, exact; null where there is none to give.")
    quoted: Figure | None = Field(description="The figure as the bank printed it, trailing zeros included.")
    nominal: int | None = Field(description="For how many units `quoted` is: 10 or 100 for weak currencies.")
    valid_on: Day | None = Field(
        description="The first day that the figure is official for; where `value` is null, that of the last one known."
    )
    valid_until: Day | None = Field(description="The last such day.")
    freshness: State
    quality: Literal["official", "derived"] = Field(
        description="Of `value`, and saying nothing where that is null. `derived`: computed from another central "
        "bank's table."
    )
    source: Table | None = Field(description="The bank's table.")
    change: Difference | None = Field(
        description="`value` less that of the table of the day before `valid_on`; null where none begins on that day, "
        "as of a weekly table."
    )
    previous: Neighbour | None = Field(description="The nearest earlier table's figure.")
    next: Neighbour | None = Field(
        description="The nearest later one that is known; in the evening usually tomorrow's."
    )
    provenance: Provenance | None = Field(description="Null where there is no figure, or the store can't be asked now.")
    revisions: list[Revision] | None = Field(
        description="All that the bank has said for the figure's day, the oldest first; null while the store is away."
    )
    held: int | None = Field(description="How many figures for this day, or for later ones up to it, are held.")


class Rates(Model):
    """The rates of a day."""

    date: Day = Field(description="The day that was asked for.")
    home: Currency = Field(description="The currency that figures are in.", examples=["KGS"])
    zone: str = Field(description="The zone whose days these are (IANA).", examples=["Asia/Bishkek"])
    demo: bool = Field(description="Whether all of this is a demonstration.")
    at: Moment | None = Field(description="The moment of the past that was asked for.")
    until: Moment | None = Field(
        description="Up to when this stays true without another look; null for a moment of the past."
    )
    rates: list[Rate]


class HistoryRow(Model):
    """One currency on one calendar day."""

    date: Day
    currency: Currency
    value: Figure | None = Field(description="Home currency for one unit, exact; null where there is none to give.")
    quoted: Figure | None = Field(description="As printed.")
    nominal: int | None = Field(description="For how many units `quoted` is.")
    valid_on: Day | None = Field(description="The first day that the figure was official for.")
    valid_until: Day | None = Field(description="The last such day.")
    unchanged_since: Day | None = Field(
        description="The first day of the unbroken run of tables with this very figure, up to this one."
    )
    freshness: State
    source: Table | None = Field(description="The bank's table.")


class History(Model):
    """Every day of a span with the figure that was official on it, by currency, then day."""

    from_: Day = Field(alias="from", description="The first day.")
    to: Day = Field(description="The last day.")
    step: Literal["day", "week", "month"]
    home: Currency = Field(examples=["KGS"])
    zone: str = Field(examples=["Asia/Bishkek"])
    demo: bool
    at: Moment | None = Field(description="The moment of the past that was asked for.")
    rates: list[HistoryRow]


# --- convert ----------------------------------------------------------------------------------------------------------


class UsedRate(Model):
    """A rate that was used."""

    currency: Currency
    value: Figure = Field(description="Home currency for one unit, exact.")
    quoted: Figure
    nominal: int
    valid_on: Day
    valid_until: Day
    freshness: State
    source: str = Field(examples=["nbkr"])


class Rounding(Model):
    """How `result` was made of the exact value."""

    rule: Literal["half up"] = Field(description="Half a unit goes up, as banks do.")
    digits: int = Field(description="Decimals: the minor units of the currency `to` (ISO 4217).", examples=[2])


class Fraction(Model):
    """An exact quotient in lowest terms."""

    numerator: Digits
    denominator: Annotated[str, _text("1", pattern="^[1-9][0-9]*$")]


class Conversion(Model):
    """An amount of one currency in another, by official rates of one day."""

    from_: Currency = Field(alias="from")
    to: Currency = Field(examples=["KGS"])
    amount: Figure = Field(examples=["100"])
    date: Day
    home: Currency = Field(examples=["KGS"])
    demo: bool
    at: Moment | None = Field(description="The moment of the past that was asked for.")
    result: Figure = Field(description="Rounded as `rounding` says.", examples=["8745.00"])
    exact: Figure | None = Field(
        description="All its decimals; null where they never end: then `fraction` has the exact value.",
        examples=["8745"],
    )
    valid_on: Day | None = Field(
        description="The first day that the rate used is official for, the oldest one's of two; null where none is."
    )
    freshness: State | None = Field(
        description="Of the rate used, the worse one's of two: a `late` one is used, and marked so; null where none is."
    )
    fraction: Fraction
    rounding: Rounding
    rates: list[UsedRate] = Field(description="None, one or two: from one foreign currency to another by way of home.")


# --- headlines --------------------------------------------------------------------------------------------------------


class Headline(Model):
    """One headline; the text behind it is its publisher's."""

    id: str = Field(examples=["9a37f5ac81fc00f1"])
    title: str = Field(examples=["Bridge over the Naryn opens after repairs"])
    url: Address = Field(description="At the publisher's.")
    story: Annotated[str, _text("/story/9a37f5ac81fc00f1", format="uri-reference")] = Field(
        description="Our page of it."
    )
    feed: str = Field(examples=["example-news"])
    publisher: str = Field(examples=["Example News"])
    language: Literal["en", "ru", "ky"]
    published_at: Moment
    day: Day = Field(description="Of `published_at`, in the home currency's zone.")


class Also(Model):
    """Another feed that tells the same story: under the same address, or the same title."""

    publisher: str = Field(examples=["Example Press"])
    feed: str = Field(examples=["example-press"])
    url: Address


class PopularHeadline(Headline):
    """A story, once."""

    also: list[Also]


class Links(Model):
    """Where to go on."""

    self: Reference
    next: Reference | None = Field(description="The next page; null on the last one.")


class Headlines(Model):
    """Headlines, the newest first."""

    zone: str = Field(description="The zone that `day` is of (IANA).", examples=["Asia/Bishkek"])
    demo: bool
    at: Moment | None = Field(description="The moment of the past that was asked for.")
    headlines: list[Headline]
    links: Links


class Popular(Model):
    """What is read most now, the most read first."""

    by: Literal["clicks", "feeds"] = Field(
        description="`clicks`: what readers opened within a day, the newer the heavier. `feeds`: what several feeds "
        "carry, while too little was opened to tell."
    )
    demo: bool
    headlines: list[PopularHeadline]


class Feed(Model):
    """Where headlines come from."""

    id: str = Field(examples=["example-news"])
    publisher: str = Field(examples=["Example News"])
    language: Literal["en", "ru", "ky"]
    freshness: FeedFreshness
    last_success: Moment | None = Field(
        description="When it was last read, where that is not as it should be; null while it is fresh, or never was."
    )
    headlines: int = Field(description="How many of its headlines are at hand.")


class Feeds(Model):
    """The feeds whose headlines are shown."""

    demo: bool
    at: Moment | None = Field(description="The moment of the past that was asked for.")
    feeds: list[Feed]


# --- the service ------------------------------------------------------------------------------------------------------


class RateState(Model):
    """How far the figure of one currency can be trusted to be current."""

    currency: Currency
    freshness: State
    valid_on: Day | None = Field(description="Of the newest one that is in force.")
    next_valid_on: Day | None = Field(description="Of the nearest later one.")
    source: Table | None


class FeedState(Model):
    """How far the headlines of one feed can be trusted to be current."""

    feed: str = Field(examples=["example-news"])
    freshness: FeedFreshness


class Status(Model):
    """Whether what is shown is true."""

    service: str = Field(examples=["som-ticker 1.0.0"])
    demo: bool
    at: Moment | None = Field(description="The moment of the past that was asked for.")
    version: int = Field(description="Grows with every change of what is shown.")
    as_of: Moment | None = Field(description="When that version was made; null before anything was collected.")
    until: Moment = Field(description="Up to when all of this stays true without another look.")
    store: Literal["ok", "away"] = Field(description="Away: what needs the past answers 503 for now.")
    held: int | None = Field(description="How many figures are held in all; null while the store is away.")
    rates: list[RateState]
    feeds: list[FeedState]


class Index(Model):
    """Where everything is."""

    service: str = Field(examples=["som-ticker 1.0.0"])
    links: dict[str, Reference] = Field(examples=[{"rates": "/api/v1/rates"}])


class Complaint(Model):
    """One parameter that can't be used."""

    parameter: str
    met: str | None = Field(description="Null where it was given more than once, or is missing.")
    detail: str = Field(description="What is allowed.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: Reference
    title: str
    status: int
    detail: str
    errors: list[Complaint] | None = Field(None, description="Of a bad query: each parameter that can't be used.")

    model_config = ConfigDict(extra="allow")


def encoded(model: Model) -> bytes:
    """The model as it is sent."""
    return model.model_dump_json(by_alias=True).encode()


def columns(model: type[Model]) -> dict[str, Any]:
    """The fields of a row, for a table: those that are one value each."""
    nested = ("array", "object")
    schema = model.model_json_schema(by_alias=True)
    found = {}
    for name, one in schema["properties"].items():
        kinds = [one, *one.get("anyOf", ())]
        if not any(kind.get("type") in nested or "$ref" in kind for kind in kinds):
            found[name] = one
    return found
