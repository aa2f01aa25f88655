"""The panel as JSON: the strip's names with the strip's meaning, and more; templates/panel/schema.json describes it."""

from __future__ import annotations

from typing import Any

from ticker.serve.http.dom import to_nodes
from ticker.serve.panel import html
from ticker.serve.panel.table import Cell, Column, PanelRate
from ticker.serve.panel.view import Panel, PanelHeadline
from ticker.serve.panel.witnesses import CurrencyWitnesses, WitnessRow
from ticker.serve.strip.json import day_text, document, encode, figure_text, headline_object, rate_object


def render(panel: Panel) -> bytes:
    """`nodes` are the page's markup, which the element's script builds: [tag, attributes, *children]."""
    columns = {"previous": panel.previous, "today": panel.today, "next": panel.next}
    return encode(
        {
            **document(panel.strip),
            "rates": [_rate(rate) for rate in panel.rates],
            "headlines": [_headline(headline) for day in panel.days for headline in day.headlines],
            "popular": [_headline(headline) for headline in panel.popular],
            "heading": panel.heading,
            "days": [{"day": day_text(day.day), "heading": day.heading} for day in panel.days],
            "columns": {name: _column(column) for name, column in columns.items()},
            "witnesses": [_witnesses(one) for one in panel.witnesses],
            "words": dict(panel.words),
            "nodes": to_nodes(html.body(panel)),
        }
    )


def _rate(rate: PanelRate) -> dict[str, Any]:
    """The cells are for so many `units`; a cell is null where the table has none."""
    return {
        **rate_object(rate.rate),
        "units": rate.nominal,
        "label": rate.label,
        "cells": {"previous": _cell(rate.previous), "today": _cell(rate.today), "next": _cell(rate.next)},
        "moved": {"text": rate.change, "spoken": rate.change_said, "trend": rate.trend},
    }


def _cell(cell: Cell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "text": cell.text,
        "valid_on": day_text(cell.valid_on),
        "mark": cell.mark,
        "freshness": cell.freshness.value,
        "trend": cell.trend,
    }


def _column(column: Column | None) -> dict[str, Any] | None:
    return {"day": day_text(column.day), "text": column.text, "word": column.word} if column else None


def _witnesses(one: CurrencyWitnesses) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "official": _witness(one.official),
        "banks": [{**_witness(bank), "takes_part": bank.takes_part, "mark": bank.mark} for bank in one.banks],
        "median": _witness(one.median) if one.median else None,
        "spread_percent": figure_text(one.spread),
        "agrees": one.agrees.value,
        "verdict": one.verdict,
    }


def _witness(one: WitnessRow) -> dict[str, Any]:
    return {
        "bank": one.bank or None,
        "name": one.name,
        "valid_on": day_text(one.valid_on),
        "value": figure_text(one.value),
        "text": one.text,
        "difference_percent": figure_text(one.difference),
        "difference_text": one.difference_text,
    }


def _headline(headline: PanelHeadline) -> dict[str, Any]:
    return {
        **headline_object(headline.headline),
        "also": list(headline.also),
        "also_text": headline.also_text,
        "story": headline.story,
    }
