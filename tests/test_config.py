"""Settings: what holds with no file at all, and how each kind of mistake is told."""

from __future__ import annotations

import re
import tomllib
from datetime import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ticker import service
from ticker.collect.sources.configured import rates_sources
from ticker.config import Config, ConfigError, load, shown, without_password

REFERENCE = Path(__file__).parents[1] / "docs" / "configuration.md"
A_FEED = '[feeds.mine]\nurl = "https://feed.example/"\npublisher = "Mine"\nlanguage = "en"\n'


A_PRESET = '[presets.paper]\noptions = "lang=ru&theme=dark"\n'
A_BASE = "an http or https address such as https://rates.example"


@pytest.fixture
def written(tmp_path):
    """A ticker.toml with this text."""

    def write(text: str) -> Path:
        file = tmp_path / "ticker.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def mistake(file: Path | None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as met:
        load(file, environ or {})
    sentence = str(met.value)
    assert "\n" not in sentence
    return sentence


@pytest.mark.usefixtures("nowhere")
def test_with_no_file_at_all_it_runs_for_kyrgyzstan():
    config = load(None, {}).config
    home = config.the_home()
    assert (home.currency, home.zone.key) == ("KGS", "Asia/Bishkek")
    daily, weekly, *_ = rates_sources(config)
    assert (daily.id, daily.url) == ("nbkr", "https://www.nbkr.kg/XML/daily.xml")
    assert daily.archive_url == "https://www.nbkr.kg/index1.jsp"
    assert (daily.window.weekdays, daily.window.opens, daily.window.closes) == ({0, 1, 2, 3, 4}, time(15), time(18))
    assert (daily.limit, daily.gap_days, daily.ahead_days, daily.grace_days) == (Decimal("0.15"), 14, 1, 14)
    assert (daily.every_s, daily.window_every_s) == (3600, 180)
    assert (weekly.id, weekly.url, weekly.archive_url) == ("nbkr-weekly", "https://www.nbkr.kg/XML/weekly.xml", None)
    assert (weekly.window.weekdays, weekly.grace_days) == ({4}, 7)
    assert {feed.every_s for feed in config.feed_sources()} == {300}
    assert {feed.zone.key for feed in config.feed_sources()} == {"Asia/Bishkek"}
    assert (config.store.url, config.serve.port, config.collect.enabled) == ("sqlite:///ticker.db", 8000, True)
    assert (config.fetch.deadline_s, config.fetch.max_bytes, config.fetch.max_redirects) == (20, 2 * 1024 * 1024, 5)
    assert (config.fetch.allow_hosts, config.demo.enabled) == ((), False)
    assert (config.currencies_of("KGS"), config.serve.language) == (("USD", "EUR", "RUB"), "en")


def test_feeds_stay_with_their_home_whatever_another_home_names(written):
    text = "homes.KZT.enabled = true\nhomes.KZT.feeds = []\n" + A_FEED
    config = load(written(text), {}).config
    assert config.feeds_of("KZT") == ()
    assert {feed.id for feed in config.feeds_of("KGS")} & {"tengrinews-ru", "kursiv-ru", "inbusiness-ru"} == set()
    assert "mine" in {feed.id for feed in config.feeds_of("KGS")}, "one that nobody names is the default home's"
    kazakh = load(written('home.currency = "KZT"\nhomes.KGS.enabled = false'), {}).config
    assert {feed.id for feed in kazakh.feed_sources()} == {"tengrinews-ru", "kursiv-ru", "inbusiness-ru"}


def test_a_feed_of_two_homes_is_read_in_the_zone_of_the_default_one(written):
    text = 'homes.KZT.enabled = true\nhomes.KZT.feeds = ["mine"]\nhomes.KGS.feeds = ["mine"]\n' + A_FEED
    (feed,) = load(written(text), {}).config.feed_sources()
    assert feed.zone.key == "Asia/Bishkek"


@pytest.mark.usefixtures("nowhere")
def test_the_default_feeds_carry_their_publishers_names():
    by_language: dict[str, set[str]] = {}
    for feed in load(None, {}).config.feed_sources():
        by_language.setdefault(feed.language, set()).add(feed.publisher)
    assert by_language == {
        "ru": {"24.kg", "AKIpress", "Kaktus", "Kloop", "Economist.kg", "Vesti.kg"},
        "en": {"24.kg", "AKIpress", "Times of Central Asia"},
        "ky": {"Азаттык", "Кабар", "Sputnik Кыргызстан"},
    }


SECTIONS = "sections are home, homes, witnesses, store, serve, collect, fetch, views, rates, feeds, presets, demo"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('fetch.deadline_s = "soon"', "fetch.deadline_s is 'soon'; a whole number from 1 to 120 is wanted"),
        ("fetch.deadline_s = 0", "fetch.deadline_s is 0; a whole number from 1 to 120 is wanted"),
        ("fetch.deadline_s = 2.5", "fetch.deadline_s is 2.5; a whole number from 1 to 120 is wanted"),
        ('demo.enabled = "maybe"', "demo.enabled is 'maybe'; true or false is wanted"),
        ('home.zone = "Asia/Biskek"', "home.zone is 'Asia/Biskek'; a time zone such as Europe/Paris is wanted"),
        ('home.zone = "../zone"', "home.zone is '../zone'; a time zone such as Europe/Paris is wanted"),
        ('serve.language = "de"', "serve.language is 'de'; one of en, ru, ky is wanted"),
        ('serve.host = ""', "serve.host is ''; a text of at least 1 character is wanted"),
        ("rates.nbkr.limit_percent = nan", "rates.nbkr.limit_percent is nan; a number above 0 to 100 is wanted"),
        ("rates.nbkr.url = 5", "rates.nbkr.url is 5; an absolute http or https address without credentials is wanted"),
        ('rates.nbkr.opens = "noon"', "rates.nbkr.opens is 'noon'; a time of day such as 15:00 is wanted"),
        ('rates.nbkr.opens = "15:00Z"', "rates.nbkr.opens is '15:00Z'; a time of day such as 15:00 is wanted"),
        ("rates.nbkr.opens = 54000", "rates.nbkr.opens is 54000; a time of day such as 15:00 is wanted"),
        (
            'serve.currencies = "USD"',
            "serve.currencies is 'USD'; a list of 1 to 12, each a currency code of three capital letters is wanted",
        ),
        (
            'serve.currencies = ["usd"]',
            "serve.currencies.0 is 'usd'; a currency code of three capital letters is wanted",
        ),
        ("rates.nbkr.weekdays = [1, 0]", "rates.nbkr.weekdays.1 is 0; a whole number from 1 to 7 is wanted"),
        (
            "rates.nbkr.weekdays = []",
            "rates.nbkr.weekdays is []; a list of at least 1, each a whole number from 1 to 7 is wanted",
        ),
        (
            A_FEED + 'encoding = "klingon"',
            "feeds.mine.encoding is 'klingon'; an encoding such as windows-1251 is wanted",
        ),
        (A_FEED.replace('"en"', '"de"'), "feeds.mine.language is 'de'; one of en, ru, ky is wanted"),
        (A_FEED.replace('"Mine"', '""'), "feeds.mine.publisher is ''; a text of 1 to 40 characters is wanted"),
        ('serve.base_url = "rates.example"', f"serve.base_url is 'rates.example'; {A_BASE} is wanted"),
        ('serve.base_url = "https://a.example/?x"', f"serve.base_url is 'https://a.example/?x'; {A_BASE} is wanted"),
        ("presets.dark.options = 5", "presets.dark.options is 5; a text of 0 to 1000 characters is wanted"),
        # What is missing, unknown or no section at all.
        ("[presets.dark]", "presets.dark.options is missing; it has no default"),
        ('presets.dark = "theme=dark"', "presets.dark is 'theme=dark'; a section [presets.dark] is wanted"),
        ("presets.dark = {options = '', option = 5}", "presets.dark.option is no option; did you mean options?"),
        ('[presets."My page"]', "presets.My page is no name for a preset; small letters, digits and - are wanted"),
        ("[feeds.mine]\nenabled = true", "feeds.mine.url is missing; it has no default"),
        ("feeds.24kg.enabled = false", "feeds.24kg.url is missing; it has no default; did you mean feeds.24kg-ru?"),
        ("fetch.deadlines = 5", "fetch.deadlines is no option; did you mean deadline_s?"),
        (
            "collect.colour = 5",
            "collect.colour is no option; options of [collect] are enabled",
        ),
        ("prot = 1", "prot is in no section; did you mean serve.port?"),
        ("colour = 1", "colour is in no section; " + SECTIONS),
        ("[colours]", "colours is no section; " + SECTIONS),
        ("[fech]\ndeadline_s = 5", "fech is no section; did you mean fetch?"),
        ("fetch = 5", "fetch is 5; a section [fetch] is wanted"),
        ("feeds.mine = 3", "feeds.mine is 3; a section [feeds.mine] is wanted"),
        ("rates = 3", "rates is 3; a section [rates] is wanted"),
        ('[feeds."My feed"]', "feeds.My feed is no name for a source; small letters, digits and - are wanted"),
        # What is wrong only beside another option.
        (
            "rates.nbkr.opens = 19:00:00\nrates.nbkr.closes = 18:00:00",
            "rates.nbkr.opens is 19:00:00; a time before closes (18:00:00) is wanted",
        ),
        ("demo.clock_offset_s = 5", "demo.clock_offset_s is 5; 0 is wanted where demo.enabled is false"),
        (A_FEED.replace("mine", "nbkr"), "feeds.nbkr has the name of another source; another name is wanted"),
        (
            A_FEED.replace("mine", "nbkr-archive"),
            "feeds.nbkr-archive has the name of another source; another name is wanted",
        ),
        (
            'home.currency = "XXX"',
            "home.currency is 'XXX'; one of [homes] is wanted: KGS, KZT, RUB",
        ),
        (
            'homes.KZT.enabled = true\nhomes.KZT.feeds = ["none"]',
            "homes.KZT.feeds names 'none', which no [feeds] section has",
        ),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(written, text, sentence):
    assert mistake(written(text)) == f"ticker.toml: {sentence}"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TICKER_FETCH_DEADLINE_S", "soon", ": fetch.deadline_s is 'soon'; a whole number from 1 to 120 is wanted"),
        ("TICKER_DEMO_ENABLED", "", ": demo.enabled is ''; true or false is wanted"),
        (
            "TICKER_RATES_NBKR_WEEKLY_WEEKDAYS",
            "5,8",
            ": rates.nbkr-weekly.weekdays.1 is '8'; a whole number from 1 to 7 is wanted",
        ),
        (
            "TICKER_DEMO_CLOCK_OFFSET_S",
            "5",
            ": demo.clock_offset_s is 5; 0 is wanted where demo.enabled is false",
        ),
        ("TICKER_FETCH_DEADLNE_S", "5", " is no option; did you mean TICKER_FETCH_DEADLINE_S?"),
        ("TICKER_DATABASE", "x", " is no option; without it, `ticker config` lists them all"),
        ("TICKER_FEEDS_MINE_URL", "x", " is no option; without it, `ticker config` lists them all"),
    ],
)
@pytest.mark.usefixtures("nowhere")
def test_a_mistake_in_a_variable_names_the_variable(variable, value, sentence):
    assert mistake(None, {variable: value}) == variable + sentence


def test_a_mistake_is_laid_to_the_one_who_made_it(written):
    file = written("fetch = 5\n")
    assert mistake(file, {"TICKER_FETCH_DEADLINE_S": "3"}) == "ticker.toml: fetch is 5; a section [fetch] is wanted"


@pytest.mark.parametrize("body", [b"fetch = ", b"\xff\xfe", b"a = 1\na = 2", b"[fetch]\n[fetch]"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, body):
    file = tmp_path / "mine.toml"
    file.write_bytes(body)
    assert mistake(file).startswith(f"{file}: can't be read: ")
    assert mistake(tmp_path).startswith(f"{tmp_path}: can't be read: ")


@pytest.mark.usefixtures("nowhere")
def test_a_file_that_was_named_must_be_there():
    assert mistake(Path("mine.toml")) == "mine.toml: there is no such file"
    assert mistake(None, {"TICKER_CONFIG": "mine.toml"}) == "mine.toml: there is no such file"
    assert load(None, {"TICKER_CONFIG": ""}).config.serve.port == 8000


def test_a_variable_overrides_the_file_and_both_are_told(written):
    file = written('[serve]\nport = 9000\nhost = "0.0.0.0"\n')
    loaded = load(file, {"TICKER_SERVE_PORT": "9001", "PATH": "ignored"})
    assert (loaded.config.serve.port, loaded.config.serve.host) == (9001, "0.0.0.0")
    origins = {".".join(option.path): option.origin for option in loaded.options}
    assert origins["serve.port"] == "TICKER_SERVE_PORT"
    assert origins["serve.host"] == "ticker.toml"
    assert origins["serve.workers"] == "default"


def test_lists_are_written_with_commas_in_a_variable(written):
    environ = {
        "TICKER_SERVE_CURRENCIES": "RUB, KZT,",
        "TICKER_SERVE_LANGUAGE": "ky",
        "TICKER_RATES_NBKR_WEEKDAYS": "1,6",
        "TICKER_FETCH_ALLOW_HOSTS": "localhost:8080",
        "TICKER_RATES_NBKR_ARCHIVE_URL": "",
    }
    config = load(written(""), environ).config
    assert (config.serve.currencies, config.serve.language) == (("RUB", "KZT"), "ky")
    assert config.fetch.allow_hosts == ("localhost:8080",)
    assert rates_sources(config)[0].window.weekdays == {0, 5}
    assert rates_sources(config)[0].archive_url is None


def test_a_section_of_the_file_changes_adds_or_leaves_out_a_source(written):
    config = load(written(f"feeds.kaktus-ru.enabled = false\nrates.nbkr.every_s = 1800\n{A_FEED}"), {}).config
    feeds = {feed.id: feed for feed in config.feed_sources()}
    assert "kaktus-ru" not in feeds
    assert (feeds["mine"].publisher, len(feeds)) == ("Mine", 12)
    assert rates_sources(config)[0].every_s == 1800
    assert rates_sources(config)[0].url == "https://www.nbkr.kg/XML/daily.xml"


def test_a_preset_is_a_section_and_a_variable_changes_it(written):
    file = written(A_PRESET)
    assert load(file, {}).config.presets["paper"].options == "lang=ru&theme=dark"
    assert load(file, {"TICKER_PRESETS_PAPER_OPTIONS": "lang=ky"}).config.presets["paper"].options == "lang=ky"


def test_a_base_address_ends_without_a_slash(written):
    assert (
        load(written('serve.base_url = "https://a.example/rates/"'), {}).config.serve.base_url
        == "https://a.example/rates"
    )


def test_every_address_can_be_set_by_a_variable_alone(written):
    config = load(written(""), {}).config
    sources = [("rates", one) for one in rates_sources(config)] + [("feeds", one) for one in config.feed_sources()]
    environ = {
        f"TICKER_{kind}_{one.id}_URL".upper().replace("-", "_"): f"http://127.0.0.1/{one.id}" for kind, one in sources
    }
    moved = load(written(""), environ).config
    assert {one.url for one in (*rates_sources(moved), *moved.feed_sources())} == set(environ.values())


PASSWORDS = ["secret", "se/cr@et", "se:cr?et"]


@pytest.mark.parametrize("secret", PASSWORDS)
def test_a_password_is_not_shown(written, secret):
    loaded = load(written(f'store.url = "postgresql://ticker:{secret}@db.example/ticker"'), {})
    (option,) = (one for one in loaded.options if one.path == ("store", "url"))
    assert shown(option) == '"postgresql://ticker:***@db.example/ticker"'
    assert loaded.config.store.url.count(secret) == 1


@pytest.mark.parametrize("secret", PASSWORDS)
@pytest.mark.parametrize(
    "text",
    [
        'store.url = "postgres://ticker:{}@db.example/ticker"',
        'store = "postgresql://ticker:{}@db.example/ticker"',
        'rates.nbkr.url = "https://ticker:{}@bank.example/daily.xml"',
    ],
)
def test_a_mistake_does_not_tell_a_password(written, text, secret):
    sentence = mistake(written(text.format(secret)))
    assert "ticker:***@" in sentence
    assert secret not in sentence


def test_a_password_among_an_addresss_parameters_is_not_shown_either():
    address = "postgresql://db.example/ticker?user=a&password=secret&sslmode=require"
    assert without_password(address) == "postgresql://db.example/ticker?user=a&password=***&sslmode=require"
    assert without_password("sqlite:///ticker.db") == "sqlite:///ticker.db"


def test_the_reference_says_of_each_option_what_the_model_says(written):
    """The defaults, what is allowed, and the variable, as rows of the tables in the reference."""
    rows = {}
    section = ""
    told, _, _ = REFERENCE.read_text(encoding="utf-8").partition("## Sources")
    for line in told.splitlines():
        if heading := re.match(r"## `\[(.+)\]`", line):
            section = heading[1]
        elif line.startswith("| `"):
            name, _, allowed, what, variable = re.split(r"(?<!\\) \| ", line.strip("| "))
            rows[section, name.strip("`")] = (
                allowed.replace("\\|", "|"),
                what.replace("\\|", "|"),
                variable.strip("`"),
            )
    for option in load(written(A_FEED + A_PRESET), {}).options:
        *sections, name = option.path
        if len(sections) == 2:
            sections[1] = "NAME"
        allowed, what, variable = rows[".".join(sections), name]
        assert (allowed, what) == (option.allowed, option.description), f"{sections} {name}"
        assert re.fullmatch(variable.replace("NAME", r"\w+"), option.variable)


def test_defaults_are_complete_without_any_source():
    config = Config()
    assert (rates_sources(config), config.feed_sources()) == ((), ())
    assert config.the_home().zone == ZoneInfo("Asia/Bishkek")


def test_an_example_of_every_kind_of_value_goes_through_toml(written):
    lines = [
        f"{'.'.join(option.path)} = {shown(option)}"
        for option in load(written(A_FEED + A_PRESET), {}).options
        if option.value is not None
    ]
    text = "\n".join(lines)
    assert tomllib.loads(text)
    assert load(written(text), {}).config == load(written(A_FEED + A_PRESET), {}).config


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ("lang=de", "lang: met 'de', wanted en, ru or ky"),
        ("lang=ru&colour=red", "colour is no option; options are home, lang, currencies, "),
        ("feeds=nowhere", "feeds: 'nowhere' is not offered; offered are 24kg-en, "),
        ("currencies=dollars", "currencies: 'DOLLARS' is not offered; offered are EUR, RUB, USD"),
    ],
)
def test_a_preset_that_would_give_way_stops_the_start(written, options, wrong):
    config = load(written(f'presets.paper.options = "{options}"'), {}).config
    with pytest.raises(ConfigError) as met:
        service.presets(config)
    assert str(met.value).startswith(f"presets.paper.options is '{options}'; {wrong}")


def test_a_preset_may_name_a_currency_that_was_not_yet_read(written):
    config = load(written('presets.paper.options = "currencies=KZT,USD&theme=dark"'), {}).config
    assert service.presets(config) == {"paper": "currencies=KZT,USD&theme=dark"}
