"""A mistake that a command reports in one sentence."""

from __future__ import annotations

import click


class Mistake(click.ClickException):
    """A user's mistake that only shows while the command runs."""

    exit_code = 2  # as for wrong usage
