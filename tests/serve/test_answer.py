"""The HTTP contract, asked of the smallest application that answers through it."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.given import bishkek, steadily
from werkzeug.test import Client, TestResponse

from ticker.serve.http.response import HTML, JSON, Compression, Headers, Response, build_response, problem, send

NOW = bishkek("2026-05-22 17:14")
UNTIL = NOW + timedelta(hours=1)
MADE = bishkek("2026-05-22 17:10")
LONG = ("Курс сома. " * 500).encode()
KEPT_ON_304 = ("Cache-Control", "ETag", "Vary", "Last-Modified", "Access-Control-Allow-Origin", "Cache-Status")


def ask(answer: Response, method: str = "GET", *, now=NOW, cache: str = "hit", **headers: str) -> TestResponse:
    client = Client(lambda environ, start: send(answer, environ, start, now, cache))
    return client.open("/", method=method, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture(scope="module")
def page() -> Response:
    return build_response(
        LONG,
        HTML,
        until=UNTIL,
        last_modified=MADE,
        headers=Headers("default-src 'none'; frame-ancestors *"),
        detail="v7",
    )


DECODED = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0, br;q=0", ""),
        ("*;q=0", ""),
        ("identity", ""),
        ("identity;q=0.5, *;q=0", ""),
        ("zstd, deflate", ""),
        ("br;q=x", ""),
        ("br ; q=0.8 , gzip ; q=0.9", "gzip"),
        ("," * 5000, ""),
    ],
)
def test_the_coding_that_is_welcome_most_is_sent(page, accepted, coding):
    got = ask(page, Accept_Encoding=accepted)
    assert got.headers.get("Content-Encoding", "") == coding
    assert DECODED[coding](got.data) == LONG
    assert int(got.headers["Content-Length"]) == len(got.data)
    assert got.headers["Vary"] == "Accept-Encoding"


def test_each_coding_has_a_strong_etag_of_its_own(page):
    tags = [ask(page, Accept_Encoding=coding).headers["ETag"] for coding in ("identity", "gzip", "br")]
    assert len(set(tags)) == 3
    assert all(re.fullmatch(r'"[0-9a-f]+"', tag) for tag in tags)


def test_the_same_body_has_the_same_etag_in_every_process_at_any_time(page):
    again = build_response(LONG, HTML, until=UNTIL + timedelta(hours=9))
    for coding in ("identity", "gzip", "br"):
        assert ask(again, Accept_Encoding=coding).headers["ETag"] == ask(page, Accept_Encoding=coding).headers["ETag"]
    assert ask(page, Accept_Encoding="gzip").data[4:8] == bytes(4), "the time of packing is not in it"


def test_a_body_that_coding_would_hardly_shrink_is_sent_plain():
    short = build_response(b"{}", JSON, until=UNTIL)
    assert "Content-Encoding" not in ask(short, Accept_Encoding="br, gzip").headers


@pytest.mark.parametrize("wanted", ["{}", "W/{}", '"other", {}', '"a",W/{}', "*"])
def test_who_has_the_body_is_told_304_with_all_that_a_cache_updates(page, wanted):
    first = ask(page, Accept_Encoding="gzip")
    second = ask(page, Accept_Encoding="gzip", If_None_Match=wanted.format(first.headers["ETag"]))
    assert (second.status_code, second.data) == (304, b"")
    assert [second.headers[name] for name in KEPT_ON_304] == [first.headers[name] for name in KEPT_ON_304]
    assert not {"Content-Length", "Content-Encoding", "Content-Type"} & set(second.headers.keys())


@pytest.mark.parametrize("wanted", ['"other"', "", "W/", '"', "etag", "," * 9000])
def test_who_has_another_body_gets_this_one(page, wanted):
    assert ask(page, If_None_Match=wanted).status_code == 200


def test_the_etag_of_another_coding_is_not_this_body(page):
    plain = ask(page).headers["ETag"]
    assert ask(page, Accept_Encoding="br", If_None_Match=plain).status_code == 200


def test_a_date_alone_confirms_nothing(page):
    """One version says different words on different days: only the tag names the bytes."""
    assert ask(page, If_Modified_Since=ask(page).headers["Last-Modified"]).status_code == 200


def test_only_a_good_answer_is_ever_not_modified():
    missing = problem(404, "There is no such page.")
    assert ask(missing, If_None_Match="*").status_code == 404
    assert ask(build_response(b"x", HTML, until=UNTIL), "POST", If_None_Match="*").status_code == 200


def test_head_is_get_less_the_body(page):
    for headers in ({}, {"Accept_Encoding": "br"}, {"If_None_Match": "*"}):
        got, head = ask(page, **headers), ask(page, "HEAD", **headers)
        assert (head.status_code, list(head.headers)) == (got.status_code, list(got.headers))
        assert head.data == b""
    assert int(ask(page, "HEAD").headers["Content-Length"]) == len(LONG)


def directives(got: TestResponse) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"([a-z-]+)=(\d+)", got.headers["Cache-Control"])}


@pytest.mark.parametrize(
    ("left", "control"),
    [
        (timedelta(hours=1), "public, max-age=60, stale-while-revalidate=60, stale-if-error=3540"),
        (timedelta(seconds=90), "public, max-age=60, stale-while-revalidate=30, stale-if-error=30"),
        (timedelta(seconds=60), "public, max-age=60"),
        (timedelta(seconds=59.9), "public, max-age=59"),
        (timedelta(0), "public, max-age=0"),
        (timedelta(seconds=-5), "public, max-age=0"),
    ],
)
def test_how_long_caches_may_keep_an_answer(left, control):
    assert ask(build_response(b"x", HTML, until=NOW + left)).headers["Cache-Control"] == control


@steadily
@given(st.floats(-100, 100_000))
def test_no_cache_outlives_the_truth(left):
    until = NOW + timedelta(seconds=left)
    kept = directives(ask(build_response(b"x", HTML, until=until)))
    longest = kept["max-age"] + max(kept.get("stale-while-revalidate", 0), kept.get("stale-if-error", 0))
    assert NOW + timedelta(seconds=longest) <= max(until, NOW)
    assert kept["max-age"] <= 60
    assert kept.get("stale-while-revalidate", 0) <= 60


def test_an_answer_that_is_true_at_no_time_but_now_is_not_kept():
    assert ask(build_response(b"x", HTML)).headers["Cache-Control"] == "no-store"
    assert ask(problem(503, "The store is away.")).headers["Cache-Control"] == "no-store"


def test_it_is_said_how_the_answer_was_come_by(page):
    assert ask(page).headers["Cache-Status"] == "ticker; hit; ttl=3600; detail=v7"
    assert ask(page, now=UNTIL + timedelta(seconds=5)).headers["Cache-Status"] == "ticker; hit; ttl=-5; detail=v7"
    assert ask(page, cache="miss").headers["Cache-Status"] == "ticker; fwd=miss"
    assert ask(problem(404, ""), cache="bypass").headers["Cache-Status"] == "ticker; fwd=bypass"


ANSWERS = {
    "page": build_response(LONG, HTML, until=UNTIL, headers=Headers("default-src 'none'; frame-ancestors *")),
    "json": build_response(b"{}", JSON, until=UNTIL, last_modified=MADE),
    "error": problem(404, "There is no such page."),
    "preflight": build_response(b"", HTML, status=204),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("wanted", ["", "*"])
def test_every_answer_carries_the_contract(name, method, wanted):
    headers = ask(ANSWERS[name], method, If_None_Match=wanted).headers
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    exposed = set(headers["Access-Control-Expose-Headers"].split(", "))
    limits = {"RateLimit", "RateLimit-Policy"}
    assert exposed == {"Date", "ETag", "Age", "Cache-Status", "Retry-After", "Link", *limits}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors" in headers["Content-Security-Policy"]
    for one in ("Referrer-Policy", "Permissions-Policy", "Cache-Control", "Cache-Status"):
        assert headers[one], one
    assert "Set-Cookie" not in headers
    assert len(headers) == len({key.lower() for key, _ in headers}), "no header stands twice"


def test_what_is_large_is_coded_when_a_coding_is_first_asked_for(monkeypatch):
    made: list[str] = []
    monkeypatch.setattr(brotli, "compress", lambda *_, **__: made.append("br") or b"packed")
    lazy = build_response(b"x" * 5000, JSON, until=UNTIL, compression=Compression(lazy=True))
    assert ask(lazy).headers["Content-Length"] == "5000"
    assert made == []
    for _ in range(2):
        assert ask(lazy, Accept_Encoding="br").headers["Content-Encoding"] == "br"
    assert made == ["br"]
    assert set(lazy.codings) == {"identity", "br", "gzip"}
    assert len(lazy.codings) == 3


def test_a_header_of_one_request_is_told_beside_the_answers_own():
    answer = replace(ANSWERS["json"], request_headers=(("RateLimit", '"api";r=9;t=60'),))
    assert ask(answer).headers["RateLimit"] == '"api";r=9;t=60'
    assert "RateLimit" not in ask(ANSWERS["json"]).headers


def test_only_what_may_be_framed_lacks_the_old_lock():
    framed, locked = ask(ANSWERS["page"]).headers, ask(ANSWERS["json"]).headers
    assert "X-Frame-Options" not in framed
    assert framed["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert framed["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert locked["X-Frame-Options"] == "DENY"


def test_an_answer_without_content_has_no_length_and_no_type():
    """RFC 9110, 8.6: no Content-Length in a 204."""
    got = ask(ANSWERS["preflight"], "OPTIONS")
    assert (got.status_code, got.data) == (204, b"")
    assert not {"Content-Length", "Content-Type", "ETag"} & set(got.headers.keys())


def test_times_are_http_dates():
    assert ask(ANSWERS["json"]).headers["Last-Modified"] == "Fri, 22 May 2026 11:10:00 GMT"


def test_an_error_for_programs_is_a_problem_document():
    errors = [{"parameter": "lang", "detail": "met 'de'", "allowed": ["en", "ru", "ky"]}]
    got = ask(problem(400, "Параметр lang", errors=errors, more=[("Retry-After", "5")]))
    assert got.headers["Content-Type"] == "application/problem+json"
    assert got.headers["Retry-After"] == "5"
    assert json.loads(got.data) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Параметр lang",
        "errors": errors,
    }


def test_links_are_headers_of_their_own():
    links = ['</a>; rel="alternate"', '</b>; rel="describedby"']
    assert (
        ask(build_response(b"x", HTML, until=UNTIL, headers=Headers(links=tuple(links)))).headers.getlist("Link")
        == links
    )


def test_a_cache_can_tell_what_was_said_before_midnight_from_what_is_said_after_it():
    """The figures turn at midnight without a new version: the time of the change moves with them, in whole seconds."""
    made = bishkek("2026-05-22 16:02:10.4")
    before = build_response(b"22 May", JSON, until=bishkek("2026-05-23 00:00"), last_modified=made)
    after = build_response(b"23 May", JSON, until=bishkek("2026-05-24 00:00"), last_modified=made).with_last_modified(
        bishkek("2026-05-23 00:00")
    )
    assert before.modified == bishkek("2026-05-22 16:02:11")
    assert after.modified == bishkek("2026-05-23 00:00")
    assert before.with_last_modified(made) == before
