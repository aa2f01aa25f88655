"""The cache of responses that depend on more than the snapshot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.given import bishkek

from ticker.serve.http.lru import LruResponses
from ticker.serve.http.response import JSON, Response, build_response

NOW = bishkek("2026-05-22 17:14")
UNTIL = NOW + timedelta(hours=1)


def response(body: bytes = b"{}") -> Response:
    return build_response(body, JSON, until=UNTIL)


def test_an_entry_is_valid_while_its_fingerprint_is_the_current_one():
    responses, made = LruResponses(100_000), []

    def make() -> Response:
        made.append(1)
        return response()

    first = responses.get_or_make("a", 1, make, NOW)
    again = responses.get_or_make("a", 1, make, NOW)
    assert (first.cache, again.cache, len(made)) == ("", "hit", 1)
    assert again.codings is first.codings
    assert responses.get("a", 2) is None
    responses.get_or_make("a", 2, make, NOW)
    assert len(made) == 2
    assert responses.get("a", 1) is None, "one entry a key"


def test_what_cannot_be_made_is_not_stored():
    responses = LruResponses(100_000)

    def fails() -> Response:
        raise LookupError("nothing")

    with pytest.raises(LookupError):
        responses.get_or_make("a", 1, fails, NOW)
    assert responses.get("a", 1) is None


def test_a_body_that_stays_the_same_keeps_the_date_of_its_last_change():
    responses, later = LruResponses(100_000), NOW + timedelta(minutes=5)
    assert responses.put("a", 1, response(), NOW).modified == NOW
    assert responses.put("a", 2, response(), later).modified == NOW
    assert responses.put("a", 3, response(b"[]"), later).modified == later
    dated = build_response(b"{}", JSON, until=UNTIL, last_modified=NOW - timedelta(days=1))
    assert responses.put("b", 1, dated, NOW).modified == NOW - timedelta(days=1), "it says so itself"


def test_the_least_recently_used_goes_first_and_what_is_too_large_is_not_stored():
    responses = LruResponses(10_000)
    for key in ("a", "b", "c", "d", "e"):
        responses.put(key, 1, response(), NOW)
        responses.get("a", 1)
    assert [key for key in "abcde" if responses.get(key, 1)] == ["a", "c", "d", "e"]
    assert responses.put("large", 1, response(b"x" * 6000), NOW).status == 200
    assert responses.get("large", 1) is None
