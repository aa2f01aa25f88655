"""The homes, rates sources and feeds that exist without any settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_HOMES: Mapping[str, Mapping[str, Any]] = {
    "KGS": {
        "bank": "NBKR",
        "zone": "Asia/Bishkek",
        "currencies": ("USD", "EUR", "RUB"),
        "languages": ("en", "ru", "ky"),
        "feeds": (
            "24kg-ru",
            "akipress-ru",
            "kaktus-ru",
            "kloop-ru",
            "economist-ru",
            "vesti-ru",
            "24kg-en",
            "akipress-en",
            "timesca-en",
            "azattyk-ky",
            "kabar-ky",
            "sputnik-ky",
        ),
    },
    "KZT": {
        "bank": "NBK",
        "zone": "Asia/Almaty",
        "currencies": ("USD", "EUR", "RUB"),
        "feeds": ("tengrinews-ru", "kursiv-ru", "inbusiness-ru"),
        "enabled": False,
    },
    "RUB": {"bank": "CBR", "zone": "Europe/Moscow", "currencies": ("USD", "EUR", "CNY"), "enabled": False},
}

DEFAULT_RATES: Mapping[str, Mapping[str, Any]] = {
    "nbkr": {
        "bank": "NBKR",
        "url": "https://www.nbkr.kg/XML/daily.xml",
        "archive_url": "https://www.nbkr.kg/index1.jsp",
    },
    "nbkr-weekly": {
        "bank": "NBKR",
        "url": "https://www.nbkr.kg/XML/weekly.xml",
        "weekdays": (5,),
        "grace_days": 7,
    },
    "cbr": {
        "bank": "CBR",
        "url": "https://www.cbr.ru/scripts/XML_daily.asp",
        "archive_url": "https://www.cbr.ru/scripts/XML_dynamic.asp",
    },
    "nbk": {"bank": "NBK", "url": "https://nationalbank.kz/rss/get_rates.cfm"},
    "cbu": {"bank": "CBU", "url": "https://cbu.uz/en/arkhiv-kursov-valyut/json/all/"},
    "nbt": {"bank": "NBT", "url": "https://www.nbt.tj/en/kurs/export_xml.php"},
    "nbrb": {"bank": "NBRB", "url": "https://api.nbrb.by/exrates/rates?periodicity=0"},
    "nbg": {"bank": "NBG", "url": "https://nbg.gov.ge/gw/api/ct/monetarypolicy/currencies/"},
    "ecb": {"bank": "ECB", "url": "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"},
}

DEFAULT_FEEDS: Mapping[str, Mapping[str, Any]] = {
    "24kg-ru": {"url": "https://24.kg/rss/", "publisher": "24.kg", "language": "ru"},
    "akipress-ru": {"url": "https://kg.akipress.org/rss", "publisher": "AKIpress", "language": "ru"},
    "kaktus-ru": {"url": "https://kaktus.media/?rss", "publisher": "Kaktus", "language": "ru"},
    "kloop-ru": {"url": "https://kloop.kg/feed/", "publisher": "Kloop", "language": "ru"},
    "economist-ru": {"url": "https://economist.kg/rss", "publisher": "Economist.kg", "language": "ru"},
    "vesti-ru": {"url": "https://vesti.kg/rss", "publisher": "Vesti.kg", "language": "ru"},
    "24kg-en": {"url": "https://24.kg/english/rss", "publisher": "24.kg", "language": "en"},
    "akipress-en": {"url": "http://www.akipress.com/rss/en.rss", "publisher": "AKIpress", "language": "en"},
    "timesca-en": {"url": "https://timesca.com/feed/", "publisher": "Times of Central Asia", "language": "en"},
    "azattyk-ky": {"url": "https://www.azattyk.org/api/zrqiteuuir", "publisher": "Азаттык", "language": "ky"},
    "kabar-ky": {"url": "https://kabar.kg/rss", "publisher": "Кабар", "language": "ky"},
    "sputnik-ky": {
        "url": "https://sputnik.kg/export/rss2/archive/index.xml",
        "publisher": "Sputnik Кыргызстан",
        "language": "ky",
    },
    "tengrinews-ru": {"url": "https://tengrinews.kz/news.rss", "publisher": "Tengrinews", "language": "ru"},
    "kursiv-ru": {"url": "https://kz.kursiv.media/feed", "publisher": "Kursiv", "language": "ru"},
    "inbusiness-ru": {"url": "https://inbusiness.kz/rss", "publisher": "Inbusiness.kz", "language": "ru"},
}
