"""The strip as JSON, a contract that programs rely on; templates/strip/schema.json is its JSON Schema."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ticker.model import Freshness
from ticker.serve.strip.contrast import Colours
from ticker.serve.strip.figures import Dated, StripRate
from ticker.serve.strip.look import Look, declarations, palette, unforced
from ticker.serve.strip.view import Strip, StripHeadline
from ticker.serve.terms import LANGUAGES


def render(strip: Strip) -> bytes:
    """Moments carry the home zone's offset; figures are strings with the bank's own digits."""
    return encode(document(strip))


def document(strip: Strip) -> dict[str, Any]:
    return {
        "version": strip.version,
        "as_of": _moment(strip.as_of),
        "at": _moment(strip.as_of) if strip.past else None,
        "until": _moment(strip.until),
        "refresh_after": _moment(strip.refresh_after),
        "language": strip.language,
        **({"languages": list(strip.offered)} if set(strip.offered) != set(LANGUAGES) else {}),
        "home": strip.home,
        "zone": strip.zone,
        "demo": strip.demo,
        "state": strip.state.value,
        "form": strip.form,
        "marked": strip.marked,
        "rates": [rate_object(rate) for rate in strip.rates],
        "headlines": [headline_object(headline) for headline in strip.headlines],
        "words": asdict(strip.words),
        "look": _look(strip.look),
        "notes": list(strip.notes),
        "links": dict(strip.links),
    }


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def rate_object(rate: StripRate) -> dict[str, Any]:
    return {
        "currency": rate.currency,
        "value": figure_text(rate.value),
        "text": rate.text,
        "quoted": figure_text(rate.quoted),
        "nominal": rate.nominal,
        "valid_on": day_text(rate.valid_on),
        "change": figure_text(rate.change),
        "previous": _dated(rate.previous),
        "next": _next(rate.next) if rate.next else None,
        "valid_until": day_text(rate.valid_until),
        "quality": rate.quality.value,
        "source": rate.source,
        "freshness": rate.freshness.value,
        "confirmed": rate.confirmed,
        "name": rate.name,
        "change_text": rate.change_text,
        "trend": rate.trend,
        "mark": rate.mark,
        "spoken": rate.spoken,
        "lower": {"text": rate.lower.text, "kind": rate.lower.kind, "trend": rate.lower.trend},
        "chart": rate.chart or None,
        "chart_label": rate.chart_label,
        "banks": list(rate.banks),
        "last_change": figure_text(rate.last_change),
        "changed_on": day_text(rate.changed_on),
    }


def headline_object(headline: StripHeadline) -> dict[str, Any]:
    return {
        "id": headline.id,
        "title": headline.title,
        "url": headline.url,
        "feed": headline.feed,
        "publisher": headline.publisher,
        "language": headline.language,
        "published_at": _moment(headline.published_at),
        "day": day_text(headline.day),
        "time": headline.time,
        "dated": headline.dated,
        "clock": headline.clock,
        "brief": headline.brief,
        "ago": headline.ago,
    }


def _next(one: Dated) -> dict[str, Any]:
    return {**_dated_of(one), "text": one.text, "mark": one.mark, "freshness": Freshness.FRESH.value}


def _look(look: Look) -> dict[str, Any]:
    return {
        "theme": look.theme,
        "frame": look.frame,
        "motion": look.motion,
        "speed": look.speed,
        "show": list(look.show),
        "colours": [{"scheme": colours.scheme, **palette(colours)} for colours in look.colours],
        "chosen": look.chosen,
        "accent": look.accent,
        "style": _style(look),
    }


def _style(look: Look) -> str:
    """The chosen colours as a style for the element's shadow root; empty where the stock ones apply."""
    return unforced("".join(_rule(look, colours, nth) for nth, colours in enumerate(look.colours) if look.chosen))


def _rule(look: Look, colours: Colours, nth: int) -> str:
    scheme = look.theme != "transparent" and len(look.colours) == 1
    rule = f".page{{{declarations(look, colours, scheme=scheme)}}}"
    return f"@media (prefers-color-scheme:dark){{{rule}}}" if nth else rule


def _dated(one: Dated | None) -> dict[str, Any] | None:
    return _dated_of(one) if one else None


def _dated_of(one: Dated) -> dict[str, Any]:
    return {"value": figure_text(one.value), "valid_on": day_text(one.valid_on)}


def figure_text(value: Decimal | None) -> str | None:
    """Its digits, none more and none less; None for none."""
    # Never "1E+2": the digits as the bank has them.
    return None if value is None else format(value, "f")


def day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
