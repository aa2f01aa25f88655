#!/bin/sh
# How many decimals does a forint have? ISO 4217 and two releases of CLDR do not agree.
#
# One would guess: the minor unit of a currency is in ISO 4217, and Babel's get_currency_precision gives it.
# What happens: CLDR has a table of its own, by what is usual in cash. For the rial and the afghani Babel says 0 where ISO
#   says 2, for the Iraqi dinar 0 where ISO says 3. The CLDR after Babel's takes the forint from 2 to 0: an upgrade changes
#   how an amount looks, and a server and a browser print one amount differently.
# Why it matters: a converter rounds to these digits, and NBKR's weekly table lists the forint, the rial and the afghani.
# How we cope: MINOR_UNITS in ticker/rates/convert.py is ISO 4217's table; rates keep the digits that the bank printed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0 iso4217==1.16.20260101
npm install --prefix "$place" --silent --no-audit --no-fund --ignore-scripts cldr-core@48.0.0
"$place/bin/python" - "$place/node_modules/cldr-core" <<'PY'
import json
import sys
from importlib.metadata import version
from pathlib import Path

from babel.numbers import get_currency_precision
from iso4217 import Currency

core = Path(sys.argv[1])
newer = json.loads((core / "supplemental/currencyData.json").read_text())["supplemental"]["currencyData"]["fractions"]
release = json.loads((core / "package.json").read_text())["version"]
print("ISO 4217", version("iso4217"), "| Babel", version("babel"), "| CLDR", release)
table = {}
for code in ("KGS", "KWD", "JPY", "HUF", "IRR", "AFN", "IQD"):
    cldr = int(newer.get(code, newer["DEFAULT"])["_digits"])
    table[code] = (Currency(code).exponent, get_currency_precision(code), cldr)
    print(code, *table[code], "" if len(set(table[code])) == 1 else "<- they disagree")
if (table["HUF"], table["IRR"], table["IQD"]) != ((2, 2, 0), (2, 0, 0), (3, 0, 0)):
    sys.exit("Changed: the tables say other digits for the forint, the rial or the dinar.")
PY
