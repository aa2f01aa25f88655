"""The answers about headlines and feeds: pydantic models, whose descriptions are the reference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ticker.serve.api.models import Address, Day, FeedFreshness, Model, Moment, Reference, text


class Headline(Model):
    """One headline; the article belongs to its publisher."""

    id: str = Field(examples=["9a37f5ac81fc00f1"])
    title: str = Field(examples=["Bridge over the Naryn opens after repairs"])
    url: Address = Field(description="The article at its publisher.")
    story: Annotated[str, text("/story/9a37f5ac81fc00f1", format="uri-reference")] = Field(
        description="The headline's page on this service: a path, in CSV an absolute address."
    )
    feed: str = Field(examples=["example-news"])
    publisher: str = Field(examples=["Example News"])
    language: Literal["en", "ru", "ky"]
    published_at: Moment
    day: Day = Field(description="The day of `published_at`, in the home currency's zone.")


class Also(Model):
    """Another feed with the same story: the same address, or the same title."""

    publisher: str = Field(examples=["Example Press"])
    feed: str = Field(examples=["example-press"])
    url: Address


class PopularHeadline(Headline):
    """One story, with the other feeds that carry it."""

    also: list[Also]


class Links(Model):
    """Links to this page and the next."""

    self: Reference
    next: Reference | None = Field(description="The next page; null on the last one.")


class Headlines(Model):
    """Headlines, the newest first."""

    zone: str = Field(description="The time zone of `day` (IANA).", examples=["Asia/Bishkek"])
    demo: bool
    at: Moment | None = Field(description="The requested moment of the past.")
    headlines: list[Headline]
    links: Links


class Popular(Model):
    """The most read headlines, the most read first."""

    by: Literal["clicks", "feeds"] = Field(
        description="`clicks`: ranked by what readers opened within a day, newer clicks weighing more. `feeds`: ranked "
        "by how many feeds carry the story, while there are too few clicks."
    )
    demo: bool
    headlines: list[PopularHeadline]


class Feed(Model):
    """A feed of headlines."""

    id: str = Field(examples=["example-news"])
    publisher: str = Field(examples=["Example News"])
    language: Literal["en", "ru", "ky"]
    freshness: FeedFreshness
    last_success: Moment | None = Field(
        description="When a feed that is not fresh was last read; null while it is fresh, or if it was never read."
    )
    headlines: int = Field(description="The number of its current headlines.")


class Feeds(Model):
    """The feeds whose headlines are shown."""

    demo: bool
    at: Moment | None = Field(description="The requested moment of the past.")
    feeds: list[Feed]
