"""Every door says the same of one day: the figure, how fresh it is, and the day of its table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk import Desk
from support.figures import empty_store
from support.given import steadily
from support.scenes import FEEDS, HOME, NBKR, WEEKLY, at

from ticker.model import DAY, Headline, Rate
from ticker.rates.compose import compose

CURRENCIES = ("USD", "EUR", "HRK")  # the kuna is no more since 2023
ATOM = "{http://www.w3.org/2005/Atom}"
DOUBT = {True: "not certain", False: "unconfirmed"}  # by whether the figure is confirmed


def march(day: int) -> date:
    return date(2026, 3, 1) + (day - 1) * DAY


@dataclass(frozen=True)
class Said:
    """What a source says of `days` days from the `first` of March on, some days after it was due.

    Of the fates, "first" is that of a first figure; one "borne out" is confirmed some days `later`.
    """

    source: str
    currency: str
    first: int
    days: int
    quoted: str
    fate: str = "believed"
    delay: int = 0
    origin: str = ""
    later: int = 1

    @property
    def seen(self) -> datetime:
        return at(march(self.first - 1 + self.delay), "16:10")


@dataclass(frozen=True)
class World:
    """What was said until `clock` on a day of March; `silent` days before it the bank was looked at last, and
    `left_out` (source and currency) was missing then from the table that had it."""

    said: tuple[Said, ...]
    today: int
    clock: str = "11:16"
    silent: int = 0
    left_out: tuple[str, str] | None = None
    past: int = 3  # that many days before today is the moment of the past that is asked for

    @property
    def now(self) -> datetime:
        return at(march(self.today), self.clock)


def daily(currency: str, first: int, quoted: str, days: int = 1, **more: Any) -> Said:
    return Said(NBKR.source, currency, first, days, quoted, **more)


def weekly(currency: str, first: int, quoted: str, **more: Any) -> Said:
    return Said(WEEKLY.source, currency, first, 7, quoted, **more)


@contextmanager
def opened(world: World) -> Iterator[Doors]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "ticker.db").write_bytes(empty_store())
        desk = Desk(Path(folder), march(world.today), world.clock, api_quota=0)
        try:
            _fill(desk, world)
            yield Doors(desk, world)
        finally:
            desk.close()


def _fill(desk: Desk, world: World) -> None:
    looked = world.now - world.silent * DAY
    known: dict[str, set[str]] = {NBKR.source: set(), WEEKLY.source: set()}
    with desk.store.write(desk.token) as write:
        for one in sorted(world.said, key=lambda one: one.seen):
            if one.seen > world.now:
                continue
            rate = Rate(one.currency, Decimal(one.quoted), 1, march(one.first), march(one.first + one.days - 1))
            first = one.fate in ("first", "borne out")
            reason = None if one.fate == "believed" or first else "far from the one before"
            id_ = write.add(one.source, rate, seen_at=one.seen, origin=one.origin, held_reason=reason, first=first)
            if one.fate == "borne out" and (moment := one.seen + one.later * DAY) <= world.now:
                write.confirm(id_, moment)
            if one.fate == "released":
                write.release(id_, one.seen)
            if one.fate == "discarded":
                write.discard(id_, one.seen)
            if not one.origin and one.seen <= looked:
                known[one.source].add(one.currency)
                for currency in sorted(known[one.source]):
                    write.record_look(one.source, currency, one.seen)
        for source, currencies in known.items():
            for currency in sorted(currencies):
                if (source, currency) == world.left_out:
                    write.interrupt(source, [currency])
                else:
                    write.record_look(source, currency, looked)
        since = HOME.day(world.now) - 60 * DAY
        revisions = {bank.source: write.revisions(bank.source, since) for bank in (NBKR, WEEKLY)}
        news = [_headline(nth) for nth in range(1, world.today + 1)]
        write.publish(compose(HOME, (NBKR, WEEKLY), FEEDS, revisions, news), world.now)
        for feed in FEEDS:
            write.record_look(feed.feed, "", world.now)
    desk.live.poll()


def _headline(nth: int) -> Headline:
    moment = at(march(nth), "08:00")
    return Headline(f"{nth:016x}", f"News of day {nth}", f"https://news.example/{nth}", FEEDS[0].feed, moment, moment)


@dataclass
class Doors:
    desk: Desk
    world: World
    figures: dict[tuple[date, str], dict[str, Any]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return march(self.world.today)

    @property
    def lately(self) -> list[date]:
        """The days that are asked for one by one."""
        return [self.day + nth * DAY for nth in range(-6, 3)]

    @cached_property
    def days(self) -> list[date]:
        return [march(nth) for nth in range(-4, self.world.today + 12)]

    def figure(self, day: date, currency: str, moment: str = "") -> dict[str, Any]:
        """The API's, which the others are compared with."""
        if (day, currency) not in self.figures:
            found = self.desk.json(f"rates?date={day}&currencies={','.join(self.known)}{moment}")
            self.figures |= {(day, one["currency"]): one for one in found["rates"]}
        return self.figures[day, currency]

    @cached_property
    def known(self) -> list[str]:
        """HRK is offered once something is known of it, which for a currency that is no more is never."""
        listed = {one.currency for one in self.desk.cache.snapshot.content.series}
        return [one for one in CURRENCIES if one in {"USD", "EUR", *listed}]

    def fresh(self, day: date, currency: str) -> dict[str, Any] | None:
        found = self.figure(day, currency)
        return found if found["freshness"] == "fresh" else None

    def covered(self, day: date, currency: str) -> dict[str, Any] | None:
        """The figure whose own table has the day."""
        found = self.figure(day, currency)
        return found if found["value"] and found["valid_until"] >= str(day) else None

    # --- doors that tell of any day ---

    def history(self, moment: str = "") -> None:
        span = f"from={self.days[0]}&to={self.days[-1]}&currencies={','.join(self.known)}"
        for row in self.desk.json(f"history?{span}{moment}")["rates"]:
            expected = self.figure(date.fromisoformat(row["date"]), row["currency"], moment)
            names = ("value", "freshness", "confirmed") + (
                ("valid_on", "valid_until", "source") if expected["value"] else ()
            )
            assert {name: row[name] for name in names} == {name: expected[name] for name in names}, row

    def chart(self) -> None:
        for currency in self.known:
            text = self.desk.get(f"/chart?currencies={currency}&from={self.days[0]}&to={self.days[-1]}").text
            drawn = dict(re.findall(r'<time datetime="([0-9-]+)">[^<]*</time></th><td>([^<]*)</td>', text))
            for day in self.days:
                found = self.covered(day, currency)
                doubt = f", {DOUBT[found['confirmed']]}" if found and found["freshness"] == "late" else ""
                cell = drawn.get(str(day), "—")
                assert cell == (f"{found['value']}{doubt}" if found else "—"), (day, currency)

    def feed(self) -> None:
        """Each figure that is official on the first day of its table is listed, and no other."""
        listed: dict[tuple[str, str, str], bool] = {}
        for currency in self.known:
            root = ElementTree.fromstring(self.desk.get(f"/rates.atom?currencies={currency}").text)
            for entry in root.iter(f"{ATOM}entry"):
                link = next(one for one in entry.iter(f"{ATOM}link") if one.get("rel") == "alternate").get("href", "")
                first = re.search(r"from=([0-9-]+)", link)
                value = re.search(rf"1 {currency} = ([0-9.]+)", entry.findtext(f"{ATOM}summary", ""))
                assert first, link
                assert value, entry.findtext(f"{ATOM}summary")
                summary = entry.findtext(f"{ATOM}summary", "")
                listed[currency, first[1], value[1]] = any(word in summary for word in DOUBT.values())
        official: dict[tuple[str, str, str], bool] = {}
        for day in self.days:
            for currency in self.known:
                if found := self.covered(day, currency):
                    key = currency, found["valid_on"], found["value"]
                    if found["valid_on"] == str(day):
                        official[key] = False
                    if key in official:
                        official[key] |= found["freshness"] == "late"
        assert listed == official

    def frankfurter(self) -> None:
        """A day's figure, or the nearest earlier one under its own day; of days to come only the next table's first.

        From today on the answer comes from memory, which has no currency that only an import brought to a source.
        """
        in_memory = {(one.source, one.currency) for one in self.desk.cache.snapshot.content.series}
        for currency in self.known:
            for day in self.lately:
                got = self.desk.get(f"/compat/frankfurter/v1/{day}?base={currency}&symbols=KGS")
                if got.status_code != 200:
                    assert self.fresh(day, currency) is None or day > self.day, (day, currency, got.text)
                    continue
                own = date.fromisoformat(got.json["date"])
                expected = self.fresh(own, currency)
                assert expected, (day, currency, got.json)
                assert got.json["rates"]["KGS"] == float(expected["value"]), (day, currency)
                for later in range(1, (min(day, self.day) - own).days + 1):
                    nearer = self.fresh(own + later * DAY, currency)
                    imported = nearer and day >= self.day and (nearer["source"], currency) not in in_memory
                    assert nearer is None or imported, (day, currency, got.json)

    def frankfurter_period(self) -> None:
        first = self.days[5]
        for currency in self.known:
            got = self.desk.get(f"/compat/frankfurter/v1/{first}..{self.days[-1]}?base={currency}&symbols=KGS")
            told = got.json["rates"] if got.status_code == 200 else {}
            for day in self.days[5:]:
                expected, rate = self.fresh(day, currency), told.get(str(day))
                if rate or day <= self.day:
                    assert (rate and rate["KGS"]) == (expected and float(expected["value"])), (day, currency)

    def story(self) -> None:
        for nth in range(self.world.today - 6, self.world.today + 1):
            text = self.desk.get(f"/story/{nth:016x}?lang=en").text
            row = rf'<th scope="row">({"|".join(self.known)}) .*?<td>([^< ]*)(?: <span class="mark">(.*?)<)?'
            rows = re.findall(row, text)
            for currency, value, mark in rows:
                expected = self.figure(march(nth), currency)
                assert value == (expected["value"] or "—"), (nth, currency)
                assert bool(mark) == (expected["freshness"] != "fresh"), (nth, currency, mark)
            told = {currency for currency, _, _ in rows}
            assert all(not self.figure(march(nth), one)["value"] for one in {"USD", "EUR"} - told)

    def changes(self) -> None:
        """The last change of a figure is what the days show one by one: the same figure since, another the day before.
        Of a source alone it is known wherever each day has its own table."""
        for currency in self.known:
            sources = {one.source for one in self.world.said if one.currency == currency}
            for day in self.lately:
                found = self.figure(day, currency)
                told = found["last_change"], found["changed_on"]
                if told != (None, None):
                    on = date.fromisoformat(told[1])
                    figures = [self.fresh(on + nth * DAY, currency) for nth in range(-1, (day - on).days + 1)]
                    assert all(figures), (day, currency, told)
                    values = [Decimal(one["value"]) for one in figures if one]
                    assert (values[1] - values[0], set(values[1:])) == (Decimal(told[0]), {Decimal(found["value"])})
                    assert values[1] != values[0]
                elif len(sources) == 1 and self.fresh(day, currency):
                    assert not self._changed_lately(day, currency), (day, currency)

    def _changed_lately(self, day: date, currency: str) -> bool:
        """Whether the last four days have a table each, beyond doubt, and not all the same figure."""
        figures = [self.fresh(day - nth * DAY, currency) for nth in range(4)]
        own = [one for nth, one in enumerate(figures) if one and one["valid_on"] == str(day - nth * DAY)]
        return len(own) == 4 and len({one["value"] for one in own}) > 1

    # --- doors that tell of today ---

    def today(self, moment: str = "") -> None:
        wanted = ",".join(self.known)
        strips = [
            {one["currency"]: one for one in self.desk.get(f"{path}?currencies={wanted}{moment}").json["rates"]}
            for path in ("/strip.json", "/panel.json", "/api/v1/strip")
        ]
        status = {one["currency"]: one for one in self.desk.get(f"/status.json?{moment[1:]}").json["rates"]}
        day = HOME.day(self.moment(moment))
        for currency in self.known:
            expected = self.figure(day, currency, moment)
            for drawn in (one[currency] for one in strips):
                assert drawn["freshness"] == expected["freshness"]
                assert drawn["value"] == expected["value"]
                assert drawn["last_change"] == expected["last_change"]
                assert drawn["changed_on"] == expected["changed_on"]
                assert drawn["confirmed"] == expected["confirmed"]
                assert drawn["confirmed"] or "unconfirmed" in drawn["spoken"]
                if expected["value"]:
                    assert [drawn[name] for name in ("valid_on", "source")] == [
                        expected[name] for name in ("valid_on", "source")
                    ]
                if coming := drawn["next"]:
                    of_its_day = self.figure(date.fromisoformat(coming["valid_on"]), currency, moment)
                    assert [coming[name] for name in ("value", "valid_on", "freshness")] == [
                        of_its_day[name] for name in ("value", "valid_on", "freshness")
                    ]
                if before := drawn["previous"]:
                    of_its_day = self.figure(date.fromisoformat(before["valid_on"]), currency, moment)
                    same = (of_its_day["source"], of_its_day["valid_on"]) == (drawn["source"], before["valid_on"])
                    assert not same or of_its_day["freshness"] == "fresh"
            told = status.get(currency)
            assert (told["freshness"] if told else "none") == expected["freshness"]
            assert (told["value"] if told else None) == expected["value"]
            assert (told["confirmed"] if told else True) == expected["confirmed"]

    def xml(self) -> None:
        """A table's figure is the official one on the day that it would be read for."""
        for kind in ("daily", "weekly"):
            got = self.desk.get(f"/compat/nbkr/XML/{kind}.xml")
            if got.status_code == 503:
                continue
            root = ElementTree.fromstring(got.data)
            first = date(*map(int, reversed(root.get("Date", "").split("."))))
            for one in root:
                until = first + (int(one.findtext("ValidFor", "1")) - 1) * DAY
                day = min(max(march(self.world.today), first), until)
                expected = self.fresh(day, one.get("ISOCode", ""))
                assert expected, (kind, day, got.text)
                value = one.findtext("Value", "").replace(",", ".")
                assert (value, str(first)) == (expected["value"], expected["valid_on"]), (kind, day)

    def moment(self, moment: str) -> datetime:
        return self.world.now - self.world.past * DAY if moment else self.world.now


def agree(world: World) -> None:
    with opened(world) as doors:
        doors.today()
        doors.history()
        doors.chart()
        doors.story()
        doors.changes()
        doors.frankfurter()
        doors.frankfurter_period()
        doors.xml()
        doors.feed()
        doors.figures.clear()
        past = f"&at={(world.now - world.past * DAY).strftime('%Y-%m-%dT%H:%M:%SZ')}"
        doors.today(past)
        doors.history(past)


SOURCES = st.sampled_from([NBKR.source, WEEKLY.source])
FATES = st.sampled_from(["believed"] * 6 + ["held"] * 3 + ["first", "borne out"] * 2 + ["released", "discarded"])
QUOTED = st.sampled_from(["80.0000", "81.5000", "82.0000", "83.0000", "92.5000"])


@st.composite
def _said(draw: st.DrawFn) -> Said:
    source = draw(SOURCES)
    origin = draw(st.sampled_from([""] * 5 + ["import"]))
    usual = 7 if source == WEEKLY.source else 1
    return Said(
        source,
        draw(st.sampled_from(CURRENCIES[:2] * 4 + CURRENCIES[2:])),
        draw(st.integers(-3, 21)),
        draw(st.integers(1, 5)) if origin else usual,
        draw(QUOTED),
        draw(FATES),
        draw(st.sampled_from([0, 0, 0, 1, 2, 5])),
        origin,
        draw(st.integers(0, 4)),
    )


WORLDS = st.builds(
    World,
    st.lists(_said(), min_size=1, max_size=12).map(tuple),
    st.integers(8, 20),
    st.sampled_from(["09:00", "16:30", "18:30"]),
    st.sampled_from([0, 0, 0, 1, 3, 5]),
    st.sampled_from([None, None, (NBKR.source, "USD"), (WEEKLY.source, "USD")]),
    st.integers(1, 6),
)


def test_a_held_daily_figure_does_not_make_the_weekly_one_official():
    """The daily table wins on each day that it covers, also while one of its figures is in doubt, and also where an
    import covers several days and a weekly table begins within them."""
    agree(
        World(
            (
                weekly("USD", 5, "83.0000"),
                daily("USD", 11, "80.0000"),
                daily("USD", 11, "92.5000", fate="held", delay=1),
                daily("USD", 12, "80.0000", days=3, origin="import"),
                weekly("USD", 14, "82.0000"),
            ),
            today=16,
        )
    )


def test_a_figure_left_out_of_a_reprinted_table_is_late_at_every_door():
    agree(
        World(
            (weekly("USD", 7, "83.0000"), weekly("EUR", 7, "81.5000")),
            today=10,
            left_out=(WEEKLY.source, "USD"),
        )
    )


def test_a_first_figure_is_unconfirmed_at_every_door_until_it_is_borne_out():
    """And none of a day to come is given; of the two sources the daily one counts, though the weekly is certain."""
    agree(
        World(
            (
                weekly("USD", 7, "83.0000"),
                daily("USD", 8, "80.0000", fate="borne out", later=3),
                daily("USD", 10, "81.5000", fate="first"),
                daily("USD", 11, "82.0000", fate="first"),
            ),
            today=10,
            clock="18:30",
            past=1,
        )
    )


def test_tomorrows_figure_in_doubt_is_at_no_door():
    agree(
        World(
            (
                daily("USD", 9, "80.0000"),
                daily("USD", 10, "80.0000"),
                daily("USD", 11, "81.5000"),
                daily("USD", 11, "92.5000", fate="held"),
            ),
            today=10,
            clock="18:30",
            past=1,
        )
    )


@settings(steadily, max_examples=15)
@given(WORLDS)
def test_every_door_says_the_same_of_a_day(world):
    agree(world)
