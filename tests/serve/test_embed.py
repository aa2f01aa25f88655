"""The element's script as bytes: one version of itself, everything in it that the page has, and nothing to parse."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from support.apps import application
from support.scenes import day
from werkzeug.test import Client

from ticker.serve.configurator.code import ways
from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.i18n.words import words
from ticker.serve.render import Renderer
from ticker.serve.strip.element import OPTIONS, File, parts, script
from ticker.serve.strip.options import Options
from ticker.serve.terms import Embed, HomeTerms, SiteSettings


def client() -> Client:
    scene = day()
    ready = ResponseCache(scene.snapshot, Renderer(SiteSettings(HomeTerms(("USD",)))), lambda: scene.now, 5, ())
    latest = LiveSnapshot(lambda: None, lambda _: None, lambda: scene.now, None)  # type: ignore[arg-type,return-value]
    return Client(application(ready, latest, lambda: scene.now))


@pytest.mark.parametrize(("made", "algorithm"), [(script, "sha384"), (parts, "sha256")])
def test_version_and_integrity_are_of_the_served_bytes(made: Callable[[], File], algorithm: str) -> None:
    served = client().get(f"/embed/{made().name}")
    digest = hashlib.new(algorithm, served.data).digest()
    assert served.status_code == 200
    assert made().integrity == f"{algorithm}-{b64encode(digest).decode()}"
    assert digest.hex().startswith(made().version)


def test_the_newest_is_the_one_of_this_version_and_names_its_parts() -> None:
    assert client().get("/embed.js").data == script().body
    assert json.dumps([parts().name, parts().integrity], separators=(",", ":")) in script().body.decode()


def test_a_version_is_kept_for_ever_and_the_newest_for_minutes() -> None:
    newest = client().get("/embed.js")
    assert newest.headers["Cache-Control"].startswith("public, max-age=600,")
    for path, kind in ((script().name, "javascript"), (parts().name, "json")):
        answer = client().get(f"/embed/{path}")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.mimetype == {"javascript": "text/javascript", "json": "application/json"}[kind]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        again = client().get(f"/embed/{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_what_was_never_issued_is_not_found_and_not_kept() -> None:
    for name in (
        "000000000000.js",
        ".js",
        "",
        "..",
        f"0{script().name}",
        script().version,
        f"{parts().version}.js",
        f"{parts().version}.css",
    ):
        answer = client().get(f"/embed/{name}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_its_attributes_are_the_options() -> None:
    assert set(OPTIONS) == {*Options.model_fields, "preset"}
    assert json.dumps(OPTIONS, separators=(",", ":")) in script().body.decode()


def test_it_needs_no_markup_parsed_and_leaves_no_name_behind() -> None:
    text = script().body.decode()
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "DOMParser", "document.write", "eval(", "Function("):
        assert sink not in text
    assert not re.search(r"\b(localStorage|sessionStorage|document\.cookie|indexedDB)\b", text)
    assert re.match(r'\(\([\w,]*\)=>\{"use strict";', text)
    assert re.search(r"\}\)\(\[.*\]\);$", text)
    assert "GIVEN_" not in text


def test_no_size_in_it_depends_on_the_host_pages_type() -> None:
    assert not re.search(r"[\d.]rem\b", (script().body + parts().body).decode())


def test_it_is_small() -> None:
    served = client().get("/embed.js", headers={"Accept-Encoding": "br"})
    assert served.headers["Content-Encoding"] == "br"
    assert brotli.decompress(served.data) == script().body
    assert len(served.data) <= 5000


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
