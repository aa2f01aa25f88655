"""The demonstration's headlines: invented, harmless, in three languages, made by the clock alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ticker.demo.bank import HOME, chance
from ticker.model import DAY, Home

LANGUAGES = ("en", "ru", "ky")

_PLACES = {
    "en": tuple(
        f"in {town}"
        for town in (
            "Bishkek", "Osh", "Karakol", "Naryn", "Talas", "Batken", "Tokmok", "Balykchy", "Cholpon-Ata",
            "Kara-Balta", "Kant", "Uzgen", "Kochkor",
        )
    ),
    "ru": tuple(
        f"в {town}"
        for town in (
            "Бишкеке", "Оше", "Караколе", "Нарыне", "Таласе", "Баткене", "Токмоке", "Балыкчи", "Чолпон-Ате",
            "Кара-Балте", "Канте", "Узгене", "Кочкоре",
        )
    ),
    "ky": (
        "Бишкекте", "Ошто", "Караколдо", "Нарында", "Таласта", "Баткенде", "Токмокто", "Балыкчыда", "Чолпон-Атада",
        "Кара-Балтада", "Кантта", "Өзгөндө", "Кочкордо",
    ),
}  # fmt: skip

# Newsrooms of other homes, by the name in their addresses: home, and where things happen. They write in en and ru.
CITIES: Mapping[str, tuple[Home, Mapping[str, Sequence[str]]]] = {
    "kzt": (
        Home("KZT", ZoneInfo("Asia/Almaty")),
        {
            "en": tuple(
                f"in {town}"
                for town in (
                    "Almaty", "Astana", "Shymkent", "Karaganda", "Taraz", "Aktobe", "Pavlodar", "Kostanay", "Atyrau",
                    "Aktau", "Turkistan",
                )
            ),
            "ru": tuple(
                f"в {town}"
                for town in (
                    "Алматы", "Астане", "Шымкенте", "Караганде", "Таразе", "Актобе", "Павлодаре", "Костанае", "Атырау",
                    "Актау", "Туркестане",
                )
            ),
        },
    ),
    "rub": (
        Home("RUB", ZoneInfo("Europe/Moscow")),
        {
            "en": tuple(
                f"in {town}"
                for town in (
                    "Moscow", "Tula", "Kazan", "Samara", "Perm", "Omsk", "Tomsk", "Pskov", "Kaluga", "Tver", "Ryazan",
                )
            ),
            "ru": tuple(
                f"в {town}"
                for town in (
                    "Москве", "Туле", "Казани", "Самаре", "Перми", "Омске", "Томске", "Пскове", "Калуге", "Твери",
                    "Рязани",
                )
            ),
        },
    ),
}  # fmt: skip

_TITLES = {
    "en": (
        "New footbridge opens {place}",
        "Apricot festival draws record crowd {place}",
        "Bus route {n} extended to the new district {place}",
        "Library {place} stays open until midnight during exams",
        "Young chess players {place} win regional tournament",
        "Mountain rescuers hold a winter drill {place}",
        "Volunteers plant {n} thousand saplings {place}",
        "School with a solar roof opens its doors {place}",
        "Water pipes to be replaced {place}: which streets are affected and where tankers will stand",
        "Street lights switched to LED {place}",
        "National games begin {place}",
        "Felt & wool: craft fair returns {place}",
        "Cycle lane along the river approved {place}",
        "Farmers' market moves to a covered hall {place}",
        "Rain and gusty wind expected {place} tonight",
        "Heat to reach {n} degrees {place}, forecasters say",
        "Museum {place} shows {n} newly restored carpets",
        "Pupils build a weather station {place}",
        "Beekeepers compare this year's honey {place}",
        "“Clean street” day gathers families {place}",
        "Book day marked with open-air readings {place}",
        "Free komuz lessons offered to beginners {place}",
        "Kindergarten for {n} children finished ahead of time {place}",
        "Railway station reopens after repairs {place}",
        "Potato harvest better than last year {place}",
        "Small dairy starts making cheese {place}",
        "Children's football cup kicks off {place}",
        "Heating season: boilers tested {place}",
        "Old orchard becomes a public park {place}",
        "Open-air cinema returns on Friday nights {place}",
        "Clinic {place} gets modern equipment and two new doctors",
        "Evening of epic storytelling fills the hall {place}",
        "Yurt makers compete against the clock {place}",
        "Road to the summer pastures cleared of snow, drivers asked to carry chains {place}",
        "Divers and schoolchildren clean the shore {place}",
        "Solar bus stop with phone charging appears {place}",
        "Horse races attract riders from {n} villages {place}",
        "New buses enter service {place}",
        "Textbooks delivered to schools {place}",
        "Bakers set out a {n}-metre loaf {place}",
        "Short power cuts planned {place} as cables are renewed",
        "Trout released into the river {place}",
        "Night market opens for the season {place}",
    ),
    "ru": (
        "{place} открыли новый пешеходный мост",
        "{place} прошёл фестиваль абрикосов",
        "{place} продлили автобусный маршрут № {n}",
        "Библиотека {place} будет работать до полуночи на время экзаменов",
        "Юные шахматисты выиграли областной турнир {place}",
        "{place} спасатели провели зимние учения в горах",
        "{place} высадили {n} тыс. саженцев",
        "{place} открылась школа с солнечными батареями на крыше",
        "{place} меняют водопровод: какие улицы останутся без воды и где будут стоять водовозы",
        "{place} уличные фонари заменили на светодиодные",
        "{place} начались национальные игры",
        "«Войлок & шерсть»: {place} вернулась ярмарка ремёсел",
        "{place} построят велодорожку вдоль реки",
        "Фермерский рынок {place} переезжает в крытый павильон",
        "Ночью {place} ожидаются дождь и порывистый ветер",
        "Жара {place} усилится, местами выше {n} °C — синоптики",
        "Музей {place} показал отреставрированные ковры",
        "Школьники собрали метеостанцию {place}",
        "Пчеловоды сравнили мёд нового урожая {place}",
        "Акция «Чистая улица» собрала {place} целые семьи",
        "{place} отметили День книги чтениями под открытым небом",
        "{place} начинающих бесплатно научат играть на комузе",
        "{place} досрочно достроили детский сад № {n}",
        "Железнодорожный вокзал {place} открылся после ремонта",
        "Урожай картофеля {place} больше прошлогоднего",
        "Небольшая молочная ферма начала делать сыр {place}",
        "{place} стартовал детский кубок по футболу",
        "Отопительный сезон: {place} проверили котельные",
        "Старый сад стал общественным парком {place}",
        "Кино под открытым небом снова показывают {place} по пятницам",
        "Больница {place} получила современное оборудование",
        "Вечер сказителей собрал полный зал {place}",
        "Мастера юрт соревновались на скорость {place}",
        "Дорогу к джайлоо расчистили от снега {place}, водителей просят взять цепи",
        "Дайверы и школьники очистили берег {place}",
        "{place} появилась остановка с солнечной зарядкой для телефонов",
        "На скачки {place} приехали всадники из дальних сёл",
        "{place} на линию вышли новые автобусы",
        "Учебники доставили в школы {place}",
        "Пекари испекли {place} каравай длиной {n} м",
        "{place} кратко отключат свет: обновляют кабели",
        "{place} в реку выпустили мальков форели",
        "{place} открылся ночной рынок",
    ),
    "ky": (
        "{place} жаңы көпүрө ачылды",
        "{place} өрүк майрамы өттү",
        "{place} № {n} автобус каттамы узартылды",
        "{place} китепкана сынак учурунда түн ортосуна чейин иштейт",
        "{place} жаш шахматчылар мелдеште жеңишке жетишти",
        "{place} тоо куткаруучулары кышкы машыгуу өткөрүштү",
        "{place} {n} миң көчөт отургузулду",
        "{place} чатырында күн батареясы бар мектеп ачылды",
        "{place} суу түтүктөрү алмаштырылып жатат: кайсы көчөлөр суусуз калат жана суу ташуучу унаалар кайда турат",
        "{place} көчө жарыктары жаңыртылды",
        "{place} улуттук оюндар башталды",
        "«Кийиз & жүн»: {place} кол өнөрчүлөрдүн жарманкеси ачылды",
        "{place} өзөн бойлой велосипед жолу курулат",
        "{place} дыйкандар базары жабык павильонго көчөт",
        "{place} түнкүсүн жаан жаап, шамал болушу күтүлөт",
        "{place} күн ысып, аба {n} градуска чейин жылыйт",
        "{place} музей калыбына келтирилген {n} килемди көрсөттү",
        "{place} окуучулар метеостанция жасашты",
        "{place} балчылар жаңы түшүмдүн балын салыштырышты",
        "{place} «Таза көчө» акциясына үй-бүлөлөр чогулду",
        "{place} китеп күнү ачык асман алдындагы окуу менен белгиленди",
        "{place} комуз үйрөнүүчүлөргө акысыз сабак ачылды",
        "{place} {n} орундуу бала бакча мөөнөтүнөн мурда бүттү",
        "{place} темир жол бекети оңдоодон кийин ачылды",
        "{place} картошканын түшүмү былтыркыдан көп",
        "{place} чакан сүт цехи сыр жасай баштады",
        "{place} балдардын футбол кубогу башталды",
        "{place} жылытуу мезгилине даярдык: казандар текшерилди",
        "{place} эски бак коомдук паркка айланды",
        "{place} жума күндөрү ачык асман алдында кино көрсөтүлөт",
        "{place} бейтапкана заманбап жабдуулар менен камсыз болду",
        "{place} манасчылардын кечеси өттү",
        "{place} боз үй тиккен усталар ылдамдыкка мелдешти",
        "{place} жайлоого кеткен жол кардан тазаланды, айдоочулар чынжыр алып жүрүүгө чакырылат",
        "{place} окуучулар көлдүн жээгин тазалашты",
        "{place} телефон кубаттай турган күн батареялуу аялдама пайда болду",
        "{place} ат чабышка {n} айылдан чабандестер келишти",
        "{place} жаңы автобустар каттай баштады",
        "{place} окуу китептери мектептерге жеткирилди",
        "{place} наабайчылар узундугу {n} метр нан бышырышты",
        "{place} кабелдер жаңыланып, жарык кыска убакытка өчүрүлөт",
        "{place} өзөнгө форель чабактары коё берилди",
        "{place} түнкү базар иштей баштады",
    ),
}
_EDITED = {"en": "Updated: {}", "ru": "Обновлено: {}", "ky": "Жаңыртылды: {}"}
_EDIT_AFTER = timedelta(minutes=20)
_OF_THE_MOUNTAINS = frozenset({21, 31, 32, 33})  # komuz, epics, yurts, summer pastures: not written elsewhere
_A_DAY = 251  # more than the stories of a day, and prime, so that days begin with different titles


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of a newsroom, by its name in the settings."""

    id: str
    publisher: str
    language: str
    city: str = ""  # of CITIES; "" for the home of the demonstration's bank


FEEDS = (
    Feed("demo-en", "Demo News", "en"),
    Feed("demo-ru", "Демо-новости", "ru"),
    Feed("demo-ky", "Демо кабарлар", "ky"),
    Feed("demo-kzt-en", "Demo Almaty", "en", "kzt"),
    Feed("demo-kzt-ru", "Демо Алматы", "ru", "kzt"),
    Feed("demo-rub-en", "Demo Moscow", "en", "rub"),
    Feed("demo-rub-ru", "Демо Москва", "ru", "rub"),
)


@dataclass(frozen=True, slots=True)
class Story:
    id: str  # the same at every look
    language: str
    title: str
    published_at: datetime  # UTC
    updated_at: datetime  # UTC; later than `published_at` once the title was edited
    city: str = ""  # of CITIES; "" for the home of the demonstration's bank


@lru_cache(maxsize=64)
def _times(home: Home, seed: str, language: str, day: date) -> tuple[datetime, ...]:
    """Every 4 to 9 minutes from 07:00 to 23:00 (UTC)."""

    def walk() -> Iterator[datetime]:
        at, close = home.at(day, time(7)), home.at(day, time(23))
        while at < close:
            yield at
            at += timedelta(seconds=240 + chance(seed, language, at.isoformat()) % 300)

    return tuple(walk())


@dataclass
class Newsroom:
    home: Home = HOME
    seed: str = "demo"
    entries: int = 20
    city: str = ""
    places: Mapping[str, Sequence[str]] = field(default_factory=lambda: _PLACES)

    def stories(self, language: str, now: datetime) -> list[Story]:
        """The newest first, `entries` of them: in the small hours they are yesterday's."""
        today = self.home.day(now)
        found = [
            self._story(language, day, nth, at, now)
            for day in (today - DAY, today)
            for nth, at in enumerate(_times(self.home, self.seed, language, day))
            if at <= now
        ]
        return found[: -self.entries - 1 : -1]

    def story(self, language: str, id_: str, now: datetime) -> Story | None:
        """The story with that id at `now`; None if it does not exist yet, or never will."""
        try:
            day, nth = datetime.strptime(id_[:8], "%Y%m%d").date(), int(id_[8:])  # noqa: DTZ007 a day has no zone
            at = _times(self.home, self.seed, language, day)[nth]
        except (ValueError, IndexError):
            return None
        found = self._story(language, day, nth, at, now)
        return found if found.id == id_ and at <= now else None

    def _story(self, language: str, day: date, nth: int, at: datetime, now: datetime) -> Story:
        titles, places = _titles(language, everywhere=bool(self.city)), self.places[language]
        # Title and place turn like two wheels: no title comes twice within two days (391 stories later at most).
        begins = 15 * LANGUAGES.index(language) + (chance(self.city) % len(titles) if self.city else 0)
        turn, which = divmod(day.toordinal() * _A_DAY + nth + begins, len(titles))
        lot = chance(self.seed, language, day, nth)
        title = titles[which].format(place=places[(turn + which * 5) % len(places)], n=12 + lot % 27)
        title = title[0].upper() + title[1:]
        edited = lot % 9 == 0 and now >= at + _EDIT_AFTER
        return Story(
            id=f"{day:%Y%m%d}{nth:03d}",
            language=language,
            title=_EDITED[language].format(title) if edited else title,
            published_at=at,
            updated_at=at + _EDIT_AFTER if edited else at,
            city=self.city,
        )


def newsrooms() -> dict[str, Newsroom]:
    """Those of other homes, by their names in CITIES."""
    return {
        name: Newsroom(home, seed=f"demo-{name}", city=name, places=places) for name, (home, places) in CITIES.items()
    }


def _titles(language: str, *, everywhere: bool) -> Sequence[str]:
    """All titles of a language, or those that could be of any country."""
    if not everywhere:
        return _TITLES[language]
    return [title for nth, title in enumerate(_TITLES[language]) if nth not in _OF_THE_MOUNTAINS]
