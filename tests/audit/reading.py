"""What a screen reader says of the strip, from top to end, in three languages: beside the transcripts kept here.

    PYTHONPATH=tests python tests/audit/reading.py [--write]

Each of 20 headlines must be read exactly once, in order, in its own language, and each rate as its sentence, on a wide
page and on a phone, in the page for a frame and in the element on somebody else's page; on the wide one every other
phrase must be the one that the transcript has. `--write` keeps what is said now as the transcript.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from difflib import unified_diff
from itertools import product
from pathlib import Path
from urllib.parse import parse_qsl

from playwright.sync_api import Browser, Page, Route, sync_playwright
from support import scenes
from support.pictures import CHROMIUM, Strips, serving

from ticker.model import Headline, Language
from ticker.serve.strip import element as embed
from ticker.serve.strip.options import LANGUAGES, Options
from ticker.serve.strip.view import Strip

HERE = Path(__file__).parent

READER = HERE / "node_modules/@guidepup/virtual-screen-reader/lib/esm/index.browser.js"
TRANSCRIPTS = HERE / "transcripts"
WIDE, PHONE = 1280, 360
MIXED = Options(lang="en", headlines=20, feeds=("24kg-en", "kaktus", "azattyk"))
STRIPS: dict[str, Options] = {lang: Options(lang=lang, headlines=20) for lang in LANGUAGES}
STRIPS["mixed"] = MIXED
STAND_INS = {f"stand-in-{lang}": Options(lang=lang, headlines=1) for lang in LANGUAGES}
BESIDE = {f"beside-{lang}": Options(lang=lang, headlines=1) for lang in LANGUAGES}
SCENES = (
    dict.fromkeys(STRIPS, "twenty") | dict.fromkeys(STAND_INS, "stand_in") | dict.fromkeys(BESIDE, "rouble_stands_in")
)
STRIPS |= STAND_INS | BESIDE

# Every phrase, with the language that its text is marked with. 20 headlines make some 250; the bound ends a loop.
READ = """async find => {
    const container = eval(find), {virtual} = await import("/reader.js");
    await virtual.start({container});
    const said = [];
    for (let phrases = 0; phrases < 1000; phrases++) {
        const node = virtual.activeNode, element = node && (node.closest ? node : node.parentElement);
        said.push([await virtual.lastSpokenPhrase(), element ? element.closest("[lang]").lang : ""]);
        if (said.at(-1)[0].startsWith("end of ") && element === container) break;
        await virtual.next();
    }
    await virtual.stop();
    return said;
}"""


def twenty() -> scenes.Scene:
    """An evening with each figure of tomorrow known, and 20 headlines in each language."""
    scene = scenes.evening()
    return scene.with_content(
        headlines=tuple(
            headline(scene, language, nth, scene.now - timedelta(minutes=2 + 40 * nth))
            for nth in range(20)
            for language in LANGUAGES
        )
    )


def headline(scene: scenes.Scene, language: Language, nth: int, moment: datetime) -> Headline:
    feeds = [feed.feed for feed in scene.snapshot.content.feeds if feed.language == language]
    title = f"{scenes.TITLES[language][nth % 6]} ({nth + 1})"
    return Headline(f"{language}{nth}", title, f"https://example.org/{language}/{nth}", feeds[nth % 2], moment, moment)


def main(*, write: bool) -> int:
    faults: list[str] = []
    with serving() as server, sync_playwright() as playwright:
        server.scenes["twenty"] = twenty()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, options in STRIPS.items():
            for width, element in product((WIDE, PHONE), (False, True)):
                called = f"element-{name}" if element else name
                said = heard(browser, server, SCENES[name], options, width, element=element)
                strip = server.scenes[SCENES[name]].strip(options)
                faults += [f"{called}, {width} px: {fault}" for fault in judged(said, strip)]
                if width == WIDE:
                    faults += kept(said, called, write=write)
        browser.close()
    for fault in faults:
        print(fault)
    print(f"reading: {len(STRIPS)} strips, as a page and as an element, {len(faults)} findings")
    return 1 if faults else 0


def heard(
    browser: Browser, server: Strips, scene: str, options: Options, width: int, *, element: bool
) -> list[tuple[str, str]]:
    """The reader goes on from phrase to phrase. The page's policy is lifted for it alone."""
    with browser.new_context(viewport={"width": width, "height": 130}, bypass_csp=True) as context:
        page = context.new_page()
        page.route("**/reader.js", lambda route: route.fulfill(path=READER, content_type="text/javascript"))
        page.clock.install(time=server.scenes[scene].now)
        if element:
            _embed(page, server, scene, options)
        else:
            page.goto(f"{server.url}/{scene}/strip?{options.query()}")
        # It does not go into a shadow root by itself.
        within = "document.querySelector('rate-ticker').shadowRoot.firstElementChild" if element else "document.body"
        said: list[tuple[str, str]] = [(phrase, language) for phrase, language in page.evaluate(READ, within)]
        return said


def _embed(page: Page, server: Strips, scene: str, options: Options) -> None:
    def give(route: Route) -> None:
        file = embed.script() if route.request.url.endswith(".js") else embed.parts()
        kinds = {"js": "text/javascript", "json": "application/json"}
        route.fulfill(body=file.body, content_type=kinds[file.kind])

    page.route(f"**/{scene}/embed**", give)
    page.route(f"**/{scene}/embed/*", give)
    attributes = " ".join(f'{name}="{value}"' for name, value in parse_qsl(options.query()))
    server.host = (
        f'<!doctype html><html lang="de"><title>Our paper</title><script async src="/{scene}/embed.js"></script>'
        f'<rate-ticker {attributes}><a href="/{scene}/strip">Rates</a></rate-ticker>'
    )
    page.goto(f"{server.url}/host")
    page.locator("rate-ticker .figure").first.wait_for()


def judged(said: list[tuple[str, str]], strip: Strip) -> list[str]:
    """A link is announced by its name before its text and after it: that is no second reading."""
    read = [(phrase, lang) for phrase, lang in said if not phrase.startswith(("link, ", "end of link, "))]
    wanted: list[tuple[str, str]] = [(rate.spoken, strip.language) for rate in strip.rates]
    wanted += [(one.title, one.language) for one in strip.headlines]
    told = [one for one in read if any(text in one[0] for text, _ in wanted)]
    return list(unified_diff([str(one) for one in wanted], [str(one) for one in told], "wanted", "read", "", "", 0, ""))


def kept(said: list[tuple[str, str]], name: str, *, write: bool) -> list[str]:
    file = TRANSCRIPTS / f"{name}.txt"
    now = [f"{language}\t{phrase}" for phrase, language in said]
    if write:
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(now) + "\n", "utf-8")
    return list(unified_diff(file.read_text("utf-8").splitlines(), now, str(file.name), "said now", lineterm="", n=1))


if __name__ == "__main__":
    sys.exit(main(write="--write" in sys.argv[1:]))
