"""Every door of the real application, and what stands on every answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from support.apps import application
from support.front import Front
from support.scenes import SCENES, day
from werkzeug.test import Client

from ticker.model import DAY, Outcome, Round
from ticker.serve.http import cache as ready_room
from ticker.serve.render import Renderer
from ticker.serve.terms import SiteSettings

ENDPOINTS = {
    "/strip": "text/html; charset=utf-8",
    "/strip.json": "application/json; charset=utf-8",
    "/strip.svg": "image/svg+xml",
    "/strip.png": "image/png",
    "/strip.txt": "text/plain; charset=utf-8",
    "/strip.fragment": "text/html; charset=utf-8",
    "/schema/strip.json": "application/schema+json",
    "/panel": "text/html; charset=utf-8",
    "/panel.json": "application/json; charset=utf-8",
    "/panel.fragment": "text/html; charset=utf-8",
    "/schema/panel.json": "application/schema+json",
    "/status": "text/html; charset=utf-8",
    "/status.json": "application/json; charset=utf-8",
    "/livez": "application/json; charset=utf-8",
    "/readyz": "application/json; charset=utf-8",
}
PAGES = ("/strip", "/status")
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def front(tmp_path) -> Iterator[Front]:
    one = Front(day(), tmp_path)
    yield one
    one.live.stop()


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_door_answers_in_its_type(front, path):
    got = front.get(path)
    assert (got.status_code, got.headers["Content-Type"]) == (200, ENDPOINTS[path])
    assert got.data


def test_the_front_door_is_the_configurator(front):
    got = front.get("/?lang=ru", Host="rates.example")
    assert "http://rates.example/strip?lang=ru" in got.text
    assert got.headers["Cache-Control"].startswith("public, max-age=60")
    assert "frame-ancestors 'none'" in got.headers["Content-Security-Policy"]
    assert front.raw(PATH_INFO="")[0] == "200 OK"


@pytest.mark.parametrize("path", [*ENDPOINTS, "/", "/nowhere"])
def test_head_is_get_less_the_body(front, path):
    front.get(path)
    got, head = front.get(path), front.get(path, "HEAD")
    assert (head.status_code, head.data) == (got.status_code, b"")
    assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize("path", [*ENDPOINTS, "/"])
def test_a_preflight_is_answered_with_what_is_allowed(front, path):
    got = front.get(path, "OPTIONS", Origin="https://news.example", Access_Control_Request_Method="GET")
    assert (got.status_code, got.data) == (204, b"")
    assert set(got.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert got.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in got.headers["Access-Control-Allow-Headers"]
    assert got.headers["Access-Control-Max-Age"] == "86400"


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "BREW"])
def test_another_method_is_told_which_there_are(front, path, method):
    got = front.get(path, method)
    assert got.status_code == 405
    assert set(got.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert got.json["status"] == 405


@pytest.mark.parametrize("path", ["/nowhere", "/strip/", "/strip.xml", "/schema//strip", "/STRIP", "/../strip", "/%00"])
def test_what_is_not_there_is_404_for_programs_and_for_people(front, path):
    program, reader = front.get(path), front.get(path, **BROWSER)
    assert program.status_code == reader.status_code == 404
    assert program.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= program.json.keys()
    assert reader.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Not Found" in reader.text
    assert "frame-ancestors 'none'" in reader.headers["Content-Security-Policy"]


def test_a_program_that_asks_for_json_is_never_given_a_page(front):
    assert front.get("/strip.json", "POST", **BROWSER).headers["Content-Type"] == "application/problem+json"


def test_what_is_met_in_an_address_is_not_markup_in_a_page(front):
    assert b"<script>alert" not in front.get("/<script>alert(1)</script>", **BROWSER).data


@pytest.mark.parametrize(
    "environ",
    [
        {"PATH_INFO": "*"},
        {"PATH_INFO": "/\xff\xfe"},
        {"PATH_INFO": "/" + "x" * 10_000},
        {"HTTP_HOST": "a b/\x00", "PATH_INFO": "/nowhere"},
        {"HTTP_HOST": "", "PATH_INFO": "/livez"},
        {"CONTENT_LENGTH": "many", "PATH_INFO": "/livez"},
        {"REQUEST_METHOD": "", "PATH_INFO": "/strip"},
        {"QUERY_STRING": "lang=\xff\xfe&%ff=%ff", "PATH_INFO": "/strip"},
        {"QUERY_STRING": "a" * 100_000, "PATH_INFO": "/strip.json"},
        {"HTTP_ACCEPT_ENCODING": "\xff;q=\xff", "PATH_INFO": "/strip"},
        {"HTTP_IF_NONE_MATCH": '"' * 10_000, "PATH_INFO": "/strip"},
    ],
)
def test_a_request_that_makes_no_sense_gets_a_sensible_answer(front, environ, capsys):
    status, headers, _ = front.raw(**environ)
    assert int(status.split()[0]) in (200, 400, 404, 405)
    assert headers["Vary"] == "Accept-Encoding"
    assert capsys.readouterr().err == ""


def test_a_fault_of_our_own_is_500_told_to_the_log_and_not_to_readers(front, monkeypatch, capsys):
    def fails(*_: object) -> None:
        raise RuntimeError("at line 7 of the secret recipe")

    front.get("/strip")
    monkeypatch.setattr(front.cache, "_render", fails)
    for headers, kind in (({}, "application/problem+json"), (BROWSER, "text/html; charset=utf-8")):
        got = front.get("/strip?headlines=3", **headers)
        assert (got.status_code, got.headers["Content-Type"]) == (500, kind)
        assert got.headers["Cache-Control"] == "no-store"
        assert "secret" not in got.text
        assert "the secret recipe" in capsys.readouterr().err
    assert front.get("/strip").status_code == 200, "what was ready before still is"


def test_who_waits_too_long_for_a_rendering_is_asked_to_come_again(front, monkeypatch):
    monkeypatch.setattr(ready_room, "WAIT_S", 0.01)
    begun, gate = threading.Event(), threading.Event()
    render = front.cache._render

    def slowly(path: str, query: str, *shown: Any) -> Any:
        key, make = render(path, query, *shown)

        def waits() -> Any:
            begun.set()
            assert gate.wait(5)
            return make()

        return key, waits

    monkeypatch.setattr(front.cache, "_render", slowly)
    first = threading.Thread(target=front.get, args=("/strip?headlines=3",))
    first.start()
    assert begun.wait(5)
    got = front.get("/strip?headlines=3")
    assert (got.status_code, got.headers["Retry-After"]) == (503, "1")
    gate.set()
    first.join(5)
    assert front.get("/strip?headlines=3").status_code == 200


EVERYWHERE = [*ENDPOINTS, "/", "/nowhere"]
FOLLOW_LANGUAGE = ("/", "/status")


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("accept", ["", BROWSER["Accept"]])
def test_the_contract_stands_on_every_answer(front, path, method, accept):
    headers = front.get(path, method, Accept=accept, Accept_Encoding="br").headers
    follows = path in FOLLOW_LANGUAGE and method in ("GET", "HEAD")
    assert headers["Vary"] == ("Accept-Encoding, Accept-Language" if follows else "Accept-Encoding")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Status"].startswith("ticker; ")
    for one in ("Cache-Control", "Access-Control-Expose-Headers", "Referrer-Policy", "Permissions-Policy"):
        assert headers[one]
    assert not {"Set-Cookie", "Server", "X-Powered-By"} & set(headers.keys())
    framed = path in ("/strip", "/strip.svg", "/panel") and method in ("GET", "HEAD")
    assert ("frame-ancestors https://news.example" in headers["Content-Security-Policy"]) == framed
    assert (headers.get("X-Frame-Options") == "DENY") == (not framed)


@pytest.mark.parametrize("path", ["/strip", "/strip.json", "/strip?lang=ky", "/strip.json?lang=ru&headlines=3"])
def test_a_strip_that_is_known_is_not_sent_again(front, path):
    first = front.get(path, Accept_Encoding="gzip")
    again = front.get(path, Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Last-Modified", "Access-Control-Allow-Origin"):
        assert again.headers[name] == first.headers[name]


def test_a_hit_is_answered_before_flask_is_entered(front, monkeypatch):
    assert front.get("/strip?lang=ky").headers["Cache-Status"] == "ticker; fwd=miss"
    monkeypatch.setattr(front.app, "_flask", None)
    assert front.get("/strip?lang=ky").headers["Cache-Status"] == "ticker; hit; ttl=45840; detail=v1234"


def test_no_answer_is_kept_past_the_moment_it_stops_being_true(front):
    front.now = front.cache.current(front.now)[1].until - timedelta(seconds=30)
    assert front.get("/strip").headers["Cache-Control"] == "public, max-age=30"
    before = front.get("/strip.json").json
    front.now += timedelta(seconds=30)
    after = front.get("/strip.json")
    assert after.json["until"] > before["until"]
    assert after.headers["Cache-Control"].startswith("public, max-age=60, ")


def test_every_process_gives_the_same_bytes_and_tags(front, tmp_path):
    other = Front(day(), tmp_path)
    other.now = front.now + timedelta(seconds=20)
    for path in ("/strip", "/strip.json", "/strip?lang=ky"):
        first, second = front.get(path), other.get(path)
        assert first.data == second.data
        assert first.headers["ETag"] == second.headers["ETag"]


@pytest.mark.parametrize("name", SCENES)
def test_the_schema_that_is_served_describes_the_strip_in_every_state(tmp_path, name):
    one = Front(SCENES[name](), tmp_path)
    schema = json.loads(one.get("/schema/strip.json").data)
    jsonschema.Draft202012Validator.check_schema(schema)
    for query in ("", "?lang=ru", "?lang=ky&headlines=0&currencies=RUB", "?lang=de&digits=9"):
        got = one.get(f"/strip.json{query}")
        jsonschema.validate(got.json, schema)
        assert 'rel="describedby"' in got.headers["Link"]
        assert "/schema/strip.json" in got.headers["Link"]


def test_the_first_request_begins_the_work_of_its_process_once(front):
    for _ in range(3):
        front.get("/livez")
    assert front.begun == 1


def test_livez_fails_when_the_store_is_no_longer_followed(front):
    assert front.get("/livez").status_code == 200, "it has not begun"
    front.live.poll()
    assert front.get("/livez").json["alive"] is True
    front.now += timedelta(seconds=59)
    assert front.get("/livez").status_code == 200
    front.now += timedelta(seconds=2)
    got = front.get("/livez")
    assert (got.status_code, got.json["alive"]) == (503, False)
    assert got.headers["Retry-After"]


@pytest.mark.parametrize(
    ("name", "code"), [("day", 200), ("late", 200), ("stale", 200), ("none", 503), ("nothing", 503)]
)
def test_readyz_tells_whether_there_is_something_true_to_show(tmp_path, name, code):
    """When the figures are stale the headlines are still true."""
    one = Front(SCENES[name](), tmp_path)
    got = one.get("/readyz")
    assert (got.status_code, got.json["ready"]) == (code, code == 200)


def test_headlines_alone_make_no_service_ready_while_no_rate_was_ever_believed(tmp_path):
    one = Front(SCENES["none"]().with_content(headlines=SCENES["day"]().snapshot.content.headlines), tmp_path)
    got = one.get("/readyz")
    assert (got.status_code, got.json["ready"], got.json["rates"]) == (503, False, [])
    assert got.headers["Retry-After"]


def test_readyz_fails_when_neither_figure_nor_headline_is_left(tmp_path):
    scene = SCENES["stale"]()
    one = Front(scene.with_content(headlines=()), tmp_path)
    assert one.get("/readyz").status_code == 503


LEAP = "USD 874.5000 for 1 on 2025-06-18, against 87.4500 for 1 on 2025-06-17: moved by 900.0%, believed up to 15%"


def test_the_status_tells_who_collects_what_failed_and_what_is_held(front):
    front.live.poll()
    with closing(front.store()) as store:
        token = store.lease("machine:1:abc", 15)
        assert token
        fault = Round(
            "nbkr",
            front.now,
            front.now,
            Outcome.FAILED,
            status=503,
            note="the bank said: <b>Closed</b>",
            excerpt=b"<b>Closed",
        )
        with store.write(token) as write:
            rates = front.scene.snapshot.content.series[0].rates
            write.add("nbkr", rates[-1], seen_at=front.now)
            write.add("nbkr", replace(rates[-1], quoted=rates[-1].quoted * 10), seen_at=front.now, held_reason=LEAP)
            write.record(replace(fault, next_due_at=front.now + timedelta(minutes=3)))
    said = front.get("/status.json").json
    assert said["collector"]["holder"] == "machine:1:abc"
    assert said["collector"]["collecting"] is True
    assert said["store"] == "ok"
    (bank,) = (one for one in said["sources"] if one["id"] == "nbkr")
    assert bank["failures_in_a_row"] == 1
    assert bank["last_failure"]["note"] == "the bank said: <b>Closed</b>"
    assert bank["last_failure"]["body"] == "<b>Closed"
    assert bank["next_due"] == "2025-06-18T11:19:00+06:00"
    (held,) = said["held"]
    assert (held["currency"], held["reason"], held["quoted"]) == ("USD", LEAP, "874.5000")
    assert held["believed"].startswith("87.4500 for 1 on ")
    assert any(one.startswith("1 held") for one in said["troubles"])
    page = front.get("/status")
    for word in ("machine:1:abc", "nbkr", LEAP):
        assert word in page.text, word
    drawn = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page.text))
    assert "USD 874.5000 for 1 on 18 June Believed 87.4500 for 1 on 2025-06-18" in drawn, drawn
    assert "<b>Closed" not in page.text, "an upstream's words are text"


def test_the_status_tells_when_the_store_is_away_and_readers_notice_nothing(front):
    front.live.poll()
    front.live.fault = "sqlite:///ticker.db: the file is gone"
    said = front.get("/status.json").json
    assert said["store"] == "sqlite:///ticker.db: the file is gone"
    assert said["troubles"][0] == "store: sqlite:///ticker.db: the file is gone"
    assert [one["value"] for one in said["rates"]] == ["87.4500", "99.5614", "1.1019"]
    assert "the file is gone" in front.get("/status").text
    assert front.get("/strip").status_code == 200
    assert front.get("/livez").status_code == 200


def test_a_slow_store_holds_one_request_for_the_status_and_no_reader(front, monkeypatch):
    front.live.poll()
    front.get("/status.json")
    begun, gate = threading.Event(), threading.Event()
    store = front.live.store
    assert store
    lease_state = store.lease_state

    def slowly() -> Any:
        begun.set()
        assert gate.wait(5)
        return lease_state()

    monkeypatch.setattr(store, "lease_state", slowly)
    first = threading.Thread(target=front.get, args=("/status.json",))
    first.start()
    assert begun.wait(5)
    assert front.get("/status.json").status_code == 200
    assert front.get("/strip?lang=ky").status_code == 200
    gate.set()
    first.join(5)


def test_a_moved_clock_is_the_date_of_the_answer(front):
    moved = application(front.cache, front.live, front.clock, dated=True)
    assert Client(moved).get("/strip").headers["Date"] == "Wed, 18 Jun 2025 05:16:00 GMT"
    assert "Date" not in front.get("/strip").headers, "the server's own stands there"
    assert front.scene.now - DAY < front.now


# --- languages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "accepted", "lang", "title"),
    [
        ("/nowhere", "", "en", "Not Found"),
        ("/nowhere", "ru-RU,ru;q=0.9,en;q=0.8", "ru", "Не найдено"),
        ("/nowhere", "de, ky;q=0.5, en;q=0.1", "ky", "Табылган жок"),
        ("/nowhere", "de", "en", "Not Found"),
        ("/nowhere?lang=ky", "ru", "ky", "Табылган жок"),
        ("/nowhere?lang=de", "ru", "ru", "Не найдено"),
        ("/story/0000", "ru", "ru", "Временно недоступно"),
        ("/chart?at=2026-05-23T18:00", "ru", "ru", "Неверный запрос"),
        ("/strip?at=yesterday", "ru", "ru", "Неверный запрос"),
    ],
)
def test_an_error_page_is_in_the_readers_language(front, path, accepted, lang, title):
    got = front.get(path, **BROWSER, Accept_Language=accepted)
    assert f'<html lang="{lang}">' in got.text
    assert f"<h1>{title}</h1>" in got.text
    assert got.headers["Cache-Control"] == "no-store"
    detail = re.findall("<p>(.*?)</p>", got.text)[0]
    assert lang == "en" or re.search("[а-я]", detail), detail
    assert lang == "en" or not re.search(r"\b(there|the|at this|wanted|does)\b", detail), detail


def test_a_program_gets_english_whatever_languages_it_accepts(front):
    got = front.get("/nowhere", Accept_Language="ru")
    assert (got.json["title"], got.headers["Content-Type"]) == ("Not Found", "application/problem+json")


def test_the_configurator_follows_the_browsers_language_where_the_address_names_none(front):
    russian = front.get("/", **BROWSER, Accept_Language="ru")
    assert '<html lang="ru">' in russian.text
    assert russian.headers["Vary"] == "Accept-Encoding, Accept-Language"
    assert '<html lang="ky">' in front.get("/?lang=ky", **BROWSER, Accept_Language="ru").text
    assert '<html lang="en">' in front.get("/", **BROWSER, Accept_Language="de").text


def test_a_strip_does_not_follow_the_browsers_language(front):
    """One address, one body: it is cached for all readers."""
    assert '<html lang="en">' in front.get("/strip", **BROWSER, Accept_Language="ru").text


def test_a_moment_where_only_the_present_is_served_is_refused_in_plain_words(front):
    got = front.get("/chart?at=2026-05-23T18:00")
    assert got.json["detail"] == "/chart does not support `at`; /strip, /panel, /status and /api/v1 do."


@pytest.mark.parametrize(("lang", "heading"), [("ru", "Требует внимания: 1"), ("ky", "Көңүл буруу керек: 1")])
def test_the_status_page_follows_the_browsers_language(front, lang, heading):
    for got in (front.get("/status", Accept_Language=f"{lang}, en;q=0.1"), front.get(f"/status?lang={lang}")):
        assert f'<html lang="{lang}">' in got.text
        assert f"{heading}</h1>" in got.text
        quoted = r'<(td|dd|span) lang="en">.*?</\1>|<(pre|code|style)>.*?</\2>'  # other people's words
        own_words = re.sub(quoted, "", got.text, flags=re.DOTALL)
        visible = re.sub("<[^>]*>", " ", own_words)
        assert not re.search(r"\b(the|of|is|never|late|fresh|nobody|store|State|Source|none)\b", visible), visible
    assert "1 thing to look at</h1>" in front.get("/status").text


@pytest.mark.parametrize("path", ["/strip", "/panel"])
def test_the_sites_language_is_the_default_of_strip_and_panel(path):
    scene = day()
    render = Renderer(SiteSettings(language="ru"))

    def page(query: str) -> str:
        _, make = render(path, query, scene.snapshot, scene.judged)
        return make().codings["identity"].body.decode()

    russian, english = page(""), page("lang=en")
    assert '<html lang="ru">' in russian
    assert '<html lang="en">' in english
    for text in (russian, english):
        assert f'href="{path}?lang=en"' in text
        assert f'href="{path}"' in text
    assert render(path, "lang=ru", scene.snapshot, scene.judged)[0] == render(path, "", scene.snapshot, scene.judged)[0]
