"""Commands that move many figures at once: backfill, export, import. What they say on the terminal, and exit codes."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from ticker import series_csv
from ticker.collect.archive import NEAR, SOM, Page, judge_import
from ticker.collect.backfill import Backfill, Step
from ticker.collect.lease import backfill_lease
from ticker.collect.round import RATES_SPAN, RoundContext
from ticker.collect.sources import Archive, archive_of, archived_currencies
from ticker.config import Config
from ticker.model import DAY, Home, RatesSource
from ticker.series_csv import BadRow, Row, Terms
from ticker.store import Store

TOLD_ROWS = 50  # that a file is refused for, at most


@dataclass(slots=True)
class Progress:
    """On a terminal a bar that is drawn over itself; else a line for each page, for a log."""

    out: IO[str]
    _began: float = field(default_factory=monotonic)
    _drawn: bool = False

    def tell(self, step: Step) -> None:
        judged = step.judged
        refused = sum(one.figures for one in judged.refused)
        done = f"{step.page.currency} {step.page.first} to {step.page.last}: {len(judged.believed)} new" + (
            f", {refused} refused" if refused else ""
        )
        if not self.out.isatty():
            print(f"{step.nth}/{step.of} {done}", file=self.out, flush=True)
            return
        left_s = (monotonic() - self._began) / step.nth * (step.of - step.nth)
        bar = "#" * (24 * step.nth // step.of)
        line = f"[{bar:<24}] {step.nth}/{step.of}, {left_s // 60:.0f}:{left_s % 60:02.0f} left  {done}"
        print(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}", end="", file=self.out, flush=True)
        self._drawn = True

    def end(self) -> None:
        if self._drawn:
            print(file=self.out, flush=True)


def span(config: Config, now: datetime, first: date, last: date | None) -> tuple[date, date]:
    """The days to fill. Raises ValueError where they can't be: today and the day before are the collector's own."""
    newest = config.the_home().day(now) - 2 * DAY
    last = last or newest
    if not SOM <= first <= last <= newest:
        wanted = f"days from {SOM}, the som's first, to {newest} are wanted; newer ones the collector asks for itself"
        raise ValueError(f"--from {first} --to {last}: {wanted}")
    return first, last


def ten_years_before(day: date) -> date:
    """The beginning of that year, or of the som."""
    return max(SOM, date(day.year - 10, 1, 1)) if day.year > SOM.year else SOM


def archived(currencies: Sequence[str] | None) -> tuple[str, ...]:
    """All that the archive has, where none are named. Raises ValueError for one that it has not."""
    offered = archived_currencies()
    for currency in currencies or ():
        if currency not in offered:
            raise ValueError(f"--currency {currency}: the archive has {', '.join(sorted(offered))}")
    return tuple(sorted({*(currencies or offered)}))


def banks_of(config: Config) -> tuple[RatesSource, ...]:
    """Raises ValueError where none has an archive."""
    banks = config.rates_sources()
    if not any(map(archive_of, banks)):
        raise ValueError("no source has an archive; rates.NAME.archive_url gives its address")
    return banks


def backfill(
    context: RoundContext,
    banks: Sequence[RatesSource],
    days: tuple[date, date],
    currencies: tuple[str, ...],
    *,
    dry_run: bool,
) -> bool:
    """Whether all that was asked for is there (could be had) in the end. Of `banks` those with an archive are asked."""
    do = _plan if dry_run else _run
    # One's refusal ends no other.
    archives = [archive for bank in banks if (archive := archive_of(bank))]
    done = [do(Backfill(context, one, *days, _of_archive(one, currencies))) for one in archives]
    for bank in banks:
        if not archive_of(bank):
            print(f"{bank.id}: no archive; the past of its currencies is what was collected or imported")
    return all(done)


def _of_archive(archive: Archive, currencies: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in currencies if one in archive.adapter.currencies)


def _plan(work: Backfill) -> bool:
    pages = work.plan()
    for page in pages:
        print(f"would ask {work.source.id}'s archive for {_named(page)}")
    pauses_s = len(pages) * work.source.archive_pause_s
    print(f"{len(pages)} pages, with pauses of {pauses_s:.0f} s in all; nothing was asked for or written")
    lost = sorted({page.currency for page in pages} - {page.currency for page in pages if work.within_reach(page)})
    for currency in lost:
        print(f"{currency} can't be filled: {_NO_FIGURE}")
    return not lost


_NO_FIGURE = (
    f"no figure within {NEAR.days} days of these days is known, and the archive tells no nominal; "
    "collect once, or import one with its nominal"
)


def _run(work: Backfill) -> bool:
    progress, stopped = Progress(sys.stderr), False
    try:
        with closing(work.run()) as steps:
            for step in steps:
                progress.tell(step)
    except KeyboardInterrupt:
        stopped = True
    progress.end()
    _report(work)
    if stopped or work.fault:
        why = work.fault or "stopped"
        print(f"ticker: {why}; what was read is kept, the same command goes on from there", file=sys.stderr)
    return not (stopped or work.fault or work.refused or _stuck(work))


def _report(work: Backfill) -> None:
    """The closing table."""
    print(f"{work.source.id}: {work.asked} pages asked for, {work.added.total()} figures new")
    print(f"{'':8}{'new':>8}{'known':>8}{'refused':>9}")
    for currency in work.currencies:
        refused = sum(one.figures for one in work.refused if one.currency == currency)
        print(f"{currency:8}{work.added[currency]:>8}{work.same[currency]:>8}{refused:>9}")
    for one in work.refused:
        print(f"refused {one.currency} {one.first} to {one.last}, {one.figures} figures: {one.why}. {one.said}")
    for currency, pages in groupby(sorted(work.out_of_reach, key=_by_currency), key=lambda page: page.currency):
        left = list(pages)
        print(f"not asked for: {currency} {left[0].first} to {left[-1].last}: {_NO_FIGURE}")


def _stuck(work: Backfill) -> bool:
    """Whether a currency could not even be begun: nothing of it is known. Where the archive itself begins later than
    it was asked for, there is nothing to put right."""
    left = {page.currency for page in work.out_of_reach}
    return any(not work.added[one] and not work.same[one] for one in left)


def _by_currency(page: Page) -> tuple[str, date]:
    return page.currency, page.first


def _named(page: Page) -> str:
    return f"{page.currency} from {page.first} to {page.last}"


def export(
    store: Store, file: Path | None, first: date, last: date, currencies: Sequence[str] | None, *, demo: bool
) -> int:
    """How many figures were written: to `file`, which is there whole or not at all, or to standard output."""
    figures = store.figures(first, last, currencies)
    text = series_csv.dump(figures, demo=demo)
    if file is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return len(figures)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.absolute().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    return len(figures)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@dataclass(frozen=True, slots=True)
class Import:
    """What becomes of a file: the figures that are new, and every row that is refused."""

    new: tuple[Row, ...]
    same: int
    bad: tuple[BadRow, ...]


def read_import(
    store: Store,
    body: bytes,
    config: Config,
    now: datetime,
    *,
    source: str = "",
    nominals: Mapping[str, int],
    believe_moves: bool = False,
) -> Import:
    """Raises UnicodeDecodeError where the file is not UTF-8."""
    banks = {bank.id: bank for bank in config.rates_sources()}
    terms = Terms(
        home=config.home.currency,
        sources={bank.id: _newest_published(bank, config.the_home(), now) for bank in banks.values()},
        first=SOM,
        now=now,
        source=source,
        nominals=nominals,
        body_hash=hashlib.sha256(body).hexdigest(),
        demo=config.demo.enabled,
    )
    rows, bad = series_csv.load(body.decode("utf-8"), terms)
    new: list[Row] = []
    for (id_, _), group in groupby(sorted(rows, key=_by_series), key=lambda row: _by_series(row)[:2]):
        taken, refused = _judged(store, list(group), banks[id_], believe_moves=believe_moves)
        new += taken
        bad += refused
    return Import(tuple(new), len(rows) - len(new), tuple(sorted(bad, key=lambda one: one.line)))


def _newest_published(bank: RatesSource, home: Home, now: datetime) -> date:
    """The last day for which a table can be out: with one of a later day known, today's would pass for an old one."""
    day = home.day(now) + bank.ahead_days * DAY
    while bank.window.of(day)[0] > now:
        day -= DAY
    return day


def write_import(store: Store, found: Import, home: Home, now: datetime) -> None:
    """All of it in one write."""
    if not found.new:
        return
    with backfill_lease(store, sleep) as token, store.backfill(token()) as tx:
        tx.add([row.figure for row in found.new])
    recent = {row.figure.source for row in found.new if row.figure.rate.valid_on >= home.day(now) - RATES_SPAN}
    for source in sorted(recent):
        store.enqueue("fetch", source)  # what is shown may change by it: the collector looks at once


def shown_by(store: Store, found: Import, home: Home, now: datetime) -> str:
    """Who shows what is new, where it concerns today: serving processes show what a collecting one has published."""
    if not any(row.figure.rate.valid_until >= home.day(now) for row in found.new):
        return ""
    lease = store.lease_state()
    if lease.holder and lease.until and lease.until > now:
        return "the collecting process shows them within seconds"
    return "nobody collects now: they are shown once a process does (`ticker serve`, `ticker collect`)"


def told(found: Import) -> Iterator[str]:
    """A line for each row that is refused."""
    for one in found.bad[:TOLD_ROWS]:
        yield f"line {one.line}: {one.said}"
    if len(found.bad) > TOLD_ROWS:
        yield f"and {len(found.bad) - TOLD_ROWS} more"


def _judged(
    store: Store, rows: Sequence[Row], bank: RatesSource, *, believe_moves: bool
) -> tuple[list[Row], list[BadRow]]:
    """Of one source and currency, by day."""
    by_day = {row.figure.rate.valid_on: row for row in rows}
    rates = [row.figure.rate for row in rows]
    span = rates[0].valid_on - NEAR, rates[-1].valid_on + NEAR
    known = store.revisions_between([bank.id], *span, currencies=[rates[0].currency])
    new, refused = judge_import(rates, known, bank, believe_moves=believe_moves)
    return (
        [by_day[rate.valid_on] for rate in new],
        [BadRow(by_day[day].line, said) for day, said in refused.items()],
    )


def _by_series(row: Row) -> tuple[str, str, date]:
    return row.figure.source, row.figure.rate.currency, row.figure.rate.valid_on
