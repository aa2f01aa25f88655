"""Backfills as processes: killed in the midst beside a service, and ended by a signal."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from support.given import bishkek
from support.running import START_S, Moved, Running, accept, free_port, runner, settings, until

from ticker.demo import DemoUpstream
from ticker.store import open_store

WEDNESDAY = "2026-05-20 11:00"
NEWEST = date(2026, 5, 18)  # that is filled on that day: the newer two are the collector's
SPAN = date(1993, 5, 10), date(2026, 12, 31)


def asked(upstream: DemoUpstream) -> int:
    return len([one for one in upstream.requests if one.source == "nbkr-archive"])


def filled(file: Path) -> list[tuple[object, ...]]:
    """What is in a store's file, but for when."""
    with closing(open_store(f"sqlite:///{file}", clock=lambda: bishkek(WEDNESDAY))) as store:
        return [
            (one.rate, one.origin, one.body_hash)
            for one in store.figures(*SPAN)
            if one.source == "nbkr" and one.rate.valid_on <= NEWEST
        ]


def collector(service: Running) -> tuple[object, ...]:
    said = service.get("/status.json").json["collector"]
    return said["collecting"], said["holder"], said["token"]


@pytest.mark.long
def test_killed_in_the_midst_beside_a_service_it_goes_on_and_the_service_never_notices(tmp_path: Path) -> None:
    clock = Moved.to(WEDNESDAY)
    with DemoUpstream(clock) as upstream, runner(tmp_path) as run:
        folders = {}
        for name in ("killed", "left alone"):
            folder = tmp_path / name
            folder.mkdir()
            url = f"sqlite:///{folder / 'ticker.db'}"
            text = settings(url, folder, upstream, clock, rates__nbkr__archive_pause_s=0.05)
            (folder / "ticker.toml").write_text(text, encoding="utf-8")
            folders[name] = folder

        def backfill(name: str) -> Running:
            return run.python("-m", "ticker", "backfill", "--config", str(folders[name] / "ticker.toml"),
                              "--from", "2021-05-20", port=free_port())  # fmt: skip

        once = run.python("-m", "ticker", "collect", "--once", "--config", str(folders["left alone"] / "ticker.toml"),
                          port=free_port())  # fmt: skip
        service = run.serve(folders["killed"] / "ticker.toml")
        until("a first strip", lambda: (one := service.asked("/strip.json")) and len(one.json["rates"]) == 3, START_S)
        assert once.process.wait(START_S) == 0, once.said()
        until("both have asked the archive for each currency", lambda: asked(upstream) >= 10)
        before, began = collector(service), asked(upstream)
        first = backfill("killed")
        until("some pages", lambda: asked(upstream) > began + 8, START_S)
        first.kill()
        again = backfill("killed")
        assert again.process.wait(120) == 0, again.said()
        pages = len([line for line in again.said().splitlines() if " new" in line and "/" in line])
        assert 0 < pages < 30, "it went on from where it was"

        whole = backfill("left alone")
        assert whole.process.wait(120) == 0, whole.said()
        assert filled(folders["killed"] / "ticker.db") == filled(folders["left alone"] / "ticker.db")
        assert len(filled(folders["killed"] / "ticker.db")) == 5 * ((NEWEST - date(2021, 5, 20)).days + 1)

        assert collector(service) == before
        assert not service.events("lease not held")
        assert not service.events("round refused: the lease is lost")
        upstream.bank.set(upstream.bank.daily_table(clock())[0], USD="87.1234")
        with closing(open_store(f"sqlite:///{folders['killed'] / 'ticker.db'}", clock=clock)) as store:
            store.enqueue("fetch", "nbkr")
            until("the bank's next word is held", store.held)
            accept(store)
        until("the bank's next word is shown", lambda: b"87.1234" in service.get("/strip.json").body)


def test_a_signal_ends_it_with_a_report(tmp_path: Path) -> None:
    clock = Moved.to(WEDNESDAY)
    with DemoUpstream(clock) as upstream, runner(tmp_path) as run:
        config, url = tmp_path / "ticker.toml", f"sqlite:///{tmp_path / 'ticker.db'}"
        config.write_text(settings(url, tmp_path, upstream, clock), encoding="utf-8")
        once = run.python("-m", "ticker", "collect", "--once", port=free_port())
        assert once.process.wait(START_S) == 0, once.said()
        before = asked(upstream)
        text = settings(url, tmp_path, upstream, clock, rates__nbkr__archive_pause_s=5)
        config.write_text(text, encoding="utf-8")
        backfill = run.python("-m", "ticker", "backfill", "--from", "2020-01-01", port=free_port())
        until("a page", lambda: "1/" in backfill.said() and asked(upstream) > before, START_S)
        os.kill(backfill.pid, signal.SIGTERM)
        assert backfill.process.wait(20) == 1
        assert "stopped; what was read is kept, the same command goes on from there" in backfill.said()
        assert "Traceback" not in backfill.said()
