"""The table of finished answers: rendered once, true for one version and one period of freshness."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from support.scenes import FEEDS, WEDNESDAY, at, daily, scene

from ticker.model import DAY, Freshness
from ticker.rates.freshness import Judgement
from ticker.serve.http import cache as room
from ticker.serve.http.cache import LONGEST_QUERY, ResponseCache
from ticker.serve.http.response import Response, build_response
from ticker.snapshot import Snapshot

PATH = "/strip.json"


class Broken(Exception):  # noqa: N818
    """What a renderer's own fault raises."""


@dataclass
class Studio:
    """Renders, and keeps count. The canonical key of a query is what stands before its first `&`. A query begins to
    wait at `gate`, where one is set, and is broken where it begins with `broken`."""

    made: list[str] = field(default_factory=list)
    asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    gate: threading.Event | None = None
    begun: threading.Event = field(default_factory=threading.Event)

    def __call__(
        self, path: str, query: str, snapshot: Snapshot, judged: Judgement
    ) -> tuple[str, Callable[[], Response]]:
        key = query.partition("&")[0]
        self.asked.release()

        def make() -> Response:
            self.made.append(f"{path}?{key}")
            self.begun.set()
            if self.gate:
                assert self.gate.wait(5)
            if key.startswith("broken"):
                raise Broken(key)
            body = f"{key} v{snapshot.version} {judged.today} {[str(one.freshness) for one in judged.figures]}"
            return build_response(body.encode(), "text/plain", until=judged.until)

        return key, make


NOW = at(WEDNESDAY, "11:16")


@pytest.fixture
def studio():
    return Studio()


@pytest.fixture
def morning():
    """Wednesday morning; the feeds and the bank were just read."""
    return scene(NOW, daily(WEDNESDAY - DAY, WEDNESDAY)).snapshot


@pytest.fixture
def table(studio, morning):
    return ResponseCache(morning, studio, lambda: NOW, 10, ())


def said(answer: Response | None) -> str:
    assert answer
    return answer.codings["identity"].body.decode()


def test_a_hit_is_found_without_rendering(table, studio):
    assert table.get(PATH, "lang=ky", NOW) is None
    made = table.get_or_render(PATH, "lang=ky", NOW)
    assert table.get(PATH, "lang=ky", NOW) is made
    assert table.get("/strip", "lang=ky", NOW) is None
    assert studio.made == ["/strip.json?lang=ky"]


def test_queries_of_one_canonical_key_are_one_answer(table, studio):
    first, second = (
        table.get_or_render(PATH, "lang=ky&utm_source=a", NOW),
        table.get_or_render(PATH, "lang=ky&utm_source=b", NOW),
    )
    assert first is second
    assert len(studio.made) == 1


def together(table: ResponseCache, studio: Studio, queries: list[str]) -> list[Response | BaseException]:
    """What many get who ask while the first rendering goes on."""
    studio.gate = threading.Event()

    def ask(query: str) -> Response | BaseException:
        try:
            return table.get_or_render(PATH, query, NOW)
        except Exception as fault:
            return fault

    with ThreadPoolExecutor(len(queries)) as pool:
        asked = [pool.submit(ask, query) for query in queries]
        for _ in queries:
            assert studio.asked.acquire(timeout=5)
        opening = threading.Timer(0.1, studio.gate.set)  # by then those who asked last wait too
        opening.start()
        got = [one.result(10) for one in asked]
        opening.join()
    return got


def test_thirty_who_ask_at_once_get_one_rendering(table, studio):
    got = together(table, studio, [f"lang=ky&{nth}" for nth in range(30)])
    assert len({id(one) for one in got}) == 1
    assert len(studio.made) == 1


def test_thirty_who_ask_for_what_fails_share_the_fault_and_none_waits_in_turn(table, studio):
    got = together(table, studio, ["broken"] * 30)
    assert {type(one) for one in got} == {Broken}
    assert len(studio.made) < 5, "one fault is shared by all who waited for it"
    studio.gate = None
    with pytest.raises(Broken):
        table.get_or_render(PATH, "broken", NOW)  # and is not kept


def test_who_waits_too_long_is_told_so(table, studio, monkeypatch):
    monkeypatch.setattr(room, "WAIT_S", 0.01)
    studio.gate = threading.Event()
    slow = threading.Thread(target=table.get_or_render, args=(PATH, "lang=ky", NOW))
    slow.start()
    assert studio.begun.wait(5)
    with pytest.raises(TimeoutError):
        table.get_or_render(PATH, "lang=ky", NOW)
    studio.gate.set()
    slow.join(5)
    assert table.get(PATH, "lang=ky", NOW)


def test_another_strip_does_not_wait_for_a_slow_one(table, studio):
    table.get_or_render(PATH, "lang=ru", NOW)
    studio.gate, studio.begun = threading.Event(), threading.Event()
    slow = threading.Thread(target=table.get_or_render, args=(PATH, "lang=ky", NOW))
    slow.start()
    assert studio.begun.wait(5)
    assert table.get(PATH, "lang=ru", NOW)
    studio.gate.set()
    slow.join(5)


def test_the_table_is_bounded_in_number_and_in_bytes(table, studio):
    for nth in range(1000):
        table.get_or_render(PATH, f"x{nth}", NOW)
    kept = [nth for nth in range(1000) if table.get(PATH, f"x{nth}", NOW)]
    assert kept[-1] == 999
    assert len(kept) <= 40
    endless = "lang=ky&" + "x" * LONGEST_QUERY
    assert table.get_or_render(PATH, endless, NOW) is table.get_or_render(PATH, endless, NOW)
    assert table.get(PATH, endless, NOW) is None
    assert studio.made.count("/strip.json?lang=ky") == 1


def test_a_new_version_is_shown_at_once_with_the_common_strips_ready(studio, morning):
    table = ResponseCache(morning, studio, lambda: NOW, 10, ((PATH, ""), (PATH, "lang=ky")))
    table.get_or_render(PATH, "lang=ru", NOW)
    table.replace_snapshot(replace(morning, version=1235))
    assert table.snapshot.version == 1235
    studio.made.clear()
    assert "v1235" in said(table.get(PATH, "lang=ky", NOW))
    assert table.get(PATH, "lang=ru", NOW) is None
    assert studio.made == []


def test_readers_of_the_old_version_are_answered_while_the_new_one_is_made(studio, morning):
    table = ResponseCache(morning, studio, lambda: NOW, 10, ((PATH, ""),))
    table.get_or_render(PATH, "", NOW)
    studio.gate, studio.begun = threading.Event(), threading.Event()
    switch = threading.Thread(target=table.replace_snapshot, args=(replace(morning, version=1235),))
    switch.start()
    assert studio.begun.wait(5)
    assert "v1234" in said(table.get(PATH, "", NOW))
    studio.gate.set()
    switch.join(5)
    assert "v1235" in said(table.get(PATH, "", NOW))


def test_a_common_strip_that_cannot_be_rendered_stops_no_version(studio, morning, capsys):
    table = ResponseCache(morning, studio, lambda: NOW, 10, ((PATH, "broken"), (PATH, "")))
    table.replace_snapshot(replace(morning, version=1235))
    assert "v1235" in said(table.get(PATH, "", NOW))
    assert "rendering failed" in capsys.readouterr().err


def test_a_look_that_changes_nothing_shown_keeps_the_answers(table, morning):
    made = table.get_or_render(PATH, "", NOW)
    table.replace_snapshot(
        morning.confirmed({subject: moment + timedelta(seconds=40) for subject, moment in morning.looks.items()})
    )
    assert table.get(PATH, "", NOW) is made
    assert table.current(NOW)[1].changes_at > NOW + timedelta(minutes=14)


def test_a_look_that_changes_a_state_makes_new_answers(studio):
    """The bank was away over the weekend; it answers again on Tuesday evening with its old table."""
    away = scene(at(WEDNESDAY, "18:30"), daily(WEDNESDAY - 5 * DAY), looked=at(WEDNESDAY - 5 * DAY, "14:00")).snapshot
    now = at(WEDNESDAY, "18:30")
    table = ResponseCache(away, studio, lambda: now, 10, ())
    assert Freshness.STALE in said(table.get_or_render(PATH, "", now))
    looks = {(source, subject): now if source == "nbkr" else moment for (source, subject), moment in away.looks.items()}
    table.replace_snapshot(away.confirmed(looks))
    assert table.get(PATH, "", now) is None
    assert Freshness.LATE in said(table.get_or_render(PATH, "", now))


def test_an_answer_ends_with_the_state_it_was_made_for(table):
    assert str(WEDNESDAY) in said(table.get_or_render(PATH, "", NOW))
    midnight = at(WEDNESDAY + DAY, "00:00")
    assert table.get(PATH, "", midnight) is None
    tomorrow = said(table.get_or_render(PATH, "", midnight))
    assert str(WEDNESDAY + DAY) in tomorrow
    assert Freshness.LATE in tomorrow


def test_a_feed_that_grows_old_changes_only_what_is_said_of_feeds(table):
    before = table.get_or_render(PATH, "", NOW)
    later = NOW + timedelta(minutes=20)
    assert table.get(PATH, "", later) is None
    assert said(table.get_or_render(PATH, "", later)) == said(before)
    assert {one.freshness for one in table.current(later)[1].feeds} == {Freshness.LATE}
    assert len(FEEDS) == len(table.current(later)[1].feeds)


def test_a_clock_that_goes_back_is_judged_anew(table):
    """By a minute it may be another thread's; by a day it is another day."""
    made = table.get_or_render(PATH, "", NOW)
    assert table.get(PATH, "", NOW - timedelta(seconds=59)) is made
    yesterday = NOW - DAY
    assert table.get(PATH, "", yesterday) is None
    assert str(WEDNESDAY - DAY) in said(table.get_or_render(PATH, "", yesterday))


def test_the_end_of_a_period_is_judged_once_by_all_who_meet_it(studio, morning):
    table = ResponseCache(morning, studio, lambda: NOW, 10, ((PATH, ""),))
    midnight = at(WEDNESDAY + DAY, "00:00")

    def look(_: int) -> datetime:
        return table.current(midnight)[1].until

    studio.made.clear()
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(look, range(200))) == {at(WEDNESDAY + 2 * DAY, "00:00")}
    assert studio.made == ["/strip.json?"]


def test_readers_meet_no_mixture_while_versions_change(studio, morning):
    """A version is one reference: whoever asks gets one that was shown, and never an older one again."""
    table = ResponseCache(morning, studio, lambda: NOW, 10, ((PATH, ""),))
    done, seen = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            seen.append(int(said(table.get_or_render(PATH, "", NOW)).split(" v")[1].split()[0]))

    reader = threading.Thread(target=read)
    reader.start()
    for version, _ in zip(count(1235), range(50), strict=False):
        table.replace_snapshot(replace(morning, version=version))
    done.set()
    reader.join(5)
    assert seen == sorted(seen)
