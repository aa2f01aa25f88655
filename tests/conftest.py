"""What many tests are given: the recorded answers, and the running `site`. The order in which they run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from support.sites import Site

hypothesis.settings.register_profile("ticker", deadline=None)  # a busy machine fails no test
hypothesis.settings.load_profile("ticker")

TESTS = Path(__file__).parent
RECORDED = TESTS.parents[1] / "shared" / "upstreams"
MISSING = "the recorded upstream answers are not beside this checkout"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take longest go first: what is left for the end is short, and keeps both workers busy."""
    first = (TESTS / "whole", TESTS / "store")
    items.sort(key=lambda item: item.path.parent not in first)


@pytest.fixture
def recorded() -> Path:
    """Real recorded answers of the upstreams, which lie beside the checkout. Where CI is set they must be there."""
    if not RECORDED.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{MISSING}: {RECORDED}")
    return RECORDED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if MISSING in str(one.longrepr)]
    if skipped:
        terminalreporter.section("recordings missing", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests did not run: {MISSING}: {RECORDED}", red=True)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Make a site that begins at a moment of Bishkek's clocks: `site("2026-05-22 18:30")`."""
    from support.sites import Site  # only here: pure tests need none of it

    made: list[Site] = []

    def make(at: str, **options: Any) -> Site:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Site(folder, at, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
