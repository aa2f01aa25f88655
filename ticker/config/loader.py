"""Reads `ticker.toml` and the environment.

A variable `TICKER_…` overrides the file: its name is the names of the sections and the option, joined by underscores,
such as `TICKER_FETCH_DEADLINE_S`. Only this file reads a settings file or the environment; all other code is handed
values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ticker.config.explain import PREFIX, Option, complaint, options, unknown_variable, variables
from ticker.config.models import NAMED_SECTIONS, Config

FILE = "ticker.toml"
CONFIG_VARIABLE = "TICKER_CONFIG"  # names the file to read


class ConfigError(Exception):
    """A mistake in the settings: names the option, the value met and what is allowed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    config: Config
    options: tuple[Option, ...]


def load(file: Path | None, environ: Mapping[str, str]) -> Loaded:
    """The settings from `file` and `environ`. Without `file`, from the one that TICKER_CONFIG names, or from
    ticker.toml in the working folder if there is one.

    A section `[homes.CURRENCY]`, `[rates.ID]` or `[feeds.ID]` changes or adds a home or a source, a section
    `[presets.NAME]` adds a preset.
    Raises ConfigError for a file that can't be read, an unknown option and a value that is not allowed.
    """
    named = file or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    path = named or Path(FILE)
    raw, name = _read(path, wanted=named is not None), path.name
    merged = _merge({name: _copy(defaults) for name, (_, defaults) in NAMED_SECTIONS.items()}, raw)
    origins = {path: name for path, _ in _leaves(raw)}
    known = variables(merged)
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE:
            option = known.get(variable)
            if not option:
                raise ConfigError(unknown_variable(variable, known))
            _put(merged, option, _literal(environ[variable], option))
            origins[option] = variable
    try:
        config = Config.model_validate(merged)
    except ValidationError as fault:
        raise ConfigError(complaint(fault, origins, name)) from fault
    return Loaded(config, tuple(options(config, origins)))


def _read(path: Path, *, wanted: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        if wanted:
            raise ConfigError(f"{path}: there is no such file") from fault
        return {}
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{path}: can't be read: {fault}") from fault


def _copy(defaults: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {id_: dict(one) for id_, one in defaults.items()}


def _merge(base: dict[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in top.items():
        below = base.get(key)
        base[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return base


def _leaves(raw: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _put(merged: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        merged = merged.setdefault(key, {})
        if not isinstance(merged, dict):
            return  # the file has a value in place of this section: that mistake is reported
    merged[path[-1]] = value


def _literal(text: str, path: tuple[str, ...]) -> Any:
    """The value of a variable's text: lists are written with commas."""
    if path[-1] in ("weekdays", "currencies", "allow_hosts", "languages", "feeds", "visits"):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text
