"""A first start, at any hour: ready in time, today's figures within a minute, and an end without a trace."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

import pytest
from support.running import BISHKEK, LOOK_S, Answer, Runner, Running, runner, until

MOMENTS = {
    "a Friday evening": "2026-05-22T18:30",
    "a Monday in the small hours": "2026-05-25T02:10",
    "a Saturday": "2026-05-23T11:00",
    "two minutes to midnight": "2026-05-20T23:58",
    "now": None,
}
ENDS = {  # how each of them is ended: the signal, and whether to all processes, as a terminal does
    "a Friday evening": (signal.SIGINT, True),
    "a Monday in the small hours": (signal.SIGTERM, False),
    "a Saturday": (signal.SIGTERM, True),
    "two minutes to midnight": (signal.SIGINT, False),
    "now": (signal.SIGINT, True),
}
MIDNIGHT = "2026-05-20T23:59:15"
SHOWN = ("USD", "EUR", "RUB")
READY_S, FIGURES_S, STOP_S, ANSWER_S = 60, 60, 5, 5


class Started:
    """Demonstrations that begin at once, so that their waits for midnight and figures pass together."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.of = {name: self.demo(moment) for name, moment in MOMENTS.items()}
        self.at_midnight = self.demo(MIDNIGHT)
        self._evening: Answer | None = None

    def evening(self) -> Answer:
        """The strip of `at_midnight` before midnight."""
        if self._evening is None:
            self._evening = until("figures before midnight", lambda: with_next(self.at_midnight), FIGURES_S)
        return self._evening

    def demo(self, moment: str | None, *arguments: str) -> Running:
        return self.runner.ticker("demo", *(("--at", moment) if moment else ()), *arguments)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with runner(tmp_path_factory.mktemp("demo")) as made:
        yield Started(made)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Runner]:
    with runner(tmp_path) as made:
        yield made


def today(answer: Answer) -> date:
    """In Bishkek, by the service's own clock."""
    return parsedate_to_datetime(answer.headers["date"]).astimezone(BISHKEK).date()


def shown(answer: Answer) -> dict[str, tuple[str | None, str | None]]:
    return {one["currency"]: (one["value"], one["valid_on"]) for one in answer.json["rates"]}


def text(page: bytes) -> str:
    body = re.sub(r"(?s)<(script|style|template)\b.*?</\1>", " ", page.decode())
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def complete(running: Running) -> Answer | None:
    """The strip, once it has today's figures, borne out by the archive, and headlines."""
    answer = running.answers("/strip.json")
    if not answer or len(answer.json["headlines"]) < 5:
        return None
    fresh = [one for one in answer.json["rates"] if one["freshness"] == "fresh"]
    of_today = {one["currency"] for one in fresh if one["valid_on"] == str(today(answer))}
    return answer if of_today >= set(SHOWN) else None


def with_next(running: Running) -> Answer | None:
    """The same, once the table of tomorrow is read too."""
    answer = complete(running)
    return answer if answer and all(one["next"] for one in answer.json["rates"]) else None


@pytest.mark.parametrize("name", MOMENTS)
def test_at_any_hour_today_s_figures_are_shown_within_a_minute(started: Started, name: str) -> None:
    running = started.of[name]
    running.until_ready()
    ready = time.monotonic() - running.began
    answer = until("today's figures and 5 headlines", lambda: complete(running), FIGURES_S)
    print(f"{name}: ready after {ready:.1f} s, complete after {time.monotonic() - running.began:.1f} s")
    assert ready <= READY_S
    said = answer.json
    assert [one["currency"] for one in said["rates"]] == list(SHOWN)
    assert all(one["value"] and one["freshness"] == "fresh" for one in said["rates"]), said["rates"]
    assert said["demo"] is True
    page = running.get("/strip").body
    if shown(running.get("/strip.json")) == shown(answer):  # else midnight has just passed
        assert "DEMO" in text(page)
        for one in said["rates"]:
            assert one["text"] in text(page), (one, text(page))


def test_in_the_evening_the_next_day_s_figures_stand_beside_today_s(started: Started) -> None:
    evening = started.evening()
    assert today(evening) == date(2026, 5, 20), "too slow a start for this test"
    assert [one["next"]["valid_on"] for one in evening.json["rates"]] == ["2026-05-21"] * 3


@pytest.mark.parametrize("name", MOMENTS)
def test_ctrl_c_and_sigterm_end_it_without_a_trace(started: Started, name: str) -> None:
    running = started.of[name].until_ready()
    number, group = ENDS[name]
    took = running.ends(number, group=group, within_s=STOP_S)
    print(f"{number.name} {'to the group' if group else 'to the main process'}: ended in {took:.2f} s")


@pytest.mark.parametrize(
    ("fault", "number", "group"),
    [
        ("nbkr=hang", signal.SIGINT, True),
        ("demo-en=drip_body", signal.SIGINT, True),
        ("nbkr=drip_header", signal.SIGTERM, False),
        ("nbkr-weekly=endless_continue", signal.SIGTERM, True),
        ("demo-ru=drip_status", signal.SIGHUP, True),
    ],
)
def test_a_hanging_fetch_holds_no_process(demo: Runner, fault: str, number: signal.Signals, group: bool) -> None:
    running = demo.ticker("demo", "--at", "2026-05-22T18:30", "--fault", fault)
    running.until_ready()
    took = running.ends(number, group=group, within_s=STOP_S)
    print(f"{fault}, {number.name}: ended in {took:.2f} s")
    assert not list((demo.folder / "tmp").glob("ticker-demo-*")), "its folder is left"


def test_a_terminal_s_ctrl_c_during_the_start_leaves_no_traceback_of_a_worker(demo: Runner) -> None:
    """The worker is seen from its first moment: it imports for as long as a second, where Python itself would raise."""
    for wait_s in (0.0, 0.05, 0.2, 0.5):
        running = demo.ticker("demo")
        until("a worker", running.worker, 30)
        time.sleep(wait_s)
        running.ends(signal.SIGINT, group=True, within_s=STOP_S)


def test_closing_the_terminal_ends_it_but_not_under_nohup(demo: Runner) -> None:
    left = demo.ticker("demo").until_ready()
    left.ends(signal.SIGHUP, group=True, within_s=STOP_S)
    kept = demo.python(
        "-c",
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "os.execv(sys.executable, [sys.executable, '-m', 'ticker', 'demo', *sys.argv[1:]])",
        "--port",
        str(left.port),
        port=left.port,
    )
    kept.until_ready()
    worker = kept.worker()
    kept.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        assert kept.answers("/livez")
        assert kept.worker() == worker
        time.sleep(LOOK_S)
    kept.ends(signal.SIGTERM, group=False, within_s=STOP_S)


def test_past_midnight_the_next_day_s_figures_are_today_s(started: Started) -> None:
    running, before = started.at_midnight, started.evening()
    tomorrow = {one["currency"]: one["next"]["value"] for one in before.json["rates"]}
    after = until("the next day's figures", lambda: _of(running, date(2026, 5, 21)), 60)
    assert {currency: value for currency, (value, _) in shown(after).items()} == tomorrow
    assert {one["currency"]: one["previous"]["value"] for one in after.json["rates"]} == {
        currency: value for currency, (value, _) in shown(before).items()
    }
    page = text(running.get("/strip").body)
    assert all(one["text"] in page for one in after.json["rates"]), page
    assert "21 May" in page
    assert after.headers["etag"] != before.headers["etag"]


def _of(running: Running, day: date) -> Answer | None:
    """The first answer after midnight: it must not show a figure of the day before."""
    answer = running.get("/strip.json")
    if today(answer) < day:
        return None
    assert {valid_on for _, valid_on in shown(answer).values()} == {str(day)}, "yesterday's figures after midnight"
    return answer
