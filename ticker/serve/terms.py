"""The operator's settings that routes and views need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from ticker.model import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Embed:
    """The custom element's script in one version, whose content never changes."""

    path: str  # /embed/<version>.js
    integrity: str  # the value of the integrity attribute


@dataclass(frozen=True, slots=True)
class HomeTerms:
    """What the operator decided for one home."""

    currencies: tuple[str, ...] = ("USD", "EUR", "RUB")  # of a strip that names none
    digits: int | None = None  # of a figure; None: as many as it needs
    languages: tuple[Language, ...] = LANGUAGES  # that are offered


USUAL = HomeTerms()


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the operator decided. `own` are the terms of the home in question, at first the default one."""

    own: HomeTerms = field(default_factory=HomeTerms)
    homes: Mapping[str, HomeTerms] = field(default_factory=dict)  # of every home that is served, by currency
    language: Language = "en"  # where a request names none
    presets: Mapping[str, str] = field(default_factory=dict)
    base_url: str | None = None
    embed: Embed | None = None
    frame_ancestors: str = "*"  # who may frame the strip and the panel: a source list of Content-Security-Policy
    api_quota: int = 600  # uncached requests per client address and minute; 0: no limit
    trusted_proxies: int = 0  # how many proxies in front have a trusted X-Forwarded-For

    @property
    def currencies(self) -> tuple[str, ...]:
        return self.own.currencies

    def at_home(self, home: str | None) -> SiteSettings:
        """The settings with one home's terms, and a language that it offers; these for None."""
        own = self.homes.get(home or "")
        if own is None or own is self.own:
            return self
        language = self.language if self.language in own.languages else own.languages[0]
        return replace(self, own=own, language=language)
