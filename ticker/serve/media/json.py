"""The strip as JSON: a contract of names that programs rely on. The schema beside the templates describes it."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ticker.model import Freshness
from ticker.serve.contrast import Colours
from ticker.serve.view import Dated, Look, Strip, StripHeadline, StripRate


def render(strip: Strip) -> bytes:
    """Moments carry the home zone's offset; figures are strings with the bank's own digits."""
    return _encoded(
        {
            "version": strip.version,
            "as_of": _moment(strip.as_of),
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
    )


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
    }


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
