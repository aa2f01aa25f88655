"""The addresses that a strip leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from ticker.model import Language
from ticker.serve.i18n.words import LANGUAGE_NAMES
from ticker.serve.strip.options import Options

SCHEMA_PATH = "/schema/strip.json"


@dataclass(frozen=True, slots=True)
class LanguageLink:
    language: Language
    short: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Links:
    """`base` is prefixed to every path; `at` is the moment of the past that is shown."""

    options: Options
    base: str
    at: datetime | None = None

    def own(self) -> dict[str, str]:
        return {
            "self": self.path("/strip.json", self.options),
            "html": self.path("/strip", self.options),
            "describedby": self.base + SCHEMA_PATH,
        }

    def language(self, lang: Language) -> LanguageLink:
        href = self.path("/strip", self.options.model_copy(update={"lang": lang}))
        return LanguageLink(lang, *LANGUAGE_NAMES[lang], href, lang == self.options.lang)

    def chart(self, currencies: Iterable[str]) -> str:
        """The page with the chart of these currencies, in the strip's language and theme."""
        kept = self.options.only("home", "lang", "theme").model_copy(update={"currencies": tuple(currencies)})
        return f"{self.base}/chart?{kept.query()}"

    def path(self, path: str, options: Options) -> str:
        queries = [options.query(), urlencode({"at": self.at.isoformat()}) if self.at else ""]
        query = "&".join(filter(None, queries))
        return f"{self.base}{path}?{query}" if query else f"{self.base}{path}"
