"""The answers of one scene's world to every question in each language, normalised."""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli
from outline import lines
from questions import Question, questions
from support.sites import Site
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse
from world import AT, HOST, LANGUAGES, VERSION, world

USUAL_HEADERS = (
    "Content-Security-Policy",
    "Vary",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Resource-Policy",
    "X-Frame-Options",
    "ETag",
)
LEFT_OUT = ("Content-Type", "Content-Length", "Date")
UNPACKED: Mapping[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}
NORMALISED = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://upstream.example"),
    (re.compile(r"127\.0\.0\.1:\d+"), "upstream.example"),
    (re.compile(rf"(?<![\d.]){re.escape(VERSION)}(?![\d.])"), "<version>"),
    (re.compile(r"/embed/(?!0123)[0-9a-f]{12}\."), "/embed/<version>."),
    (re.compile(r"\b(sha\d{3})-[A-Za-z0-9+/]{40,}={0,2}"), r"\1-<hash>"),
    (re.compile(r"\bdetail=v\d+"), "detail=v<n>"),
    (re.compile(r'^(ETag: (W/)?)"[^"]+"'), r"\1<etag>"),
    (re.compile(r"^(RateLimit: .*;r=)\d+"), r"\1<n>"),
    (re.compile(r"[\w.-]+:\d+:[0-9a-f]{6}\b"), "<holder>"),
)

Key = tuple[str, str, str]  # the question's name, scene, language


@dataclass(frozen=True, slots=True)
class Answer:
    """One normalised answer: status and headers, and the lines of its body."""

    head: tuple[str, ...]
    body: tuple[str, ...]


def answers(scene: str, usual: Mapping[str, str]) -> dict[Key, Answer]:
    """What a scene's world answers, in each language."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, world(scene, Path(folder)) as site:
        for language in LANGUAGES:
            asking = _Asking(site, language, usual)
            for question in questions():
                found[question.name, scene, language] = asking.answer(question)
    return found


class _Asking:
    """Asks one site in one language."""

    def __init__(self, site: Site, language: str, usual: Mapping[str, str]) -> None:
        self._site, self._language, self._usual = site, language, usual
        code = site.get("/?way=element").text + site.get("/embed.js").text
        names = {"script": r"embed/([0-9a-f]{12}\.js)\b", "parts": r"\b([0-9a-f]{12}\.json)\b"}
        headlines = site.get(f"/api/v1/headlines?limit=1&lang={language}").json["headlines"]
        self._words = {
            "lang": language,
            "at": AT.replace("+", "%2B"),
            "story": headlines[0]["id"],
            **{name: re.findall(pattern, code)[0] for name, pattern in names.items()},
        }

    def answer(self, question: Question) -> Answer:
        """The plain answer, asked for last, so that it comes from a cache wherever it may; the packed ones say the
        same."""
        packed = {coding: self._ask(question, coding) for coding in UNPACKED}
        plain = self._ask(question, "identity")
        codings = []
        for coding, answer in packed.items():
            body, given = answer.data, answer.headers.get("Content-Encoding")
            assert given in (coding, None), f"{question.name}: asked for {coding}, met {given}"
            if given and body:
                body = UNPACKED[given](body)
            assert body == plain.data, f"{question.name}: {coding} does not unpack to the plain body"
            codings += [coding] if given else []
        return Answer(tuple(self._head(plain, codings)), tuple(self._body(plain)))

    def _ask(self, question: Question, coding: str) -> TestResponse:
        address = question.address.format_map(self._words)
        headers = {
            "Host": HOST,
            "Accept": question.accept,
            "Accept-Encoding": coding,
            "Accept-Language": self._language,
            "User-Agent": "Mozilla/5.0",
        }
        reader = {"REMOTE_ADDR": f"192.0.2.{LANGUAGES.index(self._language)}"}  # each with a quota for itself
        client = self._site.client
        if question.known:
            headers["If-None-Match"] = client.get(address, headers=headers, environ_base=reader).headers["ETag"]
        return client.open(address, method=question.method, headers=headers, environ_base=reader)

    def _head(self, answer: TestResponse, codings: list[str]) -> Iterator[str]:
        yield f"{answer.status} {answer.headers.get('Content-Type', '')}".strip()
        if codings:
            yield f"packed as {', '.join(codings)}"
        given = _headers(answer.headers)
        yield from (f"without {name}" for name in self._usual if name not in given)
        for name, value in sorted(given.items()):
            if name not in LEFT_OUT and value != self._usual.get(name):
                yield f"{name}: {value}"

    def _body(self, answer: TestResponse) -> Iterator[str]:
        found = lines(answer.data, answer.headers.get("Content-Type", ""))
        yield from (normalised(one) for one in found)


def normalised(line: str) -> str:
    for pattern, put in NORMALISED:
        line = pattern.sub(put, line)
    return line.rstrip()


def _headers(given: Headers) -> dict[str, str]:
    """The normalised headers; the methods of Allow come in any order."""
    found = {name: ", ".join(given.getlist(name)) for name in given.keys()}  # noqa: SIM118 - one of a name
    if "Allow" in found:
        found["Allow"] = ", ".join(sorted(found["Allow"].split(", ")))
    return dict(normalised(f"{name}: {value}").split(": ", 1) for name, value in found.items())


def usual_headers(folder: Path) -> dict[str, str]:
    """Headers that nearly every answer has: they are recorded once, and elsewhere only where they differ."""
    with world("fresh", folder) as site:
        given = _headers(site.get("/livez", Host=HOST).headers)
        return {name: given[name] for name in USUAL_HEADERS}
