"""`ticker backfill`: missing days from a bank's archive, with a progress bar on a terminal and a report at the end."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from itertools import groupby

import click

from ticker import service
from ticker.cli.options import NOT_WELL, OK
from ticker.cli.settings import opened_store
from ticker.collect.archive import NEAR, Page
from ticker.collect.backfill import Backfill, Step
from ticker.collect.sources import Archive, archive_of, archived_currencies, earliest_of
from ticker.collect.sources.configured import rates_sources
from ticker.config import Config
from ticker.model import DAY, RatesSource

_NO_FIGURE = (
    f"no figure within {NEAR.days} days of these days is known, and the archive prints no nominal; "
    "collect once, or import one with its nominal"
)


def backfill(config: Config, first: date, last: date | None, currencies: Sequence[str], *, dry_run: bool) -> int:
    """Fill those days of all banks with an archive. Raises StoreError, and UsageError where it can't be asked for."""
    clock = service.clock_of(config)
    try:
        banks = _banks(config)
        days = _days(config, clock(), first, last, earliest_day(config))
        wanted = _archived(currencies, banks)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    do = _plan if dry_run else _run
    with opened_store(config) as store, _ended_by_sigterm():
        context = service.round_context(config, store, clock, time.sleep)
        archives = [archive for bank in banks if (archive := archive_of(bank))]
        # The refusal of one bank's figures ends no other.
        done = [do(Backfill(context, one, *days, _of_archive(one, wanted))) for one in archives]
    for bank in banks:
        if not archive_of(bank):
            print(f"{bank.id}: no archive; the past of its currencies is what was collected or imported")
    return OK if all(done) else NOT_WELL


def _days(config: Config, now: datetime, first: date, last: date | None, earliest: date) -> tuple[date, date]:
    """The days to fill. Raises ValueError: an archive has an `earliest` day, and the newest two are the collector's."""
    newest = config.the_home().day(now) - 2 * DAY
    last = last or newest
    if not earliest <= first <= last <= newest:
        wanted = f"days from {earliest}, the archive's first, to {newest} are wanted"
        wanted += "; newer ones the collector asks for itself"
        raise ValueError(f"--from {first} --to {last}: {wanted}")
    return first, last


def earliest_day(config: Config) -> date:
    """The first day of which an archive has figures. Raises ValueError where none is configured."""
    return min(earliest_of(bank) for bank in _banks(config) if archive_of(bank))


def ten_years_before(day: date, earliest: date) -> date:
    """The first day of the year ten years before, or the `earliest` one."""
    return max(earliest, date(day.year - 10, 1, 1)) if day.year > earliest.year else earliest


def _archived(currencies: Sequence[str], banks: Sequence[RatesSource]) -> tuple[str, ...]:
    """All currencies of the banks' archives where none are named. Raises ValueError for one that none of them has."""
    offered = archived_currencies(banks)
    for currency in currencies:
        if currency not in offered:
            raise ValueError(f"--currency {currency}: the archive has {', '.join(sorted(offered))}")
    return tuple(sorted({*(currencies or offered)}))


def _of_archive(archive: Archive, currencies: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in currencies if one in archive.adapter.currencies)


def _banks(config: Config) -> tuple[RatesSource, ...]:
    """Raises ValueError where none has an archive."""
    banks = tuple(one for one in rates_sources(config) if not one.visits)
    if not any(map(archive_of, banks)):
        raise ValueError("no source has an archive; rates.NAME.archive_url gives its address")
    return banks


def _plan(work: Backfill) -> bool:
    """Print what would be asked for. True if every requested day could be filled."""
    pages = work.plan()
    for page in pages:
        print(f"would ask {work.source.id}'s archive for {_named(page)}")
    pauses_s = len(pages) * work.source.archive_pause_s
    print(f"{len(pages)} pages, with pauses of {pauses_s:.0f} s in all; nothing was asked for or written")
    lost = sorted({page.currency for page in pages} - {page.currency for page in pages if work.within_reach(page)})
    for currency in lost:
        print(f"{currency} can't be filled: {_NO_FIGURE}")
    return not lost


def _run(work: Backfill) -> bool:
    """Ask for the pages and print a report. True if every requested day is now stored."""
    stopped = False
    try:
        with closing(work.run()) as steps:
            _show_progress(steps, len(work.plan()))
    except KeyboardInterrupt:
        stopped = True
    _report(work)
    if stopped or work.fault:
        why = work.fault or "stopped"
        print(f"ticker: {why}; what was read is kept, the same command goes on from there", file=sys.stderr)
    return not (stopped or work.fault or work.refused or _stuck(work))


def _show_progress(steps: Iterator[Step], pages: int) -> None:
    """A bar on a terminal; in a log a line for each page."""
    log = not sys.stderr.isatty()
    with click.progressbar(
        steps, pages, show_pos=True, item_show_func=_named_step, width=24, file=sys.stderr, hidden=log
    ) as bar:
        for step in bar:
            if log:
                print(f"{step.nth}/{step.of} {_named_step(step)}", file=sys.stderr, flush=True)


def _named_step(step: Step | None) -> str:
    """The page with the number of new and refused figures."""
    if step is None:
        return ""
    page, judged = step.page, step.judged
    refused = sum(one.figures for one in judged.refused)
    done = f"{page.currency} {page.first} to {page.last}: {len(judged.believed)} new"
    return f"{done}, {refused} refused" if refused else done


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does: with a report of what was done."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
    """Whether nothing at all is known of a currency, so that it could not be begun. Where only the archive begins
    later than the first day asked for, there is nothing to put right."""
    left = {page.currency for page in work.out_of_reach}
    return any(not work.added[one] and not work.same[one] for one in left)


def _by_currency(page: Page) -> tuple[str, date]:
    return page.currency, page.first


def _named(page: Page) -> str:
    return f"{page.currency} from {page.first} to {page.last}"
