"""What many tests are given: the recorded answers, and the running `site`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from support.sites import Site

hypothesis.settings.register_profile("ticker", deadline=None)  # a busy machine fails no test
hypothesis.settings.load_profile("ticker")

RECORDED = Path(__file__).parents[2] / "shared" / "upstreams"


@pytest.fixture
def recorded() -> Path:
    """Real recorded answers of the upstreams, which are kept beside the checkout."""
    if not RECORDED.is_dir():
        pytest.skip("the recorded upstream answers are not beside this checkout")
    return RECORDED


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
