"""Sample answers for the documentation: those of one invented evening (pure).

They are made by the endpoints' own code, so that no figure contradicts another; bank, publishers and figures are
invented, and marked as a demonstration.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, cast
from zoneinfo import ZoneInfo

from ticker.model import DAY, Headline, Home, Rate, Revision, Window
from ticker.rates import timeline
from ticker.rates.compose import compose
from ticker.rates.day import Moment
from ticker.rates.freshness import freshness
from ticker.serve.api import models, params, tables, witness_models
from ticker.serve.api.answers import headlines, history, rates, service, witnesses
from ticker.serve.api.endpoint import Endpoint, render_table
from ticker.serve.api.endpoints import index
from ticker.snapshot import BankTerms, FeedTerms, Snapshot, Testimony, WitnessTerms
from ticker.store import Store

HOME = Home("KGS", ZoneInfo("Asia/Bishkek"))
TODAY = date(2026, 5, 21)  # a Thursday
NOW = HOME.at(TODAY, time(16, 40))
_HOURS = time(15), time(18), HOME.zone
DAILY = BankTerms("example_bank", "Example Bank", Window(frozenset(range(5)), *_HOURS), 14)
WEEKLY = BankTerms("example_bank_weekly", "Example Bank", Window(frozenset({4}), *_HOURS), 7)
FEEDS = (
    FeedTerms("example-news", "Example News", "en", 300),
    FeedTerms("example-press", "Example Press", "en", 300),
)
WITNESSES = (
    WitnessTerms("northern_bank", "Northern Example Bank", "KZT", sets_levels=True),
    WitnessTerms("southern_bank", "Southern Example Bank", "TJS", sets_levels=True),
    WitnessTerms("eastern_bank", "Eastern Example Bank", "UZS", sets_levels=True),
    WitnessTerms("western_bank", "Western Example Bank", "EUR", sets_levels=False),
)
AGREEMENT = (("JPY", Decimal("0.025")), ("USD", Decimal("0.005")))
SPAN = params.HistoryParams(from_=TODAY - DAY, to=TODAY + DAY, currencies=("USD",))
CONVERT = params.ConvertParams(from_="USD", amount="100")
_ROWS = {"rates": "rates", "history": "rates", "headlines": "headlines", "popular": "headlines", "feeds": "feeds"}
PAGE = params.HeadlinesParams(lang="en", limit=2)


@cache
def samples() -> Mapping[str, Any]:
    """An answer of each endpoint that has a model, by its id."""
    moment = _moment()
    made: dict[str, models.Model] = {
        "index": index(),
        "rates": rates.rates(moment, (), params.RatesParams()),
        "convert": rates.convert(moment, CONVERT),
        "witnesses": witnesses.witnesses(moment, params.WitnessesParams()),
        "headlines": headlines.headlines(moment, PAGE),
        "popular": headlines.popular_now(moment, params.PopularParams(), {}, 1.0),
        "feeds": headlines.feeds(moment),
        "status": service.status(moment),
    }
    return {id_: json.loads(models.encoded(one)) for id_, one in made.items()} | {"history": _history(moment)}


def table(endpoint: Endpoint) -> str:
    """The same as the CSV of an endpoint."""
    said = samples()[endpoint.id]
    if endpoint.id == "witnesses":
        rows = [one.model_dump() for one in witness_models.rows(witness_models.Witnesses.model_validate(said))]
        return render_table(endpoint, rows, {"date": said["date"], "demo": said["demo"]}).decode()
    rows = said[_ROWS[endpoint.id]] if endpoint.id in _ROWS else [said]
    same = {name: said[name] for name in ("date", "demo") if name in said}
    return render_table(endpoint, rows, same).decode()


def figure() -> str:
    """The plain text of one figure."""
    return rates.rate_text(_moment(), "USD", params.RateParams()).decode()


def _history(moment: Moment) -> Any:
    wanted = history.span(moment, (), SPAN)
    grace = moment.content.grace
    columns = timeline.columns_at(moment.past, NOW, grace, wanted.currencies)
    figures = {one.currency: one for one in moment.judged.figures}
    rows = timeline.rows(columns, wanted.ordinals, figures, moment.judged.outlooks)
    return json.loads(tables.history_json(history.history_head(moment, SPAN, wanted), rows))


class _Past:
    """As much of a store as the endpoints need here."""

    def revisions_between(
        self, sources: Sequence[str], first: date, last: date, *_: object, **__: object
    ) -> list[Revision]:
        return [one for one in _revisions() if one.source in sources and first <= one.rate.valid_on <= last]

    def held(self) -> list[Revision]:
        return [one for one in _revisions() if one.held]

    def headlines(self, feeds: Collection[str], limit: int, **_: object) -> list[Headline]:
        return [one for one in _headlines() if one.feed in feeds][:limit]


def _moment() -> Moment:
    of_source = {bank.source: [one for one in _revisions() if one.source == bank.source] for bank in (DAILY, WEEKLY)}
    content = compose(HOME, (DAILY, WEEKLY), FEEDS, of_source, _headlines(), demo=True)
    content = replace(content, witnesses=WITNESSES, testimonies=_testimonies(), agreement=AGREEMENT)
    looks = {(one.source, one.currency): NOW - timedelta(minutes=2) for one in content.series}
    looks |= {("example-news", ""): NOW - timedelta(minutes=1), ("example-press", ""): NOW - timedelta(hours=2)}
    snapshot = Snapshot(1234, NOW - timedelta(minutes=12), content, looks)
    return Moment(snapshot, freshness(snapshot, NOW), None, cast(Store, _Past()))


def _revisions() -> list[Revision]:
    """Among them a slip of the bank's, ten times the figure, which it corrected after ten minutes."""
    yesterday, last_week = TODAY - DAY, date(2026, 5, 15)
    slip = HOME.at(yesterday, time(16, 2))
    corrected = slip + timedelta(minutes=10)
    return [
        _revision(1, WEEKLY, Rate("JPY", Decimal("5.4312"), 10, date(2026, 5, 9), last_week), "2026-05-08 16:05"),
        _revision(2, WEEKLY, Rate("JPY", Decimal("5.4461"), 10, last_week + DAY, TODAY + DAY), "2026-05-15 16:05"),
        _revision(3, DAILY, _daily("87.4531", yesterday), "2026-05-19 16:04"),
        _revision(4, DAILY, _daily("874.5000", TODAY), "2026-05-20 16:02", slip, corrected),
        _revision(5, DAILY, _daily("87.4500", TODAY), "2026-05-20 16:12"),
        _revision(6, DAILY, _daily("87.4612", TODAY + DAY), "2026-05-21 16:08"),
    ]


def _daily(quoted: str, day: date) -> Rate:
    return Rate("USD", Decimal(quoted), 1, day, day)


def _revision(
    id_: int,
    bank: BankTerms,
    rate: Rate,
    seen: str,
    held_at: datetime | None = None,
    discarded_at: datetime | None = None,
) -> Revision:
    moment = datetime.fromisoformat(seen).replace(tzinfo=HOME.zone)
    digest = sha256(f"example {id_}".encode()).hexdigest()
    printed = moment - timedelta(minutes=1)
    return Revision(id_, bank.source, rate, moment, printed, digest, bank.source, held_at, None, discarded_at)


def _testimonies() -> tuple[Testimony, ...]:
    """Of four banks: two agree, one is three days late, one tells only of ratios."""
    told = (
        (WITNESSES[0], TODAY, {"KGS": "5.4700", "JPY": "2.9860", "USD": "478.5100"}),
        (WITNESSES[1], TODAY, {"KGS": "0.10571", "JPY": "0.05752", "USD": "9.2446"}),
        (WITNESSES[2], TODAY - 3 * DAY, {"KGS": "138.12", "JPY": "75.1900", "USD": "12079.50"}),
        (WITNESSES[3], TODAY - DAY, {"JPY": "0.0053500", "USD": "0.8591"}),
    )
    return tuple(
        Testimony(bank.source, day, tuple((currency, Decimal(price)) for currency, price in prices.items()))
        for bank, day, prices in told
    )


def _headlines() -> list[Headline]:
    """The newest first; both feeds carry the bridge."""
    bridge, minutes = "Bridge over the Naryn opens after repairs", (12, 131, 140)
    told = (
        ("5b0e4c1d9a7f2e63", "First snow closes the pass for lorries", "news", "snow"),
        ("c2d81f6e0b3a9574", bridge, "press", "bridge"),
        ("9a37f5ac81fc00f1", bridge, "news", "bridge"),
    )
    moments = [NOW - timedelta(minutes=one) for one in minutes]
    return [
        Headline(id_, title, f"https://{feed}.example/{name}", f"example-{feed}", moment, moment)
        for (id_, title, feed, name), moment in zip(told, moments, strict=True)
    ]
