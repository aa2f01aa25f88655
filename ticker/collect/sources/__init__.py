"""Bytes of an upstream to values, one file for each bank and a folder for feeds. Pure: no clock, no network.

To add a bank, write a file with its `ADAPTER` and add a line to `BANKS`; rounds, due times, gap filling and backfill
work from that table.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ticker.collect.sources import cbr, cbu, ecb, nbg, nbk, nbkr, nbrb, nbt
from ticker.collect.sources.adapter import Archive, ArchiveAdapter, ArchiveFigure, BankAdapter
from ticker.model import RatesSource

__all__ = [
    "BANKS",
    "Archive",
    "ArchiveFigure",
    "adapter_of",
    "archive_of",
    "archived_currencies",
    "earliest_of",
    "recognise",
]

EARLIEST = date(1990, 1, 1)  # no bank is asked for older days

BANKS: dict[str, BankAdapter] = {
    "NBKR": nbkr.ADAPTER,
    "CBR": cbr.ADAPTER,
    "NBK": nbk.ADAPTER,
    "CBU": cbu.ADAPTER,
    "NBT": nbt.ADAPTER,
    "NBRB": nbrb.ADAPTER,
    "NBG": nbg.ADAPTER,
    "ECB": ecb.ADAPTER,
}
"""The banks that can be read, by `RatesSource.bank`."""


def adapter_of(source: RatesSource) -> BankAdapter:
    """How to read a source. `bank` is first of all the name that readers see: a name without a line in the table is
    another word for a bank that publishes in NBKR's format."""
    return BANKS.get(source.bank, nbkr.ADAPTER)


def archive_of(source: RatesSource) -> Archive | None:
    """A source's archive; None where the bank has none or no address of it is configured."""
    adapter = adapter_of(source).archive
    return Archive(source, source.archive_url, adapter) if adapter and source.archive_url else None


def earliest_of(source: RatesSource) -> date:
    """The first day of which the source's bank can have a figure, as far as that is known."""
    archive = adapter_of(source).archive
    return (archive and archive.earliest) or EARLIEST


def archived_currencies(sources: Iterable[RatesSource]) -> frozenset[str]:
    """Every currency that the archive of one of the sources has."""
    archives = (archive_of(source) for source in sources)
    return frozenset().union(*(archive.adapter.currencies for archive in archives if archive))


def recognise(body: bytes) -> BankAdapter | ArchiveAdapter | None:
    """Whose table or archive page a body is, by its looks."""
    for bank in BANKS.values():
        if bank.recognises(body):
            return bank
        if bank.archive and bank.archive.recognises(body):
            return bank.archive
    return None
