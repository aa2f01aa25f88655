"""Commands and exit codes: 0 all is well, 1 it is not, 2 wrong usage or wrong settings."""

from __future__ import annotations

import argparse
import difflib
import errno
import io
import json
import os
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ticker import __version__
from ticker.config import (
    CONFIG_VARIABLE,
    DEFAULT_FEEDS,
    LONGEST_SHIFT_S,
    PREFIX,
    Config,
    ConfigError,
    Loaded,
    load,
    shown,
    without_password,
)
from ticker.store import Store, StoreError

if TYPE_CHECKING:
    from ticker.demo.hostpage import HostPage
    from ticker.model import Rate, Revision

OK, NOT_WELL, WRONG = 0, 1, 2

ABOUT = """\
The strip with official exchange rates and headlines, as a service.

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. A user's mistake is a sentence on standard error, never a traceback."""
    parser = _parser()
    if early := _before_the_command(sys.argv[1:] if arguments is None else arguments):
        parser.error(f"met {early} before the command; options stand behind it, as in `ticker status --config FILE`")
    asked = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal may know no Cyrillic, and a file's name may be no text: neither is worth a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return int(asked.run(asked))
    except (ConfigError, StoreError, _UsageError) as fault:
        print(f"ticker: {fault}", file=sys.stderr)
        return WRONG if not isinstance(fault, StoreError) else NOT_WELL
    except KeyboardInterrupt:
        return OK if asked.run in (_serve, _demo, _collect) else NOT_WELL
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of a pipe has seen enough
        return OK


class _UsageError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    """Says a wrong usage as every other mistake is said: in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog.replace(' ', ': ', 1)}: {_sentence(message)} (`{self.prog} --help` tells more)\n")


def _before_the_command(arguments: Sequence[str]) -> str | None:
    """An option that stands where only a command may."""
    first = arguments[0].partition("=")[0] if arguments else ""
    return first if first.startswith("--") and first not in ("--", "--help", "--version") else None


def _sentence(message: str) -> str:
    """What argparse says, for people."""
    if found := re.fullmatch(r"argument COMMAND: invalid choice: '(.*)' \(choose from (.*)\)", message, re.DOTALL):
        return f"{found[1]!r} is no command; {_meant(found[1], re.findall(r'[a-z]+', found[2]), 'commands')}"
    for pattern, said in (
        (r"the following arguments are required: (.*)", r"\1 is missing"),
        (r"unrecognized arguments: (.*)", r"\1 means nothing here"),
        (r"argument (\S+): expected (?:one|at least one) argument", r"\1 wants a value behind it"),
        (r"argument ([^:]+): (.*)", r"\1: \2"),
    ):
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return found.expand(said)
    return message


def _meant(met: str, known: Sequence[str], what: str) -> str:
    near = next(iter(difflib.get_close_matches(met, known, 1)), None)
    return f"did you mean {near}?" if near else f"{what} are {', '.join(known)}"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "ticker", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"som-ticker {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: object, says: str, teaches: str) -> argparse.ArgumentParser:
        one = commands.add_parser(
            name,
            help=says,
            description=teaches,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        one.set_defaults(run=run)
        if name != "demo":
            one.add_argument("--config", metavar="FILE", type=Path, help="settings file (default: ticker.toml here)")
        return one

    demo = command(
        "demo",
        _demo,
        "serve a demonstration",
        "Serve the strip from a demonstration bank and feeds on this machine, through the real pipeline.\n"
        "The strip says DEMO. Everything is kept in a temporary folder and gone at the end. Somebody else's page,\n"
        "with the strip embedded in every way, stands at the next port.\n\n"
        "  ticker demo --port 8000\n"
        "  ticker demo --at 2026-05-22T18:30        as if it were Friday evening in Bishkek\n"
        "  ticker demo --fault nbkr=lost_currency   with an upstream that misbehaves",
    )
    _port(demo)
    demo.add_argument("--at", metavar="MOMENT", help="the moment to begin at, as 2026-05-22T18:30, in Bishkek")
    demo.add_argument(
        "--fault",
        metavar="SOURCE=FAULT",
        action="append",
        default=[],
        help="let a source misbehave; repeatable. A wrong one lists what there is",
    )

    serve = command(
        "serve",
        _serve,
        "serve and collect",
        "Serve the strip at http://HOST:PORT/strip and collect from the configured sources.\n"
        "Several such processes on one store share the work: one collects, all serve. SIGINT or SIGTERM ends it.",
    )
    _port(serve)

    collect = command(
        "collect",
        _collect,
        "collect without serving",
        "Collect into the store without serving. With --once, visit what is due and end: 0 if every visit went well.",
    )
    collect.add_argument("--once", action="store_true", help="visit what is due now, then end")

    check = command(
        "check",
        _check,
        "read a source without storing",
        "Fetch (or open), parse and judge each FILE, URL or configured SOURCE, and store nothing.\n"
        "Exit code: 0 all could be read, 1 some could not, 2 wrong usage.\n\n"
        "  ticker check nbkr 24kg-ru\n"
        "  ticker check --json daily.xml https://kaktus.media/?rss",
    )
    check.add_argument("--json", action="store_true", help="one JSON object a line for each")
    check.add_argument("sources", nargs="+", metavar="FILE|URL|SOURCE")

    status = command(
        "status",
        _status,
        "what is cached, and whether it is true",
        "What the store holds: figures with their state, sources, who collects, held figures.\n"
        "Exit code for monitoring: 0 everything shown is fresh, 1 something is not, 2 wrong usage.",
    )
    status.add_argument("--json", action="store_true", help="the same facts as /status.json")

    held = command(
        "held",
        _held,
        "figures not believed",
        "List the figures that were not believed, with the reason; or settle one: the collector carries it out.\n\n"
        "  ticker held\n  ticker held accept 17\n  ticker held reject 17\n\n"
        "To try it: `ticker demo --fault nbkr=shifted_point` has a figure held, and says which --config to give here.",
    )
    held.add_argument("word", nargs="?", metavar="accept|reject", help="believe the figure, or discard it")
    held.add_argument("id", nargs="?", metavar="ID", help="its number in the list")

    _bulk_commands(command)

    command(
        "config",
        _config,
        "every option and its value",
        "Every option with its value, where the value comes from, what is allowed and the variable that sets it,\n"
        "in the form of a ticker.toml.",
    )
    return parser


def _bulk_commands(command: Callable[[str, object, str, str], argparse.ArgumentParser]) -> None:
    backfill = command(
        "backfill",
        _backfill,
        "fill the past from the bank's archive",
        "Ask the bank's archive for the days that lack a figure, the newest first: a page for about a year of one\n"
        "currency, over one connection, with pauses (rates.*.archive_pause_s). Each page is kept as soon as it was\n"
        "read; stopped or killed, the same command goes on from there. It may run beside a service that collects.\n\n"
        "The archive tells no nominal: it is taken from figures that are known, day by day, so something must have\n"
        "been collected or imported before. Refused, and listed at the end: what contradicts a figure that is known,\n"
        "moves by more than rates.*.limit_percent or by a power of ten, or has no known nominal near.\n"
        "Exit code: 0 all that was asked for is there, 1 something was refused or it ended early, 2 wrong usage.\n\n"
        "  ticker backfill --from 1999-01-01 --dry-run\n"
        "  ticker backfill --from 2020-01-01 --to 2024-12-31 --currency USD --currency EUR",
    )
    backfill.add_argument("--from", dest="first", metavar="DAY", type=_day, required=True, help="the first day wanted")
    backfill.add_argument("--to", dest="last", metavar="DAY", type=_day, help="the last one (default: the day before "
                          "yesterday; newer ones the collector asks for itself)")  # fmt: skip
    _currencies(backfill)
    backfill.add_argument("--dry-run", action="store_true", help="only say what would be asked for")

    export = command(
        "export",
        _export,
        "figures as CSV",
        "Write the believed figures as CSV, to FILE or to standard output: date, currency, nominal, quoted (as the\n"
        "bank printed it), valid_until, source, origin, seen_at (UTC), body_hash (SHA-256), last_modified. By date,\n"
        "source and currency, one row each. `ticker import` reads it back; exported again it is equal to the byte.\n"
        "A demonstration's have the column `demo` too, and are refused by any store but a demonstration's.\n\n"
        "  ticker export --from 2026-01-01 --currency USD usd.csv",
    )
    export.add_argument("--from", dest="first", metavar="DAY", type=_day, default=date.min, help="the first day")
    export.add_argument("--to", dest="last", metavar="DAY", type=_day, default=date.max, help="the last day")
    _currencies(export)
    export.add_argument("file", nargs="?", type=Path, metavar="FILE",
                        help="where to; replaced if it is there; - is standard output")  # fmt: skip

    load = command(
        "import",
        _import,
        "figures from CSV",
        "Read figures for days that lack one: the layout of `ticker export`; or date,currency,value; or a column\n"
        "for each currency (date,usd,eur,...). UTF-8; comma or semicolon. What a row does not tell comes from\n"
        "--source and --nominal. All of the file or nothing of it: with one bad row nothing is written, and each is\n"
        "told with its line. A row is bad if it can't be read, contradicts a figure that is known, or moved by more\n"
        "than rates.*.limit_percent against the one before. What is known already is passed over.\n"
        "Exit code: 0 everything in the file is there now, 1 rows were refused, 2 wrong usage.\n\n"
        "  ticker import rates.csv\n"
        "  ticker import --source nbkr --nominal 1 --nominal KZT=10 series.csv",
    )
    load.add_argument("file", type=Path, metavar="FILE", help="the file; - is standard input")
    load.add_argument("--source", default="", metavar="SOURCE", help="the source of rows that name none")
    load.add_argument("--nominal", dest="nominals", type=_nominal, action="append", default=[], metavar="N|USD=N",
                      help="the nominal of rows that tell none: of all, or of a currency; repeatable")  # fmt: skip
    load.add_argument("--believe-moves", action="store_true", help="accept moves beyond the limit, and new nominals")


def _currencies(command: argparse.ArgumentParser) -> None:
    command.add_argument("--currency", dest="currencies", metavar="CODE", type=_currency, action="append",
                         help="only this currency; repeatable (default: all)")  # fmt: skip


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"met {text!r}, wanted a day as 2026-05-22") from fault


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise argparse.ArgumentTypeError(f"met {text!r}, wanted a currency's three letters")
    return text.upper()


def _nominal(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(?:([A-Z]{3})=)?(10{0,6})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"met {text!r}, wanted 1, 10, 100, ... or 1000000, or USD=1")
    return match[1] or "", int(match[2])


def _port(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=_number, metavar="PORT", help="port to listen on (default: serve.port, 8000)")
    command.add_argument("--host", metavar="HOST", help="address to listen on (default: serve.host, 127.0.0.1)")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"met {text!r}, wanted a port from 1 to 65535")
    return int(text)


def _load(asked: argparse.Namespace) -> Loaded:
    """The settings; workers that are started later read the same ones."""
    if getattr(asked, "config", None):
        os.environ[CONFIG_VARIABLE] = str(asked.config)
    for option in ("port", "host"):
        if getattr(asked, option, None) is not None:
            os.environ[f"{PREFIX}SERVE_{option.upper()}"] = str(getattr(asked, option))
    return load(None, os.environ)


def _serve(asked: argparse.Namespace) -> int:
    from ticker import service

    config = _load(asked).config
    _check_before_serving(config)
    host = f"[{config.serve.host}]" if ":" in config.serve.host else config.serve.host
    address = f"http://{host}:{config.serve.port}"
    print(f"ticker: {address}/  (strip: /strip, status: /status; Ctrl-C ends it)", file=sys.stderr, flush=True)
    service.serve(config)
    return OK


def _check_before_serving(config: Config) -> None:
    """Whatever would end the service at once is told before it says that it serves."""
    from ticker import service

    service.presets(config)
    host, port = config.serve.host, config.serve.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            other = "--port" if fault.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
            raise _UsageError(f"can't listen on {host}:{port}: {fault.strerror}; {other} takes another") from fault


def _demo(asked: argparse.Namespace) -> int:
    from ticker import bulk
    from ticker.demo import DemoUpstream

    offset_s = _offset_s(asked.at)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]  # a demonstration is of nobody's settings
    with (
        tempfile.TemporaryDirectory(prefix="ticker-demo-") as folder,
        DemoUpstream(lambda: datetime.now(UTC) + timedelta(seconds=offset_s)) as upstream,
    ):
        for order in asked.fault:
            source, _, fault = order.partition("=")
            try:
                upstream.order(source, fault)
            except ValueError as error:
                raise _UsageError(f"--fault {order}: {error}") from error
        settings = Path(folder, "demo.toml")
        settings.write_text(_demo_settings(Path(folder), upstream.addresses, offset_s), encoding="utf-8")
        asked.config = settings
        config = _load(asked).config
        _check_before_serving(config)
        print(f"ticker: demonstration upstream at {upstream.url} (GET /order lists its faults)", file=sys.stderr)
        print(f"ticker: its settings, for `ticker held` and others: --config {settings}", file=sys.stderr)
        first = bulk.ten_years_before((datetime.now(UTC) + timedelta(seconds=offset_s)).date())
        print(f"ticker: its past, for charts: ticker backfill --from {first} --config {settings}", file=sys.stderr)
        with _host_page(config) as page:
            print(f"ticker: a host page that embeds the strip at {page.url}/", file=sys.stderr)
            return _serve(asked)


def _host_page(config: Config) -> HostPage:
    """Another origin: the next port, or any where that is taken."""
    from ticker import service
    from ticker.demo.hostpage import HostPage

    host = config.serve.host
    ours = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    address = f"http://{f'[{ours}]' if ':' in ours else ours}:{config.serve.port}"
    content = service.nothing_yet(config).content
    try:
        return HostPage(address, content, host=host, port=min(config.serve.port + 1, 65_535))
    except OSError:
        try:
            return HostPage(address, content, host=host)
        except OSError as fault:
            raise _UsageError(f"can't listen on {host}: {fault.strerror}; --host takes another") from fault


def _demo_settings(folder: Path, addresses: dict[str, str], offset_s: int) -> str:
    host = addresses["nbkr"].split("/")[2]
    lines = [
        f'store.url = "sqlite:///{folder / "demo.db"}"',
        f'store.last_good = "{folder / "last-good.json"}"',
        f'fetch.allow_hosts = ["{host}"]',
        "demo.enabled = true",
        f"demo.clock_offset_s = {offset_s}",
        f'rates.nbkr.url = "{addresses["nbkr"]}"',
        f'rates.nbkr.archive_url = "{addresses["nbkr-archive"]}"',
        "rates.nbkr.archive_pause_s = 0.1",
        f'rates.nbkr-weekly.url = "{addresses["nbkr-weekly"]}"',
        *(f"feeds.{id_}.enabled = false" for id_ in DEFAULT_FEEDS),
    ]
    for language, publisher in (("en", "Demo News"), ("ru", "Демо-новости"), ("ky", "Демо кабарлар")):
        lines.append(f'feeds.demo-{language}.url = "{addresses[f"demo-{language}"]}"')
        lines.append(f'feeds.demo-{language}.publisher = "{publisher}"')
        lines.append(f'feeds.demo-{language}.language = "{language}"')
        lines.append(f"feeds.demo-{language}.every_s = 60")
    return "\n".join(lines) + "\n"


def _offset_s(at: str | None) -> int:
    """Seconds from now to the moment asked for, which is on Bishkek's clock unless it says otherwise."""
    if not at:
        return 0
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as fault:
        raise _UsageError(f"--at {at}: a moment as 2026-05-22T18:30 is wanted") from fault
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=Config().the_home().zone)
    offset_s = round((moment - datetime.now(UTC)).total_seconds())
    if abs(offset_s) > LONGEST_SHIFT_S:
        raise _UsageError(f"--at {at}: a moment within 100 years from now is wanted")
    return offset_s


def _collect(asked: argparse.Namespace) -> int:
    from ticker import service

    config = _load(asked).config
    clock = service.clock_of(config)
    with _store(config) as store:
        collector = service.collector(config, store, clock)
        if asked.once:
            rounds = collector.step()
            collector.stop()
            if collector.token is None:
                print("ticker: another process collects into this store; nothing was visited", file=sys.stderr)
                return NOT_WELL
            return NOT_WELL if any(one.failed for one in rounds) else OK
        signal.signal(signal.SIGTERM, lambda *_: collector.stopping.set())
        collector.start()
        try:
            collector.stopping.wait()
        finally:
            collector.stop()
    return OK


def _check(asked: argparse.Namespace) -> int:
    from ticker import service
    from ticker.check import check, known_of

    config = _load(asked).config
    limits, now = service.fetch_limits(config), service.clock_of(config)()
    known = {}
    if _exists(config) and any(bank.id in asked.sources for bank in config.rates_sources()):
        try:
            with _store(config) as store:
                known = known_of(store, config, now)
        except StoreError as fault:
            print(f"ticker: judged without what the store knows: {fault}", file=sys.stderr)
    results = []
    for name in asked.sources:
        result = check(name, config, limits, known, now)
        results.append(result)
        if asked.json:
            print(json.dumps(result.as_json(), ensure_ascii=False), flush=True)
            continue
        read = f"{result.kind}, {len(result.rates or result.headlines)} read"
        print(f"{name}: {(result.error or read).removeprefix(f'{name}: ')}")
        for rate in result.rates:
            print(f"  {rate['valid_on']}  {rate['currency'] or '?'}  {rate['quoted']} for {rate['nominal'] or '?'}")
        for headline in result.headlines:
            print(f"  {headline['published_at'] or 'no date':25}  {headline['title']}\n{'':29}{headline['url']}")
        for line in (*result.verdict, *(f"dropped: {why}" for why in result.dropped)):
            print(f"  {line}")
    return NOT_WELL if any(one.error for one in results) else OK


def _status(asked: argparse.Namespace) -> int:
    from ticker import service
    from ticker.operate import render as say
    from ticker.operate import status

    config = _load(asked).config
    if not _exists(config):
        raise StoreError(
            f"nothing is stored yet at {without_password(config.store.url)}; `ticker serve` or `ticker collect` begins"
        )
    one = service.Service(config, collects=False)
    one.latest.look()
    facts = status.gather(one.latest, one.ready, one.clock(), config.serve.currencies)
    one.latest.stop()
    if asked.json:
        print(say.as_json(facts).decode())
    else:
        print(say.as_text(facts))
    return NOT_WELL if facts.troubles else OK


def _held(asked: argparse.Namespace) -> int:
    if asked.word not in (None, "accept", "reject"):
        raise _UsageError(f"held: met {asked.word!r}; {_meant(asked.word, ('accept', 'reject'), 'words')}")
    if asked.word and not re.fullmatch(r"[0-9]{1,18}", asked.id or ""):
        met = f"met {asked.id!r}, wanted" if asked.id else "wanted"
        raise _UsageError(f"held {asked.word}: {met} a figure's number; `ticker held` lists them")
    config = _load(asked).config
    if not _exists(config):
        raise StoreError(f"nothing is stored yet at {without_password(config.store.url)}")
    with _store(config) as store:
        held = {one.id: one for one in store.held()}
        if asked.word is None:
            for line in _table([_HELD, *(_held_row(one, _believed_beside(store, one)) for one in held.values())]):
                print(line)
            print(f"{len(held)} held; `ticker held accept ID` or `reject ID` settles one")
            return OK
        if int(asked.id) not in held:
            listed = f"held are {', '.join(map(str, held))}" if held else "none is held now"
            raise _UsageError(f"held {asked.word}: no figure {asked.id} is held; {listed}")
        store.enqueue(asked.word, str(int(asked.id)))
        one = held[int(asked.id)]
        alike = [other for other in held.values() if other.source == one.source and other.rate.same_figure(one.rate)]
        restamps = sorted({other.rate.valid_on for other in alike if other.rate.currency == one.rate.currency})
        print(_asked_for(asked.word, one.rate, restamps, _believed_beside(store, one)))
        print("asked; the collecting process carries it out within seconds")
    return OK


_HELD = ("ID", "source", "", "held", "believed", "why it is held")


def _held_row(held: Revision, believed: Rate | None) -> tuple[str, ...]:
    return str(held.id), held.source, held.rate.currency, _figure(held.rate), _or_none(believed), held.reason


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows with aligned columns; no row but the heading is none at all."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows]
    return lines if len(rows) > 1 else []


def _believed_beside(store: Store, held: Revision) -> Rate | None:
    """What is believed of that day, or else of the nearest one before it within a month."""
    day = held.rate.valid_on
    known = store.revisions_between([held.source], day - timedelta(days=31), day, currencies=[held.rate.currency])
    newest = max((one for one in known if one.believed), key=lambda one: (one.rate.valid_on, one.id), default=None)
    return newest.rate if newest else None


def _figure(rate: Rate) -> str:
    return f"{rate.quoted:f} for {rate.nominal} on {rate.valid_on}"


def _or_none(rate: Rate | None) -> str:
    return _figure(rate) if rate else "none"


def _asked_for(word: str, rate: Rate, days: Sequence[date], believed: Rate | None) -> str:
    """Which figure of which days is settled how, and what becomes of a mistake."""
    figure = f"{rate.currency} {rate.quoted:f} for {rate.nominal} on {', '.join(map(str, days))}"
    if word == "reject":
        return (
            f"to be rejected: {figure}; believed remains {_or_none(believed)}\n"
            "This can't be taken back; a mistake is mended by the bank: a later table with that figure is judged anew."
        )
    same = believed and (believed.valid_on, believed.nominal) == (rate.valid_on, rate.nominal)
    instead = f"{believed.quoted:f}" if believed and same else _or_none(believed)
    return (
        f"to be believed: {figure} instead of {instead}\n"
        "This can't be taken back; a mistake is mended by the bank: its correction of that day is believed at once,\n"
        "a later day's figure that is far from this one once another bears it out, or once you accept it."
    )


def _backfill(asked: argparse.Namespace) -> int:
    from ticker import bulk, service

    config = _load(asked).config
    clock = service.clock_of(config)
    try:
        span = bulk.span(config, clock(), asked.first, asked.last)
        currencies, banks = bulk.archived(asked.currencies), bulk.banks_of(config)
    except ValueError as fault:
        raise _UsageError(f"backfill: {fault}") from fault
    if not _exists(config):
        address = without_password(config.store.url)
        raise StoreError(f"nothing is stored yet at {address}; `ticker collect --once` begins")
    with _store(config) as store, _terminable():
        context = service.round_context(config, store, clock, time.sleep)
        done = bulk.backfill(context, banks, span, currencies, dry_run=asked.dry_run)
    return OK if done else NOT_WELL


def _export(asked: argparse.Namespace) -> int:
    from ticker import bulk

    config = _load(asked).config
    if not _exists(config):
        raise StoreError(f"nothing is stored yet at {without_password(config.store.url)}")
    with _store(config) as store:
        try:
            file = None if asked.file == Path("-") else asked.file
            demo = config.demo.enabled
            count = bulk.export(store, file, asked.first, asked.last, asked.currencies, demo=demo)
        except BrokenPipeError:
            raise
        except OSError as fault:
            raise _UsageError(f"export: {asked.file}: can't be written: {fault.strerror}") from fault
    print(f"{count} figures written{', marked as invented: a demonstration' if demo else ''}", file=sys.stderr)
    return OK


def _import(asked: argparse.Namespace) -> int:
    from ticker import bulk, service

    config = _load(asked).config
    now, name = service.clock_of(config)(), str(asked.file)
    try:
        body = sys.stdin.buffer.read() if name == "-" else asked.file.read_bytes()
    except OSError as fault:
        raise _UsageError(f"import: {name}: can't be read: {fault.strerror}") from fault
    if asked.source and asked.source not in (ids := [bank.id for bank in config.rates_sources()]):
        raise _UsageError(f"import: --source {asked.source}: one of {', '.join(ids)} is wanted")
    terms = {"source": asked.source, "nominals": dict(asked.nominals), "believe_moves": asked.believe_moves}
    with _store(config) as store:
        try:
            found = bulk.read_import(store, body, config, now, **terms)
        except UnicodeDecodeError as fault:
            raise _UsageError(f"import: {name}: met no UTF-8 at byte {fault.start}, wanted a text in UTF-8") from fault
        if found.bad:
            print("\n".join(bulk.told(found)))
            rows = "1 row" if len(found.bad) == 1 else f"{len(found.bad)} rows"
            print(f"ticker: {name}: {rows} refused, nothing was written", file=sys.stderr)
            return NOT_WELL
        bulk.write_import(store, found, config.the_home(), now)
        shown_by = bulk.shown_by(store, found, config.the_home(), now)
    print(f"{name}: {len(found.new)} figures new, {found.same} known already")
    if shown_by:
        print(shown_by)
    return OK


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does: with a report of what was done."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _config(asked: argparse.Namespace) -> int:
    from ticker import service

    loaded = _load(asked)
    section: tuple[str, ...] = ()
    service.presets(loaded.config)
    for option in loaded.options:
        if option.path[:-1] != section:
            section = option.path[:-1]
            print(f"\n[{'.'.join(section)}]")
        origin = "" if option.origin == "default" else f" (from {option.origin})"
        allowed = "" if option.allowed == "a text" else f" Allowed: {option.allowed}."
        print(f"# {option.description}{allowed} {option.variable}{origin}")
        print(f"{'' if option.value is not None else '# '}{option.path[-1]} = {shown(option)}")
    return OK


@contextmanager
def _store(config: Config) -> Iterator[Store]:
    from ticker import service
    from ticker.store import open_store

    store = open_store(config.store.url, clock=service.clock_of(config))
    try:
        yield store
    finally:
        store.close()


def _exists(config: Config) -> bool:
    """Whether the store is there to be read; asking must not make one."""
    url = config.store.url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()
