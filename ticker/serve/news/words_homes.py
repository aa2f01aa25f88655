"""What a home's own headlines name too often to tell two stories apart: its country and its capital, as every language
begins these words. Of a home that is not here nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping

HOME_NAMES: Mapping[str, re.Pattern[str]] = {
    "KGS": re.compile("kyrgyz|bishkek|кыргыз|киргиз|бишкек"),
    "KZT": re.compile("kazakh|astana|almaty|казах|казак|қазақ|астан|алмат"),
    "RUB": re.compile("russia|moscow|росси|москв|москов|орус"),
    "UZS": re.compile("uzbek|tashkent|узбек|өзбек|ташкент"),
    "TJS": re.compile("tajik|dushanbe|таджик|тажик|душанбе"),
    "BYN": re.compile("belarus|minsk|беларус|белорус|минск"),
    "GEL": re.compile("georgia|tbilisi|грузи|тбилис"),
}
"""By the home's currency, in lower case with е for ё."""

SHORT_PLACES = frozenset({"ош"})  # names of places in many titles that are shorter than a word that counts
