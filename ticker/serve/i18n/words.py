"""Sentences, numbers, days and names in each language.

The sentences are in templates/words/*.po, the names of months and currencies in CLDR (Babel).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_currency_name

from ticker.model import Language

_HALF_A_YEAR = 180  # days
NOTHING = "—"  # in place of a figure that is not shown
ARROW = "→"
LANGUAGE_NAMES: Mapping[Language, tuple[str, str]] = {
    "en": ("EN", "English"),
    "ru": ("РУ", "Русский"),
    "ky": ("КЫ", "Кыргызча"),
}
"""Each language's short and full name in itself."""

# CLDR gives Kyrgyz "18 июнь" for this pattern and "18-июнь" in its own day forms; the latter is usual in writing.
_DAY_PATTERNS: Mapping[str, str] = {"ky": "d-MMMM"}


_KY_MONTHS = ["январ", "феврал", "март", "апрел", "май", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"]
# What CLDR has no form for: "for", "on" and "since" a day of each month.
_MONTHS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ky": {
        form: tuple(stem + ending for stem, ending in zip(_KY_MONTHS, endings.split(), strict=True))
        for form, endings in {
            "for": "га га ка ге га га га ка га га га га",
            "changed": "да да та де да да да та да да да да",
            "since": "дан дан тан ден дан дан дан тан дан дан дан дан",
        }.items()
    }
}


def templates_dir() -> Path:
    """The templates' folder: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[2]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Words:
    """One language. `words` makes each once."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang
        self._locale = Locale.parse(lang)
        self._texts = _read(lang)
        self._day = _DAY_PATTERNS.get(lang, "d MMMM")

    def text(self, key: str, **values: object) -> str:
        """Raises KeyError where the language has no such sentence."""
        return self._texts[key].format(**values)

    def has(self, key: str) -> bool:
        return key in self._texts

    def number(self, value: Decimal, digits: int) -> str:
        """Rounded half up, as a bank does: CLDR's own rounding is half to even."""
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        return format_decimal(rounded(value, digits), pattern, self._locale)

    def day(self, day: date, near: date | None = None) -> str:
        """With its year where `near` is more than half a year away."""
        text = format_date(day, self._day, self._locale)
        if near is None or abs((day - near).days) < _HALF_A_YEAR:
            return text
        return self.text("year", day=text, year=day.year)

    def days(self, first: date, second: date, between: str = f" {ARROW} ", near: date | None = None) -> str:
        """Two days, their month once where it is the same: "18 → 19 June", "30 June → 1 July"."""
        text = self.day(second, near)
        if (first.year, first.month) == (second.year, second.month):
            return f"{first.day}{between}{text}"
        return f"{self.day(first, near)}{between if between.strip() == ARROW else ' – '}{text}"

    def span(self, first: date | None, last: date | None, near: date) -> str:
        """The days from `first` to `last`, or the one day: "16–22 June", "16 June"; empty without a first day."""
        if first and last and last > first:
            return self.days(first, last, "–", near)
        return self.day(first, near) if first else ""

    def dated(self, day: date) -> str:
        """With its year, for what is read much later."""
        return self.text("year", day=self.day(day), year=day.year)

    def dated_briefly(self, day: date) -> str:
        return self.text("year", day=self.short_day(day), year=day.year)

    def short_day(self, day: date) -> str:
        return format_date(day, "d-MMM" if self.lang == "ky" else "d MMM", self._locale)

    def brief(self, day: date, near: date, form: str = "") -> str:
        """A short day; with its year where `near` is more than half a year away. `form` is the case that a language
        has for it: for, changed (on it), since."""
        months = _MONTHS.get(self.lang, {}).get(form)
        text = f"{day.day}-{months[day.month - 1]}" if months else self.short_day(day)
        return text if abs((day - near).days) < _HALF_A_YEAR else self.text("year", day=text, year=day.year)

    def on_day(self, day: date, near: date) -> str:
        """A day as what happened on it is told: "28 November", "28-ноябрда"."""
        return self.brief(day, near, "changed") if self.lang in _MONTHS else self.day(day, near)

    def short_month(self, day: date, *, year: bool) -> str:
        """The month of `day`: "Jun", "Jun 2025"."""
        return format_date(day, "LLL y" if year else "LLL", self._locale)

    def heading(self, day: date) -> str:
        return format_date(day, f"{self._day}, EEEE", self._locale)

    def clock(self, moment: datetime) -> str:
        """The time in the moment's own zone, 24 hours."""
        return f"{moment:%H:%M}"

    def currency_name(self, code: str) -> str:
        """The form that follows "1"; the code where CLDR has no name."""
        key = f"currency.{code}"
        return self._texts[key] if key in self._texts else get_currency_name(code, count=1, locale=self._locale)

    def bank(self, key: str, *, spoken: bool = False) -> str:
        """The short name, as drawn, or the one to be read aloud; the key itself for a bank without a name."""
        short = self._texts.get(f"bank.{key}", key)
        return self._texts.get(f"bank.{key}.spoken", short) if spoken else short

    def home(self, currency: str) -> str:
        """What a home is called; the currency's name for one that has no other."""
        return self._texts.get(f"home.{currency}") or self.currency_name(currency)

    def unit(self, currency: str) -> str:
        """The short name of the figures' unit; the currency's code where there is none."""
        return self._texts.get(f"unit.{currency}", currency)

    def amount_unit(self, currency: str, amount: Decimal) -> str:
        """The currency's name in the form that goes with `amount`, its trailing zeros counted (CLDR plural rules)."""
        key = f"unit.{currency}.{self._locale.plural_form(amount)}"
        return self._texts[key] if key in self._texts else get_currency_name(currency, amount, self._locale)

    def city(self, zone: ZoneInfo) -> str:
        return get_timezone_location(zone, locale=self._locale, return_city=True)


@cache
def words(lang: Language) -> Words:
    return Words(lang)


def own_digits(value: Decimal) -> int:
    """How many decimals a figure was printed with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def digits_apart(one: Decimal, other: Decimal, digits: int) -> int:
    """As many decimals, from `digits` on, as two different figures need to look different."""
    while one != other and rounded(one, digits) == rounded(other, digits):
        digits += 1
    return digits


def _read(lang: Language) -> dict[str, str]:
    with (templates_dir() / "words" / f"{lang}.po").open("rb") as file:
        catalog = read_po(file, locale=lang)
    return {str(message.id): str(message.string) for message in catalog if message.id and message.string}
