"""Starts the due rounds and holds the lease, so that only one of several processes collects.

`due` decides from the stored rounds when a source is due; APScheduler runs the rounds in its pool, so that a hung
source delays no other. A thread of ours starts them by the monotonic clock: APScheduler's timer would sleep for as long
as the wall clock was set back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.schedulers.background import BackgroundScheduler

from ticker import log
from ticker.collect.context import RATES_SPAN, RoundContext, waiting_for
from ticker.collect.due import archive_due_at, due_at, least_pause_s
from ticker.collect.lease import LEASE_TTL_S, holder_name
from ticker.collect.round import (
    PAST_ROUNDS,
    apply_operator_decision,
    archive_needs,
    record_fault,
    replace_unreadable_snapshot,
    visit_archive,
    visit_feed,
    visit_rates,
)
from ticker.collect.sources import Archive, archive_of
from ticker.model import Outcome, Round, Source
from ticker.store import Command, Fenced, StoreError

TICK_S = 1.0
RENEW_S = 5.0
_ROUNDING_S = 0.001  # of the difference between two readings of a clock
LOOK_AGAIN_S = 30.0  # due times are read again at least this often, so that a turned clock costs no more
KEEP = timedelta(days=30)  # rounds and stories; rates are kept for good
_AT_ONCE = datetime.fromtimestamp(0, UTC)  # due by any clock: one that goes back just then delays no round


@dataclass(frozen=True, slots=True)
class Visit:
    """One source to visit, with how."""

    id: str
    run: Callable[[int], Round]
    due: Callable[[datetime], datetime | None]  # None: nothing is missing
    least_s: float  # never sooner than this after the last one of this process, whatever the store or a clock says


@dataclass(slots=True)
class Collector:
    """Visits what is due while it holds the lease. `start` works in threads; `step` is one turn in this one."""

    context: RoundContext
    round_limit_s: float  # a round older than this is stuck: its process may not renew the lease
    monotonic: Callable[[], float] = time.monotonic  # seconds; no one sets this clock
    stopping: threading.Event = field(default_factory=threading.Event)
    holder: str = field(default_factory=holder_name)
    token: int | None = None
    _running: dict[str, float] = field(default_factory=dict)  # since when, by the monotonic clock
    _visited: dict[str, float] = field(default_factory=dict)  # when last, by the monotonic clock
    _generation: int = 0  # of the store's file
    _due: dict[str, datetime] = field(default_factory=dict)
    _read_at: datetime | None = None
    _renewed_at: datetime | None = None
    _to_fetch: set[str] = field(default_factory=set)
    _to_judge: set[str] = field(default_factory=set)  # sources with figures that a witness may have settled
    _pruned_at: datetime | None = None
    _logged_token: int | None = None  # the token that was logged last
    _fault: str = ""  # why the store can't be reached, as last logged; "" while it can
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pool: BackgroundScheduler | None = None
    _heart: threading.Thread | None = None

    def visits(self) -> Iterator[Visit]:
        """Everything that may come due: tables, their archives, feeds."""
        for bank in self.context.banks:
            visit = partial(visit_rates, self.context, bank)
            yield Visit(bank.id, visit, partial(self._source_due, bank), least_pause_s(bank))
            if archive := archive_of(bank):
                visit = partial(visit_archive, self.context, archive)
                yield Visit(archive.id, visit, partial(self._archive_due, archive), least_pause_s(bank))
        for feed in self.context.feeds:
            visit = partial(visit_feed, self.context, feed)
            yield Visit(feed.id, visit, partial(self._source_due, feed), least_pause_s(feed))

    def wait_s(self, visit: Visit) -> float:
        """How long at least until its source may be visited again; 0 at the start and for an operator's command."""
        last = self._visited.get(visit.id)
        if last is None or visit.id in self._to_fetch:
            return 0
        wait = last + visit.least_s - self.monotonic()
        return wait if wait > _ROUNDING_S else 0

    def start(self) -> None:
        """Collect in the background. The threads end with `stop`, and keep no process alive."""
        self._pool = BackgroundScheduler(
            executors={"default": _Threads()},
            # `_running` keeps a round from overlapping itself; APScheduler may still count one that just ended.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 2},
            timezone="UTC",
        )
        self._pool.start()
        self._heart = threading.Thread(target=self._beat, name="collector", daemon=True)
        self._heart.start()

    def stop(self) -> None:
        """End soon, and let another process collect at once."""
        self.stopping.set()
        if self._heart:
            self._heart.join(2 * TICK_S)
        if self._pool:
            _shut_down(self._pool)
        try:
            self.context.store.release(self.holder)
        except StoreError as fault:
            log.info("lease kept", why=str(fault))

    def step(self) -> list[Round]:
        """Visit everything that is due now, one after the other; what comes due by that (an archive) as well."""
        done: list[Round] = []
        if self._hold_lease(self.context.clock()):
            self._carry_out_commands()
            while self.token is not None and (due := self._due_now(self.context.clock(), read_again=True)):
                rounds = list(filter(None, map(self._run, due)))
                if not rounds:  # nothing could be recorded: they would be due for ever
                    break
                done += rounds
        return done

    def _beat(self) -> None:
        while not self.stopping.is_set():
            try:
                self._turn()
                self._say_store("")
            except StoreError as fault:
                self.token = None
                self._say_store(str(fault))
            except Exception:
                log.warning("collector turn failed")
            self.stopping.wait(TICK_S)

    def _turn(self) -> None:
        now = self.context.clock()
        if self._hold_lease(now):
            self._carry_out_commands()
            for visit in self._due_now(now):
                self._submit(visit)
            self._prune(now)

    def _hold_lease(self, now: datetime) -> bool:
        """Acquire or renew. A process whose round is stuck does not renew: a hung fetch must not look alive."""
        fresh = self._renewed_at and 0 <= (now - self._renewed_at).total_seconds() < RENEW_S
        if fresh and self.token is not None and self._generation == self.context.store.generation:
            return True
        with self._lock:
            oldest = self.monotonic() - self.round_limit_s
            stuck = [id_ for id_, began in self._running.items() if began < oldest]
        before = self.token
        self.token = None if stuck else self.context.store.lease(self.holder, LEASE_TTL_S)
        self._renewed_at, same_file = now, self._generation == self.context.store.generation
        self._generation = self.context.store.generation
        if self.token != before or not same_file:
            self._due.clear()
            if self.token is not None and (version := replace_unreadable_snapshot(self.context, self.token)):
                log.info("snapshot of another format replaced", version=version)
        if self.token != self._logged_token:
            lost = {"token": self._logged_token} | ({"stuck": stuck} if stuck else {})
            log.info("lease not held", **lost) if self.token is None else log.info("lease held", token=self.token)
            self._logged_token = self.token
        return self.token is not None

    def _say_store(self, fault: str) -> None:
        if fault != self._fault:
            log.info("store unavailable", why=fault) if fault else log.info("store available")
            self._fault = fault

    def _due_now(self, now: datetime, *, read_again: bool = False) -> list[Visit]:
        turned = self._read_at is None or not 0 <= (now - self._read_at).total_seconds() < LOOK_AGAIN_S
        if read_again or turned:
            self._due.clear()
            self._read_at = now
        free = [visit for visit in self.visits() if not self._is_running(visit.id) and not self.wait_s(visit)]
        return [visit for visit in free if self._due_at(visit, now) <= now]

    def _due_at(self, visit: Visit, now: datetime) -> datetime:
        if visit.id in self._to_fetch:
            return now
        known = self._due  # `_run` replaces it when a round ends: what is read here may be outdated by then
        due = known.get(visit.id)
        if due is None:
            due = known[visit.id] = visit.due(now) or now + timedelta(seconds=LOOK_AGAIN_S)
        return due

    def _is_running(self, id_: str) -> bool:
        with self._lock:
            return id_ in self._running

    def _submit(self, visit: Visit) -> None:
        assert self._pool
        with self._lock:
            self._running[visit.id] = self.monotonic()
        self._pool.add_job(self._run, args=[visit], id=visit.id, run_date=_AT_ONCE)

    def _run(self, visit: Visit) -> Round | None:
        token, began = self.token, self.context.clock()
        try:
            if token is None:
                return None
            self._to_fetch.discard(visit.id)
            self._visited[visit.id] = self.monotonic()
            done = self._visit(visit, token, began)
            if not done.failed:
                self._to_judge.discard(visit.id)
            if done.outcome is Outcome.CHANGED:
                self._to_judge |= set(waiting_for(visit.id, self.context))
            log.info(
                "round",
                source=done.source,
                outcome=done.outcome,
                status=done.status,
                seconds=round((done.ended_at - done.began_at).total_seconds(), 3),
                bytes=done.body_bytes,
                parsed=done.parsed,
                dropped=done.dropped,
                note=done.note,
            )
            return done
        except Fenced:
            self.token = None
            log.info("round refused: the lease is lost", source=visit.id, token=token)
        except StoreError as fault:
            log.info("round lost: store unavailable", source=visit.id, why=str(fault))
        finally:
            self._due = {}  # one round's result can make another source due
            with self._lock:
                self._running.pop(visit.id, None)
        return None

    def _visit(self, visit: Visit, token: int, began: datetime) -> Round:
        try:
            return visit.run(token)
        except StoreError:
            raise
        except Exception as fault:
            log.warning("round failed by a fault of our own", source=visit.id)
            return record_fault(self.context, visit.id, token, began, fault)

    def _past(self, source: str) -> list[Round]:
        return self.context.store.rounds(source, PAST_ROUNDS)

    def _source_due(self, source: Source, now: datetime) -> datetime:
        past = self._past(source.id)
        if source.id in self._to_judge and past and not past[0].failed:
            return now  # sooner than by itself, but not than a failure or its Retry-After allows
        contending = bool(self.context.store.heard(source.id).contenders)
        return due_at(source, past, now, contending=contending)

    def _archive_due(self, archive: Archive, now: datetime) -> datetime | None:
        today = archive.source.home.day(now)
        if not archive_needs(archive, self.context.store.revisions(archive.source.id, today - RATES_SPAN), today):
            return None
        return archive_due_at(archive.source, self._past(archive.id), now)

    def _carry_out_commands(self) -> None:
        for command in self.context.store.pending_commands():
            if self.token is not None:
                try:
                    self._carry_out(command, self.token)
                except StoreError:
                    raise
                except Exception:
                    # Done all the same: repeated each second, it would keep every source from its visit.
                    log.warning("command failed", command=command.kind, subject=command.subject)
                    self._settle_command(command, self.token)

    def _carry_out(self, command: Command, token: int) -> None:
        if command.kind in ("accept", "reject"):
            held = {str(one.id): one for one in self.context.store.held()}
            if command.subject in held:
                accepted = command.kind == "accept"
                apply_operator_decision(
                    self.context, held[command.subject], accepted=accepted, token=token, command=command.id
                )
                log.info("held figure settled", command=command.kind, revision=command.subject)
                return
        self._settle_command(command, token)
        if command.kind == "fetch":
            self._to_fetch.add(command.subject)

    def _settle_command(self, command: Command, token: int) -> None:
        with self.context.store.write(token) as tx:
            tx.done(command.id, self.context.clock())

    def _prune(self, now: datetime) -> None:
        if self.token is not None and (self._pruned_at is None or now - self._pruned_at > timedelta(days=1)):
            self.context.store.prune(self.token, now - KEEP)
            self._pruned_at = now


def _shut_down(pool: BackgroundScheduler) -> None:
    """Wait while it hands over a round: stopped before it has forgotten the job, it would look for it in vain and log a
    traceback."""
    deadline = time.monotonic() + TICK_S
    while pool.get_jobs() and time.monotonic() < deadline:
        time.sleep(0.01)
    pool.shutdown(wait=False)


class _Threads(BaseExecutor):  # type: ignore[misc] # APScheduler has no types
    """Runs each round in its own thread: as many at once as there are sources.

    Unlike those of `concurrent.futures`, which APScheduler's own executor uses, these do not keep a process alive while
    a fetch hangs.
    """

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        threading.Thread(target=self._carry_out, args=[job, run_times], name=f"round {job.id}", daemon=True).start()

    def _carry_out(self, job: Any, run_times: list[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
        except BaseException as fault:
            self._run_job_error(job.id, fault, fault.__traceback__)
        else:
            self._run_job_success(job.id, events)
