#!/bin/sh
# Babel calls Bishkek's time summer time in Russian, all year round.
#
# One would guess: get_timezone_location says "Kyrgyzstan Time" in each language; there has been no summer time since 2005.
# What happens: in English and Kyrgyz it does; in Russian it says "Киргизия, летнее время" ("Kyrgyzstan, summer time"),
#   and get_timezone_name says so too. Babel has one such pattern a language, and in Russian it is the one for summer;
#   JavaScript's Intl, also made from CLDR, says "Киргизия".
# Why it matters: a strip says whose clock its times follow, and most of its readers read Russian.
# How we cope: Words.city in ticker/serve/i18n/words.py asks for the city alone (return_city=True), without a pattern.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0 tzdata==2026.6
"$place/bin/python" - <<'PY'
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import babel
from babel import Locale
from babel.dates import get_timezone_location, get_timezone_name

bishkek, said = ZoneInfo("Asia/Bishkek"), {}
print("Babel", babel.__version__, "Python", sys.version.split()[0])
january, july = (datetime(2026, month, 15, 12, tzinfo=bishkek) for month in (1, 7))
print("summer time in force:", [bool(moment.dst()) for moment in (january, july)])
for lang in ("en", "ky", "ru"):
    said[lang] = get_timezone_location(bishkek, locale=lang)
    name = get_timezone_name(bishkek, locale=lang)
    city = get_timezone_location(bishkek, locale=lang, return_city=True)
    pattern = Locale(lang).zone_formats["region"]
    print(f"{lang}: location {said[lang]!r}, name {name!r}, pattern {pattern!r}, city {city!r}")
if "летнее" not in said["ru"]:
    sys.exit("Changed: the Russian name is no longer that of summer time.")
PY
