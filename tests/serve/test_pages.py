"""What every HTML page has in common: an icon that its own policy allows, and colours that give way to the reader's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import homes, scenes
from support.figures import Shelf

from ticker.serve.http.pages import error_page, error_policy
from ticker.serve.strip import json
from ticker.serve.strip.html import look_style
from ticker.serve.strip.look import look_of
from ticker.serve.strip.options import Options

STORY = "a1b2c3d4e5f60718"
PAGES = ("/", "/strip", "/panel", "/chart", "/docs", "/status", f"/story/{STORY}")
CHOSEN = ({"theme": "dark"}, {"theme": "light"}, {"bg": "1d3557"}, {"line": "e63946"})


@pytest.fixture
def shelf(tmp_path) -> Iterator[Shelf]:
    one = homes.shelf(homes.three(), tmp_path)
    yield one
    one.store.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_brings_its_icon_and_may_show_it(shelf: Shelf, path: str) -> None:
    answer = shelf.get(path)
    shows_its_icon(answer.text, answer.headers["Content-Security-Policy"])


def test_an_error_page_too() -> None:
    shows_its_icon(error_page(404, "Not found", "There is no such page.").decode(), error_policy())


def shows_its_icon(page: str, policy: str) -> None:
    assert page.count('<link rel="icon" href="data:,">') == 1
    (allowed,) = [one for one in policy.split("; ") if one.startswith("img-src ")]
    assert "data:" in allowed.split()


@pytest.mark.parametrize("chosen", CHOSEN)
def test_chosen_colours_give_way_to_forced_ones(chosen: dict[str, str]) -> None:
    options = Options.model_validate(chosen)
    document = json.document(scenes.day().strip(options))
    for style in (look_style(look_of(options)), document["look"]["style"]):
        assert style.startswith("@media (forced-colors:none){")
        assert style.count("{") == style.count("}")


def test_without_chosen_colours_there_is_no_style() -> None:
    assert look_style(look_of(Options())) == ""
