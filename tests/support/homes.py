"""A service of three homes: soms of Bishkek, tenge of Almaty, an hour behind it, and rubles of Moscow. Figures and
headlines are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from support import scenes
from support.figures import Shelf
from support.scenes import WEDNESDAY, Scene, rate
from ticker.model import DAY, Headline, Home, Window
from ticker.serve.terms import HomeTerms, SiteSettings
from ticker.snapshot import BankTerms, Content, FeedTerms, Series

KZT, RUB = Home("KZT", ZoneInfo("Asia/Almaty")), Home("RUB", ZoneInfo("Europe/Moscow"))
TERMS = {
    "KGS": HomeTerms(),
    "KZT": HomeTerms(("USD", "EUR", "RUB"), None, ("en", "ru")),
    "RUB": HomeTerms(("USD", "EUR", "CNY"), 4, ("en", "ru")),
}
SETTINGS = SiteSettings(own=TERMS["KGS"], homes=TERMS, presets={"almaty": "home=KZT&digits=2"})
DAYS = (WEDNESDAY - DAY, WEDNESDAY, WEDNESDAY + DAY)
TENGE = {
    "USD": ("489.2000", "487.5100", "488.0300"),
    "EUR": ("1021.8000", "1023.4500", "1025.1200"),
    "RUB": ("5.9640", "5.9712", "5.9655"),
}
ROUBLES = {
    "USD": ("82.1003", "82.4512", "82.6000"),
    "EUR": ("94.8000", "95.1234", "95.0100"),
    "CNY": ("11.4002", "11.4321", "11.4300"),
}
TITLES = {
    "tengrinews-ru": ("Паводок отрезал три аула от трассы", "Тенге укрепился к доллару на утренних торгах"),
    "kursiv-ru": ("Алматы продлит ветку метро до аэропорта",),
    "astana-en": ("Steppe railway to carry its first passengers in autumn",),
}
FEEDS = (
    FeedTerms("tengrinews-ru", "Tengrinews", "ru", 300),
    FeedTerms("kursiv-ru", "Kursiv", "ru", 300),
    FeedTerms("astana-en", "Astana Times", "en", 300),
)


def _series(source: str, figures: dict[str, tuple[str, ...]], days: tuple[date, ...]) -> tuple[Series, ...]:
    return tuple(
        Series(source, one, tuple(rate(one, text, day) for text, day in zip(texts, days, strict=False)))
        for one, texts in figures.items()
    )


def _headlines(now: datetime) -> tuple[Headline, ...]:
    named = [(feed, title) for feed, titles in TITLES.items() for title in titles]
    ids = ("a1b2c3d4e5f60718", "a1b2c3d4e5f60719", "a1b2c3d4e5f6071a", "a1b2c3d4e5f6071b")
    return tuple(
        Headline(id_, title, f"https://example.kz/{nth}", feed, at, at)
        for nth, (id_, (feed, title)) in enumerate(zip(ids, named, strict=True))
        if (at := now - timedelta(minutes=4 + 17 * nth))
    )


def kzt(days: tuple[date, ...] = DAYS[:2], now: datetime | None = None) -> Content:
    bank = BankTerms("nbk", "NBK", Window.any_time(KZT.zone), 14)
    return Content(KZT, (bank,), FEEDS, _series("nbk", TENGE, days), _headlines(now or scenes.day().now))


def rub(days: tuple[date, ...] = DAYS[:2]) -> Content:
    bank = BankTerms("cbr", "CBR", Window.any_time(RUB.zone), 14)
    return Content(RUB, (bank,), (), _series("cbr", ROUBLES, days))


def three(days: tuple[date, ...] = DAYS[:2], own: Scene | None = None) -> Scene:
    """Soms by default; the neighbours' banks and feeds were looked at a minute ago."""
    scene = own or scenes.day()
    neighbours = (kzt(days, scene.now), rub(days))
    looked = scene.now - timedelta(minutes=1)
    looks = {(one.source, one.currency): looked for of in neighbours for one in of.series}
    looks |= {(feed.feed, ""): looked for feed in FEEDS}
    snapshot = replace(scene.snapshot, looks={**scene.snapshot.looks, **looks})
    return replace(scene, snapshot=snapshot).with_content(neighbours=neighbours)


def tomorrow_known() -> Scene:
    """The evening before: every bank's next table is out."""
    return three(DAYS, scenes.evening())


def only_tenge() -> Scene:
    """Tenge are the default home, and the only one."""
    scene = three()
    return replace(scene, snapshot=replace(scene.snapshot, content=scene.snapshot.content.of("KZT")))


def shelf(scene: Scene, folder: Path, settings: SiteSettings = SETTINGS) -> Shelf:
    """The read side with the scene, and the figures of tenge in its store too."""
    one = Shelf(scene, folder, settings=settings, dated=True)
    tenge = [(code, text, day) for code, texts in TENGE.items() for text, day in zip(texts, DAYS[:2], strict=False)]
    one.put(tenge, source="nbk", seen=lambda day: datetime(day.year, day.month, day.day, 10, tzinfo=UTC) - DAY)
    return one
