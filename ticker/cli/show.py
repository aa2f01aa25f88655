"""`ticker status` and `ticker config`: what the store holds, and what the settings are."""

from __future__ import annotations

from ticker import service
from ticker.cli.options import NOT_WELL, OK
from ticker.cli.settings import require_store
from ticker.config import Config, Loaded, shown
from ticker.operate import render
from ticker.operate import status as facts


def status(config: Config, *, as_json: bool) -> int:
    """Print the facts of /status. Raises StoreError where nothing was stored yet."""
    require_store(config)
    one = service.Service(config, collects=False)
    one.site.live.poll()
    found = facts.gather(one.site.live, one.site.cache, one.clock(), one.site.settings)
    one.site.live.stop()
    print(render.as_json(found).decode() if as_json else render.as_text(found))
    return NOT_WELL if found.troubles else OK


def options(loaded: Loaded) -> int:
    """Print the settings as a ticker.toml. Raises ConfigError where a preset is wrong."""
    section: tuple[str, ...] = ()
    service.nothing_yet(loaded.config)
    service.presets(loaded.config)
    for option in loaded.options:
        if option.path[:-1] != section:
            section = option.path[:-1]
            print(f"\n[{'.'.join(section)}]")
        origin = "" if option.origin == "default" else f" (from {option.origin})"
        allowed = "" if option.allowed == "a text" else f" Allowed: {option.allowed}."
        print(f"# {option.description}{allowed} {option.variable}{origin}")
        print(f"{'' if option.value is not None else '# '}{option.path[-1]} = {shown(option)}")
    return OK
