"""The feed of rates: an entry for each table that a bank published (pure but for the store)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from ticker.model import Freshness, Rate, Revision
from ticker.rates.calendar import Outlooks, Track, official_on, reach
from ticker.rates.tracks import Quoted, tracks_of_revisions
from ticker.serve.feeds.channel import Channel, Item, began, channel_id, entry_id
from ticker.serve.feeds.query import FeedQuery
from ticker.serve.i18n.words import Words, own_digits, words
from ticker.serve.strip.context import DEMO
from ticker.snapshot import Content, Snapshot
from ticker.store import Store

RATES = "/rates"
SPAN = timedelta(days=30)
AHEAD = timedelta(days=14)  # no bank publishes further ahead
FIGURES_IN_TITLE = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a publication. `before` is the believed figure that it corrects."""

    rate: Rate
    before: Rate | None
    contested: bool  # the bank has since published a figure that is not believed
    confirmed: bool  # False: a first figure that nothing has borne out yet


@dataclass(frozen=True, slots=True)
class Publication:
    """A table of one source, with the figures believed now."""

    source: str
    valid_on: date
    valid_until: date
    figures: tuple[Figure, ...]
    published_at: datetime
    updated_at: datetime

    @property
    def corrected(self) -> bool:
        return any(one.before for one in self.figures)


def publications(
    known: Sequence[Revision],
    grace: Mapping[str, int],
    order: Sequence[str],
    outlooks: Outlooks,
    first: date,
) -> list[Publication]:
    """The newest day first. `known` are all revisions of these days, oldest id first. A table has the figures that are
    official on its first day, in the order of `order`; tables that begin before `first` are left out."""
    histories: dict[tuple[str, str, date], list[Revision]] = {}
    for one in known:
        histories.setdefault((one.source, one.rate.currency, one.rate.valid_on), []).append(one)
    tables: dict[tuple[date, str], list[Figure]] = {}
    by_currency = tracks_of_revisions(known, grace, outlooks)
    for currency in sorted(by_currency, key=order.index):
        for period, contested in _official_figures(by_currency[currency], first.toordinal()):
            history = histories[period.source, currency, period.rate.valid_on]
            table = tables.setdefault((period.rate.valid_on, period.source), [])
            table.append(_figure(period, history, contested=contested))
    found = []
    for (day, source), figures in sorted(tables.items(), reverse=True):
        told = [histories[source, one.rate.currency, day] for one in figures]
        found.append(
            Publication(
                source=source,
                valid_on=day,
                valid_until=max(one.rate.valid_until for one in figures),
                figures=tuple(figures),
                published_at=min(_believed_at(one) for history in told for one in history if one.believed),
                updated_at=max(moment for history in told for one in history for moment in _moments(one)),
            )
        )
    return found


def _official_figures(tracks: Sequence[Track[Quoted]], first: int) -> Iterator[tuple[Quoted, bool]]:
    """Each figure that is official on the first day of its table, and whether it is in doubt on one of its days."""
    for period in (one for track in tracks for one in track.periods if one.first >= first):
        days = [official_on(day, tracks) for day in range(period.first, period.last + 1)]
        mine = [one.freshness for one in days if one and one.period is period]
        if days[0] and days[0].period is period:
            yield period, Freshness.LATE in mine


def _figure(shown: Quoted, history: Sequence[Revision], *, contested: bool) -> Figure:
    assert shown.revision
    before = [one.rate for one in history if one.believed and one.id < shown.revision.id]
    return Figure(
        rate=shown.rate,
        before=before[-1] if before and not before[-1].same_figure(shown.rate) else None,
        contested=contested,
        confirmed=shown.confirmed,
    )


def _believed_at(one: Revision) -> datetime:
    return one.released_at or one.seen_at


def _moments(one: Revision) -> Iterator[datetime]:
    """The moments at which the entry may have changed."""
    yield from filter(None, (one.seen_at, one.held_at, one.released_at, one.discarded_at, one.confirmed_at))


def rates(
    store: Store, snapshot: Snapshot, outlooks: Outlooks, asked: FeedQuery, currencies: Collection[str]
) -> Channel:
    """An entry for each publication, corrected in place, without held figures. Raises StoreError."""
    content, say = snapshot.content, words(asked.options.lang)
    grace = content.grace
    first, last = asked.today - SPAN, asked.today + AHEAD
    known = store.revisions_between(list(grace), reach(first, grace), last, currencies=currencies)
    published = publications(known, grace, list(currencies), outlooks, first)
    banks = {bank.source: say.bank(DEMO if content.demo else bank.bank) for bank in content.banks}
    publisher = next(iter(banks.values()), say.text("bank.none"))
    return Channel(
        id=channel_id(asked.url(f"{RATES}.atom")),
        title=say.text(f"syndicated.rates.{'demo' if content.demo else 'official'}", bank=publisher),
        subtitle=say.text("syndicated.rates.says"),
        author=publisher,
        language=asked.options.lang,
        updated_at=max((one.updated_at for one in published), default=began(snapshot, asked)),
        atom_url=asked.url(f"{RATES}.atom"),
        page_url=asked.url("/chart"),
        items=tuple(_publication(one, banks, content, asked, say) for one in published),
    )


def _publication(one: Publication, banks: Mapping[str, str], content: Content, asked: FeedQuery, say: Words) -> Item:
    lines = [_line(figure, say) for figure in one.figures]
    day = _span(one, say)
    title = say.text(f"status.{'demo' if content.demo else 'fresh'}", bank=banks[one.source], day=day)
    if len(lines) <= FIGURES_IN_TITLE:
        title += f" · {' · '.join(lines)}"
    if one.corrected:
        title += f" ({say.text('syndicated.corrected')})"
    query = {"home": asked.options.home} if asked.options.home else {}
    query |= {"lang": asked.options.lang, "currencies": ",".join(figure.rate.currency for figure in one.figures)}
    query |= {"from": str(one.valid_on), "to": str(one.valid_until)}
    unit = say.unit(content.home.currency)
    return Item(
        id=entry_id(content, "rates", content.home.currency, one.source, str(one.valid_on)),
        title=title,
        url=asked.url("/chart", urlencode(query, safe=",")),
        author=banks[one.source],
        language=asked.options.lang,
        published_at=one.published_at,
        updated_at=one.updated_at,
        text="; ".join(_sentence(figure, unit, say) for figure in one.figures),
        head=(say.text("syndicated.currency"), say.text("syndicated.units"), unit, say.text("syndicated.remark")),
        rows=tuple(
            (figure.rate.currency, str(figure.rate.nominal), _printed(figure.rate, say), _remark(figure, say))
            for figure in one.figures
        ),
    )


def _span(one: Publication, say: Words) -> str:
    if one.valid_until == one.valid_on:
        return say.dated(one.valid_on)
    return say.text("year", day=say.days(one.valid_on, one.valid_until, "–"), year=one.valid_until.year)


def _line(figure: Figure, say: Words) -> str:
    nominal = f"{figure.rate.nominal} " if figure.rate.nominal != 1 else ""
    doubt = _doubt(figure, say)
    return f"{nominal}{figure.rate.currency} {_printed(figure.rate, say)}" + (f" ({doubt})" if doubt else "")


def _sentence(figure: Figure, unit: str, say: Words) -> str:
    said = f"{figure.rate.nominal} {figure.rate.currency} = {_printed(figure.rate, say)} {unit}"
    remark = _remark(figure, say)
    return f"{said} ({remark})" if remark else said


def _printed(rate: Rate, say: Words) -> str:
    """In the bank's own digits."""
    return say.number(rate.quoted, own_digits(rate.quoted))


def _remark(figure: Figure, say: Words) -> str:
    before = figure.before
    corrected = say.text("syndicated.corrected.was", value=_printed(before, say)) if before else ""
    return ", ".join(filter(None, [corrected, _doubt(figure, say)]))


def _doubt(figure: Figure, say: Words) -> str:
    if not figure.confirmed:
        return say.text("mark.unconfirmed")
    return say.text("mark.contested") if figure.contested else ""
