"""What the operator decided: the settings that routes and views need (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ticker.serve.strip.options import Offered
from ticker.snapshot import Content


@dataclass(frozen=True, slots=True)
class Embed:
    """The custom element's script of one version, whose content never changes."""

    path: str  # /embed/<version>.js
    integrity: str  # as the attribute has it


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the operator has decided of the strips that are given out."""

    currencies: tuple[str, ...] = ("USD", "EUR", "RUB")
    presets: Mapping[str, str] = field(default_factory=dict)
    base_url: str | None = None
    embed: Embed | None = None
    frame_ancestors: str = "*"  # who may frame what can be embedded, as a Content-Security-Policy has it
    api_quota: int = 600  # uncached requests of one client address in a minute; 0: no limit
    trusted_proxies: int = 0  # whose X-Forwarded-For is believed

    def offered(self, content: Content) -> Offered:
        """What lists of an option may name: the currencies with rates, the site's own, the feeds and the presets."""
        return Offered(
            currencies=frozenset(self.currencies) | {one.currency for one in content.series},
            feeds=frozenset(one.feed for one in content.feeds),
            presets=self.presets,
        )
