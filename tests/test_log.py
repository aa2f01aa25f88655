"""Logs are lines of JSON on standard error: one line an event, whatever is in it."""

from __future__ import annotations

import json

from ticker import log


def test_a_title_with_line_breaks_forges_no_second_line(capsys):
    log.info("round", source="kaktus-ru", note='Свет\n{"event":"round"}\r\u2028', bytes=7)
    line, *rest = capsys.readouterr().err.split("\n")
    assert rest == [""]
    said = json.loads(line)
    assert (said["event"], said["bytes"]) == ("round", 7)
    assert said["note"] == 'Свет\n{"event":"round"}\r\u2028'
    assert "Свет" in line


def test_a_warning_carries_the_exception_that_is_being_handled(capsys):
    log.warning("odd")
    try:
        raise ValueError("bad\nluck")
    except ValueError:
        log.warning("request failed", path="/strip")
    plain, told = map(json.loads, capsys.readouterr().err.split("\n")[:2])
    assert "exception" not in plain
    assert told["exception"].endswith("ValueError: bad\nluck")
    assert told["level"] == "warning"
