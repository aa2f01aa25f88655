"""What tests of the whole are given: one browser for all of them, and a picture of the page where a test failed."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

SHELL = "/usr/bin/chromium-headless-shell"  # the same engine as Chromium; a page costs a quarter of the time
FAILED = Path(__file__).parents[2] / ".audit" / "failed"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One of each pytest worker. A test makes contexts, which share nothing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.failed and report.when == "call" and browser:
        files = screenshots(browser, re.sub(r"[^\w.-]+", "-", item.nodeid.removeprefix("tests/whole/")))
        report.sections.append(("Screenshots", "\n".join(map(str, files)) or "no page was open"))
    return report


def screenshots(browser: Browser, name: str) -> list[Path]:
    """Every open page as it is now, in files that begin with `name`."""
    made: list[Path] = []
    for page in [page for context in browser.contexts for page in context.pages]:
        file = FAILED / f"{name[:180]}-{len(made)}.png"
        with suppress(Error):
            page.screenshot(path=file, timeout=5000)
            made.append(file)
    return made
