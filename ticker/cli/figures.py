"""`ticker export` and `ticker import`: figures as CSV files."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from time import sleep

import click

from ticker import service
from ticker.cli import series_csv
from ticker.cli.mistake import Mistake
from ticker.cli.options import NOT_WELL, OK
from ticker.cli.series_csv import BadRow, Row, Terms
from ticker.cli.settings import opened_store
from ticker.collect.archive import NEAR, judge_import
from ticker.collect.context import RATES_SPAN
from ticker.collect.lease import backfill_lease
from ticker.collect.sources import earliest_of
from ticker.collect.sources.configured import rates_sources
from ticker.config import Config
from ticker.model import DAY, Home, RatesSource
from ticker.store import Store

LISTED_ROWS = 50  # of a refused file's bad ones, at most
STANDARD_STREAM = Path("-")


def export(config: Config, file: Path, first: date, last: date, currencies: Sequence[str] | None) -> int:
    """Write the believed figures of those days to `file`, or to standard output for `-`. Raises StoreError, Mistake."""
    demo = config.demo.enabled
    with opened_store(config) as store:
        figures = store.figures(first, last, currencies)
    text = series_csv.dump(figures, demo=demo)
    try:
        if file == STANDARD_STREAM:
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            _write_whole(file, text)
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise Mistake(f"export: {file}: can't be written: {fault.strerror}") from fault
    print(f"{len(figures)} figures written{', marked as invented: a demonstration' if demo else ''}", file=sys.stderr)
    return OK


def _write_whole(file: Path, text: str) -> None:
    """The file is there whole or not at all: click's atomic files replace the old one also after an error."""
    written = file.absolute().with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with written.open("x", encoding="utf-8", newline="") as out:
            out.write(text)
        os.replace(written, file)
    except BaseException:
        with suppress(OSError):
            written.unlink()
        raise


def import_file(config: Config, file: Path, source: str, nominals: Mapping[str, int], *, believe_moves: bool) -> int:
    """Store the figures of `file` for missing days, all of them or none. Raises StoreError, Mistake, UsageError."""
    now, home = service.clock_of(config)(), config.the_home()
    if source and source not in (ids := [bank.id for bank in rates_sources(config)]):
        raise click.BadParameter(f"met {source!r}, wanted one of {', '.join(ids)}", param_hint="'--source'")
    body = _read(file)
    with opened_store(config, create=True) as store:
        try:
            found = read_import(store, body, config, now, source=source, nominals=nominals, believe_moves=believe_moves)
        except UnicodeDecodeError as fault:
            raise Mistake(f"import: {file}: met no UTF-8 at byte {fault.start}, wanted a text in UTF-8") from fault
        if found.bad:
            print("\n".join(_refusals(found)))
            rows = "1 row" if len(found.bad) == 1 else f"{len(found.bad)} rows"
            print(f"ticker: {file}: {rows} refused, nothing was written", file=sys.stderr)
            return NOT_WELL
        write_import(store, found, home, now)
        shown = shown_by(store, found, home, now)
    print(f"{file}: {len(found.new)} figures new, {found.same} known already")
    if shown:
        print(shown)
    return OK


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STANDARD_STREAM else file.read_bytes()
    except OSError as fault:
        raise Mistake(f"import: {file}: can't be read: {fault.strerror}") from fault


@dataclass(frozen=True, slots=True)
class Import:
    """What was found in a file: new figures, the number of known ones, and every row that is refused."""

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
    """Read and judge a file's bytes; writes nothing. Raises UnicodeDecodeError where they are not UTF-8."""
    banks = {bank.id: bank for bank in rates_sources(config)}
    terms = Terms(
        homes={bank.id: bank.home.currency for bank in banks.values()},
        sources={bank.id: _newest_published(bank, now) for bank in banks.values()},
        first={bank.id: earliest_of(bank) for bank in banks.values()},
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


def _newest_published(bank: RatesSource, now: datetime) -> date:
    """The last day for which a table can be out. A figure of a later day would make today's table look outdated."""
    day = bank.home.day(now) + bank.ahead_days * DAY
    while bank.window.of(day)[0] > now:
        day -= DAY
    return day


def write_import(store: Store, found: Import, home: Home, now: datetime) -> None:
    """Store the new figures in one write, and let the collector look at once where recent ones are among them."""
    if not found.new:
        return
    with backfill_lease(store, sleep) as token, store.backfill(token()) as tx:
        tx.add([row.figure for row in found.new])
    recent = {row.figure.source for row in found.new if row.figure.rate.valid_on >= home.day(now) - RATES_SPAN}
    for source in sorted(recent):
        store.enqueue("fetch", source)  # they may change what is shown


def shown_by(store: Store, found: Import, home: Home, now: datetime) -> str:
    """Which process shows the new figures, if any is of today: a serving one shows what a collecting one published."""
    if not any(row.figure.rate.valid_until >= home.day(now) for row in found.new):
        return ""
    lease = store.lease_state()
    if lease.holder and lease.until and lease.until > now:
        return "the collecting process shows them within seconds"
    return "nobody collects now: they are shown once a process does (`ticker serve`, `ticker collect`)"


def _refusals(found: Import) -> Iterator[str]:
    """A line for each row that is refused."""
    for one in found.bad[:LISTED_ROWS]:
        yield f"line {one.line}: {one.said}"
    if len(found.bad) > LISTED_ROWS:
        yield f"and {len(found.bad) - LISTED_ROWS} more"


def _judged(
    store: Store, rows: Sequence[Row], bank: RatesSource, *, believe_moves: bool
) -> tuple[list[Row], list[BadRow]]:
    """The rows of one source and currency that are new, and those that are refused."""
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
