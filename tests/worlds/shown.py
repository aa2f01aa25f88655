"""What a reader is shown of one currency at one moment, from the view or from its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ticker.model import Freshness, Quality
from ticker.rates.freshness import Judgement
from ticker.serve.strip.view import Strip

from .rows import Rows, Small, read_rows, read_small
from .truth import DAILY, WEEKLY

CURRENCIES = (*DAILY, *WEEKLY)


@dataclass(frozen=True, slots=True)
class Shown:
    """One currency on the strip. `marked`: its age or doubt is said beside it or for all figures. `value` is official:
    what stands in for it is none."""

    currency: str
    freshness: str
    confirmed: bool
    marked: bool
    value: Decimal | None
    valid_on: date | None
    valid_until: date | None
    change: Decimal | None = None
    previous: tuple[date, Decimal] | None = None
    next: tuple[date, Decimal] | None = None
    tomorrow: bool = False  # whether `next` stands under the word "tomorrow"
    rows: Rows | None = None  # the label's, as they are drawn, and what is drawn beneath the figure
    small: Small | None = None
    last_change: tuple[date, Decimal] | None = None  # the first day of the table that brought it

    def __str__(self) -> str:
        mark = {"fresh": "", "late": " late", "unconfirmed": " unconfirmed", "hidden": f" ({self.freshness})"}[
            self.state
        ]
        value = "—" if self.value is None else f"{self.value:f}"
        after = f" then {self.next[1]:f} on {self.next[0]:%d.%m.}" if self.next else ""
        return f"{self.currency} {value}{mark} of {self.valid_on or 'no day'}{after}"

    @property
    def state(self) -> str:
        if self.value is None:
            return "hidden"
        if not self.confirmed:
            return "unconfirmed"
        return "fresh" if self.freshness == "fresh" else "late"

    @property
    def unmarked(self) -> bool:
        return self.value is not None and not self.marked


def of_strip(strip: Strip, judged: Judgement) -> list[Shown]:
    """What the view says, in English."""
    found = []
    rows = read_rows(asdict(strip.words), judged.today)
    for rate in strip.rates:
        small = read_small(rate.lower.text, rate.lower.kind, judged.today)
        next_ = rate.next and (rate.next.valid_on, rate.next.value)
        found.append(
            Shown(
                rate.currency,
                rate.freshness.value,
                rate.confirmed,
                rate.freshness is not Freshness.FRESH and _is_said(rate.confirmed, small, rows),
                None if rate.quality is Quality.DERIVED else rate.value,
                rate.valid_on,
                rate.valid_until,
                rate.change,
                rate.previous and (rate.previous.valid_on, rate.previous.value),
                next_,
                bool(rate.next) and strip.words.tomorrow == "tomorrow" and not (rate.next and rate.next.mark),
                rows,
                small,
                (rate.changed_on, rate.last_change) if rate.changed_on and rate.last_change is not None else None,
            )
        )
    return found


def of_json(said: Mapping[str, Any], today: date) -> list[Shown]:
    """The same from `/strip.json`, in English. A currency that was never known is left out there."""
    rates = {rate["currency"]: rate for rate in said["rates"]}
    rows = read_rows(said["words"], today)
    found = []
    for currency in CURRENCIES:
        if (rate := rates.get(currency)) is None:
            found.append(Shown(currency, "none", True, True, None, None, None))
            continue
        late = rate["freshness"] != "fresh"
        small = read_small(rate["lower"]["text"], rate["lower"]["kind"], today)
        next_ = rate["next"]
        found.append(
            Shown(
                rate["currency"],
                rate["freshness"],
                rate["confirmed"],
                late and _is_said(rate["confirmed"], small, rows),
                Decimal(rate["value"]) if rate["value"] and rate["quality"] != Quality.DERIVED else None,
                _day(rate["valid_on"]),
                _day(rate["valid_until"]),
                rate["change"] and Decimal(rate["change"]),
                _dated(rate["previous"]),
                _dated(next_),
                bool(next_) and said["words"]["tomorrow"] == "tomorrow" and not next_["mark"],
                rows,
                small,
                (date.fromisoformat(rate["changed_on"]), Decimal(rate["last_change"])) if rate["changed_on"] else None,
            )
        )
    return found


def _is_said(confirmed: bool, small: Small, rows: Rows) -> bool:
    """Whether a late figure's state is said, beneath it or in the label's lower row; in English."""
    if confirmed:
        return small.kind == "late" or rows.of == "state"
    return small.text == "unconfirmed" or rows.state == "unconfirmed"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _dated(said: Mapping[str, Any] | None) -> tuple[date, Decimal] | None:
    return (date.fromisoformat(said["valid_on"]), Decimal(said["value"])) if said else None
