"""`ticker check`: what a file, an address or a configured source would become, without storing anything."""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ticker import service
from ticker.cli.options import NOT_WELL, OK
from ticker.cli.settings import opened_store, store_exists
from ticker.collect.context import RATES_SPAN
from ticker.collect.http.bounds import Limits
from ticker.collect.http.client import fetch
from ticker.collect.judge import Answered, Verdict, judge
from ticker.collect.sources import BANKS, adapter_of, feed, recognise
from ticker.collect.sources.adapter import ArchiveAdapter, BankAdapter
from ticker.collect.sources.configured import rates_sources
from ticker.config import Config
from ticker.model import Entry, FeedSource, Heard, Home, RatesSource, Revision, Table, UpstreamError, Validators
from ticker.store import StoreError

WANTED = (
    f"wanted a table or an archive page of a bank that can be read ({', '.join(BANKS)}), or a feed (RSS, Atom or JSON "
    "Feed)"
)
ARCHIVE_PAGE = "an archive page: it does not tell its currency, and not always the nominal"
# The first element's name, behind a declaration, comments and instructions.
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?[^>]{0,500}\?>\s*|<!--(?:[^-]|-(?!->)){0,2000}-->\s*)*"
    rb"<!?([a-z_][a-z0-9_.:-]{0,60})(?: html)?",
    re.IGNORECASE,
)
_NO_NEWS = ("rss", "feed", "rdf", "channel", "doctype")


@dataclass(frozen=True, slots=True)
class Checked:
    """What one source became. `rates` and `headlines` are ready for JSON: decimals as printed, times with an offset."""

    source: str
    kind: str | None = None  # "rates" or "feed"; None where it could not be read
    rates: tuple[dict[str, Any], ...] = ()
    headlines: tuple[dict[str, Any], ...] = ()
    dropped: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()  # how a table would be judged
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": self.kind,
            "rates": list(self.rates),
            "headlines": list(self.headlines),
            "dropped": len(self.dropped),
            "error": self.error,
            "verdict": list(self.verdict),
            "complaints": list(self.dropped),
        }


def report(config: Config, names: Sequence[str], *, as_json: bool) -> int:
    """Check each FILE, URL or SOURCE and print what it would become."""
    limits, now = service.fetch_limits(config), service.clock_of(config)()
    known = _known(config, names, now)
    failed = False
    for name in names:
        result = check(name, config, limits, known, now)
        failed = failed or result.error is not None
        lines = [json.dumps(result.as_json(), ensure_ascii=False)] if as_json else _lines(result)
        print("\n".join(lines), flush=True)
    return NOT_WELL if failed else OK


def _known(config: Config, names: Sequence[str], now: datetime) -> dict[str, list[Revision]]:
    """What the store knows of each rates source; nothing where it is away, or no such source is checked."""
    banks = rates_sources(config)
    if not store_exists(config) or not any(bank.id in names for bank in banks):
        return {}
    since = config.the_home().day(now) - RATES_SPAN
    try:
        with opened_store(config) as store:
            return {bank.id: store.revisions(bank.id, since) for bank in banks}
    except StoreError as fault:
        print(f"ticker: judged without what the store knows: {fault}", file=sys.stderr)
        return {}


def _lines(result: Checked) -> Iterator[str]:
    """For people: what was read, and how it would be judged."""
    name = result.source
    read = f"{result.kind}, {len(result.rates or result.headlines)} read"
    yield f"{name}: {(result.error or read).removeprefix(f'{name}: ')}"
    for rate in result.rates:
        yield f"  {rate['valid_on']}  {rate['currency'] or '?'}  {rate['quoted']} for {rate['nominal'] or '?'}"
    for headline in result.headlines:
        yield f"  {headline['published_at'] or 'no date':25}  {headline['title']}\n{'':29}{headline['url']}"
    for line in (*result.verdict, *(f"dropped: {why}" for why in result.dropped)):
        yield f"  {line}"


def check(name: str, config: Config, limits: Limits, known: dict[str, list[Revision]], now: datetime) -> Checked:
    """Read and judge one FILE, URL or SOURCE. `known`: the revisions of each rates source, where there is a store."""
    banks = {bank.id: bank for bank in rates_sources(config)}
    feeds = {one.id: one for one in config.feed_sources()}
    source = banks.get(name) or feeds.get(name)
    try:
        if source and not Path(name).exists():
            answer = fetch(_address(source, now), Validators(), limits)
            body, url, content_type = answer.body, answer.url, answer.content_type
        elif name.startswith(("http://", "https://")):
            answer = fetch(name, Validators(), limits)
            body, url, content_type = answer.body, answer.url, answer.content_type
        else:
            body, url, content_type = _read(Path(name), [*banks, *feeds], limits), "http://file.invalid/", None
        return _parse(name, body, url, content_type, source, config, known, now)
    except UpstreamError as fault:
        return Checked(name, error=str(fault))


def _address(source: RatesSource | FeedSource, now: datetime) -> str:
    if isinstance(source, FeedSource):
        return source.url
    return adapter_of(source).address(source.url, source.home.day(now))


def _read(path: Path, sources: list[str], limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(limits.max_bytes + 1)
    except FileNotFoundError as fault:
        near = next(iter(difflib.get_close_matches(str(path), sources, 1)), None)
        known = f"did you mean {near}?" if near else f"sources are {', '.join(sources)}"
        raise UpstreamError(f"{path}: no such file, and no source of that name; {known}") from fault
    except OSError as fault:
        raise UpstreamError(f"{path}: can't be read: {fault.strerror}") from fault
    if len(body) > limits.max_bytes:
        raise UpstreamError(f"{path}: longer than {limits.max_bytes} bytes, the limit fetch.max_bytes")
    return body


def _parse(
    name: str,
    body: bytes,
    url: str,
    content_type: str | None,
    source: RatesSource | FeedSource | None,
    config: Config,
    known: dict[str, list[Revision]],
    now: datetime,
) -> Checked:
    home = config.the_home()
    adapter = adapter_of(source) if isinstance(source, RatesSource) else recognise(body)
    if isinstance(adapter, BankAdapter):
        banks = [source] if isinstance(source, RatesSource) else rates_sources(config)
        bank = next((one for one in banks if adapter_of(one) is adapter), None)
        return _table(name, adapter.parse(body, name), bank, known.get(bank.id, []) if bank and source else [], now)
    if isinstance(adapter, ArchiveAdapter):
        figures = adapter.parse(body, name)
        rates = tuple({"currency": None, "quoted": f"{one.quoted:f}", "nominal": one.nominal, "value": None,
                       "valid_on": str(one.valid_on), "valid_until": str(one.valid_on)} for one in figures)  # fmt: skip
        return Checked(name, "rates", rates, verdict=(ARCHIVE_PAGE,))
    if not isinstance(source, FeedSource) and (met := _something_else(body)):
        raise UpstreamError(f"{name}: {met}; {WANTED}")
    zone, encoding = home.zone, None
    if isinstance(source, FeedSource):
        zone, encoding = source.zone, source.encoding
    parsed = feed.parse(body, source=name, url=url, zone=zone, content_type=content_type, encoding=encoding)
    headlines = tuple(_headline(entry, home) for entry in parsed.entries)
    return Checked(name, "feed", headlines=headlines, dropped=parsed.complaints)


def _something_else(body: bytes) -> str | None:
    """What a document is by its first element, where it is neither a feed nor could be one; None where that is open."""
    found = _ROOT.match(body[:8192])
    if found is None:
        return None
    root = found[1].decode("ascii").rpartition(":")[2]
    if root.lower() == "html" or found[0].lower().endswith(b"<!doctype html"):
        return "met a web page"
    return None if root.lower() in _NO_NEWS else f"met an XML document <{root}>, another bank's perhaps"


def _table(
    name: str,
    table: Table,
    bank: RatesSource | None,
    known: list[Revision],
    now: datetime,
) -> Checked:
    verdict = _said(judge(Answered(table, now), known, Heard(), bank)) if bank else ()
    rates = tuple(
        {
            "currency": rate.currency,
            "quoted": f"{rate.quoted:f}",
            "nominal": rate.nominal,
            "value": f"{rate.value:f}",
            "valid_on": str(rate.valid_on),
            "valid_until": str(rate.valid_until),
        }
        for rate in table.rates
    )
    return Checked(name, "rates", rates, dropped=table.complaints, verdict=verdict)


def _said(verdict: Verdict) -> tuple[str, ...]:
    if verdict.refused or verdict.ignored:
        return (f"not for now: {verdict.refused}" if verdict.refused else f"says nothing: {verdict.ignored}",)
    first = sorted(rate.currency for rate in verdict.unconfirmed)
    seen = sorted(({rate.currency for rate in verdict.believed} | verdict.confirmed).difference(first))
    said = [f"believed: {', '.join(seen)}"] if seen else []
    said += [f"unconfirmed, first figures: {', '.join(first)}"] if first else []
    said += [f"held: {hold.reason}" for _, hold in verdict.held]
    return (*said, *(f"missing: {currency}" for currency in verdict.lost))


def _headline(entry: Entry, home: Home) -> dict[str, Any]:
    published = home.local(entry.published_at).isoformat() if entry.published_at else None
    return {"title": entry.title, "url": entry.url, "published_at": published}
