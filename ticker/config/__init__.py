"""Settings: defined in `models`, read and checked by `loader`, described by `explain`."""

from ticker.config.defaults import DEFAULT_FEEDS, DEFAULT_HOMES, DEFAULT_RATES
from ticker.config.explain import PREFIX, Option, shown, without_password
from ticker.config.loader import CONFIG_VARIABLE, ConfigError, Loaded, load
from ticker.config.models import LONGEST_SHIFT_S, Config, RatesSettings

__all__ = [
    "CONFIG_VARIABLE",
    "DEFAULT_FEEDS",
    "DEFAULT_HOMES",
    "DEFAULT_RATES",
    "LONGEST_SHIFT_S",
    "PREFIX",
    "Config",
    "ConfigError",
    "Loaded",
    "Option",
    "RatesSettings",
    "load",
    "shown",
    "without_password",
]  # fmt: skip
