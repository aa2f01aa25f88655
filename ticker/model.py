"""The frozen words every room speaks: home, rate, headline, source, round.

Money is `Decimal`, kept as the bank printed it. Moments are aware and in UTC; days are days of the home's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=1)  # between the machines of one service, at most

Language = Literal["en", "ru", "ky"]


class Freshness(StrEnum):
    """How far what is shown can be trusted to be current. The order is from best to worst."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    NONE = "none"


class Quality(StrEnum):
    OFFICIAL = "official"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Home:
    """The currency rates are quoted in, with the time zone of its bank."""

    currency: str  # ISO 4217
    zone: ZoneInfo

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def at(self, day: date, clock: time = time()) -> datetime:
        """The moment (UTC) at which the home's clocks show `clock` on `day`; midnight by default."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of the home's week in which a source publishes the next table."""

    weekdays: frozenset[int]  # Monday is 0
    opens: time
    closes: time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.weekdays:  # the searches below would never end
            raise ValueError("Window.weekdays is empty; at least one day from 0 (Monday) to 6 is wanted")

    @classmethod
    def any_time(cls, zone: ZoneInfo) -> Window:
        """Of a bank of which nobody recorded when it publishes: each day is a window."""
        return cls(frozenset(range(7)), time.min, time.max, zone)

    @property
    def is_known(self) -> bool:
        return (self.opens, self.closes) != (time.min, time.max)

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        return (
            datetime.combine(day, self.opens, self.zone).astimezone(UTC),
            datetime.combine(day, self.closes, self.zone).astimezone(UTC),
        )

    def of(self, valid_on: date) -> tuple[datetime, datetime]:
        """Opening and close (UTC) of the window in which the table valid on that day is published:
        the last one that ended before the day began."""
        day = valid_on - DAY
        while day.weekday() not in self.weekdays:
            day -= DAY
        return self._hours(day)

    def closes_after(self, moment: datetime, nth: int = 1) -> datetime:
        """The nth close (UTC) later than `moment`."""
        day = moment.astimezone(self.zone).date()
        while True:
            if day.weekday() in self.weekdays and self._hours(day)[1] > moment:
                nth -= 1
                if not nth:
                    return self._hours(day)[1]
            day += DAY

    def closed_between(self, since: datetime, until: datetime) -> int:
        """How many windows closed later than `since` and not later than `until`."""
        count, day, last = 0, since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day <= last:
            if day.weekday() in self.weekdays and since < self._hours(day)[1] <= until:
                count += 1
            day += DAY
        return count

    def is_open(self, moment: datetime) -> bool:
        day = moment.astimezone(self.zone).date()
        opens, closes = self._hours(day)
        return day.weekday() in self.weekdays and opens <= moment < closes

    def opens_after(self, moment: datetime) -> datetime:
        """The next opening (UTC) later than `moment`."""
        day = moment.astimezone(self.zone).date()
        while day.weekday() not in self.weekdays or self._hours(day)[0] <= moment:
            day += DAY
        return self._hours(day)[0]


@dataclass(frozen=True, slots=True)
class Rate:
    """What the home currency's bank quoted for one currency.

    `quoted` is in home currency for `nominal` units: banks quote 10 or 100 units of weak currencies.
    """

    currency: str  # ISO 4217
    quoted: Decimal  # as printed, trailing zeros included
    nominal: int
    valid_on: date  # the first day it is official for, not the day it was published
    valid_until: date  # the last such day: `valid_on` itself for a daily table, six days later for a weekly one

    @property
    def value(self) -> Decimal:
        """Home currency for one unit, exact: a nominal is a power of ten."""
        return self.quoted.scaleb(1 - len(str(self.nominal)))

    def same_figure(self, other: Rate) -> bool:
        return self.quoted == other.quoted and self.nominal == other.nominal


class Change(NamedTuple):
    """A change of a figure: the first day of the table that brought it, and by how much, for one unit."""

    on: date
    by: Decimal


@dataclass(frozen=True, slots=True)
class Table:
    """One answer of a bank: rates of one day. `complaints` names each row that could not be read and was dropped."""

    valid_on: date
    rates: tuple[Rate, ...]
    complaints: tuple[str, ...] = ()

    def __getitem__(self, currency: str) -> Rate:
        for rate in self.rates:
            if rate.currency == currency:
                return rate
        raise KeyError(currency)

    @property
    def currencies(self) -> frozenset[str]:
        return frozenset(rate.currency for rate in self.rates)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed as it was parsed: a title and a link that can be shown, nothing guessed."""

    title: str  # plain text, NFC, 1 to 300 characters
    url: str  # absolute http(s)
    guid: str | None  # the feed's own id, None where it has none or several entries of the answer share it
    published_at: datetime | None  # UTC; None where the feed gives no date that can be read
    shared_url: bool = False  # several entries of the answer carry this address: it identifies none of them
    summary: str = ""  # the feed's own short text, plain, at most 300 characters; "" where it gives none


@dataclass(frozen=True, slots=True)
class Feed:
    """What one answer of a feed held. `complaints` names each entry that was dropped."""

    entries: tuple[Entry, ...]
    language: str | None = None  # as the feed declares it, BCP 47, lower case
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """A story's headline as readers see it."""

    id: str
    title: str
    url: str
    feed: str  # id of the feed source
    published_at: datetime  # UTC; the time first seen where the feed gave none, or one in the future
    first_seen_at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends (RFC 9110, 13.1): the validators of one body, as received."""

    etag: str | None = None
    last_modified: str | None = None


EXCERPT_BYTES = 2048  # of a body that could not be used


class UpstreamError(Exception):
    """An upstream's fault, in a sentence: it goes into the round's record and is never raised to a reader."""

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        excerpt: bytes = b"",
        body_bytes: int = 0,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status  # HTTP status; None where there was no answer
        self.excerpt = excerpt[:EXCERPT_BYTES]  # the beginning of the decoded body
        self.body_bytes = body_bytes  # decoded, as far as it was read
        self.retry_after_s = retry_after_s  # of a 429 or 503, from 0 to a day


class ParseError(UpstreamError):
    """A body that can't be read: says where, what was met, what is wanted."""

    def __init__(self, source: str, where: str, met: str, wanted: str) -> None:
        shown = met if len(met) <= 80 else met[:77] + "..."
        super().__init__(f"{source}: {where}: met {shown!r}, wanted {wanted}")
        self.source, self.where, self.met, self.wanted = source, where, met, wanted


class Outcome(StrEnum):
    CHANGED = "changed"  # something that is shown changed
    CONFIRMED = "confirmed"  # what was known was seen again
    NOTHING = "nothing"  # answered, but neither changed nor confirmed (an old table from a cache, a held figure)
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Round:
    """The record of one visit to one source."""

    source: str
    began_at: datetime
    ended_at: datetime
    outcome: Outcome
    status: int | None = None  # HTTP status of the answer; None where there was none
    body_bytes: int = 0
    parsed: int = 0
    dropped: int = 0
    note: str = ""  # what changed, was held, was refused; or, on failure, why, in a sentence
    excerpt: bytes = b""  # the first 2 KiB of the body, on failure
    retry_after_s: int | None = None  # what a 429 or 503 asked for (RFC 9110, 10.2.3), clamped to a day
    next_due_at: datetime | None = None  # when the source was to be visited next, as far as was known then

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAILED


@dataclass(frozen=True, slots=True)
class RatesSource:
    """A rates table that is visited. `bank` is the key of its words, `home` the currency it sets, with its zone."""

    id: str
    url: str
    window: Window
    bank: str
    home: Home
    ahead_days: int = 1  # how far ahead of today its newest table may be valid
    grace_days: int = 14  # how many days past its validity a table may still be shown, late
    limit: Decimal = Decimal("0.15")  # the largest believable move against the table before
    gap_days: int = 14  # not applied across more days than this
    every_s: int = 3600
    window_every_s: int = 180
    archive_url: str | None = None
    archive_pause_s: float = 1.0
    visits: tuple[time, ...] = ()  # of a witness: the times of its day at which it is visited, instead of the paces
    kept: frozenset[str] | None = None  # the currencies that are kept of its tables; None: all


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed that is visited. `publisher` is shown beside each headline."""

    id: str
    url: str
    publisher: str
    language: str
    zone: ZoneInfo
    encoding: str | None = None
    every_s: int = 300


Source = RatesSource | FeedSource


def archive_id(source: str) -> str:
    """The name under which visits to a rates source's archive, and its figures, are recorded; `source` is its id."""
    return f"{source}-archive"


class Cause(StrEnum):
    """The rule by which a figure is held."""

    NONE = ""
    CONTENDED = "contended"  # another figure of the same day is believed; which is the bank's word is not settled
    NOMINAL = "nominal"  # not the nominal that is known
    MOVE = "move"  # moved beyond the limit
    COMPANION = "companion"  # moved beyond its tight limit, in a table with a figure that is held for its move
    EXCHANGE = "exchange"  # two figures stand in each other's place
    RATIO = "ratio"  # off the ratio that witnesses give
    WITNESS = "witness"  # moved away from what other banks agree on
    CONFLICT = "conflict"  # a first figure and another source of the same bank contradict each other
    BETWEEN = "between"  # believed until the next table went back to the figure before it
    ARCHIVE = "archive"  # the archive's figure contradicts a table's


@dataclass(frozen=True, slots=True)
class Revision:
    """A figure as a source gave it at some moment, and what became of it. A figure is never overwritten: a bank's
    correction is a further revision of the same day."""

    id: int
    source: str  # the rates source it belongs to; an archive's figures belong to the daily table they fill
    rate: Rate
    seen_at: datetime
    last_modified: datetime | None = None  # of the body it came in
    body_hash: str = ""  # SHA-256 of that body, hexadecimal
    origin: str = ""  # what it was read from: the source itself, or its archive
    held_at: datetime | None = None
    released_at: datetime | None = None
    discarded_at: datetime | None = None
    reason: str = ""  # why it was held, with both figures
    cause: Cause = Cause.NONE  # the rule behind `reason`
    first: bool = False  # nothing of its currency was believed in the 14 days before it
    confirmed_at: datetime | None = None  # when something bore out a first figure
    by_operator: bool = False  # released or discarded by an operator's word

    @property
    def held(self) -> bool:
        return self.held_at is not None and self.released_at is None and self.discarded_at is None

    @property
    def believed(self) -> bool:
        """Whether it may be shown; an unconfirmed one only as such."""
        return self.discarded_at is None and (self.held_at is None or self.released_at is not None)

    @property
    def confirmed(self) -> bool:
        """False for a first figure that nothing has borne out yet."""
        return not self.first or self.confirmed_at is not None or self.by_operator


@dataclass(frozen=True, slots=True)
class Contender:
    """One of two or more figures that a bank gives for the same day, with the answers in a row that gave it last."""

    rate: Rate
    since: datetime  # by the bank's clock: when the first of those answers left it
    last: datetime  # when the last did
    answers: int
    last_modified: datetime | None  # of its body


@dataclass(frozen=True, slots=True)
class Heard:
    """What a rates source's past answers tell of the next one. Moments are those of the bank's own clock."""

    newest: datetime | None = None  # when the newest answer left the bank
    older: tuple[tuple[datetime, datetime], ...] = ()  # answers in a row that seem older, each with our own time
    contenders: tuple[Contender, ...] = ()  # the figures that answers in a row gave last, by currency
    settled: tuple[tuple[str, date, int], ...] = ()  # how often it was settled which figure of a day is the bank's word
    too_early: str = ""  # the body that was refused because its day could not have been published yet


@dataclass(frozen=True, slots=True)
class Story:
    """A headline with what it is recognised by when its feed shows it again."""

    headline: Headline
    guid: str | None
    canonical_url: str | None  # None where the feed gave several stories one address
    summary: str = ""  # the feed's own, plain text
