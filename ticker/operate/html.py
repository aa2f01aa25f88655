"""The operator's page as HTML; it needs no script. What sources and the store said stays in its own words."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from ticker.model import Language
from ticker.operate.render import plain, stated
from ticker.operate.sources import SourceStatus
from ticker.operate.status import Status
from ticker.serve.http.pages import content_security_policy, file_hash, inline, render_page
from ticker.serve.i18n.words import Words, words

_STYLE = "status.css"


def page(status: Status, lang: Language) -> bytes:
    def say(key: str, **values: object) -> str:
        return words(lang).text(f"operate.{key}", **values)

    return render_page(
        "operate/status.html",
        style=inline(_STYLE),
        status=status,
        troubles=status.troubles_in(words(lang)),
        notices=status.notices_in(words(lang)),
        groups=_groups(status),
        stated=stated,
        plain=plain,
        when=partial(_when, status, words(lang)),
        moment=partial(_moment, status, words(lang)),
        day=partial(_day, status, words(lang)),
        city=words(lang).city(status.snapshot.content.home.zone),
        next_table=_next_table(status, words(lang)),
        say=say,
        unconfirmed=words(lang).text("mark.unconfirmed"),
        lang=lang,
    )


def policy() -> str:
    """The page's Content-Security-Policy: no page may frame it."""
    return content_security_policy([file_hash(_STYLE)], images="data:")


def _groups(status: Status) -> list[tuple[str, list[SourceStatus]]]:
    """The sources by the home they are of, "" for the witnesses."""
    found: dict[str, list[SourceStatus]] = {}
    for one in status.sources:
        found.setdefault(one.home, []).append(one)
    return list(found.items())


def _when(status: Status, say: Words, moment: datetime | None) -> str:
    """A moment in the home's zone, the day only where it is not today's; "–" for none."""
    if moment is None:
        return "–"
    home = status.snapshot.content.home
    local, now = home.local(moment), home.local(status.now)
    return f"{local:%H:%M:%S}" if local.date() == now.date() else f"{say.dated(local.date())} {say.clock(local)}"


def _day(status: Status, say: Words, day: date) -> str:
    return say.day(day, status.snapshot.content.home.day(status.now))


def _moment(status: Status, say: Words, moment: datetime) -> str:
    """A moment in the home's zone with its day: "22 May, 18:32"."""
    local = status.snapshot.content.home.local(moment)
    return f"{_day(status, say, local.date())}, {say.clock(local)}"


def _next_table(status: Status, say: Words) -> str:
    """When the default home's first bank publishes next; empty where its hours are not known."""
    home = status.homes[0]
    bank = next(iter(home.content.banks), None)
    if bank is None or not bank.window.is_known:
        return ""
    known = any(one.next for one in home.judged.figures if one.source == bank.source)
    if bank.window.is_open(status.now) and not known:
        local = home.content.home.local(bank.window.closes_after(status.now))
        return say.text("operate.next_table.by", time=say.clock(local))
    return say.text("operate.next_table", time=_moment(status, say, bank.window.opens_after(status.now)))
