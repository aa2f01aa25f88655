"""The commands with their options, and how a command ends: 0 all is well, 1 it is not, 2 wrong usage or settings.

Each command imports its own module when it runs, so that `ticker --help` answers at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticker import __version__
from ticker.cli.options import (
    CURRENCY,
    DAY,
    FIGURE_ID,
    FILE,
    MOMENT,
    NOMINAL,
    NOT_WELL,
    OK,
    with_address,
    with_currencies,
    with_settings,
)

if TYPE_CHECKING:
    from ticker.config import Loaded

UNTIL_INTERRUPTED = ("serve", "demo", "collect")  # Ctrl-C is how these end


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. A user's mistake is a sentence on standard error, never a traceback."""
    words = [*(sys.argv[1:] if arguments is None else arguments)]
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal may know no Cyrillic, and a file's name may be no text: neither is worth a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with commands.make_context("ticker", words) as context:
            return int(commands.invoke(context))
    except click.exceptions.Exit as end:  # of --help and --version
        return end.exit_code
    except click.ClickException as fault:
        print(f"ticker: {_sentence(fault)}", file=sys.stderr)
        return fault.exit_code
    except KeyboardInterrupt:
        return OK if words and words[0] in UNTIL_INTERRUPTED else NOT_WELL
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of a pipe has seen enough
        return OK


def _sentence(fault: click.ClickException) -> str:
    """What was wrong, what is allowed, and where to read more."""
    said = fault.format_message()
    if isinstance(fault, click.NoSuchCommand) and not fault.possibilities:
        said += f" Commands are {', '.join(commands.commands)}."
    if not isinstance(fault, click.UsageError) or fault.ctx is None:
        return said
    if isinstance(fault, click.NoSuchOption) and fault.ctx.command is commands:
        said += " Options follow the command, as in `ticker status --config FILE`."
    return f"{said} (`{fault.ctx.command_path} --help` tells more)"


@click.group(
    subcommand_metavar="COMMAND [OPTIONS]",
    options_metavar="",
    no_args_is_help=False,
    context_settings={"max_content_width": 120},
)
@click.version_option(__version__, message="som-ticker %(version)s")
def commands() -> None:
    """The strip with official exchange rates and headlines, as a service.

    \b
      ticker demo              try it: a demonstration bank and feeds, no internet needed
      ticker serve             serve with the live sources, and collect
      ticker collect           only collect, for a store that other machines serve from
      ticker check nbkr        fetch, parse and judge a source (or a URL, or a file) without storing
      ticker status            what is cached, and whether it is true
      ticker held              figures not believed; accept or reject them
      ticker backfill --from 1999-01-01   figures of the past, from the bank's archive
      ticker export FILE       figures as CSV
      ticker import FILE       figures from CSV, all of a file or nothing of it
      ticker config            every option with its value and where it comes from
    """


# --- serving --------------------------------------------------------------------------------------------------------


@commands.command(short_help="serve a demonstration")
@with_address
@click.option(
    "--at", type=MOMENT, metavar="MOMENT", help="The moment to begin at, as 2026-05-22T18:30, in the bank's zone."
)
@click.option(
    "--fault", "faults", metavar="SOURCE=FAULT", multiple=True,
    help="Let a source misbehave; repeatable. The error for a wrong one lists the possible ones.",
)  # fmt: skip
@click.option(
    "--home", "homes", type=CURRENCY, metavar="CURRENCY", multiple=True,
    help="Serve the strip of another bank too: KZT or RUB; repeatable.",
)  # fmt: skip
def demo(
    host: str | None, port: int | None, at: datetime | None, faults: tuple[str, ...], homes: tuple[str, ...]
) -> int:
    """Serve the strip from demonstration banks and feeds on this machine, through the real pipeline.

    The strip says DEMO. All data is in a temporary folder that is removed at the end. A host page that embeds the strip
    in every way is served on the next port.

    \b
      ticker demo --port 8000
      ticker demo --at 2026-05-22T18:30        as if it were Friday evening
      ticker demo --fault nbkr=lost_currency   with an upstream that misbehaves
      ticker demo --fault nbk=lies --fault cbu=day_late --fault nbt=gone   other banks that misbehave
      ticker demo --home KZT                   with the tenge's strip at /strip?home=KZT
    """
    from ticker.cli import serving

    return serving.demo(host, port, at, faults, tuple(dict.fromkeys(homes)))


@commands.command(short_help="serve and collect")
@with_settings
@with_address
def serve(loaded: Loaded) -> int:
    """Serve the strip at http://HOST:PORT/strip and collect from the configured sources.

    Several such processes on one store share the work: one collects, all serve. SIGINT or SIGTERM ends it.
    """
    from ticker.cli import serving

    return serving.serve(loaded.config)


@commands.command(short_help="collect without serving")
@with_settings
@click.option("--once", is_flag=True, help="Visit the sources that are due now, then end.")
def collect(loaded: Loaded, once: bool) -> int:
    """Collect into the store without serving.

    With --once, visit the sources that are due and end.

    Exit code with --once: 0 every visit went well, 1 one did not, 2 wrong usage.
    """
    from ticker.cli import serving

    return serving.collect(loaded.config, once=once)


# --- looking --------------------------------------------------------------------------------------------------------


@commands.command(short_help="read a source without storing")
@with_settings
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line, one for each.")
@click.argument("names", nargs=-1, required=True, metavar="FILE|URL|SOURCE...")
def check(loaded: Loaded, as_json: bool, names: tuple[str, ...]) -> int:
    """Fetch (or open), parse and judge each FILE, URL or configured SOURCE, and store nothing.

    Exit code: 0 all could be read, 1 some could not, 2 wrong usage.

    \b
      ticker check nbkr 24kg-ru
      ticker check --json daily.xml https://kaktus.media/?rss
    """
    from ticker.cli import check

    return check.report(loaded.config, names, as_json=as_json)


@commands.command(short_help="what is cached, and whether it is true")
@with_settings
@click.option("--json", "as_json", is_flag=True, help="The same facts as /status.json.")
def status(loaded: Loaded, as_json: bool) -> int:
    """Show what the store holds: figures with their state, sources, the collecting process, held figures.

    Exit code for monitoring: 0 everything shown is fresh, 1 something is not, 2 wrong usage.
    """
    from ticker.cli import show

    return show.status(loaded.config, as_json=as_json)


@commands.command(short_help="every option and its value")
@with_settings
def config(loaded: Loaded) -> int:
    """Print every option with its value, where the value comes from, what is allowed and the variable that sets it.

    The output is a valid ticker.toml.
    """
    from ticker.cli import show

    return show.options(loaded)


@commands.command(short_help="figures not believed; accept or reject them")
@with_settings
@click.argument("decision", required=False, metavar="[accept|reject]", type=click.Choice(["accept", "reject"]))
@click.argument("figure", required=False, metavar="[ID]", type=FIGURE_ID)
def held(loaded: Loaded, decision: str | None, figure: int | None) -> int:
    """List the figures that were not believed, with the reason; or accept or reject one.

    The collecting process carries the decision out. ID is the number in the list.

    \b
      ticker held
      ticker held accept 17
      ticker held reject 17

    To try it: `ticker demo --fault nbkr=shifted_point` has a figure held, and says which --config to give here.
    """
    from ticker.cli import held

    return held.decide(loaded.config, decision, figure) if decision else held.listing(loaded.config)


# --- figures of the past --------------------------------------------------------------------------------------------


@commands.command(short_help="fill the past from the bank's archive")
@with_settings
@click.option("--from", "first", type=DAY, metavar="DAY", required=True, help="The first day wanted.")
@click.option(
    "--to", "last", type=DAY, metavar="DAY",
    help="The last day (default: the day before yesterday; the collector asks for newer ones itself).",
)  # fmt: skip
@with_currencies
@click.option("--dry-run", is_flag=True, help="Only say what would be asked for.")
def backfill(loaded: Loaded, first: date, last: date | None, currencies: tuple[str, ...], dry_run: bool) -> int:
    """Ask the bank's archive for missing days, the newest first.

    A page holds about a year of one currency; pages come over one connection, with pauses (rates.*.archive_pause_s).
    Each page is stored as soon as it is read: after an interruption the same command resumes. It may run beside a
    service that collects.

    The archive prints no nominal. It is taken from the nearest known figure, day by day, so some figure must have been
    collected or imported before. Refused, and listed at the end: a figure that contradicts a known one, moves by more
    than rates.*.limit_percent or by a power of ten, or has no known nominal near.

    Exit code: 0 everything that was asked for is stored, 1 something was refused or it ended early, 2 wrong usage.

    \b
      ticker backfill --from 1999-01-01 --dry-run
      ticker backfill --from 2020-01-01 --to 2024-12-31 --currency USD --currency EUR
    """
    from ticker.cli import backfill

    return backfill.backfill(loaded.config, first, last, currencies, dry_run=dry_run)


@commands.command("export", short_help="figures as CSV")
@with_settings
@click.option("--from", "first", type=DAY, metavar="DAY", help="The first day.")
@click.option("--to", "last", type=DAY, metavar="DAY", help="The last day.")
@with_currencies
@click.argument("file", required=False, type=FILE, metavar="[FILE]", default="-")
def export_figures(
    loaded: Loaded, first: date | None, last: date | None, currencies: tuple[str, ...], file: Path
) -> int:
    """Write the believed figures as CSV to FILE, which is replaced if it exists, or to standard output (also as -).

    Columns: date, currency, nominal, quoted (as the bank printed it), valid_until, source, origin, seen_at (UTC),
    body_hash (SHA-256), last_modified. One row for each date, source and currency, in that order. `ticker import` reads
    the file; exporting that store again gives the same bytes.

    A demonstration's rows have `demo-` before the source and a further column `demo`; only a demonstration reads them.

    \b
      ticker export --from 2026-01-01 --currency USD usd.csv
    """
    from ticker.cli import figures

    return figures.export(loaded.config, file, first or date.min, last or date.max, currencies or None)


@commands.command("import", short_help="figures from CSV")
@with_settings
@click.option("--source", default="", metavar="SOURCE", help="The source of rows that name none.")
@click.option(
    "--nominal", "nominals", type=NOMINAL, multiple=True, metavar="N|USD=N",
    help="The nominal of rows that give none: of all, or of one currency; repeatable.",
)  # fmt: skip
@click.option("--believe-moves", is_flag=True, help="Accept moves beyond the limit, and new nominals.")
@click.argument("file", type=FILE, metavar="FILE")
def import_figures(
    loaded: Loaded, source: str, nominals: tuple[tuple[str, int], ...], believe_moves: bool, file: Path
) -> int:
    """Read figures for missing days from FILE; - is standard input.

    The layout is that of `ticker export`; or date,currency,value; or a column for each currency (date,usd,eur,...).
    UTF-8; comma or semicolon. --source and --nominal supply what a row leaves out.

    All of the file or nothing of it: with one bad row nothing is written, and each bad row is listed with its line. A
    row is bad if it can't be read, contradicts a known figure, or moved by more than rates.*.limit_percent against the
    one before. Known figures are skipped.

    Exit code: 0 everything in the file is stored, 1 rows were refused, 2 wrong usage.

    \b
      ticker import rates.csv
      ticker import --source nbkr --nominal 1 --nominal KZT=10 series.csv
    """
    from ticker.cli import figures

    return figures.import_file(loaded.config, file, source, dict(nominals), believe_moves=believe_moves)
