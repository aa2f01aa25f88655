"""Figures as CSV, written and read (pure).

Written: one layout, UTF-8, a line feed after each row; figures digit for digit as the bank printed them, moments in
UTC. Read: that layout, or any with the columns `date`, `currency` and `quoted` (or `value`), or a series with a column
for each currency (`date,usd,eur,…`). A comma or a semicolon separates; a decimal comma is read as well.

A demonstration's rows have `demo-` before the source's name and a column `demo`: with either column cut away, the
other still says that the figures are invented.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ticker.model import DAY, Rate, Revision

COLUMNS = (
    "date",
    "currency",
    "nominal",
    "quoted",
    "valid_until",
    "source",
    "origin",
    "seen_at",
    "body_hash",
    "last_modified",
)
DEMO = "demo"  # a further column, of a demonstration's figures
DEMO_SOURCE = "demo-"  # before the source, of a demonstration's figures
ORIGIN = "import"  # of figures whose file names none
AHEAD = timedelta(days=14)  # how long before its day a figure can have been published, holidays included
LONGEST = timedelta(days=31)  # how long one figure can be valid

_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,8})?")
_CODE = re.compile(r"[A-Z]{3}")
_NOMINALS = frozenset({"1", "10", "100", "1000", "10000", "100000", "1000000"})
_HASH = re.compile(r"[0-9a-f]{64}")
_ORIGIN = re.compile(r"[\w.:/+-]{1,80}")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a file's rows are checked against, and what supplies the columns they leave out."""

    homes: Mapping[str, str]  # the known sources, each with the currency that it sets
    sources: Mapping[str, date]  # the same, each with the last day for which its table can be out
    first: Mapping[str, date]  # the same, each with the first day of which its bank can have a figure
    now: datetime  # when the file is read
    source: str = ""  # of rows that name none
    nominals: Mapping[str, int] = field(default_factory=dict)  # by currency, "" for all others
    body_hash: str = ""
    demo: bool = False  # whether a demonstration's figures may be read


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as a new revision, with its line in the file."""

    line: int
    figure: Revision


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    said: str  # what was met, and what is wanted


class _Bad(Exception):  # noqa: N818 - not an error yet: one of many findings
    pass


class _Invented(_Bad):
    """A demonstration's figure: one is enough to refuse the whole file."""

    def __str__(self) -> str:
        return (
            "met a demonstration's figures, which are invented; they are read only into the store of a demonstration "
            "(demo.enabled = true)"
        )


def dump(figures: Iterable[Revision], *, demo: bool = False) -> str:
    """The figures as CSV. `demo`: they are a demonstration's, and each row says so."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, DEMO) if demo else COLUMNS)
    prefix, mark = (DEMO_SOURCE, ("true",)) if demo else ("", ())
    for one in figures:
        rate = one.rate
        writer.writerow([
            rate.valid_on, rate.currency, rate.nominal, f"{rate.quoted:f}", rate.valid_until, prefix + one.source,
            one.origin, _moment(one.seen_at), one.body_hash, _moment(one.last_modified), *mark,
        ])  # fmt: skip
    return text.getvalue()


def load(text: str, terms: Terms) -> tuple[list[Row], list[BadRow]]:
    """The rows that could be read and those that could not, each in the order of the file."""
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0].rstrip("\r")
    delimiter = ";" if ";" in head else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    bad: list[BadRow] = []
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        read = _layout(names, terms, head)
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            try:
                if len(cells) != len(names):
                    raise _Bad(f"met {len(cells)} columns, wanted {len(names)} as in the first line")
                given = dict(zip(names, (cell.strip() for cell in cells), strict=True))
                rows += [Row(line, figure) for figure in read(given)]
            except _Invented as fault:
                return [], [BadRow(line, str(fault))]
            except _Bad as fault:
                bad.append(BadRow(line, str(fault)))
    except _Bad as fault:
        return [], [BadRow(1, str(fault))]
    except csv.Error as fault:
        bad.append(BadRow(reader.line_num, f"met no CSV ({fault}), wanted cells with a quote only around the whole"))
    return _once(rows, bad)


def _layout(names: Sequence[str], terms: Terms, head: str) -> Callable[[Mapping[str, str]], Iterator[Revision]]:
    """How a row becomes figures, decided by the names in the first line, `head`."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _Bad(f"met the column {twice[0]!r} twice, wanted each once")
    if "date" in names and "currency" in names and len({"quoted", "value"} & {*names}) == 1:
        unknown = [name for name in names if name not in (*COLUMNS, "value", DEMO)]
        if unknown:
            raise _Bad(f"met the column {unknown[0]!r}, wanted any of {', '.join(COLUMNS)}")
        return lambda cells: iter([_figure(cells, terms)])
    series = [name for name in names if name != "date"]
    if "date" in names and series and all(_CODE.fullmatch(name.upper()) for name in series):
        return lambda cells: _of_all(cells, terms)
    raise _Bad(f"met the first line {head[:80]!r}, wanted date,currency,quoted (or value) and more, or date,usd,eur,…")


def _of_all(cells: Mapping[str, str], terms: Terms) -> Iterator[Revision]:
    """The figures of one row, a column for each currency; an empty cell is no figure."""
    for name, value in cells.items():
        if name != "date" and value:
            yield _figure({"date": cells["date"], "currency": name.upper(), "quoted": value}, terms)


def _figure(cells: Mapping[str, str], terms: Terms) -> Revision:
    if cells.get(DEMO, "") not in ("", "true", "false"):
        raise _Bad(f"demo: met {cells[DEMO][:80]!r}, wanted true or false")
    if cells.get(DEMO) == "true" and not terms.demo:
        raise _Invented
    valid_on = _day(cells["date"], "date")
    currency = cells["currency"]
    source = _source(cells.get("source") or terms.source, terms)
    home = terms.homes[source]
    if not _CODE.fullmatch(currency) or currency == home:
        raise _Bad(f"currency: met {currency!r}, wanted three capital letters, of another currency than {home}")
    printed = cells.get("quoted") or cells.get("value") or ""
    quoted = Decimal(printed.replace(",", ".")) if _NUMBER.fullmatch(printed) else Decimal(0)
    if quoted <= 0:
        raise _Bad(f"{currency}: met {printed!r}, wanted a decimal number above zero")
    if not terms.first[source] <= valid_on <= terms.sources[source]:
        raise _Bad(f"date: met {valid_on}, wanted a day from {terms.first[source]} to {terms.sources[source]}")
    valid_until = _day(cells["valid_until"], "valid_until") if cells.get("valid_until") else valid_on
    if not valid_on <= valid_until < valid_on + LONGEST:
        raise _Bad(f"valid_until: met {valid_until}, wanted a day from {valid_on} to {valid_on + LONGEST - DAY}")
    seen_at = _read_moment(cells.get("seen_at", ""), "seen_at", terms.now) or terms.now
    if seen_at.date() < valid_on - AHEAD:  # the past would seem to have known it
        raise _Bad(f"seen_at: met {seen_at:%Y-%m-%d}, wanted none more than {AHEAD.days} days before {valid_on}")
    return Revision(
        id=0,
        source=source,
        rate=Rate(currency, quoted, _nominal(cells.get("nominal", ""), currency, terms), valid_on, valid_until),
        seen_at=seen_at,
        last_modified=_read_moment(cells.get("last_modified", ""), "last_modified", datetime.max.replace(tzinfo=UTC)),
        body_hash=_matching(cells.get("body_hash", terms.body_hash), _HASH, "body_hash", "64 digits 0-9a-f"),
        origin=_matching(cells.get("origin", ""), _ORIGIN, "origin", "a name without spaces") or ORIGIN,
    )


def _source(met: str, terms: Terms) -> str:
    source = met
    if met.startswith(DEMO_SOURCE) and met not in terms.sources:
        if not terms.demo:
            raise _Invented
        source = met.removeprefix(DEMO_SOURCE)
    if source not in terms.sources:
        how = "" if met else "; --source names it for rows that do not"
        raise _Bad(f"source: met {met!r}, wanted one of {', '.join(sorted(terms.sources))}{how}")
    return source


def _nominal(met: str, currency: str, terms: Terms) -> int:
    if not met:
        given = terms.nominals.get(currency, terms.nominals.get(""))
        if given is None:
            raise _Bad(f"{currency}: met no nominal, wanted one; --nominal 1 or --nominal {currency}=10 names it")
        return given
    if met not in _NOMINALS:
        raise _Bad(f"nominal: met {met!r}, wanted 1, 10, 100, … or 1000000")
    return int(met)


def _matching(met: str, wanted: re.Pattern[str], where: str, words: str) -> str:
    if met and not wanted.fullmatch(met):
        raise _Bad(f"{where}: met {met[:80]!r}, wanted {words}")
    return met


def _day(met: str, where: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", met):
            return date.fromisoformat(met)
    except ValueError:
        pass
    raise _Bad(f"{where}: met {met[:80]!r}, wanted a day as 2026-05-22")


def _read_moment(met: str, where: str, latest: datetime) -> datetime | None:
    if not met:
        return None
    try:
        read = datetime.fromisoformat(met)
        if read.tzinfo and (moment := read.astimezone(UTC)) <= latest:
            return moment
    except (ValueError, OverflowError):
        pass
    raise _Bad(f"{where}: met {met[:80]!r}, wanted a past moment with its zone as 2026-05-22T12:00:00Z")


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _once(rows: Sequence[Row], bad: list[BadRow]) -> tuple[list[Row], list[BadRow]]:
    """A file may have one row for a currency's day: of two, neither can be chosen."""
    lines: dict[tuple[str, str, date], int] = {}
    kept = []
    for row in rows:
        rate = row.figure.rate
        first = lines.setdefault((row.figure.source, rate.currency, rate.valid_on), row.line)
        if first == row.line:
            kept.append(row)
        else:
            bad.append(BadRow(row.line, f"{rate.currency} of {rate.valid_on} is in line {first} already"))
    return kept, sorted(bad, key=lambda one: one.line)
