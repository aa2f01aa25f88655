"""The dates of a feed as moments. What can't be read for certain is no date: nothing is guessed.

RFC 822 and 1123 as they are written in the wild, ISO 8601, DD.MM.YYYY, and month names seen in feeds.
Not read: a date without a time, a month by number between slashes (06/05), zone names that mean several zones (IST,
BST), 24:00 (Java prints it for the start of the day, ISO 8601 for its end), a local time that a change of clocks makes
twice or never.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

YEARS = range(1995, 2101)
_LONGEST_DATE = 100

_MONTH_NAMES = {
    "en": "january february march april may june july august september october november december",
    "en short": "jan feb mar apr may jun jul aug sep oct nov dec",
    "en four": "- - - - - - - - sept - - -",
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "ru of": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ru short": "янв фев мар апр май июн июл авг сен окт ноя дек",
    "ru four": "- февр - - - - - - сент - нояб -",
    "ky of": "январдын февралдын марттын апрелдин майдын июндун июлдун августтун - - - -",
    "ky of, autumn": "- - - - - - - - сентябрдын октябрдын ноябрдын декабрдын",
    "ky of, second spelling": "- - - - - - - - сентябрдин октябрдин ноябрдин декабрдин",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pt short": "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "it short": "gen feb mar apr mag giu lug ago set ott nov dic",
}
_MONTHS = {
    name: number for names in _MONTH_NAMES.values() for number, name in enumerate(names.split(), start=1) if name != "-"
}
_ZONES = {
    **dict.fromkeys(("gmt", "ut", "utc", "z"), 0),
    **dict.fromkeys(("edt",), -4),  # RFC 822, 5.1
    **dict.fromkeys(("est", "cdt"), -5),
    **dict.fromkeys(("cst", "mdt"), -6),
    **dict.fromkeys(("mst", "pdt"), -7),
    **dict.fromkeys(("pst",), -8),
    "msk": 3,
    "kgt": 6,
}

_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
_HALF = r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
_ZONE = r"(?P<zone> ?[a-z]{1,4}| ?(?:gmt|utc)? ?[+−-][0-9:]{1,5}| [0-9]{4})?(?: ?\((?P<remark>[^()]*)\))?"
_TIME = _CLOCK + _HALF + _ZONE
_NAME = r"(?P<month>[^\W\d_]{3,12})\.?"
_WEEKDAY = r"(?:[^\W\d_]{2,12}(?:\.?, ?|\.? ))?"
_AT = r"(?:,? (?:в |at |- |\| )?)"
_OF_YEAR = r"(?: ?г(?:\.|ода)?| ?-? ?ж(?:\.|ылы?)?)?"  # "2025 г.", "2025-жыл"
_LAYOUTS = tuple(
    re.compile(layout, re.IGNORECASE)
    for layout in (
        rf"(?P<year>[0-9]{{4}})([-/.])(?P<month>[0-9]{{2}})\2(?P<day>[0-9]{{2}})(?:t|,? ){_TIME}",
        rf"{_WEEKDAY}(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.(?P<year>[0-9]{{4}}){_AT}{_TIME}",
        rf"{_WEEKDAY}(?P<day>[0-9]{{1,2}})[ -]{_NAME}[ ,-] ?(?P<year>[0-9]{{4}}|[0-9]{{2}}){_OF_YEAR}{_AT}{_TIME}",
        rf"{_WEEKDAY}{_NAME} (?P<day>[0-9]{{1,2}}),? (?P<year>[0-9]{{4}}){_AT}{_TIME}",
        rf"(?P<year>[0-9]{{4}}) ?- ?ж(?:\.|ылы?)?,? (?P<day>[0-9]{{1,2}})[ -]{_NAME}{_AT}{_TIME}",
    )
)
# Four digits without a sign were a plus: read as a query, "+0600" turns into " 0600"; a minus is never lost that way.
_OFFSET = re.compile(
    r"(?:(?:gmt|utc)? ?(?P<sign>[+−-])(?=[0-9]{1,2}$|[0-9]{4}$|[0-9]{1,2}:)|(?=[0-9]{4}$))"
    r"(?P<hours>[0-9]{1,2}):?(?P<minutes>[0-9]{2})?"
)
_TIME_ELEMENT = re.compile(r"""<time\s[^>]*?datetime\s*=\s*["']([^"'>]+)["'][^>]*>""", re.IGNORECASE)


def moment(printed: str, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) meant by `printed`; without a zone it is a time in `zone`. None where it can't be read."""
    if element := _TIME_ELEMENT.search(printed[:1000]):
        printed = element[1]
    printed = unicodedata.normalize("NFC", " ".join(printed[: 2 * _LONGEST_DATE].split()))
    if len(printed) > _LONGEST_DATE:
        return None
    for layout in _LAYOUTS:
        if found := layout.fullmatch(printed):
            try:
                return _moment(found, zone)
            except (ValueError, OverflowError):
                return None
    return None


def _moment(found: re.Match[str], zone: ZoneInfo) -> datetime | None:
    year, month, hour = _year(found["year"]), _month(found["month"]), _hour(int(found["hour"]), found["half"])
    named = found["zone"] or found["remark"]  # "17:14 (UTC+6)": the zone, not a remark
    there = zone if named is None else _zone(named.strip().lower())
    if month is None or hour is None or there is None or year not in YEARS:
        return None
    local = datetime(
        year, month, int(found["day"]), hour, int(found["minute"]), int(found["second"] or 0), tzinfo=there
    )
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return None
    return local.astimezone(UTC)


def _year(printed: str) -> int:
    """RFC 5322, 4.3: 00 to 49 are 2000 to 2049."""
    year = int(printed)
    if len(printed) == 4:
        return year
    return year + (2000 if year < 50 else 1900)


def _month(printed: str) -> int | None:
    return int(printed) if printed.isdecimal() else _MONTHS.get(printed.lower())


def _hour(hour: int, half: str | None) -> int | None:
    """The hour from 0 to 23; a half of the day that contradicts its hour (16:42 AM) is no time."""
    if half is None:
        return hour
    afternoon = half.lower() == "p"
    if hour > 12:
        return hour if afternoon else None
    if hour == 0:
        return None if afternoon else 0
    return hour % 12 + 12 * afternoon


def _zone(printed: str) -> tzinfo | None:
    if printed in _ZONES:
        return timezone(timedelta(hours=_ZONES[printed]))
    offset = _OFFSET.fullmatch(printed)
    if not offset:
        return None
    hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
    if hours * 60 + minutes > 14 * 60 or minutes not in (0, 30, 45):
        return None
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if offset["sign"] in ("-", "−") else 1))
