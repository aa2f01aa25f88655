"""The states of a strip, made by hand: what tests read and pictures show. Figures and headlines are invented."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from support.given import HOME
from ticker.model import DAY, Headline, Rate, Window
from ticker.rates.freshness import Judgement, freshness
from ticker.serve.strip.options import Options
from ticker.serve.strip.view import Strip, present
from ticker.snapshot import BankTerms, Content, FeedTerms, Series, Snapshot, Testimony, WitnessTerms, empty

WEDNESDAY = date(2025, 6, 18)
NBKR = BankTerms("nbkr", "NBKR", Window(frozenset(range(5)), time(15), time(18), HOME.zone), 14)
WEEKLY = BankTerms("nbkr_weekly", "NBKR", Window(frozenset({4}), time(15), time(18), HOME.zone), 7)
FEEDS = (
    FeedTerms("24kg-en", "24.kg", "en", 300),
    FeedTerms("akipress-en", "AKIpress", "en", 300),
    FeedTerms("24kg-ru", "24.kg", "ru", 300),
    FeedTerms("kaktus", "Kaktus", "ru", 300),
    FeedTerms("kabar-ky", "Кабар", "ky", 300),
    FeedTerms("azattyk", "Азаттык", "ky", 300),
)
WITNESSES = tuple(
    WitnessTerms(bank.lower(), bank, home, True)
    for bank, home in {"NBK": "KZT", "CBU": "UZS", "NBT": "TJS", "NBRB": "BYN", "NBG": "GEL"}.items()
)
SOM_COSTS = {"nbk": "5.9466", "cbu": "148.21", "nbt": "0.118", "nbrb": "0.0374", "nbg": "0.0311"}
AGREEMENT = (("EUR", Decimal("0.025")), ("RUB", Decimal("0.025")), ("USD", Decimal("0.005")))
FIGURES = {
    "USD": ("87.4500", "87.4500", "87.4500"),
    "EUR": ("99.2503", "99.5614", "99.8700"),
    "RUB": ("1.1050", "1.1019", "1.0988"),
}
TITLES = {
    "en": (
        "Bridge over the Naryn opens after two years of repairs",
        "First snow closes the Töö-Ashuu pass for lorries",
        "Libraries of Osh to stay open until midnight",
        "Trolleybuses return to the centre of Bishkek",
        "What changes for drivers from July",
        "Weather: frost in the north, rain in the valleys",
        "Parliament debates the law on pastures in the second reading; the vote is put off until the committee "
        "has heard the herders of Naryn and Talas",
        "Apricots from Batken reach the market a fortnight early",
        "Issyk-Kul: water warms to 19 degrees",
        "School leavers sit the last of the state examinations",
    ),
    "ru": (
        "Мост через Нарын открыли после двух лет ремонта",
        "Первый снег закрыл перевал Төө-Ашуу для грузовиков",
        "Библиотеки Оша будут работать до полуночи",
        "Троллейбусы возвращаются в центр Бишкека",
        "Что изменится для водителей с июля",
        "Погода: на севере заморозки, в долинах дожди",
        "Депутаты во втором чтении обсуждают закон о пастбищах; голосование отложено до встречи комитета с чабанами",
        "Абрикосы из Баткена появились на рынке на две недели раньше",
    ),
    "ky": (
        "Нарын көпүрөсү эки жылдык оңдоодон кийин ачылды",
        "Биринчи кар Төө-Ашуу ашуусун жүк ташуучу унаалар үчүн жапты",
        "Оштун китепканалары түн ортосуна чейин иштейт",
        "Троллейбустар Бишкектин борборуна кайтты",
        "Июлдан тартып айдоочулар үчүн эмне өзгөрөт",
        "Аба ырайы: түндүктө үшүк, өрөөндөрдө жамгыр",
    ),
}


def at(day: date, clock: str) -> datetime:
    """The moment (UTC) at which Bishkek's clocks show `clock`."""
    return HOME.at(day, time.fromisoformat(clock))


def rate(currency: str, quoted: str, day: date, *, nominal: int = 1, days: int = 1) -> Rate:
    return Rate(currency, Decimal(quoted), nominal, day, day + (days - 1) * DAY)


def series(currency: str, days: tuple[date, ...], figures: tuple[str, ...] | None = None) -> Series:
    quoted = (figures or FIGURES[currency])[: len(days)]
    return Series("nbkr", currency, tuple(rate(currency, one, day) for one, day in zip(quoted, days, strict=True)))


def headlines(now: datetime, between: timedelta = timedelta(minutes=13)) -> tuple[Headline, ...]:
    made = []
    for language, titles in TITLES.items():
        feeds = [feed.feed for feed in FEEDS if feed.language == language]
        for nth, title in enumerate(titles):
            moment, feed = now - timedelta(minutes=2) - nth * between, feeds[nth % len(feeds)]
            made.append(
                Headline(f"{language}{nth}", title, f"https://example.org/{language}/{nth}", feed, moment, moment)
            )
    return tuple(sorted(made, key=lambda one: one.published_at, reverse=True))


@dataclass(frozen=True, slots=True)
class Scene:
    snapshot: Snapshot
    now: datetime

    @property
    def judged(self) -> Judgement:
        return freshness(self.snapshot, self.now)

    def strip(self, options: Options | None = None, **given: object) -> Strip:
        return present(self.snapshot, self.judged, options or Options(), **given)  # type: ignore[arg-type]

    def with_content(self, **changes: object) -> Scene:
        content = replace(self.snapshot.content, **changes)  # type: ignore[arg-type]
        return replace(self, snapshot=replace(self.snapshot, content=content))


def scene(now: datetime, rates: tuple[Series, ...], *, looked: datetime | None = None, **content: object) -> Scene:
    """Feeds were last read a minute ago, unless `looked` says otherwise; then the bank's last good look is that too."""
    looks = {(feed.feed, ""): looked or now - timedelta(minutes=1) for feed in FEEDS}
    looks |= {("nbkr", one.currency): looked or now - timedelta(minutes=5) for one in rates}
    made = Content(HOME, (NBKR, WEEKLY), FEEDS, rates, headlines(looked or now))
    made = replace(made, **content)  # type: ignore[arg-type]
    # A version is made at any microsecond; what is served has whole seconds.
    as_of = (looked or now) - timedelta(seconds=59, microseconds=876_544)
    return Scene(Snapshot(1234, as_of, made, looks), now)


def daily(*days: date) -> tuple[Series, ...]:
    return tuple(series(currency, days) for currency in FIGURES)


def day() -> Scene:
    return scene(at(WEDNESDAY, "11:16"), daily(WEDNESDAY - DAY, WEDNESDAY))


def evening() -> Scene:
    return scene(at(WEDNESDAY, "18:40"), daily(WEDNESDAY - DAY, WEDNESDAY, WEDNESDAY + DAY))


def evening_all() -> Scene:
    """Each figure of tomorrow differs, one so little that it needs more digits."""
    days = (WEDNESDAY - DAY, WEDNESDAY, WEDNESDAY + DAY)
    usd, eur = ("87.4500", "87.4505", "87.4490"), ("102.4000", "102.5700", "102.6500")
    return scene(at(WEDNESDAY, "18:40"), (series("USD", days, usd), series("EUR", days, eur), series("RUB", days)))


def monday() -> Scene:
    """Nothing new since Saturday's table, which moved euro and rouble; the dollar stands."""
    monday = WEDNESDAY + 5 * DAY
    days = tuple(monday - nth * DAY for nth in (3, 2, 1, 0))
    moved = [(currency, (quoted[0], *(quoted[1],) * 3)) for currency, quoted in FIGURES.items()]
    return scene(at(monday, "11:16"), tuple(series(currency, days, quoted) for currency, quoted in moved))


def late() -> Scene:
    """The third of January; the bank answers, and its newest table is of 30 December."""
    return scene(at(date(2026, 1, 3), "09:02"), daily(date(2025, 12, 29), date(2025, 12, 30)))


def stale() -> Scene:
    """Nobody could be reached since the evening of 12 May."""
    looked = at(date(2025, 5, 12), "21:10")
    return scene(at(date(2025, 5, 19), "09:02"), daily(date(2025, 5, 11), date(2025, 5, 12)), looked=looked)


def none() -> Scene:
    """The banks are known, nothing was ever read."""
    return scene(at(WEDNESDAY, "11:16"), (), headlines=())


def nothing() -> Scene:
    return Scene(empty(HOME), at(WEDNESDAY, "11:16"))


def only_tomorrow() -> Scene:
    """A first start in the evening: the bank's table is already the next day's."""
    return scene(
        at(WEDNESDAY, "18:40"),
        tuple(series(currency, (WEDNESDAY + DAY,), (figures[2],)) for currency, figures in FIGURES.items()),
    )


def rouble_held() -> Scene:
    """The rouble of today is held: it alone is late, with yesterday's figure."""
    usd, eur, _ = daily(WEDNESDAY - DAY, WEDNESDAY)
    rub = series("RUB", (WEDNESDAY - 2 * DAY, WEDNESDAY - DAY))
    return scene(at(WEDNESDAY, "11:16"), (usd, eur, rub))


def unconfirmed() -> Scene:
    """A first start whose archive is down: nothing bears out the bank's table of today yet."""
    first = (replace(one, unconfirmed=frozenset({WEDNESDAY})) for one in daily(WEDNESDAY))
    return scene(at(WEDNESDAY, "11:16"), tuple(first))


def euro_unconfirmed() -> Scene:
    """The euro is back after weeks: its figure of today is a first one, that of tomorrow is not shown."""
    usd, eur, rub = daily(WEDNESDAY - DAY, WEDNESDAY, WEDNESDAY + DAY)
    first = replace(eur, rates=eur.rates[1:], unconfirmed=frozenset({WEDNESDAY, WEDNESDAY + DAY}))
    return scene(at(WEDNESDAY, "18:40"), (usd, first, rub))


def told_by(source: str, day: date, **levels: str) -> Testimony:
    """A bank's table that makes a currency cost so many soms by crossing."""
    som = Decimal(SOM_COSTS[source])
    prices = {currency: Decimal(level) * som for currency, level in levels.items()} | {"KGS": som}
    return Testimony(source, day, tuple(sorted(prices.items())))


def witnessed(scene: Scene, *testimonies: Testimony) -> Scene:
    """The scene with what other banks say."""
    told = {one.source for one in testimonies}
    terms = tuple(one for one in WITNESSES if one.source in told)
    return scene.with_content(witnesses=terms, testimonies=testimonies, agreement=AGREEMENT)


def bank_gone() -> Scene:
    """The bank could not be reached since the evening of 12 May; the feeds can."""
    made = scene(at(date(2025, 5, 19), "09:02"), daily(date(2025, 5, 11), date(2025, 5, 12)))
    gone = {("nbkr", currency): at(date(2025, 5, 12), "21:10") for currency in FIGURES}
    return replace(made, snapshot=replace(made.snapshot, looks={**made.snapshot.looks, **gone}))


def stand_in() -> Scene:
    """Three others agree on every figure of 19 May."""
    monday = date(2025, 5, 19)
    return witnessed(
        bank_gone(),
        told_by("nbk", monday, USD="87.4123", EUR="98.1011", RUB="1.0842"),
        told_by("cbu", monday - 2 * DAY, USD="87.5200", EUR="98.3405", RUB="1.0911"),
        told_by("nbt", monday - DAY, USD="87.4387", EUR="98.2200", RUB="1.0790"),
    )


def contradicted() -> Scene:
    """Only two others are heard, which contradict each other on the dollar."""
    monday = date(2025, 5, 19)
    return witnessed(
        bank_gone(),
        told_by("nbk", monday, USD="87.4123", EUR="98.1011", RUB="1.0842"),
        told_by("cbu", monday, USD="88.9000", EUR="99.3405", RUB="1.0911"),
    )


def rouble_stands_in() -> Scene:
    """The bank's table has no rouble since 11 June; five others have it. The dollar and the euro are fresh."""
    usd, eur, _ = daily(WEDNESDAY - DAY, WEDNESDAY)
    gone = WEDNESDAY - 7 * DAY
    made = scene(at(WEDNESDAY, "11:16"), (usd, eur, series("RUB", (gone - DAY, gone))))
    looks = {**made.snapshot.looks, ("nbkr", "RUB"): at(gone, "16:10")}
    figures = {"nbk": "1.0955", "cbu": "1.0911", "nbt": "1.0999", "nbrb": "1.1005", "nbg": "1.0987"}
    levels = {"USD": "87.4123", "EUR": "99.5000"}
    told = (told_by(source, WEDNESDAY, **levels, RUB=figure) for source, figure in figures.items())
    return witnessed(replace(made, snapshot=replace(made.snapshot, looks=looks)), *told)


def stand_in_evening() -> Scene:
    """A first start in the evening: the bank's table is already the next day's, and others have today's figures."""
    figures = {
        "nbk": ("87.4123", "99.1011", "1.0842"),
        "nbt": ("87.4387", "99.2200", "1.0790"),
        "nbrb": ("87.4800", "99.2500", "1.0855"),
        "nbg": ("87.3900", "99.0200", "1.0804"),
    }
    told = (told_by(source, WEDNESDAY, **dict(zip(FIGURES, of, strict=True))) for source, of in figures.items())
    return witnessed(only_tomorrow(), *told)


def demo() -> Scene:
    return day().with_content(demo=True)


SCENES = {
    made.__name__: made
    for made in (
        *(day, monday, evening, evening_all, late, stale, none, nothing, only_tomorrow),
        *(rouble_held, unconfirmed, euro_unconfirmed, demo),
        *(stand_in, contradicted, rouble_stands_in, stand_in_evening),
    )
}
