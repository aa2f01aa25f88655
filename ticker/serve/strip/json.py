"""The strip as JSON: a contract of names that programs rely on. The schema beside the templates describes it."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ticker.model import Freshness
from ticker.serve.panel.nodes import nodes
from ticker.serve.panel.view import Cell, Column, Panel, PanelHeadline, PanelRate
from ticker.serve.strip.contrast import Colours
from ticker.serve.strip.view import Dated, Look, Strip, StripHeadline, StripRate


def render(strip: Strip) -> bytes:
    """Moments carry the home zone's offset; figures are strings with the bank's own digits."""
    return _encoded(_document(strip))


def render_panel(panel: Panel, body: str) -> bytes:
    """The strip's names with the strip's meaning, and what a panel says beyond them. `body` is its markup, given as
    nodes, which the panel's own script builds: [tag, attributes, *children]."""
    columns = {"previous": panel.previous, "today": panel.today, "next": panel.next}
    return _encoded(
        {
            **_document(panel.strip),
            "rates": [_panel_rate(rate) for rate in panel.rates],
            "headlines": [_panel_headline(one) for day in panel.days for one in day.headlines],
            "popular": [_panel_headline(one) for one in panel.popular],
            "heading": panel.heading,
            "days": [{"day": _day(one.day), "heading": one.heading} for one in panel.days],
            "columns": {name: _column(column) for name, column in columns.items()},
            "words": dict(panel.words),
            "nodes": nodes(body),
        }
    )


def _document(strip: Strip) -> dict[str, Any]:
    return {
        "version": strip.version,
        "as_of": _moment(strip.as_of),
        "at": _moment(strip.as_of) if strip.past else None,
        "until": _moment(strip.until),
        "refresh_after": _moment(strip.refresh_after),
        "language": strip.language,
        "home": strip.home,
        "zone": strip.zone,
        "demo": strip.demo,
        "state": strip.state.value,
        "rates": [_rate(rate) for rate in strip.rates],
        "headlines": [_headline(headline) for headline in strip.headlines],
        "words": dict(strip.words),
        "look": _look(strip.look),
        "notes": list(strip.notes),
        "links": dict(strip.links),
    }


def _encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _rate(rate: StripRate) -> dict[str, Any]:
    return {
        "currency": rate.currency,
        "value": _figure(rate.value),
        "text": rate.text,
        "quoted": _figure(rate.quoted),
        "nominal": rate.nominal,
        "valid_on": _day(rate.valid_on),
        "change": _figure(rate.change),
        "previous": _dated(rate.previous),
        "next": _next(rate.next) if rate.next else None,
        "valid_until": _day(rate.valid_until),
        "quality": rate.quality.value,
        "source": rate.source,
        "freshness": rate.freshness.value,
        "name": rate.name,
        "change_text": rate.change_text,
        "trend": rate.trend,
        "mark": rate.mark,
        "spoken": rate.spoken,
    }


def _panel_rate(rate: PanelRate) -> dict[str, Any]:
    """The cells are for so many `units`; one is null where the table has none."""
    return {
        **_rate(rate.rate),
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
        "valid_on": _day(cell.valid_on),
        "mark": cell.mark,
        "freshness": cell.freshness.value,
        "trend": cell.trend,
    }


def _column(column: Column | None) -> dict[str, Any] | None:
    return {"day": _day(column.day), "text": column.text, "word": column.word} if column else None


def _panel_headline(one: PanelHeadline) -> dict[str, Any]:
    return {**_headline(one.headline), "also": list(one.also), "also_text": one.also_text, "story": one.story}


def _headline(headline: StripHeadline) -> dict[str, Any]:
    return {
        "id": headline.id,
        "title": headline.title,
        "url": headline.url,
        "feed": headline.feed,
        "publisher": headline.publisher,
        "language": headline.language,
        "published_at": _moment(headline.published_at),
        "day": _day(headline.day),
        "time": headline.time,
        "dated": headline.dated,
    }


def _next(one: Dated) -> dict[str, Any]:
    """What the bank has put in doubt since is late: the table in which it is not is still to come."""
    freshness = Freshness.LATE if one.contested else Freshness.FRESH
    return {**_dated_of(one), "text": one.text, "mark": one.mark, "freshness": freshness.value}


def _look(look: Look) -> dict[str, Any]:
    return {
        "theme": look.theme,
        "frame": look.frame,
        "motion": look.motion,
        "speed": look.speed,
        "show": list(look.show),
        "colours": [_palette(colours) for colours in look.colours],
        "chosen": look.chosen,
        "accent": look.accent,
        "style": _style(look),
    }


def _style(look: Look) -> str:
    """The chosen colours as a style for the element's shadow root; empty where the stock ones stand."""
    return "".join(_scheme(look, colours, nth) for nth, colours in enumerate(look.colours)) if look.chosen else ""


def _scheme(look: Look, colours: Colours, nth: int) -> str:
    palette = {name.replace("_", "-"): colour for name, colour in _palette(colours).items() if name != "scheme"}
    said = [f"--{name}:{colour}" for name, colour in palette.items()]
    said += ["--title:var(--link)"] if look.accent else []
    if look.theme == "transparent":
        said.append("--ground:transparent")
    elif len(look.colours) == 1:
        said.append(f"color-scheme:{colours.scheme}")
    rule = f".page{{{';'.join(said)}}}"
    return f"@media (prefers-color-scheme:dark){{{rule}}}" if nth else rule


def _palette(colours: Colours) -> dict[str, str]:
    """Each colour as "#14171b", by name; `scheme` says which of the two stock palettes it was made of."""
    names = (field.name for field in fields(colours) if field.name not in ("scheme", "complaints"))
    return {"scheme": colours.scheme, **{name: f"#{getattr(colours, name)}" for name in names}}


def _dated(one: Dated | None) -> dict[str, Any] | None:
    return _dated_of(one) if one else None


def _dated_of(one: Dated) -> dict[str, Any]:
    return {"value": _figure(one.value), "valid_on": _day(one.valid_on)}


def _figure(value: Decimal | None) -> str | None:
    # Never "1E+2": the digits as the bank has them.
    return None if value is None else format(value, "f")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
