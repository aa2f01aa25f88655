#!/bin/sh
# In Russian the Turkmen manat's symbol looks like its code TMT and is three Cyrillic letters.
#
# One would guess: where a language has no sign for a currency, get_currency_symbol gives the ISO code, as it does for
#   KGS, UZS, KZT and TJS.
# What happens: for TMT the Russian data of CLDR has "ТМТ", spelt with the Cyrillic letters Te, Em, Te. Nobody sees the
#   difference; a comparison, a search and the pattern [A-Z]{3} do not find it, and Babel does not know it as a currency.
# Why it matters: NBKR's weekly table lists the manat, and people copy a code from a strip into a search or an address.
# How we cope: a figure's label is the ISO code that the bank printed; from CLDR come names in words alone
#   (Words.currency_name in ticker/serve/i18n/words.py).
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0
"$place/bin/python" - <<'PY'
import sys

import babel
from babel.numbers import format_currency, get_currency_symbol, is_currency

print("Babel", babel.__version__, "Python", sys.version.split()[0])
for code in ("KGS", "UZS", "KZT", "TJS", "TMT"):
    symbol = get_currency_symbol(code, "ru")
    print(f"{code}: {symbol} = {ascii(symbol)}, the code: {symbol == code}, a currency to Babel: {is_currency(symbol)}")
text = format_currency(25, "TMT", locale="ru")
print("TMT found in", repr(text), "TMT" in text)
if get_currency_symbol("TMT", "ru") != "\u0422\u041c\u0422":
    sys.exit("Changed: the symbol is no longer Cyrillic.")
PY
