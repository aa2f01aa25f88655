"""The settings a command runs with, and the store they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from ticker.cli.mistake import Mistake
from ticker.config import CONFIG_VARIABLE, PREFIX, Config, ConfigError, Loaded, load, without_password
from ticker.store import Store, StoreError


@contextmanager
def mistakes_told() -> Iterator[None]:
    """Wrong settings and a store that fails become a sentence with an exit code: 2 and 1."""
    try:
        yield
    except ConfigError as fault:
        raise Mistake(str(fault)) from fault
    except StoreError as fault:
        raise click.ClickException(str(fault)) from fault


def read_settings(
    file: Path | None, *, host: str | None = None, port: int | None = None, isolated: bool = False
) -> Loaded:
    """The settings, with what the command line says on top. Raises ConfigError.

    The command line goes through the environment: it is what worker processes inherit, and they read the settings
    again. `isolated` first removes the user's own settings from it.
    """
    if isolated:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            del os.environ[name]
    given = {CONFIG_VARIABLE: file, f"{PREFIX}SERVE_HOST": host, f"{PREFIX}SERVE_PORT": port}
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})
    return load(None, os.environ)


@contextmanager
def opened_store(config: Config, *, create: bool = False, mends: bool = False) -> Iterator[Store]:
    """The store, closed at the end; `mends` as in `open_store`. Raises StoreError where there is none, unless
    `create`."""
    from ticker import service
    from ticker.store import open_store

    if not create:
        require_store(config)
    with closing(open_store(config.store.url, clock=service.clock_of(config), mends=mends)) as store:
        yield store


def require_store(config: Config) -> None:
    """Raises StoreError where nothing was stored yet: a command that only reads creates no store."""
    if not store_exists(config):
        address = without_password(config.store.url)
        raise StoreError(f"nothing is stored yet at {address}; `ticker serve` or `ticker collect --once` begins")


def store_exists(config: Config) -> bool:
    """Whether there is a store. A database server's is taken to be there: only opening it would tell."""
    url = config.store.url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()
