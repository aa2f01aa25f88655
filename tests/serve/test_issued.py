"""Who has pinned a version of the element keeps it, whatever the service has become since."""

from __future__ import annotations

from pathlib import Path

from support.apps import application
from support.scenes import day
from werkzeug.test import Client

from ticker.serve.http.cache import ResponseCache
from ticker.serve.http.live import LiveSnapshot
from ticker.serve.render import Renderer
from ticker.serve.strip.assets import EmbedAssets
from ticker.serve.strip.element import File, file, parts, script
from ticker.serve.terms import HomeTerms, SiteSettings

OLD = file(b"/* of a version before this one */", "js")


def client(issued: EmbedAssets) -> Client:
    scene = day()
    ready = ResponseCache(scene.snapshot, Renderer(SiteSettings(HomeTerms(("USD",)))), lambda: scene.now, 5, ())
    latest = LiveSnapshot(lambda: None, lambda _: None, lambda: scene.now, None)  # type: ignore[arg-type,return-value]
    return Client(application(ready, latest, lambda: scene.now, assets=issued))


def left_by_an_older_service(folder: Path, left: File = OLD) -> Client:
    folder.mkdir()
    (folder / left.name).write_bytes(left.body)
    return client(EmbedAssets(folder))


def test_what_an_older_version_left_is_served_as_it_was(tmp_path: Path) -> None:
    answer = left_by_an_older_service(tmp_path / "embed").get(f"/embed/{OLD.name}")
    assert answer.data == OLD.body
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_this_version_is_left_for_the_next(tmp_path: Path) -> None:
    EmbedAssets(tmp_path / "embed").keep()
    kept = {one.name: one.read_bytes() for one in (tmp_path / "embed").iterdir()}
    assert kept == {one.name: one.body for one in (script(), parts())}


def test_a_file_that_is_not_what_its_name_says_is_neither_served_nor_left_so(tmp_path: Path) -> None:
    folder = tmp_path / "embed"
    ours = left_by_an_older_service(folder)
    (folder / OLD.name).write_bytes(OLD.body[:-1])
    (folder / parts().name).write_bytes(b"")
    assert ours.get(f"/embed/{OLD.name}").status_code == 404
    EmbedAssets(folder).keep()
    assert (folder / parts().name).read_bytes() == parts().body


def test_only_files_with_a_name_of_ours_are_served(tmp_path: Path) -> None:
    ours = left_by_an_older_service(tmp_path / "embed")
    (tmp_path / "secret.js").write_text("secret")
    (tmp_path / "embed" / "ABCDEFABCDEF.js").write_text("other")
    for name in ("..%2fsecret.js", "../secret.js", "ABCDEFABCDEF.js", f"{OLD.name}%00", OLD.name.upper(), "x" * 5000):
        assert ours.get(f"/embed/{name}").status_code == 404


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "embed").write_text("a file")
    issued = EmbedAssets(tmp_path / "embed")
    issued.keep()
    assert client(issued).get(f"/embed/{script().name}").status_code == 200
    assert client(issued).get(f"/embed/{OLD.name}").status_code == 404
