"""The strip as bytes: the JSON contract against its schema, the page against its policy."""

from __future__ import annotations

import base64
import hashlib
import json as stdlib_json
import re
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser
from typing import Any

import brotli
import pytest
from jsonschema import Draft202012Validator
from support import scenes

from ticker.model import Language
from ticker.serve.http.pages import error_page, error_policy
from ticker.serve.i18n.words import templates_dir
from ticker.serve.strip import html, json
from ticker.serve.strip.options import LANGUAGES, Options, Part
from ticker.serve.strip.view import Strip


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = stdlib_json.loads((templates_dir() / "strip/schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def twin(strip: Strip) -> Any:
    return stdlib_json.loads(json.render(strip))


class Page(HTMLParser):
    """Tags with their attributes, and the text of the page, of its one style and of its one script."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {"style": [], "script": [], "": []}
        self._inside = ""
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("style", "script") else ""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.text[self._inside].append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def said(self) -> str:
        return " ".join("".join(self.text[""]).split())


def page(strip: Strip) -> Page:
    return Page(html.page(strip))


# --- JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_every_state_keeps_the_contract(validator: Draft202012Validator, state: str, lang: Language) -> None:
    strip = scenes.SCENES[state]().strip(Options(lang=lang, currencies=("USD", "EUR", "RUB", "GBP")), notes=("a note",))
    assert [error.message for error in validator.iter_errors(twin(strip))] == []


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ({"version": "1"}, "version"),
        ({"until": None}, "until"),
        ({"until": "18 June"}, "until"),
        ({"rates": [{"currency": "EUR"}]}, "value"),
    ],
)
def test_the_schema_refuses_what_breaks_the_contract(
    validator: Draft202012Validator, where: dict[str, Any], wrong: str
) -> None:
    assert not validator.is_valid({**twin(scenes.day().strip()), **where}), wrong


@pytest.mark.parametrize(
    ("state", "changed"),
    [
        ("stale", {"value": "99.5614"}),
        ("stale", {"text": "99.56"}),
        ("late", {"last_change": "0.3111", "changed_on": "2025-12-30"}),
        ("none", {"valid_on": "2025-06-18"}),
        ("day", {"value": None}),
        ("day", {"value": 99.56}),
        ("day", {"quality": "derived"}),
    ],
)
def test_the_schema_holds_the_null_rules(validator: Draft202012Validator, state: str, changed: dict[str, Any]) -> None:
    document = twin(scenes.SCENES[state]().strip())
    document["rates"][0].update(changed)
    assert not validator.is_valid(document)


def test_the_json_is_the_designs_example() -> None:
    document = twin(scenes.evening().strip())
    euro = document["rates"][1]
    shown = {
        "currency": "EUR",
        "value": "99.5614",
        "text": "99.56",
        "quoted": "99.5614",
        "nominal": 1,
        "valid_on": "2025-06-18",
        "change": "0.3111",
        "previous": {"value": "99.2503", "valid_on": "2025-06-17"},
        "last_change": "0.3111",
        "changed_on": "2025-06-18",
        "valid_until": "2025-06-18",
        "quality": "official",
        "source": "nbkr",
        "freshness": "fresh",
    }
    assert {name: euro[name] for name in shown} == shown
    assert {name: euro["next"][name] for name in ("value", "valid_on")} == {
        "value": "99.8700",
        "valid_on": "2025-06-19",
    }
    moments = {name: document[name] for name in ("as_of", "until", "refresh_after")}
    assert moments == {
        "as_of": "2025-06-18T18:39:00+06:00",
        "until": "2025-06-19T00:00:00+06:00",
        "refresh_after": "2025-06-18T18:40:00+06:00",
    }
    headline = document["headlines"][0]
    assert (headline["published_at"], headline["day"]) == ("2025-06-18T18:38:00+06:00", "2025-06-18")
    assert document["words"]["bank"] == "NBKR, soms"
    assert document["words"]["day"] == "18 → 19 June"


def test_the_same_snapshot_and_judgement_give_the_same_bytes() -> None:
    for render in (json.render, html.page):
        assert render(scenes.day().strip()) == render(scenes.day().strip())


def test_figures_are_strings_with_the_banks_digits() -> None:
    assert [rate["value"] for rate in twin(scenes.day().strip())["rates"]] == ["87.4500", "99.5614", "1.1019"]
    assert b"\\u" not in json.render(scenes.day().strip(Options(lang="ky")))


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_policy_names_the_very_bytes_in_the_page() -> None:
    shown, policy = page(scenes.day().strip()), html.policy("*")
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256("".join(shown.text[tag]).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    error = Page(error_page(404, "Not found", "There is no such page."))
    digest = base64.b64encode(hashlib.sha256("".join(error.text["style"]).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in error_policy()


@pytest.mark.parametrize(
    "options",
    [
        Options(theme="dark"),
        Options(theme="transparent", frame="card"),
        Options(bg="1d3557", fg="f1faee", accent="e63946"),
        Options(accent="ff0000"),
    ],
)
def test_a_chosen_look_is_a_style_that_its_policy_names(options: Options) -> None:
    strip = scenes.day().strip(options)
    body = html.page(strip).decode()
    styles = re.findall(r"<style>(.*?)</style>", body, re.DOTALL)
    assert len(styles) == 2
    for style in styles:
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in html.policy("*", strip).split("; ")[1]
    assert len(re.findall("<style>", html.page(scenes.day().strip()).decode())) == 1


@pytest.mark.parametrize(
    ("options", "scheme"),
    [
        (Options(), "light dark"),
        (Options(theme="dark"), "dark"),
        (Options(bg="ffffff"), "light"),
        (Options(theme="dark", frame="card"), "light dark"),
        (Options(theme="transparent"), "light dark"),
    ],
)
def test_a_frame_is_only_opaque_where_its_ground_fills_it(options: Options, scheme: str) -> None:
    metas = page(scenes.day().strip(options)).all("meta")
    assert [meta["content"] for meta in metas if meta.get("name") == "color-scheme"] == [scheme]


@pytest.mark.parametrize("show", [("rates",), ("clock", "headlines"), ("lang",)])
def test_parts_left_out_are_not_in_the_page(show: tuple[Part, ...]) -> None:
    shown = page(scenes.day().strip(Options(show=show)))
    met = {str(attributes.get("class")) for _, attributes in shown.tags}
    parts = {"clock": "clock", "rates": "rates", "headlines": "news", "lang": "languages"}
    assert {part for part, name in parts.items() if name in met} == set(show)
    assert ("bank" in met) == ("rates" in show), "a bank without figures says nothing"


def test_the_json_has_the_look(validator: Draft202012Validator) -> None:
    document = twin(scenes.day().strip(Options(bg="1d3557", motion="scroll", speed=200, show=("rates", "clock"))))
    assert list(validator.iter_errors(document)) == []
    look = document["look"]
    assert (look["motion"], look["speed"], look["show"]) == ("scroll", 200, ["rates", "clock"])
    assert [one["ground"] for one in look["colours"]] == ["#1d3557"]
    assert [one["scheme"] for one in twin(scenes.day().strip())["look"]["colours"]] == ["light", "dark"]
    assert [rate["next"]["freshness"] for rate in twin(scenes.evening().strip())["rates"]] == ["fresh"] * 3


def test_the_policy_allows_nothing_else() -> None:
    policy = html.policy("https://paper.example 'self'")
    parts = [re.sub(r"'sha256-[^']+'", "HASH", part) for part in policy.split("; ")]
    assert parts == [
        "default-src 'none'",
        "style-src HASH",
        "script-src HASH",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors https://paper.example 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(scenes.SCENES))
def test_the_page_says_what_the_view_says(state: str, lang: Language) -> None:
    strip = scenes.SCENES[state]().strip(Options(lang=lang))
    said = page(strip).said()
    for rate in strip.rates:
        assert said.count(rate.spoken) == 1
        assert rate.text in said
        assert rate.lower.text in said
    assert strip.words.upper_name + strip.words.upper_unit + strip.words.upper_day in said
    assert strip.words.lower in said
    for headline in strip.headlines:
        assert said.count(headline.title) == 1
    if not strip.headlines:
        assert strip.words.headlines_none in said


def test_the_page_loads_nothing_and_has_no_inline_style_or_handler() -> None:
    for _, attributes in page(scenes.day().strip()).tags:
        assert not {"src", "style", "srcset", "background"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]


def test_without_script_a_link_tells_our_own_service_that_it_was_followed() -> None:
    strip = scenes.day().strip()
    pings = {attributes["href"]: attributes["ping"] for _, attributes in page(strip).tags if "ping" in attributes}
    assert pings == {headline.url: f"/click/{headline.id}" for headline in strip.headlines}


def test_headlines_go_straight_to_the_publisher_in_their_own_language() -> None:
    shown = page(scenes.day().strip(Options(lang="en", feeds=("kaktus",))))
    links = [link for link in shown.all("a") if link.get("target")]
    assert {link["href"] for link in links} == {f"https://example.org/ru/{nth}" for nth in (1, 3, 5, 7)}
    assert {(link["target"], link["rel"]) for link in links} == {("_blank", "noopener")}
    assert len([one for one in shown.all("span") if one.get("lang") == "ru"]) == 4
    assert shown.said().count("opens in a new window") == 4


def test_languages_are_links_with_full_names_and_the_present_one_marked() -> None:
    shown = page(scenes.day().strip(Options(lang="ru", currencies=("EUR",))))
    links = [link for link in shown.all("a") if link.get("hreflang")]
    assert [(link["hreflang"], link["lang"], link.get("aria-current")) for link in links] == [
        ("en", "en", None),
        ("ru", "ru", "true"),
        ("ky", "ky", None),
    ]
    assert [link["href"] for link in links][2] == "/strip?lang=ky&currencies=EUR"
    assert all(name in shown.said() for name in ("English", "Русский", "Кыргызча"))
    assert shown.all("html") == [{"lang": "ru"}]


def test_a_title_from_outside_stays_text() -> None:
    hostile = "</script><img src=x onerror=alert(1)> & \"quotes\" 'too'"
    one = replace(scenes.day().snapshot.content.headlines[0], title=hostile, feed="24kg-en")
    shown = page(scenes.day().with_content(headlines=(one,)).strip())
    assert not shown.all("img")
    assert hostile in shown.said()


def test_without_script_the_clocks_place_says_as_of_when() -> None:
    assert "as of 11:15" in page(scenes.day().strip()).said()
    assert "на 21:0912 мая" in page(scenes.stale().strip(Options(lang="ru"))).said(), "with its day beneath"


def test_without_headlines_there_is_no_list_but_still_the_control() -> None:
    shown = page(scenes.day().strip(Options(headlines=0)))
    assert len(shown.all("ul")) == 1
    assert [button.get("id", "more") for button in shown.all("button")] == ["more", "pause"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_strip_with_ten_headlines_is_one_small_request(lang: Language) -> None:
    body = html.page(scenes.evening().strip(Options(lang=lang, headlines=10)))
    assert len(brotli.compress(body)) <= 9000


def test_an_error_is_a_page_to_read() -> None:
    shown = Page(error_page(404, "Not found", "There is no <such> page.", lang="en"))
    assert "404 Not found There is no <such> page." in shown.said()
    assert not shown.all("script")


def test_moments_in_the_page_carry_their_offset() -> None:
    times = [time["datetime"] for time in page(scenes.day().strip()).all("time")]
    assert times
    assert all(time and time.endswith("+06:00") for time in times)
    assert scenes.day().now.tzinfo is UTC
