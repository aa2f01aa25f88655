"""The element's script as bytes: one version of itself, everything in it that the page has, and nothing to parse."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

import brotli
from scenes import day
from werkzeug.test import Client

from ticker.serve.app import ReadSide
from ticker.serve.configurator import Embed, ways
from ticker.serve.latest import Latest
from ticker.serve.media.embed import OPTIONS, script
from ticker.serve.options import Options
from ticker.serve.ready import Ready
from ticker.serve.widgets import renderer
from ticker.serve.words import words


def client() -> Client:
    scene = day()
    ready = Ready(scene.snapshot, renderer(("USD",), "*"), lambda: scene.now, 5, ())
    latest = Latest(lambda: None, lambda _: None, lambda: scene.now, None)  # type: ignore[arg-type,return-value]
    return Client(ReadSide(ready, latest, lambda: scene.now))


def test_version_and_integrity_are_of_the_served_bytes() -> None:
    served = client().get(f"/embed/{script().version}.js")
    digest = sha384(served.data).digest()
    assert served.status_code == 200
    assert script().integrity == f"sha384-{b64encode(digest).decode()}"
    assert digest.hex().startswith(script().version)
    assert client().get("/embed.js").data == served.data


def test_a_version_is_kept_for_ever_and_the_newest_for_minutes() -> None:
    of_version, newest = client().get(f"/embed/{script().version}.js"), client().get("/embed.js")
    assert of_version.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert newest.headers["Cache-Control"].startswith("public, max-age=600,")
    for answer in (of_version, newest):
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert client().get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_another_version_is_not_found_and_not_kept() -> None:
    for version in ("000000000000", "", script().version + "0"):
        answer = client().get(f"/embed/{version}.js")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_its_attributes_are_the_options() -> None:
    assert set(OPTIONS) == {*Options.model_fields, "preset"}
    assert json.dumps(OPTIONS, separators=(",", ":")) in script().body.decode()


def test_it_needs_no_markup_parsed_and_leaves_no_name_behind() -> None:
    text = script().body.decode()
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "DOMParser", "document.write", "eval(", "Function("):
        assert sink not in text
    assert not re.search(r"\b(localStorage|sessionStorage|document\.cookie|indexedDB)\b", text)
    assert text.startswith('(()=>{"use strict";')
    assert text.endswith("})();")


def test_no_size_in_it_depends_on_the_host_pages_type() -> None:
    assert not re.search(r"[\d.]rem\b", script().body.decode())


def test_it_is_small() -> None:
    served = client().get("/embed.js", headers={"Accept-Encoding": "br"})
    assert served.headers["Content-Encoding"] == "br"
    assert brotli.decompress(served.data) == script().body
    assert len(served.data) <= 9 << 10


def test_the_paper_has_the_configurators_code_and_every_attribute() -> None:
    paper = (Path(__file__).parents[2] / "docs" / "embedding.md").read_text(encoding="utf-8")
    embed = Embed("/embed/0123456789ab.js", "sha384-…")
    options = Options(lang="ru")
    for way in ways(options.query(), options, "https://rates.example", words("ru"), (600, 283), embed=embed):
        if way.id in ("frame", "follow", "element"):
            for code in way.codes:
                assert code.text in paper, code.id
    element = paper.partition("## The element")[2]
    assert all(f"`{name}`" in element for name in (*OPTIONS, "title", "src"))
