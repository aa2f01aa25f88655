"""The recorded official series, read back from the chart page and the rates feed: equal to the last digit."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from support import scenes
from support.figures import Printed, Shelf

from ticker.model import DAY, Rate

CURRENCIES = ("USD", "EUR", "RUB", "KZT")
XHTML = "{http://www.w3.org/1999/xhtml}"


def series(file: Path) -> list[Printed]:
    with file.open(newline="") as rows:
        return [
            (code, row[code.lower()], date.fromisoformat(row["date"]))
            for row in csv.DictReader(rows)
            for code in CURRENCIES
            if row[code.lower()]
        ]


def test_every_official_figure_comes_back_to_the_last_digit(recorded, tmp_path):
    figures = series(recorded / "nbkr" / "official_series_2021-07-03_2026-08-22.csv")
    days = {day for _, _, day in figures}
    first, last = min(days), max(days)
    now = scenes.HOME.at(last, time(11, 16))
    shelf = Shelf(scenes.scene(now, scenes.daily(last - DAY, last)), tmp_path)
    shelf.put(figures)
    shown = shelf.scene.with_content(series=tuple(newest_of(code, figures) for code in CURRENCIES))
    looks = {("nbkr", code): now for code in CURRENCIES}
    shelf.show(replace(shown, snapshot=shown.snapshot.confirmed(looks)))
    wanted = {(code, day): Decimal(printed) for code, printed, day in figures}
    assert len(days) >= 1876

    assert charted(shelf, first, last) == wanted

    newest = {key: figure for key, figure in wanted.items() if key[1] >= last - 30 * DAY}
    assert fed(shelf, newest) == newest
    shelf.store.close()


def newest_of(currency: str, figures: list[Printed]) -> scenes.Series:
    """What a snapshot of these figures has of one currency."""
    days = {day: printed for code, printed, day in figures if code == currency}
    rates = [Rate(currency, Decimal(days[day]), 1, day, day) for day in sorted(days)[-5:]]
    return scenes.Series("nbkr", currency, tuple(rates))


def charted(shelf: Shelf, first: date, last: date) -> dict[tuple[str, date], Decimal]:
    found: dict[tuple[str, date], Decimal] = {}
    while first <= last:
        until = min(last, first + 399 * DAY)
        page = shelf.get(f"/chart?currencies={','.join(CURRENCIES)}&from={first}&to={until}").text
        for day, cells in re.findall(r'<time datetime="([\d-]+)">.*?</th>(.*?)</tr>', page):
            for code, cell in zip(CURRENCIES, re.findall("<td>(?:<span.*?</span>)?(.*?)</td>", cells), strict=True):
                if cell != "—":
                    found[code, date.fromisoformat(day)] = Decimal(cell.replace(",", ""))
        first = until + DAY
    return found


def fed(shelf: Shelf, wanted: dict[tuple[str, date], Decimal]) -> dict[tuple[str, date], Decimal]:
    feed = ET.fromstring(shelf.get(f"/rates.atom?currencies={','.join(CURRENCIES)}").data)
    days = sorted({day for _, day in wanted}, reverse=True)
    found = {}
    for day, table in zip(days, feed.iter(f"{XHTML}tbody"), strict=True):
        for row in table:
            code, _, figure, _ = ("".join(cell.itertext()) for cell in row)
            found[code, day] = Decimal(figure)
    return found
