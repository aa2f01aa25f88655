"""The bounded GET against servers on loopback that misbehave. Deadlines that run out are short."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hostile import Authority, Script, Server, Talk

from ticker.collect.http.addresses import is_public
from ticker.collect.http.answer import Answer, moment, retry_after_s
from ticker.collect.http.bounds import Limits
from ticker.collect.http.client import Connection, connection, fetch
from ticker.collect.http.faults import FetchError
from ticker.model import Validators

DEADLINE_S = 0.3
MOST = 64 << 10
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
AGENT = "som-ticker tests (+mailto:tests@example.org)"


class World:
    """Names with public addresses, and the loopback servers those addresses lead to."""

    def __init__(self, stack: ExitStack, authority: Authority) -> None:
        self._stack, self.authority = stack, authority
        self.names: dict[str, list[str]] = {}
        self.doors: dict[tuple[str, int], int] = {}
        self.lookups: list[str] = []

    def serve(self, script: Script, **options: Any) -> Server:
        return self._stack.enter_context(Server(script, **options))

    def host(self, name: str, script: Script, *, tls_for: str | None = None, silent: bool = False) -> Server:
        """A server behind `name`, on port 80, or on 443 with a certificate for `tls_for`."""
        tls = self.authority.server_context(tls_for) if tls_for else None
        server = self.serve(script, tls=tls, silent=silent)
        (address,) = self.names.setdefault(name, [f"93.184.216.{len(self.names) + 1}"])
        self.doors[address, 443 if tls_for or silent else 80] = server.port
        return server

    def resolve(self, host: str, port: int, type: int = 0) -> list[Any]:
        self.lookups.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6, type, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, type, 6, "", (address, port))
            for address in self.names[host]
        ]

    def redirect(self, sockaddr: tuple[Any, ...]) -> tuple[Any, ...]:
        return "127.0.0.1", self.doors[sockaddr[:2]]

    def connection(self, **limits: Any) -> Connection:
        return connection(
            bounds(**limits), self.resolve, self.authority.client_context(), redirect_for_tests=self.redirect
        )

    def get(self, url: str, validators: Validators = Validators(), **limits: Any) -> Answer:  # noqa: B008 - frozen
        with self.connection(**limits) as single:
            return single.get(url, validators)

    def refused(self, url: str, match: str, validators: Validators = Validators(), **limits: Any) -> FetchError:  # noqa: B008
        began = time.monotonic()
        with pytest.raises(FetchError, match=match) as met:
            self.get(url, validators, **limits)
        assert time.monotonic() - began < bounds(**limits).deadline_s + 0.5
        return met.value


def bounds(**limits: Any) -> Limits:
    return Limits(**{"deadline_s": 5, "max_bytes": MOST, "user_agent": AGENT, **limits})


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world(authority: Authority) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack, authority)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("look up")]


def says(*pieces: bytes, then: Callable[[Talk], None] = Talk.close) -> Script:
    def script(talk: Talk) -> None:
        talk.send(*pieces)
        then(talk)

    return script


def drips(piece: bytes) -> Callable[[Talk], None]:
    return lambda talk: talk.drip(piece)


def floods(piece: bytes) -> Callable[[Talk], None]:
    return lambda talk: talk.flood(piece)


def answers(status: int = 200, body: bytes = b"body", **headers: str) -> Script:
    return lambda talk: talk.answer(status, body, **headers)


def redirects(to: str, status: int = 302) -> Script:
    return lambda talk: talk.answer(status, b"moved", Location=to)


# --- what is asked, what is answered


def test_an_answer_carries_body_type_and_validators(world: World) -> None:
    stamp = "Fri, 22 May 2026 09:59:06 GMT"
    world.host("bank.test", answers(200, b"<x/>", Content_Type="application/xml", ETag='W/"a"', Last_Modified=stamp))
    answer = world.get("http://bank.test/XML/daily.xml")
    assert answer == Answer(
        status=200,
        url="http://bank.test/XML/daily.xml",
        body=b"<x/>",
        content_type="application/xml",
        validators=Validators('W/"a"', stamp),
        last_modified=datetime(2026, 5, 22, 9, 59, 6, tzinfo=UTC),
    )


def test_the_request_says_who_we_are_and_asks_for_gzip_only(world: World) -> None:
    server = world.host("bank.test", answers())
    world.get("http://bank.test/daily.xml?a=1#part")
    (talk,) = server.talks
    assert talk.path == "/daily.xml?a=1"
    assert sorted(line.lower() for line in talk.request.decode().split("\r\n")[1:] if line) == sorted(
        ["host: bank.test", f"user-agent: {AGENT}", "accept: */*", "accept-encoding: gzip"]
    )


def test_validators_are_sent_and_a_304_confirms_them(world: World) -> None:
    server = world.host("bank.test", answers(304, ETag='"a"'))
    sent = Validators('"a"', "Fri, 22 May 2026 09:59:06 GMT")
    answer = world.get("http://bank.test/", sent)
    assert (answer.status, answer.body, answer.validators) == (304, b"", sent)
    assert answer.last_modified == datetime(2026, 5, 22, 9, 59, 6, tzinfo=UTC)
    assert server.talks[0].header("If-None-Match") == '"a"'
    assert server.talks[0].header("If-Modified-Since") == "Fri, 22 May 2026 09:59:06 GMT"


def test_a_304_refreshes_last_modified(world: World) -> None:
    world.host("bank.test", answers(304, Last_Modified="Sat, 23 May 2026 10:20:45 GMT"))
    answer = world.get("http://bank.test/", Validators('"a"', "Fri, 22 May 2026 09:59:06 GMT"))
    assert answer.validators == Validators('"a"', "Sat, 23 May 2026 10:20:45 GMT")


def test_a_304_that_announces_a_body_is_not_waited_for(world: World) -> None:
    world.host("bank.test", answers(304, Transfer_Encoding="chunked"))
    assert world.get("http://bank.test/", Validators('"a"')).status == 304


def test_a_304_nobody_asked_for_is_an_error(world: World) -> None:
    world.host("bank.test", answers(304))
    assert world.refused("http://bank.test/", "bank.test answered 304").status == 304


@pytest.mark.parametrize("etag", ['"a"', 'W/"a"'])
def test_a_200_with_the_etag_that_was_sent_is_read_all_the_same(world: World, etag: str) -> None:
    """There are servers whose ETag never changes."""
    world.host("bank.test", answers(200, b"body", ETag=etag))
    answer = world.get("http://bank.test/", Validators(etag))
    assert (answer.status, answer.body) == (200, b"body")


def test_a_304_for_another_version_than_was_asked_for_is_an_error(world: World) -> None:
    world.host("bank.test", answers(304, ETag='"other"'))
    assert world.refused("http://bank.test/", 'bank.test answered 304 for "other"', Validators('"a"')).status == 304


def test_validators_that_could_not_be_sent_back_are_dropped(world: World) -> None:
    world.host("bank.test", says(OK + b"ETag: \x07bell\r\nLast-Modified: a\r\n folded\r\nContent-Length: 0\r\n\r\n"))
    answer = world.get("http://bank.test/")
    assert answer.validators == Validators(None, "a folded")
    assert answer.last_modified is None


def test_an_empty_200_is_an_answer(world: World) -> None:
    world.host("bank.test", answers(200, b""))
    assert world.get("http://bank.test/").body == b""


def test_chunks_and_bodies_without_length_are_read(world: World) -> None:
    world.host("chunks.test", says(CHUNKED + b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"))
    world.host("old.test", says(b"HTTP/1.0 200 OK\r\n\r\nto the end"))
    assert world.get("http://chunks.test/").body == b"abcde"
    assert world.get("http://old.test/").body == b"to the end"


def test_no_helper_thread_stays_after_a_fetch(world: World) -> None:
    world.host("bank.test", answers())
    before = set(threading.enumerate())
    world.get("http://bank.test/")
    assert {thread for thread in set(threading.enumerate()) - before if "look up" in thread.name} == set()


def test_environment_proxy_netrc_and_cookies_are_not_used(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proxy = world.serve(answers())
    (tmp_path / "netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    server = world.host("bank.test", answers(Set_Cookie="session=1; path=/"))
    with world.connection() as kept:
        kept.get("http://bank.test/")
        kept.get("http://bank.test/")
    assert proxy.connections == 0
    assert [(talk.header("Authorization"), talk.header("Cookie")) for talk in server.talks] == [(None, None)] * 2


# --- the deadline, against every kind of drip

DRIPS: dict[str, tuple[Script, str]] = {
    "nothing": (says(then=Talk.hang), "while its answer was awaited"),
    "status line": (says(b"HTTP/1.1 2", then=drips(b"0")), "while its answer was awaited"),
    "header": (says(OK + b"X: ", then=drips(b"x")), "while its answer was awaited"),
    "headers": (says(OK, then=drips(b"X: x\r\n")), "while its answer was awaited"),
    "body": (says(OK + b"Content-Length: 9999\r\n\r\n", then=drips(b"x")), "while its body was read"),
    "body without length": (says(OK + b"\r\n", then=drips(b"x")), "while its body was read"),
    "gzip": (
        says(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], then=drips(b"\0")),
        "while its body was read",
    ),
    "chunk": (says(CHUNKED + b"ff\r\n", then=drips(b"x")), "while its body was read"),
    "chunk extension": (says(CHUNKED + b"5;", then=drips(b"x")), "while its body was read"),
    "trailer": (says(CHUNKED + b"0\r\n", then=drips(b"X: x\r\n")), "while its body was read"),
    "100 Continue": (says(then=drips(b"HTTP/1.1 100 Continue\r\n\r\n")), "while its answer was awaited"),
}


OVER_TLS = ["nothing", "status line", "header", "body", "chunk extension", "100 Continue"]
ROWS = [*(("http", kind) for kind in DRIPS), *(("https", kind) for kind in OVER_TLS)]


@pytest.fixture(scope="module")
def drip_outcomes(authority: Authority) -> dict[tuple[str, str], tuple[str, float]]:
    """What each row came to, and after how many seconds. They only wait, so they wait together."""
    with ExitStack() as stack:
        world = World(stack, authority)
        for scheme, kind in ROWS:
            host = f"{scheme}.{kind.replace(' ', '-')}.test".lower()
            world.host(host, DRIPS[kind][0], tls_for=host if scheme == "https" else None)

        def outcome(row: tuple[str, str]) -> tuple[str, float]:
            began = time.monotonic()
            try:
                return str(world.get(f"{row[0]}://{row[0]}.{row[1].replace(' ', '-')}.test/", deadline_s=0.5)), 0.0
            except FetchError as fault:
                return str(fault), time.monotonic() - began

        with ThreadPoolExecutor(len(ROWS)) as pool:
            return dict(zip(ROWS, pool.map(outcome, ROWS), strict=True))


@pytest.mark.parametrize(("scheme", "kind"), ROWS)
def test_a_drip_ends_at_the_deadline(
    drip_outcomes: dict[tuple[str, str], tuple[str, float]], scheme: str, kind: str
) -> None:
    sentence, took_s = drip_outcomes[scheme, kind]
    assert sentence.endswith(f".test: not done within 0.5 s; time ran out {DRIPS[kind][1]}")
    assert 0.5 <= took_s < 0.5 + 0.5


def test_a_silent_tls_handshake_ends_at_the_deadline(world: World) -> None:
    world.host("slow.test", answers(), silent=True)
    world.refused(
        "https://slow.test/", r"not done within 0.3 s; time ran out in the TLS handshake", deadline_s=DEADLINE_S
    )


def test_a_server_that_never_accepts_ends_at_the_deadline(world: World) -> None:
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):  # fill the queue, so that the next connection is neither taken nor refused
            filler = waiting.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        world.names["full.test"] = ["93.184.216.40"]
        world.doors["93.184.216.40", 80] = full.getsockname()[1]
        complaint = "not done within 0.3 s; time ran out while connecting to 93.184.216.40"
        world.refused("http://full.test/", complaint, deadline_s=DEADLINE_S)


def test_a_chain_of_slow_redirects_shares_one_deadline(world: World) -> None:
    def script(talk: Talk) -> None:
        talk.server.over.wait(0.12)
        talk.answer(302, Location=f"/{len(talk.server.talks)}")

    server = world.host("slow.test", script)
    world.refused("http://slow.test/", "not done within 0.3 s", deadline_s=DEADLINE_S)
    assert len(server.talks) <= 4


def test_a_slow_name_server_ends_at_the_deadline_and_is_not_asked_twice_at_once(world: World) -> None:
    answered = threading.Event()

    def resolve(*_: Any, **__: Any) -> list[Any]:
        answered.wait(5)
        return world.resolve("slow-dns.test", 80)

    world.host("slow-dns.test", answers())

    def get() -> Answer:
        with connection(bounds(deadline_s=DEADLINE_S), resolve, redirect_for_tests=world.redirect) as single:
            return single.get("http://slow-dns.test/")

    try:
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(FetchError, match=r"time ran out while its address was looked up|has not ended yet"):
                get()
            assert time.monotonic() - began < DEADLINE_S + 0.5
        with pytest.raises(FetchError, match=r"slow-dns.test: an earlier look-up of its address has not ended yet"):
            get()
        left = [thread for thread in threading.enumerate() if thread.name == "look up slow-dns.test"]
        assert len(left) == 1
    finally:
        answered.set()
    left[0].join()
    assert get().status == 200


def test_a_fetch_can_be_cancelled_while_it_waits(world: World) -> None:
    cancelled = threading.Event()
    server = world.host("slow.test", says(OK + b"Content-Length: 9\r\n\r\n", then=Talk.hang))
    began = time.monotonic()
    threading.Timer(0.1, cancelled.set).start()
    with (
        world.connection() as single,
        pytest.raises(FetchError, match=r"slow.test: the fetch was cancelled"),
    ):
        single.get("http://slow.test/", cancelled=cancelled)
    assert time.monotonic() - began < 0.5
    assert len(server.talks) == 1


def test_each_get_of_a_connection_has_a_deadline_of_its_own(world: World) -> None:
    def script(talk: Talk) -> None:
        talk.server.over.wait(0.4)
        talk.answer(200, b"body")

    server = world.host("archive.test", script)
    with world.connection(deadline_s=1) as kept:
        assert [kept.get("http://archive.test/").status for _ in range(3)] == [200] * 3
    assert server.connections == 1


# --- size


def test_a_body_over_the_limit_is_refused_with_its_beginning_kept(world: World) -> None:
    world.host("big.test", says(OK + b"\r\n", then=floods(b"x" * 65536)))
    fault = world.refused("http://big.test/", f"big.test: its body is larger than {MOST} bytes")
    assert fault.excerpt == b"x" * 2048
    assert MOST < fault.body_bytes < MOST + (32 << 10)
    assert fault.status == 200


def test_a_body_of_exactly_the_limit_is_taken(world: World) -> None:
    world.host("big.test", answers(200, b"x" * MOST))
    assert len(world.get("http://big.test/").body) == MOST


def test_a_length_over_the_limit_is_refused_unread(world: World) -> None:
    world.host("big.test", says(OK + b"Content-Length: 314572800\r\n\r\n", then=Talk.hang))
    world.refused("http://big.test/", f"big.test: announces 314572800 bytes, the limit is {MOST}")


def test_a_gzip_bomb_is_refused(world: World) -> None:
    bomb = gzip.compress(b"\0" * (40 << 20))
    world.host("bomb.test", answers(200, bomb, Content_Encoding="gzip"))
    fault = world.refused("http://bomb.test/", f"its body is larger than {MOST} bytes")
    assert fault.body_bytes < MOST + (32 << 10)


@pytest.mark.parametrize(
    "first", [OK + b"X: ", b"", CHUNKED + b"5;"], ids=["header", "100 Continue", "chunk extension"]
)
def test_endless_bytes_outside_the_body_are_refused(world: World, first: bytes) -> None:
    piece = b"HTTP/1.1 100 Continue\r\n\r\n" * 500 if not first else b"x" * 8192
    world.host("big.test", says(first, then=floods(piece)))
    world.refused("http://big.test/", "sent more than|got more than|exceeded maximum")


def test_gzip_is_undone_in_one_member_or_several(world: World) -> None:
    page = bytes(range(256)) * 200
    members = gzip.compress(page[:1000]) + gzip.compress(page[1000:])
    world.host("one.test", answers(200, gzip.compress(page), Content_Encoding="GZIP"))
    world.host("two.test", answers(200, members, Content_Encoding="x-gzip"))
    world.host("padded.test", answers(200, gzip.compress(page) + b"\0" * 100, Content_Encoding="gzip"))
    world.host("empty.test", answers(200, b"", Content_Encoding="gzip"))
    for host in ("one", "two", "padded"):
        assert world.get(f"http://{host}.test/").body == page
    assert world.get("http://empty.test/").body == b""


@pytest.mark.parametrize("ratio_hides", [False, True])
def test_gzip_that_breaks_off_is_an_error(world: World, ratio_hides: bool) -> None:
    page = b"\0" * 60_000 if ratio_hides else bytes(zlib.crc32(bytes([n % 256])) & 255 for n in range(3000))
    world.host("cut.test", answers(200, gzip.compress(page)[:-9], Content_Encoding="gzip"))
    assert world.refused("http://cut.test/", "cut.test: its body broke off").excerpt[:100] == page[:100]


def test_a_body_that_is_not_the_gzip_it_says_is_an_error(world: World) -> None:
    world.host("plain.test", answers(200, b"<rss/>", Content_Encoding="gzip"))
    world.refused("http://plain.test/", "plain.test: its body is not the gzip it says it is")


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "gzip\x00"])
def test_a_coding_nobody_asked_for_is_refused(world: World, coding: str) -> None:
    world.host("coded.test", answers(200, b"\x0b\x02\x80body\x03", Content_Encoding=coding))
    world.refused("http://coded.test/", "coded.test: sent Content-Encoding .*, only gzip was asked for")


# --- answers that are no success


@pytest.mark.parametrize("status", [201, 202, 204, 206, 300, 400, 403, 404, 410, 500, 502])
def test_everything_but_200_is_an_error_with_its_page_kept(world: World, status: int) -> None:
    world.host("bank.test", answers(status, b"" if status == 204 else b"<h1>Request rejected</h1>"))
    fault = world.refused("http://bank.test/", f"bank.test answered {status}")
    assert fault.status == status
    assert fault.retry_after_s is None
    assert fault.excerpt == (b"" if status in (204, 300) else b"<h1>Request rejected</h1>")
    assert fault.body_bytes == len(fault.excerpt)


def test_an_error_whose_page_breaks_off_is_still_that_error(world: World) -> None:
    world.host("bank.test", says(b"HTTP/1.1 503 No\r\nRetry-After: 60\r\n\r\n" + b"x" * 20_000, then=drips(b"x")))
    fault = world.refused(
        "http://bank.test/", r"bank.test answered 503 \(Service Unavailable\).* after 60 s", deadline_s=DEADLINE_S
    )
    assert fault.retry_after_s == 60
    assert fault.excerpt == b"x" * 2048


def test_a_test_by_cloudflare_is_called_so(world: World) -> None:
    world.host("bank.test", answers(403, b"<html>", cf_mitigated="challenge"))
    world.refused("http://bank.test/", "test by Cloudflare")


@pytest.mark.parametrize(("status", "wait_s"), [(429, 120), (503, 120), (500, None), (403, None)])
def test_retry_after_counts_on_429_and_503_only(world: World, status: int, wait_s: int | None) -> None:
    world.host("bank.test", answers(status, b"", Retry_After="120"))
    assert world.refused("http://bank.test/", "answered").retry_after_s == wait_s


@pytest.mark.parametrize(
    ("header", "date", "wait_s"),
    [
        ("0", None, 0),
        ("120", None, 120),
        ("86401", None, 86_400),
        ("9" * 5000, None, 86_400),
        ("-5", None, None),
        ("1.5", None, None),
        ("²", None, None),
        ("soon", None, None),
        ("", None, None),
        (None, None, None),
        ("Fri, 22 May 2026 10:01:00 GMT", "Fri, 22 May 2026 10:00:00 GMT", 60),
        ("Friday, 22-May-26 10:01:00 GMT", "Fri May 22 10:00:00 2026", 60),
        ("Fri, 22 May 2026 10:01:00 GMT", None, None),
        ("Fri, 22 May 2026 09:59:00 GMT", "Fri, 22 May 2026 10:00:00 GMT", None),
        ("Fri, 22 May 2036 10:00:00 GMT", "Fri, 22 May 2026 10:00:00 GMT", 86_400),
        ("Fri, 99 May 2026 10:01:00 GMT", "Fri, 22 May 2026 10:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_answers_own_clock(
    header: str | None, date: str | None, wait_s: int | None
) -> None:
    assert retry_after_s(header, date) == wait_s


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_text_as_a_date_is_a_moment_or_nothing(text: str) -> None:
    met = moment(text)
    assert met is None or met.tzinfo is UTC


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (b"", "closed the connection without an answer"),
        (b"\x16\x03\x01 what", "does not answer in HTTP"),
        (b"<html>hello</html>", "does not answer in HTTP"),
        (b"HTTP/1.1\r\n\r\n", "does not answer in HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "does not answer in HTTP"),
        (OK + b"Content-Length: 100\r\n\r\n0123456789", "its body broke off"),
        (OK + b"Content-Length: 5, 6\r\n\r\n0123456789", "."),
        (CHUNKED, "."),
        (CHUNKED + b"5\r\nabc", "its body broke off"),
        (CHUNKED + b"5\r\nabcde\r\n", "."),
        (CHUNKED + b"zz\r\nabcde\r\n", "."),
        (CHUNKED + b"-5\r\nabcde\r\n", "."),
        (OK + b"X: y\r\n" * 200 + b"\r\n", "got more than 100 headers"),
        (OK + b"X: " + b"y" * 70_000 + b"\r\n\r\n", "got more than 65536 bytes"),
        (b"HTTP/1.1 302 Found\r\n\r\n", "answered 302 without saying where to"),
    ],
)
def test_a_broken_answer_is_the_upstreams_fault(world: World, sent: bytes, complaint: str) -> None:
    world.host("broken.test", says(sent))
    world.refused("http://broken.test/", f"broken.test.*{complaint}")


@pytest.mark.parametrize(
    "header",
    [
        b"no colon at all",
        b": no name",
        b"Sp ace: x",
        b" starts folded",
        b"Content-Length: -1",
        b"Content-Length: \xd9\xa1",
        b"Content-Type: \x00\xff\xfe",
        b"Last-Modified: Fri, 99 Zzz 99999999 99:99:99 +9999",
        b"ETag: \xff\x00",
        b"Set-Cookie: \xff=; expires=\xff; path=\xff",
        b"Transfer-Encoding: rubbish",
        b"Content-Encoding: \xff",
        b"X: " + b"\xff" * 1000,
    ],
)
def test_a_malformed_header_never_raises_anything_else(world: World, header: bytes) -> None:
    world.host("broken.test", says(OK + header + b"\r\nContent-Length: 4\r\n\r\nbody"))
    with suppress(FetchError):
        assert world.get("http://broken.test/").body in (b"body", b"")


PARTS = [
    b"HTTP/1.1 ",
    b"200",
    b"302",
    b" OK",
    b"\r\n",
    b"\n",
    b"\r",
    b": ",
    b"Location",
    b"http://",
    b"//",
    b"5",
    b"\0",
]
PARTS += [b"Content-Length", b"Transfer-Encoding", b"chunked", b"Content-Encoding", b"gzip", b"\xff", b"ETag", b";"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rubbish=st.lists(st.sampled_from(PARTS) | st.binary(max_size=6), max_size=12).map(b"".join), head=st.booleans())
def test_any_bytes_are_an_answer_or_a_fetch_error(world: World, rubbish: bytes, head: bool) -> None:
    world.names.clear()
    server = world.host("broken.test", says((OK if head else b"") + rubbish))
    with suppress(FetchError):
        world.get("http://broken.test/")
    assert server.connections <= 2


# --- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_without_reading_their_bodies(world: World, status: int) -> None:
    def script(talk: Talk) -> None:
        if talk.path == "/new":
            return talk.answer(200, b"here", ETag='"new"')
        talk.send(f"HTTP/1.1 {status} Moved\r\nLocation: new\r\nContent-Length: 9999999999\r\n\r\n".encode())
        return talk.drip(b"x")

    server = world.host("moved.test", script)
    answer = world.get("http://moved.test/old", Validators('"old"', "Fri, 22 May 2026 09:59:06 GMT"))
    assert (answer.url, answer.body) == ("http://moved.test/new", b"here")
    assert [talk.header("If-None-Match") for talk in server.talks] == ['"old"', None]
    assert [talk.header("If-Modified-Since") is None for talk in server.talks] == [False, True]


def test_a_body_that_came_by_a_redirect_has_no_validators(world: World) -> None:
    """They would be sent to the asked address, whose 304 is about another resource."""
    world.host("moved.test", redirects("http://new.test/"))
    world.host("new.test", answers(200, b"x", ETag='"a"', Last_Modified="Fri, 22 May 2026 09:59:06 GMT"))
    answer = world.get("http://moved.test/", Validators('"a"'))
    assert answer.status == 200
    assert answer.validators == Validators()
    assert answer.last_modified == datetime(2026, 5, 22, 9, 59, 6, tzinfo=UTC)


def test_five_redirects_are_followed_and_six_are_not(world: World) -> None:
    def script(talk: Talk) -> None:
        left = int(talk.path[1:])
        talk.answer(302, Location=f"/{left - 1}") if left else talk.answer(200, b"here")

    server = world.host("chain.test", script)
    assert world.get("http://chain.test/5").url == "http://chain.test/0"
    world.refused("http://chain.test/6", r"chain.test: refused: more than 5 redirects \(the limit\)")
    assert len(server.talks) == 12


def test_a_circle_is_refused(world: World) -> None:
    world.host("one.test", redirects("http://two.test/"))
    world.host("two.test", redirects("http://one.test/#again"))
    assert world.refused("http://one.test/", "two.test: refused: it redirects in a circle").status == 302


def test_a_redirect_from_https_down_to_http_is_refused(world: World) -> None:
    world.host("safe.test", redirects("http://plain.test/"), tls_for="safe.test")
    server = world.host("plain.test", answers())
    world.refused("https://safe.test/", "safe.test: refused: it redirects from https down to http")
    assert server.connections == 0


def test_a_redirect_from_http_up_to_https_is_followed(world: World) -> None:
    world.host("safe.test", answers(), tls_for="safe.test")
    world.host("plain.test", redirects("https://safe.test/"))
    assert world.get("http://plain.test/").url == "https://safe.test/"


@pytest.mark.parametrize(
    ("to", "complaint"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("gopher://bank.test/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("http://127.0.0.1/", r"its address \(127.0.0.1\) is not public"),
        ("http://169.254.169.254/latest/meta-data", "is not public"),
        ("http://[::1]/", "is not public"),
        ("http://private.test/", r"private.test: refused: its address \(10.0.0.7\) is not public"),
        ("http://me:secret@bank.test/", "with a name or password in it"),
        ("http://bank.test:22/", "bank.test port 22; only 80 and 443"),
        ("http://bank.test:99999/", "not an address"),
        ("http://[bad/", "not an address"),
        ("http://a..b/", "a..b|not an address"),
        ("http://" + "a" * 70 + ".test/", "not an address|can't be found"),
        ("http://xn--a/", "can't be found|not an address"),
        ("http://bank.test/" + "a" * 5000, "more than 4096 characters"),
        ("http://gone.test/", "gone.test: its address can't be found: .*not known"),
    ],
)
def test_a_redirect_to_where_we_dont_go_is_refused(world: World, to: str, complaint: str) -> None:
    world.names |= {"private.test": ["10.0.0.7"], "127.0.0.1": ["127.0.0.1"], "::1": ["::1"]}
    world.names["169.254.169.254"] = ["169.254.169.254"]
    server = world.host("bank.test", redirects(to))
    fault = world.refused("http://bank.test/", complaint)
    assert "secret" not in str(fault)
    assert len(server.talks) == 1


def test_a_location_in_utf_8_is_understood(world: World) -> None:
    def script(talk: Talk) -> None:
        talk.answer(302, Location="/новости") if talk.path == "/" else talk.answer(200, b"here")

    world.host("bank.test", script)
    assert world.get("http://bank.test/").url == "http://bank.test/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"


# --- addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://localhost/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
        "http://[64:ff9b::7f00:1]/",
        "https://127.0.0.1/",
    ],
)
def test_loopback_is_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(FetchError, match=r"refused: its address .* is not public and the host is not an allowed one"):
        fetch(url, Validators(), bounds())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::5db8:d822", True),
        ("2002:5db8:d822::", True),
        ("192.0.0.8", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("203.0.113.1", False),
        ("224.0.0.1", False),
        ("239.1.2.3", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:5db8:d822:0:0:80ff:fffe", False),  # Teredo of 127.0.0.1
        ("2001:db8::1", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fe80::1%2", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("ff0e::1", False),
    ],
)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_the_address_judged_is_the_address_connected_to(world: World) -> None:
    """Rebinding: from its second answer on, the name server says loopback. Nobody asks within a connection; a new
    connection asks anew, and what it is told is judged anew."""
    server = world.host("rebind.test", answers())

    def resolve(host: str, port: int, type: int = 0) -> list[Any]:
        found = world.resolve(host, port, type)
        world.names["rebind.test"] = ["127.0.0.1"]
        return found

    with connection(bounds(), resolve, redirect_for_tests=world.redirect) as kept:
        assert [kept.get("http://rebind.test/").status for _ in range(2)] == [200, 200]
    assert world.lookups == ["rebind.test"]
    world.doors["127.0.0.1", 80] = server.port
    with (
        connection(bounds(), resolve, redirect_for_tests=world.redirect) as new,
        pytest.raises(FetchError, match=r"rebind.test: refused: its address \(127.0.0.1\) is not public"),
    ):
        new.get("http://rebind.test/")
    assert server.connections == 1


def test_a_private_address_beside_a_public_one_is_passed_over(world: World) -> None:
    world.host("mixed.test", answers())
    world.names["mixed.test"] = ["127.0.0.1", "fd00::1", *world.names["mixed.test"]]
    assert world.get("http://mixed.test/").status == 200


def test_a_dead_address_leaves_time_for_the_next(world: World) -> None:
    world.host("two.test", answers())
    (alive,) = world.names["two.test"]
    with socket.create_server(("127.0.0.1", 0)) as closed:
        world.doors["93.184.216.50", 80] = closed.getsockname()[1]
    world.names["two.test"] = ["93.184.216.50", alive]
    assert world.get("http://two.test/").status == 200
    world.names["two.test"] = ["93.184.216.50"]
    world.refused("http://two.test/", "two.test: no connection to 93.184.216.50 port 80: .*refused")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("bank.test/daily.xml", "not an address"),
        ("", "not an address"),
        ("file:///etc/passwd", "only http and https"),
        ("ftp://me:secret@bank.test/", "only http and https"),
        ("http://me:secret@bank.test/", "with a name or password in it"),
        ("http://me@bank.test/", "with a name or password in it"),
        ("http://bank.test:8080/", "bank.test port 8080; only 80 and 443 are allowed"),
        ("http://bank.test:x/", "not an address"),
    ],
)
def test_an_address_we_dont_go_to_is_refused_before_anything_is_looked_up(
    world: World, url: str, complaint: str
) -> None:
    fault = world.refused(url, f"refused: .*{complaint}")
    assert world.lookups == []
    assert "secret" not in str(fault)


@pytest.mark.parametrize("written", ["127.0.0.1", "127.0.0.1:{port}"])
def test_an_allowed_host_may_be_private_and_use_any_port(world: World, written: str) -> None:
    server = world.serve(answers(200, b"here"))
    limits = bounds(allow_hosts=frozenset({written.format(port=server.port)}))
    assert fetch(f"http://127.0.0.1:{server.port}/", Validators(), limits).body == b"here"


def test_an_allowance_for_one_port_is_none_for_another(world: World) -> None:
    server = world.serve(answers())
    limits = bounds(allow_hosts=frozenset({"127.0.0.1:1", "localhost"}))
    with pytest.raises(FetchError, match="only 80 and 443"):
        fetch(f"http://127.0.0.1:{server.port}/", Validators(), limits)


def test_a_stranger_cannot_redirect_to_an_allowed_private_host(world: World) -> None:
    inside = world.host("inside.test", answers(200, b"inside"))
    world.host("stranger.test", redirects("http://inside.test/"))
    (address,) = world.names["inside.test"]
    world.names["inside.test"] = ["10.0.0.7"]
    world.doors["10.0.0.7", 80] = world.doors.pop((address, 80))
    with world.connection(allow_hosts=frozenset({"inside.test"})) as kept:
        with pytest.raises(FetchError, match=r"inside.test: refused: its address \(10.0.0.7\)"):
            kept.get("http://stranger.test/")
        assert kept.get("http://inside.test/").body == b"inside"
        with pytest.raises(
            FetchError, match=r"inside.test: refused: its address is not public and a redirect led there"
        ):
            kept.get("http://stranger.test/")
    assert len(inside.talks) == 1


# --- TLS


def test_a_certificate_of_our_authority_for_the_host_is_accepted(world: World) -> None:
    world.host("bank.test", answers(200, b"safe"), tls_for="bank.test")
    assert world.get("https://bank.test/").body == b"safe"


def test_an_unknown_authority_is_refused(world: World) -> None:
    server = world.host("bank.test", answers(), tls_for="bank.test")
    with connection(bounds(), world.resolve, redirect_for_tests=world.redirect) as single:
        complaint = "bank.test: its certificate is refused: unable to get local issuer certificate"
        with pytest.raises(FetchError, match=complaint):
            single.get("https://bank.test/")
    assert server.talks == []


def test_a_certificate_for_another_host_is_refused(world: World) -> None:
    server = world.host("bank.test", answers(), tls_for="other.test")
    world.refused("https://bank.test/", "bank.test: its certificate is refused: Hostname mismatch.*bank.test")
    assert server.talks == []


def test_a_server_that_does_not_speak_tls_is_named(world: World) -> None:
    world.names["bank.test"] = ["93.184.216.60"]

    def rude(listening: socket.socket) -> None:
        conn, _ = listening.accept()
        with conn:
            conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            conn.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        world.doors["93.184.216.60", 443] = listening.getsockname()[1]
        thread = threading.Thread(target=rude, args=(listening,))
        thread.start()
        world.refused("https://bank.test/", "bank.test: TLS failed in the TLS handshake")
        thread.join()


# --- keep-alive


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_several_gets_share_one_connection(world: World, scheme: str) -> None:
    server = world.host("archive.test", answers(), tls_for="archive.test" if scheme == "https" else None)
    with world.connection() as kept:
        for day in range(4):
            assert kept.get(f"{scheme}://archive.test/{day}").status == 200
        assert kept.get(f"{scheme}://archive.test/", Validators("none")).status == 200
    assert (server.connections, len(server.talks)) == (1, 5)


def test_an_error_and_a_304_keep_the_connection(world: World) -> None:
    def script(talk: Talk) -> None:
        talk.answer(404, b"no such day") if talk.path == "/404" else talk.answer(304)

    server = world.host("archive.test", script)
    with world.connection() as kept:
        for _ in range(2):
            assert kept.get("http://archive.test/", Validators('"a"')).status == 304
            with pytest.raises(FetchError, match="answered 404"):
                kept.get("http://archive.test/404")
    assert server.connections == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("end", [Talk.reset, Talk.close])
def test_a_reset_of_a_reused_connection_is_tried_once_more(
    world: World, scheme: str, end: Callable[[Talk], None]
) -> None:
    def script(talk: Talk) -> None:
        end(talk) if talk.nth else talk.answer(200, b"body")

    server = world.host("archive.test", script, tls_for="archive.test" if scheme == "https" else None)
    with world.connection() as kept:
        assert [kept.get(f"{scheme}://archive.test/").status for _ in range(3)] == [200] * 3
    assert server.connections == 3
    assert len(server.talks) == 5


def test_a_second_reset_is_an_error(world: World) -> None:
    def script(talk: Talk) -> None:
        talk.reset() if len(talk.server.talks) > 1 else talk.answer(200, b"body")

    server = world.host("archive.test", script)
    with world.connection() as kept:
        kept.get("http://archive.test/")
        with pytest.raises(FetchError, match=r"archive.test: reset the connection"):
            kept.get("http://archive.test/")
    assert len(server.talks) == 3


@pytest.mark.parametrize("end", [Talk.reset, Talk.close])
def test_a_reset_of_a_new_connection_is_not_tried_again(world: World, end: Callable[[Talk], None]) -> None:
    server = world.host("bank.test", end)
    world.refused("http://bank.test/", "bank.test: (reset|closed) the connection")
    assert server.connections == 1


def test_an_answer_that_had_begun_is_not_asked_for_again(world: World) -> None:
    def script(talk: Talk) -> None:
        if not talk.nth:
            return talk.answer(200, b"body")
        talk.send(b"HTTP/1.1 2")
        return talk.close()

    server = world.host("archive.test", script)
    with world.connection() as kept:
        kept.get("http://archive.test/")
        with pytest.raises(FetchError, match=r"archive\.test"):
            kept.get("http://archive.test/")
    assert server.connections == 1


def test_a_closed_idle_connection_is_replaced_without_a_word(world: World) -> None:
    server = world.host("archive.test", answers(200, b"body", Connection="close"))
    with world.connection() as kept:
        assert [kept.get("http://archive.test/").status for _ in range(2)] == [200, 200]
    assert server.connections == 2


# --- many at once


def test_a_hung_upstream_delays_no_other(world: World) -> None:
    for n in range(4):
        world.host(f"good{n}.test", answers(200, str(n).encode()), tls_for=f"good{n}.test")
        world.host(f"hung{n}.test", says(OK + b"X: ", then=drips(b"x")))
    context = world.authority.client_context()

    def get(url: str) -> bytes | str:
        with connection(bounds(deadline_s=1.5), world.resolve, context, redirect_for_tests=world.redirect) as single:
            try:
                return single.get(url).body
            except FetchError as fault:
                return str(fault)

    urls = [f"https://good{n % 4}.test/" for n in range(16)] + [f"http://hung{n}.test/" for n in range(4)]
    began = time.monotonic()
    with ThreadPoolExecutor(len(urls)) as pool:
        met = list(pool.map(get, urls))
    assert time.monotonic() - began < 3.0  # four hung ones in turn would take six
    assert met[:16] == [str(n % 4).encode() for n in range(16)]
    assert all("not done within 1.5 s" in str(sentence) for sentence in met[16:])


def test_our_own_faults_are_raised_as_they_are(world: World) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise ZeroDivisionError

    with connection(bounds(), resolve, redirect_for_tests=world.redirect) as single, pytest.raises(ZeroDivisionError):
        single.get("http://bank.test/")


def test_the_default_context_checks_certificates() -> None:
    with connection(bounds()) as single:
        assert single.ssl_context.check_hostname
        assert single.ssl_context.verify_mode is ssl.CERT_REQUIRED
