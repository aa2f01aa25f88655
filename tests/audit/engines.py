"""Three browser engines that show pages and run functions in them: Debian's Chromium, Firefox and WebKitGTK.

A tab opens an address, runs one JavaScript expression (a promise is awaited) and repeats what its console said.
WebKit's driver has no console: what pages report by themselves (see `measured.SHIM`) is all that is heard there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
ENGINES = ("chromium", "firefox", "webkit")
PATIENCE_S = 600  # for one expression
MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"


class Tab(Protocol):
    def open(self, url: str) -> None:
        """Until the page's load event."""

    def evaluate(self, expression: str) -> Any:
        """What the expression comes to, as JSON has it."""

    def said(self) -> list[str]:
        """What the console and the policies of pages said since this was asked last."""

    def look(self, file: Path) -> None:
        """A picture of the window."""


@contextmanager
def tab(engine: str, width: int = 1280, height: int = 800, **eyes: Any) -> Iterator[Tab]:
    """A tab in a browser of its own. `eyes` are Playwright's, for Chromium alone: color_scheme, forced_colors."""
    with {"chromium": _chromium, "firefox": _firefox, "webkit": _webkit}[engine](width, height, **eyes) as made:
        yield made


# --- Chromium ----------------------------------------------------------------------------------------------------


class ChromiumTab:
    def __init__(self, page: Page) -> None:
        self._page, self._said = page, list[str]()
        page.on("console", lambda message: self._said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self._said.append(str(error)))

    def open(self, url: str) -> None:
        self._page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(expression)

    def said(self) -> list[str]:
        said, self._said = self._said, []
        return said

    def look(self, file: Path) -> None:
        self._page.screenshot(path=file)


@contextmanager
def _chromium(width: int, height: int, **eyes: Any) -> Iterator[Tab]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = browser.new_context(viewport={"width": width, "height": height}, **eyes)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        try:
            yield ChromiumTab(page)
        finally:
            browser.close()


# --- Firefox -----------------------------------------------------------------------------------------------------


class _Firefox:
    """Puppeteer in Node, a line of JSON for each order and each answer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _order(self, **order: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("Firefox's driver ended")
        answer = json.loads(line)
        if "fault" in answer:
            raise RuntimeError(answer["fault"])
        return answer.get("value")

    def open(self, url: str) -> None:
        self._order(open=url)

    def evaluate(self, expression: str) -> Any:
        return self._order(evaluate=expression)

    def said(self) -> list[str]:
        said: list[str] = self._order(said=True)
        return said

    def look(self, file: Path) -> None:
        self._order(look=str(file))


@contextmanager
def _firefox(width: int, height: int) -> Iterator[Tab]:
    command = ["node", str(HERE / "firefox.mjs"), shutil.which("firefox-esr") or "", str(width), str(height)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as node:
        try:
            yield _Firefox(node)
        finally:
            assert node.stdin
            node.stdin.close()  # which ends it, and Firefox
            node.wait(30)


# --- WebKit ------------------------------------------------------------------------------------------------------


class _WebKit:
    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def open(self, url: str) -> None:
        self._driver.get(url)

    def evaluate(self, expression: str) -> Any:
        wrapped = (
            "const done = arguments[arguments.length - 1];"
            f"(async () => {{ try {{ done({{value: await ({expression})}}) }}"
            " catch (fault) { done({fault: `${fault} ${fault.stack}`}) } })()"
        )
        answer = self._driver.execute_async_script(wrapped)
        if "fault" in answer:
            raise RuntimeError(answer["fault"])
        return answer.get("value")

    def said(self) -> list[str]:
        return []

    def look(self, file: Path) -> None:
        self._driver.save_screenshot(str(file))


@contextmanager
def _webkit(width: int, height: int) -> Iterator[Tab]:
    from selenium import webdriver

    with _screen(width, height) as display:
        options = webdriver.WebKitGTKOptions()
        options.binary_location = MINI_BROWSER
        options.add_argument("--automation")
        driver_path = shutil.which("WebKitWebDriver") or ""
        service = webdriver.WebKitGTKService(driver_path, env={**os.environ, **display})
        driver = webdriver.WebKitGTK(options=options, service=service)
        try:
            driver.set_window_size(width, height)
            driver.set_script_timeout(PATIENCE_S)
            yield _WebKit(driver)
        finally:
            driver.quit()


@contextmanager
def _screen(width: int, height: int) -> Iterator[dict[str, str]]:
    """A screen that nobody sees, as environment variables."""
    reader, writer = os.pipe()
    size = f"{width + 200}x{height + 200}x24"
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as number:
            yield {"DISPLAY": f":{number.readline().strip()}", "GDK_BACKEND": "x11", "WEBKIT_DISABLE_SANDBOX": "1"}
    finally:
        process.terminate()
        process.wait(10)
