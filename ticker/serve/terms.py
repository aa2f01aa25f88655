"""The operator's settings that routes and views need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ticker.model import Language


@dataclass(frozen=True, slots=True)
class Embed:
    """The custom element's script in one version, whose content never changes."""

    path: str  # /embed/<version>.js
    integrity: str  # the value of the integrity attribute


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the operator decided."""

    currencies: tuple[str, ...] = ("USD", "EUR", "RUB")
    language: Language = "en"  # where a request names none
    presets: Mapping[str, str] = field(default_factory=dict)
    base_url: str | None = None
    embed: Embed | None = None
    frame_ancestors: str = "*"  # who may frame the strip and the panel: a source list of Content-Security-Policy
    api_quota: int = 600  # uncached requests per client address and minute; 0: no limit
    trusted_proxies: int = 0  # how many proxies in front have a trusted X-Forwarded-For
