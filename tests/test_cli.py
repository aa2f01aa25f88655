"""The command line: what it teaches, what it answers, and that a user's mistake is a sentence."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.commands import Ran, carry_out
from support.given import HOME, may, rate

from ticker.collect.sources.configured import rates_sources
from ticker.config import load
from ticker.snapshot import BankTerms, Content, FeedTerms, Series
from ticker.store import Store, open_store

BODIES = Path(__file__).parent / "bodies"
COMMANDS = ("demo", "serve", "collect", "check", "status", "held", "backfill", "export", "import", "config")
KEYS = {"source", "kind", "rates", "headlines", "dropped", "error"}


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """An empty working folder and no settings of ours in the environment; what a command sets there is undone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if not k.startswith("TICKER_")})


@pytest.fixture
def run(capsys):
    """Run a command in this process."""
    return lambda *arguments: carry_out(arguments, capsys)


def mistake(ran: Ran) -> str:
    """What a wrong usage is told: one sentence."""
    assert (ran.code, ran.out) == (2, "")
    (line,) = ran.err.strip().splitlines()
    return line


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(run, command):
    ran = run(command, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: ticker {command} ")
    _, _, body = ran.out.partition("\n\n")
    assert len(body.split()) > 20
    listed = run("--help")
    assert f"  ticker {command} " in listed.out
    assert listed.code == 0


@pytest.mark.parametrize("command", ["check", "status", "backfill", "import"])
def test_help_tells_the_exit_codes_that_scripts_rely_on(run, command):
    assert "Exit code" in run(command, "--help").out


def test_no_command_and_an_unknown_one_are_wrong_usage(run):
    assert mistake(run()) == "ticker: Missing command. (`ticker --help` tells more)"
    assert "No such command 'publish-all'. Commands are demo, serve," in mistake(run("publish-all"))
    assert "No such command 'stauts'. Did you mean 'status'?" in mistake(run("stauts"))
    for early in (["--config", "F"], ["--config=F"]):
        assert mistake(run(*early, "status")).startswith(
            "ticker: No such option '--config'. Options follow the command, as in `ticker status --config FILE`."
        )
    assert mistake(run("status", "--jsn")) == (
        "ticker: No such option '--jsn'. Did you mean '--json'? (`ticker status --help` tells more)"
    )


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize("port", ["99999", "0", "-1", "http", "80.5", "٨٠"])
def test_a_wrong_port_is_told(run, command, port):
    assert f"met {port!r}, wanted a port from 1 to 65535" in mistake(run(command, "--port", port))


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_told(run, command):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        said = mistake(run(command, "--port", str(port)))
    assert said == f"ticker: can't listen on 127.0.0.1:{port}: Address already in use; --port takes another"


def test_an_address_that_is_not_ours_is_told(run):
    said = mistake(run("serve", "--host", "203.0.113.1", "--port", "8765"))
    assert said == "ticker: can't listen on 203.0.113.1:8765: Cannot assign requested address; --host takes another"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--at", "yesterday"], "'--at': met 'yesterday', wanted a moment as 2026-05-22T18:30"),
        (["--at", "0001-01-01"], "'--at': met 0001-01-01, wanted a moment within 100 years from now"),
        (["--at", "9999-12-31T23:59"], "'--at': met 9999-12-31, wanted a moment within 100 years from now"),
        (["--fault", "nbkr"], "--fault nbkr: "),
        (["--fault", "nbkr=boom"], "wanted one of drip_body, "),
        (["--fault", "moon=reset"], "wanted one of nbkr, nbkr-weekly, "),
        (["--fault", "nbk=yesterdays_table"], "lies, day_late, goes_dark, gone"),
        (["--home", "USD"], "'--home': met 'USD', wanted KZT or RUB"),
    ],
)
def test_a_wrong_order_to_the_demonstration_is_told(run, arguments, said):
    assert said in mistake(run("demo", *arguments))


@pytest.mark.parametrize("command", ["serve", "collect", "status", "held", "config", "check"])
def test_wrong_settings_stop_every_command(run, tmp_path, command):
    (tmp_path / "ticker.toml").write_text('fetch.deadline_s = "soon"')
    more = ["nbkr"] if command == "check" else []
    said = mistake(run(command, *more))
    assert said == "ticker: ticker.toml: fetch.deadline_s is 'soon'; a whole number from 1 to 120 is wanted"
    assert mistake(run(command, "--config", "mine.toml", *more)) == "ticker: mine.toml: there is no such file"
    os.environ.clear()
    os.environ["TICKER_DATABASE"] = "x"
    assert mistake(run(command, *more)).startswith("ticker: TICKER_DATABASE is no option")


# --- config ---------------------------------------------------------------------------------------------------------


def test_config_prints_a_file_that_means_the_same(run, tmp_path):
    (tmp_path / "ticker.toml").write_text(
        'serve.currencies = ["RUB", "KZT"]\nfeeds.kaktus-ru.enabled = false\n'
        '[feeds.mine]\nurl = "https://feed.example/\\"?a=1"\npublisher = "Моё \\\\ \\u2028"\nlanguage = "ky"\n'
        'encoding = "windows-1251"\n[rates.nbkr]\nopens = 14:30:00\nlimit_percent = 12.5\n',
        encoding="utf-8",
    )
    os.environ["TICKER_SERVE_PORT"] = "9001"
    ran = run("config")
    assert ran.code == 0
    assert tomllib.loads(ran.out)
    (tmp_path / "printed.toml").write_text(ran.out, encoding="utf-8")
    assert load(Path("printed.toml"), {}).config == load(None, os.environ).config


def test_config_says_where_a_value_comes_from_and_what_is_allowed(run):
    os.environ["TICKER_SERVE_PORT"] = "9001"
    ran = run("config")
    assert (
        "Allowed: a whole number from 1 to 65535. TICKER_SERVE_PORT (from TICKER_SERVE_PORT)\nport = 9001\n" in ran.out
    )
    assert "Allowed: a whole number from 1 to 64. TICKER_SERVE_WORKERS\nworkers = 1\n" in ran.out


def test_config_shows_no_password(run):
    os.environ["TICKER_STORE_URL"] = "postgresql://ticker:secret@db.example/ticker"
    ran = run("config")
    assert 'url = "postgresql://ticker:***@db.example/ticker"' in ran.out
    assert "secret" not in ran.out


# --- check ----------------------------------------------------------------------------------------------------------


def checked(ran: Ran) -> list[dict[str, Any]]:
    assert ran.err == ""
    lines = [json.loads(line) for line in ran.out.splitlines()]
    for line in lines:
        assert line.keys() >= KEYS
        assert (line["error"] is None) == (line["kind"] is not None)
        for shown in line["headlines"]:
            assert shown.keys() == {"title", "url", "published_at"}
    return lines


def test_check_reads_each_kind_of_file(run):
    files = [str(BODIES / name) for name in ("nbkr/daily.xml", "nbkr/weekly.xml", "nbkr/archive.html", "feeds/rdf.xml")]
    ran = run("check", "--json", *files)
    daily, weekly, archive, feed = checked(ran)
    assert ran.code == 0
    assert [one["kind"] for one in (daily, weekly, archive, feed)] == ["rates", "rates", "rates", "feed"]
    assert daily["rates"][0] == {
        "currency": "USD",
        "quoted": "87.4500",
        "nominal": 1,
        "value": "87.4500",
        "valid_on": "2025-06-18",
        "valid_until": "2025-06-18",
    }
    assert weekly["rates"][1]["value"] == "0.60520"
    assert archive["rates"][-1]["quoted"] == "99.5614"
    assert feed["headlines"]


def test_check_tells_people_what_was_read_and_what_was_dropped(run, tmp_path):
    body = (BODIES / "nbkr" / "daily.xml").read_bytes().replace(b"99,5614", b"n/a")
    (tmp_path / "daily.xml").write_bytes(body)
    ran = run("check", "daily.xml")
    assert ran.code == 0
    assert ran.out.startswith("daily.xml: rates, 4 read\n  2025-06-18  USD  87.4500 for 1\n")
    assert "dropped: daily.xml: Currency EUR / Value: met 'n/a', wanted a decimal number above zero" in ran.out


def test_check_judges_a_table_by_the_day_it_is_asked(run):
    os.environ |= {
        "TICKER_DEMO_ENABLED": "true",
        "TICKER_DEMO_CLOCK_OFFSET_S": str(_offset(may(22).replace(year=2025))),
    }
    (too_early,) = checked(run("check", "--json", str(BODIES / "nbkr" / "daily.xml")))
    assert "publishes no further ahead than 2025-05-23" in too_early["verdict"][0]


def _offset(day: Any) -> int:
    return round((HOME.at(day) + timedelta(hours=12) - datetime.now(UTC)).total_seconds())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "missing.xml",
            "no such file, and no source of that name; sources are nbkr, nbkr-weekly, cbr, nbk, cbu, nbt, ",
        ),
        (".", "can't be read: Is a directory"),
        ("x" * 5000, "can't be read: File name too long"),
        ("empty.xml", "body: met 'nothing', wanted a feed"),
        ("big.xml", "longer than 2097152 bytes, the limit fetch.max_bytes"),
        ("page.html", "page.html: "),
        ("http://127.0.0.1:9/daily.xml", "refused: 127.0.0.1 port 9"),
        ("http://", "refused: http://, which is not an address"),
        ("ftp://bank.example/daily.xml", "no such file"),
        ("odd\udcff.xml", "no such file"),
    ],
)
def test_what_check_cannot_read_is_told_in_a_sentence(run, tmp_path, name, said):
    (tmp_path / "empty.xml").write_bytes(b"")
    (tmp_path / "big.xml").write_bytes(b"<" * (3 << 20))
    (tmp_path / "page.html").write_bytes((BODIES / "feeds" / "challenge.html").read_bytes())
    ran = run("check", "--json", name)
    (line,) = checked(ran)
    assert ran.code == 1
    assert said in line["error"]
    assert "\n" not in line["error"]
    assert line["source"].startswith(name[:3])
    assert said in run("check", name).out


def test_check_goes_on_past_what_it_cannot_read(run):
    ran = run("check", "--json", "missing.xml", str(BODIES / "nbkr" / "daily.xml"))
    assert ran.code == 1
    assert [one["error"] is None for one in checked(ran)] == [False, True]


def test_check_stores_nothing(run, tmp_path):
    run("check", str(BODIES / "nbkr" / "daily.xml"))
    assert os.listdir(tmp_path) == []


def test_check_reads_a_source_though_the_store_is_away(run):
    os.environ["TICKER_STORE_URL"] = "postgresql://ticker:secret@127.0.0.1:9/ticker"
    os.environ["TICKER_RATES_NBKR_URL"] = "http://127.0.0.1:9/daily.xml"
    ran = run("check", "--json", "nbkr")
    assert "judged without what the store knows: postgresql://ticker:***@127.0.0.1:9/ticker" in ran.err
    assert json.loads(ran.out)["error"]
    assert "secret" not in ran.err + ran.out


def test_every_recorded_body_is_read_or_fails_with_a_sentence(run, recorded):
    files = sorted(str(one) for folder in ("nbkr", "feeds_ru", "feeds_quirks") for one in (recorded / folder).iterdir())
    ran = run("check", "--json", *files)
    lines = checked(ran)
    assert [one["source"] for one in lines] == files, "exactly one line a file, in order"
    assert ran.code == 1
    for line in lines:
        assert line["error"] is None or len(line["error"]) < 600
    failed = {Path(one["source"]).name for one in lines if one["error"]}
    tables = {name for name in map(os.path.basename, files) if name.endswith((".txt", ".csv", ".xls"))}
    unusable = {"synthetic_notafeed.html", "oren_ru_2014-01-23_gzip_body.bin"}
    assert failed == tables | unusable | {"reuters_2020-03-21_truncated_server_exception.xml"}
    for line in lines:
        if not line["error"]:
            assert line["headlines"] or line["rates"] or line["dropped"], line["source"]


# --- the store's commands -------------------------------------------------------------------------------------------

WHEN = HOME.at(may(20)) + timedelta(hours=5)  # a Wednesday morning


@pytest.fixture
def moved() -> None:
    """The commands' clock stands at that Wednesday, give or take the second the test takes."""
    os.environ["TICKER_DEMO_ENABLED"] = "true"
    os.environ["TICKER_DEMO_CLOCK_OFFSET_S"] = str(round((WHEN - datetime.now(UTC)).total_seconds()))
    os.environ["TICKER_SERVE_CURRENCIES"] = "USD"


@pytest.fixture
def store(moved, tmp_path) -> Iterator[Store]:  # noqa: ARG001
    """What a collecting process just wrote: fresh figures, a fresh feed; it holds the lease."""
    with closing(open_store(f"sqlite:///{tmp_path / 'ticker.db'}", clock=lambda: WHEN)) as one:
        token = one.lease("machine:1:abc", 25)
        assert token
        config = load(None, os.environ).config
        bank = rates_sources(config)[0]
        usd = Series("nbkr", "USD", (rate("USD", "87.4400", may(19)), rate("USD", "87.4500", may(20))))
        content = Content(
            HOME,
            (BankTerms("nbkr", "NBKR", bank.window, 14),),
            (FeedTerms("kaktus-ru", "Kaktus", "ru", 3600),),
            (usd,),
        )
        with one.write(token) as write:
            write.publish(content, WHEN)
            write.record_look("nbkr", "USD", WHEN)
            write.record_look("kaktus-ru", "", WHEN)
        yield one


@pytest.mark.usefixtures("store")
def test_status_is_0_while_all_that_is_shown_is_fresh(run):
    ran = run("status")
    assert (ran.code, ran.err) == (0, "")
    assert "all that is shown is fresh" in ran.out
    assert "collected by machine:1:abc" in ran.out
    assert "87.4500 for 1  of 2026-05-20  fresh" in ran.out
    said = json.loads(run("status", "--json").out)
    assert (said["troubles"], said["rates"][0]["value"]) == ([], "87.4500")


@pytest.mark.usefixtures("store")
def test_status_is_1_while_a_currency_of_the_strip_has_no_rate(run):
    os.environ["TICKER_SERVE_CURRENCIES"] = "USD,EUR,CNY"
    ran = run("status")
    assert (ran.code, "trouble: EUR, CNY: no rate" in ran.out) == (1, True)


def test_status_is_1_when_nobody_collects(run, store):
    store.release("machine:1:abc")
    ran = run("status")
    assert ran.code == 1
    assert "trouble: nobody collects" in ran.out


def test_status_is_1_before_anything_is_stored_and_makes_no_store(run, tmp_path):
    for command in ("status", "held"):
        ran = run(command)
        assert (ran.code, ran.out) == (1, "")
        assert "nothing is stored yet at sqlite:///ticker.db" in ran.err
    assert os.listdir(tmp_path) == []


def test_a_store_whose_folder_is_missing_is_told(run, tmp_path):
    os.environ["TICKER_STORE_URL"] = "sqlite:///missing/ticker.db"
    ran = run("collect", "--once")
    assert ran.code == 1
    assert (
        ran.err == f"ticker: sqlite:///missing/ticker.db: there is no folder {tmp_path / 'missing'}; create it first\n"
    )


class _Refuses(socketserver.BaseRequestHandler):
    """A PostgreSQL server that knows no such password."""

    def handle(self) -> None:
        while True:
            (length,) = struct.unpack("!I", self.request.recv(4))
            asked = self.request.recv(length - 4)
            if struct.unpack("!I", asked[:4])[0] != 3 << 16:  # TLS or Kerberos first
                self.request.sendall(b"N")
                continue
            words = b'SFATAL\0C28P01\0Mpassword authentication failed for user "ticker"\0\0'
            self.request.sendall(b"E" + struct.pack("!I", 4 + len(words)) + words)
            return


@pytest.mark.parametrize("arguments", [["status"], ["held"], ["collect", "--once"]])
def test_a_wrong_password_of_the_database_is_told_without_it(run, arguments):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Refuses) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        os.environ["TICKER_STORE_URL"] = f"postgresql://ticker:secret@127.0.0.1:{server.server_address[1]}/ticker"
        ran = run(*arguments)
        server.shutdown()
    assert ran.code == 1
    assert 'password authentication failed for user "ticker"' in ran.out + ran.err
    assert "secret" not in ran.out + ran.err


@pytest.mark.usefixtures("store")
def test_collect_leaves_the_work_to_the_process_that_has_it(run):
    ran = run("collect", "--once")
    assert ran.code == 1
    assert "another process collects into this store; nothing was visited" in ran.err


SAID = "USD 874.500: moved by 900%"


def held_figure(store: Store) -> int:
    token = store.lease("machine:1:abc", 25)
    assert token
    with store.write(token) as write:
        write.add("nbkr", rate("USD", "87.4500", may(20)), seen_at=WHEN)
        return write.add("nbkr", rate("USD", "874.500", may(21)), seen_at=WHEN, held_reason=SAID)


def test_held_lists_each_figure_with_its_reason(run, store):
    assert run("held").out.startswith("0 held; ")
    id_ = held_figure(store)
    ran = run("held")
    assert ran.code == 0
    heading, row, settles = ran.out.splitlines()
    assert heading.split() == ["ID", "source", "held", "believed", "why", "it", "is", "held"]
    assert row == f"{id_}   nbkr    USD  874.500 for 1 on 2026-05-21  87.4500 for 1 on 2026-05-20  " + SAID
    assert settles.startswith("1 held; ")
    assert run("status").code == 1


@pytest.mark.parametrize("word", ["accept", "reject"])
def test_a_word_on_a_held_figure_becomes_a_command_for_the_collector(run, store, word):
    id_ = held_figure(store)
    ran = run("held", word, str(id_))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        {
            "accept": "to be believed: USD 874.500 for 1 on 2026-05-21 instead of 87.4500 for 1 on 2026-05-20\nThis ",
            "reject": "to be rejected: USD 874.500 for 1 on 2026-05-21; believed remains 87.4500 for 1 on 2026-05-20\n",
        }[word]
    )
    assert [(one.kind, one.subject) for one in store.pending_commands()] == [(word, str(id_))]


def test_an_accepted_figure_is_named_with_its_restamps_and_the_figure_of_that_day_it_replaces(run, store):
    id_ = held_figure(store)
    token = store.lease("machine:1:abc", 25)
    with store.write(token) as write:
        write.add("nbkr", rate("USD", "87.4600", may(21)), seen_at=WHEN)
        write.add("nbkr", rate("USD", "874.500", may(22)), seen_at=WHEN, held_reason="its restamp")
    said = run("held", "accept", str(id_)).out
    assert said.startswith("to be believed: USD 874.500 for 1 on 2026-05-21, 2026-05-22 instead of 87.4600\n")


def test_a_word_on_what_is_not_held_is_wrong_usage(run, store):
    id_ = held_figure(store)
    assert mistake(run("held", "accept", "99")) == f"ticker: held accept: no figure 99 is held; held are {id_}"
    assert mistake(run("held", "reject")) == "ticker: held reject: wanted a figure's number; `ticker held` lists them"
    assert "met 'x', wanted a figure's number; `ticker held` lists them" in mistake(run("held", "accept", "x"))
    for word in ("acept", "settle"):
        assert f"'{word}' is not one of 'accept', 'reject'" in mistake(run("held", word, "1"))
    assert store.pending_commands() == []


@pytest.mark.parametrize(
    ("body", "met"),
    [
        ("<!DOCTYPE html><title>Rates</title>", "met a web page"),
        ("\ufeff<!-- a -->\n<html><body>Rates</body></html>", "met a web page"),
        ('<?xml version="1.0"?><Tarih_Date Tarih="24.11.2026"/>', "met an XML document <Tarih_Date>"),
    ],
)
def test_what_is_no_table_and_no_feed_is_told_in_plain_words(run, tmp_path, body, met):
    file = tmp_path / "met.xml"
    file.write_text(body, encoding="utf-8")
    ran = run("check", str(file))
    assert ran.code == 1
    assert met in ran.out + ran.err
    assert "wanted a table or an archive page of a bank that can be read (NBKR, CBR, " in ran.out + ran.err


def test_a_sources_name_that_is_nearly_right_is_guessed(run):
    ran = run("check", "nbkrr")
    assert "did you mean nbkr?" in ran.out + ran.err


# --- as a program ---------------------------------------------------------------------------------------------------


def program(*arguments: str | bytes, **environ: str) -> subprocess.CompletedProcess[bytes]:
    clean = {"PATH": os.environ["PATH"], **environ}
    command = [sys.executable, "-m", "ticker", *arguments]
    return subprocess.run(command, env=clean, capture_output=True, timeout=30, check=False)


def test_it_runs_as_a_program_and_gives_its_exit_codes():
    ran = program("check", "--json", b"odd\xff.xml", str(BODIES / "nbkr" / "daily.xml"), LC_ALL="C.UTF-8")
    assert (ran.returncode, ran.stderr) == (1, b"")
    odd, daily = map(json.loads, ran.stdout.splitlines())
    assert (odd["source"], daily["error"]) == ("odd\udcff.xml", None)


def test_help_loads_no_server_and_no_database():
    code = "import sys; from ticker.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    loaded = set(ran.stderr.split())
    assert "ticker.cli.parser" in loaded
    assert not loaded & {"flask", "granian", "pydantic", "sqlalchemy", "requests", "ticker.service", "ticker.serve"}


def test_a_terminal_that_knows_no_cyrillic_is_no_reason_for_a_traceback():
    ran = program("config", PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"publisher" in ran.stdout


def test_who_has_read_enough_ends_it_in_peace():
    command = f'"{sys.executable}" -m ticker config | head -1'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, timeout=30, check=False)
    assert ran.stderr == b""
