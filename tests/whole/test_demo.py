"""The demonstration's upstream keeps a bank's hours, speaks NBKR's formats, and misbehaves exactly as ordered."""

from __future__ import annotations

import bz2
import gzip
import http.client
import json
import re
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import pairwise
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from support.given import HOME

from ticker.demo import Bank, DemoUpstream, Fault, Newsroom
from ticker.demo.bank import DAILY, WEEKLY
from ticker.demo.faults import faults_of
from ticker.demo.pages import Row, rates_xml
from ticker.demo.upstream import PATHS
from ticker.model import DAY

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 5, 22) + DAY * n for n in range(4))
ATOM = "{http://www.w3.org/2005/Atom}"


def moment(day: date, clock: str) -> datetime:
    return HOME.at(day, datetime.strptime(clock, "%H:%M").time())  # noqa: DTZ007 only its time is taken


class Clock:
    def __init__(self) -> None:
        self.now = moment(FRIDAY, "18:30")

    def __call__(self) -> datetime:
        return self.now

    def turn(self, day: date, clock: str) -> None:
        self.now = moment(day, clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def demo(clock: Clock) -> Iterator[DemoUpstream]:
    with DemoUpstream(clock) as server:
        yield server


class Got:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    def __getitem__(self, header: str) -> str:
        return self.headers[header] or ""


def get(address: str, method: str = "GET", **headers: str) -> Got:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, address.removeprefix(f"http://{parts.netloc}"), headers=sent)
        return Got(connection.getresponse())
    finally:
        connection.close()


def raw(demo: DemoUpstream, source: str, enough: int = 1, wait_s: float = 2.0) -> tuple[bytes, str]:
    """What comes over the wire until `enough` bytes are there, and how it ended: open, closed, reset or silent."""
    parts = urlsplit(demo.addresses[source])
    with socket.create_connection((parts.hostname, parts.port), timeout=wait_s) as connection:
        connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        got = b""
        try:
            while len(got) < enough:
                piece = connection.recv(4096)
                if not piece:
                    return got, "closed"
                got += piece
        except TimeoutError:
            return got, "silent"
        except ConnectionResetError:
            return got, "reset"
        return got, "open"


def table(body: bytes) -> tuple[date, dict[str, tuple[int, Decimal]]]:
    root = ElementTree.fromstring(body)
    rows = {
        row.attrib["ISOCode"]: (int(row.findtext("Nominal", "")), Decimal(row.findtext("Value", "").replace(",", ".")))
        for row in root
    }
    return datetime.strptime(root.attrib["Date"], "%d.%m.%Y").date(), rows  # noqa: DTZ007 a day has no zone


# The bank's figures and hours


def test_figures_move_by_small_steps_and_only_after_a_working_day():
    bank = Bank(closed={date(2026, 1, 1) + DAY * n for n in range(11)})
    changed = 0
    for currency in DAILY:
        for nth in range(1500):
            day = date(2024, 1, 1) + DAY * nth
            before, after = bank.figure(currency, day - DAY), bank.figure(currency, day)
            assert abs(after / before - 1) < Decimal("0.02")
            if day.weekday() in (6, 0) or date(2026, 1, 2) <= day <= date(2026, 1, 12):
                assert after == before
            changed += currency == "EUR" and after != before
    assert changed > 1000


def test_any_day_of_the_century_has_a_figure_with_four_decimals():
    for day in (date(1999, 1, 1), date(2026, 5, 23), date(2099, 12, 31)):
        for currency in DAILY | WEEKLY:
            assert re.fullmatch(r"\d+\.\d{4}", str(Bank().figure(currency, day)))


def test_weekly_figures_change_on_saturdays_only_and_the_old_rouble_of_belarus_never():
    bank = Bank()
    days = [SATURDAY + DAY * n for n in range(70)]
    assert {day.weekday() for day in days if bank.figure("GBP", day) != bank.figure("GBP", day - DAY)} == {5}
    assert len({bank.figure("BYR", day) for day in days}) == 1
    assert bank.nominal("JPY") == bank.nominal("AMD") == 10
    assert bank.nominal("BYR") == 100


def test_a_printed_figure_is_carried_on_by_restamps_until_the_next_rate():
    bank, plain = Bank(), Bank()
    bank.set(SATURDAY, RUB="1.4500")
    assert [str(bank.figure("RUB", SATURDAY + DAY * n)) for n in range(3)] == ["1.4500"] * 3
    assert bank.figure("RUB", SATURDAY + DAY * 3) == plain.figure("RUB", SATURDAY + DAY * 3)
    assert bank.figure("EUR", SUNDAY) == plain.figure("EUR", SUNDAY)


@pytest.mark.parametrize(
    ("day", "clock", "valid_on", "written"),
    [
        (FRIDAY, "15:58", FRIDAY, (FRIDAY - DAY, "15:59")),
        (FRIDAY, "15:59", SATURDAY, (FRIDAY, "15:59")),
        (FRIDAY, "18:30", SATURDAY, (FRIDAY, "15:59")),
        (SATURDAY, "16:19", SATURDAY, (FRIDAY, "15:59")),
        (SATURDAY, "16:20", SUNDAY, (SATURDAY, "16:20")),
        (MONDAY, "02:10", MONDAY, (SUNDAY, "16:20")),
    ],
)
def test_the_bank_keeps_its_hours(day, clock, valid_on, written):
    bank = Bank()
    figures = {currency: bank.figure(currency, valid_on) for currency in DAILY}
    assert bank.daily_table(moment(day, clock)) == (valid_on, figures, moment(*written))


def test_without_restamps_the_old_file_stays_over_the_weekend():
    bank = Bank(restamps=False)
    assert bank.daily_table(moment(MONDAY, "15:58"))[0] == SATURDAY
    assert bank.daily_table(moment(MONDAY, "15:59"))[0] == MONDAY + DAY
    assert [day for day, _ in bank.archive("USD", FRIDAY, MONDAY)] == [SATURDAY, FRIDAY]


@pytest.mark.parametrize(("restamps", "valid_on"), [(True, date(2026, 1, 8)), (False, date(2026, 1, 1))])
def test_on_closed_days_the_table_is_restamped_or_stays(restamps, valid_on):
    bank = Bank(closed={date(2026, 1, 1) + DAY * n for n in range(11)}, restamps=restamps)
    found, figures, _ = bank.daily_table(moment(date(2026, 1, 7), "17:00"))
    assert found == valid_on
    assert figures["EUR"] == bank.figure("EUR", date(2026, 1, 1))


def test_the_weekly_table_is_written_on_friday_and_keeps_its_date_all_week():
    bank = Bank()
    assert bank.weekly_table(moment(FRIDAY, "15:58"))[0] == SATURDAY - DAY * 7
    for day, clock in ((FRIDAY, "15:59"), (MONDAY, "12:00"), (FRIDAY + DAY * 7, "15:58")):
        assert bank.weekly_table(moment(day, clock))[::2] == (SATURDAY, moment(FRIDAY, "15:59"))


def test_the_archive_can_leave_out_days_on_which_nothing_was_set():
    every, only_set = Bank(), Bank(archive_only_set_days=True)
    assert len(every.archive("EUR", FRIDAY, MONDAY)) == 4
    assert only_set.archive("EUR", FRIDAY, MONDAY) == every.archive("EUR", FRIDAY, SATURDAY)


# NBKR's formats


@pytest.mark.parametrize(("name", "valid_for"), [("Daily", None), ("Weekly", 7)])
def test_a_table_has_the_very_bytes_of_a_recorded_one(recorded, name, valid_for):
    file = recorded / "nbkr" / f"{name.lower()}_fetched_2026-05-22T130003Z.xml"
    day, rows = table(file.read_bytes())
    assert rates_xml(name, day, [Row(iso, *row) for iso, row in rows.items()], valid_for) == file.read_bytes()


def test_daily_and_weekly_hold_the_banks_figures(demo, clock):
    for source, kinds in (("nbkr", DAILY), ("nbkr-weekly", WEEKLY)):
        got = get(demo.addresses[source])
        figures = {currency: (demo.bank.nominal(currency), demo.bank.figure(currency, SATURDAY)) for currency in kinds}
        assert table(got.body) == (SATURDAY, figures)
        assert got.body.startswith(b'<?xml version="1.0" encoding="windows-1251" ?>\n')
        assert got["Content-Type"] == "application/xml"
        assert got["Last-Modified"] == "Fri, 22 May 2026 09:59:00 GMT"
        assert got["ETag"] == f'W/"{len(got.body)}-{int(moment(FRIDAY, "15:59").timestamp())}000"'
        assert parsedate_to_datetime(got["Date"]) == clock.now


def test_weekly_is_rewritten_on_saturday_under_the_same_date(demo, clock):
    before = get(demo.addresses["nbkr-weekly"])
    clock.turn(SATURDAY, "17:00")
    after = get(demo.addresses["nbkr-weekly"])
    assert after.body == before.body
    assert after["Last-Modified"] == "Sat, 23 May 2026 10:20:00 GMT"


@pytest.mark.parametrize("source", ["nbkr", "nbkr-weekly", "demo-en", "demo-ru", "demo-ky"])
def test_what_has_not_changed_is_answered_304(demo, clock, source):
    address = demo.addresses[source]
    first = get(address)
    for headers in (
        {"If_None_Match": first["ETag"]},
        {"If_None_Match": f'"other", {first["ETag"]}'},
        {"If_Modified_Since": first["Last-Modified"]},
        {"If_None_Match": first["ETag"], "If_Modified_Since": "Fri, 01 May 2026 00:00:00 GMT"},
    ):
        again = get(address, **headers)
        assert (again.status, again.body, again["ETag"]) == (304, b"", first["ETag"])
    assert get(address, If_None_Match='"other"', If_Modified_Since=first["Last-Modified"]).status == 200
    assert get(address, If_Modified_Since="soon").status == 200
    clock.turn(SATURDAY, "17:00")
    assert get(address, If_None_Match=first["ETag"]).status == 200


ARCHIVE = "?item=1562&lang=ENG&valuta_id={}&beg_day={}&beg_month={}&beg_year={}&end_day={}&end_month={}&end_year={}"


def archive(demo: DemoUpstream, number: int, first: date, last: date) -> tuple[Got, list[tuple[date, Decimal]]]:
    parts = (first.day, first.month, first.year, last.day, last.month, last.year)
    got = get(demo.addresses["nbkr-archive"] + ARCHIVE.format(number, *parts))
    found = re.findall(r"<!--date-->([\d.]+)<!--date--></td><td><!--value-->([\d,]+)<!--value-->", got.body.decode())
    return got, [(date(*map(int, day.split(".")[::-1])), Decimal(value.replace(",", "."))) for day, value in found]


def test_the_archive_lists_each_published_day_of_one_currency_newest_first(demo):
    for number, currency in ((15, "USD"), (20, "EUR"), (44, "RUB"), (40, "KZT"), (24, "CNY")):
        got, rows = archive(demo, number, date(2026, 5, 18), date(2026, 6, 30))
        assert rows == demo.bank.archive(currency, date(2026, 5, 18), SATURDAY)
        assert len(rows) == 6
    assert got["Content-Type"] == "text/html;charset=UTF-8"
    assert got["Transfer-Encoding"] == "chunked"
    assert got["Set-Cookie"].startswith("JSESSIONID=")


def test_the_archive_of_ten_years_comes_by_the_year(demo):
    first, days = date(2016, 5, 23), []
    while first <= FRIDAY:
        _, rows = archive(demo, 15, first, first + DAY * 365)
        days += [day for day, _ in reversed(rows)]
        first += DAY * 366
    assert days == [date(2016, 5, 23) + DAY * n for n in range((SATURDAY - date(2016, 5, 23)).days + 1)]


def test_the_archive_gives_a_year_at_most_and_nothing_for_what_it_does_not_know(demo):
    assert len(archive(demo, 15, date(2001, 1, 1), date(2026, 12, 31))[1]) == 366
    assert archive(demo, 99, MONDAY, MONDAY)[1] == []
    assert get(demo.addresses["nbkr-archive"] + "?valuta_id=15&beg_day=x").status == 200


def test_one_connection_serves_many_requests_of_every_kind(demo):
    connection = http.client.HTTPConnection(urlsplit(demo.url).netloc, timeout=5)
    for path in PATHS.values():
        for method in ("GET", "HEAD"):
            connection.request(method, path)
            answer = connection.getresponse()
            assert answer.status == 200
            assert bool(answer.read()) == (method == "GET")
    connection.close()


# Headlines


def titles(body: bytes) -> list[tuple[str, str, str]]:
    """Id, title, link of each entry."""
    root = ElementTree.fromstring(body)
    if root.tag == f"{ATOM}feed":
        return [
            (entry.findtext(f"{ATOM}id", ""), entry.findtext(f"{ATOM}title", ""), entry[2].attrib["href"])
            for entry in root.iter(f"{ATOM}entry")
        ]
    return [
        (item.findtext("guid", ""), unescape(item.findtext("title", "")), item.findtext("link", ""))
        for item in root.iter("item")
    ]


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
@pytest.mark.parametrize("at", ["02:00", "07:05", "18:30"])
def test_a_feed_always_has_entries_whose_links_lead_to_an_honest_page(demo, clock, language, at):
    clock.turn(SATURDAY, at)
    found = titles(get(demo.addresses[f"demo-{language}"]).body)
    stories = demo.newsroom.stories(language, clock.now)
    assert len(found) == 20
    assert [title for _, title, _ in found] == [story.title for story in stories]
    assert all(id_.endswith(story.id) for (id_, _, _), story in zip(found, stories, strict=True))
    page = get(found[0][2])
    assert page.status == 200
    assert re.search("invented|вымышлен|ойдон чыгарылган", page.body.decode())
    assert get(f"{demo.url}/news/{language}/{SATURDAY + DAY:%Y%m%d}000").status == 404


def test_dates_in_feeds_carry_the_banks_zone(demo):
    for source, form in (("demo-en", r"<pubDate>Fri, 22 May 2026 \d\d:\d\d:\d\d \+0600</pubDate>"),
                         ("demo-ru", r"<pubDate>Fri, 22 May 2026 \d\d:\d\d:\d\d \+0600</pubDate>"),
                         ("demo-ky", r"<published>2026-05-22T\d\d:\d\d:\d\d\+06:00</published>")):  # fmt: skip
        assert len(re.findall(form, get(demo.addresses[source]).body.decode("latin-1"))) == 20
    assert b"utm_source=rss&amp;" in get(demo.addresses["demo-ru"]).body


def test_the_languages_are_what_they_say():
    newsroom = Newsroom()
    for day in range(3):
        now = moment(FRIDAY + DAY * day, "23:30")
        said = {each: " ".join(story.title for story in newsroom.stories(each, now)) for each in ("en", "ru", "ky")}
        assert not re.search("[а-я]", said["en"])
        assert not re.search("[өүң]", said["ru"])
        assert len(re.findall("[өүң]", said["ky"])) > 20


def test_headlines_follow_from_the_clock_alone_and_keep_their_ids():
    early, late = (Newsroom(entries=400).stories("ky", moment(FRIDAY, at)) for at in ("18:00", "22:00"))
    assert early == Newsroom(entries=400).stories("ky", moment(FRIDAY, "18:00"))
    later = {story.id: story for story in late}
    assert all(later[story.id].published_at == story.published_at for story in early)


def test_a_story_comes_every_few_minutes_by_day_and_no_title_twice():
    stories = Newsroom(entries=400).stories("ru", moment(SATURDAY, "23:30"))
    gaps = [new.published_at - old.published_at for new, old in pairwise(stories)]
    by_day = [gap for gap in gaps if gap < timedelta(hours=7)]
    assert all(timedelta(minutes=4) <= gap <= timedelta(minutes=9) for gap in by_day)
    assert len(by_day) == len(gaps) - 1
    assert {HOME.local(story.published_at).hour for story in stories} == set(range(7, 23))
    assert len({story.title.removeprefix("Обновлено: ") for story in stories}) == len(stories)


def test_some_titles_are_edited_later():
    newsroom = Newsroom(entries=400)
    edited = [s for s in newsroom.stories("en", moment(FRIDAY, "22:00")) if s.updated_at > s.published_at]
    assert 10 < len(edited) < 60
    for story in edited:
        first = newsroom.story("en", story.id, story.published_at)
        assert first is not None
        assert story.title == f"Updated: {first.title}"


# Faults


def test_every_fault_can_be_ordered_and_behaving_ends_it(demo):
    for source in PATHS:
        for fault in faults_of(source):
            demo.order(source, fault)
        demo.behave(source)
        assert get(demo.addresses[source]).status == 200


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        (("nbrk", "hang", {}), "met 'nbrk', wanted one of nbkr"),
        (("nbkr", "sulk", {}), "met 'sulk', wanted one of drip_body"),
        (("demo-en", "zero_value", {}), "met 'zero_value'"),
        (("nbkr", "zero_value", {"money": "USD"}), "met option 'money'"),
        (("nbkr", "zero_value", {"currency": "GBP"}), "met 'GBP', wanted one of USD"),
        (("nbkr", "future_date", {"days": "soon"}), "days: met 'soon', wanted a number"),
    ],
)
def test_an_impossible_order_is_named(demo, order, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        demo.order(*order[:2], **order[2])


@pytest.mark.parametrize(
    ("fault", "begins", "goes_on_with"),
    [
        (Fault.DRIP_BODY, b"HTTP/1.1 200 OK\r\n", b"   "),
        (Fault.DRIP_HEADER, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"xxx"),
        (Fault.DRIP_STATUS, b"HTTP/1.1 200 O", b"KKK"),
        (Fault.DRIP_CHUNK_EXTENSION, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"xxx"),
        (Fault.ENDLESS_CONTINUE, b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 3),
        (Fault.REDIRECT_DRIP, b"HTTP/1.1 302 Found\r\n", b"   "),
    ],
)
def test_a_drip_never_ends(demo, fault, begins, goes_on_with):
    demo.order("nbkr", fault, interval_s=0.005)
    enough = 300 if fault is Fault.ENDLESS_CONTINUE else 60
    if fault in (Fault.DRIP_BODY, Fault.REDIRECT_DRIP):
        enough = raw(demo, "nbkr", 1)[0].index(b"\r\n\r\n") + 60
    got, end = raw(demo, "nbkr", enough)
    assert got.startswith(begins)
    assert got.endswith(goes_on_with)
    assert end == "open"


def test_redirects_lead_where_they_are_told_to(demo):
    address = demo.addresses["nbkr"]
    demo.order("nbkr", "redirect_loop")
    where = [get(address)["Location"]]
    where += [get(demo.url + where[-1])["Location"]]
    assert where == ["/XML/daily.xml?hop=1", "/XML/daily.xml?hop=2"]
    assert get(demo.url + where[-1])["Location"] == where[0]
    demo.order("nbkr", "redirect_private")
    assert get(address)["Location"] == "http://10.11.12.13/"
    demo.order("nbkr", "redirect_file")
    assert get(address)["Location"] == "file:///etc/passwd"
    demo.order("nbkr", "redirect_drip")
    head = raw(demo, "nbkr")[0]
    assert b"Location: /XML/daily.xml?hop=1\r\n" in head
    assert table(get(f"{address}?hop=1").body)[0] == SATURDAY


def test_connections_are_refused_reset_cut_and_left_hanging(demo):
    demo.order("nbkr", Fault.REFUSE)
    assert raw(demo, "nbkr") == (b"", "closed")
    demo.order("nbkr", "goes_dark")
    assert raw(demo, "nbkr") == (b"", "closed")
    demo.order("nbkr", Fault.RESET)
    assert raw(demo, "nbkr", 10_000)[1] == "reset"
    demo.order("nbkr", Fault.HANG)
    assert raw(demo, "nbkr", wait_s=0.2) == (b"", "silent")
    demo.order("nbkr", Fault.TRUNCATED)
    with pytest.raises(http.client.IncompleteRead):
        get(demo.addresses["nbkr"])
    assert [seen.status for seen in demo.requests] == [None, None, 200, None, 200]


@pytest.mark.parametrize("status", [403, 404, 410, 429, 503])
def test_a_status_is_answered_on_order(demo, status):
    demo.order("demo-en", f"status_{status}")
    got = get(demo.addresses["demo-en"])
    assert got.status == status
    assert got["Retry-After"] == ("120" if status == 429 else "")


def test_a_retry_after_is_what_was_ordered(demo):
    demo.order("demo-en", "status_503", retry_after=7)
    assert get(demo.addresses["demo-en"])["Retry-After"] == "7"


def test_bodies_are_bombs_rubbish_pages_or_nothing(demo):
    address = demo.addresses["nbkr"]
    good = get(address)
    demo.order("nbkr", "gzip_bomb", mib=8)
    bomb = get(address)
    assert len(bomb.body) < 20_000
    assert len(gzip.decompress(bomb.body)) == 8 << 20
    for asked, sent, unpack in (
        ("identity", "deflate", zlib.decompress),
        ("gzip, deflate", "bzip2", bz2.decompress),
    ):
        demo.order("nbkr", "unasked_encoding")
        got = get(address, Accept_Encoding=asked)
        assert got["Content-Encoding"] == sent
        assert unpack(got.body) == good.body
    demo.order("nbkr", "empty")
    assert get(address, If_None_Match=good["ETag"]).body == b""
    demo.order("nbkr", "garbage")
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(get(address).body)
    demo.order("nbkr", "html_page")
    assert get(address)["Content-Type"].startswith("text/html")


def test_yesterdays_table_comes_with_its_own_older_validators(demo, clock):
    clock.turn(FRIDAY, "12:00")
    old = get(demo.addresses["nbkr"])
    clock.turn(FRIDAY, "18:30")
    demo.order("nbkr", "yesterdays_table")
    stale = get(demo.addresses["nbkr"], If_None_Match='W/"newer"')
    assert (stale.status, stale.body, stale["ETag"]) == (200, old.body, old["ETag"])
    assert stale["Last-Modified"] == old["Last-Modified"]


@pytest.mark.parametrize(
    ("fault", "options", "currency", "expected"),
    [
        ("lost_currency", {}, "RUB", lambda _: None),
        ("shifted_point", {}, "EUR", lambda figure: (1, figure * 10)),
        ("wrong_nominal", {}, "RUB", lambda figure: (10, figure)),
        ("zero_value", {"currency": "KZT"}, "KZT", lambda _: (1, Decimal(0))),
    ],
)
def test_a_table_is_spoilt_in_one_currency_and_rewritten_when_it_is_mended(
    demo, clock, fault, options, currency, expected
):
    address = demo.addresses["nbkr"]
    good = get(address)
    clock.turn(FRIDAY, "18:40")
    demo.order("nbkr", fault, **options)
    clock.turn(FRIDAY, "18:45")
    bad = get(address, If_None_Match=good["ETag"])
    rows = table(good.body)[1]
    assert table(bad.body)[1].get(currency) == expected(rows[currency][1])
    assert {k: v for k, v in table(bad.body)[1].items() if k != currency} == {
        k: v for k, v in rows.items() if k != currency
    }
    assert bad["Last-Modified"] == "Fri, 22 May 2026 12:40:00 GMT"
    clock.turn(FRIDAY, "18:50")
    demo.behave()
    mended = get(address)
    assert mended.body == good.body
    assert mended["Last-Modified"] == "Fri, 22 May 2026 12:50:00 GMT"


def test_a_slip_ordered_beforehand_is_in_the_table_when_it_is_written(demo, clock):
    clock.turn(FRIDAY, "12:00")
    demo.order("nbkr", "shifted_point")
    clock.turn(FRIDAY, "16:05")
    got = get(demo.addresses["nbkr"])
    assert table(got.body)[1]["EUR"][1] == demo.bank.figure("EUR", SATURDAY) * 10
    assert got["Last-Modified"] == "Fri, 22 May 2026 09:59:00 GMT"


def test_a_correction_rewrites_the_newest_table_the_archive_and_the_restamps(demo, clock):
    before = demo.bank.figure("EUR", SATURDAY)
    demo.order("nbkr", "shifted_point")
    clock.turn(FRIDAY, "18:40")
    demo.order("nbkr", "correction")
    got = get(demo.addresses["nbkr"])
    corrected = table(got.body)[1]["EUR"][1]
    assert 0 < corrected / before - 1 < Decimal("0.001")
    assert got["Last-Modified"] == "Fri, 22 May 2026 12:40:00 GMT"
    assert archive(demo, 20, SATURDAY, SATURDAY)[1] == [(SATURDAY, corrected)]
    clock.turn(SUNDAY, "12:00")
    assert table(get(demo.addresses["nbkr"]).body)[1]["EUR"][1] == corrected


def test_a_figure_printed_anew_is_a_rewritten_file(demo, clock):
    first = get(demo.addresses["nbkr"])
    demo.bank.set(SATURDAY, USD="87.4499")
    again = get(demo.addresses["nbkr"], If_None_Match=first["ETag"])
    assert parsedate_to_datetime(again["Last-Modified"]) == clock.now


def test_a_weekly_table_is_spoilt_too(demo):
    demo.order("nbkr-weekly", "lost_currency")
    assert "GBP" not in table(get(demo.addresses["nbkr-weekly"]).body)[1]
    demo.order("nbkr-weekly", "yesterdays_table")
    assert table(get(demo.addresses["nbkr-weekly"]).body)[0] == SATURDAY - DAY * 7


def test_a_table_may_come_from_the_future(demo):
    demo.order("nbkr", "future_date", days=5)
    assert table(get(demo.addresses["nbkr"]).body)[0] == SATURDAY + DAY * 5


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_feeds_come_empty_with_one_guid_or_without_dates(demo, language):
    source = f"demo-{language}"
    demo.order(source, "empty_feed")
    assert titles(get(demo.addresses[source]).body) == []
    demo.order(source, "same_guid")
    found = titles(get(demo.addresses[source]).body)
    assert len({id_ for id_, _, _ in found}) == 1
    assert len({title for _, title, _ in found}) == 20
    demo.order(source, "no_dates")
    assert not re.search(b"<pubDate>|<published>", get(demo.addresses[source]).body)


# Orders from another process, and the end


def test_orders_come_over_http_too_but_not_from_a_web_page(demo):
    listed = json.loads(get(f"{demo.url}/order").body)
    assert "shifted_point" in listed["possible"]["nbkr"]
    assert get(f"{demo.url}/order/nbkr/lost_currency?currency=USD", "POST").status == 200
    assert "USD" not in table(get(demo.addresses["nbkr"]).body)[1]
    assert get(f"{demo.url}/order/nbkr/goes_dark", "POST", Origin="http://example.com").status == 403
    assert b"wanted one of" in get(f"{demo.url}/order/nbkr/sulk", "POST").body
    assert get(f"{demo.url}/behave/nbkr", "POST").status == 200
    assert json.loads(get(f"{demo.url}/order").body)["active"] == {}
    assert get(f"{demo.url}/order/nbkr", "POST").status == 404


def test_what_was_asked_is_remembered(demo, clock):
    get(demo.addresses["demo-ky"], User_Agent="a reader", If_None_Match='"x"')
    seen = demo.requests[-1]
    assert (seen.at, seen.source, seen.path, seen.status) == (clock.now, "demo-ky", "/feeds/ky.atom", 200)
    assert (seen.headers["user-agent"], seen.headers["If-None-Match"]) == ("a reader", '"x"')


def test_stopping_ends_drips_and_silence_within_a_second_and_leaves_no_thread(clock):
    before = set(threading.enumerate())
    demo = DemoUpstream(clock)
    demo.start()
    open_ones = []
    for source, fault in (("nbkr", "drip_body"), ("demo-en", "hang"), ("demo-ru", "endless_continue")):
        demo.order(source, fault)
    for source in PATHS:
        parts = urlsplit(demo.addresses[source])
        connection = socket.create_connection((parts.hostname, parts.port), timeout=5)
        connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        open_ones.append(connection)
    address = demo.addresses["nbkr"]
    while len(demo.requests) < len(PATHS):
        time.sleep(0.005)
    began = time.monotonic()
    demo.stop()
    demo.stop()
    assert time.monotonic() - began < 1
    assert {thread for thread in threading.enumerate() if thread.is_alive()} <= before | {threading.current_thread()}
    for connection in open_ones:
        connection.close()
    with pytest.raises(ConnectionRefusedError):
        get(address)
    demo.behave()
    with demo:
        assert demo.addresses["nbkr"] == address
        assert get(address).status == 200


def test_an_address_is_known_once_it_listens(clock):
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = DemoUpstream(clock).url


def test_the_clock_may_be_in_any_zone(clock):
    clock.now = datetime(2026, 5, 22, 12, 30, tzinfo=UTC)
    with DemoUpstream(lambda: clock.now.astimezone(HOME.zone)) as demo:
        assert get(demo.addresses["nbkr"])["Last-Modified"] == "Fri, 22 May 2026 09:59:00 GMT"
