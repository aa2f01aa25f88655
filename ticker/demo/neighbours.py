"""The other banks of the demonstration: when their tables are there, and what these say.

A figure is the demonstration bank's own for the day, crossed backwards, a little off as the real banks are: the dollar
of CBR is an exact copy, that of CBU always 0.03 % higher, roubles differ by up to 1 %. A table is published at 16:00 in
the bank's zone. What no answer recorded of a real bank is invented here: the hour, and the weekends of NBK, NBT and
NBRB, which have a table of every day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from ticker.demo import tables
from ticker.demo.bank import SATURDAY, Bank, noise
from ticker.demo.pages import Row
from ticker.model import DAY, Home

PUBLISHED_AT = time(16)
ARCHIVE = "cbr-archive"
_ARCHIVE_DAYS = 366
_PERCENT = Decimal("0.01")
# In soms. The demonstration bank prints no somoni and no Belarusian rouble, and of the Uzbek soum two digits only.
_UNPRINTED = {"TJS": Decimal("9.3600"), "BYN": Decimal("29.5200"), "UZS": Decimal("0.007300")}
_WANDERS = Decimal("0.3")  # per cent, by which these move to either side within a month
_HOME = "KGS"


class Days(StrEnum):
    """Of which days a bank has a table."""

    AFTER_WORKING = "after working days"  # Tuesday to Saturday; Saturday's stands until Monday
    WORKING = "working days"  # Friday's stands until Sunday
    EVERY = "every day"  # those of Sunday and Monday with Saturday's figures


class Unknown(StrEnum):
    """What a bank answers when it is asked for a day that is not published."""

    LAST = "the last table"
    TODAYS = "today's table"  # without a word
    NOTHING = "no table"


@dataclass(frozen=True, slots=True)
class Neighbour:
    home: Home
    path: str
    nominals: Mapping[str, int]  # by currency, in the order of the table
    off: Mapping[str, tuple[str, str]]  # by currency, per cent: always, and up to so much more to either side
    write: Callable[[date, Sequence[Row]], bytes]
    headers: Mapping[str, str]
    decimals: int = 4
    days: Days = Days.EVERY
    unknown: Unknown = Unknown.LAST
    nothing: bytes = b""  # the body without a table
    day_asked: str | None = None  # the form of the day in what is asked, as for strptime; None: it takes no day
    asked_as: str = "date"  # the parameter that has it; "" for the end of the path
    has_etag: bool = False
    chunked: bool = False
    inverted: bool = False  # units of a currency for one of its own

    def has_table(self, day: date) -> bool:
        lead = timedelta(0) if self.days is Days.WORKING else DAY
        return self.days is Days.EVERY or (day - lead).weekday() < SATURDAY

    def in_force(self, day: date) -> date:
        """The day of the table in force on `day`."""
        while not self.has_table(day):
            day -= DAY
        return day

    def followed(self, day: date) -> date:
        """The day whose soms the table of `day` follows: ECB's is set the evening before NBKR's is official."""
        if self.days is Days.WORKING:
            return self.in_force(day) + DAY
        while (day - DAY).weekday() >= SATURDAY:
            day -= DAY
        return day

    def newest(self, now: datetime) -> date:
        """The day of the newest table that is published."""
        day = self.home.day(now) + DAY
        while not self.has_table(day) or self.published_at(day) > now:
            day -= DAY
        return day

    def answered(self, asked: str, now: datetime) -> date | None:
        """The day of the table that a request gets; None for `nothing`."""
        today, newest = self.home.day(now), self.newest(now)
        try:
            day = self._day_of(asked)
        except ValueError:
            return None
        if day is None:
            return today if self.days is Days.EVERY else newest
        if day <= newest:
            return self.in_force(day)
        return {Unknown.LAST: newest, Unknown.TODAYS: self.in_force(today), Unknown.NOTHING: None}[self.unknown]

    def _day_of(self, asked: str) -> date | None:
        if self.day_asked is None:
            return None
        text = asked.strip("/") if not self.asked_as else parse_qs(asked).get(self.asked_as, [""])[0]
        return datetime.strptime(text, self.day_asked).date() if text else None  # noqa: DTZ007 a day has no zone

    def published_at(self, day: date) -> datetime:
        return self.home.at(day if self.days is Days.WORKING else day - DAY, PUBLISHED_AT)


@dataclass
class Neighbours:
    """What the other banks print, by the figures of `bank`."""

    bank: Bank
    seed: str = "demo"

    def rows(self, source: str, day: date) -> list[Row]:
        """The table of a day."""
        one = NEIGHBOURS[source]
        day = one.followed(day)
        return [Row(name, nominal, self._figure(source, name, nominal, day)) for name, nominal in one.nominals.items()]

    def series(self, currency: str, first: date, last: date, now: datetime) -> list[tuple[date, Row]]:
        """CBR's archive: the days that have a table, oldest first, both ends included; a year at most."""
        one = NEIGHBOURS["cbr"]
        last = min(last, one.newest(now))
        first = max(first, last - timedelta(days=_ARCHIVE_DAYS - 1))
        days = (first + DAY * nth for nth in range((last - first).days + 1))
        return [
            (day, next(row for row in self.rows("cbr", day) if row.currency == currency))
            for day in days
            if one.has_table(day)
        ]

    def _figure(self, source: str, currency: str, nominal: int, day: date) -> Decimal:
        one = NEIGHBOURS[source]
        home = one.home.currency
        figure = self._soms(source, currency, day) / self._soms(source, home, day) * nominal
        if one.inverted:
            figure = 1 / figure
            return figure.quantize(Decimal(1).scaleb(figure.adjusted() - 4))  # five digits
        return figure.quantize(Decimal(1).scaleb(-one.decimals))

    def _soms(self, source: str, currency: str, day: date) -> Decimal:
        """What a currency costs in soms, as that bank sees it."""
        if currency == _HOME:
            return Decimal(1)
        off = NEIGHBOURS[source].off
        always, more = map(Decimal, off.get(currency) or off[""])
        return self._price(currency, day) * (1 + _PERCENT * (always + more * self._noise(source, currency, day)))

    def _price(self, currency: str, day: date) -> Decimal:
        if currency not in _UNPRINTED:
            return self.bank.figure(currency, day) / self.bank.nominal(currency)
        month, past = divmod(day.toordinal(), 30)
        before, after = self._noise(currency, month), self._noise(currency, month + 1)
        return _UNPRINTED[currency] * (1 + _PERCENT * _WANDERS * (before * (30 - past) + after * past) / 30)

    def _noise(self, *key: object) -> Decimal:
        """From -1 to 1."""
        return noise(self.seed, "neighbours", *key)


def _nominals(text: str) -> Mapping[str, int]:
    """By currency: `USD KGS:100` is one dollar and a hundred soms."""
    parts = (word.partition(":") for word in text.split())
    return {name: int(nominal or 1) for name, _, nominal in parts}


def _home(currency: str, zone: str) -> Home:
    return Home(currency, ZoneInfo(zone))


_XML = "text/xml; charset=UTF-8"
_JSON = "application/json; charset=utf-8"
_NOT_CACHED = {"Cache-Control": "no-store, no-cache, must-revalidate", "Pragma": "no-cache"}

NEIGHBOURS: Mapping[str, Neighbour] = {
    "cbr": Neighbour(
        _home("RUB", "Europe/Moscow"),
        "/scripts/XML_daily.asp",
        _nominals("GBP AMD:100 BYN GEL AED USD EUR INR:100 KZT:100 CNY KGS:100 TJS:10 TRY:10 UZS:10000 CHF JPY:100"),
        {"USD": ("0", "0"), "RUB": ("0", "0.66"), "": ("0", "0.66")},
        tables.cbr,
        {"Content-Type": "application/xml; charset=windows-1251", "Cache-Control": "no-cache", "Expires": "-1"},
        days=Days.AFTER_WORKING,
        unknown=Unknown.NOTHING,
        nothing=tables.CBR_ERROR,
        day_asked="%d/%m/%Y",
        asked_as="date_req",
    ),
    "nbk": Neighbour(
        _home("KZT", "Asia/Almaty"),
        "/rss/get_rates.cfm",
        _nominals("AED AMD:10 BYN CHF CNY EUR GBP GEL INR JPY KGS RUB TJS TRY USD UZS:100"),
        {"USD": ("0.02", "0.01"), "EUR": ("0.02", "0.05"), "": ("0", "0.2")},
        tables.nbk,
        {"Content-Type": _XML, "Cache-Control": "no-cache, private"},
        decimals=2,
        unknown=Unknown.NOTHING,
        nothing=tables.NBK_NOTHING,
        day_asked="%d.%m.%Y",
        asked_as="fdate",
    ),
    "cbu": Neighbour(
        _home("UZS", "Asia/Tashkent"),
        "/en/arkhiv-kursov-valyut/json/all/",
        _nominals("USD EUR RUB GBP JPY CHF CNY KZT KGS TJS TRY INR AED AMD GEL BYN"),
        {"USD": ("0.03", "0"), "EUR": ("0.03", "0.01"), "": ("0", "0.6")},
        tables.cbu,
        {"Content-Type": "application/json", **_NOT_CACHED},
        decimals=2,
        chunked=True,
        days=Days.AFTER_WORKING,
        day_asked="%Y-%m-%d",
        asked_as="",
    ),
    "nbt": Neighbour(
        _home("TJS", "Asia/Dushanbe"),
        "/en/kurs/export_xml.php",
        _nominals("USD EUR CNY CHF RUB UZS:100 KGS:10 KZT:10 BYN TRY GBP JPY:10 INR:10 AED AMD:100 GEL"),
        {"USD": ("0", "0.003"), "EUR": ("0", "0.1"), "": ("0", "0.9")},
        tables.nbt,
        {"Content-Type": _XML, **_NOT_CACHED},
        unknown=Unknown.TODAYS,
        day_asked="%Y-%m-%d",
    ),
    "nbrb": Neighbour(
        _home("BYN", "Europe/Minsk"),
        "/exrates/rates?periodicity=0",
        _nominals("AMD:1000 AED:10 USD EUR INR:100 JPY:100 CNY:10 KGS:100 KZT:1000 RUB:100 TRY:10 GBP CHF"),
        {"USD": ("0", "0.001"), "EUR": ("0", "0.08"), "": ("0", "0.4")},
        tables.nbrb,
        {"Content-Type": _JSON},
        has_etag=True,
    ),
    "nbg": Neighbour(
        _home("GEL", "Asia/Tbilisi"),
        "/gw/api/ct/monetarypolicy/currencies/",
        _nominals(
            "AED:10 AMD:1000 BYN CHF CNY:10 EUR GBP INR:100 JPY:100 KGS:100 KZT:100 RUB:100 TJS:10 TRY USD UZS:1000"
        ),
        {"USD": ("-0.032", "0"), "EUR": ("0", "0.13"), "": ("0", "0.4")},
        tables.nbg,
        {"Content-Type": _JSON},
        days=Days.AFTER_WORKING,
        day_asked="%Y-%m-%d",
    ),
    "ecb": Neighbour(
        _home("EUR", "Europe/Berlin"),
        "/stats/eurofxref/eurofxref-daily.xml",
        _nominals("USD JPY GBP CHF TRY CNY INR"),
        {"": ("0", "0.15")},
        tables.ecb,
        {"Content-Type": "text/xml"},
        days=Days.WORKING,
        inverted=True,
    ),
}
